//! How the zone of a name and its servers are found.

use std::fmt::Write as _;
use std::slice::from_ref;

use dkim_toolkit::lookup::{
    Answer as Said, Question, RecordData, RecordType, RecordsOutcome, ServersAnswer,
};
use dkim_toolkit::resolver::Resolver;

use super::world::{World, answer, ask, check, example, serves, zone_of};
use crate::dns::block_on;
use crate::support::dns_server::{
    A, Answer, Behaviour, CNAME, NOERROR, Question as Asked, Record, SERVFAIL,
};

const NAME: &str = "s._domainkey.example.com";
const BOTH: &str = "example.com.; a.example.com. 127.0.0.1 key; b.example.com. 127.0.0.2 key; ";

/// A forwarder that leaves out where a denial is from.
#[test]
fn a_resolver_without_authorities() {
    let zone = example(&["s._domainkey TXT key"]);
    let known = zone.clone();
    let resolver = move |question: &_| {
        let mut answer = answer(from_ref(&known), question, false);
        answer.authorities.clear();
        answer
    };
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone])];
    // The alias; then SOA records of three names.
    check(World::behind(resolver, both), NAME, &format!("{BOTH}11"));
}

/// The alias is there, and what it leads to is not: the zone is found all the same.
#[test]
fn an_alias_to_a_zone_that_is_broken() {
    // As a wildcard has it, for the name above as well.
    let aliases = [
        "s._domainkey CNAME key.broken.test",
        "_domainkey CNAME key.broken.test",
    ];
    let zone = example(&aliases);
    let known = zone.clone();
    let resolver = move |question: &Asked| {
        let whole = answer(from_ref(&known), question, false);
        let is_led_away = whole
            .answers
            .iter()
            .any(|record| record.record_type == CNAME);
        if is_led_away && question.record_type != CNAME {
            Answer::code(SERVFAIL)
        } else {
            whole
        }
    };
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone])];
    let expected = "example.com.; a.example.com. 127.0.0.1 key.broken.test. Elsewhere; \
                    b.example.com. 127.0.0.2 key.broken.test. Elsewhere; 10";
    check(World::behind(resolver, both), NAME, expected);
}

/// Denials that name a zone that the name is not in.
#[test]
fn zones_of_other_names_are_not_taken() {
    let zone = example(&["s._domainkey TXT key"]);
    let known = zone.clone();
    let resolver = move |question: &Asked| {
        let mut answer = answer(from_ref(&known), question, false);
        if question.name != "example.com." {
            answer.authorities.clear();
            answer = answer.soa("other.example.com").soa("xample.com");
        }
        answer
    };
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone])];
    check(World::behind(resolver, both), NAME, &format!("{BOTH}11"));
}

#[test]
fn a_resolver_that_fails() {
    let failing = |_: &_| Answer::code(SERVFAIL);
    let Some(world) = World::behind(failing, vec![serves(vec![])]) else {
        return;
    };
    let address = world.resolver.address();
    let expected = format!("ServFail: {address} answered SERVFAIL");
    assert_eq!(world.ask(NAME, RecordType::Txt), expected);
}

/// Nothing that a resolver says makes more than a few dozen questions.
#[test]
fn a_zone_without_end() {
    let empty = |_: &_| Answer::code(NOERROR);
    let world = World::behind(empty, vec![serves(vec![])]);
    let why = "ServFail: no SOA record at s._domainkey.example.com. or above it says which zone \
               that is in";
    let Some(world) = check(world, NAME, why) else {
        return;
    };
    // The alias, and SOA records of five names, the root's among them.
    assert_eq!(world.resolver.questions().len(), 6);
    let servers: Vec<String> = (0..1_000)
        .map(|n| format!("@ NS n{n:03}.example.com"))
        .collect();
    let mut lines: Vec<&str> = servers.iter().map(String::as_str).collect();
    lines.push("s._domainkey TXT key");
    let known = zone_of("example.com", &lines);
    let resolver = {
        let known = known.clone();
        move |question: &Asked| match question.record_type {
            A => {
                let mut answer = Answer::default();
                for last in (1..=200).rev() {
                    let address = vec![127, 0, 0, last];
                    answer.answers.push(Record::new(&question.name, A, address));
                }
                answer
            }
            _ => answer(from_ref(&known), question, false),
        }
    };
    let both = vec![serves(vec![known.clone()]), serves(vec![known])];
    let mut expected = "example.com.; ".to_owned();
    for server in 0..13 {
        for last in [1, 2] {
            let _ = write!(expected, "n{server:03}.example.com. 127.0.0.{last} key; ");
        }
    }
    // The alias, the servers, 13 times two families, and two addresses, each asked once.
    let world = World::behind(resolver, both);
    check(world, NAME, &format!("{expected}{}", 1 + 1 + 26 + 2));
}

#[test]
fn servers_without_addresses() {
    let zone = example(&[
        "@ NS c.example.com",
        "@ NS d.example.com",
        "d AAAA ::",
        "b AAAA ::",
    ]);
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
    let nothing = "NoSuchName";
    // An address that there is no way to is passed over where another one answers.
    let expected = format!(
        "example.com.; a.example.com. 127.0.0.1 {nothing}; b.example.com. 127.0.0.2 {nothing}; \
         c.example.com. - Unreachable: c.example.com. has no address; \
         d.example.com. :: Unreachable: [::] cannot be reached: it is not the address of a server; \
         12"
    );
    check(World::new(vec![zone], both), NAME, &expected);
    let zone = zone_of("example.com", &["s._domainkey TXT key"]);
    let expected = "ServFail: there is no NS record for the zone example.com.";
    check(World::new(vec![zone], vec![serves(vec![])]), NAME, expected);
}

/// What a change of a key waits for: how long caches may keep that there is no record.
#[test]
fn the_time_of_denials() {
    let zone = example(&[]);
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
    let Some(world) = World::new(vec![zone], both) else {
        return;
    };
    let resolver = Resolver::new(&world.options()).unwrap();
    let ServersAnswer { servers, .. } = ask(&resolver, "example.com", RecordType::Soa).unwrap();
    assert_eq!(servers.len(), 2);
    for server in servers {
        let outcome = server.answer.unwrap().outcome;
        let RecordsOutcome::Found { records, ttl } = outcome else {
            panic!("{outcome:?}");
        };
        let [RecordData::Soa { minimum: 60, .. }] = records[..] else {
            panic!("{records:?}");
        };
        assert_eq!(ttl, Some(300));
    }
}

/// More than UDP carries, whatever the way to the resolver is.
#[test]
fn long_answers() {
    let text = "x".repeat(4_000);
    let zone = example(&[&format!("s._domainkey TXT {text}")]);
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
    let Some(world) = World::new(vec![zone], both) else {
        return;
    };
    let expected = BOTH.replace("key;", &format!("{text};"));
    assert_eq!(world.ask(NAME, RecordType::Txt), format!("{expected}8"));
    for server in &world.servers {
        let ways: Vec<bool> = server
            .questions()
            .iter()
            .map(|question| question.over_tcp)
            .collect();
        assert_eq!(ways, [false, true]);
    }
}

/// A server that does not follow aliases is asked for each of them.
#[test]
fn a_server_that_answers_one_step_at_a_time() {
    let zone = example(&[
        "s._domainkey CNAME t._domainkey.example.com",
        "t._domainkey TXT key",
    ]);
    let server = || -> Behaviour {
        let known = zone.clone();
        Box::new(move |question| {
            let mut answer = answer(from_ref(&known), question, true);
            answer.answers.truncate(1);
            answer.into()
        })
    };
    let both = vec![server(), server()];
    let expected = BOTH.replace("key;", "t._domainkey.example.com. key;");
    check(
        World::new(vec![zone.clone()], both),
        NAME,
        &format!("{expected}11"),
    );
}

#[test]
fn master_files_have_no_servers() {
    let zone = b"s._domainkey.example.com TXT key".as_slice();
    let resolver = Resolver::from_zones([("zone", zone)]).unwrap();
    let question = Question::new(NAME, RecordType::Txt).at_every_server();
    let Said::EveryServer(Ok(answer)) = block_on(resolver.ask(&question)) else {
        panic!("{question:?}");
    };
    assert_eq!(answer, ServersAnswer::new(String::new(), Vec::new(), 0));
}
