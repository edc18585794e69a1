"""Damages to header and body at once: by programs, lists, mailboxes; and tampering beside something harmless."""

import email
import email.generator
import email.policy
import io
import re

from damage import Cause, damage, nothing
from damages_added import appended, prepended
from damages_body import quoted_from
from damages_header import changed, from_rewritten, spacing, subject_tagged
from damages_signature import owner, record
from messages import BANNER, CRLF, FOOTER, JOE, LIST, Message, raw
from signing import SELECTORS


# ---------------------------------------------------------------- programs

@damage("whole: read and written by Python, policy SMTP", spacing("Subject"), passes="relaxed-header")
def _(m):
    return email.message_from_bytes(m.raw, policy=email.policy.SMTP).as_bytes()


@damage("whole: read and written by Python, policy compat32, with mangle_from_", Cause("from-stuffing", proven=True),
        spacing("Subject"))
def _(m):
    out = io.BytesIO()
    policy = email.policy.compat32.clone(linesep="\r\n")
    email.generator.BytesGenerator(out, mangle_from_=True, policy=policy).flatten(email.message_from_bytes(m.raw))
    return out.getvalue() if b"\n>From " in out.getvalue() else None


# ---------------------------------------------------------------- mailing lists and gateways

def with_tag(m, tag, body=None):
    return m.value("Subject", tag + m.values("Subject")[0], body)


@damage("several: mailing list, footer and Subject tag", appended(), subject_tagged("[list]"))
def _(m):
    return with_tag(m, b"[list] ", m.body + FOOTER)


@damage("several: banner and [EXTERNAL]", prepended(), subject_tagged("[EXTERNAL]"))
def _(m):
    return with_tag(m, b"[EXTERNAL] ", BANNER + m.body)


@damage("several: mailing list, footer, Subject tag and From rewritten", appended(), subject_tagged("[list]"),
        from_rewritten())
def _(m):
    return re.sub(rb"(?m)^From: [^\r]*", b"From: " + LIST, with_tag(m, b"[list] ", m.body + FOOTER), count=1).replace(
        CRLF * 2, CRLF + b"X-Original-From: " + JOE + CRLF * 2, 1)


def listed_by(workshop, key):
    return tuple((owner(k, domain), record(k, workshop.text[k]))
                 for k in SELECTORS for domain in ("example.com", "lists.example.org"))


@damage("several: mailing list, footer and Subject tag, and the list's own signature", appended(),
        subject_tagged("[list]"), prepare=raw, records=listed_by, workshop=True)
def _(m, workshop, cell):
    return workshop.sign(with_tag(m, b"[list] ", m.body + FOOTER), cell.key, cell.canonicalization,
                         domain="lists.example.org")


@damage("several: a footer, and spaces at line ends stripped", appended(),
        Cause("whitespace-changed", proven=True, when=lambda cell: cell.canonicalization != "relaxed/relaxed"),
        only=("plain",))
def _(m):
    return m.with_body(re.sub(rb"[ \t]+\r\n", CRLF, m.body) + FOOTER)


# ---------------------------------------------------------------- tampering beside something harmless

@damage("tampered: a footer, and an amount in the body", Cause("content-appended", unknown=True, says="Friends"),
        tampered="body")
def _(m):
    after = m.other_amount()
    return after + FOOTER if after != m.raw else None


@damage("tampered: amount in the body and To", changed("To"), nothing("body"), tampered=True)
def _(m):
    return Message(m.other_amount(), m.kind).value("To", b"friends@lists.example.org")


@damage("tampered: a Subject tag, and an amount in the body", subject_tagged("[list]"), nothing("body"),
        tampered="body")
def _(m):
    return with_tag(Message(m.other_amount(), m.kind), b"[list] ")


@damage("tampered: a footer, and another Subject", appended(), changed("Subject"), tampered="header")
def _(m):
    return m.value("Subject", b"Your account is locked", m.body + FOOTER)


@damage("tampered: white space in To, and an amount in the body", spacing("To"), nothing("body"), tampered="body")
def _(m):
    return Message(m.other_amount(), m.kind).edit("To", lambda field: field.replace(b": ", b":  ", 1))


# ---------------------------------------------------------------- mailboxes

def mailbox(message, quoted=rb"(?m)^(>*From )"):
    """A message as the only one of an mbox, which has LF line ends."""
    return (b"From joe@example.com Tue Nov 14 22:13:20 2023\n"
            + re.sub(quoted, rb">\1", message.replace(CRLF, b"\n")) + b"\n")


def with_from_line(message, kind):
    return message if b"\nFrom here" in message else None


MAILBOX = {"mailbox": True, "forbidden": ("from-stuffing", "line-endings-changed", "trailing-lines-changed")}


@damage("mbox: a message with a From line", Cause("from-stuffing"), passes="always", prepare=with_from_line, **MAILBOX)
def _(m):
    return mailbox(m.raw)


@damage("mbox: a message with >From, not quoted further", Cause("from-stuffing"), passes="always",
        prepare=quoted_from, **MAILBOX)
def _(m):
    return mailbox(m.raw, rb"(?m)^(From )")


@damage("mbox: To changed", changed("To"), tampered=True, prepare=with_from_line, **MAILBOX)
def _(m):
    return mailbox(m.value("To", b"friends@lists.example.org"))


@damage("mbox: an amount in the body", nothing("body"), tampered=True, prepare=with_from_line, **MAILBOX)
def _(m):
    return mailbox(m.other_amount())


@damage("mbox: a footer", appended(), prepare=with_from_line, **MAILBOX)
def _(m):
    return mailbox(m.with_body(m.body + FOOTER))


@damage("mbox: a footer and a Subject tag", appended(), subject_tagged("[list]"), prepare=with_from_line, **MAILBOX)
def _(m):
    return mailbox(with_tag(m, b"[list] ", m.body + FOOTER))
