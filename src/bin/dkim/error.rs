//! The one type of error: functions return it with `?`, and it is printed in one place.

use std::fmt;
use std::io;

use crate::exit::ExitStatus;
use crate::system::nobody_reads;

/// What went wrong, what it is about, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    /// A file, an option or a server; fit to print.
    pub about: Option<String>,
    /// In lower case and without a full stop, as it follows `dkim: error: FILE: `.
    pub message: String,
    /// What to do about it, each ready to paste.
    pub hints: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong.
    Usage,
    /// What was asked about is not there.
    No,
    /// It cannot be done.
    CannotDo,
    /// It cannot be done now, and may be later.
    NotNow,
    /// Nobody reads standard output any more: the program ends as other tools do, and quietly.
    Closed,
}

impl Kind {
    pub fn exit_status(self) -> ExitStatus {
        match self {
            Self::Usage => ExitStatus::Usage,
            Self::No => ExitStatus::No,
            Self::NotNow => ExitStatus::CannotTell,
            Self::CannotDo | Self::Closed => ExitStatus::CannotDo,
        }
    }
}

impl Error {
    /// An error of a kind, about nothing in particular.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            about: None,
            message: message.to_string(),
            hints: Vec::new(),
        }
    }

    /// Something that cannot be done.
    pub fn cannot(message: impl fmt::Display) -> Self {
        Self::new(Kind::CannotDo, message)
    }

    /// A command line that is wrong.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// An error of writing to standard output.
    pub fn of_output(error: &io::Error) -> Self {
        if nobody_reads(error) {
            Self::new(Kind::Closed, "nobody reads standard output")
        } else {
            Self::cannot(io_reason(error)).about("standard output")
        }
    }

    /// Says what the error is about, unless it knows that already.
    #[must_use]
    pub fn about(mut self, what: impl fmt::Display) -> Self {
        self.about.get_or_insert_with(|| what.to_string());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    #[must_use]
    pub fn hints(self, hints: impl IntoIterator<Item: fmt::Display>) -> Self {
        hints.into_iter().fold(self, Self::hint)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(about) = &self.about {
            write!(f, "{about}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::cannot(io_reason(&error))
    }
}

/// The reason of an operating system's error, in the style of all errors.
pub fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_lowercase().to_string());
    // Windows ends its sentences with a full stop.
    first.unwrap_or_default() + characters.as_str().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_lower_case() {
        let missing = io::Error::from_raw_os_error(2);
        assert_eq!(io_reason(&missing), "no such file or directory");
    }

    #[test]
    fn an_error_is_about_what_was_named_first() {
        let error = Error::cannot("is a directory").about("a").about("b");
        assert_eq!(error.to_string(), "a: is a directory");
    }

    #[test]
    fn a_closed_pipe_is_an_error_of_its_own() {
        let kind = |kind: io::ErrorKind| Error::of_output(&kind.into()).kind;
        assert_eq!(kind(io::ErrorKind::BrokenPipe), Kind::Closed);
        assert_eq!(kind(io::ErrorKind::StorageFull), Kind::CannotDo);
    }
}
