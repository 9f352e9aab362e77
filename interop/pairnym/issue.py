"""Issuance of credentials, 网证 (SPEC.md section 8)."""

from dataclasses import dataclass
from functools import cached_property

from .enroll import read_opening, write_opening
from .errors import Fault, Misuse, Rejected, Stopped
from .hashing import Transcript, h32, hkdf_expand, scalar_bytes, u64, wide_scalar
from .parameters import attribute_sum, read_values, write_values
from .ristretto import ORDER, Point
from .sigma import Proof, equal_logarithms, opening, prove, verify
from .wire import Reader, header, wire_point, wire_scalars


@dataclass(frozen=True)
class IssuanceOffer:
    KIND = 4

    params_id: bytes
    t: int
    nonce: bytes
    commitment: Point
    values: tuple

    def encode(self):
        return (header(self.KIND) + self.params_id + u64(self.t) + self.nonce
                + wire_point(self.commitment) + write_values(self.values))

    @classmethod
    def decode(cls, data):
        reader = Reader("IssuanceOffer", cls.KIND, data)
        offer = cls(reader.bytes(32), reader.u64(), reader.bytes(32), reader.point(),
                    read_values(reader))
        reader.end()
        return offer

    def transcript(self):
        return Transcript("issuance", self.params_id, u64(self.t), self.nonce,
                          self.commitment, [v.encode() for v in self.values])

    def message(self, parameters):
        """M"""
        return (parameters.credential_base(self.t) + self.commitment
                + attribute_sum(enumerate(self.values)))


@dataclass(frozen=True)
class IssuanceRequest:
    KIND = 5

    nonce: bytes
    proof: Proof

    def encode(self):
        return header(self.KIND) + self.nonce + write_opening(self.proof)

    @classmethod
    def decode(cls, data):
        reader = Reader("IssuanceRequest", cls.KIND, data)
        request = cls(reader.bytes(32), read_opening(reader))
        reader.end()
        return request


@dataclass(frozen=True)
class IssuanceResponse:
    KIND = 6

    A: Point
    e: int
    proof: Proof

    def encode(self):
        points = b"".join(wire_point(t) for t in self.proof.commitments)
        return (header(self.KIND) + wire_point(self.A) + scalar_bytes(self.e) + points
                + wire_scalars(self.proof.responses))

    @classmethod
    def decode(cls, data):
        reader = Reader("IssuanceResponse", cls.KIND, data)
        A, e = reader.point(), reader.scalar()
        response = cls(A, e, Proof(tuple(reader.points(2)), (reader.scalar(),)))
        reader.end()
        return response


@dataclass(frozen=True)
class Credential:
    KIND = 16

    params_id: bytes
    t: int
    A: Point
    e: int
    W: Point
    values: tuple

    def encode(self):
        return (header(self.KIND) + self.params_id + u64(self.t) + wire_point(self.A)
                + scalar_bytes(self.e) + wire_point(self.W) + write_values(self.values))

    @classmethod
    def decode(cls, data):
        reader = Reader("Credential", cls.KIND, data)
        credential = cls(reader.bytes(32), reader.u64(), reader.point(), reader.scalar(),
                         reader.point(), read_values(reader))
        reader.end()
        return credential

    @cached_property
    def id(self):
        return h32("credential", self.params_id, u64(self.t), self.A, scalar_bytes(self.e))


def make_offer(parameters, registry, commitment, values, now, random):
    """The authority offers its values for a registered commitment."""
    if not registry.is_registered(commitment):
        raise Misuse("commitment_unknown")
    if not parameters.fits(values):
        raise Misuse("schema")
    return IssuanceOffer(parameters.params_id, parameters.epoch(now), random(32), commitment,
                         tuple(values))


def request_credential(holder, offer, now, random):
    """The holder answers an offer."""
    parameters = holder.parameters(offer.params_id)
    secrets = holder.secrets(parameters.authority_id)
    if offer.t != parameters.epoch(now):
        raise Misuse("wrong_epoch")
    if offer.commitment != secrets.commitment():
        raise Misuse("foreign_commitment")
    if not parameters.fits(offer.values):
        raise Misuse("schema")
    proof = prove(offer.transcript(), opening(offer.commitment), secrets.witnesses(), random(64))
    return IssuanceRequest(offer.nonce, proof)


def key_consistency(parameters, offer, M, A, e, W):
    transcript = Transcript("issuance-key", parameters.params_id, u64(offer.t), parameters.X,
                            M, A, scalar_bytes(e), W)
    return transcript, equal_logarithms(parameters.X, A, W)


def issue(key, parameters, offer, request):
    """The authority, with its own copy of the offer."""
    if offer.params_id != parameters.params_id:
        raise Misuse("foreign_parameters")
    if not parameters.fits(offer.values):
        raise Misuse("schema")
    if request.nonce != offer.nonce:
        raise Rejected
    if not verify(offer.transcript(), opening(offer.commitment), request.proof):
        raise Rejected
    M = offer.message(parameters)
    e = wide_scalar(hkdf_expand(key.k_e, b"pairnym-v1/tag" + M.encode(), 64))
    if M.is_identity() or (key.x + e) % ORDER == 0:
        raise Stopped("no credential for this message")
    A = pow(key.x + e, -1, ORDER) * M
    W = M - e * A
    transcript, relation = key_consistency(parameters, offer, M, A, e, W)
    proof = prove(transcript, relation, [key.x], None)
    if not verify(transcript, relation, proof):  # an error of the computation gives x away
        raise Fault
    return IssuanceResponse(A, e, proof)


def finish_credential(holder, offer, response):
    """The holder checks the response to its answer to the offer."""
    parameters = holder.parameters(offer.params_id)
    M = offer.message(parameters)
    W = M - response.e * response.A
    transcript, relation = key_consistency(parameters, offer, M, response.A, response.e, W)
    if W.is_identity() or not verify(transcript, relation, response.proof):
        raise Rejected
    return Credential(offer.params_id, offer.t, response.A, response.e, W, offer.values)
