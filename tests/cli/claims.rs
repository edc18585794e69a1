//! What Authentication-Results and ARC fields claim.

use super::mailboxes::verify;
use super::{Run, dkim_reading, file, scratch, signed, unsigned_with};

fn inspect(words: &[&str], message: &[u8]) -> Run {
    dkim_reading(&[&["inspect"], words].concat(), message)
}

const ARC: &str = "ARC-Seal: i=1; a=rsa-sha256; t=1764000000; cv=none; d=fwd.example; s=arc; b=AAAA\r\n\
    ARC-Message-Signature: i=1; a=rsa-sha256; d=fwd.example; s=arc; h=from; bh=AAAA; b=AAAA\r\n\
    ARC-Authentication-Results: i=1; fwd.example; dkim=pass header.d=example.com header.s=rsa2048\r\n";
const FORGED: &str =
    "Authentication-Results: mx.partner.example; dkim=pass header.d=firma.example\r\n";

#[test]
fn a_claimed_pass_is_no_signature() {
    let folder = scratch();
    let path = file(&folder, "m", &unsigned_with(FORGED));
    let run = verify(&[&path]).exits(1);
    let text = run.stdout().replace("\n    ", " ");
    let claim = "an Authentication-Results field of mx.partner.example says dkim=pass for firma.example: \
                 it is no signature, and anybody can write it\n";
    assert!(text.contains(claim), "{text}");
    let run = verify(&["--json", "--summary", &path]).exits(1);
    let warning = &run.json()[0]["warnings"][0];
    assert_eq!(warning["code"], "claimed-pass");
    assert_eq!(warning["field"], "Authentication-Results");
    assert_eq!(run.json()[1]["summary"]["warnings"]["claimed-pass"], 1);
    let dmarc = "Authentication-Results: mx.partner.example; dmarc=pass header.from=a.example\r\n";
    let path = file(&folder, "d", &unsigned_with(dmarc));
    verify(&[&path])
        .exits(1)
        .prints("field of mx.partner.example says\n    dmarc=pass: it is no signature");
    let changed = super::replaced(&signed(), "Saturday", "Sunday");
    let path = file(&folder, "c", &[FORGED.as_bytes(), &changed].concat());
    verify(&[&path])
        .exits(1)
        .prints("warning: an Authentication-Results field of mx.partner.example says dkim=pass\n");
    // Beside a signature of the author's domain, it says nothing new.
    let path = file(&folder, "s", &[FORGED.as_bytes(), &signed()].concat());
    let run = verify(&[&path]).exits(0);
    assert!(!run.stdout().contains("Authentication-Results"));
}

#[test]
fn an_arc_set_is_a_warning() {
    let folder = scratch();
    let path = file(&folder, "m", &[ARC.as_bytes(), &signed()].concat());
    let run = verify(&["--json", &path]).exits(0);
    let warning = &run.json()[0]["warnings"][0];
    assert_eq!(warning["code"], "arc");
    let message = "there is an ARC set that was sealed by fwd.example and says dkim=pass for \
                   example.com: it is not validated, and anybody can write one";
    assert_eq!(warning["message"], message);
}

#[test]
fn inspect_lists_what_is_claimed_and_of_which_signature() {
    let microsoft = "Authentication-Results: dkim=none; x=\u{1b}[31m\r\n";
    let spf = "Authentication-Results: mx.example; spf=pass\r\n";
    let message = [ARC, FORGED, microsoft, spf].concat();
    let message = [message.as_bytes(), &signed()].concat();
    let run = inspect(&["--json"], &message).exits(0);
    let claims = &run.json()[0]["claims"];
    let results = claims["authentication_results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["authserv_id"], "mx.partner.example");
    assert_eq!(results[0]["dkim"][0]["domain"], "firma.example");
    assert!(results[0]["dkim"][0]["signature"].is_null());
    assert!(results[1]["authserv_id"].is_null());
    assert_eq!(results[2]["dkim"].as_array().unwrap().len(), 0);
    let set = &claims["arc"][0];
    assert_eq!(
        (set["instance"].as_u64(), set["complete"].as_bool()),
        (Some(1), Some(true))
    );
    assert_eq!(set["sealed_by"], "fwd.example");
    assert_eq!(set["results"]["dkim"][0]["signature"], 1);
    let text = inspect(&[], &message).exits(0);
    text.prints(
        "  what others claim to have found; it is not checked, and anybody can write it:\n",
    )
    .prints("    Authentication-Results of mx.partner.example:\n      dkim=pass  d=firma.example\n")
    .prints("    Authentication-Results without a name:\n      dkim=none\n")
    .prints("    Authentication-Results of mx.example:\n      nothing about DKIM\n")
    .prints("    ARC set 1, sealed by fwd.example, cv=none:\n")
    .prints("      dkim=pass  d=example.com  s=rsa2048  (signature 1)\n");
    let run = inspect(&["--json"], b"From: a@b.example\r\n\r\n").exits(1);
    assert_eq!(run.json()[0]["claims"]["arc"].as_array().unwrap().len(), 0);
}
