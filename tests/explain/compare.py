#!/usr/bin/env python3
"""Which cells are worse than they were?

    compare.py OLD.json NEW.json

Both are of `run.py --json` (the matrix), or both of `run.py --gateways --json`. Each cell that is worse is named, and
each that is gone; of those that are better, how many. Status 1 where one is worse or gone.
"""

import argparse
import json
import sys

BEST_FIRST = ("passes", "right", "proven", "partly", "unknown", "wrong", "false")
# where a signature passed, it must go on to do so: any other state of that cell is worse, and no answer makes up for it
RANK = {state: rank for rank, state in enumerate(BEST_FIRST)}


def cells_of(path):
    with open(path) as file:
        cells = json.load(file)["cells"]
    return {(c["damage"], c["kind"], c["key"], c["canonicalization"]): c for c in cells}


def changes(old, new):
    """(worse, gone, better), of names; one of worse is (name, cell before, cell now)."""
    gone = [name for name in old if name not in new]
    both = [(name, cell, new[name]) for name, cell in old.items() if name in new]
    worse = [c for c in both if RANK[c[2]["state"]] > RANK[c[1]["state"]]]
    better = [c for c in both if RANK[c[2]["state"]] < RANK[c[1]["state"]]]
    return worse, gone, better


def in_words(name):
    damage, kind, key, canonicalization = name
    return f"{damage} [{kind}, {key}, {canonicalization}]"


def said(cell):
    detail = f" ({cell['detail']})" if cell["detail"] else ""
    return f"{cell['state']}: {cell['said'] or 'nothing'}{detail}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD.json")
    parser.add_argument("new", metavar="NEW.json")
    args = parser.parse_args()
    old, new = cells_of(args.old), cells_of(args.new)
    worse, gone, better = changes(old, new)
    for name, before, now in worse:
        print(f"- worse: {in_words(name)}  \n  was {said(before)}  \n  is {said(now)}")
    for name in gone:
        print(f"- gone: {in_words(name)}")
    added = sum(name not in old for name in new)
    slower = sum(c["seconds"] for c in new.values()) / max(0.001, sum(c["seconds"] for c in old.values()))
    print(f"\n**Of {len(old)} cells {len(worse)} are worse, {len(gone)} are gone, {len(better)} are better; "
          f"{added} are new. All of them took {slower:.2f} times as long.**")
    return 1 if worse or gone else 0


if __name__ == "__main__":
    sys.exit(main())
