"""Messages out of small mutations: of the message, of its signatures, of the key record, and damage done later.

A message is drawn from its seed and number alone. What the mutations are is in the four tables.
"""

import random
from dataclasses import dataclass, field

import damages
import messages
import records
import signatures
from generate import keys, signer

# How likely each key is, and each canonicalization.
KEYS = {keys.RSA_1024: 10, keys.RSA_2048: 3, keys.ED25519: 5}
CANONICALIZATIONS = {"relaxed/relaxed": 8, "relaxed/simple": 4, "simple/simple": 4, "simple/relaxed": 3, "relaxed": 1}
NAMES = {"from:to:subject:date": 3, "from:to:subject:date:message-id:reply-to": 1, "From:Subject": 1}
# How likely it is that so many mutations are put together.
MESSAGE_MUTATIONS = {0: 10, 1: 6, 2: 3}
SIGNATURE_MUTATIONS = {0: 8, 1: 8, 2: 3}
RECORD_MUTATIONS = {0: 7, 1: 3}
DAMAGES = {0: 12, 1: 7, 2: 1}
SIGNATURES = {1: 16, 2: 3, 3: 1}


@dataclass
class Signature:
    """A signature that is not made yet: its tags in order, and how they are written."""

    key: object
    tags: list  # of [name, value]
    glue: str = ";\r\n\t"
    equals: str = "="
    start: str = " "
    end: str = ""
    options: dict = field(default_factory=dict)  # of signer.sign

    def get(self, name):
        """The value of a tag, or None."""
        return next((value for known, value in self.tags if known == name), None)

    def put(self, name, value):
        """Gives a tag a value, before h= if it is new; None takes it out."""
        kept = [tag for tag in self.tags if tag[0] != name]
        if value is not None:
            known = [known for known, _ in self.tags]
            at = known.index(name) if name in known else len(kept) - 3
            kept.insert(max(at, 0), [name, value])
        self.tags = kept

    def made(self, source):
        """`source` with this signature on top."""
        template = self.start + self.glue.join(name + self.equals + value for name, value in self.tags) + self.end
        return signer.sign(source, key=self.key, template=template, **self.options)


@dataclass
class Generated:
    """A message, and the mutations that made it what it is (for people; no verdict depends on them)."""

    data: bytes
    mutations: list


def drawn(rng, odds):
    """One of the keys of `odds`, as likely as their values say."""
    return rng.choices(list(odds), weights=list(odds.values()))[0]


def chosen(rng, table, odds):
    """The names of a few mutations of a table."""
    return rng.sample(list(table), drawn(rng, odds))


def plain_signature(rng):
    """A good signature, and the name of its key's record."""
    key = drawn(rng, KEYS)
    twist = drawn(rng, RECORD_MUTATIONS) and rng.choice(list(records.TWISTS)) or records.PLAIN
    key = records.SHORT.get(twist, key)
    tags = {"v": "1", "a": f"{key.algorithm}-sha256", "c": drawn(rng, CANONICALIZATIONS), "d": signer.DOMAIN,
            "s": records.selector(key, twist), "h": drawn(rng, NAMES), "bh": "@bh@", "b": "@b@"}  # fmt: skip
    return Signature(key, [list(tag) for tag in tags.items()]), twist


def signed(rng, source):
    """`source` with one more signature, and the names of what is odd about it."""
    signature, twist = plain_signature(rng)
    names = chosen(rng, signatures.MUTATIONS, SIGNATURE_MUTATIONS)
    for name in names:
        signatures.MUTATIONS[name](signature, rng)
    return signature.made(source), [twist, *names]


def generated(seed, number):
    """The message with this number, the same whenever the seed is."""
    rng = random.Random(f"{seed}/{number}")
    draft = messages.plain()
    mutations = chosen(rng, messages.MUTATIONS, MESSAGE_MUTATIONS)
    for name in mutations:
        messages.MUTATIONS[name](draft, rng)
    data = draft.data()
    for _ in range(drawn(rng, SIGNATURES)):
        data, names = signed(rng, data)
        mutations += names
    for name in chosen(rng, damages.DAMAGES, DAMAGES):
        data = damages.DAMAGES[name](data, rng)
        mutations.append(name)
    return Generated(data, mutations)
