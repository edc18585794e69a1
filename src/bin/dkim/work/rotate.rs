//! `dkim rotate`.

mod command;
mod take;

use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::lookup::{Answer, Question};
use dkim_toolkit::rotation::{KeyState, Outcome, Policy, Rotation, State, Step};

use self::take::{Done, Taking};
use super::dns::Keys;
use super::questions;
use crate::args::Rotate;
use crate::clock::now;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::{KeyDir, MailServer, read_state, shown, word, write_state};
use crate::print::Output;
use crate::print::rotate::{Run, disrupted, print_run};

/// How many steps an emergency takes in one run.
const MAX_STEPS: usize = 12;

pub fn run(arguments: &Rotate, output: &mut Output) -> Result<ExitStatus, Error> {
    let server = server(&arguments.write_config)?;
    let policy = policy(arguments);
    let now = arguments.at.unwrap_or_else(now);
    let file = arguments.dir.join("state.json");
    if arguments.dry_run || arguments.status {
        let mut state = known(&file, arguments)?;
        wish(&mut state, arguments)?;
        let dns = Keys::new(&arguments.dns)?;
        let outcome = look(state, &policy, now, None, &dns, output)?;
        return finish(&policy, now, &outcome, None, output);
    }
    let dir = KeyDir::create(&arguments.dir)?;
    let lock = dir.lock()?;
    let mut state = known(&file, arguments)?;
    let on_disk = dir.active()?;
    let is_known = |number: u32| state.generation(number).any(|key| !key.destroyed);
    for key in state.keys.iter().filter(|key| !key.destroyed) {
        dir.is_known(key.generation)?;
    }
    dir.remove_leftovers(is_known, &lock)?;
    match on_disk {
        // A run ended between the switch and the state.
        Some(number) if state.active != Some(number) && is_known(number) => {
            state.switched(number, now);
        }
        None => {
            if let Some(number) = state.active.filter(|number| dir.has(*number)) {
                dir.switch(number)?;
            }
        }
        Some(_) => {}
    }
    wish(&mut state, arguments)?;
    let steps = output.steps();
    write_state(&file, &state, &steps)?;
    let taking = Taking {
        arguments,
        dir: &dir,
        server: server.as_ref(),
        state_file: &file,
        now,
    };
    // A run may have ended between the switch and the server's file, or the server was not told.
    let untold = match dir.active()? {
        Some(_) => taking.tell_server(&mut state, output).err(),
        None => None,
    };
    let dns = Keys::new(&arguments.dns)?;
    let mut fresh = None;
    let mut status = ExitStatus::Yes;
    let mut is_said = false;
    for number in 0..MAX_STEPS {
        let mut outcome = look(state, &policy, now, fresh, &dns, output)?;
        // Before the step and after it, so that a run that is cut short is taken up again.
        write_state(&file, &outcome.state, &steps)?;
        let step = outcome.step.clone();
        if number == 0 {
            for disruption in &outcome.disruptions {
                output.warning(&outcome.state.domain, disrupted(disruption, now));
            }
        }
        let is_held = is_gradual(&step) && !is_emergency(&outcome.state);
        let done = match &untold {
            Some(error) if is_held => Done::failed(error.clone()),
            _ => taking.take(&step, &mut outcome.state, output),
        };
        write_state(&file, &outcome.state, &steps)?;
        if let Step::Make { generation, .. } = step {
            dir.is_known(generation)?;
            fresh = Some(generation);
        }
        let goes_on = is_emergency(&outcome.state) && done.is_step();
        is_said |= done.error.is_some();
        let printed = finish(&policy, now, &outcome, Some(&done), output)?;
        status = status.worse(printed);
        if !goes_on {
            break;
        }
        state = outcome.state;
    }
    if let Some(error) = untold.filter(|_| !is_said) {
        output.error(&error);
        status = status.worse(error.kind.exit_status());
    }
    Ok(status)
}

/// Whether a step would harm a mail server that still signs with the keys before.
const fn is_gradual(step: &Step) -> bool {
    matches!(
        step,
        Step::Switch(_) | Step::Revoke(_) | Step::Remove(_) | Step::Destroy(_)
    )
}

/// Whether keys that others may have are in the DNS still.
fn is_emergency(state: &State) -> bool {
    let mut keys = state.keys.iter();
    keys.any(|key| key.compromised && matches!(key.state, KeyState::Active | KeyState::Retiring))
        || state
            .keys
            .iter()
            .any(|key| key.compromised && state.active == Some(key.generation))
}

/// The state in the folder, or that of a domain without keys.
fn known(file: &Path, arguments: &Rotate) -> Result<State, Error> {
    let domain: &Sdid = &arguments.domain;
    let Some(state) = read_state(file)? else {
        if arguments.dir.join("active").symlink_metadata().is_ok() {
            let error = Error::cannot("is not there, and keys of the folder are in use");
            return Err(error
                .about(shown(file))
                .hint("put the state back from a backup, or begin in another folder"));
        }
        return Ok(State::new(domain.clone()));
    };
    if state.domain.to_ascii() != domain.to_ascii() {
        let error = format!("the state is of {}", state.domain);
        let hint = format!(
            "dkim rotate -d {} --dir {}",
            state.domain,
            word(&arguments.dir)
        );
        return Err(Error::usage(error).about(shown(file)).hint(hint));
    }
    Ok(state)
}

/// Notes what the command line wants of keys in the state.
fn wish(state: &mut State, arguments: &Rotate) -> Result<(), Error> {
    if let Some(selector) = &arguments.retire {
        state.retire(selector).map_err(|error| {
            Error::usage(error)
                .about(selector)
                .hint("only selectors that --status shows can be retired")
        })?;
    }
    if arguments.emergency {
        state.emergency(arguments.revoke_now);
    }
    Ok(())
}

fn policy(arguments: &Rotate) -> Policy {
    let mut policy = Policy::default();
    if !arguments.key_type.is_empty() {
        policy.types.clear();
        for key_type in &arguments.key_type {
            let key_type = (*key_type).into();
            if !policy.types.contains(&key_type) {
                policy.types.push(key_type);
            }
        }
    }
    policy.every = arguments.every.map(|every| every.as_secs());
    policy.keep = arguments.keep.as_secs();
    policy.remove_after = arguments.remove_after.as_secs();
    policy.propagation = arguments.propagation.as_secs();
    policy.pattern = arguments.selector_pattern.clone();
    policy
}

fn server(words: &[String]) -> Result<Option<(MailServer, PathBuf)>, Error> {
    let (name, file) = match words {
        [] => return Ok(None),
        [name, file] => (name, file),
        _ => return Err(Error::usage("given more than once").about("--write-config")),
    };
    let server = MailServer::from_name(name).ok_or_else(|| {
        Error::usage("expected opendkim or rspamd, and a file").about("--write-config")
    })?;
    Ok(Some((server, file.into())))
}

/// Looks at the DNS.
fn look(
    state: State,
    policy: &Policy,
    now: u64,
    fresh: Option<u32>,
    dns: &Keys,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let rotation = Rotation::begin(state, policy, now).after_making(fresh);
    let mut outcome = None;
    dns.drive([rotation], 20, output, |_, rotation, _| {
        outcome = Some(rotation.finish());
        Ok(())
    })?;
    outcome.ok_or_else(|| Error::cannot("no answer came"))
}

/// Prints what a look, and a step, came to.
fn finish(
    policy: &Policy,
    now: u64,
    outcome: &Outcome,
    done: Option<&Done>,
    output: &mut Output,
) -> Result<ExitStatus, Error> {
    let error = done.and_then(|done| done.error.clone());
    let run = Run {
        outcome,
        policy,
        now,
        step: done.map(|done| done.name),
        failed: error.as_ref().map(ToString::to_string),
    };
    print_run(&run, output)?;
    let mut status = if !outcome.troubles.is_empty() {
        ExitStatus::No
    } else if outcome.is_unanswered {
        ExitStatus::CannotTell
    } else {
        ExitStatus::Yes
    };
    if let Some(error) = error {
        status = status.worse(error.kind.exit_status());
        output.error(&error);
    }
    Ok(status)
}

impl questions::Machine for Rotation {
    fn pending(&self) -> Vec<Question> {
        self.pending()
    }

    fn answer(&mut self, question: &Question, answer: Answer) {
        self.answer(question, answer);
    }
}
