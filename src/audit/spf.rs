//! The domains that an SPF record refers to (RFC 7208 §5.2, §6.1): signs of who sends the mail.

use crate::identifier::DomainName;

/// The domains of `include:` and `redirect=` in the SPF records among texts. Names with
/// macros are left out.
pub(super) fn includes<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Vec<DomainName> {
    texts
        .filter_map(|text| terms(str::from_utf8(text).ok()?))
        .flatten()
        .filter_map(|term| domain(&term))
        .collect()
}

/// The terms of an SPF record, in lower case; `None` if the text is for something else.
fn terms(text: &str) -> Option<Vec<String>> {
    let text = text.to_ascii_lowercase();
    let mut words = text.split_ascii_whitespace();
    (words.next()? == "v=spf1").then(|| words.map(str::to_owned).collect())
}

fn domain(term: &str) -> Option<DomainName> {
    let term = term.trim_start_matches(['+', '-', '~', '?']);
    let name = term
        .strip_prefix("include:")
        .or_else(|| term.strip_prefix("redirect="))?;
    name.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_and_redirects() {
        let check = |text: &str, expected: &[&str]| {
            let found = includes([text.as_bytes()].into_iter());
            let found: Vec<&str> = found.iter().map(DomainName::to_ascii).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "v=spf1 ip4:192.0.2.0/24 include:_spf.example.net ?include:b.example -all",
            &["_spf.example.net", "b.example"],
        );
        check("V=SPF1 REDIRECT=_spf.Example.net.", &["_spf.example.net"]);
        check("v=spf1 include:%{i}._spf.example.net -all", &[]);
        check("v=spf10 include:a.example", &[]);
        check("v=DKIM1; include:a.example", &[]);
        check("", &[]);
    }
}
