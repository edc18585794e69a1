//! Where the messages of an mbox begin and end (RFC 4155 Appendix A).

use memchr::memmem::Finder;

use crate::message::is_envelope;

/// How many bytes from the start of a file are enough for [`is_mbox`].
pub const MBOX_START: usize = 32;
/// The longest line that separates messages, in bytes without its line end.
const MAX_SEPARATOR: usize = 1000;
/// The bytes from an empty line to the end of the `From ` of a separator line. Before the bytes up
/// to some place can be given, this many bytes behind it must be searched.
const OVERLAP: usize = "\r\n\nFrom ".len();

/// Splits an mbox into its messages (RFC 4155 Appendix A), in constant memory.
///
/// Push the file in pieces of any size, and call [`end`](Self::end) behind the last. Between two
/// pieces, take events from [`next_event`](Self::next_event) until it gives none; then no more
/// than the last piece and about a thousand bytes are kept.
///
/// # What separates messages
///
/// The first line of the file always does. A later line does if it begins with `From ` and has
/// what RFC 4155 Appendix A asks of it: a time of day and a year of four digits. Whether an empty
/// line comes before it does not matter: some writers forget that line, and hardly any sentence
/// that begins with “From ” has both, so text that nobody quoted splits no message.
///
/// Some writers give no dates. Their first line tells: if it has none, every line that begins
/// with `From ` after an empty line separates, because nothing else is left to go by.
///
/// A line of more than 1,000 bytes separates nothing, and neither does a line with a CR inside it,
/// which readers may take for a line end: as the first line of the file, it belongs to the message.
///
/// # What belongs to a message
///
/// Neither the separator line nor the empty line that the writer put below the message. Without
/// such an empty line, nothing is removed. A message that consists of a header alone may lose the
/// empty line below its fields in this way, if the writer took it for its own; it is complete
/// without it (RFC 5322 §3.5), and its body is as empty as before.
#[derive(Clone, Debug)]
pub struct MboxSplitter {
    /// The bytes from `start` on were pushed and not given yet.
    buffer: Vec<u8>,
    start: usize,
    /// Whether no more bytes come.
    ended: bool,
    state: State,
    /// Whether the first separator line has a date, so that all have.
    dated: bool,
    line_from: Finder<'static>,
    /// [`MAX_SEPARATOR`], and less in tests.
    max_separator: usize,
}

/// What comes next in an mbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MboxEvent<'a> {
    /// A message begins.
    Start,
    /// The next bytes of the message, as the file has them; never empty. Whether lines in them
    /// are quoted is for [`Readings`](super::Readings) to find out.
    Bytes(&'a [u8]),
    /// The message is complete.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the first line of the file.
    First,
    /// At or in a separator line.
    Separator,
    /// In a message, of which bytes were given or not yet.
    Message { begun: bool },
    /// Behind the last byte of a message.
    MessageEnd { is_last: bool },
    /// Behind the last message.
    End,
}

/// Where a piece of a message ends.
struct Cut {
    /// The length of the piece.
    length: usize,
    /// The same, with the empty line behind the piece that belongs to no message.
    taken: usize,
    then: State,
}

impl Default for MboxSplitter {
    /// A splitter at the start of a file.
    fn default() -> Self {
        Self::with_max_separator(MAX_SEPARATOR)
    }
}

impl MboxSplitter {
    fn with_max_separator(max_separator: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            ended: false,
            state: State::First,
            dated: false,
            line_from: Finder::new(b"\nFrom "),
            max_separator,
        }
    }

    /// Takes the next bytes of the file. Bytes behind its [end](Self::end) are ignored.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.ended {
            return;
        }
        // Moves at most as many bytes as were given since the last time.
        if self.start >= self.buffer.len() - self.start {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
        if self.window().len() >= self.ahead() {
            self.read_first_line();
        }
    }

    /// Ends the file.
    pub fn end(&mut self) {
        self.ended = true;
        self.read_first_line();
    }

    /// Whether more bytes, or the end of the file, must come before the next event can be told.
    #[must_use]
    pub fn needs_bytes(&self) -> bool {
        !self.ended
            && match self.state {
                State::First => true,
                State::Separator => {
                    let window = self.window();
                    window.len() <= self.ahead() && memchr::memchr(b'\n', window).is_none()
                }
                State::Message { .. } => self.window().len() <= self.ahead(),
                State::MessageEnd { .. } | State::End => false,
            }
    }

    /// The next event; `None` if the splitter [needs bytes](Self::needs_bytes), or at the end of
    /// the file.
    pub fn next_event(&mut self) -> Option<MboxEvent<'_>> {
        if self.needs_bytes() {
            return None;
        }
        match self.state {
            State::First | State::End => None,
            State::Separator => {
                // A first line that separates nothing belongs to the message.
                if self.line_at(0).is_some() {
                    let line = memchr::memchr(b'\n', self.window()).map(|line_feed| line_feed + 1);
                    self.start += line.unwrap_or(self.window().len());
                }
                self.state = State::Message { begun: false };
                Some(MboxEvent::Start)
            }
            State::Message { begun } => {
                let cut = self.cut(begun);
                let piece = self.start..self.start + cut.length;
                self.start += cut.taken;
                self.state = cut.then;
                if piece.is_empty() {
                    self.next_event()
                } else {
                    Some(MboxEvent::Bytes(&self.buffer[piece]))
                }
            }
            State::MessageEnd { is_last } => {
                self.state = if is_last {
                    State::End
                } else {
                    State::Separator
                };
                Some(MboxEvent::End)
            }
        }
    }

    /// Takes from the first line whether separator lines have dates. A file without any bytes has
    /// no message.
    fn read_first_line(&mut self) {
        if self.state == State::First {
            self.dated = has_date(self.line_at(0).unwrap_or_default());
            self.state = if self.window().is_empty() {
                State::End
            } else {
                State::Separator
            };
        }
    }

    /// The next piece of the message, up to its end or as far as it surely goes.
    fn cut(&self, begun: bool) -> Cut {
        let window = self.window();
        // The window shows of each line that begins before `limit`, or an empty line behind it,
        // whether it is a separator line.
        let limit = if self.ended {
            window.len()
        } else {
            window.len() - self.ahead()
        };
        let message_end = State::MessageEnd { is_last: false };
        if !begun && self.is_separator(0, false) {
            return Cut {
                length: 0,
                taken: 0,
                then: message_end,
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
                    then: message_end,
                };
            }
        }
        if self.ended {
            return Cut {
                length: before_empty_line(window, begun).unwrap_or(window.len()),
                taken: window.len(),
                then: State::MessageEnd { is_last: true },
            };
        }
        Cut {
            length: limit,
            taken: limit,
            then: State::Message { begun: true },
        }
    }

    /// Whether the line of the window that begins at `start` separates messages. `after_empty`:
    /// whether it comes after an empty line.
    fn is_separator(&self, start: usize, after_empty: bool) -> bool {
        self.line_at(start).is_some_and(|line| {
            is_envelope(line)
                && if self.dated {
                    has_date(line)
                } else {
                    after_empty
                }
        })
    }

    /// A line of the window without its line end, unless it is too long for a separator or has a
    /// CR inside it.
    fn line_at(&self, start: usize) -> Option<&[u8]> {
        let line = &self.window()[start..];
        let line = &line[..line.len().min(self.max_separator + 2)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let may_separate = line.len() <= self.max_separator && !line.contains(&b'\r');
        may_separate.then_some(line)
    }

    /// How many bytes behind a place must be known to tell what begins there.
    fn ahead(&self) -> usize {
        self.max_separator + OVERLAP
    }

    fn window(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

/// Whether the first bytes of a file make it an mbox: it begins with `From `, and not with the
/// field `From :` in its obsolete form (RFC 5322 §4.5). [`MBOX_START`] bytes are enough.
#[must_use]
pub fn is_mbox(start: &[u8]) -> bool {
    is_envelope(start)
}

/// Whether a separator line has a time of day and a year, each a word. Writers differ in their
/// order and in what else they write: `Sat Jan  3 01:05:34 1996`, a zone before the year or
/// behind it, the date of an email.
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

/// The length of the text without the empty line at its end, if it ends in one. The text begins
/// where a line does, or behind bytes of the message that were already given (`begun`).
fn before_empty_line(text: &[u8], begun: bool) -> Option<usize> {
    let rest = text.strip_suffix(b"\n")?;
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    // If nothing is left, the bytes that were given before do not end in a line end: the search
    // that gave them looks far enough ahead to find the separator line behind the empty one.
    let is_line = rest.last().map_or(!begun, |&byte| byte == b'\n');
    is_line.then_some(rest.len())
}

#[cfg(test)]
mod tests;
