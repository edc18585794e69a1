//! Signs messages with one signer, each into a file beside it.
//!
//!     cargo run --example sign_many -- key.pem example.com s2026 message.eml...
#![expect(clippy::print_stdout, reason = "a program's output")]

use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::sign::Choices;
use dkim_toolkit::{PrivateKey, Signer, Signing};

const USAGE: &str = "usage: sign_many KEY DOMAIN SELECTOR MESSAGE...";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or(USAGE);
    let key = PrivateKey::from_bytes(&fs::read(next()?)?, None)?;
    let (domain, selector) = (next()?.parse()?, next()?.parse()?);
    let signers = [Signer::new(
        domain,
        selector,
        Arc::new(key),
        Choices::default(),
    )?];

    for path in arguments {
        let message = fs::read(&path)?;
        let (header, body) = message::parse(&message, LineEndings::Lenient)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut signing = Signing::begin(&signers, header.clone(), now)?;
        signing.body(body);
        let head = header.with_fields_on_top(&signing.finish()?);
        fs::write(format!("{path}.signed"), [&head, body].concat())?;
        println!("{path}.signed");
    }
    Ok(())
}
