//! Keys and their records, as several subcommands need them.

use std::path::Path;

use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::PublicKey;
use dkim_toolkit::key_record::KeyRecordText;
use dkim_toolkit::publish::{Publication, PublishError};

use crate::args::RecordOptions;
use crate::error::{Error, Kind};
use crate::files::{Passphrase, read_public_key, shown};
use crate::print::Output;

/// The record at its name, and in the form that is asked for.
pub fn format(
    selector: &Selector,
    domain: &Sdid,
    options: &RecordOptions,
    text: KeyRecordText,
) -> Result<(Publication, String), Error> {
    Publication::new(selector, domain, options.ttl, text)
        .and_then(|publication| {
            let formatted = publication.format(options.format.0)?;
            Ok((publication, formatted))
        })
        .map_err(|error| {
            let (about, hint, kind) = match error {
                PublishError::LineTooLong { .. } => {
                    ("record", "use a shorter note or key", Kind::CannotDo)
                }
                PublishError::TtlRefused { .. } => ("--ttl", "choose another --ttl", Kind::Usage),
                _ => ("record", "choose a shorter selector", Kind::CannotDo),
            };
            Error::new(kind, error).about(about).hint(hint)
        })
}

/// Reads a public key, and warns where the file may be taken for something else.
pub fn read_key(path: &Path, passphrase: &Passphrase, output: &Output) -> Result<PublicKey, Error> {
    let (key, warning) = read_public_key(path, passphrase)?;
    if let Some(warning) = warning {
        output.warning(shown(path), warning);
    }
    Ok(key)
}
