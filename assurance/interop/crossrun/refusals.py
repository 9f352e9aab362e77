"""What must be refused, by both implementations in the same words.

The life is played by the twins, so that every step is made by both from the same
state, and every answer is compared; here it is demanded besides that the answer is
a refusal, by the party and for the reason that SPEC.md says.
"""

import random
from collections import Counter

from . import fields as layouts
from .life import Life
from .peers import Difference, Refused
from .scenario import scenario

ACTS = {
    "enroll": ("EnrollmentTicket", "EnrollmentRequest"),
    "issue": ("IssuanceOffer", "IssuanceRequest", "IssuanceResponse"),
    "fetch": ("EvidenceRequest", "EvidenceCommitments", "EvidenceChallenges",
              "EvidenceResponses"),
    "show": ("Request", "Presentation"),
    "log_in": ("Request", "Login"),
}

CHECKED = "authority.check_issuance: rejected"

# Who refuses a message with a changed field, and why: of this field, or of any.
FORGED = {
    "EnrollmentTicket": {"authority id": ["holder.enroll: foreign_authority"],
                         None: ["authority.check_enrollment: rejected"]},
    "EnrollmentRequest": {None: ["authority.check_enrollment: rejected"]},
    "IssuanceOffer": {
        "params_id": ["holder.accept_offer: unpinned_parameters"],
        "t": ["holder.accept_offer: wrong_epoch"],
        "C_u": ["holder.accept_offer: foreign_commitment"],
        "value": ["holder.accept_offer: schema", CHECKED],
        None: [CHECKED]},
    "IssuanceRequest": {None: [CHECKED]},
    "IssuanceResponse": {None: ["holder.finish_credential: rejected"]},
    "EvidenceRequest": {None: ["authority.open_evidence: rejected"]},
    "EvidenceCommitments": {"session id": ["authority.respond: no_session"],
                            None: ["holder.finish_evidence: rejected"]},
    "EvidenceChallenges": {"session id": ["authority.respond: no_session"],
                           None: ["holder.finish_evidence: rejected"]},
    "EvidenceResponses": {None: ["holder.finish_evidence: rejected"]},
    "Request": {
        "authority id": ["holder.present: foreign_authority", "holder.log_in: foreign_authority"],
        "platform id": ["holder.present: foreign_platform", "holder.log_in: foreign_platform"],
        "params_id": ["holder.present: unpinned_parameters",
                      "holder.present: epoch_not_accepted"],
        "disclosure": ["holder.present: schema", "holder.present: Request: order"],
        "operand": ["holder.present: condition_unmet", "holder.present: schema",
                    "platform.verify: rejected"],
        None: ["platform.verify: rejected", "platform.verify_login: rejected"]},
    "Presentation": {None: ["platform.verify: rejected"]},
    "Login": {None: ["platform.verify_login: rejected"]},
}

# Who refuses the message of an earlier run of the same act in the place of this one's.
STALE = {
    "EnrollmentTicket": "authority.check_enrollment: rejected",
    "EnrollmentRequest": "authority.check_enrollment: rejected",
    "IssuanceOffer": CHECKED,
    "IssuanceRequest": CHECKED,
    # An IssuanceResponse is a function of the offer's content (SPEC.md section 8.2).
    "EvidenceRequest": "holder.finish_evidence: rejected",
    "EvidenceCommitments": "authority.respond: no_session",
    "EvidenceChallenges": "authority.respond: no_session",
    "EvidenceResponses": "holder.finish_evidence: rejected",
    "Request": None,
    "Presentation": "platform.verify: rejected",
    "Login": "platform.verify_login: rejected",
}


class Forger:
    """Changes one message of an act on its way."""

    def __init__(self, name, change):
        self.name, self.change, self.changed = name, change, False

    def __call__(self, name, message):
        if name != self.name:
            return message
        changed = self.change(bytes.fromhex(message))
        self.changed = changed.hex() != message
        return changed.hex()


class Refusals:
    def __init__(self, twins, seed, requests=5):
        made = scenario(seed, 8, requests)
        made.values[:2] = True, 7  # a flag and an integer, whatever the seed
        self.life = self.new_life(made, twins)
        self.random = random.Random(f"refusals {seed}")
        self.counts = Counter()

    @staticmethod
    def new_life(made, twins):
        return Life(made, twins, twins, twins)

    def forged(self):
        """Acts with one message changed, and then without; the person ends enrolled, with
        credential and evidence."""
        life = self.life
        asked = self._a_request()
        for act, names in ACTS.items():
            play = getattr(life, act)
            more = {"fields": asked} if act in ("show", "log_in") else {}
            if act == "enroll":
                self._sample(play)
            else:
                play(**more)
            for name in names:
                before = life.sent[name]
                for field, change in self._changes(name, bytes.fromhex(before)):
                    self._forge(act, name, change, FORGED[name].get(field, FORGED[name][None]))
                if act != "enroll" and name in STALE:
                    stale = bytes.fromhex(before)
                    wanted = FORGED["Request"][None] if STALE[name] is None else [STALE[name]]
                    self._forge(act, name, lambda _, stale=stale: stale, wanted)
            play(**more)  # no refusal has spoilt anything
            if act == "fetch":
                life.receive([life.fetch() for _ in range(life.scenario.batches)])

    def begin(self):
        """An honest life up to the first presentation and login."""
        self.life.enroll()
        self.life.refresh()
        self.life.show(fields=self._a_request())
        self.life.log_in(fields=self._a_request())

    def _sample(self, enroll):
        """An act that can be played once only: the messages of a run that fails."""
        try:
            enroll(wire=Forger("EnrollmentRequest", lambda m: m[:-1] + bytes([m[-1] ^ 1])))
        except Refused:
            return
        raise Difference("a forged enrollment was accepted")

    def _a_request(self):
        """With everything in it that the holder can answer under the first key."""
        life = self.life
        held = {a["name"]: v for a, v in zip(life.schema, life.values()) if v is not None}
        return {"label": "app", "statement": b"agreed".hex(), "notice": "05" * 32,
                "purpose": {"own": "checkout"}, "disclosures": list(held),
                "conditions": [{"name": n, "operator": "equals", "operand": v}
                               for n, v in held.items()]}

    def _changes(self, name, message):
        """Pairs of a field's name and a function from message to changed message, which all
        decode. Of fields with one name some are chosen."""
        by_name = {}
        for number, field in enumerate(layouts.fields(name, message)):
            if layouts.other(field, message) is not None:
                by_name.setdefault(field.name, []).append(number)
        if name == "IssuanceOffer":
            yield "t", lambda m: layouts.fields(name, m)[1].put(m, (
                int.from_bytes(m[34:42], "big") ^ 1).to_bytes(8, "big"))
        for field, numbers in by_name.items():
            for number in self.random.sample(numbers, min(2, len(numbers))):
                def change(message, number=number):
                    found = layouts.fields(name, message)[number]
                    content = layouts.other(found, message)
                    return message if content is None else found.put(message, content)
                yield field, change

    def _forge(self, act, name, change, wanted):
        wire = Forger(name, change)
        if act == "show" and not self.life.evidence:
            self.life.refresh()
        more = {"fields": self._a_request()} if act in ("show", "log_in") else {}
        try:
            getattr(self.life, act)(wire=wire, **more)
        except Refused as refusal:
            if str(refusal) not in wanted:
                raise Difference(f"a changed {name} gives {refusal}, not {wanted}") from None
            self.counts[f"{name} changed: {refusal}"] += 1
            return
        if wire.changed:
            raise Difference(f"a changed {name} was accepted")

    # Bytes that do not decode.

    def decoders(self, mutants):
        """Every message and every stored form with each field broken in turn, cut, prolonged,
        and with `mutants` random changes: refused for the same reason, or read as exactly
        these bytes."""
        for name, text in self.life.sent.items():
            self._decode_all(name, bytes.fromhex(text), mutants, self._read)
        self.life.stored["ParameterList"] = self.life.holder.do(
            "holder.store_list", holder=self.life.person)["stored"]
        for name, text in self.life.stored.items():
            self._decode_all(name, bytes.fromhex(text[:-64]), mutants // 2, self._read_sealed)
            stored = bytes.fromhex(text)
            for changed in (stored[:-1], stored + b"\0", stored[:33], stored[:-1] + b"\0",
                            b"\1", stored[:20] + bytes([stored[20] ^ 1]) + stored[21:]):
                self._decode(name, changed, self._read_stored)

    def _decode_all(self, name, message, mutants, read):
        for changed in self._broken(name, message):
            self._decode(name, changed, read)
        for _ in range(mutants):
            self._decode(name, self._mutant(message), read)

    def _read(self, name, message):
        done = self.life.holder.do("decode", message=name, bytes=message.hex())
        return bytes.fromhex(done["bytes"])

    def _read_sealed(self, name, encoding):
        """With a MAC that is right, whatever it stands under."""
        return self._read_stored(name, self.life.seal(name, encoding))[:-32]

    def _read_stored(self, name, stored):
        return bytes.fromhex(self.life.load(name, stored.hex()))

    def _broken(self, name, message):
        yield message
        yield b""
        yield message + b"\0"
        for kind in (*range(36), 48, 49):
            yield message[:1] + bytes([kind]) + message[2:]
        for version in (0, 2, 255):
            yield bytes([version]) + message[1:]
        found = layouts.fields(name, message)
        if len(found) > 20:  # in a batch the elements are alike
            found = found[:4] + self.random.sample(found[4:-1], 6) + found[-1:]
        for field in found:
            yield message[:field.start]
            yield message[:field.end - 1]
            for content in layouts.broken(field, message):
                yield field.put(message, content)

    def _mutant(self, message):
        changed = bytearray(message)
        for _ in range(self.random.choice((1, 1, 2))):
            position = self.random.randrange(len(changed))
            changed[position] = self.random.choice(
                (0, 1, 2, 3, 4, 63, 64, 255, changed[position] ^ 1 << self.random.randrange(8)))
        return bytes(changed)

    def _decode(self, name, message, read):
        try:
            again = read(name, message)
        except Refused as refusal:
            if refusal.type != "decode" and name == "Credential":
                wanted = ("foreign_credential", "fault")  # it decodes
            else:
                wanted = (refusal.reason,) if refusal.type == "decode" else ()
            if refusal.reason not in wanted or refusal.message not in (name, None):
                raise Difference(f"{name} {message.hex()} gives {refusal}") from None
            self.counts[f"decode: {refusal.reason}"] += 1
            return
        if again != message:
            raise Difference(f"{name} {message.hex()} is read as {again.hex()}")
        self.counts["decode: read as the same bytes"] += 1

    def texts(self, mutants):
        """The text form of a 网号, mistyped."""
        text = self.life.pseudonym(None)["text"]
        alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1QB-é "
        mistyped = ["", "pn1", "pn", text.upper(), text.capitalize(), text[:-1], text + "q",
                    "pm" + text[2:], "Pn1" + text[3:], "x" * 61, "pn1" + "q" * 58]
        for _ in range(mutants):
            changed = list(text)
            for _ in range(self.random.randint(1, 4)):
                changed[self.random.randrange(len(text))] = self.random.choice(alphabet)
            mistyped.append("".join(changed))
        for wrong in mistyped:
            try:
                read = self.life.holder.do("decode", message="pseudonym", text=wrong)["text"]
            except Refused as refusal:
                self.counts[f"text form: {refusal.reason}"] += 1
                continue
            if wrong.lower() != text or read != text:
                raise Difference(f"the text {wrong} is read as {read}")
            self.counts["text form: read as the same 网号"] += 1
