//! Who signs, and where the key is: domain names, selectors, the signing domain, the agent or user,
//! and the owner name of the key record (RFC 6376 §2.5, §2.6, §3.1, §3.6.2.1; RFC 8616 §5).
//!
//! A value of these types is valid: it can be asked of the DNS and printed as it is.

mod key_query;

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::syntax::quoted_printable::decode_quoted_printable;

pub use key_query::KeyQuery;

/// The longest domain name without its final dot, in bytes (RFC 1035 §2.3.4).
pub(crate) const MAX_NAME: usize = 253;
/// The longest label, in octets (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// A domain name: labels of letters, digits, hyphens and underscores, or of other characters
/// that IDNA turns into such (U-labels, RFC 8616 §5).
///
/// Two names are equal if they are in the DNS, whatever their letter case and their labels' form.
#[derive(Clone, Debug)]
pub struct DomainName {
    text: String,
    /// The name in A-labels and lower case, where that differs from `text`.
    ascii: Option<Box<str>>,
}

impl DomainName {
    /// Reads a domain name. A final dot is not part of one here.
    ///
    /// # Errors
    ///
    /// An [`IdentifierError`] that says what is wrong with the name.
    pub fn parse(text: &[u8]) -> Result<Self, IdentifierError> {
        let text = std::str::from_utf8(text).map_err(|_| IdentifierError::NotUtf8)?;
        if text.is_ascii() {
            check_name(text)?;
            let ascii = text
                .bytes()
                .any(|octet| octet.is_ascii_uppercase())
                .then(|| text.to_ascii_lowercase().into_boxed_str());
            return Ok(Self {
                text: text.to_owned(),
                ascii,
            });
        }
        if text.chars().any(char::is_control) {
            return Err(IdentifierError::Character);
        }
        let ascii = idna::domain_to_ascii_cow(text.as_bytes(), idna::AsciiDenyList::EMPTY)
            .map_err(|_| IdentifierError::Internationalized)?
            .to_ascii_lowercase();
        check_name(&ascii)?;
        // IDNA maps much to the same name; only the name itself is made of U-labels.
        let (unicode, _) = idna::domain_to_unicode(&ascii);
        if unicode != text.to_lowercase() {
            return Err(IdentifierError::Internationalized);
        }
        Ok(Self {
            text: text.to_owned(),
            ascii: Some(ascii.into_boxed_str()),
        })
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name in A-labels and lower case, as the DNS is asked for it.
    #[must_use]
    pub fn to_ascii(&self) -> &str {
        self.ascii.as_deref().unwrap_or(&self.text)
    }

    /// The name to be shown to people: as it was written, and in A-labels beside it where it is not
    /// ASCII, since it may look like another name.
    ///
    /// ```
    /// use dkim_toolkit::identifier::DomainName;
    ///
    /// let name: DomainName = "bücher.example".parse()?;
    /// assert_eq!(name.shown(), "bücher.example (xn--bcher-kva.example)");
    /// # Ok::<(), dkim_toolkit::identifier::IdentifierError>(())
    /// ```
    #[must_use]
    pub fn shown(&self) -> String {
        if self.text.is_ascii() {
            self.to_string()
        } else {
            format!("{self} ({})", self.to_ascii())
        }
    }

    /// Whether this name is `parent` or a name under it, on a label boundary.
    #[must_use]
    pub fn is_within(&self, parent: &Self) -> bool {
        self.is_within_labels(parent.to_ascii())
    }

    /// The same for a name in A-labels and lower case.
    pub(crate) fn is_within_labels(&self, parent: &str) -> bool {
        self.to_ascii()
            .strip_suffix(parent)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    fn labels(&self) -> usize {
        self.to_ascii()
            .bytes()
            .filter(|&octet| octet == b'.')
            .count()
            + 1
    }
}

impl PartialEq for DomainName {
    fn eq(&self, other: &Self) -> bool {
        self.to_ascii() == other.to_ascii()
    }
}

impl Eq for DomainName {}

impl PartialOrd for DomainName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DomainName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_ascii().cmp(other.to_ascii())
    }
}

impl std::hash::Hash for DomainName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.to_ascii().hash(state);
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::syntax::escape::escape(&self.text))
    }
}

/// A selector, the first labels of a key record's name (`s=`, RFC 6376 §3.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(DomainName);

impl Selector {
    /// Reads a selector: one label or several.
    ///
    /// # Errors
    ///
    /// An [`IdentifierError`] that says what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, IdentifierError> {
        DomainName::parse(text).map(Self)
    }

    /// The selector as a name.
    pub(crate) fn domain(&self) -> &DomainName {
        &self.0
    }
}

/// The signing domain identifier, the domain that takes responsibility (SDID, `d=`,
/// RFC 6376 §2.5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sdid(DomainName);

impl Sdid {
    /// Reads a signing domain: a domain name of at least two labels.
    ///
    /// # Errors
    ///
    /// An [`IdentifierError`] that says what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, IdentifierError> {
        let name = DomainName::parse(text)?;
        if name.labels() < 2 {
            return Err(IdentifierError::SingleLabel);
        }
        Ok(Self(name))
    }

    /// The domain name.
    #[must_use]
    pub fn domain(&self) -> &DomainName {
        &self.0
    }
}

/// The agent or user identifier, on whose behalf the domain signs (AUID, `i=`, RFC 6376 §2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auid {
    local_part: String,
    domain: DomainName,
}

impl Auid {
    /// Reads an identity: an optional local part, `@` and a domain.
    ///
    /// # Errors
    ///
    /// An [`IdentifierError`] that says what is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, IdentifierError> {
        let text = std::str::from_utf8(text).map_err(|_| IdentifierError::NotUtf8)?;
        let (local_part, domain) = text.rsplit_once('@').ok_or(IdentifierError::NoAt)?;
        if local_part.chars().any(char::is_control) {
            return Err(IdentifierError::Character);
        }
        Ok(Self {
            local_part: local_part.to_owned(),
            domain: DomainName::parse(domain.as_bytes())?,
        })
    }

    /// Reads the value of `i=`, which is in dkim-quoted-printable (RFC 6376 §2.11, §3.5).
    ///
    /// # Errors
    ///
    /// An [`IdentifierError`] that says what is wrong with it.
    pub fn parse_encoded(value: &[u8]) -> Result<Self, IdentifierError> {
        let decoded = decode_quoted_printable(value).ok_or(IdentifierError::QuotedPrintable)?;
        Self::parse(&decoded)
    }

    /// The default where `i=` is missing: no local part at the signing domain (RFC 6376 §3.5).
    #[must_use]
    pub fn of_domain(domain: &Sdid) -> Self {
        Self {
            local_part: String::new(),
            domain: domain.domain().clone(),
        }
    }

    /// The part before the last `@`, decoded; often empty.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.local_part
    }

    /// The domain after the last `@`.
    #[must_use]
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }
}

impl fmt::Display for Auid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}@{}",
            crate::syntax::escape::escape(&self.local_part),
            self.domain
        )
    }
}

/// The forms of a domain name for types that are one.
macro_rules! is_a_name {
    ($($Name:ident),+) => {
        $(
            impl $Name {
                /// The name as it was written.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    self.0.as_str()
                }

                /// The name in A-labels and lower case.
                #[must_use]
                pub fn to_ascii(&self) -> &str {
                    self.0.to_ascii()
                }
            }

            impl fmt::Display for $Name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }
        )+
    };
}

is_a_name!(Selector, Sdid);

macro_rules! from_str_by_parse {
    ($($Identifier:ident),+) => {
        $(
            impl FromStr for $Identifier {
                type Err = IdentifierError;

                fn from_str(text: &str) -> Result<Self, IdentifierError> {
                    Self::parse(text.as_bytes())
                }
            }
        )+
    };
}

from_str_by_parse!(DomainName, Selector, Sdid, Auid);

/// What is wrong with a domain name, a selector or an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Nothing, or nothing between two dots.
    EmptyLabel,
    /// A dot at the end.
    FinalDot,
    /// A dot at the beginning.
    LeadingDot,
    /// A label is longer than 63 octets.
    LongLabel,
    /// The name is longer than 253 octets.
    LongName,
    /// A character that is not a letter, a digit, a hyphen or an underscore.
    Character,
    /// A label begins or ends with a hyphen.
    Hyphen,
    /// A signing domain of one label.
    SingleLabel,
    /// A label that IDNA forbids.
    Internationalized,
    /// Octets that are not UTF-8.
    NotUtf8,
    /// An identity without `@`.
    NoAt,
    /// A `=` that two hexadecimal digits do not follow.
    QuotedPrintable,
    /// An owner name without `_domainkey` between selector and domain.
    NoDomainkey,
}

impl fmt::Display for IdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyLabel => "a label of the name is empty",
            Self::FinalDot => "the name ends with a dot",
            Self::LeadingDot => "the name begins with a dot",
            Self::LongLabel => "a label of the name is longer than 63 octets",
            Self::LongName => "the name is longer than 253 octets",
            Self::Character => "a character is not allowed in a domain name",
            Self::Hyphen => "a label begins or ends with a hyphen",
            Self::SingleLabel => "a signing domain has at least two labels",
            Self::Internationalized => "a label is not allowed in an internationalized domain name",
            Self::NotUtf8 => "it is not UTF-8",
            Self::NoAt => "there is no \"@\" in it",
            Self::QuotedPrintable => "two hexadecimal digits must follow each \"=\"",
            Self::NoDomainkey => "there is no \"._domainkey.\" between selector and domain",
        })
    }
}

impl Error for IdentifierError {}

fn check_name(name: &str) -> Result<(), IdentifierError> {
    if name.len() > MAX_NAME {
        return Err(IdentifierError::LongName);
    }
    let (leads, ends) = (name.starts_with('.'), name.ends_with('.'));
    if (leads || ends) && name.len() > 1 && !name.contains("..") {
        return Err(if ends {
            IdentifierError::FinalDot
        } else {
            IdentifierError::LeadingDot
        });
    }
    let mut labels = name.as_bytes().split(|&octet| octet == b'.');
    labels.try_for_each(check_label)
}

fn check_label(label: &[u8]) -> Result<(), IdentifierError> {
    if label.is_empty() {
        return Err(IdentifierError::EmptyLabel);
    }
    if label.len() > MAX_LABEL {
        return Err(IdentifierError::LongLabel);
    }
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
    if !label.iter().copied().all(allowed) {
        return Err(IdentifierError::Character);
    }
    if label.starts_with(b"-") || label.ends_with(b"-") {
        return Err(IdentifierError::Hyphen);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Result<&str, IdentifierError>) {
        let parsed = DomainName::parse(name.as_bytes());
        let parsed = parsed
            .as_ref()
            .map(DomainName::to_ascii)
            .map_err(|error| *error);
        assert_eq!(parsed, expected, "{name:?}");
    }

    #[test]
    fn domain_names() {
        let label = "a".repeat(63);
        let long = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        check("Example.COM", Ok("example.com"));
        check("_x.under_score.example", Ok("_x.under_score.example"));
        check("bücher.example", Ok("xn--bcher-kva.example"));
        check("xn--bcher-kva.example", Ok("xn--bcher-kva.example"));
        check(&long, Ok(&long));
        check(&format!("{long}a"), Err(IdentifierError::LongName));
        check(
            &format!("{label}a.example"),
            Err(IdentifierError::LongLabel),
        );
        check("", Err(IdentifierError::EmptyLabel));
        check("a..b", Err(IdentifierError::EmptyLabel));
        check("example.com.", Err(IdentifierError::FinalDot));
        check(".example.com", Err(IdentifierError::LeadingDot));
        check(".", Err(IdentifierError::EmptyLabel));
        check("example..", Err(IdentifierError::EmptyLabel));
        check("a b.example", Err(IdentifierError::Character));
        check("a(b.example", Err(IdentifierError::Character));
        check("a\0.example", Err(IdentifierError::Character));
        check("ü\0.example", Err(IdentifierError::Character));
        check("ü b.example", Err(IdentifierError::Character));
        check("-a.example", Err(IdentifierError::Hyphen));
        check("a-.example", Err(IdentifierError::Hyphen));
    }

    #[test]
    fn a_signing_domain_has_two_labels() {
        assert_eq!(Sdid::parse(b"com"), Err(IdentifierError::SingleLabel));
        assert!(Sdid::parse(b"example.com").is_ok());
    }

    #[test]
    fn within_counts_whole_labels() {
        let name = |text: &str| DomainName::parse(text.as_bytes()).unwrap();
        let parent = name("example.com");
        assert!(name("example.com").is_within(&parent));
        assert!(name("EXAMPLE.com").is_within(&parent));
        assert!(name("a.b.Example.Com").is_within(&parent));
        assert!(!name("evilexample.com").is_within(&parent));
        assert!(!name("com").is_within(&parent));
        assert!(name("x.bücher.example").is_within(&name("xn--bcher-kva.example")));
    }

    #[test]
    fn identities() {
        let identity = |text: &str| Auid::parse_encoded(text.as_bytes());
        let parsed = identity("joe=40home@sub.example.com").unwrap();
        assert_eq!(parsed.local_part(), "joe@home");
        assert_eq!(parsed.domain().as_str(), "sub.example.com");
        assert_eq!(
            identity("@example.com").unwrap().to_string(),
            "@example.com"
        );
        assert_eq!(identity("example.com"), Err(IdentifierError::NoAt));
        assert_eq!(
            identity("a=0D=0Ab@example.com"),
            Err(IdentifierError::Character)
        );
        assert_eq!(
            identity("a=4@example.com"),
            Err(IdentifierError::QuotedPrintable)
        );
        assert_eq!(identity("a@example.com."), Err(IdentifierError::FinalDot));
    }
}
