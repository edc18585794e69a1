//! Lists of addresses, strictly as the grammar has them (RFC 5322 §3.4, with the obsolete forms
//! of §4.4, UTF-8 of RFC 6532 §3.2 and the groups of RFC 6854).
//!
//! Where a list is not grammatical, mail programs differ about whose it is, so nothing is guessed
//! here. Of the obsolete grammar, control characters in quoted strings and comments are not taken
//! (RFC 5322 §4.1): some programs end a text at one.

use crate::message::LineEndings;

/// The addresses of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AddressList {
    /// Each address without comments and white space around its parts; quoted strings are as
    /// they were written, but for folds.
    pub(super) addresses: Vec<String>,
    /// Whether there are groups, of which the addresses are among the others.
    pub(super) has_groups: bool,
}

/// Reads the value of a From field: `None` where it is not grammatical. Takes time in proportion
/// to its length.
pub(super) fn address_list(value: &[u8], line_endings: LineEndings) -> Option<AddressList> {
    let text = std::str::from_utf8(value).ok()?;
    let tokens = Scanner::new(text, line_endings).tokens()?;
    let mut reader = Reader {
        tokens: &tokens,
        list: AddressList::default(),
    };
    let is_empty = !reader.list(true)?;
    (!is_empty && reader.tokens.is_empty()).then_some(reader.list)
}

/// What a list is made of. Comments and white space may stand between any two tokens
/// (RFC 5322 §3.2.2, §4.4), so they are none.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Atom(&'a str),
    /// With its quotes.
    QuotedString(String),
    /// With its brackets, without white space.
    DomainLiteral(String),
    Special(char),
}

/// Takes a text apart.
struct Scanner<'a> {
    rest: &'a str,
    line_endings: LineEndings,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, line_endings: LineEndings) -> Self {
        Self {
            rest: text,
            line_endings,
        }
    }

    fn tokens(mut self) -> Option<Vec<Token<'a>>> {
        let mut tokens = Vec::with_capacity(16);
        self.skip_blank()?;
        while let Some(first) = self.rest.chars().next() {
            tokens.push(match first {
                '"' => Token::QuotedString(self.quoted_string()?),
                '[' => Token::DomainLiteral(self.domain_literal()?),
                '<' | '>' | '@' | ',' | ':' | ';' | '.' => {
                    self.take();
                    Token::Special(first)
                }
                _ => Token::Atom(self.atom()?),
            });
            self.skip_blank()?;
        }
        Some(tokens)
    }

    fn take(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    /// An atom's text (RFC 5322 §3.2.3). Encoded words are atoms (RFC 2047 §2).
    fn atom(&mut self) -> Option<&'a str> {
        let is_end = |character: char| !is_atom_character(character);
        let length = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(length);
        self.rest = rest;
        (!atom.is_empty()).then_some(atom)
    }

    /// A quoted string (RFC 5322 §3.2.4), unfolded.
    fn quoted_string(&mut self) -> Option<String> {
        let mut text = String::new();
        text.push(self.take()?);
        loop {
            self.skip_line_end()?;
            let character = self.take_text()?;
            text.push(character);
            match character {
                '\\' => text.push(self.take_text()?),
                '"' => return Some(text),
                _ => {}
            }
        }
    }

    /// A domain literal (RFC 5322 §3.4.1, §4.4).
    fn domain_literal(&mut self) -> Option<String> {
        let mut text = String::new();
        text.push(self.take()?);
        loop {
            self.skip_line_end()?;
            match self.take_text()? {
                '[' => return None,
                ' ' | '\t' => {}
                '\\' => text.extend(['\\', self.take_text()?]),
                ']' => {
                    text.push(']');
                    return Some(text);
                }
                character => text.push(character),
            }
        }
    }

    /// Skips white space, folds and comments, which may be in one another.
    fn skip_blank(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_line_end()?;
            match self.rest.chars().next() {
                None => return (depth == 0).then_some(()),
                Some(' ' | '\t') => {}
                Some('(') => depth += 1,
                Some(_) if depth == 0 => return Some(()),
                Some(')') => depth -= 1,
                Some('\\') => {
                    self.take();
                    self.take_text()?;
                    continue;
                }
                Some(_) => {}
            }
            self.take_text()?;
        }
    }

    /// A character that may be in a comment, a quoted string or a domain literal, or behind a
    /// backslash there.
    fn take_text(&mut self) -> Option<char> {
        self.take()
            .filter(|&character| character == '\t' || !character.is_ascii_control())
    }

    /// Skips the line end of a fold, if there is one; `None` for one that is no fold.
    fn skip_line_end(&mut self) -> Option<()> {
        let lenient = self.line_endings == LineEndings::Lenient;
        let after = self.rest.strip_prefix("\r\n");
        let after = after.or_else(|| self.rest.strip_prefix('\n').filter(|_| lenient));
        if let Some(after) = after {
            // The obsolete grammar allows for lines of white space alone (RFC 5322 §4.2).
            self.rest = after.starts_with([' ', '\t']).then_some(after)?;
        }
        Some(())
    }
}

/// Whether a character may be in an atom (RFC 5322 §3.2.3, RFC 6532 §3.2).
fn is_atom_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '!' | '#'..='\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^'..='`' | '{'..='~')
        || !character.is_ascii()
}

/// Reads tokens as a list.
struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    list: AddressList,
}

impl<'t, 'a> Reader<'t, 'a> {
    /// Elements between commas, any of which may be empty (`obs-addr-list`, RFC 5322 §4.4): those
    /// of a field or of a group. Whether there was one that is not.
    fn list(&mut self, with_groups: bool) -> Option<bool> {
        let mut found = false;
        loop {
            if !matches!(self.tokens, [] | [Token::Special(',' | ';'), ..]) {
                self.address(with_groups)?;
                found = true;
            }
            if !self.skip(',') {
                return Some(found);
            }
        }
    }

    /// A mailbox or, where they are allowed, a group.
    fn address(&mut self, with_groups: bool) -> Option<()> {
        let words = self.words();
        if self.skip('@') {
            return self.domain_of(words);
        }
        // A phrase, which begins with a word (`obs-phrase`, RFC 5322 §4.1).
        let has_phrase = match words.first() {
            None => false,
            Some(Token::Special(_)) => return None,
            Some(_) => true,
        };
        if self.skip('<') {
            return self.angle_address();
        }
        if !(with_groups && has_phrase && self.skip(':')) {
            return None;
        }
        self.list.has_groups = true;
        self.list(false)?;
        self.skip(';').then_some(())
    }

    /// What follows `<`, with the route that mail took in former times.
    fn angle_address(&mut self) -> Option<()> {
        if matches!(self.tokens, [Token::Special('@' | ','), ..]) {
            self.route()?;
        }
        let local_part = self.words();
        if !self.skip('@') {
            return None;
        }
        self.domain_of(local_part)?;
        self.skip('>').then_some(())
    }

    /// `@relay.example,@other.example:`, which is to be ignored (`obs-route`, RFC 5322 §4.4).
    fn route(&mut self) -> Option<()> {
        while self.skip(',') {}
        if !self.skip('@') {
            return None;
        }
        let mut ignored = String::new();
        self.domain(&mut ignored)?;
        while self.skip(',') {
            if self.skip('@') {
                self.domain(&mut ignored)?;
            }
        }
        self.skip(':').then_some(())
    }

    /// What follows the `@` behind a local part; adds the address.
    fn domain_of(&mut self, local_part: &[Token]) -> Option<()> {
        let mut address = String::with_capacity(64);
        let is_word = |token: &Token| !matches!(token, Token::Special(_));
        push_dotted(&mut address, local_part, is_word)?;
        address.push('@');
        self.domain(&mut address)?;
        self.list.addresses.push(address);
        Some(())
    }

    /// Reads a domain, and adds it to `text`.
    fn domain(&mut self, text: &mut String) -> Option<()> {
        if let [Token::DomainLiteral(literal), rest @ ..] = self.tokens {
            self.tokens = rest;
            text.push_str(literal);
            return Some(());
        }
        let is_atom = |token: &Token| matches!(token, Token::Atom(_));
        push_dotted(text, self.words(), is_atom)
    }

    /// The words and dots that come next.
    fn words(&mut self) -> &'t [Token<'a>] {
        let is_other = |token: &Token| match token {
            Token::Atom(_) | Token::QuotedString(_) => false,
            Token::DomainLiteral(_) => true,
            Token::Special(character) => *character != '.',
        };
        let length = self.tokens.iter().position(is_other);
        let (words, rest) = self.tokens.split_at(length.unwrap_or(self.tokens.len()));
        self.tokens = rest;
        words
    }

    fn skip(&mut self, character: char) -> bool {
        let skips = self.tokens.first() == Some(&Token::Special(character));
        if skips {
            self.tokens = &self.tokens[1..];
        }
        skips
    }
}

/// Adds words with a dot between each two, which may have white space around it
/// (`obs-local-part`, RFC 5322 §4.4).
fn push_dotted(
    text: &mut String,
    tokens: &[Token],
    is_word: impl Fn(&Token) -> bool,
) -> Option<()> {
    for (at, token) in tokens.iter().enumerate() {
        if is_word(token) != (at % 2 == 0) {
            return None;
        }
        match token {
            Token::Atom(atom) => text.push_str(atom),
            Token::QuotedString(quoted) => text.push_str(quoted),
            Token::Special('.') => text.push('.'),
            Token::DomainLiteral(_) | Token::Special(_) => return None,
        }
    }
    (tokens.len() % 2 == 1).then_some(())
}

#[cfg(test)]
mod tests;
