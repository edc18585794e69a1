use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::key::der::{BIT_STRING, OBJECT_IDENTIFIER, encode};
use crate::key::testdata::{PASSPHRASE, file, octets};

fn read(bytes: &[u8]) -> Result<PublicKey, KeyFileError> {
    PublicKey::from_bytes(bytes, Some(PASSPHRASE))
}

/// The bytes must be read as the key with these octets in `p=`.
fn check(what: &str, bytes: &[u8], record: &[u8]) {
    let key = read(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(key.to_record(), record, "{what}");
}

#[test]
fn every_file_with_an_rsa_key_is_read() {
    let record = octets("rsa-public");
    for name in [
        "rsa-public",
        "rsa-public-pkcs1",
        "rsa-certificate",
        "rsa-pkcs8",
        "rsa-pkcs1",
        "rsa-pbkdf2",
    ] {
        check(name, file(name).as_bytes(), &record);
        check(name, &octets(name), &record);
        let base64 = STANDARD.encode(octets(name));
        check(name, base64.as_bytes(), &record);
        check(
            name,
            format!(" {}\n", base64.replace('A', "A\n")).as_bytes(),
            &record,
        );
    }
    let trusted = file("rsa-certificate").replace(" CERTIFICATE", " TRUSTED CERTIFICATE");
    check("trusted", trusted.as_bytes(), &record);
    let base64 = STANDARD.encode(&record);
    check(
        "record",
        format!("v=DKIM1; k=rsa; p={base64}\n").as_bytes(),
        &record,
    );
    check("short record", format!("p={base64}").as_bytes(), &record);
}

#[test]
fn every_file_with_an_ed25519_key_is_read() {
    let record = &octets("ed25519-public")[12..];
    for name in ["ed25519-public", "ed25519-pkcs8", "ed25519-pbkdf2"] {
        check(name, file(name).as_bytes(), record);
        check(name, &octets(name), record);
    }
    let seed = STANDARD.encode(&octets("ed25519-pkcs8")[16..]);
    check("seed", format!("{seed}\n").as_bytes(), record);
    let pair = STANDARD.encode([&octets("ed25519-pkcs8")[16..], record].concat());
    check("seed and public key", pair.as_bytes(), record);
    let wrapped = STANDARD.encode(octets("ed25519-public"));
    check("wrapped", wrapped.as_bytes(), record);
    let text = format!("k=ed25519 ; p = {}\n", STANDARD.encode(record));
    check("record", text.as_bytes(), record);
}

#[test]
fn public_lines_of_openssh_are_read() {
    let (rsa, ed25519) = (
        octets("rsa-public"),
        octets("openssh-public")[19..].to_vec(),
    );
    check("RSA", file("openssh-line").as_bytes(), &rsa);
    let base64 = file("openssh-public").trim();
    let line = format!("ssh-ed25519 {base64} me@example.com\n");
    check("Ed25519", line.as_bytes(), &ed25519);
    check("OpenSSH", file("openssh-ed25519").as_bytes(), &ed25519);
    let units = line.encode_utf16().flat_map(u16::to_le_bytes);
    check("UTF-16", &units.collect::<Vec<u8>>(), &ed25519);
}

#[test]
fn lines_of_a_zone_are_read_as_the_record_that_they_publish() {
    let key = octets("rsa-public");
    let base64 = STANDARD.encode(&key);
    let (start, end) = base64.split_at(200);
    for line in [
        format!("s._domainkey.example.com. 3600 IN TXT \"v=DKIM1; p={start}\" \"{end}\"\n"),
        format!("\"v=DKIM1; p={start}\" \"{end}\""),
        format!("\"v=DKIM1\\; p={base64}\""),
        // As opendkim-genkey writes it.
        format!(
            "mail._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"\n\t  \
             \"p={start}\"\n\t  \"{end}\" )  ; ----- DKIM \"key\" mail for example.com\n"
        ),
        format!("s TXT \"p={base64}\" ; \"comment\"\nt TXT \"v=spf1 -all\"\n"),
    ] {
        check(&line, line.as_bytes(), &key);
    }
}

#[test]
fn what_has_no_key_is_refused_by_name() {
    use KeyFileError::{
        DamagedLine, DamagedPem, NotDer, Private, Public, Record, SeveralRecords, UnknownFormat,
        UnsupportedAlgorithm,
    };
    let unsupported = |algorithm: &str| UnsupportedAlgorithm {
        algorithm: algorithm.to_owned(),
    };
    let cut = DerError::Truncated {
        expected: 294,
        present: 200,
    };
    let pem = |name| file(name).as_bytes().to_vec();
    let rows: &[(Vec<u8>, KeyFileError)] = &[
        (b"".to_vec(), UnknownFormat),
        (b"hello, world".to_vec(), UnknownFormat),
        (b"\0\xff".to_vec(), UnknownFormat),
        (STANDARD.encode([7; 31]).into(), UnknownFormat),
        (vec![SEQUENCE, 0], UnknownFormat),
        (octets("rsa-public")[..200].to_vec(), NotDer(cut)),
        (octets("ec-pkcs8"), unsupported("EC")),
        (pem("x25519"), unsupported("X25519")),
        (
            pem("openssh-encrypted"),
            Private(PrivateKeyError::OpenSshEncrypted),
        ),
        (b"ssh-rsa AAAAB3NzaC1yc2E= x".to_vec(), DamagedLine),
        (b"ssh-rsa x".to_vec(), DamagedLine),
        (
            b"a._domainkey TXT \"p=A\"\nb._domainkey TXT \"p=B\"\n".to_vec(),
            SeveralRecords,
        ),
        (
            b"PuTTY-User-Key-File-3: ssh-rsa\n".to_vec(),
            Private(PrivateKeyError::Putty),
        ),
        (
            pem("rsa-legacy"),
            Private(PrivateKeyError::LegacyEncryption),
        ),
        (
            file("rsa-public").replace("END P", "END X").into(),
            DamagedPem,
        ),
        (b"v=DKIM1; p=".to_vec(), Record(RecordError::Revoked)),
        (
            b"p=AAAA".to_vec(),
            Record(RecordError::Key(PublicKeyError::NotDer(
                DerError::UnexpectedTag {
                    expected: 0x30,
                    found: 0,
                },
            ))),
        ),
        (
            b"-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n".to_vec(),
            UnknownFormat,
        ),
        (
            encode(
                SEQUENCE,
                &[
                    &encode(SEQUENCE, &[&encode(OBJECT_IDENTIFIER, &[ED25519])]),
                    &encode(BIT_STRING, &[&[0; 3]]),
                ],
            ),
            Public(PublicKeyError::Ed25519Length { length: 2 }),
        ),
    ];
    for (row, (bytes, error)) in rows.iter().enumerate() {
        assert_eq!(read(bytes).as_ref(), Err(error), "row {row}");
    }
    let closed = PublicKey::from_bytes(file("rsa-pbkdf2").as_bytes(), None);
    assert_eq!(closed, Err(Private(PrivateKeyError::Encrypted)));
}
