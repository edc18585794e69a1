//! Takes a step.

use std::io;
use std::path::{Path, PathBuf};

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::identifier::Selector;
use dkim_toolkit::key::{GeneratedKey, NewKey, PrivateKey};
use dkim_toolkit::key_record::{KeyRecord, KeyRecordText, KeyToPublish, NewKeyRecord};
use dkim_toolkit::publish::Publication;
use dkim_toolkit::rotation::{Key, State, Step};

use super::clock::Clock;
use super::{command, keys};
use crate::args::Rotate;
use crate::error::Error;
use crate::files::{KeyDir, KeyToWrite, MailServer, shown, write_state, write_whole};
use crate::print::Output;
use crate::work::publishing::refused;

/// The generation that a mail server has read which was never told of one.
const NEVER: u32 = 0;

/// What takes steps.
pub struct Taking<'a> {
    pub arguments: &'a Rotate,
    pub dir: &'a KeyDir,
    pub server: Option<&'a (MailServer, PathBuf)>,
    /// Where the state is written.
    pub state_file: &'a Path,
    pub clock: Clock,
}

/// What a step came to.
pub struct Done {
    /// The step's name in output.
    pub name: &'static str,
    pub error: Option<Error>,
}

impl Done {
    const fn new(name: &'static str) -> Self {
        Self { name, error: None }
    }

    /// A step that failed.
    pub const fn failed(error: Error) -> Self {
        let name = "trouble";
        let error = Some(error);
        Self { name, error }
    }
}

/// What is done to a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Publish,
    Revoke,
    Remove,
}

impl Taking<'_> {
    /// Takes a step, and notes it in the state.
    pub fn take(&self, step: &Step, state: &mut State, output: &mut Output) -> Done {
        let taken = match step {
            Step::Make { generation, keys } => self.make(*generation, keys, state),
            Step::Publish(selectors) => self.tell(Action::Publish, selectors, state, output),
            Step::Revoke(selectors) => self.tell(Action::Revoke, selectors, state, output),
            Step::Remove(selectors) => self.tell(Action::Remove, selectors, state, output),
            Step::Switch(generation) => self.switch(*generation, state, output),
            Step::Destroy(generation) => self.dir.destroy(*generation).map(|()| {
                state.destroyed(*generation);
                "destroyed"
            }),
            Step::Nothing => Ok("nothing"),
            Step::Trouble => Ok("trouble"),
            _ => Ok("waiting"),
        };
        taken.map_or_else(Done::failed, Done::new)
    }

    fn make(
        &self,
        generation: u32,
        wanted: &[(Selector, KeyType)],
        state: &mut State,
    ) -> Result<&'static str, Error> {
        let generate = |(_, key_type): &(Selector, KeyType)| {
            let kind = match key_type {
                KeyType::Ed25519 => NewKey::Ed25519,
                _ => NewKey::Rsa(self.arguments.bits),
            };
            PrivateKey::generate(kind).map_err(|error| Error::cannot(error).about("key"))
        };
        let made: Vec<GeneratedKey> = wanted.iter().map(generate).collect::<Result<_, _>>()?;
        let keys = wanted.iter().zip(&made);
        let keys = keys.map(|((selector, _), key)| KeyToWrite { selector, key });
        let keys: Vec<KeyToWrite<'_>> = keys.collect();
        self.dir
            .write_generation(generation, &state.domain, &keys)?;
        let now = self.clock.now().max(state.clock);
        for ((selector, key_type), made) in wanted.iter().zip(&made) {
            let public = made.key.public_key().clone();
            let record = NewKeyRecord::new(KeyToPublish::Key(public)).to_text();
            let record = record.as_str().to_owned();
            let key = Key::new(selector.clone(), *key_type, generation, record, now);
            state.keys.push(key);
        }
        Ok("created")
    }

    /// Has records published, revoked or removed: by the command, or by hand.
    fn tell(
        &self,
        action: Action,
        selectors: &[Selector],
        state: &mut State,
        output: &mut Output,
    ) -> Result<&'static str, Error> {
        let name = match action {
            Action::Publish => "publish",
            Action::Revoke => "revoke",
            Action::Remove => "remove",
        };
        let mut failed = None;
        for selector in selectors {
            let Some(key) = state.key(selector).cloned() else {
                continue;
            };
            let publication = self.publication(action, &key, state)?;
            let format = self.arguments.format.0;
            let text = match action {
                Action::Remove => String::new(),
                _ => publication
                    .format(format)
                    .map_err(|error| refused(&error))?,
            };
            let owner = publication.name();
            let Some(line) = &self.arguments.publish_command else {
                by_hand(action, owner, &text, output)?;
                continue;
            };
            let ttl = self.arguments.ttl.to_string();
            let variables = [
                ("DKIM_ACTION", name),
                ("DKIM_NAME", owner),
                ("DKIM_TTL", ttl.as_str()),
            ];
            let limit = self.arguments.command_timeout;
            let steps = output.steps();
            let done = command::run("--publish-command", line, &variables, &text, limit, &steps);
            if let Err(error) = done {
                // One that fails holds no other up.
                failed.get_or_insert(error);
                continue;
            }
            let now = self.clock.now();
            match action {
                Action::Publish => state.published(selector, now),
                Action::Revoke => state.revoked(selector, now),
                Action::Remove => state.removed(selector, now),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        Ok(match action {
            _ if self.arguments.publish_command.is_none() => "waiting",
            Action::Publish => "published",
            Action::Revoke => "revoked",
            Action::Remove => "removed",
        })
    }

    fn publication(&self, action: Action, key: &Key, state: &State) -> Result<Publication, Error> {
        let text: KeyRecordText = match action {
            Action::Publish => {
                let record = KeyRecord::parse(key.record.as_bytes());
                let record = record.map_err(|error| Error::cannot(error).about(&key.selector))?;
                NewKeyRecord::new(KeyToPublish::Key(record.key)).to_text()
            }
            _ => NewKeyRecord::new(KeyToPublish::Revoked(Some(key.key_type))).to_text(),
        };
        let publish = || {
            let ttl = self.arguments.ttl;
            let mut publication = Publication::new(&key.selector, &state.domain, ttl, text)?;
            if let Some(zone) = &self.arguments.zone_name {
                publication = publication.in_zone(zone)?;
            }
            Ok(match action {
                Action::Publish => publication,
                _ => publication.replacing(),
            })
        };
        publish().map_err(|error| refused(&error))
    }

    /// Signs with a generation from now on, and tells the mail server.
    fn switch(
        &self,
        generation: u32,
        state: &mut State,
        output: &mut Output,
    ) -> Result<&'static str, Error> {
        if let Some(error) = keys::unusable(self.dir, generation, state, self.arguments) {
            return Err(error);
        }
        self.dir.switch(generation)?;
        state.switched(generation, self.clock.now());
        self.tell_server(state, output)?;
        Ok("switched")
    }

    /// Writes the mail server's file if it says something else, and has the server read it until that
    /// has succeeded once for what is in use.
    pub fn tell_server(&self, state: &mut State, output: &Output) -> Result<(), Error> {
        let reload = self.arguments.reload_command.as_ref();
        // What was told once, or is to be told, is told until that succeeds.
        let is_told = |state: &State| state.reloaded.is_some() && state.reloaded == state.active;
        let changed = match self.server {
            Some((server, file)) => server.config(self.dir, file)?.map(|text| (file, text)),
            None => None,
        };
        let has_changed = changed.is_some();
        if is_told(state) && has_changed || reload.is_some() && state.reloaded.is_none() {
            state.reloaded = Some(NEVER);
        }
        if let Some((file, text)) = changed {
            // First, so that a run that is cut short has the file read later.
            write_state(self.state_file, state, &output.steps())?;
            write_whole(file, &output.steps(), |out| out.write_all(text.as_bytes()))
                .map_err(|error: io::Error| Error::from(error).about(shown(file)))?;
            if state.reloaded.is_none() {
                let warning = "has the keys in use now; the mail server has to read it again";
                output.warning(shown(file), warning);
                output.advice("--reload-command CMD does that");
            }
        }
        if state.reloaded.is_none() || is_told(state) {
            return Ok(());
        }
        let Some(line) = reload else {
            let why =
                "the mail server was not told that other keys are in use, so no old key is revoked";
            return Err(Error::cannot(why)
                .about("--reload-command")
                .hint("give the command again; --reload-command true says that it is done"));
        };
        let limit = self.arguments.command_timeout;
        command::run("--reload-command", line, &[], "", limit, &output.steps())?;
        state.reloaded(self.clock.now());
        write_state(self.state_file, state, &output.steps())
    }
}

/// Says what to do by hand; the next run sees it in the DNS.
fn by_hand(action: Action, owner: &str, text: &str, output: &mut Output) -> Result<(), Error> {
    let what = match action {
        Action::Publish => "publish this record",
        Action::Revoke => "put this record in the place of the one that is there",
        Action::Remove => "remove the record",
    };
    let advice = format!("{what} at {owner}; the next run sees it in the DNS");
    if output.quiet {
        // A record alone does not say what to do with it.
        output.aside(format_args!("dkim: {advice}\n"))?;
    } else {
        output.advice(advice);
    }
    match (output.json, text.is_empty()) {
        (false, false) => output.text(text),
        (true, false) => output.aside(text),
        _ => Ok(()),
    }
}
