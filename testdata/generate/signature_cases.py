"""The tags of a DKIM-Signature field, and their syntax (RFC 6376 §3.2, §3.5, §6.1.1)."""

from .keys import ED25519
from .signer import PLAIN, sign

SYNTAX = "neutral signature-syntax"
MISSING = "permerror missing-tag"


def add_to(vectors):
    """All cases of this file."""
    required(vectors)
    versions_and_algorithms(vectors)
    tag_list_syntax(vectors)
    signed_names(vectors)
    canonicalization_tag(vectors)
    query_methods(vectors)
    copied_fields(vectors)


def required(vectors):
    # The terms say how to sign where the tag that would say so is gone.
    terms = {
        "a": {},
        "h": {"names": [b"from", b"to", b"subject", b"date"]},
    }
    for tag in ("v", "a", "b", "bh", "d", "h", "s"):
        for word, value in (("missing", None), ("empty", "")):
            vectors.add(
                f"signature-{tag}-{word}",
                f"RFC 6376 §3.5: {tag}= is required; here it is {word}.",
                sign(tags={tag: value}, terms=terms.get(tag)),
                MISSING,
            )
    vectors.add(
        "signature-d-only-whitespace",
        "RFC 6376 §3.2: whitespace around a value does not count, so this d= is empty.",
        sign(tags={"d": " \r\n\t "}),
        MISSING,
    )
    vectors.add(
        "signature-optional-tags-missing",
        "RFC 6376 §3.5: without c=, i=, l=, q=, t=, x= and z= the defaults hold; c= is simple/simple.",
        sign(tags={"c": None}),
    )


def versions_and_algorithms(vectors):
    for name, value in (
        ("2", "2"), ("0", "0"), ("1-0", "1.0"), ("01", "01"), ("dkim1", "DKIM1"), ("11", "11"),
    ):  # fmt: skip
        vectors.add(
            f"signature-v-{name}",
            f"RFC 6376 §3.5: v= must be 1, as a string; {value} is another version.",
            sign(tags={"v": value}),
            "neutral unsupported-version",
        )
    vectors.add(
        "signature-v-not-first",
        "RFC 6376 §3.5: v= need not be the first tag of a signature (only of a key record).",
        sign(template=" a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa2048;"
             " h=from:to; bh=@bh@; v=1; b=@b@"),
    )  # fmt: skip
    vectors.add(
        "signature-v-upper-case-name",
        "RFC 6376 §3.2: tag names are case-sensitive; V= is an unknown tag and v= is missing.",
        sign(tags={"v": None, "V": "1"}),
        MISSING,
    )
    for name, value in (
        ("rsa-sha512", "rsa-sha512"), ("rsa", "rsa"), ("rsa-md5", "rsa-md5"),
        ("ed25519-sha1", "ed25519-sha1"), ("ed25519-alone", "ed25519"), ("ecdsa", "ecdsa256-sha256"),
        ("rsa-sha256-prefix", "rsa-sha256x"),
    ):  # fmt: skip
        vectors.add(
            f"signature-a-{name}",
            f"RFC 6376 §3.5: a={value} is not a known algorithm.",
            sign(tags={"a": value}, terms={"hash": "sha256"}),
            "neutral unsupported-algorithm",
        )
    vectors.add(
        "signature-a-upper-case",
        "RFC 6376 §3.5: the algorithm's name is read in any letter case.",
        sign(tags={"a": "RSA-Sha256"}),
    )
    vectors.add(
        "signature-a-ed25519",
        "RFC 8463 §3: Ed25519 signs the SHA-256 digest of the header data.",
        sign(key=ED25519),
        key=ED25519,
    )
    vectors.add(
        "signature-a-ed25519-simple",
        "RFC 8463 §3: Ed25519 with simple canonicalization.",
        sign(tags={"c": "simple/simple"}, key=ED25519),
        key=ED25519,
    )


def tag_list_syntax(vectors):
    for tag, value in (
        ("v", "1"), ("a", "rsa-sha256"), ("d", "example.com"), ("h", "from"), ("s", "rsa2048"),
        ("c", "relaxed/relaxed"), ("b", "AAAA"), ("bh", "AAAA"), ("t", "1"),
    ):  # fmt: skip
        vectors.add(
            f"signature-duplicate-{tag}",
            f"RFC 6376 §3.2: a tag must not occur twice; {tag}= does.",
            sign(tags={"t": "1", "zz": f"1; {tag}={value}"}),
            SYNTAX,
        )
    vectors.add(
        "signature-duplicate-unknown-tag",
        "RFC 6376 §3.2: a tag must not occur twice, not even an unknown one.",
        sign(tags={"foo": "1; foo=1"}),
        SYNTAX,
    )
    vectors.add(
        "signature-names-differ-in-case",
        "RFC 6376 §3.2: tag names are case-sensitive, so D= is no duplicate of d=.",
        sign(tags={"D": "example.org", "B": "AAAA", "BH": "AAAA", "H": "to"}),
    )
    for name, tags, why in (
        ("unknown-tags", {"foo": "bar", "_": None, "x_1": "y"}, "are ignored, and hashed"),
        ("unknown-tag-empty", {"foo": ""}, "may be empty"),
        ("unknown-tag-with-equals-signs", {"foo": "a=b=c=="}, "may hold = in the value"),
        ("unknown-tag-with-inner-whitespace", {"foo": "a b\r\n\t c"}, "may hold FWS between words"),
    ):
        tags = {tag: value for tag, value in tags.items() if value is not None}
        vectors.add(f"signature-{name}", f"RFC 6376 §3.2: unknown tags {why}.", sign(tags=tags))
        vectors.add(
            f"signature-{name}-simple",
            f"RFC 6376 §3.2: unknown tags {why}; the field as it stands is hashed.",
            sign(tags=tags | {"c": "simple/simple"}),
        )
    vectors.add(
        "signature-unknown-tag-changed",
        "RFC 6376 §3.7: unknown tags are hashed as they stand, so changing one breaks the signature.",
        sign(tags={"foo": "bar"}).replace(b"foo=bar", b"foo=baz"),
        "fail signature-mismatch",
    )
    vectors.add(
        "signature-unknown-tags-first-and-last",
        "RFC 6376 §3.2: unknown tags before and after all others.",
        sign(template=" first=1; v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa2048;"
             " h=from:to; bh=@bh@; b=@b@; last=2;"),
    )  # fmt: skip
    good = " v=1; a=rsa-sha256; c={c}; d=example.com; s=rsa2048; h=from:to; bh=@bh@; b=@b@"
    for c in ("relaxed", "simple"):
        whole = good.format(c=c)
        vectors.add(
            f"signature-final-semicolon-{c}",
            "RFC 6376 §3.2: a semicolon may end the tag-list.",
            sign(template=whole + ";"),
        )
        vectors.add(
            f"signature-final-semicolon-and-whitespace-{c}",
            "RFC 6376 §3.2: whitespace after the final semicolon is no tag, and it stays in what is\n"
            "hashed. (The ABNF has no place for it; it is common in the wild.)",
            sign(template=whole + "; \t"),
        )
        vectors.add(
            f"signature-no-spaces-at-all-{c}",
            "RFC 6376 §3.2: whitespace between tags is optional.",
            sign(template=whole.replace(" ", "")),
        )
        vectors.add(
            f"signature-folded-everywhere-{c}",
            "RFC 6376 §3.2: FWS is allowed around tag names, = and values.",
            sign(template="\r\n\tv\r\n\t=\r\n 1\r\n ;\r\n a\r\n =\r\n  rsa-sha256\r\n\t;"
                 f"c \t= {c} ;\r\n d\t=\texample.com\t;\r\n s =\r\n rsa2048 ;"
                 "\r\n h\r\n = \r\n\t from\r\n :\r\n to ; bh =\r\n @bh@\r\n ;\r\n b\r\n =\r\n @b@\r\n ;"),
        )  # fmt: skip
        vectors.add(
            f"signature-all-on-one-line-{c}",
            "RFC 6376 §3.5: a signature need not be folded.",
            sign(template=whole, width=10_000),
        )
    whole = good.format(c="relaxed")
    for name, template, why in (
        ("empty-tag-in-the-middle", whole.replace("; d=", ";; d="), "an empty tag in the middle"),
        ("leading-semicolon", ";" + whole, "an empty tag at the start"),
        ("two-final-semicolons", whole + ";;", "an empty tag at the end"),
        ("tag-without-equals-sign", whole.replace("; d=", "; foo; d="), "a tag without ="),
        ("tag-without-name", whole.replace("; d=", "; =foo; d="), "a tag without a name"),
        ("tag-name-starts-with-digit", whole.replace("; d=", "; 1a=x; d="), "a name must start with a letter"),
        ("tag-name-with-hyphen", whole.replace("; d=", "; a-b=x; d="), "a name holds no hyphen"),
        ("tag-name-with-space", whole.replace("; d=", "; a b=x; d="), "a name holds no space"),
        ("unknown-tag-with-nul", whole.replace("; d=", "; foo=a\x00b; d="), "NUL in a value"),
        ("unknown-tag-with-escape", whole.replace("; d=", "; foo=\x1b[31mred; d="), "ESC in a value"),
        ("unknown-tag-with-delete", whole.replace("; d=", "; foo=a\x7fb; d="), "DEL in a value"),
        ("unknown-tag-with-bare-cr", whole.replace("; d=", "; foo=a\rb; d="), "a bare CR in a value"),
        ("not-a-tag-list", " hello, this is no signature", "free text is no tag-list"),
    ):  # fmt: skip
        vectors.add(
            f"signature-{name}",
            f"RFC 6376 §3.2: {why}.",
            sign(template=template),
            SYNTAX,
        )


def signed_names(vectors):
    no_from = "permerror from-not-signed"
    for name, value in (
        ("without-from", "to:subject:date"),
        ("with-longer-name", "fromage:to"),
        ("with-prefixed-name", "x-from:to"),
        ("with-resent-from", "resent-from:to"),
    ):
        vectors.add(
            f"signature-h-{name}",
            f"RFC 6376 §5.4, §6.1.1: h={value} does not name From.",
            sign(tags={"h": value}),
            no_from,
        )
    for name, value, why in (
        ("odd-letter-case", "FROM:tO:SuBjEcT", "names are read in any letter case"),
        ("from-last", "to:subject:from", "From may stand anywhere"),
        ("from-alone", "from", "From alone will do"),
        ("whitespace-around-names", " from\t:\r\n\t to : subject", "FWS is allowed around names"),
        ("nonexistent-fields", "from:x-none:to:list-id", "a field that is not there is hashed as nothing"),
        ("unusual-names", "from:x!#$%&'*+-.^_`{|}~1:to", "a name is any printable US-ASCII but colon and semicolon"),
    ):  # fmt: skip
        vectors.add(f"signature-h-{name}", f"RFC 6376 §3.5, §5.4: {why}.", sign(tags={"h": value}))
    for name, value, why in (
        ("trailing-colon", "from:to:", "an empty name at the end"),
        ("leading-colon", ":from:to", "an empty name at the start"),
        ("two-colons", "from::to", "an empty name in the middle"),
        ("name-with-space", "from:reply to", "a space inside a name"),
        ("commas", "from,to:from", "a comma is allowed in a name, so From is there and so is `from,to`"),
        ("name-with-nul", "from:t\x00o", "NUL in a name"),
        ("name-eight-bit", "from:bücher", "a name is US-ASCII"),
    ):
        vectors.add(
            f"signature-h-{name}",
            f"RFC 6376 §3.5: {why}.",
            sign(tags={"h": value}),
            "pass" if name == "commas" else SYNTAX,
            detail="a name in h= is empty, which other verifiers accept" if "colon" in name else "",
        )
    vectors.add(
        "signature-h-1000-names",
        "RFC 6376 §3.5: a thousand names are read.",
        sign(tags={"h": "from" + "".join(f":x{i:03}" for i in range(999))}),
        warnings="long-lines",
    )
    vectors.add(
        "signature-h-1001-names",
        "Our limit: more than a thousand names are refused.",
        sign(tags={"h": "from" + "".join(f":x{i:03}" for i in range(1000))}),
        SYNTAX,
    )


def canonicalization_tag(vectors):
    for header in ("simple", "relaxed"):
        for body in ("simple", "relaxed"):
            vectors.add(
                f"signature-c-{header}-{body}",
                f"RFC 6376 §3.5: c={header}/{body}.",
                sign(tags={"c": f"{header}/{body}"}),
            )
        vectors.add(
            f"signature-c-{header}-alone",
            f"RFC 6376 §3.5: c={header} means {header}/simple. The body tells simple from relaxed.",
            sign(PLAIN + b"two  spaces \r\n", tags={"c": header}),
        )
    vectors.add(
        "signature-c-missing",
        "RFC 6376 §3.5: without c=, simple/simple. Header and body tell simple from relaxed.",
        sign(PLAIN.replace(b"Lunch on", b"Lunch  on") + b"two  spaces \r\n", tags={"c": None}),
    )
    vectors.add(
        "signature-c-upper-case",
        "RFC 6376 §3.5: the algorithms' names are read in any letter case.",
        sign(tags={"c": "Relaxed/SIMPLE"}),
    )
    for name, value in (
        ("unknown-header", "nowsp/simple"), ("unknown-body", "relaxed/nofws"), ("unknown-alone", "nofws"),
    ):  # fmt: skip
        vectors.add(
            f"signature-c-{name}",
            f"RFC 6376 §3.5, §6.1.1: c={value} is not a known canonicalization.",
            sign(tags={"c": value}, terms={"header": "relaxed", "body": "relaxed"}),
            "neutral unsupported-canonicalization",
        )
    for name, value in (
        ("empty", ""), ("no-body-name", "relaxed/"), ("no-header-name", "/relaxed"),
        ("three-names", "relaxed/relaxed/relaxed"),
    ):  # fmt: skip
        vectors.add(
            f"signature-c-{name}",
            f"RFC 6376 §3.5: c={value} fits no canonicalization. Whether that is syntax or an unknown\n"
            "name is left open.",
            sign(tags={"c": value}, terms={"header": "relaxed", "body": "relaxed"}),
            "neutral",
        )


def query_methods(vectors):
    for name, value in (
        ("dns-txt", "dns/txt"), ("upper-case", "DNS/TXT"), ("known-first", "dns/txt:http/well-known"),
        ("known-last", "http/well-known : dns/txt"), ("unknown-options", "x-foo/a:x-bar:dns/txt"),
    ):  # fmt: skip
        vectors.add(
            f"signature-q-{name}",
            f"RFC 6376 §3.5: q={value} names dns/txt; what else it names does not matter.",
            sign(tags={"q": value}),
        )
    for name, value in (
        ("unknown", "http/well-known"), ("several-unknown", "x-foo:x-bar/baz"),
        ("dns-other", "dns/https"), ("dns-longer", "dns/txt2"),
    ):  # fmt: skip
        vectors.add(
            f"signature-q-{name}",
            f"RFC 6376 §3.5, §6.1.1: q={value} names no known query method.",
            sign(tags={"q": value}),
            "neutral unsupported-query-method",
        )
    for name, value in (("empty-last", "dns/txt:"), ("empty-first", ":dns/txt"), ("empty", "")):
        vectors.add(
            f"signature-q-{name}",
            f"RFC 6376 §3.5: every method in q={value} needs a name.",
            sign(tags={"q": value}),
            "neutral signature-syntax",
        )


def copied_fields(vectors):
    for name, value in (
        ("copies", "From:Alice=20<alice@example.com>|Subject:Lunch=20on=20Friday"),
        ("copies-that-differ", "From:Mallory|Subject:nothing=20of=20the=20sort"),
        ("malformed", "no colon, and a stray = sign =G1 | |"),
        ("empty", ""),
    ):
        vectors.add(
            f"signature-z-{name}",
            "RFC 6376 §3.5: z= is for diagnosis and never affects the verdict.",
            sign(tags={"z": value}),
        )
