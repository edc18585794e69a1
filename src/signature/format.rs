//! Writing a DKIM-Signature field: the order of its tags and its folding (RFC 6376 §3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::message::{Header, HeaderField, LineEnd};
use crate::signature::FIELD_NAME;

/// Lines are folded so that they have at most this many columns (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// A field that is being written, complete up to and including `b=`.
#[derive(Clone, Debug)]
pub(crate) struct UnsignedField {
    text: String,
    column: usize,
    wrap: Option<LineEnd>,
    line_end: LineEnd,
    tags: usize,
}

impl UnsignedField {
    /// The start of a field. `wrap` says whether it is folded; `line_end` ends its lines.
    pub(crate) fn new(wrap: bool, line_end: LineEnd) -> Self {
        let text = format!("{FIELD_NAME}:");
        Self {
            column: text.len(),
            text,
            wrap: wrap.then_some(line_end),
            line_end,
            tags: 0,
        }
    }

    /// Writes a tag whose value is not to be broken.
    pub(crate) fn tag(&mut self, name: &str, value: &str) {
        self.begin_tag(name, &[value]);
    }

    /// Writes a tag whose value may be broken between pieces.
    pub(crate) fn tag_of_pieces(&mut self, name: &str, pieces: &[String]) {
        self.begin_tag(name, pieces);
    }

    /// Writes a tag of base64, which may be broken anywhere.
    pub(crate) fn tag_of_octets(&mut self, name: &str, octets: &[u8]) {
        self.begin_tag::<&str>(name, &[]);
        self.base64(octets);
    }

    /// Opens `b=`, the last tag; the field as it is hashed.
    pub(crate) fn open_signature(&mut self) -> &str {
        self.begin_tag::<&str>("b", &[]);
        &self.text
    }

    /// The whole field with its signature and its final line end.
    pub(crate) fn close(mut self, signature: &[u8]) -> String {
        self.base64(signature);
        self.text.push_str(self.line_end.octets());
        self.text
    }

    /// Writes a semicolon, the tag's name and the pieces of its value. A tag begins on a new line
    /// where its name and the first piece do not fit.
    fn begin_tag<S: AsRef<str>>(&mut self, name: &str, pieces: &[S]) {
        if self.tags > 0 {
            self.push(";");
        }
        self.tags += 1;
        let first = pieces.first().map_or("", AsRef::as_ref);
        // Room for a separator behind the tag.
        if self.column + 1 + name.len() + 1 + first.len() + 1 > COLUMNS && self.wrap.is_some() {
            self.fold();
        } else {
            self.push(" ");
        }
        self.push(name);
        self.push("=");
        for (at, piece) in pieces.iter().map(AsRef::as_ref).enumerate() {
            if at > 0 && self.column + piece.len() + 1 > COLUMNS {
                self.fold();
            }
            self.push(piece);
        }
    }

    fn base64(&mut self, octets: &[u8]) {
        let encoded = STANDARD.encode(octets);
        let mut rest = encoded.as_str();
        while self.wrap.is_some() && self.column + rest.len() + 1 > COLUMNS {
            // A few characters at the end of a line would only be hard to read.
            let room = COLUMNS.saturating_sub(self.column + 1);
            let (here, behind) = rest.split_at(if room < 8 { 0 } else { room });
            self.push(here);
            self.fold();
            rest = behind;
        }
        self.push(rest);
    }

    fn fold(&mut self) {
        if let Some(line_end) = self.wrap {
            self.text.push_str(line_end.octets());
            self.text.push(' ');
            self.column = 1;
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }
}

/// The pieces of `h=`: each name, all but the last with its colon.
pub(crate) fn header_name_pieces(names: &[String]) -> Vec<String> {
    let last = names.len().saturating_sub(1);
    names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            if at == last {
                name.clone()
            } else {
                format!("{name}:")
            }
        })
        .collect()
}

/// The pieces of `z=`: a copy of each field, all but the last with its bar, none longer than a
/// line (RFC 6376 §3.5, `z=`).
pub(crate) fn copied_field_pieces(fields: &[HeaderField<'_>]) -> Vec<String> {
    let mut pieces = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let mut piece = String::from_utf8_lossy(field.name()).into_owned();
        piece.push(':');
        for &octet in field.value() {
            let encoded = encode_octet(octet, b"|");
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

/// Text in dkim-quoted-printable (RFC 6376 §2.11); characters beyond ASCII stay as they are where
/// the message is internationalized (RFC 8616 §5).
pub(crate) fn quoted_printable(text: &str, internationalized: bool) -> String {
    text.chars()
        .map(|character| {
            if internationalized && !character.is_ascii() {
                return character.to_string();
            }
            let mut octets = [0; 4];
            let octets = character.encode_utf8(&mut octets).bytes();
            octets.map(|octet| encode_octet(octet, b"")).collect()
        })
        .collect()
}

/// Whether a message is internationalized: its header has characters beyond ASCII (RFC 6532 §3).
pub(crate) fn is_internationalized(header: &Header) -> bool {
    !header.octets().is_ascii()
}

fn encode_octet(octet: u8, special: &[u8]) -> String {
    let safe =
        octet.is_ascii_graphic() && !matches!(octet, b';' | b'=') && !special.contains(&octet);
    if safe {
        char::from(octet).to_string()
    } else {
        format!("={octet:02X}")
    }
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
        field.tag_of_pieces("h", &header_name_pieces(&names));
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
        assert_eq!(quoted_printable("a b;ü", false), "a=20b=3B=C3=BC");
        assert_eq!(quoted_printable("a b;ü", true), "a=20b=3Bü");
    }
}
