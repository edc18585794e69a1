"""`dkim verify --explain`, called as anybody would."""

import json
import os
import subprocess

from signing import JUDGED_AT, run


class Dkim:
    def __init__(self, path, timeout):
        self.path, self.timeout = path, timeout
        usage = run([path, "verify", "--help"])
        self.explains = b"--explain" in usage
        self.has_budget = b"--explain-budget" in usage
        self.counts_work = self.has_budget and b"--explain-budget <SECONDS>" not in usage

    def version(self):
        return run([self.path, "--version"]).decode().strip()

    def command(self, zone, explain=True):
        command = [self.path, "verify", "--json", "--no-progress", "--at", str(JUDGED_AT)]
        command += ["--zone", zone] if zone else []
        return command + (["--explain"] if explain and self.explains else [])

    def verify(self, message, zone, options=()):
        """The JSON object for one message, or {"trouble": why there is none}."""
        command = [*self.command(zone), *options, "-"]
        try:
            done = subprocess.run(command, input=message, capture_output=True, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            return {"trouble": f"no answer within {self.timeout:g} s"}
        return answer_of(done)

    def output(self, message, zone, options=()):
        """What is printed for one message, to the byte; nothing where there is no answer in time."""
        try:
            return subprocess.run([*self.command(zone), *options, "-"], input=message, capture_output=True,
                                  timeout=10 * self.timeout).stdout
        except subprocess.TimeoutExpired:
            return b""

    def verify_folder(self, folder, zone):
        """{file name: JSON object} for every message in a folder."""
        command = [*self.command(zone), "--jobs", "2", folder]
        try:
            done = subprocess.run(command, capture_output=True, timeout=3600)
        except subprocess.TimeoutExpired:
            return {}
        answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
        return {os.path.basename(answer["source"]): answer for answer in answers}


def answer_of(done):
    if done.returncode not in (0, 1, 3):
        return {"trouble": f"status {done.returncode}: {done.stderr.decode(errors='replace').strip()[:300]}"}
    return answer_from(done.stdout)


def answer_from(output):
    try:
        return json.loads(output)
    except ValueError:
        return {"trouble": f"no JSON: {output[:200]!r}"}
