"""Key records that were damaged on their way into the DNS, and private keys in the place of public ones."""

import datetime
import html
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .keys import ED25519, KEYS, RSA_2048, RSA_4096, base64_text

RSA = RSA_2048.public
P = base64_text(RSA.spki())
GOOD = f"v=DKIM1; k=rsa; p={P}"
P_4096 = base64_text(RSA_4096.public.spki())
P_ED25519 = base64_text(ED25519.public.raw())
GOOD_ED25519 = f"v=DKIM1; k=ed25519; p={P_ED25519}"
# Where a string of 255 characters ends in the key.
CUT = 255 - len("v=DKIM1; k=rsa; p=")


def text(name):
    """A key file."""
    return (KEYS / name).read_text()


def inner(pem):
    """The base64 in PEM, in one piece."""
    return "".join(line for line in pem.splitlines() if "-----" not in line)


def ssh_string(data):
    """A string of SSH (RFC 4251 §5)."""
    return len(data).to_bytes(4, "big") + data


def damages(add):
    """What was damaged; the key can be had back from most of it."""
    add("key-damaged-middle", "Forty characters are missing in the middle.",
        f"v=DKIM1; k=rsa; p={P[:120]}{P[160:]}", "invalid", "key-damaged/middle")  # fmt: skip
    add("key-damaged-middle-ed25519", "Its padding tells that the end is there.",
        f"v=DKIM1; k=ed25519; p={P_ED25519[:20]}{P_ED25519[21:]}", "invalid", "key-damaged/middle")  # fmt: skip
    add("key-damaged-beginning", "Only the second string was entered.",
        f"v=DKIM1; k=rsa; p={P[CUT:]}", "invalid", "key-damaged/beginning")  # fmt: skip
    add("key-damaged-header", "What is missing is the same in all keys of 2048 bits.",
        f"v=DKIM1; k=rsa; p={P[6:]}", "invalid", "key-damaged/beginning", GOOD)  # fmt: skip
    add("key-damaged-order", "The two strings were entered in the wrong order.",
        f"v=DKIM1; k=rsa; p={P[CUT:]}{P[:CUT]}", "invalid", "key-damaged/order", GOOD)  # fmt: skip
    add("key-damaged-order-of-record", "The same, with the tags in the middle.",
        GOOD[255:] + GOOD[:255], "invalid", "key-damaged/order", GOOD)  # fmt: skip
    three = [P_4096[:CUT], P_4096[CUT : CUT + 255], P_4096[CUT + 255 :]]
    add("key-damaged-order-of-three", "Where the first string ends cannot be known.",
        f"v=DKIM1; k=rsa; p={three[0]}{three[2]}{three[1]}", "invalid", "key-damaged/order")  # fmt: skip
    add("key-damaged-case", "A panel folded everything to small letters.",
        GOOD.lower(), "invalid", "key-damaged/case")  # fmt: skip
    add("key-damaged-case-upper", "A panel folded everything to capitals.",
        GOOD.upper(), "invalid", "key-damaged/case")  # fmt: skip
    add("key-damaged-case-ed25519", "Thirty-two bytes are decoded from it all the same.",
        f"v=DKIM1; k=ed25519; p={P_ED25519.lower()}", "invalid", "key-damaged/case")  # fmt: skip
    add("key-damaged-doubled", "Base64 of base64.",
        f"v=DKIM1; k=rsa; p={base64_text(P.encode())}", "invalid", "key-damaged/doubled", GOOD)  # fmt: skip
    add("key-damaged-doubled-ed25519", "Base64 of base64.",
        f"v=DKIM1; k=ed25519; p={base64_text(P_ED25519.encode())}",
        "invalid", "key-damaged/doubled", GOOD_ED25519)  # fmt: skip
    add("key-damaged-doubled-piece", "The first string was entered twice.",
        f"v=DKIM1; k=rsa; p={P[:CUT]}{P}", "invalid", "key-damaged/doubled", GOOD)  # fmt: skip
    add("key-damaged-doubled-whole", "The key was entered twice, each time with its padding.",
        f"{GOOD_ED25519}{P_ED25519}", "invalid", "key-damaged/doubled", GOOD_ED25519)  # fmt: skip
    assert "+" in P
    assert "/" in P
    add("key-damaged-html", "Character references of a web page.",
        GOOD.replace("+", "&#43;").replace("/", "&#x2F;"), "invalid", "key-damaged/encoding", GOOD)  # fmt: skip
    add("key-damaged-html-and-quotes", "The whole line was encoded, quotes included.",
        html.escape(f'"{GOOD[:255]}" "{GOOD[255:]}"'), "invalid", "key-damaged/encoding", GOOD)  # fmt: skip
    add("key-damaged-percent", "The encoding of a URL.",
        f"v=DKIM1; k=rsa; p={urllib.parse.quote(P, safe='')}", "invalid", "key-damaged/encoding", GOOD)  # fmt: skip
    add("key-damaged-percent-form", "The encoding of a web form.",
        urllib.parse.quote_plus(GOOD, safe="="), "invalid", "key-damaged/encoding", GOOD)  # fmt: skip
    ssh = base64_text(ssh_string(b"ssh-rsa") + ssh_string(b"\1\0\1") + ssh_string(b"\0" + RSA.modulus.to_bytes(256, "big")))
    add("key-damaged-openssh", "A public key of OpenSSH, with its name and its comment.",
        f"v=DKIM1; k=rsa; p=ssh-rsa {ssh} admin@host", "invalid", "key-damaged/wrapper", GOOD)  # fmt: skip
    add("key-damaged-openssh-alone", "The base64 of that alone.",
        f"v=DKIM1; k=rsa; p={ssh}", "invalid", "key-damaged/wrapper", GOOD)  # fmt: skip
    ssh = base64_text(ssh_string(b"ssh-ed25519") + ssh_string(ED25519.public.raw()))
    add("key-damaged-openssh-ed25519", "An Ed25519 key of OpenSSH.",
        f"v=DKIM1; k=ed25519; p={ssh}", "invalid", "key-damaged/wrapper", GOOD_ED25519)  # fmt: skip
    add("key-damaged-certificate", "A certificate, and not the key in it.",
        f"v=DKIM1; k=rsa; p={base64_text(certificate())}", "invalid", "key-damaged/wrapper", GOOD)  # fmt: skip
    pem = f"-----BEGIN PUBLIC KEY-----\n{P[:64]}\n{P[64:]}\n-----END PUBLIC KEY-----".replace("\n", " ")
    add("key-damaged-pem-alone", "A file of PEM in one line, and no record.",
        pem, "missing", "key-damaged/wrapper", f"v=DKIM1; p={P}")  # fmt: skip
    add("key-damaged-pem-and-percent", "Two things happened to the key.",
        f"v=DKIM1; k=rsa; p={urllib.parse.quote(pem, safe='')}", "invalid",
        "key-damaged/encoding key-damaged/wrapper", GOOD)  # fmt: skip
    add("key-damaged-html-and-truncated", "Two things happened to the key, and its end is gone.",
        f"v=DKIM1; k=rsa; p={P[:200].replace('+', '&#43;')}", "invalid", "key-truncated key-damaged/encoding")  # fmt: skip
    add("missing-semicolon-before-p", "The key became a part of h=.",
        f"v=DKIM1; k=rsa; h=sha256 p={P}", "invalid", "missing-semicolon", f"v=DKIM1; k=rsa; h=sha256; p={P}")  # fmt: skip
    add("missing-semicolon-and-line-break", "Two fields of a form became lines of one record.",
        f"v=DKIM1; k=rsa; h=sha256 \r\np={P[:CUT]}\r\n{P[CUT:]}", "invalid",
        "missing-semicolon line-break", f"v=DKIM1; k=rsa; h=sha256; p={P}")  # fmt: skip
    add("missing-semicolon-without-space", "Nothing at all between two tags.",
        f"v=DKIM1k=rsa; p={P}", "invalid", "missing-semicolon", GOOD)  # fmt: skip
    add("algorithm-in-h", "RFC 6376 §3.6.1: h= takes the name of a hash.",
        f"v=DKIM1; h=rsa-sha256; k=rsa; p={P}", "invalid", "algorithm-in-h",
        f"v=DKIM1; h=sha256; k=rsa; p={P}")  # fmt: skip
    add("line-break", "A file whose lines end with CRLF was entered as it is.",
        f"v=DKIM1; k=rsa; p={P[:76]}\r\n{P[76:]}\r\n", "found", "line-break", GOOD)  # fmt: skip
    add("unpadded-key", "RFC 6376 §3.2 lets the padding be left out, and not every decoder does.",
        GOOD_ED25519.rstrip("="), "found", "unpadded-key", GOOD_ED25519)  # fmt: skip


def certificate():
    """A certificate of the key, signed with itself."""
    key = load_pem_private_key(text("rsa2048.pem").encode(), None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.com")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + datetime.timedelta(days=365))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def private_keys(add):
    """Private keys, whole and in part, wherever they may be published."""

    def private(name, comment, record, status="invalid", findings="private-key-published", **options):
        add(f"private-key-{name}", comment, record, status, findings, **options)

    pkcs8, pkcs1 = inner(text("rsa2048.pem")), inner(text("rsa2048.pkcs1.pem"))
    for form, key in (("pkcs8", pkcs8), ("pkcs1", pkcs1)):
        private(f"{form}-cut-at-255", "The first string of a private key.", f"v=DKIM1; k=rsa; p={key}"[:255])
    private("cut-to-its-beginning", "Eleven characters tell what it is.", f"v=DKIM1; k=rsa; p={pkcs1[:11]}")
    private("middle", "A piece that has neither beginning nor end.", f"v=DKIM1; k=rsa; p={pkcs1[301:901]}")
    private("note", "A key in a note, of a record that is revoked.", f"v=DKIM1; n={pkcs1}; p=")
    private("encrypted", "Whoever guesses the passphrase has the key.",
        f"v=DKIM1; k=rsa; p={inner(text('rsa2048.encrypted.pem'))}")  # fmt: skip
    private("pem-alone", "No key record at all.", text("rsa2048.pkcs1.pem").replace("\n", " "))
    private("alone", "The base64 of a key and nothing else.", pkcs8)
    private("base64-twice", "Encoding a key again does not hide it.", f"v=DKIM1; k=rsa; p={base64_text(pkcs8.encode())}")
    private("percent", "The encoding of a URL does not hide it.", f"v=DKIM1; k=rsa; p={urllib.parse.quote(pkcs8, safe='')[3:]}")
    private("html", "The encoding of a web page does not hide it.",
        f"v=DKIM1; k=rsa; p=&#45;----BEGIN PRIVATE KEY-----{pkcs8}-----END PRIVATE KEY-----")  # fmt: skip
    private("folded", "Small letters do not hide what it was.", f"v=dkim1; k=rsa; p={pkcs8.lower()}")
    elliptic = ec.derive_private_key(7, ec.SECP256R1())
    elliptic = elliptic.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    private("sec1", "An elliptic curve that DKIM does not have.", f"v=DKIM1; k=ed25519; p={base64_text(elliptic)}")
    seed = bytes(range(32))
    public = ED25519_OF_SEED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    openssh = b"openssh-key-v1\0" + ssh_string(b"none") * 2 + ssh_string(b"") + b"\0\0\0\1"
    private("openssh", "The file of ssh-keygen.", f"v=DKIM1; k=ed25519; p={base64_text(openssh + ssh_string(public))}")
    private("ed25519", "PKCS#8 of an Ed25519 key.", f"v=DKIM1; k=ed25519; p={inner(text('ed25519.pem'))}")
    private("seed-and-public-key", "Sixty-four bytes that belong together.",
        f"v=DKIM1; k=ed25519; p={base64_text(seed + public)}")  # fmt: skip
    private("seed-in-a-note", "Thirty-two bytes, and their public key beside them.",
        f"v=DKIM1; k=ed25519; n={base64_text(seed)}; p={base64_text(public)}")  # fmt: skip
    private("seed", "The private half of the expected key.",
        f"v=DKIM1; k=ed25519; p={text('ed25519.seed').strip()}", expect_key="ed25519.pem")  # fmt: skip
    private("beside-a-key", "A private key in a record of its own.",
        GOOD, findings="private-key-published", more=[pkcs8])  # fmt: skip


ED25519_OF_SEED = load_pem_private_key(
    b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
    None,
)
