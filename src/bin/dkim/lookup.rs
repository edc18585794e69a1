//! `dkim lookup`.

pub mod json;
pub mod text;

use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::lint::{self, Expectations, NameReport, NameStatus};
use dkim_toolkit::message::LineEndings;
use dkim_toolkit::signature::{FIELD_NAME, claimed_key_query};
use dkim_toolkit::verify::Policy;

use crate::args::Lookup;
use crate::dns::Keys;
use crate::exit::ExitStatus;
use crate::io::{Failure, Input, Pieces as _, Source};
use crate::key_file::{Passphrase, read_public_key};
use crate::output::{self, Output, OutputError};

/// So many names are asked for at a time.
const AT_A_TIME: usize = 20;

pub fn run(arguments: &Lookup, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let is_stdin =
        |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str() == "-");
    if is_stdin(&arguments.message) && is_stdin(&arguments.expect_key) {
        output::usage_error("message and key cannot both be on standard input");
        output::hint("see dkim lookup --help");
        return Ok(ExitStatus::Usage);
    }
    let names = match names(arguments) {
        Ok(names) => names,
        Err(status) => return Ok(status),
    };
    let expected_key = match expected_key(arguments) {
        Ok(key) => key,
        Err(status) => return Ok(status),
    };
    let keys = match Keys::new(&arguments.dns) {
        Ok(keys) => keys,
        Err(status) => return Ok(status),
    };
    let mut expectations = Expectations::default();
    expectations.key = expected_key.as_ref();
    expectations.cname = arguments.expect_cname.as_ref();
    let mut status = ExitStatus::Yes;
    let mut is_first = true;
    for names in names.chunks(AT_A_TIME) {
        let answers = keys.look_up_names(names);
        for (name, answer) in names.iter().zip(&answers) {
            let report = lint::name(answer, expectations);
            print(name, &report, is_first, output)?;
            status = status.worse(exit_status(&report.status));
            is_first = false;
        }
    }
    Ok(status)
}

/// The key that must be published. What goes wrong is said.
fn expected_key(arguments: &Lookup) -> Result<Option<PublicKey>, ExitStatus> {
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let read = |path: &PathBuf| read_public_key(path, &passphrase);
    arguments.expect_key.as_ref().map(read).transpose()
}

/// The status for one name.
pub fn exit_status(status: &NameStatus) -> ExitStatus {
    match status {
        NameStatus::Found => ExitStatus::Yes,
        NameStatus::Temporary(_) => ExitStatus::CannotTell,
        NameStatus::Missing | NameStatus::Revoked | NameStatus::Invalid | NameStatus::Mismatch => {
            ExitStatus::No
        }
    }
}

fn print(
    name: &str,
    report: &NameReport,
    is_first: bool,
    output: &mut Output,
) -> Result<(), OutputError> {
    if output.quiet {
        return Ok(());
    }
    if output.json {
        return output.json(&json::Name::new(Some(name), report));
    }
    output.report(&text::report(name, report, is_first))?;
    if report.status == NameStatus::Missing && !name.contains("._domainkey.") {
        output::warning(
            name.trim_end_matches('.'),
            "key records are named selector._domainkey.domain",
        );
    }
    Ok(())
}

/// The names to look up, absolute, each once; what goes wrong is said.
fn names(arguments: &Lookup) -> Result<Vec<String>, ExitStatus> {
    let all = if let Some(path) = &arguments.message {
        of_message(path)?
    } else if let Some(domain) = &arguments.domain {
        let query = |selector| KeyQuery::new(selector, domain);
        let queries: Option<Vec<KeyQuery>> = arguments.selector.iter().map(query).collect();
        let Some(queries) = queries else {
            output::usage_error("selector and domain together are longer than a name can be");
            output::hint("see dkim lookup --help");
            return Err(ExitStatus::Usage);
        };
        queries.iter().map(ToString::to_string).collect()
    } else {
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

/// The names of the keys that the signatures of a message need.
fn of_message(path: &Path) -> Result<Vec<String>, ExitStatus> {
    let source = match path.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::File(path.to_owned()),
    };
    let header = Input::open(&source).and_then(|mut input| {
        let (header, _) = input.read_header(LineEndings::Lenient)?;
        Ok(header)
    });
    let header = header.map_err(|failure| {
        failure.say(&source);
        ExitStatus::CannotDo
    })?;
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
            None => output::warning(
                &source,
                format_args!(
                    "signature {signatures} names no domain and selector that can be read"
                ),
            ),
        }
    }
    if signatures > limit && names.len() == limit {
        let reason = format!("of {signatures} signatures, the keys of {limit} are looked up");
        output::warning(&source, reason);
    }
    if names.is_empty() {
        let reason = match signatures {
            0 => "there is no DKIM-Signature field",
            _ => "no signature says where its key is",
        };
        Failure::new(reason).say(&source);
        return Err(ExitStatus::No);
    }
    Ok(names)
}
