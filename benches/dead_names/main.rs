//! How long a good name waits for its key beside many names that nobody answers.
//!
//! `cargo bench --bench dead_names`; `benches/README.md` says how to read the table.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the server on loopback is a test's"
)]

#[path = "../../tests/support/dns_server.rs"]
mod dns_server;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dkim_toolkit::identifier::{KeyQuery, Sdid, Selector};
use dkim_toolkit::lookup::KeyAnswer;
use dkim_toolkit::resolver::{CachingResolver, Resolver, ResolverOptions};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use dns_server::{Answer, DnsServer, Reply};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// The numbers of names that nobody answers.
const SILENT: [usize; 5] = [0, 100, 300, 800, 5_000];

fn main() -> Fallible<()> {
    println!("silent names    a good name's wait");
    for silent in SILENT {
        let wait = wait_beside(silent)?;
        println!("{silent:12}    {:15.1} ms", wait.as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Asks for the silent names first, then for the good one.
fn wait_beside(silent: usize) -> Fallible<Duration> {
    let server = DnsServer::start(|question| {
        if question.name.starts_with("good.") {
            Answer::default().txt(&question.name, "v=DKIM1; p=").into()
        } else {
            Reply::Silence
        }
    });
    let mut options = ResolverOptions::default();
    options.nameservers = vec![server.address()];
    let resolver = CachingResolver::new(Resolver::new(&options)?);
    let silent: Fallible<Vec<_>> = (0..silent)
        .map(|number| query(&format!("silent{number}")))
        .collect();
    let (silent, good) = (silent?, query("good")?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut lookups = JoinSet::new();
        let waiting = Arc::new(Semaphore::new(0));
        let count = silent.len();
        for query in silent {
            let (resolver, waiting) = (resolver.clone(), waiting.clone());
            lookups.spawn(async move {
                waiting.add_permits(1);
                resolver.lookup(&query).await
            });
        }
        let _all = waiting.acquire_many(u32::try_from(count)?).await?;
        let began = Instant::now();
        let answer = resolver.lookup(&good).await;
        let wait = began.elapsed();
        match answer {
            KeyAnswer::Records { .. } => Ok(wait),
            other => Err(format!("no key for the good name: {other:?}").into()),
        }
    })
}

fn query(selector: &str) -> Fallible<KeyQuery> {
    let domain = Sdid::parse(b"example.com")?;
    let query = KeyQuery::new(&Selector::parse(selector.as_bytes())?, &domain);
    query.ok_or_else(|| "a name that is too long".into())
}
