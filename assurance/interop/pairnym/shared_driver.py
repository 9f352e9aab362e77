"""The steps of two devices that are one holder (see README.md)."""

from . import enroll, issue, request
from .errors import Misuse
from .held import HeldCredential, HeldEvidence, PendingCredential
from .joint import CoAnswer, CoApproval, CoNonces, CoRequest
from .lead import Issuance, Lead
from .pairing import (Invited, Inviting, PairingAnswer, PairingCommitment, PairingInvitation,
                      PairingRecord, ShareTransfer, code, meet)
from .plist import ParameterList
from .scope import check_name
from .second import CoSessions, Second


class HeldInviting:
    """It is gone when there was an answer, right or wrong."""

    def __init__(self, master_secret, inviting, at_distance):
        self.master_secret, self.inviting, self.at_distance = master_secret, inviting, at_distance


class HeldInvited:
    """It is gone when the invitation came, right or wrong."""

    def __init__(self, master_secret, plist, invited):
        self.master_secret, self.plist, self.invited = master_secret, plist, invited


class HeldAct:
    """It is gone when an approval or an answer was refused, or with the last one."""

    def __init__(self, act):
        self.act = act
        self.is_committed = False

    def take(self, is_committed):
        if self.act is None or self.is_committed and not is_committed:
            raise Misuse("already_finished")
        if is_committed and not self.is_committed:
            raise Misuse("not_committed")
        act, self.act = self.act, None
        return act


def _master(args):
    return args.bytes_or_coins("master_secret")


def _stored_at(args):
    """A device's own master secret, and of which authority it reads what it stored."""
    return args.bytes("master_secret", 32), check_name(args.need("authority_id"))


def _hex(thing):
    return thing.encode().hex()


class SharedDriver:
    # Pairing

    def second_invite(self, args):
        master_secret = args.bytes("master_secret", 32)
        authority_id = check_name(args.need("authority_id"))
        inviting = Inviting(master_secret, authority_id, args.bytes("channel_key", 32), args.coins)
        is_far = args.get("at_distance", False)
        shown = {"committed": _hex(inviting.invitation.commitment())} if is_far \
            else {"invitation": _hex(inviting.invitation)}
        held = HeldInviting(master_secret, inviting, is_far)
        return {"inviting": self.keep("inviting", held), **shown}

    def second_accept(self, args):
        held = args.object("inviting", HeldInviting)
        answer = args.message("answer", PairingAnswer)
        inviting, held.inviting = held.inviting, None
        if inviting is None:
            raise Misuse("already_finished")
        share = inviting.finish(answer)
        invitation = inviting.invitation
        made = self._second(Second(held.master_secret, invitation.authority_id, share))
        if held.at_distance:
            made.update(invitation=_hex(invitation), code=code(invitation, answer))
        return made

    def lead_accept(self, args):
        master_secret, plist = _master(args), args.message("list", ParameterList)
        invitation = args.message("invitation", PairingInvitation)
        pairing, answer = meet(master_secret, plist, invitation, args.bytes("channel_key", 32),
                               args.coins)
        return {**self._lead(Lead(master_secret, plist, pairing)), "answer": _hex(answer)}

    def lead_answer(self, args):
        master_secret, plist = _master(args), args.message("list", ParameterList)
        committed = args.message("committed", PairingCommitment)
        invited = Invited(master_secret, plist, committed, args.bytes("channel_key", 32),
                          args.coins)
        held = HeldInvited(master_secret, plist, invited)
        return {"invited": self.keep("invited", held), "answer": _hex(invited.answer)}

    def lead_finish(self, args):
        held = args.object("invited", HeldInvited)
        invitation = args.message("invitation", PairingInvitation)
        invited, held.invited = held.invited, None
        if invited is None:
            raise Misuse("already_finished")
        pairing = invited.finish(invitation)
        return {**self._lead(Lead(held.master_secret, held.plist, pairing)),
                "code": code(invitation, invited.answer)}

    # Storage and hand-over

    def _lead(self, lead):
        return {"holder": self.keep("holder", lead), "commitment": _hex(lead.secrets.commitment()),
                "list_id": lead.plist.id.hex(), "serial": lead.plist.serial}

    def lead_store(self, args):
        lead = args.object("holder", Lead)
        return {"stored": lead.store(lead.pairing).hex()}

    def lead_restore(self, args):
        return self._lead(Lead.restore(*_stored_at(args), args.bytes("stored"),
                                       args.bytes("pairing")))

    def lead_record(self, args):
        lead = args.object("holder", Lead)
        return {"record": _hex(lead.record(args.bytes("channel_key", 32)))}

    def lead_take_over(self, args):
        lead = args.object("holder", Lead)
        transfer = args.message("transfer", ShareTransfer)
        holder, kept = lead.take_over(args.bytes("master_secret", 32), transfer)
        return {"holder": self.keep("holder", holder), "stored": kept.hex()}

    def _second(self, second):
        return {"second": self.keep("second", second), "commitment": _hex(second.share.commitment)}

    def second_store(self, args):
        return {"stored": args.object("second", Second).store().hex()}

    def second_restore(self, args):
        return self._second(Second.restore(*_stored_at(args), args.bytes("stored")))

    def second_recover(self, args):
        master_secret = args.bytes("master_secret", 32)
        return self._second(Second.recover(master_secret, args.message("record", PairingRecord)))

    def second_transfer(self, args):
        return {"transfer": _hex(args.object("second", Second).transfer())}

    def second_receive(self, args):
        master_secret = args.bytes("master_secret", 32)
        transfer = args.message("transfer", ShareTransfer)
        return self._second(Second.receive(master_secret, transfer, args.bytes("channel_key", 32)))

    # The lead's part of an act

    def _asked(self, act):
        return {"act": self.keep("act", HeldAct(act)), "request": _hex(act.request)}

    def lead_ask_to_enroll(self, args):
        lead = args.object("holder", Lead)
        ticket = args.received("ticket", enroll.EnrollmentTicket)
        return self._asked(lead.ask_enrollment(ticket, args.coins))

    def lead_ask_for_credential(self, args):
        lead = args.object("holder", Lead)
        offer = args.received("offer", issue.IssuanceOffer)
        act = lead.ask_issuance(offer, args.host("peer"), args.number("now"), args.coins)
        return {**self._asked(act), "values": [v.plain() for v in act.body.values]}

    def lead_ask_to_present(self, args):
        held = args.object("credential", HeldCredential)
        asked = args.received("request", request.Request)
        peer, now = args.host("peer"), args.number("now")
        args.refuse_other(held.holder, Lead)
        held.refuse_unless(is_received=True)
        return self._asked(held.holder.ask_presentation(
            held.credential, asked, peer, now, args.get("consent", False), args.coins))

    def lead_ask_to_log_in(self, args):
        lead = args.object("holder", Lead)
        asked = args.received("request", request.Request)
        return self._asked(lead.ask_login(asked, args.host("peer"), args.number("now"),
                                          args.coins))

    def lead_commit(self, args):
        held = args.object("act", HeldAct)
        approval = args.message("approval", CoApproval)
        now = args.number("now")
        items = None
        if args.get("evidence") is not None:
            items = args.object("evidence", HeldEvidence).items
            if not items:
                raise Misuse("evidence_used")
        act = held.take(is_committed=False)
        nonces = act.commit(approval, now, args.coins, items)
        held.act, held.is_committed = act, True
        return {"nonces": _hex(nonces)}

    def lead_complete(self, args):
        held = args.object("act", HeldAct)
        answer = args.message("answer", CoAnswer)
        act = held.take(is_committed=True)
        made = {"message": _hex(act.complete(answer))}
        if isinstance(act, Issuance):
            pending = PendingCredential(act.lead, act.body)
            made["pending"] = self.keep("pending", pending)
        return made

    # The second's part

    def cosessions_new(self, args):
        sessions = CoSessions(args.number("limit", 1000), args.number("life", 120))
        return {"cosessions": self.keep("cosessions", sessions)}

    def second_approve(self, args):
        second = args.object("second", Second)
        sessions = args.object("cosessions", CoSessions)
        plist, asked = args.message("list", ParameterList), args.received("request", CoRequest)
        ticket = args.get("ticket") and args.message("ticket", enroll.EnrollmentTicket)
        now = args.number("now")
        approval = second.approve(sessions, plist, asked, now, args.number("uptime", now),
                                  args.get("consent", False), args.coins, ticket)
        return {"approval": _hex(approval)}

    def second_answer(self, args):
        second = args.object("second", Second)
        sessions = args.object("cosessions", CoSessions)
        nonces, now = args.message("nonces", CoNonces), args.number("now")
        return {"answer": _hex(second.answer(sessions, nonces, now, args.number("uptime", now)))}


SHARED_OPS = {
    "second.invite": SharedDriver.second_invite,
    "second.accept": SharedDriver.second_accept,
    "lead.accept": SharedDriver.lead_accept,
    "lead.answer": SharedDriver.lead_answer,
    "lead.finish": SharedDriver.lead_finish,
    "lead.store": SharedDriver.lead_store,
    "lead.restore": SharedDriver.lead_restore,
    "lead.record": SharedDriver.lead_record,
    "lead.take_over": SharedDriver.lead_take_over,
    "second.store": SharedDriver.second_store,
    "second.restore": SharedDriver.second_restore,
    "second.recover": SharedDriver.second_recover,
    "second.transfer": SharedDriver.second_transfer,
    "second.receive": SharedDriver.second_receive,
    "lead.ask_to_enroll": SharedDriver.lead_ask_to_enroll,
    "lead.ask_for_credential": SharedDriver.lead_ask_for_credential,
    "lead.ask_to_present": SharedDriver.lead_ask_to_present,
    "lead.ask_to_log_in": SharedDriver.lead_ask_to_log_in,
    "lead.commit": SharedDriver.lead_commit,
    "lead.complete": SharedDriver.lead_complete,
    "cosessions.new": SharedDriver.cosessions_new,
    "second.approve": SharedDriver.second_approve,
    "second.answer": SharedDriver.second_answer,
}
