"""Signs messages for the vectors, well-formed and deliberately not.

A signature is written from a template: tags in order, with `@bh@` and `@b@` where the computed values go.
What is hashed follows from the tags as naive_dkim reads them; a case that writes a tag badly says
in `terms` how to sign all the same, so that a verifier which overlooks the fault would say pass.
"""

from . import naive_dkim
from .keys import RSA_2048, base64_text

DOMAIN = "example.com"


def octets(text):
    """UTF-8; a lone surrogate U+DC80..DCFF stands for the octet 80..FF (invalid UTF-8)."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def message(*fields, body="Hello Bob,\r\n\r\nlunch on Friday?\r\n\r\nAlice\r\n"):
    """A message of these fields, each without its CRLF, or of the usual ones."""
    fields = fields or PLAIN_FIELDS
    return b"".join(octets(field) + b"\r\n" for field in fields) + b"\r\n" + octets(body)


PLAIN_FIELDS = (
    "From: Alice <alice@example.com>",
    "To: Bob <bob@example.net>",
    "Subject: Lunch on Friday",
    "Date: Thu, 14 Jan 2027 10:00:00 +0000",
    "Message-ID: <lunch@example.com>",
)
PLAIN = message()


def tag_list(key, tags):
    """The usual tags in their usual order with `tags` put in: None takes one out, new ones go before h=."""
    usual = {
        "v": "1",
        "a": f"{key.algorithm}-sha256",
        "c": "relaxed/relaxed",
        "d": DOMAIN,
        "s": key.name,
    }
    last = {"h": "from:to:subject:date", "bh": "@bh@", "b": "@b@"}
    extra = {name: value for name, value in tags.items() if name not in usual | last}
    merged = usual | extra | last | tags
    order = [*usual, *extra, *last]
    return ";\r\n\t".join(f"{name}={merged[name]}" for name in order if merged[name] is not None)


def folded(text, width, fold):
    """`text` with `fold` after every `width` characters."""
    return fold.join(text[start : start + width] for start in range(0, len(text), width))


def sign(
    source=PLAIN,
    tags=None,
    *,
    key=RSA_2048,
    name="DKIM-Signature:",
    template=None,
    terms=None,
    position=0,
    width=64,
    bh_width=10_000,
    fold="\r\n\t ",
    mangle=None,
    strict=False,
):
    """`source` with a DKIM-Signature as its field number `position`.

    `template` replaces the whole value that `tags` would make; `terms` overrides attributes of
    naive_dkim.Terms; b= and bh= are folded by `fold` every `width` and
    `bh_width` characters; `mangle` changes the
    signature's octets last of all.
    """
    value = template if template is not None else " " + tag_list(key, tags or {})
    field = octets(name + value) + b"\r\n"
    read = naive_dkim.Terms(naive_dkim.signature_tags(field))
    for attribute, wanted in (terms or {}).items():
        setattr(read, attribute, wanted)
    fields, body = naive_dkim.split_message(source, strict)
    hashed = naive_dkim.body_hash(read, body) or b"\x00" * 32
    field = field.replace(b"@bh@", octets(folded(base64_text(hashed), bh_width, fold)))
    data = naive_dkim.signed_data(read, [*fields[:position], field, *fields[position:]], position)
    signature = key.sign(read.hash, data)
    if mangle:
        signature = mangle(signature)
    field = field.replace(b"@b@", octets(folded(base64_text(signature), width, fold)))
    return insert(source, field, position)


def insert(source, field, position=0):
    """`source` with a whole field put in as its field number `position`."""
    fields, _ = naive_dkim.split_message(source)
    before = b"".join(fields[:position])
    assert source.startswith(before), "a field can only be put below others in a CRLF message"
    return before + octets(field) + source[len(before) :]


def with_line_ends(source, end):
    """Every CRLF of `source` as `end`."""
    return source.replace(b"\r\n", end)
