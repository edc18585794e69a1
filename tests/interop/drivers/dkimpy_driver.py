"""dkimpy (Debian: python3-dkim) as a signer, and its reason for a refusal. JSON request as argument 1, message on stdin.

With {"do": "verify-many"}, stdin has a path of a message on each line; each answer is a line of JSON:
{"passes": [for each signature, from the top], "said": [the reasons]}.
"""

import json
import logging
import sys

import dkim

request = json.loads(sys.argv[1])


class Said(logging.Handler):
    """Keeps what dkimpy logs."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def verify(path, logger, said):
    """Whether each signature of one message passes."""
    with open(path, "rb") as file:
        checker = dkim.DKIM(file.read(), logger=logger)
    passes = []
    for index in range(sum(name.lower() == b"dkim-signature" for name, _ in checker.headers)):
        try:
            passes.append(bool(checker.verify(index)))
        except Exception as error:  # dkimpy lets errors of Python's through as well
            said.lines.append(f"{type(error).__name__}: {error}")
            passes.append(False)
    return passes


def verify_many():
    said, logger = Said(), logging.getLogger("verify-many")
    logger.addHandler(said)
    logger.propagate = False
    for line in sys.stdin:
        said.lines = []
        try:
            passes = verify(line.rstrip("\n"), logger, said)
        except Exception as error:  # of the message as a whole
            passes = []
            said.lines.append(f"{type(error).__name__}: {error}")
        print(json.dumps({"passes": passes, "said": said.lines}), flush=True)


if request["do"] == "verify-many":
    verify_many()
    sys.exit()
message = sys.stdin.buffer.read()
if request["do"] == "version":
    import importlib.metadata
    print(importlib.metadata.version("dkimpy"))
elif request["do"] == "reason":
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.WARNING)
    try:
        checker = dkim.DKIM(message, logger=logging.getLogger())
        print("pass" if checker.verify(request["index"]) else "refused")
    except dkim.DKIMException as error:
        print(f"{type(error).__name__}: {error}")
else:
    with open(request["key"], "rb") as file:
        key = file.read()
    headers = request["headers"]
    if headers is not None:
        headers = [name.encode() for name in headers + request["oversign"]]
    ending = b"\r\n" if b"\r\n" in message else b"\n"
    signer = dkim.DKIM(message, signature_algorithm=request["algorithm"].encode(), linesep=ending)
    if headers is not None:
        signer.should_not_sign = set()  # it would refuse Comments and Keywords
    field = signer.sign(
        request["selector"].encode(), request["domain"].encode(), key,
        canonicalize=tuple(part.encode() for part in request["canonicalization"].split("/")),
        include_headers=headers, length=request["length"])
    sys.stdout.buffer.write(field + message)
