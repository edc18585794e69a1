//! The pipelines of docs/scripting.md: each is run by `sh` in a folder with mail, and prints what
//! the page shows.
//!
//! `sendmail` and `nsupdate` are stand-ins. A section that needs a tool which is not installed is
//! skipped with a word.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::mailboxes::mbox;
use super::{DKIM, Run, command_of, dkim, dkim_reading, replaced, scratch, word};
use crate::support::child;
use crate::support::dns_server::closed_address;

const PAGE: &str = include_str!("../../docs/scripting.md");

/// Tools that a pipeline may need, with a word that their `--version` prints.
const TOOLS: [(&str, &str); 3] = [("jq", "jq"), ("parallel", "GNU"), ("sqlite3", "")];

/// What a code block of the page is for.
#[derive(Debug)]
enum Block<'a> {
    /// A script to save under this name.
    Saved(&'a str, String),
    /// Commands to run.
    Commands(String),
    /// What the commands before it print.
    Printed(String),
}

/// The sections of the page with their code blocks.
fn sections() -> Vec<(&'static str, Vec<Block<'static>>)> {
    let mut sections: Vec<(&str, Vec<Block>)> = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            sections.push((title, Vec::new()));
        }
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let inside = lines.by_ref().take_while(|line| *line != "```");
        let text: String = inside.map(|line| format!("{line}\n")).collect();
        let block = match language.split_once(' ').unwrap_or((language, "")) {
            ("sh", "") => Block::Commands(text),
            ("sh", name) => Block::Saved(name, text),
            ("text", "") => Block::Printed(text),
            _ => panic!("a block of {language}"),
        };
        sections.last_mut().unwrap().1.push(block);
    }
    sections
}

/// A folder with mail, keys, and the programs that the pipelines call.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: scratch() };
        for folder in ["bin", "tmp", "Maildir/cur", "Maildir/new", "Maildir/tmp"] {
            fs::create_dir_all(place.path(folder)).unwrap();
        }
        place.write("s2024.pem", &key("rsa2048.pem"));
        fs::set_permissions(place.path("s2024.pem"), Permissions::from_mode(0o600)).unwrap();
        place.write("zone", zone().as_bytes());
        place.write_mail();
        place.write_programs();
        place
    }

    /// A path, in whose name is a space.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail server").join(name)
    }

    fn write(&self, name: &str, contents: &[u8]) {
        fs::write(self.path(name), contents).unwrap();
    }

    fn write_mail(&self) {
        let good = signed("example.com", "s2024", "rsa2048.pem", "1704067200");
        let weak = signed("example.net", "mail", "rsa1024.pem", "1514764800");
        let old = signed("example.com", "s2020", "rsa2048.pem", "1600000000");
        let changed = replaced(&good, "\r\n\r\n", "\r\n\r\nBUY NOW\r\n");
        let unsigned = b"From: eve@evil.example\r\nSubject: Hello\r\n\r\nHello\r\n";
        self.write("Maildir/cur/1:2,S", &good);
        self.write("Maildir/cur/2 with spaces:2,S", &changed);
        self.write("Maildir/cur/3:2,S", &weak);
        self.write("Maildir/cur/4 'quoted':2,", unsigned);
        self.write("Maildir/new/5", &old);
        self.write("message.eml", unsigned);
        let order = signed("partner.example", "orders", "ed25519.pem", "1704067200");
        self.write("order.eml", &order);
        let archive = [good, weak, old, changed, unsigned.to_vec()];
        self.write("archive.mbox", &mbox(&archive, true));
    }

    fn program(&self, name: &str, text: &str) {
        let name = format!("bin/{name}");
        self.write(&name, text.as_bytes());
        fs::set_permissions(self.path(&name), Permissions::from_mode(0o755)).unwrap();
    }

    fn write_programs(&self) {
        // The DNS is a master file, or where DNS is `down` a server that is not there.
        let closed = closed_address();
        let dkim = format!(
            "#!/bin/sh
             subcommand=$1
             shift
             case $subcommand-$DNS in
             verify-down | lookup-down)
                exec '{DKIM}' \"$subcommand\" --nameserver {closed} --dns-timeout 60 \"$@\" ;;
             verify-up | lookup-up) exec '{DKIM}' \"$subcommand\" --zone \"$HOME/zone\" \"$@\" ;;
             esac
             exec '{DKIM}' \"$subcommand\" \"$@\"\n"
        );
        self.program("dkim", &dkim);
        let sendmail = "#!/bin/sh\nprintf '%s\\n' \"$*\" >>\"$HOME/sent\"\ncat >>\"$HOME/sent\"\n";
        self.program("sendmail", sendmail);
        self.program("nsupdate", "#!/bin/sh\ngrep -q '^send$' \"$3\"\n");
    }

    /// What was given to `sendmail`: its arguments in a line, and the message.
    fn sent(&self) -> String {
        fs::read_to_string(self.path("sent")).unwrap_or_default()
    }

    /// `sh` with these commands, their errors among what they print.
    fn shell(&self, commands: &str, dns: &str) -> Command {
        let commands = format!("exec 2>&1\n{commands}");
        let mut command = command_of("sh", &["-c", &commands]);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .current_dir(self.path(""))
            .env("PATH", format!("{}:{path}", word(self.path("bin"))))
            .env("HOME", self.path(""))
            .env("TMPDIR", self.path("tmp"))
            .env("LC_ALL", "C")
            .env("DNS", dns)
            .env_remove("XDG_STATE_HOME");
        command
    }

    fn run(&self, commands: &str, dns: &str) -> Run {
        let run = Run::of(&mut self.shell(commands, dns));
        let left = fs::read_dir(self.path("tmp")).unwrap().count();
        assert_eq!(left, 0, "files are left in TMPDIR by: {commands}");
        run
    }

    /// Saves a script of the page.
    fn save(&self, wanted: &str) {
        let blocks = sections().into_iter().flat_map(|(_, blocks)| blocks);
        let mut scripts = blocks.filter_map(|block| match block {
            Block::Saved(name, text) if name == wanted => Some(text),
            _ => None,
        });
        self.program(wanted, &scripts.next().unwrap());
    }
}

fn key(name: &str) -> Vec<u8> {
    crate::testdata::read(&format!("keys/{name}"))
}

/// A message that a domain signed at a time, in Unix seconds.
fn signed(domain: &str, selector: &str, key: &str, time: &str) -> Vec<u8> {
    let key = format!("testdata/keys/{key}");
    let words = [
        "sign",
        "-q",
        "-s",
        selector,
        "-k",
        &key,
        "--timestamp",
        time,
    ];
    let message = format!("From: joe@{domain}\r\nSubject: Hello\r\n\r\nHow are you?\r\n");
    dkim_reading(&words, message.as_bytes()).exits(0).stdout
}

/// The records of the keys that sign, but for one that is revoked.
fn zone() -> String {
    let keys = [
        ("example.com", "s2024", "rsa2048.pem"),
        ("example.net", "mail", "rsa1024.pem"),
        ("partner.example", "orders", "ed25519.pem"),
    ];
    let mut zone = String::new();
    for (domain, selector, key) in keys {
        let key = format!("testdata/keys/{key}");
        let run = dkim(&["record", "-q", "-s", selector, "-d", domain, "-k", &key]).exits(0);
        zone.push_str(run.stdout());
    }
    let revoked = ["record", "--revoke", "-s", "s2020", "-d", "example.com"];
    zone.push_str(dkim(&revoked).exits(0).stdout());
    zone
}

/// The tools that a section needs and that are not installed.
fn missing_tools(blocks: &[Block]) -> Vec<&'static str> {
    let text = format!("{blocks:?}");
    let is_missing = |(tool, said): &(&str, &str)| {
        let output = child::output(&mut command_of(tool, &["--version"]), &[]);
        let stdout = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        !stdout.is_ok_and(|stdout| stdout.contains(said))
    };
    let needed = TOOLS.iter().filter(|(tool, _)| text.contains(tool));
    let missing: Vec<_> = needed
        .filter(|tool| is_missing(tool))
        .map(|(tool, _)| *tool)
        .collect();
    // Where all should be there, as in CI, nothing is skipped.
    let all = std::env::var_os("DKIM_TESTS_HAVE_ALL_TOOLS").is_some();
    assert!(!all || missing.is_empty(), "not installed: {missing:?}");
    missing
}

#[test]
#[allow(clippy::print_stderr)] // What is skipped is said.
fn every_pipeline_prints_what_the_page_shows() {
    let sections = sections();
    assert_eq!(sections.len(), 10);
    let mut wrong = String::new();
    for (title, blocks) in sections {
        let missing = missing_tools(&blocks);
        if !missing.is_empty() {
            eprintln!("skipped for want of {}: {title}", missing.join(", "));
            continue;
        }
        let place = Place::new();
        let mut printed = String::new();
        for block in blocks {
            match block {
                Block::Saved(name, text) => place.program(name, &text),
                Block::Commands(text) => printed.push_str(place.run(&text, "up").stdout()),
                Block::Printed(expected) => {
                    let printed = std::mem::take(&mut printed);
                    if printed != expected {
                        writeln!(wrong, "## {title}\n{printed}").unwrap();
                    }
                }
            }
        }
        assert!(printed.is_empty(), "{title}: {printed}");
    }
    assert!(wrong.is_empty(), "other output than on the page:\n{wrong}");
}

#[test]
fn only_what_was_signed_whole_is_sent() {
    let place = Place::new();
    place.save("sign-and-send");
    place.run("sign-and-send <message.eml", "up").exits(0);
    let sent = place.sent();
    assert!(sent.starts_with("-t -i\nDKIM-Signature: v=1;"), "{sent}");
    assert!(sent.ends_with("\r\n\r\nHello\r\n"), "{sent}");
    fs::remove_file(place.path("sent")).unwrap();
    place.run("sign-and-send </dev/null", "up").exits(4);
    fs::remove_file(place.path("s2024.pem")).unwrap();
    place.run("sign-and-send <message.eml", "up").exits(4);
    assert_eq!(place.sent(), "");
}

#[test]
fn the_filter_returns_mail_for_its_signature_alone() {
    let place = Place::new();
    place.save("dkim-filter");
    let filter = |dns| place.run("dkim-filter -f a@b.example -- c@d.example <order.eml", dns);
    filter("up").exits(0);
    let order = fs::read(place.path("order.eml")).unwrap();
    let expected = [b"-G -i -f a@b.example -- c@d.example\n", &order[..]].concat();
    assert_eq!(place.sent().as_bytes(), expected);
    fs::remove_file(place.path("sent")).unwrap();

    filter("down").exits(75);
    for status in [1, 2, 3, 4, 101, 137] {
        place.program("dkim", &format!("#!/bin/sh\nexit {status}\n"));
        let run = filter("up").exits(if status == 1 { 69 } else { 75 });
        assert_eq!(run.stdout().starts_with("5.7.20 "), status == 1);
    }
    place.program("mktemp", "#!/bin/sh\nexit 1\n");
    filter("up").exits(75);
    assert_eq!(place.sent(), "");
    // The status of sendmail is for Postfix.
    fs::remove_file(place.path("bin/mktemp")).unwrap();
    place.program("dkim", "#!/bin/sh\nexit 0\n");
    place.program("sendmail", "#!/bin/sh\nexit 75\n");
    filter("up").exits(75);
}

#[test]
fn an_outage_of_the_dns_sets_off_no_alert() {
    let place = Place::new();
    place.save("check-keys");
    let good = "check-keys s2024._domainkey.example.com";
    let printed = |commands, dns| place.run(commands, dns).stdout().to_owned();
    assert_eq!(printed(good, "down"), "");
    assert_eq!(printed(good, "down"), "");
    place
        .run("touch -t 202001010000 *.no-answer", "up")
        .exits(0);
    let report = printed(good, "down");
    assert!(report.starts_with("no answer for a day\n"), "{report}");
    assert!(report.contains("s2024._domainkey.example.com"), "{report}");
    // It is over, and the next one begins anew.
    assert_eq!(printed(good, "up"), "");
    assert_eq!(printed(good, "down"), "");
}

#[test]
fn a_key_that_is_not_published_is_not_used() {
    let place = Place::new();
    let sections = sections();
    let (_, blocks) = sections
        .iter()
        .find(|(title, _)| title.starts_with("7."))
        .unwrap();
    let [Block::Commands(commands), ..] = &blocks[..] else {
        panic!("{blocks:?}");
    };
    let is_used = || place.path("selector").exists();
    place.run(commands, "down").prints("cannot tell now");
    place.write("s2024.pem", &key("rsa4096.pem"));
    place
        .run(commands, "up")
        .prints("not published yet, or another key");
    assert!(!is_used());
    place.write("s2024.pem", &key("rsa2048.pem"));
    place.run(commands, "up").prints("s2024 is in use");
    assert!(is_used());
}

#[test]
fn workers_find_what_one_process_finds() {
    let place = Place::new();
    let sections = sections();
    let (_, blocks) = &sections[5];
    if !missing_tools(blocks).is_empty() {
        return;
    }
    let [Block::Commands(commands), ..] = &blocks[..] else {
        panic!("{blocks:?}");
    };
    let (workers, _) = commands.split_once("\n\n").unwrap();
    assert!(workers.contains("-N 100"));
    let pieces = workers.replace("-N 100", "-N 2");
    let together =
        "dkim verify --json Maildir | sort >expected; sort results.ndjson | diff expected -";
    let compared = format!("{pieces}\n{together}");
    assert_eq!(place.run(&compared, "up").exits(0).stdout(), "");
    assert!(place.path("expected").metadata().unwrap().len() > 1000);
}

#[test]
fn metrics_are_replaced_whole_or_not_at_all() {
    let place = Place::new();
    let sections = sections();
    let (_, blocks) = sections.last().unwrap();
    if !missing_tools(blocks).is_empty() {
        return;
    }
    let [Block::Commands(commands), ..] = &blocks[..] else {
        panic!("{blocks:?}");
    };
    place.program("dkim", "#!/bin/sh\nexit 2\n");
    place.write("dkim.prom", b"before\n");
    assert_eq!(place.run(commands, "up").stdout(), "before\n");
}
