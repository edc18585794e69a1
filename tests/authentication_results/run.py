#!/usr/bin/env python3
"""Do others read in our Authentication-Results fields what we meant, whatever strangers wrote? See README.md here.

    run.py --dkim PATH                    4000 hostile messages, four readers
    run.py --dkim PATH --count N --seed S
    run.py --dkim PATH --keep DIR         the messages with a difference, and the zone
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import compare  # noqa: E402
import hostile  # noqa: E402
import past  # noqa: E402
import readers  # noqa: E402

SHOWN = 3


def verify(dkim, folder, zone, *options):
    command = [dkim, "verify", "--no-progress", "--zone", zone, *options, folder]
    done = subprocess.run(command, capture_output=True)
    if done.returncode not in (0, 1, 3) or done.stderr:
        sys.exit(f"run.py: error: status {done.returncode}: {done.stderr.decode(errors='replace').strip()[:500]}")
    return done.stdout


def judged(dkim, messages, directory):
    """For each message (JSON object, field)."""
    folder, zone = os.path.join(directory, "messages"), os.path.join(directory, "zone")
    os.mkdir(folder)
    for number, message in enumerate(messages.made):
        with open(os.path.join(folder, f"{number:06}.eml"), "wb") as file:
            file.write(message)
    with open(zone, "w") as file:
        file.write(messages.zone())
    answers = [json.loads(line) for line in verify(dkim, folder, zone, "--json").splitlines()]
    printed = verify(dkim, folder, zone, "--authentication-results=mx.example.org").decode("utf-8", "replace")
    fields = re.split(r"(?m)^(?=Authentication-Results:)", printed)[1:]
    if not len(answers) == len(fields) == len(messages.made):
        print(f"{len(messages.made)} messages, {len(answers)} JSON objects, {len(fields)} fields: "
              "a message made or hid a field of its own")
        return None
    return list(zip(answers, fields))


def controls(pairs, message, everyone):
    """Why nothing that is found would mean anything: the good message does not pass, or an injected result is missed."""
    answer, field = pairs
    if answer["result"] != "pass" or len(answer["signatures"]) != 1:
        return ["the first message, which is good, does not pass"]
    forgeries = {
        "a second result": field.rstrip() + ";\r\n dkim=pass header.d=evil.example\r\n",
        "another domain": field.replace("header.d=example.com", "header.d=evil.example"),
        "another result": field.replace("dkim=pass", "dkim=fail"),
        "a result in another": field.replace("header.i=", "header.x=y header.i="),
        "no identity": field.replace("header.i=@example.com", ""),
    }
    broken = []
    for reader in everyone:
        if compare.differences(reader.name, reader.read([field])[0], answer, message)[0]:
            broken.append(f"{reader.name} finds fault with the first field, which is good")
        for name, forged in forgeries.items():
            if not compare.differences(reader.name, reader.read([forged])[0], answer, message)[0]:
                broken.append(f"{reader.name} does not see {name}")
    return broken


def compared(pairs, messages, everyone):
    """(results compared by each reader, {message number: differences})."""
    counts, found = collections.Counter(), collections.defaultdict(list)
    fields = [field for _, field in pairs]
    for number, field in enumerate(fields):
        found[number] += compare.faults_of_form(field, messages.made[number])
    for reader in everyone:
        for number, said in enumerate(reader.read(fields)):
            differences, count = compare.differences(reader.name, said, pairs[number][0], messages.made[number])
            found[number] += differences
            counts[reader.name] += count
    return counts, {number: differences for number, differences in found.items() if differences}


def report(pairs, counts, found, keep, directory):
    results = collections.Counter(s["result"] for answer, _ in pairs for s in answer["signatures"])
    print(f"{len(pairs)} messages with {sum(results.values())} signatures "
          f"({', '.join(f'{n} {name}' for name, n in results.most_common())})")
    for name, count in counts.items():
        print(f"  {name}: {count} results compared")
    for number in list(found)[:SHOWN]:
        print(f"\nmessage {number}: " + "\n  ".join(found[number]) + "\n" + pairs[number][1])
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN} more")
    if keep and found:
        os.makedirs(keep, exist_ok=True)
        shutil.copy(os.path.join(directory, "zone"), keep)
        for number in found:
            shutil.copy(os.path.join(directory, "messages", f"{number:06}.eml"), keep)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(readers.HERE))
    parser.add_argument("--dkim", metavar="PATH", default=os.path.join(root, "target/release/dkim"),
                        help="the binary to judge (%(default)s)")
    parser.add_argument("--count", type=int, default=4000,
                        help="so many messages; the chosen ones are always there (%(default)s)")
    parser.add_argument("--seed", type=int, default=8601, help="for the rest (%(default)s)")
    parser.add_argument("--keep", metavar="DIR", help="put the messages with a difference there")
    args = parser.parse_args()
    if not os.access(args.dkim, os.X_OK):
        parser.error(f"--dkim: {args.dkim} is not there or not executable")
    missing = list(filter(None, dict.fromkeys(reader.absent() for reader in readers.ALL)))
    if missing:
        parser.error(f"apt-get install {' '.join(missing)}")

    messages = hostile.Messages(args.count, args.seed)
    with tempfile.TemporaryDirectory(prefix="dkim-results-") as directory:
        pairs = judged(args.dkim, messages, directory)
        if pairs is None:
            return 1
        broken = controls(pairs[0], messages.made[0], readers.ALL)
        print("Controls: " + ("; ".join(broken) or "ok"))
        if broken:
            return 2
        counts, found = compared(pairs, messages, readers.ALL)
        report(pairs, counts, found, args.keep, directory)
    runs, faults = past.faults(args.dkim)
    print(f"{len(past.FIELDS)} hostile fields of the past through --explain, {runs} runs")
    for fault in faults:
        print(f"  {fault}")
    total = sum(map(len, found.values())) + len(faults)
    print(f"\n**Totals:** {len(pairs)} messages, {sum(counts.values())} results compared, {total} differences")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
