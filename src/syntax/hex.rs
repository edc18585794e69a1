//! Hexadecimal digits.

/// The byte that the next two characters are as hexadecimal digits; `None` if there are no two or
/// if they are something else.
pub(crate) fn hex_pair<'a>(characters: &mut impl Iterator<Item = &'a u8>) -> Option<u8> {
    let mut digit = || char::from(*characters.next()?).to_digit(16);
    let (high, low) = (digit()?, digit()?);
    u8::try_from(16 * high + low).ok()
}
