//! Where keys come from: name servers or master files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::{KeyAnswer, LookupFailure, TxtAnswer};
use dkim_toolkit::resolver::{
    CachingResolver, DnssecOptions, Resolver, ResolverError, ResolverOptions, TlsRoots, Transport,
    TrustAnchors, parse_nameserver,
};

use crate::args::Dns;
use crate::exit::ExitStatus;
use crate::io::{Failure, shown};
use crate::output;
use crate::verify::now;

/// The largest master file, file of trust anchors or of certificates that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Finds keys as the arguments want it, each once.
pub struct Keys {
    resolver: Resolver,
    known: CachingResolver,
    /// What asks runs on a thread of its own.
    runtime: tokio::runtime::Handle,
}

impl Keys {
    /// Sets up name servers or reads master files. What goes wrong is said.
    pub fn new(options: &Dns) -> Result<Self, ExitStatus> {
        let resolver = if options.zone.is_empty() {
            ask_servers(options)
        } else {
            read_zones(&options.zone)
        }?;
        let runtime = start_runtime().map_err(|error| {
            Failure::from(error).say("DNS");
            ExitStatus::CannotDo
        })?;
        Ok(Self {
            known: CachingResolver::new(resolver.clone()),
            resolver,
            runtime,
        })
    }

    /// The answer to a question, if it is known without asking anybody.
    pub fn known(&self, query: &KeyQuery) -> Option<KeyAnswer> {
        self.known.cached(query)
    }

    /// Begins to ask, so that the answer may be there when it is needed.
    pub fn ask_ahead(&self, query: &KeyQuery) {
        let known = self.known.clone();
        let query = query.clone();
        self.runtime.spawn(async move {
            known.lookup(&query).await;
        });
    }

    /// Gives the answers to these questions to `then`, from another thread; where there is a
    /// time, those that came within it.
    pub fn ask(
        &self,
        queries: Vec<KeyQuery>,
        within: Option<Duration>,
        then: impl FnOnce(Vec<(KeyQuery, KeyAnswer)>) + Send + 'static,
    ) {
        let known = self.known.clone();
        self.runtime.spawn(async move {
            let lookups = queries.into_iter().map(|query| {
                let known = known.clone();
                async move {
                    let lookup = known.lookup(&query);
                    let answer = match within {
                        Some(time) => tokio::time::timeout(time, lookup).await.ok()?,
                        None => lookup.await,
                    };
                    Some((query, answer))
                }
            });
            let answers = futures_util::future::join_all(lookups).await;
            then(answers.into_iter().flatten().collect());
        });
    }

    /// All that the DNS says about these absolute names, asked side by side; in their order.
    pub fn look_up_names(&self, names: &[String]) -> Vec<Result<TxtAnswer, LookupFailure>> {
        let lookups = names.iter().map(|name| self.resolver.txt(name));
        self.runtime
            .block_on(futures_util::future::join_all(lookups))
    }
}

fn start_runtime() -> io::Result<tokio::runtime::Handle> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

fn ask_servers(options: &Dns) -> Result<Resolver, ExitStatus> {
    let transport = options.dns_over.into();
    let nameservers = options
        .nameserver
        .iter()
        .map(|text| parse_nameserver(text, transport));
    let nameservers = nameservers
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| {
            output::error("--nameserver", error);
            ExitStatus::Usage
        })?;
    if !matches!(transport, Transport::Tls | Transport::Https) {
        let given = [
            ("--tls-name", options.tls_name.is_some()),
            ("--tls-ca", options.tls_ca.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(_, given)| *given) {
            output::error(name, "servers are not asked over TLS");
            output::hint("say --dns-over tls or --dns-over https as well");
            return Err(ExitStatus::Usage);
        }
    }
    let trust_anchors = read_with(
        options.trust_anchor.as_ref(),
        TrustAnchors::from_master_file,
    )?;
    let mut chosen = ResolverOptions::default();
    chosen.nameservers = nameservers;
    chosen.transport = transport;
    chosen.timeout = options.dns_timeout;
    chosen.tries = options.dns_tries;
    chosen.dnssec = options.dnssec.then(|| {
        let mut dnssec = DnssecOptions::new(now);
        dnssec.trust_anchors = trust_anchors;
        dnssec
    });
    chosen.tls_name.clone_from(&options.tls_name);
    chosen.tls_roots = read_with(options.tls_ca.as_ref(), TlsRoots::from_pem)?;
    Resolver::new(&chosen).map_err(|error| say(&error))
}

/// Reads a file that an option may name.
fn read_with<T>(
    path: Option<&PathBuf>,
    read: impl Fn(&str, &[u8]) -> Result<T, ResolverError>,
) -> Result<Option<T>, ExitStatus> {
    let Some(path) = path else {
        return Ok(None);
    };
    let contents = read_file(path)?;
    let read = read(&shown(path), &contents).map_err(|error| say(&error))?;
    Ok(Some(read))
}

fn read_file(path: &Path) -> Result<Vec<u8>, ExitStatus> {
    let failure = match read_at_most(MAX_FILE, path) {
        Ok(Some(contents)) => return Ok(contents),
        Ok(None) => Failure::new("larger than 64 MiB, the limit for such a file"),
        Err(error) => error.into(),
    };
    failure.say(shown(path));
    Err(ExitStatus::CannotDo)
}

/// Reads a file that may be a device without an end; `None` if it is longer than `limit`, in bytes.
fn read_at_most(limit: u64, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut contents = Vec::new();
    let mut file = File::open(path)?.take(limit + 1);
    let length = file.read_to_end(&mut contents)?;
    Ok((length as u64 <= limit).then_some(contents))
}

/// Says why there is no resolver, and what may help.
fn say(error: &ResolverError) -> ExitStatus {
    match error {
        ResolverError::TlsName(_) => output::error("--tls-name", error),
        ResolverError::WithoutDnssec => output::error("--dnssec", error),
        ResolverError::WithoutTls => output::error("--dns-over", error),
        ResolverError::Zone { file, line, fault } => {
            output::error(file, format_args!("line {line}: {fault}"));
        }
        ResolverError::TlsRoots { file, why } => output::error(file, why),
        ResolverError::NoTrustAnchor(file) => {
            output::error(file, "there is no DNSKEY or DS record in it");
        }
        other => output::error("DNS", other),
    }
    match error {
        ResolverError::SystemConfig(_) => {
            output::hint("name a server with --nameserver, or a master file with --zone");
        }
        ResolverError::TlsNameNeeded => output::hint("say that name with --tls-name"),
        ResolverError::Tls(_) => {
            output::hint("--tls-ca FILE does without the system's certificate authorities");
        }
        ResolverError::NoTrustAnchor(_) => {
            output::hint("dig +noall +answer . DNSKEY prints the form that is read");
        }
        ResolverError::WithoutDnssec => output::hint("build dkim with --features dnssec"),
        ResolverError::WithoutTls => output::hint("build dkim with --features tls"),
        _ => {}
    }
    match error {
        ResolverError::TlsName(_) | ResolverError::WithoutDnssec | ResolverError::WithoutTls => {
            ExitStatus::Usage
        }
        _ => ExitStatus::CannotDo,
    }
}

fn read_zones(paths: &[PathBuf]) -> Result<Resolver, ExitStatus> {
    let mut zones = Vec::new();
    for path in paths {
        zones.push((shown(path), read_file(path)?));
    }
    let zones = zones
        .iter()
        .map(|(name, contents)| (name.as_str(), contents.as_slice()));
    Resolver::from_zones(zones).map_err(|error| say(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zone");
        std::fs::write(&path, "12345").unwrap();
        let read = |limit| read_at_most(limit, &path).unwrap();
        assert_eq!(read(5), Some(b"12345".to_vec()));
        assert_eq!(read(4), None);
    }
}
