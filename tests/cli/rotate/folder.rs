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
