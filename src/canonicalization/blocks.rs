//! What changes in blocks of octets, found with vector comparisons (RFC 6376 §3.4.2, §3.4.4).
//!
//! Which vectors there are, and how long they are, is up to the machine and found out when the
//! program runs. What is compiled for several machines must be inlined throughout: the functions
//! here are, into those that dispatch.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined is compiled for the least of machines"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, mask8x64, u8x64};

use crate::syntax::folding::is_wsp;

/// How many octets make a mask, one bit each. Hash functions take blocks of the same size.
pub(super) const BLOCK: usize = 64;
/// Octets that must lie ahead for a block: itself and, so that stretches are copied in one size,
/// another from its last octet on.
pub(super) const LOOKAHEAD: usize = 2 * BLOCK + 2;
/// How many octets are tested at once whether anything changes.
pub(super) const GROUP: usize = 8 * BLOCK;
/// The room that a block may need: twice its size, each octet being a line end; and a copy may
/// write a block more.
pub(super) const ROOM: usize = 3 * BLOCK;

/// The vectors for what is looked at with few comparisons and then hashed: none of 512 bits. Those
/// take less time by themselves, but need the units of the processor that the hash needs. They win
/// only where there are more comparisons, as `relaxed` has them.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(super) fn beside_a_hash(level: Level) -> Level {
    level.as_avx2().map_or(level, Level::Avx2)
}

/// On other architectures all vectors are alike.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
pub(super) const fn beside_a_hash(level: Level) -> Level {
    level
}

/// A group in which nothing changes.
pub(super) struct Unchanged {
    /// How many octets stand behind the last line feed, if that is near the end and no more than
    /// [`GROUP`] octets follow each other without one.
    pub(super) open: Option<usize>,
}

impl Unchanged {
    /// Looks whether no octet but the last changes; sometimes says that one does where none does.
    /// A line feed at the start counts as one behind a CR.
    #[inline(always)]
    pub(super) fn find<S: Simd, const RELAXED: bool>(
        simd: S,
        octets: &[u8; GROUP + 1],
    ) -> Option<Self> {
        let splat = |octet| u8x64::splat(simd, octet);
        let none = mask8x64::splat(simd, false);
        let mut changed = none;
        let mut lowest = splat(b' ');
        let mut line_feeds = [none; GROUP / BLOCK];
        for (block, line_feed) in line_feeds.iter_mut().enumerate() {
            let at = block * BLOCK;
            let here = u8x64::from_slice(simd, &octets[at..at + BLOCK]);
            let next = u8x64::from_slice(simd, &octets[at + 1..at + 1 + BLOCK]);
            *line_feed = next.simd_eq(splat(b'\n'));
            // A CR without LF behind it, or an LF without CR before it.
            changed |= here.simd_eq(splat(b'\r')) ^ *line_feed;
            if RELAXED {
                changed |= here.simd_eq(splat(b' ')) & next.simd_le(splat(b' '));
                lowest = lowest.min(here);
            }
        }
        // TAB, or one of the control characters that stand even lower, which text does not have.
        changed |= lowest.simd_le(splat(b'\t'));
        if changed.any_true() {
            return None;
        }
        let (first, second) = line_feeds.split_at(GROUP / BLOCK / 2);
        let any = |masks: &[mask8x64<S>]| masks.iter().fold(none, |any, &mask| any | mask);
        // The bits of these are the octets one further on, the last no longer of the group.
        let last = [GROUP / BLOCK - 2, GROUP / BLOCK - 1]
            .map(|block| u128::from(line_feeds[block].to_bitmask()));
        let last = (last[1] << BLOCK | last[0]) << 1;
        let close = any(first).any_true() && any(second).any_true() && last != 0;
        Some(Self {
            open: close.then_some(last.leading_zeros() as usize),
        })
    }
}

/// What the octets of a block are, a bit for each, the lowest for the first.
pub(super) struct Masks {
    /// Octets that are dropped if a bare LF is a line end.
    dropped_lenient: u64,
    /// Octets that are dropped if it is not.
    dropped_strict: u64,
    /// Whether there is a TAB that is to be SP.
    pub(super) has_tab: bool,
    /// The CR of each CRLF.
    pub(super) crlf: u64,
    pub(super) line_feed: u64,
    pub(super) bare_line_feed: u64,
    pub(super) bare_carriage_return: u64,
}

impl Masks {
    /// The masks of the block at the start of `window`. `after_cr` says whether the octet before
    /// it is a CR.
    #[inline(always)]
    pub(super) fn new<S: Simd, const RELAXED: bool>(
        simd: S,
        window: &[u8; LOOKAHEAD],
        after_cr: bool,
    ) -> Self {
        let block = u8x64::from_slice(simd, &window[..BLOCK]);
        let of = |octet| block.simd_eq(u8x64::splat(simd, octet));
        let last = |condition: bool| u64::from(condition) << (BLOCK - 1);
        let carriage_return = of(b'\r').to_bitmask();
        let line_feed = of(b'\n').to_bitmask();
        let line_feed_next = line_feed >> 1 | last(window[BLOCK] == b'\n');
        let crlf = carriage_return & line_feed_next;
        let mut masks = Self {
            dropped_lenient: 0,
            dropped_strict: 0,
            has_tab: false,
            crlf,
            line_feed,
            bare_line_feed: line_feed & !(carriage_return << 1 | u64::from(after_cr)),
            bare_carriage_return: carriage_return & !line_feed_next,
        };
        if RELAXED {
            let tab = of(b'\t');
            let white_space = (tab | of(b' ')).to_bitmask();
            let next = white_space >> 1
                | crlf >> 1
                | last(
                    is_wsp(window[BLOCK]) || window[BLOCK] == b'\r' && window[BLOCK + 1] == b'\n',
                );
            masks.has_tab = tab.any_true();
            masks.dropped_strict = white_space & next;
            masks.dropped_lenient = white_space & (next | line_feed_next);
        }
        masks
    }

    /// What is to be changed.
    #[inline(always)]
    pub(super) fn changes(&self, lenient: bool) -> Changes {
        if lenient {
            Changes {
                dropped: self.dropped_lenient,
                completed: self.bare_line_feed,
            }
        } else {
            Changes {
                dropped: self.dropped_strict,
                completed: 0,
            }
        }
    }
}

impl Masks {
    /// What is to be changed where lines are unfolded, in a block of which `length` octets count.
    #[inline(always)]
    pub(super) fn unfolding(&self, lenient: bool, length: usize) -> Changes {
        let (white_space, line_feed) = if lenient {
            (self.dropped_lenient, self.line_feed)
        } else {
            (self.dropped_strict, self.line_feed & !self.bare_line_feed)
        };
        let behind = if length < BLOCK {
            u64::MAX << length
        } else {
            0
        };
        Changes {
            dropped: white_space | self.crlf | line_feed | behind,
            completed: 0,
        }
    }
}

/// What changes in a block, a bit for each octet, the lowest for the first.
#[derive(Clone, Copy)]
pub(super) struct Changes {
    /// Octets that are dropped.
    dropped: u64,
    /// Line feeds that a CR is put before.
    completed: u64,
}

impl Changes {
    pub(super) const fn any(self) -> bool {
        self.dropped | self.completed != 0
    }

    /// Copies the block at the start of `window` with these changes; how many octets that makes.
    #[inline(always)]
    pub(super) fn make<S: Simd>(
        self,
        simd: S,
        window: &[u8; LOOKAHEAD],
        room: &mut [u8; ROOM],
    ) -> usize {
        if moves_selected_bytes(simd.level())
            && self.completed & self.completed.wrapping_sub(1) == 0
        {
            return self.make_at_once(simd, window, room);
        }
        let mut copying = Copying {
            rest: self,
            from: 0,
            made: 0,
        };
        // Most blocks have one change or none. Asking which would cost more than this.
        copying.step(window, room);
        copying.step(window, room);
        while copying.from < u64::BITS {
            copying.step(window, room);
        }
        copying.made
    }

    /// The same where no more than one line feed is completed, and where machines have
    /// instructions for it.
    #[inline(always)]
    fn make_at_once<S: Simd>(
        self,
        simd: S,
        window: &[u8; LOOKAHEAD],
        room: &mut [u8; ROOM],
    ) -> usize {
        let kept = !self.dropped;
        let block =
            u8x64::from_slice(simd, &window[..BLOCK]).compress(mask8x64::from_bitmask(simd, kept));
        let made = kept.count_ones() as usize;
        if self.completed == 0 {
            block.store_slice(&mut room[..BLOCK]);
            return made;
        }
        let line_feed = (kept & (self.completed - 1)).count_ones();
        block
            .expand_merge(
                mask8x64::from_bitmask(simd, !(1 << (line_feed % u64::BITS))),
                u8x64::splat(simd, b'\r'),
            )
            .store_slice(&mut room[..BLOCK]);
        // Where nothing is dropped, the CR leaves no room for the last.
        room[BLOCK] = window[BLOCK - 1];
        made + 1
    }
}

/// Whether the machine has instructions that move the selected bytes of a block together.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
const fn moves_selected_bytes(level: Level) -> bool {
    matches!(level, Level::Avx512(_))
}

/// No other architecture has them.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
#[inline(always)]
const fn moves_selected_bytes(_: Level) -> bool {
    false
}

/// A block of which the octets before `from` were copied.
struct Copying {
    /// What changes behind `from`.
    rest: Changes,
    from: u32,
    made: usize,
}

impl Copying {
    /// Copies the octets up to the next change, and makes it. Copies as much as a block has, keeps
    /// what it should.
    #[inline(always)]
    fn step(&mut self, window: &[u8; LOOKAHEAD], room: &mut [u8; ROOM]) {
        let changes = self.rest.dropped | self.rest.completed;
        // A bit for each octet: BLOCK is no more than u64 has.
        let left = u64::BITS - self.from;
        let count = changes.trailing_zeros().min(left);
        let length = count as usize;
        // Both are what they were. This way the compiler knows that there is room.
        let (from, made) = ((self.from as usize).min(BLOCK), self.made % (2 * BLOCK));
        room[made..made + BLOCK].copy_from_slice(&window[from..from + BLOCK]);
        room[made + length.min(BLOCK)] = b'\r';
        self.skip(count);
        // A line feed to be completed gets its CR and begins the next stretch.
        let completed = self.rest.completed & 1;
        self.rest.completed ^= completed;
        self.made += length + usize::from(completed != 0);
        self.skip(self.rest.dropped.trailing_ones());
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.from += count;
        let Changes { dropped, completed } = &mut self.rest;
        *dropped = dropped.unbounded_shr(count);
        *completed = completed.unbounded_shr(count);
    }
}

/// The window with spaces for tabs.
#[inline(always)]
pub(super) fn with_spaces_for_tabs(window: &[u8; LOOKAHEAD]) -> [u8; LOOKAHEAD] {
    window.map(|octet| if octet == b'\t' { b' ' } else { octet })
}
