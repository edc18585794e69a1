//! Links that were rewritten so that they lead elsewhere first, and what they were.
//!
//! Gateways that check links do so, and so does who wants readers to come to him. They are told
//! apart by their hosts, which are few; a host that is not known is never called a gateway. Those
//! links of which nothing but a token is left cannot be had back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::quotation::told_change;
use super::super::rewrites::replace;
use super::super::story::{Story, count};
use crate::explain::Cause;
use crate::syntax::hex::hex_pair;

/// A text with its links as they may have been.
pub(super) struct Unlinked {
    pub(super) text: Vec<u8>,
    pub(super) links: Links,
}

/// Links that were rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Links {
    count: usize,
    /// The one that is told of: the first that goes through no gateway that is known, or else the
    /// first.
    told: Link,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Link {
    is: Vec<u8>,
    was: Vec<u8>,
    by_gateway: bool,
}

impl Links {
    /// What is told of them, in this place.
    pub(super) fn story(&self, place: &str) -> Story {
        let Link { is, was, .. } = &self.told;
        let links = count(self.count, "link");
        let (are, were) = if self.count == 1 {
            ("leads", "was")
        } else {
            ("lead", "were")
        };
        let hosts = || {
            let name = |link| String::from_utf8_lossy(host(link)).into_owned();
            (name(is), name(was))
        };
        let mut detail = if self.told.by_gateway {
            let them = if self.count == 1 { "it" } else { "them" };
            format!(
                "{links} in the {place} {were} rewritten to go through a gateway that checks {them}"
            )
        } else if self.count == 1 {
            let (to, from) = hosts();
            format!("{links} in the {place} now {are} to {to} instead of to {from}")
        } else {
            let (to, from) = hosts();
            format!(
                "{links} in the {place} {were} rewritten, and now one leads to {to} instead of to {from}"
            )
        };
        detail += &format!(": {}", told_change(is, was));
        Story::new(Cause::ContentInserted, detail).with_original(was)
    }
}

/// The texts that this may have been before its links were rewritten.
pub(super) fn originals(text: &[u8]) -> Vec<Unlinked> {
    let mut originals: Vec<Unlinked> = Vec::new();
    for only_gateways in [true, false] {
        for escapes in [false, true] {
            for text in [text.to_vec(), without_attributes(text)] {
                let Some(original) = with_links(&text, only_gateways, escapes) else {
                    continue;
                };
                if !originals.iter().any(|other| other.text == original.text) {
                    originals.push(original);
                }
            }
        }
    }
    originals
}

/// The text with each link as it was, in HTML with `&` escaped, or not; `None` if none is known.
fn with_links(text: &[u8], only_gateways: bool, escapes: bool) -> Option<Unlinked> {
    const END: &[u8] = b" \t\r\n\"'<>)]";
    let mut out = Vec::with_capacity(text.len());
    let mut links: Option<Links> = None;
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"http") {
        let (before, link) = rest.split_at(at);
        out.extend_from_slice(before);
        let length = link.iter().position(|octet| END.contains(octet));
        let (link, behind) = link.split_at(length.unwrap_or(link.len()));
        rest = behind;
        let checked = behind_gateway(link);
        let by_gateway = checked.is_some();
        let Some(was) = checked.or_else(|| any(link).filter(|_| !only_gateways)) else {
            out.extend_from_slice(link);
            continue;
        };
        if escapes {
            replace(&was, b"&", b"&amp;", &mut out);
        } else {
            out.extend_from_slice(&was);
        }
        let link = || Link {
            is: link.to_vec(),
            was: was.clone(),
            by_gateway,
        };
        match &mut links {
            None => {
                links = Some(Links {
                    count: 1,
                    told: link(),
                });
            }
            Some(links) => {
                links.count += 1;
                if links.told.by_gateway && !by_gateway {
                    links.told = link();
                }
            }
        }
    }
    out.extend_from_slice(rest);
    links.map(|links| Unlinked { text: out, links })
}

/// HTML without the attributes that Safe Links adds to links.
fn without_attributes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"<a ") {
        let (before, tag) = rest.split_at(at);
        out.extend_from_slice(before);
        let (tag, behind) = tag.split_at(tag_length(tag));
        let mut tag = tag.to_vec();
        for name in [&b" originalsrc=\""[..], b" shash=\""] {
            if let Some(start) = memchr::memmem::find(&tag, name) {
                let value = start + name.len();
                if let Some(length) = memchr::memchr(b'"', &tag[value..]) {
                    tag.drain(start..=value + length);
                }
            }
        }
        out.extend_from_slice(&tag);
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

/// How long a tag is up to its `>`, which in quotation marks ends nothing.
fn tag_length(tag: &[u8]) -> usize {
    let mut quoted = false;
    for (at, octet) in tag.iter().enumerate() {
        match octet {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    tag.len()
}

/// What is between `//` and what ends it, where browsers take a backslash for a slash.
fn authority(link: &[u8]) -> &[u8] {
    let rest = memchr::memmem::find(link, b"//").map_or(&[][..], |at| &link[at + 2..]);
    let end = rest.iter().position(|octet| b"/?#\\".contains(octet));
    &rest[..end.unwrap_or(rest.len())]
}

/// The host that a link leads to: behind a user's name, before a port.
fn host(link: &[u8]) -> &[u8] {
    let host = authority(link).rsplit(|octet| *octet == b'@').next();
    let host = host.unwrap_or_default();
    host.split(|octet| *octet == b':').next().unwrap_or(host)
}

/// What a link was that now goes through a gateway that is known to check links.
fn behind_gateway(link: &[u8]) -> Option<Vec<u8>> {
    let secure = link.strip_prefix(b"https://")?;
    let percent = |value| percent_decoded(value, b'%');
    // Gateways write neither a user's name nor a port.
    let host = authority(link).to_ascii_lowercase();
    let path = &secure[host.len()..];
    match host.as_slice() {
        b"linkprotect.cudasvc.com" => parameter(path.strip_prefix(b"/url")?, b"a", percent),
        b"urldefense.proofpoint.com" | b"urldefense.com" | b"urldefense.us" => defended(path),
        b"secure-web.cisco.com" => last_segment(path),
        // One label for the region before the rest: `nam02`.
        other => {
            let region = other.strip_suffix(b".safelinks.protection.outlook.com")?;
            let is_label = !region.is_empty() && region.iter().all(u8::is_ascii_alphanumeric);
            let query = path.strip_prefix(b"/")?;
            parameter(query, b"url", percent).filter(|_| is_label && query.starts_with(b"?"))
        }
    }
}

/// The value of the only parameter of this name.
fn parameter<'p, T>(
    path: &'p [u8],
    name: &[u8],
    decode: impl FnOnce(&'p [u8]) -> Option<T>,
) -> Option<T> {
    // What is behind a `#` is sent to nobody.
    if path.contains(&b'#') {
        return None;
    }
    let query = &path[memchr::memchr(b'?', path)? + 1..];
    let parameters = query.split(|octet| *octet == b'&').map(|parameter| {
        let parameter = parameter.strip_prefix(b"amp;").unwrap_or(parameter);
        let end = memchr::memchr(b'=', parameter).unwrap_or(parameter.len());
        parameter.split_at(end)
    });
    // However it is written, for a gateway may take it so.
    let is_named = |written: &[u8]| {
        percent_decoded(written, b'%').is_none_or(|plain| plain.eq_ignore_ascii_case(name))
    };
    let mut named = parameters.filter(|(written, _)| is_named(written));
    let (written, value) = named.next()?;
    // With two of them it is not known which one the gateway takes.
    let is_plain = named.next().is_none() && written == name;
    is_plain.then(|| decode(value.strip_prefix(b"=")?))?
}

/// `/token/https%3A%2F%2F…`
fn last_segment(path: &[u8]) -> Option<Vec<u8>> {
    let mut segments = path.strip_prefix(b"/")?.split(|octet| *octet == b'/');
    let (_token, link) = (segments.next()?, segments.next()?);
    let link = percent_decoded(link, b'%')?;
    (segments.next().is_none() && link.starts_with(b"http")).then_some(link)
}

/// A link that has another, percent-encoded, for the value of a parameter, or as it is.
fn any(link: &[u8]) -> Option<Vec<u8>> {
    if let Some(at) = memchr::memmem::find(link, b"=http") {
        let value = link[at + 1..].split(|octet| *octet == b'&').next()?;
        let decoded = percent_decoded(value, b'%')?;
        if decoded != value {
            return Some(decoded);
        }
    }
    let path = &link[memchr::memmem::find(link, b"//")? + 2..];
    defended(&path[authority(link).len()..])
}

/// A link of URL Defense, in its second or its third version.
fn defended(path: &[u8]) -> Option<Vec<u8>> {
    if let Some(rest) = path.strip_prefix(b"/v3/__") {
        let end = memchr::memmem::find(rest, b"__;")?;
        let digits = rest[end + 3..].split(|octet| *octet == b'!').next()?;
        let replaced = URL_SAFE_NO_PAD.decode(digits).ok()?;
        let mut replaced = replaced.into_iter();
        let octets = rest[..end].iter();
        return octets
            .map(|octet| match octet {
                b'*' => replaced.next(),
                octet => Some(*octet),
            })
            .collect();
    }
    let value = parameter(path.strip_prefix(b"/v2/url")?, b"u", Some)?;
    let slashes: Vec<u8> = value
        .iter()
        .map(|octet| if *octet == b'_' { b'/' } else { *octet })
        .collect();
    percent_decoded(&slashes, b'-')
}

/// Octets with `mark` and two hexadecimal digits for some; `None` if a mark stands alone.
fn percent_decoded(text: &[u8], mark: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut octets = text.iter();
    while let Some(octet) = octets.next() {
        if *octet == mark {
            out.push(hex_pair(&mut octets)?);
        } else {
            out.push(*octet);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(link: Option<Vec<u8>>) -> Option<String> {
        link.map(|link| String::from_utf8(link).unwrap())
    }

    #[test]
    fn gateways() {
        let check = |link: &str, expected: Option<&str>| {
            let found = text(behind_gateway(link.as_bytes()));
            assert_eq!(found.as_deref(), expected, "{link}");
        };
        let was = Some("https://example.org/a?b=c");
        let url = "?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc";
        let safe = "safelinks.protection.outlook.com";
        check(&format!("https://nam02.{safe}/{url}&data=05"), was);
        check(&format!("https://NAM02.{safe}/{url}&amp;data=05"), was);
        for host in [
            "example.com".to_owned(),
            safe.to_owned(),
            format!("evil{safe}"),
            format!("evil.example?x.{safe}"),
            format!("evil.example#x.{safe}"),
            format!("evil.example\\x.{safe}"),
            format!("x.{safe}@evil.example"),
            format!("a.b.{safe}"),
            format!("x.{safe}:81"),
            format!("u@x.{safe}"),
            format!("evil.example/x.{safe}"),
        ] {
            check(&format!("https://{host}/{url}"), None);
        }
        check(&format!("http://nam02.{safe}/{url}"), None);
        check(
            &format!("https://nam02.{safe}/{url}&url=https%3A%2F%2Fb"),
            None,
        );
        check(&format!("https://nam02.{safe}/?u=https%3A%2F%2Fb"), None);
        check(
            "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.org%2fa%3fb%3dc&c=E,1",
            was,
        );
        check(
            "https://secure-web.cisco.com/1abc-_/https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc",
            was,
        );
        check(
            "https://secure-web.cisco.com/https%3A%2F%2Fexample.org",
            None,
        );
        check(
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-3Fb-3Dc&d=DwM",
            was,
        );
        let third = "/v3/__https://example.org/a*b=c__;Pw!!abc$";
        check(&format!("https://urldefense.com{third}"), was);
        check(&format!("https://urldefense.us{third}"), was);
        check(&format!("https://urldefense.evil.example{third}"), None);
        check(&format!("https://urldefense.com@evil.example{third}"), None);
        check(
            "https://urldefense.com/v3/__https://example.org/a*b__;!!abc$",
            None,
        );
        check("https://urldefense.com/", None);
        check("http", None);
    }

    #[test]
    fn hosts() {
        let check = |link: &str, expected: &str| {
            assert_eq!(host(link.as_bytes()), expected.as_bytes(), "{link}");
        };
        check("https://a.example/b", "a.example");
        check("https://a.example?b", "a.example");
        check("https://a.example#@b", "a.example");
        check("https://a.example\\@b", "a.example");
        check("https://bank.example:x@a.example:8080/b", "a.example");
        check("https:", "");
    }

    #[test]
    fn attributes() {
        let check = |html: &str, expected: &str| {
            let found = without_attributes(html.as_bytes());
            assert_eq!(String::from_utf8(found).unwrap(), expected);
        };
        check(
            "<a href=\"x\" originalsrc=\"y>\" shash=\"z\">q</a>",
            "<a href=\"x\">q</a>",
        );
        let elsewhere = "Pay originalsrc=\"1\" shash=\"2\"<p shash=\"3\">";
        check(elsewhere, elsewhere);
    }
}
