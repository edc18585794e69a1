"""A second opinion: DKIM verification written from RFC 6376 and RFC 8463 alone, as short as it can be.

It shares no code with any of the tools under test; OpenSSL's command does the arithmetic. When two tools
disagree about a message, this says who is right, and its reasoning is short enough to be checked by eye.
It is no verifier for real mail: it judges the body hash and the signature and nothing else.
"""

import base64
import hashlib
import os
import re
import subprocess
import tempfile


def crlf(message):
    """Every line end as SMTP has it; a bare CR is data."""
    return re.sub(rb"(?<!\r)\n", b"\r\n", message)


def split(message):
    """([(name, whole field with its final CRLF)], body) of a message with CRLF line ends."""
    head, gap, body = (b"\r\n" + message).partition(b"\r\n\r\n")
    if not gap and head.endswith(b"\r\n"):
        head = head[:-2]
    lines = head[2:].split(b"\r\n") if len(head) > 2 else []
    fields = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    return [(f.split(b":", 1)[0].rstrip(b" \t").lower(), f) for f in fields], body


def canonical_header(field, how):
    if how == "simple":
        return field
    name, value = field.split(b":", 1)
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + value + b"\r\n"


def canonical_body(body, how):
    lines = body.split(b"\r\n")
    if lines[-1] == b"":
        lines.pop()  # what follows the last CRLF is no line
    if how == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and lines[-1] == b"":
        lines.pop()
    if not lines:
        return b"\r\n" if how == "simple" else b""
    return b"".join(line + b"\r\n" for line in lines)


def tags(field):
    value = field.split(b":", 1)[1].decode("latin-1")
    pairs = (part.split("=", 1) for part in value.split(";") if part.strip())
    return {name.strip(): text.strip() for name, text in pairs}


def unfold(text):
    return re.sub(r"\s+", "", text)


def verify(message, public_keys):
    """One verdict per DKIM-Signature field, from the top: {"body": bool, "signature": bool, "ok": bool, ...}.

    public_keys: {"selector._domainkey.domain": path of a PEM file with the public key}
    """
    fields, body = split(crlf(message))
    verdicts = []
    for name, field in fields:
        if name != b"dkim-signature":
            continue
        tag = tags(field)
        header_how, _, body_how = tag.get("c", "simple/simple").partition("/")
        hashed_body = canonical_body(body, body_how or "simple")
        if "l" in tag:
            hashed_body = hashed_body[:int(tag["l"])]
        hash_name = tag["a"].partition("-")[2]
        body_hash = base64.b64encode(hashlib.new(hash_name, hashed_body).digest()).decode()

        left = [f for f in fields if f[1] is not field]
        signed = b""
        for wanted in tag["h"].split(":"):
            wanted = wanted.strip().lower().encode("latin-1")
            for index in range(len(left) - 1, -1, -1):
                if left[index][0] == wanted:
                    signed += canonical_header(left.pop(index)[1], header_how)
                    break
        emptied = re.sub(rb"([:;][ \t\r\n]*b[ \t\r\n]*=)[^;]*", rb"\1", field.rstrip(b"\r\n"), count=1)
        signed += canonical_header(emptied + b"\r\n", header_how)[:-2]

        key = public_keys.get(f"{tag['s']}._domainkey.{tag['d']}".lower())
        verdict = {"domain": tag["d"], "selector": tag["s"], "algorithm": tag["a"], "h": tag["h"],
                   "body": body_hash == unfold(tag["bh"]),
                   "signature": bool(key) and _check(tag["a"], key, unfold(tag["b"]), signed)}
        verdict["ok"] = verdict["body"] and verdict["signature"]
        verdicts.append(verdict)
    return verdicts


def _check(algorithm, key, signature, signed):
    kind, _, hash_name = algorithm.partition("-")
    digest = hashlib.new(hash_name, signed).digest()
    with tempfile.TemporaryDirectory() as work:
        paths = {}
        for label, data in (("sig", base64.b64decode(signature)), ("digest", digest)):
            paths[label] = os.path.join(work, label)
            with open(paths[label], "wb") as file:
                file.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key,
                   "-sigfile", paths["sig"], "-in", paths["digest"]]
        # RFC 8463: Ed25519 signs the SHA-256 digest as its message; RSA signs it as a digest
        command += ["-rawin"] if kind == "ed25519" else ["-pkeyopt", "digest:" + hash_name]
        return subprocess.run(command, capture_output=True).returncode == 0
