//! A TXT record beside the key record (RFC 6376 §3.6.2.2).

use crate::lint::{Finding, FindingCode, RecordReport, RecordState};
use crate::syntax::escape::printable;

/// The shortest text that is told as a piece of a key: shorter ones may be there by chance.
const SHORTEST_PIECE: usize = 16;

/// Says of each record that is not a key record that it is one too many, in the place of what was
/// found about it by itself. There is a key record.
pub(super) fn examine(records: &[RecordReport], findings: &mut [Finding]) {
    for finding in findings {
        let Some(place) = finding.record else {
            continue;
        };
        if finding.code == FindingCode::NotAKeyRecord {
            *finding = one_too_many(records, place);
        }
    }
}

fn one_too_many(records: &[RecordReport], place: usize) -> Finding {
    let what = match whole_of(records, place) {
        Some(whole) => format!("a piece of the key of record {} was left", whole + 1),
        None if records[place].text.is_empty() => "an empty TXT record is".to_owned(),
        None => format!("\"{}\" is", printable(&records[place].text)),
    };
    let mut finding = Finding::new(
        FindingCode::SecondTxt,
        format!(
            "{what} beside the key record: some verifiers refuse a name with several TXT records \
             (OpenDKIM says \"multiple DNS replies\"), and RFC 6376 §3.6.2.2 leaves the result \
             undefined"
        ),
        "remove it",
    );
    finding.record = Some(place);
    finding
}

/// The usable record whose key this record holds a piece of.
pub(super) fn whole_of(records: &[RecordReport], place: usize) -> Option<usize> {
    let piece = key_text(&records[place]);
    let is_whole = |record: &RecordReport| {
        let whole = key_text(record);
        record.state == RecordState::Usable && whole.len() > piece.len() && whole.contains(&piece)
    };
    (piece.len() >= SHORTEST_PIECE && records[place].state != RecordState::Usable)
        .then(|| records.iter().position(is_whole))
        .flatten()
}

/// The base64 of a record: that in `p=`, or all of a text without tags.
fn key_text(record: &RecordReport) -> String {
    let tag = record.tags.iter().find(|tag| tag.name == "p");
    let text = match tag {
        Some(tag) => tag.value.clone(),
        None => String::from_utf8_lossy(&record.text).into_owned(),
    };
    let is_filling =
        |character: char| character.is_ascii_whitespace() || "\";\\".contains(character);
    text.replace(is_filling, "")
}
