//! The messages of an mbox.

use super::mailboxes::{SEPARATOR, lf, mbox, places, results, unsigned, verify};
use super::{Run, ZONE, dkim, dkim_reading, file, replaced, scratch, signed, word};
use crate::testdata;

fn verify_stdin(words: &[&str], input: &[u8]) -> Run {
    dkim_reading(&[&["verify", ZONE[0], ZONE[1]], words].concat(), input)
}

/// A message with this body, signed.
fn signed_with(body: &[u8]) -> Vec<u8> {
    let message = [b"From: joe@example.com\r\nSubject: x\r\n\r\n", body].concat();
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    dkim_reading(&words, &message).exits(0).stdout
}

fn crlf(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &octet in octets {
        if octet == b'\n' {
            out.push(b'\r');
        }
        out.push(octet);
    }
    out
}

#[test]
fn messages_of_an_mbox_have_numbers() {
    let folder = scratch();
    let changed = replaced(&signed(), "\r\n\r\n", "\r\n\r\nx");
    let octets = mbox(&[signed(), changed, unsigned(1), signed()], true);
    let expected = ["box#1 pass", "box#2 fail", "box#3 none", "box#4 pass"];
    for octets in [octets.clone(), crlf(&octets)] {
        let path = file(&folder, "box", &octets);
        let run = verify(&["--json", &path]).exits(1);
        assert_eq!(places(&run), expected);
        verify(&[&path])
            .exits(1)
            .prints("box#1: pass\n  From: Joe")
            .prints(&format!("\n\n{path}#2: fail, the body was changed\n"))
            .prints("box#3: none, no signature\n");
        let run = verify_stdin(&["--json", "-"], &octets).exits(1);
        assert_eq!(
            places(&run),
            expected.map(|place| place.replace("box", "-"))
        );
        verify_stdin(&[], &octets).exits(1).prints("-#4: pass\n");
    }
}

/// Both a writer who quotes and one who does not are believed, and so is an author's own `>`.
#[test]
fn quotes_are_undone_or_else_left() {
    let quoted = [
        &b"a\r\n>From the start\r\n>>From x\r\n"[..],
        b">From \r\n",
        b"a\r\n\r\n From here\r\n>from there\r\n>From",
        b"From Monday on\r\nFrom Tuesday on\r\n",
    ];
    for quoting in [false, true] {
        let messages = quoted.map(signed_with);
        for jobs in ["-j1", "-j4"] {
            let octets = mbox(&messages, quoting);
            let run = verify_stdin(&["--json", jobs], &octets).exits(0);
            assert_eq!(results(&run), ["pass"; 4], "{quoting}");
            let run = verify_stdin(&["--json", jobs], &crlf(&octets)).exits(0);
            assert_eq!(results(&run), ["pass"; 4], "{quoting}");
        }
    }
    // The quoting of some lines alone is no message that anybody signed.
    let mixed = mbox(&[signed_with(b">From a\r\n>From b\r\n")], true);
    let mixed = replaced(&mixed, ">>From a", ">From a");
    let run = verify_stdin(&["--json"], &mixed).exits(1);
    let hash = &run.json()[0]["signatures"][0]["body_hash"]["matches"];
    assert_eq!(hash, false);
    // A message that is no part of an mbox is not quoted by anybody.
    let alone = signed_with(b">From a\r\n");
    verify_stdin(&[], &alone).exits(0);
    verify_stdin(&[], &replaced(&alone, ">From", "From")).exits(1);
    let quoted = replaced(&signed_with(b"From a\r\n"), "\nFrom a", "\n>From a");
    verify_stdin(&[], &quoted).exits(1);
}

#[test]
fn both_kinds_of_writers_may_have_written_one_mbox() {
    let octets = [
        mbox(&[signed_with(b"From a\r\n")], true),
        mbox(&[signed_with(b">From b\r\n")], false),
        mbox(&[signed_with(b">From c\r\n>>>From c\r\n")], true),
        mbox(&[signed()], true),
    ]
    .concat();
    let run = verify_stdin(&["--json", "-j2"], &octets).exits(0);
    assert_eq!(results(&run), ["pass"; 4]);
    let sizes: Vec<_> = run
        .json()
        .iter()
        .map(|object| object["size"].as_u64())
        .collect();
    // The second one's quote is the author's, and counts.
    let expected = [b"From a\r\n".to_vec(), b">From b\r\n".to_vec()]
        .map(|body| Some(lf(&signed_with(&body)).len() as u64));
    assert_eq!(sizes[..2], expected);
}

/// What is larger than a MiB is judged while it is read.
#[test]
fn a_large_message_is_read_in_passing() {
    let filler = format!("{}\r\n", "x".repeat(70)).repeat(15_000);
    let large = |quote: &str| {
        let body = [
            quote,
            "From near\r\n",
            &filler,
            quote,
            "From far\r\n",
            "\r\nend\r\n",
        ];
        signed_with(body.concat().as_bytes())
    };
    assert!(filler.len() > 1_050_000);
    let changed = replaced(&large(""), "From far", "From afar");
    let messages = [large(""), changed, large(">"), unsigned(1), signed()];
    let expected = ["pass", "fail", "pass", "none", "pass"];
    // A `From ` that nobody quotes, and that has no date, separates nothing where others have.
    for (quoting, jobs) in [(true, "-j3"), (false, "-j1")] {
        let run = verify_stdin(&["--json", jobs], &mbox(&messages, quoting)).exits(1);
        assert_eq!(results(&run), expected, "{quoting}");
    }
}

#[test]
fn an_mbox_may_be_cut_or_hardly_begin() {
    let whole = mbox(&[signed(), unsigned(1), signed()], true);
    // Whatever is cut off, the messages before the cut are as they were.
    for kept in (1..whole.len()).rev().step_by(211) {
        let run = verify_stdin(&["--json"], &whole[..kept]);
        let results = results(&run);
        assert!(run.status == 1 || run.status == 0, "{}", run.stderr);
        if results.len() > 1 {
            assert_eq!(results[0], "pass");
        }
        if results.len() > 2 {
            assert_eq!(results[1], "none");
        }
    }
    let empty = |octets: &[u8], count| {
        let run = verify_stdin(&["--json"], octets).exits(1);
        assert_eq!(results(&run), vec!["none"; count], "{octets:?}");
    };
    empty(b"", 1);
    empty(b"From ", 1);
    empty(b"From \n", 1);
    empty(b"From \r\n\r\n", 1);
    empty(SEPARATOR.as_bytes(), 1);
    empty(SEPARATOR.repeat(3).as_bytes(), 3);
    empty(format!("{SEPARATOR}\n").repeat(3).as_bytes(), 3);
    verify_stdin(&[], b"From x\n")
        .exits(1)
        .prints("-#1: none, not a message\n  warning: not a message: it is empty\n");
}

#[test]
fn a_message_that_cannot_be_read_stops_no_other() {
    let long = format!("From: a@b.example\nX: {}\n\n", "x".repeat(1_100_000));
    let octets = mbox(&[signed(), long.into_bytes(), signed()], true);
    let run = verify_stdin(&["--json", "--summary"], &octets).exits(4);
    assert_eq!(results(&run)[..3], ["pass", "unreadable", "pass"]);
    let summary = &run.json()[3]["summary"];
    assert_eq!(
        (&summary["messages"], &summary["unreadable"]),
        (&2.into(), &1.into())
    );
    run.says("dkim: error: -#2: the header field X is longer than 1 MiB\n");
}

#[test]
fn one_message_below_a_from_line() {
    for separator in ["From a\n", "From a\r\n", SEPARATOR, "From  \t x : y\n"] {
        let octets = [separator.as_bytes(), &signed()].concat();
        let run = verify_stdin(&["--json"], &octets).exits(0);
        assert_eq!(places(&run), ["-#1 pass"], "{separator:?}");
    }
    // The obsolete form of the field is none.
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    for field in ["From :", "From \t :", "From\t:"] {
        let message = format!("{field} joe@example.com\r\n\r\nBody\r\n");
        let signed = dkim_reading(&words, message.as_bytes()).exits(0).stdout;
        // Below its own field, so that `From ` stands first.
        let start = signed.len() - message.len();
        let from = &signed[start..signed.len() - "\r\nBody\r\n".len()];
        let octets = [from, &signed[..start], b"\r\nBody\r\n"].concat();
        let run = verify_stdin(&["--json"], &octets).exits(0);
        assert_eq!(places(&run), ["- pass"], "{field:?}");
        assert_eq!(run.json()[0]["from"][0], "joe@example.com");
    }
}

/// Some readers take the CR for a line end, and what follows it for a field.
#[test]
fn a_from_line_with_a_bare_carriage_return_hides_nothing() {
    let folder = scratch();
    let line = b"From x Mon Jan  1 00:00:00 2024\rFrom: ceo@bank.example\r\n";
    let path = file(&folder, "box", &[&line[..], &signed()].concat());
    verify(&[&path])
        .exits(1)
        .prints("box#1: policy, the header is malformed\n")
        .prints("line 1 has a CR without LF behind it");
}

#[test]
fn each_message_has_its_own_time() {
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    let dated = ["--timestamp", "1000000000", "--expires-in", "1h"];
    let line = [&words[..], &dated, &["testdata/message.eml"]].concat();
    let old = dkim(&line).exits(0).stdout;
    let received = |date: &str| {
        let field = format!("Received: from a by b; {date}\r\n");
        [field.as_bytes(), &old].concat()
    };
    let messages = [
        received("Sun, 9 Sep 2001 01:50:00 +0000"),
        old.clone(),
        received("Sun, 9 Sep 2001 05:50:00 +0000"),
        received("Sun, 9 Sep 2001 01:51:00 +0000"),
    ];
    let run = verify_stdin(&["--json", "--at", "received"], &mbox(&messages, true)).exits(4);
    assert_eq!(results(&run), ["pass", "unreadable", "policy", "pass"]);
    run.says("dkim: error: -#2: no Received field with a date");
}

#[test]
fn line_ends_may_be_strict() {
    let with_lf = mbox(&[signed()], true);
    let strict = ["--json", "--line-endings", "strict"];
    verify_stdin(&["--json"], &with_lf).exits(0);
    let run = verify_stdin(&strict, &with_lf).exits(1);
    assert_ne!(results(&run), ["pass"]);
    let octets = crlf(&mbox(&[signed(), signed_with(b"From x\r\n")], true));
    let run = verify_stdin(&strict, &octets).exits(0);
    assert_eq!(places(&run), ["-#1 pass", "-#2 pass"]);
}

/// Octets that begin like an mbox and go on like nothing: results, and no panic.
#[test]
fn noise_is_judged() {
    let folder = scratch();
    let mut state = 0x853c_49e6_748f_ea9b_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from((state >> 11) % below).unwrap()
    };
    let signed = testdata::read("message.eml");
    let parts: [&[u8]; 12] = [
        b"From ",
        b"\n",
        b"\r\n",
        b">From ",
        b"\n\nFrom x 00:00 1999\n",
        b"DKIM-Signature: v=1; d=",
        b"From: a@b\n",
        b">>>>",
        b"\0\xff\x1b[2J",
        b": ",
        SEPARATOR.as_bytes(),
        &signed,
    ];
    for case in 0..200 {
        let mut octets = b"From ".to_vec();
        for _ in 0..random(30) {
            if random(3) == 0 {
                let noise = (0..random(40)).map(|_| u8::try_from(random(256)).unwrap());
                octets.extend(noise.collect::<Vec<u8>>());
            } else {
                octets.extend(parts[random(parts.len() as u64)]);
            }
        }
        file(&folder, &format!("{case:03}"), &octets);
    }
    let path = word(folder.path().to_owned());
    let run = verify(&["--json", "-j1", &path]);
    assert!(run.json().len() >= 200);
    let again = verify(&["--json", "-j8", &path]);
    assert_eq!((run.status, run.stdout()), (again.status, again.stdout()));
    let text = verify(&["-j8", "--summary", &path]);
    assert_eq!(text.status, run.status);
    let is_plain = |octet: &u8| *octet == b'\n' || *octet >= b' ';
    assert!(run.stdout.iter().chain(&text.stdout).all(is_plain));
}
