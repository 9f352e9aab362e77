"""Enrollment (SPEC.md section 7)."""

from dataclasses import dataclass

from .errors import Misuse, Rejected
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
        raise Misuse("foreign_authority")
    commitment = secrets.commitment()
    proof = prove(ticket.transcript(commitment), opening(commitment),
                  secrets.witnesses(), random(64))
    return EnrollmentRequest(ticket.transaction_id, commitment, proof)


class Registry:
    """Persons and their commitments. A real one does this in one transaction
    of a database."""

    POLICIES = ("refused", "same commitment", "allowed")  # of a person who was deleted

    def __init__(self, reenrollment="refused"):
        if reenrollment not in self.POLICIES:
            raise Misuse("reenrollment")
        self.reenrollment = reenrollment
        self.persons = {}
        self.tombstones = {}  # person to the last commitment
        self.owners = {}  # commitment to person, for ever

    def register(self, person, commitment):
        key = commitment.encode()
        if person in self.persons:
            raise Misuse("person_registered")
        if person in self.tombstones and not self._admits_again(person, key):
            raise Misuse("person_deleted")
        if self.owners.get(key, person) != person:
            raise Misuse("commitment_registered")
        self.persons[person] = key
        self.owners[key] = person

    def _admits_again(self, person, key):
        if self.reenrollment == "same commitment":
            return self.tombstones[person] == key
        return self.reenrollment == "allowed"

    def delete(self, person):
        if person not in self.persons:
            raise Misuse("person_unknown")
        self.tombstones[person] = self.persons.pop(person)

    def is_registered(self, commitment):
        return commitment.encode() in self.persons.values()


def admit(authority_id, ticket, registry, person, request):
    """The authority, after the identity check, with its own copy of the ticket."""
    if ticket.authority_id != authority_id:
        raise Misuse("foreign_authority")
    if request.transaction_id != ticket.transaction_id:
        raise Rejected
    if not verify(ticket.transcript(request.commitment), opening(request.commitment),
                  request.proof):
        raise Rejected
    registry.register(person, request.commitment)
