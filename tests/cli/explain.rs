//! `dkim verify --explain`: why signatures do not pass.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::mailboxes::mbox;
use super::many::signed_by;
use super::{Run, ZONE, dkim, dkim_reading, file, replaced, scratch, signed, word};
use crate::support::dns_server::{Answer, DnsServer, NXDOMAIN, Reply, SERVFAIL};

const FOOTER: &[u8] = b"-- \r\nA footer of the list\r\nhttps://list.example/unsubscribe\r\n";

pub fn explain(words: &[&str], message: &[u8]) -> Run {
    let words = [&["verify", "--explain", ZONE[0], ZONE[1]], words].concat();
    dkim_reading(&words, message)
}

/// A message with one more signature, by a key of testdata/ under its own name.
pub fn signed_again(selector: &str, message: &[u8]) -> Vec<u8> {
    let key = format!("testdata/keys/{selector}.pem");
    let words = [
        "sign",
        "-q",
        "-d",
        "example.com",
        "-s",
        selector,
        "-k",
        &key,
    ];
    dkim_reading(&words, message).exits(0).stdout
}

pub fn with_footer(message: &[u8]) -> Vec<u8> {
    [message, FOOTER].concat()
}

/// A message whose key is missing, while the DNS may be asked for names near it.
fn without_key(selector: &str) -> Vec<u8> {
    signed_by("example.com", selector)
}

/// The causes that JSON gives for each signature of each message; `null` for one without.
pub fn causes(run: &Run) -> Value {
    let of_signature = |signature: &Value| match signature["explanation"].as_array() {
        Some(explanations) => explanations
            .iter()
            .map(|each| each["cause"].clone())
            .collect(),
        None => Value::Null,
    };
    let of_message = |message: &Value| -> Value {
        let signatures = message["signatures"].as_array().unwrap();
        signatures.iter().map(of_signature).collect()
    };
    run.json().iter().map(of_message).collect()
}

#[test]
fn in_an_mbox_no_quoting_is_taken_for_a_change() {
    let body = b"From: joe@example.com\r\nSubject: x\r\n\r\n>From the author\r\n>From him\r\n";
    let message = signed_again("rsa2048", body);
    // One signature of before the footer, one of after it; the quotes are the author's.
    let both = signed_again("ed25519", &with_footer(&message));
    let expected = json!([[null, ["content-appended"]]]);
    assert_eq!(causes(&explain(&["--json"], &both)), expected);
    for quoting in [true, false] {
        let run = explain(&["--json"], &mbox(std::slice::from_ref(&both), quoting)).exits(0);
        assert_eq!(causes(&run), expected, "{quoting}");
        // Also where no signature tells which of the readings is right.
        let run = explain(&["--json"], &mbox(&[with_footer(&message)], quoting)).exits(1);
        assert_eq!(causes(&run), json!([[["content-appended"]]]), "{quoting}");
    }
    // What was stuffed on the way is found as ever.
    let stuffed = replaced(
        &signed_again("rsa2048", &replaced(body, ">From the", "From the")),
        "From the",
        ">From the",
    );
    let run = explain(&["--json"], &mbox(&[stuffed], true)).exits(1);
    assert_eq!(causes(&run), json!([[["from-stuffing"]]]));
}

#[test]
fn each_signature_is_judged_in_the_reading_that_suits_it() {
    let message = b"From: joe@example.com\r\nSubject: x\r\n\r\nFrom here on\r\n";
    let first = signed_again("rsa2048", message);
    let stuffed = replaced(&first, "\nFrom here", "\n>From here");
    let both = signed_again("ed25519", &stuffed);
    let run = explain(&["--json", "--require", "all"], &mbox(&[both], false)).exits(0);
    assert_eq!(causes(&run), json!([[null, null]]));
}

#[test]
fn an_unreadable_field_is_explained_where_damage_may_have_done_it() {
    let explained = |from: &str, to: &str| {
        let run = explain(&["--json"], &replaced(&signed(), from, to)).exits(1);
        causes(&run)[0][0].clone()
    };
    let expected = json!(["signature-field-changed"]);
    assert_eq!(explained(" b=", " c="), expected);
    assert_eq!(explained("bh=", "bh=!"), expected);
    assert_eq!(explained("bh=", "bh "), expected);
    assert_eq!(explained("v=1", "v=2"), Value::Null);
    let run = explain(&[], &replaced(&signed(), "bh=", "bh=!")).exits(1);
    run.prints("    likely: bh= is not base64");
}

#[test]
fn a_malformed_header_keeps_nothing_from_being_explained() {
    let changed = [b"junk\r\n", &signed()[..], b"-- \r\nA list\r\n"].concat();
    let run = explain(&["--json"], &changed).exits(1);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(signature["reason"], "malformed-header");
    assert_eq!(causes(&run), json!([[["content-appended"]]]));
}

/// What no mail system does to a message is told as the signer's doing.
#[test]
fn a_signer_that_writes_no_hash_is_told() {
    let message = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=rsa2048; h=from; b=AAAA;\r\n \
                    bh=0123456789abcdef0123456789abcdef01234567\r\nFrom: a@example.com\r\n\r\nx\r\n";
    let run = explain(&["--json"], message).exits(1);
    let signature = &run.json()[0]["signatures"][0];
    let result = (&signature["result"], &signature["reason"]);
    assert_eq!(result, (&json!("neutral"), &json!("signature-syntax")));
    let explanation = &signature["explanation"][0];
    assert_eq!(explanation["cause"], "signature-field-changed");
    assert_eq!(explanation["proof"], "likely");
    let detail = explanation["detail"].as_str().unwrap();
    let told = "the signer wrote no body hash into bh=: it is the hexadecimal text of a SHA-1 hash";
    assert!(detail.starts_with(told), "{detail}");
    let remedy = "have the signer encode the bytes of the hash in base64, not its hexadecimal text";
    assert_eq!(explanation["remedy"], remedy);
}

/// Whether a name is one of those below that signatures name, not one nearby.
fn is_own_name(name: &str) -> bool {
    let selector = name.strip_suffix("._domainkey.example.com.");
    let rest = selector.and_then(|selector| selector.strip_prefix("missing"));
    rest.is_some_and(|rest| {
        let number = rest.trim_end_matches(['x', 'y']);
        number.len() == rest.len() - 1 && number.parse::<u8>().is_ok()
    })
}

#[test]
fn a_silent_name_server_takes_no_more_than_the_time_for_names_nearby() {
    let server = DnsServer::start(|question| {
        if is_own_name(&question.name) {
            return Answer::code(NXDOMAIN).into();
        }
        Reply::Silence
    });
    let at = server.address().to_string();
    let folder = scratch();
    let mut several = without_key("missing0x");
    for n in 1..15 {
        several = {
            let selector = format!("missing{n}x");
            let words = ["sign", "-q", "-d", "example.com", "-s", &selector, "-k"];
            dkim_reading(
                &[&words[..], &["testdata/keys/ed25519.pem"]].concat(),
                &several,
            )
            .stdout
        };
    }
    file(&folder, "several", &several);
    for n in 0..8 {
        file(
            &folder,
            &format!("{n}"),
            &without_key(&format!("missing{n}y")),
        );
    }
    let path = word(folder.path().to_owned());
    // They have 5 seconds. Waiting for each name in turn would reach the limit of the test.
    let words = [
        "verify",
        "--json",
        "--explain",
        "--nameserver",
        &at,
        "--dns-timeout",
        "100",
        "-j2",
        &path,
    ];
    let run = dkim(&words).exits(1);
    let lines = run.json();
    assert_eq!(lines.len(), 9);
    for line in &lines {
        let signature = &line["signatures"][0];
        let warnings = signature["warnings"].as_array().unwrap();
        let is_spent = |warning: &Value| warning["code"] == "explain-budget-spent";
        let spent = warnings.iter().find(|warning| is_spent(warning)).unwrap();
        let message = spent["message"].as_str().unwrap();
        assert!(
            message.starts_with("the DNS gave no answer for"),
            "{signature}"
        );
        assert_eq!(spent["remedy"], "try again later");
    }
    let names = server.questions().into_iter().map(|question| question.name);
    let names: BTreeSet<_> = names.filter(|name| !is_own_name(name)).collect();
    assert!(!names.is_empty() && names.len() <= 9 * 30, "{names:?}");
}

#[test]
fn what_the_dns_says_in_time_is_heeded() {
    let record = "v=DKIM1; k=ed25519; p=SEwq/J0GImxUzKbdbiIEtdkSd/p7Th5jRODv6wtv92U=";
    let server = DnsServer::start(move |question| match question.name.as_str() {
        "selector1._domainkey.example.com." => Answer::default().txt(&question.name, record).into(),
        "slector1._domainkey.example.com." => Answer::code(NXDOMAIN).into(),
        _ => Reply::Silence,
    });
    let at = server.address().to_string();
    let words = ["verify", "--json", "--explain", "--nameserver", &at];
    let run = dkim_reading(&words, &without_key("slector1")).exits(1);
    assert_eq!(causes(&run), json!([[["selector-misspelled"]]]));
    // Where the DNS does not work, there is nothing to explain but that.
    let server = DnsServer::start(|_| Answer::code(SERVFAIL).into());
    let at = server.address().to_string();
    let words = ["verify", "--explain", "--nameserver", &at];
    dkim_reading(&words, &signed())
        .exits(3)
        .prints("-: temperror")
        .prints("without a key nothing can be told")
        .prints("remedy: try again later");
}

#[test]
fn what_nobody_is_told_is_not_searched_for() {
    let server = DnsServer::start(|_| Answer::code(NXDOMAIN).into());
    let at = server.address().to_string();
    let message = without_key("missing0x");
    let asked = |word: &str| {
        let before = server.questions().len();
        let words = ["verify", "--explain", "--nameserver", &at, word];
        dkim_reading(&words, &message).exits(1);
        server.questions().len() - before
    };
    // The search begins with names near that of the key.
    assert!(asked("--json") > 1);
    assert_eq!(asked("--quiet"), 1);
}

#[test]
fn messages_that_need_no_explanation_have_none() {
    let unsigned = b"From: a@b.example\r\n\r\nBody\r\n";
    let plain = dkim_reading(&["verify", ZONE[0], ZONE[1]], unsigned).exits(1);
    assert_eq!(explain(&[], unsigned).exits(1).stdout(), plain.stdout());
    let passes = explain(&[], &signed()).exits(0);
    assert!(!passes.stdout().contains("proven"), "{}", passes.stdout());
    let missing = explain(&["--json"], &without_key("nothing")).exits(1);
    assert_eq!(causes(&missing), json!([[["key-missing"]]]));
    let misspelled = explain(&["--json"], &without_key("ed25591")).exits(1);
    assert_eq!(causes(&misspelled), json!([[["selector-misspelled"]]]));
}

#[test]
fn many_files_are_explained_in_order_and_parted_by_blank_lines() {
    let folder = scratch();
    let unsigned = b"From: a@b.example\r\n\r\nBody\r\n".to_vec();
    let tagged = replaced(&signed(), "Subject: ", "Subject: [list] ");
    let kinds = [
        unsigned.clone(),
        with_footer(&signed()),
        tagged,
        signed(),
        unsigned,
    ];
    for n in 0..20 {
        file(&folder, &format!("{n:02}.eml"), &kinds[n % kinds.len()]);
    }
    let path = word(folder.path().to_owned());
    let run = |words: &[&str]| {
        let words = [&["verify", "--explain", ZONE[0], ZONE[1], &path], words].concat();
        dkim(&words).exits(1)
    };
    for form in [&["--json"][..], &[]] {
        let [one, two] = ["-j1", "-j2"].map(|jobs| run(&[form, &[jobs]].concat()));
        assert_eq!(one.stdout(), two.stdout());
    }
    let text = run(&[]);
    let text = text.stdout();
    assert!(!text.starts_with('\n') && !text.contains("\n\n\n") && !text.ends_with("\n\n"));
    assert_eq!(text.matches("\n\n").count(), 19, "{text}");
}

#[test]
fn what_is_asked_for_wrongly_has_a_hint() {
    dkim(&["explain", "x.eml"])
        .exits(2)
        .says("unrecognized subcommand")
        .says("dkim: hint: dkim verify --explain x.eml");
    let words = ["verify", "--explain", "--authentication-results", "x.eml"];
    dkim(&words)
        .exits(2)
        .says("--authentication-results")
        .says("dkim: hint: ");
    dkim(&["verify", "--explain", "--explain-budget", "0", "x.eml"])
        .exits(2)
        .says("expected an amount of work from 1, not a time")
        .says("dkim: hint: write --explain-budget 2000\n");
    explain(&["--explain-budget", "2s"], &signed())
        .exits(2)
        .says("expected an amount of work from 1, not a time")
        .says("dkim: hint: write --explain-budget 2000\n");
    dkim(&["verify", "--explain-budget", "2", "x.eml"])
        .exits(2)
        .says("--explain");
    explain(&["--explain-budget", "1"], &signed()).exits(0);
    let words = [
        "verify",
        ZONE[0],
        ZONE[1],
        "--authentication-results",
        "mx.example.org",
    ];
    dkim(&[&words[..], &["testdata/message.eml"]].concat())
        .exits(4)
        .says("mx.example.org: no such file or directory")
        .says("dkim: hint: write --authentication-results=mx.example.org\n");
    let run = dkim(&[&words[..4], &["testdata/nothing.eml/"]].concat()).exits(4);
    assert!(!run.stderr.contains("hint"), "{}", run.stderr);
}
