//! The pieces of the record were put together in the wrong order.

use super::{Step, with_key, without_space};
use crate::lint::loss::beginnings;
use crate::lint::{FindingCode, Part};
use crate::syntax::base64::is_base64;

pub(super) const STEP: Step = Step {
    code: FindingCode::KeyDamaged,
    part: Some(Part::Order),
    message: "the pieces of the key are in the wrong order: its beginning is in the middle",
    remedy: "enter the strings of the record in their order",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    let mut texts = with_key(text, rotated);
    texts.extend(record_last(text));
    texts
}

/// The value with what is before the beginning of the key at its end.
fn rotated(value: &str) -> Vec<String> {
    let value = without_space(value).replace('=', "");
    beginnings(&value)
        .filter(|at| *at > 0)
        .map(|at| format!("{}{}", &value[at..], &value[..at]))
        .collect()
}

/// The text with the base64 in front of `v=` at its end.
fn record_last(text: &str) -> Option<String> {
    let at = text.find("v=DKIM1").filter(|at| *at > 0)?;
    let (piece, record) = text.split_at(at);
    let is_key = piece.trim().bytes().all(is_base64) && piece.trim().len() > 8;
    let is_open = super::key_place(record).is_some_and(|place| place.end == record.len());
    (is_key && is_open).then(|| format!("{}{}", record.trim_end(), piece.trim()))
}
