"""What messages look like before they are signed."""

from dataclasses import dataclass

from generate.signer import octets

BODY = b"Hi.\r\n\r\nWe lost  the game.\tAre you hungry yet? \t\r\n \r\nJoe.\r\n"


@dataclass
class Draft:
    """A message before it is signed: its fields, each without the final CRLF, and its body."""

    fields: list
    body: bytes
    has_body: bool = True

    def data(self):
        """The message with CRLF line ends."""
        header = b"".join(octets(field) + b"\r\n" for field in self.fields)
        return header + (b"\r\n" + self.body if self.has_body else b"")


def plain():
    """The message that all others are made from."""
    fields = ["Received: from client.example.com [192.0.2.1]\r\n\tby mx.example.com; Thu, 14 Jan 2027 10:00:01 +0000",
              "From: Joe <joe@example.com>", "To: Suzie <suzie@example.net>", "Subject: Is dinner ready?",
              "Date: Thu, 14 Jan 2027 10:00:00 +0000", "Message-ID: <1@example.com>"]  # fmt: skip
    return Draft(fields, BODY)


def starts(field, name):
    """Whether a field has this name."""
    return octets(field).lower().startswith(name.lower().encode() + b":")


def replace(name, *wanted):
    """Has `wanted` in the place of a field; without any, takes it out."""

    def mutate(draft, _rng):
        draft.fields = [new for field in draft.fields for new in (wanted if starts(field, name) else [field])]

    return mutate


def add(*fields):
    """Puts fields somewhere into the header, each at a place of its own."""

    def mutate(draft, rng):
        for field in fields:
            draft.fields.insert(rng.randint(0, len(draft.fields)), field)

    return mutate


def body(data):
    """Has another body."""

    def mutate(draft, _rng):
        draft.body = data

    return mutate


def tail(data):
    """Has something more at the end of the body."""

    def mutate(draft, _rng):
        draft.body += data

    return mutate


def header_only(draft, _rng):
    """Ends with the header, without the empty line."""
    draft.has_body = False


FROM = {
    "list": "From: joe@example.com, suzie@example.net",
    "comment": "From: joe@example.com (Joe (the\r\n second))",
    "bare": "From:joe@example.com",
    "quoted": 'From: "Joe, \\"the\\" second" <joe@example.com>',
    "address-in-name": 'From: "boss@example.net" <joe@example.com>',
    "group": "From: Team: joe@example.com, ann@example.com;",
    "encoded": "From: =?utf-8?q?J=C3=B6rg?= <joe@example.com>",
    "utf-8": "From: Jörg 木村 <joe@example.com>",
    "latin-1": "From: J\udcf6rg <joe@example.com>",
    "folded": "From:\r\n Joe\r\n\t<joe@example.com>",
    "space-before-colon": "From : Joe <joe@example.com>",
    "upper": "FROM: Joe <joe@example.com>",
    "empty": "From:",
    "spaces": "From:  \t ",
    "no-address": "From: undisclosed",
    "route": "From: <@a.example,@b.example:joe@example.com>",
    "double-at": "From: info@example.com <info@example.com>",
    "trailing-space": "From: Joe <joe@example.com> \t",
}
SUBJECT = {
    "absent": None,
    "empty": "Subject:",
    "spaces": "Subject: \t  ",
    "folded": "Subject:\r\n Is   dinner\r\n\t\tready, \t\r\n or   not?",
    "folded-blank": "Subject: Is dinner\r\n \t\r\n ready?",
    "folded-first": "Subject:\r\n  Is dinner ready?",
    "tabs": "Subject:\tIs\t\t dinner ready?\t",
    "vertical-tab": "Subject: Is \x0b dinner ready?",
    "form-feed-end": "Subject: Is dinner ready?\x0c",
    "form-feed-start": "Subject: \x0cIs dinner ready?",
    "form-feeds": "Subject: Is\x0c \x0cdinner",
    "nbsp": "Subject: \u00a0Is dinner ready?\u00a0",
    "utf-8": "Subject: Größe  über alles",
    "latin-1": "Subject: Gr\udcfc\udcdfe",
    "nul": "Subject: Is\x00dinner",
    "colons": "Subject: a: b:c ; b=d",
    "space-before-colon": "Subject \t: Is dinner ready?",
    "mixed-case": "sUBJECT: Is dinner ready?",
    "long": "Subject: " + "x" * 1200,
    "long-folded": "Subject:" + "\r\n long  line" * 60,
    "other-spaces": "Subject: Is\u2003dinner\u0085 ready?\u3000",
    "delete": "Subject: Is\x7fdinner\x1b[31m",
}
FIELDS = {
    "repeated": ["Comments: first", "Comments: second", "Comments: third"],
    "subjects": ["Subject: another"],
    "froms": ["From: Mallory <mallory@example.net>"],
    "tos": ["To: third@example.net"],
    "reply-to": ["Reply-To: joe@example.com"],
    "odd-names": ["X-!#$%&'*+/=?^_`{|}~: odd", "1: digit", "-: dash"],
    "empty": ["X-Empty:", "X-Blank:  "],
    "old-signature": ["DKIM-Signature: v=1; a=rsa-sha256; d=elsewhere.example; s=none;\r\n h=from; bh=AAAA; b=AAAA"],
    "empty-signature": ["DKIM-Signature:"],
    "junk-signature": ["DKIM-Signature: hello"],
    "domainkey": ["DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; s=none; d=example.com; b=AAAA"],
    "results": ["Authentication-Results: mx.example.com; dkim=pass header.d=example.com"],
    "mime": ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"],
    "many": [f"X-Field-{n}: value  {n}" for n in range(60)],
    "trace": [f"Received: from a{n}.example by b{n}.example; Thu, 14 Jan 2027 09:00:00 +0000" for n in range(4)],
    "resent": ["Resent-From: ann@example.com", "Resent-Date: Thu, 14 Jan 2027 11:00:00 +0000"],
    "list": ["List-Id: <l.example.com>", "List-Unsubscribe: <mailto:l-leave@example.com>"],
}  # fmt: skip
BODIES = {
    "empty": b"",
    "one-line-end": b"\r\n",
    "line-ends": b"\r\n\r\n\r\n",
    "white-space": b" \r\n\t \r\n",
    "one-space": b" ",
    "no-line-end": b"Hi.\r\nJoe.",
    "space-no-line-end": b"Hi.\r\nJoe. \t ",
    "blank-last-line": b"Hi.\r\nJoe.\r\n \t",
    "leading-lines": b"\r\n\r\nHi.\r\n",
    "dots": b"From here\r\n>From there\r\n.\r\n..\r\n. \r\nend\r\n",
    "bare-cr": b"one\rtwo\r\nthree\r\r\nfour \r\r\n",
    "cr-last": b"one\r\ntwo\r",
    "cr-after-space": b"one \r two\r\n",
    "bare-lf": b"one\r\ntwo\nthree\r\n\nfour\n",
    "lf-last": b"one\r\ntwo\r\n\n\n",
    "other-space": b"form\x0cfeed \x0c\r\nvertical\x0btab\x0b\r\n\xa0\r\nend \xa0\r\n",
    "latin-1": b"Gr\xf6\xdfe\r\n",
    "nul": b"a\x00b\r\n\x00\r\n",
    "long-line": b"x " * 3000 + b"\r\n",
    "large": (b"0123456789 " * 6 + b"\r\n") * 1000,
    "spaced": b" leading\r\n\ttab  tab\t \tend\r\n",
    "blank-lines-inside": b"a\r\n\r\n \r\n\r\nb\r\n",
    "block-edge": b"y" * 4095 + b"\r\n" + b"z" * 4093 + b" \r\n\r\n",
}
TAILS = {
    "line-ends": b"\r\n\r\n\r\n",
    "blank-lines": b" \r\n\t\r\n \t \r\n",
    "space": b" ",
    "cr": b"\r",
    "cr-line": b"\r\r\n",
    "nul": b"\x00",
    "no-line-end": b"The end",
}

MUTATIONS = {
    **{f"from-{name}": replace("From", field) for name, field in FROM.items()},
    "from-absent": replace("From"),
    **{f"subject-{name}": replace("Subject", *([field] if field else [])) for name, field in SUBJECT.items()},
    "to-absent": replace("To"),
    "date-absent": replace("Date"),
    "received-absent": replace("Received"),
    **{f"field-{name}": add(*fields) for name, fields in FIELDS.items()},
    **{f"body-{name}": body(data) for name, data in BODIES.items()},
    **{f"tail-{name}": tail(data) for name, data in TAILS.items()},
    "header-only": header_only,
}
