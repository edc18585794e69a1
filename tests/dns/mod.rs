//! The resolver against a server on loopback: every answer that there can be.

mod cache;
pub mod every_server;
mod failure;
mod records;
mod verification;

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::lookup::{KeyAnswer, LookupFailure, LookupFailureKind};
use dkim_toolkit::lookup::{TxtAnswer, TxtOutcome};
use dkim_toolkit::resolver::{Resolver, ResolverOptions, Transport};

use super::support::dns_server::{
    Answer, CNAME, DnsServer, FORMERR, NXDOMAIN, Question, REFUSED, Record, Reply, SERVFAIL, TXT,
    wire_name,
};

const NAME: &str = "s._domainkey.example.com.";

/// The timeout of a try that is answered; longer than a busy machine needs.
const LONG: Duration = Duration::from_secs(60);

/// The timeout of a try that is not answered.
const TIMEOUT: Duration = Duration::from_millis(250);

/// For servers that answer.
fn options(servers: &[SocketAddr]) -> ResolverOptions {
    with(ResolverOptions::default(), |options| {
        options.nameservers = servers.to_vec();
        options.timeout = LONG;
    })
}

/// For servers that keep silent.
fn in_vain(servers: &[SocketAddr]) -> ResolverOptions {
    with(options(servers), |options| {
        options.timeout = TIMEOUT;
    })
}

/// The options with a change.
fn with(
    mut options: ResolverOptions,
    change: impl FnOnce(&mut ResolverOptions),
) -> ResolverOptions {
    change(&mut options);
    options
}

/// Runs one lookup under these options.
fn run(options: &ResolverOptions) -> Result<TxtAnswer, LookupFailure> {
    let resolver = Resolver::new(options).unwrap();
    block_on(resolver.txt(NAME))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// The answer in one line: the chain, then the records or what there is instead.
fn show(answer: Result<TxtAnswer, LookupFailure>) -> String {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            let LookupFailure {
                kind,
                detail,
                chain,
                ..
            } = failure;
            assert!(
                detail.chars().all(|c| !c.is_control()) && !detail.ends_with('.'),
                "{detail}"
            );
            return format!("{}{kind:?}: {detail}", shown_chain(&chain));
        }
    };
    let mut shown = shown_chain(&answer.chain);
    if let Some(target) = &answer.alias_beside {
        shown += &format!("beside {target} ");
    }
    match answer.outcome {
        TxtOutcome::Found { records, ttl } => {
            for record in records {
                shown += &format!("{:?} ", record.escape_ascii().to_string());
            }
            shown += &format!("{ttl:?}");
        }
        other => shown += &format!("{other:?}"),
    }
    shown
}

fn shown_chain(chain: &[String]) -> String {
    chain.iter().map(|target| format!("{target} ")).collect()
}

/// One server that always answers the same, asked over UDP; `@` in the expectation is its address.
#[track_caller]
fn check(reply: impl Into<Reply>, expected: &str) -> Vec<Question> {
    let reply = reply.into();
    let server = DnsServer::start(move |_| reply.clone());
    let options = if expected.ends_with("within 500 ms") {
        in_vain
    } else {
        options
    };
    let answer = run(&options(&[server.address()]));
    let shown = show(answer).replace(&server.address().to_string(), "@");
    assert_eq!(shown, expected);
    server.questions()
}

/// Holds answers back until the test opens it.
#[derive(Clone, Default)]
struct Gate {
    is_open: Arc<(Mutex<bool>, Condvar)>,
}

impl Gate {
    fn open(&self) {
        let (is_open, opened) = &*self.is_open;
        *is_open.lock().unwrap() = true;
        opened.notify_all();
    }

    fn wait(&self) {
        let (is_open, opened) = &*self.is_open;
        let is_open = is_open.lock().unwrap();
        // After the timeout, the server's thread goes on even if the test has failed.
        let _ = opened.wait_timeout_while(is_open, LONG, |is_open| !*is_open);
    }
}

fn key() -> Answer {
    Answer::default().txt(NAME, "v=DKIM1; p=")
}

const FOUND: &str = r#""v=DKIM1; p=" Some(300)"#;

#[test]
fn an_answer() {
    let questions = check(key(), FOUND);
    assert_eq!(
        questions,
        [Question {
            name: NAME.to_owned(),
            record_type: TXT,
            over_tcp: false,
            connection: 0,
            edns_size: Some(1232),
            recursion_desired: true,
            checking_disabled: false,
        }]
    );
}

#[test]
fn the_strings_of_a_record_are_joined() {
    let octets: Vec<u8> = (0..=255).collect();
    let answer = Answer::default()
        .txt_strings(NAME, &[b"v=DKIM1; ", b"", b"p=x"])
        .txt_strings(NAME, &[b"\x00\xff", b"\xe9"])
        .txt(NAME, octets);
    let server = DnsServer::start(move |_| answer.clone().into());
    let answer = run(&options(&[server.address()]));
    let TxtOutcome::Found { records, .. } = answer.unwrap().outcome else {
        panic!("no records");
    };
    let octets: Vec<u8> = (0..=255).collect();
    assert_eq!(
        records,
        [b"v=DKIM1; p=x".to_vec(), b"\x00\xff\xe9".to_vec(), octets]
    );
}

#[test]
fn a_record_that_comes_twice_is_one() {
    let answer = Answer::default()
        .txt(NAME, "b")
        .txt(NAME, "a")
        .txt(NAME, "b")
        .txt(NAME, "a")
        .txt_strings(NAME, &[b"", b"a"]);
    // Other strings make another record, whatever they say together.
    check(answer, r#""b" "a" "a" Some(300)"#);
}

#[test]
fn times_to_live_have_31_bits() {
    for (ttl, expected) in [(0x7fff_ffff, 0x7fff_ffff), (0x8000_0000, 0), (u32::MAX, 0)] {
        let mut answer = key();
        answer.answers[0].ttl = ttl;
        check(answer, &format!(r#""v=DKIM1; p=" Some({expected})"#));
    }
}

#[test]
fn a_long_answer_comes_over_tcp() {
    for length in [1_200, 16_384, 60_000] {
        let text = "k".repeat(length);
        let questions = check(
            Answer::default().txt(NAME, &text),
            &format!("{text:?} Some(300)"),
        );
        let over_tcp: Vec<bool> = questions.iter().map(|question| question.over_tcp).collect();
        assert_eq!(over_tcp, [false, true]);
    }
}

#[test]
fn names_in_any_letter_case() {
    check(
        Answer::default()
            .cname("S._DomainKey.Example.COM", "Key.Example.NET")
            .txt("kEY.example.net", "x"),
        "key.example.net. \"x\" Some(300)",
    );
}

#[test]
fn a_chain_of_aliases() {
    let questions = check(
        Answer::default()
            .cname("b.example", "c.example")
            .txt("c.example", "x")
            .cname(NAME, "b.example"),
        "b.example. c.example. \"x\" Some(300)",
    );
    assert_eq!(questions.len(), 1);
}

#[test]
fn a_server_that_does_not_follow_aliases() {
    let server = DnsServer::start(|question| match question.name.as_str() {
        NAME => Answer::default().cname(NAME, "b.example").into(),
        "b.example." => Answer::default().cname("b.example", "c.example").into(),
        _ => Answer::default().txt("c.example", "x").into(),
    });
    let answer = run(&options(&[server.address()]));
    assert_eq!(show(answer), "b.example. c.example. \"x\" Some(300)");
    assert_eq!(server.questions().len(), 3);
}

#[test]
fn a_dname_without_its_cname() {
    let server = DnsServer::start(|question| match question.name.as_str() {
        NAME => Answer::default().dname("example.com", "example.net").into(),
        "s._domainkey.example.net." => Answer::default().txt(&question.name, "x").into(),
        _ => Answer::code(NXDOMAIN).into(),
    });
    let answer = run(&options(&[server.address()]));
    assert_eq!(show(answer), "s._domainkey.example.net. \"x\" Some(300)");
}

#[test]
fn negative_answers() {
    check(Answer::code(NXDOMAIN), "NoSuchName");
    check(Answer::code(NXDOMAIN).soa("example.com"), "NoSuchName");
    check(Answer::default(), "NoRecords");
    check(Answer::default().soa("example.com"), "NoRecords");
    // NXDOMAIN is about the end of the chain (RFC 6604 §3).
    let dangling = Answer {
        code: NXDOMAIN,
        ..Answer::default().cname(NAME, "b.example")
    };
    check(dangling, "b.example. NoSuchName");
}

#[test]
fn a_chain_that_ends_without_records() {
    let server = DnsServer::start(|question| match question.name.as_str() {
        NAME => Answer::default()
            .cname(NAME, "b.example")
            .soa("example")
            .into(),
        _ => Answer::default().soa("example").into(),
    });
    let answer = run(&options(&[server.address()]));
    assert_eq!(show(answer), "b.example. NoRecords");
}

#[test]
fn an_alias_whose_target_cannot_be_asked() {
    for (code, failed) in [
        (REFUSED, "Refused: @ answered REFUSED"),
        (SERVFAIL, "ServFail: @ answered SERVFAIL"),
    ] {
        // The server fails on the whole way, or only when it is asked for the target.
        let at_once = Answer {
            code,
            ..Answer::default().cname(NAME, "b.example")
        };
        check(at_once, &format!("b.example. {failed}"));
        let two = Answer::default()
            .cname(NAME, "b.example")
            .cname("b.example", "c.example");
        let server = DnsServer::start(move |question| match question.name.as_str() {
            NAME => two.clone().into(),
            _ => Answer::code(code).into(),
        });
        let shown = show(run(&options(&[server.address()])));
        let shown = shown.replace(&server.address().to_string(), "@");
        assert_eq!(shown, format!("b.example. c.example. {failed}"));
    }
    let server = DnsServer::start(|question| match question.name.as_str() {
        NAME => Answer::default().cname(NAME, "b.example").into(),
        _ => Reply::Silence,
    });
    let shown = show(run(&in_vain(&[server.address()])));
    assert!(
        shown.starts_with("b.example. Timeout: no answer from "),
        "{shown}"
    );
    // What a failure says about other names leads nowhere.
    let other = Answer {
        code: REFUSED,
        ..Answer::default()
            .cname("evil.example", "b.example")
            .cname(NAME, NAME)
    };
    check(other, &format!("{NAME} Refused: @ answered REFUSED"));
}

#[test]
fn an_alias_beside_records() {
    let both = Answer::default()
        .txt(NAME, "x")
        .cname(NAME, "b.example")
        .txt("b.example", "y");
    check(both, "beside b.example. \"x\" Some(300)");
}

#[test]
fn chains_without_an_end() {
    check(
        Answer::default().cname(NAME, NAME),
        &format!("{NAME} AliasLoop"),
    );
    check(
        Answer::default()
            .cname(NAME, "b.example")
            .cname("b.example", NAME),
        &format!("b.example. {NAME} AliasLoop"),
    );
    let server = DnsServer::start(|question| {
        Answer::default()
            .cname(&question.name, &format!("x{}", question.name))
            .into()
    });
    let resolver = Resolver::new(&options(&[server.address()])).unwrap();
    let answer = block_on(resolver.txt(NAME)).unwrap();
    assert_eq!(answer.outcome, TxtOutcome::AliasLoop);
    assert_eq!(server.questions().len(), 17);
    let failed = block_on(resolver.lookup(&query()));
    assert!(matches!(
        failed,
        KeyAnswer::Failed(LookupFailure {
            kind: LookupFailureKind::ServFail,
            ..
        })
    ));
}

#[test]
fn a_server_without_edns() {
    let server = DnsServer::start(|question| match question.edns_size {
        Some(_) => Answer::code(FORMERR).into(),
        None => key().into(),
    });
    let answer = run(&options(&[server.address()]));
    assert_eq!(show(answer), FOUND);
}

#[test]
fn records_of_other_names_are_not_taken() {
    check(Answer::default().txt("evil.example", "x"), "NoRecords");
    check(Answer::default().txt("example.com", "x"), "NoRecords");
    check(
        Answer::default().txt(&format!("x.{NAME}"), "x"),
        "NoRecords",
    );
    check(
        Answer::default()
            .cname("evil.example", "b.example")
            .txt("b.example", "x"),
        "NoRecords",
    );
    check(
        Answer {
            additionals: vec![Record::txt(NAME, &[b"x"])],
            ..Answer::default()
        },
        "NoRecords",
    );
    check(
        Answer {
            authorities: vec![Record::txt(NAME, &[b"x"])],
            ..Answer::default()
        },
        "NoRecords",
    );
    let chaos = Record {
        class: 3,
        ..Record::txt(NAME, &[b"x"])
    };
    check(
        Answer {
            answers: vec![chaos],
            ..Answer::default()
        },
        "NoRecords",
    );
    check(
        Answer::default().dname("evil.example", "b.example"),
        "NoRecords",
    );
    let not_txt = Record::new(NAME, 99, b"\x01x".to_vec());
    check(
        Answer {
            answers: vec![not_txt],
            ..Answer::default()
        },
        "NoRecords",
    );
}

#[test]
fn names_of_strangers_are_escaped() {
    let target = Record::new(NAME, CNAME, b"\x05a\x1b[m\xe9\x03b.\"\x00".to_vec());
    let answer = Answer {
        code: NXDOMAIN,
        answers: vec![target],
        ..Answer::default()
    };
    check(answer, r#"a\027[m\233.b\.\". NoSuchName"#);
}

/// A server may cut its answer in the middle of a record.
#[test]
fn truncated_in_the_middle_of_a_record() {
    let server = DnsServer::start(|question| {
        if question.over_tcp {
            key().into()
        } else {
            let mut octets = vec![0x83, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
            octets.extend(wire_name(NAME));
            octets.extend([0, 16, 0, 1, 0xc0, 12, 0, 16]);
            Reply::Octets(octets)
        }
    });
    let answer = run(&options(&[server.address()]));
    assert_eq!(show(answer), FOUND);
}

#[test]
fn a_stream_is_kept_for_the_next_lookup() {
    let connections = |reply: Reply| {
        let server = DnsServer::start(move |_| reply.clone());
        let options = with(options(&[server.address()]), |options| {
            options.transport = Transport::Tcp;
        });
        let resolver = Resolver::new(&options).unwrap();
        block_on(async {
            for _ in 0..3 {
                assert_eq!(show(resolver.txt(NAME).await), FOUND);
                // Time for the end of a connection to arrive.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        // Another runtime: the old connection died with its own.
        assert_eq!(show(block_on(resolver.txt(NAME))), FOUND);
        let questions = server.questions();
        questions
            .iter()
            .map(|question| question.connection)
            .collect::<Vec<_>>()
    };
    assert_eq!(connections(key().into()), [1, 1, 1, 2]);
    assert_eq!(
        connections(Reply::ThenClose(Box::new(key().into()))),
        [1, 2, 3, 4]
    );
}

#[test]
fn many_lookups_at_once() {
    let server = DnsServer::with_txt([(NAME, "v=DKIM1; p=")]);
    for transport in [Transport::Udp, Transport::Tcp] {
        let options = with(options(&[server.address()]), |options| {
            options.transport = transport;
        });
        let resolver = Resolver::new(&options).unwrap();
        block_on(async {
            let mut lookups = tokio::task::JoinSet::new();
            for _ in 0..100 {
                let resolver = resolver.clone();
                lookups.spawn(async move { show(resolver.txt(NAME).await) });
            }
            while let Some(answer) = lookups.join_next().await {
                assert_eq!(answer.unwrap(), FOUND);
            }
        });
    }
}

#[test]
fn key_answers() {
    let answer = |reply: Answer| {
        let server = DnsServer::start(move |_| reply.clone().into());
        let resolver = Resolver::new(&options(&[server.address()])).unwrap();
        block_on(resolver.lookup(&query()))
    };
    let KeyAnswer::Records {
        records, dnssec, ..
    } = answer(key())
    else {
        panic!("no records");
    };
    assert_eq!(
        records
            .iter()
            .map(dkim_toolkit::key_record::PublishedRecord::text)
            .collect::<Vec<_>>(),
        [b"v=DKIM1; p="]
    );
    assert_eq!(dnssec, None);
    assert!(matches!(
        answer(Answer::code(NXDOMAIN)),
        KeyAnswer::NoSuchName
    ));
    assert!(matches!(answer(Answer::default()), KeyAnswer::NoRecords));
    assert!(matches!(
        answer(Answer::code(REFUSED)),
        KeyAnswer::Failed(LookupFailure {
            kind: LookupFailureKind::Refused,
            ..
        })
    ));
}

#[test]
fn a_key_answer_from_a_zone() {
    let zone = br#"s._domainkey.example.com. IN TXT ( "v=DKIM1; " "p=" )"#;
    let resolver = Resolver::from_zones([("example.zone", zone.as_slice())]).unwrap();
    let KeyAnswer::Records { records, .. } = block_on(resolver.lookup(&query())) else {
        panic!("no records");
    };
    assert_eq!(records[0].text(), b"v=DKIM1; p=");
}

fn query() -> KeyQuery {
    let selector = Selector::parse(b"s").unwrap();
    KeyQuery::new(&selector, &Sdid::parse(b"example.com").unwrap()).unwrap()
}
