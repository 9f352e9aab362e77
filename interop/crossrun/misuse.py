"""What a party refuses of its own inputs, stores and clock, and in which order it looks
(SPEC.md section 15.2), played by the twins.

Where a step checks several things, all of them are wrong at first and then set right one by
one: each time the first that is still wrong must be named.
"""

from collections import Counter
from dataclasses import replace

from pairnym.hashing import scalar_bytes
from pairnym.issue import IssuanceOffer
from pairnym.parameters import INTEGER, AuthorityParameters, Value
from pairnym.present import Presentation
from pairnym.request import EQUALS, Condition, Request
from pairnym.ristretto import ORDER

from .life import Life
from .scenario import scenario


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
        # A flag, an integer, and an absent text, whatever the seed.
        made.values[:2], made.values[5] = [True, 7], None
        made.age = 0
        self.life = Life(made, twins, twins, twins)

    def play(self):
        self._enrolling()
        self._offering()
        self._issuing()
        self._fetching()
        self._asking()
        self._presenting()
        self._logging_in()

    def refuse(self, reason, player, op, **fields):
        self.life.refused(reason, player, op, **fields)
        self.counts[f"{op}: {reason}"] += 1

    def ladder(self, player, op, right, faults):
        for reason, wrong in rungs(faults):
            self.refuse(reason, player, op, **{**right, **wrong})

    def _enrolling(self):
        life = self.life
        life.enroll()
        authority, holder = life.authority, life.holder
        one, two = (life.new_person(holder, secret * 32) for secret in ("a1", "a2"))
        name = life.scenario.authority_id

        def answer(person):
            opened = authority.do("authority.ticket", authority=life.key)
            asked = holder.do("holder.enroll", holder=person, authority_id=name,
                              ticket=opened["ticket"])
            return {"authority": life.key, "transaction_id": opened["transaction_id"],
                    "request": asked["request"]}

        first, second = answer(one), answer(two)
        spoilt = first["request"][:-64] + scalar_bytes(1).hex()
        mine = answer(life.person)
        self.ladder(authority, "authority.enroll", {**first, "person": "one"}, [
            ("rejected", {"request": spoilt}), ("person_registered", {"person": "person"})])
        self.refuse("rejected", authority, "authority.enroll",
                    **{**first, "person": "one", "transaction_id": second["transaction_id"]})
        self.refuse("commitment_registered", authority, "authority.enroll", person="one", **mine)
        self.refuse("person_registered", authority, "authority.enroll", person="person", **mine)
        self.refuse("no_transaction", authority, "authority.enroll", person="one",
                    **{**first, "transaction_id": "00" * 32})
        authority.do("authority.enroll", person="one", **first)
        self.refuse("no_transaction", authority, "authority.enroll", person="three", **first)
        self.refuse("person_unknown", authority, "authority.delete", authority=life.key,
                    person="nobody")
        authority.do("authority.delete", authority=life.key, person="one")
        self.refuse("person_deleted", authority, "authority.enroll", person="one", **second)
        self.refuse("person_deleted", authority, "authority.enroll", person="one", **mine)
        self.refuse("commitment_registered", authority, "authority.enroll", person="two",
                    **answer(one))
        self._enrolling_again(one, two, answer)

    def _enrolling_again(self, one, two, answer):
        life, first = self.life, self.life.key
        for policy, again in (("same commitment", (True, False)), ("allowed", (True, True))):
            for person, admitted in zip((one, two), again):
                s = life.scenario
                life.key = life.authority.do(
                    "authority.new", seed="05" * 32, authority_id=s.authority_id,
                    epoch_length=s.epoch_length, reenrollment=policy)["authority"]
                life.authority.do("authority.enroll", person="one", **answer(one))
                life.authority.do("authority.delete", authority=life.key, person="one")
                if admitted:
                    life.authority.do("authority.enroll", person="one", **answer(person))
                else:
                    self.refuse("person_deleted", life.authority, "authority.enroll",
                                person="one", **answer(person))
        life.key = first

    def _offering(self):
        life = self.life
        offer = {"authority": life.key, "commitment": life.commitment,
                 "values": life.scenario.values}
        values = life.scenario.values
        for wrong in ([], values[1:], [*values, None], [7, *values[1:]],
                      [*values[:2], "x" * 256, *values[3:]]):
            self.refuse("schema", life.authority, "authority.offer", **{**offer, "values": wrong})
        stranger = life.new_person(life.holder, "b1" * 32)
        made = life.authority.do("authority.offer", **offer)["offer"]
        right = IssuanceOffer.decode(bytes.fromhex(made))
        faults = [("unpinned_parameters", {"params_id": bytes(32)}),
                  ("wrong_epoch", {"t": right.t + 1}),
                  ("foreign_commitment", {"commitment": right.commitment.double()}),
                  ("schema", {"values": right.values[1:]})]
        for reason, wrong in rungs(faults):
            self.refuse(reason, life.holder, "holder.request_credential", holder=life.person,
                        offer=replace(right, **wrong).encode().hex())
        self.refuse("foreign_commitment", life.holder, "holder.request_credential",
                    holder=stranger, offer=made)
        self.refuse("wrong_epoch", life.holder, "holder.request_credential",
                    holder=life.person, offer=made, now=life.tape.now + 2**32)

    def _issuing(self):
        life = self.life
        life.issue()
        again = {"authority": life.key, "request": life.sent["IssuanceRequest"]}
        self.refuse("rejected", life.authority, "authority.issue", **again)
        self._forged_issuing()

    def _forged_issuing(self):
        life = self.life
        # A MAC of which W = O: whoever knows M can make one.
        offered = life.authority.do("authority.offer", authority=life.key,
                                    commitment=life.commitment, values=life.scenario.values)
        asked = life.holder.do("holder.request_credential", holder=life.person,
                               offer=offered["offer"])
        known = AuthorityParameters.decode(bytes.fromhex(life.pinned[-1]))
        M = IssuanceOffer.decode(bytes.fromhex(offered["offer"])).message(known)
        e = 5
        A = pow(e, -1, ORDER) * M
        response = bytes.fromhex(life.sent["IssuanceResponse"])
        response = response[:2] + A.encode() + scalar_bytes(e) + response[66:]
        finish = {"pending": asked["pending"], "response": response.hex()}
        self.refuse("rejected", life.authority, "authority.issue", authority=life.key,
                    request=asked["request"][:-64] + scalar_bytes(1).hex())
        self.refuse("rejected", life.holder, "holder.finish_credential", **finish)
        self.refuse("already_finished", life.holder, "holder.finish_credential", **finish)

    def _fetching(self):
        life, authority, holder = self.life, self.life.authority, self.life.holder
        s = life.scenario

        def begin(key):
            asked = holder.do("holder.request_evidence", credential=life.credential)
            opened = authority.do("authority.open_evidence", authority=key,
                                  request=asked["request"])
            return asked, opened

        asked, opened = begin(life.key)
        self.refuse("not_challenged", holder, "holder.finish_evidence", pending=asked["pending"],
                    responses="010a" + opened["session_id"] + "00" * 1024)
        challenge = {"pending": asked["pending"], "commitments": opened["commitments"]}
        challenges = holder.do("holder.challenge_evidence", **challenge)["challenges"]
        self.refuse("already_challenged", holder, "holder.challenge_evidence", **challenge)
        respond = {"authority": life.key, "challenges": challenges}
        late = life.tape.now + 301
        self.refuse("no_session", authority, "authority.respond", **respond, now=late)
        self.refuse("no_session", authority, "authority.respond", **respond)
        asked, opened = begin(life.key)
        commitments = opened["commitments"]
        challenges = holder.do("holder.challenge_evidence", pending=asked["pending"],
                               commitments=commitments)["challenges"]
        respond = {"authority": life.key, "challenges": challenges}
        responses = authority.do("authority.respond", **respond)["responses"]
        self.refuse("no_session", authority, "authority.respond", **respond)
        finish = {"pending": asked["pending"], "responses": responses[:-2] + "ff"}
        refusal = life.refused("scalar", holder, "holder.finish_evidence", **finish)
        assert refusal.type == "decode"
        holder.do("holder.finish_evidence", **{**finish, "responses": responses})
        self.refuse("already_finished", holder, "holder.finish_evidence",
                    **{**finish, "responses": responses})
        small = authority.do("authority.new", seed=life.tape.coins(32).hex(), sessions=0,
                             authority_id=s.authority_id, epoch_length=s.epoch_length)
        self.refuse("full", authority, "authority.open_evidence", authority=small["authority"],
                    request=asked["request"])
        life.fetch()

    def _asking(self):
        life = self.life
        ask = {"platform": life.site, "params_id": life.params_id}
        step = (life.platform, "platform.request")
        over = 2 * 65536 * "0"
        at_least = {"index": 0, "operator": "at least", "operand": 1}  # on a flag
        self.ladder(*step, ask, [
            ("foreign_parameters", {"params_id": "00" * 32}),
            ("unknown_attribute", {"disclosures": [0, 8], "conditions": [at_least]}),
            ("condition_not_disclosed", {"disclosures": [1], "conditions": [at_least]}),
            ("range", {"statement": over, "disclosures": [0]}),
            ("schema", {"disclosures": [0], "conditions": [at_least]})])
        for operand in (None, 1, "yes"):
            equals = {"index": 0, "operator": "equals", "operand": operand}
            self.refuse("schema", *step, **ask, disclosures=[0], conditions=[equals])
        for label in ("", "A", "-", "a" * 64):
            self.refuse("identifier", *step, **ask, label=label)
            self.refuse("identifier", *step, **ask, purpose={"own": label})

    def _raw(self, **changes):
        """A request as no honest platform makes it."""
        own = bytes.fromhex(self.life.ask(label="raw", disclosures=[0]))
        return replace(Request.decode(own), **changes)

    def _presenting(self):
        life, now = self.life, self.life.tape.now
        first = Request.decode(bytes.fromhex(life.ask())).first
        item, stored = life.evidence[0]
        foreign = life.holder.do("holder.load_evidence",
                                 stored=stored[:4] + "00" * 32 + stored[68:])["evidence"]
        faults = [
            ("foreign_platform", {"platform_id": "evil.example"}),
            ("unpinned_parameters", {"params_id": bytes(32)}),
            ("foreign_parameters", {"params_id": self._pin_another()}),
            ("expired", {"expiry": now - 1}),
            ("epoch_not_accepted", {"first": first + 1, "last": first + 255}),
            ("schema", {"disclosures": (0, 5, 63)}),
            ("disclosure_without_consent", {"consent": False}),
            ("condition_unmet", {"disclosures": (0, 5),
                                 "conditions": (Condition(5, EQUALS, Value.of("other")),)}),
            ("foreign_evidence", {"evidence": foreign})]
        for reason, wrong in rungs(faults):
            how = {name: wrong.pop(name) for name in ("consent", "evidence") if name in wrong}
            self.refuse(reason, life.holder, "holder.present", **{
                "credential": life.credential, "evidence": item, "consent": True,
                "authenticated": life.scenario.platform_id,
                "request": self._raw(**wrong).encode().hex(), **how})
        self._verifying(item)

    def _pin_another(self):
        """Further parameters that the holder pins, not the credential's."""
        life, s = self.life, self.life.scenario
        made = life.authority.do("authority.new", seed="06" * 32, authority_id=s.authority_id,
                                 epoch_length=s.epoch_length, schema=s.schema)
        life.person = life.holder.do("holder.new", master_secret=life.secret,
                                     parameters=[*life.pinned, made["parameters"]])["holder"]
        life.credential = life.holder.do("holder.load_credential", holder=life.person,
                                         stored=life.stored["Credential"])["credential"]
        return bytes.fromhex(made["params_id"])

    def _verifying(self, item):
        life, now = self.life, self.life.tape.now
        own = self._raw()
        present = {"credential": life.credential, "evidence": item, "consent": True,
                   "request": own.encode().hex(), "authenticated": life.scenario.platform_id}
        shown = life.holder.do("holder.present", **present)["presentation"]
        self.refuse("evidence_used", life.holder, "holder.present", **present)
        faults = [("foreign_platform", {"platform_id": "evil.example"}),
                  ("foreign_parameters", {"params_id": bytes(32)}),
                  ("schema", {"disclosures": (63,)}),
                  ("expired", {"expiry": now - 1}),
                  ("rejected", {"statement": b"another"})]
        verify = {"platform": life.site, "presentation": shown}
        for reason, wrong in rungs(faults):
            self.refuse(reason, life.platform, "platform.verify",
                        request=replace(own, **wrong).encode().hex(), **verify)
        verify["request"] = own.encode().hex()
        self._other_claims(verify, Presentation.decode(bytes.fromhex(shown)))
        life.platform.do("platform.verify", **verify)
        self.refuse("replayed", life.platform, "platform.verify", **verify)
        self.refuse("expired", life.platform, "platform.verify", **verify, now=own.expiry + 1)

    def _other_claims(self, verify, right):
        """Other values, an integer with the flag's scalar, more, less, or none at all."""
        proof = right.proof
        fewer = replace(proof, responses=proof.responses[:-1])
        more = replace(proof, responses=(*proof.responses, 0))
        for wrong in (
                replace(right, disclosed=((0, Value.of(False)),)),
                replace(right, disclosed=((0, Value(INTEGER, 1)),)),
                replace(right, disclosed=((0, Value.of(None)),)),
                replace(right, disclosed=((1, Value.of(True)),)),
                replace(right, disclosed=()),
                replace(right, disclosed=(), proof=more),
                replace(right, disclosed=(*right.disclosed, (1, Value.of(7))), proof=fewer),
                replace(right, proof=fewer), replace(right, proof=more),
                replace(right, t=right.t + 1), replace(right, t=right.t ^ 1 << 63),
                replace(right, pseudonym=right.pseudonym.double())):
            self.refuse("rejected", self.life.platform, "platform.verify",
                        **{**verify, "presentation": wrong.encode().hex()})

    def _logging_in(self):
        life, now = self.life, self.life.tape.now
        own = self._raw(disclosures=())
        faults = [("foreign_platform", {"platform_id": "evil.example"}),
                  ("unpinned_parameters", {"params_id": bytes(32)}),
                  ("expired", {"expiry": now - 1}),
                  ("login_cannot_disclose", {"disclosures": (0,)})]
        log_in = {"holder": life.person, "authenticated": life.scenario.platform_id}
        for reason, wrong in rungs(faults):
            self.refuse(reason, life.holder, "holder.log_in",
                        request=replace(own, **wrong).encode().hex(), **log_in)
        login = life.holder.do("holder.log_in", request=own.encode().hex(), **log_in)["login"]
        faults[1:2] = [("foreign_parameters", {"params_id": bytes(32)}),
                       ("schema", {"disclosures": (63,)})]
        faults.append(("rejected", {"statement": b"another"}))
        verify = {"platform": life.site, "login": login}
        for reason, wrong in rungs(faults):
            self.refuse(reason, life.platform, "platform.verify_login",
                        request=replace(own, **wrong).encode().hex(), **verify)
        verify["request"] = own.encode().hex()
        self.refuse("no_account", life.platform, "platform.verify_login", accounts=[], **verify)
        self.refuse("replayed", life.platform, "platform.verify_login", **verify)
