//! Names of charsets (RFC 2046 §4.1.2).

use mail_parser::decoders::charsets::map::charset_decoder;

/// Whether a charset of this name is known.
pub(super) fn is_charset(name: &str) -> bool {
    let is_utf_8 = ["utf-8", "utf8"]
        .iter()
        .any(|utf_8| name.eq_ignore_ascii_case(utf_8));
    is_utf_8 || charset_decoder(name.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets() {
        for name in [
            "UTF-8",
            "us-ascii",
            "iso-8859-15",
            "Windows-1252",
            "gb18030",
        ] {
            assert!(is_charset(name), "{name}");
        }
        for name in ["", "utf_9", "us-aacii", "nothing-8"] {
            assert!(!is_charset(name), "{name}");
        }
    }
}
