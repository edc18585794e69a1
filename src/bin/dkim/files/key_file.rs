//! Key files: read without leaving copies in memory, written whole and for the owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::key::{PrivateKeyError, PrivateKeyText, PublicKey};
use dkim_toolkit::key_file::KeyFileError;
use zeroize::Zeroizing;

use super::key_dir::SEED;
use super::new_file::NewFile;
use super::{shown, word};
use crate::error::{Error, io_reason};
use crate::interrupt::Steps;
use crate::system::{folder_of, follow_links, keep_owner};

/// Longer files are no key and no passphrase, in bytes.
const MAX_KEY_FILE: usize = 1024 * 1024;

/// What to do about an encrypted key.
pub const ASK_PASSPHRASE: &str = "name the file with its passphrase: --passphrase-file FILE";

/// What is said of 32 bytes in base64, which may be a public key.
const READ_AS_SEED: &str = "read as a private Ed25519 seed; for a public key give k=ed25519; p=…";

/// A passphrase for encrypted keys, if there is one.
pub struct Passphrase {
    file: Option<Zeroizing<Vec<u8>>>,
}

impl Passphrase {
    /// Reads a passphrase file.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        let file = path.map(read_secret).transpose()?;
        Ok(Self { file })
    }

    /// The first line of the file.
    pub fn bytes(&self) -> Option<&[u8]> {
        let line = self.file.as_ref()?.split(|&byte| byte == b'\n').next()?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Reads a file with a secret in it.
pub fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    open_secret(path).map_err(|error| error.about(shown(path)))
}

fn open_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let length = usize::try_from(metadata.len())
        .ok()
        .filter(|_| metadata.is_file());
    let length = length.unwrap_or(MAX_KEY_FILE);
    read_secret_from(file, length)
}

/// Reads a secret of about `length` bytes.
fn read_secret_from(from: impl Read, length: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Room for all of it: a vector that grows would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(MAX_KEY_FILE) + 1));
    from.take(MAX_KEY_FILE as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_KEY_FILE {
        return Err(Error::cannot("larger than 1 MiB, the limit for a key file"));
    }
    Ok(bytes)
}

/// Reads the public key of a file that holds a key of any kind; `-` is standard input. With it
/// comes what a reader of the file may have taken for something else.
pub fn read_public_key(
    path: &Path,
    passphrase: &Passphrase,
) -> Result<(PublicKey, Option<&'static str>), Error> {
    let bytes = if path.as_os_str() == "-" {
        read_secret_from(io::stdin().lock(), MAX_KEY_FILE)
    } else {
        read_secret(path)
    };
    let bytes = bytes.map_err(|error| error.about(shown(path)))?;
    match PublicKey::from_bytes(&bytes, passphrase.bytes()) {
        Ok(key) => Ok((key, is_bare_seed(&bytes).then_some(READ_AS_SEED))),
        Err(why) => {
            let error = Error::cannot(&why).about(shown(path));
            let hint = match why {
                KeyFileError::Private(PrivateKeyError::Encrypted) => {
                    Some(ASK_PASSPHRASE.to_owned())
                }
                why => why.hint(),
            };
            Err(error.hints(hint))
        }
    }
}

/// The selector and the domain that a key's file is named by, as `dkim keygen` and `dkim rotate`
/// name it.
pub fn named_key(path: &Path) -> Option<(Selector, Sdid)> {
    let name = path.file_name()?.to_str()?;
    let (name, ending) = name.rsplit_once('.')?;
    let (selector, domain) = name.split_once("._domainkey.")?;
    if !matches!(ending, "pem" | SEED) {
        return None;
    }
    Some((selector.parse().ok()?, domain.parse().ok()?))
}

/// Whether that is nothing but the base64 of 32 bytes: a seed, or a public key taken for one.
fn is_bare_seed(bytes: &[u8]) -> bool {
    let mut length = 0;
    for byte in bytes.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        if !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte)) {
            return false;
        }
        length += 1;
    }
    // Without padding, and with it.
    matches!(length, 43 | 44)
}

/// Whether a key file may be written here: nothing is there, or it may be replaced, or it is no
/// file that could be lost: a pipe, say.
pub fn check_target(path: &Path, overwrite: bool) -> Result<(), Error> {
    match fs::metadata(path) {
        Ok(existing) if existing.is_dir() => Err(Error::cannot("is a directory")
            .about(shown(path))
            .hint(format!("--output-dir {}", word(path)))),
        Ok(existing) if existing.is_file() && !overwrite => Err(already_there(path)),
        _ => Ok(()),
    }
}

fn already_there(path: &Path) -> Error {
    Error::cannot("already exists, and a lost key cannot be had back")
        .about(shown(path))
        .hint("choose another selector, or --overwrite to replace the key")
}

/// Writes private keys, each to its file: all of them or none, and from the first moment on for the
/// owner alone.
///
/// Where a file is replaced after another one, and that fails, the first has its new key.
pub fn write_private_keys(
    keys: &[(&Path, &PrivateKeyText)],
    overwrite: bool,
    steps: &Steps,
) -> Result<(), Error> {
    let about = |path: &Path, error: Error| error.about(shown(path));
    // All are on the disk before the first gets its name.
    let mut files = Vec::new();
    for &(path, key) in keys {
        let file = write_nameless(path, key).map_err(|error| about(path, error))?;
        files.extend(file.map(|file| (path, file)));
    }
    // To replace a file is a step of its own.
    let _step = (!overwrite).then(|| steps.begin());
    let mut created = Vec::new();
    for (path, (file, target)) in files {
        let is_new = !target.exists();
        let named = if overwrite {
            file.replace(&target, steps)
        } else {
            file.create(&target)
        };
        if let Err(error) = named {
            for target in created {
                // If that fails as well, there is nothing more to be done.
                let _ = fs::remove_file(target);
            }
            return Err(match error.kind() {
                // Whoever made the file since it was looked for keeps it.
                io::ErrorKind::AlreadyExists => already_there(path),
                _ => about(path, error.into()),
            });
        }
        if is_new {
            created.push(target);
        }
    }
    Ok(())
}

/// Writes a private key to a file that has no name yet, and gives the name that it shall have;
/// `None` if the key went to what is no file.
fn write_nameless(path: &Path, key: &PrivateKeyText) -> Result<Option<(NewFile, PathBuf)>, Error> {
    let bytes = key.as_str().as_bytes();
    let existing = fs::metadata(path).ok();
    if existing
        .as_ref()
        .is_some_and(|existing| !existing.is_file())
    {
        OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(bytes)?;
        return Ok(None);
    }
    // A link stays a link: the key goes to where it leads.
    let target = follow_links(path)?;
    let mut file =
        NewFile::beside(&target, 0o600).map_err(|error| about_folder(&target, &error))?;
    file.file().write_all(bytes)?;
    if let Some(existing) = existing {
        keep_owner(file.file(), &existing);
    }
    Ok(Some((file, target)))
}

/// Says why no file can be made in a folder.
fn about_folder(target: &Path, error: &io::Error) -> Error {
    let reason = io_reason(error);
    // The temporary file's name is of no interest.
    let reason = reason.split(" at path ").next().unwrap_or_default();
    let folder = folder_of(target);
    let cannot = format!("no file can be made in {}: {reason}", shown(&folder));
    let cannot = Error::cannot(cannot);
    if error.kind() == io::ErrorKind::NotFound {
        cannot.hint(format!("mkdir -p {}", word(&folder)))
    } else {
        cannot
    }
}
