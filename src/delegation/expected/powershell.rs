//! What `Get-DkimSigningConfig` prints, as a list or as a table.

use super::{Entry, ExpectedError};
use crate::identifier::Sdid;

/// The text has the names of the cmdlet's properties.
pub(super) fn read(text: &str, _: &Sdid) -> Option<Result<Vec<Entry>, ExpectedError>> {
    let heading = text.lines().position(|line| {
        let mut words = line.split_whitespace();
        words.any(|word| number(word).is_some()) && !line.contains(':')
    });
    let is_list = || {
        text.lines()
            .any(|line| field(line).is_some_and(|(key, _)| number(key).is_some()))
    };
    let entries = match heading {
        Some(heading) => table(text, heading),
        None if is_list() => list(text),
        None => return None,
    };
    Some(Ok(entries))
}

/// The number in `Selector1CNAME`.
fn number(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let number = lower.strip_prefix("selector")?.strip_suffix("cname")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.to_owned())
}

/// A property and the beginning of its value.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.starts_with(' ') && !key.trim().contains(' ');
    is_key.then(|| (key.trim(), value.trim()))
}

/// `Property : value`; a long value goes on in the next lines, which are indented.
fn list(text: &str) -> Vec<Entry> {
    let mut fields: Vec<(usize, &str, String)> = Vec::new();
    for (line, content) in text.lines().enumerate() {
        if let Some((key, value)) = field(content) {
            fields.push((line + 1, key, value.to_owned()));
        } else if let Some((_, _, value)) = fields.last_mut()
            && content.starts_with(' ')
        {
            value.push_str(content.trim());
        }
    }
    let mut domain = String::new();
    let mut entries = Vec::new();
    for (line, key, value) in fields {
        if key.eq_ignore_ascii_case("domain") {
            domain = format!(".{value}");
        } else if let Some(number) = number(key).filter(|_| !value.is_empty()) {
            entries.push(Entry {
                name: format!("selector{number}._domainkey{domain}"),
                target: Some(value),
                line: Some(line),
            });
        }
    }
    entries
}

/// A heading, a line of hyphens, and a line for each domain.
fn table(text: &str, heading: usize) -> Vec<Entry> {
    let mut lines = text.lines().enumerate().skip(heading);
    let (_, heading) = lines.next().unwrap_or_default();
    let columns: Vec<&str> = heading.split_whitespace().collect();
    let domain = columns
        .iter()
        .position(|column| column.eq_ignore_ascii_case("domain"));
    let mut entries = Vec::new();
    for (line, row) in lines {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let of_domain = domain.and_then(|column| cells.get(column));
        let of_domain = of_domain.map_or(String::new(), |domain| format!(".{domain}"));
        for (column, cell) in columns.iter().zip(&cells) {
            let is_value = cell.bytes().any(|byte| byte != b'-');
            if let Some(number) = number(column).filter(|_| is_value) {
                entries.push(Entry {
                    name: format!("selector{number}._domainkey{of_domain}"),
                    target: Some((*cell).to_owned()),
                    line: Some(line + 1),
                });
            }
        }
    }
    entries
}
