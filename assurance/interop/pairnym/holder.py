"""What a device keeps for good: the master secret and the parameter list of one
authority (SPEC.md sections 4.5, 5.1, 7, 14.16)."""

from . import stored
from .errors import Fault, Misuse
from .pairing import Share
from .plist import ParameterList
from .pseudonym import checked_secrets, storage_key


class Device:
    def __init__(self, master_secret, plist):
        self.master_secret = master_secret
        self.plist = plist

    def take_list(self, new, now):
        self.plist = self.plist.successor(new, now)

    def parameters(self, params_id):
        if params_id not in self.plist.parameters:
            raise Misuse("unpinned_parameters")
        return self.plist.parameters[params_id]

    def store(self, thing):
        return stored.store(thing, self._key(), self.plist.authority_id)

    def load(self, kind, data):
        return stored.load(kind, data, self._key(), self.plist.authority_id)

    def _key(self):
        return storage_key(self.master_secret, self.plist.authority_id)


class Holder(Device):
    """`d`: what a former second has handed over (section 20.6)."""

    def __init__(self, master_secret, plist, d=0):
        super().__init__(master_secret, plist)
        self.secrets = checked_secrets(master_secret, plist.authority_id, d)

    @classmethod
    def restore(cls, master_secret, authority_id, stored_list, stored_share=None):
        key = storage_key(master_secret, authority_id)
        plist = stored.load(ParameterList, stored_list, key, authority_id)
        if stored_share is None:
            return cls(master_secret, plist)
        share = stored.load(Share, stored_share, key, authority_id)
        holder = cls(master_secret, plist, share.d)
        if holder.secrets.commitment() != share.commitment:
            raise Fault
        return holder
