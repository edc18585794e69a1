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
//!
//!             key elsewhere ◄── SignatureRequest ─── requests()
//!                           ─── signature ─────────► supply()
//! ```
//!
//! # Verifying
//!
//! The keys come from wherever the caller has its DNS; here, from a table. With the feature
//! `resolver`, `resolver.verify(&verifier, message, now).await` asks name servers. A message that
//! comes in pieces is given to a [`Verification`], which lives in a connection's state.
//!
//! ```
//! use dkim_toolkit::{KeyAnswer, verify};
//!
//! # let message = b"\
//! # DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
//! #  d=football.example.com; i=@football.example.com;
//! #  q=dns/txt; s=brisbane; t=1528637909; h=from : to :
//! #  subject : date : message-id : from : subject : date;
//! #  bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
//! #  b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
//! #  Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
//! # From: Joe SixPack <joe@football.example.com>
//! # To: Suzie Q <suzie@shopping.example.net>
//! # Subject: Is dinner ready?
//! # Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
//! # Message-ID: <20030712040037.46341.5F8J@football.example.com>
//! #
//! # Hi.
//! #
//! # We lost the game.  Are you hungry yet?
//! #
//! # Joe.
//! # ";
//! # let now = 1_528_637_909;
//! let report = verify(message, now, |query| match query.name() {
//!     "brisbane._domainkey.football.example.com." => KeyAnswer::from_txt(
//!         ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
//!         None,
//!     ),
//!     _ => KeyAnswer::NoSuchName,
//! })?;
//! assert_eq!(report.verdicts[0].result().name(), "pass");
//! # Ok::<(), dkim_toolkit::message::HeaderError>(())
//! ```
//!
//! # Signing
//!
//! A [`Signer`] is made once for a key. Where the private key is elsewhere, [`Signing::requests`]
//! says what it has to sign.
//!
//! ```
//! use std::sync::Arc;
//!
//! use dkim_toolkit::message::{self, LineEndings};
//! use dkim_toolkit::sign::Choices;
//! use dkim_toolkit::{PrivateKey, Signer, Signing};
//!
//! # let pem = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
//! # let message = b"From: Joe <joe@example.com>\r\nSubject: Hello\r\n\r\nHow are you?\r\n";
//! # let now = 1_528_637_909;
//! let key = PrivateKey::from_bytes(pem.as_bytes(), None)?;
//! let (domain, selector) = ("example.com".parse()?, "s2026".parse()?);
//! let signer = Signer::new(domain, selector, Arc::new(key), Choices::default())?;
//!
//! let (header, body) = message::parse(message, LineEndings::Lenient)?;
//! let mut signing = Signing::begin(&[signer], header.clone(), now)?;
//! signing.body(body);
//! let fields = signing.finish()?;
//! let signed = [&header.with_fields_on_top(&fields), body].concat();
//! assert!(signed.starts_with(b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The modules
//!
//! * [`verify`](mod@verify): the verification of a message (RFC 6376 §6)
//! * [`verdict`]: what it found, and the results (RFC 8601 §2.7.1)
//! * [`sign`]: the signing of a message (RFC 6376 §5)
//! * [`message`]: a message's header, field by field (RFC 5322 §2)
//! * [`signature`]: the DKIM-Signature field (RFC 6376 §3.5)
//! * [`key_record`]: the TXT record of a public key (RFC 6376 §3.6.1)
//! * [`lookup`]: what the DNS answered (RFC 6376 §3.6.2)
//! * [`identifier`]: domains, selectors and identities (RFC 6376 §2.5)
//! * [`key`], [`key_file`]: public and private keys, and their files (RFC 8463 §4, RFC 7468 §10)
//! * [`algorithm`]: signing algorithms and the limits of keys (RFC 8301 §3)
//! * [`canonicalization`]: what a signature tolerates (RFC 6376 §3.4)
//! * [`author`], [`alignment`]: who a message is from, and whether a signature speaks for them
//!   (RFC 5322 §3.6.2, RFC 9989 §4.4)
//! * [`authentication_results`]: the field that passes a verdict on (RFC 8601 §2.2)
//! * [`mailbox`]: mboxes and Maildirs (RFC 4155)
//! * [`tags`]: what the tags of signatures and key records mean (RFC 6376 §3.2)
//! * [`escape`]: text of strangers, fit to print
//! * `resolver`: keys from the DNS or from master files (RFC 1035 §5)
//! * `delegation`: the CNAME records of selectors that a provider keeps (RFC 6376 §3.6.2)
//! * `dmarc`: the DMARC policy of a domain, and where it is found (RFC 9989 §4); aggregate reports
//!   (RFC 9990)
//! * `explain`: why a signature broke (RFC 6376 §6.1.3)
//! * `inspect`: what a signature says, tag by tag (RFC 6376 §3.5)
//! * `audit`, `finding`: what the keys of a domain look like from outside, and what is wrong there
//! * `rotation`: the replacement of keys, step by step (RFC 6376 §3.6.2.2)
//! * `lint`, `publish`: findings about key records, and their forms (RFC 6376 §3.6)
//! * [`provider`]: who sends mail for others, and how their selectors are called
//!
//! # Features
//!
//! Without any of them this is the library alone, in pure Rust: no runtime, no DNS, no random
//! generator.
//!
//! * `aws-lc` (default): RSA through aws-lc, a C library, several times faster than the pure-Rust
//!   code that is used without it, and Ed25519 signatures in a little over half the time.
//! * `generate`: making keys, from the operating system's random numbers.
//! * `explain`: `explain`, the causes of failed signatures.
//! * `admin`: `inspect`, signatures tag by tag; `lint`, findings about key records; `publish`,
//!   records in the forms of DNS servers and providers; and `dmarc`, the policies of domains and
//!   aggregate reports.
//! * `resolver`: `resolver`, key records from the DNS or from master files, on tokio; with a cache
//!   on request.
//! * `dnssec` (default): validation of DNS answers in `resolver`, with the cryptography of aws-lc.
//! * `tls` (default): DNS over TLS and HTTPS in `resolver`, with the cryptography of aws-lc.
//! * `cli` (default): the `dkim` command; implies `resolver`, `explain`, `admin` and `generate`.

#![forbid(unsafe_code)]
// docs.rs says at each item which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod algorithm;
pub mod alignment;
#[cfg(feature = "admin")]
pub mod audit;
pub mod authentication_results;
pub mod author;
pub mod canonicalization;
pub mod claims;
mod coded;
#[cfg(feature = "admin")]
pub mod delegation;
#[cfg(feature = "admin")]
pub mod dmarc;
#[cfg(any(feature = "explain", feature = "admin"))]
mod enclosing;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "admin")]
pub mod finding;
mod hash;
pub mod identifier;
#[cfg(feature = "admin")]
pub mod inspect;
pub mod key;
pub mod key_file;
pub mod key_record;
#[cfg(feature = "admin")]
pub mod lint;
pub mod lookup;
pub mod mailbox;
pub mod message;
pub mod parts;
mod presentation;
pub mod provider;
#[cfg(feature = "admin")]
pub mod publish;
#[cfg(feature = "resolver")]
pub mod resolver;
#[cfg(feature = "admin")]
pub mod rotation;
pub mod sign;
pub mod signature;
mod syntax;
pub mod tags;
pub mod verdict;
pub mod verify;

pub use identifier::{KeyQuery, Sdid, Selector};
pub use key::{PrivateKey, SigningKey};
pub use lookup::KeyAnswer;
pub use message::Header;
pub use sign::{Signer, Signing};
pub use syntax::escape;
pub use verdict::{Reason, Verdict};
pub use verify::{Report, Verification, Verifier, verify};
