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
pub(super) fn nsupdate(publication: &Publication) -> String {
    let name = publication.name();
    format!(
        "update delete {name} TXT\nupdate add {name} {} TXT {}\nsend\n",
        publication.ttl(),
        publication.quoted_strings()
    )
}
