//! The parts of a body that are no multiparts: what each says, and how that is written.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;
use std::rc::Rc;

use super::encodings::{Style, decode};
use super::mime::{Encoding, Media, Part, Structure};
use super::undone::Text;
use super::version::Version;
use super::writing::{Tail, Writing};

/// Parts that are longer are left as they are.
const LONGEST: usize = 32 * 1024 * 1024;

/// A part in its place, and what it says.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) part: Part,
    /// Whether it is taken as it is encoded: what was added need not be written in its style.
    is_coded: bool,
    /// Its number among all, from 1, and how many there are.
    number: usize,
    count: usize,
    /// What is between its header and its boundary line, without the empty lines at its end: with
    /// most encoders the last line end or two belong to the boundary.
    pub(super) content: Range<usize>,
    /// Those.
    tail: Range<usize>,
    /// What it says; `None` if it is not what its encoding says, or too long.
    decoded: OnceCell<Option<Rc<Version>>>,
    /// The style that it is written in.
    style: OnceCell<Style>,
    /// The writings in which it differs, by their places among all.
    writings: OnceCell<Rc<[usize]>>,
}

impl Leaf {
    /// The parts of a body.
    pub(super) fn all_of(structure: &Structure, body: &[u8]) -> Vec<Self> {
        let count = structure.parts.len();
        let parts = structure.parts.iter().enumerate();
        let leaf = |at: usize, part: &Part, is_coded| {
            let whole = &body[part.content.clone()];
            let end = part.content.start + without_blank_lines(whole).len();
            Self {
                part: part.clone(),
                is_coded,
                number: at + 1,
                count,
                content: part.content.start..end,
                tail: end..part.content.end,
                decoded: OnceCell::new(),
                style: OnceCell::new(),
                writings: OnceCell::new(),
            }
        };
        let both = parts.flat_map(|(at, part)| {
            let decoded = leaf(at, part, false);
            let is_quoted = part.encoding == Encoding::QuotedPrintable && decoded.is_text();
            let coded = is_quoted && !decoded.is_in_its_style(body);
            std::iter::once(decoded).chain(coded.then(|| leaf(at, part, true)))
        });
        both.collect()
    }

    /// The part in words.
    pub(super) fn name(&self) -> String {
        self.part.name(self.number, self.count)
    }

    /// Whether people read it.
    pub(super) fn is_text(&self) -> bool {
        self.part.form().media != Media::Other
    }

    /// What its text is encoded in, as it is taken.
    const fn encoding(&self) -> Encoding {
        if self.is_coded {
            Encoding::Identity
        } else {
            self.part.encoding
        }
    }

    /// Where it begins in the body, with its header.
    pub(super) const fn start(&self) -> usize {
        self.part.header.start
    }

    /// Where it ends in the body, with the empty lines at its end.
    pub(super) const fn end(&self) -> usize {
        self.part.content.end
    }

    /// What it says.
    pub(super) fn decoded(&self, body: &[u8]) -> Option<&Rc<Version>> {
        let version = self.decoded.get_or_init(|| {
            let content = &body[self.content.clone()];
            if content.len() > LONGEST {
                return None;
            }
            let text = decode(self.encoding(), content)?;
            Some(Rc::new(Version::first(text)))
        });
        version.as_ref()
    }

    /// How a rule sees a text of it.
    pub(super) fn text<'t>(&self, bytes: &'t [u8]) -> Text<'t> {
        Text {
            bytes,
            // What says that it is text, or nothing, may be HTML all the same.
            media: match self.part.form().media {
                Media::Text if bytes.trim_ascii_start().starts_with(b"<") => Media::Html,
                media => media,
            },
            boundaries: &[],
            relaxed: false,
            dearest: u32::MAX,
            encoding: if self.is_coded {
                self.part.encoding
            } else {
                Encoding::Identity
            },
        }
    }

    /// The style in which it is written, or the most common of its encoding.
    pub(super) fn style(&self, body: &[u8]) -> Style {
        /// So much of it tells most styles apart.
        const BEGINNING: usize = 8 * 1024;
        *self.style.get_or_init(|| {
            let styles = Style::all_of(self.encoding());
            let content = &body[self.content.clone()];
            let Some(text) = self.decoded(body).map(|version| &version.bytes) else {
                return styles[0];
            };
            let end = match memchr::memrchr(b'\n', &text[..text.len().min(BEGINNING)]) {
                Some(at) if self.encoding() != Encoding::Base64 => at + 1,
                _ => text.len(),
            };
            let is_own = |style: &&Style| {
                content.starts_with(&style.encode(&text[..end])) && style.encode(text) == content
            };
            *styles.iter().find(is_own).unwrap_or(&styles[0])
        })
    }

    /// Whether all of it is written in one style.
    fn is_in_its_style(&self, body: &[u8]) -> bool {
        let content = &body[self.content.clone()];
        self.decoded(body)
            .is_some_and(|now| self.style(body).encode(&now.bytes) == content)
    }

    /// Of all writings, those in which it differs: most styles write most texts alike.
    pub(super) fn writings(&self, all: &[Writing], body: &[u8]) -> Rc<[usize]> {
        let distinct = || {
            let mut seen = HashSet::new();
            let mut is_new = |writing| {
                let written = self
                    .decoded(body)
                    .and_then(|now| self.write(now, writing, body));
                written.is_some_and(|written| {
                    let mut hasher = DefaultHasher::new();
                    hasher.write(&written);
                    seen.insert(hasher.finish())
                })
            };
            let all = all.iter().enumerate();
            let distinct = all.filter(|(at, writing)| *at == 0 || is_new(writing));
            distinct.map(|(at, _)| at).collect()
        };
        Rc::clone(self.writings.get_or_init(distinct))
    }

    /// Takes over the writings of the same part of a body that is much like its own.
    pub(super) fn write_as(&self, other: &Self) {
        if let Some(known) = other.writings.get() {
            let _ = self.writings.set(Rc::clone(known));
        }
    }

    /// The part with its header, as it is if it says `version` and is written so; `None` if that
    /// cannot be.
    pub(super) fn write(
        &self,
        version: &Version,
        writing: &Writing,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        let header = &body[self.start()..self.part.content.start];
        let tail = self.tail(writing.tail, body)?;
        let (header, content) = match writing.recoding {
            // What was not changed is what it is.
            None if version.is_first() => (header.to_vec(), body[self.content.clone()].to_vec()),
            None => (header.to_vec(), self.style(body).encode(&version.bytes)),
            Some(_) if self.is_coded => return None,
            Some(recoding) => {
                // What is no text stays base64, if in other lines.
                let is_data = !self.is_text() && self.part.encoding == Encoding::Base64;
                if is_data && recoding.encoding() != Encoding::Base64 {
                    return None;
                }
                let header = recoding.header(self.part.encoding, header)?;
                (header, recoding.encode(&version.bytes)?)
            }
        };
        Some([header, content, tail].concat())
    }

    /// The empty lines at its end as they were; `None` if that cannot be.
    fn tail(&self, tail: Tail, body: &[u8]) -> Option<Vec<u8>> {
        let now = &body[self.tail.clone()];
        // What is at the end of the body is in no canonicalized body.
        let is_last = self.part.is_body();
        match tail {
            Tail::Kept => Some(now.to_vec()),
            Tail::Shorter => (!is_last).then(|| [now, b"\r\n"].concat()),
            Tail::Longer => {
                let line = memchr::memchr(b'\n', now).filter(|_| !is_last)?;
                Some(now[line + 1..].to_vec())
            }
        }
    }
}

/// Lines without the empty ones at their end.
fn without_blank_lines(lines: &[u8]) -> &[u8] {
    let text = lines.trim_ascii_end();
    let line_end = memchr::memchr(b'\n', &lines[text.len()..]);
    &lines[..line_end.map_or(lines.len(), |at| text.len() + at + 1)]
}
