//! What is printed: text for people and JSON for scripts, by subcommand.

pub mod audit;
pub mod delegate;
mod finding;
pub mod inspect;
mod json;
pub mod key_report;
mod output;
pub mod page;
pub mod record;
mod report;
pub mod rotate;
pub mod sign;
mod time;
pub mod verify;
mod wrap;

use json::line as json_line;
pub use output::{Bar, Output};

/// A name without its final dot, as it is written for people.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Words in a row: `a`, `a and b`, `a, b and c`, with `and` or what else stands before the last.
fn in_a_row(words: &[impl AsRef<str>], before_last: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match &words[..] {
        [first @ .., last] if !first.is_empty() => {
            format!("{} {before_last} {last}", first.join(", "))
        }
        words => words.concat(),
    }
}

/// A number of things.
pub fn count(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}"),
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}
