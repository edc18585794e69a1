"""Disagreements that are another tool's fault. Each one is shown as such only where the run itself proves it.

A cell that matches an entry here is `theirs [n]` only if, in this very run,
  - the reference (reference.py) says that the disagreeing tool is wrong about this message, and
  - at least one more tool, which shares no code with it, says so too
(or, for a tool that refuses to sign at all, only with its own error message).
Everything else that disagrees is a FAIL. An entry that no longer happens is no error: the cell is `ok` then.
"""

from dataclasses import dataclass


@dataclass
class Fault:
    tools: tuple
    roles: tuple  # of "sign", "verify"
    matches: object  # (case, name of the signer) -> bool
    why: str


def shape(*shapes, canonicalization=None):
    def matches(case, _signer):
        return case.shape in shapes and canonicalization in (None, case.canonicalization)
    return matches


SIGN, VERIFY, BOTH = ("sign",), ("verify",), ("sign", "verify")
RELAXED = "relaxed/relaxed"
DKIMPY, GO, TESTMSG = ("dkimpy",), ("go-msgauth",), ("opendkim-testmsg",)
OPENDKIM = ("libopendkim", "opendkim-testmsg")  # one implementation: the command is a thin layer over the library

FAULTS = [
    # dkimpy 1.1.4
    Fault(DKIMPY, BOTH,
          shape("body: white space, no final line end", "body: last line of white space, no line end",
                canonicalization=RELAXED),
          "relaxed body: white space at the end of a last line without CRLF is kept (it is only removed before a "
          "CRLF), while RFC 6376 section 3.4.4 removes it at the end of every line and then adds the CRLF."),
    Fault(DKIMPY, BOTH, shape("header: space before the colon"),
          "cannot read a field with white space before the colon (`Comments : …`), which RFC 5322 section 4.5 "
          "obliges a reader to accept and RFC 6376 section 3.4.2 names when it says how to relax it."),
    Fault(DKIMPY, BOTH, shape("header: ends in form feed", canonicalization=RELAXED),
          "relaxed header: strips every ASCII white space at the ends of a value; WSP is SP and TAB only "
          "(RFC 6376 section 2.8, RFC 5234)."),
    # go-msgauth 0.6.6
    Fault(GO, BOTH, shape("body: no empty line after the header"),
          "cannot read a message that is a header only, without the empty line after it (RFC 5322 section 3.5 "
          "makes the empty line part of the optional body)."),
    Fault(GO, BOTH, shape("body: bare CR", canonicalization=RELAXED),
          "relaxed body: takes a bare CR for a line end when it removes white space in front of it."),
    Fault(GO, BOTH, shape("header: ends in no-break space", "header: ends in form feed", canonicalization=RELAXED),
          "relaxed header: strips Unicode's white space (U+00A0, U+000C …) at the ends of a value; WSP is SP and "
          "TAB only."),
    Fault(GO, VERIFY, lambda case, signer: bool(case.oversign) and signer == "libopendkim",
          "`h=From:…:from`: counts the instances of a field apart for each letter case of its name, so the second "
          "entry finds the first instance again; the letter case of field names does not matter."),
    # OpenDKIM 2.11.0 beta 2
    Fault(OPENDKIM, SIGN,
          lambda case, _signer: case.key == "ed25519" and case.canonicalization.startswith("simple/"),
          "simple header with Ed25519: hashes its field with `; b=` on the line of h=, then writes it folded before "
          "b= (undoing that fold makes the signature verify), so nobody can verify it, nor can it itself."),
    Fault(OPENDKIM, BOTH, shape("body: no empty line after the header", canonicalization="simple/simple"),
          "simple header: dkim_chunk() misreads the last field of a header that has no empty line after it. (The "
          "milter never passes such a message.)"),
    Fault(OPENDKIM, BOTH, shape("body: bare CR", canonicalization=RELAXED),
          "relaxed body: treats a bare CR in or after white space specially; it is data."),
    Fault(OPENDKIM, BOTH, shape("header: vertical tab within", "header: ends in form feed",
                                canonicalization=RELAXED),
          "relaxed header: isspace() in place of SP and TAB, so that form feeds and vertical tabs are collapsed "
          "and stripped."),
    # opendkim-testmsg alone: it feeds the bytes as they are and has the library repair line ends
    Fault(TESTMSG, BOTH, shape("body: bare CR", canonicalization="simple/simple"),
          "repairs line ends (DKIM_LIBFLAGS_FIXCRLF), and bare CRs with them."),
    Fault(TESTMSG, BOTH, shape("body: white space, no final line end", canonicalization=RELAXED),
          "relaxed body: white space at the end of a last line without CRLF is kept."),
    Fault(TESTMSG, VERIFY, lambda case, signer: signer == "go-msgauth" and b"\r\n" not in case.message,
          "cannot read a header with mixed line ends (go-msgauth puts a field with CRLF over a message with LF)."),
]
