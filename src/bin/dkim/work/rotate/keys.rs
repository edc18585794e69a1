//! The generation in use: that the folder and the state agree on it, and that its keys are there.

use dkim_toolkit::key::{PrivateKey, PrivateKeyError};
use dkim_toolkit::key_record::KeyRecord;
use dkim_toolkit::rotation::{Key, State};

use crate::args::Rotate;
use crate::error::Error;
use crate::files::{KeyDir, shown, word};

/// Takes over what `active` leads to, if a run ended between the switch and the state. Whatever else
/// it leads to that the state does not say is an error: nobody can tell which of the two is right.
pub fn follow(dir: &KeyDir, state: &mut State, now: u64) -> Result<(), Error> {
    let found = dir.active().map_err(|error| match state.active {
        Some(active) => error.hint(dir.relink(active)),
        None => error,
    })?;
    let Some(found) = found.filter(|found| state.active != Some(*found)) else {
        return Ok(());
    };
    if state.coming() == Some(found) {
        state.switched(found, now);
        return Ok(());
    }
    let error = |why: String| Error::cannot(why).about(shown(&dir.link()));
    match state.active {
        Some(active) if state.generation(found).next().is_some() => {
            let why = format!(
                "leads to {found:04}, but the state says that mail is signed with {active:04}"
            );
            Err(error(why).hint(dir.relink(active)))
        }
        _ => {
            let why = format!(
                "leads to {found:04}, which the state does not know: state.json is not the latest, or \
                 somebody else made these keys; mail is signed with them, and nothing is done"
            );
            let other = dir.path().with_extension("new");
            Err(error(why)
                .hint("put the latest state.json back, or begin in another folder:")
                .hint(format!(
                    "dkim rotate -d {} --dir {}",
                    state.domain,
                    word(&other)
                )))
        }
    }
}

/// What keeps mail from being signed with a generation; `None` if nothing does.
pub fn unusable(dir: &KeyDir, number: u32, state: &State, arguments: &Rotate) -> Option<Error> {
    let error = check(dir, number, state).err()?;
    let key = state.generation(number).next()?;
    Some(error.hint(format!(
        "put it back from a backup, or have other keys made: dkim rotate -d {} --dir {} --retire {}",
        state.domain,
        word(&arguments.dir),
        key.selector
    )))
}

fn check(dir: &KeyDir, number: u32, state: &State) -> Result<(), Error> {
    let there = dir.read(number)?;
    for key in state.generation(number) {
        let mut files = there.keys.iter();
        let Some(file) = files.find(|file| file.selector.to_ascii() == key.selector.to_ascii())
        else {
            let error = format!("the key of {} is not in it", key.selector);
            return Err(Error::cannot(error).about(shown(&dir.generation(number))));
        };
        let is_own = match PrivateKey::from_bytes(&file.bytes, None) {
            Ok(private) => is_of(&private, key),
            // The signer has the passphrase.
            Err(PrivateKeyError::Encrypted) => true,
            Err(why) => return Err(Error::cannot(why).about(shown(&file.path))),
        };
        if !is_own {
            return Err(
                Error::cannot("is not the key whose record is published").about(shown(&file.path))
            );
        }
    }
    Ok(())
}

fn is_of(private: &PrivateKey, key: &Key) -> bool {
    let record = KeyRecord::parse(key.record.as_bytes());
    record.is_ok_and(|record| record.key.to_record() == private.public_key().to_record())
}
