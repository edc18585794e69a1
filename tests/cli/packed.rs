//! Files that are no plain message: what is read through, and what is named.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::mailboxes::{lf, mbox, places, unsigned, verify};
use super::{ZONE, dkim, dkim_reading, file, replaced, scratch, signed, word};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A Zstandard frame with blocks that are not compressed (RFC 8878).
fn zstd(bytes: &[u8]) -> Vec<u8> {
    // No checksum, no content size, a window of 128 KiB.
    let mut frame = b"\x28\xb5\x2f\xfd\0\x38".to_vec();
    let blocks: Vec<&[u8]> = bytes.chunks(64 * 1024).collect();
    for (place, block) in blocks.iter().enumerate() {
        let is_last = u32::from(place + 1 == blocks.len());
        let header = u32::try_from(block.len()).unwrap() << 3 | is_last;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(*block);
    }
    frame
}

/// A file of Apple Mail, which has LF as its line end.
fn apple_mail(message: &[u8]) -> Vec<u8> {
    let message = lf(message);
    let start = format!("{:<10}\n", message.len());
    [
        start.as_bytes(),
        &message,
        b"<?xml version=\"1.0\"?>\n<plist/>\n",
    ]
    .concat()
}

/// A message with a body of over a mebibyte, signed.
fn large() -> Vec<u8> {
    let body = "Hello Bob\r\n".repeat(150_000);
    let message = format!("From: joe@example.com\r\nSubject: x\r\n\r\n{body}");
    let words = ["sign", "-s", "rsa2048", "-k", "testdata/keys/rsa2048.pem"];
    dkim_reading(&words, message.as_bytes()).exits(0).stdout
}

#[test]
fn packed_files_are_read_through() {
    let folder = scratch();
    let two = mbox(&[signed(), unsigned(1)], true);
    for (name, bytes) in [
        ("a.eml.gz", gzip(&signed())),
        ("b.eml.zst", zstd(&signed())),
        ("c.emlx", apple_mail(&signed())),
        ("d.mbox.gz", gzip(&two)),
        ("e.mbox.zst", zstd(&two)),
        ("f.emlx.gz", gzip(&apple_mail(&signed()))),
        ("g", gzip(&large())),
        ("h", zstd(&large())),
        ("i.emlx", apple_mail(&large())),
    ] {
        file(&folder, name, &bytes);
    }
    let expected = [
        "a.eml.gz pass",
        "b.eml.zst pass",
        "c.emlx pass",
        "d.mbox.gz#1 pass",
        "d.mbox.gz#2 none",
        "e.mbox.zst#1 pass",
        "e.mbox.zst#2 none",
        "f.emlx.gz pass",
        "g pass",
        "h pass",
        "i.emlx pass",
    ];
    let root = word(folder.path().to_owned());
    for words in [&["--json"][..], &["--json", "-j1", "--explain"]] {
        let run = verify(&[words, &[&root]].concat()).exits(1);
        assert_eq!(places(&run), expected);
        assert_eq!(run.stderr, "");
    }
    // Everywhere messages are read, from standard input too.
    for name in ["a.eml.gz", "b.eml.zst", "c.emlx", "g"] {
        let path = format!("{root}/{name}");
        let bytes = fs::read(&path).unwrap();
        dkim_reading(&["verify", ZONE[0], ZONE[1]], &bytes)
            .exits(0)
            .prints("-: pass");
        dkim(&["inspect", &path]).exits(0).prints("1 signature");
        let body = dkim(&["inspect", "--canonical", "body", &path]).exits(0);
        assert!(body.stdout.ends_with(b"\r\n"), "{name}");
        dkim(&["lookup", "--json", ZONE[0], ZONE[1], "--message", &path])
            .exits(0)
            .prints("rsa2048._domainkey.example.com.");
    }
}

#[test]
fn packed_files_that_are_damaged_stop_nobody() {
    let folder = scratch();
    let (gz, zst, mail) = (gzip(&signed()), zstd(&signed()), apple_mail(&signed()));
    let mut damaged = gz.clone();
    let end = damaged.len() - 8;
    damaged[end] ^= 1;
    let paths = [
        ("a", &gz[..gz.len() - 9]),
        ("b", &damaged[..]),
        ("c", &zst[..zst.len() - 1]),
        ("d", &mail[..mail.len() / 2]),
        ("e", &gz[..]),
    ]
    .map(|(name, bytes)| file(&folder, name, bytes));
    let root = word(folder.path().to_owned());
    let run = verify(&["--json", &root]).exits(4);
    let expected = [
        "a unreadable",
        "b unreadable",
        "c unreadable",
        "d unreadable",
        "e pass",
    ];
    assert_eq!(places(&run), expected);
    let whys = [
        "the gzip file is cut short",
        "the gzip file is damaged",
        "the zstd file is cut short",
        "the Apple Mail file is cut short",
    ];
    let told: String = paths
        .iter()
        .zip(whys)
        .map(|(path, why)| format!("dkim: error: {path}: {why}\n"))
        .collect();
    assert_eq!(run.stderr, told);
}

#[test]
fn what_grows_too_much_is_refused() {
    let folder = scratch();
    let header = b"From: joe@example.com\r\n\r\n";
    let bomb = gzip(&[&header[..], &vec![0; 80 * 1024 * 1024]].concat());
    let path = file(&folder, "bomb", &bomb);
    verify(&[&path])
        .exits(4)
        .says("bomb: it unpacks to more than 500 times its length");
}

#[test]
fn what_is_no_message_is_named_with_what_to_do() {
    let folder = scratch();
    let utf16: Vec<u8> = "\u{feff}From: a@b.example\r\n\r\n\u{e4}\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes, what, remedy) in [
        (
            "o.msg",
            &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\x80\n"[..],
            "an Outlook message file",
            "msgconvert PATH",
        ),
        (
            "m.zip",
            b"PK\x03\x04\x14\0\0\0",
            "a zip archive",
            "unzip -d unpacked PATH",
        ),
        (
            "m.xz",
            b"\xfd7zXZ\0\0\x04",
            "xz-compressed data",
            "xz -dc PATH > unpacked.eml",
        ),
        (
            "m.bz2",
            b"BZh91AY&SY\x80",
            "bzip2-compressed data",
            "bzip2 -dc PATH > unpacked.eml",
        ),
        (
            "a b.txt",
            &utf16,
            "text in UTF-16",
            "iconv -f UTF-16 -t UTF-8 PATH > mended.eml",
        ),
        (
            "blank.eml",
            &[b"\r\n", &signed()[..]].concat(),
            "the first line is empty",
            "tail -n +2 PATH > mended.eml",
        ),
        (
            "x.pdf",
            b"%PDF-1.7\n\xe2\xe3\n",
            "a PDF document",
            "save the message as .eml",
        ),
    ] {
        let path = file(&folder, name, bytes);
        let quoted = if name.contains(' ') {
            format!("'{path}'")
        } else {
            path.clone()
        };
        let remedy = remedy.replace("PATH", &quoted);
        let run = verify(&["--json", &path]).exits(1);
        let object = &run.json()[0];
        assert_eq!(object["result"], "none", "{name}");
        let [warning] = &object["warnings"].as_array().unwrap()[..] else {
            panic!("{name}: {object}");
        };
        assert_eq!(warning["code"], "not-a-message");
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains(what), "{message}");
        let told = warning["remedy"].as_str().unwrap();
        assert!(told.contains(&remedy), "{told}");
        // The same where it is inspected, looked up, or signed.
        let run = dkim(&["inspect", "--json", &path]).exits(1);
        assert_eq!(run.json()[0]["warnings"][0], warning_of_inspect(warning));
        dkim(&["inspect", &path]).exits(1).prints("remedy:");
        dkim(&["lookup", "--message", &path]).exits(1).says(message);
        let key = [
            "sign",
            "-d",
            "example.com",
            "-s",
            "rsa2048",
            "-k",
            "testdata/keys/rsa2048.pem",
        ];
        dkim(&[&key[..], &[&path]].concat())
            .exits(4)
            .says(&format!("dkim: error: {path}: {message}\n"))
            .says(&remedy);
    }
}

/// A warning of `verify` as `inspect` has it.
fn warning_of_inspect(warning: &Value) -> Value {
    let keys = ["code", "message", "remedy"];
    keys.map(|key| (key.to_owned(), warning[key].clone()))
        .into_iter()
        .collect()
}

#[test]
fn commands_that_mend_do_mend() {
    let folder = scratch();
    let mended = |name: &str, bytes: &[u8]| {
        let path = file(&folder, name, bytes);
        let run = verify(&["--json", &path]).exits(1);
        let remedy = run.json()[0]["warnings"][0]["remedy"]
            .as_str()
            .unwrap()
            .to_owned();
        let status = std::process::Command::new("sh")
            .args(["-c", &remedy])
            .current_dir(folder.path())
            .status()
            .unwrap();
        assert!(status.success(), "{remedy}");
        verify(&[&word(folder.path().join("mended.eml"))]).exits(0);
    };
    let message = signed();
    mended("blank", &[b"\r\n", &message[..]].concat());
    mended("blank-lf", &[b"\n", &lf(&message)[..]].concat());
    mended("white", &replaced(&message, "\r\n\r\n", "\r\n \t\r\n"));
    mended("white-lf", &replaced(&lf(&message), "\n\n", "\n \n"));
    // In an mbox or a packed file, no other program finds the message.
    let blank = [b"\n", &lf(&message)[..]].concat();
    for bytes in [mbox(std::slice::from_ref(&blank), true), gzip(&blank)] {
        let path = file(&folder, "within", &bytes);
        let run = verify(&["--json", &path]).exits(1);
        let warning = &run.json()[0]["warnings"][0];
        assert_eq!(
            (warning["code"].as_str(), warning["remedy"].as_str()),
            (Some("not-a-message"), None)
        );
    }
}

#[test]
fn white_space_in_the_place_of_the_empty_line_is_not_signed() {
    let message = b"From: joe@example.com\r\n \r\nHello\r\n";
    let folder = scratch();
    let path = file(&folder, "m", message);
    dkim(&[
        "sign",
        "-s",
        "rsa2048",
        "-k",
        "testdata/keys/rsa2048.pem",
        &path,
    ])
    .exits(4)
    .says("line 2 is white space, in the place of the empty line that ends a header")
    .says(&format!(
        "dkim: hint: sed '2s/[[:blank:]]*//' {path} > mended.eml\n"
    ));
}

#[test]
fn what_is_no_message_counts_apart() {
    let folder = scratch();
    file(&folder, "a", &signed());
    file(&folder, "b", b"%PDF-1.7\n");
    file(&folder, "c", &unsigned(1));
    let root = word(folder.path().to_owned());
    let run = verify(&["-q", "--summary", "--json", &root]).exits(1);
    let summary = &run.json()[0]["summary"];
    assert_eq!(summary["messages"], 2);
    assert_eq!(summary["not_messages"], 1);
    assert_eq!(summary["results"]["none"], 1);
    verify(&["-q", "--summary", &root])
        .exits(1)
        .prints("2 messages: 1 none, 1 pass; 1 not a message\n");
}
