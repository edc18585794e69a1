//! Where keys come from: name servers or master files.

use std::fs::File;
use std::io::{self, Read as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

use dkim_toolkit::identifier::KeyQuery;
use dkim_toolkit::lookup::{Asked as Whom, KeyAnswer, LookupFailure, Question, TxtAnswer};
use dkim_toolkit::resolver::{
    CachingResolver, DnssecOptions, Resolver, ResolverError, ResolverOptions, TlsRoots, Transport,
    TrustAnchors, parse_nameserver,
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::pool::ticking;
use super::progress::{Progress, Waits};
use super::questions::{Event, Machine, Tally, drive};
use crate::args::Dns;
use crate::clock::now;
use crate::error::{Error, Kind};
use crate::files::shown;
use crate::print::Output;

/// The largest master file, file of trust anchors or of certificates that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Finds keys as the arguments want it, each once.
pub struct Keys {
    resolver: Resolver,
    known: CachingResolver,
    /// Lives as long as the process: it must not be dropped where futures run.
    runtime: &'static Runtime,
    /// Whether a thread runs what is asked while nobody waits for it.
    has_thread: Mutex<bool>,
    waits: Waits,
}

impl Keys {
    /// Sets up name servers or reads master files.
    pub fn new(options: &Dns) -> Result<Self, Error> {
        let resolver = if options.zone.is_empty() {
            ask_servers(options)
        } else {
            read_zones(&options.zone)
        }?
        .with_memory();
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::from(error).about("DNS"))?;
        Ok(Self {
            known: CachingResolver::new(resolver.clone()),
            waits: Waits::of(&resolver.name_servers()),
            resolver,
            runtime: Box::leak(Box::new(runtime)),
            has_thread: Mutex::new(false),
        })
    }

    /// The answer to a question, if it is known without asking anybody.
    pub fn known(&self, query: &KeyQuery) -> Option<KeyAnswer> {
        self.known.cached(query)
    }

    /// Begins to ask, and gives the answer when it is awaited; an error if no thread can be
    /// started.
    pub fn ask(&self, query: &KeyQuery) -> Result<Asked<KeyAnswer>, Error> {
        let known = self.known.clone();
        let query = query.clone();
        let waits = self.waits();
        self.spawn(async move {
            let _wait = waits.begin(query.name());
            known.lookup(&query).await
        })
    }

    /// Asks all of these side by side; gives the answers that come within this time, or an error if
    /// no thread can be started.
    pub fn ask_all(
        &self,
        queries: Vec<KeyQuery>,
        within: Duration,
    ) -> Result<Asked<Vec<(KeyQuery, KeyAnswer)>>, Error> {
        let (known, waits) = (self.known.clone(), self.waits());
        self.spawn(async move {
            let lookups = queries.into_iter().map(|query| {
                let (known, waits) = (known.clone(), waits.clone());
                async move {
                    let _wait = waits.begin(query.name());
                    let answer = tokio::time::timeout(within, known.lookup(&query)).await;
                    Some((query, answer.ok()?))
                }
            });
            let answers = futures_util::future::join_all(lookups).await;
            answers.into_iter().flatten().collect()
        })
    }

    /// Begins work on a thread that is started with the first.
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<Asked<T>, Error> {
        let runtime = self.runtime;
        let mut has_thread = self
            .has_thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !*has_thread {
            let run = move || runtime.block_on(std::future::pending::<()>());
            thread::Builder::new()
                .spawn(run)
                .map_err(|error| Error::from(error).about("DNS"))?;
            *has_thread = true;
        }
        Ok(Asked(runtime.spawn(work)))
    }

    /// All that the DNS says about these absolute names, asked side by side; in their order.
    /// Calls `tick` from time to time meanwhile.
    pub fn look_up_names(
        &self,
        names: &[&str],
        mut tick: impl FnMut(),
    ) -> Vec<Result<TxtAnswer, LookupFailure>> {
        let lookups = names.iter().map(async |name| {
            let _wait = self.waits.begin(name);
            match self.resolver.txt(name).await {
                Err(failure) => Err(self.resolver.with_aliases(name, failure).await),
                answer => answer,
            }
        });
        let lookups = futures_util::future::join_all(lookups);
        self.runtime.block_on(ticking(lookups, &mut tick))
    }

    /// Answers the questions of machines, at most `parallel` at a time and each once, until they
    /// have no more; shows on a terminal how far that is.
    ///
    /// `done` gets each machine back in their order, with its number, as soon as it and those before
    /// it have all their answers. Its error ends the work.
    pub fn drive<M: Machine>(
        &self,
        machines: impl IntoIterator<Item = M>,
        parallel: usize,
        output: &mut Output,
        mut done: impl FnMut(usize, M, &mut Output) -> Result<(), Error>,
    ) -> Result<Tally, Error> {
        let mut progress = Progress::of_questions(self.waits(), output.bar(), !output.quiet);
        let ask = |question: Question| async move {
            let servers = match question.asked() {
                Whom::Resolver => None,
                Whom::EveryServer => Some("its authoritative servers"),
            };
            let _wait = self.waits.begin_at(servers, question.name());
            self.resolver.ask(&question).await
        };
        let on = |event| match event {
            Event::Done(number, machine) => done(number, machine, output),
            Event::Tick(Tally { asked, answered }) => {
                if progress.note_questions(asked, answered) {
                    output.end_between_lines();
                }
                Ok(())
            }
        };
        self.runtime.block_on(drive(machines, parallel, ask, on))
    }

    /// What was asked and is not answered.
    pub fn waits(&self) -> Waits {
        self.waits.clone()
    }
}

/// A question that was asked.
pub struct Asked<T>(JoinHandle<T>);

impl<T> Future for Asked<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let joined = ready!(Pin::new(&mut self.get_mut().0).poll(context));
        // A lookup ends early only if it panics; the panic then ends the work that waits for it.
        Poll::Ready(joined.unwrap_or_else(|error| resume_unwind(error.into_panic())))
    }
}

fn ask_servers(options: &Dns) -> Result<Resolver, Error> {
    let transport = options.dns_over.into();
    let nameservers = options
        .nameserver
        .iter()
        .map(|text| parse_nameserver(text, transport));
    let nameservers = nameservers
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Error::usage(error).about("--nameserver"))?;
    if !matches!(transport, Transport::Tls | Transport::Https) {
        let given = [
            ("--tls-name", options.tls_name.is_some()),
            ("--tls-ca", options.tls_ca.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(_, given)| *given) {
            let error = Error::usage("servers are not asked over TLS").about(name);
            return Err(error.hint("say --dns-over tls or --dns-over https as well"));
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
    chosen.authoritative_port = options.authoritative_port;
    chosen.dnssec = options.dnssec.then(|| {
        let mut dnssec = DnssecOptions::new(now);
        dnssec.trust_anchors = trust_anchors;
        dnssec
    });
    chosen.tls_name.clone_from(&options.tls_name);
    chosen.tls_roots = read_with(options.tls_ca.as_ref(), TlsRoots::from_pem)?;
    Resolver::new(&chosen).map_err(|error| no_resolver(&error))
}

/// Reads a file that an option may name.
fn read_with<T>(
    path: Option<&PathBuf>,
    read: impl Fn(&str, &[u8]) -> Result<T, ResolverError>,
) -> Result<Option<T>, Error> {
    let Some(path) = path else {
        return Ok(None);
    };
    let contents = read_file(path)?;
    let read = read(&shown(path), &contents).map_err(|error| no_resolver(&error))?;
    Ok(Some(read))
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let error = match read_at_most(MAX_FILE, path) {
        Ok(Some(contents)) => return Ok(contents),
        Ok(None) => Error::cannot("larger than 64 MiB, the limit for such a file"),
        Err(error) => error.into(),
    };
    Err(error.about(shown(path)))
}

/// Reads a file that may be a device without an end; `None` if it is longer than `limit`, in bytes.
fn read_at_most(limit: u64, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut contents = Vec::new();
    let mut file = File::open(path)?.take(limit + 1);
    let length = file.read_to_end(&mut contents)?;
    Ok((length as u64 <= limit).then_some(contents))
}

/// Why there is no resolver, and what may help.
fn no_resolver(error: &ResolverError) -> Error {
    let (about, message) = match error {
        ResolverError::TlsName(_) => ("--tls-name", error.to_string()),
        ResolverError::WithoutDnssec => ("--dnssec", error.to_string()),
        ResolverError::WithoutTls => ("--dns-over", error.to_string()),
        ResolverError::Zone { file, line, fault } => {
            (file.as_str(), format!("line {line}: {fault}"))
        }
        ResolverError::TlsRoots { file, why } => (file.as_str(), why.clone()),
        ResolverError::NoTrustAnchor(file) => {
            let message = "there is no DNSKEY or DS record in it";
            (file.as_str(), message.to_owned())
        }
        other => ("DNS", other.to_string()),
    };
    let hint = match error {
        ResolverError::SystemConfig(_) => {
            Some("name a server with --nameserver, or a master file with --zone")
        }
        ResolverError::TlsNameNeeded => Some("say that name with --tls-name"),
        ResolverError::Tls(_) => {
            Some("--tls-ca FILE does without the system's certificate authorities")
        }
        ResolverError::NoTrustAnchor(_) => {
            Some("dig +noall +answer . DNSKEY prints the form that is read")
        }
        ResolverError::WithoutDnssec => Some("build dkim with --features dnssec"),
        ResolverError::WithoutTls => Some("build dkim with --features tls"),
        _ => None,
    };
    let kind = match error {
        ResolverError::TlsName(_) | ResolverError::WithoutDnssec | ResolverError::WithoutTls => {
            Kind::Usage
        }
        _ => Kind::CannotDo,
    };
    let error = Error::new(kind, message).about(about);
    error.hints(hint)
}

fn read_zones(paths: &[PathBuf]) -> Result<Resolver, Error> {
    let mut zones = Vec::new();
    for path in paths {
        zones.push((shown(path), read_file(path)?));
    }
    let zones = zones
        .iter()
        .map(|(name, contents)| (name.as_str(), contents.as_slice()));
    Resolver::from_zones(zones).map_err(|error| no_resolver(&error))
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
