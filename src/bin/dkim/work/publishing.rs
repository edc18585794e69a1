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

/// What is done with a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Add,
    Replace,
}

/// A record in the form that is asked for.
pub struct Published {
    /// `None` if the form does not need it, and it was not said.
    pub name: Option<String>,
    pub text: KeyRecordText,
    pub formatted: String,
    /// What to do with the record in that form.
    pub advice: Option<String>,
}

impl Published {
    /// The value alone, in a form that holds nothing else; `None` in any other form.
    pub fn value(text: &KeyRecordText, options: &RecordOptions) -> Option<Self> {
        Some(Self {
            name: None,
            formatted: options.format.0.value(text)?,
            text: text.clone(),
            advice: None,
        })
    }

    /// The record at its name.
    pub fn at(
        selector: &Selector,
        domain: &Sdid,
        text: KeyRecordText,
        options: &RecordOptions,
        change: Change,
    ) -> Result<Self, Error> {
        let format = options.format.0;
        let publish = || {
            let mut publication = Publication::new(selector, domain, options.ttl, text.clone())?;
            if let Some(zone) = &options.zone_name {
                publication = publication.in_zone(zone)?;
            }
            if change == Change::Replace {
                publication = publication.replacing();
            }
            Ok(Self {
                name: Some(publication.name().to_owned()),
                text,
                formatted: publication.format(format)?,
                advice: publication.advice(format),
            })
        };
        publish().map_err(|error| refused(&error))
    }
}

/// Says why a record cannot be published.
pub fn refused(error: &PublishError) -> Error {
    let (about, hint, kind) = match error {
        PublishError::OutsideZone => (
            "--zone-name",
            "name the zone that the record is in: the domain, or one above it",
            Kind::Usage,
        ),
        PublishError::LineTooLong { .. } => ("record", "use a shorter note or key", Kind::CannotDo),
        PublishError::NoAlias { .. } => (
            "--format",
            "choose one that names the record: zone, nsupdate or another",
            Kind::Usage,
        ),
        PublishError::TtlRefused { .. } => ("--ttl", "choose another --ttl", Kind::Usage),
        _ => ("record", "choose a shorter selector", Kind::CannotDo),
    };
    Error::new(kind, error).about(about).hint(hint)
}

/// Reads a public key, and warns where the file may be taken for something else.
pub fn read_key(path: &Path, passphrase: &Passphrase, output: &Output) -> Result<PublicKey, Error> {
    let (key, warning) = read_public_key(path, passphrase)?;
    if let Some(warning) = warning {
        output.warning(shown(path), warning);
    }
    Ok(key)
}
