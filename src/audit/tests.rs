//! Whole audits of domains in a table.

mod zone;

use super::*;
use crate::finding::{Confidence, Finding};
use crate::lookup::{ServerAnswer, ServersAnswer};
use zone::Zone;

const NOW: u64 = 1_794_700_800; // 15 November 2026
const DAY: u64 = 24 * 60 * 60;
const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn options(selectors: &[&str]) -> AuditOptions {
    AuditOptions {
        selectors: selectors.iter().map(|text| text.parse().unwrap()).collect(),
        ..AuditOptions::default()
    }
}

fn audit(zone: &str, options: &AuditOptions) -> AuditReport {
    let zone = Zone::new(zone);
    let mut audit = Audit::begin(&"example.com".parse().unwrap(), options, NOW);
    loop {
        let questions = audit.pending();
        if questions.is_empty() {
            return audit.finish();
        }
        for question in questions {
            audit.answer(&question, zone.answer(&question));
        }
    }
}

/// `code selector` of each finding.
fn told(report: &AuditReport) -> Vec<String> {
    let tell = |finding: &Finding| match &finding.selector {
        Some(selector) => format!("{} {selector}", finding.code.name()),
        None => finding.code.name().to_owned(),
    };
    let mut told: Vec<String> = report.findings.iter().map(tell).collect();
    told.sort();
    told
}

fn selectors(report: &AuditReport) -> Vec<String> {
    let tell = |selector: &SelectorReport| {
        let provider = selector.provider.map_or("-", |of_key| of_key.provider.id());
        format!(
            "{} {} {provider}",
            selector.selector,
            selector.status.name()
        )
    };
    report.selectors.iter().map(tell).collect()
}

fn key(text: &str) -> String {
    format!("v=DKIM1; k=ed25519; p={text}")
}

const DMARC: &str = "_dmarc TXT v=DMARC1; p=reject";

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
fn a_domain_without_fault() {
    let zone = format!("{DMARC}\ns2026._domainkey TXT {}", key(ED25519));
    let report = audit(&zone, &options(&["s2026"]));
    assert_eq!(told(&report), Vec::<String>::new());
    assert_eq!(report.status(), AuditStatus::Good);
    assert_eq!(report.first, "nothing to do");
    assert_eq!(selectors(&report), ["s2026 found -"]);
    let dmarc = report.dmarc.unwrap();
    assert_eq!(dmarc.name, "_dmarc.example.com.");
}

#[test]
fn nothing_below_domainkey_is_guessed_where_it_does_not_exist() {
    let report = audit(DMARC, &AuditOptions::default());
    let below = report
        .names
        .iter()
        .filter(|name| name.ends_with("._domainkey.example.com."));
    assert_eq!(below.count(), 1);
    assert_eq!(told(&report), ["not-confirmed"]);
    assert_eq!(report.status(), AuditStatus::Bad);
    assert_eq!(report.asked.unanswered, 0);
    // What was named is asked for all the same.
    let report = audit(DMARC, &options(&["s1"]));
    assert_eq!(selectors(&report), ["s1 missing -"]);
}

#[test]
fn without_guesses_only_names_are_asked_for() {
    let zone = format!("{DMARC}\ngoogle._domainkey TXT {}", key(ED25519));
    let mut options = options(&["s1"]);
    options.guesses = false;
    let report = audit(&zone, &options);
    assert_eq!(selectors(&report), ["s1 missing -"]);
}

#[test]
fn each_question_is_asked_once() {
    let zone = format!("{DMARC}\ngoogle._domainkey TXT {}", key(ED25519));
    let report = audit(&zone, &options(&["google", "google", "default"]));
    let mut names = report.names.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), report.names.len());
    assert_eq!(
        selectors(&report),
        ["google found google", "default missing -"]
    );
    assert_eq!(told(&report), ["not-confirmed default"]);
    assert_eq!(report.status(), AuditStatus::Bad);
}

#[test]
fn a_wildcard_is_no_selector() {
    let zone = format!(
        "{DMARC}\n*._domainkey TXT {}\nmail._domainkey TXT v=DKIM1; k=ed25519; p=",
        key(ED25519)
    );
    let report = audit(&zone, &AuditOptions::default());
    assert!(report.wildcard);
    assert_eq!(selectors(&report), ["mail revoked -"]);
    assert_eq!(told(&report), ["not-confirmed", "revoked mail", "wildcard"]);
}

#[test]
fn providers_are_named_by_their_targets() {
    let zone = format!(
        "{DMARC}
        @ MX example-com.mail.protection.outlook.com.
        @ TXT v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all
        selector1._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector1-example-com._domainkey.firma.onmicrosoft.com. TXT {key}
        selector2._domainkey CNAME selector2-example-com._domainkey.firma.onmicrosoft.com.
        google._domainkey TXT {key}
        s1._domainkey CNAME s1.domainkey.u1.wl1.sendgrid.net.
        s1.domainkey.u1.wl1.sendgrid.net. TXT {key}
        s2._domainkey CNAME s2.domainkey.u1.wl1.sendgrid.net.
        s2.domainkey.u1.wl1.sendgrid.net. TXT {key}
        k1._domainkey CNAME dkim.notsendgrid.net.
        dkim.notsendgrid.net. TXT {key}
        mail._domainkey TXT {key}",
        key = key(ED25519)
    );
    let report = audit(&zone, &AuditOptions::default());
    let mut found = selectors(&report);
    found.sort();
    assert_eq!(
        found,
        [
            "google found google",
            "k1 found -",
            "mail found -",
            "s1 found sendgrid",
            "s2 found sendgrid",
            "selector1 found microsoft365",
            "selector2 missing microsoft365",
        ]
    );
    assert_eq!(told(&report), ["idle-selector selector2"]);
}

#[test]
fn a_single_selector() {
    let zone = format!(
        "{DMARC}
        ovhmo42-selector1._domainkey CNAME ovhmo42-selector1._domainkey.1.ab.dkim.mail.ovh.net.
        ovhmo42-selector1._domainkey.1.ab.dkim.mail.ovh.net. TXT {}",
        key(ED25519)
    );
    let report = audit(&zone, &options(&["ovhmo42-selector1"]));
    assert_eq!(told(&report), ["single-selector ovhmo42-selector1"]);
    // Named, the other one is missing for certain.
    let report = audit(&zone, &options(&["ovhmo42-selector1", "ovhmo42-selector2"]));
    let cname_missing = "cname-missing ovhmo42-selector2";
    assert_eq!(
        told(&report),
        [cname_missing, "single-selector ovhmo42-selector1"]
    );
}

#[test]
fn both_selectors_to_one_target() {
    let zone = format!(
        "{DMARC}
        selector1._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector2._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector1-example-com._domainkey.firma.onmicrosoft.com. TXT {}",
        key(ED25519)
    );
    let report = audit(&zone, &AuditOptions::default());
    assert_eq!(told(&report), ["cname-wrong selector2"]);
    let right = "selector2-example-com._domainkey.firma.onmicrosoft.com.";
    assert_eq!(report.findings[0].records[0].value, right);
}

#[test]
fn what_nobody_answers_is_counted() {
    let zone = format!(
        "{DMARC}\ngoogle._domainkey TIMEOUT\nmail._domainkey TXT {}",
        key(ED25519)
    );
    let report = audit(&zone, &AuditOptions::default());
    assert_eq!(report.asked.unanswered, 1);
    assert_eq!(told(&report), ["not-confirmed"]);
    assert_eq!(report.status(), AuditStatus::Good);
    let report = audit(&zone, &options(&["google"]));
    assert_eq!(report.status(), AuditStatus::Unknown);
}

#[test]
fn silence_ends_the_guessing() {
    let zone = format!("_domainkey TIMEOUT\n{RANDOM_SELECTOR}._domainkey TIMEOUT\n{DMARC}");
    let report = audit(&zone, &AuditOptions::default());
    assert!(report.names.len() < 10);
    assert_eq!(report.status(), AuditStatus::Unknown);
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
fn an_alias_of_domainkey_says_nothing_of_what_is_below() {
    let zone = format!(
        "{DMARC}\n_domainkey CNAME gone.example.net.\nmail._domainkey TXT {}",
        key(ED25519)
    );
    let report = audit(&zone, &AuditOptions::default());
    assert_eq!(selectors(&report), ["mail found -"]);
    assert_eq!(report.delegated_to, None);
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
fn dmarc_policies() {
    let check = |record: &str, expected: &[&str]| {
        let zone = format!("{record}\nmail._domainkey TXT {}", key(ED25519));
        assert_eq!(
            told(&audit(&zone, &AuditOptions::default())),
            expected,
            "{record}"
        );
    };
    check(
        "_dmarc TXT v=DMARC1; p=none; rua=mailto:a@example.com",
        &["dmarc-none"],
    );
    check(
        "_dmarc TXT v=DMARC1; p=rejct; rua=mailto:a@example.com",
        &["dmarc-invalid", "dmarc-none"],
    );
    check("_dmarc TXT p=reject; v=DMARC1", &["dmarc-invalid"]);
    check(
        "_dmarc TXT v=DMARC1; p=none\n_dmarc TXT v=DMARC1; p=reject",
        &["dmarc-invalid"],
    );
    check("_dmarc TXT v=spf1 -all", &["dmarc-missing"]);
    check("_dmarc TIMEOUT", &["not-confirmed", "not-confirmed"]);
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

#[test]
fn servers_that_disagree() {
    let zone = format!("{DMARC}\nmail._domainkey TXT {}", key(ED25519));
    let zone = Zone::new(&zone);
    let mut options = options(&["mail"]);
    options.every_server = true;
    let mut audit = Audit::begin(&"example.com".parse().unwrap(), &options, NOW);
    loop {
        let questions = audit.pending();
        if questions.is_empty() {
            break;
        }
        for question in questions {
            let server = |name: &str, outcome| {
                let answer = Ok(RecordsAnswer::new(outcome));
                ServerAnswer::new(name.to_owned(), None, answer)
            };
            let answer = match question.asked() {
                Asked::Resolver => zone.answer(&question),
                Asked::EveryServer => {
                    let records = zone.records(&question).unwrap();
                    let servers = vec![
                        server("ns1.example.com.", records.outcome),
                        server("ns2.example.com.", RecordsOutcome::NoSuchName),
                    ];
                    let zone = "example.com.".to_owned();
                    Answer::EveryServer(Ok(ServersAnswer::new(zone, servers, 5)))
                }
            };
            audit.answer(&question, answer);
        }
    }
    let report = audit.finish();
    assert_eq!(told(&report), ["servers-disagree mail"]);
    assert_eq!(
        report.findings[0].message,
        "the authoritative servers do not say the same: nothing at ns2.example.com; one record at \
         ns1.example.com"
    );
}
