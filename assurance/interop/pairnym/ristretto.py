"""The group ristretto255 (RFC 9496) over Python integers.

Clear rather than fast, and not constant-time: Python integers cannot be.
"""

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493

D = 37095705934669439343138083508754565189542113879843219016388785533085940283555
TWICE_D = 2 * D % FIELD
SQRT_M1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578
ONE_MINUS_D_SQ = (1 - D * D) % FIELD
D_MINUS_ONE_SQ = (D - 1) * (D - 1) % FIELD


class NotAPoint(ValueError):
    """Bytes that encode no element of the group."""


def is_negative(a):
    return (a % FIELD) & 1 == 1


def absolute(a):
    a %= FIELD
    return FIELD - a if a & 1 else a


def sqrt_ratio_m1(u, v):
    """RFC 9496, section 4.2: (was it a square, the nonnegative root)."""
    u %= FIELD
    v %= FIELD
    v3 = v * v % FIELD * v % FIELD
    v7 = v3 * v3 % FIELD * v % FIELD
    r = u * v3 % FIELD * pow(u * v7 % FIELD, (FIELD - 5) // 8, FIELD) % FIELD
    check = v * r % FIELD * r % FIELD
    correct = check == u
    flipped = check == -u % FIELD
    flipped_i = check == -u * SQRT_M1 % FIELD
    if flipped or flipped_i:
        r = r * SQRT_M1 % FIELD
    return correct or flipped, absolute(r)


class Point:
    """An element of the group: a coset of extended Edwards coordinates."""

    __slots__ = ("x", "y", "z", "t", "_multiples")

    def __init__(self, x, y, z, t):
        self.x, self.y, self.z, self.t = x, y, z, t
        self._multiples = None

    def __add__(self, other):
        a = (self.y - self.x) * (other.y - other.x) % FIELD
        b = (self.y + self.x) * (other.y + other.x) % FIELD
        c = TWICE_D * self.t * other.t % FIELD
        d = 2 * self.z * other.z % FIELD
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)

    def double(self):
        a = self.x * self.x % FIELD
        b = self.y * self.y % FIELD
        c = 2 * self.z * self.z
        h = a + b
        e = h - (self.x + self.y) ** 2
        g = a - b
        f = c + g
        return Point(e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD)

    def multiples(self):
        """0 to 15 times the point; those of a generator are wanted often."""
        if self._multiples is None:
            table = [IDENTITY, self]
            while len(table) < 16:
                table.append(table[-1] + self)
            self._multiples = table
        return self._multiples

    def __neg__(self):
        return Point(-self.x % FIELD, self.y, self.z, -self.t % FIELD)

    def __sub__(self, other):
        return self + -other

    def __rmul__(self, scalar):
        return multiscalar([(scalar, self)])

    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return ((self.x * other.y - self.y * other.x) % FIELD == 0
                or (self.y * other.y - self.x * other.x) % FIELD == 0)

    def __hash__(self):
        return hash(self.encode())

    def __repr__(self):
        return f"Point({self.encode().hex()})"

    def is_identity(self):
        return self == IDENTITY

    def encode(self):
        """RFC 9496, section 4.3.2."""
        u1 = (self.z + self.y) * (self.z - self.y) % FIELD
        u2 = self.x * self.y % FIELD
        _, invsqrt = sqrt_ratio_m1(1, u1 * u2 % FIELD * u2)
        den1 = invsqrt * u1 % FIELD
        den2 = invsqrt * u2 % FIELD
        z_inv = den1 * den2 % FIELD * self.t % FIELD
        if is_negative(self.t * z_inv):
            x = self.y * SQRT_M1 % FIELD
            y = self.x * SQRT_M1 % FIELD
            den_inv = den1 * INVSQRT_A_MINUS_D % FIELD
        else:
            x, y, den_inv = self.x, self.y, den2
        if is_negative(x * z_inv):
            y = -y
        return absolute(den_inv * (self.z - y)).to_bytes(32, "little")

    @classmethod
    def decode(cls, data):
        """RFC 9496, section 4.3.1. Accepts the identity."""
        s = int.from_bytes(data, "little")
        if len(data) != 32 or s >= FIELD or s & 1:
            raise NotAPoint
        ss = s * s % FIELD
        u1 = (1 - ss) % FIELD
        u2 = (1 + ss) % FIELD
        u2_sqr = u2 * u2 % FIELD
        v = (-(D * u1 % FIELD * u1) - u2_sqr) % FIELD
        was_square, invsqrt = sqrt_ratio_m1(1, v * u2_sqr)
        den_x = invsqrt * u2 % FIELD
        den_y = invsqrt * den_x % FIELD * v % FIELD
        x = absolute(2 * s * den_x)
        y = u1 * den_y % FIELD
        t = x * y % FIELD
        if not was_square or is_negative(t) or y == 0:
            raise NotAPoint
        return cls(x, y, 1, t)

    @classmethod
    def derive(cls, data):
        """Element derivation, RFC 9496, section 4.3.4, from 64 bytes."""
        assert len(data) == 64
        halves = (int.from_bytes(half, "little") % 2**255 for half in (data[:32], data[32:]))
        first, second = (_map(half % FIELD) for half in halves)
        return first + second


def _map(t):
    r = SQRT_M1 * t % FIELD * t % FIELD
    u = (r + 1) * ONE_MINUS_D_SQ % FIELD
    v = (-1 - r * D) * (r + D) % FIELD
    was_square, s = sqrt_ratio_m1(u, v)
    if was_square:
        c = -1
    else:
        s = -absolute(s * t) % FIELD
        c = r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % FIELD
    w0 = 2 * s * v % FIELD
    w1 = n * SQRT_AD_MINUS_ONE % FIELD
    w2 = (1 - s * s) % FIELD
    w3 = (1 + s * s) % FIELD
    return Point(w0 * w3 % FIELD, w2 * w1 % FIELD, w1 * w3 % FIELD, w0 * w2 % FIELD)


IDENTITY = Point(0, 1, 1, 0)
BASE = Point.decode(bytes.fromhex(
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))


def multiscalar(pairs):
    """The sum of scalar * point over all pairs, four bits at a time."""
    rows = [(scalar % ORDER, point.multiples()) for scalar, point in pairs]
    total = IDENTITY
    for shift in range(252, -4, -4):
        for _ in range(4):
            total = total.double()
        for scalar, table in rows:
            digit = scalar >> shift & 15
            if digit:
                total = total + table[digit]
    return total
