"""Presentation and its verification (SPEC.md sections 11 and 12)."""

from dataclasses import dataclass

from .errors import Expired, Misuse, Rejected, Replayed
from .evidence import Public, read_public
from .hashing import H, U, V, Pairs, Transcript, scalar_bytes, u8, u64
from .parameters import attribute_sum, read_value
from .pseudonym import SECRETS
from .request import check_own_request
from .ristretto import ORDER, Point
from .sigma import Equation, Proof, prove, verify as verify_proof
from .wire import Reader, header, wire_point, wire_scalars

FIXED = 2 + SECRETS + 1  # ρ, ε, u_0 … u_6, v


@dataclass(frozen=True)
class Presentation:
    KIND = 12

    t: int
    disclosed: tuple  # pairs (index, value)
    evidence: Public
    pseudonym: Point
    proof: Proof

    def encode(self):
        out = header(self.KIND) + u64(self.t) + u8(len(self.disclosed))
        out += b"".join(u8(i) + value.encode() for i, value in self.disclosed)
        out += self.evidence.encode() + wire_point(self.pseudonym)
        out += b"".join(wire_point(t) for t in self.proof.commitments)
        responses = self.proof.responses
        out += wire_scalars(responses[:FIXED])
        return out + u8(len(responses) - FIXED) + wire_scalars(responses[FIXED:])

    @classmethod
    def decode(cls, data):
        reader = Reader("Presentation", cls.KIND, data)
        t = reader.u64()
        disclosed = []
        for _ in range(reader.count()):
            index = reader.u8()
            if index >= 64:
                reader.fail("range")
            if disclosed and disclosed[-1][0] >= index:
                reader.fail("order")
            disclosed.append((index, read_value(reader)))
        evidence = read_public(reader)
        pseudonym = reader.point()
        commitments = tuple(reader.points(2))
        responses = reader.scalars(FIXED)
        responses += reader.scalars(reader.count(64 - len(disclosed)))
        reader.end()
        return cls(t, tuple(disclosed), evidence, pseudonym,
                   Proof(commitments, tuple(responses)))


def statement(parameters, request, t, disclosed, evidence, pseudonym):
    """The transcript and the relation that prover and verifier share."""
    transcript = Transcript(
        "presentation", parameters.params_id, u64(t), request.digest,
        Pairs((u8(i), value.encode()) for i, value in disclosed),
        pseudonym, *evidence.points(), scalar_bytes(evidence.z))
    shown = {i for i, _ in disclosed}
    hidden = [i for i in range(len(parameters.schema)) if i not in shown]
    scope = request.scope(parameters)
    z = scope.point()
    terms = [([(0, 1)], evidence.B), ([(1, 1)], evidence.A)]
    negative = [*U, V, *(H[i] for i in hidden)]
    terms += [([(2 + l, ORDER - 1)], base) for l, base in enumerate(negative)]
    credential = Equation(tuple(terms), parameters.credential_base(t) + attribute_sum(disclosed))
    form = [(2 + k, pow(z, k, ORDER)) for k in range(SECRETS)]
    named = Equation(((form, scope.base()),), pseudonym)
    return transcript, [credential, named], hidden


def present(holder, credential, evidence, request, authenticated, now, consent, random):
    """The holder answers a request. `evidence` is a list that holds one item:
    the item leaves the list when it is used up, and stays there if the request
    is refused."""
    item = evidence[0]
    if request.platform_id != authenticated:
        raise Misuse("foreign_platform")
    pinned = holder.parameters(request.params_id)
    if request.params_id != credential.params_id:
        raise Misuse("foreign_parameters")
    if now > request.expiry:
        raise Expired
    if not request.accepts_epoch(credential.t):
        raise Misuse("epoch_not_accepted")
    if not request.fits(pinned.schema) or not pinned.fits(credential.values):
        raise Misuse("schema")
    if request.disclosures and not consent:
        raise Misuse("disclosure_without_consent")
    if not all(c.holds(credential.values[c.index]) for c in request.conditions):
        raise Misuse("condition_unmet")
    if item.credential_id != credential.id:
        raise Misuse("foreign_evidence")
    secrets = holder.secrets(pinned.authority_id)
    pseudonym = secrets.pseudonym(request.scope(pinned))
    evidence.clear()
    disclosed = tuple((i, credential.values[i]) for i in request.disclosures)
    transcript, relation, hidden = statement(
        pinned, request, credential.t, disclosed, item.public, pseudonym)
    witnesses = [item.rho, credential.e * item.rho % ORDER, *secrets.witnesses(),
                 *(credential.values[i].scalar() for i in hidden)]
    proof = prove(transcript, relation, witnesses, random(64))
    return Presentation(credential.t, disclosed, item.public, pseudonym, proof)


def verify(platform_id, parameters, consumed, request, presentation, now):
    """The platform, with its own copy of the request. `consumed` is its set of
    nonces. The result is the pseudonym and the disclosed values."""
    known = check_own_request(request, platform_id, parameters, now)
    if not _is_valid(known, request, presentation):
        raise Rejected
    if request.nonce in consumed:
        raise Replayed
    consumed.add(request.nonce)
    return presentation.pseudonym, presentation.disclosed


def _is_valid(parameters, request, presentation):
    disclosed = dict(presentation.disclosed)
    if not request.accepts_epoch(presentation.t) or tuple(disclosed) != request.disclosures:
        return False
    if not all(v.fits(parameters.schema[i].kind) for i, v in disclosed.items()):
        return False
    if len(presentation.proof.responses) != FIXED + len(parameters.schema) - len(disclosed):
        return False
    if not all(c.holds(disclosed[c.index]) for c in request.conditions):
        return False
    transcript, relation, _ = statement(
        parameters, request, presentation.t, presentation.disclosed, presentation.evidence,
        presentation.pseudonym)
    return (verify_proof(transcript, relation, presentation.proof)
            and presentation.evidence.verify(parameters.X))
