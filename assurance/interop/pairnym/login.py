"""Login of a person the platform knows (SPEC.md section 13)."""

from dataclasses import dataclass

from .errors import Fault, Misuse, PairnymError, Rejected
from .hashing import Transcript
from .request import LOGIN, Request, check_answerable, check_asked
from .ristretto import Point
from .sigma import Proof, prove, single, verify
from .wire import Message, header, wire_point, wire_scalars


@dataclass(frozen=True)
class Login(Message):
    KIND = 13

    nonce: bytes
    pseudonym: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + self.nonce + wire_point(self.pseudonym)
                + wire_point(self.proof.commitments[0]) + wire_scalars(self.proof.responses))

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.point(),
                   Proof((reader.point(),), (reader.scalar(),)))


def transcript_of(request, pseudonym):
    return Transcript("login", request.digest, pseudonym)


def statement(request, pseudonym):
    return transcript_of(request, pseudonym), [single([request.scope().base()], pseudonym)]


def log_in(holder, received, peer, now, random):
    """The holder answers a request, in bytes, that came from an authenticated host."""
    request = Request.decode(received)
    check_answerable(request, peer, holder.plist, LOGIN, now)
    scope = request.scope()
    value = holder.secrets.evaluate(scope)
    pseudonym = value * scope.base()
    transcript, relation = statement(request, pseudonym)
    proof = prove(transcript, relation, [value], random(64))
    return checked(received, peer, Login(request.nonce, pseudonym, proof).encode())


def checked(received, peer, sent):
    """What will be sent, after it was read again and verified."""
    try:
        request, answer = Request.decode(received), Login.decode(sent)
        if request.platform_id != peer:
            raise Fault
        check(request, answer)
    except PairnymError:
        raise Fault from None
    return answer


def check(request, login):
    if login.nonce != request.nonce:
        raise Rejected
    transcript, relation = statement(request, login.pseudonym)
    if not verify(transcript, relation, login.proof):
        raise Rejected


def verify_login(platform, request, login, now, accounts=None, at_last=None):
    """The platform, with its own copy of the request. `accounts` are the
    pseudonyms that it knows, encoded; None stands for a platform that knows all."""
    check_asked(request, platform.platform_id, platform.plist, LOGIN, now)
    check(request, login)
    if accounts is not None and login.pseudonym.encode() not in accounts:
        raise Misuse("no_account")
    platform.use_up(request, now if at_last is None else at_last)
