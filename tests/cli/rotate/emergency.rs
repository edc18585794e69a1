//! Keys that others may have.

use super::*;

#[test]
fn an_emergency_is_over_in_few_runs() {
    let place = Place::new();
    let now = place.begun();
    let publish = ["--publish-command", PUBLISH];
    let run = place.run(now + 1, &[&publish[..], &["--emergency"]].concat());
    let steps: Vec<Value> = run.json().iter().map(|line| line["step"].clone()).collect();
    assert_eq!(steps, ["created", "published", "waiting"]);
    let run = place.run(now + 2, &publish).exits(0);
    let steps: Vec<Value> = run.json().iter().map(|line| line["step"].clone()).collect();
    assert_eq!(steps, ["switched", "revoked"]);
}

#[test]
fn what_fails_is_said_before_it_does() {
    let place = Place::new();
    let now = place.begun() + 1;
    let said = |wish: &[&str], look: &[&str]| {
        let wish = [wish, &["--publish-command", PUBLISH], look].concat();
        place.run(now, &wish).exits(0)
    };
    let before = (place.read("keys/state.json"), place.read("zone"));
    let why = |run: &Run| run.json()[0]["why"].as_str().unwrap().to_owned();
    let dry = why(&said(&["--emergency"], &["--dry-run"]));
    assert!(
        dry.starts_with("others may have the private key in use. once the new keys are used, ")
    );
    assert!(dry.contains("mail signed with s202611 that is not verified yet fails"));
    assert!(dry.contains("mail is signed with s202611 and passes until the new keys are used"));
    let dry = why(&said(&["--emergency", "--revoke-now"], &["--dry-run"]));
    assert!(dry.contains("from now on, mail signed with s202611 that is not verified yet fails"));
    assert!(dry.contains("mail signed from now on fails until the new keys are used"));
    assert_eq!(before, (place.read("keys/state.json"), place.read("zone")));
    // The same on standard error, before anything is done.
    let run = said(&["--emergency", "--revoke-now"], &[]);
    let steps: Vec<Value> = run.json().iter().map(|line| line["step"].clone()).collect();
    assert_eq!(steps[..2], ["created", "revoked"]);
    run.says("dkim: warning: example.com: from now on, mail signed with s202611");
}

#[test]
fn nothing_is_said_to_fail_where_nobody_has_the_keys() {
    let place = Place::new();
    let now = place.begun() + 181 * DAY;
    let publish = ["--publish-command", PUBLISH];
    for at in [0, 1, 2, 7300, 7301] {
        let run = place.run(now + at, &publish).exits(0);
        assert!(!run.json()[0]["why"].as_str().unwrap().contains("fail"));
        assert_eq!(run.stderr, "");
    }
}
