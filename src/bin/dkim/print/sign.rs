//! The JSON of `dkim sign`.

use serde::Serialize;

use super::json::FileName;

/// What is said of one message.
#[derive(Serialize)]
pub struct Line<'a> {
    #[serde(flatten)]
    pub source: FileName<'a>,
    /// The file that the signed message was written to.
    pub output: Option<String>,
    /// The new fields.
    pub fields: &'a [String],
    /// Why the message was not signed.
    pub error: Option<&'a str>,
}
