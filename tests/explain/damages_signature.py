"""Damages to the DKIM-Signature field, the key record and the way to it; and what others say of the signature."""

import re

from damage import Cause, damage, ed25519, nothing, rsa
from messages import CRLF, DOMAIN, FOOTER, folded, raw
from signing import SELECTORS, key_file

MX = b"mx.example.net; "
RESULTS = (b"dkim=pass header.d=example.com header.s=rsa2048;\r\n"
           b"\tdkim=pass header.d=example.com header.s=ed25519; spf=pass smtp.mailfrom=example.com")
PASSED = b"Authentication-Results: " + MX + RESULTS
# without the name of the system that says so
MICROSOFT = (b"Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.com; dkim=pass "
             b"(signature was verified)\r\n header.d=example.com;dmarc=pass action=none\r\n "
             b"header.from=example.com;compauth=pass reason=100")


# ---------------------------------------------------------------- the field itself

def own_field(*says, **options):
    return Cause("signature-field-changed", field="DKIM-Signature", says=says or None, **options)


@damage("signature: a field on one line folded", own_field(proven=True), sign=("--no-wrap",), passes="relaxed-header")
def _(m):
    return m.edit("DKIM-Signature", lambda field: folded(field[:-2], 78) + CRLF)


@damage("signature: a folded field put on one line", own_field(proven=True), passes="relaxed-header", prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: re.sub(rb"\r\n[ \t]+", b" ", field[:-2]) + CRLF)


@damage("signature: the spaces after `;` removed", own_field(proven=True), prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: field.replace(b"; ", b";"))


def other_character(m):
    def change(field):
        at = field.rindex(b" b=") + 20
        while not chr(field[at]).isalnum():
            at += 1
        return field[:at] + (b"A" if field[at:at + 1] != b"A" else b"B") + field[at + 1:]
    return m.edit("DKIM-Signature", change)


# Of an RSA signature that does not open nobody can tell whether the key is another one or b= is damaged: both have to
# be said. Of an Ed25519 signature that does not verify nobody can tell that the header is as it was.
NOT_OPENED = Cause("wrong-key", says=("another key", "b="))
damage("signature: one character of b= changed, RSA", NOT_OPENED, keys=("rsa",), tampered=True)(other_character)
damage("signature: one character of b= changed, Ed25519", nothing(), keys=("ed25519",), tampered=True)(other_character)


@damage("signature: b= cut short", own_field("b="), prepare=raw)
def _(m):
    def change(field):
        start = field.rindex(b" b=") + 3
        value = re.sub(rb"\s", b"", field[start:])
        return field[:start] + value[:len(value) // 8 * 4] + CRLF
    return m.edit("DKIM-Signature", change)


# the value can be searched for where a guess costs little
@damage("signature: t= removed", own_field("t=", proven=rsa, unknown=ed25519), prepare=raw)
def _(m):
    return m.edit("DKIM-Signature", lambda field: re.sub(rb" t=\d+;", b"", field))


@damage("signature: without b=", own_field("b="), prepare=raw, tampered=True)
def _(m):
    return m.edit("DKIM-Signature", lambda field: re.sub(rb";\s+b=[^;]*$", b";", field) + CRLF)


@damage("signature: b= is not base64", own_field("b=", "base64"), prepare=raw, tampered=True)
def _(m):
    return m.edit("DKIM-Signature", lambda field: field[:-8] + b"**!*" + field[-4:])


@damage("signature: the field cut off in the middle", own_field(("cut off", "missing")), prepare=raw, tampered=True)
def _(m):
    return m.edit("DKIM-Signature", lambda field: field[:field.index(b"bh=") + 12] + CRLF)


# ---------------------------------------------------------------- keys

def owner(key, domain=DOMAIN):
    return f"{SELECTORS[key]}._domainkey.{domain}"


def record(key, text):
    return f"v=DKIM1; k={key}; p={text}"


def another_key(workshop, key):
    return ((owner(key), record(key, workshop.other[key])),)


def no_key(workshop, key):
    return ((f"later._domainkey.{DOMAIN}", record(key, workshop.other[key])),)


def revoked(workshop, key):
    return ((owner(key), record(key, "")),)


MISSING = Cause("key-missing", says="nothing is published")


def unchanged(m):
    return m.raw


def delivered(m):
    return m.on_top(PASSED)


damage("key: another one is published, RSA", NOT_OPENED, keys=("rsa",), records=another_key, prepare=raw)(unchanged)
damage("key: another one is published, Ed25519", nothing(), keys=("ed25519",), records=another_key,
       prepare=raw)(unchanged)
damage("key: the record is gone", MISSING, records=no_key, prepare=raw)(unchanged)
damage("key: p= cut so that the record has 255 characters", Cause("key-truncated"), keys=("rsa",), prepare=raw,
       records=lambda workshop, key: ((owner(key), record(key, workshop.text[key])[:255]),))(unchanged)
damage("key: p= without its last ten characters", Cause("key-truncated", says=("key", "bytes")), prepare=raw,
       records=lambda workshop, key: ((owner(key), record(key, workshop.text[key])[:-10]),))(unchanged)


def near_name(name, proven=True):
    """Our key is published, but under another name than s= and d= say."""
    cause = Cause("selector-misspelled", proven=proven, unknown=not proven,
                  says=lambda cell: (name(SELECTORS[cell.key]),))
    damage(f"key: published as {name('SELECTOR')}", cause, prepare=raw,
           records=lambda workshop, key: ((name(SELECTORS[key]), record(key, workshop.text[key])),))(unchanged)


near_name(lambda s: f"{s[:-1]}._domainkey.{DOMAIN}")
near_name(lambda s: f"{s[1]}{s[0]}{s[2:]}._domainkey.{DOMAIN}")
near_name(lambda s: f"{s}._domainkey.{DOMAIN}.{DOMAIN}")
near_name(lambda s: f"{s}._domainkeys.{DOMAIN}", proven=False)
near_name(lambda s: f"{s}.{DOMAIN}", proven=False)


# ---------------------------------------------------------------- what a system said that had the message before

def rotated(*says, **options):
    return Cause("key-rotated", says=says or ("key", "mx.example.net"), **options)


# With another key an RSA signature does not open: it was replaced. An Ed25519 signature tells only that it was good.
REPLACED = (rotated(when=rsa), Cause("passed-at-delivery", when=ed25519, says="mx.example.net"))
damage("delivery: passed, and another key is published now", *REPLACED, records=another_key, prepare=raw,
       beside=("wrong-key",))(delivered)
damage("delivery: passed, and the record is gone", rotated(), records=no_key, prepare=raw)(delivered)
damage("delivery: passed, and the record is revoked", rotated("revoked", "mx.example.net"), prepare=raw,
       records=revoked)(delivered)
damage("delivery: passed at Microsoft 365, and the record is gone", rotated("key"), records=no_key, prepare=raw)(
    lambda m: m.on_top(MICROSOFT))
damage("delivery: passed at Microsoft 365, then a footer", Cause("content-appended", proven=True, says="Friends"),
       Cause("passed-at-delivery", says=()), prepare=raw)(
    lambda m: m.on_top(MICROSOFT)[:-len(m.body)] + m.body + FOOTER)
damage("delivery: passed, then a footer", Cause("content-appended", proven=True, says="Friends"),
       Cause("passed-at-delivery", says="mx.example.net"), prepare=raw)(
    lambda m: m.on_top(PASSED)[:-len(m.body)] + m.body + FOOTER)

NOT_SAID = {"prepare": raw, "forbidden": ("passed-at-delivery", "key-rotated")}
TO = Cause("header-value-changed", field="To", unknown=True)


def other_to(field):
    """Another recipient, with a field above the signature."""
    return lambda m: m.value("To", b"friends@lists.example.org").replace(
        b"DKIM-Signature:", field + CRLF + b"DKIM-Signature:", 1)


damage("delivery: failed, To changed", TO, tampered=True, **NOT_SAID)(
    other_to(PASSED.replace(b"dkim=pass", b"dkim=fail")))
damage("delivery: another domain's signature passed, To changed", TO, tampered=True, **NOT_SAID)(
    other_to(PASSED.replace(b"example.com", b"example.edu")))


def below(m):
    """A result below the signature: what signed the message had it before it, or somebody has put it there."""
    return m.edit("DKIM-Signature", lambda field: field + PASSED + CRLF)


def at_the_end(m):
    return m.below_signature(PASSED)


damage("delivery: a result below the signature, and the record is gone", MISSING, records=no_key, **NOT_SAID)(below)
damage("delivery: a result below all fields, and the record is gone", MISSING, records=no_key, **NOT_SAID)(at_the_end)
damage("delivery: a result below the signature, and another key is published, RSA", NOT_OPENED, records=another_key,
       keys=("rsa",), never=("found it good",), **NOT_SAID)(below)
damage("delivery: a result below the signature, and another key is published, Ed25519", nothing(),
       records=another_key, keys=("ed25519",), **NOT_SAID)(below)
damage("delivery: a result below the signature, and To changed", TO, tampered=True, **NOT_SAID)(
    lambda m: m.value("To", b"friends@lists.example.org").replace(b"\r\nFrom:", CRLF + PASSED + b"\r\nFrom:", 1))


# ---------------------------------------------------------------- the name server

SILENT = ("--nameserver", "127.0.0.1:9", "--dns-timeout", "0.2", "--dns-tries", "1")
damage("name server: no answer", nothing(), no_dns=True, verify=SILENT, prepare=raw, tampered=True,
       never=("was changed", "were changed"))(unchanged)
damage("name server: no answer, and a footer", Cause("content-appended", proven=True, says="Friends"), no_dns=True,
       verify=SILENT, prepare=raw, tampered="header", never=("header was changed",))(
    lambda m: m.with_body(m.body + FOOTER))


# ---------------------------------------------------------------- several signatures

TWO = {"signatures": 2, "prepare": raw, "keys": ("rsa",),
       "sign": ("--selector", SELECTORS["ed25519"], "--key", key_file("ed25519"))}
damage("two signatures: a footer", Cause("content-appended", proven=True, says="Friends"), **TWO)(
    lambda m: m.with_body(m.body + FOOTER))
damage("two signatures: a Subject tag", Cause("subject-tagged", field="Subject", proven=True, says="[list]"), **TWO)(
    lambda m: m.value("Subject", b"[list] " + m.values("Subject")[0]))
damage("two signatures: To changed", TO, tampered=True, **TWO)(
    lambda m: m.value("To", b"friends@lists.example.org"))
