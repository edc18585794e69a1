//! `dkim verify`: the report, the JSON, the options.

use super::{ZONE, dkim, dkim_reading, file, replaced, scratch, signed};
use crate::support::dns_server::{Answer, DnsServer, REFUSED, Reply};
use crate::testdata;

fn verify(words: &[&str], message: &[u8]) -> super::Run {
    dkim_reading(&[&["verify", ZONE[0], ZONE[1]], words].concat(), message)
}

#[test]
fn the_report_says_what_was_signed_and_fits_80_columns() {
    let report = verify(&[], &signed()).exits(0);
    let report = report
        .prints(
            "-: pass\n  From: Joe SixPack <joe@example.com>\n  Subject: Tickets for Saturday\n  \
             Date: Thu, 14 Jan 2027 18:30:00 +0100\n  pass  example.com  selector rsa2048\n",
        )
        .prints("rsa-sha256 (2048 bits), relaxed/relaxed")
        .prints("the whole body");
    assert!(
        report
            .stdout()
            .lines()
            .all(|line| line.chars().count() <= 80),
        "{}",
        report.stdout()
    );
    assert!(!report.stdout().contains('\u{1b}'));
}

#[test]
fn body_and_header_are_judged_apart() {
    let message = signed();
    let body = replaced(&message, "\r\n\r\n", "\r\n\r\nNew first line.\r\n");
    verify(&[], &body)
        .exits(1)
        .prints("[body-hash-mismatch]")
        .prints("header fields are unchanged");
    let header = replaced(&message, "Subject: ", "Subject: [list] ");
    verify(&[], &header).exits(1).prints("[signature-mismatch]");
    let run = verify(&["--json"], &header).exits(1);
    let signature = &run.json()[0]["signatures"][0];
    assert_eq!(
        (
            &signature["body_hash"]["matches"],
            &signature["signature_matches"]
        ),
        (&true.into(), &false.into())
    );
}

#[test]
fn json_has_every_key() {
    let both = "result reason detail domain domain_ascii selector identity algorithm canonicalization signed_headers \
        oversigned_headers body_length timestamp expiration body_hash signature_matches key alignment \
        warnings explanation";
    let message_keys = "source index result from from_domains subject date message_id received \
        line_endings size signatures warnings error";
    for (message, result) in [
        (signed(), "pass"),
        (b"DKIM-Signature: x\n\n".to_vec(), "neutral"),
        (Vec::new(), "none"),
    ] {
        let run = verify(&["--json"], &message);
        let object = &run.json()[0];
        assert_eq!(object["result"], result);
        for key in message_keys.split_whitespace() {
            assert!(object.get(key).is_some(), "{key}");
        }
        for signature in object["signatures"].as_array().unwrap() {
            let keys = signature.as_object().unwrap();
            assert!(both.split_whitespace().all(|key| keys.contains_key(key)));
            assert_eq!(keys.len(), both.split_whitespace().count());
        }
    }
    let run = verify(&["--json"], &signed());
    let object = &run.json()[0];
    assert_eq!(
        (&object["from"][0], &object["line_endings"]),
        (&"joe@example.com".into(), &"crlf".into())
    );
    assert_eq!(
        object["signatures"][0]["oversigned_headers"],
        object["signatures"][0]["signed_headers"]
    );
    assert_eq!(object["signatures"][0]["identity"], "@example.com");
}

#[test]
fn many_inputs_and_the_worst_status() {
    let folder = scratch();
    let good = file(&folder, "good.eml", &signed());
    let bad = file(
        &folder,
        "bad.eml",
        &replaced(&signed(), "\r\n\r\n", "\r\n\r\nx"),
    );
    let missing = folder.path().join("missing.eml");
    let missing = missing.to_str().unwrap();
    let run = |words: &[&str]| dkim(&[&["verify", ZONE[0], ZONE[1]], words].concat());
    run(&[&good, &good]).exits(0);
    run(&[&bad, &good])
        .exits(1)
        .prints("good.eml: pass")
        .prints("bad.eml: fail");
    let run = run(&["--json", missing, &bad, &good]).exits(4);
    let run = run.says("missing.eml: no such file or directory");
    let lines = run.json();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["result"], &lines[0]["error"]),
        (
            &serde_json::Value::Null,
            &"no such file or directory".into()
        )
    );
    assert_eq!(lines[2]["result"], "pass");
}

#[test]
fn quiet_says_errors_only() {
    let run = verify(&["-q"], &signed()).exits(0);
    assert!(run.stdout.is_empty() && run.stderr.is_empty());
    let run = verify(&["--quiet", "--json"], b"From: a@b.example\n\n").exits(1);
    assert!(run.stdout.is_empty() && run.stderr.is_empty());
    verify(&["-q", "/nowhere"], b"")
        .exits(4)
        .says("/nowhere: no such file or directory");
}

#[test]
fn which_signatures_must_pass() {
    let words = [
        "sign",
        "-d",
        "other.example",
        "-s",
        "unknown",
        "-k",
        "testdata/keys/rsa2048.pem",
    ];
    let two = dkim_reading(&words, &signed()).exits(0).stdout;
    verify(&[], &two).exits(0);
    verify(&["--require", "all"], &two)
        .exits(1)
        .prints("-: policy");
    verify(&["--require", "all"], &signed()).exits(0);
    verify(&["--signed-by", "example.com"], &two).exits(0);
    verify(&["--signed-by", "EXAMPLE.com."], &two).exits(0);
    verify(&["--signed-by", "other.example"], &two)
        .exits(1)
        .prints("-: policy");
    verify(&["--signed-by", "ample.com"], &signed())
        .exits(1)
        .prints("-: policy");
    verify(&["--require", "any"], b"From: a@b.example\n\n")
        .exits(1)
        .prints("-: none");
}

#[test]
fn local_policy() {
    let weak = [
        "sign",
        "-s",
        "rsa1024",
        "-k",
        "testdata/keys/rsa1024.pem",
        "testdata/message.eml",
    ];
    let weak = dkim(&weak)
        .exits(0)
        .says("an RSA key of 1024 bits is weak")
        .stdout;
    verify(&[], &weak)
        .exits(0)
        .prints("warning: an RSA key of 1024 bits is weak");
    verify(&["--min-rsa-bits", "2048"], &weak)
        .exits(1)
        .prints("[key-below-minimum]")
        .prints("is good");
    let words = [
        "sign",
        "-s",
        "rsa2048",
        "-k",
        "testdata/keys/rsa2048.pem",
        "--timestamp",
        "1000000000",
    ];
    let old = dkim_reading(&[&words[..], &["--expires-in", "7d"]].concat(), &signed())
        .exits(0)
        .stdout;
    let one = ["--max-signatures", "1"];
    verify(&one, &old)
        .exits(1)
        .prints("[expired]")
        .prints("[too-many-signatures]");
    verify(&[&one[..], &["--ignore-expiration"]].concat(), &old).exits(0);
    verify(
        &[&one[..], &["--at", "2001-09-10T00:00:00Z"]].concat(),
        &old,
    )
    .exits(0);
    verify(&[&one[..], &["--at", "1000700000"]].concat(), &old).exits(1);
}

#[test]
fn the_time_of_receipt_may_be_the_time_of_judgement() {
    let words = [
        "sign",
        "-s",
        "rsa2048",
        "-k",
        "testdata/keys/rsa2048.pem",
        "--timestamp",
        "1000000000",
    ];
    let old = dkim_reading(
        &[&words[..], &["--expires-in", "1h", "testdata/message.eml"]].concat(),
        b"",
    )
    .stdout;
    let received = |date: &str| {
        [
            format!("Received: from a (b; c) by d; {date}\r\n").as_bytes(),
            &old,
        ]
        .concat()
    };
    verify(
        &["--at", "received"],
        &received("Sun, 9 Sep 2001 01:50:00 +0000"),
    )
    .exits(0);
    verify(
        &["--at", "received"],
        &received("Sun, 9 Sep 2001 05:50:00 +0200 (CEST)"),
    )
    .exits(1);
    verify(&["--at", "received"], &old)
        .exits(4)
        .says("no Received field with a date");
}

#[test]
fn an_mbox_separator_is_passed_over() {
    let message = [
        b"From joe@example.com Sat Jan  3 01:05:34 1996\r\n",
        &signed()[..],
    ]
    .concat();
    verify(&[], &message).exits(0);
}

#[test]
fn what_strangers_wrote_is_escaped() {
    let hostile =
        b"DKIM-Signature: v=1; a=\x1b[31m; d=a\x1b[2J.example; s=s; h=from; b=AAAA; bh=AAAA\n\
        From: \x1b]0;x\x07 <a@\x1b[2Jb.example>\nSubject: x\n\n";
    for words in [&[][..], &["--json"]] {
        let run = verify(words, hostile).exits(1);
        assert!(
            run.stdout
                .iter()
                .all(|octet| *octet == b'\n' || *octet >= b' '),
            "{}",
            run.stdout()
        );
    }
}

#[test]
fn dns_is_asked_and_its_failures_are_told_apart() {
    let record = String::from_utf8(testdata::read("zone")).unwrap();
    assert!(record.contains("rsa2048._domainkey"));
    let server = DnsServer::start(|_| Reply::Answer(Answer::code(REFUSED)));
    let at = server.address().to_string();
    let words = ["verify", "--nameserver", &at];
    dkim_reading(&words, &signed())
        .exits(3)
        .prints("[dns-servfail]")
        .prints("REFUSED");
    assert_eq!(
        server.questions()[0].name,
        "rsa2048._domainkey.example.com."
    );
    let nothing = DnsServer::with_txt(Vec::<(String, Vec<u8>)>::new());
    let at = nothing.address().to_string();
    dkim_reading(&["verify", "--nameserver", &at], &signed())
        .exits(1)
        .prints("[key-not-found]");
    let spf = DnsServer::with_txt([("rsa2048._domainkey.example.com.", "v=spf1 -all")]);
    let at = spf.address().to_string();
    let run = dkim_reading(
        &["verify", "--nameserver", &at, "--dns-over", "tcp"],
        &signed(),
    );
    run.exits(1).prints("none of them is a key");
    assert!(spf.questions()[0].over_tcp);
}
