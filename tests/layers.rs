//! Modules import only what lies below them, in the library and in the command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom to the top. A module imports modules of lower layers alone, and so
/// none of its own layer.
const LAYERS: &[&[&str]] = &[
    &["coded"],
    &["presentation", "syntax", "tags"],
    &["algorithm", "message"],
    &["canonicalization", "identifier", "key", "parts"],
    &["alignment", "author", "key_record", "provider", "signature"],
    &["enclosing", "hash", "key_file", "lookup"],
    &["dmarc", "verdict"],
    &["sign", "verify"],
    &["authentication_results", "mailbox", "resolver"],
    &["claims", "explain", "inspect", "lint", "publish"],
    &["finding"],
    &["delegation"],
    &["audit"],
    &["rotation"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Adds the source files in a folder, but for those of other crates and of tests.
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

/// The source files of the library with the module of the crate that each belongs to.
fn library_files() -> Vec<(String, PathBuf)> {
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

/// The layers of the command, from the bottom to the top. Files of one layer may import each other,
/// but never in a circle.
const COMMAND_LAYERS: &[&[&str]] = &[
    &["system"],
    &["clock", "exit", "interrupt"],
    &["error"],
    &["files"],
    &["args"],
    &["print"],
    &["work"],
    &["main"],
];

/// The files of the command by the path of their module, with the modules that each imports.
fn command_imports() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/dkim");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let module_of = |path: &PathBuf| {
        let relative = path.strip_prefix(&root).unwrap().with_extension("");
        relative.to_str().unwrap().replace('/', "::")
    };
    let modules: Vec<String> = files.iter().map(module_of).collect();
    let imports_of = |module: &String, path: &PathBuf| {
        let source = fs::read_to_string(path).unwrap();
        let paths = imported_paths(module, &source);
        let longest = |path: String| {
            let is_of =
                |module: &&String| path == **module || path.starts_with(&format!("{module}::"));
            modules
                .iter()
                .filter(is_of)
                .max_by_key(|module| module.len())
                .cloned()
        };
        let mut imported: Vec<_> = paths.into_iter().filter_map(longest).collect();
        imported.retain(|imported| imported != module);
        imported.sort_unstable();
        imported.dedup();
        imported
    };
    let files = modules.iter().zip(&files);
    files
        .map(|(module, path)| (module.clone(), imports_of(module, path)))
        .collect()
}

/// The absolute paths of the `use` declarations of a module's file, outside its tests. What a
/// module re-exports of its children is theirs.
fn imported_paths(module: &str, source: &str) -> Vec<String> {
    let code = source
        .split("\n#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    let uses = code.split("\nuse ").skip(1);
    let uses = uses.filter_map(|rest| rest.split(';').next());
    uses.flat_map(|path| flattened(path.trim()))
        .filter_map(|path| absolute(module, &path))
        .collect()
}

/// The paths of a `use` declaration, without braces.
fn flattened(path: &str) -> Vec<String> {
    let Some((start, rest)) = path.split_once('{') else {
        return vec![
            path.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
        ];
    };
    let rest = rest.trim_end().trim_end_matches('}');
    let mut depth = 0;
    let parts = rest.split(|character| {
        depth += i32::from(character == '{') - i32::from(character == '}');
        character == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts
        .flat_map(|part| flattened(&format!("{start}{part}")))
        .collect()
}

/// A path from the crate's root; `None` for what is of another crate.
fn absolute(module: &str, path: &str) -> Option<String> {
    if let Some(path) = path.strip_prefix("crate::") {
        return Some(path.to_owned());
    }
    let mut own = module;
    let mut rest = path;
    if let Some(path) = path.strip_prefix("self::") {
        rest = path;
    } else if !path.starts_with("super::") {
        return None;
    }
    while let Some(path) = rest.strip_prefix("super::") {
        own = own.rsplit_once("::").map_or("", |(parent, _)| parent);
        rest = path;
    }
    let separator = if own.is_empty() { "" } else { "::" };
    Some(format!("{own}{separator}{rest}"))
}

/// A circle of files that import each other.
fn circle(imports: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    fn visit(
        module: &str,
        imports: &BTreeMap<String, Vec<String>>,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(at) = path.iter().position(|above| above == module) {
            return Some(path[at..].to_vec());
        }
        if !done.insert(module.to_owned()) {
            return None;
        }
        path.push(module.to_owned());
        let found = imports
            .get(module)
            .into_iter()
            .flatten()
            .find_map(|imported| visit(imported, imports, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    imports
        .keys()
        .find_map(|module| visit(module, imports, &mut Vec::new(), &mut done))
}

#[test]
fn the_files_of_the_command_import_downwards_and_in_no_circle() {
    let layer = |module: &str| {
        let first = module.split("::").next().unwrap();
        let layer = COMMAND_LAYERS
            .iter()
            .position(|layer| layer.contains(&first));
        layer.unwrap_or_else(|| panic!("{module} has no layer: add it to COMMAND_LAYERS"))
    };
    let imports = command_imports();
    assert!(imports["work::verify"].contains(&"print::verify".to_owned()));
    for (module, imported) in &imports {
        for imported in imported {
            assert!(
                layer(imported) <= layer(module),
                "{module} imports {imported}"
            );
        }
    }
    assert_eq!(circle(&imports), None);
}

#[test]
fn a_circle_of_files_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph
                .entry((*from).to_owned())
                .or_default()
                .push((*to).to_owned());
        }
        graph
    };
    assert_eq!(circle(&graph(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    let found = circle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])).unwrap();
    assert_eq!(found, ["b", "c"]);
    let source = "\nuse super::{Outcome, json::x};\nuse crate::a::{b, c::{d, e}};\nuse std::fs;\n";
    let expected = [
        "print::Outcome",
        "print::json::x",
        "a::b",
        "a::c::d",
        "a::c::e",
    ];
    assert_eq!(imported_paths("print::verify", source), expected);
}
