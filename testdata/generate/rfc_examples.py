"""The examples of RFC 6376 Appendix A.2 and RFC 8463 Appendix A, and our signer held against them."""

from . import naive_dkim
from .keys import KEYS, RFC6376_BRISBANE, RFC8463_BRISBANE, RFC8463_TEST
from .vector import owner

RFC8463 = KEYS.parent / "rfc" / "rfc8463-appendix-a.eml"
RFC6376 = KEYS.parent / "rfc" / "rfc6376-appendix-a2.eml"
FOOTBALL = "football.example.com"


def check_signer():
    """Signs the examples' headers anew: RSA and Ed25519 are deterministic, so b= must come out the same."""
    for path, keys in ((RFC8463, [RFC8463_BRISBANE, RFC8463_TEST]), (RFC6376, [RFC6376_BRISBANE])):
        fields, body = naive_dkim.split_message(path.read_bytes())
        for own, key in enumerate(keys):
            tags = naive_dkim.signature_tags(fields[own])
            terms = naive_dkim.Terms(tags)
            assert naive_dkim.unbase64(tags["bh"]) == naive_dkim.body_hash(terms, body)
            signature = key.sign(terms.hash, naive_dkim.signed_data(terms, fields, own))
            assert naive_dkim.unbase64(tags["b"]) == signature, f"{path.name}: signature {own}"


def add_to(vectors):
    """The examples as vectors."""
    vectors.add(
        "rfc8463-appendix-a",
        "RFC 8463 Appendix A.3, with the keys of A.2: both signatures verify.",
        RFC8463.read_bytes(),
        ["pass", "pass"],
        dns={
            owner("brisbane", FOOTBALL): RFC8463_BRISBANE.public.record(),
            owner("test", FOOTBALL): RFC8463_TEST.public.record(),
        },
        keys=[RFC8463_BRISBANE.public, RFC8463_TEST.public],
    )
    vectors.add(
        "rfc6376-appendix-a2",
        "RFC 6376 Appendix A.2 with erratum 4926 applied, with the key of Appendix C.",
        RFC6376.read_bytes(),
        dns={owner("brisbane"): RFC6376_BRISBANE.public.record()},
        keys=[RFC6376_BRISBANE.public],
    )
