//! The name that is asked for (RFC 6376 §3.6.2.1).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{IdentifierError, MAX_NAME, Sdid, Selector};

/// What stands between selector and domain.
const DOMAINKEY: &str = "._domainkey.";

/// The owner name of a key record: `selector._domainkey.domain.`, absolute, in A-labels and lower
/// case (RFC 6376 §3.6.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyQuery {
    name: Arc<str>,
}

impl KeyQuery {
    /// The query for `selector` at `domain`; `None` if the owner name is longer than the DNS
    /// allows (253 bytes without the final dot).
    #[must_use]
    pub fn new(selector: &Selector, domain: &Sdid) -> Option<Self> {
        // A message has this done for each signature; `format!` takes several times as long.
        let name = [selector.to_ascii(), DOMAINKEY, domain.to_ascii(), "."].concat();
        (name.len() <= MAX_NAME + 1).then(|| Self { name: name.into() })
    }

    /// The absolute owner name, with its final dot.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same name, shared.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.name.clone()
    }

    /// The selector and the domain of an owner name, without the final dot.
    pub(crate) fn split(name: &str) -> Option<(&str, &str)> {
        let name = name.strip_suffix('.').unwrap_or(name);
        name.split_once(DOMAINKEY)
    }
}

impl FromStr for KeyQuery {
    type Err = IdentifierError;

    /// Reads an owner name, with or without its final dot.
    fn from_str(name: &str) -> Result<Self, IdentifierError> {
        let name = name.to_lowercase();
        let (selector, domain) = Self::split(&name).ok_or(IdentifierError::NoDomainkey)?;
        Self::new(&selector.parse()?, &domain.parse()?).ok_or(IdentifierError::LongName)
    }
}

impl fmt::Display for KeyQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Result<&str, IdentifierError>) {
        let query = name.parse::<KeyQuery>();
        let name = query.as_ref().map(KeyQuery::name).map_err(|error| *error);
        assert_eq!(name, expected);
    }

    #[test]
    fn owner_names() {
        let label = "a".repeat(63);
        let of_length = |last: usize| {
            let last = "b".repeat(last);
            format!("{label}.{label}.{label}.{last}._domainkey.example.com")
        };
        let (of_253, of_254) = (of_length(38), of_length(39));
        check(
            "s1._domainkey.example.com",
            Ok("s1._domainkey.example.com."),
        );
        check(
            "A.b._DomainKey.Example.Com.",
            Ok("a.b._domainkey.example.com."),
        );
        check(
            "s._domainkey.b\u{fc}cher.example",
            Ok("s._domainkey.xn--bcher-kva.example."),
        );
        check("s1.example.com", Err(IdentifierError::NoDomainkey));
        check("_domainkey.example.com", Err(IdentifierError::NoDomainkey));
        check("s1._domainkey.com", Err(IdentifierError::SingleLabel));
        check("._domainkey.example.com", Err(IdentifierError::EmptyLabel));
        check(
            "s 1._domainkey.example.com",
            Err(IdentifierError::Character),
        );
        assert_eq!((of_253.len(), of_254.len()), (253, 254));
        check(&of_253, Ok(&format!("{of_253}.")));
        check(&of_254, Err(IdentifierError::LongName));
    }
}
