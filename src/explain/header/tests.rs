//! Messages that are signed, damaged as mail systems do, and explained.

use std::sync::Arc;

use proptest::prelude::*;

use crate::canonicalization::MessageCanonicalization;
use crate::explain::{Budget, Cause, Evidence, Explained, Proof, explain};
use crate::identifier::{Sdid, Selector};
use crate::key::SigningKey;
use crate::key_record::KeyRecord;
use crate::lookup::KeyAnswer;
use crate::message::{LineEndings, parse};
use crate::sign::{Choices, Signer, Signing};
use crate::verify::Verifier;
use base64::Engine as _;

const MESSAGE: &str = "Received: by x\r\n\
    From: Joe Doe <joe@example.com>\r\n\
    To: Ann <ann@example.org>, Bob <bob@example.org>\r\n\
    Subject: Minutes of Monday\r\n\
    Date: Mon, 5 Jan 2026 10:00:00 +0000\r\n\
    Message-ID: <1@example.com>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    \r\n\
    Hello.\r\n";

/// How a message is signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    rsa: bool,
    canonicalization: &'static str,
    copies: bool,
}

const RELAXED: Way = Way {
    rsa: true,
    canonicalization: "relaxed/relaxed",
    copies: false,
};
const SIMPLE: Way = Way {
    rsa: true,
    canonicalization: "simple/simple",
    copies: false,
};
const ALL: [Way; 4] = [
    RELAXED,
    SIMPLE,
    Way {
        rsa: false,
        ..RELAXED
    },
    Way {
        rsa: false,
        ..SIMPLE
    },
];

fn key(way: Way) -> Arc<SigningKey> {
    let octets: &[u8] = if way.rsa {
        include_bytes!("../../../testdata/keys/rsa2048.pem")
    } else {
        include_bytes!("../../../testdata/keys/ed25519.pem")
    };
    Arc::new(SigningKey::from_bytes(octets, None).unwrap())
}

pub(super) fn record(key: &SigningKey) -> String {
    let public = base64::engine::general_purpose::STANDARD.encode(key.public_key().to_record());
    let record = format!("v=DKIM1; k={}; p={public}", key.key_type().name());
    assert!(KeyRecord::parse(record.as_bytes()).is_ok());
    record
}

fn sign(message: &str, way: Way) -> String {
    let mut choices = Choices {
        timestamp: Some(1_700_000_000),
        copy_headers: way.copies,
        oversign: vec!["From".to_owned(), "Reply-To".to_owned()],
        ..Choices::default()
    };
    choices.canonicalization =
        MessageCanonicalization::from_name(way.canonicalization.as_bytes()).unwrap();
    let signer = Signer::new(
        Sdid::parse(b"example.com").unwrap(),
        Selector::parse(b"s1").unwrap(),
        key(way),
        choices,
    );
    let signers = [signer.unwrap()];
    let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    let mut signing = Signing::begin(&signers, &header).unwrap();
    signing.body(body);
    signing.finish().unwrap().concat() + message
}

fn explained(message: &[u8], answer: &KeyAnswer) -> Option<Explained> {
    let (header, body) = parse(message, LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, 1_700_000_100);
    let queries: Vec<_> = verification.queries().cloned().collect();
    for query in queries {
        verification.answer(&query, answer.clone());
    }
    verification.body(body);
    let report = verification.finish();
    let verdict = &report.verdicts[0];
    verdict.reason.as_ref()?;
    let evidence = Evidence {
        header: &report.header,
        body,
        verdict,
        nearby: &[],
    };
    Some(explain(&evidence, &mut Budget::new(&mut || true)))
}

fn explained_as(message: &str, way: Way) -> Option<Explained> {
    explained(
        message.as_bytes(),
        &KeyAnswer::from_txt([record(&key(way))], None),
    )
}

/// Replaces a text in a message, above which the signature was put, or else in the signature.
fn replaced(signed: &str, length: usize, from: &str, to: &str) -> String {
    let (field, message) = signed.split_at(signed.len() - length.min(signed.len()));
    if message.contains(from) {
        return field.to_owned() + &message.replacen(from, to, 1);
    }
    assert!(signed.contains(from), "{from:?} is not in {signed}");
    signed.replacen(from, to, 1)
}

/// Signs, damages by replacing texts, and expects one proven cause for each part of `expected`:
/// `cause field original`.
fn check_in(
    ways: &[Way],
    message: &str,
    damage: &[(&str, &str)],
    expected: &[(Cause, &str, Option<&str>)],
) {
    for &way in ways {
        let mut damaged = sign(message, way);
        for (from, to) in damage {
            damaged = replaced(&damaged, message.len(), from, to);
        }
        let explained = explained_as(&damaged, way);
        let Some(explained) = explained else {
            panic!("{way:?} {damage:?} did not break it");
        };
        let mut found: Vec<_> = explained
            .explanations
            .iter()
            .filter(|each| each.proof == Proof::Proven)
            .map(|each| {
                (
                    each.cause,
                    each.field.as_deref().unwrap_or(""),
                    each.original.as_deref(),
                )
            })
            .collect();
        let mut expected = expected.to_vec();
        found.sort_by_key(|each| each.0.code());
        expected.sort_by_key(|each| each.0.code());
        assert_eq!(found, expected, "{way:?} {damage:?}: {explained:#?}");
        for each in &explained.explanations {
            assert!(!each.detail.ends_with('.'), "{}", each.detail);
            assert!(
                !each.detail.starts_with(|c: char| c.is_uppercase()),
                "{}",
                each.detail
            );
        }
    }
}

fn check(damage: &[(&str, &str)], cause: Cause, field: &str, original: Option<&str>) {
    check_in(&ALL, MESSAGE, damage, &[(cause, field, original)]);
}

#[test]
fn subjects_get_tags() {
    let was = Some("Minutes of Monday");
    for tag in [
        "[board] ",
        "[EXTERNAL] ",
        "(EXT) ",
        "***SPAM*** ",
        "{Spam?} ",
        "Re: ",
        "Fwd: ",
        "AW: ",
        "EXTERNAL: ",
        "[EXT] [board] Re: ",
        "Caution ",
    ] {
        let damaged = format!("Subject: {tag}M");
        check(
            &[("Subject: M", &damaged)],
            Cause::SubjectTagged,
            "Subject",
            was,
        );
    }
    for tag in [" [board]", " (board 12)", " suspicious"] {
        let damaged = format!("Monday{tag}");
        check(
            &[("Monday", &damaged)],
            Cause::SubjectTagged,
            "Subject",
            was,
        );
    }
}

#[test]
fn subjects_lose_tags() {
    let check = |subject: &str, rest: &str, then: &str| {
        let message = MESSAGE.replace("Minutes of Monday", subject);
        let message = message.replace("Received: by x", rest);
        check_in(
            &ALL,
            &message,
            &[(&format!("Subject: {subject}"), &format!("Subject: {then}"))],
            &[(Cause::SubjectTagged, "Subject", Some(subject))],
        );
    };
    check("Re: Minutes", "Received: by x", "Minutes");
    check(
        "[board] Minutes",
        "List-Id: Board <board.example.com>",
        "Minutes",
    );
    check("[EXTERNAL] Minutes", "Received: by x", "Minutes");
    check("X Minutes", "Thread-Topic: X Minutes", "Minutes");
}

#[test]
fn subjects_are_encoded_anew() {
    let check = |subject: &str, then: &str, cause| {
        let message = MESSAGE.replace("Minutes of Monday", subject);
        check_in(
            &ALL,
            &message,
            &[(subject, then)],
            &[(cause, "Subject", Some(subject))],
        );
    };
    let recoded = Cause::HeaderReencoded;
    check(
        "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
        "=?utf-8?b?R3LDvMOfZQ==?=",
        recoded,
    );
    check("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße", recoded);
    check("Grüße", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", recoded);
    check(
        "Grüße",
        "=?utf-8?q?=5Bx=5D_Gr=C3=BC=C3=9Fe?=",
        Cause::SubjectTagged,
    );
    check(
        "=?UTF-8?B?R3LDvMOfZQ==?=",
        "[x] =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        Cause::SubjectTagged,
    );
}

#[test]
fn fields_come_and_go() {
    let reply = ("Subject:", "Reply-To: list@example.net\r\nSubject:");
    check(&[reply], Cause::HeaderAdded, "Reply-To", None);
    let second = ("Subject:", "From: Eve <eve@example.net>\r\nSubject:");
    check_in(
        &ALL[..1],
        MESSAGE,
        &[second],
        &[(Cause::HeaderAdded, "From", None)],
    );
    let again = ("Date:", "Date: Mon, 6 Jan 2026 10:00:00 +0000\r\nDate:");
    let below = [(
        "MIME-Version: 1.0\r\n",
        "MIME-Version: 1.0\r\nDate: Mon, 6 Jan 2026 10:00:00 +0000\r\n",
    )];
    check(&below, Cause::HeaderAdded, "Date", None);
    // Above the signed one, it is not looked at.
    let above = replaced(&sign(MESSAGE, RELAXED), MESSAGE.len(), again.0, again.1);
    assert!(explained_as(&above, RELAXED).is_none());
    let gone = [("MIME-Version: 1.0\r\n", "")];
    check(&gone, Cause::HeaderRemoved, "MIME-Version", Some("1.0"));
    let gone = [("Content-Type: text/plain; charset=utf-8\r\n", "")];
    check(
        &gone,
        Cause::HeaderRemoved,
        "Content-Type",
        Some("text/plain; charset=utf-8"),
    );
    let swapped = [(
        "Doe <joe@example.com>\r\n",
        "Doe <joe@example.com>\r\nFrom: Joe Doe <joe@example.com>\r\n",
    )];
    check_in(
        &ALL[..1],
        MESSAGE,
        &swapped,
        &[(Cause::HeaderDuplicated, "From", None)],
    );
}

#[test]
fn fields_of_one_name_change_places() {
    let first = "List-Post: <mailto:a@example.com>\r\n";
    let second = "List-Post: <mailto:b@example.com>\r\n";
    let message = format!("{first}{second}{MESSAGE}");
    let (now, then) = (format!("{first}{second}"), format!("{second}{first}"));
    check_in(
        &ALL,
        &message,
        &[(&now, &then)],
        &[(Cause::HeaderReordered, "List-Post", None)],
    );
}

#[test]
fn from_is_rewritten() {
    let was = "Joe Doe <joe@example.com>";
    let lines = |text: &str| format!("From: {text}\r\n");
    for then in [
        "Joe Doe via Board <board@lists.example>\r\nX-Original-From: Joe Doe <joe@example.com>",
        "'Joe Doe' via Board <board@lists.example>\r\nX-Original-Sender: joe@example.com",
        "Joe Doe <joe=example.com@lists.example>",
        "\"Joe Doe via Board\" <board@lists.example>\r\nResent-From: joe@example.com",
    ] {
        check(
            &[(&lines(was), &lines(then))],
            Cause::FromRewritten,
            "From",
            Some(was),
        );
    }
    // The usual list: From, Subject and Reply-To.
    let then = "Joe Doe via Board <board@lists.example>\r\nReply-To: Joe Doe <joe@example.com>";
    check_in(
        &ALL,
        MESSAGE,
        &[
            (&lines(was), &lines(then)),
            ("Subject: ", "Subject: [board] "),
        ],
        &[
            (Cause::FromRewritten, "From", Some(was)),
            (Cause::SubjectTagged, "Subject", Some("Minutes of Monday")),
            (Cause::HeaderAdded, "Reply-To", None),
        ],
    );
}

#[test]
fn lists_do_it_all_at_once() {
    let message = MESSAGE.replace("Hello.", "Hello, all.");
    let wrapped = "multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; \
                   charset=utf-8\r\n\r\nHello.\r\n--x--\r\n";
    let from = "From: Joe Doe via Board <board@lists.example>\r\nReply-To: joe@example.com";
    check_in(
        &[RELAXED, SIMPLE],
        &message,
        &[
            ("From: Joe Doe <joe@example.com>", from),
            ("Subject: ", "Subject: [board] "),
            ("text/plain; charset=utf-8\r\n\r\nHello, all.\r\n", wrapped),
        ],
        &[
            (
                Cause::FromRewritten,
                "From",
                Some("Joe Doe <joe@example.com>"),
            ),
            (Cause::SubjectTagged, "Subject", Some("Minutes of Monday")),
            (Cause::HeaderAdded, "Reply-To", None),
            (
                Cause::HeaderValueChanged,
                "Content-Type",
                Some("text/plain; charset=utf-8"),
            ),
        ],
    );
}

#[test]
fn answers_lose_their_threads() {
    let thread = "In-Reply-To: <2@example.org>\r\nReferences: <1@example.org> <2@example.org>\r\n";
    let message = format!("{thread}{MESSAGE}");
    let removed = (Cause::HeaderRemoved, "In-Reply-To", Some("<2@example.org>"));
    check_in(
        &ALL,
        &message,
        &[("In-Reply-To: <2@example.org>\r\n", "")],
        &[removed],
    );
}

#[test]
fn names_and_addresses_are_written_otherwise() {
    let was = Some("Ann <ann@example.org>, Bob <bob@example.org>");
    let now = "Ann <ann@example.org>, Bob <bob@example.org>";
    for then in [
        "\"Ann\" <ann@example.org>, \"Bob\" <bob@example.org>",
        "\"Ann\" <ann@example.org>, Bob <bob@example.org>",
    ] {
        check(&[(now, then)], Cause::HeaderReencoded, "To", was);
    }
    let more = "Ann <ann@example.org>, Bob <bob@example.org>, list@example.net";
    check(&[(now, more)], Cause::HeaderValueChanged, "To", was);
}

#[test]
fn spaces_count_in_simple() {
    let ways = [ALL[1], ALL[3]];
    let check = |from: &str, to: &str, cause, field: &str, original: Option<&str>| {
        check_in(&ways, MESSAGE, &[(from, to)], &[(cause, field, original)]);
    };
    let spaces = Cause::HeaderWhitespaceChanged;
    check("Subject: M", "Subject:M", spaces, "Subject", None);
    check("Subject: M", "Subject:  M", spaces, "Subject", None);
    check("Subject: M", "Subject:\r\n M", spaces, "Subject", None);
    check("Monday\r\n", "Monday \r\n", spaces, "Subject", None);
    check("org>, Bob", "org>,\r\n\tBob", spaces, "To", None);
    check("org>, Bob", "org>,\r\n Bob", spaces, "To", None);
    let recased = Cause::HeaderRecased;
    check(
        "Message-ID:",
        "Message-Id:",
        recased,
        "Message-Id",
        Some("Message-ID"),
    );
    check(
        "MIME-V",
        "Mime-V",
        recased,
        "Mime-Version",
        Some("MIME-Version"),
    );
    check("Subject:", "subject:", recased, "subject", Some("Subject"));
    let all = [
        ("To:", "to:"),
        ("Subject:", "subject:"),
        ("Date:", "date:"),
        ("From:", "from:"),
    ];
    for way in ways {
        let mut damaged = sign(MESSAGE, way);
        for (from, to) in all {
            damaged = damaged.replace(&format!("\n{from}"), &format!("\n{to}"));
        }
        let explained = explained_as(&damaged, way).unwrap();
        let proven = |each: &crate::explain::Explanation| {
            each.proof == Proof::Proven && each.cause == Cause::HeaderRecased
        };
        assert!(explained.explanations.iter().all(proven), "{explained:#?}");
    }
}

#[test]
fn values_of_mime_change() {
    let was = Some("text/plain; charset=utf-8");
    for then in [
        "text/plain; charset=\"utf-8\"",
        "text/plain; charset=UTF-8",
        "text/plain; charset=utf-8; format=flowed",
        "text/plain",
    ] {
        let now = "text/plain; charset=utf-8";
        check(
            &[(now, then)],
            Cause::HeaderValueChanged,
            "Content-Type",
            was,
        );
    }
}

#[test]
fn copies_tell_what_was() {
    for way in ALL {
        let way = Way {
            copies: true,
            ..way
        };
        let changed = (
            Cause::HeaderValueChanged,
            "Date",
            Some("Mon, 5 Jan 2026 10:00:00 +0000"),
        );
        check_in(&[way], MESSAGE, &[("10:00:00", "12:34:56")], &[changed]);
        let removed = (Cause::HeaderRemoved, "Message-ID", Some("<1@example.com>"));
        check_in(
            &[way],
            MESSAGE,
            &[("Message-ID: <1@example.com>\r\n", "")],
            &[removed],
        );
        let rewritten = (
            Cause::FromRewritten,
            "From",
            Some("Joe Doe <joe@example.com>"),
        );
        let subject = (
            Cause::HeaderValueChanged,
            "Subject",
            Some("Minutes of Monday"),
        );
        check_in(
            &[way],
            MESSAGE,
            &[
                ("Joe Doe <joe@example.com>", "Eve <eve@example.net>"),
                ("Minutes of Monday", "Buy now"),
            ],
            &[rewritten, subject],
        );
    }
}

#[test]
fn the_signature_field_is_changed() {
    let field = Cause::SignatureFieldChanged;
    let name = "DKIM-Signature";
    let ways = [ALL[1], ALL[3]];
    check_in(
        &ways,
        MESSAGE,
        &[("v=1; a=", "v=1;  a=")],
        &[(field, name, None)],
    );
    check_in(
        &ways,
        MESSAGE,
        &[("DKIM-Signature: ", "DKIM-Signature:\r\n\t")],
        &[(field, name, None)],
    );
    check_in(
        &ways,
        MESSAGE,
        &[("DKIM-Signature:", "Dkim-Signature:")],
        &[(field, name, None)],
    );
    check_in(
        &ALL,
        MESSAGE,
        &[("h=From:", "h=From:\r\n ")],
        &[(field, name, None)],
    );
    let hash = sign(MESSAGE, RELAXED);
    let at = hash.find("bh=").unwrap() + 3;
    let (now, then) = (&hash[at..at + 4], "AAAA");
    check_in(&ALL[..1], MESSAGE, &[(now, then)], &[(field, name, None)]);
}

#[test]
fn what_was_not_found_is_said() {
    let likely = |message: &str, damage: (&str, &str), way: Way| {
        let damaged = replaced(&sign(message, way), message.len(), damage.0, damage.1);
        explained_as(&damaged, way).unwrap().explanations
    };
    let found = likely(MESSAGE, ("Minutes of Monday", "Buy cheap things"), RELAXED);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderValueChanged, Proof::Likely)
    );
    let listed = MESSAGE.replace("Received: by x", "List-Id: <board.example.com>");
    let found = likely(&listed, ("Minutes of Monday", "[board] Other"), RELAXED);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::SubjectTagged, Proof::Likely)
    );
    let found = likely(MESSAGE, ("Message-ID: <1@example.com>\r\n", ""), ALL[2]);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderRemoved, Proof::Possible)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Random damage is never explained as a change that keeps the sense.
    #[test]
    fn no_false_proof(at in 0_usize..400, octet in 33_u8..127, rsa: bool, simple: bool) {
        let canonicalization = if simple { "simple/simple" } else { "relaxed/relaxed" };
        let way = Way { rsa, canonicalization, copies: false };
        let signed = sign(MESSAGE, way).into_bytes();
        let start = signed.len() - MESSAGE.len();
        let end = signed.len() - 10;
        let at = start + at % (end - start);
        let mut damaged = signed.clone();
        prop_assume!(damaged[at].is_ascii_alphanumeric() && !damaged[at].eq_ignore_ascii_case(&octet));
        prop_assume!(octet.is_ascii_alphanumeric());
        damaged[at] = octet;
        let answer = KeyAnswer::from_txt([record(&key(way))], None);
        for each in explained(&damaged, &answer).into_iter().flat_map(|each| each.explanations) {
            let harmless = matches!(
                each.cause,
                Cause::HeaderWhitespaceChanged | Cause::HeaderRecased | Cause::HeaderReordered
                    | Cause::HeaderDuplicated | Cause::SubjectTagged | Cause::HeaderAdded
            );
            prop_assert!(!(each.proof == Proof::Proven && harmless), "{each:#?}");
        }
    }
}
