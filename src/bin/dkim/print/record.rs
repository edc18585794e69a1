//! A record to publish, as `dkim keygen` and `dkim record` print it.

use std::borrow::Cow;
use std::path::Path;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::key_record::KeyRecordText;
use dkim_toolkit::publish::{Format, Ttl};
use serde::Serialize;

use super::Output;
use crate::error::Error;

/// A record to be printed, and what is known of its key.
pub struct Printed<'a> {
    /// `None` if it was not said, and the format does not need it.
    pub name: Option<&'a str>,
    pub ttl: Ttl,
    pub text: &'a KeyRecordText,
    pub format: Format,
    pub formatted: &'a str,
    /// What to do with the record in that format.
    pub advice: Option<&'a str>,
    pub key_type: Option<KeyType>,
    pub bits: Option<usize>,
    pub key_file: Option<&'a Path>,
}

#[derive(Serialize)]
struct RecordJson<'a> {
    name: Option<&'a str>,
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
    if let Some(advice) = printed.advice {
        output.advice(advice);
    }
    Ok(())
}

fn print_json(printed: &Printed<'_>, output: &mut Output) -> Result<(), Error> {
    output.json(&RecordJson {
        name: printed.name,
        record_type: "TXT",
        ttl: printed.ttl.seconds(),
        text: printed.text.as_str(),
        strings: printed.text.strings().collect(),
        key: printed.key_type.map(|key_type| KeyJson {
            key_type: key_type.name(),
            bits: printed.bits,
        }),
        key_file: printed.key_file.map(Path::to_string_lossy),
        format: printed.format.name(),
        formatted: printed.formatted,
    })
}
