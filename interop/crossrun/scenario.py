"""What a life is about, chosen from a seed: names, schema, values, requests."""

import random
from dataclasses import dataclass, field

SIZES = (0, 1, 8, 64)
KINDS = ("flag", "integer", "text")
PURPOSES = ("registration", "login", "re-verification", "government service", None)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TEXTS = ("", "上海", "a" * 255, "é" * 127, "e\u0301", "\0", "👩‍👩‍👧", "plain")
INTEGERS = (0, 1, 2, 2**32, 2**63, 2**64 - 1)


@dataclass
class Scenario:
    seed: str
    authority_id: str
    platform_id: str
    schema: list
    values: list
    epoch_length: int
    now: int
    age: int  # of the credential when it is shown, in epochs
    requests: list = field(default_factory=list)
    labels: list = field(default_factory=list)


def token(rng, most=63):
    length = rng.choice((1, 2, 8, most))
    if length == 1:
        return rng.choice(LETTERS)
    middle = "".join(rng.choice(LETTERS + "-._") for _ in range(length - 2))
    return rng.choice(LETTERS) + middle + rng.choice(LETTERS)


def host(rng):
    labels = ["".join(rng.choice(LETTERS) for _ in range(rng.choice((1, 5, 63))))
              for _ in range(rng.choice((1, 2, 3)))]
    return ".".join([*labels, rng.choice(("cn", "example", "xn--fiqs8s"))])


def value(rng, kind):
    if rng.random() < 0.2:
        return None
    if kind == "flag":
        return rng.random() < 0.5
    if kind == "integer":
        return rng.choice((*INTEGERS, rng.randrange(2**64)))
    return rng.choice(TEXTS)


def condition(rng, index, held):
    """A condition that the value meets."""
    operators = ["equals", "is present"]
    if isinstance(held, int) and not isinstance(held, bool):
        operators += ["at least", "at most"]
    order = ("equals", "at least", "at most", "is present")
    chosen = rng.sample(operators, rng.randint(1, len(operators)))
    for operator in sorted(chosen, key=order.index):
        made = {"index": index, "operator": operator}
        if operator == "equals":
            made["operand"] = held
        elif operator == "at least":
            made["operand"] = rng.choice((0, held, rng.randint(0, held)))
        elif operator == "at most":
            made["operand"] = rng.choice((2**64 - 1, held, rng.randint(held, 2**64 - 1)))
        yield made


def request(rng, number, made):
    """What the platform asks, as the fields of `platform.request`."""
    count = len(made.schema)
    disclosed = [[], list(range(count)), [i for i in range(count) if rng.random() < 0.4]]
    disclosures = disclosed[number % 3]
    conditions = [c for i in disclosures if made.values[i] is not None and rng.random() < 0.5
                  for c in condition(rng, i, made.values[i])]
    # Epochs and expiry are relative: how many epochs back, how many seconds on.
    back = rng.randint(made.age, min(255, made.now // made.epoch_length + made.age))
    asked = {
        "purpose": PURPOSES[number % len(PURPOSES)] or {"own": token(rng)},
        "back": back, "seconds": rng.choice((0, 300, 86400)),
        "disclosures": disclosures, "conditions": conditions,
    }
    label = made.labels[number % len(made.labels)]
    statement = rng.choice((None, b"", b"I agree", rng.randbytes(1000), rng.randbytes(65535)))
    for name, given in (("label", label),
                        ("statement", None if statement is None else statement.hex()),
                        ("notice", rng.choice((None, rng.randbytes(32).hex())))):
        if given is not None:
            asked[name] = given
    return asked


def scenario(seed, size, requests=5):
    """Everything about one life but its coins."""
    rng = random.Random(f"scenario {seed}")
    names = []
    while len(names) < size:
        name = token(rng)
        if name not in names:
            names.append(name)
    # Each kind comes up, and each is once absent where there is room for it.
    schema = [{"name": name, "kind": KINDS[i % 3]} for i, name in enumerate(names)]
    values = [None if 3 <= i < 6 else value(rng, a["kind"]) for i, a in enumerate(schema)]
    length = rng.choice((1, 3600, 86400, 2**32 - 1))
    made = Scenario(str(seed), token(rng), host(rng), schema, values, length,
                    rng.randrange(2**31, 2**33), rng.choice((0, 1, 3)), labels=[None, token(rng)])
    made.requests = [request(rng, number, made) for number in range(requests)]
    return made
