//! `dkim lookup`: where a name leads, where its key went instead, and whether that was expected.

use super::lookup::{KEY, NAME, TARGET, ask, from_server, in_zone, key, summary};
use super::{Run, ZONE, dkim};
use crate::support::dns_server::{Answer, CNAME, DnsServer, NXDOMAIN, REFUSED, Reply, SERVFAIL};

/// The first finding with this code: its message and its remedy.
fn words_of(run: &Run, code: &str) -> (String, String) {
    let object = &run.json()[0];
    let findings = object["findings"].as_array().unwrap().iter();
    let finding = findings.clone().find(|finding| finding["code"] == code);
    let finding = finding.unwrap_or_else(|| panic!("no {code} in {object:#}"));
    let text = |key: &str| finding[key].as_str().unwrap().to_owned();
    (text("message"), text("remedy"))
}

#[test]
fn a_key_that_went_elsewhere() {
    let check = |owner: &str, name: &str, message: &str, remedy: &str| {
        let zone = format!("{owner}. 3600 IN TXT \"{KEY}\"\n");
        let run = in_zone(&zone, &["--json", name]).exits(1);
        assert_eq!(summary(&run), "missing key-elsewhere", "{owner}");
        let expected = (
            format!("a key record is at {owner}, {message}"),
            remedy.to_owned(),
        );
        assert_eq!(words_of(&run, "key-elsewhere"), expected);
    };
    check(
        "s._domainkey.example.com.example.com",
        NAME,
        "with the name of the zone example.com twice",
        "enter the name as s._domainkey, or as s._domainkey.example.com. with a final dot",
    );
    check(
        "s.domainkey.example.com",
        NAME,
        "without the underscore",
        "publish it at s._domainkey.example.com",
    );
    check(
        "s._domainkeys.example.com",
        NAME,
        "with _domainkeys in the place of _domainkey",
        "publish it at s._domainkey.example.com",
    );
    let below = "s._domainkey.mail.example.com";
    check(
        "s._domainkey.mail.example.com.example.com",
        below,
        "with the name of the zone example.com twice",
        "enter the name as s._domainkey.mail, or as s._domainkey.mail.example.com. with a final dot",
    );
    check(
        "s.mail._domainkey.example.com",
        below,
        "with _domainkey at the wrong place",
        "publish it at s._domainkey.mail.example.com",
    );
    check(
        NAME,
        below,
        "for mail that is signed as example.com",
        "sign with d=example.com, or publish the record at s._domainkey.mail.example.com as well",
    );
}

/// The key at a provider may have to wait for the CNAME record, so it need not be there.
#[test]
fn an_alias_that_went_elsewhere() {
    let target = "selector1-example-com._domainkey.contoso.onmicrosoft.com";
    let zone = format!("{NAME}.example.com. CNAME {target}.\n");
    let run = in_zone(&zone, &["--json", NAME]).exits(1);
    assert_eq!(summary(&run), "missing key-elsewhere");
    let message = format!(
        "a CNAME record to {target} is at {NAME}.example.com, with the name of the zone example.com \
         twice"
    );
    assert_eq!(words_of(&run, "key-elsewhere").0, message);
    let zone =
        format!("{NAME}.example.com. CNAME www.example.com.\nwww.example.com. A 192.0.2.1\n");
    let run = in_zone(&zone, &["--json", NAME]).exits(1);
    assert_eq!(summary(&run), "missing");
}

#[test]
fn targets_that_were_entered_wrongly() {
    let target = "selector1-example-com._domainkey.contoso.onmicrosoft.com";
    let zone = format!("$ORIGIN example.com.\ns._domainkey CNAME {target}\n");
    let run = in_zone(&zone, &["--json", NAME]).exits(1);
    assert_eq!(summary(&run), "missing cname-dangling");
    let expected = (
        format!(
            "the alias leads to {target}.example.com: the target {target} was entered without its \
             final dot, and the name of the zone was added to it"
        ),
        format!("publish {NAME}. IN CNAME {target}. with the final dot"),
    );
    assert_eq!(words_of(&run, "cname-dangling"), expected);
    let zone = format!("{NAME}. TXT {target}\n");
    let run = in_zone(&zone, &["--json", NAME]).exits(1);
    assert_eq!(summary(&run), "missing cname-as-txt");
    let expected = (
        format!("the TXT record holds {target}, the target of a CNAME record"),
        format!("publish {NAME}. IN CNAME {target}. in the place of the TXT record"),
    );
    assert_eq!(words_of(&run, "cname-as-txt"), expected);
}

#[test]
fn an_answer_of_a_wildcard() {
    let check = |zone: &str, findings: &str, message: &str| {
        let run = in_zone(zone, &["--json", NAME]).exits(1);
        assert_eq!(summary(&run), findings);
        let expected = (
            format!(
                "{message} from a wildcard: a random selector has the same one, so this selector \
                 itself does not exist"
            ),
            format!(
                "publish the key record at {NAME}: a wildcard does not answer for a name that has records"
            ),
        );
        assert_eq!(words_of(&run, "wildcard"), expected);
    };
    let web = "web.example.com. A 192.0.2.1\n";
    check(
        &format!("*.example.com. CNAME web.example.com.\n{web}"),
        "missing wildcard",
        "the alias comes",
    );
    check(
        "*.example.com. TXT \"v=spf1 -all\"\n",
        "missing wildcard not-a-key-record",
        "the TXT records come",
    );
    check(
        "*.example.com. A 192.0.2.1\n",
        "missing wildcard",
        "the answer comes",
    );
}

/// Each name once, in two rounds; and nothing more where a key was found or nobody answers.
#[test]
fn what_is_asked_for_a_missing_name() {
    let questions = |reply: Reply, words: &[&str]| {
        let server = DnsServer::start(move |_| reply.clone());
        ask(&server.address().to_string(), words);
        let mut names: Vec<String> = server
            .questions()
            .into_iter()
            .map(|question| question.name)
            .collect();
        names.sort_unstable();
        names
    };
    let missing = Reply::from(Answer::code(NXDOMAIN));
    let expected = [
        "s._domainkey.example.com.",
        "s._domainkey.example.com.example.com.",
        "s._domainkeys.example.com.",
        "s.domainkey.example.com.",
    ];
    assert_eq!(questions(missing.clone(), &[NAME]), expected);
    let twice = "s._domainkey.example.com.example.com";
    let names = questions(missing, &[NAME, twice]);
    let mut once = names.clone();
    once.dedup();
    assert_eq!(names, once);
    assert_eq!(questions(key().into(), &[NAME]), [format!("{NAME}.")]);
    let refused = questions(Answer::code(REFUSED).into(), &[NAME]);
    assert_eq!(refused, [format!("{NAME}.")]);
}

/// Asks a server that has this alias, and fails on its target.
fn with_failing_target(code: u16, words: &[&str]) -> Run {
    let server = DnsServer::start(move |question| match question.name.as_str() {
        "s._domainkey.example.com." => Answer::default().cname(NAME, TARGET).into(),
        _ => Answer::code(code).into(),
    });
    ask(&server.address().to_string(), words)
}

#[test]
fn an_alias_whose_target_cannot_be_asked() {
    let expectations = |run: &Run| run.json()[0]["expectations"].clone();
    let chain = serde_json::json!([format!("{TARGET}.")]);
    for code in [REFUSED, SERVFAIL] {
        let right = ["--json", NAME, "--expect-cname", TARGET];
        let run = with_failing_target(code, &right).exits(3);
        assert_eq!(summary(&run), "temporary");
        assert_eq!(run.json()[0]["chain"], chain);
        let expected = serde_json::json!([
            {"kind": "cname", "expected": format!("{TARGET}."), "holds": true}
        ]);
        assert_eq!(expectations(&run), expected);
        let wrong = ["--json", NAME, "--expect-cname", "other.example"];
        let run = with_failing_target(code, &wrong).exits(1);
        assert_eq!(summary(&run), "mismatch cname-mismatch");
        assert_eq!(run.json()[0]["chain"], chain);
        with_failing_target(code, &[NAME])
            .prints(&format!("  alias of: {TARGET}\n"))
            .prints(&format!(
                "  the name is an alias of {TARGET}, which cannot be\n"
            ));
    }
    // A server that follows the alias itself, and says nothing of it.
    let server = DnsServer::start(move |question| match question.record_type {
        CNAME => Answer::default().cname(NAME, TARGET).into(),
        _ => Answer::code(SERVFAIL).into(),
    });
    let words = ["--json", NAME, "--expect-cname", TARGET];
    let run = ask(&server.address().to_string(), &words).exits(3);
    assert_eq!(run.json()[0]["chain"], chain);
    assert_eq!(expectations(&run)[0]["holds"], true);
    let unknown = ["--json", NAME, "--expect-cname", TARGET];
    let run = from_server(Answer::code(SERVFAIL), &unknown).exits(3);
    assert!(expectations(&run)[0]["holds"].is_null());
    // A loop is an answer, and still an alias.
    let circle = Answer::default().cname(NAME, TARGET).cname(TARGET, NAME);
    let run = from_server(circle, &unknown).exits(1);
    assert_eq!(summary(&run), "missing cname-loop");
    assert_eq!(expectations(&run)[0]["holds"], true);
}

#[test]
fn an_alias_beside_the_key() {
    let both = key().cname(NAME, TARGET).txt(TARGET, "v=DKIM1; p=");
    let run = from_server(both.clone(), &["--json", NAME]).exits(0);
    assert_eq!(summary(&run), "found cname-and-txt");
    assert_eq!(
        run.json()[0]["chain"],
        serde_json::json!([format!("{TARGET}.")])
    );
    from_server(both.clone(), &[NAME])
        .prints(&format!("  alias of: {TARGET}\n"))
        .prints("  record: ")
        .prints(&format!(
            "the name has a CNAME record to\n    {TARGET} and TXT"
        ));
    from_server(both, &[NAME, "--fail-on", "warning"]).exits(1);
}

#[test]
fn an_idle_selector_of_microsoft_365() {
    let zone = "\
selector2._domainkey.example.com. CNAME selector2-example-com._domainkey.contoso.onmicrosoft.com.
selector1._domainkey.example.com. CNAME selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft.
";
    for selector in ["selector1", "selector2"] {
        let words = ["--json", "-s", selector, "-d", "example.com"];
        let run = in_zone(zone, &words).exits(1);
        assert_eq!(summary(&run), "missing idle-selector");
        let remedy = run.json()[0]["findings"][0]["remedy"].to_string();
        assert!(remedy.contains("keep both CNAME records") && !remedy.contains("remove"));
        assert!(remedy.contains("Set-DkimSigningConfig -Identity example.com -Enabled $true"));
    }
}

#[test]
fn truncated_over_udp_and_refused_over_tcp() {
    let truncated = Answer {
        truncated: true,
        ..Answer::default()
    };
    let server = DnsServer::without_tcp(move |_| truncated.clone().into());
    let address = server.address();
    let run = ask(&address.to_string(), &["--json", NAME]).exits(3);
    let detail = format!(
        "the answer is too long for UDP (truncated), and {address} refused TCP: open TCP port {} \
         or publish a shorter record",
        address.port()
    );
    assert_eq!(run.json()[0]["detail"], detail);
}

#[test]
fn expectations_that_hold_are_said() {
    let file = "testdata/keys/rsa2048.pem";
    let words = ["lookup", ZONE[0], ZONE[1], "-d", "example.com"];
    let with = |more: &[&str]| dkim(&[&words[..], more].concat());
    let one = ["-s", "rsa2048", "--expect-key", file];
    with(&one).exits(0).prints(&format!(
        "  as expected: the published key is that of {file}\n"
    ));
    let run = with(&[&one[..], &["--json"]].concat()).exits(0);
    let expected = serde_json::json!([{"kind": "key", "expected": file, "holds": true}]);
    assert_eq!(run.json()[0]["expectations"], expected);
    let delegated = Answer::default().cname(NAME, TARGET).txt(TARGET, KEY);
    from_server(delegated, &[NAME, "--expect-cname", TARGET])
        .exits(0)
        .prints(&format!("as expected: the name is an alias of {TARGET}\n"));
    let run = with(&["-s", "rsa4096", "--expect-key", file]).exits(1);
    assert!(!run.stdout().contains("  as expected: "));
    run.prints(&format!("is not that of\n    {file} (RSA, 2048 bits)"))
        .prints(&format!(
            "remedy: publish the record of {file}, or sign with the\n"
        ))
        .says(&format!(
            "dkim: hint: dkim record -k {file} -s rsa4096 -d example.com prints the record to publish"
        ));
}

#[test]
fn several_expected_keys_belong_to_several_selectors() {
    let words = ["lookup", "--json", ZONE[0], ZONE[1], "-d", "example.com"];
    let with = |more: &[&str]| dkim(&[&words[..], more].concat());
    let (rsa, ed25519) = ("testdata/keys/rsa2048.pem", "testdata/keys/ed25519.pem");
    let two = ["-s", "rsa2048", "-s", "ed25519"];
    let both = ["--expect-key", rsa, "--expect-key", ed25519];
    let run = with(&[two, both].concat()).exits(0);
    for (object, file) in run.json().iter().zip([rsa, ed25519]) {
        let expected = serde_json::json!([{"kind": "key", "expected": file, "holds": true}]);
        assert_eq!(object["expectations"], expected);
    }
    let crossed = ["--expect-key", ed25519, "--expect-key", rsa];
    let run = with(&[two, crossed].concat()).exits(1);
    for object in run.json() {
        assert_eq!(object["expectations"][0]["holds"], false);
    }
    // One key is expected everywhere; another number of keys belongs to no names.
    let run = with(&[&two[..], &["--expect-key", rsa]].concat()).exits(1);
    let holds = run.json();
    let holds: Vec<_> = holds
        .iter()
        .map(|object| &object["expectations"][0]["holds"])
        .collect();
    assert_eq!(holds, [true, false]);
    with(&[&two[..], &["-s", "rsa4096"], &both].concat())
        .exits(2)
        .says("--expect-key: 2 keys are expected of 3 names")
        .says("dkim: hint: give --expect-key once for all names, or once for each");
}

#[test]
fn a_name_of_another_form() {
    let zone = format!("mail.domainkey.example.com. 60 TXT \"{KEY}\"\n");
    let check = |name: &str, expected: &str| {
        let run = in_zone(&zone, &["--json", name]).exits(1);
        assert_eq!(summary(&run), expected);
    };
    check("example.net", "missing unreachable-name");
    check("mail.domainkey.example.com", "invalid unreachable-name");
    in_zone(&zone, &["mail.domainkey.example.com"])
        .exits(1)
        .prints("remedy: publish the record at mail._domainkey.example.com\n");
    // The DNS has no say in it.
    let run = from_server(Answer::code(SERVFAIL), &["--json", "mail.example.com"]).exits(1);
    assert_eq!(summary(&run), "missing unreachable-name");
}

#[test]
fn the_provider_of_a_key() {
    let check = |zone: &str, name: &str, provider: Option<&str>, text: &str| {
        let run = in_zone(zone, &["--json", name]);
        assert_eq!(run.json()[0]["provider"].as_str(), provider, "{zone}");
        let run = in_zone(zone, &[name]);
        assert!(run.stdout().contains(text), "{}", run.stdout());
        assert_eq!(run.stdout().contains("provider:"), provider.is_some());
    };
    let alias = |target: &str| format!("{NAME}. CNAME {target}.\n{target}. TXT \"{KEY}\"\n");
    let sendgrid = "s1.domainkey.u1234567.wl123.sendgrid.net";
    check(
        &alias(sendgrid),
        NAME,
        Some("Twilio SendGrid"),
        "  provider: Twilio SendGrid\n",
    );
    // Known by where the alias leads, even if nothing is there.
    let dangling = format!("{NAME}. CNAME {sendgrid}.\n");
    check(&dangling, NAME, Some("Twilio SendGrid"), "alias of");
    check(&alias(TARGET), NAME, None, "alias of");
    let google = "google._domainkey.example.com";
    let record = format!("{google}. TXT \"{KEY}\"\n");
    check(
        &record,
        google,
        Some("Google Workspace"),
        "  provider: likely Google Workspace\n",
    );
    // A selector without a key says nothing.
    check("", google, None, "missing");
    // A selector that anybody may choose says nothing.
    let common = "selector1._domainkey.example.com";
    check(&format!("{common}. TXT \"{KEY}\"\n"), common, None, "found");
}
