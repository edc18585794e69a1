//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Kind};
use crate::files::shown;

/// The folder of keys is this process's alone while the lock is held. The operating system gives it
/// back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("lock");
        let about = |error: Error| error.about(shown(&path));
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let file = options.open(&path).map_err(|error| about(error.into()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new(Kind::NotNow, "another process works on it")
                    .about(shown(folder))
                    .hint("wait until it has ended, then run this again"))
            }
            Err(TryLockError::Error(error)) => Err(about(error.into())),
        }
    }
}
