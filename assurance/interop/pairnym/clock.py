"""Times, in seconds since 1970 (SPEC.md sections 7, 8.1, 10.1)."""

from .errors import Misuse

END = 2**64


def expiry(now, life, longest):
    """The time until which something lives that is made now."""
    if not 0 <= life <= longest or now + life >= END:
        raise Misuse("range")
    return now + life
