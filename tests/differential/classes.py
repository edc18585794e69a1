"""The disagreements that are understood: who is right about which messages, and by which sentence.

A row is about a signature; `of` says which rows explain a message.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import grammar
from judges import DKIMPY, GO, MAIL_DKIM, TESTMSG
from predicates import (
    OVER_64_BITS, U_LABELS, UTF_8_IDENTITY, always, beside_b, body, either, file, header, no_empty_line, record,
    record_has, relaxed_value, tag, testmsg_cannot_read,
)  # fmt: skip
from rules import MESSAGE, RECORD, SIGNATURE, TAGS

ALL = (DKIMPY, MAIL_DKIM, GO, TESTMSG)
OURS, THEIRS, EITHER = "dkim", "the other", "either"
PASS = "pass"


@dataclass
class Class:
    """One kind of disagreement."""

    name: str
    tools: tuple
    ours: str  # "pass", or the code of the reason why ours refuses
    right: str
    rule: str
    when: Callable  # takes a facts.Signature
    said: str = ""  # what the tool's words must match

    def explains(self, tool, signature, said):
        """Whether it explains that this tool judges the signature otherwise."""
        verdict = signature.reason or PASS
        return (tool in self.tools and self.ours == verdict and re.search(self.said, said) is not None
                and bool(self.when(signature)))  # fmt: skip


# Ours passes, and the tools refuse.
OURS_PASSES = [
    Class("ed25519", (MAIL_DKIM,), PASS, OURS, SIGNATURE["ed25519"],
          tag("a", "^(?i:ed25519-sha256)$"), "unsupported algorithm ed25519"),
    Class("h= names DKIM-Signature", ALL, PASS, OURS, SIGNATURE["itself"],
          lambda s: "dkim-signature" in s.names),
    Class("white space before a colon", (DKIMPY, TESTMSG), PASS, OURS, MESSAGE["obsolete"],
          header(rb"^[!-9;-~]+[ \t]+:")),
    Class("white space before the signature's colon", (MAIL_DKIM,), PASS, OURS, MESSAGE["obsolete"],
          lambda s: re.match(rb"[!-9;-~]+[ \t]+:", s.field)),
    Class("white space that is not WSP", (DKIMPY,), PASS, OURS, MESSAGE["wsp"],
          relaxed_value(rb"^[\x0b\x0c]|[\x0b\x0c]$")),
    Class("white space that is not WSP", (MAIL_DKIM,), PASS, OURS, MESSAGE["wsp"],
          relaxed_value(rb"^[\x0b\x0c]")),
    Class("white space that is not WSP", (GO,), PASS, OURS, MESSAGE["wsp"],
          relaxed_value(rb"^(?:[\x0b\x0c]|\xc2[\x85\xa0])|(?:[\x0b\x0c]|\xc2[\x85\xa0]|\xe3\x80\x80)$")),
    Class("white space that is not WSP", (TESTMSG,), PASS, OURS, MESSAGE["wsp"],
          relaxed_value(rb"[\x0b\x0c]")),
    Class("white space at the end of the file", (DKIMPY, TESTMSG), PASS, OURS, MESSAGE["relaxed-body"],
          body(rb"[ \t]\Z", "relaxed")),
    Class("white space at the end of the signature", (DKIMPY,), PASS, OURS, SIGNATURE["b"],
          lambda s: s.canonicalization[0] == "simple" and re.search(r"[ \t]\Z", s.value)),
    Class("no line end at the end of the file", (TESTMSG,), PASS, OURS, MESSAGE["relaxed-body"],
          either(body(rb"[^\n]\Z", "relaxed"), body(rb"(?s)\A.{4096,}[^\n]\Z")), "Bad signature"),
    Class("h= in several letter cases", (GO,), PASS, OURS, SIGNATURE["case"],
          lambda s: len({name.lower() for name in grammar.raw_names(s)}) < len(set(grammar.raw_names(s)))),
    Class("several TXT records", ALL, PASS, EITHER, RECORD["several"],
          lambda s: len(s.records) > 1),
    Class("letter case of values", ALL, PASS, EITHER, TAGS["case"],
          grammar.upper_value),
    Class("q= lists several methods", ALL, PASS, OURS, SIGNATURE["method"],
          tag("q", ":")),
    Class("several services", (DKIMPY,), PASS, OURS, RECORD["service"],
          record(r"; s=[^;]*:")),
    Class("spaces in a list of the record", (MAIL_DKIM, GO, TESTMSG), PASS, OURS, RECORD["list"],
          record(r"; [hst]=[^;]*\s:")),
    Class("white space inside p=", (GO,), PASS, OURS, RECORD["base64"],
          record(r"p=[^;]*[\t\r\n]"), "illegal base64"),
    Class("p= without padding", (DKIMPY, GO, TESTMSG), PASS, OURS, RECORD["base64"],
          lambda s: len(re.sub(r"\s", "", grammar.record_tag(s.record, "p") or "")) % 4),
    Class("p= is RSAPublicKey", (MAIL_DKIM, TESTMSG), PASS, OURS, RECORD["rsa"],
          lambda s: grammar.is_rsa_public_key(s.record)),
    Class("p= in sloppy DER", (GO, DKIMPY, MAIL_DKIM, TESTMSG), PASS, EITHER, RECORD["der"],
          lambda s: grammar.is_sloppy(s.record)),
    Class("l= at all", (GO,), PASS, EITHER, SIGNATURE["partial"],
          tag("l", ""), "insecure body length"),
    Class("l=0", (MAIL_DKIM,), PASS, OURS, SIGNATURE["length"],
          tag("l", "^0+$"), "body has been altered"),
    Class("g= in the record", (MAIL_DKIM,), PASS, OURS, TAGS["unknown"],
          record(r"; g="), "granularity"),
    Class("d= in U-labels", (MAIL_DKIM, GO, TESTMSG), PASS, OURS, SIGNATURE["u-label"],
          U_LABELS),
    Class("byte order mark", ALL, PASS, EITHER, MESSAGE["mark"],
          file(rb"\xef\xbb\xbf")),
    Class("envelope line", (DKIMPY, GO, TESTMSG), PASS, EITHER, MESSAGE["envelope"],
          file(rb">?From ")),
    Class("no body", (GO,), PASS, OURS, MESSAGE["body"],
          no_empty_line, "EOF"),
    Class("bare CR in the body", (GO, TESTMSG), PASS, EITHER, MESSAGE["line-ends"],
          body(rb"\r(?!\n)")),
    Class("b= looked for in the text", (GO,), PASS, OURS, SIGNATURE["b"],
          beside_b(r"b\s*=[^;]")),
    Class("b= looked for in the text", (DKIMPY,), PASS, OURS, SIGNATURE["b"],
          either(beside_b(r"[;\s]b\s*="), lambda s: s.value.startswith("b"))),
    Class("white space behind b=", (DKIMPY,), PASS, OURS, SIGNATURE["b"],
          lambda s: re.search(r"(?:^|;)\s*b\s*=[^;]*\s;", s.value)),
    Class("b= looked for in the text", (TESTMSG,), PASS, OURS, SIGNATURE["b"],
          lambda s: re.search(r"b\s*=", grammar.without_b(s)) or re.search(r"(?:^|;)\s*b\s+=", s.value)),
    Class("fields too many or too few", (TESTMSG,), PASS, EITHER, MESSAGE["counts"],
          lambda s: grammar.wrong_counts(s.message), "Syntax error"),
    Class("From without an address", (TESTMSG,), PASS, EITHER, MESSAGE["valid"],
          lambda s: b"@" not in b"".join(s.message.named("from")), "Syntax error"),
    Class("mixed line ends", (TESTMSG,), PASS, EITHER, MESSAGE["line-ends"],
          lambda s: b"\r\n" in s.message.data and re.search(rb"(?<!\r)\n", s.message.data)),
    Class("another signature is malformed", (TESTMSG,), PASS, OURS, SIGNATURE["strict"],
          lambda s: any(map(testmsg_cannot_read, s.message.signatures)), "Syntax error"),
    Class("i= with two @", (TESTMSG,), PASS, THEIRS, SIGNATURE["auid"],
          tag("i", "@.*@"), "dkim_eom"),
    Class("i= in UTF-8", (TESTMSG,), PASS, OURS, SIGNATURE["utf-8"],
          UTF_8_IDENTITY, "Syntax error"),
    Class("no body", (TESTMSG,), PASS, OURS, MESSAGE["body"],
          no_empty_line, "Bad signature"),
    Class("t= or x= over 64 bits", (GO,), PASS, OURS, SIGNATURE["infinite"],
          OVER_64_BITS),
    Class("t=0", (TESTMSG,), PASS, OURS, SIGNATURE["number"],
          tag("t", "^0+$"), "dkim_eom"),
    Class("NUL in the header", (TESTMSG,), PASS, OURS, MESSAGE["obsolete"],
          header(rb"\0")),
    Class("NUL in the body", (TESTMSG,), PASS, OURS, MESSAGE["obsolete"],
          body(rb"\0"), "Bad signature"),
    Class("letter case of i=", (GO,), PASS, OURS, SIGNATURE["identity"],
          tag("i", "@.*[A-Z]"), "domain mismatch"),
]

# Ours refuses for this reason, and the tools pass.
OURS_REFUSES = [
    Class("duplicate tag", (MAIL_DKIM, GO, TESTMSG), "signature-syntax", OURS, TAGS["duplicate"],
          lambda s: grammar.duplicates(s.value)),
    Class("tag list", (MAIL_DKIM, GO), "signature-syntax", OURS, TAGS["list"],
          lambda s: grammar.bad_list(s.value)),
    Class("tag name", ALL, "signature-syntax", OURS, TAGS["name"],
          lambda s: grammar.bad_name(s.value)),
    Class("number", ALL, "signature-syntax", OURS, SIGNATURE["number"],
          grammar.bad_number),
    Class("h= is no list of names", ALL, "signature-syntax", OURS, SIGNATURE["names"],
          grammar.bad_names),
    Class("q= lists an empty method", ALL, "signature-syntax", OURS, SIGNATURE["methods"],
          tag("q", r"^\s*:|:\s*(:|$)")),
    Class("d= is no domain", (MAIL_DKIM, GO, TESTMSG), "signature-syntax", OURS, SIGNATURE["domain"],
          lambda s: not grammar.is_domain(s.tag("d"))),
    Class("s= is no selector", (MAIL_DKIM, GO, TESTMSG), "signature-syntax", OURS, SIGNATURE["selector"],
          lambda s: not grammar.is_selector(s.tag("s"))),
    Class("i= is no identity", ALL, "signature-syntax", OURS, SIGNATURE["auid"],
          grammar.bad_identity),
    Class("b= or bh= is no base64", (MAIL_DKIM, TESTMSG), "signature-syntax", OURS, SIGNATURE["strict"],
          grammar.bad_base64),
    Class("bare CR in the signature", (GO,), "signature-syntax", OURS, MESSAGE["line-ends"],
          lambda s: re.search(rb"\r(?!\n)", s.field)),
    Class("required tag missing", (DKIMPY, MAIL_DKIM, TESTMSG), "missing-tag", OURS, SIGNATURE["required"],
          lambda s: not all(map(s.tag, grammar.REQUIRED))),
    Class("version", (MAIL_DKIM, TESTMSG), "unsupported-version", OURS, SIGNATURE["version"],
          lambda s: s.tag("v") != "1"),
    Class("From not signed", (DKIMPY, MAIL_DKIM), "from-not-signed", OURS, SIGNATURE["from"],
          lambda s: "from" not in s.names),
    Class("identity outside d=", (TESTMSG,), "identity-mismatch", OURS, SIGNATURE["identity"],
          tag("i", "")),
    Class("space inside c=", (GO, TESTMSG), "unsupported-canonicalization", OURS, SIGNATURE["canonicalization"],
          tag("c", r"\s")),
    Class("unknown canonicalization", (MAIL_DKIM, TESTMSG), "unsupported-canonicalization", OURS, SIGNATURE["canonicalization"],
          lambda s: not re.fullmatch("(?i)(simple|relaxed)(/(simple|relaxed))?", s.tag("c"))),
    Class("space inside a=", (GO, TESTMSG), "unsupported-algorithm", OURS, TAGS["space"],
          tag("a", r"\s")),
    Class("query method", (TESTMSG,), "unsupported-query-method", OURS, SIGNATURE["method"],
          lambda s: "dns/txt" not in re.split(r"\s*:\s*", s.tag("q").lower())),
    Class("l= over the body", (DKIMPY, MAIL_DKIM, TESTMSG), "body-length-exceeds-body", OURS, SIGNATURE["length"],
          tag("l", r"^\d+$")),
    Class("x= not after t=", (TESTMSG,), "expiration-before-timestamp", OURS, SIGNATURE["expiration"],
          lambda s: int(s.tag("x")) <= int(s.tag("t"))),
    Class("t= in the future", (MAIL_DKIM, GO, TESTMSG), "timestamp-in-future", EITHER, SIGNATURE["future"],
          tag("t", r"^\d+$")),
    Class("expired", (TESTMSG,), "expired", EITHER, SIGNATURE["expiration"],
          tag("x", r"^\d+$")),
    Class("rsa-sha1", (DKIMPY, MAIL_DKIM, TESTMSG), "sha1", OURS, SIGNATURE["sha1"],
          tag("a", "^(?i:rsa-sha1)$")),
    Class("white space on top", (GO,), "none", EITHER, MESSAGE["valid"],
          file(rb"[ \t]")),
    Class("malformed header", ALL, "malformed-header", EITHER, MESSAGE["valid"],
          lambda s: grammar.malformed_line(s.message)),
    Class("another From", (DKIMPY, MAIL_DKIM, GO), "extra-from", EITHER, MESSAGE["counts"],
          lambda s: len(s.message.named("from")) > 1),
    Class("no From", (DKIMPY, MAIL_DKIM, GO), "from-missing", EITHER, MESSAGE["counts"],
          lambda s: not s.message.named("from")),
    Class("signature of another length", (DKIMPY, TESTMSG), "signature-mismatch", OURS, SIGNATURE["octets"],
          grammar.wrong_signature_length),
    Class("bare CR in the body", (GO, TESTMSG), "body-hash-mismatch", EITHER, MESSAGE["line-ends"],
          body(rb"\r(?!\n)")),
    Class("From : taken for an envelope line", (DKIMPY,), "signature-mismatch", OURS, MESSAGE["obsolete"],
          header(rb"^From [ \t]*:")),
    Class("key record: duplicate tag", (MAIL_DKIM, GO, TESTMSG), "key-syntax", OURS, TAGS["duplicate"],
          lambda s: grammar.duplicates(s.record)),
    Class("key record: tag list", (MAIL_DKIM, GO, TESTMSG), "key-syntax", OURS, TAGS["list"],
          lambda s: grammar.bad_list(s.record)),
    Class("key record: tag name", ALL, "key-syntax", OURS, TAGS["name"],
          lambda s: grammar.bad_name(s.record)),
    Class("key record: v= not first", ALL, "key-syntax", OURS, RECORD["first"],
          record(r";\s*v\s*=")),
    Class("key record: over four keys", (DKIMPY, MAIL_DKIM, GO), "key-syntax", EITHER, RECORD["several"],
          lambda s: len(s.records) > 4),
    Class("key record: version", (MAIL_DKIM,), "key-unsupported", OURS, RECORD["first"],
          lambda s: grammar.record_tag(s.record, "v") not in (None, "DKIM1")),
    Class("key record: type", (MAIL_DKIM, GO, TESTMSG), "key-unsupported", OURS, RECORD["type"],
          lambda s: (grammar.record_tag(s.record, "k") or "") not in ("rsa", "ed25519")),
    Class("key record: no k=, and no RSA key", (TESTMSG,), "key-invalid", OURS, RECORD["default"],
          lambda s: grammar.key_type(s) == "ed25519" and grammar.record_tag(s.record, "k") is None),
    Class("key record: type of another algorithm", (DKIMPY,), "key-type-mismatch", OURS, RECORD["type"],
          lambda s: grammar.key_type(s) != (grammar.record_tag(s.record, "k") or "rsa")),
    Class("key record: hash not listed", (DKIMPY, MAIL_DKIM, TESTMSG), "hash-not-allowed", OURS, RECORD["hash"],
          record_has("h")),
    Class("key record: service not listed", (MAIL_DKIM,), "service-not-allowed", OURS, RECORD["service"],
          record_has("s")),
    Class("key record: i= below d=", (DKIMPY, GO), "identity-forbidden", OURS, RECORD["subdomains"],
          tag("i", "")),
    Class("key record: p= is no base64", (DKIMPY, TESTMSG), "key-invalid", OURS, RECORD["base64"],
          lambda s: not re.fullmatch(r"[A-Za-z0-9+/\s]*[=\s]*", grammar.record_tag(s.record, "p") or "")),
    Class("key too short", (MAIL_DKIM, GO, TESTMSG), "key-too-short", OURS, RECORD["short"],
          always),
]

CLASSES = OURS_PASSES + OURS_REFUSES


def first(tool, signature, said):
    """The first class that explains the signature, or None."""
    return next((row for row in CLASSES if row.explains(tool, signature, said)), None)


def judged_otherwise(message, verdict):
    """The signatures on which the other tool disagrees; all that it may be, where it does not say which."""
    if message.passes:
        return [signature for signature in message.signatures if signature.passes]
    subjects = message.subjects
    if len(verdict.each) == len(subjects):
        return [signature for signature, passes in zip(subjects, verdict.each) if passes]
    return subjects


def of(tool, message, verdict):
    """The class of a message on which `tool` disagrees, or None.

    Where ours passes, each signature that ours passes must be explained, since the tool passes none of them.
    Where ours refuses, one signature that is explained is enough.
    """
    found = [first(tool, signature, verdict.said) for signature in judged_otherwise(message, verdict)]
    if message.passes and not all(found):
        return None
    return next(filter(None, found), None)
