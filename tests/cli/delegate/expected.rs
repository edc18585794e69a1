//! What the provider gave, in each form.

use super::{alias, dkim, file, scratch};
use crate::cli::dkim_reading;

const FORMS: [(&str, &str); 8] = [
    (
        "zone lines",
        "s1._domainkey 3600 IN CNAME s1.dkim.example.net.\n\
         s2._domainkey.example.com. CNAME s2.dkim.example.net.\n",
    ),
    (
        "names and targets",
        "s1._domainkey\tCNAME\ts1.dkim.example.net\r\ns2._domainkey s2.dkim.example.net\r\n",
    ),
    (
        "OVHcloud's MX Plan",
        r#"{"selectors": [
            {"selectorName": "s1", "cname": "s1._domainkey.example.com CNAME s1.dkim.example.net."},
            {"selectorName": "s2", "cname": "s2._domainkey.example.com CNAME s2.dkim.example.net."}]}"#,
    ),
    (
        "OVHcloud's Exchange, two answers",
        r#"{"customerRecord": "s1._domainkey.example.com", "targetRecord": "s1.dkim.example.net"}
           {"customerRecord": "s2._domainkey.example.com", "targetRecord": "s2.dkim.example.net"}"#,
    ),
    (
        "SendGrid",
        r#"{"dns": {"dkim1": {"host": "s1._domainkey.example.com", "data": "s1.dkim.example.net"},
                    "dkim2": {"host": "s2._domainkey.example.com", "data": "s2.dkim.example.net"}}}"#,
    ),
    (
        "Amazon SES",
        r#"{"DkimAttributes": {"Tokens": ["s1", "s2"], "SigningHostedZone": "dkim.example.net"}}"#,
    ),
    (
        "a table of a web page",
        "Type,Name,Value\nCNAME,s1._domainkey,s1.dkim.example.net\nCNAME,s2._domainkey,s2.dkim.example.net\n",
    ),
    (
        "labels",
        "Host Name : s1._domainkey\nPoints to address or value: s1.dkim.example.net\n\
         Host Name : s2._domainkey\nPoints to address or value: s2.dkim.example.net\n",
    ),
];

#[test]
fn every_form_is_checked() {
    let folder = scratch();
    let right = alias("s1", "s1.dkim.example.net.") + &alias("s2", "S2.DKIM.example.NET.");
    let wrong = right.replace("S2.DKIM", "s3.dkim");
    let right = file(&folder, "right", right.as_bytes());
    let wrong = file(&folder, "wrong", wrong.as_bytes());
    for (form, text) in FORMS {
        let given = file(&folder, form, text.as_bytes());
        let words = ["delegate", "-d", "example.com", "--expected"];
        let check = |zone: &str| {
            let check = [given.as_str(), "--check", "--zone", zone];
            dkim(&[&words[..], &check].concat())
        };
        check(&right).exits(0).prints("example.com: 2 of 2 set");
        check(&wrong)
            .exits(1)
            .prints("should be: CNAME s2.dkim.example.net");
        dkim_reading(&[&words[..], &["-"]].concat(), text.as_bytes())
            .exits(0)
            .prints("s2._domainkey.example.com. 3600 IN CNAME s2.dkim.example.net.\n");
    }
}

/// The errors 504, 503 and 501 of OVH's guide, and no error.
#[test]
fn the_cases_of_ovh() {
    let target =
        |number| format!("ovhmo1-selector{number}._domainkey.{number}.aj.dkim.mail.ovh.net.");
    let name = |number| format!("ovhmo1-selector{number}");
    let given = [1, 2].map(|number| {
        let record = format!(
            "{}._domainkey.example.com CNAME {}",
            name(number),
            target(number)
        );
        format!(
            "{{\"selectorName\": \"{}\", \"status\": \"toSet\", \"cname\": \"{record}\"}}",
            name(number)
        )
    });
    let given = format!(
        "{{\"status\": \"toConfigure\", \"selectors\": [{}]}}",
        given.join(", ")
    );
    let folder = scratch();
    let given = file(&folder, "ovh.json", given.as_bytes());
    let check = |zone: &str, status: i32, expected: [&[&str]; 2]| {
        let zone = file(&folder, "zone", zone.as_bytes());
        let words = ["delegate", "-d", "example.com", "--provider", "ovh"];
        let more = ["--expected", &given, "--check", "--zone", &zone, "--json"];
        let run = dkim(&[&words[..], &more].concat()).exits(status);
        for (object, expected) in run.json().iter().zip(expected) {
            let findings = object["findings"].as_array().unwrap().iter();
            let codes: Vec<&str> = findings
                .filter_map(|found| found["code"].as_str())
                .collect();
            assert_eq!(codes, expected);
        }
        run
    };
    let (one, two) = (alias(&name(1), &target(1)), alias(&name(2), &target(2)));
    check("", 1, [&["cname-missing"], &["cname-missing"]]);
    let swapped = alias(&name(2), &target(1));
    check(&(one.clone() + &swapped), 1, [&[], &["cname-wrong"]]);
    check(&one, 1, [&["single-selector"], &["cname-missing"]]);
    check(&(one + &two), 0, [&[], &[]]).says("PUT /email/domain/example.com/dkim/enable");
}

#[test]
fn text_of_powershell() {
    let folder = scratch();
    let text = "Selector1CNAME : selector1-example-com._domainkey.contoso.n-v1.dkim.mail.mic\r\n\
                \x20                rosoft\r\n\
                Selector2CNAME : selector2-example-com._domainkey.contoso.n-v1.dkim.mail.mic\r\n\
                \x20                rosoft\r\n";
    // As PowerShell's > writes it.
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(units).collect();
    let given = file(&folder, "given", &bytes);
    let words = ["delegate", "-d", "example.com", "--expected", &given];
    dkim(&words).exits(0).prints(
        "selector2._domainkey.example.com. 3600 IN CNAME \
         selector2-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft.\n",
    );
    let run = dkim(&[&words[..], &["--json"]].concat()).exits(0);
    assert_eq!(run.json()[0]["provider"], "microsoft365");
}

#[test]
fn tokens() {
    let words = [
        "delegate",
        "-d",
        "example.com",
        "--provider",
        "ses",
        "--expected",
        "-",
    ];
    dkim_reading(&words, b"aaaabbbbccccdddd1\naaaabbbbccccdddd2\n")
        .exits(0)
        .prints("aaaabbbbccccdddd2._domainkey.example.com. 3600 IN CNAME aaaabbbbccccdddd2.dkim.amazonses.com.\n");
}

#[test]
fn the_file_of_another_provider() {
    let words = [
        "delegate",
        "-d",
        "example.com",
        "--expected",
        "-",
        "--provider",
    ];
    let line = b"s1._domainkey CNAME s1.domainkey.u1.wl1.sendgrid.net\n";
    let run = dkim_reading(&[&words[..], &["ovh"]].concat(), line).exits(0);
    run.says("warning: --provider: a target is one of Twilio SendGrid and not of OVHcloud");
    let run = dkim_reading(&[&words[..], &["sendgrid"]].concat(), line).exits(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn targets_that_are_odd() {
    let words = ["delegate", "-d", "example.com", "--expected", "-"];
    let check = |written: &str, said: &str| {
        let line =
            format!("Selector1CNAME : selector1-{written}._domainkey.contoso.onmicrosoft.com\n");
        let run = dkim_reading(&words, line.as_bytes()).exits(0);
        assert_eq!(run.stderr, said, "{written}");
    };
    check("example-com", "");
    check("example-com02b", "");
    check(
        "other-com",
        "dkim: warning: example.com: the target of selector1 is that of other-com, as far as its \
         form tells, and not of example.com\n",
    );
    let line = b"s1._domainkey CNAME s.example.net\ns2._domainkey CNAME s.example.net\n";
    let run = dkim_reading(&words, line).exits(0);
    run.says("dkim: warning: example.com: s1 and s2 have one target");
    let run = dkim_reading(&words, b"bxvbrnmfn6zobrvsrf2kihfsqpvqw6jd\n").exits(4);
    run.says("dkim delegate -d example.com --provider ses --expected -");
}

#[test]
fn what_cannot_be_read() {
    let words = ["delegate", "-d", "example.com", "--expected", "-"];
    dkim_reading(
        &words,
        b"s1._domainkey CNAME s1.dkim.example.net\nhello world\n",
    )
    .exits(4)
    .says("line 2: \"hello\" is no record: expected NAME CNAME TARGET");
    dkim_reading(&words, b"")
        .exits(4)
        .says("no CNAME record of a selector is in it");
    let more = [&words[..], &["-s", "s9"]].concat();
    dkim_reading(&more, b"s1._domainkey CNAME s1.dkim.example.net\n")
        .exits(4)
        .says("there is no record of s9 in it");
    dkim(&["delegate", "-d", "example.com", "--expected", "nothing.txt"])
        .exits(4)
        .says("dkim: error: nothing.txt: no such file or directory");
}
