"""Enrollment (SPEC.md section 7)."""

from dataclasses import dataclass

from . import clock
from .errors import DecodeError, Expired, Fault, Misuse, Rejected
from .hashing import Transcript, u64
from .ristretto import Point
from .sigma import Proof, opening, prove, verify
from .wire import Message, header, short, wire_point, wire_scalars

LONGEST = 86_400  # life of a ticket


@dataclass(frozen=True)
class EnrollmentTicket(Message):
    KIND = 2

    authority_id: str
    transaction_id: bytes
    nonce: bytes

    def body(self):
        return short(self.authority_id) + self.transaction_id + self.nonce

    def encode(self):
        return header(self.KIND) + self.body()

    @classmethod
    def read(cls, reader):
        return cls(reader.name(), reader.bytes(32), reader.bytes(32))

    def transcript(self, commitment):
        return Transcript("enrollment", self.authority_id.encode(), self.nonce,
                          self.transaction_id, commitment)


@dataclass(frozen=True)
class OpenTicket:
    """The authority's own copy."""

    KIND = 48

    ticket: EnrollmentTicket
    expiry: int

    def encode(self):
        return header(self.KIND) + self.ticket.body() + u64(self.expiry)

    @classmethod
    def read(cls, reader):
        return cls(EnrollmentTicket.read(reader), reader.u64())


def write_opening(proof):
    return wire_point(proof.commitments[0]) + wire_scalars(proof.responses)


def read_opening(reader):
    return Proof((reader.point(),), tuple(reader.scalars(8)))


@dataclass(frozen=True)
class EnrollmentRequest(Message):
    KIND = 3

    transaction_id: bytes
    commitment: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + self.transaction_id + wire_point(self.commitment)
                + write_opening(self.proof))

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.point(), read_opening(reader))

    def answers(self, ticket):
        return (self.transaction_id == ticket.transaction_id
                and verify(ticket.transcript(self.commitment), opening(self.commitment),
                           self.proof))


def open_ticket(authority, now, life, random):
    """The authority opens a transaction."""
    expiry = clock.expiry(now, life, LONGEST)
    return OpenTicket(EnrollmentTicket(authority.authority_id, random(32), random(32)), expiry)


def refuse_foreign(ticket, plist):
    if ticket.authority_id != plist.authority_id:
        raise Misuse("foreign_authority")


def enroll(holder, received, peer, random):
    """The holder answers a ticket, in bytes, that came from an authenticated host."""
    ticket = EnrollmentTicket.decode(received)
    if peer != holder.plist.host:
        raise Misuse("foreign_authority")
    refuse_foreign(ticket, holder.plist)
    commitment = holder.secrets.commitment()
    proof = prove(ticket.transcript(commitment), opening(commitment),
                  holder.secrets.witnesses(), random(64))
    sent = EnrollmentRequest(ticket.transaction_id, commitment, proof).encode()
    return checked(received, sent)


def checked(received, sent):
    """What will be sent, after it was read again and verified."""
    try:
        request = EnrollmentRequest.decode(sent)
        if not request.answers(EnrollmentTicket.decode(received)):
            raise Fault
    except DecodeError:
        raise Fault from None
    return request


def check_enrollment(authority, own, request, now):
    """The authority, after the identity check, with its own open ticket. What is
    left to do is the registration."""
    if own.ticket.authority_id != authority.authority_id:
        raise Misuse("foreign_authority")
    if now > own.expiry:
        raise Expired
    if not request.answers(own.ticket):
        raise Rejected
