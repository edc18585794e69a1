//! Lines that were quoted so that they do not look like separators (mboxrd).
//!
//! RFC 4155 Appendix A leaves open how a line of a message that begins with `From ` is told from
//! a separator. Most writers put `>` before it; those of the form mboxrd also before a line that
//! begins with any number of `>` and then `From `, so that the quoting can be undone.

use memchr::memmem::Finder;

/// What follows each `>` of a quoted line.
const FROM: &[u8] = b"From ";
/// Text for `>` characters that were counted and not kept.
const QUOTES: [u8; 4096] = [b'>'; 4096];

/// A body without the `>` that writers of mboxes put before lines that begin with `From `, or with
/// `>` and `From `.
#[must_use]
pub fn unquote(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    let mut keep = |run: Run<'_>| {
        if let Run::Text(text) = run {
            plain.extend_from_slice(text);
        }
    };
    let mut quotes = Unquoter::default();
    quotes.push(body, &mut keep);
    quotes.finish(&mut keep);
    plain
}

/// A part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// Bytes of the message, quoted or not.
    Text(&'a [u8]),
    /// One `>` that quoting added.
    Quote,
}

/// Finds the `>` that quoting put before the lines of a body that begin with any number of `>`
/// and then `From `.
///
/// Push the body in pieces, then call [`Unquoter::finish`]. Pieces of any size give the same
/// bytes. Bytes that are not certain yet are counted, not kept.
#[derive(Clone, Debug)]
pub(super) struct Unquoter {
    held: Option<Held>,
    quoted: Finder<'static>,
}

/// The start of a line that may turn out to be quoted. Nothing of it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    /// How many `>` it begins with.
    quotes: u64,
    /// How many bytes of [`FROM`] follow; none without a `>`.
    matched: usize,
}

impl Default for Unquoter {
    fn default() -> Self {
        Self {
            held: Some(Held::default()),
            quoted: Finder::new(b">From "),
        }
    }
}

impl Unquoter {
    /// Gives the bytes of a piece to `each`, in order and in long runs. Bytes that are not clear
    /// yet come with a later piece.
    pub(super) fn push(&mut self, piece: &[u8], mut each: impl FnMut(Run<'_>)) {
        let text = self.resume(piece, &mut each);
        if text.is_empty() {
            return;
        }
        // What is held now is the start of a line, or nothing.
        let line_start = self.held.take().is_some();
        let (end, held) = held_at_end(text, line_start);
        self.held = held;
        let text = &text[..end];
        let mut given = 0;
        for found in self.quoted.find_iter(text) {
            let start = start_of_quotes(&text[..found]);
            if is_line_start(&text[..start], line_start) {
                give(&text[given..start], &mut each);
                each(Run::Quote);
                given = start + 1;
            }
        }
        give(&text[given..], &mut each);
    }

    /// Ends the body, and gives what was held back.
    pub(super) fn finish(&mut self, mut each: impl FnMut(Run<'_>)) {
        if let Some(held) = self.held.replace(Held::default()) {
            held.give(&mut each);
        }
    }

    /// Continues a line whose start is held, until it is clear what it is. Returns the rest of the
    /// piece.
    fn resume<'a>(&mut self, piece: &'a [u8], each: &mut impl FnMut(Run<'_>)) -> &'a [u8] {
        let mut rest = piece;
        let Some(held) = &mut self.held else {
            return rest;
        };
        if held.quotes == 0 {
            return rest;
        }
        if held.matched == 0 {
            let quotes = rest.iter().take_while(|&&byte| byte == b'>').count();
            held.quotes += quotes as u64;
            rest = &rest[quotes..];
        }
        while let Some((byte, behind)) = rest.split_first() {
            if *byte != FROM[held.matched] {
                held.give(each);
                self.held = None;
                break;
            }
            held.matched += 1;
            rest = behind;
            if held.matched == FROM.len() {
                each(Run::Quote);
                held.quotes -= 1;
                held.give(each);
                self.held = None;
                break;
            }
        }
        rest
    }
}

impl Held {
    fn give(self, each: &mut impl FnMut(Run<'_>)) {
        let mut quotes = self.quotes;
        while quotes > 0 {
            let length = usize::try_from(quotes).map_or(QUOTES.len(), |n| n.min(QUOTES.len()));
            give(&QUOTES[..length], each);
            quotes -= length as u64;
        }
        give(&FROM[..self.matched], each);
    }
}

fn give(text: &[u8], each: &mut impl FnMut(Run<'_>)) {
    if !text.is_empty() {
        each(Run::Text(text));
    }
}

/// Where the end of a text begins that is held back because it may be the start of a quoted line,
/// and what it is.
fn held_at_end(text: &[u8], line_start: bool) -> (usize, Option<Held>) {
    let matched = (1..FROM.len())
        .find(|&length| text.ends_with(&FROM[..length]))
        .unwrap_or(0);
    let quotes_end = text.len() - matched;
    let start = start_of_quotes(&text[..quotes_end]);
    let quotes = (quotes_end - start) as u64;
    if is_line_start(&text[..start], line_start) && (quotes > 0 || matched == 0) {
        (start, Some(Held { quotes, matched }))
    } else {
        (text.len(), None)
    }
}

/// Where the `>` characters at the end of a text begin.
fn start_of_quotes(text: &[u8]) -> usize {
    let quotes = text.iter().rev().take_while(|&&byte| byte == b'>');
    text.len() - quotes.count()
}

/// Whether a line begins behind a text. `line_start`: whether the text begins with a line.
fn is_line_start(before: &[u8], line_start: bool) -> bool {
    before.last().map_or(line_start, |&byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes, and `None` for a `>` that quoting added.
    type Bytes = Vec<Option<u8>>;

    fn oracle(body: &[u8]) -> Bytes {
        let mut bytes = Bytes::new();
        for line in body.split_inclusive(|&byte| byte == b'\n') {
            let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
            let is_quoted = quotes > 0 && line[quotes..].starts_with(b"From ");
            bytes.extend(is_quoted.then_some(None));
            bytes.extend(line[usize::from(is_quoted)..].iter().copied().map(Some));
        }
        bytes
    }

    /// What comes of a body in pieces, and in how many runs.
    fn in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Bytes, usize) {
        let mut bytes = Bytes::new();
        let mut runs = 0;
        let mut each = |run: Run<'_>| {
            runs += 1;
            match run {
                Run::Quote => bytes.push(None),
                Run::Text(text) => {
                    assert!(!text.is_empty());
                    bytes.extend(text.iter().copied().map(Some));
                }
            }
        };
        let mut unquoter = Unquoter::default();
        for piece in pieces {
            unquoter.push(piece, &mut each);
        }
        unquoter.finish(&mut each);
        unquoter.finish(&mut each);
        (bytes, runs)
    }

    /// `_` stands for a `>` that quoting added.
    fn check(body: &str, expected: &str) {
        let expected: Bytes = expected
            .bytes()
            .map(|byte| (byte != b'_').then_some(byte))
            .collect();
        assert_eq!(oracle(body.as_bytes()), expected, "{body:?}");
        let unquoted: Vec<u8> = expected.iter().copied().flatten().collect();
        assert_eq!(unquote(body.as_bytes()), unquoted, "{body:?}");
        for size in 1..=body.len().max(1) {
            let (bytes, _) = in_pieces(body.as_bytes().chunks(size));
            assert_eq!(bytes, expected, "{body:?} by {size}");
        }
        for cut in 0..=body.len() {
            let (start, end) = body.as_bytes().split_at(cut);
            let (bytes, _) = in_pieces([start, b"", end].into_iter());
            assert_eq!(bytes, expected, "{body:?} at {cut}");
        }
    }

    #[test]
    fn quoted_lines() {
        check("", "");
        check("From x", "From x");
        check(">From x", "_From x");
        check(">>>>From x\n", "_>>>From x\n");
        check("a\n>From \n>>From\n>>From ", "a\n_From \n>>From\n_>From ");
        check("\r\n>From \r\n>from \r\n", "\r\n_From \r\n>from \r\n");
        check("a>From \n >From \n", "a>From \n >From \n");
        check(">From >From \n>From ", "_From >From \n_From ");
        check("\n>Fr>From \n>>F\n>From ", "\n>Fr>From \n>>F\n_From ");
        check("F>From From >From ", "F>From From >From ");
        check("\n\n>\n>>\n>From", "\n\n>\n>>\n>From");
        check(">From\t\n>Frm\n>From: ", ">From\t\n>Frm\n>From: ");
        check("\r>From ", "\r>From ");
    }

    #[test]
    fn quotes_without_end_are_counted() {
        let quotes = [b'>'; 10_000];
        for (end, expected) in [(&b"From x"[..], None), (&b"Fro\nx"[..], Some(b'>'))] {
            let pieces = || std::iter::repeat_n(&quotes[..], 100).chain([end]);
            let (bytes, runs) = in_pieces(pieces());
            assert_eq!(bytes.len(), 1_000_000 + end.len());
            assert_eq!(bytes[0], expected);
            assert_eq!(
                bytes[1..],
                oracle(&pieces().collect::<Vec<_>>().concat())[1..]
            );
            assert!(runs < 300, "{runs} runs");
        }
    }

    #[test]
    fn runs_are_long() {
        let body = format!(
            "{}>From x\n{}",
            "a\n>b\n".repeat(9000),
            ">From ".repeat(3).repeat(9)
        );
        let (bytes, runs) = in_pieces([body.as_bytes()].into_iter());
        assert_eq!(bytes, oracle(body.as_bytes()));
        assert_eq!(runs, 5);
    }

    proptest! {
        #[test]
        fn it_is_as_if_read_line_by_line(
            parts in prop::collection::vec((prop::sample::select(vec![
                "\n", "\n", "\r\n", ">", ">", ">>>", "From ", "From ", ">From ", "\n>From ", "F", "Fr",
                "From", "om ", " ", "x",
            ]), any::<bool>()), 0..40),
        ) {
            let body: String = parts.iter().map(|(part, _)| *part).collect();
            let mut pieces = vec![Vec::new()];
            for (part, cut) in &parts {
                pieces.last_mut().unwrap().extend_from_slice(part.as_bytes());
                if *cut {
                    pieces.push(Vec::new());
                }
            }
            let (bytes, _) = in_pieces(pieces.iter().map(Vec::as_slice));
            prop_assert_eq!(&bytes, &oracle(body.as_bytes()));
            let (bytes, _) = in_pieces([body.as_bytes()].into_iter());
            prop_assert_eq!(bytes, oracle(body.as_bytes()));
        }
    }
}
