#!/usr/bin/python3
"""Generated messages, judged by `dkim verify` and by the DKIM tools of Debian. See README.md here.

    run.py --dkim PATH                         2,000 messages
    run.py --dkim PATH --count 200 --seed 7    fewer, and others
"""

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop"), str(HERE.parent.parent / "testdata")]

import classes  # noqa: E402
import facts  # noqa: E402
import generator  # noqa: E402
import judges  # noqa: E402
import network  # noqa: E402
import records  # noqa: E402
from dns_server import DnsServer  # noqa: E402

SHOWN = 20  # unclassified disagreements at most


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dkim", metavar="PATH", required=True, help="our binary")
    parser.add_argument("--count", metavar="N", type=int, default=2000, help="how many messages (%(default)s)")
    parser.add_argument("--start", metavar="N", type=int, default=1, help="the first one's number (%(default)s)")
    parser.add_argument("--seed", metavar="S", default="1", help="other messages (%(default)s)")
    parser.add_argument("--keep", metavar="DIR", help="write the messages and DISAGREEMENTS.jsonl there")
    return parser.parse_args()


def write_messages(wanted, directory):
    """Generates the messages, one file each. Returns [(path, Generated)]."""
    found = []
    for number in range(wanted.start, wanted.start + wanted.count):
        path = os.path.join(directory, f"{number:06}.eml")
        message = generator.generated(wanted.seed, number)
        Path(path).write_bytes(message.data)
        found.append((path, message))
    return found


def judge(program, directory, paths, zone):
    """({tool: verdicts}, our reports), all tools at the same time."""
    server = DnsServer(zone)
    server.listen("127.0.0.1", 53)  # for whoever reads resolv.conf
    port = server.listen("127.0.0.1", 0)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = {name: pool.submit(tool, paths) for name, tool in judges.others(directory).items()}
        reports = pool.submit(judges.ours, program, f"127.0.0.1:{port}", paths)
        return {name: verdicts.result() for name, verdicts in waiting.items()}, reports.result()


def line(path, tool, message, verdict, found, generated):
    """One disagreement as an object of JSON."""
    reasons = [f"{known['result']} {known['reason'] or ''}".strip() for known in message.report["signatures"]]
    return {"file": path, "tool": tool, "ours": message.report["result"], "reasons": reasons, "theirs": verdict.passes,
            "said": verdict.said, "class": found and found.name, "mutations": generated.mutations}  # fmt: skip


def disagreements(messages, verdicts, reports, zone):
    """Every message on which another tool disagrees with ours, each with its class or None."""
    for tool, judged in verdicts.items():
        for (path, generated), verdict, report in zip(messages, judged, reports):
            message = facts.Message(generated.data, report, zone)
            if message.passes != verdict.passes:
                yield line(path, tool, message, verdict, classes.of(tool, message, verdict), generated)


def print_versions(program, versions):
    """Which tools are compared."""
    ours = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{ours}; " + ", ".join(f"{tool} {version}" for tool, version in versions.items()))


def print_agreements(verdicts, reports):
    """How often each tool agrees with ours."""
    ours = [report["result"] == "pass" for report in reports]
    print(f"{len(ours)} messages, of which dkim passes {sum(ours)}\n")
    print("| tool | both pass | both refuse | dkim alone passes | dkim alone refuses |\n|---|---|---|---|---|")
    for tool, judged in verdicts.items():
        counts = collections.Counter(zip(ours, (verdict.passes for verdict in judged)))
        row = [counts[pair] for pair in ((True, True), (False, False), (True, False), (False, True))]
        print(f"| {tool} | " + " | ".join(map(str, row)) + " |")


def print_classes(found):
    """How many disagreements each class explains, and by which sentence."""
    counts = collections.Counter((entry["class"], entry["tool"]) for entry in found if entry["class"])
    print("\n| class | tool | messages | right | rule |\n|---|---|---|---|---|")
    rows = {(row.name, tool): row for row in classes.CLASSES for tool in row.tools}
    for (name, tool), row in rows.items():
        if counts[name, tool]:
            print(f"| {name} | {tool} | {counts[name, tool]} | {row.right} | {row.rule} |")


def print_unused(found):
    """The rows that explain nothing: the tools have changed, or there are too few messages to tell."""
    used = {(entry["class"], entry["tool"]) for entry in found}
    unused = [row.name for row in classes.CLASSES if not any((row.name, tool) in used for tool in row.tools)]
    if unused:
        print(f"\nclasses without a message: {', '.join(unused)}")


def print_unclassified(found):
    """What no class explains. Returns how many."""
    unknown = [entry for entry in found if not entry["class"]]
    print(f"\n{len(found)} disagreements, {len(unknown)} unclassified")
    for entry in unknown[:SHOWN]:
        print(json.dumps(entry))
    if len(unknown) > SHOWN:
        print(f"… and {len(unknown) - SHOWN} more")
    return len(unknown)


def run(wanted, directory):
    """The whole comparison. Returns the exit status."""
    versions, missing = judges.versions()
    if missing:
        sys.exit(f"run.py: error: packages are missing\nrun.py: hint: apt-get install {' '.join(missing)}")
    print_versions(wanted.dkim, versions)
    network.set_up(directory)
    zone = records.zone()
    folder = wanted.keep or os.path.join(directory, "messages")
    os.makedirs(folder, exist_ok=True)
    messages = write_messages(wanted, folder)
    verdicts, reports = judge(wanted.dkim, directory, [path for path, _ in messages], zone)
    found = list(disagreements(messages, verdicts, reports, zone))
    if wanted.keep:
        Path(folder, "DISAGREEMENTS.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in found))
    print_agreements(verdicts, reports)
    print_classes(found)
    print_unused(found)
    return 1 if print_unclassified(found) else 0


def main():
    wanted = arguments()
    wanted.dkim = os.path.abspath(wanted.dkim)
    network.enter(__file__)
    with tempfile.TemporaryDirectory(prefix="dkim-differential-") as directory:
        return run(wanted, directory)


if __name__ == "__main__":
    sys.exit(main())
