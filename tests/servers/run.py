#!/usr/bin/env python3
"""Runs the `dkim` command against real servers, BIND, NSD and Unbound, and NSD's and Knot's checkers.

    tests/servers/run.py [PATH OF dkim]

The example `every_server` is run as well: `cargo build --example every_server` builds it.

Needs what Debian's packages bind9, bind9-dnsutils, bind9-utils, knot-dnssecutils, nsd, openssl
and unbound install; neither root nor a network. Ends with `N passed, N failed`; the exit status is 0 if none
failed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from authorities import every_server
from checks import main
from servers import (
    LOOPBACK,
    Authority,
    Named,
    Signer,
    Unbound,
    named_anchor,
    run,
    tsig_key,
    zone_text,
)

ROOT = Path(__file__).resolve().parents[2]
DKIM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/dkim").resolve()
# Built by `cargo build --example every_server` beside it.
EVERY_SERVER = DKIM.parent / "examples" / "every_server"

os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"


class Dkim:
    """The command, its keys and messages in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.messages = {}

    def run(self, *words, message=b""):
        words = [str(word) for word in [DKIM, *words]]
        done = subprocess.run(words, input=message, capture_output=True, timeout=60)
        assert b"panicked" not in done.stderr, done.stderr
        return done

    def must(self, *words, message=b""):
        done = self.run(*words, message=message)
        if done.returncode != 0:
            raise RuntimeError(f"dkim {words}: {done.returncode}\n{done.stderr.decode()}")
        return done.stdout

    def keygen(self, selector, domain, *words):
        """Makes a key; gives what is printed to publish it."""
        where = ["-s", selector, "-d", domain, "--output-dir", self.folder]
        return self.must("keygen", *where, *words).decode()

    def key(self, selector, domain):
        return self.folder / f"{selector}._domainkey.{domain}.pem"

    def sign(self, selector, domain, key):
        """Has this key sign a message for this selector and domain."""
        head = f"From: joe@{domain}\r\nTo: suzie@example.net\r\nSubject: keys\r\n"
        message = f"{head}Date: Fri, 11 Jul 2003 21:00:37 -0700\r\n\r\nHi.\r\n".encode()
        words = ["sign", "-s", selector, "-d", domain, "-k", key]
        self.messages[selector, domain] = self.must(*words, message=message)

    def lookup(self, selector, domain, *words):
        """Looks a key up; gives the exit status, the status, and the DNSSEC state."""
        done = self.run("lookup", "--json", "-s", selector, "-d", domain, *words)
        if not done.stdout:
            return done.returncode, done.stderr.decode(), None
        found = json.loads(done.stdout)
        return done.returncode, found["status"], found["dnssec"]

    def verify(self, selector, domain, *words):
        """Verifies it; gives the exit status, the result or its reason, and the DNSSEC state."""
        if (selector, domain) not in self.messages:
            self.sign(selector, domain, self.key(selector, domain))
        message = self.messages[selector, domain]
        done = self.run("verify", "--json", *words, message=message)
        if not done.stdout:
            return done.returncode, done.stderr.decode(), None
        signature = json.loads(done.stdout)["signatures"][0]
        word = signature["reason"] or signature["result"]
        return done.returncode, word, signature["key"] and signature["key"]["dnssec"]


PASS = (0, "pass", None)
SECURE = (0, "pass", "secure")
INSECURE = (0, "pass", "insecure")
# Whether there is a `key` object in a result without a key is not the matter here.
BOGUS = (3, "dnssec-bogus")
UNREACHABLE = (3, "dns-unreachable")


def zone_files(check, dkim, folder):
    """What keygen and record print is a zone to all three servers; gives the records."""
    records = []
    for selector, words in [
        ("rsa2048", ["-t", "rsa"]),
        ("rsa4096", ["-t", "rsa", "-b", "4096"]),
        ("ed25519", ["-t", "ed25519"]),
        ("noted", ["-t", "ed25519", "--testing", "--note", 'a "note"; of \\ signs', "--ttl", "60"]),
    ]:
        records.append(dkim.keygen(selector, "example.com", "--format", "zone", *words))
    revoke = ["record", "--revoke", "-s", "gone", "-d", "example.com", "--format", "zone"]
    records.append(dkim.must(*revoke).decode())
    path = folder / "example.com.zone"
    path.write_text(zone_text("example.com", "".join(records)))
    for tool in [
        ["named-checkzone", "-q", "example.com", path],
        ["nsd-checkzone", "example.com", path],
        ["kzonecheck", "-o", "example.com", path],
    ]:
        done = subprocess.run(tool, capture_output=True, text=True, timeout=60)
        check.that(f"{tool[0]} accepts the zone", (done.returncode, done.stderr), (0, ""))
    return path


def nsupdate(server, key_file, script):
    script = f"server {LOOPBACK} {server.port}\n{script}"
    run("nsupdate", "-k", key_file, input=script)


def no_silence_about_aliases(check, dkim, server, key_file):
    """A server ignores what is added beside an alias: the commands must not hide that."""
    alias = "update add alias._domainkey.example.com. 60 CNAME elsewhere.example.com.\nsend\n"
    nsupdate(server, key_file, alias)
    script = dkim.keygen("alias", "example.com", "-t", "ed25519", "--format", "nsupdate")
    script = f"server {LOOPBACK} {server.port}\n{script}"
    command = ["nsupdate", "-k", key_file]
    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60)
    failed = done.returncode != 0 and "YXRRSET" in done.stderr
    check.that(f"alias: an update fails aloud ({done.stderr.strip()})", failed, True)


def the_circle(check, dkim, server, key_file):
    """A key made, published, used, replaced, looked up and revoked."""
    at = ["--nameserver", server.at()]
    for selector in ["rsa2048", "rsa4096", "ed25519", "noted"]:
        check.that(f"{selector}: from a zone file", dkim.verify(selector, "example.com", *at), PASS)
    for selector, words in [("new-rsa", ["-t", "rsa"]), ("new-ed25519", ["-t", "ed25519"])]:
        published = dkim.keygen(selector, "example.com", "--format", "nsupdate", *words)
        before = dkim.verify(selector, "example.com", *at)
        check.that(f"{selector}: before", before[:2], (1, "key-not-found"))
        nsupdate(server, key_file, published)
        check.that(f"{selector}: published", dkim.verify(selector, "example.com", *at), PASS)
        # Once more: the older record goes.
        words = ["--overwrite", "--format", "nsupdate", *words]
        nsupdate(server, key_file, dkim.keygen(selector, "example.com", *words))
        dkim.messages.clear()
        check.that(f"{selector}: replaced", dkim.verify(selector, "example.com", *at), PASS)
        expect_key(check, dkim, selector, at)
        revoke = ["record", "--revoke", "-s", selector, "-d", "example.com", "--format", "nsupdate"]
        nsupdate(server, key_file, dkim.must(*revoke).decode())
        after = dkim.verify(selector, "example.com", *at)
        check.that(f"{selector}: revoked", after[:2], (1, "key-revoked"))


def expect_key(check, dkim, selector, at):
    """`lookup` knows the key from another."""
    for key, status, found in [(selector, 0, "found"), ("ed25519", 1, "mismatch")]:
        words = [*at, "--expect-key", dkim.key(key, "example.com")]
        seen = dkim.lookup(selector, "example.com", *words)
        check.that(f"{selector}: lookup expects {key}", seen[:2], (status, found))


def long_records(check, dkim, server):
    """UDP that is too narrow, and TCP."""
    at = ["--nameserver", server.at()]
    name = "rsa4096._domainkey.example.com"
    before = len(server.questions(name))
    check.that("4096 bits over UDP", dkim.verify("rsa4096", "example.com", *at), PASS)
    ways = [way.endswith("T") for way in server.questions(name)[before:]]
    check.that("4096 bits over UDP: cut short, then whole over TCP", ways, [False, True])
    seen = dkim.verify("rsa4096", "example.com", *at, "--dns-over", "tcp")
    check.that("4096 bits over TCP", seen, PASS)


def encrypted(check, dkim, who, server, authority, other):
    """TLS and HTTPS: an authority of our own, and everything that it does not vouch for."""
    ours, theirs = ["--tls-ca", authority.certificate], ["--tls-ca", other.certificate]
    named, misnamed = ["--tls-name", "dns.example.net"], ["--tls-name", "dns.example.org"]
    for how, port in [("tls", server.tls_port), ("https", server.https_port)]:
        what = f"{how} to {who}"

        def verify(*words, at=server.at(port), how=how):
            words = ["--nameserver", at, "--dns-over", how, *words]
            return dkim.verify("rsa4096", "example.com", *words)

        check.that(f"{what} by its address", verify(*ours), PASS)
        check.that(f"{what} by its name", verify(*ours, *named), PASS)
        check.that(f"{what} by another name", verify(*ours, *misnamed)[:2], UNREACHABLE)
        check.that(f"{what} from another authority", verify(*theirs)[:2], UNREACHABLE)
        check.that(f"{what} from none that the system has", verify()[0] in (3, 4), True)
        seen = verify(*ours, "--dns-timeout", "0.5", at=server.at())
        check.that(f"{what} where it speaks none", seen[0], 3)


def signed_zones(dkim, folder):
    """A root of our own and zones below it; gives what named needs of them, and the anchors."""
    signer = Signer(folder)
    zones, delegations, anchors = {}, "", {}

    def record(zone):
        return dkim.keygen("s", zone, "-t", "ed25519", "--format", "zone")

    for zone, algorithm, options in [
        ("signed.test", "RSASHA256", []),
        ("hashed.test", "ED25519", ["-3", "-", "-H", "0"]),
        ("forged.test", "ECDSAP256SHA256", []),
        ("expired.test", "ECDSAP256SHA256", ["-s", "20200101000000", "-e", "20200201000000", "-P"]),
        ("island.test", "ECDSAP256SHA256", []),
    ]:
        key = signer.keys(zone, algorithm)
        more = "away._domainkey CNAME s._domainkey.unsigned.test.\n" if "signed" in zone else ""
        zones[zone] = signer.sign(zone, zone_text(zone, record(zone) + more), *options)
        delegations += f"{zone}. NS ns.{zone}.\nns.{zone}. A {LOOPBACK}\n"
        if zone == "island.test":
            anchors["island"] = key
        else:
            delegations += signer.digests(key)
    text = zones["forged.test"].read_text()
    zones["forged.test"].write_text(text.replace("k=ed25519;", "k=ed25519; n=forged;"))
    for zone in ["unsigned.test", "stripped.test"]:
        zones[zone] = folder / zone
        zones[zone].write_text(zone_text(zone, record(zone)))
        delegations += f"{zone}. NS ns.{zone}.\nns.{zone}. A {LOOPBACK}\n"
    # The digest of a key that nobody has.
    delegations += f"stripped.test. DS 1 8 2 {'00' * 32}\n"
    delegations += f"example.com. NS ns.example.com.\nns.example.com. A {LOOPBACK}\n"
    anchors["root"] = signer.keys(".")
    zones["."] = signer.sign(".", zone_text(".", delegations))
    anchors["digest"] = folder / "root.ds"
    anchors["digest"].write_text(signer.digests(anchors["root"]))
    anchors["another island"] = folder / "another.key"
    text = anchors["root"].read_text()
    anchors["another island"].write_text(text.replace(". IN", "island.test. IN"))
    return zones, anchors


def dnssec(check, dkim, server, validators, anchors):
    """Every state of a zone, from the server that has it and through one that validates."""

    def verify(zone, *words, anchor="root", at=server):
        words = ["--nameserver", at.at(), "--dnssec", *words]
        if anchor:
            words += ["--trust-anchor", anchors[anchor]]
        return dkim.verify("s", zone, *words)

    for who, at in [("its server", server), *validators.items()]:
        for anchor in ["root", "digest"]:
            for zone in ["signed.test", "hashed.test"]:
                what = f"{zone} at {who} from the root's {anchor}"
                check.that(what, verify(zone, anchor=anchor, at=at), SECURE)
        for zone in ["unsigned.test", "island.test"]:
            check.that(f"{zone} at {who}", verify(zone, at=at), INSECURE)
        for zone in ["forged.test", "expired.test", "stripped.test"]:
            check.that(f"{zone} at {who}", verify(zone, at=at)[:2], BOGUS)
        own = verify("island.test", anchor="island", at=at)
        check.that(f"island.test at {who} from its own key", own, SECURE)
        wrong = verify("island.test", anchor="another island", at=at)
        check.that(f"island.test at {who} from a wrong key", wrong[:2], BOGUS)
        builtin = verify("signed.test", anchor=None, at=at)
        check.that(f"signed.test at {who} from the world's root", builtin[:2], BOGUS)
    for who, at in validators.items():
        seen = dkim.verify("s", "forged.test", "--nameserver", at.at())
        check.that(f"forged.test at {who}, left to it", seen[:2], (3, "dns-servfail"))
    at = ["--nameserver", server.at(), "--dnssec", "--trust-anchor", anchors["root"]]
    for zone, expected in [
        ("signed.test", (0, "found", "secure")),
        ("unsigned.test", (0, "found", "insecure")),
    ]:
        check.that(f"{zone}: lookup", dkim.lookup("s", zone, *at), expected)
    seen = dkim.lookup("s", "forged.test", *at)
    check.that("forged.test: lookup", seen[:2], (3, "temporary"))
    for zone in ["signed.test", "hashed.test"]:
        dkim.sign("nothing", zone, dkim.key("s", zone))
        seen = dkim.verify("nothing", zone, *at)
        check.that(f"{zone}: a name that is not there", seen[:2], (1, "key-not-found"))
    dkim.sign("away", "signed.test", dkim.key("s", "unsigned.test"))
    seen = dkim.verify("away", "signed.test", *at)
    check.that("an alias from a signed zone to an unsigned one", seen, INSECURE)


def all_checks(check, folder):
    dkim = Dkim(folder)
    authority, other = Authority(folder, "one"), Authority(folder, "other")
    example = zone_files(check, dkim, folder)
    zones, anchors = signed_zones(dkim, folder)
    key_file = folder / "update.key"
    key_file.write_text(tsig_key())
    clauses = key_file.read_text()
    clauses += (
        f'zone "example.com" {{ type primary; file "{example}"; allow-update {{ key update; }}; }};\n'
    )
    for zone, path in zones.items():
        clauses += f'zone "{zone}" {{ type primary; file "{path}"; }};\n'
    options = "recursion no; dnssec-validation no; max-udp-size 512;"
    with Named(folder, "server", options=options, rest=clauses, tls=authority) as server:
        validating = (
            "recursion yes; dnssec-validation yes; forward only; allow-query { any; };"
            f"forwarders {{ {LOOPBACK} port {server.port}; }};"
        )
        anchor = named_anchor(anchors["root"])
        with (
            Named(folder, "validator", options=validating, rest=anchor) as bind,
            Unbound(
                folder, "unbound", forward=server, anchor=anchors["root"], tls=authority
            ) as unbound,
        ):
            the_circle(check, dkim, server, key_file)
            no_silence_about_aliases(check, dkim, server, key_file)
            long_records(check, dkim, server)
            encrypted(check, dkim, "BIND", server, authority, other)
            encrypted(check, dkim, "Unbound", unbound, authority, other)
            dnssec(check, dkim, server, {"BIND": bind, "Unbound": unbound}, anchors)
    every_server(check, dkim, EVERY_SERVER, folder)


if __name__ == "__main__":
    main(all_checks, "dkim-servers-")
