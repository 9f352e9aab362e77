"""What a holder keeps for good: the master secret and the parameter list of one
authority (SPEC.md sections 4.5, 5.1, 7, 14.16)."""

from . import stored
from .errors import Fault, Misuse
from .plist import ParameterList
from .pseudonym import HolderSecrets, storage_key


class Holder:
    def __init__(self, master_secret, plist):
        self.master_secret = master_secret
        self.plist = plist
        self.secrets = HolderSecrets(master_secret, plist.authority_id)
        # A wrong one would be registered for life.
        again = HolderSecrets(master_secret, plist.authority_id)
        if self.secrets.commitment() != again.commitment():
            raise Fault

    @classmethod
    def restore(cls, master_secret, authority_id, data):
        key = storage_key(master_secret, authority_id)
        return cls(master_secret, stored.load(ParameterList, data, key, authority_id))

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
