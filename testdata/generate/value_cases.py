"""b= and bh= (RFC 6376 §3.5, §3.7): base64, what is left out of the hash, lengths."""

import hashlib
import re
from base64 import b64decode

from .keys import ED25519, RSA_2048, base64_text
from .signer import PLAIN, message, sign

SYNTAX = "neutral signature-syntax"


def add_to(vectors):
    """All cases of this file."""
    base64_values(vectors)
    value_of_b(vectors)


def base64_values(vectors):
    for tag in ("b", "bh"):
        for name, value, why in (
            ("not-base64", "!!!!", "holds what is no base64"),
            ("url-safe-base64", "ab-_ab-_", "holds the URL-safe alphabet"),
            ("padding-first", "=AAA", "starts with padding"),
            ("padding-in-the-middle", "AA==AAAA", "goes on after its padding"),
            ("with-nul", "AA\x00AA", "holds NUL"),
        ):
            vectors.add(
                f"signature-{tag}-{name}",
                f"RFC 6376 §3.5, §2.10: {tag}= {why}.",
                sign(tags={tag: value}),
                SYNTAX,
            )
    vectors.add(
        "signature-bh-folded",
        "RFC 6376 §3.5: FWS anywhere inside bh= is ignored.",
        sign(bh_width=5),
    )
    no_hash(vectors)
    for name, mangle, why in (
        ("too-short", lambda octets: octets[:-1], "an octet is missing"),
        ("too-long", lambda octets: octets + b"\x00", "there is an octet too many"),
        ("leading-zero", lambda octets: b"\x00" + octets, "a zero octet was put in front"),
        ("flipped-bit", lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]), "one bit is wrong"),
        ("one-octet", lambda octets: b"\x01", "one octet alone"),
        ("all-zeros", lambda octets: bytes(len(octets)), "all octets are zero"),
    ):
        vectors.add(
            f"signature-b-{name}",
            f"RFC 6376 §6.1.3, RFC 8017 §8.2.2: b= is no signature: {why}.",
            sign(mangle=mangle),
            "fail signature-mismatch",
        )
    vectors.add(
        "signature-b-not-below-modulus",
        "RFC 8017 §5.2.2: b= plus the modulus opens to the same number and is refused all the same.",
        above_modulus(),
        "fail signature-mismatch",
    )
    order = 2**252 + 27742317777372353535851937790883648493

    def with_group_order(octets):
        return octets[:32] + (int.from_bytes(octets[32:], "little") + order).to_bytes(32, "little")

    for name, mangle, why in (
        ("too-short", lambda octets: octets[:-1], "63 octets"),
        ("too-long", lambda octets: octets + b"\x00", "65 octets"),
        ("flipped-bit", lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]), "one bit is wrong"),
        ("s-out-of-range", with_group_order, "S is not below the group order (RFC 8032 §5.1.7)"),
    ):
        vectors.add(
            f"signature-b-ed25519-{name}",
            f"RFC 8463 §3, RFC 8032 §5.1.7: b= is no signature: {why}.",
            sign(key=ED25519, mangle=mangle),
            "fail signature-mismatch",
            key=ED25519,
        )


def above_modulus():
    """A signature to which the modulus can be added without needing another octet."""
    key = RSA_2048.public
    for number in range(100):
        fits = []

        def add_modulus(octets):
            larger = int.from_bytes(octets, "big") + key.modulus
            fits.append(larger < 2**2048)
            return larger.to_bytes(257, "big")[-256:]

        message = sign(tags={"try": str(number)}, mangle=add_modulus)
        if fits[0]:
            return message
    raise AssertionError("no such signature in a hundred tries")


def no_hash(vectors):
    """bh= that is base64 and no hash: the signer wrote something else, whatever the body is."""
    digest = b64decode(re.search(rb"bh=([^;]+)", sign())[1])
    digits = digest.hex()
    others = [("md5", "MD5"), ("sha1", "SHA-1"), ("sha384", "SHA-384"), ("sha512", "SHA-512")]
    for name, value, detail in (
        ("hexadecimal", digits, "the hexadecimal text of a SHA-256 hash"),
        ("hexadecimal-upper-case", digits.upper(), "the hexadecimal text of a SHA-256 hash"),
        ("hexadecimal-folded", digits[:40] + "\r\n\t" + digits[40:], "the hexadecimal text of a SHA-256 hash"),
        ("hexadecimal-sha1", hashlib.sha1(PLAIN).hexdigest(), "the hexadecimal text of a SHA-1 hash"),
        ("base64-of-hexadecimal", base64_text(digits.encode()), "base64 of the hexadecimal text of a SHA-256 hash"),
        ("base64-twice", base64_text(base64_text(digest).encode()), "a SHA-256 hash that was encoded in base64 twice"),
        *(
            (f"{name}-length", base64_text(hashlib.new(name, PLAIN).digest()), f"as a {title} hash has, and not 32")
            for name, title in others
        ),
        ("too-short", "AAAA", "it has 3 bytes, and a hash has 32"),
        ("one-octet-missing", base64_text(digest[:-1]), "it has 31 bytes, and a hash has 32"),
        ("one-octet-too-many", base64_text(digest + b"\x00"), "it has 33 bytes, and a hash has 32"),
    ):  # fmt: skip
        vectors.add(
            f"signature-bh-{name}",
            "RFC 6376 §3.5, §6.1.1: bh= is base64 of something that has not the length of a SHA-256 hash.",
            sign(tags={"bh": value}),
            SYNTAX,
            detail=detail,
        )
    vectors.add(
        "signature-bh-sha256-length-for-sha1",
        "RFC 6376 §3.5, §6.1.1: bh= is as long as a SHA-256 hash, and a= says SHA-1.",
        sign(tags={"a": "rsa-sha1", "bh": base64_text(digest)}),
        SYNTAX,
        options={"allow-sha1": "yes"},
        detail="as a SHA-256 hash has, and not 20",
    )


def value_of_b(vectors):
    start = " v=1; a=rsa-sha256; c={c}; d=example.com; s=rsa2048; h=from:to:subject;"
    for c in ("relaxed", "simple"):
        head = start.format(c=c)
        for name, template, why in (
            ("first", " b=@b@;" + head + " bh=@bh@", "b= is the first tag"),
            ("in-the-middle", head + " b=@b@; bh=@bh@; n=x", "b= is in the middle"),
            ("between-bh-lookalikes", head + " xb=AAAA; b=@b@; bb=BBBB; bh=@bh@;", "other tags' names end or start with b"),
            ("text-in-other-tag", head + " note=a b=c; bh=@bh@; b=@b@", "another tag's value holds `b=`"),
            ("text-in-other-tag-after", head + " bh=@bh@; b=@b@; note=x b=AAAA", "another tag's value after it holds `b=`"),
            ("whitespace-around-equals", head + " bh=@bh@; b =  @b@", "WSP before = stays, WSP after it goes"),
            ("whitespace-before-semicolon", head + " bh=@bh@; b=@b@  \t ; n=1", "WSP after the value goes with it"),
            ("folded-around", head + " bh=@bh@; b\r\n\t=\r\n\t @b@\r\n\t ; n=1", "FWS around the value goes with it"),
            ("trailing-whitespace-at-end", head + " bh=@bh@; b=@b@ \t", "WSP after the value at the field's end goes with it"),
            ("trailing-fold-at-end", head + " bh=@bh@; b=@b@\r\n ", "a last line of WSP alone goes with the value"),
        ):  # fmt: skip
            vectors.add(
                f"signature-b-{name}-{c}",
                f"RFC 6376 §3.5, §3.7: {why}; only the value of b= and the FWS around it are left out.",
                sign(template=template),
            )
        for name, width, fold in (
            ("folded-after-each-character", 1, "\r\n "),
            ("spaces-inside", 3, " "),
            ("tabs-and-folds-inside", 30, "\t\r\n\t\t "),
        ):
            vectors.add(
                f"signature-b-{name}-{c}",
                "RFC 6376 §3.5: FWS anywhere inside b= is ignored.",
                sign(template=head + " bh=@bh@; b=@b@; n=1", width=width, fold=fold),
            )
        signed = sign(template=head + " bh=@bh@; b=@b@", width=10_000)
        value = signed.split(b" b=")[1].split(b"\r\n")[0]
        vectors.add(
            f"signature-b-text-in-header-field-{c}",
            "RFC 6376 §3.7: the text of b= stands in another (unsigned) field too, above and below.",
            b"X-Copy: b=" + value + b"\r\n"
            + signed.replace(b"From:", b"X-Other: DKIM-Signature: b=" + value + b"\r\nFrom:"),
        )  # fmt: skip
