//! What the header looks like where nothing could be proven.
//!
//! A field that looks changed may have been so when it was signed: what is told here is `possible`,
//! but for what copies and lists say themselves.

use std::collections::{HashMap, HashSet};

use super::clues::Clues;
use super::form::{Part, SignedForm};
use super::mailbox::{Mailbox, mailboxes};
use super::rules::usual_case;
use super::story::Story;
use super::text::{collapsed, shown};
use super::value::told;
use crate::explain::quote::quote;
use crate::explain::{Cause, Explanation, Proof};
use crate::identifier::DomainName;
use crate::signature::Signature;

/// Fields that stand in almost every message: signed and not there, they may have been removed.
const ALWAYS_THERE: [&str; 5] = ["date", "message-id", "subject", "to", "mime-version"];
/// Those of them that some signers oversign, present or not.
const CLOSED: [&str; 2] = ["subject", "mime-version"];

/// What may have happened by the traces of it.
pub(super) fn find(
    form: &SignedForm<'_>,
    clues: &Clues<'_>,
    signature: &Signature,
    found: &mut Vec<Explanation>,
) {
    add_copies(form, clues, found);
    let has = |found: &[Explanation], name: &str| {
        let mut fields = found.iter().filter_map(|each| each.field.as_deref());
        fields.any(|field| field.eq_ignore_ascii_case(name))
    };
    if !has(found, "subject") {
        found.extend(subject(form, clues));
    }
    if !has(found, "from") {
        found.extend(author(form, clues, signature));
    }
    // Signers that let nobody add a Subject or MIME fields name those once that are absent.
    let is_closed =
        |part: &Part| CLOSED.contains(&part.name.as_str()) && part.slots.len() > part.now.len();
    let closes = form
        .parts
        .iter()
        .any(|part| !part.now.is_empty() && is_closed(part));
    let was_absent = |part: &Part| closes && is_closed(part) && part.slots.len() == 1;
    for part in form
        .parts
        .iter()
        .filter(|part| part.now.is_empty() && !was_absent(part))
    {
        if ALWAYS_THERE.contains(&part.name.as_str()) && !has(found, &part.name) {
            let name = usual_case(&part.name);
            let detail = format!(
                "the signature covers a {name} field and there is none: it was removed, or there \
                 was none when it was signed"
            );
            found.push(Story::of(Cause::HeaderRemoved, &name, detail).told(Proof::Possible));
        }
    }
    let id = form.part("message-id").and_then(|part| part.now.first());
    if id.is_some_and(|id| id.value().ends_with(b"amazonses.com>")) {
        let detail = "the Message-ID field looks like those that Amazon SES writes in place of the \
                      sender's, which breaks a signature that was made before";
        let story = Story::of(Cause::HeaderValueChanged, "Message-ID", detail.to_owned());
        found.push(story.told(Proof::Possible));
    }
}

/// Signed fields that `z=` has otherwise.
fn add_copies(form: &SignedForm<'_>, clues: &Clues<'_>, found: &mut Vec<Explanation>) {
    let mut values: HashMap<&str, HashSet<Vec<u8>>> = HashMap::new();
    for copy in &clues.copies {
        let Some(part) = form.part(&copy.part) else {
            continue;
        };
        let values = values.entry(&copy.part).or_insert_with(|| {
            part.now
                .iter()
                .map(|field| collapsed(field.value()))
                .collect()
        });
        let (name, then) = (copy.field.shown_name(), collapsed(copy.field.value()));
        if values.contains(&then) {
            continue;
        }
        let story = match part.now.first() {
            Some(now) => Story::of_value(&name, now.value(), &then, &clues.lists),
            None => Story {
                detail: format!(
                    "a {name} field was removed; z= says that it was {}",
                    told(&name, &then)
                ),
                ..Story::of_removed(&name, &then)
            },
        };
        found.push(story.told(Proof::Likely));
    }
}

/// A tag in the Subject, and whether it is that of a list. An answer has the list's tag from what it
/// answers.
fn subject(form: &SignedForm<'_>, clues: &Clues<'_>) -> Option<Explanation> {
    let text = shown(form.part("subject")?.now.first()?.value());
    let front = text.trim_start_matches(|character: char| !matches!(character, '[' | '{' | '*'));
    let start = text.len() - front.len();
    // Behind an answer's mark at most.
    let near = start == 0 || (start <= 6 && text[..start].trim_end().ends_with(':'));
    let end = front.find([']', '}'])? + 1;
    let (tag, behind) = front.split_at_checked(end).filter(|_| near)?;
    let inner = tag.trim_matches(['[', ']', '{', '}']);
    let of_list = clues
        .lists
        .iter()
        .any(|name| name.eq_ignore_ascii_case(inner));
    let behind = behind.split_ascii_whitespace().next().unwrap_or_default();
    let answers = ["in-reply-to", "references"]
        .iter()
        .any(|name| clues.text_of(name).is_some());
    let is_answer = start > 0 || behind.ends_with(':') || answers;
    let tag = quote(tag.as_bytes());
    let (proof, detail) = match (of_list, is_answer) {
        (true, false) => (
            Proof::Likely,
            format!("the Subject has the tag {tag} of a mailing list"),
        ),
        (true, true) => return None,
        (false, _) => (
            Proof::Possible,
            format!("the Subject has the tag {tag}, which may have been added"),
        ),
    };
    Some(Story::of(Cause::SubjectTagged, "Subject", detail).told(proof))
}

/// A From field of another domain than the one that signed, as mailing lists write it: with "via" in
/// it, or beside a field that has an address of the signer. Anybody can write either.
fn author(form: &SignedForm<'_>, clues: &Clues<'_>, signature: &Signature) -> Option<Explanation> {
    let signer = signature.domain.domain();
    let is_of_signer = |each: &Mailbox| {
        let domain = each.address.rsplit('@').next().unwrap_or_default();
        DomainName::parse(domain.as_bytes())
            .is_ok_and(|domain| domain.is_within(signer) || signer.is_within(&domain))
    };
    let field = form.part("from")?.now.first()?;
    let now = mailboxes(field.value())?;
    let kept = clues
        .originals
        .iter()
        .filter_map(|(_, text)| mailboxes(text.as_bytes()));
    let kept = kept.flatten().find(is_of_signer);
    let is_via = now.iter().any(|each| each.name().contains(" via "));
    if now.iter().any(is_of_signer) || !is_via && kept.is_none() {
        return None;
    }
    let mut detail = format!(
        "the From field is {}, which is not of the domain that signed: mailing lists rewrite it so",
        told("From", field.value())
    );
    if let Some(kept) = &kept {
        detail += &format!("; another field has {}", quote(kept.address.as_bytes()));
    }
    Some(Story::of(Cause::FromRewritten, "From", detail).told(Proof::Possible))
}
