//! DER as key records have it, read as tolerantly as `OpenSSL` reads it.
//!
//! Most receivers hand `p=` to `OpenSSL`, which takes more than DER allows; a key that it takes is
//! in use, so this reader takes it too and says what was wrong (a [`DerFlaw`]). The crate `der`,
//! with which keys are written, refuses such keys without a word on what is wrong: hence a reader
//! of our own. It looks at each byte at most once and allocates nothing but the list of flaws.

use std::fmt;

/// The tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// The tag of a BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// The tag of an OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// The tag of a NULL.
const NULL: u8 = 0x05;
/// The tag of an OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// The tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017 §A.1).
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// `id-Ed25519`, 1.3.101.112 (RFC 8410 §3).
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// One way in which an encoding departs from DER and can be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DerFlaw {
    /// Octets follow the structure.
    TrailingOctets,
    /// The algorithm has no parameters, where RSA must have a NULL (RFC 8017 §A.1).
    MissingNull,
    /// The algorithm has other parameters than the NULL that RSA must have (RFC 8017 §A.1).
    UnexpectedParameters,
    /// A number lacks the zero octet before its high bit: to the letter it is negative.
    MissingLeadingZero,
    /// A number begins with more zero octets than it needs.
    ExtraLeadingZeros,
    /// A length is written with more octets than it needs.
    LongLength,
}

impl fmt::Display for DerFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrailingOctets => "octets follow the key",
            Self::MissingNull => "the algorithm lacks its NULL parameters",
            Self::UnexpectedParameters => "the algorithm has parameters other than NULL",
            Self::MissingLeadingZero => "a number lacks its leading zero octet",
            Self::ExtraLeadingZeros => "a number has too many leading zero octets",
            Self::LongLength => "a length is longer than it needs to be",
        })
    }
}

/// Why octets are not DER, not even sloppy DER, of the structure that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DerError {
    /// The octets end before the structure does: what remains of a key that was cut off.
    Truncated {
        /// The octets that the structure needs at least.
        expected: usize,
        /// The octets that there are.
        present: usize,
    },
    /// An element is longer than the structure around it, or the structure ends before its last
    /// element.
    Overrun,
    /// An element of another type than the one that must stand there.
    UnexpectedTag {
        /// The tag octet that must stand there.
        expected: u8,
        /// The tag octet that stands there.
        found: u8,
    },
    /// A length without an end (BER's indefinite form) or beyond 32 bits.
    BadLength,
    /// A number without octets.
    EmptyNumber,
    /// A BIT STRING that does not consist of whole octets.
    UnusedBits,
    /// More elements than the structure has.
    ExtraElement,
}

impl fmt::Display for DerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { expected, present } => {
                write!(f, "it ends after {present} octets of at least {expected}")
            }
            Self::Overrun => f.write_str("an element does not fit into the structure around it"),
            Self::UnexpectedTag { expected, found } => {
                write!(
                    f,
                    "an element has the tag 0x{found:02x} instead of 0x{expected:02x}"
                )
            }
            Self::BadLength => f.write_str("an element has an impossible length"),
            Self::EmptyNumber => f.write_str("a number has no octets"),
            Self::UnusedBits => f.write_str("a bit string does not consist of whole octets"),
            Self::ExtraElement => f.write_str("there are more elements than a key has"),
        }
    }
}

impl std::error::Error for DerError {}

/// The flaws that a reading met, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flaws(Vec<DerFlaw>);

impl Flaws {
    pub(crate) fn note(&mut self, flaw: DerFlaw) {
        if !self.0.contains(&flaw) {
            self.0.push(flaw);
        }
    }

    pub(crate) fn as_slice(&self) -> &[DerFlaw] {
        &self.0
    }
}

/// A tag and the contents that follow its length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
}

/// Reads one element after another from the contents of a structure.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Whether `rest` is the whole input, so that a missing end means a truncated key.
    outermost: bool,
}

impl<'a> Reader<'a> {
    /// A reader of a whole input.
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        let outermost = true;
        Self {
            rest: octets,
            outermost,
        }
    }

    /// A reader of an element's contents.
    pub(crate) const fn inside(contents: &'a [u8]) -> Self {
        let outermost = false;
        Self {
            rest: contents,
            outermost,
        }
    }

    /// The octets that are not yet read.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next element's tag; `None` at the end.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Reads the next element, whatever it is.
    pub(crate) fn any(&mut self, flaws: &mut Flaws) -> Result<Element<'a>, DerError> {
        let (&tag, after_tag) = self.rest.split_first().ok_or_else(|| self.end(2))?;
        let (length, after_length) = self.length(after_tag, flaws)?;
        let Some((contents, rest)) = after_length.split_at_checked(length) else {
            let header = self.rest.len() - after_length.len();
            return Err(self.end(header.saturating_add(length)));
        };
        self.rest = rest;
        Ok(Element { tag, contents })
    }

    /// Reads the next element, which must have `tag`, and returns its contents.
    pub(crate) fn expect(&mut self, tag: u8, flaws: &mut Flaws) -> Result<&'a [u8], DerError> {
        // The tag first: text that is no DER at all should not be called truncated DER.
        match self.peek() {
            Some(found) if found != tag => Err(DerError::UnexpectedTag {
                expected: tag,
                found,
            }),
            _ => Ok(self.any(flaws)?.contents),
        }
    }

    /// Reads an INTEGER as an unsigned number: its octets without leading zeros, none for zero.
    pub(crate) fn number(&mut self, flaws: &mut Flaws) -> Result<&'a [u8], DerError> {
        let contents = self.expect(INTEGER, flaws)?;
        let first = *contents.first().ok_or(DerError::EmptyNumber)?;
        let zeros = contents.iter().take_while(|&&octet| octet == 0).count();
        let magnitude = &contents[zeros..];
        let needed = match magnitude.first() {
            Some(&high) => usize::from(high >= 0x80),
            None => 1,
        };
        if first >= 0x80 {
            flaws.note(DerFlaw::MissingLeadingZero);
        } else if zeros > needed {
            flaws.note(DerFlaw::ExtraLeadingZeros);
        }
        Ok(magnitude)
    }

    /// Reads a BIT STRING of whole octets.
    pub(crate) fn bit_string(&mut self, flaws: &mut Flaws) -> Result<&'a [u8], DerError> {
        match self.expect(BIT_STRING, flaws)?.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(DerError::UnusedBits),
        }
    }

    /// Reads a length, `after_tag` on, and returns it with what follows it.
    fn length(
        &self,
        after_tag: &'a [u8],
        flaws: &mut Flaws,
    ) -> Result<(usize, &'a [u8]), DerError> {
        let (&first, rest) = after_tag.split_first().ok_or_else(|| self.end(2))?;
        if first < 0x80 {
            return Ok((usize::from(first), rest));
        }
        let count = usize::from(first & 0x7f);
        if count == 0 {
            return Err(DerError::BadLength);
        }
        let (octets, rest) = rest
            .split_at_checked(count)
            .ok_or_else(|| self.end(2 + count))?;
        let zeros = octets.iter().take_while(|&&octet| octet == 0).count();
        if octets.len() - zeros > size_of::<u32>() {
            return Err(DerError::BadLength);
        }
        let length = octets
            .iter()
            .fold(0_u32, |length, &octet| length << 8 | u32::from(octet));
        if zeros > 0 || length < 0x80 {
            flaws.note(DerFlaw::LongLength);
        }
        let length = usize::try_from(length).map_err(|_| DerError::BadLength)?;
        Ok((length, rest))
    }

    /// The error for an end before `expected` octets from here.
    fn end(&self, expected: usize) -> DerError {
        if self.outermost {
            DerError::Truncated {
                expected,
                present: self.rest.len(),
            }
        } else {
            DerError::Overrun
        }
    }
}

/// What an `AlgorithmIdentifier` has after its OBJECT IDENTIFIER, and that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) parameters: Option<Element<'a>>,
}

impl<'a> Algorithm<'a> {
    /// Reads the contents of an `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
    pub(crate) fn read(contents: &'a [u8], flaws: &mut Flaws) -> Result<Self, DerError> {
        let mut reader = Reader::inside(contents);
        let oid = reader.expect(OBJECT_IDENTIFIER, flaws)?;
        let parameters = reader
            .peek()
            .is_some()
            .then(|| reader.any(flaws))
            .transpose()?;
        if !reader.rest().is_empty() {
            return Err(DerError::ExtraElement);
        }
        Ok(Self { oid, parameters })
    }

    /// Notes what is wrong with the parameters of an RSA key, which must be NULL.
    pub(crate) fn note_rsa_flaws(&self, flaws: &mut Flaws) {
        match self.parameters {
            None => flaws.note(DerFlaw::MissingNull),
            Some(Element {
                tag: NULL,
                contents: [],
            }) => {}
            Some(_) => flaws.note(DerFlaw::UnexpectedParameters),
        }
    }

    /// The algorithm's name, for people: a well-known one, or else its number.
    pub(crate) fn name(&self) -> String {
        match self.oid {
            RSA_ENCRYPTION => "RSA".to_owned(),
            ED25519 => "Ed25519".to_owned(),
            [0x2b, 0x65, 0x6e] => "X25519".to_owned(),
            [0x2b, 0x65, 0x6f] => "X448".to_owned(),
            [0x2b, 0x65, 0x71] => "Ed448".to_owned(),
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10] => "RSASSA-PSS".to_owned(),
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => "EC".to_owned(),
            [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1] => "DSA".to_owned(),
            other => dotted(other),
        }
    }
}

/// An OBJECT IDENTIFIER in dotted decimal, shortened where it is absurdly long.
fn dotted(oid: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc = 0_u64;
    for &octet in oid.iter().take(32) {
        arc = arc.saturating_mul(128) | u64::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if arcs.is_empty() {
                // The first two arcs share one number (X.690 §8.19.4).
                let first = (arc / 40).min(2);
                arcs.push(first.to_string());
                arc -= first * 40;
            }
            arcs.push(arc.to_string());
            arc = 0;
        }
    }
    format!("OID {}", arcs.join("."))
}

/// An element of `tag` around the concatenation of `parts`, for tests that need DER with faults.
#[cfg(test)]
pub(crate) fn encode(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    use pkcs8::der::asn1::AnyRef;
    use pkcs8::der::{Encode as _, Tag};

    let contents = parts.concat();
    let element = AnyRef::new(Tag::try_from(tag).unwrap(), &contents).unwrap();
    element.to_der().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(octets: &[u8]) -> (Result<Vec<u8>, DerError>, Vec<DerFlaw>) {
        let mut flaws = Flaws::default();
        let read = Reader::new(octets).number(&mut flaws).map(<[u8]>::to_vec);
        (read, flaws.0)
    }

    #[test]
    fn numbers_are_read_as_unsigned() {
        use DerFlaw::{ExtraLeadingZeros, LongLength, MissingLeadingZero};
        let rows: &[(&[u8], &[u8], &[DerFlaw])] = &[
            (&[2, 1, 0], &[], &[]),
            (&[2, 1, 3], &[3], &[]),
            (&[2, 1, 0x7f], &[0x7f], &[]),
            (&[2, 2, 0, 0x80], &[0x80], &[]),
            (&[2, 3, 1, 0, 1], &[1, 0, 1], &[]),
            (&[2, 1, 0x80], &[0x80], &[MissingLeadingZero]),
            (&[2, 2, 0, 3], &[3], &[ExtraLeadingZeros]),
            (&[2, 2, 0, 0], &[], &[ExtraLeadingZeros]),
            (&[2, 3, 0, 0, 0x80], &[0x80], &[ExtraLeadingZeros]),
            (&[2, 0x81, 1, 3], &[3], &[LongLength]),
            (&[2, 0x84, 0, 0, 0, 1, 3], &[3], &[LongLength]),
            (&[2, 0x86, 0, 0, 0, 0, 0, 1, 3], &[3], &[LongLength]),
            (&[2, 0x81, 2, 0, 3], &[3], &[LongLength, ExtraLeadingZeros]),
        ];
        for &(octets, magnitude, flaws) in rows {
            assert_eq!(
                number(octets),
                (Ok(magnitude.to_vec()), flaws.to_vec()),
                "{octets:02x?}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let truncated = |expected, present| DerError::Truncated { expected, present };
        let rows: &[(&[u8], DerError)] = &[
            (&[], truncated(2, 0)),
            (&[2], truncated(2, 1)),
            (&[2, 0x82, 1], truncated(4, 3)),
            (&[2, 3, 1, 2], truncated(5, 4)),
            (&[2, 0x82, 1, 0, 7], truncated(260, 5)),
            (&[2, 0], DerError::EmptyNumber),
            (&[2, 0x80, 1, 0, 0], DerError::BadLength),
            (&[2, 0x85, 1, 0, 0, 0, 0, 1], DerError::BadLength),
            (&[2, 0xff, 1], truncated(129, 3)),
            (
                b"MIGf",
                DerError::UnexpectedTag {
                    expected: INTEGER,
                    found: b'M',
                },
            ),
        ];
        for (octets, error) in rows {
            assert_eq!(number(octets).0.as_ref(), Err(error), "{octets:02x?}");
        }
        let mut inside = Reader::inside(&[2, 2, 1]);
        assert_eq!(inside.number(&mut Flaws::default()), Err(DerError::Overrun));
    }

    #[test]
    fn algorithms_have_names() {
        let rows: &[(&[u8], &str)] = &[
            (RSA_ENCRYPTION, "RSA"),
            (ED25519, "Ed25519"),
            (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1], "EC"),
            (&[0x55, 8, 1, 1], "OID 2.5.8.1.1"),
            (
                &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11],
                "OID 1.2.840.113549.1.1.11",
            ),
            (&[0x88, 0x37, 3], "OID 2.999.3"),
            (&[0xff; 100], "OID "),
            (&[], "OID "),
        ];
        for &(oid, name) in rows {
            let parameters = None;
            assert_eq!(Algorithm { oid, parameters }.name(), name);
        }
    }
}
