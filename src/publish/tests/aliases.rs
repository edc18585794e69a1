//! CNAME records in every format.

use super::*;

fn alias() -> Publication {
    Publication::alias(
        &Selector::parse(b"S1").unwrap(),
        &Sdid::parse(b"Example.COM").unwrap(),
        Ttl::from_seconds(600).unwrap(),
        &"S1.dkim.Example.NET".parse().unwrap(),
    )
    .unwrap()
}

/// What each format says; `None` if it has no CNAME records.
const EXPECTED: &[(Format, Option<&str>)] = &[
    (
        Format::Zone,
        Some("s1._domainkey.example.com. 600 IN CNAME s1.dkim.example.net.\n"),
    ),
    (Format::Txt, None),
    (Format::Quoted, None),
    (
        Format::Json,
        Some(
            "{\"name\":\"s1._domainkey.example.com.\",\"type\":\"CNAME\",\"ttl\":600,\
             \"text\":\"s1.dkim.example.net.\",\"strings\":[]}\n",
        ),
    ),
    (
        Format::Nsupdate,
        Some(
            "prereq nxrrset s1._domainkey.example.com. TXT\n\
             update delete s1._domainkey.example.com. CNAME\n\
             update add s1._domainkey.example.com. 600 CNAME s1.dkim.example.net.\n\
             send\n",
        ),
    ),
    (
        Format::Tinydns,
        Some("Cs1._domainkey.example.com:s1.dkim.example.net:600\n"),
    ),
    (Format::Dnsmasq, None),
    (
        Format::WindowsDns,
        Some("dnscmd /RecordAdd example.com s1._domainkey 600 CNAME s1.dkim.example.net.\n"),
    ),
    (
        Format::Gcloud,
        Some(
            "gcloud dns record-sets create s1._domainkey.example.com. --zone=\"$MANAGED_ZONE\" \
             --type=CNAME --ttl=600 --rrdatas='s1.dkim.example.net.'\n",
        ),
    ),
    (
        Format::Octodns,
        Some("'s1._domainkey':\n  ttl: 600\n  type: CNAME\n  value: 's1.dkim.example.net.'\n"),
    ),
    (
        Format::Dnscontrol,
        Some("CNAME(\"s1._domainkey\", \"s1.dkim.example.net.\", TTL(600)),\n"),
    ),
    (
        Format::TerraformAzurerm,
        Some(
            "resource \"azurerm_dns_cname_record\" \"dkim_s1__domainkey_example_com\" {\n  \
             resource_group_name = var.resource_group_name\n  \
             zone_name           = \"example.com\"\n  \
             name                = \"s1._domainkey\"\n  \
             ttl                 = 600\n  \
             record              = \"s1.dkim.example.net.\"\n}\n",
        ),
    ),
];

#[test]
fn aliases_in_every_format() {
    for (format, expected) in EXPECTED {
        let made = alias().format(*format).ok();
        assert_eq!(made.as_deref(), *expected, "{format}");
    }
}

/// The others say the type and the target, and nothing of TXT records; with JSON that can be read.
#[test]
fn every_format_names_the_type_and_the_target() {
    for format in Format::ALL {
        let Ok(made) = alias().format(*format) else {
            let error = alias().format(*format).unwrap_err().to_string();
            assert!(error.contains(format.name()), "{error}");
            continue;
        };
        assert!(made.contains("s1.dkim.example.net"), "{format}: {made}");
        let has_type = made.to_lowercase().contains("cname") || *format == Format::Tinydns;
        let is_of_request = alias()
            .advice(*format)
            .is_some_and(|advice| advice.contains("CNAME"));
        assert!(has_type || is_of_request, "{format}: {made}");
        let is_precondition = *format == Format::Nsupdate;
        assert!(is_precondition || !made.contains("TXT"), "{format}: {made}");
        let advice = alias().replacing().advice(*format).unwrap_or_default();
        assert!(!advice.contains("TXT"), "{format}: {advice}");
    }
}

#[test]
fn cloudflare_does_not_answer_itself() {
    let made = alias().format(Format::Cloudflare).unwrap();
    assert!(
        made.contains("\"content\": \"s1.dkim.example.net\""),
        "{made}"
    );
    assert!(made.contains("\"proxied\": false"), "{made}");
}
