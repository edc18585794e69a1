//! The pages, as a browser shows them at the width of a phone: what can be read there, and that
//! nothing of a stranger acts on them.

use std::path::Path;

use serde_json::Value;

use super::{Run, ZONE, command_of, dkim, file, replaced, scratch, signed};
use crate::support::child;

const BROWSER: &str = "chromium";

/// Looks at `page.html` beside it.
const WRAPPER: &[u8] = include_bytes!("page.html");

/// A phone's width, in CSS pixels.
const WIDTH: u64 = 360;

#[derive(Clone, Copy)]
enum Scheme {
    Dark,
    Light,
}

/// Whether there is a browser. Where all tools should be there, as in CI, there has to be.
#[allow(clippy::print_stderr)] // What is skipped is said.
fn has_browser() -> bool {
    let output = child::output(&mut command_of(BROWSER, &["--version"]), &[]);
    let is_there = output.is_ok_and(|output| output.status.success());
    let all = std::env::var_os("DKIM_TESTS_HAVE_ALL_TOOLS").is_some();
    assert!(!all || is_there, "not installed: {BROWSER}");
    if !is_there {
        eprintln!("skipped for want of {BROWSER}");
    }
    is_there
}

/// What a browser makes of a page.
fn look(page: &[u8], scheme: Scheme) -> Value {
    let folder = scratch();
    file(&folder, "page.html", page);
    let wrapper = file(&folder, "wrapper.html", WRAPPER);
    let profile = folder.path().join("profile");
    let scheme = match scheme {
        Scheme::Dark => 0,
        Scheme::Light => 1,
    };
    let mut command = command_of(
        BROWSER,
        &[
            "--headless",
            // Root may not have one, and nothing of a stranger is run.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-breakpad",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--allow-file-access-from-files",
            "--virtual-time-budget=5000",
            "--dump-dom",
            &format!("--blink-settings=preferredColorScheme={scheme}"),
            &format!("--user-data-dir={}", profile.display()),
            &format!("file://{wrapper}"),
        ],
    );
    for home in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env(home, folder.path());
    }
    let run = Run::from(child::output(&mut command, &[]).unwrap()).exits(0);
    let (_, seen) = run.stdout().split_once("<pre id=\"seen\">").unwrap();
    let (seen, _) = seen.split_once("</pre>").unwrap();
    let mut seen = seen.to_owned();
    for (escape, text) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ] {
        seen = seen.replace(escape, text);
    }
    serde_json::from_str(&seen).unwrap()
}

/// Looks at a page by day and by night and asserts what holds for all pages; gives what can be read
/// on it.
fn read(page: &[u8]) -> String {
    let light = look(page, Scheme::Light);
    let dark = look(page, Scheme::Dark);
    assert_ne!(light["background"], dark["background"]);
    for seen in [&light, &dark] {
        assert!(
            seen["width"].as_u64().unwrap() <= WIDTH,
            "{}",
            seen["width"]
        );
        assert_eq!(seen["language"], "en");
        // Text that is as easy to read as WCAG 2.2 wants it (contrast, criterion 1.4.3).
        assert!(
            seen["contrast"].as_f64().unwrap() >= 4.5,
            "{}",
            seen["contrast"]
        );
        assert_eq!(seen["headless"], 0);
        let levels = seen["headings"].as_array().unwrap().iter();
        let levels: Vec<u64> = levels.filter_map(Value::as_u64).collect();
        let descends = levels.windows(2).all(|pair| pair[1] <= pair[0] + 1);
        assert!(levels[0] == 1 && descends, "{levels:?}");
        for none in ["handlers", "requests"] {
            assert_eq!(seen[none], serde_json::json!([]), "{none}");
        }
        let links = seen["links"].as_array().unwrap().iter();
        let mut links = links.filter_map(Value::as_str);
        assert!(links.all(|link| link.starts_with('#') || link.starts_with("https://")));
        let elements = seen["elements"].as_array().unwrap();
        for active in [
            "script", "img", "iframe", "link", "object", "embed", "svg", "form",
        ] {
            assert!(!elements.contains(&active.into()), "{active}");
        }
    }
    light["text"].as_str().unwrap().to_owned()
}

/// Asserts that a text has these words, in this order.
fn check(text: &str, words: &[&str]) {
    let mut rest = text;
    for words in words {
        let at = rest
            .find(words)
            .unwrap_or_else(|| panic!("not there: {words}\n{text}"));
        rest = &rest[at + words.len()..];
    }
}

/// A folder of messages: three that pass, two whose body was changed, one without a signature, and
/// one of somebody who tries to write the page.
fn mail(folder: &Path) {
    let good = signed();
    let changed = [&good, &b"--\r\na footer\r\n"[..]].concat();
    let unsigned = b"From: a@example.com\r\n\r\nHello\r\n".to_vec();
    let hostile = replaced(&good, "s=rsa2048;", "s=\"><img src=x onerror=alert(1)>;");
    let hostile = replaced(&hostile, "d=example.com;", "d=<script>alert(1)</script>;");
    let of_stranger = replaced(
        &good,
        "s=rsa2048;",
        "s=a-selector-that-is-as-long-as-selectors-in-the-wild-can-be;",
    );
    let messages = [
        &good,
        &good,
        &good,
        &changed,
        &changed,
        &unsigned,
        &hostile,
        &of_stranger,
    ];
    for (number, message) in messages.iter().enumerate() {
        std::fs::write(folder.join(format!("{number}.eml")), message).unwrap();
    }
}

const HTML: [&str; 4] = ["--summary", "--format", "html", "--no-progress"];

#[test]
fn the_page_of_a_summary() {
    let folder = scratch();
    mail(folder.path());
    let path = folder.path().to_str().unwrap();
    let words = [&["verify", ZONE[0], ZONE[1], path], &HTML[..]].concat();
    let page = dkim(&words).exits(1);
    assert!(page.stdout().starts_with("<!DOCTYPE html>") && page.stderr.is_empty());
    // The page, and nothing else; also where reports are left out.
    assert!(page.stdout().ends_with("</html>\n"));
    let quiet = dkim(&[&words[..], &["--quiet"]].concat()).exits(1);
    assert!(quiet.stdout().starts_with("<!DOCTYPE html>"));
    if !has_browser() {
        return;
    }
    let text = read(&page.stdout);
    check(
        &text,
        &[
            "DKIM: 8 messages verified",
            "WHAT TO DO FIRST",
            "2 of 5 messages with a signature that names example.com and the selector rsa2048 do not pass.",
            "the body was changed after signing.",
            "Run dkim verify --explain on one of these messages",
            "Messages",
            "3\npass 37.5%",
            "3 pass · 4 do not pass · 1 not signed",
            "By domain and selector",
            "rsa2048 · rsa 2048",
            "3 pass · 2 fail",
            "2 body-hash-mismatch",
            "Why signatures do not pass",
            "Made by dkim ",
        ],
    );
    assert!(!text.contains("alert"), "{text}");
}

#[test]
fn a_page_takes_a_summary() {
    for words in [
        &["verify", "--format", "html", "-"][..],
        &["verify", "--format", "html", "--summary", "--json", "-"],
        &["verify", "--format", "pdf", "--summary", "-"],
    ] {
        let run = dkim(words).exits(2).says("dkim: hint: ");
        assert!(run.stdout.is_empty());
    }
    let run = dkim(&[
        "verify",
        "--summary",
        "--format",
        "text",
        "testdata/message.eml",
    ])
    .exits(1);
    run.prints("1 message: 1 none\n");
}

#[test]
fn nothing_to_do_is_said() {
    let folder = scratch();
    let path = file(&folder, "good.eml", &signed());
    let words = [&["verify", ZONE[0], ZONE[1], &path], &HTML[..]].concat();
    let page = dkim(&words).exits(0);
    page.prints("Nothing: every signature passes.");
}

/// A zone with keys in several states, and with what somebody wrote there to get into the page.
const OF_AUDIT: &str = "\
s202610._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
old._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=\"
s1._domainkey.example.com. CNAME s1.domainkey.u1234567.wl123.sendgrid.net.
s1.domainkey.u1234567.wl123.sendgrid.net. TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
evil._domainkey.example.com. TXT \"v=DKIM1; p=<script>alert(1)</script>\\\"><img src=x onerror=alert(1)>\"
_dmarc.example.com. TXT \"v=DMARC1; p=none; rua=mailto:<script>alert(2)</script>@example.com\"
";

#[test]
fn the_page_of_an_audit() {
    let folder = scratch();
    let zone = file(&folder, "zone", OF_AUDIT.as_bytes());
    let message = file(&folder, "message.eml", &signed());
    let words = [
        "audit",
        "--zone",
        &zone,
        "--no-guess",
        "--format",
        "html",
        "-s",
        "s202610",
        "-s",
        "old",
        "-s",
        "s1",
        "-s",
        "evil",
        "--from-messages",
        &message,
        "example.com",
    ];
    let one = dkim(&words).exits(1);
    let two = dkim(&[&words[..], &["example.net"]].concat()).exits(1);
    for page in [&one, &two] {
        assert!(page.stdout().starts_with("<!DOCTYPE html>"));
        assert!(page.stdout().ends_with("</html>\n"));
        assert!(!page.stdout().contains("<script") && !page.stdout().contains("<img"));
    }
    if !has_browser() {
        return;
    }
    let text = read(&one.stdout);
    check(
        &text,
        &[
            "DKIM of example.com",
            "WHAT TO DO FIRST",
            "Why: ",
            "Overview\nneeds work",
            "2 usable keys",
            "none, alignment relaxed",
            "rua=mailto:<script>alert(2)</script>@example.com",
            "Keys, and when to replace them",
            "rsa2048\nfirst seen ",
            "evil\nnot usable",
            "What to do: ",
        ],
    );
    check(
        &text,
        &[
            "s1\nusable",
            "Provider\nTwilio SendGrid",
            "Alias of\ns1.domainkey.",
        ],
    );
    check(&text, &["old\nrevoked"]);
    let text = read(&two.stdout);
    check(
        &text,
        &[
            "DKIM of 2 domains",
            "2 domains need work.",
            "Domains",
            "example.com",
            "example.net",
        ],
    );
}
