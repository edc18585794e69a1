//! What is said of what fails, before it does.

use super::super::*;
use super::world::World;
use super::{START, steps};

/// A world in which a key is in use, and an emergency.
fn given_up(revoke_first: bool) -> World {
    let mut world = World::new(START);
    steps(&mut world, 60, 30);
    world.state.emergency(revoke_first);
    world
}

fn messages(outcome: &Outcome) -> Vec<&str> {
    let disruptions = outcome.disruptions.iter();
    disruptions
        .map(|disruption| disruption.message.as_str())
        .collect()
}

#[test]
fn nothing_fails_in_a_usual_rotation() {
    let mut world = World::new(START);
    for _ in 0..200 {
        assert_eq!(world.run().disruptions, []);
        world.now += DAY;
        world.catch_up();
    }
}

#[test]
fn an_emergency_says_what_fails_from_the_switch_on() {
    let mut world = given_up(false);
    let outcome = world.run();
    assert!(matches!(outcome.step, Step::Make { .. }));
    // Its records took a minute to the first look, and are kept for a minute.
    assert_eq!(
        messages(&outcome),
        [
            "once the new keys are used, mail signed with s202611-rsa or s202611-ed25519 that is not \
             verified yet fails: at once where the DNS is asked anew, everywhere after up to 2 \
             minutes; so does what others sign with it",
            "mail is signed with s202611-rsa or s202611-ed25519 and passes until the new keys are \
             used (60 seconds after their records are published, if it takes as long as last time); \
             so does what others sign with it",
            "mail signed with the new keys may fail for up to 5 minutes after each server has their \
             records, at resolvers that asked for their names before",
        ]
    );
    let until: Vec<Option<u64>> = outcome
        .disruptions
        .iter()
        .map(|disruption| disruption.until)
        .collect();
    let now = world.now;
    assert_eq!(until, [Some(now + 180), Some(now + 60), Some(now + 360)]);
    world.run();
    world.now += 30;
    world.catch_up();
    let seen = world.now;
    let outcome = world.run();
    assert!(matches!(outcome.step, Step::Switch(2)));
    assert_eq!(outcome.disruptions[2].until, Some(seen + 300));
    let outcome = world.run();
    assert!(matches!(outcome.step, Step::Revoke(_)));
    assert!(messages(&outcome)[0].starts_with("from now on, mail signed with s202611-rsa"));
    world.run();
    world.catch_up();
    world.now += 300;
    assert_eq!(world.run().disruptions, []);
}

#[test]
fn revoking_first_says_that_everything_fails_until_the_switch() {
    let mut world = given_up(true);
    world.run();
    let outcome = world.run();
    assert!(matches!(outcome.step, Step::Revoke(_)));
    let said = messages(&outcome);
    assert!(said[0].starts_with("from now on, mail signed with s202611-rsa or"));
    assert_eq!(
        said[1],
        "mail signed from now on fails until the new keys are used (60 seconds after their records \
         are published, if it takes as long as last time)"
    );
    world.catch_up();
    let said = world.run();
    assert!(messages(&said)[0].starts_with("mail signed from now on fails"));
}

#[test]
fn what_is_not_known_is_not_said() {
    let mut world = World::new(START);
    world.is_offline = true;
    steps(&mut world, 3600, 60);
    world.state.emergency(true);
    let outcome = world.run();
    let said = messages(&outcome);
    assert!(said[0].contains("everywhere when the last cache has let go of the record"));
    assert!(said[1].ends_with("(when each server has their records, and a run has seen that)"));
    assert!(said[2].contains("for up to 2 days after"));
    assert!(outcome.disruptions.iter().all(|said| said.until.is_none()));
}
