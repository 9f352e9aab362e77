"""What a life is about, chosen from a seed: names, schema, values, clocks, requests."""

import random
from dataclasses import dataclass, field

SIZES = (0, 1, 8, 64)
KINDS = ("flag", "integer", "text")
PURPOSES = ("registration", "login", "re-verification", "government service", None)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TEXTS = ("上海", "a" * 255, "é" * 127, "e\u0301", "two\nlines", " x ", "plain")
STATEMENTS = (None, "I agree", "同意\n条款", "a" * 8192, " é ")
INTEGERS = (0, 1, 2, 2**32, 2**63, 2**64 - 1)
WRONG = (-300, 0, 300)  # how far a clock is off


@dataclass
class Scenario:
    """The second key issues from `rotation` on, when the first list ends, and is withdrawn in
    its second epoch; the first key has all attributes but the last."""

    seed: str
    authority_id: str
    host: str
    platform_id: str
    schema: list
    values: list
    epoch_length: int
    rotation: int
    batches: int
    clocks: tuple  # of authority, holder, platform: how far off
    requests: list = field(default_factory=list)
    labels: list = field(default_factory=list)
    beyond: int = 0  # how long the first list lasts after the rotation, if there is none

    @property
    def first_schema(self):
        return self.schema[:-1] if len(self.schema) > 1 else self.schema


def a_name(rng, most=63):
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


def condition(rng, name, held):
    """Conditions that the value meets, in any order."""
    operators = ["equals", "is present"]
    if isinstance(held, int) and not isinstance(held, bool):
        operators += ["at least", "at most"]
    for operator in rng.sample(operators, rng.randint(1, len(operators))):
        made = {"name": name, "operator": operator}
        if operator == "equals":
            made["operand"] = held
        elif operator == "at least":
            made["operand"] = rng.choice((0, held, rng.randint(0, held)))
        elif operator == "at most":
            made["operand"] = rng.choice((2**64 - 1, held, rng.randint(held, 2**64 - 1)))
        yield made


def request(rng, number, made):
    """What the platform asks, as the fields of `platform.request`."""
    held = {a["name"]: v for a, v in zip(made.schema, made.values)}
    names = list(held)
    disclosures = [[], names, [name for name in names if rng.random() < 0.4]][number % 3]
    conditions = [c for name in disclosures if held[name] is not None and rng.random() < 0.5
                  for c in condition(rng, name, held[name])]
    asked = {
        "purpose": PURPOSES[number % len(PURPOSES)] or {"own": a_name(rng)},
        "life": rng.choice((0, 300, min(made.epoch_length - 1200, 86400))),
        "disclosures": rng.sample(disclosures, len(disclosures)), "conditions": conditions[:64],
        "previous": rng.random() < 0.7,
    }
    statement = STATEMENTS[number % len(STATEMENTS)]
    for name, given in (("label", made.labels[number % len(made.labels)]),
                        ("statement", statement and statement.encode().hex()),
                        ("notice", rng.choice((None, rng.randbytes(32).hex())))):
        if given is not None:
            asked[name] = given
    return asked


def scenario(seed, size, requests=5):
    """Everything about one life but its coins."""
    rng = random.Random(f"scenario {seed}")
    names = []
    while len(names) < size:
        name = a_name(rng)
        if name not in names:
            names.append(name)
    # Each kind comes up, and each is once absent where there is room for it.
    schema = [{"name": name, "kind": KINDS[i % 3]} for i, name in enumerate(names)]
    values = [None if 3 <= i < 6 else value(rng, a["kind"]) for i, a in enumerate(schema)]
    length = rng.choice((3600, 7200, 86400))
    rotation = rng.randrange(2**31, 2**33) // length * length
    made = Scenario(str(seed), a_name(rng), host(rng), host(rng), schema, values, length, rotation,
                    rng.choice((1, 2)), tuple(rng.choice(WRONG) for _ in range(3)),
                    labels=[None, a_name(rng)])
    made.requests = [request(rng, number, made) for number in range(requests)]
    return made
