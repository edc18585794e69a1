"""Fields that decide what a reader sees or does, and that no signature that passes covers."""

from .keys import ED25519, RSA_2048
from .signer import PLAIN_FIELDS, message, octets, sign
from .vector import published

ALL = "from:to:subject:date:message-id"


def add_to(vectors):
    """All cases of this file."""
    left_out(vectors)
    added(vectors)
    several_fields(vectors)
    several_signatures(vectors)


def left_out(vectors):
    """Fields that are there and that h= does not name."""
    mime = ("MIME-Version: 1.0", "Content-Type: text/plain", "Content-Transfer-Encoding: 7bit")
    others = ("Cc: carl@example.net", "Reply-To: alice@example.com", "Sender: office@example.com")
    full = message(*PLAIN_FIELDS, *mime, *others)
    ignored = message(*PLAIN_FIELDS, "X-Mailer: x", "List-Id: <x.example.com>", "In-Reply-To: <1@example.com>")
    everything = f"{ALL}:mime-version:content-type:content-transfer-encoding:cc:reply-to:sender"
    every_name = (
        "Reply-To Subject Content-Type Content-Transfer-Encoding MIME-Version Sender To Cc Date Message-ID"
    )
    for name, source, h, unsigned, why in (
        ("nothing", full, everything, "none", "all that a reader sees is signed"),
        ("everything", full, "from", every_name, "h= names From alone"),
        ("subject", full, everything.replace(":subject", ""), "Subject", "h= leaves the Subject out"),
        ("odd-case", full, everything.upper(), "none", "names in another letter case"),
        ("other-fields", ignored, ALL, "none", "fields that decide nothing that a reader sees"),
        ("absent", message(*PLAIN_FIELDS[:3]), "from:to:subject", "none", "what is absent is not unsigned"),
    ):  # fmt: skip
        vectors.add(f"unsigned-{name}", f"RFC 6376 §5.4: {why}.", sign(source, tags={"h": h}), unsigned=unsigned)


def added(vectors):
    """Fields that were added to a signed message."""
    reply_to = "Reply-To: eve@example.net"
    multipart = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x"
    for name, field, unsigned in (
        ("reply-to-added", reply_to, "Reply-To"),
        ("reply-to-without-address-added", "Reply-To: ,", "Reply-To"),
        ("content-type-added", multipart, "Content-Type MIME-Version"),
        ("sender-added", "Sender: eve@example.net", "Sender"),
        ("subject-added-in-odd-case", "SUBJECT : Account closed", "Subject"),
    ):
        why = "RFC 6376 §8.15: a field that was added to a signed message decides what a reader sees or does."
        signed = sign(tags={"h": ALL})
        vectors.add(f"unsigned-{name}", why, octets(field) + b"\r\n" + signed, unsigned=unsigned)
    oversigned = sign(tags={"h": f"{ALL}:reply-to"})
    vectors.add(
        "unsigned-reply-to-added-though-oversigned",
        "RFC 6376 §8.15: the field was oversigned: the signature is broken, and where none passes nothing is told apart.",
        octets(reply_to) + b"\r\n" + oversigned,
        "fail signature-mismatch",
        unsigned="none",
        no_warnings="unsigned-field",
    )


def several_fields(vectors):
    """h= names a field, and the one that it selects is another one."""
    second = octets("Subject: Account closed") + b"\r\n"
    for name, source, h, unsigned, why in (
        ("second-above", second + sign(tags={"h": ALL}), ALL, "Subject", "one was added above"),
        ("second-named-twice", sign(second + message(), tags={"h": f"{ALL}:subject"}), ALL, "none", "both are named"),
        ("second-named-once", sign(second + message(), tags={"h": ALL}), ALL, "Subject", "there were two at signing"),
    ):  # fmt: skip
        codes = {"no_warnings": "unsigned-duplicate"} if unsigned == "none" else {"warnings": "unsigned-duplicate"}
        why = f"RFC 6376 §5.4.2: two Subject fields: {why}."
        vectors.add(f"unsigned-{name}", why, source, unsigned=unsigned, **codes)


def several_signatures(vectors):
    """What one signature leaves out another may cover, if it passes."""
    both = {"dns": published(RSA_2048, ED25519), "keys": [RSA_2048.public, ED25519.public]}
    one = sign(tags={"h": "from:to:date"})
    two = sign(one, tags={"h": "from:subject:message-id"}, key=ED25519)
    why = "RFC 6376 §4.2: what one signature leaves out the other covers."
    vectors.add("unsigned-covered-together", why, two, ["pass", "pass"], unsigned="none", **both)
    broken = two.replace(b"h=from:subject:message-id", b"h=from:subject:message-id:x")
    why = "RFC 6376 §4.2: what one signature leaves out the other would cover, which does not pass."
    vectors.add(
        "unsigned-covered-by-one-that-fails",
        why,
        broken,
        ["fail signature-mismatch", "pass"],
        unsigned="Subject Message-ID",
        **both,
    )
