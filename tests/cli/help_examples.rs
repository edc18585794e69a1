//! The examples of `--help` do what they say.

#[path = "../../src/bin/dkim/args/examples.rs"]
mod examples;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::{DKIM, Run, dkim};

/// Stands before `dkim`: asks the zone of the folder where an example asks the DNS.
const ASK_THE_ZONE: &str = r#"
case "$*" in
*--zone*) exec "$DKIM" "$@" ;;
"lookup --message "*) exec "$DKIM" lookup --message "$3" --zone keys.zone ;;
verify*|lookup*|audit*|delegate*--check|rotate*) exec "$DKIM" "$@" --zone keys.zone ;;
*) exec "$DKIM" "$@" ;;
esac"#;

/// Stands before other programs that examples name; each fails if its input is not what it wants.
const PROGRAMS: [(&str, &str); 7] = [
    ("dkim", ASK_THE_ZONE),
    ("curl", "cat message.eml"),
    ("jq", "test $(grep -c '\"status\":\"found\"') = 2"),
    ("man", "grep -q '^.TH dkim-verify 1'"),
    ("nsupdate", "grep -q '^update add .* TXT' \"$1\""),
    ("sendmail", "grep -q 'd=example.com; s=s2026;'"),
    ("vault-store", "grep -q 'PRIVATE KEY'"),
];

/// An aggregate report of DMARC.
const REPORT: &str = "<feedback><report_metadata><org_name>example.org</org_name>\
    <report_id>1</report_id><date_range><begin>1790000000</begin><end>1790086399</end></date_range>\
    </report_metadata><policy_published><domain>example.com</domain></policy_published>\
    <record><row><source_ip>192.0.2.1</source_ip><count>5</count></row>\
    <identifiers><header_from>example.com</header_from></identifiers>\
    <auth_results><dkim><domain>example.com</domain><selector>s2026</selector>\
    <result>pass</result></dkim></auth_results></record></feedback>";

/// A folder with the files that examples name.
fn folder() -> tempfile::TempDir {
    let folder = super::scratch();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("stamp"), "").unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let stamp = fs::File::options().write(true).open(path("stamp")).unwrap();
    stamp.set_modified(long_ago).unwrap();
    for name in [
        "Maildir/cur",
        "Maildir/new",
        "outbox",
        "reports",
        "etc",
        "programs",
        ".zfunc",
        ".config/fish/completions",
        ".local/share/bash-completion/completions",
    ] {
        fs::create_dir_all(path(name)).unwrap();
    }
    for (name, body) in PROGRAMS {
        let file = path("programs").join(name);
        fs::write(&file, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let run = |words: &str| {
        let words: Vec<_> = words.split(' ').collect();
        let mut command = super::command(&words);
        Run::of(command.current_dir(folder.path())).exits(0).stdout
    };
    let zone = ["s2026", "selector1", "selector2"].map(|selector| {
        run(&format!(
            "keygen -s {selector} -d example.com --key-to {selector}.pem"
        ))
    });
    fs::write(path("keys.zone"), zone.concat()).unwrap();
    let alias = "s1._domainkey.example.com. IN CNAME s1.dkim.example.net.\n";
    fs::write(path("cname.txt"), alias).unwrap();
    fs::write(path("new.zone"), alias).unwrap();
    let tokens = r#"{"Tokens": ["aaaabbbbccccdddd"], "SigningHostedZone": "dkim.amazonses.com"}"#;
    fs::write(path("ses.json"), tokens).unwrap();
    for (name, key) in [("rsa.pem", "rsa2048.pem"), ("ed.pem", "ed25519.pem")] {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys");
        fs::copy(keys.join(key), path(name)).unwrap();
    }
    let message = "Received: from a by b; Mon, 30 Nov 2026 10:00:00 +0000\r\n\
                   From: joe@example.com\r\nTo: you@example.net\r\n\
                   Subject: dinner\r\n\r\nHello.\r\n";
    for name in ["unsigned.eml", "outbox/one.eml", "outbox/two.eml"] {
        fs::write(path(name), message).unwrap();
    }
    let signed = run("sign --timestamp 1790000000 -s selector1 -k selector1.pem \
                      -s selector2 -k selector2.pem unsigned.eml");
    let broken = String::from_utf8(signed.clone()).unwrap();
    let broken = broken.replace("dinner", "[list] dinner");
    fs::write(path("message.eml"), signed).unwrap();
    fs::write(path("broken.eml"), &broken).unwrap();
    fs::write(path("Maildir/cur/1:2,S"), &broken).unwrap();
    fs::write(path("reports/1.xml"), REPORT).unwrap();
    let audit = "audit example.com --json --zone keys.zone";
    fs::write(path("last.json"), run(audit)).unwrap();
    folder
}

#[test]
fn examples_exit_as_they_should() {
    let folder = folder();
    let programs = folder.path().join("programs");
    let path = std::env::var("PATH").unwrap_or_default();
    for &(subcommand, examples) in examples::ALL {
        let words = [subcommand, "--help"];
        let words = words.into_iter().filter(|word| !word.is_empty());
        dkim(&words.collect::<Vec<_>>())
            .exits(0)
            .prints(&examples::help(examples, ""));
        // Those of `dkim --help` are also of its subcommands.
        for example in examples.iter().filter(|_| !subcommand.is_empty()) {
            // A line that help has to wrap could not be pasted.
            assert!(example.command.len() <= 78, "{}", example.command);
            let line = example.command.replace("/etc/dkim", "etc");
            let mut command = Command::new("sh");
            command
                .args(["-c", &line])
                .current_dir(folder.path())
                .env("DKIM", DKIM)
                .env("HOME", folder.path())
                .env("PATH", format!("{}:{path}", programs.display()))
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let run = Run::of(&mut command);
            assert_eq!(run.status, example.status, "{line}\n{}", run.stderr);
        }
    }
}
