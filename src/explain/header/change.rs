//! What a change of a field is called, and how it is told.

use std::rc::Rc;

use super::alternative::{Change, Story};
use super::subject::is_tagging;
use super::text::{collapsed, shown};
use super::value::{says_the_same, told};
use crate::explain::Cause;
use crate::syntax::folding::without_fws;

/// What a change of a field's value is called; `lists` are the names of lists that may have put
/// tags into a Subject.
pub(super) fn classify(name: &str, now: &[u8], then: &[u8], lists: &[String]) -> Cause {
    if collapsed(now) == collapsed(then) {
        return Cause::HeaderWhitespaceChanged;
    }
    if says_the_same(name, now, then) {
        return Cause::HeaderReencoded;
    }
    if name.eq_ignore_ascii_case("from") {
        return Cause::FromRewritten;
    }
    if name.eq_ignore_ascii_case("subject") && is_tagging(now, then, lists) {
        Cause::SubjectTagged
    } else {
        Cause::HeaderValueChanged
    }
}

impl Story {
    /// White space of a field was changed, which had this value, and nothing else.
    pub(super) fn of_spaces(field: &str, then: &[u8]) -> Self {
        let detail = format!(
            "white space or folds of the {field} field were changed, where the signature covers \
             them"
        );
        Self {
            original: Some(shown(then)),
            ..Self::of(Cause::HeaderWhitespaceChanged, field, detail)
        }
    }

    /// A story about a field whose value was another. Whatever led to it, white space that is of
    /// another width or folded is no more than that. White space that came or went makes another
    /// value: `1 000` is not `1000`.
    pub(super) fn of_value(cause: Cause, field: &str, now: &Rc<[u8]>, then: Vec<u8>) -> Self {
        if collapsed(now) == collapsed(&then) {
            return Self::of_spaces(field, &then);
        }
        let is_writing = matches!(cause, Cause::HeaderReencoded | Cause::HeaderRecased);
        let cause = if without_fws(now) == without_fws(&then) && !is_writing {
            Cause::HeaderValueChanged
        } else {
            cause
        };
        let now = Rc::clone(now);
        Self {
            change: Some(Change { now, then }),
            ..Self::of(cause, field, String::new())
        }
    }

    /// The name of a field was written in another letter case.
    pub(super) fn of_name(now: &str, then: &str) -> Self {
        Self {
            original: Some(then.to_owned()),
            ..Self::of(
                Cause::HeaderRecased,
                now,
                format!("the name of the {now} field was written {then} when it was signed"),
            )
        }
    }

    /// A field was removed that had this value.
    pub(super) fn of_removed(field: &str, then: &[u8]) -> Self {
        let detail = format!("a {field} field was removed; it was {}", told(field, then));
        Self {
            original: Some(shown(then)),
            ..Self::of(Cause::HeaderRemoved, field, detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Proof;

    #[test]
    fn changes_have_names() {
        let check = |name: &str, now: &str, then: &str, expected: Cause| {
            let cause = classify(name, now.as_bytes(), then.as_bytes(), &["board".to_owned()]);
            let story = Story::of_value(cause, name, &now.as_bytes().into(), then.into());
            let story = story.told(Proof::Likely);
            assert_eq!(story.cause, expected, "{now:?} {then:?}");
            assert_eq!(story.original.as_deref(), Some(then.trim()));
        };
        let (value, tagged) = (Cause::HeaderValueChanged, Cause::SubjectTagged);
        check("To", " a\r\n b", " a b", Cause::HeaderWhitespaceChanged);
        check("Subject", " Pay 1 000", " Pay 1000", value);
        check("Subject", " 1, 100", " 1,100", value);
        check("From", " Joe D <a@b>", " JoeD <a@b>", value);
        check("From", " Eve <a@b>", " Joe <a@b>", Cause::FromRewritten);
        check("Subject", " [x] Pay", " Pay", tagged);
        check("Subject", " Pay", " [x] Pay", tagged);
        check("Subject", " board Pay", " Pay", tagged);
        check("Subject", " SPAM? Pay", " Pay", tagged);
        check("Subject", " Do not Pay", " Pay", value);
        check("Subject", " Pay 100 000", " Pay 100", value);
        check("Subject", " Pay 100 [x]", " Pay 100", tagged);
        let recoded = Cause::HeaderReencoded;
        check(
            "Subject",
            " =?utf-8?q?=C3=BC?=",
            " =?utf-8?b?w7w=?=",
            recoded,
        );
    }
}
