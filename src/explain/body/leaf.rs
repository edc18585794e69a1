//! The parts of a body that are no multiparts: what each says, and how that is written.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;
use std::rc::Rc;

use super::encodings::{Style, decode, is_encoded_anew};
use super::mime::{Encoding, Media, Part, Structure};
use super::undone::Text;
use super::version::Version;
use super::writing::{Tail, Writing};
use crate::explain::{Budget, Exhausted};

/// Bytes that are decoded, of all parts of a body together. Those that people read come first.
const MOST_DECODED: usize = 16 * 1024 * 1024;

/// A part in its place, and what it says.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) part: Part,
    /// Whether it is taken as it is encoded: what was added need not be written in its style.
    is_coded: bool,
    /// Whether it is short enough to be decoded.
    is_short: bool,
    /// Its number among all, from 1, and how many there are.
    number: usize,
    count: usize,
    /// What is between its header and its boundary line, without the empty lines at its end: with
    /// most encoders the last line end or two belong to the boundary.
    content: Range<usize>,
    /// Those.
    tail: Range<usize>,
    /// What it says; `None` if it is not what its encoding says, or was not decoded.
    pub(super) decoded: Option<Rc<Version>>,
    /// The style in which all of it is written, if there is one.
    style: OnceCell<Option<Style>>,
    /// The writings in which it differs, by their places among all.
    writings: OnceCell<Rc<[usize]>>,
}

/// The parts of a body; and whether none was left out because it is too long to be decoded.
pub(super) fn leaves(
    structure: &Structure,
    body: &[u8],
    budget: &mut Budget<'_>,
) -> Result<(Vec<Leaf>, bool), Exhausted> {
    let count = structure.parts.len();
    let parts = structure.parts.iter().enumerate();
    let mut all: Vec<_> = parts
        .map(|(at, part)| Leaf::new(part.clone(), at + 1, count, body))
        .collect();
    let mut left = Some(MOST_DECODED);
    for is_text in [true, false] {
        for leaf in all.iter_mut().filter(|leaf| leaf.is_text() == is_text) {
            left = left.and_then(|left| left.checked_sub(leaf.content.len()));
            leaf.is_short = left.is_some();
            leaf.decode(body, budget)?;
        }
    }
    let mut both = Vec::with_capacity(count);
    for leaf in all {
        let is_quoted = leaf.part.encoding == Encoding::QuotedPrintable && leaf.is_text();
        let mut coded = None;
        if is_quoted && leaf.is_short && leaf.own_style(body, budget)?.is_none() {
            let mut leaf = Leaf {
                is_coded: true,
                is_short: true,
                ..Leaf::new(leaf.part.clone(), leaf.number, count, body)
            };
            leaf.decode(body, budget)?;
            coded = Some(leaf);
        }
        both.push(leaf);
        both.extend(coded);
    }
    Ok((both, left.is_some()))
}

impl Leaf {
    fn new(part: Part, number: usize, count: usize, body: &[u8]) -> Self {
        let whole = &body[part.content.clone()];
        let end = part.content.start + without_blank_lines(whole).len();
        Self {
            is_coded: false,
            is_short: false,
            number,
            count,
            content: part.content.start..end,
            tail: end..part.content.end,
            decoded: None,
            style: OnceCell::new(),
            writings: OnceCell::new(),
            part,
        }
    }

    fn decode(&mut self, body: &[u8], budget: &mut Budget<'_>) -> Result<(), Exhausted> {
        if !self.is_short {
            return Ok(());
        }
        let content = &body[self.content.clone()];
        budget.spend(2 * content.len())?;
        let text = decode(self.encoding(), content);
        self.decoded = text.map(|text| Rc::new(Version::first(text)));
        Ok(())
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

    /// The style in which all of it is written.
    fn own_style(&self, body: &[u8], budget: &mut Budget<'_>) -> Result<Option<Style>, Exhausted> {
        if let Some(known) = self.style.get() {
            return Ok(*known);
        }
        let mut found = None;
        if let Some(version) = &self.decoded {
            let (text, content) = (version.bytes(), &body[self.content.clone()]);
            for style in Style::all_of(self.encoding()) {
                // A part of it tells most styles apart.
                budget.spend(style.work(text.len().min(Style::BEGINNING)))?;
                if !style.may_begin(content, &text) {
                    continue;
                }
                budget.spend(style.work(text.len()))?;
                if style.encode(&text) == content {
                    found = Some(style);
                    break;
                }
            }
        }
        Ok(*self.style.get_or_init(|| found))
    }

    /// Whether the part is not in the encoder's style that it has if it says `version` and is written
    /// in its own way, and that shows in a line that is the same.
    pub(super) fn is_encoded_anew(
        &self,
        version: &Version,
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<bool, Exhausted> {
        let is_quoted = self.encoding() == Encoding::QuotedPrintable;
        if !is_quoted || version.is_first() || self.own_style(body, budget)?.is_some() {
            return Ok(false);
        }
        let was = Style::usual(self.encoding()).encode(&version.bytes());
        Ok(is_encoded_anew(&was, &body[self.content.clone()]))
    }

    /// Of all writings, those in which it differs: most styles write most texts alike.
    pub(super) fn writings(
        &self,
        all: &[Writing],
        body: &[u8],
        budget: &mut Budget<'_>,
    ) -> Result<Rc<[usize]>, Exhausted> {
        if let Some(known) = self.writings.get() {
            return Ok(Rc::clone(known));
        }
        let mut contents = HashMap::new();
        let mut seen = HashSet::new();
        let mut distinct = Vec::new();
        for (at, writing) in all.iter().enumerate() {
            let Some(version) = self
                .decoded
                .as_ref()
                .filter(|_| self.has(writing.tail, body))
            else {
                continue;
            };
            let content = match contents.get(&writing.recoding) {
                Some(known) => *known,
                None => {
                    let kept = Writing {
                        tail: Tail::Kept,
                        ..*writing
                    };
                    let written = self.write(version, &kept, body, budget)?;
                    let hash = written.map(|written| {
                        let mut hasher = DefaultHasher::new();
                        hasher.write(&written);
                        hasher.finish()
                    });
                    contents.insert(writing.recoding, hash);
                    hash
                }
            };
            if content.is_some_and(|content| seen.insert((content, writing.tail))) {
                distinct.push(at);
            }
        }
        if distinct.is_empty() {
            distinct.push(0);
        }
        Ok(Rc::clone(self.writings.get_or_init(|| distinct.into())))
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
        budget: &mut Budget<'_>,
    ) -> Result<Option<Vec<u8>>, Exhausted> {
        let mut header = body[self.start()..self.part.content.start].to_vec();
        let tail = match writing.tail {
            tail if !self.has(tail, body) => return Ok(None),
            Tail::Kept => &body[self.tail.clone()],
            Tail::Shorter => &[&body[self.tail.clone()], b"\r\n"].concat(),
            Tail::Longer => {
                let now = &body[self.tail.clone()];
                &now[memchr::memchr(b'\n', now).map_or(0, |line| line + 1)..]
            }
        };
        let content = match writing.recoding {
            // What was not changed is what it is.
            None if version.is_first() => body[self.content.clone()].to_vec(),
            None => {
                let style = self.own_style(body, budget)?;
                let style = style.unwrap_or(Style::usual(self.encoding()));
                let text = version.bytes();
                budget.spend(style.work(text.len()))?;
                style.encode(&text)
            }
            Some(_) if self.is_coded => return Ok(None),
            Some(recoding) => {
                // What is no text stays base64, if in other lines.
                let is_data = !self.is_text() && self.part.encoding == Encoding::Base64;
                if is_data && recoding.encoding() != Encoding::Base64 {
                    return Ok(None);
                }
                let Some(own) = recoding.header(self.part.encoding, &header) else {
                    return Ok(None);
                };
                header = own;
                let text = version.bytes();
                budget.spend(recoding.work(text.len()))?;
                match recoding.encode(&text) {
                    Some(content) => content,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some([&header, &content, tail].concat()))
    }

    /// Whether the empty lines at its end can have been so.
    fn has(&self, tail: Tail, body: &[u8]) -> bool {
        // What is at the end of the body is in no canonicalized body.
        let is_last = self.part.is_body();
        match tail {
            Tail::Kept => true,
            Tail::Shorter => !is_last,
            Tail::Longer => !is_last && memchr::memchr(b'\n', &body[self.tail.clone()]).is_some(),
        }
    }
}

/// Lines without the empty ones at their end.
fn without_blank_lines(lines: &[u8]) -> &[u8] {
    let text = lines.trim_ascii_end();
    let line_end = memchr::memchr(b'\n', &lines[text.len()..]);
    &lines[..line_end.map_or(lines.len(), |at| text.len() + at + 1)]
}
