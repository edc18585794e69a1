//! Rotations under commands that lie, a full disk, a wrong clock, several runs at once and records of
//! others. After each fault the signer signs with a key that is in the DNS.

use std::process::Stdio;

use super::*;

/// A record of somebody else.
const FOREIGN: &str = "s2._domainkey.example.com. 60 IN TXT \"v=DKIM1; k=rsa; p=AAAA\"\n";
/// The key of RFC 8463.
const OTHER_KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// What the keys of generations come to, and how long after the one before each is due.
const LIFE: [(u64, u32, &str); 5] = [
    (181 * DAY, 2, "created"),
    (60, 2, "published"),
    (7300, 2, "active"),
    (8 * DAY, 1, "revoked"),
    (31 * DAY, 1, "removed"),
];

impl Place {
    /// A place whose zone has a record of somebody else.
    fn shared() -> Self {
        let place = Self::new();
        fs::write(place.0.path().join("zone"), FOREIGN).unwrap();
        place
    }

    /// Signs a message with the keys in use and verifies it with the zone, which has all that others
    /// have put there.
    #[track_caller]
    fn is_good(&self) {
        let run = |words: &[&str], input: &[u8]| {
            let mut command = command(words);
            command.current_dir(self.0.path()).stdin(Stdio::piped());
            Run::reading(&mut command, input).exits(0)
        };
        let message = b"From: joe@example.com\r\nSubject: keys\r\n\r\nHi.\r\n";
        let signed = run(&["sign", "--key-dir", "keys"], message);
        run(&["verify", "--zone", "zone", "--quiet"], &signed.stdout);
        assert!(self.read("zone").contains(FOREIGN));
    }

    /// The state of a generation's key; nothing if there is none.
    fn state(&self, generation: u32) -> String {
        let state: Value = serde_json::from_str(&self.read("keys/state.json")).unwrap();
        let mut keys = state["keys"].as_array().unwrap().iter();
        let key = keys.find(|key| key["generation"] == generation);
        key.map_or("", |key| key["state"].as_str().unwrap())
            .to_owned()
    }

    /// Runs until a generation's key is in this state.
    #[track_caller]
    fn comes_to(&self, mut now: u64, generation: u32, state: &str) -> u64 {
        for _ in 0..6 {
            if self.state(generation) == state {
                return now;
            }
            self.run(now, &publish(PUBLISH));
            self.is_good();
            now += 3700;
        }
        panic!(
            "generation {generation} is {:?}, not {state}",
            self.state(generation)
        );
    }

    fn edit(&self, change: impl Fn(&str) -> String) {
        fs::write(self.0.path().join("zone"), change(&self.read("zone"))).unwrap();
    }
}

fn publish(command: &str) -> [&str; 2] {
    ["--publish-command", command]
}

/// A whole rotation. When each step is due, `fault` does its worst and gives the time after it.
fn rotates_in_spite_of(fault: impl Fn(&Place, u64, &str) -> u64) {
    let place = Place::shared();
    let mut now = place.begun();
    for (wait, generation, state) in LIFE {
        now = fault(&place, now + wait, state);
        place.is_good();
        now = place.comes_to(now, generation, state);
    }
    assert!(!place.read("zone").contains("s202611."));
    place.is_good();
}

#[test]
fn a_command_that_publishes_nothing() {
    let place = Place::shared();
    let lies = publish("true");
    let mut now = place.begun() + 181 * DAY;
    place.step(now);
    for _ in 0..3 {
        now += 3700;
        let run = place.run(now, &lies).exits(0);
        assert_eq!(run.json()[0]["step"], "published");
        let json = &place.run(now + 60, &lies).json()[0];
        assert_eq!(json["step"], "waiting");
        let why = json["why"].as_str().unwrap();
        assert!(
            why.ends_with("does not have the record of s202705 yet"),
            "{why}"
        );
        place.is_good();
    }
    // Nothing is used that is not there, however long it lasts; after a day that is wrong.
    now += 2 * DAY;
    place.run(now, &lies).exits(1);
    let now = place.comes_to(now + 3700, 2, "active");
    // Neither is anything revoked or removed because a command says so.
    let now = now + 9 * DAY;
    assert_eq!(place.run(now, &lies).json()[0]["step"], "revoked");
    let json = &place.run(now + 3700, &lies).json()[0];
    assert_eq!(json["why"], "a server still has the key");
    let now = now + 2 * DAY;
    place.run(now, &lies).exits(1);
    place.run(now + 3700, &publish(PUBLISH));
    assert!(
        place
            .read("zone")
            .contains("s202611._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=ed25519; p=\"")
    );
    let now = now + 50 * DAY;
    assert_eq!(place.run(now, &lies).json()[0]["step"], "removed");
    assert!(place.0.path().join("keys/0001").exists());
    place.run(now + 3700, &publish(PUBLISH));
    assert!(!place.read("zone").contains("s202611."));
    place.is_good();
}

#[test]
fn a_command_that_publishes_another_key() {
    let place = Place::shared();
    let now = place.begun() + 181 * DAY;
    place.step(now);
    let other = format!(
        "cat > /dev/null; echo \"$DKIM_NAME 3600 IN TXT \\\"v=DKIM1; k=ed25519; p={OTHER_KEY}\\\"\" \
         >> zone"
    );
    place.run(now + 1, &publish(&other)).exits(0);
    let there = place.read("zone");
    place.run(now + 2, &publish(PUBLISH)).exits(1);
    place.is_good();
    // Another selector is taken, and nobody's record is changed.
    for at in [3, 4, 5, 7400] {
        place.run(now + at, &publish(PUBLISH));
        place.is_good();
    }
    assert!(place.read("keys/active/selectors").contains("s202705-2"));
    assert!(place.read("zone").starts_with(&there));
    assert_eq!(place.state(2), "removed");
}

/// The states that a command brings a key to.
const BY_COMMAND: [&str; 3] = ["published", "revoked", "removed"];

#[test]
fn a_command_that_fails_or_hangs_at_any_step() {
    rotates_in_spite_of(|place, now, state| {
        if BY_COMMAND.contains(&state) {
            let run = place.run(now, &publish("exit 1")).exits(4);
            assert_eq!(run.json()[0]["step"], "trouble");
            let more = ["--command-timeout", "1s"];
            let hangs = [&publish("sleep 600 & wait")[..], &more].concat();
            place.run(now, &hangs).exits(4).says("was killed");
        }
        now
    });
}

#[test]
fn a_run_that_is_killed_before_or_after_the_work_of_its_command() {
    for line in [
        "touch begun; sleep 20".to_owned(),
        format!("{PUBLISH}; touch begun; sleep 20"),
    ] {
        rotates_in_spite_of(|place, now, state| {
            if BY_COMMAND.contains(&state) {
                let begun = place.0.path().join("begun");
                let _ = fs::remove_file(&begun);
                let _killed = Killed(place.command(now, &publish(&line)).spawn().unwrap());
                waits_for(&begun);
            }
            now
        });
    }
}

/// A run that can write no file of more than `blocks` times 512 bytes, as on a full disk.
fn with_full_disk(place: &Place, now: u64, blocks: u32) -> Run {
    let inner = place.command(now, &publish(PUBLISH));
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &limited]).arg(inner.get_program());
    command.args(inner.get_args()).current_dir(place.0.path());
    Run::of(&mut command)
}

#[test]
fn a_full_disk_at_any_step() {
    rotates_in_spite_of(|place, now, _| {
        let before = place.read("keys/state.json");
        for blocks in 0..2 {
            with_full_disk(place, now, blocks).exits(4);
            assert_eq!(place.read("keys/state.json"), before);
            place.is_good();
        }
        // Enough for the state as it is, but not for another key in it.
        let blocks = u32::try_from(before.len() / 512 + 1).unwrap();
        with_full_disk(place, now, blocks);
        now
    });
}

#[test]
fn a_clock_that_is_set_forward_and_back_at_any_step() {
    rotates_in_spite_of(|place, now, _| {
        let wrong = now + 3650 * DAY;
        place.run(wrong, &publish(PUBLISH));
        place.is_good();
        let run = place.run(now, &publish(PUBLISH)).exits(1);
        let why = format!("the clock is {} seconds before the last run", wrong - now);
        assert!(run.json()[0]["why"].as_str().unwrap().starts_with(&why));
        // As the remedy has it.
        let path = place.0.path().join("keys/state.json");
        let clock = |time: u64| format!("\"clock\": {time}");
        let state = place.read("keys/state.json");
        fs::write(&path, state.replace(&clock(wrong), &clock(now))).unwrap();
        now
    });
}

#[test]
fn several_runs_at_once() {
    let place = Place::shared();
    let mut now = place.begun() + 181 * DAY;
    for _ in 0..12 {
        let start = || {
            let mut command = place.command(now, &publish(PUBLISH));
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let runs: Vec<Child> = (0..4).map(|_| start()).collect();
        let codes: Vec<Option<i32>> = runs
            .into_iter()
            .map(|mut child| child.wait().unwrap().code())
            .collect();
        assert!(
            codes.iter().all(|code| matches!(code, Some(0 | 3))),
            "{codes:?}"
        );
        assert!(codes.contains(&Some(0)), "{codes:?}");
        place.is_good();
        now += 3700;
    }
    assert_eq!(place.step(now)["step"], "waiting");
    assert_eq!(place.state(1), "retiring");
    assert_eq!(place.state(2), "active");
    assert_eq!(place.read("zone").matches("s202705").count(), 1);
}

#[test]
fn a_state_that_is_cut_in_half_stops_no_signer() {
    let place = Place::shared();
    let now = place.begun();
    let state = place.read("keys/state.json");
    let path = place.0.path().join("keys/state.json");
    fs::write(&path, &state[..state.len() / 2]).unwrap();
    place.run(now + 181 * DAY, &publish(PUBLISH)).exits(4);
    place.is_good();
    fs::write(&path, &state).unwrap();
    assert_eq!(place.step(now + 181 * DAY)["step"], "created");
    place.is_good();
}

#[test]
fn records_of_others_at_the_names_of_old_keys_are_left_alone() {
    for steps in [3, 4] {
        let place = Place::shared();
        let mut now = place.begun();
        for (wait, generation, state) in &LIFE[..steps] {
            now = place.comes_to(now + wait, *generation, state);
        }
        let theirs = format!(
            "s202611._domainkey.example.com. 60 IN TXT \"v=DKIM1; k=ed25519; p={OTHER_KEY}\"\n"
        );
        place.edit(|zone| {
            let others = zone.lines().filter(|line| !line.starts_with("s202611."));
            let others: String = others.map(|line| format!("{line}\n")).collect();
            others + &theirs
        });
        for _ in 0..40 {
            now += 3 * DAY;
            place.run(now, &publish(PUBLISH));
            assert!(place.read("zone").contains(&theirs));
            place.is_good();
        }
    }
}

#[test]
fn a_record_beside_that_of_the_key_in_use_is_said() {
    let place = Place::shared();
    let now = place.begun();
    let theirs = "s202611._domainkey.example.com. 60 IN TXT \"hello\"\n";
    place.edit(|zone| zone.to_owned() + theirs);
    let run = place.run(now + 1, &publish(PUBLISH)).exits(1);
    assert_eq!(run.json()[0]["step"], "trouble");
    assert!(place.read("zone").contains(theirs));
    place.is_good();
}
