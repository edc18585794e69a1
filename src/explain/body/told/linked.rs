//! What is told of links that were rewritten.

use std::collections::BTreeMap;

use crate::explain::Cause;
use crate::explain::body::quotation::told_change;
use crate::explain::body::rules::links::{checked_by, host};
use crate::explain::body::story::{Story, count};
use crate::explain::body::undone::{Edit, Text};
use crate::explain::quote::quote;

/// Gateways and hosts of which it is told.
const MOST: usize = 8;

/// Links of which one sentence tells: the gateway that checks them, or what is said of the hosts.
type Group = (Option<&'static str>, String);
/// What a link is, and what it was.
type Link<'l> = (&'l [u8], &'l [u8]);

/// Of each gateway that links go through, and of each two hosts that they lead to and led to, one link
/// is shown: first of those that nobody is known to check.
pub(super) fn tell(edits: &[Edit], text: Text<'_>, name: &str) -> Vec<Story> {
    let mut groups: BTreeMap<Group, Vec<Link<'_>>> = BTreeMap::new();
    // The links are those edits that put something in.
    for edit in edits.iter().filter(|edit| !edit.was.is_empty()) {
        let is = text.bytes[edit.range.clone()].trim_ascii_end();
        let gateway = checked_by(is, text.media);
        let hosts = || format!("to {} and not to {}", shown_host(is), shown_host(&edit.was));
        let hosts = gateway.map_or_else(hosts, |_| String::new());
        groups
            .entry((gateway, hosts))
            .or_default()
            .push((is, &edit.was));
    }
    let told = groups
        .iter()
        .take(MOST)
        .filter_map(|((gateway, hosts), links)| {
            let (is, was) = links.first()?;
            let (were, them, lead) = match links.len() {
                1 => ("was", "it", "leads"),
                _ => ("were", "them", "lead"),
            };
            let mut detail = format!("{} in the {name} ", count(links.len(), "link"));
            detail += &match gateway {
                Some(gateway) => format!(
                    "{were} rewritten to go through a gateway that checks {them}, {gateway}"
                ),
                None => format!("now {lead} {hosts}"),
            };
            detail += &format!(": {}", told_change(is, was));
            Some(Story::new(Cause::ContentInserted, detail).with_original(was))
        });
    let mut told: Vec<_> = told.collect();
    if let Some(last) = told.last_mut().filter(|_| groups.len() > MOST) {
        last.detail += "; other links were rewritten too";
    }
    told
}

/// The host of an address, in quotation marks if it has other characters than hosts have.
fn shown_host(link: &[u8]) -> String {
    let host = host(link);
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(byte);
    if host.iter().all(is_plain) && host.len() < 256 {
        String::from_utf8_lossy(&host).into_owned()
    } else {
        quote(&host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::body::mime::Media;

    #[test]
    fn links() {
        let check = |html: &str, edits: &[(&str, &str)], expected: &[(&str, &str)]| {
            let text = Text::of(html.as_bytes(), Media::Html);
            let edit = |(is, was): &(&str, &str)| {
                let start = html.find(is).unwrap();
                Edit {
                    range: start..start + is.len(),
                    was: was.as_bytes().to_vec(),
                }
            };
            let edits: Vec<_> = edits.iter().map(edit).collect();
            let story = |(detail, original): &(&str, &str)| {
                Story::new(Cause::ContentInserted, *detail).with_original(original.as_bytes())
            };
            let expected: Vec<_> = expected.iter().map(story).collect();
            assert_eq!(tell(&edits, text, "HTML part (part 2 of 2)"), expected);
        };
        let safe = "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example";
        let own = "https://evil.example/?u=https%3A%2F%2Fa.example&amp;b";
        let other = "https://worse.example/?u=https%3A%2F%2Fa.example";
        let shown = format!("{safe} {own} {other}");
        let checked = format!(
            "1 link in the HTML part (part 2 of 2) was rewritten to go through a gateway that \
             checks it, Microsoft Safe Links: “{safe}”, originally “https://a.example”"
        );
        let checked = (&checked[..], "https://a.example");
        check(&shown, &[(safe, "https://a.example")], &[checked]);
        // As it was signed, and not as it is read.
        let led = "1 link in the HTML part (part 2 of 2) now leads to evil.example and not to \
                   a.example: “https://evil.example/?u=https%3A%2F%2Fa.example&amp;b”, originally \
                   “https://a.example/?b&amp;c”";
        let was = "https://a.example/?b&amp;c";
        check(&shown, &[(own, was)], &[(led, was)]);
        // Each host that nobody checks.
        let worse = format!(
            "1 link in the HTML part (part 2 of 2) now leads to worse.example and not to \
             a.example: “{other}”, originally “https://a.example”"
        );
        check(
            &shown,
            &[
                (safe, "https://a.example"),
                (own, was),
                (other, "https://a.example"),
            ],
            &[(led, was), (&worse, "https://a.example"), checked],
        );
        assert!(tell(&[], Text::of(b"", Media::Html), "body").is_empty());
    }
}
