"""The two implementations against each other: Python and Rust in every role.

Run in this directory, after `cargo build --release --locked -p pairnym-peer`:

    python3 cross.py                a run as CI makes it
    python3 cross.py --rounds 100   a longer one; --seed for another
    python3 cross.py --self-test    plants faults and sees that they are found

Everything is chosen from the seed, so a failure comes again with the same arguments.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from itertools import cycle, permutations, product

from crossrun.faults import FAULTS, WHERE, where
from crossrun.forgeries import Forgeries
from crossrun.life import Life
from crossrun.lists import Lists
from crossrun.misuse import Misuses
from crossrun.peers import Difference, Python, Refused, Rust, Twins
from crossrun.refusals import Refusals
from crossrun.scenario import SIZES, scenario
from crossrun.shared import SharedLife
from crossrun.shared_misuse import SharedMisuses
from crossrun.shared_refusals import SharedRefusals


class Tally:
    """What passed and what failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, check, *arguments):
        start = time.monotonic()
        try:
            found = check(*arguments)
        except (Difference, Refused) as error:
            self.failed += 1
            print(f"FAILED {name}: {error}", flush=True)
            return None
        except Exception:  # a fault of this program: told, and the rest is run
            self.failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
            return None
        self.passed += 1
        print(f"ok     {name} ({time.monotonic() - start:.1f} s)", flush=True)
        return found

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def life(made, cast, peers):
    """A whole life with this cast; the authority's second process and the person's second
    device run the other implementation."""
    def other(role):
        return next(peer for name, peer in peers.items() if name != role)
    authority, holder, platform = (peers[name] for name in cast)
    return Life(made, authority, holder, platform, other(cast[0]), other(cast[1])).whole()


def same(lives):
    """However the roles are cast, everybody sends the same bytes."""
    (cast, first), *others = lives.items()
    for other, seen in others:
        for (name, one), (_, two) in zip(first, seen, strict=True):
            if one != two:
                raise Difference(f"{name} differs between {cast} and {other}: {one} and {two}")
    return len(first)


def cross_runs(tally, peers, seed, rounds):
    for number in range(rounds):
        size = SIZES[number % len(SIZES)]
        print(f"\nround {number}: {size} attributes, as authority–holder–platform")
        lives = {}
        for cast in product(peers, repeat=3):
            seen = tally.run("–".join(cast), life, scenario(f"{seed}/{number}", size), cast,
                             peers)
            if seen is not None:
                lives["–".join(cast)] = seen
        if lives:
            tally.run("all casts send the same bytes", same, lives)


def shared_life(made, cast, peers, at_distance):
    """The life of a shared holder; their next devices run the other implementation."""
    return SharedLife(made, *(peers[name] for name in cast), at_distance).whole()


def shared_runs(tally, peers, seed, rounds):
    """Lead and second are always of two implementations; authority and platform of one, in
    turn."""
    for number, others in zip(range(rounds), cycle(reversed(peers))):
        at_distance = number % 2 == 0
        where = "at a distance" if at_distance else "face to face"
        print(f"\nshared {number}: paired {where}, as authority–lead–second–platform")
        lives = {}
        for lead, second in permutations(peers):
            cast = others, lead, second, others
            made = scenario(f"{seed}/shared {number}", 8, requests=2)
            seen = tally.run("–".join(cast), shared_life, made, cast, peers, at_distance)
            if seen is not None:
                lives["–".join(cast)] = seen
        if lives:
            tally.run("all casts send the same bytes", same, lives)


def refusals(tally, twins, rust, seed, rounds):
    counts = Counter()
    for number in range(rounds):
        print(f"\nrefusals {number}: both implementations make each step")
        found = Refusals(twins, f"{seed}/refusals {number}")
        tally.run("messages changed on their way", found.forged)
        tally.run("bytes that do not decode", found.decoders, 200)
        tally.run("texts that are no 网号", found.texts, 1000)
        forgeries = Forgeries(found.life)
        tally.run("a holder with forged storage", forgeries.play)
        tally.run("a holder that checks nothing", forgeries.proofs)
        tally.run("presentations verified together", forgeries.batch)
        misuses = Misuses(twins, f"{seed}/misuses {number}")
        tally.run("own inputs, stores and clock", misuses.play)
        lists = Lists(twins, rust, f"{seed}/{number}")
        tally.run("lists that the crate makes", lists.own_functions)
        tally.run("lists that follow each other or do not", lists.play, 400)
        between = SharedRefusals(twins, f"{seed}/shared {number}")
        tally.run("changed between two devices", between.forged)
        tally.run("bytes of two devices that do not decode", between.decoders, 50)
        alone = SharedMisuses(twins, f"{seed}/shared {number}")
        tally.run("two devices' own inputs, and a device that keeps no rule", alone.play)
        for each in (found, forgeries, misuses, lists, between, alone):
            counts += each.counts
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    print(f"{twins.steps:6} steps made by both, with equal answers")


def begun(twins, seed):
    """A short life, up to the first login."""
    found = Refusals(twins, seed)
    found.begin()
    return found


def brief(part, twins, rust, seed):
    """A part of what the cross-runs do."""
    if part == "lists":
        Lists(twins, rust, seed).whole(100)
    elif part == "life":
        begun(twins, seed)
    elif part == "decoding":
        found = begun(twins, seed)
        found.decoders(0)
        found.texts(20)
    elif part == "forgeries":
        forgeries = Forgeries(begun(twins, seed).life)
        forgeries.play()
        forgeries.proofs()
        forgeries.batch()
    elif part == "shared life":
        SharedLife(scenario(seed, 8, requests=1), *[twins] * 4, at_distance=True).brief()
    elif part == "shared channel":
        SharedRefusals(twins, seed).brief()
    elif part.startswith("shared "):
        SharedMisuses(twins, seed).only(part.removeprefix("shared "))
    else:
        Misuses(twins, seed).only(part)


def self_test(tally, seed):
    peers = {"py": Python(), "rust": Rust()}
    for part in ("life", *WHERE):
        tally.run(f"without a fault: {part}", brief, part, Twins(*peers.values()), peers["rust"],
                  seed)

    def found(part, plant):
        with plant():
            try:
                brief(part, Twins(Python(), peers["rust"]), peers["rust"], seed)
            except (Difference, Refused) as error:
                return print(f"       found: {str(error)[:140]}")
        raise Difference("the fault was not found")

    for name, plant in FAULTS.items():
        tally.run(name, found, where(name), plant)

    def refused(cast):
        with FAULTS["another label than presentation"]():
            try:
                life(scenario(seed, 1, requests=1), cast, {"py": Python(), "rust": peers["rust"]})
            except Refused as error:
                return print(f"       found: {error}")
        raise Difference("the fault was not found")

    for cast in (("py", "rust", "py"), ("rust", "py", "rust")):
        tally.run(f"another label than presentation, {'–'.join(cast)}", refused, cast)
    peers["rust"].close()


def main():
    parser = argparse.ArgumentParser(description="cross-runs of the two implementations")
    parser.add_argument("--rounds", type=int, default=len(SIZES), help="lives with each cast")
    parser.add_argument("--refusals", type=int, default=1, help="rounds of refusals")
    parser.add_argument("--seed", default="pairnym", help="any word")
    parser.add_argument("--self-test", action="store_true", help="plant faults")
    given = parser.parse_args()
    tally = Tally()
    if given.self_test:
        self_test(tally, given.seed)
        return tally.end()
    peers = {"py": Python(), "rust": Rust()}
    cross_runs(tally, peers, given.seed, given.rounds)
    shared_runs(tally, peers, given.seed, max(given.rounds // 2, 1))
    refusals(tally, Twins(*peers.values()), peers["rust"], given.seed, given.refusals)
    peers["rust"].close()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
