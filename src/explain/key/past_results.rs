//! What systems on the way said of a signature: Authentication-Results fields (RFC 8601 §2.2).

use crate::message::Header;
use crate::signature::Signature;
use crate::tag_list::without_fws;

/// The fields that hold results.
const FIELDS: [&str; 4] = [
    "authentication-results",
    "arc-authentication-results",
    "x-original-authentication-results",
    "x-authentication-results",
];
/// So many fields are looked at.
const MANY: usize = 20;

/// The systems that say `dkim=pass` of a signature, by their authserv-ids, the latest first.
pub(super) fn passed_at(header: &Header, signature: &Signature) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let is_result = |name: &[u8]| {
        FIELDS
            .iter()
            .any(|field| name.eq_ignore_ascii_case(field.as_bytes()))
    };
    let fields = header.fields().filter(|field| is_result(field.name()));
    for field in fields.take(MANY) {
        let text = String::from_utf8_lossy(&without_comments(field.value())).into_owned();
        let mut parts = text.split(';').map(str::trim).peekable();
        // An ARC set's instance comes first (RFC 8617 §4.1.1).
        parts.next_if(|part| part.starts_with("i=") || part.starts_with("i ="));
        let id = parts.next().unwrap_or_default();
        let id = id.split_whitespace().next().unwrap_or_default();
        if parts.any(|part| is_pass_of(part, signature)) && !found.iter().any(|other| other == id) {
            found.push(id.to_owned());
        }
    }
    found
}

/// Whether a result is `dkim=pass` for the signature's domain, and for nothing that it is not.
fn is_pass_of(part: &str, signature: &Signature) -> bool {
    let part = part.replace(" =", "=").replace("= ", "=");
    let mut words = part.split_whitespace();
    let is_pass = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("dkim=pass"));
    if !is_pass {
        return false;
    }
    let domain = signature.domain.to_ascii();
    let mut names_domain = false;
    for (name, value) in words.filter_map(|word| word.split_once('=')) {
        let value = value.trim_matches('"');
        let fits = match name.to_ascii_lowercase().as_str() {
            "header.d" => value.eq_ignore_ascii_case(domain),
            "header.i" => {
                let of = value.rsplit('@').next().unwrap_or_default();
                let of = of.to_ascii_lowercase();
                of == domain
                    || of
                        .strip_suffix(domain)
                        .is_some_and(|rest| rest.ends_with('.'))
            }
            "header.s" => value.eq_ignore_ascii_case(signature.selector.to_ascii()),
            "header.b" => begins_with(signature, value),
            _ => continue,
        };
        if !fits {
            return false;
        }
        names_domain |= matches!(name.to_ascii_lowercase().as_str(), "header.d" | "header.i");
    }
    names_domain
}

/// Whether `b=` begins with this (RFC 6008 §4).
fn begins_with(signature: &Signature, prefix: &str) -> bool {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(&signature.signature);
    encoded.starts_with(prefix)
}

/// A value without comments and folds (RFC 5322 §3.2.2).
fn without_comments(value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for &octet in value {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match octet {
            b'\\' if quoted || depth > 0 => escaped = true,
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if depth > 0 => {
                depth -= 1;
                text.push(b' ');
            }
            // What is quoted is one word, and ends nothing.
            b';' | b' ' if quoted => text.push(b'_'),
            _ if depth == 0 => text.push(if octet.is_ascii_whitespace() {
                b' '
            } else {
                octet
            }),
            _ => {}
        }
    }
    debug_assert!(without_fws(&text).len() <= value.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{HeaderField, LineEndings, parse};

    fn check(results: &str, expected: &[&str]) {
        let field = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=From; bh=AAAA; \
                     b=q1w2e3r4AAAA\r\n";
        let field = HeaderField::from_raw(field.as_bytes());
        let signature = Signature::parse(field, LineEndings::Lenient).unwrap();
        let (header, _) = parse(results.as_bytes(), LineEndings::Lenient).unwrap();
        assert_eq!(passed_at(&header, &signature), expected, "{results:?}");
    }

    #[test]
    fn results_of_the_past() {
        let ar = |rest: &str| format!("Authentication-Results: mx.example; {rest}\r\n");
        check(&ar("dkim=pass header.d=example.com"), &["mx.example"]);
        check(
            &ar("dkim=pass (2048-bit; ok) header.d=Example.com header.s=s1"),
            &["mx.example"],
        );
        check(
            &ar("spf=fail; dkim = pass\r\n header.i=@example.com header.b=q1w2"),
            &["mx.example"],
        );
        check(&ar("dkim=fail header.d=example.com"), &[]);
        check(&ar("dkim=pass"), &[]);
        check(&ar("dkim=pass header.d=example.com header.s=s2"), &[]);
        check(&ar("dkim=pass header.d=example.com header.b=zzzz"), &[]);
        check(&ar("dkim=pass header.d=badexample.com"), &[]);
        check(&ar("dkim=pass header.i=joe@badexample.com"), &[]);
        check(&ar("dkim=none (dkim=pass header.d=example.com)"), &[]);
        check(&ar("x=\"; dkim=pass header.d=example.com\""), &[]);
        check(
            "ARC-Authentication-Results: i=1; a.example 1; dkim=pass header.i=@example.com\r\n\
             Authentication-Results: b.example; dkim=pass header.d=example.com\r\n",
            &["a.example", "b.example"],
        );
        check("Authentication-Results: (((\r\n", &[]);
        check("Subject: x\r\n", &[]);
    }
}
