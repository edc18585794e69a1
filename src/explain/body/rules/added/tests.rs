use super::*;

/// What a text may have been, with what it costs.
fn undone(media: Media, text: &str) -> Vec<(String, u32)> {
    let text = Text::of(text.as_bytes(), media);
    let each = |undone: Undone| {
        let was = undone.edits.apply(text.bytes);
        (String::from_utf8_lossy(&was).into_owned(), undone.cost)
    };
    undo(text).into_iter().map(each).collect()
}

/// Without what is in brackets a text is among the results at no more than this cost; by how many
/// of them that cost no more.
fn check(media: Media, cost: u32, marked: &str) {
    let (mut is, mut was) = (String::new(), String::new());
    for (number, piece) in marked.split(['⟦', '⟧']).enumerate() {
        is += piece;
        if number % 2 == 0 {
            was += piece;
        }
    }
    let found = undone(media, &is);
    let costs = found
        .iter()
        .filter(|(text, _)| *text == was)
        .map(|(_, cost)| *cost);
    assert_eq!(costs.min(), Some(cost), "{marked:?}");
    assert!(found.len() < 1_600, "{}", found.len());
}

#[test]
fn text() {
    let check = |cost, marked: &str| check(Media::Text, cost, marked);
    let text = "Hello,\r\n\r\nthis is\r\nthe text.\r\n\r\nJoe\r\n";
    check(1, &format!("{text}⟦____\r\nlist@example.org\r\n⟧"));
    check(1, &format!("{text}⟦\r\n-- \r\nFriends mailing list\r\n⟧"));
    check(1, &format!("{text}⟦Scanned by ExampleAV\r\n⟧"));
    check(
        1,
        &format!("{text}⟦\r\n\r\n-=-=-=-\r\nx\r\n-=-=-=-\r\n\r\n⟧"),
    );
    check(1, &format!("{text}⟦\r\n-=-=-=-\r\nx\r\n⟧\r\n\r\n"));
    check(2, &format!("{text}⟦-=-=-=-\r\nx\r\n\r\n⟧\r\n"));
    check(2, &format!("{text}\r\n⟦x\r\n⟧"));
    check(2, &format!("{text}⟦\r\nx\r\n⟧"));
    check(3, "Hello⟦\r\n\r\nx\r\n⟧");
    check(4, &format!("{text}⟦x\r\n⟧"));
    check(2, &format!("{text}⟦\r\n⟧"));
    check(
        1,
        &format!("⟦CAUTION: not from here.\r\nDo not click.\r\n\r\n⟧{text}"),
    );
    check(1, &format!("⟦[EXTERNAL]\r\n⟧{text}"));
    check(2, &format!("⟦x\r\ny\r\n\r\n⟧{text}"));
    check(4, &format!("⟦x\r\n⟧{text}"));
    check(3, "a\r\n\r\n⟦[EXTERNAL]\r\n\r\n⟧b\r\n\r\nc\r\n");
    check(6, "a\r\n\r\n⟦b\r\n\r\n⟧c\r\n\r\nd\r\n");
    check(7, "a\r\nb\r\n⟦c\r\nd\r\n⟧e\r\n");
    check(7, "Pay.\r\nJoe⟦ [scanned]⟧\r\n");
    check(7, "⟦[ext] ⟧Pay now\r\n");
}

#[test]
fn html() {
    let check = |cost, marked: &str| check(Media::Html, cost, marked);
    let html = |banner: &str, footer: &str| {
        format!(
            "<html><body>{banner}\r\n<p>Hello,\r\n</p><p>text</p>\r\n{footer}</body></html>\r\n"
        )
    };
    check(
        1,
        &html("⟦<div class=\"banner\"><b>x</b></div>\r\n<br>⟧", ""),
    );
    check(2, &html("⟦<div><b>x</b></div>\r\n<br>⟧", ""));
    check(1, &html("", "⟦<hr>\r\n<p>Friends mailing list</p>\r\n⟧"));
    check(2, &html("", "⟦<hr>\r\n<p>x<br>y</p>\r\n⟧"));
    check(1, &format!("⟦<p>x</p>\r\n⟧{}", html("", "")));
    check(1, &format!("{}⟦\r\n<p>x\r\n<p>y⟧\r\n", html("", "")));
    check(
        1,
        &html(
            "",
            "⟦<!-- BannerStart --><table><tr><td>x<!-- BannerEnd -->⟧",
        ),
    );
    check(
        2,
        "<p>a</p>\r\n⟦<p id=\"disclaimer\">x</p>\r\n⟧<p>b</p>\r\n<p>c</p>\r\n",
    );
    check(4, &html("⟦x<u>⟧</u>", ""));
    check(6, "<p>a</p>\r\n<p>a⟦<b>x</b>⟧</p>\r\n<p>b</p>\r\n<p>c</p>");
    check(
        6,
        "<p>a</p>\r\n⟦<div>x</div>\r\n<p>y</p>\r\n⟧<p>b</p>\r\n<p>c</p>",
    );
    check(
        6,
        "<p>a</p>\r\n<p>Pay</p>⟦<b>9</b>\r\n<p>evil</p>⟧\r\n<p>c</p>\r\n<p>d</p><p>d</p>",
    );
}

#[test]
fn of_much_there_is_little() {
    for text in [
        "a\r\n",
        "a ",
        "\r\n",
        "____\r\n",
        "a\r\n\r\n",
        "external\r\n",
        "<p>a</p>",
        "<p>",
        "<!--warning-->",
    ] {
        let text = text.repeat(300_000 / text.len());
        for media in [Media::Text, Media::Html] {
            let bytes = text.as_bytes();
            let text = Text::of(bytes, media);
            let found = undo(text);
            let most = found.iter().map(|undone| {
                undone
                    .edits
                    .taken_out(bytes)
                    .map(<[u8]>::len)
                    .sum::<usize>()
            });
            assert!(found.len() < 2_000, "{}", found.len());
            assert!(most.sum::<usize>() < 64 * 1024 * 1024);
        }
    }
}
