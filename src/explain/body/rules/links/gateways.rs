//! Systems that put their own address in front of links, and how the link that was there is read from
//! the one that is there now. A new one is one row of the table.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::syntax::hex::hex_pair;

/// One way in which one system writes links.
#[derive(Debug)]
pub(super) struct Gateway {
    /// What people call it.
    pub(super) name: &'static str,
    /// Whether it checks links, so that nobody else can have a link go through it.
    pub(super) checks: bool,
    /// How its links begin: its host, its port if it names one, and the path; a `*` is one label, or
    /// one segment, which says nothing of the link that was there.
    address: &'static str,
    original: Original,
}

/// Where in a link the one is that was there.
#[derive(Clone, Copy, Debug)]
enum Original {
    /// The value of this parameter: percent-encoded, or as it is and then up to the end.
    Parameter(&'static str),
    /// The value of this parameter in base64 (RFC 4648 §4, §5).
    Base64(&'static str),
    /// The value of this parameter, percent-encoded with `-` for `%`, and then with `_` for `/`.
    Dashes(&'static str),
    /// Behind the path, percent-encoded.
    Segment,
    /// Behind the path up to `__;`, with a `*` for each character that stands in base64 behind that.
    Stars,
}

use Original::{Base64, Dashes, Parameter, Segment, Stars};

const fn checks(name: &'static str, address: &'static str, original: Original) -> Gateway {
    Gateway {
        name,
        checks: true,
        address,
        original,
    }
}

/// Those of which it is known how the link that was there is read from theirs. Of Mimecast's nothing
/// but a token is left.
#[rustfmt::skip]
const GATEWAYS: &[Gateway] = &[
    checks("Microsoft Safe Links", "*.safelinks.protection.outlook.com/", Parameter("url")),
    // Proofpoint, "How do I decode a rewritten URL?", for both versions.
    checks("Proofpoint URL Defense", "urldefense.com/v3/__", Stars),
    checks("Proofpoint URL Defense", "urldefense.us/v3/__", Stars),
    checks("Proofpoint URL Defense", "urldefense.proofpoint.com/v3/__", Stars),
    checks("Proofpoint URL Defense", "urldefense.proofpoint.com/v2/url", Dashes("u")),
    checks("Barracuda Link Protection", "linkprotect.cudasvc.com/url", Parameter("a")),
    checks("Cisco Secure Email", "secure-web.cisco.com/*/", Segment),
    // Sophos Central, "URL Protection".
    checks("Sophos Email", "*.protection.sophos.com/", Base64("u")),
    // Broadcom, "Whitelist a domain with the Symantec Click-time URL Protection service".
    checks("Symantec Click-time URL Protection", "clicktime.symantec.com/*", Parameter("u")),
    // These two as they are in the archives of the Linux kernel's mailing lists (lore.kernel.org).
    checks("Trend Micro Time-of-Click Protection", "*.trendmicro.com:443/wis/clicktime/v1/query", Parameter("url")),
    checks("FireEye Advanced URL Defense", "protect2.fireeye.com/v1/url", Parameter("u")),
    // MailCleaner, "URLRedirects.pm". Anybody may write such a link.
    Gateway { checks: false, ..checks("Google", "www.google.com/url", Parameter("q")) },
];

/// The system whose link this is, and the link that was there.
pub(super) fn behind(link: &[u8]) -> Option<(&'static Gateway, Vec<u8>)> {
    let rest = link.strip_prefix(b"https://")?;
    let (host, path) = rest.split_at(authority(link).len());
    let rest = [&host.to_ascii_lowercase(), path].concat();
    let mut read = GATEWAYS.iter().filter_map(|gateway| {
        let was = gateway
            .original
            .read(behind_pattern(&rest, gateway.address)?)?;
        is_link(&was).then_some((gateway, was))
    });
    read.next()
}

/// What is behind that which a pattern says.
fn behind_pattern<'l>(link: &'l [u8], pattern: &str) -> Option<&'l [u8]> {
    let mut pieces = pattern.split('*').map(str::as_bytes);
    let mut rest = link.strip_prefix(pieces.next()?)?;
    for piece in pieces {
        let is_in_it = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
        let length = rest.iter().take_while(|byte| is_in_it(byte)).count();
        rest = rest[length..].strip_prefix(piece).filter(|_| length > 0)?;
    }
    Some(rest)
}

/// The link that is in one of a system that is not known: written as those of the known ones are.
pub(super) fn within(link: &[u8]) -> Option<Vec<u8>> {
    let start = memchr::memmem::find(link, b"//")? + 2 + authority(link).len();
    let path = &link[start..];
    let third = || Stars.read(path.strip_prefix(b"/v3/__")?);
    let second = || Dashes("u").read(path.strip_prefix(b"/v2/url")?);
    let parameter = || {
        let value = &path[memchr::memmem::find(path, b"=http")? + 1..];
        plain_or_encoded(value)
    };
    let is_link = |was: &Vec<u8>| is_link(was);
    let read = parameter().filter(is_link).or_else(third).or_else(second);
    read.filter(is_link)
}

/// The link that a parameter's value is, given with all that is behind it: as it is, if it has a query
/// of its own; else percent-encoded, if with `:`, `/` and `?` as they are, and up to the next parameter.
fn plain_or_encoded(value: &[u8]) -> Option<Vec<u8>> {
    let own = value.split(|byte| *byte == b'&').next()?;
    let query = memchr::memchr(b'?', own).map_or(&[][..], |at| &own[at..]);
    if is_link(value) && query.contains(&b'=') {
        return Some(value.to_vec());
    }
    percent_decoded(own, b'%')
}

/// Whether it is an address of the web.
fn is_link(text: &[u8]) -> bool {
    [&b"http://"[..], b"https://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

/// What is between `//` and what ends it, where browsers take a backslash for a slash.
fn authority(link: &[u8]) -> &[u8] {
    let rest = memchr::memmem::find(link, b"//").map_or(&[][..], |at| &link[at + 2..]);
    let end = rest.iter().position(|byte| b"/?#\\".contains(byte));
    &rest[..end.unwrap_or(rest.len())]
}

/// The host that an address names as browsers take it, in lower case and without its port; nothing if
/// it names none.
pub(in crate::explain::body) fn host(address: &[u8]) -> Vec<u8> {
    let is_slash = |byte: &u8| b"/\\".contains(byte);
    let scheme = address.iter().position(|byte| b":/\\?#".contains(byte));
    let scheme = scheme.filter(|at| address[*at] == b':');
    let rest = &address[scheme.map_or(0, |at| at + 1)..];
    let slashes = rest.iter().take_while(|byte| is_slash(byte)).count();
    if scheme.is_none() && slashes < 2 {
        return Vec::new();
    }
    let rest = &rest[slashes..];
    let end = rest.iter().position(|byte| b"/?#\\".contains(byte));
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority
        .rsplit(|byte| *byte == b'@')
        .next()
        .unwrap_or_default();
    let host = host.split(|byte| *byte == b':').next().unwrap_or_default();
    host.to_ascii_lowercase()
}

impl Original {
    /// The link that was there, from what is behind the path.
    fn read(self, rest: &[u8]) -> Option<Vec<u8>> {
        match self {
            Parameter(name) => plain_or_encoded(parameter(rest, name.as_bytes())?),
            Base64(name) => {
                let value = percent_decoded(parameter(rest, name.as_bytes())?, b'%')?;
                base64_decoded(&value)
            }
            Dashes(name) => {
                let value = parameter(rest, name.as_bytes())?;
                let slash = |byte: &u8| if *byte == b'_' { b'/' } else { *byte };
                percent_decoded(&value.iter().map(slash).collect::<Vec<_>>(), b'-')
            }
            Segment => {
                let link = percent_decoded(rest, b'%')?;
                (!rest.contains(&b'/')).then_some(link)
            }
            Stars => starred(rest),
        }
    }
}

/// The value of the only parameter of this name; all from there on, if it is a link that was not
/// encoded.
fn parameter<'q>(query: &'q [u8], name: &[u8]) -> Option<&'q [u8]> {
    let query = query.strip_prefix(b"?")?;
    let parameters = query.split(|byte| *byte == b'&').map(|parameter| {
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
    let value = value.strip_prefix(b"=").filter(|_| is_plain)?;
    if is_link(value) {
        let at = memchr::memmem::find(query, value)?;
        return Some(&query[at..]);
    }
    // What is behind a `#` is sent to nobody.
    (!query.contains(&b'#')).then_some(value)
}

/// Bytes with `mark` and two hexadecimal digits for some; `None` if a mark stands alone.
fn percent_decoded(text: &[u8], mark: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        if *byte == mark {
            out.push(hex_pair(&mut bytes)?);
        } else {
            out.push(*byte);
        }
    }
    Some(out)
}

/// Base64 in either alphabet, with or without its padding.
fn base64_decoded(text: &[u8]) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabets = [&URL_SAFE, &STANDARD];
    let mut decoded = alphabets.into_iter().map(|alphabet| {
        let engine = GeneralPurpose::new(alphabet, CONFIG);
        engine.decode(text).ok()
    });
    decoded.find_map(|decoded| decoded)
}

/// A link of the third version of URL Defense. `**` and a letter, a digit, `-` or `_` stand for
/// several characters: two for `A`, three for `B` and so on.
fn starred(rest: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memmem::find(rest, b"__;")?;
    let written = rest[end + 3..].split(|byte| *byte == b'!').next()?;
    let replaced = String::from_utf8(base64_decoded(written)?).ok()?;
    let mut replaced = replaced.chars();
    let mut out = Vec::with_capacity(end);
    let mut bytes = rest[..end].iter().peekable();
    while let Some(byte) = bytes.next() {
        if *byte != b'*' {
            out.push(*byte);
            continue;
        }
        let mut count = 1;
        if bytes.next_if(|byte| **byte == b'*').is_some() {
            count = 2 + URL_SAFE
                .as_str()
                .bytes()
                .position(|letter| Some(&&letter) == bytes.peek())?;
            bytes.next();
        }
        for _ in 0..count {
            let mut utf8 = [0; 4];
            out.extend_from_slice(replaced.next()?.encode_utf8(&mut utf8).as_bytes());
        }
    }
    Some(out)
}
