//! Reading Authentication-Results fields, well-formed and not.

/// What an Authentication-Results field says about DKIM.
///
/// Fields differ a lot from the grammar of RFC 8601 §2.2, so whatever can be told is told. All
/// text is as a stranger wrote it: to be escaped before it is printed, and to be believed only
/// where the authserv-id is one's own (RFC 8601 §1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationResults {
    /// Who says so (authserv-id); `None` where the field begins with a result, as some do.
    pub authserv_id: Option<String>,
    /// The results of DKIM, in order; none where it was not tried or there is nothing but `none`.
    pub dkim: Vec<DkimResult>,
    /// The first result of DMARC in lower case, if there is one.
    pub dmarc: Option<String>,
}

/// A result of DKIM in an [`AuthenticationResults`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DkimResult {
    /// The result in lower case: `pass`, `fail` and so on (RFC 8601 §2.7.1), or something else.
    pub result: String,
    /// Why (`reason=`).
    pub reason: Option<String>,
    /// `header.d`.
    pub domain: Option<String>,
    /// `header.s`.
    pub selector: Option<String>,
    /// `header.i`.
    pub identity: Option<String>,
    /// `header.a`.
    pub algorithm: Option<String>,
    /// `header.b`: the start of the signature (RFC 6008 §4).
    pub signature: Option<String>,
}

impl AuthenticationResults {
    /// Reads the value of a field. Takes time and memory in proportion to its length.
    ///
    /// ```
    /// use dkim_toolkit::authentication_results::AuthenticationResults;
    ///
    /// let value = b" mx.example.org; spf=none; dkim=pass (2048-bit key) header.i=@example.com";
    /// let results = AuthenticationResults::parse(value);
    /// assert_eq!(results.authserv_id.as_deref(), Some("mx.example.org"));
    /// assert_eq!(results.dkim[0].result, "pass");
    /// assert_eq!(results.dkim[0].signing_domain(), Some("example.com"));
    /// ```
    #[must_use]
    pub fn parse(value: &[u8]) -> Self {
        let mut scanner = Scanner { rest: value };
        let mut results = Self::default();
        let mut segment = Segment::default();
        let mut may_be_id = true;
        loop {
            match scanner.next() {
                Token::Word(word) => segment.word(word),
                Token::Equals => {
                    let value = scanner.value();
                    segment.pair(value);
                }
                end @ (Token::Semicolon | Token::End) => {
                    may_be_id = std::mem::take(&mut segment).close(&mut results, may_be_id);
                    if matches!(end, Token::End) {
                        return results;
                    }
                }
            }
        }
    }
}

impl DkimResult {
    /// The domain that signed: `header.d`, or that of `header.i` where an older field has this
    /// alone.
    #[must_use]
    pub fn signing_domain(&self) -> Option<&str> {
        let of_identity = || Some(self.identity.as_deref()?.rsplit_once('@')?.1);
        self.domain.as_deref().or_else(of_identity)
    }
}

/// What stands between two semicolons.
#[derive(Default)]
struct Segment {
    /// The words that no `=` has followed so far, if they belong together: `header.d`.
    name: String,
    /// The first word.
    first: Option<String>,
    has_pairs: bool,
    /// The result of DKIM, if it is about that.
    dkim: Option<DkimResult>,
    /// The result of DMARC, if it is about that.
    dmarc: Option<String>,
    is_instance: bool,
}

impl Segment {
    fn word(&mut self, word: String) {
        if self.first.is_none() {
            self.first = Some(word.clone());
        }
        // `header . d` and `dkim / 1` are one name.
        let joins = |octet: char| matches!(octet, '.' | '/');
        if self.name.ends_with(joins) || word.starts_with(joins) {
            self.name.push_str(&word);
        } else {
            self.name = word;
        }
    }

    fn pair(&mut self, value: String) {
        let name = std::mem::take(&mut self.name).to_ascii_lowercase();
        if !std::mem::replace(&mut self.has_pairs, true) {
            let method = name.split('/').next().unwrap_or_default();
            self.is_instance = method == "i";
            if method == "dmarc" {
                self.dmarc = Some(value.to_ascii_lowercase());
            } else if method == "dkim" {
                self.dkim = Some(DkimResult {
                    result: value.to_ascii_lowercase(),
                    ..DkimResult::default()
                });
            }
            return;
        }
        let Some(dkim) = &mut self.dkim else {
            return;
        };
        let place = match name.as_str() {
            "reason" => &mut dkim.reason,
            "header.d" => &mut dkim.domain,
            "header.s" => &mut dkim.selector,
            "header.i" => &mut dkim.identity,
            "header.a" => &mut dkim.algorithm,
            "header.b" => &mut dkim.signature,
            _ => return,
        };
        place.get_or_insert(value);
    }

    /// Takes what the segment says. Whether the next one may be the authserv-id: the first may,
    /// and in ARC-Authentication-Results the one behind the instance, `i=1` (RFC 8617 §4.1.1).
    fn close(self, results: &mut AuthenticationResults, may_be_id: bool) -> bool {
        results.dkim.extend(self.dkim);
        if results.dmarc.is_none() {
            results.dmarc = self.dmarc;
        }
        if may_be_id && !self.has_pairs {
            results.authserv_id = self.first;
        }
        may_be_id && self.is_instance
    }
}

enum Token {
    Word(String),
    Equals,
    Semicolon,
    End,
}

/// Takes a field's value apart. What is not closed ends with the field.
struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    fn next(&mut self) -> Token {
        self.skip_blank();
        match self.rest.first() {
            None => Token::End,
            Some(b';') => {
                self.rest = &self.rest[1..];
                Token::Semicolon
            }
            Some(b'=') => {
                self.rest = &self.rest[1..];
                Token::Equals
            }
            Some(_) => Token::Word(self.take_text(|octet| matches!(octet, b';' | b'='))),
        }
    }

    /// What stands behind a `=`. There, another one is a part of it, as in base64.
    fn value(&mut self) -> String {
        self.skip_blank();
        self.take_text(|octet| octet == b';')
    }

    /// Takes text up to white space, a comment or an octet that ends it. A quoted string alone
    /// loses its quotes; one that is a part of the text (`"a b"@example.com`) keeps them.
    fn take_text(&mut self, ends: impl Fn(u8) -> bool) -> String {
        let mut text = Vec::new();
        let mut bare = Vec::new();
        let mut quoted_strings = 0;
        let mut others = false;
        while let Some((&octet, rest)) = self.rest.split_first() {
            if ends(octet) || is_blank(octet) || octet == b'(' {
                break;
            }
            self.rest = rest;
            text.push(octet);
            if octet == b'"' {
                quoted_strings += 1;
                self.take_quoted(&mut text, &mut bare);
            } else {
                others = true;
            }
        }
        let octets = if quoted_strings == 1 && !others {
            bare
        } else {
            text
        };
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// Takes a quoted string from behind its first quote: as it stands, and what it means.
    fn take_quoted(&mut self, text: &mut Vec<u8>, bare: &mut Vec<u8>) {
        while let Some((&octet, rest)) = self.rest.split_first() {
            self.rest = rest;
            // Folds are no part of it.
            if matches!(octet, b'\r' | b'\n') {
                continue;
            }
            text.push(octet);
            match (octet, self.rest.split_first()) {
                (b'"', _) => return,
                (b'\\', Some((&escaped, rest))) => {
                    self.rest = rest;
                    text.push(escaped);
                    bare.push(escaped);
                }
                _ => bare.push(octet),
            }
        }
    }

    /// Skips white space, folds and comments, which may be in one another.
    fn skip_blank(&mut self) {
        let mut depth = 0_usize;
        while let Some((&octet, rest)) = self.rest.split_first() {
            match octet {
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b'\\' if depth > 0 => {
                    self.rest = rest.get(1..).unwrap_or_default();
                    continue;
                }
                _ if depth == 0 && !is_blank(octet) => return,
                _ => {}
            }
            self.rest = rest;
        }
    }
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The authserv-id, and of each result what there is: `result d=… s=… i=… a=… b=… reason=…`.
    fn check(value: &str, id: Option<&str>, expected: &[&str]) {
        let results = AuthenticationResults::parse(value.as_bytes());
        assert_eq!(results.authserv_id.as_deref(), id, "{value:?}");
        let shown: Vec<String> = results.dkim.iter().map(shown).collect();
        assert_eq!(shown, expected, "{value:?}");
    }

    fn shown(result: &DkimResult) -> String {
        let DkimResult {
            result,
            reason,
            domain,
            selector,
            identity,
            algorithm,
            signature,
        } = result;
        let mut shown = result.clone();
        for (name, value) in [
            ("d", domain),
            ("s", selector),
            ("i", identity),
            ("a", algorithm),
            ("b", signature),
            ("reason", reason),
        ] {
            if let Some(value) = value {
                shown.push_str(&format!(" {name}={value}"));
            }
        }
        shown
    }

    #[test]
    fn as_the_standard_has_it() {
        check("example.org; none", Some("example.org"), &[]);
        check("example.org 1; none", Some("example.org"), &[]);
        check("\"mx 1\"; dkim=none", Some("mx 1"), &["none"]);
        check(
            " mx.example.org 1;\r\n dkim=pass (2048-bit key; (good) \\) signature)\r\n\
             \treason=\"good signature\" header.d=example.com header.i=@example.com\r\n\
             \theader.s=s1 header.a=rsa-sha256 header.b=\"aB/+c\\d=\";\r\n spf=fail smtp.mailfrom=x@y",
            Some("mx.example.org"),
            &[
                "pass d=example.com s=s1 i=@example.com a=rsa-sha256 b=aB/+cd= reason=good signature",
            ],
        );
        check(
            "(c) mx (c) ; (c) DKIM (c) / (c) 1 (c) = (c) Pass (c) header (c) . (c) D (c) = (c) x.example (c)",
            Some("mx"),
            &["pass d=x.example"],
        );
        check(
            "mx; dkim=fail reason=\"a; dkim=pass header.d=evil.example\" header.i=\"a;b\"@x.example",
            Some("mx"),
            &["fail i=\"a;b\"@x.example reason=a; dkim=pass header.d=evil.example"],
        );
        check(
            "mx; dkim=fail (; dkim=pass header.d=evil.example) header.d=x.example; dkim=pass header.d=y.example",
            Some("mx"),
            &["fail d=x.example", "pass d=y.example"],
        );
    }

    #[test]
    fn as_servers_write_it() {
        // header.i alone, as before header.d was registered.
        check(
            "mx.google.com; dkim=pass header.i=@gmail.com header.s=20230601 header.b=Ab/c12+=;",
            Some("mx.google.com"),
            &["pass s=20230601 i=@gmail.com b=Ab/c12+="],
        );
        // Without an authserv-id.
        check(
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=pass (signature was \
             verified) header.d=x.example;dmarc=pass action=none header.from=x.example;",
            None,
            &["pass d=x.example"],
        );
        check(
            "i=1; mx.google.com; dkim=pass header.i=@x.example; arc=none",
            Some("mx.google.com"),
            &["pass i=@x.example"],
        );
        check(
            "mta1.example; domainkeys=neutral (no sig); from=x.example; dkim=permerror (no key)",
            Some("mta1.example"),
            &["permerror"],
        );
        // Values that only look like a result.
        check(
            "mx; spf=pass dkim=pass; x-dkim=pass; dkim-adsp=pass",
            Some("mx"),
            &[],
        );
        check(
            "mx; dkim=pass header.d=a.example header.d=b.example",
            Some("mx"),
            &["pass d=a.example"],
        );
    }

    #[test]
    fn as_nobody_should() {
        for (value, id, expected) in [
            ("", None, &[][..]),
            (";;;", None, &[]),
            ("mx; dkim", Some("mx"), &[]),
            ("mx; dkim=", Some("mx"), &[""]),
            (
                "mx; dkim=pass (never closed header.d=x",
                Some("mx"),
                &["pass"],
            ),
            (
                "mx; dkim=pass header.d=\"never closed",
                Some("mx"),
                &["pass d=never closed"],
            ),
            ("mx; dkim=pass header.d=\"\\", Some("mx"), &["pass d=\\"]),
            ("mx; dkim=pass (\\", Some("mx"), &["pass"]),
            ("mx; =pass header.d=x", Some("mx"), &[]),
            ("))mx; dkim=pass", Some("))mx"), &["pass"]),
        ] {
            check(value, id, expected);
        }
        let results = AuthenticationResults::parse(b"mx\xff; dkim=pass header.d=\xff\0");
        assert_eq!(results.dkim[0].domain.as_deref(), Some("\u{fffd}\0"));
    }

    #[test]
    fn work_is_linear() {
        for (piece, tail) in [
            ("(", ")"),
            ("\"", ""),
            (".", ""),
            ("a . ", "=x"),
            ("dkim=pass;", ""),
            ("=", ""),
        ] {
            let value = format!("mx; dkim=x {}{tail}", piece.repeat(1_000_000 / piece.len()));
            let _ = AuthenticationResults::parse(value.as_bytes());
        }
    }

    #[test]
    fn domains_of_old_fields() {
        let domain = |value: &str| {
            let results = AuthenticationResults::parse(value.as_bytes());
            results.dkim[0].signing_domain().map(str::to_owned)
        };
        assert_eq!(
            domain("mx; dkim=pass header.i=a@x.example").as_deref(),
            Some("x.example")
        );
        assert_eq!(
            domain("mx; dkim=pass header.i=@s.x.example header.d=x.example").as_deref(),
            Some("x.example")
        );
        assert_eq!(domain("mx; dkim=pass"), None);
    }
}
