"""Key records as people publish them, and all that is to be found about each (RFC 6376 §3.6)."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .damage_cases import damages, private_keys
from .keys import (
    ED25519,
    KEYS,
    RSA_512,
    RSA_1023,
    RSA_1024,
    RSA_2048,
    RSA_2048_E3,
    RSA_4096,
    RSA_8192,
    RsaPublic,
    base64_text,
    der,
)
from .vector import escaped

RSA = RSA_2048.public
P = base64_text(RSA.spki())
GOOD = f"v=DKIM1; k=rsa; p={P}"
P_ED25519 = base64_text(ED25519.public.raw())
GOOD_ED25519 = f"v=DKIM1; k=ed25519; p={P_ED25519}"
SPF = "v=spf1 include:_spf.example.com ~all"
TARGET = "s1.domainkey.u123.wl.mailer.example."
IDLE = "selector2-example-com._domainkey.contoso.onmicrosoft.com."
CUT = f"v=DKIM1; k=rsa; p={P}"[:255]


@dataclass
class Case:
    """What is under a name, and what must be found about it."""

    comment: str
    record: str | bytes | None
    status: str
    findings: str
    fixed: str | None
    more: list = field(default_factory=list)
    options: dict = field(default_factory=dict)

    def rendered(self):
        """The file: preamble, an empty line, the record."""
        lines = [f"comment: {self.comment}"]
        lines += [f'record: "{escaped(text)}"' for text in self.more]
        for key, value in self.options.items():
            values = value if isinstance(value, list) else [value]
            lines += [f"{key}: {each}" for each in values]
        lines.append(f"status: {self.status}")
        lines += [f"finding: {code}" for code in self.findings.split()]
        if self.fixed is not None:
            lines.append(f'fixed: "{escaped(self.fixed)}"')
        text = self.record or b""
        text = text if isinstance(text, bytes) else text.encode("utf-8")
        return "\n".join(lines).encode("utf-8") + b"\n\n" + text


def files():
    """Every file of records/."""
    cases = {}

    def add(case, comment, record, status, findings="", fixed=None, more=(), **options):
        assert case not in cases, f"{case} is there twice"
        options = {key.replace("_", "-"): value for key, value in options.items()}
        cases[case] = Case(comment, record, status, findings, fixed, list(more), options)

    groups = (good, quoting, syntax, versions, tags, keys, sizes, encodings, several, names, expected)
    for group in (*groups, damages, private_keys):
        group(add)
    return {f"records/{name}.txt": case.rendered() for name, case in cases.items()}


def good(add):
    add("good-rsa", "RFC 6376 §3.6.1: nothing to say about this one.", GOOD, "found")
    add("good-ed25519", "RFC 8463 §4: nothing to say about this one.", GOOD_ED25519, "found")
    add("good-without-k", "RFC 6376 §3.6.1: k= may be left out.", f"v=DKIM1; p={P}", "found")
    add("good-all-tags", "RFC 6376 §3.6.1: every tag, used well, white space everywhere.",
        f"v = DKIM1 ;\r\n\tk = rsa ; h = sha256 ; s = email : tlsrpt ; t = s ; p = {P} ;", "found")  # fmt: skip


def quoting(add):
    quotes = "tag-syntax quotes-in-value"
    add("quotes-around", "Published with the quotes of the zone file.", f'"{GOOD}"', "invalid", quotes, GOOD)
    halves = f"{GOOD[:200]}\" \"{GOOD[200:]}"
    add("quotes-in-the-middle", "Two strings, pasted as one, into a form that adds quotes.",
        halves, "invalid", quotes, GOOD)  # fmt: skip
    add("quotes-around-both-strings", "Two strings, pasted with their quotes.",
        f'"{halves}"', "invalid", quotes, GOOD)  # fmt: skip
    add("quotes-around-p", "Only the key is between quotes.",
        f'v=DKIM1; k=rsa; p="{P}"', "invalid", quotes, GOOD)  # fmt: skip
    add("quotes-left-open", "Only the first quote was published.", f'"{GOOD}', "invalid", quotes, GOOD)
    add("quotes-of-a-whole-line", "A key generator's whole line, owner name and comment included.",
        f's1._domainkey\tIN\tTXT\t( "v=DKIM1; k=rsa; "\n\t  "p={P}" )  ; ----- DKIM key s1 for example.com',
        "invalid", quotes, GOOD)  # fmt: skip
    add("quotes-and-weak-key", "What else is wrong is found at the same time.",
        f'"k=rsa; t=y; p={base64_text(RSA_1024.public.spki())}"', "invalid",
        f"{quotes} weak-key testing-flag no-version",
        f"v=DKIM1; k=rsa; t=y; p={base64_text(RSA_1024.public.spki())}")  # fmt: skip
    add("quotes-in-a-note", "RFC 6376 §3.6.1: a note may hold quotes and backslashes.",
        f'v=DKIM1; n=say "hi" \\o/; p={P}', "found", "note-tag")  # fmt: skip
    escapes = "tag-syntax escaped-semicolons"
    add("escaped-semicolons", "Published with the backslashes of the zone file.",
        f"v=DKIM1\\; k=rsa\\; p={P}", "invalid", escapes, GOOD)  # fmt: skip
    add("escaped-semicolons-and-last", "The last semicolon is escaped as well.",
        f"v=DKIM1\\; k=rsa\\; p={P}\\;", "invalid", escapes, GOOD)  # fmt: skip
    add("escaped-semicolons-and-quotes", "Both.",
        f'"v=DKIM1\\; k=rsa\\; p={P}"', "invalid", f"{quotes} escaped-semicolons", GOOD)  # fmt: skip
    add("backslash-in-key", "A backslash that escapes nothing.",
        f"v=DKIM1; k=rsa; p={P[:100]}\\{P[100:]}", "invalid", "tag-syntax", GOOD)  # fmt: skip
    add("backslash-and-number", "RFC 1035 §5.1: a line end, as a server's files write it.",
        f"{GOOD}\\010", "invalid", "tag-syntax", GOOD)  # fmt: skip
    add("backslash-and-letter", "Line ends, as programs write them.",
        f"v=DKIM1;\\nk=rsa;\\np={P}\\n", "invalid", "tag-syntax", GOOD)  # fmt: skip


def syntax(add):
    add("syntax-two-semicolons", "RFC 6376 §3.2: nothing between two semicolons.",
        f"v=DKIM1;; k=rsa; p={P}", "invalid", "tag-syntax", GOOD)  # fmt: skip
    add("syntax-no-equals-sign", "RFC 6376 §3.2: a word that is no tag.",
        f"v=DKIM1; rsa; p={P}", "invalid", "tag-syntax", f"v=DKIM1; p={P}")  # fmt: skip
    add("syntax-line-end", "A line end was published at the end of the record.",
        f"{GOOD}\n", "found", "line-break", GOOD)  # fmt: skip
    add("syntax-line-end-in-key", "A line end was published inside the key.",
        f"v=DKIM1; k=rsa; p={P[:64]}\n{P[64:]}", "found", "line-break", GOOD)  # fmt: skip
    add("syntax-byte-order-mark", "A byte order mark came along with the text.",
        f"\ufeff{GOOD}", "invalid", "tag-syntax", GOOD)  # fmt: skip
    add("syntax-owner-and-type", "The type stands in the text.",
        f"TXT {GOOD}", "invalid", "tag-syntax", GOOD)  # fmt: skip
    add("syntax-not-utf-8", "RFC 8616 §4: octets that are not UTF-8, in a note.",
        GOOD.encode() + b"; n=caf\xe9", "invalid", "tag-syntax note-tag", f"{GOOD}; n=caf")  # fmt: skip
    add("duplicate-k", "RFC 6376 §3.2: a tag twice, with one value.",
        f"v=DKIM1; k=rsa; k=rsa; p={P}", "invalid", "duplicate-tag", GOOD)  # fmt: skip
    add("duplicate-p", "RFC 6376 §3.2: a tag twice, with two values: which is right cannot be known.",
        f"{GOOD}; p={P_ED25519}", "invalid", "duplicate-tag")  # fmt: skip
    add("duplicate-record", "The record was pasted twice into one text.",
        f"{GOOD}; {GOOD}", "invalid", "duplicate-tag duplicate-tag duplicate-tag", GOOD)  # fmt: skip
    add("missing-semicolons", "Spaces in the place of semicolons: all of it is the version.",
        f"v=DKIM1 k=rsa p={P}", "invalid", "missing-semicolon", GOOD)  # fmt: skip
    add("stray-key-without-p", "p= was forgotten.",
        f"v=DKIM1; k=rsa; {P}", "invalid", "no-key-tag", GOOD)  # fmt: skip
    add("stray-key-behind-colon", "A colon in the place of the equals sign.",
        f"v=DKIM1; k=ed25519; p:{P_ED25519}", "invalid", "no-key-tag", GOOD_ED25519)  # fmt: skip
    add("stray-key-behind-p-twice", "p= was entered, and pasted.",
        f"v=DKIM1; k=rsa; p=p={P}", "invalid", "bad-base64", GOOD)  # fmt: skip
    add("stray-key-alone", "The key, and nothing else.", P, "missing", "no-key-tag", f"v=DKIM1; p={P}")
    add("stray-key-of-two", "Which of two keys was meant cannot be known.",
        f"v=DKIM1; {P}; {base64_text(RSA_1024.public.spki())}", "invalid", "tag-syntax no-key-tag")  # fmt: skip
    add("commas", "Commas in the place of semicolons.",
        f"v=DKIM1, k=rsa, p={P}", "invalid", "missing-semicolon", GOOD)  # fmt: skip


def versions(add):
    add("version-missing", "RFC 6376 §3.6.1: v= is recommended.", f"k=rsa; p={P}", "found", "no-version", GOOD)
    add("version-not-first", "RFC 6376 §3.6.1: v= must be the first tag.",
        f"k=rsa; p={P}; v=DKIM1", "invalid", "version-not-first", GOOD)  # fmt: skip
    add("version-lower-case", "RFC 6376 §3.6.1: v= is DKIM1 in capitals.",
        f"v=dkim1; k=rsa; p={P}", "invalid", "bad-version", GOOD)  # fmt: skip
    add("version-of-signatures", "v=1 is for signatures.",
        f"v=1; k=rsa; p={P}", "invalid", "bad-version", GOOD)  # fmt: skip
    add("version-last-and-wrong", "Both mistakes at once.",
        f"k=rsa; p={P}; v=DKIM2", "invalid", "bad-version version-not-first", GOOD)  # fmt: skip


def tags(add):
    add("no-key-tag", "RFC 6376 §3.6.1: p= is required.", "v=DKIM1; k=rsa", "invalid", "no-key-tag")
    add("no-key-tag-but-capital", "RFC 6376 §3.2: names of tags are case-sensitive.",
        f"v=DKIM1; k=rsa; P={P}", "invalid", "no-key-tag", GOOD)  # fmt: skip
    add("no-key-tag-all-capital", "RFC 6376 §3.2: meant as a key record, and not read as one.",
        f"V=DKIM1; K=rsa; P={P}", "invalid", "no-key-tag", GOOD)  # fmt: skip
    add("revoked", "RFC 6376 §3.6.1: an empty p= revokes the key.", "v=DKIM1; p=", "revoked", "revoked")
    add("revoked-bare", "What is unwise about a revoked key does not matter any more.",
        "k=dsa; t=y; g=*; p=", "revoked", "revoked")  # fmt: skip
    add("revoked-and-version-last", "A revoked record can be wrong in other ways.",
        "p=; v=DKIM1", "invalid", "revoked version-not-first", "v=DKIM1; p=")  # fmt: skip
    add("testing-flag", "RFC 6376 §3.6.1: t=y, left there.", f"v=DKIM1; k=rsa; t=y:s; p={P}", "found", "testing-flag")
    add("sha1-only", "RFC 8301 §3.1: a record that allows only SHA-1 is of no use.",
        f"v=DKIM1; h=sha1; k=rsa; p={P}", "invalid", "sha1-only", f"v=DKIM1; h=sha256; k=rsa; p={P}")  # fmt: skip
    add("sha1-only-unknown-hash", "RFC 6376 §3.6.1: nor is one that allows only what nobody knows.",
        f"v=DKIM1; h=sha512; k=rsa; p={P}", "invalid", "sha1-only",
        f"v=DKIM1; h=sha256; k=rsa; p={P}")  # fmt: skip
    for name, value in (("comma", "sha256,sha1"), ("misspelled", "sha-256"), ("empty", "")):
        add(f"sha1-only-{name}", "RFC 8301 §3.1: SHA-256 was meant, and is not there.",
            f"v=DKIM1; h={value}; k=rsa; p={P}", "invalid", "sha1-only",
            f"v=DKIM1; h=sha256; k=rsa; p={P}")  # fmt: skip
    add("sha1-allowed", "RFC 8301 §3.1: SHA-1 must not be used.",
        f"v=DKIM1; h=sha1 : sha256; k=rsa; p={P}", "found", "sha1-allowed", f"v=DKIM1; h=sha256; k=rsa; p={P}")  # fmt: skip
    for name, before, after in (
        ("k", "k=RSA", "k=rsa"),
        ("h", "h=SHA256; k=rsa", "h=sha256; k=rsa"),
        ("s", "s=tlsrpt : Email; k=rsa", "s=tlsrpt : email; k=rsa"),
        ("t", "k=rsa; t=Y:S", "k=rsa; t=y:s"),
        ("all", "h=Sha256; k=Rsa; s=EMAIL; t=S", "h=sha256; k=rsa; s=email; t=s"),
    ):
        testing = "testing-flag " if "Y" in before else ""
        add(f"letter-case-{name}", "RFC 6376 §3.6.1, RFC 5234 §2.3: case does not count in ABNF.",
            f"v=DKIM1; {before}; p={P}", "found", f"{testing}letter-case", f"v=DKIM1; {after}; p={P}")  # fmt: skip
    add("granularity-tag", "RFC 6376 §C.1: g= means nothing any more.",
        f"v=DKIM1; g=*; k=rsa; p={P}", "found", "granularity-tag", GOOD)  # fmt: skip
    add("granularity-tag-empty", "RFC 6376 §C.1: g= without a value.",
        f"v=DKIM1; g=; k=rsa; p={P}", "found", "granularity-tag", GOOD)  # fmt: skip
    add("service-restricted", "RFC 8460 §3: a key for reports about TLS, not for messages.",
        f"v=DKIM1; s=tlsrpt; k=rsa; p={P}", "invalid", "service-restricted")  # fmt: skip
    add("service-restricted-and-more", "No record is offered that would widen what the key is for.",
        f"s=tlsrpt; k=rsa; p={P}; v=DKIM1", "invalid", "version-not-first service-restricted")  # fmt: skip
    for name, value in (("misspelled", "mail"), ("empty", "")):
        add(f"service-restricted-{name}", "RFC 6376 §3.6.1: mail was meant.",
            f"v=DKIM1; s={value}; k=rsa; p={P}", "invalid", "service-restricted",
            f"v=DKIM1; s=email; k=rsa; p={P}")  # fmt: skip
    add("note-tag", "RFC 6376 §3.6.1: a note for people.", f"{GOOD}; n=our=20first key", "found", "note-tag")
    add("unknown-tag", "RFC 6376 §3.6.1: tags that nobody knows.", f"{GOOD}; x=1; alg=rsa-sha256", "found", "unknown-tag")
    add("not-a-key-record", "A selector with nothing but an SPF record, perhaps of a wildcard.",
        SPF, "missing", "not-a-key-record")  # fmt: skip
    add("not-a-key-record-empty", "An empty record.", "", "missing", "not-a-key-record")
    add("not-a-key-record-control", "A stranger's text is never printed as it is.",
        "\x1b]0;owned\x07hello", "missing", "not-a-key-record")  # fmt: skip
    add("record-too-large", "More octets than are read.", f"{GOOD}; n={'x' * 16384}", "invalid", "record-too-large")


def keys(add):
    add("unknown-key-type", "k= is an algorithm and not a type of key.",
        f"v=DKIM1; k=rsa-sha256; p={P}", "invalid", "unknown-key-type", GOOD)  # fmt: skip
    add("unknown-key-type-ed25519", "k= is misspelled; the key says which type it is.",
        f"v=DKIM1; k=ed22519; p={P_ED25519}", "invalid", "unknown-key-type", GOOD_ED25519)  # fmt: skip
    mismatch = "key-type-mismatch"
    add("key-type-rsa-as-ed25519", "k=ed25519 with an RSA key.",
        f"v=DKIM1; k=ed25519; p={P}", "invalid", mismatch, GOOD)  # fmt: skip
    add("key-type-ed25519-as-rsa", "k=rsa with an Ed25519 key.",
        f"v=DKIM1; k=rsa; p={P_ED25519}", "invalid", mismatch, GOOD_ED25519)  # fmt: skip
    add("key-type-ed25519-without-k", "RFC 8463 §4: an Ed25519 key without k=, which means RSA.",
        f"v=DKIM1; p={P_ED25519}", "invalid", mismatch, GOOD_ED25519)  # fmt: skip
    add("key-type-ed25519-wrapped", "RFC 8463 §4.2: SubjectPublicKeyInfo, as openssl prints it, is not the 32 octets.",
        f"v=DKIM1; k=ed25519; p={base64_text(ED25519.public.spki())}", "invalid", mismatch, GOOD_ED25519)  # fmt: skip
    elliptic = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    elliptic = elliptic.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    add("key-type-elliptic-curve", "A type of key that DKIM does not have.",
        f"v=DKIM1; k=rsa; p={base64_text(elliptic)}", "invalid", mismatch)  # fmt: skip
    add("key-type-no-key", "Base64 of something that is no key.",
        f"v=DKIM1; k=rsa; p={base64_text(b'this is no public key at all')}", "invalid", mismatch)  # fmt: skip
    numbers = [0, RSA.modulus, RSA.exponent, 5, 7, 11, 1, 1, 1]
    private = der(0x30, *(der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers))
    add("private-key", "The private key was published: there is no worse mistake.",
        f"v=DKIM1; k=rsa; p={base64_text(private)}", "invalid", "private-key-published")  # fmt: skip
    with_pem = (KEYS / "rsa2048.pem").read_text().replace("\n", "")
    inner = with_pem.split("-----")[2]
    add("private-key-expected", "The private key was published: its public half must not be, either.",
        f"v=DKIM1; k=rsa; p={inner}", "invalid", "private-key-published", expect_key="rsa2048.pem")  # fmt: skip
    add("private-key-pem", "The same with the lines around it, and the wrong type.",
        f"v=DKIM1; k=ed25519; p={with_pem}", "invalid", "private-key-published",
        expect_key="rsa2048.pem")  # fmt: skip
    add("private-key-capital", "The private key was published, and not even as p=.",
        f"v=DKIM1; k=rsa; P={inner}", "invalid", "private-key-published", expect_key="rsa2048.pem")  # fmt: skip
    add("private-key-and-new-one", "The private key was published; the one expected is another.",
        f"v=DKIM1; k=rsa; p={inner}", "invalid", "private-key-published", RSA_1024.public.record(),
        expect_key="rsa1024.pem")  # fmt: skip
    add("key-type-even-modulus", "A damaged modulus.",
        f"v=DKIM1; k=rsa; p={base64_text(RsaPublic(RSA.modulus - 1, RSA.exponent).spki())}", "invalid", mismatch)  # fmt: skip
    add("bad-base64", "A character that is not base64, in the place of one that is.",
        f"v=DKIM1; k=rsa; p={P[:50]}*{P[51:]}", "invalid", "bad-base64 key-damaged/middle")  # fmt: skip
    add("bad-base64-dash", "Something was put between two halves of the key.",
        f"v=DKIM1; k=rsa; p={P[:50]}…{P[50:]}", "invalid", "bad-base64", GOOD)  # fmt: skip
    add("bad-base64-url-safe", "RFC 4648 §5: the URL-safe alphabet.",
        f"v=DKIM1; k=rsa; p={P.replace('+', '-').replace('/', '_')}", "invalid", "bad-base64", GOOD)  # fmt: skip
    add("key-damaged-pem", "PEM with its first and its last line.",
        f"v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----{P}-----END PUBLIC KEY-----", "invalid",
        "key-damaged/wrapper", GOOD)  # fmt: skip
    assert "+" in P
    add("bad-base64-spaces-for-plus", "Decoded as a web form is: + became a space.",
        f"v=DKIM1; k=rsa; p={P.replace('+', ' ')}", "invalid", "bad-base64", GOOD)  # fmt: skip
    add("bad-base64-typographic-quotes", "Quotes that a word processor made.",
        f"v=DKIM1; k=rsa; p=\u201c{P}\u201d", "invalid", "bad-base64", GOOD)  # fmt: skip
    assert len(CUT.split("p=")[1]) % 4 == 1
    add("key-truncated-at-255", "Cut at 255 characters, which no base64 decoder likes.", CUT, "invalid", "key-truncated")
    add("key-truncated-at-whole-groups", "Cut where base64 can still be decoded.",
        f"v=DKIM1; k=rsa; p={P[:200]}", "invalid", "key-truncated")  # fmt: skip
    add("key-damaged-character-lost", "A character in the middle was lost.",
        f"v=DKIM1; k=rsa; p={P[:100]}{P[101:]}", "invalid", "key-damaged/middle")  # fmt: skip
    add("key-truncated-ed25519", "A part of an Ed25519 key.",
        f"v=DKIM1; k=ed25519; p={P_ED25519[:20]}", "invalid", "key-truncated")  # fmt: skip
    add("key-truncated-to-nothing", "Four characters of a key.",
        "v=DKIM1; k=rsa; p=MIIB", "invalid", "key-truncated")  # fmt: skip
    add("key-type-policy", "RFC 9989: p= of a DMARC record, which happens to be base64.",
        "p=rejected", "invalid", f"{mismatch} no-version")  # fmt: skip
    spaced = " ".join(P[start : start + 64] for start in range(0, len(P), 64))
    add("whitespace-in-key", "RFC 6376 §3.6.1: white space inside p=, which not everybody takes.",
        f"v=DKIM1; k=rsa; p={spaced}", "found", "whitespace-in-key", GOOD)  # fmt: skip


def sizes(add):
    for bits, key, status, findings in (
        (512, RSA_512, "invalid", "key-too-short"),
        (1023, RSA_1023, "invalid", "key-too-short"),
        (1024, RSA_1024, "found", "weak-key"),
        (4096, RSA_4096, "found", "large-key"),
        (8192, RSA_8192, "found", "large-key"),
    ):
        add(f"rsa-{bits}", f"RFC 8301 §3.2: {bits} bits.", key.public.record(), status, findings)
    add("rsa-128", "Too few bits to be read at all.", RsaPublic(2**127 + 1, 65537).record(), "invalid", "key-too-short")
    add("rsa-8193", "More bits than are read.", RsaPublic(2**8192 + 1, 65537).record(), "invalid", "record-too-large")
    add("rsa-512-quoted", "No corrected record is offered for a key that cannot be used.",
        f'"{RSA_512.public.record()}"', "invalid", "tag-syntax key-too-short quotes-in-value")  # fmt: skip
    add("exponent-3", "The exponent 3.", RSA_2048_E3.public.record(), "found", "low-exponent")
    add("exponent-17", "The exponent 17.", RsaPublic(RSA.modulus, 17).record(), "found", "low-exponent")
    add("exponent-2-to-the-32", "An exponent of 33 bits.",
        RsaPublic(RSA.modulus, 2**32 + 1).record(), "found", "unusual-exponent")  # fmt: skip
    add("exponent-too-large", "An exponent that libraries refuse.",
        RsaPublic(RSA.modulus, 2**64 + 1).record(), "invalid", "key-type-mismatch")  # fmt: skip


def encodings(add):
    def record(octets):
        return f"v=DKIM1; k=rsa; p={base64_text(octets)}"

    add("pkcs1-key", "RFC 6376 §3.6.1 says RSAPublicKey, its examples and everybody say SubjectPublicKeyInfo.",
        record(RSA.pkcs1()), "found", "pkcs1-key", GOOD)  # fmt: skip
    for name, octets in (
        ("no-null", RSA.spki(parameters=b"")),
        ("no-leading-zero", RSA.spki(RSA.pkcs1(modulus_zeros=0))),
        ("trailing-octets", RSA.spki() + b"\x00\x00"),
    ):
        add(f"sloppy-der-{name}", "X.690 §8.3: DER that only lenient verifiers read.",
            record(octets), "found", "sloppy-der", GOOD)  # fmt: skip
    add("sloppy-der-pkcs1", "Both.",
        record(RSA.pkcs1(modulus_zeros=2)), "found", "pkcs1-key sloppy-der", GOOD)  # fmt: skip
    add("everything-at-once", "All that can be wrong with a key that still works.",
        f"g=*; h=sha1:sha256; t=y; n=old; x=1; p= {base64_text(RSA_1024.public.pkcs1(2))[:64]} "
        f"{base64_text(RSA_1024.public.pkcs1(2))[64:]}", "found",
        "weak-key testing-flag sha1-allowed no-version whitespace-in-key pkcs1-key sloppy-der "
        "granularity-tag unknown-tag note-tag",
        f"v=DKIM1; h=sha256; t=y; n=old; x=1; p={base64_text(RSA_1024.public.spki())}")  # fmt: skip


def several(add):
    add("several-records", "RFC 6376 §3.6.2.2: two keys under one selector.",
        GOOD, "invalid", "several-records", more=[GOOD_ED25519])  # fmt: skip
    add("several-records-one-revoked", "The old record was left there when the key was revoked.",
        GOOD, "invalid", "revoked several-records", more=["v=DKIM1; p="])  # fmt: skip
    add("several-records-spf-and-key", "A wildcard's SPF record beside the key.",
        GOOD, "found", "second-txt", more=[SPF])  # fmt: skip
    add("second-txt-empty", "An empty record beside the key.", GOOD, "found", "second-txt", more=[""])
    add("second-txt-piece-of-key", "The second string of the key was left as a record of its own.",
        GOOD, "found", "second-txt", more=[GOOD[255:]])  # fmt: skip
    add("second-txt-target", "The target of a CNAME record beside the key.",
        GOOD, "found", "second-txt", more=[TARGET])  # fmt: skip
    add("several-records-piece-of-key", "The first string of the key was left as a record of its own.",
        GOOD, "invalid", "several-records", more=[CUT])  # fmt: skip
    add("several-records-torn-key", "The two strings of one record became two records.",
        CUT, "invalid", "several-records", GOOD, more=[f"v=DKIM1; k=rsa; p={P}"[255:]])  # fmt: skip
    other = f"t=y; {GOOD}"
    add("several-records-torn-and-wrong", "The two strings of one record became two records, and v= is not first.",
        other[:255], "invalid", "several-records version-not-first testing-flag",
        f"v=DKIM1; t=y; k=rsa; p={P}", more=[other[255:]])  # fmt: skip
    genkey = ["v=DKIM1; h=sha256; k=rsa; ", f"p={P}"[:253], f"p={P}"[253:]]
    whole = "".join(genkey)
    torn = "several-records"
    add("several-records-of-opendkim", "The three strings of opendkim-genkey became three records.",
        genkey[0], "invalid", torn, whole, more=genkey[1:])  # fmt: skip
    add("several-records-of-opendkim-shuffled", "The same, in the order in which a server may give them.",
        genkey[2], "invalid", torn, whole, more=[genkey[1], genkey[0].strip("; ")])  # fmt: skip
    add("several-records-of-opendkim-quoted", "The same, each with its quotes.",
        f'"{genkey[0]}"', "invalid", f"{torn} quotes-in-value quotes-in-value", whole,
        more=[f'"{each}"' for each in genkey[1:]])  # fmt: skip
    add("several-records-empty-and-bare-key", "The key became a record of its own: nothing is revoked.",
        "v=DKIM1; k=rsa; p=", "invalid", torn, GOOD, more=[P])  # fmt: skip
    add("several-records-tags-and-key", "The first string became a record of its own.",
        "v=DKIM1; k=rsa;", "invalid", torn, GOOD, more=[f"p={P}"])  # fmt: skip
    add("several-records-torn-and-quoted", "Two halves, each with its quotes.",
        f'"{CUT}"', "invalid", f"{torn} quotes-in-value", GOOD, more=[f'"{GOOD[255:]}"'])  # fmt: skip
    add("several-records-torn-and-another-key", "Two halves of a key that is not the expected one.",
        CUT, "invalid", f"key-mismatch {torn}", RSA_1024.public.record(), more=[GOOD[255:]],
        expect_key="rsa1024.pem")  # fmt: skip
    add("several-records-revoked-and-token", "A revoked key, and a token that is no part of it.",
        "v=DKIM1; p=", "revoked", "revoked second-txt", more=["MS=ms12345678"])  # fmt: skip
    add("several-records-foreign", "Two records, and neither is a key record.",
        SPF, "missing", "not-a-key-record not-a-key-record", more=["google-site-verification=abc"])  # fmt: skip


def names(add):
    add("ttl-59", "Caches keep it for less than a minute.", GOOD, "found", "short-ttl", ttl=59)
    add("ttl-60", "A minute is not yet short.", GOOD, "found", ttl=60)
    add("ttl-86400", "A day is not yet long.", GOOD, "found", ttl=86400)
    add("ttl-604800", "A week is.", GOOD, "found", "long-ttl", ttl=604800)
    add("ttl-of-other-records", "It does not matter where there is no key.",
        SPF, "missing", "not-a-key-record", ttl=1)  # fmt: skip
    add("name-missing", "NXDOMAIN.", None, "missing", ending="no-such-name")
    add("name-empty", "No TXT record.", None, "missing", ending="no-records")
    add("alias", "Delegated to a provider.", GOOD, "found", alias=TARGET)
    add("cname-dangling", "Delegated to a name that does not exist.",
        None, "missing", "cname-dangling", alias=TARGET, ending="no-such-name")  # fmt: skip
    add("cname-dangling-no-txt", "Delegated to a name without TXT records.",
        None, "missing", "cname-dangling", alias=["a.example.net.", TARGET], ending="no-records")  # fmt: skip
    add("cname-dangling-of-microsoft", "RFC 1034 §3.6.1: a zone's name ends at a label.",
        None, "missing", "cname-dangling", alias=f"{IDLE[:-1]}.example.com.", ending="no-such-name")  # fmt: skip
    for zone, target in (("", IDLE), ("-new", "selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft.")):
        add(f"idle-selector{zone}", "Microsoft 365 publishes the key of one selector at a time.",
            None, "missing", "idle-selector", alias=target, ending="no-such-name")  # fmt: skip
    add("cname-and-txt", "RFC 1034 §3.6.2: a CNAME record excludes others.",
        GOOD, "found", "cname-and-txt", alias_beside=TARGET, expect_cname=TARGET.rstrip("."))  # fmt: skip
    domain = "example.com"
    proper = f"s._domainkey.{domain}"
    for case, place in (
        ("zone-twice", f"{proper}.{domain}"), ("without-underscore", f"s.domainkey.{domain}"),
        ("plural", f"s._domainkeys.{domain}"),
    ):  # fmt: skip
        add(f"key-elsewhere-{case}", "RFC 6376 §3.6.2.1: the record is at another name.", None, "missing",
            "key-elsewhere", ending="no-such-name", elsewhere=f'{place}. "{GOOD}"')  # fmt: skip
    below = f"s._domainkey.mail.{domain}"
    for case, place in (
        ("zone-twice-above", f"{below}.{domain}"), ("parent", proper), ("too-high", f"s.mail._domainkey.{domain}"),
    ):  # fmt: skip
        add(f"key-elsewhere-{case}", "RFC 6376 §3.6.2.1: the record is at another name.", None, "missing",
            "key-elsewhere", ending="no-such-name", name=f"{below}.", elsewhere=f'{place}. "{GOOD}"')  # fmt: skip
    add("key-elsewhere-foreign", "What is at another name is no key record.", None, "missing",
        ending="no-such-name", elsewhere=f'{proper}.{domain}. "{SPF}"')  # fmt: skip
    add("cname-dangling-relative", "RFC 1035 §5.1: a target without its final dot, which has a key.", None, "missing",
        "cname-dangling", alias=f"{TARGET}{domain}.", ending="no-such-name", elsewhere=f'{TARGET} "{GOOD}"')  # fmt: skip
    unmade = f"*._domainkey.{domain}."
    add("wildcard-alias", "RFC 4592: a wildcard's CNAME record.", None, "missing", "wildcard",
        alias=f"web.{domain}.", ending="no-records", elsewhere=f"{unmade} alias web.{domain}.")  # fmt: skip
    add("wildcard-other-alias", "The alias is another one than that of the wildcard.", None, "missing",
        "cname-dangling", alias=TARGET, ending="no-records", elsewhere=f"{unmade} alias web.{domain}.")  # fmt: skip
    add("wildcard-txt", "RFC 4592: a wildcard's TXT record.", SPF, "missing", "wildcard not-a-key-record",
        elsewhere=f'{unmade} "{SPF}"')  # fmt: skip
    add("wildcard-no-txt", "RFC 4592: a wildcard without TXT records.", None, "missing", "wildcard",
        ending="no-records", elsewhere=f"{unmade} no-records")  # fmt: skip
    for form, text in (("", TARGET), ("-without-dot", TARGET[:-1]), ("-whole-line", f"IN CNAME {TARGET}")):
        add(f"cname-as-txt{form}", "The target of a CNAME record in a TXT record.", text, "missing", "cname-as-txt")
    for form, name in (("", "domainkey"), ("-plural", "_domainkeys")):
        add(f"unreachable-name{form}", "RFC 6376 §3.6.2.1: nobody asks for another label than _domainkey.",
            GOOD, "invalid", "unreachable-name", name=f"s.{name}.example.com.")  # fmt: skip
    add("unreachable-name-missing", "The domain itself.",
        None, "missing", "unreachable-name", name="example.com.", ending="no-records")  # fmt: skip
    add("cname-loop", "Two aliases that lead to each other.", None, "missing", "cname-loop",
        alias=["b.example.net.", "a.example.net."], ending="loop")  # fmt: skip


def expected(add):
    add("expected-key", "The key is the expected one.", GOOD, "found", expect_key="rsa2048.pem")
    add("expected-key-pkcs1", "It is the same key in another form, too.",
        f"v=DKIM1; k=rsa; p={base64_text(RSA.pkcs1())}", "found", "pkcs1-key", GOOD, expect_key="rsa2048.pem")  # fmt: skip
    add("key-mismatch", "p= of another key.", RSA_1024.public.record(), "mismatch", "key-mismatch weak-key", GOOD,
        expect_key="rsa2048.pem")  # fmt: skip
    add("key-mismatch-other-type", "A key of another type.", GOOD_ED25519, "mismatch", "key-mismatch", GOOD,
        expect_key="rsa2048.pem")  # fmt: skip
    add("key-mismatch-unusable", "Where no key can be read, it is not another key.",
        CUT, "invalid", "key-truncated", GOOD, expect_key="rsa2048.pem")  # fmt: skip
    add("key-mismatch-revoked", "A revoked key is not corrected.",
        "v=DKIM1; p=", "revoked", "revoked", expect_key="rsa2048.pem")  # fmt: skip
    add("expected-key-of-several", "One of two records has it.",
        GOOD, "invalid", "several-records", more=[GOOD_ED25519], expect_key="rsa2048.pem")  # fmt: skip
    add("expected-cname", "Delegated as expected.", GOOD, "found", alias=TARGET, expect_cname=TARGET.rstrip("."))
    add("expected-cname-on-the-way", "Delegated as expected, by way of another name.", GOOD, "found",
        alias=["a.example.net.", TARGET, "b.example.net."], expect_cname=TARGET.upper().rstrip("."))  # fmt: skip
    add("cname-mismatch", "Delegated to another name.", GOOD, "mismatch", "cname-mismatch",
        alias="other.example.net.", expect_cname=TARGET.rstrip("."))  # fmt: skip
    add("cname-mismatch-none", "Not delegated at all.", GOOD, "mismatch", "cname-mismatch",
        expect_cname=TARGET.rstrip("."))  # fmt: skip
    add("cname-mismatch-missing", "Nothing there at all.", None, "missing", "cname-mismatch",
        ending="no-such-name", expect_cname=TARGET.rstrip("."))  # fmt: skip
