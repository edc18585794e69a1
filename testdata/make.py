#!/usr/bin/env python3
"""Writes the test vectors of this folder, the same byte for byte on every run.

    make.py            write what differs, remove what is no longer made
    make.py --check    write nothing; exit with 1 where the files on disk differ

Needs Python 3.11 and `cryptography`. The keys in keys/ are read and never made anew (README.md says
how they were). Everything is checked first against the examples of RFC 6376 and RFC 8463.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

from generate import (  # noqa: E402
    alignment_cases,
    body_cases,
    canonicalization_cases,
    dns_cases,
    header_cases,
    identity_cases,
    lint_cases,
    malformed_cases,
    message_cases,
    public_key_cases,
    record_cases,
    rfc_examples,
    signature_cases,
    time_cases,
    unsigned_cases,
    value_cases,
    warning_cases,
    zone,
)
from generate.vector import Vectors  # noqa: E402

HERE = Path(__file__).parent
CASES = (
    rfc_examples,
    signature_cases,
    value_cases,
    identity_cases,
    time_cases,
    header_cases,
    malformed_cases,
    body_cases,
    message_cases,
    alignment_cases,
    unsigned_cases,
    warning_cases,
    dns_cases,
    record_cases,
    public_key_cases,
)


def made():
    """Every generated file: {path below this folder: contents}."""
    rfc_examples.check_signer()
    vectors = Vectors()
    for module in CASES:
        module.add_to(vectors)
    files = {f"verify/{name}.eml": vector.rendered() for name, vector in vectors.all.items()}
    files |= canonicalization_cases.files()
    files |= lint_cases.files()
    files |= zone.files()
    return files


def on_disk():
    """The generated files that are there."""
    paths = [path for folder in ("verify", "canonicalization", "records") for path in HERE.glob(f"{folder}/*")]
    paths += [path for path in map(HERE.joinpath, zone.files()) if path.exists()]
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in paths}


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    wanted, found = made(), on_disk()
    differing = sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
    if arguments == ["--check"]:
        for name in differing:
            print(f"differs: {name}")
        sys.exit(1 if differing else 0)
    for name in differing:
        path = HERE / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(wanted[name])
    vectors = sum(name.startswith("verify/") for name in wanted)
    print(f"{vectors} verify vectors; {len(differing)} of {len(wanted)} files written or removed")


if __name__ == "__main__":
    main(sys.argv[1:])
