//! `dkim lookup`.

mod messages;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::lint::{
    self, Expectation, ExpectationKind, Expectations, Finding, FindingCode, NameReport, NameStatus,
    Place,
};
use dkim_toolkit::lookup::{LookupFailure, TxtAnswer};

use super::dns::Keys;
use super::progress::Progress;
use super::publishing::read_key;
use crate::args::Lookup;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Passphrase, word};
use crate::print::Output;
use crate::print::key_report::print_name;
use messages::of_messages;

/// The number of names that are asked for at a time.
const AT_A_TIME: usize = 20;

pub fn run(arguments: &Lookup, output: &mut Output) -> Result<ExitStatus, Error> {
    let files = arguments.message.iter().chain(&arguments.expect_key);
    if files.filter(|path| path.as_os_str() == "-").count() > 1 {
        let error = Error::usage("only one file can be on standard input");
        return Err(error.hint("see dkim lookup --help"));
    }
    let keys = expected_keys(arguments, output)?;
    let (names, mut status) = match &arguments.message {
        Some(path) => of_messages(path, output)?,
        None => (names(arguments)?, ExitStatus::Yes),
    };
    let questions = questions(names, &keys)?;
    let dns = Keys::new(&arguments.dns)?;
    let mut is_first = true;
    for questions in questions.chunks(AT_A_TIME) {
        let names = questions.iter().map(|question| question.name.as_str());
        let mut answers = Answers::default();
        answers.ask(names, &dns, output);
        let places: Vec<Vec<Place>> = questions
            .iter()
            .map(|question| lint::places(&question.name, answers.of(&question.name)))
            .collect();
        answers.ask(places.iter().flatten().map(Place::name), &dns, output);
        for (question, places) in questions.iter().zip(places) {
            let elsewhere: Vec<_> = places
                .into_iter()
                .map(|place| {
                    let answer = answers.of(place.name()).clone();
                    (place, answer)
                })
                .collect();
            let answer = answers.of(&question.name);
            let mut expectations = Expectations::default();
            expectations.cname = arguments.expect_cname.as_ref();
            expectations.key = question.key.map(|expected| &expected.key);
            expectations.key_source = question.key.map(|expected| expected.file.as_str());
            let report = lint::name(&question.name, answer, &elsewhere, expectations);
            print_name(&question.name, &report, is_first, output)?;
            advise(question, &report, output);
            status = status.worse((&report.status).into());
            is_first = false;
        }
    }
    Ok(status)
}

/// Says how to get the record of the expected key if there is another key, or none.
fn advise(question: &Question, report: &NameReport, output: &Output) {
    let is_lacking = matches!(report.status, NameStatus::Missing | NameStatus::Mismatch);
    let is_given_away = |finding: &Finding| finding.code == FindingCode::PrivateKeyPublished;
    let judged = |expectation: &Expectation| {
        expectation.kind == ExpectationKind::Key && expectation.holds == Some(false)
    };
    if output.json
        || !is_lacking
        || !report.expectations.iter().any(judged)
        || report.findings.iter().any(is_given_away)
    {
        return;
    }
    let name = question.name.trim_end_matches('.');
    if let (Some((selector, domain)), Some(key)) = (name.split_once("._domainkey."), question.key) {
        let file = word(Path::new(&key.file));
        output.advice(format_args!(
            "dkim record -k {file} -s {selector} -d {domain} prints the record to publish"
        ));
    }
}

/// What the DNS said, by absolute name.
#[derive(Default)]
struct Answers(HashMap<String, Result<TxtAnswer, LookupFailure>>);

impl Answers {
    /// Asks for names, side by side and each once.
    fn ask<'a>(&mut self, names: impl Iterator<Item = &'a str>, dns: &Keys, output: &mut Output) {
        let mut new: Vec<&str> = Vec::new();
        for name in names {
            if !self.0.contains_key(name) && !new.contains(&name) {
                new.push(name);
            }
        }
        let mut progress = Progress::of_waits(dns.waits(), output.bar(), !output.quiet);
        for names in new.chunks(AT_A_TIME) {
            let answers = dns.look_up_names(names, || {
                if progress.update() {
                    output.end_between_lines();
                }
            });
            let names = names.iter().map(|&name| name.to_owned());
            self.0.extend(names.zip(answers));
        }
    }

    /// The answer for a name that was asked for.
    fn of(&self, name: &str) -> &Result<TxtAnswer, LookupFailure> {
        &self.0[name]
    }
}

/// A key that must be published, and the file that it was read from.
#[derive(PartialEq)]
struct ExpectedKey {
    key: PublicKey,
    file: String,
}

/// The keys that must be published.
fn expected_keys(arguments: &Lookup, output: &Output) -> Result<Vec<ExpectedKey>, Error> {
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let read = |path: &PathBuf| {
        Ok(ExpectedKey {
            key: read_key(path, &passphrase, output)?,
            file: path.to_string_lossy().into_owned(),
        })
    };
    arguments.expect_key.iter().map(read).collect()
}

/// A name to look up, absolute, and the key that must be published there.
#[derive(PartialEq)]
struct Question<'a> {
    name: String,
    key: Option<&'a ExpectedKey>,
}

/// Pairs the names with the keys that are expected, in their order; asks nothing twice.
fn questions(names: Vec<String>, keys: &[ExpectedKey]) -> Result<Vec<Question<'_>>, Error> {
    if keys.len() > 1 && keys.len() != names.len() {
        let (keys, names) = (keys.len(), names.len());
        let message = format!("{keys} keys are expected of {names} names");
        let hint = "give --expect-key once for all names, or once for each";
        return Err(Error::usage(message).about("--expect-key").hint(hint));
    }
    let mut questions = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        let key = keys.get(place).or(keys.first());
        let question = Question { name, key };
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    Ok(questions)
}

/// The names to look up, absolute.
fn names(arguments: &Lookup) -> Result<Vec<String>, Error> {
    if let Some(domain) = &arguments.domain {
        let query = |selector| KeyQuery::new(selector, domain);
        let queries: Option<Vec<KeyQuery>> = arguments.selector.iter().map(query).collect();
        let Some(queries) = queries else {
            let error = Error::usage("selector and domain together are longer than a name can be");
            return Err(error.hint("see dkim lookup --help"));
        };
        return Ok(queries.iter().map(ToString::to_string).collect());
    }
    refuse_selector_and_domain(&arguments.names)?;
    let absolute = |name: &DomainName| format!("{}.", name.to_ascii());
    Ok(arguments.names.iter().map(absolute).collect())
}

/// Refuses a selector and a domain in the place of names.
fn refuse_selector_and_domain(names: &[DomainName]) -> Result<(), Error> {
    let [selector, domain] = names else {
        return Ok(());
    };
    let (selector, domain) = (selector.to_ascii(), domain.to_ascii());
    if selector.contains('.') || domain.contains("_domainkey") {
        return Ok(());
    }
    let error = Error::usage("a key record is named selector._domainkey.domain");
    Err(error.hint(format!("dkim lookup -s {selector} -d {domain}")))
}
