use super::*;
use crate::dmarc::report::{DateRange, DkimResult, Record, Report, SignatureResult};
use crate::message::{LineEndings, parse};

/// What is known of `selector._domainkey.domain`.
fn sighting(evidence: &Evidence, selector: &str, domain: &str) -> Sighting {
    let pair = (domain.parse().unwrap(), selector.parse().unwrap());
    evidence.sightings[&pair].clone()
}

/// The authors of a sighting.
fn authors(sighting: &Sighting) -> Vec<(&str, u64)> {
    let authors = sighting.authors.iter();
    authors
        .map(|(domain, count)| (domain.as_str(), *count))
        .collect()
}

fn evidence_of(messages: &[&str]) -> Evidence {
    let mut evidence = Evidence::default();
    for message in messages {
        let (header, _) = parse(message.as_bytes(), LineEndings::Lenient).unwrap();
        evidence.add_message(&header);
    }
    evidence
}

#[test]
fn signatures_of_messages_are_counted() {
    let evidence = evidence_of(&[
        "DKIM-Signature: v=1; d=example.com; s=one; t=1000000000; h=From:To; b=\r\n\
         dkim-signature: d=EXAMPLE.com; s=one; t=1000000100; h=To\r\n\
         DKIM-Signature: d=example.net; s=two.a; h=to : FROM\r\n\
         Received: by x; Sun, 9 Sep 2001 01:46:40 +0000\r\n\
         From: A <a@example.com>, b@sub.example.com, c@Example.Com\r\n\r\n",
        "DKIM-Signature: d=example.com; s=one\r\n\
         Date: Sun, 9 Sep 2001 01:43:20 +0000\r\nFrom: a@example.com\r\n\r\n",
        "From: a@example.com\r\n\r\n",
        "DKIM-Signature: d=com; s=one\r\nDKIM-Signature: d=example.com\r\nDKIM-Signature: x\r\n\r\n",
    ]);
    assert_eq!(evidence.messages, 4);
    assert_eq!(evidence.unreadable, 3);
    assert_eq!(evidence.sightings.len(), 2);
    let one = sighting(&evidence, "one", "example.com");
    assert_eq!((one.in_messages, one.from_not_signed), (2, 1));
    assert_eq!(one.first_seen, Some(999_999_800));
    assert_eq!(one.last_seen, Some(1_000_000_100));
    assert_eq!(authors(&one), [("example.com", 2), ("sub.example.com", 1)]);
    let two = sighting(&evidence, "two.a", "example.net");
    assert_eq!((two.in_messages, two.from_not_signed), (1, 0));
    assert_eq!(two.first_seen, Some(1_000_000_000));
}

#[test]
fn a_time_that_is_none_is_not_noted() {
    for time in [
        "t=",
        "t=x",
        "t=-1",
        "t=+5",
        "t=99999999999999999999",
        "t=253402300800",
    ] {
        let message = format!("DKIM-Signature: d=example.com; s=s; {time}\r\n\r\n");
        let evidence = evidence_of(&[&message]);
        let seen = sighting(&evidence, "s", "example.com");
        assert_eq!(seen.first_seen, None, "{time}");
    }
}

/// A row: how many messages, from whom, and its signatures.
fn record(count: u64, author: &str, signatures: &[(&str, &str, DkimResult)]) -> Record {
    let signature = |&(domain, selector, result): &(&str, &str, DkimResult)| SignatureResult {
        domain: domain.to_owned(),
        selector: Some(selector.to_owned()).filter(|text| !text.is_empty()),
        result,
    };
    Record {
        count,
        header_from: author.to_owned(),
        signatures: signatures.iter().map(signature).collect(),
        ..Record::default()
    }
}

#[test]
fn rows_of_reports_are_counted() {
    use DkimResult::{Fail, None, Pass, TempError};
    let report = Report {
        date_range: DateRange {
            begin: 1_000,
            end: 2_000,
        },
        records: vec![
            record(
                10,
                "example.com",
                &[
                    ("example.com", "one", Fail),
                    ("example.com.", "one", Pass),
                    ("example.net", "", Pass),
                    ("not.evaluated", "not.evaluated", None),
                ],
            ),
            record(3, "Example.com", &[("EXAMPLE.COM", "one", TempError)]),
            record(4, "", &[("example.net", "", Fail), ("a b", "x", Pass)]),
            record(2, "x", &[("example.com", "a b", Pass)]),
        ],
        ..Report::default()
    };
    let mut evidence = Evidence::default();
    evidence.add_report(&report);
    evidence.add_report(&report);
    assert_eq!(evidence.duplicate_reports, 1);
    assert_eq!((evidence.reports, evidence.reported_messages), (1, 19));
    assert_eq!(evidence.unreadable, 2);
    assert_eq!(evidence.sightings.len(), 1);
    let one = sighting(&evidence, "one", "example.com");
    assert_eq!((one.in_reports, one.passed, one.failed), (13, 10, 3));
    assert_eq!((one.first_seen, one.last_seen), (Some(1_000), Some(2_000)));
    assert_eq!(authors(&one), [("example.com", 13)]);
    let unnamed = evidence.without_selector[&"example.net".parse().unwrap()];
    assert_eq!(
        (unnamed.in_reports, unnamed.passed, unnamed.failed),
        (14, 10, 4)
    );
}

#[test]
fn what_is_kept_has_limits() {
    let mut evidence = Evidence::default();
    let add = |evidence: &mut Evidence, author: &str, domain: &str, selector: &str| {
        let record = record(1, author, &[(domain, selector, DkimResult::Pass)]);
        evidence.add_report(&Report {
            report_id: format!("{author} {domain} {selector}"),
            records: vec![record],
            ..Report::default()
        });
    };
    for number in 0..MAX_AUTHORS + 2 {
        add(
            &mut evidence,
            &format!("a{number}.test"),
            "example.com",
            "s",
        );
    }
    assert_eq!(evidence.left_out.authors, 2);
    for number in 0..MAX_PAIRS + 2 {
        add(
            &mut evidence,
            "a.test",
            "example.com",
            &format!("s{number}"),
        );
        add(&mut evidence, "a.test", &format!("d{number}.test"), "");
    }
    assert_eq!(evidence.sightings.len(), MAX_PAIRS);
    assert_eq!(evidence.without_selector.len(), MAX_UNNAMED);
    assert_eq!(evidence.left_out.signatures, 5);
    // What is known goes on.
    add(&mut evidence, "A1.test", "example.com", "s");
    let seen = sighting(&evidence, "s", "example.com");
    assert_eq!(usize::try_from(seen.in_reports), Ok(MAX_AUTHORS + 3));
    assert_eq!(seen.authors.len(), MAX_AUTHORS);
    assert_eq!(evidence.left_out.signatures, 5);
}
