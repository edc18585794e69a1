//! What is hashed for a signature: the body, once for all signatures that want it alike, and the
//! signed header fields (RFC 6376 §3.7).

mod lines;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::algorithm::{HashAlgorithm, HashValue};
use crate::canonicalization::body::{BodyCanonicalizer, LineEndsSeen};
use crate::canonicalization::header::{canonicalize_field, canonicalize_signature_field};
use crate::canonicalization::{BodyHashRequest, Canonicalization};
use crate::message::{FieldIndex, Header, HeaderField, LineEndings};
use crate::signature::Signature;

/// Canonicalized header octets are hashed in pieces of at least this size.
const HEADER_PIECE: usize = 512;
/// The room for a piece and most fields behind it; more is made where it is not enough. Allocators
/// hand out up to 1 KiB for a fraction of what more costs.
const HEADER_ROOM: usize = 1024;
/// Where several canonicalizations look at a body, all of them look at this many octets before
/// any looks at more: so these are still in the nearest cache.
const STEP: usize = 4096;

/// So many octets behind the signed part of a body are kept, to be shown.
const SHOWN_BEHIND: usize = 256;

/// Hashes a body in one pass for any number of requests.
///
/// Requests of one canonicalization and hash share both: for each `length` the state of the
/// running hash is set aside when it gets there.
#[derive(Clone, Debug)]
pub(crate) struct BodyHasher {
    passes: Vec<Pass>,
    octets: u64,
}

/// One canonicalization with one hash.
#[derive(Clone, Debug)]
struct Pass {
    canonicalizer: BodyCanonicalizer,
    /// How many of the octets that are being handled it has taken.
    taken: usize,
    kind: (Canonicalization, Option<HashAlgorithm>),
    output: Output,
}

/// What a canonicalizer's output goes into.
#[derive(Clone, Debug)]
struct Output {
    digest: Option<Digest>,
    /// Canonicalized octets so far.
    length: u64,
    /// Lengths at which a hash is wanted, ascending, from `next_cut` on still ahead.
    cuts: Vec<Cut>,
    next_cut: usize,
}

/// A length at which a hash is wanted.
#[derive(Clone, Debug)]
struct Cut {
    length: u64,
    /// The hash, once the body is so long.
    hash: Option<HashValue>,
    /// The first of what is behind it, at most [`SHOWN_BEHIND`] octets.
    behind: Vec<u8>,
}

impl BodyHasher {
    /// A hasher for these requests. Without any it still notes lines and line ends.
    pub(crate) fn new(
        line_endings: LineEndings,
        requests: impl IntoIterator<Item = BodyHashRequest>,
    ) -> Self {
        let mut passes: Vec<Pass> = Vec::with_capacity(1);
        for request in requests {
            let kind = (request.canonicalization, Some(request.algorithm));
            let at = passes
                .iter()
                .position(|pass| pass.kind == kind)
                .unwrap_or_else(|| {
                    passes.push(Pass::new(kind, line_endings));
                    passes.len() - 1
                });
            if let Some(length) = request.length {
                passes[at].output.add_cut(length);
            }
        }
        if passes.is_empty() {
            passes.push(Pass::new((Canonicalization::Simple, None), line_endings));
        }
        for pass in &mut passes {
            pass.output.reach_cuts(&[]);
        }
        Self { passes, octets: 0 }
    }

    /// Takes the next octets of the body.
    pub(crate) fn update(&mut self, octets: &[u8]) {
        self.octets += octets.len() as u64;
        for pass in &mut self.passes {
            pass.taken = 0;
        }
        let step = if self.passes.len() == 1 {
            octets.len()
        } else {
            STEP
        };
        let mut end = 0;
        while end < octets.len() {
            end = octets.len().min(end + step);
            for pass in &mut self.passes {
                pass.take(octets, end);
            }
        }
    }

    /// Ends the body.
    pub(crate) fn finish(self) -> BodyHashes {
        let mut line_ends = LineEndsSeen::default();
        let mut long_line = false;
        let mut passes = Vec::with_capacity(self.passes.len());
        for Pass {
            canonicalizer,
            kind,
            mut output,
            ..
        } in self.passes
        {
            long_line = canonicalizer.has_long_line();
            line_ends = canonicalizer.finish(|canonical| output.take(canonical));
            passes.push(FinishedPass {
                kind,
                whole: output.digest.map(Digest::finalize),
                length: output.length,
                cuts: output.cuts,
            });
        }
        BodyHashes {
            passes,
            octets: self.octets,
            line_ends,
            long_line,
        }
    }
}

impl Pass {
    fn new(kind: (Canonicalization, Option<HashAlgorithm>), line_endings: LineEndings) -> Self {
        Self {
            canonicalizer: BodyCanonicalizer::new(kind.0, line_endings),
            taken: 0,
            kind,
            output: Output {
                digest: kind.1.map(Digest::new),
                length: 0,
                cuts: Vec::new(),
                next_cut: 0,
            },
        }
    }

    /// Takes octets up to `end`, and perhaps some behind it.
    fn take(&mut self, octets: &[u8], end: usize) {
        let Self {
            canonicalizer,
            taken,
            output,
            ..
        } = self;
        if *taken < end {
            let rest = &octets[*taken..];
            *taken +=
                canonicalizer.push_part(rest, end - *taken, |canonical| output.take(canonical));
        }
    }
}

impl Output {
    fn add_cut(&mut self, length: u64) {
        if let Err(place) = self.cuts.binary_search_by_key(&length, |cut| cut.length) {
            let cut = Cut {
                length,
                hash: None,
                behind: Vec::new(),
            };
            self.cuts.insert(place, cut);
        }
    }

    fn take(&mut self, octets: &[u8]) {
        for cut in &mut self.cuts {
            cut.keep_behind(self.length, octets);
        }
        let rest = self.reach_cuts(octets);
        if let Some(digest) = &mut self.digest {
            digest.update(rest);
        }
        self.length += rest.len() as u64;
    }

    /// Hashes up to the last cut that `octets` reaches and sets the hash aside at each; what is
    /// left behind it.
    fn reach_cuts<'a>(&mut self, mut octets: &'a [u8]) -> &'a [u8] {
        while let Some(Cut { length, hash, .. }) = self.cuts.get_mut(self.next_cut) {
            let Ok(distance) = usize::try_from(*length - self.length) else {
                break;
            };
            if distance > octets.len() {
                break;
            }
            let (before, behind) = octets.split_at(distance);
            if let Some(digest) = &mut self.digest {
                digest.update(before);
                *hash = Some(digest.clone().finalize());
            }
            self.length = *length;
            self.next_cut += 1;
            octets = behind;
        }
        octets
    }
}

impl Cut {
    /// Keeps of octets at `start` what is behind the cut, while there is room.
    fn keep_behind(&mut self, start: u64, octets: &[u8]) {
        let room = SHOWN_BEHIND - self.behind.len();
        let before = usize::try_from(self.length.saturating_sub(start)).unwrap_or(usize::MAX);
        if let Some(octets) = octets.get(before..) {
            self.behind
                .extend_from_slice(&octets[..octets.len().min(room)]);
        }
    }
}

/// The hashes of one body, and what was noted on the way.
#[derive(Clone, Debug)]
pub(crate) struct BodyHashes {
    passes: Vec<FinishedPass>,
    octets: u64,
    line_ends: LineEndsSeen,
    long_line: bool,
}

#[derive(Clone, Debug)]
struct FinishedPass {
    kind: (Canonicalization, Option<HashAlgorithm>),
    whole: Option<HashValue>,
    length: u64,
    cuts: Vec<Cut>,
}

impl BodyHashes {
    /// The hash that was requested; `None` if the canonicalized body is shorter than the
    /// request's length.
    pub(crate) fn hash(&self, request: &BodyHashRequest) -> Option<HashValue> {
        let pass = self.pass(request)?;
        match request.length {
            None => pass.whole,
            Some(length) => {
                let at = pass
                    .cuts
                    .binary_search_by_key(&length, |cut| cut.length)
                    .ok()?;
                pass.cuts[at].hash
            }
        }
    }

    /// The beginning of what is behind the request's length in the canonicalized body.
    pub(crate) fn behind(&self, request: &BodyHashRequest) -> &[u8] {
        let cuts = self.pass(request).map_or(&[][..], |pass| &pass.cuts);
        let cut = cuts.iter().find(|cut| Some(cut.length) == request.length);
        cut.map_or(&[], |cut| &cut.behind)
    }

    /// The length of the whole canonicalized body, in octets; `None` for a canonicalization and
    /// hash that were not requested.
    pub(crate) fn canonical_length(&self, request: &BodyHashRequest) -> Option<u64> {
        self.pass(request).map(|pass| pass.length)
    }

    /// The length of the body as it came, in octets.
    pub(crate) fn octets(&self) -> u64 {
        self.octets
    }

    /// The line ends of the body.
    pub(crate) fn line_ends(&self) -> LineEndsSeen {
        self.line_ends
    }

    /// Whether a line of the body is longer than [`MAX_LINE`](crate::message::MAX_LINE).
    pub(crate) fn has_long_line(&self) -> bool {
        self.long_line
    }

    fn pass(&self, request: &BodyHashRequest) -> Option<&FinishedPass> {
        let kind = (request.canonicalization, Some(request.algorithm));
        self.passes.iter().find(|pass| pass.kind == kind)
    }
}

/// Passes on to `sink`, in pieces, the octets of the header that a signature signs: the canonical
/// form of the fields that `h=` selects, then that of the signature's own field with its `b=`
/// emptied (RFC 6376 §3.7). Their hash is [`Verdict::header_hash`].
///
/// `signature` was parsed from the field at `field_index` of the header. If it was not, for there
/// is no such field or it has no room for that `b=`, nothing is passed on.
///
/// [`Verdict::header_hash`]: crate::verdict::Verdict::header_hash
pub fn canonical_header(
    header: &Header,
    field_index: usize,
    signature: &Signature,
    sink: impl FnMut(&[u8]),
) {
    let Some(own) = SignatureField::in_header(header, field_index, signature) else {
        return;
    };
    let index = FieldIndex::new(header);
    let selected = index.select(signature.signed_headers(), own.index);
    each_header_piece(header, selected.flatten(), own, sink);
}

/// The hash of the header for a signature: the fields that `h=` selects, given by their places in
/// the header, then the signature's own field with its `b=` emptied (RFC 6376 §3.7, §5.4.2).
pub(crate) fn header_hash(
    header: &Header,
    selected: impl Iterator<Item = usize>,
    signature: SignatureField<'_>,
) -> HashValue {
    let mut digest = Digest::new(signature.algorithm);
    each_header_piece(header, selected, signature, |piece| {
        digest.update(piece);
    });
    digest.finalize()
}

/// A signature's own field, and how it wants the header hashed.
#[derive(Clone, Debug)]
pub(crate) struct SignatureField<'a> {
    /// The field.
    pub(crate) field: HeaderField<'a>,
    /// Its place in the header; `None` for a field that is not yet there.
    pub(crate) index: Option<usize>,
    /// The span of the value of `b=` in the field's value.
    pub(crate) emptied: std::ops::Range<usize>,
    /// The header's canonicalization algorithm.
    pub(crate) canonicalization: Canonicalization,
    /// The hash algorithm.
    pub(crate) algorithm: HashAlgorithm,
}

impl<'a> SignatureField<'a> {
    /// The field at `index` of the header, from which `signature` was parsed; `None` if it was
    /// not, as far as can be told.
    pub(crate) fn in_header(
        header: &'a Header,
        index: usize,
        signature: &Signature,
    ) -> Option<Self> {
        let field = header.field(index)?;
        field.value().get(signature.emptied.clone())?;
        Some(Self::new(field, Some(index), signature))
    }

    /// The field that `signature` was parsed from.
    pub(crate) fn new(field: HeaderField<'a>, index: Option<usize>, signature: &Signature) -> Self {
        Self {
            field,
            index,
            emptied: signature.emptied.clone(),
            canonicalization: signature.canonicalization.header,
            algorithm: signature.algorithm.hash(),
        }
    }
}

/// Passes on, piece by piece, the octets that [`header_hash`] hashes.
pub(crate) fn each_header_piece(
    header: &Header,
    selected: impl Iterator<Item = usize>,
    signature: SignatureField<'_>,
    mut sink: impl FnMut(&[u8]),
) {
    let SignatureField {
        field: own,
        emptied,
        canonicalization,
        ..
    } = signature;
    let mut piece = Vec::with_capacity(HEADER_ROOM);
    for field in selected.filter_map(|at| header.field(at)) {
        canonicalize_field(canonicalization, field, &mut piece);
        if piece.len() >= HEADER_PIECE {
            sink(&piece);
            piece.clear();
        }
    }
    canonicalize_signature_field(canonicalization, own, emptied, &mut piece);
    sink(&piece);
}

/// A running hash, of one of the algorithms of `a=`.
#[derive(Clone, Debug)]
pub(crate) enum Digest {
    /// SHA-1.
    Sha1(Sha1),
    /// SHA-256.
    Sha256(Sha256),
}

impl Digest {
    pub(crate) fn new(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Sha1 => Self::Sha1(Sha1::new()),
            HashAlgorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    pub(crate) fn update(&mut self, octets: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(octets),
            Self::Sha256(hash) => hash.update(octets),
        }
    }

    pub(crate) fn finalize(self) -> HashValue {
        match self {
            Self::Sha1(hash) => <[u8; 20]>::from(hash.finalize()).into(),
            Self::Sha256(hash) => <[u8; 32]>::from(hash.finalize()).into(),
        }
    }

    /// Whether the hash of what was taken so far is `expected`; it can be gone on with.
    #[cfg(feature = "explain")]
    pub(crate) fn is_now(&self, expected: &[u8]) -> bool {
        match self {
            Self::Sha1(hash) => hash.clone().finalize().as_slice() == expected,
            Self::Sha256(hash) => hash.clone().finalize().as_slice() == expected,
        }
    }
}

#[cfg(test)]
mod tests;
