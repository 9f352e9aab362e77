"""Enrollment (SPEC.md section 7)."""

from dataclasses import dataclass

from .errors import Invalid, Refused
from .hashing import Transcript
from .ristretto import Point
from .scope import check_token
from .sigma import Proof, opening, prove, verify
from .wire import Reader, header, short, wire_point, wire_scalars


@dataclass(frozen=True)
class EnrollmentTicket:
    KIND = 2

    authority_id: str
    transaction_id: bytes
    nonce: bytes

    def encode(self):
        return header(self.KIND) + short(self.authority_id) + self.transaction_id + self.nonce

    @classmethod
    def decode(cls, data):
        reader = Reader("EnrollmentTicket", cls.KIND, data)
        ticket = cls(reader.token(), reader.bytes(32), reader.bytes(32))
        reader.end()
        return ticket

    def transcript(self, commitment):
        return Transcript("enrollment", self.authority_id.encode(), self.nonce,
                          self.transaction_id, commitment)


def write_opening(proof):
    return wire_point(proof.commitments[0]) + wire_scalars(proof.responses)


def read_opening(reader):
    return Proof((reader.point(),), tuple(reader.scalars(8)))


@dataclass(frozen=True)
class EnrollmentRequest:
    KIND = 3

    transaction_id: bytes
    commitment: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + self.transaction_id + wire_point(self.commitment)
                + write_opening(self.proof))

    @classmethod
    def decode(cls, data):
        reader = Reader("EnrollmentRequest", cls.KIND, data)
        request = cls(reader.bytes(32), reader.point(), read_opening(reader))
        reader.end()
        return request


def open_ticket(authority_id, random):
    """The authority opens a transaction."""
    return EnrollmentTicket(check_token(authority_id), random(32), random(32))


def enroll(secrets, ticket, random):
    """The holder answers a ticket of the authority that the secrets are for."""
    if ticket.authority_id != secrets.authority_id:
        raise Refused("another_authority")
    commitment = secrets.commitment()
    proof = prove(ticket.transcript(commitment), opening(commitment),
                  secrets.witnesses(), random(64))
    return EnrollmentRequest(ticket.transaction_id, commitment, proof)


class Registry:
    """Persons and their commitments. A real one does this in one transaction
    of a database."""

    def __init__(self, admit_again=False):
        self.admit_again = admit_again
        self.persons = {}
        self.tombstones = set()
        self.used = set()

    def register(self, person, commitment):
        key = commitment.encode()
        if person in self.persons:
            raise Refused("person_registered")
        if key in self.used:
            raise Refused("commitment_registered")
        if person in self.tombstones and not self.admit_again:
            raise Refused("tombstone")
        self.persons[person] = key
        self.used.add(key)

    def delete(self, person):
        if person not in self.persons:
            raise Refused("person_unknown")
        del self.persons[person]
        self.tombstones.add(person)

    def is_registered(self, commitment):
        return commitment.encode() in self.persons.values()


def admit(ticket, registry, person, request):
    """The authority, after the identity check, with its own copy of the ticket."""
    if request.transaction_id != ticket.transaction_id:
        raise Invalid
    if not verify(ticket.transcript(request.commitment), opening(request.commitment),
                  request.proof):
        raise Invalid
    registry.register(person, request.commitment)
