//! Reading the generation in use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::{Sdid, Selector};
use zeroize::Zeroizing;

use super::generation::file_name;
use super::{KeyDir, LIST};
use crate::error::Error;
use crate::files::{named_key, read_secret, shown};

/// How often a generation is looked for that is replaced and removed meanwhile.
const ATTEMPTS: usize = 10;

/// The keys of the generation in use.
pub struct ActiveKeys {
    /// The domain of all of them.
    pub domain: Sdid,
    /// One of each type, in the order in which they were made.
    pub keys: Vec<ActiveKey>,
}

/// A private key in use.
pub struct ActiveKey {
    pub selector: Selector,
    pub path: PathBuf,
    pub bytes: Zeroizing<Vec<u8>>,
}

impl KeyDir {
    /// Reads a generation, in use or not.
    pub fn read(&self, number: u32) -> Result<ActiveKeys, Error> {
        read_generation(&self.generation(number))
    }

    /// Reads the generation in use; `None` if there is none. `active` is resolved once, and again only
    /// if what it led to is gone because another generation has taken its place.
    pub fn read_active(&self) -> Result<Option<ActiveKeys>, Error> {
        let Some(mut target) = self.pointer()? else {
            return Ok(None);
        };
        for _ in 1..ATTEMPTS {
            let read = read_generation(&self.path.join(&target));
            let Some(now) = self
                .pointer()?
                .filter(|now| read.is_err() && *now != target)
            else {
                return read.map(Some);
            };
            target = now;
        }
        read_generation(&self.path.join(&target)).map(Some)
    }
}

fn read_generation(folder: &Path) -> Result<ActiveKeys, Error> {
    let damaged = |why: String| Error::cannot(why).about(shown(folder));
    let names = names(folder)?;
    let mut domain: Option<Sdid> = None;
    let mut keys = Vec::new();
    for (selector, of) in names {
        let path = folder.join(file_name(&selector, &of));
        match &domain {
            Some(domain) if domain.to_ascii() != of.to_ascii() => {
                return Err(damaged(format!(
                    "there are keys of two domains in it, {domain} and {of}"
                )));
            }
            _ => domain = Some(of),
        }
        let bytes = read_secret(&path)?;
        keys.push(ActiveKey {
            selector,
            path,
            bytes,
        });
    }
    match domain {
        Some(domain) => Ok(ActiveKeys { domain, keys }),
        None => Err(damaged(
            "there is no key in it: no file SELECTOR._domainkey.DOMAIN.pem".to_owned(),
        )),
    }
}

/// The selectors and domains of the keys: those of the list, or without one those that files are
/// named by.
fn names(folder: &Path) -> Result<Vec<(Selector, Sdid)>, Error> {
    let about = |path: &Path, error: io::Error| Error::from(error).about(shown(path));
    let list = folder.join(LIST);
    match fs::read_to_string(&list) {
        Ok(text) => {
            return listed(&text).ok_or_else(|| {
                Error::cannot("is damaged: not what was written").about(shown(&list))
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(about(&list, error)),
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| about(folder, error))? {
        let name = entry.map_err(|error| about(folder, error))?.file_name();
        let name = Path::new(&name);
        let is_pem = name.extension().is_some_and(|ending| ending == "pem");
        names.extend(named_key(name).filter(|_| is_pem));
    }
    names.sort_by_key(|(selector, _)| selector.to_ascii().to_string());
    Ok(names)
}

fn listed(text: &str) -> Option<Vec<(Selector, Sdid)>> {
    let mut lines = text.lines().map(|line| line.split_once(": "));
    let domain: Sdid = match lines.next()?? {
        ("domain", domain) => domain.parse().ok()?,
        _ => return None,
    };
    lines
        .map(|line| Some((line?.1.parse().ok()?, domain.clone())))
        .collect()
}
