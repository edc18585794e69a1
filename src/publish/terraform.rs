//! Resources of Terraform's providers.

use super::{Data, Publication};

pub(super) fn aws(publication: &Publication) -> String {
    // The provider puts the outer quotes around each value, and wants those between its strings.
    let value = template(&publication.strings_joined(r#"\"\""#));

    resource(
        publication,
        "aws_route53_record",
        &format!(
            "zone_id = var.zone_id\n  name    = \"{}\"\n  type    = \"{}\"\n  ttl     = {}\n  \
             records = [\"{value}\"]",
            publication.name_without_dot(),
            publication.record_type(),
            publication.ttl()
        ),
    )
}

pub(super) fn cloudflare(publication: &Publication) -> String {
    // An alias that Cloudflare answers for itself has addresses and no key.
    let proxied = match &publication.data {
        Data::Text(_) => "",
        Data::Alias(_) => "\n  proxied = false",
    };
    resource(
        publication,
        "cloudflare_dns_record",
        &format!(
            "zone_id = var.zone_id\n  name    = \"{}\"\n  type    = \"{}\"\n  ttl     = {}\n  \
             content = \"{}\"{proxied}",
            publication.name_without_dot(),
            publication.record_type(),
            publication.ttl(),
            template(&publication.escaped_without_dot())
        ),
    )
}

pub(super) fn google(publication: &Publication) -> String {
    resource(
        publication,
        "google_dns_record_set",
        &format!(
            "managed_zone = var.managed_zone\n  name         = \"{}\"\n  type         = \"{}\"\n  \
             ttl          = {}\n  rrdatas      = [\"{}\"]",
            publication.name(),
            publication.record_type(),
            publication.ttl(),
            template(&publication.escaped())
        ),
    )
}

/// The provider splits the value itself.
pub(super) fn azurerm(publication: &Publication) -> String {
    let value = template(publication.value());
    let (kind, record) = match &publication.data {
        Data::Text(_) => (
            "azurerm_dns_txt_record",
            format!("\n\n  record {{\n    value = \"{value}\"\n  }}"),
        ),
        Data::Alias(_) => (
            "azurerm_dns_cname_record",
            format!("\n  record              = \"{value}\""),
        ),
    };
    resource(
        publication,
        kind,
        &format!(
            "resource_group_name = var.resource_group_name\n  zone_name           = \"{}\"\n  \
             name                = \"{}\"\n  ttl                 = {}{record}",
            publication.zone(),
            publication.relative_name(),
            publication.ttl(),
        ),
    )
}

pub(super) fn hetzner(publication: &Publication) -> String {
    resource(
        publication,
        "hcloud_zone_rrset",
        &format!(
            "zone = \"{}\"\n  name = \"{}\"\n  type = \"{}\"\n  ttl  = {}\n\n  records = [\n    \
             {{ value = \"{}\" }},\n  ]",
            publication.zone(),
            publication.relative_name(),
            publication.record_type(),
            publication.ttl(),
            template(&publication.escaped())
        ),
    )
}

fn resource(publication: &Publication, kind: &str, arguments: &str) -> String {
    let label: String = publication
        .name_without_dot()
        .chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' | '-' => character,
            _ => '_',
        })
        .collect();
    format!("resource \"{kind}\" \"dkim_{label}\" {{\n  {arguments}\n}}\n")
}

/// What would begin an expression in a string is escaped.
fn template(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
