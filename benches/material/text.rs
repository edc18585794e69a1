//! Bodies of the kinds that mail has.

/// The words that text is made of, of the lengths that words have.
const WORDS: [&str; 24] = [
    "a",
    "of",
    "to",
    "the",
    "and",
    "for",
    "mail",
    "that",
    "with",
    "from",
    "have",
    "this",
    "about",
    "would",
    "there",
    "their",
    "please",
    "attached",
    "message",
    "signature",
    "between",
    "however",
    "meeting",
    "understanding",
];

/// No line is longer, its line end not counted.
const LINE: usize = 72;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Single spaces, lines that end in CRLF, an empty line now and then.
    Clean,
    /// A double space every 40 words, and one line in 20 ends in spaces.
    Ragged,
    /// As clean text, with bare line feeds.
    BareLineFeeds,
    /// Lines of 76 letters, as base64 has them.
    Base64,
}

/// A body of `size` octets, or a few less: it ends with a whole line.
pub fn body(writing: Writing, size: usize) -> Vec<u8> {
    let mut body = match writing {
        Writing::Base64 => base64(size),
        Writing::Clean | Writing::BareLineFeeds => prose(size, false),
        Writing::Ragged => prose(size, true),
    };
    if writing == Writing::BareLineFeeds {
        body.retain(|&octet| octet != b'\r');
    }
    body
}

/// Numbers without a pattern, the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % limit
    }
}

fn prose(size: usize, ragged: bool) -> Vec<u8> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut body = Vec::with_capacity(size);
    let mut words = 0;
    let mut line = Vec::with_capacity(LINE);
    loop {
        let word = WORDS[numbers.below(WORDS.len())];
        if line.len() + word.len() > LINE {
            if ragged && numbers.below(20) == 0 {
                let spaces = 1 + numbers.below(3);
                line.extend_from_slice(&b"   "[..spaces]);
            } else {
                while line.last() == Some(&b' ') {
                    line.pop();
                }
            }
            line.extend_from_slice(b"\r\n");
            if numbers.below(12) == 0 {
                line.extend_from_slice(b"\r\n");
            }
            if body.len() + line.len() > size {
                return body;
            }
            body.append(&mut line);
        }
        words += 1;
        line.extend_from_slice(word.as_bytes());
        line.extend_from_slice(if ragged && words % 40 == 0 {
            b"  "
        } else {
            b" "
        });
    }
}

fn base64(size: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut numbers = Numbers(0x0123_4567_89ab_cdef);
    let mut body = Vec::with_capacity(size);
    while body.len() + 78 <= size {
        body.extend((0..76).map(|_| ALPHABET[numbers.below(64)]));
        body.extend_from_slice(b"\r\n");
    }
    body
}
