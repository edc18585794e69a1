//! Whole audits of domains in a table.

mod evidence;
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
