//! What is measured: messages, made the same way every time, and the keys that sign them.

pub mod keys;
pub mod mail;
pub mod text;

/// What can go wrong while things are prepared, which is nothing that a user could cause.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error>>;
