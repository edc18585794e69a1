//! Where signed messages go.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::args::Sign;
use crate::error::Error;
use crate::files::{Source, Sources, shown, word};
use crate::system::{folded, shared_identity};

/// The messages to sign, one after the other, and the files that they go to.
pub struct Inputs {
    sources: Sources,
    in_place: bool,
    field_only: bool,
    output: Option<PathBuf>,
    output_dir: Option<PathBuf>,
    /// The files that are written or will be.
    written: HashSet<PathBuf>,
    /// The files with several names (hard links) that are replaced, and the name of each that was
    /// named first.
    shared: HashMap<(u64, u64), PathBuf>,
}

impl Inputs {
    pub fn new(sources: Sources, arguments: &Sign) -> Self {
        let output = arguments.output.clone();
        Self {
            sources,
            in_place: arguments.in_place,
            field_only: arguments.field_only,
            output: output.filter(|output| output.as_os_str() != "-"),
            output_dir: arguments.output_dir.clone(),
            written: HashSet::new(),
            shared: HashMap::new(),
        }
    }

    /// Whether it is known that [`take`](Self::take) gives nothing more.
    pub fn is_at_end(&self) -> bool {
        self.sources.is_at_end()
    }

    /// The next message, and the file for it; standard output if there is none.
    pub fn take(&mut self) -> Option<(Source, Result<Option<PathBuf>, Error>)> {
        Some(match self.sources.next()? {
            Ok(source) => {
                let destination = self.destination(&source);
                (source, destination)
            }
            Err((source, error)) => (source, Err(error)),
        })
    }

    /// The earlier name of a file that this one is another name of. The signed message takes only
    /// one name: which one must not depend on which is done first.
    fn earlier_name(&mut self, path: &Path) -> Option<PathBuf> {
        let identity = shared_identity(&fs::metadata(path).ok()?)?;
        match self.shared.entry(identity) {
            Entry::Occupied(first) => Some(first.get().clone()),
            Entry::Vacant(free) => {
                free.insert(path.to_owned());
                None
            }
        }
    }

    fn destination(&mut self, source: &Source) -> Result<Option<PathBuf>, Error> {
        let about = |path: &Path, message: &str| Error::cannot(message).about(shown(path));
        let Source::File(path) = source else {
            return Ok(self.output.clone());
        };
        if self.in_place {
            // What is not there is for the reading to say.
            if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
                let error = about(path, "not a regular file, which --in-place could replace");
                return Err(if path.is_dir() {
                    error.hint(format!("name the messages in it: {}/*", word(path)))
                } else {
                    error
                });
            }
            if !self.written.insert(identity(path)) {
                return Err(about(path, "named twice: it is signed already"));
            }
            if let Some(first) = self.earlier_name(path) {
                let error = about(path, "another name (a hard link) of a file that was named");
                let (first, other) = (word(&first), word(path));
                return Err(error.hint(format!("ln -f {first} {other}")));
            }
            return Ok(Some(path.clone()));
        }
        let Some(folder) = &self.output_dir else {
            let itself = |output: &PathBuf| output.exists() && identity(output) == identity(path);
            if self.field_only && self.output.as_ref().is_some_and(itself) {
                return Err(about(path, "the field alone would replace the message"));
            }
            return Ok(self.output.clone());
        };
        let target = folder.join(path.file_name().unwrap_or_default());
        if target.exists() && identity(&target) == identity(path) {
            let error = about(&target, "this is the message itself");
            return Err(error.hint("to replace messages, use --in-place"));
        }
        if !self.written.insert(identity(&target)) {
            return Err(about(&target, "another message of this name goes there"));
        }
        Ok(Some(target))
    }
}

/// What a path leads to, however it is written, and whether or not it is there yet.
fn identity(path: &Path) -> PathBuf {
    if let Ok(identity) = fs::canonicalize(path) {
        return folded(&identity);
    }
    let parent = path.parent().map(|parent| match parent.as_os_str() {
        parent if parent.is_empty() => Path::new("."),
        _ => parent,
    });
    match (parent.map(fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(name)) => folded(&parent.join(name)),
        _ => folded(path),
    }
}
