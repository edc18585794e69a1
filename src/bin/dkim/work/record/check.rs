//! `dkim record --check`: everything that is wrong with a record, without the DNS.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _, Read as _};

use dkim_toolkit::key_record::MAX_RECORD;
use dkim_toolkit::lint;

use crate::error::Error;
use crate::exit::ExitStatus;
use crate::files::Source;
use crate::print::Output;
use crate::print::key_report::print_record;

/// Examines the record, or with `-` the one on standard input.
pub fn run(record: &OsStr, output: &mut Output) -> Result<ExitStatus, Error> {
    let octets = if record == "-" {
        if io::stdin().is_terminal() {
            let error = Error::usage("no record given, and standard input is a terminal");
            return Err(error.hint("dkim record --check 'v=DKIM1; k=rsa; p=…'"));
        }
        read_stdin().map_err(|error| Error::from(error).about(Source::Stdin))?
    } else {
        record.as_encoded_bytes().to_vec()
    };
    let report = lint::unnamed_record(octets);
    print_record(&report, output)?;
    Ok((&report.status).into())
}

/// The record on standard input, without the line end behind it.
fn read_stdin() -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    // One octet more than any record has tells that there are too many.
    io::stdin()
        .lock()
        .take(MAX_RECORD as u64 + 3)
        .read_to_end(&mut octets)?;
    let text = octets.strip_suffix(b"\n").unwrap_or(&octets);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Ok(text.to_vec())
}
