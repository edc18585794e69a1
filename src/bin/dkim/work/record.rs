//! `dkim record`.

mod check;

use std::path::Path;

use dkim_toolkit::algorithm::MINIMUM_RSA_BITS;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::key_record::KeyToPublish;

use super::publishing::{Change, Published, read_key};
use crate::args::Record;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Passphrase, named_key, shown};
use crate::print::Output;
use crate::print::record::{Printed, print};

pub fn run(arguments: &Record, output: &mut Output) -> Result<ExitStatus, Error> {
    if let Some(record) = &arguments.check {
        return check::run(record, output);
    }
    // The name before the key: a passphrase need not be read in vain.
    let (selector, domain) = name(arguments);
    let options = &arguments.options;
    let key = match &arguments.key {
        Some(path) => {
            let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
            let key = read_key(path, &passphrase, output)?;
            if !arguments.revoke {
                check_strength(path, &key, output)?;
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
    let (to_publish, change) = match key {
        Some(key) if !arguments.revoke => (KeyToPublish::Key(key), Change::Add),
        _ => (KeyToPublish::Revoked(key_type), Change::Replace),
    };
    let text = options.record_of(to_publish).to_text();
    let published = match (&selector, &domain) {
        (Some(selector), Some(domain)) => Published::at(selector, domain, text, options, change)?,
        _ => Published::value(&text, options)
            .ok_or_else(|| nameless(arguments, selector.is_some(), domain.is_some()))?,
    };
    print(
        &Printed {
            name: published.name.as_deref(),
            ttl: options.ttl,
            text: &published.text,
            format: options.format.0,
            formatted: &published.formatted,
            advice: published.advice.as_deref(),
            key_type,
            bits,
            key_file: arguments.key.as_deref(),
        },
        output,
    )?;
    Ok(ExitStatus::Yes)
}

/// Selector and domain, as far as they are said or in the name of the key's file.
fn name(arguments: &Record) -> (Option<Selector>, Option<Sdid>) {
    let file = arguments.key.as_deref().and_then(named_key);
    let (selector, domain) = file.unzip();
    (
        arguments.selector.clone().or(selector),
        arguments.domain.clone().or(domain),
    )
}

/// Says what is missing of the record's name.
fn nameless(arguments: &Record, selector: bool, domain: bool) -> Error {
    let missing = match (selector, domain) {
        (false, false) => "--selector and --domain",
        (false, true) => "--selector",
        (_, false) => "--domain",
        (true, true) => "nothing",
    };
    let format = arguments.options.format.0;
    Error::usage(format_args!(
        "a record in the format {format} needs a name: {missing} missing"
    ))
    .hint("add -s SELECTOR -d DOMAIN; --format txt or quoted prints the value alone")
}

/// Refuses a key that verifiers refuse, and warns of a weak one (RFC 8301 §3.2).
fn check_strength(path: &Path, key: &PublicKey, output: &Output) -> Result<(), Error> {
    if key.is_too_short() {
        let bits = key.bits();
        let error =
            format!("an RSA key of {bits} bits: verifiers accept no fewer than {MINIMUM_RSA_BITS}");
        let error = Error::cannot(error).about(shown(path));
        return Err(error.hint("make a new key: dkim keygen"));
    }
    if let Some(weakness) = key.weakness() {
        output.warning(shown(path), weakness);
    }
    Ok(())
}
