//! `dkim record`, and records as every subcommand prints them.

mod check;

use std::path::Path;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::algorithm::MINIMUM_RSA_BITS;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::key_record::{KeyRecordText, KeyToPublish};
use dkim_toolkit::publish::{Format, Publication, PublishError};
use serde::Serialize;

use crate::args::{Record, RecordOptions};
use crate::exit::ExitStatus;
use crate::io::shown;
use crate::key_file::{Passphrase, read_public_key};
use crate::output::{self, Output, OutputError};

pub fn run(arguments: &Record, output: &mut Output) -> Result<ExitStatus, OutputError> {
    if let Some(record) = &arguments.check {
        return check::run(record, output);
    }
    match publish(arguments) {
        Ok(Published {
            publication,
            formatted,
            key_type,
            bits,
        }) => {
            print(
                &Printed {
                    publication: &publication,
                    format: arguments.options.format.0,
                    formatted: &formatted,
                    key_type,
                    bits,
                    key_file: arguments.key.as_deref(),
                },
                output,
            )?;
            Ok(ExitStatus::Yes)
        }
        Err(status) => Ok(status),
    }
}

struct Published {
    publication: Publication,
    formatted: String,
    key_type: Option<KeyType>,
    bits: Option<usize>,
}

/// Makes the record that the arguments ask for. What goes wrong is said.
fn publish(arguments: &Record) -> Result<Published, ExitStatus> {
    let (Some(selector), Some(domain)) = (&arguments.selector, &arguments.domain) else {
        // The command line's grammar requires both without --check.
        output::usage_error("a record needs --selector and --domain");
        return Err(ExitStatus::Usage);
    };
    let key = match &arguments.key {
        Some(path) => {
            let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
            let key = read_public_key(path, &passphrase)?;
            if !arguments.revoke {
                check_strength(path, &key)?;
            }
            Some(key)
        }
        None => None,
    };
    let key_type = key
        .as_ref()
        .map(PublicKey::key_type)
        .or_else(|| arguments.key_type.map(Into::into));
    let bits = key.as_ref().map(PublicKey::bits);
    let to_publish = match key {
        Some(key) if !arguments.revoke => KeyToPublish::Key(key),
        _ => KeyToPublish::Revoked(key_type),
    };
    let record = arguments.options.record_of(to_publish);
    let (publication, formatted) = format(selector, domain, &arguments.options, record.to_text())?;
    Ok(Published {
        publication,
        formatted,
        key_type,
        bits,
    })
}

/// Refuses a key that verifiers refuse, and warns of a weak one (RFC 8301 §3.2).
fn check_strength(path: &Path, key: &PublicKey) -> Result<(), ExitStatus> {
    if key.is_too_short() {
        let bits = key.bits();
        output::error(
            shown(path),
            format_args!(
                "an RSA key of {bits} bits: verifiers accept no fewer than {MINIMUM_RSA_BITS}"
            ),
        );
        output::hint("make a new key: dkim keygen");
        return Err(ExitStatus::CannotDo);
    }
    if let Some(weakness) = key.weakness() {
        output::warning(shown(path), weakness);
    }
    Ok(())
}

/// The record at its name, and in the form that is asked for. What goes wrong is said.
pub fn format(
    selector: &Selector,
    domain: &Sdid,
    options: &RecordOptions,
    text: KeyRecordText,
) -> Result<(Publication, String), ExitStatus> {
    Publication::new(selector, domain, options.ttl, text)
        .and_then(|publication| {
            let formatted = publication.format(options.format.0)?;
            Ok((publication, formatted))
        })
        .map_err(|error| {
            let (what, hint, status) = match error {
                PublishError::LineTooLong { .. } => {
                    ("record", "use a shorter note or key", ExitStatus::CannotDo)
                }
                PublishError::TtlRefused { .. } => {
                    ("--ttl", "choose another --ttl", ExitStatus::Usage)
                }
                _ => ("record", "choose a shorter selector", ExitStatus::CannotDo),
            };
            output::error(what, error);
            output::hint(hint);
            status
        })
}

/// A record to be printed, and what is known of its key.
pub struct Printed<'a> {
    pub publication: &'a Publication,
    pub format: Format,
    pub formatted: &'a str,
    pub key_type: Option<KeyType>,
    pub bits: Option<usize>,
    pub key_file: Option<&'a Path>,
}

#[derive(Serialize)]
struct RecordJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    record_type: &'static str,
    ttl: u32,
    text: &'a str,
    strings: Vec<&'a str>,
    /// `null` if it is not known, of a revoked key.
    key: Option<KeyJson>,
    key_file: Option<String>,
    format: &'static str,
    formatted: &'a str,
}

#[derive(Serialize)]
struct KeyJson {
    #[serde(rename = "type")]
    key_type: &'static str,
    bits: Option<usize>,
}

/// Prints a record in its form, or as JSON with its form in it.
pub fn print(printed: &Printed<'_>, output: &mut Output) -> Result<(), OutputError> {
    if output.json {
        print_json(printed, output)?;
    } else {
        output.text(printed.formatted)?;
    }
    if printed.format == Format::Ovh {
        advise_on_ovh(printed.publication);
    }
    Ok(())
}

/// The zone is in the path of the request alone, and changes wait for another request.
fn advise_on_ovh(publication: &Publication) {
    let name = publication.name().trim_end_matches('.');
    let zone = name
        .split_once("._domainkey.")
        .map_or(name, |(_, zone)| zone);
    output::advice(format_args!(
        "this is for a zone named {zone}: where the zone is above it, add what is missing to \
         subDomain; then POST /domain/zone/{zone}/refresh puts the record into effect"
    ));
}

fn print_json(printed: &Printed<'_>, output: &mut Output) -> Result<(), OutputError> {
    let publication = printed.publication;
    output.json(&RecordJson {
        name: publication.name(),
        record_type: "TXT",
        ttl: publication.ttl().seconds(),
        text: publication.text().as_str(),
        strings: publication.text().strings().collect(),
        key: printed.key_type.map(|key_type| KeyJson {
            key_type: key_type.name(),
            bits: printed.bits,
        }),
        key_file: printed.key_file.map(shown),
        format: printed.format.name(),
        formatted: printed.formatted,
    })
}
