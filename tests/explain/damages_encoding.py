"""Damages to the body: it is encoded otherwise, or its lines are cut."""

import base64
import re

from damage import Cause, damage
from messages import (BOUNDARY, CRLF, FOOTER, UMLAUTS, Message, base64_lines, header, name_of, part, quoted_printable,
                      split)
from signing import run


# ---------------------------------------------------------------- encodings

def eight_bit(message, kind):
    """The message in UTF-8 with its text as it is; signed so."""
    if kind != "utf-8":
        return None
    subject = next(f for f in split(message)[0] if name_of(f) == "subject").split(b":", 1)[1].strip()
    return header(subject, b"text/plain; charset=utf-8", b"8bit") + CRLF + UMLAUTS.encode()


def base64_text(message, kind):
    if kind != "utf-8":
        return None
    return header(content=b"text/plain; charset=utf-8", encoding=b"base64") + CRLF + base64_lines(UMLAUTS.encode())


def label(name="Content-Transfer-Encoding"):
    return Cause("header-value-changed", field=name, proven=True)


def encoding_changed(before, after):
    return (Cause("transfer-encoding-changed", proven=True, says=(before, after)), label())


@damage("encoding: quoted-printable to 8bit by qprint", *encoding_changed("quoted-printable", "8bit"), only=("utf-8",),
        tools=("qprint",))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit", run(["qprint", "-d"], m.body))


@damage("encoding: quoted-printable done anew by qprint",
        Cause("transfer-encoding-changed", proven=True, says="quoted-printable"), only=("utf-8",), tools=("qprint",))
def _(m):
    return m.with_body(run(["qprint", "-e"], run(["qprint", "-d"], m.body)).replace(CRLF, b"\n").replace(b"\n", CRLF))


@damage("encoding: hexadecimal digits of quoted-printable in lower case",
        Cause("transfer-encoding-changed", proven=True, says="quoted-printable"), only=("utf-8",))
def _(m):
    return m.with_body(re.sub(rb"=[0-9A-F]{2}", lambda code: code.group().lower(), m.body))


@damage("encoding: 8bit to quoted-printable by qprint", *encoding_changed("8bit", "quoted-printable"),
        prepare=eight_bit, tools=("qprint",))
def _(m):
    encoded = run(["qprint", "-e"], m.body.replace(CRLF, b"\n")).replace(CRLF, b"\n").replace(b"\n", CRLF)
    return m.value("Content-Transfer-Encoding", b"quoted-printable", encoded)


@damage("encoding: 8bit to base64", *encoding_changed("8bit", "base64"), prepare=eight_bit, tools=("base64",))
def _(m):
    encoded = run(["base64"], m.body).replace(b"\n", CRLF)
    return m.value("Content-Transfer-Encoding", b"base64", encoded)


@damage("encoding: base64 to 8bit", *encoding_changed("base64", "8bit"), prepare=base64_text, tools=("base64",))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit", run(["base64", "-d"], m.body.replace(CRLF, b"\n")))


def eight_bit_part(message, kind):
    if kind != "html":
        return None
    plain = part(b"text/plain; charset=utf-8", b"8bit", UMLAUTS.encode())
    return re.sub(rb"--" + re.escape(BOUNDARY) + rb"\r\nContent-Type: text/plain.*?\r\n(?=\r\n--)",
                  lambda _: plain, message, count=1, flags=re.DOTALL)


@damage("encoding: a part from 8bit to quoted-printable", Cause(
    "transfer-encoding-changed", proven=True, says=("text part", "8bit", "quoted-printable")), prepare=eight_bit_part)
def _(m):
    encoded = m.with_text(quoted_printable)
    return encoded.replace(b"Encoding: 8bit", b"Encoding: quoted-printable")


LATIN = UMLAUTS.replace("€", "EUR").replace("木村", "Ono").replace("Żaneta", "Jeanne").replace("–", "-")


def latin_text(message, kind):
    """A message in UTF-8 and quoted-printable that ISO-8859-1 has all letters of."""
    if kind != "utf-8":
        return None
    return header(content=b"text/plain; charset=utf-8", encoding=b"quoted-printable") + CRLF + quoted_printable(
        LATIN.encode())


@damage("encoding: UTF-8 in quoted-printable to ISO-8859-1 in 8bit",
        Cause("transfer-encoding-changed", proven=True, says=("quoted-printable", "8bit", "utf-8")),
        label(), label("Content-Type"), prepare=latin_text)
def _(m):
    m = Message(m.value("Content-Type", b"text/plain; charset=iso-8859-1"), m.kind)
    return m.value("Content-Transfer-Encoding", b"8bit", LATIN.encode("latin-1"))


@damage("encoding: base64 of an attachment wrapped at 64",
        Cause("lines-rewrapped", proven=True, says=("base64", "attachment")),
        only=("attachment",), tools=("base64",))
def _(m):
    return rewrapped(m, "64")


@damage("encoding: base64 of an attachment on one line",
        Cause("lines-rewrapped", proven=True, says=("base64", "attachment")),
        only=("attachment",), tools=("base64",))
def _(m):
    return rewrapped(m, "0")


def rewrapped(m, width):
    start = m.body.index(CRLF + CRLF, m.body.index(b"application/pdf")) + 4
    end = m.body.index(CRLF + b"--" + BOUNDARY, start)
    wrapped = run(["base64", "-w", width], base64.b64decode(m.body[start:end])).rstrip(b"\n").replace(b"\n", CRLF)
    return m.with_body(m.body[:start] + wrapped + CRLF + m.body[end:])


@damage("lines: text filled anew by fmt", Cause("lines-rewrapped", unknown=True), only=("plain", "1 MB"),
        tools=("fmt",))
def _(m):
    return m.with_body(run(["fmt", "-w", "60"], m.body.replace(CRLF, b"\n")).replace(b"\n", CRLF))


def with_long_lines(message, kind):
    if kind in ("utf-8", "1 MB"):
        return None
    line = b"".join(b"item %d costs EUR %d.50; " % (n, n * 7) for n in range(140))
    if kind in ("plain", "short"):
        return message + line + CRLF
    return message.replace(b"</table>", b"</table>\r\n<p>" + line + b"</p>") if kind == "html" else None


@damage("lines: cut at 990 with `!`, as sendmail does", Cause("lines-rewrapped", proven=True, says="!"),
        prepare=with_long_lines,
        tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{989})(?=[^\r\n])/$1!\r\n /g"], m.body))


@damage("lines: cut at 998", Cause("lines-rewrapped", proven=True, says="998"), prepare=with_long_lines,
        tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{998})(?=[^\r\n])/$1\r\n/g"], m.body))


@damage("lines: cut at 998, going on after a space", Cause("lines-rewrapped", proven=True), prepare=with_long_lines,
        tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{998})(?=[^\r\n])/$1\r\n /g"], m.body))


@damage("several: 8bit to quoted-printable, and a footer", *encoding_changed("8bit", "quoted-printable"),
        Cause("content-appended", proven=True, says="Friends"), prepare=eight_bit)
def _(m):
    return m.value("Content-Transfer-Encoding", b"quoted-printable", quoted_printable(m.body) + FOOTER)
