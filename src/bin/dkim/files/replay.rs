//! Messages that are read twice.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::path::Path;

use tempfile::SpooledTempFile;

use super::new_file::Changed;
use super::{PIECE, Pieces, Source, word};
use crate::error::{Error, io_reason};
use crate::system::TEMPORARY;

/// Of what can be read twice, this many bytes are kept in memory.
const KEPT: usize = 256 * 1024;
/// What cannot be read twice is kept in memory up to this many bytes, and beyond in a file.
const SPOOL: usize = 4 * 1024 * 1024;

/// A message that is read twice: once to be hashed, once to be copied.
pub struct Replay {
    input: Input,
    /// The source once more, if it can be read again.
    again: Option<File>,
    /// What the file was like before it was read.
    metadata: Option<Metadata>,
    /// The first bytes, or all if they are few.
    kept: Vec<u8>,
    rest: Rest,
    /// Octets of the first reading.
    length: u64,
}

enum Rest {
    /// All was kept.
    Nothing,
    /// The source can be read again.
    File(File),
    /// It was copied on the way.
    Spool(SpooledTempFile),
}

impl Pieces for Replay {
    fn read(&mut self) -> Result<&[u8], Error> {
        let length = self.input.read()?.len();
        let Self {
            input,
            again,
            kept,
            rest,
            length: total,
            ..
        } = self;
        let piece = &input.buffer[..length];
        *total += length as u64;
        keep(piece, again, kept, rest).map_err(|error| {
            let reason = io_reason(&error);
            Error::cannot(format!("cannot be kept for the second reading: {reason}"))
                .hint(format!("name a folder with room: {TEMPORARY}=DIR"))
        })?;
        Ok(piece)
    }
}

fn keep(
    piece: &[u8],
    again: &mut Option<File>,
    kept: &mut Vec<u8>,
    rest: &mut Rest,
) -> io::Result<()> {
    if matches!(rest, Rest::Nothing) {
        let most = if again.is_some() { KEPT } else { SPOOL };
        if kept.len() + piece.len() <= most {
            kept.extend_from_slice(piece);
            return Ok(());
        }
        *rest = again
            .take()
            .map_or_else(|| Rest::Spool(SpooledTempFile::new(0)), Rest::File);
    }
    match rest {
        Rest::Spool(spool) => spool.write_all(piece),
        Rest::Nothing | Rest::File(_) => Ok(()),
    }
}

impl Replay {
    /// Opens a source.
    pub fn open(source: &Source) -> Result<Self, Error> {
        let (input, again, metadata) = match source {
            Source::Stdin => (Input::open(source)?, None, None),
            Source::File(path) => {
                let file = open_message(path)?;
                let metadata = file.metadata()?;
                let again = if metadata.is_file() {
                    Some(file.try_clone()?)
                } else {
                    None
                };
                (Input::from_reader(file), again, Some(metadata))
            }
        };
        Ok(Self {
            input,
            again,
            metadata,
            kept: Vec::new(),
            rest: Rest::Nothing,
            length: 0,
        })
    }

    /// What the file was like before it was read; `None` for standard input.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// How many bytes were read.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The message once more, after it was read.
    pub fn again(&mut self) -> io::Result<impl Read + '_> {
        let rest = self.rest.again(self.kept.len(), self.kept.len() as u64)?;
        Ok(self.kept.chain(rest))
    }

    /// Copies the message to `out`, with `head` in the place of its first `length` bytes.
    pub fn copy(mut self, out: &mut dyn Write, head: &[u8], length: u64) -> Result<(), CopyError> {
        let write =
            |out: &mut dyn Write, bytes: &[u8]| out.write_all(bytes).map_err(CopyError::Write);
        write(out, head)?;
        let kept = usize::try_from(length)
            .ok()
            .and_then(|from| self.kept.get(from..));
        write(out, kept.unwrap_or_default())?;
        let mut copied = length.max(self.kept.len() as u64);
        let rest = self.rest.again(self.kept.len(), copied);
        let mut rest = rest.map_err(CopyError::Read)?;
        let mut buffer = vec![0; PIECE];
        loop {
            let length = match rest.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(CopyError::Read(error)),
            };
            write(out, &buffer[..length])?;
            copied += length as u64;
        }
        if copied == self.length {
            Ok(())
        } else {
            Err(CopyError::Changed)
        }
    }
}

impl Rest {
    /// What follows the first `from` bytes, of which `kept` are in memory.
    fn again(&mut self, kept: usize, from: u64) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Nothing => Box::new(io::empty()),
            Self::File(file) => {
                file.seek(SeekFrom::Start(from))?;
                Box::new(file)
            }
            Self::Spool(spool) => {
                spool.seek(SeekFrom::Start(from - kept as u64))?;
                Box::new(spool)
            }
        })
    }
}

/// Why a message could not be copied.
#[derive(Debug)]
pub enum CopyError {
    Read(io::Error),
    Write(io::Error),
    /// It was longer or shorter when it was read again, or changed before it could be replaced.
    Changed,
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        match error.get_ref() {
            Some(source) if source.is::<Changed>() => Self::Changed,
            _ => Self::Write(error),
        }
    }
}

/// An open message.
struct Input {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
}

impl Input {
    /// Opens a source.
    fn open(source: &Source) -> Result<Self, Error> {
        Ok(match source {
            Source::Stdin => Self::from_reader(io::stdin()),
            Source::File(path) => Self::from_reader(open_message(path)?),
        })
    }

    fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self {
            reader: Box::new(reader),
            buffer: vec![0; PIECE],
        }
    }
}

impl Pieces for Input {
    fn read(&mut self) -> Result<&[u8], Error> {
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(length) => return Ok(&self.buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn open_message(path: &Path) -> Result<File, Error> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        let hint = format!("name the messages in it: {}/*.eml", word(path));
        return Err(Error::cannot("is a directory").hint(hint));
    }
    Ok(file)
}
