//! Why signatures do not pass, for those who see nothing but the totals.

/// A reason: its code, what it means, and what to do about it, with backticks around commands;
/// `{lookup}` is a command for the
/// selector and the domain.
type Row = (&'static str, &'static str, &'static str);

const EXPLAIN: &str =
    "run `dkim verify --explain` on one of these messages: it says what was changed, and by what";
const LOOK_UP: &str = "see what is wrong with the key record: `{lookup}`";
const INSPECT: &str = "correct the configuration of the signer; `dkim inspect` on one of these messages says what is wrong";
const ASK_LATER: &str = "verify again later; if it stays so, see which server fails: `{lookup}`";
const NEW_KEY: &str = "replace the key by one of RSA with 2048 bits: `dkim keygen`";

const ROWS: &[Row] = &[
    (
        "body-hash-mismatch",
        "the body was changed after signing",
        EXPLAIN,
    ),
    (
        "signature-mismatch",
        "signed header fields were changed, or the key is another",
        "if every message of the selector fails, compare the published key with that of the signer: \
         `{lookup} --expect-key FILE`; otherwise `dkim verify --explain` on one of these messages says \
         what was changed",
    ),
    ("missing-tag", "the signature lacks a tag", INSPECT),
    (
        "from-not-signed",
        "the signature does not cover the From field",
        "have the signer sign the From field (h=)",
    ),
    (
        "identity-mismatch",
        "the domain of i= is neither d= nor below it",
        "have the signer leave out i=, or use one of the signing domain",
    ),
    (
        "identity-forbidden",
        "the key record allows no subdomain of d= in i= (t=s)",
        "take t=s out of the key record, or have the signer leave out i=",
    ),
    (
        "expiration-before-timestamp",
        "the signature expires before it was made",
        "correct the clock of the signer, or the lifetime that it gives signatures (x=)",
    ),
    (
        "body-length-exceeds-body",
        "a part of the body that was signed is missing",
        EXPLAIN,
    ),
    (
        "key-not-found",
        "there is no key record",
        "publish the key record, or stop signing with this selector; see what is there: `{lookup}`",
    ),
    (
        "key-revoked",
        "the key is revoked",
        "sign with a key that is published, and keep an old one published as long as mail that it \
         signed is under way",
    ),
    (
        "key-type-mismatch",
        "the published key is of another type than the signature",
        LOOK_UP,
    ),
    (
        "hash-not-allowed",
        "the key record does not allow the hash of the signature",
        "take h= out of the key record",
    ),
    (
        "service-not-allowed",
        "the key record is not for mail",
        "take s= out of the key record",
    ),
    (
        "key-too-short",
        "the RSA key has fewer than 1024 bits",
        NEW_KEY,
    ),
    (
        "key-invalid",
        "the key in the key record is damaged",
        LOOK_UP,
    ),
    ("key-syntax", "the key record cannot be read", LOOK_UP),
    (
        "from-missing",
        "the message has no From field",
        "find what sends messages without a From field",
    ),
    ("signature-syntax", "the signature cannot be read", INSPECT),
    (
        "unsupported-version",
        "the signature has an unknown version",
        INSPECT,
    ),
    (
        "unsupported-algorithm",
        "the signature has an unknown algorithm",
        INSPECT,
    ),
    (
        "unsupported-canonicalization",
        "the signature has an unknown canonicalization",
        INSPECT,
    ),
    (
        "unsupported-query-method",
        "the signature has an unknown way to its key",
        INSPECT,
    ),
    (
        "key-unsupported",
        "the key record has an unknown version or type of key",
        LOOK_UP,
    ),
    (
        "sha1",
        "the signature is made with SHA-1, which no longer counts",
        "have the signer use rsa-sha256",
    ),
    (
        "expired",
        "the signature has expired",
        "if these messages are old, judge them as on the day of delivery: `dkim verify --at received`",
    ),
    (
        "timestamp-in-future",
        "the signature was made in the future",
        "correct the clock of the signer",
    ),
    (
        "malformed-header",
        "the header has a line that mail programs take in different ways",
        "find what writes that line: `dkim verify` on one of these messages shows it",
    ),
    (
        "partial-body",
        "a part of the body is not signed",
        "have the signer leave out l=",
    ),
    (
        "key-below-minimum",
        "the RSA key has fewer bits than was asked for",
        NEW_KEY,
    ),
    (
        "too-many-signatures",
        "the message has more signatures than are judged",
        "find what signs so often, or judge more: `dkim verify --max-signatures`",
    ),
    (
        "extra-from",
        "the message has more From fields than are signed",
        "do not trust the author of these messages; have their sender write one From field",
    ),
    ("dns-timeout", "no name server answered in time", ASK_LATER),
    ("dns-servfail", "the name servers failed", ASK_LATER),
    (
        "dns-unreachable",
        "no name server could be reached",
        ASK_LATER,
    ),
    (
        "dnssec-bogus",
        "the answer of the DNS is forged or wrongly signed",
        "have the zone of the domain signed correctly; see what fails: `{lookup} --dnssec`",
    ),
];

/// What a reason means, in lower case and without a full stop.
pub fn meaning(code: &str) -> &str {
    row(code).map_or(code, |(_, meaning, _)| meaning)
}

/// What to do about a reason, likewise.
pub fn remedy(code: &str, domain: Option<&str>, selector: Option<&str>) -> Option<String> {
    let (_, _, remedy) = row(code)?;
    let lookup = match (domain, selector) {
        (Some(domain), Some(selector)) => format!("dkim lookup -s {selector} -d {domain}"),
        _ => "dkim lookup".to_owned(),
    };
    Some(remedy.replace("{lookup}", &lookup))
}

fn row(code: &str) -> Option<&'static Row> {
    ROWS.iter().find(|(own, _, _)| *own == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_row() {
        let schema = include_str!("../../../../../docs/schema/summary.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let codes = schema["$defs"]["reason"]["enum"].as_array().unwrap();
        let codes: Vec<&str> = codes.iter().filter_map(|code| code.as_str()).collect();
        let without: Vec<_> = codes.iter().filter(|code| row(code).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
        assert_eq!(codes.len(), ROWS.len());
    }

    #[test]
    fn commands_can_be_copied() {
        let remedy = remedy("key-not-found", Some("example.com"), Some("s1")).unwrap();
        assert!(
            remedy.ends_with(": `dkim lookup -s s1 -d example.com`"),
            "{remedy}"
        );
        assert_eq!(meaning("key-not-found"), "there is no key record");
    }
}
