//! Whether a signature speaks for the author: DMARC identifier alignment of the From domain with
//! the signing domain (RFC 9989 §4.4).
//!
//! DMARC finds organizational domains by asking the DNS (RFC 9989 §4.10.2). Here nothing is asked:
//! the public suffix list that is compiled in serves instead, all of it, so that the customers of
//! a host that is on the list do not align with one another. A domain that has said otherwise in
//! the DNS (`psd=`) is seen differently by its receivers.

use std::fmt;

use crate::identifier::DomainName;

/// How a signing domain relates to the From domain (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// The domains are the same.
    Strict,
    /// The domains differ, and their organizational domain is the same.
    Relaxed,
    /// The domains have nothing in common: a pass says nothing about the author.
    None,
}

impl Alignment {
    /// The alignment of the author's domain with the signing domain, whatever the letter case and
    /// the form of their labels.
    ///
    /// ```
    /// use dkim_toolkit::alignment::Alignment;
    /// use dkim_toolkit::identifier::DomainName;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let author = DomainName::parse(b"news.example.co.uk")?;
    /// let alignment = |signer: &str| {
    ///     DomainName::parse(signer.as_bytes()).map(|signer| Alignment::of(&author, &signer))
    /// };
    /// assert_eq!(alignment("news.example.co.uk")?, Alignment::Strict);
    /// assert_eq!(alignment("mail.example.co.uk")?, Alignment::Relaxed);
    /// assert_eq!(alignment("another.co.uk")?, Alignment::None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn of(author: &DomainName, signer: &DomainName) -> Self {
        if author == signer {
            Self::Strict
        } else if organizational_domain(author) == organizational_domain(signer) {
            Self::Relaxed
        } else {
            Self::None
        }
    }

    /// Whether DMARC counts a pass of the signing domain, unless the author's domain wants the
    /// strict kind (`adkim=s`, RFC 9989 §4.7).
    #[must_use]
    pub const fn is_aligned(self) -> bool {
        matches!(self, Self::Strict | Self::Relaxed)
    }

    /// The alignment's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Relaxed => "relaxed",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Alignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The organizational domain of a domain, in A-labels and lower case: the public suffix and one
/// label more. A name that is a public suffix itself is its own, for nothing is above it
/// (RFC 9989 §4.10.2).
#[must_use]
pub fn organizational_domain(domain: &DomainName) -> &str {
    psl::domain_str(domain.to_ascii()).unwrap_or(domain.to_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text.as_bytes()).unwrap()
    }

    fn check(author: &str, signer: &str, expected: Alignment) {
        let (author, signer) = (name(author), name(signer));
        assert_eq!(
            Alignment::of(&author, &signer),
            expected,
            "{author} {signer}"
        );
        // Neither of the two is more than the other.
        assert_eq!(
            Alignment::of(&signer, &author),
            expected,
            "{signer} {author}"
        );
    }

    #[test]
    fn organizational_domains() {
        for (domain, expected) in [
            ("example.com", "example.com"),
            ("a.b.Example.COM", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("com", "com"),
            // No rule: the last label is the suffix.
            ("a.b.no-such-tld", "b.no-such-tld"),
            // Wildcards of the list, and exceptions to them.
            ("a.b.ck", "a.b.ck"),
            ("a.www.ck", "www.ck"),
            ("mail.joe.github.io", "joe.github.io"),
            ("x.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
            ("x.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ] {
            assert_eq!(organizational_domain(&name(domain)), expected);
        }
    }

    #[test]
    fn alignments() {
        use Alignment::{None, Relaxed, Strict};
        check("example.com", "example.com", Strict);
        check("Example.com", "eXample.COM", Strict);
        check("news.example.com", "example.com", Relaxed);
        check("news.example.com", "foo.example.com", Relaxed);
        check("news.example.com", "foo.example.net", None);
        check("example.com", "evilexample.com", None);
        check("example.com", "example.com.evil.net", None);
        check("bücher.example", "xn--bcher-kva.example", Strict);
        check("BÜCHER.example", "xn--bcher-kva.example", Strict);
        check("post.bücher.example", "xn--bcher-kva.example", Relaxed);
        check("a.co.uk", "b.co.uk", None);
        check("a.b.co.uk", "b.co.uk", Relaxed);
        check("a.公司.cn", "b.公司.cn", None);
        check("joe.github.io", "eve.github.io", None);
        // Whoever has a public suffix does not speak for those below it.
        check("co.uk", "co.uk", Strict);
        check("co.uk", "example.co.uk", None);
        check("github.io", "joe.github.io", None);
        check("localhost", "localhost.localdomain", None);
    }
}
