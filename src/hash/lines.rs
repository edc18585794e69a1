//! The lines of a whole message: how they end, and whether one is over-long.

use super::BodyHashes;
use crate::canonicalization::body::LineEndsSeen;
use crate::message::{Header, LineEnd, LongLine};

impl BodyHashes {
    /// The line ends of a message: of its header, of the empty line below it, of this body.
    pub(crate) fn message_line_ends(&self, header: &Header) -> LineEndsSeen {
        let mut seen = self.line_ends();
        let octets = header.octets();
        seen.crlf |= has_pair(octets, |octet, next| octet == b'\r' && next == b'\n');
        seen.bare_line_feed |= has_pair(octets, |octet, next| octet != b'\r' && next == b'\n');
        seen.bare_carriage_return |=
            has_pair(octets, |octet, next| octet == b'\r' && next != b'\n');
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

/// Whether any octet and the one behind it are what is wanted.
fn has_pair(octets: &[u8], is_wanted: impl Fn(u8, u8) -> bool) -> bool {
    let pairs = octets.iter().zip(octets.get(1..).unwrap_or_default());
    // All of them are looked at, many at a time; stopping at the first would be one at a time.
    let any = pairs.fold(0, |any, (&octet, &next)| {
        any | u8::from(is_wanted(octet, next))
    });
    any != 0
}
