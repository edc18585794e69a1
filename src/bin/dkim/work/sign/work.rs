//! Signing one message, as a part of the work on many.

use std::borrow::Cow;
use std::fs::Metadata;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::mailbox::is_mbox;
use dkim_toolkit::message::{Header, MAX_LINE};
use dkim_toolkit::sign::{BodyLength, Choices, SignError, Signer, Signing, domain_of_author};

use super::destination::Inputs;
use super::keys::{SigningKeys, cannot_sign};
use crate::args::{Sign, SigningTime};
use crate::clock::now;
use crate::error::Error;
use crate::files::{CopyError, Mbox, Pieces as _, Replay, Source, shown, write_anew, write_whole};
use crate::interrupt::Steps;
use crate::system::{FileState, other_names};
use crate::work::pool::{Feed, Held, Pool, Stop};
use crate::work::progress::Counter;

/// The memory for results that wait for their turn, and what each takes, about, in bytes.
const MEMORY: u64 = 16 * 1024 * 1024;
const RESULT: u64 = 4 * 1024;

/// Signs messages.
pub struct Signatory {
    arguments: Sign,
    keys: SigningKeys,
    /// The signers of every message; `None` where the message says for which domain.
    signers: Option<Result<Vec<Signer>, SignError>>,
    counter: Arc<Counter>,
    steps: Steps,
    /// Whether a message without a file of its own is printed; else only its fields are told.
    prints: bool,
}

/// A message that was signed, or could not be.
pub struct Signed {
    pub source: Source,
    /// What is odd about it.
    pub warnings: Vec<String>,
    pub outcome: Result<Written, Error>,
    /// The memory that it takes.
    pub _held: Held,
}

/// What was made.
pub struct Written {
    /// The new fields.
    pub fields: Vec<String>,
    /// The file that was written.
    pub destination: Option<String>,
    /// What is for standard output.
    pub rest: Option<Copy>,
}

/// A signed message, still to be written.
pub struct Copy {
    message: Replay,
    header: Header,
    fields: Vec<String>,
    field_only: bool,
}

/// Signs the messages of these inputs, `jobs` at once, or as many as there are cores.
pub fn sign_all(
    signatory: Signatory,
    mut inputs: Inputs,
    jobs: Option<NonZeroUsize>,
) -> Result<Pool<Signed>, Error> {
    let signatory = Arc::new(signatory);
    Pool::start(jobs, MEMORY, async move |feed: &mut Feed<Signed>| {
        while let Some((source, destination)) = inputs.take() {
            let held = feed.reserve(RESULT).await?;
            let signatory = signatory.clone();
            let work = async move { signatory.work(source, destination, held) };
            if inputs.is_at_end() {
                feed.work_on_last(work).await?;
            } else {
                feed.work(work).await?;
            }
        }
        Ok::<(), Stop>(())
    })
}

impl Signatory {
    fn work(
        &self,
        source: Source,
        destination: Result<Option<PathBuf>, Error>,
        held: Held,
    ) -> Signed {
        let mut warnings = Vec::new();
        let outcome =
            destination.and_then(|destination| self.sign(&source, destination, &mut warnings));
        Signed {
            source,
            warnings,
            outcome,
            _held: held,
        }
    }

    pub fn new(
        arguments: Sign,
        keys: SigningKeys,
        counter: Arc<Counter>,
        steps: Steps,
        prints: bool,
    ) -> Self {
        let domain = arguments.domain.as_ref().or(keys.domain.as_ref());
        Self {
            signers: domain.map(|domain| signers(&arguments, &keys, domain)),
            arguments,
            keys,
            counter,
            steps,
            prints,
        }
    }

    /// Signs a message and writes it, unless it is for standard output.
    fn sign(
        &self,
        source: &Source,
        destination: Option<PathBuf>,
        warnings: &mut Vec<String>,
    ) -> Result<Written, Error> {
        let mut message = Replay::open(source)?;
        let line_endings = self.arguments.line_endings.get();
        let (header, body) = message.read_header(line_endings)?;
        if let Some(foreign) = header.foreign() {
            let hint = foreign.remedy();
            return Err(Error::cannot(foreign).hints(hint.map(|hint| source.named_in(hint))));
        }
        if let Some(malformation) = header.malformation() {
            let error = cannot_sign(&SignError::MalformedHeader(malformation.clone()));
            return Err(match malformation.remedy() {
                Some(remedy) => Error {
                    hints: vec![source.named_in(&remedy)],
                    ..error
                },
                None => error,
            });
        }
        warnings.extend(warnings_of_header(&header));
        if self.arguments.in_place {
            warnings.extend(message.metadata().and_then(split_links));
        }
        let signers = self.signers(&header)?;
        if self.signers.is_none() {
            warnings.extend(self.misnamed_keys(&signers));
        }
        let mut signing = Signing::begin(&signers, header.clone(), self.time_of_signing())
            .map_err(|error| cannot_sign(&error))?;
        let mut has_zero = false;
        message.read_body(&body, |bytes| {
            has_zero |= bytes.contains(&0);
            signing.body(bytes);
        })?;
        if has_zero {
            let zero = "the body has a zero byte (NUL), which no message may have: mail servers \
                        may refuse or change it, which breaks the signature";
            warnings.push(zero.to_owned());
        }
        self.counter.add(message.length());
        if is_mbox(header.envelope()) {
            refuse_several(&mut message)?;
        }
        warnings.extend(signing.warnings().iter().map(ToString::to_string));
        let fields = signing.finish().map_err(|error| cannot_sign(&error))?;
        let mut lines = fields.iter().flat_map(|field| field.lines());
        if lines.any(|line| line.len() > MAX_LINE) {
            warnings.push(format!(
                "the new field has a line over {MAX_LINE} bytes: mail servers may cut it"
            ));
        }
        let copy = Copy {
            message,
            header,
            fields: fields.clone(),
            field_only: self.arguments.field_only,
        };
        let rest = match &destination {
            None => self.prints.then_some(copy),
            Some(path) => {
                self.write(copy, path)
                    .map_err(|error| cannot_copy(error, &shown(path)))?;
                None
            }
        };
        Ok(Written {
            fields,
            destination: destination.map(|path| path.to_string_lossy().into_owned()),
            rest,
        })
    }

    /// Writes a message to its file; over itself only if it has not been changed since it was read.
    fn write(&self, copy: Copy, path: &Path) -> Result<(), CopyError> {
        let as_read = copy.message.metadata().map(FileState::of);
        match as_read.filter(|_| self.arguments.in_place) {
            Some(as_read) => write_anew(path, &as_read, &self.steps, |out| copy.write(out)),
            None => write_whole(path, &self.steps, |out| copy.write(out)),
        }
    }

    /// What is odd about the keys for the domain that the message says.
    fn misnamed_keys(&self, signers: &[Signer]) -> Vec<String> {
        let pairs = self.keys.pairs.iter().zip(signers);
        pairs
            .filter_map(|(pair, signer)| pair.misnamed(signer.domain()))
            .collect()
    }

    fn signers(&self, header: &Header) -> Result<Cow<'_, [Signer]>, Error> {
        let made = match &self.signers {
            Some(Ok(signers)) => return Ok(Cow::Borrowed(signers)),
            Some(Err(error)) => return Err(cannot_sign(error)),
            None => domain_of_author(header)
                .and_then(|domain| signers(&self.arguments, &self.keys, &domain)),
        };
        made.map(Cow::Owned).map_err(|error| cannot_sign(&error))
    }

    fn time_of_signing(&self) -> u64 {
        match self.arguments.timestamp {
            Some(SigningTime::Time(time)) => time,
            Some(SigningTime::None) | None => now(),
        }
    }
}

/// A signer for each pair of selector and key.
fn signers(arguments: &Sign, keys: &SigningKeys, domain: &Sdid) -> Result<Vec<Signer>, SignError> {
    let choices = choices(arguments);
    keys.pairs
        .iter()
        .map(|pair| {
            Signer::new(
                domain.clone(),
                pair.selector.clone(),
                pair.key.clone(),
                choices.clone(),
            )
        })
        .collect()
}

fn choices(arguments: &Sign) -> Choices {
    let mut choices = Choices::default();
    choices.canonicalization = arguments.canonicalization;
    choices.headers = arguments.headers.as_ref().map(|names| names.0.clone());
    choices.oversign = arguments.oversign.as_ref().map(|names| names.0.clone());
    choices.identity.clone_from(&arguments.identity);
    choices.timestamp = !matches!(arguments.timestamp, Some(SigningTime::None));
    choices.expires_in = arguments.expires_in;
    choices.body_length = match arguments.body_length {
        None => BodyLength::Unlimited,
        Some(None) => BodyLength::Whole,
        Some(Some(length)) => BodyLength::First(length),
    };
    choices.copy_headers = arguments.copy_headers;
    choices.wrap = !arguments.no_wrap;
    // The file is replaced: only a field that verifies may get that far.
    choices.verify = arguments.in_place;
    choices
}

/// What is odd about a message, as far as its header tells.
fn warnings_of_header(header: &Header) -> Vec<String> {
    let mut warnings = Vec::new();
    if header.has_byte_order_mark() {
        warnings.push("the byte order mark above the header is not signed".to_owned());
    }
    if !header.envelope().is_empty() {
        warnings.push("the envelope line above the header is not signed".to_owned());
    }
    if has_white_line(header) {
        let line = "a line of the header is white space: mail programs may take it for the end of \
                    the header";
        warnings.push(line.to_owned());
    }
    let authors = header.fields_named("from").count();
    if authors > 1 {
        warnings.push(format!(
            "there are {authors} From fields: receivers may refuse it"
        ));
    }
    warnings
}

/// Whether a field goes on over a line of nothing but white space (RFC 5322 §3.2.2).
fn has_white_line(header: &Header) -> bool {
    let is_white = |line: &[u8]| !line.is_empty() && line.trim_ascii().is_empty();
    let mut lines = header.fields().flat_map(|field| {
        let lines = field.raw().split(|&byte| byte == b'\n');
        lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    });
    lines.any(is_white)
}

/// That a file which is replaced stays as it was under its other names.
fn split_links(metadata: &Metadata) -> Option<String> {
    match other_names(metadata) {
        0 => None,
        1 => Some("its other name (a hard link) keeps the message as it was".to_owned()),
        others => Some(format!(
            "its {others} other names (hard links) keep the message as it was"
        )),
    }
}

/// Refuses an mbox of several messages, of which but one signature would be made.
fn refuse_several(message: &mut Replay) -> Result<(), Error> {
    let mut mbox = Mbox::new(&[], message.again()?);
    if mbox.next_message()? && mbox.next_message()? {
        let error = Error::cannot("an mbox of several messages");
        return Err(error.hint("sign each message as a file of its own"));
    }
    Ok(())
}

impl Copy {
    /// Writes the message, or the new fields if they alone are wanted.
    pub fn write(self, out: &mut dyn Write) -> Result<(), CopyError> {
        if self.field_only {
            out.write_all(self.fields.concat().as_bytes())
                .map_err(CopyError::Write)
        } else {
            let head = self.header.with_fields_on_top(&self.fields);
            self.message.copy(out, &head, self.header.length())
        }
    }
}

/// Why a message cannot be copied to a destination.
pub fn cannot_copy(error: CopyError, destination: &str) -> Error {
    match error {
        CopyError::Write(error) => Error::from(error).about(destination),
        CopyError::Read(error) => error.into(),
        CopyError::Changed => Error::cannot("it was changed while it was signed")
            .hint("sign it again when no other program writes to it"),
    }
}
