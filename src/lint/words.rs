//! What each tag of a record says, in words (RFC 6376 §3.6.1).

use super::ExplainedTag;
use super::reading::{ReadTag, Reading};
use crate::algorithm::{HashAlgorithm, KeyType};
use crate::key::PublicKey;
use crate::syntax::escape::printable;
use crate::syntax::quoted_printable::decode_quoted_printable;
use crate::syntax::tag_list::colon_separated;
use crate::tags::KnownTag;

/// Explains every tag in its order.
pub(super) fn explain(reading: &Reading, key: Option<&PublicKey>) -> Vec<ExplainedTag> {
    let explained = |tag: &ReadTag| ExplainedTag {
        name: tag.name.clone(),
        value: tag.value.clone(),
        known: KnownTag::of_key_record(&tag.name),
        meaning: meaning(tag, key),
    };
    reading.tags.iter().map(explained).collect()
}

/// A key in words: its type, its size, and its exponent if that is not the usual one.
pub(super) fn key_in_words(key: &PublicKey) -> String {
    match key {
        PublicKey::Ed25519(_) => "Ed25519, 256 bits".to_owned(),
        PublicKey::Rsa(key) => {
            let bits = key.bits();
            match key.exponent_number() {
                65_537 => format!("RSA, {bits} bits"),
                other => format!("RSA, {bits} bits, exponent {other}"),
            }
        }
    }
}

fn meaning(tag: &ReadTag, key: Option<&PublicKey>) -> String {
    let value = tag.value.as_bytes();
    match tag.name.as_str() {
        "v" if value == b"DKIM1" => "a key record of DKIM, version 1".to_owned(),
        "v" => "not a version of DKIM key records".to_owned(),
        "k" => match KeyType::from_name(value) {
            Some(KeyType::Rsa) => "the key is an RSA key".to_owned(),
            Some(KeyType::Ed25519) => "the key is an Ed25519 key".to_owned(),
            None => "a type of key that is not known".to_owned(),
        },
        "p" => match key {
            _ if value.is_empty() => "empty: the key is revoked".to_owned(),
            Some(key) => format!("the public key: {}", key_in_words(key)),
            None => "not a key that can be read".to_owned(),
        },
        "h" => format!("signatures may use {}", each(value, hash)),
        "s" => format!("the key is for {}", each(value, service)),
        "t" if value.is_empty() => "no flag is set".to_owned(),
        "t" => each(value, flag),
        "n" => {
            let note = decode_quoted_printable(value);
            format!("a note: {}", printable(note.as_deref().unwrap_or(value)))
        }
        "g" => "historic (RFC 4871 §3.6.1): it means nothing any more".to_owned(),
        _ => "not known, and ignored".to_owned(),
    }
}

/// The items of a colon-separated value, each in words.
fn each(value: &[u8], word: fn(&[u8]) -> String) -> String {
    let words: Vec<String> = colon_separated(value).map(word).collect();
    words.join(", ")
}

fn hash(name: &[u8]) -> String {
    let is = |hash: HashAlgorithm| name.eq_ignore_ascii_case(hash.name().as_bytes());
    if is(HashAlgorithm::Sha256) {
        "SHA-256".to_owned()
    } else if is(HashAlgorithm::Sha1) {
        "SHA-1".to_owned()
    } else {
        unknown(name)
    }
}

fn service(name: &[u8]) -> String {
    if name == b"*" {
        "everything".to_owned()
    } else if name.eq_ignore_ascii_case(b"email") {
        "mail".to_owned()
    } else if name.eq_ignore_ascii_case(b"tlsrpt") {
        "reports about TLS (RFC 8460 §3)".to_owned()
    } else {
        unknown(name)
    }
}

fn flag(name: &[u8]) -> String {
    if name.eq_ignore_ascii_case(b"y") {
        "the domain is testing DKIM".to_owned()
    } else if name.eq_ignore_ascii_case(b"s") {
        "i= must have the very domain of d=".to_owned()
    } else {
        unknown(name)
    }
}

fn unknown(name: &[u8]) -> String {
    format!("\"{}\", which is not known", printable(name))
}
