"""Damages to the body, most of them done by the programs that do them in the wild."""

import base64
import os
import re
import tempfile

from damage import Cause, damage, large, multipart, single, small
from messages import BOUNDARY, CRLF, UMLAUTS, base64_lines, header, name_of, part, quoted_printable, split
from signing import hash_of, reference, run, sign_by_hand

FOOTER = (b"_______________________________________________\r\nFriends mailing list\r\nfriends@lists.example.org\r\n"
          b"https://lists.example.org/listinfo/friends\r\n")
BANNER = b"CAUTION: This message came from outside of the organization.\r\nDo not click on links.\r\n\r\n"


# ---------------------------------------------------------------- something was added

@damage("footer: appended to the body", Cause("content-appended", proven=True))
def _(m):
    return m.with_body(m.body + FOOTER)


@damage("footer: one line appended", Cause("content-appended", proven=True))
def _(m):
    return m.with_body(m.body + b"Scanned by ExampleAV\r\n")


@damage("footer: altermime, in text and HTML parts",
        Cause("content-appended", "content-inserted", proven=single), tools=("altermime",))
def _(m):
    with tempfile.TemporaryDirectory() as work:
        message, text, html = (os.path.join(work, n) for n in ("message", "text", "html"))
        for path, data in ((message, m.raw), (text, CRLF + FOOTER), (html, b"<hr><p>Friends mailing list</p>\r\n")):
            with open(path, "wb") as file:
                file.write(data)
        run(["altermime", f"--input={message}", f"--disclaimer={text}", f"--disclaimer-html={html}"])
        with open(message, "rb") as file:
            return file.read()


@damage("footer: at the end of the text part", Cause("content-inserted", "content-appended", proven=True),
        only=("html", "attachment"))
def _(m):
    return m.with_text(lambda text: text + CRLF + FOOTER)


@damage("footer: in the HTML part, before </body>", Cause("content-inserted", "content-appended", proven=True),
        only=("html",))
def _(m):
    return m.with_body(m.body.replace(b"</body>", b"<hr>\r\n<p>Friends mailing list</p>\r\n</body>"))


@damage("footer: Mailman wraps the message in a multipart/mixed",
        Cause("content-appended", "content-inserted", "content-prepended"),
        Cause("header-value-changed", "transfer-encoding-changed", half="header"), only=("plain", "utf-8", "short"),
        beside=("header-removed",))  # Content-Transfer-Encoding moves down into the part: the header has none any more
def _(m):
    border = b"--===============4711=="
    inner = b"".join(f for f in m.fields if name_of(f).startswith("content-"))
    body = (border + CRLF + inner + CRLF + m.body + CRLF + border + CRLF
            + b"Content-Type: text/plain; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n"
            b"Content-Transfer-Encoding: 7bit\r\nContent-Disposition: inline\r\n\r\n" + FOOTER + CRLF
            + border + b"--" + CRLF)
    fields = [f for f in m.fields if not name_of(f).startswith("content-")]
    fields.append(b"Content-Type: multipart/mixed; boundary=\"===============4711==\"\r\n")
    return m.with_fields(fields, body)


@damage("banner: prepended to the body", Cause("content-prepended", proven=True))
def _(m):
    return m.with_body(BANNER + m.body)


@damage("banner: at the top of the text part", Cause("content-prepended", "content-inserted", proven=True),
        only=("html", "attachment"))
def _(m):
    return m.with_text(lambda text: BANNER + text)


@damage("banner: in the HTML part, after <body>", Cause("content-inserted", "content-prepended", proven=True),
        only=("html",))
def _(m):
    return m.with_body(m.body.replace(b"<body>\r\n", b"<body>\r\n<p><b>CAUTION: external</b></p>\r\n"))


@damage("block: three lines inserted in the middle", Cause("content-inserted", proven=small, unknown=large),
        only=("plain", "utf-8", "html", "attachment", "1 MB"))
def _(m):
    def insert(text):
        lines = text.split(CRLF)
        middle = len(lines) // 2
        return CRLF.join(lines[:middle] + [b"[An advertisement", b"that nobody", b"asked for]"] + lines[middle:])
    return m.with_text(insert)


@damage("banner and footer around the body", Cause("content-prepended", "content-appended", "content-inserted",
                                                   proven=small, unknown=large))
def _(m):
    return m.with_body(BANNER + m.body + FOOTER)


# ---------------------------------------------------------------- white space and line ends

@damage("trailing: blank lines added", Cause("trailing-lines-changed"), passes="always")
def _(m):
    return m.with_body(m.body + CRLF * 3)


@damage("trailing: blank lines removed", Cause("trailing-lines-changed"), passes="always",
        prepare=lambda message, kind: message + CRLF * 3)
def _(m):
    return m.with_body(m.body.rstrip(CRLF) + CRLF)


@damage("trailing: a line of white space added",
        Cause("trailing-lines-changed", "whitespace-changed", "content-appended", proven=True), passes="relaxed-body")
def _(m):
    return m.with_body(m.body + b" \r\n")


@damage("trailing: a line of white space removed",
        Cause("trailing-lines-changed", "whitespace-changed", unknown=True), passes="relaxed-body",
        prepare=lambda message, kind: message + b" \r\n")
def _(m):
    return m.with_body(m.body[:-3])


@damage("trailing: a blank line more before a boundary",
        Cause("trailing-lines-changed", "content-inserted", "whitespace-changed", proven=True),
        only=("html", "attachment"))
def _(m):
    return m.with_text(lambda text: text + CRLF)


@damage("white space: stripped at line ends, where only `-- ` had any",
        Cause("whitespace-changed", proven=True), passes="relaxed-body", tools=("sed",))
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


@damage("white space: a space added to every line", Cause("whitespace-changed"), passes="relaxed-body", tools=("sed",),
        only=("plain", "utf-8", "html", "attachment", "short", "1 MB"))
def _(m):
    return m.with_body(run(["sed", r"s/\r$/ \r/"], m.body))


@damage("white space: a space added to the end of one line", Cause("whitespace-changed"), passes="relaxed-body")
def _(m):
    at = m.body.index(CRLF, m.text_span()[0])
    return m.with_body(m.body[:at] + b" " + m.body[at:])


@damage("white space: double spaces collapsed", Cause("whitespace-changed", unknown=True), passes="relaxed-body",
        tools=("tr",))
def _(m):
    return m.with_body(run(["tr", "-s", " "], m.body))


@damage("white space: tabs expanded", Cause("whitespace-changed"), passes="relaxed-body", tools=("expand",))
def _(m):
    return m.with_body(run(["expand"], m.body))


@damage("white space: stripped at line starts", Cause("whitespace-changed", unknown=True), tools=("sed",))
def _(m):
    return m.with_text(lambda text: run(["sed", r"s/^[ \t]*//"], text))


@damage("line ends: the whole message by dos2unix", Cause("line-endings-changed"), passes="always",
        tools=("dos2unix",))
def _(m):
    return run(["dos2unix"], m.raw)


@damage("line ends: the body by dos2unix, judged strictly", Cause("line-endings-changed", proven=True),
        verify=("--line-endings", "strict"), tools=("dos2unix",))
def _(m):
    return m.with_body(run(["dos2unix"], m.body))


@damage("line ends: bare CR in the body", Cause("line-endings-changed", proven=True), tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/\r\n/\r/"], m.body))


@damage("line ends: CR CR LF in the body", Cause("line-endings-changed", proven=True), tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/\r\n/\r\r\n/"], m.body))


def progress_bar(message, kind):
    if kind not in ("plain", "short"):
        return None
    return message + b"copied 50%\rcopied 100%\r\ndone\r\n"


@damage("line ends: a bare CR became CRLF", Cause("line-endings-changed", "content-inserted", unknown=True),
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


def encoding_changed(proven):
    return (Cause("transfer-encoding-changed", proven=proven),
            Cause("header-value-changed", "transfer-encoding-changed", half="header"))


@damage("encoding: quoted-printable to 8bit by qprint", *encoding_changed(False), only=("utf-8",), tools=("qprint",))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit", run(["qprint", "-d"], m.body))


@damage("encoding: quoted-printable done anew by qprint",
        Cause("transfer-encoding-changed", "lines-rewrapped", unknown=True), only=("utf-8",), tools=("qprint",))
def _(m):
    return m.with_body(run(["qprint", "-e"], run(["qprint", "-d"], m.body)).replace(CRLF, b"\n").replace(b"\n", CRLF))


@damage("encoding: hexadecimal digits of quoted-printable in lower case",
        Cause("transfer-encoding-changed", proven=True), only=("utf-8",))
def _(m):
    return m.with_body(re.sub(rb"=[0-9A-F]{2}", lambda code: code.group().lower(), m.body))


@damage("encoding: 8bit to quoted-printable by qprint", *encoding_changed(True), prepare=eight_bit, tools=("qprint",))
def _(m):
    encoded = run(["qprint", "-e"], m.body.replace(CRLF, b"\n")).replace(CRLF, b"\n").replace(b"\n", CRLF)
    return m.value("Content-Transfer-Encoding", b"quoted-printable", encoded)


@damage("encoding: 8bit to base64", *encoding_changed(True), prepare=eight_bit, tools=("base64",))
def _(m):
    encoded = run(["base64"], m.body).replace(b"\n", CRLF)
    return m.value("Content-Transfer-Encoding", b"base64", encoded)


@damage("encoding: base64 to 8bit", *encoding_changed(True), prepare=base64_text, tools=("base64",))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit", run(["base64", "-d"], m.body.replace(CRLF, b"\n")))


def eight_bit_part(message, kind):
    if kind != "html":
        return None
    plain = part(b"text/plain; charset=utf-8", b"8bit", UMLAUTS.encode())
    return re.sub(rb"--" + re.escape(BOUNDARY) + rb"\r\nContent-Type: text/plain.*?\r\n(?=\r\n--)",
                  lambda _: plain, message, count=1, flags=re.DOTALL)


@damage("encoding: a part from 8bit to quoted-printable", Cause("transfer-encoding-changed"), prepare=eight_bit_part)
def _(m):
    encoded = m.with_text(quoted_printable)
    return encoded.replace(b"Encoding: 8bit", b"Encoding: quoted-printable")


@damage("encoding: base64 of an attachment wrapped at 64", Cause("lines-rewrapped", "transfer-encoding-changed",
                                                                 proven=True), only=("attachment",), tools=("base64",))
def _(m):
    return rewrapped(m, "64")


@damage("encoding: base64 of an attachment on one line", Cause("lines-rewrapped", "transfer-encoding-changed",
                                                               proven=True), only=("attachment",), tools=("base64",))
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


@damage("lines: cut at 990 with `!`, as sendmail does", Cause("lines-rewrapped", proven=True), prepare=with_long_lines,
        tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{989})(?=[^\r\n])/$1!\r\n /g"], m.body))


@damage("lines: cut at 998", Cause("lines-rewrapped", proven=True), prepare=with_long_lines, tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{998})(?=[^\r\n])/$1\r\n/g"], m.body))


@damage("lines: cut at 998, going on after a space", Cause("lines-rewrapped", proven=True), prepare=with_long_lines,
        tools=("perl",))
def _(m):
    return m.with_body(run(["perl", "-pe", r"s/([^\r\n]{998})(?=[^\r\n])/$1\r\n /g"], m.body))


# ---------------------------------------------------------------- something is gone, or other than it was

@damage("truncated: half of the lines", Cause("body-truncated", unknown=single), tampered=True,
        only=("plain", "utf-8", "html", "attachment", "1 MB"))
def _(m):
    lines = m.body.split(CRLF)
    return m.with_body(CRLF.join(lines[:len(lines) // 2]) + CRLF)


@damage("truncated: within a line", Cause("body-truncated"), tampered=True)
def _(m):
    cut = m.body[:len(m.body) * 2 // 3].rstrip(b"\r\n")
    return m.with_body(cut)


@damage("truncated: nothing left", Cause("body-truncated"), tampered=True)
def _(m):
    return m.with_body(b"")


@damage("attachment: removed by altermime", Cause("body-truncated", unknown=True), only=("attachment",),
        tools=("altermime",))
def _(m):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "message")
        with open(path, "wb") as file:
            file.write(m.raw)
        run(["altermime", f"--input={path}", "--removeall"], check=False)
        with open(path, "rb") as file:
            return file.read()


@damage("content: a link rewritten by a link checker", Cause("content-inserted", unknown=True), only=("html",))
def _(m):
    return m.with_body(m.body.replace(
        b"https://www.example.com/invoice?number=4711",
        b"https://links.gateway.example/?url=https%3A%2F%2Fwww.example.com%2Finvoice%3Fnumber%3D4711&data=05"))


@damage("content: an amount changed", Cause("content-inserted", unknown=True), tampered=True,
        forbidden=("whitespace-changed",))
def _(m):
    body = re.sub(rb"1,250\.00|1\.250,00", b"9,250.00", m.body, count=1)
    return m.with_body(body)


# ---------------------------------------------------------------- signers that are wrong

def signed_empty(workshop, message, cell):
    fields, body = split(message)
    head = b"".join(fields) + CRLF
    return workshop.sign(head, cell.key, cell.canonicalization) + body


@damage("signer: bh= is that of the empty body", Cause("empty-body-signed", proven=True), signer=signed_empty)
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
        Cause("canonicalization-mislabelled", proven=True, half="header"), signer=header_mislabelled)
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


@damage("signer: l= over the body's length", Cause("body-length-wrong", "body-truncated"),
        signer=with_length(lambda body: len(body) + 100))
def _(m):
    return m.raw


# ---------------------------------------------------------------- l=

@damage("l=: text appended", Cause("content-appended"), sign=("--body-length",), passes="always",
        warning="unsigned-body")
def _(m):
    return m.with_body(m.body + FOOTER)


@damage("l=: the body truncated", Cause("body-truncated", "body-length-wrong"), sign=("--body-length",))
def _(m):
    cut = m.body[:len(m.body) * 2 // 3].rstrip(b"\r\n")
    return m.with_body(cut)


@damage("l=: banner prepended", Cause("content-prepended", "content-inserted"), sign=("--body-length",))
def _(m):
    return m.with_body(BANNER + m.body)


# ---------------------------------------------------------------- several at once

@damage("several: 8bit to quoted-printable, and a footer",
        Cause("transfer-encoding-changed", "content-appended"),
        Cause("header-value-changed", "transfer-encoding-changed", half="header"), prepare=eight_bit)
def _(m):
    return m.value("Content-Transfer-Encoding", b"quoted-printable", quoted_printable(m.body) + FOOTER)


@damage("several: a footer, and spaces at line ends stripped",
        Cause("content-appended", "whitespace-changed", proven=lambda cell: cell.canonicalization == "relaxed/relaxed"),
        only=("plain", "short", "1 MB"))
def _(m):
    return m.with_body(re.sub(rb"[ \t]+\r\n", CRLF, m.body) + FOOTER)


@damage("several: a footer, and an amount changed", Cause("content-appended", unknown=True), tampered=True)
def _(m):
    body = re.sub(rb"1,250\.00|1\.250,00", b"9,250.00", m.body, count=1)
    return m.with_body(body + FOOTER) if body != m.body else None
