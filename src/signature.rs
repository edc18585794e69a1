//! The DKIM-Signature field (RFC 6376 §3.5).

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use crate::algorithm::{HashValue, SigningAlgorithm};
use crate::canonicalization::BodyHashRequest;
use crate::canonicalization::MessageCanonicalization;
use crate::identifier::KeyQuery;
use crate::identifier::{Auid, IdentifierError, Sdid, Selector};
use crate::message::HeaderField;
use crate::syntax::base64::{decode_base64, is_base64};
use crate::syntax::escape::printable;
use crate::syntax::folding::without_fws;
pub use crate::syntax::tag_list::TagListError;
use crate::syntax::tag_list::{TagList, colon_separated};
use crate::tags::{KnownTag, SIGNATURE, required};

use names::Names;

pub use body_hash::NoBodyHash;

mod body_hash;
pub(crate) mod format;
mod names;

/// The name of the field that holds a signature.
pub const FIELD_NAME: &str = "DKIM-Signature";
/// The most names that `h=` may hold.
pub const MAX_NAMES: usize = 1000;
/// What is said of a mistake that is refused here, as RFC 6376 has it, and read by `Mail::DKIM`,
/// dkimpy, OpenDKIM and go-msgauth.
const OTHERS_ACCEPT: &str = ", which other verifiers accept";
/// The most digits that a number in a signature may have (RFC 6376 §3.5, `l=`).
pub const MAX_DIGITS: usize = 76;

/// A signature as its field states it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signature {
    /// The signing algorithm (`a=`).
    pub algorithm: SigningAlgorithm,
    /// The signature itself (`b=`), decoded.
    pub signature: Vec<u8>,
    /// The hash of the body (`bh=`), decoded.
    pub body_hash: HashValue,
    /// The canonicalization algorithms (`c=`), `simple/simple` where it is missing.
    pub canonicalization: MessageCanonicalization,
    /// The signing domain (`d=`).
    pub domain: Sdid,
    /// The agent or user (`i=`); `None` where it is missing.
    pub identity: Option<Auid>,
    /// How many octets of the canonicalized body are signed (`l=`), at most [`u64::MAX`]; `None`
    /// for all of them.
    pub body_length: Option<u64>,
    /// The selector (`s=`).
    pub selector: Selector,
    /// When the signature was made (`t=`), in Unix seconds, at most [`u64::MAX`].
    pub timestamp: Option<u64>,
    /// When the signature ceases to hold (`x=`), in Unix seconds, at most [`u64::MAX`].
    pub expiration: Option<u64>,
    /// Whether `x=` is not after `t=`.
    pub(crate) expires_before_timestamp: bool,
    /// The names of `h=`.
    names: Names,
    /// Where the value of `b=` lies in the field's value.
    pub(crate) emptied: Range<usize>,
    /// Where the key is.
    pub(crate) query: KeyQuery,
}

impl Signature {
    /// Parses the value of a DKIM-Signature field.
    ///
    /// # Errors
    ///
    /// A [`SignatureError`] that says why this is no signature that could be judged.
    pub fn parse(field: HeaderField<'_>) -> Result<Self, SignatureError> {
        let tags =
            TagList::parse(field.value(), field.line_endings()).map_err(SignatureError::TagList)?;
        if let Some(version) = tags
            .get("v")
            .filter(|version| !matches!(*version, b"1" | b""))
        {
            return Err(SignatureError::Version(printable(version)));
        }
        for KnownTag { name, .. } in required(SIGNATURE) {
            match tags.get(name) {
                None => return Err(SignatureError::MissingTag(name)),
                Some(b"") => return Err(SignatureError::EmptyTag(name)),
                Some(_) => {}
            }
        }
        Self::from_tags(&tags)
    }

    /// The names of the signed header fields (`h=`) in lower case, in order, as often as they
    /// stand there.
    #[must_use]
    pub fn signed_headers(
        &self,
    ) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        self.names.iter()
    }

    /// The name at a place in `h=`, which is one of them.
    pub(crate) fn signed_header(&self, place: usize) -> &str {
        self.names.at(place)
    }

    /// The agent or user: `i=`, or its default, the signing domain without a local part.
    #[must_use]
    pub fn identity(&self) -> Auid {
        self.identity
            .clone()
            .unwrap_or_else(|| Auid::of_domain(&self.domain))
    }

    /// Where the key is published.
    #[must_use]
    pub fn key_query(&self) -> &KeyQuery {
        &self.query
    }

    /// The body hash that this signature needs.
    pub(crate) fn body_hash_request(&self) -> BodyHashRequest {
        BodyHashRequest {
            canonicalization: self.canonicalization.body,
            algorithm: self.algorithm.hash(),
            length: self.body_length,
        }
    }

    fn from_tags(tags: &TagList<'_>) -> Result<Self, SignatureError> {
        let required = |name: &'static str| tags.get(name).ok_or(SignatureError::MissingTag(name));
        let base64 = |name| decode_base64(required(name)?).ok_or(SignatureError::Base64(name));
        let algorithm = required("a")?;
        let algorithm = SigningAlgorithm::from_name(algorithm)
            .ok_or_else(|| SignatureError::Algorithm(printable(algorithm)))?;
        let canonicalization =
            tags.get("c")
                .map_or(Ok(MessageCanonicalization::default()), |name| {
                    MessageCanonicalization::from_name(name)
                        .ok_or_else(|| SignatureError::Canonicalization(printable(name)))
                })?;
        if let Some(methods) = tags.get("q") {
            if colon_separated(methods).any(|method| without_fws(method).is_empty()) {
                return Err(SignatureError::EmptyMethod);
            }
            if !has_known_query_method(methods) {
                return Err(SignatureError::QueryMethod(printable(methods)));
            }
        }
        let domain = Sdid::parse(required("d")?)
            .map_err(|error| SignatureError::Identifier { tag: "d", error })?;
        let selector = Selector::parse(required("s")?)
            .map_err(|error| SignatureError::Identifier { tag: "s", error })?;
        let identity = tags.get("i").map(Auid::parse_encoded).transpose();
        let identity = identity.map_err(|error| SignatureError::Identifier { tag: "i", error })?;
        let timestamp = number(tags, "t")?;
        let expiration = number(tags, "x")?;
        let signature = base64("b")?;
        let body_hash = NoBodyHash::check(required("bh")?, algorithm.hash())
            .ok_or(SignatureError::Base64("bh"))?
            .map_err(SignatureError::BodyHash)?;
        Ok(Self {
            algorithm,
            signature,
            body_hash,
            canonicalization,
            query: KeyQuery::new(&selector, &domain).ok_or(SignatureError::LongQuery)?,
            domain,
            identity,
            body_length: number(tags, "l")?.map(Digits::saturating),
            selector,
            timestamp: timestamp.map(Digits::saturating),
            expiration: expiration.map(Digits::saturating),
            expires_before_timestamp: matches!((expiration, timestamp), (Some(x), Some(t)) if x <= t),
            names: Names::parse(required("h")?)?,
            emptied: tags
                .raw_value_span("b")
                .ok_or(SignatureError::MissingTag("b"))?,
        })
    }
}

/// Why a DKIM-Signature field is no signature that could be judged (RFC 6376 §6.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The value is not a tag-list.
    TagList(TagListError),
    /// `v=` is not `1`; the value, made printable.
    Version(String),
    /// A required tag is missing.
    MissingTag(&'static str),
    /// A required tag is empty.
    EmptyTag(&'static str),
    /// `a=` is not known; the value, made printable.
    Algorithm(String),
    /// `c=` is not known; the value, made printable.
    Canonicalization(String),
    /// `q=` has no method that is known; the value, made printable.
    QueryMethod(String),
    /// A method in `q=` is empty.
    EmptyMethod,
    /// A tag that should be base64 is not.
    Base64(&'static str),
    /// `bh=` is not as long as a hash.
    BodyHash(NoBodyHash),
    /// A domain name, selector or identity is not one.
    Identifier {
        /// The tag.
        tag: &'static str,
        /// What is wrong with its value.
        error: IdentifierError,
    },
    /// `s=` and `d=` together are too long for a name in the DNS.
    LongQuery,
    /// A tag that should be a number is not, or has more than 76 digits.
    Number(&'static str),
    /// A name in `h=` is not a header field's; the name, made printable.
    HeaderName(String),
    /// `h=` has more names than [`MAX_NAMES`].
    TooManyNames,
}

impl SignatureError {
    /// The reason's code in output.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingTag(_) | Self::EmptyTag(_) => "missing-tag",
            Self::Version(_) => "unsupported-version",
            Self::Algorithm(_) => "unsupported-algorithm",
            Self::Canonicalization(_) => "unsupported-canonicalization",
            Self::QueryMethod(_) => "unsupported-query-method",
            Self::TagList(_)
            | Self::EmptyMethod
            | Self::Base64(_)
            | Self::BodyHash(_)
            | Self::Identifier { .. }
            | Self::LongQuery
            | Self::Number(_)
            | Self::HeaderName(_)
            | Self::TooManyNames => "signature-syntax",
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TagList(error) => write!(f, "signature syntax error: {error}"),
            Self::Version(version) => {
                write!(f, "incompatible version: v=\"{version}\" is not known")
            }
            Self::MissingTag(tag) => write!(f, "signature missing required tag {tag}="),
            Self::EmptyTag(tag) => write!(f, "signature missing required tag: {tag}= is empty"),
            Self::Algorithm(name) => write!(f, "the algorithm a=\"{name}\" is not known"),
            Self::Canonicalization(name) => {
                write!(f, "the canonicalization c=\"{name}\" is not known")
            }
            Self::QueryMethod(name) => {
                write!(f, "none of the query methods q=\"{name}\" is known")
            }
            Self::EmptyMethod => write!(
                f,
                "signature syntax error: a method in q= is empty{OTHERS_ACCEPT}"
            ),
            Self::Base64(tag) => write!(f, "signature syntax error: {tag}= is not base64"),
            Self::BodyHash(error) => {
                write!(f, "signature syntax error: bh= is no body hash: {error}")
            }
            Self::Identifier { tag, error } => {
                write!(f, "signature syntax error: {tag}= is not valid: {error}")?;
                match (*tag, error) {
                    ("d", IdentifierError::FinalDot) | ("i", IdentifierError::LeadingDot) => {
                        f.write_str(OTHERS_ACCEPT)
                    }
                    _ => Ok(()),
                }
            }
            Self::LongQuery => {
                f.write_str("signature syntax error: s= and d= together are too long for the DNS")
            }
            Self::Number(tag) => {
                write!(
                    f,
                    "signature syntax error: {tag}= is not a number of at most {MAX_DIGITS} digits"
                )
            }
            Self::HeaderName(name) if name.is_empty() => write!(
                f,
                "signature syntax error: a name in h= is empty{OTHERS_ACCEPT}"
            ),
            Self::HeaderName(name) => {
                write!(
                    f,
                    "signature syntax error: \"{name}\" in h= is not the name of a header field"
                )
            }
            Self::TooManyNames => write!(
                f,
                "signature syntax error: h= has more than {MAX_NAMES} names"
            ),
        }
    }
}

impl Error for SignatureError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TagList(error) => Some(error),
            Self::BodyHash(error) => Some(error),
            Self::Identifier { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// The domain and the selector that a field claims, as far as each is valid, also where the field
/// as a whole is no signature.
#[must_use]
pub fn claimed_identifiers(field: HeaderField<'_>) -> (Option<Sdid>, Option<Selector>) {
    let Ok(tags) = TagList::parse(field.value(), field.line_endings()) else {
        return (None, None);
    };
    (
        tags.get("d").and_then(|value| Sdid::parse(value).ok()),
        tags.get("s").and_then(|value| Selector::parse(value).ok()),
    )
}

/// Where the key is published that a field claims, also where the field as a whole is no signature;
/// `None` if its domain or its selector is not valid.
#[must_use]
pub fn claimed_key_query(field: HeaderField<'_>) -> Option<KeyQuery> {
    let (domain, selector) = claimed_identifiers(field);
    KeyQuery::new(&selector?, &domain?)
}

/// The signature itself (`b=`) as a field has it, in base64 and without white space, also where the
/// field as a whole is no signature; `None` if it is not of the letters of base64.
pub(crate) fn claimed_signature(field: HeaderField<'_>) -> Option<String> {
    let tags = TagList::parse(field.value(), field.line_endings()).ok()?;
    let value = without_fws(tags.get("b")?).into_owned();
    if value.is_empty() || !value.iter().copied().all(is_base64) {
        return None;
    }
    String::from_utf8(value).ok()
}

/// The value of `l=`, `t=` or `x=`: a number of at most [`MAX_DIGITS`] digits, without leading zeros
/// (RFC 6376 §3.5).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digits<'a>(&'a [u8]);

impl<'a> Digits<'a> {
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        if value.is_empty() || value.len() > MAX_DIGITS || !value.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = value.iter().take_while(|&&digit| digit == b'0').count();
        Some(Self(&value[zeros..]))
    }

    /// The number, at most [`u64::MAX`].
    pub(crate) fn saturating(self) -> u64 {
        self.0.iter().fold(0_u64, |value, digit| {
            value
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    }
}

impl PartialOrd for Digits<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(
            self.0
                .len()
                .cmp(&other.0.len())
                .then_with(|| self.0.cmp(other.0)),
        )
    }
}

fn number<'a>(
    tags: &TagList<'a>,
    name: &'static str,
) -> Result<Option<Digits<'a>>, SignatureError> {
    let Some(value) = tags.get(name) else {
        return Ok(None);
    };
    Digits::parse(value)
        .map(Some)
        .ok_or(SignatureError::Number(name))
}

/// Whether the value of `q=` lists a query method that is known (RFC 6376 §3.5).
pub(crate) fn has_known_query_method(value: &[u8]) -> bool {
    colon_separated(value).any(|method| without_fws(method).eq_ignore_ascii_case(b"dns/txt"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::LineEndings;

    const GOOD: &str = "v=1; a=rsa-sha256; d=example.com; s=s1; h=From:To; b=AAAA; \
                        bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn parse(value: &str) -> Result<Signature, SignatureError> {
        let raw = format!("DKIM-Signature: {value}\r\n");
        Signature::parse(HeaderField::from_raw(raw.as_bytes(), LineEndings::Lenient))
    }

    /// Replaces a part of a good signature (or adds to it) and checks the outcome.
    fn check(from: &str, to: &str, expected: &str) {
        let value = if from.is_empty() {
            format!("{GOOD}; {to}")
        } else {
            GOOD.replace(from, to)
        };
        let outcome = parse(&value).map_or_else(|error| error.code(), |_| "ok");
        assert_eq!(outcome, expected, "{value:?}");
    }

    #[test]
    fn required_tags() {
        check("v=1; ", "", "missing-tag");
        check("v=1", "v=", "missing-tag");
        check("v=1", "v=2", "unsupported-version");
        check("v=1", "v=1.0", "unsupported-version");
        check("v=1", "v= 1 ", "ok");
        for tag in [
            "a=rsa-sha256; ",
            "d=example.com; ",
            "s=s1; ",
            "h=From:To; ",
            "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ] {
            check(tag, "", "missing-tag");
            let name = tag.split('=').next().unwrap_or_default();
            check(tag, &format!("{name}=; "), "missing-tag");
        }
        check("b=AAAA", "b=", "missing-tag");
    }

    #[test]
    fn values() {
        check("a=rsa-sha256", "a=RSA-SHA256", "ok");
        check("a=rsa-sha256", "a=rsa-sha512", "unsupported-algorithm");
        check("", "c=relaxed", "ok");
        check("", "c=nowsp", "unsupported-canonicalization");
        check("", "q=dns/txt", "ok");
        check("", "q=x : dns/txt", "ok");
        check("", "q=x:y", "unsupported-query-method");
        check("", "q=", "signature-syntax");
        check("", "q=dns/txt:", "signature-syntax");
        check("", "q=x : : dns/txt", "signature-syntax");
        check("b=AAAA", "b=A AA\r\n\tA", "ok");
        check("b=AAAA", "b=A-_A", "signature-syntax");
        check("", "i=@example.com", "ok");
        check("", "i=", "signature-syntax");
        check("", "i=example.com", "signature-syntax");
        check("d=example.com", "d=com", "signature-syntax");
        check("s=s1", "s=a b", "signature-syntax");
        check("h=From:To", "h=From::To", "signature-syntax");
        check("h=From:To", "h=From : T o", "signature-syntax");
        check("h=From:To", "h=From :\r\n To", "ok");
        check("", "unknown=x", "ok");
        check("", "d=example.org", "signature-syntax");
    }

    #[test]
    fn numbers_of_any_size() {
        check("", "t=1; x=2", "ok");
        check("", "t=", "signature-syntax");
        check("", "t=-1", "signature-syntax");
        check("", "x=1a", "signature-syntax");
        check("", "l=99999999999999999999", "ok");
        check("", &format!("l={}", "9".repeat(76)), "ok");
        check("", &format!("l={}", "9".repeat(77)), "signature-syntax");
        let times = |t: &str, x: &str| {
            parse(&format!("{GOOD}; t={t}; x={x}"))
                .unwrap()
                .expires_before_timestamp
        };
        assert!(times("2", "1") && times("2", "2") && times("10", "9") && times("9", "0009"));
        assert!(!times("9", "10"));
        let huge = "9".repeat(30);
        assert!(!times(&huge, &format!("{huge}0")) && times(&huge, &huge));
        assert_eq!(
            parse(&format!("{GOOD}; l={huge}")).unwrap().body_length,
            Some(u64::MAX)
        );
    }

    #[test]
    fn h_may_name_a_thousand_fields() {
        check("h=From:To", &format!("h=From{}", ":To".repeat(999)), "ok");
        check(
            "h=From:To",
            &format!("h=From{}", ":To".repeat(1000)),
            "signature-syntax",
        );
    }
}
