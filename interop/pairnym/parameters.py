"""The authority's key, schema, parameters and epochs (SPEC.md section 4)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union

from .errors import Misuse, Stopped
from .hashing import H, h2g, h2s, h32, hkdf, u8, u32, u64, wide_scalar
from .ristretto import BASE, Point, multiscalar
from .scope import check_token
from .wire import Reader, header, short, wire_point

SUITE = 1
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
            try:
                data = plain.encode("utf-8")
            except UnicodeEncodeError:
                raise Misuse("utf8") from None
            if len(data) <= 255:
                return cls(TEXT, data)
        raise Misuse("schema")

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
        return self.tag in (kind, ABSENT)


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
        content = reader.bytes(reader.u8())
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            reader.fail("utf8")
        return Value(TEXT, content)
    reader.fail("code")


def write_values(values):
    return u8(len(values)) + b"".join(v.encode() for v in values)


def read_values(reader):
    return tuple(read_value(reader) for _ in range(reader.count()))


@dataclass(frozen=True)
class Attribute:
    name: str
    kind: int


@dataclass(frozen=True)
class AuthorityParameters:
    KIND = 1

    authority_id: str
    X: Point
    epoch_length: int
    schema: tuple

    def __post_init__(self):
        check_token(self.authority_id)
        names = [check_token(a.name) for a in self.schema]
        if len(names) > 64 or len(set(names)) != len(names):
            raise Misuse("schema")
        if any(a.kind not in KINDS.values() for a in self.schema):
            raise Misuse("schema")
        if not 1 <= self.epoch_length < 2**32:
            raise Misuse("epoch_length")

    @cached_property
    def encoding(self):
        out = (header(self.KIND) + u8(SUITE) + short(self.authority_id)
               + wire_point(self.X) + u32(self.epoch_length) + u8(len(self.schema)))
        return out + b"".join(short(a.name) + u8(a.kind) for a in self.schema)

    def encode(self):
        return self.encoding

    @classmethod
    def decode(cls, data):
        reader = Reader("AuthorityParameters", cls.KIND, data)
        if reader.u8() != SUITE:
            reader.fail("code")
        authority_id = reader.token()
        X = reader.point()
        epoch_length = reader.u32()
        if epoch_length == 0:
            reader.fail("range")
        schema = []
        for _ in range(reader.count()):
            name, kind = reader.token(), reader.u8()
            if kind not in KINDS.values():
                reader.fail("code")
            if any(a.name == name for a in schema):
                reader.fail("order")
            schema.append(Attribute(name, kind))
        reader.end()
        return cls(authority_id, X, epoch_length, tuple(schema))

    @cached_property
    def params_id(self):
        return h32("parameters", self.encoding)

    def epoch(self, now):
        return now // self.epoch_length

    def credential_base(self, t):
        """B_t"""
        return h2g("credential-base", self.params_id, u64(t))

    def fits(self, values):
        return (len(values) == len(self.schema)
                and all(v.fits(a.kind) for v, a in zip(values, self.schema)))


def attribute_sum(indexed_values):
    """The sum of m_i H_i over pairs (i, value)."""
    return multiscalar([(v.scalar(), H[i]) for i, v in indexed_values])
