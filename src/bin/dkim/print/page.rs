//! Reports as pages to look at and to pass on: one HTML file, which loads nothing and runs nothing.

pub mod audit;
mod bars;
mod frame;
mod reason;
pub mod summary;
mod timeline;
mod words;
