//! Canonicalization of bodies, piece by piece and in constant memory (RFC 6376 §3.4.3, §3.4.4).
//!
//! Canonicalization drops octets (white space before white space or a line end, line ends at the
//! end of the body), turns TAB into SP, and completes line ends. Most stretches of most bodies
//! pass unchanged. So blocks of 64 octets are tested with vector comparisons whether anything in
//! them changes; if not, they are copied whole, and if so, the stretches between the changes are.
//! Octet by octet goes only what a block does not reach: the edges of the caller's pieces.
//!
//! Where nothing changes for a few hundred octets, they go on as they are. Elsewhere output is
//! staged in a few hundred octets and passed on from there. That beats both passing on
//! many short slices (every call to a hash function handles a partial block) and staging more
//! (the hash waits on latency, and close by there is work to fill its waits).

use wide::u8x16;

use crate::canonicalization::Canonicalization;
use crate::message::LineEndings;
use crate::tag_list::is_wsp;

/// How many octets are tested at once: one bit each of a mask.
const BLOCK: usize = 64;
/// Octets that must lie ahead for a block: itself and, so that stretches are copied in one size,
/// another from its last octet on.
const LOOKAHEAD: usize = 2 * BLOCK + 2;
/// The stage is emptied when it holds this much.
const FULL: usize = 512;
/// A block may double in the stage, each octet being a line end; a copy may write a block more.
const STAGE: usize = FULL + 4 * BLOCK;
/// A stretch without changes is passed on as it is from this length on.
const LONG_STRETCH: usize = 4 * BLOCK;
/// And up to this length at once, so that it is still in the nearest cache when it is hashed.
const MAX_STRETCH: usize = 4096;
/// Between two looks for such stretches, so much is taken block by block.
const SHORT_PART: usize = 1024 + LOOKAHEAD;
/// The most held-back line ends that are put back into the stage at once.
const FEW_LINE_ENDS: u64 = 16;

/// Canonicalizes one body.
#[derive(Clone, Debug)]
pub struct BodyCanonicalizer {
    relaxed: bool,
    lenient: bool,
    stage: [u8; STAGE],
    staged: usize,
    /// Line ends that follow the stage: they count only if something other follows them.
    line_ends: u64,
    /// White space that follows those; it counts only if something other than a line end follows.
    /// Never set for `simple`.
    white_space: bool,
    /// A CR that follows those; what it is depends on the next octet.
    carriage_return: bool,
    /// Whether anything was passed on yet.
    passed_on: bool,
    seen: LineEndsSeen,
}

/// Which line ends, and which octets that are almost line ends, a body has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineEndsSeen {
    /// CRLF.
    pub crlf: bool,
    /// LF without CR before it.
    pub bare_line_feed: bool,
    /// CR without LF behind it.
    pub bare_carriage_return: bool,
}

impl BodyCanonicalizer {
    /// A canonicalizer at the start of a body.
    #[must_use]
    pub fn new(algorithm: Canonicalization, line_endings: LineEndings) -> Self {
        Self {
            relaxed: algorithm == Canonicalization::Relaxed,
            lenient: line_endings == LineEndings::Lenient,
            stage: [0; STAGE],
            staged: 0,
            line_ends: 0,
            white_space: false,
            carriage_return: false,
            passed_on: false,
            seen: LineEndsSeen::default(),
        }
    }

    /// Takes the next octets of the body and passes canonicalized ones on to `sink`, in pieces of
    /// its own choice.
    pub fn push(&mut self, mut octets: &[u8], mut sink: impl FnMut(&[u8])) {
        while let [first, rest @ ..] = octets {
            if octets.len() >= LOOKAHEAD && self.is_clear(*first) {
                let taken = if self.relaxed {
                    self.push_clear::<true>(octets, &mut sink)
                } else {
                    self.push_clear::<false>(octets, &mut sink)
                };
                octets = &octets[taken..];
            } else {
                self.push_octet(*first, &mut sink);
                octets = rest;
            }
        }
    }

    /// Ends the body, passes the rest on to `sink` and tells what line ends there were.
    pub fn finish(mut self, mut sink: impl FnMut(&[u8])) -> LineEndsSeen {
        if self.carriage_return {
            self.put_carriage_return(&mut sink);
        }
        while self.stage[..self.staged].ends_with(b"\r\n") {
            self.staged -= 2;
        }
        if self.staged > 0 || self.passed_on || !self.relaxed {
            self.stage[self.staged..self.staged + 2].copy_from_slice(b"\r\n");
            sink(&self.stage[..self.staged + 2]);
        }
        self.seen
    }

    /// Whether a block may begin with `first`: nothing is held back that it could complete.
    fn is_clear(&self, first: u8) -> bool {
        !self.white_space
            && !self.carriage_return
            && self.line_ends <= FEW_LINE_ENDS
            && first != b'\n'
    }

    /// Takes a part of `octets`, at least one block; how many octets that were.
    fn push_clear<const RELAXED: bool>(
        &mut self,
        octets: &[u8],
        sink: &mut impl FnMut(&[u8]),
    ) -> usize {
        let stretch = unchanged_stretch::<RELAXED>(octets);
        if stretch < LONG_STRETCH {
            let part = &octets[..octets.len().min(SHORT_PART)];
            return self.push_blocks::<RELAXED>(part, sink);
        }
        // What was held back counts: the stretch does not end in a line end.
        self.put_line_ends(sink);
        self.pass_on_stage(self.staged, sink);
        sink(&octets[..stretch]);
        self.passed_on = true;
        self.seen.crlf |= memchr::memchr(b'\n', &octets[..stretch]).is_some();
        stretch
    }

    /// Takes as many blocks as there are, at least one; how many octets that were.
    fn push_blocks<const RELAXED: bool>(
        &mut self,
        octets: &[u8],
        sink: &mut impl FnMut(&[u8]),
    ) -> usize {
        self.put_line_ends(sink);
        let mut at = 0;
        // Whether the octet before the block is a CR; and whether its first is a bare LF.
        let mut after_cr = false;
        let mut begins_bare = false;
        let mut line_feeds = u8x16::ZERO;
        while let Some(window) = octets[at..].first_chunk::<LOOKAHEAD>() {
            let (unchanged, block_line_feeds) = is_unchanged::<RELAXED>(window);
            if unchanged && !begins_bare {
                line_feeds |= block_line_feeds;
                if let Some(room) = self.stage[self.staged..].first_chunk_mut::<BLOCK>() {
                    room.copy_from_slice(&window[..BLOCK]);
                }
                self.staged += BLOCK;
            } else {
                let masks = Masks::new(window, after_cr);
                self.put_changed::<RELAXED>(window, &masks);
                begins_bare = window[BLOCK] == b'\n' && window[BLOCK - 1] != b'\r';
            }
            after_cr = window[BLOCK - 1] == b'\r';
            at += BLOCK;
            if self.staged >= FULL {
                self.pass_on(after_cr, sink);
                if self.line_ends > 0 || self.carriage_return {
                    break;
                }
            }
        }
        self.seen.crlf |= line_feeds.any();
        // What a CR at the very end is, is for the next octet to say.
        if !self.carriage_return && after_cr {
            self.staged -= 1;
            self.carriage_return = true;
        }
        at
    }

    /// Puts a block of which some octets change into the stage.
    fn put_changed<const RELAXED: bool>(&mut self, window: &[u8; LOOKAHEAD], masks: &Masks) {
        self.seen.crlf |= masks.crlf != 0;
        self.seen.bare_line_feed |= masks.bare_line_feed != 0;
        self.seen.bare_carriage_return |= masks.bare_carriage_return != 0;
        let completed = if self.lenient {
            masks.bare_line_feed
        } else {
            0
        };
        let line_end = masks.crlf_next
            | if self.lenient {
                masks.line_feed_next
            } else {
                0
            };
        let dropped = if RELAXED {
            masks.white_space & (masks.white_space_next | line_end)
        } else {
            0
        };
        let replaced = if RELAXED { masks.tab & !dropped } else { 0 };
        let mut changes = dropped | replaced | completed;
        let mut from = 0;
        while changes != 0 {
            let change = changes.trailing_zeros() as usize;
            changes &= changes - 1;
            self.put_stretch(window, from, change);
            from = change + 1;
            let bit = 1 << change;
            if completed & bit != 0 {
                self.put(b"\r\n");
            } else if replaced & bit != 0 {
                self.put(b" ");
            }
        }
        self.put_stretch(window, from, BLOCK);
    }

    /// Puts octets `from..to` of a window into the stage: copies a block, keeps what is asked for.
    fn put_stretch(&mut self, window: &[u8; LOOKAHEAD], from: usize, to: usize) {
        let source = window[from..].first_chunk::<BLOCK>();
        let room = self.stage[self.staged..].first_chunk_mut::<BLOCK>();
        if let (Some(source), Some(room)) = (source, room) {
            *room = *source;
        }
        self.staged += to - from;
    }

    fn put(&mut self, octets: &[u8]) {
        self.stage[self.staged..self.staged + octets.len()].copy_from_slice(octets);
        self.staged += octets.len();
    }

    fn push_octet(&mut self, octet: u8, sink: &mut impl FnMut(&[u8])) {
        if self.carriage_return {
            if octet == b'\n' {
                self.seen.crlf = true;
                self.carriage_return = false;
                self.end_line();
                return;
            }
            self.put_carriage_return(sink);
        }
        match octet {
            b'\r' => self.carriage_return = true,
            b'\n' => {
                self.seen.bare_line_feed = true;
                if self.lenient {
                    self.end_line();
                } else {
                    self.put_octet(octet, sink);
                }
            }
            _ if self.relaxed && is_wsp(octet) => self.white_space = true,
            _ => self.put_octet(octet, sink),
        }
    }

    fn end_line(&mut self) {
        self.white_space = false;
        self.line_ends += 1;
    }

    fn put_carriage_return(&mut self, sink: &mut impl FnMut(&[u8])) {
        self.carriage_return = false;
        self.seen.bare_carriage_return = true;
        self.put_octet(b'\r', sink);
    }

    /// Puts an octet that is neither white space nor part of a line end into the stage, behind
    /// all that was held back before it.
    fn put_octet(&mut self, octet: u8, sink: &mut impl FnMut(&[u8])) {
        self.put_line_ends(sink);
        if std::mem::take(&mut self.white_space) {
            self.put(b" ");
        }
        self.put(&[octet]);
        if self.staged >= FULL {
            // A CR that comes here is data: what followed it was seen.
            self.pass_on(false, sink);
        }
    }

    /// Puts the held-back line ends into the stage, or passes them on if they are many.
    fn put_line_ends(&mut self, sink: &mut impl FnMut(&[u8])) {
        if self.line_ends > FEW_LINE_ENDS {
            self.pass_on_stage(self.staged, sink);
            let mut line_ends = [b'\n'; FULL];
            line_ends
                .iter_mut()
                .step_by(2)
                .for_each(|octet| *octet = b'\r');
            while self.line_ends > 0 {
                let count = usize::try_from(self.line_ends)
                    .unwrap_or(usize::MAX)
                    .min(FULL / 2);
                sink(&line_ends[..2 * count]);
                self.passed_on = true;
                self.line_ends -= count as u64;
            }
        }
        while self.line_ends > 0 {
            self.put(b"\r\n");
            self.line_ends -= 1;
        }
    }

    /// Empties the stage but for the line ends at its end, which may be the body's last, and for
    /// what does not fill a block of the hash. `cut_line_end` says whether the stage ends in a CR
    /// of which it is not yet known what follows.
    fn pass_on(&mut self, cut_line_end: bool, sink: &mut impl FnMut(&[u8])) {
        let mut content = self.staged - usize::from(cut_line_end);
        while self.stage[..content].ends_with(b"\r\n") {
            content -= 2;
        }
        let whole = content - content % BLOCK;
        if self.staged - whole <= FULL / 2 {
            self.pass_on_stage(whole, sink);
            return;
        }
        // Line ends fill the stage: they are counted instead.
        let line_ends = (self.staged - content) / 2;
        self.carriage_return = cut_line_end;
        self.staged = content;
        self.pass_on_stage(content, sink);
        self.line_ends += line_ends as u64;
    }

    fn pass_on_stage(&mut self, length: usize, sink: &mut impl FnMut(&[u8])) {
        if length > 0 {
            sink(&self.stage[..length]);
            self.passed_on = true;
            self.stage.copy_within(length..self.staged, 0);
            self.staged -= length;
        }
    }
}

/// The length of the stretch at the start of `octets` in which nothing changes: whole blocks, up
/// to [`MAX_STRETCH`], without the line ends at its end.
fn unchanged_stretch<const RELAXED: bool>(octets: &[u8]) -> usize {
    let mut length = 0;
    while length < MAX_STRETCH
        && let Some(window) = octets[length..].first_chunk::<LOOKAHEAD>()
        && is_unchanged::<RELAXED>(window).0
    {
        length += BLOCK;
    }
    let stretch = &octets[..length];
    let mut stretch = stretch.strip_suffix(b"\r").unwrap_or(stretch);
    while let Some(shorter) = stretch.strip_suffix(b"\r\n") {
        stretch = shorter;
    }
    stretch.len()
}

/// Whether no octet of the block at the start of `window` changes, as far as a quick look tells:
/// sometimes none does though it says otherwise. Beside it, where a line feed follows an octet of
/// the block.
#[inline]
fn is_unchanged<const RELAXED: bool>(window: &[u8; LOOKAHEAD]) -> (bool, u8x16) {
    let space = u8x16::splat(b' ');
    let tab = u8x16::splat(b'\t');
    let carriage_return = u8x16::splat(b'\r');
    let line_feed = u8x16::splat(b'\n');
    let mut changed = u8x16::ZERO;
    let mut line_feeds = u8x16::ZERO;
    for part in 0..BLOCK / 16 {
        let here = vector(window, 16 * part);
        let next = vector(window, 16 * part + 1);
        let before_line_feed = next.simd_eq(line_feed);
        // A CR without LF behind it, or an LF without CR before it.
        changed |= here.simd_eq(carriage_return) ^ before_line_feed;
        if RELAXED {
            let before_white_space = next.min(space).simd_eq(next);
            changed |= here.simd_eq(space) & before_white_space;
            changed |= here.simd_eq(tab);
        }
        line_feeds |= before_line_feed;
    }
    (!changed.any(), line_feeds)
}

#[inline]
fn vector(window: &[u8; LOOKAHEAD], at: usize) -> u8x16 {
    let mut lanes = [0; 16];
    lanes.copy_from_slice(&window[at..at + 16]);
    u8x16::new(lanes)
}

/// What the octets of a block are, a bit each, the first octet's the lowest.
struct Masks {
    white_space: u64,
    tab: u64,
    /// Octets that white space follows.
    white_space_next: u64,
    /// Octets that an LF follows.
    line_feed_next: u64,
    /// The CR of each CRLF.
    crlf: u64,
    /// Octets that a CRLF follows.
    crlf_next: u64,
    bare_line_feed: u64,
    bare_carriage_return: u64,
}

impl Masks {
    fn new(window: &[u8; LOOKAHEAD], after_cr: bool) -> Self {
        let last = |condition: bool| u64::from(condition) << (BLOCK - 1);
        let tab = mask(window, b'\t');
        let white_space = mask(window, b' ') | tab;
        let carriage_return = mask(window, b'\r');
        let line_feed = mask(window, b'\n');
        let line_feed_next = line_feed >> 1 | last(window[BLOCK] == b'\n');
        let crlf = carriage_return & line_feed_next;
        Self {
            white_space,
            tab,
            white_space_next: white_space >> 1 | last(is_wsp(window[BLOCK])),
            line_feed_next,
            crlf,
            crlf_next: crlf >> 1 | last(window[BLOCK] == b'\r' && window[BLOCK + 1] == b'\n'),
            bare_line_feed: line_feed & !(carriage_return << 1 | u64::from(after_cr)),
            bare_carriage_return: carriage_return & !line_feed_next,
        }
    }
}

#[inline]
fn mask(window: &[u8; LOOKAHEAD], octet: u8) -> u64 {
    let wanted = u8x16::splat(octet);
    (0..BLOCK / 16).fold(0, |mask, part| {
        let bits = vector(window, 16 * part).simd_eq(wanted).to_bitmask();
        mask | u64::from(bits) << (16 * part)
    })
}
