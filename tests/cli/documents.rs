//! The documents: their examples are run by `sh` and print what is shown, and their links lead
//! somewhere.
//!
//! | block | what is done with it |
//! |---|---|
//! | `console` | each line after `$ ` is run, and prints the lines below it |
//! | `sh` | is run as one script |
//! | `text` | what the script before it prints on its standard output |
//! | `zone NAME` | a file of this name, for the commands below it |
//! | `diff`, `json`, `rust`, `toml`, none | configuration and excerpts, which are not run |
//!
//! In what is shown, `…` is any text, and a line of it alone is any number of lines. The commands of
//! a page are run in one folder, one after the other; nothing is sent over the network.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{DKIM, Run, command_of, scratch};

/// Stands before the commands of a `console` block: what they say is shown as well, and an example
/// that installs the program needs no second build.
const CONSOLE: &str = "exec 2>&1; cargo() { [ \"$1\" = install ]; }\n";

/// README.md, what is beside it, and the pages of docs/.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.to_owned(), root.join("docs")];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut pages: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    pages.sort();
    pages
}

/// The code blocks: what follows the three backticks, and the text.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            blocks.push((kind, inside.map(|line| format!("{line}\n")).collect()));
        }
    }
    blocks
}

/// The commands of a `console` block, each with what it prints.
fn transcript(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut lines = block.lines();
    while let Some(line) = lines.next() {
        if let Some(command) = line.strip_prefix("$ ") {
            let mut command = command.to_owned();
            while command.ends_with('\\') {
                command = format!("{command}\n{}", lines.next().unwrap());
            }
            commands.push((command, String::new()));
        } else {
            let (_, printed) = commands.last_mut().expect("a block begins with a command");
            *printed += &format!("{line}\n");
        }
    }
    commands
}

/// Runs commands in the folder, with `dkim` on the path.
fn run(folder: &TempDir, commands: &str) -> String {
    let programs = Path::new(DKIM).parent().unwrap().display();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = command_of("sh", &["-c", commands]);
    command
        .current_dir(folder.path())
        .env("COLUMNS", "80")
        .env("HOME", folder.path())
        .env("PATH", format!("{programs}:{path}"));
    Run::of(&mut command).stdout().to_owned()
}

/// The text without the time of signing, which is now.
fn timeless(text: &str) -> String {
    let digits = |pattern: &str, text: &str| {
        pattern.len() == text.len()
            && pattern.bytes().zip(text.bytes()).all(|(wanted, byte)| {
                if wanted == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == wanted
                }
            })
    };
    let mut words: Vec<&str> = text.split(' ').collect();
    for at in 1..words.len() {
        if digits("0000-00-00", words[at - 1]) && digits("00:00:00", words[at]) {
            (words[at - 1], words[at]) = ("DATE", "TIME");
        }
    }
    words.join(" ")
}

/// Whether a line is one that was shown, in which `…` is any text.
fn line_fits(shown: &str, line: &str) -> bool {
    let Some((start, rest)) = shown.split_once('…') else {
        return shown == line;
    };
    let Some(line) = line.strip_prefix(start) else {
        return false;
    };
    let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    ends.into_iter().any(|at| line_fits(rest, &line[at..]))
}

/// Whether lines are those that were shown, where a line `…` is any number of them.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, _) => printed.is_empty(),
        (Some((line, rest)), _) if line == "…" => {
            (0..=printed.len()).any(|lines| fits(rest, &printed[lines..]))
        }
        (Some((line, rest)), Some((first, others))) => line_fits(line, first) && fits(rest, others),
        (Some(_), None) => false,
    }
}

fn assert_printed(page: &Path, commands: &str, shown: &str, printed: &str) {
    let (shown, printed) = (timeless(shown), timeless(printed));
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (shown, printed) = (lines(&shown), lines(&printed));
    let fit = fits(&shown, &printed);
    let page = page.display();
    assert!(fit, "{page}: {commands}\nprints\n{}", printed.join("\n"));
}

/// Runs the examples of a page; gives their number.
fn run_examples(page: &Path) -> usize {
    let text = fs::read_to_string(page).unwrap();
    let folder = scratch();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    symlink(testdata, folder.path().join("testdata")).unwrap();
    let mut script: Option<(String, String)> = None;
    let mut examples = 0;
    for (kind, text) in blocks(&text) {
        match kind.split_once(' ').unwrap_or((kind, "")) {
            ("console", "") => {
                for (command, shown) in transcript(&text) {
                    assert_printed(
                        page,
                        &command,
                        &shown,
                        &run(&folder, &format!("{CONSOLE}{command}")),
                    );
                    examples += 1;
                }
            }
            ("sh", "") => {
                let printed = run(&folder, &text);
                script = Some((text, printed));
                examples += 1;
            }
            ("text", "") => {
                let (commands, printed) = script.take().unwrap();
                assert_printed(page, &commands, &text, &printed);
            }
            ("zone", name) => fs::write(folder.path().join(name), text).unwrap(),
            ("diff" | "json" | "rust" | "toml" | "", "") => {}
            _ => panic!("{}: what is done with {kind}?", page.display()),
        }
    }
    examples
}

#[test]
fn examples_print_what_the_pages_show() {
    let mut with_examples = Vec::new();
    // What scripting.md needs besides is in `scripting.rs`, which runs it.
    for page in pages()
        .iter()
        .filter(|page| !page.ends_with("scripting.md"))
    {
        if run_examples(page) > 0 {
            with_examples.push(page.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    for page in [
        "README.md",
        "audit.md",
        "delegate.md",
        "explain.md",
        "rotation.md",
    ] {
        assert!(with_examples.iter().any(|name| name == page), "{page}");
    }
}

/// The anchor that a heading has on web pages.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|&c| c.is_alphanumeric() || "-_ ".contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What links of a page lead to: what is between `](` and `)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("](").skip(1);
    after.filter_map(|rest| Some(rest.split_once(')')?.0))
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text).filter(|link| !link.starts_with("https://")) {
            let (file, wanted) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            let place = format!("{}: {link}", page.display());
            assert!(target.exists(), "{place}");
            let headings = || fs::read_to_string(&target).unwrap();
            let is_there = |text: String| {
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                headings.any(|heading| anchor(heading) == wanted)
            };
            assert!(wanted.is_empty() || is_there(headings()), "{place}");
        }
    }
}

#[test]
fn what_is_shown_is_compared() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let fits = |shown, printed| fits(&lines(shown), &lines(printed));
    assert!(fits("a\n…\nd", "a\nb\nc\nd") && fits("a\n…", "a") && fits("a…c…", "abbcd"));
    assert!(!fits("a\n…\nd", "a\nb\nc") && !fits("a", "a\nb") && !fits("a…c", "abbcd"));
    let time = "at 2026-11-30 10:00:00 UTC";
    assert_eq!(timeless(time), timeless("at 2027-01-14 17:31:09 UTC"));
    assert_ne!(timeless(time), timeless("at 2026-11-30 10:00 UTC"));
}
