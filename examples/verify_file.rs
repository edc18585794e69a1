//! Verifies a message with a table of keys, one a line: `NAME RECORD`.
//!
//!     cargo run --example verify_file -- message.eml keys.txt
#![expect(clippy::print_stdout, reason = "a program's output")]

use std::collections::HashMap;
use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use dkim_toolkit::{KeyAnswer, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(message), Some(table)) = (arguments.next(), arguments.next()) else {
        return Err("usage: verify_file MESSAGE TABLE".into());
    };
    let message = fs::read(message)?;
    let table = fs::read_to_string(table)?;
    let keys: HashMap<&str, &str> = table
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();

    let report = verify(&message, now, |query| match keys.get(query.name()) {
        Some(record) => KeyAnswer::from_txt([*record], None),
        None => KeyAnswer::NoSuchName,
    })?;
    for verdict in &report.verdicts {
        match verdict.detail() {
            Some(detail) => println!("{}: {detail}", verdict.result()),
            None => println!("{}", verdict.result()),
        }
    }
    Ok(())
}
