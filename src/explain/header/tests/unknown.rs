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
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::SubjectTagged, Proof::Likely)
    );
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
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderRemoved, Proof::Likely)
    );
    let found = likely(MESSAGE, ("Message-ID: <1@example.com>\r\n", ""), ALL[2]);
    assert_eq!(
        (found[0].cause, found[0].proof),
        (Cause::HeaderRemoved, Proof::Possible)
    );
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
        for each in explained(&damaged, &answer, 40).into_iter().flat_map(|each| each.explanations) {
            let harmless = matches!(
                each.cause,
                Cause::HeaderWhitespaceChanged | Cause::HeaderReencoded | Cause::HeaderRecased | Cause::HeaderReordered
                    | Cause::HeaderDuplicated | Cause::SubjectTagged | Cause::HeaderAdded
            );
            prop_assert!(!(each.proof == Proof::Proven && harmless), "{each:#?}");
        }
    }
}
