//! Words by which what was added is known.

use std::ops::Range;

/// Those of gateways' banners and lists' footers, in lower case; in HTML also in names of classes.
const MARKS: &[&str] = &[
    "banner",
    "caution",
    "confidential",
    "disclaimer",
    "do not click",
    "external",
    "googlegroups",
    "groups.io",
    "intended recipient",
    "intended solely",
    "listinfo",
    "list archive",
    "list-",
    "mailing list",
    "mailing-list",
    "mailinglist",
    "mailman",
    "originated from",
    "outside of",
    "outside your",
    "pfpt",
    "privileged",
    "scanned",
    "subscribe",
    "suspicious",
    "this e-mail",
    "this email",
    "virus",
    "vertraulich",
    "warning",
];
/// So often is each looked for.
const MOST: usize = 200;

/// Where they are in a text, in order.
pub(super) struct Marks(Vec<usize>);

impl Marks {
    pub(super) fn of(text: &[u8]) -> Self {
        let lower = text.to_ascii_lowercase();
        let mut found: Vec<_> = MARKS
            .iter()
            .flat_map(|mark| memchr::memmem::find_iter(&lower, mark.as_bytes()).take(MOST))
            .collect();
        found.sort_unstable();
        Self(found)
    }

    /// Takes these places for marks too.
    pub(super) fn add(&mut self, places: impl Iterator<Item = usize>) {
        self.0.extend(places);
        self.0.sort_unstable();
    }

    /// Whether there is one in a stretch.
    pub(super) fn are_in(&self, range: &Range<usize>) -> bool {
        let first = self.0.partition_point(|at| *at < range.start);
        self.0.get(first).is_some_and(|at| *at < range.end)
    }
}
