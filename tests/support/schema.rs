//! The JSON Schemas in docs/schema/, which every line of JSON that a test sees must satisfy.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The schemas, compiled, by their names: `verify` is docs/schema/verify.schema.json.
static SCHEMAS: LazyLock<(Schemas, BTreeMap<String, SchemaIndex>)> = LazyLock::new(|| {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let mut compile = |(name, schema)| {
        let at = format!("https://schema.invalid/{name}.schema.json");
        compiler.add_resource(&at, schema).unwrap();
        let index = compiler.compile(&at, &mut schemas);
        (name, index.unwrap_or_else(|error| panic!("{error:#}")))
    };
    let indexes = all().into_iter().map(&mut compile).collect();
    (schemas, indexes)
});

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema")
}

/// Every schema by its name.
pub fn all() -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder()).unwrap();
    let one = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".schema.json").unwrap().to_owned();
        let schema = read(&name);
        (name, schema)
    };
    entries.map(one).collect()
}

/// A schema.
pub fn read(name: &str) -> Value {
    let path = folder().join(format!("{name}.schema.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What an object breaks of a schema; `None` if it satisfies it.
pub fn broken(name: &str, object: &Value) -> Option<String> {
    let (schemas, indexes) = &*SCHEMAS;
    let error = schemas.validate(object, indexes[name]).err()?;
    Some(format!("{error:#}"))
}

/// Asserts that each line that `dkim` printed satisfies its schema, where that is JSON.
pub fn hold(command: &Command, stdout: &[u8]) {
    let words: Vec<&OsStr> = command.get_args().collect();
    let has = |word: &str| words.iter().any(|each| *each == word);
    if command.get_program() != env!("CARGO_BIN_EXE_dkim") || !has("--json") {
        return;
    }
    for line in stdout.split_inclusive(|&byte| byte == b'\n') {
        let object: Value = serde_json::from_slice(line)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(line)));
        let name = match words[0].to_str().unwrap() {
            "verify" if object.get("summary").is_some() => "summary",
            "keygen" => "record",
            "record" if has("--check") => "lookup",
            other => other,
        };
        if let Some(broken) = broken(name, &object) {
            panic!("{broken}\n{object:#}");
        }
    }
}
