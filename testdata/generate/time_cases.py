"""t= and x=, and the digits that they and l= take (RFC 6376 §3.5)."""

from .signer import sign
from .vector import NOW

SYNTAX = "neutral signature-syntax"


def add_to(vectors):
    """All cases of this file."""
    times(vectors)
    numbers(vectors)


def times(vectors):
    expired, future = "policy expired", "policy timestamp-in-future"
    for name, tags, expect in (
        ("x-ahead", {"t": NOW - 60, "x": NOW + 86400}, "pass"),
        ("x-without-t", {"x": NOW + 1}, "pass"),
        ("x-now", {"x": NOW}, "pass"),
        ("x-within-grace", {"x": NOW - 300}, "pass"),
        ("x-past-grace", {"x": NOW - 301}, expired),
        ("x-long-past", {"t": NOW - 900_000, "x": NOW - 800_000}, expired),
        ("x-zero", {"x": 0}, expired),
        ("x-leading-zeros", {"x": f"{NOW + 60:030}"}, "pass"),
        ("t-past", {"t": NOW - 86400}, "pass"),
        ("t-now", {"t": NOW}, "pass"),
        ("t-zero", {"t": 0}, "pass"),
        ("t-ahead-within-grace", {"t": NOW + 300}, "pass"),
        ("t-ahead-past-grace", {"t": NOW + 301}, future),
        ("t-largest-64-bit", {"t": 2**64 - 1}, future),
        ("t-past-64-bit", {"t": 2**64}, future),
        ("t-20-digits", {"t": "9" * 20}, future),
        ("t-76-digits", {"t": "9" * 76}, future),
        ("x-largest-64-bit", {"t": NOW, "x": 2**64 - 1}, "pass"),
        ("x-past-64-bit", {"t": NOW, "x": 2**64}, "pass"),
        ("x-20-digits", {"t": NOW, "x": "9" * 20}, "pass"),
        ("x-76-digits", {"x": "9" * 76}, "pass"),
    ):
        section = "§3.5, our grace of 300 s" if "grace" in name else "§3.5"
        vectors.add(
            f"signature-{name}",
            f"RFC 6376 {section}: " + ", ".join(f"{tag}={value}" for tag, value in tags.items())
            + f", judged at {NOW}.",
            sign(tags={tag: str(value) for tag, value in tags.items()}),
            expect,
        )  # fmt: skip
    before = "permerror expiration-before-timestamp"
    for name, t, x, options in (
        ("before-t", NOW, NOW - 1, {}),
        ("equals-t", NOW, NOW, {}),
        ("before-t-and-expired", NOW - 5000, NOW - 6000, {}),
        ("before-t-ignored-expiration", NOW - 5000, NOW - 6000, {"ignore-expiration": "yes"}),
        ("both-zero", 0, 0, {}),
        ("before-t-in-future", NOW + 6000, NOW + 5000, {}),
        ("before-t-past-64-bit", "9" * 20, NOW, {}),
    ):
        vectors.add(
            f"signature-x-{name}",
            f"RFC 6376 §3.5: x= must be greater than t=; here t={t}, x={x}. This comes before any policy.",
            sign(tags={"t": str(t), "x": str(x)}),
            before,
            options=options,
        )
    old = {"t": str(NOW - 5000), "x": str(NOW - 4000)}
    vectors.add(
        "signature-x-ignored",
        "RFC 6376 §3.5: whether an expired signature is refused is the verifier's choice.",
        sign(tags=old),
        options={"ignore-expiration": "yes"},
    )
    vectors.add(
        "signature-x-ignored-but-t-in-future",
        "Ignoring the expiration does not make a timestamp from the future acceptable.",
        sign(tags={"t": str(NOW + 5000), "x": str(NOW + 6000)}),
        future,
        options={"ignore-expiration": "yes"},
    )
    vectors.add(
        "signature-x-past-and-header-changed",
        "RFC 6376 §3.5: an expired signature is judged all the same, and found broken.",
        sign(tags=old).replace(b"Friday\r\nDate", b"Sunday\r\nDate"),
        expired,
    )
    vectors.add(
        "signature-x-past-and-body-changed",
        "RFC 6376 §3.5: an expired signature is judged all the same; the body was changed.",
        sign(tags=old).replace(b"lunch on Friday?", b"lunch on Sunday?"),
        expired,
    )


def numbers(vectors):
    for tag in ("t", "x", "l"):
        for name, value, why in (
            ("letters", "soon", "letters"),
            ("empty", "", "an empty value"),
            ("negative", "-1", "a sign"),
            ("plus-sign", "+1", "a sign"),
            ("fraction", "1.5", "a fraction"),
            ("exponent", "1e9", "an exponent"),
            ("hexadecimal", "0x10", "hexadecimal"),
            ("inner-space", "12 34", "a space inside"),
            ("trailing-letters", "12a", "letters after the digits"),
            ("arabic-digits", "\u0661\u0662", "digits that are not US-ASCII"),
        ):
            vectors.add(
                f"signature-{tag}-{name}",
                f"RFC 6376 §3.5: {tag}= takes digits alone; this has {why}. It is not the same as absent.",
                sign(tags={tag: value}),
                SYNTAX,
            )
    vectors.add(
        "signature-l-77-digits",
        "RFC 6376 §3.5: l= has at most 76 digits.",
        sign(tags={"l": "0" * 76 + "5"}),
        SYNTAX,
    )
