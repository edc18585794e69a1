"""d= against the From domain (RFC 9989 §4.4, §5.3.1). The alignments are written by hand: no list is asked."""

from .keys import ED25519, RSA_2048
from .signer import PLAIN_FIELDS, message, sign
from .vector import owner, published

BODY_HASH = "fail body-hash-mismatch"
# Its A-label is known beforehand, not computed.
A_LABEL, U_LABEL = "xn--bcher-kva.example.com", "bücher.example.com"


def add_to(vectors):
    """All cases of this file."""
    domains(vectors)
    authors(vectors)
    grammar(vectors)
    several(vectors)


def add(vectors, name, why, author, domain, alignment, **rest):
    """A message whose From field (or fields) is `author`, signed by `domain`, which passes."""
    fields = [f"From: {value}" for value in ([author] if isinstance(author, str) else author)]
    codes = {"warnings": "not-aligned"} if alignment == "none" else {"no_warnings": "not-aligned"}
    codes["no_warnings"] = " ".join(filter(None, [codes.get("no_warnings"), rest.pop("no_warnings", None)]))
    codes["warnings"] = " ".join(filter(None, [codes.get("warnings"), rest.pop("warnings", None)]))
    h = ":".join(["from"] * len(fields) + ["to", "subject", "date"])
    vectors.add(
        f"aligned-{name}",
        f"RFC 9989 §4.4, §5.3.1: {why}.",
        sign(message(*fields, *PLAIN_FIELDS[1:]), tags={"d": domain, "h": h}),
        dns={owner("rsa2048", rest.pop("a_label", domain).lower()): RSA_2048.public.record()},
        alignments=alignment,
        **codes,
        **rest,
    )


def domains(vectors):
    for name, author, domain, alignment, why in (
        ("same", "example.com", "example.com", "strict", "the same domain"),
        ("letter-case", "Example.com", "eXAMPLE.COM", "strict", "the same domain in other letters"),
        ("author-below", "news.example.com", "example.com", "relaxed", "the author is in a subdomain"),
        ("signer-below", "example.com", "mail.example.com", "relaxed", "the signer is in a subdomain"),
        ("siblings", "news.example.com", "mail.example.com", "relaxed", "two subdomains of one domain"),
        ("deep-siblings", "a.b.news.example.com", "c.example.com", "relaxed", "subdomains at unequal depths"),
        ("other", "example.com", "example.net", "none", "another domain"),
        ("label-boundary", "example.com", "evilexample.com", "none", "the end is the same, but not whole labels"),
        ("author-as-prefix", "example.com", "example.com.example.net", "none", "the start is the same"),
        ("suffix-of-two-labels", "a.co.uk", "b.co.uk", "none", "co.uk is a public suffix"),
        ("below-suffix-of-two-labels", "a.b.co.uk", "b.co.uk", "relaxed", "below a public suffix of two labels"),
        ("suffix-of-a-host", "joe.github.io", "eve.github.io", "none", "customers of one host"),
        ("suffix-itself", "co.uk", "co.uk", "strict", "a public suffix is aligned with itself"),
        ("author-is-suffix", "co.uk", "example.co.uk", "none", "the author is a public suffix, the signer below it"),
        ("signer-is-suffix", "example.co.uk", "co.uk", "none", "the signer is a public suffix, the author below it"),
        ("single-label", "localhost", "example.com", "none", "the author's domain is one label"),
        ("unknown-top-level", "a.example.invalid", "b.example.invalid", "relaxed", "a top-level domain that no list knows"),
    ):  # fmt: skip
        add(vectors, name, why, f"Alice <alice@{author}>", domain, alignment)
    for name, author, domain, alignment, why in (
        ("u-label-author", U_LABEL, A_LABEL, "strict", "the author in U-labels, the signer in A-labels"),
        ("u-label-signer", A_LABEL, U_LABEL, "strict", "the author in A-labels, the signer in U-labels"),
        ("u-label-both", U_LABEL, U_LABEL, "strict", "both in U-labels"),
        ("u-label-subdomain", f"post.{U_LABEL}", A_LABEL, "relaxed", "the author in a subdomain, in U-labels"),
        ("u-label-other", "böcher.example.net", A_LABEL, "none", "U-labels of another domain"),
    ):  # fmt: skip
        add(vectors, name, why, f"alice@{author}", domain, alignment, a_label=A_LABEL)


def authors(vectors):
    several_from = {"warnings": "several-from"}
    several = {"warnings": "several-authors"}
    no_author = {"warnings": "no-author-domain"}
    shown = {"warnings": "address-in-display-name"}
    for name, author, alignment, rest, why in (
        ("two-addresses-one-domain", "a@example.com, Bob <b@EXAMPLE.com>", "strict", {}, "two addresses of one domain"),
        ("group", "friends: a@example.com, b@example.com;", "null", no_author, "a group (RFC 6854) stands in place of an author"),
        ("group-and-address", "friends:;, a@example.com", "null", no_author, "a group beside an address"),
        ("two-domains", "a@example.com, b@example.net", "null", several, "two domains: there is no one to align with"),
        ("domain-and-subdomain", "a@example.com, b@mail.example.com", "null", several, "two domains, though one organization"),
        ("address-literal", "alice@[192.0.2.1]", "null", no_author, "an address literal is no domain"),
        ("address-without-domain", "alice", "null", no_author, "no domain at all"),
        ("address-empty", "Alice <>", "null", no_author, "no address"),
        ("address-trailing-dot", "alice@example.com.", "null", {}, "a dot at the end is no part of an address"),
        ("address-two-at", "alice@example.net@example.com", "null", {}, "readers differ about where the domain begins"),
        ("address-in-display-name", '"alice@example.net" <alice@example.com>', "strict", shown, "the display name does not count"),
        ("address-in-display-name-escaped", '"alice\\@example.net" <alice@example.com>', "strict", shown, "a backslash in a display name"),
        ("address-in-display-name-encoded", "=?utf-8?b?YWxpY2VAZXhhbXBsZS5uZXQ=?= <alice@example.com>", "strict", shown, "an encoded display name"),
        ("address-in-display-name-hidden", '"al\u200bice@exam\u00adple.net" <alice@example.com>', "strict", shown, "characters that show nothing"),
        ("address-in-display-name-wide", '"alice\uff20example.net" <alice@example.com>', "strict", shown, "a wide at sign"),
        ("address-in-comment", "alice@example.com (bob@example.net)", "strict", shown, "a comment, which some mail programs show as a name"),
        ("address-in-display-name-of-list", '"bob@example.net via List" <list@example.com>', "strict", shown, "what lists write"),
        ("address-in-display-name-same", '"alice@example.com" <alice@example.com>', "strict", {"no_warnings": "address-in-display-name"}, "the address itself as its display name"),
        ("address-in-display-name-same-organization", '"alice@example.com" <alice@mail.example.com>', "relaxed", {"no_warnings": "address-in-display-name"}, "an address of the same organization"),
        ("at-in-display-name", '"Alice @ Example, 1@2" <alice@example.com>', "strict", {"no_warnings": "address-in-display-name"}, "at signs that are of no address"),
        ("two-fields", ["a@example.com", "b@example.net"], "null", several_from, "two From fields, both signed"),
        ("two-equal-fields", ["a@example.com"] * 2, "null", several_from, "two From fields that say the same are still two"),
    ):  # fmt: skip
        add(vectors, name, why, author, "example.com", alignment, **rest)


def grammar(vectors):
    """The From field as RFC 5322 §3.4 has it, with the obsolete forms of §4.4, and as it does not."""
    for name, author, why in (
        ("space-around-at", "alice @ example.com", "white space around the @"),
        ("space-around-dots", "alice . b@example . com", "white space around dots"),
        ("comment-in-domain", "alice@(example.net)example.com", "a comment before the domain"),
        ("comment-address", "(x@example.net) alice@example.com (<x@example.net>)", "comments do not count"),
        ("route", "<@relay.example.net:alice@example.com>", "a route is to be ignored"),
        ("dots-in-display-name", "Alice B. Cole <alice@example.com>", "a dot in a display name without quotes"),
        ("empty-elements", ",alice@example.com, ,", "nothing between commas"),
        ("quoted-local-part", '"alice@example.net"@example.com', "an address as a quoted local part"),
        ("encoded-word", "=?utf-8?q?x=40example.net=2C?= <alice@example.com>", "an encoded word is a word, whatever it says"),
        ("utf-8-display-name", "Ålice <alice@example.com>", "a display name in UTF-8 (RFC 6532 §3.2)"),
        ("folds", "Alice\r\n (x\r\n y)\r\n <alice@example.com>", "folds between words and in a comment"),
    ):  # fmt: skip
        add(vectors, f"grammar-{name}", why, author, "example.com", "strict")
    several, single = {"warnings": "several-authors"}, {"no_warnings": "several-authors"}
    for name, author, alignment, rest, why in (
        ("address-as-display-name", "x@example.net <alice@example.com>", "null", several, "an address as a display name without quotes"),
        ("comment-behind-address", "x@example.net (c) <alice@example.com>", "null", several, "the same with a comment between"),
        ("two-in-brackets", "<x@example.net> <alice@example.com>", "null", several, "two addresses without a comma"),
        ("two-in-brackets-folded", "<x@example.net>\r\n <alice@example.com>", "null", several, "two addresses without a comma on two lines"),
        ("two-bare", "x@example.net alice@example.com", "null", several, "two addresses with a space between"),
        ("semicolon", "x@example.net; alice@example.com", "null", several, "two addresses with a semicolon between"),
        ("colon", "x@example.net:alice@example.com", "null", several, "two addresses with a colon between"),
        ("colon-in-brackets", "<x@example.net:alice@example.com>", "null", several, "a route without @"),
        ("quoted-behind-comma", 'alice@example.com, "x@example.net"', "null", several, "a second element that is a quoted string"),
        ("encoded-behind-comma", "alice@example.com, =?utf-8?q?x=40example.net?=", "null", several, "a second element that is an encoded word"),
        ("words-behind", "<alice@example.com> x@example.net", "null", several, "more behind the address"),
        ("unclosed-quotes", '"Alice <x@example.net>, <alice@example.com>', "null", several, "quotes that are not closed"),
        ("unclosed-comment", "Alice (b <x@example.net>, <alice@example.com>", "null", several, "a comment that is not closed"),
        ("unclosed-brackets", "<x@example.net, <alice@example.com>", "null", several, "brackets that are not closed"),
        ("backslash", "x@example.net\\, <alice@example.com>", "null", several, "a backslash outside quotes"),
        ("subdomain", "x@mail.example.com <alice@example.com>", "null", several, "two domains of one organization"),
        ("domain-goes-on", "Foo, Inc. <alice@example.com .net>", "null", single, "white space within the domain"),
        ("no-domain-name", "alice@example.com, x@[192.0.2.1], Foo", "null", single, "an address without a domain name beside another"),
        # All that looks like an address is of one domain.
        ("same-as-display-name", "alice@example.com <alice@EXAMPLE.com>", "strict", single, "the address as its own display name without quotes"),
        ("comma-in-display-name", "Foo, Inc. <alice@example.com>", "strict", single, "a comma in a display name without quotes"),
        ("brackets-in-display-name", "Foo [Bar] <alice@example.com>", "strict", single, "brackets in a display name without quotes"),
        ("word-behind-comma", "alice@example.com, x", "strict", single, "a second element that is no address"),
        ("empty-beside", "<>, alice@example.com", "strict", single, "an address that is empty beside another"),
        ("control-character", '"Alice\x01" <alice@example.com>', "strict", single, "a control character"),
        ("latin-1", "\udcc5lice <alice@example.com>", "strict", single, "the display name is not UTF-8 (RFC 6532 §3.2)"),
    ):  # fmt: skip
        add(vectors, f"malformed-{name}", why, author, "example.com", alignment, **rest)
    why = "all that looks like an address is of one domain, and another one signed"
    add(vectors, "malformed-signed-by-another", why, "Foo, Inc. <alice@example.com>", "example.net", "none")


def several(vectors):
    aligned = sign(tags={"d": "example.com"})
    both = published(RSA_2048) | published(ED25519, domain="example.net")
    vectors.add(
        "aligned-one-of-two",
        "RFC 9989 §4.4.1: two passes, of which one is aligned.",
        sign(aligned, tags={"d": "example.net"}, key=ED25519),
        ["pass", "pass"],
        dns=both,
        keys=[RSA_2048.public, ED25519.public],
        alignments="none strict",
        no_warnings="not-aligned",
    )
    none = sign(sign(tags={"d": "example.net"}), tags={"d": "example.org"}, key=ED25519)
    vectors.add(
        "aligned-none-of-two",
        "RFC 9989 §4.4.1: two passes, of which none is aligned.",
        none,
        ["pass", "pass"],
        dns=published(RSA_2048, domain="example.net") | published(ED25519, domain="example.org"),
        keys=[RSA_2048.public, ED25519.public],
        alignments="none none",
        warnings="not-aligned",
    )
    changed = sign(sign(), tags={"d": "example.net"}).replace(b"lunch on Friday?", b"lunch on Monday?")
    vectors.add(
        "aligned-but-failing",
        "RFC 9989 §4.4.1: what does not pass is aligned or not all the same, and no warning says so.",
        changed,
        [BODY_HASH, BODY_HASH],
        dns=published(RSA_2048) | published(RSA_2048, domain="example.net"),
        alignments="none strict",
        no_warnings="not-aligned",
    )
    vectors.add(
        "aligned-unreadable",
        "RFC 9989 §4.4.1: without a signature there is nothing to be aligned.",
        b"DKIM-Signature: what is this\r\n" + sign(),
        ["neutral signature-syntax", "pass"],
        alignments="null strict",
        no_warnings="not-aligned",
    )
