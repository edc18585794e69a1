//! White space in one place.

use super::{Signed, assert_proven};
use crate::explain::Cause;

const TEXT: &str = "Dear Joe,\r\n\r\n  pay   100 EUR,  please.\r\n-- \r\nSuzie\r\n";

#[test]
fn one_place() {
    let check = |received: &str, words: &str| {
        let explained = Signed::new("simple/simple").explain(TEXT.as_bytes(), received.as_bytes());
        assert_proven(&explained, &[Cause::WhitespaceChanged], words, received);
    };
    check(&TEXT.replace("Dear ", "Dear  "), "added in line 1");
    check(&TEXT.replace("EUR,  ", "EUR, "), "removed in line 3");
    check(
        &TEXT.replace("  pay", " pay"),
        "before some lines was removed: 1 line",
    );
}

#[test]
fn a_bare_carriage_return_ends_no_line() {
    let original = "Dear\rAnn, pay 100\r\nx  y   z\r\n";
    for (was, now) in [("Ann, ", "Ann,  "), ("pay 1", "pay  1")] {
        let received = original.replace(was, now);
        let signed = Signed::new("simple/simple");
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        let found = &explained.explanations[0];
        assert_eq!(
            found.cause,
            Cause::WhitespaceChanged,
            "{received:?}: {found:?}"
        );
    }
}

#[test]
fn words_are_no_white_space() {
    let received = TEXT.replace("pay   100", "pay  1 00");
    let explained = Signed::new("simple/simple").explain(TEXT.as_bytes(), received.as_bytes());
    assert_eq!(explained.explanations[0].cause, Cause::Unknown);
}
