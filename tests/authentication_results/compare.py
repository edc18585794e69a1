"""What a field has to say of a message, from `dkim verify --json` and the message itself."""

import re

from hostile import a_labels

# What needs no quotes in a value (RFC 2045 §5.1), and what all readers take for one identifier.
TOKEN = r"[A-Za-z0-9!#$%&'*+\-^_`{|}~]+"
PLAIN = re.compile(rf"{TOKEN}(\.{TOKEN})*")
LONGEST_LOCAL_PART = 64  # RFC 5321 §4.5.3.1.1
LONGEST_LINE, COLUMNS = 998, 78


def identity_of(identity):
    local_part, _, domain = identity.rpartition("@")
    plain = len(local_part) <= LONGEST_LOCAL_PART and PLAIN.fullmatch(local_part)
    return f"{local_part if plain else ''}@{a_labels(domain)}"


def expected(answer):
    """The results that a field must have, in order: (result, {property: value}), without header.b."""
    if not answer["signatures"]:
        return [("none", {})]
    results, beyond = [], False
    for signature in answer["signatures"]:
        if signature["reason"] == "too-many-signatures":
            beyond = True
            continue
        properties = {
            "header.d": signature["domain"] and a_labels(signature["domain"]),
            "header.i": signature["identity"] and identity_of(signature["identity"]),
            "header.s": signature["selector"] and a_labels(signature["selector"]),
            "header.a": signature["algorithm"],
        }
        results.append((signature["result"], {name: value for name, value in properties.items() if value}))
    return results + [("policy", {})] * beyond


def signature_start_fits(start, message):
    """Whether header.b is what some b= in the message begins with (RFC 6008 §4)."""
    octets = re.sub(rb"[ \t\r\n]", b"", message)
    return bool(re.fullmatch(r"[A-Za-z0-9+/]+=*", start)) and b"b=" + start.encode() in octets


def signature_start(message):
    """What header.b has to be for a message with one signature that was made well, if it is known."""
    fields = re.findall(rb"^DKIM-Signature:.*; b=([A-Za-z0-9+/=]{88})\r\n", message, re.M)
    if len(fields) != 1 or message.lower().count(b"dkim-signature") != 1:
        return None
    return fields[0][:8].decode()


def differences(who, said, answer, message):
    """What a reader took from a field otherwise than it is, and how many values were compared."""
    if isinstance(said, Exception):
        return [f"{who} cannot read it: {said}"], 0
    authserv_id, results = said
    wanted = expected(answer)
    found, compared = [], 0
    if authserv_id != "mx.example.org":
        found.append(f"{who}: the authserv-id is {authserv_id!r}")
    if len(results) != len(wanted):
        return [*found, f"{who}: {len(results)} results instead of {len(wanted)}"], 0
    for (method, result, pairs), (wanted_result, wanted_properties) in zip(results, wanted):
        properties = dict(pairs)
        start = properties.pop("header.b", None)
        if (method, result) != ("dkim", wanted_result):
            found.append(f"{who}: {method}={result} instead of dkim={wanted_result}")
        if len(properties) + (start is not None) != len(pairs):
            found.append(f"{who}: a property twice in {pairs}")
        if properties != wanted_properties:
            found.append(f"{who}: {properties} instead of {wanted_properties}")
        if start is not None and not signature_start_fits(start, message):
            found.append(f"{who}: header.b={start}")
        known = signature_start(message)
        if known and wanted_result == "pass" and start != known:
            found.append(f"{who}: header.b={start} instead of {known}")
        compared += 1
    return found, compared


# Nothing else is quoted, and this only where nothing follows it.
QUOTED_BASE64 = re.compile(r'header\.b="[A-Za-z0-9+/]+=*"(?=;|\s*$)')


def faults_of_form(field, message):
    """What is wrong with a field as text. Its line ends are those of the message's first line."""
    faults = []
    if re.search(r"[^\t\r\n -~]", field):
        faults.append("not printable ASCII")
    if '"' in QUOTED_BASE64.sub("", field) or "\\" in field:
        faults.append("quotes or backslashes")
    first_line, line_feed, _ = message.partition(b"\n")
    line_end = "\n" if line_feed and not first_line.endswith(b"\r") else "\r\n"
    first, *others, last = field.split(line_end)
    if last or re.search(r"[\r\n]", "".join([first, *others])):
        faults.append("another line end than the message's first")
    if not all(re.match(r"[ \t]+\S", line) for line in others):
        faults.append("a line that continues nothing")
    for line in [first, *others]:
        if len(line) > LONGEST_LINE or len(line) > COLUMNS and len(line.split()) > 1:
            faults.append(f"a line of {len(line)} columns")
    return faults
