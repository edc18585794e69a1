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
    tag_p = f"v=DKIM1; k=rsa; p={P}"
    foreign = [spf, "v=DMARC1; p=reject", "just some words", "google-site-verification=abc"]
    wrong = [RSA_4096.public, RSA_2048_E3.public, ED25519.public]
    four = [*(key.record() for key in wrong), tag_p]
    at_limit = "Our limit (RFC 6376 §3.6.2.2 leaves several records undefined): four records with p= are tried"
    for name, record, why in (
        ("four", four, "."),
        ("four-and-foreign", foreign + four, "; those of another purpose do not count."),
        ("four-and-none-with-p", [*four, "v=DKIM1; k=rsa"], "; one without p= does not count."),
    ):
        vectors.add(f"records-{name}", at_limit + why, sign(), record=record, keys=[*wrong, RSA], **several)
    for name, record, why in (
        ("five", [f"{tag_p}; n=first", *four], "the right key among them, first"),
        ("five-and-foreign", [*four, *foreign, f"{tag_p}; n=last"], "and others of another purpose"),
        ("five-with-bad-ones", [tag_p, revoked, "v=DKIM1; p=!!!!", "p=", f"v=DKIM2; p={P}"], "of which one alone is a key"),
        ("forty-five", [f"v=DKIM1; n={number}; p={P}" for number in range(45)], "forty-five of them"),
    ):
        vectors.add(
            f"records-{name}",
            f"Our limit: of more than four records with p= at a name none is tried: {why}.",
            sign(),
            "permerror key-syntax",
            record=record,
            detail="records with p= at one name, more than the limit of 4",
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
