//! Exit statuses, usage errors, and ends that are not of our making.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use super::{DKIM, Run, ZONE, command, command_of, dkim, dkim_reading, file, scratch, signed};
use crate::support::child::{self, Child};

#[test]
fn usage_errors_name_the_cause_and_hint() {
    let usage = |words: &[&str], why: &str| {
        let run = dkim(words)
            .exits(2)
            .says("dkim: error: ")
            .says(why)
            .says("dkim: hint: ");
        assert!(run.stdout.is_empty());
    };
    usage(&["verify", "--frobnicate"], "--frobnicate");
    usage(&["frobnicate"], "frobnicate");
    usage(&["sign", "x.eml"], "--selector");
    usage(
        &["sign", "-s", "a", "-s", "b", "-k", "c", "x.eml"],
        "go in pairs",
    );
    usage(&["sign", "-s", "a b", "-k", "c", "x.eml"], "a b");
    usage(
        &["sign", "-s", "a", "-k", "c", "-d", "com", "x.eml"],
        "at least two labels",
    );
    usage(
        &["sign", "-s", "a", "-k", "c", "x.eml", "y.eml"],
        "several messages",
    );
    usage(
        &["sign", "-s", "a", "-k", "c", "--in-place"],
        "--in-place wants files",
    );
    usage(
        &["sign", "-s", "a", "-k", "c", "--output-dir", ".", "-"],
        "--output-dir wants files",
    );
    usage(&["verify", "--at", "yesterday", "x.eml"], "RFC 3339");
    usage(&["verify", "--require", "most", "x.eml"], "most");
    usage(
        &[
            "verify",
            "--zone",
            "a",
            "--nameserver",
            "127.0.0.1",
            "x.eml",
        ],
        "--nameserver",
    );
    usage(&["verify", "--max-signatures", "0", "x.eml"], "0");
    let run = dkim(&["verify", "--nameserver", "dns.example.com", "x.eml"]).exits(2);
    run.says("--nameserver: not an IP address");
    usage(&["verify", "--trust-anchor", "a", "x.eml"], "--dnssec");
    for option in ["--tls-ca", "--tls-name"] {
        usage(&["verify", option, "a", "x.eml"], option);
    }
}

#[cfg(not(feature = "dnssec"))]
#[test]
fn a_build_without_dnssec() {
    let run = dkim(&["verify", "--dnssec", "x.eml"]).exits(2);
    run.says("dkim: error: --dnssec: this build has no DNSSEC")
        .says("dkim: hint: build dkim with --features dnssec");
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_build_without_tls() {
    for transport in ["tls", "https"] {
        let run = dkim(&["verify", "--dns-over", transport, "x.eml"]).exits(2);
        run.says("dkim: error: --dns-over: this build has no DNS over TLS or HTTPS")
            .says("dkim: hint: build dkim with --features tls");
    }
}

#[cfg(all(feature = "dnssec", feature = "tls"))]
#[test]
fn files_that_say_whom_to_trust() {
    let anchors = ["verify", "--dnssec", "--trust-anchor"];
    let roots = ["verify", "--dns-over", "tls", "--tls-ca"];
    let folder = scratch();
    let check = |words: &[&str], contents: &str, error: &str| {
        let path = file(&folder, "trusted", contents.as_bytes());
        let run = dkim(&[words, &[&path, "testdata/message.eml"]].concat()).exits(4);
        run.says(&format!("dkim: error: {path}: {error}"));
    };
    check(&anchors, "", "there is no DNSKEY or DS record in it");
    check(&anchors, ";\n. DS 1 8 2 00\n", "line 2: a DS record has");
    check(&anchors, "trust-anchors {\n", "line 1: no such record type");
    check(&roots, "", "there is no certificate in PEM in it");
    for words in [&anchors[..], &roots[..]] {
        let run = dkim(&[words, &["nothing", "x.eml"]].concat()).exits(4);
        run.says("nothing: no such file or directory");
        let run = dkim(&[words, &["/dev/zero", "x.eml"]].concat()).exits(4);
        run.says("/dev/zero: larger than 64 MiB, the limit");
    }
    let https = [
        "verify",
        "--dns-over",
        "https",
        "--nameserver",
        "[::1]",
        "x.eml",
    ];
    dkim(&https)
        .exits(4)
        .says("hint: say that name with --tls-name");
    let misnamed = [&https[..], &["--tls-name", "a b"]].concat();
    dkim(&misnamed)
        .exits(2)
        .says("dkim: error: --tls-name: not the name of a TLS server: a b");
}

#[test]
fn help_and_version_are_results() {
    dkim(&["--version"])
        .exits(0)
        .prints(env!("CARGO_PKG_VERSION"));
    for words in [
        &["--help"][..],
        &["help"],
        &["help", "sign"],
        &["verify", "--help"],
        &["sign", "-h"],
    ] {
        let run = dkim(words).exits(0).prints("Usage: dkim");
        let long = run.stdout().lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{words:?}");
    }
    dkim(&[]).exits(2).says("Usage: dkim");
}

#[test]
fn bad_files_are_named() {
    let folder = scratch();
    let zone = file(&folder, "bad.zone", b"a TXT \"ok\"\nb TXT \"no end\n");
    dkim(&["verify", "--zone", &zone, "x.eml"])
        .exits(4)
        .says("bad.zone: line 2");
    dkim(&["verify", "--zone", "/nowhere", "x.eml"])
        .exits(4)
        .says("/nowhere: no such file");
    dkim(&["verify", "--zone", "/dev/zero", "x.eml"])
        .exits(4)
        .says("dkim: error: /dev/zero: larger than 64 MiB, the limit");
    let name = "odd\u{1b}[31m.eml";
    dkim(&["verify", ZONE[0], ZONE[1], name])
        .exits(4)
        .says("odd\\u{1b}[31m.eml: no such file");
    let long = [
        b"Subject: ".as_slice(),
        &b"x".repeat(2 * 1024 * 1024),
        b"\r\n\r\n",
    ]
    .concat();
    let run = dkim_reading(&["verify", ZONE[0], ZONE[1], "--json"], &long).exits(4);
    let run = run.says("-: the header field Subject is longer than 1 MiB");
    assert_eq!(run.json()[0]["result"], serde_json::Value::Null);
}

#[test]
fn a_full_disk_is_an_error() {
    for words in [
        &["verify", ZONE[0], ZONE[1], "testdata/message.eml"][..],
        &[
            "sign",
            "-s",
            "x",
            "-k",
            "testdata/keys/rsa2048.pem",
            "testdata/message.eml",
        ],
    ] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        Run::of(command(words).stdout(full))
            .exits(4)
            .says("standard output: no space left on device");
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = scratch();
    let path = file(&folder, "signed.eml", &signed());
    let mut words = vec!["verify", ZONE[0], ZONE[1], "--json"];
    words.extend(std::iter::repeat_n(path.as_str(), 500));
    let mut child = Child::start(&mut command(&words)).unwrap();
    let mut first = [0; 64];
    let stdout = child.stdout.as_mut().unwrap();
    stdout.read_exact(&mut first).unwrap();
    let (said, status) = child.close();
    // No status that could be taken for an answer: SIGPIPE ends it, as it ends other tools.
    assert_eq!((status.signal(), said.as_str()), (Some(13), ""));
}

#[test]
fn colors_only_where_they_are_wanted() {
    let colors = |words: &[&str]| {
        let run =
            dkim_reading(&[&["verify", ZONE[0], ZONE[1]], words].concat(), &signed()).exits(0);
        run.stdout.contains(&0x1b)
    };
    assert!(!colors(&[]) && !colors(&["--color", "never"]) && colors(&["--color", "always"]));
}

/// What bash offers for a word, as far as it has bash; where that is nothing, bash offers files.
fn bash_offers(subcommand: &str, word: &str, expected: &str) {
    let script = r#"source <("$0" completions bash) && COMP_WORDS=(dkim "$1" "$2") &&
        COMP_CWORD=2 && _dkim dkim "$2" "$1"; echo "${COMPREPLY[*]}""#;
    let words = ["-c", script, DKIM, subcommand, word];
    if let Ok(output) = child::output(&mut command_of("bash", &words), &[]) {
        let offered = String::from_utf8(output.stdout).unwrap();
        assert_eq!(offered.trim_end(), expected, "{subcommand} {word:?}");
    }
}

#[test]
fn completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = dkim(&["completions", shell]).exits(0);
        assert!(
            script.prints("canonicalization").stdout().contains("dkim"),
            "{shell}"
        );
    }
    // What stands between these quotes bash expands, against the names of files.
    let bash = dkim(&["completions", "bash"]).exits(0);
    assert!(bash.stdout().contains("compgen -W \"email\""));
    assert!(!bash.stdout().contains(" *\" -- "));
    bash_offers("verify", "", "");
    bash_offers("verify", "--expl", "--explain --explain-budget");
    bash_offers("inspect", "", "");
    bash_offers("completions", "e", "elvish");
    dkim(&["completions", "tcsh"]).exits(2).says("tcsh");
    dkim(&["man"])
        .exits(0)
        .prints(".TH dkim 1")
        .prints(".SH \"EXIT STATUS\"\n0 yes");
    let scratch = scratch();
    // A folder that is not there is made.
    let folder = scratch.path().join("share/man1");
    let path = folder.to_str().unwrap();
    dkim(&["man", path]).exits(0);
    for page in [
        "dkim.1",
        "dkim-sign.1",
        "dkim-verify.1",
        "dkim-keygen.1",
        "dkim-lookup.1",
    ] {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        let examples = text.contains(".SH EXAMPLES\n.nf\n  # ");
        assert!(examples || page == "dkim.1", "{page}");
        assert!(!text.contains("EXTRA"), "{page}");
    }
    dkim(&["man", "Cargo.toml"])
        .exits(4)
        .says("dkim: error: Cargo.toml: file exists");
}

#[test]
fn words_of_other_tools_get_the_right_command_line() {
    for (words, hint) in [
        (
            "genkey -s s1 -d a.example",
            "dkim keygen -s s1 -d a.example",
        ),
        (
            "opendkim-genkey -b 2048 -s s1 -d a.example",
            "dkim keygen -s s1 -d a.example",
        ),
        (
            "testkey -d a.example -s s1 -k /etc/s1.pem",
            "dkim lookup -s s1 -d a.example --expect-key /etc/s1.pem",
        ),
        ("check mail.eml", "dkim verify mail.eml"),
        ("version", "dkim --version"),
        (
            "lookup s2026 example.com",
            "dkim lookup -s s2026 -d example.com",
        ),
        ("verify --resolver 9.9.9.9 x.eml", "write --nameserver"),
        ("verify -d example.com x.eml", "write --signed-by"),
        ("lookup -k s1.pem", "write --expect-key"),
        ("keygen -s s1 -d a.example -r", "write --service email"),
        (
            "keygen -s s1 -d a.example --directory keys",
            "write --output-dir",
        ),
        (
            "revoke -s s1 -d a.example",
            "dkim record --revoke -s s1 -d a.example",
        ),
        ("lookup", "dkim lookup s2026._domainkey.example.com"),
        ("sign --private-key a.pem -s s1 x.eml", "write --key"),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let hint = format!("dkim: hint: {hint}\n");
        dkim(&words).exits(2).says(&hint);
    }
}

#[test]
fn a_warning_counts_as_no_where_that_is_wanted() {
    let folder = scratch();
    let message = signed();
    let good = file(&folder, "good.eml", &message);
    let long = [&message[..], &[b'x'; 1200], b"\r\n"].concat();
    let warned = file(&folder, "long.eml", &long);
    let fail_on = |words: &[&str]| dkim(&[words, &["--fail-on", "warning"]].concat());
    let zone = [&["verify"], &ZONE[..]].concat();
    fail_on(&[&zone[..], &[&good]].concat()).exits(0);
    // A signature that does not pass is no either way, and a file that is not there is worse.
    fail_on(&[&zone[..], &[&warned]].concat()).exits(1);
    fail_on(&[&zone[..], &[&good, "missing.eml"]].concat()).exits(4);
    let weak = ["sign", "-s", "rsa1024", "-k", "testdata/keys/rsa1024.pem"];
    let sign = [&weak[..], &["testdata/message.eml"]].concat();
    dkim(&sign).exits(0);
    // The message is signed nevertheless.
    fail_on(&sign).exits(1).prints("DKIM-Signature: ");
    fail_on(&[&sign[..], &["--quiet"]].concat()).exits(1);
    let testing = "v=DKIM1; t=y; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    dkim(&["record", "--check", testing]).exits(0);
    fail_on(&["record", "--check", testing]).exits(1);
    fail_on(&["record", "--check", &testing.replace("t=y; ", "")]).exits(0);
}

#[test]
fn text_is_as_wide_as_the_columns_that_are_wanted() {
    let widest = |columns: &str| {
        let mut verify = command(&[&["verify"], &ZONE[..], &["-"]].concat());
        let output = child::output(
            verify.env("COLUMNS", columns).stdin(Stdio::piped()),
            &signed(),
        );
        let run = Run::from(output.unwrap()).exits(0);
        run.stdout().lines().map(str::len).max().unwrap()
    };
    assert!(widest("50") <= 50);
    assert!((51..=80).contains(&widest("80")));
    assert!(widest("200") > 80);
    // Off a terminal, and where the value is no number.
    assert!((51..=80).contains(&widest("wide")));
}

#[test]
fn words_of_other_tools_need_not_be_text() {
    let odd = std::ffi::OsStr::from_bytes(b"a\xff.eml");
    let run = Run::of(command(&["check"]).arg(odd)).exits(2);
    run.says("dkim: hint: dkim verify ");
    let run = dkim(&["testkey", "--domain=a.example", "--selector=s1"]).exits(2);
    run.says("dkim: hint: dkim lookup -s s1 -d a.example ");
    dkim(&["--json", "check", "m.eml"]).says("dkim: hint: dkim verify m.eml");
}
