//! What there is in HTML that was added: words, addresses, and what can hide or change others.

use super::super::appended::is_white;
use super::quote;

/// Addresses, and things that can act, that a sentence names.
const MOST_NAMED: usize = 3;
/// Octets of an addition that are looked through.
const MOST_SEARCHED: usize = 1024 * 1024;

/// Attributes whose value leads somewhere, or has something loaded.
const LEADING: [&[u8]; 8] = [
    b"href",
    b"src",
    b"action",
    b"formaction",
    b"background",
    b"poster",
    b"srcset",
    b"data",
];

/// Elements that can hide, change or ask for something.
const ACTING: [&str; 20] = [
    "style", "script", "form", "img", "iframe", "input", "button", "object", "embed", "svg",
    "base", "meta", "link", "frame", "video", "textarea", "select", "template", "title", "xmp",
];

/// Properties of `style=` that can hide text.
const HIDING: [&str; 9] = [
    "display",
    "visibility",
    "font-size",
    "opacity",
    "color",
    "position",
    "text-indent",
    "overflow",
    "height",
];

/// The words of HTML that was added, or all of it if it has none, with its addresses and with what
/// may hide or change other text.
pub(super) fn quote_html(html: &[u8]) -> String {
    let words = without_tags(html);
    let mut said = if is_white(&words) {
        quote(html)
    } else {
        quote(&words)
    };
    let searched = &html[..html.len().min(MOST_SEARCHED)];
    let mut addresses = addresses(searched);
    addresses.retain(|address| !said.contains(address.as_str()));
    if let Some((shown, more)) = listed(&addresses) {
        let what = if addresses.len() == 1 {
            "address"
        } else {
            "addresses"
        };
        said += &format!("; with the {what} {shown}{more}");
    }
    if let Some((shown, more)) = listed(&acting(searched)) {
        said += &format!("; it has {shown}{more}, which may hide or change other text");
    }
    said
}

/// The first of them, and how many there are more.
fn listed(all: &[String]) -> Option<(String, String)> {
    let shown = &all[..all.len().min(MOST_NAMED)];
    let more = match all.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| (shown.join(", "), more))
}

/// HTML without its tags. What is in a comment or a script remains: it is no less to be seen.
pub(in crate::explain::body) fn without_tags(html: &[u8]) -> Vec<u8> {
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

/// The values of attributes that lead somewhere, in order, each once.
fn addresses(html: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for equals in memchr::memchr_iter(b'=', html) {
        let name = html[..equals].trim_ascii_end();
        let leads = LEADING.iter().any(|leading| {
            let at = name.len().checked_sub(leading.len());
            at.is_some_and(|at| {
                name[at..].eq_ignore_ascii_case(leading)
                    && at > 0
                    && !name[at - 1].is_ascii_alphanumeric()
            })
        });
        let address = quote_value(value(&html[equals + 1..]));
        if leads && address.len() > "“”".len() && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// An attribute's value at the beginning of what is behind its `=`.
fn value(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    let (rest, ends): (_, fn(&u8) -> bool) = match rest.first() {
        Some(b'"') => (&rest[1..], |octet| *octet == b'"'),
        Some(b'\'') => (&rest[1..], |octet| *octet == b'\''),
        _ => (rest, |octet| octet.is_ascii_whitespace() || *octet == b'>'),
    };
    let end = rest.iter().position(ends);
    &rest[..end.unwrap_or(rest.len())]
}

fn quote_value(value: &[u8]) -> String {
    quote(value.trim_ascii())
}

/// What can hide or change what stands around it, in words.
fn acting(html: &[u8]) -> Vec<String> {
    let lower = html.to_ascii_lowercase();
    let mut found = Vec::new();
    found.extend(comment(&lower));
    let (tags, left_open) = elements(&lower);
    for name in ACTING {
        if tags.iter().any(|tag| tag.name == name.as_bytes()) {
            found.push(format!("<{name}>"));
        }
    }
    for property in HIDING {
        if tags
            .iter()
            .any(|tag| styles(tag.whole, property.as_bytes()))
        {
            found.push(format!("style=\"{property}: …\""));
        }
    }
    if tags.iter().any(|tag| has_handler(tag.whole)) {
        found.push("a script in an attribute".to_owned());
    }
    found.extend(left_open);
    found
}

/// A comment that goes on behind the text, or began before it.
fn comment(lower: &[u8]) -> Option<String> {
    let begins = memchr::memmem::rfind(lower, b"<!--");
    let ends = memchr::memmem::rfind(lower, b"-->");
    match (begins, ends) {
        (Some(begins), ends) if ends.is_none_or(|ends| ends < begins) => {
            Some("a comment that is not closed".to_owned())
        }
        (None, Some(_)) => Some("the end of a comment".to_owned()),
        _ => None,
    }
}

/// A tag, in lower case.
struct Tag<'a> {
    name: &'a [u8],
    /// All of it up to its `>`.
    whole: &'a [u8],
}

/// The opening tags, and what is said of an element that is not closed, or was not opened.
fn elements(lower: &[u8]) -> (Vec<Tag<'_>>, Option<String>) {
    /// Elements without an end, and those whose end may be left out.
    const UNCLOSED: [&str; 26] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "tbody", "option", "html", "head",
        "body", "o:p",
    ];
    let needs_end = |name: &[u8]| !UNCLOSED.iter().any(|other| other.as_bytes() == name);
    let mut tags = Vec::new();
    let mut open: Vec<&[u8]> = Vec::new();
    let mut stray = None;
    for at in memchr::memchr_iter(b'<', lower) {
        let rest = &lower[at + 1..];
        let (closes, rest) = match rest.strip_prefix(b"/") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let length = rest
            .iter()
            .position(|octet| !octet.is_ascii_alphanumeric() && *octet != b':')
            .unwrap_or(rest.len());
        let (name, _) = rest.split_at(length);
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        if closes {
            match open.iter().rposition(|other| *other == name) {
                Some(level) => open.truncate(level),
                None if needs_end(name) => stray = stray.or(Some(name)),
                None => {}
            }
            continue;
        }
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        tags.push(Tag {
            name,
            whole: &rest[..end],
        });
        if needs_end(name) && open.len() < 1000 {
            open.push(name);
        }
    }
    let said = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let left = match (open.first(), stray) {
        (Some(name), _) => Some(format!("<{}> that is not closed", said(name))),
        (None, Some(name)) => Some(format!("</{}> without its beginning", said(name))),
        (None, None) => None,
    };
    (tags, left)
}

/// Whether a tag's `style=` sets a property.
fn styles(tag: &[u8], property: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(tag, b"style") else {
        return false;
    };
    memchr::memmem::find_iter(&tag[at..], property).any(|found| {
        let found = at + found;
        let behind = tag[found + property.len()..].trim_ascii_start();
        // `background-color` is not `color`.
        !matches!(tag[found - 1], b'-' | b'a'..=b'z') && behind.starts_with(b":")
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
