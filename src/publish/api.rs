//! What DNS providers' interfaces take as JSON, and where it has to be sent.
//!
//! Names and texts of records hold nothing that JSON escapes; quotes around strings are escaped
//! here.

use super::{Data, Publication};

pub(super) fn json(publication: &Publication) -> String {
    let strings = match &publication.data {
        Data::Text(_) => format!("\"{}\"", publication.strings_joined("\",\"")),
        Data::Alias(_) => String::new(),
    };
    format!(
        "{{\"name\":\"{}\",\"type\":\"{}\",\"ttl\":{},\"text\":\"{}\",\"strings\":[{strings}]}}\n",
        publication.name(),
        publication.record_type(),
        publication.ttl(),
        publication.value(),
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
        "Type": "{}",
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
        publication.record_type(),
        publication.ttl(),
        publication.escaped()
    )
}

/// To replace, only what changes: a POST of that is refused, and adds no second record.
pub(super) fn cloudflare(publication: &Publication) -> String {
    let name = publication.name_without_dot();
    let place = if publication.replaces {
        String::new()
    } else {
        let record_type = publication.record_type();
        format!("\n  \"type\": \"{record_type}\",\n  \"name\": \"{name}\",")
    };
    // An alias that Cloudflare answers for itself has addresses and no key.
    let proxied = match &publication.data {
        Data::Text(_) => "",
        Data::Alias(_) => ",\n  \"proxied\": false",
    };
    format!(
        r#"{{{place}
  "content": "{}",
  "ttl": {}{proxied}
}}
"#,
        publication.escaped_without_dot(),
        publication.ttl()
    )
}

pub(super) fn cloudflare_advice(publication: &Publication) -> String {
    format!(
        "find the record with GET /zones/{{zone_id}}/dns_records?type={}&name={}, then \
         PATCH /zones/{{zone_id}}/dns_records/{{id}} with this; POST would add a second \
         record, and the old key would stay valid",
        publication.record_type(),
        publication.name_without_dot()
    )
}

/// To replace, without the type, which cannot change: a POST of that is refused, and adds no
/// second record.
pub(super) fn ovh(publication: &Publication) -> String {
    let field_type = if publication.replaces {
        String::new()
    } else {
        format!("\n  \"fieldType\": \"{}\",", publication.record_type())
    };
    format!(
        r#"{{{field_type}
  "subDomain": "{}",
  "target": "{}",
  "ttl": {}
}}
"#,
        publication.relative_name(),
        publication.escaped(),
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
            "\n  \"name\": \"{}\",\n  \"type\": \"{}\",\n  \"ttl\": {},",
            publication.relative_name(),
            publication.record_type(),
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
        publication.escaped()
    )
}

pub(super) fn hetzner_advice(publication: &Publication) -> String {
    let sets = format!(
        "https://api.hetzner.cloud/v1/zones/{}/rrsets",
        publication.zone()
    );
    let request = if publication.replaces {
        format!(
            "{sets}/{}/{}/actions/set_records with this replaces the record; its TTL stays",
            publication.relative_name(),
            publication.record_type()
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
        publication.escaped()
    )
}

pub(super) fn gandi_advice(publication: &Publication) -> String {
    format!(
        "PUT https://api.gandi.net/v5/livedns/domains/{}/records/{}/{} with this replaces what is \
         there{}",
        publication.zone(),
        publication.relative_name(),
        publication.record_type(),
        other_zone(publication)
    )
}

pub(super) fn azure(publication: &Publication) -> String {
    if let Data::Alias(target) = &publication.data {
        return format!(
            r#"{{
  "properties": {{
    "TTL": {},
    "CNAMERecord": {{
      "cname": "{target}"
    }}
  }}
}}
"#,
            publication.ttl()
        );
    }
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
         dnsZones/{}/{}/{}?api-version=2018-05-01' replaces what is there{}",
        publication.zone(),
        publication.record_type(),
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
