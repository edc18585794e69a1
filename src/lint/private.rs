//! Private keys in a TXT record: whole or in part, in any tag or in none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Finding, FindingCode};
use crate::algorithm::KeyType;
use crate::key::der::{INTEGER, OCTET_STRING, RSA_ENCRYPTION, Reader, SEQUENCE};
use crate::key::ed25519::{Ed25519SigningKey, LENGTH};
use crate::key::structure::Structure;
use crate::key::{PrivateKey, PublicKey};
use crate::syntax::base64::decode_base64;

/// The characters of base64 that the beginning of a private key in DER is told by.
const SHORTEST_BEGINNING: usize = 11;

/// The characters of base64 that two numbers in the middle of a private key have at least.
const SHORTEST_PIECE: usize = 90;

/// A word of a record may be one of at most so many keys.
const MAX_WORDS: usize = 64;

/// A label of a name has at most so many bytes (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// A private key that was found.
#[derive(Clone, Debug)]
pub(super) struct Private {
    /// What it is, with its article.
    what: &'static str,
    /// Whether all of it is there.
    is_whole: bool,
    /// Its public half, if the key can be read.
    pub(super) public: Option<PublicKey>,
}

impl Private {
    const fn part(what: &'static str) -> Self {
        Self {
            what,
            is_whole: false,
            public: None,
        }
    }

    /// Whether the public half of this key, or of one that cannot be told, is `key`.
    pub(super) fn gives_away(&self, key: &PublicKey) -> bool {
        self.public.as_ref().is_none_or(|public| public == key)
    }

    pub(super) fn finding(&self) -> Finding {
        let what = self.what;
        let message = if !self.is_whole {
            format!("a part of {what} is published: the key is not secret any more")
        } else if what.contains("encrypted") {
            format!("{what} is published: whoever guesses its passphrase can sign")
        } else {
            format!("{what} is published: anyone can sign in the name of the domain with it")
        };
        Finding::new(FindingCode::PrivateKeyPublished, message, remedy(None))
    }
}

/// What to do about a private key at a name, or in a record that is at none.
pub(super) fn remedy(name: Option<&str>) -> String {
    let arguments = name
        .map(|name| name.trim_end_matches('.'))
        .and_then(|name| name.split_once("._domainkey."))
        .filter(|(selector, _)| selector.len() < MAX_LABEL)
        .map(|(selector, domain)| format!(" -s {selector}2 -d {domain}"))
        .unwrap_or_default();
    format!(
        "make a new key under a new selector with `dkim keygen{arguments}`, publish the record \
         that it prints, sign with the new key, and remove this record"
    )
}

/// The private key in a text; of an Ed25519 seed, if its public half is `expected` or in the text
/// as well.
pub(super) fn find(text: &str, expected: Option<&PublicKey>) -> Option<Private> {
    let words: Vec<String> = words(text);
    let found: Vec<Private> = words.iter().filter_map(|word| of_word(word)).collect();
    let whole = found.iter().find(|private| private.is_whole);
    whole
        .or(found.first())
        .cloned()
        .or_else(|| seed(&words, expected))
        .or_else(|| label(text))
}

/// What may be a key: the runs of base64 in the text, and the values of its tags without what
/// does not belong to base64.
fn words(text: &str) -> Vec<String> {
    let is_digit = |character: char| character.is_ascii_alphanumeric() || "+/".contains(character);
    let runs = text
        .split(|character| !is_digit(character))
        .map(str::to_owned);
    let values = text.split(';').flat_map(|spec| {
        let value = spec.split_once('=').map_or(spec, |(_, value)| value);
        [spec, value].map(|text| String::from_utf8(super::key::cleaned(text)).unwrap_or_default())
    });
    let mut words: Vec<String> = runs
        .chain(values)
        .map(|word| word.trim_end_matches('=').to_owned())
        .filter(|word| word.len() >= SHORTEST_BEGINNING)
        .collect();
    words.sort_unstable();
    words.dedup();
    words.truncate(MAX_WORDS);
    words
}

fn of_word(word: &str) -> Option<Private> {
    let bytes = bytes(word);
    hexadecimal(word)
        .and_then(|bytes| begun(&bytes).or_else(|| pair(&bytes)))
        .or_else(|| begun(&bytes))
        .or_else(|| pair(&bytes))
        .or_else(|| folded(word))
        .or_else(|| {
            let starts = 0..4_usize;
            let is_long = word.len() >= SHORTEST_PIECE;
            let mut starts = starts.filter(|_| is_long);
            starts.find_map(|start| within(&self::bytes(word.get(start..)?)))
        })
}

/// What the whole groups of base64 in the word, and the beginning of the last one, stand for.
fn bytes(word: &str) -> Vec<u8> {
    let usable = word.len() - usize::from(word.len() % 4 == 1);
    let engine = decode_base64(&word.as_bytes()[..usable]);
    engine.unwrap_or_else(|| STANDARD_NO_PAD.decode(word).unwrap_or_default())
}

fn hexadecimal(word: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = word
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let pairs = digits?
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    Some(pairs)
}

/// The private key that the bytes begin with.
fn begun(bytes: &[u8]) -> Option<Private> {
    if let Some(key) = bytes.strip_prefix(b"openssh-key-v1\0") {
        return Some(openssh(key));
    }
    let what = match after_header(bytes, SEQUENCE)? {
        [INTEGER, 1, 0 | 1, SEQUENCE, ..] => "a private key (PKCS#8)",
        [INTEGER, 1, 0 | 1, INTEGER, ..] => "a private key (PKCS#1)",
        [INTEGER, 1, 1, OCTET_STRING, ..] => "a private key (SEC1)",
        [INTEGER, 1, 3, SEQUENCE, ..] => "a private key (PKCS#12)",
        inner if is_encryption(after_header(inner, SEQUENCE)?) => {
            "an encrypted private key (PKCS#8)"
        }
        _ => return None,
    };
    let flaws = &mut crate::key::der::Flaws::default();
    let is_whole = Reader::new(bytes)
        .expect(SEQUENCE, flaws)
        .is_ok_and(|contents| Structure::of(contents).is_some());
    Some(Private {
        what,
        is_whole,
        public: public_half(bytes),
    })
}

/// A private key of OpenSSH, from the name of its cipher on.
fn openssh(key: &[u8]) -> Private {
    fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let (length, rest) = bytes.split_first_chunk()?;
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
    }
    let is_whole = || {
        let (_, rest) = field(key)?;
        let (_, rest) = field(rest)?;
        let (_, rest) = field(rest)?;
        let (_, rest) = field(rest.get(4..)?)?;
        field(rest)
    };
    let is_open = field(key).is_none_or(|(cipher, _)| cipher == b"none");
    Private {
        what: if is_open {
            "a private key of OpenSSH"
        } else {
            "an encrypted private key of OpenSSH"
        },
        is_whole: is_whole().is_some(),
        public: None,
    }
}

fn public_half(bytes: &[u8]) -> Option<PublicKey> {
    let key = PrivateKey::from_bytes(bytes, None).ok()?;
    Some(key.public_key().clone())
}

/// The bytes after the tag and the length of an element, as far as they are there.
fn after_header(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (&length, rest) = rest.split_first()?;
    match length {
        0..=0x7f => Some(rest),
        0x81..=0x84 => rest.get(usize::from(length & 0x7f)..),
        _ => None,
    }
}

/// Whether an algorithm is one that private keys are encrypted with: those of PKCS#5
/// (RFC 8018 §6) or of PKCS#12 (RFC 7292 §4.2.2).
fn is_encryption(algorithm: &[u8]) -> bool {
    const PKCS_5: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5];
    const PKCS_12: &[u8] = &[6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];
    algorithm.starts_with(PKCS_5) || algorithm.starts_with(PKCS_12)
}

/// An Ed25519 seed with its public key after it.
fn pair(bytes: &[u8]) -> Option<Private> {
    let (seed, public) = bytes.split_first_chunk::<LENGTH>()?;
    let key = Ed25519SigningKey::from_seed(seed);
    (public == key.public_octets()).then(|| Private {
        what: "an Ed25519 private key (the seed and its public key)",
        is_whole: true,
        public: Some(PublicKey::Ed25519(key.public_key())),
    })
}

/// An Ed25519 seed alone. Only its public key proves that 32 bytes are one.
fn seed(words: &[String], expected: Option<&PublicKey>) -> Option<Private> {
    let of_length = |word: &String| {
        let forms = hexadecimal(word).into_iter().chain([bytes(word)]);
        forms.filter_map(|bytes| <[u8; LENGTH]>::try_from(bytes).ok())
    };
    let candidates: Vec<[u8; LENGTH]> = words.iter().flat_map(of_length).collect();
    let is_public = |key: &PublicKey| {
        Some(key) == expected || candidates.iter().any(|bytes| key.to_record() == bytes)
    };
    let is_worth_it = candidates.len() > 1
        || expected.is_some_and(|expected| expected.key_type() == KeyType::Ed25519);
    candidates
        .iter()
        .filter(|_| is_worth_it)
        .map(|seed| PublicKey::Ed25519(Ed25519SigningKey::from_seed(seed).public_key()))
        .find(is_public)
        .map(|public| Private {
            what: "an Ed25519 private key (the seed of the key)",
            is_whole: true,
            public: Some(public),
        })
}

/// The beginning of a private key whose letters are all of one case, told by what all such keys
/// have in common.
fn folded(word: &str) -> Option<Private> {
    const ENCRYPTED: [&str; 3] = ["bgkqhkig9w0bbq", "gcsqgsib3dqef", "ykozihvcnaqu"];
    const BEGINNINGS: [(usize, &str, &str); 8] = [
        (6, "ibadanbg", "a private key (PKCS#8)"),
        (6, "ibaakb", "a private key (PKCS#1)"),
        (6, "ibaakc", "a private key (PKCS#1)"),
        (0, "mc4caqawbqydk2vwbci", "a private key (PKCS#8)"),
        (0, "mfecaqewbqydk2vwbci", "a private key (PKCS#8)"),
        (3, "caqeei", "a private key (SEC1)"),
        (4, "agebbei", "a private key (SEC1)"),
        (0, "b3blbnnzac1rzxktdj", "a private key of OpenSSH"),
    ];
    let beginning = word.get(..word.len().min(40))?.to_ascii_lowercase();
    if ENCRYPTED.iter().any(|common| beginning.contains(common)) {
        return Some(Private::part("an encrypted private key (PKCS#8)"));
    }
    BEGINNINGS.iter().find_map(|(at, common, what)| {
        let there = word.get(*at..*at + common.len())?;
        there
            .eq_ignore_ascii_case(common)
            .then(|| Private::part(what))
    })
}

/// A piece from the middle of an RSA private key: two numbers in a row that no public key has.
fn within(bytes: &[u8]) -> Option<Private> {
    const EXPONENT: [u8; 5] = [INTEGER, 3, 1, 0, 1];
    let is_private = memchr::memchr_iter(INTEGER, bytes).any(|at| {
        let rest = &bytes[at..];
        if let Some(after) = rest.strip_prefix(&EXPONENT) {
            return long_number(after).is_some();
        }
        let Some((length, contents)) = long_number(rest) else {
            return false;
        };
        let Some((number, rest)) = contents.split_at_checked(length) else {
            return false;
        };
        // The beginning of a public key that is there twice is not a number.
        let is_number = memchr::memmem::find(number, RSA_ENCRYPTION).is_none();
        let next = long_number(rest).filter(|_| is_number);
        next.is_some_and(|(next, _)| next.abs_diff(length) <= 1 || next.abs_diff(length / 2) <= 1)
    });
    is_private.then(|| Private::part("a private key (PKCS#1)"))
}

/// The length of the number that the bytes begin with, of an RSA key of 1024 bits or more, and
/// the bytes after its header.
fn long_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, contents) = match bytes {
        [INTEGER, length @ (0x40 | 0x41), contents @ ..]
        | [INTEGER, 0x81, length @ 0x80..=0xff, contents @ ..] => (usize::from(*length), contents),
        [INTEGER, 0x82, high @ 1..=4, low, contents @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), contents)
        }
        _ => return None,
    };
    let is_positive = contents.first().is_none_or(|first| *first < 0x80);
    is_positive.then_some((length, contents))
}

/// What says of itself that it is a private key: PEM in any letter case, the file of `PuTTY`, a
/// JSON Web Key, the text of `openssl rsa -text` or of BIND, a key in XML.
fn label(text: &str) -> Option<Private> {
    let lower = text.to_ascii_lowercase();
    let is_pem = lower.match_indices("private key").any(|(at, _)| {
        let before = lower[..at].split("--").last().unwrap_or_default();
        let before = before.trim_start_matches(['-', ' ']);
        before.starts_with("begin ") || before.starts_with("end ")
    });
    if is_pem {
        return Some(Private::part("a private key (PEM)"));
    }
    if lower.contains("putty-user-key-file-") {
        return Some(Private::part("a private key of PuTTY"));
    }
    let is_text = ["privateexponent:", "private-key-format:"]
        .iter()
        .any(|name| lower.contains(name));
    if is_text || lower.contains("<rsakeyvalue>") && lower.contains("<d>") {
        return Some(Private::part("a private key"));
    }
    let is_jwk = lower.contains("\"kty\"") && lower.contains("\"d\"");
    is_jwk.then(|| Private::part("a private key (JWK)"))
}
