//! A comma, white space or nothing is where the semicolon between two tags should be.

use super::Step;
use crate::lint::FindingCode;
use crate::lint::reading::trimmed;
use crate::tags::KnownTag;

pub(super) const STEP: Step = Step {
    code: FindingCode::MissingSemicolon,
    part: None,
    message: "a semicolon is missing between two tags, and the second one is read as a part of \
              the first",
    remedy: "put one semicolon between two tags: v=DKIM1; k=…; p=…",
    undo,
};

fn undo(text: &str) -> Vec<String> {
    let specs: Vec<String> = text.split(';').map(separated).collect();
    let separated = specs.join(";");
    (separated != text)
        .then_some(separated)
        .into_iter()
        .collect()
}

/// The tags in what was meant as several, with semicolons between.
fn separated(spec: &str) -> String {
    let mut done = String::new();
    let mut rest = spec;
    while let Some((name, value)) = rest.split_once('=') {
        // Notes and unknown tags may hold anything.
        let may_hold_tags = matches!(
            trimmed(name).to_ascii_lowercase().as_str(),
            "v" | "k" | "h" | "s" | "t" | "g" | "p"
        );
        let start = rest.len() - value.len();
        let Some((end, next)) = may_hold_tags.then(|| next_tag(name, value)).flatten() else {
            break;
        };
        done.push_str(&rest[..start + end]);
        done.push_str("; ");
        rest = &rest[start + next..];
    }
    done + rest
}

/// Where the value ends, and where the next tag begins in it.
fn next_tag(name: &str, value: &str) -> Option<(usize, usize)> {
    value.match_indices('=').find_map(|(equals, _)| {
        let before = &value[..equals];
        let word = before.rsplit([' ', '\t', '\r', '\n', ',']).next()?;
        let is_tag = |name: &str| KnownTag::of_key_record(&name.to_ascii_lowercase()).is_some();
        // The padding of base64 that is written in groups is not a tag.
        let after = &value[equals + 1..];
        let is_padding = after.starts_with('=') || trimmed(after).is_empty();
        let at = equals - word.len();
        if at > 0 && is_tag(word) && !(trimmed(name) == "p" && is_padding) {
            let end = before[..at]
                .trim_end_matches([',', ' ', '\t', '\r', '\n'])
                .len();
            return Some((end, at));
        }
        // Nothing at all between a value that is known and the next tag.
        let known = [
            "DKIM1", "ed25519", "rsa", "sha256", "sha1", "email", "*", "y", "s",
        ];
        known.iter().find_map(|known| {
            let next = word.get(word.len().checked_sub(1)?..)?;
            let is_joined = trimmed(before).strip_suffix(next)? == *known;
            (is_joined && is_tag(next)).then_some((equals - 1, equals - 1))
        })
    })
}
