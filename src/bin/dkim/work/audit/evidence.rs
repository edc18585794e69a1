//! Who signs, from messages and aggregate reports.

use std::path::PathBuf;
use std::sync::Arc;

use dkim_toolkit::audit::Evidence;
use dkim_toolkit::dmarc::report::{
    MAX_REPORT, Report, ReportError, UnpackError, attachments, unpack,
};
use dkim_toolkit::message::LineEndings;

use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Pieces, Place, Source, Sources};
use crate::print::Output;
use crate::work::inputs::{Content, Inputs, Next};
use crate::work::progress::{Counter, Progress};

/// A right command line.
const EXAMPLE: &str = "dkim audit example.com --from-messages Maildir --from-reports reports";

/// Gathers who signs from messages (`--from-messages`) and from aggregate reports
/// (`--from-reports`). Each path is a file, an mbox, a Maildir or a folder, as for `verify`; a
/// report is a file of its own or attached to a message.
///
/// What cannot be read is said, and the others are read all the same; the status is the worst.
pub fn gather(
    messages: &[PathBuf],
    reports: &[PathBuf],
    output: &mut Output,
) -> Result<(Evidence, ExitStatus), Error> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if messages.iter().any(is_stdin) && reports.iter().any(is_stdin) {
        return Err(Error::usage("standard input can be read only once").hint(EXAMPLE));
    }
    let mut gathering = Gathering {
        evidence: Evidence::default(),
        status: ExitStatus::Yes,
        named: reports,
        others: Others::default(),
    };
    if !messages.is_empty() {
        gathering.read(messages, "message", output, Gathering::add_message)?;
    }
    if !reports.is_empty() {
        gathering.read(reports, "aggregate report", output, Gathering::add_reports)?;
        gathering.others.tell(output);
    }
    Ok((gathering.evidence, gathering.status))
}

/// What was gathered.
struct Gathering<'a> {
    evidence: Evidence,
    status: ExitStatus,
    /// The paths for reports, as they were named.
    named: &'a [PathBuf],
    others: Others,
}

/// What has no report in it, where that is no error: a mailbox for reports gets other mail, too.
#[derive(Default)]
struct Others {
    count: u64,
    first: Option<Place>,
    /// How many files and messages there are in all.
    of: u64,
}

impl Gathering<'_> {
    /// Reads what the paths lead to, each with `add`.
    fn read(
        &mut self,
        paths: &[PathBuf],
        what: &str,
        output: &mut Output,
        add: impl Fn(&mut Self, &Place, Content<'_>, &Output) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sources = Sources::new(paths, None, EXAMPLE)?;
        let counter = Arc::new(Counter::default());
        let mut progress = Progress::new(&sources, counter.clone(), output.bar(), !output.quiet);
        let mut inputs = Inputs::new(sources);
        while let Some(next) = inputs.read_next() {
            let (place, content) = match next {
                Next::Message(place, content) => (place, content),
                Next::Failed(place, error) => {
                    self.fail(&place, error, output);
                    continue;
                }
                Next::PassedOver(place, why) => {
                    output.warning(place, why);
                    continue;
                }
                Next::Empty(place) => {
                    output.warning(place, format_args!("there is no {what} in it"));
                    continue;
                }
            };
            let length = content.length();
            if let Err(error) = add(self, &place, content, output) {
                self.fail(&place, error, output);
            }
            counter.add(length);
            progress.advance(1);
            if progress.update() {
                output.end_between_lines();
            }
        }
        Ok(())
    }

    /// Takes a message. Its body is not read.
    fn add_message(
        &mut self,
        _: &Place,
        mut content: Content<'_>,
        _: &Output,
    ) -> Result<(), Error> {
        let (header, _) = content.read_header(LineEndings::Lenient)?;
        if let Some(foreign) = header.foreign() {
            return Err(Error::cannot(foreign));
        }
        self.evidence.add_message(&header);
        Ok(())
    }

    /// Takes the reports of a file or message.
    fn add_reports(
        &mut self,
        place: &Place,
        mut content: Content<'_>,
        output: &Output,
    ) -> Result<(), Error> {
        self.others.of += 1;
        let file = read_whole(&mut content)?;
        for unpacked in unpack(&file).map_err(Error::cannot)? {
            match Report::parse(&unpacked) {
                Ok(report) => self.evidence.add_report(&report),
                Err(ReportError::NotXml) => {
                    if !self.add_attached(place, &unpacked, output) {
                        self.pass_over(place)?;
                    }
                }
                Err(error) => self.fail(place, Error::cannot(error), output),
            }
        }
        Ok(())
    }

    /// Takes the reports that are attached to a message; whether there are any. All of them
    /// together have the limit of one.
    fn add_attached(&mut self, place: &Place, message: &[u8], output: &Output) -> bool {
        let mut any = false;
        let mut left = MAX_REPORT;
        for attachment in attachments(message) {
            let unpacked = unpack(&attachment).and_then(|files| {
                let length = files.iter().map(Vec::len).sum();
                left = left.checked_sub(length).ok_or(UnpackError::TooLong)?;
                Ok(files)
            });
            let files = match unpacked {
                Ok(files) => files,
                Err(error) => {
                    self.fail(place, Error::cannot(&error), output);
                    any = true;
                    if error == UnpackError::TooLong {
                        break;
                    }
                    continue;
                }
            };
            for xml in files {
                match Report::parse(&xml) {
                    Ok(report) => self.evidence.add_report(&report),
                    // Something else is attached.
                    Err(ReportError::NotXml | ReportError::NotAReport(_)) => continue,
                    Err(error) => self.fail(place, Error::cannot(error), output),
                }
                any = true;
            }
        }
        any
    }

    /// Notes that there is no report, which is an error where one was named.
    fn pass_over(&mut self, place: &Place) -> Result<(), Error> {
        let is_named = place.index.is_none()
            && match &*place.source {
                Source::Stdin => true,
                Source::File(path) => self.named.contains(path),
            };
        if is_named {
            let why = "it is neither an aggregate report nor a message with one attached";
            return Err(Error::cannot(why));
        }
        self.others.count += 1;
        self.others.first.get_or_insert_with(|| place.clone());
        Ok(())
    }

    fn fail(&mut self, place: &Place, error: Error, output: &Output) {
        let error = error.about(place);
        output.error(&error);
        self.status = self.status.worse(error.kind.exit_status());
    }
}

impl Others {
    fn tell(&self, output: &Output) {
        let Self { count, first, of } = self;
        if let Some(first) = first {
            let why = format!(
                "there is no aggregate report in it; files and messages without one: {count} of {of}"
            );
            output.warning(first, why);
        }
    }
}

/// All of a report, up to a limit.
fn read_whole(content: &mut Content<'_>) -> Result<Vec<u8>, Error> {
    let mut whole = Vec::new();
    loop {
        let piece = content.read()?;
        if piece.is_empty() {
            return Ok(whole);
        }
        if whole.len() + piece.len() > MAX_REPORT {
            let why = format!(
                "it has more than {} MiB: too much for a report",
                MAX_REPORT >> 20
            );
            return Err(Error::cannot(why));
        }
        whole.extend_from_slice(piece);
    }
}
