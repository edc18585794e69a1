//! Unix: files have an owner, a group and a mode, and signals end programs.

mod rights;

use std::env::ArgsOs;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tempfile::Builder;

pub use rights::{
    FileState, follow_links, keep_attributes, keep_owner, keep_rights, open_folder, other_names,
    rights_of_everybody, shared_identity,
};

/// The variable that names the folder of temporary files.
pub const TEMPORARY: &str = "TMPDIR";

/// The words of the command line; the shell has replaced patterns by the files that match.
pub fn arguments() -> ArgsOs {
    std::env::args_os()
}

/// Text as a word of a command line to paste, quoted where a shell would change it.
pub fn word(text: String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:,@%~".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A path that a list has in these bytes.
#[expect(
    clippy::unnecessary_wraps,
    reason = "elsewhere not all bytes are a path"
)]
pub fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    Some(OsString::from_vec(bytes).into())
}

/// Nothing: a file name may end in a CR.
pub fn end_line(_: &mut Vec<u8>) {}

/// A path in the form in which it is compared with others.
pub fn folded(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Whether an error of writing means that the reader has closed the pipe.
pub fn nobody_reads(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Whether an error of looking where a link leads means that nothing is there.
pub fn leads_nowhere(error: &io::Error) -> bool {
    let is_nothing = matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    );
    is_nothing || error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Ends the program by SIGPIPE, as other tools end. A status would say what nobody has read.
pub fn end_as_by_closed_pipe() {
    let _ = emulate_default_handler(SIGPIPE);
}

/// The name of this host.
pub fn host_name() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// Gives a new file a mode, less what the umask takes away.
pub fn set_mode(builder: &mut Builder<'_, '_>, mode: u32) {
    builder.permissions(Permissions::from_mode(mode));
}

/// Makes a folder that is the owner's alone.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Makes a path lead to a name beside it, by one rename of a symbolic link.
pub fn replace_pointer(path: &Path, target: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    let link = builder
        .prefix(".dkim-")
        .make_in(folder, |name| symlink(target, name))?;
    link.into_temp_path().persist(path)?;
    Ok(())
}

/// What a path leads to that [`replace_pointer`] has made.
pub fn read_pointer(path: &Path) -> io::Result<PathBuf> {
    fs::read_link(path)
}

/// From now on a signal that ends the program first calls `before`, with what ends the program.
/// Signals that the parent process has set to be ignored (`nohup`, for one) stay ignored. If no
/// thread can be started, signals end the program as ever.
pub fn before_signals_end(before: impl Fn(&dyn Fn()) + Send + 'static) {
    let wait = move || {
        let ignored = ignored();
        let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter();
        let heeded = heeded.filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let Ok(mut signals) = Signals::new(heeded) else {
            return;
        };
        for signal in signals.forever() {
            before(&|| {
                // The parent process sees which signal ended the program.
                let _ = emulate_default_handler(signal);
            });
        }
    };
    let _ = thread::Builder::new().spawn(wait);
}

/// The signals that are ignored, the first as the lowest bit; on Linux. Other systems do not tell
/// without unsafe code.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

/// A command that the shell reads.
pub fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

/// Lets a command and all that it starts be ended together.
pub fn in_own_group(command: &mut Command) {
    command.process_group(0);
}

/// Ends a command with all that it has started.
pub fn end_group(child: &mut Child) {
    end_group_of(child.id());
    let _ = child.kill();
    let _ = child.wait();
}

/// Ends the group of a process that was begun in a group of its own.
pub fn end_group_of(process: u32) {
    if let Some(group) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
