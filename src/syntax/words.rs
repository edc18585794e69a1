//! Words in sentences.

/// Words in a row: `a`, `a and b`, `a, b and c`, with `and` or what else stands before the last.
pub(crate) fn in_a_row<T: AsRef<str>>(words: &[T], before_last: &str) -> String {
    match words {
        [] => String::new(),
        [word] => word.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {before_last} {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_in_a_row() {
        for (words, expected) in [
            (&[][..], ""),
            (&["a"], "a"),
            (&["a", "b"], "a or b"),
            (&["a", "b", "c"], "a, b or c"),
        ] {
            assert_eq!(in_a_row(words, "or"), expected);
        }
    }
}
