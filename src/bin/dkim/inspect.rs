//! `dkim inspect`.

mod canonical;
mod decode;
mod json;
mod text;
mod value;

use dkim_toolkit::verdict::{Reason, Verdict};
use dkim_toolkit::verify::{Report, Verifier};

use crate::args::Inspect;
use crate::exit::ExitStatus;
use crate::inspect::decode::{Context, Default, Tags};
use crate::io::{Failure, Input, Pieces as _, Source, sources};
use crate::output::{self, Output, OutputError};
use crate::verify::now;

/// What is said of one message.
struct Inspection {
    signatures: Vec<Signature>,
    /// Whether there is any header field at all.
    has_header: bool,
}

/// What is said of one signature.
struct Signature {
    /// Its number, from the top and from 1.
    number: usize,
    tags: Tags,
    /// What stands for tags that are not there.
    defaults: Vec<Default>,
    /// The owner name of the key record, if `s=` and `d=` can be read.
    key_name: Option<String>,
    verdict: Verdict,
    /// Why verification would refuse it whatever its key.
    refused: Vec<Reason>,
}

impl Inspection {
    /// Yes, if there is a signature and every one depends on its key alone.
    fn exit_status(&self) -> ExitStatus {
        let good = |signature: &Signature| signature.refused.is_empty();
        if !self.signatures.is_empty() && self.signatures.iter().all(good) {
            ExitStatus::Yes
        } else {
            ExitStatus::No
        }
    }
}

impl Signature {
    fn new(number: usize, verdict: Verdict, context: &Context<'_>) -> Self {
        let tags = context.tags(&verdict);
        Self {
            number,
            defaults: tags.defaults(),
            key_name: context.key_name(&verdict),
            refused: refused(&verdict),
            tags,
            verdict,
        }
    }
}

pub fn run(arguments: &Inspect, output: &mut Output) -> Result<ExitStatus, OutputError> {
    let sources = match sources(&arguments.paths) {
        Ok(sources) => sources,
        Err(why) => {
            output::usage_error(why);
            output::hint("dkim inspect MESSAGE, or dkim inspect < MESSAGE");
            return Ok(ExitStatus::Usage);
        }
    };
    if let Some(part) = arguments.canonical {
        return canonical::run(arguments, part, &sources, output);
    }
    let mut status = ExitStatus::Yes;
    for (place, source) in sources.iter().enumerate() {
        let outcome = inspect(arguments, source);
        if output.json && !output.quiet {
            output.json(&json::Message::new(source, &outcome))?;
        }
        match outcome {
            Ok(inspection) => {
                status = status.worse(inspection.exit_status());
                if !output.json {
                    output.report(&text::report(source, &inspection, place > 0))?;
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

fn inspect(arguments: &Inspect, source: &Source) -> Result<Inspection, Failure> {
    let mut input = Input::open(source)?;
    let (header, body) = input.read_header(arguments.line_endings.get())?;
    let now = now();
    let mut verification = Verifier::default().begin(header, now);
    input.read_body(&body, |octets| verification.body(octets))?;
    Ok(inspection(verification.finish(), now))
}

/// Puts into words what a verification without any key found.
fn inspection(report: Report, now: u64) -> Inspection {
    let Report {
        verdicts, header, ..
    } = report;
    let context = Context::new(&header, now);
    let signature = |(place, verdict)| Signature::new(place + 1, verdict, &context);
    Inspection {
        signatures: verdicts.into_iter().enumerate().map(signature).collect(),
        has_header: header.has_fields(),
    }
}

/// What stands in the way of a signature, its key apart. That no key was asked for hides in a
/// verdict what there is to say of the body.
fn refused(verdict: &Verdict) -> Vec<Reason> {
    let known = std::iter::successors(verdict.reason.as_ref(), |reason| reason.otherwise());
    let known = known.filter(|reason| !matches!(reason, Reason::Lookup(_)));
    let body = match (verdict.body_hash_matches(), verdict.canonical_body_length) {
        (Some(true), _) | (None, None) => None,
        (Some(false), _) => Some(Reason::BodyHashMismatch),
        (None, Some(actual)) => Some(Reason::BodyLengthExceedsBody { actual }),
    };
    known.cloned().chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use dkim_toolkit::message::{LineEndings, parse};

    const NOW: u64 = 1_800_000_000;

    fn inspect(signature: &str) -> Inspection {
        let message =
            format!("DKIM-Signature: {signature}\r\nFrom: a@example.com\r\n\r\nHello\r\n");
        let (header, body) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        let mut verification = Verifier::default().begin(header, NOW);
        verification.body(body);
        inspection(verification.finish(), NOW)
    }

    /// Changes a signature whose body hash is right and checks what is refused.
    fn check(from: &str, to: &str, expected: &[&str]) {
        let good = "v=1; a=rsa-sha256; d=example.com; s=s1; h=From; b=AAAA; \
                    bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=";
        let outcome = inspect(&good.replace(from, to));
        let refused = outcome.signatures[0].refused.iter().map(Reason::code);
        assert_eq!(refused.collect::<Vec<_>>(), expected, "{from:?} {to:?}");
        let yes = outcome.exit_status() == ExitStatus::Yes;
        assert_eq!(yes, expected.is_empty(), "{from:?} {to:?}");
    }

    #[test]
    fn what_needs_no_key_is_refused() {
        check("", "", &[]);
        check("bh=Ba", "bh=Za", &["body-hash-mismatch"]);
        check("h=From", "h=To; l=7", &["from-not-signed"]);
        check("s1;", "s1; l=8;", &["body-length-exceeds-body"]);
        check("s1;", "s1; i=@example.org;", &["identity-mismatch"]);
        check("s1;", "s1; x=1;", &["expired"]);
        check("s1;", "s1; x=1; t=2;", &["expiration-before-timestamp"]);
        check("rsa-sha256", "rsa-sha1", &["sha1", "body-hash-mismatch"]);
        check("rsa-sha256", "rsa-sha512", &["unsupported-algorithm"]);
        check("v=1", "v=1; v=1", &["signature-syntax"]);
        check("d=example.com; ", "", &["missing-tag"]);
    }

    #[test]
    fn no_signature_is_a_no() {
        let none = Inspection {
            signatures: Vec::new(),
            has_header: true,
        };
        assert_eq!(none.exit_status(), ExitStatus::No);
    }
}
