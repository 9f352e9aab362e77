"""ristretto255 by four libraries behind one interface: `compute(op, **fields)` gives bytes, or
None for what does not decode. `../rust/src/group.rs` lists the ops."""

import ctypes
import json
import subprocess
from pathlib import Path

from pairnym import hashing
from pairnym.ristretto import BASE, ORDER, NotAPoint, Point

from .peers import Difference, Rust

NOBLE = Path(__file__).resolve().parents[1] / "noble"


class Undecodable(Exception):
    pass


class Ours:
    """The Python implementation."""

    name = "python"

    def compute(self, op, **fields):
        try:
            return getattr(self, "_" + op.replace(".", "_"))(**fields)
        except (NotAPoint, Undecodable):
            return None

    @staticmethod
    def _scalar(data):
        value = int.from_bytes(data, "little")
        if value >= ORDER:
            raise Undecodable
        return value

    @staticmethod
    def _shown(scalar):
        return (scalar % ORDER).to_bytes(32, "little")

    def _group_decode(self, a):
        return Point.decode(a).encode()

    def _group_add(self, a, b):
        return (Point.decode(a) + Point.decode(b)).encode()

    def _group_subtract(self, a, b):
        return (Point.decode(a) - Point.decode(b)).encode()

    def _group_multiply(self, s, a):
        return (self._scalar(s) * Point.decode(a)).encode()

    def _group_multiply_base(self, s):
        return (self._scalar(s) * BASE).encode()

    def _group_map(self, wide):
        return Point.derive(wide).encode()

    def _scalar_decode(self, s):
        return self._shown(self._scalar(s))

    def _scalar_reduce(self, wide):
        return self._shown(hashing.wide_scalar(wide))

    def _scalar_add(self, s, t):
        return self._shown(self._scalar(s) + self._scalar(t))

    def _scalar_subtract(self, s, t):
        return self._shown(self._scalar(s) - self._scalar(t))

    def _scalar_multiply(self, s, t):
        return self._shown(self._scalar(s) * self._scalar(t))

    def _scalar_negate(self, s):
        return self._shown(-self._scalar(s))

    def _scalar_invert(self, s):
        value = self._scalar(s)
        if value == 0:
            raise Undecodable
        return self._shown(pow(value, -1, ORDER))

    def _hash_expand(self, dst, msg, length):
        return hashing.expand(dst, msg, length)

    def _hash_group(self, dst, msg):
        return Point.derive(hashing.expand(dst, msg, 64)).encode()


class Piped:
    """A library at the other end of a pipe: JSON lines, bytes as hex."""

    def compute(self, op, **fields):
        command = {name: value.hex() if isinstance(value, bytes) else value
                   for name, value in fields.items()}
        found = self.ask({"op": op, **command})["bytes"]
        return None if found is None else bytes.fromhex(found)


class Dalek(Piped):
    """curve25519-dalek, and pairnym's hashing, by the Rust peer."""

    name = "dalek"

    def __init__(self):
        self._peer = Rust()

    def ask(self, command):
        return self._peer.do(command.pop("op"), **command)

    def close(self):
        self._peer.close()


class Noble(Piped):
    """@noble/curves, by a script for node."""

    name = "noble"

    def __init__(self):
        if not (NOBLE / "node_modules").exists():
            raise SystemExit(f"@noble/curves is missing: npm ci in {NOBLE}")
        self._process = subprocess.Popen(["node", "ristretto.mjs"], cwd=NOBLE,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, command):
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Difference(f"noble ended at {command}")
        return json.loads(line)["ok"]

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Sodium:
    """libsodium, which has no hashing by RFC 9380 and takes scalars of 32 bytes as they are.

    Version 1.0.18 (Debian 12) reads an encoding with the highest bit set as if it were not,
    against RFC 9496: of that version such encodings are not asked."""

    name = "libsodium"
    LACKS = ("scalar.decode", "hash.expand", "hash.group")

    def __init__(self):
        try:
            self._library = ctypes.CDLL("libsodium.so.23")
        except OSError:
            raise SystemExit("libsodium is missing: apt-get install libsodium23") from None
        if self._library.sodium_init() < 0:
            raise SystemExit("libsodium does not start")
        self._library.sodium_version_string.restype = ctypes.c_char_p
        self.version = self._library.sodium_version_string().decode()
        self.ignores_high_bit = self.version == "1.0.18"

    def _call(self, name, *inputs, length=32):
        out = ctypes.create_string_buffer(length)
        status = self._library[name](out, *(ctypes.c_char_p(data) for data in inputs))
        return status, out.raw

    def _group(self, name, *inputs):
        status, found = self._call("crypto_core_ristretto255_" + name, *inputs)
        return None if status else found

    def _is_asked(self, point):
        return not (self.ignores_high_bit and point[31] >> 7)

    def _valid(self, point):
        return self._library.crypto_core_ristretto255_is_valid_point(ctypes.c_char_p(point)) == 1

    def compute(self, op, **f):
        if op == "group.decode" and not self._is_asked(f["a"]):
            return None
        if op == "group.decode":
            # It has no encoder of its own: the sum with the identity is encoded again.
            found = self._group("add", f["a"], bytes(32))
            if self._valid(f["a"]) != (found is not None):
                raise Difference(f"libsodium is of two minds about {f['a'].hex()}")
            return found
        if op in ("group.add", "group.subtract"):
            return self._group("add" if op == "group.add" else "sub", f["a"], f["b"])
        if op == "group.multiply":
            if not self._valid(f["a"]):
                return None
            # It calls the product an error where it is the identity, which it writes.
            status, found = self._call("crypto_scalarmult_ristretto255", f["s"], f["a"])
            return bytes(32) if status else found
        if op == "group.multiply_base":
            status, found = self._call("crypto_scalarmult_ristretto255_base", f["s"])
            return bytes(32) if status else found
        if op == "group.map":
            return self._group("from_hash", f["wide"])
        name = op.removeprefix("scalar.")
        name = {"subtract": "sub", "multiply": "mul"}.get(name, name)
        status, found = self._call("crypto_core_ristretto255_scalar_" + name, *f.values())
        # Only the inversion, of zero, can fail; the other functions return nothing.
        return None if name == "invert" and status else found


def all_four():
    return [Ours(), Dalek(), Sodium(), Noble()]
