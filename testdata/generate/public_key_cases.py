"""p=: public keys, their DER, their sizes, and forged signatures (RFC 6376 §3.6.1; RFC 8017; RFC 8301 §3.2)."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .keys import (
    ED25519,
    RSA_512,
    RSA_768,
    RSA_1023,
    RSA_1024,
    RSA_2048,
    RSA_2048_E3,
    RSA_4096,
    RSA_8192,
    RsaPublic,
    base64_text,
    der,
    encoded_digest,
)
from .signer import sign

INVALID = "permerror key-invalid"
RSA = RSA_2048.public
P = base64_text(RSA.spki())
RAW_ED25519 = base64_text(ED25519.public.raw())


def add_to(vectors):
    """All cases of this file."""
    public_keys(vectors)
    sloppy_der(vectors)
    key_sizes(vectors)
    forgeries(vectors)


def public_keys(vectors):
    spaced = " ".join(P[start : start + 20] for start in range(0, len(P), 20))
    vectors.add(
        "key-p-with-spaces",
        "RFC 6376 §3.6.1: whitespace inside p= is ignored.",
        sign(),
        record=f"v=DKIM1; k=rsa; p={spaced}",
    )
    vectors.add(
        "key-p-with-folds",
        "RFC 6376 §3.6.1: FWS inside p= is ignored.",
        sign(),
        record=f"v=DKIM1; k=rsa; p=\r\n\t{spaced.replace(' ', chr(13) + chr(10) + chr(9))} ;",
    )
    unpadded = ED25519.public.record().rstrip("=")
    assert unpadded != ED25519.public.record()
    vectors.add(
        "key-p-unpadded",
        "RFC 6376 §2.10 wants base64 with its padding; without it p= is read, as others do.",
        sign(key=ED25519),
        key=ED25519,
        record=unpadded,
    )
    for name, record in (
        ("empty", "v=DKIM1; k=rsa; p="), ("empty-and-semicolon", "v=DKIM1; p=;"),
        ("empty-of-whitespace", "v=DKIM1; p= \t ; k=rsa"), ("empty-alone", "p="),
    ):  # fmt: skip
        vectors.add(
            f"key-p-{name}",
            "RFC 6376 §3.6.1, §6.1.2 step 7: an empty p= revokes the key.",
            sign(),
            "permerror key-revoked",
            record=record,
        )
    vectors.add(
        "key-p-empty-and-body-changed",
        "RFC 6376 §6.1.2: the key is judged before the body hash; that one is told beside it.",
        sign().replace(b"lunch on", b"dinner on"),
        "permerror key-revoked",
        record="v=DKIM1; k=rsa; p=",
    )
    vectors.add(
        "key-p-empty-ed25519",
        "RFC 6376 §3.6.1: an empty p= revokes an Ed25519 key as well.",
        sign(key=ED25519),
        "permerror key-revoked",
        key=ED25519,
        record="v=DKIM1; k=ed25519; p=",
    )
    elliptic = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    for name, value, why in (
        ("not-base64", "!!!!", "is no base64"),
        ("url-safe-base64", P.replace("/", "_").replace("+", "-"), "is the URL-safe alphabet"),
        ("pem-armour", f"-----BEGIN PUBLIC KEY-----{P}-----END PUBLIC KEY-----", "is PEM with its armour"),
        ("random-octets", base64_text(bytes(range(200))), "is no DER"),
        ("truncated", P[:240], "was cut, as by a 255-octet limit"),
        ("truncated-by-one-group", P[:-4], "lacks its last octets"),
        ("one-octet", "MA==", "is one octet"),
        ("elliptic-curve", base64_text(elliptic.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
         "is another type of key"),
        ("ed25519-octets", RAW_ED25519, "is an Ed25519 key"),
        ("over-8192-bits", base64_text(RsaPublic(2**8192 + 1, 65537).spki()), "has 8193 bits, over our limit"),
    ):  # fmt: skip
        vectors.add(
            f"key-p-{name}",
            f"RFC 6376 §3.6.1: p= {why}.",
            sign(),
            INVALID,
            record=f"v=DKIM1; k=rsa; p={value}",
        )
    vectors.add(
        "key-p-zero-modulus",
        "RFC 6376 §3.6.1: modulus and exponent are 0. Whether that is no key or too short a key is left open.",
        sign(),
        "permerror",
        record=f"v=DKIM1; k=rsa; p={base64_text(RsaPublic(0, 0).spki())}",
    )
    vectors.add(
        "key-p-pkcs1",
        "RFC 6376 §3.6.1 says RSAPublicKey, its examples say SubjectPublicKeyInfo (erratum 3017): both are read.",
        sign(),
        record=f"v=DKIM1; k=rsa; p={base64_text(RSA.pkcs1())}",
    )
    for name, octets, why in (
        ("spki", ED25519.public.spki(), "is SubjectPublicKeyInfo; it must be the 32 raw octets"),
        ("31-octets", ED25519.public.raw()[:-1], "is an octet short"),
        ("33-octets", ED25519.public.raw() + b"\x00", "has an octet too many"),
        ("pkcs1-rsa", RSA.pkcs1(), "is an RSA key"),
    ):
        vectors.add(
            f"key-p-ed25519-{name}",
            f"RFC 8463 §4.2: p= {why}.",
            sign(key=ED25519),
            INVALID,
            key=ED25519,
            record=f"v=DKIM1; k=ed25519; p={base64_text(octets)}",
        )


def sloppy_der(vectors):
    """What OpenSSL, and so most receivers, reads though X.690 forbids it."""
    inner = RSA.pkcs1()
    for name, octets, why in (
        ("bytes-after-spki", RSA.spki() + b"\x00\x00\x00", "octets follow the outer SEQUENCE"),
        ("bytes-after-key", RSA.spki(inner + b"\x00\x00"), "octets follow RSAPublicKey in the BIT STRING"),
        ("no-null-parameters", RSA.spki(parameters=b""), "AlgorithmIdentifier has no NULL (RFC 3279 §2.3.1 wants it)"),
        ("modulus-without-leading-zero", RSA.spki(RSA.pkcs1(modulus_zeros=0)), "the modulus looks negative"),
        ("modulus-with-extra-zeros", RSA.spki(RSA.pkcs1(modulus_zeros=3)), "the modulus has zeros in front"),
        ("exponent-with-extra-zeros", RSA.spki(RSA.pkcs1(exponent_zeros=2)), "the exponent has zeros in front"),
        ("pkcs1-bytes-after-key", inner + b"\x00", "octets follow RSAPublicKey"),
        ("pkcs1-modulus-without-leading-zero", RSA.pkcs1(modulus_zeros=0), "the modulus looks negative"),
        ("pkcs1-modulus-with-extra-zeros", RSA.pkcs1(modulus_zeros=2), "the modulus has zeros in front"),
        ("all-at-once", RSA.spki(RSA.pkcs1(2, 1) + b"\x00", b"") + b"\x00", "all of it"),
    ):  # fmt: skip
        vectors.add(
            f"key-der-{name}",
            f"X.690 §8.3: sloppy DER that is read all the same: {why}.",
            sign(),
            record=f"v=DKIM1; k=rsa; p={base64_text(octets)}",
        )
    for name, octets, why in (
        ("exponent-missing", RSA.spki(der(0x30, RSA.pkcs1()[4:-5])), "there is no exponent"),
        ("length-beyond-end", b"\x30\x84\xff\xff\xff\xff" + RSA.spki()[4:], "a length goes far beyond the end"),
    ):  # fmt: skip
        vectors.add(
            f"key-der-{name}",
            f"X.690 §8.1: not DER at all: {why}.",
            sign(),
            INVALID,
            record=f"v=DKIM1; k=rsa; p={base64_text(octets)}",
        )


def key_sizes(vectors):
    short = "permerror key-too-short"
    for key, bits, expect in (
        (RSA_512, 512, short), (RSA_768, 768, short), (RSA_1023, 1023, short),
        (RSA_1024, 1024, "pass"), (RSA_4096, 4096, "pass"), (RSA_8192, 8192, "pass"),
    ):  # fmt: skip
        vectors.add(
            f"key-rsa-{bits}-bits",
            "RFC 8301 §3.2: keys under 1024 bits must not be taken; up to our limit of 8192 all others are.",
            sign(key=key),
            expect,
            key=key,
        )
    vectors.add(
        "key-rsa-exponent-3",
        "RFC 8017 §3.1: a public exponent of 3.",
        sign(key=RSA_2048_E3),
        key=RSA_2048_E3,
    )
    for name, key, minimum, expect in (
        ("over-minimum", RSA_4096, 2048, "pass"),
        ("at-minimum", RSA_2048, 2048, "pass"),
        ("below-minimum", RSA_1024, 2048, "policy key-below-minimum"),
        ("below-large-minimum", RSA_2048, 4096, "policy key-below-minimum"),
    ):
        vectors.add(
            f"key-rsa-{name}",
            f"RFC 8301 §3.2 and a local minimum of {minimum} bits.",
            sign(key=key),
            expect,
            key=key,
            options={"min-rsa-bits": str(minimum)},
        )
    vectors.add(
        "key-ed25519-and-rsa-minimum",
        "RFC 8463 §4: a minimum for RSA says nothing of Ed25519.",
        sign(key=ED25519),
        key=ED25519,
        options={"min-rsa-bits": "4096"},
    )


def forgeries(vectors):
    """Signatures that a careless reader of PKCS #1 padding takes for good (RFC 8017 §8.2.2)."""
    key = RSA_2048_E3.public

    def cube_root_above(number):
        low, high = 0, 1 << (number.bit_length() // 3 + 1)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if middle**3 < number else (low, middle)
        return low

    def opens_to(prefix):
        """Octets whose cube starts with `prefix`, made without the private key."""
        start = int.from_bytes(prefix, "big") << 8 * (256 - len(prefix))
        return cube_root_above(start).to_bytes(256, "big")

    def after_short_padding(message_octets):
        # What sign() made opens to the right encoding: take the DigestInfo from there.
        opened = pow(int.from_bytes(message_octets, "big"), 3, key.modulus).to_bytes(256, "big")
        return b"\x00\x01" + b"\xff" * 8 + opened[opened.index(b"\x00", 1) :]

    vectors.add(
        "forgery-garbage-after-digest",
        "RFC 8017 §8.2.2: exponent 3, short padding, the right digest, then garbage: forged without the key.",
        sign(key=RSA_2048_E3, mangle=lambda octets: opens_to(after_short_padding(octets))),
        "fail signature-mismatch",
        key=RSA_2048_E3,
    )
    def encoding_of(octets):
        return pow(int.from_bytes(octets, "big"), 65537, RSA.modulus).to_bytes(256, "big")

    for name, change, why in (
        ("block-type-2", lambda e: b"\x00\x02" + e[2:], "block type 2"),
        ("padding-not-ff", lambda e: e[:5] + b"\xfe" + e[6:], "padding that is not FF throughout"),
        ("sha1-identifier", lambda e: encoded_digest("sha1", b"", 256)[:-20] + e[-20:], "DigestInfo of SHA-1"),
        ("no-digest-info", lambda e: b"\x00\x01" + b"\xff" * 221 + b"\x00" + e[-32:], "the digest without DigestInfo"),
    ):  # fmt: skip
        vectors.add(
            f"forgery-{name}",
            f"RFC 8017 §9.2: made with the right key, but the encoding has {why}.",
            sign(mangle=lambda octets, change=change: RSA_2048.sign_encoding(change(encoding_of(octets)))),
            "fail signature-mismatch",
        )
