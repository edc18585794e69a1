//! `dkim keygen`.

use std::path::{Path, PathBuf};

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::key::{GeneratedKey, NewKey, PrivateKey, RsaSize};
use dkim_toolkit::key_record::KeyToPublish;

use super::publishing::{Change, Published};
use crate::args::{KeyTypeName, Keygen};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{check_target, shown, word, write_private_key};
use crate::print::Output;
use crate::print::record::{Printed, print};

pub fn run(arguments: &Keygen, output: &mut Output) -> Result<ExitStatus, Error> {
    let kind = kind(arguments)?;
    check_usage(arguments, output)?;
    let target = target(arguments);
    if let Some(path) = &target {
        check_target(path, arguments.overwrite)?;
    }
    let made = PrivateKey::generate(kind).map_err(|error| Error::cannot(error).about("key"))?;
    // The record before the key: what cannot be published needs no key file.
    let record = arguments
        .options
        .record_of(KeyToPublish::Key(made.key.public_key().clone()));
    // Where a key's file is replaced, its record is there as well.
    let change = match target.as_deref() {
        Some(path) if path.is_file() => Change::Replace,
        _ => Change::Add,
    };
    let published = Published::at(
        &arguments.selector,
        &arguments.domain,
        record.to_text(),
        &arguments.options,
        change,
    )?;
    let Some(path) = target else {
        // No advice: what standard error holds is the record, and perhaps kept.
        output.text(made.pem.as_str())?;
        output.aside(published.formatted);
        return Ok(ExitStatus::Yes);
    };
    write_private_key(&path, &made.pem, arguments.overwrite, &output.steps())?;
    print(
        &Printed {
            name: published.name.as_deref(),
            ttl: arguments.options.ttl,
            text: &published.text,
            format: arguments.options.format.0,
            formatted: &published.formatted,
            advice: published.advice.clone(),
            key_type: Some(made.key.public_key().key_type()),
            bits: Some(made.key.public_key().bits()),
            key_file: Some(&path),
        },
        output,
    )
    .map_err(|error| error.hint(again(arguments, &path)))?;
    advise(&made, &path, arguments, output);
    Ok(ExitStatus::Yes)
}

/// How to have the record of a key that is there printed again.
fn again(arguments: &Keygen, path: &Path) -> String {
    let Keygen {
        selector, domain, ..
    } = arguments;
    let key = word(path);
    format!("the key is made; its record once more: dkim record -k {key} -s {selector} -d {domain}")
}

/// The kind of key that is asked for.
fn kind(arguments: &Keygen) -> Result<NewKey, Error> {
    let usage = |why: &str, hint: &str| Err(Error::usage(why).hint(hint));
    match (arguments.key_type, arguments.bits) {
        (KeyTypeName::Ed25519, None) => Ok(NewKey::Ed25519),
        (KeyTypeName::Ed25519, Some(_)) => usage(
            "--bits is for RSA keys: an Ed25519 key has 256 bits",
            "leave --bits out",
        ),
        (KeyTypeName::Rsa, Some(RsaSize::Bits1024)) if !arguments.force_weak => usage(
            "an RSA key of 1024 bits is weak",
            "--bits 2048, or --force-weak where the DNS holds no longer record",
        ),
        (KeyTypeName::Rsa, size) => Ok(NewKey::Rsa(size.unwrap_or(RsaSize::Bits2048))),
    }
}

/// Refuses a key that would go where nobody has it, or into other output.
fn check_usage(arguments: &Keygen, output: &Output) -> Result<(), Error> {
    if target(arguments).is_some() || !(output.json || output.quiet) {
        return Ok(());
    }
    let other = if output.json { "--json" } else { "--quiet" };
    let error = Error::usage(format_args!("{other} and --key-to - do not go together"));
    Err(error.hint("write the key to a file: --key-to FILE"))
}

/// The key's file; `None` for standard output.
fn target(arguments: &Keygen) -> Option<PathBuf> {
    match &arguments.key_to {
        Some(path) if path.as_os_str() == "-" => None,
        Some(path) => Some(path.clone()),
        None => {
            let (selector, domain) = (&arguments.selector, &arguments.domain);
            let name = format!(
                "{}._domainkey.{}.pem",
                selector.to_ascii(),
                domain.to_ascii()
            );
            // A name alone is easier to read than one with ./ before it.
            if arguments.output_dir == Path::new(".") {
                Some(name.into())
            } else {
                Some(arguments.output_dir.join(name))
            }
        }
    }
}

/// Says where the key is and what comes next.
fn advise(made: &GeneratedKey, path: &Path, arguments: &Keygen, output: &Output) {
    let mut expected = String::new();
    // Not of a pipe, where the key has gone on to somewhere else.
    if path.is_file() {
        output.advice(format_args!(
            "the private key is in {}: nobody but the signer should have it",
            shown(path)
        ));
        expected = format!(" --expect-key {}", word(path));
    }
    let (selector, domain) = (&arguments.selector, &arguments.domain);
    output.advice(format_args!(
        "publish the record at {}._domainkey.{}, then check it: \
         dkim lookup -s {selector} -d {domain}{expected}",
        selector.to_ascii(),
        domain.to_ascii()
    ));
    if made.key.public_key().key_type() == KeyType::Ed25519 {
        output.advice("many receivers, Gmail among them, verify only RSA: sign with both");
    }
}
