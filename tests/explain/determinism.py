"""The same messages explained on an idle and on a busy machine: the answers have to be the same, byte for byte."""

import os
import random
import subprocess
import sys

import gateway_messages
import gateways
import signing

COUNT = 300
BUSY = 8  # loops that keep a processor busy
AT_MOST = 1800  # seconds that a loop lives, whatever happens to this program

# It ends by itself: after its time, or with its parent, whose number is the second argument.
LOOP = """
import os, sys, time
end, parent = time.monotonic() + float(sys.argv[1]), int(sys.argv[2])
while time.monotonic() < end and os.getppid() == parent:
    for _ in range(1000000):
        pass
"""


def busy_loops():
    return [subprocess.Popen([sys.executable, "-S", "-c", LOOP, str(AT_MOST), str(os.getpid())]) for _ in range(BUSY)]


def stopped(loops):
    for loop in loops:
        loop.kill()
    for loop in loops:
        loop.wait()


def answers(cases, dkim):
    """The very bytes that are printed for each message."""
    found = []
    for number, (_, message, zone, options) in enumerate(cases):
        if sys.stderr.isatty() and number % 10 == 0:
            print(f"\r{number}/{len(cases)} ", end="", file=sys.stderr)
        found.append(dkim.output(message, zone, options))
    return found


def cases_of(count, args, workshop, of_matrix):
    """[(name, message, zone, options)]: half of them of damages_gateways.py, half of the matrix."""
    chance, unsigned, found = random.Random(args.seed), gateway_messages.kinds(), []
    for cell in shuffled(chance, gateways.cells(args.only))[:count // 2]:
        found.append((str(cell), gateways.through_gateways(cell, workshop, unsigned)[2], signing.ZONE, ()))
    for case in of_matrix(lambda cells: shuffled(chance, cells)):
        if len(found) >= count:
            break
        found.append(case)
    return found


def shuffled(chance, items):
    return chance.sample(items, len(items))


def run(args, workshop, dkim, of_matrix):
    """`of_matrix`: how to order cells -> the cases of the matrix. Prints what differs and gives the exit status."""
    count = args.count or COUNT
    cases = cases_of(count, args, workshop, of_matrix)
    alone = answers(cases, dkim)
    loops = busy_loops()
    try:
        busy = answers(cases, dkim)
    finally:
        stopped(loops)
    other = [name for (name, *_), one, two in zip(cases, alone, busy) if one != two]
    silent = [name for (name, *_), one in zip(cases, alone) if not one]
    for name in other:
        print(f"- not the same: {name}")
    for name in silent:
        print(f"- no answer: {name}")
    print(f"\n**{len(cases)} messages explained alone, and beside {BUSY} busy loops: {len(other)} answers are not the "
          f"same byte for byte (the goal is 0), {len(silent)} without an answer.**")
    return 1 if other or silent else 0
