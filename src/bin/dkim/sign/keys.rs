//! The keys that sign.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::key::{PrivateKey, PrivateKeyError, PublicKey};
use dkim_toolkit::sign::SignError;

use super::work::sign_failure;
use crate::args::Sign;
use crate::exit::ExitStatus;
use crate::io::{Failure, shown};
use crate::key_file::{ASK_PASSPHRASE, Passphrase, read_secret};
use crate::output;

/// Reads the keys and warns of what is unwise about them. What goes wrong is said.
pub fn read_keys(arguments: &Sign) -> Result<Vec<Arc<PrivateKey>>, ExitStatus> {
    let cannot = |path: &Path, failure: Failure| {
        failure.say(shown(path));
        ExitStatus::CannotDo
    };
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let mut keys = Vec::new();
    for path in &arguments.key {
        let octets = read_secret(path).map_err(|failure| cannot(path, failure))?;
        let key = PrivateKey::from_bytes(&octets, passphrase.octets()).map_err(|error| {
            let mut failure = Failure::new(&error);
            failure.hint = match error {
                PrivateKeyError::Encrypted => Some(ASK_PASSPHRASE),
                _ => error.hint(),
            };
            cannot(path, failure)
        })?;
        let public = key.public_key();
        if public.is_too_short() {
            let bits = public.bits();
            return Err(cannot(path, sign_failure(&SignError::KeyTooShort { bits })));
        }
        warn_of_key(path, public);
        keys.push(Arc::new(key));
    }
    let is_ed25519 = |key: &Arc<PrivateKey>| key.public_key().key_type() == KeyType::Ed25519;
    if keys.iter().all(is_ed25519) {
        output::warning(
            "Ed25519",
            "many receivers, Gmail among them, verify only RSA",
        );
        output::advice("sign with both: one more pair of --selector and --key");
    }
    Ok(keys)
}

fn warn_of_key(path: &Path, key: &PublicKey) {
    if let Some(weakness) = key.weakness() {
        output::warning(shown(path), weakness);
    }
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        output::warning(
            shown(path),
            format_args!("others may read this key (mode {:04o})", mode & 0o7777),
        );
        output::advice(format_args!("chmod 600 {}", shown(path)));
    }
}
