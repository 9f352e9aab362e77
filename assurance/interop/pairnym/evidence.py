"""Evidence, obliviously issued (SPEC.md section 9)."""

from dataclasses import dataclass

from . import clock
from .errors import Misuse, Rejected, Stopped
from .hashing import Transcript, h2s, scalar_bytes
from .ristretto import BASE, ORDER, Point, multiscalar
from .sigma import Proof, equal_logarithms, verify
from .wire import Message, header, wire_point, wire_scalars

BATCH = 32


@dataclass(frozen=True)
class EvidenceRequest(Message):
    KIND = 7

    params_id: bytes
    A: Point
    B: Point

    def encode(self):
        return header(self.KIND) + self.params_id + wire_point(self.A) + wire_point(self.B)

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.point(), reader.point())


@dataclass(frozen=True)
class EvidenceCommitments(Message):
    KIND = 8

    session_id: bytes
    pairs: tuple

    def points(self):
        """R1_0, R2_0, R1_1, …"""
        return [point for pair in self.pairs for point in pair]

    def encode(self):
        points = b"".join(wire_point(point) for point in self.points())
        return header(self.KIND) + self.session_id + points

    @classmethod
    def read(cls, reader):
        session_id = reader.bytes(32)
        return cls(session_id, tuple((reader.point(), reader.point()) for _ in range(BATCH)))


@dataclass(frozen=True)
class EvidenceChallenges(Message):
    KIND = 9

    session_id: bytes
    scalars: tuple

    def encode(self):
        return header(self.KIND) + self.session_id + wire_scalars(self.scalars)

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), tuple(reader.scalars(BATCH)))


@dataclass(frozen=True)
class EvidenceResponses(EvidenceChallenges):
    KIND = 10


@dataclass(frozen=True)
class Public:
    """The public part of evidence."""

    A: Point
    B: Point
    R1: Point
    R2: Point
    z: int

    def points(self):
        return [self.A, self.B, self.R1, self.R2]

    def encode(self):
        return b"".join(wire_point(p) for p in self.points()) + scalar_bytes(self.z)

    def verify(self, X):
        return verify(Transcript("evidence", X, self.A, self.B),
                      equal_logarithms(X, self.A, self.B),
                      Proof((self.R1, self.R2), (self.z,)))


def read_public(reader):
    return Public(*reader.points(4), reader.scalar())


@dataclass(frozen=True)
class Evidence:
    KIND = 17

    credential_id: bytes
    public: Public
    rho: int

    def encode(self):
        return (header(self.KIND) + self.credential_id + self.public.encode()
                + scalar_bytes(self.rho))

    @classmethod
    def read(cls, reader):
        evidence = cls(reader.bytes(32), read_public(reader), reader.scalar())
        if evidence.rho == 0:
            reader.fail("range")
        return evidence


def session_transcript(request, session_id):
    return Transcript("evidence-commitment", request.params_id, request.A, request.B, session_id)


class Session:
    """The authority's side of one batch. It lives in memory and answers once."""

    def __init__(self, authority, request, random):
        self.key = key = authority.key
        own = authority.own_parameters()
        if request.params_id != own.params_id or request.B != key.x * request.A:
            raise Rejected
        session_id = random(32)
        transcript = session_transcript(request, session_id)
        self._nonces = transcript.nonces([key.x], random(64), BATCH)
        pairs = tuple((k * BASE, k * request.A) for k in self._nonces)
        self.commitments = EvidenceCommitments(session_id, pairs)

    def respond(self, challenges):
        if self._nonces is None or challenges.session_id != self.commitments.session_id:
            raise Misuse("no_session")
        nonces, self._nonces = self._nonces, None
        x = self.key.x
        return EvidenceResponses(challenges.session_id, tuple(
            (k + c * x) % ORDER for k, c in zip(nonces, challenges.scalars, strict=True)))


class Sessions:
    """Open sessions, of one key or several, which end with their answer or with time."""

    def __init__(self, limit=1000, life=300):
        self._limit, self._life = limit, life
        self._open = {}  # session id to (time, session)

    def open(self, authority, request, now, random):
        session = Session(authority, request, random)
        if now + self._life >= clock.END:
            raise Misuse("range")
        self._expire(now)
        if len(self._open) >= self._limit:
            raise Misuse("full")
        self._open[session.commitments.session_id] = now, session
        return session.commitments

    def respond(self, authority, challenges, now):
        self._expire(now)
        _, session = self._open.pop(challenges.session_id, (None, None))
        if session is None or session.key.X != authority.key.X:
            raise Misuse("no_session")
        return session.respond(challenges)

    def _expire(self, now):
        self._open = {i: (opened, session) for i, (opened, session) in self._open.items()
                      if now - opened <= self._life}


def refuse_incomplete(credential, count, batches):
    """A credential is received with as many batches as come with it, each of them
    a list of items, or None if it was given away before."""
    if len(batches) != count or None in batches:
        raise Misuse("incomplete")
    items = [item for batch in batches for item in batch]
    if any(item.credential_id != credential.id for item in items):
        raise Misuse("foreign_evidence")


class Fetch:
    """The holder's side of one batch."""

    def __init__(self, holder, credential, random):
        self._X = holder.parameters(credential.slot.params_id).X
        credential.check(holder)
        self._credential = credential
        self._r = self.offer_transcript().nonces(holder.secrets.witnesses(), random(64), 1)[0]
        if self._r == 0:
            raise Stopped("r' is zero")
        self.request = EvidenceRequest(credential.slot.params_id, self._r * credential.A,
                                       self._r * credential.W)
        self._commitments = None
        self._items = None

    def offer_transcript(self):
        return Transcript("evidence-offer", self._credential.slot.params_id, self._credential.A)

    def blinding_transcript(self, commitments):
        return Transcript("evidence-blinding", self.request.params_id, commitments.session_id,
                          self.request.A, self.request.B, commitments.points())

    def challenge(self, commitments, random):
        if self._items is not None:
            raise Misuse("already_challenged")
        A, B, X = self.request.A, self.request.B, self._X
        values = self.blinding_transcript(commitments).nonces([self._r], random(64), 3 * BATCH)
        items, challenges = [], []
        for j, (R1, R2) in enumerate(commitments.pairs):
            s, a, b = values[3 * j:3 * j + 3]
            if s == 0:
                raise Stopped("s is zero")
            blinded = [s * A, s * B,
                       R1 + multiscalar([(a, BASE), (-b, X)]),
                       multiscalar([(s, R2), (s * a, A), (-s * b, B)])]
            if any(point.is_identity() for point in blinded):
                raise Stopped("a blinded point is the identity")
            c = (h2s("evidence", X, *blinded) - b) % ORDER
            items.append((s, a, blinded))
            challenges.append(c)
        self._commitments, self._items = commitments, items
        self._challenges = EvidenceChallenges(commitments.session_id, tuple(challenges))
        return self._challenges

    def finish(self, responses):
        if self._items is None:
            raise Misuse("not_challenged")
        items, self._items = self._items, ()
        if len(items) != BATCH:
            raise Misuse("already_finished")
        if responses.session_id != self._commitments.session_id:
            raise Rejected
        A, B, X = self.request.A, self.request.B, self._X
        answers = list(zip(self._commitments.pairs, self._challenges.scalars,
                           responses.scalars, strict=True))
        for (R1, R2), c, z in answers:
            if z * BASE != R1 + c * X or z * A != R2 + c * B:
                raise Rejected
        return [Evidence(self._credential.id, Public(*blinded, (z + a) % ORDER),
                         pow(self._r * s, -1, ORDER))
                for (s, a, blinded), (_, _, z) in zip(items, answers, strict=True)]
