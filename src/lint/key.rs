//! `p=`: what is wrong with the key, and what is unwise about it (RFC 6376 §3.6.1; RFC 8301 §3.2;
//! RFC 8463 §4).

use super::loss::{Loss, is_folded};
use super::reading::Reading;
use super::{Finding, FindingCode};
use crate::algorithm::KeyType;
use crate::algorithm::MAX_RSA_BITS;
use crate::algorithm::{MINIMUM_RSA_BITS, STRONG_RSA_BITS};
use crate::key::{DerError, PublicKey, PublicKeyError, RsaEncoding, RsaPublicKey};
use crate::syntax::base64::{decode_base64, is_base64};
use crate::syntax::escape::printable;
use crate::syntax::folding::without_fws;

/// Fewer octets than an RSA key of 512 bits has, of which nothing useful can be said.
const SHORTEST_RSA_KEY: usize = 60;

/// The characters of the shortest key in base64, an Ed25519 key without padding.
const SHORTEST_WORD: usize = 43;

/// The exponent that everybody uses.
const USUAL_EXPONENT: u64 = 65_537;

/// Reads the key and tells what is wrong with it. A key is found even where `k=` is wrong, if it is
/// clear which was meant.
pub(super) fn examine(
    reading: &Reading,
    loss: Option<Loss>,
    findings: &mut Vec<Finding>,
) -> Option<PublicKey> {
    let Some(value) = reading.get("p") else {
        findings.push(Finding::new(
            FindingCode::NoKeyTag,
            "there is no p=, and so there is no key",
            "publish the whole record, p= with the key included",
        ));
        return None;
    };
    if value.is_empty() {
        findings.push(Finding::new(
            FindingCode::Revoked,
            "p= is empty: the key is revoked, and no signature can be verified with it",
            "to sign again, publish a new key under a new selector",
        ));
        return None;
    }
    form(value, reading.has_line_break, findings);
    let declared = declared_type(reading);
    match (loss, declared.map(|declared| read(value, declared))) {
        (Some(loss), _) => {
            findings.push(loss.finding());
            return None;
        }
        (None, Some(Ok(key))) => {
            usable(&key, value, findings);
            return Some(key);
        }
        (None, Some(Err(fault))) => findings.push(fault.finding(value)),
        (None, None) => {}
    }
    direct(value, declared)
}

/// What is unusual about the way in which the key is written.
fn form(value: &str, has_line_break: bool, findings: &mut Vec<Finding>) {
    let digits = without_fws(value.as_bytes());
    if has_line_break {
        findings.push(Finding::new(
            FindingCode::LineBreak,
            "there is a line break inside p=, which some verifiers read and others do not \
             (RFC 6376 §3.2)",
            "enter the key in one line",
        ));
    } else if digits.len() != value.len() {
        findings.push(Finding::new(
            FindingCode::WhitespaceInKey,
            "there is white space inside p=; it is allowed, and not every verifier knows that",
            "publish the key without spaces",
        ));
    }
}

/// What is said of a key that can be used.
fn usable(key: &PublicKey, value: &str, findings: &mut Vec<Finding>) {
    let digits = without_fws(value.as_bytes());
    if !digits.len().is_multiple_of(4) {
        findings.push(Finding::new(
            FindingCode::UnpaddedKey,
            "the base64 in p= lacks the = at its end, and strict verifiers refuse it",
            "publish the key with its padding",
        ));
    }
    if let PublicKey::Rsa(key) = key {
        examine_rsa(key, findings);
    }
}

/// The type that `k=` says; `None` for one that is not known.
pub(super) fn declared_type(reading: &Reading) -> Option<KeyType> {
    match reading.get("k") {
        None => Some(KeyType::Rsa),
        Some(name) => KeyType::from_name(name.as_bytes()),
    }
}

/// The key in a value as it is, of whichever type; the one that was declared if it can be that.
pub(super) fn direct(value: &str, declared: Option<KeyType>) -> Option<PublicKey> {
    if is_folded(value) {
        return None;
    }
    let octets = decode_base64(value.as_bytes())?;
    declared
        .into_iter()
        .chain([KeyType::Rsa, KeyType::Ed25519])
        .find_map(|key_type| match PublicKey::from_record(key_type, &octets) {
            Ok(key) => Some(key),
            Err(PublicKeyError::Ed25519Wrapped { key }) => {
                PublicKey::from_record(KeyType::Ed25519, &key).ok()
            }
            Err(_) => None,
        })
}

/// The word of a text that is its one public key, wherever it is. Only where an Ed25519 key is
/// announced are 32 bytes taken for one.
pub(super) fn stray(text: &str, announced: Option<KeyType>) -> Option<&str> {
    let types: &[KeyType] = match announced {
        Some(KeyType::Ed25519) => &[KeyType::Rsa, KeyType::Ed25519],
        _ => &[KeyType::Rsa],
    };
    let mut found: Option<(&str, PublicKey)> = None;
    for word in words(text) {
        let octets = decode_base64(word.as_bytes()).unwrap_or_default();
        let key = types
            .iter()
            .find_map(|key_type| PublicKey::from_record(*key_type, &octets).ok());
        match (&found, key) {
            (Some((_, other)), Some(key)) if *other != key => return None,
            (None, Some(key)) => found = Some((word, key)),
            _ => {}
        }
    }
    found.map(|(word, _)| word)
}

/// What may be a key in base64, in any text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !u8::try_from(character).is_ok_and(is_base64))
        .filter_map(|word| word.trim_end_matches('=').rsplit('=').next())
        .filter(|word| word.len() >= SHORTEST_WORD)
}

/// The base64 of a value without what does not belong there: the lines around PEM, and whatever
/// else was copied with it. Of the URL-safe alphabet (RFC 4648 §5) it makes the usual one.
pub(super) fn cleaned(value: &str) -> Vec<u8> {
    let mut inner = value;
    if let Some((_, behind)) = inner.split_once("KEY-----") {
        inner = behind;
    }
    if let Some((before, _)) = inner.split_once("-----") {
        inner = before;
    }
    inner
        .bytes()
        .map(|octet| match octet {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .filter(|octet| is_base64(*octet))
        .collect()
}

/// Why `p=` does not hold a key that can be used.
enum Fault {
    /// The character at which it is no base64, if it is one character's fault.
    Base64(Option<char>),
    Key(PublicKeyError),
}

fn read(value: &str, key_type: KeyType) -> Result<PublicKey, Fault> {
    if let Some(octets) = decode_base64(value.as_bytes()) {
        return PublicKey::from_record(key_type, &octets).map_err(Fault::Key);
    }
    let strange = value
        .chars()
        .filter(|character| !character.is_ascii_whitespace())
        .find(|character| !u8::try_from(*character).is_ok_and(is_base64));
    Err(Fault::Base64(strange))
}

impl Fault {
    fn finding(&self, value: &str) -> Finding {
        match self {
            Self::Base64(strange) => not_base64(*strange),
            Self::Key(error @ PublicKeyError::NotDer(_)) => {
                let length = decode_base64(value.as_bytes()).unwrap_or_default().len();
                if length < SHORTEST_RSA_KEY {
                    far_too_short(error, length)
                } else {
                    unusable(error)
                }
            }
            Self::Key(error) => unusable(error),
        }
    }
}

/// What is to be said where there is hardly anything of a key.
fn far_too_short(error: &PublicKeyError, length: usize) -> Finding {
    let code = match error {
        PublicKeyError::NotDer(DerError::Truncated { .. }) => FindingCode::KeyTruncated,
        _ => FindingCode::KeyTypeMismatch,
    };
    let plural = if length == 1 { "" } else { "s" };
    Finding::new(
        code,
        format!("p= holds {length} byte{plural}, far too short to be an RSA key"),
        "publish the whole public key that belongs to the signing key",
    )
}

fn not_base64(strange: Option<char>) -> Finding {
    let message = match strange {
        Some(character) => {
            let character = printable(character.to_string().as_bytes());
            format!("p= is not base64: \"{character}\" does not belong there")
        }
        None => "p= is not base64: characters are missing, or there are too many".to_owned(),
    };
    Finding::new(
        FindingCode::BadBase64,
        message,
        "copy the key anew, from where it was made",
    )
}

/// A key that was decoded and cannot be used.
fn unusable(error: &PublicKeyError) -> Finding {
    let code = match error {
        PublicKeyError::TooSmall { .. } => return too_short(error.to_string()),
        PublicKeyError::TooLarge { .. } => FindingCode::RecordTooLarge,
        _ => FindingCode::KeyTypeMismatch,
    };
    let remedy = match error {
        PublicKeyError::TooLarge { .. } => {
            format!("make a key of 2048 bits, and at most {MAX_RSA_BITS}")
        }
        other => other
            .hint()
            .unwrap_or_else(|| "publish the public key that belongs to the signing key".to_owned()),
    };
    Finding::new(code, format!("p= holds no usable key: {error}"), remedy)
}

fn too_short(reason: String) -> Finding {
    Finding::new(
        FindingCode::KeyTooShort,
        reason,
        "make a new key, of 2048 bits",
    )
}

fn examine_rsa(key: &RsaPublicKey, findings: &mut Vec<Finding>) {
    let bits = key.bits();
    findings.extend(size(bits));
    let exponent = key.exponent_number();
    if exponent < USUAL_EXPONENT {
        findings.push(Finding::new(
            FindingCode::LowExponent,
            format!("the public exponent is {exponent}: careless verifiers accept forgeries"),
            "make the next key with the exponent 65537",
        ));
    } else if exponent > USUAL_EXPONENT {
        findings.push(Finding::new(
            FindingCode::UnusualExponent,
            format!("the public exponent is {exponent}, which not every verifier takes"),
            "make the next key with the exponent 65537",
        ));
    }
    if key.encoding() == RsaEncoding::RsaPublicKey {
        findings.push(Finding::new(
            FindingCode::Pkcs1Key,
            "p= is a bare RSAPublicKey, as RFC 6376 §3.6.1 has it and hardly anyone publishes \
             it: not every verifier reads it",
            "publish it as SubjectPublicKeyInfo, as the examples of the RFC are",
        ));
    }
    if key.is_sloppy() {
        let flaws: Vec<String> = key.flaws().iter().map(ToString::to_string).collect();
        findings.push(Finding::new(
            FindingCode::SloppyDer,
            format!(
                "the key is not exact DER, and strict verifiers refuse it: {}",
                flaws.join("; ")
            ),
            "publish the key in exact DER",
        ));
    }
}

fn size(bits: usize) -> Option<Finding> {
    if bits < MINIMUM_RSA_BITS {
        let reason = format!(
            "the RSA key has {bits} bits, and verifiers refuse those under {MINIMUM_RSA_BITS} \
             (RFC 8301 §3.2)"
        );
        Some(too_short(reason))
    } else if bits < STRONG_RSA_BITS {
        Some(Finding::new(
            FindingCode::WeakKey,
            format!(
                "the RSA key has {bits} bits; signers should use {STRONG_RSA_BITS} or more (RFC 8301 §3.2)"
            ),
            "make a new key of 2048 bits under a new selector",
        ))
    } else if bits > STRONG_RSA_BITS {
        Some(Finding::new(
            FindingCode::LargeKey,
            format!("the RSA key has {bits} bits: the answer may not fit into one UDP packet"),
            "check that the record arrives over TCP too; verifiers need take no more than 2048 \
             bits (RFC 8301 §3.2)",
        ))
    } else {
        None
    }
}
