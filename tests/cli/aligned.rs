//! `dkim verify` on whether signatures speak for the author: alignment, and `--require aligned`.

use super::{Run, dkim_reading, scratch};
use crate::support::dns_server::{Answer, DnsServer, Reply, SERVFAIL};

const KEY: &str = "testdata/keys/rsa2048.pem";

/// A message from this author (or what follows `From:`), with a signature of each domain.
pub fn message(author: &str, domains: &[&str]) -> Vec<u8> {
    let mut message =
        format!("From: {author}\r\nSubject: hello\r\n\r\nHow are you?\r\n").into_bytes();
    for domain in domains {
        let words = ["sign", "-d", domain, "-s", "s1", "-k", KEY];
        message = dkim_reading(&words, &message).exits(0).stdout;
    }
    message
}

/// Verifies with the key published at these domains alone.
pub fn verify(published: &[&str], words: &[&str], message: &[u8]) -> Run {
    let folder = scratch();
    let mut zone = String::new();
    for domain in published {
        let words = ["record", "--key", KEY, "-d", domain, "-s", "s1"];
        zone.push_str(dkim_reading(&words, b"").exits(0).stdout());
    }
    let zone = super::file(&folder, "zone", zone.as_bytes());
    dkim_reading(&[&["verify", "--zone", &zone], words].concat(), message)
}

#[test]
fn a_pass_that_says_nothing_of_the_author_is_warned_of() {
    let unaligned = message("a@example.com", &["example.net"]);
    let run = verify(&["example.net"], &[], &unaligned).exits(0);
    run.prints(
        "\
-: pass, signed by example.net, nobody signed for example.com
  From: a@example.com
  Subject: hello
  pass  example.net  selector s1
",
    )
    .prints(
        "\
  warning: example.com did not sign this message; example.net did: do not trust
    the From
",
    );
    let run = verify(&["example.net"], &["--json"], &unaligned).exits(0);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(signature["alignment"], "none");
    assert_eq!(signature["warnings"][0]["code"], "not-aligned");

    let aligned = message("a@news.example.com", &["example.com"]);
    let run = verify(&["example.com"], &[], &aligned).exits(0);
    assert!(!run.stdout().contains("did not sign"), "{}", run.stdout());
    let run = verify(&["example.com"], &["--json"], &aligned).exits(0);
    assert_eq!(run.json()[0]["signatures"][0]["alignment"], "relaxed");

    // A service that sends the mail signs as itself as well: nothing to warn people of.
    let both = message("a@example.com", &["example.com", "example.net"]);
    let published = ["example.com", "example.net"];
    let run = verify(&published, &[], &both).exits(0);
    assert!(!run.stdout().contains("did not sign"), "{}", run.stdout());
    let run = verify(&published, &["--json"], &both).exits(0);
    let signatures = &run.json()[0]["signatures"];
    assert_eq!(signatures[0]["warnings"], serde_json::json!([]));
    assert_eq!(signatures[1]["alignment"], "strict");
    // Where the aligned one fails, the other is all there is.
    verify(&["example.net"], &[], &both)
        .prints("-: pass, signed by example.net; the signature of example.com cannot be judged\n")
        .prints("warning: the signature of example.com cannot be judged; example.net signed");
}

#[test]
fn a_provider_that_signs_in_its_own_name_is_named() {
    let microsoft = "contoso.onmicrosoft.com";
    let unaligned = message("a@example.com", &[microsoft]);
    let run = verify(&[microsoft], &["--explain"], &unaligned).exits(0);
    run.prints(
        "\
  warning: example.com did not sign this message; contoso.onmicrosoft.com did,
    in the name of Microsoft 365: the From may be anybody's who is a customer
    there
    remedy: if example.com sent it, set up DKIM for example.com at Microsoft
      365: dkim delegate --domain example.com --provider microsoft365
",
    )
    .prints("    rsa-sha256 (2048 bits, Microsoft 365), ");
    let run = verify(&[microsoft], &["--json", "--explain"], &unaligned).exits(0);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(signature["key"]["provider"], "Microsoft 365");
    let warnings = signature["warnings"].as_array().unwrap();
    let codes: Vec<_> = warnings.iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["default-provider-signature"]);

    let google = "example-com.20230601.gappssmtp.com";
    let both = message("a@example.com", &[google, "example.com"]);
    verify(&[google], &["--explain"], &both).prints(
        "\
    remedy: if example.com sent it, set up DKIM for example.com at Google
      Workspace, and publish the key record that it shows
",
    );
    // With a signature of the author's domain there is nothing to warn of.
    let run = verify(&[google, "example.com"], &[], &both).exits(0);
    assert!(!run.stdout().contains("warning"), "{}", run.stdout());
    // The tenant's own mail is its own.
    let own = message("a@contoso.onmicrosoft.com", &[microsoft]);
    let run = verify(&[microsoft], &["--json"], &own).exits(0);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(signature["warnings"], serde_json::json!([]));
    assert_eq!(signature["key"]["provider"], "Microsoft 365");
    // A signature that fails says nothing.
    verify(&[], &["--json"], &unaligned).exits(1);
}

#[test]
fn the_provider_of_a_key_is_named() {
    let message = message("a@example.com", &["example.com"]);
    let words = ["record", "--key", KEY, "-d", "example.com", "-s", "s1"];
    let record = dkim_reading(&words, b"").exits(0);
    let target = "s1.domainkey.u1234567.wl123.sendgrid.net.";
    let zone = record
        .stdout()
        .replace("s1._domainkey.example.com.", target);
    let zone = format!("s1._domainkey.example.com. CNAME {target}\n{zone}");
    let folder = scratch();
    let zone = super::file(&folder, "zone", zone.as_bytes());
    let run = dkim_reading(&["verify", "--zone", &zone, "--json"], &message).exits(0);
    let key = &run.json()[0]["signatures"][0]["key"];
    assert_eq!(key["provider"], "Twilio SendGrid");
    let run = verify(&["example.com"], &["--json"], &message).exits(0);
    let key = &run.json()[0]["signatures"][0]["key"];
    assert_eq!(key["provider"], serde_json::Value::Null);
}

#[test]
fn alignment_may_be_required() {
    let aligned = ["--require", "aligned"];
    let check = |published: &[&str], words: &[&str], message: &[u8], status, result: &str| {
        verify(published, &[&aligned, words].concat(), message)
            .exits(status)
            .prints(&format!("-: {result}\n"))
    };
    let (com, net) = ("example.com", "example.net");
    let strict = message("a@example.com", &[com]);
    let relaxed = message("a@news.example.com", &["mail.example.com"]);
    let none = message("a@example.com", &[net]);
    let both = message("a@example.com", &[com, net]);
    check(&[com], &[], &strict, 0, "pass");
    check(&["mail.example.com"], &[], &relaxed, 0, "pass");
    check(&[net], &[], &none, 1, "policy")
        .prints("  no signature that passes is aligned with the From domain");
    check(&[com, net], &[], &both, 0, "pass");
    // What is aligned must pass, and what passes must be aligned: no two signatures share that.
    check(&[net], &[], &both, 1, "policy");
    check(&[com], &[], &both, 0, "pass");
    check(&[com, net], &["--signed-by", com], &both, 0, "pass");
    check(&[com, net], &["--signed-by", net], &both, 1, "policy")
        .prints("no signature of example.net passes and is aligned with the From domain");
    // Without a pass, the best result stands, as ever.
    check(&[], &[], &strict, 1, "permerror, no key");
    check(
        &[],
        &[],
        &message("a@example.com", &[]),
        1,
        "none, no signature",
    );

    let two = message("a@example.com, b@example.net", &[com]);
    check(&[com], &[], &two, 1, "policy")
        .prints("  no signature can be aligned: the From addresses are of several domains");
    let run = verify(&[com], &["--require", "aligned", "--json"], &two).exits(1);
    let object = &run.json()[0];
    assert_eq!(
        object["signatures"][0]["alignment"],
        serde_json::Value::Null
    );
    assert_eq!(object["warnings"][0]["code"], "requirement-unmet");
}

#[test]
fn a_malformed_author_is_none() {
    let check = |author: &str, alignment: Option<&str>, from: &[&str]| {
        let words = ["--require", "aligned", "--json"];
        let run = verify(
            &["evil.example"],
            &words,
            &message(author, &["evil.example"]),
        );
        let run = run.exits(i32::from(alignment.is_none()));
        let object = &run.json()[0];
        assert_eq!(
            object["signatures"][0]["alignment"].as_str(),
            alignment,
            "{author}"
        );
        assert_eq!(object["from"], serde_json::json!(from), "{author}");
    };
    let evil = ["evil@evil.example"];
    check("ceo@bank.example <evil@evil.example>", None, &evil);
    // All that looks like an address is of one domain.
    check("a@evil.example, ceo", Some("strict"), &["a@evil.example"]);
    check(
        "evil@evil.example <evil@evil.example>",
        Some("strict"),
        &evil,
    );
    check("Evil, Inc. <evil@evil.example>", Some("strict"), &evil);
    check(
        "a@evil.example, \"ceo@bank.example\"",
        None,
        &["a@evil.example"],
    );
    check("friends: evil@evil.example;", None, &evil);
    // Without a guess at what people see.
    for author in [
        "ceo@bank.example:evil@evil.example",
        "<ceo@bank.example> <evil@evil.example>",
        "<ceo@bank.example:evil@evil.example>",
        "evil@evil.example; ceo@bank.example",
        "ceo@bank.example@evil.example",
        "evil@evil.example ceo@bank.example",
    ] {
        let message = message(author, &["evil.example"]);
        verify(&["evil.example"], &["--require", "aligned"], &message)
            .exits(1)
            .prints("no signature can be aligned: the From field is malformed");
    }
    // What the grammar allows says whose it is.
    check("evil @ evil.example", Some("strict"), &evil);
    check("evil@(x)evil.example", Some("strict"), &evil);
    check("<@bank.example:evil@evil.example>", Some("strict"), &evil);
    check(
        "\"ceo@bank.example\" <evil@evil.example>",
        Some("strict"),
        &evil,
    );
    check(
        "\"ceo@bank.example\"@evil.example",
        Some("strict"),
        &["\"ceo@bank.example\"@evil.example"],
    );
}

#[test]
fn what_cannot_be_told_now_may_be_aligned() {
    let key = super::dkim(&[
        "record",
        "--key",
        KEY,
        "-d",
        "example.net",
        "-s",
        "s1",
        "--format",
        "txt",
    ])
    .exits(0);
    let record = key.stdout().trim_end().to_owned();
    let server = DnsServer::start(move |question| {
        Reply::Answer(if question.name.contains("example.net") {
            Answer::default().txt(&question.name, &record)
        } else {
            Answer::code(SERVFAIL)
        })
    });
    let verify = |words: &[&str], message: &[u8]| {
        let address = server.address().to_string();
        let words = [
            &["verify", "--nameserver", &address, "--require", "aligned"],
            words,
        ]
        .concat();
        dkim_reading(&words, message)
    };
    let both = message("a@example.com", &["example.com", "example.net"]);
    verify(&[], &both).exits(3).prints("-: temperror");
    verify(&["--signed-by", "example.net"], &both).exits(1);
    // The one in doubt would not be aligned.
    let other = message("a@example.org", &["example.com", "example.net"]);
    verify(&[], &other).exits(1).prints("-: policy");
}
