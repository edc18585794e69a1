//! Which entries of a folder are messages.

/// Where new messages are, and one of the two folders that make a Maildir.
const NEW: &[u8] = b"new";
/// Where messages are that were looked at, and the other of the two.
const CUR: &[u8] = b"cur";
/// Where programs write messages that are not there yet.
const TMP: &[u8] = b"tmp";

/// A folder with messages in it: a Maildir, or another.
///
/// Note the folders in it with [`add_folder`](Self::add_folder). A folder with folders `cur` and
/// `new` is a Maildir: the files beside these are not messages but what programs note for
/// themselves, and the files in `tmp` are not there yet. All other files are messages, except
/// hidden ones. A Maildir's subfolders are hidden folders in it that are Maildirs themselves
/// (Maildir++): [`is_subfolder`](Self::is_subfolder) tells them.
///
/// ```
/// use dkim_toolkit::mailbox::{EntryKind, MailFolder};
///
/// let mut folder = MailFolder::default();
/// assert!(folder.has_messages_in(b"dovecot.index", EntryKind::File));
/// folder.add_folder(b"cur");
/// folder.add_folder(b"new");
/// assert!(!folder.has_messages_in(b"dovecot.index", EntryKind::File));
/// assert!(folder.has_messages_in(b"cur", EntryKind::Folder));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailFolder {
    has_new: bool,
    has_cur: bool,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

impl MailFolder {
    /// Notes a folder that is in this one.
    pub fn add_folder(&mut self, name: &[u8]) {
        self.has_new |= name == NEW;
        self.has_cur |= name == CUR;
    }

    /// Whether it is a Maildir.
    #[must_use]
    pub const fn is_maildir(self) -> bool {
        self.has_new && self.has_cur
    }

    /// Whether the entry of this name is a message, or a folder that may have messages in it.
    #[must_use]
    pub fn has_messages_in(self, name: &[u8], kind: EntryKind) -> bool {
        !is_hidden(name) && (!self.is_maildir() || (kind == EntryKind::Folder && name != TMP))
    }

    /// Whether `folder`, which has this name in here, is a subfolder of this Maildir: `.Sent`, for
    /// one.
    #[must_use]
    pub fn is_subfolder(self, name: &[u8], folder: Self) -> bool {
        self.is_maildir() && is_hidden(name) && folder.is_maildir()
    }
}

/// Whether an entry of a folder is hidden. Except in a Maildir's subfolders, neither a hidden file nor anything in a hidden folder is
/// a message.
#[must_use]
pub fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    use EntryKind::{File, Folder};

    /// Checks a name in a Maildir and in another folder.
    fn check(name: &str, kind: EntryKind, in_maildir: bool, elsewhere: bool) {
        let mut folder = MailFolder::default();
        for (other, expected) in [("tmp", elsewhere), ("cur", elsewhere), ("new", in_maildir)] {
            folder.add_folder(other.as_bytes());
            let has = folder.has_messages_in(name.as_bytes(), kind);
            assert_eq!(has, expected, "{name} {folder:?}");
        }
        assert!(folder.is_maildir());
    }

    #[test]
    fn subfolders_are_maildirs_in_a_maildir() {
        let folder = |names: &[&str]| {
            let mut folder = MailFolder::default();
            for name in names {
                folder.add_folder(name.as_bytes());
            }
            folder
        };
        let (maildir, other) = (folder(&["cur", "new"]), folder(&["cur"]));
        assert!(maildir.is_subfolder(b".Sent", maildir));
        assert!(!maildir.is_subfolder(b"Sent", maildir));
        assert!(!maildir.is_subfolder(b".Sent", other));
        assert!(!other.is_subfolder(b".Sent", maildir));
    }

    #[test]
    fn what_is_a_message() {
        check("cur", Folder, true, true);
        check("new", Folder, true, true);
        check("tmp", Folder, false, true);
        check("work", Folder, true, true);
        check(".Sent", Folder, false, false);
        check("dovecot-uidlist", File, false, true);
        check("tmp", File, false, true);
        check("1791000000.M1P1.host:2,S", File, false, true);
        check(".hidden", File, false, false);
    }
}
