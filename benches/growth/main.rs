//! How time grows when one thing about a message does: by as much, if nothing goes wrong.
//!
//! `cargo bench --bench growth`; `benches/README.md` says how to read the tables.

#![expect(
    clippy::print_stdout,
    reason = "the tables are what this program is for"
)]
#![expect(
    dead_code,
    reason = "what is prepared here serves the other benchmark too"
)]

#[path = "../material/mod.rs"]
mod material;

use std::time::{Duration, Instant};

use dkim_toolkit::canonicalization::MessageCanonicalization;

use material::Fallible;
use material::keys::{Key, Kind};
use material::mail::{Mail, long_header, usual_header};
use material::text::{Writing, body};

/// By how much the one thing grows.
const FACTORS: [usize; 5] = [1, 2, 4, 8, 16];
/// How long each message is verified again and again.
const MEASURED: Duration = Duration::from_millis(400);

fn main() -> Fallible<()> {
    print("octets of a clean body (65,536)", |factor| {
        with_body(Writing::Clean, factor * 65_536)
    })?;
    print("octets of a ragged body (65,536)", |factor| {
        with_body(Writing::Ragged, factor * 65_536)
    })?;
    print("fields, all of them signed (60)", |factor| {
        let (header, names) = long_header(60 * factor);
        with_header(&header, Some(&names))
    })?;
    print("equal fields, one of them signed (1,000)", |factor| {
        let header = [usual_header(), b"X-Same: 1\r\n".repeat(1000 * factor)].concat();
        with_header(&header, Some(&names_of(1)))
    })?;
    print("equal fields, all of them signed (60)", |factor| {
        let header = [usual_header(), b"X-Same: 1\r\n".repeat(60 * factor)].concat();
        with_header(&header, Some(&names_of(2)))
    })?;
    print(
        "names in h= that are not there, above 10,000 fields (60)",
        |factor| {
            let header = [usual_header(), b"X-Same: 1\r\n".repeat(10_000)].concat();
            let absent = (1..60 * factor).map(|number| format!("X-Absent-{number}"));
            let names: Vec<_> = names_of(1).into_iter().chain(absent).collect();
            with_header(&header, Some(&names))
        },
    )?;
    print("octets of a field (32,768)", |factor| {
        let value = b"a word \r\n\t".repeat(factor * 32_768 / 10);
        let header = [&usual_header()[..], b"X-Same: ", &value, b"z\r\n"].concat();
        with_header(&header, Some(&names_of(2)))
    })?;
    print("signatures (2)", |factor| {
        let keys = [Kind::Rsa, Kind::Ed25519].repeat(factor);
        let keys: Fallible<Vec<_>> = keys.into_iter().map(Key::new).collect();
        let body = body(Writing::Clean, 1024);
        Mail::new(
            &usual_header(),
            &body,
            keys?,
            MessageCanonicalization::RELAXED,
            None,
        )
    })
}

fn names_of(count: usize) -> Vec<String> {
    ["From", "X-Same"]
        .into_iter()
        .take(count)
        .map(str::to_owned)
        .collect()
}

fn with_body(writing: Writing, size: usize) -> Fallible<Mail> {
    new(&usual_header(), &body(writing, size), None)
}

fn with_header(header: &[u8], names: Option<&[String]>) -> Fallible<Mail> {
    new(header, &body(Writing::Clean, 1024), names)
}

fn new(header: &[u8], body: &[u8], names: Option<&[String]>) -> Fallible<Mail> {
    let keys = vec![Key::new(Kind::Ed25519)?];
    Mail::new(header, body, keys, MessageCanonicalization::RELAXED, names)
}

/// Prints how long verifications take as `what` grows.
fn print(what: &str, mail: impl Fn(usize) -> Fallible<Mail>) -> Fallible<()> {
    println!("\n{what}\n    ×        time    per ×1    of which hash and signature");
    for factor in FACTORS {
        let mail = mail(factor)?;
        let ours = median(|| mail.verify())?;
        let floor = median(|| mail.verify_floor())?;
        let each = ours / f64::from(u32::try_from(factor)?);
        println!("{factor:>5} {ours:>9.1} µs {each:>7.1} µs {floor:>9.1} µs");
    }
    Ok(())
}

/// The median of the times that `work` takes, in microseconds.
fn median(work: impl Fn() -> bool) -> Fallible<f64> {
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < MEASURED || times.len() < 5 {
        let start = Instant::now();
        if !std::hint::black_box(work()) {
            return Err("a signature that does not verify".into());
        }
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
