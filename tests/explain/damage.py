"""What a damage is: how it is done, and what an honest tool says of it."""

import shutil
from dataclasses import dataclass, field

BODY = ("content-appended content-prepended content-inserted whitespace-changed trailing-lines-changed "
        "line-endings-changed dot-stuffing from-stuffing transfer-encoding-changed lines-rewrapped body-truncated "
        "empty-body-signed canonicalization-mislabelled body-length-wrong").split()
HEADER = ("header-value-changed subject-tagged header-added header-removed header-duplicated header-reordered "
          "header-whitespace-changed header-recased header-reencoded from-rewritten signature-field-changed").split()
KEY = "wrong-key key-rotated key-truncated selector-misspelled passed-at-delivery".split()
CODES = {*BODY, *HEADER, *KEY, "unknown"}
PROOFS = ("proven", "likely", "possible")

ALL = []


class Cause:
    """One thing that has to be said of a damage: one of `codes`, the one expected first in front.

    proven:  it has to be `proven`; True, False or a question about the cell.
    unknown: `unknown` is as right, for the message bears no trace of what was there before. Such cells are counted
             apart.
    half:    "body" or "header": asked for only where that half of the signature is broken (white space in a header
             breaks simple/simple and not relaxed/simple); by default the half that the first code belongs to.
    """

    def __init__(self, *codes, proven=False, unknown=False, half=None):
        assert set(codes) <= CODES, codes
        self.codes, self._proven, self._unknown = codes, proven, unknown
        self.half = half or ("body" if codes[0] in BODY else "header" if codes[0] in HEADER else None)

    def proven(self, cell):
        return self._proven(cell) if callable(self._proven) else self._proven

    def unknown(self, cell):
        return self._unknown(cell) if callable(self._unknown) else self._unknown

    def __str__(self):
        level = {True: ", proven", False: ""}.get(self._proven, ", proven where it can be")
        unknown = {True: ", or unknown", False: ""}.get(self._unknown, ", or in places unknown")
        return " / ".join(self.codes) + level + unknown


@dataclass
class Damage:
    name: str
    causes: tuple  # of Cause; one: it has to come first; several: each has to be there
    apply: object  # Message -> bytes, or None where it does not apply
    prepare: object = None  # unsigned message, kind -> unsigned message, or None where the damage does not apply
    sign: tuple = ()  # more options of `dkim sign`
    signer: object = None  # workshop, message, cell -> signed message; instead of `dkim sign`
    records: object = None  # workshop, key -> ((owner, text), …); instead of testdata/zone
    verify: tuple = ()  # more options of `dkim verify`
    beside: tuple = ()  # codes that may come first as well, for they are true too
    forbidden: tuple = ()  # codes that would be wrong at any level of proof
    tampered: bool = False  # what a reader is told was changed and nothing has the original: nothing can be proven
    warning: str = None  # where the message passes: a warning that has to be there
    passes: str = None  # always, relaxed-body, relaxed-header: where the reference must find the signature good
    only: tuple = ()  # kinds
    keys: tuple = ("rsa", "ed25519")
    tools: tuple = ()  # programs that have to be there

    def missing_tools(self):
        return [t for t in self.tools if not shutil.which(t)]


@dataclass(frozen=True)
class Cell:
    damage: Damage = field(hash=False, compare=False)
    kind: str
    key: str
    canonicalization: str

    def __str__(self):
        return f"{self.damage.name} [{self.kind}, {self.key}, {self.canonicalization}]"

    @property
    def multipart(self):
        return self.kind in ("html", "attachment")


def damage(name, *causes, **options):
    """Registers the function below it as the damage `name`."""
    def register(function):
        ALL.append(Damage(name, causes, function, **options))
        return function
    return register


def small(cell):
    """A proof that tries pairs of places costs too much in a megabyte."""
    return cell.kind != "1 MB"


def large(cell):
    return cell.kind == "1 MB"


def multipart(cell):
    return cell.multipart


def single(cell):
    return not cell.multipart
