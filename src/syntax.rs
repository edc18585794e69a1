//! The syntax that signatures, key records and header fields share: tag-lists, folds, encodings.

pub mod base64;
pub(crate) mod date;
pub mod escape;
pub(crate) mod folded;
pub mod folding;
pub(crate) mod hex;
pub mod quoted_printable;
pub mod tag_list;
