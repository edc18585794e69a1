//! The folder of keys that `dkim rotate` keeps and `dkim sign --key-dir` reads.
//!
//! A generation is a numbered folder (`DIR/0007`) with one private key of each type in
//! `SELECTOR._domainkey.DOMAIN.pem`, as `dkim keygen` names them, Ed25519 as a [`SEED`] too, and the
//! list [`LIST`]. It never changes after it has its name, and its number is never given again. `DIR/active` leads to the
//! generation in use and is replaced by one rename. A reader resolves it once and opens all below the
//! folder that it led to: it never has keys of two generations.

mod active;
mod generation;
mod leftovers;
mod lock;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{shown, word};
use crate::error::Error;
use crate::system::{self, make_private_folder};

pub use active::ActiveKeys;
pub use generation::KeyToWrite;
pub use lock::Lock;

/// The link to the generation in use.
const ACTIVE: &str = "active";
/// The list in a generation: its domain, and the selector of each type, as `NAME: VALUE`.
const LIST: &str = "selectors";
/// The ending of the file of an Ed25519 key as a seed in base64, beside the one in PEM.
pub const SEED: &str = "seed";
/// What the names of files and folders begin with that are not finished.
const UNFINISHED: &str = ".dkim-";
/// A file that is in a generation until the state knows it: without the state, nobody can use it.
const UNKNOWN: &str = ".dkim-unknown";

/// A folder of keys.
#[derive(Clone, Debug)]
pub struct KeyDir {
    path: PathBuf,
}

impl KeyDir {
    /// The folder, which is made for the owner alone if it is not there.
    pub fn create(path: &Path) -> Result<Self, Error> {
        if !path.is_dir() {
            make_private_folder(path).map_err(|error| Error::from(error).about(shown(path)))?;
        }
        Ok(Self::at(path))
    }

    /// A folder that is there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Ok(Self::at(path)),
            Ok(_) => Err(Error::cannot("not a folder").about(shown(path))),
            Err(error) => Err(Error::from(error).about(shown(path))),
        }
    }

    fn at(path: &Path) -> Self {
        let path = path.to_owned();
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of a generation, whether or not it is there.
    pub fn generation(&self, number: u32) -> PathBuf {
        self.path.join(folder_name(number))
    }

    /// Whether a generation is there; it is whole if it is.
    pub fn has(&self, number: u32) -> bool {
        self.generation(number).is_dir()
    }

    /// The number of the generation in use, if there is one.
    pub fn active(&self) -> Result<Option<u32>, Error> {
        let Some(target) = self.pointer()? else {
            return Ok(None);
        };
        match target.to_str().and_then(number_of) {
            Some(number) => Ok(Some(number)),
            None => {
                let error = format!("leads to {}, which is not a generation", shown(&target));
                Err(Error::cannot(error).about(shown(&self.link())))
            }
        }
    }

    /// A command that makes `active` lead to a generation again, whatever is there.
    pub fn relink(&self, number: u32) -> String {
        let active = self.path.join(ACTIVE);
        let moved = match active.symlink_metadata() {
            Ok(found) if found.is_symlink() => format!("rm {}", word(&active)),
            Ok(_) => {
                let aside = self.path.join("not-active");
                format!("mv {} {}", word(&active), word(&aside))
            }
            Err(_) => return format!("ln -s {} {}", folder_name(number), word(&active)),
        };
        let name = folder_name(number);
        format!("{moved} && ln -s {name} {}", word(&active))
    }

    /// Where the link to the generation in use is.
    pub fn link(&self) -> PathBuf {
        self.path.join(ACTIVE)
    }

    /// Uses another generation from now on: one rename, which lasts when this returns.
    pub fn switch(&self, number: u32) -> Result<(), Error> {
        let active = self.path.join(ACTIVE);
        if !self.has(number) {
            let error = format!("there is no generation {}", folder_name(number));
            return Err(Error::cannot(error).about(shown(&self.path)));
        }
        system::replace_pointer(&active, &folder_name(number))
            .map_err(|error| Error::from(error).about(shown(&active)))?;
        self.sync();
        Ok(())
    }

    /// Destroys the private keys of a generation that is not in use: their files are unlinked. What
    /// was written may still be read from the disk's free blocks, snapshots and backups; who fears
    /// that encrypts the disk. A generation that is gone already is no error.
    pub fn destroy(&self, number: u32) -> Result<(), Error> {
        let folder = self.generation(number);
        if self.active()? == Some(number) {
            return Err(Error::cannot("mail is signed with these keys").about(shown(&folder)));
        }
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::from(error).about(shown(&folder)))
            }
            _ => {
                self.sync();
                Ok(())
            }
        }
    }

    /// Takes the folder for this process alone until the lock is dropped or the process ends; the
    /// error says that another has it.
    pub fn lock(&self) -> Result<Lock, Error> {
        Lock::take(&self.path)
    }

    /// What `active` leads to.
    fn pointer(&self) -> Result<Option<PathBuf>, Error> {
        let active = self.path.join(ACTIVE);
        match system::read_pointer(&active) {
            Ok(target) => Ok(Some(target)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) if active.exists() => {
                Err(Error::cannot("is not a link to a generation").about(shown(&active)))
            }
            Err(error) => Err(Error::from(error).about(shown(&active))),
        }
    }

    /// Waits until the names in the folder are on the disk.
    fn sync(&self) {
        // Not every file system can be asked.
        let _ = File::open(&self.path).and_then(|folder| folder.sync_all());
    }
}

/// The name of a generation's folder.
fn folder_name(number: u32) -> String {
    format!("{number:04}")
}

/// The generation that a folder of this name holds.
fn number_of(name: &str) -> Option<u32> {
    let number = name.parse().ok()?;
    (folder_name(number) == name).then_some(number)
}

#[cfg(test)]
mod tests;
