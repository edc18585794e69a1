use super::*;

/// The records of a file, one per line, or the fault and its line.
#[track_caller]
fn check(contents: impl AsRef<[u8]>, expected: &[&str]) {
    let contents = contents.as_ref();
    let mut reader = Reader::new(contents);
    let mut shown = Vec::new();
    loop {
        match reader.next_entry() {
            Ok(Some(entry)) => shown.push(show(&entry)),
            Ok(None) => break,
            Err(FaultAt { line, fault }) => {
                shown.push(format!("{line}: {fault}"));
                break;
            }
        }
    }
    assert_eq!(shown, expected, "{}", contents.escape_ascii());
}

fn show(entry: &Entry) -> String {
    let ttl = entry.ttl.map_or("-".to_owned(), |ttl| ttl.to_string());
    let data = match &entry.data {
        Data::Text(strings) => {
            let strings = strings
                .iter()
                .map(|string| format!("{:?}", string.escape_ascii().to_string()));
            format!("TXT {}", strings.collect::<Vec<_>>().join(" "))
        }
        Data::Alias(target) => format!("CNAME {target}"),
        Data::Subtree(target) => format!("DNAME {target}"),
        Data::Plain(record_type, data) => format!("{record_type} {data:?}"),
        Data::BesideAlias => "beside".to_owned(),
        Data::Other => "other".to_owned(),
    };
    format!("{} {} {ttl} {data}", entry.line, entry.owner)
}

#[test]
fn what_keygen_prints() {
    check(
        r#"s._domainkey.example.com. IN TXT "v=DKIM1; k=rsa; p=MIIB" "IjAN""#,
        &[r#"1 s._domainkey.example.com. - TXT "v=DKIM1; k=rsa; p=MIIB" "IjAN""#],
    );
    check(
        "s._domainkey.example.com\t3600\tIN\tTXT\t( \"v=DKIM1; k=rsa; \"\r\n\t\"p=MIIB\" )  ; ----- DKIM key s for example.com\r\n",
        &[r#"1 s._domainkey.example.com. 3600 TXT "v=DKIM1; k=rsa; " "p=MIIB""#],
    );
}

#[test]
fn names() {
    check("a TXT x", &["1 a. - TXT \"x\""]);
    check("A.Example. tXt X", &["1 a.example. - TXT \"X\""]);
    check("$ORIGIN example.\na TXT x\n", &["2 a.example. - TXT \"x\""]);
    check(
        "$origin example.\n$ORIGIN sub\na TXT x",
        &["3 a.sub.example. - TXT \"x\""],
    );
    check(
        "$ORIGIN example.\n@ TXT x\n\\@ TXT y",
        &["2 example. - TXT \"x\"", "3 \\@.example. - TXT \"y\""],
    );
    check(
        "a TXT x\n  TXT y\n\tTXT z",
        &["1 a. - TXT \"x\"", "2 a. - TXT \"y\"", "3 a. - TXT \"z\""],
    );
    check(
        "a CNAME @\n$ORIGIN b.\na CNAME @\na CNAME c",
        &["1 a. - CNAME .", "3 a.b. - CNAME b.", "4 a.b. - CNAME c.b."],
    );
    check("a DNAME b.", &["1 a. - DNAME b."]);
    check(
        r"a\.b\032\195\169 TXT x",
        &[r#"1 a\.b\032\195\169. - TXT "x""#],
    );
    check("a..b TXT x", &["1: the name a..b has an empty label"]);
    check(
        "\n\n TXT x",
        &[
            "3: a record begins with white space, which repeats the name before it, and there is none",
        ],
    );
}

#[test]
fn ttl_and_class_in_either_order() {
    check("a 1 IN TXT x", &["1 a. 1 TXT \"x\""]);
    check("a IN 1 TXT x", &["1 a. 1 TXT \"x\""]);
    check("a in TXT x", &["1 a. - TXT \"x\""]);
    check("a CLASS1 TXT x", &["1 a. - TXT \"x\""]);
    check("a 1h30m TXT x", &["1 a. 5400 TXT \"x\""]);
    check("a 1W TXT x", &["1 a. 604800 TXT \"x\""]);
    check("a 4294967295 TXT x", &["1 a. 4294967295 TXT \"x\""]);
    check("a 4294967296 TXT x", &["1: not a time to live: 4294967296"]);
    check("a 7000w TXT x", &["1 a. 4233600000 TXT \"x\""]);
    check("a 8000w TXT x", &["1: not a time to live: 8000w"]);
    check("a 1x TXT x", &["1: not a time to live: 1x"]);
    // RFC 2308 §4: $TTL; without it the last TTL stated.
    check(
        "a TXT x\na 5 TXT y\na TXT z\n$TTL 1d\na TXT w\na 6 TXT v\na TXT u",
        &[
            "1 a. - TXT \"x\"",
            "2 a. 5 TXT \"y\"",
            "3 a. 5 TXT \"z\"",
            "5 a. 86400 TXT \"w\"",
            "6 a. 6 TXT \"v\"",
            "7 a. 86400 TXT \"u\"",
        ],
    );
    check("$TTL", &["1: $TTL takes one value"]);
    check("$TTL x", &["1: not a time to live: x"]);
    // Records of other classes are not the Internet's.
    check("a CH TXT x\na HS TXT x\na CLASS9 TXT x", &[]);
}

#[test]
fn strings() {
    check(
        r#"a TXT "\195\169" "\233" "\000" "\255""#,
        &[r#"1 a. - TXT "\\xc3\\xa9" "\\xe9" "\\x00" "\\xff""#],
    );
    check(
        r#"a TXT "a\"b\\c\;d;e(f)g" x\;y\ z"#,
        &[r#"1 a. - TXT "a\\\"b\\\\c;d;e(f)g" "x;y z""#],
    );
    check("a TXT \"\"", &["1 a. - TXT \"\""]);
    check(
        "a TXT \"x\"\"y\"z\"w\"",
        &["1 a. - TXT \"x\" \"y\" \"z\" \"w\""],
    );
    check(
        b"a TXT \"\xE9\xFF\x00\x01\" \xC3".as_slice(),
        &[r#"1 a. - TXT "\\xe9\\xff\\x00\\x01" "\\xc3""#],
    );
    check("a TXT v=DKIM1; p=x", &["1 a. - TXT \"v=DKIM1\""]);
    let most = "x".repeat(255);
    check(
        format!("a TXT {most}"),
        &[&format!("1 a. - TXT \"{most}\"")],
    );
    check(
        format!("a TXT \"x{most}\""),
        &["1: a string has 256 octets, and 255 is the most: split it into several"],
    );
    check(r#"a TXT "\25""#, &["1: a backslash escapes nothing"]);
    check(r#"a TXT "\256""#, &["1: a backslash escapes nothing"]);
    check(r"a TXT x\", &["1: a backslash escapes nothing"]);
    check("a TXT", &["1: a TXT record has no value"]);
    check(
        "\n\na TXT \"x\nb TXT y",
        &["3: a quoted string does not end in its line"],
    );
    check(
        "a TXT \"x\\\n\"",
        &["1: a quoted string does not end in its line"],
    );
    check("a TXT \"", &["1: a quoted string does not end in its line"]);
}

#[test]
fn a_long_record() {
    let strings = vec![format!("\"{}\"", "k".repeat(250)); 70];
    let mut reader_input = format!(
        "a TXT (\n{}\n)\n",
        strings.join(" ; comment with ) and \"\n")
    );
    let mut reader = Reader::new(reader_input.as_bytes());
    let entry = reader.next_entry().unwrap().unwrap();
    assert_eq!(entry.data, Data::Text(vec![vec![b'k'; 250]; 70]));
    reader_input = format!("a TXT ({})", vec!["k".repeat(255); 257].join(" "));
    check(reader_input, &["1: a record has more than 65535 octets"]);
}

#[test]
fn parentheses_and_comments() {
    check(
        "; comment \"(\na TXT ( x ; ) \"\n\n  y\n) z ; end\nb TXT w",
        &["2 a. - TXT \"x\" \"y\" \"z\"", "6 b. - TXT \"w\""],
    );
    check("a TXT ((x)y)", &["1 a. - TXT \"x\" \"y\""]);
    check(
        "a (\nTXT\n\"v=DKIM1; p=\"\n)",
        &["1 a. - TXT \"v=DKIM1; p=\""],
    );
    check("a TXT x;y", &["1 a. - TXT \"x\""]);
    check(
        "a TXT x\n\na TXT ( x\ny",
        &["1 a. - TXT \"x\"", "3: a parenthesis is not closed"],
    );
    check(
        "a TXT x )",
        &["1: a parenthesis is closed that was not open"],
    );
    check(";only\n   ; comments\n\n\t\n\r\n", &[]);
    check("\u{feff}a TXT x", &["1 a. - TXT \"x\""]);
    check(b"; gr\xFC\xDFe\na TXT x".as_slice(), &["2 a. - TXT \"x\""]);
}

#[test]
fn a_zone_as_bind_writes_it() {
    let zone = r#"
$TTL 3600
$ORIGIN example.com.
@   IN SOA ns1.example.com. hostmaster.example.com. (
        2024010101 ; serial
        7200 3600 1209600 3600 )
    IN NS ns1
    IN MX 10 mail
    IN CAA 0 issue "letsencrypt.org"
    IN RRSIG A 13 2 3600 20300101000000 20200101000000 1 example.com. ( abc=
        def== )
    IN DNSKEY 257 3 13 ( mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+
        KkxLbxILfDLUT0rAK9iUzy1L53eKGQ== ) ; {id = 31589 (ksk), size = 256b}
    IN NSEC a.example.com. A NS SOA TXT TYPE65
    IN TYPE65 \# 4 00010000
    IN TYPE4242 \# 0
mail 300 IN A 192.0.2.1
     300 IN AAAA 2001:db8::1
_sip._tcp SRV 0 5 5060 mail
@ HTTPS 1 . alpn="h2,h3"
s._domainkey TXT "v=DKIM1; p="
$GENERATE 1-9 host$ A 192.0.2.$
"#;
    check(
        zone,
        &[
            "4 example.com. 3600 SOA Soa { primary: \"ns1.example.com.\", serial: 2024010101, minimum: 3600 }",
            "7 example.com. 3600 NS Ns(\"ns1.example.com.\")",
            "8 example.com. 3600 MX Mx { preference: 10, exchange: \"mail.example.com.\" }",
            "9 example.com. 3600 other",
            "10 example.com. 3600 beside",
            "12 example.com. 3600 other",
            "14 example.com. 3600 beside",
            "15 example.com. 3600 other",
            "16 example.com. 3600 other",
            "17 mail.example.com. 300 A Address(192.0.2.1)",
            "18 mail.example.com. 300 AAAA Address(2001:db8::1)",
            "19 _sip._tcp.example.com. 3600 other",
            "20 example.com. 3600 other",
            "21 s._domainkey.example.com. 3600 TXT \"v=DKIM1; p=\"",
        ],
    );
}

#[test]
fn the_form_for_unknown_types() {
    check(
        r"a TYPE16 \# 6 02 7678 02 797a",
        &["1 a. - TXT \"vx\" \"yz\""],
    );
    check(r"a TXT \# 2 0141", &["1 a. - TXT \"A\""]);
    check(r#"a TXT "\#" x"#, &["1 a. - TXT \"#\" \"x\""]);
    for wrong in [
        r"a TXT \# 3 0141",
        r"a TXT \# 2 0241",
        r"a TXT \# 1 0",
        r"a TXT \# 0",
        r"a TXT \# x 00",
        r"a TXT \# 1 0g",
        r"a TYPE5 \# 1 00",
    ] {
        check(wrong, &["1: the data behind \\# is not what it says"]);
    }
}

#[test]
fn plain_types() {
    #[track_caller]
    fn data(record: &str, expected: &str) {
        check(format!("a {record}"), &[&format!("1 a. - {expected}")]);
    }
    data("A 192.0.2.1", "A Address(192.0.2.1)");
    data(r"TYPE1 \# 4 c0000201", "A Address(192.0.2.1)");
    data("AAAA 2001:DB8::1", "AAAA Address(2001:db8::1)");
    data("NS NS1.Example.", r#"NS Ns("ns1.example.")"#);
    data(r"NS \# 4 026E7300", r#"NS Ns("ns.")"#);
    data("MX 0 .", r#"MX Mx { preference: 0, exchange: "." }"#);
    data(
        r"MX \# 5 000a 016d00",
        r#"MX Mx { preference: 10, exchange: "m." }"#,
    );
    data(
        "MX 65535 b",
        r#"MX Mx { preference: 65535, exchange: "b." }"#,
    );
    data(
        r"SOA . a\.b.example. ( 4294967295 1h 1 1w 1h30m )",
        r#"SOA Soa { primary: ".", serial: 4294967295, minimum: 5400 }"#,
    );
}

#[test]
fn plain_types_with_other_data() {
    #[track_caller]
    fn fault(record: &str, expected: &str) {
        check(format!("\na {record}"), &[&format!("2: {expected}")]);
    }
    for data in [
        "192.0.2",
        "192.0.2.1 192.0.2.2",
        "2001:db8::1",
        "b.example.",
    ] {
        fault(&format!("A {data}"), "an A record has an IPv4 address");
    }
    fault("AAAA 192.0.2.1", "an AAAA record has an IPv6 address");
    fault("A", "an A record has an IPv4 address");
    fault("NS", "an NS record has a name");
    fault("NS b c", "an NS record has a name");
    fault("NS b..c", "the name b..c has an empty label");
    for data in ["b", "10", "-1 b", "65536 b", "x b", "1 b c"] {
        let form = "an MX record has a preference, from 0 to 65535, and a name";
        fault(&format!("MX {data}"), form);
    }
    for data in [
        "a b",
        "a b 1 1 1 1",
        "a b x 1 1 1 1",
        "a b 1 1 1 1 x",
        "a b 1 1 1 1 1 1",
    ] {
        fault(
            &format!("SOA {data}"),
            "a SOA record has two names and five numbers",
        );
    }
    for data in [
        r"A \# 3 c00002",
        r"NS \# 5 026E7300 00",
        r"MX \# 7 000a036d7800",
        r"A \# 0",
    ] {
        fault(data, "the data behind \\# is not what it says");
    }
    // What is of another class is not read.
    check("a CH A 10", &[]);
}

#[test]
fn what_is_not_understood() {
    check(
        "$INCLUDE other.zone",
        &["1: $INCLUDE is not followed: name that file as well"],
    );
    check(
        "$GENERATE 1-2 a$ TXT x",
        &["1: $GENERATE is not supported for TXT, CNAME and DNAME"],
    );
    check("$FOO", &["1: no such directive: $FOO"]);
    check("a", &["1: a record has no type"]);
    check("a IN 1", &["1: a record has no type"]);
    check(
        "a TXTT x",
        &[
            "1: no such record type: TXTT (a line that begins with white space repeats the name before it)",
        ],
    );
    check(
        "a \"TXT\" x",
        &[
            "1: no such record type: TXT (a line that begins with white space repeats the name before it)",
        ],
    );
    check(
        "a TXT x\n  b.example. TXT \u{1b}x",
        &[
            "1 a. - TXT \"x\"",
            "2: no such record type: b.example. (a line that begins with white space repeats the name before it)",
        ],
    );
    check("a CNAME", &["1: a CNAME record has no value"]);
    check(
        "a CNAME b c",
        &["1: a CNAME record has more than one value"],
    );
    check(
        "a \u{1b}[31m",
        &[
            "1: no such record type: \\x1b[31m (a line that begins with white space repeats the name before it)",
        ],
    );
}

#[test]
fn any_octets_whatever() {
    // Every pair and many a triple of the octets that mean something, at every place of a record.
    let special = b" \t\r\n\"\\();$@.0aI\xFF\x00";
    let bases: [&[u8]; 6] = [
        b"a IN TXT \"x\"\n",
        b"$TTL 1\n",
        b"a TYPE16 \\# 2 0141",
        b"a SOA a b 1 1 1 1 1",
        b"a MX \\# 5 000a016d00",
        b"a A 192.0.2.1",
    ];
    for base in bases {
        for place in 0..=base.len() {
            for &first in special {
                for &second in special {
                    let mut contents = base.to_vec();
                    contents.splice(place..place, [first, second]);
                    let mut reader = Reader::new(&contents);
                    while let Ok(Some(_)) = reader.next_entry() {}
                }
            }
        }
    }
}
