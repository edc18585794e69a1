"""Messages that were tampered with, beside traces that seem to tell another story: a list's fields, a From that looks
rewritten and was signed so, a result of a stranger. None of the stories is so, and none may be called `likely`."""

import os
import random
import tempfile
from dataclasses import dataclass

import false_proofs
import gateway_messages
import judge
import messages
import signing
from messages import CRLF, name_of, split, value_of

COUNT = 200


@dataclass
class Trace:
    name: str
    fields: dict = None  # that are there before it is signed: {name: value, or None for no such field}
    on_top: tuple = ()  # fields that somebody adds above the signature
    first: str = ""  # words at the start of the body, which are signed
    last: str = ""  # words at its end, which are signed
    oversigned: str = ""  # fields that h= names once more than they are there


LIST = ("List-Id: Chairs <chairs.lists.example.org>", "List-Post: <mailto:chairs@lists.example.org>",
        "List-Unsubscribe: <https://lists.example.org/leave>", "Precedence: list",
        "Sender: chairs-bounces@lists.example.org", "X-Mailman-Version: 2.1.39")
PASSED = ("dkim=pass header.d=example.com header.s=rsa2048;\r\n\tdkim=pass header.d=example.com header.s=ed25519;"
          "\r\n\tdmarc=pass header.from=example.com")
ADDRESS = "chairs@lists.example.org"

TRACES = [
    Trace("fields of a list on top", on_top=LIST),
    Trace("fields of a list that are signed", {"List-Id": "Chairs <chairs.example.com>",
                                               "List-Unsubscribe": "<mailto:leave@example.com>"}),
    Trace("a reply in the thread of a list", {"Subject": "Re: [chairs] The plan for the room",
                                              "To": f"Chairs <{ADDRESS}>", "Reply-To": f"Chairs <{ADDRESS}>"}, LIST),
    Trace("a list as the recipient", {"To": ADDRESS, "Cc": "Ann Example <ann@example.net>"}, LIST),
    Trace("X-Original-From of another mail", on_top=("X-Original-From: Eve Example <eve@example.org>",)),
    Trace("X-Original-Sender and X-Original-To", on_top=("X-Original-Sender: joe@example.com",
                                                         "X-Original-To: ann@example.net", "Delivered-To: ann@x.net")),
    Trace("X-Original-Subject of another mail", on_top=("X-Original-Subject: The garden", "Old-Subject: The garden")),
    Trace("X-Original-Message-ID of another mail", on_top=("X-Original-Message-ID: <1.garden@example.org>",)),
    Trace("X-Google-Original-From", on_top=("X-Google-Original-From: Joe Six <joe@sixpack.example>",)),
    Trace("no MIME-Version", {"MIME-Version": None}, oversigned="from:mime-version"),
    Trace("no To", {"To": None}, oversigned="from:to:subject"),
    Trace("no To and no Cc, sent to a list", {"To": None}, LIST, oversigned="from:to:cc:subject"),
    Trace("no Message-ID and no Date", {"Message-ID": None, "Date": None}, oversigned="from:date:message-id"),
    Trace("no Reply-To, and one added on top of a list's fields", None, (*LIST, f"Reply-To: {ADDRESS}")),
    Trace("a To without an address", {"To": "undisclosed-recipients:;"}),
    Trace("an empty To", {"To": ""}),
    Trace("a result of a stranger", on_top=(f"Authentication-Results: mx.stranger.example;\r\n\t{PASSED}",)),
    Trace("an ARC result of a stranger",
          on_top=(f"ARC-Authentication-Results: i=1; mx.stranger.example;\r\n\t{PASSED}",)),
    Trace("a From that looks rewritten", {"From": "Joe SixPack via Chairs <chairs@example.com>"},
          ("Reply-To: Joe SixPack <joe@sixpack.example>",)),
    Trace("a From that looks like a Google group's", {"From": "\"'Joe SixPack' via Sales\" <sales@example.com>"},
          ("X-Original-Sender: joe@sixpack.example", *LIST[:2])),
    Trace("a From with another address in its name", {"From": '"joe@sixpack.example" <joe@example.com>'}, LIST[:1]),
    Trace("a Subject with tags that are signed", {"Subject": "[EXTERNAL] [chairs] ***SPAM*** The plan"},
          ("X-Spam-Flag: YES",)),
    Trace("a Message-ID of Amazon SES", {"Message-ID": "<0102018bcf-815-000000@eu-west-1.amazonses.com>"},
          ("Feedback-ID: 1.eu-west-1.x:AmazonSES", "X-SES-Outgoing: 2023.11.14-54.240.1.1")),
    Trace("a Date long before the signature", {"Date": "Mon, 6 Nov 2023 08:00:00 +0100 (CET)"}),
    Trace("fields of Microsoft", on_top=("X-MS-Exchange-Organization-SCL: 5", "X-MS-Has-Attach: yes",
                                         "X-Forefront-Antispam-Report: CIP:192.0.2.1;SFV:SPM;")),
    Trace("sent again by a person", on_top=("Resent-From: Ann Example <ann@example.net>",
                                            "Resent-To: carl@example.org", "Resent-Message-ID: <r1@example.net>")),
    Trace("a banner that is signed", first="CAUTION: This message came from outside of the organization.\r\n\r\n"),
    Trace("a footer that is signed", last="_______________________________________________\r\nChairs mailing list\r\n"
          "chairs@lists.example.org\r\nhttps://lists.example.org/chairs\r\n", on_top=LIST),
    Trace("a disclaimer that is signed", last="--\r\nThis e-mail is confidential. Scanned by GuardDog.\r\n"),
    Trace("links that are signed as they are",
          last="https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.com%2F&data=1\r\n"),
    Trace("lines with > From, dots and CR", last=">From here on\r\n..profile\r\nend\rof line\r\n"),
    Trace("a reply that quotes a list's footer", {"Subject": "Re: [chairs] The plan"},
          last="> ____________________\r\n> Chairs mailing list\r\n> chairs@lists.example.org\r\n"),
]


# ---------------------------------------------------------------- tampering

def replaced(name, value):
    """A field with another value, or the body where there is no such field."""
    def change(chance, message):
        fields, body = split(message)
        at = next((i for i, f in enumerate(fields) if name_of(f) == name.lower()), None)
        if at is None:
            return false_proofs.body_amount(chance, message)
        fields[at] = f"{name}: {value}\r\n".encode()
        return messages.join(fields, body)
    return change


def line_removed(chance, message):
    start = message.index(CRLF + CRLF) + 4
    lines = message[start:].split(CRLF)
    del lines[chance.choice([n for n, line in enumerate(lines[:-2]) if line.strip()] or [0])]
    return message[:start] + CRLF.join(lines)


TAMPERINGS = [
    ("byte of the body", false_proofs.other_byte(false_proofs.in_body)),
    ("word of the body", false_proofs.other_word(false_proofs.in_body)),
    ("amount in the body", false_proofs.body_amount), ("lines of the body swapped", false_proofs.two_lines_swapped),
    ("line of the body removed", line_removed),
    ("byte of the header", false_proofs.other_byte(false_proofs.in_header)),
    ("word of the header", false_proofs.other_word(false_proofs.in_header)),
    ("another To", replaced("To", "Mallory <mallory@example.org>")),
    ("another Subject", replaced("Subject", "Your account is locked")),
    ("another Date", replaced("Date", "Wed, 29 Nov 2023 07:01:02 -0300")),
    ("another Message-ID", replaced("Message-ID", "<99.7@relay.example.org>")),
    ("another In-Reply-To", replaced("In-Reply-To", "<55.1@example.org>"))]


@dataclass
class Sample:
    done: str
    signed: bytes
    changed: bytes


def with_trace(message, trace):
    message = gateway_messages.prepared(message, trace.fields or {})
    head, gap, body = message.partition(CRLF + CRLF)
    return head + gap + trace.first.encode() + body + trace.last.encode()


def samples(count, seed, workshop):
    chance, kinds = random.Random(seed), gateway_messages.kinds()
    kinds = {kind: kinds[kind] for kind in ("text", "utf-8", "alternative", "nested", "short")}
    for number in range(count):
        trace, (name, tamper) = TRACES[number % len(TRACES)], chance.choice(TAMPERINGS)
        kind = chance.choice(["text", "short"] if trace.first or trace.last else list(kinds))
        key, canonicalization = chance.choice(list(signing.SELECTORS)), chance.choice(signing.CANONICALIZATIONS)
        unsigned = with_trace(kinds[kind], trace)
        options = ("--oversign", trace.oversigned) if trace.oversigned else ()
        signed = workshop.sign(unsigned, key, canonicalization, options)
        field = signed[:len(signed) - len(unsigned)]
        above = "".join(f + "\r\n" for f in trace.on_top).encode()
        changed = tamper(chance, unsigned)
        if changed != unsigned:
            done = f"{name}, beside {trace.name} [{kind}, {key}, {canonicalization}]"
            yield Sample(done, signed, above + field + changed)


# ---------------------------------------------------------------- judgement

def values(message):
    """{field name: [values]} of what the sender wrote, and the body."""
    fields, body = split(message)
    return {name: [value_of(f) for f in fields if name_of(f) == name] for name in map(name_of, fields)}, body


def is_so(entry, sample):
    """Whether what an entry says is so: that a field has another value, where it has, or that the end of the body is
    missing. Of the body nothing else is."""
    before, body = values(sample.signed)
    after, rest = values(sample.changed)
    if entry["cause"] == "body-truncated":
        return rest != body and body.startswith(rest)
    name = (entry["field"] or "").lower()
    known = entry["proof"] == "proven" and entry["original"] and entry["cause"] in judge.WITH_ORIGINAL
    if not known and entry["cause"] not in ("header-value-changed", "from-rewritten"):
        return False
    return before.get(name) not in (None, after.get(name)) and judge.true_original(entry, sample.signed)


def run(args, workshop, dkim):
    """Prints each claim that is not so and gives the exit status."""
    every = enumerate(samples(args.count or COUNT, args.seed, workshop))
    made = {f"{number:04}.eml": sample for number, sample in every}
    with tempfile.TemporaryDirectory(prefix="dkim-likely-") as folder:
        for name, sample in made.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(sample.changed)
        answers = dkim.verify_folder(folder, signing.ZONE)
    false, so, silent, passed = [], 0, 0, 0
    for name, sample in made.items():
        signature = judge.our_signature(answers.get(name, {}))
        silent += not signature
        passed += bool(signature) and signature["result"] == "pass"
        for entry in (signature or {}).get("explanation") or []:
            if entry["proof"] == "possible" or judge.is_platitude(entry) and sample_header_changed(sample):
                continue
            if is_so(entry, sample):
                so += 1
                continue
            false.append(f"{name}: {sample.done}: {entry['proof']}: {entry['detail']} [{entry['cause']}]")
            if args.keep:
                keep(args.keep, name, sample)
    for line in false:
        print(f"- {line}")
    print(f"\n**{len(made)} messages tampered with beside misleading traces (seed {args.seed}), {silent} without an "
          f"answer, {passed} that pass. Likely or proven, and not true: {len(false)} (the goal is 0). "
          f"Likely or proven, and true: {so}.**")
    return 1 if false or silent or passed else 0


def sample_header_changed(sample):
    before, after = values(sample.signed)[0], values(sample.changed)[0]
    return any(after.get(name) != before[name] for name in before)


def keep(directory, name, sample):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "likely-" + name), "wb") as file:
        file.write(sample.changed)
    with open(os.path.join(directory, "likely-" + name + ".txt"), "w") as file:
        file.write(sample.done + "\n")
