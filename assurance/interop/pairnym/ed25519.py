"""Ed25519 (RFC 8032), strictly verified (TRANSPORT.md section 8): the curve of ristretto255."""

import hashlib

from .ristretto import D, FIELD, IDENTITY, ORDER, NotAPoint, Point, is_negative, multiscalar
from .ristretto import sqrt_ratio_m1


def decode(data):
    """RFC 8032, section 5.1.3, with y reduced if it is not."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    was_square, x = sqrt_ratio_m1(y * y - 1, D * y * y + 1)
    if not was_square:
        raise NotAPoint
    if is_negative(x) != data[31] >> 7:
        x = -x % FIELD
    return Point(x, y % FIELD, 1, x * y % FIELD)


def encode(point):
    inverse = pow(point.z, FIELD - 2, FIELD)
    x, y = point.x * inverse % FIELD, point.y * inverse % FIELD
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_small(point):
    """Whether the order is at most 8; points are compared by their encodings, not as cosets."""
    return encode(point.double().double().double()) == encode(IDENTITY)


BASE = decode((4 * pow(5, -1, FIELD) % FIELD).to_bytes(32, "little"))


def verify(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    try:
        first, public = decode(r), decode(key)
    except NotAPoint:
        return False
    if s >= ORDER or is_small(first) or is_small(public):
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
    return encode(multiscalar([(s, BASE), (k, -public)])) == r
