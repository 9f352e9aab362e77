"""Hashing (SPEC.md section 2.2), HKDF and the transcripts of proofs."""

import hashlib
import hmac

from .ristretto import ORDER, Point

PREFIX = b"pairnym-v1/"


def u8(n):
    return n.to_bytes(1, "big")


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def scalar_bytes(n):
    assert 0 <= n < ORDER
    return n.to_bytes(32, "little")


def wide_scalar(data):
    """64 bytes as a little-endian integer, modulo the order of the group."""
    assert len(data) == 64
    return int.from_bytes(data, "little") % ORDER


def expand(dst, msg, length):
    """expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512."""
    if len(dst) > 255:
        dst = hashlib.sha512(b"H2C-OVERSIZE-DST-" + dst).digest()
    dst_prime = dst + u8(len(dst))
    ell = -(-length // 64)
    assert ell <= 255 and length <= 65535
    b0 = hashlib.sha512(bytes(128) + msg + u16(length) + b"\0" + dst_prime).digest()
    block = hashlib.sha512(b0 + b"\1" + dst_prime).digest()
    out = block
    for i in range(2, ell + 1):
        mixed = bytes(a ^ b for a, b in zip(b0, block))
        block = hashlib.sha512(mixed + u8(i) + dst_prime).digest()
        out += block
    return out[:length]


def hkdf_extract(salt, ikm, name="sha512"):
    if not salt:
        salt = bytes(hashlib.new(name).digest_size)
    return hmac.new(salt, ikm, name).digest()


def hkdf_expand(prk, info, length, name="sha512"):
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + u8(i), name).digest()
        out += block
        i += 1
    return out[:length]


def hkdf(salt, ikm, info, length, name="sha512"):
    return hkdf_expand(hkdf_extract(salt, ikm, name), info, length, name)


class Pairs(tuple):
    """A list of pairs: one count, then two parts for each pair."""


def part(value):
    """One part of a message: bytes, a point, None (absent), a list."""
    if value is None:
        return b"\xff\xff\xff\xff"
    if isinstance(value, Point):
        value = value.encode()
    if isinstance(value, bytes):
        assert len(value) < 0xFFFFFFFF
        return u32(len(value)) + value
    if isinstance(value, Pairs):
        return u32(len(value)) + b"".join(part(a) + part(b) for a, b in value)
    if isinstance(value, (list, tuple)):
        return u32(len(value)) + b"".join(part(element) for element in value)
    raise TypeError(f"not a part: {value!r}")


def _expand(label, parts, length):
    return expand(PREFIX + label.encode("ascii"), b"".join(part(p) for p in parts), length)


def h64(label, *parts):
    return _expand(label, parts, 64)


def h32(label, *parts):
    return _expand(label, parts, 32)


def h2s(label, *parts):
    return wide_scalar(_expand(label, parts, 64))


def h2g(label, *parts):
    return Point.derive(_expand(label, parts, 64))


class Transcript:
    """A label and the parts so far."""

    def __init__(self, label, *parts):
        self.label = label
        self.parts = parts

    def message(self):
        """The encoded parts."""
        return b"".join(part(p) for p in self.parts)

    def digest(self):
        return h64(self.label, *self.parts)

    def challenge(self, commitments):
        return h2s(self.label, *self.parts, *commitments)

    def commit(self, points):
        """H32 of the transcript continued by points (section 20.3)."""
        return h32(self.label, *self.parts, *points)

    def nonces(self, witnesses, randomness, count):
        """Section 6.3. The randomness is 64 bytes, 96 of a lead (section 20.3), or None
        where the result must be a function of the other inputs."""
        assert randomness is None or len(randomness) in (64, 96)
        state = self.digest()
        encoded = [scalar_bytes(w) for w in witnesses]
        return [h2s("nonce", state, encoded, randomness, u32(i)) for i in range(count)]


# Fixed generators, section 2.4.
U = [h2g("generator", b"U", u32(k)) for k in range(7)]
V = h2g("generator", b"V", u32(0))
H = [h2g("generator", b"H", u32(i)) for i in range(64)]
