use std::collections::BTreeMap;
use std::sync::Arc;

use dkim_toolkit::audit::{Audit, AuditOptions, Evidence, Sighting};
use dkim_toolkit::lookup::{Answer, RecordData, RecordType, RecordsAnswer, RecordsOutcome};

use super::*;

const NOW: u64 = 1_796_000_000; // 30 November 2026
const DAY: u64 = 24 * 60 * 60;
const ED25519: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// The report on a domain whose zone has these TXT records.
fn audit(domain: &str, zone: &[(&str, &str)], sightings: &[(&str, Sighting)]) -> AuditReport {
    let zone: BTreeMap<String, &str> = zone
        .iter()
        .map(|(name, text)| (format!("{name}.{domain}."), *text))
        .collect();
    let domain = domain.parse().unwrap();
    let mut options = AuditOptions::default();
    let mut evidence = Evidence::default();
    for (selector, sighting) in sightings {
        let selector = selector.parse().unwrap();
        let key = (Clone::clone(&domain), selector);
        evidence.sightings.insert(key, sighting.clone());
    }
    options.evidence = Arc::new(evidence);
    options.guesses = false;
    let names = zone
        .keys()
        .filter_map(|name| name.split_once("._domainkey."));
    options.selectors = names
        .map(|(selector, _)| selector.parse().unwrap())
        .collect();
    let mut audit = Audit::begin(&domain, &options, NOW);
    loop {
        let questions = audit.pending();
        if questions.is_empty() {
            return audit.finish();
        }
        for question in questions {
            let text = zone.get(question.name());
            let outcome = match text.filter(|_| question.record_type() == RecordType::Txt) {
                Some(text) => RecordsOutcome::Found {
                    records: vec![RecordData::Txt(text.as_bytes().to_vec())],
                    ttl: Some(3600),
                },
                None if question.name().starts_with("_domainkey.") => RecordsOutcome::NoRecords,
                None => RecordsOutcome::NoSuchName,
            };
            let answer = Ok(RecordsAnswer::new(outcome));
            audit.answer(&question, Answer::Resolver(answer));
        }
    }
}

fn sighting(first: u64, last: u64, passed: u64, failed: u64) -> Sighting {
    let mut sighting = Sighting::default();
    sighting.first_seen = Some(NOW - first * DAY);
    sighting.last_seen = Some(NOW - last * DAY);
    sighting.in_reports = passed + failed;
    (sighting.passed, sighting.failed) = (passed, failed);
    sighting
}

#[test]
fn a_domain_in_order() {
    let report = audit(
        "example.com",
        &[("s1._domainkey", ED25519), ("_dmarc", "v=DMARC1; p=reject")],
        &[("s1", sighting(20, 1, 120, 3))],
    );
    let page = page(&[report], NOW);
    for words in [
        "<h1>DKIM of example.com</h1>",
        "<h3>s1</h3>",
        "Ed25519",
        "first seen 2026-11-10",
        "120 pass",
        "3 fail",
        "aria-label=\"120 pass, 3 fail\"",
        "<strong>reject</strong>",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn nothing_of_the_dns_acts_on_the_page() {
    let hostile =
        "v=DMARC1; p=none; rua=mailto:<script>alert(1)</script>@x\"><img src=x onerror=a>";
    let report = audit(
        "example.com",
        &[
            (
                "s1._domainkey",
                "v=DKIM1; p=<script>alert(1)</script>\u{202e}\"><img src=x onerror=a>",
            ),
            ("_dmarc", hostile),
        ],
        &[],
    );
    let page = page(&[report], NOW);
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn several_domains_have_an_overview() {
    let good = audit("example.com", &[("s1._domainkey", ED25519)], &[]);
    let bad = audit("example.net", &[("s1._domainkey", "v=DKIM1; p=")], &[]);
    let page = page(&[good, bad], NOW);
    for words in [
        "<h1>DKIM of 2 domains</h1>",
        "href=\"#d1\"",
        "id=\"d1\"",
        "One domain needs work.",
        "<strong>example.net</strong>: ",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}
