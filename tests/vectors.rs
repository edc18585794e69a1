//! The vectors in testdata/, through the library as its callers use it: in pieces of any size, and
//! with the DNS answering at any time. testdata/README.md says what a vector may hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dkim_toolkit::alignment::Alignment;
use dkim_toolkit::canonicalization::Canonicalization;
use dkim_toolkit::canonicalization::body::BodyCanonicalizer;
use dkim_toolkit::canonicalization::header::canonicalize_field;
use dkim_toolkit::lookup::{KeyAnswer, LookupFailure, LookupFailureKind};
use dkim_toolkit::message::{HeaderReader, LineEndings};
use dkim_toolkit::verdict::{Verdict, Warning, WarningCode};
use dkim_toolkit::verify::{Policy, Report, Verification, Verifier};

use crate::testdata::{files, pairs, quoted, split_preamble};

/// The results of a signature, with the reasons that lead to each.
const RESULTS: [(&str, &[&str]); 6] = [
    ("pass", &[]),
    ("fail", &["body-hash-mismatch", "signature-mismatch"]),
    (
        "permerror",
        &[
            "body-length-exceeds-body",
            "expiration-before-timestamp",
            "from-missing",
            "from-not-signed",
            "hash-not-allowed",
            "identity-forbidden",
            "identity-mismatch",
            "key-invalid",
            "key-not-found",
            "key-revoked",
            "key-syntax",
            "key-too-short",
            "key-type-mismatch",
            "missing-tag",
            "service-not-allowed",
        ],
    ),
    (
        "neutral",
        &[
            "key-unsupported",
            "signature-syntax",
            "unsupported-algorithm",
            "unsupported-canonicalization",
            "unsupported-query-method",
            "unsupported-version",
        ],
    ),
    (
        "policy",
        &[
            "expired",
            "extra-from",
            "key-below-minimum",
            "malformed-header",
            "partial-body",
            "sha1",
            "timestamp-in-future",
            "too-many-signatures",
        ],
    ),
    (
        "temperror",
        &[
            "dns-servfail",
            "dns-timeout",
            "dns-unreachable",
            "dnssec-bogus",
        ],
    ),
];

const WARNINGS: [&str; 24] = [
    "address-in-display-name",
    "bare-carriage-return",
    "byte-order-mark",
    "default-provider-signature",
    "eight-bit-header",
    "envelope-line",
    "long-lines",
    "malformed-header",
    "mixed-line-endings",
    "multiple-key-records",
    "near-expiration",
    "no-author-domain",
    "no-version",
    "not-a-message",
    "not-aligned",
    "old-signature",
    "several-authors",
    "several-from",
    "sha1",
    "testing",
    "unsigned-body",
    "unsigned-duplicate",
    "unsigned-field",
    "weak-key",
];

/// Keys that stand at most once in a preamble.
const ONCE: [&str; 8] = [
    "now",
    "line-endings",
    "allow-sha1",
    "ignore-expiration",
    "reject-partial-body",
    "min-rsa-bits",
    "max-signatures",
    "result",
];

/// Sizes of the pieces that a message comes in.
const PIECES: [usize; 5] = [usize::MAX, 64, 3, 2, 1];

/// Messages over this size come in no pieces of a few octets: they would take all the time.
const LARGE: usize = 8 * 1024;

/// When the DNS answers: before, within or after the body.
#[derive(Clone, Copy, Debug)]
enum Answers {
    Before,
    Within,
    After,
}

/// A verification, as a vector describes it.
#[derive(Default)]
struct Vector<'a> {
    now: u64,
    line_endings: LineEndings,
    policy: Policy,
    answers: BTreeMap<&'a str, KeyAnswer>,
    result: &'a str,
    signatures: Vec<&'a str>,
    body_hashes: Vec<&'a str>,
    matches: Vec<&'a str>,
    alignments: Vec<&'a str>,
    warnings: Vec<&'a str>,
    no_warnings: Vec<&'a str>,
    unsigned: Vec<&'a str>,
    details: Vec<&'a str>,
    message: &'a [u8],
}

impl<'a> Vector<'a> {
    fn parse(file: &'a [u8]) -> Result<Self, String> {
        let (preamble, message) = split_preamble(file)?;
        let pairs = pairs(preamble)?;
        let mut vector = Self {
            message,
            ..Self::default()
        };
        let mut records: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
        for (key, value) in &pairs {
            if *key == "txt" {
                let (name, text) = value.split_once(' ').ok_or("txt without a text")?;
                records.entry(name).or_default().push(quoted(text)?);
            } else {
                vector.take(key, value)?;
            }
        }
        for (name, texts) in records {
            let answer = KeyAnswer::from_txt(texts, None);
            if vector.answers.insert(name, answer).is_some() {
                return Err(format!("{name} is answered in two ways"));
            }
        }
        vector.check(&pairs)?;
        Ok(vector)
    }

    fn take(&mut self, key: &str, value: &'a str) -> Result<(), String> {
        match key {
            "comment" => {}
            "now" => self.now = number(value)?,
            "line-endings" => self.line_endings = line_endings(value)?,
            "allow-sha1" => self.policy.allow_sha1 = yes(value)?,
            "ignore-expiration" => self.policy.ignore_expiration = yes(value)?,
            "reject-partial-body" => self.policy.reject_partial_body = yes(value)?,
            "min-rsa-bits" => self.policy.minimum_rsa_bits = number(value)?,
            "max-signatures" => self.policy.maximum_signatures = number(value)?,
            "nodata" | "servfail" | "timeout" | "refused" | "unreachable" | "bogus" => {
                if self.answers.insert(value, failure(key)).is_some() {
                    return Err(format!("{value} is answered in two ways"));
                }
            }
            "result" => self.result = value,
            "signature" => self.signatures.push(value),
            "body-hash" => self.body_hashes.push(value),
            "signature-matches" => self.matches.push(value),
            "alignment" => self.alignments.push(value),
            "warning" => self.warnings.push(value),
            "no-warning" => self.no_warnings.push(value),
            "unsigned" => self.unsigned.push(value),
            "detail" => self.details.push(value),
            _ => return Err(format!("unknown key {key:?}")),
        }
        Ok(())
    }

    /// Whether each key stands as often as it may, with a value that it may have.
    fn check(&self, pairs: &[(&str, &str)]) -> Result<(), String> {
        let count = |key: &str| pairs.iter().filter(|pair| pair.0 == key).count();
        for key in ONCE {
            if count(key) > 1 {
                return Err(format!("{key} stands more than once"));
            }
        }
        for key in ["comment", "now", "result"] {
            if count(key) == 0 {
                return Err(format!("no {key}"));
            }
        }
        let results = RESULTS.map(|(result, _)| result);
        if self.result != "none" && !results.contains(&self.result) {
            return Err(format!("unknown result {:?}", self.result));
        }
        self.signatures
            .iter()
            .try_for_each(|line| known_verdict(line))?;
        let facts = [&self.body_hashes, &self.matches];
        for fact in facts.into_iter().filter(|fact| !fact.is_empty()) {
            let known = fact.iter().all(|word| ["yes", "no", "null"].contains(word));
            if !known || fact.len() != self.signatures.len() {
                return Err(format!("body-hash or signature-matches: {fact:?}"));
            }
        }
        let alignments = &self.alignments;
        let known = |word: &&str| ["strict", "relaxed", "none", "null"].contains(word);
        if !alignments.iter().all(known)
            || !(alignments.is_empty() || alignments.len() == self.signatures.len())
        {
            return Err(format!("alignment: {alignments:?}"));
        }
        let mut warnings = self.warnings.iter().chain(&self.no_warnings);
        match warnings.find(|code| !WARNINGS.contains(code)) {
            Some(code) => Err(format!("unknown warning {code:?}")),
            None => Ok(()),
        }
    }

    /// What is found when the message comes in pieces of this size.
    fn verify(&self, piece: usize, answers: Answers) -> Result<Report, String> {
        let mut reader = HeaderReader::new(self.line_endings);
        let mut body = self.message.len();
        for (at, octets) in self.message.chunks(piece).enumerate() {
            if let Some(end) = reader.push(octets).map_err(|error| error.to_string())? {
                body = at.saturating_mul(piece) + end;
                break;
            }
        }
        let header = reader.finish().map_err(|error| error.to_string())?;
        let mut verification = Verifier::new(self.policy.clone()).begin(header, self.now);
        let body = &self.message[body..];
        let (before, behind) = match answers {
            Answers::Before => body.split_at(0),
            Answers::Within => body.split_at(body.len() / 2),
            Answers::After => body.split_at(body.len()),
        };
        before
            .chunks(piece)
            .for_each(|octets| verification.body(octets));
        self.answer(&mut verification);
        behind
            .chunks(piece)
            .for_each(|octets| verification.body(octets));
        Ok(verification.finish())
    }

    fn answer(&self, verification: &mut Verification) {
        for query in verification.pending() {
            let name = query.name().trim_end_matches('.');
            let answer = self.answers.get(name).cloned();
            verification.answer(&query, answer.unwrap_or(KeyAnswer::NoSuchName));
        }
    }

    /// Adds to `table` in what way the report differs.
    fn compare(&self, found: &Found, table: &mut Table<'_>) {
        let verdicts = found.verdicts.iter();
        let signatures: Vec<String> = verdicts
            .enumerate()
            .map(|(at, verdict)| {
                let named = self
                    .signatures
                    .get(at)
                    .is_none_or(|line| line.contains(' '));
                let verdict = verdict.split(' ').take(1 + usize::from(named));
                verdict.collect::<Vec<_>>().join(" ")
            })
            .collect();
        table.expect(
            "signatures",
            &self.signatures.join(", "),
            &signatures.join(", "),
        );
        table.expect("result", self.result, &found.result());
        if !self.body_hashes.is_empty() {
            let expected = self.body_hashes.join(", ");
            table.expect("body-hash", &expected, &found.body_hashes.join(", "));
        }
        if !self.matches.is_empty() {
            let expected = self.matches.join(", ");
            table.expect("signature-matches", &expected, &found.matches.join(", "));
        }
        if !self.alignments.is_empty() {
            let expected = self.alignments.join(", ");
            table.expect("alignment", &expected, &found.alignments.join(", "));
        }
        let warnings = found.warnings.join(", ");
        let has = |code: &&&str| found.warnings.contains(code);
        for code in self.warnings.iter().filter(|code| !has(code)) {
            table.row(&format!("warning {code}"), &warnings);
        }
        for code in self.no_warnings.iter().filter(has) {
            table.row(&format!("no warning {code}"), &warnings);
        }
        for code in found
            .warnings
            .iter()
            .filter(|code| !WARNINGS.contains(code))
        {
            table.row("known warnings", code);
        }
        if !self.unsigned.is_empty() {
            let none = vec!["none".to_owned()];
            let unsigned = if found.unsigned.is_empty() {
                &none
            } else {
                &found.unsigned
            };
            table.expect("unsigned", &self.unsigned.join(", "), &unsigned.join(", "));
        }
        let detail = found.detail.clone().unwrap_or_default();
        let has_word = |word: &&&str| detail.to_lowercase().contains(&word.to_lowercase());
        for word in self.details.iter().filter(|word| !has_word(word)) {
            table.row(&format!("detail with {word:?}"), &detail);
        }
    }
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("not a number: {value:?}"))
}

fn yes(value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        _ => Err(format!("not \"yes\": {value:?}")),
    }
}

fn line_endings(value: &str) -> Result<LineEndings, String> {
    match value {
        "strict" => Ok(LineEndings::Strict),
        "lenient" => Ok(LineEndings::Lenient),
        _ => Err(format!("unknown line endings {value:?}")),
    }
}

fn failure(key: &str) -> KeyAnswer {
    let kind = match key {
        "servfail" => LookupFailureKind::ServFail,
        "timeout" => LookupFailureKind::Timeout,
        "refused" => LookupFailureKind::Refused,
        "unreachable" => LookupFailureKind::Unreachable,
        "bogus" => LookupFailureKind::Bogus,
        _ => return KeyAnswer::NoRecords,
    };
    let detail = format!("the vector says {key}");
    KeyAnswer::Failed(LookupFailure::new(kind, detail))
}

fn known_verdict(line: &str) -> Result<(), String> {
    let (result, code) = line
        .split_once(' ')
        .map_or((line, None), |(result, code)| (result, Some(code)));
    let known = |known: &&(&str, &[&str])| known.0 == result;
    let (_, codes) = RESULTS
        .iter()
        .find(known)
        .ok_or(format!("unknown result {result:?}"))?;
    match code {
        Some(code) if !codes.contains(&code) => Err(format!("{code:?} is no reason for {result}")),
        _ => Ok(()),
    }
}

/// What of a report the vectors speak of.
#[derive(Debug, PartialEq)]
struct Found {
    /// For each signature its result and, but for a pass, its reason.
    verdicts: Vec<String>,
    body_hashes: Vec<&'static str>,
    matches: Vec<&'static str>,
    alignments: Vec<&'static str>,
    /// The message's and all signatures'.
    warnings: Vec<&'static str>,
    /// The fields that nobody signed.
    unsigned: Vec<String>,
    /// The first signature's.
    detail: Option<String>,
    malformed: bool,
    size: u64,
}

impl Found {
    fn new(report: &Report) -> Self {
        let verdicts = &report.verdicts;
        let code = |warning: &Warning| warning.code.name();
        let of_signatures = verdicts.iter().flat_map(|verdict| &verdict.warnings);
        Self {
            verdicts: verdicts.iter().map(in_words).collect(),
            body_hashes: verdicts
                .iter()
                .map(|verdict| word(verdict.body_hash_matches()))
                .collect(),
            matches: verdicts
                .iter()
                .map(|verdict| word(verdict.signature_matches))
                .collect(),
            alignments: verdicts
                .iter()
                .map(|verdict| verdict.alignment.map_or("null", Alignment::name))
                .collect(),
            warnings: report
                .warnings
                .iter()
                .chain(of_signatures)
                .map(code)
                .collect(),
            unsigned: report
                .warnings
                .iter()
                .filter(|warning| warning.code == WarningCode::UnsignedField)
                .filter_map(|warning| warning.field.clone())
                .collect(),
            detail: verdicts.first().and_then(Verdict::detail),
            malformed: report.header.malformation().is_some(),
            size: report.size,
        }
    }

    /// The message's result with `--require any`. Which of several is the best is not the
    /// library's to say, so a vector has but one kind.
    fn result(&self) -> String {
        let verdicts = self.verdicts.iter();
        let mut results: Vec<_> = verdicts
            .filter_map(|verdict| verdict.split(' ').next())
            .collect();
        results.sort_unstable();
        results.dedup();
        if self.malformed && !results.is_empty() {
            results = vec!["policy"];
        } else if results.contains(&"pass") {
            results = vec!["pass"];
        } else if results.is_empty() {
            results.push("none");
        }
        results.join(" or ")
    }
}

fn in_words(verdict: &Verdict) -> String {
    let result = verdict.result().name();
    match &verdict.reason {
        None => result.to_owned(),
        Some(reason) => format!("{result} {}", reason.code()),
    }
}

fn word(fact: Option<bool>) -> &'static str {
    match fact {
        Some(true) => "yes",
        Some(false) => "no",
        None => "null",
    }
}

/// Everything that is not as it should be, to be told at once.
#[derive(Default)]
struct Table<'a> {
    file: &'a str,
    rows: Vec<String>,
}

impl Table<'_> {
    fn expect(&mut self, what: &str, expected: &str, found: &str) {
        if expected != found {
            self.row(&format!("{what}: {expected}"), found);
        }
    }

    fn row(&mut self, expected: &str, found: &str) {
        self.rows
            .push(format!("{} | {expected} | {found}", self.file));
    }

    fn finish(self) {
        let mut text = String::new();
        for row in &self.rows {
            let _ = writeln!(text, "{row}");
        }
        assert!(
            self.rows.is_empty(),
            "{} differences\nfile | expected | found\n{text}",
            self.rows.len()
        );
    }
}

#[test]
fn verification() {
    let files = files("verify", ".eml");
    let mut table = Table::default();
    for (file, octets) in &files {
        table.file = file;
        match Vector::parse(octets) {
            Ok(vector) => check_vector(&vector, &mut table),
            Err(error) => table.row("a vector", &error),
        }
    }
    table.finish();
}

fn check_vector(vector: &Vector<'_>, table: &mut Table<'_>) {
    let find = |piece, answers| {
        vector
            .verify(piece, answers)
            .map(|report| Found::new(&report))
    };
    let whole = match find(usize::MAX, Answers::Before) {
        Ok(found) => found,
        Err(error) => return table.row("a message", &error),
    };
    vector.compare(&whole, table);
    table.expect(
        "size",
        &vector.message.len().to_string(),
        &whole.size.to_string(),
    );
    let pieces = PIECES
        .into_iter()
        .filter(|&piece| piece >= 64 || vector.message.len() < LARGE);
    for piece in pieces {
        for answers in [Answers::Before, Answers::Within, Answers::After] {
            let found = find(piece, answers);
            if found.as_ref() != Ok(&whole) {
                let way = format!("{found:?} in pieces of {piece}, {answers:?}");
                table.row(&format!("{whole:?}"), &way);
            }
        }
    }
}

#[test]
fn canonicalization() {
    let files = files("canonicalization", ".txt");
    let mut table = Table::default();
    for (file, octets) in &files {
        table.file = file;
        let text = std::str::from_utf8(octets).unwrap();
        for block in text.split("\n\n").map(str::trim_end) {
            if let Err(error) = check_block(block, &mut table) {
                table.row("a block", &format!("{error}: {block}"));
            }
        }
    }
    table.finish();
}

fn check_block(block: &str, table: &mut Table<'_>) -> Result<(), String> {
    const KEYS: [&str; 6] = [
        "comment",
        "kind",
        "algorithm",
        "line-endings",
        "input",
        "output",
    ];
    let pairs = pairs(block)?;
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, value) in pairs {
        if !KEYS.contains(&key) || values.insert(key, value).is_some() {
            return Err(format!("{key:?} is unknown, or there twice"));
        }
    }
    let value = |key: &str| values.get(key).copied().ok_or(format!("no {key}"));
    let algorithm = match value("algorithm")? {
        "simple" => Canonicalization::Simple,
        "relaxed" => Canonicalization::Relaxed,
        other => return Err(format!("unknown algorithm {other:?}")),
    };
    let canonicalize = match value("kind")? {
        "header" => canonical_header,
        "body" => canonical_body,
        other => return Err(format!("unknown kind {other:?}")),
    };
    let line_endings = line_endings(value("line-endings")?)?;
    let (input, output) = (quoted(value("input")?)?, quoted(value("output")?)?);
    let expected = output.escape_ascii().to_string();
    for piece in PIECES {
        let canonical = canonicalize(algorithm, line_endings, &input, piece);
        let what = format!("{} in pieces of {piece}", value("comment")?);
        table.expect(&what, &expected, &canonical.escape_ascii().to_string());
    }
    Ok(())
}

fn canonical_header(
    algorithm: Canonicalization,
    line_endings: LineEndings,
    input: &[u8],
    piece: usize,
) -> Vec<u8> {
    let mut reader = HeaderReader::new(line_endings);
    for octets in input.chunks(piece) {
        assert_eq!(reader.push(octets), Ok(None), "an empty line in {input:?}");
    }
    let mut canonical = Vec::new();
    for field in reader.finish().unwrap().fields() {
        canonicalize_field(algorithm, field, &mut canonical);
    }
    canonical
}

fn canonical_body(
    algorithm: Canonicalization,
    line_endings: LineEndings,
    input: &[u8],
    piece: usize,
) -> Vec<u8> {
    let mut canonicalizer = BodyCanonicalizer::new(algorithm, line_endings);
    let mut canonical = Vec::new();
    for octets in input.chunks(piece) {
        canonicalizer.push(octets, |octets| canonical.extend_from_slice(octets));
    }
    canonicalizer.finish(|octets| canonical.extend_from_slice(octets));
    canonical
}
