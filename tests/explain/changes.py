"""What a system on the way does to a message: the words that damages_gateways.py is written in.

A step is a change of the whole message and the causes that have to be told of it. Steps know nothing of each other: a
chain of systems is the steps of each, one after the other, so that any may be before or behind any other.
"""

import base64
import html
import quopri
import re
from dataclasses import dataclass
from urllib.parse import quote

from damage import Cause
from messages import CRLF, base64_lines, folded, join, name_of, quoted_printable, split, value_of


@dataclass(frozen=True)
class Step:
    change: object  # message (bytes) -> message
    causes: tuple = ()  # of Cause: what has to be told
    lost: str = ""  # "body" or "header": the half that cannot be recovered after this
    when: object = None  # a question about the cell: elsewhere the signature takes no notice of it

    def expected(self, cell):
        return self.causes if self.when is None or self.when(cell) else ()

    def loses(self, cell):
        return self.lost if self.when is None or self.when(cell) else ""


# ---------------------------------------------------------------- the parts of a message

def boundary_of(fields):
    content = next((f for f in fields if name_of(f) == "content-type"), b"")
    found = re.search(rb'(?i)^content-type:\s*multipart/[^;]+;.*?boundary="?([^";\r\n]+)', content, re.DOTALL)
    return found and found[1]


def over_leaves(entity, change):
    """The message, or part, with each of its leaf parts put through `change`: (fields, body) -> (fields, body)."""
    fields, body = split(entity)
    boundary = boundary_of(fields)
    if not boundary:
        return join(*change(fields, body))
    borders = list(re.finditer(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(?:--)?(?:\r\n|\Z)", body))
    out, at = b"", 0
    for border, following in zip(borders, borders[1:]):
        out += body[at:border.end()] + over_leaves(body[border.end():following.start()], change)
        at = following.start()
    return join(fields, out + body[at:])


def parameter(fields, name, default):
    content = next((f for f in fields if name_of(f) == "content-type"), b"")
    found = re.search(rb'(?i);\s*' + name + rb'="?([^";\s]+)', content)
    return found[1].decode().lower() if found else default


def is_text(fields, subtype):
    content = next((value_of(f).lower() for f in fields if name_of(f) == "content-type"), b"text/plain")
    attached = any(name_of(f) == "content-disposition" and b"attachment" in f.lower() for f in fields)
    return content.startswith(b"text/" + subtype) and not attached


def encoding_of(fields):
    return next((value_of(f).decode().lower() for f in fields if name_of(f) == "content-transfer-encoding"), "7bit")


def decoded(body, encoding):
    return {"base64": base64.b64decode, "quoted-printable": quopri.decodestring}.get(encoding, bytes)(body)


def edited(body, encoding, change):
    """An encoded body with its content put through `change`. Lines that stay the same stay encoded as they were."""
    if encoding == "base64":
        after = change(base64.b64decode(body))
        first, _, more = body.partition(CRLF)
        return base64_lines(after, len(first) if more else 76)
    if encoding != "quoted-printable":
        return change(body)
    lines = re.split(rb"(?<!=)\r\n", body)
    known = {quopri.decodestring(line): line for line in lines}
    after = change(CRLF.join(quopri.decodestring(line) for line in lines))
    return CRLF.join(known.get(line) or quoted_printable(line) for line in after.split(CRLF))


def in_text(subtype, change, first_only=False):
    """The change of every text/plain (or text/html) part, or the first one, by `change`: (content, charset) ->
    content."""
    def apply(message):
        seen = []

        def of_leaf(fields, body):
            if not is_text(fields, subtype) or first_only and seen:
                return fields, body
            seen.append(True)
            charset = parameter(fields, b"charset", "us-ascii")
            return fields, edited(body, encoding_of(fields), lambda content: change(content, charset))
        return over_leaves(message, of_leaf)
    return apply


def both(*changes):
    def apply(message):
        for change in changes:
            message = change(message)
        return message
    return apply


# ---------------------------------------------------------------- text and HTML that is added

def lines_of(text, charset):
    return text.strip("\n").replace("\n", "\r\n").encode(charset)


def text_at(start, text):
    def change(content, charset):
        new = lines_of(text, charset) + CRLF
        if start:
            return new + CRLF + content
        return content + (b"" if content.endswith(CRLF) or not content else CRLF) + CRLF + new
    return in_text(b"plain", change, first_only=True)


PLACES = {  # (pattern, whether it is put behind what the pattern finds)
    "before <html>": (rb"\A", False), "in <head>": (rb"(?i)<head[^>]*>", True),
    "after <body>": (rb"(?i)<body[^>]*>", True), "before </body>": (rb"(?i)</body>", False),
    "after </html>": (rb"\Z", False)}


def html_at(place, block):
    pattern, behind = PLACES[place]

    def change(content, charset):
        found = re.search(pattern, content)
        at = found.end() if behind else found.start()
        new = lines_of(block, charset)
        if place == "before <html>":
            new += CRLF
        return content[:at] + new + content[at:]
    return in_text(b"html", change, first_only=True)


INSIDE = ("content-inserted", "content-prepended", "content-appended")


def banner(text, block, *says, place="after <body>"):
    """Words at the start of the text part, and a block at the start of the HTML part."""
    cause = Cause("content-prepended", "content-inserted", proven=True, says=says)
    return Step(both(text_at(True, text), html_at(place, block)), (cause,))


def footer(text, block, *says, place="before </body>"):
    """Words at the end of the text part, and a block at the end of the HTML part."""
    cause = Cause("content-appended", "content-inserted", proven=True, says=says)
    return Step(both(text_at(False, text), html_at(place, block)), (cause,))


def block(place, markup, *says):
    """Markup that is put into the HTML part alone."""
    return Step(html_at(place, markup), (Cause(*INSIDE, proven=True, says=says),))


def around(top, bottom, *says):
    """An element around all that the HTML body has."""
    change = both(html_at("after <body>", top), html_at("before </body>", bottom))
    return Step(change, (Cause(*INSIDE, proven=True, says=says),))


def raw_end(text, *says):
    """Words at the end of the message, whatever its parts and encodings."""
    new = text.strip("\n").replace("\n", "\r\n").encode() + CRLF
    return Step(lambda message: message + new, (Cause("content-appended", proven=True, says=says),))


# ---------------------------------------------------------------- links

def v3_text(url):
    """URL Defense v3 writes `*` for a character that it does not want in a link, and lists those characters."""
    return re.sub(r"[^A-Za-z0-9/:?&=.;_~-]", "*", url)


def v3_list(url):
    odd = "".join(re.findall(r"[^A-Za-z0-9/:?&=.;_~-]", url))
    return base64.urlsafe_b64encode(odd.encode()).decode().rstrip("=")


FORMS = {  # how the link that was there is written within the new one
    "percent": lambda url: quote(url, safe=""),
    "lower": lambda url: re.sub("%..", lambda code: code.group().lower(), quote(url, safe="")),
    "google": lambda url: quote(url, safe="/:?"),
    "v2": lambda url: quote(url, safe="").replace("-", "%2D").replace("_", "%5F").replace("~", "%7E")
    .replace("%2F", "_").replace("%", "-"),
    "v3": v3_text, "v3 list": v3_list,
    "html": lambda url: html.escape(url, quote=False)}


def new_link(template, url):
    return re.sub(r"\{([^}]+)\}", lambda name: FORMS[name[1]](url), template)


def links(template, host, attributes="", kept=True):
    """Every link leads to `host` first. {percent}, {v2}, …: the link that was there, in that form; `attributes`: what
    is put behind href= in HTML. Where it is not `kept`, the link that was there cannot be recovered."""
    def text(content, charset):
        return re.sub(rb"https?://[^\s<>\"]*[^\s<>\".,;:!?)]",
                      lambda url: new_link(template, url.group().decode()).encode(), content)

    def markup(content, charset):
        def change(found):
            url = html.unescape(found[1].decode())
            return f'href="{html.escape(new_link(template, url), quote=False)}"{new_link(attributes, url)}'.encode()
        return re.sub(rb'href="(https?://[^"]+)"', change, content)
    cause = Cause("content-inserted", proven=kept, unknown=not kept, says=(host, "www.example.com"))
    return Step(both(in_text(b"plain", text), in_text(b"html", markup)), (cause,), "" if kept else "body")


# ---------------------------------------------------------------- parts

def border_of(message):
    return b"--" + boundary_of(split(message)[0])


def part_added(part, *says):
    """A part more, behind the others."""
    new = part.strip("\n").replace("\n", "\r\n").encode()

    def change(message):
        border = CRLF + border_of(message)
        at = message.rindex(border + b"--")
        return message[:at] + border + CRLF + new + CRLF + message[at:]
    return Step(change, (Cause("content-appended", proven=True, says=says),))


def last_part(instead):
    """The last part is gone, or something stands in its place."""
    new = instead.strip("\n").replace("\n", "\r\n").encode()

    def change(message):
        border = CRLF + border_of(message)
        end = message.rindex(border + b"--")
        start = message.rindex(border, 0, end)
        return message[:start] + (border + CRLF + new + CRLF if instead else b"") + message[end:]
    return Step(change, (Cause("content-inserted", "content-appended", "body-truncated", unknown=True, says=()),),
                "body")


def is_single(cell):
    return cell.kind in SINGLE


SINGLE = ("text", "utf-8", "base64", "8bit", "western", "html only", "html 8bit", "short", "long lines")


def wrapped(boundary, part, *says):
    """The message becomes the first part of a multipart/mixed, and `part` is the second, as Mailman does it."""
    def change(message):
        fields, body = split(message)
        inner = b"".join(f for f in fields if name_of(f).startswith("content-"))
        outer = [f for f in fields if not name_of(f).startswith("content-")]
        border = b"--" + boundary.encode()
        new = part.strip("\n").replace("\n", "\r\n").encode()
        outer.append(b'Content-Type: multipart/mixed; boundary="' + boundary.encode() + b'"\r\n')
        return join(outer, border + CRLF + inner + CRLF + body + CRLF + border + CRLF + new + CRLF + border + b"--\r\n")
    return Step(change, (Cause("content-appended", proven=True, says=says),
                         Cause("header-value-changed", field="Content-Type", proven=True, says=()),
                         Cause("header-removed", field="Content-Transfer-Encoding", proven=True, when=is_single)))


def boundaries_renamed(prefix):
    """Every boundary is another one: what it was nothing tells."""
    def change(message):
        for old in sorted(set(re.findall(rb'boundary="([^"]+)"', message)), key=message.index):
            message = message.replace(old, prefix.encode() + old[-4:])
        return message
    return Step(change, (Cause("header-value-changed", field="Content-Type", unknown=True, says=()),), "both")


# ---------------------------------------------------------------- encodings and lines

def perl_quoted_printable(data):
    """As Perl's MIME::QuotedPrint writes it: a line that is too long is cut at 73 characters."""
    def line(text):
        text = re.sub(rb"[^\t\x20-\x3c\x3e-\x7e]|[\t ]$", lambda byte: b"=%02X" % byte.group()[0], text)
        return text if len(text) <= 76 else b"=\r\n".join(cut_at(text, 73))
    return CRLF.join(line(text) for text in data.split(CRLF))


def cut_at(text, width):
    pieces, piece = [], b""
    for token in re.findall(rb"=..|[^=]", text):
        if len(piece) + len(token) > width:
            pieces.append(piece)
            piece = b""
        piece += token
    return [*pieces, piece]


ENCODERS = {"quoted-printable": quoted_printable, "base64": base64_lines, "8bit": bytes,
            "quoted-printable of Perl": perl_quoted_printable, "base64 at 64": lambda data: base64_lines(data, 64)}


def encoded(before, encoder, *says):
    """Text parts that are encoded as `before` says are encoded otherwise."""
    after = encoder.split(" ")[0]

    def of_leaf(fields, body):
        if not is_text(fields, b"") or encoding_of(fields) != before:
            return fields, body
        label = b"Content-Transfer-Encoding: " + after.encode() + CRLF
        fields = [label if name_of(f) == "content-transfer-encoding" and before != after else f for f in fields]
        return fields, ENCODERS[encoder](decoded(body, before))
    code = "lines-rewrapped" if before == after == "base64" else "transfer-encoding-changed"
    causes = [Cause(code, *(["transfer-encoding-changed"] if before == after else []), proven=True,
                    says=says or (before, after))]
    if before != after:
        causes.append(Cause("header-value-changed", field="Content-Transfer-Encoding", proven=True, when=is_single))
    return Step(lambda message: over_leaves(message, of_leaf), tuple(causes))


def charset(before, after):
    """Text in another charset, which has all its letters; the encoding stays."""
    def of_leaf(fields, body):
        if not is_text(fields, b"") or parameter(fields, b"charset", "") != before:
            return fields, body
        encoding = encoding_of(fields)
        fields = [f.replace(before.encode(), after.encode()) if name_of(f) == "content-type" else f for f in fields]
        return fields, edited(body, encoding, lambda content: content.decode(before).encode(after))
    return Step(lambda message: over_leaves(message, of_leaf),
                (Cause("transfer-encoding-changed", proven=True, says=((before, after),)),
                 Cause("header-value-changed", field="Content-Type", proven=True, when=is_single)))


def simple_body(cell):
    return cell.canonicalization.endswith("/simple")


def simple_header(cell):
    return cell.canonicalization.startswith("simple/")


def body_lines(pattern, replacement, *codes, says=None, when=None, proven=True):
    """The lines of the body as they are transported."""
    def change(message):
        fields, body = split(message)
        return join(fields, re.sub(pattern, replacement, body))
    return Step(change, (Cause(*codes, proven=proven, unknown=not proven, says=says),), when=when)


# ---------------------------------------------------------------- header fields

def over_field(name, change):
    def apply(message):
        fields, body = split(message)
        for index, field in enumerate(fields):
            if name_of(field) == name.lower():
                value = change(value_of(field))
                fields[index] = field.split(b":", 1)[0] + b": " + value + CRLF
                return join(fields, body)
        return message
    return apply


def value(name, pattern, replacement, *codes, says=(), when=None, lost=False):
    """A field's value, changed by a regular expression."""
    change = over_field(name, lambda old: re.sub(pattern.encode(), replacement.encode(), old, count=1))
    causes = (Cause(*codes, field=name, proven=not lost, unknown=lost, says=says),) if codes else ()
    return Step(change, causes, "header" if lost else "", when)


def tag(words, *says, behind=""):
    """Words in front of the Subject, or behind the Re: that it begins with."""
    return value("Subject", "^" + behind, behind + words + " ", "subject-tagged", says=says or tuple(words.split()))


def sender(new, *says):
    """Another From."""
    return value("From", "^.*$", new, "from-rewritten", says=says)


def refolded(name, pattern, replacement):
    return value(name, pattern, replacement, "header-whitespace-changed", says=None, when=simple_header)


def fold(name, width):
    return Step(over_field(name, lambda old: folded(re.sub(rb"\r\n[ \t]+", b" ", old), width)),
                (Cause("header-whitespace-changed", field=name, proven=True),), when=simple_header)


def on_top(*fields):
    """Fields that no signature covers, as every server adds them."""
    return Step(lambda message: "".join(f + "\r\n" for f in fields).encode() + message)


def field_added(field, *says):
    """A field at the end of the header, signed as not there."""
    name = field.split(":")[0]

    def change(message):
        fields, body = split(message)
        return join([*fields, field.encode() + CRLF], body)
    return Step(change, (Cause("header-added", field=name, proven=True, says=says),))


def field_removed(name, proven=True):
    """A field is gone. Where it does not have to be `proven`, its value could only be guessed."""
    def change(message):
        fields, body = split(message)
        return join([f for f in fields if name_of(f) != name.lower()], body)
    return Step(change, (Cause("header-removed", field=name, proven=proven, unknown=not proven),))
