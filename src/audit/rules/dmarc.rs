//! The DMARC policy: missing, invalid, or without effect (RFC 9989 §4.7, §4.10).

use super::Facts;
use crate::dmarc::{Fault, Outcome, Policy, Step};
use crate::finding::{DomainCode, Finding, Record};
use crate::lookup::RecordType;

pub(super) fn examine(facts: &Facts<'_>) -> Vec<Finding> {
    let discovery = facts.discovery;
    if !discovery.is_certain() && discovery.policy().is_none() {
        return vec![Finding::new(
            DomainCode::NotConfirmed,
            format!(
                "whether there is a DMARC policy for {} was not answered",
                facts.audit.domain
            ),
            "run it again later",
        )];
    }
    let mut findings: Vec<Finding> = discovery.steps.iter().flat_map(ignored).collect();
    let Some(policy) = discovery.policy() else {
        if discovery.is_certain() && findings.is_empty() {
            findings.push(missing(facts));
        }
        return findings;
    };
    let faults = policy.record.faults.iter();
    findings.extend(faults.filter(|fault| fault.is_error()).map(|fault| {
        let message = format!("the DMARC record of {}: {fault}", policy.domain);
        Finding::new(DomainCode::DmarcInvalid, message, remedy(fault))
    }));
    if policy.requested(true) == Some(Policy::None) {
        findings.push(Finding::new(
            DomainCode::DmarcNone,
            format!(
                "the DMARC policy of {} is none: receivers report mail that fails, and deliver it",
                policy.domain
            ),
            "once the reports show that all of the domain's own mail passes, ask for quarantine, \
             then for reject",
        ));
    }
    findings
}

/// What receivers ignore at a name of the walk.
fn ignored(step: &Step) -> Vec<Finding> {
    let invalid =
        |message: String, remedy: &str| Finding::new(DomainCode::DmarcInvalid, message, remedy);
    let mut findings: Vec<Finding> = step
        .refused
        .iter()
        .map(|error| {
            invalid(
                format!("_dmarc.{}: {error}", step.domain),
                "publish a record that begins with v=DMARC1",
            )
        })
        .collect();
    if let Outcome::Several { count } = step.outcome {
        findings.push(invalid(
            format!(
                "_dmarc.{} has {count} DMARC records, and receivers ignore all of them",
                step.domain
            ),
            "leave one",
        ));
    }
    findings
}

fn missing(facts: &Facts<'_>) -> Finding {
    let domain = &facts.audit.domain;
    let organization = facts.discovery.organizational_domain();
    let record = Record::new(
        format!("_dmarc.{}.", organization.to_ascii()),
        RecordType::Txt,
        format!("v=DMARC1; p=none; rua=mailto:dmarc@{}", domain.to_ascii()),
    );
    Finding::new(
        DomainCode::DmarcMissing,
        format!(
            "there is no DMARC record for {domain}: receivers cannot tell mail of others that \
             claims to be from it"
        ),
        "publish a DMARC record, at first with p=none and with an address for reports (rua=)",
    )
    .with_records(vec![record])
}

fn remedy(fault: &Fault) -> String {
    match fault {
        Fault::NoPolicy { .. } => "publish p=none, p=quarantine or p=reject".to_owned(),
        Fault::BadValue { tag, .. } => format!("correct {tag}="),
        Fault::BadUri { tag, .. } => format!("write mailto: before the address in {tag}="),
        Fault::DuplicateTag { tag } => format!("leave one {tag}="),
        _ => "write each tag as name=value, with semicolons between tags".to_owned(),
    }
}
