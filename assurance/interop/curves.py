"""ristretto255 by four libraries: the Python implementation, curve25519-dalek (in the Rust
peer), libsodium and @noble/curves must agree on every input.

Run in this directory, after `cargo build --release --locked -p pairnym-peer`, with libsodium23
installed and after `npm ci` in noble/:

    python3 curves.py              --count and --seed for other runs
    python3 curves.py --self-test  plants faults and sees that they are found
"""

import argparse
import random
import sys
from collections import Counter
from unittest.mock import patch

from crossrun.groups import Dalek, Noble, Ours, Sodium, all_four
from crossrun.peers import Difference
from pairnym import hashing, ristretto
from pairnym.ristretto import FIELD, ORDER

# Invalid, or valid in few ways: around 0, p, (p−1)/2, 2^255 and sqrt(−1).
EDGES = sorted({value % 2**256 for base in (
    0, FIELD, (FIELD - 1) // 2, 2**255, 2**255 + FIELD, ristretto.SQRT_M1,
    FIELD - ristretto.SQRT_M1, ristretto.D, ORDER) for value in range(base - 3, base + 22)})
SCALAR_EDGES = [0, 1, 2, 3, 8, 2**64 - 1, 2**128, 2**252 - 1, 2**252, 2**252 + 1,
                (ORDER - 1) // 2, (ORDER + 1) // 2, ORDER - 2, ORDER - 1]
NOT_SCALARS = [ORDER, ORDER + 1, 2 * ORDER - 1, 2 * ORDER, 2**253, 2**255 - 1, 2**255,
               2**256 - 1, 15 * ORDER, 2**255 + 1]
LENGTHS = (1, 32, 64, 65, 200)
DSTS = (b"a", b"pairnym-v1/generator", b"x" * 255, b"y" * 256, b"z" * 1000)


def little(value, length=32):
    return value.to_bytes(length, "little")


def shown(thing):
    return thing.hex() if isinstance(thing, bytes) else thing


class Check:
    def __init__(self, libraries, seed):
        self.libraries = libraries
        self.random = random.Random(f"curves {seed}")
        self.counts = Counter()

    def agree(self, op, **fields):
        """What all the libraries that have this op find."""
        found = [(library.name, library.compute(op, **fields)) for library in self.libraries
                 if op not in getattr(library, "LACKS", ())]
        (name, first), *others = found
        for other, bytes_ in others:
            if bytes_ != first:
                raise Difference(f"{op}: {name} finds {shown(first)}, {other} {shown(bytes_)}, "
                                 f"of {({k: shown(v) for k, v in fields.items()})}")
        self.counts[op if first is not None else f"{op}: refused"] += 1
        return first

    def run(self, count):
        points = self._points(count)
        self._decoding(count, points)
        scalars = [little(s) for s in SCALAR_EDGES]
        scalars += [little(self.random.randrange(ORDER)) for _ in range(count // 8)]
        self._group(count, points, scalars)
        self._scalars(count, scalars)
        self._hashing(count)

    def _points(self, count):
        """The one-way map: from random bytes, and from edge cases in either half."""
        points = [bytes(32)]
        halves = [little(edge) for edge in EDGES]
        for half in halves:
            for wide in (half + half, half + bytes(32), bytes(32) + half):
                points.append(self.agree("group.map", wide=wide))
        for _ in range(count // 4):
            points.append(self.agree("group.map", wide=self.random.randbytes(64)))
        return points

    def _decoding(self, count, points):
        for edge in EDGES:
            self.agree("group.decode", a=little(edge))
        for point in points:
            if self.agree("group.decode", a=point) != point:
                raise Difference(f"{point.hex()} is not read as itself")
        for point in self.random.sample(points, min(len(points), count // 8)):
            s = int.from_bytes(point, "little")
            wrong = [(FIELD - s) % FIELD, s | 1 << 255, s ^ 1 << self.random.randrange(256)]
            if s + FIELD < 2**256:
                wrong.append(s + FIELD)
            for value in wrong:
                self.agree("group.decode", a=little(value))
        for _ in range(count):
            # Even and reduced, so that about one in four is an element.
            data = bytearray(self.random.randbytes(32))
            data[0] &= 0xFE
            data[31] &= 0x7F
            self.agree("group.decode", a=bytes(data))
            self.agree("group.decode", a=self.random.randbytes(32))

    def _group(self, count, points, scalars):
        for _ in range(count // 2):
            a, b = self.random.choice(points), self.random.choice(points)
            self.agree("group.add", a=a, b=b)
            if self.agree("group.subtract", a=a, b=a) != bytes(32):
                raise Difference("a − a is not the identity")
            self.agree("group.subtract", a=a, b=b)
        for s in scalars:
            self.agree("group.multiply_base", s=s)
            self.agree("group.multiply", s=s, a=self.random.choice(points))
        for s in scalars[:len(SCALAR_EDGES)]:
            self.agree("group.multiply", s=s, a=bytes(32))

    def _scalars(self, count, scalars):
        for value in (*SCALAR_EDGES, *NOT_SCALARS):
            decoded = self.agree("scalar.decode", s=little(value))
            if (decoded is not None) != (value < ORDER):
                raise Difference(f"the scalar {value} is read as {decoded}")
        for wide in (*SCALAR_EDGES, *NOT_SCALARS, 2**512 - 1, ORDER**2, ORDER**2 - 1):
            self.agree("scalar.reduce", wide=little(wide, 64))
        for _ in range(count // 2):
            self.agree("scalar.reduce", wide=self.random.randbytes(64))
            s, t = self.random.choice(scalars), self.random.choice(scalars)
            for op in ("scalar.add", "scalar.subtract", "scalar.multiply"):
                self.agree(op, s=s, t=t)
        for s in scalars:
            self.agree("scalar.negate", s=s)
            self.agree("scalar.invert", s=s)

    def _hashing(self, count):
        for dst in DSTS:
            for length in LENGTHS:
                for size in (0, 1, 127, 128, 129, 1000):
                    self.agree("hash.expand", dst=dst, msg=self.random.randbytes(size),
                               length=length)
        for _ in range(count // 8):
            size, dst = self.random.randrange(300), self.random.choice(DSTS)
            self.agree("hash.group", dst=dst, msg=self.random.randbytes(size))


def high_bit_ignored():
    decode = ristretto.Point.decode
    return patch.object(ristretto.Point, "decode",
                        lambda data: decode(data[:31] + bytes([data[31] & 0x7F])))


def negative_accepted():
    decode = ristretto.Point.decode

    def changed(data):
        s = int.from_bytes(data, "little")
        return decode((FIELD - s).to_bytes(32, "little") if s & 1 and s < FIELD else data)
    return patch.object(ristretto.Point, "decode", changed)


def not_reduced_accepted():
    decode = ristretto.Point.decode

    def changed(data):
        s = int.from_bytes(data, "little")
        return decode((s - FIELD).to_bytes(32, "little") if FIELD <= s < 2**255 else data)
    return patch.object(ristretto.Point, "decode", changed)


def flipped(library):
    """One bit of every sum."""
    compute = library.compute

    def changed(self, op, **fields):
        found = compute(self, op, **fields)
        return bytes([found[0] ^ 2]) + found[1:] if op == "group.add" and found else found
    return patch.object(library, "compute", changed)


def sodium_refuses_identity():
    return patch.object(Sodium, "_valid", lambda library, point: any(point))


FAULTS = {
    "the high bit of an encoding ignored": high_bit_ignored,
    "negative encodings accepted": negative_accepted,
    "encodings not reduced accepted": not_reduced_accepted,
    "a map of one half only": lambda: patch.object(
        ristretto.Point, "derive", lambda data: ristretto._map(
            int.from_bytes(data[:32], "little") % 2**255 % FIELD)),
    "the high bit of the map kept": lambda: patch.object(
        ristretto.Point, "derive", lambda data: ristretto._map(
            int.from_bytes(data[:32], "little") % FIELD) + ristretto._map(
            int.from_bytes(data[32:], "little") % FIELD)),
    "a wrong constant": lambda: patch.object(
        ristretto, "SQRT_AD_MINUS_ONE", FIELD - ristretto.SQRT_AD_MINUS_ONE),
    "another constant d": lambda: patch.object(ristretto, "D", ristretto.D + 1),
    "scalars read big-endian": lambda: patch.object(
        Ours, "_scalar", staticmethod(lambda data: int.from_bytes(data, "big") % ORDER)),
    "wide scalars reduced from 32 bytes": lambda: patch.object(
        hashing, "wide_scalar", lambda data: int.from_bytes(data[:32], "little") % ORDER),
    "long DSTs not hashed": lambda: patch.object(hashing, "expand", lambda dst, msg, n: (
        EXPAND(dst[:255], msg, n))),
    "the length of expand not bound": lambda: patch.object(
        hashing, "u16", lambda n: b"\0\x40"),
    "libsodium: the identity refused": sodium_refuses_identity,
    **{f"{library.name}: a bit of a sum flipped": lambda library=library: flipped(library)
       for library in (Dalek, Sodium, Noble)},
}
EXPAND = hashing.expand


def self_test(libraries, seed):
    failed = 0
    Check(libraries, seed).run(40)
    print("ok     without a fault")
    for name, plant in FAULTS.items():
        with plant():
            try:
                Check(libraries, seed).run(40)
            except Difference as error:
                print(f"ok     {name}\n       found: {str(error)[:140]}")
                continue
        failed += 1
        print(f"FAILED {name}: not found")
    print(f"{len(FAULTS) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description="ristretto255 by four libraries")
    parser.add_argument("--count", type=int, default=4000, help="random encodings")
    parser.add_argument("--seed", default="pairnym", help="any word")
    parser.add_argument("--self-test", action="store_true", help="plant faults")
    given = parser.parse_args()
    libraries = all_four()
    try:
        if given.self_test:
            return self_test(libraries, given.seed)
        check = Check(libraries, given.seed)
        failed = 0
        try:
            check.run(given.count)
        except Difference as error:
            failed = 1
            print(f"FAILED {error}")
        for library in libraries:
            if getattr(library, "ignores_high_bit", False):
                print(f"({library.name} {library.version}: not asked about encodings with the "
                      "highest bit set, which it ignores)")
        for op, count in sorted(check.counts.items()):
            print(f"{count:6} {op}")
        print(f"{check.counts.total()} passed, {failed} failed")
        return failed
    finally:
        for library in libraries:
            getattr(library, "close", lambda: None)()


if __name__ == "__main__":
    sys.exit(main())
