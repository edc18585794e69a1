//! `dkim verify --authentication-results`.

use std::fmt::Write as _;

use dkim_toolkit::authentication_results::{AuthenticationResults, DkimResult};

use super::{Run, ZONE, dkim, dkim_reading, file, replaced, scratch, signed};

const KEY: &str = "testdata/keys/rsa2048.pem";
const AS: &str = "--authentication-results=mx.example.org";

fn verify(words: &[&str], message: &[u8]) -> Run {
    dkim_reading(&[&["verify", ZONE[0], ZONE[1]], words].concat(), message)
}

/// What the fields that were printed say, once they are read again.
fn read(run: &Run) -> Vec<Vec<DkimResult>> {
    let text = run.stdout();
    assert!(!without_quoted_signatures(text).contains('"'), "{text:?}");
    assert!(
        text.bytes()
            .all(|octet| matches!(octet, b'\r' | b'\n' | b' '..=b'~')),
        "{text:?}"
    );
    let mut values: Vec<String> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("Authentication-Results:") {
            Some(value) => values.push(value.to_owned()),
            // That of several messages: which.
            None if !line.starts_with(' ') => {
                assert!(line.ends_with(':'), "{line}");
                continue;
            }
            None => values.last_mut().unwrap().push_str(line),
        }
        assert!(
            line.len() <= 78 || line.trim().split(' ').count() == 1,
            "{line}"
        );
    }
    let read = |value: &String| {
        let results = AuthenticationResults::parse(value.as_bytes());
        assert_eq!(results.authserv_id.as_deref(), Some("mx.example.org"));
        results.dkim
    };
    values.iter().map(read).collect()
}

/// The text without `header.b` where that is base64 in quotes at the end of a result: about one
/// signature in eight begins so that it needs them, and nothing else may have any.
fn without_quoted_signatures(text: &str) -> String {
    const START: &str = "header.b=\"";
    let is_digit = |octet: u8| octet.is_ascii_alphanumeric() || b"+/=".contains(&octet);
    let mut pieces = text.split(START);
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('"') {
            Some((value, behind))
                if !value.is_empty()
                    && value.bytes().all(is_digit)
                    && (behind.is_empty() || behind.starts_with([';', '\r', '\n'])) =>
            {
                rest.push_str(behind);
            }
            _ => rest.extend([START, piece]),
        }
    }
    rest
}

#[test]
fn quotes_are_looked_for_everywhere_else() {
    let is_clean = |text: &str| !without_quoted_signatures(text).contains('"');
    assert!(is_clean(
        "dkim=pass header.b=\"A/B=\";\r\n dkim=pass header.b=\"C/D\"\r\n"
    ));
    assert!(!is_clean("dkim=pass header.b=\"A/B\" header.d=x\r\n"));
    assert!(!is_clean("dkim=pass header.b=\"A B\"\r\n"));
    assert!(!is_clean("dkim=pass header.b=\"\"\r\n"));
    assert!(!is_clean("dkim=pass header.i=\"A/B\"\r\n"));
}

#[test]
fn a_field_in_place_of_the_report() {
    let signed = signed();
    let run = verify(&[AS], &signed).exits(0);
    let start = "Authentication-Results: mx.example.org;\r\n dkim=pass (2048-bit rsa key) \
        header.d=example.com header.i=@example.com\r\n  header.s=rsa2048 header.a=rsa-sha256 header.b=";
    assert!(run.stdout().starts_with(start), "{}", run.stdout());
    assert!(run.stdout().ends_with("\r\n"));

    let changed = replaced(&signed, "\r\n\r\n", "\r\n\r\nNew first line.\r\n");
    let run = verify(&[AS], &changed).exits(1);
    run.prints("dkim=fail (body hash did not verify: the body was changed after signing,");
    let run = verify(&[AS], b"From: a@example.com\n\nhello\n").exits(1);
    assert_eq!(
        run.stdout(),
        "Authentication-Results: mx.example.org; dkim=none\n"
    );
    verify(&[AS, "--require", "all"], &signed).exits(0);
    // The exit status is that of the rules, and the results are those of the signatures.
    verify(&[AS, "--signed-by", "example.org"], &signed)
        .exits(1)
        .prints("dkim=pass");
    let quiet = verify(&[AS, "--quiet"], &signed).exits(0);
    assert_eq!(quiet.stdout(), "");
}

#[test]
fn the_host_or_who_is_named() {
    let run = verify(&["--authentication-results"], &signed()).exits(0);
    let id = run.stdout().split([' ', ';']).nth(1).unwrap_or_default();
    assert!(!id.is_empty(), "{}", run.stdout());
    for (word, id) in [
        ("=MX", "MX;"),
        ("=mx_1.example", "mx_1.example;"),
        ("=bücher.example", "xn--bcher-kva.example;"),
    ] {
        let run = verify(&[&format!("--authentication-results{word}")], &signed()).exits(0);
        run.prints(&format!("Authentication-Results: {id}\r\n dkim=pass"));
    }
    // What follows without `=` is a message.
    let run = dkim(&[
        "verify",
        ZONE[0],
        ZONE[1],
        "--authentication-results",
        "testdata/message.eml",
    ]);
    run.exits(1).prints("dkim=none");
    let usage = |words: &[&str], text: &str| drop(verify(words, b"").exits(2).says(text));
    usage(&["--authentication-results="], "--authentication-results");
    usage(
        &["--authentication-results=a\nb"],
        "it is not a domain name, nor a word that needs no quotes",
    );
    for id in ["mx 1", "a;b", "a\"b", "a/b", "a.", "a=b"] {
        usage(
            &[&format!("--authentication-results={id}")],
            "dkim: hint: name a host, as in --authentication-results=mx.example.com",
        );
    }
    usage(&[AS, "--json"], "--json");
    usage(&[AS, "--summary"], "--summary");
}

#[test]
fn one_for_each_message_in_order() {
    let folder = scratch();
    let good = file(&folder, "1", &signed());
    let unsigned = file(&folder, "2", b"From: a@example.com\r\n\r\n");
    let missing = format!("{good}-not-there");
    let words = [
        "verify", ZONE[0], ZONE[1], AS, &good, &missing, &unsigned, &good,
    ];
    let run = dkim(&words)
        .exits(4)
        .says("not-there: no such file or directory");
    let starts: Vec<&str> = run
        .stdout()
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split([' ', '\r']).next().unwrap())
        .collect();
    let (good_line, unsigned_line) = (format!("{good}:"), format!("{unsigned}:"));
    let field = "Authentication-Results:";
    let expected = [&good_line, field, &unsigned_line, field, &good_line, field];
    assert_eq!(starts, expected);
    let results: Vec<Vec<String>> = read(&run)
        .into_iter()
        .map(|results| results.into_iter().map(|result| result.result).collect())
        .collect();
    assert_eq!(results, [["pass"], ["none"], ["pass"]]);
}

#[test]
fn several_messages_are_told_apart() {
    let folder = scratch();
    let path = file(&folder, "1", &signed());
    let line_end = |run: &Run| run.stdout().split(['\r', '\n']).next().unwrap().to_owned();
    let dir = folder.path().to_str().unwrap();
    let verify = |path: &str| dkim(&["verify", ZONE[0], ZONE[1], AS, path]).exits(0);
    assert!(line_end(&verify(&path)).starts_with("Authentication-Results: "));
    assert_eq!(line_end(&verify(dir)), format!("{path}:"));
    let list = scratch();
    let list = file(&list, "list", format!("{path}\n").as_bytes());
    let words = ["verify", ZONE[0], ZONE[1], AS, "--files-from", &list];
    assert_eq!(line_end(&dkim(&words).exits(0)), format!("{path}:"));
    let mbox = [b"From joe Sat Jan  3 01:05:34 1996\r\n", &signed()[..]].concat();
    let mbox = file(&folder, "mbox", &mbox);
    assert_eq!(line_end(&verify(&mbox)), format!("{mbox}#1:"));
}

#[test]
fn a_field_by_the_same_name_is_told() {
    let with = |field: &str| [field.as_bytes(), &signed()].concat();
    let said = "dkim: warning: -: it has an Authentication-Results field by mx.example.org already";
    for field in [
        "Authentication-Results: mx.example.org; dkim=pass\r\n",
        "authentication-results:\r\n (x) MX.example.org 1;\r\n none\r\n",
    ] {
        verify(&[AS], &with(field)).exits(0).says(said);
        verify(&[AS, "--fail-on", "warning"], &with(field)).exits(1);
    }
    let other = with("Authentication-Results: mx.example.net; dkim=pass\r\n");
    assert_eq!(verify(&[AS], &other).exits(0).stderr, "");
    let own = with("Authentication-Results: mx.example.org; dkim=pass\r\n");
    assert_eq!(verify(&[], &own).exits(0).stderr, "");
}

#[test]
fn strangers_write_no_results() {
    const HOSTILE: [&str; 12] = [
        "x;y",
        "x(",
        "x)",
        "x\"",
        "x\\",
        "x=3B=20dkim=3Dpass",
        "x=22=3B=20dkim=3Dpass",
        "x=0D=0AAuthentication-Results: mx.example.org=3B dkim=3Dpass",
        "x=00",
        "x=1B[31m",
        "x\u{202e}",
        "x=C3=A9",
    ];
    let mut messages = Vec::new();
    for hostile in HOSTILE {
        for (tag, usual) in [
            ("d", "example.com"),
            ("s", "s1"),
            ("i", "@example.com"),
            ("a", "rsa-sha256"),
            ("v", "1"),
            ("c", "simple"),
            ("q", "dns/txt"),
            ("b", "AAAA"),
        ] {
            let mut field = "DKIM-Signature: h=from; bh=AAAA".to_owned();
            for (name, value) in [
                ("v", "1"),
                ("a", "rsa-sha256"),
                ("d", "example.com"),
                ("s", "s1"),
                ("b", "AAAA"),
                ("i", "@example.com"),
            ] {
                if name != tag {
                    write!(field, "; {name}={value}").unwrap();
                }
            }
            for value in [format!("{hostile}{usual}"), format!("{usual}{hostile}")] {
                let message = format!("{field}; {tag}={value}\r\nFrom: a@example.com\r\n\r\n");
                messages.push(message.into_bytes());
            }
        }
    }
    let folder = scratch();
    let paths: Vec<String> = messages
        .iter()
        .enumerate()
        .map(|(at, message)| file(&folder, &at.to_string(), message))
        .collect();
    let mut words = vec!["verify", ZONE[0], ZONE[1], AS];
    words.extend(paths.iter().map(String::as_str));
    let run = dkim(&words).exits(1);
    let fields = read(&run);
    assert_eq!(fields.len(), messages.len());
    for (results, message) in fields.iter().zip(&messages) {
        let message = String::from_utf8_lossy(message);
        assert_eq!(results.len(), 1, "{message}");
        assert_ne!(results[0].result, "pass", "{message}");
    }
}

#[test]
fn an_identity_writes_no_results() {
    const I: &str = "; dkim=pass header.d=bank.example header.i=@evil.example";
    let folder = scratch();
    let words = ["sign", "-d", "example.com", "-s", "rsa2048", "-k", KEY];
    let identity = format!("{I}@m.example.com");
    let words = [&words[..], &["--identity", &identity]].concat();
    let signed = dkim_reading(&words, b"From: ceo@bank.example\r\n\r\nhello\r\n").exits(0);
    let path = file(&folder, "signed", &signed.stdout);
    let run = dkim(&["verify", ZONE[0], ZONE[1], AS, &path]).exits(0);
    let results = read(&run).remove(0);
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].identity.as_deref(), Some("@m.example.com"));
    // Those who know neither quotes nor comments see no more.
    let text = run.stdout();
    assert_eq!(text.matches(';').count(), 1, "{text}");
    assert_eq!(text.matches("dkim=").count(), 1, "{text}");
    assert!(!text.contains("bank.example"), "{text}");
}
