//! The tags beside `p=`: what is wrong with them, and what is unwise (RFC 6376 §3.6.1; RFC 8301).

use super::reading::Reading;
use super::{Finding, FindingCode};
use crate::algorithm::KeyType;
use crate::syntax::escape::printable;
use crate::syntax::tag_list::colon_separated;
use crate::tags::KnownTag;

/// Tells what makes the record unusable: `v=` and `k=`.
pub(super) fn find_errors(reading: &Reading, findings: &mut Vec<Finding>) {
    if let Some(version) = reading.get("v") {
        if version != "DKIM1" {
            let version = printable(version.as_bytes());
            findings.push(Finding::new(
                FindingCode::BadVersion,
                format!("the version is \"{version}\", and there is none but DKIM1"),
                "publish v=DKIM1, in capitals, with a semicolon behind it",
            ));
        }
        if reading.tags.first().is_some_and(|first| first.name != "v") {
            findings.push(Finding::new(
                FindingCode::VersionNotFirst,
                "v= is not the first tag: such a record must be discarded (RFC 6376 §3.6.1), though other \
                 verifiers accept it",
                "put v=DKIM1 in front of all other tags",
            ));
        }
    }
    // Of a revoked key it does not matter which type it was.
    if let Some(name) = reading.get("k").filter(|_| !reading.is_revoked())
        && KeyType::from_name(name.as_bytes()).is_none()
    {
        let name = printable(name.as_bytes());
        findings.push(Finding::new(
            FindingCode::UnknownKeyType,
            format!("the key type \"{name}\" is not known"),
            "publish k=rsa or k=ed25519, whichever the key is",
        ));
    }
}

/// Tells what is unwise, or merely to be known.
pub(super) fn find_oddities(reading: &Reading, findings: &mut Vec<Finding>) {
    if reading.get("v").is_none() {
        findings.push(Finding::new(
            FindingCode::NoVersion,
            "there is no v=DKIM1, and some verifiers overlook such a record",
            "put v=DKIM1 in front of all other tags",
        ));
    }
    hashes(reading, findings);
    services(reading, findings);
    findings.extend(letter_case(reading));
    if lists(reading, "t", "y") {
        findings.push(Finding::new(
            FindingCode::TestingFlag,
            "t=y says that the domain is only testing DKIM, and receivers may treat its signed \
             mail as unsigned (RFC 6376 §3.6.1)",
            "remove t=y as soon as signing works",
        ));
    }
    if let Some(granularity) = reading.get("g") {
        findings.push(granularity_tag(granularity));
    }
    if let Some(note) = reading.get("n") {
        let note = printable(note.as_bytes());
        findings.push(Finding::new(
            FindingCode::NoteTag,
            format!("the note \"{note}\" is public, and no verifier reads it"),
            "leave it out, if space is scarce",
        ));
    }
    let unknown: Vec<String> = reading
        .tags
        .iter()
        .filter(|tag| KnownTag::of_key_record(&tag.name).is_none())
        .map(|tag| format!("{}=", printable(tag.name.as_bytes())))
        .collect();
    if !unknown.is_empty() {
        findings.push(unknown_tags(&unknown));
    }
}

fn hashes(reading: &Reading, findings: &mut Vec<Finding>) {
    if reading.get("h").is_none() {
        return;
    }
    let algorithms = ["rsa-sha256", "ed25519-sha256", "rsa-sha1"];
    let algorithm = algorithms
        .into_iter()
        .find(|algorithm| lists(reading, "h", algorithm));
    if let Some(algorithm) = algorithm.filter(|_| !lists(reading, "h", "sha256")) {
        findings.push(Finding::new(
            FindingCode::AlgorithmInH,
            format!(
                "{algorithm} is the name of a signature algorithm, and h= takes the hash alone: \
                 no signature can be verified with this key"
            ),
            "publish h=sha256, or no h= at all",
        ));
    } else if !lists(reading, "h", "sha256") {
        findings.push(Finding::new(
            FindingCode::Sha1Only,
            "h= leaves out sha256, and verifiers accept no other hash (RFC 8301 §3.1): no \
             signature can be verified with this key",
            "publish h=sha256, or no h= at all",
        ));
    } else if lists(reading, "h", "sha1") {
        findings.push(Finding::new(
            FindingCode::Sha1Allowed,
            "h= allows SHA-1, which must not be used any more (RFC 8301 §3.1)",
            "publish h=sha256",
        ));
    }
}

fn services(reading: &Reading, findings: &mut Vec<Finding>) {
    let Some(services) = reading.get("s") else {
        return;
    };
    if !lists(reading, "s", "email") && !lists(reading, "s", "*") {
        let services = printable(services.as_bytes());
        findings.push(Finding::new(
            FindingCode::ServiceRestricted,
            format!("s={services} leaves out email: signatures of messages cannot use this key"),
            "publish s=email or no s= at all, unless the key is meant for something else",
        ));
    }
}

/// Values that are accepted in any letter case: case does not count in what the ABNF of RFC 6376
/// writes in quotes (RFC 5234 §2.3).
const VALUES: [(&str, &[&str]); 4] = [
    ("h", &["sha1", "sha256"]),
    ("k", &["rsa", "ed25519"]),
    ("s", &["email"]),
    ("t", &["y", "s"]),
];

/// A value of a tag in the letter case that RFC 6376 has it in, if it is one of those.
pub(super) fn in_standard_case<'a>(tag: &str, value: &'a str) -> &'a str {
    let known = VALUES.iter().find(|(name, _)| *name == tag);
    let known = known.map_or(&[][..], |(_, known)| known);
    known
        .iter()
        .find(|known| known.eq_ignore_ascii_case(value))
        .map_or(value, |known| known)
}

fn letter_case(reading: &Reading) -> Option<Finding> {
    let is_other = |tag: &str| {
        colon_separated(reading.get(tag).unwrap_or_default().as_bytes())
            .filter_map(|value| std::str::from_utf8(value).ok())
            .any(|value| in_standard_case(tag, value) != value)
    };
    let others: Vec<String> = VALUES
        .iter()
        .filter(|(tag, _)| is_other(tag))
        .map(|(tag, _)| {
            let value = printable(reading.get(tag).unwrap_or_default().as_bytes());
            format!("{tag}={value}")
        })
        .collect();
    if others.is_empty() {
        return None;
    }
    let others = others.join(", ");
    Some(Finding::new(
        FindingCode::LetterCase,
        format!(
            "{others}: not in the letter case of RFC 6376 §3.6.1, and accepted all the same \
             (RFC 5234 §2.3)"
        ),
        "write it in lower case",
    ))
}

fn granularity_tag(value: &str) -> Finding {
    let message = match value {
        "" => "g= is empty: verifiers from before 2011 take it for a key that is for no address"
            .to_owned(),
        "*" => "g=* means nothing since 2011 (RFC 6376 §C.1)".to_owned(),
        local_part => format!(
            "g={} restricts nothing since 2011 (RFC 6376 §C.1): the key is for every address",
            printable(local_part.as_bytes())
        ),
    };
    Finding::new(FindingCode::GranularityTag, message, "remove g=")
}

fn unknown_tags(names: &[String]) -> Finding {
    let misspelled = names.iter().any(|name| {
        let lower = name.trim_end_matches('=').to_ascii_lowercase();
        KnownTag::of_key_record(&lower).is_some()
    });
    let remedy = if misspelled {
        "write the names of tags in lower case"
    } else {
        "check the spelling; remove what no program of yours reads"
    };
    let names = names.join(", ");
    Finding::new(
        FindingCode::UnknownTag,
        format!("verifiers ignore what they do not know: {names}"),
        remedy,
    )
}

/// Whether a colon-separated value lists `item`, in any letter case.
fn lists(reading: &Reading, name: &str, item: &str) -> bool {
    let value = reading.get(name).unwrap_or_default();
    colon_separated(value.as_bytes()).any(|each| each.eq_ignore_ascii_case(item.as_bytes()))
}
