//! The values of tags, decoded with the library's own parsers.

use std::collections::HashMap;

use dkim_toolkit::algorithm::SigningAlgorithm;
use dkim_toolkit::base64::decode_base64;
use dkim_toolkit::canonicalization::MessageCanonicalization;
use dkim_toolkit::folding::without_fws;
use dkim_toolkit::identifier::{Auid, Sdid, Selector};
use dkim_toolkit::quoted_printable::decode_quoted_printable;
use dkim_toolkit::signature::{MAX_DIGITS, parse_number};
use dkim_toolkit::tag_list::colon_separated;
use dkim_toolkit::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;

use crate::inspect::decode::Context;

/// A decoded value. As JSON it is its content alone.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Decoded {
    /// Not decoded: the tag is unknown.
    Nothing,
    /// `v=`.
    Version(u8),
    /// `a=`.
    Algorithm {
        key_type: &'static str,
        hash: &'static str,
    },
    /// `b=`, `bh=`.
    Octets { octets: usize },
    /// `c=`.
    Canonicalization {
        header: &'static str,
        body: &'static str,
    },
    /// `d=`, `s=`: as written, and as the DNS has it.
    Name { name: String, ascii: String },
    /// `i=`.
    Identity { local_part: String, domain: String },
    /// `h=`: each name once.
    Fields(Vec<SignedField>),
    /// `l=`: what it says, the length of the canonicalized body, and what of that is not signed;
    /// `None` where the body was not canonicalized, or is shorter.
    Length {
        length: u64,
        body: Option<u64>,
        unsigned: Option<u64>,
    },
    /// `q=`.
    Methods(Vec<String>),
    /// `t=`, `x=`: in Unix seconds, in RFC 3339 if before the year 10000, and from now.
    Time {
        seconds: u64,
        time: Option<String>,
        distance: String,
    },
    /// `z=`.
    Copies(Vec<Copy>),
}

impl Decoded {
    /// The domain of a `d=`.
    pub fn domain(&self) -> Option<&str> {
        match self {
            Self::Name { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// A name in `h=`, and the header fields that it selects.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignedField {
    /// In lower case.
    pub name: String,
    /// How often `h=` names it.
    pub named: usize,
    /// How many such fields the message has, the signature's own not counted.
    pub present: usize,
    /// The places of the signed ones among all header fields, from the top and from 1; in the
    /// order in which they are signed.
    pub fields: Vec<usize>,
    /// Whether it is named more often than it is present, so that none may be added.
    pub oversigned: bool,
}

/// A header field that `z=` keeps a copy of.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Copy {
    pub name: String,
    pub value: String,
}

/// Decodes the value of a tag of RFC 6376 §3.5, or tells what is wrong with it.
pub fn decode(
    name: &str,
    value: &[u8],
    context: &Context<'_>,
    verdict: &Verdict,
) -> Result<Decoded, String> {
    let unknown = || "it is not known".to_owned();
    match name {
        "v" if value == b"1" => Ok(Decoded::Version(1)),
        "a" => SigningAlgorithm::from_name(value)
            .map(|algorithm| Decoded::Algorithm {
                key_type: algorithm.key_type().name(),
                hash: algorithm.hash().name(),
            })
            .ok_or_else(unknown),
        "b" | "bh" => decode_base64(value)
            .map(|octets| Decoded::Octets {
                octets: octets.len(),
            })
            .ok_or_else(|| "it is not base64".to_owned()),
        "c" => MessageCanonicalization::from_name(value)
            .map(|both| Decoded::Canonicalization {
                header: both.header.name(),
                body: both.body.name(),
            })
            .ok_or_else(unknown),
        "d" | "s" | "i" => identifier(name, value),
        "h" => fields(value, context, verdict.field_index),
        "l" => number(value).map(|length| body_length(length, verdict)),
        "q" => methods(value).ok_or_else(unknown),
        "t" | "x" => number(value).map(|seconds| time(seconds, context.now)),
        "z" => copies(value),
        _ => Err(unknown()),
    }
}

fn identifier(name: &str, value: &[u8]) -> Result<Decoded, String> {
    let decoded = match name {
        "d" => Sdid::parse(value).map(|domain| Decoded::Name {
            name: domain.as_str().to_owned(),
            ascii: domain.to_ascii().to_owned(),
        }),
        "s" => Selector::parse(value).map(|selector| Decoded::Name {
            name: selector.as_str().to_owned(),
            ascii: selector.to_ascii().to_owned(),
        }),
        _ => Auid::parse_encoded(value).map(|identity| Decoded::Identity {
            local_part: identity.local_part().to_owned(),
            domain: identity.domain().as_str().to_owned(),
        }),
    };
    decoded.map_err(|error| error.to_string())
}

/// The number; one past 64 bits is as good as the greatest that is not.
fn number(value: &[u8]) -> Result<u64, String> {
    parse_number(value).ok_or_else(|| format!("it is not a number of at most {MAX_DIGITS} digits"))
}

fn body_length(length: u64, verdict: &Verdict) -> Decoded {
    let body = verdict.canonical_body_length;
    Decoded::Length {
        length,
        body,
        unsigned: body.and_then(|body| body.checked_sub(length)),
    }
}

fn time(seconds: u64, now: u64) -> Decoded {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|seconds| Timestamp::from_second(seconds).ok());
    Decoded::Time {
        seconds,
        time: time.map(|time| time.to_string()),
        distance: distance(seconds, now),
    }
}

/// How far a time is from now, in words.
fn distance(seconds: u64, now: u64) -> String {
    let (count, unit) = match seconds.abs_diff(now) {
        0 => return "now".to_owned(),
        span @ 1..120 => (span, "second"),
        span @ 120..7200 => (span / 60, "minute"),
        span @ 7200..172_800 => (span / 3600, "hour"),
        // From two years on, years of 365.25 days.
        span @ 172_800..63_115_200 => (span / 86_400, "day"),
        span => (span / 31_557_600, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if seconds < now {
        format!("{count} {unit}{plural} ago")
    } else {
        format!("in {count} {unit}{plural}")
    }
}

/// The query methods, if there is one that is known (RFC 6376 §3.5).
fn methods(value: &[u8]) -> Option<Decoded> {
    let methods: Vec<String> = colon_separated(value)
        .map(|method| String::from_utf8_lossy(&without_fws(method)).into_owned())
        .collect();
    let known = methods
        .iter()
        .any(|method| method.eq_ignore_ascii_case("dns/txt"));
    known.then_some(Decoded::Methods(methods))
}

/// The names of `h=`, each with the fields that it selects for the signature at `own`.
fn fields(value: &[u8], context: &Context<'_>, own: usize) -> Result<Decoded, String> {
    let mut names = Vec::new();
    for name in colon_separated(value) {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(format!("\"{name}\" is not the name of a header field"));
        }
        names.push(name);
    }
    let own_name = context.header.field(own).map(|field| field.name());
    let mut fields: Vec<SignedField> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let selected = context
        .index
        .select(names.iter().map(String::as_str), Some(own));
    for (name, selected) in names.iter().zip(selected) {
        let place = *places.entry(name).or_insert_with(|| {
            let is_own = own_name.is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()));
            fields.push(SignedField {
                name: name.clone(),
                present: context.count(name) - usize::from(is_own),
                ..SignedField::default()
            });
            fields.len() - 1
        });
        let field = &mut fields[place];
        field.named += 1;
        field.oversigned |= selected.is_none();
        field.fields.extend(selected.map(|at| at + 1));
    }
    Ok(Decoded::Fields(fields))
}

/// The copied fields of `z=`, whose values are in dkim-quoted-printable (RFC 6376 §3.5).
fn copies(value: &[u8]) -> Result<Decoded, String> {
    let copies = value.split(|&octet| octet == b'|').map(|copy| {
        let shown = || String::from_utf8_lossy(copy).into_owned();
        let colon = copy.iter().position(|&octet| octet == b':');
        let colon = colon.ok_or_else(|| format!("\"{}\" has no colon", shown().trim()))?;
        let name = without_fws(&copy[..colon]);
        let value = decode_quoted_printable(&copy[colon + 1..]);
        let value = value.ok_or_else(|| {
            let name = String::from_utf8_lossy(&name);
            format!("the copy of {name} is not in dkim-quoted-printable")
        })?;
        Ok(Copy {
            name: String::from_utf8_lossy(&name).into_owned(),
            value: String::from_utf8_lossy(&value).into_owned(),
        })
    });
    copies.collect::<Result<_, _>>().map(Decoded::Copies)
}

#[cfg(test)]
mod tests {
    use super::*;

    use dkim_toolkit::message::{LineEndings, parse};
    use dkim_toolkit::verify::Verifier;

    const MESSAGE: &str = "DKIM-Signature: v=1\r\nReceived: 3\r\nReceived: 2\r\nFrom: a\r\n\
                           Received: 1\r\n\r\n";
    const NOW: u64 = 1_800_000_000;

    /// Decodes a tag's value and compares it as JSON; what is wrong with it is a JSON string.
    fn check(name: &str, value: &str, expected: &str) {
        let (header, _) = parse(MESSAGE.as_bytes(), LineEndings::Lenient).unwrap();
        let report = Verifier::default().begin(header, NOW).finish();
        let context = Context::new(&report.header, NOW);
        let decoded = decode(name, value.as_bytes(), &context, &report.verdicts[0]);
        let json = decoded.map_or_else(
            |problem| serde_json::to_string(&problem).unwrap(),
            |decoded| serde_json::to_string(&decoded).unwrap(),
        );
        assert_eq!(json, expected, "{name}={value}");
    }

    #[test]
    fn simple_values() {
        check("v", "1", "1");
        check("v", "2", r#""it is not known""#);
        check("a", "RSA-sha256", r#"{"key_type":"rsa","hash":"sha256"}"#);
        check("a", "rsa-md5", r#""it is not known""#);
        check("b", "AAA\r\n A", r#"{"octets":3}"#);
        check("bh", "A_A", r#""it is not base64""#);
        check("c", "relaxed", r#"{"header":"relaxed","body":"simple"}"#);
        check("q", "x : dns/txt", r#"["x","dns/txt"]"#);
        check("q", "x", r#""it is not known""#);
        check("s", "s1", r#"{"name":"s1","ascii":"s1"}"#);
        check(
            "d",
            "bücher.example",
            r#"{"name":"bücher.example","ascii":"xn--bcher-kva.example"}"#,
        );
        check(
            "i",
            "a=20b@example.com",
            r#"{"local_part":"a b","domain":"example.com"}"#,
        );
        check("l", "7", r#"{"length":7,"body":null,"unsigned":null}"#);
        check("l", "-7", r#""it is not a number of at most 76 digits""#);
    }

    #[test]
    fn times() {
        check(
            "t",
            "1528637909",
            r#"{"seconds":1528637909,"time":"2018-06-10T13:38:29Z","distance":"8 years ago"}"#,
        );
        check(
            "x",
            "99999999999999999999",
            r#"{"seconds":18446744073709551615,"time":null,"distance":"in 584542046033 years"}"#,
        );
        assert_eq!(distance(NOW, NOW), "now");
        assert_eq!(distance(NOW + 1, NOW), "in 1 second");
        assert_eq!(distance(NOW - 300, NOW), "5 minutes ago");
        assert_eq!(distance(NOW + 604_800, NOW), "in 7 days");
    }

    #[test]
    fn signed_fields() {
        check(
            "h",
            "From : from:RECEIVED:\r\n Received:DKIM-Signature",
            concat!(
                r#"[{"name":"from","named":2,"present":1,"fields":[4],"oversigned":true},"#,
                r#"{"name":"received","named":2,"present":3,"fields":[5,3],"oversigned":false},"#,
                r#"{"name":"dkim-signature","named":1,"present":0,"fields":[],"oversigned":true}]"#
            ),
        );
        check("h", "a::b", r#""\"\" is not the name of a header field""#);
    }

    #[test]
    fn copied_fields() {
        check(
            "z",
            "From:a@example.com|\r\n Subject:a=20=7C\r\n =20b",
            r#"[{"name":"From","value":"a@example.com"},{"name":"Subject","value":"a | b"}]"#,
        );
        check("z", "From:a|b", r#""\"b\" has no colon""#);
        check(
            "z",
            "From:=X",
            r#""the copy of From is not in dkim-quoted-printable""#,
        );
    }
}
