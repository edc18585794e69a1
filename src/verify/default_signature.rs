//! Messages that a provider signs in its own name, because the author's domain is not set up there.

use crate::identifier::DomainName;
use crate::provider::{Provider, Publication};
use crate::verdict::{Verdict, Warning, WarningCode};

/// Says of each signature that passes in a provider's own name who signed and who did not, where no
/// signature speaks for the author. It takes the place of `not-aligned`.
///
/// `is_signed`: whether there is one of the author that cannot be judged.
pub(super) fn warn(verdicts: &mut [Verdict], author: &DomainName, is_signed: bool) {
    for verdict in verdicts.iter_mut() {
        let passing = verdict.signature.as_ref().filter(|_| verdict.passes());
        let Some(signature) = passing else { continue };
        let signer = &signature.domain;
        let Some(provider) = Provider::by_default_domain(signer) else {
            continue;
        };
        let unaligned = verdict
            .warnings
            .iter_mut()
            .find(|warning| warning.code == WarningCode::NotAligned);
        if let Some(warning) = unaligned {
            let other = signer.domain().shown();
            let signers = if is_signed {
                format!(
                    "the signature of {} cannot be judged; {other} signed too",
                    author.shown()
                )
            } else {
                format!("{} did not sign this message; {other} did", author.shown())
            };
            let message = format!(
                "{signers}, in the name of {provider}: the From may be anybody's who is a customer \
                 there"
            );
            *warning = Warning::new(WarningCode::DefaultProviderSignature, message)
                .about_field("From")
                .with_remedy(remedy(author, provider));
        }
    }
}

/// What the sender has to do, if the message is from the author's domain at all.
fn remedy(author: &DomainName, provider: &Provider) -> String {
    let beginning = format!("if {author} sent it, set up DKIM for {author} at {provider}");
    match provider.publication() {
        Publication::Cname | Publication::Either => {
            let (domain, id) = (author.to_ascii(), provider.id());
            format!("{beginning}: dkim delegate --domain {domain} --provider {id}")
        }
        Publication::Txt | Publication::Delegation => {
            format!("{beginning}, and publish the key record that it shows")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_is_the_way_of_the_provider() {
        let check = |domain: &str, provider: &str, expected: &str| {
            let author = domain.parse().unwrap();
            let provider = Provider::by_id(provider).unwrap();
            assert_eq!(remedy(&author, provider), expected);
        };
        check(
            "example.com",
            "microsoft365",
            "if example.com sent it, set up DKIM for example.com at Microsoft 365: dkim delegate \
             --domain example.com --provider microsoft365",
        );
        check(
            "example.com",
            "google",
            "if example.com sent it, set up DKIM for example.com at Google Workspace, and publish \
             the key record that it shows",
        );
    }
}
