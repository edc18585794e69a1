use super::gateways::{behind, host, within};
use super::*;

/// What a text may have been, with what it costs.
fn undone(media: Media, text: &str) -> Vec<(String, u32)> {
    let text = Text::of(text.as_bytes(), media);
    let each = |undone: Undone| {
        (
            String::from_utf8(undone.edits.apply(text.bytes)).unwrap(),
            undone.cost,
        )
    };
    undo(text).into_iter().map(each).collect()
}

fn check(media: Media, text: &str, was: &str, cost: u32) {
    let found = undone(media, text);
    let expected = (was.to_owned(), cost);
    assert!(found.contains(&expected), "{was}: {found:#?}");
}

const SAFE: &str = "https://nam02.safelinks.protection.outlook.com/?url=";
const DATA: &str = "&data=05%7C02&reserved=0";

#[test]
fn in_text() {
    let check = |text: &str, was: &str, cost| check(Media::Text, text, was, cost);
    let a = format!("{SAFE}https%3A%2F%2Fa.example%2F%3Fx%26y{DATA}");
    let b = format!("{SAFE}http%3A%2F%2Fwww.b.example%2F{DATA}");
    let both = format!("See {a} and\r\n{b}.\r\n");
    check(
        &both,
        "See https://a.example/?x&y and\r\nhttp://www.b.example/.\r\n",
        1,
    );
    check(
        &both,
        "See https://a.example/?x&y and\r\nwww.b.example.\r\n",
        2,
    );
    check(&format!("<{a}>"), "<https://a.example/?x&y>", 1);
    let spaced = "[1] https://urldefense.com/v3/__https://a.example/*b__;fg!!x!y$ \r\n";
    check(spaced, "[1] https://a.example/~b\r\n", 1);
    check(spaced, "[1] https://a.example/~b \r\n", 1);
    let other = format!("{a} https://evil.example/?u=https%3A%2F%2Fb.example");
    check(&other, &format!("{a} https://b.example"), 3);
    assert!(undone(Media::Text, "see https://a.example/?b=http").is_empty());
    assert!(undone(Media::Other, &a).is_empty());
}

#[test]
fn in_html() {
    let check = |text: &str, was: &str, cost| check(Media::Html, text, was, cost);
    let data = DATA.replace('&', "&amp;");
    let safe = |rest: &str| {
        format!("<a href=\"{SAFE}https%3A%2F%2Fa.example%2F%3Fx%26y{data}\"{rest}>a</a>")
    };
    let was = |rest: &str| format!("<a href=\"https://a.example/?x&amp;y\"{rest}>a</a>");
    check(&safe(""), &was(""), 1);
    check(&safe(""), &was("").replace("&amp;", "&"), 2);
    let attributes = " class=b originalsrc=\"https://A.example/>\" shash=\"z==\" id=\"c\"";
    check(&safe(attributes), &was(" class=b id=\"c\""), 1);
    check(&safe(attributes), &was(attributes), 2);
    let original = "<a href=\"https://A.example/>\" class=b id=\"c\">a</a>";
    check(&safe(attributes), original, 1);
    let shown = format!("{}{SAFE}https%3A%2F%2Fb.example{data}", safe(""));
    check(&shown, &format!("{}https://b.example", was("")), 1);
    let elsewhere = format!("{} originalsrc=\"1\"<p shash=\"3\">", safe(""));
    check(
        &elsewhere,
        &format!("{} originalsrc=\"1\"<p shash=\"3\">", was("")),
        1,
    );
}

#[test]
fn who_checks() {
    let check = |media, link: &str, expected: Option<&str>| {
        assert_eq!(checked_by(link.as_bytes(), media), expected, "{link}");
    };
    let name = Some("Microsoft Safe Links");
    let link = format!("{SAFE}https%3A%2F%2Fa.example");
    let all = format!("{link}{DATA}");
    check(Media::Text, &all, name);
    check(Media::Html, &all, name);
    check(Media::Html, &all.replace('&', "&amp;"), name);
    check(
        Media::Text,
        "https://www.google.com/url?q=https%3A%2F%2Fa.example",
        None,
    );
    check(
        Media::Text,
        "https://evil.example/?u=https%3A%2F%2Fa.example",
        None,
    );
    // What browsers read as a second address.
    let second = "url=https%3A%2F%2Fevil.example";
    for and in [
        "&",
        "&amp;",
        "&AMP;",
        "&#38;",
        "&#x26;",
        "&amp;&Tab;",
        "&amp;&#9;",
        "&amp;&NewLine;",
        "&amp%75rl=",
        "&AMP%75rl=",
        "&amp;u&Tab;rl=",
    ] {
        check(Media::Html, &format!("{link}{and}{second}"), None);
    }
}

fn text(link: Vec<u8>) -> String {
    String::from_utf8(link).unwrap()
}

#[test]
fn links_of_gateways() {
    let check = |link: &str, expected: Option<&str>| {
        let found = behind(link.as_bytes()).map(|(_, was)| text(was));
        assert_eq!(found.as_deref(), expected, "{link}");
    };
    let was = Some("https://example.org/a?b=c");
    let url = "?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc";
    let safe = "safelinks.protection.outlook.com";
    check(&format!("https://nam02.{safe}/{url}&data=05"), was);
    check(&format!("https://NAM02.{safe}/{url}&data=05"), was);
    for host in [
        "example.com".to_owned(),
        safe.to_owned(),
        format!("evil{safe}"),
        format!("evil.example?x.{safe}"),
        format!("evil.example#x.{safe}"),
        format!("evil.example\\x.{safe}"),
        format!("x.{safe}@evil.example"),
        format!("a.b.{safe}"),
        format!("x.{safe}:81"),
        format!("u@x.{safe}"),
        format!("evil.example/x.{safe}"),
    ] {
        check(&format!("https://{host}/{url}"), None);
    }
    check(&format!("http://nam02.{safe}/{url}"), None);
    check(
        &format!("https://nam02.{safe}/{url}&url=https%3A%2F%2Fb"),
        None,
    );
    check(&format!("https://nam02.{safe}/?u=https%3A%2F%2Fb"), None);
    check(&format!("https://nam02.{safe}/?url=javascript%3Ax"), None);
    let encoded = "https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc";
    check(
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.org%2fa%3fb%3dc&c=E,1",
        was,
    );
    check(
        &format!("https://secure-web.cisco.com/1abc-_/{encoded}"),
        was,
    );
    check(
        "https://secure-web.cisco.com/https%3A%2F%2Fexample.org",
        None,
    );
    check(
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-3Fb-3Dc&d=DwM",
        was,
    );
    let third = "/v3/__https://example.org/a*b=c__;Pw!!abc$";
    check(&format!("https://urldefense.com{third}"), was);
    check(&format!("https://urldefense.us{third}"), was);
    check(&format!("https://urldefense.evil.example{third}"), None);
    check(&format!("https://urldefense.com@evil.example{third}"), None);
    check(
        "https://urldefense.com/v3/__https://example.org/a*b__;!!abc$",
        None,
    );
    check(
        "https://urldefense.com/v3/__https://example.org/a**A*b__;Pz89!!abc$",
        Some("https://example.org/a??=b"),
    );
    check("https://urldefense.com/", None);
    let coded = "aHR0cHM6Ly9leGFtcGxlLm9yZy9hP2I9Yw";
    check(
        &format!("https://eu-central-1.protection.sophos.com/?d=example.org&u={coded}==&i=N"),
        was,
    );
    check(
        &format!("https://eu-central-1.protection.sophos.com/?d=example.org&u={coded}&i=N"),
        was,
    );
    check(
        &format!("https://clicktime.symantec.com/15xVc?h=Qz=&u={encoded}"),
        was,
    );
    check(
        "https://clicktime.symantec.com/15xVc?h=Qz=&u=https://example.org/a?b=c",
        was,
    );
    check(
        &format!(
            "https://ddec1-0-en-ctp.trendmicro.com:443/wis/clicktime/v1/query{url}&umid=d17&auth=5"
        ),
        was,
    );
    check(
        &format!("https://protect2.fireeye.com/v1/url?k=a-b&q=1&e=c&u={encoded}"),
        was,
    );
    check("http", None);
}

/// Google encodes all of a link, or leaves some of it as it is.
#[test]
fn links_of_google() {
    for link in [
        "https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc&source=gmail&ust=1",
        "https://example.org/a?b%3Dc&source=gmail-imap&ust=1",
        "https://example.org/a%3Fb%3Dc&source=gmail-imap&ust=1",
    ] {
        let found = behind(format!("https://www.google.com/url?q={link}").as_bytes());
        let found = found.map(|(_, was)| text(was));
        assert_eq!(
            found.as_deref(),
            Some("https://example.org/a?b=c"),
            "{link}"
        );
    }
}

#[test]
fn links_in_links() {
    let check = |link: &str, expected: Option<&str>| {
        let found = within(link.as_bytes()).map(text);
        assert_eq!(found.as_deref(), expected, "{link}");
    };
    let was = Some("https://bank.example/");
    check(
        "https://evil.example/?u=https%3A%2F%2Fbank.example%2F&x=1",
        was,
    );
    check("https://evil.example/?u=https://bank.example/", was);
    check("https://evil.example/v3/__https://bank.example/__;!!x", was);
    check(
        "https://evil.example/v2/url?u=https-3A__bank.example_&d=1",
        was,
    );
    check("https://bank.example/", None);
    check("https://bank.example/?u=httpfoo", None);
}

#[test]
fn hosts() {
    let check = |link: &str, expected: &str| {
        assert_eq!(host(link.as_bytes()), expected.as_bytes(), "{link}");
    };
    check("https://a.example/b", "a.example");
    check("https://a.example?b", "a.example");
    check("https://a.example#@b", "a.example");
    check("https://a.example\\@b", "a.example");
    check("https://bank.example:x@a.example:8080/b", "a.example");
    check("https:", "");
    check("\\\\A.example/b", "a.example");
    check("https:/a.example", "a.example");
    check("a.example/b", "");
    check("/b", "");
}

/// The page shows how a row is added, by one that is there.
#[test]
fn the_page_shows_a_row_of_the_table() {
    let page = include_str!("../../../../../docs/explain.md");
    let (_, diff) = page
        .split_once("```diff\n--- a/src/explain/body/rules/links")
        .unwrap();
    let (diff, _) = diff.split_once("```").unwrap();
    let table = include_str!("gateways.rs");
    let rows = diff
        .lines()
        .filter(|line| line[..4.min(line.len())].ends_with("   "));
    let rows: Vec<_> = rows.map(|row| &row[1..]).collect();
    assert!(
        rows.len() == 3 && rows.iter().all(|row| table.contains(row)),
        "{rows:#?}"
    );
}
