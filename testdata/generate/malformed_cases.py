"""Headers that mail software takes in different ways, and what may be above a header (RFC 5322 §2.2, §3.6.8)."""

from .keys import ED25519, RSA_2048
from .signer import PLAIN, PLAIN_FIELDS, insert, message, sign
from .vector import NOW, owner, published

MALFORMED = "policy malformed-header"
SYNTAX = "neutral signature-syntax"
NO_FIELD = "is neither a field nor the continuation of one"
BAD_NAME = "has a byte in its field name that no name may have"
BARE_CR = "has a CR without LF behind it"
BARE_LF = "has an LF without CR before it"
TOP_SPACE = "begins with white space, but there is no field above it"
NO_NAME = "has no field name before its colon"
EVIL = b"From: mallory@evil.example.net"


def add_to(vectors):
    """All cases of this file."""
    malformed_lines(vectors)
    strict_line_feeds(vectors)
    other_verdicts(vectors)
    without_signature(vectors)
    well_formed(vectors)
    above(vectors)


def malformed_lines(vectors):
    """One line, put above, into or below the signed fields; the signature covers nothing of it."""
    signed = sign()
    for name, line, misread, why in (
        ("no-colon", b"PLEASE PAY TO THE NEW ACCOUNT 1234\r\n", NO_FIELD, "a line without a colon"),
        ("no-colon-and-fold", b"junk\r\n " + EVIL + b"\r\n", NO_FIELD, "a line without a colon, and one that continues it"),
        ("no-colon-but-in-fold", b"Fr\r\n om: x\r\n", NO_FIELD, "a name that is folded"),
        ("no-name", b": " + EVIL + b"\r\n", NO_NAME, "nothing before the colon"),
        ("name-nul", b"From\x00: mallory@evil.example.net\r\n", BAD_NAME, "NUL in a name"),
        ("name-vt", b"From\x0b: mallory@evil.example.net\r\n", BAD_NAME, "VT in a name"),
        ("name-del", b"X\x7f: x\r\n", BAD_NAME, "DEL in a name"),
        ("name-space", b"Resent From: mallory@evil.example.net\r\n", BAD_NAME, "a space inside a name"),
        ("name-utf-8", "Gru\u00df: x\r\n".encode(), BAD_NAME, "UTF-8 in a name, which RFC 6532 §3.2 leaves as it was"),
        ("name-byte-order-mark", "X: x\r\n\ufeffFrom: x\r\n".encode(), BAD_NAME, "a byte order mark before another line than the first"),
        ("name-cr", b"X-A\r" + EVIL + b"\r\n", BAD_NAME, "a bare CR before the colon"),
        ("quoted-from-line", b"X: x\r\n>From mallory Sat Jan  3 01:05:34 1996\r\n", BAD_NAME, "a quoted envelope line below a field"),
        ("quoted-from-line-without-date", b"X: x\r\n>From mallory\r\n", NO_FIELD, "a quoted envelope line below a field"),
        ("cr", b"X-A: b\r" + EVIL + b"\r\n", BARE_CR, "a bare CR in an unsigned field"),
        ("cr-in-trace", b"Received: from a.example.net\r by b.example.com; Thu, 14 Jan 2027 10:00:00 +0000\r\n", BARE_CR, "a bare CR in a trace field"),
        ("cr-in-fold", b"X-A: b\r\n c\r d\r\n", BARE_CR, "a bare CR in a continuation"),
        ("cr-before-crlf", b"X-A: b\r\r\n", BARE_CR, "a bare CR right before CRLF"),
    ):  # fmt: skip
        vectors.add(
            f"malformed-{name}",
            f"RFC 6376 §3.8, RFC 5322 §2.2: {why}; the signature covers nothing of it, and is good.",
            signed.replace(b"\r\nTo:", b"\r\n" + line + b"To:"),
            MALFORMED,
            misread=misread,
            detail="the signature holds, but not for what a mail program may show",
        )
        if not line.startswith(b"X: x"):
            vectors.add(
                f"malformed-{name}-on-top",
                f"RFC 6376 §3.8, RFC 5322 §2.2: {why}, on the first line of the message.",
                line + signed,
                MALFORMED,
                misread=misread,
            )
    for name, line in (
        ("space", b" " + EVIL + b"\r\n"), ("tab", b"\t" + EVIL + b"\r\n"), ("only", b" \t \r\n"),
    ):  # fmt: skip
        vectors.add(
            f"malformed-white-space-on-top-{name}",
            "RFC 5322 §2.2.3: white space continues a field, and here is none yet; readers take the line for a field.",
            line + signed,
            MALFORMED,
            misread=TOP_SPACE,
        )
    vectors.add(
        "malformed-white-space-below-envelope-line",
        "RFC 5322 §2.2.3: white space continues a field, which an envelope line is not.",
        b"From joe Sat Jan  3 01:05:34 1996\r\n x\r\n" + signed,
        MALFORMED,
        misread=TOP_SPACE,
        warnings="envelope-line",
    )
    vectors.add(
        "malformed-envelope-line",
        "RFC 5322 §2.3: a bare CR in an envelope line: readers take a field out of it.",
        b">From joe Sat Jan  3 01:05:34 1996\r" + EVIL + b"\r\n" + signed,
        MALFORMED,
        misread=BARE_CR,
        warnings="envelope-line",
    )
    header_alone = sign(PLAIN[: PLAIN.index(b"\r\n\r\n") + 2])
    for name, end, misread in (
        ("no-colon", b"junk", NO_FIELD), ("cr", b"X-A: b\r", BARE_CR), ("name-space", b"X A: b", BAD_NAME),
    ):  # fmt: skip
        vectors.add(
            f"malformed-{name}-at-end",
            "RFC 5322 §2.2: the last line of a header that ends with the file.",
            header_alone + end,
            MALFORMED,
            misread=misread,
        )
    vectors.add(
        "malformed-lf",
        "RFC 5322 §2.2: a line without a colon in an LF file.",
        sign().replace(b"\r\n", b"\n").replace(b"\nTo:", b"\njunk\nTo:"),
        MALFORMED,
        misread=NO_FIELD,
    )
    vectors.add(
        "malformed-twice",
        "RFC 5322 §2.2: two malformed lines: the first one is told.",
        b"X\x00: x\r\n" + signed.replace(b"\r\nTo:", b"\r\njunk\r\nTo:"),
        MALFORMED,
        misread=BAD_NAME,
    )


def strict_line_feeds(vectors):
    """Bare LFs where only CRLF ends a line."""
    strict = {"line-endings": "strict"}
    vectors.add(
        "malformed-strict-lf",
        "RFC 5322 §2.3: strictly, a bare LF in an unsigned field.",
        b"X-A: b\n" + EVIL + b"\r\n" + sign(),
        MALFORMED,
        misread=BARE_LF,
        options=strict,
        detail="the signature holds, but not for what a mail program may show",
    )
    vectors.add(
        "malformed-strict-lf-on-top",
        "RFC 5322 §2.3: strictly, a bare LF before the first name.",
        b"\nX-A: b\r\n" + sign(),
        MALFORMED,
        misread=BAD_NAME,
        options=strict,
    )
    for algorithm in ("simple", "relaxed"):
        source = PLAIN[: PLAIN.index(b"\r\n\r\n")]
        names = {"h": "from:message-id", "c": f"{algorithm}/simple"}
        without = sign(source, tags=names, strict=True)
        vectors.add(
            f"line-ends-header-without-end-strict-{algorithm}",
            "RFC 6376 §3.4.2: strictly, the last line of a header that ends with the file.",
            without,
            options=strict,
        )
        vectors.add(
            f"malformed-strict-lf-added-at-end-{algorithm}",
            "RFC 6376 §3.4: strictly, a bare LF at the end of a header is data: added, it breaks the signature.",
            without + b"\n",
            MALFORMED,
            misread=BARE_LF,
            options=strict,
            detail="would be fail: signature did not verify",
        )
        vectors.add(
            f"malformed-strict-lf-signed-at-end-{algorithm}",
            "RFC 6376 §3.4: strictly, a bare LF at the end of a header is data, and was signed as such.",
            sign(source + b"\n", tags=names, strict=True),
            MALFORMED,
            misread=BARE_LF,
            options=strict,
            detail="the signature holds, but not for what a mail program may show",
        )


def other_verdicts(vectors):
    """What the header does to other verdicts, and what is said of them."""
    junk = b"junk\r\n"
    rsa = owner("rsa2048")
    for name, source, detail, rest in (
        ("body-changed", sign().replace(b"lunch on", b"dinner on"), "would be fail: body hash did not verify", {}),
        ("header-changed", sign().replace(b"Subject: Lunch", b"Subject: Dinner"), "would be fail: signature did not verify", {}),
        ("expired", sign(tags={"x": str(NOW - 4000)}), "would be policy: signature expired", {}),
        ("sha1", sign(tags={"a": "rsa-sha1"}), "would be policy: rsa-sha1", {}),
        ("extra-from", EVIL + b"\r\n" + sign(), "would be policy: there are 2 From fields", {"warnings": "several-from"}),
        ("servfail", sign(), "would be temperror: key unavailable", {"dns": {rsa: ("servfail",)}, "keys": []}),
        ("timeout", sign(), "would be temperror: key unavailable", {"dns": {rsa: ("timeout",)}, "keys": []}),
        ("no-key", sign(), "would be permerror: no key for signature", {"dns": {}, "keys": []}),
        ("body-too-short", sign(tags={"l": "999"}), "would be permerror: l= is more than", {}),
    ):  # fmt: skip
        vectors.add(
            f"malformed-and-{name}",
            "RFC 6376 §3.8: the header is malformed, and without that the signature would not pass either.",
            junk + source,
            MALFORMED,
            misread=NO_FIELD,
            detail=detail,
            **rest,
        )
    for name, source, expect in (
        ("signature-syntax", b"DKIM-Signature: what is this\r\n" + PLAIN, SYNTAX),
        ("missing-tag", sign(tags={"d": None}), "permerror missing-tag"),
        ("from-not-signed", sign(tags={"h": "to"}), "permerror from-not-signed"),
        ("identity-mismatch", sign(tags={"i": "@example.org"}), "permerror identity-mismatch"),
        ("from-missing", sign().replace(b"\r\nFrom:", b"\r\nFrom\x00:"), "permerror from-missing"),
    ):
        vectors.add(
            f"malformed-and-{name}",
            "RFC 6376 §6.1.1: syntax comes first; the message is refused for its header all the same.",
            junk + source,
            expect,
            warnings="malformed-header",
        )
    vectors.add(
        "malformed-and-several",
        "RFC 6376 §6.1: of three signatures one cannot be read, one is good, one is broken.",
        junk + b"DKIM-Signature: what is this\r\n" + sign(sign(key=ED25519), mangle=lambda octets: octets[::-1]),
        [SYNTAX, MALFORMED, MALFORMED],
        dns=published(RSA_2048, ED25519),
        keys=[RSA_2048.public, ED25519.public],
        no_warnings="malformed-header",
    )
    vectors.add(
        "malformed-and-over-limit",
        "RFC 6376 §6.1: a signature over the limit was not judged.",
        junk + sign(sign(key=ED25519), key=ED25519),
        [MALFORMED, "policy too-many-signatures"],
        key=ED25519,
        misread=NO_FIELD,
        options={"max-signatures": "1"},
    )


def without_signature(vectors):
    vectors.add(
        "none-malformed-no-colon",
        "RFC 6376 §6.1: no signature, and a header that is malformed, which is told.",
        b"junk\r\n" + PLAIN,
        [],
        dns={},
        warnings="malformed-header",
    )
    vectors.add(
        "none-malformed-white-space-line",
        "RFC 5322 §2.1: white space in the place of the empty line: the body is read as header.",
        PLAIN.replace(b"\r\n\r\n", b"\r\n \r\n", 1),
        [],
        dns={},
        warnings="malformed-header",
    )
    wide = "\ufeff" + PLAIN.decode()
    for name, source, why in (
        ("text", b"Dear Bob,\r\nlunch on Friday?\r\n", "text without a header"),
        ("empty-line-on-top", b"\r\n" + sign(), "an empty line above a signed message: all of it is body"),
        ("utf-16", wide.encode("utf-16-le"), "text in UTF-16"),
        ("xz", b"\xfd7zXZ\0\0\x04\xe6\xd6\n\n" + bytes(range(256)) * 8, "a packed file"),
        ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a document"),
    ):
        vectors.add(
            f"none-not-a-message-{name}",
            f"What is no message has nothing that a sender could mend: {why}.",
            source,
            [],
            dns={},
            warnings="not-a-message",
            no_warnings="malformed-header eight-bit-header long-lines bare-carriage-return mixed-line-endings",
        )
    vectors.add(
        "none-malformed-body-alone",
        "RFC 5322 §2.1: below the empty line anything is body.",
        PLAIN + b"junk\r\n : x\r",
        [],
        dns={},
        no_warnings="malformed-header",
        warnings="bare-carriage-return",
    )


def well_formed(vectors):
    odd_name = "!#$%&'*+-./09;<=>?@AZ[\\]^_`az{|}~\""
    for name, field, why in (
        ("odd-name", f"{odd_name}: x", "every kind of character that a name may have"),
        ("space-before-colon", "X-A \t : x", "white space before the colon (RFC 5322 §4.5)"),
        ("controls", "X-A: \x00\x01\x0b\x0c\x1b\x7f", "control characters in a value"),
        ("latin-1", "X-A: \udcff\udce4", "octets over 127 in a value that are no UTF-8"),
        ("quoted-from-as-name", ">From: x", "a name that begins with >"),
        ("folds", "X-A:\r\n \r\n\t\r\n x", "continuations of white space alone"),
    ):
        vectors.add(
            f"well-formed-{name}",
            f"RFC 5322 §2.2, §3.6.8: {why}.",
            insert(sign(), field + "\r\n"),
            no_warnings="malformed-header",
        )
    vectors.add(
        "well-formed-header-alone",
        "RFC 5322 §3.5: the header ends with the file, without the empty line and without a last line end.",
        sign(message(*PLAIN_FIELDS, body="")[:-2])[:-2],
        no_warnings="malformed-header",
    )


def above(vectors):
    mark = b"\xef\xbb\xbf"
    lines = b"From joe Sat Jan  3 01:05:34 1996\r\n>From jim Sat Jan  3 01:05:34 1996 remote from x\r\n"
    for name, start, warnings, silent in (
        ("byte-order-mark", mark, "byte-order-mark", "envelope-line"),
        ("envelope-line", lines[: lines.index(b">")], "envelope-line", "byte-order-mark"),
        ("quoted-envelope-line", lines[lines.index(b">") :], "envelope-line", "byte-order-mark"),
        ("envelope-lines", lines, "envelope-line", "byte-order-mark"),
        ("byte-order-mark-and-envelope-lines", mark + lines, "byte-order-mark envelope-line", ""),
    ):
        vectors.add(
            f"above-{name}",
            "What some programs put above the header is no part of it.",
            start + sign(),
            warnings=warnings,
            no_warnings=f"{silent} malformed-header eight-bit-header",
        )
        vectors.add(
            f"above-{name}-lf",
            "The same with LF.",
            (start + sign()).replace(b"\r\n", b"\n"),
            warnings=warnings,
            no_warnings=f"{silent} malformed-header",
        )
    vectors.add(
        "above-byte-order-mark-and-signed-field",
        "The first field is signed, and the byte order mark before it is no part of its name.",
        mark + sign(position=1),
        warnings="byte-order-mark",
    )
    vectors.add(
        "above-byte-order-mark-alone",
        "A file of a byte order mark and an empty line.",
        mark + b"\r\nHello\r\n",
        [],
        dns={},
        warnings="not-a-message",
        no_warnings="byte-order-mark",
    )
