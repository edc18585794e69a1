//! The body of a message, kept to be explained.

/// The bytes of a body that are kept at most: a longer one is not explained.
pub const MAX_KEPT_BODY: usize = 128 * 1024 * 1024;

/// The body of a message as it stands, kept to be explained: all of it, or nothing if it is longer
/// than [`MAX_KEPT_BODY`].
#[derive(Clone, Debug, Default)]
pub struct KeptBody {
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl KeptBody {
    /// Takes the next bytes of the body, the empty line before it not included.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > MAX_KEPT_BODY {
            self.is_too_long = true;
            self.bytes = Vec::new();
        }
        if !self.is_too_long {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Puts bytes before those that are kept.
    pub(super) fn put_before(&mut self, start: &[u8]) {
        if !start.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.push(start);
            self.push(&bytes);
        }
    }

    /// The bytes of memory that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.capacity()
    }

    /// The body; `None` if it is too long.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        (!self.is_too_long).then_some(&self.bytes)
    }
}

impl From<&[u8]> for KeptBody {
    /// Keeps a whole body.
    fn from(bytes: &[u8]) -> Self {
        let mut body = Self::default();
        body.push(bytes);
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_kept() {
        let piece = vec![b'x'; MAX_KEPT_BODY / 2];
        let mut body = KeptBody::from(&piece[..]);
        body.push(&piece);
        assert_eq!(body.bytes().map(<[u8]>::len), Some(MAX_KEPT_BODY));
        body.push(b"x");
        assert_eq!((body.bytes(), body.size()), (None, 0));
        body.push(b"x");
        assert_eq!((body.bytes(), body.size()), (None, 0));
        assert_eq!(KeptBody::default().bytes(), Some(&b""[..]));
    }
}
