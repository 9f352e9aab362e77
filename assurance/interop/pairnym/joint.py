"""Shared holders: the messages of one act and what both devices compute (SPEC.md sections 20.3,
14.17)."""

from dataclasses import dataclass
from typing import Optional, Union

from . import login, present
from .enroll import EnrollmentTicket
from .evidence import Public, read_public
from .hashing import Transcript, U, scalar_bytes, u8
from .issue import IssuanceOffer
from .parameters import read_values, write_values
from .request import LOGIN, Request
from .ristretto import Point
from .wire import Message, header, wire_point

OPENING, PRESENTATION, LOG_IN = 1, 2, 3  # acts, as CoNonces names them
BODIES = {kind.KIND: kind for kind in (EnrollmentTicket, IssuanceOffer, Request)}


def act_of(body):
    if not isinstance(body, Request):
        return OPENING
    return LOG_IN if body.wanted == LOGIN else PRESENTATION


@dataclass(frozen=True)
class CoRequest(Message):
    """Position and values are those of a presentation."""

    KIND = 27

    pid: bytes
    attempt: bytes
    body: Union[EnrollmentTicket, IssuanceOffer, Request]
    position: int = 0
    values: tuple = ()

    @property
    def act(self):
        return act_of(self.body)

    @property
    def is_request(self):
        return isinstance(self.body, Request)

    @property
    def slot(self):
        return self.body.slots[self.position]

    def encode(self):
        out = header(self.KIND) + self.pid + self.attempt + self.body.encode()
        if self.act == PRESENTATION:
            out += u8(self.position) + write_values(self.values)
        return out

    @classmethod
    def read(cls, reader):
        pid, attempt = reader.bytes(32), reader.bytes(32)
        body = BODIES[reader.header(*BODIES)].read(reader)
        if act_of(body) != PRESENTATION:
            return cls(pid, attempt, body)
        position = reader.u8()
        if position >= len(body.slots):
            reader.fail("range")
        values = read_values(reader)
        if len(values) != len(body.disclosures):
            reader.fail("range")
        return cls(pid, attempt, body, position, values)


@dataclass(frozen=True)
class CoApproval(Message):
    KIND = 28

    pid: bytes
    h: bytes
    N_2: Optional[Point]

    def encode(self):
        part = u8(0) if self.N_2 is None else u8(1) + wire_point(self.N_2)
        return header(self.KIND) + self.pid + self.h + part

    @classmethod
    def read(cls, reader):
        pid, h = reader.bytes(32), reader.bytes(32)
        return cls(pid, h, reader.point() if reader.flag() else None)


@dataclass(frozen=True)
class CoNonces(Message):
    KIND = 29

    h: bytes
    act: int
    points: tuple  # T_W
    pseudonym: Optional[Point] = None  # N
    evidence: Optional[Public] = None

    def encode(self):
        out = header(self.KIND) + self.h + u8(self.act)
        out += b"".join(wire_point(point) for point in self.points)
        if self.act != OPENING:
            out += wire_point(self.pseudonym)
        if self.act == PRESENTATION:
            out += self.evidence.encode()
        return out

    @classmethod
    def read(cls, reader):
        h, act = reader.bytes(32), reader.u8()
        if act not in (OPENING, PRESENTATION, LOG_IN):
            reader.fail("code")
        points = tuple(reader.points(2 if act == PRESENTATION else 1))
        pseudonym = None if act == OPENING else reader.point()
        evidence = read_public(reader) if act == PRESENTATION else None
        return cls(h, act, points, pseudonym, evidence)


@dataclass(frozen=True)
class CoAnswer(Message):
    KIND = 30

    h: bytes
    points: tuple  # T_G
    z: int

    def encode(self):
        return (header(self.KIND) + self.h + u8(len(self.points))
                + b"".join(wire_point(point) for point in self.points) + scalar_bytes(self.z))

    @classmethod
    def read(cls, reader):
        h = reader.bytes(32)
        return cls(h, tuple(reader.points(reader.count(2, least=1))), reader.scalar())


def session_transcript(sent, N_2):
    """σ; `sent` are the bytes of the CoRequest."""
    return Transcript("co-commitment", sent, N_2)


def transcript_of(asked, commitment, nonces):
    """That of the act, as it is known without the lead's secrets."""
    body = asked.body
    if asked.act == PRESENTATION:
        return present.transcript_of(body, asked.slot, asked.values, nonces.evidence,
                                     nonces.pseudonym)
    if asked.act == LOG_IN:
        return login.transcript_of(body, nonces.pseudonym)
    if isinstance(body, EnrollmentTicket):
        return body.transcript(commitment)
    return body.transcript()


def join(act, own, others):
    """The commitments of the act: T of T_W and T_G."""
    if act == PRESENTATION:
        return own[0] - others[0], own[1] + others[1]
    if act == LOG_IN:
        return (own[0] + others[1],)
    return (own[0] + others[0],)


def holds(asked, D, N_2, points, c, z):
    """Whether z is the answer to the challenge c."""
    pairs = [(U[0], D)]
    if N_2 is not None:
        pairs.append((asked.body.scope().base(), N_2))
    return all(z * base == c * image + T
               for (base, image), T in zip(pairs, points, strict=True))
