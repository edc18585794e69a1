"""Every case of damages_gateways.py: is what the systems did to the message told, and is it proven?"""

import json
import os
import time
from dataclasses import dataclass, replace

import damage as the
import damages_gateways as table
import gateway_messages
import judge
import messages
import signing

ENOUGH = 0.95  # of the cases that can be recovered: proven
STATES = ("proven", "partly", "unknown", "false")
SIGNED = ("from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
          "content-transfer-encoding")


def rows_of(name):
    """The rows that a case consists of, in their order: [(steps, needs, signed)]."""
    found = []
    for part in name.split("+"):
        row = table.ROWS[part]
        found += rows_of(row) if isinstance(row, str) else [row]
    return found


def chain_of(name):
    """The names of a case's rows."""
    names = []
    for part in name.split("+"):
        names += chain_of(table.ROWS[part]) if isinstance(table.ROWS[part], str) else [part]
    return names


def cells(only):
    """Each case, with every kind of message and canonicalization that it is done to."""
    return [the.Cell(the.Damage(name, (), None), kind, key, canonicalization)
            for name, kinds, canonicalizations, keys in table.CASES if not only or only.lower() in name.lower()
            for kind in kinds for key in keys for canonicalization in canonicalizations]


def sign(cell, workshop, unsigned):
    rows, message = rows_of(cell.damage.name), unsigned[cell.kind]
    for _, needs, _ in rows:
        message = gateway_messages.prepared(message, needs)
    signed = [name for _, _, more in rows for name in more]
    if not signed:
        return workshop.sign(message, cell.key, cell.canonicalization)
    there = [messages.name_of(f) for f in messages.split(message)[0]]
    wanted = dict.fromkeys([*(name for name in SIGNED if name in there), *signed])
    return workshop.once(("by hand", message, cell), lambda: signing.sign_by_hand(
        message, cell.key, cell.canonicalization, wanted=tuple(wanted)))


def through_gateways(cell, workshop, unsigned):
    """(the cell with what has to be told, the signed message, the message behind all gateways)."""
    signed = after = sign(cell, workshop, unsigned)
    causes, lost = [], set()
    for name, (steps, _, _) in zip(chain_of(cell.damage.name), rows_of(cell.damage.name)):
        before = after
        for step in steps:
            after = step.change(after)
            causes += step.expected(cell)
            lost.add(step.loses(cell))
        if after == before:
            raise ValueError(f"{name} changes nothing here")
    tampered = True if lost >= {"body", "header"} or "both" in lost else next(iter(lost - {""}), False)
    within = [c for c in causes if is_within(c, causes)]
    causes = together([c for c in causes if c not in within])
    expected = the.Damage(cell.damage.name, tuple(causes), None, tampered=tampered, beside=tuple(within))
    return replace(cell, damage=expected), signed, after


def is_within(cause, causes):
    """Whether this is white space in a field whose value is another one anyway: it need not be told apart."""
    return cause.codes == ("header-whitespace-changed",) and any(
        c.field == cause.field and c.codes != cause.codes for c in causes)


TOGETHER = ("content-appended", "content-prepended", "header-whitespace-changed")


def together(causes):
    """Two footers, two banners, or white space in two fields may be told in one sentence."""
    merged = {}
    for cause in causes:
        merged.setdefault(cause.codes[0] if cause.codes[0] in TOGETHER else cause, []).append(cause)
    return [group[0] if len(group) == 1 else group[0].merged_with(group) for group in merged.values()]


# ---------------------------------------------------------------- judgement

@dataclass
class Verdict:
    state: str  # of STATES; or "passes": the case broke nothing, so that it measures nothing
    detail: str = ""
    said: str = ""
    possible: bool = False  # whether there is a cause that can be proven
    seconds: float = 0
    message: bytes = b""
    zone: str = signing.ZONE
    cell: object = None


def judged(cell, workshop, unsigned, dkim):
    cell, signed, after = through_gateways(cell, workshop, unsigned)
    started = time.monotonic()
    answer = dkim.verify(after, signing.ZONE)
    seconds = time.monotonic() - started
    verdict = verdict_of(cell, signed, answer, workshop.reference_accepts(after))
    verdict.seconds, verdict.message, verdict.cell = seconds, after, cell
    return verdict


def verdict_of(cell, signed, answer, accepted):
    signature = judge.our_signature(answer)
    if not signature:
        possible = any(c.proven(cell) and not is_lost(c, cell) for c in cell.damage.causes)
        return Verdict("false", answer.get("trouble", "no signature is seen"), "nothing", possible)
    explanation = signature["explanation"] or []
    said = judge.in_words(explanation)
    if accepted and signature["result"] == "pass":
        return Verdict("passes", said=said)
    problem = (judge.wrong_verdict(cell, signature, accepted) or judge.malformed(explanation)
               or judge.false_proof(cell, signature, explanation, signed) or false_likely(cell, signature, explanation)
               or judge.unsaid_halves(cell, signature, explanation))
    wanted = [c for c in judge.wanted(cell, signature) if not is_lost(c, cell)]
    possible = any(c.proven(cell) for c in wanted)
    if problem:
        return Verdict("false", problem, said, possible)
    missing = [why for why in (not_proven(cause, cell, explanation) for cause in wanted) if why]
    if wanted and not missing:
        return Verdict("proven", said=said, possible=possible)
    named = any(entry["proof"] == "proven" for entry in explanation)
    return Verdict("partly" if named else "unknown", "; ".join(missing), said, possible)


def is_lost(cause, cell):
    return cell.damage.tampered is True or cause.half == cell.damage.tampered


def not_proven(cause, cell, explanation):
    """Why a cause is not proven as it should be, or None."""
    entries = [e for e in explanation if cause.fits(e) and e["proof"] == "proven"]
    if not entries:
        return f"no {cause.codes[0]}" + (f" ({cause.field})" if cause.field else "")
    return judge.lacking(cause, entries, cell)


def false_likely(cell, signature, explanation):
    for entry in explanation:
        if entry["proof"] != "likely" or judge.is_platitude(entry):
            continue
        if judge.half_of(entry, cell) in judge.whole(signature):
            return f"false: {entry['cause']} is likely, though that half is whole"
        if not any(c.fits(entry) for c in cell.damage.causes if c.applies(cell)):
            return f"false: {entry['cause']} is likely, and not so"
    return None


# ---------------------------------------------------------------- output

def run(args, workshop, dkim, over, keep):
    """Prints the table of cases and gives the exit status."""
    unsigned = gateway_messages.kinds()
    verdicts = over(cells(args.only), lambda cell: judged(cell, workshop, unsigned, dkim), args.jobs)
    print_table(verdicts)
    list_open(verdicts)
    totals = totals_of(verdicts)
    print("\n**{cells} messages in {cases} cases. Of {possible} that can be recovered: {proven} proven "
          "({percent:.1f} %), {partly} partly, {unknown} unknown. Of {lost} that cannot: {honest} without a false "
          "word. False: {false}.**".format(**totals, percent=100 * totals["share"]), flush=True)
    record(args.json, verdicts, totals)
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
        open_ones = [v for v in verdicts if v.state == "false" or v.possible and v.state != "proven"]
        for number, verdict in enumerate(open_ones, 1):
            keep(args.keep, verdict.cell, verdict, number)
    return 1 if totals["false"] or totals["idle"] or totals["share"] < ENOUGH else 0


def totals_of(verdicts):
    possible = [v for v in verdicts if v.possible]
    lost = [v for v in verdicts if not v.possible]
    count = {state: sum(v.state == state for v in possible) for state in STATES}
    return {"cells": len(verdicts), "cases": len({v.cell.damage.name for v in verdicts}), "possible": len(possible),
            **count, "lost": len(lost), "honest": sum(v.state != "false" for v in lost),
            "false": sum(v.state == "false" for v in verdicts), "idle": sum(v.state == "passes" for v in verdicts),
            "share": count["proven"] / len(possible) if possible else 1}


def print_table(verdicts):
    print("One row for each case: the systems in the order in which they had the message, and how many of its\n"
          "messages were explained. partly: not all of it is proven; lost: nothing can be proven, for nobody knows\n"
          "what was there.\n")
    print("| systems | messages | proven | partly | unknown | false | lost |\n|---|---|---|---|---|---|---|")
    for name in dict.fromkeys(v.cell.damage.name for v in verdicts):
        rows = [v for v in verdicts if v.cell.damage.name == name]
        counts = [sum(v.state == state for v in rows) for state in STATES]
        numbers = [len(rows), *counts, sum(not v.possible for v in rows)]
        print(f"| {name} | " + " | ".join(str(n or "") for n in numbers) + " |")
    for verdict in verdicts:
        if verdict.state == "passes":
            print(f"\n**This broke no signature, so it measures nothing:** {verdict.cell}")


def list_open(verdicts):
    """What is false, and what is not proven though it could be."""
    for state, title in (("false", "False"), ("unknown", "Not proven at all"), ("partly", "Partly proven")):
        groups = {}
        for verdict in verdicts:
            if verdict.state == state and (verdict.possible or state == "false"):
                key = (verdict.cell.damage.name, verdict.detail, verdict.said)
                groups.setdefault(key, []).append(verdict.cell)
        if groups:
            print(f"\n## {title}\n")
        for (name, detail, said), where in groups.items():
            places = ", ".join(f"{c.kind} {c.key} {c.canonicalization}" for c in where[:4])
            print(f"- {name}: {detail}; said: {said}  \n  {places}{f' and {len(where) - 4} more' * (len(where) > 4)}")


def record(path, verdicts, totals):
    if not path:
        return
    rows = [{"damage": v.cell.damage.name, "kind": v.cell.kind, "key": v.cell.key,
             "canonicalization": v.cell.canonicalization, "state": v.state, "said": v.said, "detail": v.detail,
             "seconds": round(v.seconds, 3)} for v in verdicts]
    with open(path, "w") as file:
        json.dump({"totals": totals, "cells": rows}, file, indent=1, ensure_ascii=False)
        file.write("\n")
