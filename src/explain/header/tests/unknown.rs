//! What cannot be proven, and must not be.

use proptest::prelude::*;

use super::*;

#[test]
fn what_was_not_found_is_said() {
    let likely = |message: &str, damage: (&str, &str), way: Way| {
        let damaged = replaced(&sign(message, way), message.len(), damage.0, damage.1);
        explained(
            damaged.as_bytes(),
            &KeyAnswer::from_txt([record(&key(way))], None),
            40,
        )
        .unwrap()
        .explanations
    };
    let found = likely(MESSAGE, ("Minutes of Monday", "Buy cheap things"), RELAXED);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderValueChanged, Proof::Likely)
    );
    let listed = MESSAGE.replace("Received: by x", "List-Id: <board.example.com>");
    let found = likely(&listed, ("Minutes of Monday", "[board] Other"), RELAXED);
    // That something was changed comes first, then what it may have been.
    let general = (Cause::HeaderValueChanged, Proof::Likely);
    let causes: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
    assert_eq!(causes, [general, (Cause::SubjectTagged, Proof::Likely)]);
    // Reply-To was signed and is not there either.
    let to = "To: Ann <ann@example.org>, Bob <bob@example.org>\r\n";
    let found = likely(MESSAGE, (to, ""), RELAXED);
    assert!(
        found
            .iter()
            .any(|each| (each.cause, each.proof) == (Cause::HeaderRemoved, Proof::Possible))
    );
    let replied = MESSAGE.replace("Subject:", "Reply-To: <joe@example.com>\r\nSubject:");
    let found = likely(&replied, (to, ""), RELAXED);
    let causes: Vec<_> = found.iter().map(|each| (each.cause, each.proof)).collect();
    // A To that is missing may never have been there.
    assert_eq!(causes, [general, (Cause::HeaderRemoved, Proof::Possible)]);
    let found = likely(MESSAGE, ("Message-ID: <1@example.com>\r\n", ""), ALL[2]);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderRemoved, Proof::Possible)
    );
}

#[test]
fn a_budget_that_ended_is_said() {
    let damaged = sign(MESSAGE, RELAXED).replace("Minutes of Monday", "Buy cheap things");
    let answer = KeyAnswer::from_txt([record(&key(RELAXED))], None);
    let detail = |units: u64| {
        let found = explained(damaged.as_bytes(), &answer, units).unwrap();
        (
            found.unfinished.is_none(),
            found.explanations[0].detail.clone(),
        )
    };
    let in_time = "within the budget";
    let (complete, told) = detail(1);
    assert!(!complete && told.contains(in_time), "{told}");
    let (complete, told) = detail(100_000);
    assert!(complete && !told.contains(in_time), "{told}");
}

/// A `z=` of very many fields, of which few or many are signed.
#[test]
fn very_many_copies_are_told_in_few_sentences() {
    let fields: String = (0..60).map(|at| format!("X-{at}: a\r\n")).collect();
    let copies = (0..5000)
        .map(|at| format!("|X-{at}:=20b"))
        .collect::<String>();
    let names = (0..60).map(|at| format!(":X-{at}")).collect::<String>();
    let check = |names: &str, expected: usize| {
        let signed = sign(MESSAGE, RELAXED).replace("h=From:", &format!("h=From{names}:"));
        let damaged = signed.replace(" d=", &format!(" z=X-a:=20b{copies}; d="));
        let answer = KeyAnswer::from_txt([record(&key(RELAXED))], None);
        let damaged = damaged.replacen("Received: by x\r\n", &fields, 1);
        let found = explained(damaged.as_bytes(), &answer, 10).unwrap();
        assert_eq!(found.explanations.len(), expected, "{found:#?}");
    };
    check("", 1);
    check(&names, 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Random damage is never explained as a change that keeps the sense.
    #[test]
    fn no_false_proof(at in 0_usize..400, octet in 33_u8..127, rsa: bool, simple: bool) {
        let canonicalization = if simple { "simple/simple" } else { "relaxed/relaxed" };
        let way = Way { rsa, canonicalization, copies: false };
        let signed = sign(MESSAGE, way).into_bytes();
        let start = signed.len() - MESSAGE.len();
        let end = signed.len() - 10;
        let at = start + at % (end - start);
        let mut damaged = signed.clone();
        prop_assume!(damaged[at].is_ascii_alphanumeric() && !damaged[at].eq_ignore_ascii_case(&octet));
        prop_assume!(octet.is_ascii_alphanumeric());
        damaged[at] = octet;
        let answer = KeyAnswer::from_txt([record(&key(way))], None);
        for each in explained(&damaged, &answer, 10).into_iter().flat_map(|each| each.explanations) {
            let harmless = matches!(
                each.cause,
                Cause::HeaderWhitespaceChanged | Cause::HeaderReencoded | Cause::HeaderRecased | Cause::HeaderReordered
                    | Cause::HeaderDuplicated | Cause::SubjectTagged | Cause::HeaderAdded
            );
            prop_assert!(!(each.proof == Proof::Proven && harmless), "{each:#?}");
        }
    }
}
