//! mail-auth, used as its documentation has it: a message is parsed and verified with a cache of
//! parsed key records, a signer is made once and signs each message.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use dkim_toolkit::canonicalization::Canonicalization as Algorithm;
use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::signature::Signature;
use mail_auth::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::dkim::{Canonicalization, DkimSigner, DomainKey};
use mail_auth::dns::TxtRecordParser as _;
use mail_auth::headers::HeaderWriter as _;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::signer::Ready;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsCache, MessageAuthenticator, Mx, Negative, Parameters,
    RecordSet, ResolverCache, TxtRecord,
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::material::Fallible;
use crate::material::keys::{Key, Kind};
use crate::material::mail::Mail;
use crate::shapes::Work;

/// What mail-auth needs to verify or sign one message.
pub struct Peer {
    authenticator: MessageAuthenticator,
    caches: Caches,
    signers: Vec<Signer>,
}

enum Signer {
    Rsa(DkimSigner<RsaKey<Sha256>, Ready>),
    Ed25519(DkimSigner<Ed25519Key, Ready>),
}

impl Peer {
    /// Makes what is made once, whatever the number of messages.
    pub fn new(mail: &Mail, work: Work) -> Fallible<Self> {
        // No servers: only the cache answers.
        let (config, options) = (ResolverConfig::default(), ResolverOpts::default());
        let mut txt = HashMap::new();
        for (number, key) in mail.keys.iter().enumerate() {
            let record = DomainKey::parse(key.record.as_bytes())?;
            let name = format!("s{number}._domainkey.example.com.");
            txt.insert(name.into(), record.into());
        }
        let signers = match work {
            Work::Verify => Vec::new(),
            Work::Sign => signers(mail)?,
        };
        Ok(Self {
            authenticator: MessageAuthenticator::new(config, options)?,
            caches: Caches {
                txt: Cache(txt),
                ..Caches::default()
            },
            signers,
        })
    }

    /// Verifies or signs the message; whether all is well.
    pub fn work(&self, mail: &Mail, work: Work) -> bool {
        match work {
            Work::Verify => self.verify(mail),
            Work::Sign => self.sign(mail),
        }
    }

    fn verify(&self, mail: &Mail) -> bool {
        let Some(message) = AuthenticatedMessage::parse(&mail.message) else {
            return false;
        };
        let parameters = Parameters::new(&message).with_cache(&self.caches);
        let verification = pin!(self.authenticator.verify_dkim(parameters));
        // Nothing is waited for, for the DNS is not asked.
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(outputs) = verification.poll(&mut context) else {
            return false;
        };
        outputs.len() == mail.keys.len()
            && outputs
                .iter()
                .all(|output| output.result() == &DkimResult::Pass)
    }

    fn sign(&self, mail: &Mail) -> bool {
        let message = &mail.message[mail.unsigned..];
        self.signers.iter().all(|signer| {
            let signed = match signer {
                Signer::Rsa(signer) => signer.sign(message),
                Signer::Ed25519(signer) => signer.sign(message),
            };
            signed.is_ok_and(|signature| !signature.to_header().is_empty())
        })
    }
}

/// Signers that sign the fields, and canonicalize, as the signatures of the message do.
fn signers(mail: &Mail) -> Fallible<Vec<Signer>> {
    let (header, _) = message::parse(&mail.message, LineEndings::Lenient)?;
    let mut signers = Vec::new();
    for (key, field) in mail.keys.iter().zip(header.fields()) {
        signers.push(signer(key, &Signature::parse(field)?)?);
    }
    Ok(signers)
}

fn signer(key: &Key, signature: &Signature) -> Fallible<Signer> {
    let mut names: Vec<&str> = Vec::new();
    for name in signature.signed_headers() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let domain = signature.domain.domain().to_ascii();
    let selector = signature.selector.as_str();
    let canonicalization = |algorithm| match algorithm {
        Algorithm::Simple => Canonicalization::Simple,
        Algorithm::Relaxed => Canonicalization::Relaxed,
    };
    let header = canonicalization(signature.canonicalization.header);
    let body = canonicalization(signature.canonicalization.body);
    Ok(match key.kind {
        Kind::Rsa | Kind::Rsa1024 => {
            let der = PrivatePkcs8KeyDer::from(key.pkcs8.as_slice());
            let key = RsaKey::from_key_der(PrivateKeyDer::Pkcs8(der))?;
            let signer = DkimSigner::from_key(key).domain(domain);
            let signer = signer.selector(selector).headers(names);
            Signer::Rsa(
                signer
                    .header_canonicalization(header)
                    .body_canonicalization(body),
            )
        }
        Kind::Ed25519 => {
            let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(&key.pkcs8)?;
            let signer = DkimSigner::from_key(key).domain(domain);
            let signer = signer.selector(selector).headers(names);
            Signer::Ed25519(
                signer
                    .header_canonicalization(header)
                    .body_canonicalization(body),
            )
        }
    })
}

/// A cache without a lock and without expiry: nothing is added to it.
struct Cache<K, V>(HashMap<K, V>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Cache<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

type Answer<T> = Result<RecordSet<T>, Negative>;

#[derive(Default)]
struct Caches {
    txt: Cache<Box<str>, TxtRecord>,
    mx: Cache<Box<str>, Answer<Mx>>,
    ipv4: Cache<Box<str>, Answer<Ipv4Addr>>,
    ipv6: Cache<Box<str>, Answer<Ipv6Addr>>,
    ptr: Cache<IpAddr, Answer<Box<str>>>,
}

impl DnsCache for Caches {
    type Txt = Cache<Box<str>, TxtRecord>;
    type Mx = Cache<Box<str>, Answer<Mx>>;
    type Ipv4 = Cache<Box<str>, Answer<Ipv4Addr>>;
    type Ipv6 = Cache<Box<str>, Answer<Ipv6Addr>>;
    type Ptr = Cache<IpAddr, Answer<Box<str>>>;

    fn txt(&self) -> Option<&Self::Txt> {
        Some(&self.txt)
    }

    fn mx(&self) -> Option<&Self::Mx> {
        Some(&self.mx)
    }

    fn ipv4(&self) -> Option<&Self::Ipv4> {
        Some(&self.ipv4)
    }

    fn ipv6(&self) -> Option<&Self::Ipv6> {
        Some(&self.ipv6)
    }

    fn ptr(&self) -> Option<&Self::Ptr> {
        Some(&self.ptr)
    }
}
