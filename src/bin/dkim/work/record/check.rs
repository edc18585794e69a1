//! `dkim record --check`: everything that is wrong with a record, without the DNS.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use dkim_toolkit::lint;

use crate::error::{Error, Kind};
use crate::exit::ExitStatus;
use crate::files::{Source, shown, word};
use crate::print::Output;
use crate::print::key_report::print_record;

/// The most that is read of standard input, in bytes.
const MAX_TEXT: u64 = 1024 * 1024;

/// Examines the record, or with `-` the one on standard input.
pub fn run(record: &OsStr, output: &mut Output) -> Result<ExitStatus, Error> {
    let octets = if record == "-" {
        if io::stdin().is_terminal() {
            let error = Error::usage("no record given, and standard input is a terminal");
            return Err(error.hint("dkim record --check 'v=DKIM1; k=rsa; p=…'"));
        }
        let read = read_stdin().map_err(|error| Error::from(error).about(Source::Stdin))?;
        if read.iter().all(u8::is_ascii_whitespace) {
            let error = Error::new(Kind::No, "nothing was read: there is no record");
            return Err(error
                .about(Source::Stdin)
                .hint("dig +short prints nothing where there is no TXT record"));
        }
        read
    } else if Path::new(record).is_file() {
        let error = Error::usage("this is a file, not a record").about(shown(Path::new(record)));
        return Err(error.hint(format!(
            "dkim record --check - < {}",
            word(Path::new(record))
        )));
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
    // Zone files and what dig prints are longer than their records.
    io::stdin().lock().take(MAX_TEXT).read_to_end(&mut octets)?;
    let text = octets.strip_suffix(b"\n").unwrap_or(&octets);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Ok(text.to_vec())
}
