//! Links that a gateway rewrote, and that somebody else did.

use super::{ALTERNATIVE, HTML, PLAIN, alternative, check};
use crate::explain::Cause;
use crate::explain::body::tests::Signed;

#[test]
fn rewritten_links() {
    let gateway = |link: &str| {
        let link = link
            .replace(':', "%3A")
            .replace('/', "%2F")
            .replace('&', "%26");
        format!("https://eu.safelinks.protection.outlook.com/?url={link}&data=05%7C&reserved=0")
    };
    let link = "https://example.org/a?b&c";
    let html = |link: &str| HTML.replace("the text", &format!("<a href=\"{link}\">it</a>"));
    let plain = |link: &str| format!("{PLAIN}see {link}\r\n");
    let inserted = Cause::ContentInserted;
    let original = alternative(&plain(link), &html("https://example.org/a?b&amp;c"));
    let received = alternative(&plain(&gateway(link)), &html(&gateway(link)));
    check(
        ALTERNATIVE,
        &original,
        &received,
        &[inserted, inserted],
        &[
            "1 link in the text part (part 1 of 2) was rewritten to go through a gateway that checks",
            "in the HTML part (part 2 of 2)",
            "data=05%7C&reserved=0”, originally “https://example.org/a?b&c”",
        ],
    );
}

/// Whoever has a link lead to himself may name the old one in it, and call himself a gateway.
#[test]
fn links_that_lead_elsewhere() {
    let fields = "Content-Type: text/html\r\n";
    let original = "<p>Pay <a href=\"https://bank.example/pay\">here</a>.</p>\r\n";
    let encoded = "https%3A%2F%2Fbank.example%2Fpay";
    let third = "/v3/__https://bank.example/pay__;!!x";
    for (link, host) in [
        (format!("https://evil.example/?u={encoded}"), "evil.example"),
        (
            format!("https://urldefense.evil.example{third}"),
            "urldefense.evil.example",
        ),
        (
            format!("https://evil.example?.safelinks.protection.outlook.com/?url={encoded}&d=1"),
            "evil.example",
        ),
        (
            format!("https://x.safelinks.protection.outlook.com@evil.example/?url={encoded}"),
            "evil.example",
        ),
        (
            format!("https://evil.example/?x={encoded}\" originalsrc=\"https://bank.example/pay"),
            "evil.example",
        ),
        (
            format!("https://evil.example/bank.example/login?={encoded}"),
            "evil.example",
        ),
    ] {
        let received = original.replace("https://bank.example/pay", &link);
        let words = format!("1 link in the body now leads to {host} and not to bank.example: “");
        let cause = [Cause::ContentInserted];
        check(fields, original, &received, &cause, &[&words]);
        let explained = Signed {
            fields,
            ..Signed::new("relaxed/relaxed")
        }
        .explain(original.as_bytes(), received.as_bytes());
        let found = &explained.explanations[0];
        assert!(!found.detail.contains("gateway"), "{}", found.detail);
        assert_eq!(found.original.as_deref(), Some("https://bank.example/pay"));
        // One of several is enough.
        let safe = "https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example";
        let two = |link: &str, other: &str| {
            format!(
                "<a href=\"{other}\">b</a>{}",
                original.replace("https://bank.example/pay", link)
            )
        };
        check(
            fields,
            &two("https://bank.example/pay", "https://b.example"),
            &two(&link, safe),
            &[cause[0], cause[0]],
            &[
                &words,
                "1 link in the body was rewritten to go through a gateway that checks it",
            ],
        );
    }
}
