//! White space within lines, and characters.

use super::*;

#[test]
fn white_space() {
    let check = |original: &str, received: &str, words| {
        check(original, received, Cause::WhitespaceChanged, words);
    };
    check(
        "One\r\ntwo\r\n",
        "One  \r\ntwo\t\r\n",
        "at the end of lines: 2 lines",
    );
    check("One\r\n-- \r\nJoe\r\n", "One\r\n--\r\nJoe\r\n", "\"--\"");
    check(
        "One\r\n-- \r\n",
        "One \r\n-- \r\n",
        "lines: 1 line was changed: “One ”",
    );
    check(
        "One \r\ntwo\r\n\r\nthree\r\n",
        "One\r\ntwo\r\n\r\nthree\r\n",
        "flowed",
    );
    check(
        "One\ttwo\r\n\tx\r\n",
        "One     two\r\n        x\r\n",
        "next column",
    );
    check(
        "\tHotel:\t\tone  two\r\n\tDinner:\t\tone\r\n",
        "        Hotel:          one  two\r\n        Dinner:         one\r\n",
        "next column of eight: 2 lines",
    );
    check(
        "\t  One\t\ttwo\r\n",
        "          One           two\r\n",
        "some with spaces behind",
    );
    check(
        "\tOne  seventeen...  x\r\n",
        "        One  seventeen...  x\r\n",
        "next column of eight",
    );
    check(
        "\tOne     two\r\n",
        "        One     two\r\n",
        "TABs at the beginning",
    );
    check("One     two\r\n", "One\ttwo\r\n", "became TABs");
    check(
        "One\r\ntwo\r\n",
        " One\r\n two\r\n",
        "a space was put before",
    );
    check(
        "One\r\n\ttwo\r\n",
        " One\r\n \ttwo\r\n",
        "a space was put before",
    );
    check(
        " One\r\n >x\r\n",
        "  One\r\n >x\r\n",
        "a space was put before some lines: 1 line",
    );
}

#[test]
fn one_place() {
    let text = "Dear Joe,\r\n\r\n  pay   100 EUR,  please.\r\n-- \r\nSuzie\r\n";
    let check = |was: &str, now: &str, words| {
        let received = text.replace(was, now);
        check(text, &received, Cause::WhitespaceChanged, words);
    };
    check(
        "Dear ",
        "Dear  ",
        "added in line 1 of the body: “Dear  Joe,”, originally “Dear Joe,”",
    );
    check("EUR,  ", "EUR, ", "removed in line 3");
    check(
        "  pay",
        " pay",
        "a space before some lines was removed: 1 line was changed: “ pay",
    );
    assert_eq!(told(b"pay   100", b"pay  1 00", &[]), None);
    // A bare CR ends no line.
    let text = "Dear\rAnn, pay 100\r\nx  y   z\r\n";
    for (was, now) in [("Ann, ", "Ann,  "), ("pay 1", "pay  1")] {
        let story = told(text.as_bytes(), text.replace(was, now).as_bytes(), &[]);
        assert_eq!(story.unwrap().cause, Cause::WhitespaceChanged);
    }
}

#[test]
fn characters() {
    let cause = Cause::TransferEncodingChanged;
    let (utf8, latin1) = ("Grüße\r\naus Köln\r\n", b"Gr\xfc\xdfe\r\naus K\xf6ln\r\n");
    check_bytes(
        latin1,
        utf8.as_bytes(),
        cause,
        "from ISO-8859-1 or windows-1252 to UTF-8: 2 lines",
    );
    check_bytes(
        utf8.as_bytes(),
        latin1,
        cause,
        "from UTF-8 to ISO-8859-1 or windows-1252: 2 lines",
    );
    let (utf8, windows) = ("“5 €”\r\n", b"\x935 \x80\x94\r\n");
    check_bytes(
        windows,
        utf8.as_bytes(),
        cause,
        "from windows-1252 to UTF-8",
    );
    check_bytes(
        utf8.as_bytes(),
        windows,
        cause,
        "from UTF-8 to windows-1252",
    );
    check(
        "a\r\n",
        "\u{feff}a\r\n",
        Cause::ContentInserted,
        "byte order mark was put",
    );
}
