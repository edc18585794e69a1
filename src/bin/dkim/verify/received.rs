//! When a message was received, as it says itself.

use dkim_toolkit::message::Header;

/// The date of the newest Received field, the topmost, in Unix seconds (RFC 5321 §4.4).
pub fn received_time(header: &Header) -> Option<u64> {
    let field = header.fields_named("received").next()?;
    let value = without_comments(&String::from_utf8_lossy(field.value()));
    let (_, date) = value.rsplit_once(';')?;
    let date =
        mail_parser::DateTime::parse_rfc822(date.trim()).filter(mail_parser::DateTime::is_valid)?;
    u64::try_from(date.to_timestamp()).ok()
}

/// A field's value without its comments (RFC 5322 §3.2.2).
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut quoted = false;
    value
        .chars()
        .filter(|character| {
            let literal = std::mem::take(&mut escaped);
            match character {
                _ if literal => depth == 0,
                '\\' => {
                    escaped = true;
                    depth == 0
                }
                '"' if depth == 0 => {
                    quoted = !quoted;
                    true
                }
                '(' if !quoted => {
                    depth += 1;
                    false
                }
                ')' if depth > 0 => {
                    depth -= 1;
                    false
                }
                _ => depth == 0,
            }
        })
        .collect()
}
