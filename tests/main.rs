//! The integration tests: one binary, a module for each concern.

// A test's helpers, too, may end the test.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod canonicalization;
mod citations;
// They run other programs of Unix beside the command.
#[cfg(all(feature = "cli", unix))]
mod cli;
#[cfg(feature = "resolver")]
mod dns;
mod errors;
#[cfg(feature = "cli")]
mod keys_elsewhere;
mod layers;
#[cfg(feature = "admin")]
mod records;
mod rfc;
mod robustness;
mod signing;
mod support {
    pub mod child;
    pub mod dns_server;
    #[cfg(all(feature = "cli", unix))]
    pub mod schema;
    #[cfg(feature = "resolver")]
    pub mod still_time;
}
mod testdata;
mod vectors;
