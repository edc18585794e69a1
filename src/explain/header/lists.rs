//! What a message tells of mailing lists (RFC 2919 §3; RFC 2369 §3.4).

use super::text::shown;
use crate::message::Header;

/// The names that a list may tag Subjects with.
pub(super) fn list_names(header: &Header) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = name.trim().trim_matches('"').trim();
        if !name.is_empty() && name.len() <= 40 && !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    };
    for field in header.fields_named("list-id").take(3) {
        let text = shown(field.value());
        let (phrase, id) = text.split_once('<').unwrap_or(("", &text));
        add(id.split('.').next().unwrap_or_default());
        add(phrase);
    }
    for name in ["list-post", "x-mailing-list", "mailing-list", "x-beenthere"] {
        for field in header.fields_named(name).take(2) {
            let text = shown(field.value());
            let address = text
                .trim_start_matches('<')
                .trim_start_matches("mailto:")
                .trim_start_matches("list ");
            add(address.split('@').next().unwrap_or_default());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{LineEndings, parse};

    #[test]
    fn names_of_lists() {
        let check = |message: &str, expected: &[&str]| {
            let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            assert_eq!(list_names(&header), expected, "{message:?}");
        };
        check(
            "List-Id: The Board <board.lists.example>\n",
            &["board", "The Board"],
        );
        check("List-Post: <mailto:board@lists.example>\n", &["board"]);
        check(
            "X-BeenThere: board@lists.example\nList-Id: board.example\n",
            &["board"],
        );
        check("Subject: x\n", &[]);
    }
}
