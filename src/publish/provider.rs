//! What DNS providers' interfaces take.
//!
//! Names and texts of records hold nothing that JSON escapes; quotes around strings are escaped
//! here.

use super::{Format, Publication, PublishError};

pub(super) fn json(publication: &Publication) -> String {
    let strings: Vec<_> = publication
        .text()
        .strings()
        .map(|string| format!("\"{string}\""))
        .collect();
    format!(
        "{{\"name\":\"{}\",\"type\":\"TXT\",\"ttl\":{},\"text\":\"{}\",\"strings\":[{}]}}\n",
        publication.name(),
        publication.ttl(),
        publication.text(),
        strings.join(",")
    )
}

pub(super) fn route53(publication: &Publication) -> String {
    format!(
        r#"{{
  "Changes": [
    {{
      "Action": "UPSERT",
      "ResourceRecordSet": {{
        "Name": "{}",
        "Type": "TXT",
        "TTL": {},
        "ResourceRecords": [
          {{
            "Value": "{}"
          }}
        ]
      }}
    }}
  ]
}}
"#,
        publication.name(),
        publication.ttl(),
        escaped_strings(publication)
    )
}

pub(super) fn cloudflare(publication: &Publication) -> Result<String, PublishError> {
    let ttl = publication.ttl();
    if !matches!(ttl.seconds(), 1 | 60..=86_400) {
        return Err(PublishError::TtlRefused {
            format: Format::Cloudflare,
            ttl,
            accepted: "60 to 86400 seconds, or 1 for its own choice",
        });
    }
    Ok(format!(
        r#"{{
  "type": "TXT",
  "name": "{}",
  "content": "{}",
  "ttl": {}
}}
"#,
        publication.name_without_dot(),
        escaped_strings(publication),
        ttl
    ))
}

/// The zone is not part of the body and not to be known from the signing domain; that the two are
/// the same is by far the most common case.
pub(super) fn ovh(publication: &Publication) -> Result<String, PublishError> {
    let ttl = publication.ttl();
    if ttl.seconds() < 60 {
        return Err(PublishError::TtlRefused {
            format: Format::Ovh,
            ttl,
            accepted: "60 seconds or more",
        });
    }
    Ok(format!(
        r#"{{
  "fieldType": "TXT",
  "subDomain": "{}._domainkey",
  "target": "{}",
  "ttl": {}
}}
"#,
        publication.selector.to_ascii(),
        escaped_strings(publication),
        ttl
    ))
}

pub(super) fn terraform(publication: &Publication) -> String {
    let label: String = publication
        .name_without_dot()
        .chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' | '-' => character,
            _ => '_',
        })
        .collect();
    // The provider puts the outer quotes around each value, and wants those between its strings.
    let strings: Vec<_> = publication.text().strings().collect();
    let value = strings
        .join(r#"\"\""#)
        .replace("${", "$${")
        .replace("%{", "%%{");
    format!(
        r#"resource "aws_route53_record" "dkim_{label}" {{
  zone_id = var.zone_id
  name    = "{}"
  type    = "TXT"
  ttl     = {}
  records = ["{value}"]
}}
"#,
        publication.name_without_dot(),
        publication.ttl()
    )
}

/// The quoted strings, fit to stand in quotes themselves.
fn escaped_strings(publication: &Publication) -> String {
    publication.quoted_strings().replace('"', "\\\"")
}
