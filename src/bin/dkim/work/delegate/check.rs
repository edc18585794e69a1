//! `dkim delegate --check`: are the records set?

use dkim_toolkit::delegation::{Delegation, Plan, SelectorReport, State};
use dkim_toolkit::lint::{NameReport, NameStatus};
use dkim_toolkit::lookup::{Answer, Question};

use crate::args::Dns;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::print::Output;
use crate::print::delegate::print_report;
use crate::work::dns::Keys;
use crate::work::questions::Machine;

/// The number of questions that are under way at a time.
const AT_A_TIME: usize = 20;

impl Machine for Delegation {
    fn pending(&self) -> Vec<Question> {
        self.pending()
    }

    fn answer(&mut self, question: &Question, answer: Answer) {
        self.answer(question, answer);
    }
}

/// Asks for the records of a plan, and prints what is there.
pub fn run(plan: Plan, options: &Dns, output: &mut Output) -> Result<ExitStatus, Error> {
    let dns = Keys::new(options)?;
    let mut status = ExitStatus::Yes;
    let machine = Delegation::begin(plan);
    dns.drive([machine], AT_A_TIME, output, |_, machine, output| {
        let report = machine.finish();
        for selector in &report.selectors {
            status = status.worse(status_of(selector));
        }
        print_report(&report, output)
    })?;
    Ok(status)
}

fn status_of(report: &SelectorReport) -> ExitStatus {
    let is_unasked = |key: &NameReport| key.status == NameStatus::Temporary;
    match report.state {
        State::Set if report.is_done() && report.key.as_ref().is_some_and(is_unasked) => {
            ExitStatus::CannotTell
        }
        State::Set if report.is_done() => ExitStatus::Yes,
        State::Set | State::ToSet | State::ToFix => ExitStatus::No,
        // The DNS answered, and nothing says what has to be there.
        State::Unknown if report.found.is_some() => ExitStatus::CannotDo,
        State::Unknown => ExitStatus::CannotTell,
    }
}
