//! Where messages come from and where they go.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, IsTerminal as _, Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use dkim_toolkit::message::{Header, HeaderReader, LineEndings};
use tempfile::SpooledTempFile;

use crate::new_file::NewFile;
use crate::output::{self, io_reason};

/// Messages are read in pieces of this many octets.
const PIECE: usize = 128 * 1024;
/// What cannot be read twice is kept in memory up to this many octets, and beyond in a file.
const SPOOL: usize = 4 * 1024 * 1024;

/// A message's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Stdin,
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            Self::File(path) => f.write_str(&shown(path)),
        }
    }
}

/// A path, fit to print.
pub fn shown(path: &Path) -> String {
    dkim_toolkit::escape::escape_octets(path.as_os_str().as_encoded_bytes())
}

/// The sources that paths name, or else standard input; an error if that is a terminal, or is
/// named twice.
pub fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, &'static str> {
    if paths.is_empty() && io::stdin().is_terminal() {
        return Err("no message given, and standard input is a terminal");
    }
    if paths.is_empty() {
        return Ok(vec![Source::Stdin]);
    }
    let source = |path: &PathBuf| match path.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::File(path.clone()),
    };
    let sources: Vec<Source> = paths.iter().map(source).collect();
    if sources
        .iter()
        .filter(|source| **source == Source::Stdin)
        .count()
        > 1
    {
        return Err("standard input can be read only once");
    }
    Ok(sources)
}

/// Why something could not be read or written: the reason, ready to be said, and perhaps a hint.
#[derive(Debug)]
pub struct Failure {
    pub reason: String,
    pub hint: Option<&'static str>,
}

impl Failure {
    pub fn new(reason: impl fmt::Display) -> Self {
        Self {
            reason: reason.to_string(),
            hint: None,
        }
    }

    /// Says that this went wrong with `what`.
    pub fn say(&self, what: impl fmt::Display) {
        output::error(what, &self.reason);
        if let Some(hint) = self.hint {
            output::hint(hint);
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(io_reason(&error))
    }
}

/// A message that is read piece by piece.
pub trait Pieces {
    /// The next octets; none at the end.
    fn read(&mut self) -> Result<&[u8], Failure>;

    /// Reads the header, and the first octets of the body with it.
    fn read_header(&mut self, line_endings: LineEndings) -> Result<(Header, Vec<u8>), Failure> {
        let mut reader = HeaderReader::new(line_endings);
        loop {
            let piece = self.read()?;
            if piece.is_empty() {
                return Ok((reader.finish().map_err(Failure::new)?, Vec::new()));
            }
            if let Some(taken) = reader.push(piece).map_err(Failure::new)? {
                let body = piece[taken..].to_vec();
                return Ok((reader.finish().map_err(Failure::new)?, body));
            }
        }
    }

    /// Gives the body to `each`: `start`, which came with the header, and what follows.
    fn read_body(&mut self, start: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Failure> {
        each(start);
        loop {
            let piece = self.read()?;
            if piece.is_empty() {
                return Ok(());
            }
            each(piece);
        }
    }
}

/// An open message.
pub struct Input {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
}

impl Input {
    /// Opens a source.
    pub fn open(source: &Source) -> Result<Self, Failure> {
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
    fn read(&mut self) -> Result<&[u8], Failure> {
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(length) => return Ok(&self.buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn open_message(path: &Path) -> Result<File, Failure> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Failure {
            reason: "is a directory".to_owned(),
            hint: Some("name the messages in it: DIR/*.eml"),
        });
    }
    Ok(file)
}

/// A message that is read twice: once to be hashed, once to be copied.
pub struct Replay {
    input: Input,
    /// The source once more, if it can be read again.
    again: Option<File>,
    /// The first octets, or all if they are few.
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
    fn read(&mut self) -> Result<&[u8], Failure> {
        let length = self.input.read()?.len();
        let Self {
            input,
            again,
            kept,
            rest,
            length: total,
        } = self;
        let piece = &input.buffer[..length];
        *total += length as u64;
        keep(piece, again, kept, rest).map_err(|error| Failure {
            reason: format!(
                "cannot be kept for the second reading: {}",
                io_reason(&error)
            ),
            hint: Some("name a folder with room: TMPDIR=DIR"),
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
        if kept.len() + piece.len() <= SPOOL {
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
    pub fn open(source: &Source) -> Result<Self, Failure> {
        let (input, again) = match source {
            Source::Stdin => (Input::open(source)?, None),
            Source::File(path) => {
                let file = open_message(path)?;
                let again = if file.metadata()?.is_file() {
                    Some(file.try_clone()?)
                } else {
                    None
                };
                (Input::from_reader(file), again)
            }
        };
        Ok(Self {
            input,
            again,
            kept: Vec::new(),
            rest: Rest::Nothing,
            length: 0,
        })
    }

    /// How many octets were read.
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
    /// It was longer or shorter when it was read again.
    Changed,
}

/// Writes a file whole or not at all: `write` fills a new one, which then takes its place and its
/// mode. What is no regular file (a device, a pipe) is written to as it is.
pub fn write_whole<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let target = follow_links(path)?;
    let existing = fs::metadata(&target).ok();
    if existing
        .as_ref()
        .is_some_and(|existing| !existing.is_file())
    {
        return write(&mut OpenOptions::new().write(true).open(&target)?);
    }
    // Nobody reads of a message before its file has the rights of the one it replaces.
    let mode = if existing.is_some() { 0o600 } else { 0o666 };
    let mut file = NewFile::beside(&target, mode)?;
    write(file.file())?;
    if let Some(existing) = existing {
        keep_rights(file.file(), &existing)?;
    }
    file.replace(&target)?;
    Ok(())
}

/// What a path leads to: a link stays a link, also one to a file that is yet to be.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..40 {
        let Ok(link) = fs::read_link(&target) else {
            return Ok(target);
        };
        target = match target.parent() {
            Some(folder) => folder.join(link),
            None => link,
        };
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Gives a file the owner, the group and the mode of another, as far as one may. Where the group
/// cannot be given, it is given no rights.
pub fn keep_rights(file: &File, existing: &Metadata) -> io::Result<()> {
    let current = file.metadata()?;
    let mut mode = existing.mode() & 0o7777;
    let (owner, group) = (existing.uid(), existing.gid());
    if (current.uid(), current.gid()) != (owner, group)
        && fchown(file, Some(owner), Some(group)).is_err()
        && fchown(file, None, Some(group)).is_err()
    {
        mode &= !0o070;
    }
    file.set_permissions(Permissions::from_mode(mode))
}
