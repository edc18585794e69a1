"""One class per tool, with the same three questions: can it, sign this, is this good?"""

import base64
import json
import os
import re
import subprocess
from dataclasses import dataclass

import cases
import reference

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVERS = os.path.join(HERE, "drivers")
PYTHON = "/usr/bin/python3"  # Debian's own interpreter: the one that sees Debian's python3-* packages


class CannotSign(Exception):
    """The tool was asked for something that it should be able to do, and did not."""


@dataclass
class Verdict:
    ok: bool
    detail: str = ""
    note: str = ""  # beside an ok: what of the message the tool could not judge


class Workshop:
    """The keys, their files in every format that a tool wants, and the DNS names they are published at."""

    def __init__(self, directory):
        self.directory = directory
        self.public = {}  # DNS name -> PEM file of the public key
        self.records = {}  # DNS name -> [TXT]
        for key, bits in cases.KEYS.items():
            pkcs8, public = self.path(key, "pkcs8"), self.path(key, "public")
            if key == "ed25519":
                run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", pkcs8])
            else:
                run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}",
                     "-out", pkcs8])
                run(["openssl", "rsa", "-in", pkcs8, "-traditional", "-out", self.path(key, "pkcs1")])
            os.chmod(pkcs8, 0o600)
            run(["openssl", "pkey", "-in", pkcs8, "-pubout", "-out", public])
            der = run(["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"])
            if key == "ed25519":
                seed = run(["openssl", "pkey", "-in", pkcs8, "-outform", "DER"])[-32:]
                with open(self.path(key, "seed"), "wb") as file:
                    file.write(b64(seed))
                record = b"v=DKIM1; k=ed25519; p=" + b64(der[-32:])
            else:
                record = b"v=DKIM1; k=rsa; p=" + b64(der)
            name = f"{key}._domainkey.{cases.DOMAIN}"
            self.public[name] = public
            self.records[name] = [record]

    def path(self, key, form):
        return os.path.join(self.directory, f"{key}.{form}")

    def file(self, name, data):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(data)
        return path


def b64(data):
    return base64.b64encode(data)


def run(command, data=b"", check=True, env=None):
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, env=env)
    if check and done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout if check else done


def last_line(data):
    lines = [line for line in data.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


class Tool:
    name = None
    package = None
    no_ed25519 = False

    def __init__(self, workshop):
        self.workshop = workshop

    def version(self):
        done = run(["dpkg-query", "-W", "-f", "${Version}", self.package], check=False)
        return done.stdout.decode() or "not installed"

    def absent(self):
        """Why the tool cannot be used on this machine, or None."""

    def cannot_sign(self, case):
        """Why the tool has no way to sign this case, or None."""
        if self.no_ed25519 and "ed25519" in (case.key, case.also_key):
            return "no Ed25519"

    def cannot_verify(self, case):
        if self.no_ed25519 and case.key == "ed25519":
            return "no Ed25519"

    def sign(self, case):
        message = self.sign_once(case, case.key, case.message)
        if case.also_key:
            message = self.sign_once(case, case.also_key, message)
        return message

    def request(self, case, selector, **more):
        return json.dumps(dict(
            do="sign", domain=cases.DOMAIN, selector=selector, algorithm=case.algorithm(selector),
            canonicalization=case.canonicalization, headers=case.headers, oversign=case.oversign,
            length=case.length, **more))

    def judge(self, case, lines):
        """One verdict out of one JSON line per signature; only the signatures of our domain count."""
        wanted = 2 if case.also_key else 1
        if case.also_key and self.no_ed25519:
            wanted, lines = 1, [line for line in lines if line["selector"] != "ed25519"]
        ours = [line for line in lines if line["domain"] == cases.DOMAIN]
        bad = [line["detail"] for line in ours if not line["ok"]]
        if bad:
            return Verdict(False, "; ".join(bad))
        if len(ours) != wanted:
            return Verdict(False, f"{len(ours)} signatures seen where {wanted} should be")
        return Verdict(True, note="RSA signature only" if case.also_key and self.no_ed25519 else "")


class Reference(Tool):
    name = "reference"

    def version(self):
        return "reference.py with " + run(["openssl", "version"]).decode().strip()

    def verify(self, case, message):
        try:
            verdicts = [v for v in reference.verify(message, self.workshop.public) if v["domain"] == cases.DOMAIN]
        except Exception as error:  # whatever it stumbles over is a finding about the message, not a crash
            return Verdict(False, f"unreadable: {error!r}")
        if len(verdicts) != (2 if case.also_key else 1):
            return Verdict(False, f"{len(verdicts)} signatures seen")
        bad = [("body hash" if not v["body"] else "signature") + " does not match" for v in verdicts if not v["ok"]]
        return Verdict(not bad, "; ".join(bad))


class Dkimpy(Tool):
    name = "dkimpy"
    package = "python3-dkim"
    driver = os.path.join(DRIVERS, "dkimpy_driver.py")

    def absent(self):
        if run([PYTHON, "-c", "import dkim, nacl, dns.resolver"], check=False).returncode:
            return "needs python3-dkim, python3-nacl, python3-dnspython"

    def sign_once(self, case, key, message):
        form = "seed" if key == "ed25519" else "pkcs1"
        request = self.request(case, key, key=self.workshop.path(key, form))
        done = run([PYTHON, self.driver, request], message, check=False)
        if done.returncode:
            raise CannotSign(last_line(done.stderr))
        return done.stdout

    def verify(self, case, message):
        for index in range(2 if case.also_key else 1):
            done = run(["dkimverify", "--index", str(index)], message, check=False)
            if done.returncode or b"signature ok" not in done.stdout:
                request = json.dumps({"do": "reason", "index": index})
                why = run([PYTHON, self.driver, request], message, check=False)
                said = why.stdout.decode(errors="replace").split("\n")
                return Verdict(False, said[0][:120] or last_line(done.stderr))
        return Verdict(True)


class MailDkim(Tool):
    name = "Mail::DKIM"
    package = "libmail-dkim-perl"
    driver = os.path.join(DRIVERS, "mail_dkim.pl")
    no_ed25519 = True  # version 1.20230212; re-checked at every start, see absent()

    def absent(self):
        if run(["perl", "-MMail::DKIM::Verifier", "-e1"], check=False).returncode:
            return "needs libmail-dkim-perl"
        probe = 'for (@INC) { exit 0 if () = glob("$_/Mail/DKIM/Algorithm/*ed25519*") } exit 1'
        self.no_ed25519 = run(["perl", "-e", probe], check=False).returncode != 0

    def cannot_sign(self, case):
        return super().cannot_sign(case) or ("no l= in its signer" if case.length else None)

    def sign_once(self, case, key, message):
        request = self.request(case, key, key=self.workshop.path(key, "pkcs1"))
        done = run(["perl", self.driver, request], message, check=False)
        if done.returncode:
            raise CannotSign(last_line(done.stderr))
        return done.stdout

    def verify(self, case, message):
        done = run(["perl", self.driver, json.dumps({"do": "verify"})], message, check=False)
        if done.returncode:
            return Verdict(False, last_line(done.stderr))
        return self.judge(case, [json.loads(line) for line in done.stdout.splitlines()])


class GoMsgauth(Tool):
    name = "go-msgauth"
    package = "go-msgauth"
    signer = None

    def absent(self):
        if run(["sh", "-c", "command -v dkim-verify"], check=False).returncode:
            return "needs go-msgauth"
        if run(["sh", "-c", "command -v go"], check=False).returncode == 0:
            signer = os.path.join(self.workshop.directory, "go-sign")
            env = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="")
            build = subprocess.run(["go", "build", "-o", signer, os.path.join(DRIVERS, "go_sign.go")],
                                   capture_output=True, env=env, cwd=self.workshop.directory)
            if build.returncode == 0:
                self.signer = signer

    def cannot_sign(self, case):
        if not self.signer:
            return "no golang-go and golang-github-emersion-go-msgauth-dev to build its signer"
        if case.sha1:
            return "signs no rsa-sha1"
        return "no l= in its signer" if case.length else None

    def cannot_verify(self, case):
        # its policy, not a fault: "message contains an insecure body length tag", "hash algorithm too weak"
        if case.length:
            return "refuses every l="
        if case.sha1:
            return "refuses rsa-sha1"

    def sign_once(self, case, key, message):
        headers = ":".join(case.headers + case.oversign) if case.headers else ""
        done = run([self.signer, cases.DOMAIN, key, self.workshop.path(key, "pkcs8"),
                    *case.canonicalization.split("/"), headers], message, check=False)
        if done.returncode:
            raise CannotSign(last_line(done.stderr))
        return done.stdout

    def verify(self, case, message):
        done = run(["dkim-verify"], message, check=False)
        lines = []
        for line in done.stderr.decode(errors="replace").splitlines():
            found = re.search(r"(Valid|Invalid) signature for ([^:]*)(?:: (.*))?", line)
            if found:
                lines.append({"domain": found[2], "ok": found[1] == "Valid", "detail": found[3] or ""})
            elif done.returncode:
                return Verdict(False, line[20:])
        return self.judge(case, lines)


class LibOpendkim(Tool):
    name = "libopendkim"
    package = "libopendkim11"
    driver = os.path.join(DRIVERS, "libopendkim.py")

    def absent(self):
        if run([PYTHON, self.driver, '{"do": "version"}'], check=False).returncode:
            return "needs libopendkim11 (comes with opendkim-tools)"

    def cannot_sign(self, case):
        if len(":".join(case.headers or [])) > 1000:
            return "its list of fields to sign is limited to 1 kB"

    def sign_once(self, case, key, message):
        request = self.request(case, key, key=self.workshop.path(key, "pkcs8"))
        done = run([PYTHON, self.driver, request], message, check=False)
        if done.returncode:
            raise CannotSign(last_line(done.stderr) or f"exit status {done.returncode}")
        return done.stdout

    def verify(self, case, message):
        done = run([PYTHON, self.driver, '{"do": "verify"}'], message, check=False)
        if done.returncode:
            return Verdict(False, last_line(done.stderr) or f"exit status {done.returncode}")
        return self.judge(case, [json.loads(line) for line in done.stdout.splitlines()])


class Testmsg(Tool):
    name = "opendkim-testmsg"
    package = "opendkim-tools"
    # what its signer always does; read off its own output by probe()
    canonicalization = algorithm = None

    def absent(self):
        if run(["sh", "-c", "command -v opendkim-testmsg"], check=False).returncode:
            return "needs opendkim-tools"
        done = self.raw("rsa2048", cases.message())
        tags = reference.tags(done.stdout.split(b"\r\nReceived:", 1)[0])
        self.canonicalization, self.algorithm = tags.get("c", "simple/simple"), tags.get("a")

    def raw(self, key, message):
        command = ["opendkim-testmsg", "-t", self.workshop.directory, "-d", cases.DOMAIN, "-s", key,
                   "-k", self.workshop.path(key, "pkcs8")]
        if b"\r\n" in message:
            command.append("-C")
        return run(command, message, check=False)

    def cannot_sign(self, case):
        if case.algorithm() != self.algorithm or case.also_key:
            return f"always signs {self.algorithm}"
        if case.canonicalization != self.canonicalization:
            return f"always signs {self.canonicalization}"
        if case.headers or case.length:
            return "no options for what is signed"

    def sign_once(self, case, key, message):
        done = self.raw(key, message)
        if done.returncode:
            raise CannotSign(last_line(done.stderr) or f"exit status {done.returncode}")
        return done.stdout

    def verify(self, case, message):
        done = run(["opendkim-testmsg", "-t", self.workshop.directory], message, check=False)
        if done.returncode or done.stderr.strip():
            return Verdict(False, last_line(done.stderr) or f"exit status {done.returncode}")
        return Verdict(True, note="says nothing about each signature" if case.also_key else "")


OTHERS = [Reference, Dkimpy, MailDkim, GoMsgauth, LibOpendkim, Testmsg]


class Ours(Tool):
    name = "dkim"

    def __init__(self, workshop, path, nameserver):
        super().__init__(workshop)
        self.path, self.nameserver = path, nameserver

    def version(self):
        return run([self.path, "--version"]).decode().strip()

    def cannot_sign(self, case):
        return "SHA-1 is never written" if case.sha1 else None

    def sign(self, case):
        keys = [case.key] + ([case.also_key] if case.also_key else [])
        command = [self.path, "sign", "--domain", cases.DOMAIN]
        for key in keys:
            command += ["--selector", key, "--key", self.workshop.path(key, "pkcs8")]
        command += ["--canonicalization", case.canonicalization]
        if case.headers:
            command += ["--headers", ":".join(case.headers)]
        if case.headers or case.oversign:
            command += ["--oversign", ":".join(case.oversign) or "from"]
        if case.length:
            command += ["--body-length", "--"]  # so that the path is not taken for the optional N
        path = self.workshop.file(f"in-{os.urandom(8).hex()}.eml", case.message)
        done = run(command + [path], check=False)
        os.unlink(path)
        if done.returncode:
            raise CannotSign(f"exit status {done.returncode}: {last_line(done.stderr)}")
        return done.stdout

    def report(self, case, message):
        """(exit status, JSON object or None, stderr) of `dkim verify --json`."""
        path = self.workshop.file(f"out-{os.urandom(8).hex()}.eml", message)
        options = ["--allow-sha1"] if case.sha1 else []
        done = run([self.path, "verify", "--json", "--nameserver", self.nameserver, *options, path], check=False)
        os.unlink(path)
        try:
            found = json.loads(done.stdout)
        except ValueError:
            found = None
        return done.returncode, found, last_line(done.stderr)

    def verify(self, case, message):
        status, found, said = self.report(case, message)
        if found is None:
            return Verdict(False, f"exit status {status}, no JSON: {said}")
        lines = [{"domain": s["domain"], "selector": s["selector"], "ok": s["result"] == "pass",
                  "detail": f"{s['result']} {s['reason']}"} for s in found["signatures"]]
        verdict = self.judge(case, lines)
        if verdict.ok and (status != 0 or found["result"] != "pass"):
            return Verdict(False, f"signatures pass, but exit status {status} and result {found['result']}")
        if not verdict.ok and status == 0 and not case.also_key:
            return Verdict(False, verdict.detail + ", and yet exit status 0")
        if verdict.ok:
            ours = [s for s in found["signatures"] if s["domain"] == cases.DOMAIN]
            for signature, (key, algorithm) in zip(sorted(ours, key=lambda s: s["algorithm"]), sorted(
                    ((k, case.algorithm(k)) for k in (case.key, case.also_key) if k), key=lambda p: p[1])):
                for what, said, wanted in (("algorithm", signature["algorithm"], algorithm),
                                           ("selector", signature["selector"], key),
                                           ("key.bits", (signature["key"] or {}).get("bits"), cases.KEYS[key])):
                    if said != wanted:
                        return Verdict(False, f"passes, but JSON says {what} {said}, not {wanted}")
        return verdict

    def sha1_policy(self, message):
        """None where rsa-sha1 is refused without --allow-sha1, and for that reason, else what is wrong."""
        status, found, said = self.report(cases.Case("", b""), message)
        if found is None:
            return f"exit status {status}, no JSON: {said}"
        answer = (status, found["signatures"][0]["result"], found["signatures"][0]["reason"])
        return None if answer == (1, "policy", "sha1") else f"without --allow-sha1: {answer}"

    def refuses(self, case, tampered, what):
        """None where `tampered` is refused as it should be, else what is wrong with the answer."""
        reason = "body-hash-mismatch" if what == "body" else "signature-mismatch"
        status, found, said = self.report(case, tampered)
        if found is None:
            return f"exit status {status}, no JSON: {said}"
        if status != 1:
            return f"exit status {status}, not 1"
        for s in found["signatures"]:
            if s["domain"] != cases.DOMAIN:
                continue
            if (s["result"], s["reason"]) != ("fail", reason):
                return f"{s['result']} {s['reason']}, not fail {reason}"
            judged = (s["body_hash"]["matches"], s["signature_matches"])
            if judged != ((False, True) if what == "body" else (True, False)):
                return f"body_hash.matches, signature_matches = {judged}"
        return None
