//! `dkim keygen`.

use std::path::{Path, PathBuf};

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::identifier::Selector;
use dkim_toolkit::key::{GeneratedKey, KeyFormat, NewKey, PrivateKey, PrivateKeyText, RsaSize};
use dkim_toolkit::key_record::KeyToPublish;

use super::publishing::{Change, Published};
use crate::args::{KeyTypeName, Keygen};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{check_target, shown, word, write_private_keys};
use crate::print::Output;
use crate::print::record::{Printed, print};

/// A key that is asked for.
struct Wanted<'a> {
    selector: &'a Selector,
    kind: NewKey,
    /// The key's file; `None` for standard output.
    target: Option<PathBuf>,
}

/// A key that was made, not yet written.
struct Made<'a> {
    wanted: Wanted<'a>,
    key: GeneratedKey,
    text: PrivateKeyText,
    published: Published,
}

pub fn run(arguments: &Keygen, output: &mut Output) -> Result<ExitStatus, Error> {
    let wanted = wanted(arguments, output)?;
    for path in wanted.iter().filter_map(|wanted| wanted.target.as_ref()) {
        check_target(path, arguments.overwrite)?;
    }
    // The records before the files: what cannot be published needs no key file.
    let made = wanted
        .into_iter()
        .map(|wanted| make(wanted, arguments))
        .collect::<Result<Vec<Made<'_>>, Error>>()?;
    let mut files = Vec::new();
    for made in &made {
        let Some(path) = made.wanted.target.as_deref() else {
            // No advice: what standard error holds is the record, and perhaps kept.
            output.text(made.text.as_str())?;
            output.aside(&made.published.formatted)?;
            return Ok(ExitStatus::Yes);
        };
        files.push((path, &made.text));
    }
    write_private_keys(&files, arguments.overwrite, &output.steps())?;
    for (made, (path, _)) in made.iter().zip(&files) {
        print_record(made, path, arguments, output)
            .map_err(|error| error.hint(again(made.wanted.selector, arguments, path)))?;
    }
    for (made, (path, _)) in made.iter().zip(&files) {
        advise(made.wanted.selector, path, arguments, output);
    }
    let is_ed25519 = |made: &Made<'_>| made.key.key.public_key().key_type() == KeyType::Ed25519;
    if made.iter().all(is_ed25519) {
        output.advice("not every receiver verifies Ed25519: sign with both");
    }
    Ok(ExitStatus::Yes)
}

/// Makes a key and its record.
fn make<'a>(wanted: Wanted<'a>, arguments: &Keygen) -> Result<Made<'a>, Error> {
    let key =
        PrivateKey::generate(wanted.kind).map_err(|error| Error::cannot(error).about("key"))?;
    let text = key
        .in_format(arguments.key_format.into())
        .ok_or_else(|| Error::cannot("the key could not be written in that format").about("key"))?;
    let record = KeyToPublish::Key(key.key.public_key().clone());
    // Where a key's file is replaced, its record is there as well.
    let change = match wanted.target.as_deref() {
        Some(path) if path.is_file() => Change::Replace,
        _ => Change::Add,
    };
    let published = Published::at(
        wanted.selector,
        &arguments.domain,
        arguments.options.record_of(record).to_text(),
        &arguments.options,
        change,
    )?;
    Ok(Made {
        wanted,
        key,
        text,
        published,
    })
}

fn print_record(
    made: &Made<'_>,
    path: &Path,
    arguments: &Keygen,
    output: &mut Output,
) -> Result<(), Error> {
    let public = made.key.key.public_key();
    print(
        &Printed {
            name: made.published.name.as_deref(),
            ttl: arguments.options.ttl,
            text: &made.published.text,
            format: arguments.options.format.0,
            formatted: &made.published.formatted,
            advice: made.published.advice.as_deref(),
            key_type: Some(public.key_type()),
            bits: Some(public.bits()),
            key_file: Some(path),
        },
        output,
    )
}

/// How to have the record of a key that is there printed again.
fn again(selector: &Selector, arguments: &Keygen, path: &Path) -> String {
    let (domain, key) = (&arguments.domain, word(path));
    format!("the key is made; its record once more: dkim record -k {key} -s {selector} -d {domain}")
}

/// The keys that are asked for: each selector has a type.
fn wanted<'a>(arguments: &'a Keygen, output: &Output) -> Result<Vec<Wanted<'a>>, Error> {
    let (selectors, types) = (&arguments.selector, &arguments.key_type);
    if !types.is_empty() && types.len() != selectors.len() {
        let error = format!(
            "--selector is given {} times, and --type {} times: each key has one of both",
            selectors.len(),
            types.len()
        );
        return Err(Error::usage(error)
            .hint("dkim keygen -s rsa2026 -t rsa -s ed2026 -t ed25519 -d example.com"));
    }
    for (at, selector) in selectors.iter().enumerate() {
        if selectors[..at]
            .iter()
            .any(|other| other.to_ascii() == selector.to_ascii())
        {
            return Err(Error::usage(format_args!(
                "--selector {selector} is given twice, and a selector names one key"
            ))
            .hint("choose another selector for the other key"));
        }
    }
    let type_of = |at: usize| types.get(at).copied().unwrap_or(KeyTypeName::Rsa);
    let all_ed25519 = (0..selectors.len()).all(|at| type_of(at) == KeyTypeName::Ed25519);
    check_usage(arguments, all_ed25519, output)?;
    let keys = selectors.iter().enumerate();
    keys.map(|(at, selector)| {
        let key_type = type_of(at);
        check_format(arguments.key_format.into(), key_type)?;
        Ok(Wanted {
            selector,
            kind: match key_type {
                KeyTypeName::Ed25519 => NewKey::Ed25519,
                KeyTypeName::Rsa => NewKey::Rsa(arguments.bits.unwrap_or(RsaSize::Bits2048)),
            },
            target: target(selector, arguments),
        })
    })
    .collect()
}

/// Refuses options that do not go together, and a key that would go into other output.
fn check_usage(arguments: &Keygen, all_ed25519: bool, output: &Output) -> Result<(), Error> {
    let usage = |why: &str, hint: &str| Err(Error::usage(why).hint(hint));
    match arguments.bits {
        Some(_) if all_ed25519 => usage(
            "--bits is for RSA keys: an Ed25519 key has 256 bits",
            "leave --bits out",
        ),
        Some(RsaSize::Bits1024) if !arguments.force_weak => usage(
            "an RSA key of 1024 bits is weak",
            "--bits 2048, or --force-weak where the DNS holds no longer record",
        ),
        _ => Ok(()),
    }?;
    let Some(path) = &arguments.key_to else {
        return Ok(());
    };
    if arguments.selector.len() > 1 {
        return usage(
            "--key-to is for one key",
            "write several keys into a folder: --output-dir DIR",
        );
    }
    if path.as_os_str() == "-" && (output.json || output.quiet) {
        let other = if output.json { "--json" } else { "--quiet" };
        let error = format!("{other} and --key-to - do not go together");
        return usage(&error, "write the key to a file: --key-to FILE");
    }
    Ok(())
}

/// Refuses a format that keys of this type do not have.
fn check_format(format: KeyFormat, key_type: KeyTypeName) -> Result<(), Error> {
    let (name, other) = match (format, key_type) {
        (KeyFormat::Pkcs1, KeyTypeName::Ed25519) => ("pkcs1", "RSA"),
        (KeyFormat::Seed, KeyTypeName::Rsa) => ("seed", "Ed25519"),
        _ => return Ok(()),
    };
    let error = format!("--key-format {name} is for {other} keys");
    Err(Error::usage(error).hint("leave --key-format out, or make the keys one by one"))
}

/// The key's file; `None` for standard output.
fn target(selector: &Selector, arguments: &Keygen) -> Option<PathBuf> {
    match &arguments.key_to {
        Some(path) if path.as_os_str() == "-" => None,
        Some(path) => Some(path.clone()),
        None => {
            let name = format!(
                "{}._domainkey.{}.pem",
                selector.to_ascii(),
                arguments.domain.to_ascii()
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
fn advise(selector: &Selector, path: &Path, arguments: &Keygen, output: &Output) {
    let mut expected = String::new();
    // Not of a pipe, where the key has gone on to somewhere else.
    if path.is_file() {
        output.advice(format_args!(
            "the private key is in {}: nobody but the signer should have it",
            shown(path)
        ));
        expected = format!(" --expect-key {}", word(path));
    }
    let domain = &arguments.domain;
    output.advice(format_args!(
        "publish the record at {}._domainkey.{}, then check it: \
         dkim lookup -s {selector} -d {domain}{expected}",
        selector.to_ascii(),
        domain.to_ascii()
    ));
}
