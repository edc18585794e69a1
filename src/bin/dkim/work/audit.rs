//! `dkim audit`.

mod evidence;
mod since;

use std::sync::Arc;

use dkim_toolkit::audit::{Audit as Machine, AuditOptions, AuditReport, AuditStatus, Evidence};
use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::lookup::{Answer, Question};

use self::since::{Earlier, EarlierAudits};
use super::dns::Keys;
use super::questions;
use crate::args::{Audit, AuditFormat};
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::print::audit::{Kind, note_warnings, print_annotations, print_audit, print_providers};
use crate::print::{Output, page};

pub fn run(arguments: &Audit, output: &mut Output) -> Result<ExitStatus, Error> {
    if arguments.list_providers {
        print_providers(output)?;
        return Ok(ExitStatus::Yes);
    }
    let earlier = arguments.since.as_deref().map(EarlierAudits::read);
    let earlier = earlier.transpose()?;
    let (evidence, status) =
        evidence::gather(&arguments.from_messages, &arguments.from_reports, output)?;
    tell_gaps(&evidence, output);
    let mut options = AuditOptions::default();
    options.selectors.clone_from(&arguments.selector);
    options.evidence = Arc::new(evidence);
    options.guesses = !arguments.no_guess;
    options.every_server = arguments.authoritative;
    let dns = Keys::new(&arguments.dns)?;
    let now = arguments.at.unwrap_or_else(now);
    let machines = distinct(&arguments.domains).into_iter().map(|domain| {
        let mut options = options.clone();
        let earlier = earlier.as_ref().and_then(|earlier| earlier.of(domain));
        options.earlier = earlier.map_or_else(Vec::new, Earlier::found);
        Machine::begin(domain, &options, now)
    });
    let mut audited = Audited {
        arguments,
        earlier: earlier.as_ref(),
        status,
        pages: Vec::new(),
    };
    let parallel = usize::try_from(arguments.parallel).unwrap_or(usize::MAX);
    dns.drive(machines, parallel, output, |number, machine, output| {
        audited.take(number, machine.finish(), output)
    })?;
    if arguments.format == AuditFormat::Html && !output.quiet {
        output.text(&page::audit::page(&audited.pages, now))?;
    }
    Ok(audited.status)
}

/// Says what of the messages and reports does not count.
fn tell_gaps(evidence: &Evidence, output: &Output) {
    let left_out = evidence.left_out.signatures;
    let gaps = [
        (
            evidence.unreadable,
            "have a domain or selector that cannot be read",
        ),
        (left_out, "are beyond the number of selectors that are kept"),
    ];
    for (count, what) in gaps.into_iter().filter(|(count, _)| *count > 0) {
        let message = format!("{count} signatures in messages and reports {what}");
        output.warning("--from-messages, --from-reports", message);
    }
}

/// The domains, each once.
fn distinct(domains: &[Sdid]) -> Vec<&Sdid> {
    let mut distinct: Vec<&Sdid> = Vec::new();
    for domain in domains {
        if !distinct.contains(&domain) {
            distinct.push(domain);
        }
    }
    distinct
}

/// What was audited so far.
struct Audited<'a> {
    arguments: &'a Audit,
    earlier: Option<&'a EarlierAudits>,
    status: ExitStatus,
    /// What the page is made of.
    pages: Vec<AuditReport>,
}

impl Audited<'_> {
    /// Prints a report, unless it goes into a page.
    fn take(
        &mut self,
        number: usize,
        report: AuditReport,
        output: &mut Output,
    ) -> Result<(), Error> {
        let earlier = self.earlier.and_then(|earlier| earlier.of(&report.domain));
        let changes = earlier.map(|earlier| earlier.changes(&report));
        let status = match &changes {
            None => report.status().into(),
            Some(changes) if changes.iter().any(|change| change.kind == Kind::Worse) => {
                ExitStatus::No
            }
            Some(_) if report.status() == AuditStatus::Unknown => ExitStatus::CannotTell,
            Some(_) => ExitStatus::Yes,
        };
        self.status = self.status.worse(status);
        if let (Some(file), None) = (&self.arguments.since, earlier) {
            let message = format!("no audit of {} is in it to compare with", report.domain);
            output.warning(file.display(), message);
        }
        match self.arguments.format {
            AuditFormat::Text => {
                let is_verbose = self.arguments.verbose;
                print_audit(&report, changes.as_deref(), is_verbose, number == 0, output)
            }
            AuditFormat::Github => print_annotations(&report, output),
            AuditFormat::Html => {
                note_warnings(&report, output);
                self.pages.push(report);
                Ok(())
            }
        }
    }
}

impl questions::Machine for Machine {
    fn pending(&self) -> Vec<Question> {
        self.pending()
    }

    fn answer(&mut self, question: &Question, answer: Answer) {
        self.answer(question, answer);
    }
}
