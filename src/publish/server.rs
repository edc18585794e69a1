//! Servers with configuration files of their own.

use std::fmt::Write as _;

use super::{Format, Publication, PublishError};

/// The longest line that dnsmasq reads whole, its line end not counted.
const DNSMASQ_LINE: usize = 1023;

/// A line of tinydns-data, which cuts the text into strings itself, of 127 octets each.
pub(super) fn tinydns(publication: &Publication) -> String {
    let mut text = String::new();
    for character in publication.text().as_str().chars() {
        // Colons end a field, and backslashes begin an escape.
        if matches!(character, ':' | '\\') {
            // Writing to a String does not fail.
            let _ = write!(text, "\\{:03o}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    format!(
        "'{}:{text}:{}\n",
        publication.name_without_dot(),
        publication.ttl()
    )
}

/// A line of dnsmasq's configuration: strings with commas between them.
pub(super) fn dnsmasq(publication: &Publication) -> Result<String, PublishError> {
    let mut line = format!("txt-record={}", publication.name_without_dot());
    for string in publication.text().strings() {
        // Writing to a String does not fail.
        let _ = write!(line, ",\"{string}\"");
    }
    if line.len() > DNSMASQ_LINE {
        return Err(PublishError::LineTooLong {
            format: Format::Dnsmasq,
            length: line.len(),
            limit: DNSMASQ_LINE,
        });
    }
    line.push('\n');
    Ok(line)
}
