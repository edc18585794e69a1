//! The fast canonicalizers against obvious ones (RFC 6376 §3.4.2, §3.4.3, §3.4.4).

use dkim_toolkit::canonicalization::Canonicalization::{self, Relaxed, Simple};
use dkim_toolkit::canonicalization::body::{BodyCanonicalizer, LineEndsSeen};
use dkim_toolkit::canonicalization::header::{canonicalize_field, canonicalize_signature_field};
use dkim_toolkit::message;
use dkim_toolkit::message::LineEndings::{self, Lenient, Strict};
use proptest::collection::vec;
use proptest::prelude::*;

/// The lines of a body without their line ends.
fn lines(body: &[u8], line_endings: LineEndings) -> Vec<Vec<u8>> {
    let mut lines = vec![Vec::new()];
    let mut rest = body;
    while let [first, behind @ ..] = rest {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            lines.push(Vec::new());
            rest = behind;
        } else if *first == b'\n' && line_endings == Lenient {
            lines.push(Vec::new());
            rest = behind;
        } else {
            lines.last_mut().unwrap().push(*first);
            rest = behind;
        }
    }
    lines
}

/// Canonicalizes as the RFC says it, line by line.
fn oracle(algorithm: Canonicalization, line_endings: LineEndings, body: &[u8]) -> Vec<u8> {
    let mut lines = lines(body, line_endings);
    if algorithm == Relaxed {
        for line in &mut lines {
            let is_wsp = |octet: &u8| *octet == b' ' || *octet == b'\t';
            let mut relaxed: Vec<u8> = Vec::new();
            for octet in line.iter() {
                if !is_wsp(octet) {
                    relaxed.push(*octet);
                } else if relaxed.last() != Some(&b' ') {
                    relaxed.push(b' ');
                }
            }
            if relaxed.last() == Some(&b' ') {
                relaxed.pop();
            }
            *line = relaxed;
        }
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    let mut canonical = Vec::new();
    for line in &lines {
        canonical.extend_from_slice(line);
        canonical.extend_from_slice(b"\r\n");
    }
    if canonical.is_empty() && algorithm == Simple {
        canonical.extend_from_slice(b"\r\n");
    }
    canonical
}

fn seen_by_oracle(body: &[u8]) -> LineEndsSeen {
    let mut seen = LineEndsSeen::default();
    for (at, octet) in body.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && body[at - 1] == b'\r' => seen.crlf = true,
            b'\n' => seen.bare_line_feed = true,
            b'\r' => seen.bare_carriage_return |= body.get(at + 1) != Some(&b'\n'),
            _ => {}
        }
    }
    seen
}

fn canonicalize<'a>(
    algorithm: Canonicalization,
    line_endings: LineEndings,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<u8>, LineEndsSeen) {
    let mut canonicalizer = BodyCanonicalizer::new(algorithm, line_endings);
    let mut canonical = Vec::new();
    for piece in pieces {
        canonicalizer.push(piece, |octets| canonical.extend_from_slice(octets));
    }
    let seen = canonicalizer.finish(|octets| canonical.extend_from_slice(octets));
    (canonical, seen)
}

fn check(body: &[u8], piece: usize) {
    for algorithm in [Simple, Relaxed] {
        for line_endings in [Lenient, Strict] {
            let expected = oracle(algorithm, line_endings, body);
            let (canonical, seen) = canonicalize(algorithm, line_endings, body.chunks(piece));
            let context = format!(
                "{algorithm} {line_endings:?} by {piece}: {:?}",
                body.escape_ascii().to_string()
            );
            assert_eq!(
                canonical.escape_ascii().to_string(),
                expected.escape_ascii().to_string(),
                "{context}"
            );
            assert_eq!(seen, seen_by_oracle(body), "{context}");
        }
    }
}

/// Bodies of the octets that matter and of stretches that make blocks, some of them long.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-z]{1,80}",
        4 => Just(" ".to_owned()),
        2 => Just("\t".to_owned()),
        4 => Just("\r\n".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => (1..600_usize).prop_map(|count| "\r\n".repeat(count)),
        1 => (1..200_usize).prop_map(|count| " ".repeat(count)),
        1 => (1..400_usize).prop_map(|count| "word and word\r\n".repeat(count)),
        1 => (1..40_usize).prop_map(|count| "word and word\n".repeat(count)),
        1 => "\\PC{1,9}",
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn bodies_of_interest(body in bodies(), piece in 1..300_usize) {
        check(&body, piece);
        check(&body, usize::MAX);
    }

    #[test]
    fn any_octets(body in vec(any::<u8>(), 0..700), piece in 1..300_usize) {
        check(&body, piece);
    }

    #[test]
    fn few_kinds_of_octets(body in vec(prop::sample::select(&b"a \t\r\n"[..]), 0..400), piece in 1..300_usize) {
        check(&body, piece);
    }
}

#[test]
fn every_short_body() {
    let alphabet = b"a \t\r\n";
    let mut bodies = vec![Vec::new()];
    for _ in 0..5 {
        for body in &bodies {
            check(body, 1);
            check(body, usize::MAX);
        }
        bodies = bodies
            .iter()
            .flat_map(|body| alphabet.iter().map(|octet| [&body[..], &[*octet]].concat()))
            .collect();
    }
}

#[test]
fn every_place_in_a_block() {
    for change in [
        "  ",
        "\t",
        " \r\n",
        "\n",
        "\r",
        "\r\n",
        " \r",
        " \n",
        "\t\t\r\n\r\n \r\n",
        "\r\r\n",
    ] {
        for at in 0..200 {
            let mut body = "x".repeat(at);
            body.push_str(change);
            body.push_str(&"y".repeat(330 - at));
            check(body.as_bytes(), usize::MAX);
        }
    }
}

#[test]
fn a_bare_carriage_return_after_many_line_ends() {
    // In some of these the stage becomes full of line ends just when the CR comes.
    for spaces in 1..40 {
        for count in 220..260 {
            let start = "x".to_owned() + &" ".repeat(spaces) + "y";
            let body = start + &"\r\n".repeat(count) + "\r" + &"z".repeat(90);
            check(body.as_bytes(), usize::MAX);
        }
    }
}

/// Relaxes the value of a header field as the RFC says it, step by step (RFC 6376 §3.4.2).
fn relaxed_value(value: &[u8], line_endings: LineEndings) -> Vec<u8> {
    let unfolded = lines(value, line_endings).concat();
    let mut relaxed = Vec::new();
    for octet in unfolded {
        let is_wsp = octet == b' ' || octet == b'\t';
        if !is_wsp {
            relaxed.push(octet);
        } else if !matches!(relaxed.last(), None | Some(b' ')) {
            relaxed.push(b' ');
        }
    }
    if relaxed.last() == Some(&b' ') {
        relaxed.pop();
    }
    relaxed
}

/// Values of header fields, folded in all the ways that leave them one field.
fn values() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-z;=]{1,70}",
        4 => Just(" ".to_owned()),
        1 => Just("\t".to_owned()),
        2 => Just("\r\n ".to_owned()),
        1 => Just("\r\n\t".to_owned()),
        1 => Just("\n ".to_owned()),
        1 => Just("\r".to_owned()),
        1 => (1..200_usize).prop_map(|count| " ".repeat(count)),
        1 => (1..40_usize).prop_map(|count| "\t\r\n \r\n ".repeat(count)),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn header_fields(before in values(), emptied in "[a-z]{0,9}", behind in values()) {
        // What is emptied stands between an equals sign and a semicolon.
        let start = format!("{before}b=");
        let value = format!("{start}{emptied};{behind}");
        let emptied = start.len()..start.len() + emptied.len();
        let text = format!("Name:{value}\r\n\r\n");
        for line_endings in [Lenient, Strict] {
            let (header, _) = message::parse(text.as_bytes(), line_endings).unwrap();
            let field = header.field(0).unwrap();
            if field.value().len() != value.len() {
                // A CR at the end is part of the line end, and there is less of a value.
                continue;
            }
            let mut canonical = b"in front".to_vec();
            canonicalize_field(Relaxed, field, &mut canonical);
            let expected = relaxed_value(value.as_bytes(), line_endings);
            let expected = [b"in frontname:", &expected[..], b"\r\n"].concat();
            prop_assert_eq!(canonical.escape_ascii().to_string(), expected.escape_ascii().to_string());

            let mut canonical = Vec::new();
            canonicalize_signature_field(Relaxed, field, emptied.clone(), &mut canonical);
            let without = format!("{start};{behind}");
            let expected = relaxed_value(without.as_bytes(), line_endings);
            let expected = [b"name:", &expected[..]].concat();
            prop_assert_eq!(canonical.escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }
}
