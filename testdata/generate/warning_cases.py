"""What is warned of though the signature passes."""

from .keys import RSA_1024, RSA_2048
from .signer import octets, sign
from .vector import NOW

DAY = 24 * 60 * 60


def add_to(vectors):
    """All cases of this file."""
    alone = (
        "unsigned-field weak-key testing near-expiration sha1 unsigned-duplicate unsigned-body not-aligned old-signature"
    )
    all_fields = {"h": "from:to:subject:date:message-id"}
    vectors.add(
        "warned-of-nothing",
        "RFC 6376 §3.5: a signature of the usual kind has no warning.",
        sign(tags=all_fields | {"t": str(NOW), "x": str(NOW + 2 * DAY)}),
        no_warnings=alone,
    )
    for code, why, tags, rest in (
        ("unsigned-field", "§5.4.1: h= leaves the Subject out", {"h": "from:to:date:message-id"}, {}),
        ("weak-key", "§3.3.3: an RSA key of 1024 bits", {}, {"key": RSA_1024}),
        ("testing", "§3.6.1: t=y", {}, {"record": f"{RSA_2048.public.record()}; t=y"}),
        ("near-expiration", "§3.5: x= in an hour", {"x": str(NOW + 3600)}, {}),
        ("sha1", "§3.3: rsa-sha1, which has to be asked for", {"a": "rsa-sha1"}, {"options": {"allow-sha1": "yes"}}),
    ):  # fmt: skip
        others = " ".join(other for other in alone.split() if other != code)
        vectors.add(
            f"warned-of-{code}",
            f"RFC 6376 {why}.",
            sign(tags=all_fields | tags, key=rest.get("key", RSA_2048)),
            warnings=code,
            no_warnings=others,
            **rest,
        )
    received(vectors)


def received(vectors):
    """How long before it was received a message was signed."""
    field = "Received: from a.example.net by mx.example.net; Fri, 15 Jan 2027 08:00:00 +0000"  # NOW
    for name, age, codes in (
        ("old-signature", 7 * DAY + 1, {"warnings": "old-signature"}),
        ("old-signature-at-limit", 7 * DAY, {"no_warnings": "old-signature"}),
        ("old-signature-of-the-future", -DAY // 2, {"no_warnings": "old-signature"}),
    ):
        signed = sign(tags={"t": str(NOW - age)})
        rest = {"now": NOW + DAY}
        why = f"Signed {age} seconds before it was received."
        vectors.add(f"warned-of-{name}", why, octets(field) + b"\r\n" + signed, **codes, **rest)
    signed = sign(tags={"t": str(NOW - 30 * DAY)})
    why = "Signed long ago, and received at a time that nobody noted, or that cannot be read."
    vectors.add("warned-of-old-signature-not-received", why, signed, no_warnings="old-signature")
    undated = b"Received: by mx.example.net\r\n"
    vectors.add("warned-of-old-signature-undated", why, undated + signed, no_warnings="old-signature")
    changed = octets(field) + b"\r\n" + signed.replace(b"lunch on Friday?", b"lunch on Monday?")
    why = "Signed long ago, and changed: the signature vouches for nothing."
    vectors.add("warned-of-old-signature-changed", why, changed, "fail body-hash-mismatch", no_warnings="old-signature")
