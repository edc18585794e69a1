"""The tools as judges of many messages: one process each, but for opendkim-testmsg, which takes one message."""

import concurrent.futures
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

DRIVERS = Path(__file__).parent.parent / "interop" / "drivers"
PYTHON = "/usr/bin/python3"  # Debian's own interpreter: the one that sees Debian's python3-* packages
LONGEST = 3600  # seconds until a tool counts as hanging
DKIMPY, MAIL_DKIM, GO, TESTMSG = "dkimpy", "Mail::DKIM", "go-msgauth", "opendkim-testmsg"
MANY = '{"do": "verify-many"}'
PACKAGES = {
    DKIMPY: ("python3-dkim", "python3-nacl", "python3-dnspython"),
    MAIL_DKIM: ("libmail-dkim-perl",),
    GO: ("golang-github-emersion-go-msgauth-dev", "golang-go"),
    TESTMSG: ("opendkim-tools",),
}


@dataclass
class Verdict:
    """What another tool makes of a message: whether one of its signatures passes, and what it says.

    `each` has the verdict on each signature that the tool could read, where it says so.
    """

    passes: bool
    said: str
    each: list = field(default_factory=list)


def versions():
    """{tool: version of its package}, empty where a package is missing, and the names of those."""
    known = {}
    for package in (package for packages in PACKAGES.values() for package in packages):
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True)
        known[package] = done.stdout if done.returncode == 0 else ""
    missing = [package for package, version in known.items() if not version]
    return {tool: known[packages[0]] for tool, packages in PACKAGES.items()}, missing


def lines(command, paths):
    """The lines that a program prints about the paths on its standard input."""
    done = subprocess.run(command, input="".join(f"{path}\n" for path in paths), capture_output=True, text=True,
                          errors="replace", timeout=LONGEST)  # fmt: skip
    return done.stdout.splitlines(), done.stderr


def driver(command, paths):
    """The verdicts of a driver that answers each path with one line of JSON."""
    found, errors = lines(command, paths)
    if len(found) != len(paths):
        at = paths[len(found)] if len(found) < len(paths) else "the end"
        raise RuntimeError(f"{command[0]}: stopped at {at}: {errors[-500:]}")
    return [verdict(**json.loads(line)) for line in found]


def verdict(passes, said):
    """What a driver's answer says."""
    return Verdict(any(passes), "; ".join(filter(None, said)), passes)


def testmsg(path):
    """The verdict of opendkim-testmsg on one message."""
    with open(path, "rb") as message:
        done = subprocess.run(["opendkim-testmsg", "-t", os.path.dirname(path)], stdin=message, capture_output=True,
                              timeout=60)  # fmt: skip
    said = done.stderr.decode(errors="replace").strip()
    return Verdict(done.returncode == 0 and not said, said or f"exit status {done.returncode}")


def testmsgs(paths):
    """The verdicts of opendkim-testmsg, a process for each message."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(testmsg, paths))


def go_driver(directory):
    """The driver for go-msgauth, built from Debian's source packages without network."""
    program = os.path.join(directory, "go-verify")
    settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, str(DRIVERS / "go_verify.go")], check=True, cwd=directory,
                   env=os.environ | settings)  # fmt: skip
    return program


def others(directory):
    """{name: what judges a list of paths} of every other tool."""
    go_program = go_driver(directory)
    return {
        DKIMPY: lambda paths: driver([PYTHON, str(DRIVERS / "dkimpy_driver.py"), MANY], paths),
        MAIL_DKIM: lambda paths: driver(["perl", str(DRIVERS / "mail_dkim.pl"), MANY], paths),
        GO: lambda paths: driver([go_program], paths),
        TESTMSG: testmsgs,
    }


def ours(program, nameserver, paths):
    """What `dkim verify --json` prints about each path; of an mbox, about its first message."""
    command = [program, "verify", "--json", "--no-progress", "--nameserver", nameserver, "--files-from", "-"]
    found, errors = lines(command, paths)
    reports = {}
    for report in map(json.loads, found):
        reports.setdefault(report["source"], report)
    missing = [path for path in paths if path not in reports]
    if missing:
        raise RuntimeError(f"{program}: nothing about {missing[0]}: {errors[-500:]}")
    return [reports[path] for path in paths]
