//! CNAME records on the way to the key (RFC 1034 §3.6.2).

use super::unreachable::parts;
use super::without_dot;
use crate::lint::{Finding, FindingCode};
use crate::lookup::{TxtAnswer, TxtOutcome};
use crate::provider::Provider;

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
        findings.extend(at_end(name, answer, without_dot(end)));
    }
}

/// What is wrong at the end of a chain of aliases.
fn at_end(name: &str, answer: &TxtAnswer, end: &str) -> Option<Finding> {
    match answer.outcome {
        TxtOutcome::Found { .. } => None,
        TxtOutcome::AliasLoop => Some(Finding::new(
            FindingCode::CnameLoop,
            format!("the aliases go round in a circle, or do not end: the last one leads to {end}"),
            "remove the CNAME record that leads back",
        )),
        TxtOutcome::NoSuchName if is_to_microsoft(&answer.chain) => Some(Finding::new(
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

/// Whether a chain of aliases leads to a key that Microsoft 365 publishes.
pub(super) fn is_to_microsoft(chain: &[String]) -> bool {
    Provider::by_chain(chain).is_some_and(|provider| provider.id() == "microsoft365")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_microsoft() {
        let is_to = |target: &str| is_to_microsoft(&[target.to_owned()]);
        assert!(is_to(
            "selector1-example-com._domainkey.contoso.onmicrosoft.com."
        ));
        assert!(is_to(
            "selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft."
        ));
        assert!(!is_to("s._domainkey.evilonmicrosoft.com."));
        assert!(!is_to("s._domainkey.onmicrosoft.com.example.com."));
    }
}
