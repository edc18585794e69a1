//! The result of a message as a whole: which of its signatures have to pass.

use std::fmt;

use super::Report;
use crate::alignment::Alignment;
use crate::identifier::Sdid;
use crate::verdict::{Verdict, VerificationResult, Warning, WarningCode};

/// How many of a message's signatures have to pass, and which of them count (RFC 6376 §6.1: that is
/// for the verifier to decide).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Required {
    /// One.
    #[default]
    Any,
    /// Every one.
    All,
    /// One that is aligned with the From domain, as DMARC wants it (RFC 9989 §4.4).
    Aligned,
}

/// What a message has to meet to pass.
///
/// ```
/// use dkim_toolkit::message::{LineEndings, parse};
/// use dkim_toolkit::verify::{MessageResult, Required, Requirement, Verifier};
///
/// let (header, _) = parse(b"From: joe@example.com\r\n", LineEndings::Lenient)?;
/// let report = Verifier::default().begin(header, 0).finish();
/// let mut requirement = Requirement::default();
/// requirement.required = Required::Aligned;
/// assert_eq!(requirement.result(&report), MessageResult::None);
/// # Ok::<(), dkim_toolkit::message::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// Which signatures have to pass.
    pub required: Required,
    /// The signing domain (`d=`) that one of them must have. With it no other signature counts.
    pub signed_by: Option<Sdid>,
}

/// The result of a message, named as RFC 8601 §2.7.1 names results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageResult {
    /// The message has no signature.
    None,
    /// The message has signatures, and this came of them.
    Signed(VerificationResult),
}

impl MessageResult {
    /// The result's name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Signed(result) => result.name(),
        }
    }
}

impl fmt::Display for MessageResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Requirement {
    /// The result of a message.
    ///
    /// `pass` where the requirement is met. Where signatures pass and it is not met: `temperror` if
    /// a signature that might have met it could not be judged now, else `policy`. Where none passes:
    /// the best of the signatures' results. `policy` where the header is malformed, whatever is
    /// wrong with the signatures.
    #[must_use]
    pub fn result(&self, report: &Report) -> MessageResult {
        use VerificationResult::{Pass, Policy, TempError};
        let verdicts = &report.verdicts;
        let results = || verdicts.iter().map(Verdict::result);
        let Some(best) = results().min() else {
            return MessageResult::None;
        };
        if report.header.malformation().is_some() {
            return MessageResult::Signed(Policy);
        }
        if best != Pass {
            return MessageResult::Signed(best);
        }
        let with = |result| {
            let mut verdicts = verdicts.iter().filter(move |each| each.result() == result);
            verdicts.any(|verdict| self.counts(verdict))
        };
        let worst = results().max();
        MessageResult::Signed(match self.required {
            Required::Any | Required::Aligned if with(Pass) => Pass,
            Required::Any | Required::Aligned if with(TempError) => TempError,
            Required::All if with(Pass) && worst == Some(Pass) => Pass,
            Required::All if worst == Some(TempError) => TempError,
            _ => Policy,
        })
    }

    /// What a message whose signatures pass does not meet: the warning `requirement-unmet`. `None`
    /// where the requirement is met, and where the result says by itself why the message does not
    /// pass.
    #[must_use]
    pub fn unmet(&self, report: &Report) -> Option<Warning> {
        let mut results = report.verdicts.iter().map(Verdict::result);
        let is_unmet = results.any(|result| result == VerificationResult::Pass)
            && self.result(report) == MessageResult::Signed(VerificationResult::Policy);
        is_unmet.then(|| Warning::new(WarningCode::RequirementUnmet, self.sentence(report)))
    }

    fn sentence(&self, report: &Report) -> String {
        if let (Required::Aligned, Err(why)) = (self.required, &report.author_domain) {
            return format!("no signature can be aligned: {why}");
        }
        match (self.required, &self.signed_by) {
            (Required::Aligned, Some(domain)) => {
                format!("no signature of {domain} passes and is aligned with the From domain")
            }
            (Required::Aligned, None) => {
                "no signature that passes is aligned with the From domain".to_owned()
            }
            (Required::Any, Some(domain)) => format!("no signature of {domain} passes"),
            (Required::All, Some(domain)) => {
                format!("not every signature passes, or none of {domain}")
            }
            (Required::Any | Required::All, None) => "not every signature passes".to_owned(),
        }
    }

    /// Whether a signature, if it passes, meets what is asked of one.
    fn counts(&self, verdict: &Verdict) -> bool {
        let is_aligned = verdict.alignment.is_some_and(Alignment::is_aligned);
        let signer = verdict
            .signature
            .as_ref()
            .map(|signature| &signature.domain);
        (self.required != Required::Aligned || is_aligned)
            && (self.signed_by.is_none() || self.signed_by.as_ref() == signer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::NoAuthorDomain;
    use crate::message::{LineEndings, parse};
    use crate::verdict::Reason;
    use crate::verify::Verifier;
    use VerificationResult::{Fail, Pass, PermError, Policy, TempError};

    /// A report with signatures of these domains and results, from somebody at `example.com`.
    fn report(signatures: &[(&str, VerificationResult)]) -> Report {
        let fields = signatures.iter().map(|(domain, _)| {
            format!(
                "DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=s; h=from;\r\n \
                 bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=YQ==\r\n"
            )
        });
        let message = fields.collect::<String>() + "From: joe@example.com\r\n\r\n";
        let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let mut verification = Verifier::default().begin(header, 0);
        verification.body(body);
        let mut report = verification.finish();
        for (verdict, (_, result)) in report.verdicts.iter_mut().zip(signatures) {
            verdict.reason = match result {
                Pass => None,
                Fail => Some(Reason::SignatureMismatch),
                Policy => Some(Reason::Sha1),
                PermError => Some(Reason::KeyTypeMismatch),
                // Nobody answered.
                _ => verdict.reason.take(),
            };
            assert_eq!(verdict.result(), *result);
        }
        report
    }

    fn check(
        required: Required,
        signed_by: Option<&str>,
        signatures: &[(&str, VerificationResult)],
        expected: VerificationResult,
        unmet: Option<&str>,
    ) {
        let requirement = Requirement {
            required,
            signed_by: signed_by.map(|domain| Sdid::parse(domain.as_bytes()).unwrap()),
        };
        let report = report(signatures);
        let result = requirement.result(&report);
        assert_eq!(
            result,
            MessageResult::Signed(expected),
            "{requirement:?} {signatures:?}"
        );
        let found = requirement.unmet(&report);
        assert_eq!(found.map(|warning| warning.message).as_deref(), unmet);
    }

    const OWN: &str = "mail.example.com";
    const LIST: &str = "list.example";

    #[test]
    fn without_signatures_there_is_no_result() {
        for required in [Required::Any, Required::All, Required::Aligned] {
            let requirement = Requirement {
                required,
                signed_by: None,
            };
            assert_eq!(requirement.result(&report(&[])), MessageResult::None);
            assert_eq!(requirement.unmet(&report(&[])), None);
        }
    }

    #[test]
    fn one_pass_is_enough() {
        let check = |signatures: &[_], expected| {
            check(Required::Any, None, signatures, expected, None);
        };
        check(&[(LIST, Pass)], Pass);
        check(&[(OWN, Fail), (LIST, Pass), (OWN, TempError)], Pass);
        // Else the best of the results.
        check(&[(OWN, PermError), (OWN, Fail)], Fail);
        check(&[(OWN, Fail), (OWN, TempError)], TempError);
        check(&[(OWN, Fail), (OWN, Policy)], Policy);
    }

    #[test]
    fn all_have_to_pass() {
        let unmet = Some("not every signature passes");
        let check = |signatures: &[_], expected, unmet| {
            check(Required::All, None, signatures, expected, unmet);
        };
        check(&[(OWN, Pass), (LIST, Pass)], Pass, None);
        check(&[(OWN, Pass), (LIST, Fail)], Policy, unmet);
        // One that is bad decides, whatever the others turn out to be.
        check(
            &[(OWN, Pass), (LIST, Fail), (LIST, TempError)],
            Policy,
            unmet,
        );
        check(&[(OWN, Pass), (LIST, TempError)], TempError, None);
        check(&[(OWN, Fail), (LIST, Fail)], Fail, None);
    }

    #[test]
    fn one_that_is_aligned_has_to_pass() {
        let unmet = Some("no signature that passes is aligned with the From domain");
        let check = |signatures: &[_], expected, unmet| {
            check(Required::Aligned, None, signatures, expected, unmet);
        };
        check(&[(OWN, Pass), (LIST, Fail)], Pass, None);
        check(&[(LIST, Pass)], Policy, unmet);
        check(&[(LIST, Pass), (OWN, Fail)], Policy, unmet);
        check(&[(LIST, Pass), (OWN, TempError)], TempError, None);
        check(&[(OWN, Pass), (LIST, TempError)], Pass, None);
        check(&[(LIST, Fail)], Fail, None);
    }

    #[test]
    fn one_of_a_domain_has_to_pass() {
        let unmet = Some("no signature of list.example passes");
        let any = |signatures: &[_], expected, unmet| {
            check(Required::Any, Some(LIST), signatures, expected, unmet);
        };
        any(&[(OWN, Fail), (LIST, Pass)], Pass, None);
        any(&[(OWN, Pass)], Policy, unmet);
        any(&[("a.list.example", Pass)], Policy, unmet);
        any(&[(OWN, Pass), (LIST, TempError)], TempError, None);
        any(&[(OWN, Fail)], Fail, None);
        let all = |signatures: &[_], expected, unmet| {
            check(Required::All, Some(LIST), signatures, expected, unmet);
        };
        let unmet = Some("not every signature passes, or none of list.example");
        all(&[(OWN, Pass), (LIST, Pass)], Pass, None);
        all(&[(OWN, Pass)], Policy, unmet);
        all(&[(OWN, Fail), (LIST, Pass)], Policy, unmet);
        let aligned = |signatures: &[_], expected, unmet| {
            check(Required::Aligned, Some(LIST), signatures, expected, unmet);
        };
        let unmet = Some("no signature of list.example passes and is aligned with the From domain");
        aligned(&[(OWN, Pass), (LIST, Pass)], Policy, unmet);
    }

    #[test]
    fn a_message_with_a_malformed_header_does_not_pass() {
        let result = |message: &str| {
            let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
            let report = Verifier::default().begin(header, 0).finish();
            let requirement = Requirement::default();
            assert_eq!(requirement.unmet(&report), None);
            requirement.result(&report)
        };
        let unreadable = "junk\r\nDKIM-Signature: what is this\r\nFrom: joe@example.com\r\n";
        assert_eq!(result(unreadable), MessageResult::Signed(Policy));
        let unsigned = "junk\r\nFrom: joe@example.com\r\n";
        assert_eq!(result(unsigned), MessageResult::None);
    }

    #[test]
    fn without_an_author_nothing_is_aligned() {
        let mut report = report(&[(OWN, Pass)]);
        report.author_domain = Err(NoAuthorDomain::Group);
        report.verdicts[0].alignment = None;
        let requirement = Requirement {
            required: Required::Aligned,
            signed_by: None,
        };
        let unmet = requirement.unmet(&report).map(|warning| warning.message);
        let expected =
            "no signature can be aligned: the From field has a group in place of an author";
        assert_eq!(unmet.as_deref(), Some(expected));
    }
}
