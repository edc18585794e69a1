//! Whole rotations, by hand and at random.

mod any;
mod disruption;
mod fault;
mod world;

use super::*;
use crate::lint::RANDOM_SELECTOR;
use world::{World, policy};

const START: u64 = 1_796_000_000;

/// The steps of a run, and the runs that had the same step as the one before left out.
fn steps(world: &mut World, seconds: u64, runs: usize) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for _ in 0..runs {
        let outcome = world.run();
        let name = match &outcome.step {
            Step::Make { .. } => "make",
            Step::Publish(_) => "publish",
            Step::Switch(_) => "switch",
            Step::Revoke(_) => "revoke",
            Step::Remove(_) => "remove",
            Step::Destroy(_) => "destroy",
            Step::Wait => "wait",
            Step::Nothing => "nothing",
            Step::Trouble => "trouble",
        };
        if steps.last().is_none_or(|last| last != name) {
            steps.push(name.to_owned());
        }
        world.now += seconds;
        world.catch_up();
    }
    steps
}

#[test]
fn a_whole_rotation() {
    let mut world = World::new(START);
    assert_eq!(
        steps(&mut world, 60, 30),
        ["make", "publish", "wait", "switch", "nothing"]
    );
    assert_eq!(world.state.active, Some(1));
    assert_eq!(
        world.state.due(None),
        Some(world.state.keys[0].since + 90 * DAY)
    );
    world.now += 91 * DAY;
    let expected = ["make", "publish", "wait", "switch", "wait"];
    assert_eq!(steps(&mut world, 60, 30), expected);
    assert_eq!(world.state.active, Some(2));
    world.now += 7 * DAY;
    assert_eq!(steps(&mut world, 60, 5), ["revoke", "wait"]);
    world.now += 30 * DAY;
    assert_eq!(steps(&mut world, 60, 9), ["remove", "destroy", "nothing"]);
    assert!(world.state.generation(1).all(Key::is_over));
    assert!(world.is_good());
    // Two keys of either type, and each selector once.
    let selectors: Vec<&str> = world
        .state
        .keys
        .iter()
        .map(|key| key.selector.as_str())
        .collect();
    let expected = [
        "s202611-rsa",
        "s202611-ed25519",
        "s202703-rsa",
        "s202703-ed25519",
    ];
    assert_eq!(selectors, expected);
}

#[test]
fn the_longest_denial_is_waited_for() {
    let mut world = World::new(START);
    world.run();
    world.run();
    world.catch_up();
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait, "{}", outcome.why);
    assert_eq!(outcome.until, Some(START + 300));
    world.now += 299;
    assert_eq!(world.run().step, Step::Wait);
    world.now += 1;
    assert_eq!(world.run().step, Step::Switch(1));
}

#[test]
fn a_server_that_lags_holds_the_switch_back() {
    let mut world = World::new(START);
    world.run();
    world.run();
    world.now += 600;
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait);
    assert!(
        outcome
            .why
            .starts_with("b.example.net does not have the record of ")
    );
    world.now += 2 * DAY;
    world.run();
    let outcome = world.run();
    assert!(
        outcome.troubles[0].message.starts_with("overdue: "),
        "{outcome:?}"
    );
    assert_eq!(world.state.active, None);
}

#[test]
fn another_selector_is_taken_where_one_is_taken() {
    let mut world = World::new(START);
    world.put("s202611-rsa", "v=DKIM1; k=rsa; p=AAAA");
    world.catch_up();
    let Step::Make { keys, .. } = world.run().step else {
        panic!();
    };
    let names: Vec<&str> = keys.iter().map(|(selector, _)| selector.as_str()).collect();
    assert_eq!(names, ["s202611-rsa-2", "s202611-ed25519-2"]);
    // Somebody comes between.
    world.put("s202611-rsa-2", "v=DKIM1; k=rsa; p=BBBB");
    world.catch_up();
    let outcome = world.run();
    assert!(
        outcome.troubles[0].message.contains("another key"),
        "{outcome:?}"
    );
    steps(&mut world, 60, 30);
    assert_eq!(world.state.active, Some(2));
    assert_eq!(
        world.text("s202611-rsa-2").as_deref(),
        Some("v=DKIM1; k=rsa; p=BBBB")
    );
    assert_eq!(world.text("s202611-ed25519-2"), None);
}

#[test]
fn a_wildcard_takes_no_name() {
    let mut world = World::new(START);
    world.wildcard = Some("v=spf1 -all".to_owned());
    assert_eq!(steps(&mut world, 600, 9)[3], "switch");
}

#[test]
fn a_clock_that_goes_back_does_nothing() {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    let before = world.state.clone();
    world.now -= 10 * DAY;
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Trouble);
    assert_eq!(world.state, before);
}

#[test]
fn an_emergency() {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    world.state.emergency(false);
    assert!(matches!(world.run().step, Step::Make { generation: 2, .. }));
    assert!(matches!(world.run().step, Step::Publish(_)));
    assert_eq!(world.run().step, Step::Wait);
    world.catch_up();
    assert_eq!(world.run().step, Step::Switch(2));
    let Step::Revoke(keys) = world.run().step else {
        panic!();
    };
    assert_eq!(keys.len(), 2);
}

#[test]
fn an_emergency_that_revokes_first() {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    world.state.emergency(true);
    // Nothing is revoked before there are keys to sign with.
    assert!(matches!(world.run().step, Step::Make { .. }));
    let Step::Revoke(keys) = world.run().step else {
        panic!();
    };
    assert_eq!(keys.len(), 2);
    world.catch_up();
    assert_eq!(steps(&mut world, 60, 6), ["publish", "switch", "wait"]);
}

#[test]
fn a_selector_that_is_retired() {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    let unknown = "other".parse().unwrap();
    assert_eq!(world.state.retire(&unknown), Err(UnknownSelector));
    let selector = world.state.keys[0].selector.clone();
    world.state.retire(&selector).unwrap();
    let expected = ["make", "publish", "wait", "switch", "wait"];
    assert_eq!(steps(&mut world, 60, 30), expected);
    assert!(world.is_good());
    // Mail that it signed is on its way, however often it is wanted gone.
    world.state.retire(&selector).unwrap();
    world.now += 6 * DAY;
    assert_eq!(steps(&mut world, 60, 5), ["wait"]);
    world.now += DAY;
    assert_eq!(steps(&mut world, 60, 5), ["revoke", "wait"]);
}

#[test]
fn without_servers_the_propagation_is_waited_for() {
    let mut world = World::new(START);
    world.is_offline = true;
    assert_eq!(steps(&mut world, 3600, 40), ["make", "publish", "wait"]);
    assert_eq!(steps(&mut world, 3600, 20), ["wait", "switch", "nothing"]);
}

#[test]
fn a_key_in_use_that_is_gone_is_published_again() {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    world.now += DAY;
    world.remove("s202611-rsa");
    world.catch_up();
    let outcome = world.run();
    assert_eq!(
        outcome.step,
        Step::Publish(vec!["s202611-rsa".parse().unwrap()])
    );
    assert!(!outcome.troubles.is_empty());
    world.catch_up();
    assert!(world.is_good());
}

#[test]
fn nothing_is_said_of_a_random_name() {
    let state = State::new("example.com".parse().unwrap());
    let questions = Rotation::begin(state, &policy(), START).pending();
    assert!(questions[0].name().starts_with(RANDOM_SELECTOR));
}
