//! Tools that keep zones as code, but for Terraform.

use super::Publication;

/// An entry of the YAML file of a zone.
pub(super) fn octodns(publication: &Publication) -> String {
    // The zone itself has no name there.
    let name = match publication.relative_name() {
        "@" => "",
        name => name,
    };
    format!(
        "'{name}':\n  ttl: {}\n  type: {}\n  value: {}\n",
        publication.ttl(),
        publication.record_type(),
        yaml(&publication.value().replace(';', "\\;"))
    )
}

/// An argument of `D()`. The text has nothing in it that JavaScript escapes.
pub(super) fn dnscontrol(publication: &Publication) -> String {
    format!(
        "{}(\"{}\", \"{}\", TTL({})),\n",
        publication.record_type(),
        publication.relative_name(),
        publication.value(),
        publication.ttl()
    )
}

/// An object of Kubernetes, whose own name has letters, digits and hyphens.
pub(super) fn external_dns(publication: &Publication) -> String {
    let name = publication.name_without_dot();
    let object = name.replace(|character: char| !character.is_ascii_alphanumeric(), "-");
    format!(
        "apiVersion: externaldns.k8s.io/v1alpha1\n\
         kind: DNSEndpoint\n\
         metadata:\n  name: {}\n\
         spec:\n  endpoints:\n    - dnsName: {name}\n      recordType: {}\n      \
         recordTTL: {}\n      targets:\n        - {}\n",
        object.trim_matches('-'),
        publication.record_type(),
        publication.ttl(),
        yaml(publication.value())
    )
}

/// A scalar in single quotes, in which nothing but these is escaped.
fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
