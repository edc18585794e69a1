//! The syntax that signatures, key records and header fields share: tag-lists, folds, encodings.

pub(crate) mod base64;
pub(crate) mod date;
pub(crate) mod encoded_word;
pub mod escape;
pub(crate) mod folded;
pub(crate) mod folding;
pub(crate) mod hex;
pub(crate) mod quoted_printable;
pub(crate) mod tag_list;
pub(crate) mod words;
