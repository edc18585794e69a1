//! What signers do wrong, and what looks like it.

use super::*;

#[test]
fn lengths() {
    let check = |tags: &str, hashed: &str, received: &str, causes: &[Cause], words: &str| {
        let explained = Signed::new(tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
        assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
    };
    let wrong = [Cause::BodyLengthWrong];
    check("simple; l=0", TEXT, TEXT, &wrong, "l= says to sign 0 bytes");
    check(
        "simple; l=0",
        &TEXT[..8],
        TEXT,
        &wrong,
        "bh= is the hash of 8",
    );
    check(
        "simple; l=0",
        &TEXT[..17],
        TEXT,
        &wrong,
        "bh= is the hash of 17",
    );
    check(
        "simple; l=999",
        TEXT,
        TEXT,
        &wrong,
        "999 bytes of the body, and bh=",
    );
    check("simple; l=20", TEXT, TEXT, &wrong, "all of it");
    check("simple", &TEXT[..17], TEXT, &wrong, "the first 17 bytes");
}

#[test]
fn signers() {
    let check = |tags: &str, hashed: &str, received: &str, cause: Cause, words: &str| {
        let explained = Signed::new(tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
        assert_proven(&explained, &[cause], words, &format!("{tags} {received:?}"));
    };
    check(
        "relaxed/relaxed",
        "",
        TEXT,
        Cause::EmptyBodySigned,
        "relaxed",
    );
    check(
        "relaxed/relaxed",
        "\r\n",
        TEXT,
        Cause::EmptyBodySigned,
        "simple",
    );
    check("simple/simple", "", TEXT, Cause::EmptyBodySigned, "relaxed");
    let mislabelled = Cause::CanonicalizationMislabelled;
    check(
        "relaxed/relaxed",
        TEXT,
        TEXT,
        mislabelled,
        "simple canonicalization, though c= says relaxed",
    );
    let relaxed = TEXT.replace("  ", " ");
    let spaced = "one  two\r\nthree  four\r\nfive\tsix\r\nseven \r\n";
    check(
        "simple/simple",
        "one two\r\nthree four\r\nfive six\r\nseven\r\n",
        spaced,
        mislabelled,
        "though c= says simple; or white space was added to a body that had no more than one space \
         anywhere, first in “one  two”, originally “one two”",
    );
    check("simple/simple", "", "\r\n", mislabelled, "relaxed");
    check("relaxed/relaxed", "\r\n", "", mislabelled, "simple");
    let ends = Cause::LineEndingsChanged;
    check(
        "simple/simple",
        &TEXT.replace("\r\n", "\n"),
        TEXT,
        ends,
        "LF line ends",
    );
    check(
        "relaxed/relaxed",
        &relaxed.replace("\r\n", "\n"),
        TEXT,
        ends,
        "LF line ends",
    );
    check(
        "relaxed/relaxed",
        relaxed.trim_end(),
        TEXT,
        mislabelled,
        "without the line end",
    );
    let longer = format!("{TEXT}\r\n\r\n");
    check(
        "simple/simple",
        &longer,
        &longer,
        mislabelled,
        "empty lines at its end",
    );
    check(
        "relaxed/relaxed",
        "onetwo\r\nthreefour\r\nfivesix\r\nseven8\r\n",
        &format!("{}seven 8\r\n", spaced.replace("seven \r\n", "")),
        mislabelled,
        "nofws); or white space was added to a body that had none, first in “one  two”",
    );
}

/// What a signer may have done, and somebody else as well, is not laid to the signer.
#[test]
fn white_space_or_a_mistake() {
    let space = [Cause::WhitespaceChanged];
    check_in(
        "simple/simple",
        "Hello\r\nPay 100 EUR\r\n",
        "Hello\r\nPay  100 EUR\r\n",
        &space,
        "in 1 line: “Pay  100 EUR”, originally “Pay 100 EUR”; or else bh= is the hash of the body in \
         relaxed canonicalization, though c= says simple",
    );
    check(
        "Hello,\r\n1000EUR\r\n2000\r\n",
        "Hello,\r\n1 000EUR\r\n20 00\r\n",
        &space,
        "in 2 lines, the first: “1 000EUR”, originally “1000EUR”; or else",
    );
    let text = "one\r\ntwo\r\nthree\r\nfour\r\n";
    let with_empty = text.replace("two\r\n", "two\r\n\r\n");
    check(
        text,
        &with_empty,
        &space,
        "an empty line was added after line 2 of the body",
    );
    check(
        &with_empty,
        text,
        &space,
        "an empty line was removed after line 2 of the body, “two”",
    );
}

#[test]
fn nothing_signed() {
    check(
        "",
        "Pay 900 EUR to Eve\r\n",
        &[Cause::EmptyBodySigned],
        "so nothing of this body is signed: either the signer never saw it, or all of it was added \
         since: “Pay 900 EUR to Eve”",
    );
}

#[test]
fn a_footer_and_a_mistake() {
    check_in(
        "relaxed/relaxed",
        "a\r\n",
        "a\r\nfooter\r\n",
        &[Cause::ContentAppended],
        "1 line",
    );
    let explained = Signed::new("relaxed/relaxed")
        .explain_hash_of(TEXT.as_bytes(), format!("{TEXT}footer\r\n").as_bytes());
    let causes = [Cause::CanonicalizationMislabelled, Cause::ContentAppended];
    assert_proven(&explained, &causes, "“footer”", "both");
}

const SIMPLE: &str = "simple/simple";
const RELAXED: &str = "relaxed/relaxed";

#[track_caller]
fn check_mistake(tags: &str, hashed: &str, received: &str, words: &str, remedy: &str) {
    let explained = Signed::new(tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
    let what = format!("{tags} {received:?}");
    assert_proven(
        &explained,
        &[Cause::CanonicalizationMislabelled],
        words,
        &what,
    );
    let found = &explained.explanations[0].remedy;
    assert!(found.contains(remedy), "{what}: {found}");
}

/// What signers do by half, with what they have to do about it.
#[test]
fn ways_of_hashing() {
    let received = "\ta\tb \t c  d \r\n\r\n e \r\n";
    for (hashed, words, remedy) in [
        (
            "\ta\tb \t c  d\r\n\r\n e\r\n",
            "runs of white space as they are",
            "one space of each run",
        ),
        (
            " a b c d \r\n\r\n e \r\n",
            "with white space at line ends",
            "drop white space",
        ),
        (
            "\ta\tb \t c d\r\n\r\n e\r\n",
            "with TABs as they are",
            "take TABs for white space",
        ),
        (
            "\ta\tb \t c d \r\n\r\n e \r\n",
            "TABs as they are, with white space at line ends",
            "take TABs",
        ),
        (
            " a b   c  d\r\n\r\n e\r\n",
            "a space for each TAB and runs",
            "one space of each run",
        ),
        (
            " a b   c  d \r\n\r\n e \r\n",
            "with white space at line ends",
            "and drop white space",
        ),
        (
            "a b c d\r\n\r\ne\r\n",
            "without white space at the beginning of",
            "begins with white space",
        ),
        (
            "a\tb \t c  d\r\n\r\ne\r\n",
            "runs of white space as they are, without white space at the beginning",
            "one space of each run",
        ),
        (
            " a b c d\r\n\r\n e",
            "without the line end at its end",
            "CRLF at its end (RFC 6376 §3.4.4)",
        ),
        (
            received,
            "simple canonicalization, though c= says relaxed",
            "c= has to name",
        ),
        (
            received.trim_end_matches("\r\n"),
            "as it is, though c= says relaxed, without",
            "with CRLF at its end",
        ),
    ] {
        check_mistake(RELAXED, hashed, received, words, remedy);
    }
}

/// What they do where a body ends, or is empty.
#[test]
fn ends_of_bodies() {
    let blank = "with the lines of white space alone at its end";
    check_mistake(
        RELAXED,
        "Hello!\r\n\r\n",
        "Hello!\r\n  \r\n\r\n",
        blank,
        "before it leaves out empty",
    );
    let with_space = "with white space at line ends";
    check_mistake(
        RELAXED,
        "Hello!\r\n \r\n",
        "Hello!\r\n  \r\n",
        with_space,
        "drop white space",
    );
    let empty = "with the empty lines at its end";
    check_mistake(
        SIMPLE,
        "a\r\n\r\n",
        "a\r\n\r\n",
        empty,
        "leave out the empty lines",
    );
    let unended = "without the line end at its end";
    check_mistake(
        SIMPLE,
        "a\r\nb",
        "a\r\nb\r\n",
        unended,
        "sign the body with CRLF at its end",
    );
    let crlf = "bh= is the hash of CRLF";
    check_mistake(
        RELAXED,
        "\r\n",
        "  \r\n",
        &format!("{crlf}; the body is white space"),
        "hash nothing",
    );
    check_mistake(
        RELAXED,
        "\r\n",
        "",
        &format!("{crlf}, which is what simple"),
        "hash nothing",
    );
    check_mistake(
        SIMPLE,
        "",
        "\r\n",
        "bh= is the hash of nothing",
        "hash CRLF where",
    );
}

#[test]
fn line_feeds() {
    let check = |received: &str, hashed: &str, words: &str| {
        let explained =
            Signed::new("relaxed/relaxed").explain_hash_of(hashed.as_bytes(), received.as_bytes());
        assert_proven(&explained, &[Cause::LineEndingsChanged], words, received);
        let remedy = &explained.explanations[0].remedy;
        assert!(remedy.contains("(RFC 6376 §5.3)"), "{remedy}");
    };
    check("one \n two\r\n", "one \n two\r\n", "LF alone ends no line");
    check(
        "a\tb\r\nc\r\n",
        "a\tb\nc\n",
        "as it is, though c= says relaxed, with LF",
    );
    check(
        "a\r\nc\r\n",
        "a\nc",
        "without the line end at its end, with LF line ends",
    );
}

#[test]
fn lengths_of_what_is_not_canonicalized() {
    let check = |length: usize, hashed: &str, received: &str, words: &str| {
        let tags = format!("relaxed/relaxed; l={length}");
        let explained = Signed::new(&tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
        assert_proven(&explained, &[Cause::BodyLengthWrong], words, received);
    };
    let (received, canonical) = ("one  two \r\nthree\r\n", "one two\r\nthree\r\n");
    let whole =
        "sign 18 bytes of the body, and bh= is the hash of 16, all of it: it counts the body";
    check(received.len(), canonical, received, whole);
    check(
        6,
        "one t\r\n",
        received,
        "6 bytes, and bh= is the hash of as many of the body as it is",
    );
}
