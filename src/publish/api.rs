//! What DNS providers' interfaces take as JSON, and where it has to be sent.
//!
//! Names and texts of records hold nothing that JSON escapes; quotes around strings are escaped
//! here.

use super::Publication;

pub(super) fn json(publication: &Publication) -> String {
    format!(
        "{{\"name\":\"{}\",\"type\":\"TXT\",\"ttl\":{},\"text\":\"{}\",\"strings\":[\"{}\"]}}\n",
        publication.name(),
        publication.ttl(),
        publication.text(),
        publication.strings_joined("\",\"")
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
        publication.escaped_strings()
    )
}

/// To replace, only what changes: a POST of that is refused, and adds no second record.
pub(super) fn cloudflare(publication: &Publication) -> String {
    let name = publication.name_without_dot();
    let place = if publication.replaces {
        String::new()
    } else {
        format!("\n  \"type\": \"TXT\",\n  \"name\": \"{name}\",")
    };
    format!(
        r#"{{{place}
  "content": "{}",
  "ttl": {}
}}
"#,
        publication.escaped_strings(),
        publication.ttl()
    )
}

pub(super) fn cloudflare_advice(publication: &Publication) -> String {
    format!(
        "find the record with GET /zones/{{zone_id}}/dns_records?type=TXT&name={}, then \
         PATCH /zones/{{zone_id}}/dns_records/{{id}} with this; POST would add a second \
         record, and the old key would stay valid",
        publication.name_without_dot()
    )
}

/// To replace, without the type, which cannot change: a POST of that is refused, and adds no
/// second record.
pub(super) fn ovh(publication: &Publication) -> String {
    let field_type = if publication.replaces {
        ""
    } else {
        "\n  \"fieldType\": \"TXT\","
    };
    format!(
        r#"{{{field_type}
  "subDomain": "{}",
  "target": "{}",
  "ttl": {}
}}
"#,
        publication.relative_name(),
        publication.escaped_strings(),
        publication.ttl()
    )
}

/// Changes wait for another request.
pub(super) fn ovh_advice(publication: &Publication) -> String {
    let (zone, name) = (publication.zone(), publication.relative_name());
    let request = if publication.replaces {
        format!(
            "find the record with GET /domain/zone/{zone}/record?subDomain={name} (a record of \
             the type DKIM wants its target without the quotes), then PUT \
             /domain/zone/{zone}/record/{{id}} with this; POST would add a second record, and the \
             old key would stay valid"
        )
    } else {
        format!("POST /domain/zone/{zone}/record with this")
    };
    format!(
        "{request}; then POST /domain/zone/{zone}/refresh puts it into effect{}",
        other_zone(publication)
    )
}

/// To replace, the body of `set_records`, which has no TTL.
pub(super) fn hetzner(publication: &Publication) -> String {
    let place = if publication.replaces {
        String::new()
    } else {
        format!(
            "\n  \"name\": \"{}\",\n  \"type\": \"TXT\",\n  \"ttl\": {},",
            publication.relative_name(),
            publication.ttl()
        )
    };
    format!(
        r#"{{{place}
  "records": [
    {{
      "value": "{}"
    }}
  ]
}}
"#,
        publication.escaped_strings()
    )
}

pub(super) fn hetzner_advice(publication: &Publication) -> String {
    let sets = format!(
        "https://api.hetzner.cloud/v1/zones/{}/rrsets",
        publication.zone()
    );
    let request = if publication.replaces {
        format!(
            "{sets}/{}/TXT/actions/set_records with this replaces the record; its TTL stays",
            publication.relative_name()
        )
    } else {
        format!("{sets} with this")
    };
    format!("POST {request}{}", other_zone(publication))
}

pub(super) fn gandi(publication: &Publication) -> String {
    format!(
        r#"{{
  "rrset_ttl": {},
  "rrset_values": [
    "{}"
  ]
}}
"#,
        publication.ttl(),
        publication.escaped_strings()
    )
}

pub(super) fn gandi_advice(publication: &Publication) -> String {
    format!(
        "PUT https://api.gandi.net/v5/livedns/domains/{}/records/{}/TXT with this replaces what is \
         there{}",
        publication.zone(),
        publication.relative_name(),
        other_zone(publication)
    )
}

pub(super) fn azure(publication: &Publication) -> String {
    format!(
        r#"{{
  "properties": {{
    "TTL": {},
    "TXTRecords": [
      {{
        "value": [
          "{}"
        ]
      }}
    ]
  }}
}}
"#,
        publication.ttl(),
        publication.strings_joined("\",\n          \"")
    )
}

pub(super) fn azure_advice(publication: &Publication) -> String {
    format!(
        "az rest --method put --body @FILE --url 'https://management.azure.com/subscriptions/\
         {{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/Microsoft.Network/\
         dnsZones/{}/TXT/{}?api-version=2018-05-01' replaces what is there{}",
        publication.zone(),
        publication.relative_name(),
        other_zone(publication)
    )
}

/// The zone is not in the record. The signing domain is taken for it, which is the usual case.
fn other_zone(publication: &Publication) -> &'static str {
    match publication.zone {
        Some(_) => "",
        None => "; where the zone has another name: --zone-name",
    }
}
