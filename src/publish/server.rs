//! Servers with configuration files of their own, and commands.

use std::fmt::Write as _;

use super::Publication;

/// The longest line that dnsmasq reads whole, its line end not counted.
pub(super) const DNSMASQ_LINE: usize = 1023;

/// A line of tinydns-data, which cuts the text into strings itself, of 127 bytes each.
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
pub(super) fn dnsmasq(publication: &Publication) -> String {
    format!(
        "txt-record={},\"{}\"\n",
        publication.name_without_dot(),
        publication.strings_joined("\",\"")
    )
}

/// Commands for PowerShell. To replace, all TXT records of the name are deleted first.
pub(super) fn windows_dns(publication: &Publication) -> String {
    let node = format!("{} {}", publication.zone(), publication.relative_name());
    let delete = if publication.replaces {
        format!("dnscmd /RecordDelete {node} TXT /f\n")
    } else {
        String::new()
    };
    let strings: Vec<String> = publication
        .text()
        .strings()
        .map(|string| format!("'{}'", string.replace('\'', "''")))
        .collect();
    format!(
        "{delete}dnscmd /RecordAdd {node} {} TXT {}\n",
        publication.ttl(),
        strings.join(" ")
    )
}

/// A command for a POSIX shell.
pub(super) fn gcloud(publication: &Publication) -> String {
    let verb = if publication.replaces {
        "update"
    } else {
        "create"
    };
    // A comma separates values, unless another separator comes first. No record has an empty tag,
    // and so two semicolons.
    let separator = if publication.text().as_str().contains(',') {
        "^;;^"
    } else {
        ""
    };
    format!(
        "gcloud dns record-sets {verb} {} --zone=\"$MANAGED_ZONE\" --type=TXT --ttl={} \
         --rrdatas='{separator}{}'\n",
        publication.name(),
        publication.ttl(),
        publication.quoted_strings().replace('\'', r"'\''")
    )
}
