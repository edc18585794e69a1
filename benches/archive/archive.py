#!/usr/bin/env python3
"""Makes archives of signed messages and measures `dkim verify` over them.

    benches/archive/archive.py make DIR [--messages 20000] [--keys 300]
    benches/archive/archive.py measure DIR --dkim target/release/dkim

`make` writes DIR/folder/, DIR/Maildir/, DIR/box.mbox and DIR/zone, all of the same messages: sizes
are spread around 20 KiB (half are smaller), bodies are text and base64, each message is signed
with one of the keys. `measure` needs two idle cores, /usr/bin/time, and

    cargo build --release --bin dkim --example archive-floor
"""

import argparse
import asyncio
import base64
import concurrent.futures
import os
import pathlib
import random
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

MEDIAN = 20 * 1024
WORDS = (
    "the quick mail moves over many servers and each of them may change it a little so that "
    "what was signed is not what comes in at the other end of a long way through the world"
).split()


def text(random_, size):
    """Lines of words, about `size` octets."""
    lines, length = [], 0
    while length < size:
        line = " ".join(random_.choices(WORDS, k=12))[:76]
        lines.append(line)
        length += len(line) + 2
    return "\r\n".join(lines) + "\r\n"


def encoded(random_, size):
    """Lines of base64, about `size` octets."""
    octets = random_.randbytes(size * 3 // 4)
    return base64.encodebytes(octets).decode().replace("\n", "\r\n")


def message(random_, number, domain):
    size = int(random_.lognormvariate(0, 1) * MEDIAN)
    size = min(max(size - 600, 200), 4 * 1024 * 1024)
    body = text(random_, size) if number % 3 else encoded(random_, size)
    return (
        f"Received: from mx.{domain} by mx.example.net with ESMTPS id {number:08x};\r\n"
        f"\tSun, 22 Nov 2026 04:{number // 60 % 60:02}:{number % 60:02} +0000\r\n"
        f"From: Somebody <somebody@{domain}>\r\n"
        f"To: Somebody Else <else@example.net>\r\n"
        f"Subject: Message {number} {' '.join(random_.choices(WORDS, k=5))}\r\n"
        f"Date: Sun, 22 Nov 2026 03:{number // 60 % 60:02}:{number % 60:02} +0000\r\n"
        f"Message-ID: <{number}@{domain}>\r\n"
        "MIME-Version: 1.0\r\n"
        f"Content-Type: {'text/plain; charset=us-ascii' if number % 3 else 'application/pdf'}\r\n"
        f"Content-Transfer-Encoding: {'7bit' if number % 3 else 'base64'}\r\n"
        "\r\n"
        f"{body}"
    ).encode()


def make(arguments):
    folder = arguments.dir / "folder"
    if arguments.dir.exists():
        sys.exit(f"{arguments.dir} is there already")
    folder.mkdir(parents=True)
    keys = arguments.dir / "keys"
    keys.mkdir()
    domains = [f"d{number:03}.example" for number in range(arguments.keys)]
    run = lambda *words: subprocess.run(words, check=True, capture_output=True).stdout
    dkim = str(arguments.dkim)
    keygen = lambda domain: run(
        dkim, "keygen", "-q", "-s", "s", "-d", domain, "--output-dir", str(keys)
    )
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        (arguments.dir / "zone").write_bytes(b"".join(pool.map(keygen, domains)))
    random_ = random.Random(1)
    signed_by = {domain: [] for domain in domains}
    for number in range(arguments.messages):
        domain = random_.choice(domains)
        path = folder / f"{number:07}.eml"
        path.write_bytes(message(random_, number, domain))
        signed_by[domain].append(str(path))
    for domain, paths in signed_by.items():
        key = str(keys / f"s._domainkey.{domain}.pem")
        if paths:
            run(dkim, "sign", "-q", "-s", "s", "-k", key, "-d", domain, "--in-place", *paths)
    others(arguments.dir)


def others(directory):
    """The other forms of DIR/folder."""
    files = sorted((directory / "folder").iterdir())
    maildir = directory / "Maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    quoted = re.compile(rb"^(>*From )", re.MULTILINE)
    with open(directory / "box.mbox", "wb") as box:
        for path in files:
            os.link(path, maildir / "cur" / f"{path.stem}.M1P1.host:2,S")
            octets = path.read_bytes()
            box.write(b"From somebody@example.net Sun Nov 22 04:00:00 2026\n")
            box.write(quoted.sub(rb">\1", octets) + b"\r\n")


def texts(zone):
    """The strings of each TXT record of a zone that `dkim keygen` printed."""
    lines = [line for line in zone.read_text().splitlines() if '"' in line]
    strings = lambda line: [string.encode() for string in re.findall(r'"([^"]*)"', line)]
    return {line.split()[0].lower(): strings(line) for line in lines}


class Server(threading.Thread):
    """A name server that answers late, or not at all for some names, and counts questions."""

    def __init__(self, zone, delay, silent):
        super().__init__(daemon=True)
        self.delay, self.silent, self.counts = delay, silent, {}
        self.texts = texts(zone)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        server = self

        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport):
                self.transport = transport

            def datagram_received(self, query, address):
                answer = server.answer(query)
                if answer is not None:
                    loop = asyncio.get_running_loop()
                    loop.call_later(server.delay, self.transport.sendto, answer, address)

        await asyncio.get_running_loop().create_datagram_endpoint(Protocol, sock=self.socket)
        await asyncio.Event().wait()

    def answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]])
            at += 1 + query[at]
        question = query[12 : at + 5]
        name = b".".join(labels).decode().lower() + "."
        self.counts[name] = self.counts.get(name, 0) + 1
        if name in self.silent:
            return None
        strings = self.texts.get(name)
        flags = 0x8180 if strings else 0x8183
        header = query[:2] + struct.pack(">HHHHH", flags, 1, bool(strings), 0, 0)
        if not strings:
            return header + question
        data = b"".join(bytes([len(string)]) + string for string in strings)
        record = struct.pack(">HHHIH", 0xC00C, 16, 1, 3600, len(data)) + data
        return header + question + record


def timed(words, cores=None, source=None):
    """Wall time in seconds, peak memory in KiB and status of a command."""
    if cores is not None:
        words = ["taskset", "-c", cores, *words]
    before = time.perf_counter()
    words = ["/usr/bin/time", "-f", "%M", *words]
    done = subprocess.run(
        words, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    wall = time.perf_counter() - before
    peak = int(done.stderr.strip().splitlines()[-1])
    return wall, peak, done.returncode


def paired(times, *commands):
    """The medians of the wall times, the commands taking turns, and the last one's peak."""
    runs = [[timed(words, cores) for words, cores in commands] for _ in range(times)]
    walls = [statistics.median(run[at][0] for run in runs) for at in range(len(commands))]
    return walls, max(run[-1][1] for run in runs)


def floor(arguments, threads, cores):
    """What the machine needs for the folder at the least: with reading, and without."""
    program = arguments.dkim.parent / "examples" / "archive-floor"
    words = ["taskset", "-c", cores, str(program), str(arguments.dir / "folder"), str(threads)]
    runs = [
        [float(word) for word in subprocess.check_output(words).split()]
        for _ in range(arguments.times)
    ]
    return [statistics.median(run[at] for run in runs) for at in range(2)]


def measure(arguments):
    directory, dkim = arguments.dir, str(arguments.dkim)
    zone = directory / "zone"
    verify = [dkim, "verify", "--json", "--no-progress", "--zone", str(zone)]
    forms = [directory / name for name in ("box.mbox", "Maildir", "folder")]
    for threads, cores in ((1, "0"), (2, "0,1")):
        read, memory = floor(arguments, threads, cores)
        print(f"floor on {threads}: {read:.2f} s with reading, {memory:.2f} s from memory")
    print(f"{'':10} {'one core':>9} {'two cores':>9} {'speed-up':>9} {'peak':>9}")
    for form in forms:
        timed([*verify, str(form)])
        commands = ([*verify, "-j1", str(form)], "0"), ([*verify, "-j2", str(form)], "0,1")
        (one, two), peak = paired(arguments.times, *commands)
        print(f"{form.name:10} {one:8.2f}s {two:8.2f}s {one / two:9.2f} {peak / 1024:5.1f} MiB")
    tenfold(arguments, verify, forms)
    late_answers(arguments, zone, forms[0])


def tenfold(arguments, verify, forms):
    """Peak memory with ten times as many messages."""
    shell = "for i in 1 2 3 4 5 6 7 8 9 10; do cat " + str(forms[0]) + "; done"
    with subprocess.Popen(["sh", "-c", shell], stdout=subprocess.PIPE) as boxes:
        _, peak, status = timed([*verify, "-"], source=boxes.stdout)
    print(f"ten times the mbox by a pipe: peak {peak / 1024:.1f} MiB, status {status}")
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        for turn in range(10):
            for path in (arguments.dir / "folder").iterdir():
                os.link(path, f"{folder}/{turn}{path.name}")
        _, peak, status = timed([*verify, folder])
    print(f"ten times the folder: peak {peak / 1024:.1f} MiB, status {status}")


def late_answers(arguments, zone, form):
    base = [str(arguments.dkim), "verify", "--json", "--dns-timeout", "2", "--dns-tries", "1"]
    names = sorted(texts(zone))
    for label, delay, silent in (
        ("instant answers", 0, ()),
        ("answers after 50 ms", 0.05, ()),
        ("the same, one name in ten silent, timeout 2 s", 0.05, names[::10]),
    ):
        server = Server(zone, delay, set(silent))
        server.start()
        wall, peak, status = timed([*base, "--nameserver", server.address, str(form)])
        most, asked = max(server.counts.values()), len(server.counts)
        print(
            f"{label}: {wall:.2f} s, peak {peak / 1024:.1f} MiB, status {status}; "
            f"{asked} names asked, none more than {most} times"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for name, function in (("make", make), ("measure", measure)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("dir", type=pathlib.Path)
        command.add_argument("--dkim", type=pathlib.Path, default="target/release/dkim")
        command.add_argument("--messages", type=int, default=20000)
        command.add_argument("--keys", type=int, default=300)
        command.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
