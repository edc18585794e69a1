//! Writing a DKIM-Signature field: the order of its tags and its folding (RFC 6376 §3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::message::{Header, HeaderField, LineEnd};
use crate::signature::FIELD_NAME;
use crate::syntax::folded::{COLUMNS, FoldedText};
use crate::syntax::quoted_printable::encode_byte;

/// The indent of folded lines.
const INDENT: &str = " ";

/// A field that is being written, complete up to and including `b=`.
#[derive(Clone, Debug)]
pub(crate) struct UnsignedField {
    text: FoldedText,
    has_tags: bool,
}

impl UnsignedField {
    /// The start of a field. `wrap` says whether it is folded; `line_end` ends its lines.
    pub(crate) fn new(wrap: bool, line_end: LineEnd) -> Self {
        let text = FoldedText::new(&format!("{FIELD_NAME}:"), line_end);
        Self {
            text: if wrap { text } else { text.unwrapped() },
            has_tags: false,
        }
    }

    /// Writes a tag whose value is not to be broken.
    pub(crate) fn tag(&mut self, name: &str, value: &str) {
        self.tag_of_parts(name, [value, "", ""]);
    }

    /// Writes a tag whose value has parts between which it is not to be broken either.
    pub(crate) fn tag_of_parts(&mut self, name: &str, [first, second, third]: [&str; 3]) {
        if std::mem::replace(&mut self.has_tags, true) {
            self.text.push(";");
        }
        let parts = [name, "=", first, second, third];
        self.text.piece_of(" ", &parts, INDENT);
    }

    /// Writes a tag whose value may be broken between pieces.
    pub(crate) fn tag_of_pieces(&mut self, name: &str, pieces: &[String]) {
        let (first, others) = pieces
            .split_first()
            .map_or(("", pieces), |(first, others)| (first.as_str(), others));
        self.tag(name, first);
        for piece in others {
            self.text.piece("", piece, INDENT);
        }
    }

    /// Writes a tag of names with colons between, which may be broken behind each colon.
    pub(crate) fn tag_of_names(&mut self, name: &str, names: &[&str]) {
        let colon = |at: usize| if at + 1 < names.len() { ":" } else { "" };
        let first = names.first().copied().unwrap_or_default();
        self.tag_of_parts(name, [first, colon(0), ""]);
        for (at, name) in names.iter().enumerate().skip(1) {
            self.text.piece_of("", &[name, colon(at)], INDENT);
        }
    }

    /// Writes a tag of base64, which may be broken anywhere.
    pub(crate) fn tag_of_octets(&mut self, name: &str, octets: &[u8]) {
        self.tag(name, "");
        self.base64(octets);
    }

    /// Opens `b=`, the last tag; the field as it is hashed.
    pub(crate) fn open_signature(&mut self) -> &str {
        self.tag("b", "");
        self.text.as_str()
    }

    /// The whole field with its signature and its final line end.
    pub(crate) fn close(mut self, signature: &[u8]) -> String {
        self.base64(signature);
        self.text.end()
    }

    fn base64(&mut self, octets: &[u8]) {
        self.text.breakable(&STANDARD.encode(octets), INDENT);
    }
}

/// The pieces of `z=`: a copy of each field, all but the last with its bar, none longer than a
/// line (RFC 6376 §3.5, `z=`).
pub(crate) fn copied_field_pieces(fields: &[HeaderField<'_>]) -> Vec<String> {
    let mut pieces = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let mut piece = String::from_utf8_lossy(field.name()).into_owned();
        piece.push(':');
        for &octet in field.value() {
            let encoded = encode_byte(octet, b"|");
            if piece.len() + encoded.len() + 2 > COLUMNS {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.push_str(&encoded);
        }
        if at + 1 < fields.len() {
            piece.push('|');
        }
        pieces.push(piece);
    }
    pieces
}

/// Whether a message is internationalized: its header has characters beyond ASCII, and is UTF-8
/// (RFC 6532 §3). Other bytes are an old character set, which no server takes for SMTPUTF8.
pub(crate) fn is_internationalized(header: &Header) -> bool {
    let octets = header.octets();
    !octets.is_ascii() && std::str::from_utf8(octets).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::LineEndings;

    fn long_field(wrap: bool) -> String {
        let mut field = UnsignedField::new(wrap, LineEnd::Crlf);
        field.tag("v", "1");
        field.tag("a", "rsa-sha256");
        field.tag("c", "relaxed/relaxed");
        field.tag(
            "d",
            "a-rather-long-subdomain.of-a-longer-domain.example.com",
        );
        let names: Vec<String> = (0..30).map(|n| format!("X-Field-Number-{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        field.tag_of_names("h", &names);
        field.tag_of_octets("bh", &[7; 32]);
        field.open_signature();
        field.close(&[9; 256])
    }

    #[test]
    fn lines_fit_78_columns_and_names_stay_whole() {
        let folded = long_field(true);
        assert!(folded.lines().all(|line| line.len() <= COLUMNS), "{folded}");
        assert!(
            folded.lines().skip(1).all(|line| line.starts_with(' ')),
            "{folded}"
        );
        for n in 0..30 {
            assert!(folded.contains(&format!("X-Field-Number-{n}")), "{folded}");
        }
        let unfolded = long_field(false);
        assert_eq!(unfolded.lines().count(), 1);
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeeze(&folded), squeeze(&unfolded));
    }

    #[test]
    fn copies_are_encoded() {
        let field =
            HeaderField::from_raw(b"Subject: a|b;\r\n c=d\xc3\xbc\r\n", LineEndings::Lenient);
        let copy = copied_field_pieces(&[field]).concat();
        assert_eq!(copy, "Subject:=20a=7Cb=3B=0D=0A=20c=3Dd=C3=BC");
    }
}
