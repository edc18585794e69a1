//! Files whose first bytes tell what they are.

use std::fs::File;
use std::io::{self, Read};

use dkim_toolkit::mailbox::MBOX_START;

use super::{Mbox, PIECE, Pieces, Source};
use crate::error::Error;

/// Files are read in pieces of at least this many bytes.
const MIN_PIECE: u64 = 512;

/// An open file whose first bytes were read.
pub struct FileStart {
    opened: Opened,
    start: [u8; MBOX_START],
    /// How many bytes of `start` were read.
    length: usize,
    /// How many bytes the file has; `None` for a pipe or a device.
    file_length: Option<u64>,
}

/// An open file.
pub enum Opened {
    File(File),
    Stdin(io::Stdin),
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Stdin(stdin) => stdin.read(buffer),
        }
    }
}

impl FileStart {
    /// Opens a source and reads what tells an mbox.
    pub fn open(source: &Source) -> io::Result<Self> {
        Self::read(match source {
            Source::Stdin => Opened::Stdin(io::stdin()),
            Source::File(path) => Opened::File(File::open(path)?),
        })
    }

    fn read(mut opened: Opened) -> io::Result<Self> {
        let mut start = [0; MBOX_START];
        let mut length = 0;
        while length < start.len() {
            match opened.read(&mut start[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let file_length = match &opened {
            Opened::File(file) => {
                let metadata = file.metadata()?;
                metadata.is_file().then_some(metadata.len())
            }
            Opened::Stdin(_) => None,
        };
        Ok(Self {
            opened,
            start,
            length,
            file_length,
        })
    }

    /// The first bytes; fewer than [`MBOX_START`] only if that is all.
    pub fn bytes(&self) -> &[u8] {
        &self.start[..self.length]
    }

    /// The messages of an mbox.
    pub fn mbox(self) -> Mbox<Opened> {
        Mbox::new(&self.start[..self.length], self.opened)
    }

    /// How many bytes the file has; `None` for a pipe or a device.
    pub fn file_length(&self) -> Option<u64> {
        self.file_length
    }

    /// The file from its first byte on.
    pub fn pieces(self) -> InFile {
        let length = self.file_length.map(|length| length.max(MIN_PIECE));
        let length = length.and_then(|length| usize::try_from(length).ok());
        let mut buffer = vec![0; length.unwrap_or(PIECE).min(PIECE)];
        buffer[..self.length].copy_from_slice(&self.start[..self.length]);
        InFile {
            length: self.file_length.unwrap_or_default(),
            opened: self.opened,
            start: self.length,
            buffer,
        }
    }
}

/// A message that is a file.
pub struct InFile {
    opened: Opened,
    /// How many bytes the file has; 0 for a pipe or a device.
    length: u64,
    /// Bytes at the start of the buffer that were read already.
    start: usize,
    buffer: Vec<u8>,
}

impl InFile {
    /// How many bytes the file has; 0 for a pipe or a device.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Pieces for InFile {
    fn read(&mut self) -> Result<&[u8], Error> {
        let start = std::mem::take(&mut self.start);
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
