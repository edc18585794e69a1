//! The same whatever vectors the machine has. What is right is for the integration tests to say;
//! they take the best that there is.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// All that this machine has.
fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    return [
        Some(best),
        best.as_avx2().map(Level::Avx2),
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_sse2().map(Level::Sse2),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(not(target_arch = "x86_64"))]
    vec![best]
}

fn canonicalize(
    mut canonicalizer: BodyCanonicalizer,
    pieces: &[&[u8]],
) -> (Vec<u8>, LineEndsSeen, bool) {
    let mut canonical = Vec::new();
    for piece in pieces {
        canonicalizer.push(piece, |octets| canonical.extend_from_slice(octets));
    }
    let long_line = canonicalizer.has_long_line();
    let seen = canonicalizer.finish(|octets| canonical.extend_from_slice(octets));
    (canonical, seen, long_line)
}

/// Canonicalizes whole and cut in two, with all vectors, and octet by octet, which takes none.
fn check(body: &[u8], cut: usize) {
    let (start, end) = body.split_at(cut.min(body.len()));
    let octets: Vec<&[u8]> = body.chunks(1).collect();
    for algorithm in [Canonicalization::Simple, Canonicalization::Relaxed] {
        for line_endings in [LineEndings::Lenient, LineEndings::Strict] {
            let new = BodyCanonicalizer::new(algorithm, line_endings);
            let expected = canonicalize(new.clone(), &octets);
            for level in levels() {
                for pieces in [&[body][..], &[start, end]] {
                    let canonicalizer = BodyCanonicalizer {
                        level,
                        ..new.clone()
                    };
                    let found = canonicalize(canonicalizer, pieces);
                    assert_eq!(
                        found,
                        expected,
                        "{level:?} {algorithm} {line_endings:?} cut at {cut}: {:?}",
                        body.escape_ascii().to_string()
                    );
                }
            }
        }
    }
}

/// Bodies of lines that end in all the ways there are, with long stretches without changes.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => "[a-z]{1,70}",
        4 => Just(" ".to_owned()),
        2 => Just("  ".to_owned()),
        1 => Just("\t".to_owned()),
        4 => Just("\r\n".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => (1..400_usize).prop_map(|count| "\r\n".repeat(count)),
        1 => (1..900_usize).prop_map(|count| " ".repeat(count)),
        1 => (1..90_usize).prop_map(|count| " \r\n".repeat(count)),
        2 => (1..300_usize).prop_map(|count| "word and word\r\n".repeat(count)),
        2 => (1..60_usize).prop_map(|count| "a line that is longer than the others\n".repeat(count)),
        1 => (900..1100_usize).prop_map(|count| "x".repeat(count)),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_vectors_find_the_same(body in bodies(), cut in 0..3000_usize) {
        check(&body, cut);
    }

    #[test]
    fn clones_go_on_alike(body in bodies(), cut in 0..3000_usize) {
        let (start, end) = body.split_at(cut.min(body.len()));
        let mut canonicalizer =
            BodyCanonicalizer::new(Canonicalization::Relaxed, LineEndings::Lenient);
        let mut canonical = Vec::new();
        canonicalizer.push(start, |octets| canonical.extend_from_slice(octets));
        let forked = canonicalizer.clone();
        let mut both = [canonical.clone(), canonical];
        for (canonicalizer, canonical) in [canonicalizer, forked].into_iter().zip(&mut both) {
            let mut canonicalizer = canonicalizer;
            canonicalizer.push(end, |octets| canonical.extend_from_slice(octets));
            canonicalizer.finish(|octets| canonical.extend_from_slice(octets));
        }
        prop_assert_eq!(&both[0], &both[1]);
    }
}

#[test]
fn every_place_of_the_end_of_a_group() {
    for end in [
        "\r\n",
        "\r\n\r\n",
        "\n\n",
        " \r\n",
        "\r",
        "\r\r\n",
        "  ",
        "\t\r\n\r\n",
    ] {
        for length in GROUP - 5..GROUP + 5 {
            for groups in [1, 2, 3] {
                for rest in ["", "z", &"\r\n".repeat(200), &"tail\r\n".repeat(200)] {
                    let line = "y".repeat(length * groups);
                    check(format!("{line}{end}{rest}").as_bytes(), GROUP);
                }
            }
        }
    }
}
