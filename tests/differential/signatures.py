"""What is odd about signatures. Each is applied before the signature is made, so that it stays good."""

from generate import keys
from messages import BODY

PAST, LONG_PAST, FUTURE = "1577836800", "1500000000", "4102444800"  # 2020, 2017, 2100
ZEROS = "0" * 60


def put(name, value):
    """Gives a tag a value; None takes it out."""
    return lambda signature, _rng: signature.put(name, value)


def again(name, value=None, last=True):
    """Has a tag a second time, with the same value or with another."""

    def mutate(signature, _rng):
        second = [name, signature.get(name) or "x" if value is None else value]
        signature.tags.insert(len(signature.tags) if last else 0, second)

    return mutate


def together(*mutations):
    """Several mutations, one after the other."""

    def mutate(signature, rng):
        for mutation in mutations:
            mutation(signature, rng)

    return mutate


def tag(name, value):
    """Has a tag behind v=, whatever its name."""
    return lambda signature, _rng: signature.tags.insert(1, [name, value])


def edit(name, change):
    """Changes the value of a tag."""

    def mutate(signature, _rng):
        value = signature.get(name)
        if value is not None:
            signature.put(name, change(value))

    return mutate


def write(**how):
    """Sets how the tags are written."""

    def mutate(signature, _rng):
        for name, value in how.items():
            setattr(signature, name, value)

    return mutate


def option(**options):
    """Sets what `signer.sign` takes."""
    return lambda signature, _rng: signature.options.update(options)


def misread(name, value, **terms):
    """Gives a tag a bad value, and signs as a verifier that overlooks it would read it."""

    def mutate(signature, _rng):
        signature.put(name, value)
        signature.options.setdefault("terms", {}).update(terms)

    return mutate


def shuffled(signature, rng):
    """Has the tags in another order."""
    rng.shuffle(signature.tags)


def folded_inside(name):
    """Folds inside a value, at a random place."""

    def mutate(signature, rng):
        value = signature.get(name) or ""
        if len(value) > 1:
            at = rng.randrange(1, len(value))
            signature.put(name, value[:at] + "\r\n " + value[at:])

    return mutate


def other_type(signature, _rng):
    """Names the algorithm of the other type of key."""
    signature.put("a", "ed25519-sha256" if signature.key.algorithm == "rsa" else "rsa-sha256")


def other_key(signature, _rng):
    """Signs with an RSA key that is not published under the selector."""
    if signature.key.algorithm == "rsa":
        signature.key = keys.RSA_2048_E3


def sha1(signature, _rng):
    """Signs with SHA-1."""
    if signature.key.algorithm == "rsa":
        signature.put("a", "rsa-sha1")


def flipped(data):
    """The signature with one bit changed."""
    return data[:-1] + bytes([data[-1] ^ 1])


def fold_names(signature, _rng):
    """Folds h= at each colon."""
    signature.put("h", (signature.get("h") or "from").replace(":", " :\r\n\t "))


VALUES = {
    "v": {
        "absent": None, "2": "2", "01": "01", "1.0": "1.0", "0.5": "0.5", "empty": "", "spaced": " 1 ", "0": "0",
    },
    "c": {
        "absent": None, "simple": "simple", "upper": "Relaxed/Relaxed", "unknown": "nowsp",
        "body-unknown": "relaxed/nowsp", "empty": "", "slash": "relaxed/", "spaced": "relaxed / relaxed",
        "three": "relaxed/relaxed/relaxed", "folded": "relaxed/\r\n relaxed",
    },
    "a": {
        "upper": "RSA-SHA256", "sha512": "rsa-sha512", "hash-only": "sha256", "type-only": "rsa", "empty": "",
        "absent": None, "spaced": "rsa - sha256",
    },
    "d": {
        "upper": "EXAMPLE.COM", "other": "example.net", "dot": "example.com.", "empty": "", "absent": None,
        "space": "exa mple.com", "u-label": "bücher.example", "a-label": "xn--bcher-kva.example",
        "underscore": "under_score.example.com", "sub": "sub.example.com", "empty-label": "example..com",
        "leading-dot": ".example.com", "com": "com", "at": "joe@example.com", "parenthesis": "example.com(x)",
        "long": "a" * 70 + ".example.com", "nul": "example.com\x00",
    },
    "i": {
        "domain": "@example.com", "local": "joe@example.com", "below": "joe@sub.example.com",
        "suffix": "joe@notexample.com", "other": "joe@example.net", "empty": "", "no-at": "example.com",
        "quoted": "joe=20x@example.com", "upper": "joe@EXAMPLE.COM", "two-ats": "joe@x@example.com",
        "spaced": "joe @example.com", "dot": "@.example.com", "utf-8": "jörg@example.com",
        "bad-quoted": "joe=zz@example.com",
    },
    "t": {
        "past": PAST, "future": FUTURE, "junk": "yesterday", "empty": "", "0": "0", "minus": "-1",
        "zeros": ZEROS + PAST, "huge": "9" * 30, "spaced": "15778 36800", "fraction": PAST + ".5",
        "hex": "0x5e0be100", "too-long": "0" * 70 + PAST, "plus": "+" + PAST,
    },
    "l": {
        "short": "5", "zero": "0", "whole": str(len(BODY)), "junk": "all", "minus": "-1", "zeros": "0" * 70 + "5",
        "spaced": "1 0", "empty": "", "too-long": "0" * 80 + "5", "plus": "+5", "fraction": "5.5",
    },
    "x": {
        "future": FUTURE, "past": PAST, "junk": "never", "empty": "", "0": "0", "minus": "-1",
        "zeros": ZEROS + FUTURE, "huge": "9" * 30, "int64": "9223372036854775808", "spaced": "41024 44800",
        "too-long": "0" * 70 + FUTURE,
    },
    "q": {
        "usual": "dns/txt", "dns": "dns", "unknown": "http", "unknown-first": "http:dns/txt",
        "unknown-last": "dns/txt:http", "spaced": "dns/txt : http", "upper": "DNS/TXT", "empty": "",
        "options": "dns/txt/x", "colon": "dns/txt:",
    },
    "z": {
        "usual": "From:Joe=20<joe@example.com>|Subject:Is=20dinner=20ready?", "junk": "&%$", "empty": "",
        "equals": "a=b=c",
    },
    "s": {
        "absent": None, "empty": "", "junk": "no such(selector)", "nul": "x\x00y", "dots": "a..b", "space": "x y",
    },
    "h": {
        "absent": None, "empty": "", "no-from": "to:subject", "twice": "from:from:subject:subject",
        "twice-cased": "From:FROM:to:Subject:subject", "absent-names": "from:x-none:reply-to:cc",
        "colon-last": "from:to:subject:", "colon-first": ":from:to", "colons": "from::to",
        "spaced": "from : to:\tsubject", "itself": "from:dkim-signature",
        "itself-twice": "from:dkim-signature:dkim-signature", "space-inside": "from:sub ject", "junk": "from:süb",
        "trace": "received:received:from", "many": "from:" + ":".join(f"x-field-{n}" for n in range(60)),
        "repeated": "from:comments:comments", "all-repeated": "from:comments:comments:comments:comments",
        "prefix": "from-x:to", "fold-before-colon": "from\r\n :to", "star": "from:*", "only-from": "from",
    },
    "n": {
        "unknown": "anything at all", "b-inside": "b=x b =y", "empty": "", "slash": "a/b|c",
    },
}  # fmt: skip

MUTATIONS = {
    **{f"{name}-{what}": put(name, value) for name, values in VALUES.items() for what, value in values.items()},
    "l-over": misread("l", "100000", length=None),
    "l-huge": misread("l", "9" * 30, length=None),
    "c-misread": misread("c", "nowsp/nowsp", header="relaxed", body="relaxed"),
    "algorithm-of-other-type": other_type,
    "sha1": sha1,
    "t-after-x": together(put("t", FUTURE), put("x", PAST)),
    "t-equals-x": together(put("t", PAST), put("x", PAST)),
    "x-before-t": together(put("t", PAST), put("x", LONG_PAST)),
    "twice-v": again("v"),
    "twice-d": again("d"),
    "twice-d-other": again("d", "example.net", last=False),
    "twice-h": again("h", "from"),
    "twice-t": together(put("t", PAST), again("t", PAST)),
    "twice-unknown": together(put("n", "1"), again("n", "2")),
    "names-odd": tag("x-y", "1"),
    "names-underscore": tag("x_y", "1"),
    "names-digit": tag("1x", "1"),
    "names-leading-underscore": tag("_x", "1"),
    "names-upper": tag("B", "AAAA"),
    "names-upper-d": tag("D", "example.net"),
    "names-ab": tag("ab", "x"),
    "names-none": tag("", "x"),
    "names-space": tag("x y", "1"),
    "shuffled": shuffled,
    "glue-none": write(glue=";"),
    "glue-space": write(glue="; "),
    "glue-spaced": write(glue=" ;  "),
    "glue-before": write(glue="\r\n\t;"),
    "glue-lines": write(glue=" ;\r\n \t "),
    "glue-double": write(glue=";;"),
    "glue-blank-line": write(glue=";\r\n \r\n "),
    "equals-spaced": write(equals=" = "),
    "equals-folded": write(equals="=\r\n\t"),
    "equals-folded-before": write(equals="\r\n\t="),
    "start-none": write(start=""),
    "start-fold": write(start="\r\n\t"),
    "start-semicolon": write(start="; "),
    "end-semicolon": write(end=";"),
    "end-semicolon-fold": write(end=";\r\n\t"),
    "end-space": write(end=" \t"),
    "end-tag-without-value": write(end="; foo"),
    "end-semicolons": write(end=";;"),
    "end-unknown": write(end="; n=end"),
    **{f"fold-{name}": folded_inside(name) for name in ("a", "c", "d", "s", "h", "v")},
    "fold-names": fold_names,
    "s-upper": edit("s", str.upper),
    "s-dot": edit("s", lambda value: value + "."),
    "b-short-lines": option(width=8),
    "b-one-line": option(width=10_000),
    "b-spaces": option(width=20, fold=" "),
    "b-blank-folds": option(width=30, fold="\r\n \r\n\t"),
    "b-lines-bh": option(bh_width=10),
    "b-flipped": option(mangle=flipped),
    "b-short": option(mangle=lambda data: data[:-1]),
    "b-long": option(mangle=lambda data: data + b"\0"),
    "b-zero": option(mangle=lambda data: b"\0" + data),
    "b-empty": put("b", ""),
    "b-absent": put("b", None),
    "b-junk": put("b", "@b@!"),
    "b-extra-padding": edit("b", lambda value: value + "="),
    "b-first": lambda signature, _rng: signature.tags.sort(key=lambda tag: tag[0] != "b"),
    "bh-empty": put("bh", ""),
    "bh-absent": put("bh", None),
    "bh-hex": put("bh", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU47DEQpj8HBSa+/TIm"),
    "bh-other": put("bh", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    "bh-junk": put("bh", "@bh@*"),
    "bh-extra": put("bh", "@bh@="),
    "name-space": option(name="DKIM-Signature :"),
    "name-lower": option(name="dkim-signature:"),
    "name-upper": option(name="DKIM-SIGNATURE:"),
    "name-tab": option(name="DKIM-Signature\t:"),
    "other-key": other_key,
}  # fmt: skip
