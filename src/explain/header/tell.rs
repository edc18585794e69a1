//! What happened to the header, told from the fields as they are and as they were: in one place,
//! whatever rules led there.

use super::clues::Clues;
use super::form::{Entry, Part, SignedForm};
use super::rules::without_space_before_b;
use super::search::Found;
use super::start::Writing;
use super::story::Story;
use super::text::collapsed;
use super::value::{told, told_both};
use crate::explain::{Cause, Explanation, Proof};
use crate::signature::FIELD_NAME;
use crate::syntax::folding::without_fws;
use crate::syntax::tag_list::TagList;
use crate::syntax::words::in_a_row;

/// So many fields that were added are told with their values, and so many names with both writings.
const TOLD: usize = 3;
/// Where white space in the signature's own field is another.
const OWN_SPACE: &str = "have the signer hash its own field as it sends it, with the folds that it \
    has; if the signer does so, find what folds the field anew";

/// What happened, by what made the signature right.
pub(super) fn stories(form: &SignedForm<'_>, clues: &Clues<'_>, found: &Found<'_>) -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    let preset = found.start.preset.iter();
    let is_open = |place: usize| found.then.iter().all(|(other, _)| *other != place);
    for (place, then) in found
        .then
        .iter()
        .chain(preset.filter(|(place, _)| is_open(*place)))
    {
        let part = &form.parts[*place];
        let of_part = if part.is_own {
            of_own(form, &part.now[0], &then[0])
        } else {
            of_part(form, clues, part, then)
        };
        for story in of_part {
            // The same change of two fields is told once.
            if !stories.contains(&story) {
                stories.push(story);
            }
        }
    }
    stories.splice(0..0, of_start(form, clues, found));
    stories
}

/// What happened to the header as a whole; of a few fields each is told.
fn of_start(form: &SignedForm<'_>, clues: &Clues<'_>, found: &Found<'_>) -> Vec<Story> {
    let start = found.start;
    if let Writing::By(mistake) = start.writing {
        let (told, remedy) = mistake.told();
        let detail = if found.then.is_empty() {
            format!("the header is as it was when it was signed: {told}")
        } else {
            told
        };
        let story = Story::of(Cause::CanonicalizationMislabelled, FIELD_NAME, detail);
        return vec![story.with_remedy(remedy)];
    }
    let parts = form
        .parts
        .iter()
        .enumerate()
        .filter(|(at, part)| !part.is_own && found.then.iter().all(|(other, _)| other != at));
    let fields = parts.flat_map(|(_, part)| part.signed(&part.now));
    let written = fields.map(|now| (now, start.writing.rewritten(now)));
    let written: Vec<_> = written.filter(|(now, then)| *now != then).collect();
    if written.len() <= TOLD {
        let each = written
            .iter()
            .flat_map(|(now, then)| of_field(form, clues, now, then));
        return each.collect();
    }
    let names = written
        .iter()
        .filter(|(now, then)| now.name() != then.name());
    let names =
        names.map(|(now, then)| format!("{}, which was {}", now.shown_name(), then.shown_name()));
    let names: Vec<_> = names.collect();
    let (cause, detail) = if let Writing::Words(_) = start.writing {
        let fields: Vec<_> = written.iter().map(|(now, _)| now.shown_name()).collect();
        let detail = format!(
            "the encoded words of {} header fields were written in another way when they were \
             signed: {} and others",
            fields.len(),
            fields[..TOLD].join(", ")
        );
        (Cause::HeaderReencoded, detail)
    } else if names.is_empty() {
        let detail = "white space or folds of several header fields were changed, which the \
                      signature covers under c=simple";
        (Cause::HeaderWhitespaceChanged, detail.to_owned())
    } else {
        let first = &names[..names.len().min(TOLD)];
        let more = names.len() - first.len();
        let detail = format!(
            "the names of several header fields were written in another letter case when they were \
             signed: {}; and {more} more",
            first.join("; ")
        );
        (Cause::HeaderRecased, detail)
    };
    vec![Story {
        field: None,
        ..Story::of(cause, "", detail)
    }]
}

/// What happened to the fields of one name.
fn of_part(form: &SignedForm<'_>, clues: &Clues<'_>, part: &Part, then: &[Entry]) -> Vec<Story> {
    let name = part.shown_name();
    let signed = part.signed(then);
    let place = |entry: &Entry| part.now.iter().position(|now| now.origin == entry.origin);
    let places: Vec<usize> = signed.iter().filter_map(place).collect();
    // All that are not among them are gone where a slot is free, else those below the highest.
    let highest = places.iter().max().map_or(0, |place| place + 1);
    let is_free = signed.len() < part.slots.len();
    let reach = if is_free {
        part.now.len()
    } else {
        highest.max(part.slots.len())
    };
    let near = part.now.iter().enumerate().take(reach);
    let (left, gone): (Vec<_>, Vec<_>) = near.partition(|(at, _)| places.contains(at));
    let [left, gone] =
        [left, gone].map(|list| list.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>());
    let mut stories = Vec::new();
    if !gone.is_empty() {
        stories.push(of_added(&name, &gone, &left));
    }
    let mut seen: Vec<usize> = Vec::new();
    for entry in signed {
        match place(entry) {
            None => stories.push(Story::of_removed(&name, &known(form, entry.value()))),
            Some(at) if seen.contains(&at) => {
                let detail = format!(
                    "there were two equal {name} fields when it was signed, or the signer counted \
                     one twice"
                );
                stories.push(Story::of(Cause::HeaderRemoved, &name, detail));
            }
            Some(at) => {
                seen.push(at);
                stories.extend(of_field(form, clues, &part.now[at], entry));
            }
        }
    }
    if !seen.is_sorted() {
        let then: Vec<&Entry> = seen.iter().map(|&at| &part.now[at]).collect();
        stories.push(of_order(&name, &left, &then));
    }
    stories
}

/// A field was written otherwise.
fn of_field(form: &SignedForm<'_>, clues: &Clues<'_>, now: &Entry, then: &Entry) -> Vec<Story> {
    let (name, name_then) = (now.shown_name(), then.shown_name());
    let mut stories = Vec::new();
    if form.is_simple() && name != name_then {
        let detail = renamed(&name, &name_then);
        stories.push(Story::of(Cause::HeaderRecased, &name, detail).with_original(name_then));
    }
    let (value, value_then) = (now.value(), known(form, then.value()));
    let is_same = if form.is_simple() {
        value == value_then && (!stories.is_empty() || now.name() == then.name())
    } else {
        collapsed(value) == value_then
    };
    if !is_same {
        stories.push(Story::of_value(&name, value, &value_then, &clues.lists));
    }
    stories
}

fn renamed(now: &str, then: &str) -> String {
    format!(
        "the name of the {now} field was written {then} when it was signed; now it is written {now}"
    )
}

/// As much of a value as the signature knows of it (RFC 6376 §3.4.2).
fn known(form: &SignedForm<'_>, value: &[u8]) -> Vec<u8> {
    if form.is_simple() {
        value.to_vec()
    } else {
        collapsed(value)
    }
}

/// Some fields were added to those that are left.
fn of_added(name: &str, gone: &[&Entry], left: &[&Entry]) -> Story {
    let is_left = |entry: &&&Entry| {
        let value = collapsed(entry.value());
        left.iter().any(|other| collapsed(other.value()) == value)
    };
    if gone.iter().all(|entry| is_left(&entry)) {
        let more = match gone.len() {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let detail = format!("the {name} field is there {more} more than when it was signed");
        return Story::of(Cause::HeaderDuplicated, name, detail);
    }
    // As they stand in the message, from the top.
    let values = gone.iter().rev().map(|entry| told(name, entry.value()));
    let mut values: Vec<String> = values.take(TOLD).collect();
    if gone.len() > TOLD {
        values.push(format!("{} more", gone.len() - TOLD));
    }
    let values = in_a_row(&values, "and");
    let (fields, were) = match gone.len() {
        1 => (format!("a {name} field"), "one was".to_owned()),
        count => (format!("{count} {name} fields"), format!("{count} were")),
    };
    let detail = if left.is_empty() {
        format!("there was no {name} field when it was signed; {were} added: {values}")
    } else {
        let verb = if gone.len() == 1 { "was" } else { "were" };
        format!("{fields} {verb} added after it was signed: {values}")
    };
    Story::of(Cause::HeaderAdded, name, detail)
}

/// Fields stood in another order: which is the first, from the lowest, that stood elsewhere.
fn of_order(name: &str, now: &[&Entry], then: &[&Entry]) -> Story {
    let mut places = (1..).zip(now.iter().zip(then));
    let moved = places.find(|(_, (now, then))| now.value() != then.value());
    let what = moved.map_or_else(
        || "they are all alike".to_owned(),
        |(at, (now, then))| {
            let place = match at {
                1 => "the lowest".to_owned(),
                at => format!("number {at} from below"),
            };
            let ([now, then], end) = told_both(name, now.value(), then.value());
            format!("{place} was {then}, and now is {now}{end}")
        },
    );
    let detail = format!("the {name} fields stood in another order when they were signed: {what}");
    Story::of(Cause::HeaderReordered, name, detail)
}

/// What `explain` looks for, to tell that `l=` was not what it is.
const LENGTH_ADDED: &str = "l= was added to the DKIM-Signature field";

/// Whether it is proven that `l=` is not what it was.
pub(in crate::explain) fn tells_length(each: &Explanation) -> bool {
    let is_length = |original: &String| original.starts_with("l=");
    each.proof == Proof::Proven
        && each.cause == Cause::SignatureFieldChanged
        && (each.original.as_ref().is_some_and(is_length) || each.detail.starts_with(LENGTH_ADDED))
}

/// What happened to the signature's own field.
fn of_own(form: &SignedForm<'_>, now: &Entry, then: &Entry) -> Vec<Story> {
    let told = |detail: String| Story::of(Cause::SignatureFieldChanged, FIELD_NAME, detail);
    let mut stories = Vec::new();
    let (name, name_then) = (now.shown_name(), then.shown_name());
    if form.is_simple() && name != name_then {
        stories.push(told(renamed(&name, &name_then)));
    }
    let tags = |entry: &Entry| -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(&without_fws(bytes)).into_owned();
        let tags = TagList::parse(entry.value(), form.line_endings());
        let tags = tags.iter().flat_map(TagList::iter);
        tags.map(|tag| (text(tag.name), text(tag.value))).collect()
    };
    let (tags_now, tags_then) = (tags(now), tags(then));
    let value_in = |tags: &[(String, String)], name: &str| {
        let tag = tags.iter().find(|(other, _)| other == name);
        tag.map(|(_, value)| value.clone())
    };
    let count = stories.len();
    for (tag, value) in &tags_now {
        match value_in(&tags_then, tag) {
            None => stories.push(told(format!("{tag}= was added to the {FIELD_NAME} field"))),
            Some(then) if then == *value => {}
            Some(_) if tag == "bh" => stories.push(told(format!(
                "bh= of the {FIELD_NAME} field was changed; the body hash is right"
            ))),
            Some(then) => {
                let detail = format!("{tag}= of the {FIELD_NAME} field was changed; it was {then}");
                stories.push(told(detail).with_original(format!("{tag}={then}")));
            }
        }
    }
    if stories.len() == count && now.value() != then.value() {
        stories.push(told(of_own_space(form, now, then)).with_remedy(OWN_SPACE));
    }
    stories
}

/// How white space of the signature's own field was changed.
fn of_own_space(form: &SignedForm<'_>, now: &Entry, then: &Entry) -> String {
    let is_as_then =
        |value: &[u8]| form.canonical(&now.with_value(value), true) == form.canonical(then, true);
    if without_space_before_b(now.value()).is_some_and(|value| is_as_then(&value)) {
        return format!(
            "the white space before b= of the {FIELD_NAME} field was not there when it was hashed: \
             the signer put it there afterwards, or a system on the way did"
        );
    }
    let [end, end_then] = [now, then].map(|entry| entry.value().strip_suffix(b";"));
    if end.unwrap_or(now.value()) == end_then.unwrap_or(then.value()) {
        return format!("the semicolon at the end of the {FIELD_NAME} field came or went");
    }
    format!(
        "white space or folds of the {FIELD_NAME} field itself were changed: the signer folded it \
         after it had hashed it, or a system on the way did"
    )
}
