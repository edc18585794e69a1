//! Bars of counts, side by side.

use maud::{Markup, html};

use super::frame::Mood;
use super::words::grouped;

/// A part of a bar: how good it is, how much it is, and what is counted.
pub type Part<'a> = (Mood, u64, &'a str);

/// A bar of these parts. What it shows is in its label as well, for those who do not see it.
pub fn bar(parts: &[Part]) -> Markup {
    let shown = || parts.iter().filter(|(_, count, _)| *count > 0);
    html! {
        div.bar role="img" aria-label=(in_words(parts)) {
            @for (mood, count, _) in shown() {
                span class=(mood.class()) style={ "flex-grow:" (count) } {}
            }
        }
    }
}

/// The parts as text.
pub fn in_words(parts: &[Part]) -> String {
    let shown = parts.iter().filter(|(_, count, _)| *count > 0);
    let words = shown.map(|(_, count, what)| format!("{} {what}", grouped(*count)));
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() {
        "none".to_owned()
    } else {
        words
    }
}

/// A bar with its text below it.
pub fn bar_with_words(parts: &[Part]) -> Markup {
    html! {
        (bar(parts))
        p.small {
            @for (place, (mood, count, what)) in parts.iter().filter(|(_, count, _)| *count > 0).enumerate() {
                @if place > 0 { " · " }
                span class=(mood.class()) { (grouped(*count)) " " (what) }
            }
        }
    }
}
