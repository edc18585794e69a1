//! What is at the name of a selector.

use std::fmt;

use crate::lookup::{
    LookupFailure, RecordData, RecordsAnswer, RecordsOutcome, ServerAnswer, TxtAnswer, TxtOutcome,
};

/// What the resolver or one server says is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// A CNAME record: its target without its final dot, in lower case, safe to print.
    Alias(String),
    /// A TXT record and no CNAME record. Not safe to print.
    Text(Vec<u8>),
    /// Neither.
    Nothing,
    /// Nobody said.
    Unknown(String),
}

impl Sight {
    /// What the resolver's answer for TXT records says, at the name itself.
    pub(super) fn of_texts(answer: Option<&Result<TxtAnswer, LookupFailure>>) -> Self {
        match answer {
            None => Self::Unknown("it was not asked for".to_owned()),
            Some(Err(failure)) => match failure.chain.first() {
                Some(target) => Self::alias(target),
                None => Self::Unknown(failure.detail.clone()),
            },
            Some(Ok(answer)) => {
                if let Some(target) = answer.chain.first().or(answer.alias_beside.as_ref()) {
                    return Self::alias(target);
                }
                match &answer.outcome {
                    TxtOutcome::Found { records, .. } => {
                        Self::Text(records.first().cloned().unwrap_or_default())
                    }
                    _ => Self::Nothing,
                }
            }
        }
    }

    /// What a server says about the CNAME record.
    pub(super) fn of_server(server: &ServerAnswer) -> Self {
        match &server.answer {
            Ok(answer) => Self::of_alias(answer),
            Err(failure) => Self::Unknown(failure.detail.clone()),
        }
    }

    fn of_alias(answer: &RecordsAnswer) -> Self {
        let target = answer.records().iter().find_map(|record| match record {
            RecordData::Cname(target) => Some(target),
            _ => None,
        });
        match (target.or(answer.chain.first()), &answer.outcome) {
            (Some(target), _) => Self::alias(target),
            (None, RecordsOutcome::NoRecords | RecordsOutcome::NoSuchName) => Self::Nothing,
            (None, _) => Self::Unknown("it does not say".to_owned()),
        }
    }

    pub(super) fn alias(target: &str) -> Self {
        let target = target.strip_suffix('.').unwrap_or(target);
        Self::Alias(target.to_ascii_lowercase())
    }

    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    pub(super) fn target(&self) -> Option<&str> {
        match self {
            Self::Alias(target) => Some(target),
            _ => None,
        }
    }
}

impl fmt::Display for Sight {
    /// In a few words, safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(target) => write!(f, "a CNAME record to {target}"),
            Self::Text(_) => f.write_str("a TXT record"),
            Self::Nothing => f.write_str("no CNAME record"),
            Self::Unknown(why) => f.write_str(why),
        }
    }
}
