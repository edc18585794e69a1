"""Damages to the header and to the key records."""

import email
import email.generator
import email.policy
import io
import re
from email.header import Header, decode_header, make_header

from damage import Cause, damage
from damages_body import BANNER, FOOTER
from messages import CRLF, DOMAIN, name_of, split
from signing import SELECTORS, run

JOE = b"Joe SixPack <joe@example.com>"
LIST = b"Joe SixPack via Friends <friends@lists.example.org>"
PASSED = (b"Authentication-Results: mx.example.net; dkim=pass header.d=example.com header.s=rsa2048;\r\n"
          b"\tdkim=pass header.d=example.com header.s=ed25519; spf=pass smtp.mailfrom=example.com")


def raw(message, kind):
    """For the damages that need nothing of a message but that it is there: three kinds of six."""
    return message if kind in ("plain", "utf-8", "attachment") else None


# ---------------------------------------------------------------- Subject

def tagged(tag, name):
    @damage(f"Subject: {name}", Cause("subject-tagged", proven=True))
    def _(m):
        return m.value("Subject", tag + m.values("Subject")[0])


tagged(b"[list] ", "[list] in front")
tagged(b"[EXTERNAL] ", "[EXTERNAL] in front")
tagged(b"***SPAM*** ", "***SPAM*** in front")
tagged(b"Re: ", "Re: in front")
tagged(b"[EXTERNAL] [list] ", "two tags in front")


def reply(message, kind):
    return raw(message.replace(b"Subject: ", b"Subject: Re: "), kind)


@damage("Subject: [list] after Re:", Cause("subject-tagged", proven=True), prepare=reply)
def _(m):
    return m.value("Subject", b"Re: [list] " + m.values("Subject")[0][4:])


@damage("Subject: [list] by formail, which keeps Old-Subject", Cause("subject-tagged", proven=True), prepare=raw,
        tools=("formail", "dos2unix"))
def _(m):
    subject = re.sub(rb"\s*\r\n\s*", b" ", m.values("Subject")[0])
    command = ["formail", "-b", "-f", "-i", "Subject: [list] " + subject.decode()]
    return run(command, run(["dos2unix"], m.raw))


@damage("Subject: an amount changed", Cause("header-value-changed", unknown=True),
        tampered=True, forbidden=("header-whitespace-changed", "header-recased"))
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


damage("Subject: encoded words in base64 instead of Q, or the other way", Cause("header-reencoded",
       "header-value-changed"), only=("utf-8",))(
    lambda m: encoded(quoted_words if b"?b?" in m.values("Subject")[0].lower() else base64_words)(m))
damage("Subject: encoded words became UTF-8", Cause("header-reencoded", "header-value-changed"), only=("utf-8",))(
    encoded(lambda text: text.encode()))
damage("Subject: charset and encoding of the encoded words in the other letter case",
       Cause("header-reencoded", "header-recased", "header-value-changed"), only=("utf-8",))(
    lambda m: m.value("Subject", re.sub(rb"=\?utf-8\?(.)\?", lambda w: b"=?UTF-8?" + w[1].swapcase() + b"?",
                                        m.values("Subject")[0])))


# ---------------------------------------------------------------- white space, folding, letter case

def folded(value, width=60):
    lines, line = [], b""
    for word in value.split(b" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = b""
        line += (b" " if line else b"") + word
    return CRLF.join([lines[0]] + [b" " + rest for rest in lines[1:] + [line]]) if lines else line


@damage("fold: a long Subject folded", Cause("header-whitespace-changed", proven=True), passes="relaxed-header",
        only=("plain", "html", "attachment", "short", "1 MB"))
def _(m):
    return m.value("Subject", folded(m.values("Subject")[0]))


def folded_subject(message, kind):
    if kind == "utf-8":
        return None
    return re.sub(rb"Subject: ([^\r]*)", lambda found: b"Subject: " + folded(found[1]), message, count=1)


@damage("fold: a folded Subject unfolded", Cause("header-whitespace-changed"), passes="relaxed-header",
        prepare=folded_subject)
def _(m):
    return m.value("Subject", m.values("Subject")[0].replace(CRLF, b""))


@damage("fold: all fields unfolded by formail -c", Cause("header-whitespace-changed", "signature-field-changed"),
        passes="relaxed-header", prepare=raw, tools=("formail", "dos2unix"))
def _(m):
    return run(["formail", "-b", "-f", "-c"], run(["dos2unix"], m.raw))


@damage("fold: Content-Type's parameter on a line of its own, after a tab",
        Cause("header-whitespace-changed", proven=True), passes="relaxed-header")
def _(m):
    return m.value("Content-Type", m.values("Content-Type")[0].replace(b"; ", b";\r\n\t"))


@damage("space: none after the colon of Subject", Cause("header-whitespace-changed", proven=True),
        passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field.replace(b": ", b":", 1))


@damage("space: two after the colon of To", Cause("header-whitespace-changed", proven=True), passes="relaxed-header")
def _(m):
    return m.edit("To", lambda field: field.replace(b": ", b":  ", 1))


@damage("space: one at the end of Subject", Cause("header-whitespace-changed", proven=True), passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field[:-2] + b" \r\n")


@damage("case: SUBJECT", Cause("header-recased", proven=True), passes="relaxed-header")
def _(m):
    return m.edit("Subject", lambda field: field.replace(b"Subject", b"SUBJECT", 1))


@damage("case: Message-Id and Mime-Version", Cause("header-recased", proven=True), passes="relaxed-header",
        tools=("sed",))
def _(m):
    changed = run(["sed", "-e", "s/^Message-ID:/Message-Id:/; s/^MIME-Version:/Mime-Version:/"], b"".join(m.fields))
    return changed + CRLF + m.body


@damage("case: the value of Content-Type in the other letter case",
        Cause("header-recased", "header-value-changed", "header-reencoded", unknown=True), prepare=raw)
def _(m):
    return m.edit("Content-Type", lambda field: field.replace(b"text/plain; charset=u", b"TEXT/PLAIN; charset=U"))


# ---------------------------------------------------------------- fields added, removed, moved

@damage("field: Received and others added that are not signed", Cause("header-added"), passes="always", prepare=raw)
def _(m):
    return m.on_top(b"Received: from a.example.net by b.example.net; Tue, 14 Nov 2023 22:14:00 +0000",
                    b"X-Spam-Status: No, score=-1.0")


@damage("field: Reply-To added where it was oversigned", Cause("header-added", proven=True),
        sign=("--oversign", "from:reply-to:subject"))
def _(m):
    return m.below_signature(b"Reply-To: friends@lists.example.org")


@damage("field: a second Subject added below", Cause("header-added", "header-duplicated", proven=True), prepare=raw)
def _(m):
    return m.below_signature(b"Subject: Your account is locked")


@damage("field: Subject doubled where it was oversigned", Cause("header-duplicated", "header-added", proven=True),
        prepare=raw, sign=("--oversign", "from:subject"))
def _(m):
    return m.below_signature(b"Subject: " + m.values("Subject")[0])


@damage("field: a second From on top", Cause("header-added", "header-duplicated", "from-rewritten", proven=True),
        prepare=raw)
def _(m):
    return m.on_top(b"From: The Bank <service@bank.example>")


@damage("field: MIME-Version removed", Cause("header-removed", proven=True))
def _(m):
    return m.edit("MIME-Version", lambda field: b"")


@damage("field: To removed", Cause("header-removed"))
def _(m):
    return m.edit("To", lambda field: b"")


@damage("field: Message-ID replaced", Cause("header-value-changed", unknown=True), prepare=raw, tampered=True)
def _(m):
    return m.value("Message-ID", b"<20231114221400.1@mx.example.net>")


def comments(message, kind):
    fields, body = split(message)
    return raw(b"".join(fields) + b"Comments: first\r\nComments: second\r\n\r\n" + body, kind)


@damage("field: two Comments in the other order", Cause("header-reordered", proven=True), prepare=comments,
        sign=("--headers", "from:to:subject:date:comments:comments"))
def _(m):
    return m.with_fields(m.fields[:-2] + m.fields[:-3:-1])


# ---------------------------------------------------------------- values

@damage("From: rewritten by a list that keeps X-Original-From", Cause("from-rewritten", proven=True))
def _(m):
    return m.value("From", LIST).replace(CRLF * 2, CRLF + b"X-Original-From: " + JOE + CRLF * 2, 1)


@damage("From: rewritten by a list that sets Reply-To", Cause("from-rewritten", proven=True))
def _(m):
    return m.value("From", LIST).replace(CRLF * 2, CRLF + b"Reply-To: " + JOE + CRLF * 2, 1)


@damage("From: rewritten by a list that keeps nothing", Cause("from-rewritten"), prepare=raw)
def _(m):
    return m.value("From", LIST)


@damage("To: changed", Cause("header-value-changed", unknown=True), tampered=True)
def _(m):
    return m.value("To", b"friends@lists.example.org")


@damage("To: the name in quotes", Cause("header-value-changed", "header-reencoded", unknown=True), prepare=raw)
def _(m):
    return m.value("To", b'"Suzie Q" <suzie@shopping.example.net>')


@damage("Date: in another time zone", Cause("header-value-changed", unknown=True), prepare=raw)
def _(m):
    return m.value("Date", b"Tue, 14 Nov 2023 23:13:20 +0100")


@damage("Content-Type: boundary changed, in the body too", Cause("header-value-changed", unknown=True),
        only=("html", "attachment"))
def _(m):
    return m.raw.replace(b"=_part-1700000000-4711", b"----=_NextPart_000")


@damage("Content-Type: charset in quotes", Cause("header-value-changed", "header-reencoded",
                                                 "header-whitespace-changed"), only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Type", re.sub(rb"charset=(.*)", rb'charset="\1"', m.values("Content-Type")[0]))


@damage("Content-Type: charset changed", Cause("header-value-changed", "header-reencoded", unknown=True),
        only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Type", b"text/plain; charset=iso-8859-1")


@damage("Content-Transfer-Encoding: the label alone changed", Cause("header-value-changed",
                                                                    "transfer-encoding-changed"),
        only=("plain", "utf-8", "short", "1 MB"))
def _(m):
    return m.value("Content-Transfer-Encoding", b"8bit")


# ---------------------------------------------------------------- the DKIM-Signature field itself

@damage("signature: a field on one line folded", Cause("signature-field-changed", "header-whitespace-changed",
                                                       proven=True), sign=("--no-wrap",), passes="relaxed-header")
def _(m):
    return m.edit("DKIM-Signature", lambda field: folded(field[:-2], 78) + CRLF)


@damage("signature: a folded field put on one line", Cause("signature-field-changed", "header-whitespace-changed",
                                                           unknown=True), passes="relaxed-header", prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: re.sub(rb"\r\n[ \t]+", b" ", field[:-2]) + CRLF)


@damage("signature: the spaces after `;` removed", Cause("signature-field-changed", "header-whitespace-changed",
                                                         unknown=True), prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: field.replace(b"; ", b";"))


# an Ed25519 signature and a body hash that both fit nothing could have any reason
B_DAMAGED = Cause("signature-field-changed", "wrong-key", "header-value-changed", unknown=True)


@damage("signature: one character of b= changed", B_DAMAGED, tampered=True)
def _(m):
    def change(field):
        at = field.rindex(b" b=") + 20
        while not chr(field[at]).isalnum():
            at += 1
        return field[:at] + (b"A" if field[at:at + 1] != b"A" else b"B") + field[at + 1:]
    return m.edit("DKIM-Signature", change)


@damage("signature: b= cut short", Cause("signature-field-changed"), prepare=raw)
def _(m):
    def change(field):
        start = field.rindex(b" b=") + 3
        value = re.sub(rb"\s", b"", field[start:])
        return field[:start] + value[:len(value) // 8 * 4] + CRLF
    return m.edit("DKIM-Signature", change)


@damage("signature: t= removed", Cause("signature-field-changed", unknown=True), prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: re.sub(rb" t=\d+;", b"", field))


# ---------------------------------------------------------------- the whole message

@damage("whole: read and written by Python, policy SMTP", Cause("header-whitespace-changed", proven=True),
        passes="relaxed-header")
def _(m):
    return email.message_from_bytes(m.raw, policy=email.policy.SMTP).as_bytes()


@damage("whole: read and written by Python, policy compat32, with mangle_from_",
        Cause("from-stuffing", proven=True), Cause("header-whitespace-changed", proven=True))
def _(m):
    out = io.BytesIO()
    policy = email.policy.compat32.clone(linesep="\r\n")
    email.generator.BytesGenerator(out, mangle_from_=True, policy=policy).flatten(email.message_from_bytes(m.raw))
    return out.getvalue() if b"\n>From " in out.getvalue() else None


@damage("several: mailing list, footer and Subject tag", Cause("content-appended", proven=True),
        Cause("subject-tagged", proven=True))
def _(m):
    return m.value("Subject", b"[list] " + m.values("Subject")[0], m.body + FOOTER)


@damage("several: banner and [EXTERNAL]", Cause("content-prepended", proven=True), Cause("subject-tagged", proven=True))
def _(m):
    return m.value("Subject", b"[EXTERNAL] " + m.values("Subject")[0], BANNER + m.body)


@damage("several: mailing list, footer, Subject tag and From rewritten", Cause("content-appended", proven=True),
        Cause("subject-tagged"), Cause("from-rewritten"))
def _(m):
    head = m.value("Subject", b"[list] " + m.values("Subject")[0], m.body + FOOTER)
    return re.sub(rb"(?m)^From: [^\r]*", b"From: " + LIST, head, count=1).replace(
        CRLF * 2, CRLF + b"X-Original-From: " + JOE + CRLF * 2, 1)


@damage("several: amount in the body and To changed", Cause("header-value-changed", unknown=True), tampered=True)
def _(m):
    body = re.sub(rb"1,250\.00|1\.250,00", b"9,250.00", m.body, count=1)
    return m.value("To", b"friends@lists.example.org", body)


# ---------------------------------------------------------------- keys

def owner(key):
    return f"{SELECTORS[key]}._domainkey.{DOMAIN}"


def record(key, text):
    return f"v=DKIM1; k={key}; p={text}"


def another_key(workshop, key):
    return ((owner(key), record(key, workshop.other[key])),)


def no_key(workshop, key):
    return ((f"later._domainkey.{DOMAIN}", record(key, workshop.other[key])),)


def unchanged(m):
    return m.raw


def delivered(m):
    return m.on_top(PASSED)


ROTATED = Cause("key-rotated", "passed-at-delivery")

# an RSA signature does not open with another key; of an Ed25519 signature nobody can tell a wrong key from a wrong header
damage("key: another one is published, RSA", Cause("wrong-key", "key-rotated"), keys=("rsa",), records=another_key,
       prepare=raw)(unchanged)
damage("key: another one is published, Ed25519", Cause("wrong-key", "key-rotated", "header-value-changed",
                                                       "signature-field-changed", unknown=True), keys=("ed25519",),
       records=another_key, prepare=raw)(unchanged)
damage("key: rotated, another one is published; passed at delivery", ROTATED, records=another_key, prepare=raw,
       beside=("wrong-key",))(delivered)
damage("key: rotated, the record is gone; passed at delivery", ROTATED, records=no_key, prepare=raw)(delivered)
damage("key: rotated, the record is revoked; passed at delivery", ROTATED, prepare=raw,
       records=lambda workshop, key: ((owner(key), record(key, "")),))(delivered)
damage("key: p= cut so that the record has 255 characters", Cause("key-truncated"), keys=("rsa",), prepare=raw,
       records=lambda workshop, key: ((owner(key), record(key, workshop.text[key])[:255]),))(unchanged)
damage("key: p= without its last ten characters", Cause("key-truncated"), prepare=raw,
       records=lambda workshop, key: ((owner(key), record(key, workshop.text[key])[:-10]),))(unchanged)


def near_name(name, **cause):
    """Our key is published, but under another name than s= and d= say."""
    damage(f"key: published as {name('SELECTOR')}", Cause("selector-misspelled", **cause), prepare=raw,
           records=lambda workshop, key: ((name(SELECTORS[key]), record(key, workshop.text[key])),))(unchanged)


near_name(lambda s: f"{s[:-1]}._domainkey.{DOMAIN}")
near_name(lambda s: f"{s[1]}{s[0]}{s[2:]}._domainkey.{DOMAIN}")
near_name(lambda s: f"{s}._domainkey.{DOMAIN}.{DOMAIN}")
near_name(lambda s: f"{s}._domainkeys.{DOMAIN}", unknown=True)
near_name(lambda s: f"{s}.{DOMAIN}", unknown=True)

damage("delivery: passed, then a footer", Cause("content-appended", proven=True), prepare=raw,
       beside=("passed-at-delivery",))(lambda m: m.on_top(PASSED)[:-len(m.body)] + m.body + FOOTER)
damage("delivery: failed, To changed", Cause("header-value-changed", unknown=True), prepare=raw, tampered=True,
       forbidden=("passed-at-delivery", "key-rotated"))(
    lambda m: m.value("To", b"friends@lists.example.org").replace(
        b"DKIM-Signature:", PASSED.replace(b"dkim=pass", b"dkim=fail") + CRLF + b"DKIM-Signature:", 1))
damage("delivery: another domain's signature passed, To changed", Cause("header-value-changed", unknown=True),
       prepare=raw, tampered=True, forbidden=("passed-at-delivery", "key-rotated"))(
    lambda m: m.value("To", b"friends@lists.example.org").replace(
        b"DKIM-Signature:", PASSED.replace(b"example.com", b"example.edu") + CRLF + b"DKIM-Signature:", 1))
