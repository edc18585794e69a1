//! Trust anchors from a file, and the zones' keys that they vouch for (RFC 4035 §5).
//!
//! hickory knows keys as trust anchors and no digests, and takes the keys of a zone below the root
//! for trusted only if each of them is an anchor, or else if the zone above vouches for them. So
//! the keys of a zone with an anchor are asked for and judged here, and then all of them are its
//! anchors.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, RRSIG};
use hickory_proto::dnssec::{
    Algorithm, DigestType, PublicKeyBuf, TrustAnchors as TrustedKeys, Verifier as _,
};
use hickory_proto::op::DnsResponse;
use hickory_proto::rr::{DNSClass, LowerName, Name, RData, Record, RecordType, SerialNumber};

use crate::resolver::zone::reader::{Reader, RecordKind, Token, octets_of_hex};
use crate::resolver::{ResolverError, TrustAnchors, ZoneFault};

/// How many signatures over the keys of a zone are tried: zones have one or two.
const MAX_SIGNATURES: usize = 16;

/// A key that is trusted, or the digest of one.
#[derive(Clone, Debug)]
pub(in crate::resolver) struct Anchor {
    zone: Name,
    is: KeyOrDigest,
}

#[derive(Clone, Debug)]
enum KeyOrDigest {
    Key(DNSKEY),
    Digest(DS),
}

/// Where validation begins.
#[derive(Clone)]
pub(in crate::resolver) struct Anchors {
    /// The keys that are trusted from the outset.
    pub(super) keys: TrustedKeys,
    /// The zones whose keys have to be asked for first.
    zones: Arc<BTreeMap<Name, Vec<Anchor>>>,
}

impl Anchors {
    /// The root's keys, and these anchors beside them.
    pub(in crate::resolver) fn new(beside: Option<&TrustAnchors>) -> Self {
        Self::with_root(TrustedKeys::default(), beside)
    }

    /// The same with other keys for the root.
    pub(in crate::resolver) fn with_root(
        mut keys: TrustedKeys,
        beside: Option<&TrustAnchors>,
    ) -> Self {
        let mut zones: BTreeMap<Name, Vec<Anchor>> = BTreeMap::new();
        for anchor in beside.iter().flat_map(|anchors| anchors.list.iter()) {
            match &anchor.is {
                KeyOrDigest::Key(key) if anchor.zone.is_root() => {
                    keys.insert(key.public_key());
                }
                _ => zones
                    .entry(anchor.zone.clone())
                    .or_default()
                    .push(anchor.clone()),
            }
        }
        Self {
            keys,
            zones: zones.into(),
        }
    }

    /// The zones whose keys have to be asked for before `name` is: it is in them.
    pub(super) fn zones_above(&self, name: &Name) -> impl Iterator<Item = &Name> {
        self.zones.keys().filter(|zone| zone.zone_of(name))
    }

    /// Adds the keys of a zone to those that are trusted, if the answer to the question for them
    /// has the key that the anchor names and its signature over all of them (RFC 4035 §5.2, §5.3).
    /// `now` is in Unix seconds.
    pub(super) fn take_keys(
        &mut self,
        zone: &Name,
        response: &DnsResponse,
        now: u64,
    ) -> Result<(), NoTrustedKey> {
        let anchors = self.zones.get(zone).map_or(&[][..], Vec::as_slice);
        let records: Vec<Record> = response
            .answers
            .iter()
            .filter(|record| record.name == *zone && dnskey(record).is_some())
            .cloned()
            .collect();
        let vouched = || {
            records.iter().filter_map(dnskey).filter(|key| {
                let usable = key.zone_key() && !key.revoke();
                usable && anchors.iter().any(|anchor| anchor.fits(key))
            })
        };
        let signatures = response
            .answers
            .iter()
            .filter(|record| record.name == *zone)
            .filter_map(rrsig)
            .take(MAX_SIGNATURES);
        let signed = signatures
            .filter(|signature| covers_keys(signature, zone, now))
            .any(|signature| {
                let key = vouched().find(|key| made_by(signature, key));
                key.is_some_and(|key| {
                    key.verify_rrsig(zone, DNSClass::IN, signature, records.iter())
                        .is_ok()
                })
            });
        // The root has other keys that are trusted: they may fit.
        if !signed && !zone.is_root() {
            return Err(NoTrustedKey(zone.clone()));
        }
        if signed {
            for key in records.iter().filter_map(dnskey) {
                self.keys
                    .insert_with_name(key.public_key(), LowerName::from(zone));
            }
        }
        Ok(())
    }
}

/// None of the keys of this zone fits its trust anchor, or none that does has signed them.
#[derive(Debug)]
pub(super) struct NoTrustedKey(Name);

impl fmt::Display for NoTrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the keys of {} do not fit the trust anchor", self.0)
    }
}

impl Anchor {
    fn fits(&self, key: &DNSKEY) -> bool {
        match &self.is {
            KeyOrDigest::Key(anchor) => anchor.public_key() == key.public_key(),
            KeyOrDigest::Digest(digest) => {
                digest.algorithm() == key.algorithm()
                    && key.calculate_key_tag().ok() == Some(digest.key_tag())
                    && digest.covers(&self.zone, key).unwrap_or(false)
            }
        }
    }
}

/// RFC 4035 §5.3.1, for the keys of a zone; `now` is in Unix seconds.
fn covers_keys(signature: &RRSIG, zone: &Name, now: u64) -> bool {
    // The fields have 32 bits, and are compared so that this does not matter (RFC 4034 §3.1.5).
    let now = u32::try_from(now & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let now = SerialNumber::new(now);
    let input = signature.input();
    input.type_covered == RecordType::DNSKEY
        && input.signer_name == *zone
        && input.num_labels == zone.num_labels()
        && input.sig_inception <= now
        && now <= input.sig_expiration
}

fn made_by(signature: &RRSIG, key: &DNSKEY) -> bool {
    let input = signature.input();
    input.algorithm == key.algorithm() && key.calculate_key_tag().ok() == Some(input.key_tag)
}

fn dnskey(record: &Record) -> Option<&DNSKEY> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::DNSKEY(key)) if record.dns_class == DNSClass::IN => Some(key),
        _ => None,
    }
}

fn rrsig(record: &Record) -> Option<&RRSIG> {
    match &record.data {
        RData::DNSSEC(DNSSECRData::RRSIG(signature)) => Some(signature),
        _ => None,
    }
}

/// Reads the DNSKEY and DS records of a master file.
pub(in crate::resolver) fn read(
    file: &str,
    contents: &[u8],
) -> Result<TrustAnchors, ResolverError> {
    let mut reader = Reader::new(contents);
    let mut list = Vec::new();
    let error = |line, fault| ResolverError::Zone {
        file: file.to_owned(),
        line,
        fault,
    };
    while let Some(record) = reader
        .next_record(|_, kind, data| key_or_digest(kind, data))
        .map_err(|at| error(at.line, at.fault))?
    {
        if let (Some(is), Some(zone)) = (record.data, record.owner.to_hickory()) {
            list.push(Anchor { zone, is });
        }
    }
    if list.is_empty() {
        return Err(ResolverError::NoTrustAnchor(file.to_owned()));
    }
    Ok(TrustAnchors { list: list.into() })
}

/// `None` if the record is of another type, or a key that is revoked.
fn key_or_digest(kind: RecordKind, data: &[Token<'_>]) -> Result<Option<KeyOrDigest>, ZoneFault> {
    match kind {
        RecordKind::Dnskey => {
            let key = key(data)?;
            Ok((!key.revoke()).then_some(KeyOrDigest::Key(key)))
        }
        RecordKind::Ds => Ok(Some(KeyOrDigest::Digest(digest(data)?))),
        _ => Ok(None),
    }
}

/// RFC 4034 §2.2.
fn key(data: &[Token<'_>]) -> Result<DNSKEY, ZoneFault> {
    let [flags, protocol, algorithm, key @ ..] = data else {
        return Err(ZoneFault::DnskeyData);
    };
    let flags: u16 = number(flags).ok_or(ZoneFault::DnskeyData)?;
    let algorithm = algorithm_of(algorithm).ok_or(ZoneFault::DnskeyData)??;
    let key = STANDARD.decode(joined(key)).unwrap_or_default();
    if number(protocol) != Some(3u8) || !is_a_key(algorithm, &key) {
        return Err(ZoneFault::DnskeyData);
    }
    let key = DNSKEY::with_flags(flags, PublicKeyBuf::new(key, algorithm));
    if key.zone_key() {
        Ok(key)
    } else {
        Err(ZoneFault::NotZoneKey)
    }
}

/// RFC 4034 §5.3.
fn digest(data: &[Token<'_>]) -> Result<DS, ZoneFault> {
    let [tag, algorithm, kind, digest @ ..] = data else {
        return Err(ZoneFault::DsData);
    };
    let tag: u16 = number(tag).ok_or(ZoneFault::DsData)?;
    let algorithm = algorithm_of(algorithm).ok_or(ZoneFault::DsData)??;
    let number: u8 = number(kind).ok_or(ZoneFault::DsData)?;
    let kind = DigestType::from(number);
    let length = match kind {
        DigestType::SHA1 => 20,
        DigestType::SHA256 => 32,
        DigestType::SHA384 => 48,
        _ => return Err(ZoneFault::UnsupportedDigest(number)),
    };
    let digest = octets_of_hex(&joined(digest)).ok_or(ZoneFault::DsData)?;
    if digest.len() != length {
        return Err(ZoneFault::DsData);
    }
    Ok(DS::new(tag, algorithm, kind, digest))
}

/// An algorithm's number; `None` if it is none.
fn algorithm_of(token: &Token<'_>) -> Option<Result<Algorithm, ZoneFault>> {
    let number: u8 = number(token)?;
    let algorithm = Algorithm::from_u8(number);
    Some(if algorithm.is_supported() {
        Ok(algorithm)
    } else {
        Err(ZoneFault::UnsupportedAlgorithm(number))
    })
}

/// Whether a key of this algorithm can look like that (RFC 3110 §2, RFC 6605 §4, RFC 8080 §3).
fn is_a_key(algorithm: Algorithm, key: &[u8]) -> bool {
    match algorithm {
        Algorithm::ECDSAP256SHA256 => key.len() == 64,
        Algorithm::ECDSAP384SHA384 => key.len() == 96,
        Algorithm::ED25519 => key.len() == 32,
        // An exponent of a few octets behind its length, and at least 512 bits of modulus.
        _ => key.len() > 64,
    }
}

fn number<N: std::str::FromStr>(token: &Token<'_>) -> Option<N> {
    std::str::from_utf8(token.text).ok()?.parse().ok()
}

/// Base64 and hexadecimal digits may stand in groups.
fn joined(tokens: &[Token<'_>]) -> Vec<u8> {
    tokens
        .iter()
        .flat_map(|token| token.text)
        .copied()
        .collect()
}

#[cfg(test)]
mod tests;
