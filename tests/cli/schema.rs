//! The JSON Schemas in docs/schema/: they list every code, promise every key, and describe what the
//! command prints about all of testdata/. What other tests run is held against them as well.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::explain::Cause;
use dkim_toolkit::finding::DomainCode;
use dkim_toolkit::lint::{FindingCode, Part};
use dkim_toolkit::publish::Format;
use dkim_toolkit::tags::{Presence, SIGNATURE};
use dkim_toolkit::verdict::WarningCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::reasons::REASONS;
use super::{Run, ZONE, command, dkim, file, scratch, signed};
use crate::support::schema::{all, broken, read};
use crate::testdata;

/// Asserts that the enumeration at a place of a schema has these values and no others.
fn check_codes<'a>(name: &str, pointer: &str, codes: impl IntoIterator<Item = &'a str>) {
    let schema = read(name);
    let listed = schema.pointer(pointer).and_then(Value::as_array);
    let listed = listed.unwrap_or_else(|| panic!("{name}: nothing at {pointer}"));
    let strings: BTreeSet<&str> = listed.iter().filter_map(Value::as_str).collect();
    assert_eq!(strings, codes.into_iter().collect(), "{name} {pointer}");
    let nulls = listed.iter().filter(|value| value.is_null());
    assert_eq!(strings.len() + nulls.count(), listed.len(), "{name}");
}

#[test]
fn every_code_is_listed() {
    for name in ["verify", "summary", "inspect"] {
        let reasons = REASONS.split_whitespace().chain(["dnssec-bogus"]);
        check_codes(name, "/$defs/reason/enum", reasons);
    }
    for name in ["verify", "summary", "inspect"] {
        let warnings = WarningCode::ALL.iter().map(|code| code.name());
        check_codes(name, "/$defs/warning_code/enum", warnings);
    }
    let causes = || Cause::ALL.iter().map(|cause| cause.name());
    check_codes("verify", "/$defs/cause/enum", causes());
    let unexplained = [
        WarningCode::HeaderNotExplained,
        WarningCode::BodyNotExplained,
    ];
    let happenings = causes().chain(unexplained.map(WarningCode::name));
    check_codes("summary", "/$defs/happening/enum", happenings);
    let findings = FindingCode::ALL.iter().map(|code| code.name());
    check_codes("lookup", "/$defs/finding_code/enum", findings);
    let of_domains = DomainCode::ALL.iter().map(|code| code.name());
    let findings = FindingCode::ALL.iter().map(|code| code.name());
    let findings = of_domains.chain(findings);
    check_codes("delegate", "/$defs/finding_code/enum", findings);
    let parts = Part::ALL.iter().map(|part| part.name());
    check_codes("lookup", "/$defs/finding/properties/part/enum", parts);
    let formats = Format::ALL.iter().map(|format| format.name());
    check_codes("record", "/properties/format/enum", formats);

    let tag = "/$defs/tag/properties";
    let meanings = SIGNATURE.iter().map(|tag| tag.meaning);
    check_codes("inspect", &format!("{tag}/meaning/enum"), meanings);
    let presences = [
        Presence::Required,
        Presence::Optional,
        Presence::Discouraged,
    ];
    let statuses = presences.map(Presence::name).into_iter().chain(["unknown"]);
    check_codes("inspect", &format!("{tag}/status/enum"), statuses);
    let required = SIGNATURE
        .iter()
        .filter(|tag| tag.presence == Presence::Required)
        .map(|tag| tag.name);
    let missing = "/$defs/signature/properties/missing/items/enum";
    check_codes("inspect", missing, required);
}

/// Keys that are present only where there is something to say.
const OPTIONAL: [&str; 2] = ["source_base64", "remedy"];

/// Asserts that every object of a schema lists its keys, requires them and describes them.
fn check_objects(schema: &Value, at: &str) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object)
        && schema.get("type").is_some()
    {
        assert_eq!(schema["additionalProperties"], false, "{at}");
        let required = schema["required"].as_array().unwrap();
        for (key, property) in properties {
            let is_described = ["description", "$ref"]
                .iter()
                .any(|word| property.get(word).is_some());
            assert!(is_described, "{at}/{key} has no description");
            let is_optional = OPTIONAL.contains(&key.as_str());
            assert!(required.contains(&json!(key)) || is_optional, "{at}/{key}");
        }
    }
    let inner: Vec<(String, &Value)> = match schema {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => {
            let places = list.iter().enumerate();
            places.map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in inner {
        check_objects(value, &format!("{at}/{key}"));
    }
}

#[test]
fn every_key_is_required_and_described() {
    for (name, schema) in all() {
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(schema["$schema"], draft, "{name}");
        assert!(schema["title"].is_string(), "{name}");
        check_objects(&schema, &name);
    }
}

/// Puts a value at a place of an object, or takes the key away.
fn with(object: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut changed = object.clone();
    let (outer, key) = pointer.rsplit_once('/').unwrap();
    let outer = changed.pointer_mut(outer).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => outer.insert(key.to_owned(), value),
        None => outer.remove(key),
    };
    changed
}

/// The schemas would describe anything if they could not say no.
#[test]
fn what_is_not_promised_is_refused() {
    let folder = scratch();
    let signed = file(&folder, "signed.eml", &signed());
    let object = &dkim(&["verify", "--json", ZONE[0], ZONE[1], &signed]).json()[0];
    for (pointer, value) in [
        ("/further", Some(json!(1))),
        ("/size", None),
        ("/size", Some(json!(-1))),
        ("/result", Some(json!("passed"))),
        ("/result", Some(Value::Null)),
        ("/error", Some(json!("no such file"))),
        ("/signatures/0/reason", Some(json!("sha1"))),
        ("/signatures/0/result", Some(json!("fail"))),
        ("/signatures/0/key/bits", Some(json!("2048"))),
        ("/signatures/0/key/further", Some(Value::Null)),
        ("/signatures/0/body_hash/matches", None),
        ("/warnings", Some(json!([{"code": "new", "message": ""}]))),
        ("/source_base64", Some(json!(1))),
    ] {
        let changed = with(object, pointer, value);
        assert!(broken("verify", &changed).is_some(), "{changed:#}");
    }
    let name = with(object, "/source_base64", Some(json!("/w==")));
    assert_eq!(broken("verify", &name), None);
}

/// Writes the messages of the vectors into a folder, and gives their paths.
fn messages(folder: &TempDir) -> Vec<String> {
    let write = |(name, contents): (String, Vec<u8>)| {
        let (_, message) = testdata::split_preamble(&contents).unwrap();
        file(folder, &name, message)
    };
    let files = testdata::files("verify", ".eml").into_iter();
    files.map(write).collect()
}

#[test]
fn all_messages() {
    let folder = scratch();
    let paths = messages(&folder);
    let with_paths = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        words.push("testdata".to_owned());
        words.extend(paths.iter().cloned());
        words.push("missing.eml".to_owned());
        words
    };
    let verify = ["verify", "--json", "--summary", ZONE[0], ZONE[1]];
    let explain = [&verify[..], &["--explain", "--require", "aligned"]].concat();
    for words in [&verify[..], &explain] {
        let run = Run::of(command(&[]).args(with_paths(words))).exits(4);
        assert!(run.json().len() > paths.len());
    }
    let inspect = Run::of(
        command(&["inspect", "--json"])
            .args(&paths)
            .arg("missing.eml"),
    );
    assert_eq!(inspect.exits(4).json().len(), paths.len() + 1);

    let key = [
        "-d",
        "example.com",
        "-s",
        "s",
        "-k",
        "testdata/keys/ed25519.pem",
    ];
    let target = scratch();
    let target = target.path().to_str().unwrap();
    let sign = [&["sign", "--json", "--output-dir", target][..], &key];
    let run = Run::of(command(&sign.concat()).args(&paths).arg("missing.eml")).exits(4);
    assert_eq!(run.json().len(), paths.len() + 1);
}

#[test]
fn a_file_name_of_any_bytes() {
    let folder = scratch();
    let verify = ["verify", "--json", ZONE[0], ZONE[1]];
    let inspect = ["inspect", "--json"];
    let key = "testdata/keys/rsa2048.pem";
    let sign = ["sign", "--json", "-s", "s", "-k", key];
    for words in [&verify[..], &inspect, &sign] {
        for (name, shown) in [
            (&b"\xff \n.eml"[..], "\u{fffd} \n.eml"),
            (b"\xc3\xbc\t\x1b", "ü\t\u{1b}"),
        ] {
            let path = folder.path().join(OsStr::from_bytes(name));
            std::fs::write(&path, signed()).unwrap();
            let object = &Run::of(command(words).arg(&path)).exits(0).json()[0];
            let source = object["source"].as_str().unwrap();
            assert!(source.ends_with(&format!("/{shown}")), "{source:?}");
            let bytes = object.get("source_base64");
            let bytes = bytes.map(|text| STANDARD.decode(text.as_str().unwrap()).unwrap());
            let is_odd = std::str::from_utf8(name).is_err();
            assert_eq!(bytes, is_odd.then(|| path.into_os_string().into_vec()));
        }
    }
}

#[test]
fn all_names_and_records() {
    let zone = String::from_utf8(testdata::read("zone")).unwrap();
    let names: BTreeSet<&str> = zone
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| name.contains("._domainkey."))
        .collect();
    assert!(names.len() > 5, "{names:?}");
    let key = ["--expect-key", "testdata/keys/ed25519.pem"];
    let words = [
        &[
            "lookup",
            "--json",
            ZONE[0],
            ZONE[1],
            "missing._domainkey.example.com",
        ],
        &key[..],
    ];
    let run = Run::of(command(&words.concat()).args(names)).exits(1);
    assert!(run.json().len() > 5);
}

#[test]
fn records_in_every_format() {
    let words = [
        "-s",
        "s",
        "-d",
        "example.com",
        "-k",
        "testdata/keys/rsa2048.pem",
    ];
    for format in Format::ALL {
        for subcommand in [&["record", "--json"][..], &["record", "--json", "--revoke"]] {
            let words = [subcommand, &words, &["--format", format.name()]].concat();
            dkim(&words).exits(0);
        }
    }
    for subcommand in [&["record"][..], &["record", "--revoke"]] {
        let run = dkim(&[subcommand, &words, &["--format", "json"]].concat()).exits(0);
        assert_eq!(broken("publication", &run.json()[0]), None);
    }
}
