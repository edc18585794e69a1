"""Whole-process times of one message, small and large, for us and for the other tools."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

import cases as the_cases

LINE = b"A line of text as people write it, neither short nor long, and so on.\r\n"
SIZES = {"1 KiB": 1024, "50 KiB": 50 * 1024, "25 MiB": 25 * 1024 * 1024}


def measure(args, workshop, found):
    if not shutil.which("hyperfine"):
        sys.exit("run.py: error: --speed needs hyperfine (Debian package hyperfine)")
    empty = empty_program(workshop)
    for size, octets in SIZES.items():
        # A large message takes some tools seconds.
        runs = args.runs if octets < 1 << 20 else max(3, args.runs // 20)
        for key in ("rsa2048", "ed25519") if octets < 1 << 20 else ("rsa2048",):
            verify(args, workshop, found, size, octets, key, runs, empty)
            sign(args, workshop, found, size, octets, key, runs, empty)
    return 0


def plain(octets):
    head = the_cases.message().split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return head + LINE * max(1, (octets - len(head)) // len(LINE))


def verify(args, workshop, found, size, octets, key, runs, empty):
    dkimpy = next(tool for tool in found if tool.name == "dkimpy")
    case = the_cases.Case("speed", plain(octets), key=key)
    message = workshop.file(f"{octets}-{key}.eml", dkimpy.sign(case))
    ours = [("dkim verify", [args.dkim, "verify", "--nameserver", "127.0.0.1:53"])] if args.dkim else []
    others = [
        ("go-msgauth dkim-verify", ["dkim-verify"]),
        ("opendkim-testmsg", ["opendkim-testmsg", "-t", workshop.directory]),
        ("dkimverify (dkimpy)", ["dkimverify"]),
    ]
    table(f"Verify {size}, {key}", message, empty + ours + others, runs)


def sign(args, workshop, found, size, octets, key, runs, empty):
    message = workshop.file(f"{octets}.eml", plain(octets))
    form, domain = workshop.path(key, "pkcs8"), the_cases.DOMAIN
    commands = []
    if args.dkim:
        commands.append(("dkim sign", [args.dkim, "sign", "-q", "-d", domain, "-s", key, "-k", form]))
    go = next((tool for tool in found if tool.name == "go-msgauth"), None)
    if go and go.signer:
        names = "from:to:subject:date:message-id"
        commands.append(("go-msgauth (its library)", [go.signer, domain, key, form, "relaxed", "relaxed", names]))
    if key == "rsa2048":
        testmsg = ["opendkim-testmsg", "-t", workshop.directory, "-d", domain, "-s", key, "-k", form]
        commands.append(("opendkim-testmsg", testmsg))
    table(f"Sign {size}, {key}", message, empty + commands, runs)


def empty_program(workshop):
    """A Rust program that does nothing: what starting any process costs here."""
    rustc = shutil.which("rustc")
    if not rustc:
        return []
    source = workshop.file("empty.rs", b"fn main() {}\n")
    program = os.path.join(workshop.directory, "empty")
    subprocess.run([rustc, "-O", "-o", program, source], check=True)
    return [("(an empty Rust program)", [program])]


def table(title, message, commands, runs):
    commands = [(name, words) for name, words in commands if shutil.which(words[0])]
    print(f"\n## {title}\n", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        # Every command gets the message on stdin, from a shell that then becomes it.
        command = ["hyperfine", "--shell", "none", "--warmup", "3", "--runs", str(runs),
                   "--export-json", out.name, "--style", "none", "--output", "null"]
        for name, words in commands:
            line = f"exec {shlex.join(words)} < {shlex.quote(message)}"
            command += ["--command-name", name, f"sh -c {shlex.quote(line)}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"run.py: error: hyperfine: {done.stderr.strip()}")
        with open(out.name) as file:
            results = json.load(file)["results"]
    ours = next((r["median"] for r in results if r["command"].startswith("dkim ")), None)
    print("| command | median ms | min | max | times ours |\n|---|---|---|---|---|")
    for r in results:
        times = f"{r['median'] / ours:.2f}" if ours else ""
        values = " | ".join(f"{1000 * r[name]:.2f}" for name in ("median", "min", "max"))
        print(f"| {r['command']} | {values} | {times} |")
