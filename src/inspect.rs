//! What the DKIM-Signature fields of a message say, tag by tag, and what verification refuses
//! whatever the key is (RFC 6376 §3.5, §6.1.1).
//!
//! Each tag is read by itself. So a field that is not a signature as a whole is explained, too.
//!
//! ```
//! use dkim_toolkit::inspect::{Value, signatures};
//! use dkim_toolkit::message::{self, LineEndings};
//! use dkim_toolkit::verify::Verifier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mail = b"DKIM-Signature: v=1; a=ed25519-sha256; d=example.com; s=s2026; t=1528637909;\r\n\
//!     \x20h=from; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=AAAA\r\n\
//!     From: joe@example.com\r\n\r\n";
//! let (header, body) = message::parse(mail, LineEndings::Lenient)?;
//! let mut verification = Verifier::default().begin(header, 1_528_637_909);
//! verification.body(body);
//!
//! let inspections = signatures(&verification.finish());
//! assert!(inspections[0].refused.is_empty());
//! let time = inspections[0].tags.iter().find(|tag| tag.name == "t").ok_or("no t=")?;
//! assert_eq!(time.known.map(|known| known.meaning), Some("time of signing"));
//! assert_eq!(time.decoded, Some(Ok(Value::Time(1_528_637_909))));
//! # Ok(())
//! # }
//! ```

mod value;

pub use value::{CopiedField, SignedField, TagProblem, Value};

use crate::identifier::KeyQuery;
use crate::message::{FieldIndex, HeaderField};
use crate::signature::claimed_key_query;
use crate::syntax::tag_list::{Tag, TagList};
use crate::tags::{KnownTag, Presence, SIGNATURE, required};
use crate::verdict::{Reason, Verdict};
use crate::verify::Report;

/// A DKIM-Signature field, explained; its verdict is in the report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// The tags in their order, as far as they can be read.
    pub tags: Vec<InspectedTag>,
    /// The required tags that are missing; none where the tag-list is broken.
    pub missing: Vec<&'static KnownTag>,
    /// The defaults that apply to missing optional tags; none where the tag-list is broken.
    pub defaults: Vec<DefaultValue>,
    /// The text of a broken tag-list. Not safe to print.
    pub raw: Option<String>,
    /// Where verification looks for the key, if `s=` and `d=` can be read.
    pub key_query: Option<KeyQuery>,
    /// Why verification refuses the signature whatever its key is; empty if nothing is known.
    pub refused: Vec<Reason>,
}

/// A tag of a signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InspectedTag {
    /// The tag's name, as written. Not safe to print.
    pub name: String,
    /// Its value, as written. Not safe to print.
    pub value: String,
    /// How RFC 6376 defines it; `None` for an unknown tag, which verification ignores, and hashes
    /// as written.
    pub known: Option<&'static KnownTag>,
    /// The value decoded, or what is wrong with it; `None` for an unknown tag.
    pub decoded: Option<Result<Value, TagProblem>>,
    /// Whether the value has another letter case than RFC 6376 has it, which is accepted
    /// (RFC 5234 §2.3).
    pub other_case: bool,
}

/// The value that applies where a tag is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefaultValue {
    /// The tag's name.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

/// Inspects the signatures of a message: one for each verdict of the report.
///
/// The report is that of a [`Verification`](crate::verify::Verification) whose queries were not
/// answered: with the answers, it says why a key is refused as well.
#[must_use]
pub fn signatures(report: &Report) -> Vec<Inspection> {
    let index = FieldIndex::new(&report.header);
    let inspect = |verdict: &Verdict| {
        let field = report.header.field(verdict.field_index)?;
        let context = Context {
            index: &index,
            field,
            verdict,
        };
        Some(context.inspect())
    };
    report.verdicts.iter().filter_map(inspect).collect()
}

/// What the tags of a signature are decoded against.
struct Context<'a> {
    index: &'a FieldIndex<'a>,
    /// The signature's own field.
    field: HeaderField<'a>,
    verdict: &'a Verdict,
}

impl Context<'_> {
    fn inspect(&self) -> Inspection {
        let (tags, raw) = self.tags();
        let is_missing = |name: &str| raw.is_none() && tags.iter().all(|tag| tag.name != name);
        Inspection {
            missing: required(SIGNATURE)
                .filter(|known| is_missing(known.name))
                .collect(),
            defaults: ["c", "i", "q"]
                .into_iter()
                .filter(|name| is_missing(name))
                .filter_map(|name| default_value(name, &tags))
                .collect(),
            key_query: claimed_key_query(self.field),
            refused: refused(self.verdict),
            tags,
            raw,
        }
    }

    /// The tags, and the text if it is not a tag-list.
    fn tags(&self) -> (Vec<InspectedTag>, Option<String>) {
        let (text, line_endings) = (self.field.value(), self.field.line_endings());
        if let Ok(list) = TagList::parse(text, line_endings) {
            return (list.iter().map(|tag| self.tag(tag)).collect(), None);
        }
        // The text between two semicolons may be a tag even if the whole is not a list.
        let mut tags = Vec::new();
        for spec in text.split(|&byte| byte == b';') {
            if let Ok(list) = TagList::parse(spec, line_endings) {
                tags.extend(list.iter().map(|tag| self.tag(tag)));
            }
        }
        (tags, Some(lossy(text)))
    }

    fn tag(&self, Tag { name, value }: Tag<'_>) -> InspectedTag {
        let name = lossy(name);
        let known = KnownTag::of_signature(&name);
        let decoded = known.map(|known| match known.presence {
            Presence::Required if value.is_empty() => Err(TagProblem::Empty),
            _ => self.decode(known.name, value),
        });
        InspectedTag {
            value: lossy(value),
            other_case: matches!(&decoded, Some(Ok(decoded)) if decoded.has_other_case(value)),
            decoded,
            known,
            name,
        }
    }
}

/// The value that applies where a tag is missing (RFC 6376 §3.5).
fn default_value(name: &'static str, tags: &[InspectedTag]) -> Option<DefaultValue> {
    let value = match name {
        "c" => "simple/simple".to_owned(),
        "i" => tags.iter().find_map(|tag| match &tag.decoded {
            Some(Ok(Value::Domain(domain))) => Some(format!("@{domain}")),
            _ => None,
        })?,
        _ => "dns/txt".to_owned(),
    };
    Some(DefaultValue { name, value })
}

/// Why verification refuses a signature whatever its key is. The reason of a verdict without a key
/// is the missing key; what is wrong with the body is added here.
fn refused(verdict: &Verdict) -> Vec<Reason> {
    let known = std::iter::successors(verdict.reason.as_ref(), |reason| reason.otherwise());
    let known = known.filter(|reason| !matches!(reason, Reason::Lookup(_)));
    let body = match (verdict.body_hash_matches(), verdict.canonical_body_length) {
        (Some(true), _) | (None, None) => None,
        (Some(false), _) => Some(Reason::BodyHashMismatch),
        (None, Some(actual)) => Some(Reason::BodyLengthExceedsBody { actual }),
    };
    known.cloned().chain(body).collect()
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};
    use crate::verify::Verifier;

    fn inspect(signature: &str) -> Inspection {
        let message =
            format!("DKIM-Signature: {signature}\r\nFrom: a@example.com\r\n\r\nHello\r\n");
        let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let mut verification = Verifier::default().begin(header, 1_800_000_000);
        verification.body(body);
        signatures(&verification.finish()).remove(0)
    }

    const GOOD: &str = "v=1; a=rsa-sha256; d=example.com; s=s1; h=From; b=AAAA; \
                        bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=";

    /// Changes a signature whose body hash is right, and checks what is refused.
    fn check(from: &str, to: &str, expected: &[&str]) {
        let inspection = inspect(&GOOD.replace(from, to));
        let refused = inspection.refused.iter().map(Reason::code);
        assert_eq!(refused.collect::<Vec<_>>(), expected, "{from:?} {to:?}");
    }

    #[test]
    fn what_needs_no_key_is_refused() {
        check("", "", &[]);
        check("bh=Ba", "bh=Za", &["body-hash-mismatch"]);
        check("h=From", "h=To; l=7", &["from-not-signed"]);
        check("s1;", "s1; l=8;", &["body-length-exceeds-body"]);
        check("s1;", "s1; i=@example.org;", &["identity-mismatch"]);
        check("s1;", "s1; x=1;", &["expired"]);
        check("s1;", "s1; x=1; t=2;", &["expiration-before-timestamp"]);
        check("rsa-sha256", "rsa-sha1", &["signature-syntax"]);
        let sha1 = "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAA=; a=rsa-sha1";
        check(
            "a=rsa-sha256; ",
            &format!("{sha1}; foo="),
            &["signature-syntax"],
        );
        check("rsa-sha256", "rsa-sha512", &["unsupported-algorithm"]);
        check("v=1", "v=1; v=1", &["signature-syntax"]);
        check("d=example.com; ", "", &["missing-tag"]);
    }

    /// Checks the names of the required tags that are missing, and the defaults of optional ones.
    fn check_absent(signature: &str, missing: &[&str], defaults: &[&str]) {
        let inspection = inspect(signature);
        let names: Vec<&str> = inspection.missing.iter().map(|tag| tag.name).collect();
        assert_eq!(names, missing, "{signature}");
        let values = inspection.defaults.iter();
        let values: Vec<_> = values
            .map(|each| format!("{}={}", each.name, each.value))
            .collect();
        assert_eq!(values, defaults, "{signature}");
    }

    #[test]
    fn tags_that_are_missing() {
        let all = ["c=simple/simple", "i=@example.com", "q=dns/txt"];
        check_absent(GOOD, &[], &all);
        check_absent(
            "v=1; d=.; q=x",
            &["a", "b", "bh", "h", "s"],
            &["c=simple/simple"],
        );
        check_absent("v=1;; d=example.com", &[], &[]);
    }

    #[test]
    fn other_letter_case_is_told() {
        let check = |tag: &str, expected: bool| {
            let inspection =
                inspect(&GOOD.replace("a=rsa-sha256", &format!("a=rsa-sha256; {tag}")));
            let name = tag.split('=').next().unwrap();
            let found = inspection.tags.iter().filter(|tag| tag.name == name);
            assert!(found.clone().any(|tag| tag.other_case == expected), "{tag}");
        };
        for tag in ["c=Relaxed", "c=simple/RELAXED", "q=x:DNS/TXT", "q=dns /Txt"] {
            check(tag, true);
        }
        for tag in [
            "c=relaxed/simple",
            "q=X:dns/txt",
            "q=X",
            "c=Strict",
            "i=@Example.com",
        ] {
            check(tag, false);
        }
        let recased = inspect(&GOOD.replace("rsa-sha256", "RSA-sha256"));
        let flags: Vec<bool> = recased.tags.iter().map(|tag| tag.other_case).collect();
        assert_eq!(flags, [false, true, false, false, false, false, false]);
    }

    #[test]
    fn a_broken_list_is_read_as_far_as_it_goes() {
        let inspection = inspect("v=1; d=a.example; d=b.example;; h=a::b; q; b=; foo=\u{fc}");
        let names = inspection.tags.iter().map(|tag| tag.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["v", "d", "d", "h", "b", "foo"]);
        assert!(inspection.raw.unwrap().starts_with(" v=1; d=a.example;"));
        assert_eq!(inspection.key_query, None);
        let (empty, unknown) = (&inspection.tags[4], &inspection.tags[5]);
        assert_eq!(empty.decoded, Some(Err(TagProblem::Empty)));
        assert_eq!((unknown.known, &unknown.decoded), (None, &None));
    }
}
