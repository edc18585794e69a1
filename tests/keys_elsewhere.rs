//! Signing with keys that this crate does not hold: by its own implementation of the trait, and
//! by signatures that are asked for and supplied.

use std::error::Error;
use std::sync::Arc;

use dkim_toolkit::algorithm::SigningAlgorithm;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{PrivateKey, PublicKey, SigningKey};
use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::sign::{Choices, SignError, Signer, Signing};

use crate::testdata::read;

const NOW: u64 = 1_800_000_000;

fn private(name: &str) -> PrivateKey {
    PrivateKey::from_bytes(&read(&format!("keys/{name}.pem")), None).unwrap()
}

fn names(selector: &str) -> (Sdid, Selector) {
    ("example.com".parse().unwrap(), selector.parse().unwrap())
}

fn signer(name: &str) -> Signer {
    let (domain, selector) = names(name);
    Signer::new(
        domain,
        selector,
        Arc::new(private(name)),
        Choices::default(),
    )
    .unwrap()
}

fn signer_elsewhere(name: &str) -> Signer {
    let (domain, selector) = names(name);
    let public = private(name).public_key().clone();
    Signer::with_key_elsewhere(domain, selector, public, Choices::default()).unwrap()
}

/// The signing of testdata/message.eml, with its body given.
fn begin(signers: &[Signer]) -> Signing {
    let message = read("message.eml");
    let (header, body) = message::parse(&message, LineEndings::Lenient).unwrap();
    let mut signing = Signing::begin(signers, header, NOW).unwrap();
    signing.body(body);
    signing
}

#[test]
fn supplied_signatures_make_the_same_fields() {
    let names = ["rsa2048", "ed25519"];
    let here = begin(&names.map(signer)).finish().unwrap();
    let mixed = [signer_elsewhere("rsa2048"), signer("ed25519")];
    for signers in [names.map(signer_elsewhere), mixed] {
        let mut signing = begin(&signers);
        for request in signing.requests().unwrap() {
            let name = request.signer().selector().as_str().to_owned();
            let algorithm = match &*name {
                "rsa2048" => SigningAlgorithm::RsaSha256,
                _ => SigningAlgorithm::Ed25519Sha256,
            };
            assert_eq!(request.algorithm(), algorithm);
            let signature = private(&name).sign(request.digest()).unwrap();
            signing.supply(&request, &signature).unwrap();
            let left = signing.requests().unwrap();
            assert!(left.iter().all(|left| left.digest() != request.digest()));
        }
        assert_eq!(signing.finish().unwrap(), here);
    }
    assert!(begin(&names.map(signer)).requests().unwrap().is_empty());
}

#[test]
fn only_the_key_s_signature_of_this_message_is_taken() {
    let signers = [signer_elsewhere("ed25519")];
    let key = private("ed25519");
    let mut signing = begin(&signers);
    let [request] = &signing.requests().unwrap()[..] else {
        panic!("one request");
    };
    let of_another_digest = key.sign(&[7; 32]).unwrap();
    let by_another_key = private("rsa2048").sign(request.digest()).unwrap();
    for signature in [&of_another_digest[..], &by_another_key, b""] {
        let refused = signing.supply(request, signature);
        assert!(matches!(refused, Err(SignError::Unverified)));
    }
    assert!(matches!(
        signing.clone().finish(),
        Err(SignError::NotSupplied)
    ));

    let signature = key.sign(request.digest()).unwrap();
    signing.supply(request, &signature).unwrap();
    assert!(signing.clone().finish().is_ok());
    signing.body(b"more");
    assert!(matches!(signing.finish(), Err(SignError::BodyAfterRequest)));
}

/// A key that may belong to another public half, or cannot be reached.
struct Token {
    public: PublicKey,
    private: Option<PrivateKey>,
    needs_check: bool,
}

impl SigningKey for Token {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
        let private = self.private.as_ref().ok_or("the token is not there")?;
        Ok(private.sign(digest)?)
    }

    fn needs_check(&self) -> bool {
        self.needs_check
    }
}

/// The fields of testdata/message.eml, signed with a token.
fn sign_with(token: Token, verify: bool) -> Result<Vec<String>, SignError> {
    let (domain, selector) = names("token");
    let mut choices = Choices::default();
    choices.verify = verify;
    begin(&[Signer::new(domain, selector, Arc::new(token), choices)?]).finish()
}

#[test]
fn signatures_of_other_implementations_are_verified() {
    let sign = |public: &str, private: Option<PrivateKey>| {
        let public = self::private(public).public_key().clone();
        let token = Token {
            public,
            private,
            needs_check: true,
        };
        sign_with(token, false)
    };
    let fields = sign("ed25519", Some(private("ed25519"))).unwrap();
    assert!(fields[0].starts_with("DKIM-Signature: v=1; a=ed25519-sha256;"));
    let swapped = sign("rsa2048", Some(private("rsa2048-e3")));
    assert!(matches!(swapped, Err(SignError::Unverified)));
    let error = sign("rsa2048", None).unwrap_err();
    assert_eq!(error.to_string(), "the token is not there");
    assert!(error.source().is_some());
}

/// A key that claims to need no check is believed, unless the signer wants each field verified.
#[test]
fn fields_are_read_back_on_request() {
    let token = |private| Token {
        public: self::private("rsa2048").public_key().clone(),
        private: Some(self::private(private)),
        needs_check: false,
    };
    assert!(sign_with(token("rsa2048-e3"), false).is_ok());
    assert!(sign_with(token("rsa2048"), true).is_ok());
    let bad = sign_with(token("rsa2048-e3"), true);
    assert!(matches!(bad, Err(SignError::Unverified)));
}

#[test]
fn a_signing_can_be_kept_and_sent() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Signing>();
    check::<Signer>();
}
