//! What one system does to the header as a whole. One row is one sort of field.
//!
//! Changes of several fields by one system cost no more than each alone: a list that puts its tag
//! into the Subject rewrites From and adds a Reply-To as well.

use super::clues::Clues;
use super::form::Part;
use super::rules::Kinds;

/// What a system does: to which fields, with spaces between, and what.
type Row = (&'static str, Kinds);

const TAG: Kinds = Kinds::TAG.with(Kinds::DECODED).with(Kinds::ENCODED);
const ADDED: Kinds = Kinds::FIELDS.with(Kinds::KNOWN);
const MIME: Row = (
    "content-type content-transfer-encoding mime-version",
    Kinds::KNOWN.with(Kinds::MIME),
);

/// A message has one of these fields, or one of these words in From, if a mailing list had it.
const MARKS_OF_LISTS: [&str; 5] = [
    "list-id",
    "list-post",
    "x-beenthere",
    "x-original-from",
    "x-original-sender",
];
const WORDS_OF_LISTS: [&str; 2] = [" via ", "(via "];
/// Mailing lists: Mailman 2 and 3, Sympa, Google Groups, groups.io.
const LIST: &[Row] = &[
    ("subject", TAG),
    ("from", Kinds::AUTHOR),
    (
        "reply-to sender cc to list-id list-post list-unsubscribe",
        ADDED,
    ),
    MIME,
];
/// Exchange and its transport rules, Amazon SES, `SpamAssassin`, Postfix, sendmail: any relay.
const RELAY: &[Row] = &[
    ("subject", TAG),
    ("from to cc reply-to sender", Kinds::ADDRESS),
    (
        "message-id return-path date",
        Kinds::KNOWN.with(Kinds::DATE),
    ),
    MIME,
];

/// What one system, or a few in a row, may do to the fields of each part.
pub(super) type System = Vec<Kinds>;

/// The systems that had the message: any relay; a list, where there are marks of one; and both.
pub(super) fn seen(clues: &Clues<'_>, parts: &[Part]) -> Vec<System> {
    let does = |rows: &[Row]| -> System {
        let of_part = |part: &Part| {
            let is_named = |(names, _): &&Row| names.split(' ').any(|name| name == part.name);
            let rows = rows.iter().filter(is_named);
            rows.fold(Kinds::default(), |all, (_, kinds)| all.with(*kinds))
        };
        parts.iter().map(of_part).collect()
    };
    let from = clues.text_of("from").unwrap_or_default();
    let is_there = |name: &&str| clues.header.fields_named(name).next().is_some();
    if MARKS_OF_LISTS.iter().any(is_there) || WORDS_OF_LISTS.iter().any(|word| from.contains(word))
    {
        vec![does(LIST), does(RELAY), does(&[LIST, RELAY].concat())]
    } else {
        vec![does(RELAY)]
    }
}
