//! The presentation form of the DNS (RFC 1035 §5.1) and what speaks it.

use super::Publication;

/// A line of a master file. All on one line, so that it can be found, moved and commented out as
/// one; no server limits a line's length so that a record could meet it.
pub(super) fn zone(publication: &Publication) -> String {
    let name = match publication.zone {
        Some(_) => publication.relative_name(),
        None => publication.name(),
    };
    format!(
        "{name} {} IN TXT {}\n",
        publication.ttl(),
        publication.quoted_strings()
    )
}

/// Commands that replace the TXT records of the name, in one transaction (RFC 2136).
///
/// A server silently ignores a record that is added where the name is an alias (§3.4.2.2). The
/// prerequisite makes that fail.
pub(super) fn nsupdate(publication: &Publication) -> String {
    let name = publication.name();
    let zone = publication.zone.as_ref();
    let zone = zone.map_or_else(String::new, |zone| format!("zone {zone}.\n"));
    format!(
        "{zone}prereq nxrrset {name} CNAME\n\
         update delete {name} TXT\n\
         update add {name} {} TXT {}\n\
         send\n",
        publication.ttl(),
        publication.quoted_strings()
    )
}

/// What to do with a record that replaces another, where it is pasted by hand.
pub(super) fn one_record(publication: &Publication) -> String {
    format!(
        "replace the TXT record at {} with this: if both are there, the old key stays valid",
        publication.name_without_dot()
    )
}
