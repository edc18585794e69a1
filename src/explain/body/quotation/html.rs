//! What there is in HTML that was added: words, addresses, and what can hide or change others.
//!
//! Cost: once through [`MOST_SEARCHED`] octets, and twice as many of addresses.

use std::ops::Range;

use super::addresses::{Addresses, listed_hosts};
use super::references::decode_references;
use crate::explain::body::rules::tags::{is_open, name_at};
use crate::explain::quote::quote;

/// Things that can act that a sentence names, and addresses on the same host.
pub(super) const MOST_NAMED: usize = 3;
/// Octets of an addition that are looked through for addresses and tags.
pub(super) const MOST_SEARCHED: usize = 64 * 1024;
/// Elements in each other.
const DEEPEST: usize = 200;

/// Elements that can hide, change or ask for something.
const ACTING: [&str; 20] = [
    "style", "script", "form", "img", "iframe", "input", "button", "object", "embed", "svg",
    "base", "meta", "link", "frame", "video", "textarea", "select", "template", "title", "xmp",
];

/// Properties of `style=` that can hide text.
const HIDING: [&str; 13] = [
    "display",
    "visibility",
    "font-size",
    "opacity",
    "color",
    "position",
    "text-indent",
    "overflow",
    "height",
    "max-height",
    "clip",
    "clip-path",
    "transform",
];

/// The words of HTML that was added, or all of it if it has none, with its addresses and with what
/// may hide or change other text.
pub(super) fn quote_html(html: &[u8]) -> String {
    let words = words(html);
    let words = String::from_utf8_lossy(&words);
    let text = match words.trim() {
        "" => html,
        words => words.as_bytes(),
    };
    let mut said = quote(text);
    let searched = &html[..html.len().min(MOST_SEARCHED)];
    let attributes = Attributes::of(searched);
    let mut addresses = Addresses::default();
    addresses.add_leading(searched);
    addresses.add_of_styles(&attributes.all);
    let is_full = addresses.is_full();
    let mut found = addresses.found;
    found.retain(|address| address != text);
    if let Some((shown, more)) = listed_hosts(&found) {
        let what = if found.len() == 1 {
            "address"
        } else {
            "addresses"
        };
        said += &format!("; with the {what} {shown}{more}");
    }
    let is_all = searched.len() == html.len();
    if let Some((shown, more)) = listed(&acting(html, searched, &attributes, is_all)) {
        said += &format!("; it has {shown}{more}, which may hide or change other text");
    }
    if !is_all || is_full {
        said += "; it is so long that not all of it was searched for addresses, and for what may \
                 hide or change other text";
    }
    said
}

/// The first of them, and how many there are more.
fn listed(all: &[String]) -> Option<(String, String)> {
    let shown = &all[..all.len().min(MOST_NAMED)];
    (!shown.is_empty()).then(|| (shown.join(", "), and_more(all.len() - shown.len())))
}

pub(super) fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}

/// What HTML says.
pub(in crate::explain::body) fn words(html: &[u8]) -> Vec<u8> {
    decode_references(&without_tags(html))
}

/// HTML without its tags. What is in a comment or a script remains: it is no less to be seen.
fn without_tags(html: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = memchr::memchr(b'<', rest) {
        text.extend_from_slice(&rest[..start]);
        text.push(b' ');
        let end = memchr::memchr(b'>', &rest[start..]);
        rest = end.map_or(&[][..], |end| &rest[start + end + 1..]);
    }
    text.extend_from_slice(rest);
    text
}

/// What can hide or change what stands around it, in words.
fn acting(html: &[u8], searched: &[u8], attributes: &Attributes, is_all: bool) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(comment(html));
    let (names, left_open) = elements(searched);
    for name in ACTING {
        if names.iter().any(|other| other == name.as_bytes()) {
            found.push(format!("<{name}>"));
        }
    }
    let styles = attributes.styles.to_ascii_lowercase();
    for property in HIDING {
        if sets(&styles, property.as_bytes()) {
            found.push(format!("style=\"{property}: …\""));
        }
    }
    let all = attributes.all.to_ascii_lowercase();
    if has_hidden(&all) {
        found.push("the attribute “hidden”".to_owned());
    }
    if has_handler(&all) {
        found.push("a script in an attribute".to_owned());
    }
    // What is not closed may be so behind what was looked through.
    found.extend(left_open.filter(|_| is_all));
    found
}

/// A comment that goes on behind the text, or began before it.
fn comment(html: &[u8]) -> Option<String> {
    let begins = memchr::memmem::rfind(html, b"<!--");
    let ends = memchr::memmem::rfind(html, b"-->");
    match (begins, ends) {
        (Some(begins), ends) if ends.is_none_or(|ends| ends < begins) => {
            Some("a comment that is not closed".to_owned())
        }
        (None, Some(_)) => Some("the end of a comment".to_owned()),
        _ => None,
    }
}

/// The insides of the opening tags, one behind the other, decoded.
struct Attributes {
    all: Vec<u8>,
    /// From `style` on.
    styles: Vec<u8>,
}

impl Attributes {
    fn of(html: &[u8]) -> Self {
        let (mut all, mut styles) = (Vec::new(), Vec::new());
        let style = memchr::memmem::Finder::new(b"style");
        let lower = html.to_ascii_lowercase();
        for tag in tags(html) {
            all.extend(decode_references(&html[tag.clone()]));
            all.push(b'>');
            if let Some(at) = style.find(&lower[tag.clone()]) {
                styles.extend(decode_references(&html[tag.start + at..tag.end]));
                styles.push(b'>');
            }
        }
        Self { all, styles }
    }
}

/// Opening tags up to their `>`; those that begin in another are part of it.
fn tags(html: &[u8]) -> Vec<Range<usize>> {
    let mut tags: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'<', html) {
        let is_within = tags.last().is_some_and(|last| at < last.end);
        if is_within || !html.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let end = memchr::memchr(b'>', &html[at..]);
        tags.push(at + 1..end.map_or(html.len(), |length| at + length));
    }
    tags
}

/// The names of the opening tags, and what is said of an element that is not closed, or was not
/// opened.
fn elements(html: &[u8]) -> (Vec<Vec<u8>>, Option<String>) {
    /// Elements whose end may be left out.
    const OPTIONAL: [&str; 13] = [
        "p", "li", "td", "th", "tr", "dt", "dd", "tbody", "option", "html", "head", "body", "o:p",
    ];
    let needs_end =
        |name: &[u8]| is_open(name) && !OPTIONAL.iter().any(|other| other.as_bytes() == name);
    let mut names = Vec::new();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut stray = None;
    // Those in comments and scripts too: a reader may see them.
    let tags = memchr::memchr_iter(b'<', html).filter_map(|at| name_at(&html[at..]));
    for (name, closes) in tags {
        if closes {
            match open.iter().rposition(|other| *other == name) {
                Some(level) => open.truncate(level),
                None if needs_end(&name) => stray = stray.or(Some(name)),
                None => {}
            }
            continue;
        }
        if needs_end(&name) && open.len() < DEEPEST {
            open.push(name.clone());
        }
        names.push(name);
    }
    let said = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let left = match (open.first(), &stray) {
        (Some(name), _) => Some(format!("<{}> that is not closed", said(name))),
        (None, Some(name)) => Some(format!("</{}> without its beginning", said(name))),
        (None, None) => None,
    };
    (names, left)
}

/// Whether a `style=` sets a property.
fn sets(styles: &[u8], property: &[u8]) -> bool {
    memchr::memmem::find_iter(styles, property).any(|found| {
        let behind = styles[found + property.len()..].trim_ascii_start();
        // `background-color` is not `color`.
        !matches!(styles[found - 1], b'-' | b'a'..=b'z') && behind.starts_with(b":")
    })
}

/// Whether a tag has the attribute `hidden`.
fn has_hidden(tags: &[u8]) -> bool {
    memchr::memmem::find_iter(tags, b"hidden").any(|found| {
        let before = found.checked_sub(1).map(|at| tags[at]);
        let behind = tags.get(found + b"hidden".len());
        before.is_some_and(|octet| octet.is_ascii_whitespace() || b"/\"'".contains(&octet))
            && behind.is_none_or(|octet| octet.is_ascii_whitespace() || b"=>/".contains(octet))
    })
}

/// Whether a tag has an attribute that is a script: `onload=`, or an address of `javascript:`.
fn has_handler(tag: &[u8]) -> bool {
    let handler = memchr::memchr_iter(b'=', tag).any(|equals| {
        let name = tag[..equals].trim_ascii_end();
        let start = name.iter().rposition(|octet| !octet.is_ascii_lowercase());
        start.is_some_and(|start| name[start + 1..].starts_with(b"on"))
    });
    handler || memchr::memmem::find(tag, b"javascript:").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_and_what_is_hidden() {
        let check = |html: &str, expected: &str| {
            assert_eq!(quote_html(html.as_bytes()), expected, "{html}");
        };
        let hides = "which may hide or change other text";
        check("<p>&#80;a&#x79; 9&nbsp;&euro;</p>", "“Pay 9 €”");
        check(
            "<b style=\"background:URL('https://e.example/?a&amp;b')\">x</b>",
            "“x”; with the address “https://e.example/?a&b”",
        );
        check(
            "<b hidden style='overflow :hidden; max-height: 0'>x</b>",
            &format!(
                "“x”; it has style=\"overflow: …\", style=\"max-height: …\", the attribute \
                 “hidden”, {hides}"
            ),
        );
        check(
            "<a title='<' style=display&#58;none href=&#106;avascript:x>x</a>",
            &format!(
                "“x”; with the address “javascript:x”; it has style=\"display: …\", a script in \
                 an attribute, {hides}"
            ),
        );
    }

    #[test]
    fn an_address_that_is_not_the_text_is_told() {
        let link = |host: &str| format!("https://{}{host}{}", "a".repeat(100), "z".repeat(60));
        let said = |text: &str, link: &str| {
            quote_html(format!("<a href=\"{link}\">{text}</a>").as_bytes())
        };
        let told = "; with the address";
        assert!(!said(&link(".bank.example/"), &link(".bank.example/")).contains(told));
        // They differ where neither is shown.
        assert!(said(&link(".bank.example/"), &link(".evil.example/")).contains(told));
    }

    #[test]
    fn of_many_addresses_different_hosts_are_told() {
        let quoted = |hosts: &[String]| {
            let links = hosts
                .iter()
                .map(|host| format!("<a href=\"https://{host}\">x</a>"));
            quote_html(links.collect::<String>().as_bytes())
        };
        let mut hosts: Vec<_> = (0..5).map(|at| format!("a.example/{at}")).collect();
        hosts.push("a.example@EVIL.example".to_owned());
        let said = quoted(&hosts);
        assert!(
            said.contains("/1”, “https://a.example@EVIL.example” and 3 more"),
            "{said}"
        );
        let mut hosts: Vec<_> = (0..50).map(|at| format!("{at}.example/")).collect();
        hosts.push("evil.example".to_owned());
        let said = quoted(&hosts);
        assert!(
            said.contains("“https://6.example/”, “https://evil.example” and 43 more"),
            "{said}"
        );
    }

    #[test]
    fn of_much_only_a_part_is_searched() {
        let unsearched = "; it is so long that not all of it was searched";
        for text in [
            "=",
            "<a",
            "<a style",
            "<a on",
            "href=",
            "href=x ",
            "url(",
            "<b></q>",
            "&#",
            "<p style=\"url(",
        ] {
            let html = format!("<p {}", text.repeat(400_000 / text.len()));
            let said = quote_html(html.as_bytes());
            assert!(said.contains(unsearched), "{text}: {said}");
            assert!(!said.contains("not closed"), "{text}: {said}");
        }
    }

    #[test]
    fn what_is_shown_of_html() {
        let check = |html: &str, expected: &str| {
            assert_eq!(quote_html(html.as_bytes()), expected, "{html}");
        };
        let hides = "which may hide or change other text";
        check("<div class=x>External</div>\r\n", "“External”");
        check("<p>a<br>b", "“a b”");
        check(
            "<p>External</p><!--\r\n",
            &format!("“External <!--”; it has a comment that is not closed, {hides}")
                .replace(" <!--", ""),
        );
        check(
            "<p><a href=\"https://evil.example/login\">Our terms</a></p>",
            "“Our terms”; with the address “https://evil.example/login”",
        );
        check(
            "<A HREF = 'u'><a href=v><a data-href=\"w\"><a href=x>y</a></a></a></a>",
            "“y”; with the addresses “u”, “v”, “w” and 1 more",
        );
        check(
            "<img src=\"https://evil.example/pay.png\" alt=\"\">logo",
            &format!(
                "“logo”; with the address “https://evil.example/pay.png”; it has <img>, {hides}"
            ),
        );
        check(
            "<img src=\"a\">",
            &format!("“<img src=\"a\">”; with the address “a”; it has <img>, {hides}"),
        );
        check(
            "<div>Pay 900<span style=\"x;display:none\">",
            &format!("“Pay 900”; it has style=\"display: …\", <div> that is not closed, {hides}"),
        );
        check(
            "<div style='background-color:red'>x</div></div>",
            &format!("“x”; it has </div> without its beginning, {hides}"),
        );
        check(
            "<form action=e><input name=pw></form>Login<b onclick=x()>!</b>",
            &format!(
                "“Login !”; with the address “e”; it has <form>, <input>, a script in an \
                 attribute, {hides}"
            ),
        );
        check(
            "x-->",
            &format!("“x-->”; it has the end of a comment, {hides}"),
        );
    }
}
