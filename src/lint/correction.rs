//! The record to publish instead of one whose form is wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::is_for_mail;
use super::key::{declared_type, direct};
use super::reading::{ReadTag, Reading, trimmed};
use super::tags::in_standard_case;
use crate::algorithm::KeyType;
use crate::key::PublicKey;
use crate::key_record::{KeyRecord, RecordError};
use crate::tags::KnownTag;

/// The record in good form: `v=` first, each tag once, the key as verifiers expect it, with
/// `other` in the place of the key if that is given. What the record says beside that is the
/// owner's decision and stays: `t=y` too.
///
/// `None` if that cannot be done without a new key, or if it is what is published already.
pub(super) fn corrected(
    text: &[u8],
    reading: &Reading,
    other: Option<&PublicKey>,
) -> Option<String> {
    let tags = unmistakable(&reading.tags)?;
    let value = |name: &str| {
        let tag = tags.iter().find(|tag| tag.name == name);
        tag.map(|tag| tag.value.as_str())
    };
    let key = match (other, value("p")) {
        (Some(key), _) => Some(key.clone()),
        (None, Some("")) => None,
        (None, value) => {
            let declared = match tags.iter().find(|tag| tag.name == "k") {
                None => declared_type(reading),
                Some(tag) => KeyType::from_name(tag.value.as_bytes()),
            };
            Some(direct(value?, declared)?)
        }
    };
    let mut parts = vec!["v=DKIM1".to_owned()];
    if value("k").is_none()
        && let Some(key) = key.as_ref().filter(|key| key.key_type() != KeyType::Rsa)
    {
        parts.push(format!("k={}", key.key_type()));
    }
    for tag in &tags {
        parts.extend(part(tag, key.as_ref()));
    }
    if value("p").is_none() {
        parts.push(key_part(key.as_ref()));
    }
    let record = parts.join("; ");
    (is_in_order(&record) && record.as_bytes() != text).then_some(record)
}

/// A tag as it should be; `None` for one that should not be there.
fn part(tag: &ReadTag, key: Option<&PublicKey>) -> Option<String> {
    let value = match (tag.name.as_str(), key) {
        ("v" | "g", _) => return None,
        ("p", key) => return Some(key_part(key)),
        ("k", Some(key)) => key.key_type().name().to_owned(),
        ("k", None) => KeyType::from_name(tag.value.as_bytes())?.name().to_owned(),
        // The one hash in use (RFC 8301 §3.1).
        ("h", _) => "sha256".to_owned(),
        ("s", _) => services(&tag.value),
        ("t", _) => in_standard_cases("t", &printed(&tag.value)),
        (_, _) => printed(&tag.value),
    };
    Some(format!("{}={value}", tag.name))
}

fn key_part(key: Option<&PublicKey>) -> String {
    let octets = key.map(PublicKey::to_record).unwrap_or_default();
    format!("p={}", STANDARD.encode(octets))
}

/// `s=` with mail in the place of nothing, and of what was surely meant as mail. Any other list
/// restricts the key deliberately and stays (RFC 6376 §3.6.1).
fn services(value: &str) -> String {
    const MEANT_AS_MAIL: [&str; 7] = ["mail", "e-mail", "mails", "emails", "smtp", "dkim", "all"];
    let is_mistake = |name: &str| {
        name.is_empty()
            || MEANT_AS_MAIL
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
    };
    if value.split(':').map(trimmed).all(is_mistake) {
        "email".to_owned()
    } else {
        in_standard_cases("s", &printed(value))
    }
}

/// The values of a list, those that RFC 6376 knows in its letter case.
fn in_standard_cases(tag: &str, values: &str) -> String {
    let recased = |value| {
        let trimmed = trimmed(value);
        value.replace(trimmed, in_standard_case(tag, trimmed))
    };
    let values: Vec<String> = values.split(':').map(recased).collect();
    values.join(":")
}

/// A value on one line, without what cannot be printed.
fn printed(value: &str) -> String {
    let words: Vec<&str> = value
        .split(['\r', '\n', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    words
        .join(" ")
        .chars()
        .filter(|character| !character.is_control() && *character != char::REPLACEMENT_CHARACTER)
        .collect()
}

/// The tags that were meant, each once; `None` if one stands there with two values.
fn unmistakable(tags: &[ReadTag]) -> Option<Vec<ReadTag>> {
    let mut meant: Vec<ReadTag> = Vec::new();
    let has = |name: &str| tags.iter().any(|tag| tag.name == name);
    for mut tag in tags.iter().cloned() {
        let lower = tag.name.to_ascii_lowercase();
        if !has(&lower) && KnownTag::of_key_record(&lower).is_some() {
            tag.name = lower;
        }
        match meant.iter().find(|other| other.name == tag.name) {
            // Of v= only one value is right.
            Some(other) if other.value == tag.value || tag.name == "v" => {}
            Some(_) => return None,
            None => meant.push(tag),
        }
    }
    Some(meant)
}

/// Whether verifiers can use the record for mail, or read that its key is revoked.
fn is_in_order(record: &str) -> bool {
    match KeyRecord::parse(record.as_bytes()) {
        Ok(record) => is_for_mail(&record) && !record.key.is_too_short(),
        Err(error) => error == RecordError::Revoked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn check(text: &str, expected: Option<&str>) {
        let text = text.replace("KEY", KEY);
        let fixed = corrected(text.as_bytes(), &Reading::new(text.as_bytes()), None);
        let expected = expected.map(|expected| expected.replace("KEY", KEY));
        assert_eq!(fixed, expected, "{text}");
    }

    #[test]
    fn corrections() {
        let good = Some("v=DKIM1; k=ed25519; p=KEY");
        check("v=DKIM1; k=ed25519; p=KEY", None);
        check("k=ed25519; p=KEY", good);
        check("k=ed25519; p=KEY; v=DKIM1", good);
        check("v=DKIM1; p=KEY", good);
        check("v=DKIM1; k=rsa; p=KEY", good);
        check("V=DKIM1; K=ed25519; P=KEY", good);
        check("v=DKIM1;; k=ed25519; k=ed25519; g=*; p=KEY;", good);
        check("v=DKIM1; k=ed25519; p=K E\r\n\tY", None);
        check(
            "v=DKIM2; t=y; k=ed25519; h=sha1; p=KEY; x=1\r\n\t2",
            Some("v=DKIM1; t=y; k=ed25519; h=sha256; p=KEY; x=1 2"),
        );
        check(
            "v=DKIM1; k=ed25519; h=sha256,sha1; s=Mail; p=KEY",
            Some("v=DKIM1; k=ed25519; h=sha256; s=email; p=KEY"),
        );
        check("k=ed25519; s=tlsrpt; p=KEY", None);
        check(
            "v=DKIM1; k=Ed25519; s=EMAIL : TLSRPT; t=Y:s; p=KEY",
            Some("v=DKIM1; k=ed25519; s=email : TLSRPT; t=y:s; p=KEY"),
        );
        check("p=; v=DKIM1", Some("v=DKIM1; p="));
        check("k=dsa; p=", Some("v=DKIM1; p="));
        check("k=ed25519; p=KEY; p=QUFB", None);
        check("k=ed25519; p=KE", None);
        check("v=DKIM1", None);
    }
}
