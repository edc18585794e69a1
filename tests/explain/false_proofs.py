"""Random tampering with what a reader is told: nothing may be `proven` of it, for nothing in the message says what was
there before. The exceptions are counted apart and are checked against the truth: that a field's value was changed, with
the very value that it had."""

import os
import random
import re
import tempfile
from dataclasses import dataclass

import damage as the
import judge
import messages
import signing
from messages import BANNER, CRLF, FOOTER, name_of

SIGNED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding")
# a proof of one of these is true where it gives the very value that the field had
MAY_SHOW_THE_ORIGINAL = ("header-value-changed", "header-reencoded", "header-recased")
WORDS = b"never always receive refuse nothing everything Monday Bob account deadline half double".split()


# ---------------------------------------------------------------- tampering

def in_body(chance, message):
    """A place in the body where a byte is not white space."""
    start = message.index(CRLF + CRLF) + 4
    return place(chance, message, start, len(message))


def in_header(chance, message):
    """The same in the value of a signed field."""
    fields, _ = messages.split(message)
    at, spans = 0, []
    for field in fields:
        if name_of(field) in SIGNED:
            spans.append((at + field.index(b":") + 2, at + len(field) - 2))
        at += len(field)
    return place(chance, message, *chance.choice(spans))


def place(chance, message, start, end):
    while True:
        at = chance.randrange(start, end)
        if message[at] not in b" \t\r\n":
            return at


def flip_bit(where):
    def flip(chance, message):
        at = where(chance, message)
        return message[:at] + bytes([message[at] ^ 1 << chance.randrange(8)]) + message[at + 1:]
    return flip


def other_byte(where):
    def replace(chance, message):
        at = where(chance, message)
        byte = chance.choice([b for b in range(33, 127) if b != message[at]])
        return message[:at] + bytes([byte]) + message[at + 1:]
    return replace


def other_word(where):
    def replace(chance, message):
        at = where(chance, message)
        # letters alone: the punctuation of a field stays, and so does a digit
        found = next((w for w in re.finditer(rb"[A-Za-z]{3,}", message) if w.start() <= at < w.end()), None)
        if not found:
            return other_byte(where)(chance, message)
        word = chance.choice([w for w in WORDS if w.lower() != found.group().lower()])
        return message[:found.start()] + word + message[found.end():]
    return replace


def other_digit(chance, message, start, end):
    digits = [at for at in range(start, min(end, start + 200_000)) if 48 <= message[at] <= 57
              and re.search(rb"EUR|\d[.,]\d", message[max(0, at - 12):at + 4])]
    if not digits:  # an encoded Subject shows none
        return other_byte(in_header)(chance, message)
    at = chance.choice(digits)
    digit = chance.choice([d for d in b"0123456789" if d != message[at]])
    return message[:at] + bytes([digit]) + message[at + 1:]


def body_amount(chance, message):
    return other_digit(chance, message, message.index(CRLF + CRLF) + 4, len(message))


def subject_amount(chance, message):
    start = message.index(b"\nSubject:") + 9
    return other_digit(chance, message, start, message.index(b"\nDate:"))


def two_lines_swapped(chance, message):
    start = message.index(CRLF + CRLF) + 4
    lines = message[start:].split(CRLF)
    full = [n for n, line in enumerate(lines) if line.strip()]
    one, two = chance.sample(full, 2) if len(full) > 1 else (None, None)
    if one is None or lines[one] == lines[two]:
        return body_amount(chance, message)
    lines[one], lines[two] = lines[two], lines[one]
    return message[:start] + CRLF.join(lines)


TAMPERINGS = [("bit of the body", flip_bit(in_body)), ("byte of the body", other_byte(in_body)),
              ("word of the body", other_word(in_body)), ("amount in the body", body_amount),
              ("lines of the body swapped", two_lines_swapped),
              ("bit of the header", flip_bit(in_header)), ("byte of the header", other_byte(in_header)),
              ("word of the header", other_word(in_header)), ("amount in Subject", subject_amount)]


# ---------------------------------------------------------------- harmless changes beside it

def body_of(change):
    def apply(chance, message):
        head, gap, body = message.partition(CRLF + CRLF)
        return head + gap + change(body)
    return apply


def subject(change):
    return lambda chance, message: re.sub(rb"(?m)^(Subject:) ([^\r]*)", change, message, count=1)


# (name, half that is changed, change)
HARMLESS = [("a footer", "body", body_of(lambda body: body + FOOTER)),
            ("a banner", "body", body_of(lambda body: BANNER + body)),
            ("white space stripped", "body", body_of(lambda body: re.sub(rb"[ \t]+\r\n", CRLF, body))),
            ("From lines stuffed", "body", body_of(lambda body: re.sub(rb"(?m)^From ", b">From ", body))),
            ("dots stuffed", "body", body_of(lambda body: re.sub(rb"(?m)^\.", b"..", body))),
            ("CR CR LF", "body", body_of(lambda body: body.replace(CRLF, b"\r\r\n"))),
            ("a Subject tag", "header", subject(rb"\1 [list] \2")),
            ("Subject in capitals", "header", subject(rb"SUBJECT: \2")),
            ("no space in Subject", "header", subject(rb"\1\2"))]


def half_of(tampering):
    return "body" if "body" in tampering else "header"


@dataclass
class Sample:
    number: int
    done: str  # in words
    tampered: str  # the half that was tampered with
    harmless: str  # the half that was changed harmlessly as well, or None
    signed: bytes
    changed: bytes


def samples(count, seed, workshop):
    chance = random.Random(seed)
    kinds = {kind: message for kind, message in messages.kinds().items() if kind != "1 MB"}
    for number in range(count):
        kind = chance.choice(list(kinds))
        key, canonicalization = chance.choice(list(signing.SELECTORS)), chance.choice(signing.CANONICALIZATIONS)
        signed = workshop.sign(kinds[kind], key, canonicalization)
        name, tamper = chance.choice(TAMPERINGS)
        # the signature stays as it is: what is tampered with is what it signs
        field, rest = signed[:len(signed) - len(kinds[kind])], kinds[kind]
        changed = tamper(chance, rest)
        done, harmless = f"{name} [{kind}, {key}, {canonicalization}]", None
        if number % 3 == 0:
            beside, harmless, change = chance.choice(HARMLESS)
            changed = change(chance, changed)
            done = f"{beside} and {done}"
        yield Sample(number, done, half_of(name), harmless, signed, field + changed)


# ---------------------------------------------------------------- judgement

def same_text(one, other):
    """A flipped bit may have made =C3 of quoted-printable =c3, which says the same."""
    def plain(message):
        return re.sub(rb"=[0-9A-Fa-f]{2}", lambda code: code.group().upper(), message)
    return plain(one) == plain(other)


def wrong_proof(entry, sample):
    """Whether a proof explains what was tampered with, or a half that nobody touched."""
    half = "body" if entry["cause"] in the.BODY else "header" if entry["cause"] in the.HEADER else None
    if half != sample.tampered:
        # a harmless change to the other half may well be proven
        return half is None or half != sample.harmless
    if half == "body" and same_text(sample.signed, sample.changed):
        return False
    return not (entry["cause"] in MAY_SHOW_THE_ORIGINAL and entry.get("original")
                and judge.true_original(entry, sample.signed))


def run(args, workshop, dkim):
    wrong, honest, passed, silent, causes = [], [], [], 0, {}
    made = {f"{sample.number:05}.eml": sample for sample in samples(args.count, args.seed, workshop)}
    with tempfile.TemporaryDirectory(prefix="dkim-tampered-") as folder:
        for name, sample in made.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(sample.changed)
        answers = dkim.verify_folder(folder, signing.ZONE)
    for name, sample in made.items():
        signature = judge.our_signature(answers.get(name, {}))
        if not signature:
            silent += 1
            continue
        bad = []
        if signature["result"] == "pass":
            passed.append(f"{name}: {sample.done}")
            bad = passed
        for entry in signature["explanation"] or []:
            kind = (entry["proof"], entry["cause"])
            causes[kind] = causes.get(kind, 0) + 1
            if entry["proof"] != "proven":
                continue
            line = f"{name}: {sample.done}: {entry['cause']} ({entry.get('field')}): {entry.get('original')!r}"
            if wrong_proof(entry, sample):
                wrong.append(line)
                bad = wrong
            else:
                honest.append(line)
        if bad and args.keep:
            keep(args.keep, name, sample)
    print(f"{args.count} messages tampered with (seed {args.seed}), every third of them changed harmlessly as well; "
          f"{len(made) - silent} judged, {silent} without an answer.\n")
    print("| proof | cause | times |\n|---|---|---|")
    for (proof, cause), count in sorted(causes.items(), key=lambda item: (the.PROOFS.index(item[0][0]), -item[1])):
        print(f"| {proof} | {cause} | {count} |")
    show("Tampered with, and yet they pass", passed)
    show("Proven, and false", wrong)
    show("Proven, and true (the other half, or the very value that was there)", honest)
    print(f"\n**False proofs: {len(wrong)}. Passed: {len(passed)}.**")
    return 1 if wrong or passed or silent else 0


def keep(directory, name, sample):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "tampered-" + name), "wb") as file:
        file.write(sample.changed)
    with open(os.path.join(directory, "tampered-" + name + ".txt"), "w") as file:
        file.write(sample.done + "\n")


def show(title, lines):
    if lines:
        print(f"\n## {title}: {len(lines)}\n")
        for line in lines[:40]:
            print(f"- {line}")
        if len(lines) > 40:
            print(f"- … and {len(lines) - 40} more")
