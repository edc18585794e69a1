//! Key files: read without leaving copies in memory, written whole and for the owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::Path;

use dkim_toolkit::key::{PrivateKeyError, PrivateKeyPem, PublicKey};
use dkim_toolkit::key_file::KeyFileError;
use zeroize::Zeroizing;

use crate::exit::ExitStatus;
use crate::io::{Failure, follow_links, shown};
use crate::new_file::{NewFile, folder_of};
use crate::output;

/// Key and passphrase files of more octets are none.
const MAX_KEY_FILE: usize = 1024 * 1024;

/// What to do about an encrypted key.
pub const ASK_PASSPHRASE: &str = "name the file with its passphrase: --passphrase-file FILE";

/// A passphrase for encrypted keys, if there is one.
pub struct Passphrase {
    file: Option<Zeroizing<Vec<u8>>>,
}

impl Passphrase {
    /// Reads a passphrase file. What goes wrong is said.
    pub fn read(path: Option<&Path>) -> Result<Self, ExitStatus> {
        let read = |path| {
            read_secret(path).map_err(|failure| {
                failure.say(shown(path));
                ExitStatus::CannotDo
            })
        };
        let file = path.map(read).transpose()?;
        Ok(Self { file })
    }

    /// The first line of the file.
    pub fn octets(&self) -> Option<&[u8]> {
        let line = self.file.as_ref()?.split(|&octet| octet == b'\n').next()?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Reads a file with a secret in it.
pub fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let length = usize::try_from(metadata.len())
        .ok()
        .filter(|_| metadata.is_file());
    let length = length.unwrap_or(MAX_KEY_FILE);
    read_secret_from(file, length)
}

/// Reads a secret of about `length` octets.
fn read_secret_from(from: impl Read, length: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Room for all of it: a vector that grows would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(length.min(MAX_KEY_FILE) + 1));
    from.take(MAX_KEY_FILE as u64).read_to_end(&mut octets)?;
    Ok(octets)
}

/// Reads the public key of a file that holds a key of any kind; `-` is standard input. What goes
/// wrong is said.
pub fn read_public_key(path: &Path, passphrase: &Passphrase) -> Result<PublicKey, ExitStatus> {
    let octets = if path.as_os_str() == "-" {
        read_secret_from(io::stdin().lock(), MAX_KEY_FILE)
    } else {
        read_secret(path)
    };
    let cannot = |failure: &Failure| {
        failure.say(shown(path));
        ExitStatus::CannotDo
    };
    let octets = octets.map_err(|failure| cannot(&failure))?;
    let key = PublicKey::from_bytes(&octets, passphrase.octets());
    if key.is_ok() && is_bare_seed(&octets) {
        output::warning(
            shown(path),
            "read as a private Ed25519 seed; for a public key give k=ed25519; p=…",
        );
    }
    key.map_err(|error| {
        let status = cannot(&Failure::new(&error));
        match error {
            KeyFileError::Private(PrivateKeyError::Encrypted) => output::hint(ASK_PASSPHRASE),
            error => error.hint().into_iter().for_each(output::hint),
        }
        status
    })
}

/// Whether that is nothing but the base64 of 32 octets: a seed, or a public key taken for one.
fn is_bare_seed(octets: &[u8]) -> bool {
    let mut length = 0;
    for octet in octets.iter().filter(|octet| !octet.is_ascii_whitespace()) {
        if !(octet.is_ascii_alphanumeric() || b"+/=".contains(octet)) {
            return false;
        }
        length += 1;
    }
    // Without padding, and with it.
    matches!(length, 43 | 44)
}

/// Whether a key file may be written here: nothing is there, or it may be replaced, or it is no
/// file that could be lost: a pipe, say.
pub fn check_target(path: &Path, overwrite: bool) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(existing) if existing.is_dir() => Err(Failure {
            reason: "is a directory".to_owned(),
            hint: Some("name a file in it, or use --output-dir DIR"),
        }),
        Ok(existing) if existing.is_file() && !overwrite => Err(already_there()),
        _ => Ok(()),
    }
}

fn already_there() -> Failure {
    Failure {
        reason: "already exists, and a lost key cannot be had back".to_owned(),
        hint: Some("choose another selector, or --overwrite to replace the key"),
    }
}

/// Writes a private key: whole or not at all, and from the first moment on for the owner alone.
pub fn write_private_key(path: &Path, key: &PrivateKeyPem, overwrite: bool) -> Result<(), Failure> {
    let octets = key.as_str().as_bytes();
    let existing = fs::metadata(path).ok();
    if existing
        .as_ref()
        .is_some_and(|existing| !existing.is_file())
    {
        OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(octets)?;
        return Ok(());
    }
    // A link stays a link: the key goes to where it leads.
    let target = follow_links(path)?;
    let mut file =
        NewFile::beside(&target, 0o600).map_err(|error| about_folder(&target, &error))?;
    file.file().write_all(octets)?;
    if let Some(existing) = existing {
        // To change the owner takes rights that whoever replaces a file need not have.
        let _ = fchown(file.file(), Some(existing.uid()), Some(existing.gid()));
    }
    if overwrite {
        file.replace(&target)?;
    } else {
        // Whoever made the file since it was looked for keeps it.
        file.create(&target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => already_there(),
            _ => error.into(),
        })?;
    }
    Ok(())
}

/// What keeps a file from being made in a folder is the folder's.
fn about_folder(target: &Path, error: &io::Error) -> Failure {
    let reason = output::io_reason(error);
    // The temporary file's name is of no interest.
    let reason = reason.split(" at path ").next().unwrap_or_default();
    Failure {
        reason: format!(
            "no file can be made in {}: {reason}",
            shown(&folder_of(target))
        ),
        hint: (error.kind() == io::ErrorKind::NotFound).then_some("make the folder first"),
    }
}
