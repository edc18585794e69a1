//! One selector, judged by the rules.

use super::report::{Found, SelectorReport, ServerReport, State};
use super::scene::{Scene, Seen};
use super::sight::Sight;
use super::{disagree, missing, wrong};
use crate::finding::{Finding, Record};
use crate::identifier::{DomainName, Selector};
use crate::lint::{self, Expectations, FindingCode, NameReport};
use crate::lookup::{LookupFailure, RecordType, TxtAnswer, TxtOutcome};

/// One record of the plan, and all that is known of it.
pub(super) struct Case<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) number: usize,
    pub(super) state: State,
    /// What is under the name; `None` if nobody answered.
    name_report: Option<NameReport>,
}

impl<'a> Case<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, number: usize) -> Self {
        let name = scene.alias(number).name();
        let answer = scene.seen(number).answer.as_ref();
        let name_report = answer.map(|answer| {
            let places = lint::places(name, answer).into_iter();
            let elsewhere = places.filter_map(|place| {
                let there = scene.answers.texts(place.name())?;
                Some((place, there))
            });
            let elsewhere: Vec<_> = elsewhere.collect();
            lint::name(name, answer, &elsewhere, Expectations::default())
        });
        Self {
            state: scene.state(number),
            scene,
            number,
            name_report,
        }
    }

    pub(super) fn selector(&self) -> &'a Selector {
        self.scene.alias(self.number).selector()
    }

    /// The absolute owner name.
    pub(super) fn name(&self) -> &'a str {
        self.scene.alias(self.number).name()
    }

    /// The same without its final dot, as it is written in sentences.
    pub(super) fn name_in_words(&self) -> &'a str {
        self.name().trim_end_matches('.')
    }

    pub(super) fn target(&self) -> Option<&'a DomainName> {
        self.scene.target(self.number)
    }

    pub(super) fn seen(&self) -> &'a Seen {
        self.scene.seen(self.number)
    }

    pub(super) fn sight(&self) -> &'a Sight {
        self.seen().sight()
    }

    /// The record to publish, if its target is known.
    pub(super) fn record_to(&self, target: Option<&DomainName>) -> Vec<Record> {
        let record = |target: &DomainName| {
            let target = format!("{}.", target.to_ascii());
            Record::new(self.name(), RecordType::Cname, target)
        };
        target.map(record).into_iter().collect()
    }

    /// What to do with the record; how to come by it, if its target is not known.
    pub(super) fn or_learn(&self, what: &str) -> String {
        match self.target() {
            Some(_) => what.to_owned(),
            None => self.scene.plan.how_to_learn_targets(),
        }
    }

    /// What lint says of the name with this code.
    pub(super) fn lint_finding(&self, code: FindingCode) -> Option<&lint::Finding> {
        let mut findings = self.name_report.iter().flat_map(|report| &report.findings);
        findings.find(|finding| finding.code == code)
    }

    pub(super) fn report(&self) -> SelectorReport {
        let target = self.target();
        let unchecked = self.state == State::Set && !self.scene.is_checked(self.number);
        SelectorReport {
            selector: self.selector().clone(),
            name: self.name().to_owned(),
            target: target
                .filter(|_| !unchecked)
                .map(|target| format!("{}.", target.to_ascii())),
            state: self.state,
            detail: self.detail(),
            remarks: self.remarks(),
            found: self.found(),
            servers: self.servers(),
            key: self.key(),
            findings: self.findings(),
        }
    }

    fn found(&self) -> Option<Found> {
        let (record_type, value) = match self.sight() {
            Sight::Alias(target) => (RecordType::Cname, format!("{target}.")),
            Sight::Text(text) => (RecordType::Txt, String::from_utf8_lossy(text).into_owned()),
            Sight::Nothing | Sight::Unknown(_) => return None,
        };
        Some(Found { record_type, value })
    }

    fn servers(&self) -> Vec<ServerReport> {
        let servers = self.seen().servers.iter();
        let report = servers.map(|(server, sight)| ServerReport {
            server: server.name.clone(),
            address: server.address,
            state: self.scene.state_of(self.number, sight),
            detail: sight.to_string(),
        });
        report.collect()
    }

    /// The key where the record leads; or where it has to lead, as it will be once it does.
    fn key(&self) -> Option<NameReport> {
        if self.scene.leads_right(self.number) {
            let report = self.name_report.as_ref();
            return report
                .filter(|report| !(self.seen().is_offline && report.records.is_empty()))
                .cloned();
        }
        let target = self.target()?;
        let mut answer = self.scene.answers.texts(target.to_ascii())?;
        let chain = match &mut answer {
            Ok(TxtAnswer { outcome, .. })
                if self.seen().is_offline && !matches!(outcome, TxtOutcome::Found { .. }) =>
            {
                return None;
            }
            Ok(TxtAnswer { chain, .. }) | Err(LookupFailure { chain, .. }) => chain,
        };
        chain.insert(0, format!("{}.", target.to_ascii()));
        let report = lint::name(self.name(), &answer, &[], Expectations::default());
        Some(report)
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = match (self.state, self.sight()) {
            _ if self.seen().is_disagreed() => self.wrong_at_servers(),
            (State::ToSet | State::ToFix, Sight::Alias(published)) => {
                wrong::examine(self, published)
            }
            (State::ToSet | State::ToFix, _) => missing::examine(self),
            _ => Vec::new(),
        };
        findings.extend(disagree::examine(self));
        findings.extend(self.of_name());
        findings.sort_by_key(|finding| (finding.severity, finding.code));
        findings
    }

    /// The wrong targets that servers have that do not agree.
    fn wrong_at_servers(&self) -> Vec<Finding> {
        let sights = self.seen().servers.iter().map(|(_, sight)| sight);
        let is_wrong = |sight: &&Sight| self.scene.state_of(self.number, sight) == State::ToFix;
        let mut targets: Vec<&str> = sights.filter(is_wrong).filter_map(Sight::target).collect();
        targets.sort_unstable();
        targets.dedup();
        let wrong = targets.into_iter();
        wrong
            .flat_map(|target| wrong::examine(self, target))
            .collect()
    }

    /// What lint says of the name, as far as it bears on the delegation: of a record that is not
    /// the provider's, nothing but why it is there.
    fn of_name(&self) -> Vec<Finding> {
        let leads_right = self.scene.leads_right(self.number);
        let is_offline = self.seen().is_offline;
        let bears = |finding: &&lint::Finding| match finding.code {
            FindingCode::CnameAndTxt
            | FindingCode::CnameLoop
            | FindingCode::KeyElsewhere
            | FindingCode::Wildcard => true,
            // Said with the record to publish.
            FindingCode::CnameAsTxt => false,
            // A master file of the domain has no keys of the provider.
            FindingCode::CnameDangling | FindingCode::IdleSelector => leads_right && !is_offline,
            _ => leads_right,
        };
        let findings = self.name_report.iter().flat_map(|report| &report.findings);
        let findings = findings.filter(bears).map(|finding| {
            let records = match finding.code {
                FindingCode::KeyElsewhere | FindingCode::CnameAndTxt | FindingCode::Wildcard => {
                    self.record_to(self.target())
                }
                _ => Vec::new(),
            };
            Finding::of_name(finding, self.selector()).with_records(records)
        });
        findings.collect()
    }

    /// The state in one sentence.
    fn detail(&self) -> String {
        let sight = self.sight();
        if self.seen().is_disagreed() {
            return "the authoritative servers do not say the same".to_owned();
        }
        match (self.state, sight) {
            (State::Set, _) if self.scene.is_checked(self.number) => {
                "the CNAME record leads where it has to".to_owned()
            }
            (State::Set, _) => {
                let who = self
                    .scene
                    .plan
                    .provider()
                    .map_or("the provider", |own| own.name());
                format!(
                    "the CNAME record has the form of {who} for this selector and domain; what only \
                     {who} knows of the target was not checked"
                )
            }
            (State::ToSet, _) | (_, Sight::Nothing) => "there is no CNAME record".to_owned(),
            (_, Sight::Alias(_)) if !self.scene.can_judge(self.number) => {
                "nothing says where the CNAME record has to lead".to_owned()
            }
            (_, Sight::Alias(_)) if self.scene.has_text_beside(self.number) => {
                "TXT records are at the name of the CNAME record".to_owned()
            }
            (_, Sight::Alias(_)) => "the CNAME record leads to another name".to_owned(),
            (_, Sight::Text(_)) => "a TXT record is where the CNAME record has to be".to_owned(),
            (_, Sight::Unknown(why)) => format!("the DNS gave no answer: {why}"),
        }
    }

    /// What else there is to know of the answers.
    fn remarks(&self) -> Vec<String> {
        let seen = self.seen();
        let is_older = |agreed: &&Sight| seen.resolver.is_known() && **agreed != seen.resolver;
        let older = seen.agreed().filter(is_older).map(|_| {
            format!(
                "the authoritative servers say so; the resolver still has {}, from before the last \
                 change",
                seen.resolver
            )
        });
        let failed = seen.no_servers.as_ref();
        let failed = failed
            .map(|failure| format!("the authoritative servers could not be asked: {failure}"));
        older.into_iter().chain(failed).collect()
    }
}
