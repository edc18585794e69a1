//! What all pages have: their head, their style, their foot; and the guard against what strangers
//! wrote.

use dkim_toolkit::escape::{escape, is_printable};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::print::time::rfc3339;

const STYLE: &str = include_str!("page.css");

/// Nothing is loaded and nothing runs, even if something were wrong with this page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// How good something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Good,
    Bad,
    Unsure,
    /// Neither good nor bad.
    Plain,
}

impl Mood {
    /// The class of it in the style.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unsure => "unsure",
            Self::Plain => "note",
        }
    }
}

/// A whole page: its title, what is said below that, and its contents.
pub fn page(title: &str, below: &str, contents: &Markup, now: u64) -> String {
    let made = rfc3339(now).unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p { (below) }
                }
                main { (contents) }
                footer {
                    p {
                        "Made by dkim " (env!("CARGO_PKG_VERSION")) ", as of "
                        time datetime=(made) { (made) } "."
                    }
                }
            }
        }
    };
    guarded(&page.into_string())
}

/// What to do first: the sentence that people read if they read no other, and what follows it.
pub fn first(mood: Mood, lead: &Markup, rest: &Markup) -> Markup {
    html! {
        section class={ "sheet first " (mood.class()) } {
            h2 { "What to do first" }
            p.lead { (lead) }
            (rest)
        }
    }
}

/// A word in a frame.
pub fn badge(mood: Mood, word: &str) -> Markup {
    html! { span class={ "badge " (mood.class()) } { (word) } }
}

/// Text that a stranger may have written, in one line: with its line breaks escaped.
pub fn shown(text: &str) -> String {
    escape(text)
}

/// Escapes what could hide or reorder text, wherever it comes from. `maud` has escaped what means
/// something to HTML.
fn guarded(page: &str) -> String {
    let mut guarded = String::with_capacity(page.len() + 1);
    for character in page.chars() {
        if character == '\n' || is_printable(character) {
            guarded.push(character);
        } else {
            guarded.extend(character.escape_unicode());
        }
    }
    guarded.push('\n');
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_stranger_acts_on_a_page() {
        let hostile =
            "<script>alert(1)</script>\"><img src=x onerror=alert(1)> \u{202e}gpj.exe\u{1b}[31m\0";
        let contents = html! { p title=(hostile) { (hostile) } };
        let page = page(hostile, hostile, &contents, 0);
        assert_eq!(page.matches("<script").count(), 0);
        assert_eq!(page.matches("<img").count(), 0);
        assert_eq!(page.matches("&lt;script&gt;").count(), 5);
        assert_eq!(page.matches("\\u{202e}gpj.exe\\u{1b}[31m\\u{0}").count(), 5);
        assert!(page.chars().all(|each| each == '\n' || is_printable(each)));
        assert_eq!(shown("a\nb"), "a\\nb");
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = page("a", "b", &html! {}, 0);
        for word in ["src=", "href=", "url(", "@import", "<script", "<link"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
