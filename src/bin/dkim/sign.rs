//! `dkim sign`.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::author::author_addresses;
use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::key::{SigningKey, SigningKeyError};
use dkim_toolkit::message::{Header, MAX_LINE};
use dkim_toolkit::sign::{BodyLength, Choices, SignError, Signer, Signing};
use dkim_toolkit::verify::{MINIMUM_RSA_BITS, STRONG_RSA_BITS};
use serde::Serialize;

use crate::args::{Sign, SigningTime};
use crate::exit::ExitStatus;
use crate::io::{CopyError, Failure, Pieces as _, Replay, Source, shown, sources, write_whole};
use crate::key_file::{ASK_PASSPHRASE, Passphrase, read_secret};
use crate::output::{self, Output, OutputError, io_reason};
use crate::verify::now;

/// What is said of one message, as JSON.
#[derive(Serialize)]
struct Signed<'a> {
    source: String,
    output: Option<String>,
    fields: &'a [String],
    error: Option<String>,
}

pub fn run(arguments: &Sign, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim sign -s SELECTOR -k KEY MESSAGE, or the message on standard input");
            return Ok(ExitStatus::Usage);
        }
    };
    if let Err(status) = check_usage(arguments, &sources, output.json) {
        return Ok(status);
    }
    let keys = match read_keys(arguments) {
        Ok(keys) => keys,
        Err(status) => return Ok(status),
    };
    let mut task = Task {
        arguments,
        keys,
        written: HashSet::new(),
    };
    let to_files =
        arguments.in_place || arguments.output_dir.is_some() || arguments.output.is_some();
    let mut closed = false;
    let mut status = ExitStatus::Yes;
    for source in &sources {
        let outcome = task.sign(source, output);
        let (fields, destination, error) = match outcome {
            Ok((fields, destination)) => (fields, destination, None),
            Err(Trouble::Output(error)) => return Err(error),
            Err(Trouble::Failure(what, failure)) => {
                failure.say(&what);
                status = ExitStatus::CannotDo;
                (Vec::new(), None, Some(failure.reason))
            }
        };
        if output.json && !output.quiet && !closed {
            let source = source.to_string();
            let told = output.json(&Signed {
                source,
                output: destination,
                fields: &fields,
                error,
            });
            match told {
                // Files are signed whether or not anybody reads which.
                Err(OutputError::Closed) if to_files => closed = true,
                told => told?,
            }
        }
    }
    Ok(status)
}

/// Refuses what no message could be signed with.
fn check_usage(arguments: &Sign, sources: &[Source], json: bool) -> Result<(), ExitStatus> {
    let usage = |why: &str, hint: &str| {
        output::usage_error(why);
        output::hint(hint);
        Err(ExitStatus::Usage)
    };
    if arguments.selector.len() != arguments.key.len() {
        return usage(
            "--selector and --key go in pairs",
            "dkim sign -s first -k first.pem -s second -k second.pem",
        );
    }
    let from_stdin = sources.contains(&Source::Stdin);
    if from_stdin && arguments.in_place {
        return usage(
            "--in-place wants files",
            "without it the signed message goes to standard output",
        );
    }
    if from_stdin && arguments.output_dir.is_some() {
        return usage(
            "--output-dir wants files, whose names it takes",
            "use --output FILE",
        );
    }
    let one_place = !arguments.in_place && arguments.output_dir.is_none();
    let only_told = json && arguments.output.is_none();
    if sources.len() > 1 && one_place && !only_told {
        return usage(
            "several messages and one place for them",
            "use --in-place or --output-dir DIR",
        );
    }
    if let Some(folder) = &arguments.output_dir
        && !folder.is_dir()
    {
        output::error(shown(folder), "not a folder");
        output::hint("make the folder first");
        return Err(ExitStatus::CannotDo);
    }
    Ok(())
}

/// Reads the keys and warns of what is unwise about them. What goes wrong is said.
fn read_keys(arguments: &Sign) -> Result<Vec<Arc<SigningKey>>, ExitStatus> {
    let cannot = |path: &Path, failure: Failure| {
        failure.say(shown(path));
        ExitStatus::CannotDo
    };
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let mut keys = Vec::new();
    for path in &arguments.key {
        let octets = read_secret(path).map_err(|failure| cannot(path, failure))?;
        let key = SigningKey::from_bytes(&octets, passphrase.octets()).map_err(|error| {
            let mut failure = Failure::new(&error);
            failure.hint = match error {
                SigningKeyError::Encrypted => Some(ASK_PASSPHRASE),
                _ => error.hint(),
            };
            cannot(path, failure)
        })?;
        if key.key_type() == KeyType::Rsa && key.bits() < MINIMUM_RSA_BITS {
            return Err(cannot(
                path,
                sign_failure(&SignError::KeyTooShort { bits: key.bits() }),
            ));
        }
        warn_of_key(path, &key);
        keys.push(Arc::new(key));
    }
    if keys.iter().all(|key| key.key_type() == KeyType::Ed25519) {
        output::warning(
            "Ed25519",
            "many receivers, Gmail among them, verify only RSA",
        );
        output::advice("sign with both: one more pair of --selector and --key");
    }
    Ok(keys)
}

fn warn_of_key(path: &Path, key: &SigningKey) {
    let bits = key.bits();
    let weak = MINIMUM_RSA_BITS..STRONG_RSA_BITS;
    if key.key_type() == KeyType::Rsa && weak.contains(&bits) {
        output::warning(
            shown(path),
            format_args!(
                "an RSA key of {bits} bits is weak: {STRONG_RSA_BITS} or more are recommended"
            ),
        );
    }
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        output::warning(
            shown(path),
            format_args!("others may read this key (mode {:04o})", mode & 0o7777),
        );
        output::advice(format_args!("chmod 600 {}", shown(path)));
    }
}

/// What kept a message from being signed.
enum Trouble {
    /// Something about the source or the destination that is named.
    Failure(String, Failure),
    /// Standard output.
    Output(OutputError),
}

struct Task<'a> {
    arguments: &'a Sign,
    keys: Vec<Arc<SigningKey>>,
    /// The files that were written.
    written: HashSet<PathBuf>,
}

impl Task<'_> {
    /// Signs a message and writes it; the new fields, and the file that was written.
    fn sign(
        &mut self,
        source: &Source,
        output: &mut Output,
    ) -> Result<(Vec<String>, Option<String>), Trouble> {
        let about_source = |failure| Trouble::Failure(source.to_string(), failure);
        let mut message = Replay::open(source).map_err(about_source)?;
        let destination = self.destination(source)?;
        let line_endings = self.arguments.line_endings.get();
        let (header, body) = message.read_header(line_endings).map_err(about_source)?;
        let authors = header.fields_named("from").count();
        if authors > 1 {
            let why = format!("there are {authors} From fields: receivers may refuse it");
            output::warning(source, why);
        }
        let signers = self.signers(&header).map_err(about_source)?;
        let mut signing = Signing::begin(&signers, &header)
            .map_err(|error| about_source(sign_failure(&error)))?;
        message
            .read_body(&body, |octets| signing.body(octets))
            .map_err(about_source)?;
        let fields = signing
            .finish()
            .map_err(|error| about_source(sign_failure(&error)))?;
        let text = fields.concat();
        if text.lines().any(|line| line.len() > MAX_LINE) {
            let why =
                format!("the new field has a line over {MAX_LINE} octets: mail servers may cut it");
            output::warning(source, why);
        }
        let place = header.envelope().len();
        let copy = |out: &mut dyn Write| {
            if self.arguments.field_only {
                out.write_all(text.as_bytes()).map_err(CopyError::Write)
            } else {
                message.copy(out, place, &text)
            }
        };
        match &destination {
            Some(path) => {
                write_whole(path, copy)
                    .map_err(|error| copy_trouble(error, source, &shown(path)))?;
                self.written.insert(identity(path));
            }
            None if output.json => {}
            None => {
                let mut out = output.octets();
                let copied = copy(&mut out).and_then(|()| out.flush().map_err(CopyError::Write));
                copied.map_err(|error| match error {
                    CopyError::Write(error) => Trouble::Output(error.into()),
                    other => copy_trouble(other, source, ""),
                })?;
            }
        }
        Ok((fields, destination.map(|path| shown(&path))))
    }

    /// The file that the signed message goes to; `None` for standard output.
    fn destination(&self, source: &Source) -> Result<Option<PathBuf>, Trouble> {
        let Sign {
            in_place,
            output,
            output_dir,
            ..
        } = self.arguments;
        let about = |path: &Path, reason: &str, hint| {
            let reason = reason.to_owned();
            Err(Trouble::Failure(shown(path), Failure { reason, hint }))
        };
        let output = output.clone().filter(|output| output.as_os_str() != "-");
        let Source::File(path) = source else {
            return Ok(output);
        };
        if *in_place {
            if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
                return about(
                    path,
                    "not a regular file, which --in-place could replace",
                    None,
                );
            }
            if self.written.contains(&identity(path)) {
                return about(path, "named twice: it was signed already", None);
            }
            return Ok(Some(path.clone()));
        }
        let Some(folder) = output_dir else {
            let itself = |output: &PathBuf| output.exists() && identity(output) == identity(path);
            if self.arguments.field_only && output.as_ref().is_some_and(itself) {
                return about(path, "the field alone would replace the message", None);
            }
            return Ok(output);
        };
        let target = folder.join(path.file_name().unwrap_or_default());
        if self.written.contains(&identity(&target)) {
            return about(
                &target,
                "another message of this name was just written there",
                None,
            );
        }
        if target.exists() && identity(&target) == identity(path) {
            let hint = Some("to replace messages, use --in-place");
            return about(&target, "this is the message itself", hint);
        }
        Ok(Some(target))
    }

    fn signers(&self, header: &Header) -> Result<Vec<Signer>, Failure> {
        let domain = match &self.arguments.domain {
            Some(domain) => domain.clone(),
            None => author_domain(header)?,
        };
        let choices = self.choices();
        let pairs = self.arguments.selector.iter().zip(&self.keys);
        pairs
            .map(|(selector, key)| {
                Signer::new(
                    domain.clone(),
                    selector.clone(),
                    key.clone(),
                    choices.clone(),
                )
                .map_err(|error| sign_failure(&error))
            })
            .collect()
    }

    fn choices(&self) -> Choices {
        let arguments = self.arguments;
        let timestamp = match arguments.timestamp {
            Some(SigningTime::Time(time)) => Some(time),
            Some(SigningTime::None) => None,
            None => Some(now()),
        };
        let mut choices = Choices::default();
        choices.canonicalization = arguments.canonicalization;
        choices.headers = arguments.headers.as_ref().map(|names| names.0.clone());
        choices.oversign.clone_from(&arguments.oversign.0);
        choices.identity.clone_from(&arguments.identity);
        choices.timestamp = timestamp;
        choices.expiration = arguments.expires_in.map(|expires_in| {
            timestamp
                .unwrap_or_else(now)
                .saturating_add(expires_in.as_secs())
        });
        choices.body_length = match arguments.body_length {
            None => BodyLength::Unlimited,
            Some(None) => BodyLength::Whole,
            Some(Some(length)) => BodyLength::First(length),
        };
        choices.copy_headers = arguments.copy_headers;
        choices.wrap = !arguments.no_wrap;
        choices
    }
}

/// What a path leads to, however it is written.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The domain of the author, if there is but one.
fn author_domain(header: &Header) -> Result<Sdid, Failure> {
    const HINT: Option<&str> = Some("name the signing domain: --domain example.com");
    let addresses = author_addresses(header);
    let domains: BTreeSet<String> = addresses
        .iter()
        .filter_map(|address| address.rsplit_once('@'))
        .map(|(_, domain)| domain.to_ascii_lowercase())
        .collect();
    let reason = match domains.iter().next() {
        None if header.fields_named("from").next().is_none() => {
            return Err(sign_failure(&SignError::FromMissing));
        }
        None => "the From field has no address with a domain".to_owned(),
        Some(domain) if domains.len() == 1 => match Sdid::parse(domain.as_bytes()) {
            Ok(domain) => return Ok(domain),
            Err(error) => format!("the domain of the From address cannot sign: {error}"),
        },
        Some(_) => "the From addresses are of several domains".to_owned(),
    };
    Err(Failure { reason, hint: HINT })
}

fn sign_failure(error: &SignError) -> Failure {
    let hint = match error {
        SignError::FromMissing | SignError::ContinuesNothing => {
            Some("is this a message, with its header?")
        }
        SignError::FromNotSigned => Some("put From into --headers"),
        SignError::KeyTooShort { .. } => Some("make a new key of 2048 bits"),
        SignError::IdentityOutsideDomain => Some("choose --identity within --domain"),
        _ => None,
    };
    Failure {
        reason: error.to_string(),
        hint,
    }
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn copy_trouble(error: CopyError, source: &Source, destination: &str) -> Trouble {
    match error {
        CopyError::Write(error) => {
            Trouble::Failure(destination.to_owned(), Failure::new(io_reason(&error)))
        }
        CopyError::Read(error) => {
            Trouble::Failure(source.to_string(), Failure::new(io_reason(&error)))
        }
        CopyError::Changed => Trouble::Failure(
            source.to_string(),
            Failure::new("it changed while it was signed"),
        ),
    }
}
