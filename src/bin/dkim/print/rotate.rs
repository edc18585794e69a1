//! What `dkim rotate` prints.

use dkim_toolkit::identifier::Selector;
use dkim_toolkit::rotation::{Disruption, Key, KeyState, Outcome, Policy, Step, Trouble};
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
    /// Whether records are published by hand.
    pub is_by_hand: bool,
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
}

#[derive(Serialize)]
struct Json<'a> {
    domain: &'a str,
    step: &'a str,
    selector: Option<&'a str>,
    until: Option<String>,
    why: String,
    troubles: Vec<TroubleRow<'a>>,
    disruptions: Vec<DisruptionRow<'a>>,
    selectors: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct TroubleRow<'a> {
    selector: Option<&'a str>,
    message: &'a str,
    remedy: &'a str,
}

#[derive(Serialize)]
struct DisruptionRow<'a> {
    message: &'a str,
    until: Option<String>,
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
        step: match run.step {
            Some("destroyed") => "removed",
            Some(step) => step,
            None => would(&outcome.step).1,
        },
        selector: outcome
            .selector
            .as_ref()
            .map(dkim_toolkit::Selector::to_ascii),
        until: outcome.until.and_then(rfc3339),
        why: run.why(),
        troubles: outcome.troubles.iter().map(trouble).collect(),
        disruptions: outcome.disruptions.iter().map(disruption).collect(),
        selectors: selectors.collect(),
    })
}

fn trouble(trouble: &Trouble) -> TroubleRow<'_> {
    TroubleRow {
        selector: trouble.selector.as_ref().map(Selector::to_ascii),
        message: &trouble.message,
        remedy: &trouble.remedy,
    }
}

fn disruption(disruption: &Disruption) -> DisruptionRow<'_> {
    DisruptionRow {
        message: &disruption.message,
        until: disruption.until.and_then(rfc3339),
    }
}

/// What comes next for a key, and when; no time if that depends on others.
fn next(run: &Run<'_>, key: &Key) -> (Option<&'static str>, Option<u64>) {
    let state = &run.outcome.state;
    let (policy, since) = (run.policy, key.since);
    match key.state {
        KeyState::Created => (Some("publish"), None),
        // Before every server has it, nobody knows.
        KeyState::Published => (
            Some("use"),
            run.outcome.until.filter(|_| key.seen_since.is_some()),
        ),
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
        let why = run.failed.as_ref().unwrap_or(&outcome.why);
        report.wrapped(2, PLAIN, "", why);
    }
    if let Some(until) = outcome.until {
        let lacks = |key: &Key| key.state == KeyState::Published && key.seen_since.is_none();
        let label = if outcome.step == Step::Nothing {
            "next rotation:"
        } else if outcome.state.keys.iter().any(lacks) {
            "published again:"
        } else {
            "until:"
        };
        report.wrapped(2, STRONG, label, &when(until, run.now));
    }
    if let Some(act) = act(run) {
        report.wrapped(2, STRONG, "you:", act);
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
    let mut before = None;
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
        // The keys of a generation are replaced together.
        let words = (key.generation, row(run, key));
        let text = if before.as_ref() == Some(&words) {
            "likewise"
        } else {
            &words.1
        };
        report.row(&label, style, text);
        before = Some(words);
    }
    report
}

/// What the administrator does now; `None` where an error, a trouble or the step says so.
fn act(run: &Run<'_>) -> Option<&'static str> {
    let outcome = run.outcome;
    if run.failed.is_some() || !outcome.troubles.is_empty() {
        return None;
    }
    let is_emergency = !outcome.disruptions.is_empty();
    match (&outcome.step, run.step) {
        (Step::Publish(_), _) if run.is_by_hand => Some("publish the records, then run it again"),
        (Step::Revoke(_), _) if run.is_by_hand => {
            Some("put the records without a key in the place of the old ones, then run it again")
        }
        (Step::Remove(_), _) if run.is_by_hand => Some("remove the records, then run it again"),
        (Step::Make { .. }, None) if is_emergency => Some(
            "run it without --dry-run: it makes keys and publishes them; then run it again every few \
             seconds until it says \"switched\"",
        ),
        (Step::Nothing, _) => None,
        (_, _) if is_emergency => Some("run it again every few seconds until all of it is done"),
        (Step::Wait, _) if run.is_by_hand => None,
        (Step::Wait, _) => Some("nothing to do"),
        (_, _) => Some("run it again; from cron, there is nothing to do"),
    }
}

/// A key in words: how far it has come, and what comes next and when.
fn row(run: &Run<'_>, key: &Key) -> String {
    let at = next(run, key).1;
    let until = at.map(|at| when(at, run.now));
    let rest = match (key.state, until) {
        (KeyState::Created, _) => {
            "nothing signs with it; the next run publishes its record".to_owned()
        }
        (KeyState::Published, Some(at)) => format!("not used yet; used from {at} at the earliest"),
        (KeyState::Published, None) => {
            "used when every server has had its record for long enough".to_owned()
        }
        (KeyState::Active, _) if run.outcome.state.coming().is_some() => {
            "mail is signed with it until the new key is ready; that needs more runs".to_owned()
        }
        (KeyState::Active, Some(due)) if at.is_some_and(|at| at <= run.now) => {
            format!("mail is signed with it; the next key was due on {due}")
        }
        (KeyState::Active, Some(at)) => {
            format!("mail is signed with it; the next key is made on {at}")
        }
        (KeyState::Active, None) => {
            "mail is signed with it until the new key is ready; that needs more runs".to_owned()
        }
        (KeyState::Retiring, Some(due)) if at.is_some_and(|at| at <= run.now) => {
            format!("no mail is signed with it; its record was to be revoked on {due}")
        }
        (KeyState::Retiring, Some(at)) => {
            format!(
                "its record stays published until {at} so that mail on its way verifies; then the \
                 next run revokes it"
            )
        }
        (KeyState::Retiring, None) => "its record is revoked as soon as possible".to_owned(),
        (KeyState::Revoked, Some(due)) if at.is_some_and(|at| at <= run.now) => {
            format!("published without its key; was to be removed on {due}")
        }
        (KeyState::Revoked, Some(at)) => {
            format!("published without its key until {at}; then removed")
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
