"""What is warned of though the signature passes."""

from .keys import RSA_1024, RSA_2048
from .signer import sign
from .vector import NOW

DAY = 24 * 60 * 60


def add_to(vectors):
    """All cases of this file."""
    alone = "unsigned-subject weak-key testing near-expiration sha1 unsigned-duplicate unsigned-body not-aligned"
    vectors.add(
        "warned-of-nothing",
        "RFC 6376 §3.5: a signature of the usual kind has no warning.",
        sign(tags={"t": str(NOW), "x": str(NOW + 2 * DAY)}),
        no_warnings=alone,
    )
    for code, why, tags, rest in (
        ("unsigned-subject", "§5.4.1: h= leaves the Subject out", {"h": "from:to:date"}, {}),
        ("weak-key", "§3.3.3: an RSA key of 1024 bits", {}, {"key": RSA_1024}),
        ("testing", "§3.6.1: t=y", {}, {"record": f"{RSA_2048.public.record()}; t=y"}),
        ("near-expiration", "§3.5: x= in an hour", {"x": str(NOW + 3600)}, {}),
        ("sha1", "§3.3: rsa-sha1, which has to be asked for", {"a": "rsa-sha1"}, {"options": {"allow-sha1": "yes"}}),
    ):  # fmt: skip
        others = " ".join(other for other in alone.split() if other != code)
        vectors.add(
            f"warned-of-{code}",
            f"RFC 6376 {why}.",
            sign(tags=tags, key=rest.get("key", RSA_2048)),
            warnings=code,
            no_warnings=others,
            **rest,
        )
