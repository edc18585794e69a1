//! CNAME records on the way to the key (RFC 1034 §3.6.2).

use super::elsewhere::parts;
use super::without_dot;
use crate::identifier::DomainName;
use crate::lint::{Finding, FindingCode};
use crate::lookup::{TxtAnswer, TxtOutcome};

/// The zones in which Microsoft 365 publishes the keys of its customers.
const MICROSOFT: [&str; 2] = ["onmicrosoft.com", "dkim.mail.microsoft"];

/// What there is to say about the CNAME records of an answer.
pub(super) fn examine(name: &str, answer: &TxtAnswer, findings: &mut Vec<Finding>) {
    if let Some(target) = &answer.alias_beside {
        let target = without_dot(target);
        findings.push(Finding::new(
            FindingCode::CnameAndTxt,
            format!(
                "the name has a CNAME record to {target} and TXT records as well: resolvers differ \
                 in which they follow (RFC 1034 §3.6.2)"
            ),
            "leave one of them: the CNAME record if a provider keeps the key, else the TXT record",
        ));
    }
    if let Some(end) = answer.chain.last() {
        findings.extend(at_end(name, without_dot(end), &answer.outcome));
    }
}

/// What is wrong at the end of a chain of aliases.
fn at_end(name: &str, end: &str, outcome: &TxtOutcome) -> Option<Finding> {
    match outcome {
        TxtOutcome::Found { .. } => None,
        TxtOutcome::AliasLoop => Some(Finding::new(
            FindingCode::CnameLoop,
            format!("the aliases go round in a circle, or do not end: the last one leads to {end}"),
            "remove the CNAME record that leads back",
        )),
        TxtOutcome::NoSuchName if is_of_microsoft(end) => Some(Finding::new(
            FindingCode::IdleSelector,
            format!(
                "the alias leads to {end}, which does not exist: Microsoft 365 publishes a key only \
                 for the selector that is in use, and for the other one when it rotates the keys"
            ),
            format!(
                "keep both CNAME records; if neither selector has a key, enable DKIM in Microsoft 365: \
                 Set-DkimSigningConfig -Identity {} -Enabled $true",
                parts(name)
                    .as_ref()
                    .map_or(name, |(_, domain)| domain.to_ascii())
            ),
        )),
        TxtOutcome::NoSuchName => Some(Finding::new(
            FindingCode::CnameDangling,
            format!("the alias leads to {end}, which does not exist"),
            "have the provider set up the key there, or correct the target; remove the alias of a \
             service that is not used any more: whoever owns the target signs for you",
        )),
        TxtOutcome::NoRecords => Some(Finding::new(
            FindingCode::CnameDangling,
            format!("the alias leads to {end}, which has no TXT record"),
            "have the provider publish the key there, or correct the target",
        )),
    }
}

/// Whether a name is in a zone in which Microsoft 365 publishes keys.
pub(super) fn is_of_microsoft(name: &str) -> bool {
    let name = without_dot(name);
    let parse = |name: &str| DomainName::parse(name.as_bytes()).ok();
    let mut zones = MICROSOFT.into_iter().filter_map(parse);
    parse(name).is_some_and(|name| zones.any(|zone| name.is_within(&zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_microsoft_end_at_a_label() {
        assert!(is_of_microsoft(
            "selector1-example-com._domainkey.contoso.onmicrosoft.com"
        ));
        assert!(is_of_microsoft(
            "selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft"
        ));
        assert!(!is_of_microsoft("s._domainkey.evilonmicrosoft.com"));
        assert!(!is_of_microsoft("s._domainkey.onmicrosoft.com.example.com"));
    }
}
