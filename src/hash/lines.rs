//! The lines of a whole message: how they end, and whether one is over-long.

use super::BodyHashes;
use crate::canonicalization::body::LineEndsSeen;
use crate::message::{Header, LineEnd, LongLine};

impl BodyHashes {
    /// The line ends of a message: of its header, of the empty line below it, of this body.
    pub(crate) fn message_line_ends(&self, header: &Header) -> LineEndsSeen {
        let mut seen = self.line_ends();
        let octets = header.octets();
        let pairs = octets.iter().zip(octets.get(1..).unwrap_or_default());
        // A bit each, all in one pass: so many pairs are looked at at a time.
        let kinds = pairs.fold(0_u8, |kinds, (&octet, &next)| {
            let (carriage_return, line_feed) = (octet == b'\r', next == b'\n');
            kinds
                | u8::from(carriage_return && line_feed)
                | u8::from(!carriage_return && line_feed) << 1
                | u8::from(carriage_return && !line_feed) << 2
        });
        seen.crlf |= kinds & 1 != 0;
        seen.bare_line_feed |= kinds & 2 != 0;
        seen.bare_carriage_return |= kinds & 4 != 0;
        seen.bare_line_feed |= octets.first() == Some(&b'\n');
        seen.bare_carriage_return |= octets.last() == Some(&b'\r');
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
