//! Messages with their signatures: what the library does with them, and the floor under that.

use dkim_toolkit::algorithm::HashAlgorithm;
use dkim_toolkit::canonicalization::MessageCanonicalization;
use dkim_toolkit::canonicalization::body::BodyCanonicalizer;
use dkim_toolkit::identifier::{KeyQuery, Sdid, Selector};
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::{self, Header, LineEndings};
use dkim_toolkit::sign::{Choices, Signer, Signing};
use dkim_toolkit::signature::{FIELD_NAME, Signature};
use dkim_toolkit::verdict::VerificationResult;
use dkim_toolkit::verify::{Verifier, canonical_header};
use sha2::{Digest as _, Sha256};

use super::Fallible;
use super::keys::Key;

/// When all of this happens.
const NOW: u64 = 1_700_000_000;

/// A message and the keys that sign it.
pub struct Mail {
    /// The signed message.
    pub message: Vec<u8>,
    /// Where the message without its signatures begins.
    pub unsigned: usize,
    signers: Vec<Signer>,
    verifier: Verifier,
    /// The answers of the DNS, with the keys in them parsed once.
    answers: Vec<(KeyQuery, KeyAnswer)>,
    pub keys: Vec<Key>,
    floor: Floor,
}

/// What must be hashed and verified at least.
struct Floor {
    body: Vec<u8>,
    /// For each signature, from the top, the header that it signs, itself, and its key.
    signatures: Vec<(Vec<u8>, Vec<u8>, usize)>,
}

impl Mail {
    /// Signs a message with each of `keys`; `names` are the fields to sign, `None` for the usual.
    pub fn new(
        header: &[u8],
        body: &[u8],
        keys: Vec<Key>,
        canonicalization: MessageCanonicalization,
        names: Option<&[String]>,
    ) -> Fallible<Self> {
        let mut signers = Vec::new();
        let mut answers = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let domain = Sdid::parse(b"example.com")?;
            let selector = Selector::parse(format!("s{number}").as_bytes())?;
            let query = KeyQuery::new(&selector, &domain).ok_or("a name that is too long")?;
            answers.push((query, KeyAnswer::from_txt([key.record.as_str()], None)));
            let mut choices = Choices::default();
            choices.canonicalization = canonicalization;
            choices.headers = names.map(<[String]>::to_vec);
            signers.push(Signer::new(domain, selector, key.signing.clone(), choices)?);
        }
        let unsigned = [header, b"\r\n", body].concat();
        let fields = sign(&signers, &unsigned)?.concat();
        let message = [fields.as_bytes(), &unsigned].concat();
        let floor = Floor::new(&message, canonicalization)?;
        let mut verifier = Verifier::default();
        // Policy has a limit; what is measured here is how time grows towards it and beyond.
        if keys.len() > 20 {
            let mut policy = dkim_toolkit::verify::Policy::default();
            policy.maximum_signatures = keys.len();
            verifier = Verifier::new(policy);
        }
        Ok(Self {
            unsigned: fields.len(),
            message,
            signers,
            verifier,
            answers,
            keys,
            floor,
        })
    }

    /// Verifies the message as a mail server does that has kept the keys; whether all is well.
    pub fn verify(&self) -> bool {
        let Ok((header, body)) = message::parse(&self.message, LineEndings::Lenient) else {
            return false;
        };
        let mut verification = self.verifier.begin(header, NOW);
        for query in verification.pending() {
            if let Some((_, answer)) = self.answers.iter().find(|(name, _)| *name == query) {
                verification.answer(&query, answer.clone());
            }
        }
        verification.body(body);
        let report = verification.finish();
        report.verdicts.len() == self.keys.len()
            && report
                .verdicts
                .iter()
                .all(|verdict| verdict.result() == VerificationResult::Pass)
    }

    /// What a verification cannot do without: to hash, and to verify what was hashed.
    pub fn verify_floor(&self) -> bool {
        let body = hash_body(&self.floor.body);
        body[0] != body[1]
            && self
                .floor
                .signatures
                .iter()
                .all(|(header, signature, key)| {
                    let digest = Sha256::digest(header);
                    self.keys[*key].bare.verify(&digest, signature)
                })
    }

    /// Signs the message again; whether that worked.
    pub fn sign(&self) -> bool {
        sign(&self.signers, &self.message[self.unsigned..])
            .is_ok_and(|fields| fields.len() == self.keys.len())
    }

    /// What a signing cannot do without.
    pub fn sign_floor(&self) -> bool {
        let body = hash_body(&self.floor.body);
        body[0] != body[1]
            && self.floor.signatures.iter().all(|(header, _, key)| {
                let digest = Sha256::digest(header);
                !self.keys[*key].bare.sign(&digest).is_empty()
            })
    }
}

/// The hash of a body, piece by piece, with the next page of it read beside the hash: a hash function
/// alone waits for memory, and that wait is no part of the floor.
fn hash_body(body: &[u8]) -> [u8; 32] {
    const PIECE: usize = 512;
    const PAGE: usize = 4096;
    const CACHE_LINE: usize = 64;
    let mut hash = Sha256::new();
    for (number, piece) in body.chunks(PIECE).enumerate() {
        let ahead = body.get(number * PIECE + PAGE..).unwrap_or_default();
        for octet in ahead.iter().take(PIECE).step_by(CACHE_LINE) {
            std::hint::black_box(*octet);
        }
        hash.update(piece);
    }
    hash.finalize().into()
}

fn sign(signers: &[Signer], message: &[u8]) -> Fallible<Vec<String>> {
    let (header, body) = message::parse(message, LineEndings::Lenient)?;
    let mut signing = Signing::begin(signers, header, NOW)?;
    signing.body(body);
    Ok(signing.finish()?)
}

impl Floor {
    fn new(message: &[u8], canonicalization: MessageCanonicalization) -> Fallible<Self> {
        let (header, body) = message::parse(message, LineEndings::Lenient)?;
        let mut canonical = Vec::with_capacity(body.len());
        let mut canonicalizer = BodyCanonicalizer::new(canonicalization.body, LineEndings::Lenient);
        canonicalizer.push(body, |octets| canonical.extend_from_slice(octets));
        canonicalizer.finish(|octets| canonical.extend_from_slice(octets));
        let mut signatures = Vec::new();
        for (index, field) in header.fields().enumerate() {
            if field.is_named(FIELD_NAME) {
                let signature = Signature::parse(field)?;
                let octets = signed_header(&header, index, &signature);
                if *signature.body_hash != Sha256::digest(&canonical)[..]
                    || signature.algorithm.hash() != HashAlgorithm::Sha256
                {
                    return Err("the floor is not under what it should be".into());
                }
                let number = signature
                    .selector
                    .as_str()
                    .trim_start_matches('s')
                    .parse()?;
                signatures.push((octets, signature.signature, number));
            }
        }
        Ok(Self {
            body: canonical,
            signatures,
        })
    }
}

fn signed_header(header: &Header, index: usize, signature: &Signature) -> Vec<u8> {
    let mut octets = Vec::new();
    canonical_header(header, index, signature, |piece| {
        octets.extend_from_slice(piece);
    });
    octets
}

/// A header as mail has it.
pub fn usual_header() -> Vec<u8> {
    b"Received: from mail.example.net (mail.example.net [192.0.2.7])\r\n\
      \tby mx.example.org with ESMTPS id 4XyZ1a2B3c4D5e6F\r\n\
      \tfor <joe@example.org>; Tue, 14 Nov 2023 22:13:20 +0000\r\n\
      From: Suzie Q <suzie@example.com>\r\n\
      To: Joe Six-Pack <joe@example.org>\r\n\
      Subject: Is dinner ready, or shall we wait for the others?\r\n\
      Date: Tue, 14 Nov 2023 22:13:18 +0000\r\n\
      Message-ID: <20231114221318.445566@shopping.example.com>\r\n\
      MIME-Version: 1.0\r\n\
      Content-Type: text/plain; charset=utf-8\r\n\
      Content-Transfer-Encoding: 8bit\r\n"
        .to_vec()
}

/// The usual header and `count` fields of distinct names under it; beside it the names to sign.
pub fn long_header(count: usize) -> (Vec<u8>, Vec<String>) {
    let names: Vec<_> = (0..count)
        .map(|number| format!("X-Field-{number}"))
        .collect();
    let mut header = usual_header();
    for name in &names {
        let field = format!("{name}: a value that is neither short nor long, for {name}\r\n");
        header.extend_from_slice(field.as_bytes());
    }
    let signed = std::iter::once("From".to_owned()).chain(names).collect();
    (header, signed)
}
