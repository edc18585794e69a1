//! The first characters of an RSA key are missing, which are the same in all keys of its size.

use super::{Step, with_key, without_space};
use crate::lint::{FindingCode, Part};

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Beginning),
    message: "the beginning of the key is missing",
    remedy: "copy the key anew from where it was made, all of it",
    undo,
};

/// What keys of 1024, 2048, 3072 and 4096 bits begin with up to their modulus, and the characters
/// that they have, if their exponent is 65537.
const HEADERS: [(&str, usize); 4] = [
    ("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ", 216),
    ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA", 392),
    ("MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEA", 563),
    ("MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA", 734),
];

/// So many characters of the header have to be there.
const OVERLAP: usize = 4;

fn undo(text: &str) -> Vec<String> {
    with_key(text, |value| {
        let value = without_space(value);
        let present = value.trim_end_matches('=').len();
        let whole = HEADERS.iter().find_map(|(header, length)| {
            let missing = length.checked_sub(present).filter(|missing| *missing > 0)?;
            let rest = header.get(missing..).filter(|rest| rest.len() >= OVERLAP)?;
            value
                .starts_with(rest)
                .then(|| format!("{}{value}", &header[..missing]))
        });
        whole.into_iter().collect()
    })
}
