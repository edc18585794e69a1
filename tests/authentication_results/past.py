"""Authentication-Results fields of the past, as hostile as may be, through `dkim verify --explain`: nothing of
them may reach a terminal raw."""

import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KEY, ZONE = os.path.join(ROOT, "testdata", "keys", "rsa2048.pem"), os.path.join(ROOT, "testdata", "zone")

PASS = b"; dkim=pass header.d=example.com header.s=rsa2048"
NAME = b"Authentication-Results: "
# The colour 199 is none of our own.
FIELDS = {
    "escape sequences": NAME + b'"mx\x1b[38;5;199m\x07 evil"' + PASS,
    "an operating system command": NAME + b"mx\x1b]0;evil\x07\x1b\\" + PASS,
    "a fold in quotes": NAME + b'"mx\r\n  proven: all is well"' + PASS,
    "C1 controls": NAME + b"mx\xc2\x9b31m\xc2\x85" + PASS,
    "a deletion and backspaces": NAME + b"mx\x7f\x08\x08" + PASS,
    "characters without a width": NAME + "mx\u200b\u2066\ufeff\U000e0041".encode() + PASS,
    "bidirectional overrides": NAME + "\u202eevil\u2067".encode() + PASS,
    "line separators": NAME + "mx\u2028proven: all is well\u2029".encode() + PASS,
    "octets that are no text": NAME + b"mx\xff\xfe\0" + PASS,
    "a bare carriage return": NAME + b"mx\rproven" + PASS,
    "a long name": NAME + b"x" * 200_000 + PASS,
    "an empty name": NAME + b'""' + PASS,
    "a sentence as a name": NAME + b'"mx.example.org found it good, click evil.example: all"' + PASS,
    "a thousand fields": b"\r\n".join(NAME + b"mx%d" % k + PASS for k in range(1000)),
    "nested comments": NAME + b"mx; dkim=pass " + b"(" * 100_000 + b")" * 100_000 + b" header.d=example.com",
    "escape sequences in properties": NAME + b"mx; dkim=pass\x1b[38;5;199m header.d=example.com\x1b[2J header.s=\x9b2J",
    "escape sequences in a reason": NAME + b'mx; dkim=pass reason="\x1b[38;5;199m" header.d=example.com',
    "quotes that are not closed": NAME + b'mx; dkim=pass header.d=example.com header.b="\x1b',
    "the field of ARC": b"ARC-Authentication-Results: i=1; mx\x1b[38;5;199m; dkim=pass header.i=@example.com",
}
FORMS = (["--color", "never"], ["--color", "always"], ["--json"], ["--authentication-results=mx.example.org"])
# Of these it has to be told that they say so, though not in their words.
SEEN = ("escape sequences", "octets that are no text", "bidirectional overrides")

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Controls but for line feeds, and what shows nothing or turns text around.
RAW = re.compile("[\0-\t\v-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")


def broken_message(dkim):
    """A message with a signature that was good before its body was changed."""
    message = b"From: a@example.com\r\nSubject: hello\r\n\r\nHow are you?\r\n"
    command = [dkim, "sign", "--domain", "example.com", "--selector", "rsa2048", "--key", KEY]
    signed = subprocess.run(command, input=message, capture_output=True, check=True).stdout
    return signed.replace(b"How are", b"Who are")


def faults(dkim):
    """(how many runs there were, what is wrong with them)."""
    message, found, runs = broken_message(dkim), [], 0
    for name, field in FIELDS.items():
        for form in FORMS:
            explain = ["--explain"] if form != FORMS[-1] else []
            command = [dkim, "verify", *explain, "--no-progress", "--zone", ZONE, *form, "-"]
            done = subprocess.run(command, input=field + b"\r\n" + message, capture_output=True, timeout=60)
            text = (done.stdout + done.stderr).decode("utf-8", "replace")
            if "always" in form:
                if "\x1b[38;5;199" in text:
                    found.append(f"{name} {form}: a colour of the field's own")
                text = COLOUR.sub("", text)
            if form[0].startswith("--authentication"):
                text = text.replace("\r\n", "\n")
            raw = sorted({f"U+{ord(c):04X}" for c in RAW.findall(text)})
            if raw:
                found.append(f"{name} {form}: {', '.join(raw)}")
            if done.returncode != 1:
                found.append(f"{name} {form}: status {done.returncode}: {done.stderr[:200]!r}")
            if name in SEEN and explain and "says that a system" not in text:
                found.append(f"{name} {form}: what the field says is not there at all, so nothing was tried")
            runs += 1
    return runs, found
