"""The key record and its tags but p= (RFC 6376 §3.6.1; RFC 8463 §4)."""

from .keys import ED25519, RSA_2048, base64_text
from .signer import sign
from .vector import NOW, published

SYNTAX = "permerror key-syntax"
UNSUPPORTED = "neutral key-unsupported"
MISMATCHED_TYPE = "permerror key-type-mismatch"
RSA = RSA_2048.public
P = base64_text(RSA.spki())
RAW_ED25519 = base64_text(ED25519.public.raw())


def add_to(vectors):
    """All cases of this file."""
    record_versions(vectors)
    record_syntax(vectors)
    key_types(vectors)
    hashes_and_services(vectors)
    flags(vectors)


def record_versions(vectors):
    for name, record in (
        ("with-whitespace", f" v = DKIM1 ; p={P}"), ("alone-with-p", f"v=DKIM1;p={P}"),
    ):  # fmt: skip
        vectors.add(
            f"key-v-{name}",
            "RFC 6376 §3.6.1: v=DKIM1, first.",
            sign(),
            record=record,
            no_warnings="no-version",
        )
    for name, record in (
        ("missing", f"k=rsa; p={P}"), ("missing-all-but-p", f"p={P}"),
        ("upper-case-name-is-unknown", f"k=rsa; V=DKIM2; p={P}"),
    ):  # fmt: skip
        vectors.add(
            f"key-v-{name}",
            "RFC 6376 §3.6.1: v= is recommended, not required.",
            sign(),
            record=record,
            warnings="no-version",
        )
    for name, record in (
        ("last", f"k=rsa; p={P}; v=DKIM1"), ("second", f"k=rsa; v=DKIM1; p={P}"),
    ):  # fmt: skip
        vectors.add(
            f"key-v-{name}",
            "RFC 6376 §3.6.1: v= must be the first tag where it is there.",
            sign(),
            SYNTAX,
            record=record,
            detail="which other verifiers accept",
        )
    for name, value in (
        ("dkim2", "DKIM2"), ("lower-case", "dkim1"), ("dkim10", "DKIM10"), ("1", "1"), ("dkim", "DKIM"),
    ):  # fmt: skip
        vectors.add(
            f"key-v-{name}",
            f"RFC 6376 §3.6.1: v={value} is not DKIM1; such a record must be discarded.",
            sign(),
            UNSUPPORTED,
            record=f"v={value}; k=rsa; p={P}",
        )


def record_syntax(vectors):
    good = RSA.record()
    for name, record, why in (
        ("final-semicolon", good + ";", "a semicolon may end it"),
        ("final-semicolon-and-space", good + "; ", "whitespace after the final semicolon is no tag"),
        ("no-spaces", good.replace(" ", ""), "whitespace is optional"),
        ("whitespace-everywhere", f"\t v \t=  DKIM1 ;\tk = rsa ; p = {P} \t;", "WSP around names, = and values"),
        ("crlf-folded", f"v=DKIM1;\r\n k=rsa;\r\n\tp={P}", "FWS is whitespace in a record too"),
        ("line-feed-in-p", f"v=DKIM1; k=rsa; p={P[:64]}\n{P[64:]}", "a line break in p= is read, as others do"),
        ("crlf-in-p", f"v=DKIM1; k=rsa; p={P[:76]}\r\n{P[76:]}\r\n", "a line break in p= is read, as others do"),
        ("p-first-after-version", f"v=DKIM1; p={P}; k=rsa; n=note", "the order of the rest does not matter"),
        ("unknown-tags", f"v=DKIM1; foo=bar; k=rsa; x_9=; p={P}; last=a b", "unknown tags are ignored"),
        ("notes", f"v=DKIM1; n=made=20in=20January, ask bob; p={P}", "n= is for people"),
        ("notes-empty", f"v=DKIM1; n=; p={P}", "n= may be empty"),
        ("granularity", f"v=DKIM1; g=mallory; k=rsa; p={P}", "g= is historic and ignored"),
        ("granularity-empty", f"v=DKIM1; g=; k=rsa; p={P}", "g= is historic and ignored, empty too"),
        ("granularity-star", f"v=DKIM1; g=*; k=rsa; p={P}", "g= is historic and ignored"),
        ("names-differ-in-case", f"v=DKIM1; K=ed25519; P=; k=rsa; p={P}", "tag names are case-sensitive"),
        ("large", f"v=DKIM1; k=rsa; n={'x' * (16384 - 22 - len(P))}; p={P}", "16 KiB to the octet are read"),
    ):  # fmt: skip
        if name == "large":
            assert len(record) == 16384, len(record)
        vectors.add(f"key-record-{name}", f"RFC 6376 §3.6.1: {why}.", sign(), record=record)
    for tag, value in (("v", "DKIM1"), ("k", "rsa"), ("p", P), ("h", "sha256"), ("t", "y"), ("foo", "1")):
        vectors.add(
            f"key-record-duplicate-{tag}",
            f"RFC 6376 §3.2: {tag}= must not occur twice.",
            sign(),
            SYNTAX,
            record=f"v=DKIM1; h=sha256; k=rsa; t=y; foo=1; p={P}; {tag}={value}",
        )
    for name, record, why, detail in (
        ("quotes-around-all", f'"{good}"', "quotes of a zone file were published literally", "quote"),
        ("quotes-inside-p", good[:200] + '" "' + good[200:], "quotes between strings were published literally", "quote"),
        ("quote-at-end", good + '"', "a quote was published literally", "quote"),
        ("escaped-semicolons", good.replace(";", "\\;"), "backslashes of a zone file were published literally", "backslash"),
        ("backslash-inside-p", good[:100] + "\\" + good[100:], "a backslash was published literally", "backslash"),
    ):  # fmt: skip
        vectors.add(
            f"key-record-{name}",
            f"RFC 6376 §3.6.1: {why}.",
            sign(),
            SYNTAX,
            record=record,
            detail=detail,
        )
    for name, record, why in (
        ("tag-without-equals-sign", f"v=DKIM1; foo; k=rsa; p={P}", "a tag without ="),
        ("tag-without-name", f"v=DKIM1; =foo; k=rsa; p={P}", "a tag without a name"),
        ("tag-name-with-hyphen", f"v=DKIM1; a-b=c; k=rsa; p={P}", "a hyphen in a tag's name"),
        ("carriage-return-in-p", f"v=DKIM1; k=rsa; p={P[:64]}\r{P[64:]}", "a bare CR in p="),
        ("line-feed-before-p", f"v=DKIM1; k=rsa;\np={P}", "a line break that is not folded, outside of p="),
        ("nul", f"v=DKIM1; n=a\x00b; k=rsa; p={P}", "NUL in a value"),
        ("only-version", "v=DKIM1", "p= is missing"),
        ("p-missing", "v=DKIM1; k=rsa; t=s", "p= is missing"),
        ("p-upper-case", f"v=DKIM1; k=rsa; P={P}", "tag names are case-sensitive, so p= is missing"),
        ("too-large", f"v=DKIM1; k=rsa; n={'x' * (16385 - 22 - len(P))}; p={P}", "our limit: one octet over 16 KiB"),
    ):  # fmt: skip
        vectors.add(f"key-record-{name}", f"RFC 6376 §3.6.1: {why}.", sign(), SYNTAX, record=record)


def key_types(vectors):
    for name, record in (
        ("missing", f"v=DKIM1; p={P}"), ("rsa", f"v=DKIM1; k=rsa; p={P}"), ("upper-case", f"v=DKIM1; k=RSA; p={P}"),
    ):  # fmt: skip
        vectors.add(f"key-k-{name}", "RFC 6376 §3.6.1: k= is rsa by default.", sign(), record=record)
    vectors.add(
        "key-k-ed25519-odd-case",
        "RFC 8463 §4: k=ed25519 in any letter case.",
        sign(key=ED25519),
        key=ED25519,
        record=f"v=DKIM1; k=Ed25519; p={RAW_ED25519}",
    )
    for value in ("dsa", "rsa2", "ed448", "x-unknown"):
        vectors.add(
            f"key-k-{value}",
            "RFC 6376 §3.6.1: an unknown key type: the record is passed over.",
            sign(),
            UNSUPPORTED,
            record=f"v=DKIM1; k={value}; p={P}",
        )
    vectors.add(
        "key-k-ed25519-for-rsa-signature",
        "RFC 6376 §6.1.2 step 8: the key's type is not the signature's.",
        sign(),
        MISMATCHED_TYPE,
        record=ED25519.public.record(),
    )
    vectors.add(
        "key-k-rsa-for-ed25519-signature",
        "RFC 6376 §6.1.2 step 8: the key's type is not the signature's.",
        sign(key=ED25519),
        MISMATCHED_TYPE,
        key=ED25519,
        record=RSA.record(),
    )
    vectors.add(
        "key-k-missing-for-ed25519-key",
        "RFC 8463 §4: without k= the key is RSA, which 32 raw octets are not. Which of the two is\n"
        "told first is left open.",
        sign(key=ED25519),
        "permerror",
        key=ED25519,
        record=f"v=DKIM1; p={RAW_ED25519}",
    )


def hashes_and_services(vectors):
    for name, value in (
        ("sha256", "sha256"), ("sha1-and-sha256", "sha1:sha256"), ("unknown-and-sha256", "sha512:sha256"),
        ("upper-case", "SHA256"), ("whitespace", " sha1 \t: sha256 "),
    ):  # fmt: skip
        vectors.add(
            f"key-h-{name}",
            "RFC 6376 §3.6.1: h= allows sha256; unknown names are ignored.",
            sign(),
            record=f"v=DKIM1; h={value}; p={P}",
        )
    for name, value in (("sha1", "sha1"), ("unknown", "sha512"), ("longer-name", "sha2567:xsha256")):
        vectors.add(
            f"key-h-{name}",
            "RFC 6376 §6.1.2 step 6: h= does not allow sha256.",
            sign(),
            "permerror hash-not-allowed",
            record=f"v=DKIM1; h={value}; p={P}",
        )
    vectors.add(
        "key-h-sha256-for-sha1-signature",
        "RFC 6376 §6.1.2 step 6: h= does not allow sha1.",
        sign(tags={"a": "rsa-sha1"}),
        "permerror hash-not-allowed",
        record=f"v=DKIM1; h=sha256; p={P}",
        options={"allow-sha1": "yes"},
    )
    vectors.add(
        "key-h-sha1-for-sha1-signature",
        "RFC 6376 §3.6.1: h= allows sha1, and so does the verifier.",
        sign(tags={"a": "rsa-sha1"}),
        record=f"v=DKIM1; h=sha1; p={P}",
        options={"allow-sha1": "yes"},
    )
    vectors.add(
        "key-h-sha1-for-ed25519",
        "RFC 6376 §6.1.2 step 6 holds for Ed25519 as well.",
        sign(key=ED25519),
        "permerror hash-not-allowed",
        key=ED25519,
        record=f"v=DKIM1; h=sha1; k=ed25519; p={RAW_ED25519}",
    )
    for name, value in (
        ("email", "email"), ("star", "*"), ("other-and-email", "tlsrpt:email"), ("other-and-star", "tlsrpt : *"),
        ("upper-case", "EMAIL"),
    ):  # fmt: skip
        vectors.add(
            f"key-s-{name}",
            "RFC 6376 §3.6.1: s= names email or all services.",
            sign(),
            record=f"v=DKIM1; s={value}; p={P}",
        )
    for name, value in (("other", "tlsrpt"), ("longer-name", "emails:e-mail"), ("star-inside", "a*")):
        vectors.add(
            f"key-s-{name}",
            "RFC 6376 §3.6.1: s= does not name email.",
            sign(),
            "permerror service-not-allowed",
            record=f"v=DKIM1; s={value}; p={P}",
        )


def flags(vectors):
    inside = {"i": "alice@mail.example.com"}
    same = {"i": "alice@example.com"}
    forbidden = "permerror identity-forbidden"
    for name, value, tags, expect in (
        ("testing", "y", {}, "pass"),
        ("testing-and-subdomain", "y", inside, "pass"),
        ("strict-without-identity", "s", {}, "pass"),
        ("strict-and-same-domain", "s", same, "pass"),
        ("strict-and-same-domain-upper-case", "s", {"i": "alice@EXAMPLE.com"}, "pass"),
        ("strict-and-subdomain", "s", inside, forbidden),
        ("strict-upper-case-and-subdomain", "S", inside, forbidden),
        ("testing-and-strict-and-subdomain", "y:s", inside, forbidden),
        ("strict-with-whitespace-and-subdomain", " y \t: s ", inside, forbidden),
        ("unknown-and-subdomain", "x:foo", inside, "pass"),
        ("unknown-and-strict-and-subdomain", "x:foo:s", inside, forbidden),
        ("longer-name-and-subdomain", "ss:strict", inside, "pass"),
    ):
        vectors.add(
            f"key-t-{name}",
            f"RFC 6376 §3.6.1: t={value.strip()} with i={tags.get('i', '(none)')}.",
            sign(tags=tags),
            expect,
            record=f"v=DKIM1; t={value}; p={P}",
        )
    vectors.add(
        "key-t-testing-and-body-changed",
        "RFC 6376 §3.6.1: a key in testing mode does not make a bad signature better.",
        sign().replace(b"lunch on", b"dinner on"),
        "fail body-hash-mismatch",
        record=f"v=DKIM1; t=y; p={P}",
    )
    vectors.add(
        "key-t-testing-and-expired",
        "RFC 6376 §3.6.1: a key in testing mode does not make an expired signature better.",
        sign(tags={"x": str(NOW - 4000)}),
        "policy expired",
        record=f"v=DKIM1; t=y; p={P}",
    )
