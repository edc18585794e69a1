"""What the DNS answers (RFC 6376 §3.6.2, §6.1.2)."""

from .keys import ED25519, RSA_2048, RSA_2048_E3, RSA_4096, base64_text
from .signer import DOMAIN, sign
from .vector import owner

RSA = RSA_2048.public
P = base64_text(RSA.spki())


def add_to(vectors):
    """All cases of this file."""
    answers(vectors)
    several_records(vectors)


def answers(vectors):
    name = owner("rsa2048")
    not_found = "permerror key-not-found"
    for kind, reason in (
        ("servfail", "dns-servfail"), ("refused", "dns-servfail"), ("timeout", "dns-timeout"),
        ("unreachable", "dns-unreachable"), ("bogus", "dnssec-bogus"),
    ):  # fmt: skip
        vectors.add(
            f"dns-{kind}",
            f"RFC 6376 §6.1.2 step 2: {kind}: the key cannot be had now, which is not the same as no key.",
            sign(),
            f"temperror {reason}",
            dns={name: (kind,)},
        )
    vectors.add(
        "dns-nxdomain",
        "RFC 6376 §6.1.2 step 3: the name does not exist.",
        sign(),
        not_found,
        dns={},
    )
    vectors.add(
        "dns-nodata",
        "RFC 6376 §6.1.2 step 3: the name exists and has no TXT record.",
        sign(),
        not_found,
        dns={name: ("nodata",)},
    )
    vectors.add(
        "dns-only-foreign-records",
        "RFC 6376 §3.6.2.2, §6.1.2: the name has TXT records and none of them is a key record.",
        sign(),
        not_found,
        record=["v=spf1 include:_spf.example.net -all", "just some words"],
    )
    vectors.add(
        "dns-key-at-other-names",
        "RFC 6376 §3.6.2.1: the key is at selector._domainkey.domain and nowhere else.",
        sign(),
        not_found,
        dns={
            DOMAIN: RSA.record(),
            f"_domainkey.{DOMAIN}": RSA.record(),
            f"rsa2048.{DOMAIN}": RSA.record(),
            owner("rsa2048", "mail.example.com"): RSA.record(),
        },
    )
    vectors.add(
        "dns-servfail-and-body-changed",
        "RFC 6376 §6.1.2: without a key the body hash can be told all the same.",
        sign().replace(b"lunch on", b"dinner on"),
        "temperror dns-servfail",
        dns={name: ("servfail",)},
    )


def several_records(vectors):
    spf, other = "v=spf1 -all", RSA_4096.public.record()
    revoked = "v=DKIM1; k=rsa; p="
    both = [RSA_4096.public, RSA]
    several = {"warnings": "multiple-key-records"}
    alone = {"no_warnings": "multiple-key-records"}
    for name, record, keys, rest in (
        ("spf-and-key", [spf, RSA.record()], [RSA], alone),
        ("key-and-spf", [RSA.record(), spf], [RSA], alone),
        ("words-and-key", ["just some words", RSA.record()], [RSA], alone),
        ("wrong-key-first", [other, RSA.record()], both, several),
        ("wrong-key-last", [RSA.record(), other], both, several),
        ("wrong-type-first", [ED25519.public.record(), RSA.record()], [RSA], several),
        ("wrong-type-last", [RSA.record(), ED25519.public.record()], [RSA], several),
        ("revoked-first", [revoked, RSA.record()], [RSA], several),
        ("bad-base64-first", ["v=DKIM1; p=!!!!", RSA.record()], [RSA], {}),
        ("sha1-only-first", [f"v=DKIM1; h=sha1; p={P}", RSA.record()], [RSA], several),
        ("same-key-twice", [RSA.record(), f"k=rsa; p={P}"], [RSA, RSA], several),
    ):
        vectors.add(
            f"records-{name}",
            "RFC 6376 §3.6.2.2 leaves several records undefined: each key is tried, one success is a pass.",
            sign(),
            record=record,
            keys=keys,
            **rest,
        )
    vectors.add(
        "records-two-wrong-keys",
        "RFC 6376 §3.6.2.2: neither of two keys opens the signature.",
        sign(),
        "fail signature-mismatch",
        record=[other, RSA_2048_E3.public.record()],
        keys=[RSA_4096.public, RSA_2048_E3.public],
        warnings="multiple-key-records",
    )
    vectors.add(
        "records-wrong-key",
        "RFC 6376 §6.1.3: the key is another one.",
        sign(),
        "fail signature-mismatch",
        record=RSA_2048_E3.public.record(),
        keys=[RSA_2048_E3.public],
    )
    vectors.add(
        "records-wrong-key-of-other-size",
        "RFC 6376 §6.1.3: the key is another one, and b= has not the length that it needs.",
        sign(),
        "fail signature-mismatch",
        record=other,
        keys=[RSA_4096.public],
    )
