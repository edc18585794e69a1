"""What a damage is: how it is done, and what an honest tool says of it."""

import shutil
from dataclasses import dataclass, field

BODY = ("content-appended content-prepended content-inserted whitespace-changed trailing-lines-changed "
        "line-endings-changed dot-stuffing from-stuffing transfer-encoding-changed lines-rewrapped body-truncated "
        "empty-body-signed canonicalization-mislabelled body-length-wrong").split()
HEADER = ("header-value-changed subject-tagged header-added header-removed header-duplicated header-reordered "
          "header-whitespace-changed header-recased header-reencoded from-rewritten signature-field-changed").split()
KEY = "wrong-key key-rotated key-truncated selector-misspelled".split()
WITHOUT_KEY = ("key-missing", "not-asked")  # as honest as `unknown` where nothing can be known
DELIVERY = "passed-at-delivery"
CODES = {*BODY, *HEADER, *KEY, *WITHOUT_KEY, DELIVERY, "unknown"}
PROOFS = ("proven", "likely", "possible")

ALL = []


# what the sentence has to have where nothing else is asked of it: one of each group
WORDS = {"whitespace-changed": (("space", "tab"),), "trailing-lines-changed": ("line",),
         "line-endings-changed": (("CR", "LF"),), "dot-stuffing": ("dot",), "from-stuffing": ("From",),
         "transfer-encoding-changed": (("quoted-printable", "base64", "8bit", "7bit"),), "lines-rewrapped": ("line",),
         "body-truncated": (("missing", "empty", "end", "removed"),), "empty-body-signed": ("empty",),
         "canonicalization-mislabelled": ("relaxed", "simple"), "body-length-wrong": ("l=",),
         "header-recased": (("letter case", "written"),), "wrong-key": ("key", "b="), "key-truncated": ("key",),
         "key-rotated": ("key",)}


class Cause:
    """One thing that has to be said of a damage: one of `codes`. Without codes: there is nothing that could be known,
    and so nothing but `unknown` is right.

    proven:  it has to be `proven`; True, False or a question about the cell.
    unknown: `unknown` is as right, for the message bears no trace of what was there before. Such cells are counted
             apart.
    field:   the header field that it is about: it has to be said.
    says:    what the sentence has to hold: words of the footer, the tag, a name, a host. A tuple: one of these.
             Without `says` the words that belong to the code, and the field's name.
    half:    "body" or "header": asked for only where that half of the signature is broken (white space in a header
             breaks simple/simple and not relaxed/simple); by default the half that the first code belongs to.
    when:    a question about the cell: elsewhere it is not so.
    """

    def __init__(self, *codes, proven=False, unknown=False, field=None, says=None, half=None, when=None):
        assert set(codes) <= CODES - {"unknown"}, codes
        self.codes, self.field, self._when = codes, field, when
        self._proven, self._unknown, self._says = proven, unknown or not codes, says
        self.half = half or (half_of(codes[0]) if codes else None)

    def proven(self, cell):
        return self._proven(cell) if callable(self._proven) else self._proven

    def unknown(self, cell):
        return self._unknown(cell) if callable(self._unknown) else self._unknown

    def applies(self, cell):
        return self._when is None or self._when(cell)

    def fits(self, entry):
        """Whether an entry of an explanation says this."""
        return entry["cause"] in self.codes and (
            self.field is None or (entry["field"] or "").lower() == self.field.lower())

    def unsaid(self, cell, entries):
        """What the sentences of the entries that fit lack, or None."""
        text = " ".join(entry["detail"] for entry in entries).lower()
        words = self._says(cell) if callable(self._says) else self._says
        if words is None:
            words = [*WORDS.get(entries[0]["cause"], ()), *([self.field] if self.field else ())]
        for word in [words] if isinstance(words, str) else words:
            if not any(w.lower() in text for w in ([word] if isinstance(word, str) else word)):
                return word if isinstance(word, str) else " or ".join(word)
        return None

    def merged_with(self, causes):
        """What one sentence tells of this cause and of others with the same code: words of any of them are enough, and
        of several fields it need not name one."""
        codes = dict.fromkeys(code for cause in causes for code in cause.codes)
        words = [([word] if isinstance(word, str) else word) for cause in causes for word in cause._says or ()]
        field = self.field if all(cause.field == self.field for cause in causes) else None
        return Cause(*codes, proven=self._proven, unknown=self._unknown, field=field, half=self.half,
                     says=(tuple(w for group in words for w in group),) if words else ())

    def __str__(self):
        if not self.codes:
            return "unknown"
        level = {True: ", proven", False: ""}.get(self._proven, ", proven where it can be")
        unknown = {True: ", or unknown", False: ""}.get(self._unknown, ", or in places unknown")
        about = f" ({self.field})" if self.field else ""
        return " / ".join(self.codes) + about + level + unknown


def half_of(code):
    return "body" if code in BODY else "header" if code in HEADER else None


def nothing(half=None):
    """Of what happened to this half nothing can be known."""
    return Cause(half=half)


@dataclass
class Damage:
    name: str
    causes: tuple  # of Cause: each has to be there, and one of them first
    apply: object  # Message -> bytes, or None where it does not apply
    prepare: object = None  # unsigned message, kind -> unsigned message, or None where the damage does not apply
    sign: tuple = ()  # more options of `dkim sign`
    signer: object = None  # workshop, message, cell -> signed message; instead of `dkim sign`
    records: object = None  # workshop, key -> ((owner, text), …); instead of testdata/zone
    verify: tuple = ()  # more options of `dkim verify`
    signatures: int = 1  # how many the sender made
    workshop: bool = False  # `apply` gets workshop and cell as well
    no_dns: bool = False  # no zone: the name server is one that `verify` names
    mailbox: bool = False  # what is damaged is a mailbox, which the reference does not read
    beside: tuple = ()  # of Cause, or codes: may be said as well, for they are true too
    forbidden: tuple = ()  # codes that would be wrong at any level of proof, even as one that is `possible`
    never: tuple = ()  # words that no sentence may have
    tampered: object = False  # "body", "header", True for both: what a reader is told was changed there, and nothing
    #                           has the original: nothing can be proven of it
    warning: str = None  # where the message passes: a warning that has to be there
    passes: str = None  # always, relaxed-body, relaxed-header: where the reference must find the signature good
    only: tuple = ()  # kinds
    keys: tuple = ("rsa", "ed25519")
    tools: tuple = ()  # programs that have to be there

    def __post_init__(self):
        self.beside = tuple(c if isinstance(c, Cause) else Cause(c, says=()) for c in self.beside)

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


def rsa(cell):
    """An RSA signature that opens with the key shows the hash that was signed, so that a guess costs little."""
    return cell.key == "rsa"


def ed25519(cell):
    return cell.key == "ed25519"


def small(cell):
    """A proof that tries pairs of places costs too much in a megabyte."""
    return cell.kind != "1 MB"


def large(cell):
    return cell.kind == "1 MB"


def multipart(cell):
    return cell.multipart


def single(cell):
    return not cell.multipart
