//! Where the messages come from that are read: files, mboxes, Maildirs, folders.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use dkim_toolkit::mailbox::{MBOX_START, is_mbox};

use crate::error::Error;
use crate::files::{Mbox, PIECE, Pieces, Place, Source, Sources, Walk};

/// Files are read in pieces of at least this many bytes.
const MIN_PIECE: u64 = 512;
/// A message of an mbox is read whole, and then judged while others read theirs, up to this many
/// bytes. A larger one is judged while it is read.
const WHOLE: usize = 1024 * 1024;

/// What messages are taken from, one after the other.
pub struct Inputs {
    sources: Sources,
    /// The list that was looked for messages.
    list: Option<Arc<Source>>,
    /// The folder whose turn it is.
    folder: Option<OpenFolder>,
    /// The mbox whose turn it is, which may be a file of that folder.
    mbox: Option<OpenMbox>,
    given: u64,
}

struct OpenFolder {
    source: Arc<Source>,
    walk: Walk,
    /// What was given before anything in it.
    before: u64,
}

struct OpenMbox {
    source: Arc<Source>,
    mbox: Mbox<Opened>,
    /// The number of the message that it is at.
    index: u64,
}

/// What comes next.
pub enum Taken {
    /// A file of one message.
    File(Place, FileStart),
    /// A message of an mbox, all of it.
    Whole(Place, Vec<u8>),
    /// The first bytes of a message of an mbox; [`Inputs::rest`] has the others.
    Begun(Place, Vec<u8>),
    /// What should be a message and cannot be read.
    Failed(Place, Error),
    /// A folder without any message, or an empty list.
    Empty(Place),
}

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

impl Inputs {
    /// The messages of these sources, in order.
    pub fn new(sources: Sources) -> Self {
        Self {
            list: sources.list().cloned().map(Arc::new),
            sources,
            folder: None,
            mbox: None,
            given: 0,
        }
    }

    /// The next message, or what is there in place of one; `None` at the end.
    pub fn take(&mut self) -> Option<Taken> {
        loop {
            if let Some(open) = &mut self.mbox {
                open.index += 1;
                match open.mbox.next_message() {
                    Ok(true) => return self.take_from_mbox(),
                    Ok(false) => self.mbox = None,
                    Err(error) => {
                        let (source, index) = (open.source.clone(), open.index);
                        self.mbox = None;
                        let place = self.place(source, Some(index));
                        return Some(Taken::Failed(place, error.into()));
                    }
                }
            }
            let taken = if self.folder.is_some() {
                self.take_from_folder()
            } else {
                match self.sources.next() {
                    Some(Ok(source)) => self.begin(source),
                    Some(Err((source, failure))) => {
                        Some(Taken::Failed(self.place(Arc::new(source), None), failure))
                    }
                    None => {
                        let list = self.list.take().filter(|_| self.given == 0)?;
                        Some(Taken::Empty(self.place(list, None)))
                    }
                }
            };
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// Goes to a source; what there is to take, unless it is in a folder or in an mbox.
    fn begin(&mut self, source: Source) -> Option<Taken> {
        if let Source::File(path) = &source
            && fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
        {
            self.folder = Some(OpenFolder {
                walk: Walk::new(path.clone()),
                source: Arc::new(source),
                before: self.given,
            });
            return None;
        }
        self.open(Arc::new(source))
    }

    /// What the folder has next; `None` if that is an mbox or the end.
    fn take_from_folder(&mut self) -> Option<Taken> {
        let folder = self.folder.as_mut()?;
        match folder.walk.next() {
            Some(Ok(path)) => self.open(Arc::new(Source::File(path))),
            Some(Err((path, error))) => {
                let place = self.place(Arc::new(Source::File(path)), None);
                Some(Taken::Failed(place, error.into()))
            }
            None => {
                let OpenFolder { source, before, .. } = self.folder.take()?;
                (before == self.given).then(|| Taken::Empty(self.place(source, None)))
            }
        }
    }

    /// What is left of the message that was begun.
    pub fn rest(&mut self) -> Option<InMbox<'_>> {
        self.mbox.as_mut().map(|open| InMbox(&mut open.mbox))
    }

    /// The message that the mbox is at.
    fn take_from_mbox(&mut self) -> Option<Taken> {
        let OpenMbox { source, index, .. } = self.mbox.as_ref()?;
        let place = self.place(source.clone(), Some(*index));
        let open = self.mbox.as_mut()?;
        let mut message = Vec::new();
        loop {
            match open.mbox.piece() {
                Ok([]) => return Some(Taken::Whole(place, message)),
                Ok(piece) => message.extend_from_slice(piece),
                Err(error) => return Some(Taken::Failed(place, error.into())),
            }
            if message.len() > WHOLE {
                return Some(Taken::Begun(place, message));
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
        if !is_mbox(start.bytes()) {
            return Some(Taken::File(self.place(source, None), start));
        }
        self.mbox = Some(OpenMbox {
            source,
            mbox: Mbox::new(&start.start[..start.length], start.opened),
            index: 0,
        });
        None
    }

    fn place(&mut self, source: Arc<Source>, index: Option<u64>) -> Place {
        self.given += 1;
        Place { source, index }
    }
}

fn open(path: &Path) -> io::Result<Opened> {
    File::open(path).map(Opened::File)
}

impl FileStart {
    /// Reads what tells an mbox.
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

    fn bytes(&self) -> &[u8] {
        &self.start[..self.length]
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
            opened: self.opened,
            start: self.length,
            buffer,
        }
    }
}

/// A message that is a file.
pub struct InFile {
    opened: Opened,
    /// Bytes at the start of the buffer that were read already.
    start: usize,
    buffer: Vec<u8>,
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

/// What is left of a message in an mbox.
pub struct InMbox<'a>(&'a mut Mbox<Opened>);

impl Pieces for InMbox<'_> {
    fn read(&mut self) -> Result<&[u8], Error> {
        Ok(self.0.piece()?)
    }
}

/// A message of an mbox: bytes that are there, and what is left of it.
pub struct Chain<'a> {
    pub start: &'a [u8],
    pub rest: Option<InMbox<'a>>,
}

impl Pieces for Chain<'_> {
    fn read(&mut self) -> Result<&[u8], Error> {
        let start = std::mem::take(&mut self.start);
        match &mut self.rest {
            Some(rest) if start.is_empty() => rest.read(),
            _ => Ok(start),
        }
    }
}
