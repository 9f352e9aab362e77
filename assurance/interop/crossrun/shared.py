"""The life of a shared holder: a lead and its second in the place of the one device, and after
the hand-over the ward alone."""

from pairnym.pseudonym import storage_key

from .couple import Bond, Couple
from .life import Life, expect
from .peers import Player


class SharedLife(Life):
    """`lead` and `second` are peers; the devices with which the two go on run the other
    implementations."""

    def __init__(self, scenario, authority, lead, second, platform, at_distance=False):
        self.bond = bond = Bond(at_distance)
        self.devices = Couple(bond, lead, second), Couple(bond, second, lead)
        super().__init__(scenario, authority, self.devices[0], platform,
                         device=self.devices[1])

    def _owner(self, name):
        owners = {"Pairing": self.secret, "Share": self.bond.guardian}
        if name not in owners:
            return super()._owner(name)
        authority_id = self.scenario.authority_id
        return storage_key(bytes.fromhex(owners[name]), authority_id), authority_id

    def load(self, name, stored):
        couple, own = self.holder.peer, {"authority_id": self.scenario.authority_id}
        if name == "Pairing":
            plist = self.stored["ParameterList"]
            made = couple.lead.do("lead.restore", master_secret=self.secret, stored=plist,
                                  pairing=stored, **own)
            return couple.lead.do("lead.store", holder=made["holder"])["stored"]
        if name == "Share":
            made = couple.second.do("second.restore", master_secret=self.bond.guardian,
                                    stored=stored, **own)
            return couple.second.do("second.store", second=made["second"])["stored"]
        return super().load(name, stored)

    def store(self):
        """What both keep of the pairing."""
        self.stored["ParameterList"] = self.holder.do("holder.store_list",
                                                      holder=self.person)["stored"]
        return {"Pairing": self.bond.pairing, "Share": self.bond.share}

    def hand_over(self):
        """The same 网号, credential and evidence, by the lead's device and by another one."""
        before, stored = self.pseudonym(None), dict(self.stored)
        items = [stored for _, stored in self.evidence]
        couple, other = self.holder.peer, self.device.peer
        done = couple.hand_over(self.person, self.secret)
        self._see("Share of the ward", done["stored"])
        plist = couple.lead.do("holder.store_list", holder=done["holder"])["stored"]
        restored = other.lead.do("holder.restore", master_secret=self.secret, stored=plist,
                                 authority_id=self.scenario.authority_id, share=done["stored"])
        for peer, handle in ((couple.lead, done["holder"]), (other.lead, restored["holder"])):
            self.holder = Player(peer, self.tape, self.holder.wrong)
            self.person = handle
            expect("the 网号 after the hand-over", self.pseudonym(None), before)
            loaded = self.holder.do("holder.load_credential", holder=handle,
                                    stored=stored["Credential"])
            self.credential = loaded["credential"]
            item = items.pop()
            self.evidence = [(self.holder.do("holder.load_evidence", holder=handle,
                                             stored=item)["evidence"], item)]
            self.show(fields=self.scenario.requests[0])
            self.log_in()

    def brief(self):
        self.enroll()
        self.refresh()
        self.show()
        self.log_in()
        self.store()
        self.hand_over()

    def whole(self):
        self.enroll()
        self.refresh()
        self.show()
        self.log_in()
        self.rotate()
        self.refresh()
        self.move()
        for fields in self.scenario.requests:
            self.show(fields=fields)
            self.log_in(fields=fields)
        self.hand_over()
        return [*self.seen, *self.bond.seen]
