//! `dkim rotate`: whole rotations with a zone file as the DNS.

mod emergency;
mod faults;
mod folder;
mod reload;

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use serde_json::Value;

use super::{Run, command, scratch};
use crate::dns::every_server::world::{World, example, serves};

const START: u64 = 1_796_000_000;
const DAY: u64 = 86_400;

/// Puts the record of a name in its place, as a name server would.
const PUBLISH: &str =
    r#"grep -v "^$DKIM_NAME " zone > zone.new; cat >> zone.new; mv zone.new zone"#;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(scratch());
        fs::write(place.0.path().join("zone"), "; empty\n").unwrap();
        place
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn command(&self, now: u64, more: &[&str]) -> std::process::Command {
        let at = now.to_string();
        let words = [
            "rotate",
            "-d",
            "example.com",
            "--dir",
            "keys",
            "--zone",
            "zone",
            "--json",
        ];
        let types = ["-t", "ed25519", "--propagation", "2h", "--at", &at];
        let mut command = command(&[&words[..], &types, more].concat());
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, now: u64, more: &[&str]) -> Run {
        Run::of(&mut self.command(now, more))
    }

    fn step(&self, now: u64) -> Value {
        let run = self.run(now, &["--publish-command", PUBLISH]);
        let json = run.json();
        let run = run.exits(0);
        assert_eq!(json.len(), 1, "{}", run.stderr);
        json[0].clone()
    }

    /// Brings a first key into use; the time after that.
    fn begun(&self) -> u64 {
        for (at, step) in [
            (0, "created"),
            (1, "published"),
            (2, "waiting"),
            (7300, "switched"),
        ] {
            assert_eq!(self.step(START + at)["step"], step);
        }
        START + 7300
    }
}

#[test]
fn a_whole_rotation() {
    let place = Place::new();
    let now = place.begun();
    assert_eq!(
        place.read("keys/active/selectors"),
        "domain: example.com\ned25519: s202611\n"
    );
    let json = place.step(now + 1);
    assert_eq!(json["step"], "nothing");
    assert_eq!(json["selectors"][0]["state"], "active");
    let now = now + 181 * DAY;
    for (at, step) in [
        (0, "created"),
        (1, "published"),
        (2, "waiting"),
        (7300, "switched"),
    ] {
        assert_eq!(place.step(now + at)["step"], step);
    }
    let now = now + 8000;
    assert_eq!(place.step(now)["step"], "waiting");
    assert_eq!(place.step(now + 8 * DAY)["step"], "revoked");
    assert!(
        place
            .read("zone")
            .contains("s202611._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=ed25519; p=\"")
    );
    assert_eq!(place.step(now + 8 * DAY + 60)["step"], "waiting");
    assert_eq!(place.step(now + 39 * DAY)["step"], "removed");
    assert!(!place.read("zone").contains("s202611."));
    assert_eq!(place.step(now + 39 * DAY + 60)["step"], "removed");
    assert!(!place.0.path().join("keys/0001").exists());
    assert_eq!(place.step(now + 39 * DAY + 120)["step"], "nothing");
}

#[test]
fn by_hand_the_next_run_sees_it() {
    let place = Place::new();
    place.run(START, &[]).exits(0);
    let run = place
        .run(START + 1, &[])
        .exits(0)
        .says("publish this record at s202611._domainkey.example.com.");
    assert_eq!(run.json()[0]["step"], "waiting");
    let record = run
        .stderr
        .lines()
        .find(|line| line.contains(" IN TXT "))
        .unwrap();
    fs::write(place.0.path().join("zone"), format!("{record}\n")).unwrap();
    assert_eq!(
        place.run(START + 2, &[]).json()[0]["selectors"][0]["state"],
        "published"
    );
    assert_eq!(place.run(START + 7300, &[]).json()[0]["step"], "switched");
}

#[test]
fn a_command_that_fails_or_hangs_is_run_again() {
    let place = Place::new();
    place.run(START, &[]).exits(0);
    let run = place
        .run(START + 1, &["--publish-command", "exit 7"])
        .exits(4);
    assert_eq!(run.json()[0]["step"], "trouble");
    run.says("--publish-command: the command failed");
    let hangs = [
        "--publish-command",
        "sleep 600 & wait",
        "--command-timeout",
        "1s",
    ];
    place.run(START + 2, &hangs).exits(4).says("was killed");
    assert_eq!(place.step(START + 3)["step"], "published");
}

#[test]
fn a_record_of_somebody_else_is_left_alone() {
    let place = Place::new();
    let foreign = "s202611._domainkey.example.com. 60 IN TXT \"v=DKIM1; k=rsa; p=AAAA\"\n";
    fs::write(place.0.path().join("zone"), foreign).unwrap();
    assert_eq!(place.step(START)["selector"], "s202611-2");
    place.step(START + 1);
    assert!(place.read("zone").contains(foreign));
}

#[test]
fn a_clock_that_goes_back() {
    let place = Place::new();
    let now = place.begun();
    let before = place.read("keys/state.json");
    let run = place
        .run(now - DAY, &["--publish-command", PUBLISH])
        .exits(1);
    assert_eq!(run.json()[0]["step"], "trouble");
    assert_eq!(place.read("keys/state.json"), before);
}

#[test]
fn a_damaged_state_is_an_error() {
    let place = Place::new();
    let now = place.begun();
    let state = place.read("keys/state.json");
    let path = place.0.path().join("keys/state.json");
    for damaged in [
        &state[..state.len() / 2],
        "",
        "{}",
        &state.replace("\"active\": 1", "\"active\": 9"),
    ] {
        fs::write(&path, damaged).unwrap();
        place
            .run(now + 1, &[])
            .exits(4)
            .says("the state is damaged")
            .says("hint: ");
        assert_eq!(place.read("keys/state.json"), damaged);
    }
    fs::remove_file(&path).unwrap();
    place
        .run(now + 1, &[])
        .exits(4)
        .says("is not there, and keys of the folder are in use");
}

#[test]
fn looking_changes_nothing() {
    let place = Place::new();
    assert_eq!(
        place.run(START, &["--dry-run"]).exits(0).json()[0]["step"],
        "created"
    );
    assert!(!place.0.path().join("keys").exists());
    let now = place.begun();
    let before = place.read("keys/state.json");
    assert_eq!(
        place.run(now + 1, &["--status"]).exits(0).json()[0]["step"],
        "nothing"
    );
    assert_eq!(
        place.run(now + 200 * DAY, &["--dry-run"]).exits(0).json()[0]["step"],
        "created"
    );
    assert_eq!(place.read("keys/state.json"), before);
}

#[test]
fn what_is_wrong_in_the_words() {
    let place = Place::new();
    place
        .run(START, &["--selector-pattern", "%Q"])
        .exits(2)
        .says("only %Y");
    place
        .run(START, &["--retire", "other"])
        .exits(2)
        .says("no key in the state has this selector");
    place.run(START, &["--revoke-now"]).exits(2);
    place
        .run(START, &["--write-config", "exim", "file"])
        .exits(2)
        .says("opendkim or rspamd");
}

/// Ends a program however it goes.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until a file is there.
fn waits_for(path: &Path) {
    for _ in 0..1000 {
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} is not there", path.display());
}

#[test]
fn a_second_run_says_so() {
    let place = Place::new();
    place.run(START, &[]).exits(0);
    let slow = ["--publish-command", "touch begun; sleep 20"];
    let _first = Killed(place.command(START + 1, &slow).spawn().unwrap());
    waits_for(&place.0.path().join("begun"));
    place
        .run(START + 1, &[])
        .exits(3)
        .says("another process works on it");
}

#[test]
fn a_run_that_is_killed_anywhere_is_taken_up_again() {
    let place = Place::new();
    let mut now = START;
    for at in 0..40_u64 {
        let mut run = Killed(
            place
                .command(now, &["--publish-command", PUBLISH])
                .spawn()
                .unwrap(),
        );
        std::thread::sleep(Duration::from_millis(at * 7 % 60));
        let _ = run.0.kill();
        let _ = run.0.wait();
        now += 4000;
    }
    for _ in 0..6 {
        place.run(now, &["--publish-command", PUBLISH]).exits(0);
        now += 8000;
    }
    let selectors = place.read("keys/active/selectors");
    let selector = selectors.split("ed25519: ").nth(1).unwrap().trim();
    assert!(
        place
            .read("zone")
            .contains(&format!("{selector}._domainkey.example.com. "))
    );
    assert_eq!(place.step(now)["step"], "nothing");
}

/// The steps of runs against two authoritative servers, of which the second has `behind`.
fn at_servers(place: &Place, now: u64, records: [&[&str]; 2]) -> Option<Run> {
    let zones = records.map(example);
    let servers = zones
        .iter()
        .map(|zone| serves(vec![zone.clone()]))
        .collect();
    let world = World::new(vec![zones[0].clone()], servers)?;
    let resolver = world.resolver.address().to_string();
    let port = world.servers[0].address().port().to_string();
    let at = now.to_string();
    let words = [
        "rotate",
        "-d",
        "example.com",
        "--dir",
        "keys",
        "-t",
        "ed25519",
        "--json",
    ];
    let dns = [
        "--nameserver",
        &resolver,
        "--authoritative-port",
        &port,
        "--dns-tries",
        "1",
    ];
    let more = ["--at", &at, "--publish-command", "true"];
    let mut command = command(&[&words[..], &dns, &more].concat());
    Some(Run::of(command.current_dir(place.0.path())))
}

#[test]
fn every_server_has_to_have_the_record() {
    let place = Place::new();
    let Some(run) = at_servers(&place, START, [&[], &[]]) else {
        return;
    };
    assert_eq!(run.json()[0]["step"], "created");
    let step = |now: u64, records: [&[&str]; 2]| {
        let run = at_servers(&place, now, records).unwrap();
        run.json()[0].clone()
    };
    assert_eq!(step(START + 1, [&[], &[]])["step"], "published");
    let state: Value = serde_json::from_str(&place.read("keys/state.json")).unwrap();
    let text = state["keys"][0]["record"].as_str().unwrap().to_owned();
    let record = format!("s202611._domainkey TXT {text}");
    let there: &[&str] = &[&record];
    // One lags, for long enough in any case.
    let lags = step(START + 3500, [there, &[]]);
    assert_eq!(lags["step"], "waiting");
    assert!(
        lags["why"]
            .as_str()
            .unwrap()
            .contains("b.example.com does not have")
    );
    // Both have it, and a denial may be kept for a minute.
    assert_eq!(step(START + 4000, [there, there])["step"], "waiting");
    assert_eq!(step(START + 4030, [there, there])["step"], "waiting");
    assert_eq!(step(START + 4400, [there, there])["step"], "switched");
    // It is gone at one of them: that is wrong in the DNS.
    let run = at_servers(&place, START + 5000, [there, &[]]).unwrap();
    assert_eq!(run.exits(1).json()[0]["step"], "trouble");
}
