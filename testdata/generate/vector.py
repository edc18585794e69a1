"""One vector: what it holds, how it is written down, and a check that it says the truth."""

from dataclasses import dataclass, field

from . import naive_dkim
from .keys import RSA_2048
from .signer import DOMAIN

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC

# Reasons that are found while the field is read: there is no signature yet to compute anything for.
UNREADABLE = {
    "missing-tag", "from-not-signed", "identity-mismatch", "expiration-before-timestamp",
    "signature-syntax", "unsupported-version", "unsupported-algorithm",
    "unsupported-canonicalization", "unsupported-query-method", "too-many-signatures", None,
}  # fmt: skip
# Reasons for which no usable key of the right type is at hand.
KEYLESS = {
    "key-not-found", "key-revoked", "key-type-mismatch", "key-invalid", "key-syntax",
    "key-unsupported", "dns-timeout", "dns-servfail", "dns-unreachable", "dnssec-bogus",
}  # fmt: skip
# Reasons for which it is left open whether the signature is tried with the key all the same.
UNTRIED = {
    "hash-not-allowed", "service-not-allowed", "identity-forbidden", "key-too-short",
    "body-length-exceeds-body", "from-missing",
}  # fmt: skip


def owner(selector, domain=DOMAIN):
    """The owner name of a key record."""
    return f"{selector}._domainkey.{domain}"


def published(*keys, domain=DOMAIN):
    """A DNS with the records of `keys`, each under its own name as the selector."""
    return {owner(key.name, domain): key.public.record() for key in keys}


def escaped(text):
    """The text between double quotes, with the escapes that README.md lists."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    short = {0x5C: "\\\\", 0x22: '\\"', 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
    return "".join(
        short.get(octet) or (chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02X}")
        for octet in data
    )


@dataclass
class Vector:
    """A message, the world in which it is judged, and what must come out.

    `dns` maps an owner name to a text, to a list of texts, or to a one-element tuple that holds
    the key of a failure (`nodata`, `servfail`, ...). `keys` are the public keys that the naive
    verifier judges with. `misread` is what the detail says of a malformed header's first such line. `result` is derived where it does not depend on an order among results.
    """

    name: str
    comment: str
    message: bytes
    expect: list
    dns: dict
    keys: list
    now: int = NOW
    options: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)
    no_warnings: list = field(default_factory=list)
    alignments: list = field(default_factory=list)
    unsigned: list = field(default_factory=list)
    detail: str = ""
    misread: str = ""
    show_facts: bool = True

    def reasons(self):
        """The reason code of each signature, None where there is none or any is right."""
        return [(line.split() + [None])[1] for line in self.expect]

    def malformed_line(self):
        """The line that makes the header malformed, as the naive reader counts; None without one."""
        strict = self.options.get("line-endings") == "strict"
        return naive_dkim.malformed_line(self.message, strict)

    def result(self):
        """The result of the message under `--require any`."""
        results = {line.split()[0] for line in self.expect}
        if not results:
            return "none"
        if self.malformed_line():
            return "policy"
        if "pass" in results:
            return "pass"
        assert len(results) == 1, f"{self.name}: the message's result depends on an order"
        return results.pop()

    def facts(self):
        """(body-hash lines, signature-matches lines), either empty where something is left open."""
        reasons = self.reasons()
        results = [line.split()[0] for line in self.expect]
        open_reasons = [r for r, result in zip(reasons, results) if result != "pass"]
        if not self.show_facts or any(reason in UNREADABLE for reason in open_reasons):
            return [], []
        bodies, signatures = [], []
        for number, (result, reason) in enumerate(zip(results, reasons)):
            keys = [] if reason in KEYLESS else self.keys
            strict = self.options.get("line-endings") == "strict"
            body, signature = naive_dkim.facts(self.message, number, keys, strict)
            self._must_agree(result, reason, body, signature)
            bodies.append(body)
            signatures.append(signature)
        if any(reason in UNTRIED for reason in open_reasons):
            signatures = []
        return bodies, signatures

    def check_header(self):
        """The reasons and warnings written by hand against what the naive reader says of the header."""
        line = self.malformed_line()
        for result, reason in zip((line.split()[0] for line in self.expect), self.reasons()):
            of_syntax = result != "pass" and reason in UNREADABLE | {"from-missing"}
            right = (reason == "malformed-header") == bool(line) or of_syntax
            assert right, f"{self.name}: {result} {reason}, but the naive reader finds line {line} malformed"
        if "malformed-header" in self.warnings:
            assert line and "malformed-header" not in self.reasons(), f"{self.name}: {line} is malformed"

    def details(self):
        """What the first signature's detail says; where it is refused for the header, of which line."""
        details = [self.detail] if self.detail else []
        if self.reasons()[:1] != ["malformed-header"]:
            return details
        assert self.misread, f"{self.name}: what is wrong with the line?"
        return [f"line {self.malformed_line()} {self.misread}", *details]

    def _must_agree(self, result, reason, body, signature):
        """The verdict written by hand against what the naive verifier computes."""
        found = (body, signature)
        wrong = f"{self.name}: {result} {reason}, but the naive verifier finds {found}"
        if result == "pass":
            assert found == (True, True), wrong
        elif reason == "body-hash-mismatch":
            assert body is False, wrong
        elif reason == "signature-mismatch":
            assert body is True and signature is False, wrong
        elif reason == "body-length-exceeds-body":
            assert body is None, wrong

    def rendered(self):
        """The file: preamble, an empty line, the message."""
        self.check_header()
        word = {True: "yes", False: "no", None: "null"}
        lines = [f"comment: {line}" for line in self.comment.splitlines()]
        lines.append(f"now: {self.now}")
        lines += [f"{option}: {value}" for option, value in self.options.items()]
        for name, texts in self.dns.items():
            if isinstance(texts, tuple):
                lines.append(f"{texts[0]}: {name}")
                continue
            for text in [texts] if isinstance(texts, (str, bytes)) else texts:
                lines.append(f'txt: {name} "{escaped(text)}"')
        bodies, signatures = self.facts()
        lines.append(f"result: {self.result()}")
        lines += [f"signature: {line}" for line in self.expect]
        lines += [f"body-hash: {word[body]}" for body in bodies]
        lines += [f"signature-matches: {word[signature]}" for signature in signatures]
        lines += [f"alignment: {word}" for word in self.alignments]
        lines += [f"warning: {code}" for code in self.warnings]
        lines += [f"no-warning: {code}" for code in self.no_warnings]
        lines += [f"unsigned: {name}" for name in self.unsigned]
        lines += [f"detail: {text}" for text in self.details()]
        return "\n".join(lines).encode("utf-8") + b"\n\n" + self.message


class Vectors:
    """The vectors by name, each name once."""

    def __init__(self):
        self.all = {}

    def add(self, name, comment, message, expect="pass", *, key=RSA_2048, dns=None, record=None,
            keys=None, **rest):  # fmt: skip
        """Adds a vector. By default `key` is published under its name at example.com.

        `record` (a text or a list) is published instead of the key's own; `dns` replaces the lot.
        """
        assert name not in self.all, f"{name} is there twice"
        if dns is None:
            dns = {owner(key.name): record if record is not None else key.public.record()}
        expect = [expect] if isinstance(expect, str) else expect
        for plural in ("warnings", "no_warnings", "alignments", "unsigned"):
            rest[plural] = rest.get(plural, "").split() if plural in rest else []
        if keys is None:
            keys = [key.public]
        self.all[name] = Vector(name, comment, message, expect, dns, keys, **rest)
