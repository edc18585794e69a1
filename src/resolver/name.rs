//! Domain names as the DNS compares and writes them (RFC 1035 §3.1, §5.1; RFC 4343).

use std::error::Error;
use std::fmt;

use hickory_proto::rr::Name;

/// An absolute domain name. Letters are kept in lower case, so that names which are equal in the
/// DNS are equal here.
///
/// The labels stand root first: names below a name sort directly behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct OwnerName {
    labels: Vec<Vec<u8>>,
}

/// Why a text is not a domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// Two dots in a row, a dot in front, or nothing at all.
    EmptyLabel,
    /// A label of more than 63 octets.
    LabelTooLong,
    /// A name of more than 255 octets in the wire's form.
    TooLong,
    /// A backslash at the end, or with digits that are no octet behind it.
    BadEscape,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyLabel => "has an empty label",
            Self::LabelTooLong => "has a label of more than 63 octets",
            Self::TooLong => "is longer than 255 octets",
            Self::BadEscape => "has a backslash that escapes nothing",
        })
    }
}

impl Error for NameFault {}

impl OwnerName {
    /// The root, `.`.
    pub(super) const ROOT: Self = Self { labels: Vec::new() };

    /// Reads the form of master files: `\DDD` and `\X` escapes, relative to `origin` unless it
    /// ends in a dot.
    pub(super) fn parse(text: &[u8], origin: &Self) -> Result<Self, NameFault> {
        if text == b"." {
            return Ok(Self::ROOT);
        }
        let mut labels = Vec::new();
        let mut label = Vec::new();
        let mut absolute = false;
        let mut rest = text;
        while let Some((&octet, after)) = rest.split_first() {
            rest = after;
            absolute = octet == b'.';
            if absolute {
                labels.push(checked(std::mem::take(&mut label))?);
            } else if octet == b'\\' {
                let (escaped, after) = unescape(rest).ok_or(NameFault::BadEscape)?;
                rest = after;
                label.push(escaped);
            } else {
                label.push(octet);
            }
        }
        if !absolute {
            labels.push(checked(label)?);
        }
        labels.reverse();
        if absolute {
            return Self::from_labels(labels);
        }
        let mut whole = origin.labels.clone();
        whole.append(&mut labels);
        Self::from_labels(whole)
    }

    /// The name in hickory's form.
    pub(super) fn to_hickory(&self) -> Option<Name> {
        Name::from_labels(self.labels.iter().rev().map(Vec::as_slice)).ok()
    }

    /// The name that hickory read from the wire.
    pub(super) fn from_hickory(name: &Name) -> Self {
        let labels = name.iter().rev().map(<[u8]>::to_ascii_lowercase).collect();
        Self { labels }
    }

    /// Whether `self` is `ancestor` or below it.
    pub(super) fn is_within(&self, ancestor: &Self) -> bool {
        self.labels.starts_with(&ancestor.labels)
    }

    /// The proper ancestors, the root first.
    pub(super) fn ancestors(&self) -> impl DoubleEndedIterator<Item = Self> {
        (0..self.labels.len()).map(|depth| Self {
            labels: self.labels[..depth].to_vec(),
        })
    }

    /// The name of `label` directly below this one; `None` if that is too long.
    pub(super) fn child(&self, label: &[u8]) -> Option<Self> {
        let mut labels = self.labels.clone();
        labels.push(label.to_vec());
        Self::from_labels(labels).ok()
    }

    /// This name with its end `from` replaced by `to`, as a DNAME does (RFC 6672 §2.2); `None` if
    /// it is not below `from`, or if the result is too long.
    pub(super) fn substituted(&self, from: &Self, to: &Self) -> Option<Self> {
        if self == from {
            return None;
        }
        let below = self.labels.strip_prefix(from.labels.as_slice())?;
        Self::from_labels([to.labels.as_slice(), below].concat()).ok()
    }

    fn from_labels(mut labels: Vec<Vec<u8>>) -> Result<Self, NameFault> {
        let octets: usize = labels.iter().map(|label| label.len() + 1).sum();
        if octets + 1 > 255 {
            return Err(NameFault::TooLong);
        }
        for label in &mut labels {
            label.make_ascii_lowercase();
        }
        Ok(Self { labels })
    }
}

impl fmt::Display for OwnerName {
    /// The absolute name, safe to print: octets that are not graphic ASCII stand as `\DDD`, those
    /// that mean something in a master file behind a backslash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.labels.is_empty() {
            return f.write_str(".");
        }
        for label in self.labels.iter().rev() {
            for &octet in label {
                match octet {
                    b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                        write!(f, "\\{}", char::from(octet))?;
                    }
                    b'!'..=b'~' => write!(f, "{}", char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
            f.write_str(".")?;
        }
        Ok(())
    }
}

/// The octet that an escape stands for, given the text behind its backslash, and the text behind
/// the escape: `DDD` is an octet in decimal, any other octet stands for itself (RFC 1035 §5.1).
pub(super) fn unescape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if !first.is_ascii_digit() {
        return Some((first, rest));
    }
    let (digits, rest) = text.split_at_checked(3)?;
    let digits = std::str::from_utf8(digits).ok()?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn checked(label: Vec<u8>) -> Result<Vec<u8>, NameFault> {
    match label.len() {
        0 => Err(NameFault::EmptyLabel),
        1..=63 => Ok(label),
        _ => Err(NameFault::LabelTooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, NameFault>) {
        let origin = OwnerName::parse(b"Example.ORG.", &OwnerName::ROOT).unwrap();
        let parsed = OwnerName::parse(text.as_bytes(), &origin).map(|name| name.to_string());
        assert_eq!(parsed, expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn names_of_master_files() {
        check(".", Ok("."));
        check("a", Ok("a.example.org."));
        check("A._DomainKey.B.", Ok("a._domainkey.b."));
        check("*.a", Ok("*.a.example.org."));
        check(r"a\.b.c.", Ok(r"a\.b.c."));
        check(r"a\046b.c.", Ok(r"a\.b.c."));
        check(r"a\.", Ok(r"a\..example.org."));
        check(r"\000\255\065.", Ok(r"\000\255a."));
        check("ä.", Ok(r"\195\164."));
        check(r"a b\;.", Ok(r"a\032b\;."));
        check(
            &format!("{}.", "a".repeat(63)),
            Ok(&format!("{}.", "a".repeat(63))),
        );
        check("", Err(NameFault::EmptyLabel));
        check("..", Err(NameFault::EmptyLabel));
        check(".a", Err(NameFault::EmptyLabel));
        check("a..b", Err(NameFault::EmptyLabel));
        check(&"a".repeat(64), Err(NameFault::LabelTooLong));
        check(&"a.".repeat(127), Ok(&"a.".repeat(127)));
        check(&"a.".repeat(128), Err(NameFault::TooLong));
        check(r"a\", Err(NameFault::BadEscape));
        check(r"a\25", Err(NameFault::BadEscape));
        check(r"a\256.", Err(NameFault::BadEscape));
        check(r"a\1b2.", Err(NameFault::BadEscape));
    }

    #[test]
    fn there_and_back_through_hickory() {
        for text in [".", "a._domainkey.example.org.", r"\000\255\.\\x.y."] {
            let name = OwnerName::parse(text.as_bytes(), &OwnerName::ROOT).unwrap();
            assert_eq!(OwnerName::from_hickory(&name.to_hickory().unwrap()), name);
        }
    }

    #[test]
    fn substitution() {
        let name = |text: &str| OwnerName::parse(text.as_bytes(), &OwnerName::ROOT).unwrap();
        let below = name("s._domainkey.old.example");
        assert_eq!(
            below.substituted(&name("old.example"), &name("new.example")),
            Some(name("s._domainkey.new.example"))
        );
        assert_eq!(below.substituted(&below, &name("x")), None);
        assert_eq!(below.substituted(&name("ld.example"), &name("x")), None);
        let long = name(&"abcdefg.".repeat(31));
        assert_eq!(below.substituted(&name("old.example"), &long), None);
    }
}
