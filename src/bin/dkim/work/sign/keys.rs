//! The keys that sign.

use std::path::Path;
use std::sync::Arc;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::key::{PrivateKey, PrivateKeyError, PublicKey};
use dkim_toolkit::sign::SignError;

use super::work::cannot_sign;
use crate::args::Sign;
use crate::error::Error;
use crate::files::{ASK_PASSPHRASE, Passphrase, read_secret, shown, word};
use crate::print::Output;
use crate::system::mode_for_others;

/// Reads the keys and warns of what is unwise about them.
pub fn read_keys(arguments: &Sign, output: &Output) -> Result<Vec<Arc<PrivateKey>>, Error> {
    let passphrase = Passphrase::read(arguments.passphrase_file.as_deref())?;
    let mut keys = Vec::new();
    for path in &arguments.key {
        let key = read_key(path, &passphrase)?;
        warn_of_key(path, key.public_key(), output);
        keys.push(Arc::new(key));
    }
    let is_ed25519 = |key: &Arc<PrivateKey>| key.public_key().key_type() == KeyType::Ed25519;
    if keys.iter().all(is_ed25519) {
        output.warning("Ed25519", "not every receiver verifies Ed25519");
        output.advice("sign with both: one more pair of --selector and --key");
    }
    Ok(keys)
}

fn read_key(path: &Path, passphrase: &Passphrase) -> Result<PrivateKey, Error> {
    let bytes = read_secret(path)?;
    let key = PrivateKey::from_bytes(&bytes, passphrase.bytes()).map_err(|why| {
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

fn warn_of_key(path: &Path, key: &PublicKey, output: &Output) {
    if let Some(weakness) = key.weakness() {
        output.warning(shown(path), weakness);
    }
    if let Some(mode) = mode_for_others(path) {
        output.warning(
            shown(path),
            format_args!("others may read this key (mode {mode:04o})"),
        );
        output.advice(format_args!("chmod 600 {}", word(path)));
    }
}
