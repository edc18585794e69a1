//! Key records, the TXT records that hold public keys (RFC 6376 §3.6.1).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::algorithm::{HashAlgorithm, KeyType};
use crate::key::{PublicKey, PublicKeyError};
use crate::syntax::base64::decode_base64;
use crate::syntax::escape::printable;
use crate::syntax::folding::{LineEndings, is_wsp, trim};
use crate::syntax::tag_list::{TagList, TagListError, colon_separated};

mod text;

pub use self::text::{
    KeyRecordText, KeyToPublish, MAX_NOTE, NewKeyRecord, Note, NoteTooLong, ServiceType,
};

/// The longest key record that is read, in octets.
pub const MAX_RECORD: usize = 16 * 1024;

/// The most records with `p=` at one name of which any is tried. Nobody publishes more, and each
/// costs a public-key operation for each signature.
pub const MAX_KEYS: usize = 4;

/// A TXT record found where a key record is expected.
#[derive(Clone, Debug)]
pub struct PublishedRecord {
    text: Vec<u8>,
    /// `None` for a record that is not meant to be a key record.
    record: Option<Result<KeyRecord, RecordError>>,
}

impl PublishedRecord {
    /// Reads a TXT record, given as its strings joined with nothing between (RFC 6376 §3.6.2.2).
    #[must_use]
    pub fn new(text: Vec<u8>) -> Self {
        let record = is_meant_as_key_record(&text).then(|| KeyRecord::parse(&text));
        Self { text, record }
    }

    /// The record's octets.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The key record, or why it is none; `None` for a record of another purpose, such as an SPF
    /// record that a wildcard gives to every name.
    #[must_use]
    pub fn key_record(&self) -> Option<&Result<KeyRecord, RecordError>> {
        self.record.as_ref()
    }

    /// Whether this is a record with a key, or a damaged one: it has `p=`, which may be empty, and
    /// is not of another purpose.
    #[must_use]
    pub fn has_key_tag(&self) -> bool {
        self.record.is_some() && meant_tags(&self.text).any(|(_, name, _)| name == b'p')
    }
}

/// How many of the records at one name have `p=`, where that is more than [`MAX_KEYS`].
pub(crate) fn too_many_keys(records: &[PublishedRecord]) -> Option<usize> {
    if records.len() <= MAX_KEYS {
        return None;
    }
    let count = records.iter().filter(|each| each.has_key_tag()).count();
    (count > MAX_KEYS).then_some(count)
}

/// A key record whose key can be used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyRecord {
    /// Whether `v=DKIM1` is there; it is only recommended.
    pub has_version: bool,
    /// The hash algorithms that signatures may use; `None` for all (`h=`).
    pub hash_algorithms: Option<Vec<HashAlgorithm>>,
    /// Whether the key is for mail: `s=` is missing or lists `email` or `*`.
    pub serves_email: bool,
    /// The domain is testing DKIM (`t=y`).
    pub testing: bool,
    /// The domain of `i=` must be that of `d=` and not one under it (`t=s`).
    pub strict: bool,
    /// The key (`k=`, `p=`).
    pub key: PublicKey,
}

impl KeyRecord {
    /// Parses a key record.
    ///
    /// # Errors
    ///
    /// A [`RecordError`] that says why the record, or the key in it, cannot be used.
    pub fn parse(text: &[u8]) -> Result<Self, RecordError> {
        if text.len() > MAX_RECORD {
            return Err(RecordError::TooLong { length: text.len() });
        }
        let text = &without_line_breaks_in_key(text);
        let tags = match TagList::parse(text, LineEndings::Lenient) {
            Ok(tags) => tags,
            Err(_) if has_quoting(text) => return Err(RecordError::Quoting),
            Err(error) => return Err(RecordError::TagList(error)),
        };
        // Notes may hold anything (RFC 6376 §3.6.1, n=).
        if tags
            .iter()
            .any(|tag| tag.name != b"n" && has_quoting(tag.value))
        {
            return Err(RecordError::Quoting);
        }
        check_version(&tags)?;
        let lists = |name: &str, item: &[u8]| {
            let value = tags.get(name).unwrap_or_default();
            colon_separated(value).any(|each| each.eq_ignore_ascii_case(item))
        };
        Ok(Self {
            has_version: tags.get("v").is_some(),
            hash_algorithms: tags.get("h").is_some().then(|| {
                [HashAlgorithm::Sha256, HashAlgorithm::Sha1]
                    .into_iter()
                    .filter(|hash| lists("h", hash.name().as_bytes()))
                    .collect()
            }),
            serves_email: tags.get("s").is_none() || lists("s", b"email") || lists("s", b"*"),
            testing: lists("t", b"y"),
            strict: lists("t", b"s"),
            key: parse_key(&tags)?,
        })
    }

    /// Whether signatures may use this hash algorithm.
    #[must_use]
    pub fn allows_hash(&self, hash: HashAlgorithm) -> bool {
        self.hash_algorithms
            .as_ref()
            .is_none_or(|allowed| allowed.contains(&hash))
    }
}

/// Why a key record cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The record is longer than [`MAX_RECORD`].
    TooLong {
        /// Its length in octets.
        length: usize,
    },
    /// It is not a tag-list.
    TagList(TagListError),
    /// Quotes or backslashes of a master file were published as part of the record.
    Quoting,
    /// `v=` is there and not the first tag.
    VersionNotFirst,
    /// `v=` is something other than `DKIM1`; the value, made printable.
    Version(String),
    /// There is no `p=`.
    NoKey,
    /// `p=` is empty: the key was revoked.
    Revoked,
    /// `k=` is a type of key that is not known; the value, made printable.
    UnknownKeyType(String),
    /// `p=` is not base64.
    Base64,
    /// `p=` is not a key that can be used.
    Key(PublicKeyError),
}

impl RecordError {
    /// The reason's code in output.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Version(_) | Self::UnknownKeyType(_) => "key-unsupported",
            Self::TooLong { .. }
            | Self::TagList(_)
            | Self::Quoting
            | Self::VersionNotFirst
            | Self::NoKey => "key-syntax",
            Self::Revoked => "key-revoked",
            Self::Base64 | Self::Key(_) => "key-invalid",
        }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(
                f,
                "key syntax error: the record has {length} octets, more than the limit of {MAX_RECORD}"
            ),
            Self::TagList(error) => write!(f, "key syntax error: {error}"),
            Self::Quoting => f.write_str(
                "key syntax error: the record holds quotes or backslashes of a master file: \
                 publish it without them",
            ),
            Self::VersionNotFirst => f.write_str(
                "key syntax error: v= is not the first tag of the record, which other verifiers \
                 accept",
            ),
            Self::Version(version) => {
                write!(
                    f,
                    "the key record's version is \"{version}\" and not \"DKIM1\""
                )
            }
            Self::NoKey => f.write_str("key syntax error: the record has no p= tag"),
            Self::Revoked => f.write_str("key revoked: p= of the record is empty"),
            Self::UnknownKeyType(name) => {
                write!(f, "the key record's type \"{name}\" is not known")
            }
            Self::Base64 => f.write_str("p= of the key record is not base64"),
            Self::Key(error) => {
                write!(f, "p= of the key record: {error}")?;
                error.hint().map_or(Ok(()), |hint| write!(f, "; {hint}"))
            }
        }
    }
}

impl Error for RecordError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TagList(error) => Some(error),
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}

/// The text with a space for each line break in `p=` that no white space follows. RFC 6376 §3.2
/// does not allow those; base64 is the same without them, and other verifiers read it.
pub(crate) fn without_line_breaks_in_key(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut unfolded = Cow::Borrowed(text);
    let mut start = 0;
    for spec in text.split(|&byte| byte == b';') {
        let name = spec.split(|&byte| byte == b'=').next().unwrap_or_default();
        let is_key = trim(name) == b"p" && name.len() < spec.len();
        for at in memchr::memchr_iter(b'\n', spec) {
            let is_folded = spec.get(at + 1).is_some_and(|&next| is_wsp(next));
            if is_key && at > name.len() && !is_folded {
                let bytes = unfolded.to_mut();
                bytes[start + at] = b' ';
                if spec[at - 1] == b'\r' {
                    bytes[start + at - 1] = b' ';
                }
            }
        }
        start += spec.len() + 1;
    }
    unfolded
}

fn check_version(tags: &TagList<'_>) -> Result<(), RecordError> {
    let Some(version) = tags.get("v") else {
        return Ok(());
    };
    if tags.iter().next().is_none_or(|tag| tag.name != b"v") {
        return Err(RecordError::VersionNotFirst);
    }
    if version != b"DKIM1" {
        return Err(RecordError::Version(printable(version)));
    }
    Ok(())
}

fn parse_key(tags: &TagList<'_>) -> Result<PublicKey, RecordError> {
    let octets = tags.get("p").ok_or(RecordError::NoKey)?;
    if octets.is_empty() {
        return Err(RecordError::Revoked);
    }
    let key_type = match tags.get("k") {
        None => KeyType::Rsa,
        Some(name) => {
            KeyType::from_name(name).ok_or_else(|| RecordError::UnknownKeyType(printable(name)))?
        }
    };
    let octets = decode_base64(octets).ok_or(RecordError::Base64)?;
    PublicKey::from_record(key_type, &octets).map_err(RecordError::Key)
}

fn has_quoting(text: &[u8]) -> bool {
    memchr::memchr2(b'"', b'\\', text).is_some()
}

/// Whether a TXT record was meant to be a key record, however badly it came out: it names itself
/// one, or it has a tag for a key and does not name itself something else.
fn is_meant_as_key_record(text: &[u8]) -> bool {
    let mut names_other = false;
    for (place, name, value) in meant_tags(text) {
        match name {
            b'v' => {
                let value: Vec<u8> = value.take(4).collect();
                if value.eq_ignore_ascii_case(b"DKIM") {
                    return true;
                }
                names_other |= place == 0 && is_other_purpose(&value);
            }
            b'p' | b'k' if !names_other => return true,
            _ => {}
        }
    }
    false
}

/// The tags with names of one byte, however badly the record came out: each tag's place in the
/// record, its name in lower case, and the significant bytes of its value.
fn meant_tags(text: &[u8]) -> impl Iterator<Item = (usize, u8, impl Iterator<Item = u8>)> {
    let specs = text.split(|&byte| byte == b';').enumerate();
    specs.filter_map(|(place, spec)| {
        let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\\');
        let mut significant = spec.iter().copied().filter(move |byte| !blank(byte));
        // Capitals are wrong (RFC 6376 §3.2), and tell what was meant.
        let name = significant.next()?.to_ascii_lowercase();
        (significant.next() == Some(b'=')).then_some((place, name, significant))
    })
}

/// Whether the start of a version is one that mail domains publish in TXT records for something
/// other than DKIM: `spf1`, `DMARC1`, `BIMI1`, `TLSRPTv1`, `STSv1`.
fn is_other_purpose(version: &[u8]) -> bool {
    ["spf1", "DMAR", "BIMI", "TLSR", "STSv"]
        .iter()
        .any(|known| version.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn check(text: &str, expected: &str) {
        let text = text.replace("KEY", ED25519);
        let published = PublishedRecord::new(text.clone().into_bytes());
        let outcome = match published.key_record() {
            None => "foreign",
            Some(Ok(_)) => "ok",
            Some(Err(error)) => error.code(),
        };
        assert_eq!(outcome, expected, "{text:?}");
    }

    #[test]
    fn records() {
        check("v=DKIM1; k=ed25519; p=KEY", "ok");
        check("k=ed25519; p=KEY", "ok");
        check(" v = DKIM1 ; p = KEY ; k = ED25519 ; x=y;", "ok");
        check("v=DKIM1; k=ed25519; g=*; n=say \"hi\"; p=KEY", "ok");
        check("k=ed25519; v=DKIM1; p=KEY", "key-syntax");
        check("v=DKIM2; k=ed25519; p=KEY", "key-unsupported");
        check("v=dkim1; k=ed25519; p=KEY", "key-unsupported");
        check("v=1; k=ed25519; p=KEY", "key-unsupported");
        check("v=DKIM1; k=rsa2; p=KEY", "key-unsupported");
        check("v=DKIM1; k=ed25519; p=", "key-revoked");
        check("v=DKIM1; k=ed25519; p", "key-syntax");
        check("v=DKIM1; k=ed25519", "key-syntax");
        check("v=DKIM1; k=ed25519; p=KEY; p=KEY", "key-syntax");
        check("v=DKIM1; k=ed25519; p=!", "key-invalid");
        check("v=DKIM1; k=rsa; p=KEY", "key-invalid");
        check("\"v=DKIM1; k=ed25519; p=KEY\"", "key-syntax");
        check("v=DKIM1\\; k=ed25519\\; p=KEY", "key-syntax");
        check("v=DKIM1; k=ed25519; p=\"KEY\"", "key-syntax");
        check("V=DKIM1; K=ed25519; P=KEY", "key-syntax");
        check("V=DMARC1; P=reject", "foreign");
        check("", "foreign");
        check("v=spf1 include:_spf.example.com -all", "foreign");
        check("v=DMARC1; p=reject", "foreign");
        check("google-site-verification=abc", "foreign");
        check("hello; world", "foreign");
    }

    #[test]
    fn records_with_a_key_are_counted() {
        let count = |texts: &[&str]| {
            let records = texts.iter().map(|text| text.replace("KEY", ED25519));
            let records: Vec<_> = records
                .map(|text| PublishedRecord::new(text.into_bytes()))
                .collect();
            too_many_keys(&records)
        };
        let with_key = [
            "v=DKIM1; k=ed25519; p=KEY",
            "k=ed25519; p=KEY",
            "v=DKIM1; p=",
            "v=DKIM1; k=ed25519; p = !",
            "V=DKIM1; \"P=KEY",
        ];
        let others = [
            "v=spf1 -all",
            "v=DMARC1; p=reject",
            "v=DKIM1; k=rsa",
            "v=DKIM1; n=p=x",
            "words",
        ];
        assert_eq!(count(&with_key), Some(5));
        assert_eq!(count(&with_key[..4]), None);
        assert_eq!(count(&[&with_key[..4], &others].concat()), None);
        assert_eq!(count(&[&others[..], &with_key].concat()), Some(5));
        assert_eq!(count(&others), None);
    }

    #[test]
    fn lists_and_flags() {
        let record =
            |text: &str| KeyRecord::parse(text.replace("KEY", ED25519).as_bytes()).unwrap();
        let plain = record("k=ed25519; p=KEY");
        assert!(plain.allows_hash(HashAlgorithm::Sha1) && plain.serves_email);
        assert!(!plain.testing && !plain.strict && !plain.has_version);
        let rich = record("v=DKIM1; k=ed25519; h=x : SHA256; s=other:Email; t=Y:s:z; p=KEY");
        assert!(rich.allows_hash(HashAlgorithm::Sha256) && !rich.allows_hash(HashAlgorithm::Sha1));
        assert!(rich.serves_email && rich.testing && rich.strict && rich.has_version);
        assert!(!record("k=ed25519; s=other; p=KEY").serves_email);
        assert!(record("k=ed25519; s=*; p=KEY").serves_email);
    }

    #[test]
    fn long_records_are_refused() {
        let text = format!(
            "v=DKIM1; k=ed25519; p={ED25519}; n={}",
            "x".repeat(MAX_RECORD)
        );
        assert!(matches!(
            KeyRecord::parse(text.as_bytes()),
            Err(RecordError::TooLong { .. })
        ));
    }
}
