//! Every way in which servers fail, told apart.

use std::net::SocketAddr;
use std::time::Duration;

use dkim_toolkit::lookup::LookupFailureKind;
#[cfg(not(feature = "tls"))]
use dkim_toolkit::resolver::TlsRoots;
#[cfg(not(feature = "dnssec"))]
use dkim_toolkit::resolver::TrustAnchors;
use dkim_toolkit::resolver::{DnssecOptions, Resolver, ResolverError, Transport};
use tokio::time;

use super::super::support::dns_server::{
    Answer, DnsServer, FORMERR, NOTIMP, NXDOMAIN, REFUSED, Reply, SERVFAIL, closed_address,
    wire_name,
};
use super::{
    FOUND, Gate, LONG, NAME, TIMEOUT, block_on, check, in_vain, key, options, run, show, with,
};
use crate::support::still_time::{at_still_time, until};

/// Validation from the root's keys on.
const DNSSEC: DnssecOptions = DnssecOptions::new(|| 4_000_000_000);

#[test]
fn errors_that_servers_answer() {
    let count = |reply, expected| check(reply, expected).len();
    assert_eq!(
        count(Answer::code(SERVFAIL), "ServFail: @ answered SERVFAIL"),
        2
    );
    assert_eq!(
        count(
            Answer::code(SERVFAIL).extended_error(7),
            "ServFail: @ answered SERVFAIL (extended error 7: signature expired)",
        ),
        2
    );
    assert_eq!(
        count(
            Answer::code(SERVFAIL).extended_error(4711),
            "ServFail: @ answered SERVFAIL (extended error 4711)",
        ),
        2
    );
    assert_eq!(
        count(Answer::code(REFUSED), "Refused: @ answered REFUSED"),
        1
    );
    // FORMERR and NOTIMP may be about EDNS: once more without it, each time.
    assert_eq!(
        count(Answer::code(FORMERR), "ServFail: @ answered FORMERR"),
        4
    );
    assert_eq!(
        count(Answer::code(NOTIMP), "ServFail: @ answered NOTIMP"),
        4
    );
    assert_eq!(count(Answer::code(9), "ServFail: @ answered NOTAUTH"), 2);
    assert_eq!(
        count(Answer::code(11), "ServFail: @ answered the error code 11"),
        2
    );
    assert_eq!(count(Answer::code(23), "ServFail: @ answered BADCOOKIE"), 2);
    assert_eq!(
        count(
            Answer::code(3841),
            "ServFail: @ answered the error code 3841"
        ),
        2
    );
}

/// An answer of NXDOMAIN with a key contradicts itself: the key is not used.
#[test]
fn a_name_that_does_not_exist_and_has_records() {
    let contradiction = "ServFail: @ answered NXDOMAIN, and TXT records with it";
    let nxdomain = |answer: Answer| Answer {
        code: NXDOMAIN,
        ..answer
    };
    check(nxdomain(key()), contradiction);
    check(
        nxdomain(Answer::default().txt("a.example", "x")),
        contradiction,
    );
    let alias = Answer::default()
        .cname(NAME, "b.example")
        .txt("b.example", "v=DKIM1; p=");
    check(nxdomain(alias), contradiction);
}

#[test]
fn answers_to_other_questions() {
    let other = Answer {
        question: Some("evil.example".to_owned()),
        ..key()
    };
    check(other.clone(), "Timeout: no answer from @ within 500 ms");
    let server = DnsServer::start(move |_| other.clone().into());
    let mut options = options(&[server.address()]);
    options.transport = Transport::Tcp;
    let expected = format!(
        "ServFail: {} answered a question that was not asked",
        server.address()
    );
    assert_eq!(show(run(&options)), expected);
}

#[test]
fn answers_under_another_id() {
    let evil = Answer::default().txt(NAME, "evil");
    check(
        Reply::WrongId(evil.clone(), Box::new(Reply::Silence)),
        "Timeout: no answer from @ within 500 ms",
    );
    check(Reply::WrongId(evil, Box::new(key().into())), FOUND);
}

#[test]
fn garbage() {
    // What does not repeat the question may come from anywhere.
    let nothing = "Timeout: no answer from @ within 500 ms";
    check(Reply::Octets(b"garbage of many octets".to_vec()), nothing);
    check(Reply::Octets(vec![0xff; 600]), nothing);
    check(Reply::Octets(vec![]), nothing);
    // What does, is the server's.
    let message = |counts: [u8; 8], rest: &[u8]| {
        let question = [wire_name(NAME), vec![0, 16, 0, 1]].concat();
        Reply::Octets([[0x81, 0x80].as_slice(), &counts, &question, rest].concat())
    };
    let not_a_message = "ServFail: @ answered with something that is not a DNS message";
    // A thousand records, of which none is there.
    check(message([0, 1, 3, 0xe8, 0, 0, 0, 0], &[]), not_a_message);
    // A name that points at itself.
    let here = u8::try_from(12 + wire_name(NAME).len() + 4).unwrap();
    let looping = [0xc0, here, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0];
    check(message([0, 1, 0, 1, 0, 0, 0, 0], &looping), not_a_message);
    // A TXT record whose string is longer than the record.
    let string = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 3, 9, b'x', b'x'];
    check(message([0, 1, 0, 1, 0, 0, 0, 0], &string), not_a_message);
    // An error without the question, as servers send that cannot read it.
    check(
        Reply::Octets(vec![0x81, 0x82, 0, 0, 0, 0, 0, 0, 0, 0]),
        "ServFail: @ answered SERVFAIL",
    );
}

/// However many servers keep silent, the time stays the same, and each is asked.
#[test]
fn silence() {
    for count in [1, 4] {
        let servers: Vec<_> = (0..count)
            .map(|_| DnsServer::start(|_| Reply::Silence))
            .collect();
        let addresses: Vec<_> = servers.iter().map(DnsServer::address).collect();
        let resolver = Resolver::new(&in_vain(&addresses)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            // Time passes at once when all tasks wait.
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let began = time::Instant::now();
            let answer = resolver.txt(NAME).await;
            let took = began.elapsed();
            assert_eq!(answer.unwrap_err().kind, LookupFailureKind::Timeout);
            assert!(took >= TIMEOUT * 2 && took < TIMEOUT * 2 + Duration::from_millis(10));
            let asked = |server: &DnsServer| server.questions().len();
            until(|| servers.iter().map(asked).sum::<usize>() >= 2).await;
            until(|| {
                servers
                    .iter()
                    .all(|server| (1..=2).contains(&asked(server)))
            })
            .await;
        });
    }
}

#[test]
fn a_lost_datagram() {
    let server = DnsServer::start({
        let first = std::sync::atomic::AtomicBool::new(true);
        move |_| {
            if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                Reply::Silence
            } else {
                key().into()
            }
        }
    });
    let resolver = Resolver::new(&options(&[server.address()])).unwrap();
    let answer = at_still_time(async {
        let lookup = tokio::spawn(async move { resolver.txt(NAME).await });
        until(|| server.questions().len() == 1).await;
        time::advance(LONG).await;
        lookup.await.unwrap()
    });
    assert_eq!(show(answer), FOUND);
}

#[test]
fn the_next_server_helps() {
    let good = DnsServer::with_txt([(NAME, "v=DKIM1; p=")]);
    let replies: [Reply; 5] = [
        Answer::code(SERVFAIL).into(),
        Answer::code(REFUSED).into(),
        Reply::Silence,
        Reply::Octets(vec![1, 2, 3]),
        Answer {
            truncated: true,
            ..Answer::default()
        }
        .into(),
    ];
    for reply in replies {
        let bad = DnsServer::start(move |_| reply.clone());
        let resolver = Resolver::new(&options(&[bad.address(), good.address()])).unwrap();
        let answer = at_still_time(async {
            let lookup = tokio::spawn(async move { resolver.txt(NAME).await });
            until(|| !bad.questions().is_empty()).await;
            // A silent server has half of the time before the next one is asked.
            time::advance(LONG / 2).await;
            lookup.await.unwrap()
        });
        assert_eq!(show(answer), FOUND);
    }
    let answer = run(&options(&[closed_address(), good.address()]));
    assert_eq!(show(answer), FOUND);
}

/// The first server is still listened to when the second one has been asked as well.
#[test]
fn a_slow_server_beside_a_silent_one() {
    let gate = Gate::default();
    let slow = DnsServer::start({
        let gate = gate.clone();
        move |_| {
            gate.wait();
            key().into()
        }
    });
    let silent = DnsServer::start(|_| Reply::Silence);
    let options = with(options(&[slow.address(), silent.address()]), |options| {
        options.tries = 1;
    });
    let resolver = Resolver::new(&options).unwrap();
    let answer = at_still_time(async {
        let lookup = tokio::spawn(async move { resolver.txt(NAME).await });
        until(|| slow.questions().len() == 1).await;
        time::advance(LONG / 2).await;
        until(|| silent.questions().len() == 1).await;
        gate.open();
        lookup.await.unwrap()
    });
    assert_eq!(show(answer), FOUND);
}

#[test]
fn the_failure_that_says_most() {
    let silent = DnsServer::start(|_| Reply::Silence);
    let servfail = DnsServer::start(|_| Answer::code(SERVFAIL).into());
    let refuses = DnsServer::start(|_| Answer::code(REFUSED).into());
    // Long enough for the servers that answer, and not too long for those that do not.
    let options = |servers: &[SocketAddr]| {
        with(options(servers), |options| {
            options.timeout = Duration::from_secs(1);
        })
    };
    let kind = |servers: &[SocketAddr]| run(&options(servers)).unwrap_err().kind;
    use LookupFailureKind::{Refused, ServFail, Timeout};
    assert_eq!(kind(&[servfail.address(), silent.address()]), ServFail);
    assert_eq!(kind(&[silent.address(), servfail.address()]), ServFail);
    assert_eq!(kind(&[refuses.address(), silent.address()]), Refused);
    assert_eq!(kind(&[closed_address(), silent.address()]), Timeout);
    assert_eq!(kind(&[closed_address(), refuses.address()]), Refused);
}

#[test]
fn nobody_listens() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let closed = closed_address();
        let options = with(options(&[closed]), |options| {
            options.transport = transport;
        });
        assert_eq!(
            show(run(&options)),
            format!("Unreachable: {closed} cannot be reached: connection refused")
        );
    }
}

#[test]
fn no_route() {
    // RFC 5737 and RFC 3849: addresses that no network carries. Depending on the machine there
    // is no route, or only silence.
    for server in ["192.0.2.1:53", "[2001:db8::1]:53"] {
        let answer = run(&in_vain(&[server.parse().unwrap()]));
        let kind = answer.unwrap_err().kind;
        assert!(matches!(
            kind,
            LookupFailureKind::Unreachable | LookupFailureKind::Timeout
        ));
    }
}

#[test]
fn tcp_that_is_closed() {
    let server = DnsServer::start(|_| Reply::Close);
    let options = with(options(&[server.address()]), |options| {
        options.transport = Transport::Tcp;
    });
    let expected = format!(
        "Unreachable: {} closed the connection without an answer",
        server.address()
    );
    assert_eq!(show(run(&options)), expected);
}

const NO_REST: &str = "Truncated: the answer is too long for UDP (truncated), and ";

const OR_SHORTER: &str = "open TCP port # or publish a shorter record";

/// A server that truncates its answers over UDP, and replies like this over TCP.
fn truncating(over_tcp: Reply) -> DnsServer {
    DnsServer::start(move |question| {
        if question.over_tcp {
            over_tcp.clone()
        } else {
            truncated()
        }
    })
}

fn truncated() -> Reply {
    let answer = Answer {
        truncated: true,
        ..Answer::default()
    };
    answer.into()
}

/// The server can be reached: only the rest of its answer is missing.
#[test]
fn truncated_without_tcp() {
    for (server, why) in [
        (DnsServer::without_tcp(|_| truncated()), "@ refused TCP"),
        (
            truncating(Reply::Close),
            "TCP failed (@ closed the connection without an answer)",
        ),
    ] {
        let shown = show(run(&options(&[server.address()])));
        let shown = shown.replace(&server.address().to_string(), "@");
        let shown = shown.replace(&server.address().port().to_string(), "#");
        assert_eq!(shown, format!("{NO_REST}{why}: {OR_SHORTER}"));
    }
}

#[test]
fn truncated_and_silent_over_tcp() {
    let server = truncating(Reply::Silence);
    let resolver = Resolver::new(&in_vain(&[server.address()])).unwrap();
    let answer = at_still_time(async {
        let lookup = tokio::spawn(async move { resolver.txt(NAME).await });
        for questions in [2, 4] {
            until(|| server.questions().len() == questions).await;
            time::advance(TIMEOUT).await;
        }
        lookup.await.unwrap()
    });
    let shown = show(answer).replace(&server.address().to_string(), "@");
    let expected = format!("{NO_REST}TCP failed (no answer from @ within 500 ms): ");
    assert!(shown.starts_with(&expected), "{shown}");
}

#[test]
fn tcp_that_is_silent() {
    let server = DnsServer::start(|_| Reply::Silence);
    let options = with(in_vain(&[server.address()]), |options| {
        options.transport = Transport::Tcp;
    });
    let failure = run(&options).unwrap_err();
    assert_eq!(failure.kind, LookupFailureKind::Timeout);
}

#[test]
fn truncated_over_tcp() {
    let expected = "ServFail: @ sent a truncated answer over a stream";
    check(
        Answer {
            truncated: true,
            ..key()
        },
        expected,
    );
}

#[test]
fn names_that_are_none() {
    let resolver = Resolver::new(&options(&[closed_address()])).unwrap();
    for name in ["", "a..b", &"x".repeat(64)] {
        let failure = block_on(resolver.txt(name)).unwrap_err();
        assert_eq!(failure.kind, LookupFailureKind::ServFail);
    }
}

#[test]
fn no_tries_and_no_time() {
    let server = DnsServer::with_txt([(NAME, "v=DKIM1; p=")]);
    let once = with(options(&[server.address()]), |options| {
        options.tries = 0;
    });
    assert_eq!(show(run(&once)), FOUND);
    let silent = DnsServer::start(|_| Reply::Silence);
    for timeout in [Duration::ZERO, Duration::from_nanos(1)] {
        let options = with(options(&[silent.address()]), |options| {
            options.timeout = timeout;
        });
        assert_eq!(run(&options).unwrap_err().kind, LookupFailureKind::Timeout);
    }
    let forever = with(options(&[server.address()]), |options| {
        options.timeout = Duration::MAX;
        options.tries = u32::MAX;
    });
    assert_eq!(show(run(&forever)), FOUND);
}

#[cfg(feature = "tls")]
#[test]
fn tls_that_fails() {
    // The server takes the handshake for a message of some thousand octets, and waits, or closes.
    let closes = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closes.local_addr().unwrap();
    std::thread::spawn(move || for _ in closes.incoming() {});
    for transport in [Transport::Tls, Transport::Https] {
        for server in [address, closed_address()] {
            let options = with(options(&[server]), |options| {
                options.transport = transport;
            });
            assert_eq!(
                run(&options).unwrap_err().kind,
                LookupFailureKind::Unreachable
            );
        }
        let silent = DnsServer::start(|_| Reply::Silence);
        let options = with(in_vain(&[silent.address()]), |options| {
            options.transport = transport;
        });
        let failure = run(&options).unwrap_err();
        assert_eq!(failure.kind, LookupFailureKind::Timeout);
    }
}

#[cfg(feature = "tls")]
#[test]
fn tls_names() {
    let make = |transport, server: &str, tls_name: Option<&str>| {
        Resolver::new(&with(options(&[server.parse().unwrap()]), |options| {
            options.transport = transport;
            options.tls_name = tls_name.map(str::to_owned);
        }))
        .err()
    };
    assert_eq!(
        make(Transport::Https, "[::1]:443", None),
        Some(ResolverError::TlsNameNeeded)
    );
    assert_eq!(
        make(Transport::Https, "[::1]:443", Some("dns.example")),
        None
    );
    assert_eq!(make(Transport::Https, "127.0.0.1:443", None), None);
    assert_eq!(make(Transport::Tls, "[::1]:853", None), None);
    for wrong in ["a..b", "a b", "x_y;", "-", ""] {
        assert_eq!(
            make(Transport::Tls, "[::1]:853", Some(wrong)),
            Some(ResolverError::TlsName(wrong.to_owned()))
        );
    }
}

#[cfg(feature = "dnssec")]
#[test]
fn dnssec_failures() {
    let kind = |reply: Reply| {
        let options = match reply {
            Reply::Silence => in_vain,
            _ => options,
        };
        let server = DnsServer::start(move |_| reply.clone());
        let options = with(options(&[server.address()]), |options| {
            options.dnssec = Some(DNSSEC);
        });
        let answer = run(&options);
        assert!(
            server
                .questions()
                .iter()
                .all(|question| question.checking_disabled)
        );
        answer.map_err(|failure| failure.kind).unwrap_err()
    };
    // Nothing is signed, not even the root: somebody stripped it.
    assert_eq!(kind(key().into()), LookupFailureKind::Bogus);
    assert_eq!(kind(Answer::default().into()), LookupFailureKind::Bogus);
    assert_eq!(
        kind(Answer::code(NXDOMAIN).into()),
        LookupFailureKind::Bogus
    );
    // What fails as it does without validation is not called bogus.
    assert_eq!(
        kind(Answer::code(SERVFAIL).into()),
        LookupFailureKind::ServFail
    );
    assert_eq!(
        kind(Answer::code(REFUSED).into()),
        LookupFailureKind::Refused
    );
    assert_eq!(kind(Reply::Silence), LookupFailureKind::Timeout);
}

#[cfg(feature = "dnssec")]
#[test]
fn dnssec_that_cannot_go_on() {
    use super::super::support::dns_server::TXT;

    let server = DnsServer::start(|question| match question.record_type {
        TXT => key().into(),
        _ => Reply::Silence,
    });
    let options = with(in_vain(&[server.address()]), |options| {
        options.dnssec = Some(DNSSEC);
    });
    let answer = run(&options);
    assert_eq!(answer.unwrap_err().kind, LookupFailureKind::Timeout);
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_build_without_tls() {
    let server = closed_address();
    for transport in [Transport::Tls, Transport::Https] {
        let options = with(options(&[server]), |options| {
            options.transport = transport;
        });
        let error = Resolver::new(&options).unwrap_err();
        assert_eq!(error, ResolverError::WithoutTls);
    }
    let error = TlsRoots::from_pem("ca.pem", b"").unwrap_err();
    assert_eq!(error, ResolverError::WithoutTls);
}

#[cfg(not(feature = "dnssec"))]
#[test]
fn a_build_without_dnssec() {
    let options = with(options(&[closed_address()]), |options| {
        options.dnssec = Some(DNSSEC);
    });
    let error = Resolver::new(&options).unwrap_err();
    assert_eq!(error, ResolverError::WithoutDnssec);
    let error = TrustAnchors::from_master_file("root.key", b"").unwrap_err();
    assert_eq!(error, ResolverError::WithoutDnssec);
}
