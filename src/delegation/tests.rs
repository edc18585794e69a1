mod dns;

use self::dns::{Dns, Zone, run};
use super::*;
use crate::finding::Finding;
use crate::identifier::{DomainName, Sdid, Selector};
use crate::provider::Provider;

const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const ONE: &str = "selector1._domainkey.example.com";
const TWO: &str = "selector2._domainkey.example.com";
const TARGET_ONE: &str = "selector1-example-com._domainkey.contoso.onmicrosoft.com";
const TARGET_TWO: &str = "selector2-example-com._domainkey.contoso.onmicrosoft.com";

/// A plan for example.com; given are `selector` and `selector=target`.
fn plan(provider: &str, given: &[&str]) -> Plan {
    let given = given.iter().map(|text| match text.split_once('=') {
        Some((selector, target)) => Given {
            selector: selector.parse().unwrap(),
            target: Some(target.parse().unwrap()),
        },
        None => Given::without_target(text.parse().unwrap()),
    });
    let domain = Sdid::parse(b"example.com").unwrap();
    Plan::new(domain, Provider::by_id(provider), given.collect()).unwrap()
}

/// Each selector's state, and the codes of its findings.
fn in_words(report: &Report) -> Vec<String> {
    let selector = |report: &SelectorReport| {
        let codes: Vec<&str> = report
            .findings
            .iter()
            .map(|found| found.code.name())
            .collect();
        format!("{} {}", report.state.name(), codes.join(" "))
            .trim_end()
            .to_owned()
    };
    report.selectors.iter().map(selector).collect()
}

/// Checks Microsoft 365's two selectors with a zone; `says` is in a message of the second one.
#[track_caller]
fn check(zone: Zone<'_>, expected: [&str; 2], says: &str) {
    check_given(&[], zone, expected, says);
}

#[track_caller]
fn check_given(given: &[&str], zone: Zone<'_>, expected: [&str; 2], says: &str) {
    let dns = Dns {
        zone,
        servers: &[],
        is_offline: false,
    };
    let report = run(plan("microsoft365", given), &dns);
    assert_eq!(in_words(&report), expected);
    let sentences = |finding: &Finding| format!("{} | {}", finding.message, finding.remedy);
    let said: Vec<String> = report.selectors[1].findings.iter().map(sentences).collect();
    let said = format!("{} | {}", report.selectors[1].detail, said.join(" | "));
    assert!(said.contains(says), "{said}");
}

fn alias(target: &str) -> String {
    format!("CNAME {target}")
}

/// The first selector as it has to be, with its key, and these records.
fn with_first<'a>(
    records: &'a [(&'a str, String)],
    first: &'a str,
    key: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut zone = vec![(ONE, first), (TARGET_ONE, key)];
    zone.extend(records.iter().map(|(name, data)| (*name, data.as_str())));
    zone
}

#[track_caller]
fn check_second(records: &[(&str, String)], expected: [&str; 2], says: &str) {
    let (first, key) = (alias(TARGET_ONE), format!("TXT {KEY}"));
    let zone = with_first(records, &first, &key);
    check(&zone, expected, says);
}

#[test]
fn set() {
    // The other key does not exist until Microsoft rotates.
    check_second(
        &[(TWO, alias(TARGET_TWO))],
        ["set", "set idle-selector"],
        "only Microsoft 365 knows",
    );
    let given = [
        format!("selector1={TARGET_ONE}"),
        format!("selector2={TARGET_TWO}"),
    ];
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let (one, two) = (alias(TARGET_ONE), alias(TARGET_TWO));
    check_given(
        &given,
        &[(ONE, &one), (TWO, &two)],
        ["set idle-selector", "set idle-selector"],
        "leads where it has to",
    );
    let newer = |number| {
        alias(&format!(
            "selector{number}-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft"
        ))
    };
    check(
        &[(ONE, &newer(1)), (TWO, &newer(2))],
        ["set idle-selector", "set idle-selector"],
        "",
    );
}

#[test]
fn the_mail_exchanger_tells_the_domain_with_hyphens() {
    let target = |number| {
        alias(&format!(
            "selector{number}-example-com01b._domainkey.contoso.onmicrosoft.com"
        ))
    };
    let (one, two) = (target(1), target(2));
    let exchanger = "MX example-com01b.mail.protection.outlook.com";
    check(
        &[("example.com", exchanger), (ONE, &one), (TWO, &two)],
        ["set idle-selector", "set idle-selector"],
        "",
    );
}

#[test]
fn missing() {
    check(
        &[],
        ["to-set cname-missing", "to-set cname-missing"],
        "Get-DkimSigningConfig -Identity example.com",
    );
    check_second(
        &[],
        ["set single-selector", "to-set cname-missing"],
        "publish this record",
    );
}

#[test]
fn a_text_in_the_way() {
    check_second(
        &[(TWO, format!("TXT {KEY}"))],
        ["set", "to-fix cname-missing"],
        "a TXT record with a key is at selector2._domainkey.example.com",
    );
    check_second(
        &[(TWO, format!("TXT {KEY}")), (TWO, alias(TARGET_TWO))],
        ["set", "to-fix cname-and-txt"],
        "leave one of them",
    );
    check_second(
        &[(TWO, format!("TXT {TARGET_TWO}."))],
        ["set", "to-fix cname-as-txt"],
        "remove the TXT record, and publish",
    );
}

#[test]
fn names_that_were_entered_wrongly() {
    let other = "selector2.domainkey.example.com";
    check_second(
        &[(other, alias(TARGET_TWO))],
        ["set single-selector", "to-set cname-missing key-elsewhere"],
        "without the underscore",
    );
    let twice = "selector2._domainkey.example.com.example.com";
    check_second(
        &[(twice, alias(TARGET_TWO))],
        ["set single-selector", "to-set cname-missing key-elsewhere"],
        "with the name of the zone example.com twice",
    );
}

#[test]
fn targets_that_are_wrong() {
    let check = |target: &str, says: &str| {
        let expected = ["set", "to-fix cname-wrong"];
        check_second(&[(TWO, alias(target))], expected, says);
    };
    check(
        &format!("{TARGET_TWO}.example.com"),
        "without its final dot",
    );
    check(
        TARGET_ONE,
        "both it and selector1 lead to the target of selector1",
    );
    check(
        "selector1-example-com._domainkey.fabrikam.onmicrosoft.com",
        ": that is the target of selector1",
    );
    check(
        "selector2-example-com._domainkey.fabrikam.onmicrosoft.com",
        "another customer of Microsoft 365, with fabrikam in the place of contoso",
    );
    check(
        "selector2-example-org._domainkey.contoso.onmicrosoft.com",
        "another domain, example-org",
    );
    check(
        "selector2-example-com.domainkey.contoso.onmicrosoft.com",
        "an underscore is missing in it",
    );
    check(
        "s2.domainkey.u1.wl1.sendgrid.net",
        "that is a target of Twilio SendGrid and not of Microsoft 365",
    );
    check(
        "mail.example.org",
        "leads to mail.example.org and not to selector2-example-com._domainkey.contoso",
    );
}

#[test]
fn what_is_given_has_to_be_there() {
    let given = ["selector1=a.example.net", "selector2=B.example.net"];
    let (one, two) = (alias("a.example.net"), alias("b.Example.net"));
    check_given(
        &given,
        &[(ONE, &one), (TWO, &two)],
        ["set cname-dangling", "set cname-dangling"],
        "leads where it has to",
    );
    let two = alias(TARGET_TWO);
    check_given(
        &given,
        &[(ONE, &one), (TWO, &two)],
        ["set cname-dangling", "to-fix cname-wrong"],
        "and not to b.example.net",
    );
    // By way of another name of the domain.
    let two = alias("keys.example.com");
    let on = alias("b.example.net");
    check_given(
        &given,
        &[(ONE, &one), (TWO, &two), ("keys.example.com", &on)],
        ["set cname-dangling", "set cname-dangling"],
        "leads where it has to",
    );
}

#[test]
fn no_answer() {
    check(
        &[(ONE, "FAIL"), (TWO, "FAIL")],
        ["unknown", "unknown"],
        "silence",
    );
}

#[test]
fn master_files_have_no_keys_of_the_provider() {
    let target = "fm1.example.com.dkim.fmhosted.com";
    let dns = Dns {
        zone: &[("fm1._domainkey.example.com", &alias(target))],
        servers: &[],
        is_offline: true,
    };
    let report = run(plan("fastmail", &["fm1"]), &dns);
    assert_eq!(in_words(&report), ["set"]);
    assert!(report.is_offline && report.selectors[0].key.is_none());
    let elsewhere = Dns {
        is_offline: false,
        ..dns
    };
    let report = run(plan("fastmail", &["fm1"]), &elsewhere);
    assert_eq!(in_words(&report), ["set cname-dangling"]);
    assert!(!report.selectors[0].is_done());
}

#[test]
fn a_provider_with_targets_of_regions() {
    let name = "tok._domainkey.example.com";
    let check = |target: &str, expected: &str| {
        let target = alias(target);
        let dns = Dns {
            zone: &[(name, &target)],
            servers: &[],
            is_offline: true,
        };
        assert_eq!(in_words(&run(plan("ses", &["tok"]), &dns)), [expected]);
    };
    check("tok.dkim.amazonses.com", "set");
    check("tok.dkim.af-south-1.amazonses.com", "set");
    check("other.dkim.amazonses.com", "to-fix cname-wrong");
}

#[test]
fn servers_are_compared() {
    let target = alias("fm1.example.com.dkim.fmhosted.com");
    let key = format!("TXT {KEY}");
    let name = "fm1._domainkey.example.com";
    let zone: Zone<'_> = &[(name, &target), ("fm1.example.com.dkim.fmhosted.com", &key)];
    let check = |servers: &[(&str, Zone<'_>)], expected: &str, states: &[&str]| {
        let dns = Dns {
            zone,
            servers,
            is_offline: false,
        };
        let report = run(plan("fastmail", &["fm1"]), &dns);
        assert_eq!(in_words(&report), [expected]);
        let servers = report.selectors[0].servers.iter();
        let found: Vec<&str> = servers.map(|server| server.state.name()).collect();
        assert_eq!(found, states);
        report.selectors[0].remarks.join("; ")
    };
    check(&[("ns1", zone), ("ns2", zone)], "set", &["set", "set"]);
    check(
        &[("ns1", zone), ("ns2", &[])],
        "to-set servers-disagree",
        &["set", "to-set"],
    );
    check(
        &[("ns1", zone), ("ns2", &[(name, "CNAME www.example.com")])],
        "to-fix cname-wrong servers-disagree",
        &["set", "to-fix"],
    );
    check(
        &[("ns1", zone), ("ns2", &[(name, "FAIL")])],
        "set",
        &["set", "unknown"],
    );
    let detail = check(
        &[("ns1", &[]), ("ns2", &[])],
        "to-set cname-missing",
        &["to-set", "to-set"],
    );
    assert!(
        detail.contains("the resolver still has a CNAME record to fm1."),
        "{detail}"
    );
}

#[test]
fn the_key_at_the_target_is_told_before_the_record_is_set() {
    let key = format!("TXT {KEY}");
    let dns = Dns {
        zone: &[("fm1.example.com.dkim.fmhosted.com", &key)],
        servers: &[],
        is_offline: false,
    };
    let report = run(plan("fastmail", &["fm1", "fm2"]), &dns);
    let keys = report.selectors.iter().map(|report| report.key.as_ref());
    let keys: Vec<_> = keys.map(|key| key.map(|key| key.status.name())).collect();
    assert_eq!(keys, [Some("found"), Some("missing")]);
}

#[test]
fn targets_of_plans() {
    let check = |provider: &str, given: &[&str], expected: &[&str]| {
        let plan = plan(provider, given);
        let in_words = |alias: &Alias| {
            let target = alias.target().map_or("-", DomainName::to_ascii);
            format!("{} {target}", alias.selector())
        };
        let aliases: Vec<String> = plan.aliases().iter().map(in_words).collect();
        assert_eq!(aliases, expected);
    };
    check("microsoft365", &[], &["selector1 -", "selector2 -"]);
    check(
        "mailchimp",
        &[],
        &["k2 dkim2.mcsv.net", "k3 dkim3.mcsv.net"],
    );
    check(
        "ionos",
        &[],
        &[
            "s1-ionos s1.dkim.ionos.com",
            "s2-ionos s2.dkim.ionos.com",
            "s42582890 s42582890.dkim.ionos.com",
        ],
    );
    check("ses", &["tok"], &["tok tok.dkim.amazonses.com"]);
    check("sendgrid", &["s1=a.example.net"], &["s1 a.example.net"]);
    let domain = Sdid::parse(b"example.com").unwrap();
    let none = Plan::new(domain, Provider::by_id("ses"), Vec::new());
    assert_eq!(none.unwrap_err(), PlanError::NoSelectors);
    let plan = plan("microsoft365", &[]).like(&TARGET_TWO.parse().unwrap());
    let targets: Vec<_> = plan.aliases().iter().filter_map(Alias::target).collect();
    assert_eq!(targets, [&name(TARGET_ONE), &name(TARGET_TWO)]);
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

#[test]
fn next_steps() {
    let (one, two) = (alias(TARGET_ONE), alias(TARGET_TWO));
    let dns = |zone| Dns {
        zone,
        servers: &[],
        is_offline: true,
    };
    let zone: Zone<'_> = &[(ONE, &one), (TWO, &two)];
    let report = run(plan("microsoft365", &[]), &dns(zone));
    let step = report.next_step().unwrap();
    assert!(step.contains("Set-DkimSigningConfig -Identity example.com -Enabled $true"));
    let report = run(plan("microsoft365", &[]), &dns(&zone[..1]));
    assert_eq!(report.next_step(), None);
    let selector = "selector1".parse::<Selector>().unwrap();
    assert_eq!(report.selectors[0].selector, selector);
}
