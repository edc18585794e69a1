"""What fails in an emergency, and for how long, compared with what `dkim rotate` says beforehand.

A message that was signed with the old key, and messages that are signed now, are verified every 0.2
seconds at each authoritative server and through a resolver that keeps answers. The resolver is asked
for the names of the new keys before they are there, so that it keeps a denial.
"""

import json
import re
import subprocess
import time

from checks import Background

# Times are said in whole seconds, and looked at every few tenths of a second.
INEXACT = 2


class Watch(Background):
    """Signs and verifies."""

    def __init__(self, dkim, keys, message, servers, resolver):
        super().__init__()
        self.dkim, self.keys, self.message = dkim, keys, message
        self.servers, self.resolver = servers, resolver
        # Asked for all the time, of the resolver.
        self.coming = None
        # Of each verification: when it began and ended, of which mail, with which selector, through
        # which server, and whether it passed.
        self.seen = []

    def call(self, *words, text):
        words = [self.dkim, *words]
        done = subprocess.run(words, input=text, capture_output=True, timeout=20)
        return done.stdout

    def sign(self):
        return self.call("sign", "--key-dir", self.keys, text=self.message)

    def verify(self, mail, text):
        for server in [*self.servers, self.resolver]:
            began = time.time()
            words = ["verify", "--json", "--require", "all", "--nameserver", server]
            said = json.loads(self.call(*words, text=text))
            selector = said["signatures"][0]["selector"]
            if said["result"] == "temperror":
                continue  # a server that is busy says nothing of keys
            passed = said["result"] == "pass"
            self.seen.append((began, time.time(), mail, selector, server, passed))

    def run(self):
        old = self.sign()
        while not self.ended.wait(0.2):
            if self.coming:
                address, port = self.resolver.split(":")
                words = ["dig", f"@{address}", "-p", port, "+tries=1", self.coming, "TXT"]
                subprocess.run(words, capture_output=True, timeout=20)
            self.verify("old", old)
            self.verify("new", self.sign())

    def failing(self, **wanted):
        """The first begin and the last end of failures of some mail, of those that began then."""
        found = [one for one in self.only(**wanted) if not one[5]]
        return (found[0][0], found[-1][1]) if found else None

    def only(self, mail=None, selectors=None, servers=None):
        def fits(one):
            return (
                (mail is None or one[2] == mail)
                and (selectors is None or one[3] in selectors)
                and (servers is None or one[4] in servers)
            )

        return [one for one in self.seen if fits(one)]


def seconds(pattern, why):
    """The seconds that are said in a sentence."""
    found = re.search(pattern, why)
    if not found:
        raise RuntimeError(f"not said: {pattern}: {why}")
    return int(found[1])


def emergency(check, watch, words, domain, *, revoke_now):
    """Gives the keys in use up, and compares what fails with what is said."""
    name = "--revoke-now" if revoke_now else "--emergency"
    options = ["--emergency", "--revoke-now"] if revoke_now else ["--emergency"]

    def rotate(*more):
        began = time.time()
        done = subprocess.run([*words, *more], capture_output=True, text=True, timeout=60)
        if done.returncode not in (0, 1, 3):
            raise RuntimeError(f"{more}: {done.returncode} {done.stdout}{done.stderr}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return began, time.time(), lines, done.stderr

    before = rotate("--status")[2][0]
    old = [row["selector"] for row in before["selectors"] if row["state"] == "active"]
    said = rotate("--dry-run", *options)[2][0]["why"]
    spread = seconds(r"everywhere after up to (\d+) seconds?", said)
    switch = seconds(r"new keys are used \((\d+) seconds?", said)
    denied = seconds(r"for up to (\d+) seconds? after each server", said)
    print(f"        {name}: {said}")

    with watch:
        time.sleep(1)
        if not revoke_now:
            watch.coming = f"{rotate('--dry-run', *options)[2][0]['selector']}._domainkey.{domain}"
            time.sleep(0.5)
        began, ended, lines, warned = rotate(*options)
        first, published, revoked, switched, new = began, ended, None, None, []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (revoked and switched):
            for line in lines:
                if line["step"] == "revoked" and not revoked:
                    revoked = (began, ended)
                if line["step"] == "switched":
                    switched = (began, ended)
                    new = [row["selector"] for row in line["selectors"] if row["state"] == "active"]
            time.sleep(0.2)
            began, ended, lines, _ = rotate()
        if not (revoked and switched):
            raise RuntimeError(f"{name}: not done: {lines}")
        watch.coming = None
        # What is left of both records of the old key is revoked by more runs.
        until = max(revoked[1] + spread, switched[1] + denied) + INEXACT + 1
        while time.time() < until:
            rotate()
            time.sleep(0.5)

    check.that(f"{name}: what fails is a warning beforehand", "that is not verified" in warned, True)
    # Mail on its way.
    there = watch.only(selectors=old)
    early = [one for one in there if not one[5] and one[1] < revoked[0]]
    check.that(f"{name}: nothing fails before the old records are revoked", early, [])
    late = [one for one in there if one[5] and one[0] > revoked[1] + spread + INEXACT]
    check.that(f"{name}: mail with the old keys fails after {spread} seconds", late, [])
    passed = [one[1] for one in there if one[5]]
    fails = [one[0] for one in there if not one[5]]
    print(
        f"        mail with the old keys: said to fail everywhere after {spread} s, first failed "
        f"after {min(fails) - revoked[0]:.1f} s, passed last after {max(passed) - revoked[0]:.1f} s"
    )
    # Mail that is signed now.
    fresh = watch.only(mail="new")
    bad = [one for one in fresh if not one[5] and one[3] in old]
    longest = max((one[1] for one in bad), default=published)
    if revoke_now:
        check.that(f"{name}: mail signed now fails", bool(bad), True)
        inside = longest - published <= switch + INEXACT
        check.that(f"{name}: for no longer than the {switch} seconds said", inside, True)
        print(
            f"        mail signed now: said to fail until {switch} s after the new records are "
            f"published, failed until {longest - published:.1f} s after, {longest - first:.1f} s in all"
        )
    else:
        # One that is signed just before the switch is on its way.
        bad = [one for one in bad if one[0] < switched[0]]
        check.that(f"{name}: mail signed before the switch passes", bad, [])
        took = switched[1] - published
        inside = took <= switch + INEXACT
        check.that(f"{name}: the switch comes within the {switch} seconds said", inside, True)
        print(
            f"        the switch: said to come {switch} s after the new records are published, came "
            f"after {took:.1f} s"
        )
    # Mail with the new keys.
    wrong = [one for one in watch.only(selectors=new, servers=watch.servers) if not one[5]]
    check.that(f"{name}: mail with the new keys passes at each server", wrong, [])
    denials = [one for one in watch.only(selectors=new) if not one[5]]
    longest = max((one[1] for one in denials), default=switched[0]) - switched[0]
    check.that(
        f"{name}: a resolver denies the new keys for no longer than the {denied} seconds said",
        longest <= denied + INEXACT,
        True,
    )
    print(
        f"        the new keys: said to be denied for up to {denied} s, denied {longest:.1f} s "
        f"after the switch; {len(watch.seen)} verifications"
    )
