//! A record to publish, as `dkim keygen` and `dkim record` print it.

use std::borrow::Cow;
use std::path::Path;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::publish::{Format, Publication};
use serde::Serialize;

use super::Output;
use crate::error::Error;

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
    key_file: Option<Cow<'a, str>>,
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
pub fn print(printed: &Printed<'_>, output: &mut Output) -> Result<(), Error> {
    if output.json {
        print_json(printed, output)?;
    } else {
        output.text(printed.formatted)?;
    }
    if printed.format == Format::Ovh {
        advise_on_ovh(printed.publication, output);
    }
    Ok(())
}

/// The zone is in the path of the request alone, and changes wait for another request.
fn advise_on_ovh(publication: &Publication, output: &Output) {
    let name = publication.name().trim_end_matches('.');
    let zone = name
        .split_once("._domainkey.")
        .map_or(name, |(_, zone)| zone);
    output.advice(format_args!(
        "this is for a zone named {zone}: where the zone is above it, add what is missing to \
         subDomain; then POST /domain/zone/{zone}/refresh puts the record into effect"
    ));
}

fn print_json(printed: &Printed<'_>, output: &mut Output) -> Result<(), Error> {
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
        key_file: printed.key_file.map(Path::to_string_lossy),
        format: printed.format.name(),
        formatted: printed.formatted,
    })
}
