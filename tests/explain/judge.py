"""Is what was said of a damaged message right?"""

from dataclasses import dataclass, replace

import damage as the
from messages import CRLF, DOMAIN, name_of, split, value_of

STATES = ("passes", "right", "unknown", "wrong")
# causes whose proof shows the value that a field had, or its name: it has to be there, and has to be that
WITH_ORIGINAL = ("header-value-changed", "subject-tagged", "header-reencoded", "from-rewritten", "header-removed")
MANY_POSSIBLE = 2  # entries that may be beside the right ones


@dataclass
class Verdict:
    state: str  # passes: the signature is good and nothing is explained; right; unknown: honestly so; wrong
    detail: str = ""
    said: str = ""
    false_proof: bool = False
    seconds: float = 0
    remedies: tuple = ()  # (code, remedy)
    message: bytes = b""
    zone: str = ""


def our_signatures(answer):
    """Those of the sender, or the first one: a field that does not parse has no domain."""
    signatures = answer.get("signatures", [])
    return [s for s in signatures if s.get("domain") == DOMAIN] or signatures[:1]


def our_signature(answer):
    return next(iter(our_signatures(answer)), None)


def in_words(explanation):
    if not explanation:
        return "nothing"
    words = []
    for entry in explanation[:5]:
        about = f" ({entry['field']})" if entry.get("field") else ""
        words.append(f"{entry.get('cause')} {entry.get('proof')}{about}")
    return ", ".join(words) + (f" and {len(explanation) - 5} more" if len(explanation) > 5 else "")


def malformed(explanation):
    """What of an explanation is not as the contract has it, or None."""
    for entry in explanation:
        if set(entry) != {"cause", "proof", "detail", "field", "original", "remedy"}:
            return f"keys {sorted(entry)}"
        if entry["cause"] not in the.CODES:
            return f"unknown code {entry['cause']}"
        if entry["proof"] not in the.PROOFS:
            return f"unknown level of proof {entry['proof']}"
        if not (entry["detail"] or "").strip() or not (entry["remedy"] or "").strip():
            return f"{entry['cause']} without a sentence or a remedy"
        if explanation.count(entry) > 1:
            return f"{entry['cause']} is said twice"
    levels = [the.PROOFS.index(entry["proof"]) for entry in explanation]
    if levels != sorted(levels):
        return "not the most certain first"
    if any(e["cause"] == "unknown" for e in explanation) and len(explanation) > 1:
        return "`unknown` does not stand alone"
    if any(e["cause"] in ("unknown", "passed-at-delivery", *the.WITHOUT_KEY) and e["proof"] == "proven" for e in explanation):
        return "proven, though nothing was undone"
    return None


def plain(text):
    return " ".join(text.split())


def values_of(signed, name):
    fields, _ = split(signed)
    values = [value_of(f).replace(CRLF, b"") for f in fields if name_of(f) == name.lower()]
    return [plain(value.decode("utf-8", "replace")) for value in values]


def true_original(entry, signed):
    """Whether the original value that an entry gives is one that the signed message had."""
    if not entry.get("original") or not entry.get("field"):
        return True
    values = values_of(signed, entry["field"])
    if entry["cause"] == "header-recased":  # a name, or an address
        return entry["original"].lower() == entry["field"].lower() or plain(entry["original"]) in values
    return entry["cause"] not in WITH_ORIGINAL or plain(entry["original"]) in values


def shows_original(entry):
    """Whether there is an original value where one was found."""
    if entry["proof"] != "proven" or entry["cause"] not in (*WITH_ORIGINAL, "header-recased") or not entry["field"]:
        return True
    return bool(entry["original"]) or "empty" in entry["detail"]


def is_platitude(entry):
    """That a header was changed that does not fit the signature: this says nothing of what was."""
    return entry["cause"] == "header-value-changed" and not entry["field"] and entry["proof"] != "proven"


def judge(cell, signed, answer, accepted):
    """`accepted`: what the reference says of the damaged message, None where it cannot be asked. Of several signatures
    the one counts that is explained worst."""
    if "trouble" in answer:
        return Verdict("wrong", answer["trouble"], "no answer")
    signatures = our_signatures(answer)
    if len(signatures) != cell.damage.signatures:
        return Verdict("wrong", f"{len(signatures)} signatures seen", "nothing")
    others = [s for s in answer["signatures"] if s not in signatures]
    if any(s["result"] != "pass" or s["explanation"] for s in others):
        return Verdict("wrong", "another domain's signature does not pass, or is explained", "")
    verdicts = [judge_signature(cell, signed, signature, accepted) for signature in signatures]
    worst = max(verdicts, key=lambda verdict: STATES.index(verdict.state))
    worst.remedies = tuple((e["cause"], e["remedy"]) for s in signatures for e in s["explanation"] or [])
    return worst


def sweeping_remedy(remedies):
    """A remedy that is given for too many causes to be one, or None: (code, remedy) of all explanations."""
    codes, remedies = {code for code, _ in remedies}, set(remedies)
    for text in {text for _, text in remedies}:
        count = sum(remedy == text for _, remedy in remedies)
        if len(codes) > 10 and count > len(codes) / 4:
            return f"for {count} of {len(codes)} causes the remedy is “{text}”"
    return None


def judge_signature(cell, signed, signature, accepted):
    if cell.damage.signatures > 1:
        cell = replace(cell, key="ed25519" if "ed25519" in signature["algorithm"] else "rsa")
    explanation = signature.get("explanation") or []
    said = in_words(explanation)
    verdict = wrong_verdict(cell, signature, accepted)
    if verdict:
        return Verdict("wrong", verdict, said)
    if signature["result"] == "pass":
        return judge_pass(cell, signature, explanation, said)
    if not explanation:
        return Verdict("wrong", "not found", said)
    shape = malformed(explanation)
    if shape:
        return Verdict("wrong", f"against the contract: {shape}", said)
    return judge_causes(cell, signature, explanation, said, signed)


def wrong_verdict(cell, signature, accepted):
    """Where verification itself is not as it must be."""
    result = signature["result"]
    if accepted is not None and result in ("pass", "fail") and (result == "pass") != accepted:
        return f"{result}, but the reference {'accepts' if accepted else 'refuses'}"
    head, _, body = cell.canonicalization.partition("/")
    how = {"always": "relaxed", "relaxed-body": body, "relaxed-header": head}.get(cell.damage.passes)
    if how == "relaxed" and result != "pass":
        return f"{result}, but this damage must not break it"
    return None


def judge_pass(cell, signature, explanation, said):
    if explanation:
        return Verdict("wrong", "a signature that passes is explained", said)
    codes = [w["code"] for w in signature["warnings"]]
    if cell.damage.warning and cell.damage.warning not in codes:
        return Verdict("wrong", f"passes without the warning {cell.damage.warning}", ", ".join(codes) or "nothing")
    return Verdict("passes", said=said)


def broken(signature):
    """What of the message the signature does not fit."""
    return [half for half, matches in (("body", signature["body_hash"]["matches"]),
                                       ("header", signature["signature_matches"])) if matches is False]


def whole(signature):
    return [half for half, matches in (("body", signature["body_hash"]["matches"]),
                                       ("header", signature["signature_matches"])) if matches is True]


def wanted(cell, signature):
    """The causes that have to be named: those of the halves that are broken."""
    causes = [c for c in cell.damage.causes if c.applies(cell)]
    return [c for c in causes if c.half not in whole(signature)] or causes


def half_of(entry, cell):
    """What an entry is about: the half that the damage is done to, where that cause can be of both."""
    fitting = next((c for c in cell.damage.causes if entry["cause"] in c.codes), None)
    return fitting.half if fitting else the.half_of(entry["cause"])


def is_honest(entry, causes):
    """Whether it says no more than that nothing can be told, where no more than that is expected."""
    code = entry["cause"]
    return code == "unknown" or code in the.WITHOUT_KEY and not any(c.fits(entry) for c in causes)


def judge_causes(cell, signature, explanation, said, signed):
    causes = wanted(cell, signature)
    verdict = (false_proof(cell, signature, explanation, signed) or beyond(cell, signature, explanation, causes)
               or unsaid_halves(cell, signature, explanation))
    if verdict:
        return Verdict("wrong", verdict, said, false_proof=verdict.startswith("false proof"))
    named = [e for e in explanation if not is_honest(e, causes) and not is_platitude(e)
             and not any(b.fits(e) for b in cell.damage.beside)]
    found = [[e for e in named if cause.fits(e)] for cause in causes]
    if not any(found):
        if named:  # something else was said where `unknown` would have been right
            return Verdict("wrong", f"not found: {causes[0].codes[0] if causes[0].codes else 'nothing is known'}", said)
        missing = next((c for c in causes if not c.unknown(cell)), None)
        return Verdict("wrong", f"not found: {missing.codes[0]}", said) if missing else Verdict("unknown", said=said)
    if not any(cause.fits(named[0]) for cause in causes):
        return Verdict("wrong", f"{named[0]['cause']} comes first", said)
    for cause, entries in zip(causes, found):
        problem = lacking(cause, entries, cell)
        if problem:
            return Verdict("wrong", problem, said)
    return Verdict("right", said=said)


def lacking(cause, entries, cell):
    """What the entries that say a cause do not say, or None."""
    if not entries:
        return None if cause.unknown(cell) else f"not found: {cause}"
    if cause.proven(cell) and not any(e["proof"] == "proven" for e in entries):
        return f"{entries[0]['cause']} is not proven"
    if not all(shows_original(e) for e in entries):
        return f"{entries[0]['cause']} without what was there before"
    unsaid = cause.unsaid(cell, entries)
    return f"{entries[0]['cause']} does not say “{unsaid}”, but: {entries[0]['detail']}" if unsaid else None


def false_proof(cell, signature, explanation, signed):
    """What is proven though it is not so."""
    allowed = [c for c in (*cell.damage.causes, *cell.damage.beside) if c.applies(cell)]
    for entry in explanation:
        if entry["proof"] != "proven":
            continue
        half = half_of(entry, cell)
        if cell.damage.tampered is True or half and half == cell.damage.tampered:
            return "false proof: nothing can be proven here"
        if half in whole(signature):
            return f"false proof: {entry['cause']}, though that half is whole"
        if not any(c.fits(entry) for c in allowed):
            return f"false proof: {entry['cause']} is not so"
        if not true_original(entry, signed):
            return "false proof: the original is another"
    return None


def beyond(cell, signature, explanation, causes):
    """What is said and must not be: of a half that is whole, of another cause."""
    possible = 0
    for entry in explanation:
        code = entry["cause"]
        allowed = any(c.fits(entry) for c in (*causes, *cell.damage.beside) if c.applies(cell))
        if code in cell.damage.forbidden:
            return f"{code} must not be said"
        words = next((w for w in cell.damage.never if w.lower() in entry["detail"].lower()), None)
        if words:
            return f"“{words}” must not be said, but: {entry['detail']}"
        if half_of(entry, cell) in whole(signature):
            return f"{code}, though that half is whole"
        if is_platitude(entry):
            # that an RSA signature opens to another hash can be seen; of an Ed25519 signature it cannot
            if cell.key != "rsa" or not any(c.half == "header" for c in causes):
                return "that the header is another one is not so, or cannot be known"
        elif not allowed and entry["proof"] == "likely":
            return f"{code} is not so"
        elif not allowed and not is_honest(entry, causes):
            possible += 1
    return f"{possible} causes that may be and are not so" if possible > MANY_POSSIBLE else None


def unsaid_halves(cell, signature, explanation):
    """Where both halves are broken and one is explained, that the other is not has to be said; and only then."""
    codes = [w["code"] for w in signature["warnings"]]
    explained = any(half_of(e, cell) or e["cause"] in the.KEY for e in explanation)
    for half in ("body", "header"):
        about = [e for e in explanation if half_of(e, cell) == half
                 or half == "header" and e["cause"] in the.KEY]
        warned = f"{half}-not-explained" in codes
        if warned and (half not in broken(signature) or any(e["proof"] == "proven" for e in about)):
            return f"the warning {half}-not-explained, though it is whole or explained"
        if half in broken(signature) and explained and not about and not warned:
            return f"neither an explanation of the {half} nor the warning {half}-not-explained"
    return None
