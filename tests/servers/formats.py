#!/usr/bin/env python3
"""Has every format of `dkim record` loaded by what reads it, and the record read back.

    tests/servers/formats.py [PATH OF dkim]

Needs what Debian's packages bind9, bind9-dnsutils, dnsmasq-base, jq, knot, nodejs, nsd,
pdns-backend-bind, pdns-server and tinydns install, and the Python packages octodns and python-hcl2;
neither root nor a network. Ends with `N passed, N failed`; the exit status is 0 if none failed.

Windows' dnscmd cannot be had here. ExternalDNS, gcloud and dnscontrol are not run: their
formats are read as YAML, by a shell and as JavaScript.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import hcl2
import yaml
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone

from checks import main
from servers import LOOPBACK, Named, Server, run, zone_text

ROOT = Path(__file__).resolve().parents[2]
DKIM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/dkim").resolve()
DOMAIN = "example.com"
# A note with what shells, YAML and lists of values take for something else.
NOTE = "it's 100%, ${a}: #b `c` $d"

os.environ["PATH"] += ":/usr/sbin:/usr/local/sbin"


def record(selector, key, *words):
    """What is printed to publish a key; without one, to revoke it."""
    what = ["--key", key, "--note", NOTE] if key else ["--revoke"]
    name = ["-s", selector, "-d", DOMAIN, "--quiet"]
    return run(DKIM, "record", *name, *what, *words)


def asked(server, name):
    """The text of the one TXT record that a server has at a name."""
    dig = ["dig", f"@{LOOPBACK}", "-p", server.port, "+tcp", "+short", "+time=5", "TXT"]
    lines = run(*dig, f"{name}.").splitlines()
    assert len(lines) == 1, lines
    # dig escapes quotes and semicolons within its quotes.
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', lines[0])
    return re.sub(r"\\(.)", r"\1", "".join(strings))


class Nsd(Server):
    def __init__(self, folder, zone):
        super().__init__(folder, "nsd")
        (self.folder / "nsd.conf").write_text(
            f"""
            server:
                ip-address: {LOOPBACK}@{self.port}
                username: ""
                chroot: ""
                pidfile: ""
                database: ""
                zonesdir: "{self.folder}"
                xfrdfile: "{self.folder}/xfrd"
                zonelistfile: "{self.folder}/zones"
                logfile: "{self.log}"
            remote-control:
                control-enable: no
            zone:
                name: {DOMAIN}
                zonefile: "{zone}"
            """
        )
        self.start("nsd", "-d", "-c", self.folder / "nsd.conf")


class Knot(Server):
    def __init__(self, folder, zone):
        super().__init__(folder, "knot")
        (self.folder / "knot.conf").write_text(
            f"""
server:
    listen: {LOOPBACK}@{self.port}
    rundir: {self.folder}
database:
    storage: {self.folder}
log:
  - target: {self.log}
    any: info
zone:
  - domain: {DOMAIN}
    file: {zone}
"""
        )
        self.start("knotd", "-c", self.folder / "knot.conf")


class PowerDns(Server):
    def __init__(self, folder, zone):
        super().__init__(folder, "powerdns")
        (self.folder / "named.conf").write_text(
            f'zone "{DOMAIN}" {{ type master; file "{zone}"; }};\n'
        )
        (self.folder / "pdns.conf").write_text(
            f"launch=bind\nbind-config={self.folder}/named.conf\nsocket-dir={self.folder}\n"
            f"local-address={LOOPBACK}\nlocal-port={self.port}\n"
        )
        words = [f"--config-dir={self.folder}", "--daemon=no", "--guardian=no"]
        self.start("pdns_server", *words)


class Dnsmasq(Server):
    def __init__(self, folder, lines):
        super().__init__(folder, "dnsmasq")
        configuration = self.folder / "dnsmasq.conf"
        configuration.write_text(lines)
        run("dnsmasq", "--test", f"--conf-file={configuration}")
        words = ["--keep-in-foreground", "--bind-interfaces", f"--listen-address={LOOPBACK}"]
        words += ["--no-resolv", "--no-hosts", "--user=", "--pid-file=", f"--port={self.port}"]
        self.start("dnsmasq", *words, f"--conf-file={configuration}")


def tinydns(folder, lines, name):
    """The text that tinydns answers, with the strings that it cuts it into joined."""
    folder = folder / "tinydns"
    folder.mkdir(exist_ok=True)
    (folder / "data").write_text(f".{DOMAIN}:{LOOPBACK}:a\n{lines}")
    run("tinydns-data", cwd=folder)
    answer = run("tinydns-get", "txt", name, cwd=folder)
    data = re.search(rf"^answer: {name} \d+ 16 (.*)$", answer, re.MULTILINE)[1].encode()
    data = re.sub(rb"\\(\d{3})", lambda escape: bytes([int(escape[1], 8)]), data)
    text = b""
    while data:
        text, data = text + data[1 : 1 + data[0]], data[1 + data[0] :]
    return text.decode()


def octodns(folder, entries):
    """The texts of a zone by their names."""
    (folder / f"{DOMAIN}.yaml").write_text(f"---\n{entries}")
    provider = YamlProvider("config", str(folder), enforce_order=False, escaped_semicolons=True)
    zone = Zone(f"{DOMAIN}.", [])
    provider.populate(zone)
    return {record.name: record.values[0].replace("\\;", ";") for record in zone.records}


def unquoted(value):
    """The text that a string of JSON or HCL has in quotes of its own."""
    assert value.startswith('"') and value.endswith('"'), value
    return value[1:-1].replace('" "', "")


# Where the text is in the JSON, and whether it has quotes of its own.
BODIES = {
    "json": ".text",
    "route53": ".Changes[0].ResourceRecordSet.ResourceRecords[0].Value",
    "cloudflare": ".content",
    "ovh": ".target",
    "hetzner": ".records[0].value",
    "gandi": ".rrset_values[0]",
    "azure": ".properties.TXTRecords[0].value | add",
}


def body(format, text):
    value = run("jq", "-er", BODIES[format], input=text)[:-1]
    return value if format in ("json", "azure") else unquoted(value)


TERRAFORM = {
    "terraform": lambda arguments: arguments["records"][0],
    "terraform-cloudflare": lambda arguments: arguments["content"],
    "terraform-google": lambda arguments: arguments["rrdatas"][0],
    "terraform-azurerm": lambda arguments: arguments["record"][0]["value"],
    "terraform-hetzner": lambda arguments: arguments["records"][0]["value"],
}


def terraform(format, text):
    [resource] = hcl2.loads(text)["resource"]
    [arguments] = [inner for kind in resource.values() for inner in kind.values()]
    value = TERRAFORM[format](arguments)
    # The parser leaves the quotes, and what is escaped in them.
    value = json.loads(value).replace("$${", "${").replace("%%{", "%{")
    if format == "terraform":
        return value.replace('""', "")
    return value if format == "terraform-azurerm" else unquoted(value)


def dnscontrol(text):
    stub = "const TTL = ttl => ttl; const TXT = (name, text, ttl) => console.log(text);"
    return run("node", "-e", f"{stub} [{text}]")[:-1]


def gcloud(text):
    """What the shell gives the command, whose lists have commas or another separator."""
    stub = 'gcloud() { printf "%s\\n" "$@"; }; MANAGED_ZONE=zone\n'
    words = run("sh", "-c", stub + text).splitlines()
    [value] = [word for word in words if word.startswith("--rrdatas=")]
    value = value.removeprefix("--rrdatas=")
    separator = ","
    if value.startswith("^"):
        _, separator, value = value.split("^", 2)
    assert separator not in value, value
    return unquoted(value)


def external_dns(text):
    [endpoint] = yaml.safe_load(text)["spec"]["endpoints"]
    [target] = endpoint["targets"]
    return target


def all_checks(check, folder):
    keys = {"ed25519": folder / "ed25519.pem", "rsa4096": folder / "rsa4096.pem", "gone": None}
    run(DKIM, "keygen", "-q", "-s", "x", "-d", "x.example", "-t", "ed25519", "--key-to", keys["ed25519"])
    run(DKIM, "keygen", "-q", "-s", "x", "-d", "x.example", "-b", "4096", "--key-to", keys["rsa4096"])
    texts = {name: record(name, key, "--format", "txt")[:-1] for name, key in keys.items()}

    def printed(format, *words):
        return {name: record(name, key, "--format", format, *words) for name, key in keys.items()}

    def owner(name):
        return f"{name}._domainkey.{DOMAIN}"

    for what, words in [("", []), (" with relative names", ["--zone-name", DOMAIN])]:
        zone = folder / f"zone{len(words)}"
        zone.write_text(zone_text(DOMAIN, "".join(printed("zone", *words).values())))
        clause = f'zone "{DOMAIN}" {{ type primary; file "{zone}"; }};'
        inner = folder / f"servers{len(words)}"
        inner.mkdir()
        servers = {
            "BIND": lambda: Named(inner, "named", options="recursion no;", rest=clause),
            "NSD": lambda: Nsd(inner, zone),
            "Knot": lambda: Knot(inner, zone),
            "PowerDNS": lambda: PowerDns(inner, zone),
        }
        for who, start in servers.items():
            with start() as server:
                for name, text in texts.items():
                    check.found(f"zone{what}: {name} at {who}", text, lambda: asked(server, owner(name)))
    with Dnsmasq(folder, "".join(printed("dnsmasq").values())) as server:
        for name, text in texts.items():
            check.found(f"dnsmasq: {name}", text, lambda: asked(server, owner(name)))
    lines = "".join(printed("tinydns").values())
    for name, text in texts.items():
        check.found(f"tinydns: {name}", text, lambda: tinydns(folder, lines, owner(name)))
    entries = "".join(printed("octodns").values())
    for name, text in texts.items():
        found = lambda: octodns(folder, entries)[f"{name}._domainkey"]
        check.found(f"octodns: {name}", text, found)
    readers = {
        **{format: lambda text, format=format: body(format, text) for format in BODIES},
        **{format: lambda text, format=format: terraform(format, text) for format in TERRAFORM},
        "dnscontrol": dnscontrol,
        "gcloud": gcloud,
        "external-dns": external_dns,
    }
    for format, read in readers.items():
        for name, printed_text in printed(format).items():
            check.found(f"{format}: {name}", texts[name], lambda: read(printed_text))


if __name__ == "__main__":
    main(all_checks, "dkim-formats-")
