//! What became of the signatures of a domain that the From names, where none of them passes.

use crate::alignment::Alignment;
use crate::identifier::DomainName;
use crate::message::received_time;
use crate::verdict::{Reason, Verdict, VerificationResult, Warning, WarningCode};

use super::Report;

/// The best signature that is aligned with a domain that the From names, where none of them passes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AuthorSignature<'a> {
    /// There is none.
    Absent,
    /// It is good, and local policy does not accept it: it expired, for one.
    Refused(&'a Verdict),
    /// It is bad: the message was changed, or the signature is made up.
    Fails(&'a Verdict),
    /// It cannot be judged: its key is missing, for one.
    NotJudged(&'a Verdict),
}

impl Report {
    /// What became of the signatures that are aligned with a domain and do not pass.
    #[must_use]
    pub fn signature_for(&self, author: &DomainName) -> AuthorSignature<'_> {
        let is_own = |verdict: &&Verdict| {
            let (signer, _) = verdict.identifiers(&self.header);
            !verdict.passes()
                && signer.is_some_and(|signer| Alignment::of(author, signer.domain()).is_aligned())
        };
        let own = self.verdicts.iter().filter(is_own).map(AuthorSignature::of);
        own.min_by_key(AuthorSignature::rank)
            .unwrap_or(AuthorSignature::Absent)
    }

    /// Says of each signature that passes that none of the author's domain does.
    pub(super) fn warn_of_strangers(&mut self, author: &DomainName) {
        let own = self.signature_for(author);
        let can_judge_then = received_time(&self.header).is_some();
        let mut warnings = Vec::new();
        for (at, verdict) in self.verdicts.iter().enumerate() {
            if let Some(signature) = verdict.signature.as_ref().filter(|_| verdict.passes()) {
                let warning = own.warning(author, signature.domain.domain(), can_judge_then);
                warnings.push((at, warning));
            }
        }
        for (at, warning) in warnings {
            self.verdicts[at].warnings.push(warning);
        }
    }
}

impl<'a> AuthorSignature<'a> {
    fn of(verdict: &'a Verdict) -> Self {
        let is_bad = verdict.signature_matches == Some(false)
            || verdict.body_hash_matches() == Some(false) && verdict.signature_matches.is_some();
        match verdict.result() {
            VerificationResult::Fail => Self::Fails(verdict),
            VerificationResult::Policy if verdict.is_good() => Self::Refused(verdict),
            VerificationResult::Policy if is_bad => Self::Fails(verdict),
            _ => Self::NotJudged(verdict),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Refused(_) => 0,
            Self::Fails(verdict) if verdict.signature_matches == Some(true) => 1,
            Self::Fails(_) => 2,
            Self::NotJudged(_) => 3,
            Self::Absent => 4,
        }
    }

    /// What is to be said of it in a clause: `the signature of example.com fails`.
    #[must_use]
    pub fn clause(&self, author: &DomainName) -> String {
        let author = author.shown();
        match self {
            Self::Absent => format!("nobody signed for {author}"),
            Self::Refused(verdict) => match verdict.reason {
                Some(Reason::Expired { .. }) => format!("the signature of {author} has expired"),
                _ => format!("the signature of {author} is not accepted"),
            },
            Self::Fails(_) => format!("the signature of {author} fails"),
            Self::NotJudged(_) => format!("the signature of {author} cannot be judged"),
        }
    }

    /// The warning that a message passes by the signature of another domain.
    fn warning(&self, author: &DomainName, signer: &DomainName, can_judge_then: bool) -> Warning {
        let (domain, other) = (author.shown(), signer.shown());
        let only = format!("trust the From only as far as you trust {other}");
        let message = match self {
            Self::Absent => {
                format!("{domain} did not sign this message; {other} did: do not trust the From")
            }
            Self::Refused(_) => format!(
                "{}, and it is good but for that; that of {other} passes",
                self.clause(author)
            ),
            Self::Fails(verdict) if verdict.signature_matches == Some(true) => format!(
                "{domain} signed the header, and the body was changed since; {other} signed the \
                 message as it is now: trust its text only as far as you trust {other}"
            ),
            Self::Fails(_) => format!(
                "{}; {other} signed the message as it is now: {only}",
                self.clause(author)
            ),
            Self::NotJudged(_) => format!("{}; {other} signed too: {only}", self.clause(author)),
        };
        let remedy = match self {
            Self::Absent => format!(
                "if {domain} sent it, have it signed with d={}: DMARC counts no other",
                author.to_ascii()
            ),
            Self::Refused(verdict) => match verdict.reason {
                Some(Reason::Expired { .. }) if can_judge_then => {
                    "judge it as of when it was received: --at received".to_owned()
                }
                _ => format!("have {domain} sign so that its signature is accepted"),
            },
            Self::Fails(_) => format!(
                "have {other} leave unchanged what it passes on, or put an address of its own into \
                 the From"
            ),
            Self::NotJudged(_) => format!("have {domain} mend its signature or its key"),
        };
        Warning::new(WarningCode::NotAligned, message)
            .about_field("From")
            .with_remedy(remedy)
    }
}
