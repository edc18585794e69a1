"""Damages to the body: white space, line ends, lines; something is gone; signers that are wrong."""

import os
import re
import tempfile

from damage import Cause, damage, large, single, small
from messages import BANNER, CRLF, FOOTER, split
from signing import hash_of, reference, run, sign_by_hand


# ---------------------------------------------------------------- white space and line ends

@damage("trailing: blank lines added", Cause("trailing-lines-changed"), passes="always")
def _(m):
    return m.with_body(m.body + CRLF * 3)


@damage("trailing: blank lines removed", Cause("trailing-lines-changed"), passes="always",
        prepare=lambda message, kind: message + CRLF * 3)
def _(m):
    return m.with_body(m.body.rstrip(CRLF) + CRLF)


@damage("trailing: a line of white space added",
        Cause("trailing-lines-changed", proven=True, says=("line", "white space")), passes="relaxed-body")
def _(m):
    return m.with_body(m.body + b" \r\n")


@damage("trailing: a line of white space removed",
        Cause("trailing-lines-changed", unknown=True), passes="relaxed-body",
        prepare=lambda message, kind: message + b" \r\n")
def _(m):
    return m.with_body(m.body[:-3])


@damage("trailing: a blank line more before a boundary",
        Cause("trailing-lines-changed", proven=True, says="line"), only=("html", "attachment"))
def _(m):
    return m.with_text(lambda text: text + CRLF)


@damage("white space: stripped at line ends, where only `-- ` had any",
        Cause("whitespace-changed", proven=True, says=("space", "--")), passes="relaxed-body", tools=("sed",))
def _(m):
    return m.with_body(run(["sed", r"s/[ \t]*\r$/\r/"], m.body))


def flowed(message, kind):
    """format=flowed: a space at the end of lines that go on."""
    if kind not in ("plain", "1 MB"):
        return None
    fields, body = split(message)
    return b"".join(fields) + CRLF + re.sub(rb"([a-z,])\r\n(?=[a-zA-Z])", rb"\1 \r\n", body)


@damage("white space: stripped at line ends of flowed text", Cause("whitespace-changed", unknown=True),
        passes="relaxed-body", prepare=flowed, tools=("sed",))
def _(m):
    return m.with_body(run(["sed", r"s/[ \t]*\r$/\r/"], m.body))


@damage("white space: a space added to every line", Cause("whitespace-changed", proven=True), passes="relaxed-body",
        tools=("sed",), never=("removed",))
def _(m):
    return m.with_body(run(["sed", r"s/\r$/ \r/"], m.body))


@damage("white space: a space added to the end of one line", Cause("whitespace-changed", proven=True),
        passes="relaxed-body")
def _(m):
    at = m.body.index(CRLF, m.text_span()[0])
    return m.with_body(m.body[:at] + b" " + m.body[at:])


@damage("white space: one space doubled", Cause("whitespace-changed", proven=small, unknown=large),
        passes="relaxed-body")
def _(m):
    at = m.body.index(b" ", m.text_span()[0])
    return m.with_body(m.body[:at] + b" " + m.body[at:])


@damage("white space: double spaces collapsed", Cause("whitespace-changed", unknown=True), passes="relaxed-body",
        tools=("tr",))
def _(m):
    return m.with_body(run(["tr", "-s", " "], m.body))


@damage("white space: tabs expanded", Cause("whitespace-changed", proven=True, says=("tab", "space")),
        passes="relaxed-body", tools=("expand",))
def _(m):
    return m.with_body(run(["expand"], m.body))


@damage("white space: stripped at line starts", Cause("whitespace-changed", unknown=True), tools=("sed",))
def _(m):
    return m.with_text(lambda text: run(["sed", r"s/^[ \t]*//"], text))


@damage("line ends: the whole message by dos2unix", Cause("line-endings-changed"), passes="always",
        tools=("dos2unix",))
def _(m):
    return run(["dos2unix"], m.raw)


@damage("line ends: the body by dos2unix, judged strictly", Cause("line-endings-changed", proven=True, says="bare LF"),
        verify=("--line-endings", "strict"), tools=("dos2unix",))
def _(m):
    return m.with_body(run(["dos2unix"], m.body))


@damage("line ends: bare CR in the body", Cause("line-endings-changed", proven=True, says="bare CR"), tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/\r\n/\r/"], m.body))


@damage("line ends: CR CR LF in the body", Cause("line-endings-changed", proven=True, says="CR CR LF"), tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/\r\n/\r\r\n/"], m.body))


def progress_bar(message, kind):
    if kind not in ("plain", "short"):
        return None
    return message + b"copied 50%\rcopied 100%\r\ndone\r\n"


@damage("line ends: a bare CR became CRLF", Cause("line-endings-changed", proven=True, says="bare CR"),
        prepare=progress_bar, tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/\r(?!\n)/\r\n/g"], m.body))


# ---------------------------------------------------------------- quoting of lines

@damage("dots: stuffing left in", Cause("dot-stuffing", proven=True), tools=("sed",))
def _(m):
    return m.with_body(run(["sed", r"s/^\./../"], m.body))


@damage("dots: unstuffed though they were not stuffed", Cause("dot-stuffing", unknown=True), tools=("sed",))
def _(m):
    return m.with_body(run(["sed", r"s/^\.//"], m.body))


@damage("From lines: >From by formail", Cause("from-stuffing", proven=True), tools=("formail", "dos2unix"))
def _(m):
    out = run(["formail"], run(["dos2unix"], m.raw)).split(b"\n", 1)[1]
    return out if b"\n>From " in out else None


def quoted_from(message, kind):
    return message.replace(b"\nFrom here", b"\n>From here") if b"\nFrom here" in message else None


@damage("From lines: a > more, where there was one (mboxrd)", Cause("from-stuffing", proven=True), prepare=quoted_from,
        tools=("sed",))
def _(m):
    return m.with_body(run(["sed", "s/^>*From />&/"], m.body))


# ---------------------------------------------------------------- something is gone

@damage("truncated: half of the lines", Cause("body-truncated", unknown=single), tampered="body",
        only=("plain", "utf-8", "html", "attachment", "1 MB"))
def _(m):
    lines = m.body.split(CRLF)
    return m.with_body(CRLF.join(lines[:len(lines) // 2]) + CRLF)


@damage("truncated: within a line", Cause("body-truncated"), tampered="body")
def _(m):
    cut = m.body[:len(m.body) * 2 // 3].rstrip(b"\r\n")
    return m.with_body(cut)


@damage("truncated: nothing left", Cause("body-truncated"), tampered="body")
def _(m):
    return m.with_body(b"")


@damage("attachment: removed by altermime", Cause("body-truncated", says="boundary"), only=("attachment",),
        tools=("altermime",))
def _(m):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "message")
        with open(path, "wb") as file:
            file.write(m.raw)
        run(["altermime", f"--input={path}", "--removeall"], check=False)
        with open(path, "rb") as file:
            return file.read()


# ---------------------------------------------------------------- signers that are wrong

def signed_empty(workshop, message, cell):
    fields, body = split(message)
    head = b"".join(fields) + CRLF
    return workshop.sign(head, cell.key, cell.canonicalization) + body


@damage("signer: bh= is that of the empty body", Cause(
    "empty-body-signed", proven=True, says=("empty", ("added", "put"), "signer")), signer=signed_empty)
def _(m):
    return m.raw


def other(how):
    return {"relaxed": "simple", "simple": "relaxed"}[how]


def body_mislabelled(workshop, message, cell):
    head, _, body = cell.canonicalization.partition("/")
    return sign_by_hand(message, cell.key, cell.canonicalization, f"{head}/{other(body)}")


def header_mislabelled(workshop, message, cell):
    head, _, body = cell.canonicalization.partition("/")
    return sign_by_hand(message, cell.key, cell.canonicalization, f"{other(head)}/{body}")


@damage("signer: the body hashed in the other canonicalization", Cause("canonicalization-mislabelled", proven=True),
        signer=body_mislabelled)
def _(m):
    return m.raw


@damage("signer: the header hashed in the other canonicalization",
        Cause("canonicalization-mislabelled", proven=True, half="header", says=("header", "relaxed", "simple")),
        signer=header_mislabelled)
def _(m):
    return m.raw


def with_length(count):
    def sign(workshop, message, cell):
        how = cell.canonicalization.partition("/")[2]
        canonical = reference.canonical_body(split(message)[1], how)
        return sign_by_hand(message, cell.key, cell.canonicalization, length=count(canonical),
                            body_hash=hash_of(canonical))
    return sign


@damage("signer: l= counts line ends as one byte", Cause("body-length-wrong", proven=True),
        signer=with_length(lambda body: len(body) - body.count(b"\n")))
def _(m):
    return m.raw


@damage("signer: l= over the body's length", Cause("body-length-wrong", proven=True),
        signer=with_length(lambda body: len(body) + 100))
def _(m):
    return m.raw


# ---------------------------------------------------------------- l=

@damage("l=: text appended", Cause("content-appended"), sign=("--body-length",), passes="always",
        warning="unsigned-body")
def _(m):
    return m.with_body(m.body + FOOTER)


@damage("l=: the body truncated", Cause("body-truncated", says=("l=", "missing")), tampered="body",
        sign=("--body-length",))
def _(m):
    cut = m.body[:len(m.body) * 2 // 3].rstrip(b"\r\n")
    return m.with_body(cut)


@damage("l=: banner prepended", Cause("content-prepended", proven=True, says="CAUTION"), sign=("--body-length",))
def _(m):
    return m.with_body(BANNER + m.body)
