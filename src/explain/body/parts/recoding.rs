//! Parts in other encodings than they came in, with what their headers say of it.

use super::super::encodings::{Style, decode};
use super::super::mime::Encoding;
use super::super::rewrites;
use super::super::story::Story;
use super::alternatives::Place;
use crate::explain::Cause;

/// Another encoding of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recoding {
    style: Style,
    /// The value of its Content-Transfer-Encoding; `None` where there was no such field.
    name: Option<&'static str>,
}

/// All other encodings.
pub(super) fn recodings() -> Vec<Recoding> {
    let with = |encoding, name| {
        let styles = Style::all_of(encoding).into_iter();
        styles.map(move |style| Recoding { style, name })
    };
    with(Encoding::Identity, Some("8bit"))
        .chain(with(Encoding::Identity, Some("7bit")))
        .chain(with(Encoding::Identity, None))
        .chain(with(Encoding::QuotedPrintable, Some("quoted-printable")))
        .chain(with(Encoding::Base64, Some("base64")))
        .collect()
}

impl Recoding {
    /// The encoding that this is one way of.
    pub(super) const fn encoding(self) -> Encoding {
        self.style.encoding()
    }

    /// A text in this encoding.
    pub(super) fn encode(self, text: &[u8]) -> Vec<u8> {
        self.style.encode(text)
    }

    /// The part in this encoding; `None` if that changes nothing, or it cannot be had.
    pub(super) fn apply(self, place: &Place<'_>) -> Option<Vec<u8>> {
        let text = decode(place.part.encoding, place.content)?;
        let header = self.header(place)?;
        let raw = [&header, self.style.encode(&text).as_slice()].concat();
        (raw != [place.header, place.content].concat()).then_some(raw)
    }

    /// The header that the part has in this encoding; `None` if it differs from another's only in
    /// what is not there.
    pub(super) fn header(self, place: &Place<'_>) -> Option<Vec<u8>> {
        let same = self.style.encoding() == place.part.encoding;
        if place.header.is_empty() || same {
            // One of the names is enough.
            let first = self.name != Some("7bit") && self.name.is_some();
            return first.then(|| place.header.to_vec());
        }
        let mut header = Vec::with_capacity(place.header.len() + 40);
        let mut in_field = false;
        let mut named = false;
        for line in rewrites::lines(place.header) {
            let continues = line.starts_with(b" ") || line.starts_with(b"\t");
            if !continues {
                let name = line
                    .split(|octet| *octet == b':')
                    .next()
                    .unwrap_or_default();
                in_field = name.eq_ignore_ascii_case(b"Content-Transfer-Encoding");
                let ends = rewrites::content(line).is_empty();
                if (in_field || (ends && !named))
                    && let Some(value) = self.name
                {
                    named = true;
                    let name = if in_field {
                        name
                    } else {
                        b"Content-Transfer-Encoding"
                    };
                    header.extend_from_slice(name);
                    header.extend_from_slice(b": ");
                    header.extend_from_slice(value.as_bytes());
                    header.extend_from_slice(b"\r\n");
                }
            }
            if !in_field {
                header.extend_from_slice(line);
            }
        }
        Some(header)
    }

    /// What is told of it.
    pub(super) fn story(self, place: &Place<'_>) -> Story {
        let name = |encoding| match encoding {
            Encoding::Identity => "8bit or 7bit",
            Encoding::QuotedPrintable => "quoted-printable",
            Encoding::Base64 => "base64",
        };
        let part = place.name();
        let (was, is) = (name(self.style.encoding()), name(place.part.encoding));
        if was != is {
            return Story::new(
                Cause::TransferEncodingChanged,
                format!("the {part} was {was} and is now {is}"),
            );
        }
        match self.style {
            Style::Base64 { width, .. } => Story::new(
                Cause::LinesRewrapped,
                match width {
                    0 => format!("the base64 of the {part} was in one line"),
                    _ => format!("the base64 of the {part} was in lines of {width} octets"),
                },
            ),
            Style::Identity | Style::QuotedPrintable(_) => Story::new(
                Cause::TransferEncodingChanged,
                format!("the {part} was encoded anew in {is}"),
            ),
        }
    }
}
