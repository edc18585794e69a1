//! Private keys in every form and everywhere in a record: none is called anything else.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_toolkit::lint::{self, FindingCode};

use super::damage::{element, html, percent};
use crate::testdata;

/// Private keys, each with its name.
fn private_keys() -> Vec<(&'static str, String)> {
    let pem = |file: &str| {
        let text = testdata::read(&format!("keys/{file}"));
        String::from_utf8(text).unwrap()
    };
    let string = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&length[..], bytes].concat()
    };
    let openssh = [
        b"openssh-key-v1\0".to_vec(),
        string(b"none"),
        string(b"none"),
        string(b""),
        vec![0, 0, 0, 1],
        string(&[7; 51]),
        string(&[9; 136]),
    ];
    let openssh = STANDARD.encode(openssh.concat());
    let sec1 = element(0x30, &[&[2, 1, 1], &element(4, &[&[5; 32]])]);
    let sec1 = STANDARD.encode(sec1);
    let armored =
        |label: &str, key: &str| format!("-----BEGIN {label}-----\n{key}\n-----END {label}-----\n");
    vec![
        ("PKCS#8, RSA-2048", pem("rsa2048.pem")),
        ("PKCS#1, RSA-2048", pem("rsa2048.pkcs1.pem")),
        ("PKCS#8, RSA-4096", pem("rsa4096.pem")),
        ("PKCS#8, RSA-1024", pem("rsa1024.pem")),
        ("encrypted PKCS#8, RSA", pem("rsa2048.encrypted.pem")),
        ("PKCS#8, Ed25519", pem("ed25519.pem")),
        ("encrypted PKCS#8, Ed25519", pem("ed25519.encrypted.pem")),
        ("OpenSSH", armored("OPENSSH PRIVATE KEY", &openssh)),
        ("SEC1", armored("EC PRIVATE KEY", &sec1)),
    ]
}

/// What is published of a key, made of its base64 in one piece and of its file.
type Published = fn(&str, &str) -> String;

/// What may be published of a key.
const FORMS: [(&str, Published); 19] = [
    ("in p=", |key, _| format!("v=DKIM1; k=rsa; p={key}")),
    ("in P=", |key, _| format!("v=DKIM1; k=rsa; P={key}")),
    ("in n=", |key, _| format!("v=DKIM1; n={key}; p=")),
    ("in another tag", |key, _| {
        format!("v=DKIM1; k=rsa; key={key}; p=")
    }),
    ("alone", |key, _| key.to_owned()),
    ("in an SPF record", |key, _| format!("v=spf1 -all {key}")),
    ("cut at 255", |key, _| {
        cut(&format!("v=DKIM1; k=rsa; p={key}"), 255)
    }),
    ("cut at 40 characters", |key, _| {
        format!("v=DKIM1; k=rsa; p={}", cut(key, 40))
    }),
    ("cut at 24 characters", |key, _| {
        format!("v=DKIM1; k=rsa; p={}", cut(key, 24))
    }),
    ("cut in the middle", |key, _| {
        format!("v=DKIM1; k=rsa; p={}", &key[..key.len() / 2])
    }),
    ("PEM in p=", |_, file| {
        format!("v=DKIM1; k=rsa; p={}", file.replace('\n', ""))
    }),
    ("PEM in one line", |_, file| file.replace('\n', " ")),
    ("PEM in lines", |_, file| file.to_owned()),
    ("PEM with written line ends", |_, file| {
        file.replace('\n', "\\n")
    }),
    ("base64 twice", |key, _| {
        format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(key))
    }),
    ("percent encoding", |_, file| {
        percent(&format!("v=DKIM1; k=rsa; p={file}"))
    }),
    ("HTML", |_, file| html(&file.replace('-', "&#45;"))),
    ("small letters", |key, _| {
        format!("v=dkim1; k=rsa; p={key}").to_lowercase()
    }),
    ("with spaces", |key, _| {
        let words: Vec<String> = key
            .as_bytes()
            .chunks(32)
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        format!("v=DKIM1; k=rsa; p={}", words.join(" "))
    }),
];

fn cut(text: &str, length: usize) -> String {
    text[..text.len().min(length)].to_owned()
}

#[test]
fn private_keys_are_never_called_anything_else() {
    let mut count = 0;
    let mut missed = String::new();
    for (kind, file) in private_keys() {
        let inner: String = file
            .lines()
            .filter(|line| !line.contains("-----"))
            .collect();
        for (form, published) in FORMS {
            let text = published(&inner, &file);
            let report = lint::record(text.as_bytes());
            count += 1;
            let is_named = report
                .findings
                .iter()
                .any(|finding| finding.code == FindingCode::PrivateKeyPublished);
            if !is_named {
                writeln!(
                    missed,
                    "{kind}, {form}: {:?}",
                    super::with_parts(&report.findings)
                )
                .unwrap();
            }
            assert_eq!(report.fixed, None, "{kind}, {form}");
            let whole_key = report
                .findings
                .iter()
                .any(|finding| finding.remedy.contains("whole key"));
            assert!(!whole_key, "{kind}, {form}");
        }
    }
    assert!(missed.is_empty() && count > 60, "{missed}of {count}");
}
