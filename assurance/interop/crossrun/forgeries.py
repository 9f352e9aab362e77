"""A holder whose storage was changed by somebody who has its key, played by the twins: the
device finds it before anything leaves. A holder whose device checks nothing. And presentations
verified together, some of which are false."""

from collections import Counter
from dataclasses import replace

from pairnym.evidence import Evidence
from pairnym.issue import Credential
from pairnym.parameters import FLAG, INTEGER, TEXT, AuthorityParameters, Value
from pairnym.present import Presentation, statement
from pairnym.pseudonym import HolderSecrets
from pairnym.request import Request
from pairnym.ristretto import BASE, ORDER
from pairnym.sigma import prove
from pairnym.wire import decode

from .fields import fields, other
from .life import expect
from .peers import Difference, Refused


def plus_one(scalar):
    return (scalar + 1) % ORDER


def another(value):
    """Another value of the same kind; a flag for an absent one."""
    if value.tag == INTEGER:
        return Value(INTEGER, value.content ^ 1)
    if value.tag == TEXT:
        return Value(TEXT, b"forged")
    return Value(FLAG, 1 - (value.content or 0))


class Forgeries:
    """Of a life that has come to its evidence."""

    def __init__(self, life):
        self.life = life
        self.credential = self._encoding(Credential, life.stored["Credential"])
        self.item = self._encoding(Evidence, life.evidence[0][1])
        self.counts = Counter()

    @staticmethod
    def _encoding(kind, stored):
        return decode(kind, bytes.fromhex(stored)[:-32])

    def play(self):
        credential, item, public = self.credential, self.item, self.item.public
        load, show = "holder.load_credential: ", "holder.present: "
        used = show + "fault, evidence used"
        self._expect("honest storage", None, credential, item)
        for name in ("A", "B", "R1", "R2"):
            moved = replace(public, **{name: getattr(public, name) + BASE})
            self._expect(f"evidence with another {name}", used, credential,
                         replace(item, public=moved))
        self._expect("evidence with another z̄", used, credential,
                     replace(item, public=replace(public, z=plus_one(public.z))))
        self._expect("evidence with another ρ", used, credential,
                     replace(item, rho=plus_one(item.rho)))
        self._expect("evidence of another credential", show + "foreign_evidence", credential,
                     replace(item, credential_id=bytes(32)))
        slot = credential.slot
        for what, changed in (
                ("e", {"e": plus_one(credential.e)}), ("A", {"A": credential.A + BASE}),
                ("W", {"W": credential.W.double()}),
                ("slot", {"slot": replace(slot, t=slot.t + 1)}),
                ("key", {"slot": replace(slot, params_id=bytes(32))}),
                ("number of values", {"values": credential.values[1:]})):
            self._expect(f"a credential with another {what}", load + "fault",
                         replace(credential, **changed), item)
        for index, value in enumerate(credential.values[:4]):
            values = list(credential.values)
            values[index] = another(value)
            self._expect("a credential with another value", load + "fault",
                         replace(credential, values=tuple(values)), item)
        foreign = replace(credential, commitment=credential.commitment.double())
        self._expect("another person's credential", load + "foreign_credential", foreign, item)

    def _expect(self, what, wanted, credential, item):
        found = self._shown(credential, item)
        if found != wanted:
            raise Difference(f"{what} gives {found}, not {wanted}")
        self.counts[f"{what}: {found}"] += 1

    def _shown(self, credential, item):
        """Why nothing is shown from this storage; None if a presentation is accepted."""
        life = self.life
        stored = {name: life.seal(name, thing.encode()).hex()
                  for name, thing in (("Credential", credential), ("Evidence", item))}
        own = life.ask(disclosures=[a["name"] for a in life.schema[:2]])
        try:
            held = life.holder.do("holder.load_credential", holder=life.person,
                                  stored=stored["Credential"])["credential"]
            evidence = life.holder.do("holder.load_evidence", holder=life.person,
                                      stored=stored["Evidence"])["evidence"]
            shown = life.holder.do(
                "holder.present", credential=held, evidence=evidence, request=own, consent=True,
                peer=life.scenario.platform_id)["presentation"]
            life.platform.do("platform.verify", platform=life.site, request=own,
                             presentation=shown)
        except Refused as refusal:
            return str(refusal)
        return None

    def proofs(self):
        """A device that checks nothing and proves well: what it proves is true, and not what
        was asked."""
        one, two = (attribute["name"] for attribute in self.life.schema[:2])
        unmet = [{"name": one, "operator": "equals", "operand": False}]
        for what, wanted, conditions, names, instead in (
                ("what was asked", None, [], [one], {}),
                ("nothing", "rejected", [], [], {}),
                ("more", "rejected", [], [one, two], {}),
                ("an integer for a flag", "rejected", [], [one], {one: Value(INTEGER, 1)}),
                ("a condition that is not met", "rejected", unmet, [one], {})):
            own = self.life.ask(disclosures=[one], conditions=conditions)
            shown = self._proved(own, sorted(names), instead)
            verify = {"platform": self.life.site, "request": own,
                      "presentation": shown.encode().hex()}
            if wanted is None:
                self.life.platform.do("platform.verify", **verify)
            else:
                self.life.refused(wanted, self.life.platform, "platform.verify", **verify)
            self.counts[f"a valid proof of {what}: {wanted}"] += 1

    def _proved(self, text, names, instead):
        """A presentation of these attributes, whatever the request says."""
        life, credential, item = self.life, self.credential, self.item
        asked = Request.decode(bytes.fromhex(text))
        known = AuthorityParameters.decode(bytes.fromhex(life.parameters))
        secrets = HolderSecrets(bytes.fromhex(life.secret), asked.authority_id)
        values = tuple(instead.get(name, credential.values[known.index(name)]) for name in names)
        shown = replace(asked, disclosures=tuple(names), conditions=())
        shown.__dict__["digest"] = asked.digest
        name = secrets.pseudonym(asked.scope())
        transcript, relation, hidden = statement(known, shown, credential.slot, values,
                                                 item.public, name)
        witnesses = [item.rho, credential.e * item.rho % ORDER, *secrets.witnesses(),
                     *(credential.values[i].scalar() for i in hidden)]
        proof = prove(transcript, relation, witnesses, bytes(64))
        position = asked.slots.index(credential.slot)
        return Presentation(asked.nonce, position, values, item.public, name, proof)

    def batch(self):
        """Presentations verified together: each as if it were alone. The Rust platform folds
        their equations (SPEC.md section 6.5), the Python one takes them singly."""
        life, answers, wanted = self.life, [], []

        def add(verdict, request, presentation):
            answers.append({"request": request, "presentation": presentation})
            wanted.append(verdict)

        def answer(**more):
            own = life.ask(disclosures=[life.schema[0]["name"]], **more)
            return own, life.present(own)

        for number in range(4):
            own, shown = answer()
            # The first response, ρ̂; the last, of a hidden attribute; one of the evidence, z̄.
            layout = fields("Presentation", bytes.fromhex(shown))
            chosen = [f for f in layout if f.name in ("ρ̂", "m̂", "z̄")]
            field = (chosen[0], chosen[1], chosen[-1], chosen[1])[number]
            message = bytes.fromhex(shown)
            add("rejected", own, field.put(message, other(field, message)).hex())
            add("ok", own, shown)
            add("replayed", own, shown)
        late = answer(life=0)
        add("expired", *late)
        add("rejected", answers[1]["request"], answers[4]["presentation"])
        now = life.platform.now
        last = answer(life=10)
        add("expired", *last)
        verify = {"platform": life.site, "answers": answers, "now": now + 1, "at_last": now + 11}
        found = life.platform.do("platform.verify_batch", **verify)["verdicts"]
        expect("the verdicts", [verdict.get("error", {"reason": "ok"})["reason"]
                                for verdict in found], wanted)
        for verdict in wanted:
            self.counts[f"in a batch: {verdict}"] += 1
