"""The messages that are signed and then damaged, and the pieces that a damage works on."""

import base64
import quopri
import random
import re
from email.header import Header

DOMAIN = "example.com"
CRLF = b"\r\n"

TEXT = """\
Dear Suzie,

please find the invoice over EUR 1,250.00 below.  It is due on Friday,
and EUR 75.50 of it are for the tickets.

\tHotel:\t\tEUR  980.00
\tTickets:\tEUR   75.50
\tDinner:\t\tEUR  194.50

From here on it is small print, of which there is little.
.profile is the file to look into
...and the rest is as it was.

Best regards
-- 
Joe
""".replace("\n", "\r\n")

UMLAUTS = """\
Liebe Süßmayrs,

die Rechnung über 1.250,00 € liegt bei.  Fällig ist sie am Freitag;
75,50 € davon sind für die Karten – für Żaneta und für 木村 je eine.

\tÜbernachtung:\t980,00 €

From here on it is small print, for which nobody has eyes or the patience that the author hoped for – gleichwohl.
.profile ist die Datei
...und so weiter.

Viele Grüße
Jörg
""".replace("\n", "\r\n")

HTML = """\
<html>
<head><title>Invoice</title></head>
<body>
<p>Dear Suzie,</p>
<p>please find the <b>invoice</b> over EUR 1,250.00 at
<a href="https://www.example.com/invoice?number=4711">our site</a>.  It is due on Friday.</p>
<table>
\t<tr><td>Hotel</td><td>EUR 980.00</td></tr>
\t<tr><td>Tickets</td><td>EUR 75.50</td></tr>
</table>
</body>
</html>
""".replace("\n", "\r\n")

FOOTER = (b"_______________________________________________\r\nFriends mailing list\r\nfriends@lists.example.org\r\n"
          b"https://lists.example.org/listinfo/friends\r\n")
BANNER = b"CAUTION: This message came from outside of the organization.\r\nDo not click on links.\r\n\r\n"

HTML_FOOTER = b"<hr>\r\n<p>Friends mailing list</p>\r\n"
HTML_BANNER = b"<p><b>CAUTION: external</b></p>\r\n"
JOE = b"Joe SixPack <joe@example.com>"
LIST = b"Joe SixPack via Friends <friends@lists.example.org>"

BOUNDARY = b"=_part-1700000000-4711"


def base64_lines(data, width=76):
    text = base64.b64encode(data)
    return b"".join(text[at:at + width] + CRLF for at in range(0, len(text), width))


def quoted_printable(data):
    return quopri.encodestring(data.replace(CRLF, b"\n")).replace(b"\n", CRLF)


def header(subject=b"Invoice 4711 over EUR 1,250.00, due on Friday, with the tickets of Saturday's game",
           content=b"text/plain; charset=us-ascii", encoding=b"7bit"):
    lines = [b"Received: from desk.example.com [192.0.2.1]\r\n\tby submit.example.com with ESMTPSA;\r\n"
             b"\tTue, 14 Nov 2023 22:13:10 +0000",
             b"From: Joe SixPack <joe@" + DOMAIN.encode() + b">",
             b"To: Suzie Q <suzie@shopping.example.net>",
             b"Subject: " + subject,
             b"Date: Tue, 14 Nov 2023 22:13:20 +0000",
             b"Message-ID: <20231114221320.4711@example.com>",
             b"MIME-Version: 1.0",
             b"Content-Type: " + content]
    if encoding:
        lines.append(b"Content-Transfer-Encoding: " + encoding)
    return b"".join(line + CRLF for line in lines)


def part(content, encoding, body):
    return (b"--" + BOUNDARY + CRLF + b"Content-Type: " + content + CRLF
            + b"Content-Transfer-Encoding: " + encoding + CRLF + CRLF + body)


def multipart(kind, *parts):
    head = header(content=b"multipart/" + kind + b"; boundary=\"" + BOUNDARY + b"\"", encoding=None)
    return head + CRLF + b"".join(p + CRLF for p in parts) + b"--" + BOUNDARY + b"--" + CRLF


def large():
    """About 1 MB of text with an amount on every tenth line, the same on every run."""
    words = ("invoice order ticket dinner hotel game Friday Saturday amount reason answer letter paper price "
             "customer number street city please thank again before after under between").split()
    chance = random.Random(4711)
    lines = TEXT.encode().split(CRLF)[:-3]
    size = 0
    while size < 1_000_000:
        text = " ".join(chance.choice(words) for _ in range(10))
        if len(lines) % 10 == 0:
            text = f"{chance.randrange(1, 10)},{chance.randrange(1000):03}.{chance.randrange(100):02} EUR, {text}"
        lines.append(text.encode())
        size += len(text) + 2
    return header() + CRLF + CRLF.join(lines) + CRLF


def kinds():
    """{name: the unsigned message}"""
    attachment = random.Random(1).randbytes(3000)
    umlaut_subject = Header("Rechnung 4711 über 1.250 €", "utf-8").encode().encode()
    return {
        "plain": header() + CRLF + TEXT.encode(),
        "utf-8": header(umlaut_subject, b"text/plain; charset=utf-8", b"quoted-printable") + CRLF
        + quoted_printable(UMLAUTS.encode()),
        "html": multipart(b"alternative",
                          part(b"text/plain; charset=us-ascii", b"7bit", TEXT.encode()),
                          part(b"text/html; charset=us-ascii", b"7bit", HTML.encode())),
        "attachment": multipart(b"mixed",
                                part(b"text/plain; charset=us-ascii", b"7bit", TEXT.encode()),
                                part(b"application/pdf; name=\"invoice.pdf\"", b"base64",
                                     base64_lines(attachment))),
        "short": header() + CRLF + b"Please pay EUR 1,250.00 today.\r\n",
        "1 MB": large(),
    }


def split(message):
    """([whole field with its line end], body) of a message with CRLF line ends."""
    head, _, body = message.partition(CRLF + CRLF)
    return re.findall(rb"[^\r\n][^\n]*\n(?:[ \t][^\n]*\n)*", head + CRLF), body


def join(fields, body):
    return b"".join(fields) + CRLF + body


def name_of(field):
    return field.split(b":", 1)[0].strip().lower().decode("latin-1")


def value_of(field):
    return field.split(b":", 1)[1].strip()


def raw(message, kind):
    """For the damages that need nothing of a message but that it is there: three kinds of six."""
    return message if kind in ("plain", "utf-8", "attachment") else None


def folded(value, width=60):
    lines, line = [], b""
    for word in value.split(b" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = b""
        line += (b" " if line else b"") + word
    return CRLF.join([lines[0]] + [b" " + rest for rest in lines[1:] + [line]]) if lines else line


class Message:
    """A message as the signer sent it, with the helpers that the damages are written in. Nothing here is changed
    in place: each helper gives a whole new message."""

    def __init__(self, raw, kind):
        self.raw, self.kind = raw, kind
        self.fields, self.body = split(raw)

    def with_body(self, body):
        return join(self.fields, body)

    def with_fields(self, fields, body=None):
        return join(fields, self.body if body is None else body)

    def values(self, name):
        return [value_of(f) for f in self.fields if name_of(f) == name.lower()]

    def edit(self, name, change, body=None):
        """The message with the whole field `name` (its first one) put through `change`; None if there is none."""
        for index, field in enumerate(self.fields):
            if name_of(field) == name.lower():
                changed = change(field)
                after = [changed] if changed else []
                return self.with_fields(self.fields[:index] + after + self.fields[index + 1:], body)
        return None

    def value(self, name, value, body=None):
        return self.edit(name, lambda field: field.split(b":", 1)[0] + b": " + value + CRLF, body)

    def at_html(self, top=b"", bottom=b"", raw=None):
        """The message with something at the beginning and the end of its HTML part's body."""
        raw = self.raw if raw is None else raw
        return raw.replace(b"<body>\r\n", b"<body>\r\n" + top).replace(b"</body>", bottom + b"</body>")

    def with_part(self, new, raw=None):
        """The message with a part more, behind the others."""
        raw, border = self.raw if raw is None else raw, CRLF + b"--" + BOUNDARY
        at = raw.rindex(border + b"--")
        return raw[:at] + border + CRLF + new.rstrip(CRLF) + CRLF + raw[at:]

    def below_signature(self, *fields):
        """The message with `fields` where a server that handles it later would not put them: under the others."""
        return self.with_fields(self.fields + [f + CRLF for f in fields])

    def on_top(self, *fields):
        return self.with_fields([f + CRLF for f in fields] + self.fields)

    def other_amount(self):
        """The body with an amount in it changed."""
        return self.with_body(re.sub(rb"1,250\.00|1\.250,00", b"9,250.00", self.body, count=1))

    @property
    def is_multipart(self):
        return self.kind in ("html", "attachment")

    def text_span(self):
        """Where the text part's content begins and ends in the body."""
        if not self.is_multipart:
            return 0, len(self.body)
        start = self.body.index(CRLF + CRLF) + 4
        return start, self.body.index(CRLF + b"--" + BOUNDARY, start)

    def with_text(self, change):
        """The message with its text part's content put through `change`."""
        start, end = self.text_span()
        return self.with_body(self.body[:start] + change(self.body[start:end]) + self.body[end:])
