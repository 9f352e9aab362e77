"""Presentation and its verification (SPEC.md sections 11 and 12)."""

from dataclasses import dataclass

from .errors import Fault, Misuse, PairnymError, Rejected
from .evidence import Public, read_public
from .hashing import H, U, V, Pairs, Transcript, scalar_bytes, u8, u64
from .parameters import attribute_sum, credential_base, read_values, write_values
from .pseudonym import SECRETS
from .request import PRESENTATION, SLOTS, Request, check_answerable, check_asked
from .ristretto import ORDER, Point
from .sigma import Equation, Proof, prove, verify as verify_proof
from .slot import later
from .wire import Message, header, wire_point, wire_scalars

FIXED = 2 + SECRETS + 1  # ρ, ε, u_0 … u_6, v


@dataclass(frozen=True)
class Presentation(Message):
    KIND = 12

    nonce: bytes
    position: int  # of the slot, among those of the request
    values: tuple  # in the order of the request's names
    evidence: Public
    pseudonym: Point
    proof: Proof

    def encode(self):
        out = header(self.KIND) + self.nonce + u8(self.position) + write_values(self.values)
        out += self.evidence.encode() + wire_point(self.pseudonym)
        out += b"".join(wire_point(t) for t in self.proof.commitments)
        responses = self.proof.responses
        out += wire_scalars(responses[:FIXED])
        return out + u8(len(responses) - FIXED) + wire_scalars(responses[FIXED:])

    @classmethod
    def read(cls, reader):
        nonce, position = reader.bytes(32), reader.u8()
        if position >= SLOTS:
            reader.fail("range")
        values = read_values(reader)
        evidence = read_public(reader)
        pseudonym = reader.point()
        commitments = tuple(reader.points(2))
        responses = reader.scalars(FIXED)
        responses += reader.scalars(reader.count(64 - len(values)))
        return cls(nonce, position, values, evidence, pseudonym,
                   Proof(commitments, tuple(responses)))


def transcript_of(request, slot, values, evidence, pseudonym):
    return Transcript(
        "presentation", slot.params_id, u64(slot.t), request.digest,
        Pairs((name.encode(), value.encode())
              for name, value in zip(request.disclosures, values, strict=True)),
        pseudonym, *evidence.points(), scalar_bytes(evidence.z))


def statement(parameters, request, slot, values, evidence, pseudonym):
    """The transcript and the relation that prover and verifier share, and the
    indices of the hidden attributes."""
    shown = [parameters.index(name) for name in request.disclosures]
    hidden = [i for i in range(len(parameters.schema)) if i not in shown]
    scope = request.scope()
    z = scope.point()
    terms = [([(0, 1)], evidence.B), ([(1, 1)], evidence.A)]
    negative = [*U, V, *(H[i] for i in hidden)]
    terms += [([(2 + l, ORDER - 1)], base) for l, base in enumerate(negative)]
    credential = Equation(tuple(terms), credential_base(slot.params_id, slot.t)
                          + attribute_sum(zip(shown, values, strict=True)))
    form = [(2 + k, pow(z, k, ORDER)) for k in range(SECRETS)]
    named = Equation(((form, scope.base()),), pseudonym)
    transcript = transcript_of(request, slot, values, evidence, pseudonym)
    return transcript, [credential, named], hidden


def statement_of(holder, credential, item, request, pseudonym):
    """What the holder of this credential and item of evidence proves: transcript, relation
    and witnesses."""
    parameters = holder.plist.parameters[credential.slot.params_id]
    transcript, relation, hidden = statement(
        parameters, request, credential.slot, disclosed(parameters, request, credential),
        item.public, pseudonym)
    return transcript, relation, [item.rho, credential.e * item.rho % ORDER,
                                  *holder.secrets.witnesses(),
                                  *(credential.values[i].scalar() for i in hidden)]


def disclosed(parameters, request, credential):
    return tuple(credential.values[parameters.index(name)] for name in request.disclosures)


def refuse(holder, credential, request, peer, now, consent):
    """Steps 1 to 7 of section 11, before anything is used up."""
    plist = holder.plist
    check_answerable(request, peer, plist, PRESENTATION, now)
    present = plist.slot(now)
    if present is None or present not in request.slots:
        if any(slot.params_id not in plist.parameters for slot in request.slots):
            raise Misuse("unpinned_parameters")
        raise Misuse("epoch_not_accepted")
    if not _lists_honestly(plist, request, present):
        raise Misuse("epoch_not_accepted")
    if credential.commitment != holder.secrets.commitment():
        raise Misuse("foreign_credential")
    usable = [present, plist.slot(later(now)), plist.slot_before(present)]
    if credential.slot not in usable or credential.slot not in request.slots:
        raise Misuse("stale_credential")
    parameters = plist.parameters[credential.slot.params_id]
    if not request.fits(parameters) or not parameters.fits(credential.values):
        raise Misuse("schema")
    if request.disclosures and not consent:
        raise Misuse("disclosure_without_consent")
    values = disclosed(parameters, request, credential)
    if not all(c.holds(values[c.position]) for c in request.conditions):
        raise Misuse("condition_unmet")


def check_item(credential, evidence):
    """Steps 8 and 9 of section 11; an item that fails step 9 leaves the list."""
    item = evidence[0]
    if item.credential_id != credential.id:
        raise Misuse("foreign_evidence")
    shown = item.public
    if item.rho * shown.B + credential.e * item.rho % ORDER * shown.A != credential.message():
        evidence.clear()
        raise Fault(evidence_used=True)
    return item


def _lists_honestly(plist, request, present):
    """Of the slots besides the present one: an answer must not tell by them which
    list the holder has."""
    before = plist.slot_before(present)
    known = [present, before, plist.slot_before(before), plist.slot_after(present)]
    others = list(request.slots)
    if others[-1].params_id not in plist.parameters and plist.until <= later(request.expiry):
        others.pop()
    return all(slot in known for slot in others)


def present(holder, credential, evidence, received, peer, now, consent, random):
    """The holder answers a request, in bytes, that came from an authenticated host.
    `evidence` is a list that holds one item: the item leaves the list when it is
    used up, and stays there if the request is refused."""
    request = Request.decode(received)
    refuse(holder, credential, request, peer, now, consent)
    item = check_item(credential, evidence)
    evidence.clear()
    pseudonym = holder.secrets.pseudonym(request.scope())
    transcript, relation, witnesses = statement_of(holder, credential, item, request, pseudonym)
    proof = prove(transcript, relation, witnesses, random(64))
    return checked(holder, received, peer,
                   encoded(holder, credential, item, request, pseudonym, proof))


def encoded(holder, credential, item, request, pseudonym, proof):
    parameters = holder.plist.parameters[credential.slot.params_id]
    return Presentation(request.nonce, request.slots.index(credential.slot),
                        disclosed(parameters, request, credential), item.public, pseudonym,
                        proof).encode()


def checked(holder, received, peer, sent):
    """What will be sent, after it was read again and verified."""
    try:
        request, answer = Request.decode(received), Presentation.decode(sent)
        if request.platform_id != peer:
            raise Fault
        check(holder.plist.parameters, request, answer)
    except PairnymError:
        raise Fault(evidence_used=True) from None
    return answer


def check_place(request, presentation):
    """What step 3 of section 12 begins with."""
    if presentation.nonce != request.nonce or presentation.position >= len(request.slots):
        raise Rejected


def check(known, request, presentation):
    """Steps 3 and 4 of section 12. `known` are AuthorityParameters by params_id."""
    check_place(request, presentation)
    slot = request.slots[presentation.position]
    if slot.params_id not in known:
        raise Misuse("foreign_parameters")
    parameters = known[slot.params_id]
    if not request.fits(parameters):
        raise Misuse("schema")
    if not _is_valid(parameters, request, slot, presentation):
        raise Rejected


def _is_valid(parameters, request, slot, presentation):
    names, values = request.disclosures, presentation.values
    if len(values) != len(names):
        return False
    if not all(v.fits(parameters.kinds[name]) for name, v in zip(names, values)):
        return False
    if len(presentation.proof.responses) != FIXED + len(parameters.schema) - len(names):
        return False
    if not all(c.holds(values[c.position]) for c in request.conditions):
        return False
    transcript, relation, _ = statement(parameters, request, slot, values, presentation.evidence,
                                        presentation.pseudonym)
    return (verify_proof(transcript, relation, presentation.proof)
            and presentation.evidence.verify(parameters.X))


def verify(platform, request, presentation, now, at_last=None):
    """The platform, with its own copy of the request. `at_last` is the time when
    all but the nonce has been checked."""
    check_asked(request, platform.platform_id, platform.plist, PRESENTATION, now)
    check(platform.plist.parameters, request, presentation)
    platform.use_up(request, now if at_last is None else at_last)
