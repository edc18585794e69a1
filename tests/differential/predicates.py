"""What a signature must be so that a row of the table holds; each takes a facts.Signature."""

import re

import grammar


def tag(name, pattern):
    """The tag is there, and its value matches."""
    return lambda s: s.tag(name) is not None and re.search(pattern, s.tag(name), re.DOTALL)


def record(pattern):
    """The key record matches."""
    return lambda s: re.search(pattern, s.record, re.DOTALL)


def record_has(name):
    """The key record has the tag."""
    return lambda s: grammar.record_tag(s.record, name) is not None


def body(pattern, how=None):
    """The body matches; `how` is its canonicalization."""
    return lambda s: how in (None, s.canonicalization[1]) and re.search(pattern, s.message.body)


def header(pattern):
    """The header matches, line by line."""
    return lambda s: re.search(pattern, s.message.header, re.MULTILINE)


def file(pattern):
    """The bytes of the file match, from the first one on."""
    return lambda s: re.match(pattern, s.message.data, re.DOTALL)


def relaxed_value(pattern):
    """The value of a signed field, or of the signature itself, matches; the header is relaxed."""

    def holds(signature):
        fields = [*signature.signed_fields, signature.field]
        values = (field.split(b":", 1)[1].strip(b" \t\r\n") for field in fields)
        return signature.canonicalization[0] == "relaxed" and any(re.search(pattern, value) for value in values)

    return holds


def beside_b(pattern):
    """What the signature has beside its tag b= matches."""
    return lambda s: re.search(pattern, grammar.without_b(s))


def either(*predicates):
    """One of several holds."""
    return lambda s: any(predicate(s) for predicate in predicates)


def always(_signature):
    """Nothing more is asked: the reason says it all."""
    return True


def no_empty_line(signature):
    """The file ends with the header."""
    return not re.search(rb"\n\r?\n", signature.message.data)


OVER_64_BITS = either(tag("t", r"^0*[1-9]\d{18,}$"), tag("x", r"^0*[1-9]\d{18,}$"))
U_LABELS = tag("d", "[\x80-\xff]")
UTF_8_IDENTITY = tag("i", "[\x80-\xff]")


def testmsg_cannot_read(signature):
    """opendkim-testmsg refuses the whole message for this field."""
    return grammar.is_unreadable(signature) or either(OVER_64_BITS, U_LABELS, UTF_8_IDENTITY)(signature)
