"""How long an explanation takes, as a whole process, beside what verification alone takes."""

import os
import random
import subprocess
import tempfile
import time

import judge
import messages
import signing
import tool
from messages import FOOTER

BUDGET = 2  # seconds
ONE_MEGABYTE_WITHIN = 0.5
SLACK = 0.3  # seconds: starting the process, reading the file


def measure(command, runs):
    """(the best of so many wall times, the output)"""
    best, out = None, b""
    for _ in range(runs):
        started = time.monotonic()
        out = subprocess.run(command, capture_output=True, timeout=600).stdout
        seconds = time.monotonic() - started
        best = seconds if best is None else min(best, seconds)
    return best, out


def small_damage(message):
    m = messages.Message(message, "1 MB")
    return m.value("Subject", b"[list] " + m.values("Subject")[0], m.body + FOOTER)


def random_damage(message):
    """A few hundred bytes changed all over the body: nothing can be proven, so that all has to be tried."""
    chance, changed = random.Random(50), bytearray(message)
    start = message.index(b"\r\n\r\n") + 4
    for _ in range(300):
        at = chance.randrange(start, len(message))
        if changed[at] not in b"\r\n":
            changed[at] = chance.randrange(33, 127)
    return bytes(changed)


def of_size(size):
    """The large message with its body over and over, which is what a megabyte of text is to a hash."""
    head, gap, body = messages.large().partition(b"\r\n\r\n")
    return head + gap + body * (size // len(body) + 1)


def run(workshop, dkim):
    budget = ["--explain-budget", str(BUDGET)] if dkim.has_budget else []
    big = of_size(50_000_000)
    cases = [("1 MB, footer and Subject tag", messages.large(), small_damage, False, 5),
             ("1 MB, random damage", messages.large(), random_damage, True, 3),
             ("50 MB, footer and Subject tag", big, small_damage, True, 2),
             ("50 MB, random damage", big, random_damage, True, 2)]
    print("| message | signature | verification alone | with --explain | limit | said |\n|---|---|---|---|---|---|")
    late = 0
    for name, message, hurt, wait, runs in cases:
        for key in signing.SELECTORS:
            for canonicalization in ("relaxed/relaxed", "simple/simple"):
                changed = hurt(workshop.sign(message, key, canonicalization))
                with tempfile.TemporaryDirectory(prefix="dkim-time-") as folder:
                    path = os.path.join(folder, "message.eml")
                    with open(path, "wb") as file:
                        file.write(changed)
                    alone, _ = measure([*dkim.command(signing.ZONE, explain=False), path], runs)
                    took, out = measure([*dkim.command(signing.ZONE), *(budget if wait else []), path], runs)
                limit = alone + BUDGET + SLACK if wait else ONE_MEGABYTE_WITHIN
                signature = judge.our_signature(tool.answer_from(out))
                said = judge.in_words(signature and signature["explanation"])
                over = took > limit
                late += over
                print(f"| {name} | {key}, {canonicalization} | {alone:.3f} s | {took:.3f} s{' **late**' * over} | "
                      f"{limit:.2f} s | {said} |", flush=True)
        workshop.forget(message)
    if not dkim.explains:
        print("\nWithout --explain there was nothing to measure: this counts as not done.")
    print(f"\n**Late: {late}.**")
    return 1 if late or not dkim.explains else 0
