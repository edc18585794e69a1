"""The test keys: reading them, signing with them, publishing them well and badly.

RSA is done on plain integers (RFC 8017 §8.2), because a library would refuse the short keys.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

KEYS = Path(__file__).parent.parent / "keys"

# DigestInfo up to the digest itself (RFC 8017 §9.2, note 1).
DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}

RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
NULL = b"\x05\x00"


def base64_text(data):
    """Base64 as text."""
    return base64.b64encode(data).decode("ascii")


def der(tag, *contents):
    """A DER element (X.690 §8.1)."""
    content = b"".join(contents)
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def der_integer(number, leading_zeros=None):
    """A DER INTEGER; `leading_zeros` other than what the sign bit asks for makes it a sloppy one."""
    octets = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
    if leading_zeros is None:
        leading_zeros = 1 if octets[0] & 0x80 else 0
    return der(0x02, b"\x00" * leading_zeros + octets)


@dataclass
class RsaPublic:
    """An RSA public key."""

    modulus: int
    exponent: int

    @property
    def octets(self):
        """The length of the modulus in octets."""
        return (self.modulus.bit_length() + 7) // 8

    def verifies(self, hash_name, data, signature):
        """RSASSA-PKCS1-v1_5 verification by comparing encodings (RFC 8017 §8.2.2)."""
        if len(signature) != self.octets:
            return False
        representative = int.from_bytes(signature, "big")
        if representative >= self.modulus:
            return False
        opened = pow(representative, self.exponent, self.modulus).to_bytes(self.octets, "big")
        return opened == encoded_digest(hash_name, data, self.octets)

    def pkcs1(self, modulus_zeros=None, exponent_zeros=None):
        """RSAPublicKey (RFC 8017 Appendix A.1.1)."""
        return der(
            0x30,
            der_integer(self.modulus, modulus_zeros),
            der_integer(self.exponent, exponent_zeros),
        )

    def spki(self, key=None, parameters=NULL):
        """SubjectPublicKeyInfo (RFC 5280 §4.1) around `key`."""
        algorithm = der(0x30, RSA_ENCRYPTION, parameters)
        return der(0x30, algorithm, der(0x03, b"\x00", key or self.pkcs1()))

    def record(self):
        """The key record to publish."""
        return f"v=DKIM1; k=rsa; p={base64_text(self.spki())}"


def encoded_digest(hash_name, data, octets):
    """EMSA-PKCS1-v1_5 (RFC 8017 §9.2)."""
    info = DIGEST_INFO[hash_name] + hashlib.new(hash_name, data).digest()
    return b"\x00\x01" + b"\xff" * (octets - 3 - len(info)) + b"\x00" + info


class RsaPrivate:
    """An RSA private key out of the keys folder."""

    def __init__(self, name):
        # The keys are our own; validating the primes would take seconds.
        pem = (KEYS / f"{name}.pem").read_bytes()
        try:
            private = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        except TypeError:  # cryptography before 39 does not know it, and is merely slower
            private = load_pem_private_key(pem, None)
        numbers = private.private_numbers()
        self.name = name
        self.algorithm = "rsa"
        self.public = RsaPublic(numbers.public_numbers.n, numbers.public_numbers.e)
        self._numbers = numbers

    def sign(self, hash_name, data):
        """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1)."""
        return self.sign_encoding(encoded_digest(hash_name, data, self.public.octets))

    def sign_encoding(self, encoding):
        """RSASP1 with the two primes (RFC 8017 §5.2.1), of any encoding at all."""
        own, number = self._numbers, int.from_bytes(encoding, "big")
        by_q = pow(number, own.dmq1, own.q)
        signed = by_q + own.q * ((pow(number, own.dmp1, own.p) - by_q) * own.iqmp % own.p)
        return signed.to_bytes(self.public.octets, "big")


@dataclass
class Ed25519Public:
    """An Ed25519 public key."""

    key: ed25519.Ed25519PublicKey

    def verifies(self, hash_name, data, signature):
        """RFC 8463 §3: Ed25519 over the digest."""
        try:
            self.key.verify(signature, hashlib.new(hash_name, data).digest())
        except InvalidSignature:
            return False
        return True

    def raw(self):
        """The 32 octets."""
        return self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def spki(self):
        """SubjectPublicKeyInfo, which a DKIM record must not hold (RFC 8463 §4.2)."""
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def record(self):
        """The key record to publish."""
        return f"v=DKIM1; k=ed25519; p={base64_text(self.raw())}"


class Ed25519Private:
    """An Ed25519 private key out of the keys folder, given as a base64 seed."""

    def __init__(self, name):
        seed = base64.b64decode((KEYS / f"{name}.seed").read_text("ascii"))
        self.name = name
        self.algorithm = "ed25519"
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.public = Ed25519Public(self._key.public_key())

    def sign(self, hash_name, data):
        """RFC 8463 §3."""
        return self._key.sign(hashlib.new(hash_name, data).digest())


RSA_512 = RsaPrivate("rsa512")
RSA_768 = RsaPrivate("rsa768")
RSA_1023 = RsaPrivate("rsa1023")
RSA_1024 = RsaPrivate("rsa1024")
RSA_2048 = RsaPrivate("rsa2048")
RSA_2048_E3 = RsaPrivate("rsa2048-e3")
RSA_4096 = RsaPrivate("rsa4096")
RSA_8192 = RsaPrivate("rsa8192")
ED25519 = Ed25519Private("ed25519")
RFC6376_BRISBANE = RsaPrivate("rfc6376-brisbane")
RFC8463_TEST = RsaPrivate("rfc8463-test")
RFC8463_BRISBANE = Ed25519Private("rfc8463-brisbane")

EVERY_KEY = (
    RSA_512, RSA_768, RSA_1023, RSA_1024, RSA_2048, RSA_2048_E3, RSA_4096, RSA_8192,
    ED25519, RFC6376_BRISBANE, RFC8463_TEST, RFC8463_BRISBANE,
)  # fmt: skip
