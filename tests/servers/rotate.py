#!/usr/bin/env python3
"""Replaces keys with `dkim rotate` on real servers while mail is signed and verified all the time.

    tests/servers/rotate.py [--long] [PATH OF dkim]

BIND takes dynamic updates; NSD has a copy of its zone that lags behind. A message is signed with
`--key-dir` and verified through both every 0.2 seconds, from the first switch to the end, and none may
fail. Then the same while `dkim rotate` is killed at random moments: 20 times, with --long 200 times.

OpenDKIM and rspamd read the tables that are written on the way. Then the keys of another zone are
given up, and what fails is compared with what is said beforehand.

Needs what Debian's packages bind9, bind9-dnsutils, nsd, opendkim, rspamd and unbound install; neither
root nor a network.
"""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import checks
from authorities import SECONDARY, wait_for_copy
from emergency import Watch, emergency
from servers import LOOPBACK, Named, Nsd, Stubs, free_port, tsig_key

ROOT = Path(__file__).resolve().parents[2]
LONG = "--long" in sys.argv
WORDS = [word for word in sys.argv[1:] if word != "--long"]
DKIM = Path(WORDS[0] if WORDS else ROOT / "target/debug/dkim").resolve()
DOMAIN, URGENT = "rotate.test", "urgent.test"
# All times in seconds. The secondary is told of changes after this time.
LAG = 2
EVERY, KEEP, REMOVE = 8, 3, 3
# How long the records of the other zone may be kept, and that there is none.
URGENT_TTL, URGENT_DENIAL = 3, 4
KILLS = 200 if LONG else 20

os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"

PUBLISH = """#!/bin/sh
set -eu
# Long enough to be killed before it and after it.
sleep 0.1
{
    echo "server SERVER PORT"
    echo "update delete $DKIM_NAME TXT"
    [ "$DKIM_ACTION" = remove ] || echo "update add $DKIM_NAME $DKIM_TTL TXT $(cat)"
    echo send
} | nsupdate -k KEY
sleep 0.1
"""
MESSAGE = f"From: joe@{DOMAIN}\r\nTo: suzie@example.net\r\nSubject: keys\r\n\r\nHi.\r\n".encode()


# A record of somebody else, which nothing may touch.
FOREIGN = "v=DKIM1; p="


def zone(name, denial):
    """A master file whose denials are kept for some seconds."""
    records = f'other._domainkey TXT "{FOREIGN}"\n'
    return (
        f"$ORIGIN {name}.\n$TTL {denial}\n"
        f"@ SOA a.{name}. hostmaster 1 {LAG} {LAG} 86400 {denial}\n"
        f"@ NS a.{name}.\n@ NS b.{name}.\na A {LOOPBACK}\nb A {SECONDARY}\n{records}"
    )


class Mail(checks.Background):
    """Signs and verifies."""

    def __init__(self, keys, servers):
        super().__init__()
        self.keys, self.servers = keys, servers
        self.verified, self.failures, self.selectors = 0, [], []

    def run(self):
        while not self.ended.wait(0.2):
            if not (self.keys / "active").exists():
                continue
            try:
                self.once()
            except Exception as error:
                self.failures.append(repr(error))

    def once(self):
        words = [DKIM, "sign", "--key-dir", self.keys]
        signed = subprocess.run(words, input=MESSAGE, capture_output=True, timeout=20)
        if signed.returncode != 0:
            self.failures.append(signed.stderr.decode())
            return
        for server in self.servers:
            words = [DKIM, "verify", "--json", "--require", "all", "--nameserver", server]
            done = subprocess.run(words, input=signed.stdout, capture_output=True, timeout=20)
            self.verified += 1
            said = json.loads(done.stdout)["signatures"] if done.stdout else []
            used = [signature["selector"] for signature in said]
            if done.returncode != 0 or len(used) != 2:
                why = [signature["reason"] for signature in said]
                self.failures.append(f"{server}: {used} {why} {done.stderr.decode()}")
            if used and used not in self.selectors:
                self.selectors.append(used)


class Rotation:
    """`dkim rotate` of one folder."""

    def __init__(self, domain, keys, resolver, port, publish, more):
        self.words = [DKIM, "rotate", "-d", domain, "--dir", keys, "-t", "rsa", "-t", "ed25519"]
        self.words += ["--publish-command", publish, "--json", "--command-timeout", "10s"]
        self.words += ["--nameserver", resolver, "--authoritative-port", port]
        self.words += ["--format", "quoted", *more]
        self.words = [str(word) for word in self.words]
        self.durations = []

    def run(self):
        """One run; gives what it says, and notes how long it took."""
        began = time.monotonic()
        done = subprocess.run(self.words, capture_output=True, text=True, timeout=60)
        self.durations.append(time.monotonic() - began)
        if "panicked" in done.stderr or done.returncode not in (0, 1, 3):
            raise RuntimeError(f"rotate: {done.returncode} {done.stdout}{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None

    def kill(self):
        """One run that is killed at some moment of a usual run, if it has not ended before; gives
        whether it was.
        """
        longest = statistics.median(self.durations[-9:])
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        child = subprocess.Popen(self.words, **quiet)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(random.uniform(0, longest))
            return False
        child.kill()
        child.wait()
        return True


def until(done, rotation, seconds):
    """Runs the rotation until `done` holds of the steps that it took; gives them."""
    steps, said, deadline = [], None, time.monotonic() + seconds
    while not done(steps) and time.monotonic() < deadline:
        said = rotation.run()
        if said and said["step"] not in ("waiting", "nothing"):
            steps.append(said["step"])
            print(f"        {said['step']}: {said['why']}", flush=True)
        time.sleep(0.2)
    if not done(steps):
        print(f"        not done after {seconds} seconds: {said}", flush=True)
    return steps


def mail_servers(check, folder, tables, server):
    """OpenDKIM and rspamd read what is written for them, and OpenDKIM signs with it."""
    senders, message = folder / "signing-table", folder / "message.eml"
    senders.write_text(f"*@{DOMAIN} rsa.{DOMAIN}\n")
    message.write_bytes(MESSAGE)
    configuration = folder / "opendkim.conf"
    configuration.write_text(
        f"KeyTable file:{tables['opendkim']}\nSigningTable refile:{senders}\nMode s\n"
        "Socket inet:0@127.0.0.1\nRequireSafeKeys no\n"
    )

    def run(*words, message=None):
        words = [str(word) for word in words]
        done = subprocess.run(words, input=message, capture_output=True, timeout=60)
        return done.returncode, done.stdout

    check.that("opendkim -n", run("opendkim", "-n", "-x", configuration)[0], 0)
    said = run("opendkim", "-x", configuration, "-t", message)[1].split(b"\n", 1)[-1]
    field = said.strip().replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"
    words = [DKIM, "verify", "--nameserver", server]
    verified = run(*words, message=field + MESSAGE)
    check.that("what OpenDKIM has signed", verified[0], 0)
    words = ["rspamadm", f"--var=LOCAL_CONFDIR={folder}", "configtest"]
    status, said = run(*words)
    check.that("rspamadm configtest", (status, said.strip()), (0, b"syntax OK"))


def all_checks(check, folder):
    keys, port = folder / "keys", free_port(SECONDARY)
    key_file, publish = folder / "update.key", folder / "publish"
    key_file.write_text(tsig_key())
    text = PUBLISH.replace("SERVER", LOOPBACK).replace("PORT", str(port))
    publish.write_text(text.replace("KEY", str(key_file)))
    publish.chmod(0o700)
    clauses = key_file.read_text()
    for name, denial in [(DOMAIN, 1), (URGENT, URGENT_DENIAL)]:
        master = folder / f"{name}.zone"
        master.write_text(zone(name, denial))
        clauses += (
            f'zone "{name}" {{ type primary; file "{master}"; allow-update {{ key update; }};'
            f" notify explicit; also-notify {{ {SECONDARY} port {port}; }};"
            f" notify-delay {LAG}; }};\n"
        )
    options = "recursion no; dnssec-validation no; allow-transfer { any; };"
    with (
        Named(folder, "primary", options=options, rest=clauses, port=port),
        Nsd(folder, "secondary", address=SECONDARY, port=port, copies=[DOMAIN, URGENT]) as secondary,
        Stubs(folder, "stubs", servers=[(LOOPBACK, port, [DOMAIN, URGENT])]) as resolver,
    ):
        wait_for_copy(secondary, DOMAIN)
        wait_for_copy(secondary, URGENT)
        (folder / "local.d").mkdir()
        tables = {"opendkim": folder / "key-table"}
        tables["rspamd"] = folder / "local.d" / "dkim_signing.conf"
        more = ["--every", f"{EVERY}s", "--keep", f"{KEEP}s", "--remove-after", f"{REMOVE}s"]
        more += ["--ttl", "1", "--write-config", "opendkim", tables["opendkim"]]
        rotation = Rotation(DOMAIN, keys, resolver.at(), port, publish, more)
        servers = [f"{LOOPBACK}:{port}", f"{SECONDARY}:{port}"]
        with Mail(keys, servers) as mail:
            whole = until(lambda steps: steps.count("removed") >= 1, rotation, 45)
        check.that("a key was made, used, replaced, revoked and removed", "removed" in whole, True)
        check.that("there were two switches at least", whole.count("switched") >= 2, True)
        check.that(f"{mail.verified} verifications, none failed", mail.failures[:3], [])
        check.that("each type in step", all(len(used) == 2 for used in mail.selectors), True)
        print(f"        signed with {mail.selectors}")
        mail_servers(check, folder, tables, servers[0])
        killed = 0
        with Mail(keys, servers) as mail:
            # A run that ends before it is killed does not count.
            for _ in range(10 * KILLS):
                if killed == KILLS:
                    break
                killed += rotation.kill()
                if random.random() < 0.3:
                    rotation.run()
            after = until(lambda steps: "switched" in steps, rotation, 30)
        check.that("it goes on after kills", "switched" in after, True)
        what = f"{killed} of {KILLS} runs killed, {mail.verified} verifications, none failed"
        check.that(what, mail.failures[:3], [])
        check.that("as many runs were killed as wanted", killed, KILLS)
        words = ["dig", "+short", f"@{LOOPBACK}", "-p", port, f"other._domainkey.{DOMAIN}", "TXT"]
        there = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        check.that("the record of somebody else", there.stdout.strip(), f'"{FOREIGN}"')
        keys, more = folder / "urgent", ["--ttl", URGENT_TTL]
        rotation = Rotation(URGENT, keys, resolver.at(), port, publish, more)
        until(lambda steps: "switched" in steps, rotation, 30)
        message = MESSAGE.replace(DOMAIN.encode(), URGENT.encode())
        for revoke_now in (False, True):
            watch = Watch(DKIM, keys, message, servers, resolver.at())
            emergency(check, watch, rotation.words, URGENT, revoke_now=revoke_now)


if __name__ == "__main__":
    checks.SECONDS = 900 if LONG else 240
    checks.main(all_checks, "dkim-rotate-")
