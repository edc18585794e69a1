//! What the validator asks for once, and for how long it stays.

use std::time::Duration;

use hickory_proto::rr::rdata::{CNAME, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::time;

use super::server::{self, Answer, DnsServer, Question, Reply};
use super::still_time::at_still_time;
use super::{NOW, Resolver, ResolverOptions, Root, Source, TTL, record, to_send};
use crate::identifier::KeyQuery;
use crate::identifier::{Sdid, Selector};
use crate::lookup::{Dnssec, KeyAnswer, LookupFailureKind};
use crate::resolver::CachingResolver;

const NAMES: usize = 50;

const DNSKEY: u16 = 48;
const DS: u16 = 43;

/// A server that says this, and a resolver that trusts the root and keeps what it hears.
fn start(
    answer: impl Fn(&Root, &Question) -> Reply + Send + Sync + 'static,
) -> (DnsServer, CachingResolver) {
    let root = Root::new();
    let anchors = root.anchors();
    let server = DnsServer::start(move |question| answer(&root, question));
    let options = ResolverOptions {
        nameservers: vec![server.address()],
        ..ResolverOptions::default()
    };
    let servers = options.servers().unwrap().into();
    let resolver = Resolver {
        source: Source::Validated(super::super::Validator::new(servers, anchors, || NOW)),
        authorities: None,
    };
    (server, CachingResolver::new(resolver))
}

/// Many names below com., each of its own domain, under a root that is signed.
fn queries() -> Vec<KeyQuery> {
    let selector = Selector::parse(b"s").unwrap();
    let query = |number: usize| {
        let domain = Sdid::parse(format!("example{number}.com").as_bytes()).unwrap();
        KeyQuery::new(&selector, &domain).unwrap()
    };
    (0..NAMES).map(query).collect()
}

async fn look_up(resolver: &CachingResolver, queries: Vec<KeyQuery>) -> Vec<KeyAnswer> {
    let mut lookups = tokio::task::JoinSet::new();
    for query in queries {
        let resolver = resolver.clone();
        lookups.spawn(async move { resolver.lookup(&query).await });
    }
    lookups.join_all().await
}

async fn advance(seconds: u64) {
    time::advance(Duration::from_secs(seconds)).await;
}

/// How often this was asked.
fn count(server: &DnsServer, record_type: u16) -> usize {
    let questions = server.questions();
    let asked = questions.iter().filter(|it| it.record_type == record_type);
    asked.count()
}

fn signed_world(root: &Root, question: &Question) -> Reply {
    let answers = match question.record_type {
        DNSKEY => root.signed(root.dnskey()),
        _ => root.signed(text(&question.name)),
    };
    Answer {
        answers: answers.into(),
        ..Answer::default()
    }
    .into()
}

fn text(name: &str) -> Record {
    let text = TXT::new(vec!["v=DKIM1; p=".to_owned()]);
    record(name, RData::TXT(text))
}

/// As [`signed_world`], with com. provably not signed.
fn insecure_world(root: &Root, question: &Question) -> Reply {
    match (question.name.as_str(), question.record_type) {
        (".", DNSKEY) => signed_world(root, question),
        (_, server::TXT) => Answer {
            answers: vec![to_send(&text(&question.name))],
            ..Answer::default()
        }
        .into(),
        ("com.", DS) => Answer {
            authorities: [root.soa(), root.nsec("com.", &[RecordType::NS])].concat(),
            ..Answer::default()
        }
        .into(),
        ("com.", 2) => Answer {
            answers: vec![server::Record::new("com.", 2, server::wire_name("ns.com."))],
            ..Answer::default()
        }
        .into(),
        _ => Answer::default().into(),
    }
}

#[track_caller]
fn assert_all(answers: &[KeyAnswer], expected: Dnssec) {
    assert_eq!(answers.len(), NAMES);
    for answer in answers {
        assert!(
            matches!(answer, KeyAnswer::Records { dnssec, .. } if *dnssec == Some(expected)),
            "{answer:?}"
        );
    }
}

#[test]
fn keys_are_asked_for_once() {
    let (server, resolver) = start(signed_world);
    at_still_time(async {
        let answers = look_up(&resolver, queries()).await;
        assert_all(&answers, Dnssec::Secure);
        assert_eq!(count(&server, DNSKEY), 1);
        assert_eq!(count(&server, server::TXT), NAMES);
        advance(TTL.into()).await;
        look_up(&resolver, queries()).await;
        assert_eq!(count(&server, DNSKEY), 2);
    });
}

#[test]
fn delegations_are_asked_for_once() {
    let (server, resolver) = start(insecure_world);
    at_still_time(async {
        let answers = look_up(&resolver, queries()).await;
        assert_all(&answers, Dnssec::Insecure);
        let questions = server.questions();
        for (place, question) in questions.iter().enumerate() {
            let same = |other: &&Question| {
                (&other.name, other.record_type) == (&question.name, question.record_type)
            };
            let first = questions.iter().position(|other| same(&other));
            assert_eq!(first, Some(place), "twice: {question:?}");
        }
    });
}

/// Keys that cannot be had are not asked for again for each name, and not given up for long.
#[test]
fn failures_are_kept_for_some_seconds() {
    let (server, resolver) = start(|root, question| match question.record_type {
        DNSKEY => Answer::code(server::SERVFAIL).into(),
        _ => signed_world(root, question),
    });
    at_still_time(async {
        let [first, second, others @ ..] = &queries()[..] else {
            unreachable!()
        };
        for answer in look_up(&resolver, others.to_vec()).await {
            let KeyAnswer::Failed(failure) = answer else {
                panic!("{answer:?}");
            };
            assert_eq!(failure.kind, LookupFailureKind::ServFail);
        }
        let asked = count(&server, DNSKEY);
        assert_eq!(asked, 2, "tries");
        advance(3).await;
        resolver.lookup(first).await;
        assert_eq!(count(&server, DNSKEY), asked);
        advance(2).await;
        resolver.lookup(second).await;
        assert_eq!(count(&server, DNSKEY), asked * 2);
    });
}

/// The end of an alias that one name led to is not kept anew for the next one.
#[test]
fn what_was_kept_grows_old() {
    let (server, resolver) = start(|root, question| {
        if question.record_type == server::TXT && question.name != "k.example.net." {
            let target = Name::from_ascii("k.example.net.").unwrap();
            let alias = record(&question.name, RData::CNAME(CNAME(target)));
            return Answer {
                answers: root.signed(alias).into(),
                ..Answer::default()
            }
            .into();
        }
        signed_world(root, question)
    });
    at_still_time(async {
        let queries = queries();
        resolver.lookup(&queries[0]).await;
        advance(200).await;
        let answer = resolver.lookup(&queries[1]).await;
        assert!(matches!(answer, KeyAnswer::Records { .. }), "{answer:?}");
        assert_eq!(count(&server, server::TXT), 3);
        advance(u64::from(TTL) - 201).await;
        assert!(resolver.cached(&queries[1]).is_some());
        advance(1).await;
        assert!(resolver.cached(&queries[1]).is_none());
    });
}
