//! Key records to publish: what they are to say, and the text that says it (RFC 6376 §3.6.1).

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::{HashAlgorithm, KeyType};
use crate::key::PublicKey;
use crate::syntax::quoted_printable::encode_byte;

/// The longest note, in octets as it is published: a record should fit into one packet.
pub const MAX_NOTE: usize = 1024;

/// The longest string of a TXT record, in octets (RFC 1035 §3.3).
const MAX_STRING: usize = 255;

/// What a key record is to say.
///
/// Made by [`NewKeyRecord::new`] with nothing but the key; the other fields are set after that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewKeyRecord {
    /// The key, or that there is none any more (`k=`, `p=`).
    pub key: KeyToPublish,
    /// The hash algorithms that signatures may use; empty for all (`h=`).
    pub hash_algorithms: Vec<HashAlgorithm>,
    /// What the key is for; `None` does not say it, which means everything (`s=`).
    pub service: Option<ServiceType>,
    /// The domain is testing DKIM (`t=y`).
    pub testing: bool,
    /// The domain of `i=` must be that of `d=` and not one under it (`t=s`).
    pub strict: bool,
    /// A note to people (`n=`).
    pub note: Option<Note>,
}

/// What stands in `p=`, and the `k=` to go with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeyToPublish {
    /// A key.
    Key(PublicKey),
    /// Nothing: the key was revoked. Its type need not be said.
    Revoked(Option<KeyType>),
}

/// A service type (`s=`, RFC 6376 §3.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceType {
    /// `email`: for mail alone.
    Email,
    /// `*`: for everything, which is the default.
    All,
}

impl ServiceType {
    /// The service type as `s=` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::All => "*",
        }
    }
}

impl NewKeyRecord {
    /// A record of the key alone.
    #[must_use]
    pub const fn new(key: KeyToPublish) -> Self {
        Self {
            key,
            hash_algorithms: Vec::new(),
            service: None,
            testing: false,
            strict: false,
            note: None,
        }
    }

    /// The record's text: the tags in the order v, k, h, s, t, n, p.
    #[must_use]
    pub fn to_text(&self) -> KeyRecordText {
        let (key_type, octets) = match &self.key {
            KeyToPublish::Key(key) => (Some(key.key_type()), key.to_record()),
            KeyToPublish::Revoked(key_type) => (*key_type, Vec::new()),
        };
        let mut text = "v=DKIM1".to_owned();
        let mut tag = |name: &str, value: &str| {
            text.push_str("; ");
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        };
        if let Some(key_type) = key_type {
            tag("k", key_type.name());
        }
        if !self.hash_algorithms.is_empty() {
            let names: Vec<_> = self
                .hash_algorithms
                .iter()
                .map(|hash| hash.name())
                .collect();
            tag("h", &names.join(":"));
        }
        if let Some(service) = self.service {
            tag("s", service.name());
        }
        let flags: Vec<_> = [(self.testing, "y"), (self.strict, "s")]
            .into_iter()
            .filter_map(|(set, flag)| set.then_some(flag))
            .collect();
        if !flags.is_empty() {
            tag("t", &flags.join(":"));
        }
        if let Some(note) = &self.note {
            tag("n", &note.encoded);
        }
        tag("p", &STANDARD.encode(octets));
        KeyRecordText { text }
    }
}

/// The text of a key record: the value that the DNS has, its strings joined.
///
/// It is printable ASCII without quotes and backslashes, so that no form in which it is published
/// needs escapes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecordText {
    text: String,
}

impl KeyRecordText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text in strings of at most 255 octets, as a TXT record holds it (RFC 6376 §3.6.2.2).
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let (string, after) = rest.split_at_checked(MAX_STRING).unwrap_or((rest, ""));
            rest = after;
            (!string.is_empty()).then_some(string)
        })
    }
}

impl fmt::Display for KeyRecordText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A note to people who read the record (`n=`, RFC 6376 §3.6.1), encoded for it.
///
/// Words stay readable: only what a tag-list or a master file would take for something else is
/// written as `=XX` (RFC 6376 §2.11), and white space that is not one space between two words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    encoded: String,
}

impl Note {
    /// Encodes a note.
    ///
    /// # Errors
    ///
    /// [`NoteTooLong`] if the note has more than [`MAX_NOTE`] octets when it is encoded.
    pub fn new(text: &str) -> Result<Self, NoteTooLong> {
        let encoded = encode_note(text);
        if encoded.len() > MAX_NOTE {
            return Err(NoteTooLong {
                length: encoded.len(),
            });
        }
        Ok(Self { encoded })
    }
}

/// A [`Note`] of more than [`MAX_NOTE`] octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteTooLong {
    /// Its length in octets.
    pub length: usize,
}

impl fmt::Display for NoteTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the note has {} octets as it is published, more than {MAX_NOTE}",
            self.length
        )
    }
}

impl Error for NoteTooLong {}

/// Encodes what is not a part of a word or one space between two words.
fn encode_note(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut encoded = String::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b' ' && at > 0 && bytes[at - 1] != b' ' && at + 1 < bytes.len() {
            encoded.push(' ');
        } else {
            encoded.push_str(&encode_byte(byte, b"\"\\"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_record::{KeyRecord, RecordError};
    use crate::syntax::quoted_printable::decode_quoted_printable;

    /// The key of RFC 8463 §A.2.
    const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn ed25519() -> KeyToPublish {
        let octets = STANDARD.decode(ED25519).unwrap();
        KeyToPublish::Key(PublicKey::from_record(KeyType::Ed25519, &octets).unwrap())
    }

    fn check(key: KeyToPublish, change: impl FnOnce(&mut NewKeyRecord), expected: &str) {
        let mut record = NewKeyRecord::new(key);
        change(&mut record);
        let text = record.to_text();
        assert_eq!(text.as_str(), expected.replace("KEY", ED25519));
        let parsed = KeyRecord::parse(text.as_str().as_bytes());
        match (record.key, parsed) {
            (KeyToPublish::Revoked(_), parsed) => {
                assert_eq!(parsed.err(), Some(RecordError::Revoked));
            }
            (KeyToPublish::Key(key), parsed) => {
                let parsed = parsed.unwrap();
                assert_eq!(parsed.key, key);
                assert_eq!(parsed.testing, record.testing);
                assert_eq!(parsed.strict, record.strict);
                assert!(parsed.serves_email && parsed.has_version);
            }
        }
    }

    #[test]
    fn records() {
        let none = |_: &mut NewKeyRecord| ();
        check(ed25519(), none, "v=DKIM1; k=ed25519; p=KEY");
        check(KeyToPublish::Revoked(None), none, "v=DKIM1; p=");
        let revoked = || KeyToPublish::Revoked(Some(KeyType::Rsa));
        check(revoked(), none, "v=DKIM1; k=rsa; p=");
        let set = |record: &mut NewKeyRecord| {
            record.hash_algorithms = vec![HashAlgorithm::Sha256];
            record.service = Some(ServiceType::Email);
            record.testing = true;
            record.strict = true;
            record.note = Note::new("ask hostmaster").ok();
        };
        check(
            ed25519(),
            set,
            "v=DKIM1; k=ed25519; h=sha256; s=email; t=y:s; n=ask hostmaster; p=KEY",
        );
        check(
            revoked(),
            set,
            "v=DKIM1; k=rsa; h=sha256; s=email; t=y:s; n=ask hostmaster; p=",
        );
        check(
            ed25519(),
            |record| record.strict = true,
            "v=DKIM1; k=ed25519; t=s; p=KEY",
        );
        let all = |record: &mut NewKeyRecord| record.service = Some(ServiceType::All);
        check(ed25519(), all, "v=DKIM1; k=ed25519; s=*; p=KEY");
    }

    #[test]
    fn notes() {
        for (note, encoded) in [
            ("", ""),
            ("two words", "two words"),
            (" a  b ", "=20a =20b=20"),
            (" ", "=20"),
            ("a;b=c", "a=3Bb=3Dc"),
            ("\"q\" \\", "=22q=22 =5C"),
            ("ü\r\n\t", "=C3=BC=0D=0A=09"),
            ("key 2026/01, see #7: ok?", "key 2026/01, see #7: ok?"),
        ] {
            let made = Note::new(note).unwrap();
            assert_eq!(made.encoded, encoded);
            // Spaces go where dkim-quoted-printable is decoded to the letter.
            let decoded = decode_quoted_printable(encoded.replace(' ', "=20").as_bytes());
            assert_eq!(decoded.unwrap(), note.as_bytes());
        }
        assert!(Note::new(&"x".repeat(1024)).is_ok());
        assert_eq!(
            Note::new(&"é".repeat(171)),
            Err(NoteTooLong { length: 1026 })
        );
    }

    #[test]
    fn strings_have_255_octets() {
        for (length, lengths) in [
            (1, &[1][..]),
            (255, &[255]),
            (256, &[255, 1]),
            (510, &[255, 255]),
            (511, &[255, 255, 1]),
        ] {
            let text = KeyRecordText {
                text: "x".repeat(length),
            };
            let strings: Vec<_> = text.strings().map(str::len).collect();
            assert_eq!(strings, lengths);
        }
    }
}
