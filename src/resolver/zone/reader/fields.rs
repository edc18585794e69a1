//! The fields of a record in a master file: TTL, class, type, and the strings of TXT.

use super::ZoneFault;
use super::lines::Token;
use crate::lookup::RecordType;
use crate::resolver::name::unescape;
use crate::syntax::hex::hex_pair;

/// A record class: all that matters is whether it is the Internet's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Internet,
    Other,
}

/// What is done with records of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolver) enum RecordKind {
    Txt,
    Cname,
    Dname,
    /// A type that is neither of these and can be asked for.
    Plain(RecordType),
    /// May stand beside a CNAME (RFC 4034 §3, §4; RFC 2535 had SIG, NXT and KEY).
    BesideAlias,
    Dnskey,
    Ds,
    Other,
}

impl RecordKind {
    /// Whether such records must not be missed where keys are looked up.
    pub(super) fn makes_keys(self) -> bool {
        matches!(self, Self::Txt | Self::Cname | Self::Dname)
    }
}

/// A TTL in seconds, or in BIND's units as `1h30m`; `None` if the token is something else.
pub(super) fn ttl(token: &Token<'_>) -> Option<Result<u32, ZoneFault>> {
    if token.quoted || !token.text.first()?.is_ascii_digit() {
        return None;
    }
    Some(seconds(token.text).ok_or_else(|| ZoneFault::Ttl(token.shown())))
}

/// A class; `None` if the token is something else.
pub(super) fn class(token: &Token<'_>) -> Option<Class> {
    if token.is(b"IN") || token.is(b"CLASS1") {
        return Some(Class::Internet);
    }
    let known = ["CH", "HS", "CS"]
        .iter()
        .any(|class| token.is(class.as_bytes()));
    (known || numbered(token, b"CLASS").is_some()).then_some(Class::Other)
}

/// A record type; `None` if there is no such type.
pub(super) fn kind(token: &Token<'_>) -> Option<RecordKind> {
    let number = numbered(token, b"TYPE");
    let is = |name: &str, code| token.is(name.as_bytes()) || number == Some(code);
    if is("TXT", 16) {
        Some(RecordKind::Txt)
    } else if is("CNAME", 5) {
        Some(RecordKind::Cname)
    } else if is("DNAME", 39) {
        Some(RecordKind::Dname)
    } else if let Some((_, plain)) = PLAIN.iter().find(|&&(code, plain)| is(plain.name(), code)) {
        Some(RecordKind::Plain(*plain))
    } else if is("DNSKEY", 48) {
        Some(RecordKind::Dnskey)
    } else if is("DS", 43) {
        Some(RecordKind::Ds)
    } else if [
        ("RRSIG", 46),
        ("NSEC", 47),
        ("KEY", 25),
        ("SIG", 24),
        ("NXT", 30),
    ]
    .iter()
    .any(|&(name, code)| is(name, code))
    {
        Some(RecordKind::BesideAlias)
    } else {
        let known = OTHER_TYPES.iter().any(|name| token.is(name.as_bytes()));
        (known || number.is_some()).then_some(RecordKind::Other)
    }
}

/// The types that can be asked for, beside those that are followed or joined, by their numbers.
const PLAIN: [(u16, RecordType); 5] = [
    (1, RecordType::A),
    (2, RecordType::Ns),
    (6, RecordType::Soa),
    (15, RecordType::Mx),
    (28, RecordType::Aaaa),
];

/// The strings of a TXT record (RFC 1035 §3.3.14).
pub(super) fn strings(data: &[Token<'_>]) -> Result<Vec<Vec<u8>>, ZoneFault> {
    let strings = match data {
        [] => return Err(ZoneFault::NoData("TXT")),
        [marker, length, digits @ ..] if marker.is(b"\\#") => generic_strings(length, digits)?,
        _ => data.iter().map(string).collect::<Result<Vec<_>, _>>()?,
    };
    let octets: usize = strings.iter().map(|string| string.len() + 1).sum();
    if octets > usize::from(u16::MAX) {
        return Err(ZoneFault::RecordTooLong);
    }
    Ok(strings)
}

fn string(token: &Token<'_>) -> Result<Vec<u8>, ZoneFault> {
    let mut string = Vec::with_capacity(token.text.len());
    let mut rest = token.text;
    while let Some((&octet, after)) = rest.split_first() {
        let (octet, after) = match octet {
            b'\\' => unescape(after).ok_or(ZoneFault::BadEscape)?,
            _ => (octet, after),
        };
        string.push(octet);
        rest = after;
    }
    match string.len() {
        0..=255 => Ok(string),
        octets => Err(ZoneFault::StringTooLong(octets)),
    }
}

/// The strings of a TXT record in the form for unknown types.
fn generic_strings(length: &Token<'_>, digits: &[Token<'_>]) -> Result<Vec<Vec<u8>>, ZoneFault> {
    let data = generic(length, digits)?;
    let mut strings = Vec::new();
    let mut rest = data.as_slice();
    while let Some((&length, after)) = rest.split_first() {
        let (string, after) = after
            .split_at_checked(usize::from(length))
            .ok_or(ZoneFault::GenericData)?;
        strings.push(string.to_vec());
        rest = after;
    }
    match strings.len() {
        0 => Err(ZoneFault::GenericData),
        _ => Ok(strings),
    }
}

/// Data in the form for unknown types (RFC 3597 §5): its length, and itself in hexadecimal digits,
/// here and there a space.
pub(super) fn generic(length: &Token<'_>, digits: &[Token<'_>]) -> Result<Vec<u8>, ZoneFault> {
    let digits: Vec<u8> = digits
        .iter()
        .flat_map(|token| token.text)
        .copied()
        .collect();
    let data = octets_of_hex(&digits).ok_or(ZoneFault::GenericData)?;
    if decimal(length.text) != Some(data.len()) {
        return Err(ZoneFault::GenericData);
    }
    Ok(data)
}

/// The bytes that hexadecimal digits are, two each.
pub(in crate::resolver) fn octets_of_hex(digits: &[u8]) -> Option<Vec<u8>> {
    digits
        .chunks(2)
        .map(|pair| hex_pair(&mut pair.iter()))
        .collect()
}

/// The number in a word such as `TYPE65` or `CLASS3` (RFC 3597 §5).
fn numbered(token: &Token<'_>, prefix: &[u8]) -> Option<u16> {
    let (head, digits) = token.text.split_at_checked(prefix.len())?;
    if token.quoted || !head.eq_ignore_ascii_case(prefix) {
        return None;
    }
    u16::try_from(decimal(digits)?).ok()
}

pub(super) fn decimal(digits: &[u8]) -> Option<usize> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `86400`, `1d`, `1h30m`: at most 32 bits of seconds.
fn seconds(text: &[u8]) -> Option<u32> {
    let mut total = 0u32;
    let mut number = None;
    for &octet in text {
        if octet.is_ascii_digit() {
            let digit = u32::from(octet - b'0');
            number = Some(number.unwrap_or(0u32).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match octet.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    total.checked_add(number.unwrap_or(0))
}

/// The types of the IANA registry beyond those above, and two that `PowerDNS` exports.
const OTHER_TYPES: &[&str] = &[
    "MD",
    "MF",
    "MB",
    "MG",
    "MR",
    "NULL",
    "WKS",
    "PTR",
    "HINFO",
    "MINFO",
    "RP",
    "AFSDB",
    "X25",
    "ISDN",
    "RT",
    "NSAP",
    "NSAP-PTR",
    "PX",
    "GPOS",
    "LOC",
    "EID",
    "NIMLOC",
    "SRV",
    "ATMA",
    "NAPTR",
    "KX",
    "CERT",
    "A6",
    "SINK",
    "APL",
    "SSHFP",
    "IPSECKEY",
    "DHCID",
    "NSEC3",
    "NSEC3PARAM",
    "TLSA",
    "SMIMEA",
    "HIP",
    "NINFO",
    "RKEY",
    "TALINK",
    "CDS",
    "CDNSKEY",
    "OPENPGPKEY",
    "CSYNC",
    "ZONEMD",
    "SVCB",
    "HTTPS",
    "DSYNC",
    "HHIT",
    "BRID",
    "SPF",
    "UINFO",
    "UID",
    "GID",
    "UNSPEC",
    "NID",
    "L32",
    "L64",
    "LP",
    "EUI48",
    "EUI64",
    "NXNAME",
    "URI",
    "CAA",
    "AVC",
    "DOA",
    "AMTRELAY",
    "RESINFO",
    "WALLET",
    "CLA",
    "IPN",
    "TA",
    "DLV",
    "TKEY",
    "TSIG",
    "OPT",
    "ALIAS",
    "LUA",
];
