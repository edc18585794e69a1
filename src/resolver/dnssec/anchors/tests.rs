use super::*;

/// The anchors of a file, one per line, or the error.
#[track_caller]
fn check(contents: &str, expected: &[&str]) {
    let shown = match read("root.key", contents.as_bytes()) {
        Ok(anchors) => anchors.list.iter().map(show).collect(),
        Err(error) => vec![error.to_string()],
    };
    assert_eq!(shown, expected, "{contents}");
}

fn show(anchor: &Anchor) -> String {
    match &anchor.is {
        KeyOrDigest::Key(key) => format!(
            "{} key {} {}",
            anchor.zone,
            key.calculate_key_tag().unwrap(),
            u8::from(key.algorithm())
        ),
        KeyOrDigest::Digest(digest) => format!(
            "{} digest {} {} {}",
            anchor.zone,
            digest.key_tag(),
            u8::from(digest.algorithm()),
            digest.digest().len()
        ),
    }
}

/// The root's key of 2017 and its digest, as IANA publishes them.
const KEY: &str = "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=";
const DIGEST: &str = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";

/// Of RFC 8080 §6.1.
const ED25519: &str = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";

#[test]
fn as_the_tools_write_them() {
    let dig = format!("; <<>> DiG <<>> . DNSKEY\n.\t\t86400\tIN\tDNSKEY\t257 3 8 {KEY}\n");
    check(&dig, &[". key 20326 8"]);
    let (head, tail) = KEY.split_at(56);
    let multiline =
        format!(". 172800 IN DNSKEY 257 3 8 (\n  {head}\n  {tail}\n  ) ; KSK; alg = 8\n");
    check(&multiline, &[". key 20326 8"]);
    let unbound = format!(
        "; autotrust trust anchor file\n;;id: . 1\n.\t86400\tIN\tDNSKEY\t257 3 8 {KEY} ;{{id = 20326 (ksk), size = 2048b}} ;;state=2 [  VALID  ]\n"
    );
    check(&unbound, &[". key 20326 8"]);
    let digest = format!(". IN DS 20326 8 2 {DIGEST}\n");
    check(&digest, &[". digest 20326 8 32"]);
    let (head, tail) = DIGEST.split_at(56);
    let zone = format!("$ORIGIN example.com.\n@ 3600 DS 3613 15 2 {head} {tail}\n  TXT \"x\"\n");
    check(&zone, &["example.com. digest 3613 15 32"]);
    check(
        &format!("Example.COM IN DNSKEY 257 3 15 {ED25519}"),
        &["example.com. key 3613 15"],
    );
}

#[test]
fn what_is_passed_over() {
    let key = format!(". DNSKEY 257 3 8 {KEY}\n");
    let other = ". NS a.root-servers.net.\n. RRSIG DNSKEY 8 0 1 1 1 1 . aaaa\n";
    check(&format!("{other}{key}"), &[". key 20326 8"]);
    // Revoked.
    check(
        &format!(". DNSKEY 385 3 8 {KEY}\n{key}"),
        &[". key 20326 8"],
    );
}

#[test]
fn faults() {
    let none = "root.key: there is no DNSKEY or DS record in it";
    check("", &[none]);
    check("; nothing\n. NS a.\n", &[none]);
    check(&format!(". DNSKEY 385 3 8 {KEY}"), &[none]);
    let key = "a DNSKEY record has flags, the protocol 3, an algorithm and a key in base64";
    let digest =
        "a DS record has a key tag, an algorithm, a digest type and a digest of its length";
    for (line, why) in [
        (". DNSKEY".to_owned(), key),
        (". DNSKEY 257 3 8".to_owned(), key),
        (". DNSKEY 257 3 8 AwEAAaz!".to_owned(), key),
        (format!(". DNSKEY 257 2 8 {KEY}"), key),
        (format!(". DNSKEY 65793 3 8 {KEY}"), key),
        (format!(". DNSKEY 257 3 RSASHA256 {KEY}"), key),
        (format!(". DNSKEY 257 3 15 {KEY}"), key),
        (format!(". DNSKEY 257 3 13 {ED25519}"), key),
        (
            format!(". DNSKEY 1 3 8 {KEY}"),
            "this key is not for a zone: its flags lack 256",
        ),
        (
            format!(". DNSKEY 257 3 12 {KEY}"),
            "keys of the algorithm 12 are not supported",
        ),
        (". DS 20326 8 2".to_owned(), digest),
        (". DS 20326 8 2 e0 6d".to_owned(), digest),
        (format!(". DS 20326 8 4 {DIGEST}"), digest),
        (format!(". DS 20326 8 2 {}x", &DIGEST[1..]), digest),
        (
            format!(". DS 20326 8 3 {DIGEST}"),
            "digests of the type 3 are not supported",
        ),
        (
            "<?xml version=\"1.0\"?>".to_owned(),
            "no such record type: version= (a line that begins with white space repeats the name before it)",
        ),
    ] {
        check(
            &format!("; a comment\n\n{line}\n"),
            &[&format!("root.key: line 3: {why}")],
        );
    }
}
