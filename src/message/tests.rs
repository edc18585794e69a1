use super::*;

fn fields(message: &[u8], line_endings: LineEndings) -> (Vec<(String, String)>, String) {
    let (header, body) = parse(message, line_endings).unwrap();
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    let fields = header
        .fields()
        .map(|field| (text(field.name()), text(field.value())))
        .collect();
    (fields, text(body))
}

fn check(message: &str, expected: &[(&str, &str)], body: &str) {
    let owned: Vec<_> = expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(
        fields(message.as_bytes(), LineEndings::Lenient),
        (owned, body.to_owned()),
        "{message:?}"
    );
    // The same in pieces of any size.
    for size in [1, 2, 3] {
        let mut reader = HeaderReader::new(LineEndings::Lenient);
        let mut rest = Vec::new();
        for chunk in message.as_bytes().chunks(size) {
            if rest.is_empty() {
                match reader.push(chunk).unwrap() {
                    None => {}
                    Some(taken) => rest.push(chunk[taken..].to_vec()),
                }
            } else {
                rest.push(chunk.to_vec());
            }
        }
        let header = reader.finish().unwrap();
        assert_eq!(header.fields().count(), expected.len(), "{message:?}");
        assert_eq!(rest.concat(), body.as_bytes(), "{message:?}");
        assert_eq!(
            header.length() + body.len() as u64,
            message.len() as u64,
            "{message:?}"
        );
    }
}

#[test]
fn headers_and_bodies() {
    check("", &[], "");
    check("\r\nbody", &[], "body");
    check("A: b\r\n", &[("A", " b")], "");
    check("A: b", &[("A", " b")], "");
    check("A: b\r\n\r\n", &[("A", " b")], "");
    check(
        "A: b\r\n c\r\nD : e\r\n\r\nx",
        &[("A", " b\r\n c"), ("D", " e")],
        "x",
    );
    check(
        "A: b\n\tc\nD:e\n\nx\n",
        &[("A", " b\n\tc"), ("D", "e")],
        "x\n",
    );
    check(
        "A: b\r\n \r\nC: d\r\n\r\n",
        &[("A", " b\r\n "), ("C", " d")],
        "",
    );
    check(
        "A: b\r\njunk\r\nC: d\r\n\r\n",
        &[("A", " b"), ("", ""), ("C", " d")],
        "",
    );
    check(" odd\r\nC: d\r\n\r\n", &[("", ""), ("C", " d")], "");
    check("A: b\r\r\n\r\n", &[("A", " b\r")], "");
}

#[test]
fn a_separator_line_is_not_a_field() {
    check(
        "From joe Sat Jan  3 01:05:34 1996\nA: b\n\nx",
        &[("A", " b")],
        "x",
    );
    check("From joe@[::1] Sat Jan  3\nA: b\n\nx", &[("A", " b")], "x");
    check(
        "From : joe\nA: b\n\nx",
        &[("From", " joe"), ("A", " b")],
        "x",
    );
    let (header, _) = parse(b"From joe\nA: b\n\n", LineEndings::Lenient).unwrap();
    assert_eq!(
        (header.envelope(), header.octets()),
        (&b"From joe\n"[..], &b"A: b\n"[..])
    );
}

#[test]
fn what_is_above_a_header_is_no_part_of_it() {
    let above = |message: &str| {
        check(message, &[("A", " b")], "x");
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        assert_eq!(header.octets(), b"A: b\n");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (
            header.has_byte_order_mark(),
            text(header.envelope()),
            text(header.above()),
        )
    };
    let owned = |mark, envelope: &str, above: &str| (mark, envelope.to_owned(), above.to_owned());
    let lines = ">From joe\n>From jim Sat\r\n";
    assert_eq!(
        above(&format!("{lines}A: b\n\nx")),
        owned(false, lines, lines)
    );
    assert_eq!(above("\u{feff}A: b\n\nx"), owned(true, "", "\u{feff}"));
    let all = format!("\u{feff}{lines}");
    assert_eq!(above(&format!("{all}A: b\n\nx")), owned(true, lines, &all));
    check("\u{feff}", &[], "");
    check("\u{feff}\r\nx", &[], "x");
    check(">From : joe\n\nx", &[(">From", " joe")], "x");
}

#[test]
fn on_the_wire_a_bare_line_feed_is_data() {
    let (fields, body) = fields(b"A: b\nC: d\r\n\n\r\n\r\nx", LineEndings::Strict);
    assert_eq!(fields[0], ("A".into(), " b\nC: d".into()));
    assert_eq!((fields.len(), body.as_str()), (2, "x"));
    let value = |message, line_endings| {
        let (header, _) = parse(message, line_endings).unwrap();
        header.field(0).unwrap().value().to_vec()
    };
    assert_eq!(value(b"A: b\n", LineEndings::Strict), b" b\n");
    assert_eq!(value(b"A: b\n", LineEndings::Lenient), b" b");
    assert_eq!(value(b"A: b\r\n", LineEndings::Strict), b" b");
}

#[test]
fn nothing_after_the_end_is_header() {
    let mut reader = HeaderReader::new(LineEndings::Lenient);
    assert_eq!(reader.push(b"A: b\r\n\r"), Ok(None));
    assert_eq!(reader.push(b"\nbody"), Ok(Some(1)));
    assert_eq!(reader.push(b"C: d\r\n\r\n"), Ok(Some(0)));
    assert_eq!(reader.push(b""), Ok(Some(0)));
    let header = reader.finish().unwrap();
    assert_eq!((header.octets(), header.length()), (&b"A: b\r\n"[..], 8));
}

#[test]
fn limits_hold_for_fields_and_headers() {
    let field = [b"A: ".as_slice(), &vec![b'x'; MAX_FIELD - 4], b"\n"].concat();
    assert!(parse(&field, LineEndings::Lenient).is_ok());
    let long = [b"A: ".as_slice(), &vec![b'x'; MAX_FIELD], b"\n"].concat();
    let error = Some(HeaderError::LongField(Some("A".into())));
    assert_eq!(parse(&long, LineEndings::Lenient).err(), error);
    for size in [4096, MAX_FIELD, MAX_FIELD + 1] {
        let mut reader = HeaderReader::new(LineEndings::Lenient);
        let pushed = long.chunks(size).map(|chunk| reader.push(chunk).err());
        assert_eq!(pushed.last(), Some(error.clone()), "{size}");
    }
    let folded = [b"A: ".as_slice(), &b"x\n ".repeat(MAX_FIELD / 3)].concat();
    assert!(matches!(
        parse(&folded, LineEndings::Lenient),
        Err(HeaderError::LongField(_))
    ));
    let line = vec![b'x'; MAX_FIELD + 1];
    assert_eq!(
        parse(&line, LineEndings::Lenient).err(),
        Some(HeaderError::LongField(None))
    );
    let many = field.repeat(9);
    assert_eq!(
        parse(&many, LineEndings::Lenient).err(),
        Some(HeaderError::LongHeader)
    );
    assert!(parse(&b"\n".repeat(MAX_HEADER + 2), LineEndings::Strict).is_err());
}

#[test]
fn names_select_from_the_bottom_up() {
    let (header, _) = parse(b"A: 1\nB: 2\na: 3\nA: 4\n\n", LineEndings::Lenient).unwrap();
    let index = FieldIndex::new(&header);
    let selected: Vec<_> = index
        .select(["a", "b", "A", "c", "a", "a", "B"], None)
        .collect();
    assert_eq!(
        selected,
        [Some(3), Some(1), Some(2), None, Some(0), None, None]
    );
    assert_eq!(
        (
            index.count("A", 9),
            index.count("A", 2),
            index.count("x", 9)
        ),
        (3, 2, 0)
    );
}
