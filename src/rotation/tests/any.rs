//! Rotations under any faults.

use proptest::prelude::*;

use super::super::*;
use super::START;
use super::world::{Fault, World};

/// How many rotations are tried.
fn cases() -> u32 {
    let cases = std::env::var("PROPTEST_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

/// What happens before a run.
#[derive(Clone, Debug)]
struct Event {
    /// How much time has passed, in seconds.
    passed: u64,
    /// How far the clock is behind, in seconds.
    behind: u64,
    fault: Fault,
    /// Whether the second server takes the zone over.
    catches_up: bool,
    /// Whether somebody puts a record at the name of a key that is to come, or may come.
    foreign: Option<u8>,
    /// Whether a key is retired, or given up.
    wish: u8,
}

fn event() -> impl Strategy<Value = Event> {
    let passed = prop_oneof![Just(0), 1..400_u64, 400..90_000_u64, 90_000..9_000_000_u64];
    let behind = prop_oneof![6 => Just(0), 1 => 1..300_u64, 1 => 300..10_000_000_u64];
    let fault = prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Before),
        1 => Just(Fault::After),
        1 => Just(Fault::Fails),
        1 => Just(Fault::Lies),
        1 => Just(Fault::Silent),
    ];
    let foreign = prop_oneof![9 => Just(None), 1 => any::<u8>().prop_map(Some)];
    (passed, behind, fault, any::<bool>(), foreign, any::<u8>()).prop_map(
        |(passed, behind, fault, catches_up, foreign, wish)| Event {
            passed,
            behind,
            fault,
            catches_up,
            foreign,
            wish,
        },
    )
}

/// Puts a record of somebody else at the name of a key that is not in use, or at a name of the
/// pattern.
fn put_foreign(world: &mut World, choice: u8) {
    let active = world.on_disk;
    let keys = world.state.keys.iter();
    let idle = keys.filter(|key| Some(key.generation) != active);
    let mut names: Vec<String> = idle.map(|key| key.selector.as_str().to_owned()).collect();
    let pattern = SelectorPattern::default();
    let wanted = pattern.selectors(world.now, &world.policy.types, 1 + u32::from(choice % 2));
    let wanted = wanted.unwrap().into_iter().map(|(selector, _)| selector);
    let wanted = wanted.filter(|name| world.state.key(name).is_none());
    names.extend(wanted.map(|name| name.as_str().to_owned()));
    let Some(name) = names.get(usize::from(choice) % names.len().max(1)) else {
        return;
    };
    world.put(
        &name.clone(),
        &format!("v=DKIM1; k=rsa; p=AAAA{}", u32::from(choice) * 4 + 1000),
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        // PROPTEST_CASES=1000 in the environment for more.
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_signer_always_has_a_key_that_everybody_sees(
        events in proptest::collection::vec(event(), 1..80)
    ) {
        let mut world = World::new(START);
        let mut time = START;
        // Since when each server has had the records of a generation, by the true time.
        let mut whole_since: BTreeMap<u32, u64> = BTreeMap::new();
        // What was switched to in an emergency while a server was down, which lags.
        let mut hurried = None;
        // A clock that was behind all the time, and is set right between two looks, cannot be told
        // from time that has passed.
        let mut unseen = 0;
        for event in &events {
            time += event.passed;
            if event.catches_up {
                world.catch_up();
            }
            note_whole(&world, &mut whole_since, time);
            world.now = time.saturating_sub(event.behind);
            world.fault = event.fault;
            if let Some(choice) = event.foreign {
                put_foreign(&mut world, choice);
                note_whole(&world, &mut whole_since, time);
            }
            world.recover();
            match event.wish {
                0..=4 => {
                    let keys = &world.state.keys;
                    let chosen = keys.get(usize::from(event.wish) % keys.len().max(1));
                    if let Some(selector) = chosen.map(|key| key.selector.clone()) {
                        world.state.retire(&selector).unwrap();
                    }
                }
                5 | 6 => world.state.emergency(false),
                _ => {}
            }
            let is_emergency = world.state.keys.iter().any(|key| key.compromised && key.state == KeyState::Active);
            let before = world.on_disk;
            if world.now + CLOCK_TOLERANCE >= world.state.clock {
                unseen = unseen.max(event.behind);
            }
            let outcome = world.run();
            if let (Step::Switch(generation), true) = (&outcome.step, world.on_disk != before) {
                let since = whole_since.get(generation);
                if since.is_none() && is_emergency && event.fault == Fault::Silent {
                    hurried = Some(*generation);
                }
                prop_assert!(since.is_some() || hurried.is_some(), "a record is not everywhere");
                if !is_emergency {
                    let waited = time - since.unwrap();
                    prop_assert!(waited + unseen >= 300, "a denial may be kept still");
                }
            }
            hurried = hurried.filter(|hurried| {
                world.on_disk == Some(*hurried) && !whole_since.contains_key(hurried)
            });
            let is_good = if hurried.is_some() { world.is_good_at_first() } else { world.is_good() };
            prop_assert!(is_good, "{event:?}: {outcome:?}");
            prop_assert!(world.has_all_foreign(), "{event:?}: {outcome:?}");
            note_whole(&world, &mut whole_since, time);
        }
        // Where nothing is wrong any more, the next rotation comes.
        world.fault = Fault::None;
        world.now = time.max(world.state.clock);
        let before = world.on_disk;
        for _ in 0..100 {
            world.catch_up();
            world.run();
            prop_assert!(world.is_good() && world.has_all_foreign());
            world.now += 2 * DAY;
        }
        prop_assert!(world.on_disk > before, "no progress: {:?}", world.state);
    }

    #[test]
    fn an_emergency_ends_in_a_switch_while_a_server_answers(
        events in proptest::collection::vec(event(), 0..20),
        revoke_first in any::<bool>(),
        is_deleted in any::<bool>(),
        down in 0..3_usize,
    ) {
        let mut world = World::new(START);
        for _ in 0..8 {
            world.run();
            world.now += 60;
            world.catch_up();
        }
        for event in &events {
            world.now += event.passed;
            world.fault = event.fault;
            world.run();
            if event.catches_up {
                world.catch_up();
            }
        }
        world.fault = Fault::None;
        let given_up = world.on_disk;
        world.state.emergency(revoke_first);
        if is_deleted {
            world.zone.clear();
            world.catch_up();
        }
        if let Some(silent) = world.is_silent.get_mut(down) {
            *silent = true;
        }
        for _ in 0..6 {
            world.run_on();
            world.now += HOUR;
            world.catch_up();
        }
        prop_assert!(world.on_disk > given_up, "no progress: {:?}", world.state);
        prop_assert!(world.is_good(), "{:?}", world.state);
        for key in world.state.keys.iter().filter(|key| key.compromised) {
            let text = world.text(key.selector.as_str());
            prop_assert!(text.as_ref() != Some(&key.record), "{:?}", world.state);
        }
    }
}

/// Notes since when every server has had the records of each generation.
fn note_whole(world: &World, since: &mut BTreeMap<u32, u64>, time: u64) {
    for key in &world.state.keys {
        let name = format!("{}._domainkey.example.com.", key.selector.as_str());
        let wanted = Some(vec![key.record.clone()]);
        let is_there =
            world.zone.get(&name) == wanted.as_ref() && world.behind.get(&name) == wanted.as_ref();
        if !is_there {
            since.remove(&key.generation);
        }
    }
    for key in &world.state.keys {
        let mut keys = world.state.generation(key.generation);
        let is_whole = keys.all(|key| {
            let name = format!("{}._domainkey.example.com.", key.selector.as_str());
            let wanted = Some(vec![key.record.clone()]);
            world.zone.get(&name) == wanted.as_ref() && world.behind.get(&name) == wanted.as_ref()
        });
        if is_whole {
            since.entry(key.generation).or_insert(time);
        }
    }
}
