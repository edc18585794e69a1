//! Octets of any kind end in an answer, never in a panic; and what is printed reads back the same.

use std::sync::Arc;

use dkim_toolkit::authentication_results::{self, AuthenticationResults, AuthservId};
use dkim_toolkit::author::author_addresses;
use dkim_toolkit::identifier::{Auid, Sdid, Selector};
use dkim_toolkit::key::{PrivateKey, PublicKey};
use dkim_toolkit::key_record::{KeyRecord, PublishedRecord};
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::message::{LineEndings, parse};
use dkim_toolkit::sign::{Choices, Signer, Signing};
use dkim_toolkit::verify::Verifier;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::testdata;

/// A real file with a few octets changed, removed or put in, which reaches deeper than noise.
fn damaged(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<prop::sample::Index>(), 0..3_u8, any::<u8>());
    vec(damage, 1..12).prop_map(move |damages| {
        let mut octets = original.clone();
        for (place, kind, octet) in damages {
            let at = place
                .index(octets.len().max(1))
                .min(octets.len().saturating_sub(1));
            match kind {
                _ if octets.is_empty() => octets.push(octet),
                0 => octets[at] = octet,
                1 => drop(octets.remove(at)),
                _ => octets.insert(at, octet),
            }
        }
        octets
    })
}

fn verify(message: &[u8], record: &[u8]) {
    for line_endings in [LineEndings::Lenient, LineEndings::Strict] {
        let Ok((header, body)) = parse(message, line_endings) else {
            continue;
        };
        let _ = author_addresses(&header);
        let mut verification = Verifier::default().begin(header, 1_528_637_909);
        for query in verification.pending() {
            verification.answer(&query, KeyAnswer::from_txt([record], None));
        }
        verification.body(body);
        let report = verification.finish();
        for verdict in &report.verdicts {
            assert_eq!(verdict.reason.is_some(), verdict.detail().is_some());
        }
        let id = AuthservId::parse("mx.example.org").unwrap();
        let field = authentication_results::field(&id, &report);
        assert!(
            field
                .bytes()
                .all(|octet| matches!(octet, b'\r' | b'\n' | b' '..=b'~'))
        );
        let (_, value) = field.split_once(':').unwrap();
        let results = AuthenticationResults::parse(value.as_bytes()).dkim;
        let results: Vec<_> = results.iter().map(|result| &*result.result).collect();
        let verdicts: Vec<_> = report
            .verdicts
            .iter()
            .map(|verdict| verdict.result().name())
            .collect();
        assert_eq!(
            results,
            if verdicts.is_empty() {
                vec!["none"]
            } else {
                verdicts
            },
            "{field:?}"
        );
    }
}

const RECORD: &[u8] = b"v=DKIM1; k=ed25519; h=sha256; s=email; t=y; n=a=20note; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

const AUTHENTICATION_RESULTS: &[u8] = b" mx.example.org 1;\r\n dkim=pass (2048-bit (rsa) \\( key) reason=\"a\\\"b; c\" header.d=example.com header . i=\"a b\"@example.com header.b=\"a/b=\"; spf=pass smtp.mailfrom=x";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn messages(message in damaged(testdata::read("rfc/rfc8463-appendix-a.eml")), record in damaged(RECORD.to_vec())) {
        verify(&message, &record);
    }

    #[test]
    fn authentication_results(value in damaged(AUTHENTICATION_RESULTS.to_vec())) {
        let _ = AuthenticationResults::parse(&value);
    }

    #[test]
    fn records(record in damaged(RECORD.to_vec())) {
        let published = PublishedRecord::new(record.clone());
        let usable = KeyRecord::parse(&record).is_ok();
        // What is read as a key record can be one; nothing that is one is passed over.
        prop_assert!(!usable || published.key_record().is_some_and(Result::is_ok));
    }

    #[test]
    fn noise(octets in vec(any::<u8>(), 0..600)) {
        verify(&octets, &octets);
        let _ = PrivateKey::from_bytes(&octets, Some(b"x"));
        let _ = PublicKey::from_bytes(&octets, None);
    }

    #[test]
    fn key_files(octets in damaged(testdata::read("keys/rsa2048.pem"))) {
        let _ = PrivateKey::from_bytes(&octets, None);
        let _ = PublicKey::from_bytes(&octets, None);
    }

    #[test]
    fn identifiers_read_back_as_they_print(text in "\\PC{0,30}") {
        if let Ok(domain) = Sdid::parse(text.as_bytes()) {
            prop_assert_eq!(&Sdid::parse(domain.as_str().as_bytes()), &Ok(domain.clone()));
            prop_assert_eq!(&Sdid::parse(domain.to_ascii().as_bytes()), &Ok(domain.clone()));
        }
        if let Ok(selector) = Selector::parse(text.as_bytes()) {
            prop_assert_eq!(Selector::parse(selector.to_ascii().as_bytes()), Ok(selector));
        }
    }

    #[test]
    fn signatures_read_back_as_they_were_made(
        local_part in "[a-z ;=.\"]{0,12}",
        subject in "\\PC{0,60}",
        body in vec(any::<u8>(), 0..300),
        copy_headers: bool,
        wrap: bool,
    ) {
        let key = PrivateKey::from_bytes(&testdata::read("keys/ed25519.pem"), None).unwrap();
        let identity = Auid::parse(format!("{local_part}@sub.example.com").as_bytes()).unwrap();
        let mut choices = Choices::default();
        choices.identity = Some(identity.clone());
        choices.copy_headers = copy_headers;
        choices.wrap = wrap;
        let domain = Sdid::parse(b"example.com").unwrap();
        let selector = Selector::parse(b"ed25519").unwrap();
        let signer = Signer::new(domain, selector, Arc::new(key), choices).unwrap();
        let head = format!("From: a@example.com\r\nSubject: {subject}\r\n\r\n");
        let message = [head.as_bytes(), &body].concat();
        let (header, body) = parse(&message, LineEndings::Lenient).unwrap();
        let signers = [signer];
        let mut signing = Signing::begin(&signers, header, 1_528_637_909).unwrap();
        signing.body(body);
        let field = signing.finish().unwrap().concat();
        let signed = [field.as_bytes(), &message].concat();
        let report = testdata::verify(&signed, LineEndings::Lenient, 1_528_637_909, |_| {
            KeyAnswer::NoSuchName
        });
        let signature = report.verdicts[0].signature.as_ref().unwrap();
        prop_assert_eq!(&signature.identity, &Some(identity));
        prop_assert_eq!(report.verdicts[0].body_hash_matches(), Some(true));
    }
}

#[cfg(feature = "admin")]
mod lint {
    use dkim_toolkit::key_record::{KeyRecord, RecordError};
    use dkim_toolkit::lint::{self, FindingCode};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{RECORD, damaged};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn corrected_records(record in damaged(RECORD.to_vec())) {
            let report = lint::record(&record);
            if let Some(fixed) = &report.fixed {
                // A corrected record can be used; a revoked one stays revoked.
                let revoked = report.findings.iter().any(|finding| finding.code == FindingCode::Revoked);
                let expected = if revoked { Err(RecordError::Revoked) } else { Ok(()) };
                prop_assert_eq!(KeyRecord::parse(fixed.as_bytes()).map(drop), expected, "{}", fixed);
            }
        }

        #[test]
        fn noise(octets in vec(any::<u8>(), 0..600)) {
            let _ = lint::record(&octets);
        }
    }
}
