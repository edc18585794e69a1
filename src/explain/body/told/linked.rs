//! What is told of links that were rewritten.

use crate::explain::Cause;
use crate::explain::body::quotation::told_change;
use crate::explain::body::rules::links::{checked_by, host, unescaped};
use crate::explain::body::story::{Story, count};
use crate::explain::body::undone::{Edit, Text};
use crate::explain::quote::quote;

/// The links are those edits that put something in. One is told of: the first that goes through no
/// gateway that is known, or else the first.
pub(super) fn tell(edits: &[Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    let links = edits.iter().filter(|edit| !edit.was.is_empty());
    let links: Vec<_> = links
        .map(|edit| {
            let is = unescaped(&text.bytes[edit.range.clone()], text.media);
            (is, unescaped(&edit.was, text.media))
        })
        .collect();
    let gateway = |is: &[u8]| checked_by(link_of(is));
    let unknown = links.iter().find(|(is, _)| gateway(is).is_none());
    let Some((is, was)) = unknown.or(links.first()) else {
        return Vec::new();
    };
    let is_one = links.len() == 1;
    let were = if is_one { "was" } else { "were" };
    let links = count(links.len(), "link");
    let host_of = |link| {
        let host = host(link);
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(byte);
        if host.iter().all(is_plain) && host.len() < 256 {
            String::from_utf8_lossy(host).into_owned()
        } else {
            quote(host)
        }
    };
    let (to, from) = (host_of(link_of(is)), host_of(was));
    let detail = match gateway(is) {
        Some(gateway) => {
            let them = if is_one { "it" } else { "them" };
            format!(
                "{links} in the {name} {were} rewritten to go through a gateway that checks {them}, \
                 {gateway}"
            )
        }
        None if is_one => format!("{links} in the {name} now leads to {to} instead of to {from}"),
        None => format!(
            "{links} in the {name} {were} rewritten, and now one leads to {to} instead of to {from}"
        ),
    };
    let detail = format!("{detail}: {}", told_change(is, was));
    vec![Story::new(Cause::ContentInserted, detail).with_original(was)]
}

/// A link without what stands around it, as it was rewritten: spaces, or what it was before.
fn link_of(is: &[u8]) -> &[u8] {
    let is = is.trim_ascii_end();
    match is.strip_suffix(b">") {
        Some(inner) => &inner[memchr::memrchr(b'<', inner).map_or(0, |at| at + 1)..],
        None => is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::body::mime::Media;

    #[test]
    fn links() {
        let check = |html: &str, edits: &[(&str, &str)], expected: &str, original: &str| {
            let text = Text::of(html.as_bytes(), Media::Html);
            let edit = |(is, was): &(&str, &str)| {
                let start = html.find(is).unwrap();
                Edit {
                    range: start..start + is.len(),
                    was: was.as_bytes().to_vec(),
                }
            };
            let edits: Vec<_> = edits.iter().map(edit).collect();
            let stories = tell(&edits, text, "HTML part (part 2 of 2)");
            let [story] = &stories[..] else {
                panic!("{stories:?}");
            };
            assert_eq!(story.detail, expected);
            let original =
                Story::new(Cause::ContentInserted, expected).with_original(original.as_bytes());
            assert_eq!(*story, original);
        };
        let safe = "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example";
        let own = "https://evil.example/?u=https%3A%2F%2Fa.example&amp;b";
        let shown = format!("{safe} {own}");
        check(
            &shown,
            &[(safe, "https://a.example")],
            &format!(
                "1 link in the HTML part (part 2 of 2) was rewritten to go through a gateway that \
                 checks it, Microsoft Safe Links: “{safe}”, originally “https://a.example”"
            ),
            "https://a.example",
        );
        check(
            &shown,
            &[(own, "https://a.example/?b&amp;c")],
            "1 link in the HTML part (part 2 of 2) now leads to evil.example instead of to \
             a.example: “https://evil.example/?u=https%3A%2F%2Fa.example&b”, originally \
             “https://a.example/?b&c”",
            "https://a.example/?b&c",
        );
        check(
            &shown,
            &[(safe, "https://a.example"), (own, "https://a.example")],
            "2 links in the HTML part (part 2 of 2) were rewritten, and now one leads to \
             evil.example instead of to a.example: \
             “https://evil.example/?u=https%3A%2F%2Fa.example&b”, originally “https://a.example”",
            "https://a.example",
        );
        assert!(tell(&[], Text::of(b"", Media::Html), "body").is_empty());
    }
}
