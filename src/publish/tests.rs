use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::algorithm::KeyType;
use crate::key::PublicKey;
use crate::key_record::{KeyToPublish, NewKeyRecord, Note};

mod aliases;
mod providers;

/// The key of RFC 8463 §A.2.
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// A record with a note for `s1._domainkey.example.com.`; without a note, a revoked key's.
fn publication(note: Option<&str>) -> Publication {
    let octets = STANDARD.decode(KEY).unwrap();
    let record = match note {
        None => NewKeyRecord::new(KeyToPublish::Revoked(None)),
        Some(note) => {
            let key = PublicKey::from_record(KeyType::Ed25519, &octets).unwrap();
            let mut record = NewKeyRecord::new(KeyToPublish::Key(key));
            record.note = Some(Note::new(note).unwrap());
            record
        }
    };
    Publication::new(
        &Selector::parse(b"S1").unwrap(),
        &Sdid::parse(b"Example.COM").unwrap(),
        Ttl::from_seconds(600).unwrap(),
        record.to_text(),
    )
    .unwrap()
}

/// `expected` is the form of a short record with a colon, of one with a second string, and of a
/// revoked one. `LONG` stands for the 255 bytes of the first string, `KEY` for the key.
fn check(format: Format, expected: [&str; 3]) {
    // The tags before the note have 22 octets.
    let filler = "x".repeat(233);
    let long = format!("v=DKIM1; k=ed25519; n={filler}");
    let notes = [Some("a:b ${c}"), Some(filler.as_str()), None];
    for (note, expected) in notes.into_iter().zip(expected) {
        let made = publication(note).format(format).unwrap();
        let expected = expected.replace("LONG", &long).replace("KEY", KEY);
        assert_eq!(made, expected, "{format}");
    }
}

#[test]
fn zone() {
    check(
        Format::Zone,
        [
            "s1._domainkey.example.com. 600 IN TXT \"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\"\n",
            "s1._domainkey.example.com. 600 IN TXT \"LONG\" \"; p=KEY\"\n",
            "s1._domainkey.example.com. 600 IN TXT \"v=DKIM1; p=\"\n",
        ],
    );
}

#[test]
fn txt() {
    check(
        Format::Txt,
        [
            "v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\n",
            "LONG; p=KEY\n",
            "v=DKIM1; p=\n",
        ],
    );
}

#[test]
fn json() {
    check(
        Format::Json,
        [
            r#"{"name":"s1._domainkey.example.com.","type":"TXT","ttl":600,"text":"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY","strings":["v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY"]}
"#,
            r#"{"name":"s1._domainkey.example.com.","type":"TXT","ttl":600,"text":"LONG; p=KEY","strings":["LONG","; p=KEY"]}
"#,
            r#"{"name":"s1._domainkey.example.com.","type":"TXT","ttl":600,"text":"v=DKIM1; p=","strings":["v=DKIM1; p="]}
"#,
        ],
    );
}

#[test]
fn nsupdate() {
    check(
        Format::Nsupdate,
        [
            "prereq nxrrset s1._domainkey.example.com. CNAME\n\
             update delete s1._domainkey.example.com. TXT\n\
             update add s1._domainkey.example.com. 600 TXT \"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\"\n\
             send\n",
            "prereq nxrrset s1._domainkey.example.com. CNAME\n\
             update delete s1._domainkey.example.com. TXT\n\
             update add s1._domainkey.example.com. 600 TXT \"LONG\" \"; p=KEY\"\n\
             send\n",
            "prereq nxrrset s1._domainkey.example.com. CNAME\n\
             update delete s1._domainkey.example.com. TXT\n\
             update add s1._domainkey.example.com. 600 TXT \"v=DKIM1; p=\"\n\
             send\n",
        ],
    );
}

#[test]
fn tinydns() {
    check(
        Format::Tinydns,
        [
            "'s1._domainkey.example.com:v=DKIM1; k=ed25519; n=a\\072b ${c}; p=KEY:600\n",
            "'s1._domainkey.example.com:LONG; p=KEY:600\n",
            "'s1._domainkey.example.com:v=DKIM1; p=:600\n",
        ],
    );
}

#[test]
fn dnsmasq() {
    check(
        Format::Dnsmasq,
        [
            "txt-record=s1._domainkey.example.com,\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\"\n",
            "txt-record=s1._domainkey.example.com,\"LONG\",\"; p=KEY\"\n",
            "txt-record=s1._domainkey.example.com,\"v=DKIM1; p=\"\n",
        ],
    );
    assert_eq!(
        publication(Some(&"x".repeat(1000))).format(Format::Dnsmasq),
        Err(PublishError::LineTooLong {
            format: Format::Dnsmasq,
            // 36 up to the first comma, 22 before the note and 48 after it, 5 strings' quotes and
            // 4 commas between them.
            length: 36 + 22 + 1000 + 48 + 10 + 5,
            limit: 1023,
        })
    );
}

#[test]
fn times_to_live_that_providers_refuse() {
    for (format, accepted, refused) in [
        (
            Format::Cloudflare,
            &[1, 60, 3600, 86_400][..],
            &[0, 2, 59, 86_401][..],
        ),
        (Format::Ovh, &[60, i32::MAX.cast_unsigned()], &[0, 1, 59]),
        (Format::Hetzner, &[60, i32::MAX.cast_unsigned()], &[0, 59]),
        (Format::Gandi, &[300, 2_592_000], &[0, 299, 2_592_001]),
        (Format::Azure, &[1, i32::MAX.cast_unsigned()], &[0]),
        (Format::Route53, &[0, i32::MAX.cast_unsigned()], &[]),
    ] {
        let publish = |seconds: &u32| {
            let mut publication = publication(None);
            publication.ttl = Ttl::from_seconds(*seconds).unwrap();
            publication.format(format)
        };
        for seconds in accepted {
            assert!(publish(seconds).is_ok(), "{format}: {seconds}");
        }
        for seconds in refused {
            let error = publish(seconds).unwrap_err();
            let PublishError::TtlRefused { ttl, .. } = error else {
                panic!("{error}");
            };
            assert_eq!(ttl.seconds(), *seconds);
        }
    }
}

#[test]
fn route53() {
    let batch = |value: &str| {
        format!(
            r#"{{
  "Changes": [
    {{
      "Action": "UPSERT",
      "ResourceRecordSet": {{
        "Name": "s1._domainkey.example.com.",
        "Type": "TXT",
        "TTL": 600,
        "ResourceRecords": [
          {{
            "Value": "{value}"
          }}
        ]
      }}
    }}
  ]
}}
"#
        )
    };
    check(
        Format::Route53,
        [
            &batch(r#"\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\""#),
            &batch(r#"\"LONG\" \"; p=KEY\""#),
            &batch(r#"\"v=DKIM1; p=\""#),
        ],
    );
}

#[test]
fn cloudflare() {
    let body = |content: &str| {
        format!(
            r#"{{
  "type": "TXT",
  "name": "s1._domainkey.example.com",
  "content": "{content}",
  "ttl": 600
}}
"#
        )
    };
    check(
        Format::Cloudflare,
        [
            &body(r#"\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\""#),
            &body(r#"\"LONG\" \"; p=KEY\""#),
            &body(r#"\"v=DKIM1; p=\""#),
        ],
    );
}

#[test]
fn ovh() {
    let body = |target: &str| {
        format!(
            r#"{{
  "fieldType": "TXT",
  "subDomain": "s1._domainkey",
  "target": "{target}",
  "ttl": 600
}}
"#
        )
    };
    check(
        Format::Ovh,
        [
            &body(r#"\"v=DKIM1; k=ed25519; n=a:b ${c}; p=KEY\""#),
            &body(r#"\"LONG\" \"; p=KEY\""#),
            &body(r#"\"v=DKIM1; p=\""#),
        ],
    );
}

#[test]
fn terraform() {
    let resource = |value: &str| {
        format!(
            r#"resource "aws_route53_record" "dkim_s1__domainkey_example_com" {{
  zone_id = var.zone_id
  name    = "s1._domainkey.example.com"
  type    = "TXT"
  ttl     = 600
  records = ["{value}"]
}}
"#
        )
    };
    check(
        Format::Terraform,
        [
            &resource("v=DKIM1; k=ed25519; n=a:b $${c}; p=KEY"),
            &resource(r#"LONG\"\"; p=KEY"#),
            &resource("v=DKIM1; p="),
        ],
    );
}

/// However many strings it has, our own reader of master files finds the text in the line.
#[cfg(feature = "resolver")]
#[test]
fn a_zone_line_is_a_zone() {
    use crate::key_record::PublishedRecord;
    use crate::lookup::KeyAnswer;
    use crate::resolver::Resolver;

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for note in [None, Some(String::new()), Some("x".repeat(1000))] {
        let publication = publication(note.as_deref());
        let zone = publication.format(Format::Zone).unwrap();
        let resolver = Resolver::from_zones([("zone", zone.as_bytes())]).unwrap();
        let answer = runtime.block_on(resolver.lookup(&publication.owner));
        let KeyAnswer::Records { records, .. } = answer else {
            panic!("{answer:?}");
        };
        let texts: Vec<_> = records.iter().map(PublishedRecord::text).collect();
        assert_eq!(texts, [publication.text().unwrap().as_str().as_bytes()]);
    }
}

#[test]
fn names_that_the_dns_has_not_are_refused() {
    let label = "a".repeat(63);
    let domain = format!("{label}.{label}.{label}.example");
    let made = |selector: &str| {
        let text = NewKeyRecord::new(KeyToPublish::Revoked(None)).to_text();
        Publication::new(
            &Selector::parse(selector.as_bytes()).unwrap(),
            &Sdid::parse(domain.as_bytes()).unwrap(),
            Ttl::DEFAULT,
            text,
        )
        .map(|publication| publication.name().len())
    };
    // The domain has 199 octets, and 12 stand before it.
    assert_eq!(made(&"s".repeat(42)), Ok(254));
    assert_eq!(made(&"s".repeat(43)), Err(PublishError::NameTooLong));
}

#[test]
fn times_to_live() {
    assert_eq!(Ttl::from_seconds(0).map(Ttl::seconds), Some(0));
    assert_eq!(Ttl::from_seconds(2_147_483_647), Some(Ttl::MAX));
    assert_eq!(Ttl::from_seconds(2_147_483_648), None);
}
