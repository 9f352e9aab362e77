"""The fields of one command, and randomness given in advance (see README.md)."""

import os

from .ristretto import NotAPoint, Point
from .scope import check_host


class UsageError(Exception):
    """The driver's own mistake: an unknown op, a missing or malformed field."""


class Coins:
    """Randomness given in advance, or the operating system's."""

    def __init__(self, text):
        self.given = None if text is None else bytes.fromhex(text)

    def __call__(self, length):
        if self.given is None:
            return os.urandom(length)
        if len(self.given) < length:
            raise UsageError("coins: too few")
        drawn, self.given = self.given[:length], self.given[length:]
        return drawn


class Arguments:
    """The fields of one command."""

    def __init__(self, fields, objects):
        self.fields = fields
        self.objects = objects
        self.coins = Coins(fields.get("coins"))

    def get(self, name, default=None):
        given = self.fields.get(name)
        return default if given is None else given

    def need(self, name):
        if self.fields.get(name) is None:
            raise UsageError(f"missing: {name}")
        return self.fields[name]

    def bytes(self, name, length=None):
        data = bytes.fromhex(self.need(name))
        if length is not None and len(data) != length:
            raise UsageError(f"{name}: {length} bytes needed")
        return data

    def optional_bytes(self, name):
        return None if self.get(name) is None else self.bytes(name)

    def bytes_or_coins(self, name):
        return self.coins(32) if self.get(name) is None else self.bytes(name, 32)

    def message(self, name, kind):
        return kind.decode(self.bytes(name))

    def received(self, name, kind):
        """The bytes of a message, which a role decodes itself."""
        data = self.bytes(name)
        kind.decode(data)
        return data

    def host(self, name):
        return check_host(self.need(name))

    def number(self, name, default=None):
        """A time, a number of seconds, or a count."""
        number = self.need(name) if default is None else self.get(name, default)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**64:
            raise UsageError(f"{name}: not a number of 64 bits")
        return number

    def object(self, name, kind):
        return self.handle(name, self.need(name), kind)

    def objects_of(self, name, kind):
        return [self.handle(name, handle, kind) for handle in self.need(name)]

    def handle(self, name, handle, kind):
        thing = self.objects.get(handle)
        if not isinstance(thing, kind):
            raise UsageError(f"{name}: no such handle")
        return thing

    def refuse_other(self, thing, kind):
        if not isinstance(thing, kind):
            raise UsageError(f"not for a {type(thing).__name__}")

    def point(self, name):
        try:
            return Point.decode(self.bytes(name))
        except NotAPoint:
            raise UsageError(f"{name}: not a point") from None
