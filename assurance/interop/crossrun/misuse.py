"""What a party refuses of its own inputs, stores and clock, and in which order it looks
(SPEC.md section 15.2), played by the twins.

Where a step checks several things, all of them are wrong at first and then set right one by
one: each time the first that is still wrong must be named.
"""

from collections import Counter
from dataclasses import replace

from pairnym.enroll import EnrollmentTicket, OpenTicket
from pairnym.hashing import scalar_bytes
from pairnym.issue import IssuanceOffer, OpenOffer
from pairnym.parameters import INTEGER, Value
from pairnym.present import Presentation
from pairnym.request import AT_LEAST, EQUALS, Condition, Request
from pairnym.ristretto import ORDER
from pairnym.slot import Slot
from pairnym.wire import decode

from .life import PERSON, Life
from .peers import Difference
from .scenario import scenario

EVIL = "evil.example"


def rungs(faults):
    """From pairs of a reason and the faults that give it, in the order in which a step must
    look: each reason with all the faults that are not yet set right when it must be named."""
    for number, (reason, _) in enumerate(faults):
        wrong = {}
        for _, fault in reversed(faults[number:]):
            wrong.update(fault)
        yield reason, wrong


class Misuses:
    def __init__(self, twins, seed):
        self.counts = Counter()
        made = scenario(seed, 8)
        # A flag, an integer, a text, an absent text, whatever the seed; all clocks are right.
        made.values[:3], made.values[5] = [True, 7, "plain"], None
        made.batches, made.clocks, made.beyond = 2, (0, 0, 0), 2400
        self.life = self.new_life(made, twins)
        self.names = [a["name"] for a in made.schema]

    @staticmethod
    def new_life(made, twins):
        return Life(made, twins, twins, twins)

    STEPS = ("beginning", "enrolling", "offering", "accepting", "issuing", "fetching", "asking",
             "presenting", "verifying", "logging_in", "clocks", "withdrawn")

    def play(self):
        for step in self.STEPS:
            getattr(self, f"_{step}")()

    def only(self, step):
        """One step, after nothing but what it needs."""
        life = self.life
        if self.STEPS.index(step) > self.STEPS.index("enrolling"):
            life.enroll()
        if step in ("presenting", "verifying"):
            life.refresh()
        getattr(self, f"_{step}")()

    def refuse(self, reason, player, op, **fields):
        refusal = self.life.refused(reason, player, op, **fields)
        self.counts[f"{op}: {reason}"] += 1
        return refusal

    def ladder(self, player, op, right, faults):
        for reason, wrong in rungs(faults):
            self.refuse(reason, player, op, **{**right, **wrong})

    def seal(self, name, thing):
        return self.life.seal(name, thing.encode()).hex()

    def _beginning(self):
        life = self.life
        self.refuse("foreign_parameters", life.authority, "authority.new", seed="05" * 32,
                    list=life.list)
        for life_time in (86401, 2**64 - 1):
            self.refuse("range", life.authority, "authority.open_ticket", authority=life.key,
                        life=life_time)
        self.refuse("range", life.authority, "authority.open_ticket", authority=life.key, life=600,
                    now=2**64 - 600)
        for host in ("", "A.b", "b", "1.2.3.4"):
            self.refuse("identifier", life.platform, "platform.new", platform_id=host,
                        list=life.list)

    # Enrollment.

    def _answer(self, person):
        """An open ticket, its answer, and who is to be registered."""
        life = self.life
        opened = life.authority.do("authority.open_ticket", authority=life.key, life=600)
        asked = life.holder.do("holder.enroll", holder=person, peer=life.scenario.host,
                               ticket=opened["ticket"])
        return {"authority": life.key, "registry": life.registry, "stored": opened["stored"],
                "request": asked["request"]}, opened["ticket"]

    def _enrolling(self):
        life = self.life
        life.enroll()
        authority, holder = life.authority, life.holder
        self.one, self.two = (life.new_person(holder, s * 32) for s in ("a1", "a2"))
        first, ticket = self._answer(self.one)
        second, other = self._answer(self.two)
        mine, _ = self._answer(life.person)
        foreign = EnrollmentTicket("b", bytes(32), bytes(32))
        enroll = {"holder": self.one, "ticket": ticket, "peer": life.scenario.host}
        self.refuse("foreign_authority", holder, "holder.enroll", **{**enroll, "peer": EVIL})
        self.refuse("foreign_authority", holder, "holder.enroll",
                    **{**enroll, "ticket": foreign.encode().hex()})
        self.refuse("identifier", holder, "holder.enroll", **{**enroll, "peer": "A"})
        late = life.tape.now + 601
        spoilt = first["request"][:-64] + scalar_bytes(1).hex()
        faults = [("foreign_authority", {"stored": self.seal(
                      "OpenTicket", OpenTicket(foreign, 0))}),
                  ("expired", {"now": late}), ("rejected", {"request": spoilt})]
        check = {name: first[name] for name in ("authority", "stored", "request")}
        self.ladder(authority, "authority.check_enrollment", check, faults)
        first["person"], second["person"], mine["person"] = "one", "two", "three"
        faults += [("expired", {"at_last": late}), ("person_registered", {"person": PERSON})]
        self.ladder(authority, "authority.enroll", first, faults)
        for given, reason in (
                ({**first, "stored": second["stored"]}, "rejected"),
                ({**first, "request": second["request"]}, "rejected"),
                (mine, "commitment_registered"), ({**mine, "person": PERSON}, "person_registered")):
            self.refuse(reason, authority, "authority.enroll", **given)
        authority.do("authority.enroll", **first)
        self.refuse("ticket_used", authority, "authority.enroll", **{**first, "person": "three"})
        self.refuse("expired", authority, "authority.enroll", **first, now=late)
        gone = {"registry": life.registry, "person": "one"}
        self.refuse("person_unknown", authority, "registry.delete", **{**gone, "person": "no"})
        authority.do("registry.delete", **gone)
        self.refuse("person_unknown", authority, "registry.delete", **gone)
        self.refuse("person_unknown", authority, "registry.set_values", **gone, values={})
        self.refuse("person_deleted", authority, "authority.enroll", **first)
        for given in (second, mine, self._answer(self.one)[0]):
            self.refuse("person_deleted", authority, "authority.enroll",
                        **{**given, "person": "one"})
        self.refuse("commitment_registered", authority, "authority.enroll", person="two",
                    **self._answer(self.one)[0])
        self._enrolling_again()

    def _enrolling_again(self):
        """After a deletion, by each policy."""
        life, authority = self.life, self.life.authority
        for policy, again in (("refused", (False, False)), ("same commitment", (True, False)),
                              ("allowed", (True, True))):
            for person, admitted in zip((self.one, self.two), again):
                registry = authority.do("registry.new", reenrollment=policy)["registry"]
                at = {"registry": registry, "person": "one"}
                first, _ = self._answer(self.one)
                authority.do("authority.enroll", **{**first, **at})
                authority.do("registry.delete", **at)
                given = {**self._answer(person)[0], **at}
                if admitted:
                    authority.do("authority.enroll", **given)
                    # The first registration stands no more.
                    self.refuse("person_deleted", authority, "authority.enroll",
                                **{**first, **at})
                else:
                    self.refuse("person_deleted", authority, "authority.enroll", **given)

    # Issuance.

    def _offering(self):
        life = self.life
        values = life.values()
        named = dict(zip(self.names, values))
        offer = {"authority": life.key, "commitment": life.commitment, "values": values,
                 "life": 600}
        self.ladder(life.authority, "authority.offer", offer, [
            ("list_expired", {"now": life.until}), ("range", {"life": 601}),
            ("unknown_attribute", {"values": {**named, "no such": 1, self.names[0]: "\u202e"}}),
            ("schema", {"values": {**named, self.names[0]: 1, self.names[2]: "\u202e"}}),
            ("text", {"values": {**named, self.names[2]: "\u202e"}})])
        for wrong in ([], values[1:], [*values, None], [7, *values[1:]],
                      [*values[:2], "x" * 256, *values[3:]]):
            self.refuse("schema", life.authority, "authority.offer", **{**offer, "values": wrong})
        for text in ("", " ", "a\t", "a\u200b"):
            self.refuse("text", life.authority, "authority.offer",
                        **{**offer, "values": [*values[:2], text, *values[3:]]})

    def _accepting(self):
        life = self.life
        stranger = life.new_person(life.holder, "b1" * 32)
        made = life.offer()
        right = IssuanceOffer.decode(bytes.fromhex(made["offer"]))
        ask = {"holder": life.person, "offer": made["offer"], "peer": life.scenario.host}

        def offer(**changes):
            return {"offer": replace(right, **changes).encode().hex()}
        slot = replace(right.slot, t=right.slot.t + 2)
        foreign = right.commitment.double()
        fewer = right.values[1:]
        self.ladder(life.holder, "holder.accept_offer", ask, [
            ("foreign_authority", {"peer": EVIL}),
            ("unpinned_parameters", offer(slot=replace(slot, params_id=bytes(32)),
                                          commitment=foreign, values=fewer)),
            ("list_expired", {"now": life.until, **offer(slot=slot, commitment=foreign,
                                                          values=fewer)}),
            ("wrong_epoch", offer(slot=slot, commitment=foreign, values=fewer)),
            ("foreign_commitment", offer(commitment=foreign, values=fewer)),
            ("schema", offer(values=fewer))])
        self.refuse("foreign_commitment", life.holder, "holder.accept_offer",
                    **{**ask, "holder": stranger})
        begins = right.slot.t * life.scenario.epoch_length
        for now, is_accepted in ((begins - 600, True), (begins - 601, False),
                                 (begins + life.scenario.epoch_length - 1, True)):
            if is_accepted:
                life.holder.do("holder.accept_offer", **ask, now=now)
            else:
                self.refuse("wrong_epoch", life.holder, "holder.accept_offer", **ask, now=now)

    def _issuing(self):
        life, authority = self.life, self.life.authority
        offered = life.offer()
        asked = life.holder.do("holder.accept_offer", holder=life.person, offer=offered["offer"],
                               peer=life.scenario.host)
        own = decode(OpenOffer, bytes.fromhex(offered["stored"])[:-32])
        spoilt = asked["request"][:-64] + scalar_bytes(1).hex()

        def stored(**changes):
            return {"stored": self.seal("OpenOffer", replace(own, offer=replace(own.offer,
                                                                                **changes)))}
        strange = Slot(bytes(32), own.offer.slot.t)
        check = {"authority": life.key, "stored": offered["stored"], "request": asked["request"]}
        fewer = own.offer.values[1:]
        faults = [("foreign_parameters", stored(slot=strange, values=fewer)),
                  ("expired", {"now": own.expiry + 1, **stored(values=fewer)}),
                  ("schema", stored(values=fewer)), ("rejected", {"request": spoilt})]
        self.ladder(authority, "authority.check_issuance", check, faults)
        nobody = authority.do("registry.new")["registry"]
        issue = {**check, "registry": life.registry}
        self.ladder(authority, "authority.issue", issue,
                    [*faults, ("not_registered", {"registry": nobody})])
        other = life.offer()["stored"]
        self.refuse("rejected", authority, "authority.issue", **{**issue, "stored": other})
        named = dict(zip(self.names, life.values()))
        at = {"registry": life.registry, "person": PERSON}
        for wrong in ({}, {**named, self.names[0]: False}, {**named, self.names[5]: "more"}):
            authority.do("registry.set_values", **at, values=wrong)
            self.refuse("not_registered", authority, "authority.issue", **issue)
        life.set_values()
        right = authority.do("authority.issue", **issue)["response"]
        # Again, in the last second: the same M gives the same response.
        again = authority.do("authority.issue", **issue, now=own.expiry)["response"]
        if again != right:
            raise Difference("another response to the same offer")
        # A MAC of which W = O: whoever knows M can make one.
        A = pow(5, -1, ORDER) * own.offer.message()
        response = bytes.fromhex(right)
        response = response[:2] + A.encode() + scalar_bytes(5) + response[66:]
        finish = {"pending": asked["pending"], "response": response.hex()}
        self.refuse("rejected", life.holder, "holder.finish_credential", **finish)
        self.refuse("already_finished", life.holder, "holder.finish_credential", **finish)

    # Evidence.

    def _fetching(self):
        life, authority, holder = self.life, self.life.authority, self.life.holder
        life.issue()
        at = {"authority": life.key, "sessions": life.sessions}

        def begin():
            asked = holder.do("holder.request_evidence", credential=life.issued)
            opened = authority.do("authority.open_evidence", **at, request=asked["request"])
            return asked, opened

        asked, opened = begin()
        pending = {"pending": asked["pending"]}
        self.refuse("not_challenged", holder, "holder.finish_evidence", **pending,
                    responses="010a" + opened["session_id"] + "00" * 1024)
        challenge = {**pending, "commitments": opened["commitments"]}
        challenges = holder.do("holder.challenge_evidence", **challenge)["challenges"]
        self.refuse("already_challenged", holder, "holder.challenge_evidence", **challenge)
        respond = {**at, "challenges": challenges}
        self.refuse("no_session", authority, "authority.respond", **respond,
                    now=life.tape.now + 301)
        self.refuse("no_session", authority, "authority.respond", **respond)
        asked, opened = begin()
        pending = {"pending": asked["pending"]}
        challenges = holder.do("holder.challenge_evidence", **pending,
                               commitments=opened["commitments"])["challenges"]
        # What does not decode uses up nothing.
        refusal = self.refuse("trailing", authority, "authority.respond", **at,
                              challenges=challenges + "00")
        assert refusal.type == "decode"
        respond = {**at, "challenges": challenges}
        responses = authority.do("authority.respond", **respond)["responses"]
        self.refuse("no_session", authority, "authority.respond", **respond)
        finish = {**pending, "responses": responses}
        self.refuse("scalar", holder, "holder.finish_evidence",
                    **{**finish, "responses": responses[:-2] + "ff"})
        batch = holder.do("holder.finish_evidence", **finish)["batch"]
        self.refuse("already_finished", holder, "holder.finish_evidence", **finish)
        none = authority.do("sessions.new", limit=0)["sessions"]
        self.ladder(authority, "authority.open_evidence", {**at, "request": asked["request"]}, [
            ("rejected", {"request": asked["request"][:4] + "00" * 32 + asked["request"][68:]}),
            ("range", {"now": 2**64 - 300}), ("full", {"sessions": none})])
        self._receiving(batch)

    def _receiving(self, batch):
        life, holder = self.life, self.life.holder
        two, three = life.fetch(), life.fetch()
        # A credential with other values has other evidence.
        mine, right = life.issued, life.scenario.values
        life.scenario.values = [False, *right[1:]]
        life.set_values()
        life.issue()
        foreign, life.issued = life.fetch(), mine
        life.scenario.values = right
        life.set_values()
        again = {"credential": mine, "batches": [batch]}
        self.refuse("incomplete", holder, "holder.present", credential=mine, consent=True,
                    evidence=self._any_item(), request=life.ask(), peer=life.scenario.platform_id)
        self.refuse("incomplete", holder, "holder.receive", **again)
        for op, given in (("holder.receive", again),
                          ("holder.request_evidence", {"credential": mine})):
            self.refuse("already_finished", holder, op, **given)
        for batches, reason in (([], "incomplete"), ([two, two], "incomplete"),
                                ([three, foreign], "foreign_evidence")):
            life.issue()
            self.refuse(reason, holder, "holder.receive", credential=life.issued, batches=batches)
        life.refresh()
        self.refuse("already_finished", holder, "holder.request_evidence",
                    credential=life.credential)

    def _any_item(self):
        """Of another credential of the same person."""
        life, mine = self.life, self.life.issued
        life.refresh()
        life.issued = mine
        return life.evidence[0][0]

    # Requests.

    def _asking(self):
        life = self.life
        flag, integer, text = self.names[:3]
        ask = {"platform": life.site, "wanted": "presentation", "purpose": "login", "life": 300}
        step = (life.platform, "platform.request")
        longest = life.scenario.epoch_length - 1200

        def at_least(name):
            return {"name": name, "operator": "at least", "operand": 1}

        bad = {"name": text, "operator": "equals", "operand": "a\t"}
        faults = [
            ("range", {"life": 86401}), ("list_expired", {"now": life.until, "life": 86400}),
            ("range", {"life": longest + 1}),
            ("unknown_attribute", {"disclosures": [integer, "no-such"],
                                   "conditions": [at_least(flag), bad]}),
            ("schema", {"disclosures": [integer], "conditions": [at_least(flag), bad]}),
            ("condition_not_disclosed", {"disclosures": [integer],
                                         "conditions": [at_least(integer), bad]}),
            ("text", {"disclosures": [text], "conditions": [bad], "statement": "61" * 8193}),
            ("range", {"statement": "61" * 8193})]
        self.ladder(*step, ask, faults)
        for wrong in ({"now": 2**64 - 900}, {"now": 2**64 - 200},
                      {"disclosures": [flag]}, {"conditions": [at_least(integer)]}):
            self.refuse("range", *step, **{**ask, **wrong, "wanted": "login"})
        for operand in (None, 1, "yes", "x" * 256):
            equals = {"name": flag, "operator": "equals", "operand": operand}
            self.refuse("schema", *step, **ask, disclosures=[flag], conditions=[equals])
        for name in ("", "A", "no-such", "a" * 64):
            self.refuse("unknown_attribute", *step, **ask, disclosures=[name])
            self.refuse("unknown_attribute", *step, **ask, conditions=[at_least(name)])
        for label in ("A", "-", "a" * 64):
            self.refuse("identifier", *step, **ask, label=label)
            self.refuse("identifier", *step, **{**ask, "purpose": {"own": label}})
        for statement in (b"", b"\n ", b"a\0", b"\xff", "\u202ea".encode()):
            self.refuse("text", *step, **ask, statement=statement.hex())
        self.refuse("list_expired", *step, **ask, now=life.until - 900)
        life.platform.do("platform.request", **ask, now=life.until - 901)
        twice = {**ask, "coins": "0b" * 32, "disclosures": [text, integer, text, flag],
                 "conditions": [at_least(integer), {**at_least(integer), "operand": 2},
                                {**at_least(integer), "operator": "at most", "operand": 9}]}
        life.platform.do("platform.request", **twice)
        for now in range(0, 1801, 600):  # at the beginning of all time
            life.platform.do("platform.request", **ask, now=now)

    def _raw(self, **changes):
        """A request as no honest platform makes it."""
        own = bytes.fromhex(self.life.ask(label="raw", disclosures=[self.names[0]]))
        return replace(Request.decode(own), **changes)

    # Presentations.

    def _presenting(self):
        life, now, holder = self.life, self.life.tape.now, self.life.holder
        item, stored = life.evidence[0]
        foreign = life.load_item(stored[:4] + "00" * 32 + stored[68:-64])
        own = self._raw()
        present = {"credential": life.credential, "evidence": item, "consent": True,
                   "request": own.encode().hex(), "peer": life.scenario.platform_id}
        before, slot = own.slots[:2]
        strange = Slot(bytes(32), 5)
        far = replace(slot, t=slot.t + 2)
        absent = Condition(1, EQUALS, Value.of("other"))
        flag, text = sorted([self.names[0], self.names[5]])
        both = {"disclosures": (flag, text), "conditions": (
            replace(absent, position=(flag, text).index(self.names[5])),)}
        ladder = [
            ("foreign_platform", {"platform_id": EVIL}),
            ("foreign_authority", {"authority_id": "b"}),
            ("wrong_answer", {"wanted": 2, "slots": (), "disclosures": (), "conditions": ()}),
            ("expired", {"expiry": now - 601}),
            ("range", {"expiry": now + 87001}),
            ("unpinned_parameters", {"slots": (far, strange)}),
            ("epoch_not_accepted", {"slots": (far, before)}),
            ("epoch_not_accepted", {"slots": (slot, far)}),
            ("schema", {"disclosures": (self.names[0], "~")}),
            ("disclosure_without_consent", {"consent": False, **both}),
            ("condition_unmet", both), ("foreign_evidence", {"evidence": foreign})]
        ladder[-4] = ("schema", {"disclosures": ("0" * 63,), "conditions": ()})
        for reason, wrong in rungs(ladder):
            how = {name: wrong.pop(name) for name in ("consent", "evidence") if name in wrong}
            if reason == "disclosure_without_consent":
                how["consent"] = False
            if reason in ("condition_unmet", "foreign_evidence"):
                how["consent"] = True
            self.refuse(reason, holder, "holder.present", **{
                **present, "request": self._raw(**wrong).encode().hex(), **how})
        self.refuse("identifier", holder, "holder.present", **{**present, "peer": "A"})
        # By the clock.
        begins = life.tape.now - 1000  # since of the list
        for reason, at, expiry in (
                ("wrong_clock", begins - 601, begins - 601), ("list_expired", life.until, now),
                ("expired", now + 901, now + 300), ("range", now, now + 87001)):
            self.refuse(reason, holder, "holder.present", **{
                **present, "now": at, "request": self._raw(expiry=expiry).encode().hex()})
        self._other_slots(present, own)
        self._no_slot(present)

    def _no_slot(self, present):
        """Before its first entry a list has none."""
        life = self.life
        later = life.authority.do(
            "list.make", authority_id=life.scenario.authority_id, host=life.scenario.host,
            since=life.tape.now - 1000, until=life.until,
            entries=[{"from": life.scenario.rotation, "parameters": life.parameters}])
        person = life.holder.do("holder.new", master_secret=life.secret,
                                list=later["list"])["holder"]
        held = life.holder.do("holder.load_credential", holder=person,
                              stored=life.stored["Credential"])["credential"]
        self.refuse("epoch_not_accepted", life.holder, "holder.present",
                    **{**present, "credential": held})

    def _other_slots(self, present, own):
        """What besides the present slot an answerable request may list: found by a condition
        that is not met, which is looked at later."""
        life, holder = self.life, self.life.holder
        before, slot = own.slots[:2]
        older, oldest, after = (replace(slot, t=slot.t + n) for n in (-2, -3, 1))
        strange = Slot(bytes(32), 5)
        near, far = life.until - 600, life.until - 601
        unmet = {"disclosures": (self.names[1],),
                 "conditions": (Condition(0, AT_LEAST, 2**64 - 1),)}
        tries = [((slot,), near, True), ((before, slot), near, True),
                 ((slot, older, before), near, True), ((slot, oldest), near, False),
                 ((slot, strange), near, True), ((slot, strange), far, False),
                 ((strange, slot), near, False),
                 ((slot, replace(slot, t=0)), near, False),
                 ((slot, replace(slot, t=2**64 - 1)), near, False),
                 ((slot, after), near, True), ((before, slot, after), near, True)]
        for slots, expiry, fits in tries:
            text = self._raw(slots=slots, expiry=expiry, **unmet).encode().hex()
            reason = "condition_unmet" if fits else "epoch_not_accepted"
            self.refuse(reason, holder, "holder.present", **{**present, "request": text})

    # Verification.

    def _verifying(self):
        life, now = self.life, self.life.tape.now
        own = self._raw()
        present = {"credential": life.credential, "consent": True,
                   "request": own.encode().hex(), "peer": life.scenario.platform_id}
        item, _ = life.evidence.pop()
        shown = life.holder.do("holder.present", **present, evidence=item)["presentation"]
        self.refuse("evidence_used", life.holder, "holder.present", **present, evidence=item)
        right = Presentation.decode(bytes.fromhex(shown))
        strange = tuple(Slot(bytes(32), slot.t) for slot in own.slots)
        other = {"nonce": bytes(32)}
        ladder = [
            ("foreign_platform", {"platform_id": EVIL}),
            ("foreign_authority", {"authority_id": "b"}),
            ("wrong_answer", {"wanted": 2, "slots": (), "disclosures": ()}),
            ("expired", {"expiry": now - 1}),
            ("rejected", other), ("foreign_parameters", {"slots": strange}),
            ("schema", {"disclosures": ("0" * 63,)}), ("rejected", {"statement": b"another"})]
        verify = {"platform": life.site, "presentation": shown}
        for reason, wrong in rungs(ladder):
            self.refuse(reason, life.platform, "platform.verify",
                        request=replace(own, **wrong).encode().hex(), **verify)
        self.refuse("list_expired", life.platform, "platform.verify", now=life.until,
                    request=own.encode().hex(), **verify)
        verify["request"] = own.encode().hex()
        self._other_claims(verify, right)
        self.refuse("expired", life.platform, "platform.verify", **verify, at_last=own.expiry + 1)
        life.platform.do("platform.verify", **verify, at_last=own.expiry)
        self.refuse("replayed", life.platform, "platform.verify", **verify)
        self.refuse("expired", life.platform, "platform.verify", **verify, now=own.expiry + 1)
        self._acting(own, right)

    def _acting(self, own, right):
        """The order in which an act is looked at."""
        life = self.life
        text = life.ask(label="raw", statement=b"agreed".hex())
        shown = life.present(text)
        own, s = Request.decode(bytes.fromhex(text)), life.scenario
        foreign, other = (life.authority.do(
            "parameters.make", seed="05" * 32, authority_id=authority_id, batches=1,
            epoch_length=s.epoch_length)["parameters"] for authority_id in ("b", s.authority_id))
        ladder = [
            ("no_statement", {"statement": None}),
            ("wrong_answer", {"wanted": 2, "slots": (), "disclosures": ()}),
            ("rejected", {"nonce": bytes(32)}),
            ("foreign_authority", {"parameters": foreign}),
            ("foreign_parameters", {"parameters": other}),
            ("schema", {"disclosures": ("0" * 63,)}), ("rejected", {"statement": b"another"})]
        check = {"presentation": shown, "parameters": life.parameters}
        for reason, wrong in rungs(ladder):
            known = {n: wrong.pop(n) for n in ("parameters",) if n in wrong}
            self.refuse(reason, life.platform, "act.check_presentation",
                        request=replace(own, **wrong).encode().hex(), **{**check, **known})
        life.platform.do("act.check_presentation", request=text, **check)

    def _other_claims(self, verify, right):
        """Other values, an integer with the flag's scalar, more, less, or none at all."""
        proof = right.proof
        fewer = replace(proof, responses=proof.responses[:-1])
        more = replace(proof, responses=(*proof.responses, 0))
        for wrong in (
                replace(right, values=(Value.of(False),)),
                replace(right, values=(Value(INTEGER, 1),)),
                replace(right, values=(Value.of(None),)), replace(right, values=()),
                replace(right, values=(), proof=more),
                replace(right, values=(*right.values, Value.of(7)), proof=fewer),
                replace(right, proof=fewer), replace(right, proof=more),
                replace(right, position=2), replace(right, position=0),
                replace(right, nonce=bytes(32)),
                replace(right, pseudonym=right.pseudonym.double())):
            self.refuse("rejected", self.life.platform, "platform.verify",
                        **{**verify, "presentation": wrong.encode().hex()})

    def _logging_in(self):
        life, now = self.life, self.life.tape.now
        own = Request.decode(bytes.fromhex(life.ask(wanted="login", label="raw",
                                                    statement=b"agreed".hex())))
        slots = self._raw().slots[:1]
        first = [("foreign_platform", {"platform_id": EVIL}),
                 ("foreign_authority", {"authority_id": "b"}),
                 ("wrong_answer", {"wanted": 1, "slots": slots})]
        log_in = {"holder": life.person, "peer": life.scenario.platform_id}
        for reason, wrong in rungs([*first, ("expired", {"expiry": now - 601}),
                                    ("range", {"expiry": now + 87001})]):
            self.refuse(reason, life.holder, "holder.log_in",
                        request=replace(own, **wrong).encode().hex(), **log_in)
        # Neither an old list nor a clock before it stops a login.
        text = own.encode().hex()
        for at in (now + 900, now - 2000):
            life.holder.do("holder.log_in", request=text, **log_in, now=at)
        shown = life.holder.do("holder.log_in", request=text, **log_in)["login"]
        verify = {"platform": life.site, "login": shown}
        for reason, wrong in rungs([*first, ("expired", {"expiry": now - 1}),
                                    ("rejected", {"nonce": bytes(32)}),
                                    ("rejected", {"statement": b"another"})]):
            self.refuse(reason, life.platform, "platform.verify_login",
                        request=replace(own, **wrong).encode().hex(), **verify)
        for reason, wrong in rungs([("no_statement", {"statement": None}), first[2],
                                    ("rejected", {"nonce": bytes(32)}),
                                    ("rejected", {"statement": b"another"})]):
            self.refuse(reason, life.platform, "act.check_login", login=shown,
                        request=replace(own, **wrong).encode().hex())
        verify["request"] = text
        self.ladder(life.platform, "platform.verify_login", verify, [
            ("no_account", {"accounts": [], "at_last": own.expiry + 1}),
            ("expired", {"at_last": own.expiry + 1})])
        life.platform.do("platform.verify_login", **verify)
        self.ladder(life.platform, "platform.verify_login", verify, [
            ("no_account", {"accounts": []}), ("replayed", {})])

    def _clocks(self):
        """Clocks that step back win no nonce again."""
        life = self.life

        def spend(seconds, at):
            text = life.ask(wanted="login", life=seconds)
            shown = life.holder.do("holder.log_in", holder=life.person, request=text,
                                   peer=life.scenario.platform_id)["login"]
            return {"platform": life.site, "request": text, "login": shown,
                    "now": life.tape.now + at}

        verify = "platform.verify_login"
        first = spend(100, 0)
        life.platform.do(verify, **first)
        life.platform.do(verify, **spend(200, 100))
        life.platform.do(verify, **spend(100, 0))  # nothing was dropped
        life.platform.do(verify, **spend(300, 101))
        self.refuse("replayed", life.platform, verify, **first)
        self.refuse("replayed", life.platform, verify, **spend(100, 0))
        life.platform.do(verify, **spend(99, 0))

    def _withdrawn(self):
        """A key that its own list has no more; a list that is not the next."""
        life = self.life
        life.issue()
        asked = life.holder.do("holder.request_evidence", credential=life.issued)["request"]
        offered = life.offer()
        answered = life.holder.do("holder.accept_offer", holder=life.person,
                                  peer=life.scenario.host, offer=offered["offer"])["request"]
        old, key = life.list, life.key
        life.withdrawn = [{"params_id": life.params_id, "since": 5}]
        length = life.scenario.epoch_length
        start = (life.tape.now // length - 1) * length
        life.entries = [(start, life.new_parameters(life.schema))]
        since = life.tape.now
        life.publish(since, since + 20 * 86400)
        for player, role, handle in ((life.authority, "authority", key),
                                     (life.holder, "holder", life.person),
                                     (life.platform, "platform", life.site)):
            take = {role: handle, "list": life.list}
            self.refuse("early_list", player, f"{role}.take_list", **take, now=since - 1)
            player.do(f"{role}.take_list", **take)
            self.refuse("stale_list", player, f"{role}.take_list", **{**take, "list": old})
        at = {"authority": key}
        issue = {**at, "stored": offered["stored"], "request": answered}
        self.ladder(life.authority, "authority.offer", {
            **at, "commitment": life.commitment, "values": [], "life": 601}, [
            ("foreign_parameters", {"now": life.until})])
        self.refuse("foreign_parameters", life.authority, "authority.check_issuance", **issue)
        self.refuse("foreign_parameters", life.authority, "authority.issue", **issue,
                    registry=life.registry)
        self.refuse("foreign_parameters", life.authority, "authority.open_evidence", **at,
                    sessions=life.sessions, request=asked)
        self.refuse("unpinned_parameters", life.holder, "holder.request_evidence",
                    credential=life.issued)
        # Tickets go on.
        ticket, _ = self._answer(life.person)
        life.authority.do("authority.check_enrollment", **at, stored=ticket["stored"],
                          request=ticket["request"])
        # The one who comes later is not yet issuing.
        life.entries.append((start + 30 * length, life.new_parameters(life.schema)))
        life.publish(since + 1, since + 21 * 86400)
        life.key = life.authority.do("authority.new", seed=life.seed, list=life.list)["authority"]
        self.ladder(life.authority, "authority.offer", {
            "authority": life.key, "commitment": life.commitment, "values": []}, [
            ("list_expired", {"now": life.until, "life": 601}), ("wrong_epoch", {"life": 601})])
