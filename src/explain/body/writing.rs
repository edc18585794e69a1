//! How a part may have been written: in which encoding, by which encoder, with how many empty lines
//! at its end.

use super::encodings::Style;
use super::leaf::Leaf;
use super::mime::Encoding;
use super::rules::{of_windows_1252, windows_1252};
use super::story::Story;
use crate::explain::Cause;
use crate::message::{self, LineEndings};

/// How a part may have been written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    /// Another encoding; `None` for its own.
    pub(super) recoding: Option<Recoding>,
    pub(super) tail: Tail,
    /// How unlikely it is.
    pub(super) cost: u32,
}

/// What happened to the empty lines at the end of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tail {
    Kept,
    /// There is one that was not there.
    Longer,
    /// There was one that is not there.
    Shorter,
}

/// All ways to write a part, the likely ones first; its own is the very first.
pub(super) fn writings() -> Vec<Writing> {
    let own = std::iter::once((None, 0));
    let others = recodings();
    let others = others.iter().enumerate().map(|(at, recoding)| {
        // The most common style of each encoding, as parts are written anew.
        let is_first = others[..at]
            .iter()
            .all(|before| before.kind() != recoding.kind());
        let cost = if is_first { 2 } else { 5 };
        let converted = u32::from(recoding.converted.is_some());
        (Some(*recoding), cost + converted)
    });
    let mut all: Vec<_> = own
        .chain(others)
        .flat_map(|(recoding, cost)| {
            let tails = [(Tail::Kept, 0), (Tail::Longer, 2), (Tail::Shorter, 2)];
            tails.map(|(tail, more)| Writing {
                recoding,
                tail,
                cost: cost + more,
            })
        })
        .collect();
    all.sort_by_key(|writing| writing.cost);
    all
}

impl Writing {
    /// What is told of a part that was written so; `is_appended`: empty lines go with what was
    /// added behind them, which tells of them as well.
    pub(super) fn stories(&self, leaf: &Leaf, is_appended: bool) -> Vec<Story> {
        let recoded = self.recoding.map(|recoding| recoding.story(leaf));
        let what = match self.tail {
            Tail::Longer if !is_appended => Some("added"),
            Tail::Shorter if !is_appended => Some("removed"),
            _ => None,
        };
        let tail = what.map(|what| {
            let name = leaf.name();
            let detail = format!("an empty line at the end of the {name} was {what}");
            Story::new(Cause::TrailingLinesChanged, detail)
        });
        recoded.into_iter().chain(tail).collect()
    }
}

/// A conversion from one charset to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Converted {
    ToWestern,
    ToUtf8,
}

impl Converted {
    /// The text before; `None` if it cannot have been in that charset, or would be the same.
    fn undo(self, text: &[u8]) -> Option<Vec<u8>> {
        if text.is_ascii() {
            return None;
        }
        match (self, std::str::from_utf8(text)) {
            (Self::ToWestern, Err(_)) => {
                let text: String = text.iter().map(|byte| of_windows_1252(*byte)).collect();
                Some(text.into_bytes())
            }
            (Self::ToUtf8, Ok(text)) => text.chars().map(windows_1252).collect(),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::ToWestern => "from UTF-8 to ISO-8859-1 or windows-1252",
            Self::ToUtf8 => "from ISO-8859-1 or windows-1252 to UTF-8",
        }
    }
}

/// Another encoding of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Recoding {
    style: Style,
    /// The value of its Content-Transfer-Encoding; `None` where there was no such field.
    name: Option<&'static str>,
    /// What was done to the charset besides.
    converted: Option<Converted>,
}

/// All other encodings.
fn recodings() -> Vec<Recoding> {
    let with = |encoding, name| {
        let styles = Style::all_of(encoding).into_iter();
        styles.map(move |style| Recoding {
            style,
            name,
            converted: None,
        })
    };
    let mut all: Vec<_> = with(Encoding::Identity, Some("8bit"))
        .chain(with(Encoding::Identity, Some("7bit")))
        .chain(with(Encoding::Identity, None))
        .chain(with(Encoding::QuotedPrintable, Some("quoted-printable")))
        .chain(with(Encoding::Base64, Some("base64")))
        .collect();
    // Each in a few styles.
    let few = with(Encoding::Identity, Some("8bit"))
        .chain(with(Encoding::QuotedPrintable, Some("quoted-printable")).take(FEW_STYLES))
        .chain(with(Encoding::Base64, Some("base64")).take(1));
    all.extend(few.flat_map(|recoding| {
        [Converted::ToWestern, Converted::ToUtf8].map(|converted| Recoding {
            converted: Some(converted),
            ..recoding
        })
    }));
    all
}

/// Styles of quoted-printable that are tried where the charset was changed as well.
const FEW_STYLES: usize = 10;

impl Recoding {
    /// The encoding that this is one way of.
    pub(super) const fn encoding(self) -> Encoding {
        self.style.encoding()
    }

    /// How much work it is to encode so many bytes.
    pub(super) const fn work(self, length: usize) -> usize {
        self.style.work(length)
    }

    /// What differs in more than style.
    const fn kind(self) -> (Encoding, Option<Converted>) {
        (self.encoding(), self.converted)
    }

    /// A text in this encoding; `None` if it cannot have been in the charset that this is about.
    pub(super) fn encode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self.converted {
            None => Some(self.style.encode(text)),
            Some(converted) => Some(self.style.encode(&converted.undo(text)?)),
        }
    }

    /// The header that the part has in this encoding; `None` if it differs from another's only in
    /// what is not there.
    pub(super) fn header(self, now: Encoding, fields: &[u8]) -> Option<Vec<u8>> {
        if fields.is_empty() || self.encoding() == now {
            // One of the names is enough.
            let first = self.name != Some("7bit") && self.name.is_some();
            return first.then(|| fields.to_vec());
        }
        const NAME: &str = "Content-Transfer-Encoding";
        let (old, _) = message::parse(fields, LineEndings::Lenient).ok()?;
        // The name keeps its letter case.
        let written = |name: &[u8]| match self.name {
            Some(value) => [name, b": ", value.as_bytes(), b"\r\n"].concat(),
            None => Vec::new(),
        };
        let mut header = Vec::with_capacity(fields.len() + 40);
        for field in old.fields() {
            if field.is_named(NAME) {
                header.extend(written(field.name()));
            } else {
                header.extend_from_slice(field.raw());
            }
        }
        if old.fields_named(NAME).next().is_none() {
            header.extend(written(NAME.as_bytes()));
        }
        header.extend_from_slice(b"\r\n");
        Some(header)
    }

    /// What is told of it.
    fn story(self, leaf: &Leaf) -> Story {
        let part = leaf.name();
        let charset = self.converted.map(Converted::name);
        let charset = charset.map(|name| format!("converted {name}"));
        let (was, is) = (name(self.style.encoding()), name(leaf.part.encoding));
        if was != is {
            return Story::new(
                Cause::TransferEncodingChanged,
                format!(
                    "the {part} was {was} and is now {is}{}",
                    charset.map_or_else(String::new, |charset| format!(", {charset}"))
                ),
            );
        }
        if let Some(charset) = charset {
            return Story::new(
                Cause::TransferEncodingChanged,
                format!("the {part} was {charset}"),
            );
        }
        match self.style {
            Style::Base64 { width, .. } => Story::new(
                Cause::LinesRewrapped,
                match width {
                    0 => format!("the base64 of the {part} was in one line"),
                    _ => format!("the base64 of the {part} was in lines of {width} bytes"),
                },
            ),
            Style::Identity | Style::QuotedPrintable(_) => encoded_anew(leaf),
        }
    }
}

/// What is told of a part in an encoding that another encoder made.
pub(super) fn encoded_anew(leaf: &Leaf) -> Story {
    let (part, encoding) = (leaf.name(), name(leaf.part.encoding));
    let detail = format!("the {part} was encoded anew in {encoding}");
    Story::new(Cause::TransferEncodingChanged, detail)
}

/// An encoding in words.
const fn name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Identity => "8bit or 7bit",
        Encoding::QuotedPrintable => "quoted-printable",
        Encoding::Base64 => "base64",
    }
}
