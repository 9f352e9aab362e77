"""What an authority begins with: its key and the parameter list (SPEC.md
sections 4.5, 8.1, 14.16)."""

from . import stored
from .errors import Misuse


class Authority:
    """`storage_key` are 32 random bytes, for open tickets and offers."""

    def __init__(self, key, plist, storage_key):
        assert len(storage_key) == 32
        self.key = key
        self.plist = plist
        self._storage_key = storage_key
        self.own_parameters()

    @property
    def authority_id(self):
        return self.plist.authority_id

    def take_list(self, new, now):
        self.plist = self.plist.successor(new, now)

    def own_parameters(self):
        for parameters in self.plist.parameters.values():
            if parameters.X == self.key.X:
                return parameters
        raise Misuse("foreign_parameters")

    def store(self, thing):
        return stored.store(thing, self._storage_key, self.authority_id)

    def load(self, kind, data):
        return stored.load(kind, data, self._storage_key, self.authority_id)
