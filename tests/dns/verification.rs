//! Whole messages, verified with keys from the DNS.

use std::collections::BTreeSet;
use std::sync::Mutex;

use dkim_toolkit::lookup::TxtOutcome;
use dkim_toolkit::resolver::{CachingResolver, Resolver};
use dkim_toolkit::verify::Verifier;
use futures_util::future::join;
use tokio::time;

use super::super::support::dns_server::{Answer, DnsServer, Reply};
use super::super::testdata::{codes, read};
use super::{LONG, block_on, options};
use crate::support::still_time::{at_still_time, until};

/// When the message of RFC 8463 Appendix A was signed.
const NOW: u64 = 1_528_637_909;

/// The records of testdata/zone.
fn zone() -> Resolver {
    Resolver::from_zones([("zone", &*read("zone"))]).unwrap()
}

#[test]
fn a_message_is_verified_in_one_call() {
    let message = read("rfc/rfc8463-appendix-a.eml");
    let verifier = Verifier::default();
    let report = block_on(zone().verify(&verifier, &message, NOW)).unwrap();
    assert_eq!(codes(&report), ["pass", "pass"]);
    let kept = CachingResolver::new(zone());
    let report = block_on(kept.verify(&verifier, &message, NOW)).unwrap();
    assert_eq!(codes(&report), ["pass", "pass"]);
}

/// The server keeps silent until it was asked for both keys: a resolver that waits for the one
/// before it asks for the other never gets it.
#[test]
fn all_keys_are_asked_for_at_the_same_time() {
    let zone = zone();
    let asked = Mutex::new(BTreeSet::new());
    let server = DnsServer::start(move |question| {
        let mut asked = asked.lock().unwrap();
        asked.insert(question.name.clone());
        if asked.len() < 2 {
            return Reply::Silence;
        }
        let TxtOutcome::Found { records, .. } = block_on(zone.txt(&question.name)).unwrap().outcome
        else {
            panic!("no record: {}", question.name);
        };
        Answer::default().txt(&question.name, &records[0]).into()
    });
    let resolver = Resolver::new(&options(&[server.address()])).unwrap();
    let message = read("rfc/rfc8463-appendix-a.eml");
    let verifier = Verifier::default();
    let next_try = async {
        until(|| server.questions().len() == 2).await;
        time::advance(LONG).await;
    };
    let (report, ()) = at_still_time(join(resolver.verify(&verifier, &message, NOW), next_try));
    assert_eq!(codes(&report.unwrap()), ["pass", "pass"]);
}
