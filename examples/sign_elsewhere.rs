//! Signs with a key that is held elsewhere: a thread stands for the service that has it.
//!
//!     cargo run --example sign_elsewhere -- key.pem example.com s2026 message.eml
use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, error, fs, sync::mpsc, thread};

use dkim_toolkit::message::{self, LineEndings};
use dkim_toolkit::{PrivateKey, Signer, Signing, sign::Choices};

const USAGE: &str = "usage: sign_elsewhere KEY DOMAIN SELECTOR MESSAGE";

fn main() -> Result<(), Box<dyn error::Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or(USAGE);
    let key = PrivateKey::from_bytes(&fs::read(next()?)?, None)?;
    let (domain, selector) = (next()?.parse()?, next()?.parse()?);
    let public = key.public_key().clone();
    let signer = Signer::with_key_elsewhere(domain, selector, public, Choices::default())?;
    let (to_service, digests) = mpsc::channel::<Vec<u8>>();
    let (to_us, signatures) = mpsc::channel();
    thread::spawn(move || {
        digests
            .iter()
            .try_for_each(|digest| to_us.send(key.sign(&digest)))
    });

    let message = fs::read(next()?)?;
    let (header, body) = message::parse(&message, LineEndings::Lenient)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut signing = Signing::begin(&[signer], header.clone(), now)?;
    signing.body(body);
    for request in signing.requests()? {
        to_service.send(request.digest().to_vec())?;
        signing.supply(&request, &signatures.recv()??)?;
    }
    let head = header.with_fields_on_top(&signing.finish()?);
    io::stdout().write_all(&[&head, body].concat())?;
    Ok(())
}
