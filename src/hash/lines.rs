//! The lines of a whole message: how they end, and whether one is over-long.

use super::BodyHashes;
use crate::canonicalization::body::LineEndsSeen;
use crate::message::{Header, LineEnd, LongLine};

impl BodyHashes {
    /// The line ends of a message: of its header, of the empty line below it, of this body.
    pub(crate) fn message_line_ends(&self, header: &Header) -> LineEndsSeen {
        let mut seen = self.line_ends();
        let octets = header.octets();
        let count = |byte| memchr::memchr_iter(byte, octets).count();
        let (carriage_returns, line_feeds) = (count(b'\r'), count(b'\n'));
        // In a header that is not malformed no CR is without its LF.
        let crlf = if header.malformation().is_none() && header.foreign().is_none() {
            carriage_returns
        } else {
            memchr::memmem::find_iter(octets, b"\r\n").count()
        };
        seen.crlf |= crlf > 0;
        seen.bare_line_feed |= line_feeds > crlf;
        seen.bare_carriage_return |= carriage_returns > crlf;
        match header.first_line_end() {
            Some(LineEnd::Crlf) => seen.crlf = true,
            Some(LineEnd::Lf) => seen.bare_line_feed = true,
            None => {}
        }
        seen
    }

    /// Whether a line of a message with this body is longer than
    /// [`MAX_LINE`](crate::message::MAX_LINE).
    pub(crate) fn message_has_long_line(&self, header: &Header) -> bool {
        let mut long_line = LongLine::default();
        long_line.update(header.octets());
        long_line.is_found() || self.has_long_line()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::BodyHasher;
    use crate::message::{LineEndings, parse};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn line_ends_of_headers_are_counted(text in "(A: b|From x|>From y|[ \\r\\n]|\\r\\n){0,12}") {
            for line_endings in [LineEndings::Lenient, LineEndings::Strict] {
                let (header, _) = parse(text.as_bytes(), line_endings).unwrap();
                let header = header.mended();
                let octets = header.octets();
                let line_feeds: Vec<usize> = memchr::memchr_iter(b'\n', octets).collect();
                let is_crlf = |at: &&usize| octets[..**at].ends_with(b"\r");
                let crlf = line_feeds.iter().filter(is_crlf).count();
                let first = header.first_line_end();
                let expected = LineEndsSeen {
                    crlf: crlf > 0 || first == Some(LineEnd::Crlf),
                    bare_line_feed: crlf < line_feeds.len() || first == Some(LineEnd::Lf),
                    bare_carriage_return: crlf < memchr::memchr_iter(b'\r', octets).count(),
                };
                let body = BodyHasher::new(line_endings, []).finish();
                prop_assert_eq!(body.message_line_ends(&header), expected);
                let has_bare = memchr::memchr_iter(b'\r', header.octets())
                    .any(|at| octets.get(at + 1) != Some(&b'\n'));
                prop_assert!(!has_bare || header.malformation().is_some() || header.foreign().is_some());
            }
        }
    }
}
