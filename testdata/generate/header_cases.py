"""The header fields: canonicalization, repeated and doubled fields (RFC 6376 §3.4.1, §3.4.2, §5.4, §8.15)."""

from .keys import ED25519, RSA_2048
from .signer import PLAIN, PLAIN_FIELDS, insert, message, sign
from .vector import published

MISMATCH = "fail signature-mismatch"
EXTRA_FROM = "policy extra-from"
MALFORMED = "policy malformed-header"


def add_to(vectors):
    """All cases of this file."""
    header_fields(vectors)
    header_changes(vectors)
    repeated_fields(vectors)
    doubled_fields(vectors)
    field_syntax(vectors)


def header_fields(vectors):
    for name, field, why in (
        ("folded", "Subject: Lunch\r\n on\r\n\tFriday", "unfolded, and the WSP is one SP"),
        ("folded-before-value", "Subject:\r\n Lunch on Friday", "a fold right after the colon"),
        ("folded-whitespace-line", "Subject: Lunch\r\n \t \r\n on Friday", "a continuation line of WSP alone"),
        ("folded-at-end", "Subject: Lunch on Friday\r\n ", "a last continuation line of WSP alone"),
        ("runs-of-whitespace", "Subject: \t Lunch  on\t\tFriday  \t", "runs of WSP, and WSP at both ends"),
        ("no-space-after-colon", "Subject:Lunch", "no WSP after the colon"),
        ("space-before-colon", "Subject \t: Lunch", "WSP before the colon (obsolete, RFC 5322 §4.5)"),
        ("odd-letter-case", "sUbJeCt: Lunch", "the name in odd letter case; the value keeps its own"),
        ("empty-value", "Subject:", "no value"),
        ("whitespace-value", "Subject: \t ", "a value of WSP alone"),
        ("colons-in-value", "Subject: a:b : c", "only the first colon ends the name"),
        ("utf-8", "Subject: B\u00fccher \u2014 Freitag", "UTF-8 (RFC 6532) is data"),
        ("latin-1", "Subject: B\udcfccher", "octets that are no UTF-8 are data"),
        ("nul", "Subject: a\x00b", "NUL is data"),
        ("other-whitespace", "Subject: a\x0b\x0c  b\u00a0\u00a0c", "VT, FF and NBSP are no WSP"),
        ("bare-cr", "Subject: a \r b\r", "a bare CR is data, and a header that has one is malformed"),
        ("long", "Subject: " + "x" * 20_000, "twenty thousand octets on one line"),
        ("many-folds", "Subject:" + "\r\n x" * 5000, "five thousand folds"),
    ):  # fmt: skip
        fields = [field if old.startswith("Subject") else old for old in PLAIN_FIELDS]
        warnings = {
            "utf-8": "eight-bit-header", "latin-1": "eight-bit-header", "long": "long-lines",
            "bare-cr": "bare-carriage-return", "other-whitespace": "eight-bit-header",
        }  # fmt: skip
        for algorithm in ("simple", "relaxed"):
            vectors.add(
                f"header-{name}-{algorithm}",
                f"RFC 6376 {'§3.4.1' if algorithm == 'simple' else '§3.4.2'}: {why}.",
                sign(message(*fields), tags={"c": f"{algorithm}/simple"}),
                MALFORMED if name == "bare-cr" else "pass",
                misread="has a CR without LF",
                warnings=warnings.get(name, ""),
                no_warnings="" if name in warnings else "eight-bit-header long-lines",
            )


def header_changes(vectors):
    """What each canonicalization forgives on the way, and what it does not."""
    old = b"Subject: Lunch on Friday\r\n"
    for name, new, relaxed, why in (
        ("refolded", b"Subject: Lunch\r\n on Friday\r\n", True, "folded"),
        ("recased-name", b"SUBJECT: Lunch on Friday\r\n", True, "its name in capitals"),
        ("spaces-added", b"Subject:   Lunch  on Friday \r\n", True, "with more WSP"),
        ("space-lost-after-colon", b"Subject:Lunch on Friday\r\n", True, "without WSP after the colon"),
        ("space-before-colon", b"Subject : Lunch on Friday\r\n", True, "with WSP before the colon"),
        ("recased-value", b"Subject: lunch on Friday\r\n", False, "in other letter case"),
        ("tagged", b"Subject: [list] Lunch on Friday\r\n", False, "tagged"),
        ("space-lost-inside", b"Subject: Lunch onFriday\r\n", False, "without a space"),
        ("emptied", b"Subject:\r\n", False, "emptied"),
        ("removed", b"", False, "removed"),
    ):
        for algorithm in ("simple", "relaxed"):
            vectors.add(
                f"header-changed-{name}-{algorithm}",
                f"RFC 6376 {'§3.4.1' if algorithm == 'simple' else '§3.4.2'}: after signing, Subject was {why}.",
                sign(tags={"c": f"{algorithm}/simple"}).replace(old, new),
                "pass" if relaxed and algorithm == "relaxed" else MISMATCH,
            )  # fmt: skip
    for name, old, new, relaxed, why in (
        ("refolded", b";\r\n\td=", b"; d=", True, "refolded"),
        ("recased-name", b"DKIM-Signature:", b"Dkim-Signature:", True, "its name in other letter case"),
        ("space-lost-after-colon", b"DKIM-Signature: ", b"DKIM-Signature:", True, "without the space after the colon"),
        ("tag-added", b"v=1;", b"v=1; n=1;", False, "with another tag"),
        ("domain-recased", b"i=@example.com", b"i=@Example.com", False, "i= in other letter case"),
        ("final-semicolon-added", None, b";", False, "with a final semicolon"),
    ):  # fmt: skip
        for algorithm in ("simple", "relaxed"):
            signed = sign(tags={"c": f"{algorithm}/simple", "i": "@example.com"})
            old_text = old or b"\r\nFrom:"
            new_text = new if old else b";\r\nFrom:"
            vectors.add(
                f"signature-field-{name}-{algorithm}",
                f"RFC 6376 §3.7: after signing, the signature's own field was changed: {why}.",
                signed.replace(old_text, new_text, 1),
                "pass" if relaxed and algorithm == "relaxed" else MISMATCH,
            )
    for name, fields, why in (
        ("reordered", PLAIN_FIELDS[::-1], "the order among different fields does not matter"),
        ("other-field-added", ("X-Spam: no", *PLAIN_FIELDS, "X-Other: yes"), "fields that h= does not name"),
    ):
        field = sign()[: -len(PLAIN)]
        vectors.add(f"header-{name}", f"RFC 6376 §5.4.2: {why}.", field + message(*fields))
    for name, fields, expect in (
        ("nonexistent-field-added", ("List-Id: <x.example.com>", *PLAIN_FIELDS), MISMATCH),
        ("nonexistent-field-added-empty", ("List-Id:", *PLAIN_FIELDS), MISMATCH),
    ):
        field = sign(tags={"h": "from:to:list-id"})[: -len(PLAIN)]
        vectors.add(
            f"header-{name}",
            "RFC 6376 §5.4: a field that h= named when it was not there must not be added.",
            field + message(*fields),
            expect,
        )


def repeated_fields(vectors):
    received = [f"Received: from {host}.example.net by mx.example.com; Thu, 14 Jan 2027 10:00:0{n} +0000"
                for n, host in enumerate("abc")]  # fmt: skip
    c, b, a = received[::-1]
    source = message(c, b, a, *PLAIN_FIELDS)
    for name, names, why in (
        ("one-of-three", "from:received", "the lowest one"),
        ("two-of-three", "from:received:received", "the lowest two, from the bottom up"),
        ("three-of-three", "received:from:Received:RECEIVED", "all three, from the bottom up, in any letter case"),
        ("four-of-three", "received:received:from:received:received", "past the top nothing is hashed"),
        ("ten-of-three", "from" + ":received" * 10, "past the top nothing is hashed, however often"),
    ):  # fmt: skip
        signed = sign(source, tags={"h": names})
        vectors.add(f"repeated-{name}", f"RFC 6376 §5.4.2: h= names {why}.", signed)
        enough = name in ("one-of-three", "two-of-three", "three-of-three")
        vectors.add(
            f"repeated-{name}-and-one-above",
            f"RFC 6376 §5.4.2: h= names {why}; then a Received field was added at the top.",
            b"Received: from d.example.net by x; Fri, 15 Jan 2027 10:00:00 +0000\r\n" + signed,
            "pass" if enough else MISMATCH,
            no_warnings="unsigned-duplicate" if enough else "",
        )
        vectors.add(
            f"repeated-{name}-swapped",
            f"RFC 6376 §5.4.2: h= names {why}; then the lower two Received fields changed places.",
            signed[: -len(source)] + message(c, a, b, *PLAIN_FIELDS),
            MISMATCH,
        )
    vectors.add(
        "repeated-hashed-from-the-top",
        "RFC 6376 §5.4.2: the signer hashed the repeated field from the top down, which is wrong.",
        sign(message(a, b, c, *PLAIN_FIELDS), tags={"h": "from:received:received:received"})[
            : -len(source)] + source,
        MISMATCH,
    )  # fmt: skip
    vectors.add(
        "repeated-interleaved-in-h",
        "RFC 6376 §3.7: fields are hashed in the order of h=, not of the message.",
        sign(source, tags={"h": "received:from:received:to:received:subject"}),
    )
    vectors.add(
        "repeated-field-signed-below",
        "RFC 6376 §5.4.2: a Comments field added below the signed one takes its place.",
        sign(message("Comments: one", *PLAIN_FIELDS), tags={"h": "from:comments"}).replace(
            b"Message-ID:", b"Comments: two\r\nMessage-ID:"),
        MISMATCH,
    )  # fmt: skip


def doubled_fields(vectors):
    second_from = b"From: Mallory <mallory@evil.example.net>\r\n"
    signed, oversigned = sign(), sign(tags={"h": "from:from:to:to:subject:subject:date:date"})
    vectors.add(
        "from-second-above",
        "RFC 6376 §8.15: a second From above the signed one is what a reader may see.",
        second_from + signed,
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-second-between",
        "RFC 6376 §8.15: a second From between the signature and the signed From.",
        signed.replace(b"\r\nFrom:", b"\r\n" + second_from + b"From:"),
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-second-below",
        "RFC 6376 §8.15: a second From below: it is the one that is hashed, so the signature is broken too.",
        signed.replace(b"\r\nTo:", b"\r\n" + second_from + b"To:"),
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-second-in-odd-case",
        "RFC 6376 §8.15, RFC 5322 §4.5: `fROM :` is a From field too.",
        b"fROM : Mallory <mallory@evil.example.net>\r\n" + signed,
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-second-identical",
        "RFC 6376 §8.15: a second From that is equal to the first is one too many all the same.",
        PLAIN_FIELDS[0].encode() + b"\r\n" + signed,
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-second-oversigned",
        "RFC 6376 §8.15: h=from:from makes a second From break the signature.",
        second_from + oversigned,
        MISMATCH,
        warnings="several-from",
    )
    vectors.add(
        "from-oversigned",
        "RFC 6376 §8.15: oversigned fields, and nothing was added.",
        oversigned,
        no_warnings="several-from unsigned-duplicate",
    )
    vectors.add(
        "from-two-both-signed",
        "RFC 6376 §5.4.2: two From fields (which RFC 5322 §3.6 forbids), and both are signed.",
        sign(insert(PLAIN, second_from), tags={"h": "from:from:to"}),
        warnings="several-from",
    )
    vectors.add(
        "from-three-two-signed",
        "RFC 6376 §8.15: three From fields, of which two are signed.",
        second_from + sign(insert(PLAIN, second_from), tags={"h": "from:from:to"}),
        EXTRA_FROM,
        warnings="several-from",
    )
    vectors.add(
        "from-missing",
        "RFC 6376 §5.4, RFC 5322 §3.6: h= names From and the message has none.",
        sign(message(*PLAIN_FIELDS[1:])),
        "permerror from-missing",
    )
    for field in ("Subject: Something else", "To: Mallory <mallory@evil.example.net>",
                  "Date: Fri, 15 Jan 2027 10:00:00 +0000"):  # fmt: skip
        name = field.split(":")[0]
        added = field.encode() + b"\r\n"
        vectors.add(
            f"doubled-{name.lower()}-above",
            f"RFC 6376 §8.15: a second {name} above the signed one: the signature holds.",
            added + signed,
            warnings="unsigned-duplicate",
        )
        vectors.add(
            f"doubled-{name.lower()}-above-oversigned",
            f"RFC 6376 §8.15: a second {name} above, and h= names {name} twice.",
            added + oversigned,
            MISMATCH,
        )
    for name, field, names in (
        ("message-id", "Message-ID: <other@example.com>", "from:message-id"),
        ("reply-to", "Reply-To: <other@example.com>", "from:reply-to"),
        ("content-type", "Content-Type: text/html", "from:content-type"),
    ):
        source = message(*PLAIN_FIELDS, "Reply-To: <alice@example.com>", "Content-Type: text/plain")
        vectors.add(
            f"doubled-{name}-above",
            "RFC 6376 §8.15: a second field above the signed one, of a kind that a message has once.",
            field.encode() + b"\r\n" + sign(source, tags={"h": names}),
            warnings="unsigned-duplicate",
        )
    vectors.add(
        "doubled-subject-not-in-h",
        "RFC 6376 §8.15: two Subject fields, neither of them named in h=: nothing was shadowed.",
        sign(insert(PLAIN, "Subject: Something else\r\n"), tags={"h": "from:to"}),
        no_warnings="unsigned-duplicate",
    )
    vectors.add(
        "doubled-comments-above",
        "RFC 5322 §3.6: Comments may occur any number of times.",
        b"Comments: two\r\n" + sign(message("Comments: one", *PLAIN_FIELDS), tags={"h": "from:comments"}),
        no_warnings="unsigned-duplicate",
    )


def field_syntax(vectors):
    for name, start, tags in (
        ("name-lower-case", "dkim-signature:", {}),
        ("name-upper-case", "DKIM-SIGNATURE:", {}),
        ("name-odd-case", "dKiM-sIgNaTuRe:", {}),
        ("space-before-colon", "DKIM-Signature :", {}),
        ("tab-before-colon", "DKIM-Signature\t \t:", {}),
        ("folded-after-colon", "DKIM-Signature:\r\n\t", {}),
    ):
        for algorithm in ("simple", "relaxed"):
            vectors.add(
                f"signature-field-{name}-{algorithm}",
                "RFC 5322 §1.2.2, §4.5; RFC 6376 §3.7: the field's name in another form is the same field.",
                sign(tags=tags | {"c": f"{algorithm}/{algorithm}"}, name=start),
            )
    for name, position in (("below-from", 1), ("last", len(PLAIN_FIELDS))):
        vectors.add(
            f"signature-field-{name}",
            "RFC 6376 §3.5: the signature need not be the first field.",
            sign(position=position),
        )
    vectors.add(
        "header-line-without-colon",
        "RFC 5322 §2.2: a line without a colon is no field: for the hash it is passed over, and so are its\n"
        "continuations; but some readers take it for the start of the body.",
        sign().replace(b"\r\nTo:", b"\r\nthis is no field\r\n nor: is this\r\nTo:"),
        MALFORMED,
        misread="is neither a field nor the continuation of one",
    )
    other = sign(tags={"h": "from:dkim-signature"}, source=sign(key=ED25519))
    both = published(RSA_2048, ED25519)
    every = [RSA_2048.public, ED25519.public]
    vectors.add(
        "signature-of-a-signature",
        "RFC 6376 §3.5: h= may name another DKIM-Signature; the field's own is never meant.",
        other,
        ["pass", "pass"],
        dns=both,
        keys=every,
    )
    vectors.add(
        "signature-of-a-signature-oversigned",
        "RFC 6376 §3.5: the second dkim-signature in h= finds nothing; it must not find the field itself.",
        sign(tags={"h": "from:dkim-signature:dkim-signature"}, source=sign(key=ED25519)),
        ["pass", "pass"],
        dns=both,
        keys=every,
    )
    vectors.add(
        "signature-of-a-signature-alone",
        "RFC 6376 §3.5: dkim-signature in h= and no other signature: nothing is hashed for it.",
        sign(tags={"h": "from:dkim-signature"}),
    )
