"""Damages to the body: something was added to it, or put into it."""

import os
import tempfile

from damage import Cause, damage, large, nothing, small
from messages import BANNER, CRLF, FOOTER, HTML_BANNER, HTML_FOOTER, JOE, LIST, TEXT, name_of, split
from signing import run

MULTIPART = ("html", "attachment")
SINGLE = ("plain", "utf-8", "short", "1 MB")


def appended(*says, **options):
    return Cause("content-appended", proven=True, says=says or ("Friends",), **options)


def prepended(*says, **options):
    return Cause("content-prepended", proven=True, says=says or ("CAUTION",), **options)


# ---------------------------------------------------------------- footers

@damage("footer: appended to the body", appended())
def _(m):
    return m.with_body(m.body + FOOTER)


@damage("footer: one line appended", appended("Scanned by"))
def _(m):
    return m.with_body(m.body + b"Scanned by ExampleAV\r\n")


@damage("footer: altermime, in text and HTML parts", appended(), tools=("altermime",))
def _(m):
    with tempfile.TemporaryDirectory() as work:
        message, text, html = (os.path.join(work, n) for n in ("message", "text", "html"))
        for path, data in ((message, m.raw), (text, CRLF + FOOTER), (html, HTML_FOOTER)):
            with open(path, "wb") as file:
                file.write(data)
        run(["altermime", f"--input={message}", f"--disclaimer={text}", f"--disclaimer-html={html}"])
        with open(message, "rb") as file:
            return file.read()


@damage("footer: at the end of the text part", appended("Friends", "text part"), only=MULTIPART)
def _(m):
    return m.with_text(lambda text: text + CRLF + FOOTER)


@damage("footer: in the HTML part, before </body>", appended("Friends", "HTML part"), only=("html",))
def _(m):
    return m.at_html(bottom=HTML_FOOTER)


def footer_part():
    """What Mailman 2 and 3 put behind the message."""
    return (b"Content-Type: text/plain; charset=\"us-ascii\"\r\nMIME-Version: 1.0\r\n"
            b"Content-Transfer-Encoding: 7bit\r\nContent-Disposition: inline\r\n\r\n" + FOOTER)


@damage("footer: as a part of its own in the multipart/mixed, by Mailman", appended(), only=("attachment",))
def _(m):
    return m.with_part(footer_part())


def wrapped(m, fields=None):
    """The message as the first part of a multipart/mixed, and the footer as the second."""
    border = b"--===============4711=="
    inner = b"".join(f for f in m.fields if name_of(f).startswith("content-"))
    body = (border + CRLF + inner + CRLF + m.body + CRLF + border + CRLF + footer_part() + CRLF + border + b"--" + CRLF)
    outer = [f for f in fields or m.fields if not name_of(f).startswith("content-")]
    outer.append(b"Content-Type: multipart/mixed; boundary=\"===============4711==\"\r\n")
    return m.with_fields(outer, body)


# Content-Transfer-Encoding is gone from the header: it is in the first part's
WRAPPED = (appended(), Cause("header-value-changed", field="Content-Type", proven=True),
           Cause("header-removed", field="Content-Transfer-Encoding", proven=True,
                 when=lambda cell: not cell.multipart))


@damage("footer: Mailman wraps the message in a multipart/mixed", *WRAPPED)
def _(m):
    return wrapped(m)


@damage("footer: Mailman 3 wraps the message, tags the Subject and rewrites From", *WRAPPED,
        Cause("subject-tagged", field="Subject", proven=True, says="[list]"),
        Cause("from-rewritten", field="From", proven=True, says="friends@lists.example.org"))
def _(m):
    new = {"from": b"From: " + LIST + CRLF, "subject": b"Subject: [list] " + m.values("Subject")[0] + CRLF}
    fields = [new.get(name_of(f), f) for f in m.fields]
    lists = b"List-Id: Friends <friends.lists.example.org>\r\nPrecedence: list\r\nReply-To: " + JOE + CRLF
    return wrapped(m, [*fields, *split(lists + CRLF)[0]])


# ---------------------------------------------------------------- banners

@damage("banner: prepended to the body", prepended())
def _(m):
    return m.with_body(BANNER + m.body)


@damage("banner: at the top of the text part", prepended("CAUTION", "text part"), only=MULTIPART)
def _(m):
    return m.with_text(lambda text: BANNER + text)


@damage("banner: in the HTML part, after <body>", prepended("CAUTION", "HTML part"), only=("html",))
def _(m):
    return m.at_html(top=HTML_BANNER)


@damage("banner: in the HTML part, and it hides what follows", prepended("CAUTION", ("hide", "hidden", "<!--")),
        only=("html",))
def _(m):
    return m.at_html(top=HTML_BANNER + b"<p>Pay to another account.</p>\r\n<!--\r\n")


@damage("banner and footer around the body", prepended(), appended(), only=SINGLE)
def _(m):
    return m.with_body(BANNER + m.body + FOOTER)


@damage("banner and footer around a multipart, where nobody sees them", prepended(("CAUTION", "boundary")), appended(),
        only=MULTIPART)
def _(m):
    return m.with_body(BANNER + m.body + FOOTER)


@damage("banner and footer in the HTML part", prepended(), appended(), only=("html",))
def _(m):
    return m.at_html(HTML_BANNER, HTML_FOOTER)


@damage("banner in text and HTML part", prepended("CAUTION", "text part", "HTML part"), only=("html",))
def _(m):
    return m.at_html(top=HTML_BANNER, raw=m.with_text(lambda text: BANNER + text))


@damage("banner in text and HTML part, and a footer as a part of its own", prepended(), appended(), only=("html",))
def _(m):
    return m.with_part(footer_part(), m.at_html(top=HTML_BANNER, raw=m.with_text(lambda text: BANNER + text)))


# ---------------------------------------------------------------- in the middle, or instead of everything

@damage("block: three lines inserted in the middle",
        Cause("content-inserted", proven=small, unknown=large, says="An advertisement"),
        only=("plain", "utf-8", "html", "attachment", "1 MB"))
def _(m):
    def insert(text):
        lines = text.split(CRLF)
        middle = len(lines) // 2
        return CRLF.join(lines[:middle] + [b"[An advertisement", b"that nobody", b"asked for]"] + lines[middle:])
    return m.with_text(insert)


LINK = b"https://www.example.com/invoice?number=4711"


def redirected(link):
    return lambda m: m.with_body(m.body.replace(LINK, link))


damage("content: a link rewritten by a link checker",
       Cause("content-inserted", proven=True, says=("links.gateway.example", "www.example.com")), only=("html",))(
    redirected(b"https://links.gateway.example/?url=https%3A%2F%2Fwww.example.com%2Finvoice%3Fnumber%3D4711&data=05"))
# The link that was there is in the one that is there now. Who did it nothing tells: a checker, or an evildoer.
damage("content: a link redirected to an evil host",
       Cause("content-inserted", unknown=True, says=("evil.example", "www.example.com")), only=("html",),
       never=("gateway", "checks", "scan"))(redirected(b"https://evil.example/?u=" + LINK))


def empty_body(message, kind):
    """A message that was sent without a body."""
    fields, _ = split(message)
    return b"".join(fields) + CRLF if kind == "plain" else None


@damage("content: a whole body where there was none",
        Cause("empty-body-signed", proven=True, says=("empty", ("added", "put"), "signer")), prepare=empty_body)
def _(m):
    return m.with_body(TEXT.encode())


@damage("content: an amount changed", nothing("body"), tampered="body")
def _(m):
    return m.other_amount()
