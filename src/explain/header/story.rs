//! What a change of a field is called, and how it is told.

use super::mailbox::{Mailbox, are_same, has_same_name, mailboxes};
use super::rules::{holds_addresses, is_tagging};
use super::text::{collapsed, shown};
use super::value::{describe, says_the_same, told};
use crate::explain::{Cause, Explanation, Proof};
use crate::syntax::folding::without_fws;
use crate::syntax::words::in_a_row;

/// Where addresses are the same, written otherwise.
const REWRITTEN: &str = "have the signer write addresses as mail servers do: a space behind each \
    comma, quotes round names with special characters; or have what rewrites them leave signed \
    mail alone";
/// What happened if a guess is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) cause: Cause,
    pub(super) field: Option<String>,
    pub(super) original: Option<String>,
    pub(super) detail: String,
    pub(super) remedy: &'static str,
}

impl Story {
    /// A story about a field of which nothing is quoted.
    pub(super) fn of(cause: Cause, field: &str, detail: String) -> Self {
        Self {
            cause,
            field: Some(field.to_owned()),
            original: None,
            detail,
            remedy: cause.remedy(),
        }
    }

    pub(super) fn told(self, proof: Proof) -> Explanation {
        Explanation {
            cause: self.cause,
            proof,
            detail: self.detail,
            field: self.field,
            original: self.original,
            remedy: self.remedy.into(),
        }
    }

    pub(super) fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }

    pub(super) fn with_original(self, original: String) -> Self {
        Self {
            original: Some(original),
            ..self
        }
    }

    /// A story about a field whose value was another.
    pub(super) fn of_value(name: &str, now: &[u8], then: &[u8], lists: &[String]) -> Self {
        let cause = classify(name, now, then, lists);
        let story = if cause == Cause::HeaderWhitespaceChanged {
            let detail = format!(
                "white space or folds of the {name} field were changed, where the signature \
                 covers them"
            );
            Self::of(cause, name, detail)
        } else {
            Self::of(cause, name, describe(name, now, then))
        };
        let story = story.with_original(shown(then));
        match rewriting(name, now, then).filter(|_| story.cause == Cause::HeaderValueChanged) {
            Some(how) => Self {
                detail: format!("{}; the addresses are the same, {how}", story.detail),
                ..story.with_remedy(REWRITTEN)
            },
            None => story,
        }
    }

    /// A field was removed that had this value.
    pub(super) fn of_removed(field: &str, then: &[u8]) -> Self {
        let detail = format!("a {field} field was removed; it was {}", told(field, then));
        Self::of(Cause::HeaderRemoved, field, detail).with_original(shown(then))
    }
}

/// What a change of a field's value is called; `lists` are the names of lists that may have put
/// tags into a Subject. White space that is of another width is no more than that; white space that
/// came or went makes another value: `1 000` is not `1000`.
fn classify(name: &str, now: &[u8], then: &[u8], lists: &[String]) -> Cause {
    let is = |other| name.eq_ignore_ascii_case(other);
    if collapsed(now) == collapsed(then) {
        Cause::HeaderWhitespaceChanged
    } else if says_the_same(name, now, then) {
        Cause::HeaderReencoded
    } else if without_fws(now) == without_fws(then) {
        Cause::HeaderValueChanged
    } else if holds_addresses(name) && is_recased(now, then) {
        Cause::HeaderRecased
    } else if is("from") && rewriting(name, now, then).is_none() {
        Cause::FromRewritten
    } else if is("subject") && is_tagging(now, then, lists) {
        Cause::SubjectTagged
    } else {
        Cause::HeaderValueChanged
    }
}

/// Whether two values have the same names and addresses but for the letter case of these.
fn is_recased(now: &[u8], then: &[u8]) -> bool {
    let (Some(now), Some(then)) = (mailboxes(now), mailboxes(then)) else {
        return false;
    };
    let is_same = |(now, then): (&Mailbox, &Mailbox)| {
        now.address.eq_ignore_ascii_case(&then.address) && has_same_name(now, then)
    };
    now.len() == then.len() && !are_same(&now, &then) && now.iter().zip(&then).all(is_same)
}

/// How the same names and addresses came to be written otherwise.
fn rewriting(name: &str, now: &[u8], then: &[u8]) -> Option<String> {
    let (now_list, then_list) = mailboxes(now).zip(mailboxes(then))?;
    if !holds_addresses(name) || !are_same(&now_list, &then_list) {
        return None;
    }
    let (now, then) = (collapsed(now), collapsed(then));
    let marks = [
        ("quotes", b'"'),
        ("angle brackets", b'<'),
        ("white space", b' '),
    ];
    let changed = marks.iter().filter_map(|(mark, octet)| {
        let count = |text: &[u8]| memchr::memchr_iter(*octet, text).count();
        match count(&now).cmp(&count(&then)) {
            std::cmp::Ordering::Greater => Some(format!("{mark} put in")),
            std::cmp::Ordering::Less => Some(format!("{mark} taken out")),
            std::cmp::Ordering::Equal => None,
        }
    });
    let changed: Vec<_> = changed.collect();
    Some(if changed.is_empty() {
        "written otherwise".to_owned()
    } else {
        format!("with {}", in_a_row(&changed, "and"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_names() {
        let check = |name: &str, now: &str, then: &str, expected: Cause| {
            let lists = ["board".to_owned()];
            let story = Story::of_value(name, now.as_bytes(), then.as_bytes(), &lists);
            assert_eq!(story.cause, expected, "{now:?} {then:?}");
            assert_eq!(story.original.as_deref(), Some(then.trim()));
        };
        let (value, tagged) = (Cause::HeaderValueChanged, Cause::SubjectTagged);
        check("To", " a\r\n b", " a b", Cause::HeaderWhitespaceChanged);
        check("Subject", " Pay 1 000", " Pay 1000", value);
        check("Subject", " 1, 100", " 1,100", value);
        check("From", " Joe D <a@b>", " JoeD <a@b>", value);
        check("From", " Eve <a@b>", " Joe <a@b>", Cause::FromRewritten);
        check("From", " \"Joe D\" <a@b>", " Joe D <a@b>", value);
        check(
            "To",
            " JOE@B.EXAMPLE",
            " joe@b.example",
            Cause::HeaderRecased,
        );
        check("Subject", " [x] Pay", " Pay", tagged);
        check("Subject", " Pay", " [x] Pay", tagged);
        check("Subject", " board Pay", " Pay", tagged);
        check("Subject", " SPAM? Pay", " Pay", tagged);
        check("Subject", " Do not Pay", " Pay", value);
        check("Subject", " Pay 100 000", " Pay 100", value);
        check("Subject", " Pay 100 [x]", " Pay 100", tagged);
        let (now, then) = (" =?utf-8?q?=C3=BC?=", " =?utf-8?b?w7w=?=");
        check("Subject", now, then, Cause::HeaderReencoded);
    }

    #[test]
    fn addresses_are_written_otherwise() {
        let check = |now: &str, then: &str, expected: &str| {
            let story = Story::of_value("To", now.as_bytes(), then.as_bytes(), &[]);
            let end = story.detail.rsplit("; ").next();
            assert_eq!(
                end,
                Some(&*format!("the addresses are the same, {expected}"))
            );
            assert_eq!(story.remedy, REWRITTEN);
        };
        check("a <a@b>, c@d", "a <a@b>,c@d", "with white space put in");
        check(
            "\"a\" <a@b>, <c@d>",
            "a <a@b>, c@d",
            "with quotes put in and angle brackets put in",
        );
        check("a@b", "<a@b>", "with angle brackets taken out");
    }
}
