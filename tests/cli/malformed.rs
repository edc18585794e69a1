//! Messages whose header mail software takes in different ways.

use super::mailboxes::{mbox, verify};
use super::{ZONE, dkim, dkim_reading, file, scratch, signed};

/// The signed message with this in the place of the empty line below the header.
fn with_separator(separator: &str) -> Vec<u8> {
    let message = String::from_utf8(signed()).unwrap();
    message
        .replacen("\r\n\r\n", &format!("\r\n{separator}\r\n"), 1)
        .into_bytes()
}

const PASSES: &str = "without that the result would be pass";

#[test]
fn a_message_with_white_space_for_the_empty_line_is_judged_as_mended() {
    for separator in [" ", "\t \t"] {
        let message = with_separator(separator);
        let verify = |words: &[&str]| {
            let all = [&["verify", ZONE[0], ZONE[1]], words].concat();
            dkim_reading(&all, &message).exits(1)
        };
        verify(&[]).prints(PASSES);
        let explained = verify(&["--explain"]).prints(PASSES);
        assert!(!explained.stdout().contains("likely"));
        let run = verify(&["--explain", "--json"]);
        let signature = &run.json()[0]["signatures"][0];
        assert_eq!(signature["reason"], "malformed-header");
        assert_eq!(signature["body_hash"]["matches"], true);
        let inspected = dkim_reading(&["inspect", "--json"], &message).exits(1);
        let refused = &inspected.json()[0]["signatures"][0]["refused"];
        assert_eq!(refused.as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn what_is_below_a_line_of_white_space_is_explained_as_body() {
    let folder = scratch();
    let footer = [&with_separator(" ")[..], b"-- \r\nA footer of a list\r\n"].concat();
    let path = file(&folder, "m.eml", &footer);
    verify(&["--explain", &path])
        .exits(1)
        .prints("without that the result would be fail: body")
        .prints("[content-appended]");
    // In an mbox, where the lines below may be quoted.
    let path = file(&folder, "box", &mbox(&[with_separator(" ")], true));
    verify(&[&path]).exits(1).prints(PASSES);
}

#[test]
fn what_an_unquoted_line_cuts_off_is_said_to_be_the_rest() {
    let folder = scratch();
    let whole = b"From: a@b.example\n\nHello\n\n";
    let split = [
        b"From a@b.example Mon Jan  4 10:00:00 2027\n",
        &whole[..],
        b"From c@b.example Mon Jan  4 10:00:00 2027\n\nthe rest\n",
    ]
    .concat();
    let path = file(&folder, "box", &split);
    let said = "it may be the rest of message 1";
    let run = verify(&["--json", &path]).exits(1);
    let warning = run.json()[1]["warnings"][0]["message"].clone();
    assert!(warning.as_str().unwrap().contains(said), "{warning}");
    verify(&[&path]).exits(1).prints(said);
    dkim(&["inspect", &path]).exits(1).prints(said);
}

#[test]
fn zero_bytes_and_lines_of_white_space_are_told_when_a_message_is_signed() {
    for (message, said) in [
        (
            &b"From: joe@example.com\r\n\r\na\0b\r\n"[..],
            "the body has a zero byte (NUL)",
        ),
        (
            b"From: joe@example.com\r\nSubject: a\r\n \r\n b\r\n\r\nHi\r\n",
            "a line of the header is white space",
        ),
    ] {
        let words = ["sign", "-s", "s", "-k", "testdata/keys/rsa2048.pem"];
        dkim_reading(&words, message).exits(0).says(said);
    }
}
