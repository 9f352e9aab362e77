"""Login of a person the platform knows (SPEC.md section 13)."""

from dataclasses import dataclass

from .errors import Expired, Invalid, Refused, Replay
from .hashing import Transcript
from .request import check_own_request
from .ristretto import Point
from .sigma import Proof, prove, single, verify
from .wire import Reader, header, wire_point, wire_scalars


@dataclass(frozen=True)
class Login:
    KIND = 13

    pseudonym: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + wire_point(self.pseudonym)
                + wire_point(self.proof.commitments[0]) + wire_scalars(self.proof.responses))

    @classmethod
    def decode(cls, data):
        reader = Reader("Login", cls.KIND, data)
        login = cls(reader.point(), Proof((reader.point(),), (reader.scalar(),)))
        reader.end()
        return login


def _statement(parameters, request, pseudonym):
    transcript = Transcript("login", parameters.params_id, request.digest, pseudonym)
    return transcript, [single([request.scope(parameters).base()], pseudonym)]


def log_in(secrets_for, parameters, request, authenticated, now, random):
    """The holder answers a request. `secrets_for` gives the secrets for an
    authority id, `parameters` maps the pinned params_ids."""
    if request.platform_id != authenticated:
        raise Refused("another_platform_id")
    if now > request.expiry:
        raise Expired
    if request.params_id not in parameters:
        raise Refused("parameters_not_pinned")
    if request.disclosures:
        raise Refused("discloses")
    pinned = parameters[request.params_id]
    secrets = secrets_for(pinned.authority_id)
    scope = request.scope(pinned)
    value = secrets.evaluate(scope)
    pseudonym = value * scope.base()
    transcript, relation = _statement(pinned, request, pseudonym)
    return Login(pseudonym, prove(transcript, relation, [value], random(64)))


def verify_login(platform_id, parameters, consumed, request, login, now):
    """The platform, with its own copy of the request. The caller looks the
    pseudonym up among its accounts."""
    known = check_own_request(request, platform_id, parameters, now)
    if request.disclosures:
        raise Refused("discloses")
    transcript, relation = _statement(known, request, login.pseudonym)
    if not verify(transcript, relation, login.proof):
        raise Invalid
    if request.nonce in consumed:
        raise Replay
    consumed.add(request.nonce)
    return login.pseudonym
