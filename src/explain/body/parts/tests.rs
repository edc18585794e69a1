//! Parts are changed here by hand, apart from the code that undoes it.

use crate::explain::Cause;
use crate::explain::body::tests::{Signed, assert_proven};

const PLAIN: &str = "Hello,\r\n\r\nthis is the text.\r\n";
const HTML: &str =
    "<html><body>\r\n<p>Hello,</p>\r\n<p>this is the text.</p>\r\n</body></html>\r\n";

fn alternative(plain: &str, html: &str) -> String {
    format!(
        "This is a multi-part message in MIME format.\r\n\r\n--b\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n--b\r\n\
         Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"
    )
}

fn check(fields: &str, original: &str, received: &str, causes: &[Cause], words: &[&str]) {
    for tags in ["relaxed/relaxed", "simple/simple"] {
        let signed = Signed {
            fields,
            ..Signed::new(tags)
        };
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        for words in words {
            assert_proven(&explained, causes, words, &format!("{tags} {received:?}"));
        }
    }
}

const ALTERNATIVE: &str = "Content-Type: multipart/alternative; boundary=b\r\n";

#[test]
fn footers_and_banners_in_parts() {
    let original = alternative(PLAIN, HTML);
    let footer = "_____\r\nlist@example.org\r\n";
    let html_footer = "<hr><p>list@example.org</p>";
    let with_html_footer = HTML.replace("</body>", &format!("{html_footer}</body>"));
    let with_footer = format!("{PLAIN}{footer}");
    let appended = Cause::ContentAppended;
    check(
        ALTERNATIVE,
        &original,
        &alternative(&with_footer, HTML),
        &[appended],
        &[
            "2 lines",
            "at the end of the text part (part 1 of 2), 2 lines (25 octets): “_____ list@",
        ],
    );
    check(
        ALTERNATIVE,
        &original,
        &alternative(PLAIN, &with_html_footer),
        &[appended],
        &["at the end of the HTML part (part 2 of 2), 1 line (27 octets): “list@example.org”"],
    );
    check(
        ALTERNATIVE,
        &original,
        &alternative(&with_footer, &with_html_footer),
        &[appended, appended],
        &[
            "the text part (part 1 of 2), 2 lines (25 octets): “_____",
            "the HTML part (part 2 of 2), 1 line (27 octets): “list@",
        ],
    );
    // The line end before the boundary line is the footer's now, or an empty line is before it.
    let end = original.replace("text.\r\n\r\n--b", "text.\r\n--b");
    for footer in [format!("\r\n{footer}"), format!("{footer}\r\n")] {
        let received = end.replace("text.\r\n--b", &format!("text.\r\n{footer}--b"));
        check(
            ALTERNATIVE,
            &end,
            &received,
            &[appended],
            &["of the text part"],
        );
        let received = original.replace("text.\r\n\r\n--b", &format!("text.\r\n{footer}--b"));
        check(
            ALTERNATIVE,
            &original,
            &received,
            &[appended],
            &["of the text part"],
        );
    }
    let banner = "EXTERNAL mail\r\n\r\n";
    let html_banner = HTML.replace("<body>", "<body><div class=\"x\">EXTERNAL mail</div>");
    check(
        ALTERNATIVE,
        &original,
        &alternative(&format!("{banner}{PLAIN}"), &html_banner),
        &[Cause::ContentPrepended, Cause::ContentPrepended],
        &["beginning of the text part", "“EXTERNAL mail”"],
    );
}

#[test]
fn a_single_part_in_another_encoding() {
    let plain = "Content-Type: text/plain; charset=utf-8\r\n";
    let text = "Grüße = viele\r\nund noch eine Zeile \r\n";
    let quoted = "Gr=C3=BC=C3=9Fe =3D viele\r\nund noch eine Zeile=20\r\n";
    let base64 = "R3LDvMOfZSA9IHZpZWxlDQp1bmQgbm9jaCBlaW5lIFplaWxlIA0K\r\n";
    let changed = [Cause::TransferEncodingChanged];
    let encoded = |name: &str| format!("{plain}Content-Transfer-Encoding: {name}\r\n");
    let check = |name: &str, original: &str, received: &str, words: &str| {
        check(&encoded(name), original, received, &changed, &[words]);
    };
    check(
        "quoted-printable",
        text,
        quoted,
        "was 8bit or 7bit and is now quoted-printable",
    );
    check("base64", text, base64, "was 8bit or 7bit and is now base64");
    check("8bit", quoted, text, "was quoted-printable and is now 8bit");
    check("8bit", base64, text, "was base64 and is now 8bit");
    check(
        "base64",
        quoted,
        base64,
        "was quoted-printable and is now base64",
    );
}

#[test]
fn encoded_and_appended() {
    let fields = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n";
    let text = "Gr\u{fc}sse\r\n";
    // "Grüsse", "--", "list"
    let with_footer = "R3LDvHNzZQ0KLS0NCmxpc3QNCg==\r\n";
    let causes = [Cause::TransferEncodingChanged, Cause::ContentAppended];
    check(
        fields,
        text,
        with_footer,
        &causes,
        &["was 8bit", "text was added at the end"],
    );
    let original = "R3LDvHNzZQ0K\r\n";
    let explained = Signed {
        fields,
        ..Signed::new("relaxed/relaxed")
    }
    .explain(original.as_bytes(), with_footer.as_bytes());
    assert_proven(
        &explained,
        &causes[1..],
        "“-- list”",
        "base64 with a footer",
    );
}

#[test]
fn parts_in_other_encodings() {
    let part = |encoding: &str, plain: &str, html: &str| {
        alternative(plain, html).replace(
            "charset=utf-8\r\n",
            &format!("charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n"),
        )
    };
    let original = part("8bit", "Grüße\r\n", "<p>Grüße</p>\r\n");
    let quoted = part(
        "quoted-printable",
        "Gr=C3=BC=C3=9Fe\r\n",
        "<p>Gr=C3=BC=C3=9Fe</p>\r\n",
    );
    let both = [Cause::TransferEncodingChanged; 2];
    check(
        ALTERNATIVE,
        &original,
        &quoted,
        &both,
        &["the text part (part 1 of 2) was 8bit"],
    );
    let one =
        original
            .replacen("8bit", "quoted-printable", 1)
            .replacen("Grüße", "Gr=C3=BC=C3=9Fe", 1);
    check(
        ALTERNATIVE,
        &original,
        &one,
        &both[..1],
        &["the text part (part 1 of 2) was 8bit"],
    );
    let base64 = "x".repeat(200);
    let in_lines = |width: usize| {
        let lines: Vec<_> = base64.as_bytes().chunks(width).collect();
        String::from_utf8(lines.join(&b"\r\n"[..])).unwrap() + "\r\n"
    };
    check(
        ALTERNATIVE,
        &part("base64", &in_lines(72), "eHh4\r\n"),
        &part("base64", &in_lines(76), "eHh4\r\n"),
        &[Cause::LinesRewrapped],
        &["the base64 of the text part (part 1 of 2) was in lines of 72 octets"],
    );
}

#[test]
fn between_parts() {
    let original = alternative(PLAIN, HTML);
    let lines = [Cause::TrailingLinesChanged];
    let fewer = original.replace("\r\n\r\n--b", "\r\n--b");
    let more = original.replace("\r\n--b", "\r\n\r\n--b");
    check(
        ALTERNATIVE,
        &original,
        &fewer,
        &lines,
        &["before boundary lines was removed: 3 lines"],
    );
    check(
        ALTERNATIVE,
        &original,
        &more,
        &lines,
        &["added before boundary lines: 3 lines"],
    );
    let one = original.replacen("text.\r\n\r\n--b", "text.\r\n--b", 1);
    check(
        ALTERNATIVE,
        &original,
        &one,
        &lines,
        &["removed: 1 line was"],
    );
    let bare = &original[original.find("--b").unwrap()..];
    let removed = [Cause::TransferEncodingChanged];
    check(
        ALTERNATIVE,
        &original,
        bare,
        &removed,
        &["before the first boundary line was"],
    );
    check(
        ALTERNATIVE,
        bare,
        &original,
        &[Cause::ContentPrepended],
        &[""],
    );
}

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
        let words = format!("1 link in the body now leads to {host} instead of to bank.example: “");
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
            &cause,
            &[&format!(
                "2 links in the body were rewritten, and now one leads to {host} instead"
            )],
        );
    }
}
