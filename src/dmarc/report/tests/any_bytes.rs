//! Bytes of any kind end in a report or in an error.

use proptest::prelude::*;

use super::*;

/// A report with everything in it.
fn good() -> String {
    let signature =
        "<dkim><domain>a.test</domain><selector>s</selector><result>pass</result></dkim>";
    let record = format!(
        "<record><row><source_ip>192.0.2.1</source_ip><count>2</count><policy_evaluated>\
         <dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>\
         <header_from>a&amp;b</header_from><envelope_from><![CDATA[c]]></envelope_from>\
         </identifiers><auth_results>{signature}{signature}</auth_results><!-- x --></record>"
    );
    format!(
        "<?xml version=\"1.0\"?><!DOCTYPE feedback>{}",
        plain(&record.repeat(2))
    )
}

#[test]
fn a_report_that_is_cut_short_is_none() {
    let good = good();
    let whole = Report::parse(good.as_bytes()).unwrap();
    assert_eq!(whole.records.len(), 2);
    for length in 0..good.len() {
        assert!(
            Report::parse(&good.as_bytes()[..length]).is_err(),
            "{length}"
        );
    }
    // What comes behind it does not matter.
    for behind in ["\n", "\0\0\0", "<feedback>", "</x>", "&"] {
        assert_eq!(
            Report::parse(format!("{good}{behind}").as_bytes()),
            Ok(whole.clone())
        );
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Report::parse(&bytes);
        let _ = unpack(&bytes);
        for start in [&b"\x1f\x8b\x08\0"[..], b"PK\x03\x04", b"PK\x05\x06", b"<feedback>"] {
            let bytes = [start, &bytes].concat();
            let _ = Report::parse(&bytes);
            let _ = unpack(&bytes);
        }
    }

    #[test]
    fn any_markup(parts in proptest::collection::vec(part(), 0..40)) {
        let _ = Report::parse(format!("<feedback>{}", parts.concat()).as_bytes());
        let _ = Report::parse(plain(&parts.concat()).as_bytes());
    }

    #[test]
    fn any_damage(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = good().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = Report::parse(&bytes);
    }
}

fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<record>",
        "</record>",
        "<row>",
        "</row>",
        "<count>",
        "</count>",
        "1",
        "x",
        " ",
        "&",
        "&#",
        "&#x110000;",
        "&lt;",
        "<",
        ">",
        "/>",
        "<dkim/>",
        "<auth_results>",
        "</auth_results>",
        "<dkim>",
        "</dkim>",
        "<a b='",
        "'",
        "\"",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE x [",
        "]>",
        "<?x",
        "?>",
        "</feedback>",
        "<xs:schema>",
        "\u{feff}",
        "\0",
        "<domain>",
        "</domain>",
    ])
}
