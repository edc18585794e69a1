//! Messages that are signed, damaged as mail systems do, and explained.

mod fields;
mod long;
mod signers;
mod systems;
mod unknown;
mod values;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;

use crate::canonicalization::MessageCanonicalization;
use crate::explain::{Budget, Cause, Evidence, Explained, Explanation, Proof, explain};
use crate::identifier::{Sdid, Selector};
use crate::key::PrivateKey;
use crate::key_record::KeyRecord;
use crate::lookup::KeyAnswer;
use crate::message::{LineEndings, parse};
use crate::sign::{BodyLength, Choices, Signer, Signing};
use crate::verify::Verifier;

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

fn key(way: Way) -> Arc<PrivateKey> {
    let octets: &[u8] = if way.rsa {
        include_bytes!("../../../testdata/keys/rsa2048.pem")
    } else {
        include_bytes!("../../../testdata/keys/ed25519.pem")
    };
    Arc::new(PrivateKey::from_bytes(octets, None).unwrap())
}

pub(super) fn record(key: &PrivateKey) -> String {
    let public = key.public_key();
    let octets = base64::engine::general_purpose::STANDARD.encode(public.to_record());
    let record = format!("v=DKIM1; k={}; p={octets}", public.key_type().name());
    assert!(KeyRecord::parse(record.as_bytes()).is_ok());
    record
}

fn sign(message: &str, way: Way) -> String {
    sign_to(message, way, BodyLength::Unlimited)
}

fn sign_to(message: &str, way: Way, body_length: BodyLength) -> String {
    let mut choices = Choices {
        copy_headers: way.copies,
        body_length,
        oversign: Some(vec!["From".to_owned(), "Reply-To".to_owned()]),
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
    let mut signing = Signing::begin(&signers, header, 1_700_000_000).unwrap();
    signing.body(body);
    signing.finish().unwrap().concat() + message
}

/// Explains the first signature within a budget of so many units.
fn explained(message: &[u8], answer: &KeyAnswer, units: u64) -> Option<Explained> {
    let (header, body) = parse(message, LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, 1_700_000_100);
    for query in verification.pending() {
        verification.answer(&query, answer.clone());
    }
    verification.body(body);
    let report = verification.finish();
    let verdict = &report.verdicts[0];
    verdict.reason.as_ref()?;
    let evidence = Evidence {
        header: &report.header,
        body: Some(body),
        verdict,
        nearby: &[],
    };
    Some(explain(
        &evidence,
        &mut Budget::new(units, || Duration::ZERO),
    ))
}

fn explained_as(message: &str, way: Way) -> Option<Explained> {
    explained(
        message.as_bytes(),
        &KeyAnswer::from_txt([record(&key(way))], None),
        4000,
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
        found.sort_by_key(|each| each.0.name());
        expected.sort_by_key(|each| each.0.name());
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
