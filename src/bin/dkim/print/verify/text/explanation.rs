//! Why a signature does not pass, in text.

use std::borrow::Cow;

use dkim_toolkit::escape::escape;
use dkim_toolkit::explain::{Cause, Explained, Explanation, Proof, Unfinished};
use dkim_toolkit::verdict::{VerificationResult, Warning};
use dkim_toolkit::verify::MessageResult;

use crate::print::report::{BAD, PLAIN, Report, STRONG, UNSURE};
use crate::print::verify::outcome::Outcome;

/// So many characters of what stood there are shown.
const ORIGINAL: usize = 200;

/// What happened, the most certain first.
pub fn explanations(report: &mut Report, outcome: &Outcome, at: usize) {
    let Some(explained) = outcome.explained(at) else {
        return;
    };
    let above = at.checked_sub(1).and_then(|above| outcome.explained(above));
    if above == Some(explained) {
        report.wrapped(4, PLAIN, "", "explained as the signature above");
        return;
    }
    if outcome.result == MessageResult::Signed(VerificationResult::Pass) {
        let text = "the message passes; this is why this signature does not:";
        report.wrapped(4, PLAIN, "", text);
    }
    for part in &explained.unexplained {
        let Warning { code, message, .. } = part.warning();
        let text = format!("{message} [{}]", code.name());
        report.wrapped(4, BAD, "not explained:", &text);
        report.wrapped(6, PLAIN, "remedy:", &outcome.named(part.remedy()));
    }
    let mut following = explained.explanations.iter().skip(1);
    for explanation in &explained.explanations {
        one(report, explanation);
        // One remedy for several is said behind the last of them.
        let next = following.next().map(|next| &*next.remedy);
        if next != Some(&explanation.remedy) {
            let remedy = outcome.named(&explanation.remedy);
            report.wrapped(6, PLAIN, "remedy:", &escape(&remedy));
        }
    }
    let is_said = is_unknown(explained)
        && !matches!(explained.unfinished, Some(Unfinished::Unanswered { .. }));
    if let Some(spent) = explained.budget_spent().filter(|_| !is_said) {
        report.wrapped(4, UNSURE, "warning:", &spent.message);
        if let Some(remedy) = spent.remedy() {
            report.wrapped(6, PLAIN, "remedy:", remedy);
        }
    }
}

fn one(report: &mut Report, explanation: &Explanation) {
    let Explanation {
        cause,
        proof,
        detail,
        original,
        ..
    } = explanation;
    let (style, label) = match (cause, proof) {
        (Cause::Unknown | Cause::KeyMissing | Cause::NotAsked, _) => {
            (BAD, "not explained:".to_owned())
        }
        // What is proven is no good news: only what passes is green.
        (_, Proof::Proven) => (STRONG, format!("{proof}:")),
        (_, Proof::Likely | Proof::Possible) => (UNSURE, format!("{proof}:")),
    };
    report.wrapped(4, style, &label, &format!("{} [{cause}]", escape(detail)));
    if let Some(original) = original.as_deref().and_then(|text| shown(text, detail)) {
        report.wrapped(6, PLAIN, "originally:", &escape(&original));
    }
}

/// What stood there, unless the sentence has it already; its beginning if it is long.
fn shown<'a>(original: &'a str, detail: &str) -> Option<Cow<'a, str>> {
    let original = original.trim();
    if original.is_empty() || detail.contains(original) {
        return None;
    }
    Some(match original.char_indices().nth(ORIGINAL) {
        None => Cow::Borrowed(original),
        Some((end, _)) => Cow::Owned(format!("{}…", original[..end].trim_end())),
    })
}

/// Whether nothing was found. Why the search ended before is said there.
fn is_unknown(explained: &Explained) -> bool {
    let mut explanations = explained.explanations.iter();
    explanations.any(|explanation| explanation.cause == Cause::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sentence_has_is_not_said_twice() {
        assert_eq!(shown(" a b ", "the Subject was “a b”"), None);
        assert_eq!(shown(" ", "x"), None);
        assert_eq!(shown("a b", "the Subject was “a…”").as_deref(), Some("a b"));
    }

    #[test]
    fn long_originals_are_cut() {
        let long = "ü".repeat(ORIGINAL);
        assert_eq!(shown(&long, "").as_deref(), Some(&long[..]));
        let cut = shown(&format!("{long}x"), "").map(Cow::into_owned);
        assert_eq!(cut, Some(format!("{long}…")));
    }
}
