//! Bodies that were put into a multipart.

use super::{Signed, assert_proven};
use crate::explain::Cause;

const TEXT: &str = "Hello,\r\n\r\nthis is  the text.\r\n";
const NESTED: &str = "--i\r\n\r\none\r\n--i\r\n\r\ntwo\r\n--i--\r\n";

fn check(original: &str, parts: &[&str], causes: &[Cause], words: &str) {
    let mut received = "A preamble\r\n".to_owned();
    for part in parts {
        received += &format!("--o\r\n{part}\r\n");
    }
    received += "--o--\r\n";
    for tags in ["relaxed/relaxed", "simple/simple"] {
        let signed = Signed {
            fields: "Content-Type: multipart/mixed; boundary=o\r\n",
            ..Signed::new(tags)
        };
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
    }
}

#[test]
fn wrapped() {
    let text = format!("Content-Type: text/plain\r\n\r\n{TEXT}");
    let nested = format!("Content-Type: multipart/x; boundary=i\r\n\r\n{NESTED}");
    let footer = "Content-Disposition: inline\r\n\r\n____\r\nthe list\r\n";
    let banner = "\r\nCAUTION\r\n";
    let appended = [Cause::ContentAppended];
    let words = "part 1 of 2 is the body as it was signed, with 1 part after it: “____ the";
    check(TEXT, &[&text, footer], &appended, words);
    check(NESTED, &[&nested, footer], &appended, words);
    check(TEXT, &[banner, &text, footer], &appended, "part 2 of 3");
    let prepended = [Cause::ContentPrepended];
    check(TEXT, &[banner, &text], &prepended, "part 2 of 2");
    let inserted = [Cause::ContentInserted];
    check(TEXT, &[&text], &inserted, "wrapped in a multipart");
    let within = format!("{text}more\r\n");
    let both = [Cause::ContentAppended, Cause::ContentAppended];
    check(TEXT, &[&within, footer], &both, "“more”");
    let many = [&[text.as_str()], vec![footer; 24].as_slice(), &[banner]].concat();
    let words = "part 1 of 26 is the body as it was signed, with 25 parts after it";
    check(TEXT, &many, &appended, words);
    check(TEXT, &many, &appended, " and 22 more and “CAUTION”");
    let tampered = text.replace("this", "that");
    check(TEXT, &[&tampered, footer], &[], "");
}
