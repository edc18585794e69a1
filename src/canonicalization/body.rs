//! Canonicalization of bodies, piece by piece and in constant memory (RFC 6376 §3.4.3, §3.4.4).
//!
//! Canonicalization drops octets (white space before white space or a line end, line ends at the
//! end of the body), turns TAB into SP, and completes line ends. Most octets of most bodies pass
//! unchanged. So groups of 512 octets are tested with vector comparisons whether anything in them
//! changes; if not, they go on as they are. Where something does, blocks of 64 octets are turned
//! into bit masks, and the stretches between the changes are copied to a stage. Octet by octet
//! goes only what a block does not reach: the edges of the caller's pieces.
//!
//! The hash waits on latency, and work close by fills its waits. So everything is passed on soon
//! after it was looked at, a few hundred octets at a time, and in whole blocks of the hash:
//! anything else makes a hash function keep a part of a block.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined is compiled for the least of machines"
)]

use fearless_simd::{Level, Simd, dispatch};

use crate::canonicalization::Canonicalization;
use crate::canonicalization::blocks::{
    BLOCK, GROUP, LOOKAHEAD, Masks, ROOM, Unchanged, beside_a_hash, with_spaces_for_tabs,
};
use crate::message::{LineEndings, LongLine};
use crate::syntax::folding::{is_fws, is_wsp};

/// The stage is emptied when it holds this much.
const FULL: usize = 4 * BLOCK;
const STAGE: usize = FULL + GROUP + ROOM;
/// After this many blocks without a change, groups are tested again.
const CALM: usize = 8;
/// While blocks change, memory is fetched so far ahead: a page, as processors by themselves do not
/// look beyond the end of one.
const AHEAD: usize = 4096;
/// What is taken as one block is not taken for a group.
const _: () = assert!(GROUP >= LOOKAHEAD);
/// The most held-back line ends that are put back into the stage at once.
const FEW_LINE_ENDS: u64 = 16;

/// Canonicalizes one body.
#[derive(Clone, Debug)]
pub struct BodyCanonicalizer {
    /// Which vectors the machine has.
    level: Level,
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
    /// The last octets that were passed on; `None` if there are none yet.
    last: Option<[u8; 2]>,
    /// How many octets of an open block of the hash were passed on.
    open: usize,
    seen: LineEndsSeen,
    long_line: LongLine,
}

/// Which line ends, and which octets that are almost line ends, a body has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
            level: Level::new(),
            relaxed: algorithm == Canonicalization::Relaxed,
            lenient: line_endings == LineEndings::Lenient,
            stage: [0; STAGE],
            staged: 0,
            line_ends: 0,
            white_space: false,
            carriage_return: false,
            last: None,
            open: 0,
            seen: LineEndsSeen::default(),
            long_line: LongLine::default(),
        }
    }

    /// Takes the next octets of the body and passes canonicalized ones on to `sink`, in pieces of
    /// its own choice.
    pub fn push(&mut self, octets: &[u8], sink: impl FnMut(&[u8])) {
        self.push_part(octets, octets.len(), sink);
    }

    /// Takes at least `enough` of the octets, which it sees all of: what follows them comes next.
    /// How many octets were taken.
    pub(crate) fn push_part(
        &mut self,
        octets: &[u8],
        enough: usize,
        mut sink: impl FnMut(&[u8]),
    ) -> usize {
        let mut at = 0;
        while at < enough {
            let rest = &octets[at..];
            if rest.len() < BLOCK + 2
                && let plain = &rest[..plain_octets(&rest[..enough - at])]
                && !plain.is_empty()
            {
                self.long_line.update_plain(plain.len());
                self.put_plain(plain, &mut sink);
                at += plain.len();
            } else if rest.len() < BLOCK + 2 || !self.is_clear(rest[0]) {
                self.long_line.update_octet(rest[0]);
                self.push_octet(rest[0], &mut sink);
                at += 1;
            } else if rest.len() < LOOKAHEAD {
                // One last block. Of what is not there nothing counts.
                let mut window = [0; LOOKAHEAD];
                window[..rest.len()].copy_from_slice(rest);
                at += self.push_blocks(&window, BLOCK, &mut sink);
            } else {
                at += self.push_blocks(rest, enough - at, &mut sink);
            }
        }
        at
    }

    /// Ends the body, passes the rest on to `sink` and tells what line ends there were.
    pub fn finish(mut self, mut sink: impl FnMut(&[u8])) -> LineEndsSeen {
        if self.carriage_return {
            self.put_carriage_return(&mut sink);
        }
        while self.stage[..self.staged].ends_with(b"\r\n") {
            self.staged -= 2;
        }
        let end = match self.stage[..self.staged] {
            [] => self.last,
            [only] => Some([self.last.map_or(0, |last| last[1]), only]),
            [.., before, last] => Some([before, last]),
        };
        let complete = end.map_or(self.relaxed, |end| end == *b"\r\n");
        if !complete {
            self.put(b"\r\n");
        }
        if self.staged > 0 {
            sink(&self.stage[..self.staged]);
        }
        self.seen
    }

    /// Whether a line is over-long as far as the body was taken.
    pub(crate) fn has_long_line(&self) -> bool {
        self.long_line.is_found()
    }

    /// Whether a block may begin with `first`: nothing is held back that it could complete.
    fn is_clear(&self, first: u8) -> bool {
        !self.white_space
            && !self.carriage_return
            && self.line_ends <= FEW_LINE_ENDS
            && first != b'\n'
    }

    /// Takes at least `enough` of the octets if it can, and one block in any case; how many octets
    /// that were.
    fn push_blocks(&mut self, octets: &[u8], enough: usize, sink: &mut impl FnMut(&[u8])) -> usize {
        if self.relaxed {
            self.push_blocks_of::<true>(octets, enough, sink)
        } else {
            self.push_blocks_of::<false>(octets, enough, sink)
        }
    }

    fn push_blocks_of<const RELAXED: bool>(
        &mut self,
        octets: &[u8],
        enough: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> usize {
        let level = self.level;
        let calm_level = if RELAXED { level } else { beside_a_hash(level) };
        self.put_line_ends(sink);
        let mut at = 0;
        loop {
            at += dispatch!(calm_level, simd => {
                self.push_unchanged::<_, RELAXED>(simd, octets, at, enough, sink)
            });
            let before = at;
            let room = dispatch!(level, simd => {
                self.push_changed::<_, RELAXED>(simd, octets, &mut at, enough, sink)
            });
            if !room || at >= enough || at == before {
                break;
            }
        }
        // What a CR at the very end is, is for the next octet to say. If it was passed on, that
        // octet was seen.
        if !self.carriage_return && at > 0 && octets[at - 1] == b'\r' {
            if self.staged == 0 {
                self.put(b"\n");
                self.long_line.update_octet(b'\n');
                at += 1;
            } else {
                self.staged -= 1;
                self.carriage_return = true;
            }
        }
        at
    }

    /// Takes groups behind `start` in which nothing changes; how many octets that were.
    #[inline(always)]
    fn push_unchanged<S: Simd, const RELAXED: bool>(
        &mut self,
        simd: S,
        octets: &[u8],
        start: usize,
        enough: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> usize {
        let mut at = start;
        let mut groups = 0;
        while at < enough
            && let Some(group) = octets[at..].first_chunk::<{ GROUP + 1 }>()
            && let Some(unchanged) = Unchanged::find::<_, RELAXED>(simd, group)
            && (group[0] != b'\n' || at > 0 && octets[at - 1] == b'\r')
            && !ends_in_empty_line(&group[..GROUP])
        {
            if !self.seen.crlf {
                self.seen.crlf = memchr::memchr(b'\n', group).is_some();
            }
            let whole = self.staged == 0 && self.open == 0;
            if !whole && groups == 1 {
                groups += 1;
                let filled = self.fill_block(group, sink);
                self.long_line.update(&group[..filled]);
                at += filled;
                continue;
            }
            match unchanged.open {
                Some(open) => self.long_line.update_known(&group[..GROUP], GROUP, open),
                None => self.long_line.update(&group[..GROUP]),
            }
            at += GROUP;
            if whole {
                sink(&group[..GROUP]);
                self.last = Some([group[GROUP - 2], group[GROUP - 1]]);
            } else {
                groups += 1;
                self.put_group(group, sink);
            }
        }
        at - start
    }

    /// Puts a group in which nothing changes into the stage.
    fn put_group(&mut self, group: &[u8; GROUP + 1], sink: &mut impl FnMut(&[u8])) {
        if let Some(room) = self.stage[self.staged..].first_chunk_mut::<GROUP>() {
            room.copy_from_slice(&group[..GROUP]);
        }
        self.staged += GROUP;
        self.pass_on(group[GROUP - 1] == b'\r', sink);
    }

    /// Puts so much of a group in which nothing changes into the stage that the stage is whole
    /// blocks of the hash, and passes it on: what follows need not be staged. How many octets that
    /// were.
    fn fill_block(&mut self, group: &[u8; GROUP + 1], sink: &mut impl FnMut(&[u8])) -> usize {
        let filling = BLOCK - (self.open + self.staged) % BLOCK;
        if let Some(room) = self.stage[self.staged..].first_chunk_mut::<BLOCK>() {
            room.copy_from_slice(&group[..BLOCK]);
        }
        if ends_in_empty_line(&self.stage[..self.staged + filling]) {
            self.put_group(group, sink);
            return GROUP;
        }
        self.staged += filling;
        self.pass_on_stage(self.staged, sink);
        filling
    }

    /// Takes blocks from `at` on until nothing changes for a while; whether there may be more.
    #[inline(always)]
    fn push_changed<S: Simd, const RELAXED: bool>(
        &mut self,
        simd: S,
        octets: &[u8],
        at: &mut usize,
        enough: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> bool {
        let mut calm = 0;
        let mut after_cr = *at > 0 && octets[*at - 1] == b'\r';
        while calm < CALM && *at < enough {
            let Some(window) = octets[*at..].first_chunk::<LOOKAHEAD>() else {
                return false;
            };
            calm = if self.put_block::<_, RELAXED>(simd, window, after_cr) {
                0
            } else {
                calm + 1
            };
            after_cr = window[BLOCK - 1] == b'\r';
            fetch(octets, *at + AHEAD);
            *at += BLOCK;
            if self.staged >= FULL {
                self.pass_on(after_cr, sink);
                if self.line_ends > 0 || self.carriage_return {
                    return false;
                }
            }
        }
        true
    }

    /// Puts the block at the start of `window` into the stage; whether any octet of it changed.
    /// `after_cr` says whether the octet before it is a CR.
    #[inline(always)]
    fn put_block<S: Simd, const RELAXED: bool>(
        &mut self,
        simd: S,
        window: &[u8; LOOKAHEAD],
        after_cr: bool,
    ) -> bool {
        let masks = Masks::new::<_, RELAXED>(simd, window, after_cr);
        self.seen.crlf |= masks.crlf != 0;
        self.seen.bare_line_feed |= masks.bare_line_feed != 0;
        self.seen.bare_carriage_return |= masks.bare_carriage_return != 0;
        if let Some(block) = window.first_chunk::<BLOCK>() {
            self.long_line.update_block(block, masks.line_feed);
        }
        let changes = masks.changes(self.lenient);
        let Some(room) = self.stage[self.staged..].first_chunk_mut::<ROOM>() else {
            return false;
        };
        self.staged += if masks.has_tab {
            changes.make(simd, &with_spaces_for_tabs(window), room)
        } else {
            changes.make(simd, window, room)
        };
        changes.any() || masks.has_tab
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

    /// Takes octets, not many more than a block, none of which is white space or part of a line end.
    fn put_plain(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        if self.carriage_return {
            self.put_carriage_return(sink);
        }
        self.put_behind(octets, sink);
    }

    fn put_octet(&mut self, octet: u8, sink: &mut impl FnMut(&[u8])) {
        self.put_behind(&[octet], sink);
    }

    /// Puts octets that are neither white space nor part of a line end into the stage, behind
    /// all that was held back before them.
    fn put_behind(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        self.put_line_ends(sink);
        if std::mem::take(&mut self.white_space) {
            self.put(b" ");
        }
        self.put(octets);
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
                self.last = Some(*b"\r\n");
                self.open = (self.open + 2 * count) % BLOCK;
                sink(&line_ends[..2 * count]);
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
        let whole = content.saturating_sub((self.open + content) % BLOCK);
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
            self.open = (self.open + length) % BLOCK;
            self.last = match self.stage[..length] {
                [only] => Some([self.last.map_or(0, |last| last[1]), only]),
                [.., before, last] => Some([before, last]),
                [] => self.last,
            };
            sink(&self.stage[..length]);
            self.stage.copy_within(length..self.staged, 0);
            self.staged -= length;
        }
    }
}

/// Has the processor fetch the octet at `at`, if there is one, and what shares its cache line.
#[inline(always)]
fn fetch(octets: &[u8], at: usize) {
    std::hint::black_box(octets.get(at).copied());
}

/// How many octets at the start are neither white space nor part of a line end.
fn plain_octets(octets: &[u8]) -> usize {
    let is_plain = |octet: &&u8| !is_fws(**octet);
    octets.iter().take_while(is_plain).count()
}

/// Whether octets in which no line end is cut but perhaps the last end in two line ends, of which
/// the second does not count if the body ends there. Sometimes it says so though they do not.
fn ends_in_empty_line(octets: &[u8]) -> bool {
    match octets {
        [.., third, second, first] => *first <= b'\r' && (*second == b'\n' || *third == b'\n'),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
