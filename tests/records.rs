//! Everything that is to be found about a key record: the vectors of `testdata/records`, and what
//! must hold for any record at all.

mod any;
mod damage;
mod page;
mod private_keys;

use std::collections::BTreeSet;

use dkim_toolkit::algorithm::HashAlgorithm;
use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::key::PrivateKey;
use dkim_toolkit::key_record::{PublishedRecord, RecordError};
use dkim_toolkit::lint::{
    self, Expectations, Finding, FindingCode, NameReport, NameStatus, RecordReport, RecordState,
    Severity,
};
use dkim_toolkit::lookup::{LookupFailure, LookupFailureKind, TxtAnswer, TxtOutcome};

use crate::testdata;

/// What a preamble may say.
const KNOWN_KEYS: [&str; 13] = [
    "comment",
    "name",
    "record",
    "ttl",
    "alias",
    "alias-beside",
    "ending",
    "elsewhere",
    "expect-key",
    "expect-cname",
    "status",
    "finding",
    "fixed",
];

/// A file of `testdata/records`; `testdata/README.md` describes it.
struct Vector {
    name: String,
    preamble: Vec<(String, String)>,
    record: Vec<u8>,
}

impl Vector {
    fn new(name: String, octets: &[u8]) -> Self {
        let (preamble, record) = testdata::split_preamble(octets).unwrap();
        let preamble = testdata::pairs(preamble).unwrap();
        for (key, _) in &preamble {
            assert!(
                KNOWN_KEYS.contains(key),
                "{name}: the key {key} is not known"
            );
        }
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Self {
            preamble: preamble.into_iter().map(owned).collect(),
            record: record.to_vec(),
            name,
        }
    }

    fn all(&self, key: &str) -> Vec<&str> {
        let of_key = self.preamble.iter().filter(|(each, _)| each == key);
        of_key.map(|(_, value)| value.as_str()).collect()
    }

    fn one(&self, key: &str) -> Option<&str> {
        let values = self.all(key);
        assert!(values.len() <= 1, "{}: {key} stands there twice", self.name);
        values.first().copied()
    }

    fn answer(&self) -> TxtAnswer {
        let outcome = match self.one("ending") {
            None => TxtOutcome::Found {
                records: std::iter::once(self.record.clone())
                    .chain(self.all("record").into_iter().map(unescaped))
                    .collect(),
                ttl: self.one("ttl").map(|ttl| ttl.parse().unwrap()),
            },
            Some("no-records") => TxtOutcome::NoRecords,
            Some("no-such-name") => TxtOutcome::NoSuchName,
            Some("loop") => TxtOutcome::AliasLoop,
            Some(other) => panic!("{}: the ending {other} is not known", self.name),
        };
        let mut answer = TxtAnswer::new(outcome);
        answer.chain = self.all("alias").into_iter().map(str::to_owned).collect();
        answer.alias_beside = self.one("alias-beside").map(str::to_owned);
        answer
    }

    fn examine(&self) -> NameReport {
        let key = self.one("expect-key").map(|file| {
            let octets = testdata::read(&format!("keys/{file}"));
            let key = PrivateKey::from_bytes(&octets, None).unwrap();
            key.public_key().clone()
        });
        let cname = self
            .one("expect-cname")
            .map(|name| DomainName::parse(name.as_bytes()).unwrap());
        let mut expectations = Expectations::default();
        expectations.key = key.as_ref();
        expectations.cname = cname.as_ref();
        let name = self.one("name").unwrap_or("s._domainkey.example.com.");
        let answer = Ok(self.answer());
        let places = lint::places(name, &answer).into_iter();
        let elsewhere: Vec<_> = places
            .map(|place| {
                let answer = self.elsewhere(place.name());
                (place, Ok(answer))
            })
            .collect();
        lint::name(name, &answer, &elsewhere, expectations)
    }

    /// What is at another name than that of the vector.
    fn elsewhere(&self, name: &str) -> TxtAnswer {
        let lines = self.all("elsewhere").into_iter();
        let mut lines = lines.filter_map(|line| line.split_once(' '));
        let is_at = |pattern: &str| match pattern.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == pattern,
        };
        let Some((_, what)) = lines.find(|(pattern, _)| is_at(pattern)) else {
            return TxtAnswer::new(TxtOutcome::NoSuchName);
        };
        if what == "no-records" {
            return TxtAnswer::new(TxtOutcome::NoRecords);
        }
        let Some(target) = what.strip_prefix("alias ") else {
            return TxtAnswer::new(TxtOutcome::Found {
                records: vec![unescaped(what)],
                ttl: None,
            });
        };
        let mut answer = TxtAnswer::new(TxtOutcome::NoRecords);
        answer.chain = vec![target.to_owned()];
        answer
    }
}

fn vectors() -> Vec<Vector> {
    let files = testdata::files("records", ".txt");
    assert!(files.len() > 80, "vectors are gone");
    let vectors = files.into_iter();
    vectors
        .map(|(name, octets)| Vector::new(name, &octets))
        .collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    testdata::quoted(text).unwrap()
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code.name()).collect()
}

/// The codes, with a slash and the part where there is one.
fn with_parts(findings: &[Finding]) -> Vec<String> {
    let shown = |finding: &Finding| match finding.part {
        Some(part) => format!("{}/{}", finding.code.name(), part.name()),
        None => finding.code.name().to_owned(),
    };
    findings.iter().map(shown).collect()
}

#[test]
fn every_vector_has_its_findings_and_no_others() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let report = vector.examine();
        let fixed = vector.one("fixed").map(unescaped);
        let found = (
            report.status.name(),
            with_parts(&report.findings),
            report.fixed.clone().map(String::into_bytes),
        );
        let expected = (vector.one("status").unwrap(), vector.all("finding"), fixed);
        let is_expected = found.0 == expected.0 && found.1 == expected.1 && found.2 == expected.2;
        if !is_expected {
            wrong.push(format!("{}: {found:?} and not {expected:?}", vector.name));
        }
        check_words(&report);
        if let Some(fixed) = &report.fixed {
            check_usable(fixed);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_vector() {
    let vectors = vectors();
    let with_vector: BTreeSet<&str> = vectors
        .iter()
        .flat_map(|vector| vector.all("finding"))
        .map(|finding| finding.split('/').next().unwrap_or_default())
        // Of a text that is under no name; a test of its own shows it.
        .chain(["presentation-form"])
        .collect();
    let all: BTreeSet<&str> = FindingCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(with_vector, all);
    assert_eq!(all.len(), FindingCode::ALL.len());
    for code in FindingCode::ALL {
        let sentence = code.meaning();
        assert!(
            sentence.ends_with('.') && !sentence.contains(". "),
            "{sentence}"
        );
    }
}

#[test]
fn severities_are_those_of_the_contract() {
    let of = |severity| {
        let mut names: Vec<&str> = FindingCode::ALL
            .iter()
            .filter(|code| code.severity() == severity)
            .map(|code| code.name())
            .collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(
        of(Severity::Error),
        "algorithm-in-h bad-base64 bad-version cname-as-txt cname-dangling cname-loop \
         cname-mismatch duplicate-tag escaped-semicolons key-damaged key-elsewhere key-mismatch \
         key-too-short key-truncated key-type-mismatch missing-semicolon no-key-tag private-key-published \
         quotes-in-value record-too-large revoked service-restricted several-records sha1-only \
         tag-syntax unknown-key-type unreachable-name version-not-first"
    );
    assert_eq!(
        of(Severity::Warning),
        "cname-and-txt granularity-tag line-break low-exponent no-version pkcs1-key second-txt \
         sha1-allowed sloppy-der testing-flag unpadded-key unusual-exponent weak-key \
         whitespace-in-key wildcard"
    );
    assert_eq!(
        of(Severity::Note),
        "idle-selector large-key letter-case long-ttl not-a-key-record note-tag \
         presentation-form short-ttl unknown-tag"
    );
}

/// The words of findings: safe to print, sentences in the tool's voice, the worst first.
fn check_words(report: &NameReport) {
    let severities: Vec<Severity> = report.findings.iter().map(Finding::severity).collect();
    assert!(severities.is_sorted(), "{:?}", report.findings);
    let words = report
        .findings
        .iter()
        .flat_map(|finding| [&finding.message, &finding.remedy])
        .chain([&report.detail]);
    for text in words {
        assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
        assert!(!text.chars().any(char::is_control), "{text}");
        assert!(
            !text.starts_with(|first: char| first.is_ascii_uppercase()) || text.starts_with("RSA"),
            "{text}"
        );
        assert!(text.chars().count() < 400, "{text}");
    }
}

/// What must hold for any record: there is an error exactly when verification would not use it,
/// and a corrected record is correct.
fn check_consistency(text: &[u8]) -> RecordReport {
    let shown = text.escape_ascii().to_string();
    let report = lint::record(text);
    let published = PublishedRecord::new(text.to_vec());
    if codes(&report.findings) == ["private-key-published"] {
        assert_eq!(report.fixed, None, "{shown}");
        return report;
    }
    let is_used = match published.key_record() {
        None => {
            assert_eq!(report.state, RecordState::Foreign, "{shown}");
            assert!(!report.findings.is_empty(), "{shown}");
            if let Some(fixed) = &report.fixed {
                check_usable(fixed);
            }
            return report;
        }
        Some(Err(error)) => {
            let is_revoked = *error == RecordError::Revoked;
            assert_eq!(report.state == RecordState::Revoked, is_revoked, "{shown}");
            false
        }
        Some(Ok(record)) => {
            // A key that is read, and is not the one that was meant.
            let is_other = ["private-key-published", "key-damaged"];
            if codes(&report.findings)
                .iter()
                .any(|code| is_other.contains(code))
            {
                return report;
            }
            assert_eq!(report.key.as_ref(), Some(&record.key), "{shown}");
            let is_for_mail = record.serves_email && record.allows_hash(HashAlgorithm::Sha256);
            is_for_mail && !record.key.is_too_short()
        }
    };
    let severities: Vec<Severity> = report.findings.iter().map(Finding::severity).collect();
    let has_error = severities.contains(&Severity::Error);
    assert_eq!(has_error, !is_used, "{shown}: {:?}", report.findings);
    if let Some(fixed) = &report.fixed {
        check_correction(text, &report, fixed);
    }
    report
}

/// A corrected record has the same key, and nothing is left to correct.
fn check_correction(text: &[u8], report: &RecordReport, fixed: &str) {
    let again = lint::record(fixed.as_bytes());
    assert_ne!(fixed.as_bytes(), text);
    assert_eq!(again.fixed, None, "{fixed}: {:?}", again.findings);
    assert!(
        !again.text.contains(&b'"') || fixed.contains("n="),
        "{fixed}"
    );
    check_usable(fixed);
    if report.key.is_some() {
        assert_eq!(again.key, report.key, "{fixed}");
    }
    // What is left is no matter of form. (Tags that were hidden in others may have come to light.)
    for finding in &again.findings {
        let left = [
            "revoked",
            "weak-key",
            "low-exponent",
            "unusual-exponent",
            "testing-flag",
            "large-key",
            "unknown-tag",
            "note-tag",
        ];
        assert!(left.contains(&finding.code.name()), "{fixed}: {finding:?}");
    }
}

/// Mail can be verified with a record that is offered, or its key is revoked.
fn check_usable(fixed: &str) {
    let state = lint::record(fixed.as_bytes()).state;
    assert!(
        matches!(state, RecordState::Usable | RecordState::Revoked),
        "{fixed}: {state:?}"
    );
}

#[test]
fn every_vector_is_consistent_with_verification() {
    for vector in vectors() {
        check_consistency(&vector.record);
        for text in vector.all("record") {
            check_consistency(&unescaped(text));
        }
    }
}

#[test]
fn records_cut_anywhere_are_consistent() {
    for vector in vectors().iter().filter(|vector| vector.record.len() < 800) {
        // A third of the places, at each offset from a group of base64.
        for end in (0..vector.record.len()).step_by(3) {
            check_consistency(&vector.record[..end]);
        }
    }
}

const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[test]
fn a_record_under_no_name() {
    let check = |text: &str, status: NameStatus, detail: &str| {
        let report = lint::unnamed_record(text.as_bytes().to_vec());
        assert_eq!(
            (report.status, report.detail.as_str()),
            (status, detail),
            "{text}"
        );
    };
    let good = format!("v=DKIM1; k=ed25519; p={KEY}");
    assert_eq!(
        lint::unnamed_record(good.into_bytes()).status,
        NameStatus::Found
    );
    check("v=DKIM1; p=", NameStatus::Revoked, "the key is revoked");
    check(
        "v=spf1 -all",
        NameStatus::Invalid,
        "this is not a key record",
    );
    check("", NameStatus::Invalid, "this is not a key record");
}

#[test]
fn what_programs_print_is_read() {
    let good = format!("v=DKIM1; k=ed25519; p={KEY}");
    for (printed, records) in [
        (format!("\"{good}\"\n"), 1),
        (format!("s._domainkey.example.com. 60 IN TXT \"{good}\""), 1),
        (format!("target.example.\n\"v=spf1 -all\"\n\"{good}\"\n"), 2),
    ] {
        let report = lint::unnamed_record(printed.clone().into_bytes());
        assert_eq!(report.status, NameStatus::Found, "{printed}");
        assert_eq!(report.records.len(), records, "{printed}");
        assert_eq!(report.fixed, None, "{printed}");
        assert!(
            codes(&report.findings).contains(&"presentation-form"),
            "{printed}"
        );
        check_words(&report);
    }
    // Cut off in the printed form, it is not the quotes that are wrong.
    let report = lint::unnamed_record(format!("\"{}\"", &good[..40]).into_bytes());
    assert_eq!(
        codes(&report.findings),
        ["key-truncated", "presentation-form"]
    );
}

#[test]
fn the_dnssec_state_of_failures() {
    let state = |kind| {
        let failure = LookupFailure::new(kind, "why");
        let name = "s._domainkey.example.com.";
        lint::name(name, &Err(failure), &[], Expectations::default()).dnssec_state()
    };
    assert_eq!(state(LookupFailureKind::Bogus), Some("bogus"));
    assert_eq!(state(LookupFailureKind::Timeout), None);
}
