"""The lead device of a shared holder: all but one scalar (SPEC.md sections 20.3, 20.4, 20.6)."""

from . import enroll, issue, login, present, stored
from .errors import Fault, Misuse, PairnymError, Rejected, Stopped
from .holder import Device, Holder
from .joint import LOG_IN, CoNonces, CoRequest, holds, join, session_transcript
from .pairing import Pairing, PairingRecord, Share, share_point
from .plist import ParameterList
from .pseudonym import checked_secrets, storage_key
from .request import LOGIN, Request, check_answerable
from .ristretto import ORDER
from .sigma import Proof, opening


class LeadSecrets:
    """The lead's own, and the commitment of both."""

    def __init__(self, master_secret, authority_id, D):
        self._own = checked_secrets(master_secret, authority_id)
        self._D = D
        self.witnesses = self._own.witnesses
        self.evaluate = self._own.evaluate  # f_1

    def commitment(self):
        return self._own.commitment() + self._D


class Lead(Device):
    def __init__(self, master_secret, plist, pairing):
        super().__init__(master_secret, plist)
        self.pairing = pairing
        self.secrets = LeadSecrets(master_secret, plist.authority_id, pairing.D)

    def ask_enrollment(self, received, random):
        """The ticket, in bytes, came over the channel."""
        return Enrollment(self, received, random)

    def ask_issuance(self, received, peer, now, random):
        return Issuance(self, received, peer, now, random)

    def ask_presentation(self, credential, received, peer, now, consent, random):
        return Presentation(self, credential, received, peer, now, consent, random)

    def ask_login(self, received, peer, now, random):
        return Login(self, received, peer, now, random)

    @classmethod
    def restore(cls, master_secret, authority_id, stored_list, stored_pairing):
        key = storage_key(master_secret, authority_id)
        return cls(master_secret, stored.load(ParameterList, stored_list, key, authority_id),
                   stored.load(Pairing, stored_pairing, key, authority_id))

    def record(self, channel_key):
        """For a second that has lost everything but its master secret; the key is the lead's."""
        pairing = self.pairing
        return PairingRecord(self.plist.authority_id, pairing.pid, channel_key, pairing.D,
                             self.secrets.commitment())

    def take_over(self, master_secret, transfer):
        """An ordinary holder, and the share that is kept beside its master secret."""
        pairing = self.pairing
        if (transfer.authority_id != self.plist.authority_id or transfer.pid != pairing.pid
                or transfer.commitment != self.secrets.commitment()
                or share_point(transfer.d) != pairing.D):
            raise Rejected
        holder = Holder(master_secret, self.plist, transfer.d)
        if holder.secrets.commitment() != transfer.commitment:
            raise Misuse("foreign_commitment")
        share = Share(pairing.pid, pairing.channel_key, transfer.commitment, transfer.d)
        return holder, self.store(share)


class Act:
    """From the lead's question to the message that both have made: `request` is sent, then
    `commit` takes the approval and `complete` the answer, each of them once."""

    shares_u_0 = 0  # the place of the witness of which the second has a part
    item = None

    def __init__(self, lead, received, body, random, **shown):
        self.lead = lead
        self.received = received
        self.body = body
        self.request = CoRequest(lead.pairing.pid, random(32), body, **shown)
        self._approval = self._nonces = None

    def commit(self, approval, now, random, items=None):
        """`items`: a list of one item of evidence, for a presentation."""
        if approval.pid != self.lead.pairing.pid \
                or (approval.N_2 is not None) != self.request.is_request:
            raise Rejected
        self.refuse(now)
        self.take_item(items)
        N = self._joint_name(approval)
        transcript, relation, self._witnesses = self.statement(N)
        self._own = transcript.nonces(self._witnesses, random(64) + approval.h,
                                      len(self._witnesses))
        points = tuple(equation.apply(self._own) for equation in relation)
        if any(point.is_identity() for point in points):
            raise Stopped("a commitment is the identity")
        if items is not None:
            items.clear()
        self._approval = approval
        self._transcript = transcript
        self._nonces = CoNonces(approval.h, self.request.act, points, N,
                                self.item and self.item.public)
        return self._nonces

    def _joint_name(self, approval):
        """N"""
        if not self.request.is_request:
            return None
        scope = Request.decode(self.received).scope()
        N = self.lead.secrets.evaluate(scope) * scope.base() + approval.N_2
        if N.is_identity():
            raise Rejected
        return N

    def complete(self, answer):
        approval, nonces = self._approval, self._nonces
        sigma = session_transcript(self.request.encode(), approval.N_2)
        if answer.h != approval.h or len(answer.points) != (2 if self.request.is_request else 1) \
                or sigma.commit(answer.points) != approval.h:
            raise Rejected
        T = join(self.request.act, nonces.points, answer.points)
        c = self._transcript.challenge(T)
        responses = [(n + c * w) % ORDER for n, w in zip(self._own, self._witnesses, strict=True)]
        responses[self.shares_u_0] = (responses[self.shares_u_0] + answer.z) % ORDER
        is_right = holds(self.request, self.lead.pairing.D, approval.N_2, answer.points, c,
                         answer.z)
        try:
            if self.request.act == LOG_IN and not is_right:
                raise Rejected
            return self.checked(nonces.pseudonym, Proof(T, tuple(responses)))
        except PairnymError:
            raise (Fault if is_right else Rejected) from None

    def take_item(self, items):
        """Steps 8 and 9 of section 11."""


class Enrollment(Act):
    def __init__(self, lead, received, random):
        ticket = enroll.EnrollmentTicket.decode(received)
        enroll.refuse_foreign(ticket, lead.plist)
        super().__init__(lead, received, ticket, random)

    def refuse(self, _):
        enroll.refuse_foreign(self.body, self.lead.plist)

    def statement(self, _):
        secrets = self.lead.secrets
        commitment = secrets.commitment()
        return (self.body.transcript(commitment), opening(commitment),
                secrets.witnesses())

    def checked(self, _, proof):
        sent = enroll.EnrollmentRequest(self.body.transaction_id, self.lead.secrets.commitment(),
                                        proof)
        return enroll.checked(self.received, sent.encode())


class Issuance(Act):
    def __init__(self, lead, received, peer, now, random):
        self._peer = peer
        offer = issue.IssuanceOffer.decode(received)
        issue.refuse_offer(lead, offer, peer, now)
        super().__init__(lead, received, offer, random)

    def refuse(self, now):
        issue.refuse_offer(self.lead, self.body, self._peer, now)

    def statement(self, _):
        secrets = self.lead.secrets
        return (self.body.transcript(), opening(secrets.commitment()),
                secrets.witnesses())

    def checked(self, _, proof):
        return issue.checked(self.received,
                             issue.IssuanceRequest(self.body.nonce, proof).encode())[1]


class Presentation(Act):
    shares_u_0 = 2

    def __init__(self, lead, credential, received, peer, now, consent, random):
        self._credential, self._peer, self._consent = credential, peer, consent
        body = Request.decode(received)
        present.refuse(lead, credential, body, peer, now, consent)
        parameters = lead.plist.parameters[credential.slot.params_id]
        super().__init__(lead, received, body, random,
                         position=body.slots.index(credential.slot),
                         values=present.disclosed(parameters, body, credential))

    def refuse(self, now):
        present.refuse(self.lead, self._credential, self.body, self._peer, now, self._consent)

    def take_item(self, items):
        self.item = present.check_item(self._credential, items)

    def statement(self, N):
        return present.statement_of(self.lead, self._credential, self.item, self.body, N)

    def checked(self, N, proof):
        sent = present.encoded(self.lead, self._credential, self.item, self.body, N, proof)
        return present.checked(self.lead, self.received, self._peer, sent)


class Login(Act):
    def __init__(self, lead, received, peer, now, random):
        self._peer = peer
        body = Request.decode(received)
        check_answerable(body, peer, lead.plist, LOGIN, now)
        super().__init__(lead, received, body, random)

    def refuse(self, now):
        check_answerable(self.body, self._peer, self.lead.plist, LOGIN, now)

    def statement(self, N):
        transcript, relation = login.statement(self.body, N)
        return transcript, relation, [self.lead.secrets.evaluate(self.body.scope())]

    def checked(self, N, proof):
        sent = login.Login(self.body.nonce, N, proof).encode()
        return login.checked(self.received, self._peer, sent)
