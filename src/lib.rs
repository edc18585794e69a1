//! DKIM (RFC 6376) as a library that does no I/O: it signs and verifies messages and keeps the
//! evidence for every verdict.
//!
//! The caller owns sockets, clock, files and terminal. The library says which key record it
//! needs, as an owner name in the DNS, and is later told what the DNS said; the time is an
//! argument; bodies are given in pieces of any size and hashed in one pass, in constant memory.
//!
//! ```text
//! message ──► HeaderReader ──► Header ──► Verifier::begin(header, now) ──► Verification
//!                                                                           │
//!             DNS, zone file, test ◄── KeyQuery "sel._domainkey.d." ─── pending()
//!                                  ─── KeyAnswer ──────────────────────► answer()
//!             body, piece by piece ────────────────────────────────────► body()
//!                                                                        finish() ──► Report
//!                                                                                      Verdict …
//!
//! message ──► Header ──► Signing::begin(signers, header, now) ──► body() ──► finish() ──► fields
//! ```
//!
//! # Verifying
//!
//! The keys come from wherever the caller has its DNS; here, from a table.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use dkim_toolkit::lookup::KeyAnswer;
//! use dkim_toolkit::message::{self, LineEndings};
//! use dkim_toolkit::verify::Verifier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mail = include_bytes!("../testdata/rfc/rfc8463-appendix-a.eml");
//! let dns = HashMap::from([(
//!     "brisbane._domainkey.football.example.com.",
//!     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
//! )]);
//!
//! let (header, body) = message::parse(mail, LineEndings::Lenient)?;
//! let now = 1_528_637_909;
//! let mut verification = Verifier::default().begin(header, now);
//! for query in verification.pending() {
//!     let answer = match dns.get(query.name()) {
//!         Some(text) => KeyAnswer::from_txt([*text], None),
//!         None => KeyAnswer::NoSuchName,
//!     };
//!     verification.answer(&query, answer);
//! }
//! verification.body(body);
//!
//! let report = verification.finish();
//! let results: Vec<_> = report.verdicts.iter().map(|verdict| verdict.result().name()).collect();
//! assert_eq!(results, ["pass", "permerror"]);
//! let detail = report.verdicts[1].detail().unwrap_or_default();
//! assert!(detail.starts_with("no key for signature: the name does not exist"));
//! # Ok(())
//! # }
//! ```
//!
//! # Signing
//!
//! ```
//! use std::sync::Arc;
//!
//! use dkim_toolkit::identifier::{Sdid, Selector};
//! use dkim_toolkit::key::PrivateKey;
//! use dkim_toolkit::message::{self, LineEndings};
//! use dkim_toolkit::sign::{Choices, Signer, Signing};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mail = b"From: Joe <joe@example.com>\r\nSubject: Hello\r\n\r\nHow are you?\r\n";
//! let key = PrivateKey::from_bytes(include_bytes!("../testdata/keys/rsa2048.pem"), None)?;
//! let (domain, selector): (Sdid, Selector) = ("example.com".parse()?, "s2026".parse()?);
//! let signer = Signer::new(domain, selector, Arc::new(key), Choices::default())?;
//!
//! let (header, body) = message::parse(mail, LineEndings::Lenient)?;
//! let now = 1_528_637_909;
//! let mut signing = Signing::begin(&[signer], header.clone(), now)?;
//! signing.body(body);
//! let fields = signing.finish()?;
//! let signed = [&header.with_fields_on_top(&fields), body].concat();
//! assert!(signed.starts_with(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;"));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! Without any of them this is the library alone, in pure Rust: no runtime, no DNS, no random
//! generator.
//!
//! * `aws-lc` (default): RSA through aws-lc, a C library, several times faster than the pure-Rust
//!   code that is used without it.
//! * `generate`: making keys, from the operating system's random numbers.
//! * `explain`: `explain`, the causes of failed signatures.
//! * `admin`: `lint`, findings about key records, and `publish`, records in the forms
//!   of DNS servers and providers.
//! * `resolver`: `resolver`, key records from the DNS or from master files, on tokio; with a cache
//!   on request.
//! * `dnssec` (default): validation of DNS answers in `resolver`, with the cryptography of aws-lc.
//! * `tls` (default): DNS over TLS and HTTPS in `resolver`, with the cryptography of aws-lc.
//! * `cli` (default): the `dkim` command; implies `resolver`, `explain`, `admin` and `generate`.

#![forbid(unsafe_code)]

pub mod algorithm;
pub mod alignment;
pub mod authentication_results;
pub mod author;
pub mod canonicalization;
#[cfg(feature = "explain")]
pub mod explain;
pub mod hash;
pub mod identifier;
pub mod key;
pub mod key_file;
pub mod key_record;
#[cfg(feature = "admin")]
pub mod lint;
pub mod lookup;
pub mod mailbox;
pub mod message;
#[cfg(feature = "admin")]
pub mod publish;
#[cfg(feature = "resolver")]
pub mod resolver;
pub mod sign;
pub mod signature;
mod syntax;
pub mod verdict;
pub mod verify;

pub use syntax::escape;
// The command reads tags for `inspect`.
#[doc(hidden)]
pub use syntax::{base64, folding, quoted_printable, tag_list};
