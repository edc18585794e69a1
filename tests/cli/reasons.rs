//! Every result and reason through the binary: each vector's message, its DNS as a master file or
//! as a name server that fails as the vector says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{ZONE, dkim, dkim_reading, file, scratch, signed, testdata};
use crate::support::dns_server::{Answer, DnsServer, REFUSED, Reply, SERVFAIL, closed_address};

/// The reason codes that `dkim verify` promises; `dnssec-bogus` needs a signed zone and is tested
/// with the resolver.
pub const REASONS: &str = "body-hash-mismatch signature-mismatch missing-tag from-not-signed \
    identity-mismatch identity-forbidden expiration-before-timestamp body-length-exceeds-body \
    key-not-found key-revoked key-type-mismatch hash-not-allowed service-not-allowed key-too-short \
    key-invalid key-syntax from-missing signature-syntax unsupported-version unsupported-algorithm \
    unsupported-canonicalization unsupported-query-method key-unsupported sha1 expired \
    timestamp-in-future malformed-header partial-body key-below-minimum too-many-signatures extra-from dns-timeout \
    dns-servfail dns-unreachable";

/// A vector's preamble as the words of a command line, and what must come of it.
#[derive(Default)]
struct Vector {
    words: Vec<String>,
    zone: String,
    fails: bool,
    result: String,
    signatures: Vec<String>,
}

impl Vector {
    fn read(preamble: &str) -> Self {
        let mut vector = Self::default();
        for (key, value) in testdata::pairs(preamble).unwrap() {
            match key {
                "now" => vector.words.extend(["--at".to_owned(), value.to_owned()]),
                "txt" => vector.add_record(value),
                "nodata" => writeln!(vector.zone, "{value}. IN A 192.0.2.1").unwrap(),
                "servfail" | "refused" | "timeout" | "unreachable" | "bogus" => vector.fails = true,
                "allow-sha1" | "ignore-expiration" | "reject-partial-body" => {
                    vector.words.push(format!("--{key}"));
                }
                "line-endings" | "min-rsa-bits" | "max-signatures" => {
                    vector.words.extend([format!("--{key}"), value.to_owned()]);
                }
                "result" => value.clone_into(&mut vector.result),
                "signature" => vector.signatures.push(value.to_owned()),
                _ => {}
            }
        }
        vector
    }

    fn add_record(&mut self, value: &str) {
        let (name, _) = value.split_once(' ').unwrap();
        let text = testdata::quoted(value).unwrap();
        write!(self.zone, "{name}. 300 IN TXT (").unwrap();
        for string in text.chunks(255) {
            self.zone.push_str(" \"");
            for octet in string {
                write!(self.zone, "\\{octet:03}").unwrap();
            }
            self.zone.push('"');
        }
        self.zone.push_str(" )\n");
    }
}

#[test]
fn every_vector_through_the_binary() {
    let folder = scratch();
    let mut seen = BTreeSet::new();
    let mut wrong = String::new();
    for (name, contents) in testdata::files("verify", ".eml") {
        let (preamble, message) = testdata::split_preamble(&contents).unwrap();
        let vector = Vector::read(preamble);
        // The name server below stands in for DNS that fails. Where every signature is of a kind
        // that asks no question, the master file is empty, and a file all the same.
        if vector.fails {
            continue;
        }
        let zone = file(&folder, "zone", vector.zone.as_bytes());
        let mail = file(&folder, "message.eml", message);
        let mut words = vec!["verify", "--json", "--zone", &zone];
        words.extend(vector.words.iter().map(String::as_str));
        words.push(&mail);
        let run = dkim(&words);
        let object = &run.json()[0];
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let signatures: Vec<String> = object["signatures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|signature| {
                let reason = word(&signature["reason"]);
                seen.insert(reason.clone());
                format!("{} {reason}", word(&signature["result"]))
                    .trim()
                    .to_owned()
            })
            .collect();
        let status = match vector.result.as_str() {
            "pass" => 0,
            "temperror" => 3,
            _ => 1,
        };
        let as_wanted = signatures
            .iter()
            .zip(&vector.signatures)
            .all(|(got, wanted)| got == wanted || got.split(' ').next() == Some(wanted));
        if !as_wanted
            || signatures.len() != vector.signatures.len()
            || word(&object["result"]) != vector.result
            || run.status != status
        {
            let wanted = vector.signatures.join(", ");
            writeln!(
                wrong,
                "{name}: want {wanted}; got {}, status {}",
                signatures.join(", "),
                run.status
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    seen.extend(failing_dns());
    let missing: Vec<_> = REASONS
        .split_whitespace()
        .filter(|reason| !seen.contains(*reason))
        .collect();
    assert!(missing.is_empty(), "no test produced {missing:?}");
}

/// What DNS that fails in each way comes to.
fn failing_dns() -> Vec<String> {
    let server = |reply: fn() -> Reply| DnsServer::start(move |_| reply());
    let servers = [
        (
            server(|| Reply::Answer(Answer::code(SERVFAIL))),
            "dns-servfail",
        ),
        (
            server(|| Reply::Answer(Answer::code(REFUSED))),
            "dns-servfail",
        ),
        (server(|| Reply::Silence), "dns-timeout"),
    ];
    let mut reasons: Vec<_> = servers
        .iter()
        .map(|(server, reason)| verify_at(&server.address().to_string(), reason))
        .collect();
    reasons.push(verify_at(&closed_address().to_string(), "dns-unreachable"));
    reasons
}

fn verify_at(nameserver: &str, reason: &str) -> String {
    // Short where no answer comes, and long enough for a busy machine where one does.
    let timeout = match reason {
        "dns-timeout" => "0.3",
        _ => "60",
    };
    let words = [
        "verify",
        "--json",
        "--nameserver",
        nameserver,
        "--dns-timeout",
        timeout,
        "--dns-tries",
        "2",
    ];
    let run = dkim_reading(&words, &signed()).exits(3);
    let object = &run.json()[0];
    assert_eq!(object["signatures"][0]["result"], "temperror");
    assert_eq!(object["signatures"][0]["reason"], reason);
    reason.to_owned()
}

#[test]
fn a_name_server_is_asked() {
    let zone = testdata::read("zone");
    let zone = String::from_utf8(zone).unwrap();
    assert!(zone.contains("rsa2048._domainkey"));
    let run = dkim_reading(&["verify", ZONE[0], ZONE[1], "--json"], &signed()).exits(0);
    let key = run.json()[0]["signatures"][0]["key"].clone();
    assert_eq!(key["name"], "rsa2048._domainkey.example.com.");
    assert_eq!(
        (key["bits"].as_u64(), &key["dnssec"]),
        (Some(2048), &serde_json::Value::Null)
    );
}
