"""How long an explanation takes, as a whole process, beside what verification alone takes; and how much memory."""

import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import judge
import messages
import signing
import tool
from messages import BANNER, CRLF, FOOTER, HTML_BANNER, Message

BUDGET, WITHIN = 2000, 8  # units of work, and the seconds that they may take
SHORT_BUDGET, SHORT_WITHIN = 100, 0.6
ONE_MEGABYTE_WITHIN = 0.5
FOOTER_AND_TAG_WITHIN = 0.05
SLACK = 0.3  # seconds: starting the process, reading the file
PATIENCE = 30  # seconds, then the process is killed
MEMORY = 150  # megabytes, for hostile messages
LARGE_MEMORY = 160  # for one of 50 MB

# A process of its own, for what a child used counts what its parent had when it was started.
MEASURE = """
import resource, subprocess, sys, time
started = time.monotonic()
output = b""
try:
    output = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, timeout=float(sys.argv[1])).stdout
    late = False
except subprocess.TimeoutExpired:
    late = True
wall, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall if late else min(wall, used.ru_utime + used.ru_stime), used.ru_maxrss, flush=True)
sys.stdout.buffer.write(output)
"""


def measure(command, runs):
    """(the best of so many times, the most megabytes, the output). The time of the processor, where it is less than
    that of the clock: on a busy machine the clock tells of other programs."""
    times, megabytes, out = [], 0, b""
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-S", "-c", MEASURE, str(PATIENCE), *command], stdout=subprocess.PIPE,
                              check=True)
        numbers, _, out = done.stdout.partition(b"\n")
        seconds, kilobytes = map(float, numbers.split())
        times.append(seconds)
        megabytes = max(megabytes, kilobytes / 1024)
        if seconds > PATIENCE:
            break
    return min(times), megabytes, out


# ---------------------------------------------------------------- damages to large messages

def tagged(raw, kind):
    m = Message(raw, kind)
    return m.value("Subject", b"[list] " + m.values("Subject")[0])


def footer_and_tag(message):
    return tagged(message + FOOTER, "1 MB")


def banners_and_tag(message):
    m = Message(tagged(message, "html"), "html")
    return m.at_html(top=HTML_BANNER, raw=m.with_text(lambda text: BANNER + text))


def part_and_tag(message):
    m = Message(tagged(message, "attachment"), "attachment")
    return m.with_part(b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + FOOTER)


def random_damage(message):
    """A few hundred bytes changed all over the body: nothing can be proven, so that all has to be tried."""
    chance, changed = random.Random(50), bytearray(message)
    start = message.index(CRLF + CRLF) + 4
    for _ in range(300):
        at = chance.randrange(start, len(message))
        if changed[at] not in CRLF:
            changed[at] = chance.randrange(33, 127)
    return bytes(changed)


def of_size(size):
    """The large message with its body over and over, which is what a megabyte of text is to a hash."""
    head, gap, body = messages.large().partition(CRLF + CRLF)
    return head + gap + body * (size // len(body) + 1)


def large_html():
    """Text and HTML of half a megabyte each."""
    text = messages.large().partition(CRLF + CRLF)[2][:500_000].rpartition(CRLF)[0] + CRLF
    rows = b"".join(b"<p>" + line + b"</p>" + CRLF for line in text.split(CRLF) if line)
    html = messages.HTML.encode().replace(b"<table>", rows + b"<table>")
    return messages.multipart(b"alternative", messages.part(b"text/plain; charset=us-ascii", b"7bit", text),
                              messages.part(b"text/html; charset=us-ascii", b"7bit", html))


def large_mixed():
    text = messages.large().partition(CRLF + CRLF)[2]
    return messages.multipart(b"mixed", messages.part(b"text/plain; charset=us-ascii", b"7bit", text))


# ---------------------------------------------------------------- hostile messages

def hostile(names, fields, copies):
    """A message with a signature that is the key's, and of something else; every guess has to be tried. `copies`: the
    entries of z=."""
    def make(key, canonicalization):
        signature = signing.base64.b64encode(signing.raw_signature(key, b"something else")).decode()
        body_hash = signing.hash_of(b"something else")
        algorithm = "ed25519-sha256" if key == "ed25519" else "rsa-sha256"
        tags = [f"v=1; a={algorithm}; c={canonicalization}; d={messages.DOMAIN}; s={signing.SELECTORS[key]}",
                f"t={signing.SIGNED_AT}; bh={body_hash}", "h=" + ":\r\n\t".join(names), f"b={signature}"]
        if copies:
            lines = ["|".join(copies[at:at + 20]) for at in range(0, len(copies), 20)]
            tags.insert(2, "z=" + "|\r\n\t".join(lines))
        field = "DKIM-Signature: " + ";\r\n\t".join(tags) + "\r\n"
        return field.encode() + "".join(f + "\r\n" for f in fields).encode() + messages.kinds()["plain"]
    return make


def hostile_cases():
    usual = ["from", "to", "subject", "date", "message-id"]
    many = [f"x{number}" for number in range(991)]
    fields = [f"x{number % 991}: {number}" for number in range(90_000)]
    long_copies = [f"Subject:another=20subject=20number=20{number}" for number in range(23_000)]
    return [("z= of 890 KB", hostile(usual, [], long_copies)),
            ("90,000 fields, z= of 100,000 entries",
             hostile([*usual, "x1", "x2"], [f"x:{number}" for number in range(90_000)],
                     [f"x:{number}" for number in range(100_000)])),
            ("90,000 fields, 992 names in h=", hostile(["from", *many], fields, []))]


# ---------------------------------------------------------------- measuring

@dataclass
class Case:
    name: str
    make: object  # key, canonicalization -> the message to be explained
    budget: int  # None: it has to be found
    within: float
    runs: int
    memory: float = None


def cases(workshop):
    big, huge = messages.large(), of_size(50_000_000)

    def damaged(message, hurt):
        return lambda key, canonicalization: hurt(workshop.sign(message, key, canonicalization))
    yield Case("1 MB, footer and Subject tag", damaged(big, footer_and_tag), None,
               FOOTER_AND_TAG_WITHIN, 5)
    yield Case("1 MB, banner in text and HTML part and Subject tag", damaged(large_html(), banners_and_tag), None,
               ONE_MEGABYTE_WITHIN, 5)
    yield Case("1 MB, footer as a part of its own and Subject tag", damaged(large_mixed(), part_and_tag), None,
               ONE_MEGABYTE_WITHIN, 5)
    yield Case("1 MB, random damage", damaged(big, random_damage), BUDGET, WITHIN, 3)
    yield Case("50 MB, footer and Subject tag", damaged(huge, footer_and_tag), BUDGET, WITHIN, 2,
               LARGE_MEMORY)
    yield Case("50 MB, random damage", damaged(huge, random_damage), BUDGET, WITHIN, 2, LARGE_MEMORY)
    workshop.forget(huge)
    for name, make in hostile_cases():
        yield Case(f"hostile: {name}", make, SHORT_BUDGET, SHORT_WITHIN, 3, MEMORY)


def run(workshop, dkim):
    print("| message | signature | verification alone | with --explain | limit | memory | said |\n"
          "|---|---|---|---|---|---|---|")
    bad = 0
    for case in cases(workshop):
        for key in signing.SELECTORS:
            for canonicalization in ("relaxed/relaxed", "simple/simple"):
                bad += not within(case, key, canonicalization, dkim)
    if not dkim.explains:
        print("\nWithout --explain there was nothing to measure: this counts as not done.")
    print(f"\n**Late, too large, or not found: {bad}.**")
    return 1 if bad or not dkim.explains else 0


def within(case, key, canonicalization, dkim):
    """Measures one message, prints the row, and says whether it is good."""
    budget = ["--explain-budget", str(case.budget)] if dkim.has_budget and case.budget else []
    with tempfile.TemporaryDirectory(prefix="dkim-time-") as folder:
        path = os.path.join(folder, "message.eml")
        with open(path, "wb") as file:
            file.write(case.make(key, canonicalization))
        alone, _, _ = measure([*dkim.command(signing.ZONE, explain=False), path], case.runs)
        took, megabytes, out = measure([*dkim.command(signing.ZONE), *budget, path], case.runs)
    limit = alone + case.within + SLACK if case.budget else case.within
    signature = judge.our_signature(tool.answer_from(out))
    said = judge.in_words(signature and signature["explanation"])
    late, fat = took > limit, bool(case.memory) and megabytes > case.memory
    missed = not case.budget and said.count(" proven") < 2
    print(f"| {case.name} | {key}, {canonicalization} | {alone:.3f} s | {took:.3f} s{' **late**' * late} | "
          f"{limit:.2f} s | {megabytes:.0f} MB{' **too much**' * fat} | {said}{' **not found**' * missed} |",
          flush=True)
    return not (late or fat or missed)
