//! The keys that sign.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{PrivateKey, PrivateKeyError, PublicKey};
use dkim_toolkit::sign::SignError;

use crate::args::Sign;
use crate::error::Error;
use crate::files::{
    ASK_PASSPHRASE, ActiveKeys, KeyDir, Passphrase, named_key, read_secret, shown, word,
};
use crate::print::Output;
use crate::system::{open_folder, rights_of_everybody};

/// The keys that sign each message.
pub struct SigningKeys {
    /// The domain that they are for, where they say so.
    pub domain: Option<Sdid>,
    /// One signature each.
    pub pairs: Vec<SigningPair>,
}

/// A key and the selector that it signs under.
pub struct SigningPair {
    pub selector: Selector,
    pub key: Arc<PrivateKey>,
    file: PathBuf,
    /// The domain that the key's file is named by, as `dkim keygen` names it.
    file_domain: Option<Sdid>,
}

impl SigningPair {
    /// What is odd about signing for a domain with a key whose file is named by another.
    pub fn misnamed(&self, domain: &Sdid) -> Option<String> {
        let other = self.file_domain.as_ref().filter(|other| *other != domain)?;
        let file = shown(&self.file);
        Some(format!(
            "the key {file} is named as one of {other}, and signs for {domain}"
        ))
    }
}

impl SigningKeys {
    /// Reads the keys and warns of what is unwise about them.
    pub fn read(arguments: &Sign, output: &Output) -> Result<Self, Error> {
        let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
        let mut keys = Self {
            domain: None,
            pairs: Vec::new(),
        };
        if let Some(folder) = &arguments.key_dir {
            let active = read_active(folder, arguments.domain.as_ref())?;
            keys.domain = Some(active.domain);
            for key in active.keys {
                keys.add(&key.selector, &key.path, &key.bytes, &passphrase, output)?;
            }
        }
        for (selector, path) in arguments.selector.iter().zip(&arguments.key) {
            keys.add(selector, path, &read_secret(path)?, &passphrase, output)?;
        }
        if let Some(domain) = arguments.domain.as_ref().or(keys.domain.as_ref()) {
            for misnamed in keys.pairs.iter().filter_map(|pair| pair.misnamed(domain)) {
                output.warning(domain, misnamed);
            }
        }
        let is_ed25519 = |pair: &SigningPair| pair.key.public_key().key_type() == KeyType::Ed25519;
        if keys.pairs.iter().all(is_ed25519) {
            output.warning("Ed25519", "not every receiver verifies Ed25519");
            output.advice(if arguments.key_dir.is_some() {
                "sign with both: --type rsa and --type ed25519 of dkim rotate"
            } else {
                "sign with both: one more pair of --selector and --key"
            });
        }
        Ok(keys)
    }

    fn add(
        &mut self,
        selector: &Selector,
        path: &Path,
        bytes: &[u8],
        passphrase: &Passphrase,
        output: &Output,
    ) -> Result<(), Error> {
        refuse_open_folder(path)?;
        let key = key_of(path, bytes, passphrase)?;
        warn_of_key(path, key.public_key(), output);
        let (file_selector, file_domain) = named_key(path).unzip();
        if let Some(other) = file_selector.filter(|other| other != selector) {
            let misnamed =
                format!("the file is named by selector {other}, and signs under {selector}");
            output.warning(shown(path), misnamed);
        }
        self.pairs.push(SigningPair {
            selector: selector.clone(),
            key: Arc::new(key),
            file: path.to_owned(),
            file_domain,
        });
        Ok(())
    }
}

/// Reads the keys in use of a folder that `dkim rotate` keeps; they must be those of `domain`.
fn read_active(folder: &Path, domain: Option<&Sdid>) -> Result<ActiveKeys, Error> {
    let rotate = || {
        let domain = domain.map_or("example.com", Sdid::to_ascii);
        format!("dkim rotate --domain {domain} --dir {}", word(folder))
    };
    let key_dir = KeyDir::open(folder).map_err(|error| error.hint(rotate()))?;
    let Some(active) = key_dir.read_active()? else {
        return Err(Error::cannot("no key in it is in use yet")
            .about(shown(folder))
            .hint(rotate()));
    };
    match domain {
        Some(domain) if domain.to_ascii() != active.domain.to_ascii() => {
            let keys_domain = &active.domain;
            Err(
                Error::cannot(format!("its keys are those of {keys_domain}, not {domain}"))
                    .about(shown(folder))
                    .hint(format!("--domain {keys_domain}, or no --domain")),
            )
        }
        _ => Ok(active),
    }
}

fn key_of(path: &Path, bytes: &[u8], passphrase: &Passphrase) -> Result<PrivateKey, Error> {
    let key = PrivateKey::from_bytes(bytes, passphrase.bytes()).map_err(|why| {
        let hint = match why {
            PrivateKeyError::Encrypted => Some(ASK_PASSPHRASE),
            _ => why.hint(),
        };
        let error = Error::cannot(&why).about(shown(path));
        error.hints(hint)
    })?;
    let public = key.public_key();
    if public.is_too_short() {
        let bits = public.bits();
        return Err(cannot_sign(&SignError::KeyTooShort { bits }).about(shown(path)));
    }
    Ok(key)
}

/// Refuses a key that everybody may have replaced.
fn refuse_open_folder(path: &Path) -> Result<(), Error> {
    let Some((folder, mode)) = open_folder(path) else {
        return Ok(());
    };
    let error = format!(
        "everybody may replace this key: its folder {} has mode {mode:04o}",
        shown(&folder)
    );
    let hint = format!("chmod o-w {}", word(&folder));
    Err(Error::cannot(error).about(shown(path)).hint(hint))
}

/// Warns of a weak key, and of one that not only its owner and its group have.
fn warn_of_key(path: &Path, key: &PublicKey, output: &Output) {
    if let Some(weakness) = key.weakness() {
        output.warning(shown(path), weakness);
    }
    if let Some((may, mode)) = rights_of_everybody(path) {
        output.warning(
            shown(path),
            format_args!("others may {may} this key (mode {mode:04o})"),
        );
        output.advice(format_args!("chmod o-rwx {}", word(path)));
    }
}

/// Why a message cannot be signed, and what may help.
pub fn cannot_sign(error: &SignError) -> Error {
    let hint = match error {
        SignError::MalformedHeader(_) => Some(
            "correct that line: a header is fields and their continuations, then an empty line",
        ),
        SignError::FromMissing => Some("is this a message, with its header?"),
        SignError::NoAuthorDomain(_) | SignError::AuthorDomain(_) => {
            Some("name the signing domain: --domain example.com")
        }
        SignError::FromNotSigned => Some("put From into --headers"),
        SignError::KeyTooShort { .. } => Some("make a new key of 2048 bits"),
        SignError::IdentityOutsideDomain => Some("choose --identity within --domain"),
        _ => None,
    };
    Error::cannot(error).hints(hint)
}
