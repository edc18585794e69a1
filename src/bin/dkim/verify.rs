//! `dkim verify`.

mod json;
mod text;

pub use json::BodyHash;

use std::thread;
use std::time::SystemTime;

use dkim_toolkit::author::author_addresses;
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::message::Header;
use dkim_toolkit::signature::claimed_identifiers;
use dkim_toolkit::verdict::{Verdict, VerificationResult};
use dkim_toolkit::verify::{Policy, Report, Verification, Verifier};

use crate::args::{At, Require, Verify};
use crate::dns::Keys;
use crate::exit::ExitStatus;
use crate::io::{Failure, Input, Pieces as _, Source, sources};
use crate::output::{self, Output, OutputError};

/// What is said of one message.
struct Outcome {
    result: MessageResult,
    /// Why a message with a passing signature does not pass.
    unmet: Option<String>,
    from: Vec<String>,
    report: Report,
}

/// The result for a message as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageResult {
    /// No signature.
    None,
    /// That of its signatures under the rules of the arguments.
    Some(VerificationResult),
}

impl MessageResult {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some(result) => result.name(),
        }
    }

    fn exit_status(self) -> ExitStatus {
        match self {
            Self::Some(VerificationResult::Pass) => ExitStatus::Yes,
            Self::Some(VerificationResult::TempError) => ExitStatus::CannotTell,
            Self::None | Self::Some(_) => ExitStatus::No,
        }
    }
}

pub fn run(arguments: &Verify, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim verify MESSAGE, or dkim verify < MESSAGE");
            return Ok(ExitStatus::Usage);
        }
    };
    let keys = match Keys::new(&arguments.dns) {
        Ok(keys) => keys,
        Err(status) => return Ok(status),
    };
    let mut policy = Policy::default();
    policy.minimum_rsa_bits = arguments.min_rsa_bits.into();
    policy.allow_sha1 = arguments.allow_sha1;
    policy.ignore_expiration = arguments.ignore_expiration;
    policy.reject_partial_body = arguments.reject_partial_body;
    policy.maximum_signatures = arguments.max_signatures as usize;
    let judge = Judge {
        arguments,
        verifier: Verifier::new(policy),
        keys,
    };
    let mut status = ExitStatus::Yes;
    for (place, source) in sources.iter().enumerate() {
        let outcome = judge.judge(source);
        if output.json && !output.quiet {
            output.json(&json::Message::new(source, &outcome))?;
        }
        match outcome {
            Ok(outcome) => {
                status = status.worse(outcome.result.exit_status());
                if !output.json && !output.quiet {
                    output.report(&text::report(source, &outcome, place > 0))?;
                }
            }
            Err(failure) => {
                failure.say(source);
                status = status.worse(ExitStatus::CannotDo);
            }
        }
    }
    Ok(status)
}

struct Judge<'a> {
    arguments: &'a Verify,
    verifier: Verifier,
    keys: Keys,
}

impl Judge<'_> {
    fn judge(&self, source: &Source) -> Result<Outcome, Failure> {
        let mut input = Input::open(source)?;
        let (header, body) = input.read_header(self.arguments.line_endings.get())?;
        let from = author_addresses(&header);
        let now = self.time_of_judgement(&header)?;
        let verification = self.verifier.begin(header, now);
        let report = self.finish(verification, &body, &mut input)?;
        let result = self.message_result(&report.verdicts);
        let passes = report
            .verdicts
            .iter()
            .any(|verdict| verdict.result() == VerificationResult::Pass);
        let policy = result == MessageResult::Some(VerificationResult::Policy);
        Ok(Outcome {
            result,
            unmet: (passes && policy).then(|| self.unmet()),
            from,
            report,
        })
    }

    /// Hashes the body, and meanwhile asks for the keys.
    fn finish(
        &self,
        mut verification: Verification,
        body: &[u8],
        input: &mut Input,
    ) -> Result<Report, Failure> {
        let queries: Vec<_> = verification.queries().cloned().collect();
        let answers = thread::scope(|scope| {
            let lookups = scope.spawn(|| self.keys.look_up(queries));
            let read = input.read_body(body, |octets| verification.body(octets));
            let answers = lookups
                .join()
                .map_err(|_| Failure::new("the lookup of keys failed"));
            read.and(answers)
        })?;
        for (query, answer) in answers {
            verification.answer(&query, answer);
        }
        Ok(verification.finish())
    }

    fn time_of_judgement(&self, header: &Header) -> Result<u64, Failure> {
        match self.arguments.at {
            Some(At::Time(time)) => Ok(time),
            Some(At::Received) => received_time(header).ok_or_else(|| Failure {
                reason: "no Received field with a date, which --at received wants".to_owned(),
                hint: Some("name the time: --at 2026-11-22T10:00:00Z"),
            }),
            None => Ok(now()),
        }
    }

    /// The result for a message under `--require` and `--signed-by`.
    fn message_result(&self, verdicts: &[Verdict]) -> MessageResult {
        let results = || verdicts.iter().map(Verdict::result);
        let Some(best) = results().min_by_key(|result| rank(*result)) else {
            return MessageResult::None;
        };
        let passes = |verdict: &&Verdict| verdict.result() == VerificationResult::Pass;
        let accepted = verdicts
            .iter()
            .filter(passes)
            .any(|verdict| self.counts(verdict));
        let worst = results().max_by_key(|result| rank(*result)).unwrap_or(best);
        MessageResult::Some(match self.arguments.require {
            Require::Any if accepted => VerificationResult::Pass,
            Require::All if accepted && worst == VerificationResult::Pass => {
                VerificationResult::Pass
            }
            Require::All
                if best == VerificationResult::Pass && worst == VerificationResult::TempError =>
            {
                worst
            }
            _ if best == VerificationResult::Pass => self
                .of_domain_in_doubt(verdicts)
                .unwrap_or(VerificationResult::Policy),
            _ => best,
        })
    }

    /// What of `--require` and `--signed-by` a message with a passing signature does not meet.
    fn unmet(&self) -> String {
        match (&self.arguments.signed_by, self.arguments.require) {
            (Some(domain), Require::Any) => {
                format!("no signature of {domain} passes (--signed-by)")
            }
            (Some(domain), Require::All) => {
                format!("not every signature passes, or none of {domain} (--require, --signed-by)")
            }
            (None, _) => "not every signature passes (--require all)".to_owned(),
        }
    }

    /// Whether a passing signature is one that `--signed-by` asks for.
    fn counts(&self, verdict: &Verdict) -> bool {
        self.arguments.signed_by.as_ref().is_none_or(|wanted| {
            verdict
                .signature
                .as_ref()
                .is_some_and(|signature| signature.domain == *wanted)
        })
    }

    /// A temporary error if it hides whether a signature that `--signed-by` asks for passes.
    fn of_domain_in_doubt(&self, verdicts: &[Verdict]) -> Option<VerificationResult> {
        let in_doubt = |verdict: &&Verdict| {
            verdict.result() == VerificationResult::TempError && self.counts(verdict)
        };
        let in_doubt = self.arguments.require == Require::Any
            && verdicts.iter().any(|verdict| in_doubt(&verdict));
        in_doubt.then_some(VerificationResult::TempError)
    }
}

/// The domain and the selector of a signature, as far as each is valid.
fn identifiers(header: &Header, verdict: &Verdict) -> (Option<Sdid>, Option<Selector>) {
    match (&verdict.signature, header.field(verdict.field_index)) {
        (Some(stated), _) => (Some(stated.domain.clone()), Some(stated.selector.clone())),
        (None, Some(field)) => claimed_identifiers(field, header.line_endings()),
        (None, None) => (None, None),
    }
}

/// The order of results, the best first: how near each is to a pass.
fn rank(result: VerificationResult) -> u8 {
    match result {
        VerificationResult::Pass => 0,
        VerificationResult::TempError => 1,
        VerificationResult::Policy => 2,
        VerificationResult::Fail => 3,
        VerificationResult::Neutral => 4,
        VerificationResult::PermError => 5,
    }
}

/// The date of the newest Received field, the topmost, in Unix seconds (RFC 5321 §4.4).
fn received_time(header: &Header) -> Option<u64> {
    let field = header.fields_named("received").next()?;
    let value = without_comments(&String::from_utf8_lossy(field.value()));
    let (_, date) = value.rsplit_once(';')?;
    let date =
        mail_parser::DateTime::parse_rfc822(date.trim()).filter(mail_parser::DateTime::is_valid)?;
    u64::try_from(date.to_timestamp()).ok()
}

/// A field's value without its comments (RFC 5322 §3.2.2).
fn without_comments(value: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut quoted = false;
    value
        .chars()
        .filter(|character| {
            let literal = std::mem::take(&mut escaped);
            match character {
                _ if literal => depth == 0,
                '\\' => {
                    escaped = true;
                    depth == 0
                }
                '"' if depth == 0 => {
                    quoted = !quoted;
                    true
                }
                '(' if !quoted => {
                    depth += 1;
                    false
                }
                ')' if depth > 0 => {
                    depth -= 1;
                    false
                }
                _ => depth == 0,
            }
        })
        .collect()
}

/// The clock's time in Unix seconds.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
