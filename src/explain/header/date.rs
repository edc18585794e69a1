//! Dates, written in other ways (RFC 5322 §3.3, §4.3).

use super::text::collapsed;

/// A date in other spellings (RFC 5322 §3.3, §4.3).
pub(super) fn dates(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = String::from_utf8(collapsed(value)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let base = text.split(" (").next().unwrap_or_default().to_owned();
    let zones = [
        (" GMT", " +0000"),
        (" +0000", " GMT"),
        (" UT", " +0000"),
        (" -0000", " +0000"),
        (" +0000", " -0000"),
        (" +0000", " UTC"),
        (" UTC", " +0000"),
    ];
    let mut texts = vec![
        base.clone(),
        format!("{base} (UTC)"),
        format!("{base} (GMT)"),
    ];
    for (now, then) in zones {
        if let Some(front) = base.strip_suffix(now) {
            texts.push(format!("{front}{then}"));
        }
    }
    for text in texts {
        let (week_day, rest) = text.split_once(", ").unwrap_or(("", &text));
        let day_forms = [
            rest.to_owned(),
            format!("0{rest}"),
            rest.strip_prefix('0').unwrap_or(rest).to_owned(),
        ];
        for rest in day_forms {
            found.push(format!(" {rest}").into_bytes());
            if !week_day.is_empty() {
                found.push(format!(" {week_day}, {rest}").into_bytes());
                found.push(format!(" {week_day},  {rest}").into_bytes());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_other_forms() {
        let found = dates(b" Mon, 05 Jan 2026 10:00:00 GMT");
        let then = b" Mon, 5 Jan 2026 10:00:00 +0000";
        assert!(found.iter().any(|text| text == then), "{found:#?}");
    }
}
