//! Fields that came, went, moved or were spaced anew, and copies of them.

use super::*;

#[test]
fn fields_come_and_go() {
    let reply = ("Subject:", "Reply-To: list@example.net\r\nSubject:");
    check(&[reply], Cause::HeaderAdded, "Reply-To", None);
    let second = ("Subject:", "From: Eve <eve@example.net>\r\nSubject:");
    check_in(
        &ALL[..1],
        MESSAGE,
        &[second],
        &[(Cause::HeaderAdded, "From", None)],
    );
    let again = ("Date:", "Date: Mon, 6 Jan 2026 10:00:00 +0000\r\nDate:");
    let below = [(
        "MIME-Version: 1.0\r\n",
        "MIME-Version: 1.0\r\nDate: Mon, 6 Jan 2026 10:00:00 +0000\r\n",
    )];
    check(&below, Cause::HeaderAdded, "Date", None);
    // Above the signed one, it is not looked at.
    let above = replaced(&sign(MESSAGE, RELAXED), MESSAGE.len(), again.0, again.1);
    assert!(explained_as(&above, RELAXED).is_none());
    let gone = [("MIME-Version: 1.0\r\n", "")];
    check(&gone, Cause::HeaderRemoved, "MIME-Version", Some("1.0"));
    let gone = [("Content-Type: text/plain; charset=utf-8\r\n", "")];
    check(
        &gone,
        Cause::HeaderRemoved,
        "Content-Type",
        Some("text/plain; charset=utf-8"),
    );
    let swapped = [(
        "Doe <joe@example.com>\r\n",
        "Doe <joe@example.com>\r\nFrom: Joe Doe <joe@example.com>\r\n",
    )];
    check_in(
        &ALL[..1],
        MESSAGE,
        &swapped,
        &[(Cause::HeaderDuplicated, "From", None)],
    );
}

#[test]
fn fields_of_one_name_change_places() {
    let first = "List-Post: <mailto:a@example.com>\r\n";
    let second = "List-Post: <mailto:b@example.com>\r\n";
    let message = format!("{first}{second}{MESSAGE}");
    let (now, then) = (format!("{first}{second}"), format!("{second}{first}"));
    check_in(
        &ALL,
        &message,
        &[(&now, &then)],
        &[(Cause::HeaderReordered, "List-Post", None)],
    );
}

#[test]
fn fields_that_were_added_are_told_all() {
    let check = |way: Way, damage: (&str, &str), detail: &str| {
        let message = replaced(&sign(MESSAGE, way), MESSAGE.len(), damage.0, damage.1);
        let found = explained_as(&message, way).unwrap().explanations;
        let told: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
        assert_eq!(told, [(Cause::HeaderAdded, Proof::Proven)], "{found:#?}");
        assert_eq!(found[0].detail, detail);
    };
    for way in ALL {
        let two = "Monday\r\nSubject: Newsletter\r\nSubject: Pay 900 to Eve\r\n";
        check(
            way,
            ("Monday\r\n", two),
            "2 Subject fields were added after it was signed: “Newsletter” and “Pay 900 to Eve”",
        );
        let five = "Reply-To: a\r\nReply-To: b\r\nReply-To: c\r\nReply-To: d\r\nReply-To: e\r\nTo:";
        check(
            way,
            ("To:", five),
            "there was no Reply-To field when it was signed; 5 were added: “a”, “b”, “c” and 2 more",
        );
        // From has a slot to spare.
        let from = "From: Eve <e@e>\r\nFrom: Mallory <m@e>\r\nTo:";
        check(
            way,
            ("To:", from),
            "2 From fields were added after it was signed: “Eve <e@e>” and “Mallory <m@e>”",
        );
    }
}

#[test]
fn answers_lose_their_threads() {
    let thread = "In-Reply-To: <2@example.org>\r\nReferences: <1@example.org> <2@example.org>\r\n";
    let message = format!("{thread}{MESSAGE}");
    let removed = (Cause::HeaderRemoved, "In-Reply-To", Some("<2@example.org>"));
    check_in(
        &ALL,
        &message,
        &[("In-Reply-To: <2@example.org>\r\n", "")],
        &[removed],
    );
}

#[test]
fn spaces_count_in_simple() {
    let ways = [ALL[1], ALL[3]];
    let check = |from: &str, to: &str, cause, field: &str, original: Option<&str>| {
        check_in(&ways, MESSAGE, &[(from, to)], &[(cause, field, original)]);
    };
    let spaces = Cause::HeaderWhitespaceChanged;
    let subject = Some("Minutes of Monday");
    check("Subject: M", "Subject:M", spaces, "Subject", subject);
    check("Subject: M", "Subject:  M", spaces, "Subject", subject);
    check("Subject: M", "Subject:\r\n M", spaces, "Subject", subject);
    check("Monday\r\n", "Monday \r\n", spaces, "Subject", subject);
    let to = Some("Ann <ann@example.org>, Bob <bob@example.org>");
    check("org>, Bob", "org>,\r\n\tBob", spaces, "To", to);
    check("org>, Bob", "org>,\r\n Bob", spaces, "To", to);
    let recased = Cause::HeaderRecased;
    check(
        "Message-ID:",
        "Message-Id:",
        recased,
        "Message-Id",
        Some("Message-ID"),
    );
    check(
        "MIME-V",
        "Mime-V",
        recased,
        "Mime-Version",
        Some("MIME-Version"),
    );
    check("Subject:", "subject:", recased, "subject", Some("Subject"));
    let all = [
        ("To:", "to:"),
        ("Subject:", "subject:"),
        ("Date:", "date:"),
        ("From:", "from:"),
    ];
    for way in ways {
        let mut damaged = sign(MESSAGE, way);
        for (from, to) in all {
            damaged = damaged.replace(&format!("\n{from}"), &format!("\n{to}"));
        }
        let explained = explained_as(&damaged, way).unwrap();
        let proven = |each: &crate::explain::Explanation| {
            each.proof == Proof::Proven && each.cause == Cause::HeaderRecased
        };
        assert!(explained.explanations.iter().all(proven), "{explained:#?}");
    }
}

#[test]
fn all_names_change_and_one_value_with_them() {
    for way in [ALL[1], ALL[3]] {
        let names = MESSAGE.split_inclusive("\r\n").map(|line| {
            let (name, value) = line.split_once(':').unwrap_or(("", line));
            let colon = if name.is_empty() { "" } else { ":" };
            format!("{}{colon}{value}", name.to_ascii_lowercase())
        });
        let lower: String = names.collect();
        let lower = lower.replace("subject: ", "subject: [board] ");
        let signed = sign(MESSAGE, way);
        let field = signed.strip_suffix(MESSAGE).unwrap();
        let found = explained_as(&format!("{field}{lower}"), way)
            .unwrap()
            .explanations;
        let told: Vec<_> = found
            .iter()
            .map(|each| (each.cause, each.proof, each.original.as_deref()))
            .collect();
        let expected = [
            (
                Cause::SubjectTagged,
                Proof::Proven,
                Some("Minutes of Monday"),
            ),
            (Cause::HeaderRecased, Proof::Proven, None),
        ];
        assert_eq!(told, expected, "{found:#?}");
    }
}

#[test]
fn long_lines_were_folded_in_places() {
    for fold in ["\r\n ", "\r\n\t"] {
        let subject = format!("Minutes{fold}of Monday the fifth in the{fold}new room");
        let message = MESSAGE.replace("Minutes of Monday", &subject);
        let flat = subject.replace(fold, " ");
        let then = subject.replace("\r\n", "");
        let spaces = [(Cause::HeaderWhitespaceChanged, "Subject", Some(&then[..]))];
        check_in(&[ALL[1], ALL[3]], &message, &[(&subject, &flat)], &spaces);
    }
    // All of many, by their columns.
    let words = ["twelve_chars"; 20];
    let lines: Vec<String> = words.chunks(4).map(|line| line.join(" ")).collect();
    let message = MESSAGE.replace("Minutes of Monday", &lines.join("\r\n "));
    let damage = (&lines.join("\r\n ")[..], &lines.join(" ")[..]);
    let spaces = (Cause::HeaderWhitespaceChanged, "Subject", Some(damage.1));
    check_in(&[ALL[1], ALL[3]], &message, &[damage], &[spaces]);
}

#[test]
fn the_time_of_signing_is_lost() {
    let field = [(Cause::SignatureFieldChanged, "DKIM-Signature", None)];
    for date in [
        "Tue, 14 Nov 2023 22:13:20 +0000",
        "Tue, 14 Nov 2023 23:08:20 +0100",
    ] {
        let message = MESSAGE.replace("Mon, 5 Jan 2026 10:00:00 +0000", date);
        check_in(&ALL[..2], &message, &[(" t=1700000000;", "")], &field);
    }
    let message = MESSAGE.replace("by x", "by x; Tue, 14 Nov 2023 22:13:21 +0000 (UTC)");
    check_in(&ALL[..1], &message, &[(" t=1700000000;", "")], &field);
}

#[test]
fn copies_tell_what_was() {
    for way in ALL {
        let way = Way {
            copies: true,
            ..way
        };
        let changed = (
            Cause::HeaderValueChanged,
            "Date",
            Some("Mon, 5 Jan 2026 10:00:00 +0000"),
        );
        check_in(&[way], MESSAGE, &[("10:00:00", "12:34:56")], &[changed]);
        let removed = (Cause::HeaderRemoved, "Message-ID", Some("<1@example.com>"));
        check_in(
            &[way],
            MESSAGE,
            &[("Message-ID: <1@example.com>\r\n", "")],
            &[removed],
        );
        let rewritten = (
            Cause::FromRewritten,
            "From",
            Some("Joe Doe <joe@example.com>"),
        );
        let subject = (
            Cause::HeaderValueChanged,
            "Subject",
            Some("Minutes of Monday"),
        );
        check_in(
            &[way],
            MESSAGE,
            &[
                ("Joe Doe <joe@example.com>", "Eve <eve@example.net>"),
                ("Minutes of Monday", "Buy now"),
            ],
            &[rewritten, subject],
        );
    }
}

#[test]
fn copies_tell_white_space_from_values() {
    let way = |canonicalization| Way {
        canonicalization,
        copies: true,
        ..RELAXED
    };
    let subject = Some("Offer 1 1000 pieces");
    let message = MESSAGE.replace("Minutes of Monday", "Offer 1 1000 pieces");
    let damage = [("Offer 1 1000", "Offer 11 000")];
    let value = (Cause::HeaderValueChanged, "Subject", subject);
    for way in [way("relaxed/relaxed"), way("simple/simple")] {
        check_in(&[way], &message, &damage, &[value]);
    }
    let simple = [way("simple/simple")];
    let recased = (Cause::HeaderRecased, "SUBJECT", Some("Subject"));
    let names = [("\r\nSubject:", "\r\nSUBJECT:")];
    check_in(&simple, &message, &names, &[recased]);
    let both = [("\r\nSubject: O", "\r\nSUBJECT:  O")];
    let spaces = (Cause::HeaderWhitespaceChanged, "SUBJECT", subject);
    check_in(&simple, &message, &both, &[recased, spaces]);
}

#[test]
fn copies_of_unsigned_fields_say_nothing() {
    let way = Way {
        copies: true,
        ..RELAXED
    };
    let signed = sign(MESSAGE, way).replace("z=From:", "z=X-Other:=20x|From:");
    let damaged = signed.replace("Minutes of Monday", "Buy cheap things");
    let found = explained_as(&damaged, way).unwrap().explanations;
    assert!(
        found
            .iter()
            .any(|each| each.field.as_deref() == Some("Subject"))
    );
    assert!(
        found
            .iter()
            .all(|each| each.field.as_deref() != Some("X-Other"))
    );
}

#[test]
fn tags_of_the_signature_field_are_changed() {
    let check = |way: Way, from: &str, to: &str, original: Option<&str>| {
        let expected = (Cause::SignatureFieldChanged, "DKIM-Signature", original);
        check_in(&[way], MESSAGE, &[(from, to)], &[expected]);
    };
    for rsa in [true, false] {
        let way = |canonicalization| Way {
            rsa,
            canonicalization,
            copies: false,
        };
        let simple = "c=simple/simple";
        let relaxed = "c=relaxed/relaxed";
        check(way("simple/simple"), simple, relaxed, Some(simple));
        check(way("relaxed/relaxed"), relaxed, simple, Some(relaxed));
        let other = "c=relaxed/simple";
        check(way("relaxed/relaxed"), relaxed, other, Some(relaxed));
        // The body has nothing to add to it.
        let length = [(Cause::SignatureFieldChanged, "DKIM-Signature", None)];
        for name in ["relaxed/relaxed", "simple/simple"] {
            check_in(&[way(name)], MESSAGE, &[(" d=", " l=5; d=")], &length);
        }
    }
}

#[test]
fn the_length_of_the_body_is_changed() {
    for way in ALL {
        let signed = sign_to(MESSAGE, way, BodyLength::Whole);
        for (now, more) in [("l=5;", ""), ("l=20;", "More lines.\r\n")] {
            let damaged = signed.replace("l=8;", now) + more;
            assert!(damaged.contains(now), "{damaged}");
            let found = explained_as(&damaged, way).unwrap().explanations;
            let told = |each: &crate::explain::Explanation| {
                (each.cause, each.proof) == (Cause::SignatureFieldChanged, Proof::Proven)
                    && each.original.as_deref() == Some("l=8")
            };
            assert!(found.iter().any(told), "{way:?}: {found:#?}");
        }
    }
}

#[test]
fn the_signature_field_is_changed() {
    let field = Cause::SignatureFieldChanged;
    let name = "DKIM-Signature";
    let ways = [ALL[1], ALL[3]];
    check_in(
        &ways,
        MESSAGE,
        &[("v=1; a=", "v=1;  a=")],
        &[(field, name, None)],
    );
    check_in(
        &ways,
        MESSAGE,
        &[("DKIM-Signature: ", "DKIM-Signature:\r\n\t")],
        &[(field, name, None)],
    );
    check_in(
        &ways,
        MESSAGE,
        &[("DKIM-Signature:", "Dkim-Signature:")],
        &[(field, name, None)],
    );
    check_in(
        &ALL,
        MESSAGE,
        &[("h=From:", "h=From:\r\n ")],
        &[(field, name, None)],
    );
    let hash = sign(MESSAGE, RELAXED);
    let at = hash.find("bh=").unwrap() + 3;
    let (now, then) = (&hash[at..at + 4], "AAAA");
    check_in(&ALL[..1], MESSAGE, &[(now, then)], &[(field, name, None)]);
}
