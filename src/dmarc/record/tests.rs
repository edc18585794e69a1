use super::*;

fn parse(text: &str) -> PolicyRecord {
    PolicyRecord::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn examples() {
    // RFC 9989 Appendix B.2.1.
    let record = parse("v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com");
    assert_eq!(record.policy, Some(Policy::None));
    assert_eq!(record.requested(None), Some(Policy::None));
    assert_eq!(
        record.aggregate_reports,
        ["mailto:dmarc-feedback@example.com"]
    );
    assert!(!record.is_testing);
    assert_eq!(record.faults, []);
    // RFC 9989 Appendix B.2.3.
    let record = parse(
        "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; \
         ruf=mailto:auth-reports@thirdparty.example.net",
    );
    assert_eq!(
        record.failure_reports,
        ["mailto:auth-reports@thirdparty.example.net"]
    );
    assert_eq!(record.faults, []);
    // RFC 9989 Appendix B.2.5.
    let record = parse(
        "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,\
         mailto:tld-test@thirdparty.example.net; t=y",
    );
    assert_eq!(record.policy, Some(Policy::Quarantine));
    assert_eq!(
        record.aggregate_reports,
        [
            "mailto:dmarc-feedback@example.com",
            "mailto:tld-test@thirdparty.example.net"
        ]
    );
    assert!(record.is_testing);
    // RFC 9989 Appendix B.3.1.
    let record = parse("v=DMARC1; p=reject; aspf=r; rua=mailto:dmarc-feedback@example.com");
    assert_eq!(record.policy, Some(Policy::Reject));
    assert_eq!(record.faults, []);
}

#[test]
fn tags_and_defaults() {
    let record = parse("v=DMARC1;p=reject;sp=quarantine;np=none;adkim=s;aspf=s;psd=n;fo=1:d:s");
    assert_eq!(record.subdomain_policy, Some(Policy::Quarantine));
    assert_eq!(record.nonexistent_policy, Some(Policy::None));
    assert_eq!(record.adkim, AlignmentMode::Strict);
    assert_eq!(record.aspf, AlignmentMode::Strict);
    assert_eq!(record.psd, Psd::No);
    assert_eq!(record.faults, []);
    let record = parse("v \t=\tDMARC1 ;\tp = Reject ; ADKIM=s; ");
    assert_eq!(record.policy, Some(Policy::Reject));
    assert_eq!(record.adkim, AlignmentMode::Relaxed);
    assert_eq!(record.psd, Psd::Unspecified);
    let tag = "ADKIM".to_owned();
    assert_eq!(record.faults, [Fault::UnknownTag { tag }]);
}

#[test]
fn what_is_no_record() {
    let check = |text: &str, expected: RecordError| {
        assert_eq!(
            PolicyRecord::parse(text.as_bytes()),
            Err(expected),
            "{text:?}"
        );
    };
    let version = |value: &str| RecordError::Version {
        value: value.to_owned(),
    };
    check("", RecordError::Foreign);
    check("v=spf1 -all", RecordError::Foreign);
    check("v=DKIM1; p=", RecordError::Foreign);
    check("google-site-verification=x", RecordError::Foreign);
    check("v=dmarc1; p=none", version("dmarc1"));
    check("v=DMARC2; p=none", version("DMARC2"));
    check("v=DMARC1 p=none", version("DMARC1 p=none"));
    check("v=DMARC1, p=none", version("DMARC1, p=none"));
    check("p=none; v=DMARC1", RecordError::VersionNotFirst);
    check(
        "p=none; rua=mailto:a@b.example",
        RecordError::VersionNotFirst,
    );
    check(" v=DMARC1; p=none", RecordError::VersionNotFirst);
    check("\"v=DMARC1; p=none\"", RecordError::VersionNotFirst);
    check("DMARC1; p=none", RecordError::VersionNotFirst);
    assert!(PolicyRecord::parse(b"V=DMARC1; p=none").is_ok());
    assert!(PolicyRecord::parse(b"v=DMARC1").is_ok());
    assert!(PolicyRecord::parse(b"v=DMARC1; p=\xff").is_ok());
}

#[test]
fn faults() {
    let check = |text: &str, expected: &[&str], is_error: bool| {
        let record = parse(text);
        let told: Vec<String> = record.faults.iter().map(Fault::to_string).collect();
        assert_eq!(told, expected, "{text}");
        let has_error = record.faults.iter().any(Fault::is_error);
        assert_eq!(has_error, is_error, "{text}");
    };
    let bad_p = "p= is \"rejct\" and may be none, quarantine or reject";
    check("v=DMARC1; p=rejct", &[bad_p], true);
    check(
        "v=DMARC1; p=none; adkim=strict; aspf=x; t=1; psd=yes; fo=0:1; np=",
        &[
            "adkim= is \"strict\" and may be r or s",
            "aspf= is \"x\" and may be r or s",
            "t= is \"1\" and may be y or n",
            "psd= is \"yes\" and may be y, n or u",
            "fo= is \"0:1\" and may be 0 or 1, d, s, with : between",
            "\"np=\" is not of the form name=value",
        ],
        true,
    );
    check(
        "v=DMARC1; p=none; p=reject",
        &["the tag p= occurs twice"],
        true,
    );
    check(
        "v=DMARC1;; p=none",
        &["there is nothing between two semicolons"],
        true,
    );
    check(
        "v=DMARC1; p=none; pct=50; ri=86400; x=y",
        &[
            "the tag pct= is not part of DMARC any more and is ignored",
            "the tag ri= is not part of DMARC any more and is ignored",
            "the tag x= is unknown and ignored",
        ],
        false,
    );
    check(
        "v=DMARC1; p=none; rua=mailto:a@b.example!10m",
        &["the size limit after \"!\" in rua= is obsolete and ignored"],
        false,
    );
    check(
        "v=DMARC1; p=none; rua=a@b.example, mailto:c, mailto:d@e.example!x",
        &[
            "\"a@b.example\" in rua= is not a URI such as mailto:reports@example.com",
            "\"mailto:c\" in rua= is not a URI such as mailto:reports@example.com",
            "\"mailto:d@e.example!x\" in rua= is not a URI such as mailto:reports@example.com",
        ],
        true,
    );
    check(
        "v=DMARC1",
        &["there is neither p= nor a valid rua=, and receivers do not apply the record"],
        true,
    );
    check(
        "v=DMARC1; rua=mailto:a@b.example",
        &["there is no p=, and receivers assume p=none"],
        false,
    );
    check(
        "v=DMARC1; p=none; sp=\u{1b}[31m",
        &["sp= is \"\\u{1b}[31m\" and may be none, quarantine or reject"],
        true,
    );
}

/// RFC 9989 §4.10.1: without a valid policy, reports alone keep DMARC applied.
#[test]
fn policies_that_are_invalid() {
    let check = |text: &str, expected: Option<Policy>| {
        assert_eq!(parse(text).requested(None), expected, "{text}");
    };
    let reports = "rua=mailto:a@b.example";
    check("v=DMARC1; p=reject", Some(Policy::Reject));
    check("v=DMARC1; p=rejct", None);
    check(&format!("v=DMARC1; p=rejct; {reports}"), Some(Policy::None));
    check("v=DMARC1; p=reject; sp=x", None);
    check(
        &format!("v=DMARC1; p=reject; np=x; {reports}"),
        Some(Policy::None),
    );
    check(&format!("v=DMARC1; {reports}"), Some(Policy::None));
    check("v=DMARC1; rua=mailto:", None);
}
