//! The shapes of mail that are measured.

use dkim_toolkit::canonicalization::{Canonicalization, MessageCanonicalization};

use crate::material::Fallible;
use crate::material::keys::{Key, Kind};
use crate::material::mail::{Mail, long_header, usual_header};
use crate::material::text::{Writing, body};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// One row of the table.
pub struct Shape {
    pub name: &'static str,
    pub mail: fn() -> Fallible<Mail>,
    pub work: Work,
}

/// What is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Verify,
    Sign,
}

impl Work {
    pub fn floor(self, mail: &Mail) -> bool {
        match self {
            Self::Verify => mail.verify_floor(),
            Self::Sign => mail.sign_floor(),
        }
    }

    pub fn ours(self, mail: &Mail) -> bool {
        match self {
            Self::Verify => mail.verify(),
            Self::Sign => mail.sign(),
        }
    }
}

pub const SHAPES: [Shape; 18] = [
    verifying("verify-1k-rsa", || short(Kind::Rsa)),
    verifying("verify-1k-rsa1024", || short(Kind::Rsa1024)),
    verifying("verify-1k-ed25519", || short(Kind::Ed25519)),
    verifying("verify-50k-text", || clean(50 * KIB, Kind::Rsa)),
    verifying("verify-50k-text-ed25519", || clean(50 * KIB, Kind::Ed25519)),
    verifying("verify-25m-text", || clean(25 * MIB, Kind::Rsa)),
    verifying("verify-25m-ragged", || {
        relaxed(Writing::Ragged, 25 * MIB, Kind::Rsa)
    }),
    verifying("verify-25m-bare-lf", || {
        relaxed(Writing::BareLineFeeds, 25 * MIB, Kind::Rsa)
    }),
    verifying("verify-25m-base64", || {
        relaxed(Writing::Base64, 25 * MIB, Kind::Rsa)
    }),
    verifying("verify-25m-simple", simple),
    verifying("verify-200-fields", many_fields),
    verifying("verify-8-signatures", many_signatures),
    signing("sign-1k-rsa", || short(Kind::Rsa)),
    signing("sign-1k-ed25519", || short(Kind::Ed25519)),
    signing("sign-50k-rsa", || clean(50 * KIB, Kind::Rsa)),
    signing("sign-50k-ed25519", || clean(50 * KIB, Kind::Ed25519)),
    signing("sign-25m-rsa", || clean(25 * MIB, Kind::Rsa)),
    signing("sign-25m-ed25519", || clean(25 * MIB, Kind::Ed25519)),
];

const fn verifying(name: &'static str, mail: fn() -> Fallible<Mail>) -> Shape {
    Shape {
        name,
        mail,
        work: Work::Verify,
    }
}

const fn signing(name: &'static str, mail: fn() -> Fallible<Mail>) -> Shape {
    Shape {
        name,
        mail,
        work: Work::Sign,
    }
}

/// A message of 1 KiB, its signature not counted.
fn short(kind: Kind) -> Fallible<Mail> {
    clean(KIB - usual_header().len(), kind)
}

fn clean(size: usize, kind: Kind) -> Fallible<Mail> {
    relaxed(Writing::Clean, size, kind)
}

fn relaxed(writing: Writing, size: usize, kind: Kind) -> Fallible<Mail> {
    Mail::new(
        &usual_header(),
        &body(writing, size),
        vec![Key::new(kind)?],
        MessageCanonicalization::RELAXED,
        None,
    )
}

fn simple() -> Fallible<Mail> {
    Mail::new(
        &usual_header(),
        &body(Writing::Clean, 25 * MIB),
        vec![Key::new(Kind::Rsa)?],
        MessageCanonicalization {
            header: Canonicalization::Simple,
            body: Canonicalization::Simple,
        },
        None,
    )
}

/// Two hundred fields, all of them signed.
fn many_fields() -> Fallible<Mail> {
    let (header, names) = long_header(200);
    Mail::new(
        &header,
        &body(Writing::Clean, KIB),
        vec![Key::new(Kind::Rsa)?],
        MessageCanonicalization::RELAXED,
        Some(&names),
    )
}

/// Eight signatures, each with a key of its own, over one body.
fn many_signatures() -> Fallible<Mail> {
    let kinds = [Kind::Rsa, Kind::Ed25519].repeat(4);
    let keys: Fallible<Vec<_>> = kinds.into_iter().map(Key::new).collect();
    Mail::new(
        &usual_header(),
        &body(Writing::Clean, 8 * KIB),
        keys?,
        MessageCanonicalization::RELAXED,
        None,
    )
}
