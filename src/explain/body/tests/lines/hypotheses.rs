//! Each hypothesis in one canonicalization that shows it, with words of what is said.

use crate::explain::Cause;
use crate::explain::body::rules::PREAMBLES;
use crate::explain::body::tests::{Signed, assert_proven};

const SIMPLE: &str = "simple/simple";
const RELAXED: &str = "relaxed/relaxed";

fn check(tags: &str, original: &str, received: &str, cause: Cause, words: &str) {
    check_in(
        "",
        tags,
        original.as_bytes(),
        received.as_bytes(),
        cause,
        words,
    );
}

fn check_in(fields: &str, tags: &str, original: &[u8], received: &[u8], cause: Cause, words: &str) {
    let signed = Signed {
        fields,
        ..Signed::new(tags)
    };
    let explained = signed.explain(original, received);
    let what = format!("{words} {:?}", String::from_utf8_lossy(received));
    assert_proven(&explained, &[cause], words, &what);
}

#[test]
fn lines_and_white_space() {
    let space = Cause::WhitespaceChanged;
    let ends = Cause::LineEndingsChanged;
    let lines = "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n";
    let mark = Cause::ContentInserted;
    check(
        RELAXED,
        "one\r\n",
        "\u{feff}one\r\n",
        mark,
        "byte order mark",
    );
    check(
        SIMPLE,
        &lines.replace('\n', "\r\n"),
        lines,
        ends,
        "CR CR LF",
    );
    check(
        SIMPLE,
        &lines.replace("\r\n", "\r\n\r\n"),
        &format!("{lines}\r\n").replace("five\r\n\r\n", "five\r\n"),
        ends,
        "removed everywhere",
    );
    check(
        RELAXED,
        "one two\r\n",
        "one\r two\r\n",
        ends,
        "bare CRs were put in",
    );
    check(
        SIMPLE,
        "one \r\n\r\ntwo \r\n",
        "one\r\n\r\ntwo\r\n",
        space,
        "at the end of all lines",
    );
    check(
        SIMPLE,
        "one\r\n \r\ntwo\r\n",
        "one\r\n\r\ntwo\r\n",
        space,
        "otherwise empty lines",
    );
    check(
        RELAXED,
        " one\r\n two\r\n",
        "one\r\ntwo\r\n",
        space,
        "before all lines was removed",
    );
    let tabs = "\tone\r\nx\ttwo\r\n";
    check(
        SIMPLE,
        "\tone\r\n\t\ttwo\r\n",
        " one\r\n  two\r\n",
        space,
        "each TAB became a space",
    );
    check(
        SIMPLE,
        tabs,
        &tabs.replace('\t', "    "),
        space,
        "TAB became four spaces",
    );
    check(
        SIMPLE,
        tabs,
        &tabs.replace('\t', "        "),
        space,
        "became eight spaces",
    );
    check(
        SIMPLE,
        "x  y\r\n",
        "x\t\ty\r\n",
        space,
        "a space became a TAB: 1 line was changed: “x\t\ty”, originally “x  y”",
    );
    check(RELAXED, "a b\r\n", "a\u{a0}b\r\n", space, "no-break");
}

#[test]
fn charsets() {
    let recoded = Cause::TransferEncodingChanged;
    let (utf8, latin1) = ("Gr\u{fc}\u{df}e\r\n".as_bytes(), b"Gr\xfc\xdfe\r\n");
    check_in(
        "",
        RELAXED,
        utf8,
        latin1,
        recoded,
        "from UTF-8 to ISO-8859-1",
    );
    check_in(
        "",
        RELAXED,
        latin1,
        utf8,
        recoded,
        "from ISO-8859-1 or windows-1252 to UTF-8",
    );
}

#[test]
fn cuts() {
    for (length, behind) in [(1000, ""), (1024, ""), (2048, ""), (2048, " ")] {
        let long = "x".repeat(length + 100);
        let (first, rest) = long.split_at(length);
        check(
            RELAXED,
            &format!("{long}\r\n"),
            &format!("{first}\r\n{behind}{rest}\r\n"),
            Cause::LinesRewrapped,
            &format!("after {length} bytes"),
        );
    }
}

#[test]
fn preambles() {
    let multipart = "Content-Type: multipart/mixed; boundary=b\r\n";
    let recoded = Cause::TransferEncodingChanged;
    let parts = "--b\r\n\r\none\r\n--b--\r\n";
    for text in PREAMBLES.into_iter().filter(|text| !text.trim().is_empty()) {
        let original = format!("{text}{parts}");
        let words = "the text before the first boundary line was removed: “This is a";
        let [original, parts] = [original.as_bytes(), parts.as_bytes()];
        check_in(multipart, SIMPLE, original, parts, recoded, words);
    }
    let [original, other] = ["\r\n", ""].map(|before| format!("{before}{parts}"));
    let [original, other] = [original.as_bytes(), other.as_bytes()];
    let words = "empty lines before the first boundary line were";
    check_in(
        multipart,
        SIMPLE,
        original,
        other,
        Cause::TrailingLinesChanged,
        words,
    );
    // What nobody is used to is no work of programs.
    let usual = PREAMBLES[2];
    check_in(
        multipart,
        SIMPLE,
        format!("{usual}{parts}").as_bytes(),
        format!("Pay 900 EUR to Eve\r\n{parts}").as_bytes(),
        Cause::ContentPrepended,
        "was changed: “Pay 900 EUR to Eve”, originally “This is a multi-part message in MIME",
    );
}
