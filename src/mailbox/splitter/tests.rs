use proptest::prelude::*;

use super::*;

const DATED: &str = "From joe Sat Jan  3 01:05:34 1996";
/// As many bytes as a caller may read at once.
const PIECE: usize = 128 * 1024;

/// The messages that a splitter gave.
#[derive(Default)]
struct Messages {
    all: Vec<Vec<u8>>,
    /// Whether the last one is not complete.
    is_open: bool,
    pieces: usize,
}

impl Messages {
    /// Takes events until there is none, and checks their order.
    fn take(&mut self, splitter: &mut MboxSplitter) {
        while let Some(event) = splitter.next_event() {
            match event {
                MboxEvent::Start => {
                    assert!(!std::mem::replace(&mut self.is_open, true));
                    self.all.push(Vec::new());
                }
                MboxEvent::Bytes(bytes) => {
                    assert!(self.is_open && !bytes.is_empty());
                    self.all.last_mut().unwrap().extend_from_slice(bytes);
                    self.pieces += 1;
                }
                MboxEvent::End => assert!(std::mem::replace(&mut self.is_open, false)),
            }
        }
    }
}

/// Splits a file that comes in pieces of `size` bytes.
fn split(splitter: &mut MboxSplitter, file: &[u8], size: usize) -> Messages {
    let mut messages = Messages::default();
    for piece in file.chunks(size) {
        assert!(splitter.needs_bytes());
        splitter.push(piece);
        messages.take(splitter);
    }
    splitter.end();
    messages.take(splitter);
    assert!(!messages.is_open && !splitter.needs_bytes());
    splitter.push(b"From \nx\n");
    assert_eq!(splitter.next_event(), None);
    messages
}

/// The messages as the documentation of [`MboxSplitter`] defines them, line by line.
fn oracle(file: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let text = |line: &[u8]| {
        let line = line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        line.strip_suffix(b"\r").map(<[u8]>::to_vec).unwrap_or(line)
    };
    let is_empty = |line: &[u8]| line == b"\n" || line == b"\r\n";
    let may_separate = |line: &[u8]| line.len() <= longest && !line.contains(&b'\r');
    let mut lines = file.split_inclusive(|&byte| byte == b'\n').peekable();
    let first = text(lines.peek().unwrap());
    let dated = may_separate(&first) && has_date(&first);
    let mut messages: Vec<Vec<&[u8]>> = vec![Vec::new()];
    if may_separate(&first) {
        lines.next();
    }
    for line in lines {
        let message = messages.last_mut().unwrap();
        let after_empty = message.last().is_some_and(|line| is_empty(line));
        let is_date = if dated {
            has_date(&text(line))
        } else {
            after_empty
        };
        if is_date && is_mbox(&text(line)) && may_separate(&text(line)) {
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

/// Checks the messages of a file, in pieces of any size.
fn check(file: &str, expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|text| text.as_bytes()).collect();
    let file = file.as_bytes();
    assert_eq!(oracle(file, MAX_SEPARATOR), expected, "{file:?}");
    for size in 1..=file.len() {
        let small = &mut MboxSplitter::with_max_separator(40);
        assert_eq!(split(small, file, size).all, expected, "{file:?} {size}");
        let usual = &mut MboxSplitter::default();
        assert_eq!(split(usual, file, size).all, expected, "{file:?} {size}");
    }
    // All of it before the first event.
    let (mut splitter, mut messages) = (MboxSplitter::default(), Messages::default());
    file.chunks(7).for_each(|piece| splitter.push(piece));
    splitter.end();
    messages.take(&mut splitter);
    assert_eq!(messages.all, expected, "{file:?}");
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
        for size in [1, 7, 1000, PIECE] {
            let found = split(&mut MboxSplitter::default(), file.as_bytes(), size);
            assert_eq!(found.all, expected.each_ref().map(String::as_bytes));
        }
    }
    // As the first line, it belongs to the message. What date it has is not seen.
    let first = format!("{}\nA\n", line(3 * PIECE));
    let file = format!("{first}\nFrom b\nC");
    let found = split(&mut MboxSplitter::default(), file.as_bytes(), PIECE);
    assert_eq!(found.all, [first.as_bytes(), b"C"]);
}

/// A reader that takes a bare CR for a line end would see a field that no verifier sees.
#[test]
fn lines_with_a_bare_carriage_return_separate_nothing() {
    check("From x\rFrom: a\nB: c\n", &["From x\rFrom: a\nB: c\n"]);
    check(
        "From x\nA\n\nFrom y\rB: c\nD\n",
        &["A\n\nFrom y\rB: c\nD\n"],
    );
    check("From x\r\r\nA\n", &["From x\r\r\nA\n"]);
}

#[test]
fn large_files_are_split_in_constant_memory() {
    let message = format!("A: b\n\n{}", "\nFrom here\n\0From x".repeat(40_000));
    let file = format!("{DATED}\n{message}\n\n").repeat(4);
    let mut splitter = MboxSplitter::default();
    let messages = split(&mut splitter, file.as_bytes(), PIECE);
    assert_eq!(messages.all.len(), 4);
    let whole = format!("{message}\n");
    assert!(messages.all.iter().all(|found| *found == whole.as_bytes()));
    let pieces = messages.pieces;
    assert!(pieces <= file.len() / PIECE + 8, "{pieces} pieces");
    assert!(splitter.buffer.capacity() <= 4 * PIECE);
}

#[test]
fn a_line_without_end_is_not_kept() {
    let file = [&b"From "[..], &vec![b'x'; 500_000]].concat();
    let mut splitter = MboxSplitter::default();
    assert_eq!(split(&mut splitter, &file, 5000).all, [file]);
    assert!(splitter.buffer.capacity() < 50_000);
}

#[test]
fn a_file_without_bytes_has_no_message() {
    assert!(split(&mut MboxSplitter::default(), b"", 1).all.is_empty());
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
        size in 1_usize..50,
    ) {
        let file = (first + &parts.concat()).into_bytes();
        let small = &mut MboxSplitter::with_max_separator(30);
        prop_assert_eq!(split(small, &file, size).all, oracle(&file, 30));
        let usual = &mut MboxSplitter::default();
        prop_assert_eq!(split(usual, &file, size).all, oracle(&file, MAX_SEPARATOR));
    }
}
