//! What signers do wrong with a header that nobody changed.

use super::*;
use crate::algorithm::HashAlgorithm;
use crate::canonicalization::Canonicalization;
use crate::canonicalization::header::canonicalize_signature_field;
use crate::hash::Digest;
use crate::message::HeaderField;
use crate::signature::Signature;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The message with a signature of what `canonical` makes of each field, in the order that
/// `reorder` gives, with `end` behind the signature's own.
pub(super) fn sign_wrongly(
    message: &str,
    canonical: fn(&str, &str) -> String,
    reorder: fn(&mut Vec<String>),
    end: &str,
) -> String {
    // A Return-Path is signed where it stands first, which our signer never does.
    let names = if message.starts_with("Return-Path:") {
        "h=Return-Path:From:"
    } else {
        "h=From:"
    };
    let signed = sign(message, RELAXED).replace("h=From:", names);
    let (header, body) = parse(signed.as_bytes(), LineEndings::Lenient).unwrap();
    let own = header.field(0).unwrap();
    let signature = Signature::parse(own).unwrap();
    let (mut fields, mut names) = (Vec::new(), Vec::new());
    for name in signature.signed_headers() {
        // From is signed once more than it is there.
        let field = header
            .fields_named(name)
            .next()
            .filter(|_| !names.contains(&name));
        names.push(name);
        let canonical = |field: HeaderField<'_>| canonical(text(field.name()), text(field.value()));
        fields.extend(field.map(|field| canonical(field) + "\r\n"));
    }
    reorder(&mut fields);
    let mut own_canonical = Vec::new();
    let emptied = signature.emptied.clone();
    canonicalize_signature_field(Canonicalization::Relaxed, own, emptied, &mut own_canonical);
    let mut digest = Digest::new(HashAlgorithm::Sha256);
    digest.update(fields.concat().as_bytes());
    digest.update(&own_canonical);
    digest.update(end.as_bytes());
    let value = key(RELAXED).sign(&digest.finalize()).unwrap();
    let value = base64::engine::general_purpose::STANDARD.encode(value);
    let raw = text(own.raw());
    let at = own.value_offset() + signature.emptied.start;
    let raw = [&raw[..at], &value, "\r\n"].concat();
    let rest = header.fields().skip(1).map(|field| text(field.raw()));
    rest.fold(raw, |all, field| all + field) + "\r\n" + text(body)
}

/// `relaxed` as it has to be.
pub(super) fn relaxed(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    format!("{}:{}", name.to_ascii_lowercase(), words.join(" "))
}

fn check(message: &str, canonical: fn(&str, &str) -> String, end: &str, words: &str) {
    assert_mistake(&sign_wrongly(message, canonical, |_| {}, end), words);
}

fn assert_mistake(signed: &str, words: &str) {
    let found = explained_as(signed, RELAXED).unwrap().explanations;
    let told: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
    let expected = [(Cause::CanonicalizationMislabelled, Proof::Proven)];
    assert_eq!(told, expected, "{words}: {found:#?}");
    let whole = "the header is as it was when it was signed: the signer ";
    assert!(found[0].detail.starts_with(whole), "{found:#?}");
    assert!(found[0].detail.contains(words), "{words}: {found:#?}");
    assert!(
        found[0].remedy.starts_with("correct the signer"),
        "{found:#?}"
    );
}

#[test]
fn relaxed_is_half_made() {
    fn lower(name: &str, value: &str) -> String {
        format!("{}:{}", name.to_ascii_lowercase(), value.trim())
    }
    fn unfolded(name: &str, value: &str) -> String {
        lower(name, &value.replace("\r\n", ""))
    }
    fn with_space(name: &str, value: &str) -> String {
        format!("{}: {}", name.to_ascii_lowercase(), value.trim())
    }
    fn with_end(name: &str, value: &str) -> String {
        relaxed(name, value) + if value.ends_with(' ') { " " } else { "" }
    }
    let subject = |text: &str| MESSAGE.replace("Minutes of Monday", text);
    check(
        MESSAGE,
        with_space,
        "",
        "keeps the white space behind the colon",
    );
    check(
        MESSAGE,
        |name, value| format!("{name}:{}", value.trim()),
        "",
        "in lower case",
    );
    check(
        &subject("Minutes "),
        with_end,
        "",
        "keeps white space at the end of values",
    );
    check(
        &subject("Minutes\r\n\tof Monday"),
        unfolded,
        "",
        "keeps tabs",
    );
    check(
        &subject("Minutes\r\n  of Monday"),
        unfolded,
        "",
        "does not reduce runs",
    );
    check(&subject("Minutes\r\n of Monday"), lower, "", "keeps folds");
}

#[test]
fn the_header_is_hashed_in_another_way() {
    let simple = |name: &str, value: &str| format!("{name}:{value}");
    check(MESSAGE, simple, "", "in simple canonicalization");
    check(MESSAGE, relaxed, "\r\n", "a line end behind its own field");
    let subject_first = |fields: &mut Vec<String>| {
        fields.sort_by_key(|field| !field.starts_with("subject"));
    };
    let subject = "Subject: Minutes of Monday\r\n";
    let signed = sign_wrongly(MESSAGE, relaxed, subject_first, "");
    let moved = signed.replace(subject, "");
    let moved = moved.replace("From: Joe", &format!("{subject}From: Joe"));
    assert_mistake(&moved, "in the order of the message");
}
