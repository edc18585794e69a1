//! Which records there should be, by the arguments and what the provider gave.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use dkim_toolkit::delegation::{Given, Plan, PlanError, read_expected};
use dkim_toolkit::identifier::{Sdid, Selector};
use dkim_toolkit::provider::Provider;

use crate::args::{Delegate, Target};
use crate::error::Error;
use crate::files::{Source, shown};
use crate::print::Output;

/// The most that is read of what a provider gave, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// The plan of the arguments.
pub fn make(arguments: &Delegate, output: &Output) -> Result<Plan, Error> {
    let domain = &arguments.domain;
    let given = match &arguments.expected {
        Some(path) => expected(path, arguments)?,
        None => named(arguments)?,
    };
    let targets = given.iter().filter_map(|given| given.target.as_ref());
    let provider = arguments
        .provider
        .or_else(|| targets.into_iter().find_map(Provider::by_cname_target))
        .or_else(|| Provider::by_cname_target(single_target(arguments)?));
    warn_of_another(provider, &given, output);
    let plan = Plan::new(domain.clone(), provider, given);
    let plan = plan.map_err(|error| no_plan(error, arguments, provider))?;
    for doubt in plan.doubts() {
        output.warning(domain, doubt);
    }
    let Some(known) = single_target(arguments) else {
        return Ok(plan);
    };
    let plan = plan.like(known);
    if plan
        .aliases()
        .iter()
        .any(|alias| alias.target() == Some(known))
    {
        return Ok(plan);
    }
    let error = Error::usage(format_args!(
        "it is not the target of a selector of {}, as far as its form tells",
        domain.domain()
    ));
    let error = error.about("--target");
    Err(error.hint("if it is right all the same, name its selector with --selector"))
}

/// Says so if a target is one of another provider: then the wrong file was named, say.
fn warn_of_another(provider: Option<&Provider>, given: &[Given], output: &Output) {
    let Some(provider) = provider else {
        return;
    };
    let targets = given.iter().filter_map(|given| given.target.as_ref());
    let mut owners = targets.filter_map(Provider::by_cname_target);
    if let Some(other) = owners.find(|other| other.id() != provider.id()) {
        let why = format!("a target is one of {other} and not of {provider}");
        output.warning("--provider", why);
    }
}

/// The only target that is named, where no selector is.
fn single_target(arguments: &Delegate) -> Option<&dkim_toolkit::identifier::DomainName> {
    match arguments.target.as_slice() {
        [Target::Name(name)] if arguments.selector.is_empty() => Some(name),
        _ => None,
    }
}

/// The command line that takes what the provider gave.
pub fn with_expected(domain: &Sdid, provider: Option<&Provider>) -> String {
    let provider = provider.map_or(String::new(), |provider| {
        format!(" --provider {}", provider.id())
    });
    format!(
        "dkim delegate -d {}{provider} --expected -",
        domain.to_ascii()
    )
}

/// The selectors that are named, each with its target.
fn named(arguments: &Delegate) -> Result<Vec<Given>, Error> {
    let of_provider = || {
        let own = arguments.provider.map(Provider::current_selectors);
        own.unwrap_or_default()
    };
    let (selectors, targets) = (&arguments.selector, arguments.target.as_slice());
    let with_targets = |selectors: &[Selector], targets: &mut dyn Iterator<Item = &Target>| {
        let pairs = selectors.iter().zip(targets);
        let given = pairs.map(|(selector, target)| {
            let target = target.of(selector);
            let target = target.map_err(|error| Error::usage(error).about("--target"))?;
            Ok(Given {
                selector: selector.clone(),
                target: Some(target),
            })
        });
        given.collect::<Result<Vec<Given>, Error>>()
    };
    match targets {
        [] => Ok(selectors
            .iter()
            .cloned()
            .map(Given::without_target)
            .collect()),
        [pattern @ Target::Pattern(_)] => {
            let selectors = if selectors.is_empty() {
                of_provider()
            } else {
                selectors.clone()
            };
            if selectors.is_empty() {
                return Err(Error::usage("--selector missing")
                    .hint("name the selectors that the target is for"));
            }
            with_targets(&selectors, &mut std::iter::repeat(pattern))
        }
        [_] if selectors.is_empty() => Ok(Vec::new()),
        targets if targets.len() == selectors.len() => with_targets(selectors, &mut targets.iter()),
        targets => {
            let (targets, selectors) = (targets.len(), selectors.len());
            let why = format!("{targets} targets are named for {selectors} selectors");
            let hint = "give --target once for each --selector, or once with <selector> in it";
            Err(Error::usage(why).about("--target").hint(hint))
        }
    }
}

/// What the provider gave; of that, the selectors that are named.
fn expected(path: &Path, arguments: &Delegate) -> Result<Vec<Given>, Error> {
    let (name, text) = if path.as_os_str() == "-" {
        if io::stdin().is_terminal() {
            let error = Error::usage("nothing is given, and standard input is a terminal");
            return Err(error
                .about("--expected")
                .hint("name a file, or pipe into it what the provider gave"));
        }
        (Source::Stdin.to_string(), read(io::stdin().lock()))
    } else {
        let text = File::open(path).and_then(read);
        (shown(path), text)
    };
    let text = text.map_err(|error| Error::from(error).about(&name))?;
    if text.len() as u64 > MAX_FILE {
        let error = "larger than 1 MiB, the limit for what a provider gives";
        return Err(Error::cannot(error).about(&name));
    }
    let given = read_expected(&text, &arguments.domain);
    let given = given.map_err(|error| {
        Error::cannot(error)
            .about(&name)
            .hint("see dkim delegate --help for the forms that are read")
    })?;
    if arguments.selector.is_empty() {
        return Ok(given);
    }
    let of = |selector: &Selector| {
        let mut given = given.iter().filter(|given| given.selector == *selector);
        given.next().cloned().ok_or_else(|| {
            Error::cannot(format_args!("there is no record of {selector} in it")).about(&name)
        })
    };
    arguments.selector.iter().map(of).collect()
}

fn read(file: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn no_plan(error: PlanError, arguments: &Delegate, provider: Option<&Provider>) -> Error {
    let domain = &arguments.domain;
    match (error, provider) {
        (PlanError::NoSelectors, Some(provider)) => {
            let why = format!("{provider} chooses the selectors of each customer");
            let error = Error::usage(why).about("--provider");
            let error = match provider.how_to_learn_targets(domain.domain()) {
                Some(how) => error.hint(format_args!("to learn them, {how}")),
                None => error,
            };
            let then = with_expected(domain, Some(provider));
            error.hint(format_args!("then: {then}, or name them with --selector"))
        }
        (PlanError::NoSelectors, None) => {
            Error::usage("--selector missing").hint("name the selectors that the target is for")
        }
        (error, _) => Error::cannot(error).hint("choose a shorter selector"),
    }
}
