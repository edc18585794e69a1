//! The DMARC policy record (RFC 9989 §4.7, §4.8).

use super::AlignmentMode;
use super::fault::{Fault, RecordError};
use crate::syntax::escape::printable;
use crate::syntax::folding::is_wsp;

/// How a domain owner wants mail to be handled that fails DMARC (`p=`, `sp=`, `np=`,
/// RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// There is no preference.
    None,
    /// The mail is suspicious.
    Quarantine,
    /// The mail is not from the domain.
    Reject,
}

impl Policy {
    const ALL: [Self; 3] = [Self::None, Self::Quarantine, Self::Reject];

    /// The policy's name in records and in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    fn parse(value: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|policy| value.eq_ignore_ascii_case(policy.name()))
    }
}

/// Whether a domain is a public suffix domain, under which others register theirs (`psd=`,
/// RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Psd {
    /// It is one: `y`.
    Yes,
    /// It is an organizational domain: `n`.
    No,
    /// The tree walk decides: `u`, the default.
    #[default]
    Unspecified,
}

/// A DMARC policy record, with defaults for what it does not say or says wrongly
/// (RFC 9989 §4.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyRecord {
    /// The record's text, made printable.
    pub text: String,
    /// `p=`; `None` if it is missing or invalid.
    pub policy: Option<Policy>,
    /// `sp=`, for subdomains; `None` if it is missing or invalid.
    pub subdomain_policy: Option<Policy>,
    /// `np=`, for subdomains that do not exist; `None` if it is missing or invalid.
    pub nonexistent_policy: Option<Policy>,
    /// `adkim=`, which signing domains count.
    pub adkim: AlignmentMode,
    /// `aspf=`, which envelope senders count.
    pub aspf: AlignmentMode,
    /// `t=y`: receivers are asked to apply the policy one level below the one that is published.
    pub is_testing: bool,
    /// `psd=`.
    pub psd: Psd,
    /// The valid URIs of `rua=`, to which aggregate reports go.
    pub aggregate_reports: Vec<String>,
    /// The valid URIs of `ruf=`, to which failure reports go.
    pub failure_reports: Vec<String>,
    /// What receivers ignore or replace by a default, in the order of the record.
    pub faults: Vec<Fault>,
    /// Whether `p=`, `sp=` or `np=` has an invalid value.
    has_bad_policy: bool,
}

impl PolicyRecord {
    /// Reads a TXT record at `_dmarc.` of a domain, its strings joined with nothing between.
    ///
    /// Names of tags are case-sensitive, as RFC 6376 §3.2 has them; values other than `DMARC1`
    /// are not.
    ///
    /// # Errors
    ///
    /// A [`RecordError`] if receivers ignore the whole record.
    pub fn parse(text: &[u8]) -> Result<Self, RecordError> {
        let lossy = String::from_utf8_lossy(text);
        check_version(&lossy)?;
        let mut record = Self {
            text: crate::syntax::escape::escape(&lossy),
            ..Self::default()
        };
        let mut seen = Vec::new();
        // The version is known; a final semicolon ends a tag and begins none.
        let rest = lossy.split_once(';').map_or("", |(_, rest)| rest);
        let rest = trim(rest).strip_suffix(';').unwrap_or(trim(rest));
        if !rest.is_empty() {
            for tag in rest.split(';') {
                record.read_tag(trim(tag), &mut seen);
            }
        }
        if !seen.contains(&"p") {
            let has_reports = !record.aggregate_reports.is_empty();
            record.faults.insert(0, Fault::NoPolicy { has_reports });
        }
        Ok(record)
    }

    /// What the domain owner wants for mail of the domain itself, or of a subdomain of it:
    /// `subdomain` says whether that exists. `None` if receivers do not apply DMARC, for want of a
    /// valid policy (RFC 9989 §4.10.1).
    #[must_use]
    pub fn requested(&self, subdomain: Option<bool>) -> Option<Policy> {
        let Some(policy) = self.policy.filter(|_| !self.has_bad_policy) else {
            return (!self.aggregate_reports.is_empty()).then_some(Policy::None);
        };
        let of_subdomains = self.subdomain_policy.unwrap_or(policy);
        Some(match subdomain {
            None => policy,
            Some(true) => of_subdomains,
            Some(false) => self.nonexistent_policy.unwrap_or(of_subdomains),
        })
    }

    fn read_tag<'a>(&mut self, text: &'a str, seen: &mut Vec<&'a str>) {
        let parts = text
            .split_once('=')
            .map(|(name, value)| (trim(name), trim(value)));
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let Some((name, value)) = parts.filter(|(name, value)| is_name(name) && !value.is_empty())
        else {
            let text = printable(text.as_bytes());
            self.faults.push(Fault::Malformed { text });
            return;
        };
        if seen.contains(&name) {
            let tag = printable(name.as_bytes());
            self.faults.push(Fault::DuplicateTag { tag });
            return;
        }
        seen.push(name);
        self.set(name, value);
    }

    fn set(&mut self, name: &str, value: &str) {
        const POLICIES: &str = "none, quarantine or reject";
        const MODES: &str = "r or s";
        let lower = value.to_ascii_lowercase();
        let mode = match lower.as_str() {
            "r" => Some(AlignmentMode::Relaxed),
            "s" => Some(AlignmentMode::Strict),
            _ => None,
        };
        let fault = match name {
            "p" => {
                self.policy = Policy::parse(value);
                self.check_policy("p", self.policy, POLICIES)
            }
            "sp" => {
                self.subdomain_policy = Policy::parse(value);
                self.check_policy("sp", self.subdomain_policy, POLICIES)
            }
            "np" => {
                self.nonexistent_policy = Policy::parse(value);
                self.check_policy("np", self.nonexistent_policy, POLICIES)
            }
            "adkim" => {
                self.adkim = mode.unwrap_or_default();
                mode.is_none().then_some(("adkim", MODES))
            }
            "aspf" => {
                self.aspf = mode.unwrap_or_default();
                mode.is_none().then_some(("aspf", MODES))
            }
            "t" => {
                self.is_testing = lower == "y";
                (!matches!(lower.as_str(), "y" | "n")).then_some(("t", "y or n"))
            }
            "psd" => {
                self.psd = match lower.as_str() {
                    "y" => Psd::Yes,
                    "n" => Psd::No,
                    _ => Psd::Unspecified,
                };
                (!matches!(lower.as_str(), "y" | "n" | "u")).then_some(("psd", "y, n or u"))
            }
            "fo" => (!is_failure_options(&lower)).then_some(("fo", "0 or 1, d, s, with : between")),
            "rua" => {
                self.aggregate_reports = self.read_uris("rua", value);
                None
            }
            "ruf" => {
                self.failure_reports = self.read_uris("ruf", value);
                None
            }
            _ => {
                let tag = printable(name.as_bytes());
                self.faults.push(match name {
                    "pct" | "rf" | "ri" => Fault::RemovedTag { tag },
                    _ => Fault::UnknownTag { tag },
                });
                None
            }
        };
        if let Some((tag, allowed)) = fault {
            let value = printable(value.as_bytes());
            self.faults.push(Fault::BadValue {
                tag,
                value,
                allowed,
            });
        }
    }

    fn check_policy(
        &mut self,
        tag: &'static str,
        policy: Option<Policy>,
        allowed: &'static str,
    ) -> Option<(&'static str, &'static str)> {
        self.has_bad_policy |= policy.is_none();
        policy.is_none().then_some((tag, allowed))
    }

    /// The valid URIs of a list; the others become faults.
    fn read_uris(&mut self, tag: &'static str, value: &str) -> Vec<String> {
        let mut uris = Vec::new();
        for text in value.split(',').map(trim) {
            let (uri, limit) = text
                .split_once('!')
                .map_or((text, None), |(uri, limit)| (uri, Some(limit)));
            if !is_uri(uri) || limit.is_some_and(|limit| !is_size(limit)) {
                let uri = printable(text.as_bytes());
                self.faults.push(Fault::BadUri { tag, uri });
                continue;
            }
            if limit.is_some() {
                self.faults.push(Fault::SizeLimit { tag });
            }
            uris.push(uri.to_owned());
        }
        uris
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| u8::try_from(character).is_ok_and(is_wsp))
}

/// Whether the record begins with the version of DMARC (RFC 9989 §4.7). White space before it is
/// not allowed; the letter case of `v` does not matter, by the ABNF of RFC 9989 §4.8.
fn check_version(text: &str) -> Result<(), RecordError> {
    let first = text.split(';').next().unwrap_or_default();
    if let Some((name, value)) = first.split_once('=')
        && name.trim_end_matches([' ', '\t']).eq_ignore_ascii_case("v")
    {
        let value = trim(value);
        return if value == "DMARC1" {
            Ok(())
        } else if value.to_ascii_lowercase().starts_with("dmarc") {
            let value = printable(value.as_bytes());
            Err(RecordError::Version { value })
        } else {
            Err(RecordError::Foreign)
        };
    }
    let has_policy = text
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .any(|(name, value)| trim(name) == "p" && Policy::parse(trim(value)).is_some());
    if has_policy || text.to_ascii_lowercase().contains("dmarc1") {
        Err(RecordError::VersionNotFirst)
    } else {
        Err(RecordError::Foreign)
    }
}

/// `fo=`: any of `0`, `1`, `d` and `s`, each at most once, and not both of `0` and `1`.
fn is_failure_options(value: &str) -> bool {
    let options: Vec<&str> = value.split(':').map(trim).collect();
    let count = |option: &str| options.iter().filter(|other| **other == option).count();
    options
        .iter()
        .all(|option| matches!(*option, "0" | "1" | "d" | "s"))
        && count("0") + count("1") <= 1
        && count("d") <= 1
        && count("s") <= 1
}

/// Whether a text is a URI (RFC 3986 §3), and one with an address if it is a `mailto:`.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_rest = !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@$&'()*+;=%".contains(&byte));
    let has_address = || {
        let address = rest.split('?').next().unwrap_or_default();
        address
            .rsplit_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
    };
    is_scheme && is_rest && (!scheme.eq_ignore_ascii_case("mailto") || has_address())
}

/// A limit on the size of reports: a number and perhaps a unit (RFC 9989 §4.8).
fn is_size(text: &str) -> bool {
    let digits = text
        .strip_suffix(['k', 'm', 'g', 't', 'K', 'M', 'G', 'T'])
        .unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
