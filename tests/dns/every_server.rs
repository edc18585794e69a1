//! The authoritative servers of a zone, each asked by itself.

mod finding;
pub mod world;

use std::slice::from_ref;
use std::time::Duration;

use dkim_toolkit::lookup::{Answer as Said, Question, RecordType};
use dkim_toolkit::resolver::Resolver;

use self::world::{World, Zone, ask, check, example, says, serves, zone_of};
use super::with;
use crate::support::dns_server::{Answer, NS, NXDOMAIN, REFUSED, Record, Reply, TXT, wire_name};

#[test]
fn servers_that_agree() {
    let zone = example(&["s._domainkey TXT key"]);
    let both = || vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
    let world = World::new(vec![zone.clone()], both());
    // To find them: an alias, the zone's servers, two families of addresses each.
    let expected = "example.com.; a.example.com. 127.0.0.1 key; b.example.com. 127.0.0.2 key; 8";
    let Some(world) = check(world, "S._DomainKey.example.com", expected) else {
        return;
    };
    for server in &world.servers {
        let [question] = server.questions().try_into().unwrap();
        assert!(!question.recursion_desired);
        assert_eq!(question.record_type, TXT);
    }
    assert!(
        world
            .resolver
            .questions()
            .iter()
            .all(|question| question.recursion_desired)
    );
}

#[test]
fn servers_are_found_once() {
    let zone = example(&["s1._domainkey TXT key1", "s2._domainkey TXT key2"]);
    let both = vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
    let Some(world) = World::new(vec![zone], both) else {
        return;
    };
    let resolver = Resolver::new(&world.options()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let questions = ["s1", "s1", "s2", "s2", "s3"].map(|selector| {
        let name = format!("{selector}._domainkey.example.com");
        Question::new(&name, RecordType::Txt).at_every_server()
    });
    let asked = runtime.block_on(async {
        let answers = questions.iter().map(|question| resolver.ask(question));
        let answers = futures_util::future::join_all(answers).await;
        let answers = answers.into_iter().map(|answer| match answer {
            Said::EveryServer(Ok(answer)) => answer.questions,
            other => panic!("{other:?}"),
        });
        answers.sum::<usize>()
    });
    // Three names, one zone with two servers, and each question at both.
    assert_eq!(asked, 3 + 1 + 4 + 5 * 2);
    assert_eq!(world.resolver.questions().len(), 3 + 1 + 4);
}

#[test]
fn servers_that_disagree() {
    let old = example(&["s._domainkey TXT old"]);
    let new = example(&["s._domainkey TXT new"]);
    let none = example(&[]);
    let world = World::new(
        vec![old.clone()],
        vec![serves(vec![old.clone()]), serves(vec![new])],
    );
    let expected = "example.com.; a.example.com. 127.0.0.1 old; b.example.com. 127.0.0.2 new; 8";
    check(world, "s._domainkey.example.com", expected);
    let world = World::new(
        vec![none.clone()],
        vec![serves(vec![old]), serves(vec![none])],
    );
    let expected = "example.com.; a.example.com. 127.0.0.1 old; \
                    b.example.com. 127.0.0.2 NoSuchName; 8";
    check(world, "s._domainkey.example.com", expected);
}

#[test]
fn a_server_that_keeps_silent() {
    let zone = example(&["s._domainkey TXT key"]);
    let servers = vec![serves(vec![zone.clone()]), says(Reply::Silence)];
    let Some(world) = World::new(vec![zone], servers) else {
        return;
    };
    let options = with(world.options(), |options| {
        // The others answer within this time, however busy the machine is.
        options.timeout = Duration::from_secs(3);
        options.tries = 1;
    });
    let resolver = Resolver::new(&options).unwrap();
    let said = ask(&resolver, "s._domainkey.example.com", RecordType::Txt);
    assert_eq!(
        world.show(&said),
        "example.com.; a.example.com. 127.0.0.1 key; \
         b.example.com. 127.0.0.2 Timeout: no answer from 127.0.0.2 within 3 s; 8"
    );
}

#[test]
fn servers_without_authority() {
    #[track_caller]
    fn check_lame(reply: impl Into<Reply>, expected: &str) {
        let zone = example(&["s._domainkey TXT key"]);
        let servers = vec![serves(vec![zone.clone()]), says(reply)];
        let expected = format!(
            "example.com.; a.example.com. 127.0.0.1 key; b.example.com. 127.0.0.2 {expected}; 8"
        );
        check(
            World::new(vec![zone], servers),
            "s._domainkey.example.com",
            &expected,
        );
    }
    let referral = |zone: &str| {
        let mut answer = Answer::default();
        answer
            .authorities
            .push(Record::new(zone, NS, wire_name("ns.example.net")));
        answer
    };
    let lame = "ServFail: 127.0.0.2 is not authoritative for example.com.:";
    check_lame(Answer::code(REFUSED), "Refused: 127.0.0.2 answered REFUSED");
    check_lame(
        Answer::default().txt("s._domainkey.example.com", "cached"),
        &format!("{lame} its answer comes from elsewhere"),
    );
    check_lame(
        Answer::code(NXDOMAIN),
        &format!("{lame} its answer comes from elsewhere"),
    );
    for zone in [".", "com.", "example.com."] {
        let why = format!("{lame} it refers to the servers of {zone}");
        check_lame(referral(zone), &why);
    }
    check_lame(
        referral("_domainkey.example.com"),
        "ServFail: 127.0.0.2 refers to the servers of _domainkey.example.com.",
    );
    // What is about another name is not taken.
    let mut other = Answer::default().txt("t._domainkey.example.com", "other");
    other.authoritative = true;
    check_lame(other, "NoRecords");
}

#[test]
fn a_zone_below_the_domain() {
    let parent = example(&["_domainkey NS b.example.com"]);
    let child = zone_of(
        "_domainkey.example.com",
        &["@ NS b.example.com", "s TXT key"],
    );
    let servers = vec![serves(vec![parent.clone()]), serves(vec![child.clone()])];
    let world = World::new(vec![parent, child], servers);
    let expected = "_domainkey.example.com.; b.example.com. 127.0.0.2 key; 5";
    let Some(world) = check(world, "s._domainkey.example.com", expected) else {
        return;
    };
    let expected = "_domainkey.example.com.; b.example.com. 127.0.0.2 NoRecords; 5";
    check(Some(world), "_domainkey.example.com", expected);
}

#[test]
fn names_without_records() {
    let zone = example(&["s._domainkey TXT key"]);
    let world = || {
        let both = vec![serves(vec![zone.clone()]), serves(vec![zone.clone()])];
        World::new(vec![zone.clone()], both)
    };
    let both = |answer| {
        format!(
            "example.com.; a.example.com. 127.0.0.1 {answer}; b.example.com. 127.0.0.2 {answer}; 8"
        )
    };
    check(world(), "_domainkey.example.com", &both("NoRecords"));
    check(world(), "example.com", &both("NoRecords"));
    check(world(), "x.y.z.example.com", &both("NoSuchName"));
}

#[test]
fn aliases_within_the_zone_and_out_of_it() {
    let zone = example(&[
        "s._domainkey TXT key",
        "in._domainkey CNAME s._domainkey.example.com",
        "dangling._domainkey CNAME nothing.example.com",
        "out._domainkey CNAME key.provider.test",
        "on._domainkey CNAME out._domainkey.example.com",
        "below._domainkey CNAME key.sub.example.com",
        "loop._domainkey CNAME loop._domainkey.example.com",
        "sub NS b.example.com",
    ]);
    let provider = zone_of("provider.test", &["key TXT far"]);
    let sub = zone_of("sub.example.com", &["@ NS b.example.com", "key TXT sub"]);
    let world = |more: &[Zone]| {
        let zones = [from_ref(&zone), more].concat();
        let both = vec![serves(zones.clone()), serves(zones.clone())];
        World::new(vec![zone.clone(), provider.clone(), sub.clone()], both)
    };
    // With a question for the zone that the alias is in.
    let both = |answer: &str, questions: usize| {
        let servers = [(1, "a"), (2, "b")]
            .map(|(number, name)| format!("{name}.example.com. 127.0.0.{number} {answer}; "));
        format!("example.com.; {}{questions}", servers.concat())
    };
    let name = |selector: &str| format!("{selector}._domainkey.example.com");
    let to_s = "s._domainkey.example.com. key";
    check(world(&[]), &name("in"), &both(to_s, 9));
    check(
        world(&[]),
        &name("dangling"),
        &both("nothing.example.com. NoSuchName", 9),
    );
    let out = "key.provider.test. Elsewhere";
    check(world(&[]), &name("out"), &both(out, 9));
    // The same where the server knows the other zone.
    check(world(from_ref(&provider)), &name("out"), &both(out, 9));
    let on = format!("out._domainkey.example.com. {out}");
    check(world(&[]), &name("on"), &both(&on, 9));
    // It refers to the servers of the zone below.
    let below = "key.sub.example.com. Elsewhere";
    check(world(&[]), &name("below"), &both(below, 11));
    check(
        world(&[]),
        &name("loop"),
        &both("loop._domainkey.example.com. AliasLoop", 9),
    );
    let Some(world) = world(&[]) else { return };
    let alias = r#"Cname("key.provider.test.")"#;
    assert_eq!(world.ask(&name("out"), RecordType::Cname), both(alias, 9));
}
