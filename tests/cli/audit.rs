//! `dkim audit`: whole domains in a zone.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Run, dkim, scratch};

const ED25519: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const NOW: &str = "2026-11-15";

/// An RSA key of 1024 bits.
fn weak_key() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys/rsa1024.pem");
    let record = dkim(&["record", "-k", path.to_str().unwrap(), "--format", "txt"]);
    record.exits(0).stdout().trim().to_owned()
}

fn temporary(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

/// Records below example.com, `name TYPE data`, and a policy.
fn zone(lines: &str) -> tempfile::NamedTempFile {
    let mut text = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(' ').unwrap();
        let (kind, data) = rest.split_once(' ').unwrap();
        let name = match name {
            "@" => "example.com.".to_owned(),
            name if name.ends_with('.') => name.to_owned(),
            name => format!("{name}.example.com."),
        };
        let data = match kind {
            "TXT" => format!("\"{data}\""),
            _ => data.to_owned(),
        };
        text.push_str(&format!("{name} 3600 IN {kind} {data}\n"));
    }
    temporary(&text)
}

fn audit(zone: &tempfile::NamedTempFile, words: &[&str]) -> Run {
    let zone = zone.path().to_str().unwrap();
    let always = ["audit", "example.com", "--zone", zone, "--at", NOW];
    dkim(&[&always[..], words].concat())
}

fn json(run: &Run) -> Value {
    let mut objects = run.json();
    assert_eq!(objects.len(), 1, "{}", run.stderr);
    objects.remove(0)
}

/// `code` or `code selector` of each finding, in order.
fn codes(object: &Value) -> Vec<String> {
    let findings = object["findings"].as_array().unwrap().iter();
    let code = |finding: &Value| {
        let code = finding["code"].as_str().unwrap().to_owned();
        match finding["selector"].as_str() {
            Some(selector) => format!("{code} {selector}"),
            None => code,
        }
    };
    let mut codes: Vec<String> = findings.map(code).collect();
    codes.sort();
    codes
}

#[test]
fn twelve_selectors_in_every_state() {
    let zone = zone(&format!(
        "_dmarc TXT v=DMARC1; p=reject
        good._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}
        weak._domainkey TXT {weak}
        test._domainkey TXT v=DKIM1; k=ed25519; t=y; p={ED25519}
        gone._domainkey TXT v=DKIM1; p=
        cut._domainkey TXT v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ
        two._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}
        two._domainkey TXT {weak}
        text._domainkey TXT selector1-example-com._domainkey.firma.onmicrosoft.com
        loose._domainkey CNAME nowhere.example.net.
        selector1._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector1-example-com._domainkey.firma.onmicrosoft.com. TXT v=DKIM1; k=ed25519; p={ED25519}
        selector2._domainkey CNAME selector2-example-com._domainkey.firma.onmicrosoft.com.
        s202511._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}",
        weak = weak_key()
    ));
    let named = "good weak test gone cut two text loose selector1 selector2 s202511 absent";
    let mut words = vec!["--json", "--no-guess"];
    for selector in named.split(' ') {
        words.extend(["--selector", selector]);
    }
    let run = audit(&zone, &words).exits(1);
    let object = json(&run);
    assert_eq!(
        codes(&object),
        [
            "cname-as-txt text",
            "cname-dangling loose",
            "idle-selector selector2",
            "key-old s202511",
            "key-truncated cut",
            "not-confirmed absent",
            "revoked gone",
            "several-records two",
            "testing-flag test",
            "weak-key two",
            "weak-key weak",
        ]
    );
    let selectors = object["selectors"].as_array().unwrap();
    assert_eq!(selectors.len(), 12);
    let of = |name: &str| {
        let mut selectors = selectors.iter();
        selectors
            .find(|selector| selector["selector"] == name)
            .unwrap()
    };
    assert_eq!(of("good")["status"], "found");
    assert_eq!(of("good")["key"]["public_key"], ED25519);
    assert_eq!(of("selector1")["provider"], "Microsoft 365");
    assert_eq!(of("s202511")["first_seen"], Value::Null);
    assert_eq!(of("s202511")["rotate_by"], "2026-04-30T00:00:00Z");
    assert_eq!(of("absent")["status"], "missing");
}

#[test]
fn the_text_says_what_to_do_first() {
    let zone = zone(&format!(
        "_dmarc TXT v=DMARC1; p=reject
        selector1._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector2._domainkey CNAME selector1-example-com._domainkey.firma.onmicrosoft.com.
        selector1-example-com._domainkey.firma.onmicrosoft.com. TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    let run = audit(&zone, &[]).exits(1);
    let begin = "example.com: needs work (1 error)\n  first: selector2: publish this record in \
                 its place:\n    selector2._domainkey.example.com. CNAME\n    \
                 selector2-example-com._domainkey.firma.onmicrosoft.com.\n\n  selector1: found, \
                 Ed25519, Microsoft 365\n";
    assert!(run.stdout().starts_with(begin), "{}", run.stdout());
    let run = audit(&zone, &["--verbose"]);
    let run = run.exits(1).prints("\n    google._domainkey.example.com\n");
    assert!(run.stdout().contains(" names with "));
    let run = audit(&zone, &["--quiet"]).exits(1);
    assert_eq!(run.stdout(), "");
}

#[test]
fn what_is_not_found_is_not_confirmed() {
    let zone = zone("@ TXT v=spf1 -all");
    let run = audit(&zone, &[])
        .exits(1)
        .prints("example.com: no key confirmed");
    assert!(!run.stdout().contains("no DKIM"));
    let zone = self::zone(&format!(
        "mail._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    audit(&zone, &[]).exits(0).prints("mail: found, Ed25519");
    audit(&zone, &["--fail-on", "warning"]).exits(1);
    let zone = self::zone(&format!(
        "odd._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    audit(&zone, &[])
        .exits(1)
        .prints("no usable key is confirmed:")
        .prints("selectors were tried");
}

#[test]
fn several_domains_are_one_line_each() {
    let zone = zone(&format!(
        "_dmarc TXT v=DMARC1; p=reject
        mail._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    let words = ["example.net", "EXAMPLE.com", "--json"];
    let run = audit(&zone, &words).exits(1);
    let domains: Vec<Value> = run
        .json()
        .iter()
        .map(|line| line["domain"].clone())
        .collect();
    assert_eq!(domains, ["example.com", "example.net"]);
}

#[test]
fn annotations_for_a_workflow() {
    let zone = zone(&format!(
        "_dmarc TXT v=DMARC1; p=none, 100%
        mail._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    let run = audit(&zone, &["--format", "github"]).exits(1);
    let line = "::error title=dmarc-invalid (example.com)::the DMARC record of example.com: p= is \
                \"none, 100%25\" and may be none, quarantine or reject%0ARemedy: correct p=\n";
    assert!(run.stdout().starts_with(line), "{}", run.stdout());
}

#[test]
fn only_what_changed_since_an_earlier_audit() {
    let good = format!(
        "_dmarc TXT v=DMARC1; p=quarantine
        mail._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}
        odd._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}"
    );
    let earlier = audit(&zone(&good), &["--selector", "odd", "--json"]).exits(0);
    let earlier = temporary(earlier.stdout());
    let since = ["--since", earlier.path().to_str().unwrap()];
    let check = |lines: &str, status: i32, expected: &[&str]| {
        let zone = zone(lines);
        let run = audit(&zone, &since).exits(status);
        let printed: Vec<&str> = run.stdout().lines().collect();
        assert_eq!(printed, expected, "{lines}");
        let run = audit(&zone, &[&since[..], &["--json"]].concat()).exits(status);
        let object = json(&run);
        let kinds = object["changes"].as_array().unwrap().iter();
        let kinds: Vec<&str> = kinds
            .map(|change| change["kind"].as_str().unwrap())
            .collect();
        let labels = expected
            .iter()
            .filter_map(|line| line.strip_prefix("  ")?.split_once(": "));
        let labels: Vec<&str> = labels.map(|(label, _)| label).collect();
        assert!(labels.starts_with(&kinds), "{kinds:?} {labels:?}");
    };
    check(&good, 0, &[]);
    check(
        &good.replace("quarantine", "reject"),
        0,
        &[
            "example.com:",
            "  better: the DMARC policy was quarantine and is reject",
        ],
    );
    check(
        &good.replace("odd._domainkey", "google._domainkey"),
        1,
        &[
            "example.com:",
            "  worse: odd of example.com was found and is missing: no key: the name does not",
            "    exist in the DNS (NXDOMAIN)",
            "  changed: google of example.com is new: a usable key",
        ][..],
    );
}

#[test]
fn an_earlier_audit_that_is_none() {
    let zone = zone("@ TXT v=spf1 -all");
    let check = |text: &str, message: &str| {
        let earlier = temporary(text);
        audit(&zone, &["--since", earlier.path().to_str().unwrap()])
            .exits(4)
            .says(message);
    };
    check("", "there is no audit in it");
    check("\n{}\n", "line 2 is not what dkim audit --json prints");
    let other = audit(&self::zone("@ TXT x"), &["--json"]);
    let other = temporary(&other.stdout().replace("example.com", "example.org"));
    audit(&zone, &["--since", other.path().to_str().unwrap()])
        .exits(1)
        .says("no audit of example.com is in it")
        .prints("example.com: no key confirmed");
}

#[test]
fn providers_are_listed() {
    dkim(&["audit", "--list-providers"])
        .exits(0)
        .prints("microsoft365  Microsoft 365 (CNAME)\n    selectors: selector1, selector2\n");
    let run = dkim(&["audit", "--list-providers", "--json"]).exits(0);
    assert!(run.json().len() > 100);
    dkim(&["audit"]).exits(2);
    dkim(&["audit", "example.com", "--list-providers"]).exits(2);
}

#[test]
fn selectors_come_from_messages() {
    let folder = scratch();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let message = |selector: &str, domain: &str, signed: &str| {
        format!(
            "DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s={selector}; t=1794000000;\r\n \
             h={signed}; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AA==\r\nFrom: a@example.com\r\n\r\n"
        )
    };
    fs::write(path("1.eml"), message("kept", "example.com", "from:to")).unwrap();
    fs::write(path("2.eml"), message("kept", "example.com", "to")).unwrap();
    fs::write(path("3.eml"), message("s1", "news.example.com", "from")).unwrap();
    fs::write(path("4.eml"), message("x", "firma.onmicrosoft.com", "from")).unwrap();
    fs::write(path("5.eml"), message("y", "example.org", "from")).unwrap();
    let zone = zone(&format!(
        "_dmarc TXT v=DMARC1; p=reject; adkim=s
        kept._domainkey TXT v=DKIM1; p=
        mail._domainkey TXT v=DKIM1; k=ed25519; p={ED25519}
        s1._domainkey.news TXT v=DKIM1; k=ed25519; p={ED25519}"
    ));
    let run = audit(
        &zone,
        &["--json", "--from-messages", folder.path().to_str().unwrap()],
    )
    .exits(1);
    assert_eq!(
        codes(&json(&run)),
        [
            "alignment-strict-subdomain s1",
            "default-provider-signature",
            "from-not-signed kept",
            "key-in-use-revoked kept",
            "selector-unused mail",
        ]
    );
}
