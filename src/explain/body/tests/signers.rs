//! What signers do wrong, and what looks like it.

use super::*;

#[test]
fn lengths() {
    let check = |tags: &str, hashed: &str, received: &str, causes: &[Cause], words: &str| {
        let explained = Signed::new(tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
        assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
    };
    let wrong = [Cause::BodyLengthWrong];
    check(
        "simple; l=0",
        TEXT,
        TEXT,
        &wrong,
        "l= says to sign 0 octets",
    );
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
        "999 octets of the body, and bh=",
    );
    check("simple; l=20", TEXT, TEXT, &wrong, "all of it");
    check("simple", &TEXT[..17], TEXT, &wrong, "the first 17 octets");
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
        "an empty line was removed after line 2, “two”",
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

#[test]
fn remedies_are_for_the_very_mistake() {
    let check = |tags: &str, hashed: &str, received: &str, remedy: &str| {
        let explained = Signed::new(tags).explain_hash_of(hashed.as_bytes(), received.as_bytes());
        let told = &explained.explanations[0];
        assert!(told.remedy.contains(remedy), "{told:#?}");
    };
    let unended = TEXT.trim_end();
    let lf = TEXT.replace("\r\n", "\n");
    let many = format!("{TEXT}\r\n\r\n");
    check("simple/simple", unended, TEXT, "with CRLF at its end");
    check("simple/simple", &lf, TEXT, "make each line end CRLF");
    check(
        "simple/simple",
        lf.trim_end(),
        TEXT,
        "end the last line too",
    );
    check("simple/simple", &many, &many, "leave out the empty lines");
    check("relaxed/relaxed", "\r\n", "", "c= has to name");
}
