"""The authority's key, schema, parameters and epochs (SPEC.md sections 4.1 to 4.4)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union

from .errors import Stopped
from .hashing import H, h2g, h2s, h32, hkdf, u8, u32, u64, wide_scalar
from .ristretto import BASE, Point, multiscalar
from .text import is_text
from .wire import Message, header, short, wire_point

SUITE = 1
SHORTEST_EPOCH = 3600
ABSENT, FLAG, INTEGER, TEXT = range(4)
KINDS = {"flag": FLAG, "integer": INTEGER, "text": TEXT}


class AuthorityKey:
    def __init__(self, seed):
        assert len(seed) == 32
        okm = hkdf(b"pairnym-v1/authority-seed", seed, b"pairnym-v1/authority-key", 128)
        self.x = wide_scalar(okm[:64])
        if self.x == 0:
            raise Stopped("x is zero")
        self.k_e = okm[64:]
        self.X = self.x * BASE


@dataclass(frozen=True)
class Value:
    """The value of an attribute: its tag, and None, an integer or bytes."""

    tag: int
    content: Optional[Union[int, bytes]] = None

    @classmethod
    def of(cls, plain):
        """From None, bool, int or str."""
        if plain is None:
            return cls(ABSENT)
        if isinstance(plain, bool):
            return cls(FLAG, int(plain))
        if isinstance(plain, int) and 0 <= plain < 2**64:
            return cls(INTEGER, plain)
        if isinstance(plain, str):
            return cls(TEXT, plain.encode("utf-8", "surrogatepass"))
        raise ValueError("not a value")

    def plain(self):
        if self.tag == FLAG:
            return bool(self.content)
        if self.tag == TEXT:
            return self.content.decode("utf-8")
        return self.content

    def encode(self):
        if self.tag == ABSENT:
            return u8(ABSENT)
        if self.tag == FLAG:
            return u8(FLAG) + u8(self.content)
        if self.tag == INTEGER:
            return u8(INTEGER) + u64(self.content)
        return u8(TEXT) + u8(len(self.content)) + self.content

    def scalar(self):
        """m"""
        if self.tag == ABSENT:
            return h2s("attribute-absent")
        if self.tag == TEXT:
            return h2s("attribute-text", self.content)
        return self.content

    def fits(self, kind):
        if self.tag == TEXT and len(self.content) > 255:
            return False
        return self.tag in (kind, ABSENT)

    def is_readable(self):
        """Whether it is a text if it is of that kind."""
        return self.tag != TEXT or is_text(self.content)


def read_value(reader):
    tag = reader.u8()
    if tag == ABSENT:
        return Value(ABSENT)
    if tag == FLAG:
        content = reader.u8()
        if content > 1:
            reader.fail("code")
        return Value(FLAG, content)
    if tag == INTEGER:
        return Value(INTEGER, reader.u64())
    if tag == TEXT:
        return Value(TEXT, reader.text(reader.u8()))
    reader.fail("code")


def write_values(values):
    return u8(len(values)) + b"".join(v.encode() for v in values)


def read_values(reader):
    return tuple(read_value(reader) for _ in range(reader.count()))


@dataclass(frozen=True)
class Attribute:
    name: str
    kind: int


def credential_base(params_id, t):
    """B_t"""
    return h2g("credential-base", params_id, u64(t))


@dataclass(frozen=True)
class AuthorityParameters(Message):
    KIND = 1

    authority_id: str
    X: Point
    epoch_length: int
    batches: int
    schema: tuple

    @cached_property
    def encoding(self):
        out = (header(self.KIND) + u8(SUITE) + short(self.authority_id) + wire_point(self.X)
               + u32(self.epoch_length) + u8(self.batches) + u8(len(self.schema)))
        return out + b"".join(short(a.name) + u8(a.kind) for a in self.schema)

    def encode(self):
        return self.encoding

    @classmethod
    def read(cls, reader):
        if reader.u8() != SUITE:
            reader.fail("code")
        authority_id = reader.name()
        X = reader.point()
        epoch_length = reader.u32()
        if epoch_length < SHORTEST_EPOCH:
            reader.fail("range")
        batches = reader.count(255, least=1)
        schema = []
        for _ in range(reader.count()):
            name, kind = reader.name(), reader.u8()
            if kind not in KINDS.values():
                reader.fail("code")
            if any(a.name == name for a in schema):
                reader.fail("order")
            schema.append(Attribute(name, kind))
        return cls(authority_id, X, epoch_length, batches, tuple(schema))

    @cached_property
    def params_id(self):
        return h32("parameters", self.encoding)

    @cached_property
    def kinds(self):
        """Name to kind."""
        return {a.name: a.kind for a in self.schema}

    def index(self, name):
        return [a.name for a in self.schema].index(name)

    def epoch(self, now):
        return now // self.epoch_length

    def fits(self, values):
        return (len(values) == len(self.schema)
                and all(v.fits(a.kind) for v, a in zip(values, self.schema)))


def attribute_sum(indexed_values):
    """The sum of m_i H_i over pairs (i, value)."""
    return multiscalar([(v.scalar(), H[i]) for i, v in indexed_values])
