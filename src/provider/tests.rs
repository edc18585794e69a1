use std::collections::BTreeSet;

use super::*;

/// 15 March 2026, 12:00 UTC.
const NOW: u64 = 1_773_576_000;

/// Selectors that many choose for themselves.
const COMMON: [&str; 30] = [
    "a",
    "b",
    "api",
    "default",
    "dk",
    "dk1",
    "dkim",
    "dkim1",
    "e1",
    "email",
    "k1",
    "k2",
    "k3",
    "key",
    "key1",
    "key2",
    "m1",
    "mail",
    "mailo",
    "mx",
    "reply",
    "s",
    "s1",
    "s2",
    "selector",
    "selector1",
    "selector2",
    "sender",
    "smtp",
    "x",
];

fn name(text: &str) -> DomainName {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn selector(text: &str) -> Selector {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn id(provider: Option<&Provider>) -> Option<&'static str> {
    provider.map(Provider::id)
}

/// Whether all of a line is as the table's first lines say.
fn is_valid(line: &'static str) -> bool {
    let Some(provider) = Provider::parse(line) else {
        return false;
    };
    let domains = [
        &provider.mail_exchangers,
        &provider.spf_includes,
        &provider.name_servers,
        &provider.default_domains,
    ];
    let is_domain = |text: &&str| {
        let domain = text.parse::<DomainName>();
        domain.is_ok_and(|domain| domain.to_ascii() == *text)
    };
    provider.selectors.iter().all(SelectorPattern::is_valid)
        && provider.targets.iter().all(TargetPattern::is_valid)
        && domains.into_iter().flatten().all(is_domain)
}

#[test]
fn every_line_is_read() {
    for line in rows() {
        assert!(is_valid(line), "{line}");
    }
    assert_eq!(Provider::all().len(), rows().count());
    assert!(Provider::all().len() > 100);
}

#[test]
fn every_line_is_well_formed() {
    let mut ids = BTreeSet::new();
    for provider in Provider::all() {
        let id = provider.id();
        assert!(ids.insert(id), "{id} occurs twice");
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        assert!(!id.is_empty() && id.bytes().all(is_id), "{id}");
        assert_eq!(id_of(provider), Some(id));
        assert!(!provider.name().is_empty() && provider.name().trim() == provider.name());
        let source = provider.source();
        assert!(source.starts_with("https://"), "{id}: {source}");
        assert!(source.bytes().all(|byte| byte.is_ascii_graphic()), "{id}");
        let is_delegation = provider.publication() == Publication::Delegation;
        assert_eq!(is_delegation, provider.selectors.is_empty(), "{id}");
        assert_eq!(is_delegation, !provider.name_servers.is_empty(), "{id}");
        if provider.publication() == Publication::Txt {
            assert!(provider.targets.is_empty(), "{id}: TXT with a target");
        }
        let has_telling = provider.selectors.iter().any(SelectorPattern::is_telling);
        if provider.publication() == Publication::Cname {
            assert!(!has_telling, "{id}: the target names it, and no selector");
        }
    }
}

fn id_of(provider: &Provider) -> Option<&'static str> {
    id(Provider::by_id(provider.id()))
}

/// What names a provider names one, and is not what others may have.
#[test]
fn signs_are_of_one_provider() {
    let mut signs: Vec<(&str, &str, u8)> = Vec::new();
    for provider in Provider::all() {
        let tails: Vec<_> = provider.targets.iter().map(TargetPattern::tail).collect();
        let lists = [
            (&tails, 0),
            (&provider.mail_exchangers, 1),
            (&provider.spf_includes, 2),
            (&provider.name_servers, 3),
            (&provider.default_domains, 4),
        ];
        for (names, kind) in lists {
            signs.extend(names.iter().map(|name| (*name, provider.id(), kind)));
        }
    }
    for (sign, id, kind) in &signs {
        let suffix = psl::suffix_str(sign).unwrap_or_default();
        let is_public = suffix == *sign;
        // The names under these are given to customers, so they are on the list too.
        let is_own = matches!(*id, "microsoft365");
        assert!(!is_public || is_own, "{id}: {sign} is a public suffix");
        for (other, other_id, other_kind) in &signs {
            if id != other_id && kind == other_kind {
                assert!(
                    !name(sign).is_within_labels(other),
                    "{id}: {sign}, {other_id}: {other}"
                );
            }
        }
    }
}

#[test]
fn common_selectors_name_nobody() {
    for text in COMMON {
        assert_eq!(id(Provider::by_selector(&selector(text))), None, "{text}");
    }
    for provider in Provider::all() {
        for pattern in provider.selectors.iter().filter(|own| own.is_telling()) {
            let text = pattern.text();
            assert!(text.len() >= 4, "{}: {text} is too short", provider.id());
            let examples = pattern
                .fixed()
                .into_iter()
                .chain(pattern.dated(NOW).take(1));
            for example in examples {
                assert_eq!(id(Provider::by_selector(&example)), Some(provider.id()));
            }
            let others = Provider::all()
                .iter()
                .filter(|other| other.id != provider.id);
            for other in others {
                let has_it = other.selectors.iter().any(|own| own.text() == text);
                assert!(!has_it, "{text}: {} and {}", provider.id(), other.id());
            }
        }
    }
}

#[test]
fn targets_name_providers() {
    let check = |target: &str, expected: Option<&str>| {
        assert_eq!(
            id(Provider::by_cname_target(&name(target))),
            expected,
            "{target}"
        );
    };
    check(
        "selector1-firma-example._domainkey.firma.onmicrosoft.com",
        Some("microsoft365"),
    );
    check(
        "selector1-firma-example._domainkey.Firma.d-v1.dkim.mail.microsoft",
        Some("microsoft365"),
    );
    check(
        "abcdefghijklmnopqrstuvwxyz234567.dkim.amazonses.com",
        Some("ses"),
    );
    // A newer region.
    check("abcdefgh.dkim.af-south-1.amazonses.com", Some("ses"));
    check("s1.domainkey.u1234567.wl123.sendgrid.net", Some("sendgrid"));
    check("s1.domainkey.u1234567.eu.wl.sendgrid.net", Some("sendgrid"));
    check(
        "ovhmo1234567-selector1._domainkey.123456.ab.dkim.mail.ovh.net",
        Some("ovh"),
    );
    check(
        "protonmail2.domainkey.dabcdef.domains.proton.ch",
        Some("proton"),
    );
    check("s1.domainkey.tutanota.de", Some("tuta"));
    check("dkim2.mcsv.net", Some("mailchimp"));
    check("key1.firma.example._domainkey.migadu.com", Some("migadu"));
    // Only whole labels count, and only at the end.
    check("evilsendgrid.net", None);
    check("s1.domainkey.u1.wl1.sendgrid.net.evil.example", None);
    check("xamazonses.com", None);
    check("s1.firma.example", None);
}

#[test]
fn the_first_known_name_of_a_chain_counts() {
    let chain = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let shop = chain(&[
        "keys.firma.example.",
        "dkim1.abcdef012345.p123.email.myshopify.com.",
        "s1.domainkey.u1.wl1.sendgrid.net.",
    ]);
    assert_eq!(id(Provider::by_chain(&shop)), Some("shopify"));
    assert_eq!(id(Provider::by_chain(&[])), None);
    assert_eq!(id(Provider::by_chain(&chain(&["", ".", "a b."]))), None);
}

#[test]
fn telling_selectors_name_providers() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(
            id(Provider::by_selector(&selector(text))),
            expected,
            "{text}"
        );
    };
    check("google", Some("google"));
    check("Mimecast20220124", Some("mimecast"));
    check("20260101120000pm", Some("postmark"));
    check("v1-ed25519-20260101", Some("stalwart"));
    check("mimecast20221301", None);
    check("mimecast2022012", None);
    check("mimecast", None);
    check("120000pm", None);
    check("google2", None);
    // These are aliases, and their targets name the provider.
    check("protonmail", None);
    check("fm1", None);
}

#[test]
fn mail_servers_and_includes_are_hints() {
    let mx = |text: &str| id(Provider::by_mx(&name(text)));
    assert_eq!(
        mx("firma-example.mail.protection.outlook.com"),
        Some("microsoft365")
    );
    assert_eq!(mx("ALT1.ASPMX.L.GOOGLE.COM"), Some("google"));
    assert_eq!(mx("mx1.mail.ovh.net"), Some("ovh"));
    assert_eq!(mx("mx.firma.example"), None);
    let spf = |text: &str| id(Provider::by_spf_include(&name(text)));
    assert_eq!(spf("_spf.google.com"), Some("google"));
    assert_eq!(spf("sendgrid.net"), Some("sendgrid"));
    assert_eq!(spf("google.com"), None);
    let ns = |text: &str| id(Provider::by_name_server(&name(text)));
    assert_eq!(ns("ns.vali.email"), Some("valimail"));
    assert_eq!(ns("ns.firma.example"), None);
}

#[test]
fn default_domains() {
    let check = |text: &str, expected: Option<&str>| {
        let signer: Sdid = text.parse().unwrap();
        assert_eq!(id(Provider::by_default_domain(&signer)), expected, "{text}");
    };
    check("firma.onmicrosoft.com", Some("microsoft365"));
    check("firma-example.20230601.gappssmtp.com", Some("google"));
    check("firma.example", None);
    check("notonmicrosoft.com", None);
}

#[test]
fn selectors_to_ask_for() {
    let of = |id: &str| Provider::by_id(id).unwrap();
    let texts = |selectors: Vec<Selector>| {
        let texts = selectors
            .iter()
            .map(|selector| selector.as_str().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(
        texts(of("microsoft365").selectors()),
        ["selector1", "selector2"]
    );
    assert_eq!(of("ses").selectors(), []);
    let dated = |id: &str| texts(of(id).dated_selectors(NOW).collect());
    assert_eq!(dated("microsoft365"), [""; 0]);
    // Only the provider knows the rest of it.
    assert_eq!(dated("postmark"), [""; 0]);
    let days = dated("mimecast");
    assert_eq!(days.len(), 731);
    assert_eq!(days[0], "mimecast20260315");
    assert_eq!(days[15], "mimecast20260228");
    assert_eq!(days[730], "mimecast20240315");
    let months = dated("sparkpost");
    assert_eq!(months.len(), 25);
    assert_eq!(months[0], "scph0326");
    assert_eq!(months[3], "scph1225");
    assert_eq!(months[24], "scph0324");
    // No day before 1970.
    let provider = of("sparkpost");
    assert_eq!(provider.dated_selectors(0).count(), 1);
    assert_eq!(provider.dated_selectors(u64::MAX).count(), 1);
}

#[test]
fn targets_of_customers() {
    let check = |id: &str, text: &str, given: Option<&str>, expected: Option<&str>| {
        let provider = Provider::by_id(id).unwrap();
        let domain = name("mail.firma.example");
        let target = provider.targets()[0].target(&selector(text), &domain, given);
        let target = target.as_ref().map(DomainName::as_str);
        assert_eq!(target, expected, "{id} {text}");
    };
    check(
        "microsoft365",
        "selector2",
        Some("firma"),
        Some("selector2-mail-firma-example._domainkey.firma.onmicrosoft.com"),
    );
    check("microsoft365", "selector2", None, None);
    check(
        "fastmail",
        "fm1",
        None,
        Some("fm1.mail.firma.example.dkim.fmhosted.com"),
    );
    check(
        "purelymail",
        "purelymail3",
        None,
        Some("key3.dkimroot.purelymail.com"),
    );
    check("mailchimp", "k2", None, Some("dkim2.mcsv.net"));
    // Two labels that only the provider knows.
    check("sendgrid", "s1", Some("u1"), None);
}

#[test]
fn lines_that_are_wrong_are_refused() {
    let check = |line: &'static str| assert!(!is_valid(line), "{line}");
    assert!(is_valid("x\tX\tTXT\ta\t-\t-\t-\t-\t-\thttps://x.example"));
    check("x\tX\tTXT\ta\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tMX\ta\t-\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tTXT\ta b\t-\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tTXT\t<day>\t-\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tCNAME\ta\t<x>.example\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tCNAME\ta\tx.<id>\t-\t-\t-\t-\thttps://x.example");
    check("x\tX\tTXT\ta\t-\tmx..example\t-\t-\t-\thttps://x.example");
}
