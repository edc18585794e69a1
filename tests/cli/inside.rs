//! Signed messages within messages.

use super::mailboxes::{mbox, places, verify};
use super::{ZONE, dkim, dkim_reading, file, scratch, signed};

/// A message that forwards another as an attachment.
fn forwarding(attached: &[u8], fields: &str) -> Vec<u8> {
    let start = "From: carl@example.org\r\nMIME-Version: 1.0\r\n\
                 Content-Type: multipart/mixed; boundary=q\r\n\r\n\
                 --q\r\n\r\nsee below\r\n--q\r\n";
    [
        format!("{start}{fields}\r\n").as_bytes(),
        attached,
        b"\r\n--q--\r\n",
    ]
    .concat()
}

const AS_MESSAGE: &str = "Content-Type: message/rfc822\r\n";

#[test]
fn a_signed_message_inside_is_told_with_how_to_verify_it() {
    let folder = scratch();
    let as_text = "Content-Type: text/plain; x-spam-type=original\r\n";
    // Signed once: its time of signing is in it.
    let inside = signed();
    for fields in [AS_MESSAGE, as_text] {
        let path = file(&folder, "fwd.eml", &forwarding(&inside, fields));
        let command = format!("dkim inspect --part 2 {path} | dkim verify");
        let run = verify(&["--json", &path]).exits(1);
        let object = &run.json()[0];
        assert_eq!(object["result"], "none");
        let warning = &object["warnings"][0];
        assert_eq!(warning["code"], "signed-message-inside");
        let message =
            "part 2 is a message with a signature of example.com: that is not verified here";
        assert_eq!(warning["message"], message);
        assert_eq!(warning["remedy"], command);
        verify(&["--fail-on", "warning", &path])
            .exits(1)
            .prints("there is no DKIM-Signature field")
            .prints("part 2 is a message with a signature of example.com");
        let inspected = dkim(&["inspect", "--json", &path]).exits(1);
        let same = &inspected.json()[0]["warnings"][0];
        for key in ["code", "message", "remedy"] {
            assert_eq!(same[key], warning[key]);
        }
        dkim(&["inspect", &path])
            .exits(1)
            .prints("part 2 is a message with a signature of example.com")
            .prints(&command);
        let part = dkim(&["inspect", "--part", "2", &path]).exits(0).stdout;
        assert_eq!(part, inside);
        dkim_reading(&["verify", ZONE[0], ZONE[1]], &part).exits(0);
    }
}

#[test]
fn a_message_inside_one_of_an_mbox_is_reached() {
    let folder = scratch();
    let messages = [signed(), forwarding(&signed(), AS_MESSAGE)];
    let path = file(&folder, "box", &mbox(&messages, true));
    let run = verify(&["--json", &path]).exits(1);
    assert_eq!(places(&run), ["box#1 pass", "box#2 none"]);
    let remedy = format!("dkim inspect --part 2 --message 2 {path} | dkim verify");
    assert_eq!(run.json()[1]["warnings"][0]["remedy"], remedy);
    let words = ["inspect", "--part", "2", "--message", "2", &path];
    let part = dkim(&words).exits(0).stdout;
    dkim_reading(&["verify", ZONE[0], ZONE[1]], &part).exits(0);
}

#[test]
fn parts_are_written_decoded() {
    let folder = scratch();
    let encoded = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n";
    let path = file(&folder, "m", &forwarding(b"SGVsbG8=", encoded));
    let part = |number: &str| dkim(&["inspect", "--part", number, &path]);
    assert_eq!(part("2").exits(0).stdout, b"Hello");
    assert_eq!(part("1").exits(0).stdout, b"see below");
    part("3")
        .exits(4)
        .says("m: there is no part 3; there are 1 (text/plain), 2 (text/plain)\n");
    for wrong in ["0", "1.", "x", "", "1.0"] {
        part(wrong).exits(2).says("expected the number of a part");
    }
    dkim(&["inspect", "--part", "1", "--json", &path])
        .exits(2)
        .says("--json");
    dkim(&["inspect", "--part", "1", &path, &path])
        .exits(2)
        .says("--part takes one message, and there are more");
}
