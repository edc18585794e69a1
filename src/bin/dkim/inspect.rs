//! `dkim inspect`.
use crate::args::Inspect;
use crate::exit::ExitStatus;
use crate::output::{Output, OutputError};
pub fn run(_arguments: &Inspect, _output: &mut Output) -> Result<ExitStatus, OutputError> {
    todo!()
}
