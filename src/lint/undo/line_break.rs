//! Line breaks were put into the record, where they cut something else than the key in two.

use super::Step;
use crate::lint::FindingCode;

pub(super) const STEP: Step = Step {
    code: FindingCode::LineBreak,
    part: None,
    message: "there are line breaks in the record (RFC 6376 §3.2)",
    remedy: "enter the record in one line",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    let is_break = |character: char| character == '\r' || character == '\n';
    let joined = text.trim().replace(is_break, "");
    (joined != text.trim())
        .then_some(joined)
        .into_iter()
        .collect()
}
