//! The exit status, which is a part of the contract with scripts.

use std::process::ExitCode;

use dkim_toolkit::audit::AuditStatus;
use dkim_toolkit::lint::NameStatus;
use dkim_toolkit::verdict::VerificationResult;
use dkim_toolkit::verify::MessageResult;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Yes: each message has an acceptable signature, each file was signed.
    Yes,
    /// No: a message without an acceptable signature.
    No,
    /// The command line is wrong.
    Usage,
    /// It cannot be told now: the DNS failed in a way that may pass.
    CannotTell,
    /// It cannot be done: a file that is not there, a key that cannot be read, a full disk.
    CannotDo,
}

impl ExitStatus {
    /// The worse of two, in the order in which many inputs are summed up.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.badness() > self.badness() {
            other
        } else {
            self
        }
    }

    const fn badness(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::CannotTell => 1,
            Self::No => 2,
            Self::CannotDo => 3,
            Self::Usage => 4,
        }
    }
}

impl From<MessageResult> for ExitStatus {
    fn from(result: MessageResult) -> Self {
        match result {
            MessageResult::Signed(VerificationResult::Pass) => Self::Yes,
            MessageResult::Signed(VerificationResult::TempError) => Self::CannotTell,
            MessageResult::None | MessageResult::Signed(_) => Self::No,
        }
    }
}

impl From<&NameStatus> for ExitStatus {
    fn from(status: &NameStatus) -> Self {
        match status {
            NameStatus::Found => Self::Yes,
            NameStatus::Temporary => Self::CannotTell,
            NameStatus::Missing
            | NameStatus::Revoked
            | NameStatus::Invalid
            | NameStatus::Mismatch => Self::No,
        }
    }
}

impl From<AuditStatus> for ExitStatus {
    fn from(status: AuditStatus) -> Self {
        match status {
            AuditStatus::Good => Self::Yes,
            AuditStatus::Bad => Self::No,
            AuditStatus::Unknown => Self::CannotTell,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Yes => 0,
            ExitStatus::No => 1,
            ExitStatus::Usage => 2,
            ExitStatus::CannotTell => 3,
            ExitStatus::CannotDo => 4,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus::{CannotDo, CannotTell, No, Yes};

    #[test]
    fn the_worst_stands() {
        let inputs = [Yes, CannotTell, No, CannotDo];
        for (at, better) in inputs.iter().enumerate() {
            for worse in &inputs[at..] {
                assert_eq!(better.worse(*worse), *worse);
                assert_eq!(worse.worse(*better), *worse);
            }
        }
    }
}
