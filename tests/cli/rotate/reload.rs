//! What the mail server is told.

use super::*;

#[test]
fn the_mail_server_is_told_once() {
    let place = Place::new();
    let now = place.begun();
    let more = [
        "--write-config",
        "opendkim",
        "table",
        "--reload-command",
        "echo once >> reloads",
    ];
    for _ in 0..2 {
        place.run(now + 1, &more).exits(0);
        assert!(place.read("table").contains("s202611"));
        assert_eq!(place.read("reloads"), "once\n");
    }
}

#[test]
fn a_reload_that_fails_is_tried_again_until_it_succeeds_once() {
    let place = Place::new();
    let now = place.begun();
    let step = |now: u64, reload: &str| {
        let more = ["--publish-command", PUBLISH, "--reload-command", reload];
        place.run(now, &more)
    };
    let good = "echo once >> reloads";
    step(now, good).exits(0);
    let now = now + 181 * DAY;
    step(now, good).exits(0);
    step(now + 1, good).exits(0);
    step(now + 2, good).exits(0);
    let run = step(now + 7300, "exit 3").exits(4);
    assert_eq!(run.json()[0]["step"], "trouble");
    assert!(place.read("keys/active/selectors").contains("s202705"));
    // Nothing is revoked that the server may sign with still.
    let late = now + 20 * DAY;
    let run = step(late, "exit 3").exits(4).says("--reload-command");
    assert_eq!(run.json()[0]["selectors"][0]["state"], "retiring");
    assert!(place.read("zone").contains("s202611._domainkey"));
    assert_eq!(place.read("reloads"), "once\n");
    for _ in 0..3 {
        step(late, good).exits(0);
        assert_eq!(place.read("reloads"), "once\nonce\n");
    }
    // The wait for mail on its way began with the reload.
    assert_eq!(step(late + 6 * DAY, good).json()[0]["step"], "waiting");
    assert_eq!(step(late + 7 * DAY, good).json()[0]["step"], "revoked");
}

#[test]
fn an_emergency_does_not_wait_for_the_mail_server() {
    let place = Place::new();
    let now = place.begun();
    let fails = ["--publish-command", PUBLISH, "--reload-command", "exit 3"];
    place
        .run(now + 1, &[&fails[..], &["--emergency"]].concat())
        .exits(4);
    let run = place.run(now + 2, &fails).exits(4).says("--reload-command");
    assert_eq!(run.json().last().unwrap()["step"], "revoked");
}
