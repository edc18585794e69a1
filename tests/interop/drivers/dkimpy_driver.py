"""dkimpy (Debian: python3-dkim) as a signer, and its reason for a refusal. JSON request as argument 1, message on stdin."""

import json
import logging
import sys

import dkim

request = json.loads(sys.argv[1])
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
