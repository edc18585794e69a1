//! The values of tags, decoded by the parsers that verification uses (RFC 6376 §3.5).

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use super::{Context, lossy};
use crate::algorithm::{HashAlgorithm, KeyType, SigningAlgorithm};
use crate::canonicalization::MessageCanonicalization;
use crate::identifier::{Auid, IdentifierError, Sdid, Selector};
use crate::message::is_field_name;
use crate::signature::{Digits, MAX_DIGITS, NoBodyHash, has_known_query_method};
use crate::syntax::base64::decode_base64;
use crate::syntax::folding::without_fws;
use crate::syntax::quoted_printable::decode_quoted_printable;
use crate::syntax::tag_list::{TagList, colon_separated};

/// The decoded value of a tag: one variant for each kind of value that RFC 6376 §3.5 has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `v=`: version 1, the only one.
    Version,
    /// `a=`.
    Algorithm(SigningAlgorithm),
    /// `b=`.
    Signature {
        /// The signature.
        bytes: Vec<u8>,
        /// The size in bits of the RSA key that made it: an RSA signature is as long as the
        /// modulus (RFC 8017 §8.2.1). `None` for another type of key, and where the field as a
        /// whole is no signature.
        rsa_bits: Option<usize>,
    },
    /// `bh=`.
    BodyHash(Vec<u8>),
    /// `c=`.
    Canonicalization(MessageCanonicalization),
    /// `d=`.
    Domain(Sdid),
    /// `s=`.
    Selector(Selector),
    /// `i=`.
    Identity(Auid),
    /// `h=`: each name once.
    SignedFields(Vec<SignedField>),
    /// `l=`.
    BodyLength {
        /// How many bytes of the canonicalized body are signed, at most [`u64::MAX`].
        signed: u64,
        /// How many bytes the canonicalized body has; `None` where it was not canonicalized.
        body: Option<u64>,
        /// How many bytes at the end of the body are not signed; `None` where that is not known,
        /// or where the body is shorter than `l=`.
        unsigned: Option<u64>,
    },
    /// `q=`: the methods, of which at least one is known. Not safe to print.
    QueryMethods(Vec<String>),
    /// `t=`, `x=`: in Unix seconds, at most [`u64::MAX`].
    Time(u64),
    /// `z=`.
    CopiedFields(Vec<CopiedField>),
}

impl Value {
    /// Whether the value, written as `text`, has another letter case than RFC 6376 has it. Case does
    /// not count in what its ABNF writes in quotes (RFC 5234 §2.3), so it is accepted.
    pub(super) fn has_other_case(&self, text: &[u8]) -> bool {
        match self {
            Self::Algorithm(algorithm) => text != algorithm.name().as_bytes(),
            Self::Canonicalization(_) => text.iter().any(u8::is_ascii_uppercase),
            Self::QueryMethods(_) => colon_separated(text)
                .map(without_fws)
                .any(|method| method.eq_ignore_ascii_case(b"dns/txt") && &*method != b"dns/txt"),
            _ => false,
        }
    }
}

/// A name in `h=`, and the header fields that it selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedField {
    /// The name, in lower case.
    pub name: String,
    /// How often `h=` names it.
    pub named: usize,
    /// How many such fields the message has, not counting the signature's own.
    pub present: usize,
    /// The indexes of the signed ones among the fields of the header, from 0, in the order in which
    /// they are signed.
    pub selected: Vec<usize>,
}

impl SignedField {
    /// Whether `h=` names it more often than it is present, so that none may be added
    /// (RFC 6376 §8.15).
    #[must_use]
    pub fn is_oversigned(&self) -> bool {
        self.named > self.present
    }
}

/// A header field that `z=` has a copy of. Not safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopiedField {
    /// The field's name.
    pub name: String,
    /// Its value, decoded.
    pub value: String,
}

/// What is wrong with the value of a tag. The texts in it are not safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagProblem {
    /// A required tag is empty.
    Empty,
    /// The value is not one of those that are known.
    Unknown,
    /// It is not base64.
    Base64,
    /// It is not as long as a hash.
    BodyHash(NoBodyHash),
    /// It is not a domain name, a selector or an identity.
    Identifier(IdentifierError),
    /// It is not a number, or has more than 76 digits.
    Number,
    /// A name in `h=` is not that of a header field.
    FieldName(String),
    /// A copy in `z=` has no colon; the copy.
    CopyWithoutColon(String),
    /// A copy in `z=` is not in dkim-quoted-printable; the name of the field.
    CopyEncoding(String),
}

impl fmt::Display for TagProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Unknown => f.write_str("it is not known"),
            Self::Base64 => f.write_str("it is not base64"),
            Self::BodyHash(error) => error.fmt(f),
            Self::Identifier(error) => error.fmt(f),
            Self::Number => write!(f, "it is not a number of at most {MAX_DIGITS} digits"),
            Self::FieldName(name) => write!(f, "\"{name}\" is not the name of a header field"),
            Self::CopyWithoutColon(copy) => write!(f, "\"{copy}\" has no colon"),
            Self::CopyEncoding(name) => {
                write!(f, "the copy of {name} is not in dkim-quoted-printable")
            }
        }
    }
}

impl Error for TagProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::BodyHash(error) => Some(error),
            Self::Identifier(error) => Some(error),
            _ => None,
        }
    }
}

impl From<IdentifierError> for TagProblem {
    fn from(error: IdentifierError) -> Self {
        Self::Identifier(error)
    }
}

impl Context<'_> {
    /// Decodes the value of a tag of RFC 6376 §3.5.
    pub(super) fn decode(&self, name: &str, value: &[u8]) -> Result<Value, TagProblem> {
        Ok(match name {
            "v" if value == b"1" => Value::Version,
            "a" => Value::Algorithm(SigningAlgorithm::from_name(value).ok_or(TagProblem::Unknown)?),
            "b" => self.signature(base64(value)?),
            "bh" => Value::BodyHash(self.body_hash(value)?),
            "c" => Value::Canonicalization(
                MessageCanonicalization::from_name(value).ok_or(TagProblem::Unknown)?,
            ),
            "d" => Value::Domain(Sdid::parse(value)?),
            "s" => Value::Selector(Selector::parse(value)?),
            "i" => Value::Identity(Auid::parse_encoded(value)?),
            "h" => Value::SignedFields(self.signed_fields(value)?),
            "l" => self.body_length(number(value)?),
            "q" if has_known_query_method(value) => Value::QueryMethods(methods(value)),
            "t" | "x" => Value::Time(number(value)?),
            "z" => Value::CopiedFields(copied_fields(value)?),
            _ => return Err(TagProblem::Unknown),
        })
    }

    fn body_hash(&self, value: &[u8]) -> Result<Vec<u8>, TagProblem> {
        match self.hash() {
            None => base64(value),
            Some(hash) => NoBodyHash::check(value, hash)
                .ok_or(TagProblem::Base64)?
                .map(|hash| hash.to_vec())
                .map_err(TagProblem::BodyHash),
        }
    }

    /// The hash that `a=` names, also where the field as a whole is no signature.
    fn hash(&self) -> Option<HashAlgorithm> {
        let tags = TagList::parse(self.field.value(), self.field.line_endings()).ok()?;
        Some(SigningAlgorithm::from_name(tags.get("a")?)?.hash())
    }

    fn signature(&self, bytes: Vec<u8>) -> Value {
        let stated = self.verdict.signature.as_ref();
        let is_rsa = stated.is_some_and(|stated| stated.algorithm.key_type() == KeyType::Rsa);
        Value::Signature {
            rsa_bits: is_rsa.then(|| bytes.len().saturating_mul(8)),
            bytes,
        }
    }

    fn body_length(&self, signed: u64) -> Value {
        let body = self.verdict.canonical_body_length;
        Value::BodyLength {
            signed,
            body,
            unsigned: body.and_then(|body| body.checked_sub(signed)),
        }
    }

    /// The names of `h=`, each once, with the fields that it selects.
    fn signed_fields(&self, value: &[u8]) -> Result<Vec<SignedField>, TagProblem> {
        let mut names = Vec::new();
        for name in colon_separated(value) {
            let text = lossy(name).to_ascii_lowercase();
            if !is_field_name(name) {
                return Err(TagProblem::FieldName(text));
            }
            names.push(text);
        }
        let own = self.verdict.field_index;
        let own_name = self.field.name();
        let mut fields: Vec<SignedField> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let selected = self
            .index
            .select(names.iter().map(String::as_str), Some(own));
        for (name, selected) in names.iter().zip(selected) {
            let place = *places.entry(name).or_insert_with(|| {
                let is_own = own_name.eq_ignore_ascii_case(name.as_bytes());
                fields.push(SignedField {
                    name: name.clone(),
                    present: self.index.count(name, usize::MAX) - usize::from(is_own),
                    ..SignedField::default()
                });
                fields.len() - 1
            });
            fields[place].named += 1;
            fields[place].selected.extend(selected);
        }
        Ok(fields)
    }
}

fn base64(value: &[u8]) -> Result<Vec<u8>, TagProblem> {
    decode_base64(value).ok_or(TagProblem::Base64)
}

/// The number, at most [`u64::MAX`].
fn number(value: &[u8]) -> Result<u64, TagProblem> {
    let digits = Digits::parse(value).ok_or(TagProblem::Number)?;
    Ok(digits.saturating())
}

fn methods(value: &[u8]) -> Vec<String> {
    colon_separated(value)
        .map(|method| lossy(&without_fws(method)))
        .collect()
}

/// The copied fields of `z=`, whose values are in dkim-quoted-printable (RFC 6376 §3.5).
fn copied_fields(value: &[u8]) -> Result<Vec<CopiedField>, TagProblem> {
    let copies = value.split(|&byte| byte == b'|').map(|copy| {
        let colon = copy
            .iter()
            .position(|&byte| byte == b':')
            .ok_or_else(|| TagProblem::CopyWithoutColon(lossy(copy).trim().to_owned()))?;
        let name = lossy(&without_fws(&copy[..colon]));
        match decode_quoted_printable(&copy[colon + 1..]) {
            Some(value) => Ok(CopiedField {
                name,
                value: lossy(&value),
            }),
            None => Err(TagProblem::CopyEncoding(name)),
        }
    });
    copies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{FieldIndex, LineEndings, parse};
    use crate::tags::{KnownTag, Presence, SIGNATURE};
    use crate::verify::Verifier;

    const MESSAGE: &str = "DKIM-Signature: v=1\r\nReceived: 3\r\nReceived: 2\r\nFrom: a\r\n\
                           Received: 1\r\n\r\n";

    /// Decodes the value of a tag of the signature of [`MESSAGE`].
    fn decode(name: &str, value: &str) -> Result<Value, TagProblem> {
        let (header, _) = parse(MESSAGE.as_bytes(), LineEndings::Lenient).unwrap();
        let report = Verifier::default().begin(header, 0).finish();
        let context = Context {
            index: &FieldIndex::new(&report.header),
            field: report.header.field(0).unwrap(),
            verdict: &report.verdicts[0],
        };
        context.decode(name, value.as_bytes())
    }

    fn check(name: &str, value: &str, expected: Value) {
        assert_eq!(decode(name, value), Ok(expected), "{name}={value}");
    }

    fn check_problem(name: &str, value: &str, expected: &str) {
        let problem = decode(name, value).unwrap_err();
        assert_eq!(problem.to_string(), expected, "{name}={value}");
    }

    #[test]
    fn simple_values() {
        check("v", "1", Value::Version);
        check_problem("v", "2", "it is not known");
        check(
            "a",
            "RSA-sha256",
            Value::Algorithm(SigningAlgorithm::RsaSha256),
        );
        check_problem("a", "rsa-md5", "it is not known");
        let signature = Value::Signature {
            bytes: vec![0; 3],
            rsa_bits: None,
        };
        check("b", "AAA\r\n A", signature);
        check("bh", "AAAA", Value::BodyHash(vec![0; 3]));
        check_problem("bh", "A_A", "it is not base64");
        let relaxed_simple = MessageCanonicalization::from_name(b"relaxed/simple").unwrap();
        check("c", "relaxed", Value::Canonicalization(relaxed_simple));
        check_problem("c", "strict", "it is not known");
        let methods = ["x", "dns/txt"].map(str::to_owned).to_vec();
        check("q", "x : dns/txt", Value::QueryMethods(methods));
        check_problem("q", "x", "it is not known");
        check("t", "1528637909", Value::Time(1_528_637_909));
        check("x", "99999999999999999999", Value::Time(u64::MAX));
        let length = Value::BodyLength {
            signed: 7,
            body: None,
            unsigned: None,
        };
        check("l", "7", length);
        check_problem("l", "-7", "it is not a number of at most 76 digits");
    }

    #[test]
    fn identifiers() {
        let selector = |text: &str| Value::Selector(text.parse().unwrap());
        check("s", "s1", selector("s1"));
        let domain = |text: &str| Value::Domain(text.parse().unwrap());
        check("d", "b\u{fc}cher.example", domain("b\u{fc}cher.example"));
        check_problem("d", "example", &IdentifierError::SingleLabel.to_string());
        let identity = Auid::parse(b"a b@example.com").unwrap();
        check("i", "a=20b@example.com", Value::Identity(identity));
    }

    #[test]
    fn signed_fields() {
        let field = |name: &str, named, present, selected: &[usize]| SignedField {
            name: name.to_owned(),
            named,
            present,
            selected: selected.to_vec(),
        };
        let fields = vec![
            field("from", 2, 1, &[3]),
            field("received", 2, 3, &[4, 2]),
            field("dkim-signature", 1, 0, &[]),
        ];
        let oversigned: Vec<bool> = fields.iter().map(SignedField::is_oversigned).collect();
        assert_eq!(oversigned, [true, false, true]);
        check(
            "h",
            "From : from:RECEIVED:\r\n Received:DKIM-Signature",
            Value::SignedFields(fields),
        );
        check_problem("h", "a::b", "\"\" is not the name of a header field");
    }

    #[test]
    fn copied_fields() {
        let field = |name: &str, value: &str| CopiedField {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        check(
            "z",
            "From:a@example.com|\r\n Subject:a=20=7C\r\n =20b",
            Value::CopiedFields(vec![
                field("From", "a@example.com"),
                field("Subject", "a | b"),
            ]),
        );
        check_problem("z", "From:a|b", "\"b\" has no colon");
        check_problem(
            "z",
            "From:=X",
            "the copy of From is not in dkim-quoted-printable",
        );
    }

    #[test]
    fn every_known_tag_is_decoded() {
        let values = [
            "1",
            "rsa-sha256",
            "AA==",
            "AA==",
            "relaxed/relaxed",
            "a.example",
            "From",
            "@a.example",
            "0",
            "dns/txt",
            "s",
            "0",
            "0",
            "From:a",
        ];
        for (tag, value) in SIGNATURE.iter().zip(values) {
            assert!(decode(tag.name, value).is_ok(), "{}={value}", tag.name);
        }
        assert_eq!(SIGNATURE.len(), values.len());
        let length = KnownTag::of_signature("l").unwrap();
        assert_eq!(length.presence, Presence::Discouraged);
    }
}
