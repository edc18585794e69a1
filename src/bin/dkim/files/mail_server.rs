//! The keys in use as configuration of mail servers that want a table.
//!
//! The files name the folder of one generation, not `DIR/active`: a server that reads the table and
//! later a key never mixes two generations. They are written anew after each switch.

use std::fs;
use std::path::{Path, PathBuf};

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::PrivateKey;

use super::key_dir::SEED;
use super::{KeyDir, shown};
use crate::error::Error;

/// A mail server whose configuration can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailServer {
    /// OpenDKIM's `KeyTable`.
    OpenDkim,
    /// `dkim_signing.conf` of rspamd.
    Rspamd,
}

/// A key as a server is told of it.
struct Entry {
    selector: Selector,
    key_type: KeyType,
    path: String,
}

impl MailServer {
    /// The server of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "opendkim" => Some(Self::OpenDkim),
            "rspamd" => Some(Self::Rspamd),
            _ => None,
        }
    }

    /// What a file of the server's configuration is to say of the keys in use of a folder; `None` if
    /// it says that already.
    pub fn config(self, keys: &KeyDir, file: &Path) -> Result<Option<String>, Error> {
        let Some(active) = keys.read_active()? else {
            return Err(Error::cannot("no key in it is in use yet").about(shown(keys.path())));
        };
        let mut entries = Vec::new();
        for key in &active.keys {
            let about = |error: Error| error.about(shown(&key.path));
            let private = PrivateKey::from_bytes(&key.bytes, None)
                .map_err(|why| about(Error::cannot(why)))?;
            let key_type = private.public_key().key_type();
            let path = self.file_of(&key.path, key_type);
            let path = fs::canonicalize(&path).map_err(|error| {
                let error = Error::from(error).about(shown(&path));
                error.hint("rspamd reads Ed25519 keys that are written with --key-format seed")
            })?;
            entries.push(Entry {
                selector: key.selector.clone(),
                key_type,
                path: self.path(&path).map_err(about)?,
            });
        }
        let text = match self {
            Self::OpenDkim => key_table(&active.domain, &entries),
            Self::Rspamd => dkim_signing(&active.domain, &entries),
        };
        let is_there = fs::read(file).is_ok_and(|there| there == text.as_bytes());
        Ok((!is_there).then_some(text))
    }

    /// The file of a key that the server can read.
    fn file_of(self, pem: &Path, key_type: KeyType) -> PathBuf {
        if self == Self::Rspamd && key_type == KeyType::Ed25519 {
            pem.with_extension(SEED)
        } else {
            pem.to_owned()
        }
    }

    /// A path as the server reads it; the error says that it cannot.
    fn path(self, path: &Path) -> Result<String, Error> {
        let (name, special) = match self {
            Self::OpenDkim => ("OpenDKIM", "#%:"),
            Self::Rspamd => ("rspamd", "$\"\\"),
        };
        let refused = |character: char| {
            special.contains(character) || character.is_control() || character.is_whitespace()
        };
        match path.to_str() {
            Some(text) if !text.contains(refused) => Ok(text.to_owned()),
            _ => Err(Error::cannot(format!("{name} cannot read this path"))
                .hint("keep the keys in a folder whose path is letters, digits, / . _ and -")),
        }
    }
}

/// OpenDKIM's table of keys. The names of the keys stay the same, so that the table of senders that
/// leads to them never changes.
fn key_table(domain: &Sdid, entries: &[Entry]) -> String {
    let domain = domain.to_ascii();
    let mut text = format!(
        "# Written by dkim rotate. In opendkim.conf: KeyTable file:THIS_FILE, and\n\
         # SigningTable refile:FILE, with this line in FILE: *@{domain} rsa.{domain}\n"
    );
    for entry in entries {
        let (kind, selector) = (entry.key_type.name(), entry.selector.to_ascii());
        // OpenDKIM 2.11 fails at any other key.
        let before = match entry.key_type {
            KeyType::Rsa => "",
            _ => "# OpenDKIM 2.11 signs with RSA alone: ",
        };
        let path = &entry.path;
        text += &format!("{before}{kind}.{domain} {domain}:{selector}:{path}\n");
    }
    text
}

/// rspamd's settings of one domain.
fn dkim_signing(domain: &Sdid, entries: &[Entry]) -> String {
    let domain = domain.to_ascii();
    let mut text =
        format!("# Written by dkim rotate.\ndomain {{\n  \"{domain}\" {{\n    selectors [\n");
    for entry in entries {
        let (path, selector) = (&entry.path, entry.selector.to_ascii());
        text += &format!("      {{ path = \"{path}\"; selector = \"{selector}\"; }},\n");
    }
    text + "    ]\n  }\n}\n"
}

#[cfg(test)]
mod tests;
