//! What the header looks like where nothing could be proven.
//!
//! This looks at each field a few times at most, whatever the header is, and so is told after a
//! budget is spent, too.

use std::collections::{HashMap, HashSet};

use super::alternative::{Alternatives, Story};
use super::change::classify;
use super::form::Part;
use super::mailbox::mailboxes;
use super::text::{collapsed, shown};
use super::value::told;
use crate::explain::quote::quote;
use crate::explain::{Cause, Explanation, Proof};
use crate::identifier::DomainName;
use crate::signature::Signature;

/// Fields that stand in almost every message: signed and not there, they were removed.
const ALWAYS_THERE: [&str; 5] = ["date", "message-id", "subject", "to", "mime-version"];
/// Those of them that some signers oversign, present or not.
const CLOSED: [&str; 2] = ["subject", "mime-version"];

/// What may have happened by the traces of it; `of_another_header`: whether it is known that the
/// signature was made of another header.
pub(super) fn find(
    alternatives: &Alternatives<'_, '_>,
    signature: &Signature,
    of_another_header: bool,
    found: &mut Vec<Explanation>,
) {
    add_copies(alternatives, found);
    let has = |found: &[Explanation], name: &str| {
        found.iter().any(|each| {
            each.field
                .as_deref()
                .is_some_and(|field| field.eq_ignore_ascii_case(name))
        })
    };
    if !has(found, "subject") {
        found.extend(subject(alternatives));
    }
    if !has(found, "from") {
        found.extend(author(alternatives, signature));
    }
    let parts = &alternatives.form.parts;
    // Some signers name fields whether they are there or not.
    let names_absent = parts
        .iter()
        .any(|part| part.instances.is_empty() && !ALWAYS_THERE.contains(&part.name.as_str()));
    let proof = if of_another_header && !names_absent {
        Proof::Likely
    } else {
        Proof::Possible
    };
    // Signers that let nobody add a Subject or MIME fields name those once that are absent.
    let is_closed = |part: &Part| {
        CLOSED.contains(&part.name.as_str()) && part.slots.len() > part.instances.len()
    };
    let closes = parts
        .iter()
        .any(|part| !part.instances.is_empty() && is_closed(part));
    let was_absent = |part: &Part| closes && is_closed(part) && part.slots.len() == 1;
    for part in parts {
        let name = super::spacing::usual_case(&part.name);
        if part.instances.is_empty()
            && ALWAYS_THERE.contains(&part.name.as_str())
            && !was_absent(part)
            && !has(found, &name)
        {
            let detail = format!(
                "the signature covers a {name} field and there is none: it may have been removed"
            );
            found.push(Story::of(Cause::HeaderRemoved, &name, detail).told(proof));
        }
    }
}

/// Signed fields that `z=` has otherwise.
fn add_copies(alternatives: &Alternatives<'_, '_>, found: &mut Vec<Explanation>) {
    let form = alternatives.form;
    let mut values: HashMap<usize, HashSet<Vec<u8>>> = HashMap::new();
    for copy in &alternatives.copies {
        let part = &form.parts[copy.part];
        let fields = || {
            part.instances
                .iter()
                .filter_map(|&at| form.header.field(at))
        };
        let values = values
            .entry(copy.part)
            .or_insert_with(|| fields().map(|field| collapsed(field.value())).collect());
        let then = collapsed(&copy.value);
        if values.contains(&then) {
            continue;
        }
        let story = match fields().next() {
            Some(field) => {
                let now = field.value();
                let cause = classify(&copy.name, now, &then, &alternatives.lists);
                Story::of_value(cause, &copy.name, &now.into(), then)
            }
            None => Story {
                detail: format!(
                    "a {} field was removed; z= says that it was {}",
                    copy.name,
                    told(&copy.name, &then)
                ),
                ..Story::of_removed(&copy.name, &then)
            },
        };
        found.push(story.told(Proof::Likely));
    }
}

/// A tag in the Subject, and whether it is that of a list.
fn subject(alternatives: &Alternatives<'_, '_>) -> Option<Explanation> {
    let form = alternatives.form;
    let field = form.instances_of("subject").next()?.field;
    let text = shown(field.value());
    let front = text.trim_start_matches(|character: char| !matches!(character, '[' | '{' | '*'));
    let start = text.len() - front.len();
    // Behind an answer's mark at most.
    let near = start == 0 || (start <= 6 && text[..start].trim_end().ends_with(':'));
    let end = front.find([']', '}'])? + 1;
    let tag = front.get(..end).filter(|_| near)?;
    let inner = tag.trim_matches(['[', ']', '{', '}']);
    let of_list = alternatives
        .lists
        .iter()
        .any(|name| name.eq_ignore_ascii_case(inner));
    let (proof, detail) = if of_list {
        let detail = format!(
            "the Subject has the tag {} of a mailing list",
            quote(tag.as_bytes())
        );
        (Proof::Likely, detail)
    } else {
        let detail = format!(
            "the Subject has the tag {}, which may have been added",
            quote(tag.as_bytes())
        );
        (Proof::Possible, detail)
    };
    Some(Story::of(Cause::SubjectTagged, "Subject", detail).told(proof))
}

/// A From field of another domain than the one that signed, and one of that domain elsewhere.
fn author(alternatives: &Alternatives<'_, '_>, signature: &Signature) -> Option<Explanation> {
    let form = alternatives.form;
    let signer = signature.domain.domain();
    let is_of_signer = |address: &str| {
        let domain = address.rsplit('@').next().unwrap_or_default();
        DomainName::parse(domain.as_bytes())
            .is_ok_and(|domain| domain.is_within(signer) || signer.is_within(&domain))
    };
    let field = form.instances_of("from").next()?.field;
    let now = mailboxes(field.value())?;
    if now.iter().any(|each| is_of_signer(&each.address)) {
        return None;
    }
    for name in super::author::ORIGINALS {
        for other in form.header.fields_named(name).take(2) {
            let all = mailboxes(other.value()).unwrap_or_default();
            if let Some(author) = all.iter().find(|each| is_of_signer(&each.address)) {
                let detail = format!(
                    "the From field is of another domain than the signature, and {} has {}",
                    String::from_utf8_lossy(other.name()),
                    quote(author.address.as_bytes())
                );
                let story = Story {
                    original: Some(author.address.clone()),
                    ..Story::of(Cause::FromRewritten, "From", detail)
                };
                return Some(story.told(Proof::Likely));
            }
        }
    }
    let via = now.iter().any(|each| each.name().contains(" via "));
    via.then(|| {
        let detail = format!(
            "the From field is {}, as mailing lists rewrite it",
            told("From", field.value())
        );
        Story::of(Cause::FromRewritten, "From", detail).told(Proof::Likely)
    })
}
