//! The commands of docs/delegate.md: each is run by `sh` in a folder with the files of the page, and
//! prints what the page shows.

use std::fs;
use std::path::Path;

use super::{Run, scratch};
use crate::cli::{DKIM, command_of};

const PAGE: &str = include_str!("../../../docs/delegate.md");

/// The code blocks: what follows the three backticks, and the text.
fn blocks() -> Vec<(&'static str, String)> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            blocks.push((kind, inside.map(|line| format!("{line}\n")).collect()));
        }
    }
    blocks
}

#[test]
fn commands_print_what_the_page_shows() {
    let folder = scratch();
    let mut printed: Option<String> = None;
    let mut commands = 0;
    for (kind, text) in blocks() {
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
        } else {
            assert_eq!(kind, "text");
            assert_eq!(printed.take().as_deref(), Some(text.as_str()));
        }
    }
    assert!(commands > 6);
}
