//! One record a line: a zone file, `NAME CNAME TARGET`, `NAME TARGET`, a table copied from a web
//! page, or tokens alone.

use super::{Entry, ExpectedError, quoted};

/// Types of records that are no alias of a selector: their lines are left out.
const OTHER_TYPES: [&str; 10] = [
    "A", "AAAA", "CAA", "DNSKEY", "DS", "MX", "NS", "SOA", "SRV", "TXT",
];
/// Words over the columns of tables.
const HEADINGS: [&str; 8] = [
    "type", "name", "host", "hostname", "value", "target", "data", "record",
];

/// Every line is a record, a comment, a heading, or about another record.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, ExpectedError> {
    let mut entries = Vec::new();
    let mut origin = None;
    for (number, line) in text.lines().enumerate() {
        let words = words(line);
        match words.as_slice() {
            ["$ORIGIN", name, ..] => origin = Some(format!(".{}", name.trim_matches('.'))),
            [first, ..] if first.starts_with('$') => {}
            words if is_silent(words) => {}
            words => entries.extend(entries_of(words, origin.as_deref(), number + 1)?),
        }
    }
    Ok(entries)
}

/// The words of a line, without its comment and what is between the cells of tables.
fn words(line: &str) -> Vec<&str> {
    let is_comment = ["#", "//"]
        .iter()
        .any(|mark| line.trim_start().starts_with(mark));
    let line = if is_comment { "" } else { line };
    let line = line.split(';').next().unwrap_or_default();
    let is_between = |character: char| {
        character.is_whitespace() || matches!(character, ',' | '|' | '"' | '\'' | '`' | '(' | ')')
    };
    let words = line.split(is_between);
    words.filter(|word| !word.is_empty()).collect()
}

/// Whether nothing is to be read in a line.
fn is_silent(words: &[&str]) -> bool {
    let is_rule = |word: &&str| {
        word.chars()
            .all(|character| matches!(character, '-' | ':' | '+' | '='))
    };
    let is_heading = |word: &&str| HEADINGS.contains(&word.to_lowercase().as_str());
    let has_name = words.iter().any(|word| word.contains('.'));
    let is_type = |word: &str| OTHER_TYPES.iter().any(|other| is_of(word, other));
    // In lower case, the first word may be a name.
    let is_other = words.iter().any(|word| OTHER_TYPES.contains(word))
        || words.iter().skip(1).any(|word| is_type(word));
    words.iter().all(is_rule) || !has_name && words.iter().any(is_heading) || is_other
}

fn entries_of(
    words: &[&str],
    origin: Option<&str>,
    line: usize,
) -> Result<Vec<Entry>, ExpectedError> {
    let line = Some(line);
    let is_label = |word: &&&str| !is_of(word, "DKIMTOKENS");
    let tokens: Vec<&&str> = words.iter().filter(is_label).collect();
    if !tokens.is_empty() && tokens.iter().all(|word| is_token(word)) {
        let token = |word: &&&str| Entry {
            name: format!("{word}._domainkey"),
            target: None,
            line,
        };
        return Ok(tokens.iter().map(token).collect());
    }
    let has_type = words.iter().any(|word| is_of(word, "CNAME"));
    // Beside a type, a name may have one label.
    let is_name = |word: &&&str| {
        if has_type {
            !is_of(word, "CNAME") && !is_of(word, "IN") && !is_time(word)
        } else {
            word.contains('.')
        }
    };
    let names: Vec<&str> = words.iter().filter(is_name).copied().collect();
    let [name, target] = *names.as_slice() else {
        let expected = "expected NAME CNAME TARGET";
        let why = match words {
            [first, ..] if !has_type => format!("{} is no record: {expected}", quoted(first)),
            _ => expected.to_owned(),
        };
        return Err(ExpectedError::at(line, why));
    };
    let is_selector = name.to_ascii_lowercase().contains("._domainkey");
    if !is_selector && has_type {
        // An alias of something else, such as a bounce domain.
        return Ok(Vec::new());
    }
    if !is_selector {
        let why = format!(
            "{} is no name of a selector: expected selector._domainkey",
            quoted(name)
        );
        return Err(ExpectedError::at(line, why));
    }
    let behind = origin.filter(|_| !name.ends_with('.')).unwrap_or_default();
    Ok(vec![Entry {
        name: format!("{name}{behind}"),
        target: Some(target.to_owned()),
        line,
    }])
}

/// Whether a word may be a time to live.
fn is_time(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) && !word.contains('.')
        || is_of(word, "auto")
}

fn is_of(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

/// Whether a word may be a token: long, of lower-case letters and digits.
fn is_token(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (16..=63).contains(&word.len()) && word.bytes().all(is_plain)
}
