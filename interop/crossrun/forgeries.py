"""Answers of a holder whose storage is forged, played by the twins: the device makes a
presentation with a sound proof of knowledge over something false, and the platform refuses it.
"""

from collections import Counter
from dataclasses import replace

from pairnym.evidence import Evidence
from pairnym.issue import Credential
from pairnym.parameters import FLAG, INTEGER, TEXT, Value
from pairnym.ristretto import BASE, ORDER

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
        self.credential = Credential.decode(bytes.fromhex(life.stored["Credential"]))
        self.item = Evidence.decode(bytes.fromhex(life.evidence[0][1]))
        self.counts = Counter()

    def play(self):
        credential, item, public = self.credential, self.item, self.item.public
        if self._shown(credential, item) is not None:
            raise Difference("honest storage was refused")
        for name in ("A", "B", "R1", "R2"):
            moved = replace(public, **{name: getattr(public, name) + BASE})
            self._forge(f"evidence with another {name}", credential, replace(item, public=moved))
        self._forge("evidence with another z̄", credential,
                    replace(item, public=replace(public, z=plus_one(public.z))))
        self._forge("evidence with another ρ", credential, replace(item, rho=plus_one(item.rho)))
        self._forge("a credential with another e", replace(credential, e=plus_one(credential.e)))
        for index, value in enumerate(credential.values[:4]):
            values = list(credential.values)
            values[index] = another(value)
            self._forge("a credential with another value",
                        replace(credential, values=tuple(values)))
        self._forge("a credential of the next epoch", replace(credential, t=credential.t + 1))
        self._lend()

    def batch(self):
        """Presentations verified together: each as if it were alone. The Rust platform folds
        their equations (SPEC.md section 6.5), the Python one takes them singly."""
        life, answers, wanted = self.life, [], []
        life.fetch()

        def add(verdict, request, presentation):
            answers.append({"request": request, "presentation": presentation})
            wanted.append(verdict)

        def answer(**more):
            own = life.ask(disclosures=[0], **more)
            shown = life.holder.do(
                "holder.present", credential=life.credential, evidence=life.evidence.pop()[0],
                request=own, consent=True, authenticated=life.scenario.platform_id)
            return own, shown["presentation"]

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
        late = answer(seconds=0)
        add("expired", *late)
        add("rejected", answers[1]["request"], answers[4]["presentation"])
        verify = {"platform": life.site, "answers": answers, "now": life.tape.now + 1}
        found = life.platform.do("platform.verify_batch", **verify)["verdicts"]
        expect("the verdicts", [verdict.get("error", {"reason": "ok"})["reason"]
                                for verdict in found], wanted)
        for verdict in wanted:
            self.counts[f"in a batch: {verdict}"] += 1

    def _lend(self):
        """Another person with this person's credential and evidence."""
        life = self.life
        mine, life.person = life.person, life.new_person(life.holder, "0f" * 32)
        self._forge("another person's credential", self.credential)
        life.person = mine

    def _forge(self, what, credential, item=None):
        item = replace(item or self.item, credential_id=credential.id)
        reason = self._shown(credential, item)
        if reason is None:
            raise Difference(f"{what} was accepted")
        if reason not in ("platform.verify: rejected", "holder.present: schema"):
            raise Difference(f"{what} gives {reason}")
        self.counts[f"{what}: {reason}"] += 1

    def _shown(self, credential, item):
        """Why a presentation from this storage is refused; None if it is accepted."""
        life = self.life
        held = life.holder.do("holder.load_credential", holder=life.person,
                              stored=credential.encode().hex())["credential"]
        evidence = life.holder.do("holder.load_evidence", stored=item.encode().hex())["evidence"]
        length = life.scenario.epoch_length
        own = life.ask(back=(life.tape.now // length) - self.credential.t,
                       seconds=2 * length, disclosures=[0, 1])
        try:
            shown = life.holder.do(
                "holder.present", credential=held, evidence=evidence, request=own, consent=True,
                authenticated=life.scenario.platform_id)["presentation"]
            life.platform.do("platform.verify", platform=life.site, request=own,
                             presentation=shown)
        except Refused as refusal:
            return str(refusal)
        return None
