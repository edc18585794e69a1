"""Damages to the signed header fields."""

import email.charset
import re
from email.header import Header, decode_header, make_header

from damage import Cause, damage, nothing
from messages import CRLF, JOE, LIST, folded, raw, split
from signing import run


# ---------------------------------------------------------------- Subject

def subject_tagged(*says):
    return Cause("subject-tagged", field="Subject", proven=True, says=says)


def changed(field, **options):
    """A value that was replaced: nothing tells by what."""
    return Cause("header-value-changed", field=field, unknown=True, **options)


def tagged(tag, name):
    @damage(f"Subject: {name}", subject_tagged(*tag.decode().split()))
    def _(m):
        return m.value("Subject", tag + m.values("Subject")[0])


tagged(b"[list] ", "[list] in front")
tagged(b"[EXTERNAL] ", "[EXTERNAL] in front")
tagged(b"***SPAM*** ", "***SPAM*** in front")
tagged(b"Re: ", "Re: in front")
tagged(b"[EXTERNAL] [list] ", "two tags in front")


def reply(message, kind):
    return raw(message.replace(b"Subject: ", b"Subject: Re: "), kind)


@damage("Subject: [list] after Re:", subject_tagged("[list]"), prepare=reply)
def _(m):
    return m.value("Subject", b"Re: [list] " + m.values("Subject")[0][4:])


@damage("Subject: [list] by formail, which keeps Old-Subject", subject_tagged("[list]"), prepare=raw,
        tools=("formail", "dos2unix"))
def _(m):
    subject = re.sub(rb"\s*\r\n\s*", b" ", m.values("Subject")[0])
    command = ["formail", "-b", "-f", "-i", "Subject: [list] " + subject.decode()]
    return run(command, run(["dos2unix"], m.raw))


@damage("Subject: a word put in front, which is no tag", changed("Subject"), forbidden=("subject-tagged",))
def _(m):
    return m.value("Subject", b"Do not " + m.values("Subject")[0])


def amount_with_space(message, kind):
    return raw(re.sub(rb"Subject: [^\r]*", b"Subject: Invoice over EUR 1 1000", message, count=1), kind)


@damage("Subject: an amount changed by moving a space", changed("Subject"), prepare=amount_with_space,
        tampered="header", forbidden=("header-whitespace-changed",))
def _(m):
    return m.value("Subject", b"Invoice over EUR 11 000")


@damage("Subject: an amount changed", changed("Subject"), tampered="header",
        forbidden=("header-whitespace-changed", "header-recased"))
def _(m):
    value = re.sub(rb"1,250|1\.250|1=2E250", b"9,250", m.values("Subject")[0])
    return m.value("Subject", value)


def encoded(how):
    def change(m):
        text = str(make_header(decode_header(m.values("Subject")[0].replace(CRLF, b"").decode())))
        return m.value("Subject", how(text))
    return change


def base64_words(text):
    charset = email.charset.Charset("utf-8")
    charset.header_encoding = email.charset.BASE64
    return Header(text, charset).encode().encode().replace(b"\n", CRLF)


def quoted_words(text):
    charset = email.charset.Charset("utf-8")
    charset.header_encoding = email.charset.QP
    return Header(text, charset).encode().encode().replace(b"\n", CRLF)


REENCODED = Cause("header-reencoded", field="Subject", proven=True)

damage("Subject: encoded words in base64 instead of Q, or the other way", REENCODED, only=("utf-8",))(
    lambda m: encoded(quoted_words if b"?b?" in m.values("Subject")[0].lower() else base64_words)(m))
damage("Subject: encoded words became UTF-8", REENCODED, only=("utf-8",))(
    encoded(lambda text: text.encode()))
damage("Subject: charset and encoding of the encoded words in the other letter case",
       REENCODED, only=("utf-8",))(
    lambda m: m.value("Subject", re.sub(rb"=\?utf-8\?(.)\?", lambda w: b"=?UTF-8?" + w[1].swapcase() + b"?",
                                        m.values("Subject")[0])))


# ---------------------------------------------------------------- white space, folding, letter case

def spacing(field):
    return Cause("header-whitespace-changed", field=field, proven=True)


@damage("fold: a long Subject folded", spacing("Subject"), passes="relaxed-header",
        only=("plain", "html", "attachment", "short", "1 MB"))
def _(m):
    return m.value("Subject", folded(m.values("Subject")[0]))


def folded_subject(message, kind):
    if kind == "utf-8":
        return None
    return re.sub(rb"Subject: ([^\r]*)", lambda found: b"Subject: " + folded(found[1]), message, count=1)


@damage("fold: a folded Subject unfolded", spacing("Subject"), passes="relaxed-header",
        prepare=folded_subject)
def _(m):
    return m.value("Subject", m.values("Subject")[0].replace(CRLF, b""))


@damage("fold: all fields unfolded by formail -c", Cause("signature-field-changed", field="DKIM-Signature",
                                                         proven=True),
        passes="relaxed-header", prepare=raw, tools=("formail", "dos2unix"))
def _(m):
    return run(["formail", "-b", "-f", "-c"], run(["dos2unix"], m.raw))


@damage("fold: Content-Type's parameter on a line of its own, after a tab",
        spacing("Content-Type"), passes="relaxed-header")
def _(m):
    return m.value("Content-Type", m.values("Content-Type")[0].replace(b"; ", b";\r\n\t"))


@damage("space: none after the colon of Subject", spacing("Subject"), passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field.replace(b": ", b":", 1))


@damage("space: two after the colon of To", spacing("To"), passes="relaxed-header")
def _(m):
    return m.edit("To", lambda field: field.replace(b": ", b":  ", 1))


@damage("space: one at the end of Subject", spacing("Subject"), passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field[:-2] + b" \r\n")


@damage("case: SUBJECT", Cause("header-recased", field="Subject", proven=True), passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field.replace(b"Subject", b"SUBJECT", 1))


@damage("case: Message-Id and Mime-Version", Cause("header-recased", proven=True), passes="relaxed-header",
        tools=("sed",))
def _(m):
    changed = run(["sed", "-e", "s/^Message-ID:/Message-Id:/; s/^MIME-Version:/Mime-Version:/"], b"".join(m.fields))
    return changed + CRLF + m.body


@damage("case: the value of Content-Type in the other letter case",
        Cause("header-value-changed", field="Content-Type", proven=True), prepare=raw)
def _(m):
    value = m.values("Content-Type")[0]
    return m.value("Content-Type", value.upper()) if b"text/plain" in value else None


# ---------------------------------------------------------------- fields added, removed, moved

@damage("field: Received and others added that are not signed", Cause("header-added"), passes="always", prepare=raw)
def _(m):
    return m.on_top(b"Received: from a.example.net by b.example.net; Tue, 14 Nov 2023 22:14:00 +0000",
                    b"X-Spam-Status: No, score=-1.0")


@damage("field: Reply-To added where it was oversigned", Cause("header-added", field="Reply-To", proven=True,
                                                                 says=("Reply-To", "friends@lists.example.org")),
        sign=("--oversign", "from:reply-to:subject"))
def _(m):
    return m.below_signature(b"Reply-To: friends@lists.example.org")


@damage("field: a second Subject added below",
        Cause("header-added", field="Subject", proven=True, says="Your account is locked"), prepare=raw)
def _(m):
    return m.below_signature(b"Subject: Your account is locked")


@damage("field: two Subjects added below",
        Cause("header-added", field="Subject", proven=True, says=(("Your account is locked", "Pay now"),)), prepare=raw,
        forbidden=("header-reordered",))
def _(m):
    return m.below_signature(b"Subject: Your account is locked", b"Subject: Pay now")


@damage("field: Subject doubled where it was oversigned", Cause("header-duplicated", field="Subject", proven=True),
        prepare=raw, sign=("--oversign", "from:subject"))
def _(m):
    return m.below_signature(b"Subject: " + m.values("Subject")[0])


@damage("field: a second From on top", Cause("header-added", field="From", proven=True, says="The Bank"),
        prepare=raw)
def _(m):
    return m.on_top(b"From: The Bank <service@bank.example>")


@damage("field: MIME-Version removed", Cause("header-removed", field="MIME-Version", proven=True))
def _(m):
    return m.edit("MIME-Version", lambda field: b"")


@damage("field: To removed", Cause("header-removed", field="To"))
def _(m):
    return m.edit("To", lambda field: b"")


@damage("field: Message-ID replaced", changed("Message-ID"), prepare=raw, tampered="header")
def _(m):
    return m.value("Message-ID", b"<20231114221400.1@mx.example.net>")


def comments(message, kind):
    fields, body = split(message)
    return raw(b"".join(fields) + b"Comments: first\r\nComments: second\r\n\r\n" + body, kind)


@damage("field: two Comments in the other order", Cause("header-reordered", field="Comments", proven=True),
        prepare=comments,
        sign=("--headers", "from:to:subject:date:comments:comments"))
def _(m):
    return m.with_fields(m.fields[:-2] + m.fields[:-3:-1])


# ---------------------------------------------------------------- values

def from_rewritten(proven=True):
    return Cause("from-rewritten", field="From", proven=proven, says="friends@lists.example.org")


@damage("From: rewritten by a list that keeps X-Original-From", from_rewritten())
def _(m):
    return m.value("From", LIST).replace(CRLF * 2, CRLF + b"X-Original-From: " + JOE + CRLF * 2, 1)


@damage("From: rewritten by a list that sets Reply-To", from_rewritten())
def _(m):
    return m.value("From", LIST).replace(CRLF * 2, CRLF + b"Reply-To: " + JOE + CRLF * 2, 1)


@damage("From: rewritten by a list that keeps nothing", from_rewritten(False), prepare=raw)
def _(m):
    return m.value("From", LIST)


@damage("To: changed", changed("To"), tampered="header")
def _(m):
    return m.value("To", b"friends@lists.example.org")


@damage("To: the name in quotes", Cause("header-value-changed", field="To", proven=True), prepare=raw)
def _(m):
    return m.value("To", b'"Suzie Q" <suzie@shopping.example.net>')


@damage("Date: in another time zone", changed("Date"), prepare=raw)
def _(m):
    return m.value("Date", b"Tue, 14 Nov 2023 23:13:20 +0100")


@damage("Content-Type: boundary changed, in the body too", changed("Content-Type"), nothing("body"),
        only=("html", "attachment"))
def _(m):
    return m.raw.replace(b"=_part-1700000000-4711", b"----=_NextPart_000")


def content_type():
    return Cause("header-value-changed", field="Content-Type", proven=True)


@damage("Content-Type: charset in quotes", content_type(), only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Type", re.sub(rb"charset=(.*)", rb'charset="\1"', m.values("Content-Type")[0]))


@damage("Content-Type: charset changed", content_type(), only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Type", b"text/plain; charset=iso-8859-1")


@damage("Content-Transfer-Encoding: the label alone changed", Cause("header-value-changed", proven=True,
                                                                    field="Content-Transfer-Encoding"),
        only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit")
