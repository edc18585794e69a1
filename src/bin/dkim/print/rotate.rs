//! What `dkim rotate` prints.

use dkim_toolkit::rotation::{Disruption, Key, KeyState, Outcome, Policy, Step};
use serde::Serialize;

use super::Output;
use super::report::{BAD, GOOD, PLAIN, Report, STRONG, UNSURE};
use super::time::{date, distance, rfc3339};
use crate::error::Error;

/// A look at the keys of a domain, and what was done.
pub struct Run<'a> {
    pub outcome: &'a Outcome,
    pub policy: &'a Policy,
    pub now: u64,
    /// What was done; `None` if nothing was to be.
    pub step: Option<&'static str>,
    /// Why the step failed.
    pub failed: Option<String>,
}

impl Run<'_> {
    /// Why, with what fails meanwhile.
    fn why(&self) -> String {
        let outcome = self.outcome;
        let mut why = self.failed.as_ref().unwrap_or(&outcome.why).clone();
        for disruption in &outcome.disruptions {
            why = format!("{why}. {}", disruption.message);
        }
        why
    }

    /// When something can be done next; where others may have keys, when all that fails meanwhile is
    /// over, if that is known.
    fn until(&self) -> Option<u64> {
        let disruptions = self.outcome.disruptions.iter();
        let latest = disruptions
            .map(|disruption| disruption.until)
            .reduce(|one, other| Some(one?.max(other?)));
        latest.unwrap_or(self.outcome.until)
    }
}

#[derive(Serialize)]
struct Json<'a> {
    domain: &'a str,
    step: &'a str,
    selector: Option<&'a str>,
    until: Option<String>,
    why: String,
    selectors: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    selector: &'a str,
    #[serde(rename = "type")]
    key_type: &'a str,
    state: &'a str,
    since: Option<String>,
    next: Option<&'a str>,
    at: Option<String>,
}

/// Prints a run.
pub fn print_run(run: &Run<'_>, output: &mut Output) -> Result<(), Error> {
    if output.quiet {
        return Ok(());
    }
    if !output.json {
        return output.report(text(run, output.columns));
    }
    let outcome = run.outcome;
    let row = |key: &'_ Key| {
        let (next, at) = next(run, key);
        (next, at)
    };
    let keys = outcome.state.keys.iter().filter(|key| !key.is_over());
    let selectors = keys.map(|key| {
        let (next, at) = row(key);
        Row {
            selector: key.selector.to_ascii(),
            key_type: key.key_type.name(),
            state: key.state.name(),
            since: rfc3339(key.since),
            next,
            at: at.and_then(rfc3339),
        }
    });
    output.json(&Json {
        domain: outcome.state.domain.to_ascii(),
        step: run.step.unwrap_or_else(|| would(&outcome.step).1),
        selector: outcome
            .selector
            .as_ref()
            .map(dkim_toolkit::Selector::to_ascii),
        until: run.until().and_then(rfc3339),
        why: run.why(),
        selectors: selectors.collect(),
    })
}

/// What comes next for a key, and when; no time if that depends on others.
fn next(run: &Run<'_>, key: &Key) -> (Option<&'static str>, Option<u64>) {
    let state = &run.outcome.state;
    let (policy, since) = (run.policy, key.since);
    match key.state {
        KeyState::Created => (Some("publish"), None),
        KeyState::Published => (Some("use"), run.outcome.until),
        KeyState::Active if key.retire => (Some("replace"), None),
        KeyState::Active => (Some("replace"), state.due(policy.every)),
        KeyState::Retiring if key.retire => (Some("revoke"), None),
        KeyState::Retiring => (Some("revoke"), Some(since.saturating_add(policy.keep))),
        KeyState::Revoked => (
            Some("remove"),
            Some(since.saturating_add(policy.remove_after)),
        ),
        _ => (Some("destroy the key"), None),
    }
}

/// What a step is called before it is taken, and its name in JSON.
const fn would(step: &Step) -> (&'static str, &'static str) {
    match step {
        Step::Make { .. } => ("make keys", "created"),
        Step::Publish(_) => ("publish the records", "published"),
        Step::Switch(_) => ("use the new keys", "switched"),
        Step::Revoke(_) => ("revoke the old records", "revoked"),
        Step::Remove(_) => ("remove the old records", "removed"),
        Step::Destroy(_) => ("destroy the private keys", "removed"),
        Step::Nothing => ("nothing to do", "nothing"),
        Step::Trouble => ("trouble", "trouble"),
        _ => ("waiting", "waiting"),
    }
}

fn text(run: &Run<'_>, columns: usize) -> Report {
    let outcome = run.outcome;
    let mut report = Report::new(columns);
    let (next_name, name) = would(&outcome.step);
    let is_wait = matches!(name, "waiting" | "nothing" | "trouble");
    let done = match run.step {
        Some(step) => step.to_owned(),
        None if is_wait => next_name.to_owned(),
        None => format!("next step: {next_name}"),
    };
    let style = match run.step.unwrap_or(name) {
        "trouble" => BAD,
        "waiting" => UNSURE,
        _ => GOOD,
    };
    let domain = outcome.state.domain.to_string();
    report.line_of(&[(PLAIN, &format!("{domain}: ")), (style, &done)]);
    // A trouble is said below, with what to do.
    if outcome.step != Step::Trouble || outcome.troubles.is_empty() {
        report.wrapped(2, PLAIN, "", &outcome.why);
    }
    if let Some(until) = outcome.until {
        let label = if outcome.step == Step::Nothing {
            "next rotation:"
        } else {
            "until:"
        };
        report.wrapped(2, STRONG, label, &when(until, run.now));
    }
    for trouble in &outcome.troubles {
        report.wrapped(2, BAD, "trouble:", &trouble.message);
        report.wrapped(4, PLAIN, "remedy:", &trouble.remedy);
    }
    if run.step.is_none() {
        for disruption in &outcome.disruptions {
            report.wrapped(2, UNSURE, "warning:", &disrupted(disruption, run.now));
        }
    }
    let keys: Vec<&Key> = outcome
        .state
        .keys
        .iter()
        .filter(|key| !key.is_over())
        .collect();
    let widest = keys.iter().map(|key| key.selector.as_str().len()).max();
    let width = widest.unwrap_or_default();
    if !keys.is_empty() {
        report.blank();
    }
    for key in keys {
        let label = format!(
            "  {:width$}  {:7}  ",
            key.selector.as_str(),
            key.key_type.name()
        );
        let style = if key.state == KeyState::Active {
            GOOD
        } else {
            PLAIN
        };
        report.row(&label, style, &row(run, key));
    }
    report
}

/// A key in words: how far it has come, and what comes next and when.
fn row(run: &Run<'_>, key: &Key) -> String {
    let at = next(run, key).1;
    let until = at.map(|at| when(at, run.now));
    let rest = match (key.state, until) {
        (KeyState::Created, _) => {
            "nothing signs with it; the next run publishes its record".to_owned()
        }
        (KeyState::Published, Some(at)) => format!("nothing signs with it before {at}"),
        (KeyState::Published, None) => {
            "it is used when every server has had its record for long enough".to_owned()
        }
        (KeyState::Active, _) if run.outcome.state.coming().is_some() => {
            "mail is signed with it until the next key is used".to_owned()
        }
        (KeyState::Active, Some(at)) => {
            format!("mail is signed with it; the next key is made on {at}")
        }
        (KeyState::Active, None) => "mail is signed with it until there is another".to_owned(),
        (KeyState::Retiring, Some(at)) => {
            format!(
                "its record stays published until {at} so that mail on its way verifies; then the \
                 next run revokes it"
            )
        }
        (KeyState::Retiring, None) => "its record is revoked as soon as possible".to_owned(),
        (KeyState::Revoked, Some(at)) => {
            format!("its record says so until {at}; then the next run removes it")
        }
        (KeyState::Removed, _) => {
            "the private key is destroyed when no server has its record".to_owned()
        }
        _ => String::new(),
    };
    format!("{} since {}: {rest}", key.state.name(), date(key.since))
}

/// What fails, and until when.
pub fn disrupted(disruption: &Disruption, now: u64) -> String {
    let message = &disruption.message;
    match disruption.until {
        Some(at) => format!("{message}; over by {}", when(at, now)),
        None => message.clone(),
    }
}

/// A time in words: the hour matters where it is near.
fn when(time: u64, now: u64) -> String {
    const NEAR: u64 = 2 * 24 * 60 * 60;
    let distance = distance(time, now);
    if time.abs_diff(now) >= NEAR {
        return format!("{} ({distance})", date(time));
    }
    let text = rfc3339(time).unwrap_or_default().replace('T', " ");
    let minutes = text.get(..16).unwrap_or(&text);
    format!("{minutes} UTC ({distance})")
}
