"""Checks against servers and tools: counted, said, and ended after a limit."""

import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# All of them together; whatever hangs ends here.
SECONDS = 110


class Checks:
    """Counts what holds and says what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, actual, expected):
        if actual == expected:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {what}\n        want {expected!r}\n        got  {actual!r}", flush=True)

    def found(self, what, expected, find):
        """The same of what `find` returns, whose error stops no other check."""
        try:
            actual = find()
        except Exception as error:
            actual = repr(error)
        self.that(what, actual, expected)


class Background:
    """Does `run` in a thread of its own until it is ended, of which `ended` tells it."""

    def __init__(self):
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(60)


def main(all_checks, prefix):
    """Runs the checks in a new folder, and exits with their outcome."""
    # The servers stop on the way out, whatever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done after {SECONDS} seconds"))
    signal.alarm(SECONDS)
    check, began = Checks(), time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=prefix) as folder:
            all_checks(check, Path(folder))
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        check.failed += 1
        print(f"FAILED  {error}")
    print(f"{time.monotonic() - began:.0f} seconds")
    print(f"{check.passed} passed, {check.failed} failed")
    sys.exit(check.failed > 0)
