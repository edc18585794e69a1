//! The presentation form of the DNS (RFC 1035 §5.1) and what speaks it.

use super::{Data, Publication};

/// A line of a master file. All on one line, so that it can be found, moved and commented out as
/// one; no server limits a line's length so that a record could meet it.
pub(super) fn zone(publication: &Publication) -> String {
    let name = match publication.zone {
        Some(_) => publication.relative_name(),
        None => publication.name(),
    };
    format!(
        "{name} {} IN {} {}\n",
        publication.ttl(),
        publication.record_type(),
        publication.presented()
    )
}

/// Commands that replace the records of the name and type, in one transaction (RFC 2136).
///
/// A server silently ignores a record that is added where the name is an alias, and an alias that
/// is added where the name has records (§3.4.2.2). The prerequisite makes that fail.
pub(super) fn nsupdate(publication: &Publication) -> String {
    let name = publication.name();
    let zone = publication.zone.as_ref();
    let zone = zone.map_or_else(String::new, |zone| format!("zone {zone}.\n"));
    let record_type = publication.record_type();
    let other = match record_type {
        "CNAME" => "TXT",
        _ => "CNAME",
    };
    format!(
        "{zone}prereq nxrrset {name} {other}\n\
         update delete {name} {record_type}\n\
         update add {name} {} {record_type} {}\n\
         send\n",
        publication.ttl(),
        publication.presented()
    )
}

/// What to do with a record that replaces another, where it is pasted by hand.
pub(super) fn one_record(publication: &Publication) -> String {
    match &publication.data {
        Data::Text(_) => format!(
            "replace the TXT record at {} with this: if both are there, the old key stays valid",
            publication.name_without_dot()
        ),
        Data::Alias(_) => format!(
            "replace what is at {} with this: a CNAME record is alone at its name",
            publication.name_without_dot()
        ),
    }
}
