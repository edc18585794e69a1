//! Where the messages come from that are verified: files, mboxes, Maildirs, folders.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::vec;

use crate::io::{Failure, Pieces, Source};
use crate::mbox::{Mbox, is_mbox};
use crate::progress::Counter;
use crate::walk::Walk;

/// Files are read in pieces of this many octets.
const PIECE: usize = 128 * 1024;
/// A message of an mbox is read whole, and then judged while others read theirs, up to this many
/// octets. A larger one is judged while it is read.
const WHOLE: usize = 1024 * 1024;

/// So many octets are enough to tell an mbox.
const START: usize = 32;

/// A message's place, for people and scripts.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    /// Its number in an mbox, from 1.
    pub index: Option<u64>,
    /// Whether it is the first of all.
    pub first: bool,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            None => write!(f, "{}", self.source),
            Some(index) => write!(f, "{}#{index}", self.source),
        }
    }
}

/// What messages are taken from, one after the other.
pub struct Inputs {
    sources: vec::IntoIter<Source>,
    current: Current,
    given: u64,
    counter: Arc<Counter>,
}

enum Current {
    Nothing,
    Folder {
        source: Arc<Source>,
        walk: Walk,
        /// What was given before anything in it.
        before: u64,
    },
    Mbox {
        source: Arc<Source>,
        mbox: Box<Mbox<Opened>>,
        index: u64,
    },
}

/// What comes next.
pub enum Taken {
    /// A file of one message.
    File(Place, FileStart),
    /// A message of an mbox, all of it in the buffer.
    InBuffer(Place),
    /// A message of an mbox whose first octets are in the buffer; [`Inputs::rest`] has the others.
    Begun(Place),
    /// What should be a message and cannot be read.
    Failed(Place, Failure),
    /// A folder without any message.
    Empty(Place),
}

/// An open file of which the first octets were read.
pub struct FileStart {
    opened: Opened,
    start: [u8; START],
    length: usize,
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

impl Inputs {
    /// The messages of these sources, in order. Octets that are read are counted.
    pub fn new(sources: Vec<Source>, counter: Arc<Counter>) -> Self {
        Self {
            sources: sources.into_iter(),
            current: Current::Nothing,
            given: 0,
            counter,
        }
    }

    /// The next message, or what is there in place of one; `None` at the end.
    pub fn take(&mut self, buffer: &mut Vec<u8>) -> Option<Taken> {
        loop {
            match &mut self.current {
                Current::Mbox {
                    source,
                    mbox,
                    index,
                } => {
                    *index += 1;
                    match mbox.next_message() {
                        Ok(true) => break,
                        Ok(false) => self.current = Current::Nothing,
                        Err(error) => {
                            let (source, index) = (source.clone(), *index);
                            self.current = Current::Nothing;
                            let place = self.place(source, Some(index));
                            return Some(Taken::Failed(place, error.into()));
                        }
                    }
                }
                Current::Folder {
                    source,
                    walk,
                    before,
                } => match walk.next() {
                    None => {
                        let empty = *before == self.given;
                        let source = source.clone();
                        self.current = Current::Nothing;
                        if empty {
                            return Some(Taken::Empty(self.place(source, None)));
                        }
                    }
                    Some(Ok(path)) => {
                        let source = Arc::new(Source::File(path));
                        if let Some(taken) = self.open(source) {
                            return Some(taken);
                        }
                    }
                    Some(Err((path, error))) => {
                        let place = self.place(Arc::new(Source::File(path)), None);
                        return Some(Taken::Failed(place, error.into()));
                    }
                },
                Current::Nothing => {
                    let source = Arc::new(self.sources.next()?);
                    if let Source::File(path) = &*source
                        && fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
                    {
                        self.current = Current::Folder {
                            walk: Walk::new(path.clone()),
                            source,
                            before: self.given,
                        };
                        continue;
                    }
                    if let Some(taken) = self.open(source) {
                        return Some(taken);
                    }
                }
            }
        }
        self.take_from_mbox(buffer)
    }

    /// What is left of the message that was begun.
    pub fn rest(&mut self) -> Option<InMbox<'_>> {
        match &mut self.current {
            Current::Mbox { mbox, .. } => Some(InMbox {
                mbox,
                counter: &self.counter,
            }),
            Current::Nothing | Current::Folder { .. } => None,
        }
    }

    /// The message that the mbox is at.
    fn take_from_mbox(&mut self, buffer: &mut Vec<u8>) -> Option<Taken> {
        let first = self.given == 0;
        self.given += 1;
        let Current::Mbox {
            source,
            mbox,
            index,
        } = &mut self.current
        else {
            return None;
        };
        let place = Place {
            source: source.clone(),
            index: Some(*index),
            first,
        };
        buffer.clear();
        loop {
            match mbox.piece() {
                Ok([]) => return Some(Taken::InBuffer(place)),
                Ok(piece) => {
                    self.counter.add(piece.len() as u64);
                    buffer.extend_from_slice(piece);
                }
                Err(error) => return Some(Taken::Failed(place, error.into())),
            }
            if buffer.len() > WHOLE {
                return Some(Taken::Begun(place));
            }
        }
    }

    /// Opens a file; `None` if it is an mbox, which then is what messages are taken from.
    fn open(&mut self, source: Arc<Source>) -> Option<Taken> {
        let start = match &*source {
            Source::Stdin => FileStart::read(Opened::Stdin(io::stdin())),
            Source::File(path) => open(path).and_then(FileStart::read),
        };
        let start = match start {
            Ok(start) => start,
            Err(error) => {
                let place = self.place(source, None);
                return Some(Taken::Failed(place, error.into()));
            }
        };
        if !is_mbox(start.octets()) {
            return Some(Taken::File(self.place(source, None), start));
        }
        let octets = start.octets().to_vec();
        self.current = Current::Mbox {
            source,
            mbox: Box::new(Mbox::new(octets, start.opened)),
            index: 0,
        };
        None
    }

    fn place(&mut self, source: Arc<Source>, index: Option<u64>) -> Place {
        let first = self.given == 0;
        self.given += 1;
        Place {
            source,
            index,
            first,
        }
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    File::open(path).map(Opened::File)
}

impl FileStart {
    /// Reads what tells an mbox.
    fn read(mut opened: Opened) -> io::Result<Self> {
        let mut start = [0; START];
        let mut length = 0;
        while length < start.len() {
            match opened.read(&mut start[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            opened,
            start,
            length,
        })
    }

    fn octets(&self) -> &[u8] {
        &self.start[..self.length]
    }

    /// The file from its first octet on, by way of `buffer`.
    pub fn pieces<'a>(mut self, buffer: &'a mut Vec<u8>, counter: &'a Counter) -> InFile<'a> {
        buffer.resize(buffer.len().max(PIECE), 0);
        let start = std::mem::take(&mut self.length);
        buffer[..start].copy_from_slice(&self.start[..start]);
        InFile {
            opened: self.opened,
            start,
            buffer,
            counter,
        }
    }
}

/// A message that is a file.
pub struct InFile<'a> {
    opened: Opened,
    /// Octets at the start of the buffer that were read already.
    start: usize,
    buffer: &'a mut Vec<u8>,
    counter: &'a Counter,
}

impl Pieces for InFile<'_> {
    fn read(&mut self) -> Result<&[u8], Failure> {
        let start = std::mem::take(&mut self.start);
        loop {
            match self.opened.read(&mut self.buffer[start..]) {
                Ok(read) => {
                    let piece = &self.buffer[..start + read];
                    self.counter.add(piece.len() as u64);
                    return Ok(piece);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What is left of a message in an mbox.
pub struct InMbox<'a> {
    mbox: &'a mut Mbox<Opened>,
    counter: &'a Counter,
}

impl Pieces for InMbox<'_> {
    fn read(&mut self) -> Result<&[u8], Failure> {
        let piece = self.mbox.piece()?;
        self.counter.add(piece.len() as u64);
        Ok(piece)
    }
}

/// A message of an mbox: octets that are there, and what is left of it.
pub struct Chain<'a> {
    pub start: &'a [u8],
    pub rest: Option<InMbox<'a>>,
}

impl Pieces for Chain<'_> {
    fn read(&mut self) -> Result<&[u8], Failure> {
        let start = std::mem::take(&mut self.start);
        match &mut self.rest {
            Some(rest) if start.is_empty() => rest.read(),
            _ => Ok(start),
        }
    }
}
