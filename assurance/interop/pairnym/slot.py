"""A slot: one key and one epoch (SPEC.md section 4.6)."""

from dataclasses import dataclass

from .hashing import u64

TOLERANCE = 600  # seconds between two clocks


@dataclass(frozen=True)
class Slot:
    params_id: bytes
    t: int

    def encode(self):
        return self.params_id + u64(self.t)


def read_slot(reader):
    return Slot(reader.bytes(32), reader.u64())


def earlier(now):
    return max(now - TOLERANCE, 0)


def later(now):
    return now + TOLERANCE
