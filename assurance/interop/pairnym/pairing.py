"""Shared holders: the secret of the second, and pairing (SPEC.md sections 20.1, 20.2, 20.5,
20.6, 14.17)."""

from dataclasses import dataclass

from .enroll import read_opening, write_opening
from .errors import Misuse, Rejected, Stopped
from .hashing import Transcript, U, h32, h64, hkdf, scalar_bytes, u8, wide_scalar
from .pseudonym import checked_secrets
from .ristretto import Point
from .sigma import Proof, opening, prove, single, verify
from .wire import Message, header, short, wire_point, wire_scalars

DIGITS = 6


def derive_share(master_secret, pid, authority_id):
    """d"""
    assert len(master_secret) == 32
    d = wide_scalar(hkdf(b"pairnym-v1/share-master", master_secret,
                         b"pairnym-v1/share" + pid + authority_id.encode(), 64))
    if d == 0:
        raise Stopped("the share is zero")
    return d


def share_point(d):
    """d·U_0"""
    return d * U[0]


def _read_share(reader):
    d = reader.scalar()
    if d == 0:
        reader.fail("range")
    return d


@dataclass(frozen=True)
class PairingInvitation(Message):
    KIND = 24

    authority_id: str
    pid: bytes
    channel_key: bytes
    D: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + short(self.authority_id) + self.pid + self.channel_key
                + wire_point(self.D) + wire_point(self.proof.commitments[0])
                + wire_scalars(self.proof.responses))

    @classmethod
    def read(cls, reader):
        return cls(reader.name(), reader.bytes(32), reader.bytes(32), reader.point(),
                   Proof((reader.point(),), (reader.scalar(),)))

    def statement(self):
        return share_statement(self.authority_id, self.pid, self.channel_key, self.D)

    def digest(self):
        """x"""
        return h32("share-commitment", self.encode())

    def commitment(self):
        return PairingCommitment(self.authority_id, self.pid, self.digest())


def share_statement(authority_id, pid, channel_key, D):
    """What the second proves."""
    return (Transcript("share", u8(1), authority_id.encode(), pid, channel_key, D),
            [single([U[0]], D)])


@dataclass(frozen=True)
class PairingAnswer(Message):
    KIND = 25

    pid: bytes
    channel_key: bytes
    C_1: Point
    proof: Proof

    def encode(self):
        return (header(self.KIND) + self.pid + self.channel_key + wire_point(self.C_1)
                + write_opening(self.proof))

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.bytes(32), reader.point(), read_opening(reader))


def opening_statement(committed, channel_key, C_1):
    """What the lead proves, to whoever made the commitment."""
    transcript = Transcript("share", u8(2), committed.authority_id.encode(), committed.pid,
                            committed.x, channel_key, C_1)
    return transcript, opening(C_1)


@dataclass(frozen=True)
class PairingCommitment(Message):
    KIND = 26

    authority_id: str
    pid: bytes
    x: bytes

    def encode(self):
        return header(self.KIND) + short(self.authority_id) + self.pid + self.x

    @classmethod
    def read(cls, reader):
        return cls(reader.name(), reader.bytes(32), reader.bytes(32))


def code(invitation, answer):
    """What two persons who are not in one place compare by voice."""
    number = int.from_bytes(h64("share-code", invitation.encode(), answer.encode()), "little")
    return f"{number % 10**DIGITS:0{DIGITS}}"


def joint_commitment(invitation, answer):
    """C_u"""
    commitment = answer.C_1 + invitation.D
    if commitment.is_identity() or answer.channel_key == invitation.channel_key:
        raise Rejected
    return commitment


@dataclass(frozen=True)
class Pairing:
    """What the lead keeps of the second."""

    KIND = 32

    pid: bytes
    channel_key: bytes
    D: Point

    def encode(self):
        return header(self.KIND) + self.pid + self.channel_key + wire_point(self.D)

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.bytes(32), reader.point())


@dataclass(frozen=True)
class Share:
    """What the second keeps of the lead."""

    KIND = 33

    pid: bytes
    channel_key: bytes
    commitment: Point
    d: int

    def __post_init__(self):
        # With this d is compared whenever it is used.
        object.__setattr__(self, "D", share_point(self.d))

    def encode(self):
        return (header(self.KIND) + self.pid + self.channel_key + wire_point(self.commitment)
                + scalar_bytes(self.d))

    @classmethod
    def read(cls, reader):
        return cls(reader.bytes(32), reader.bytes(32), reader.point(), _read_share(reader))


@dataclass(frozen=True)
class ShareTransfer(Message):
    KIND = 31

    authority_id: str
    pid: bytes
    commitment: Point
    d: int

    def encode(self):
        return (header(self.KIND) + short(self.authority_id) + self.pid
                + wire_point(self.commitment) + scalar_bytes(self.d))

    @classmethod
    def read(cls, reader):
        return cls(reader.name(), reader.bytes(32), reader.point(), _read_share(reader))


@dataclass(frozen=True)
class PairingRecord(Message):
    """What a second that has nothing but its master secret takes from its lead."""

    KIND = 34

    authority_id: str
    pid: bytes
    channel_key: bytes
    D: Point
    commitment: Point

    def encode(self):
        return (header(self.KIND) + short(self.authority_id) + self.pid + self.channel_key
                + wire_point(self.D) + wire_point(self.commitment))

    @classmethod
    def read(cls, reader):
        return cls(reader.name(), reader.bytes(32), reader.bytes(32), reader.point(),
                   reader.point())


class Inviting:
    """The second, from its invitation to the answer."""

    def __init__(self, master_secret, authority_id, channel_key, random):
        pid = random(32)
        self._d = derive_share(master_secret, pid, authority_id)
        D = share_point(self._d)
        transcript, relation = share_statement(authority_id, pid, channel_key, D)
        proof = prove(transcript, relation, [self._d], random(64))
        self.invitation = PairingInvitation(authority_id, pid, channel_key, D, proof)

    def finish(self, answer):
        """The share, to be used when the persons have found the code to be the same, if they
        are not in one place."""
        mine = self.invitation
        transcript, relation = opening_statement(mine.commitment(), answer.channel_key,
                                                 answer.C_1)
        if answer.pid != mine.pid or not verify(transcript, relation, answer.proof):
            raise Rejected
        return Share(mine.pid, answer.channel_key, joint_commitment(mine, answer), self._d)


class Invited:
    """The lead, from its answer, which commits it, to the invitation itself."""

    def __init__(self, master_secret, plist, committed, channel_key, random):
        _refuse_foreign(committed, plist)
        self._plist = plist
        self._committed = committed
        secrets = checked_secrets(master_secret, plist.authority_id)
        C_1 = secrets.commitment()
        transcript, relation = opening_statement(committed, channel_key, C_1)
        proof = prove(transcript, relation, secrets.witnesses(), random(64))
        self.answer = PairingAnswer(committed.pid, channel_key, C_1, proof)

    def finish(self, invitation):
        """The pairing, as above."""
        if invitation.commitment() != self._committed:
            raise Rejected
        _check_invitation(invitation, self._plist)
        joint_commitment(invitation, self.answer)
        return Pairing(invitation.pid, invitation.channel_key, invitation.D)


def meet(master_secret, plist, invitation, channel_key, random):
    """The lead, face to face: its pairing and its answer."""
    _check_invitation(invitation, plist)
    invited = Invited(master_secret, plist, invitation.commitment(), channel_key, random)
    return invited.finish(invitation), invited.answer


def _refuse_foreign(message, plist):
    if message.authority_id != plist.authority_id:
        raise Misuse("foreign_authority")


def _check_invitation(invitation, plist):
    _refuse_foreign(invitation, plist)
    if not verify(*invitation.statement(), invitation.proof):
        raise Rejected
