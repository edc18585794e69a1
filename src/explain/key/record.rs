//! Key records that could not be read (RFC 6376 §3.6.1).

use super::{said_good, selector_and_domain};
use crate::explain::{Cause, Explanation, Proof};
use crate::key::{DerError, PublicKeyError};
use crate::key_record::RecordError;
use crate::signature::Signature;

/// The bytes that one string of a TXT record holds (RFC 1035 §3.3).
const MAX_STRING: usize = 255;

/// The length of an Ed25519 key, in bytes (RFC 8463 §4).
const ED25519_BYTES: usize = 32;

/// Explains a record that could not be read, of so many bytes.
pub(super) fn explain_record(
    signature: &Signature,
    error: &RecordError,
    length: Option<usize>,
    passed: &[String],
    found: &mut Vec<Explanation>,
) {
    let said = said_good(passed);
    // A string of a TXT record holds no more (RFC 1035 §3.3): of what was pasted into a field of a
    // provider's form the rest is lost.
    let is_one_string = length == Some(MAX_STRING);
    let cut_at = if is_one_string {
        ": it has the 255 bytes that one string of a TXT record holds"
    } else {
        ""
    };
    match error {
        RecordError::Revoked => {
            let mut detail = "the key was revoked: its record is there with an empty p=".to_owned();
            if let Some(said) = said {
                detail.push_str(&format!("; {said} before that"));
            }
            let remedy = "rely on nothing: a key may be revoked because it was stolen; a signer keeps \
                          an old key published as long as mail signed with it is under way";
            let told = Explanation::new(Cause::KeyRotated, Proof::Likely, detail);
            found.push(told.with_remedy(remedy));
        }
        RecordError::Key(PublicKeyError::NotDer(DerError::Truncated { expected, present })) => {
            let detail = format!(
                "the published key ends after {present} of {expected} bytes: its record was cut \
                 off{cut_at}"
            );
            found.push(truncated(signature, Proof::Likely, detail));
        }
        RecordError::Key(PublicKeyError::Ed25519Length { length }) if *length < ED25519_BYTES => {
            let detail = format!(
                "the published key has {length} bytes, and an Ed25519 key has {ED25519_BYTES}: \
                 the record was cut off"
            );
            found.push(truncated(signature, Proof::Likely, detail));
        }
        RecordError::Key(PublicKeyError::NotDer(DerError::Overrun)) | RecordError::Base64 => {
            let (proof, detail) = if is_one_string {
                let detail = format!("the record of the published key was cut off{cut_at}");
                (Proof::Likely, detail)
            } else {
                let detail = "the published key is damaged, or its record was cut off";
                (Proof::Possible, detail.to_owned())
            };
            found.push(truncated(signature, proof, detail));
        }
        _ => {
            if let Some(said) = said {
                let detail = format!("{said}; if so, the record was changed since");
                found.push(Explanation::new(Cause::KeyRotated, Proof::Possible, detail));
            }
        }
    }
}

/// A key that was cut off.
fn truncated(signature: &Signature, proof: Proof, detail: String) -> Explanation {
    let remedy = format!(
        "publish the record whole, in several strings: dkim record --key {}.pem {} prints it",
        signature.selector.as_str(),
        selector_and_domain(signature)
    );
    Explanation::new(Cause::KeyTruncated, proof, detail).with_remedy(remedy)
}
