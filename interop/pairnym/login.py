"""Login of a person the platform knows (SPEC.md section 13)."""

from dataclasses import dataclass

from .errors import Expired, Misuse, Rejected, Replayed
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


def statement(parameters, request, pseudonym):
    transcript = Transcript("login", parameters.params_id, request.digest, pseudonym)
    return transcript, [single([request.scope(parameters).base()], pseudonym)]


def log_in(holder, request, authenticated, now, random):
    """The holder answers a request."""
    if request.platform_id != authenticated:
        raise Misuse("foreign_platform")
    pinned = holder.parameters(request.params_id)
    if now > request.expiry:
        raise Expired
    if request.disclosures:
        raise Misuse("login_cannot_disclose")
    secrets = holder.secrets(pinned.authority_id)
    scope = request.scope(pinned)
    value = secrets.evaluate(scope)
    pseudonym = value * scope.base()
    transcript, relation = statement(pinned, request, pseudonym)
    return Login(pseudonym, prove(transcript, relation, [value], random(64)))


def verify_login(platform_id, parameters, consumed, request, login, now, accounts=None):
    """The platform, with its own copy of the request. `accounts` are the
    pseudonyms that it knows, encoded; None stands for a platform that knows all."""
    known = check_own_request(request, platform_id, parameters, now)
    if request.disclosures:
        raise Misuse("login_cannot_disclose")
    transcript, relation = statement(known, request, login.pseudonym)
    if not verify(transcript, relation, login.proof):
        raise Rejected
    if request.nonce in consumed:
        raise Replayed
    consumed.add(request.nonce)
    if accounts is not None and login.pseudonym.encode() not in accounts:
        raise Misuse("no_account")
    return login.pseudonym
