//! What one system does to the header as a whole. One row is one system.
//!
//! Changes of several fields by one system cost no more than each alone: a list that puts its tag
//! into the Subject rewrites From and adds a Reply-To as well.

use super::clues::Clues;
use super::form::Part;
use super::rules::{Kind, Kinds};

/// A system that had the message.
pub(super) struct System {
    /// By what a message shows that it had it: one of these fields is there, or From has one of
    /// these words.
    fields: &'static [&'static str],
    words: &'static [&'static str],
    /// What it does: to which fields, and what.
    does: &'static [(&'static [&'static str], Kinds)],
}

const TAG: Kinds = Kinds::of(&[Kind::Tag, Kind::Decoded, Kind::Encoded]);
const AUTHOR: Kinds = Kinds::of(&[Kind::Author]);
const ADDED: Kinds = Kinds::of(&[Kind::Fields, Kind::Known]);
const MIME: Kinds = Kinds::of(&[Kind::Known, Kind::Mime]);
const ADDRESS: Kinds = Kinds::of(&[Kind::Address]);

/// The systems.
const SYSTEMS: &[System] = &[
    // Mailing lists: Mailman 2 and 3, Sympa, Google Groups, groups.io.
    System {
        fields: &[
            "list-id",
            "list-post",
            "x-beenthere",
            "x-original-from",
            "x-original-sender",
        ],
        words: &[" via ", "(via "],
        does: &[
            (&["subject"], TAG),
            (&["from"], AUTHOR),
            (
                &[
                    "reply-to",
                    "sender",
                    "cc",
                    "to",
                    "list-id",
                    "list-post",
                    "list-unsubscribe",
                ],
                ADDED,
            ),
            (
                &["content-type", "content-transfer-encoding", "mime-version"],
                MIME,
            ),
        ],
    },
    // Exchange and its transport rules, Amazon SES, SpamAssassin, Postfix, sendmail: any relay.
    System {
        fields: &["from"],
        words: &[],
        does: &[
            (&["subject"], TAG),
            (&["from", "to", "cc", "reply-to", "sender"], ADDRESS),
            (
                &["message-id", "return-path", "date"],
                Kinds::of(&[Kind::Known, Kind::Date]),
            ),
            (
                &["content-type", "content-transfer-encoding", "mime-version"],
                MIME,
            ),
        ],
    },
];

impl System {
    /// Those that had the message.
    pub(super) fn seen(clues: &Clues<'_>) -> Vec<&'static Self> {
        let from = clues.text_of("from").unwrap_or_default();
        let is_seen = |system: &&Self| {
            let mut fields = system.fields.iter();
            fields.any(|name| clues.header.fields_named(name).next().is_some())
                || system.words.iter().any(|word| from.contains(word))
        };
        SYSTEMS.iter().filter(is_seen).collect()
    }

    /// Whether it does this to the fields of a part.
    pub(super) fn does(&self, part: &Part, kinds: Kinds) -> bool {
        let is_named = |names: &[&str]| names.contains(&part.name.as_str());
        self.does
            .iter()
            .any(|(names, does)| is_named(names) && kinds.are_within(*does))
    }
}
