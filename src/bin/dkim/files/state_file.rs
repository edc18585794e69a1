//! `DIR/state.json`: what `dkim rotate` knows of the keys of a domain (docs/rotation.md).

use std::fs;
use std::io;
use std::path::Path;

use dkim_toolkit::algorithm::KeyType;
use dkim_toolkit::rotation::{Key, KeyState, Server, State};
use serde::{Deserialize, Serialize};

use super::{shown, write_whole};
use crate::error::Error;
use crate::interrupt::Steps;

/// The version of the form below.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    domain: String,
    clock: u64,
    denial_ttl: Option<u32>,
    active: Option<u32>,
    reloaded: Option<u32>,
    #[serde(default)]
    servers: Vec<ServerRow>,
    keys: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerRow {
    name: String,
    silent_since: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    selector: String,
    #[serde(rename = "type")]
    key_type: String,
    generation: u32,
    state: String,
    since: u64,
    record: String,
    seen_since: Option<u64>,
    seen_at_servers: bool,
    other_ttl: u32,
    took: Option<u64>,
    requested: Option<u64>,
    #[serde(default)]
    due_since: Option<u64>,
    retire: bool,
    compromised: bool,
    revoke_first: bool,
    destroyed: bool,
}

/// Reads the state; `None` if there is none.
pub fn read_state(path: &Path) -> Result<Option<State>, Error> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::from(error).about(shown(path))),
    };
    let damaged = |why: String| {
        Error::cannot(format_args!("the state is damaged: {why}"))
            .about(shown(path))
            .hint(
                "put it back from a backup; the keys in use are in the folder active beside it, and \
                 mail is signed with them meanwhile",
            )
    };
    let file: File = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    state_of(file)
        .map(Some)
        .map_err(|why| damaged(why.to_owned()))
}

fn state_of(file: File) -> Result<State, &'static str> {
    if file.version != VERSION {
        return Err("its version is not known");
    }
    let domain = file.domain.parse().map_err(|_| "its domain is none")?;
    let mut state = State::new(domain);
    state.clock = file.clock;
    state.denial_ttl = file.denial_ttl;
    state.active = file.active;
    state.reloaded = file.reloaded;
    state.servers = file
        .servers
        .into_iter()
        .map(|row| Server {
            name: row.name,
            silent_since: row.silent_since,
        })
        .collect();
    for row in file.keys {
        let selector = row.selector.parse().map_err(|_| "a selector is none")?;
        let key_type = KeyType::from_name(row.key_type.as_bytes());
        let key_type = key_type.ok_or("a type of key is not known")?;
        let mut states = KeyState::ALL.into_iter();
        let found = states.find(|state| state.name() == row.state);
        let mut key = Key::new(selector, key_type, row.generation, row.record, row.since);
        key.state = found.ok_or("a state is not known")?;
        key.seen_since = row.seen_since;
        key.seen_at_servers = row.seen_at_servers;
        key.other_ttl = row.other_ttl;
        key.took = row.took;
        key.requested = row.requested;
        key.due_since = row.due_since;
        key.retire = row.retire;
        key.compromised = row.compromised;
        key.revoke_first = row.revoke_first;
        key.destroyed = row.destroyed;
        state.keys.push(key);
    }
    if state
        .active
        .is_some_and(|active| state.generation(active).next().is_none())
    {
        return Err("the generation in use has no keys");
    }
    Ok(state)
}

/// Writes the state whole, or not at all.
pub fn write_state(path: &Path, state: &State, steps: &Steps) -> Result<(), Error> {
    let row = |key: &Key| Row {
        selector: key.selector.to_ascii().to_owned(),
        key_type: key.key_type.name().to_owned(),
        generation: key.generation,
        state: key.state.name().to_owned(),
        since: key.since,
        record: key.record.clone(),
        seen_since: key.seen_since,
        seen_at_servers: key.seen_at_servers,
        other_ttl: key.other_ttl,
        took: key.took,
        requested: key.requested,
        due_since: key.due_since,
        retire: key.retire,
        compromised: key.compromised,
        revoke_first: key.revoke_first,
        destroyed: key.destroyed,
    };
    let server = |server: &Server| ServerRow {
        name: server.name.clone(),
        silent_since: server.silent_since,
    };
    let file = File {
        version: VERSION,
        domain: state.domain.to_ascii().to_owned(),
        clock: state.clock,
        denial_ttl: state.denial_ttl,
        active: state.active,
        reloaded: state.reloaded,
        servers: state.servers.iter().map(server).collect(),
        keys: state.keys.iter().map(row).collect(),
    };
    let text = serde_json::to_string_pretty(&file).map_err(Error::cannot)?;
    write_whole(path, steps, |out| -> Result<(), Error> {
        Ok(writeln!(out, "{text}")?)
    })
    .map_err(|error| error.about(shown(path)))
}
