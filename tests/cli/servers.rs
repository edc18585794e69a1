//! Name servers that fail, as somebody at the command line sees them: the reason, the words for it
//! and the exit status.

use super::{dkim_reading, signed};
use crate::support::dns_server::{
    Answer, DnsServer, NXDOMAIN, REFUSED, Reply, SERVFAIL, closed_address,
};

const NAME: &str = "rsa2048._domainkey.example.com.";

/// A server that always does the same; `@` in the expected words is its address.
#[track_caller]
fn check(over: &str, reply: impl Into<Reply>, expected: (i32, &str, &str)) {
    let reply = reply.into();
    let server = DnsServer::start(move |_| reply.clone());
    check_at(&server.address().to_string(), over, expected);
}

#[track_caller]
fn check_at(server: &str, over: &str, (status, reason, words): (i32, &str, &str)) {
    let message = signed();
    // Short where no answer comes, and long enough for a busy machine where one does.
    let timeout = match reason {
        "dns-timeout" => "0.3",
        _ => "60",
    };
    let line = [
        "verify",
        "--json",
        "--nameserver",
        server,
        "--dns-over",
        over,
        "--dns-timeout",
        timeout,
        "--dns-tries",
        "2",
    ];
    let run = dkim_reading(&line, &message).exits(status);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(signature["reason"], reason);
    let detail = signature["detail"].as_str().unwrap();
    let words = words.replace('@', server);
    assert!(detail.contains(&words), "{words:?} is not in {detail:?}");
}

fn truncated() -> Answer {
    Answer {
        truncated: true,
        ..Answer::default()
    }
}

#[test]
fn silent() {
    let expected = (3, "dns-timeout", "no answer from @ within 600 ms");
    check("udp", Reply::Silence, expected);
    check("tcp", Reply::Silence, expected);
}

#[test]
fn refusing() {
    let expected = (3, "dns-servfail", "@ answered REFUSED");
    check("udp", Answer::code(REFUSED), expected);
    check("tcp", Answer::code(REFUSED), expected);
}

#[test]
fn failing() {
    let expected = (3, "dns-servfail", "@ answered SERVFAIL");
    check("udp", Answer::code(SERVFAIL), expected);
    check("tcp", Answer::code(SERVFAIL), expected);
}

#[test]
fn absent() {
    let expected = (
        3,
        "dns-unreachable",
        "@ cannot be reached: connection refused",
    );
    check_at(&closed_address().to_string(), "udp", expected);
    check_at(&closed_address().to_string(), "tcp", expected);
}

#[test]
fn closing() {
    let expected = (
        3,
        "dns-unreachable",
        "@ closed the connection without an answer",
    );
    check("tcp", Reply::Close, expected);
}

#[test]
fn truncated_without_tcp() {
    let server = DnsServer::without_tcp(|_| truncated().into());
    let expected = (
        3,
        "dns-servfail",
        "the answer is too long for UDP (truncated), and @ refused TCP: open TCP port ",
    );
    check_at(&server.address().to_string(), "udp", expected);
}

/// A response that contradicts itself gives no key.
#[test]
fn denying_a_name_with_a_key() {
    let reply = Answer {
        code: NXDOMAIN,
        ..Answer::default().txt(NAME, "v=DKIM1; p=")
    };
    let expected = (
        3,
        "dns-servfail",
        "@ answered NXDOMAIN, and TXT records with it",
    );
    check("udp", reply.clone(), expected);
    check("tcp", reply, expected);
}

/// Over UDP such an answer may come from anybody, so the right one is waited for.
#[test]
fn lying_about_the_question() {
    let lie = Answer {
        question: Some("evil.example".to_owned()),
        ..Answer::default().txt(NAME, "v=DKIM1; p=")
    };
    let expected = (3, "dns-timeout", "no answer from @ within 600 ms");
    check("udp", lie.clone(), expected);
    let expected = (
        3,
        "dns-servfail",
        "@ answered a question that was not asked",
    );
    check("tcp", lie, expected);
}

/// What is too long is an answer, and not to be asked for again: nothing passes about it.
#[test]
fn sending_60_kilobytes() {
    for over in ["udp", "tcp"] {
        let foreign = Answer::default().txt(NAME, "x".repeat(60_000));
        check(over, foreign, (1, "key-not-found", ""));
        let key = Answer::default().txt(NAME, format!("v=DKIM1; p={}", "A".repeat(60_000)));
        let too_long = (
            1,
            "key-syntax",
            "60011 octets, more than the limit of 16384",
        );
        check(over, key, too_long);
        let many = (0..180).fold(Answer::default(), |answer, number| {
            answer.txt(NAME, format!("v=DKIM1; n={}; p={number}", "n".repeat(270)))
        });
        let too_many = (1, "key-syntax", "180 records with p= at one name");
        check(over, many, too_many);
    }
}
