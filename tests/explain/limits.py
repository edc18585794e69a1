"""What an explanation costs: medians of single changes and of pairs, work and time by size, memory of many messages."""

import os
import statistics
import tempfile

import gateway_messages
import gateways
import judge
import messages
import signing
import timing
import tool
from messages import CRLF

SIZE = 10_000  # bytes of a message, for the medians
MEDIANS = (("single changes", 1, 0.020), ("pairs", 2, 0.3))  # (name, systems in a row, seconds)
RUNS = 3
SIZES = (("1 KB", 1_000), ("10 KB", 10_000), ("100 KB", 100_000), ("1 MB", 1_000_000), ("10 MB", 10_000_000),
         ("50 MB", 50_000_000))
MOST_WORK = 2000  # the default of --explain-budget
FEW, MANY, GROWTH = 6, 24, 1.25  # so many messages in one run; many may take so much more memory than few


def run(workshop, dkim):
    """Prints what is measured and gives the number of limits that are not kept."""
    bad = medians(workshop, dkim) + by_size(workshop, dkim) + over_many(workshop, dkim)
    print(f"\n**Limits that are not kept: {bad}.**")
    return bad


def in_file(message, use):
    with tempfile.TemporaryDirectory(prefix="dkim-limits-") as folder:
        path = os.path.join(folder, "message.eml")
        with open(path, "wb") as file:
            file.write(message)
        return use(path)


# ---------------------------------------------------------------- medians

def measured(cell, workshop, unsigned, dkim):
    """(seconds of verification alone, seconds with --explain, whether all was proven that can be)."""
    cell, signed, after = gateways.through_gateways(cell, workshop, unsigned)

    def times(path):
        alone, _, _ = timing.measure([*dkim.command(signing.ZONE, explain=False), path], RUNS)
        took, _, out = timing.measure([*dkim.command(signing.ZONE), path], RUNS)
        verdict = gateways.verdict_of(cell, signed, tool.answer_from(out), None)
        return alone, took, verdict
    return in_file(after, times)


def medians(workshop, dkim):
    print(f"\n## Messages of {SIZE // 1000} KB\n\nOne message for each case and kind of message of damages_gateways.py "
          "that can be recovered, signed\nwith RSA, relaxed/relaxed where that breaks.\n")
    print("| what | messages | proven | verification alone, median | with --explain, median | ratio | slowest | limit "
          "|\n|---|---|---|---|---|---|---|---|")
    unsigned, bad = gateway_messages.kinds(SIZE), 0
    for name, length, limit in MEDIANS:
        cells = {}
        for cell in gateways.cells(None):
            if cell.key == "rsa" and len(gateways.chain_of(cell.damage.name)) == length:
                cells.setdefault((cell.damage.name, cell.kind), cell)
        found = [(cell, *measured(cell, workshop, unsigned, dkim)) for cell in cells.values()]
        found = [row for row in found if row[3].possible]
        alone, took = statistics.median(r[1] for r in found), statistics.median(r[2] for r in found)
        slowest = max(found, key=lambda row: row[2])
        proven = sum(row[3].state == "proven" for row in found)
        late = took > limit
        bad += late
        print(f"| {name} | {len(found)} | {proven} | {1000 * alone:.1f} ms | {1000 * took:.1f} ms"
              f"{' **late**' * late} | {took / alone:.1f} | {1000 * slowest[2]:.0f} ms, {slowest[0].damage.name}, "
              f"{slowest[0].kind} | {1000 * limit:.0f} ms |", flush=True)
    return bad


# ---------------------------------------------------------------- by size

def letter(size):
    """A message of so many bytes, with links at its start."""
    head = gateway_messages.HEADER + gateway_messages.plain("7bit", "us-ascii")
    body = messages.large().partition(CRLF + CRLF)[2]
    more = (body * (size // len(body) + 1))[:max(0, size - len(head))]
    return head + more.rpartition(CRLF)[0] + CRLF if CRLF in more else head


def through(name):
    def change(message):
        for steps, _, _ in gateways.rows_of(name):
            for step in steps:
                message = step.change(message)
        return message
    return change


CHANGES = (("footer and Subject tag", through("mailman-footer+tag-list")),
           ("safe links and banner", through("safe-links+outside")),
           ("nothing can be found", timing.random_damage))


def work_of(dkim, path):
    """The least --explain-budget with which the answer is the same as with the default one; what is spent, that is."""
    if not dkim.counts_work:
        return "not counted"

    def answer(budget):
        _, _, out = timing.measure([*dkim.command(signing.ZONE), "--explain-budget", str(budget), path], 1)
        signature = judge.our_signature(tool.answer_from(out)) or {"explanation": None, "warnings": []}
        spent = any(warning["code"] == "explain-budget-spent" for warning in signature["warnings"])
        return signature["explanation"], spent
    whole, spent = answer(MOST_WORK)
    if whole is None:
        return "no answer"
    if spent:
        return f"over {MOST_WORK}"
    high = 1
    while high < MOST_WORK and answer(high) != (whole, False):
        high *= 2
    low, high = high // 2, min(high, MOST_WORK)  # low is too little
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if answer(middle) == (whole, False) else (middle, high)
    return str(high)


def by_size(workshop, dkim):
    print("\n## By size\n\nPlain text, RSA, relaxed/relaxed. Work: the units of --explain-budget that it takes.\n")
    print("| size | change | verification alone | with --explain | work | memory | said |\n"
          "|---|---|---|---|---|---|---|")
    bad = 0
    for name, size in SIZES:
        unsigned = letter(size)
        signed = workshop.sign(unsigned, "rsa", "relaxed/relaxed")
        workshop.forget(unsigned)
        for change, apply in CHANGES:
            bad += in_file(apply(signed), lambda path: print_size(name, size, change, path, dkim))
    return bad


def print_size(name, size, change, path, dkim):
    runs = RUNS if size <= 1_000_000 else 1
    alone, _, _ = timing.measure([*dkim.command(signing.ZONE, explain=False), path], runs)
    took, megabytes, out = timing.measure([*dkim.command(signing.ZONE), path], runs)
    signature = judge.our_signature(tool.answer_from(out))
    fat = megabytes > timing.LARGE_MEMORY
    print(f"| {name} | {change} | {alone:.3f} s | {took:.3f} s | {work_of(dkim, path)} | {megabytes:.0f} MB"
          f"{' **too much**' * fat} | {judge.in_words(signature and signature['explanation'])} |", flush=True)
    return fat


# ---------------------------------------------------------------- many messages

def over_many(workshop, dkim):
    """Whether a run over many messages takes more memory than one over few."""
    damaged = timing.random_damage(workshop.sign(letter(2_000_000), "rsa", "relaxed/relaxed"))
    budget = ["--explain-budget", "50"] if dkim.counts_work else ["--explain-budget", "0.2"] * dkim.has_budget
    most = []
    with tempfile.TemporaryDirectory(prefix="dkim-limits-") as folder:
        for count in range(MANY):
            with open(os.path.join(folder, f"{count:02}.eml"), "wb") as file:
                file.write(damaged)
            if count + 1 in (FEW, MANY):
                _, megabytes, _ = timing.measure([*dkim.command(signing.ZONE), *budget, folder], 1)
                most.append(megabytes)
    grown = most[1] > GROWTH * most[0]
    print(f"\n## Many messages\n\n{FEW} messages of 2 MB in one run take {most[0]:.0f} MB, {MANY} take "
          f"{most[1]:.0f} MB ({most[1] / most[0]:.2f} times as much; the limit is {GROWTH}){' **too much**' * grown}.")
    return grown
