//! The commands of docs/audit.md, docs/delegate.md and docs/rotation.md: each is run by `sh` in a folder
//! with the files of the page, and prints what the page shows.

use std::fs;
use std::path::Path;

use super::{DKIM, Run, command_of, scratch};

/// The code blocks: what follows the three backticks, and the text.
fn blocks(page: &'static str) -> Vec<(&'static str, String)> {
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

fn check(page: &'static str, least: usize) {
    let folder = scratch();
    let mut printed: Option<String> = None;
    let mut commands = 0;
    for (kind, text) in blocks(page) {
        if let Some(name) = kind.strip_prefix("zone ") {
            fs::write(folder.path().join(name), text).unwrap();
        } else if kind == "sh" {
            let programs = Path::new(DKIM).parent().unwrap().display();
            let path = std::env::var("PATH").unwrap_or_default();
            let mut command = command_of("sh", &["-c", &text]);
            command.current_dir(folder.path()).env("COLUMNS", "80");
            command.env("PATH", format!("{programs}:{path}"));
            printed = Some(Run::of(&mut command).stdout().to_owned());
            commands += 1;
        } else if !kind.is_empty() {
            assert_eq!(kind, "text");
            assert_eq!(printed.take().as_deref(), Some(text.as_str()));
        }
    }
    assert!(commands >= least);
}

#[test]
fn audits_print_what_the_page_shows() {
    check(include_str!("../../docs/audit.md"), 3);
}

#[test]
fn delegations_print_what_the_page_shows() {
    check(include_str!("../../docs/delegate.md"), 7);
}

#[test]
fn keys_are_replaced_by_hand_as_the_page_shows() {
    check(include_str!("../../docs/rotation.md"), 4);
}
