//! What is missing of a key that is not whole, told by its ends (RFC 5280 §4.1; RFC 8017 §A.1.1).

use super::key::declared_type;
use super::reading::Reading;
use super::{Finding, FindingCode, Part};
use crate::algorithm::KeyType;
use crate::syntax::base64::{decode_base64, is_base64};

/// The characters of a base64 key without padding that an Ed25519 key has.
const ED25519_LENGTH: usize = 43;

/// A text with so many letters is hardly of one case by chance.
const MANY_LETTERS: usize = 20;

/// What RSA keys begin with after the header that has their length, and the length of that header.
const BEGINNINGS: [(&str, usize); 2] =
    [("ANBgkqhkiG9w0BAQEFAAOC", 6), ("A0GCSqGSIb3DQEBAQUAA4", 5)];

/// What RSA keys end with, where the exponent is 65537: for each remainder of their length by 3.
const ENDS: [&str; 3] = ["IDAQAB", "CAwEAAQ", "AgMBAAE"];

/// Why there is no key in `p=`, though there is something of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// All letters are of one case.
    Case,
    /// The pieces are in the wrong order, in a way that cannot be undone.
    Order,
    /// The beginning is missing.
    Beginning,
    /// So many of so many characters are missing in the middle.
    Middle(usize, usize),
    /// The end is missing: there are so many of so many characters.
    End(usize, usize),
}

/// Where RSA keys begin in a text.
pub(super) fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    BEGINNINGS.iter().flat_map(move |(common, header)| {
        let places = text.match_indices(common);
        places.filter_map(move |(at, _)| {
            let start = at.checked_sub(*header)?;
            text[start..].starts_with("MI").then_some(start)
        })
    })
}

/// Whether a value is base64 with all letters of one case.
pub(super) fn is_folded(value: &str) -> bool {
    let letters = || value.bytes().filter(u8::is_ascii_alphabetic);
    letters().count() >= MANY_LETTERS
        && (letters().all(|letter| letter.is_ascii_lowercase())
            || letters().all(|letter| letter.is_ascii_uppercase()))
}

impl Loss {
    /// What is missing of the key of a record that has none; `None` if that cannot be told.
    pub(super) fn of(reading: &Reading) -> Option<Self> {
        let value: String = reading.get("p")?.split_ascii_whitespace().collect();
        if !value.bytes().all(is_base64) {
            return None;
        }
        if is_folded(&value) {
            return Some(Self::Case);
        }
        let digits = value.trim_end_matches('=');
        match declared_type(reading)? {
            KeyType::Ed25519 => of_ed25519(&value, digits),
            KeyType::Rsa => of_rsa(digits),
        }
    }

    pub(super) fn finding(self) -> Finding {
        const ANEW: &str = "copy the key anew from where it was made, all of it";
        let (part, message, remedy) = match self {
            Self::Case => (
                Part::Case,
                "all letters of the key are of one case: it was folded on the way into the DNS, \
                 and cannot be had back from this"
                    .to_owned(),
                "copy the key anew, into a form or panel that keeps capitals and small letters",
            ),
            Self::Order => (
                Part::Order,
                "the pieces of the key are in the wrong order".to_owned(),
                "enter the strings of the record in their order",
            ),
            Self::Beginning => (
                Part::Beginning,
                "the beginning of the key is missing: it ends as keys do and does not begin so"
                    .to_owned(),
                ANEW,
            ),
            Self::Middle(missing, all) => (
                Part::Middle,
                format!(
                    "{missing} of the {all} characters of the key {} missing in the middle: its \
                     beginning and its end are there",
                    if missing == 1 { "is" } else { "are" }
                ),
                ANEW,
            ),
            Self::End(present, all) => return end(present, all),
        };
        let mut finding = Finding::new(FindingCode::KeyDamaged, message, remedy);
        finding.part = Some(part);
        finding
    }
}

fn end(present: usize, all: usize) -> Finding {
    Finding::new(
        FindingCode::KeyTruncated,
        format!(
            "the end of the key is missing: {present} of its {all} characters of base64 are there"
        ),
        "publish the whole key, as several strings of at most 255 characters in one TXT record",
    )
}

fn of_ed25519(value: &str, digits: &str) -> Option<Loss> {
    let missing = ED25519_LENGTH
        .checked_sub(digits.len())
        .filter(|missing| *missing > 0)?;
    // The padding is the end of the key.
    let is_end_there = value.ends_with('=');
    Some(if is_end_there {
        Loss::Middle(missing, ED25519_LENGTH)
    } else {
        Loss::End(digits.len(), ED25519_LENGTH)
    })
}

fn of_rsa(digits: &str) -> Option<Loss> {
    let ends = ENDS.iter().any(|end| digits.ends_with(end));
    let whole = whole_length(digits);
    match beginnings(digits).next() {
        Some(0) => {}
        Some(_) => return Some(Loss::Order),
        None if whole.is_none() => return ends.then_some(Loss::Beginning),
        None => {}
    }
    let whole = whole?;
    let missing = whole
        .checked_sub(digits.len())
        .filter(|missing| *missing > 0);
    match missing {
        Some(missing) if ends => Some(Loss::Middle(missing, whole)),
        // The exponent, with more of the key after it.
        _ if is_end_in_the_middle(digits) => Some(Loss::Order),
        Some(_) => Some(Loss::End(digits.len(), whole)),
        None => None,
    }
}

/// The characters that the key has, by the length it begins with; `None` if it does not begin as
/// an RSA key.
fn whole_length(digits: &str) -> Option<usize> {
    let bytes = decode_base64(digits.get(..8)?.as_bytes())?;
    // The algorithm of a SubjectPublicKeyInfo has 13 bytes; an RSAPublicKey has its modulus there.
    let length = match *bytes.as_slice() {
        [0x30, 0x82, high, low, 0x30, 13] | [0x30, 0x82, high, low, 2, 0x81 | 0x82] => {
            4 + usize::from(u16::from_be_bytes([high, low]))
        }
        [0x30, 0x81, length, 0x30, 13, _] | [0x30, 0x81, length, 2, 0x81, _] => {
            3 + usize::from(length)
        }
        [0x30, length @ ..=0x7f, 0x30, 13, ..] | [0x30, length @ ..=0x7f, 2, ..] => {
            2 + usize::from(length)
        }
        _ => return None,
    };
    Some((length * 4).div_ceil(3))
}

fn is_end_in_the_middle(digits: &str) -> bool {
    ENDS.iter().any(|end| {
        let mut places = digits.match_indices(end);
        places.any(|(at, _)| at > 200 && digits.len() - at - end.len() > 8)
    })
}
