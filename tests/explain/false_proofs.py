"""Random tampering with what a reader is told: nothing may be `proven` of it, for nothing in the message says what was
there before. What was done harmlessly beside it may be, and then it has to be said that the rest was not found."""

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

COUNT = 2000
SIGNED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding")
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
        if name_of(field) in SIGNED and messages.value_of(field):
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


# (name, the cause to be found, change)
HARMLESS = [("a footer", "content-appended", body_of(lambda body: body + FOOTER)),
            ("a banner", "content-prepended", body_of(lambda body: BANNER + body)),
            ("white space stripped", "whitespace-changed", body_of(lambda body: re.sub(rb"[ \t]+\r\n", CRLF, body))),
            ("From lines stuffed", "from-stuffing", body_of(lambda body: re.sub(rb"(?m)^From ", b">From ", body))),
            ("dots stuffed", "dot-stuffing", body_of(lambda body: re.sub(rb"(?m)^\.", b"..", body))),
            ("CR CR LF", "line-endings-changed", body_of(lambda body: body.replace(CRLF, b"\r\r\n"))),
            ("a Subject tag", "subject-tagged", subject(rb"\1 [list] \2")),
            ("Subject in capitals", "header-recased", subject(rb"SUBJECT: \2")),
            ("no space in Subject", "header-whitespace-changed", subject(rb"\1\2"))]


def half_of(tampering):
    return "body" if "body" in tampering else "header"


@dataclass
class Sample:
    number: int
    done: str  # in words
    tampered: str  # the half that was tampered with
    harmless: str  # the cause to be found of what was done harmlessly as well, or None
    signed: bytes
    worse: bytes  # tampered with, without what is harmless
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
        changed = worse = tamper(chance, rest)
        done, harmless = f"{name} [{kind}, {key}, {canonicalization}]", None
        if number % 3 == 0:
            beside, harmless, change = chance.choice(HARMLESS)
            changed = change(chance, changed)
            done = f"{beside} and {done}"
        yield Sample(number, done, half_of(name), harmless, signed, field + worse, field + changed)


# ---------------------------------------------------------------- judgement

def same_text(one, other):
    """A flipped bit may have made =C3 of quoted-printable =c3, or =?utf-8?q? =?UTF-8?Q?, which says the same."""
    def plain(message):
        message = re.sub(rb"=[0-9A-Fa-f]{2}", lambda code: code.group().upper(), message)
        return re.sub(rb"=\?[^?\s]+\?[bqBQ]\?", lambda word: word.group().upper(), message)
    return plain(one) == plain(other)


def kind_of_proof(entry, sample, signature):
    """same: the text says the same; expected: of the harmless change, in the half that was not tampered with; alone:
    of a message that was tampered with and nothing else; false: everything else."""
    half = the.half_of(entry["cause"])
    if not judge.true_original(entry, sample.signed):
        return "false"
    if half == sample.tampered and same_text(sample.signed, sample.worse):
        return "same"
    if not sample.harmless:
        return "alone"
    if entry["cause"] == sample.harmless and half != sample.tampered and half in judge.broken(signature):
        return "expected"
    return "false"


def hidden(sample, signature):
    """Whether a harmless change is explained and nothing at all is said of the half that was tampered with."""
    explanation = signature["explanation"] or []
    if sample.tampered not in judge.broken(signature) or not any(the.half_of(e["cause"]) for e in explanation):
        return False
    warned = any(w["code"] == f"{sample.tampered}-not-explained" for w in signature["warnings"])
    return not warned and not any(the.half_of(e["cause"]) == sample.tampered for e in explanation)


TITLES = {"passed": "Tampered with, and yet they pass", "false": "Proven, and not so",
          "alone": "Proven, though the message was tampered with and nothing else",
          "hidden": "Explained, and not a word of what was tampered with",
          "same": "Proven, where the text says the same (letter case of an encoded word or of =C3)",
          "expected": "Proven: the harmless change"}
BAD = ("passed", "false", "alone", "hidden")


def run(args, workshop, dkim):
    lines, silent, causes, wanted = {title: [] for title in TITLES}, 0, {}, args.count or COUNT
    made = {f"{sample.number:05}.eml": sample for sample in samples(wanted, args.seed, workshop)}
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
        found = ["passed"] if signature["result"] == "pass" else ["hidden"] if hidden(sample, signature) else []
        for title in found:
            lines[title].append(f"{name}: {sample.done}: {judge.in_words(signature['explanation'])}")
        for entry in signature["explanation"] or []:
            kind = (entry["proof"], entry["cause"])
            causes[kind] = causes.get(kind, 0) + 1
            if entry["proof"] == "proven":
                found.append(kind_of_proof(entry, sample, signature))
                lines[found[-1]].append(f"{name}: {sample.done}: {entry['cause']} ({entry.get('field')}): "
                                        f"{entry.get('original')!r}")
        if args.keep and any(title in BAD for title in found):
            keep(args.keep, name, sample)
    alone = sum(not sample.harmless for sample in made.values())
    print(f"{wanted} messages tampered with (seed {args.seed}), {wanted - alone} of them changed harmlessly as "
          f"well; {len(made) - silent} judged, {silent} without an answer.\n")
    print("| proof | cause | times |\n|---|---|---|")
    for (proof, cause), count in sorted(causes.items(), key=lambda item: (the.PROOFS.index(item[0][0]), -item[1])):
        print(f"| {proof} | {cause} | {count} |")
    for title in TITLES:
        show(TITLES[title], lines[title], 40 if title in BAD else 5)
    count = {title: len(lines[title]) for title in TITLES}
    print(f"\n**Of the {alone} messages that were only tampered with: {count['alone']} proofs (the goal is 0), and "
          f"{count['same']} where the text says the same. Of the {wanted - alone} others: {count['expected']} "
          f"proofs of the harmless change, as expected. Of all: {count['false']} false proofs, {count['hidden']} that "
          f"hide the tampering, {count['passed']} that pass.**")
    return 1 if silent or any(count[title] for title in BAD) else 0


def keep(directory, name, sample):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "tampered-" + name), "wb") as file:
        file.write(sample.changed)
    with open(os.path.join(directory, "tampered-" + name + ".txt"), "w") as file:
        file.write(sample.done + "\n")


def show(title, lines, most):
    if lines:
        print(f"\n## {title}: {len(lines)}\n")
        for line in lines[:most]:
            print(f"- {line}")
        if len(lines) > most:
            print(f"- … and {len(lines) - most} more")
