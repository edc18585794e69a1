//! Reports in gzip files and zip archives.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of files with these names.
fn zip(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let file = archive.new_file(name).compression_method(method);
        let (mut entry, config) = file.start().unwrap();
        let descriptor = if method == CompressionMethod::DEFLATE {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
            writer.write_all(bytes).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

const DEFLATE: CompressionMethod = CompressionMethod::DEFLATE;

#[track_caller]
fn check(packed: &[u8], expected: &[&[u8]]) {
    assert_eq!(unpack(packed).unwrap(), expected);
}

#[track_caller]
fn check_error(packed: &[u8], expected: &str) {
    let said = unpack(packed).unwrap_err().to_string();
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn the_first_bytes_tell_what_it_is() {
    check(b"<feedback/>", &[b"<feedback/>"]);
    check(b"", &[b""]);
    check(b"anything", &[b"anything"]);
    check(&gzip(b"<a/>"), &[b"<a/>"]);
    check(&[gzip(b"<a"), gzip(b"/>")].concat(), &[b"<a/>"]);
    check(&[gzip(b"<a/>"), b"\0\0\r\n".to_vec()].concat(), &[b"<a/>"]);
    let two: [(&str, &[u8]); 2] = [("a.xml", b"<a/>"), ("folder/b", b"<b/>")];
    check(&zip(&two, DEFLATE), &[b"<a/>", b"<b/>"]);
    check(&zip(&two, CompressionMethod::STORE), &[b"<a/>", b"<b/>"]);
}

#[test]
fn what_is_hidden_is_no_report() {
    let files: [(&str, &[u8]); 4] = [
        ("__MACOSX/._a.xml", b"\0\x05"),
        (".DS_Store", b"\0"),
        ("a/.b/c", b"\0"),
        ("a.xml", b"<a/>"),
    ];
    check(&zip(&files, DEFLATE), &[b"<a/>"]);
    check_error(
        &zip(&files[..3], DEFLATE),
        "there is no file in the archive",
    );
    check_error(&zip(&[], DEFLATE), "there is no file in the archive");
}

#[test]
fn a_layer_in_a_layer_is_unpacked_once() {
    let inner = gzip(b"<a/>");
    let archive = zip(&[("a.xml.gz", &inner)], DEFLATE);
    check(&archive, &[b"<a/>"]);
    check(&gzip(&zip(&[("a", b"<a/>")], DEFLATE)), &[b"<a/>"]);
    check(&gzip(&inner), &[b"<a/>"]);
    let layers = "it is packed more than 2 times";
    check_error(&gzip(&archive), layers);
    check_error(&zip(&[("a", &archive)], DEFLATE), layers);
    check_error(&gzip(&gzip(&inner)), layers);
}

#[test]
fn what_is_damaged_is_an_error() {
    let whole = gzip(b"<feedback></feedback>");
    for length in 2..whole.len() {
        check_error(&whole[..length], "the gzip file is cut short");
    }
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 1;
    check_error(&wrong, "the gzip file is damaged: ");

    let whole = zip(&[("a.xml", b"<feedback></feedback>")], DEFLATE);
    for length in 4..whole.len() {
        check_error(
            &whole[..length],
            "the zip archive is damaged or cut short: ",
        );
    }
    for at in 0..whole.len() {
        let mut wrong = whole.clone();
        wrong[at] ^= 0x55;
        // Damage to what nobody needs, such as a date, does no harm.
        if let Ok(files) = unpack(&wrong) {
            assert!(
                files == [b"<feedback></feedback>"] || files == [wrong],
                "{at}"
            );
        }
    }
}

#[test]
fn other_methods_are_named() {
    let whole = zip(&[("a", b"<a/>")], CompressionMethod::LZMA);
    check_error(
        &whole,
        "the zip archive uses compression method 14: only Deflate is read",
    );
    let mut encrypted = zip(&[("a", b"<a/>")], DEFLATE);
    let directory = encrypted
        .windows(4)
        .position(|window| window == b"PK\x01\x02");
    encrypted[directory.unwrap() + 8] |= 1;
    check_error(&encrypted, "the zip archive needs a password");
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; MAX_REPORT / 4];
    let layer = gzip(&zeros);
    check_error(&layer.repeat(5), "there are more than 64 MiB in it");
    // Bytes that a layer holds count as well, so that no file of an archive is read for nothing.
    let names: Vec<String> = (0..5).map(|number| number.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (&**name, &*layer)).collect();
    check_error(&zip(&files, DEFLATE), "there are more than 64 MiB in it");

    let members = gzip(b"x").repeat(1000);
    assert_eq!(unpack(&members).unwrap(), [vec![b'x'; 1000]]);
    let members = gzip(b"x").repeat(1001);
    check_error(&members, "the gzip file is damaged: more than 1000 members");

    let names: Vec<String> = (0..=MAX_FILES).map(|number| number.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (&**name, &b"<a/>"[..])).collect();
    assert_eq!(unpack(&zip(&files[1..], DEFLATE)).unwrap().len(), MAX_FILES);
    check_error(&zip(&files, DEFLATE), "the archive has more than 100 files");
}
