"""Signed messages: by `dkim sign`, and by signers that are wrong in a known way; and the zones they are judged with."""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))

import reference  # noqa: E402  (the verifier written from the RFCs alone, shared with tests/interop)

from messages import CRLF, DOMAIN, split  # noqa: E402

KEYS = os.path.join(ROOT, "testdata", "keys")
ZONE = os.path.join(ROOT, "testdata", "zone")
SELECTORS = {"rsa": "rsa2048", "ed25519": "ed25519"}
CANONICALIZATIONS = ["relaxed/relaxed", "simple/simple", "relaxed/simple"]
SIGNED_AT = 1700000000
JUDGED_AT = SIGNED_AT + 60
# the public half of another key of each kind, to be published where ours should be
OTHER_KEY = {"rsa": "rsa2048-e3.pem", "ed25519": "rfc8463-brisbane"}
OTHER_ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="  # the key "brisbane" of RFC 8463 Appendix A.2


def run(command, data=b"", check=True):
    done = subprocess.run(command, input=data, capture_output=True, timeout=120)
    if check and done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def key_file(key):
    return os.path.join(KEYS, SELECTORS[key] + ".pem")


def public_base64(path):
    der = run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"])
    return base64.b64encode(der[-32:] if len(der) == 44 else der).decode()


class Workshop:
    """What is made once and used by every cell: public keys, zones, signed messages."""

    def __init__(self, dkim, directory):
        self.dkim, self.directory = dkim, directory
        self.lock = threading.RLock()  # a signer may sign
        self.made = {}
        self.public = {}  # DNS name -> PEM file, for the reference
        self.text = {}  # key -> what its record has in p=
        for key, selector in SELECTORS.items():
            path = os.path.join(directory, selector + ".public")
            run(["openssl", "pkey", "-in", key_file(key), "-pubout", "-out", path])
            self.public[f"{selector}._domainkey.{DOMAIN}"] = path
            self.text[key] = public_base64(key_file(key))
        self.other = {"rsa": public_base64(os.path.join(KEYS, OTHER_KEY["rsa"])), "ed25519": OTHER_ED25519}

    def once(self, what, make):
        with self.lock:
            if what not in self.made:
                self.made[what] = make()
            return self.made[what]

    def zone(self, records):
        """The path of a zone with `records`: ((owner, text), …)."""
        def write():
            lines = []
            for owner, text in records:
                strings = " ".join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250))
                lines.append(f"{owner}. 3600 IN TXT {strings}\n")
            with tempfile.NamedTemporaryFile("w", dir=self.directory, suffix=".zone", delete=False) as file:
                file.writelines(lines)
            return file.name
        return self.once(("zone", tuple(records)), write)

    def sign(self, message, key, canonicalization, options=(), domain=DOMAIN):
        """`message` with a DKIM-Signature field of `dkim sign` on top."""
        def make():
            command = [self.dkim, "sign", "--domain", domain, "--selector", SELECTORS[key], "--key", key_file(key),
                       "--canonicalization", canonicalization, "--timestamp", str(SIGNED_AT), *options]
            signed = run(command, message)
            if not signed.endswith(message):
                raise RuntimeError("dkim sign changed the message")
            return signed
        return self.once(("signed", message, key, canonicalization, tuple(options), domain), make)

    def forget(self, message):
        """The signed copies of a message that is too large to be kept."""
        for what in [w for w in self.made if w[0] == "signed" and w[1] is message]:
            del self.made[what]

    def reference_accepts(self, message):
        """Whether the topmost signature is good, with the keys as they should be published."""
        try:
            verdicts = reference.verify(message, self.public)
        except (ValueError, KeyError, IndexError):
            return False
        return bool(verdicts) and verdicts[0]["ok"]


USUAL = ("from", "to", "subject", "date", "message-id")


def sign_by_hand(message, key, label, hashed=None, length=None, body_hash=None, wanted=USUAL):
    """A signature whose field says c=`label` though it was made with `hashed`, or with a body hash or a body length
    that are not those of the body: what broken signers send. Or one of fields that `dkim sign` would not sign, or that
    are not there (`wanted`: h=, each name once)."""
    header_how, body_how = (hashed or label).split("/")
    fields, body = split(message)
    if body_hash is None:
        body_hash = hash_of(reference.canonical_body(body, body_how))
    tag = f" l={length};" if length is not None else ""
    algorithm = "ed25519-sha256" if key == "ed25519" else "rsa-sha256"
    field = (f"DKIM-Signature: v=1; a={algorithm}; c={label}; d={DOMAIN}; s={SELECTORS[key]};\r\n"
             f"\tt={SIGNED_AT}; h={':'.join(wanted)};{tag}\r\n\tbh={body_hash};\r\n\tb=").encode()
    signed = b""
    for name in wanted:
        found = next((f for f in reversed(fields) if f.split(b":", 1)[0].lower() == name.encode()), None)
        signed += reference.canonical_header(found, header_how) if found else b""
    signed += reference.canonical_header(field + CRLF, header_how)[:-2]
    return field + base64.b64encode(raw_signature(key, signed)) + CRLF + message


def hash_of(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def raw_signature(key, signed):
    digest = hashlib.sha256(signed).digest()
    with tempfile.NamedTemporaryFile() as file:
        file.write(digest)
        file.flush()
        command = ["openssl", "pkeyutl", "-sign", "-inkey", key_file(key), "-in", file.name]
        command += ["-rawin"] if key == "ed25519" else ["-pkeyopt", "digest:sha256"]
        return run(command)
