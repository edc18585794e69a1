//! What the provider gave its customer, in the forms in which customers have it.

mod encoding;
mod json;
mod lines;
mod name;
mod powershell;
mod prose;

use std::error::Error;
use std::fmt;

use super::plan::Given;
use crate::identifier::{DomainName, Sdid};
use crate::syntax::escape::escape;

/// The longest word of a file that an error quotes, in characters.
const QUOTED: usize = 60;

/// A record as it is written somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The owner name, relative or not.
    name: String,
    /// `None` of a token, whose target follows from it.
    target: Option<String>,
    /// The line, counted from 1.
    line: Option<usize>,
}

/// What a form makes of a text; `None` if the text is not of that form.
type Form = fn(&str, &Sdid) -> Option<Result<Vec<Entry>, ExpectedError>>;

/// The forms that are known by their words, the most telling first. Any other text is of lines.
const FORMS: &[Form] = &[json::read, powershell::read, prose::read];

/// Reads what a provider gave for a domain: lines of a zone file, `NAME CNAME TARGET`, tokens of
/// Amazon SES, the text of `Get-DkimSigningConfig`, or JSON of OVH, AWS or `SendGrid`. The text
/// is UTF-8, or UTF-16 with a byte order mark.
///
/// ```
/// use dkim_toolkit::delegation::read_expected;
/// use dkim_toolkit::identifier::{DomainName, Sdid};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let domain = Sdid::parse(b"example.com")?;
/// let text = b"s1._domainkey IN CNAME s1.domainkey.u1.wl1.sendgrid.net.";
/// let given = read_expected(text, &domain)?;
/// let target = given[0].target.as_ref().map(DomainName::to_ascii);
/// assert_eq!(target, Some("s1.domainkey.u1.wl1.sendgrid.net"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An [`ExpectedError`] that names the line and what was expected there.
pub fn read_expected(text: &[u8], domain: &Sdid) -> Result<Vec<Given>, ExpectedError> {
    let text = encoding::decode(text)?;
    let read = FORMS.iter().find_map(|read| read(&text, domain));
    let entries = read.unwrap_or_else(|| lines::read(&text))?;
    let mut given: Vec<Given> = Vec::new();
    let mut other = None;
    for entry in entries {
        let Some(selector) = name::selector(&entry.name, domain) else {
            other.get_or_insert(entry);
            continue;
        };
        let selector = selector.parse().map_err(|error| {
            ExpectedError::at(entry.line, format!("{}: {error}", quoted(&entry.name)))
        })?;
        let target = entry.target.map(|target| parse_target(&target, entry.line));
        let target = target.transpose()?;
        match given.iter().find(|known| known.selector == selector) {
            None => given.push(Given { selector, target }),
            Some(known) if known.target == target => {}
            Some(_) => {
                let why = format!("{selector} is there twice, with different targets");
                return Err(ExpectedError::at(entry.line, why));
            }
        }
    }
    match other {
        _ if !given.is_empty() => Ok(given),
        Some(other) => {
            let why = format!(
                "{} is not at {domain}: expected selector._domainkey.{domain}",
                quoted(&other.name)
            );
            Err(ExpectedError::at(other.line, why))
        }
        None => Err(ExpectedError::nothing()),
    }
}

fn parse_target(target: &str, line: Option<usize>) -> Result<DomainName, ExpectedError> {
    let name = target.strip_suffix('.').unwrap_or(target);
    if name.ends_with("..") || name.ends_with('…') {
        let why = format!(
            "{} is cut off: print the whole, with Format-List for one",
            quoted(target)
        );
        return Err(ExpectedError::at(line, why));
    }
    let target = name.parse();
    target.map_err(|error| {
        let why = format!("{} is no target of a CNAME record: {error}", quoted(name));
        ExpectedError::at(line, why)
    })
}

/// A word of the text in a sentence: escaped, and not long.
fn quoted(word: &str) -> String {
    let short: String = word.chars().take(QUOTED).collect();
    let rest = if short.len() < word.len() { "…" } else { "" };
    format!("\"{}{rest}\"", escape(&short))
}

/// What cannot be read in what a provider gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedError {
    line: Option<usize>,
    why: String,
}

impl ExpectedError {
    fn at(line: Option<usize>, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { line, why }
    }

    fn nothing() -> Self {
        Self::at(
            None,
            "no CNAME record of a selector is in it: expected lines such as NAME CNAME TARGET, \
             Get-DkimSigningConfig's Selector1CNAME, tokens of Amazon SES, or JSON of a provider's \
             API",
        )
    }

    /// The line, counted from 1, if it is about one.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for ExpectedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.why)
    }
}

impl Error for ExpectedError {}

#[cfg(test)]
mod tests;
