//! When a message was received, as it says itself.

use super::Header;
use crate::syntax::date::{outside_comments, unix_time};

/// The date of the newest Received field, which is the topmost (RFC 5321 §4.4), in Unix seconds;
/// `None` if there is no such field, or no date in it.
///
/// It is the time of judgement for a message that is judged later than it came (RFC 6376 §3.5,
/// `x=`). Rely on it only if a server of your own wrote the field: a sender may write one, too.
///
/// ```
/// use dkim_toolkit::message::{self, LineEndings, received_time};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mail = b"Received: from a.example by b.example; Sun, 10 Jun 2018 13:38:29 +0000\r\n\r\n";
/// let (header, _) = message::parse(mail, LineEndings::Lenient)?;
/// assert_eq!(received_time(&header), Some(1_528_637_909));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn received_time(header: &Header) -> Option<u64> {
    let field = header.fields_named("received").next()?;
    let value = field.value();
    let semicolons = outside_comments(value)
        .filter_map(|piece| Some(piece.start + memchr::memrchr(b';', &value[piece])?));
    unix_time(&String::from_utf8_lossy(&value[semicolons.last()? + 1..]))
}

/// The date of the first Date field, in Unix seconds; `None` if there is no such field, or no date
/// in it.
#[cfg(feature = "admin")]
pub(crate) fn written_time(header: &Header) -> Option<u64> {
    let field = header.fields_named("date").next()?;
    unix_time(&String::from_utf8_lossy(field.value()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};

    #[test]
    fn the_newest_field_counts() {
        let check = |message: &str, expected: Option<u64>| {
            let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            assert_eq!(received_time(&header), expected, "{message}");
        };
        let time = Some(1_000_000_000);
        let date = "Sun, 9 Sep 2001 01:46:40 +0000";
        check(&format!("Received: by x; {date}\r\n\r\n"), time);
        check(
            &format!("RECEIVED:\r\n by x;\r\n\t{date} (UTC)\r\n\r\n"),
            time,
        );
        check(
            &format!("Received: by x; {date}\r\nReceived: by y; 1 Jan 2000 00:00 +0000\r\n\r\n"),
            time,
        );
        // A semicolon in a comment begins no date.
        check(&format!("Received: by x; {date} (a; b)\r\n\r\n"), time);
        check(&format!("Received: by x (a; b); {date}\r\n\r\n"), time);
        check(&format!("Received: by x; (a; b) {date}\r\n\r\n"), time);
        // An older field does not count.
        check(
            &format!("Received: by x\r\nReceived: by y; {date}\r\n\r\n"),
            None,
        );
        check("Received: by x; yesterday\r\n\r\n", None);
        check(&format!("Date: {date}\r\n\r\n"), None);
    }
}
