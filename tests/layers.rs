//! The modules of the library import only what lies below them.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom to the top. A module imports modules of lower layers alone, and so
/// none of its own layer.
const LAYERS: &[&[&str]] = &[
    &["coded"],
    &["syntax", "tags"],
    &["algorithm", "message"],
    &["canonicalization", "identifier", "key"],
    &["alignment", "author", "key_record", "signature"],
    &["hash", "key_file", "lookup"],
    &["verdict"],
    &["sign", "verify"],
    &["authentication_results", "mailbox", "resolver"],
    &["explain", "inspect", "lint", "publish"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The source files of the library with the module of the crate that each belongs to.
fn library_files() -> Vec<(String, PathBuf)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if name != "bin" && name != "tests" {
                    collect(&path, found);
                }
            } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests.rs" {
                found.push(path);
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&source, &mut found);
    let module_of = |path: &PathBuf| {
        let relative = path.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str();
        let module = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
        (module, path.clone())
    };
    found
        .iter()
        .map(module_of)
        .filter(|(module, _)| module != "lib")
        .collect()
}

/// The modules that a file names as `crate::module`, outside comments and its tests.
fn imports(source: &str) -> Vec<String> {
    let code = source
        .split("\n#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| {
            line.match_indices("crate::")
                .map(|(at, path)| &line[at + path.len()..])
        })
        .map(|rest| {
            let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_');
            rest[..end.unwrap_or(rest.len())].to_owned()
        })
        .collect()
}

/// What is wrong with the imports of a file of `module`.
fn upward_imports(module: &str, source: &str) -> Vec<String> {
    let Some(own) = layer(module) else {
        return vec![format!("{module} has no layer: add it to LAYERS")];
    };
    imports(source)
        .into_iter()
        .filter(|imported| imported != module)
        .filter(|imported| layer(imported).is_none_or(|layer| layer >= own))
        .map(|imported| format!("{module} imports {imported}"))
        .collect()
}

#[test]
fn imports_go_down_only() {
    let files = library_files();
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|(module, path)| upward_imports(module, &fs::read_to_string(path).unwrap()))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    for module in LAYERS.iter().flat_map(|layer| layer.iter()) {
        assert!(
            files.iter().any(|(file_module, _)| file_module == module),
            "no module {module}"
        );
    }
}

#[test]
fn an_import_that_goes_up_is_found() {
    let check = |module: &str, source: &str, expected: &[&str]| {
        assert_eq!(
            upward_imports(module, source),
            expected,
            "{module}: {source:?}"
        );
    };
    check("verify", "use crate::signature::Signature;", &[]);
    check(
        "signature",
        "use crate::verdict::Verdict;",
        &["signature imports verdict"],
    );
    check(
        "hash",
        "fn f(x: crate::lookup::KeyAnswer) {}",
        &["hash imports lookup"],
    );
    check("hash", "use crate::{key, verify};", &["hash imports "]);
    check(
        "hash",
        "//! crate::verify\n\n#[cfg(test)]\nmod tests { use crate::verify; }",
        &[],
    );
    check("new", "", &["new has no layer: add it to LAYERS"]);
}
