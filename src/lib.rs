//! DKIM.

#![forbid(unsafe_code)]

pub mod algorithm;
pub mod author;
pub mod canonicalization;
pub mod escape;
pub mod hash;
pub mod identifier;
pub mod key;
pub mod key_record;
pub mod lookup;
pub mod message;
#[cfg(feature = "resolver")]
pub mod resolver;
pub mod sign;
pub mod signature;
mod tag_list;
pub mod verdict;
pub mod verify;
