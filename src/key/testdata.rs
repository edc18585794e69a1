//! The key files of `testdata/keys.txt`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::pem;

const KEYS: &str = include_str!("testdata/keys.txt");

/// The passphrase of the encrypted files.
pub(crate) const PASSPHRASE: &[u8] = b"correct horse";

/// The text of a file.
pub(crate) fn file(name: &str) -> &'static str {
    let heading = format!("\n## {name}\n");
    let (_, after) = KEYS.split_once(&heading).expect("a name of keys.txt");
    after.split("\n##").next().unwrap_or(after)
}

/// The bytes in a file, PEM or base64.
pub(crate) fn octets(name: &str) -> Vec<u8> {
    let text = file(name);
    match pem::blocks(text.as_bytes()).next() {
        Some(block) => block.unwrap().decode().unwrap().to_vec(),
        None => STANDARD.decode(text.replace('\n', "")).expect("base64"),
    }
}
