//! One key record that was published as several TXT records: the strings of one, each by itself.

use super::reading::{trimmed, unquoted};
use super::{Finding, FindingCode, RecordReport, RecordState, record};
use crate::key_record::MAX_RECORD;
use crate::syntax::base64::is_base64;
use crate::tags::KnownTag;

/// How many pieces behind the first are put together, in whichever order: more strings than that
/// no key record has.
const MAX_PIECES: usize = 4;

/// A key record that several TXT records make up together.
pub(super) struct Split {
    /// Which records, in the order in which they belong together.
    pub(super) places: Vec<usize>,
    /// What they come to.
    pub(super) whole: RecordReport,
}

/// A record that may be a part of another.
struct Piece {
    place: usize,
    text: String,
    kind: Kind,
    is_usable: bool,
}

/// What a piece begins with, in the order in which pieces are tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// It has `v=`.
    Version,
    /// It has other tags.
    Tags,
    /// It is base64 and nothing else.
    Base64,
}

impl Split {
    /// Puts together the records that were meant as one, if they are a usable key record
    /// together, and none of them is one that can stand for itself.
    pub(super) fn find(records: &[RecordReport]) -> Option<Self> {
        let mut pieces: Vec<Piece> = records
            .iter()
            .enumerate()
            .filter_map(|(place, record)| Piece::new(place, record))
            .collect();
        pieces.sort_by_key(|piece| piece.kind);
        let (first, others) = pieces.split_first()?;
        let is_whole = |piece: &Piece| piece.kind == Kind::Version && piece.is_usable;
        let has_second = others
            .first()
            .is_some_and(|second| second.kind == Kind::Version);
        if first.kind == Kind::Base64 || is_whole(first) || has_second {
            return None;
        }
        if first.kind != Kind::Version && pieces.iter().any(|piece| piece.is_usable) {
            return None;
        }
        let others: Vec<&Piece> = others.iter().take(MAX_PIECES).collect();
        extended(&[first], &others)
    }

    /// The finding that says so.
    pub(super) fn finding(&self) -> Finding {
        let count = self.places.len();
        Finding::new(
            FindingCode::SeveralRecords,
            format!(
                "one key record is published as {count} TXT records: its strings are there, each \
                 as a record of its own"
            ),
            "publish them as the strings of one TXT record, in their order",
        )
    }

    /// The text of the record to publish.
    pub(super) fn fixed(&self) -> Option<String> {
        let whole = || String::from_utf8(self.whole.text.clone()).ok();
        self.whole.fixed.clone().or_else(whole)
    }
}

/// The first usable record that begins with these pieces and goes on with some of the others.
fn extended(begun: &[&Piece], others: &[&Piece]) -> Option<Split> {
    others.iter().enumerate().find_map(|(at, next)| {
        let pieces = [begun, &[*next]].concat();
        let whole = record(joined(&pieces).as_bytes());
        if whole.is_meant_whole() {
            let places = pieces.iter().map(|piece| piece.place).collect();
            return Some(Split { places, whole });
        }
        let left: Vec<&Piece> = others
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != at)
            .map(|(_, piece)| *piece)
            .collect();
        extended(&pieces, &left)
    })
}

/// The pieces as one text; a semicolon that got lost between two tags is put there again.
fn joined(pieces: &[&Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !text.is_empty() && first_tag(&piece.text).is_some() {
            text.truncate(text.trim_end().trim_end_matches(';').len());
            text.push_str("; ");
        }
        text.push_str(&piece.text);
    }
    text.truncate(text.trim_end().len());
    text
}

impl RecordReport {
    /// Whether the record, or what is offered in its place, can be used, and no tag of it came
    /// from two records.
    fn is_meant_whole(&self) -> bool {
        let is_doubled = |finding: &Finding| finding.code == FindingCode::DuplicateTag;
        let is_usable = |text: &String| record(text.as_bytes()).state == RecordState::Usable;
        !self.findings.iter().any(is_doubled)
            && self.key.is_some()
            && (self.state == RecordState::Usable || self.fixed.as_ref().is_some_and(is_usable))
    }
}

impl Piece {
    fn new(place: usize, report: &RecordReport) -> Option<Self> {
        let text = std::str::from_utf8(&report.text).ok()?;
        if text.len() > MAX_RECORD {
            return None;
        }
        let text = unquoted(text);
        let is_base64 = |character: char| u8::try_from(character).is_ok_and(is_base64);
        let is_filling = |character: char| character.is_ascii_whitespace() || character == ';';
        let has_version = report.tags.iter().any(|tag| tag.name == "v");
        let kind = if has_version {
            Kind::Version
        } else if report.state != RecordState::Foreign
            || first_tag(&text).is_some_and(|name| name != "v")
        {
            Kind::Tags
        } else if !text.is_empty() && text.chars().all(|each| is_base64(each) || is_filling(each)) {
            Kind::Base64
        } else {
            return None;
        };
        let is_usable = matches!(report.state, RecordState::Usable | RecordState::Unsuitable);
        Some(Self {
            place,
            text,
            kind,
            is_usable,
        })
    }
}

/// The tag that a text begins with, if that is one of key records.
fn first_tag(text: &str) -> Option<&str> {
    let (name, _) = text.split_once('=')?;
    KnownTag::of_key_record(trimmed(name)).map(|tag| tag.name)
}
