//! Links that a gateway has led through itself, and what they were.
//!
//! Those of which nothing but a token is left cannot be had back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How a link looks that was rewritten.
type Original = fn(&[u8]) -> Option<Vec<u8>>;

/// The texts that this may have been before its links were rewritten.
pub(super) fn originals(text: &[u8]) -> Vec<Vec<u8>> {
    let mut originals: Vec<Vec<u8>> = Vec::new();
    let kinds: [Original; 2] = [known, any];
    for kind in kinds {
        for escapes in [false, true] {
            for text in [text.to_vec(), without_attributes(text)] {
                let original = with_links(&text, kind, escapes);
                if original != text && !originals.contains(&original) {
                    originals.push(original);
                }
            }
        }
    }
    originals
}

/// The text with each link as it was; in HTML with `&` escaped, or not.
fn with_links(text: &[u8], original: Original, escapes: bool) -> Vec<u8> {
    const END: &[u8] = b" \t\r\n\"'<>)]";
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"http") {
        let (before, link) = rest.split_at(at);
        out.extend_from_slice(before);
        let length = link.iter().position(|octet| END.contains(octet));
        let (link, behind) = link.split_at(length.unwrap_or(link.len()));
        match original(link) {
            Some(was) if escapes => super::super::rewrites::replace(&was, b"&", b"&amp;", &mut out),
            Some(was) => out.extend_from_slice(&was),
            None => out.extend_from_slice(link),
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

/// HTML without the attributes that Safe Links adds to elements.
fn without_attributes(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    for name in [&b" originalsrc=\""[..], b" shash=\""] {
        let mut kept = Vec::with_capacity(out.len());
        let mut rest = out.as_slice();
        while let Some(at) = memchr::memmem::find(rest, name) {
            let value = &rest[at + name.len()..];
            let Some(length) = memchr::memchr(b'"', value) else {
                break;
            };
            kept.extend_from_slice(&rest[..at]);
            rest = &value[length + 1..];
        }
        kept.extend_from_slice(rest);
        out = kept;
    }
    out
}

/// What a link was that goes through Safe Links, URL Defense or Link Protect.
fn known(link: &[u8]) -> Option<Vec<u8>> {
    let host = link.split(|octet| *octet == b'/').nth(2)?;
    if host.ends_with(b".safelinks.protection.outlook.com") || host == b"linkprotect.cudasvc.com" {
        any(link)
    } else if host.starts_with(b"urldefense.") {
        defended(link)
    } else {
        None
    }
}

/// A link that has another, percent-encoded, for the value of a parameter.
fn any(link: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(link, b"=http")? + 1;
    let value = link[at..].split(|octet| *octet == b'&').next()?;
    let decoded = percent_decoded(value, b'%')?;
    (decoded != value).then_some(decoded)
}

/// A link of URL Defense, in its second or its third version.
fn defended(link: &[u8]) -> Option<Vec<u8>> {
    if let Some(at) = memchr::memmem::find(link, b"/v3/__") {
        let rest = &link[at + 6..];
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
    let at = memchr::memmem::find(link, b"?u=")? + 3;
    let value = link[at..].split(|octet| *octet == b'&').next()?;
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
            let high = char::from(*octets.next()?).to_digit(16)?;
            let low = char::from(*octets.next()?).to_digit(16)?;
            out.push(u8::try_from(16 * high + low).ok()?);
        } else {
            out.push(*octet);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        let check = |link: &str, expected: Option<&str>| {
            let found = known(link.as_bytes());
            let found = found.map(|link| String::from_utf8(link).unwrap());
            assert_eq!(found.as_deref(), expected, "{link}");
        };
        check("https://example.com/?url=https%3A%2F%2Fexample.org", None);
        check(
            "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc&data=05",
            Some("https://example.org/a?b=c"),
        );
        check(
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-2Db&d=DwM",
            Some("https://example.org/a-b"),
        );
        check(
            "https://urldefense.com/v3/__https://example.org/a*b__;Iw!!abc$",
            Some("https://example.org/a#b"),
        );
        check(
            "https://urldefense.com/v3/__https://example.org/a*b__;!!abc$",
            None,
        );
        check("https://urldefense.com/", None);
        check("http", None);
    }
}
