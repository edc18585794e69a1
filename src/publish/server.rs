//! Servers with configuration files of their own, and commands.

use std::fmt::Write as _;

use super::{Data, Publication};

/// The longest line that dnsmasq reads whole, its line end not counted.
pub(super) const DNSMASQ_LINE: usize = 1023;

/// A line of tinydns-data, which cuts the text into strings itself, of 127 bytes each.
pub(super) fn tinydns(publication: &Publication) -> String {
    let name = publication.name_without_dot();
    if let Data::Alias(target) = &publication.data {
        let target = target.trim_end_matches('.');
        return format!("C{name}:{target}:{}\n", publication.ttl());
    }
    let mut text = String::new();
    for character in publication.value().chars() {
        // Colons end a field, and backslashes begin an escape.
        if matches!(character, ':' | '\\') {
            // Writing to a String does not fail.
            let _ = write!(text, "\\{:03o}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    format!("'{name}:{text}:{}\n", publication.ttl())
}

/// A line of dnsmasq's configuration: strings with commas between them.
pub(super) fn dnsmasq(publication: &Publication) -> String {
    format!(
        "txt-record={},\"{}\"\n",
        publication.name_without_dot(),
        publication.strings_joined("\",\"")
    )
}

/// Commands for PowerShell. To replace, all records of the name and type are deleted first.
pub(super) fn windows_dns(publication: &Publication) -> String {
    let node = format!("{} {}", publication.zone(), publication.relative_name());
    let record_type = publication.record_type();
    let delete = if publication.replaces {
        format!("dnscmd /RecordDelete {node} {record_type} /f\n")
    } else {
        String::new()
    };
    let data = match &publication.data {
        Data::Text(text) => {
            let quoted = |string: &str| format!("'{}'", string.replace('\'', "''"));
            text.strings().map(quoted).collect::<Vec<_>>().join(" ")
        }
        Data::Alias(target) => target.clone(),
    };
    format!(
        "{delete}dnscmd /RecordAdd {node} {} {record_type} {data}\n",
        publication.ttl()
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
    let separator = if publication.value().contains(',') {
        "^;;^"
    } else {
        ""
    };
    format!(
        "gcloud dns record-sets {verb} {} --zone=\"$MANAGED_ZONE\" --type={} --ttl={} \
         --rrdatas='{separator}{}'\n",
        publication.name(),
        publication.record_type(),
        publication.ttl(),
        publication.presented().replace('\'', r"'\''")
    )
}
