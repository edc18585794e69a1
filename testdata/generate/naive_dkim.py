"""DKIM in the plainest way that follows RFC 6376, for making and checking test vectors.

Everything works on whole byte strings, one step of the RFC after the other, with no thought for
speed or hostile input. It shares no code and no author's shortcut with the Rust library: where the
two disagree, one of them misreads the RFC.
"""

import base64
import hashlib
import re

WSP = b" \t"
FWS = b" \t\r\n"


def to_crlf(data, strict=False):
    """The message as a mail server would have sent it: a bare LF is a line end, unless `strict`."""
    return data if strict else re.sub(rb"(?<!\r)\n", b"\r\n", data)


def without_mark(message):
    """The message without a byte order mark above its header."""
    return message.removeprefix(b"\xef\xbb\xbf")


def is_envelope_line(line):
    """Whether a line above the header is one of an mbox; `From :` is a field (RFC 5322 §4.5)."""
    return re.match(rb">?From [ \t]*(?![ \t:])", line) is not None


def malformed_line(message, strict=False):
    """The number of the first line that makes the header malformed; None where nothing does.

    RFC 5322 §2.2: a header is fields, and lines that begin with WSP and continue one. §3.6.8: a name is
    printable ASCII without the colon. §2.3: CR and LF occur only together, as line ends.
    """
    at_top, after_field = True, False
    lines = re.split(rb"\r\n" if strict else rb"\r?\n", without_mark(message))
    for number, line in enumerate(lines, 1):
        if line == b"":
            break
        at_top = at_top and is_envelope_line(line)
        is_fold = after_field and line[:1] in (b" ", b"\t")
        is_field = re.match(rb"[!-9;-~]+[ \t]*:", line) is not None
        if b"\r" in line or b"\n" in line or not (at_top or is_fold or is_field):
            return number
        after_field = not at_top
    return None


def split_message(message, strict=False):
    """The header fields, each whole with its final CRLF, and the body (RFC 5322 §2.1)."""
    lines = to_crlf(without_mark(message), strict).split(b"\r\n")
    while is_envelope_line(lines[0]):
        lines.pop(0)
    last = len(lines) - 1
    fields = []
    for number, line in enumerate(lines):
        if line == b"":
            # The first empty line ends the header. The piece after the last CRLF is no line at all.
            return _only_fields(fields), b"\r\n".join(lines[number + 1 :]) if number < last else b""
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    return _only_fields(fields), b""


def _only_fields(fields):
    """Without those whose first line has no colon: they are not fields."""
    return [field for field in fields if b":" in field.split(b"\r\n")[0]]


def field_name(field):
    """The name in lower case, without the obsolete WSP before the colon (RFC 5322 §4.5)."""
    return field.split(b":", 1)[0].strip(WSP).lower()


def canonical_field(algorithm, field):
    """RFC 6376 §3.4.1 and §3.4.2: one header field, with its CRLF."""
    if algorithm == "simple":
        return field
    name, value = field.split(b":", 1)
    value = value.replace(b"\r\n", b"")
    value = re.sub(rb"[ \t]+", b" ", value).strip(WSP)
    return name.lower().strip(WSP) + b":" + value + b"\r\n"


def canonical_body(algorithm, body):
    """RFC 6376 §3.4.3 and §3.4.4: the whole body, before `l=` cuts it."""
    if algorithm == "simple":
        while body.endswith(b"\r\n\r\n"):
            body = body[:-2]
        return body if body.endswith(b"\r\n") else body + b"\r\n"
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(WSP) for line in body.split(b"\r\n")]
    while lines and lines[-1] == b"":
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def read_tags(text):
    """A tag-list as {name: value}, FWS around both removed (RFC 6376 §3.2). Checks nothing."""
    tags = {}
    for spec in text.split(b";"):
        if b"=" in spec:
            name, value = spec.split(b"=", 1)
            tags.setdefault(name.strip(FWS).decode("latin-1"), value.strip(FWS))
    return tags


def without_fws(value):
    """The value with all of its whitespace removed."""
    return bytes(octet for octet in value if octet not in FWS)


def signature_tags(field):
    """The tags of a DKIM-Signature field."""
    return read_tags(field.split(b":", 1)[1])


def with_empty_b(field):
    """The field with the value of b= and the whitespace around it deleted (RFC 6376 §3.5, §3.7)."""
    name, value = field[:-2].split(b":", 1)
    specs = value.split(b";")
    for number, spec in enumerate(specs):
        if b"=" in spec and spec.split(b"=", 1)[0].strip(FWS) == b"b":
            specs[number] = spec[: spec.index(b"=") + 1]
    return name + b":" + b";".join(specs) + b"\r\n"


def signed_fields(fields, own, names):
    """The fields that h= names, each next instance one further up (RFC 6376 §5.4.2).

    `own` is the index of the signature's field, which is never an instance (RFC 6376 §3.5, h=).
    A name without a further instance stands for nothing.
    """
    left = [field for index, field in enumerate(fields) if index != own]
    chosen = []
    for name in names:
        for index in reversed(range(len(left))):
            if field_name(left[index]) == name.strip(FWS).lower():
                chosen.append(left.pop(index))
                break
    return chosen


class Terms:
    """What a signature says about how it was made, as far as that can be read from its tags."""

    def __init__(self, tags):
        algorithm = tags.get("a", b"").lower()
        self.hash = "sha1" if algorithm.endswith(b"sha1") else "sha256"
        canonicalization = tags.get("c", b"simple/simple").decode("latin-1").lower()
        self.header, _, self.body = canonicalization.partition("/")
        self.body = self.body or "simple"
        self.names = tags.get("h", b"").split(b":")
        length = tags.get("l", b"")
        self.length = int(length) if length.isdigit() else None


def body_hash(terms, body):
    """What bh= must be; None where l= goes past the end of the canonicalized body."""
    canonical = canonical_body(terms.body, body)
    if terms.length is not None:
        if terms.length > len(canonical):
            return None
        canonical = canonical[: terms.length]
    return hashlib.new(terms.hash, canonical).digest()


def signed_data(terms, fields, own):
    """The octets that the signature covers (RFC 6376 §3.7)."""
    data = b"".join(
        canonical_field(terms.header, field) for field in signed_fields(fields, own, terms.names)
    )
    return data + canonical_field(terms.header, with_empty_b(fields[own]))[:-2]


def unbase64(value):
    """Decodes base64 with FWS inside; None if it is not base64."""
    try:
        return base64.b64decode(without_fws(value), validate=True)
    except ValueError:
        return None


def facts(message, own_number, keys, strict=False):
    """(body hash matches, signature matches) of the `own_number`th DKIM-Signature from the top.

    Each of them True, False or None (nothing to judge with); `keys` are tried one after the other.
    """
    fields, body = split_message(message, strict)
    own = [i for i, field in enumerate(fields) if field_name(field) == b"dkim-signature"][own_number]
    tags = signature_tags(fields[own])
    terms = Terms(tags)
    computed = body_hash(terms, body)
    claimed = unbase64(tags["bh"])
    data = signed_data(terms, fields, own)
    signature = unbase64(tags["b"])
    verdicts = [key.verifies(terms.hash, data, signature) for key in keys]
    return (
        None if computed is None else computed == claimed,
        any(verdicts) if verdicts else None,
    )
