//! What changed since an earlier audit (`--since`).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::audit::{AuditReport, AuditStatus, SelectorReport};
use dkim_toolkit::dmarc::Policy;
use dkim_toolkit::escape::escape;
use dkim_toolkit::finding::Finding;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::lint::{NameStatus, Severity};
use serde::Deserialize;

use crate::error::Error;
use crate::files::shown;
use crate::print::audit::{Change, Kind};

/// Earlier audits, by domain; the latest of each.
pub struct EarlierAudits(HashMap<String, Earlier>);

/// An earlier audit of a domain: of its JSON what is compared.
#[derive(Deserialize)]
pub struct Earlier {
    domain: String,
    dmarc: Option<EarlierDmarc>,
    selectors: Vec<EarlierSelector>,
    findings: Vec<EarlierFinding>,
}

#[derive(Deserialize)]
struct EarlierDmarc {
    policy: Option<String>,
    record: String,
}

#[derive(Deserialize)]
struct EarlierSelector {
    selector: String,
    domain: Option<String>,
    status: String,
    chain: Vec<String>,
    key: Option<EarlierKey>,
}

#[derive(Deserialize)]
struct EarlierKey {
    public_key: String,
}

#[derive(Deserialize)]
struct EarlierFinding {
    code: String,
    severity: String,
    selector: Option<String>,
}

impl EarlierAudits {
    /// Reads the lines that an audit printed with `--json`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let about = |error: Error| error.about(shown(path));
        let text = fs::read_to_string(path).map_err(|error| about(error.into()))?;
        let mut audits = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let audit: Earlier = serde_json::from_str(line).map_err(|_| {
                let message = format!("line {number} is not what dkim audit --json prints");
                about(Error::cannot(message))
            })?;
            audits.insert(audit.domain.to_ascii_lowercase(), audit);
        }
        if audits.is_empty() {
            let error = Error::cannot("there is no audit in it");
            return Err(about(error.hint("dkim audit --json prints one")));
        }
        Ok(Self(audits))
    }

    /// The earlier audit of a domain.
    pub fn of(&self, domain: &Sdid) -> Option<&Earlier> {
        let by_name = || self.0.get(&domain.as_str().to_ascii_lowercase());
        self.0.get(domain.to_ascii()).or_else(by_name)
    }
}

impl Earlier {
    /// The selectors whose keys were usable, or may have been.
    pub fn found(&self) -> Vec<(Sdid, Selector)> {
        let may_be = [NameStatus::Found.name(), NameStatus::Temporary.name()];
        let found = self.selectors.iter();
        let found = found.filter(|selector| may_be.contains(&selector.status.as_str()));
        let parsed = found.filter_map(|selector| {
            let domain = self.domain_of(selector).parse().ok()?;
            Some((domain, selector.selector.parse().ok()?))
        });
        parsed.collect()
    }

    /// The signing domain of a selector: that of the audit, unless another one is said.
    fn domain_of<'a>(&'a self, selector: &'a EarlierSelector) -> &'a str {
        selector.domain.as_deref().unwrap_or(&self.domain)
    }

    /// What changed, the worst first.
    pub fn changes(&self, report: &AuditReport) -> Vec<Change> {
        let mut changes = Vec::new();
        for now in &report.selectors {
            changes.extend(self.change_of_selector(now));
        }
        changes.extend(self.changes_of_findings(report));
        changes.extend(self.change_of_policy(report));
        if report.status() == AuditStatus::Unknown {
            changes.push(Change {
                kind: Kind::Unknown,
                message: format!(
                    "{} of {} questions were not answered; what they are about counts as unchanged",
                    report.asked.unanswered, report.asked.questions
                ),
            });
        }
        changes.sort_by_key(|change| change.kind);
        changes
    }

    fn change_of_selector(&self, now: &SelectorReport) -> Option<Change> {
        let name = format!("{} of {}", now.selector, now.domain);
        let change = |kind, message| Some(Change { kind, message });
        let mut earlier = self.selectors.iter();
        let earlier = earlier.find(|earlier| {
            earlier.selector.eq_ignore_ascii_case(now.selector.as_str())
                && self
                    .domain_of(earlier)
                    .eq_ignore_ascii_case(now.domain.as_str())
        });
        let is_found = now.status == NameStatus::Found;
        let Some(earlier) = earlier else {
            let message = format!("{name} is new: {}", now.report.detail);
            return if is_found {
                change(Kind::Changed, message)
            } else {
                None
            };
        };
        let was_found = earlier.status == NameStatus::Found.name();
        let status = now.status.name();
        let was_unknown = earlier.status == NameStatus::Temporary.name();
        if now.status == NameStatus::Temporary || was_unknown && is_found {
            // Nothing is known of a time.
            None
        } else if (was_found || was_unknown) && !is_found {
            let was = if was_found { "found" } else { "not answered" };
            let message = format!("{name} was {was} and is {status}: {}", now.report.detail);
            change(Kind::Worse, message)
        } else if is_found && !was_found {
            let was = escape(&earlier.status);
            change(Kind::Better, format!("{name} was {was} and is found"))
        } else if !is_found && earlier.status != status {
            let was = escape(&earlier.status);
            change(Kind::Changed, format!("{name} was {was} and is {status}"))
        } else if earlier.chain.first() != now.report.chain.first() {
            let target = |chain: &[String]| match chain.first() {
                Some(target) => format!("leads to {}", escape(target)),
                None => "is no alias".to_owned(),
            };
            let (was, is) = (target(&earlier.chain), target(&now.report.chain));
            change(
                Kind::Changed,
                format!("{name}: before, it {was}; now it {is}"),
            )
        } else if earlier.has_other_key(now) {
            change(Kind::Changed, format!("{name} has another key"))
        } else {
            None
        }
    }

    fn changes_of_findings(&self, report: &AuditReport) -> Vec<Change> {
        let counts = |severity: &str| severity != Severity::Note.name();
        let is = |earlier: &EarlierFinding, now: &Finding| {
            let selector = now.selector.as_ref().map(Selector::as_str);
            earlier.code == now.code.name() && earlier.selector.as_deref() == selector
        };
        let about = |selector: Option<&str>, message: &str| match selector {
            Some(selector) => format!("{}: {message}", escape(selector)),
            None => message.to_owned(),
        };
        let new = report.findings.iter().filter(|now| {
            counts(now.severity.name()) && !self.findings.iter().any(|earlier| is(earlier, now))
        });
        let new = new.map(|finding| {
            let selector = finding.selector.as_ref().map(Selector::as_str);
            let code = finding.code.name();
            let message = format!("{code}: {}", about(selector, &finding.message));
            Change {
                kind: Kind::Worse,
                message,
            }
        });
        let mut changes: Vec<Change> = new.collect();
        // What was not answered does not say that something is gone.
        if report.asked.unanswered == 0 {
            let gone = self.findings.iter().filter(|earlier| {
                counts(&earlier.severity) && !report.findings.iter().any(|now| is(earlier, now))
            });
            changes.extend(gone.map(|finding| {
                let code = escape(&finding.code);
                Change {
                    kind: Kind::Better,
                    message: match &finding.selector {
                        Some(selector) => format!("no longer {code}: {}", escape(selector)),
                        None => format!("no longer {code}"),
                    },
                }
            }));
        }
        changes
    }

    fn change_of_policy(&self, report: &AuditReport) -> Option<Change> {
        // That a policy is gone is a finding.
        let (dmarc, earlier) = (report.dmarc.as_ref()?, self.dmarc.as_ref()?);
        let now = dmarc.policy;
        let was = earlier.policy.as_deref();
        let all = [Policy::None, Policy::Quarantine, Policy::Reject];
        let was = was.and_then(|was| all.into_iter().find(|policy| policy.name() == was));
        let kind = match now.cmp(&was) {
            Ordering::Less => Kind::Worse,
            Ordering::Equal if earlier.record == dmarc.record => return None,
            Ordering::Equal => {
                let (was, is) = (escape(&earlier.record), &dmarc.record);
                return Some(Change {
                    kind: Kind::Changed,
                    message: format!("the DMARC record was \"{was}\" and is \"{is}\""),
                });
            }
            Ordering::Greater => Kind::Better,
        };
        let name = |policy: Option<Policy>| policy.map_or("not valid", Policy::name);
        Some(Change {
            kind,
            message: format!("the DMARC policy was {} and is {}", name(was), name(now)),
        })
    }
}

impl EarlierSelector {
    /// Whether both times there was a key, and not the same.
    fn has_other_key(&self, now: &SelectorReport) -> bool {
        match (&self.key, &now.key) {
            (Some(was), Some(now)) => was.public_key != STANDARD.encode(now.to_record()),
            _ => false,
        }
    }
}
