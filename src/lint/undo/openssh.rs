//! The key is a public key in OpenSSH's form (RFC 4253 §6.6; RFC 8709 §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Step, with_key_between};
use crate::key::der::{BIT_STRING, INTEGER, RSA_ENCRYPTION, SEQUENCE};
use crate::lint::{FindingCode, Part};
use crate::syntax::base64::{decode_base64, is_base64};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Wrapper),
    message: "the key is in the form that OpenSSH writes into .pub files, which no verifier of \
              DKIM reads",
    remedy: "publish the corrected record; `dkim record -k` also makes it, from the file of the \
             key",
    undo,
};

/// The base64 that such keys begin with.
const BEGINNINGS: [&str; 2] = ["AAAAB3NzaC1yc2E", "AAAAC3NzaC1lZDI1NTE5"];

fn undo(text: &str) -> Vec<String> {
    unwrapped(text).into_iter().collect()
}

fn unwrapped(text: &str) -> Option<String> {
    let start = BEGINNINGS
        .iter()
        .find_map(|beginning| text.find(beginning))?;
    let is_digit = |character: char| u8::try_from(character).is_ok_and(is_base64);
    let length = text[start..].find(|digit| !is_digit(digit));
    let end = length.map_or(text.len(), |length| start + length);
    let word = text[start..end].trim_end_matches('=');
    let whole = word.len() - usize::from(word.len() % 4 == 1);
    let bytes = decode_base64(&word.as_bytes()[..whole])?;
    let (name, rest) = field(&bytes)?;
    let key = match name {
        b"ssh-rsa" => {
            let (exponent, rest) = field(rest)?;
            // A comment follows the end of the key.
            let is_end_there = text[end..].starts_with(' ');
            rsa_key(exponent, rest, is_end_there)?
        }
        _ => field(rest)?.0.to_vec(),
    };
    let before = text[..start].trim_end();
    let before = ["ssh-rsa", "ssh-ed25519"]
        .iter()
        .find_map(|name| before.strip_suffix(name))
        .unwrap_or(before);
    // A comment follows the key.
    let after = text[end..].find(';').map_or("", |at| &text[end + at..]);
    Some(with_key_between(before, &STANDARD.encode(key), after))
}

/// A string with its length in front of it (RFC 4251 §5), and what follows; or as much of the
/// string as there is.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    Some(rest.split_at(length.min(rest.len())))
}

/// The `SubjectPublicKeyInfo` of a key, with that missing which is missing of its modulus.
fn rsa_key(exponent: &[u8], modulus: &[u8], is_end_there: bool) -> Option<Vec<u8>> {
    let (length, present) = modulus.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > 2048 || exponent.len() > 8 {
        return None;
    }
    let padded = [present, &vec![0; length.saturating_sub(present.len())]].concat();
    let modulus = element(INTEGER, &padded[..length]);
    let behind_modulus = element(INTEGER, exponent);
    let numbers = element(SEQUENCE, &[modulus, behind_modulus.clone()].concat());
    let algorithm = [&[6, 9], RSA_ENCRYPTION, &[5, 0]].concat();
    let key = element(BIT_STRING, &[&[0], numbers.as_slice()].concat());
    let mut whole = element(SEQUENCE, &[element(SEQUENCE, &algorithm), key].concat());
    if present.len() < length {
        whole.truncate(whole.len() - behind_modulus.len() - (length - present.len()));
        if is_end_there {
            whole.extend(behind_modulus);
        }
    }
    Some(whole)
}

/// An element in DER; `contents` have fewer than 64 KiB.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [.., high, low] = contents.len().to_be_bytes();
    let header = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [header.as_slice(), contents].concat()
}
