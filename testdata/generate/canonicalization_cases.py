"""Canonicalization by itself (RFC 6376 §3.4). Inputs and outputs are written by hand; the naive
canonicalizer has to agree with each before anything is written."""

from . import naive_dkim
from .vector import escaped

# (comment, input, output) by file, kind, algorithm and line ends.
EXAMPLE_HEADER = b"A: X\r\nB : Y\t\r\n\tZ  \r\n"
EXAMPLE_BODY = b" C \r\nD \t E\r\n\r\n\r\n"

HEADER_SIMPLE = [
    ("RFC 6376 §3.4.5, example 2", EXAMPLE_HEADER, EXAMPLE_HEADER),
    ("nothing is changed", b"SubJect \t:  \t\r\n", b"SubJect \t:  \t\r\n"),
    ("folds stay", b"A: b\r\n  c\r\n\td\r\n", b"A: b\r\n  c\r\n\td\r\n"),
    ("octets over 127 stay", b"A: \xc3\xbc\xff\r\n", b"A: \xc3\xbc\xff\r\n"),
    ("a bare CR stays", b"A: b\rc\r\n", b"A: b\rc\r\n"),
]

HEADER_RELAXED = [
    ("RFC 6376 §3.4.5, example 1", EXAMPLE_HEADER, b"a:X\r\nb:Y Z\r\n"),
    ("the name in lower case", b"SUBJect: AbC\r\n", b"subject:AbC\r\n"),
    ("no WSP around the colon", b"A \t : \t b\r\n", b"a:b\r\n"),
    ("no WSP after the colon to begin with", b"A:b\r\n", b"a:b\r\n"),
    ("runs of WSP", b"A: b  c\t\td \t e\tf\r\n", b"a:b c d e f\r\n"),
    ("WSP at the end", b"A: b \t \r\n", b"a:b\r\n"),
    ("folds", b"A: b\r\n c\r\n\td\r\n \t e\r\n", b"a:b c d e\r\n"),
    ("a fold after WSP", b"A: b \t\r\n c\r\n", b"a:b c\r\n"),
    ("a fold right after the colon", b"A:\r\n b\r\n", b"a:b\r\n"),
    ("a continuation line of WSP alone inside", b"A: b\r\n \t\r\n c\r\n", b"a:b c\r\n"),
    ("a continuation line of WSP alone at the end", b"A: b\r\n \t\r\n", b"a:b\r\n"),
    ("an empty value", b"A:\r\n", b"a:\r\n"),
    ("a value of WSP alone", b"A: \t\r\n", b"a:\r\n"),
    ("a value of folds alone", b"A:\r\n \r\n\t\r\n", b"a:\r\n"),
    ("only the first colon ends the name", b"A: b : c:d\r\n", b"a:b : c:d\r\n"),
    ("VT, FF and NBSP are no WSP", b"A: \x0bb\x0c\x0c c\xc2\xa0\xc2\xa0\r\n", b"a:\x0bb\x0c\x0c c\xc2\xa0\xc2\xa0\r\n"),
    ("octets over 127 keep their letter case", b"A: \xc3\x9c\xff\r\n", b"a:\xc3\x9c\xff\r\n"),
    ("a bare CR is no WSP", b"A: b \r c\r\r\n", b"a:b \r c\r\r\n"),
    ("NUL is data", b"A: \x00 \x00\r\n", b"a:\x00 \x00\r\n"),
    ("several fields, the order kept", b"B: 1\r\nA: 2\r\nb: 3\r\n", b"b:1\r\na:2\r\nb:3\r\n"),
]  # fmt: skip

HEADER_LENIENT = [
    ("simple", "a bare LF is CRLF", b"A: b\nC: d\r\n", b"A: b\r\nC: d\r\n"),
    ("simple", "a fold with a bare LF", b"A: b\n c\n", b"A: b\r\n c\r\n"),
    ("relaxed", "a bare LF is CRLF", b"A: b\nC: d \n", b"a:b\r\nc:d\r\n"),
    ("relaxed", "a fold with a bare LF", b"A: b\n\tc\n", b"a:b c\r\n"),
]

HEADER_STRICT = [
    ("simple", "a bare LF is data", b"A: b\nc: d\r\n", b"A: b\nc: d\r\n"),
    ("relaxed", "a bare LF is data, and no WSP", b"A: b \n c\n\r\n", b"a:b \n c\n\r\n"),
]

BODY_SIMPLE = [
    ("RFC 6376 §3.4.5, example 2", EXAMPLE_BODY, b" C \r\nD \t E\r\n"),
    ("an empty body", b"", b"\r\n"),
    ("one empty line", b"\r\n", b"\r\n"),
    ("empty lines alone", b"\r\n\r\n\r\n", b"\r\n"),
    ("a line without CRLF", b"a", b"a\r\n"),
    ("a last line without CRLF", b"a\r\nb", b"a\r\nb\r\n"),
    ("a last line of WSP without CRLF", b"a\r\n \t", b"a\r\n \t\r\n"),
    ("empty lines at the end", b"a\r\n\r\n\r\n", b"a\r\n"),
    ("empty lines at the start and inside stay", b"\r\n\r\na\r\n\r\n\r\nb\r\n", b"\r\n\r\na\r\n\r\n\r\nb\r\n"),
    ("WSP stays", b" a  b\t \r\n", b" a  b\t \r\n"),
    ("a line of WSP at the end is not empty", b"a\r\n \r\n\r\n", b"a\r\n \r\n"),
    ("a bare CR is data", b"a\rb\r\n", b"a\rb\r\n"),
    ("a bare CR before CRLF", b"a\r\r\n\r\n", b"a\r\r\n"),
    ("a bare CR as the last octet", b"a\r", b"a\r\r\n"),
    ("a bare CR on a line of its own", b"a\r\n\r\r\n\r\n", b"a\r\n\r\r\n"),
    ("a bare CR after empty lines", b"a\r\n\r\n\r", b"a\r\n\r\n\r\r\n"),
    ("a bare CR alone", b"\r", b"\r\r\n"),
    ("NUL and octets over 127", b"\x00\xff\r\n", b"\x00\xff\r\n"),
    ("a thousand empty lines at the end", b"a\r\n" + b"\r\n" * 1000, b"a\r\n"),
    ("a thousand empty lines inside", b"a\r\n" + b"\r\n" * 1000 + b"b", b"a\r\n" + b"\r\n" * 1000 + b"b\r\n"),
]  # fmt: skip

BODY_RELAXED = [
    ("RFC 6376 §3.4.5, example 1", EXAMPLE_BODY, b" C\r\nD E\r\n"),
    ("an empty body", b"", b""),
    ("one empty line", b"\r\n", b""),
    ("empty lines alone", b"\r\n\r\n\r\n", b""),
    ("lines of WSP alone", b" \r\n\t\r\n \t \r\n", b""),
    ("WSP alone, without CRLF", b" \t", b""),
    ("a line without CRLF", b"a", b"a\r\n"),
    ("a line with WSP at the end and without CRLF", b"a \t", b"a\r\n"),
    ("a last line without CRLF", b"a\r\nb", b"a\r\nb\r\n"),
    ("a last line of WSP without CRLF", b"a\r\n \t", b"a\r\n"),
    ("empty lines at the end", b"a\r\n\r\n\r\n", b"a\r\n"),
    ("lines of WSP at the end", b"a\r\n \r\n\t\r\n", b"a\r\n"),
    ("empty lines and lines of WSP at the end", b"a\r\n\r\n \r\n\r\n\t \r\n \r\n\r\n", b"a\r\n"),
    ("a line of WSP inside is an empty line", b"a\r\n \t \r\nb\r\n", b"a\r\n\r\nb\r\n"),
    ("empty lines at the start and inside stay", b"\r\n\r\na\r\n\r\n\r\nb\r\n", b"\r\n\r\na\r\n\r\n\r\nb\r\n"),
    ("lines of WSP at the start are empty lines", b" \r\n\t\r\na\r\n", b"\r\n\r\na\r\n"),
    ("WSP at the end of a line", b"a \r\nb\t\r\nc \t \r\n", b"a\r\nb\r\nc\r\n"),
    ("runs of WSP", b"a  b\t\tc \t d\r\n", b"a b c d\r\n"),
    ("one TAB is one SP", b"a\tb\r\n", b"a b\r\n"),
    ("WSP at the start of a line is one SP", b"  a\r\n\t\tb\r\n\tc\r\n", b" a\r\n b\r\n c\r\n"),
    ("one SP stays", b" a b\r\n", b" a b\r\n"),
    ("VT, FF and NBSP are no WSP", b"a\x0b\x0b \x0c\r\n\xc2\xa0\r\n", b"a\x0b\x0b \x0c\r\n\xc2\xa0\r\n"),
    ("a bare CR is data", b"a\rb\r\n", b"a\rb\r\n"),
    ("WSP around a bare CR is not at the end of a line", b"a  \r  b\r\n", b"a \r b\r\n"),
    ("a bare CR before CRLF", b"a \r\r\n", b"a \r\r\n"),
    ("WSP between a bare CR and CRLF", b"a\r \t\r\n", b"a\r\r\n"),
    ("a bare CR as the last octet", b"a\r", b"a\r\r\n"),
    ("a bare CR and WSP as the last octets", b"a\r ", b"a\r\r\n"),
    ("a bare CR on a line of its own", b"a\r\n\r\r\n\r\n", b"a\r\n\r\r\n"),
    ("a bare CR after empty lines and WSP", b"a\r\n\r\n  \r", b"a\r\n\r\n \r\r\n"),
    ("a bare CR alone", b"\r", b"\r\r\n"),
    ("NUL and octets over 127", b"\x00 \x00\xff\r\n", b"\x00 \x00\xff\r\n"),
    ("a thousand empty lines at the end", b"a\r\n" + b"\r\n \r\n" * 500, b"a\r\n"),
    ("a thousand empty lines inside", b"a\r\n" + b"\r\n \r\n" * 500 + b"b", b"a\r\n" + b"\r\n" * 1000 + b"b\r\n"),
    ("a long run of WSP", b"a" + b" \t" * 1000 + b"b\r\n", b"a b\r\n"),
    ("a long run of WSP at the end of a line", b"a" + b" \t" * 1000 + b"\r\nb", b"a\r\nb\r\n"),
]  # fmt: skip

BODY_LENIENT = [
    ("simple", "a bare LF is CRLF", b"a\nb\r\nc", b"a\r\nb\r\nc\r\n"),
    ("simple", "empty lines with bare LFs at the end", b"a\n\n\r\n\n", b"a\r\n"),
    ("simple", "bare LFs alone", b"\n\n", b"\r\n"),
    ("simple", "a bare CR before a bare LF is CRLF", b"a\r\n\r\r\n", b"a\r\n\r\r\n"),
    ("relaxed", "a bare LF is CRLF", b"a \nb\t\r\nc", b"a\r\nb\r\nc\r\n"),
    ("relaxed", "empty lines with bare LFs at the end", b"a\n \n\t\r\n\n", b"a\r\n"),
    ("relaxed", "bare LFs and WSP alone", b"\n \n", b""),
    ("relaxed", "a bare LF after WSP at the start of the body", b" \na", b"\r\na\r\n"),
]

BODY_STRICT = [
    ("simple", "a bare LF is data", b"a\nb\n", b"a\nb\n\r\n"),
    ("simple", "a bare LF on the last lines", b"a\r\n\n\r\n\r\n", b"a\r\n\n\r\n"),
    ("simple", "a bare LF alone", b"\n", b"\n\r\n"),
    ("relaxed", "WSP before a bare LF is not at the end of a line", b"a \t\nb\r\n", b"a \nb\r\n"),
    ("relaxed", "a bare LF on the last lines", b"a\r\n\n\r\n \r\n", b"a\r\n\n\r\n"),
    ("relaxed", "a bare LF and WSP at the end", b"a\n ", b"a\n\r\n"),
    ("relaxed", "a bare LF alone", b"\n", b"\n\r\n"),
]


def at_block_edges():
    """Runs, line ends and the last lines moved over the edges of 16, 32, 64 and 256 octets."""
    for edge in (16, 32, 64, 128, 256):
        for before in range(edge - 3, edge + 2):
            text = b"x" * before
            yield f"a run of WSP from octet {before}", text + b" \t b\r\n", text + b" b\r\n"
            yield f"WSP at the end of a line from octet {before}", text + b" \t\r\nb\r\n", text + b"\r\nb\r\n"
            yield f"a bare CR at octet {before}", text + b"\r b\r\n", text + b"\r b\r\n"
            yield f"empty lines at the end from octet {before}", text + b"\r\n \r\n\r\n", text + b"\r\n"
            yield f"the end at octet {before}", text, text + b"\r\n"
            yield f"the end after WSP at octet {before}", text + b" ", text + b"\r\n"
            yield f"the end after CR at octet {before}", text + b" \r", text + b" \r\r\n"


def block(kind, algorithm, line_ends, comment, source, expected):
    """One case as text, after the naive canonicalizer agreed with it."""
    strict = line_ends == "strict"
    if kind == "body":
        computed = naive_dkim.canonical_body(algorithm, naive_dkim.to_crlf(source, strict))
    else:
        fields, _ = naive_dkim.split_message(source, strict)
        computed = b"".join(naive_dkim.canonical_field(algorithm, field) for field in fields)
    assert computed == expected, (kind, algorithm, comment, computed, expected)
    return (
        f"comment: {comment}\nkind: {kind}\nalgorithm: {algorithm}\nline-endings: {line_ends}\n"
        f'input: "{escaped(source)}"\noutput: "{escaped(expected)}"\n'
    )


def files():
    """The files of canonicalization/."""
    blocks = {
        "header-simple": [block("header", "simple", "lenient", *case) for case in HEADER_SIMPLE],
        "header-relaxed": [block("header", "relaxed", "lenient", *case) for case in HEADER_RELAXED],
        "body-simple": [block("body", "simple", "lenient", *case) for case in BODY_SIMPLE],
        "body-relaxed": [block("body", "relaxed", "lenient", *case) for case in BODY_RELAXED],
        "body-relaxed-block-edges": [
            block("body", "relaxed", "lenient", *case) for case in at_block_edges()
        ],
        # With CRLF and bare CR alone, lenient and strict are the same.
        "crlf-strict": [
            block(kind, algorithm, "strict", *case)
            for kind, algorithm, cases in (
                ("header", "simple", HEADER_SIMPLE),
                ("header", "relaxed", HEADER_RELAXED),
                ("body", "simple", BODY_SIMPLE),
                ("body", "relaxed", BODY_RELAXED),
            )
            for case in cases
        ],
        "bare-lf": [
            block(kind, algorithm, line_ends, *case)
            for kind, line_ends, cases in (
                ("header", "lenient", HEADER_LENIENT),
                ("header", "strict", HEADER_STRICT),
                ("body", "lenient", BODY_LENIENT),
                ("body", "strict", BODY_STRICT),
            )
            for algorithm, *case in cases
        ],
    }
    return {f"canonicalization/{name}.txt": "\n".join(cases).encode() for name, cases in blocks.items()}
