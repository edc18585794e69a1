//! Tokens of Amazon SES: `aws sesv2 get-email-identity`, `aws ses verify-domain-dkim` and others.

use serde_json::Value;

use super::Object;
use crate::delegation::expected::Entry;

/// `Tokens` or `DkimTokens`, with the zone of the targets if it is said. The object may be under the
/// domain that they are of.
pub(super) fn read(object: &Object<'_>) -> Vec<Entry> {
    let tokens = ["Tokens", "DkimTokens"].iter();
    let tokens = tokens.filter_map(|key| object.fields.get(*key)?.as_array());
    let zone = object.text("SigningHostedZone");
    let domain = object.key.filter(|key| key.contains('.'));
    tokens
        .flat_map(|tokens| entries(tokens, zone, domain))
        .collect()
}

/// The records of tokens; none if something else is among them.
pub(super) fn entries(tokens: &[Value], zone: Option<&str>, domain: Option<&str>) -> Vec<Entry> {
    let domain = domain.map_or(String::new(), |domain| format!(".{domain}"));
    let is_label =
        |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let token = |token: &Value| {
        let token = token.as_str().filter(is_label)?;
        Some(Entry {
            name: format!("{token}._domainkey{domain}"),
            target: zone.map(|zone| format!("{token}.{zone}")),
            line: None,
        })
    };
    let entries: Option<Vec<Entry>> = tokens.iter().map(token).collect();
    entries.unwrap_or_default()
}
