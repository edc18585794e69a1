//! `dkim rotate`.

mod clock;
mod command;
mod keys;
mod take;

use std::path::{Path, PathBuf};

use dkim_toolkit::identifier::Sdid;
use dkim_toolkit::lookup::{Answer, Question};
use dkim_toolkit::rotation::{Outcome, Policy, Rotation, State, Step};

use self::clock::Clock;
use self::take::{Done, Taking};
use super::dns::Keys;
use super::questions;
use crate::args::Rotate;
use crate::error::{Error, Kind};
use crate::exit::ExitStatus;
use crate::files::{KeyDir, MailServer, read_state, shown, word, write_state};
use crate::print::Output;
use crate::print::rotate::{Run, disrupted, print_run};

/// How many steps one run takes at most.
const MAX_STEPS: usize = 12;

pub fn run(arguments: &Rotate, output: &mut Output) -> Result<ExitStatus, Error> {
    let server = server(&arguments.write_config)?;
    let policy = policy(arguments);
    let clock = Clock::new(arguments.at);
    let file = arguments.dir.join("state.json");
    if arguments.dry_run || arguments.status {
        return look_alone(arguments, &policy, &file, output);
    }
    let dir = KeyDir::create(&arguments.dir)?;
    let lock = dir.lock()?;
    output.end_between_lines();
    let mut state = known(&file, arguments)?;
    keys::follow(&dir, &mut state, clock.now())?;
    for key in state.keys.iter().filter(|key| !key.destroyed) {
        dir.is_known(key.generation)?;
    }
    let is_known = |number: u32| state.generation(number).any(|key| !key.destroyed);
    dir.remove_leftovers(is_known, &lock)?;
    if dir.active()?.is_none()
        && let Some(number) = state.active.filter(|number| dir.has(*number))
    {
        dir.switch(number)?;
    }
    wish(&mut state, arguments)?;
    let steps = output.steps();
    write_state(&file, &state, &steps)?;
    let taking = Taking {
        arguments,
        dir: &dir,
        server: server.as_ref(),
        state_file: &file,
        clock,
    };
    let unusable = |state: &State| keys::unusable(&dir, state.active?, state, arguments);
    let broken = unusable(&state);
    // A run may have ended between the switch and the server's file, or the server was not told.
    let untold = match dir.active()? {
        Some(_) if broken.is_none() => taking.tell_server(&mut state, output).err(),
        _ => None,
    };
    let dns = Keys::new(&arguments.dns)?;
    let mut tried = Vec::new();
    let mut status = ExitStatus::Yes;
    let mut is_said = false;
    for number in 0..MAX_STEPS {
        let (mut outcome, now) = look(state, &policy, clock, &tried, &dns, output)?;
        // Before the step and after it, so that a run that is cut short is taken up again.
        write_state(&file, &outcome.state, &steps)?;
        let step = outcome.step.clone();
        if number == 0 {
            for disruption in &outcome.disruptions {
                output.warning(&outcome.state.domain, disrupted(disruption, now));
            }
        }
        let is_held = is_gradual(&step) && !outcome.state.is_emergency();
        let is_idle = matches!(step, Step::Wait | Step::Nothing | Step::Trouble);
        let done = match (&untold, &broken) {
            (Some(error), _) if is_held => Done::failed(error.clone()),
            (_, Some(error)) if is_idle => Done::failed(error.clone()),
            _ => taking.take(&step, &mut outcome.state, output),
        };
        write_state(&file, &outcome.state, &steps)?;
        if let Step::Make { generation, .. } = step {
            dir.is_known(generation)?;
        }
        tried.push(step);
        is_said |= done.error.is_some();
        let printed = finish(arguments, &policy, now, &outcome, Some(&done), output)?;
        status = status.worse(printed);
        if !outcome.goes_on() {
            break;
        }
        state = outcome.state;
    }
    // New keys may have taken the place of those that nothing can be signed with.
    if let Some(error) = untold.or(broken).filter(|_| !is_said) {
        output.error(&error);
        status = status.worse(error.kind.exit_status());
    }
    Ok(status)
}

/// Says what a run would do.
fn look_alone(
    arguments: &Rotate,
    policy: &Policy,
    file: &Path,
    output: &mut Output,
) -> Result<ExitStatus, Error> {
    let clock = Clock::new(arguments.at);
    let mut state = known(file, arguments)?;
    let dir = KeyDir::open(&arguments.dir).ok();
    let mut broken = None;
    if let Some(dir) = &dir {
        keys::follow(dir, &mut state, clock.now())?;
        let active = state.active;
        broken = active.and_then(|active| keys::unusable(dir, active, &state, arguments));
    }
    wish(&mut state, arguments)?;
    let dns = Keys::new(&arguments.dns)?;
    let (outcome, now) = look(state, policy, clock, &[], &dns, output)?;
    let status = finish(arguments, policy, now, &outcome, None, output)?;
    let Some(error) = broken else {
        return Ok(status);
    };
    output.error(&error);
    Ok(status.worse(error.kind.exit_status()))
}

/// Whether a step would harm a mail server that still signs with the keys before.
const fn is_gradual(step: &Step) -> bool {
    matches!(
        step,
        Step::Switch(_) | Step::Revoke(_) | Step::Remove(_) | Step::Destroy(_)
    )
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

/// Looks at the DNS; the time comes back at which all was seen.
fn look(
    state: State,
    policy: &Policy,
    clock: Clock,
    tried: &[Step],
    dns: &Keys,
    output: &mut Output,
) -> Result<(Outcome, u64), Error> {
    let rotation = Rotation::begin(state, policy, clock.now()).after(tried);
    let mut outcome = None;
    dns.drive([rotation], 20, output, |_, rotation, _| {
        let now = clock.now();
        outcome = Some((rotation.at(now).finish(), now));
        Ok(())
    })?;
    outcome.ok_or_else(|| Error::cannot("no answer came"))
}

/// Prints what a look, and a step, came to.
fn finish(
    arguments: &Rotate,
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
        is_by_hand: arguments.publish_command.is_none(),
    };
    print_run(&run, output)?;
    if output.quiet {
        say_troubles(outcome, error.is_some(), output);
    }
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

/// Says on standard error why the exit status is not 0, as `--quiet` leaves out all else.
fn say_troubles(outcome: &Outcome, is_failed: bool, output: &Output) {
    let domain = &outcome.state.domain;
    for trouble in &outcome.troubles {
        let error = Error::new(Kind::No, &trouble.message).about(domain);
        output.error(&error.hint(&trouble.remedy));
    }
    if outcome.is_unanswered && outcome.troubles.is_empty() && !is_failed {
        let why = format!("the DNS did not answer all questions: {}", outcome.why);
        output.error(&Error::new(Kind::NotNow, why).about(domain));
    }
}

impl questions::Machine for Rotation {
    fn pending(&self) -> Vec<Question> {
        self.pending()
    }

    fn answer(&mut self, question: &Question, answer: Answer) {
        self.answer(question, answer);
    }
}
