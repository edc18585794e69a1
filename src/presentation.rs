//! TXT records as programs print them: dig, host, nslookup and zone files (RFC 1035 §5.1). The
//! quotes and backslashes there are not a part of the record.

/// The records in a text that a program printed; `None` if the text is not of that form. Where
/// some are at names with the label `_domainkey`, records at other names are left out.
pub(crate) fn records(text: &str) -> Option<Vec<String>> {
    let mut records: Vec<String> = Vec::new();
    // Whether the name of each has the label; `None` without a name.
    let mut are_keys: Vec<Option<bool>> = Vec::new();
    let mut goes_on = false;
    for line in lines(text)? {
        match line.strings()? {
            Strings::None if line.words.is_empty() => {}
            Strings::None => goes_on = false,
            // Windows' nslookup prints each string on a line of its own.
            Strings::Alone(strings) if goes_on => {
                records.last_mut()?.push_str(&strings);
            }
            Strings::Alone(strings) => {
                records.push(strings);
                are_keys.push(None);
            }
            Strings::Of(strings) => {
                goes_on = strings.is_empty();
                records.push(strings);
                are_keys.push(line.is_at_key_name());
            }
        }
    }
    if are_keys.contains(&Some(true)) {
        let mut is_left = are_keys.iter().map(|is_key| *is_key != Some(false));
        records.retain(|_| is_left.next().unwrap_or(true));
    }
    (!records.is_empty() && !records.iter().any(String::is_empty)).then_some(records)
}

/// A word of a line, and whether it was in quotes.
struct Word {
    text: String,
    is_quoted: bool,
}

/// The words of a line; of several lines where parentheses join them.
#[derive(Default)]
struct Line {
    words: Vec<Word>,
    comment: String,
}

/// The strings of a line, joined.
enum Strings {
    /// There are none: the line is about something else.
    None,
    /// There is nothing else on the line, as dig +short prints it.
    Alone(String),
    /// They follow what says that they are a TXT record.
    Of(String),
}

impl Line {
    /// `None` for a line that no program prints.
    fn strings(&self) -> Option<Strings> {
        let joined = |words: &[Word]| words.iter().map(|word| word.text.as_str()).collect();
        if !self.words.is_empty() && self.words.iter().all(|word| word.is_quoted) {
            return Some(Strings::Alone(joined(&self.words)));
        }
        if let Some(start) = self.start_of_strings() {
            let strings = &self.words[start..];
            // A semicolon outside of quotes begins a comment: the record was not printed so.
            let is_cut = strings.iter().any(|word| !word.is_quoted) && self.comment.contains('=');
            return (!is_cut).then(|| Strings::Of(joined(strings)));
        }
        let is_record = |word: &Word| word.is_quoted || word.text.contains("p=");
        let is_of_record = self.words.iter().any(is_record)
            || self
                .words
                .first()
                .is_some_and(|word| word.text.starts_with("v="));
        (!is_of_record).then_some(Strings::None)
    }

    /// Whether the name that the line begins with has the label `_domainkey`.
    fn is_at_key_name(&self) -> Option<bool> {
        let name = self.words.first().filter(|word| !word.is_quoted)?;
        let mut labels = name.text.split('.');
        let is_name = self.start_of_strings().is_some_and(|start| start > 1);
        is_name.then(|| labels.any(|label| label.eq_ignore_ascii_case("_domainkey")))
    }

    /// Where the strings of a TXT record begin, by what is before them.
    fn start_of_strings(&self) -> Option<usize> {
        let is = |at: usize, text: &str| {
            let word = self.words.get(at).filter(|word| !word.is_quoted);
            word.is_some_and(|word| word.text.eq_ignore_ascii_case(text))
        };
        (0..self.words.len()).find_map(|at| {
            if is(at, "TXT") {
                Some(at + 1)
            } else if is(at, "descriptive") && is(at + 1, "text")
                || is(at, "text") && is(at + 1, "=")
            {
                Some(at + 2)
            } else {
                None
            }
        })
    }
}

/// The lines of a text in words; `None` where a quoted string has no end.
fn lines(text: &str) -> Option<Vec<Line>> {
    let mut lines = vec![Line::default()];
    let mut depth = 0_usize;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let line = lines.last_mut()?;
        match character {
            '\n' if depth == 0 => lines.push(Line::default()),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' => {
                while let Some(next) = characters.next_if(|next| *next != '\n') {
                    line.comment.push(next);
                }
            }
            '"' => {
                let mut word = String::new();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => word.push(escaped(&mut characters)?),
                        other => word.push(other),
                    }
                }
                line.words.push(Word {
                    text: word,
                    is_quoted: true,
                });
            }
            space if space.is_whitespace() => {}
            first => {
                let mut word = String::new();
                let mut next = Some(first);
                while let Some(character) = next {
                    match character {
                        '\\' => word.push(escaped(&mut characters)?),
                        other => word.push(other),
                    }
                    next = characters
                        .next_if(|next| !next.is_whitespace() && !";()\"".contains(*next));
                }
                line.words.push(Word {
                    text: word,
                    is_quoted: false,
                });
            }
        }
    }
    Some(lines)
}

/// The character behind a backslash: three digits stand for a byte.
fn escaped(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let first = characters.next()?;
    let Some(hundreds) = first.to_digit(10) else {
        return Some(first);
    };
    let mut digit = || characters.next_if(char::is_ascii_digit)?.to_digit(10);
    let number = hundreds * 100 + digit()? * 10 + digit()?;
    u8::try_from(number).ok().map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "v=DKIM1; k=rsa; p=ABCD";

    fn check(text: &str, expected: Option<&[&str]>) {
        let expected =
            expected.map(|records| records.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(records(text), expected, "{text}");
    }

    #[test]
    fn what_programs_print() {
        let one: &[&str] = &[RECORD];
        for text in [
            "\"v=DKIM1; k=rsa; p=AB\" \"CD\"\n",
            "\"v=DKIM1\\; k=rsa\\; p=AB\" \"CD\"",
            "target.example.net.\n\"v=DKIM1; k=rsa; p=ABCD\"\n",
            "s._domainkey.example.com.\t300\tIN\tTXT\t\"v=DKIM1; k=rsa; p=AB\" \"CD\"",
            "s._domainkey IN TXT ( \"v=DKIM1; k=rsa; \"\n\t\"p=ABCD\" ) ; ----- DKIM key s for example.com",
            "s._domainkey IN TXT v=DKIM1\\;\\032k=rsa\\;\\ p=ABCD",
            "s._domainkey.example.com descriptive text \"v=DKIM1; k=rsa; p=AB\" \"CD\"",
            "a.example is an alias for b.example.\nb.example descriptive text \"v=DKIM1\\; k=rsa\\; p=ABCD\"",
            "Server:\t\t127.0.0.1\nAddress:\t127.0.0.1#53\n\nNon-authoritative answer:\n\
             s._domainkey.example.com\ttext = \"v=DKIM1; k=rsa; p=AB\" \"CD\"\n\n",
            "s._domainkey.example.com\ttext =\r\n\r\n\t\"v=DKIM1; k=rsa; p=AB\"\r\n\t\"CD\"\r\n",
            "\n; <<>> DiG 9.18 <<>> TXT s._domainkey.example.com\n;; ANSWER SECTION:\n\
             s._domainkey.example.com. 60 IN CNAME b.example.\n\
             b.example. 60 IN TXT \"v=DKIM1; k=rsa; p=ABCD\"\n\n;; Query time: 1 msec\n",
            "@ TXT \"v=spf1 -all\"\ns._domainkey TXT \"v=DKIM1; k=rsa; p=ABCD\"\n\
             _dmarc TXT \"v=DMARC1; p=none\"\n",
        ] {
            check(text, Some(one));
        }
        check(
            "\"v=spf1 -all\"\n\"v=DKIM1; k=rsa; p=ABCD\"\n",
            Some(&["v=spf1 -all", RECORD]),
        );
    }

    #[test]
    fn what_is_the_record_itself() {
        for text in [
            RECORD,
            "",
            "v=DKIM1; k=rsa; p=\"AB\" \"CD\"",
            "\"v=DKIM1; k=rsa; p=ABCD",
            "v=DKIM1\\; k=rsa\\; p=ABCD",
            "TXT v=DKIM1; k=rsa; p=ABCD",
            "v=DKIM1; k=rsa; p=AB\" \"CD",
            "target.example.net.",
            "p=AB \"CD\"",
        ] {
            check(text, None);
        }
    }
}
