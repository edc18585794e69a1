//! Why a signature broke: which change to the message, undone, makes it good again.
//!
//! What mail systems do to messages is undone, one hypothesis after the other, and the hashes are
//! computed once more. Where a hash comes out right, the change is *known*: [`Proof::Proven`].
//! Body and header are explained apart, for each has a hash of its own in the signature: `bh=` and
//! that which `b=` signs (RFC 6376 §3.7).
//!
//! [`Explaining`] is the door: it is made from what was found of a message and from its body, says
//! which names to ask the DNS for, and searches within a [`Budget`]. Nothing here reads, asks or
//! looks at a clock by itself.

mod body;
mod budget;
mod cause;
mod explaining;
mod header;
mod kept_body;
mod key;
mod line_ends;
mod quote;
#[cfg(test)]
mod tests;
mod unknown;
mod warning;

use std::borrow::Cow;

use crate::identifier::KeyQuery;
use crate::lookup::KeyAnswer;
use crate::message::Header;
use crate::verdict::{Verdict, Warning};

use budget::Exhausted;
pub use budget::{Budget, Unfinished};
pub use cause::{Cause, Part, Proof};
pub use explaining::{Explaining, Explanations};
pub use kept_body::{KeptBody, MAX_KEPT_BODY};

/// What there is to explain a verdict with.
#[derive(Clone, Copy, Debug)]
struct Evidence<'a> {
    /// The message's header.
    header: &'a Header,
    /// The message's body as it came, without the empty line before it; `None` if it was too large
    /// to be kept: then the header alone is explained.
    body: Option<&'a [u8]>,
    /// The verdict to explain.
    verdict: &'a Verdict,
    /// What the DNS says to [`key::nearby_queries`]; empty if nobody asked.
    nearby: &'a [(KeyQuery, KeyAnswer)],
}

/// One thing that happened to a message or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What happened.
    pub cause: Cause,
    /// How sure that is.
    pub proof: Proof,
    /// What happened in a sentence, in lower case and without a full stop, that names the particulars.
    /// It may hold text of the message: it has to be escaped where it is printed.
    pub detail: String,
    /// The header field that it happened to, by its name.
    pub field: Option<String>,
    /// What stood there when it was signed, as far as that is known. Text of the message likewise.
    pub original: Option<String>,
    /// What to do about it, in lower case and without a full stop. It belongs to the sentence: two
    /// explanations with the same cause may have different ones. `FILE` stands for the message in
    /// commands `dkim inspect`; all other values are named.
    pub remedy: Cow<'static, str>,
}

impl Explanation {
    /// An explanation with the remedy of its cause.
    fn new(cause: Cause, proof: Proof, detail: impl Into<String>) -> Self {
        Self {
            cause,
            proof,
            detail: detail.into(),
            field: None,
            original: None,
            remedy: cause.remedy().into(),
        }
    }

    /// The same with what to do about this very sentence.
    fn with_remedy(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self {
            remedy: remedy.into(),
            ..self
        }
    }

    /// What was changed; `None` for what is about keys, and for what says no more than that it was.
    fn part(&self) -> Option<Part> {
        match self.cause {
            // Where it is the header's, the field is named that says so.
            Cause::CanonicalizationMislabelled if self.field.is_some() => Some(Part::Header),
            cause => cause.part(),
        }
    }

    /// Whether it says no more than that some header field was changed.
    fn is_general(&self) -> bool {
        self.cause == Cause::HeaderValueChanged && self.field.is_none()
    }
}

/// What the search found about one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// What happened, the most certain first; [`Cause::Unknown`] alone if nothing was found. None
    /// where nothing was changed: signature and body hash are good, and something else is not, the
    /// time for example.
    pub explanations: Vec<Explanation>,
    /// What was changed in a way that is not proven, beside what was found: an altered amount
    /// beside a Subject's tag, say. Empty where [`Cause::Unknown`] stands alone.
    pub unexplained: Vec<Part>,
    /// Why the search ended before all was tried; `None` if all was.
    pub unfinished: Option<Unfinished>,
}

impl Explained {
    /// What is not explained: `header-not-explained` and `body-not-explained` beside what was found,
    /// and `explain-budget-spent` if the search came to no end.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let parts = self.unexplained.iter().map(|part| part.warning());
        parts.chain(self.budget_spent()).collect()
    }

    /// The warning `explain-budget-spent`, if not all was tried.
    #[must_use]
    pub fn budget_spent(&self) -> Option<Warning> {
        self.unfinished.map(warning::unfinished)
    }
}

/// Explains a verdict that is no pass.
fn explain(evidence: &Evidence<'_>, budget: &mut Budget<'_>) -> Explained {
    let mut found = Vec::new();
    let verdict = evidence.verdict;
    if verdict.signature_matches == Some(true) && verdict.body_hash_matches() == Some(true) {
        return Explained {
            explanations: found,
            unexplained: Vec::new(),
            unfinished: None,
        };
    }
    let searched = search(evidence, budget, &mut found);
    let unfinished = searched.err().map(|Exhausted| budget.unfinished());
    let is_recoded = found
        .iter()
        .any(|each| each.cause == Cause::TransferEncodingChanged);
    // What encodes the body differently says so in the header: that goes without saying.
    let is_label = |each: &Explanation| {
        let label = "content-transfer-encoding";
        let field = each.field.as_deref();
        is_recoded && field.is_some_and(|field| field.eq_ignore_ascii_case(label))
    };
    drop_guesses(&mut found);
    // That something was changed is surer than what it may have been.
    found.sort_by_key(|each| (each.proof, !each.is_general(), is_label(each)));
    // Where it is proven that l= is not what it was, the body can tell no more of it.
    if found.iter().any(header::tells_length) {
        found.retain(|each| each.cause != Cause::BodyLengthWrong);
    }
    add_doubts(verdict, &mut found);
    let mut unexplained = unknown::unexplained(verdict, &found);
    if found.is_empty() {
        unexplained.clear();
        found.push(unknown::explanation(
            verdict,
            evidence.body.is_some(),
            unfinished,
        ));
    }
    Explained {
        explanations: found,
        unexplained,
        unfinished,
    }
}

/// Drops what is likely or possible of a part of which something is proven: that explains it.
fn drop_guesses(found: &mut Vec<Explanation>) {
    for part in [Part::Header, Part::Body] {
        let is_of_part = |each: &Explanation| each.part() == Some(part);
        let is_proven = |each: &Explanation| each.proof == Proof::Proven;
        if found.iter().any(|each| is_of_part(each) && is_proven(each)) {
            found.retain(|each| is_proven(each) || !is_of_part(each));
        }
    }
}

/// The cheap first: keys need no search, headers are short, bodies may be long. A header that
/// nothing explains must not keep a footer from being found.
fn search(
    evidence: &Evidence<'_>,
    budget: &mut Budget<'_>,
    found: &mut Vec<Explanation>,
) -> Result<(), Exhausted> {
    key::explain_key(evidence, budget, found)?;
    let of_header = budget.part(2, |budget| header::explain_header(evidence, budget, found));
    let of_body = body::explain_body(evidence, budget, found);
    of_header.and(of_body)
}

/// What to say behind a proof about the body, if the signature does not vouch for `bh=`.
const UNVOUCHED: &str = "; as far as bh= is the signer's, for which the signature does not vouch";

/// Adds to what is proven of the body that its hash may not be the signer's, where nothing shows
/// that the header is.
fn add_doubts(verdict: &Verdict, found: &mut [Explanation]) {
    let is_proven =
        |each: &Explanation, part| each.proof == Proof::Proven && each.part() == Some(part);
    let vouched = verdict.signature_matches == Some(true)
        || found.iter().any(|each| is_proven(each, Part::Header));
    if !vouched {
        let last = found.iter_mut().rfind(|each| is_proven(each, Part::Body));
        if let Some(last) = last {
            last.detail.push_str(UNVOUCHED);
        }
    }
}
