"""BIND, NSD and Unbound, each in a folder of its own on free ports of loopback addresses, and signed
zones.

Nothing here needs root, and nothing outlives the script: servers die with it, however it ends.
"""

import base64
import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1


def run(*words, **options):
    """Runs a tool that has to succeed, and gives what it printed."""
    words = [str(word) for word in words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port(*more):
    """A port where nobody listens, neither over UDP nor over TCP, at 127.0.0.1 and more addresses."""
    while True:
        with contextlib.ExitStack() as sockets:

            def bind(kind, address, port):
                bound = sockets.enter_context(socket.socket(socket.AF_INET, kind))
                bound.bind((address, port))
                return bound.getsockname()[1]

            port = bind(socket.SOCK_STREAM, LOOPBACK, 0)
            try:
                bind(socket.SOCK_DGRAM, LOOPBACK, port)
                for address in more:
                    bind(socket.SOCK_STREAM, address, port)
                    bind(socket.SOCK_DGRAM, address, port)
                return port
            except OSError:
                continue


def zone_text(zone, records=""):
    """A master file with what every zone needs."""
    ns = "ns." if zone == "." else f"ns.{zone}."
    return (
        f"$ORIGIN {zone if zone == '.' else zone + '.'}\n$TTL 300\n"
        f"@ SOA {ns} hostmaster 1 3600 600 86400 300\n@ NS {ns}\n{ns} A {LOOPBACK}\n{records}\n"
    )


class Authority:
    """A certificate authority, and the certificate of a server."""

    def __init__(self, folder, name):
        self.certificate = folder / f"{name}-ca.pem"
        self.server_key = folder / f"{name}-server.key"
        self.server_certificate = folder / f"{name}-server.pem"
        key, request = folder / f"{name}-ca.key", folder / f"{name}-server.csr"
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        run(
            *["openssl", "req", "-x509", *new_key, "-keyout", key, "-out", self.certificate],
            *["-days", "2", "-subj", f"/CN={name} test authority"],
            *["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
        )
        run(
            *["openssl", "req", *new_key, "-keyout", self.server_key, "-out", request],
            *["-subj", "/CN=dns.example.net"],
        )
        extensions = folder / f"{name}-extensions"
        extensions.write_text(f"subjectAltName=DNS:dns.example.net,IP:{LOOPBACK}\n")
        run(
            *["openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", key],
            *["-CAcreateserial", "-days", "2", "-out", self.server_certificate],
            *["-extfile", extensions],
        )


class Server:
    """A name server in a folder of its own."""

    def __init__(self, folder, name, *, address=LOOPBACK, port=None):
        self.folder = folder / name
        self.folder.mkdir()
        self.log = self.folder / "log"
        self.address, self.port = address, port or free_port()
        self.tls_port, self.https_port = free_port(), free_port()

    def start(self, program, *words):
        """Starts the program, as a copy: AppArmor, where it confines servers to their own folders,
        knows them by their paths.
        """
        copy = self.folder / program
        shutil.copy(shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin"), copy)
        self.errors = open(self.folder / "stderr", "wb")
        self.process = subprocess.Popen(
            [copy, *words],
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=self.errors,
            preexec_fn=die_with_parent,
        )

    def __enter__(self):
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def wait(self):
        """Waits until the server answers."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self.process.poll() is None:
            words = ["dig", f"@{self.address}", "-p", str(self.port), "+time=1", "+tries=1"]
            done = subprocess.run([*words, "version.bind", "CH", "TXT"], capture_output=True)
            if done.returncode == 0:
                return
            time.sleep(0.1)
        log = self.log.read_text() if self.log.exists() else ""
        errors = (self.folder / "stderr").read_text()
        raise RuntimeError(f"{self.folder.name} does not answer\n{log}{errors}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def at(self, port=None):
        return f"{self.address}:{port or self.port}"


class Named(Server):
    """BIND."""

    def __init__(self, folder, name, *, options="", rest="", tls=None, port=None):
        super().__init__(folder, name, port=port)
        listen = f"listen-on port {self.port} {{ {LOOPBACK}; }};"
        if tls:
            listen += (
                f" listen-on port {self.tls_port} tls own {{ {LOOPBACK}; }};"
                f" listen-on port {self.https_port} tls own http own {{ {LOOPBACK}; }};"
            )
            rest += (
                f'tls own {{ cert-file "{tls.server_certificate}"; key-file "{tls.server_key}"; }};'
                'http own { endpoints { "/dns-query"; }; };'
            )
        configuration = self.folder / "named.conf"
        configuration.write_text(
            f"""
            options {{
                directory "{self.folder}"; pid-file none; session-keyfile none; lock-file none;
                {listen} listen-on-v6 {{ none; }}; querylog yes; notify no;
                empty-zones-enable no; {options}
            }};
            logging {{
                channel all {{ file "{self.log}"; print-category yes; severity info; }};
                category default {{ all; }}; category queries {{ all; }};
            }};
            controls {{ }};
            {rest}
            """
        )
        run("named-checkconf", configuration)
        self.start("named", "-f", "-n", "1", "-c", configuration, "-D", name)

    def questions(self, name):
        """How each question for this name came, as the log has it: `+E(0)`, `+E(0)T` over TCP."""
        lines = self.log.read_text().splitlines()
        found = [line.split(f" query: {name} IN TXT ") for line in lines]
        return [parts[1].split()[0] for parts in found if len(parts) == 2]


class UnboundServer(Server):
    """Unbound in the foreground, at loopback."""

    def serve(self, options, clauses):
        """Starts it with further options of the server, and further clauses."""
        configuration = self.folder / "unbound.conf"
        configuration.write_text(
            f"""
            server:
                directory: "{self.folder}"
                chroot: ""
                username: ""
                pidfile: ""
                logfile: "{self.log}"
                do-daemonize: no
                do-ip6: no
                interface: {LOOPBACK}@{self.port}
                do-not-query-localhost: no
                local-zone: "test." nodefault
                {options}
            remote-control:
                control-enable: no
            {clauses}
            """
        )
        self.start("unbound", "-d", "-c", configuration)


class Unbound(UnboundServer):
    """Unbound, which validates and asks another server for everything."""

    def __init__(self, folder, name, *, forward, anchor, tls):
        super().__init__(folder, name)
        options = f"""
                interface: {LOOPBACK}@{self.tls_port}
                interface: {LOOPBACK}@{self.https_port}
                tls-port: {self.tls_port}
                https-port: {self.https_port}
                tls-service-key: "{tls.server_key}"
                tls-service-pem: "{tls.server_certificate}"
                module-config: "validator iterator"
                trust-anchor-file: "{anchor}"
        """
        forward_all = f'forward-zone:\n name: "."\n forward-addr: {LOOPBACK}@{forward.port}'
        self.serve(options, forward_all)


class Nsd(Server):
    """NSD, which has zones of its own and copies of another server's."""

    def __init__(self, folder, name, *, address, port, own=(), copies=()):
        super().__init__(folder, name, address=address, port=port)
        zones = [f'zone:\n    name: "{zone}"\n    zonefile: "{path}"' for zone, path in own]
        zones += [
            f'zone:\n    name: "{zone}"\n    zonefile: "{self.folder / zone}"\n'
            f"    request-xfr: AXFR {LOOPBACK}@{port} NOKEY\n"
            f"    allow-notify: {LOOPBACK} NOKEY"
            for zone in copies
        ]
        zones = "\n".join(zones)
        configuration = self.folder / "nsd.conf"
        configuration.write_text(
            f"""
server:
    ip-address: {address}@{port}
    do-ip6: no
    server-count: 1
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{self.folder}"
    xfrdir: "{self.folder}"
    xfrdfile: "{self.folder / "xfrd.state"}"
    zonelistfile: "{self.folder / "zone.list"}"
    pidfile: "{self.folder / "pid"}"
    logfile: "{self.log}"
remote-control:
    control-enable: no
{zones}
"""
        )
        run("nsd-checkconf", configuration)
        self.start("nsd", "-d", "-c", configuration)


class Stubs(UnboundServer):
    """Unbound, which asks other servers for their zones: address, port and zones of each."""

    def __init__(self, folder, name, *, servers):
        super().__init__(folder, name)
        stubs = "\n".join(
            f'stub-zone:\n name: "{zone}"\n stub-addr: {address}@{port}'
            for address, port, zones in servers
            for zone in zones
        )
        self.serve('module-config: "iterator"', stubs)


class Signer:
    """Zones signed with BIND's tools, in a folder of their own."""

    def __init__(self, folder):
        self.folder = folder / "signed"
        self.folder.mkdir()

    def keys(self, zone, algorithm="ECDSAP256SHA256"):
        """Makes a key signing key and a zone signing key; gives the file of the first."""
        bits = ["-b", "2048"] if algorithm.startswith("RSA") else []
        words = ["dnssec-keygen", "-q", "-K", self.folder, "-a", algorithm, *bits]
        key = run(*words, "-f", "KSK", zone).strip()
        run(*words, zone)
        return self.folder / f"{key}.key"

    def sign(self, zone, text, *options):
        """Signs a zone with its keys; gives the signed master file."""
        name = "root" if zone == "." else zone
        plain, signed = self.folder / f"{name}.plain", self.folder / f"{name}.zone"
        plain.write_text(text)
        run(
            *["dnssec-signzone", "-S", "-K", self.folder, "-d", self.folder, *options],
            *["-o", zone, "-f", signed, plain],
        )
        return signed

    def digests(self, key):
        """The DS records of a key."""
        return run("dnssec-dsfromkey", "-2", key)


def named_anchor(key):
    """The trust anchor that a key's file holds, as named wants it."""
    record = key.read_text().splitlines()[-1]
    zone, _, _, flags, protocol, algorithm, public = record.split(None, 6)
    return f'trust-anchors {{ "{zone}" static-key {flags} {protocol} {algorithm} "{public}"; }};'


def tsig_key():
    """A shared secret for updates: as named and as nsupdate want it."""
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    return f'key "update" {{ algorithm hmac-sha256; secret "{secret}"; }};\n'


def die_with_parent():
    """In a child: the end of this script, even by SIGKILL, is the child's."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)
