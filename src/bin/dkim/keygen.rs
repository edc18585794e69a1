//! `dkim keygen`.

use std::path::{Path, PathBuf};

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::key::{GeneratedKey, NewKey, PrivateKey, RsaSize};
use dkim_toolkit::key_record::KeyToPublish;
use dkim_toolkit::publish::Publication;

use crate::args::{KeyTypeName, Keygen};
use crate::exit::ExitStatus;
use crate::io::shown;
use crate::key_file::{check_target, write_private_key};
use crate::output::{self, Output, OutputError};
use crate::record::{Printed, format, print};

pub fn run(arguments: &Keygen, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let kind = match kind(arguments).and_then(|kind| check_usage(arguments, output).map(|()| kind))
    {
        Ok(kind) => kind,
        Err(status) => return Ok(status),
    };
    let target = target(arguments);
    if let Some(path) = &target
        && let Err(failure) = check_target(path, arguments.overwrite)
    {
        failure.say(shown(path));
        return Ok(ExitStatus::CannotDo);
    }
    let made = match PrivateKey::generate(kind) {
        Ok(made) => made,
        Err(error) => {
            output::error("key", error);
            return Ok(ExitStatus::CannotDo);
        }
    };
    // The record before the key: what cannot be published needs no key file.
    let record = arguments
        .options
        .record_of(KeyToPublish::Key(made.key.public_key().clone()));
    let published = format(
        &arguments.selector,
        &arguments.domain,
        &arguments.options,
        record.to_text(),
    );
    let (publication, formatted) = match published {
        Ok(published) => published,
        Err(status) => return Ok(status),
    };
    let Some(path) = target else {
        // No advice: what standard error holds is the record, and perhaps kept.
        output.text(made.pem.as_str())?;
        output::aside(formatted);
        return Ok(ExitStatus::Yes);
    };
    if let Err(failure) = write_private_key(&path, &made.pem, arguments.overwrite) {
        failure.say(shown(&path));
        return Ok(ExitStatus::CannotDo);
    }
    print(
        &Printed {
            publication: &publication,
            format: arguments.options.format.0,
            formatted: &formatted,
            key_type: Some(made.key.public_key().key_type()),
            bits: Some(made.key.public_key().bits()),
            key_file: Some(&path),
        },
        output,
    )
    .inspect_err(|_| {
        output::hint(again(arguments, &path));
    })?;
    advise(&made, &path, &publication, arguments);
    Ok(ExitStatus::Yes)
}

/// How to have the record of a key that is there printed again.
fn again(arguments: &Keygen, path: &Path) -> String {
    let Keygen {
        selector, domain, ..
    } = arguments;
    let key = shown(path);
    format!("the key is made; its record once more: dkim record -k {key} -s {selector} -d {domain}")
}

/// The kind of key that is asked for; what is wrong with it is said.
fn kind(arguments: &Keygen) -> Result<NewKey, ExitStatus> {
    let usage = |why: &str, hint: &str| {
        output::usage_error(why);
        output::hint(hint);
        Err(ExitStatus::Usage)
    };
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
fn check_usage(arguments: &Keygen, output: &Output) -> Result<(), ExitStatus> {
    if target(arguments).is_some() || !(output.json || output.quiet) {
        return Ok(());
    }
    let other = if output.json { "--json" } else { "--quiet" };
    output::usage_error(format_args!("{other} and --key-to - do not go together"));
    output::hint("write the key to a file: --key-to FILE");
    Err(ExitStatus::Usage)
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
fn advise(made: &GeneratedKey, path: &Path, publication: &Publication, arguments: &Keygen) {
    let mut expected = String::new();
    // Not of a pipe, where the key has gone on to somewhere else.
    if path.is_file() {
        let path = shown(path);
        output::advice(format_args!(
            "the private key is in {path}: nobody but the signer should have it"
        ));
        expected = format!(" --expect-key {path}");
    }
    let (selector, domain) = (&arguments.selector, &arguments.domain);
    output::advice(format_args!(
        "publish the record at {}, then check it: dkim lookup -s {selector} -d {domain}{expected}",
        publication.name()
    ));
    if made.key.public_key().key_type() == KeyType::Ed25519 {
        output::advice("many receivers, Gmail among them, verify only RSA: sign with both");
    }
}
