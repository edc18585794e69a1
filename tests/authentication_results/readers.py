"""Those who read the field: each takes fields and gives, for each, (authserv-id, results) or an error.

A result is (method, result, [(property, value)]).
"""

import json
import os
import re
import subprocess
import sys

try:
    import authres
    import authres.core
except ImportError:
    authres = None

HERE = os.path.dirname(os.path.abspath(__file__))


class Unreadable(Exception):
    pass


class Authres:
    """Python's authres; in strict mode one bad property makes the whole field unreadable."""

    def __init__(self, strict):
        self.strict = strict
        self.name = "authres, strict" if strict else "authres"

    def absent(self):
        return None if authres else "python3-authres"

    def read(self, fields):
        return [self.read_one(unfolded(field)) for field in fields]

    def read_one(self, field):
        try:
            if self.strict:
                # as parse() does it, which has no way to ask for strictness
                header = authres.core.AuthenticationResultsHeader(authres.core_features(), strict=True)
                header._parse_text = re.sub("^Authentication-Results: *", "", field).rstrip()
                header._parse()
            else:
                header = authres.AuthenticationResultsHeader.parse(field)
        except Exception as error:  # whatever it is, nobody reads the field
            return Unreadable(f"{type(error).__name__}: {error}")
        return header.authserv_id, [
            (result.method, result.result, [(f"{p.type}.{p.name}", p.value) for p in result.properties])
            for result in header.results]


class Perl:
    """Perl's Mail::AuthenticationResults."""

    name = "Mail::AuthenticationResults"

    def absent(self):
        asked = subprocess.run(["perl", "-MMail::AuthenticationResults::Parser", "-e", "1"], capture_output=True)
        return "libmail-authenticationresults-perl" if asked.returncode else None

    def read(self, fields):
        asked = subprocess.run(["perl", os.path.join(HERE, "reader.pl")], capture_output=True,
                               input=json.dumps([field.partition(":")[2] for field in fields]).encode())
        lines = asked.stdout.splitlines()
        if len(lines) != len(fields):
            sys.exit(f"run.py: error: perl answered {len(lines)} of {len(fields)}: {asked.stderr.decode()[:500]}")
        return [self.of(json.loads(line)) for line in lines]

    def of(self, said):
        if "error" in said:
            return Unreadable(said["error"].strip())
        return said["id"], [(m, r, [tuple(pair) for pair in properties]) for m, r, properties in said["results"]]


class Naive:
    """Whoever cuts at semicolons and spaces, and knows neither quotes nor comments."""

    name = "naive"

    def absent(self):
        return None

    def read(self, fields):
        return [self.read_one(unfolded(field)) for field in fields]

    def read_one(self, field):
        who, *parts = field.partition(":")[2].split(";")
        results = []
        for part in parts:
            pairs = [word.split("=", 1) for word in part.split() if "=" in word]
            if not pairs:
                return Unreadable(f"nothing in {part!r}")
            results.append((*pairs[0], [(name, value.strip('"')) for name, value in pairs[1:]]))
        return who.strip(), results


def unfolded(field):
    return re.sub(r"\r?\n(?=[ \t])", "", field).rstrip("\r\n")


ALL = [Authres(strict=False), Authres(strict=True), Perl(), Naive()]
