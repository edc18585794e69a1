//! How `dkim verify --explain` tells what it found: text, JSON, summaries.

use serde_json::{Value, json};

use super::explain::{causes, explain, signed_again, with_footer};
use super::mailboxes::mbox;
use super::{ZONE, dkim, dkim_reading, file, replaced, scratch, signed};

#[test]
fn the_text_says_what_happened_and_what_to_do() {
    let message = replaced(&signed(), "Subject: ", "Subject: [list] ");
    let run = explain(&[], &with_footer(&message)).exits(1);
    let text = run.stdout();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(
        at("    proven: ") < at("[subject-tagged]")
            && at("[subject-tagged]") < at("      remedy: ")
    );
    assert!(at("[subject-tagged]") < at("[content-appended]"));
    // The sentence has the Subject whole.
    assert!(!text.contains("originally:"), "{text}");
    assert!(text.lines().all(|line| line.len() == line.trim_end().len()));
    let run = explain(&["--color", "always"], &message).exits(1);
    run.prints("\u{1b}[1mproven:\u{1b}[0m");
    let unknown = replaced(&signed(), "\r\n\r\n", "\r\n\r\nx");
    let unknown = replaced(&unknown, "two", "three");
    explain(&["--color", "always"], &unknown)
        .exits(1)
        .prints("\u{1b}[1m\u{1b}[31mnot explained:\u{1b}[0m");
}

#[test]
fn lines_fit_80_columns_unless_one_word_is_longer() {
    for text in [
        "日本語の文字です。".repeat(20),
        "long-words-are-not-cut ".repeat(30),
        "🎉 ".repeat(70),
    ] {
        let message = [&signed()[..], text.as_bytes(), b"\r\n"].concat();
        let message = replaced(&message, "Tickets", &format!("{text} Tickets"));
        let run = explain(&[], &message).exits(1);
        for line in run.stdout().lines() {
            let wide = |c: &char| !c.is_ascii() && !"“”…".contains(*c);
            let columns = line.chars().count() + line.chars().filter(wide).count();
            assert!(columns <= 80, "{line}");
        }
    }
}

#[test]
fn json_has_the_keys_of_an_explanation_in_order() {
    let message = replaced(&signed(), "Subject: ", "Subject: [list] ");
    let run = explain(&["--json"], &with_footer(&message)).exits(1);
    let explanations = &run.json()[0]["signatures"][0]["explanation"];
    let keys = ["cause", "proof", "detail", "field", "original", "remedy"];
    for explanation in explanations.as_array().unwrap() {
        assert_eq!(explanation.as_object().unwrap().len(), keys.len());
        assert_eq!(explanation["proof"], "proven");
        assert!(!explanation["remedy"].as_str().unwrap().is_empty());
    }
    let text = run.stdout();
    let mut from = text.find("\"explanation\":").unwrap();
    for key in keys {
        from += text[from..].find(&format!("\"{key}\":")).unwrap();
    }
    let of = |cause: &str| {
        let mut explanations = explanations.as_array().unwrap().iter();
        explanations
            .find(|each| each["cause"] == cause)
            .unwrap()
            .clone()
    };
    assert_eq!(of("subject-tagged")["field"], "Subject");
    assert_eq!(of("subject-tagged")["original"], "Tickets for Saturday");
    assert_eq!(of("content-appended")["field"], Value::Null);
    assert_eq!(of("content-appended")["original"], Value::Null);
    // Without the option, and of what passes, there is none.
    assert_eq!(
        causes(&explain(&["--json"], &signed()).exits(0)),
        json!([[null]])
    );
    let run = dkim_reading(&["verify", "--json", ZONE[0], ZONE[1]], &message).exits(1);
    assert_eq!(causes(&run), json!([[null]]));
}

#[test]
fn what_was_not_found_is_said_beside_what_was() {
    let message = replaced(&signed(), "Subject: Tickets", "Subject: [list] Tickets");
    let message = replaced(&message, "at two?", "at six?");
    let message = replaced(&message, "game on Saturday", "match on Sunday");
    let run = explain(&[], &message).exits(1);
    let text = run.stdout();
    let said =
        text.find("    not explained: how the body was changed is not proven [body-not-explained]");
    assert!(said.unwrap() < text.find("    proven: ").unwrap(), "{text}");
    assert!(
        text.contains("remedy: do not rely on it; ask the sender, or compare: dkim inspect"),
        "{text}"
    );
    let run = explain(&["--json"], &message).exits(1);
    let warnings = &run.json()[0]["signatures"][0]["warnings"];
    assert_eq!(warnings[0]["code"], "body-not-explained");
    assert!(warnings[0]["message"].is_string() && warnings[0]["remedy"].is_string());

    // An Ed25519 signature does not tell what its header was.
    let message = b"From: joe@example.com\r\nTo: Suzie\r\nSubject: Tickets\r\n\r\nBody\r\n";
    let message = replaced(&signed_again("ed25519", message), "Tickets", "Money");
    let message = replaced(&message, "Suzie", "Eve");
    let run = explain(&["--json"], &with_footer(&message)).exits(1);
    let warnings = &run.json()[0]["signatures"][0]["warnings"];
    assert_eq!(warnings[0]["code"], "header-not-explained");
}

#[test]
fn a_spent_budget_is_said_once() {
    let body: String = (0..30_000)
        .map(|n| format!("{n} some words of text\r\n"))
        .collect();
    let message = format!("From: joe@example.com\r\nSubject: x\r\n\r\n{body}");
    let message = signed_again("ed25519", message.as_bytes());
    let message = replaced(&message, "\n700 some", "\n700 other");
    let brief = ["--explain-budget", "2"];
    let text = explain(&brief, &message).exits(1);
    let text = text.stdout();
    assert_eq!(text.matches("--explain-budget 20\n").count(), 1, "{text}");
    assert!(
        text.contains("its budget of 2 is\n      spent [unknown]"),
        "{text}"
    );
    assert!(!text.contains("warning:"), "{text}");
    let run = explain(&[&brief[..], &["--json"]].concat(), &message).exits(1);
    assert_eq!(causes(&run), json!([[["unknown"]]]));
    let warnings = &run.json()[0]["signatures"][0]["warnings"];
    assert_eq!(warnings[0]["code"], "explain-budget-spent");
    assert_eq!(
        warnings[0]["message"],
        "the search ended before all was tried: its budget of 2 is spent"
    );
    assert_eq!(
        warnings[0]["remedy"],
        "allow more work: --explain-budget 20"
    );
}

#[test]
fn several_signatures_are_explained_each() {
    let both = signed_again("ed25519", &signed_again("rsa1024", &signed()));
    let changed = with_footer(&both);
    let run = explain(&["--json"], &changed).exits(1);
    let one = json!(["content-appended"]);
    assert_eq!(causes(&run), json!([[one, one, one]]));
    let run = explain(&[], &changed).exits(1);
    let text = run.stdout();
    assert_eq!(text.matches("[content-appended]").count(), 1, "{text}");
    assert_eq!(
        text.matches("    explained as the signature above\n")
            .count(),
        2
    );
    assert_eq!(text.matches("remedy: do not take it").count(), 1, "{text}");

    let later = signed_again("ed25519", &with_footer(&signed()));
    let run = explain(&[], &later).exits(0);
    let run =
        run.prints("    the message passes; this is why this signature does not:\n    proven:");
    assert_eq!(run.stdout().matches("the message passes").count(), 1);
}

#[test]
fn a_summary_counts_what_happened() {
    let folder = scratch();
    let footer = with_footer(&signed());
    let both = with_footer(&replaced(&signed(), "Subject: ", "Subject: [list] "));
    let octets = mbox(
        &[
            signed(),
            footer,
            both,
            b"From: a@b.example\r\n\r\n".to_vec(),
        ],
        true,
    );
    let path = file(&folder, "box", &octets);
    let run = |words: &[&str]| {
        let words = [
            &["verify", "-q", "--summary", ZONE[0], ZONE[1], &path],
            words,
        ]
        .concat();
        dkim(&words).exits(1)
    };
    run(&["--explain"]).prints(
        "\n\nwhat happened, and in how many messages\ncontent-appended 2\nsubject-tagged 1\n",
    );
    let summary = |words: &[&str]| run(words).json()[0]["summary"]["explanations"].clone();
    let expected = json!({"content-appended": 2, "subject-tagged": 1});
    assert_eq!(summary(&["--json", "--explain"]), expected);
    assert_eq!(summary(&["--json"]), Value::Null);
}
