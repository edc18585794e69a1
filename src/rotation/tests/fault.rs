//! Servers that are down, records that somebody removes or revokes, and work that nobody does.

use super::super::*;
use super::world::World;
use super::{START, steps};

/// A world in which keys are in use.
fn in_use() -> World {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    assert_eq!(world.state.active, Some(1));
    world
}

fn taken(outcomes: &[Outcome]) -> Vec<Step> {
    outcomes
        .iter()
        .map(|outcome| outcome.step.clone())
        .collect()
}

fn both(first: &str) -> Vec<Selector> {
    [format!("{first}-rsa"), format!("{first}-ed25519")]
        .iter()
        .map(|name| name.parse().unwrap())
        .collect()
}

/// The names that follow in the same month.
fn second() -> Vec<Selector> {
    ["s202611-rsa-2", "s202611-ed25519-2"]
        .map(|name| name.parse().unwrap())
        .to_vec()
}

#[test]
fn a_key_that_others_may_have_is_never_published_again() {
    for is_by_hand in [false, true] {
        let mut world = in_use();
        world.zone.clear();
        world.catch_up();
        world.state.emergency(false);
        world.is_by_hand = is_by_hand;
        let steps = taken(&world.run_on());
        assert!(matches!(steps[0], Step::Make { .. }), "{steps:?}");
        assert_eq!(steps[1], Step::Publish(second()), "{steps:?}");
        world.is_by_hand = false;
        let mut steps = taken(&world.run_on());
        world.catch_up();
        steps.extend(taken(&world.run_on()));
        assert!(steps.contains(&Step::Switch(2)), "{steps:?}");
        assert!(world.text("s202611-rsa").is_none());
    }
}

#[test]
fn an_emergency_does_not_wait_for_a_server_that_is_down() {
    for (revoke_first, down) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
        let mut world = in_use();
        world.is_silent[down] = true;
        world.state.emergency(revoke_first);
        let mut all = Vec::new();
        for _ in 0..3 {
            let outcomes = world.run_on();
            all.extend(taken(&outcomes));
            world.now += 1;
            world.catch_up();
        }
        assert!(all.contains(&Step::Switch(2)), "{down}: {all:?}");
        assert!(all.contains(&Step::Revoke(both("s202611"))), "{all:?}");
        assert_eq!(world.on_disk, Some(2));
    }
}

#[test]
fn nothing_is_revoked_before_there_are_other_keys() {
    let mut world = in_use();
    for attempt in 1..=20 {
        let pattern = SelectorPattern::default();
        let names = pattern.selectors(world.now, &world.policy.types, attempt);
        for (name, _) in names.unwrap() {
            if world.state.key(&name).is_none() {
                world.put(name.as_str(), "v=DKIM1; k=rsa; p=AAAA");
            }
        }
    }
    world.catch_up();
    world.state.emergency(true);
    let outcomes = world.run_on();
    assert_eq!(taken(&outcomes), [Step::Trouble]);
    assert!(outcomes[0].why.starts_with("no selector of the pattern"));
    assert!(world.is_good());
}

#[test]
fn a_server_that_is_down_holds_up_a_rotation_and_is_named() {
    let mut world = in_use();
    world.now += 91 * DAY;
    world.is_silent = [false, true];
    // Its absence holds up neither the making nor the publishing.
    assert_eq!(steps(&mut world, 60, 2), ["make", "publish"]);
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait);
    assert!(outcome.is_unanswered);
    assert_eq!(
        outcome.why,
        "b.example.net did not answer: no answer in time"
    );
    assert_eq!(outcome.troubles, []);
    world.now += DAY;
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Trouble);
    assert_eq!(
        outcome.troubles[0].message,
        "overdue: b.example.net has not answered for 24 hours: no answer in time"
    );
    assert_eq!(world.on_disk, Some(1));
    // What it has served meanwhile is not known: the wait begins anew.
    world.is_silent = [false; 2];
    assert_eq!(world.run().until, Some(world.now + 300));
    world.now += 300;
    assert_eq!(world.run().step, Step::Switch(2));
}

#[test]
fn a_server_that_was_down_in_between_begins_the_wait_anew() {
    let mut world = World::new(START);
    steps(&mut world, 60, 3);
    let seen = world.state.keys[0].seen_since.unwrap();
    world.is_silent = [false, true];
    world.run();
    world.is_silent = [false; 2];
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait);
    assert_eq!(outcome.until, Some(world.now + 300));
    assert!(world.now > seen);
}

#[test]
fn a_server_that_is_new_begins_the_wait_anew() {
    let mut world = World::new(START);
    steps(&mut world, 60, 3);
    world.state.servers.pop();
    let outcome = world.run();
    assert_eq!(outcome.until, Some(world.now + 300));
    world.now += 60;
    assert_eq!(world.run().until, outcome.until);
}

#[test]
fn not_all_is_well_where_not_all_was_seen() {
    let mut world = in_use();
    assert_eq!(world.run().step, Step::Nothing);
    world.is_silent = [false, true];
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait);
    assert!(outcome.is_unanswered && outcome.why.starts_with("b.example.net did not answer"));
    world.is_silent = [true; 2];
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Wait);
    assert!(outcome.is_unanswered && outcome.why.starts_with("the resolver did not answer"));
    world.now += 2 * DAY;
    assert!(
        world.run().troubles[0]
            .message
            .starts_with("overdue: the resolver has not answered")
    );
}

#[test]
fn a_key_that_never_signed_is_revoked_at_once_when_it_is_given_up() {
    let mut world = in_use();
    world.now += 91 * DAY;
    assert_eq!(steps(&mut world, 60, 2), ["make", "publish"]);
    world.state.retire(&both("s202703")[0]).unwrap();
    assert!(steps(&mut world, 60, 9).contains(&"revoke".to_owned()));
    assert_eq!(
        world
            .state
            .generation(2)
            .map(|key| key.state)
            .collect::<Vec<_>>(),
        [KeyState::Revoked; 2]
    );
}

#[test]
fn a_key_in_use_that_somebody_revokes_is_replaced() {
    let mut world = in_use();
    world.now += DAY;
    for name in ["s202611-rsa", "s202611-ed25519"] {
        world.remove(name);
        world.put(name, "v=DKIM1; p=");
    }
    world.catch_up();
    let outcome = world.run();
    assert!(matches!(outcome.step, Step::Make { .. }));
    let trouble = &outcome.troubles[0];
    assert_eq!(
        trouble.message,
        "a.example.net, b.example.net say that s202611-rsa, in use, is revoked: mail that is signed \
         with it fails now"
    );
    assert!(trouble.remedy.contains("--emergency"));
    world.run();
    world.catch_up();
    // No mail passes meanwhile, so nothing is waited for.
    assert_eq!(world.run().step, Step::Switch(2));
    steps(&mut world, 60, 3);
    assert_eq!(world.text("s202611-rsa").as_deref(), Some("v=DKIM1; p="));
}

#[test]
fn a_record_in_use_that_one_server_revokes_is_said() {
    let mut world = in_use();
    world.zone.insert(
        "s202611-rsa._domainkey.example.com.".to_owned(),
        vec!["v=DKIM1; p=".to_owned()],
    );
    let outcome = world.run();
    let trouble = &outcome.troubles[0];
    assert_eq!(
        trouble.message,
        "a.example.net says that s202611-rsa, in use, is revoked: mail fails at some receivers now"
    );
    assert!(trouble.remedy.contains("--emergency"));
}

#[test]
fn a_record_gone_at_one_server_and_revoked_at_another_comes_to_its_end() {
    let mut world = in_use();
    world.now += 91 * DAY;
    steps(&mut world, 60, 30);
    for name in ["s202611-rsa", "s202611-ed25519"] {
        world.remove(name);
        world.behind.insert(
            format!("{name}._domainkey.example.com."),
            vec!["v=DKIM1; p=".to_owned()],
        );
    }
    world.run();
    let states = |world: &World| -> Vec<KeyState> {
        world.state.generation(1).map(|key| key.state).collect()
    };
    assert_eq!(states(&world), [KeyState::Revoked; 2]);
    world.now += 30 * DAY;
    assert_eq!(world.run().step, Step::Remove(both("s202611")));
    world.catch_up();
    assert_eq!(world.run().step, Step::Destroy(1));
}

#[test]
fn work_by_hand_that_nobody_does_is_overdue() {
    let mut world = in_use();
    world.now += 91 * DAY;
    steps(&mut world, 60, 30);
    world.is_by_hand = true;
    world.now += 60 * DAY;
    let outcome = world.run();
    // It was never said before, so it is not late.
    assert_eq!(outcome.step, Step::Revoke(both("s202611")));
    assert_eq!(outcome.troubles, []);
    world.now += DAY;
    let outcome = world.run();
    assert_eq!(outcome.step, Step::Revoke(both("s202611")));
    assert_eq!(
        outcome.troubles[0].message,
        "overdue: the record of s202611-rsa is not revoked at a.example.net, b.example.net after a day"
    );
    assert!(
        outcome.troubles[0]
            .remedy
            .starts_with("look whether it was done")
    );
}

#[test]
fn by_hand_an_emergency_says_all_that_is_to_be_done() {
    let mut world = in_use();
    world.state.emergency(true);
    world.is_by_hand = true;
    let outcomes = world.run_on();
    let steps = taken(&outcomes);
    assert!(matches!(steps[0], Step::Make { .. }));
    assert_eq!(steps[1], Step::Revoke(both("s202611")));
    assert_eq!(steps[2], Step::Publish(second()));
    assert_eq!(steps[3], Step::Wait);
    // Each run says it again, and no more keys are made.
    assert_eq!(taken(&world.run_on()), steps[1..]);
}

#[test]
fn a_record_that_cannot_be_published_again_holds_nothing_up() {
    let mut world = in_use();
    world.now += 91 * DAY;
    world.remove("s202611-ed25519");
    world.catch_up();
    world.is_by_hand = true;
    let steps = taken(&world.run_on());
    assert_eq!(steps[0], Step::Publish(vec![both("s202611")[1].clone()]));
    assert!(matches!(steps[1], Step::Make { .. }), "{steps:?}");
}

#[test]
fn a_record_gone_everywhere_is_published_again_though_a_server_is_down() {
    let mut world = in_use();
    // What was just published is not published again.
    world.now += HOUR;
    world.zone.clear();
    world.is_silent = [false, true];
    assert_eq!(world.run().step, Step::Publish(both("s202611")));
    assert!(world.text("s202611-rsa").is_some());
}

#[test]
fn a_zone_that_does_not_say_how_long_a_denial_is_kept_is_given_time() {
    let mut world = World::new(START);
    world.has_no_soa = true;
    assert_eq!(steps(&mut world, 60, 5), ["make", "publish", "wait"]);
    let outcome = world.run();
    let seen = world.state.keys[0].seen_since.unwrap();
    assert_eq!(outcome.until, Some(seen + 48 * HOUR));
    world.now += 48 * HOUR;
    assert_eq!(world.run().step, Step::Switch(1));
}
