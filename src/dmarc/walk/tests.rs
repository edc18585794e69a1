use super::*;

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn txt(texts: &[&str]) -> TxtAnswer {
    let records: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    TxtAnswer::new(if records.is_empty() {
        TxtOutcome::NoSuchName
    } else {
        TxtOutcome::Found { records, ttl: None }
    })
}

/// The records of a zone, by the domain above `_dmarc`.
type Zone<'a> = &'a [(&'a str, &'a str)];

/// Walks, with the answers in the order of the names or against it.
fn walk_in_order(domain: &str, zone: Zone, is_reversed: bool) -> Discovery {
    let mut walk = TreeWalk::begin(&name(domain));
    loop {
        let pending = walk.pending();
        let next = if is_reversed {
            pending.last()
        } else {
            pending.first()
        };
        let Some(query) = next else { break };
        let texts: Vec<&str> = zone
            .iter()
            .filter(|(domain, _)| query.name() == format!("_dmarc.{domain}."))
            .map(|(_, text)| *text)
            .collect();
        walk.answer(query, Ok(txt(&texts)));
    }
    walk.finish()
}

fn walk(domain: &str, zone: Zone) -> Discovery {
    let discovery = walk_in_order(domain, zone, false);
    assert_eq!(discovery, walk_in_order(domain, zone, true), "{domain}");
    assert!(discovery.is_certain());
    discovery
}

/// Checks the organizational domain and whose record applies.
fn check(domain: &str, zone: Zone, organizational: &str, policy: Option<&str>) {
    let discovery = walk(domain, zone);
    let found = discovery.policy().map(|policy| policy.domain.as_str());
    assert_eq!(
        (discovery.organizational_domain().as_str(), found),
        (organizational, policy),
        "{domain}"
    );
}

#[test]
fn at_most_eight_names_are_asked() {
    let check = |domain: &str, expected: &[&str]| {
        let pending = TreeWalk::begin(&name(domain)).pending();
        let names: Vec<&str> = pending.iter().map(PolicyQuery::name).collect();
        assert_eq!(names, expected, "{domain}");
    };
    // The example of RFC 9989 §4.10.
    check(
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        &[
            "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com.",
            "_dmarc.g.h.i.j.mail.example.com.",
            "_dmarc.h.i.j.mail.example.com.",
            "_dmarc.i.j.mail.example.com.",
            "_dmarc.j.mail.example.com.",
            "_dmarc.mail.example.com.",
            "_dmarc.example.com.",
            "_dmarc.com.",
        ],
    );
    check("com", &["_dmarc.com."]);
    check("Example.COM", &["_dmarc.example.com.", "_dmarc.com."]);
    for (domain, count) in [
        ("a.b.c.d.e.example.com", 7),
        ("a.b.c.d.e.f.example.com", 8),
        ("a.b.c.d.e.f.g.example.com", 8),
    ] {
        assert_eq!(TreeWalk::begin(&name(domain)).pending().len(), count);
    }
    // `_dmarc.` does not fit before the domain.
    let label = "a".repeat(63);
    let long = format!("{label}.{label}.{label}.{}.com", "a".repeat(55));
    assert_eq!(TreeWalk::begin(&name(&long)).pending().len(), 4);
}

#[test]
fn the_walk_stops_at_psd() {
    let mut walk = TreeWalk::begin(&name("a.mail.example.com"));
    let pending = walk.pending();
    walk.answer(&pending[1], Ok(txt(&["v=DMARC1; psd=n"])));
    assert_eq!(walk.pending(), pending[..1]);
    // What the names above it answer all the same does not matter.
    walk.answer(&pending[3], Ok(txt(&["v=DMARC1; psd=y"])));
    walk.answer(&pending[0], Ok(txt(&[])));
    assert_eq!(walk.pending(), []);
    let discovery = walk.finish();
    assert_eq!(discovery.steps.len(), 2);
    assert_eq!(
        discovery.organizational_domain().as_str(),
        "mail.example.com"
    );
}

#[test]
fn examples_of_organizational_domains() {
    let none = "v=DMARC1; p=none";
    // RFC 9989 §4.10.2.
    check(
        "a.mail.example.com",
        &[("mail.example.com", none), ("example.com", none)],
        "example.com",
        Some("example.com"),
    );
    check(
        "a.mail.example.com",
        &[("mail.example.com", "v=DMARC1; p=none; psd=n")],
        "mail.example.com",
        Some("mail.example.com"),
    );
    check(
        "a.mail.example.com",
        &[("com", "v=DMARC1; p=none; psd=y")],
        "example.com",
        Some("com"),
    );
    check(
        "mail.example.com",
        &[("example.com", "v=DMARC1; p=none; psd=y")],
        "mail.example.com",
        Some("example.com"),
    );
    check("a.example.com", &[], "a.example.com", None);
}

#[test]
fn examples_of_alignment() {
    let check = |author: &str, signer: &str, zone: Zone, expected: Alignment| {
        let (author, signer) = (walk(author, zone), walk(signer, zone));
        assert_eq!(author.alignment(&signer), expected);
        assert_eq!(signer.alignment(&author), expected);
    };
    let none = "v=DMARC1; p=none";
    let example = [("example.com", none)];
    // RFC 9989 §4.4 and Appendix B.1.2.
    for (author, signer, expected) in [
        ("news.example.com", "foo.example.com", Alignment::Relaxed),
        ("news.example.com", "news.example.com", Alignment::Strict),
        ("news.example.com", "foo.example.net", Alignment::None),
        ("example.com", "example.com", Alignment::Strict),
        ("child.example.com", "example.com", Alignment::Relaxed),
        ("child.example.com", "example.net", Alignment::None),
    ] {
        check(author, signer, &example, expected);
    }
    // RFC 9989 Appendix B.4.1 and B.4.2.
    let signing = [("example.com", none), ("signing.example.com", none)];
    check(
        "example.com",
        "signing.example.com",
        &signing,
        Alignment::Relaxed,
    );
    check(
        "a.b.c.d.e.f.g.h.i.j.k.example.com",
        "signing.example.com",
        &signing,
        Alignment::Relaxed,
    );
    // RFC 9989 Appendix B.4.3.
    let bank = [
        ("bank.example", "v=DMARC1; p=reject; psd=y"),
        ("giant.bank.example", none),
    ];
    check(
        "giant.bank.example",
        "mail.giant.bank.example",
        &bank,
        Alignment::Relaxed,
    );
    check(
        "giant.bank.example",
        "mail.mega.bank.example",
        &bank,
        Alignment::None,
    );
    // Without any record nothing joins two domains, and adkim=s wants the same domain.
    check("example.com", "mail.example.com", &[], Alignment::None);
    assert!(super::super::AlignmentMode::Relaxed.accepts(Alignment::Relaxed));
    assert!(!super::super::AlignmentMode::Strict.accepts(Alignment::Relaxed));
    assert!(super::super::AlignmentMode::Strict.accepts(Alignment::Strict));
    assert!(!super::super::AlignmentMode::Relaxed.accepts(Alignment::None));
}

#[test]
fn records_in_force() {
    let none = "v=DMARC1; p=none";
    let bank = [
        ("bank.example", "v=DMARC1; p=reject; psd=y"),
        ("giant.bank.example", none),
    ];
    // RFC 9989 Appendix B.4.3.
    check(
        "giant.bank.example",
        &bank,
        "giant.bank.example",
        Some("giant.bank.example"),
    );
    check(
        "mail.giant.bank.example",
        &bank,
        "giant.bank.example",
        Some("giant.bank.example"),
    );
    check(
        "mail.mega.bank.example",
        &bank,
        "mega.bank.example",
        Some("bank.example"),
    );
    // A public suffix domain has its own mail.
    check("bank.example", &bank, "bank.example", Some("bank.example"));
    // RFC 9989 Appendix B.4.2: names between the domain and its last seven labels are skipped.
    check(
        "a.b.c.d.e.f.g.h.i.j.k.example.com",
        &[("b.c.d.e.f.g.h.i.j.k.example.com", none)],
        "a.b.c.d.e.f.g.h.i.j.k.example.com",
        None,
    );
    // Only three places count: not a parent below the organizational domain.
    check(
        "a.b.giant.bank.example",
        &[bank[0], ("b.giant.bank.example", none)],
        "giant.bank.example",
        Some("bank.example"),
    );
    // The own record comes before that of the organization.
    check(
        "a.example.com",
        &[("a.example.com", none), ("example.com", none)],
        "example.com",
        Some("a.example.com"),
    );
    // Of two records at one name, none counts.
    check(
        "a.example.com",
        &[("example.com", none), ("example.com", none)],
        "a.example.com",
        None,
    );
}

#[test]
fn records_that_are_ignored_are_told() {
    let zone = [
        ("example.com", "v=spf1 -all"),
        ("example.com", "V=dmarc1; p=reject"),
        ("com", "v=DMARC1; p=none"),
        ("com", "v=DMARC1; p=reject"),
    ];
    let discovery = walk("example.com", &zone);
    let value = "dmarc1".to_owned();
    assert_eq!(discovery.steps[0].refused, [RecordError::Version { value }]);
    assert_eq!(discovery.steps[0].outcome, Outcome::Missing);
    assert_eq!(discovery.steps[1].outcome, Outcome::Several { count: 2 });
    assert_eq!(discovery.policy(), None);
}

#[test]
fn a_name_without_an_answer_leaves_doubt() {
    let failure = LookupFailure::new(LookupFailureKind::Timeout, "no answer");
    let mut walk = TreeWalk::begin(&name("a.example.com"));
    let pending = walk.pending();
    walk.answer(&pending[0], Ok(txt(&[])));
    walk.answer(&pending[1], Err(failure.clone()));
    let unfinished = walk.clone().finish();
    assert_eq!(unfinished.steps[2].outcome, Outcome::Unanswered);
    walk.answer(&pending[2], Ok(txt(&[])));
    assert_eq!(walk.pending(), []);
    let discovery = walk.clone().finish();
    assert_eq!(discovery.steps[1].outcome, Outcome::Failed(failure));
    assert!(!discovery.is_certain());
    assert_eq!(discovery.policy(), None);
    // The second try counts.
    walk.answer(&pending[1], Ok(txt(&["v=DMARC1; p=reject"])));
    assert!(walk.finish().is_certain());
    let mut walk = TreeWalk::begin(&name("com"));
    let looping = Ok(TxtAnswer::new(TxtOutcome::AliasLoop));
    walk.answer(&walk.pending()[0], looping);
    assert!(!walk.finish().is_certain());
}

#[test]
fn what_is_requested_of_a_subdomain() {
    let check = |domain: &str, exists: bool, record: &str, expected: Option<Policy>| {
        let discovery = walk(domain, &[("example.com", record)]);
        let policy = discovery.policy().unwrap();
        assert_eq!(policy.requested(exists), expected, "{domain} {record}");
    };
    let all = "v=DMARC1; p=reject; sp=quarantine; np=none";
    check("example.com", true, all, Some(Policy::Reject));
    check("a.example.com", true, all, Some(Policy::Quarantine));
    check("a.example.com", false, all, Some(Policy::None));
    let without_np = "v=DMARC1; p=reject; sp=quarantine";
    check("a.example.com", false, without_np, Some(Policy::Quarantine));
    check(
        "a.example.com",
        false,
        "v=DMARC1; p=reject",
        Some(Policy::Reject),
    );
    check("a.example.com", true, "v=DMARC1; p=reject; sp=x", None);
}
