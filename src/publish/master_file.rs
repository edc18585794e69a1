//! The presentation form of the DNS (RFC 1035 §5.1) and what speaks it.

use super::Publication;

/// A line of a master file. All on one line, so that it can be found, moved and commented out as
/// one; no server limits a line's length so that a record could meet it.
pub(super) fn zone(publication: &Publication) -> String {
    format!(
        "{} {} IN TXT {}\n",
        publication.name(),
        publication.ttl(),
        publication.quoted_strings()
    )
}

/// Commands that replace the TXT records of the name, in one transaction (RFC 2136).
///
/// Where the name is an alias, a server passes over what is added without a word (§3.4.2.2): that
/// it is none is required, so that this fails aloud.
pub(super) fn nsupdate(publication: &Publication) -> String {
    let name = publication.name();
    format!(
        "prereq nxrrset {name} CNAME\n\
         update delete {name} TXT\n\
         update add {name} {} TXT {}\n\
         send\n",
        publication.ttl(),
        publication.quoted_strings()
    )
}
