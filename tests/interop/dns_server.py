"""A DNS server for one handful of TXT records, over UDP and TCP on loopback.

It answers like an authoritative server with a resolver's flags: TXT where there is one, NOERROR without
an answer for a name that exists (or has names below it), NXDOMAIN otherwise. EDNS is understood; a
UDP answer that is larger than the client takes is cut (TC), so that the client has to come over TCP.
"""

import socket
import struct
import threading

TXT, SOA, OPT, ANY = 16, 6, 41, 255
NOERROR, FORMERR, NXDOMAIN, NOTIMP = 0, 1, 3, 4


class DnsServer:
    """records: {"name.without.final.dot": [b"one TXT record", ...]}, names in lower case."""

    def __init__(self, records):
        self.records = {name.lower().rstrip("."): texts for name, texts in records.items()}
        self.queries = []  # (transport, name, type), to prove that a tool really asked
        self._lock = threading.Lock()

    def listen(self, address, port):
        """Serve on a UDP and a TCP socket until the process ends; port 0 picks one. Returns the port."""
        for _ in range(50):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((address, port))
            chosen = udp.getsockname()[1]
            tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind((address, chosen))
            except OSError:
                udp.close()
                tcp.close()
                if port:
                    raise
                continue
            tcp.listen(64)
            threading.Thread(target=self._serve_udp, args=(udp,), daemon=True).start()
            threading.Thread(target=self._serve_tcp, args=(tcp,), daemon=True).start()
            return chosen
        raise OSError("no port that is free for UDP and TCP")

    def asked(self, name):
        with self._lock:
            return [q for q in self.queries if q[1] == name.lower().rstrip(".")]

    # ---- transport

    def _serve_udp(self, sock):
        while True:
            query, client = sock.recvfrom(4096)
            answer = self._answer(query, "udp")
            if answer:
                sock.sendto(answer, client)

    def _serve_tcp(self, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve_connection, args=(connection,), daemon=True).start()

    def _serve_connection(self, connection):
        with connection:
            connection.settimeout(10)
            try:
                while True:
                    length = self._read(connection, 2)
                    if length is None:
                        return
                    query = self._read(connection, struct.unpack("!H", length)[0])
                    if query is None:
                        return
                    answer = self._answer(query, "tcp")
                    if answer:
                        connection.sendall(struct.pack("!H", len(answer)) + answer)
            except OSError:
                return

    @staticmethod
    def _read(connection, count):
        data = b""
        while len(data) < count:
            part = connection.recv(count - len(data))
            if not part:
                return None
            data += part
        return data

    # ---- the messages

    def _answer(self, query, transport):
        if len(query) < 12:
            return None
        ident, flags, questions, _, _, additional = struct.unpack("!6H", query[:12])
        if flags & 0x8000:
            return None  # an answer, not a question
        head_flags = 0x8480 | (flags & 0x0100)  # QR AA RA, RD as it came
        if flags & 0x7800:
            return struct.pack("!6H", ident, head_flags | NOTIMP, 0, 0, 0, 0)
        try:
            labels, end = self._name(query, 12)
            qtype, _qclass = struct.unpack("!HH", query[end:end + 4])
        except (IndexError, struct.error):
            return struct.pack("!6H", ident, head_flags | FORMERR, 0, 0, 0, 0)
        question = query[12:end + 4]
        name = b".".join(labels).decode("latin-1").lower()
        limit, edns = self._edns(query, end + 4, additional)
        with self._lock:
            self.queries.append((transport, name, qtype))

        texts = self.records.get(name)
        exists = texts is not None or any(known.endswith("." + name) for known in self.records)
        answers, authority = [], []
        if texts and qtype in (TXT, ANY):
            for text in texts:
                strings = [text[i:i + 255] for i in range(0, len(text), 255)] or [b""]
                data = b"".join(bytes([len(s)]) + s for s in strings)
                answers.append(struct.pack("!HHHIH", 0xC00C, TXT, 1, 300, len(data)) + data)
        else:
            # a negative answer carries the SOA of the zone: here the root, so that it fits every name
            data = b"\0\0" + struct.pack("!5I", 1, 3600, 600, 86400, 60)
            authority.append(b"\0" + struct.pack("!HHIH", SOA, 1, 60, len(data)) + data)
        opt = [b"\0" + struct.pack("!HHIH", OPT, 1232, 0, 0)] if edns else []
        rcode = NOERROR if exists else NXDOMAIN

        def build(cut):
            kept = [] if cut else answers
            kept_authority = [] if cut else authority
            return (struct.pack("!6H", ident, head_flags | rcode | (0x0200 if cut else 0), questions and 1,
                                len(kept), len(kept_authority), len(opt))
                    + question + b"".join(kept) + b"".join(kept_authority) + b"".join(opt))

        whole = build(False)
        return build(True) if transport == "udp" and len(whole) > limit else whole

    @staticmethod
    def _name(message, at):
        labels = []
        while True:
            length = message[at]
            at += 1
            if length == 0:
                return labels, at
            if length > 63:
                raise IndexError("compressed name in a question")
            labels.append(message[at:at + length])
            at += length

    @staticmethod
    def _edns(message, at, additional):
        """The UDP size that the client takes, and whether it speaks EDNS."""
        if additional and at + 11 <= len(message) and message[at] == 0:
            kind, size = struct.unpack("!HH", message[at + 1:at + 5])
            if kind == OPT:
                return max(512, size), True
        return 512, False
