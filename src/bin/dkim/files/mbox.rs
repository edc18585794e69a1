//! The messages of an mbox that is read from a file.

use std::io::{self, Read};

use dkim_toolkit::mailbox::{MboxEvent, MboxSplitter};

use super::PIECE;

/// The messages of an mbox, one after the other.
///
/// Call [`Mbox::next_message`], then [`Mbox::piece`] until it gives nothing, and so on. After an
/// error there are no more messages.
#[derive(Debug)]
pub struct Mbox<R> {
    reader: R,
    buffer: Vec<u8>,
    splitter: MboxSplitter,
    /// Whether more of a message may follow.
    in_message: bool,
    failed: bool,
}

impl<R: Read> Mbox<R> {
    /// Begins with the first bytes of the file, which were already read from `reader`.
    pub fn new(start: &[u8], reader: R) -> Self {
        let mut splitter = MboxSplitter::default();
        splitter.push(start);
        Self {
            reader,
            buffer: vec![0; PIECE],
            splitter,
            in_message: false,
            failed: false,
        }
    }

    /// Goes to the next message, past what is left of this one. `false` if there is none.
    pub fn next_message(&mut self) -> io::Result<bool> {
        while !self.failed {
            self.fill()?;
            match self.splitter.next_event() {
                None => break,
                Some(MboxEvent::Start) => {
                    self.in_message = true;
                    return Ok(true);
                }
                Some(MboxEvent::Bytes(_) | MboxEvent::End) => {}
            }
        }
        Ok(false)
    }

    /// The next bytes of the message, as the file has them; none at its end.
    pub fn piece(&mut self) -> io::Result<&[u8]> {
        if !std::mem::take(&mut self.in_message) {
            return Ok(&[]);
        }
        self.fill()?;
        Ok(match self.splitter.next_event() {
            Some(MboxEvent::Bytes(bytes)) => {
                self.in_message = true;
                bytes
            }
            Some(MboxEvent::Start | MboxEvent::End) | None => &[],
        })
    }

    /// Reads until the next event can be told.
    fn fill(&mut self) -> io::Result<()> {
        while self.splitter.needs_bytes() {
            match self.reader.read(&mut self.buffer) {
                Ok(0) => self.splitter.end(),
                Ok(length) => self.splitter.push(&self.buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATED: &str = "From joe Sat Jan  3 01:05:34 1996";

    /// A reader that gives a few bytes at a time, is often interrupted, and may fail at the end.
    struct Slow<'a> {
        bytes: &'a [u8],
        step: usize,
        interrupt: bool,
        fails: bool,
    }

    impl<'a> Slow<'a> {
        fn new(bytes: &'a [u8], step: usize, fails: bool) -> Self {
            Self {
                bytes,
                step,
                interrupt: false,
                fails,
            }
        }
    }

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupt = !self.interrupt;
            if self.interrupt {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.bytes.is_empty() && self.fails {
                return Err(io::Error::other("broken"));
            }
            let length = self.bytes.len().min(self.step).min(buffer.len());
            let (now, later) = self.bytes.split_at(length);
            buffer[..length].copy_from_slice(now);
            self.bytes = later;
            Ok(length)
        }
    }

    #[test]
    fn messages_come_one_after_the_other() {
        let file = format!("{DATED}\nA: b\n\nx\n\n{DATED}\n{DATED}\nC: d\n");
        for step in [1, 7, 1000] {
            let mut mbox = Mbox::new(b"From ", Slow::new(&file.as_bytes()[5..], step, false));
            let mut messages = Vec::new();
            assert!(mbox.piece().unwrap().is_empty());
            while mbox.next_message().unwrap() {
                let mut message = Vec::new();
                loop {
                    let piece = mbox.piece().unwrap();
                    if piece.is_empty() {
                        break;
                    }
                    message.extend_from_slice(piece);
                }
                assert!(mbox.piece().unwrap().is_empty());
                messages.push(message);
            }
            assert!(!mbox.next_message().unwrap());
            assert_eq!(messages, [&b"A: b\n\nx\n"[..], b"", b"C: d\n"], "{step}");
        }
    }

    #[test]
    fn messages_can_be_left_half_read() {
        let file = format!("{DATED}\n{}\n\n{DATED}\nB", "x\n".repeat(PIECE));
        let mut mbox = Mbox::new(b"From ", &file.as_bytes()[5..]);
        assert!(mbox.next_message().unwrap());
        assert!(mbox.piece().unwrap().starts_with(b"x\n"));
        assert!(mbox.next_message().unwrap());
        assert_eq!(mbox.piece().unwrap(), b"B");
        assert!(!mbox.next_message().unwrap());
    }

    #[test]
    fn an_error_is_the_end() {
        for (file, before) in [
            ("From a".to_owned(), 0),
            (format!("{DATED}\nA: b\n"), 0),
            (format!("{DATED}\n{}{DATED}\n", "x\n".repeat(3000)), 1),
        ] {
            for step in [1, 100, 10_000] {
                let reader = Slow::new(&file.as_bytes()[5..], step, true);
                let mut mbox = Mbox::new(b"From ", reader);
                let (mut whole, mut errors) = (0, 0);
                loop {
                    match mbox.next_message() {
                        Ok(false) => break,
                        Err(_) => errors += 1,
                        Ok(true) => loop {
                            match mbox.piece().map(<[u8]>::is_empty) {
                                Ok(false) => {}
                                Ok(true) => break whole += 1,
                                Err(_) => break errors += 1,
                            }
                        },
                    }
                }
                assert!(whole <= before, "{file:?}");
                assert_eq!(errors, 1, "{file:?}");
                assert!(mbox.piece().unwrap().is_empty());
                assert!(!mbox.next_message().unwrap());
            }
        }
    }
}
