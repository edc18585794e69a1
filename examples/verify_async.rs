//! Verifies a message with keys from the DNS, or from a master file if one is named.
//!
//!     cargo run --example verify_async -- message.eml [zone]
#![expect(clippy::print_stdout, reason = "a program's output")]

use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, error::Error, fs};

use dkim_toolkit::Verifier;
use dkim_toolkit::resolver::{CachingResolver, Resolver, ResolverOptions};
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let message = fs::read(
        arguments
            .next()
            .ok_or("usage: verify_async MESSAGE [ZONE]")?,
    )?;
    let resolver = match arguments.next() {
        Some(zone) => Resolver::from_zones([(zone.as_str(), &*fs::read(&zone)?)])?,
        None => Resolver::new(&ResolverOptions::default())?,
    };
    // A server has both for all of its messages.
    let (resolver, verifier) = (CachingResolver::new(resolver), Verifier::default());
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(resolver.verify(&verifier, &message, now))?;
    for verdict in &report.verdicts {
        match verdict.detail() {
            Some(detail) => println!("{}: {detail}", verdict.result()),
            None => println!("{}", verdict.result()),
        }
    }
    Ok(())
}
