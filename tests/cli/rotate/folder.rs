//! The folder of keys: what is somebody else's in it, and what is gone.

use super::*;

#[test]
fn folders_of_others_are_left_alone() {
    let place = Place::new();
    let keys = place.0.path().join("keys");
    for folder in ["2025", "1999", ".dkim-photo"] {
        fs::create_dir_all(keys.join(folder)).unwrap();
    }
    fs::write(keys.join("2025/photo"), "x").unwrap();
    let now = place.begun();
    place.step(now + 1);
    assert!(keys.join("2025/photo").exists());
    assert!(keys.join("1999").exists());
    assert!(keys.join(".dkim-photo").exists());
}

#[test]
fn keys_made_by_hand_are_never_destroyed() {
    let place = Place::new();
    let folder = place.0.path().join("keys/0001");
    fs::create_dir_all(&folder).unwrap();
    let words = ["keygen", "-s", "s1", "-t", "ed25519", "-d", "example.com"];
    Run::of(command(&words).current_dir(&folder)).exits(0);
    let key = place.read("keys/0001/s1._domainkey.example.com.pem");
    for at in 0..3 {
        let run = place.run(START + at, &["--publish-command", PUBLISH]);
        run.exits(4)
            .says("keys/0001: is there already, and the state does not know it")
            .says("hint: mv keys/0001 keys/other-0001");
        assert_eq!(place.read("keys/0001/s1._domainkey.example.com.pem"), key);
    }
    fs::rename(&folder, place.0.path().join("keys/other-0001")).unwrap();
    place.begun();
}

#[test]
fn keys_that_a_state_before_knew_are_never_destroyed() {
    let place = Place::new();
    place.step(START);
    fs::remove_file(place.0.path().join("keys/state.json")).unwrap();
    let names = place.read("keys/0001/selectors");
    for at in 1..3 {
        place.run(START + at, &[]).exits(4);
        assert_eq!(place.read("keys/0001/selectors"), names);
    }
}

#[test]
fn a_link_that_the_state_does_not_say_is_an_error() {
    let place = Place::new();
    let now = place.begun() + 181 * DAY;
    place.step(now);
    let active = place.0.path().join("keys/active");
    let to = |name: &str| {
        fs::remove_file(&active).unwrap();
        std::os::unix::fs::symlink(name, &active).unwrap();
    };
    // A generation that a later state knew.
    fs::create_dir(place.0.path().join("keys/0007")).unwrap();
    to("0007");
    let before = place.read("keys/state.json");
    for look in ["--status", "--quiet"] {
        place
            .run(now + 1, &[look])
            .exits(4)
            .says("leads to 0007, which the state does not know");
    }
    assert_eq!(place.read("keys/state.json"), before);
    // The generation before.
    to("0001");
    for at in [1, 2, 7400] {
        place.step(now + at);
    }
    place.step(now + 7400 + 7400);
    assert!(place.read("keys/active/selectors").contains("s202705"));
    to("0001");
    place
        .run(now + 20000, &[])
        .exits(4)
        .says("leads to 0001, but the state says that mail is signed with 0002")
        .says("hint: rm keys/active && ln -s 0002 keys/active");
    // A folder in its place.
    fs::remove_file(&active).unwrap();
    fs::create_dir(&active).unwrap();
    place
        .run(now + 20000, &[])
        .exits(4)
        .says("hint: mv keys/active keys/not-active && ln -s 0002 keys/active");
}

#[test]
fn a_key_in_use_that_is_gone_is_an_error_and_can_be_replaced() {
    let place = Place::new();
    let now = place.begun();
    let pem = "keys/0001/s202611._domainkey.example.com.pem";
    fs::remove_file(place.0.path().join(pem)).unwrap();
    for look in ["--status", "--json"] {
        place
            .run(now + 1, if look == "--json" { &[] } else { &["--status"] })
            .exits(4)
            .says(pem)
            .says("dkim rotate -d example.com --dir keys --retire s202611");
    }
    let publish = ["--publish-command", PUBLISH];
    place.run(now + 2, &[&publish[..], &["--retire", "s202611"]].concat());
    for at in [3, 4, 7400] {
        place.run(now + at, &publish);
    }
    place.run(now + 7401, &publish).exits(0);
    assert!(place.read("keys/active/selectors").contains("s202611-2"));
}

#[test]
fn quiet_says_why_the_exit_status_is_not_0() {
    let place = Place::new();
    let now = place.begun();
    fs::write(place.0.path().join("zone"), "; empty\n").unwrap();
    let run = place.run(now + 1, &["--quiet"]).exits(1);
    assert!(
        run.stderr.contains("error: example.com: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("s202611"), "{}", run.stderr);
}
