use super::*;
use crate::files::KeyToWrite;
use MailServer::{OpenDkim, Rspamd};
use dkim_toolkit::key::{NewKey, RsaSize};

/// A folder of this name with a generation of both types in use.
fn keys(parent: &Path, name: &str) -> KeyDir {
    let folder = KeyDir::create(&parent.join(name)).unwrap();
    let (first, second) = ("s1".parse().unwrap(), "ed.s1".parse().unwrap());
    let rsa = PrivateKey::generate(NewKey::Rsa(RsaSize::Bits1024)).unwrap();
    let ed25519 = PrivateKey::generate(NewKey::Ed25519).unwrap();
    let key = |selector, key| KeyToWrite { selector, key };
    let both = [key(&first, &rsa), key(&second, &ed25519)];
    let domain = "example.com".parse().unwrap();
    folder.write_generation(7, &domain, &both).unwrap();
    folder.switch(7).unwrap();
    folder
}

fn entries() -> Vec<Entry> {
    let entry = |selector: &str, key_type| Entry {
        selector: selector.parse().unwrap(),
        key_type,
        path: format!("/keys/0007/{selector}.pem"),
    };
    vec![entry("s1", KeyType::Rsa), entry("ed.s1", KeyType::Ed25519)]
}

#[test]
fn tables_name_every_key_that_the_server_can_use() {
    let domain = "example.com".parse().unwrap();
    let table = key_table(&domain, &entries());
    let lines: Vec<&str> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(lines, ["rsa.example.com example.com:s1:/keys/0007/s1.pem"]);
    assert!(table.contains("# OpenDKIM 2.11 signs with RSA alone: ed25519.example.com"));
    let settings = dkim_signing(&domain, &entries());
    assert!(settings.contains("{ path = \"/keys/0007/s1.pem\"; selector = \"s1\"; }"));
    assert!(settings.contains("{ path = \"/keys/0007/ed.s1.pem\"; selector = \"ed.s1\"; }"));
}

#[test]
fn a_file_is_to_say_what_is_in_use() {
    let parent = tempfile::tempdir().unwrap();
    let folder = keys(parent.path(), "keys");
    let file = parent.path().join("table");
    for server in [OpenDkim, Rspamd] {
        fs::write(&file, "old").unwrap();
        let config = || server.config(&folder, &file).unwrap();
        let written = config().unwrap();
        fs::write(&file, &written).unwrap();
        assert_eq!(config(), None, "nothing else is in use");
        assert!(written.contains("/keys/0007/s1._domainkey.example.com.pem"));
        assert!(!written.contains("old"));
        let seed = "/keys/0007/ed.s1._domainkey.example.com.seed";
        assert_eq!(written.contains(seed), server == Rspamd);
    }
}

#[test]
fn paths_that_a_server_reads_otherwise_are_refused() {
    let parent = tempfile::tempdir().unwrap();
    let refused = |name: &str| {
        let folder = keys(parent.path(), name);
        let file = parent.path().join("table");
        let is_refused = |server: MailServer| server.config(&folder, &file).is_err();
        (is_refused(OpenDkim), is_refused(Rspamd))
    };
    assert_eq!(refused("plain-1"), (false, false));
    assert_eq!(refused("a:b"), (true, false));
    assert_eq!(refused("a#b"), (true, false));
    assert_eq!(refused("100%"), (true, false));
    assert_eq!(refused("$domain"), (false, true));
    assert_eq!(refused("a\"b"), (false, true));
    assert_eq!(refused("a b"), (true, true));
    assert_eq!(refused("a\nb"), (true, true));
}
