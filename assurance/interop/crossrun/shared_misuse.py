"""What a lead and its second refuse of their own inputs, stores and clocks, and what each refuses
of another device that plays by no rule (SPEC.md sections 15.2, 20.3), played by the twins."""

from dataclasses import replace

from pairnym.hashing import U
from pairnym.joint import (CoAnswer, CoApproval, CoNonces, CoRequest, join, session_transcript,
                           transcript_of)
from pairnym.pairing import Share, ShareTransfer
from pairnym.parameters import INTEGER, Value
from pairnym.request import EQUALS, Condition
from pairnym.ristretto import ORDER
from pairnym.scope import Scope
from pairnym.slot import Slot

from .couple import LEAD_KEY
from .life import expect
from .misuse import EVIL, Misuses, rungs
from .shared import SharedLife

COINS = "07" * 64


class SharedMisuses(Misuses):
    STEPS = ("pairing", "enrolling", "accepting", "approving", "committing", "answering",
             "completing", "storing", "handing_over")

    @staticmethod
    def new_life(made, twins):
        made.batches = 1
        return SharedLife(made, twins, twins, twins, twins)

    def play(self):
        for step in self.STEPS:
            getattr(self, f"_{step}")()

    def only(self, step):
        if step != "pairing":
            self.life.enroll()
            self._prepare()
        getattr(self, f"_{step}")()

    @property
    def couple(self):
        return self.life.holder.peer

    def _prepare(self):
        life = self.life
        life.refresh()
        self.lead, self.second = self.couple.lead, self.couple.second
        self.at = {"second": self.couple.handle, "cosessions": self.couple.cosessions}
        self.now = life.tape.now
        self.secrets = life.bond.secrets
        self.share = Share(bytes.fromhex(self._pid()), bytes.fromhex(LEAD_KEY),
                           self.secrets.commitment(), life.bond.d)

    def _pid(self):
        return self.life.bond.sent["CoRequest"][4:68]

    # Pairing

    def _pairing(self):
        life, couple = self.life, self.couple
        lead, second, bond = couple.lead, couple.second, life.bond
        invite = {"master_secret": bond.guardian, "authority_id": life.scenario.authority_id,
                  "channel_key": LEAD_KEY, "coins": "05" * 96}
        accept = {"master_secret": life.secret, "list": life.list, "channel_key": LEAD_KEY}
        # A device whose key the other one has too.
        made = second.do("second.invite", **invite)
        self.refuse("rejected", lead, "lead.accept", **accept, invitation=made["invitation"],
                    coins=COINS)
        answered = lead.do("lead.accept", **{**accept, "channel_key": "a2" * 32},
                           invitation=made["invitation"], coins=COINS)
        far = second.do("second.invite", **invite, at_distance=True)
        committed = lead.do("lead.answer", **accept, committed=far["committed"], coins=COINS)
        self.refuse("rejected", second, "second.accept", inviting=far["inviting"],
                    answer=committed["answer"])
        self.refuse("already_finished", second, "second.accept", inviting=far["inviting"],
                    answer=committed["answer"])
        for reason in ("rejected", "already_finished"):
            self.refuse(reason, lead, "lead.finish", invited=committed["invited"],
                        invitation=made["invitation"])
        # An answer that is right for one invitation is right for no other.
        other = second.do("second.invite", **{**invite, "coins": "06" * 96})
        self.refuse("rejected", second, "second.accept", inviting=other["inviting"],
                    answer=answered["answer"])
        second.do("second.accept", inviting=made["inviting"], answer=answered["answer"])
        foreign = second.do("second.invite", **{**invite, "authority_id": "b"})
        self.refuse("foreign_authority", lead, "lead.accept", **accept, coins=COINS,
                    invitation=foreign["invitation"][:-2] + "00")
        life.enroll()
        self._prepare()

    # Beginning an act

    def _ask(self, act, **fields):
        """The lead's question."""
        life, at = self.life, {"holder": self.life.person, "coins": "09" * 32}
        if act == "enroll":
            given = {**at, "ticket": fields.get("ticket") or self._ticket()}
            return self.lead.do("lead.ask_to_enroll", **given)
        if act == "accept":
            offer = life.offer()["offer"]
            return self.lead.do("lead.ask_for_credential", **at, offer=offer, now=self.now,
                                peer=life.scenario.host)
        own = {"peer": life.scenario.platform_id, "now": self.now}
        if act == "present":
            own.update(credential=life.credential, consent=True)
            own["request"] = fields.get("request") or life.ask(disclosures=self.names[:2])
            return self.lead.do("lead.ask_to_present", **own, coins=at["coins"])
        own["request"] = fields.get("request") or life.ask(wanted="login")
        return self.lead.do("lead.ask_to_log_in", **own, **at)

    def _ticket(self):
        self.ticket = self.life.authority.do("authority.open_ticket", authority=self.life.key,
                                             life=600)["ticket"]
        return self.ticket

    def _approve(self, request, **more):
        given = {**self.at, "list": self.life.list, "now": self.now, "consent": True,
                 "coins": COINS, "request": request, **more}
        return self.second.do("second.approve", **given)["approval"]

    def _approved(self, act, **fields):
        asked = self._ask(act, **fields)
        more = {"ticket": self.ticket} if act == "enroll" else {}
        return asked, self._approve(asked["request"], **more)

    def _commit(self, asked, approval, **more):
        given = {"act": asked["act"], "approval": approval, "now": self.now, "coins": COINS,
                 **more}
        return self.lead.do("lead.commit", **given)["nonces"]

    def _committed(self, act, **more):
        asked, approval = self._approved(act)
        if act == "present":
            more["evidence"] = self.life.evidence.pop()[0]
        return asked, approval, self._commit(asked, approval, **more)

    def _enrolling(self):
        """The lead takes a ticket over the channel, whoever sent it."""
        foreign = b"\1\2\1b" + bytes(64)
        self.refuse("foreign_authority", self.lead, "lead.ask_to_enroll", holder=self.life.person,
                    ticket=foreign.hex(), coins="09" * 32)

    def _accepting(self):
        """The lead asks for nothing that it would not answer alone."""
        life = self.life
        offer = {"holder": life.person, "offer": life.offer()["offer"], "now": self.now,
                 "peer": life.scenario.host, "coins": "09" * 32}
        self.ladder(self.lead, "lead.ask_for_credential", offer, [
            ("foreign_authority", {"peer": EVIL}), ("list_expired", {"now": life.until}),
            ("wrong_epoch", {"now": self.now - 3 * life.scenario.epoch_length})])
        text = life.ask(disclosures=self.names[:1], conditions=[
            {"name": self.names[0], "operator": "equals", "operand": False}])
        show = {"credential": life.credential, "request": text, "now": self.now, "consent": True,
                "peer": life.scenario.platform_id, "coins": "09" * 32}
        self.ladder(self.lead, "lead.ask_to_present", show, [
            ("foreign_platform", {"peer": EVIL}), ("list_expired", {"now": life.until}),
            ("expired", {"now": self.now + 901}),
            ("disclosure_without_consent", {"consent": False}), ("condition_unmet", {})])
        text = life.ask(wanted="login")
        enter = {"holder": life.person, "request": text, "now": self.now,
                 "peer": life.scenario.platform_id, "coins": "09" * 32}
        self.ladder(self.lead, "lead.ask_to_log_in", enter, [
            ("foreign_platform", {"peer": EVIL}), ("expired", {"now": self.now + 901})])
        self.refuse("wrong_answer", self.lead, "lead.ask_to_present", **{**show, "request": text})

    # The second approves

    def _approving(self):
        self._approving_a_ticket()
        self._approving_an_offer()
        self._approving_requests()

    def _refuse_approval(self, asked, ladder, **more):
        """`ladder`: changes of the CoRequest, of its body, and of the second's own inputs."""
        none = self.second.do("cosessions.new", limit=0)["cosessions"]
        full = [*ladder, ("range", {"uptime": 2**64 - 120}), ("full", {"cosessions": none})]
        for reason, wrong in rungs(full):
            own = {name: wrong.pop(name) for name in
                   ("list", "now", "uptime", "consent", "ticket", "cosessions") if name in wrong}
            outer = {name: wrong.pop(name) for name in ("pid", "position") if name in wrong}
            values = wrong.pop("shown", asked.values)
            changed = replace(asked, body=replace(asked.body, **wrong), values=values, **outer)
            given = {**self.at, "list": self.life.list, "now": self.now, "consent": True,
                     "coins": COINS, **more, **own, "request": changed.encode().hex()}
            self.refuse(reason, self.second, "second.approve", **given)

    def _read(self, asked):
        return CoRequest.decode(bytes.fromhex(asked["request"]))

    def _approving_a_ticket(self):
        asked = self._read(self._ask("enroll"))
        mine = self.ticket
        self._refuse_approval(asked, [
            ("foreign_pairing", {"pid": bytes(32)}), ("foreign_authority", {"authority_id": "b"}),
            ("foreign_ticket", {"ticket": self._ticket()})], ticket=mine)
        given = {**self.at, "list": self.life.list, "now": self.now, "coins": COINS}
        self.refuse("foreign_ticket", self.second, "second.approve", **given,
                    request=asked.encode().hex())

    def _approving_an_offer(self):
        life, asked = self.life, self._read(self._ask("accept"))
        offer = asked.body
        self._refuse_approval(asked, [
            ("foreign_pairing", {"pid": bytes(32)}),
            ("unpinned_parameters", {"slot": Slot(bytes(32), 5)}),
            ("list_expired", {"now": life.until}),
            ("foreign_commitment", {"commitment": offer.commitment.double()}),
            ("schema", {"values": offer.values[1:]})])
        # The epoch is the lead's affair.
        far = replace(offer, slot=replace(offer.slot, t=5))
        self._approve(replace(asked, body=far).encode().hex())

    def _approving_requests(self):
        life = self.life
        one, two = sorted(self.names[:2])
        request = life.ask(disclosures=[one, two], conditions=[
            {"name": one, "operator": "is present"}])
        asked = self._read(self._ask("present", request=request))
        absent = tuple(Value.of(None) for _ in asked.values)
        kinds = (Value(INTEGER, 7), Value.of(True))
        wrong = kinds if one == self.names[0] else kinds[::-1]
        foreign = life.authority.do(
            "list.make", authority_id="b", host="b.example", since=life.tape.now, until=life.until,
            entries=[{"from": 0, "parameters": life.authority.do(
                "parameters.make", authority_id="b", epoch_length=3600, batches=1,
                seed="0a" * 32)["parameters"]}])["list"]
        now, late = {"now": self.now}, {"expiry": life.until + 5}
        untimely = [("foreign_pairing", {"pid": bytes(32)}),
                    ("foreign_authority", {"authority_id": "b"}),
                    ("foreign_authority", {"list": foreign}),
                    ("expired", {"expiry": self.now - 601, **now}),
                    ("range", {"expiry": self.now + 87001, **now})]
        self._refuse_approval(asked, [
            *untimely, ("list_expired", {"now": life.until, **late}),
            ("unpinned_parameters", {"slots": (Slot(bytes(32), 5),), "position": 0}),
            ("schema", {"shown": wrong}), ("condition_unmet", {"shown": absent}),
            ("disclosure_without_consent", {"consent": False})])
        self._refuse_approval(asked, [("schema", {"conditions": (
            Condition(0, EQUALS, Value.of("text")),)})])
        login = self._read(self._ask("log_in"))
        self._refuse_approval(login, untimely)
        # A login needs no list that is in force.
        self._approve(replace(login, body=replace(login.body, **late)).encode().hex(),
                      now=life.until)

    # The lead commits

    def _refuse_commitment(self, act, ladder):
        """Each refusal ends the act."""
        for reason, wrong in rungs(ladder):
            asked, approval = self._approved(act)
            own = CoApproval.decode(bytes.fromhex(approval))
            more = {name: wrong.pop(name) for name in ("now", "evidence") if name in wrong}
            if act == "present":
                more.setdefault("evidence", self.life.evidence[-1][0])
            given = {"act": asked["act"], "now": self.now, "coins": COINS, **more,
                     "approval": replace(own, **wrong).encode().hex()}
            refusal = self.refuse(reason, self.lead, "lead.commit", **given)
            expect("the evidence is used up", refusal.evidence_used, reason == "fault")
            self.refuse("already_finished", self.lead, "lead.commit",
                        **{**given, "evidence": self.life.evidence[-1][0]}
                        if act == "present" else given)

    def _committing(self):
        life = self.life
        length = life.scenario.epoch_length
        N_2, pid = U[1], {"pid": bytes(32)}
        self._refuse_commitment("enroll", [("rejected", pid), ("rejected", {"N_2": N_2})])
        self._refuse_commitment("accept", [
            ("rejected", pid), ("rejected", {"N_2": N_2}), ("list_expired", {"now": life.until}),
            ("wrong_epoch", {"now": self.now - 3 * length})])
        late, early = {"now": self.now + 901}, {"now": self.now - 86_701}
        opposite = {"N_2": self._opposite()}
        self._refuse_commitment("log_in", [
            ("rejected", pid), ("rejected", {"N_2": None}), ("expired", late), ("range", early),
            ("rejected", opposite)])
        _, stored = life.evidence[-1]
        foreign = life.load_item(stored[:4] + "00" * 32 + stored[68:-64])
        spoilt = life.load_item(stored[:-128] + "05" + "00" * 31)
        self._refuse_commitment("present", [
            ("rejected", pid), ("rejected", {"N_2": None}), ("list_expired", {"now": life.until}),
            ("expired", late), ("foreign_evidence", {"evidence": foreign}),
            ("fault", {"evidence": spoilt, **opposite}), ("rejected", opposite)])
        # The item of all these refusals is still there.
        asked, approval = self._approved("present")
        self._commit(asked, approval, evidence=life.evidence.pop()[0])
        self.refuse("evidence_used", self.lead, "lead.commit", act=asked["act"], now=self.now,
                    evidence=self._used(), approval=approval, coins=COINS)

    def _used(self):
        item = self.life.evidence.pop()[0]
        asked, approval = self._approved("present")
        self._commit(asked, approval, evidence=item)
        return item

    def _opposite(self):
        """−N_1: a second that knows N of this scope knows it."""
        scope = Scope(self.secrets.authority_id, self.life.scenario.platform_id)
        return self.share.d * scope.base() - self.secrets.pseudonym(scope)

    # The second answers

    def _refuse_answer(self, act, ladder):
        for reason, wrong in rungs(ladder):
            _, _, nonces = self._committed(act)
            own = CoNonces.decode(bytes.fromhex(nonces))
            more = {name: wrong.pop(name) for name in ("now", "uptime", "second") if name in wrong}
            given = {**self.at, "now": self.now, "uptime": self.now, **more,
                     "nonces": replace(own, **wrong).encode().hex()}
            self.refuse(reason, self.second, "second.answer", **given)
            if "h" not in wrong:
                self.refuse("no_session", self.second, "second.answer", **self.at, nonces=nonces,
                            now=self.now)

    def _answering(self):
        other = self._other_second()
        gone = [("no_session", {"h": bytes(32)}), ("no_session", {"uptime": self.now + 121}),
                ("foreign_pairing", {"second": other})]
        late = [("expired", {"now": self.now + 901})]
        login = {"act": 3, "points": (U[1],), "pseudonym": U[2], "evidence": None}
        opening = {"act": 1, "points": (U[1],), "pseudonym": None, "evidence": None}
        for act, times, wrong in (("enroll", [], login), ("accept", [], login),
                                  ("log_in", late, opening), ("present", late, login)):
            self._refuse_answer(act, [*gone, *times, ("rejected", wrong)])
            self._refuse_identity(act)
        self._refuse_answer("log_in", [("range", {"now": self.now - 86_701})])
        # To the last second, and bytes that do not decode use up nothing.
        *_, nonces = self._committed("log_in")
        given = {**self.at, "nonces": nonces, "now": self.now + 900, "uptime": self.now + 120}
        self.refuse("trailing", self.second, "second.answer", **{**given, "nonces": nonces + "00"})
        self.second.do("second.answer", **given)
        for life_time, uptime in ((5, 6), (500, 121)):
            sessions = self.second.do("cosessions.new", life=life_time)["cosessions"]
            asked = self._ask("log_in")
            approval = self._approve(asked["request"], cosessions=sessions, uptime=0)
            self.refuse("no_session", self.second, "second.answer", **{
                **given, "cosessions": sessions, "uptime": uptime,
                "nonces": self._commit(asked, approval)})

    def _other_second(self):
        """Of another pairing of the same device."""
        transfer = ShareTransfer.decode(bytes.fromhex(self.second.do(
            "second.transfer", second=self.couple.handle)["transfer"]))
        other = replace(transfer, pid=bytes(32)).encode().hex()
        return self.second.do("second.receive", master_secret=self.life.bond.guardian,
                              transfer=other, channel_key=LEAD_KEY)["second"]

    def _refuse_identity(self, act):
        """T_W that leaves O: only somebody who has guessed T_G can send it."""
        asked, approval, nonces = self._committed(act)
        request, mine = self._read(asked), CoApproval.decode(bytes.fromhex(approval))
        sigma = session_transcript(request.encode(), mine.N_2)
        nonce, = sigma.nonces([self.share.d], bytes.fromhex(COINS), 1)
        first = nonce * U[0]
        if act in ("enroll", "accept"):
            points = (-first,)
        elif act == "log_in":
            points = (-(nonce * request.body.scope().base()),)
        else:
            points = first, U[1]
        sent = replace(CoNonces.decode(bytes.fromhex(nonces)), points=points)
        self.refuse("rejected", self.second, "second.answer", **self.at, now=self.now,
                    nonces=sent.encode().hex())

    # The lead completes

    def _completing(self):
        asked, _ = self._approved("log_in")
        nothing = CoAnswer(bytes(32), (U[1],), 0).encode().hex()
        self.refuse("not_committed", self.lead, "lead.complete", act=asked["act"], answer=nothing)
        for d in (self.share.d, (self.share.d + 1) % ORDER):
            asked, answer = self._other_login(d)
            complete = {"act": asked["act"], "answer": answer}
            if d == self.share.d:
                self.lead.do("lead.complete", **complete)
            else:
                self.refuse("rejected", self.lead, "lead.complete", **complete)
            self.refuse("already_finished", self.lead, "lead.complete", **complete)
        for act in ("enroll", "accept", "log_in", "present"):
            asked, _, nonces = self._committed(act)
            answer = CoAnswer.decode(bytes.fromhex(self.second.do(
                "second.answer", **self.at, nonces=nonces, now=self.now)["answer"]))
            one = answer.points[:1] if len(answer.points) == 2 else answer.points * 2
            self.refuse("rejected", self.lead, "lead.complete", act=asked["act"],
                        answer=replace(answer, points=one).encode().hex())

    def _other_login(self, d):
        """A second that answers with this d: all that a login proves is true of it."""
        asked = self._ask("log_in")
        request = self._read(asked)
        scope = request.body.scope()
        P, N_2 = scope.base(), d * scope.base()
        nonce = 12345
        points = nonce * U[0], nonce * P
        sigma = session_transcript(request.encode(), N_2)
        approval = CoApproval(request.pid, sigma.commit(points), N_2)
        nonces = CoNonces.decode(bytes.fromhex(self._commit(asked, approval.encode().hex())))
        T = join(request.act, nonces.points, points)
        c = transcript_of(request, None, nonces).challenge(T)
        z = (nonce + c * d) % ORDER
        return asked, CoAnswer(approval.h, points, z).encode().hex()

    # Storage and hand-over

    def _storing(self):
        life, couple = self.life, self.couple
        stored = life.store()
        own = {"authority_id": life.scenario.authority_id}
        plist = life.stored["ParameterList"]
        other = {"master_secret": "0b" * 32}
        self.refuse("mac", couple.lead, "lead.restore", **own, **other, stored=plist,
                    pairing=stored["Pairing"])
        self.refuse("mac", couple.second, "second.restore", **own, **other,
                    stored=stored["Share"])
        self.refuse("rejected", couple.second, "second.recover", **other,
                    record=life.bond.record)
        # Beside the lead's master secret, which has another share.
        mine = {**own, "master_secret": life.secret, "stored": plist}
        for share in (self.share, replace(self.share, d=1)):
            mine["share"] = life.seal("the ward's Share", share.encode()).hex()
            if share == self.share:
                couple.lead.do("holder.restore", **mine)
        self.refuse("fault", couple.lead, "holder.restore", **mine)

    def _handing_over(self):
        life, couple = self.life, self.couple
        transfer = couple.second.do("second.transfer", second=couple.handle)["transfer"]
        take = {"holder": life.person, "transfer": transfer}
        self.refuse("foreign_commitment", couple.lead, "lead.take_over", **take,
                    master_secret="0b" * 32)
        read = ShareTransfer.decode(bytes.fromhex(transfer))
        for wrong in ({"d": 1}, {"pid": bytes(32)}, {"authority_id": "b"},
                      {"commitment": U[0]}):
            self.refuse("rejected", couple.lead, "lead.take_over", **{
                **take, "transfer": replace(read, **wrong).encode().hex()},
                master_secret="0b" * 32)
