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

use crate::coded::coded;
use crate::identifier::{KeyQuery, Sdid, Selector};
use crate::key_record::KeyRecordText;

mod master_file;
mod provider;
mod server;

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

coded! {
    /// A form in which a record is published.
    pub enum Format: (&'static str) {
        /// A line of a master file (RFC 1035 §5), for BIND, NSD, Knot DNS and `PowerDNS`.
        Zone = "zone", "a line for BIND, NSD, Knot DNS and PowerDNS";
        /// The bare value, for forms on the web that split and quote it themselves.
        Txt = "txt", "the bare value";
        /// An object of name, type, TTL, the value and its strings.
        Json = "json", "name, TTL, value and its strings";
        /// Commands for `nsupdate` (RFC 2136) that replace whatever TXT records the name has, and
        /// fail where it is an alias.
        Nsupdate = "nsupdate", "commands for nsupdate that replace an older record";
        /// A line of the data file of tinydns.
        Tinydns = "tinydns", "a line for tinydns-data";
        /// A line of the configuration of dnsmasq, which knows no TTL for such records.
        Dnsmasq = "dnsmasq", "a line for dnsmasq.conf";
        /// A change batch for `aws route53 change-resource-record-sets`.
        Route53 = "route53", "a change batch for aws route53 change-resource-record-sets";
        /// The body of `POST /zones/{zone_id}/dns_records` of Cloudflare's API.
        Cloudflare = "cloudflare", "the body of POST /zones/{zone_id}/dns_records";
        /// The body of `POST /domain/zone/{zone}/record` of OVH's API, where the zone is the
        /// signing domain.
        Ovh = "ovh", "the body of POST /domain/zone/DOMAIN/record";
        /// An `aws_route53_record` of Terraform; its zone is `var.zone_id`.
        Terraform = "terraform", "an aws_route53_record in the zone var.zone_id";
    }
}

impl Format {
    /// What the format is, in a few words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.columns().0
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A key record with the name that it is published at.
#[derive(Clone, Debug)]
pub struct Publication {
    selector: Selector,
    owner: KeyQuery,
    ttl: Ttl,
    text: KeyRecordText,
}

impl Publication {
    /// A record for `selector` at `domain`.
    ///
    /// # Errors
    ///
    /// [`PublishError::NameTooLong`] if the DNS has no such long names.
    pub fn new(
        selector: &Selector,
        domain: &Sdid,
        ttl: Ttl,
        text: KeyRecordText,
    ) -> Result<Self, PublishError> {
        let owner = KeyQuery::new(selector, domain).ok_or(PublishError::NameTooLong)?;
        Ok(Self {
            selector: selector.clone(),
            owner,
            ttl,
            text,
        })
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

    /// The record's text.
    #[must_use]
    pub const fn text(&self) -> &KeyRecordText {
        &self.text
    }

    /// The record in a form that can be published, with its last line end.
    ///
    /// # Errors
    ///
    /// [`PublishError::LineTooLong`] if what reads that form would not read the line whole,
    /// [`PublishError::TtlRefused`] if the provider takes no such time to live.
    pub fn format(&self, format: Format) -> Result<String, PublishError> {
        Ok(match format {
            Format::Zone => master_file::zone(self),
            Format::Txt => format!("{}\n", self.text),
            Format::Json => provider::json(self),
            Format::Nsupdate => master_file::nsupdate(self),
            Format::Tinydns => server::tinydns(self),
            Format::Dnsmasq => server::dnsmasq(self)?,
            Format::Route53 => provider::route53(self),
            Format::Cloudflare => provider::cloudflare(self)?,
            Format::Ovh => provider::ovh(self)?,
            Format::Terraform => provider::terraform(self),
        })
    }

    /// The owner name without its final dot, for those who take it for relative or refuse it.
    fn name_without_dot(&self) -> &str {
        self.name().trim_end_matches('.')
    }

    /// The strings of the record in quotes, a space between them: `"…" "…"` (RFC 1035 §5.1).
    ///
    /// The text has nothing in it that would have to be escaped.
    fn quoted_strings(&self) -> String {
        let strings: Vec<_> = self
            .text
            .strings()
            .map(|string| format!("\"{string}\""))
            .collect();
        strings.join(" ")
    }
}

/// Why a record cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// The owner name is longer than 253 octets.
    NameTooLong,
    /// The line would be cut by the program that reads it.
    LineTooLong {
        /// The form.
        format: Format,
        /// The line's length in octets.
        length: usize,
        /// The longest line that is read.
        limit: usize,
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
                "the record's name, selector._domainkey.domain, is longer than 253 octets",
            ),
            Self::LineTooLong {
                format,
                length,
                limit,
            } => write!(
                f,
                "the line has {length} octets, and {format} reads at most {limit}"
            ),
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
