//! A message's signatures are explained through the door.

use std::time::Duration;

use super::*;
use crate::alignment::organizational_domain;
use crate::explain::Proof;
use crate::explain::key::tests::{ED25519, HERE, MESSAGE, RSA, record, sign};
use crate::mailbox::{Quoting, Readings};
use crate::message::{LineEndings, parse};
use crate::verdict::WarningCode;
use crate::verify::{Verification, Verifier};

fn ask(name: &str, dns: &[(&str, String)]) -> KeyAnswer {
    let record = dns.iter().find(|(owner, _)| *owner == name);
    record.map_or(KeyAnswer::NoSuchName, |(_, text)| {
        KeyAnswer::from_txt([text.as_str()], None)
    })
}

/// The verification of a message that waits for its body.
fn begun(message: &str, dns: &[(&str, String)]) -> Verification {
    let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, 1_700_000_100);
    for query in verification.pending() {
        verification.answer(&query, ask(query.name(), dns));
    }
    verification
}

fn body(message: &str) -> &[u8] {
    parse(message.as_bytes(), LineEndings::Lenient).unwrap().1
}

fn explaining(message: &str, dns: &[(&str, String)]) -> Explaining {
    let mut verification = begun(message, dns);
    verification.body(body(message));
    Explaining::begin(verification.finish(), KeptBody::from(body(message)))
}

/// The causes that are found for each signature.
fn causes(explanations: &Explanations) -> Vec<Option<Vec<(Cause, Proof)>>> {
    let of_signature = |explained: &Explained| {
        let each = explained.explanations.iter();
        each.map(|each| (each.cause, each.proof)).collect()
    };
    let signatures = explanations.signatures.iter();
    signatures
        .map(|each| each.as_ref().map(of_signature))
        .collect()
}

#[test]
fn it_lives_in_a_connection() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Explaining>();
    check::<Explanations>();
}

#[test]
fn each_failed_signature_is_explained() {
    // The lower one was made first, and a footer came in between.
    let message = sign(MESSAGE, RSA, "s1") + "a footer\r\n";
    let message = sign(&message, ED25519, "s2");
    let other = "s2._domainkey.example.com.";
    let dns = [(HERE, record(RSA)), (other, record(ED25519))];
    let found = explaining(&message, &dns).finish(&mut Budget::unlimited());
    let appended = vec![(Cause::ContentAppended, Proof::Proven)];
    assert_eq!(causes(&found), [None, Some(appended)]);
    let results: Vec<_> = found.report.verdicts.iter().map(Verdict::result).collect();
    assert_eq!(
        results,
        [VerificationResult::Pass, VerificationResult::Fail]
    );
    let explained = found.signatures[1].as_ref().unwrap();
    assert_eq!(explained.warnings(), []);
}

#[test]
fn of_a_field_that_cannot_be_read_nothing_is_told_in_vain() {
    let message = sign(MESSAGE, RSA, "s1");
    let dns = [(HERE, record(RSA))];
    let explained = |from: &str, to: &str| {
        assert!(message.contains(from));
        let explaining = explaining(&message.replacen(from, to, 1), &dns);
        causes(&explaining.finish(&mut Budget::unlimited())).remove(0)
    };
    let changed = vec![(Cause::SignatureFieldChanged, Proof::Likely)];
    assert_eq!(explained("bh=", "bh=!"), Some(changed));
    assert_eq!(explained("v=1", "v=2"), None);
}

#[test]
fn a_missing_key_is_asked_for_nearby() {
    let message = sign(MESSAGE, RSA, "selektor1");
    let there = "selektor2._domainkey.example.com.";
    let dns = [(there, record(RSA))];
    let mut explaining = explaining(&message, &dns);
    let queries = explaining.pending();
    assert!(
        queries.iter().any(|query| query.name() == there),
        "{queries:?}"
    );
    let unknown: KeyQuery = "elsewhere._domainkey.example.com.".parse().unwrap();
    explaining.answer(&unknown, KeyAnswer::NoSuchName);
    let (last, others) = queries.split_last().unwrap();
    for query in others {
        explaining.answer(query, ask(query.name(), &dns));
    }
    assert_eq!(explaining.pending(), std::slice::from_ref(last));
    let codes = |explained: &Explained| -> Vec<_> {
        explained.warnings().iter().map(|each| each.code).collect()
    };
    let misspelled = Some(vec![(Cause::SelectorMisspelled, Proof::Proven)]);
    // Without one answer, the search is not complete.
    let found = explaining.clone().finish(&mut Budget::unlimited());
    assert_eq!(causes(&found), std::slice::from_ref(&misspelled));
    let explained = found.signatures[0].as_ref().unwrap();
    let unanswered = Unfinished::Unanswered { names: 1 };
    assert_eq!(explained.unfinished, Some(unanswered));
    assert_eq!(codes(explained), [WarningCode::ExplainBudgetSpent]);
    explaining.answer(last, ask(last.name(), &dns));
    assert!(explaining.pending().is_empty());
    let found = explaining.finish(&mut Budget::unlimited());
    assert_eq!(causes(&found), [misspelled]);
    assert_eq!(codes(found.signatures[0].as_ref().unwrap()), []);
}

#[test]
fn few_names_are_asked_for_one_message() {
    let mut message = MESSAGE.to_owned();
    for selector in ["one1", "two2", "three3", "four4"] {
        message = sign(&message, ED25519, selector);
    }
    let queries = explaining(&message, &[]).pending();
    assert_eq!(queries.len(), MAX_QUERIES);
    for (at, query) in queries.iter().enumerate() {
        assert!(!queries[..at].contains(query), "{query}");
    }
    // Each signature has its turn.
    for word in ["one", "two", "three", "four"] {
        let is_near = |query: &&KeyQuery| query.name().starts_with(word);
        let near = queries.iter().filter(is_near).count();
        assert!((5..10).contains(&near), "{word}: {queries:?}");
    }
}

#[test]
fn nobody_above_the_signer_is_asked() {
    let field = "DKIM-Signature: v=1; a=rsa-sha256; d=a.b.example.co.uk; s=s; h=from; b=YQ==;\r\n \
                 bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n";
    let queries = explaining(&format!("{field}{MESSAGE}"), &[]).pending();
    assert!(!queries.is_empty());
    for query in queries {
        let (_, domain) = query.name().split_once("._domainkey.").unwrap();
        let domain = domain.trim_end_matches('.').parse().unwrap();
        assert_eq!(organizational_domain(&domain), "example.co.uk", "{query}");
    }
}

#[test]
fn what_passes_asks_for_nothing() {
    let message = sign(MESSAGE, RSA, "s1");
    let explaining = explaining(&message, &[(HERE, record(RSA))]);
    assert!(explaining.pending().is_empty());
    let found = explaining.finish(&mut Budget::unlimited());
    assert_eq!(causes(&found), [None]);
}

#[test]
fn a_body_that_is_too_long_is_not_searched() {
    let message = sign(MESSAGE, RSA, "s1") + "a footer\r\n";
    let dns = [(HERE, record(RSA))];
    let mut verification = begun(&message, &dns);
    verification.body(body(&message));
    let mut kept = KeptBody::from(body(&message));
    kept.push(&vec![b'x'; super::super::MAX_KEPT_BODY]);
    let found = Explaining::begin(verification.finish(), kept).finish(&mut Budget::unlimited());
    let explained = found.signatures[0].as_ref().unwrap();
    assert!(
        explained.explanations[0].detail.contains("too large"),
        "{explained:#?}"
    );
}

#[test]
fn a_reading_that_is_explained_counts() {
    // The author wrote `>From`, nobody quoted it, and a footer came in.
    let text = format!("{MESSAGE}>From me\r\n");
    let message = sign(&text, RSA, "s1") + "a footer\r\n";
    let mut readings = Readings::new(begun(&message, &[(HERE, record(RSA))]), Quoting::Mbox);
    readings.body(body(&message));
    let judgement = readings.finish();
    assert_eq!(judgement.readings(), [Reading::Unquoted]);
    let other = judgement.other(0).unwrap().0.computed_body_hash;
    let explaining = Explaining::begin(judgement, KeptBody::from(body(&message)));
    let found = explaining.finish(&mut Budget::unlimited());
    let appended = vec![(Cause::ContentAppended, Proof::Proven)];
    assert_eq!(causes(&found), [Some(appended)]);
    assert_eq!(found.report.verdicts[0].computed_body_hash, other);
}

#[test]
fn one_signature_leaves_the_budget_to_the_next() {
    // Nothing explains the upper one; a footer explains the lower one.
    let text = "Words that nobody takes away.\r\n".repeat(20_000);
    let lower = sign(&format!("{MESSAGE}{text}"), RSA, "s1") + "a footer\r\n";
    let other = lower.replace("Hello.", "Pay 100.");
    let signed = sign(&other, ED25519, "s2");
    let message = signed.strip_suffix(&other).unwrap().to_owned() + &lower;
    let dns = [
        (HERE, record(RSA)),
        ("s2._domainkey.example.com.", record(ED25519)),
    ];
    let found = explaining(&message, &dns).finish(&mut Budget::new(15, || Duration::ZERO));
    let of_first = found.signatures[0].as_ref().unwrap();
    assert!(of_first.unfinished.is_some());
    let appended = vec![(Cause::ContentAppended, Proof::Proven)];
    assert_eq!(causes(&found)[1], Some(appended));
}
