//! What a provider asks of a domain that sets it up.

use std::sync::LazyLock;

use crate::identifier::{DomainName, Selector};

use super::items;

/// One line per provider; its first lines say what the columns are.
const TABLE: &str = include_str!("setup.tsv");

static SETUPS: LazyLock<Vec<Setup>> = LazyLock::new(|| rows().filter_map(Setup::parse).collect());

/// The lines of the table, without comments.
fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

/// What a provider asks of a domain.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    id: &'static str,
    /// Those that are set up today; empty if that depends on the customer.
    pub(super) selectors: Vec<Selector>,
    /// Whether the identifiers in the targets are the same for each selector.
    pub(super) has_same_ids: bool,
    targets: Option<&'static str>,
    next: Option<&'static str>,
}

impl Setup {
    /// What the provider with this id asks, if more is known than its selectors and targets.
    pub(super) fn of(id: &str) -> Option<&'static Self> {
        SETUPS.iter().find(|setup| setup.id == id)
    }

    /// How the customer learns the targets.
    pub(super) fn targets(&self, domain: &DomainName) -> Option<String> {
        self.targets.map(|text| filled(text, domain))
    }

    /// What the customer does when all records are there.
    pub(super) fn next(&self, domain: &DomainName) -> Option<String> {
        self.next.map(|text| filled(text, domain))
    }

    fn parse(line: &'static str) -> Option<Self> {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let [id, selectors, ids, targets, next, _source] = *columns.as_slice() else {
            return None;
        };
        let text = |column: &'static str| (column != "-").then_some(column);
        Some(Self {
            id,
            selectors: items(selectors)
                .map(|text| text.parse().ok())
                .collect::<Option<_>>()?,
            has_same_ids: match ids {
                "same" => true,
                "own" => false,
                _ => return None,
            },
            targets: text(targets),
            next: text(next),
        })
    }
}

fn filled(text: &str, domain: &DomainName) -> String {
    text.replace("<domain>", domain.to_ascii())
}

#[cfg(test)]
mod tests {
    use super::super::Provider;
    use super::*;

    #[test]
    fn every_line_is_read() {
        for line in rows() {
            let setup = Setup::parse(line).unwrap_or_else(|| panic!("{line}"));
            let provider = Provider::by_id(setup.id).unwrap_or_else(|| panic!("{line}"));
            let known = provider.selectors();
            for selector in &setup.selectors {
                assert!(known.contains(selector), "{}: {selector}", setup.id);
            }
            let source = line.rsplit('\t').next().unwrap_or_default();
            assert!(source.starts_with("https://"), "{line}");
        }
        assert_eq!(SETUPS.len(), rows().count());
    }
}
