//! Signing, looked at from outside: the fields are taken apart by a reader of this file's own, the
//! body is hashed here, and the public keys are those that OpenSSL made (testdata/zone).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::canonicalization::Canonicalization::{Relaxed, Simple};
use dkim_toolkit::canonicalization::MessageCanonicalization;
use dkim_toolkit::identifier::{Auid, Sdid, Selector};
use dkim_toolkit::key::PrivateKey;
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::sign::{BodyLength, Choices, SignError, Signer, Signing, domain_of_author};
use sha2::{Digest as _, Sha256};

use crate::testdata::{codes, hexadecimal, read, verify};

const NOW: u64 = 1_800_000_000;
const DAY: Duration = Duration::from_secs(86_400);

/// The keys that may sign, with `a=` of their signatures.
const KEYS: [(&str, &str); 5] = [
    ("rsa1024", "rsa-sha256"),
    ("rsa2048", "rsa-sha256"),
    ("rsa2048-e3", "rsa-sha256"),
    ("rsa4096", "rsa-sha256"),
    ("ed25519", "ed25519-sha256"),
];

const CANONICALIZATIONS: [MessageCanonicalization; 4] = [
    MessageCanonicalization {
        header: Simple,
        body: Simple,
    },
    MessageCanonicalization {
        header: Simple,
        body: Relaxed,
    },
    MessageCanonicalization {
        header: Relaxed,
        body: Simple,
    },
    MessageCanonicalization {
        header: Relaxed,
        body: Relaxed,
    },
];

/// A choice, and the tags that come of it for testdata/message.eml; `None`: no such tag.
type Case = (
    &'static str,
    fn(&mut Choices),
    &'static [(&'static str, Option<&'static str>)],
);

/// `h=` where nothing is chosen: what is present, each of it once more.
const DEFAULT_NAMES: &str = "From:From:To:To:Subject:Subject:Date:Date:Message-ID:Message-ID:\
                             MIME-Version:MIME-Version:Content-Type:Content-Type:\
                             Content-Transfer-Encoding:Content-Transfer-Encoding";

const CASES: [Case; 16] = [
    (
        "nothing but a timestamp",
        |_| {},
        &[
            ("v", Some("1")),
            ("d", Some("example.com")),
            ("c", Some("relaxed/relaxed")),
            ("h", Some(DEFAULT_NAMES)),
            ("t", Some("1800000000")),
            ("i", None),
            ("l", None),
            ("q", None),
            ("x", None),
            ("z", None),
        ],
    ),
    (
        "no timestamp",
        |choices| choices.timestamp = false,
        &[("t", None)],
    ),
    (
        "expiration",
        |choices| choices.expires_in = Some(DAY),
        &[("t", Some("1800000000")), ("x", Some("1800086400"))],
    ),
    (
        "expiration without timestamp",
        |choices| (choices.timestamp, choices.expires_in) = (false, Some(DAY)),
        &[("t", None), ("x", Some("1800086400"))],
    ),
    (
        "whole body",
        |choices| choices.body_length = BodyLength::Whole,
        &[("l", Some("117"))],
    ),
    (
        "whole body, verified",
        |choices| (choices.body_length, choices.verify) = (BodyLength::Whole, true),
        &[("l", Some("117"))],
    ),
    (
        "body's start",
        |choices| choices.body_length = BodyLength::First(11),
        &[("l", Some("11"))],
    ),
    (
        "none of the body",
        |choices| choices.body_length = BodyLength::First(0),
        &[("l", Some("0"))],
    ),
    (
        "one field",
        |choices| (choices.headers, choices.oversign) = (Some(names(&["From"])), Some(Vec::new())),
        &[("h", Some("From"))],
    ),
    (
        "chosen fields, one of them absent",
        |choices| choices.headers = Some(names(&["subject", "X-Absent", "from"])),
        &[("h", Some("subject:subject:X-Absent:from:from"))],
    ),
    (
        "oversigned without headers",
        |choices| choices.oversign = Some(names(&["from", "Subject", "Cc"])),
        &[(
            "h",
            Some(
                "From:From:To:Subject:Subject:Date:Message-ID:MIME-Version:Content-Type:\
                 Content-Transfer-Encoding:Cc",
            ),
        )],
    ),
    (
        "oversigned beside headers",
        |choices| {
            (choices.headers, choices.oversign) =
                (Some(names(&["To"])), Some(names(&["From", "to"])));
        },
        &[("h", Some("To:To:From:From"))],
    ),
    (
        "identity of the domain",
        |choices| choices.identity = Auid::parse(b"@example.com").ok(),
        &[("i", Some("@example.com"))],
    ),
    (
        "identity in a subdomain",
        |choices| choices.identity = Auid::parse(b"joe smith;@lists.example.com").ok(),
        &[("i", Some("joe=20smith=3B@lists.example.com"))],
    ),
    (
        "no folds",
        |choices| choices.wrap = false,
        &[("h", Some(DEFAULT_NAMES))],
    ),
    (
        "copies",
        |choices| choices.copy_headers = true,
        &[("h", Some(DEFAULT_NAMES))],
    ),
];

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The choices that a test begins with.
fn choices(choose: impl FnOnce(&mut Choices)) -> Choices {
    let mut choices = Choices::default();
    choose(&mut choices);
    choices
}

fn key(name: &str) -> Arc<PrivateKey> {
    let pem = read(&format!("keys/{name}.pem"));
    Arc::new(PrivateKey::from_bytes(&pem, None).unwrap())
}

fn signer_at(domain: &str, name: &str, choices: Choices) -> Result<Signer, SignError> {
    let domain = Sdid::parse(domain.as_bytes()).unwrap();
    Signer::new(
        domain,
        Selector::parse(name.as_bytes()).unwrap(),
        key(name),
        choices,
    )
}

fn signer(name: &str, choices: Choices) -> Result<Signer, SignError> {
    signer_at("example.com", name, choices)
}

fn fields(
    message: &[u8],
    line_endings: LineEndings,
    signers: &[Signer],
) -> Result<Vec<String>, SignError> {
    let (header, body) = message::parse(message, line_endings).unwrap();
    let mut signing = Signing::begin(signers, header, NOW)?;
    body.chunks(7).for_each(|octets| signing.body(octets));
    signing.finish()
}

fn sign(message: &[u8], signer: Signer) -> Result<String, SignError> {
    fields(message, LineEndings::Lenient, &[signer]).map(|fields| fields.concat())
}

/// The record that testdata/zone has for a key.
fn published(selector: &str) -> KeyAnswer {
    let zone = String::from_utf8(read("zone")).unwrap();
    let owner = format!("\n{selector}._domainkey.example.com. 3600 IN TXT ");
    let start = zone.find(&owner).unwrap() + owner.len();
    let end = if zone[start..].starts_with('(') {
        "\n)"
    } else {
        "\n"
    };
    let strings = zone[start..].split(end).next().unwrap();
    let text: String = strings.split('"').skip(1).step_by(2).collect();
    KeyAnswer::from_txt([text], None)
}

/// Puts fields on top of a message and verifies it.
fn verdicts(
    fields: &str,
    message: &[u8],
    line_endings: LineEndings,
    answer: &KeyAnswer,
) -> Vec<&'static str> {
    let signed = [fields.as_bytes(), message].concat();
    codes(&verify(&signed, line_endings, NOW, |_| answer.clone()))
}

/// The tags of a field, with all white space out of their values.
fn tags(field: &str) -> BTreeMap<String, String> {
    let value = field.strip_prefix("DKIM-Signature:").unwrap();
    let tag = |tag: &str| {
        let (name, value) = tag.split_once('=').unwrap();
        (name.trim().to_owned(), value.split_whitespace().collect())
    };
    value.split(';').map(tag).collect()
}

fn assert_folded(field: &str, context: &str) {
    let lines: Vec<&str> = field.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        assert!(line.chars().count() <= 78, "{context}: {line:?}");
        assert!(!line.trim().is_empty(), "{context}: {field}");
        assert_eq!(line.starts_with(' '), at > 0, "{context}: {line:?}");
    }
}

#[test]
fn each_key_and_canonicalization() {
    let messages = [("message.eml", "\r\n"), ("message.lf.eml", "\n")];
    for (name, algorithm) in KEYS {
        let answer = published(name);
        for canonicalization in CANONICALIZATIONS {
            for (file, line_end) in messages {
                let context = format!("{file} {name} {canonicalization}");
                let message = read(file);
                let make = || {
                    signer(
                        name,
                        choices(|choices| choices.canonicalization = canonicalization),
                    )
                };
                let field = sign(&message, make().unwrap()).unwrap();
                assert_eq!(field, sign(&message, make().unwrap()).unwrap(), "{context}");
                assert_eq!(
                    field.matches('\n').count(),
                    field.matches(line_end).count(),
                    "{context}"
                );
                assert_eq!(line_end == "\r\n", field.contains('\r'), "{context}");
                assert_folded(&field, &context);
                let tags = tags(&field);
                assert_eq!((&*tags["a"], &*tags["s"]), (algorithm, name), "{context}");
                assert_eq!(tags["c"], canonicalization.to_string(), "{context}");
                assert_eq!(
                    verdicts(&field, &message, LineEndings::Lenient, &answer),
                    ["pass"],
                    "{context}"
                );
            }
        }
    }
}

/// What was signed with LF is sent with CRLF: it has to be the same.
#[test]
fn line_ends_do_not_matter() {
    for canonicalization in CANONICALIZATIONS {
        let by = |file| {
            let choices = choices(|choices| choices.canonicalization = canonicalization);
            sign(&read(file), signer("ed25519", choices).unwrap()).unwrap()
        };
        let (lf, crlf) = (by("message.lf.eml"), by("message.eml"));
        assert_eq!(lf.replace('\n', "\r\n"), crlf, "{canonicalization}");
        let strict = verdicts(
            &crlf,
            &read("message.eml"),
            LineEndings::Strict,
            &published("ed25519"),
        );
        assert_eq!(strict, ["pass"], "{canonicalization}");
    }
}

#[test]
fn each_choice() {
    let message = read("message.eml");
    for (context, choose, expected) in CASES {
        for (name, _) in KEYS {
            let chosen = choices(choose);
            let wrap = chosen.wrap;
            let field = sign(&message, signer(name, chosen).unwrap()).unwrap();
            let tags = tags(&field);
            for (tag, value) in expected {
                assert_eq!(
                    tags.get(*tag).map(String::as_str),
                    *value,
                    "{context}: {field}"
                );
            }
            assert_eq!(tags["bh"], body_hash(&message, tags.get("l")), "{context}");
            if wrap {
                assert_folded(&field, context);
            } else {
                assert_eq!(field.lines().count(), 1, "{context}");
            }
            let verdicts = verdicts(&field, &message, LineEndings::Lenient, &published(name));
            assert_eq!(verdicts, ["pass"], "{context} {name}");
        }
    }
}

/// The body of testdata/message.eml has nothing that canonicalization would change.
fn body_hash(message: &[u8], length: Option<&String>) -> String {
    let body = memchr::memmem::find(message, b"\r\n\r\n").unwrap() + 4;
    let body = &message[body..];
    let length = length.map_or(body.len(), |length| length.parse().unwrap());
    STANDARD.encode(Sha256::digest(&body[..length]))
}

#[test]
fn copies_are_the_signed_fields() {
    let message = read("message.eml");
    let field = sign(
        &message,
        signer("ed25519", choices(|choices| choices.copy_headers = true)).unwrap(),
    );
    let copies = tags(&field.unwrap())["z"].clone();
    let (header, _) = message::parse(&message, LineEndings::Lenient).unwrap();
    let raw: Vec<&[u8]> = header
        .fields()
        .map(|field| field.raw().trim_ascii_end())
        .collect();
    let copies: Vec<Vec<u8>> = copies.split('|').map(quoted_printable_decoded).collect();
    // The order is that of h=, which here is the message's.
    assert_eq!(copies, raw);
}

fn quoted_printable_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        decoded.push(match octet {
            b'=' => hexadecimal(octets.next().unwrap(), octets.next().unwrap()).unwrap(),
            other => other,
        });
    }
    decoded
}

#[test]
fn several_signers_share_a_message() {
    let message = read("message.eml");
    let signers: Vec<_> = KEYS
        .iter()
        .zip(CANONICALIZATIONS.iter().cycle())
        .map(|((name, _), &canonicalization)| {
            let choices = choices(|choices| choices.canonicalization = canonicalization);
            signer(name, choices).unwrap()
        })
        .collect();
    let fields = fields(&message, LineEndings::Lenient, &signers).unwrap();
    let selectors: Vec<_> = fields
        .iter()
        .map(|field| tags(field)["s"].clone())
        .collect();
    assert_eq!(selectors, KEYS.map(|(name, _)| name));
    let signed = [fields.concat().as_bytes(), &message].concat();
    let report = verify(&signed, LineEndings::Lenient, NOW, |owner| {
        published(owner.split('.').next().unwrap())
    });
    assert_eq!(codes(&report), ["pass"; KEYS.len()]);
}

/// Messages that are not as one expects them.
const ODD_MESSAGES: [(&str, &[u8]); 13] = [
    (
        "no final line end",
        b"From: a@example.com\r\n\r\nline\r\nlast line",
    ),
    (
        "no final line end, LF",
        b"From: a@example.com\n\nline\nlast line",
    ),
    ("empty body", b"From: a@example.com\r\n\r\n"),
    ("no body", b"From: a@example.com\r\n"),
    ("no line end at all", b"From: a@example.com"),
    ("empty lines alone", b"From: a@example.com\r\n\r\n\r\n\r\n"),
    ("white space alone", b"From: a@example.com\r\n\r\n \t "),
    (
        "UTF-8 in the header",
        "From: J\u{f6}rg <j@example.com>\r\nSubject: \u{43f}\u{440}\r\n\r\nx\r\n".as_bytes(),
    ),
    (
        "Latin-1 in the header",
        b"From: J\xf6rg <j@example.com>\r\nSubject: \xff\r\n\r\nx\r\n",
    ),
    (
        "NUL and Latin-1 in the body",
        b"From: a@example.com\r\n\r\n\0 \xe4\xff\r\n",
    ),
    (
        "white space before the colon",
        b"From : a@example.com\r\nSubject\t: x\r\n\r\nx\r\n",
    ),
    (
        "folded and empty values",
        b"From:\r\n a@example.com\r\nSubject:\r\nTo: \r\n\r\nx\r\n",
    ),
    (
        "repeated fields",
        b"To: 1\r\nFrom: a@example.com\r\nTo: 2\r\nTO: 3\r\nList-Id: a\r\nlist-id: b\r\n\r\nx\r\n",
    ),
];

#[test]
fn odd_messages() {
    for (context, message) in ODD_MESSAGES {
        for canonicalization in CANONICALIZATIONS {
            for copy_headers in [false, true] {
                let choices = choices(|choices| {
                    choices.canonicalization = canonicalization;
                    choices.copy_headers = copy_headers;
                });
                let field = sign(message, signer("ed25519", choices).unwrap()).unwrap();
                assert_folded(&field, context);
                let verdicts =
                    verdicts(&field, message, LineEndings::Lenient, &published("ed25519"));
                assert_eq!(verdicts, ["pass"], "{context}, {canonicalization}: {field}");
            }
        }
    }
}

/// A bare LF is data for a strict signer, and its own lines end in CRLF all the same.
#[test]
fn strict_line_endings() {
    let message = b"From: a@example.com\r\nSubject: x\r\n\r\na\nb \n\r\n";
    for canonicalization in CANONICALIZATIONS {
        let choices = choices(|choices| choices.canonicalization = canonicalization);
        let signers = [signer("ed25519", choices).unwrap()];
        let field = fields(message, LineEndings::Strict, &signers)
            .unwrap()
            .concat();
        assert_eq!(field.matches('\n').count(), field.matches("\r\n").count());
        let verdicts = verdicts(&field, message, LineEndings::Strict, &published("ed25519"));
        assert_eq!(verdicts, ["pass"], "{canonicalization}");
    }
}

/// Names for the DNS are in A-labels; in an internationalized message as its readers write them.
#[test]
fn international_domains() {
    let ascii = b"From: a@xn--bcher-kva.example\r\n\r\nx\r\n";
    let international = "From: a@b\u{fc}cher.example\r\n\r\nx\r\n".as_bytes();
    for (message, expected) in [
        (&ascii[..], "xn--bcher-kva.example"),
        (international, "b\u{fc}cher.example"),
    ] {
        let signer = signer_at("b\u{fc}cher.example", "ed25519", choices(|_| {})).unwrap();
        let field = sign(message, signer).unwrap();
        assert_eq!(tags(&field)["d"], expected);
        let message = [field.as_bytes(), message].concat();
        let report = verify(&message, LineEndings::Lenient, NOW, |owner| {
            assert_eq!(owner, "ed25519._domainkey.xn--bcher-kva.example.");
            published("ed25519")
        });
        assert_eq!(codes(&report), ["pass"]);
    }
}

/// Long names, values and lists are folded, each at a place where they may be.
#[test]
fn long_fields_are_folded() {
    let mut message = b"From: a@example.com\r\n".to_vec();
    for number in 0..120 {
        let value = "ab;| \u{e4}".repeat(number);
        message.extend_from_slice(
            format!("X-{}-{number}: {value}\r\n", "y".repeat(number % 60)).as_bytes(),
        );
    }
    message.extend_from_slice(b"\r\nx\r\n");
    let (header, _) = message::parse(&message, LineEndings::Lenient).unwrap();
    let all: Vec<_> = header
        .fields()
        .map(|field| String::from_utf8(field.name().to_vec()).unwrap())
        .collect();
    for (name, _) in KEYS {
        let choices = choices(|choices| {
            choices.headers = Some(all.clone());
            choices.copy_headers = true;
            choices.identity =
                Auid::parse(format!("{}@example.com", "a".repeat(60)).as_bytes()).ok();
        });
        let field = sign(&message, signer(name, choices).unwrap()).unwrap();
        assert_folded(&field, name);
        let words: Vec<_> = field
            .split_whitespace()
            .flat_map(|word| word.split([':', '=', ';']))
            .collect();
        assert!(
            all.iter().all(|name| words.contains(&name.as_str())),
            "{field}"
        );
        assert_eq!(
            verdicts(&field, &message, LineEndings::Lenient, &published(name)),
            ["pass"]
        );
    }
}

/// What a refusal is called in these tests.
fn refusal(error: &SignError) -> &'static str {
    match error {
        SignError::MalformedHeader(_) => "MalformedHeader",
        SignError::FromMissing => "FromMissing",
        SignError::FromNotSigned => "FromNotSigned",
        SignError::BadName(_) => "BadName",
        SignError::NeverSigned(_) => "NeverSigned",
        SignError::TooManyNames => "TooManyNames",
        SignError::IdentityOutsideDomain => "IdentityOutsideDomain",
        SignError::ExpirationBeforeTimestamp => "ExpirationBeforeTimestamp",
        SignError::KeyTooShort { .. } => "KeyTooShort",
        SignError::BodyTooShort { .. } => "BodyTooShort",
        SignError::Key(_) => "Key",
        SignError::Unreadable(_) => "Unreadable",
        SignError::Unverified => "Unverified",
        SignError::LongOwnerName => "LongOwnerName",
        _ => "another",
    }
}

fn refused(message: &[u8], signer: Result<Signer, SignError>) -> &'static str {
    let error = signer.and_then(|signer| sign(message, signer)).unwrap_err();
    assert!(!error.to_string().is_empty());
    assert!(!error.to_string().ends_with('.'), "{error}");
    refusal(&error)
}

/// What a choice is refused as, and the choice.
type Refusal = (&'static str, fn(&mut Choices));

const REFUSED: [Refusal; 22] = [
    ("FromNotSigned", |choices| {
        (choices.headers, choices.oversign) = (Some(names(&["To"])), Some(Vec::new()));
    }),
    ("FromNotSigned", |choices| {
        (choices.headers, choices.oversign) = (Some(names(&[])), Some(Vec::new()));
    }),
    ("BadName", |choices| {
        choices.headers = Some(names(&["From", ""]));
    }),
    ("BadName", |choices| {
        choices.headers = Some(names(&["From", "a b"]));
    }),
    ("BadName", |choices| {
        choices.headers = Some(names(&["From", "a:b"]));
    }),
    ("BadName", |choices| {
        choices.headers = Some(names(&["From", "a;b"]));
    }),
    ("BadName", |choices| {
        choices.oversign = Some(names(&["From", "\u{fc}"]));
    }),
    ("BadName", |choices| {
        choices.oversign = Some(names(&["From", "a\r\nb"]));
    }),
    ("NeverSigned", |choices| {
        choices.headers = Some(names(&["From", "Received"]));
    }),
    ("NeverSigned", |choices| {
        choices.headers = Some(names(&["From", "DKIM-signature"]));
    }),
    ("NeverSigned", |choices| {
        choices.oversign = Some(names(&["From", "bcc"]));
    }),
    ("NeverSigned", |choices| {
        choices.oversign = Some(names(&["return-path"]));
    }),
    ("NeverSigned", |choices| {
        choices.oversign = Some(names(&["ARC-Seal"]));
    }),
    ("NeverSigned", |choices| {
        choices.headers = Some(names(&["From", "Authentication-Results"]));
    }),
    ("TooManyNames", |choices| {
        choices.headers = Some(many_names(1001));
    }),
    ("IdentityOutsideDomain", |choices| {
        choices.identity = identity("a@example.net");
    }),
    ("IdentityOutsideDomain", |choices| {
        choices.identity = identity("a@evilexample.com");
    }),
    ("IdentityOutsideDomain", |choices| {
        choices.identity = identity("a@com");
    }),
    ("ExpirationBeforeTimestamp", |choices| {
        choices.expires_in = Some(Duration::from_millis(999));
    }),
    ("ExpirationBeforeTimestamp", |choices| {
        choices.expires_in = Some(Duration::MAX);
    }),
    ("BodyTooShort", |choices| {
        choices.body_length = BodyLength::First(118);
    }),
    ("BodyTooShort", |choices| {
        choices.body_length = BodyLength::First(u64::MAX);
    }),
];

fn identity(text: &str) -> Option<Auid> {
    Auid::parse(text.as_bytes()).ok()
}

#[test]
fn refused_choices() {
    let message = read("message.eml");
    for (number, (expected, choose)) in REFUSED.into_iter().enumerate() {
        let refused = refused(&message, signer("ed25519", choices(choose)));
        assert_eq!(refused, expected, "case {number}");
    }
}

/// `From` and others, so many in all with the one that is oversigned.
fn many_names(count: usize) -> Vec<String> {
    let others = (2..count).map(|number| format!("X-{number}"));
    std::iter::once("From".to_owned()).chain(others).collect()
}

#[test]
fn as_many_names_as_allowed() {
    let message = read("message.eml");
    let choices = choices(|choices| choices.headers = Some(many_names(1000)));
    let field = sign(&message, signer("ed25519", choices).unwrap()).unwrap();
    assert_eq!(tags(&field)["h"].split(':').count(), 1000);
    assert_eq!(
        verdicts(
            &field,
            &message,
            LineEndings::Lenient,
            &published("ed25519")
        ),
        ["pass"]
    );
}

#[test]
fn refused_messages_and_keys() {
    for message in [
        &b"To: a\r\n\r\nFrom: b\r\n"[..],
        b"",
        b"\r\n\r\n",
        b"Fromage: a\r\n\r\n",
    ] {
        assert_eq!(
            refused(message, signer("ed25519", choices(|_| {}))),
            "FromMissing"
        );
    }
    for message in [
        &b"From: a@example.com\r\nno field\r\nTo: b\r\n\r\nx\r\n"[..],
        b" x\r\nFrom: a@example.com\r\n\r\nx\r\n",
        b"no field",
    ] {
        assert_eq!(
            refused(message, signer("ed25519", choices(|_| {}))),
            "MalformedHeader"
        );
    }
    let many = format!("From: a\r\n{}\r\nx\r\n", "To: b\r\n".repeat(999));
    assert_eq!(
        refused(many.as_bytes(), signer("ed25519", choices(|_| {}))),
        "TooManyNames"
    );
    for key in ["rsa512", "rsa768", "rsa1023"] {
        let refused = refused(&read("message.eml"), signer(key, choices(|_| {})));
        assert_eq!(refused, "KeyTooShort", "{key}");
    }
}

/// Selector and domain are each as long as a name may be, and together too long for the DNS.
#[test]
fn refused_owner_name() {
    let long = vec!["a".repeat(60); 4].join(".");
    let domain = Sdid::parse(long.as_bytes()).unwrap();
    let selector = Selector::parse(long.as_bytes()).unwrap();
    let signer = Signer::new(domain, selector, key("ed25519"), choices(|_| {}));
    assert_eq!(refused(&read("message.eml"), signer), "LongOwnerName");
}

/// RFC 8301 §3.2: verifiers refuse RSA keys under 1024 bits, and signers should use 2048 or more.
#[test]
fn the_strength_of_keys() {
    for (name, is_too_short, is_weak) in [
        ("rsa512", true, false),
        ("rsa1023", true, false),
        ("rsa1024", false, true),
        ("rsa2048", false, false),
        ("rsa4096", false, false),
        ("ed25519", false, false),
    ] {
        let key = key(name);
        let public = key.public_key();
        let found = (public.is_too_short(), public.weakness().is_some());
        assert_eq!(found, (is_too_short, is_weak), "{name}");
    }
}

#[test]
fn the_domain_of_the_author_signs() {
    let check = |header: &str, expected: Result<&str, &str>| {
        let (header, _) = message::parse(header.as_bytes(), LineEndings::Lenient).unwrap();
        let found = domain_of_author(&header);
        let found = found
            .as_ref()
            .map(Sdid::as_str)
            .map_err(ToString::to_string);
        assert_eq!(found, expected.map_err(str::to_owned));
    };
    check("From: Joe <joe@Example.COM>\r\n\r\n", Ok("example.com"));
    check(
        "From: a@example.com, b@example.com\r\n\r\n",
        Ok("example.com"),
    );
    check(
        "To: a@example.com\r\n\r\n",
        Err("the message has no From field"),
    );
    check(
        "From: a@example.com, b@example.org\r\n\r\n",
        Err("the From addresses are of several domains"),
    );
    check(
        "From: a@localhost\r\n\r\n",
        Err("the domain of the From address cannot sign: a signing domain has at least two labels"),
    );
}
