//! `p=`: what is wrong with the key, and what is unwise about it (RFC 6376 §3.6.1; RFC 8301 §3.2;
//! RFC 8463 §4).

use super::reading::Reading;
use super::{Finding, FindingCode};
use crate::algorithm::KeyType;
use crate::algorithm::MAX_RSA_BITS;
use crate::algorithm::{MINIMUM_RSA_BITS, STRONG_RSA_BITS};
use crate::key::{DerError, PublicKey, PublicKeyError, RsaEncoding, RsaPublicKey};
use crate::syntax::base64::{decode_base64, is_base64};
use crate::syntax::escape::printable;
use crate::syntax::folding::without_fws;

/// The longest string of a TXT record (RFC 1035 §3.3).
const MAX_STRING: usize = 255;

/// Fewer octets than an RSA key of 512 bits has, of which nothing useful can be said.
const SHORTEST_RSA_KEY: usize = 60;

/// The characters of the shortest key in base64, an Ed25519 key without padding.
pub(super) const SHORTEST_WORD: usize = 43;

/// The exponent that everybody uses.
const USUAL_EXPONENT: u64 = 65_537;

/// Reads the key and tells what is wrong with it. A key is found even where `k=` or `p=` is wrong,
/// if it is clear which was meant.
pub(super) fn examine(reading: &Reading, findings: &mut Vec<Finding>) -> Option<PublicKey> {
    let Some(value) = reading.get("p") else {
        let (message, remedy) = if reading.get("P").is_some() {
            (
                "there is no p=, only P=, which is another tag (RFC 6376 §3.2)",
                "write p= in lower case",
            )
        } else {
            (
                "there is no p=, and so there is no key",
                "publish the whole record, p= with the key included",
            )
        };
        findings.push(Finding::new(FindingCode::NoKeyTag, message, remedy));
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
    let declared = declared_type(reading);
    let read = declared.map(|declared| read(value, declared));
    let has_space = without_fws(value.as_bytes()).len() != value.len();
    if has_space && !matches!(read, Some(Err(Fault::SpacesForPlus))) {
        findings.push(Finding::new(
            FindingCode::WhitespaceInKey,
            "there is white space inside p=; it is allowed, and not every verifier knows that",
            "join the parts of the key with nothing between",
        ));
    }
    match read {
        Some(Ok(key)) => {
            if let PublicKey::Rsa(key) = &key {
                examine_rsa(key, findings);
            }
            return Some(key);
        }
        Some(Err(fault)) => findings.push(fault.finding(value, reading.length)),
        None => {}
    }
    repaired(value, declared)
}

/// The type that `k=` says; `None` for one that is not known.
pub(super) fn declared_type(reading: &Reading) -> Option<KeyType> {
    match reading.get("k") {
        None => Some(KeyType::Rsa),
        Some(name) => KeyType::from_name(name.as_bytes()),
    }
}

/// The key that was meant, of whichever type it is; `None` if that is not clear.
pub(super) fn repaired(value: &str, declared: Option<KeyType>) -> Option<PublicKey> {
    let types = declared.into_iter().chain([KeyType::Rsa, KeyType::Ed25519]);
    let octets = [
        decode_base64(value.as_bytes()),
        decode_base64(&cleaned(value)),
        decode_base64(value.replace(' ', "+").as_bytes()),
    ];
    octets.into_iter().flatten().find_map(|octets| {
        types
            .clone()
            .find_map(|key_type| match PublicKey::from_record(key_type, &octets) {
                Ok(key) => Some(key),
                Err(PublicKeyError::Ed25519Wrapped { key }) => {
                    PublicKey::from_record(KeyType::Ed25519, &key).ok()
                }
                Err(_) => None,
            })
    })
}

/// The one public key among the words of a record, wherever it stands; `None` if a private key is
/// there as well. Only where an Ed25519 key is announced are 32 octets taken for one.
pub(super) fn stray(text: &str, announced: Option<KeyType>) -> Option<PublicKey> {
    let types: &[KeyType] = match announced {
        Some(KeyType::Ed25519) => &[KeyType::Rsa, KeyType::Ed25519],
        _ => &[KeyType::Rsa],
    };
    let mut found: Option<PublicKey> = None;
    for word in words(text) {
        if private_key(word).is_some() {
            return None;
        }
        let octets = decode_base64(word.as_bytes()).unwrap_or_default();
        let key = types
            .iter()
            .find_map(|key_type| PublicKey::from_record(*key_type, &octets).ok());
        if found.is_some() && key.is_some() && found != key {
            return None;
        }
        found = found.or(key);
    }
    found
}

/// What may be a key in base64, in any text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !u8::try_from(character).is_ok_and(is_base64))
        .filter_map(|word| word.trim_end_matches('=').rsplit('=').next())
        .filter(|word| word.len() >= SHORTEST_WORD)
}

/// The octets of the private key that was published in the place of a public one.
pub(super) fn private_key(value: &str) -> Option<Vec<u8>> {
    let is_private = |octets: &Vec<u8>| {
        PublicKey::from_record(KeyType::Rsa, octets).err() == Some(PublicKeyError::PrivateKey)
    };
    [
        decode_base64(value.as_bytes()),
        decode_base64(&cleaned(value)),
    ]
    .into_iter()
    .flatten()
    .find(is_private)
}

/// The base64 of a value without what does not belong there: the lines around PEM, and whatever
/// else was copied with it. Of the URL-safe alphabet (RFC 4648 §5) it makes the usual one.
fn cleaned(value: &str) -> Vec<u8> {
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
    /// The octet at which it is no base64, if it is one octet's fault.
    Base64(Option<char>),
    /// Spaces stand where the base64 has plus signs.
    SpacesForPlus,
    /// The end is missing.
    Truncated(PublicKeyError),
    Key(PublicKeyError),
}

fn read(value: &str, key_type: KeyType) -> Result<PublicKey, Fault> {
    if private_key(value).is_some() {
        return Err(Fault::Key(PublicKeyError::PrivateKey));
    }
    let octets = decode_base64(value.as_bytes());
    let key = octets.map(|octets| PublicKey::from_record(key_type, &octets));
    if let Some(Ok(key)) = key {
        return Ok(key);
    }
    let is_key = |octets: Vec<u8>| PublicKey::from_record(key_type, &octets).is_ok();
    if decode_base64(value.replace(' ', "+").as_bytes()).is_some_and(is_key) {
        return Err(Fault::SpacesForPlus);
    }
    if let Some(Err(error)) = key {
        return Err(Fault::of(error));
    }
    let value = without_fws(value.as_bytes());
    let strange = String::from_utf8_lossy(&value)
        .chars()
        .find(|&character| !u8::try_from(character).is_ok_and(is_base64));
    // Base64 of 4n + 1 characters stands for nothing: perhaps it was cut off.
    let whole = value.len() - value.len() % 4;
    let cut = decode_base64(&value[..whole])
        .and_then(|octets| PublicKey::from_record(key_type, &octets).err())
        .map(Fault::of);
    match cut {
        Some(cut @ Fault::Truncated(_)) if strange.is_none() => Err(cut),
        _ => Err(Fault::Base64(strange)),
    }
}

impl Fault {
    fn of(error: PublicKeyError) -> Self {
        match error {
            PublicKeyError::NotDer(DerError::Truncated { .. }) => Self::Truncated(error),
            PublicKeyError::Ed25519Length { length } if length < 32 => Self::Truncated(error),
            other => Self::Key(other),
        }
    }

    fn finding(&self, value: &str, record_length: usize) -> Finding {
        if let Self::Truncated(PublicKeyError::NotDer(_)) | Self::Key(PublicKeyError::NotDer(_)) =
            self
            && let Some(octets) = decode_base64(value.as_bytes())
            && octets.len() < SHORTEST_RSA_KEY
        {
            return self.far_too_short(octets.len());
        }
        match self {
            Self::Base64(strange) => not_base64(*strange, value.contains("-----")),
            Self::SpacesForPlus => Finding::new(
                FindingCode::BadBase64,
                "p= has spaces where the key has plus signs, as if it was decoded like a web form",
                "write + in the place of each space inside p=",
            ),
            Self::Truncated(error) => truncated(error, record_length),
            Self::Key(error) => unusable(error),
        }
    }

    /// What is to be said where there is hardly anything of a key.
    fn far_too_short(&self, octets: usize) -> Finding {
        let code = match self {
            Self::Truncated(_) => FindingCode::KeyTruncated,
            _ => FindingCode::KeyTypeMismatch,
        };
        let plural = if octets == 1 { "" } else { "s" };
        Finding::new(
            code,
            format!("p= holds {octets} octet{plural}, far too short to be an RSA key"),
            "publish the whole public key that belongs to the signing key",
        )
    }
}

fn not_base64(strange: Option<char>, is_pem: bool) -> Finding {
    let message = match strange {
        Some(character) => {
            let character = printable(character.to_string().as_bytes());
            format!("p= is not base64: \"{character}\" does not belong there")
        }
        None => "p= is not base64: characters are missing, or there are too many".to_owned(),
    };
    let remedy = if is_pem {
        "remove the BEGIN and END lines"
    } else {
        "copy the key anew, from where it was made"
    };
    Finding::new(FindingCode::BadBase64, message, remedy)
}

fn truncated(error: &PublicKeyError, record_length: usize) -> Finding {
    let mut message = match error {
        PublicKeyError::NotDer(DerError::Truncated { expected, present }) => {
            format!("the end of the key is missing: {present} of its {expected} octets are there")
        }
        other => format!("the end of the key is missing: {other}"),
    };
    if record_length == MAX_STRING {
        message.push_str(
            "; the record is as long as one string of a TXT record can be, 255 characters",
        );
    }
    Finding::new(
        FindingCode::KeyTruncated,
        message,
        "publish the whole key, as several strings of 255 characters at most in one TXT record",
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
