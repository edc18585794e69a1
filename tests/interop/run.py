#!/usr/bin/env python3
"""Does `dkim` agree with the other DKIM tools? See README.md here.

    run.py --dkim PATH      our tool against each other tool, in both directions
    run.py                  the other tools among themselves ("peers"): is this harness itself sound?
    run.py --speed ...      whole-process times of one message, small and large (hyperfine)
"""

import argparse
import concurrent.futures
import json
import os
import re
import sys
import tempfile
import threading
from dataclasses import dataclass, field

import cases as the_cases
import known
import network
import speed
import tools
from dns_server import DnsServer


# ---------------------------------------------------------------- the matrix

@dataclass
class Cell:
    state: str  # ok, FAIL, theirs, n/a
    detail: str = ""
    fault: object = None
    evidence: str = ""

    def text(self, notes):
        if self.state == "theirs":
            accepts = " (accepts it)" if self.detail.startswith("accepts") else ""
            return f"theirs [{notes.number(self.fault)}]{accepts}"
        if self.state == "FAIL":
            return f"**FAIL** ({self.detail})"
        return f"{self.state} ({self.detail})" if self.detail else self.state


@dataclass
class Notes:
    faults: list = field(default_factory=list)
    evidence: dict = field(default_factory=dict)

    def number(self, fault):
        if fault not in self.faults:
            self.faults.append(fault)
        return self.faults.index(fault) + 1


def clean(text):
    printable = "".join(c if c.isprintable() else "?" for c in str(text))
    return printable.replace("|", "/").replace("*", "∗")[:160]


# libopendkim and opendkim-testmsg are one implementation: one is no second opinion on the other
FAMILY = {"opendkim-testmsg": "opendkim", "libopendkim": "opendkim"}


def family(name):
    return FAMILY.get(name, name)


def fault_of(tool, role, case, signer):
    for fault in known.FAULTS:
        if tool in fault.tools and role in fault.roles and fault.matches(case, signer):
            return fault
    return None


def verify_all(verifiers, case, message):
    """{tool name: Verdict or the reason why it cannot}"""
    found = {}
    for tool in verifiers:
        found[tool.name] = tool.cannot_verify(case) or tool.verify(case, message)
    return found


def verdict_words(verdicts):
    words = [f"{name} {'accepts' if v.ok else 'refuses'}" for name, v in verdicts.items() if not isinstance(v, str)]
    return ", ".join(words)


def judge_verifiers(case, signer, verdicts):
    """A cell per verifier for one message that `signer` signed: here an ok is expected everywhere."""
    cells = {}
    reference_ok = verdicts["reference"].ok
    judged = {name: v for name, v in verdicts.items() if not isinstance(v, str)}
    for name, verdict in verdicts.items():
        if isinstance(verdict, str):
            cells[name] = Cell("n/a", clean(verdict))
            continue
        if verdict.ok and reference_ok:
            cells[name] = Cell("ok", clean(verdict.note))
            continue
        # somebody is wrong: the signer where the reference refuses, else this verifier
        guilty, role = (signer, "sign") if not reference_ok else (name, "verify")
        fault = fault_of(guilty, role, case, signer)
        agreeing = [other for other, v in judged.items()
                    if v.ok == reference_ok and family(other) not in ("reference", family(guilty))]
        detail = clean(verdict.detail) if not verdict.ok else "accepts what the reference refuses"
        cells[name] = (Cell("theirs", detail, fault, verdict_words(verdicts)) if fault and agreeing
                       else Cell("FAIL", detail))
    return cells


def tamper(message, what):
    """`message` with one byte of its body or of its Subject changed (an empty body gets one)."""
    end_of_header = re.search(rb"\r?\n(\r?\n)", message)  # the message may have CRLF, LF or both
    line_end = b"\r\n" if b"\r\n" in message else b"\n"
    if what == "body":
        if not end_of_header:
            return message.rstrip(b"\r\n") + line_end * 2 + b"X" + line_end
        for index in range(end_of_header.end(), len(message)):
            if chr(message[index]).isalnum() and message[index] < 128:
                changed = b"x" if message[index:index + 1] != b"x" else b"y"
                return message[:index] + changed + message[index + 1:]
        return message + b"X" + line_end
    subject = re.search(rb"^subject[ \t]*:(?:[^\n]|\n[ \t])*?([a-z])", message, re.IGNORECASE | re.MULTILINE)
    at = subject.start(1)
    return message[:at] + message[at:at + 1].swapcase() + message[at + 1:]


class Progress:
    def __init__(self, total):
        self.total, self.done, self.lock = total, 0, threading.Lock()
        self.shown = sys.stderr.isatty()

    def step(self):
        with self.lock:
            self.done += 1
            if self.shown:
                print(f"\r{self.done}/{self.total} ", end="" if self.done < self.total else "\n", file=sys.stderr)


def over(items, work):
    progress = Progress(len(items))

    def one(item):
        try:
            return work(item)
        finally:
            progress.step()

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(one, items))


def peer_signs(signer, verifiers, case):
    """Another tool signs, the others verify. -> {verifier: Cell}"""
    reason = signer.cannot_sign(case)
    if reason:
        return {v.name: Cell("n/a", clean(reason)) for v in verifiers}
    try:
        message = signer.sign(case)
    except tools.CannotSign as error:
        cell = did_not_sign(signer, case, error)
        return {v.name: cell for v in verifiers}
    return judge_verifiers(case, signer.name, verify_all(verifiers, case, message))


def did_not_sign(signer, case, error):
    fault = fault_of(signer.name, "sign", case, signer.name)
    if fault:
        return Cell("theirs", clean(error), fault, f"{signer.name} says: {clean(error)}")
    return Cell("FAIL", f"{signer.name} did not sign: {clean(error)}")


def we_sign(ours, verifiers, case):
    """-> {verifier: Cell}, with a column `dkim` for what our own tool makes of it, tampering included."""
    reason = ours.cannot_sign(case)
    if reason:
        return {name: Cell("n/a", clean(reason)) for name in [v.name for v in verifiers] + ["dkim"]}
    try:
        message = ours.sign(case)
    except tools.CannotSign as error:
        return {name: Cell("FAIL", f"dkim sign: {clean(error)}") for name in [v.name for v in verifiers] + ["dkim"]}
    cells = judge_verifiers(case, "dkim", verify_all(verifiers, case, message))
    cells["dkim"] = our_verdict(ours, case, message, None, verifiers)
    if not message.endswith(case.message):
        cells["dkim"] = Cell("FAIL", "the message itself was changed by signing")
    return cells


def our_verdict(ours, case, message, signer, verifiers):
    """What `dkim verify` says of a message and of two changed copies of it."""
    verdict = ours.verify(case, message)
    reference = next(v for v in verifiers if v.name == "reference").verify(case, message)
    if verdict.ok != reference.ok:
        return Cell("FAIL", clean(f"{'accepted' if verdict.ok else verdict.detail}, but the reference "
                                  f"{'accepts' if reference.ok else 'says ' + reference.detail}"))
    if not verdict.ok:
        fault = fault_of(signer, "sign", case, signer)
        others = verify_all([v for v in verifiers if family(v.name) not in ("reference", family(signer))],
                            case, message)
        refusing = [name for name, v in others.items() if not isinstance(v, str) and not v.ok]
        if fault and refusing:
            words = f"dkim refuses, reference refuses, {verdict_words(others)}"
            return Cell("theirs", clean(verdict.detail), fault, words)
        return Cell("FAIL", clean(verdict.detail))
    if case.sha1:
        wrong = ours.sha1_policy(message)
        if wrong:
            return Cell("FAIL", clean(wrong))
    for what in ("body", "header"):
        wrong = ours.refuses(case, tamper(message, what), what)
        if wrong:
            return Cell("FAIL", clean(f"{what} tampered with: {wrong}"))
    return Cell("ok", clean(verdict.note))


def they_sign(ours, signers, verifiers, case):
    """Each other tool signs, we verify. -> {signer: Cell}"""
    cells = {}
    for signer in signers:
        reason = signer.cannot_sign(case)
        if reason:
            cells[signer.name] = Cell("n/a", clean(reason))
            continue
        try:
            message = signer.sign(case)
        except tools.CannotSign as error:
            cells[signer.name] = did_not_sign(signer, case, error)
            continue
        cells[signer.name] = our_verdict(ours, case, message, signer.name, verifiers)
    return cells


# ---------------------------------------------------------------- is the harness itself sound?

def controls(workshop, server, verifiers):
    """Every verifier must accept a good message, refuse two bad ones and one without a key, and ask our DNS."""
    case = the_cases.Case("control", the_cases.message())
    signer = next(t for t in verifiers if t.name == "dkimpy")
    good = signer.sign(case)
    lost = good.replace(b" s=rsa2048;", b" s=unknown;")
    assert lost != good
    failures = []
    for tool in verifiers:
        before = len(server.asked(f"rsa2048._domainkey.{the_cases.DOMAIN}"))
        results = [tool.verify(case, data).ok for data in
                   (good, tamper(good, "body"), tamper(good, "header"), lost)]
        if results != [True, False, False, False]:
            failures.append(f"{tool.name}: good, body changed, header changed, no key gave {results}")
        if tool.name != "reference":
            if len(server.asked(f"rsa2048._domainkey.{the_cases.DOMAIN}")) == before:
                failures.append(f"{tool.name}: did not ask the test's DNS server")
    return failures


# ---------------------------------------------------------------- output

def table(title, rows, columns, notes, record, direction):
    print(f"\n## {title}\n")
    print("| case | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for case, cells in rows:
        print(f"| {case.name} | " + " | ".join(cells[c].text(notes) for c in columns) + " |")
        for column in columns:
            cell = cells[column]
            if cell.state == "theirs":
                notes.evidence.setdefault(notes.number(cell.fault), []).append(
                    f"{direction}, {case.name}: {cell.evidence}")
            record.append({"direction": direction, "tool": column, "case": case.name, "state": cell.state,
                           "detail": cell.detail, "evidence": cell.evidence or None})


def finish(notes, record, args, versions):
    if notes.faults:
        print("\n## Other tools' faults\n")
        for number, fault in enumerate(notes.faults, 1):
            print(f"[{number}] **{', '.join(fault.tools)}**: {fault.why}  ")
            seen = list(dict.fromkeys(notes.evidence.get(number, [])))
            for line in seen[:3]:
                print(f"  shown here: {line}  ")
            if len(seen) > 3:
                print(f"  … and {len(seen) - 3} more such messages  ")
            print()
    total = {state: sum(r["state"] == state for r in record) for state in ("ok", "theirs", "n/a", "FAIL")}
    print(f"\n**Totals:** {total['ok']} ok, {total['theirs']} theirs (proven above), {total['n/a']} n/a, "
          f"{total['FAIL']} FAIL")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"versions": versions, "totals": total, "cells": record}, file, indent=1, ensure_ascii=False)
            file.write("\n")
    return 1 if total["FAIL"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dkim", metavar="PATH", help="our binary; without it the other tools are run among themselves")
    parser.add_argument("--only", metavar="TEXT", help="only cases with TEXT in their name")
    parser.add_argument("--json", metavar="FILE", help="write every cell there as well")
    parser.add_argument("--speed", action="store_true", help="measure whole-process times instead")
    parser.add_argument("--runs", type=int, default=200, help="with --speed: runs per command at most (%(default)s)")
    parser.add_argument("--peers", action="store_true", help="with --dkim: the other tools among themselves as well")
    args = parser.parse_args()
    if args.dkim:
        args.dkim = os.path.abspath(args.dkim)
        if not os.access(args.dkim, os.X_OK):
            parser.error(f"--dkim: {args.dkim} is not there or not executable")
    network.enter(__file__)

    with tempfile.TemporaryDirectory(prefix="dkim-interop-") as directory:
        network.set_up(directory)
        workshop = tools.Workshop(directory)
        server = DnsServer(workshop.records)
        server.listen("127.0.0.1", 53)  # for whoever reads resolv.conf
        port = server.listen("127.0.0.1", 0)  # for --nameserver

        found, versions = [], {}
        print("# Interoperability\n\n| tool | version |\n|---|---|")
        for kind in tools.OTHERS:
            tool = kind(workshop)
            missing = tool.absent()
            versions[tool.name] = f"absent: {missing}" if missing else f"{tool.version()} ({tool.package})" \
                if tool.package else tool.version()
            if not missing:
                found.append(tool)
        ours = tools.Ours(workshop, args.dkim, f"127.0.0.1:{port}") if args.dkim else None
        if ours:
            versions["dkim"] = ours.version()
        for name, version in versions.items():
            print(f"| {name} | {version} |")
        names = [t.name for t in found]
        if "dkimpy" not in names:
            sys.exit("run.py: error: dkimpy is needed for the controls: " + versions["dkimpy"])

        failures = controls(workshop, server, found)
        print("\nControls (every verifier accepts a good message, refuses a changed body, a changed header and an "
              "unknown selector, and asks the test's DNS): " + ("ok" if not failures else "**broken**"))
        for failure in failures:
            print(f"- {failure}")
        if failures:
            return 2
        if args.speed:
            return speed.measure(args, workshop, found)

        chosen = [c for c in the_cases.all_cases() if not args.only or args.only.lower() in c.name.lower()]
        if not chosen:
            sys.exit(f"run.py: error: no case has {args.only!r} in its name")
        signers = [t for t in found if hasattr(t, "sign_once")]
        notes, record = Notes(), []
        if ours:
            rows = list(zip(chosen, over(chosen, lambda case: we_sign(ours, found, case))))
            table("`dkim sign` signs, the others verify", rows, names + ["dkim"], notes, record, "dkim signs")
            rows = list(zip(chosen, over(chosen, lambda case: they_sign(ours, signers, found, case))))
            table("The others sign, `dkim verify` verifies (and refuses one changed byte of body or header)",
                  rows, [s.name for s in signers], notes, record, "dkim verifies")
        if not ours or args.peers:
            for signer in signers:
                rows = list(zip(chosen, over(chosen, lambda case: peer_signs(signer, found, case))))
                table(f"{signer.name} signs, the others verify", rows, names, notes, record, f"{signer.name} signs")
        transports = sorted({q[0] for q in server.queries})
        print(f"\nDNS queries answered: {len(server.queries)}, over {' and '.join(transports)}.")
        return finish(notes, record, args, versions)


if __name__ == "__main__":
    sys.exit(main())
