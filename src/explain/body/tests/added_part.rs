//! Parts that were added to a multipart.

use super::{Signed, assert_proven};
use crate::explain::Cause;

const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n";
const FIRST: &str = "--b\r\nContent-Type: text/plain\r\n\r\nPay 100 EUR\r\n";
const SECOND: &str =
    "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n";
const FOOTER: &str = "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\
                      \r\nPHA+UGF5IDkwMDwvcD4=\r\n";

fn check(original: &[&str], received: &[&str], causes: &[Cause], words: &str) {
    let whole = |parts: &[&str]| format!("{}--b--\r\n", parts.concat());
    for tags in ["relaxed/relaxed", "simple/simple"] {
        let signed = Signed {
            fields: MIXED,
            ..Signed::new(tags)
        };
        let (original, received) = (whole(original), whole(received));
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
    }
}

#[test]
fn added_parts() {
    let appended = [Cause::ContentAppended];
    let both = [FIRST, SECOND];
    check(
        &both,
        &[FIRST, SECOND, FOOTER],
        &appended,
        "added at the end of the multipart, as number 3 of 3 parts, 4 lines (84 bytes): HTML, \
         “Pay 900”",
    );
    check(
        &both,
        &[FOOTER, FIRST, SECOND],
        &[Cause::ContentPrepended],
        "at the beginning of the multipart, as number 1 of 3 parts",
    );
    check(
        &both,
        &[FIRST, FOOTER, SECOND],
        &[Cause::ContentInserted],
        "within the multipart, as number 2 of 3 parts",
    );
    check(
        &[FIRST],
        &both,
        &appended,
        "an attachment, 1 line (6 bytes): “Content-Type: image/png",
    );
    let lines = [Cause::TrailingLinesChanged, Cause::ContentAppended];
    check(&both, &[FIRST, SECOND, "\r\n", FOOTER], &lines, "was added");
    check(
        &[FIRST, SECOND, "\r\n"],
        &[FIRST, SECOND, FOOTER],
        &[Cause::ContentAppended, Cause::TrailingLinesChanged],
        "was removed",
    );
    let preamble = "This is a multi-part message in MIME format.\r\n";
    check(
        &[preamble, FIRST],
        &[FIRST, FOOTER],
        &[Cause::TransferEncodingChanged, Cause::ContentAppended],
        "was removed: “This is a multi-part",
    );
    let tampered = FIRST.replace("100", "900");
    check(&both, &[&tampered, SECOND, FOOTER], &[], "");
}

#[test]
fn banners_in_the_parts_before() {
    let (banner, html) = ("External mail!\r\n\r\n", "<p>External mail!</p>\r\n");
    let part =
        |kind: &str, text: &str| format!("--b\r\nContent-Type: text/{kind}\r\n\r\n{text}\r\n");
    let [plain, marked] = [
        "<p>Pay 100 EUR</p>\r\n".to_owned(),
        format!("{html}<p>Pay 100 EUR</p>\r\n"),
    ]
    .map(|text| part("html", &text));
    check(
        &[FIRST, &plain],
        &[
            &FIRST.replace("Pay", &format!("{banner}Pay")),
            &marked,
            FOOTER,
        ],
        &[
            Cause::ContentPrepended,
            Cause::ContentPrepended,
            Cause::ContentAppended,
        ],
        "as number 3 of 3 parts",
    );
}

#[test]
fn with_an_epilogue() {
    let signed = Signed {
        fields: MIXED,
        ..Signed::new("relaxed/relaxed")
    };
    let original = format!("{FIRST}--b--\r\n");
    let received = format!("{FIRST}{FOOTER}--b--\r\nscanned\r\n");
    let explained = signed.explain(original.as_bytes(), received.as_bytes());
    let causes = [Cause::ContentAppended, Cause::ContentAppended];
    assert_proven(&explained, &causes, "“scanned”", "epilogue");
}
