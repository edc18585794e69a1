//! Questions for records of any type.

use dkim_toolkit::lookup::{
    Answer as Said, LookupFailure, LookupFailureKind, Question, RecordType, RecordsAnswer,
    RecordsOutcome,
};
use dkim_toolkit::resolver::Resolver;

use super::{block_on, options, shown_chain};
use crate::support::dns_server::{
    A, AAAA, Answer, CNAME, DnsServer, MX, NS, NXDOMAIN, Record, Reply, SERVFAIL, SOA, TXT,
    wire_name,
};

const NAME: &str = "Name.example.com";

fn ask(server: &DnsServer, record_type: RecordType) -> Result<RecordsAnswer, LookupFailure> {
    let resolver = Resolver::new(&options(&[server.address()])).unwrap();
    match block_on(resolver.ask(&Question::new(NAME, record_type))) {
        Said::Resolver(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn show(answer: Result<RecordsAnswer, LookupFailure>) -> String {
    match answer {
        Ok(RecordsAnswer {
            outcome,
            chain,
            alias_beside,
            ..
        }) => {
            let beside = alias_beside.map_or(String::new(), |target| format!("beside {target} "));
            let outcome = match outcome {
                RecordsOutcome::Found { records, ttl } => format!("{records:?} {ttl:?}"),
                other => format!("{other:?}"),
            };
            format!("{}{beside}{outcome}", shown_chain(&chain))
        }
        Err(LookupFailure { kind, chain, .. }) => format!("{}{kind:?}", shown_chain(&chain)),
    }
}

/// A server that always answers the same.
#[track_caller]
fn check(record_type: RecordType, answer: &Answer, expected: &str) {
    let reply = Reply::from(answer.clone());
    let server = DnsServer::start(move |_| reply.clone());
    assert_eq!(show(ask(&server, record_type)), expected, "{record_type}");
}

/// An answer with these records, at the name unless another is given.
fn records(records: &[(&str, u16, &[u8])]) -> Answer {
    let mut answer = Answer::default();
    for &(name, kind, data) in records {
        let name = if name.is_empty() {
            "nAME.example.com"
        } else {
            name
        };
        answer.answers.push(Record::new(name, kind, data.to_vec()));
    }
    answer
}

#[test]
fn all_types() {
    let name = wire_name("Mail.Example.NET");
    let mx = [[0, 10].as_slice(), &name].concat();
    let soa = [name.clone(), name.clone(), (1..=20).collect()].concat();
    // Records of all types at once: each question takes its own.
    let mut all = records(&[
        ("", A, &[192, 0, 2, 1]),
        ("", A, &[192, 0, 2, 2]),
        ("", A, &[192, 0, 2, 1]),
        ("other.example.com", A, &[192, 0, 2, 9]),
        (
            "",
            AAAA,
            &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ),
        ("", MX, &mx),
        ("", NS, &name),
        ("", SOA, &soa),
        ("", TXT, b"\x01a\x01b"),
    ]);
    let check = |record_type, expected: &str| {
        super::records::check(record_type, &all, &format!("[{expected}] Some(300)"));
    };
    check(RecordType::A, "Address(192.0.2.1), Address(192.0.2.2)");
    check(RecordType::Aaaa, "Address(2001:db8::1)");
    check(
        RecordType::Mx,
        r#"Mx { preference: 10, exchange: "mail.example.net." }"#,
    );
    check(RecordType::Ns, r#"Ns("mail.example.net.")"#);
    let soa = r#"Soa { primary: "mail.example.net.", serial: 16909060, minimum: 286397204 }"#;
    check(RecordType::Soa, soa);
    check(RecordType::Txt, "Txt([97, 98])");
    super::records::check(RecordType::Cname, &all, "NoRecords");
    all.code = NXDOMAIN;
    super::records::check(RecordType::Mx, &all, "ServFail");
    super::records::check(RecordType::Cname, &all, "NoSuchName");
}

#[test]
fn names_are_safe_to_print() {
    let name = b"\x05\x1b[0m.\x00".as_slice();
    let expected = r#"[Ns("\\027[0m\\..")] Some(300)"#;
    check(RecordType::Ns, &records(&[("", NS, name)]), expected);
    let expected = r#"[Cname("\\027[0m\\..")] Some(300)"#;
    check(RecordType::Cname, &records(&[("", CNAME, name)]), expected);
}

#[test]
fn aliases() {
    let target = wire_name("Target.example.net");
    let chain = records(&[
        ("", CNAME, &target),
        ("target.example.net", A, &[192, 0, 2, 1]),
    ]);
    check(
        RecordType::A,
        &chain,
        "target.example.net. [Address(192.0.2.1)] Some(300)",
    );
    check(
        RecordType::Cname,
        &chain,
        r#"[Cname("target.example.net.")] Some(300)"#,
    );
    let beside = records(&[("", CNAME, &target), ("", A, &[192, 0, 2, 1])]);
    let expected = "beside target.example.net. [Address(192.0.2.1)] Some(300)";
    check(RecordType::A, &beside, expected);
    check(
        RecordType::Cname,
        &beside,
        r#"[Cname("target.example.net.")] Some(300)"#,
    );
    let subtree = Answer::default().dname("example.com", "example.net");
    check(
        RecordType::Cname,
        &subtree,
        r#"[Cname("name.example.net.")] Some(300)"#,
    );
    let away = Answer {
        code: NXDOMAIN,
        ..chain.clone()
    };
    let away = Answer {
        answers: away.answers[..1].to_vec(),
        ..away
    };
    check(RecordType::Mx, &away, "target.example.net. NoSuchName");
    let itself = records(&[("", CNAME, &wire_name(NAME))]);
    check(RecordType::A, &itself, "name.example.com. AliasLoop");
    check(
        RecordType::Cname,
        &itself,
        r#"[Cname("name.example.com.")] Some(300)"#,
    );
}

/// The server follows the alias and fails: the alias is asked for.
#[test]
fn a_failure_has_its_chain() {
    let server = DnsServer::start(|question| {
        let is_first = question.name.starts_with('n');
        Reply::from(match question.record_type {
            CNAME if is_first => Answer::default().cname(NAME, "target.example.net"),
            CNAME => Answer::default(),
            _ => Answer::code(SERVFAIL),
        })
    });
    let failure = ask(&server, RecordType::Mx).unwrap_err();
    assert_eq!(failure.kind, LookupFailureKind::ServFail);
    assert_eq!(failure.chain, ["target.example.net."]);
}
