//! The RFCs' own signed messages: they pass, and no octet that is signed can be another.

use std::ops::Range;

use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::{self, LineEndings};

use crate::testdata::{codes, pairs, quoted, read, split_preamble, verify};

/// A message of an RFC, with the records that the vector of the same name publishes.
struct Example {
    message: Vec<u8>,
    records: Vec<(String, KeyAnswer)>,
    now: u64,
    signatures: usize,
}

impl Example {
    fn read(name: &str, now: u64, signatures: usize) -> Self {
        let vector = read(&format!("verify/{name}"));
        let (preamble, _) = split_preamble(&vector).unwrap();
        let records = pairs(preamble).unwrap();
        let records = records.into_iter().filter(|pair| pair.0 == "txt");
        Self {
            message: read(&format!("rfc/{name}")),
            records: records.map(|(_, line)| record(line)).collect(),
            now,
            signatures,
        }
    }

    /// RFC 8463 Appendix A: an Ed25519 and an RSA signature, relaxed/relaxed.
    fn rfc8463() -> Self {
        Self::read("rfc8463-appendix-a.eml", 1_528_637_909, 2)
    }

    /// RFC 6376 Appendix A.2: one RSA signature, simple/simple.
    fn rfc6376() -> Self {
        Self::read("rfc6376-appendix-a2.eml", 1_058_000_000, 1)
    }

    fn codes(&self, message: &[u8]) -> Vec<&'static str> {
        let report = verify(message, LineEndings::Lenient, self.now, |name| {
            let mut records = self.records.iter();
            let found = records.find(|(owner, _)| *owner == name);
            found.map_or(KeyAnswer::NoSuchName, |(_, answer)| answer.clone())
        });
        codes(&report)
    }

    /// Where the values of these fields lie in the message, without their final line ends.
    fn values(&self, names: &[&str]) -> Vec<Range<usize>> {
        let (header, _) = message::parse(&self.message, LineEndings::Lenient).unwrap();
        let mut values = Vec::new();
        let mut end = 0;
        for field in header.fields() {
            let start = end + field.value_offset();
            end += field.raw().len();
            if names.iter().any(|name| field.is_named(name)) {
                values.push(start..start + field.value().len());
            }
        }
        values
    }

    /// Changes each octet of a stretch, and takes each away; every signature has to find it.
    fn check_changes(&self, stretch: Range<usize>, code: &'static str) {
        let expected = |changed: &[u8]| {
            let code = if is_malformed(changed) {
                "malformed-header"
            } else {
                code
            };
            vec![code; self.signatures]
        };
        for at in stretch {
            let mut changed = self.message.clone();
            changed[at] = if changed[at] == b'X' { b'Y' } else { b'X' };
            assert_eq!(
                self.codes(&changed),
                expected(&changed),
                "octet {at} changed"
            );
            if !is_forgiven(&self.message, at) {
                changed.remove(at);
                assert_eq!(
                    self.codes(&changed),
                    expected(&changed),
                    "octet {at} removed"
                );
            }
        }
    }
}

fn record(line: &str) -> (String, KeyAnswer) {
    let (owner, text) = line.split_once(' ').unwrap();
    let answer = KeyAnswer::from_txt([quoted(text).unwrap()], None);
    (format!("{owner}."), answer)
}

/// Whether a change of a line end broke the header itself, which no signature passes.
fn is_malformed(message: &[u8]) -> bool {
    let (header, _) = message::parse(message, LineEndings::Lenient).unwrap();
    header.malformation().is_some()
}

/// Whether the lack of an octet may be made up for: white space, line ends.
fn is_forgiven(message: &[u8], at: usize) -> bool {
    message[at].is_ascii_whitespace()
}

const SIGNED: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];

#[test]
fn examples_pass() {
    for example in [Example::rfc8463(), Example::rfc6376()] {
        let expected = vec!["pass"; example.signatures];
        assert_eq!(example.codes(&example.message), expected);
    }
}

#[test]
fn every_octet_of_the_signed_fields_counts() {
    let example = Example::rfc8463();
    let values = example.values(&SIGNED);
    assert_eq!(values.len(), 5);
    for value in values {
        example.check_changes(value, "signature-mismatch");
    }
    let example = Example::rfc6376();
    let values = example.values(&[&SIGNED[..], &["Received"]].concat());
    assert_eq!(values.len(), 6);
    for value in values {
        example.check_changes(value, "signature-mismatch");
    }
}

#[test]
fn every_octet_of_the_body_counts() {
    for example in [Example::rfc8463(), Example::rfc6376()] {
        let (header, body) = message::parse(&example.message, LineEndings::Lenient).unwrap();
        let start = usize::try_from(header.length()).unwrap();
        assert!(body.len() > 50);
        example.check_changes(start..example.message.len(), "body-hash-mismatch");
    }
}

/// A change of one `b=` is for its signature alone; the other stays good.
#[test]
fn every_octet_of_a_signature_counts() {
    for example in [Example::rfc8463(), Example::rfc6376()] {
        for (number, field) in example.values(&["DKIM-Signature"]).into_iter().enumerate() {
            let text = &example.message[field.clone()];
            let tag = memchr::memmem::find(text, b" b=").unwrap();
            for at in field.start + tag + 3..field.end {
                let mut changed = example.message.clone();
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                let codes = example.codes(&changed);
                let unchanged = if is_malformed(&changed) {
                    "malformed-header"
                } else {
                    "pass"
                };
                for (other, code) in codes.iter().enumerate() {
                    assert!(
                        other == number || *code == unchanged,
                        "octet {at}: {codes:?}"
                    );
                    assert!(other != number || *code != "pass", "octet {at}: {codes:?}");
                }
            }
        }
    }
}

/// The tags that `b=` signs beside the header fields: a change to any octet of them counts too.
#[test]
fn every_octet_of_the_signature_field_counts() {
    for example in [Example::rfc8463(), Example::rfc6376()] {
        for (number, field) in example.values(&["DKIM-Signature"]).into_iter().enumerate() {
            let text = &example.message[field.clone()];
            let tag = memchr::memmem::find(text, b" b=").unwrap();
            for at in field.start..field.start + tag {
                let mut changed = example.message.clone();
                changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
                let codes = example.codes(&changed);
                assert_ne!(codes.get(number), Some(&"pass"), "octet {at}: {codes:?}");
            }
        }
    }
}
