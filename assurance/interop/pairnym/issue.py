"""Issuance of credentials, 网证 (SPEC.md section 8)."""

from dataclasses import dataclass
from functools import cached_property

from . import clock
from .enroll import read_opening, write_opening
from .errors import DecodeError, Expired, Fault, Misuse, Rejected, Stopped
from .hashing import Transcript, h32, hkdf_expand, scalar_bytes, u64, wide_scalar
from .parameters import ABSENT, Value, attribute_sum, credential_base, read_values, write_values
from .ristretto import ORDER, Point
from .sigma import Proof, equal_logarithms, opening, prove, verify
from .slot import Slot, earlier, later, read_slot
from .wire import Message, header, wire_point, wire_scalars

LONGEST = 600  # life of an offer


def credential_message(slot, commitment, values):
    """M"""
    return (credential_base(slot.params_id, slot.t) + commitment
            + attribute_sum(enumerate(values)))


@dataclass(frozen=True)
class IssuanceOffer(Message):
    KIND = 4

    slot: Slot
    nonce: bytes
    commitment: Point
    values: tuple

    def body(self):
        return (self.slot.encode() + self.nonce + wire_point(self.commitment)
                + write_values(self.values))

    def encode(self):
        return header(self.KIND) + self.body()

    @classmethod
    def read(cls, reader):
        return cls(read_slot(reader), reader.bytes(32), reader.point(), read_values(reader))

    def transcript(self):
        return Transcript("issuance", self.slot.params_id, u64(self.slot.t), self.nonce,
                          self.commitment, [v.encode() for v in self.values])

    def message(self):
        """M"""
        return credential_message(self.slot, self.commitment, self.values)


@dataclass(frozen=True)
class OpenOffer:
    """The authority's own copy."""

    KIND = 49

    offer: IssuanceOffer
    expiry: int

    def encode(self):
        return header(self.KIND) + self.offer.body() + u64(self.expiry)

    @classmethod
    def read(cls, reader):
        return cls(IssuanceOffer.read(reader), reader.u64())


@dataclass(frozen=True)
class IssuanceRequest(Message):
    KIND = 5

    nonce: bytes
    proof: Proof

    def encode(self):
        return header(self.KIND) + self.nonce + write_opening(self.proof)

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), read_opening(reader))

    def answers(self, offer):
        return (self.nonce == offer.nonce
                and verify(offer.transcript(), opening(offer.commitment), self.proof))


@dataclass(frozen=True)
class IssuanceResponse(Message):
    KIND = 6

    A: Point
    e: int
    proof: Proof

    def encode(self):
        points = b"".join(wire_point(t) for t in self.proof.commitments)
        return (header(self.KIND) + wire_point(self.A) + scalar_bytes(self.e) + points
                + wire_scalars(self.proof.responses))

    @classmethod
    def read(cls, reader):
        A, e = reader.point(), reader.scalar()
        return cls(A, e, Proof(tuple(reader.points(2)), (reader.scalar(),)))


@dataclass(frozen=True)
class Credential:
    KIND = 16

    slot: Slot
    commitment: Point
    A: Point
    e: int
    W: Point
    values: tuple

    def encode(self):
        return (header(self.KIND) + self.slot.encode() + wire_point(self.commitment)
                + wire_point(self.A) + scalar_bytes(self.e) + wire_point(self.W)
                + write_values(self.values))

    @classmethod
    def read(cls, reader):
        return cls(read_slot(reader), reader.point(), reader.point(), reader.scalar(),
                   reader.point(), read_values(reader))

    @cached_property
    def id(self):
        return h32("credential", self.encode())

    def message(self):
        """M"""
        return credential_message(self.slot, self.commitment, self.values)

    def check(self, holder):
        """It is the holder's own, and whole."""
        if self.commitment != holder.secrets.commitment():
            raise Misuse("foreign_credential")
        if self.W + self.e * self.A != self.message():
            raise Fault


def values_by_name(parameters, named):
    """Values in the order of the schema, from names to values."""
    if not set(named) <= set(parameters.kinds):
        raise Misuse("unknown_attribute")
    return tuple(named.get(a.name, Value(ABSENT)) for a in parameters.schema)


def make_offer(authority, commitment, values, now, life, random):
    """The authority offers values, in order or by name, for a registered commitment."""
    parameters = authority.own_parameters()
    authority.plist.refuse_if_over(now)
    slot = authority.plist.slot(now)
    if slot is None or slot.params_id != parameters.params_id:
        raise Misuse("wrong_epoch")
    expiry = clock.expiry(now, life, LONGEST)
    if isinstance(values, dict):
        values = values_by_name(parameters, values)
    if not parameters.fits(values):
        raise Misuse("schema")
    if not all(v.is_readable() for v in values):
        raise Misuse("text")
    return OpenOffer(IssuanceOffer(slot, random(32), commitment, tuple(values)), expiry)


def refuse_offer(holder, offer, peer, now):
    """All that the holder checks of an offer."""
    plist = holder.plist
    if peer != plist.host:
        raise Misuse("foreign_authority")
    parameters = holder.parameters(offer.slot.params_id)
    plist.refuse_if_over(now)
    if offer.slot not in [plist.slot(time) for time in (earlier(now), now, later(now))]:
        raise Misuse("wrong_epoch")
    if offer.commitment != holder.secrets.commitment():
        raise Misuse("foreign_commitment")
    if not parameters.fits(offer.values):
        raise Misuse("schema")


def accept_offer(holder, received, peer, now, random):
    """The holder answers an offer, in bytes, that came from an authenticated host.
    The result is the offer and the answer."""
    offer = IssuanceOffer.decode(received)
    refuse_offer(holder, offer, peer, now)
    proof = prove(offer.transcript(), opening(offer.commitment), holder.secrets.witnesses(),
                  random(64))
    sent = IssuanceRequest(offer.nonce, proof).encode()
    return checked(received, sent)


def checked(received, sent):
    """The offer and what will be sent, after both were read again and verified."""
    try:
        offer, request = IssuanceOffer.decode(received), IssuanceRequest.decode(sent)
    except DecodeError:
        raise Fault from None
    if not request.answers(offer):
        raise Fault
    return offer, request


def key_consistency(X, slot, M, A, e, W):
    transcript = Transcript("issuance-key", slot.params_id, u64(slot.t), X,
                            M, A, scalar_bytes(e), W)
    return transcript, equal_logarithms(X, A, W)


def check_issuance(authority, own, request, now):
    """The authority, with its own open offer."""
    parameters = authority.own_parameters()
    offer = own.offer
    if offer.slot.params_id != parameters.params_id:
        raise Misuse("foreign_parameters")
    if now > own.expiry:
        raise Expired
    if not parameters.fits(offer.values):
        raise Misuse("schema")
    if not request.answers(offer):
        raise Rejected


def issue(authority, registry, own, request, now):
    """The check, the registry's word, and the credential."""
    check_issuance(authority, own, request, now)
    offer, key = own.offer, authority.key
    if not registry.confirms(offer.commitment, authority.own_parameters().schema, offer.values):
        raise Misuse("not_registered")
    M = offer.message()
    e = wide_scalar(hkdf_expand(key.k_e, b"pairnym-v1/tag" + M.encode(), 64))
    if M.is_identity() or (key.x + e) % ORDER == 0:
        raise Stopped("no credential for this message")
    A = pow(key.x + e, -1, ORDER) * M
    W = key.x * A
    transcript, relation = key_consistency(key.X, offer.slot, M, A, e, W)
    proof = prove(transcript, relation, [key.x], None)
    # An error of the computation gives x away.
    if not verify(transcript, relation, proof) or W + e * A != M:
        raise Fault
    return IssuanceResponse(A, e, proof)


def finish_credential(parameters, offer, response):
    """The holder checks the response to its answer to the offer."""
    M = offer.message()
    W = M - response.e * response.A
    transcript, relation = key_consistency(parameters.X, offer.slot, M, response.A, response.e,
                                           W)
    if W.is_identity() or not verify(transcript, relation, response.proof):
        raise Rejected
    return Credential(offer.slot, offer.commitment, response.A, response.e, W, offer.values)


def load_credential(holder, data):
    credential = holder.load(Credential, data)
    credential.check(holder)
    return credential
