//! Values that were changed.

use super::*;

#[test]
fn subjects_get_tags() {
    let was = Some("Minutes of Monday");
    for tag in [
        "[board] ",
        "[EXTERNAL] ",
        "(EXT) ",
        "***SPAM*** ",
        "{Spam?} ",
        "Re: ",
        "Fwd: ",
        "AW: ",
        "EXTERNAL: ",
        "[EXT] [board] Re: ",
        "[EXTERNAL] ***SPAM*** [board] Re: Fwd: ",
        "External ",
    ] {
        let damaged = format!("Subject: {tag}M");
        check(
            &[("Subject: M", &damaged)],
            Cause::SubjectTagged,
            "Subject",
            was,
        );
    }
    for tag in [" [board]", " (board 12)", " SPAM"] {
        let damaged = format!("Monday{tag}");
        check(
            &[("Monday", &damaged)],
            Cause::SubjectTagged,
            "Subject",
            was,
        );
    }
    // Words that nobody tags with say something else.
    for (from, to) in [
        ("Subject: M", "Subject: Caution M"),
        ("Subject: M", "Subject: Do not pay M"),
        ("Monday", "Monday 000"),
    ] {
        check(&[(from, to)], Cause::HeaderValueChanged, "Subject", was);
    }
}

#[test]
fn subjects_lose_tags() {
    let check = |subject: &str, rest: &str, cause| {
        let message = MESSAGE.replace("Minutes of Monday", subject);
        let message = message.replace("Received: by x", rest);
        check_in(
            &ALL,
            &message,
            &[(&format!("Subject: {subject}"), "Subject: Minutes")],
            &[(cause, "Subject", Some(subject))],
        );
    };
    let tagged = Cause::SubjectTagged;
    check("Re: Minutes", "Received: by x", tagged);
    check(
        "[board] Minutes",
        "List-Id: Board <board.example.com>",
        tagged,
    );
    check("[EXTERNAL] Minutes", "Received: by x", tagged);
    check("[X] Minutes", "Thread-Topic: [X] Minutes", tagged);
    let value = Cause::HeaderValueChanged;
    check("X Minutes", "Thread-Topic: X Minutes", value);
}

#[test]
fn subjects_are_encoded_anew() {
    let check = |subject: &str, then: &str, cause| {
        let message = MESSAGE.replace("Minutes of Monday", subject);
        check_in(
            &ALL,
            &message,
            &[(subject, then)],
            &[(cause, "Subject", Some(subject))],
        );
    };
    let recoded = Cause::HeaderReencoded;
    check(
        "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
        "=?utf-8?b?R3LDvMOfZQ==?=",
        recoded,
    );
    check("=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße", recoded);
    check("Grüße", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", recoded);
    check(
        "Grüße",
        "=?utf-8?q?=5Bx=5D_Gr=C3=BC=C3=9Fe?=",
        Cause::SubjectTagged,
    );
    check(
        "=?UTF-8?B?R3LDvMOfZQ==?=",
        "[x] =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        Cause::SubjectTagged,
    );
}

#[test]
fn from_is_rewritten() {
    let was = "Joe Doe <joe@example.com>";
    let lines = |text: &str| format!("From: {text}\r\n");
    for then in [
        "Joe Doe via Board <board@lists.example>\r\nX-Original-From: Joe Doe <joe@example.com>",
        "'Joe Doe' via Board <board@lists.example>\r\nX-Original-Sender: joe@example.com",
        "Joe Doe <joe=example.com@lists.example>",
        "\"Joe Doe via Board\" <board@lists.example>\r\nResent-From: joe@example.com",
    ] {
        check(
            &[(&lines(was), &lines(then))],
            Cause::FromRewritten,
            "From",
            Some(was),
        );
    }
    // The usual list: From, Subject and Reply-To.
    let then = "Joe Doe via Board <board@lists.example>\r\nReply-To: Joe Doe <joe@example.com>";
    check_in(
        &ALL,
        MESSAGE,
        &[
            (&lines(was), &lines(then)),
            ("Subject: ", "Subject: [board] "),
        ],
        &[
            (Cause::FromRewritten, "From", Some(was)),
            (Cause::SubjectTagged, "Subject", Some("Minutes of Monday")),
            (Cause::HeaderAdded, "Reply-To", None),
        ],
    );
}

#[test]
fn lists_do_it_all_at_once() {
    let message = MESSAGE.replace("Hello.", "Hello, all.");
    let wrapped = "multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; \
                   charset=utf-8\r\n\r\nHello.\r\n--x--\r\n";
    let from = "From: Joe Doe via Board <board@lists.example>\r\nReply-To: joe@example.com";
    check_in(
        &[RELAXED, SIMPLE],
        &message,
        &[
            ("From: Joe Doe <joe@example.com>", from),
            ("Subject: ", "Subject: [board] "),
            ("text/plain; charset=utf-8\r\n\r\nHello, all.\r\n", wrapped),
        ],
        &[
            (
                Cause::FromRewritten,
                "From",
                Some("Joe Doe <joe@example.com>"),
            ),
            (Cause::SubjectTagged, "Subject", Some("Minutes of Monday")),
            (Cause::HeaderAdded, "Reply-To", None),
            (
                Cause::HeaderValueChanged,
                "Content-Type",
                Some("text/plain; charset=utf-8"),
            ),
        ],
    );
}

#[test]
fn names_and_addresses_are_written_otherwise() {
    let was = Some("Ann <ann@example.org>, Bob <bob@example.org>");
    let now = "Ann <ann@example.org>, Bob <bob@example.org>";
    for then in [
        "\"Ann\" <ann@example.org>, \"Bob\" <bob@example.org>",
        "\"Ann\" <ann@example.org>, Bob <bob@example.org>",
    ] {
        check(&[(now, then)], Cause::HeaderValueChanged, "To", was);
    }
    // A name that was put to an address is more than another writing.
    let message = MESSAGE.replace("Ann <ann", "<ann");
    let expected = (
        Cause::HeaderValueChanged,
        "To",
        Some("<ann@example.org>, Bob <bob@example.org>"),
    );
    check_in(&ALL, &message, &[("<ann", "Boss <ann")], &[expected]);
    let more = "Ann <ann@example.org>, Bob <bob@example.org>, list@example.net";
    check(&[(now, more)], Cause::HeaderValueChanged, "To", was);
}

#[test]
fn white_space_that_comes_or_goes_makes_another_value() {
    let check_in = |ways: &[Way], subject: &str, now: &str, cause| {
        let message = MESSAGE.replace("Minutes of Monday", subject);
        let expected = (cause, "Subject", Some(subject));
        check_in(ways, &message, &[(subject, now)], &[expected]);
    };
    let value = Cause::HeaderValueChanged;
    check_in(&ALL, "Pay 1000", "Pay 1\r\n 000", value);
    check_in(&ALL, "Pay 1,100", "Pay 1, 100", value);
    let ways = [ALL[1], ALL[3]];
    check_in(
        &ways,
        "Pay 1 000",
        "Pay 1\r\n 000",
        Cause::HeaderWhitespaceChanged,
    );
}

#[test]
fn values_of_mime_change() {
    let was = Some("text/plain; charset=utf-8");
    for then in [
        "text/plain; charset=\"utf-8\"",
        "text/plain; charset=UTF-8",
        "text/plain; charset=utf-8; format=flowed",
        "text/plain",
    ] {
        let now = "text/plain; charset=utf-8";
        check(
            &[(now, then)],
            Cause::HeaderValueChanged,
            "Content-Type",
            was,
        );
    }
}
