//! `dkim verify`.

mod explain;
mod inputs;
mod json;
mod judge;
mod summary;
mod text;

pub use json::BodyHash;

use std::sync::Arc;
use std::time::SystemTime;

use dkim_toolkit::authentication_results::AuthservId;
use dkim_toolkit::verify::{Policy, Required, Requirement, Verifier};

use crate::args::{Require, Verify};
use crate::dns::Keys;
use crate::exit::ExitStatus;
use crate::io::{Failure, Source, sources};
use crate::output::{self, Output, OutputError};
use crate::parallel::Work;
use crate::progress::{Counter, Progress};
use inputs::{Inputs, Place};
use judge::{Form, Judge};
use summary::Summary;

pub fn run(arguments: &Verify, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim verify MESSAGE, or dkim verify < MESSAGE");
            return Ok(ExitStatus::Usage);
        }
    };
    let keys = match Keys::new(&arguments.dns) {
        Ok(keys) => keys,
        Err(status) => return Ok(status),
    };
    let form = match form(arguments, output) {
        Ok(form) => form,
        Err(status) => return Ok(status),
    };
    let counter = Arc::new(Counter::default());
    let wanted = !arguments.no_progress && (!output.quiet || arguments.summary);
    let mut progress = Progress::new(&sources, counter.clone(), wanted);
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
        tallies: arguments.summary,
        explain: shows_why.then_some(arguments.explain_budget),
    };
    let inputs = Inputs::new(sources);
    let mut work = match Work::begin(judge, inputs, arguments.jobs.get()) {
        Ok(work) => work,
        Err(error) => {
            Failure::from(error).say("threads");
            return Ok(ExitStatus::CannotDo);
        }
    };
    let mut summary = Summary::new(arguments.explain);
    let mut status = ExitStatus::Yes;
    let mut first = true;
    work.each(output, &mut progress, |judged, lines, output| {
        counter.add(judged.uncounted);
        status = status.worse(judged.status);
        lines.push_str(parted(&judged.text, &mut first));
        if let Some((place, failure)) = judged.failure {
            summary.add_unreadable();
            output.lines(&std::mem::take(lines))?;
            failure.say(&place);
            if matches!(arguments.authentication_results, Some(None)) {
                hint_at_equals_sign(&place);
            }
        }
        if let Some(folder) = judged.empty {
            // Nothing was verified, which must not pass for a yes.
            output::warning(folder, "there is no message in it");
        }
        if let Some(tally) = judged.tally {
            summary.add(tally);
        }
        Ok(())
    })?;
    drop(progress);
    if arguments.summary && output.json {
        output.json(&summary.json())?;
    } else if arguments.summary {
        output.lines(parted(&summary.report().into_text(), &mut first))?;
    }
    Ok(status)
}

fn form(arguments: &Verify, output: &Output) -> Result<Form, ExitStatus> {
    Ok(match (&arguments.authentication_results, output.json) {
        _ if output.quiet => Form::Nothing,
        (Some(Some(id)), _) => Form::Field(id.clone()),
        (Some(None), _) => Form::Field(host()?),
        (None, true) => Form::Json,
        (None, false) => Form::Text,
    })
}

/// Says how a name is given to `--authentication-results`, where it was taken for a path.
fn hint_at_equals_sign(place: &Place) {
    let Source::File(path) = &*place.source else {
        return;
    };
    let name = path.to_str().filter(|name| !name.contains('/'));
    if !path.exists()
        && let Some(Ok(id)) = name.map(AuthservId::parse)
    {
        output::hint(format_args!("write --authentication-results={id}"));
    }
}

/// The name of this host, as that of who verifies.
fn host() -> Result<AuthservId, ExitStatus> {
    #[cfg(unix)]
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    AuthservId::parse(&name).map_err(|why| {
        output::error("the name of this host", why);
        output::hint("name who verifies: --authentication-results=mx.example.com");
        ExitStatus::CannotDo
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
    policy.minimum_rsa_bits = arguments.min_rsa_bits.into();
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

/// The clock's time in Unix seconds.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
