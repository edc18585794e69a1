//! Base64 in lines of another length.

use super::{Signed, assert_proven};
use crate::explain::Cause;

#[test]
fn attachments() {
    let in_lines = |digits: &str, width: usize| {
        let lines: Vec<_> = digits.as_bytes().chunks(width).collect();
        String::from_utf8(lines.join(&b"\r\n"[..])).unwrap()
    };
    let digits = "YWJj".repeat(100);
    let message = |digits: &str, width: usize| {
        let part = |kind: &str| {
            format!(
                "--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                in_lines(digits, width)
            )
        };
        format!("{}{}--b--\r\n", part("image/png"), part("application/x"))
    };
    let tampered = digits.replacen("YWJj", "YWJk", 1);
    for tags in ["relaxed/relaxed", "simple/simple"] {
        let signed = Signed {
            fields: "Content-Type: multipart/mixed; boundary=b\r\n",
            ..Signed::new(tags)
        };
        let original = message(&digits, 76);
        let check = |received: &str, causes: &[Cause], words: &str| {
            let explained = signed.explain(original.as_bytes(), received.as_bytes());
            assert_proven(&explained, causes, words, received);
        };
        let both = [Cause::LinesRewrapped; 2];
        let received = message(&digits, 64);
        check(
            &received,
            &both,
            "attachment (part 2 of 2) was in lines of 76 bytes",
        );
        let with_footer = format!("{received}footer\r\n");
        let causes = [&both[..], &[Cause::ContentAppended]].concat();
        check(&with_footer, &causes, "“footer”");
        check(&message(&tampered, 64), &[], "");
    }
}
