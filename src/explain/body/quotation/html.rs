//! What there is in HTML that was added: words, addresses, and what can hide or change other text.
//!
//! Cost: once through [`MOST_SEARCHED`] bytes, and twice as many of attributes.

use super::references::decode_references;
use crate::explain::body::rules::links::host;
use crate::explain::body::rules::tags::{has_end, name_at};
use crate::explain::quote::quote;

/// Things that can act that a sentence names, and addresses on the same host.
const MOST_NAMED: usize = 3;
/// Addresses on hosts of their own that it names.
const MOST_HOSTS: usize = 8;
/// Bytes of an addition that are looked through for attributes and tags.
const MOST_SEARCHED: usize = 64 * 1024;
/// Bytes of attributes that are read, with those that are in others.
const MOST_READ: usize = 2 * MOST_SEARCHED;
/// Addresses that are kept.
const MOST_ADDRESSES: usize = 100;
/// Elements in each other.
const DEEPEST: usize = 200;

/// Elements that can hide, change or ask for something.
const ACTING: &str = "style script form img iframe input button object embed svg base meta link \
                      frame video textarea select template title xmp";
/// Elements whose end may be left out, where they have no attributes: such as hide all in them.
const OPTIONAL: &str = "p li td th tr dt dd tbody option html head body o:p";
/// Properties of `style=` that can hide text.
const HIDING: &str = "display visibility font-size opacity color position text-indent overflow \
                      height max-height clip clip-path transform";
/// Attributes whose value leads somewhere, or has something loaded.
const LEADING: &str = "href src action formaction background poster srcset data";

/// Whether one of these lists has a word.
fn has(list: &str, word: &[u8]) -> bool {
    list.split(' ').any(|other| other.as_bytes() == word)
}

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
    let mut is_all = searched.len() == html.len();
    let (attributes, are_all) = attributes(searched);
    let acting = acting(html, searched, &attributes, is_all);
    is_all &= are_all;
    let mut addresses: Vec<Vec<u8>> = Vec::new();
    for address in attributes.iter().flat_map(Attribute::addresses) {
        is_all &= addresses.len() < MOST_ADDRESSES;
        if addresses.len() < MOST_ADDRESSES && address != text && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if !addresses.is_empty() {
        let plural = if addresses.len() == 1 { "" } else { "es" };
        let shown = by_hosts(&addresses);
        said += &format!(
            "; with the address{plural} {}",
            listed(&shown, addresses.len())
        );
    }
    let comments: Vec<_> = comments(searched).collect();
    if !comments.is_empty() {
        let plural = if comments.len() == 1 { "" } else { "s" };
        let shown: Vec<_> = comments
            .iter()
            .take(MOST_NAMED)
            .map(|text| quote(text))
            .collect();
        said += &format!(
            "; with the comment{plural} {}",
            listed(&shown, comments.len())
        );
    }
    if !acting.is_empty() {
        let shown = &acting[..acting.len().min(MOST_NAMED)];
        let shown = listed(shown, acting.len());
        said += &format!("; it has {shown}, which may hide or change other text");
    }
    if !is_all {
        said += "; it is so long that not all of it was searched for addresses, and for what may \
                 hide or change other text";
    }
    said
}

/// These, and how many more there are of so many.
fn listed(shown: &[String], all: usize) -> String {
    let more = match all - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

/// Addresses on different hosts, the last of them too; and the first on the same.
fn by_hosts(all: &[Vec<u8>]) -> Vec<String> {
    let hosts: Vec<_> = all.iter().map(|address| host(address)).collect();
    let is_first = |at: &usize| !hosts[..*at].contains(&hosts[*at]);
    let (mut shown, others): (Vec<_>, Vec<_>) = (0..all.len()).partition(is_first);
    if shown.len() > MOST_HOSTS {
        shown.drain(MOST_HOSTS - 1..shown.len() - 1);
    }
    let room = MOST_NAMED.saturating_sub(shown.len());
    shown.extend(others.into_iter().take(room));
    shown.sort_unstable();
    shown.iter().map(|at| quote(&all[*at])).collect()
}

/// What HTML says. What is in a comment or a script remains: it is no less to be seen.
pub(in crate::explain::body) fn words(html: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = memchr::memchr(b'<', rest) {
        text.extend_from_slice(&rest[..start]);
        text.push(b' ');
        let end = memchr::memchr(b'>', &rest[start..]);
        rest = end.map_or(&[][..], |end| &rest[start + end + 1..]);
    }
    text.extend_from_slice(rest);
    decode_references(&text)
}

/// An attribute of a tag, or what may be one: the text that was added may begin within a tag.
struct Attribute {
    /// Its name, or what is behind the last mark in it (`xlink:href`), in lower case.
    name: Vec<u8>,
    /// Whether that is all of the name.
    is_whole: bool,
    value: Vec<u8>,
}

/// All attributes; and whether they are all.
fn attributes(html: &[u8]) -> (Vec<Attribute>, bool) {
    let mut read = 0;
    let mut found = Vec::new();
    for equals in memchr::memchr_iter(b'=', html) {
        let name = html[..equals].trim_ascii_end();
        let start = name.iter().rposition(|byte| !byte.is_ascii_alphanumeric());
        let (before, name) = name.split_at(start.map_or(0, |at| at + 1));
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"'/".contains(byte);
        let value = value(&html[equals + 1..]);
        read += value.len();
        found.push(Attribute {
            name: name.to_ascii_lowercase(),
            is_whole: before.last().is_none_or(is_end),
            value: decode_references(value).trim_ascii().to_vec(),
        });
        if read >= MOST_READ {
            return (found, false);
        }
    }
    (found, true)
}

/// An attribute's value at the beginning of what is behind its `=`.
fn value(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    let (rest, ends): (_, fn(&u8) -> bool) = match rest.first() {
        Some(b'"') => (&rest[1..], |byte| *byte == b'"'),
        Some(b'\'') => (&rest[1..], |byte| *byte == b'\''),
        _ => (rest, |byte| byte.is_ascii_whitespace() || *byte == b'>'),
    };
    let end = rest.iter().position(ends);
    &rest[..end.unwrap_or(rest.len())]
}

impl Attribute {
    /// Where it leads, or what it has loaded.
    fn addresses(&self) -> Vec<Vec<u8>> {
        let own = Some(&self.value[..]).filter(|_| has(LEADING, &self.name));
        let lower = self.value.to_ascii_lowercase();
        let of_style = memchr::memmem::find_iter(&lower, b"url(").map(|at| {
            let rest = &self.value[at + b"url(".len()..];
            let end = memchr::memchr(b')', rest).unwrap_or(rest.len());
            let is_mark = |byte: &u8| b" \t\r\n\"'".contains(byte);
            let start = rest[..end].iter().position(|byte| !is_mark(byte));
            let last = rest[..end].iter().rposition(|byte| !is_mark(byte));
            start
                .zip(last)
                .map_or(&[][..], |(start, last)| &rest[start..=last])
        });
        let all = own.into_iter().chain(of_style);
        all.filter(|address| !address.is_empty())
            .map(<[u8]>::to_vec)
            .collect()
    }

    /// What of it can hide or change other text, in words.
    fn acts(&self) -> Vec<String> {
        let value = self.value.to_ascii_lowercase();
        // Browsers skip white space in addresses.
        let mut address = value.iter().filter(|byte| byte.is_ascii_graphic());
        let is_script = b"javascript:"
            .iter()
            .all(|letter| address.next() == Some(letter));
        if is_script || (self.is_whole && self.name.starts_with(b"on")) {
            return vec!["a script in an attribute".to_owned()];
        }
        if self.name != b"style" {
            return Vec::new();
        }
        let properties = value.split(|byte| *byte == b';').filter_map(|property| {
            let end = memchr::memchr(b':', property)?;
            Some(property[..end].trim_ascii())
        });
        let properties: Vec<_> = properties.collect();
        let hiding = HIDING
            .split(' ')
            .filter(|hiding| properties.contains(&hiding.as_bytes()));
        hiding
            .map(|hiding| format!("style=\"{hiding}: …\""))
            .collect()
    }
}

/// What can hide or change what stands around it, in words.
fn acting(html: &[u8], searched: &[u8], attributes: &[Attribute], is_all: bool) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(comment(html).map(str::to_owned));
    let (names, left_open) = elements(searched);
    let acting = ACTING
        .split(' ')
        .filter(|name| names.iter().any(|other| other == name.as_bytes()));
    found.extend(acting.map(|name| format!("<{name}>")));
    for act in attributes.iter().flat_map(Attribute::acts) {
        if !found.contains(&act) {
            found.push(act);
        }
    }
    // What is not closed may be so behind what was looked through.
    found.extend(left_open.filter(|_| is_all));
    found
}

/// What is said in comments.
fn comments(html: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = html;
    let all = std::iter::from_fn(move || {
        let (_, behind) = split(rest, b"<!--")?;
        let (comment, behind) = split(behind, b"-->")?;
        rest = behind;
        Some(comment)
    });
    all.filter(|comment| !comment.trim_ascii().is_empty())
}

/// What is before the first of these, and behind it.
fn split<'t>(text: &'t [u8], at: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let start = memchr::memmem::find(text, at)?;
    Some((&text[..start], &text[start + at.len()..]))
}

/// A comment that goes on behind the text, or began before it.
fn comment(html: &[u8]) -> Option<&'static str> {
    let begins = memchr::memmem::rfind(html, b"<!--");
    let ends = memchr::memmem::rfind(html, b"-->");
    match (begins, ends) {
        (Some(begins), ends) if ends.is_none_or(|ends| ends < begins) => {
            Some("a comment that is not closed")
        }
        (None, Some(_)) => Some("the end of a comment"),
        _ => None,
    }
}

/// The names of the opening tags, and what is said of an element that is not closed, or was not
/// opened.
fn elements(html: &[u8]) -> (Vec<Vec<u8>>, Option<String>) {
    let mut names = Vec::new();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut stray = None;
    let is_optional = |name: &[u8]| has(OPTIONAL, name);
    // Those in comments and scripts too: a reader may see them.
    for at in memchr::memchr_iter(b'<', html) {
        let Some((name, closes)) = name_at(&html[at..]) else {
            continue;
        };
        if closes {
            match open.iter().rposition(|other| *other == name) {
                Some(level) => open.truncate(level),
                None if has_end(&name) && !is_optional(&name) => stray = stray.or(Some(name)),
                None => {}
            }
            continue;
        }
        let is_bare = html.get(at + 1 + name.len()) == Some(&b'>');
        if has_end(&name) && !(is_bare && is_optional(&name)) && open.len() < DEEPEST {
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
            &format!("“x”; it has style=\"overflow: …\", style=\"max-height: …\", {hides}"),
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
            "<!-- start --><b>a</b><!-- --><!-- <i>end</i> -->",
            "“a end -->”; with the comments “start”, “<i>end</i>”",
        );
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
