use super::*;

/// Checks what is read for example.com: `selector target`, with `-` for no target.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_bytes(text.as_bytes(), expected);
}

#[track_caller]
fn check_bytes(text: &[u8], expected: &[&str]) {
    let given = read_expected(text, &domain()).unwrap_or_else(|error| panic!("{error}"));
    let in_words = |given: &Given| {
        let target = given.target.as_ref().map_or("-", DomainName::to_ascii);
        format!("{} {target}", given.selector)
    };
    let given: Vec<String> = given.iter().map(in_words).collect();
    assert_eq!(given, expected);
}

fn domain() -> Sdid {
    Sdid::parse(b"example.com").unwrap()
}

const SENDGRID: [&str; 2] = [
    "s1 s1.domainkey.u1.wl1.sendgrid.net",
    "s2 s2.domainkey.u1.wl1.sendgrid.net",
];
const CLASSIC: [&str; 2] = [
    "selector1 selector1-example-com._domainkey.contoso.onmicrosoft.com",
    "selector2 selector2-example-com._domainkey.contoso.onmicrosoft.com",
];
const NEWER: [&str; 2] = [
    "selector1 selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft",
    "selector2 selector2-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft",
];

#[test]
fn lines_of_zone_files() {
    check(
        "$TTL 3600\n\
         ; the keys\n\
         s1._domainkey 3600 IN CNAME s1.domainkey.u1.wl1.sendgrid.net. ; key\n\
         s2._domainkey.example.com. CNAME s2.domainkey.u1.wl1.sendgrid.net\n\
         em1 IN CNAME u1.wl1.sendgrid.net.\n\
         @ in txt \"v=spf1 -all\"\n\
         a CNAME www.example.com.\n\
         www A 192.0.2.1\n",
        &SENDGRID,
    );
    check(
        "$ORIGIN example.com.\r\nS1._domainkey\tIN\tCNAME\tS1.domainkey.u1.wl1.sendgrid.net.\r\n",
        &["S1 s1.domainkey.u1.wl1.sendgrid.net"],
    );
}

#[test]
fn names_and_targets() {
    let table = "# from the web page\n\
         Type,Name,Value\n\
         CNAME,\"s1._domainkey.example.com\",\"s1.domainkey.u1.wl1.sendgrid.net\"\n\
         CNAME,\"s2._domainkey.example.com\",\"s2.domainkey.u1.wl1.sendgrid.net\"\n";
    check(table, &SENDGRID);
    check(
        "s1._domainkey s1.domainkey.u1.wl1.sendgrid.net\n\
         s2._domainkey\ts2.domainkey.u1.wl1.sendgrid.net.\n",
        &SENDGRID,
    );
    check(
        "| Type | Host | Value |\n|---|---|---|\n\
         | CNAME | s1._domainkey | s1.domainkey.u1.wl1.sendgrid.net |\n\
         | CNAME | s2._domainkey | s2.domainkey.u1.wl1.sendgrid.net |\n",
        &SENDGRID,
    );
}

#[test]
fn encodings() {
    let text = "s1._domainkey CNAME s1.domainkey.u1.wl1.sendgrid.net\r\n";
    let expected = &SENDGRID[..1];
    check_bytes(&[b"\xEF\xBB\xBF", text.as_bytes()].concat(), expected);
    let units = || text.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    check_bytes(&[&[0xFF, 0xFE][..], &little].concat(), expected);
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    check_bytes(&[&[0xFE, 0xFF][..], &big].concat(), expected);
}

#[test]
fn powershell() {
    check(
        "\r\n\r\n\
         Selector1CNAME : selector1-example-com._domainkey.contoso.onmicrosoft.com\r\n\
         Selector2CNAME : selector2-example-com._domainkey.contoso.onmicrosoft.com\r\n",
        &CLASSIC,
    );
    check(
        "Domain         : example.com\n\
         Enabled        : False\n\
         Selector1CNAME : selector1-example-com._domainkey.contoso.n-v1.dkim.mail.mic\n\
         \x20                rosoft\n\
         Selector2CNAME : selector2-example-com._domainkey.contoso.n-v1.dkim.mail.mic\n\
         \x20                rosoft\n\
         \n\
         Domain         : example.net\n\
         Enabled        : True\n\
         Selector1CNAME : selector1-example-net._domainkey.contoso.n-v1.dkim.mail.microsoft\n",
        &NEWER,
    );
    check(
        "Domain      Selector1CNAME                                           Selector2CNAME\n\
         ------      --------------                                           --------------\n\
         example.com selector1-example-com._domainkey.contoso.onmicrosoft.com \
         selector2-example-com._domainkey.contoso.onmicrosoft.com\n",
        &CLASSIC,
    );
    check(
        "{\"Domain\": \"example.com\", \
         \"Selector1CNAME\": \"selector1-example-com._domainkey.contoso.onmicrosoft.com\", \
         \"Selector2CNAME\": \"selector2-example-com._domainkey.contoso.onmicrosoft.com\"}",
        &CLASSIC,
    );
}

#[test]
fn what_microsoft_says_where_records_are_missing() {
    check(
        "CNAME record does not exist for this config. Publish these two records:\n\
         Domain Name : example.com\n\
         Host Name : selector1._domainkey\n\
         Points to address or value: selector1-example-com._domainkey.contoso.onmicrosoft.com\n\
         Host Name : selector2._domainkey\n\
         Points to address or value: selector2-example-com._domainkey.contoso.onmicrosoft.com .\n",
        &CLASSIC,
    );
    check(
        "The CNAME record for example.com does not exist. Hostname: selector1._domainkey Value: \
         selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft, Hostname: \
         selector2._domainkey Value: \
         selector2-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft.",
        &NEWER,
    );
}

#[test]
fn ovh() {
    let mx_plan = r#"{
      "activeSelector": null, "autoconfig": true, "status": "toConfigure",
      "selectors": [
        {"selectorName": "ovhmo1-selector1", "status": "toSet",
         "cname": "ovhmo1-selector1._domainkey.example.com CNAME ovhmo1-selector1._domainkey.2.aj.dkim.mail.ovh.net."},
        {"selectorName": "ovhmo1-selector2", "status": "toFix",
         "cname": "ovhmo1-selector2._domainkey.example.com CNAME ovhmo1-selector2._domainkey.3.aj.dkim.mail.ovh.net."}
      ]
    }"#;
    check(
        mx_plan,
        &[
            "ovhmo1-selector1 ovhmo1-selector1._domainkey.2.aj.dkim.mail.ovh.net",
            "ovhmo1-selector2 ovhmo1-selector2._domainkey.3.aj.dkim.mail.ovh.net",
        ],
    );
    let expected = ["ovhex1-selector1 ovhex1-selector1._domainkey.5.ac.dkim.mail.ovh.net"];
    check(
        r#"{"targetRecord": "ovhex1-selector1._domainkey.5.ac.dkim.mail.ovh.net", "recordType": "CNAME",
            "header": "from;to;subject;date", "status": "waitingRecord", "cnameIsValid": false,
            "customerRecord": "ovhex1-selector1._domainkey.example.com", "selectorName": "ovhex1-selector1"}"#,
        &expected,
    );
    // As the console shows it.
    check(
        "targetRecord: \"ovhex1-selector1._domainkey.5.ac.dkim.mail.ovh.net\"\n\
         recordType: \"CNAME\"\n\
         header: \"from;to;subject;date\"\n\
         customerRecord: \"ovhex1-selector1._domainkey.example.com\"\n\
         selectorName: \"ovhex1-selector1\"\n",
        &expected,
    );
}

#[test]
fn amazon() {
    let tokens = [
        "aaaabbbbccccdddd1",
        "aaaabbbbccccdddd2",
        "aaaabbbbccccdddd3",
    ];
    let without: Vec<String> = tokens.iter().map(|token| format!("{token} -")).collect();
    let without: Vec<&str> = without.iter().map(String::as_str).collect();
    check(&tokens.join("\n"), &without);
    check(&tokens.join("\t"), &without);
    let quoted = tokens.map(|token| format!("{token:?}")).join(", ");
    check(&format!("[{quoted}]"), &without);
    check(&format!("{{\"DkimTokens\": [{quoted}]}}"), &without);
    let with: Vec<String> = tokens
        .iter()
        .map(|token| format!("{token} {token}.dkim.eu-south-2.amazonses.com"))
        .collect();
    let with: Vec<&str> = with.iter().map(String::as_str).collect();
    check(
        &format!(
            "{{\"IdentityType\": \"DOMAIN\", \"DkimAttributes\": {{\"SigningEnabled\": true, \
             \"Status\": \"PENDING\", \"Tokens\": [{quoted}], \
             \"SigningHostedZone\": \"dkim.eu-south-2.amazonses.com\"}}}}"
        ),
        &with,
    );
    // Two domains: `aws ses get-identity-dkim-attributes`.
    check(
        &format!(
            "{{\"DkimAttributes\": {{\"example.net\": {{\"DkimTokens\": [\"x\"]}}, \
             \"example.com\": {{\"DkimEnabled\": true, \"DkimTokens\": [{quoted}]}}}}}}"
        ),
        &without,
    );
}

#[test]
fn sendgrid() {
    check(
        r#"[{"id": 1, "domain": "example.com", "valid": false, "dns": {
            "mail_cname": {"type": "cname", "host": "em1.example.com", "data": "u1.wl1.sendgrid.net"},
            "dkim1": {"type": "cname", "host": "s1._domainkey.example.com", "data": "s1.domainkey.u1.wl1.sendgrid.net"},
            "dkim2": {"type": "cname", "host": "s2._domainkey.example.com", "data": "s2.domainkey.u1.wl1.sendgrid.net"}}}]"#,
        &SENDGRID,
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let check = |text: &[u8], expected: &str| {
        let error = read_expected(text, &domain()).unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    let nothing = ExpectedError::nothing().to_string();
    check(b"", &nothing);
    check(b"{}", &nothing);
    check(b"; nothing\n", &nothing);
    check(
        b"s1._domainkey CNAME a.b.example.net\nhello\n",
        "line 2: \"hello\" is no record: expected NAME CNAME TARGET",
    );
    check(
        b"s1._domainkey CNAME\n",
        "line 1: expected NAME CNAME TARGET",
    );
    check(
        b"www.example.com a.b.example.net\n",
        "line 1: \"www.example.com\" is no name of a selector: expected selector._domainkey",
    );
    check(
        b"s1._domainkey.example.org CNAME a.b.example.net\n",
        "line 1: \"s1._domainkey.example.org\" is not at example.com: expected \
         selector._domainkey.example.com",
    );
    check(
        b"s1._domainkey CNAME a..example.net\n",
        "line 1: \"a..example.net\" is no target of a CNAME record: a label of the name is empty",
    );
    check(b"{\"dns\": }\n", "line 1: this is not JSON: expected value");
    check(
        b"Selector1CNAME : selector1-example-com._domainkey.con...\n",
        "line 1: \"selector1-example-com._domainkey.con...\" is cut off: print the whole, with \
         Format-List for one",
    );
    check(
        b"s1._domainkey CNAME a.b.example.net\ns1._domainkey CNAME c.b.example.net\n",
        "line 2: s1 is there twice, with different targets",
    );
    check(
        b"\xFF\x00\xFF",
        "it is not text: expected UTF-8, or UTF-16 with a byte order mark",
    );
}

proptest::proptest! {
    /// Whatever a file holds, it is read or refused.
    #[test]
    fn any_text(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = read_expected(&bytes, &domain());
    }

    #[test]
    fn any_words(text in "([a-z0-9._-]{1,9}|CNAME|:|Value:|\\{|\\}|\\[|\"|Selector1CNAME|\n| ){0,30}") {
        let _ = read_expected(text.as_bytes(), &domain());
    }
}
