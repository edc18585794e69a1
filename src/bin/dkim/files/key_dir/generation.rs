//! Writing a generation, whole or not at all.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{GeneratedKey, KeyFormat};
use tempfile::Builder;

use super::{KeyDir, LIST, SEED, UNFINISHED, UNKNOWN};
use crate::error::Error;
use crate::files::new_file::NewFile;
use crate::files::{shown, word};

/// A private key for a new generation.
#[derive(Clone, Copy)]
pub struct KeyToWrite<'a> {
    pub selector: &'a Selector,
    pub key: &'a GeneratedKey,
}

impl KeyDir {
    /// Writes a generation: its folder has its name when all is in it and on the disk. The folder and
    /// the keys are for the owner alone. It counts as a leftover until [`KeyDir::is_known`].
    pub fn write_generation(
        &self,
        number: u32,
        domain: &Sdid,
        keys: &[KeyToWrite<'_>],
    ) -> Result<(), Error> {
        let target = self.generation(number);
        let about = |path: &Path, error: io::Error| Error::from(error).about(shown(path));
        if target.symlink_metadata().is_ok() {
            let other = self.path.join(format!("other-{number:04}"));
            return Err(
                Error::cannot("is there already, and the state does not know it")
                    .about(shown(&target))
                    .hint(format!("mv {} {}", word(&target), word(&other))),
            );
        }
        let folder = Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.path)
            .map_err(|error| about(&self.path, error))?;
        let write = |name: &str, mode: u32, bytes: &[u8]| {
            let path = folder.path().join(name);
            let mut file = NewFile::beside(&path, mode)?;
            file.file().write_all(bytes)?;
            file.create(&path)
        };
        let write = |name: &str, mode: u32, bytes: &[u8]| {
            write(name, mode, bytes).map_err(|error| about(&target.join(name), error))
        };
        let mut list = format!("domain: {}\n", domain.to_ascii());
        for key in keys {
            let name = file_name(key.selector, domain);
            write(&name, 0o600, key.key.pem.as_str().as_bytes())?;
            // rspamd reads Ed25519 keys in this form alone.
            if let Some(seed) = key.key.in_format(KeyFormat::Seed) {
                let name = Path::new(&name).with_extension(SEED);
                write(&name.to_string_lossy(), 0o600, seed.as_str().as_bytes())?;
            }
            let selector = key.selector.to_ascii();
            let key_type = key.key.key.public_key().key_type();
            let _ = writeln!(list, "{}: {selector}", key_type.name());
        }
        write(LIST, 0o644, list.as_bytes())?;
        write(UNKNOWN, 0o600, b"")?;
        // Not every file system can be asked.
        let _ = File::open(folder.path()).and_then(|folder| folder.sync_all());
        fs::rename(folder.path(), &target).map_err(|error| about(&target, error))?;
        // It has another name now.
        let _ = folder.keep();
        self.sync();
        Ok(())
    }
}

/// The name of a key's file.
pub(super) fn file_name(selector: &Selector, domain: &Sdid) -> String {
    format!(
        "{}._domainkey.{}.pem",
        selector.to_ascii(),
        domain.to_ascii()
    )
}
