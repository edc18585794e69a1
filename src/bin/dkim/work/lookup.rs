//! `dkim lookup`.

use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::lint::{self, Expectations, NameReport, NameStatus};
use dkim_toolkit::message::LineEndings;
use dkim_toolkit::signature::{FIELD_NAME, claimed_key_query};
use dkim_toolkit::verify::Policy;

use super::dns::Keys;
use super::progress::Progress;
use super::publishing::read_key;
use crate::args::Lookup;
use crate::error::{Error, Kind};
use crate::exit::ExitStatus;
use crate::files::{Input, Passphrase, Pieces as _, Source};
use crate::print::Output;
use crate::print::key_report::print_name;

/// So many names are asked for at a time.
const AT_A_TIME: usize = 20;

pub fn run(arguments: &Lookup, output: &mut Output) -> Result<ExitStatus, Error> {
    let is_stdin =
        |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str() == "-");
    if is_stdin(&arguments.message) && is_stdin(&arguments.expect_key) {
        let error = Error::usage("message and key cannot both be on standard input");
        return Err(error.hint("see dkim lookup --help"));
    }
    let names = names(arguments, output)?;
    let expected_key = expected_key(arguments, output)?;
    let keys = Keys::new(&arguments.dns)?;
    let mut expectations = Expectations::default();
    expectations.key = expected_key.as_ref();
    expectations.cname = arguments.expect_cname.as_ref();
    let mut status = ExitStatus::Yes;
    let mut is_first = true;
    for names in names.chunks(AT_A_TIME) {
        let mut progress = Progress::of_waits(keys.waits(), output.bar(), !output.quiet);
        let answers = keys.look_up_names(names, || {
            progress.update();
        });
        drop(progress);
        for (name, answer) in names.iter().zip(&answers) {
            let report = lint::name(answer, expectations);
            print(name, &report, is_first, output)?;
            status = status.worse((&report.status).into());
            is_first = false;
        }
    }
    Ok(status)
}

/// The key that must be published.
fn expected_key(arguments: &Lookup, output: &Output) -> Result<Option<PublicKey>, Error> {
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let read = |path: &PathBuf| read_key(path, &passphrase, output);
    arguments.expect_key.as_ref().map(read).transpose()
}

fn print(
    name: &str,
    report: &NameReport,
    is_first: bool,
    output: &mut Output,
) -> Result<(), Error> {
    print_name(name, report, is_first, output)?;
    let is_text = !output.quiet && !output.json;
    if is_text && report.status == NameStatus::Missing && !name.contains("._domainkey.") {
        output.warning(
            name.trim_end_matches('.'),
            "key records are named selector._domainkey.domain",
        );
    }
    Ok(())
}

/// The names to look up, absolute, each once.
fn names(arguments: &Lookup, output: &Output) -> Result<Vec<String>, Error> {
    let all = if let Some(path) = &arguments.message {
        of_message(path, output)?
    } else if let Some(domain) = &arguments.domain {
        let query = |selector| KeyQuery::new(selector, domain);
        let queries: Option<Vec<KeyQuery>> = arguments.selector.iter().map(query).collect();
        let Some(queries) = queries else {
            let error = Error::usage("selector and domain together are longer than a name can be");
            return Err(error.hint("see dkim lookup --help"));
        };
        queries.iter().map(ToString::to_string).collect()
    } else {
        refuse_selector_and_domain(&arguments.names)?;
        let absolute = |name: &DomainName| format!("{}.", name.to_ascii());
        arguments.names.iter().map(absolute).collect()
    };
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
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

/// The names of the keys that the signatures of a message need.
fn of_message(path: &Path, output: &Output) -> Result<Vec<String>, Error> {
    let source = match path.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::File(path.to_owned()),
    };
    let header = Input::open(&source).and_then(|mut input| {
        let (header, _) = input.read_header(LineEndings::Lenient)?;
        Ok(header)
    });
    let header = header.map_err(|error| error.about(&source))?;
    // The keys of more signatures are not looked up: verification judges no more either.
    let limit = Policy::default().maximum_signatures;
    let mut names = Vec::new();
    let mut signatures = 0_usize;
    for field in header.fields_named(FIELD_NAME) {
        signatures += 1;
        if names.len() == limit {
            continue;
        }
        match claimed_key_query(field) {
            Some(name) => names.push(name.to_string()),
            None => output.warning(
                &source,
                format_args!(
                    "signature {signatures} names no domain and selector that can be read"
                ),
            ),
        }
    }
    if signatures > limit && names.len() == limit {
        let reason = format!("of {signatures} signatures, the keys of {limit} are looked up");
        output.warning(&source, reason);
    }
    if names.is_empty() {
        let reason = match signatures {
            0 => "there is no DKIM-Signature field",
            _ => "no signature says where its key is",
        };
        return Err(Error::new(Kind::No, reason).about(&source));
    }
    Ok(names)
}
