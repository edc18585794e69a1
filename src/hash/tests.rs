use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn hash(body: &[u8], requests: &[BodyHashRequest]) -> BodyHashes {
    let mut hasher = BodyHasher::new(LineEndings::Lenient, requests.iter().copied());
    hasher.update(body);
    hasher.finish()
}

fn request(canonicalization: Canonicalization, length: Option<u64>) -> BodyHashRequest {
    BodyHashRequest {
        canonicalization,
        algorithm: HashAlgorithm::Sha256,
        length,
    }
}

#[test]
fn lengths_share_a_pass() {
    let body = b"a \t b\r\n\r\nc\r\n\r\n";
    let lengths = [
        None,
        Some(0),
        Some(3),
        Some(4),
        Some(10),
        Some(11),
        Some(u64::MAX),
        Some(3),
    ];
    let requests = lengths.map(|length| request(Canonicalization::Relaxed, length));
    let hashes = hash(body, &requests);
    assert_eq!(hashes.passes.len(), 1);
    assert_eq!(hashes.canonical_length(&requests[0]), Some(10));
    let canonical = b"a b\r\n\r\nc\r\n";
    for request in &requests {
        let expected = match request.length {
            None => Some(&canonical[..]),
            Some(length) => usize::try_from(length)
                .ok()
                .and_then(|length| canonical.get(..length)),
        };
        let expected = expected.map(|octets| Sha256::digest(octets).to_vec());
        assert_eq!(
            hashes.hash(request).map(|hash| hash.to_vec()),
            expected,
            "{request:?}"
        );
    }
}

#[test]
fn line_ends_are_noted_without_requests() {
    let hashes = hash(b"a\r\nb\nc\rd", &[]);
    let all = LineEndsSeen {
        crlf: true,
        bare_line_feed: true,
        bare_carriage_return: true,
    };
    assert_eq!((hashes.line_ends(), hashes.octets()), (all, 8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn lengths_count_canonicalized_octets(
        body in vec(prop_oneof![Just("a"), Just("a word\t"), Just(" "), Just("\r\n"), Just("\n")], 0..60),
        piece in 1..300_usize,
        part in 0..120_usize,
    ) {
        let body = body.concat().into_bytes();
        for canonicalization in [Canonicalization::Simple, Canonicalization::Relaxed] {
            let mut canonical = Vec::new();
            let mut canonicalizer = BodyCanonicalizer::new(canonicalization, LineEndings::Lenient);
            canonicalizer.push(&body, |octets| canonical.extend_from_slice(octets));
            canonicalizer.finish(|octets| canonical.extend_from_slice(octets));

            let length = canonical.len() * part / 100;
            let lengths = [None, Some(length as u64), Some(0)];
            let requests = lengths.map(|length| request(canonicalization, length));
            let mut hasher = BodyHasher::new(LineEndings::Lenient, requests);
            body.chunks(piece).for_each(|octets| hasher.update(octets));
            let hashes = hasher.finish();
            let hash = |octets: &[u8]| Sha256::digest(octets).to_vec();
            let expected = [Some(hash(&canonical)), canonical.get(..length).map(hash), Some(hash(b""))];
            for (request, expected) in requests.iter().zip(expected) {
                let hash = hashes.hash(request).map(|hash| hash.to_vec());
                prop_assert_eq!(hash, expected);
            }
            prop_assert_eq!(hashes.canonical_length(&requests[0]), Some(canonical.len() as u64));
        }
    }
}
