//! Windows, without calls into the system: files have the rights that their folder gives them.
//!
//! Access control lists are neither read nor written: there is no warning about a key that others
//! may read, and a file that is replaced loses rights that it had for itself. Ctrl-C ends the
//! program at once, as Windows does it: a file under a hidden name (`.dkim-…`) may stay behind.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::SystemTime;

use tempfile::Builder;
use wild::ArgsOs;

/// The variable that names the folder of temporary files.
pub const TEMPORARY: &str = "TMP";

/// The words of the command line, with the files that match in place of patterns: no shell of
/// Windows replaces them.
pub fn arguments() -> ArgsOs {
    wild::args_os()
}

/// Text as a word of a command line to paste, quoted where cmd or PowerShell would change it.
pub fn word(text: String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || br"/\._-+:~".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text;
    }
    // No file name has a quotation mark in it.
    format!("\"{text}\"")
}

/// A path that a list has in these bytes; `None` if they are not UTF-8.
pub fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Takes the CR away that lines end with: no file name has one.
pub fn end_line(path: &mut Vec<u8>) {
    path.pop_if(|last| *last == b'\r');
}

/// A path in the form in which it is compared with others: names differ in more than case.
pub fn folded(path: &Path) -> PathBuf {
    path.to_string_lossy().to_lowercase().into()
}

/// Whether an error of writing means that the reader has closed the pipe.
pub fn nobody_reads(error: &io::Error) -> bool {
    // "No process is on the other end of the pipe", which the standard library gives no kind.
    const PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(PIPE_NOT_CONNECTED)
}

/// Whether an error of looking where a link leads means that nothing is there.
pub fn leads_nowhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// Nothing: there are no signals, so an exit status has to do.
pub fn end_as_by_closed_pipe() {}

/// The name of this host.
pub fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Nothing: there are no modes.
pub fn set_mode(_: &mut Builder<'_, '_>, _: u32) {}

/// None: there are no modes.
pub fn rights_of_everybody(_: &Path) -> Option<(&'static str, u32)> {
    None
}

/// None: there are no modes.
pub fn open_folder(_: &Path) -> Option<(PathBuf, u32)> {
    None
}

/// What tells whether a file is as it was: its size, and when it was made and changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    size: u64,
    created: Option<SystemTime>,
    modified: Option<SystemTime>,
}

impl FileState {
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            created: metadata.created().ok(),
            modified: metadata.modified().ok(),
        }
    }
}

/// None: the standard library does not tell.
pub fn other_names(_: &Metadata) -> u64 {
    0
}

/// None: the standard library does not tell.
pub fn shared_identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// Nothing: the owner is whoever made the file.
pub fn keep_owner(_: &File, _: &Metadata) {}

/// Nothing: the folder gives a new file its rights.
#[expect(clippy::unnecessary_wraps, reason = "on Unix this can fail")]
pub fn keep_rights(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Nothing: attributes that belong to a file here are streams, which no call without unsafe code
/// lists.
#[expect(clippy::unnecessary_wraps, reason = "on Unix this can fail")]
pub fn keep_attributes(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// Refuses a link: whose it is cannot be told, and somebody may have put it there to have another
/// file overwritten.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(io::Error::other(
            "is a link, through which nothing is written; name the file itself",
        ));
    }
    Ok(path.to_owned())
}

/// Makes a folder, with the rights that the folder around it gives.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Makes a path lead to a name beside it: a file with the name in it, replaced by one rename, for
/// links take rights that not everybody has.
pub fn replace_pointer(path: &Path, target: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = Builder::new().prefix(".dkim-").tempfile_in(folder)?;
    file.write_all(target.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// What a path leads to that [`replace_pointer`] has made.
pub fn read_pointer(path: &Path) -> io::Result<PathBuf> {
    Ok(fs::read_to_string(path)?.trim_end().into())
}

/// Nothing: there are no signals.
pub fn before_signals_end(_: impl Fn(&dyn Fn()) + Send + 'static) {}

/// A command that the shell reads.
pub fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.args(["/C", line]);
    command
}

/// Nothing: there are no groups.
pub fn in_own_group(_: &mut Command) {}

/// Nothing: there are no groups.
pub fn end_group_of(_: u32) {}

/// Ends a command.
pub fn end_group(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
