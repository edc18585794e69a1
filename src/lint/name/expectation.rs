//! What was expected of a name, and whether it holds.

use super::{NameReport, without_dot};
use crate::identifier::DomainName;
use crate::key::PublicKey;
use crate::lint::split::Split;
use crate::lint::words::key_in_words;
use crate::lint::{Finding, FindingCode};
use crate::syntax::escape::escape;

/// What has to be found under a name.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Expectations<'a> {
    /// The key that is to be published.
    pub key: Option<&'a PublicKey>,
    /// What that key is called in sentences: the file that it was read from.
    pub key_source: Option<&'a str>,
    /// The name that this one is to be an alias of, at once or by way of others.
    pub cname: Option<&'a DomainName>,
}

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectationKind {
    /// The published key.
    Key,
    /// The name that this one is an alias of.
    Cname,
}

impl ExpectationKind {
    /// The kind's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Cname => "cname",
        }
    }
}

/// An expectation, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectation {
    /// What it is about.
    pub kind: ExpectationKind,
    /// What was expected: [`Expectations::key_source`], or the target. Not safe to print.
    pub expected: String,
    /// Whether it holds; `None` if the DNS did not say enough to tell.
    pub holds: Option<bool>,
}

impl Expectation {
    /// That it holds, in one sentence that is safe to print; `None` unless it does.
    #[must_use]
    pub fn fulfilled(&self) -> Option<String> {
        let expected = escape(without_dot(&self.expected));
        let sentence = match self.kind {
            ExpectationKind::Key => format!("the published key is that of {expected}"),
            ExpectationKind::Cname => format!("the name is an alias of {expected}"),
        };
        (self.holds == Some(true)).then_some(sentence)
    }
}

impl NameReport {
    /// Judges the expectations; `split` is the key record that was published in pieces.
    pub(super) fn judge(
        &mut self,
        name: &str,
        expectations: Expectations<'_>,
        split: Option<&Split>,
    ) {
        if let Some(target) = expectations.cname {
            self.judge_alias(name, target);
        }
        if let Some(key) = expectations.key {
            self.judge_key(key, expectations.key_source, split);
        }
    }

    /// Judges by the chain as far as it is known.
    fn judge_alias(&mut self, name: &str, target: &DomainName) {
        let expected = target.to_ascii();
        let mut chain = self.chain.iter().map(|name| without_dot(name));
        let is_unknown = self.chain.is_empty() && self.failure.is_some();
        let holds = (!is_unknown).then(|| chain.any(|name| name == expected));
        self.expectations.push(Expectation {
            kind: ExpectationKind::Cname,
            expected: format!("{expected}."),
            holds,
        });
        if holds != Some(false) {
            return;
        }
        let message = match self.chain.first() {
            Some(other) => {
                let other = without_dot(other);
                format!("the name is an alias of {other} and not of {expected}")
            }
            None => "the name is no alias: there is no CNAME record".to_owned(),
        };
        self.findings.push(Finding::new(
            FindingCode::CnameMismatch,
            message,
            format!(
                "publish {}. IN CNAME {expected}. and nothing else at this name",
                without_dot(name)
            ),
        ));
    }

    /// Where no key can be read, the record is wrong in another way: there is no finding then.
    fn judge_key(&mut self, expected: &PublicKey, source: Option<&str>, split: Option<&Split>) {
        let published: Vec<&PublicKey> = self
            .key_records()
            .chain(split.map(|split| &split.whole))
            .filter_map(|record| record.key.as_ref())
            .collect();
        let holds = published.contains(&expected);
        let in_words = key_in_words(expected);
        let finding = published.first().filter(|_| !holds).map(|published| {
            let (that, record) = match source.map(escape) {
                Some(file) => (format!("that of {file}"), format!("the record of {file}")),
                None => (
                    "the expected one".to_owned(),
                    "the record of the key that signs".to_owned(),
                ),
            };
            let published = key_in_words(published);
            let message = if published == in_words {
                format!("the published key is not {that} ({in_words} both)")
            } else {
                format!("the published key ({published}) is not {that} ({in_words})")
            };
            Finding::new(
                FindingCode::KeyMismatch,
                message,
                format!("publish {record}, or sign with the key that is published"),
            )
        });
        self.findings.extend(finding);
        self.expectations.push(Expectation {
            kind: ExpectationKind::Key,
            expected: source.map_or(in_words, str::to_owned),
            holds: self.failure.is_none().then_some(holds),
        });
    }
}
