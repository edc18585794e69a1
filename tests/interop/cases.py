"""The messages and signing options that every pair of tools has to agree on."""

from dataclasses import dataclass, field

DOMAIN = "interop.example"
KEYS = {"rsa1024": 1024, "rsa2048": 2048, "rsa4096": 4096, "ed25519": 256}
CANONICALIZATIONS = ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]


@dataclass
class Case:
    name: str
    message: bytes
    key: str = "rsa2048"
    canonicalization: str = "relaxed/relaxed"
    headers: list = None  # None: the signer's own default
    oversign: list = field(default_factory=list)
    length: bool = False  # write l=
    also_key: str = None  # a second signature with this key
    sha1: bool = False  # rsa-sha1, as old signers write it
    shape: str = "plain"  # what the known faults of other tools are told apart by

    def algorithm(self, key=None):
        if self.sha1:
            return "rsa-sha1"
        return "ed25519-sha256" if (key or self.key) == "ed25519" else "rsa-sha256"


def header(*extra, subject=b"Is dinner ready?", sender=b"Joe SixPack"):
    lines = [
        b"Received: from client1.interop.example [192.0.2.1]\r\n\tby submitserver.interop.example with SUBMISSION;\r\n"
        b"\tFri, 11 Jul 2003 21:01:54 -0700 (PDT)",
        b"From: " + sender + b" <joe@" + DOMAIN.encode() + b">",
        b"To: Suzie Q <suzie@shopping.example>",
        b"Subject: " + subject,
        b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)",
        b"Message-ID: <20030712040037.46341.5F8J@interop.example>",
        *extra]
    return b"".join(line + b"\r\n" for line in lines)


TEXT = b"Hi.\r\n\r\nWe lost  the game.\tAre you hungry yet? \t\r\n \r\nJoe.\r\n"


def message(head=None, body=TEXT):
    return (header() if head is None else head) + b"\r\n" + body


def lf(data):
    return data.replace(b"\r\n", b"\n")


def shapes():
    """(shape, message, options) for every form of message; each is signed simple/simple and relaxed/relaxed."""
    yield "lf", lf(message()), {}
    yield "body: none after the empty line", message(body=b""), {}
    yield "body: none, lf", lf(message(body=b"")), {}
    yield "body: no empty line after the header", header(), {}
    yield "body: one empty line", message(body=b"\r\n"), {}
    yield "body: empty lines only", message(body=b"\r\n\r\n\r\n"), {}
    yield "body: white space only", message(body=b" \r\n\t \r\n"), {}
    yield "body: no final line end", message(body=b"Hi.\r\nJoe."), {}
    yield "body: no final line end, lf", lf(message(body=b"Hi.\r\nJoe.")), {}
    yield "body: white space, no final line end", message(body=b"Hi.\r\nJoe. \t "), {}
    yield "body: last line of white space, no line end", message(body=b"Hi.\r\nJoe.\r\n \t"), {}
    yield "body: trailing empty lines", message(body=TEXT + b"\r\n\r\n\r\n"), {}
    yield "body: trailing lines of white space", message(body=TEXT + b"\r\n \r\n\t\r\n \t \r\n"), {}
    yield "body: leading empty lines", message(body=b"\r\n\r\n" + TEXT), {}
    yield "body: dots and From lines", message(body=b"From here\r\n>From there\r\n.\r\n..\r\n. \r\nend\r\n"), {}
    yield "body: bare CR", message(body=b"one\rtwo\r\nthree\r\r\nfour \r\r\n"), {}
    yield "body: mixed line ends", message(body=b"one\r\ntwo\nthree\r\n\nfour\n"), {}
    yield "body: other white space", message(body=b"form\x0cfeed \x0c\r\nvertical\x0btab\x0b\r\n\xa0\r\nend \xa0\r\n"), {}
    yield "body: long lines", message(body=(b"x " * 499 + b"\r\n") * 3 + b"y" * 5000 + b"\r\n"), {}
    yield "body: 300 kB", message(body=(b"0123456789 " * 6 + b"\r\n") * 4500), {}
    yield "header: latin-1", message(
        header(sender=b"J\xf6rg S\xf6dling", subject=b"Gr\xfc\xdfe  aus K\xf6ln"),
        "Größe  über alles\r\n\r\nJörg \r\n".encode("latin-1")), {}
    yield "header: utf-8", message(
        header(sender="Jörg Müller 木村".encode(), subject="夕食は Dinner  できた？ Żółć".encode()),
        "Größe  über alles €\r\n\r\nJörg \r\n".encode()), {}
    yield "header: ends in no-break space", message(
        header(subject="\u00a0dinner ready?\u00a0".encode()), "no-break\u00a0\r\nspace\u00a0\r\n".encode()), {}
    yield "header: vertical tab within", message(header(subject=b"dinner \x0b ready?")), {}
    yield "header: ends in form feed", message(header(subject=b"dinner ready?\x0c")), {}
    yield "header: folded", message(
        header(b"References: <a@b.example>\r\n\t<c@d.example>\r\n  \t <e@f.example> ",
               subject=b"\r\n Is   dinner\r\n\t\tready, \t\r\n or   not?")), {}
    yield "header: folded, lf", lf(message(
        header(b"References: <a@b.example>\r\n\t<c@d.example>\r\n  \t <e@f.example> ",
               subject=b"\r\n Is   dinner\r\n\t\tready, \t\r\n or   not?"))), {}
    yield "header: letter case and spaces", message(
        b"fROM:joe@" + DOMAIN.encode() + b"\r\nSUBJECT: \t shouting \r\nto:\tsuzie@shopping.example\r\n"
        b"dAtE:    Fri, 11 Jul 2003 21:00:37 -0700\r\n"), {}
    yield "header: space before the colon", message(
        header(b"Comments : obsolete syntax")), {"headers": ["from", "subject", "comments"]}
    yield "header: empty values", message(
        header(b"Comments:", b"Keywords:  ")), {"headers": ["from", "subject", "comments", "keywords"]}
    yield "header: repeated", message(
        header(b"Comments: first", b"Keywords: a", b"Comments: second", b"Comments: third", b"Keywords: b")), {
            "headers": ["from", "subject", "comments", "comments", "comments", "keywords", "keywords"]}
    yield "header: repeated, the lowest signed", message(
        header(b"Comments: first", b"Comments: second", b"Comments: third")), {
            "headers": ["from", "subject", "comments"]}
    yield "header: absent names in h=", message(), {
        "headers": ["from", "subject", "reply-to", "cc", "x-none"]}
    yield "header: many signed", message(
        header(*[b"X-Field-Number-%d: value  %d" % (n, n) for n in range(80)])), {
            "headers": ["from", "to", "subject"] + ["x-field-number-%d" % n for n in range(80)]}
    yield "header: an older signature below", message(
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed; d=elsewhere.example; s=none;\r\n h=from; bh=AAAA; b=AAAA\r\n"
        + header()), {}
    yield "oversign: from to subject date", message(), {
        "headers": ["from", "to", "subject", "date", "message-id"], "oversign": ["from", "to", "subject", "date"]}
    yield "oversign: absent field", message(), {
        "headers": ["from", "subject", "reply-to"], "oversign": ["from"]}


def all_cases():
    cases = []
    for key in KEYS:
        for canonicalization in CANONICALIZATIONS:
            cases.append(Case(f"{key}, {canonicalization}", message(), key, canonicalization))
    for key in ("rsa2048", "ed25519"):
        cases.append(Case(f"{key}, l= over the whole body", message(), key, length=True, shape="l="))
    cases.append(Case("rsa2048 and ed25519 together", message(), "rsa2048", also_key="ed25519", shape="two"))
    for canonicalization in CANONICALIZATIONS:
        cases.append(Case(f"rsa-sha1, {canonicalization}", message(), "rsa2048", canonicalization, sha1=True,
                          shape="sha1"))
    for shape, data, options in shapes():
        for canonicalization in ("simple/simple", "relaxed/relaxed"):
            cases.append(Case(f"{shape}, {canonicalization}", data, canonicalization=canonicalization,
                              shape=shape, **options))
    return cases
