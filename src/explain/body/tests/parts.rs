//! Parts are changed here by hand, apart from the code that undoes it.

mod links;

use super::{Signed, assert_proven};
use crate::explain::Cause;

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
            "at the end of the text part (part 1 of 2), 2 lines (25 bytes): “_____ list@",
        ],
    );
    check(
        ALTERNATIVE,
        &original,
        &alternative(PLAIN, &with_html_footer),
        &[appended],
        &["at the end of the HTML part (part 2 of 2), 1 line (27 bytes): “list@example.org”"],
    );
    check(
        ALTERNATIVE,
        &original,
        &alternative(&with_footer, &with_html_footer),
        &[appended, appended],
        &[
            "the text part (part 1 of 2), 2 lines (25 bytes): “_____",
            "the HTML part (part 2 of 2), 1 line (27 bytes): “list@",
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
        &["the base64 of the text part (part 1 of 2) was in lines of 72 bytes"],
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
        &["at the end of the text part (part 1 of 2) was removed"],
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

const HTML_ONLY: &str = "Content-Type: text/html; charset=utf-8\r\n";
const BANNER: &str = "EXTERNAL mail\r\n\r\n";
const FOOTER: &str = "_____\r\nDisclaimer\r\n";

fn html_with(banner: &str, footer: &str) -> String {
    let html = HTML.replace("<body>\r\n", &format!("<body>\r\n{banner}"));
    html.replace("</body>", &format!("{footer}</body>"))
}

#[test]
fn put_between_lines_of_html() {
    let check = |html: &str, words: &str| {
        let original = "<p>hi</p>\r\n<p>Pay</p>\r\n<p>Joe</p>\r\n";
        let inserted = [Cause::ContentInserted];
        check(HTML_ONLY, original, html, &inserted, &[words]);
    };
    check(
        "<p>hi</p>\r\n<p>evil</p>\r\n<p>Pay</p>\r\n<p>Joe</p>\r\n",
        "after line 1 of the body, 1 line (13 bytes): “evil”",
    );
    check(
        "<p>hi</p>\r\n<p>Pay</p><b>9</b>\r\n<p>evil</p>\r\n<p>Joe</p>\r\n",
        "in line 2 of the body, 2 lines (21 bytes): “9 evil”",
    );
}

/// A banner and a footer in one part, and in two.
#[test]
fn banner_and_footer() {
    let (above, below) = ("<div>EXTERNAL mail</div>\r\n", "<p>Disclaimer</p>\r\n");
    let both = [Cause::ContentPrepended, Cause::ContentAppended];
    check(
        HTML_ONLY,
        HTML,
        &html_with(above, below),
        &both,
        &[": “EXTERNAL mail”", ": “Disclaimer”"],
    );
    // An element that is put around everything.
    check(
        HTML_ONLY,
        HTML,
        &html_with("<div style=\"display:none\">\r\n", "</div>\r\n"),
        &both,
        &[
            "it has style=\"display: …\", <div> that is not closed, which may hide",
            "it has </div> without its beginning",
        ],
    );
    // Behind the end of the HTML.
    let after = format!("{}{below}", html_with(above, ""));
    check(HTML_ONLY, HTML, &after, &both, &[": “Disclaimer”"]);
    let quoted = format!("{HTML_ONLY}Content-Transfer-Encoding: quoted-printable\r\n");
    let received = html_with("<div class=3D\"x\">EXTERNAL mail</div>\r\n", below);
    check(&quoted, HTML, &received, &both, &[": “EXTERNAL mail”"]);

    let original = alternative(PLAIN, HTML);
    let plain = format!("{BANNER}{PLAIN}{FOOTER}");
    let received = alternative(&plain, &html_with(above, below));
    let twice = [both, both].concat();
    check(
        ALTERNATIVE,
        &original,
        &received,
        &twice,
        &["the text part (part 1 of 2), 2 lines (19 bytes): “_____ Disclaimer”"],
    );
    // Each part in another way.
    let received = alternative(&format!("{BANNER}{PLAIN}"), &html_with("", below));
    check(
        ALTERNATIVE,
        &original,
        &received,
        &both,
        &["of the HTML part"],
    );
    // Nothing of it hides that an amount was changed.
    let tampered = html_with("", below).replace("Hello", "Hallo");
    check(HTML_ONLY, HTML, &tampered, &[], &[""]);
}

/// What is done within parts, with what is added around them.
#[test]
fn within_and_around() {
    let original = alternative(PLAIN, HTML);
    let changed = alternative(
        &format!("{BANNER}{PLAIN}"),
        &html_with("<div>EXTERNAL mail</div>\r\n", ""),
    );
    let banners = [Cause::ContentPrepended; 2];
    let received = format!("{changed}epilogue\r\n");
    let causes = [&banners[..], &[Cause::ContentAppended]].concat();
    check(ALTERNATIVE, &original, &received, &causes, &["“epilogue”"]);
    let wrapped = format!("--o\r\n{ALTERNATIVE}\r\n{changed}\r\n--o\r\n\r\n{FOOTER}\r\n--o--\r\n");
    let causes = [&[Cause::ContentAppended], &banners[..]].concat();
    check(
        "Content-Type: multipart/mixed; boundary=o\r\n",
        &original,
        &wrapped,
        &causes,
        &["part 1 of 2 is the body that was signed, with 1 part after it: “_____ Disclaimer”"],
    );
    let eight = |text: &str| alternative(text, text);
    let quoted = eight("Gr=C3=BC=C3=9Fe\r\n").replace(
        "utf-8\r\n",
        "utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n",
    );
    let original = eight("Gr\u{fc}\u{df}e\r\n")
        .replace("utf-8\r\n", "utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
    let recoded = Cause::TransferEncodingChanged;
    check(
        ALTERNATIVE,
        &original,
        &format!("{quoted}footer\r\n"),
        &[recoded, recoded, Cause::ContentAppended],
        &["“footer”"],
    );
}

#[test]
fn another_encoding_with_more() {
    let fields = "Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n";
    let original = "Dear Ann,\r\n\r\nGr=C3=BC=C3=9Fe\r\n\r\nJoe\r\n";
    let text = "Dear Ann,\r\n\r\nGr\u{fc}\u{df}e\r\n\r\nJoe\r\n";
    let recoded = Cause::TransferEncodingChanged;
    check(
        fields,
        original,
        &format!("{BANNER}{text}{FOOTER}"),
        &[recoded, Cause::ContentPrepended, Cause::ContentAppended],
        &["was quoted-printable and is now 8bit"],
    );
    let latin1: Vec<u8> = text.chars().map(|each| each as u8).collect();
    for tags in ["relaxed/relaxed", "simple/simple"] {
        let signed = Signed {
            fields,
            ..Signed::new(tags)
        };
        let explained = signed.explain(original.as_bytes(), &latin1);
        let words = "was quoted-printable and is now 8bit or 7bit, converted from UTF-8 to ISO";
        assert_proven(&explained, &[recoded], words, tags);
    }
}
