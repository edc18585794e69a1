//! What `bh=` claims, and how candidates for the original body are held against it.

use super::mime::Form;
use crate::algorithm::HashAlgorithm;
use crate::canonicalization::Canonicalization;
use crate::canonicalization::body::BodyCanonicalizer;
use crate::explain::{Budget, Evidence, Exhausted};
use crate::hash::Digest;
use crate::message::{Header, LineEndings};

/// Octets that are handled between two looks at the budget.
pub(super) const PIECE: usize = 32 * 1024;
/// What the end of a hash costs, in octets hashed.
pub(super) const FINISH: usize = 128;

/// What a signature claims about the body (RFC 6376 §3.7).
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    pub(super) canonicalization: Canonicalization,
    pub(super) algorithm: HashAlgorithm,
    /// `l=`
    pub(super) length: Option<u64>,
    /// `bh=`
    pub(super) hash: &'a [u8],
    pub(super) line_endings: LineEndings,
    /// The header of the message, and the signature's own field in it.
    pub(super) header: &'a Header,
    pub(super) own_field: usize,
    /// What the body is, where it is not in parts: so that what is told of it can be shown.
    pub(super) form: Form,
}

/// How much of a body `bh=` fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// All that is signed.
    Whole,
    /// The first so many octets of the canonicalized body, which end at a line end.
    Prefix(u64),
}

impl<'a> Claim<'a> {
    /// The claim that a verdict found wrong; `None` if the body is not what is wrong.
    pub(super) fn of(evidence: &Evidence<'a>) -> Option<Self> {
        let signature = evidence.verdict.signature.as_ref()?;
        if evidence.verdict.body_hash_matches() == Some(true) {
            return None;
        }
        Some(Self {
            canonicalization: signature.canonicalization.body,
            algorithm: signature.algorithm.hash(),
            length: signature.body_length,
            hash: &signature.body_hash,
            line_endings: evidence.header.line_endings(),
            header: evidence.header,
            own_field: evidence.verdict.field_index,
            form: Form::PLAIN,
        })
    }

    /// The claim as it would be with the other canonicalization.
    pub(super) fn in_other_canonicalization(self) -> Self {
        Self {
            canonicalization: match self.canonicalization {
                Canonicalization::Simple => Canonicalization::Relaxed,
                Canonicalization::Relaxed => Canonicalization::Simple,
            },
            ..self
        }
    }

    /// Whether `bh=` is the hash of exactly these octets, whatever `c=` and `l=` say.
    pub(super) fn is_hash_of(&self, octets: &[u8]) -> bool {
        let mut digest = Digest::new(self.algorithm);
        digest.update(octets);
        digest.is_now(self.hash)
    }

    /// How long the canonicalized body is, up to this length; and what is behind that.
    pub(super) fn canonical_behind(
        &self,
        length: u64,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<(usize, Vec<u8>), Exhausted> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (mut before, mut behind) = (0, Vec::new());
        let mut canonicalizer = BodyCanonicalizer::new(self.canonicalization, self.line_endings);
        let mut take = |bytes: &[u8]| {
            let more = bytes.len().min(length - before);
            before += more;
            behind.extend_from_slice(&bytes[more..]);
        };
        for piece in body.chunks(PIECE) {
            budget.spend(piece.len())?;
            canonicalizer.push(piece, &mut take);
        }
        canonicalizer.finish(&mut take);
        Ok((before, behind))
    }

    /// Holds a body and all its beginnings that end at a line end against the claim.
    pub(super) fn scan(
        &self,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Option<Fit>, Exhausted> {
        let mut scan = Scan::new(*self);
        for piece in body.chunks(PIECE) {
            budget.spend(2 * piece.len())?;
            scan.push(piece);
        }
        Ok(scan.finish().fit)
    }
}

/// What came of a body that was held against the claim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    /// How much of it fits.
    pub(super) fit: Option<Fit>,
    /// The beginning of its hash, so that no body is looked into twice.
    pub(super) mark: u64,
}

/// Canonicalizes a body, piece by piece, and compares the hash at each line end with `bh=`.
#[derive(Clone, Debug)]
pub(super) struct Scan<'a> {
    canonicalizer: BodyCanonicalizer,
    hashing: Hashing<'a>,
}

#[derive(Clone, Debug)]
struct Hashing<'a> {
    claim: Claim<'a>,
    digest: Digest,
    /// Octets in the digest.
    length: u64,
    /// Whether the line so far is blank: such a line end ends no canonicalized body.
    blank: bool,
    after_cr: bool,
    /// Whether the beginnings that end at a line end are held against the claim as well.
    is_open: bool,
    fit: Option<Fit>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(claim: Claim<'a>) -> Self {
        Self {
            canonicalizer: BodyCanonicalizer::new(claim.canonicalization, claim.line_endings),
            hashing: Hashing {
                claim,
                digest: Digest::new(claim.algorithm),
                length: 0,
                blank: true,
                after_cr: false,
                is_open: true,
                fit: None,
            },
        }
    }

    /// From here on, what was added at the end is not looked for.
    pub(super) fn close(&mut self) {
        self.hashing.is_open = false;
    }

    /// Takes the next octets of the body.
    pub(super) fn push(&mut self, octets: &[u8]) {
        let Self {
            canonicalizer,
            hashing,
        } = self;
        canonicalizer.push(octets, |canonical| hashing.take(canonical));
    }

    /// Ends the body.
    pub(super) fn finish(self) -> Outcome {
        let mut hashing = self.hashing;
        self.canonicalizer
            .finish(|canonical| hashing.take(canonical));
        let hash = hashing.digest.finalize();
        let mark = hash
            .first_chunk()
            .map_or(0, |first| u64::from_ne_bytes(*first));
        let fit = match hashing.fit {
            fit if hashing.claim.length.is_some() => fit,
            Some(Fit::Prefix(length)) if length < hashing.length => hashing.fit,
            // An empty body has no line end to compare at.
            _ => (*hash == *hashing.claim.hash).then_some(Fit::Whole),
        };
        Outcome { fit, mark }
    }
}

impl Hashing<'_> {
    fn is_met(&self) -> bool {
        self.digest.is_now(self.claim.hash)
    }

    fn take(&mut self, mut octets: &[u8]) {
        if !self.is_open {
            self.hash(octets);
            return;
        }
        while let Some(line_feed) = memchr::memchr(b'\n', octets) {
            let (line, rest) = octets.split_at(line_feed + 1);
            octets = rest;
            let ends = if line_feed > 0 {
                line[line_feed - 1] == b'\r'
            } else {
                self.after_cr
            };
            self.blank &= line.iter().all(|octet| matches!(octet, b'\r' | b'\n'));
            self.hash(line);
            if ends {
                if !self.blank && self.fit.is_none() && self.is_met() {
                    self.fit = Some(Fit::Prefix(self.length));
                }
                self.blank = true;
            }
            self.after_cr = false;
        }
        if let Some(last) = octets.last() {
            self.blank &= octets.iter().all(|octet| *octet == b'\r');
            self.after_cr = *last == b'\r';
            self.hash(octets);
        }
    }

    /// Hashes octets, and compares where `l=` cuts them.
    fn hash(&mut self, octets: &[u8]) {
        let mut rest = octets;
        if let Some(length) = self.claim.length
            && let Some(ahead) = length.checked_sub(self.length)
            && let Ok(ahead) = usize::try_from(ahead)
            && ahead <= octets.len()
        {
            self.digest.update(&octets[..ahead]);
            rest = &octets[ahead..];
            if self.fit != Some(Fit::Whole) && self.is_met() {
                self.fit = Some(Fit::Whole);
            }
        }
        self.digest.update(rest);
        self.length += octets.len() as u64;
    }
}
