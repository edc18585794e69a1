//! The key was published with the certificate around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use super::{Step, with_key};
use crate::key::der::SEQUENCE;
use crate::lint::{FindingCode, Part};
use crate::syntax::base64::decode_base64;

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Wrapper),
    message: "p= holds a certificate, or a request for one, and not the key alone",
    remedy: "publish the corrected record; `dkim record -k` also makes it, from the file of the \
             key",
    undo,
};

/// What the `SubjectPublicKeyInfo` has after its own header: the algorithm, and the tag of the key.
const RSA: &[u8] = &[
    0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0, 3,
];
const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| unwrapped(value).into_iter().collect())
}

fn unwrapped(value: &str) -> Option<String> {
    let value: Vec<u8> = value
        .bytes()
        .filter(|byte| !b" \t\r\n=".contains(byte))
        .collect();
    let whole = value.len() - usize::from(value.len() % 4 == 1);
    let bytes = decode_base64(&value[..whole])?;
    let key = public_key(&bytes)?;
    Some(STANDARD.encode(key))
}

/// The `SubjectPublicKeyInfo` inside of another structure, or as much of it as there is.
fn public_key(bytes: &[u8]) -> Option<&[u8]> {
    if !matches!(bytes, [SEQUENCE, 0x81 | 0x82, ..]) {
        return None;
    }
    let algorithm = memmem::find(bytes, RSA).or_else(|| memmem::find(bytes, ED25519))?;
    // The header is one tag and a length of one, two or three bytes.
    (2..=4).find_map(|header| {
        let start = algorithm.checked_sub(header).filter(|start| *start > 0)?;
        let length = match &bytes[start..algorithm] {
            [SEQUENCE, length @ ..=0x7f] | [SEQUENCE, 0x81, length] => usize::from(*length),
            [SEQUENCE, 0x82, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return None,
        };
        Some(&bytes[start..bytes.len().min(algorithm + length)])
    })
}
