//! What can be judged of a signature before its key and the body are there (RFC 6376 §6.1.1).

use super::{CLOCK_SKEW, Verifier};
use crate::algorithm::{HashValue, SigningAlgorithm};
use crate::hash::{SignatureField, header_hash};
use crate::message::{FieldIndex, Header, received_time};
use crate::signature::Signature;
use crate::verdict::{Reason, Warning, WarningCode, duration};

/// A signature that expires in less than this many seconds gets a warning.
const NEAR_EXPIRATION: u64 = 24 * 60 * 60;

/// The header fields that stand in a message at most once (RFC 5322 §3.6), and those of MIME.
const ONCE_ONLY: [&str; 16] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-ID",
    "Content-Description",
];

/// A field that stands in a message more than once though it should not.
pub(super) struct Repeated {
    name: &'static str,
    present: usize,
}

impl Repeated {
    /// Finds those of a header, in the order of [`ONCE_ONLY`].
    pub(super) fn find(index: &FieldIndex<'_>) -> Vec<Self> {
        let mut found: Vec<_> = index
            .repeated()
            .filter_map(|(name, present)| {
                let is_named = |other: &&str| name.eq_ignore_ascii_case(other.as_bytes());
                Some((ONCE_ONLY.iter().position(is_named)?, present))
            })
            .collect();
        found.sort_unstable();
        found
            .into_iter()
            .map(|(place, present)| Self {
                name: ONCE_ONLY[place],
                present,
            })
            .collect()
    }
}

/// A signature, and what was found before key and body are there.
#[derive(Clone, Debug)]
pub(super) struct Readable {
    pub(super) signature: Signature,
    /// `None` if the signature is not of its field.
    pub(super) header_hash: Option<HashValue>,
    /// The places of the signed fields in the header.
    pub(super) signed_fields: Vec<usize>,
    /// The places in `h=` of the names that it has more often than there are fields: one field more,
    /// and the signature is broken (RFC 6376 §8.15).
    pub(super) oversigned: Vec<usize>,
    /// What makes the signature invalid in itself.
    pub(super) defect: Option<Reason>,
    /// Why local policy does not accept it, whether it is good or bad.
    pub(super) policy: Option<Reason>,
    /// The place of its query among the verification's; `None` where no key is needed.
    pub(super) query: Option<usize>,
    pub(super) warnings: Vec<Warning>,
}

impl Verifier {
    /// Judges what needs neither key nor body.
    pub(super) fn examine(
        &self,
        header: &Header,
        index: &FieldIndex<'_>,
        repeated: &[Repeated],
        field_index: usize,
        signature: Signature,
        now: u64,
    ) -> Readable {
        let mut warnings = Vec::new();
        let selection = index.select_and_find_excess(signature.signed_headers(), field_index);
        let header_hash = SignatureField::in_header(header, field_index, &signature)
            .map(|own| header_hash(header, selection.fields.iter().copied(), own));
        let extra_from = find_unsigned(repeated, &signature, &mut warnings);
        let defect = find_defect(&signature);
        let policy = self.find_policy(header, &signature, now).or(extra_from);
        if let Some(expiration) = signature.expiration.filter(|_| policy.is_none())
            && expiration.saturating_sub(now) < NEAR_EXPIRATION
        {
            let message = if expiration < now {
                format!("the signature expired {} ago", duration(now - expiration))
            } else {
                format!("the signature expires in {}", duration(expiration - now))
            };
            warnings.push(Warning::new(WarningCode::NearExpiration, message));
        }
        Readable {
            signed_fields: selection.fields,
            oversigned: selection.excess,
            signature,
            header_hash,
            defect,
            policy,
            query: None,
            warnings,
        }
    }

    fn find_policy(&self, header: &Header, signature: &Signature, now: u64) -> Option<Reason> {
        if signature.algorithm == SigningAlgorithm::RsaSha1 && !self.policy.allow_sha1 {
            return Some(Reason::Sha1);
        }
        if let Some(expiration) = signature.expiration
            && !self.policy.ignore_expiration
            && now > expiration.saturating_add(CLOCK_SKEW)
        {
            return Some(Reason::Expired {
                since: now - expiration,
                until_received: received_time(header).map(|received| {
                    match received.saturating_sub(expiration) {
                        ..=CLOCK_SKEW => 0,
                        late => late,
                    }
                }),
            });
        }
        let ahead = signature.timestamp.unwrap_or(0).saturating_sub(now);
        (ahead > CLOCK_SKEW).then_some(Reason::TimestampInFuture { ahead })
    }
}

/// What makes a signature invalid in itself (RFC 6376 §6.1.1).
fn find_defect(signature: &Signature) -> Option<Reason> {
    if !signature.signed_headers().any(|name| name == "from") {
        return Some(Reason::FromNotSigned);
    }
    if let Some(identity) = &signature.identity
        && !identity.domain().is_within(signature.domain.domain())
    {
        return Some(Reason::IdentityMismatch);
    }
    signature
        .expires_before_timestamp
        .then_some(Reason::ExpirationBeforeTimestamp)
}

/// Finds fields that a signature does not cover though a reader would think so: more instances of
/// a once-only field than `h=` names (RFC 6376 §8.15).
fn find_unsigned(
    repeated: &[Repeated],
    signature: &Signature,
    warnings: &mut Vec<Warning>,
) -> Option<Reason> {
    let mut extra_from = None;
    for &Repeated { name, present } in repeated {
        let signed = signature
            .signed_headers()
            .filter(|signed| signed.eq_ignore_ascii_case(name))
            .count();
        if signed == 0 || present <= signed {
            continue;
        }
        if name == "From" {
            extra_from = Some(Reason::ExtraFrom { present, signed });
        } else {
            let message = match present - signed {
                1 => format!(
                    "one of {present} {name} fields is not signed: a mail program may show that one"
                ),
                more => format!(
                    "{more} of {present} {name} fields are not signed: a mail program may show one \
                     of them"
                ),
            };
            let warning = Warning::new(WarningCode::UnsignedDuplicate, message);
            warnings.push(warning.about_field(name));
        }
    }
    extra_from
}
