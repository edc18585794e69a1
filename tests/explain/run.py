#!/usr/bin/env python3
"""How often does `dkim verify --explain` find the cause? See README.md here.

    run.py --dkim PATH                  the matrix of damages; status 1 under 99.5 %
    run.py --dkim PATH --false-proofs   2000 random damages: nothing may be proven that is not so
    run.py --dkim PATH --gateways       what gateways and lists do, alone and several in a row; status 1 under 95 %
    run.py --dkim PATH --false-likely   200 messages with misleading traces: nothing may be likely that is not so
    run.py --dkim PATH --determinism    300 messages explained alone and on a busy machine: byte for byte the same
    run.py --dkim PATH --time           how long an explanation takes, and how much memory
    run.py --list                       the damages and what is expected of them
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile
import time

import damage as the
import damages_added  # noqa: F401  (each registers its damages)
import damages_body  # noqa: F401
import damages_encoding  # noqa: F401
import damages_header  # noqa: F401
import damages_several  # noqa: F401
import damages_signature  # noqa: F401
import determinism
import false_likely
import false_proofs
import gateways
import judge
import limits
import messages
import signing
import timing
from tool import Dkim

ENOUGH = 0.995


def cells_of(damages):
    kinds = list(messages.kinds())
    return [the.Cell(d, kind, key, canonicalization)
            for d in damages for kind in (d.only or kinds) for key in d.keys
            for canonicalization in signing.CANONICALIZATIONS]


def damaged(cell, workshop, unsigned):
    """(signed message, damaged message), or None where the damage does not apply or changes nothing."""
    message = unsigned[cell.kind]
    if cell.damage.prepare:
        message = cell.damage.prepare(message, cell.kind)
    if message is None:
        return None
    if cell.damage.signer:
        signed = workshop.once(("signer", cell.damage.name, cell),
                               lambda: cell.damage.signer(workshop, message, cell))
    else:
        signed = workshop.sign(message, cell.key, cell.canonicalization, cell.damage.sign)
    more = (workshop, cell) if cell.damage.workshop else ()
    after = cell.damage.apply(messages.Message(signed, cell.kind), *more)
    elsewhere = cell.damage.signer or cell.damage.records or cell.damage.no_dns
    nothing_done = after == signed and not elsewhere
    return None if after is None or nothing_done else (signed, after)


def zone_for(cell, workshop):
    if cell.damage.records:
        return workshop.zone(cell.damage.records(workshop, cell.key))
    return None if cell.damage.no_dns else signing.ZONE


def known_to_reference(damage):
    """It knows the keys as they should be, the topmost signature, lenient line ends, and no mailboxes."""
    return not (damage.records or damage.verify or damage.mailbox or damage.signatures > 1)


def judged(cell, workshop, unsigned, dkim):
    try:
        pair = damaged(cell, workshop, unsigned)
    except Exception as error:  # one damage that fails must not stop the others
        return judge.Verdict("wrong", f"the damage could not be done: {error!r}")
    if pair is None:
        return None
    signed, after = pair
    zone = zone_for(cell, workshop)
    started = time.monotonic()
    answer = dkim.verify(after, zone, cell.damage.verify)
    seconds = time.monotonic() - started
    accepted = workshop.reference_accepts(after) if known_to_reference(cell.damage) else None
    verdict = judge.judge(cell, signed, answer, accepted)
    verdict.seconds, verdict.message, verdict.zone = seconds, after, zone
    return verdict


# ---------------------------------------------------------------- output

def keep(directory, cell, verdict, number):
    base = os.path.join(directory, f"{number:04}")
    with open(base + ".eml", "wb") as file:
        file.write(verdict.message)
    zone = verdict.zone
    if zone and zone != signing.ZONE:
        zone = shutil.copy(zone, base + ".zone")  # the other one goes with this run
    with open(base + ".txt", "w") as file:
        more = " ".join([*(["--zone", zone] if zone else []), *cell.damage.verify])
        file.write(f"{cell}\nexpected: {'; '.join(map(str, cell.damage.causes))}\nsaid: {verdict.said}\n"
                   f"wrong: {verdict.detail}\n"
                   f"dkim verify --explain --at {signing.JUDGED_AT} {more} {base}.eml\n")


def report(damages, results, args):
    print("| damage | expected | cells | passes | right | honest `unknown` | share |\n|---|---|---|---|---|---|---|")
    record, totals, idle = [], dict(cells=0, right=0, passes=0, unknown=0), []
    for damage in damages:
        rows = [(cell, verdict) for cell, verdict in results if cell.damage is damage and verdict]
        count = {state: sum(v.state == state for _, v in rows) for state in judge.STATES}
        good = len(rows) - count["wrong"]
        if not rows:
            missing = damage.missing_tools()
            print(f"| {damage.name} | | 0 | | | | left out{': no ' + ', '.join(missing) if missing else ''} |")
            continue
        if damage.passes != "always" and count["passes"] == len(rows):
            idle.append(damage.name)
        print(f"| {damage.name} | {'; '.join(map(str, damage.causes))} | {len(rows)} | {count['passes'] or ''} | "
              f"{count['right'] or ''} | {count['unknown'] or ''} | {100 * good // len(rows)} % |")
        totals["cells"] += len(rows)
        for state in ("right", "passes", "unknown"):
            totals[state] += count[state]
        for cell, verdict in rows:
            record.append({"damage": damage.name, "kind": cell.kind, "key": cell.key,
                           "canonicalization": cell.canonicalization, "state": verdict.state,
                           "said": verdict.said, "detail": verdict.detail, "seconds": round(verdict.seconds, 3)})
    wrong = [(cell, verdict) for cell, verdict in results if verdict and verdict.state == "wrong"]
    list_wrong(wrong, args)
    slow = max(record, key=lambda r: r["seconds"], default=None)
    if slow:
        print(f"\nSlowest: {slow['seconds']} s, {slow['damage']} [{slow['kind']}, {slow['key']}, "
              f"{slow['canonicalization']}]")
    for name in idle:
        print(f"\n**This damage broke no signature, so it measures nothing:** {name}")
    sweeping = judge.sweeping_remedy([r for _, verdict in results if verdict for r in verdict.remedies])
    if sweeping:
        print(f"\n**No remedy at all:** {sweeping}")
    good = totals["right"] + totals["passes"] + totals["unknown"]
    share = good / totals["cells"] if totals["cells"] else 0
    failing = totals["cells"] - totals["passes"]
    named = totals["right"] / failing if failing else 0
    print(f"\n**Total: {good} of {totals['cells']} cells right, {100 * share:.1f} %.** Of them {totals['passes']} pass "
          f"as they must and {totals['unknown']} are an honest `unknown`; of the {failing} signatures that fail, "
          f"the cause of {totals['right']} was named ({100 * named:.1f} %). False proofs: "
          f"{sum(v.false_proof for _, v in wrong)}.")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"totals": {**totals, "share": share, "named": named}, "cells": record}, file, indent=1,
                      ensure_ascii=False)
            file.write("\n")
    # of the signatures that fail, too: those that pass could hide many wrong answers
    enough = failing and (totals["right"] + totals["unknown"]) / failing >= ENOUGH
    return 0 if share >= ENOUGH and (enough or not failing) and not idle and not sweeping else 1


def list_wrong(wrong, args):
    if not wrong:
        return
    print("\n## Wrong cells\n")
    groups = {}
    for cell, verdict in wrong:
        groups.setdefault((cell.damage.name, verdict.detail, verdict.said), []).append(cell)
    for (name, detail, said), cells in groups.items():
        where = ", ".join(f"{c.kind} {c.key} {c.canonicalization}" for c in cells[:3])
        more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
        print(f"- {name}: {detail}; said: {said}  \n  {where}{more}")
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
        for number, (cell, verdict) in enumerate(wrong, 1):
            if verdict.message:
                keep(args.keep, cell, verdict, number)


def over(items, work, jobs):
    shown = sys.stderr.isatty()

    def one(numbered):
        number, item = numbered
        if shown and number % 10 == 0:
            print(f"\r{number}/{len(items)} ", end="", file=sys.stderr)
        return work(item)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(one, enumerate(items)))
    if shown:
        print("\r", end="", file=sys.stderr)
    return results


def controls(workshop, unsigned, dkim):
    """Every message passes as it was signed, here and with the reference, and nothing is explained about it."""
    failures = []
    for kind, message in unsigned.items():
        for key in signing.SELECTORS:
            for canonicalization in signing.CANONICALIZATIONS:
                signed = workshop.sign(message, key, canonicalization)
                answer = dkim.verify(signed, signing.ZONE)
                signature = judge.our_signature(answer)
                if not signature or signature["result"] != "pass" or signature["explanation"]:
                    failures.append(f"{kind}, {key}, {canonicalization}: {answer}"[:400])
                if not workshop.reference_accepts(signed):
                    failures.append(f"{kind}, {key}, {canonicalization}: the reference refuses it")
    return failures


def listing(damages):
    print("| damage | expected |\n|---|---|")
    for damage in damages:
        passes = {"always": "passes", "relaxed-body": "; passes where the body is relaxed",
                  "relaxed-header": "; passes where the header is relaxed", None: ""}[damage.passes]
        expected = "; and ".join(map(str, damage.causes)) if damage.passes != "always" else ""
        print(f"| {damage.name} | {expected}{passes} |")
    print(f"\n{len(damages)} damages.")


def of_matrix(workshop):
    """How to order cells -> (name, damaged message, zone, options) of each that does not depend on a name server."""
    def cases(order):
        unsigned = messages.kinds()
        for cell in order(cells_of([d for d in the.ALL if not d.missing_tools() and not d.no_dns])):
            pair = damaged(cell, workshop, unsigned)
            if pair:
                yield str(cell), pair[1], zone_for(cell, workshop), cell.damage.verify
    return cases


def times(args, workshop, dkim):
    status = timing.run(workshop, dkim)
    return 1 if limits.run(workshop, dkim) else status


INSTEAD = {  # option: (what it does, how)
    "gateways": ("what gateways and lists do, alone and several in a row (damages_gateways.py)",
                 lambda args, workshop, dkim: gateways.run(args, workshop, dkim, over, keep)),
    "false-proofs": ("2000 messages tampered with: nothing may be proven of what nobody can know",
                     false_proofs.run),
    "false-likely": ("200 messages with misleading traces: nothing may be likely that is not so", false_likely.run),
    "determinism": ("300 messages explained alone and beside busy loops: byte for byte the same",
                    lambda args, workshop, dkim: determinism.run(args, workshop, dkim, of_matrix(workshop))),
    "time": ("times and memory; only on an idle machine", times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dkim", metavar="PATH", default=os.path.join(signing.ROOT, "target/release/dkim"),
                        help="the binary to judge (%(default)s)")
    parser.add_argument("--only", metavar="TEXT", help="only damages with TEXT in their name")
    parser.add_argument("--json", metavar="FILE", help="write every cell there as well")
    parser.add_argument("--keep", metavar="DIR", help="write the message of every wrong cell there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="so many at once (%(default)s)")
    parser.add_argument("--timeout", type=float, default=20, help="seconds for one message (%(default)s)")
    parser.add_argument("--list", action="store_true", help="print the damages and what is expected")
    instead = parser.add_argument_group("instead of the matrix").add_mutually_exclusive_group()
    for name, (text, _) in INSTEAD.items():
        instead.add_argument(f"--{name}", action="store_const", const=name, dest="instead", help=text)
    parser.add_argument("--count", type=int, help="how many messages, where they are chosen at random (as said above)")
    parser.add_argument("--seed", type=int, default=4711, help="chooses them (%(default)s)")
    args = parser.parse_args()
    damages = [d for d in the.ALL if not args.only or args.only.lower() in d.name.lower()]
    if not damages and not args.instead:
        parser.error(f"no damage has {args.only!r} in its name")
    if args.list:
        return listing(damages)
    if not os.access(args.dkim, os.X_OK):
        parser.error(f"--dkim: {args.dkim} is not there or not executable")

    with tempfile.TemporaryDirectory(prefix="dkim-explain-") as directory:
        dkim = Dkim(os.path.abspath(args.dkim), args.timeout)
        workshop = signing.Workshop(dkim.path, directory)
        print(f"# Explanations by {dkim.version()}\n")
        if not dkim.explains:
            print("This `dkim verify` has no --explain: every cause counts as not found.\n")
        unsigned = messages.kinds()
        failures = controls(workshop, unsigned, dkim)
        for failure in failures:
            print(f"- control: {failure}")
        if failures:
            return 2
        if args.instead:
            return INSTEAD[args.instead][1](args, workshop, dkim)
        missing = sorted({tool for d in damages for tool in d.missing_tools()})
        if missing:
            print(f"Not installed, so that some damages are left out: {', '.join(missing)}\n")
        cells = cells_of([d for d in damages if not d.missing_tools()])
        results = over(cells, lambda cell: judged(cell, workshop, unsigned, dkim), args.jobs)
        return report(damages, list(zip(cells, results)), args)


if __name__ == "__main__":
    sys.exit(main())
