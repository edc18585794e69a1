"""Messages with no signature or with several, and local policy (RFC 6376 §4, §6.1; RFC 8301 §3.1)."""

from .keys import ED25519, RSA_1024, RSA_2048
from .signer import PLAIN, insert, message, sign
from .vector import NOW, owner, published

BODY_HASH = "fail body-hash-mismatch"
MISMATCH = "fail signature-mismatch"
EXTRA_FROM = "policy extra-from"


def add_to(vectors):
    """All cases of this file."""
    none(vectors)
    many_signatures(vectors)
    policies(vectors)


def none(vectors):
    field = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=rsa2048; h=from; bh=AAAA; b=AAAA"
    for name, why, source in (
        ("unsigned", "a message without DKIM-Signature", PLAIN),
        ("empty", "an empty file", b""),
        ("no-header", "a message that starts with the empty line", message(body=field)[-len(field) - 2 :]),
        ("longer-field-name", "X-DKIM-Signature is another field", insert(PLAIN, "X-" + field + "\r\n")),
        ("other-field-name", "DKIM-Signature-2 is another field", insert(PLAIN, field.replace("e:", "e-2:") + "\r\n")),
        ("signature-in-body", "in the body it is text", message(body=field + "\r\n")),
        ("signature-in-continuation", "a continuation line is no field", insert(PLAIN, "X-Note: see\r\n " + field + "\r\n")),
    ):  # fmt: skip
        vectors.add(f"none-{name}", f"RFC 6376 §6.1: no signature: {why}.", source, [], dns={})


def many_signatures(vectors):
    both = published(RSA_2048, ED25519)
    every = [RSA_2048.public, ED25519.public]
    two = sign(sign(key=ED25519))
    vectors.add(
        "several-both-pass",
        "RFC 6376 §4.2, RFC 8463 §6: an RSA and an Ed25519 signature.",
        two,
        ["pass", "pass"],
        dns=both,
        keys=every,
    )
    vectors.add(
        "several-first-fails",
        "RFC 6376 §6.1: a bad signature is as none; the next one is judged.",
        sign(sign(key=ED25519), mangle=lambda octets: octets[::-1]),
        [MISMATCH, "pass"],
        dns=both,
        keys=every,
    )
    vectors.add(
        "several-first-cannot-be-read",
        "RFC 6376 §6.1: a signature with a syntax error does not stop the next one.",
        b"DKIM-Signature: what is this\r\n" + sign(),
        ["neutral signature-syntax", "pass"],
    )
    vectors.add(
        "several-unknown-algorithm-and-rsa",
        "RFC 6376 §4.2: an algorithm that the verifier does not know does not stop the next one.",
        sign(sign(), tags={"a": "ed448-sha512"}, terms={"hash": "sha256"}),
        ["neutral unsupported-algorithm", "pass"],
    )
    vectors.add(
        "several-temperror-and-pass",
        "RFC 6376 §6.1: one key cannot be had now, another signature passes.",
        sign(sign(key=ED25519), tags={"s": "down"}),
        ["temperror dns-servfail", "pass"],
        dns=published(ED25519) | {owner("down"): ("servfail",)},
        keys=every,
    )
    source = message(body="Hi  there. \r\n\r\n-- \r\nlist\r\n")
    for tags in ({"c": "relaxed/relaxed", "l": "11"}, {"c": "simple/simple"}, {"c": "relaxed"},
                 {"c": "simple/relaxed", "l": "0"}, {"c": "relaxed/simple", "l": "13"}):  # fmt: skip
        source = sign(source, tags=tags | {"h": "from:to"}, key=ED25519)
    vectors.add(
        "several-canonicalizations-and-lengths",
        "RFC 6376 §3.7: five signatures, each with another canonicalization and length of one body.",
        source,
        ["pass"] * 5,
        key=ED25519,
        warnings="unsigned-body",
    )
    many = PLAIN
    for number in range(25):
        many = sign(many, tags={"n": str(number)}, key=ED25519)
    too_many = "policy too-many-signatures"
    vectors.add(
        "several-over-twenty",
        "RFC 6376 §6.1 lets a verifier limit its work: of 25 signatures the first 20 are judged.",
        many,
        ["pass"] * 20 + [too_many] * 5,
        key=ED25519,
    )
    vectors.add(
        "several-over-given-limit",
        "RFC 6376 §6.1: a limit of two.",
        sign(sign(sign(key=ED25519), key=ED25519), key=ED25519),
        ["pass", "pass", too_many],
        key=ED25519,
        options={"max-signatures": "2"},
    )
    vectors.add(
        "several-at-given-limit",
        "RFC 6376 §6.1: as many as the limit.",
        sign(sign(key=ED25519), key=ED25519),
        ["pass", "pass"],
        key=ED25519,
        options={"max-signatures": "2"},
    )
    vectors.add(
        "several-unreadable-count-towards-limit",
        "RFC 6376 §6.1: fields that cannot be read count towards the limit too.",
        sign(b"DKIM-Signature: x\r\n" * 2 + sign(key=ED25519), key=ED25519),
        ["pass", "neutral signature-syntax", too_many, too_many],
        key=ED25519,
        options={"max-signatures": "2"},
    )
    vectors.add(
        "several-identical",
        "RFC 6376 §6.1: the same field twice is two signatures.",
        sign(key=ED25519)[: -len(PLAIN)] + sign(key=ED25519),
        ["pass", "pass"],
        key=ED25519,
    )


def policies(vectors):
    sha1, expired = {"a": "rsa-sha1"}, {"x": str(NOW - 4000)}
    future = {"t": str(NOW + 5000)}
    extra = b"From: Mallory <mallory@evil.example.net>\r\n"
    allow = {"allow-sha1": "yes"}
    vectors.add(
        "sha1-refused",
        "RFC 8301 §3.1: rsa-sha1 must not be verified; the signature itself holds.",
        sign(tags=sha1),
        "policy sha1",
    )
    vectors.add("sha1-allowed", "RFC 8301 §3.1: overruled.", sign(tags=sha1), options=allow)
    vectors.add(
        "sha1-allowed-simple",
        "RFC 8301 §3.1: overruled.",
        sign(tags=sha1 | {"c": "simple/simple"}),
        options=allow,
    )
    vectors.add(
        "sha1-allowed-body-changed",
        "RFC 8301 §3.1: overruled; the body was changed.",
        sign(tags=sha1).replace(b"lunch on", b"dinner on"),
        BODY_HASH,
        options=allow,
    )
    vectors.add(
        "sha1-allowed-but-expired",
        "RFC 8301 §3.1: overruled; the signature has expired.",
        sign(tags=sha1 | expired),
        "policy expired",
        options=allow,
    )
    vectors.add(
        "sha1-refused-and-header-changed",
        "RFC 8301 §3.1: refused, and broken.",
        sign(tags=sha1).replace(b"Subject: Lunch", b"Subject: Dinner"),
        "policy sha1",
    )
    for name, source, expect in (
        ("sha1-and-expired", sign(tags=sha1 | expired), "policy sha1"),
        ("sha1-and-extra-from", extra + sign(tags=sha1), "policy sha1"),
        ("expired-and-extra-from", extra + sign(tags=expired), "policy expired"),
        ("future-and-extra-from", extra + sign(tags=future), "policy timestamp-in-future"),
        ("expired-and-partial", sign(tags=expired | {"l": "3"}), "policy expired"),
    ):
        vectors.add(f"policy-order-{name}", "Our order among policies.", source, expect)
    for name, dns, expect in (
        ("expired-and-servfail", {owner("rsa2048"): ("servfail",)}, "policy expired"),
        ("expired-and-no-key", {}, "policy expired"),
    ):
        vectors.add(
            f"policy-order-{name}",
            "Policy that needs no key comes before the key; without one nothing is said of the signature.",
            sign(tags=expired),
            expect,
            dns=dns,
            keys=[],
        )
    vectors.add(
        "policy-order-extra-from-and-body-changed",
        "Policy comes before the body hash; that one is told beside it.",
        extra + sign().replace(b"lunch on", b"dinner on"),
        EXTRA_FROM,
    )
    vectors.add(
        "policy-order-key-below-minimum-and-body-changed",
        "The key's size is judged before the body hash; that one is told beside it.",
        sign(key=RSA_1024).replace(b"lunch on", b"dinner on"),
        "policy key-below-minimum",
        key=RSA_1024,
        options={"min-rsa-bits": "2048"},
    )
    vectors.add(
        "policy-order-key-below-minimum-and-partial",
        "What l= leaves out is judged before the key's size: it needs no key.",
        sign(key=RSA_1024, tags={"l": "3"}),
        "policy partial-body",
        key=RSA_1024,
        options={"min-rsa-bits": "2048", "reject-partial-body": "yes"},
    )
