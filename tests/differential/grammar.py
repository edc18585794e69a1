"""The RFCs' grammar, as far as the classes ask for it; read from the bytes, not from what any tool says."""

import base64
import re

from generate import keys, naive_dkim

REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")
# How often a field may occur (RFC 5322 §3.6).
ONCE = {"date", "from"}
AT_MOST_ONCE = {"sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject"}
FWS = " \t\r\n"
RSA_KEYS = [key for key in keys.EVERY_KEY if key.algorithm == "rsa"]


def specs(text):
    """The tag-specs of a tag-list, without the empty one behind a last semicolon."""
    found = text.split(";")
    return found[:-1] if len(found) > 1 and not found[-1].strip(FWS) else found


def tag_names(text):
    """The names of the tags, in order."""
    return [spec.split("=", 1)[0].strip(FWS) for spec in specs(text) if "=" in spec]


def duplicates(text):
    """Whether a tag occurs twice."""
    names = tag_names(text)
    return len(set(names)) < len(names)


def bad_list(text):
    """Whether a tag-spec is empty or has no `=`."""
    return any("=" not in spec for spec in specs(text))


def bad_name(text):
    """Whether a name is no tag-name."""
    return not all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) for name in tag_names(text))


def bad_number(signature):
    """Whether t=, x= or l= is no number, or longer than the longest that the RFC has."""
    return any(not re.fullmatch("[0-9]{1,76}", value) for name, value in signature.tags if name in ("t", "x", "l"))


def bad_names(signature):
    """Whether h= is no list of field names."""
    return not all(re.fullmatch("[!-9;-~]+", name) for name in signature.names)


def raw_names(signature):
    """The names of h= as they are written."""
    return [name.strip(FWS) for name in (signature.tag("h") or "").split(":")]


def is_labels(text):
    """Whether a text is labels with dots between; underscores and UTF-8 are taken for letters."""
    label = r"(?!-)[A-Za-z0-9_\-\x80-\xff]{1,63}(?<!-)"
    return text is not None and re.fullmatch(rf"{label}(?:\.{label})*", text) is not None


def is_domain(text):
    """Whether d= is a domain name."""
    return is_labels(text) and "." in text


def is_selector(text):
    """Whether s= is a selector."""
    return is_labels(text)


def bad_identity(signature):
    """Whether i= is there, and no [Local-part] "@" domain-name in quoted-printable."""
    identity = signature.tag("i")
    if identity is None:
        return False
    local, at, domain = identity.rpartition("@")
    return not at or not is_domain(domain) or re.search(r"=(?![0-9A-F]{2})|[\s()<>,;:@\[\]]|\.\.", local) is not None


def is_base64(text):
    """Whether a value is base64 with folding white space inside."""
    squeezed = re.sub("[ \t\r\n]", "", text)
    return re.fullmatch("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", squeezed) is not None


def bad_base64(signature):
    """Whether b= or bh= is no base64, or bh= has another length than SHA-256."""
    values = [signature.tag("b") or "", signature.tag("bh") or ""]
    return not all(map(is_base64, values)) or len(re.sub(r"\s", "", values[1])) != 44


def is_unreadable(signature):
    """Whether the field is refused for what it says itself."""
    return signature.report["result"] in ("neutral", "permerror")


def upper_value(signature):
    """Whether a value that has a fixed spelling is written in other letter case."""
    values = [signature.tag(name) for name in ("a", "c", "q")] + [record_tag(signature.record, name) for name in "khs"]
    return any(value and value != value.lower() for value in values)


def without_b(signature):
    """The field's value without its tag b=."""
    return ";" + ";".join(spec for spec in signature.specs if spec.split("=", 1)[0].strip(FWS) != "b")


def key_type(signature):
    """The type of key that a= asks for."""
    return (signature.tag("a") or "").split("-")[0].lower()


def record_tag(text, name):
    """The value of a tag of a key record, or None."""
    pairs = (spec.split("=", 1) for spec in specs(text) if "=" in spec)
    return next((value.strip(FWS) for known, value in pairs if known.strip(FWS) == name), None)


def key_bytes(text):
    """p= of a record, decoded as far as it can be."""
    squeezed = re.sub("[^A-Za-z0-9+/]", "", record_tag(text, "p") or "")
    return base64.b64decode(squeezed + "=" * (-len(squeezed) % 4))


def is_rsa_public_key(text):
    """Whether p= is an RSAPublicKey."""
    return key_bytes(text) in {key.public.pkcs1() for key in RSA_KEYS}


def is_sloppy(text):
    """Whether p= is an RSA key in DER that is not quite DER."""
    is_rsa = (record_tag(text, "k") or "rsa").lower() == "rsa"
    return is_rsa and key_bytes(text) not in {key.public.spki() for key in RSA_KEYS} and not is_rsa_public_key(text)


def wrong_signature_length(signature):
    """Whether b= has another length than the key."""
    data = naive_dkim.unbase64((signature.tag("b") or "").encode("latin-1"))
    bits = (signature.report["key"] or {}).get("bits") or 0
    return data is not None and len(data) != (64 if key_type(signature) == "ed25519" else (bits + 7) // 8)


def wrong_counts(message):
    """Whether a field occurs too often or not at all (RFC 5322 §3.6)."""
    counts = {name: len(message.named(name)) for name in ONCE | AT_MOST_ONCE}
    return any(count > 1 or (count == 0 and name in ONCE) for name, count in counts.items())


def malformed_line(message):
    """The first line that makes the header malformed, or None."""
    return naive_dkim.malformed_line(message.data)
