"""d=, s= and i= (RFC 6376 §3.1, §3.5; RFC 8616 §5)."""

from .keys import RSA_2048
from .signer import sign
from .vector import owner

SYNTAX = "neutral signature-syntax"


def add_to(vectors):
    """All cases of this file."""
    identity(vectors)
    domains(vectors)
    internationalized(vectors)


def identity(vectors):
    for name, value, why in (
        ("at-domain", "@example.com", "the domain itself, with no local part"),
        ("with-local-part", "alice@example.com", "the domain itself"),
        ("subdomain", "alice@mail.example.com", "a subdomain"),
        ("deep-subdomain", "@a.b.c.example.com", "a subdomain of a subdomain"),
        ("upper-case", "alice@EXAMPLE.Com", "domains are compared in any letter case"),
        ("quoted-local-part", '"alice smith"@example.com', "a quoted local part"),
        ("quoted-local-part-with-at", '"a@example.org"@example.com', "the last @ counts"),
        ("encoded-local-part", "alice=3Bbob@example.com", "dkim-quoted-printable in the local part"),
        ("encoded-domain", "alice@=65xample.com", "dkim-quoted-printable is decoded before the comparison"),
        ("folded", "alice@\r\n\t example.com", "FWS means nothing in dkim-quoted-printable"),
    ):  # fmt: skip
        vectors.add(f"signature-i-{name}", f"RFC 6376 §3.5: i= {why}.", sign(tags={"i": value}))
    for name, value, why in (
        ("other-domain", "alice@example.org", "another domain"),
        ("label-boundary", "@evilexample.com", "ends with d= but not on a label boundary"),
        ("label-boundary-hyphen", "alice@evil-example.com", "ends with d= but not on a label boundary"),
        ("d-as-prefix", "alice@example.com.evil.net", "starts with d="),
        ("parent-name", "alice@xample.com", "is shorter than d="),
        ("encoded-other-domain", "alice@=65vilexample.com", "is another domain once decoded"),
    ):
        vectors.add(
            f"signature-i-{name}",
            f"RFC 6376 §3.5, §6.1.1: i= {why}.",
            sign(tags={"i": value}),
            "permerror identity-mismatch",
        )
    vectors.add(
        "signature-i-parent-domain",
        "RFC 6376 §3.5: i= above d= is not the same or a subdomain.",
        sign(tags={"d": "mail.example.com", "i": "@example.com"}),
        "permerror identity-mismatch",
        dns={owner("rsa2048", "mail.example.com"): RSA_2048.public.record()},
    )
    for name, value, why in (
        ("empty", "", "is there and empty"),
        ("without-at", "example.com", "has no @"),
        ("empty-domain", "alice@", "has no domain"),
        ("with-nul", "al\x00ice@example.com", "holds NUL"),
        ("domain-with-nul", "alice@example.com\x00.example.com", "holds NUL"),
        ("empty-label", "@.example.com", "has a domain with an empty label"),
    ):
        vectors.add(
            f"signature-i-{name}",
            f"RFC 6376 §3.5: i= {why}.",
            sign(tags={"i": value}),
            SYNTAX,
            detail="the name begins with a dot, which other verifiers accept" if name == "empty-label" else "",
        )
    vectors.add(
        "signature-i-mismatch-and-no-key",
        "RFC 6376 §6.1.1 comes before §6.1.2: nothing is asked of the DNS for a signature that is bad in itself.",
        sign(tags={"i": "@example.org"}),
        "permerror identity-mismatch",
        dns={},
    )


def domains(vectors):
    long_label = "a" * 64
    too_long = ".".join(["a" * 63] * 3 + ["a" * 59, "com"])
    assert len(too_long) > 253
    bad = (
        ("nul", "example\x00.com", "NUL"),
        ("parenthesis", "example(.com", "a parenthesis"),
        ("comment", "example.com(c)", "a comment"),
        ("space", "exam ple.com", "a space"),
        ("folded-inside", "example.\r\n com", "FWS in the middle"),
        ("at-sign", "alice@example.com", "an @"),
        ("slash", "example.com/x", "a slash"),
        ("quotes", '"example.com"', "quotes"),
        ("backslash", "exam\\046ple.com", "a backslash"),
        ("colon", "example.com:53", "a colon"),
        ("star", "*.example.com", "a wildcard"),
        ("escape", "example\x1b[31m.com", "ESC"),
        ("empty-label", "example..com", "an empty label"),
        ("leading-dot", ".example.com", "an empty label at the start"),
        ("trailing-dot", "example.com.", "an empty label at the end"),
        ("label-too-long", f"{long_label}.com", "a label of 64 octets"),
        ("too-long", too_long, f"{len(too_long)} octets"),
        ("invalid-utf-8", "b\udcffcher.example.com", "an octet that is not UTF-8"),
    )
    for name, value, why in bad:
        vectors.add(
            f"signature-d-{name}",
            f"RFC 6376 §3.5: d= is a domain name; this has {why}. It must not be asked for.",
            sign(tags={"d": value}),
            SYNTAX,
            detail="the name ends with a dot, which other verifiers accept" if name == "trailing-dot" else "",
        )
    vectors.add(
        "signature-d-single-label",
        "RFC 6376 §3.5: domain-name has at least two labels.",
        sign(tags={"d": "localhost"}),
        SYNTAX,
        dns={owner("rsa2048", "localhost"): RSA_2048.public.record()},
    )
    for name, value, why in bad:
        if name == "too-long":
            continue
        value = value.replace(".com", ".x").replace("example", "rsa2048")
        vectors.add(
            f"signature-s-{name}",
            f"RFC 6376 §3.1: a selector is made of labels; this has {why}. It must not be asked for.",
            sign(tags={"s": value}),
            SYNTAX,
        )
    for name, tags, dns_name, why in (
        ("d-underscore", {"d": "my_host.example.com"}, owner("rsa2048", "my_host.example.com"),
         "an underscore in d=, which the wild has"),
        ("s-underscore", {"s": "my_key"}, owner("my_key"), "an underscore in s=, which the wild has"),
        ("s-several-labels", {"s": "2027.jan"}, owner("2027.jan"), "a selector of two labels"),
        ("s-digits", {"s": "20270114"}, owner("20270114"), "a selector of digits"),
        ("s-upper-case", {"s": "RSA2048"}, owner("rsa2048"), "the DNS knows no letter case"),
        ("d-upper-case", {"d": "EXAMPLE.COM", "i": "@example.com"}, owner("rsa2048"), "the DNS knows no letter case"),
        ("s-longest-label", {"s": "a" * 63}, owner("a" * 63), "a label of 63 octets"),
        ("d-hyphens", {"d": "a--b.x-y.example.com"}, owner("rsa2048", "a--b.x-y.example.com"), "hyphens inside labels"),
    ):  # fmt: skip
        vectors.add(
            f"signature-{name}",
            f"RFC 6376 §3.5, §3.6.2.1: {why}.",
            sign(tags=tags),
            dns={dns_name: RSA_2048.public.record()},
        )
    # 253 octets are the most that a name can have without its final dot (RFC 1035 §2.3.4).
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 38, "com"])
    assert len(owner("rsa2048", longest)) == 253
    vectors.add(
        "signature-d-longest",
        "RFC 6376 §3.6.2.1: the owner name has 253 octets, as many as the DNS allows.",
        sign(tags={"d": longest}),
        dns={owner("rsa2048", longest): RSA_2048.public.record()},
    )
    vectors.add(
        "signature-owner-name-too-long",
        "RFC 6376 §3.6.2.1: d= and s= are each fine, but their owner name has 254 octets.",
        sign(tags={"d": longest, "s": "rsa2048x"}),
        SYNTAX,
    )


def internationalized(vectors):
    a_label, u_label = "xn--bcher-kva.example.com", "bücher.example.com"
    at_u = {owner("rsa2048", a_label): RSA_2048.public.record()}
    for name, tags, why in (
        ("d-u-label", {"d": u_label}, "a U-label in d= is asked for as its A-label"),
        ("d-a-label", {"d": a_label}, "an A-label in d= stays what it is"),
        ("d-u-label-simple", {"d": u_label, "c": "simple/simple"}, "a U-label in d= is hashed as it stands"),
        ("i-u-label-d-u-label", {"d": u_label, "i": f"@post.{u_label}"}, "i= and d= in U-labels"),
        ("i-a-label-d-u-label", {"d": u_label, "i": f"@{a_label}"}, "i= in A-labels and d= in U-labels are the same domain"),
        ("i-u-label-d-a-label", {"d": a_label, "i": f"@post.{u_label}"}, "i= in U-labels and d= in A-labels are the same domain"),
        ("i-utf-8-local-part", {"d": u_label, "i": f"jörg@{u_label}"}, "UTF-8 in the local part of i="),
    ):  # fmt: skip
        vectors.add(
            f"signature-{name}",
            f"RFC 8616 §5: {why}.",
            sign(tags=tags),
            dns=at_u,
            warnings="eight-bit-header" if name != "d-a-label" else "",
        )
    vectors.add(
        "signature-s-u-label",
        "RFC 8616 §5: a U-label in s= is asked for as its A-label.",
        sign(tags={"s": "schlüssel"}),
        dns={owner("xn--schlssel-95a"): RSA_2048.public.record()},
    )
    vectors.add(
        "signature-i-u-label-other-domain",
        "RFC 8616 §5, RFC 6376 §6.1.1: i= in U-labels is another domain than d=.",
        sign(tags={"d": u_label, "i": "@böcher.example.com"}),
        "permerror identity-mismatch",
        dns=at_u,
    )
