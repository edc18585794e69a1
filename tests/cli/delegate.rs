//! `dkim delegate`.

mod expected;
mod servers;

use super::{Run, dkim, file, scratch};
use crate::support::dns_server::closed_address;
use crate::support::schema::broken;

const ONE: &str = "selector1-example-com._domainkey.contoso.onmicrosoft.com.";
const TWO: &str = "selector2-example-com._domainkey.contoso.onmicrosoft.com.";

/// Checks a provider's selectors in a zone.
fn check(provider: &str, zone: &str, more: &[&str]) -> Run {
    let folder = scratch();
    let zone = file(&folder, "zone", zone.as_bytes());
    let words = ["delegate", "-d", "example.com", "--provider", provider];
    let check = ["--check", "--zone", &zone];
    dkim(&[&words[..], &check[..], more].concat())
}

/// A line of the zone for a selector of example.com.
fn alias(selector: &str, target: &str) -> String {
    format!("{selector}._domainkey.example.com. IN CNAME {target}\n")
}

#[test]
fn records_to_publish() {
    dkim(&["delegate", "-d", "Example.com", "--provider", "Mailchimp"])
        .exits(0)
        .prints(
            "k2._domainkey.example.com. 3600 IN CNAME dkim2.mcsv.net.\n\
             k3._domainkey.example.com. 3600 IN CNAME dkim3.mcsv.net.\n",
        );
    let words = [
        "delegate",
        "-d",
        "mail.example.com",
        "--provider",
        "ses",
        "-s",
        "tok",
    ];
    let more = ["--zone-name", "example.com", "--ttl", "60"];
    dkim(&[&words[..], &more].concat())
        .exits(0)
        .prints("tok._domainkey.mail 60 IN CNAME tok.dkim.amazonses.com.\n");
    dkim(&[&words[..], &["--format", "gandi"]].concat())
        .exits(0)
        .prints("\"tok.dkim.amazonses.com.\"")
        .says("/records/tok._domainkey/CNAME with this");
    dkim(&[&words[..], &["--format", "quoted"]].concat())
        .exits(2)
        .says("dkim: error: --format: the format quoted has no form for CNAME records");
}

#[test]
fn records_as_json() {
    let words = [
        "delegate",
        "-d",
        "example.com",
        "--provider",
        "microsoft365",
    ];
    let run = dkim(&[&words[..], &["--json"]].concat()).exits(4);
    let objects = run.json();
    assert_eq!(objects.len(), 2);
    assert!(objects[0]["state"].is_null() && objects[0]["target"].is_null());
    assert_eq!(objects[1]["name"], "selector2._domainkey.example.com.");
    run.says("the targets of selector1 and selector2 are known to Microsoft 365 alone")
        .says("Get-DkimSigningConfig -Identity example.com | Format-List Selector1CNAME,Selector2CNAME");
}

#[test]
fn targets_that_are_named() {
    let words = ["delegate", "-d", "example.com"];
    let one = alias("selector1", "").replace(" IN CNAME \n", &format!(" 3600 IN CNAME {ONE}\n"));
    let two = alias("selector2", "").replace(" IN CNAME \n", &format!(" 3600 IN CNAME {TWO}\n"));
    dkim(&[&words[..], &["--target", ONE]].concat())
        .exits(0)
        .prints(&format!("{one}{two}"));
    let pattern = "<selector>-example-com._domainkey.contoso.onmicrosoft.com";
    dkim(
        &[
            &words[..],
            &["--provider", "microsoft365", "--target", pattern],
        ]
        .concat(),
    )
    .exits(0)
    .prints(&format!("{one}{two}"));
    let pairs = [
        "-s",
        "a",
        "--target",
        "a.example.net",
        "-s",
        "b",
        "--target",
        "b.example.net",
    ];
    dkim(&[&words[..], &pairs].concat())
        .exits(0)
        .prints("b._domainkey.example.com. 3600 IN CNAME b.example.net.\n");
    dkim(&[&words[..], &pairs[..6]].concat())
        .exits(2)
        .says("dkim: error: --target: 1 targets are named for 2 selectors");
    dkim(&[&words[..], &["--target", "a.example.net"]].concat())
        .exits(2)
        .says("dkim: error: --selector missing");
}

#[test]
fn wrong_command_lines() {
    let words = ["delegate", "-d", "example.com", "--provider"];
    let provider = |name: &str| dkim(&[&words[..], &[name]].concat()).exits(2);
    provider("sendgird").says("unknown; did you mean sendgrid?\n");
    provider("google").says("Google Workspace gives a TXT record and no CNAME record");
    provider("valimail").says("Valimail takes over _domainkey by NS records");
    provider("zzzz").says("expected one such as microsoft365");
    provider("ses")
        .says("--provider: Amazon SES chooses the selectors of each customer")
        .says("to learn them, run: aws sesv2 get-email-identity --email-identity example.com")
        .says("then: dkim delegate -d example.com --provider ses --expected -");
    dkim(&["delegate", "-d", "example.com"])
        .exits(2)
        .says("--provider <ID>")
        .says("dkim delegate -d example.com --provider mailchimp");
    let fastmail = [&words[..], &["fastmail"]].concat();
    dkim(&[&fastmail[..], &["--zone", "testdata/zone"]].concat())
        .exits(2)
        .says("the DNS is asked with --check alone");
    dkim(&[&fastmail[..], &["--check", "--format", "json"]].concat()).exits(2);
}

#[test]
fn all_set() {
    let zone = alias("selector1", ONE) + &alias("selector2", TWO);
    check("microsoft365", &zone, &[])
        .exits(0)
        .prints("example.com at Microsoft 365: 2 of 2 set\n")
        .prints("next: if signing is not on yet, turn it on at")
        .prints("-Enabled $true");
    let run = check("microsoft365", &zone, &["--json"]).exits(0);
    for object in run.json() {
        assert_eq!(object["state"], "set");
        assert!(object["target"].is_null() && object["key"].is_null());
    }
    run.says("dkim: hint: if signing is not on yet");
    let run = check("microsoft365", &zone, &["--quiet"]).exits(0);
    assert_eq!((run.stdout(), run.stderr.as_str()), ("", ""));
}

/// Each mistake of the second selector, with the first one set.
#[test]
fn mistakes() {
    let check_second = |lines: &str, state: &str, code: &str, says: &str| {
        let zone = alias("selector1", ONE) + lines;
        let run = check("microsoft365", &zone, &["--json"]).exits(1);
        let second = &run.json()[1];
        assert_eq!(second["state"], state, "{lines}");
        let findings = second["findings"].as_array().unwrap();
        let found = findings.iter().find(|found| found["code"] == code);
        let found = found.unwrap_or_else(|| panic!("no {code}: {second:#}"));
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
        assert_eq!(found["records"][0]["value"], TWO);
        check("microsoft365", &zone, &[]).exits(1).prints(&format!(
            "selector2._domainkey.example.com. IN CNAME {TWO}\n"
        ));
    };
    let second = |target: &str| alias("selector2", target);
    let text = |value: &str| format!("selector2._domainkey.example.com. IN TXT \"{value}\"\n");
    check_second("", "to-set", "cname-missing", "there is no CNAME record");
    check_second(
        &second(&format!("{TWO}example.com.")),
        "to-fix",
        "cname-wrong",
        "without its final dot",
    );
    check_second(
        &second(ONE),
        "to-fix",
        "cname-wrong",
        "both it and selector1",
    );
    let tenant = TWO.replace("contoso", "fabrikam");
    check_second(
        &second(&tenant),
        "to-fix",
        "cname-wrong",
        "another customer",
    );
    let domain = TWO.replace("example-com", "example-org");
    check_second(&second(&domain), "to-fix", "cname-wrong", "another domain");
    let label = TWO.replace("._domainkey", ".domainkey");
    check_second(
        &second(&label),
        "to-fix",
        "cname-wrong",
        "an underscore is missing",
    );
    let other = "s2.domainkey.u1.wl1.sendgrid.net.";
    check_second(&second(other), "to-fix", "cname-wrong", "Twilio SendGrid");
    check_second(
        &text("v=spf1 -all"),
        "to-fix",
        "cname-missing",
        "in the way",
    );
    check_second(
        &text(TWO),
        "to-fix",
        "cname-as-txt",
        "the target of a CNAME record",
    );
    let both = text("v=DKIM1; p=") + &second(TWO);
    check("microsoft365", &both, &[])
        .exits(4)
        .says("selector2._domainkey.example.com. has a CNAME or DNAME and other records");
    let misspelled = second(TWO).replace("._domainkey.example", ".domainkey.example");
    check_second(
        &misspelled,
        "to-set",
        "key-elsewhere",
        "without the underscore",
    );
    let twice = second(TWO).replace(".example.com. IN", ".example.com.example.com. IN");
    check_second(&twice, "to-set", "key-elsewhere", "twice");
}

#[test]
fn one_selector_of_two() {
    let run = check("microsoft365", &alias("selector1", ONE), &["--json"]).exits(1);
    let first = &run.json()[0];
    assert_eq!(first["state"], "set");
    assert_eq!(first["findings"][0]["code"], "single-selector");
    assert_eq!(first["findings"][0]["severity"], "warning");
}

#[test]
fn keys_at_the_target() {
    let target = "fm1.example.com.dkim.fmhosted.com.";
    let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let with_key = |key: &str| {
        let record = format!("{target} IN TXT \"v=DKIM1; k=ed25519; p={key}\"\n");
        alias("fm1", target) + &record
    };
    check("fastmail", &with_key(key), &["-s", "fm1"])
        .exits(0)
        .prints("key: a usable key (ed25519, 256 bits)");
    let run = check("fastmail", &with_key(""), &["-s", "fm1", "--json"]).exits(1);
    assert_eq!(run.json()[0]["state"], "set");
    assert_eq!(run.json()[0]["key"]["status"], "revoked");
    // Before it is set, the key is told as well.
    let zone = with_key(key).replace("fm1._domainkey", "fm9._domainkey");
    let run = check("fastmail", &zone, &["-s", "fm1", "--json"]).exits(1);
    assert_eq!(run.json()[0]["key"]["bits"], 256);
}

#[test]
fn no_answer() {
    let server = closed_address().to_string();
    let words = ["delegate", "-d", "example.com", "--provider", "fastmail"];
    let dns = ["--check", "--nameserver", &server, "--dns-tries", "1"];
    let run = dkim(&[&words[..], &dns, &["--json"]].concat()).exits(3);
    assert!(run.json().iter().all(|object| object["state"] == "unknown"));
    dkim(&[&words[..], &dns].concat())
        .exits(3)
        .prints("the DNS gave no answer");
}

#[test]
fn the_format_json() {
    let words = ["delegate", "-d", "example.com", "--provider", "fastmail"];
    let run = dkim(&[&words[..], &["--format", "json"]].concat()).exits(0);
    for object in run.json() {
        assert_eq!(broken("publication", &object), None);
        assert_eq!(object["type"], "CNAME");
    }
}

#[test]
fn what_cannot_be_judged() {
    let zone = alias("acdkim1", "dkim.example.net.");
    check("activecampaign", &zone, &["-s", "acdkim1"])
        .exits(4)
        .prints("nothing says where the CNAME record has to lead");
}
