"""The messages that damages_gateways.py sends through gateways: with links, umlauts, HTML, and each encoding."""

import random

from messages import CRLF, base64_lines, join, name_of, quoted_printable, split

TEXT = """\
Dear Ann,

the minutes of our meeting are at https://www.example.com/minutes/2023?day=14&room=blue and
the plan is at https://www.example.com/plan_b/?v=2#rooms (a draft).  It has EUR 1,250.00 for the chairs.

\tRoom:\t\tblue
\tSeats:\t\t24

From now on we meet on Tuesdays.
.plan is the file with the rest.
{more}
Best regards
-- 
Joe SixPack, Example Ltd.
"""

MARKUP = """\
<html><head><title>Minutes</title></head><body style="margin:0">
<p>Dear Ann,</p>
<p>the minutes of our meeting are <a href="https://www.example.com/minutes/2023?day=14&amp;room=blue">here</a>
and the plan is <a href="https://www.example.com/plan_b/?v=2#rooms">there</a> (a draft).  It has EUR 1,250.00 for the chairs.</p>
<table>
\t<tr><td>Room</td><td>blue</td></tr>
\t<tr><td>Seats</td><td>24</td></tr>
</table>
{more}
</body></html>
"""

UMLAUTS = "Grüße an Frau Süßmayr und Herrn Żak – auf bald in Köln."
WORDS = "room chair table window minute plan paper letter Tuesday seat colour draft again before after".split()


def filler(size):
    """So many bytes of lines that are all different."""
    chance, lines, length = random.Random(14), [], 0
    while length < size:
        lines.append(" ".join(chance.choice(WORDS) for _ in range(11)) + f" {len(lines)}.")
        length += len(lines[-1]) + 2
    return "\n".join(lines)


def text(umlauts=True, size=0, more=""):
    return TEXT.format(more="\n".join([UMLAUTS if umlauts else "So much for today.", filler(size), more])).replace(
        "\n", "\r\n")


def markup(umlauts=True, size=0):
    rows = "".join(f"<p>{line}</p>\n" for line in filler(size).split("\n") if line)
    return MARKUP.format(more=f"<p>{UMLAUTS if umlauts else 'So much for today.'}</p>\n{rows}").replace("\n", "\r\n")


HEADER = """\
Received: from desk.example.com [192.0.2.1]
\tby submit.example.com with ESMTPSA; Tue, 14 Nov 2023 22:13:10 +0000
From: Joe SixPack <joe@example.com>
To: Ann Example <ann@example.net>, bob@example.net
Subject: Re: Minutes of the meeting on the fourteenth, and the plan for the room with its chairs
Date: Tue, 14 Nov 2023 22:13:20 +0000
Message-ID: <20231114221320.815@example.com>
In-Reply-To: <20231113101010.1@example.net>
References: <20231112090909.7@example.com> <20231113080808.9@example.net> <20231113101010.1@example.net>
MIME-Version: 1.0
""".replace("\n", "\r\n").encode()

ENCODE = {"7bit": bytes, "8bit": bytes, "quoted-printable": quoted_printable, "base64": base64_lines}


def part(content, encoding, body, more=b""):
    return (f"Content-Type: {content}\r\nContent-Transfer-Encoding: {encoding}\r\n".encode() + more + CRLF
            + ENCODE[encoding](body))


def multipart(subtype, *parts):
    border = f"=_sent-815-{subtype}".encode()
    return (f"Content-Type: multipart/{subtype};\r\n\tboundary=\"".encode() + border + b"\"\r\n\r\n"
            + b"".join(b"--" + border + CRLF + p + CRLF for p in parts) + b"--" + border + b"--\r\n")


def plain(encoding, charset="utf-8", **options):
    content = text(charset != "us-ascii", **options).encode(charset)
    return part(f"text/plain; charset={charset}", encoding, content)


def page(encoding, **options):
    return part("text/html; charset=utf-8", encoding, markup(**options).encode())


def document():
    return part("application/pdf; name=\"plan.pdf\"", "base64", random.Random(2).randbytes(1500),
                b"Content-Disposition: attachment; filename=\"plan.pdf\"\r\n")


def alternative(encoding, size=0):
    return multipart("alternative", plain(encoding, size=size // 2), page(encoding, size=size // 2))


def kinds(size=0):
    """{name: the unsigned message}, each with `size` bytes more than a short letter has."""
    long_line = "; ".join(f"chair {number} of EUR {number * 3}.50" for number in range(120))
    entities = {
        "text": plain("7bit", "us-ascii", size=size),
        "utf-8": plain("quoted-printable", size=size),
        "base64": plain("base64", size=size),
        "8bit": plain("8bit", size=size),
        "western": part("text/plain; charset=utf-8", "quoted-printable",
                        text(size=size).replace("Ż", "Z").replace("–", "-").encode()),
        "html only": page("quoted-printable", size=size),
        "html 8bit": page("8bit", size=size),
        "alternative": alternative("quoted-printable", size),
        "alternative base64": alternative("base64", size),
        "attachment": multipart("mixed", plain("quoted-printable", size=size), document()),
        "nested": multipart("mixed", alternative("quoted-printable", size), document()),
        "short": part("text/plain; charset=us-ascii", "7bit", b"The room is at https://www.example.com/room?of=24\r\n"),
        "long lines": plain("7bit", "us-ascii", size=size, more=long_line)}
    return {kind: HEADER + entity for kind, entity in entities.items()}


def prepared(message, fields):
    """The message with other fields before it is signed: {name: value, or None for no such field}."""
    before, body = split(message)
    for name, value in fields.items():
        new = [] if value is None else [f"{name}: {value}\r\n".encode()]
        at = next((i for i, f in enumerate(before) if name_of(f) == name.lower()), None)
        if at is None:
            before = new + before
        else:
            before = before[:at] + new + before[at + 1:]
    return join(before, body)
