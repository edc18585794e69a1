"""What happens to messages after they are signed, and what attackers do to them."""

import re

JUNK = b"PLEASE PAY TO THE NEW ACCOUNT"
EVIL = b"From: Mallory <mallory@example.net>"


def parts(data):
    """The header with its last CRLF, and the rest from the empty line on."""
    end = data.find(b"\r\n\r\n")
    return (data, b"") if end < 0 else (data[: end + 2], data[end + 2 :])


def in_body(change):
    """Changes what is below the empty line."""

    def damage(data, _rng):
        header, rest = parts(data)
        return header + rest[:2] + change(rest[2:])

    return damage


def in_header(change):
    """Changes the header."""

    def damage(data, _rng):
        header, rest = parts(data)
        return change(header) + rest

    return damage


def substitute(pattern, new):
    """Replaces the first match in the header, in any letter case."""
    return in_header(lambda header: re.sub(pattern, new, header, count=1, flags=re.IGNORECASE | re.MULTILINE))


def line(text):
    """Puts a line somewhere into the header, where a field begins."""

    def damage(data, rng):
        header, rest = parts(data)
        starts = [0, *(found.end() for found in re.finditer(rb"\r\n(?![ \t])", header))]
        at = rng.choice(starts)
        return header[:at] + text + b"\r\n" + header[at:] + rest

    return damage


def on_top(text):
    """Puts something above the message."""
    return lambda data, _rng: text + data


def at_end_of_header(text):
    """Puts something below the last field."""
    return in_header(lambda header: header + text)


def some_line_ends(data, rng):
    """Turns some CRLFs into LFs."""
    return re.sub(rb"\r\n", lambda _: rng.choice((b"\r\n", b"\n")), data)


def flipped_byte(data, rng):
    """Changes one byte, anywhere."""
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(7)]) + data[at + 1 :]


def lost_byte(data, rng):
    """Loses one byte, anywhere."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + 1 :]


def cut(data, rng):
    """Ends too early."""
    return data[: rng.randrange(1, len(data))]


def moved_field(data, _rng):
    """Has the topmost field at the end of the header."""
    header, rest = parts(data)
    fields = re.split(rb"\r\n(?![ \t])", header)[:-1]
    return b"\r\n".join([*fields[1:], fields[0]]) + b"\r\n" + rest


HEADER_LINES = {
    "junk": JUNK,
    "junk-folded": JUNK + b"\r\n now",
    "no-name": b": " + EVIL,
    "name-space": b"Resent From: x",
    "name-nul": b"From\x00: x",
    "name-delete": b"X\x7f: x",
    "name-utf-8": "Gruß: x".encode(),
    "name-cr": b"X\r" + EVIL,
    "cr": b"X: y\r" + EVIL,
    "cr-end": b"X: y\r",
    "cr-fold": b"X: y\r\n z\r w",
    "quoted-envelope": b">From joe Sat Jan  3 01:05:34 1996",
    "envelope": b"From joe Sat Jan  3 01:05:34 1996",
    "unknown-field": b"X-Added: y",
    "subject": b"Subject: Pay now",
    "from": EVIL,
    "to": b"To: x@example.net",
    "reply-to": b"Reply-To: mallory@example.net",
    "from-space": b"From : Mallory <mallory@example.net>",
    "signature": b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=none; h=from; bh=AAAA; b=AAAA",
    "nul": b"X: a\x00b",
    "blank": b" ",
    "long": b"X: " + b"y" * 2000,
    "colon": b":",
    "empty-field": b"X-Empty:",
}
BODY = {
    "footer": lambda body: body + b"--\r\nThe list\r\n",
    "header": lambda body: b"External\r\n" + body,
    "cut": lambda body: body[:-7],
    "line-ends": lambda body: body + b"\r\n\r\n",
    "blank-lines": lambda body: body + b" \r\n\t\r\n",
    "no-line-end": lambda body: body.rstrip(b"\r\n"),
    "spaces-at-ends": lambda body: body.replace(b"\r\n", b" \r\n"),
    "no-spaces-at-ends": lambda body: re.sub(rb"[ \t]+\r\n", b"\r\n", body),
    "double-spaces": lambda body: body.replace(b" ", b"  "),
    "cr-lost": lambda body: body.replace(b"\r", b""),
    "crs": lambda body: body.replace(b"\r\n", b"\r"),
    "double-crs": lambda body: body.replace(b"\r\n", b"\r\r\n"),
    "from-quoted": lambda body: re.sub(rb"^From ", b">From ", body, flags=re.MULTILINE),
    "first-line": lambda body: b"\r\n" + body,
    "empty": lambda body: b"",
}
DAMAGES = {
    **{f"line-{name}": line(text) for name, text in HEADER_LINES.items()},
    **{f"top-{name}": on_top(text + b"\r\n") for name, text in HEADER_LINES.items()},
    **{f"bottom-{name}": at_end_of_header(text + b"\r\n") for name, text in HEADER_LINES.items()},
    **{f"body-{name}": in_body(change) for name, change in BODY.items()},
    "byte-order-mark": on_top(b"\xef\xbb\xbf"),
    "byte-order-mark-twice": on_top(b"\xef\xbb\xbf" * 2),
    "blank-line-on-top": on_top(b"\r\n"),
    "space-on-top": on_top(b" "),
    "line-feed": lambda data, _rng: data.replace(b"\r\n", b"\n"),
    "line-feed-body": in_body(lambda body: body.replace(b"\r\n", b"\n")),
    "line-feed-header": in_header(lambda header: header.replace(b"\r\n", b"\n")),
    "some-line-ends": some_line_ends,
    "carriage-return": lambda data, _rng: data.replace(b"\r\n", b"\r"),
    "flipped-byte": flipped_byte,
    "lost-byte": lost_byte,
    "cut": cut,
    "moved-field": moved_field,
    "header-end-space": lambda data, _rng: data.replace(b"\r\n\r\n", b"\r\n \r\n", 1),
    "header-end-lost": lambda data, _rng: data.replace(b"\r\n\r\n", b"\r\n", 1),
    "subject-tagged": substitute(rb"^subject:", b"Subject: [list]"),
    "subject-recased": substitute(rb"^subject:", b"SUBJECT:"),
    "subject-refolded": substitute(rb"^subject:", b"Subject:\r\n "),
    "subject-lost": substitute(rb"^subject:[^\n]*\r\n(?:[ \t][^\n]*\r\n)*", b""),
    "from-lost": substitute(rb"^from:[^\n]*\r\n(?:[ \t][^\n]*\r\n)*", b""),
    "from-renamed": substitute(rb"^from:", b"X-From:"),
    "value-space": substitute(rb"^(to:) ", rb"\1  "),
    "value-no-space": substitute(rb"^(to:) ", rb"\1"),
    "value-space-end": substitute(rb"^(to:[^\r\n]*)", rb"\1 \t"),
    "signature-refolded": substitute(rb";\r\n\t", b"; "),
    "signature-tag-changed": substitute(rb"\bd=example\.com", b"d=example.net"),
    "signature-tag-added": substitute(rb"\bv=1", b"v=1; n=added"),
    "signature-length-added": substitute(rb"\bv=1", b"v=1; l=0"),
    "signature-case": substitute(rb"^dkim-signature", b"dkim-SIGNATURE"),
}
