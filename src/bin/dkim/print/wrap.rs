//! Lines of text that fit a terminal.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Adds text to `lines`, whose last line has `column` columns so far, wrapped at `columns` between
/// words into lines that begin with `hanging` spaces. `gap` spaces stand before it if it goes on
/// in its line. A word that is longer than a line stays whole, so that it can be copied; wide
/// characters, as of Chinese, are words of their own.
pub fn wrap(
    lines: &mut String,
    mut column: usize,
    hanging: usize,
    mut gap: usize,
    text: &str,
    columns: usize,
) {
    for (at, word) in text.split(' ').enumerate() {
        gap += usize::from(at > 0);
        for piece in pieces(word) {
            let width = piece.width();
            if column + gap + width > columns && column > hanging {
                lines.push('\n');
                lines.extend(std::iter::repeat_n(' ', hanging));
                column = hanging;
            } else {
                lines.extend(std::iter::repeat_n(' ', gap));
                column += gap;
            }
            gap = 0;
            lines.push_str(piece);
            column += width;
        }
    }
}

/// The parts of a word between which a line may end: wide characters, and what is between them.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let is_wide = |character: char| character.width() == Some(2);
    let mut rest = word;
    std::iter::from_fn(move || {
        let first_is_wide = is_wide(rest.chars().next()?);
        let mut characters = rest.char_indices().skip(1);
        let end = characters.find(|(_, character)| {
            is_wide(*character) || (first_is_wide && character.width() != Some(0))
        });
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that a text behind a label is wrapped into, at a width.
    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let mut lines = "    label:".to_owned();
        wrap(&mut lines, 10, 6, 1, text, columns);
        let lines: Vec<_> = lines.lines().map(ToOwned::to_owned).collect();
        for line in &lines {
            let is_one_piece = pieces(line.trim_start()).count() == 1 && !line.trim().contains(' ');
            assert!(is_one_piece || line.width() <= columns, "{line}");
            assert_eq!(line.trim_end(), line);
        }
        assert!(lines[1..].iter().all(|line| line.starts_with("      ")));
        let joined: String = lines.concat().chars().filter(|c| *c != ' ').collect();
        let expected: String = text.chars().filter(|c| *c != ' ').collect();
        assert_eq!(joined, format!("label:{expected}"));
        lines
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("a  b", 80), ["    label: a  b"]);
        assert_eq!(wrapped(&"word ".repeat(30), 80).len(), 3);
        assert_eq!(wrapped(&"word ".repeat(30), 50).len(), 4);
        assert_eq!(wrapped(&"word ".repeat(30), 200).len(), 1);
        assert_eq!(wrapped("", 80)[0], "    label:");
    }

    #[test]
    fn columns_are_counted_and_not_characters() {
        assert!(wrapped(&"日本語の文字 ".repeat(20), 80).len() > 3);
        assert!(wrapped(&"🎉 ".repeat(60), 80).len() > 2);
    }

    #[test]
    fn long_words_stay_whole() {
        let long = "x".repeat(500);
        assert_eq!(wrapped(&long, 80), ["    label:", &format!("      {long}")]);
        let lines = wrapped(&format!("some {long} words"), 80);
        assert_eq!(lines.len(), 3);
    }
}
