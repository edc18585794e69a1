use super::*;
use crate::lookup::{RecordType, RecordsOutcome, TxtAnswer, TxtOutcome};
use crate::resolver::{Resolver, from_zones};

const ZONE: &str = r#"
$ORIGIN example.
@                     SOA ns hostmaster 1 1 1 1 1
s1._domainkey    3600 TXT "v=DKIM1; " "p=one"
s2._domainkey    3600 TXT "first"
                   60 TXT "second"
                      TXT "first"
mail                  A 192.0.2.1
alias._domainkey      CNAME s1._domainkey
alias2._domainkey     CNAME Alias._domainkey
away._domainkey       CNAME s.elsewhere.
dangling._domainkey   CNAME nothing.example.
to-mail._domainkey    CNAME mail
self                  CNAME self
loop1                 CNAME loop2
loop2                 CNAME loop1
signed                CNAME mail
signed                RRSIG CNAME 13 2 1 1 1 1 example. aaaa
old                   DNAME example.
under.old             TXT "occluded"
*.wild                TXT "wild"
b.c.wild              A 192.0.2.1
*.to                  CNAME s1._domainkey
deep.*.odd            TXT "deep"
"#;

#[track_caller]
fn check(name: &str, expected: &str) {
    let mut zones = Zones::default();
    zones.add("example.zone", ZONE.as_bytes()).unwrap();
    zones
        .add("elsewhere.zone", b"s.elsewhere TXT \"far\"")
        .unwrap();
    let name = OwnerName::parse(name.as_bytes(), &OwnerName::ROOT).unwrap();
    let TxtAnswer {
        outcome,
        chain,
        dnssec,
        ..
    } = from_zones(&zones, name.clone(), RecordType::Txt)
        .unwrap()
        .into();
    assert_eq!(dnssec, None);
    let outcome = match outcome {
        TxtOutcome::Found { records, ttl } => {
            let records: Vec<_> = records
                .iter()
                .map(|record| record.escape_ascii().to_string())
                .collect();
            format!("{} {ttl:?}", records.join(", "))
        }
        other => format!("{other:?}"),
    };
    let shown: Vec<_> = chain.iter().map(|target| format!("{target} ")).collect();
    assert_eq!(format!("{}{outcome}", shown.concat()), expected, "{name}");
}

#[test]
fn records() {
    check("s1._domainkey.example", "v=DKIM1; p=one Some(3600)");
    check("S1._DomainKey.EXAMPLE.", "v=DKIM1; p=one Some(3600)");
    check("s2._domainkey.example", "first, second Some(60)");
    check("s.elsewhere", "far None");
}

#[test]
fn names_without_txt() {
    check("mail.example", "NoRecords");
    check("example", "NoRecords");
    check("_domainkey.example", "NoRecords");
    check(".", "NoRecords");
    check("s3._domainkey.example", "NoSuchName");
    check("x.s1._domainkey.example", "NoSuchName");
    check("elsewhere", "NoRecords");
    check("other", "NoSuchName");
    check("xample", "NoSuchName");
}

#[test]
fn aliases() {
    check(
        "alias._domainkey.example",
        "s1._domainkey.example. v=DKIM1; p=one Some(3600)",
    );
    check(
        "alias2._domainkey.example",
        "alias._domainkey.example. s1._domainkey.example. v=DKIM1; p=one Some(3600)",
    );
    check("away._domainkey.example", "s.elsewhere. far None");
    check("dangling._domainkey.example", "nothing.example. NoSuchName");
    check("to-mail._domainkey.example", "mail.example. NoRecords");
    check("signed.example", "mail.example. NoRecords");
    check("self.example", "self.example. AliasLoop");
    check("loop1.example", "loop2.example. loop1.example. AliasLoop");
}

#[test]
fn subtrees() {
    check(
        "s1._domainkey.old.example",
        "s1._domainkey.example. v=DKIM1; p=one Some(3600)",
    );
    check("under.old.example", "under.example. NoSuchName");
    check("old.example", "NoRecords");
}

/// RFC 4592 §2.2.1, in the terms of this zone.
#[test]
fn wildcards() {
    check("a.wild.example", "wild Some(60)");
    check("a.b.wild.example", "wild Some(60)");
    check("*.wild.example", "wild Some(60)");
    check("wild.example", "NoRecords");
    check("c.wild.example", "NoRecords");
    check("b.c.wild.example", "NoRecords");
    check("a.c.wild.example", "NoSuchName");
    check(
        "x.to.example",
        "s1._domainkey.example. v=DKIM1; p=one Some(3600)",
    );
    check("x.odd.example", "NoRecords");
}

#[test]
fn other_types() {
    const ZONE: &str = r"
$ORIGIN example.
$TTL 300
@          SOA ns hostmaster 7 1 1 1 60
           NS ns
           NS NS
           MX 10 mail
           MX 5 mail
mail   120 A 192.0.2.1
       300 A 192.0.2.2
           AAAA 2001:db8::1
www        CNAME mail
*.wild     A 192.0.2.3
old        DNAME example.
";
    #[track_caller]
    fn check(name: &str, record_type: RecordType, expected: &str) {
        let mut zones = Zones::default();
        zones.add("zone", ZONE.as_bytes()).unwrap();
        let name = OwnerName::parse(name.as_bytes(), &OwnerName::ROOT).unwrap();
        let answer = from_zones(&zones, name, record_type).unwrap();
        let shown = match answer.outcome {
            RecordsOutcome::Found { records, ttl } => format!("{records:?} {ttl:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(format!("{}{shown}", answer.chain.concat()), expected);
    }
    use RecordType::{A, Aaaa, Cname, Mx, Ns, Soa};
    let soa = r#"[Soa { primary: "ns.example.", serial: 7, minimum: 60 }] Some(300)"#;
    check("example", Soa, soa);
    check("example", Ns, r#"[Ns("ns.example.")] Some(300)"#);
    let both = [10, 5].map(|n| format!(r#"Mx {{ preference: {n}, exchange: "mail.example." }}"#));
    check("example", Mx, &format!("[{}] Some(300)", both.join(", ")));
    check("example", A, "NoRecords");
    check("nothing.example", Ns, "NoSuchName");
    let addresses = "[Address(192.0.2.1), Address(192.0.2.2)] Some(120)";
    check("mail.example", A, addresses);
    check("mail.example", Aaaa, "[Address(2001:db8::1)] Some(300)");
    check("www.example", A, &format!("mail.example.{addresses}"));
    check("www.example", Mx, "mail.example.NoRecords");
    check(
        "www.example",
        Cname,
        r#"[Cname("mail.example.")] Some(300)"#,
    );
    check("mail.example", Cname, "NoRecords");
    check("x.wild.example", A, "[Address(192.0.2.3)] Some(300)");
    check("x.wild.example", Aaaa, "NoRecords");
    check("mail.old.example", A, &format!("mail.example.{addresses}"));
    check("x.old.example", Cname, r#"[Cname("x.example.")] Some(300)"#);
}

#[test]
fn a_chain_has_an_end() {
    let chain = |length: usize| {
        let mut contents: String = (0..length)
            .map(|link| format!("n{link} CNAME n{}\n", link + 1))
            .collect();
        contents += &format!("n{length} TXT end");
        let mut zones = Zones::default();
        zones.add("zone", contents.as_bytes()).unwrap();
        let name = OwnerName::parse(b"n0", &OwnerName::ROOT).unwrap();
        TxtAnswer::from(from_zones(&zones, name, RecordType::Txt).unwrap())
    };
    assert!(matches!(chain(16).outcome, TxtOutcome::Found { .. }));
    assert_eq!(chain(16).chain.len(), 16);
    assert_eq!(chain(17).outcome, TxtOutcome::AliasLoop);
}

#[test]
fn a_name_that_a_dname_makes_too_long() {
    let label = "x".repeat(60);
    let contents = format!("old DNAME {label}.{label}.{label}.{label}.");
    let mut zones = Zones::default();
    zones.add("zone", contents.as_bytes()).unwrap();
    let name = OwnerName::parse(b"abcdefghijkl.old", &OwnerName::ROOT).unwrap();
    let failure = from_zones(&zones, name, RecordType::Txt).unwrap_err();
    assert_eq!(failure.kind, LookupFailureKind::ServFail);
}

#[test]
fn errors_name_file_and_line() {
    #[track_caller]
    fn check(contents: &str, expected: &str) {
        let zones = [
            ("ok.zone", b"a TXT x".as_slice()),
            ("bad.zone", contents.as_bytes()),
        ];
        let error = Resolver::from_zones(zones).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check("\nb TXT", "bad.zone: line 2: a TXT record has no value");
    let conflict = "has a CNAME or DNAME and other records that exclude it";
    check(
        "b A 192.0.2.1\nb CNAME c",
        &format!("bad.zone: line 2: b. {conflict}"),
    );
    check(
        "b CNAME c\n\nb TXT x",
        &format!("bad.zone: line 3: b. {conflict}"),
    );
    check(
        "b CNAME c\nb CNAME d",
        &format!("bad.zone: line 2: b. {conflict}"),
    );
    check(
        "b DNAME c\nb DNAME d",
        &format!("bad.zone: line 2: b. {conflict}"),
    );
    check(
        "b DNAME c\nb CNAME c",
        &format!("bad.zone: line 2: b. {conflict}"),
    );
    check("a CNAME b", &format!("bad.zone: line 1: a. {conflict}"));
}
