//! Key records in the forms that name servers and DNS providers take.
//!
//! ```
//! use dkim_toolkit::identifier::{Sdid, Selector};
//! use dkim_toolkit::key_record::{KeyToPublish, NewKeyRecord};
//! use dkim_toolkit::publish::{Format, Publication, Ttl};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let record = NewKeyRecord::new(KeyToPublish::Revoked(None));
//! let publication = Publication::new(
//!     &Selector::parse(b"s2026")?,
//!     &Sdid::parse(b"example.com")?,
//!     Ttl::DEFAULT,
//!     record.to_text(),
//! )?;
//! assert_eq!(
//!     publication.format(Format::Zone)?,
//!     "s2026._domainkey.example.com. 3600 IN TXT \"v=DKIM1; p=\"\n",
//! );
//! # Ok(())
//! # }
//! ```

use std::error::Error;
use std::fmt;

use crate::identifier::{DomainName, KeyQuery, Sdid, Selector};
use crate::key_record::KeyRecordText;

mod api;
mod code;
mod format;
mod master_file;
mod server;
mod terraform;

pub use self::format::Format;
use self::format::Limit;

/// How long a record may be kept by resolvers, in seconds (RFC 2181 §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ttl(u32);

impl Ttl {
    /// An hour: long enough to spare the servers, short enough to correct a mistake.
    pub const DEFAULT: Self = Self(3600);
    /// The longest there is: 31 bits of seconds (RFC 2181 §8).
    pub const MAX: Self = Self(i32::MAX.cast_unsigned());

    /// A time to live of so many seconds; `None` if they are more than [`Ttl::MAX`].
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Option<Self> {
        if seconds <= Self::MAX.0 {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// The time in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key record, or an alias of one, with the name that it is published at.
#[derive(Clone, Debug)]
pub struct Publication {
    owner: KeyQuery,
    domain: String,
    /// The zone that names are relative to, if it was said; in A-labels, without a final dot.
    zone: Option<String>,
    ttl: Ttl,
    data: Data,
    replaces: bool,
}

/// What the name has.
#[derive(Clone, Debug)]
enum Data {
    /// A TXT record with a key.
    Text(KeyRecordText),
    /// A CNAME record: its absolute target, with its final dot.
    Alias(String),
}

impl Publication {
    /// A record for `selector` at `domain`.
    ///
    /// # Errors
    ///
    /// [`PublishError::NameTooLong`] if the DNS has no names of that length.
    pub fn new(
        selector: &Selector,
        domain: &Sdid,
        ttl: Ttl,
        text: KeyRecordText,
    ) -> Result<Self, PublishError> {
        Self::of(selector, domain, ttl, Data::Text(text))
    }

    /// A CNAME record for `selector` at `domain`: the key is published at `target`
    /// (RFC 6376 §3.6.2).
    ///
    /// # Errors
    ///
    /// [`PublishError::NameTooLong`] if the DNS has no names of that length.
    pub fn alias(
        selector: &Selector,
        domain: &Sdid,
        ttl: Ttl,
        target: &DomainName,
    ) -> Result<Self, PublishError> {
        let target = format!("{}.", target.to_ascii());
        Self::of(selector, domain, ttl, Data::Alias(target))
    }

    fn of(selector: &Selector, domain: &Sdid, ttl: Ttl, data: Data) -> Result<Self, PublishError> {
        let owner = KeyQuery::new(selector, domain).ok_or(PublishError::NameTooLong)?;
        Ok(Self {
            owner,
            domain: domain.to_ascii().to_owned(),
            zone: None,
            ttl,
            data,
            replaces: false,
        })
    }

    /// The same record with names relative to `zone`, in formats that have relative names. Without
    /// this they are relative to the signing domain.
    ///
    /// # Errors
    ///
    /// [`PublishError::OutsideZone`] if the record is not in the zone.
    pub fn in_zone(self, zone: &DomainName) -> Result<Self, PublishError> {
        let zone = zone.to_ascii();
        let rest = self.name_without_dot().strip_suffix(zone);
        if rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
            let zone = Some(zone.to_owned());
            Ok(Self { zone, ..self })
        } else {
            Err(PublishError::OutsideZone)
        }
    }

    /// The same record for a name that has one: what is printed changes the record that is there,
    /// where another request would add a second one beside it.
    #[must_use]
    pub fn replacing(self) -> Self {
        Self {
            replaces: true,
            ..self
        }
    }

    /// The absolute owner name, with its final dot, in A-labels and lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.owner.name()
    }

    /// How long resolvers may keep the record.
    #[must_use]
    pub const fn ttl(&self) -> Ttl {
        self.ttl
    }

    /// The record's text; `None` of a CNAME record.
    #[must_use]
    pub const fn text(&self) -> Option<&KeyRecordText> {
        match &self.data {
            Data::Text(text) => Some(text),
            Data::Alias(_) => None,
        }
    }

    /// The type of the record, as it is written everywhere.
    const fn record_type(&self) -> &'static str {
        match self.data {
            Data::Text(_) => "TXT",
            Data::Alias(_) => "CNAME",
        }
    }

    /// The record in a form that can be published, with its last line end.
    ///
    /// # Errors
    ///
    /// [`PublishError::NoAlias`] if the form cannot say a CNAME record,
    /// [`PublishError::LineTooLong`] if what reads that form would not read the line whole,
    /// [`PublishError::TtlRefused`] if the provider takes no such time to live.
    pub fn format(&self, format: Format) -> Result<String, PublishError> {
        if matches!(self.data, Data::Alias(_)) && !format.has_aliases() {
            return Err(PublishError::NoAlias { format });
        }
        let printed = format.print(self);
        let length = printed.trim_end().len();
        match format.limit() {
            Limit::Line(limit) if length > limit => Err(PublishError::LineTooLong {
                format,
                length,
                limit,
            }),
            Limit::Ttl(accepts, accepted) if !accepts(self.ttl.seconds()) => {
                Err(PublishError::TtlRefused {
                    format,
                    ttl: self.ttl,
                    accepted,
                })
            }
            _ => Ok(printed),
        }
    }

    /// What to do with the record in that form, where the form does not say it itself: the request
    /// that it is the body of, or the record that it replaces. A sentence of lower case without a
    /// full stop.
    #[must_use]
    pub fn advice(&self, format: Format) -> Option<String> {
        format.advice(self)
    }

    /// The owner name without its final dot, for those who take it for relative or refuse it.
    fn name_without_dot(&self) -> &str {
        self.name().trim_end_matches('.')
    }

    /// The zone: by default the signing domain.
    fn zone(&self) -> &str {
        self.zone.as_deref().unwrap_or(&self.domain)
    }

    /// The owner name relative to the zone; `@` for the zone itself.
    fn relative_name(&self) -> &str {
        let name = self.name_without_dot();
        match name.strip_suffix(self.zone()) {
            Some("") => "@",
            Some(relative) => relative.trim_end_matches('.'),
            None => name,
        }
    }

    /// The record's data in the presentation form (RFC 1035 §5.1): its strings in quotes, or the
    /// target.
    fn presented(&self) -> String {
        match &self.data {
            Data::Text(text) => quoted_strings(text),
            Data::Alias(target) => target.clone(),
        }
    }

    /// The presentation form, fit to stand in quotes itself.
    fn escaped(&self) -> String {
        self.presented().replace('"', "\\\"")
    }

    /// The same; the target without its final dot, for those who refuse it.
    fn escaped_without_dot(&self) -> String {
        match &self.data {
            Data::Text(_) => self.escaped(),
            Data::Alias(target) => target.trim_end_matches('.').to_owned(),
        }
    }

    /// The strings with a separator between them, and without quotes; or the target, without its
    /// final dot.
    fn strings_joined(&self, separator: &str) -> String {
        match &self.data {
            Data::Text(text) => strings_joined(text, separator),
            Data::Alias(target) => target.trim_end_matches('.').to_owned(),
        }
    }

    /// The text, or the target.
    fn value(&self) -> &str {
        match &self.data {
            Data::Text(text) => text.as_str(),
            Data::Alias(target) => target,
        }
    }
}

/// The strings of a record with a separator between them.
///
/// The text has nothing in it that would have to be escaped.
fn strings_joined(text: &KeyRecordText, separator: &str) -> String {
    let strings: Vec<_> = text.strings().collect();
    strings.join(separator)
}

/// The strings of a record in quotes, a space between them: `"…" "…"` (RFC 1035 §5.1).
fn quoted_strings(text: &KeyRecordText) -> String {
    format!("\"{}\"", strings_joined(text, "\" \""))
}

/// Why a record cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// The owner name is longer than 253 bytes.
    NameTooLong,
    /// The record is not in the zone.
    OutsideZone,
    /// The line would be cut by the program that reads it.
    LineTooLong {
        /// The form.
        format: Format,
        /// The line's length in bytes.
        length: usize,
        /// The longest line that is read.
        limit: usize,
    },
    /// The form cannot say a CNAME record.
    NoAlias {
        /// The form.
        format: Format,
    },
    /// The provider refuses records with this time to live.
    TtlRefused {
        /// The form.
        format: Format,
        /// The time that is refused.
        ttl: Ttl,
        /// The times that are taken, in words.
        accepted: &'static str,
    },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTooLong => f.write_str(
                "the record's name, selector._domainkey.domain, is longer than 253 bytes",
            ),
            Self::OutsideZone => f.write_str("the record is not in that zone"),
            Self::LineTooLong {
                format,
                length,
                limit,
            } => write!(
                f,
                "the line has {length} bytes, and {format} reads at most {limit}"
            ),
            Self::NoAlias { format } => {
                write!(f, "the format {format} has no form for CNAME records")
            }
            Self::TtlRefused {
                format,
                ttl,
                accepted,
            } => write!(f, "{format} takes a TTL of {accepted}, and not of {ttl}"),
        }
    }
}

impl Error for PublishError {}

#[cfg(test)]
mod tests;
