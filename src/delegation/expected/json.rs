//! JSON of a provider's API, or of a command that prints it.
//!
//! The objects that hold records are found wherever they are: each form is known by its keys.

mod microsoft;
mod ovh;
mod pair;
mod tokens;

use serde_json::{Deserializer, Map, Value};

use super::{Entry, ExpectedError};
use crate::identifier::Sdid;

/// An object, and the key that it is under.
struct Object<'a> {
    key: Option<&'a str>,
    fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.fields.get(key)?.as_str()
    }
}

/// The forms of objects.
const FORMS: &[fn(&Object<'_>) -> Vec<Entry>] =
    &[microsoft::read, ovh::read, pair::read, tokens::read];

/// The depth to which objects are read.
const MAX_DEPTH: usize = 16;

/// The text is JSON: one value, or several behind each other.
pub(super) fn read(text: &str, _: &Sdid) -> Option<Result<Vec<Entry>, ExpectedError>> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut entries = Vec::new();
    for value in Deserializer::from_str(text).into_iter::<Value>() {
        match value {
            Ok(value) => walk(None, &value, MAX_DEPTH, &mut entries),
            // What OVH's console shows has its keys without quotes.
            Err(_) if text.contains("targetRecord:") => return None,
            Err(error) => {
                let why = format!("this is not JSON: {}", reason(&error));
                return Some(Err(ExpectedError::at(Some(error.line()), why)));
            }
        }
    }
    Some(Ok(entries))
}

/// The reason without the place, which is said before.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line").unwrap_or(text.len());
    text[..end].to_owned()
}

fn walk(key: Option<&str>, value: &Value, depth: usize, entries: &mut Vec<Entry>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::Object(fields) => {
            let object = Object { key, fields };
            entries.extend(FORMS.iter().flat_map(|read| read(&object)));
            for (key, value) in fields {
                walk(Some(key), value, depth, entries);
            }
        }
        Value::Array(values) => {
            // `--query` leaves the tokens alone.
            if key.is_none() {
                entries.extend(tokens::entries(values, None, None));
            }
            for value in values {
                walk(key, value, depth, entries);
            }
        }
        _ => {}
    }
}
