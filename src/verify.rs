//! Verifying a message's signatures (RFC 6376 §6).

use std::collections::HashMap;

use crate::algorithm::KeyType;
use crate::canonicalization::body::LineEndsSeen;
use crate::hash::{BodyHashRequest, BodyHasher, BodyHashes, LongLine, SignatureField, header_hash};
use crate::key_record::KeyRecord;
use crate::lookup::{KeyAnswer, KeyQuery, LookupFailure, LookupFailureKind};
use crate::message::{FieldIndex, Header, LineEnd};
use crate::signature::{FIELD_NAME, Signature, SignatureError};
use crate::verdict::{KeyEvidence, KeyNotFound, Reason, Verdict, Warning};

/// The fewest bits of an RSA key that a signature may be made with (RFC 8301 §3.2).
pub const MINIMUM_RSA_BITS: usize = 1024;
/// An RSA key of fewer bits is weak: signers should use more (RFC 8301 §3.2).
pub const STRONG_RSA_BITS: usize = 2048;
/// By how many seconds clocks may differ before `t=` and `x=` are held against a signature.
pub const CLOCK_SKEW: u64 = 300;
/// A signature that expires in less than this many seconds gets a warning.
const NEAR_EXPIRATION: u64 = 24 * 60 * 60;

/// The header fields that stand in a message at most once (RFC 5322 §3.6), and those of MIME.
pub(crate) const ONCE_ONLY: [&str; 16] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-id",
    "content-description",
];

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

    /// Begins the verification of a message, from its header.
    ///
    /// `now` is the time of judgement in Unix seconds: the clock's, or the time of receipt.
    #[must_use]
    pub fn begin(&self, header: Header, now: u64) -> Verification {
        let index = FieldIndex::new(&header);
        let from_fields = index.count("from", usize::MAX);
        let mut queries = Queries::default();
        let mut candidates = Vec::new();
        for (field_index, field) in header.fields().enumerate() {
            if !field.is_named(FIELD_NAME) {
                continue;
            }
            let state = if candidates.len() >= self.policy.maximum_signatures {
                State::NotJudged
            } else {
                match Signature::parse(field, header.line_endings()) {
                    Err(error) => State::Unreadable(error),
                    Ok(signature) => {
                        let mut readable =
                            self.examine(&header, &index, field_index, signature, now);
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
        let requests: Vec<BodyHashRequest> = candidates
            .iter()
            .filter_map(|candidate| match &candidate.state {
                State::Readable(readable) => Some(readable.signature.body_hash_request()),
                State::NotJudged | State::Unreadable(_) => None,
            })
            .collect();
        Verification {
            policy: self.policy.clone(),
            body: BodyHasher::new(header.line_endings(), &requests),
            from_fields,
            header,
            candidates,
            queries,
        }
    }

    /// Judges what needs neither key nor body.
    fn examine(
        &self,
        header: &Header,
        index: &FieldIndex<'_>,
        field_index: usize,
        signature: Signature,
        now: u64,
    ) -> Readable {
        let mut warnings = Vec::new();
        let header_hash = SignatureField::in_header(header, field_index, &signature)
            .map(|own| header_hash(header, index, signature.signed_headers(), own))
            .unwrap_or_default();
        let extra_from = find_unsigned(index, &signature, &mut warnings);
        let defect = find_defect(&signature);
        let policy = self.find_policy(&signature, now).or(extra_from);
        if let Some(expiration) = signature.expiration.filter(|_| policy.is_none())
            && expiration.saturating_sub(now) < NEAR_EXPIRATION
        {
            let message = if expiration < now {
                format!("the signature expired {}", ago(now - expiration))
            } else {
                format!("the signature expires in {}", duration(expiration - now))
            };
            warnings.push(Warning::new("near-expiration", message));
        }
        Readable {
            signature,
            header_hash,
            defect,
            policy,
            query: None,
            warnings,
        }
    }

    fn find_policy(&self, signature: &Signature, now: u64) -> Option<Reason> {
        if signature.algorithm == crate::algorithm::SigningAlgorithm::RsaSha1
            && !self.policy.allow_sha1
        {
            return Some(Reason::Sha1);
        }
        if let Some(expiration) = signature.expiration
            && !self.policy.ignore_expiration
            && now > expiration.saturating_add(CLOCK_SKEW)
        {
            return Some(Reason::Expired {
                since: now - expiration,
            });
        }
        let ahead = signature.timestamp.unwrap_or(0).saturating_sub(now);
        (ahead > CLOCK_SKEW).then_some(Reason::TimestampInFuture { ahead })
    }
}

/// The verification of one message in flight.
///
/// Begun by [`Verifier::begin`]. Then, in any order and overlapping as the caller likes: each of
/// [`Verification::queries`] is given its answer with [`Verification::answer`], and the body is
/// given in pieces to [`Verification::body`]. Last comes [`Verification::finish`]; a query that
/// has no answer by then is a temporary error.
#[derive(Debug)]
pub struct Verification {
    policy: Policy,
    header: Header,
    from_fields: usize,
    candidates: Vec<Candidate>,
    queries: Queries,
    body: BodyHasher,
}

#[derive(Debug)]
struct Candidate {
    field_index: usize,
    state: State,
}

/// How far a signature field was taken before key and body are there.
#[derive(Debug)]
enum State {
    /// Over the limit.
    NotJudged,
    Unreadable(SignatureError),
    Readable(Box<Readable>),
}

#[derive(Debug)]
struct Readable {
    signature: Signature,
    header_hash: Vec<u8>,
    /// What makes the signature invalid in itself.
    defect: Option<Reason>,
    /// Why local policy does not accept it, whether it is good or bad.
    policy: Option<Reason>,
    /// The place of its query among the verification's; `None` where no key is needed.
    query: Option<usize>,
    warnings: Vec<Warning>,
}

impl Verification {
    /// The key records that are needed, each once.
    pub fn queries(&self) -> impl Iterator<Item = &KeyQuery> {
        self.queries.asked.iter().map(|(query, _)| query)
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
        self.body.update(octets);
    }

    /// The message's header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Ends the body and judges each signature.
    #[must_use]
    pub fn finish(self) -> Report {
        let Self {
            policy,
            header,
            from_fields,
            candidates,
            queries,
            body,
        } = self;
        let body = body.finish();
        let judge = Judge {
            policy: &policy,
            queries: &queries,
            body: &body,
        };
        let verdicts = candidates
            .into_iter()
            .map(|candidate| judge.verdict(candidate))
            .collect();
        let line_ends = message_line_ends(&header, &body);
        Report {
            verdicts,
            warnings: message_warnings(&header, from_fields, &body, line_ends),
            line_ends,
            size: header.length() + body.octets(),
            header,
        }
    }
}

/// What the verification of a message found.
#[derive(Clone, Debug)]
pub struct Report {
    /// A verdict for each DKIM-Signature field, from the top.
    pub verdicts: Vec<Verdict>,
    /// What is unwise or surprising about the message, whatever its signatures.
    pub warnings: Vec<Warning>,
    /// The message's line ends.
    pub line_ends: LineEndsSeen,
    /// The message's size in octets, an mbox separator line included.
    pub size: u64,
    /// The message's header.
    pub header: Header,
}

/// The distinct queries of a verification, with the answers so far.
#[derive(Debug, Default)]
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

/// Judges signatures once the body was read.
struct Judge<'a> {
    policy: &'a Policy,
    queries: &'a Queries,
    body: &'a BodyHashes,
}

/// What came of one key record, or of there being none.
#[derive(Default)]
struct KeyOutcome {
    reason: Option<Reason>,
    evidence: Option<KeyEvidence>,
    matches: Option<bool>,
}

impl Judge<'_> {
    fn verdict(&self, candidate: Candidate) -> Verdict {
        let field_index = candidate.field_index;
        let readable = match candidate.state {
            State::Readable(readable) => *readable,
            State::NotJudged => {
                let limit = self.policy.maximum_signatures;
                return Verdict::not_judged(field_index, Reason::TooManySignatures { limit });
            }
            State::Unreadable(error) => {
                return Verdict::not_judged(field_index, Reason::Signature(error));
            }
        };
        let Readable {
            signature,
            header_hash,
            defect,
            policy,
            query,
            mut warnings,
        } = readable;
        let request = signature.body_hash_request();
        let computed = self.body.hash(&request).map(<[u8]>::to_vec);
        let length = self.body.canonical_length(&request).unwrap_or_default();
        let key = query.map_or_else(KeyOutcome::default, |query| {
            self.judge_key(query, &signature, &header_hash, &mut warnings)
        });
        let partial_body = self.judge_body_length(&signature, length, &mut warnings);
        let body_hash = match &computed {
            None => Some(Reason::BodyLengthExceedsBody { actual: length }),
            Some(computed) if *computed != signature.body_hash => Some(Reason::BodyHashMismatch),
            Some(_) => None,
        };
        let mismatch = (key.matches == Some(false)).then_some(Reason::SignatureMismatch);
        warn_of_key(&key, &mut warnings);
        let reason = [
            defect,
            policy,
            partial_body,
            key.reason,
            body_hash,
            mismatch,
        ];
        if signature.algorithm.hash() == crate::algorithm::HashAlgorithm::Sha1 {
            warnings.push(Warning::new(
                "sha1",
                "SHA-1 no longer protects against forgery",
            ));
        }
        Verdict {
            field_index,
            reason: reason.into_iter().flatten().next(),
            signature: Some(signature),
            computed_body_hash: computed,
            canonical_body_length: Some(length),
            header_hash: Some(header_hash),
            signature_matches: key.matches,
            key: key.evidence,
            warnings,
        }
    }

    fn judge_body_length(
        &self,
        signature: &Signature,
        length: u64,
        warnings: &mut Vec<Warning>,
    ) -> Option<Reason> {
        let unsigned = length
            .checked_sub(signature.body_length?)
            .filter(|&rest| rest > 0)?;
        let message = format!("anyone may have added the last {unsigned} octets of the body (l=)");
        warnings.push(Warning::new("unsigned-body", message));
        self.policy
            .reject_partial_body
            .then_some(Reason::PartialBody { unsigned })
    }

    fn judge_key(
        &self,
        query: usize,
        signature: &Signature,
        header_hash: &[u8],
        warnings: &mut Vec<Warning>,
    ) -> KeyOutcome {
        let no_key = |reason| KeyOutcome {
            reason: Some(reason),
            ..KeyOutcome::default()
        };
        let (records, dnssec) = match &self.queries.asked[query].1 {
            Some(KeyAnswer::Records { records, dnssec }) => (records, *dnssec),
            Some(KeyAnswer::NoSuchName) => {
                return no_key(Reason::KeyNotFound(KeyNotFound::NoSuchName));
            }
            Some(KeyAnswer::NoRecords) => {
                return no_key(Reason::KeyNotFound(KeyNotFound::NoRecords));
            }
            Some(KeyAnswer::Failed(failure)) => return no_key(Reason::Lookup(failure.clone())),
            None => return no_key(Reason::Lookup(unanswered())),
        };
        let mut best: Option<KeyOutcome> = None;
        let mut count = 0;
        for record in records.iter().filter_map(|record| record.key_record()) {
            count += 1;
            if best.as_ref().is_some_and(|best| best.rank() == 0) {
                continue;
            }
            let outcome = match record {
                Err(error) => no_key(Reason::Record(error.clone())),
                Ok(record) => {
                    let (reason, matches) = self.judge_record(record, signature, header_hash);
                    let name = signature.query.name().to_owned();
                    let record = record.clone();
                    KeyOutcome {
                        reason,
                        matches,
                        evidence: Some(KeyEvidence {
                            name,
                            record,
                            dnssec,
                        }),
                    }
                }
            };
            if best
                .as_ref()
                .is_none_or(|best| outcome.rank() < best.rank())
            {
                best = Some(outcome);
            }
        }
        if count > 1 {
            let message =
                format!("{count} key records at one name: which of them counts is undefined");
            warnings.push(Warning::new("multiple-key-records", message));
        }
        best.unwrap_or_else(|| no_key(Reason::KeyNotFound(KeyNotFound::OnlyForeign)))
    }

    /// Why the record does not allow the signature, and, whatever that says, whether its key made
    /// the signature (RFC 6376 §6.1.2 steps 4 to 8, §6.1.3).
    fn judge_record(
        &self,
        record: &KeyRecord,
        signature: &Signature,
        header_hash: &[u8],
    ) -> (Option<Reason>, Option<bool>) {
        let algorithm = signature.algorithm;
        if record.key.key_type() != algorithm.key_type() {
            return (Some(Reason::KeyTypeMismatch), None);
        }
        let matches = record
            .key
            .verify(algorithm.hash(), header_hash, &signature.signature);
        (self.find_record_reason(record, signature), Some(matches))
    }

    fn find_record_reason(&self, record: &KeyRecord, signature: &Signature) -> Option<Reason> {
        if !record.allows_hash(signature.algorithm.hash()) {
            return Some(Reason::HashNotAllowed);
        }
        if !record.serves_email {
            return Some(Reason::ServiceNotAllowed);
        }
        if record.strict && signature.identity().domain() != signature.domain.domain() {
            return Some(Reason::IdentityForbidden);
        }
        let bits = record.key.bits();
        let minimum = self.policy.minimum_rsa_bits;
        match record.key.key_type() {
            KeyType::Rsa if bits < MINIMUM_RSA_BITS => Some(Reason::KeyTooShort { bits }),
            KeyType::Rsa if bits < minimum => Some(Reason::KeyBelowMinimum { bits, minimum }),
            KeyType::Rsa | KeyType::Ed25519 => None,
        }
    }
}

impl KeyOutcome {
    /// How good an outcome is; 0 is best.
    fn rank(&self) -> u8 {
        match (self.matches, &self.reason) {
            (Some(true), None) => 0,
            (Some(true), Some(_)) => 1,
            (Some(false), None) => 2,
            (Some(false), Some(_)) => 3,
            (None, _) => 4,
        }
    }
}

fn unanswered() -> LookupFailure {
    LookupFailure {
        kind: LookupFailureKind::Timeout,
        detail: "the question for the key was not answered".to_owned(),
    }
}

/// What makes a signature invalid in itself (RFC 6376 §6.1.1).
fn find_defect(signature: &Signature) -> Option<Reason> {
    if !signature.signed_headers().any(|name| name == "from") {
        return Some(Reason::FromNotSigned);
    }
    if let Some(identity) = &signature.identity
        && !identity.domain().is_within(signature.domain.domain())
    {
        return Some(Reason::IdentityMismatch);
    }
    signature
        .expires_before_timestamp
        .then_some(Reason::ExpirationBeforeTimestamp)
}

/// Finds fields that a signature does not cover though a reader would think so: more instances of
/// a once-only field than `h=` names (RFC 6376 §8.15), an unsigned Subject.
fn find_unsigned(
    index: &FieldIndex<'_>,
    signature: &Signature,
    warnings: &mut Vec<Warning>,
) -> Option<Reason> {
    let mut named: HashMap<&str, usize> = HashMap::new();
    for name in signature.signed_headers() {
        *named.entry(name).or_default() += 1;
    }
    let mut extra_from = None;
    for name in ONCE_ONLY {
        let Some(&signed) = named.get(name) else {
            continue;
        };
        let present = index.count(name, usize::MAX);
        if present > signed && name == "from" {
            extra_from = Some(Reason::ExtraFrom { present, signed });
        } else if present > signed {
            let message = format!(
                "{present} {name} fields, of which {signed} signed: a reader may see another"
            );
            warnings.push(Warning::new("unsigned-duplicate", message));
        }
    }
    if !named.contains_key("subject") {
        warnings.push(Warning::new(
            "unsigned-subject",
            "the subject is not signed",
        ));
    }
    extra_from
}

fn warn_of_key(key: &KeyOutcome, warnings: &mut Vec<Warning>) {
    let Some(KeyEvidence { record, .. }) = &key.evidence else {
        return;
    };
    let bits = record.key.bits();
    if record.key.key_type() == KeyType::Rsa && (MINIMUM_RSA_BITS..STRONG_RSA_BITS).contains(&bits)
    {
        let message =
            format!("an RSA key of {bits} bits is weak: {STRONG_RSA_BITS} or more are recommended");
        warnings.push(Warning::new("weak-key", message));
    }
    if record.testing {
        warnings.push(Warning::new(
            "testing",
            "the key record says that the domain is testing DKIM (t=y)",
        ));
    }
    if !record.has_version {
        warnings.push(Warning::new("no-version", "the key record has no v=DKIM1"));
    }
}

fn message_line_ends(header: &Header, body: &BodyHashes) -> LineEndsSeen {
    let mut seen = body.line_ends();
    let octets = header.octets();
    for line_feed in memchr::memchr_iter(b'\n', octets) {
        let after_cr = line_feed > 0 && octets[line_feed - 1] == b'\r';
        seen.crlf |= after_cr;
        seen.bare_line_feed |= !after_cr;
    }
    for carriage_return in memchr::memchr_iter(b'\r', octets) {
        seen.bare_carriage_return |= octets.get(carriage_return + 1) != Some(&b'\n');
    }
    match header.first_line_end() {
        Some(LineEnd::Crlf) => seen.crlf = true,
        Some(LineEnd::Lf) => seen.bare_line_feed = true,
        None => {}
    }
    seen
}

fn message_warnings(
    header: &Header,
    from_fields: usize,
    body: &BodyHashes,
    line_ends: LineEndsSeen,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |condition, code, message: &str| {
        if condition {
            warnings.push(Warning::new(code, message));
        }
    };
    warn(
        line_ends.crlf && line_ends.bare_line_feed,
        "mixed-line-endings",
        "some lines end in CRLF and some in LF alone",
    );
    warn(
        line_ends.bare_carriage_return,
        "bare-carriage-return",
        "there is a CR without LF behind it: mail servers may change it",
    );
    warn(
        from_fields > 1,
        "several-from",
        "there is more than one From field",
    );
    let mut long_line = LongLine::default();
    long_line.update(header.octets());
    warn(
        long_line.found || body.has_long_line(),
        "long-lines",
        "a line is longer than 998 octets: mail servers may cut it",
    );
    warn(
        !header.octets().is_ascii(),
        "eight-bit-header",
        "the header is not ASCII: mail servers without SMTPUTF8 may change it",
    );
    warnings
}

/// A duration in words, in its largest unit.
pub(crate) fn duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

fn ago(seconds: u64) -> String {
    format!("{} ago", duration(seconds))
}
