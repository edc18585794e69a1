use super::*;

/// That one HTML may have been the other, at this cost.
fn check(cost: u32, is: &str, was: &str) {
    let text = Text::of(is.as_bytes(), Media::Html);
    let all = undo(text);
    let found = all
        .iter()
        .filter(|undone| undone.edits.apply(text.bytes) == was.as_bytes());
    assert_eq!(
        found.map(|undone| undone.cost).min(),
        Some(cost),
        "{is:?}: {was:?}"
    );
    assert!(all.len() < 300, "{}", all.len());
}

#[test]
fn elements_that_were_put_in() {
    let meta = "<meta http-equiv=\"Content-Type\" content=\"text/html\">";
    let html = |head: &str, body: &str| {
        format!("<html><head>{head}</head><body>{body}\r\n<p>a</p></body></html>\r\n")
    };
    check(1, &html(meta, ""), &html("", ""));
    check(1, &html(&format!("\r\n{meta}"), ""), &html("", ""));
    check(2, &html(&format!("{meta}{meta}"), ""), &html("", ""));
    check(
        2,
        &html(meta, ""),
        &html("", "").replace("<head></head>", ""),
    );
    check(2, &html("<style>p { x: y }</style>\r\n", ""), &html("", ""));
    check(
        1,
        &html("<base href=\"https://a.example\">", ""),
        &html("", ""),
    );
    check(
        2,
        &format!("<!DOCTYPE html>\r\n{}", html("", "")),
        &html("", ""),
    );
    check(3, &html("", "<!-- x -->"), &html("", ""));
    check(
        1,
        &html(
            "",
            "<img src=\"https://a.example\" width=\"1\" height=\"1\">\r\n",
        ),
        &html("", "\r\n"),
    );
}

#[test]
fn elements_around_all() {
    let text = "<p>a</p>\r\n<p>b</p>\r\n";
    check(
        2,
        &format!("<html><head></head><body>\r\n{text}</body></html>\r\n"),
        &format!("{text}\r\n"),
    );
    check(
        3,
        &format!("<div class=\"x\">{text}</div>\r\n"),
        &format!("{text}\r\n"),
    );
    check(
        3,
        &format!("<body><div>\r\n{text}</div></body>"),
        &format!("<body>{text}</body>"),
    );
    check(
        3,
        &format!("<body>\r\n<table><tr>\r\n<td>{text}</td></tr></table></body>"),
        &format!("<body>{text}</body>"),
    );
}

#[test]
fn of_much_there_is_little() {
    for text in [
        "<p>a</p>\r\n",
        "<br>",
        "<div>",
        "<meta x>",
        "<!-- -->",
        "<img width=\"1\">",
        "<table><tr><td>",
    ] {
        let text = text.repeat(300_000 / text.len());
        let bytes = text.as_bytes();
        let text = Text::of(bytes, Media::Html);
        assert!(undo(text).len() < 300);
    }
}
