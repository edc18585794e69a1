//! Files whose first bytes tell what they are.

use std::fs::File;
use std::io::{self, Cursor, Read};

use dkim_toolkit::message::apple_mail;

use super::packed::Packing;
use super::{Mbox, PIECE, Pieces, Source};
use crate::error::Error;

/// Files are read in pieces of at least this many bytes.
const MIN_PIECE: u64 = 512;
/// So many bytes tell what a file is.
const START: usize = 512;

/// An open file whose first bytes were read.
pub struct FileStart {
    opened: Opened,
    /// The first bytes; fewer than [`START`] only if that is all.
    start: Vec<u8>,
    /// How many bytes there are to read; `None` where that is not known.
    length: Option<u64>,
    /// Whether the message is only a part of the file, or packed in it.
    is_within: bool,
}

/// An open file.
pub enum Opened {
    File(File),
    Stdin(io::Stdin),
    /// What is in a file.
    Within(Box<dyn Read + Send>),
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Stdin(stdin) => stdin.read(buffer),
            Self::Within(reader) => reader.read(buffer),
        }
    }
}

impl FileStart {
    /// Opens a source and reads its first bytes, or those of what is packed in it.
    pub fn open(source: &Source) -> io::Result<Self> {
        let (opened, length) = match source {
            Source::Stdin => (Opened::Stdin(io::stdin()), None),
            Source::File(path) => {
                let file = File::open(path)?;
                let metadata = file.metadata()?;
                let length = metadata.is_file().then_some(metadata.len());
                (Opened::File(file), length)
            }
        };
        let file = Self::read(opened, length)?;
        let file = match Packing::of(&file.start) {
            Some(packing) => file.unpacked(packing)?,
            None => file,
        };
        match apple_mail(&file.start) {
            Some((at, length)) => file.of_apple_mail(at, length),
            None => Ok(file),
        }
    }

    fn read(mut opened: Opened, length: Option<u64>) -> io::Result<Self> {
        let mut start = vec![0; START];
        let read = fill(&mut opened, &mut start)?;
        start.truncate(read);
        Ok(Self {
            opened,
            start,
            length,
            is_within: false,
        })
    }

    fn unpacked(self, packing: Packing) -> io::Result<Self> {
        let packed = Cursor::new(self.start).chain(self.opened);
        let unpacked = Opened::Within(Box::new(packing.unpack(packed)));
        Ok(Self {
            is_within: true,
            ..Self::read(unpacked, None)?
        })
    }

    /// The message in a file of Apple Mail, which begins at `at`.
    fn of_apple_mail(mut self, at: usize, length: u64) -> io::Result<Self> {
        let start = self.start.split_off(at);
        let message = AppleMail {
            reader: Cursor::new(start).chain(self.opened),
            left: length,
        };
        let known = self.length.map(|_| length);
        Ok(Self {
            is_within: true,
            ..Self::read(Opened::Within(Box::new(message)), known)?
        })
    }

    /// The first bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.start
    }

    /// The messages of an mbox.
    pub fn mbox(self) -> Mbox<Opened> {
        Mbox::new(&self.start, self.opened)
    }

    /// How many bytes there are to read; `None` for a pipe, a device, or a packed file.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the message is only a part of the file, or packed in it: other programs do not find
    /// it there.
    pub fn is_within(&self) -> bool {
        self.is_within
    }

    /// Reads up to `most` bytes of what is packed in a file; whether that is all of it.
    pub fn read_ahead(&mut self, most: usize) -> io::Result<bool> {
        let read = self.start.len();
        if read < START {
            return Ok(true);
        }
        let limit = most.saturating_sub(read) as u64 + 1;
        let mut ahead = (&mut self.opened).take(limit);
        let further = ahead.read_to_end(&mut self.start)?;
        Ok((further as u64) < limit)
    }

    /// What was read.
    pub fn into_bytes(self) -> Vec<u8> {
        self.start
    }

    /// The file from its first byte on.
    pub fn pieces(self) -> InFile {
        let mut buffer = self.start;
        let start = buffer.len();
        let length = self.length.map(|length| length.max(MIN_PIECE));
        let length = length.and_then(|length| usize::try_from(length).ok());
        let length = length.unwrap_or(PIECE).min(PIECE);
        buffer.resize(length.max(start), 0);
        InFile {
            length: self.length.unwrap_or_default(),
            opened: self.opened,
            start,
            buffer,
        }
    }
}

/// Reads until the buffer is full or there is no more.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match reader.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The message in a file of Apple Mail.
struct AppleMail<R> {
    reader: R,
    /// How many bytes of it are left.
    left: u64,
}

impl<R: Read> Read for AppleMail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = buffer.len().min(most);
        let length = self.reader.read(&mut buffer[..room])?;
        if length == 0 && room > 0 {
            return Err(io::Error::other("the Apple Mail file is cut short"));
        }
        self.left -= length as u64;
        Ok(length)
    }
}

/// A message that is a file.
pub struct InFile {
    opened: Opened,
    /// How many bytes the file has; 0 where that is not known.
    length: u64,
    /// Bytes at the start of the buffer that were read already.
    start: usize,
    buffer: Vec<u8>,
}

impl InFile {
    /// How many bytes the file has; 0 where that is not known.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Pieces for InFile {
    fn read(&mut self) -> Result<&[u8], Error> {
        let start = std::mem::take(&mut self.start);
        if start > 0 && start == self.buffer.len() {
            return Ok(&self.buffer);
        }
        loop {
            match self.opened.read(&mut self.buffer[start..]) {
                Ok(read) => {
                    return Ok(&self.buffer[..start + read]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
