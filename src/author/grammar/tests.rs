//! What is a list of addresses and what is not.

use super::*;

fn read(value: &[u8]) -> Option<AddressList> {
    address_list(value, LineEndings::Lenient)
}

fn check(value: &str, expected: &[&str]) {
    let list = read(value.as_bytes());
    let addresses = list.as_ref().map(|list| &list.addresses[..]);
    let expected: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
    assert_eq!(addresses, Some(&expected[..]), "{value:?}");
}

#[test]
fn mailboxes() {
    check("a@x.example", &["a@x.example"]);
    check(" <a@x.example>", &["a@x.example"]);
    check("Joe<a@x.example>", &["a@x.example"]);
    check(
        "\"Joe, b@y.example\" Bloggs <a@x.example>",
        &["a@x.example"],
    );
    check("\"\\\" <b@y.example>, \" <a@x.example>", &["a@x.example"]);
    check("\"\" <a@x.example>", &["a@x.example"]);
    check(
        "A <a@x.example>, \"B\" <b@x.example> , c@x.example",
        &["a@x.example", "b@x.example", "c@x.example"],
    );
    check("a.b+c/d=e@x.example", &["a.b+c/d=e@x.example"]);
    check("a%y.example@x.example", &["a%y.example@x.example"]);
    // A quoted local part may hold what looks like another address.
    check("\"b@y.example\"@x.example", &["\"b@y.example\"@x.example"]);
    check("\"a\r\n b\"@x.example", &["\"a b\"@x.example"]);
    check("a@[192.0.2.1]", &["a@[192.0.2.1]"]);
    check("a@[ IPv6:2001:db8::1\r\n ]", &["a@[IPv6:2001:db8::1]"]);
    // Encoded words are atoms, whatever they say.
    check(
        "=?utf-8?q?b=40y.example=2C?= <a@x.example>",
        &["a@x.example"],
    );
}

#[test]
fn comments_and_folds() {
    check("(b@y.example) a@x.example", &["a@x.example"]);
    check("a@x.example (<b@y.example>, c)", &["a@x.example"]);
    check("a@x.example (x (y) \\) z)", &["a@x.example"]);
    check("Joe (x)\r\n\t<a@x.example>\r\n (y)", &["a@x.example"]);
    check("Joe\r\n \r\n <a@x.example>", &["a@x.example"]);
    check("Joe\n <a@x.example>", &["a@x.example"]);
    check("(x\r\n y)a@x.example", &["a@x.example"]);
}

#[test]
fn beyond_ascii() {
    check(
        "J\u{f6}rg <j@b\u{fc}cher.example>",
        &["j@b\u{fc}cher.example"],
    );
    check(
        "\"J\u{f6}rg\" (\u{f6}) <j\u{f6}@x.example>",
        &["j\u{f6}@x.example"],
    );
    check("a@x.example\u{200b}", &["a@x.example\u{200b}"]);
    assert_eq!(read(b"J\xf6rg <j@x.example>"), None);
}

#[test]
fn obsolete_forms() {
    check("Joe Q. Public <a@x.example>", &["a@x.example"]);
    check("Joe . . Public <a@x.example>", &["a@x.example"]);
    check("a @ x.example", &["a@x.example"]);
    check("a@(y)x.example", &["a@x.example"]);
    check("a . b@x . example", &["a.b@x.example"]);
    check("a(y).(z)\"b\"@x\r\n .example", &["a.\"b\"@x.example"]);
    check("<@relay.example:a@x.example>", &["a@x.example"]);
    check(
        "< ,, @ relay.example , , @[192.0.2.1],: a@x.example>",
        &["a@x.example"],
    );
    check(",a@x.example", &["a@x.example"]);
    check(
        ",(x) ,a@x.example,, b@x.example,",
        &["a@x.example", "b@x.example"],
    );
}

#[test]
fn groups() {
    let check_group = |value: &str, addresses: &[&str]| {
        check(value, addresses);
        assert!(read(value.as_bytes()).unwrap().has_groups, "{value}");
    };
    check_group("undisclosed:;", &[]);
    check_group("A group (x):(y);(z)", &[]);
    check_group("g:,,;", &[]);
    check_group(
        "g:a@x.example, B <b@y.example>;",
        &["a@x.example", "b@y.example"],
    );
    check_group(
        "g:a@x.example;, b@y.example",
        &["a@x.example", "b@y.example"],
    );
    assert!(!read(b"a@x.example").unwrap().has_groups);
}

#[test]
fn what_is_not_a_list() {
    for value in [
        "",
        " ",
        "(x)",
        ",",
        "a",
        "a b",
        "\"a@x.example\"",
        "<>",
        "Joe <>",
        "<a>",
        "@x.example",
        "a@",
        "a@x.example, b",
        "a@x.example, \"b@y.example\"",
        "a@x.example ,=?utf-8?q?b=40y.example?=",
        // An address where a phrase should be.
        "b@y.example <a@x.example>",
        "<b@y.example> <a@x.example>",
        "<b@y.example>\r\n <a@x.example>",
        "b@y.example (c) <a@x.example>",
        "b@y.example a@x.example",
        "<a@x.example> b",
        "a@x.example b",
        "a@x.example <>",
        "a@x.example; b@y.example",
        "a@x.example;",
        "b@y.example:a@x.example",
        "<b@y.example:a@x.example>",
        "<:a@x.example>",
        "<,:a@x.example>",
        "<@relay.example a@x.example>",
        "b@y.example@x.example",
        "b@y.example\\, <a@x.example>",
        ".Joe <a@x.example>",
        ". <a@x.example>",
        "a.@x.example",
        ".a@x.example",
        "a..b@x.example",
        "a b@x.example",
        "\"a\"b@x.example",
        "a@x.example.",
        "a@.x.example",
        "a@x..example",
        "a@x example",
        "a@\"x.example\"",
        "a@[x",
        "a@[[x]]",
        "a@[x]y",
        "a@x.example]",
        // What is not closed, or not opened.
        "\"a <a@x.example>",
        "\"a\\\" <a@x.example>",
        "a (b <a@x.example>",
        "(a\\) a@x.example",
        "a) <a@x.example>",
        "<a@x.example",
        "a@x.example>",
        "<a@x.example>>",
        "g:a@x.example",
        "g:a@x.example;;",
        ":a@x.example;",
        "g:h:a@x.example;;",
        "g. h <a@x.example",
        // Control characters and ends of lines that are no folds.
        "a@x.example\0",
        "a@x.example\0, b@x.example",
        "\"a\0\" <a@x.example>",
        "\"a\\\0\" <a@x.example>",
        "(a\u{1b}) a@x.example",
        "\"a\u{7f}\" <a@x.example>",
        "Joe\r<a@x.example>",
        "Joe\r <a@x.example>",
        "a@x.example\r\n",
        "\"Joe\r\nBloggs\" <a@x.example>",
        "(Joe\\\r\n x) a@x.example",
    ] {
        assert_eq!(read(value.as_bytes()), None, "{value:?}");
    }
    // A line feed is data to those who are strict about it.
    let value = b"Joe\n <a@x.example>";
    assert_eq!(address_list(value, LineEndings::Strict), None);
}

#[test]
fn work_is_linear() {
    for piece in [
        "(", "\"", "\\", "<", "@", ",", ".", "a.", "a@x,", "g:;,", "a ", "\r\n ", "[", ":",
    ] {
        for (before, behind) in [
            ("", ""),
            ("a@x,", ""),
            ("<@", ":a@x>"),
            ("(", ")"),
            ("\"", "\"@x"),
        ] {
            let _ = read(format!("{before}{}{behind}", piece.repeat(20_000)).as_bytes());
        }
    }
}
