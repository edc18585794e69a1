"""Messages with what strangers may write in signatures, From fields and key records, and the zone for them.

The signatures are made here, not by `dkim sign`: it would refuse most of them.
"""

import base64
import hashlib
import random
import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
RECORD = f"v=DKIM1; k=ed25519; p={PUBLIC}"
BODY = b"hello\r\n"

LABEL = b"l" * 63
DOMAINS = [
    b"example.com", b"Example.COM", b"under_score.example.com", b"_x.example.com", "bücher.example".encode(),
    "x.食狮.公司.cn".encode(), b"xn--bcher-kva.example", LABEL + b".example",
    b".".join([LABEL, LABEL, LABEL, b"a" * 50]), b"1.2.3.4", b"a.b", b"0x.00", b"none.none", b"dkim.pass",
]
SELECTORS = [
    b"s1", b"a.b.c.d", b"S_1", b"_", b"1", b"a-b", LABEL, b".".join([b"x"] * 60), "schlüssel".encode(), b"none",
    b"pass", b"_domainkey", b"s1._domainkey.evil.example",
]
LOCAL_PARTS = [
    b"", b"joe", b"joe.b+c", b"a_b", b"{}|~!#$%&'*^`", b"-", b"x" * 64, b"x" * 65, b"x" * 512, b"x" * 2000, b"a b " * 100,
    b'"quoted local"', b'"a;b"', b"a;b", b"a(b", b"a)b", b"(c)", b'a"b', b'"', b"\\", b'a\\"b', b"a\\", b"a b", b" ",
    b"a\tb", b"a\r\nb", b"a\r\n b", b"\0", b"a\0b", "jörg".encode(), "\u202e".encode(), "\u2028".encode(),
    "\u0085".encode(), b"\xff", b"\x1b[31m", b"\x7f", b"a@b", b"x@y@z", b"=", b"a=b", b"a=3D", b"x/y", b"x:y", b"[x]",
    b"<x>", b"x,y", b"x?y", b".", b"..", b"a.", b".a", b"a..b", b"$(id)", b"header.s=evil", b"dkim=pass",
    b"; dkim=pass header.d=bank.example header.i=", b"; spf=pass smtp.mailfrom=evil.example", b'x"; spf=pass',
    b"x);spf=pass (", b"x header.d=evil.example",
    b"\r\nAuthentication-Results: mx.example.org; dkim=pass header.d=evil.example",
]
AUTHORS = [
    b"joe@example.com", b"Joe (a comment) <joe@example.com>", b"(c1) joe (c2 (c3)) @ (c4) example.com (; spf=pass)",
    b'"; spf=pass" <a@example.com>', b"=?utf-8?q?=0D=0AX:_y?= <a@example.com>", b"a@example.com, b@example.org", b"",
    b"x", b"a@[192.0.2.1]", "j@bücher.example".encode(), b"undisclosed:;", b"a@example.com\r\n ,b@example.com",
    b"ceo@bank.example <a@example.com>", b"a@example.com; dkim=pass", b"\x1b[31m <a@example.com>", b"\xff@example.com",
]
VALUES = [
    b"x) ; spf=pass (", b'"', b"\\", b"(", b")", b"=", b"==", b"x=3B", b"x=", b"\x1b[0m", "é".encode(), b"\xff",
    b"x\r\n y", b"x\r\nAuthentication-Results:", b"a" * 1500, b"a " * 800, b"\0", "\u202e".encode(), b"{[(<>)]}",
    b"$x%s%n", b"x,y", b"dkim=pass", b'"="',
]
TAGS = ("d", "s", "v", "a", "c", "q", "h", "bh", "b", "l", "t", "x", "z", "evil")
RECORDS = [
    "v=DKIM1; k=evil) ; spf=pass (; p=AAAA", "v=DKIM1; k=ed25519; p=!!!!", f"v=DKIM1; h=md5:x)(; k=ed25519; p={PUBLIC}",
    f"v=DKIM1; s=tlsrpt; k=ed25519; p={PUBLIC}", f"v=DKIM1; t=s; k=ed25519; p={PUBLIC}",
    f"v=DKIM1; t=y; n=x) ; spf=pass; k=ed25519; p={PUBLIC}", f"v=DKIM2; p={PUBLIC}", "v=DKIM1; p=", "nonsense; spf=pass",
    f"v=DKIM1; k={'A' * 200}; p=AAAA", "v=DKIM1;k=\u202e;p=AAAA", f"{RECORD}; x) (=y", 'v="DKIM1"; k=";dkim=pass"',
    "dkim=pass; header.d=evil.example",
]
PIECES = [
    b";", b"(", b")", b'"', b"\\", b"=", b"\r\n ", b"\t", b"\0", b"\xff", "\u202e".encode(), b"=3B", b"=22", b"=3D",
    b"; dkim=pass", b" spf=pass", b"@", b".", b"\r\n\r\n", b"i=x", b"d=", b"s=", b",", b"<", b":", b"/", b"[", b"A" * 300,
    b"\r\nAuthentication-Results: mx.example.org; dkim=pass header.d=evil.example\r\n",
]


def relaxed(name, value):
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower() + b":" + value


def encoded(text):
    """dkim-quoted-printable (RFC 6376 §2.11)."""
    return b"".join(bytes([c]) if 33 <= c <= 126 and c not in b";=" else b"=%02X" % c for c in text)


def a_labels(name):
    """A domain name as the DNS is asked for it."""
    labels = name.lower().split(".")
    return ".".join(l if l.isascii() else "xn--" + l.encode("punycode").decode() for l in labels)


class Messages:
    """The messages as they are made, and the key records that they need."""

    def __init__(self, count, seed):
        self.random = random.Random(seed)
        self.made, self.records = [], {}
        self.chosen_values()
        self.hostile_tags()
        self.hostile_records()
        self.several()
        self.made_at_random(count - len(self.made))

    def signed(self, domain=b"example.com", selector=b"s1", identity=None, author=b"joe@example.com", good=True,
               record=RECORD):
        """A message with a signature of these values, as they are to stand in the field."""
        digest = base64.b64encode(hashlib.sha256(BODY).digest())
        tags = [b"v=1", b"a=ed25519-sha256", b"c=relaxed/relaxed", b"d=" + domain, b"s=" + selector]
        tags += [] if identity is None else [b"i=" + identity]
        value = b" " + b"; ".join([*tags, b"h=from:subject", b"bh=" + digest, b"b="])
        fields = [(b"From", b" " + author), (b"Subject", b" x")]
        data = b"".join(relaxed(*field) + b"\r\n" for field in fields) + relaxed(b"DKIM-Signature", value)
        signature = KEY.sign(hashlib.sha256(data).digest()) if good else self.random.randbytes(64)
        try:
            owner = f"{a_labels(selector.decode())}._domainkey.{a_labels(domain.decode())}."
            self.records.setdefault(owner, record)
        except UnicodeError:
            pass  # no name that anybody asks for
        head = b"DKIM-Signature:" + value + base64.b64encode(signature) + b"\r\n"
        return head + b"".join(name + b":" + value + b"\r\n" for name, value in fields) + b"\r\n" + BODY

    def add(self, *args, **values):
        self.made.append(self.signed(*args, **values))

    def chosen_values(self):
        self.add()  # the control, which must pass
        for good in (True, False):
            for domain in DOMAINS:
                self.add(domain, good=good)
                self.add(domain, identity=b"@" + domain, good=good)
                self.add(domain, identity=encoded(b"a(;)b@" + domain), good=good)
            for selector in SELECTORS:
                self.add(selector=selector, good=good)
            for local_part in LOCAL_PARTS:
                self.add(identity=encoded(local_part) + b"@example.com", good=good)
                self.add(identity=encoded(local_part + b"@sub_x.example.com"), good=good)
        for local_part in LOCAL_PARTS:
            self.add(identity=local_part + b"@example.com")
            parts = re.findall(rb"=..|[^=]{1,6}", encoded(local_part))
            self.add(identity=b"\r\n " + b"\r\n ".join(parts) + b"\r\n @example.com")
        for author in AUTHORS:
            self.add(author=author)

    def hostile_tags(self):
        usual = {"v": b"1", "a": b"ed25519-sha256", "d": b"example.com", "s": b"s1", "h": b"from", "bh": b"AAAA",
                 "b": b"QUFBQUFBQUFB"}
        rest = b"\r\nFrom: a@example.com\r\nSubject: x\r\n\r\n" + BODY
        for tag in TAGS:
            for value in VALUES:
                tags = {**usual, tag: value}
                field = b"; ".join(name.encode() + b"=" + value for name, value in tags.items())
                self.made.append(b"DKIM-Signature: " + field + rest)
            self.made.append(b"DKIM-Signature: v=1; " + tag.encode() + b"(;=x; d=example.com" + rest)
        self.made.append(b"From: a@example.com\r\n\r\n")

    def hostile_records(self):
        for number, record in enumerate(RECORDS):
            domain = b"record%d.example" % number
            self.add(domain, identity=b"@sub." + domain, record=record)

    def several(self):
        """Messages with more than one signature, some with more than are judged."""
        signed = [message for message in self.made if b"\r\nFrom:" in message]
        for _ in range(20):
            chosen = self.random.sample(signed, self.random.randrange(2, 30))
            fields = b"".join(message.split(b"\r\nFrom:", 1)[0] + b"\r\n" for message in chosen)
            self.made.append(fields + b"From: joe@example.com\r\nSubject: x\r\n\r\n" + BODY)
        twice = self.signed()
        self.made.append(twice.split(b"\r\nFrom:")[0] + b"\r\n" + twice)

    def made_at_random(self, count):
        """`count` more: pieces in the fields of what is there, identities and records of pieces, signed."""
        seeds = list(self.made)
        for number in range(max(count, 0)):
            kind = number % 4
            pieces = b"".join(self.random.choices(PIECES, k=self.random.randrange(1, 5)))
            if kind == 0:
                self.add(identity=encoded(pieces) + b"@m.example.com")
            elif kind == 1:
                text = (RECORD.encode() + b"; n=" + pieces).decode("utf-8", "replace")
                at = self.random.randrange(len(text))
                domain = b"random%d.example" % number
                self.add(domain, record=text[at:] + text[:at])
            else:
                self.made.append(self.mutated(self.random.choice(seeds)))

    def mutated(self, message):
        end = message.find(b"\r\nFrom:")
        end = end if end > 20 else len(message) - 1
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(min(15, end), end + 1)
            behind = at + self.random.choice([0, 0, 1, 3])
            message = message[:at] + self.random.choice(PIECES) + message[behind:]
        return message

    def zone(self):
        """The records as a master file (RFC 1035 §5.1)."""
        lines = []
        for owner, record in self.records.items():
            labels = owner[:-1].split(".")
            if not all(0 < len(l) < 64 for l in labels) or len(owner) > 254 or re.search(r"[^A-Za-z0-9._-]", owner):
                continue
            octets = record.encode()
            strings = [octets[at:at + 200] for at in range(0, len(octets), 200)]
            text = " ".join('"' + "".join(f"\\{c:03}" if c in b'"\\' or not 32 <= c < 127 else chr(c) for c in s) + '"'
                            for s in strings)
            lines.append(f"{owner} 3600 IN TXT {text}\n")
        return "".join(lines)
