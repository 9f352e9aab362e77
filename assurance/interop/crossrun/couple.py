"""Two devices that are one holder, played as if they were one: the ops of a holder, each by the
steps of a lead and its second (SPEC.md section 20)."""

import hashlib

from pairnym.pairing import PairingInvitation, derive_share
from pairnym.pseudonym import HolderSecrets, encode_text
from pairnym.scope import Scope

from .life import expect, honest
from .peers import Refused

LEAD_KEY, SECOND_KEY = "a0" * 32, "a1" * 32  # of the channel


class Bond:
    """What the two have in common, and what each of them stored."""

    def __init__(self, at_distance=False, wire=honest):
        self.at_distance = at_distance
        self.wire = wire
        self.guardian = "5ec0" * 16  # the second's master secret
        self.seen = []
        self.sent = {}  # the last message of each name

    def send(self, name, message):
        self.seen.append((name, message))
        self.sent[name] = message
        return self.wire(name, message)


class Couple:
    """One lead, one second, and the channel between them. What the ops of a holder draw is drawn
    by the two of them instead."""

    def __init__(self, bond, lead, second):
        self.bond, self.lead, self.second = bond, lead, second
        self.cosessions = second.do("cosessions.new")["cosessions"]
        self.handle = None  # of the second

    def do(self, op, **fields):
        step = getattr(self, "_" + op.replace(".", "_"), None)
        if step is None:
            return self.lead.do(op, **fields)
        self._coins, self._draws = fields.pop("coins", op), 0
        return step(**fields)

    def _draw(self, length):
        self._draws += 1
        return hashlib.shake_256(f"{self._coins}/{self._draws}".encode()).digest(length).hex()

    # Pairing

    def _holder_new(self, master_secret, list):
        bond, own = self.bond, {"master_secret": master_secret, "list": list}
        self._coins, self.list = master_secret, list
        authority_id = self._authority_id(list)
        inviting = self.second.do(
            "second.invite", master_secret=bond.guardian, authority_id=authority_id,
            channel_key=SECOND_KEY, at_distance=bond.at_distance, coins=self._draw(96))
        own.update(channel_key=LEAD_KEY, coins=self._draw(64))
        if bond.at_distance:
            made, accepted = self._pair_at_distance(own, inviting)
            expect("the code", accepted["code"], made["code"])
        else:
            invitation = bond.send("PairingInvitation", inviting["invitation"])
            made = self.lead.do("lead.accept", **own, invitation=invitation)
            answer = bond.send("PairingAnswer", made["answer"])
            accepted = self.second.do("second.accept", inviting=inviting["inviting"],
                                      answer=answer)
        expect("C_u", accepted["commitment"], made["commitment"])
        self.handle = accepted["second"]
        invitation = PairingInvitation.decode(bytes.fromhex(
            accepted.get("invitation") or inviting["invitation"]))
        bond.d = derive_share(bytes.fromhex(bond.guardian), invitation.pid, authority_id)
        bond.secrets = HolderSecrets(bytes.fromhex(master_secret), authority_id, bond.d)
        return {"holder": made["holder"]}

    def _pair_at_distance(self, own, inviting):
        bond = self.bond
        answered = self.lead.do("lead.answer", **own,
                                committed=bond.send("PairingCommitment", inviting["committed"]))
        accepted = self.second.do("second.accept", inviting=inviting["inviting"],
                                  answer=bond.send("PairingAnswer", answered["answer"]))
        made = self.lead.do("lead.finish", invited=answered["invited"],
                            invitation=bond.send("PairingInvitation", accepted["invitation"]))
        return made, accepted

    @staticmethod
    def _authority_id(plist):
        message = bytes.fromhex(plist)
        return message[3:3 + message[2]].decode()

    # Acts

    def _answer(self, asked, now, evidence=None, **consent):
        """From the lead's question to the message that the two have made."""
        bond, at = self.bond, {"second": self.handle, "cosessions": self.cosessions}
        approved = self.second.do("second.approve", **at, list=self.list, now=now, **consent,
                                  request=bond.send("CoRequest", asked["request"]),
                                  coins=self._draw(64))
        items = {} if evidence is None else {"evidence": evidence}
        committed = self.lead.do("lead.commit", act=asked["act"], now=now, coins=self._draw(64),
                                 approval=bond.send("CoApproval", approved["approval"]), **items)
        try:
            answered = self.second.do("second.answer", **at, now=now,
                                      nonces=bond.send("CoNonces", committed["nonces"]))
            return self.lead.do("lead.complete", act=asked["act"],
                                answer=bond.send("CoAnswer", answered["answer"]))
        except Refused as refusal:
            refusal.evidence_used = evidence is not None
            raise

    def _holder_enroll(self, holder, ticket, **_):
        asked = self.lead.do("lead.ask_to_enroll", holder=holder, ticket=ticket,
                             coins=self._draw(32))
        made = self._answer(asked, 0, ticket=ticket)
        return {"request": made["message"],
                "commitment": self.bond.secrets.commitment().encode().hex()}

    def _holder_accept_offer(self, now, **fields):
        asked = self.lead.do("lead.ask_for_credential", now=now, coins=self._draw(32), **fields)
        made = self._answer(asked, now)
        return {"request": made["message"], "values": asked["values"],
                "pending": made["pending"]}

    def _holder_present(self, now, evidence, consent, **fields):
        asked = self.lead.do("lead.ask_to_present", now=now, consent=consent,
                             coins=self._draw(32), **fields)
        made = self._answer(asked, now, evidence, consent=consent)
        return {"presentation": made["message"]}

    def _holder_log_in(self, now, **fields):
        asked = self.lead.do("lead.ask_to_log_in", now=now, coins=self._draw(32), **fields)
        return {"login": self._answer(asked, now)["message"]}

    # What needs no second, or no lead

    def _holder_pseudonym(self, holder, platform_id, label=None):
        secrets = self.bond.secrets
        name = secrets.pseudonym(Scope(secrets.authority_id, platform_id, label))
        return {"pseudonym": name.encode().hex(), "text": encode_text(name)}

    def _holder_take_list(self, list, **fields):
        self.list = list
        return self.lead.do("holder.take_list", list=list, **fields)

    def _holder_store_list(self, holder):
        """The other device goes on from what both stored."""
        bond = self.bond
        bond.list = self.list
        bond.pairing = self.lead.do("lead.store", holder=holder)["stored"]
        bond.share = self.second.do("second.store", second=self.handle)["stored"]
        bond.record = self.lead.do("lead.record", holder=holder, channel_key=LEAD_KEY)["record"]
        bond.seen += [("Pairing", bond.pairing), ("Share", bond.share),
                      ("PairingRecord", bond.record)]
        return self.lead.do("holder.store_list", holder=holder)

    def _holder_restore(self, master_secret, authority_id, stored):
        bond, mine = self.bond, self.bond.secrets.commitment().encode().hex()
        self.list = bond.list
        made = self.lead.do("lead.restore", master_secret=master_secret, stored=stored,
                            authority_id=authority_id, pairing=bond.pairing)
        own = {"master_secret": bond.guardian}
        restored = self.second.do("second.restore", **own, authority_id=authority_id,
                                  stored=bond.share)
        recovered = self.second.do("second.recover", **own, record=bond.record)
        self.handle = recovered["second"]
        for each in (restored, recovered):
            again = self.second.do("second.store", second=each["second"])
            expect("the stored share", again["stored"], bond.share)
        expect("C_u", {each["commitment"] for each in (made, restored, recovered)}, {mine})
        return made

    def hand_over(self, holder, master_secret):
        """An ordinary holder on the lead's device, with what is stored of it."""
        transfer = self.bond.send("ShareTransfer", self.second.do(
            "second.transfer", second=self.handle)["transfer"])
        return self.lead.do("lead.take_over", holder=holder, master_secret=master_secret,
                            transfer=transfer)
