//! Keys that are missing, replaced, cut off or under another name.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::nearby_queries;
use crate::explain::{Budget, Cause, Evidence, Explained, Explanation, Proof, explain};
use crate::identifier::{Sdid, Selector};
use crate::key::PrivateKey;
use crate::lookup::KeyAnswer;
use crate::message::{Header, LineEndings, parse};
use crate::sign::{Choices, Signer, Signing};
use crate::verify::Verifier;

pub(in crate::explain) const MESSAGE: &str =
    "From: Joe <joe@example.com>\r\nSubject: Minutes\r\n\r\nHello.\r\n";
const PASSED: &str = "Authentication-Results: mx.example.net; dkim=pass header.d=example.com\r\n";

pub(in crate::explain) const RSA: &[u8] = include_bytes!("../../../testdata/keys/rsa2048.pem");
const OTHER_RSA: &[u8] = include_bytes!("../../../testdata/keys/rsa2048-e3.pem");
const SHORT_RSA: &[u8] = include_bytes!("../../../testdata/keys/rsa1024.pem");
pub(in crate::explain) const ED25519: &[u8] = include_bytes!("../../../testdata/keys/ed25519.pem");
const OTHER_ED25519: &[u8] = include_bytes!("../../../testdata/keys/rfc8463-brisbane.seed");

fn key(file: &[u8]) -> PrivateKey {
    PrivateKey::from_bytes(file, None).unwrap()
}

pub(in crate::explain) fn record(file: &[u8]) -> String {
    let key = key(file);
    let public = key.public_key();
    let octets = STANDARD.encode(public.to_record());
    format!("v=DKIM1; k={}; p={octets}", public.key_type().name())
}

pub(in crate::explain) fn sign(message: &str, file: &[u8], selector: &str) -> String {
    let choices = Choices {
        oversign: Some(vec!["From".to_owned()]),
        ..Choices::default()
    };
    sign_with(choices, message, file, selector)
}

fn sign_with(choices: Choices, message: &str, file: &[u8], selector: &str) -> String {
    let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    field_of(choices, header, body, file, selector) + message
}

/// The signature of a message in whichever reading.
pub(in crate::explain) fn sign_parsed(header: Header, body: &[u8], file: &[u8]) -> String {
    field_of(Choices::default(), header, body, file, "s1")
}

fn field_of(choices: Choices, header: Header, body: &[u8], file: &[u8], selector: &str) -> String {
    let choices = Choices {
        wrap: false,
        ..choices
    };
    let signer = Signer::new(
        Sdid::parse(b"example.com").unwrap(),
        Selector::parse(selector.as_bytes()).unwrap(),
        Arc::new(key(file)),
        choices,
    );
    let signers = [signer.unwrap()];
    let mut signing = Signing::begin(&signers, header, 1_700_000_000).unwrap();
    signing.body(body);
    signing.finish().unwrap().concat()
}

fn explained(message: &str, dns: &[(&str, &str)]) -> Vec<Explanation> {
    explained_whole(message, dns).explanations
}

/// Explains the first signature of a message, with a DNS of these records.
pub(in crate::explain) fn explained_whole(message: &str, dns: &[(&str, &str)]) -> Explained {
    let ask = |name: &str| {
        let texts: Vec<_> = dns
            .iter()
            .filter(|each| each.0 == name)
            .map(|each| each.1)
            .collect();
        if texts.is_empty() {
            KeyAnswer::NoSuchName
        } else {
            KeyAnswer::from_txt(texts, None)
        }
    };
    let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, 1_700_000_100);
    for query in verification.pending() {
        verification.answer(&query, ask(query.name()));
    }
    verification.body(body);
    let report = verification.finish();
    let verdict = &report.verdicts[0];
    assert!(verdict.reason.is_some(), "it is good: {message}");
    let nearby: Vec<_> = nearby_queries(verdict)
        .into_iter()
        .map(|query| (query.clone(), ask(query.name())))
        .collect();
    let evidence = Evidence {
        header: &report.header,
        body: Some(body),
        verdict,
        nearby: &nearby,
    };
    explain(&evidence, &mut Budget::unlimited())
}

fn check(message: &str, dns: &[(&str, &str)], expected: &[(Cause, Proof)]) {
    let found = explained(message, dns);
    let causes: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
    assert_eq!(causes, expected, "{found:#?}");
}

pub(in crate::explain) const HERE: &str = "s1._domainkey.example.com.";
const NEARBY: &str = "s2._domainkey.example.com.";

#[test]
fn keys_under_other_names() {
    let proven = [(Cause::SelectorMisspelled, Proof::Proven)];
    for file in [RSA, ED25519] {
        let message = sign(MESSAGE, file, "s1");
        check(&message, &[(NEARBY, &record(file))], &proven);
        // One with the wrong key where it looks, and the right key next to it.
        let other = if file == RSA { OTHER_RSA } else { RSA };
        let found = explained(&message, &[(HERE, &record(other)), (NEARBY, &record(file))]);
        assert!(found[0].cause == Cause::SelectorMisspelled, "{found:#?}");
        assert_eq!(found[0].original.as_deref(), Some(NEARBY));
        check(&message, &[], &[(Cause::KeyMissing, Proof::Possible)]);
    }
    // An Ed25519 key that is the wrong one, and the right one next to it.
    let message = sign(MESSAGE, ED25519, "s1");
    let other = record(OTHER_ED25519);
    check(
        &message,
        &[(HERE, &other), (NEARBY, &record(ED25519))],
        &proven,
    );
    check(
        &message,
        &[(HERE, &other)],
        &[(Cause::Unknown, Proof::Possible)],
    );
    // With the domain twice, as a zone file without a final dot makes it.
    let doubled = "s1._domainkey.example.com.example.com.";
    for file in [RSA, ED25519] {
        let found = explained(&sign(MESSAGE, file, "s1"), &[(doubled, &record(file))]);
        assert_eq!((found[0].cause, found[0].proof), proven[0]);
        assert!(found[0].detail.contains("final dot"), "{found:#?}");
    }
    // The header is explained by that key as well.
    let message = sign(MESSAGE, RSA, "s1").replace("Subject: ", "Subject: [x] ");
    let both = [proven[0], (Cause::SubjectTagged, Proof::Proven)];
    check(&message, &[(NEARBY, &record(RSA))], &both);
    // Another RSA key is not it, another Ed25519 key may be.
    let missing = [(Cause::KeyMissing, Proof::Possible)];
    check(
        &sign(MESSAGE, RSA, "s1"),
        &[(NEARBY, &record(OTHER_RSA))],
        &missing,
    );
    let possible = [(Cause::SelectorMisspelled, Proof::Possible)];
    let message = sign(MESSAGE, ED25519, "s1");
    check(&message, &[(NEARBY, &record(OTHER_ED25519))], &possible);
}

#[test]
fn keys_that_were_replaced() {
    let revoked = (Cause::KeyRotated, Proof::Likely);
    let rotated = (Cause::KeyRotated, Proof::Possible);
    let message = PASSED.to_owned() + &sign(MESSAGE, RSA, "s1");
    check(&message, &[], &[rotated]);
    check(&message, &[(HERE, "v=DKIM1; p=")], &[revoked]);
    check(&message, &[(HERE, "v=DKIM1; x=1")], &[rotated]);
    let replaced = [rotated, (Cause::WrongKey, Proof::Possible)];
    check(&message, &[(HERE, &record(OTHER_RSA))], &replaced);
    let message = sign(MESSAGE, RSA, "s1");
    check(&message, &[(HERE, "v=DKIM1; p=")], &[revoked]);
    // What stands below the signature was there before it.
    let message = sign(&(PASSED.to_owned() + MESSAGE), RSA, "s1");
    check(&message, &[], &[(Cause::KeyMissing, Proof::Possible)]);
}

#[test]
fn keys_that_did_not_sign() {
    let wrong = [(Cause::WrongKey, Proof::Likely)];
    let message = sign(MESSAGE, RSA, "s1");
    check(&message, &[(HERE, &record(OTHER_RSA))], &wrong);
    check(&message, &[(HERE, &record(SHORT_RSA))], &wrong);
    check(&message, &[(HERE, &record(ED25519))], &wrong);
}

#[test]
fn keys_that_are_cut_off() {
    let message = sign(MESSAGE, RSA, "s1");
    let whole = record(RSA);
    let cut = &whole[..254];
    check(
        &message,
        &[(HERE, cut)],
        &[(Cause::KeyTruncated, Proof::Likely)],
    );
    // No more base64 either; of 255 bytes it is as good as known why.
    for (length, proof) in [(255, Proof::Likely), (259, Proof::Possible)] {
        let cut = &whole[..length];
        check(&message, &[(HERE, cut)], &[(Cause::KeyTruncated, proof)]);
    }
}

#[test]
fn nothing_is_said_of_what_was_not_changed() {
    let message = sign(MESSAGE, RSA, "s1");
    let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    let answer = KeyAnswer::from_txt([record(RSA)], None);
    let mut verification = Verifier::default().begin(header, 1_700_000_100);
    for query in verification.pending() {
        verification.answer(&query, answer.clone());
    }
    verification.body(body);
    let report = verification.finish();
    let evidence = Evidence {
        header: &report.header,
        body: Some(body),
        verdict: &report.verdicts[0],
        nearby: &[],
    };
    let found = explain(&evidence, &mut Budget::unlimited());
    assert!(
        found.unfinished.is_none() && found.explanations.is_empty(),
        "{found:#?}"
    );
}

#[test]
fn ed25519_keys_that_are_cut_off() {
    let message = sign(MESSAGE, ED25519, "s1");
    let whole = record(ED25519);
    // 44 characters of base64: without twelve of them 24 bytes, without ten no whole ones.
    let likely = [(Cause::KeyTruncated, Proof::Likely)];
    check(&message, &[(HERE, &whole[..whole.len() - 12])], &likely);
    check(&message, &[(HERE, &whole[..whole.len() - 10])], &likely);
}

#[test]
fn ed25519_signatures_that_are_cut_off() {
    let message = sign(MESSAGE, ED25519, "s1");
    let at = message.rfind("; b=").unwrap() + 4;
    let cut = message[..at + 40].to_owned() + &message[at + 60..];
    let likely = [(Cause::SignatureFieldChanged, Proof::Likely)];
    check(&cut, &[(HERE, &record(ED25519))], &likely);
}

#[test]
fn a_field_that_is_named_because_nobody_may_add_it_was_not_removed() {
    let message = sign_with(Choices::default(), MESSAGE, ED25519, "s1");
    let records = [
        (HERE, &record(OTHER_ED25519)[..]),
        (NEARBY, &record(ED25519)),
    ];
    check(
        &message,
        &records,
        &[(Cause::SelectorMisspelled, Proof::Proven)],
    );
}

#[test]
fn results_of_the_past() {
    let message = PASSED.to_owned() + &sign(MESSAGE, RSA, "s1");
    let found = explained(&message.replace("Hello", "Bye"), &[(HERE, &record(RSA))]);
    let said = found
        .iter()
        .find(|each| each.cause == Cause::PassedAtDelivery);
    assert!(
        said.is_some_and(|each| each.detail.contains("mx.example.net")),
        "{found:#?}"
    );
}

#[test]
fn signatures_that_are_damaged() {
    let message = sign(MESSAGE, RSA, "s1");
    let at = message
        .find("b=")
        .map(|_| message.rfind("; b=").unwrap() + 4)
        .unwrap();
    let dns = [(HERE, &record(RSA)[..])];
    let likely = [(Cause::SignatureFieldChanged, Proof::Likely)];
    check(
        &(message[..at + 100].to_owned() + &message[at + 150..]),
        &dns,
        &likely,
    );
    check(
        &message.replacen(&message[at..at + 4], "*AAA", 1),
        &dns,
        &likely,
    );
    check(
        &message.replacen("bh=", "bh", 1),
        &dns,
        &[(Cause::SignatureFieldChanged, Proof::Possible)],
    );
}

#[test]
fn remedies_name_what_is_known() {
    let remedy = |dns: &[(&str, &str)]| {
        let found = explained(&sign(MESSAGE, RSA, "s1"), dns);
        found[0].remedy.clone().into_owned()
    };
    let cut = &record(RSA)[..200];
    for (dns, command) in [
        (
            vec![],
            "published: dkim lookup --selector s1 --domain example.com",
        ),
        (
            vec![(HERE, record(OTHER_RSA))],
            "dkim lookup --selector s1 --domain example.com --expect-key s1.pem",
        ),
        (
            vec![(HERE, cut.to_owned())],
            "dkim record --key s1.pem --selector s1 --domain example.com prints",
        ),
    ] {
        let dns: Vec<_> = dns.iter().map(|(name, text)| (*name, &text[..])).collect();
        let remedy = remedy(&dns);
        assert!(remedy.contains(command), "{remedy}");
    }
}
