//! Where the messages come from that are read: files, mboxes, Maildirs, folders.

use std::fs;
use std::sync::Arc;

use dkim_toolkit::mailbox::is_mbox;

use crate::error::Error;
use crate::files::{FileStart, InFile, Mbox, Missed, Opened, Pieces, Place, Source, Sources, Walk};

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
    /// A message of an mbox or of a packed file, all of it.
    Whole(Place, Vec<u8>),
    /// The first bytes of a message of an mbox; [`Inputs::rest`] has the others.
    Begun(Place, Vec<u8>),
    /// What should be a message and cannot be read.
    Failed(Place, Error),
    /// What was passed over, and why; there is no message in it.
    PassedOver(Place, &'static str),
    /// A folder without any message, or an empty list.
    Empty(Place),
}

/// What comes next, for those who read one message after the other.
pub enum Next<'a> {
    /// A message.
    Message(Place, Content<'a>),
    /// What should be a message and cannot be read.
    Failed(Place, Error),
    /// What was passed over, and why; there is no message in it.
    PassedOver(Place, &'static str),
    /// A folder without any message, or an empty list.
    Empty(Place),
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
                        let place = self.place_in_mbox(source, index);
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
                        Some(Taken::Failed(self.place(Arc::new(source)), failure))
                    }
                    None => {
                        let list = self.list.take().filter(|_| self.given == 0)?;
                        Some(Taken::Empty(self.place(list)))
                    }
                }
            };
            if taken.is_some() {
                return taken;
            }
        }
    }

    /// Whether it is known that [`take`](Self::take) gives nothing more.
    pub fn is_at_end(&self) -> bool {
        self.folder.is_none() && self.mbox.is_none() && self.sources.is_at_end()
    }

    /// The next message to read, or what is there in place of one; `None` at the end.
    pub fn read_next(&mut self) -> Option<Next<'_>> {
        let taken = self.take()?;
        Some(self.read(taken))
    }

    /// The message of a number, counted from 1 over all inputs.
    pub fn pick(&mut self, number: u32) -> Result<Next<'_>, Error> {
        let mut passed = 0;
        loop {
            match self.take() {
                Some(Taken::PassedOver(..) | Taken::Empty(_)) => {}
                Some(taken) if passed + 1 == number => return Ok(self.read(taken)),
                Some(_) => passed += 1,
                None => {
                    let there = match passed {
                        0 => "there is none".to_owned(),
                        1 => "there is 1 message".to_owned(),
                        _ => format!("there are {passed} messages"),
                    };
                    return Err(Error::cannot(format!("no message {number}: {there}")));
                }
            }
        }
    }

    fn read(&mut self, taken: Taken) -> Next<'_> {
        match taken {
            Taken::File(place, start) => Next::Message(place, Content::File(start.pieces())),
            Taken::Whole(place, message) => {
                Next::Message(place, Content::Chain(Chain::new(message, None)))
            }
            Taken::Begun(place, start) => {
                Next::Message(place, Content::Chain(Chain::new(start, self.rest())))
            }
            Taken::Failed(place, error) => Next::Failed(place, error),
            Taken::PassedOver(place, why) => Next::PassedOver(place, why),
            Taken::Empty(place) => Next::Empty(place),
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
            Some(Err(Missed::Unreadable(path, error))) => {
                let place = self.place(Arc::new(Source::File(path)));
                Some(Taken::Failed(place, error.into()))
            }
            Some(Err(Missed::BrokenLink(path))) => {
                let source = Arc::new(Source::File(path));
                let place = Place {
                    source,
                    index: None,
                    is_within: false,
                };
                Some(Taken::PassedOver(place, "the link leads to nothing"))
            }
            None => {
                let OpenFolder { source, before, .. } = self.folder.take()?;
                (before == self.given).then(|| Taken::Empty(self.place(source)))
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
        let place = self.place_in_mbox(source.clone(), *index);
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
        let start = match FileStart::open(&source) {
            Ok(start) => start,
            Err(error) => {
                let place = self.place(source);
                return Some(Taken::Failed(place, error.into()));
            }
        };
        if !is_mbox(start.bytes()) {
            return Some(self.take_file(source, start));
        }
        self.mbox = Some(OpenMbox {
            source,
            mbox: start.mbox(),
            index: 0,
        });
        None
    }

    /// A file of one message. What is packed is unpacked here up to a length, so that it is known
    /// how much memory it takes.
    fn take_file(&mut self, source: Arc<Source>, mut start: FileStart) -> Taken {
        let place = Place {
            is_within: start.is_within(),
            ..self.place(source)
        };
        if !start.is_within() || start.length().is_some() {
            return Taken::File(place, start);
        }
        match start.read_ahead(WHOLE) {
            Ok(true) => Taken::Whole(place, start.into_bytes()),
            Ok(false) => Taken::File(place, start),
            Err(error) => Taken::Failed(place, error.into()),
        }
    }

    fn place(&mut self, source: Arc<Source>) -> Place {
        self.given += 1;
        Place {
            source,
            index: None,
            is_within: false,
        }
    }

    fn place_in_mbox(&mut self, source: Arc<Source>, index: u64) -> Place {
        Place {
            index: Some(index),
            is_within: true,
            ..self.place(source)
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

/// Bytes of a message that are there, and what is left of it in an mbox.
pub struct Chain<'a> {
    start: Vec<u8>,
    rest: Option<InMbox<'a>>,
    /// Whether `start` was given.
    begun: bool,
}

impl<'a> Chain<'a> {
    pub fn new(start: Vec<u8>, rest: Option<InMbox<'a>>) -> Self {
        Self {
            start,
            rest,
            begun: false,
        }
    }
}

impl Pieces for Chain<'_> {
    fn read(&mut self) -> Result<&[u8], Error> {
        let begun = std::mem::replace(&mut self.begun, true);
        match &mut self.rest {
            _ if !begun && !self.start.is_empty() => Ok(&self.start),
            Some(rest) => rest.read(),
            None => Ok(&[]),
        }
    }
}

/// What is read: a file, or a message of an mbox or of a packed file.
pub enum Content<'a> {
    File(InFile),
    Chain(Chain<'a>),
}

impl Content<'_> {
    /// The bytes of a file; 0 for a pipe. Those of a message in an mbox as far as they are read.
    pub fn length(&self) -> u64 {
        match self {
            Self::File(file) => file.length(),
            Self::Chain(message) => message.start.len() as u64,
        }
    }
}

impl Pieces for Content<'_> {
    fn read(&mut self) -> Result<&[u8], Error> {
        match self {
            Self::File(file) => file.read(),
            Self::Chain(message) => message.read(),
        }
    }
}
