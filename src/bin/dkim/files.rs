//! Where messages come from and where files go.

mod key_dir;
mod key_file;
mod mail_server;
mod mbox;
mod new_file;
mod opened;
mod packed;
mod replay;
mod sources;
mod state_file;
mod walk;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_toolkit::mailbox::Quoting;
use dkim_toolkit::message::{Header, HeaderReader, LineEndings, with_file};
use dkim_toolkit::verdict::{Warning, WarningCode};

use crate::error::Error;
use crate::system;

pub use key_dir::{ActiveKeys, KeyDir, KeyToWrite};
pub use key_file::{
    ASK_PASSPHRASE, Passphrase, check_target, named_key, read_public_key, read_secret,
    write_private_keys,
};
pub use mail_server::MailServer;
pub use mbox::Mbox;
pub use new_file::{write_anew, write_whole};
pub use opened::{FileStart, InFile, Opened};
pub use replay::{CopyError, Replay};
pub use sources::Sources;
pub use state_file::{read_state, write_state};
pub use walk::{Missed, Walk};

/// Files are read in pieces of this many bytes.
pub const PIECE: usize = 128 * 1024;

/// Where a message is read from.
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

/// A message's place, for people and scripts.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    /// Its number in an mbox, from 1.
    pub index: Option<u64>,
    /// Whether it is only a part of the file, or packed in it: other programs do not find it there.
    pub is_within: bool,
}

impl Place {
    /// Whether lines of the body may be quoted.
    pub fn quoting(&self) -> Quoting {
        match self.index {
            None => Quoting::None,
            Some(_) => Quoting::Mbox,
        }
    }

    /// Completes a warning about the message: names the file in its remedy, and says of what is no
    /// message in an mbox where it may be from.
    pub fn complete(&self, warning: &mut Warning) {
        warning.name_file(|remedy| self.word_in(remedy));
        if warning.code == WarningCode::NotAMessage
            && let Some(before) = self.index.and_then(|index| index.checked_sub(1))
            && before > 0
        {
            warning.message.push_str(&format!(
                "; it may be the rest of message {before}: a line that begins with From and is not \
                 quoted splits a message"
            ));
        }
    }

    /// How this command names the message; `None` where it cannot.
    pub fn word_in(&self, command: &str) -> Option<String> {
        let file = self.source.word();
        match self.index {
            None if !self.is_within => Some(file),
            _ if !command.contains("dkim inspect") => None,
            None => Some(file),
            Some(index) => Some(format!("--message {index} {file}")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            None => write!(f, "{}", self.source),
            Some(index) => write!(f, "{}#{index}", self.source),
        }
    }
}

impl Source {
    /// The source as a word of a command line to paste.
    pub fn word(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => word(path),
        }
    }

    /// A command with the source in the place of `FILE`.
    pub fn named_in(&self, command: &str) -> String {
        with_file(command, &self.word())
    }

    /// The true name, with U+FFFD for what is not UTF-8.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Stdin => Cow::Borrowed("-"),
            Self::File(path) => path.to_string_lossy(),
        }
    }

    /// The bytes of a name that is not UTF-8.
    pub fn odd_name(&self) -> Option<&[u8]> {
        match self {
            Self::File(path) if path.to_str().is_none() => {
                Some(path.as_os_str().as_encoded_bytes())
            }
            Self::File(_) | Self::Stdin => None,
        }
    }
}

/// A path as a word of a command line to paste, quoted where a shell would change it.
pub fn word(path: &Path) -> String {
    system::word(shown(path))
}

/// The sources that paths name, or else standard input; an error with an example of a right command
/// line if that is a terminal, or is named twice.
pub fn sources(paths: &[PathBuf], example: &str) -> Result<Vec<Source>, Error> {
    if paths.is_empty() && io::stdin().is_terminal() {
        let error = Error::usage("no message given, and standard input is a terminal");
        return Err(error.hint(example));
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
        return Err(Error::usage("standard input can be read only once").hint(example));
    }
    Ok(sources)
}

/// A message that is read piece by piece.
pub trait Pieces {
    /// The next bytes; none at the end.
    fn read(&mut self) -> Result<&[u8], Error>;

    /// Reads the header, and the first bytes of the body with it.
    fn read_header(&mut self, line_endings: LineEndings) -> Result<(Header, Vec<u8>), Error> {
        let mut reader = HeaderReader::new(line_endings);
        loop {
            let piece = self.read()?;
            if piece.is_empty() {
                return Ok((reader.finish().map_err(Error::cannot)?, Vec::new()));
            }
            if let Some(taken) = reader.push(piece).map_err(Error::cannot)? {
                let body = piece[taken..].to_vec();
                return Ok((reader.finish().map_err(Error::cannot)?, body));
            }
        }
    }

    /// Gives the body to `each`: `start`, which came with the header, and what follows.
    fn read_body(&mut self, start: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Error> {
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
