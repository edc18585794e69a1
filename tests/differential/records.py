"""Key records, good and odd: each twist of each key is published under a selector of its own."""

from generate import keys, signer
from generate.keys import base64_text, der
from generate.vector import owner

PLAIN = "plain"
SPF = "v=spf1 -all"


def selector(key, twist):
    """The selector under which a twist of a key's record is published."""
    return f"{key.name}-{twist}"


def text(key):
    """The p= of a key."""
    public = key.public
    return base64_text(public.spki() if key.algorithm == "rsa" else public.raw())


def edit(old, new):
    """A twist that replaces a part of the usual record."""
    return lambda key: [key.public.record().replace(old, new)]


def add(tags):
    """A twist that puts tags before p=."""
    return edit("; p=", f"; {tags}; p=")


def whole(form, **more):
    """A twist that writes the whole record: {p} is p=, {k} is k=."""
    return lambda key: [form.format(p=text(key), k=key.algorithm, **more)]


def wrapped(key):
    """The key in the other of its two encodings, right for RSA and wrong for Ed25519."""
    other = key.public.pkcs1() if key.algorithm == "rsa" else key.public.spki()
    return [f"v=DKIM1; k={key.algorithm}; p={base64_text(other)}"]


def sloppy(change):
    """A twist that has an RSA key in DER that is not quite DER."""

    def twist(key):
        is_rsa = key.algorithm == "rsa"
        return [f"v=DKIM1; k=rsa; p={base64_text(change(key.public))}" if is_rsa else key.public.record()]

    return twist


def beside(*others, first=False):
    """A twist with other TXT records at the same name."""
    return lambda key: [*others, key.public.record()] if first else [key.public.record(), *others]


TWISTS = {
    PLAIN: lambda key: [key.public.record()],
    "absent": lambda key: None,
    "foreign-alone": lambda key: [SPF],
    "spf-first": beside(SPF, first=True),
    "spf-last": beside(SPF),
    "other-key-first": beside(keys.RSA_2048_E3.public.record(), first=True),
    "other-key-last": beside(keys.RSA_2048_E3.public.record()),
    "revoked-first": beside("v=DKIM1; p=", first=True),
    "five-keys": beside(*(keys.RSA_2048_E3.public.record() + f"; n={n}" for n in range(4)), first=True),
    "empty-text": lambda key: [""],
    "no-version": edit("v=DKIM1; ", ""),
    "version-last": whole("k={k}; p={p}; v=DKIM1"),
    "version-2": edit("DKIM1", "DKIM2"),
    "version-lower": edit("DKIM1", "dkim1"),
    "version-empty": edit("DKIM1", ""),
    "no-type": lambda key: [key.public.record().replace(f"k={key.algorithm}; ", "")],
    "type-upper": lambda key: [key.public.record().replace(key.algorithm, key.algorithm.upper())],
    "type-unknown": lambda key: [key.public.record().replace(f"k={key.algorithm}", "k=dsa")],
    "type-other": lambda key: [(keys.ED25519 if key.algorithm == "rsa" else keys.RSA_2048).public.record()],
    "type-empty": lambda key: [key.public.record().replace(f"k={key.algorithm}", "k=")],
    "no-p": whole("v=DKIM1; k={k}"),
    "revoked": whole("v=DKIM1; k={k}; p="),
    "revoked-spaces": whole("v=DKIM1; k={k}; p=  "),
    "p-junk": whole("v=DKIM1; k={k}; p=!!!!"),
    "p-short": lambda key: [key.public.record()[:-9]],
    "p-no-padding": lambda key: [key.public.record().rstrip("=")],
    "p-spaces": lambda key: [key.public.record()[:-20] + " " + key.public.record()[-20:]],
    "p-tab": lambda key: [key.public.record()[:-20] + "\t" + key.public.record()[-20:]],
    "p-line-break": lambda key: [key.public.record()[:-20] + "\r\n " + key.public.record()[-20:]],
    "p-lf": lambda key: [key.public.record()[:-20] + "\n" + key.public.record()[-20:]],
    "p-junk-inside": lambda key: [key.public.record()[:-20] + "*" + key.public.record()[-20:]],
    "p-encoding": wrapped,
    "p-trailing-bytes": sloppy(lambda public: public.spki() + b"\0\0"),
    "p-no-parameters": sloppy(lambda public: public.spki(parameters=b"")),
    "p-negative": sloppy(lambda public: public.spki(key=public.pkcs1(modulus_zeros=0))),
    "p-extra-zeros": sloppy(lambda public: public.spki(key=public.pkcs1(modulus_zeros=3))),
    "p-other-der": sloppy(lambda public: der(0x30, b"\x04\x03abc")),
    "hash-sha256": add("h=sha256"),
    "hash-sha1": add("h=sha1"),
    "hash-both": add("h=sha1:sha256"),
    "hash-both-spaces": add("h=sha1 : sha256"),
    "hash-upper": add("h=SHA256"),
    "hash-unknown": add("h=sha512:foo"),
    "hash-empty": add("h="),
    "service-email": add("s=email"),
    "service-star": add("s=*"),
    "service-other": add("s=tlsrpt"),
    "service-several": add("s=other:email"),
    "service-spaces": add("s=other : *"),
    "service-upper": add("s=EMAIL"),
    "service-empty": add("s="),
    "flag-s": add("t=s"),
    "flag-y": add("t=y"),
    "flags": add("t=y:s"),
    "flags-spaces": add("t=y : s"),
    "flag-unknown": add("t=x"),
    "granularity-empty": add("g="),
    "granularity-joe": add("g=joe"),
    "granularity-star": add("g=*"),
    "notes": add("n=Notes=20with = signs"),
    "unknown-tag": add("foo=bar"),
    "unknown-tag-odd": add("a-b=c"),
    "tag-without-value": add("foo"),
    "tag-without-name": add("=x"),
    "twice-k": lambda key: [key.public.record().replace("; p=", f"; k={key.algorithm}; p=")],
    "twice-p": whole("v=DKIM1; k={k}; p={p}; p={p}"),
    "twice-unknown": add("foo=1; foo=2"),
    "upper-names": whole("v=DKIM1; k={k}; P={p}"),
    "semicolon-last": whole("v=DKIM1; k={k}; p={p};"),
    "semicolons": whole("v=DKIM1;; k={k}; p={p};;"),
    "semicolon-first": whole("; v=DKIM1; k={k}; p={p}"),
    "space-first": whole(" v=DKIM1; k={k}; p={p}"),
    "no-spaces": whole("v=DKIM1;k={k};p={p}"),
    "spaces": whole("v = DKIM1 ;\tk = {k} ; p = {p} "),
    "line-breaks": whole("v=DKIM1;\r\n k={k};\r\n p={p}"),
    "quoted": whole('"v=DKIM1; k={k}; p={p}"'),
    "backslashes": whole("v=DKIM1\\; k={k}\\; p={p}"),
    "rsa512": lambda key: [keys.RSA_512.public.record()],
    "rsa768": lambda key: [keys.RSA_768.public.record()],
    "rsa1023": lambda key: [keys.RSA_1023.public.record()],
    "rsa4096": lambda key: [keys.RSA_4096.public.record()],
}  # fmt: skip
# Twists that are about another key than the one that was drawn.
SHORT = {"rsa512": keys.RSA_512, "rsa768": keys.RSA_768, "rsa1023": keys.RSA_1023, "rsa4096": keys.RSA_4096}
SIGNERS = (keys.RSA_1024, keys.RSA_2048, keys.ED25519, *SHORT.values())
DOMAINS = (signer.DOMAIN, "sub.example.com", "xn--bcher-kva.example", "under_score.example.com", "example.net")


def zone():
    """{owner name: TXT records} of every twist of every key, under every domain that signs."""
    published = {}
    for key in SIGNERS:
        for twist, texts in TWISTS.items():
            found = texts(key)
            if found is not None:
                for domain in DOMAINS:
                    published[owner(selector(key, twist), domain).lower()] = [entry.encode() for entry in found]
    return published
