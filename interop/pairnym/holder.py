"""What a holder keeps for good: the master secret and the pinned parameters
(SPEC.md sections 4.3, 5.1)."""

from .errors import Misuse
from .pseudonym import HolderSecrets


class Holder:
    def __init__(self, master_secret, pinned):
        self.master_secret = master_secret
        self.pinned = {p.params_id: p for p in pinned}

    def secrets(self, authority_id):
        return HolderSecrets(self.master_secret, authority_id)

    def parameters(self, params_id):
        if params_id not in self.pinned:
            raise Misuse("unpinned_parameters")
        return self.pinned[params_id]
