//! Mailboxes: many messages in one file (mbox, RFC 4155) or in one folder (Maildir).
//!
//! The caller opens files and lists folders. This module decides which bytes are a message:
//!
//! * [`MboxSplitter`] takes an mbox in pieces and gives its messages in pieces, in constant
//!   memory. [`is_mbox`] tells an mbox from a single message.
//! * [`Readings`] verifies a message of an mbox, in which some writers quote lines that begin
//!   with `From `, and others do not. Each signature counts in the reading of the body that makes
//!   its body hash right.
//! * [`MailFolder`] tells a Maildir from another folder, and a message from what programs keep
//!   beside the messages.
//!
//! ```
//! use dkim_toolkit::mailbox::{MboxEvent, MboxSplitter, Quoting, Readings};
//! use dkim_toolkit::message::{self, LineEndings};
//! use dkim_toolkit::verify::Verifier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mbox = b"From joe Sat Jan  3 01:05:34 1996\nFrom: joe@example.com\n\nHi\n\n\
//!              From ann Sat Jan  3 02:06:43 1996\nFrom: ann@example.com\n\n>From here\n";
//!
//! let mut messages = Vec::new();
//! let mut splitter = MboxSplitter::default();
//! let mut pieces = mbox.chunks(100);
//! loop {
//!     while let Some(event) = splitter.next_event() {
//!         match event {
//!             MboxEvent::Start => messages.push(Vec::new()),
//!             MboxEvent::Bytes(bytes) => messages.last_mut().ok_or("no message")?.extend(bytes),
//!             MboxEvent::End => {}
//!         }
//!     }
//!     if !splitter.needs_bytes() {
//!         break;
//!     }
//!     match pieces.next() {
//!         Some(piece) => splitter.push(piece),
//!         None => splitter.end(),
//!     }
//! }
//! assert_eq!(messages[0], b"From: joe@example.com\n\nHi\n");
//!
//! let (header, body) = message::parse(&messages[1], LineEndings::Lenient)?;
//! let mut readings = Readings::new(Verifier::default().begin(header, 823_399_534), Quoting::Mbox);
//! readings.body(body);
//! assert!(readings.finish().report().verdicts.is_empty());
//! # Ok(())
//! # }
//! ```

mod folder;
mod reading;
mod splitter;
mod unquote;

pub use folder::{EntryKind, MailFolder, is_hidden};
pub use reading::{Judgement, Quoting, Reading, Readings};
pub use splitter::{MBOX_START, MboxEvent, MboxSplitter, is_mbox};
pub use unquote::unquote;
