//! Verifying a message's signatures (RFC 6376 §6).

mod author_signature;
mod conclusion;
mod default_signature;
mod examination;
mod judgement;
mod message_warnings;
mod requirement;
mod signed_inside;
mod unsigned_field;

use crate::algorithm::MINIMUM_RSA_BITS;
use crate::author::{Author, NoAuthorDomain};
use crate::canonicalization::body::LineEndsSeen;
use crate::hash::BodyHasher;
use crate::identifier::{DomainName, KeyQuery};
use crate::lookup::KeyAnswer;
use crate::message::{self, FieldIndex, Header, HeaderError, LineEndings};
use crate::signature::{FIELD_NAME, Signature, SignatureError};
use crate::verdict::{Reason, Verdict, Warning};
use examination::{Readable, Repeated};
use judgement::Judge;
use message_warnings::message_warnings;

pub use crate::hash::canonical_header;
pub use author_signature::AuthorSignature;
pub use requirement::{MessageResult, Required, Requirement};
pub use signed_inside::{MAX_LOOKED_AT, SignedInside};
pub use unsigned_field::UnsignedField;

/// By how many seconds clocks may differ before `t=` and `x=` are held against a signature.
pub const CLOCK_SKEW: u64 = 300;

/// Which signatures are acceptable: local policy (RFC 6376 §6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// RSA keys of fewer bits are not accepted; at least 1024 whatever this says.
    pub minimum_rsa_bits: usize,
    /// Judge `rsa-sha1` like other algorithms.
    pub allow_sha1: bool,
    /// Accept signatures whose `x=` is past.
    pub ignore_expiration: bool,
    /// Refuse signatures whose `l=` leaves a part of the body unsigned.
    pub reject_partial_body: bool,
    /// How many signatures of a message are judged.
    pub maximum_signatures: usize,
}

impl Default for Policy {
    /// What RFC 6376 and RFC 8301 require, and 20 signatures.
    fn default() -> Self {
        Self {
            minimum_rsa_bits: MINIMUM_RSA_BITS,
            allow_sha1: false,
            ignore_expiration: false,
            reject_partial_body: false,
            maximum_signatures: 20,
        }
    }
}

/// Verifies messages under one policy.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    policy: Policy,
}

impl Verifier {
    /// A verifier with this policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }

    /// Verifies a whole message at once; a bare LF ends a line, as CRLF does.
    ///
    /// `answer` knows the DNS; it is asked once for each key record. `now` is the time of
    /// judgement in Unix seconds.
    ///
    /// # Errors
    ///
    /// A [`HeaderError`] if the header is over a limit.
    pub fn verify(
        &self,
        message: &[u8],
        now: u64,
        mut answer: impl FnMut(&KeyQuery) -> KeyAnswer,
    ) -> Result<Report, HeaderError> {
        let mut verification = self.begin_whole(message, now)?;
        for query in verification.pending() {
            verification.answer(&query, answer(&query));
        }
        Ok(verification.finish())
    }

    /// Begins the verification of a whole message and gives it the body.
    pub(crate) fn begin_whole(
        &self,
        message: &[u8],
        now: u64,
    ) -> Result<Verification, HeaderError> {
        let (header, body) = message::parse(message, LineEndings::Lenient)?;
        let mut verification = self.begin(header, now);
        verification.body(body);
        Ok(verification)
    }

    /// Begins the verification of a message, from its header.
    ///
    /// `now` is the time of judgement in Unix seconds: the clock's, or the time of receipt.
    ///
    /// A line of white space that is in the place of the empty line below the header
    /// ([`MalformationKind::WhiteSpaceLine`](crate::message::MalformationKind::WhiteSpaceLine)) is
    /// taken for the end of the header, which then has only the fields above it. The message is
    /// malformed all the same.
    #[must_use]
    pub fn begin(&self, header: Header, now: u64) -> Verification {
        let header = header.mended();
        let index = FieldIndex::new(&header);
        let from_fields = index.count("from", usize::MAX);
        let repeated = Repeated::find(&index);
        let mut queries = Queries::default();
        let mut candidates = Vec::new();
        for (field_index, field) in header.fields().enumerate() {
            if !field.is_named(FIELD_NAME) {
                continue;
            }
            let state = if candidates.len() >= self.policy.maximum_signatures {
                State::NotJudged
            } else {
                match Signature::parse(field) {
                    Err(error) => State::Unreadable(error),
                    Ok(signature) => {
                        let mut readable =
                            self.examine(&header, &index, &repeated, field_index, signature, now);
                        if from_fields == 0 {
                            readable.defect = Some(Reason::FromMissing);
                        }
                        if readable.defect.is_none() {
                            readable.query = Some(queries.add(&readable.signature.query));
                        }
                        State::Readable(Box::new(readable))
                    }
                }
            };
            candidates.push(Candidate { field_index, state });
        }
        let requests = candidates
            .iter()
            .filter_map(|candidate| match &candidate.state {
                State::Readable(readable) => Some(readable.signature.body_hash_request()),
                State::NotJudged | State::Unreadable(_) => None,
            });
        Verification {
            policy: self.policy.clone(),
            body: BodyHasher::new(header.line_endings(), requests),
            header,
            candidates,
            queries,
            now,
            is_begun: false,
        }
    }
}

/// Verifies a whole message at once under the default policy, as [`Verifier::verify`] does.
///
/// # Errors
///
/// A [`HeaderError`] if the header is over a limit.
pub fn verify(
    message: &[u8],
    now: u64,
    answer: impl FnMut(&KeyQuery) -> KeyAnswer,
) -> Result<Report, HeaderError> {
    Verifier::default().verify(message, now, answer)
}

/// The verification of one message in flight.
///
/// Begun by [`Verifier::begin`]. Then, in any order and overlapping as the caller likes: each of
/// [`Verification::pending`] is given its answer with [`Verification::answer`], and the body is
/// given in pieces to [`Verification::body`]. Last comes [`Verification::finish`]; a query that
/// has no answer by then is a temporary error.
///
/// A clone goes on from where the original is: so a caller that does not know yet where the body
/// ends can follow both ways.
#[derive(Clone, Debug)]
pub struct Verification {
    policy: Policy,
    header: Header,
    candidates: Vec<Candidate>,
    queries: Queries,
    body: BodyHasher,
    /// The time of judgement in Unix seconds.
    now: u64,
    /// Whether the body has what was taken for a part of the header.
    is_begun: bool,
}

#[derive(Clone, Debug)]
struct Candidate {
    field_index: usize,
    state: State,
}

/// How far a signature field was taken before key and body are there.
#[derive(Clone, Debug)]
enum State {
    /// Over the limit.
    NotJudged,
    Unreadable(SignatureError),
    Readable(Box<Readable>),
}

impl Verification {
    /// The key records that are still needed, each once: the queries without an answer so far.
    ///
    /// All of them can be asked at the same time.
    #[must_use]
    pub fn pending(&self) -> Vec<KeyQuery> {
        let unanswered = self
            .queries
            .asked
            .iter()
            .filter(|(_, answer)| answer.is_none());
        unanswered.map(|(query, _)| query.clone()).collect()
    }

    /// Takes the answer to a query. A query that was not asked is ignored; a later answer
    /// replaces an earlier one.
    pub fn answer(&mut self, query: &KeyQuery, answer: KeyAnswer) {
        if let Some((_, slot)) = self
            .queries
            .asked
            .iter_mut()
            .find(|(asked, _)| asked == query)
        {
            *slot = Some(answer);
        }
    }

    /// Takes the next octets of the body, the empty line before it not included.
    pub fn body(&mut self, octets: &[u8]) {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.body.update(self.header.below());
        }
        self.body.update(octets);
    }

    /// Leaves it to the caller to begin the body with [`Header::below`].
    pub(crate) fn begin_body(&mut self) -> Vec<u8> {
        self.is_begun = true;
        self.header.below().to_vec()
    }

    /// The message's header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Ends the body and judges each signature.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.body(b"");
        let Self {
            policy,
            header,
            candidates,
            queries,
            body,
            now,
            ..
        } = self;
        let body = body.finish();
        let author = Author::read(&header);
        let judge = Judge {
            author_domain: author.domain.as_ref().ok(),
            policy: &policy,
            queries: &queries,
            body: &body,
            malformation: header.malformation(),
        };
        let verdicts: Vec<_> = candidates
            .into_iter()
            .map(|candidate| judge.verdict(candidate))
            .collect();
        let line_ends = body.message_line_ends(&header);
        let mut report = Report {
            warnings: message_warnings(&header, &verdicts, &body, line_ends),
            verdicts,
            now,
            line_ends,
            size: header.length() + body.octets(),
            header,
            from: author.addresses,
            author_domain: author.domain,
            unsigned_fields: Vec::new(),
        };
        let name = conclusion::address_in_display_name(&report.from, &author.shown);
        report.warnings.extend(name);
        report.conclude();
        report
    }
}

/// What the verification of a message found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// A verdict for each DKIM-Signature field, from the top.
    pub verdicts: Vec<Verdict>,
    /// What is unwise or surprising about the message as a whole, the worst first.
    pub warnings: Vec<Warning>,
    /// The fields that decide what a reader sees or does and that no passing signature covers, the
    /// worst first.
    pub unsigned_fields: Vec<UnsignedField>,
    /// The time of judgement in Unix seconds.
    pub now: u64,
    /// The message's line ends.
    pub line_ends: LineEndsSeen,
    /// The message's size in octets, what is above the header included.
    pub size: u64,
    /// The message's header.
    pub header: Header,
    /// The addresses of the From fields, as they are written there
    /// ([`author_addresses`](crate::author::author_addresses)).
    pub from: Vec<String>,
    /// The one domain that the From names, or why there is none that can be relied on
    /// ([`single_author_domain`](crate::author::single_author_domain)).
    pub author_domain: Result<DomainName, NoAuthorDomain>,
}

/// The distinct queries of a verification, with the answers so far.
#[derive(Clone, Debug, Default)]
struct Queries {
    asked: Vec<(KeyQuery, Option<KeyAnswer>)>,
}

impl Queries {
    fn add(&mut self, query: &KeyQuery) -> usize {
        let place = self.asked.iter().position(|(asked, _)| asked == query);
        place.unwrap_or_else(|| {
            self.asked.push((query.clone(), None));
            self.asked.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_pending_until_it_is_answered() {
        let mail = "DKIM-Signature: v=1; a=ed25519-sha256; d=example.com; s=one; h=From; b=AA==;\r\n \
                    bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\
                    DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=one; h=From; b=AA==;\r\n \
                    bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\
                    DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=two; h=From; b=AA==;\r\n \
                    bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\
                    From: joe@example.com\r\n\r\n";
        let (header, _) = crate::message::parse(mail.as_bytes(), LineEndings::Lenient).unwrap();
        let mut verification = Verifier::default().begin(header, 0);
        let names = |verification: &Verification| {
            let pending = verification.pending();
            pending.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (one, two) = ("one._domainkey.example.com.", "two._domainkey.example.com.");
        assert_eq!(names(&verification), [one, two]);
        for query in verification.pending() {
            verification.answer(&query, KeyAnswer::NoSuchName);
            assert!(!names(&verification).contains(&query.name().to_owned()));
        }
        assert_eq!(verification.pending(), []);
    }

    #[test]
    fn identifiers_are_told_of_fields_that_are_no_signature() {
        let mail = "DKIM-Signature: v=1; d=example.com; s=a(b\r\n\
                    DKIM-Signature: v=1; d=example.com; d=example.com; s=one\r\n\
                    From: joe@example.com\r\n\r\n";
        let (header, _) = crate::message::parse(mail.as_bytes(), LineEndings::Lenient).unwrap();
        let report = Verifier::default().begin(header, 0).finish();
        let identifiers = |at: usize| report.verdicts[at].identifiers(&report.header);
        let domain = "example.com".parse().ok();
        assert_eq!(identifiers(0), (domain, None));
        assert_eq!(identifiers(1), (None, None));
    }

    #[test]
    fn verifications_go_to_other_threads_and_fork() {
        fn check<T: Send + Clone>() {}
        check::<Verification>();
    }
}
