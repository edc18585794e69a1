"""Is what was said of a damaged message right?"""

from dataclasses import dataclass

import damage as the
from messages import CRLF, DOMAIN, name_of, split, value_of

STATES = ("passes", "right", "unknown", "wrong")
# causes whose proof shows the value that a field had: it has to be that value
WITH_ORIGINAL = ("header-value-changed", "subject-tagged", "header-reencoded", "from-rewritten")


@dataclass
class Verdict:
    state: str  # passes: the signature is good and nothing is explained; right; unknown: honestly so; wrong
    detail: str = ""
    said: str = ""
    false_proof: bool = False
    seconds: float = 0
    message: bytes = b""
    zone: str = ""


def our_signature(answer):
    found = [s for s in answer.get("signatures", []) if s.get("domain") == DOMAIN]
    # a field that does not parse has no domain
    return found[0] if found else next(iter(answer.get("signatures", [])), None)


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
        if not entry["detail"] or not entry["remedy"]:
            return f"{entry['cause']} without a sentence or a remedy"
    levels = [the.PROOFS.index(entry["proof"]) for entry in explanation]
    if levels != sorted(levels):
        return "not the most certain first"
    if any(e["cause"] == "unknown" for e in explanation) and len(explanation) > 1:
        return "`unknown` does not stand alone"
    if any(e["cause"] in ("unknown", "passed-at-delivery") and e["proof"] == "proven" for e in explanation):
        return "proven, though nothing was undone"
    return None


def plain(text):
    return " ".join(text.split())


def true_original(entry, signed):
    """Whether the original value that an entry gives is one that the signed message had."""
    if not entry.get("original") or not entry.get("field") or entry["cause"] not in WITH_ORIGINAL:
        return True
    fields, _ = split(signed)
    values = [plain(value_of(f).replace(CRLF, b"").decode("utf-8", "replace")) for f in fields
              if name_of(f) == entry["field"].lower()]
    original = plain(entry["original"])
    if original.lower().startswith(entry["field"].lower() + ":"):
        original = plain(original.split(":", 1)[1])
    return original in values


def judge(cell, signed, answer, accepted):
    """`accepted`: what the reference says of the damaged message, None where it cannot be asked."""
    if "trouble" in answer:
        return Verdict("wrong", answer["trouble"], "no answer")
    signature = our_signature(answer)
    if not signature:
        return Verdict("wrong", "no signature seen", "nothing")
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


def wanted(cell, signature):
    """The causes that have to be named: those of the halves that are broken."""
    body, header = signature["body_hash"]["matches"], signature["signature_matches"]
    needed = [c for c in cell.damage.causes
              if not (c.half == "body" and body is True) and not (c.half == "header" and header is True)]
    return needed or list(cell.damage.causes)


def whole(cause, signature):
    """Whether the half that `cause` is about verifies, so that there is nothing to be explained in it."""
    if cause in ("canonicalization-mislabelled", "transfer-encoding-changed"):
        return False  # of both halves
    return (cause in the.BODY and signature["body_hash"]["matches"] is True
            or cause in the.HEADER and signature["signature_matches"] is True)


def judge_causes(cell, signature, explanation, said, signed):
    allowed = {code for cause in cell.damage.causes for code in cause.codes} | set(cell.damage.beside)
    for entry in explanation:
        if entry["proof"] == "proven" and cell.damage.tampered:
            return Verdict("wrong", "false proof: nothing can be proven here", said, false_proof=True)
        if entry["proof"] == "proven" and whole(entry["cause"], signature):
            return Verdict("wrong", f"false proof: {entry['cause']}, though that half is whole", said, false_proof=True)
        if entry["proof"] == "proven" and (entry["cause"] not in allowed or not true_original(entry, signed)):
            why = f"{entry['cause']} is not so" if entry["cause"] not in allowed else "the original is another"
            return Verdict("wrong", f"false proof: {why}", said, false_proof=True)
        if entry["cause"] in cell.damage.forbidden:
            return Verdict("wrong", f"{entry['cause']} must not be said", said)

    causes = wanted(cell, signature)
    candidates = [e for e in explanation if e["cause"] not in cell.damage.beside]
    if not candidates:
        return Verdict("wrong", f"not found: {causes[0].codes[0]}", said)
    if candidates[0]["cause"] == "unknown":
        honest = all(cause.unknown(cell) for cause in causes)
        return Verdict("unknown" if honest else "wrong", "" if honest else f"not found: {causes[0].codes[0]}", said)
    missing = None
    for cause in causes:
        # one cause has to come first; several have to be there
        places = candidates[:1] if len(causes) == 1 else candidates
        found = [e for e in places if e["cause"] in cause.codes]
        if not found and not cause.unknown(cell):
            missing = f"not found: {cause.codes[0]}"
        elif found and cause.proven(cell) and not any(e["proof"] == "proven" for e in found):
            missing = missing or f"{found[0]['cause']} is not proven"
        elif not found and len(causes) == 1:
            missing = f"not found: {cause.codes[0]}"  # something else was said where `unknown` would have been right
    return Verdict("wrong", missing, said) if missing else Verdict("right", said=said)
