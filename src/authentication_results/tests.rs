//! Fields that are written.

use super::*;
use crate::message::{LineEndings, parse};
use crate::verify::Verifier;

const GOOD: &str = "v=1; a=rsa-sha256; d=example.com; s=s1; h=from; \
                    bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=";

fn id() -> AuthservId {
    AuthservId::parse("mx.example.org").unwrap()
}

/// The field for a message without keys, of these DKIM-Signature fields.
fn written(signatures: &[&str]) -> String {
    let mut message = String::new();
    for signature in signatures {
        message.push_str(&format!("DKIM-Signature: {signature}\r\n"));
    }
    message.push_str("From: a@example.com\r\n\r\n");
    let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
    let mut verification = Verifier::default().begin(header, 0);
    verification.body(body);
    let field = field(&id(), &verification.finish());
    assert!(field.ends_with("\r\n"), "{field:?}");
    for line in field.trim_end().split("\r\n") {
        let is_piece = line.trim_start().split(' ').count() == 1;
        assert!(line.len() <= 78 || is_piece, "{line:?}");
        assert!(line.len() <= 998, "{line:?}");
        assert!(
            line.bytes().all(|octet| matches!(octet, b' '..=b'~')),
            "{line:?}"
        );
    }
    field
}

/// What the field says of its signatures once it is read again.
fn read(signatures: &[&str]) -> Vec<DkimResult> {
    let field = written(signatures);
    let value = field.strip_prefix("Authentication-Results:").unwrap();
    let results = AuthenticationResults::parse(value.as_bytes());
    assert_eq!(results.authserv_id.as_deref(), Some("mx.example.org"));
    assert_eq!(results.dkim.len(), signatures.len(), "{field:?}");
    results.dkim
}

#[test]
fn nothing_signed() {
    assert_eq!(
        written(&[]),
        "Authentication-Results: mx.example.org; dkim=none\r\n"
    );
}

#[test]
fn a_result_for_each_signature() {
    let first = format!("{GOOD}AbCdEfGhIjKlMnOp");
    let second = "v=1; a=rot13; d=example.net; s=s2; h=from; bh=AAAA; b=QQ==";
    assert_eq!(
        written(&[&first, second, "nonsense"]),
        "Authentication-Results: mx.example.org;\r\n \
         dkim=temperror (key unavailable: the question for the key was not answered)\r\n  \
         header.d=example.com header.i=@example.com header.s=s1 header.a=rsa-sha256\r\n  \
         header.b=AbCdEfGh;\r\n \
         dkim=neutral (the algorithm a 'rot13' is not known) header.d=example.net\r\n  \
         header.s=s2 header.b=\"QQ==\";\r\n \
         dkim=neutral (signature syntax error: 'nonsense' has no equals sign)\r\n"
    );
}

#[test]
fn enough_of_each_signature_to_tell_them_apart() {
    let check = |signatures: &[&str], expected: &[&str]| {
        let fields: Vec<String> = signatures.iter().map(|b| format!("{GOOD}{b}")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let results = read(&fields);
        let starts: Vec<_> = results
            .iter()
            .map(|result| result.signature.as_deref())
            .collect();
        let expected: Vec<_> = expected.iter().map(|start| Some(*start)).collect();
        assert_eq!(starts, expected, "{signatures:?}");
    };
    check(&["AAAABBBBCCCC"], &["AAAABBBB"]);
    check(&["AAAA BBBB\r\n CCCC"], &["AAAABBBB"]);
    check(&["AAAA"], &["AAAA"]);
    check(
        &["AAAABBBBCCCC", "AAAABBBBCCDD"],
        &["AAAABBBBCCC", "AAAABBBBCCD"],
    );
    check(
        &["AAAABBBBCCCC", "ZZZZBBBBCCCC", "AAAABBBBDDDD"],
        &["AAAABBBBC", "ZZZZBBBB", "AAAABBBBD"],
    );
    check(&["AAAABBBB", "AAAABBBBCCCC"], &["AAAABBBB", "AAAABBBBC"]);
    // The same signature twice is one.
    check(&["AAAABBBBCCCC", "AAAABBBBCCCC"], &["AAAABBBB", "AAAABBBB"]);
    check(&["A++A++A+/CCC"], &["A++A++A+"]);
    // These have to be quoted.
    check(&["A/+A++A+CCCC", "B+++B+++"], &["A/+A++A+", "B+++B+++"]);
    check(&["QQ=="], &["QQ=="]);
    let long = "A".repeat(2000);
    let (one, other) = (format!("{long}AAAA"), format!("{long}BBBB"));
    check(&[&one, &other], &[&long[..900], &long[..900]]);
}

#[test]
fn identities_are_values() {
    let check = |identity: &str, expected: &str| {
        let field = format!("{GOOD}AAAA; i={identity}");
        let text = written(&[&field]);
        let found = text.split_once("header.i=").map(|(_, rest)| {
            let end = rest.find(" header.s").unwrap_or(rest.len());
            rest[..end].trim_end()
        });
        assert_eq!(found, Some(expected), "{text:?}");
        let identity = &read(&[&field])[0].identity;
        assert_eq!(identity.as_deref(), Some(expected), "{text:?}");
        assert!(!text.contains('"'), "{text:?}");
    };
    check("@example.com", "@example.com");
    check("joe.b+c@example.com", "joe.b+c@example.com");
    check("a_b{|}~@example.com", "a_b{|}~@example.com");
    check("@under_score.example.com", "@under_score.example.com");
    check("a@under_score.example.com", "a@under_score.example.com");
    check("@b=C3=BCcher.example.com", "@xn--bcher-kva.example.com");
    let longest = "x".repeat(64);
    check(
        &format!("{longest}@example.com"),
        &format!("{longest}@example.com"),
    );
    // What needs quotes, what ASCII cannot hold, or a line.
    for local_part in [
        "a=3Bb=20=28",
        "=3B=20dkim=3Dpass=20header.d=3Dbank.example=20header.i=3D",
        "x=22=3B=20dkim=3Dpass=20header.d=3Devil.example",
        "\"alice=20smith\"",
        "a/b",
        "a=3Db",
        "a=3Fb",
        "a=3D3D",
        "a@b",
        "a=40b",
        "[a]",
        "a:b",
        "a,b",
        ".",
        ".a",
        "a.",
        "a..b",
        "a=5C",
        "j=C3=B6rg",
        "=E2=80=AE",
        &format!("{longest}x"),
        &"a=20b=20".repeat(100),
    ] {
        check(&format!("{local_part}@m.example.com"), "@m.example.com");
    }
}

#[test]
fn comments_tell_values_apart_from_tags() {
    let check = |field: &str, comment: &str| {
        let text = written(&[&format!(
            "{field}; h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA"
        )]);
        let text = text.replace("\r\n ", "");
        assert!(text.contains(comment), "{text:?}");
    };
    let tags = "v=1; d=example.com; s=s1";
    check(&format!("{tags}; a=rot13"), "the algorithm a 'rot13' is");
    check(&format!("{tags}; a=="), "the algorithm a ':' is");
    check(&format!("{tags}; a=x="), "the algorithm a 'x:' is");
    check(&format!("{tags}; a==x"), "the algorithm a ':x' is");
    check("v=1; nonsense", "'nonsense' has no equals sign");
}

#[test]
fn strangers_add_nothing() {
    for tag in [
        "v=1) dkim=pass header.d=evil.example (",
        "v=1; a=x) ; dkim=pass header.d=evil.example (",
        "v=1; a=\\",
        "v=1; a=((((",
        "v=1; a=\u{2028}\u{e9}",
        "v=1; a=rsa-sha256; d=x(.example; s=s1",
        "dkim=pass",
        "a=dkim=pass",
    ] {
        let field =
            format!("{tag}; h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA");
        let results = read(&[&field]);
        assert_ne!(results[0].result, "pass", "{field}");
        let written = written(&[&field]);
        assert_eq!(written.matches("dkim=").count(), 1, "{written}");
        assert_eq!(
            written.matches("evil.example").count(),
            written.matches("header.d:evil.example").count()
        );
        assert_eq!(written.matches(';').count(), 1, "{written}");
    }
}

#[test]
fn signatures_beyond_the_limit_share_a_result() {
    let field = format!("{GOOD}AAAA");
    let text = written(&vec![field.as_str(); 50]);
    let results = AuthenticationResults::parse(&text.as_bytes()["Authentication-Results:".len()..]);
    assert_eq!(results.dkim.len(), 21);
    assert_eq!(results.dkim[20].result, "policy");
    assert!(
        text.contains("(30 more not judged: the message has more signatures"),
        "{text}"
    );
}

#[test]
fn ids() {
    let check = |text: &str, expected: Result<&str, AuthservIdError>| {
        let shown = AuthservId::parse(text).map(|id| id.to_string());
        assert_eq!(
            shown.as_deref().map_err(|error| *error),
            expected,
            "{text:?}"
        );
    };
    check("mx.example.org", Ok("mx.example.org"));
    check("mx_1", Ok("mx_1"));
    check("MX", Ok("MX"));
    check("mx 1", Err(AuthservIdError::Character));
    check("mx;x", Err(AuthservIdError::Character));
    check("mx\"\\", Err(AuthservIdError::Character));
    check("mx/1", Err(AuthservIdError::Character));
    check("mx=1", Err(AuthservIdError::Character));
    check("mx.", Err(AuthservIdError::Character));
    check("mx..x", Err(AuthservIdError::Character));
    check("bücher.example", Ok("xn--bcher-kva.example"));
    check("", Err(AuthservIdError::Empty));
    check("  ", Err(AuthservIdError::Empty));
    check("a\r\nb", Err(AuthservIdError::Character));
    check("ü b", Err(AuthservIdError::Character));
    check(&"a".repeat(254), Err(AuthservIdError::Long));
}

#[test]
fn line_ends_are_those_of_the_first_line() {
    let check = |message: &[u8], line_endings, expected: &str| {
        let (header, body) = parse(message, line_endings).unwrap();
        let mut verification = Verifier::default().begin(header, 0);
        verification.body(body);
        let field = field(&id(), &verification.finish());
        assert!(field.ends_with(expected), "{field:?}");
    };
    let lenient = LineEndings::Lenient;
    check(b"From: a@example.com\r\n\nx\n", lenient, "none\r\n");
    check(b"From: a@example.com\n\r\nx\r\n", lenient, "none\n");
    check(b"From: a@example.com", lenient, "none\r\n");
    let strict = LineEndings::Strict;
    check(b"From: a@example.com\nX: y\r\n\r\n", strict, "none\r\n");
}
