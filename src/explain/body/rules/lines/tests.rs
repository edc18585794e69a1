//! What is rewritten is made here by hand, apart from the code that undoes it.

mod within;

use super::*;
use crate::explain::body::mime::Media;
use crate::explain::body::story::Story;
use crate::explain::body::told;

const TEXT: &str = "One\r\n\r\n.two\r\nFrom here  on\r\n\tthree \r\n--\u{20}\r\nfour\r\n";

/// What is told, as the most likely, of what makes one text of the other.
fn told(original: &[u8], received: &[u8], boundaries: &[Vec<u8>]) -> Option<Story> {
    let text = Text {
        boundaries,
        ..Text::of(received, Media::Text)
    };
    let all = undo(text);
    let right = all
        .iter()
        .filter(|each| each.edits.apply(received) == original);
    let likely = right.min_by_key(|each| each.cost)?;
    let mut stories = told::tell(&likely.change, &likely.edits, text, "body");
    assert_eq!(stories.len(), 1);
    stories.pop()
}

#[track_caller]
fn check(original: &str, received: &str, cause: Cause, words: &str) {
    check_bytes(original.as_bytes(), received.as_bytes(), cause, words);
}

#[track_caller]
fn check_bytes(original: &[u8], received: &[u8], cause: Cause, words: &str) {
    let story = told(original, received, &[]).expect("it is undone");
    assert_eq!(story.cause, cause, "{}", story.detail);
    assert!(story.detail.contains(words), "{}", story.detail);
}

#[test]
fn line_ends() {
    let check = |to: &str, words| {
        let received = TEXT.replace("\r\n", to);
        check(TEXT, &received, Cause::LineEndingsChanged, words);
    };
    check("\n", "CRLF became a bare LF: 7 lines");
    check("\r\r\n", "CRLF became CR CR LF: 7 lines were changed");
    check("\r", "CRLF became a bare CR");
    check("\r\n\r\n", "every other line is empty");
}

#[test]
fn empty_lines() {
    let text = "one\r\ntwo\r\nthree\r\nfour\r\n";
    let with_empty = text.replace("two\r\n", "two\r\n\r\n");
    let check = |original: &str, received: &str, words| {
        check(original, received, Cause::WhitespaceChanged, words);
    };
    let added = "an empty line was added after line 2 of the body, “two”";
    check(text, &with_empty, added);
    check(
        &with_empty,
        text,
        "an empty line was removed after line 2 of the body, “two”",
    );
    check(
        "\r\nOne\r\n",
        "One\r\n",
        "empty lines at the beginning were removed",
    );
    check(
        "One\r\n",
        "\r\nOne\r\n",
        "an empty line was added at the beginning",
    );
    let two = "a\r\n\r\nb\r\n\r\nc\r\nd\r\n";
    check(
        two,
        &two.replace("\r\n\r\n", "\r\n\r\n\r\n"),
        "an empty line was added in 2 places, the first after line 1 of the body, “a”",
    );
    check(
        &two.replace("\r\n\r\n", "\r\n\r\n\r\n"),
        two,
        "one of two empty lines was removed",
    );
    let (wide, tight) = ("a\r\n\r\nb\r\n\r\nc\r\n", "a\r\nb\r\nc\r\n");
    let words = "removed everywhere: 2 lines were changed, the first after line 1 of the body, “a”";
    super::tests::check(wide, tight, Cause::LineEndingsChanged, words);
}

#[test]
fn beginnings() {
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
    let quoted = TEXT.replace("From", ">From");
    check(TEXT, &quoted, from, "became \">From \": 1 line was");
    check(&quoted, TEXT, from, "became \"From \": 1 line was");
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

#[test]
fn long_lines() {
    let long = "x".repeat(2500);
    let original = format!("a\r\n{long}\r\nb\r\n");
    let check = |at: usize, before: &str, behind: &str, words| {
        let first = at - before.len();
        let (first, rest) = long.split_at(first);
        let (then, rest) = rest.split_at(first.len() - behind.len());
        let cut = format!("{before}\r\n{behind}");
        let received = format!("a\r\n{first}{cut}{then}{cut}{rest}\r\nb\r\n");
        check(&original, &received, Cause::LinesRewrapped, words);
    };
    check(998, "", " ", "after 998 bytes, with a space");
    check(998, "", "", "after 998 bytes: ");
    check(990, "!", " ", "after 990 bytes, with \"!\"");
    check(950, "", "", "long lines were cut: ");
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
    let base64 = "QUJD".repeat(19) + "\r\n";
    let attached = base64.repeat(3) + "QUI=\r\n";
    let original = format!("Hello\r\n\r\n{}\r\n\r\n{attached}", words.trim_end());
    let received = format!("Hello\r\n\r\n{wrapped}\r\n\r\n{attached}");
    check(
        &original,
        &received,
        Cause::LinesRewrapped,
        "wrapped to lines of no more than 7",
    );
}

#[test]
fn some_of_the_lines() {
    let original = ".a\r\n..b\r\n.c\r\n..d\r\n";
    let received = ".a\r\n.b\r\n.c\r\n.d\r\n";
    assert_eq!(told(original.as_bytes(), received.as_bytes(), &[]), None);
    let check = |original: &str, received: &str, words| {
        check(original, received, Cause::DotStuffing, words);
    };
    check(
        "..a\r\n..b\r\n.c\r\n",
        ".a\r\n.b\r\n.c\r\n",
        "2 lines were changed, the first: “.a”",
    );
    check(
        ".a\r\n..b\r\n..c\r\n",
        ".a\r\n.b\r\n.c\r\n",
        "2 lines were changed, the first: “.b”",
    );
    check(
        "..a\r\n.b\r\n..c\r\n",
        ".a\r\n.b\r\n.c\r\n",
        "2 lines were changed, the first: “.a”",
    );
    check(
        ".a\r\n..b\r\n.c\r\n",
        ".a\r\n.b\r\n.c\r\n",
        "1 line was changed: “.b”",
    );
}

#[test]
fn around_boundaries() {
    let b = [b"--b".to_vec()];
    let check = |original: &str, received: &str, cause, words| {
        let story = told(original.as_bytes(), received.as_bytes(), &b).expect("it is undone");
        assert_eq!(story.cause, cause, "{}", story.detail);
        assert!(story.detail.contains(words), "{}", story.detail);
    };
    let tight = "--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n";
    let wide = "--b\r\n\r\nx\r\n\r\n--b\r\n\r\ny\r\n\r\n--b--\r\n";
    let lines = Cause::TrailingLinesChanged;
    let added = "an empty line was added before boundary lines: 2 lines were changed";
    check(tight, wide, lines, added);
    let removed = "an empty line before boundary lines was removed: 3 lines were changed";
    check(&format!("\r\n{wide}"), tight, lines, removed);
    let usual = "This is a multi-part message in MIME format.\r\n";
    let with_text = format!("{usual}{tight}");
    let recoded = Cause::TransferEncodingChanged;
    check(
        &with_text,
        tight,
        recoded,
        "the text before the first boundary line was removed: “This",
    );
    check(
        tight,
        &with_text,
        Cause::ContentPrepended,
        "was added: “This is a multi-part",
    );
}

/// The first of the lines is shown.
#[test]
fn what_is_shown() {
    let check = |original: &str, received: &str, detail: &str, was: Option<&str>| {
        let story = told(original.as_bytes(), received.as_bytes(), &[]).unwrap();
        let found = story.explanation(crate::explain::Proof::Proven);
        assert_eq!(
            (&found.detail[..], found.original.as_deref()),
            (detail, was)
        );
    };
    check(
        "Pay\r\n.50 EUR\r\n",
        "Pay\r\n50 EUR\r\n",
        "the dot at the beginning of a line was removed: 1 line was changed: “50 EUR”, originally “.50 EUR”",
        Some(".50 EUR"),
    );
    check(
        "From a\r\nFrom b\r\n",
        ">From a\r\n>From b\r\n",
        "\"From \" at the beginning of lines became \">From \": 2 lines were changed, the first: \
         “>From a”, originally “From a”",
        None,
    );
    let many = ".a\r\n".repeat(4);
    check(
        &many,
        &many.replace('.', ".."),
        "the dot at the beginning of lines was doubled: 4 lines were changed, the first: “..a”, \
         originally “.a”",
        None,
    );
}

#[test]
fn relaxed_white_space_and_long_bodies_are_left_alone() {
    let count = |bytes: &str, relaxed| {
        let text = Text {
            relaxed,
            ..Text::of(bytes.as_bytes(), Media::Text)
        };
        undo(text).len()
    };
    let text = "one  two \r\n\tthree\r\n";
    assert!(count(text, true) < count(text, false));
    let long = text.repeat(SHORT / text.len() + 1);
    assert!(count(&long, false) < 80, "{}", count(&long, false));
    assert!(count(&text.repeat(2000), false) < 12_000);
}
