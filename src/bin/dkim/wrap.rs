//! Lines of text that fit a terminal.

use unicode_width::UnicodeWidthChar as _;

/// Text is wrapped at this many columns.
const COLUMNS: usize = 80;

/// Adds text to `lines`, whose last line has `column` columns so far, between spaces wrapped into
/// lines that begin with `hanging` spaces. `gap` spaces stand before it if it goes on in its line.
/// A word that is longer than a line is cut.
pub fn wrap(lines: &mut String, mut column: usize, hanging: usize, mut gap: usize, text: &str) {
    let begin_line = |lines: &mut String| {
        lines.push('\n');
        lines.extend(std::iter::repeat_n(' ', hanging));
        hanging
    };
    for (at, word) in text.split(' ').enumerate() {
        gap += usize::from(at > 0);
        if word.is_empty() {
            continue;
        }
        let width = units(word).map(|(_, width)| width).sum::<usize>();
        let is_long = width > COLUMNS - hanging;
        let needed = if is_long { 1 } else { width };
        if column + gap + needed > COLUMNS && column > hanging {
            column = begin_line(lines);
        } else {
            lines.extend(std::iter::repeat_n(' ', gap));
            column += gap;
        }
        gap = 0;
        for (unit, width) in units(word) {
            if is_long && column + width > COLUMNS {
                column = begin_line(lines);
            }
            lines.push_str(unit);
            column += width;
        }
    }
}

/// What of a word may stand in a line of its own, and its columns: characters with those that
/// combine with them, and escapes such as `\u{9b}`.
fn units(word: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut length = escape_length(rest).unwrap_or(first.len_utf8());
        let behind = rest[length..].chars();
        length += behind
            .take_while(|character| width(*character) == 0)
            .map(char::len_utf8)
            .sum::<usize>();
        let (unit, behind) = rest.split_at(length);
        rest = behind;
        Some((unit, unit.chars().map(width).sum()))
    })
}

/// The octets of the escape that a text begins with.
fn escape_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\\')?;
    if rest.starts_with(['r', 'n', 't']) {
        return Some(2);
    }
    let digits = rest.strip_prefix("u{")?;
    let end = digits.find(|character: char| !character.is_ascii_hexdigit())?;
    (end <= 6 && digits[end..].starts_with('}')).then_some("\\u{}".len() + end)
}

fn width(character: char) -> usize {
    character.width().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn wrapped(text: &str) -> Vec<String> {
        let mut lines = "    label:".to_owned();
        wrap(&mut lines, 10, 6, 1, text);
        let lines: Vec<_> = lines.lines().map(ToOwned::to_owned).collect();
        for line in &lines {
            assert!(line.width() <= COLUMNS, "{line}");
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
        assert_eq!(wrapped("a  b"), ["    label: a  b"]);
        assert_eq!(wrapped(&"word ".repeat(30)).len(), 3);
        assert_eq!(wrapped("")[0], "    label:");
    }

    #[test]
    fn columns_are_counted_and_not_characters() {
        assert!(wrapped(&"日本語の文字 ".repeat(20)).len() > 3);
        assert!(wrapped(&"🎉 ".repeat(60)).len() > 2);
    }

    #[test]
    fn long_words_are_cut_but_not_what_belongs_together() {
        let lines = wrapped(&"x".repeat(500));
        assert_eq!((lines.len(), lines[0].len()), (7, COLUMNS));
        assert!(wrapped(&"日".repeat(100)).len() > 2);
        for line in wrapped(&r"\u{9b}a".repeat(100)) {
            assert_eq!(line.matches(r"\u{9b}").count(), line.matches('9').count());
        }
        for line in wrapped(&"a\u{301}".repeat(200)) {
            assert!(!line.trim_start().starts_with('\u{301}'));
        }
        let lines = wrapped(&format!("some {} words", "y".repeat(90)));
        assert!(lines[0].ends_with('y') && lines[1].ends_with("y words"));
    }
}
