//! What must hold for any record, of records made at random.

use proptest::prelude::*;

use super::{KEY, check_consistency};

/// Records of the pieces that real ones are made of, in any order.
fn records() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "v",
        "k",
        "p",
        "h",
        "s",
        "t",
        "n",
        "g",
        "x",
        "P",
        "V",
        "\"v",
        "a b",
        "",
        "\u{feff}v",
        "IN TXT v",
    ]);
    let values = prop::sample::select(vec![
        "DKIM1",
        "DKIM2",
        "dkim1",
        "ed25519",
        "rsa",
        "Ed25519",
        "dsa",
        KEY,
        "",
        "sha256",
        "sha1",
        "sha1:sha256",
        "email",
        "*",
        "tlsrpt",
        "y",
        "y:s",
        "say \"hi\"",
        "a\\",
        "AAAA",
        "A",
        "!",
        "MEgCQQ",
        "\u{201c}x\u{201d}",
        "DKIM1 k=ed25519",
        "ed25519, p=AAAA",
    ]);
    let separators = prop::sample::select(vec![
        ";", "; ", ";", "; ", ";", ";;", "\\;", "\" \"", ";\n", ";\r\n\t", ",",
    ]);
    let equals = prop::sample::select(vec!["=", "=", "=", " = ", "", "=\"", "==", "= \t"]);
    let tag = (names, equals, values, separators)
        .prop_map(|(name, equals, value, separator)| format!("{name}{equals}{value}{separator}"));
    let likely = prop::sample::select(vec![
        "v=DKIM1; ",
        "v=DKIM1; k=ed25519; ",
        "k=ed25519;",
        "",
        "\"v=DKIM1;",
    ]);
    let key = prop::sample::select(vec![
        format!("p={KEY}"),
        String::new(),
        format!("p={KEY};"),
        format!("p={KEY}\""),
    ]);
    (likely, prop::collection::vec(tag, 0..5), key)
        .prop_map(|(likely, tags, key)| format!("{likely}{}{key}", tags.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn likely_records_are_consistent_with_verification(text in records()) {
        check_consistency(text.as_bytes());
    }

    #[test]
    fn any_octets_are_consistent_with_verification(octets in prop::collection::vec(any::<u8>(), 0..80), place in 0..60_usize) {
        check_consistency(&octets);
        let mut record = format!("v=DKIM1; k=ed25519; p={KEY}").into_bytes();
        record.splice(place..place, octets);
        check_consistency(&record);
    }
}
