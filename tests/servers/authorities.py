"""The authoritative servers of a zone, each asked by itself: BIND, NSD as its secondary, a server
that keeps silent, and one that does not have the zone.

The example `every_server` asks them, and `dkim audit`.
"""

import contextlib
import json
import re
import socket
import subprocess
import time

from servers import LOOPBACK, Named, Nsd, Stubs, free_port

SECONDARY, SILENT, LAME = "127.0.0.2", "127.0.0.3", "127.0.0.4"
ADDRESSES = {"a": LOOPBACK, "b": SECONDARY, "c": SILENT, "d": LAME}


def zone(name, servers, records, serial=1):
    """A master file of a zone with these servers."""
    lines = [f"$ORIGIN {name}.", "$TTL 300", f"@ SOA a.{name}. hostmaster {serial} 60 60 86400 120"]
    for server in servers:
        lines += [f"@ NS {server}.{name}.", f"{server}.{name}. A {ADDRESSES[server]}"]
    return "\n".join([*lines, *records, ""])


ZONES = {
    # What is above them: the search for a DMARC policy goes there.
    "test": zone("test", "a", []),
    "agree.test": zone(
        "agree.test",
        "ab",
        [
            "s._domainkey TXT key",
            "near._domainkey CNAME s._domainkey",
            "far._domainkey CNAME key.provider.test.",
            "*.wild TXT wild",
            "old DNAME agree.test.",
        ],
    ),
    "changed.test": zone("changed.test", "ab", ["s._domainkey TXT new"], 2),
    "silent.test": zone("silent.test", "ac", ["s._domainkey TXT key"]),
    "lame.test": zone("lame.test", "ad", ["s._domainkey TXT key"]),
    "below.test": zone("below.test", "a", ["_domainkey NS b", f"b A {SECONDARY}"]),
    "provider.test": zone("provider.test", "a", ["key TXT far"]),
}
# What the secondary has for itself.
BELOW = "_domainkey.below.test"
OWN = {
    "changed.test": zone("changed.test", "ab", ["s._domainkey TXT old"]),
    BELOW: zone(BELOW, "b", ["s TXT below"]),
}


def written(folder, zones):
    """Writes master files; gives their paths by zone."""
    folder.mkdir()
    for name, text in zones.items():
        (folder / name).write_text(text)
    return [(name, folder / name) for name in zones]


@contextlib.contextmanager
def silence(port):
    """Takes questions and does not answer."""
    with contextlib.ExitStack() as sockets:
        for kind in [socket.SOCK_DGRAM, socket.SOCK_STREAM]:
            bound = sockets.enter_context(socket.socket(socket.AF_INET, kind))
            bound.bind((SILENT, port))
        bound.listen()
        yield


def wait_for_copy(server, name):
    """Waits until a secondary has its copy."""
    deadline = time.monotonic() + 15
    words = ["dig", f"@{server.address}", "-p", str(server.port), "+norecurse", "+time=1", name]
    while b"flags: qr aa" not in subprocess.run(words, capture_output=True).stdout:
        if time.monotonic() > deadline:
            raise RuntimeError(f"no copy of {name}\n{server.log.read_text()}")
        time.sleep(0.1)


def every_server(check, dkim, program, folder):
    """All states of the servers of a zone, asked by the example `program` and by the command."""
    port = free_port(SECONDARY, SILENT, LAME)
    primary_files = written(folder / "primary-zones", ZONES)
    clauses = "".join(
        f'zone "{name}" {{ type primary; file "{path}"; }};\n' for name, path in primary_files
    )
    options = "recursion no; dnssec-validation no; allow-transfer { any; };"
    own = written(folder / "secondary-zones", OWN)
    stubs = [(LOOPBACK, port, ZONES), (SECONDARY, port, [BELOW])]
    with (
        Named(folder, "primary", options=options, rest=clauses, port=port),
        Nsd(
            folder, "secondary", address=SECONDARY, port=port, own=own, copies=["agree.test"]
        ) as secondary,
        Nsd(folder, "lame", address=LAME, port=port),
        silence(port),
        Stubs(folder, "stubs", servers=stubs) as resolver,
    ):
        wait_for_copy(secondary, "agree.test")

        def said(name):
            words = [program, name, resolver.at(), str(port)]
            done = subprocess.run(words, capture_output=True, text=True, timeout=60)
            text = (done.stdout + done.stderr).replace(f":{port}", "")
            # Some versions say why they refuse.
            return re.sub(r" \(extended error .*\)", "", text).splitlines()

        for name, zone, answers, denial in TABLE:
            expected = [f"zone {zone}.", *answers, *denial]
            check.found(f"{name} at every server", expected, lambda name=name: said(name))

        def disagreements(domain):
            at = ["--nameserver", resolver.at(), "--authoritative-port", port, "--dns-timeout", "3"]
            words = ["audit", domain, "-s", "s", "--no-guess", "--authoritative", "--json", *at]
            findings = json.loads(dkim.run(*words).stdout)["findings"]
            return [found["selector"] for found in findings if found["code"] == "servers-disagree"]

        for domain, expected in [("agree.test", []), ("changed.test", ["s"]), ("silent.test", [])]:
            what = f"audit {domain}: servers that disagree"
            check.found(what, expected, lambda domain=domain: disagreements(domain))


def at(zone, **answers):
    """The answers of a zone's servers."""
    return [f"{name}.{zone}. {ADDRESSES[name]}: {answer}" for name, answer in answers.items()]


def both(zone, answer):
    return at(zone, a=answer, b=answer)


KEPT = ["a denial may be kept for 120 s"]
FAR = "-> key.provider.test. Elsewhere"
TABLE = [
    ("s._domainkey.agree.test", "agree.test", both("agree.test", "key"), KEPT),
    (
        "near._domainkey.agree.test",
        "agree.test",
        both("agree.test", "-> s._domainkey.agree.test. key"),
        KEPT,
    ),
    ("far._domainkey.agree.test", "agree.test", both("agree.test", FAR), KEPT),
    ("_domainkey.agree.test", "agree.test", both("agree.test", "NoRecords"), KEPT),
    ("none._domainkey.agree.test", "agree.test", both("agree.test", "NoSuchName"), KEPT),
    ("x.wild.agree.test", "agree.test", both("agree.test", "wild"), KEPT),
    (
        "s._domainkey.old.agree.test",
        "agree.test",
        both("agree.test", "-> s._domainkey.agree.test. key"),
        KEPT,
    ),
    ("s._domainkey.changed.test", "changed.test", at("changed.test", a="new", b="old"), KEPT),
    (
        "s._domainkey.silent.test",
        "silent.test",
        at("silent.test", a="key", c=f"no answer from {SILENT} within 5 s"),
        KEPT,
    ),
    (
        "s._domainkey.lame.test",
        "lame.test",
        at("lame.test", a="key", d=f"{LAME} answered REFUSED"),
        KEPT,
    ),
    ("s._domainkey.below.test", BELOW, at(BELOW, b="below"), KEPT),
]
