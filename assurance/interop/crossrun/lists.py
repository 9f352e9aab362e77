"""Parameter lists: which successor may follow which, and what slot a time has, by the twins;
and lists that the Rust crate makes by its own functions, which Python takes (SPEC.md sections
4.5, 4.6)."""

import random
from collections import Counter

from .life import expect
from .peers import Difference, Refused

HOUR = 3600
ID, HOST = "authority.example", "id.authority.example"
OUTCOMES = ("taken", "conflicting_list", "foreign_authority", "stale_list", "missing_list",
            "early_list")


class Lists:
    """Times are few and round, so that they often meet."""

    def __init__(self, twins, rust, seed):
        self.twins, self.rust = twins, rust
        self.random = random.Random(f"lists {seed}")
        self.counts = Counter()
        self.base = self.random.randrange(10**5, 10**6) * 24 * HOUR
        schema = [{"name": "age", "kind": "integer"}]
        self.pool = [self._parameters(seed, length, schema)
                     for seed, length in (("01", HOUR), ("02", 2 * HOUR), ("03", HOUR),
                                          ("04", 4 * HOUR), ("05", 2 * HOUR))]
        self.same_keys = [self._parameters(seed, 2 * HOUR, []) for seed in ("01", "02", "03")]

    def _parameters(self, seed, length, schema=(), authority_id=ID):
        return self.twins.do("parameters.make", seed=seed * 32, authority_id=authority_id,
                             epoch_length=length, batches=1, schema=list(schema))

    def make(self, **fields):
        entries = [{"from": start, "parameters": p["parameters"]}
                   for start, p in fields.pop("entries")]
        return self.twins.do("list.make", **{
            "authority_id": ID, "host": HOST, "entries": entries, **fields})

    def play(self, rounds):
        made = 0
        while made < rounds:
            try:
                here = self._a_list()
                after = self._a_successor(here)
            except Refused as refusal:  # not a list at all
                self.counts[f"list.make: {refusal.reason}"] += 1
                continue
            made += 1
            now = after["since"] + self.random.choice((-1, 0, 0, 0, 5 * HOUR))
            self._succeed(here["made"], after["made"], now)
            self._slots(after["made"]["list"])
        self._others()
        missing = [name for name in OUTCOMES if not self.counts[f"list.succeed: {name}"]]
        if missing:
            raise Difference(f"never came up: {missing}")

    def _succeed(self, here, after, now):
        try:
            done = self.twins.do("list.succeed", list=here["list"], successor=after["list"],
                                 now=now)
            expect("the list in use", done["list_id"], after["list_id"])
            self.counts["list.succeed: taken"] += 1
        except Refused as refusal:
            self.counts[f"list.succeed: {refusal.reason}"] += 1

    def _slots(self, text):
        for _ in range(2):
            time = max(0, self.base + self.random.randrange(-3, 12) * HOUR
                       + self.random.choice((-1, 0, 1)))
            self.twins.do("list.slot", list=text, time=time)

    def _beside(self):
        """Most often nothing."""
        return self.random.choice((-1, 0, 0, 0, 0, 1))

    def _times(self, count):
        return sorted(self.random.sample(range(0, 9, 2), count))

    def _a_list(self):
        start, count = self.random.choice((0, 1, 2)), self.random.choice((1, 1, 2, 2, 3))
        fields = {
            "serial": 3, "previous": "07" * 32, "since": self.base + start * HOUR,
            "until": self.base + (start + self.random.randrange(2, 9)) * HOUR + self._beside(),
            "withdrawn": [{"params_id": "08" * 32, "since": 5}] * self.random.choice((0, 0, 1)),
            "entries": [(self.base + t * HOUR, p) for t, p in zip(
                self._times(count), self.random.sample(self.pool, count))],
        }
        return {**fields, "made": self.make(**fields)}

    def _a_successor(self, here):
        """Most often one that is as it should be but for one or two changes."""
        choose = self.random.choice
        fields = {name: here[name] for name in ("until", "withdrawn", "entries")}
        fields["since"] = here["since"] + choose((0, 1, 1, 2, 4, 9)) * HOUR + self._beside()
        fields["serial"] = choose((4,) * 12 + (2, 3, 5))
        fields["previous"] = choose((here["made"]["list_id"],) * 9 + ("09" * 32,))
        fields["until"] = max(fields["until"], fields["since"]) + choose((-1, 0, 1, 4, 4)) * HOUR
        entries = list(fields["entries"])
        for _ in range(choose((0, 1, 1, 2))):
            entries = self._changed(entries)
        if self.random.random() < 0.4:
            entries, fields["withdrawn"] = self._withdrawn(here, entries, fields)
        if self.random.random() < 0.1:
            fields["withdrawn"] = [{**w, "since": w["since"] + choose((-1, 1))}
                                   for w in fields["withdrawn"]][:choose((0, 1, 9))]
        fields["entries"] = entries
        return {**fields, "made": self.make(**fields)}

    def _changed(self, entries):
        how = self.random.choice(("drop", "add", "add", "first", "move", "key"))
        known = [p for p in self.pool if all(p is not q for _, q in entries)]
        start = self.base + self.random.randrange(0, 13, 2) * HOUR
        if how == "drop":
            return entries[1:] or entries
        if how == "first":
            return [(0, self.random.choice(known)), *entries]
        if how == "add":
            return sorted([*entries, (start, self.random.choice(known))], key=lambda e: e[0])
        number = self.random.randrange(len(entries))
        there = list(entries)
        if how == "move":
            there[number] = (start, there[number][1])
        else:
            there[number] = (there[number][0], self.random.choice(known + self.same_keys))
        return there

    def _withdrawn(self, here, entries, fields):
        """One key stolen, with or without what has to follow."""
        stolen = self.random.choice(here["entries"])
        begun = stolen[0] <= fields["since"]
        left = [e for e in entries if e[1] is not stolen[1]
                and not (begun and e[0] < stolen[0] and self.random.random() < 0.8)]
        if self.random.random() < 0.7 or not left:
            known = [p for p in self.pool if all(p is not q for _, q in here["entries"])]
            start = self.base + self.random.randrange(-4, 9, 2) * HOUR
            left = sorted([*left, (start, self.random.choice(known))], key=lambda e: e[0])
        return left, [*fields["withdrawn"],
                      {"params_id": stolen[1]["params_id"], "since": fields["since"]}]

    def _others(self):
        """Another authority's; the same list, and another with its serial."""
        fields = {"since": self.base, "until": self.base + 9, "entries": [(0, self.pool[0])]}
        here = self.make(**fields)
        foreign = self._parameters("01", HOUR, authority_id="b")
        for after in (self.make(**{**fields, "authority_id": "b", "entries": [(0, foreign)]}),
                      here, self.make(**{**fields, "host": "b.example"})):
            self._succeed(here, after, self.base)

    def own_functions(self):
        """What pairnym makes of a list is what Python makes and takes."""
        one, two, three = (self._parameters(seed, HOUR) for seed in ("01", "02", "03"))
        base, day = self.base, 24 * HOUR
        until = base + 5 * day
        first = self.rust.do("list.first", host=HOST, since=base, until=until, parameters=one[
            "parameters"], **{"from": 0})
        expect("a first list", first, self.make(since=base, until=until, entries=[(0, one)]))

        def follow(before, serial, op, since, until, entries, withdrawn=(), **fields):
            made = self.rust.do(op, list=before["list"], since=since, until=until, **fields)
            expect(op, made, self.make(
                since=since, until=until, serial=serial, previous=before["list_id"],
                entries=entries, withdrawn=list(withdrawn)))
            self._succeed(before, made, since)
            self.counts[f"{op}: as Python makes it"] += 1
            return made

        renewed = follow(first, 1, "list.renew", base + day, until + day, [(0, one)])
        change = until + day
        entries = [(0, one), (change, two)]
        rotated = follow(renewed, 2, "list.rotate", base + 2 * day, until + 4 * day, entries,
                         parameters=two["parameters"], **{"from": change})
        settled = follow(rotated, 3, "list.renew", change + 2 * HOUR, until + 6 * day,
                         [(change, two)])
        gone = {"params_id": two["params_id"], "suspect_since": 7}
        named = [{"params_id": two["params_id"], "since": 7}]
        later = change + 30 * HOUR
        follow(settled, 4, "list.withdraw", later, until + 8 * day,
               [(later - later % HOUR - HOUR, three)], named, **gone,
               replacement=three["parameters"])
        # The key that has not begun goes alone.
        follow(rotated, 3, "list.withdraw", base + 3 * day, until + 8 * day, [(0, one)], named,
               **gone)
        if self.counts["list.succeed: conflicting_list"]:
            raise Difference("a list of the crate's own making is not taken")

    def whole(self, rounds):
        self.own_functions()
        self.play(rounds)
