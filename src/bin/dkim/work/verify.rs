//! `dkim verify`.

mod explain;
mod judge;

use std::sync::Arc;

use dkim_toolkit::authentication_results::AuthservId;
use dkim_toolkit::verify::{Policy, Required, Requirement, Verifier};

use super::dns::Keys;
use super::each::each;
use super::inputs::Inputs;
use super::progress::{Counter, Progress};
use crate::args::{Require, SummaryFormat, Verify};
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Place, Source, Sources};
use crate::print::verify::{Form, Summary};
use crate::print::{Output, page};
use crate::system::host_name;
use judge::{Judge, judge_all};

pub fn run(arguments: &Verify, output: &mut Output) -> Result<ExitStatus, Error> {
    let list = arguments.list.get();
    let sources = Sources::new(&arguments.paths, list, "dkim verify message.eml")?;
    let keys = Keys::new(&arguments.dns)?;
    let form = form(arguments, &sources, output)?;
    let counter = Arc::new(Counter::default());
    let wanted = !arguments.no_progress && (!output.quiet || arguments.summary);
    let mut progress = Progress::new(&sources, counter.clone(), output.bar(), wanted);
    progress.tell_waits(keys.waits());
    // What nobody is told need not be searched for.
    let shows_why = arguments.explain && (!output.quiet || arguments.summary);
    let judge = Judge {
        verifier: Verifier::new(policy(arguments)),
        requirement: requirement(arguments),
        at: arguments.at,
        line_endings: arguments.line_endings.get(),
        keys,
        counter: counter.clone(),
        form,
        failing: arguments.failing,
        tallies: arguments.summary,
        explain: shows_why.then_some(arguments.explain_budget),
    };
    let pool = judge_all(judge, Inputs::new(sources), arguments.jobs.get())?;
    let mut summary = Summary::new(arguments.explain);
    let mut status = ExitStatus::Yes;
    let mut first = true;
    each(pool, output, &mut progress, |judged, lines, output| {
        counter.add(judged.uncounted);
        status = status.worse(judged.status);
        if judged.warned {
            output.note_warning();
        }
        lines.push_str(parted(&judged.text, &mut first));
        if let Some((place, error)) = judged.failure {
            summary.add_unreadable();
            output.lines(&std::mem::take(lines))?;
            let mut error = error.about(&place);
            if matches!(arguments.authentication_results, Some(None)) {
                error.hints.extend(equals_sign(&place));
            }
            output.error(&error);
        }
        if let Some((place, warning)) = judged.warning {
            output.lines(&std::mem::take(lines))?;
            output.warning(place, warning);
        }
        if let Some((place, why)) = judged.nothing {
            output.lines(&std::mem::take(lines))?;
            output.warning(place, why);
        }
        if let Some(tally) = judged.tally {
            summary.add(tally);
        }
        Ok(())
    })?;
    drop(progress);
    if arguments.format == SummaryFormat::Html {
        output.text(&page::summary::page(&summary, now()))?;
    } else if arguments.summary && output.json {
        output.json(&summary.json())?;
    } else if arguments.summary {
        let report = summary.report(output.columns).into_text();
        output.lines(parted(&report, &mut first))?;
    }
    Ok(status)
}

fn form(arguments: &Verify, sources: &Sources, output: &Output) -> Result<Form, Error> {
    let field = |id| Form::Field {
        id,
        named: may_be_several(sources),
    };
    Ok(match (&arguments.authentication_results, output.json) {
        _ if output.quiet || arguments.format == SummaryFormat::Html => Form::Nothing,
        (Some(Some(id)), _) => field(id.clone()),
        (Some(None), _) => field(host()?),
        (None, true) => Form::Json,
        (None, false) => Form::Text(output.columns),
    })
}

/// Whether these are several files, or may be.
fn may_be_several(sources: &Sources) -> bool {
    match sources.named() {
        Some([Source::Stdin]) => false,
        Some([Source::File(path)]) => path.is_dir(),
        _ => true,
    }
}

/// How a name is given to `--authentication-results`, where it was taken for a path.
fn equals_sign(place: &Place) -> Option<String> {
    let Source::File(path) = &*place.source else {
        return None;
    };
    let name = path.to_str().filter(|name| !name.contains('/'))?;
    let id = AuthservId::parse(name).ok().filter(|_| !path.exists())?;
    Some(format!("write --authentication-results={id}"))
}

/// The name of this host, as that of who verifies.
fn host() -> Result<AuthservId, Error> {
    AuthservId::parse(&host_name()).map_err(|why| {
        Error::cannot(why)
            .about("the name of this host")
            .hint("name who verifies: --authentication-results=mx.example.com")
    })
}

/// A report without the blank line above it, if nothing was printed that it would part it from.
fn parted<'a>(text: &'a str, first: &mut bool) -> &'a str {
    if text.is_empty() || !std::mem::take(first) {
        return text;
    }
    text.strip_prefix('\n').unwrap_or(text)
}

fn policy(arguments: &Verify) -> Policy {
    let mut policy = Policy::default();
    policy.minimum_rsa_bits = arguments.min_rsa_bits as usize;
    policy.allow_sha1 = arguments.allow_sha1;
    policy.ignore_expiration = arguments.ignore_expiration;
    policy.reject_partial_body = arguments.reject_partial_body;
    policy.maximum_signatures = arguments.max_signatures as usize;
    policy
}

fn requirement(arguments: &Verify) -> Requirement {
    let mut requirement = Requirement::default();
    requirement.required = match arguments.require {
        Require::Any => Required::Any,
        Require::All => Required::All,
        Require::Aligned => Required::Aligned,
    };
    requirement.signed_by.clone_from(&arguments.signed_by);
    requirement
}
