//! `--summary`: totals by result, and a table by domain and selector.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use dkim_toolkit::escape::escape;
use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::verdict::{Reason, VerificationResult, WarningCode};
use serde::Serialize;

use super::outcome::Outcome;
use crate::print::report::{BAD, GOOD, PLAIN, Report, UNSURE};

/// So many pairs of domain and selector have a row of their own. Whoever sends mail chooses them:
/// without a bound an archive could fill any memory.
const MAX_ROWS: usize = 20_000;

/// The results of messages, in the order of totals.
pub const RESULTS: [&str; 7] = [
    "pass",
    "fail",
    "policy",
    "neutral",
    "permerror",
    "temperror",
    "none",
];

/// What one message adds.
pub struct Tally {
    result: &'static str,
    /// Whether it is a message at all.
    is_message: bool,
    size: u64,
    /// Whether a passing signature is aligned; `None` for a message that does not pass.
    is_aligned: Option<bool>,
    signatures: Vec<Counted>,
    warnings: BTreeSet<WarningCode>,
    causes: BTreeSet<&'static str>,
}

/// The best that one domain and selector have in a message.
struct Counted {
    pair: Pair,
    result: VerificationResult,
    reason: Option<&'static str>,
    key: Option<(&'static str, usize)>,
}

/// A domain and a selector, as far as they could be read.
pub type Pair = (Option<String>, Option<String>);

/// The totals.
pub struct Summary {
    pub messages: u64,
    pub octets: u64,
    pub results: BTreeMap<&'static str, u64>,
    /// Messages that pass with a signature for the From domain.
    pub aligned: u64,
    /// Messages by warning.
    pub warnings: BTreeMap<WarningCode, u64>,
    pub unreadable: u64,
    /// Inputs that are no messages.
    pub not_messages: u64,
    pub rows: HashMap<Pair, Row>,
    /// Messages' signatures beyond the rows.
    pub further: Row,
    /// Messages by what happened to them, if that was searched for.
    pub causes: Option<BTreeMap<&'static str, u64>>,
}

/// What one domain and selector have signed.
#[derive(Default)]
pub struct Row {
    pub messages: u64,
    pub pass: u64,
    pub reasons: BTreeMap<&'static str, u64>,
    pub keys: BTreeSet<(&'static str, usize)>,
}

impl Tally {
    pub fn new(outcome: &Outcome) -> Self {
        let mut signatures: Vec<Counted> = Vec::new();
        for verdict in &outcome.report.verdicts {
            let (domain, selector) = verdict.identifiers(&outcome.report.header);
            let pair = (
                domain.map(|domain| domain.as_str().to_owned()),
                selector.map(|selector| selector.as_str().to_owned()),
            );
            let key = verdict.key.as_ref().map(|evidence| {
                let key = &evidence.record.key;
                (key.key_type().name(), key.bits())
            });
            let counted = Counted {
                pair,
                result: verdict.result(),
                reason: verdict.reason.as_ref().map(Reason::code),
                key,
            };
            match signatures
                .iter_mut()
                .find(|other| other.pair == counted.pair)
            {
                Some(other) if counted.result < other.result => *other = counted,
                Some(_) => {}
                None => signatures.push(counted),
            }
        }
        Self {
            result: outcome.result.name(),
            is_message: outcome.report.header.foreign().is_none(),
            size: outcome.report.size,
            is_aligned: outcome.passes().then(|| outcome.report.passes_aligned()),
            signatures,
            warnings: warnings(outcome),
            causes: causes(outcome),
        }
    }
}

/// The codes of a message's warnings, each once.
fn warnings(outcome: &Outcome) -> BTreeSet<WarningCode> {
    let told = outcome.told().into_iter().map(|told| told.warning);
    let all = outcome.unmet.iter().chain(told);
    all.map(|warning| warning.code).collect()
}

/// The codes of what happened to a message, and of what is not explained, each once.
fn causes(outcome: &Outcome) -> BTreeSet<&'static str> {
    let explained = || outcome.explanations.iter().flatten().flatten();
    let causes = explained().flat_map(|each| &each.explanations);
    let parts = explained().flat_map(|each| &each.unexplained);
    causes
        .map(|explanation| explanation.cause.name())
        .chain(parts.map(|part| part.warning().code.name()))
        .collect()
}

impl Summary {
    /// Of nothing yet; `explains`: whether it is searched for why signatures do not pass.
    pub fn new(explains: bool) -> Self {
        Self {
            messages: 0,
            octets: 0,
            results: BTreeMap::new(),
            aligned: 0,
            warnings: BTreeMap::new(),
            unreadable: 0,
            not_messages: 0,
            rows: HashMap::new(),
            further: Row::default(),
            causes: explains.then(BTreeMap::new),
        }
    }

    pub fn add(&mut self, tally: Tally) {
        if !tally.is_message {
            self.not_messages += 1;
            return;
        }
        self.messages += 1;
        self.octets += tally.size;
        *self.results.entry(tally.result).or_default() += 1;
        self.aligned += u64::from(tally.is_aligned == Some(true));
        for code in tally.warnings {
            *self.warnings.entry(code).or_default() += 1;
        }
        for cause in tally.causes {
            let causes = self.causes.get_or_insert_default();
            *causes.entry(cause).or_default() += 1;
        }
        for counted in tally.signatures {
            let has_room = self.rows.len() < MAX_ROWS || self.rows.contains_key(&counted.pair);
            let row = if has_room {
                self.rows.entry(counted.pair).or_default()
            } else {
                &mut self.further
            };
            row.messages += 1;
            match counted.reason {
                None => row.pass += 1,
                Some(reason) => *row.reasons.entry(reason).or_default() += 1,
            }
            row.keys.extend(counted.key);
        }
    }

    pub fn add_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// The rows, those with the most failures first, then the busiest.
    pub fn rows(&self) -> Vec<(&Pair, &Row)> {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by(|(pair, row), (other_pair, other)| {
            let failures = other.fail().cmp(&row.fail());
            failures.then_with(|| (other.messages, pair).cmp(&(row.messages, other_pair)))
        });
        rows
    }

    /// The messages that pass.
    pub fn passing(&self) -> u64 {
        self.results.get("pass").copied().unwrap_or_default()
    }

    /// The messages that pass by signatures of other domains than that of the From alone.
    pub fn not_aligned(&self) -> u64 {
        self.passing() - self.aligned
    }

    /// The summary for people.
    pub fn report(&self, columns: usize) -> Report {
        let mut report = Report::new(columns);
        report.blank();
        let mut totals = vec![count(self.messages, "message")];
        let results = self
            .results
            .iter()
            .map(|(name, count)| format!("{count} {name}"));
        totals.push(results.collect::<Vec<_>>().join(", "));
        let mut totals = totals.join(": ").trim_end_matches(": ").to_owned();
        match self.not_messages {
            0 => {}
            1 => totals.push_str("; 1 not a message"),
            count => totals.push_str(&format!("; {count} not messages")),
        }
        if self.unreadable > 0 {
            totals.push_str(&format!("; {} unreadable", self.unreadable));
        }
        report.wrapped(0, PLAIN, "", &totals);
        if self.passing() > 0 {
            let style = if self.not_aligned() > 0 {
                UNSURE
            } else {
                PLAIN
            };
            let text = format!(
                "of {} that pass, {} are signed for the From domain, {} by others alone",
                self.passing(),
                self.aligned,
                self.not_aligned()
            );
            report.wrapped(0, style, "", &text);
        }
        self.report_rows(&mut report);
        let warnings = self.warnings.iter();
        let warnings = warnings
            .map(|(code, messages)| (code.name(), *messages))
            .collect();
        report_counts(&mut report, "warnings, and in how many messages", warnings);
        let causes = self.causes.iter().flatten();
        let mut causes: Vec<_> = causes
            .map(|(cause, messages)| (*cause, *messages))
            .collect();
        causes.sort_by_key(|(cause, messages)| (Reverse(*messages), *cause));
        report_counts(
            &mut report,
            "what happened, and in how many messages",
            causes,
        );
        report
    }

    /// A row for each domain and selector.
    fn report_rows(&self, report: &mut Report) {
        if self.rows.is_empty() {
            return;
        }
        report.blank();
        report.line_of(&[(
            PLAIN,
            "messages     pass     fail  key           domain, selector",
        )]);
        for ((domain, selector), row) in self.rows() {
            let domain = domain.as_deref().map_or("?".to_owned(), shown_domain);
            let whose = format!("{domain}  {}", selector.as_deref().unwrap_or("?"));
            row.report(report, &whose);
        }
        if self.further.messages > 0 {
            self.further.report(report, "(all others)");
        }
    }

    /// The summary for scripts.
    pub fn json(&self) -> impl Serialize + '_ {
        let totals = |name| self.results.get(name).copied().unwrap_or_default();
        Object {
            summary: Totals {
                messages: self.messages,
                octets: self.octets,
                results: RESULTS.map(|name| (name, totals(name))).into(),
                alignment: AlignmentObject {
                    aligned: self.aligned,
                    not_aligned: self.not_aligned(),
                },
                warnings: self
                    .warnings
                    .iter()
                    .map(|(code, messages)| (code.name(), *messages))
                    .collect(),
                not_messages: self.not_messages,
                unreadable: self.unreadable,
                signatures: self
                    .rows()
                    .into_iter()
                    .map(|((domain, selector), row)| {
                        RowObject::new(domain.as_deref(), selector.as_deref(), row)
                    })
                    .collect(),
                others: RowObject::new(None, None, &self.further),
                explanations: self.causes.as_ref(),
            },
        }
    }
}

impl Row {
    pub fn fail(&self) -> u64 {
        self.messages - self.pass
    }

    /// The reason of most failures, and of how many.
    pub fn commonest(&self) -> Option<(&'static str, u64)> {
        let reasons = self.reasons.iter();
        let commonest = reasons.max_by_key(|(code, count)| (**count, Reverse(**code)));
        commonest.map(|(code, count)| (*code, *count))
    }

    /// The types of the keys, RSA with its size; empty where none was found.
    pub fn keys_in_words(&self) -> String {
        let keys = self.keys.iter().map(|(name, bits)| match *name {
            "rsa" => format!("rsa {bits}"),
            name => name.to_owned(),
        });
        keys.collect::<Vec<_>>().join(", ")
    }

    fn report(&self, report: &mut Report, whose: &str) {
        let keys = self.keys_in_words();
        let keys = if keys.is_empty() { "-" } else { &keys };
        let style = |count, style| if count > 0 { style } else { PLAIN };
        report.line_of(&[
            (PLAIN, &format!("{:8} ", self.messages)),
            (style(self.pass, GOOD), &format!("{:8}", self.pass)),
            (PLAIN, " "),
            (style(self.fail(), BAD), &format!("{:8}", self.fail())),
            (PLAIN, &format!("  {keys:12}  {whose}")),
        ]);
        let reasons = self
            .reasons
            .iter()
            .map(|(code, count)| format!("{code} {count}"));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        if !reasons.is_empty() {
            report.wrapped(27, PLAIN, "", &reasons);
        }
    }
}

/// Adds counts under a title, if there are any.
fn report_counts(report: &mut Report, title: &str, counts: Vec<(&str, u64)>) {
    if !counts.is_empty() {
        report.blank();
        report.line_of(&[(PLAIN, title)]);
    }
    for (code, messages) in counts {
        report.line_of(&[(PLAIN, &format!("{code} {messages}"))]);
    }
}

/// A domain with its A-labels, where it is not ASCII.
pub fn shown_domain(domain: &str) -> String {
    DomainName::parse(domain.as_bytes()).map_or_else(|_| escape(domain), |name| name.shown())
}

fn count(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[derive(Serialize)]
struct Object<'a> {
    summary: Totals<'a>,
}

#[derive(Serialize)]
struct Totals<'a> {
    messages: u64,
    octets: u64,
    results: BTreeMap<&'static str, u64>,
    /// Of the messages that pass.
    alignment: AlignmentObject,
    /// Messages by warning.
    warnings: BTreeMap<&'static str, u64>,
    not_messages: u64,
    unreadable: u64,
    signatures: Vec<RowObject<'a>>,
    /// What domains and selectors beyond the rows have together.
    others: RowObject<'a>,
    /// Messages by cause; null without `--explain`.
    explanations: Option<&'a BTreeMap<&'static str, u64>>,
}

#[derive(Serialize)]
struct AlignmentObject {
    aligned: u64,
    not_aligned: u64,
}

#[derive(Serialize)]
struct RowObject<'a> {
    domain: Option<&'a str>,
    selector: Option<&'a str>,
    messages: u64,
    pass: u64,
    fail: u64,
    reasons: &'a BTreeMap<&'static str, u64>,
    keys: Vec<KeyObject>,
}

#[derive(Serialize)]
struct KeyObject {
    r#type: &'static str,
    bits: usize,
}

impl<'a> RowObject<'a> {
    fn new(domain: Option<&'a str>, selector: Option<&'a str>, row: &'a Row) -> Self {
        let keys = row.keys.iter();
        Self {
            domain,
            selector,
            messages: row.messages,
            pass: row.pass,
            fail: row.fail(),
            reasons: &row.reasons,
            keys: keys
                .map(|&(r#type, bits)| KeyObject { r#type, bits })
                .collect(),
        }
    }
}
