"""What a lead and its second refuse of each other: messages changed on the channel between them,
and bytes that do not decode, played by the twins."""

from .life import honest
from .peers import Difference, Refused
from .refusals import Forger, Refusals
from .shared import SharedLife

ACTS = ("enroll", "issue", "show", "log_in")
MOVES = ("CoRequest", "CoApproval", "CoNonces", "CoAnswer")

APPROVE, COMPLETE = "second.approve: ", ["lead.complete: rejected"]
NO_SESSION = ["second.answer: no_session"]

# Who refuses a message with a changed field, and why: of this field, or of any. A lead does not
# see what the second was asked, or answered to, in its place: what it gets is no answer to what it
# asked.
FORGED = {
    "PairingInvitation": {
        "authority id": ["lead.accept: foreign_authority", "lead.finish: rejected"],
        None: ["lead.accept: rejected", "lead.finish: rejected"]},
    "PairingAnswer": {None: ["second.accept: rejected"]},
    "PairingCommitment": {"authority id": ["lead.answer: foreign_authority"],
                          None: ["second.accept: rejected"]},
    "CoRequest": {
        "pid": [APPROVE + "foreign_pairing"],
        "authority id": [APPROVE + "foreign_authority"],
        "transaction id": [APPROVE + "foreign_ticket"],
        "nonce": [APPROVE + "foreign_ticket", *COMPLETE],
        "params_id": [APPROVE + "unpinned_parameters", *COMPLETE],
        "C_u": [APPROVE + "foreign_commitment"],
        "value": [APPROVE + "schema", *COMPLETE],
        "disclosure": [APPROVE + "schema", APPROVE + "CoRequest: order"],
        "operand": [APPROVE + "schema", APPROVE + "condition_unmet"],
        "disclosed value": [APPROVE + "schema", APPROVE + "condition_unmet", *COMPLETE],
        None: COMPLETE},
    "CoApproval": {"pid": ["lead.commit: rejected"], "h": NO_SESSION,
                   None: COMPLETE},
    "CoNonces": {"h": NO_SESSION, None: COMPLETE},
    "CoAnswer": {None: COMPLETE},
}


class SharedRefusals(Refusals):
    @staticmethod
    def new_life(made, twins):
        return SharedLife(made, twins, twins, twins, twins)

    def _play(self, act, wire=honest):
        life = self.life
        if act == "pair":
            life.person = life.new_person(life.holder)
            return
        if act == "show" and not life.evidence:
            life.refresh()
        fields = {"fields": self._a_request()} if act in ("show", "log_in") else {}
        if act == "log_in":
            life.accounts.add(life.pseudonym("app")["pseudonym"])
        getattr(life, act)(wire=wire, **fields)

    def forged(self):
        """Each act with one message changed, and then without."""
        bond, self.samples = self.life.bond, []
        for bond.at_distance in (False, True):
            self._act("pair", ("PairingInvitation", "PairingAnswer"))
        self._act("pair", ("PairingCommitment",))
        for act in ACTS:
            self._act(act, MOVES)
        self._hand_over()

    def brief(self):
        """Only what can be done without a credential."""
        self.samples = []
        for self.life.bond.at_distance in (False, True):
            self._act("pair", ("PairingInvitation", "PairingAnswer"))
        self._act("log_in", MOVES)
        self._hand_over()

    def _act(self, act, names):
        bond = self.life.bond
        self._sample(self.life.enroll) if act == "enroll" else self._play(act)
        sample = {name: bytes.fromhex(bond.sent[name]) for name in names}
        self.samples += sample.items()
        for name, message in sample.items():
            for field, change in self._changes(name, message):
                self._forge_between(act, name, change,
                                    FORGED[name].get(field, FORGED[name][None]))
            if act not in ("pair", "enroll"):
                # That of an earlier run.
                self._forge_between(act, name, lambda _, message=message: message,
                                    {"CoRequest": COMPLETE, "CoApproval": NO_SESSION,
                                     "CoNonces": NO_SESSION, "CoAnswer": COMPLETE}[name])
        self._play(act)  # no refusal has spoilt anything

    def _forge_between(self, act, name, change, wanted):
        self.life.bond.wire = wire = Forger(name, change)
        try:
            self._play(act)
        except Refused as refusal:
            if str(refusal).removesuffix(", evidence used") not in wanted:
                raise Difference(f"a changed {name} gives {refusal}, not {wanted}") from None
            self.counts[f"{name} changed: {refusal}"] += 1
            return
        finally:
            self.life.bond.wire = honest
        if wire.changed:
            raise Difference(f"a changed {name} was accepted in {act}")

    def _hand_over(self):
        """A share that is not that of the pairing; a record that is not the second's."""
        life = self.life
        couple = life.holder.peer
        life.store()
        transfer = couple.second.do("second.transfer", second=couple.handle)["transfer"]
        self.samples += [("ShareTransfer", bytes.fromhex(transfer)),
                         ("PairingRecord", bytes.fromhex(life.bond.record))]
        for _, change in self._changes("ShareTransfer", bytes.fromhex(transfer)):
            self._refuse("lead.take_over", couple.lead, holder=life.person,
                         master_secret=life.secret, transfer=change(bytes.fromhex(transfer)).hex())
        record = bytes.fromhex(life.bond.record)
        for field, change in self._changes("PairingRecord", record):
            recover = {"master_secret": life.bond.guardian, "record": change(record).hex()}
            if field in ("channel key", "C_u"):  # these it takes from its lead
                couple.second.do("second.recover", **recover)
            else:
                self._refuse("second.recover", couple.second, **recover)

    def _refuse(self, op, player, **fields):
        self.life.refused("rejected", player, op, **fields)
        self.counts[f"{op}: rejected"] += 1

    def decoders(self, mutants):
        """As those of `Refusals`, of what only shared holders send and store."""
        for name, message in self.samples:
            self._decode_all(name, message, mutants, self._read)
        for name, text in self.life.store().items():
            self._decode_all(name, bytes.fromhex(text[:-64]), mutants, self._read_sealed)
