use proptest::prelude::*;

use super::*;

const DATED: &str = "From joe Sat Jan  3 01:05:34 1996";

/// A reader that gives a few octets at a time, is often interrupted, and may fail at the end.
struct Slow<'a> {
    octets: &'a [u8],
    step: usize,
    interrupt: bool,
    fails: bool,
}

impl<'a> Slow<'a> {
    fn new(octets: &'a [u8], step: usize) -> Self {
        Self {
            octets,
            step,
            interrupt: false,
            fails: false,
        }
    }
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.octets.is_empty() && self.fails {
            return Err(io::Error::other("broken"));
        }
        let length = self.octets.len().min(self.step).min(buffer.len());
        let (now, later) = self.octets.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.octets = later;
        Ok(length)
    }
}

fn messages(mut mbox: Mbox<impl Read>) -> io::Result<Vec<Vec<u8>>> {
    let mut messages = Vec::new();
    assert!(mbox.piece()?.is_empty());
    while mbox.next_message()? {
        let mut message = Vec::new();
        loop {
            let piece = mbox.piece()?;
            if piece.is_empty() {
                break;
            }
            message.extend_from_slice(piece);
        }
        assert!(mbox.piece()?.is_empty());
        messages.push(message);
    }
    assert!(!mbox.next_message()?);
    Ok(messages)
}

/// The messages as the documentation of the module has them, line by line.
fn oracle(file: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let text = |line: &[u8]| {
        let line = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        line.strip_suffix(b"\r").map(<[u8]>::to_vec).unwrap_or(line)
    };
    let is_empty = |line: &[u8]| line == b"\n" || line == b"\r\n";
    let mut lines = file.split_inclusive(|&octet| octet == b'\n');
    let first = text(lines.next().unwrap());
    let dated = first.len() <= longest && has_date(&first);
    let mut messages: Vec<Vec<&[u8]>> = vec![Vec::new()];
    for line in lines {
        let message = messages.last_mut().unwrap();
        let after_empty = message.last().is_some_and(|line| is_empty(line));
        let is_date = if dated {
            has_date(&text(line))
        } else {
            after_empty
        };
        if is_date && is_mbox(&text(line)) && text(line).len() <= longest {
            messages.push(Vec::new());
        } else {
            message.push(line);
        }
    }
    for message in &mut messages {
        message.pop_if(|line| is_empty(line));
    }
    messages.iter().map(|message| message.concat()).collect()
}

/// The messages of a file, which comes in pieces of any size.
fn check(file: &str, expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|text| text.as_bytes()).collect();
    assert_eq!(oracle(file.as_bytes(), MAX_SEPARATOR), expected, "{file:?}");
    for known in (5..=file.len()).step_by(3) {
        let (start, rest) = file.as_bytes().split_at(known);
        for step in 1..=file.len() {
            let sizes = Sizes {
                separator: 40,
                read: step,
            };
            let mbox = Mbox::with_sizes(start.to_vec(), Slow::new(rest, step), sizes);
            assert_eq!(messages(mbox).unwrap(), expected, "{file:?} {known} {step}");
        }
        let mbox = Mbox::new(start.to_vec(), rest);
        assert_eq!(messages(mbox).unwrap(), expected, "{file:?} {known}");
    }
}

#[test]
fn what_is_an_mbox() {
    for (start, expected) in [
        ("From joe", true),
        ("From ", true),
        ("From \n", true),
        ("From \t :", false),
        ("From : joe", false),
        ("From: joe", false),
        ("from joe", false),
        (">From joe", false),
        ("From", false),
        ("", false),
    ] {
        assert_eq!(is_mbox(start.as_bytes()), expected, "{start:?}");
    }
}

#[test]
fn dates_of_separator_lines() {
    for (line, expected) in [
        ("From joe Sat Jan  3 01:05:34 1996", true),
        ("From joe Sat Jan  3 01:05 1996", true),
        ("From joe Sat Jan  3 01:05:34 MST 1996", true),
        ("From 17@xxx Sat Jan 03 01:05:34 +0000 1996", true),
        ("From joe Sat Jan  3 01:05:34 1996 -0700", true),
        ("From joe Sat, 3 Jan 1996 01:05:34 +0000", true),
        ("From joe at example.com  Sat Jan  3 01:05:34 1996\t", true),
        ("From joe Sat Jan  3 01:05:34 +0000", false),
        ("From joe@[2001:db8::12:34] Sat", false),
        ("From 10:30, in 2021", false),
        ("From 10:30 to 12.", false),
        ("From 1996 on", false),
        ("From joe 1:05:34 1996", false),
        ("From joe 01:05:3 1996", false),
        ("From joe 01:05x34 19960", false),
        ("From ", false),
    ] {
        assert_eq!(has_date(line.as_bytes()), expected, "{line:?}");
    }
}

#[test]
fn messages_with_dates() {
    let d = DATED;
    check(&format!("{d}\nA: b\n\nx\n\n"), &["A: b\n\nx\n"]);
    check(
        &format!("{d}\nA: b\n\nx\n\n{d}\nC: d\n\ny\n"),
        &["A: b\n\nx\n", "C: d\n\ny\n"],
    );
    check(
        &format!("{d}\r\nA: b\r\n\r\nx\r\n\r\n{d}\r\nC: d\r\n\r\ny"),
        &["A: b\r\n\r\nx\r\n", "C: d\r\n\r\ny"],
    );
    // No empty line, and one of another kind.
    check(
        &format!("{d}\nA: b\n\nx\n{d}\nA: b\n\ny\r\n\n{d}\nz\n\r\n"),
        &["A: b\n\nx\n", "A: b\n\ny\r\n", "z\n"],
    );
    check(&format!("{d}\n\n\n{d}\n\r\r\n"), &["\n", "\r\r\n"]);
    // Text that nobody quoted.
    check(
        &format!("{d}\nA: b\n\nFrom here on\n\nFrom there\n{d}\n"),
        &["A: b\n\nFrom here on\n\nFrom there\n", ""],
    );
    check(
        &format!("{d}\nFrom : joe at 10:30 2021\n"),
        &["From : joe at 10:30 2021\n"],
    );
    check(&format!("{d}\nA\n\n>{d}\n"), &[&format!("A\n\n>{d}\n")]);
}

#[test]
fn messages_without_dates() {
    check(
        "From a\nA: b\n\nFrom b\nFrom c\n\nFrom d",
        &["A: b\n", "From c\n", ""],
    );
    check("From a\nFrom b\r\n\r\nFrom c\r\n", &["From b\r\n", ""]);
    check("From a\n\nFrom : b\n\nFrom c", &["\nFrom : b\n", ""]);
    check("From a\n\r\nFrom b\nx", &["", "x"]);
    check(&format!("From a\n{DATED}\n"), &[&format!("{DATED}\n")]);
}

#[test]
fn messages_that_are_little_or_nothing() {
    let d = DATED;
    check("From ", &[""]);
    check("From a\n", &[""]);
    check("From a\n\n", &[""]);
    check("From a\n\0\n\n\n", &["\0\n\n"]);
    check(&format!("{d}\n{d}\n\n{d}\r\n\r\n{d}"), &["", "", "", ""]);
    // A header alone, whose writer added an empty line, or found one and left it at that.
    check(
        &format!("{d}\nA: b\n\n\n{d}\nA: b\n\n"),
        &["A: b\n\n", "A: b\n"],
    );
}

#[test]
fn long_lines_separate_nothing() {
    let line = |length: usize| format!("{DATED} {}", "x".repeat(length - DATED.len() - 1));
    let (most, more) = (line(MAX_SEPARATOR), line(MAX_SEPARATOR + 1));
    for end in ["\n", "\r\n"] {
        let file = format!("{DATED}\nA{end}{most}{end}B{end}{more}{end}C{end}{most}");
        let expected = [
            format!("A{end}"),
            format!("B{end}{more}{end}C{end}"),
            String::new(),
        ];
        for step in [1, 7, 1000, READ] {
            let mbox = Mbox::new(b"From ".to_vec(), Slow::new(&file.as_bytes()[5..], step));
            assert_eq!(
                messages(mbox).unwrap(),
                expected.each_ref().map(String::as_bytes)
            );
        }
    }
    // The first line does, even if it is longer than the buffer. What date it has is not seen.
    let file = format!("{}\nA\n\nFrom b\nC", line(3 * READ));
    let mbox = Mbox::new(b"From ".to_vec(), &file.as_bytes()[5..]);
    assert_eq!(messages(mbox).unwrap(), [&b"A\n"[..], b"C"]);
}

#[test]
fn large_files_are_read_in_constant_memory() {
    let message = format!("A: b\n\n{}", "\nFrom here\n\0From x".repeat(40_000));
    let file = format!("{DATED}\n{message}\n\n").repeat(4);
    let mut mbox = Mbox::new(b"From ".to_vec(), &file.as_bytes()[5..]);
    for _ in 0..4 {
        assert!(mbox.next_message().unwrap());
        let (mut length, mut pieces) = (0, 0);
        loop {
            let piece = mbox.piece().unwrap();
            if piece.is_empty() {
                break;
            }
            length += piece.len();
            pieces += 1;
        }
        assert_eq!(length, message.len() + 1);
        assert!(pieces <= length / (READ / 2) + 2, "{pieces} pieces");
    }
    assert!(!mbox.next_message().unwrap());
    assert!(mbox.buffer.capacity() <= 4 * READ);
}

#[test]
fn messages_can_be_left_half_read() {
    let file = format!("{DATED}\n{}\n\n{DATED}\nB", "x\n".repeat(READ));
    let mut mbox = Mbox::new(b"From ".to_vec(), &file.as_bytes()[5..]);
    assert!(mbox.next_message().unwrap());
    assert!(mbox.piece().unwrap().starts_with(b"x\n"));
    assert!(mbox.next_message().unwrap());
    assert_eq!(mbox.piece().unwrap(), b"B");
    assert!(!mbox.next_message().unwrap());
}

#[test]
fn an_error_is_the_end() {
    for (file, before) in [
        ("From a".to_owned(), 0),
        (format!("{DATED}\nA: b\n"), 0),
        (format!("{DATED}\n{}{DATED}\n", "x\n".repeat(3000)), 1),
    ] {
        for step in [1, 100, 10_000] {
            let mut reader = Slow::new(&file.as_bytes()[5..], step);
            reader.fails = true;
            let mut mbox = Mbox::new(b"From ".to_vec(), reader);
            let (mut whole, mut errors) = (0, 0);
            loop {
                match mbox.next_message() {
                    Ok(false) => break,
                    Err(_) => errors += 1,
                    Ok(true) => loop {
                        match mbox.piece().map(<[u8]>::is_empty) {
                            Ok(false) => {}
                            Ok(true) => break whole += 1,
                            Err(_) => break errors += 1,
                        }
                    },
                }
            }
            assert!(whole <= before, "{file:?}");
            assert_eq!(errors, 1, "{file:?}");
            assert!(mbox.piece().unwrap().is_empty());
            assert!(!mbox.next_message().unwrap());
        }
    }
}

proptest! {
    #[test]
    fn it_is_as_if_read_line_by_line(
        first in "From (a|a 01:05 1996)",
        parts in prop::collection::vec(prop::sample::select(vec![
            "\n", "\n", "\n", "\r\n", "\r\n", "\r", "From ", "\nFrom ", "F", "From : ", ":",
            "a 01:05 1996", "\nFrom a 01:05 1996", "\nFrom a 01:05 1996\n", " ", "\0", "x",
            ">", "xxxxxxxxxxxxxxxx",
        ]), 0..60),
        known in 0_usize..99,
        step in 1_usize..30,
        read in 1_usize..50,
    ) {
        let file = (first + &parts.concat()).into_bytes();
        let (start, rest) = file.split_at(known.min(file.len()));
        let sizes = Sizes { separator: 30, read };
        let mbox = Mbox::with_sizes(start.to_vec(), Slow::new(rest, step), sizes);
        prop_assert_eq!(messages(mbox).unwrap(), oracle(&file, 30));
        let mbox = Mbox::new(start.to_vec(), rest);
        prop_assert_eq!(messages(mbox).unwrap(), oracle(&file, MAX_SEPARATOR));
    }
}
