//! What messages and reports make of an audit.

use super::*;

fn seen(selector: &str, domain: &str, sighting: Sighting) -> AuditOptions {
    let mut evidence = Evidence::default();
    let pair = (domain.parse().unwrap(), selector.parse().unwrap());
    evidence.messages = 1;
    evidence.sightings.insert(pair, sighting);
    AuditOptions {
        evidence: Arc::new(evidence),
        ..AuditOptions::default()
    }
}

fn in_messages(first_day: u64, last_day: u64, author: &str) -> Sighting {
    Sighting {
        in_messages: 3,
        first_seen: Some(NOW - first_day * DAY),
        last_seen: Some(NOW - last_day * DAY),
        authors: [(author.parse().unwrap(), 3)].into(),
        ..Sighting::default()
    }
}

#[test]
fn selectors_in_use() {
    let check = |record: &str, sighting: Sighting, expected: &[&str]| {
        let zone =
            format!("{DMARC}\nother._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}\n{record}");
        let report = audit(&zone, &seen("used", "example.com", sighting));
        assert_eq!(told(&report), expected, "{record}");
    };
    let revoked = "used._domainkey TXT v=DKIM1; p=";
    check(
        revoked,
        in_messages(40, 2, "example.com"),
        &["key-in-use-revoked used", "not-confirmed"],
    );
    check(
        revoked,
        in_messages(400, 200, "example.com"),
        &["not-confirmed", "revoked used"],
    );
    check(
        "",
        in_messages(40, 2, "example.com"),
        &["key-in-use-missing used", "not-confirmed"],
    );
    check(
        "",
        Sighting {
            passed: 7,
            ..in_messages(40, 2, "example.com")
        },
        &["key-in-use-missing used", "not-confirmed"],
    );
    check("", in_messages(400, 200, "example.com"), &["not-confirmed"]);
    let good = format!("used._domainkey TXT {}", key(ED25519));
    check(&good, in_messages(40, 2, "example.com"), &[]);
    check(&good, in_messages(200, 2, "example.com"), &["key-old used"]);
    let test = format!("used._domainkey TXT v=DKIM1; k=ed25519; t=y; p={ED25519}");
    check(
        &test,
        in_messages(40, 2, "example.com"),
        &["test-mode-left-on used"],
    );
    check(
        &test,
        in_messages(3, 2, "example.com"),
        &["testing-flag used"],
    );
    let unsigned = Sighting {
        from_not_signed: 1,
        ..in_messages(40, 2, "example.com")
    };
    check(&good, unsigned, &["from-not-signed used"]);
}

#[test]
fn only_what_passed_is_the_domains_for_certain() {
    let severity = |passed| {
        let sighting = Sighting {
            passed,
            ..in_messages(40, 2, "example.com")
        };
        let zone = format!("{DMARC}\nmail._domainkey TXT {}", key(ED25519));
        let report = audit(&zone, &seen("forged", "example.com", sighting));
        let mut findings = report.findings.iter();
        let found = findings.find(|finding| finding.code.name() == "key-in-use-missing");
        (found.unwrap().severity.name(), report.status())
    };
    assert_eq!(severity(0), ("note", AuditStatus::Good));
    assert_eq!(severity(7), ("error", AuditStatus::Bad));
}

#[test]
fn published_and_not_seen() {
    let zone = format!(
        "{DMARC}\nmail._domainkey TXT {key}\nused._domainkey TXT {key}",
        key = key(ED25519)
    );
    let options = seen("used", "example.com", in_messages(40, 2, "example.com"));
    let report = audit(&zone, &options);
    assert_eq!(told(&report), ["selector-unused mail"]);
    assert_eq!(report.findings[0].confidence, Confidence::Likely);

    // A report that does not say the selector may mean this one.
    let mut evidence = (*options.evidence).clone();
    let domain = "example.com".parse().unwrap();
    let counts = evidence.without_selector.entry(domain).or_default();
    counts.in_reports = 7;
    let unnamed = AuditOptions {
        evidence: Arc::new(evidence.clone()),
        ..AuditOptions::default()
    };
    let report = audit(&zone, &unnamed);
    assert_eq!(report.findings[0].confidence, Confidence::Guess);
    assert!(report.findings[0].message.contains("of 7 signed messages"));

    // What was left out may be of this one as well.
    evidence.left_out.signatures = 1;
    let left_out = AuditOptions {
        evidence: Arc::new(evidence),
        ..AuditOptions::default()
    };
    assert_eq!(told(&audit(&zone, &left_out)), Vec::<String>::new());
}

#[test]
fn signatures_in_the_name_of_the_provider() {
    let zone = format!("{DMARC}\nmail._domainkey TXT {}", key(ED25519));
    let sighting = in_messages(40, 2, "example.com");
    let options = seen("selector1-firma", "firma.onmicrosoft.com", sighting);
    let report = audit(&zone, &options);
    assert_eq!(told(&report), ["default-provider-signature"]);
    assert!(report.findings[0].remedy.contains("dkim delegate"));
    // From the mail exchangers alone it is a guess.
    let zone = format!("{zone}\n@ MX example-com.mail.protection.outlook.com.");
    let report = audit(&zone, &AuditOptions::default());
    assert_eq!(told(&report), ["default-provider-signature"]);
    assert_eq!(report.findings[0].confidence.name(), "guess");
}

#[test]
fn strict_alignment() {
    let zone = format!(
        "_dmarc TXT v=DMARC1; p=reject; adkim=s\ns1._domainkey.news TXT {}",
        key(ED25519)
    );
    let options = seen("s1", "news.example.com", in_messages(40, 2, "example.com"));
    let report = audit(&zone, &options);
    assert_eq!(told(&report), ["alignment-strict-subdomain s1"]);
    let options = seen(
        "s1",
        "news.example.com",
        in_messages(40, 2, "news.example.com"),
    );
    assert_eq!(told(&audit(&zone, &options)), Vec::<String>::new());
}
