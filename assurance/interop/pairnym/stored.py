"""What one writes into one's own storage: an encoding and a MAC (SPEC.md
section 14.16)."""

import hmac

from .hashing import h32
from .wire import Reader


def mac(key, authority_id, encoding):
    return h32("stored", key, authority_id.encode(), encoding)


def store(thing, key, authority_id):
    encoding = thing.encode()
    return encoding + mac(key, authority_id, encoding)


def load(kind, data, key, authority_id):
    """The object of this class that `store` made into these bytes."""
    reader = Reader(kind.__name__, kind.KIND, data)
    encoding, tag = data[:-32], data[-32:]
    if len(data) < reader.position + 32:
        reader.fail("short")
    if not hmac.compare_digest(tag, mac(key, authority_id, encoding)):
        reader.fail("mac")
    reader.data = encoding
    thing = kind.read(reader)
    reader.end()
    return thing
