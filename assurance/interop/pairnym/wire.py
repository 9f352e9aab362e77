"""Strict reading of messages (SPEC.md section 14.1).

Fields are checked from left to right: the first fault is the one reported.
"""

from .errors import DecodeError, Stopped
from .hashing import scalar_bytes, u8
from .ristretto import ORDER, NotAPoint, Point
from .scope import is_host, is_name
from .text import is_text

VERSION = 1


def header(kind):
    return u8(VERSION) + u8(kind)


def wire_point(point):
    """A point for the wire; the identity is never sent."""
    if point.is_identity():
        raise Stopped("a point to be sent is the identity")
    return point.encode()


def wire_scalars(scalars):
    return b"".join(scalar_bytes(s) for s in scalars)


def short(text):
    """name8 and host8."""
    data = text.encode("ascii")
    return u8(len(data)) + data


def decode(kind, data):
    """The object of this class of messages that these bytes encode."""
    reader = Reader(kind.__name__, kind.KIND, data)
    thing = kind.read(reader)
    reader.end()
    return thing


class Message:
    """A class of messages has a KIND and reads what follows the header."""

    @classmethod
    def decode(cls, data):
        return decode(cls, data)


class Reader:
    def __init__(self, message, kind, data):
        self.message = message
        self.data = data
        self.position = 0
        self.header(kind)

    def header(self, *kinds):
        """The kind, one of these."""
        if self.u8() != VERSION:
            self.fail("version")
        kind = self.u8()
        if kind not in kinds:
            self.fail("kind")
        return kind

    def flag(self):
        flag = self.u8()
        if flag > 1:
            self.fail("code")
        return flag == 1

    def fail(self, reason):
        raise DecodeError(self.message, reason)

    def bytes(self, length):
        end = self.position + length
        if end > len(self.data):
            self.fail("short")
        field = self.data[self.position:end]
        self.position = end
        return field

    def integer(self, length):
        return int.from_bytes(self.bytes(length), "big")

    def u8(self):
        return self.integer(1)

    def u16(self):
        return self.integer(2)

    def u32(self):
        return self.integer(4)

    def u64(self):
        return self.integer(8)

    def count(self, limit=64, least=0):
        count = self.u8()
        if not least <= count <= limit:
            self.fail("range")
        return count

    def point(self):
        field = self.bytes(32)
        if field == bytes(32):
            self.fail("identity")
        try:
            return Point.decode(field)
        except NotAPoint:
            self.fail("point")

    def points(self, count):
        return [self.point() for _ in range(count)]

    def scalar(self):
        value = int.from_bytes(self.bytes(32), "little")
        if value >= ORDER:
            self.fail("scalar")
        return value

    def scalars(self, count):
        return [self.scalar() for _ in range(count)]

    def text(self, length):
        field = self.bytes(length)
        if not is_text(field):
            self.fail("text")
        return field

    def _identifier(self, length, valid):
        field = self.bytes(length)
        text = field.decode("latin-1")
        if not valid(text):
            self.fail("identifier")
        return text

    def name(self):
        return self._identifier(self.u8(), is_name)

    def name_or_absent(self):
        length = self.u8()
        return self._identifier(length, is_name) if length else None

    def host(self):
        return self._identifier(self.u8(), is_host)

    def end(self):
        if self.position != len(self.data):
            self.fail("trailing")
