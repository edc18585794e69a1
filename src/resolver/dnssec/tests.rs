//! A root of our own, signed: what is under it is asked for as if it were the world's.

use std::time::Duration;

use hickory_proto::dnssec::crypto::Ed25519SigningKey;
use hickory_proto::dnssec::rdata::sig::SigInput;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, NSEC, RRSIG};
use hickory_proto::dnssec::{Algorithm, DigestType, DnssecSigner, SigningKey, TBS, TrustAnchors};
use hickory_proto::rr::rdata::{SOA, TXT};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};
use hickory_proto::serialize::binary::BinEncodable;

use crate::lookup::{Dnssec, LookupFailure, LookupFailureKind};
use crate::lookup::{TxtAnswer, TxtOutcome};
use crate::resolver::{Resolver, ResolverOptions, Source, TrustAnchors as TrustAnchorsFile};
use server::{Answer, DnsServer, NXDOMAIN, Question, Reply};
use still_time::at_still_time;

mod kept;

#[path = "../../../tests/support/dns_server.rs"]
mod server;
#[path = "../../../tests/support/still_time.rs"]
mod still_time;

const NAME: &str = "s._domainkey.example.com.";
const TTL: u32 = 300;

/// When everything is signed.
const NOW: u64 = 1_800_000_000;
const HOUR: u64 = 3_600;

/// The key of a zone, the root mostly, which signs everything.
struct Root {
    signer: DnssecSigner,
    zone: Name,
}

impl Root {
    fn new() -> Self {
        Self::of(".")
    }

    fn of(zone: &str) -> Self {
        let key = Ed25519SigningKey::from_pkcs8(&Ed25519SigningKey::generate_pkcs8().unwrap());
        let key = key.unwrap();
        let dnskey = DNSKEY::from_key(&key.to_public_key().unwrap());
        let lifetime = Duration::from_secs(HOUR);
        let zone = Name::from_ascii(zone).unwrap();
        Self {
            signer: DnssecSigner::new(dnskey, Box::new(key), zone.clone(), lifetime),
            zone,
        }
    }

    fn anchors(&self) -> super::Anchors {
        let mut keys = TrustAnchors::empty();
        keys.insert(self.signer.dnskey().public_key());
        super::Anchors::with_root(keys, None)
    }

    fn dnskey(&self) -> Record {
        let key = DNSSECRData::DNSKEY(self.signer.to_dnskey());
        record(&self.zone.to_ascii(), RData::DNSSEC(key))
    }

    /// The key as a file of trust anchors has it.
    fn anchor(&self) -> TrustAnchorsFile {
        let text = format!("{} DNSKEY {}", self.zone, self.signer.to_dnskey());
        TrustAnchorsFile::from_master_file("own.key", text.as_bytes()).unwrap()
    }

    /// The key's digest, likewise.
    fn digest(&self) -> TrustAnchorsFile {
        let key = self.signer.to_dnskey();
        let digest = key.to_digest(&self.zone, DigestType::SHA256).unwrap();
        let digits: String = digest.as_ref().iter().map(|o| format!("{o:02x}")).collect();
        let tag = key.calculate_key_tag().unwrap();
        let text = format!("{} DS {tag} 15 2 {digits}", self.zone);
        TrustAnchorsFile::from_master_file("own.ds", text.as_bytes()).unwrap()
    }

    /// A record and its signature, valid from an hour before now to an hour after.
    fn signed(&self, record: Record) -> [server::Record; 2] {
        let [record, rrsig] = <[_; 2]>::try_from(self.signed_set(&[record])).unwrap();
        [record, rrsig]
    }

    /// Records of one name and type, and their signature behind them.
    fn signed_set(&self, records: &[Record]) -> Vec<server::Record> {
        let record = &records[0];
        let at = |time: u64| SerialNumber::new(u32::try_from(time).unwrap());
        let input = SigInput {
            type_covered: record.record_type(),
            algorithm: Algorithm::ED25519,
            num_labels: record.name.num_labels(),
            original_ttl: TTL,
            sig_expiration: at(NOW + HOUR),
            sig_inception: at(NOW - HOUR),
            key_tag: self.signer.calculate_key_tag().unwrap(),
            signer_name: self.zone.clone(),
        };
        let tbs = TBS::from_input(&record.name, DNSClass::IN, &input, records.iter());
        let signature = self.signer.sign(&tbs.unwrap()).unwrap();
        let rrsig = RData::DNSSEC(DNSSECRData::RRSIG(RRSIG::from_sig(input, signature)));
        let rrsig = Record::from_rdata(record.name.clone(), TTL, rrsig);
        records.iter().chain([&rrsig]).map(to_send).collect()
    }

    /// The proof that under the root there are these types at `name`, and no other name.
    fn nsec(&self, name: &str, types: &[RecordType]) -> [server::Record; 2] {
        let nsec = NSEC::new_cover_self(Name::root(), types.iter().copied());
        self.signed(record(name, RData::DNSSEC(DNSSECRData::NSEC(nsec))))
    }

    fn soa(&self) -> [server::Record; 2] {
        let soa = SOA::new(Name::root(), Name::root(), 1, 1, 1, 1, 1);
        self.signed(record(".", RData::SOA(soa)))
    }
}

fn record(name: &str, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii(name).unwrap(), TTL, data)
}

fn text(text: &str) -> Record {
    record(NAME, RData::TXT(TXT::new(vec![text.to_owned()])))
}

fn to_send(record: &Record) -> server::Record {
    let data = record.data.to_bytes().unwrap();
    let record_type = u16::from(record.record_type());
    server::Record::new(&record.name.to_ascii(), record_type, data)
}

/// Looks the name up where the root's key is asked for and `answer` says the rest.
fn look_up(
    answer: impl Fn(&Root, &Question) -> Answer + Send + Sync + 'static,
) -> Result<TxtAnswer, LookupFailure> {
    let root = Root::new();
    let anchors = root.anchors();
    let server = DnsServer::start(move |question| {
        let dnskey = u16::from(RecordType::DNSKEY);
        Reply::Answer(match (question.name.as_str(), question.record_type) {
            (".", kind) if kind == dnskey => Answer {
                answers: root.signed(root.dnskey()).into(),
                ..Answer::default()
            },
            _ => answer(&root, question),
        })
    });
    look_up_at(&server, anchors)
}

fn look_up_at(server: &DnsServer, anchors: super::Anchors) -> Result<TxtAnswer, LookupFailure> {
    look_up_when(server, anchors, || NOW)
}

fn look_up_when(
    server: &DnsServer,
    anchors: super::Anchors,
    clock: fn() -> u64,
) -> Result<TxtAnswer, LookupFailure> {
    let servers = ResolverOptions {
        nameservers: vec![server.address()],
        ..ResolverOptions::default()
    };
    let servers = servers.servers().unwrap().into();
    let resolver = Resolver {
        source: Source::Validated(super::Validator::new(servers, anchors, clock)),
        authorities: None,
    };
    at_still_time(resolver.txt(NAME))
}

/// Looks the name up at a server that has example.com, signed with `island` and a second key, and
/// nothing above it.
fn look_up_on_island(island: Root, anchors: &TrustAnchorsFile) -> Result<TxtAnswer, LookupFailure> {
    let other = Root::of("example.com.").dnskey();
    let server = DnsServer::start(move |question| {
        let dnskey = u16::from(RecordType::DNSKEY);
        Reply::Answer(match (question.name.as_str(), question.record_type) {
            ("example.com.", kind) if kind == dnskey => Answer {
                answers: island.signed_set(&[island.dnskey(), other.clone()]),
                ..Answer::default()
            },
            (NAME, server::TXT) => Answer {
                answers: island.signed(text("v=DKIM1; p=")).into(),
                ..Answer::default()
            },
            _ => Answer::code(server::REFUSED),
        })
    });
    look_up_at(&server, super::Anchors::new(Some(anchors)))
}

#[test]
fn secure() {
    let answer = look_up(|root, _| Answer {
        answers: root.signed(text("v=DKIM1; p=")).into(),
        ..Answer::default()
    });
    let answer = answer.unwrap();
    assert_eq!(answer.dnssec, Some(Dnssec::Secure));
    let records = vec![b"v=DKIM1; p=".to_vec()];
    assert_eq!(
        answer.outcome,
        TxtOutcome::Found {
            records,
            ttl: Some(TTL)
        }
    );
}

#[test]
fn bogus() {
    let answer = look_up(|root, _| {
        let [_, signature] = root.signed(text("v=DKIM1; p="));
        Answer {
            answers: vec![to_send(&text("v=DKIM1; p=evil")), signature],
            ..Answer::default()
        }
    });
    assert_eq!(answer.unwrap_err().kind, LookupFailureKind::Bogus);
}

/// A server where everything is signed with this key.
fn all_signed(key: Root) -> DnsServer {
    DnsServer::start(move |question| {
        Reply::Answer(Answer {
            answers: match question.record_type {
                server::TXT => key.signed(text("v=DKIM1; p=")).into(),
                _ => key.signed(key.dnskey()).into(),
            },
            ..Answer::default()
        })
    })
}

/// Signatures count from their beginning to their end by the caller's clock (RFC 4035 §5.3.1),
/// those of the root's keys and those of a zone with a trust anchor of its own.
#[test]
fn signatures_have_their_time() {
    let clocks: [(fn() -> u64, bool); 4] = [
        (|| NOW - HOUR - 1, false),
        (|| NOW - HOUR, true),
        (|| NOW + HOUR, true),
        (|| NOW + HOUR + 1, false),
    ];
    for zone in [".", "example.com."] {
        for (clock, is_valid) in clocks {
            let key = Root::of(zone);
            let anchors = super::Anchors::new(Some(&key.anchor()));
            let answer = look_up_when(&all_signed(key), anchors, clock);
            let expected = if is_valid {
                Ok(Some(Dnssec::Secure))
            } else {
                Err(LookupFailureKind::Bogus)
            };
            let state = answer.map(|answer| answer.dnssec);
            assert_eq!(state.map_err(|failure| failure.kind), expected);
        }
    }
}

/// Below a delegation that is provably not signed.
#[test]
fn insecure() {
    let answer = look_up(|root, question| {
        let kind = RecordType::from(question.record_type);
        match (question.name.as_str(), kind) {
            (NAME, RecordType::TXT) => Answer::default().txt(NAME, "v=DKIM1; p="),
            ("com.", RecordType::NS) => Answer {
                answers: vec![server::Record::new("com.", 2, server::wire_name("ns.com."))],
                ..Answer::default()
            },
            ("com.", RecordType::DS) => Answer {
                authorities: [root.soa(), root.nsec("com.", &[RecordType::NS])].concat(),
                ..Answer::default()
            },
            _ => Answer::default(),
        }
    });
    let answer = answer.unwrap();
    assert_eq!(answer.dnssec, Some(Dnssec::Insecure));
    assert!(matches!(answer.outcome, TxtOutcome::Found { .. }));
}

#[test]
fn secure_denial() {
    let answer = look_up(|root, _| Answer {
        code: NXDOMAIN,
        authorities: [root.soa(), root.nsec(".", &[RecordType::SOA])].concat(),
        ..Answer::default()
    });
    let answer = answer.unwrap();
    assert_eq!(
        (answer.outcome, answer.dnssec),
        (TxtOutcome::NoSuchName, Some(Dnssec::Secure))
    );
}

/// An alias under the signed root to a name below the unsigned delegation: no better than its end.
#[test]
fn an_alias_that_leaves_the_signed_part() {
    let answer = look_up(|root, question| {
        let kind = RecordType::from(question.record_type);
        match (question.name.as_str(), kind) {
            (NAME, RecordType::TXT) => {
                let target = Name::from_ascii("k.example.net.").unwrap();
                let alias = RData::CNAME(hickory_proto::rr::rdata::CNAME(target));
                let text = server::Record::txt("k.example.net.", &[b"v=DKIM1; p="]);
                let [alias, signature] = root.signed(record(NAME, alias));
                Answer {
                    answers: vec![alias, signature, text],
                    ..Answer::default()
                }
            }
            ("net.", RecordType::NS) => Answer {
                answers: vec![server::Record::new("net.", 2, server::wire_name("ns.net."))],
                ..Answer::default()
            },
            ("net.", RecordType::DS) => Answer {
                authorities: [root.soa(), root.nsec("net.", &[RecordType::NS])].concat(),
                ..Answer::default()
            },
            _ => Answer::default(),
        }
    });
    let answer = answer.unwrap();
    assert_eq!(answer.dnssec, Some(Dnssec::Insecure));
    assert_eq!(answer.chain, ["k.example.net."]);
}

/// The signature of an alias says nothing about whether there is something at its end.
#[test]
fn a_denial_behind_an_alias_needs_its_own_proof() {
    let answer = look_up(|root, question| {
        let mut answer = Answer::code(NXDOMAIN);
        if question.name == NAME {
            let target = Name::from_ascii("k.example.net.").unwrap();
            let alias = RData::CNAME(hickory_proto::rr::rdata::CNAME(target));
            answer.answers = root.signed(record(NAME, alias)).into();
        }
        answer
    });
    assert_eq!(answer.unwrap_err().kind, LookupFailureKind::Bogus);
}

/// A zone with a trust anchor of its own needs nothing above it, and all of its keys count.
#[test]
fn an_island() {
    for anchor in [Root::anchor, Root::digest] {
        let island = Root::of("example.com.");
        let anchor = anchor(&island);
        let answer = look_up_on_island(island, &anchor).unwrap();
        assert_eq!(answer.dnssec, Some(Dnssec::Secure));
        assert!(matches!(answer.outcome, TxtOutcome::Found { .. }));
    }
}

#[test]
fn an_island_whose_key_is_another() {
    for anchor in [Root::anchor, Root::digest] {
        let anchor = anchor(&Root::of("example.com."));
        let failure = look_up_on_island(Root::of("example.com."), &anchor).unwrap_err();
        assert_eq!(failure.kind, LookupFailureKind::Bogus);
        let detail = "the keys of example.com. do not fit the trust anchor";
        assert_eq!(failure.detail, detail);
    }
}

/// A zone with the anchor's key among its keys that others have signed: anybody can do that.
#[test]
fn an_island_whose_key_did_not_sign() {
    let (island, thief) = (Root::of("example.com."), Root::of("example.com."));
    let anchor = island.anchor();
    let stolen = island.dnskey();
    let server = DnsServer::start(move |question| {
        Reply::Answer(Answer {
            answers: match question.record_type {
                server::TXT => thief.signed(text("v=DKIM1; p=evil")).into(),
                _ => thief.signed_set(&[thief.dnskey(), stolen.clone()]),
            },
            ..Answer::default()
        })
    });
    let failure = look_up_at(&server, super::Anchors::new(Some(&anchor))).unwrap_err();
    assert_eq!(failure.kind, LookupFailureKind::Bogus);
}

/// The keys of such a zone cannot be had: nobody forged them.
#[test]
fn an_island_out_of_reach() {
    let anchor = Root::of("example.com.").anchor();
    let server = DnsServer::start(|_| Answer::code(server::REFUSED).into());
    let failure = look_up_at(&server, super::Anchors::new(Some(&anchor))).unwrap_err();
    assert_eq!(failure.kind, LookupFailureKind::Refused);
}

/// What is not in that zone is judged from the root.
#[test]
fn an_island_elsewhere() {
    let root = Root::new();
    let mut keys = TrustAnchors::empty();
    keys.insert(root.signer.dnskey().public_key());
    let island = Root::of("example.net.").anchor();
    let anchors = super::Anchors::with_root(keys, Some(&island));
    let server = all_signed(root);
    let answer = look_up_at(&server, anchors).unwrap();
    assert_eq!(answer.dnssec, Some(Dnssec::Secure));
    assert!(
        server
            .questions()
            .iter()
            .all(|asked| asked.name != "example.net.")
    );
}
