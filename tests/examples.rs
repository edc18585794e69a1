//! The programs under `examples/`: each is run, and what it prints is compared.
//!
//! A whole `cargo test` builds them, and so does `cargo build --examples`.

// A test's helpers, too, may end the test.
#![allow(clippy::panic, clippy::unwrap_used)]

#[path = "support/child.rs"]
mod child;
#[cfg(feature = "resolver")]
#[path = "support/dns_server.rs"]
mod dns_server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use dkim_toolkit::{KeyAnswer, verify};

/// A file of testdata.
fn testdata(name: &str) -> String {
    format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What an example prints when it is run with these arguments.
fn run(name: &str, arguments: &[&str]) -> String {
    // Tests are in `deps`, beside `examples`.
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "{} is not there: cargo build --examples",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = child::output(&mut command, &[]).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{name}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The record of testdata/zone at this selector.
fn record(selector: &str) -> String {
    let zone = fs::read_to_string(testdata("zone")).unwrap();
    let owner = format!("\n{selector}._domainkey.example.com. 3600 IN TXT ");
    let (_, text) = zone.split_once(&owner).unwrap();
    let end = if text.starts_with('(') { "\n)" } else { "\n" };
    let (strings, _) = text.split_once(end).unwrap();
    strings.split('"').skip(1).step_by(2).collect()
}

/// Whether a message was signed by example.com with the key at this selector.
fn is_signed(message: &[u8], selector: &str) -> bool {
    let report = verify(message, u64::MAX, |query| {
        assert_eq!(query.name(), format!("{selector}._domainkey.example.com."));
        KeyAnswer::from_txt([record(selector)], None)
    });
    let report = report.unwrap();
    report.verdicts[0].reason.is_none()
}

#[test]
fn verify_file() {
    let table = folder("verify_file").join("table");
    let record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let line = format!("brisbane._domainkey.football.example.com. {record}\n");
    fs::write(&table, line).unwrap();
    let message = testdata("rfc/rfc8463-appendix-a.eml");
    let printed = run("verify_file", &[&message, table.to_str().unwrap()]);
    let expected = "pass\npermerror: no key for signature: the name does not exist \
                    (test._domainkey.football.example.com.)\n";
    assert_eq!(printed, expected);
}

#[cfg(feature = "resolver")]
#[test]
fn verify_async() {
    let message = testdata("rfc/rfc8463-appendix-a.eml");
    let printed = run("verify_async", &[&message, &testdata("zone")]);
    assert_eq!(printed, "pass\npass\n");
}

/// One server is the resolver and the authoritative server.
#[cfg(feature = "resolver")]
#[test]
fn every_server() {
    use dns_server::{A, Answer, DnsServer, NS, Record, SOA, TXT, wire_name};

    let server = DnsServer::start(|question| {
        let at = |data| Record::new(&question.name, question.record_type, data);
        let mut answer = Answer::default().soa_of("example.com", 300, 60);
        answer.authoritative = true;
        match question.record_type {
            A => answer.answers.push(at(vec![127, 0, 0, 1])),
            NS => answer.answers.push(at(wire_name("ns.example.com"))),
            SOA => answer.answers = answer.authorities.clone(),
            TXT => answer = answer.txt(&question.name, "v=DKIM1; p="),
            _ => {}
        }
        answer.into()
    });
    let (address, port) = (
        server.address().to_string(),
        server.address().port().to_string(),
    );
    let printed = run(
        "every_server",
        &["s._domainkey.example.com", &address, &port],
    );
    let expected = format!(
        "zone example.com.\nns.example.com. {address}: v=DKIM1; p=\n\
         a denial may be kept for 60 s\n"
    );
    assert_eq!(printed, expected);
}

#[test]
fn sign_many() {
    let folder = folder("sign_many");
    let paths = ["message.eml", "message.lf.eml"].map(|name| {
        let path = folder.join(name);
        fs::copy(testdata(name), &path).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let key = testdata("keys/ed25519.pem");
    let arguments = [&key, "example.com", "ed25519", &paths[0], &paths[1]];
    let printed = run("sign_many", &arguments);
    assert_eq!(
        printed,
        format!("{}.signed\n{}.signed\n", paths[0], paths[1])
    );
    for path in paths {
        let signed = fs::read(format!("{path}.signed")).unwrap();
        assert!(is_signed(&signed, "ed25519"), "{path}");
        assert!(signed.ends_with(&fs::read(path).unwrap()));
    }
}

#[test]
fn sign_elsewhere() {
    for selector in ["rsa2048", "ed25519"] {
        let key = testdata(&format!("keys/{selector}.pem"));
        let message = testdata("message.eml");
        let signed = run("sign_elsewhere", &[&key, "example.com", selector, &message]);
        assert!(is_signed(signed.as_bytes(), selector), "{signed}");
    }
}

#[test]
fn milter() {
    let printed = run("milter", &[]);
    assert!(printed.starts_with("DKIM-Signature: v=1; a=ed25519-sha256;"));
    assert!(printed.ends_with("\npass\n"), "{printed}");
}
