//! Content-Transfer-Encodings, as the common encoders make them (RFC 2045 §6).
//!
//! Encoders differ in where they break lines and in what they encode though they need not; a
//! [`Style`] is one of those ways. What was one text has one form in each style.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::mime::Encoding;
use super::undone;
use crate::parts::decode_quoted;
use crate::syntax::base64::decode_base64;

const CRLF: &[u8] = b"\r\n";

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Style {
    /// Not at all.
    Identity,
    /// Quoted-printable (RFC 2045 §6.7).
    QuotedPrintable(Quoted),
    /// Base64 (RFC 2045 §6.8).
    Base64 {
        /// The length of its lines; 0 for one line.
        width: usize,
        /// Whether the text has bare LF at line ends.
        line_feeds: bool,
        /// Whether the text's last line end belongs to the boundary and is not encoded.
        without_last: bool,
    },
}

/// A way to write quoted-printable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Quoted {
    /// The longest line, with the `=` of a soft line break.
    width: usize,
    /// Whether the last piece of a line may be as long, having no `=`.
    full_last: bool,
    /// Whether a dot at the beginning of a line is encoded.
    dot: bool,
    /// Whether `From ` at the beginning of a line is encoded.
    from: bool,
    /// Whether a space at the end of a line is followed by a soft break and not encoded.
    soft_end: bool,
}

impl Style {
    /// All styles of an encoding, the most common first.
    pub(super) fn all_of(encoding: Encoding) -> Vec<Self> {
        match encoding {
            Encoding::Identity => vec![Self::Identity],
            Encoding::QuotedPrintable => quoted_styles(),
            Encoding::Base64 => base64_styles(),
        }
    }

    /// The most common style of an encoding.
    pub(super) const fn usual(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Identity => Self::Identity,
            Encoding::QuotedPrintable => Self::QuotedPrintable(Quoted {
                width: 76,
                full_last: true,
                dot: false,
                from: false,
                soft_end: false,
            }),
            Encoding::Base64 => Self::Base64 {
                width: 76,
                line_feeds: false,
                without_last: false,
            },
        }
    }

    /// The encoding that this is a style of.
    pub(super) const fn encoding(self) -> Encoding {
        match self {
            Self::Identity => Encoding::Identity,
            Self::QuotedPrintable(_) => Encoding::QuotedPrintable,
            Self::Base64 { .. } => Encoding::Base64,
        }
    }

    /// Bytes of a text by which most styles are told apart.
    pub(super) const BEGINNING: usize = 8 * 1024;

    /// How much work it is to encode so many bytes.
    pub(super) const fn work(self, length: usize) -> usize {
        match self {
            Self::Identity => length,
            Self::QuotedPrintable(_) => 8 * length,
            Self::Base64 { .. } => 3 * length,
        }
    }

    /// Whether this content may be a text in this style, as far as its beginning tells.
    pub(super) fn may_begin(self, content: &[u8], text: &[u8]) -> bool {
        /// The last bytes of base64 depend on what comes then.
        const OPEN: usize = 8;
        let beginning = &text[..text.len().min(Self::BEGINNING)];
        let (end, open) = match self {
            Self::Base64 { .. } => (beginning.len(), OPEN),
            _ if beginning.len() == text.len() => (text.len(), 0),
            _ => (memchr::memrchr(b'\n', beginning).map_or(0, |at| at + 1), 0),
        };
        let encoded = self.encode(&beginning[..end]);
        content.starts_with(&encoded[..encoded.len().saturating_sub(open)])
    }

    /// The text in this style, with CRLF line ends.
    pub(super) fn encode(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => with_ends(text, CRLF),
            Self::QuotedPrintable(style) => style.encode(text),
            Self::Base64 {
                width,
                line_feeds,
                without_last,
            } => {
                let text = if without_last {
                    undone::content(text)
                } else {
                    text
                };
                let encoded = if line_feeds {
                    STANDARD.encode(with_ends(text, b"\n"))
                } else {
                    STANDARD.encode(text)
                };
                in_lines(encoded.as_bytes(), width)
            }
        }
    }
}

/// Whether some line of a text in quoted-printable is there in another text, and encoded otherwise.
pub(super) fn is_encoded_anew(was: &[u8], is: &[u8]) -> bool {
    let encoded: HashMap<_, _> = logical_lines(is).collect();
    let mut lines = logical_lines(was);
    lines.any(|(said, line)| encoded.get(&said).is_some_and(|other| *other != line))
}

/// The lines of a text in quoted-printable: what each says, and how that is encoded.
fn logical_lines(encoded: &[u8]) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
    let mut rest = encoded;
    std::iter::from_fn(move || {
        let pieces = undone::lines(rest);
        let lengths = pieces.scan(true, |goes_on, line| {
            let before = std::mem::replace(goes_on, undone::content(line).ends_with(b"="));
            before.then_some(line.len())
        });
        let (line, behind) = rest.split_at(lengths.sum());
        rest = behind;
        let said = || decode_quoted(&with_ends(undone::content(line), CRLF)).0;
        (!line.is_empty()).then(|| (said(), undone::content(line)))
    })
}

fn quoted_styles() -> Vec<Style> {
    let mut styles = Vec::new();
    for soft_end in [false, true] {
        for (dot, from) in [(false, false), (true, true), (false, true), (true, false)] {
            for width in [76, 75, 74, 73, 72] {
                for full_last in [true, false] {
                    styles.push(Style::QuotedPrintable(Quoted {
                        width,
                        full_last,
                        dot,
                        from,
                        soft_end,
                    }));
                }
            }
        }
    }
    styles
}

fn base64_styles() -> Vec<Style> {
    let mut styles = Vec::new();
    for (line_feeds, without_last) in [(false, false), (true, false), (false, true), (true, true)] {
        for width in [76, 72, 64, 60, 78, 80, 0] {
            styles.push(Style::Base64 {
                width,
                line_feeds,
                without_last,
            });
        }
    }
    styles
}

/// The text of a part; `None` if it is not what its encoding says.
pub(super) fn decode(encoding: Encoding, content: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Identity => Some(with_ends(content, CRLF)),
        Encoding::QuotedPrintable => {
            let (text, is_all) = decode_quoted(&with_ends(content, CRLF));
            is_all.then_some(text)
        }
        Encoding::Base64 => decode_base64(content),
    }
}

/// Base64 in lines of this length; of none, in one line.
fn in_lines(base64: &[u8], width: usize) -> Vec<u8> {
    let width = if width == 0 {
        base64.len().max(1)
    } else {
        width
    };
    let mut lines = Vec::with_capacity(base64.len() + base64.len() / width * 2 + 2);
    for line in base64.chunks(width) {
        lines.extend_from_slice(line);
        lines.extend_from_slice(CRLF);
    }
    lines
}

/// The lines with other line ends.
fn with_ends(text: &[u8], end: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 64);
    for line in undone::lines(text) {
        let content = undone::content(line);
        out.extend_from_slice(content);
        if content.len() < line.len() {
            out.extend_from_slice(end);
        }
    }
    out
}

impl Quoted {
    fn encode(self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + text.len() / 8);
        for line in undone::lines(text) {
            let content = undone::content(line);
            self.put_line(content, &mut out);
            if content.len() < line.len() {
                out.extend_from_slice(b"\r\n");
            }
        }
        out
    }

    fn put_line(self, line: &[u8], out: &mut Vec<u8>) {
        let mut column = 0;
        for (at, &octet) in line.iter().enumerate() {
            let is_last = at + 1 == line.len();
            let length = if self.encodes(line, at, column == 0) {
                3
            } else {
                1
            };
            // The last octets of a line may fill it only if all of them fit.
            let fits = column + length < self.width
                || (self.full_last && self.rest_fits(line, at, column));
            if !fits {
                out.extend_from_slice(b"=\r\n");
                column = 0;
            }
            // What begins a line may have come to do so by the break.
            if self.encodes(line, at, column == 0) {
                out.extend_from_slice(format!("={octet:02X}").as_bytes());
                column += 3;
            } else {
                out.push(octet);
                column += 1;
            }
            if is_last && self.ends_softly(octet) {
                out.extend_from_slice(b"=\r\n");
            }
        }
    }

    /// Whether an octet is encoded.
    fn encodes(self, line: &[u8], at: usize, begins: bool) -> bool {
        match line[at] {
            b'=' => true,
            b' ' | b'\t' => at + 1 == line.len() && !self.soft_end,
            b'.' => begins && self.dot,
            b'F' => begins && self.from && line[at..].starts_with(b"From "),
            octet => !octet.is_ascii_graphic(),
        }
    }

    fn ends_softly(self, last: u8) -> bool {
        self.soft_end && matches!(last, b' ' | b'\t')
    }

    /// Whether what is left of a line fits into the piece that has `column` octets already.
    fn rest_fits(self, line: &[u8], at: usize, column: usize) -> bool {
        let room = self.width.saturating_sub(column);
        line.len() - at <= room
            && !line.last().is_some_and(|last| self.ends_softly(*last))
            && (at..line.len())
                .map(|at| if self.encodes(line, at, false) { 3 } else { 1 })
                .sum::<usize>()
                <= room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first style.
    const QUOTED: Quoted = Quoted {
        width: 76,
        full_last: true,
        dot: false,
        from: false,
        soft_end: false,
    };

    #[test]
    fn quoted_printable() {
        let check = |style: Quoted, text: &str, expected: &str| {
            let encoded = style.encode(text.as_bytes());
            assert_eq!(String::from_utf8(encoded.clone()).unwrap(), expected);
            let decoded = decode(Encoding::QuotedPrintable, &encoded);
            assert_eq!(decoded.as_deref(), Some(text.as_bytes()));
        };
        check(QUOTED, "a=b é\r\n", "a=3Db =C3=A9\r\n");
        check(QUOTED, "a \r\n\r\nb\t", "a=20\r\n\r\nb=09");
        let soft = Quoted {
            soft_end: true,
            ..QUOTED
        };
        check(soft, "a \r\nb\r\n", "a =\r\n\r\nb\r\n");
        let x = |count| "x".repeat(count);
        check(QUOTED, &x(76), &x(76));
        check(QUOTED, &x(77), &format!("{}=\r\nxx", x(75)));
        let short = Quoted {
            full_last: false,
            ..QUOTED
        };
        check(short, &x(76), &format!("{}=\r\nx", x(75)));
        check(QUOTED, &format!("{}=", x(73)), &format!("{}=3D", x(73)));
        check(
            QUOTED,
            &format!("{}=x", x(73)),
            &format!("{}=\r\n=3Dx", x(73)),
        );
        let careful = Quoted {
            dot: true,
            from: true,
            ..QUOTED
        };
        check(
            careful,
            ".a\r\nFrom b\r\nFront\r\n",
            "=2Ea\r\n=46rom b\r\nFront\r\n",
        );
    }

    #[test]
    fn encoded_anew() {
        let check = |was: &str, is: &str, expected| {
            assert_eq!(
                is_encoded_anew(was.as_bytes(), is.as_bytes()),
                expected,
                "{was} {is}"
            );
        };
        check("a=\r\nb=20\r\nc\r\n", "x\r\na=\r\nb=20\r\nd=20\r\n", false);
        check("a=\r\nb=20\r\n", "ab=20\r\nx", true);
        check("a=2e\r\n", "a.\r\n", true);
        check("a=", "b=\r\n", false);
    }

    #[test]
    fn others() {
        let text = b"a\r\nb\r\n";
        for style in base64_styles() {
            let encoded = style.encode(text);
            assert!(encoded.ends_with(b"\r\n"), "{style:?}");
            let decoded = decode(Encoding::Base64, &encoded).unwrap();
            assert_eq!(
                with_ends(&decoded, CRLF).trim_ascii_end(),
                text.trim_ascii_end()
            );
        }
        assert_eq!(in_lines(b"abcdef", 4), b"abcd\r\nef\r\n");
        assert_eq!(in_lines(b"abcdef", 0), b"abcdef\r\n");
        assert_eq!(in_lines(b"", 0), b"");
        assert_eq!(decode(Encoding::Base64, b"YQ\r\n=="), Some(b"a".to_vec()));
        assert_eq!(decode(Encoding::Base64, b"YQ"), Some(b"a".to_vec()));
        assert_eq!(decode(Encoding::Base64, b"?"), None);
        assert_eq!(decode(Encoding::QuotedPrintable, b"=4"), None);
        assert_eq!(
            decode(Encoding::Identity, b"a\nb"),
            Some(b"a\r\nb".to_vec())
        );
    }
}
