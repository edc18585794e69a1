//! What is rewritten is made here by hand, apart from the code that undoes it.

mod hypotheses;

use super::{Signed, assert_proven};
use crate::explain::Cause;
use crate::message::LineEndings;

const TEXT: &str = "One\r\n\r\n.two\r\nFrom here  on\r\n\tthree \r\n--\u{20}\r\nfour\r\n";

fn check(tags: &str, original: &str, received: &str, causes: &[Cause], words: &str) {
    let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
    assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
    // And with a footer.
    let received = format!("{received}-----\r\nfooter\r\n");
    let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
    assert!(explained.explanations.len() > causes.len(), "{received:?}");
    let causes = [causes, &[Cause::ContentAppended]].concat();
    assert_proven(
        &explained,
        &causes,
        "-- footer",
        &format!("{tags} {received:?}"),
    );
}

const BOTH: [&str; 2] = ["relaxed/relaxed", "simple/simple"];

#[test]
fn line_ends() {
    let cause = [Cause::LineEndingsChanged];
    for tags in BOTH {
        let check = |received: &str, words| check(tags, TEXT, received, &cause, words);
        check(
            &TEXT.replace("\r\n", "\r\r\n"),
            "CRLF became CR CR LF: 7 lines",
        );
        check(&TEXT.replace("\r\n", "\r"), "CRLF became a bare CR");
        check(
            &TEXT.replace("\r\n", "\r\n\r\n"),
            "every other line is empty",
        );
        let strict = Signed {
            line_endings: LineEndings::Strict,
            ..Signed::new(tags)
        };
        let received = TEXT.replace("\r\n", "\n");
        let explained = strict.explain(TEXT.as_bytes(), received.as_bytes());
        assert_proven(&explained, &cause, "CRLF became a bare LF: 7 lines", tags);
    }
}

#[test]
fn beginnings() {
    for tags in BOTH {
        let check = |original: &str, received: &str, cause, words| {
            check(tags, original, received, &[cause], words);
        };
        let dots = Cause::DotStuffing;
        check(
            TEXT,
            &TEXT.replace(".two", "..two"),
            dots,
            "doubled: 1 line was",
        );
        check(
            TEXT,
            &TEXT.replace(".two", "two"),
            dots,
            "removed: 1 line was",
        );
        check("..a\r\n.b\r\n", ".a\r\n.b\r\n", dots, "removed: 1 line was");
        let from = Cause::FromStuffing;
        check(
            TEXT,
            &TEXT.replace("From", ">From"),
            from,
            "became \">From \": 1 line was",
        );
        check(
            &TEXT.replace("From", ">From"),
            TEXT,
            from,
            "became \"From \": 1 line was",
        );
        check(
            ">From a\r\nFrom b\r\n>>From c\r\n",
            ">>From a\r\n>From b\r\n>>>From c\r\n",
            from,
            "quoted or not",
        );
        check(
            "From a\r\n>From b\r\nFrom c\r\n",
            ">From a\r\n>From b\r\n>From c\r\n",
            from,
            "2 lines were",
        );
    }
}

#[test]
fn white_space() {
    let check = |tags, original: &str, received: &str, words| {
        check(tags, original, received, &[Cause::WhitespaceChanged], words);
    };
    let simple = "simple/simple";
    check(
        simple,
        "One\r\ntwo\r\n",
        "One  \r\ntwo\t\r\n",
        "at the end of lines: 2 lines",
    );
    check(
        simple,
        "One\r\n-- \r\nJoe\r\n",
        "One\r\n--\r\nJoe\r\n",
        "\"--\"",
    );
    check(
        simple,
        "One \r\ntwo\r\n\r\nthree\r\n",
        "One\r\ntwo\r\n\r\nthree\r\n",
        "flowed",
    );
    check(
        simple,
        "One\ttwo\r\n\tx\r\n",
        "One     two\r\n        x\r\n",
        "next column",
    );
    check(
        simple,
        "\tHotel:\t\tone  two\r\n\tDinner:\t\tone\r\n",
        "        Hotel:          one  two\r\n        Dinner:         one\r\n",
        "next column of eight: 2 lines",
    );
    check(
        simple,
        "\t  One\t\ttwo\r\n",
        "          One           two\r\n",
        "some with spaces behind",
    );
    check(
        simple,
        "\tOne  seventeen...  x\r\n",
        "        One  seventeen...  x\r\n",
        "next column of eight",
    );
    check(
        simple,
        "\tOne     two\r\n",
        "        One     two\r\n",
        "TABs at the beginning",
    );
    check(simple, "One     two\r\n", "One\ttwo\r\n", "became TABs");
    for tags in BOTH {
        check(
            tags,
            "One\r\ntwo\r\n",
            " One\r\n two\r\n",
            "a space was put before",
        );
        check(
            tags,
            "One\r\n\ttwo\r\n",
            " One\r\n \ttwo\r\n",
            "a space was put before",
        );
        check(
            tags,
            "\r\nOne\r\n",
            "One\r\n",
            "empty lines at the beginning",
        );
    }
}

#[test]
fn long_lines() {
    let long = "x".repeat(2500);
    let original = format!("a\r\n{long}\r\nb\r\n");
    let cut = |at: usize, before: &str, behind: &str| {
        let first = at - before.len();
        let then = first - behind.len();
        format!(
            "a\r\n{}{before}\r\n{behind}{}{before}\r\n{behind}{}\r\nb\r\n",
            &long[..first],
            &long[first..first + then],
            &long[first + then..]
        )
    };
    for tags in BOTH {
        let check = |received: &str, words| {
            check(tags, &original, received, &[Cause::LinesRewrapped], words);
        };
        check(&cut(998, "", " "), "after 998 bytes, with a space");
        check(&cut(998, "", ""), "after 998 bytes: ");
        check(&cut(990, "!", " "), "after 990 bytes, with \"!\"");
        check(&cut(950, "", ""), "long lines were cut: ");
    }
}

#[test]
fn wrapped_text() {
    let words = "words of different lengths that make up a paragraph of text ".repeat(6);
    let mut wrapped = String::new();
    let mut column = 0;
    for word in words.split_whitespace() {
        if column > 0 && column + 1 + word.len() > 76 {
            wrapped += "\r\n";
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += word.len();
    }
    for tags in BOTH {
        let original = format!("Hello\r\n\r\n{}\r\n\r\nbye\r\n", words.trim_end());
        let received = format!("Hello\r\n\r\n{wrapped}\r\n\r\nbye\r\n");
        let cause = [Cause::LinesRewrapped];
        check(
            tags,
            &original,
            &received,
            &cause,
            "wrapped to lines of no more than 7",
        );
    }
}

#[test]
fn two_at_once() {
    let received = TEXT.replace("From", ">From").replace("\r\n", "\r\r\n");
    let causes = [Cause::LineEndingsChanged, Cause::FromStuffing];
    check("relaxed/relaxed", TEXT, &received, &causes, "");
}

/// Where few lines are changed, the first is shown.
#[test]
fn what_is_shown() {
    let check = |original: &str, received: &str, cause, words, was: Option<&str>| {
        let signed = Signed::new("relaxed/relaxed");
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        assert_proven(&explained, &[cause], words, received);
        assert_eq!(explained.explanations[0].original.as_deref(), was);
    };
    check(
        "Pay\r\n.50 EUR\r\n",
        "Pay\r\n50 EUR\r\n",
        Cause::DotStuffing,
        "1 line was changed: “50 EUR”, originally “.50 EUR”",
        Some(".50 EUR"),
    );
    check(
        "From a\r\nFrom b\r\n",
        ">From a\r\n>From b\r\n",
        Cause::FromStuffing,
        "2 lines were changed, the first: “>From a”, originally “From a”",
        None,
    );
    let many = ".a\r\n".repeat(4);
    check(
        &many,
        &many.replace('.', ".."),
        Cause::DotStuffing,
        "doubled: 4 lines were changed",
        None,
    );
}
