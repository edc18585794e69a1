"""What can be asked about a message, its signatures and their keys, without the tools under test."""

import re
from dataclasses import dataclass
from functools import cached_property

from generate import naive_dkim
from generate.vector import owner

SIGNATURE = b"dkim-signature"


@dataclass
class Message:
    """A message, and what our tool says about it."""

    data: bytes
    report: dict
    zone: dict

    @cached_property
    def parts(self):
        """The fields and the body, with CRLF line ends."""
        return naive_dkim.split_message(self.data)

    @property
    def fields(self):
        return self.parts[0]

    @property
    def body(self):
        return self.parts[1]

    @property
    def header(self):
        return b"".join(self.fields)

    @property
    def passes(self):
        return self.report["result"] == "pass"

    @cached_property
    def signatures(self):
        """Its signatures from the top, each with our verdict."""
        own = [index for index, field in enumerate(self.fields)
               if naive_dkim.field_name(field) == SIGNATURE and field[:1] not in (b" ", b"\t")]  # fmt: skip
        reports = self.report["signatures"]
        if len(own) != len(reports):
            raise RuntimeError(f"{self.report['source']}: {len(reports)} signatures in JSON, {len(own)} in the message")
        return [Signature(self, index, report) for index, report in zip(own, reports)]

    @property
    def subjects(self):
        """What can be judged: the signatures, or the whole message where it has none."""
        return self.signatures or [Unsigned(self)]

    def named(self, name):
        """The fields of this name."""
        return [field for field in self.fields if naive_dkim.field_name(field) == name.encode()]


def a_labels(domain):
    """A domain name, given as the latin-1 reading of UTF-8, in A-labels; empty where it has none."""
    try:
        return domain.encode("latin-1").decode("utf-8").encode("idna").decode()
    except UnicodeError:
        return ""


@dataclass
class Signature:
    """One DKIM-Signature field of a message, and what our tool says about it."""

    message: Message
    index: int
    report: dict

    @property
    def field(self):
        return self.message.fields[self.index]

    @property
    def passes(self):
        return self.report["result"] == "pass"

    @property
    def reason(self):
        return self.report["reason"]

    @cached_property
    def value(self):
        """The field's value, as text."""
        return self.field.split(b":", 1)[1].decode("latin-1")[:-2]

    @cached_property
    def specs(self):
        """The pieces between semicolons, as they stand."""
        return self.value.split(";")

    @cached_property
    def tags(self):
        """[(name, value)], white space around both removed."""
        pairs = (spec.split("=", 1) for spec in self.specs if "=" in spec)
        return [(name.strip(" \t\r\n"), value.strip(" \t\r\n")) for name, value in pairs]

    def tag(self, name):
        """The value of the first tag of this name, or None."""
        return next((value for known, value in self.tags if known == name), None)

    @property
    def names(self):
        """The names of h=, in lower case."""
        return [name.strip(" \t\r\n").lower() for name in (self.tag("h") or "").split(":")]

    @property
    def terms(self):
        return naive_dkim.Terms({name: value.encode("latin-1") for name, value in reversed(self.tags)})

    @property
    def canonicalization(self):
        """(of the header, of the body)"""
        return self.terms.header, self.terms.body

    @cached_property
    def signed_fields(self):
        """The fields that h= names."""
        return naive_dkim.signed_fields(self.message.fields, self.index, self.terms.names)

    @cached_property
    def records(self):
        """The TXT records at the key's name."""
        selector, domain = (re.sub(r"\s", "", self.tag(name) or "") for name in ("s", "d"))
        return self.message.zone.get(owner(selector, a_labels(domain)).lower(), [])

    @property
    def record(self):
        """The first key record, as text."""
        found = [text for text in self.records if not text.startswith(b"v=spf1")]
        return found[0].decode("latin-1") if found else ""


@dataclass
class Unsigned:
    """A message in which ours finds no signature."""

    message: Message
    reason = "none"
    passes = False
