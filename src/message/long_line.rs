//! Lines that mail servers may cut (RFC 5322 §2.1.1).

use super::MAX_LINE;

/// So many octets without a line feed are an over-long line, whether the last of them is a CR.
const OVER_LONG: usize = MAX_LINE + 2;

/// Finds out whether any line is over-long.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LongLine {
    /// Octets since the last line feed.
    open: usize,
    /// Whether the last octet is a CR.
    after_cr: bool,
    found: bool,
}

impl LongLine {
    /// Whether there was an over-long line, the last one included.
    pub(crate) fn is_found(self) -> bool {
        self.found || self.length() > MAX_LINE
    }

    /// Takes octets, and looks at no more than the end of each thousand.
    pub(crate) fn update(&mut self, mut octets: &[u8]) {
        let Some(last) = octets.last() else {
            return;
        };
        let ends_in_cr = *last == b'\r';
        while !self.found {
            let window = &octets[..octets.len().min(OVER_LONG - self.open)];
            let Some(line_feed) = memchr::memrchr(b'\n', window) else {
                self.open += window.len();
                self.found = self.open >= OVER_LONG;
                break;
            };
            // Only a line feed at the very end of the window may end an over-long line.
            if self.open + line_feed + 1 == OVER_LONG {
                let line = &window[..line_feed];
                let after_cr = line.last().map_or(self.after_cr, |&octet| octet == b'\r');
                self.found = !after_cr && memchr::memrchr(b'\n', line).is_none();
            }
            octets = &octets[line_feed + 1..];
            self.open = 0;
            self.after_cr = false;
        }
        self.after_cr = ends_in_cr;
    }

    /// Takes one octet.
    pub(crate) fn update_octet(&mut self, octet: u8) {
        if octet == b'\n' {
            self.found |= self.length() > MAX_LINE;
            self.open = 0;
        } else {
            self.open += 1;
            self.found |= self.open >= OVER_LONG;
        }
        self.after_cr = octet == b'\r';
    }

    /// Takes so many octets, none of which is part of a line end.
    pub(crate) fn update_plain(&mut self, count: usize) {
        self.open += count;
        self.found |= self.open >= OVER_LONG;
        self.after_cr = false;
    }

    /// Takes octets whose line feeds are known, a bit each, the lowest for the first octet.
    #[inline]
    pub(crate) fn update_block(&mut self, octets: &[u8; 64], line_feeds: u64) {
        let behind = line_feeds.leading_zeros() as usize;
        let open = if line_feeds == 0 { self.open } else { 0 };
        self.update_known(octets, octets.len(), open + behind);
    }

    /// Takes octets, in no more than `reach` of which there is no line feed, and behind the last
    /// of which the line is `open` octets long.
    #[inline]
    pub(crate) fn update_known(&mut self, octets: &[u8], reach: usize, open: usize) {
        if self.open + reach > MAX_LINE {
            self.update(octets);
        } else {
            self.open = open;
            self.after_cr = octets.last() == Some(&b'\r');
        }
    }

    /// The length of the open line without what may be the first half of its end.
    fn length(self) -> usize {
        self.open - usize::from(self.after_cr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines() {
        let check = |lengths: &[usize], line_end: &str, expected: bool| {
            let body: String = lengths
                .iter()
                .map(|&length| "x".repeat(length) + line_end)
                .collect();
            for size in [1, 7, 999, 1000, 5000] {
                let mut long_line = LongLine::default();
                let mut by_octet = LongLine::default();
                for chunk in body.as_bytes().chunks(size) {
                    long_line.update(chunk);
                    for &octet in chunk {
                        by_octet.update_octet(octet);
                    }
                }
                let found = (long_line.is_found(), by_octet.is_found());
                assert_eq!(
                    found,
                    (expected, expected),
                    "{lengths:?} {line_end:?} by {size}"
                );
            }
        };
        check(&[998], "\r\n", false);
        check(&[999], "\r\n", true);
        check(&[998; 5], "\r\n", false);
        check(&[10, 998, 997, 0, 998], "\n", false);
        check(&[10, 999], "\n", true);
        check(&[10, 1000], "\n", true);
        check(&[70, 70, 70, 998, 70, 1200], "\r\n", true);
        check(&[2000], "", true);
        check(&[999], "", true);
        check(&[998], "", false);
        check(&[998], "\r", false);
        check(&[998, 0], "\r", true);
    }
}
