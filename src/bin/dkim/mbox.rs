//! Many messages in one file: mbox (RFC 4155 Appendix A).
//!
//! # What separates messages
//!
//! The first line of the file always does. A later line does if it begins with `From ` and has
//! what RFC 4155 Appendix A asks of it: a time of day and a year of four digits. Whether an empty
//! line stands before it does not matter: some writers forget that line, and hardly a sentence
//! that begins with “From ” has both, so that text which nobody quoted splits no message.
//!
//! Some writers give no dates. Their first line tells: if it has none, every line that begins
//! with `From ` after an empty line separates, which is all that is left to go by.
//!
//! A line of more than [`MAX_SEPARATOR`] octets separates nothing, unless it is the first.
//!
//! # What belongs to a message
//!
//! Neither the separator line nor the empty line that the writer put below the message. Where no
//! empty line stands, nothing is taken away. A message that is but a header may lose the empty
//! line below its fields in this way (if the writer took it for his own); it is a whole message
//! without it (RFC 5322 §3.5), and its body is as empty as before.

mod unquote;

pub use unquote::{Run, Unquoter};

use std::io::{self, Read};

use memchr::memmem::Finder;

/// The longest line that separates messages, in octets without its line end.
const MAX_SEPARATOR: usize = 1000;
/// The fewest octets that are asked of the reader at once.
const READ: usize = 128 * 1024;
/// The octets from an empty line to the end of the `From ` of a separator line: to give what
/// stands before a place, so many octets behind it must be searched.
const OVERLAP: usize = "\r\n\nFrom ".len();

/// The messages of an mbox, one after the other, in constant memory.
///
/// Call [`Mbox::next_message`], then [`Mbox::piece`] until it gives nothing, and so on. After an
/// error there are no more messages.
#[derive(Debug)]
pub struct Mbox<R> {
    reader: R,
    /// What was read and not given yet stands at `start..end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the reader has no more.
    ended: bool,
    state: State,
    /// Whether the first separator line has a date, so that all have.
    dated: bool,
    line_from: Finder<'static>,
    sizes: Sizes,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At the first line of the file.
    First,
    /// In a message, of which octets were given or not yet.
    Message { begun: bool },
    /// Behind a message, at the separator line of the next.
    Separator,
    /// Behind the last message.
    End,
}

/// [`MAX_SEPARATOR`] and [`READ`], and smaller ones in tests.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    separator: usize,
    read: usize,
}

/// Where a piece of a message ends.
struct Cut {
    /// The octets of the piece.
    length: usize,
    /// These, and the octets behind them that are of no message.
    taken: usize,
    then: State,
}

impl<R: Read> Mbox<R> {
    /// Begins with octets that were already read from `reader`, the first of the file.
    pub fn new(start: Vec<u8>, reader: R) -> Self {
        let sizes = Sizes {
            separator: MAX_SEPARATOR,
            read: READ,
        };
        Self::with_sizes(start, reader, sizes)
    }

    fn with_sizes(start: Vec<u8>, reader: R, sizes: Sizes) -> Self {
        Self {
            reader,
            start: 0,
            end: start.len(),
            buffer: start,
            ended: false,
            state: State::First,
            dated: false,
            line_from: Finder::new(b"\nFrom "),
            sizes,
        }
    }

    /// Goes to the next message, past what is left of this one; false if there is none.
    pub fn next_message(&mut self) -> io::Result<bool> {
        while matches!(self.state, State::Message { .. }) {
            self.piece()?;
        }
        match self.state {
            State::End => return Ok(false),
            State::First => {
                self.fill(self.ahead())?;
                self.dated = has_date(self.line_at(0).unwrap_or_default());
            }
            State::Separator | State::Message { .. } => {}
        }
        self.skip_line()?;
        self.state = State::Message { begun: false };
        Ok(true)
    }

    /// The next octets of the message, as they stand in the file; none at its end.
    pub fn piece(&mut self) -> io::Result<&[u8]> {
        let State::Message { begun } = self.state else {
            return Ok(&[]);
        };
        self.fill(self.ahead() + 1)?;
        let cut = self.cut(begun);
        let piece = self.start..self.start + cut.length;
        self.start += cut.taken;
        self.state = cut.then;
        Ok(&self.buffer[piece])
    }

    /// Where the message, or what can be told of it, ends.
    fn cut(&self, begun: bool) -> Cut {
        let window = self.window();
        // Whether a separator line begins before `limit` or a little behind can be seen.
        let limit = if self.ended {
            window.len()
        } else {
            window.len() - self.ahead()
        };
        if !begun && self.is_separator(0, false) {
            return Cut {
                length: 0,
                taken: 0,
                then: State::Separator,
            };
        }
        let searched = window.len().min(limit + OVERLAP);
        for line_feed in self.line_from.find_iter(&window[..searched]) {
            let line = line_feed + 1;
            let end = before_empty_line(&window[..line], begun);
            if self.is_separator(line, end.is_some()) {
                return Cut {
                    length: end.unwrap_or(line),
                    taken: line,
                    then: State::Separator,
                };
            }
        }
        if self.ended {
            return Cut {
                length: before_empty_line(window, begun).unwrap_or(window.len()),
                taken: window.len(),
                then: State::End,
            };
        }
        Cut {
            length: limit,
            taken: limit,
            then: State::Message { begun: true },
        }
    }

    /// Whether a line of the window, which stands behind an empty one or not, separates messages.
    fn is_separator(&self, start: usize, after_empty: bool) -> bool {
        self.line_at(start).is_some_and(|line| {
            is_mbox(line)
                && if self.dated {
                    has_date(line)
                } else {
                    after_empty
                }
        })
    }

    /// A line of the window without its line end, unless it is too long for a separator.
    fn line_at(&self, start: usize) -> Option<&[u8]> {
        let line = &self.window()[start..];
        let line = &line[..line.len().min(self.sizes.separator + 2)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (line.len() <= self.sizes.separator).then_some(line)
    }

    /// Goes to the next line, however long this one is.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(line_feed) = memchr::memchr(b'\n', self.window()) {
                self.start += line_feed + 1;
                return Ok(());
            }
            self.start = self.end;
            if self.ended {
                return Ok(());
            }
            self.fill(1)?;
        }
    }

    /// How many octets must stand behind a place to tell what begins there.
    fn ahead(&self) -> usize {
        self.sizes.separator + OVERLAP
    }

    fn window(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads until so many octets are there, or all are.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while !self.ended && self.window().len() < wanted {
            self.make_room();
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(length) => self.end += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.start = self.end;
                    self.state = State::End;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Makes room for the next reading. The buffer is twice as large as need be, so that a reader
    /// which gives little at a time does not have the rest moved each time.
    fn make_room(&mut self) {
        if self.buffer.len() - self.end >= self.sizes.read {
            return;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let needed = self.end + self.sizes.read;
        if self.buffer.len() < needed {
            self.buffer.resize(needed.max(2 * self.sizes.read), 0);
        }
    }
}

/// Whether octets at the start of a file make it an mbox; five will do. They do not if they are
/// the field `From :` in its obsolete form (RFC 5322 §4.5).
pub fn is_mbox(start: &[u8]) -> bool {
    start.strip_prefix(b"From ").is_some_and(|rest| {
        let mut rest = rest.iter().skip_while(|octet| b" \t".contains(octet));
        rest.next() != Some(&b':')
    })
}

/// Whether a separator line has a time of day and a year, each a word. Their order, and what else
/// stands there, differs between writers: `Sat Jan  3 01:05:34 1996`, a zone before the year or
/// behind it, the date of a mail.
fn has_date(line: &[u8]) -> bool {
    let words = || line.split(u8::is_ascii_whitespace);
    words().any(is_time) && words().any(is_year)
}

/// Two digits, a colon, two digits, and perhaps seconds.
fn is_time(word: &[u8]) -> bool {
    let (time, seconds) = word.split_at_checked(5).unwrap_or((word, b""));
    let is_two_digits = |digits: &[u8]| digits.len() == 2 && digits.iter().all(u8::is_ascii_digit);
    time.len() == 5
        && is_two_digits(&time[..2])
        && time[2] == b':'
        && is_two_digits(&time[3..])
        && (seconds.is_empty() || seconds.strip_prefix(b":").is_some_and(is_two_digits))
}

fn is_year(word: &[u8]) -> bool {
    word.len() == 4 && word.iter().all(u8::is_ascii_digit)
}

/// The length without the empty line at the end, if one stands there. Before the octets there is
/// the start of a line, or octets that were already given (`begun`).
fn before_empty_line(octets: &[u8], begun: bool) -> Option<usize> {
    let rest = octets.strip_suffix(b"\n")?;
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    // At the very start, what was given is known not to have ended in a line end: a separator
    // line that is found there was looked at before, and was none.
    let is_line = rest.last().map_or(!begun, |&octet| octet == b'\n');
    is_line.then_some(rest.len())
}

#[cfg(test)]
mod tests;
