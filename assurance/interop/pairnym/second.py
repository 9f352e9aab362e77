"""The second device of a shared holder: one scalar (SPEC.md sections 20.3, 20.5, 20.6)."""

from dataclasses import dataclass
from typing import Optional

from . import clock, stored
from .enroll import EnrollmentTicket
from .errors import Fault, Misuse, Rejected
from .hashing import U
from .issue import IssuanceOffer
from .joint import (PRESENTATION, CoAnswer, CoApproval, CoRequest, holds, join,
                    session_transcript, transcript_of)
from .pairing import Share, ShareTransfer, derive_share, share_point
from .pseudonym import storage_key
from .request import refuse_untimely
from .ristretto import ORDER, Point

LONGEST = 120  # life of a session, in seconds


@dataclass
class Session:
    pid: bytes
    sent: bytes  # the CoRequest as it came
    N_2: Optional[Point]
    points: tuple  # T_G
    nonce: int
    h: bytes


class CoSessions:
    """Open sessions of one device, with any number of leads. `uptime` is a clock that nobody
    sets."""

    def __init__(self, limit=1000, life=LONGEST):
        self._limit, self._life = limit, min(life, LONGEST)
        self._open = {}  # h to (time, session)

    def keep(self, session, uptime):
        if uptime + self._life >= clock.END:
            raise Misuse("range")
        self._expire(uptime)
        if len(self._open) >= self._limit:
            raise Misuse("full")
        self._open[session.h] = uptime, session

    def take(self, h, uptime):
        self._expire(uptime)
        _, session = self._open.pop(h, (None, None))
        if session is None:
            raise Misuse("no_session")
        return session

    def _expire(self, uptime):
        self._open = {h: (opened, session) for h, (opened, session) in self._open.items()
                      if uptime - opened <= self._life}


class Second:
    """One pairing. `master_secret` is the device's own."""

    def __init__(self, master_secret, authority_id, share):
        self._key = storage_key(master_secret, authority_id)
        self.authority_id = authority_id
        self.share = share

    @classmethod
    def restore(cls, master_secret, authority_id, data):
        share = stored.load(Share, data, storage_key(master_secret, authority_id), authority_id)
        return cls(master_secret, authority_id, share)

    @classmethod
    def recover(cls, master_secret, record):
        """From nothing but the master secret and what the lead shows."""
        d = derive_share(master_secret, record.pid, record.authority_id)
        if share_point(d) != record.D:
            raise Rejected
        return cls(master_secret, record.authority_id,
                   Share(record.pid, record.channel_key, record.commitment, d))

    @classmethod
    def receive(cls, master_secret, transfer, channel_key):
        """A further one, from the one before; the key is the lead's."""
        return cls(master_secret, transfer.authority_id,
                   Share(transfer.pid, channel_key, transfer.commitment, transfer.d))

    def store(self):
        return stored.store(self.share, self._key, self.authority_id)

    def transfer(self):
        """For the hand-over."""
        share = self.share
        return ShareTransfer(self.authority_id, share.pid, share.commitment, share.d)

    def approve(self, sessions, plist, sent, now, uptime, consent, random, ticket=None):
        """After the person's consent to what the CoRequest, in bytes, says. `consent`: to
        disclosure too. `ticket`: the one that this device received."""
        asked = CoRequest.decode(sent)
        self._refuse(asked, plist, now, consent, ticket)
        share = self.share
        if share_point(share.d) != share.D:
            raise Fault
        bases, N_2 = [U[0]], None
        if asked.is_request:
            bases.append(asked.body.scope().base())
            N_2 = share.d * bases[1]
        transcript = session_transcript(sent, N_2)
        nonce, = transcript.nonces([share.d], random(64), 1)
        points = tuple(nonce * base for base in bases)
        h = transcript.commit(points)
        sessions.keep(Session(share.pid, sent, N_2, points, nonce, h), uptime)
        return CoApproval(share.pid, h, N_2)

    def _refuse(self, asked, plist, now, consent, ticket):
        body = asked.body
        if asked.pid != self.share.pid:
            raise Misuse("foreign_pairing")
        if isinstance(body, IssuanceOffer):
            self._refuse_offer(body, plist, now)
            return
        if not body.authority_id == plist.authority_id == self.authority_id:
            raise Misuse("foreign_authority")
        if isinstance(body, EnrollmentTicket):
            if body != ticket:
                raise Misuse("foreign_ticket")
            return
        refuse_untimely(body, now)
        if asked.act == PRESENTATION:
            _refuse_presentation(asked, plist, now, consent)

    def _refuse_offer(self, offer, plist, now):
        parameters = plist.parameters.get(offer.slot.params_id)
        if parameters is None or parameters.authority_id != self.authority_id:
            raise Misuse("unpinned_parameters")
        plist.refuse_if_over(now)
        if offer.commitment != self.share.commitment:
            raise Misuse("foreign_commitment")
        if not parameters.fits(offer.values):
            raise Misuse("schema")

    def answer(self, sessions, nonces, now, uptime):
        """Once for each session, whatever comes of it."""
        session = sessions.take(nonces.h, uptime)
        share = self.share
        if session.pid != share.pid:
            raise Misuse("foreign_pairing")
        asked = CoRequest.decode(session.sent)
        if asked.is_request:
            refuse_untimely(asked.body, now)
        if nonces.act != asked.act:
            raise Rejected
        T = join(asked.act, nonces.points, session.points)
        if any(point.is_identity() for point in T):
            raise Rejected
        c = transcript_of(asked, share.commitment, nonces).challenge(T)
        z = (session.nonce + c * share.d) % ORDER
        _check(session, share, nonces, T, c, z)
        return CoAnswer(session.h, session.points, z)


def _refuse_presentation(asked, plist, now, consent):
    request = asked.body
    plist.refuse_if_over(now)
    if asked.slot.params_id not in plist.parameters:
        raise Misuse("unpinned_parameters")
    parameters = plist.parameters[asked.slot.params_id]
    if not request.fits(parameters) or not all(
            value.fits(parameters.kinds[name])
            for name, value in zip(request.disclosures, asked.values, strict=True)):
        raise Misuse("schema")
    if not all(c.holds(asked.values[c.position]) for c in request.conditions):
        raise Misuse("condition_unmet")
    if request.disclosures and not consent:
        raise Misuse("disclosure_without_consent")


def _check(session, share, nonces, T, c, z):
    """A flipped bit of d would be read from a wrong answer."""
    again = CoRequest.decode(session.sent)
    if (session_transcript(session.sent, session.N_2).commit(session.points) != session.h
            or transcript_of(again, share.commitment, nonces).challenge(T) != c
            or not holds(again, share.D, session.N_2, session.points, c, z)):
        raise Fault
