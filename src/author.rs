//! Who a message says it is from (RFC 5322 §3.6.2).

mod grammar;
mod likely;

use std::collections::HashSet;
use std::error::Error;
use std::fmt;

use crate::identifier::DomainName;
use crate::message::{Header, HeaderField, LineEndings};
use grammar::{AddressList, address_list};

pub(crate) use likely::ShownAddress;

/// The addresses of every From field, in order, those in groups among them.
///
/// Of a field that is as RFC 5322 §3.4 has it, they are without comments and white space around
/// their parts. Of any other, they are whatever a lenient reader takes for addresses: to be shown
/// to people, and not to be relied on ([`author_domain`] does not). None is validated further.
#[must_use]
pub fn author_addresses(header: &Header) -> Vec<String> {
    Author::read(header).addresses
}

/// The addresses of one field's value, as [`author_addresses`] has them.
pub(crate) fn addresses(value: &[u8], line_endings: LineEndings) -> Vec<String> {
    match address_list(value, line_endings) {
        Some(list) => list.addresses,
        None => guessed_addresses(value),
    }
}

/// The addresses where an answer to a field's value may go: those of the grammar, or, where the value
/// is malformed, all that a mail program may take for one.
pub(crate) fn answered_addresses(field: HeaderField<'_>, line_endings: LineEndings) -> Vec<String> {
    match address_list(field.value(), line_endings) {
        Some(list) => list.addresses,
        None => {
            let shown = likely::shown_addresses(&field.text()).into_iter();
            shown.map(|shown| shown.address).collect()
        }
    }
}

/// What looks like addresses in a field that is malformed: between commas, what angle brackets
/// hold, or else the first word with an `@` and without quotes.
fn guessed_addresses(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let looks_like_one = |word: &&str| word.contains('@') && !word.contains('"');
    let guess = |item: &str| {
        let bracketed = item.split_once('<').map(|(_, rest)| rest);
        let address = match bracketed.and_then(|rest| rest.split('>').next()) {
            Some(address) => address.trim(),
            None => item.split_ascii_whitespace().find(looks_like_one)?,
        };
        (!address.is_empty()).then(|| address.to_owned())
    };
    text.split(',').filter_map(guess).collect()
}

/// The domain of the author, which DMARC holds against signing domains (RFC 9989 §5.3.1), or why
/// there is not one that can be relied on.
///
/// Several addresses of one domain are fine. A From field that is as RFC 5322 §3.4 has it, the
/// obsolete forms of §4.4 included, is judged by its addresses alone, whatever its display names
/// say. Of any other, mail programs show now this and now that address: it has a domain only if
/// each string in it that looks like an address has the same one (RFC 9989 §4.4).
///
/// # Errors
///
/// A [`NoAuthorDomain`] that says what stands against it.
pub fn single_author_domain(header: &Header) -> Result<DomainName, NoAuthorDomain> {
    Author::read(header).domain
}

/// The domain of the author if there is one that can be relied on ([`single_author_domain`]).
#[must_use]
pub fn author_domain(header: &Header) -> Option<DomainName> {
    single_author_domain(header).ok()
}

/// What the From fields of a header say, each read once.
pub(crate) struct Author {
    /// [`author_addresses`].
    pub(crate) addresses: Vec<String>,
    /// [`single_author_domain`].
    pub(crate) domain: Result<DomainName, NoAuthorDomain>,
    /// The addresses that a reader sees beside these in the fields that are as RFC 5322 §3.4 has
    /// them, in display names and comments.
    pub(crate) shown: Vec<ShownAddress>,
}

impl Author {
    pub(crate) fn read(header: &Header) -> Self {
        let mut author = Self {
            addresses: Vec::new(),
            domain: Err(NoAuthorDomain::Missing),
            shown: Vec::new(),
        };
        for (at, field) in header.fields_named("from").enumerate() {
            let list = address_list(field.value(), header.line_endings());
            author.domain = match &list {
                _ if at > 0 => Err(NoAuthorDomain::SeveralFields),
                Some(list) => single_domain(list),
                None => likely::only_domain(field.value()).ok_or(NoAuthorDomain::Malformed),
            };
            let Some(list) = list else {
                author.addresses.extend(guessed_addresses(field.value()));
                continue;
            };
            if !is_plain(field.value(), &list) {
                let is_other = |shown: &ShownAddress| !list.addresses.contains(&shown.address);
                let shown = likely::shown_addresses(&field.text()).into_iter();
                author.shown.extend(shown.filter(is_other));
            }
            author.addresses.extend(list.addresses);
        }
        author
    }
}

/// Whether a reader of a list surely sees one address and no other: most lists are so plain that
/// nothing has to be decoded.
fn is_plain(value: &[u8], list: &AddressList) -> bool {
    let end = value.trim_ascii_end();
    let end = end.strip_suffix(b">").unwrap_or(end);
    matches!(&list.addresses[..], [address] if end.ends_with(address.as_bytes()))
        && value.is_ascii()
        && memchr::memchr_iter(b'@', value).count() == 1
        && memchr::memmem::find(value, b"=?").is_none()
}

/// The one domain of a list of addresses.
fn single_domain(list: &AddressList) -> Result<DomainName, NoAuthorDomain> {
    if list.has_groups {
        return Err(NoAuthorDomain::Group);
    }
    let mut domains = list.addresses.iter().map(|address| address_domain(address));
    let first = domains.next().flatten().ok_or(NoAuthorDomain::NoDomain)?;
    for domain in domains {
        if domain.ok_or(NoAuthorDomain::NoDomain)? != first {
            return Err(NoAuthorDomain::SeveralDomains);
        }
    }
    Ok(first)
}

/// Why a message has no author's domain that can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoAuthorDomain {
    /// There is no From field.
    Missing,
    /// There are several From fields, even if they say the same (RFC 9989 §4.4).
    SeveralFields,
    /// The From field is not as RFC 5322 §3.4 has it, and not all that looks like an address in it
    /// is of one domain.
    Malformed,
    /// The From field has a group, which stands for there being no author to answer to
    /// (RFC 6854).
    Group,
    /// An address has no domain name: `user@[192.0.2.1]`, say.
    NoDomain,
    /// The addresses are of several domains.
    SeveralDomains,
}

impl fmt::Display for NoAuthorDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is no From field",
            Self::SeveralFields => "there are several From fields",
            Self::Malformed => "the From field is malformed, and names no domain or several",
            Self::Group => "the From field has a group in place of an author",
            Self::NoDomain => "a From address has no domain name",
            Self::SeveralDomains => "the From addresses are of several domains",
        })
    }
}

impl Error for NoAuthorDomain {}

/// The domains that the From fields name, in lower case, each once: those of the addresses, and of
/// a field that is malformed those of all that looks like an address.
pub(crate) fn author_domains(header: &Header) -> Vec<DomainName> {
    let mut domains = Vec::new();
    let mut known = HashSet::new();
    let mut add = |domain: DomainName| {
        if known.insert(domain.clone()) {
            domains.push(domain);
        }
    };
    for field in header.fields_named("from") {
        match address_list(field.value(), header.line_endings()) {
            Some(list) => {
                let found = list.addresses.iter();
                let lower_case = found.map(|address| address.to_ascii_lowercase());
                lower_case
                    .filter_map(|address| address_domain(&address))
                    .for_each(&mut add);
            }
            None => {
                let text = field.text().to_ascii_lowercase();
                let found = likely::shown_addresses(&text).into_iter();
                found.filter_map(|shown| shown.domain).for_each(&mut add);
            }
        }
    }
    domains
}

/// The domain name of an address that is as the grammar has it.
pub(crate) fn address_domain(address: &str) -> Option<DomainName> {
    // A quoted local part may hold another `@`.
    let (_, domain) = address.rsplit_once('@')?;
    domain_name(domain)
}

/// A domain name that is not an IP address.
fn domain_name(text: &str) -> Option<DomainName> {
    let name = DomainName::parse(text.as_bytes()).ok()?;
    // Digits behind the last dot are those of an IP address.
    let last = name.to_ascii().rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|octet| octet.is_ascii_digit());
    (!is_number).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::parse;

    fn check(message: &str, expected: &[&str]) {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        assert_eq!(author_addresses(&header), expected, "{message:?}");
    }

    #[test]
    fn addresses() {
        check("From: joe@example.com\r\n\r\n", &["joe@example.com"]);
        check("From : Joe <joe@example.com>\n\n", &["joe@example.com"]);
        check(
            "FROM:\r\n \"Joe, or <x@y.example>\"\r\n <joe@example.com>\r\n",
            &["joe@example.com"],
        );
        check(
            "From: a@example.com, B <b@example.org>\r\n",
            &["a@example.com", "b@example.org"],
        );
        check(
            "From: a@example.com\r\nFrom: b@example.org\r\n",
            &["a@example.com", "b@example.org"],
        );
        check(
            "From: friends: a@example.com, b@example.com;\r\n",
            &["a@example.com", "b@example.com"],
        );
        check("Subject: hello\r\n\r\n", &[]);
        check("From:\r\n\r\n", &[]);
    }

    #[test]
    fn addresses_are_as_they_were_meant() {
        check(
            "From: \"b@y.example\"@x.example\r\n",
            &["\"b@y.example\"@x.example"],
        );
        check(
            "From: a@(c)x.example,\r\n b @ x.example\r\n",
            &["a@x.example", "b@x.example"],
        );
        // A malformed field is for people to look at.
        check("From: b@y.example <a@x.example>\r\n", &["a@x.example"]);
        check("From: a@x.example, b\r\n", &["a@x.example"]);
    }

    fn check_domain(value: &str, expected: Result<&str, NoAuthorDomain>) {
        check_header(&format!("From: {value}\r\n"), expected);
    }

    fn check_header(message: &str, expected: Result<&str, NoAuthorDomain>) {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let domain = single_author_domain(&header);
        let domain = domain.as_ref().map(DomainName::to_ascii);
        assert_eq!(domain.map_err(|why| *why), expected, "{message:?}");
    }

    #[test]
    fn one_domain() {
        check_domain("Joe <joe@Example.COM>", Ok("example.com"));
        check_domain("a@x.example, b@X.example", Ok("x.example"));
        check_domain(
            "j@bücher.example, k@xn--bcher-kva.example",
            Ok("xn--bcher-kva.example"),
        );
        check_domain("\"a@y.example\" <a@x.example>", Ok("x.example"));
        check_domain("\"a@y.example\"@x.example", Ok("x.example"));
        check_domain("a @ x.example", Ok("x.example"));
        check_domain("a@(c)x.example", Ok("x.example"));
        check_domain("<@relay.example:a@x.example>", Ok("x.example"));
        check_domain("Joe Q. Public <a@x.example>,,", Ok("x.example"));
        check_domain("a@localhost", Ok("localhost"));
        check_domain("a@co.uk", Ok("co.uk"));
        // Malformed, and of one domain all the same.
        check_domain("a@x.example <a@X.example>", Ok("x.example"));
        check_domain("Foo, Inc. <a@x.example>", Ok("x.example"));
        check_domain("a@x.example, b", Ok("x.example"));
    }

    #[test]
    fn no_domain() {
        use NoAuthorDomain::{Group, Malformed, Missing, NoDomain, SeveralDomains, SeveralFields};
        check_header("Subject: hello\r\n", Err(Missing));
        check_header(
            "From: a@x.example\r\nFrom: a@x.example\r\n",
            Err(SeveralFields),
        );
        check_header("From: a@x.example\r\nFrom:\r\n", Err(SeveralFields));
        check_domain("a@x.example, b@y.example", Err(SeveralDomains));
        check_domain("a@x.example, b@mail.x.example", Err(SeveralDomains));
        check_domain("f: a@x.example, b@x.example;", Err(Group));
        check_domain("f:;, a@x.example", Err(Group));
        check_domain("a@[192.0.2.1]", Err(NoDomain));
        check_domain("a@[x.example]", Err(NoDomain));
        check_domain("a@[b@x.example]", Err(NoDomain));
        check_domain("a@x.example, b@[x.example]", Err(NoDomain));
        check_domain("a@192.0.2.1", Err(NoDomain));
        check_domain("a@-x.example", Err(NoDomain));
        // Not an ideographic full stop, nor a space of no width.
        check_domain("a@x\u{3002}example", Err(NoDomain));
        check_domain("a@x.example\u{200b}", Err(NoDomain));
        for value in [
            "",
            "<>",
            "undisclosed",
            "a@y.example@x.example",
            "a@x.example.",
            "a@x..example",
            "b@y.example <a@x.example>",
            "b@y.example:a@x.example",
            "a@x.example, \"b@y.example\"",
        ] {
            check_domain(value, Err(Malformed));
        }
    }
}
