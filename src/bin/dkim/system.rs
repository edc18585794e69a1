//! What differs between operating systems: the same functions for each.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::path::{Path, PathBuf};

#[cfg(not(unix))]
use other as this;
#[cfg(unix)]
use unix as this;

pub use this::{
    FileState, TEMPORARY, arguments, before_signals_end, end_as_by_closed_pipe, end_group,
    end_group_of, end_line, folded, follow_links, host_name, in_own_group, keep_attributes,
    keep_owner, keep_rights, leads_nowhere, make_private_folder, nobody_reads, open_folder,
    other_names, path_of, read_pointer, replace_pointer, rights_of_everybody, set_mode,
    shared_identity, shell, word,
};

/// The folder that a file is in.
pub fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
