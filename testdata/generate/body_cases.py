"""The body: canonicalization, `l=`, line ends (RFC 6376 §3.4.3, §3.4.4, §3.5)."""

from .signer import PLAIN, message, sign, with_line_ends

BODY_HASH = "fail body-hash-mismatch"
BODIES = (
    ("empty", "", "the body is empty: CRLF when simple, nothing when relaxed"),
    ("one-empty-line", "\r\n", "one empty line"),
    ("only-empty-lines", "\r\n" * 5, "empty lines alone"),
    ("only-whitespace-lines", " \r\n\t\r\n \t \r\n", "lines of WSP alone"),
    ("whitespace-without-crlf", " \t ", "WSP alone and no CRLF"),
    ("one-space", " ", "one space and no CRLF"),
    ("one-character", "a", "one character and no CRLF"),
    ("trailing-empty-lines", "Hi.\r\n\r\n\r\n\r\n", "empty lines at the end"),
    ("trailing-whitespace-lines", "Hi.\r\n \r\n\t\r\n  \r\n", "lines of WSP alone at the end"),
    ("trailing-mixed-lines", "Hi.\r\n\r\n \r\n\r\n\t\r\n\r\n", "empty lines and lines of WSP at the end"),
    ("whitespace-line-inside", "Hi.\r\n \t\r\n\r\nBye.\r\n", "a line of WSP alone that is not at the end"),
    ("no-final-crlf", "Hi.\r\nBye.", "no CRLF at the end"),
    ("no-final-crlf-and-whitespace", "Hi.\r\nBye. \t ", "WSP and no CRLF at the end"),
    ("no-final-crlf-whitespace-line", "Hi.\r\nBye.\r\n \t", "a last line of WSP without CRLF"),
    ("leading-empty-lines", "\r\n\r\nHi.\r\n", "empty lines at the start"),
    ("leading-whitespace", "  Hi.\r\n\tBye.\r\n", "WSP at the start of lines becomes one SP"),
    ("trailing-whitespace", "Hi. \r\nBye.\t \t\r\n", "WSP at the end of lines"),
    ("runs-of-whitespace", "a  b\t\tc \t \t d\t e\r\n", "runs of SP and TAB"),
    ("single-tabs", "a\tb\tc\r\n", "a single TAB becomes SP"),
    ("other-whitespace", "a\x0b\x0bb\x0c\x0cc\u00a0\u00a0d \x0b\r\n\x0c\r\n", "VT, FF and NBSP are no WSP"),
    ("nul", "a\x00\x00b \x00\r\n\x00", "NUL is data"),
    ("eight-bit", "Gr\u00fc\u00dfe  \u2014 \udcff\udcfe\r\n", "octets over 127 are data"),
    ("dots", ".\r\n..\r\n.a\r\n", "dots at the start of lines are data once the message has arrived"),
    ("looks-like-header", "DKIM-Signature: v=1; b=\r\nFrom: x\r\n", "lines that look like fields"),
    ("line-of-998", "x" * 998 + "\r\n", "a line as long as RFC 5322 §2.1.1 allows"),
    ("long-line-of-999", "x" * 999 + "\r\n", "a line one octet longer than RFC 5322 §2.1.1 allows"),
    ("long-line", "x" * 5000 + " \r\n", "a line of 5000 octets"),
    ("long-whitespace-runs", "a" + " \t" * 3000 + "b" + " " * 5000 + "\r\n", "long runs of WSP"),
    ("many-trailing-lines", "Hi.\r\n" + " \r\n\r\n" * 2000, "four thousand empty lines at the end"),
    ("many-inner-lines", "Hi.\r\n" + "\t\r\n\r\n" * 2000 + "Bye.\r\n", "four thousand empty lines inside"),
)  # fmt: skip


def add_to(vectors):
    """All cases of this file."""
    bodies(vectors)
    body_changes(vectors)
    body_length(vectors)
    line_ends(vectors)


def bodies(vectors):
    for name, body, why in BODIES:
        for algorithm in ("simple", "relaxed"):
            vectors.add(
                f"body-{name}-{algorithm}",
                f"RFC 6376 {'§3.4.3' if algorithm == 'simple' else '§3.4.4'}: {why}.",
                sign(message(body=body), tags={"c": f"relaxed/{algorithm}"}),
                warnings="long-lines" if name.startswith("long-") else "",
                no_warnings="bare-carriage-return mixed-line-endings eight-bit-header several-from"
                + ("" if name.startswith("long-") else " long-lines"),
            )
    for algorithm in ("simple", "relaxed"):
        vectors.add(
            f"body-missing-{algorithm}",
            "RFC 5322 §3.5, RFC 6376 §3.4.3: the message ends with its header; no body is an empty body.",
            sign(PLAIN[: PLAIN.index(b"\r\n\r\n") + 2], tags={"c": f"relaxed/{algorithm}"}),
        )
    vectors.add(
        "body-missing-and-no-final-crlf",
        "RFC 6376 §3.4.2: the message ends with its last header field, which lacks its CRLF.",
        sign(PLAIN[: PLAIN.index(b"\r\n\r\n") + 2], tags={"h": "from:message-id"})[:-2],
    )


def body_changes(vectors):
    """What each canonicalization forgives on the way, and what it does not."""
    base = "Hi  there.\r\n\r\nBye.\r\n"
    for name, after, simple, relaxed, why in (
        ("empty-lines-appended", base + "\r\n\r\n", True, True, "empty lines were added at the end"),
        ("final-crlf-lost", base[:-2], True, True, "the last CRLF was lost"),
        ("whitespace-lines-appended", base + " \r\n\t\r\n", False, True, "lines of WSP were added at the end"),
        ("trailing-whitespace-added", base.replace("Bye.", "Bye. \t"), False, True, "WSP was added at the end of a line"),
        ("whitespace-run-shrunk", base.replace("  ", " "), False, True, "two spaces became one"),
        ("whitespace-run-to-tab", base.replace("  ", "\t"), False, True, "two spaces became a TAB"),
        ("leading-whitespace-added", base.replace("Bye", " Bye"), False, False, "WSP was added at the start of a line"),
        ("whitespace-removed", base.replace("  ", ""), False, False, "the WSP between two words was removed"),
        ("empty-line-removed", base.replace("\r\n\r\n", "\r\n"), False, False, "an empty line inside was removed"),
        ("empty-line-prepended", "\r\n" + base, False, False, "an empty line was added at the start"),
        ("footer-appended", base + "-- \r\nlist\r\n", False, False, "a footer was added"),
        ("letter-changed", base.replace("Bye", "bye"), False, False, "a letter was changed"),
        ("emptied", "", False, False, "the body was lost"),
    ):  # fmt: skip
        for algorithm, good in (("simple", simple), ("relaxed", relaxed)):
            signed = sign(message(body=base), tags={"c": f"relaxed/{algorithm}"})
            vectors.add(
                f"body-changed-{name}-{algorithm}",
                f"RFC 6376 {'§3.4.3' if algorithm == 'simple' else '§3.4.4'}: {why} after signing.",
                signed[: -len(base)] + after.encode(),
                "pass" if good else BODY_HASH,
            )
    signed = sign()
    vectors.add(
        "body-and-header-changed",
        "RFC 6376 §6.1.3: body hash and signature are both wrong; the body hash is told first.",
        signed.replace(b"Friday", b"Sunday"),
        BODY_HASH,
    )
    vectors.add(
        "body-empty-simple-hash-under-relaxed",
        "RFC 6376 §3.4.4: an empty relaxed body is zero octets; here the signer hashed CRLF.",
        sign(message(body=""), tags={"c": "relaxed/relaxed"}, terms={"body": "simple"}),
        BODY_HASH,
    )
    vectors.add(
        "body-empty-relaxed-hash-under-simple",
        "RFC 6376 §3.4.3: an empty simple body is CRLF; here the signer hashed nothing.",
        sign(message(body=""), tags={"c": "relaxed/simple"}, terms={"body": "relaxed"}),
        BODY_HASH,
    )


def body_length(vectors):
    exceeds = "permerror body-length-exceeds-body"
    # (name, body, algorithm, l=, verdict, whether something is left unsigned, why)
    for name, body, algorithm, length, expect, partial, why in (
        ("whole", "Hi.\r\n", "simple", "5", "pass", False, "l= is the length of the body"),
        ("whole-relaxed", "Hi. \t \r\n\r\n\r\n", "relaxed", "5", "pass", False,
         "l= is the canonicalized length; as it arrived the body is longer"),
        ("whole-simple-trailing-lines", "Hi.\r\n\r\n\r\n", "simple", "5", "pass", False,
         "l= is the canonicalized length; as it arrived the body is longer"),
        ("whole-no-final-crlf", "Hi.", "simple", "5", "pass", False,
         "l= counts the CRLF that canonicalization adds; as it arrived the body is shorter"),
        ("whole-no-final-crlf-relaxed", "Hi.", "relaxed", "5", "pass", False,
         "l= counts the CRLF that canonicalization adds; as it arrived the body is shorter"),
        ("raw-length-relaxed", "Hi  there. \r\n", "relaxed", "13", exceeds, False,
         "l= is the length as it arrived, more than the canonicalized 11 octets"),
        ("raw-length-simple", "Hi.\r\n\r\n", "simple", "7", exceeds, False,
         "l= is the length as it arrived, more than the canonicalized 5 octets"),
        ("one-more", "Hi.\r\n", "simple", "6", exceeds, False, "l= is one more than there is"),
        ("one-less", "Hi.\r\n", "simple", "4", "pass", True, "l= ends between CR and LF"),
        ("one-less-relaxed", "Hi. \r\n", "relaxed", "4", "pass", True, "l= ends between CR and LF"),
        ("before-crlf", "Hi.\r\n", "relaxed", "3", "pass", True, "l= ends before the CRLF"),
        ("at-whitespace-run", "Hi  \t there.\r\n", "relaxed", "3", "pass", True, "l= ends after the one SP"),
        ("at-inner-empty-lines", "Hi.\r\n\r\n\r\nBye.\r\n", "simple", "7", "pass", True,
         "l= ends among empty lines, which are not at the end of the body"),
        ("footer", "Hi.\r\n-- \r\nA list\r\n", "relaxed", "5", "pass", True, "a footer that l= leaves out"),
        ("footer-after-empty-lines", "Hi.\r\n\r\n\r\n-- \r\nA list\r\n", "relaxed", "5", "pass", True,
         "the signer's trailing empty lines are now inside the body, past l="),
        ("zero", "Hi.\r\n", "relaxed", "0", "pass", True, "l=0 signs nothing of the body, and is legal"),
        ("zero-simple", "Hi.\r\n", "simple", "0", "pass", True, "l=0 signs nothing of the body, and is legal"),
        ("zero-empty-body-relaxed", "", "relaxed", "0", "pass", False, "l=0 is all of an empty relaxed body"),
        ("zero-empty-body-simple", "", "simple", "0", "pass", True, "an empty simple body is CRLF, and l=0 leaves it out"),
        ("one-empty-body-simple", "", "simple", "1", "pass", True, "an empty simple body is CRLF, and l=1 cuts it"),
        ("two-empty-body-simple", "", "simple", "2", "pass", False, "an empty simple body is CRLF: two octets"),
        ("three-empty-body-simple", "", "simple", "3", exceeds, False, "an empty simple body is CRLF: two octets"),
        ("one-empty-body-relaxed", "\r\n \r\n", "relaxed", "1", exceeds, False, "an empty relaxed body has no octet"),
        ("leading-zeros", "Hi.\r\n", "relaxed", "0" * 75 + "5", "pass", False, "76 digits, most of them zeros"),
        ("20-digits", "Hi.\r\n", "relaxed", "9" * 20, exceeds, False, "more than 64 bits hold"),
        ("76-digits", "Hi.\r\n", "relaxed", "9" * 76, exceeds, False, "more than 64 bits hold"),
        ("largest-64-bit", "Hi.\r\n", "relaxed", str(2**64 - 1), exceeds, False, "the most that 64 bits hold"),
        ("wraps-to-five", "Hi.\r\n", "relaxed", str(2**64 + 5), exceeds, False, "it must not wrap to 5"),
    ):  # fmt: skip
        vectors.add(
            f"length-{name}",
            f"RFC 6376 §3.5, §3.7: {why}.",
            sign(message(body=body), tags={"c": f"relaxed/{algorithm}", "l": length}),
            expect,
            warnings="unsigned-body" if partial else "",
            no_warnings="unsigned-body" if expect == "pass" and not partial else "",
        )
    short = sign(message(body="Hi.\r\n-- \r\nA list\r\n"), tags={"l": "5"})
    vectors.add(
        "length-changed-within",
        "RFC 6376 §3.5: what l= covers was changed.",
        short.replace(b"Hi.", b"Ho."),
        BODY_HASH,
    )
    vectors.add(
        "length-tampered",
        "RFC 6376 §3.5: l= itself is signed; making it shorter breaks both.",
        short.replace(b"l=5", b"l=4"),
        BODY_HASH,
    )
    reject = {"reject-partial-body": "yes"}
    vectors.add(
        "length-partial-rejected",
        "RFC 6376 §8.2: a verifier may refuse a signature that leaves a part of the body unsigned.",
        short,
        "policy partial-body",
        options=reject,
    )
    vectors.add(
        "length-whole-not-rejected",
        "RFC 6376 §8.2: l= that covers the whole body leaves nothing unsigned.",
        sign(message(body="Hi. \r\n\r\n"), tags={"l": "5"}),
        options=reject,
    )
    vectors.add(
        "length-zero-rejected",
        "RFC 6376 §8.2: l=0 leaves the whole body unsigned.",
        sign(tags={"l": "0"}),
        "policy partial-body",
        options=reject,
    )


def line_ends(vectors):
    relaxed, simple = sign(), sign(tags={"c": "simple/simple"})
    for name, signed in (("relaxed", relaxed), ("simple", simple)):
        header, body = signed.split(b"\r\n\r\n", 1)
        vectors.add(
            f"line-ends-lf-{name}",
            "Our choice (RFC 6376 §3.4 knows CRLF alone): a bare LF is a line end and is hashed as CRLF.",
            with_line_ends(signed, b"\n"),
            no_warnings="mixed-line-endings",
        )
        vectors.add(
            f"line-ends-lf-body-{name}",
            "A header with CRLF and a body with LF, hashed as CRLF; mixed endings are told.",
            header + b"\r\n\r\n" + with_line_ends(body, b"\n"),
            warnings="mixed-line-endings",
        )
        vectors.add(
            f"line-ends-lf-header-{name}",
            "A header with LF and a body with CRLF, hashed as CRLF; mixed endings are told.",
            with_line_ends(header, b"\n") + b"\n\n" + body,
            warnings="mixed-line-endings",
        )
        vectors.add(
            f"line-ends-one-lf-{name}",
            "One bare LF among CRLFs is hashed as CRLF.",
            signed.replace(b"Friday?\r\n", b"Friday?\n"),
            warnings="mixed-line-endings",
        )
        vectors.add(
            f"line-ends-one-lf-strict-{name}",
            "RFC 6376 §3.4: strictly, a bare LF is data; the signer hashed CRLF.",
            signed.replace(b"Friday?\r\n", b"Friday?\n"),
            BODY_HASH,
            options={"line-endings": "strict"},
        )
        vectors.add(
            f"line-ends-crlf-strict-{name}",
            "RFC 6376 §3.4: CRLF throughout is the same strictly and leniently.",
            signed,
            options={"line-endings": "strict"},
            no_warnings="mixed-line-endings bare-carriage-return",
        )
        vectors.add(
            f"line-ends-lf-without-final-{name}",
            "An LF file whose last line lacks its LF.",
            with_line_ends(signed, b"\n")[:-1],
            no_warnings="mixed-line-endings",
        )
    tags = {"relaxed": {}, "simple": {"c": "simple/simple"}}
    for name, body, why in (
        ("bare-lf", "a\nb \n\n c  \n\n", "bare LFs in the body"),
        ("bare-lf-before-crlf", "a \n\r\n", "a bare LF right before a CRLF"),
        ("bare-lf-at-end", "a\r\n\n", "a bare LF at the very end"),
    ):
        for algorithm, chosen in tags.items():
            source = message(body=body)
            vectors.add(
                f"line-ends-{name}-strict-{algorithm}",
                f"RFC 6376 §3.4: strictly, {why} are data and hashed as such.",
                sign(source, tags=chosen, strict=True),
                options={"line-endings": "strict"},
            )
            vectors.add(
                f"line-ends-{name}-lenient-{algorithm}",
                f"Leniently, {why} are line ends.",
                sign(source, tags=chosen),
                warnings="mixed-line-endings",
            )
    for name, body, why in (
        ("inside", "a\rb \r c\r\n", "inside a line"),
        ("before-crlf", "a \r\r\nb\r\r\r\n", "right before a CRLF"),
        ("at-end", "a\r\nb\r", "as the last octet"),
        ("alone", "\r", "as the only octet"),
        ("on-last-lines", "a\r\n\r\r\n \r \r\n", "on lines that are otherwise empty"),
    ):
        for algorithm, chosen in tags.items():
            for mode in ("lenient", "strict"):
                vectors.add(
                    f"line-ends-bare-cr-{name}-{mode}-{algorithm}",
                    f"RFC 6376 §3.4: a bare CR is data, neither WSP nor a line end: {why}.",
                    sign(message(body=body), tags=chosen),
                    options={"line-endings": "strict"} if mode == "strict" else {},
                    warnings="bare-carriage-return",
                )
    vectors.add(
        "line-ends-cr-added",
        "RFC 6376 §3.4: a bare CR is data, so adding one breaks the body hash.",
        relaxed.replace(b"Friday?\r\n", b"Friday?\r\r\n"),
        BODY_HASH,
        warnings="bare-carriage-return",
    )
