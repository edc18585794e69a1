//! `dkim record`.

mod check;

use std::path::Path;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::algorithm::MINIMUM_RSA_BITS;
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::key_record::KeyToPublish;
use dkim_toolkit::publish::Publication;

use super::publishing::{format, read_key};
use crate::args::Record;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{Passphrase, shown};
use crate::print::Output;
use crate::print::record::{Printed, print};

pub fn run(arguments: &Record, output: &mut Output) -> Result<ExitStatus, Error> {
    if let Some(record) = &arguments.check {
        return check::run(record, output);
    }
    let published = publish(arguments, output)?;
    print(
        &Printed {
            publication: &published.publication,
            format: arguments.options.format.0,
            formatted: &published.formatted,
            key_type: published.key_type,
            bits: published.bits,
            key_file: arguments.key.as_deref(),
        },
        output,
    )?;
    Ok(ExitStatus::Yes)
}

struct Published {
    publication: Publication,
    formatted: String,
    key_type: Option<KeyType>,
    bits: Option<usize>,
}

/// Makes the record that the arguments ask for.
fn publish(arguments: &Record, output: &Output) -> Result<Published, Error> {
    let (Some(selector), Some(domain)) = (&arguments.selector, &arguments.domain) else {
        // The command line's grammar requires both without --check.
        return Err(Error::usage("a record needs --selector and --domain"));
    };
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
