//! `dkim delegate`.

mod check;
mod plan;

use dkim_toolkit::delegation::{Alias, Plan};
use dkim_toolkit::publish::{Publication, PublishError};

use super::publishing::refused;
use crate::args::Delegate;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::print::Output;
use crate::print::delegate::print_planned;

pub fn run(arguments: &Delegate, output: &mut Output) -> Result<ExitStatus, Error> {
    let dns = &arguments.dns;
    let is_asked = !dns.zone.is_empty() || !dns.nameserver.is_empty();
    if is_asked && !arguments.check {
        let error = Error::usage("the DNS is asked with --check alone");
        return Err(error.hint("add --check, or leave out --zone and --nameserver"));
    }
    let plan = plan::make(arguments, output)?;
    if arguments.check {
        return check::run(plan, dns, output);
    }
    // All before any: half of the records would pass for all.
    let known = plan
        .aliases()
        .iter()
        .filter(|alias| alias.target().is_some());
    let formatted = known.map(|alias| Ok((alias, format(alias, &plan, arguments)?)));
    let formatted: Vec<_> = formatted
        .collect::<Result<_, PublishError>>()
        .map_err(|error| refused(&error))?;
    if output.json {
        for alias in plan.aliases() {
            print_planned(&plan, alias, output)?;
        }
    }
    for (_, (text, advice)) in formatted {
        if !output.json {
            output.text(&text)?;
        }
        if let Some(advice) = advice {
            output.advice(advice);
        }
    }
    let unknown = plan
        .aliases()
        .iter()
        .filter(|alias| alias.target().is_none());
    let unknown: Vec<&str> = unknown.map(|alias| alias.selector().as_str()).collect();
    if unknown.is_empty() {
        return Ok(ExitStatus::Yes);
    }
    Err(unknown_targets(&plan, &unknown))
}

/// A record in the form that is asked for, and what to do with it.
fn format(
    alias: &Alias,
    plan: &Plan,
    arguments: &Delegate,
) -> Result<(String, Option<String>), PublishError> {
    let Some(target) = alias.target() else {
        return Ok((String::new(), None));
    };
    let (selector, domain) = (alias.selector(), plan.domain());
    let mut publication = Publication::alias(selector, domain, arguments.ttl, target)?;
    if let Some(zone) = &arguments.zone_name {
        publication = publication.in_zone(zone)?;
    }
    let format = arguments.format.0;
    Ok((publication.format(format)?, publication.advice(format)))
}

/// Says how the targets are learnt that only the provider knows.
fn unknown_targets(plan: &Plan, selectors: &[&str]) -> Error {
    let who = plan
        .provider()
        .map_or("the provider", |provider| provider.name());
    let (targets, are) = match selectors.len() {
        1 => ("target", "is"),
        _ => ("targets", "are"),
    };
    let error = Error::cannot(format_args!(
        "the {targets} of {} {are} known to {who} alone",
        selectors.join(" and ")
    ));
    if plan.provider().is_none() {
        // Tokens say nothing of who gave them.
        let domain = plan.domain().to_ascii();
        let named = "name the provider that gave this, such as ses";
        return error.hint(format_args!(
            "{named}: dkim delegate -d {domain} --provider ses --expected -"
        ));
    }
    error.hint(plan.how_to_learn_targets()).hint(format_args!(
        "then: {}",
        plan::with_expected(plan.domain(), plan.provider())
    ))
}
