//! Hexadecimal digits.

/// The octet that the next two hexadecimal digits are.
pub(crate) fn hex_pair<'a>(octets: &mut impl Iterator<Item = &'a u8>) -> Option<u8> {
    let mut digit = || char::from(*octets.next()?).to_digit(16);
    let (high, low) = (digit()?, digit()?);
    u8::try_from(16 * high + low).ok()
}
