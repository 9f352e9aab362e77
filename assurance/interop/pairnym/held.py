"""What the driver keeps between the steps of a holder, besides objects of the roles."""

from .errors import Misuse


class PendingCredential:
    """The offer is gone when it has been answered, with success or without."""

    def __init__(self, holder, offer):
        self.holder, self.offer = holder, offer
        self.parameters = holder.parameters(offer.slot.params_id)


class HeldCredential:
    """With its evidence or, of one just finished, still without. It is gone when
    its evidence did not come."""

    def __init__(self, holder, credential, batches=None):
        self.holder, self.credential = holder, credential
        self.batches = batches  # how many are to come
        self.is_received = batches is None

    def refuse_unless(self, is_received):
        if self.credential is None or self.is_received and not is_received:
            raise Misuse("already_finished")
        if is_received and not self.is_received:
            raise Misuse("incomplete")


class PendingEvidence:
    def __init__(self, fetch):
        self.fetch = fetch


class Batch:
    """It is gone when it has been given away, with success or without."""

    def __init__(self, items):
        self.items = items

    def take(self):
        items, self.items = self.items, None
        return items


class HeldEvidence:
    """A list of one item, or of none when it has been used up."""

    def __init__(self, item):
        self.items = [item]
