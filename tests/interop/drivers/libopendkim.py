"""libopendkim (the library inside the opendkim milter) through ctypes. JSON request as argument 1, message on stdin.

opendkim-testmsg always signs with one canonicalization and one list of fields; the library has the rest.
Like a mail server does it, every line is given to it with CRLF, the last one too.
"""

import ctypes
import ctypes.util
import json
import re
import sys

SETOPT, FLAGS, SIGNHDRS, OVERSIGNHDRS = 1, 0, 4, 5
SIGNLEN = 0x04
CANONICALIZATION = {"simple": 0, "relaxed": 1}
ALGORITHM = {"rsa-sha1": 0, "rsa-sha256": 1, "ed25519-sha256": 2}
PASSED = 0x04

lib = ctypes.CDLL("libopendkim.so.11")
pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
for name, result, arguments in (
        ("dkim_init", pointer, [pointer, pointer]),
        ("dkim_libversion", ctypes.c_uint32, []),
        ("dkim_sign", pointer, [pointer, text, pointer, text, text, text, ctypes.c_int, ctypes.c_int,
                                ctypes.c_int, ctypes.c_ssize_t, ctypes.POINTER(ctypes.c_int)]),
        ("dkim_verify", pointer, [pointer, text, pointer, ctypes.POINTER(ctypes.c_int)]),
        ("dkim_options", ctypes.c_int, [pointer, ctypes.c_int, ctypes.c_int, pointer, size]),
        ("dkim_chunk", ctypes.c_int, [pointer, text, size]),
        ("dkim_eom", ctypes.c_int, [pointer, ctypes.POINTER(ctypes.c_bool)]),
        ("dkim_getsighdr_d", ctypes.c_int, [pointer, size, ctypes.POINTER(text), ctypes.POINTER(size)]),
        ("dkim_getsiglist", ctypes.c_int, [pointer, ctypes.POINTER(ctypes.POINTER(pointer)),
                                           ctypes.POINTER(ctypes.c_int)]),
        ("dkim_sig_getflags", ctypes.c_uint, [pointer]),
        ("dkim_sig_getbh", ctypes.c_int, [pointer]),
        ("dkim_sig_geterror", ctypes.c_int, [pointer]),
        ("dkim_sig_geterrorstr", text, [ctypes.c_int]),
        ("dkim_sig_getselector", text, [pointer]),
        ("dkim_sig_getdomain", text, [pointer]),
        ("dkim_geterror", text, [pointer]),
        ("dkim_getresultstr", text, [ctypes.c_int])):
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments


def stop(handle, what, status):
    reason = lib.dkim_getresultstr(status).decode()
    more = lib.dkim_geterror(handle) if handle else None
    sys.exit(f"{what}: {reason}{': ' + more.decode() if more else ''}")


def feed(handle, message):
    message = re.sub(rb"(?<!\r)\n", b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    # one piece, then the end: what dkim_chunk() makes of the pieces is the library's own business
    for piece, length in ((message, len(message)), (None, 0)):
        status = lib.dkim_chunk(handle, piece, length)
        if status:
            stop(handle, "dkim_chunk", status)


def names(items):
    return (text * (len(items) + 1))(*[item.encode() for item in items], None)


request = json.loads(sys.argv[1])
library = lib.dkim_init(None, None)
status = ctypes.c_int(0)
if request["do"] == "version":
    print("%d.%d.%d" % tuple((lib.dkim_libversion() >> shift) & 0xFF for shift in (24, 16, 8)))
    sys.exit()

message = sys.stdin.buffer.read()
if request["do"] == "verify":
    handle = lib.dkim_verify(library, b"interop", None, ctypes.byref(status))
    feed(handle, message)
    final = lib.dkim_eom(handle, ctypes.byref(ctypes.c_bool()))
    signatures, count = ctypes.POINTER(pointer)(), ctypes.c_int()
    if lib.dkim_getsiglist(handle, ctypes.byref(signatures), ctypes.byref(count)):
        stop(handle, "dkim_eom", final)
    for index in range(count.value):
        signature = signatures[index]
        body = lib.dkim_sig_getbh(signature)
        ok = bool(lib.dkim_sig_getflags(signature) & PASSED) and body == 0
        error = lib.dkim_sig_geterrorstr(lib.dkim_sig_geterror(signature)).decode()
        print(json.dumps({
            "selector": (lib.dkim_sig_getselector(signature) or b"").decode(),
            "domain": (lib.dkim_sig_getdomain(signature) or b"").decode(), "ok": ok,
            "detail": "body hash mismatch" if body == 1 else error}))
else:
    kept = []  # the library keeps pointers into these
    for option, wanted in ((SIGNHDRS, request["headers"]), (OVERSIGNHDRS, request["oversign"])):
        if wanted:
            kept.append(names(wanted))
            status.value = lib.dkim_options(library, SETOPT, option, kept[-1], ctypes.sizeof(ctypes.c_void_p))
            if status.value:
                stop(None, "dkim_options", status.value)
    if request["length"]:
        flags = ctypes.c_uint(SIGNLEN)
        lib.dkim_options(library, SETOPT, FLAGS, ctypes.byref(flags), ctypes.sizeof(flags))
    with open(request["key"], "rb") as file:
        key = file.read()
    header, body = request["canonicalization"].split("/")
    handle = lib.dkim_sign(library, b"interop", None, key, request["selector"].encode(),
                           request["domain"].encode(), CANONICALIZATION[header], CANONICALIZATION[body],
                           ALGORITHM[request["algorithm"]], -1, ctypes.byref(status))
    if not handle:
        stop(None, "dkim_sign", status.value)
    feed(handle, message)
    final = lib.dkim_eom(handle, None)
    if final:
        stop(handle, "dkim_eom", final)
    value, length = text(), size()
    final = lib.dkim_getsighdr_d(handle, len("DKIM-Signature: "), ctypes.byref(value), ctypes.byref(length))
    if final:
        stop(handle, "dkim_getsighdr_d", final)
    ending = b"\r\n" if b"\r\n" in message else b"\n"
    field = b"DKIM-Signature: " + re.sub(rb"\r?\n", ending, value.value) + ending
    sys.stdout.buffer.write(field + message)
