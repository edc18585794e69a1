//! Every error can be passed on as one, from any thread, and has what caused it.

use std::error::Error;

use dkim_toolkit::identifier::DomainName;
use dkim_toolkit::key::{PrivateKey, PrivateKeyError, PublicKeyError};
use dkim_toolkit::key_record::{KeyRecord, RecordError};
use dkim_toolkit::message::{Header, HeaderError, PairError};
use dkim_toolkit::sign::SignError;
use dkim_toolkit::signature::SignatureError;
use dkim_toolkit::{Reason, verify};

#[test]
fn errors_are_errors() {
    fn check<T: Error + Send + Sync + 'static>() {}
    check::<dkim_toolkit::authentication_results::AuthservIdError>();
    check::<dkim_toolkit::author::NoAuthorDomain>();
    check::<dkim_toolkit::identifier::IdentifierError>();
    check::<dkim_toolkit::key::DerError>();
    check::<PrivateKeyError>();
    check::<PublicKeyError>();
    check::<dkim_toolkit::key_file::KeyFileError>();
    check::<dkim_toolkit::key_record::NoteTooLong>();
    check::<RecordError>();
    check::<dkim_toolkit::lookup::LookupFailure>();
    check::<HeaderError>();
    check::<PairError>();
    check::<SignError>();
    check::<SignatureError>();
    check::<Reason>();
    #[cfg(feature = "generate")]
    check::<dkim_toolkit::key::GenerateError>();
    #[cfg(feature = "admin")]
    {
        check::<dkim_toolkit::delegation::ExpectedError>();
        check::<dkim_toolkit::delegation::PlanError>();
        check::<dkim_toolkit::inspect::TagProblem>();
        check::<dkim_toolkit::publish::PublishError>();
    }
    #[cfg(feature = "resolver")]
    {
        check::<dkim_toolkit::resolver::NameFault>();
        check::<dkim_toolkit::resolver::ResolverError>();
        check::<dkim_toolkit::resolver::ZoneFault>();
    }
}

/// The sentences of an error and of what caused it, from the outermost on.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut sentences = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        sentences.push(error.to_string());
        cause = error.source();
    }
    sentences
}

/// So many errors, each with the sentence of its cause in its own.
fn check(error: &dyn Error, depth: usize) {
    let chain = chain(error);
    assert_eq!(chain.len(), depth, "{chain:?}");
    for pair in chain.windows(2) {
        assert!(pair[0].contains(&pair[1]), "{chain:?}");
    }
}

#[test]
fn errors_have_their_cause() {
    check(&DomainName::parse(b"a..b").unwrap_err(), 1);
    check(&PrivateKey::from_bytes(b"\x30\x82", None).unwrap_err(), 2);
    check(&KeyRecord::parse(b"p=MIGf").unwrap_err(), 3);
    check(&KeyRecord::parse(b"p").unwrap_err(), 2);
    let long = "x".repeat(dkim_toolkit::message::MAX_FIELD);
    check(&Header::from_pairs([("A", long)]).unwrap_err(), 2);
    let field = b"DKIM-Signature: v=1; a=rsa-sha256; d=a..b; s=s; h=From; bh=AA==; b=AA==\r\n\r\n";
    let report = verify(field, 0, |_| unreachable!()).unwrap();
    check(report.verdicts[0].reason.as_ref().unwrap(), 3);
    #[cfg(feature = "resolver")]
    {
        let zone = dkim_toolkit::resolver::Resolver::from_zones([("zone", &b"a..b TXT x\n"[..])]);
        check(&zone.unwrap_err(), 3);
    }
}
