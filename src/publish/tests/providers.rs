//! Formats of providers and of zones as code; relative names; records that replace others.

use super::*;

#[test]
fn quoted() {
    check(
        Format::Quoted,
        [
            "\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\"\n",
            "\"LONG\" \"; p=KEY\"\n",
            "\"v=DKIM1; p=\"\n",
        ],
    );
}

#[test]
fn windows_dns() {
    let command = "dnscmd /RecordAdd example.com s1._domainkey 600 TXT";
    check(
        Format::WindowsDns,
        [
            &format!("{command} 'v=DKIM1; k=ed25519; n=a:b ${{c}}; p=KEY'\n"),
            &format!("{command} 'LONG' '; p=KEY'\n"),
            &format!("{command} 'v=DKIM1; p='\n"),
        ],
    );
    let quote = publication(Some("it's")).format(Format::WindowsDns);
    assert!(quote.unwrap().contains("n=it''s;"));
}

#[test]
fn gcloud() {
    let command = "gcloud dns record-sets create s1._domainkey.example.com. \
                   --zone=\"$MANAGED_ZONE\" --type=TXT --ttl=600 --rrdatas=";
    check(
        Format::Gcloud,
        [
            &format!("{command}'\"v=DKIM1; k=ed25519; n=a:b ${{c}}; p=KEY\"'\n"),
            &format!("{command}'\"LONG\" \"; p=KEY\"'\n"),
            &format!("{command}'\"v=DKIM1; p=\"'\n"),
        ],
    );
    let note = publication(Some("it's, well")).format(Format::Gcloud);
    assert!(
        note.unwrap()
            .contains(r#"--rrdatas='^;;^"v=DKIM1; k=ed25519; n=it'\''s, well; "#)
    );
}

#[test]
fn hetzner() {
    let body = |value: &str| {
        format!(
            r#"{{
  "name": "s1._domainkey",
  "type": "TXT",
  "ttl": 600,
  "records": [
    {{
      "value": "{value}"
    }}
  ]
}}
"#
        )
    };
    check(
        Format::Hetzner,
        [
            &body(r#"\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\""#),
            &body(r#"\"LONG\" \"; p=KEY\""#),
            &body(r#"\"v=DKIM1; p=\""#),
        ],
    );
}

#[test]
fn gandi() {
    let body = |value: &str| {
        format!("{{\n  \"rrset_ttl\": 600,\n  \"rrset_values\": [\n    \"{value}\"\n  ]\n}}\n")
    };
    check(
        Format::Gandi,
        [
            &body(r#"\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\""#),
            &body(r#"\"LONG\" \"; p=KEY\""#),
            &body(r#"\"v=DKIM1; p=\""#),
        ],
    );
}

#[test]
fn azure() {
    let body = |strings: &str| {
        format!(
            r#"{{
  "properties": {{
    "TTL": 600,
    "TXTRecords": [
      {{
        "value": [
          {strings}
        ]
      }}
    ]
  }}
}}
"#
        )
    };
    check(
        Format::Azure,
        [
            &body(r#""v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY""#),
            &body("\"LONG\",\n          \"; p=KEY\""),
            &body(r#""v=DKIM1; p=""#),
        ],
    );
}

#[test]
fn octodns() {
    let entry =
        |text: &str| format!("'s1._domainkey':\n  ttl: 600\n  type: TXT\n  value: '{text}'\n");
    let long = format!("v=DKIM1\\; k=ed25519\\; n={}\\; p=KEY", "x".repeat(233));
    check(
        Format::Octodns,
        [
            &entry("v=DKIM1\\; k=ed25519\\; n=a:b ${c}\\; p=KEY"),
            &entry(&long),
            &entry("v=DKIM1\\; p="),
        ],
    );
    let quote = publication(Some("it's")).format(Format::Octodns);
    assert!(quote.unwrap().contains("n=it''s\\;"));
}

#[test]
fn dnscontrol() {
    check(
        Format::Dnscontrol,
        [
            "TXT(\"s1._domainkey\", \"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\", TTL(600)),\n",
            "TXT(\"s1._domainkey\", \"LONG; p=KEY\", TTL(600)),\n",
            "TXT(\"s1._domainkey\", \"v=DKIM1; p=\", TTL(600)),\n",
        ],
    );
}

#[test]
fn external_dns() {
    let object = |text: &str| {
        format!(
            "apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata:
  name: s1--domainkey-example-com
spec:
  endpoints:
    - dnsName: s1._domainkey.example.com
      recordType: TXT
      recordTTL: 600
      targets:
        - '{text}'
"
        )
    };
    check(
        Format::ExternalDns,
        [
            &object("v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY"),
            &object("LONG; p=KEY"),
            &object("v=DKIM1; p="),
        ],
    );
}

#[test]
fn terraform_of_other_providers() {
    for (format, resource) in [
        (
            Format::TerraformCloudflare,
            r#"resource "cloudflare_dns_record" "dkim_s1__domainkey_example_com" {
  zone_id = var.zone_id
  name    = "s1._domainkey.example.com"
  type    = "TXT"
  ttl     = 600
  content = "QUOTED"
}
"#,
        ),
        (
            Format::TerraformGoogle,
            r#"resource "google_dns_record_set" "dkim_s1__domainkey_example_com" {
  managed_zone = var.managed_zone
  name         = "s1._domainkey.example.com."
  type         = "TXT"
  ttl          = 600
  rrdatas      = ["QUOTED"]
}
"#,
        ),
        (
            Format::TerraformAzurerm,
            r#"resource "azurerm_dns_txt_record" "dkim_s1__domainkey_example_com" {
  resource_group_name = var.resource_group_name
  zone_name           = "example.com"
  name                = "s1._domainkey"
  ttl                 = 600

  record {
    value = "BARE"
  }
}
"#,
        ),
        (
            Format::TerraformHetzner,
            r#"resource "hcloud_zone_rrset" "dkim_s1__domainkey_example_com" {
  zone = "example.com"
  name = "s1._domainkey"
  type = "TXT"
  ttl  = 600

  records = [
    { value = "QUOTED" },
  ]
}
"#,
        ),
    ] {
        let fill = |quoted: &str, bare: &str| {
            let filled = resource.replace("QUOTED", quoted);
            filled.replace("BARE", bare)
        };
        let short = "v=DKIM1; k=ed25519; n=a:b $${c}; p=KEY";
        check(
            format,
            [
                &fill(&format!(r#"\"{short}\""#), short),
                &fill(r#"\"LONG\" \"; p=KEY\""#, "LONG; p=KEY"),
                &fill(r#"\"v=DKIM1; p=\""#, "v=DKIM1; p="),
            ],
        );
    }
}

/// A record for `s1._domainkey.mail.example.com.`
fn below(zone: &str) -> Result<Publication, PublishError> {
    let text = NewKeyRecord::new(KeyToPublish::Revoked(None)).to_text();
    let (selector, domain) = (Selector::parse(b"s1"), Sdid::parse(b"mail.example.com"));
    let made = Publication::new(&selector.unwrap(), &domain.unwrap(), Ttl::DEFAULT, text);
    made.unwrap()
        .in_zone(&DomainName::parse(zone.as_bytes()).unwrap())
}

#[test]
fn names_relative_to_a_zone() {
    for (zone, name) in [
        ("Example.COM", "s1._domainkey.mail"),
        ("mail.example.com", "s1._domainkey"),
        ("com", "s1._domainkey.mail.example"),
        ("_domainkey.mail.example.com", "s1"),
        ("s1._domainkey.mail.example.com", "@"),
    ] {
        let made = below(zone).unwrap();
        let zone = zone.to_ascii_lowercase();
        let contains = |format: Format, part: &str| {
            let text = made.format(format).unwrap();
            assert!(text.contains(part), "{part}: {text}");
        };
        contains(Format::Zone, &format!("{name} 3600 IN TXT "));
        contains(
            Format::Nsupdate,
            &format!("zone {zone}.\nprereq nxrrset s1."),
        );
        contains(Format::Ovh, &format!("\"subDomain\": \"{name}\""));
        contains(Format::Hetzner, &format!("\"name\": \"{name}\""));
        contains(Format::WindowsDns, &format!("/RecordAdd {zone} {name} "));
        contains(Format::Dnscontrol, &format!("TXT(\"{name}\", "));
        contains(Format::TerraformAzurerm, &format!("= \"{name}\"\n"));
        let octodns = if name == "@" { "" } else { name };
        contains(Format::Octodns, &format!("'{octodns}':\n"));
        // Where names are absolute, they stay so.
        contains(Format::Route53, "\"s1._domainkey.mail.example.com.\"");
        contains(Format::Cloudflare, "\"s1._domainkey.mail.example.com\"");
        let advice = made.advice(Format::Gandi).unwrap();
        assert!(
            advice.contains(&format!("/domains/{zone}/records/{name}/TXT ")),
            "{advice}"
        );
    }
    for outside in ["example.org", "ample.com", "x.mail.example.com"] {
        assert_eq!(below(outside).err(), Some(PublishError::OutsideZone));
    }
}

/// What a format prints to replace a record cannot add one beside it.
#[test]
fn replacing_adds_no_record() {
    for &format in Format::ALL {
        let made = publication(None);
        let (added, advice) = (made.format(format).unwrap(), made.advice(format));
        let made = made.replacing();
        let (replaced, new_advice) = (made.format(format).unwrap(), made.advice(format));
        match format {
            // These replace whatever is there.
            Format::Nsupdate | Format::Route53 | Format::Gandi | Format::Azure => {
                assert_eq!((replaced, new_advice), (added, advice), "{format}");
            }
            Format::Json => assert_eq!(replaced, added),
            Format::WindowsDns => assert_eq!(
                replaced,
                format!("dnscmd /RecordDelete example.com s1._domainkey TXT /f\n{added}")
            ),
            Format::Gcloud => assert_eq!(replaced, added.replace(" create ", " update ")),
            Format::Cloudflare => {
                assert_eq!(
                    replaced,
                    "{\n  \"content\": \"\\\"v=DKIM1; p=\\\"\",\n  \"ttl\": 600\n}\n"
                );
                let find =
                    "GET /zones/{zone_id}/dns_records?type=TXT&name=s1._domainkey.example.com,";
                assert!(new_advice.unwrap().contains(find));
                assert_eq!(advice, None);
            }
            Format::Ovh => {
                assert_eq!(replaced, added.replace("\n  \"fieldType\": \"TXT\",", ""));
                let new_advice = new_advice.unwrap();
                assert!(new_advice.contains("PUT /domain/zone/example.com/record/{id} with this"));
                assert!(new_advice.ends_with("--zone-name"));
            }
            Format::Hetzner => {
                assert!(
                    !replaced.contains("name") && !replaced.contains("ttl"),
                    "{replaced}"
                );
                let action = "/example.com/rrsets/s1._domainkey/TXT/actions/set_records with this";
                assert!(new_advice.unwrap().contains(action));
            }
            // These are put where the older one is.
            _ => {
                assert_eq!(replaced, added, "{format}");
                assert_eq!(advice, None, "{format}");
                let place = "replace the TXT record at s1._domainkey.example.com with this: ";
                assert!(new_advice.unwrap().contains(place), "{format}");
            }
        }
    }
}

#[test]
fn every_format_names_the_page_that_it_was_written_from() {
    for format in Format::ALL {
        let page = format.page();
        assert!(
            page.starts_with("https://") || *format == Format::Json,
            "{page}"
        );
        assert!(!format.description().is_empty());
    }
}
