"""Parameter lists, their succession and slots (SPEC.md sections 4.5, 4.6, 14.15)."""

from dataclasses import dataclass
from functools import cached_property

from . import clock
from .errors import Misuse
from .hashing import h32, u8, u32, u64
from .parameters import AuthorityParameters
from .slot import Slot
from .wire import Message, header, short

LONGEST = 2_678_400  # from since to until
FIRST = bytes(32)  # previous of the first list


@dataclass(frozen=True)
class Entry:
    start: int  # "from"
    parameters: AuthorityParameters

    def encode(self):
        return u64(self.start) + self.parameters.encode()


@dataclass(frozen=True)
class Withdrawal:
    params_id: bytes
    since: int

    def encode(self):
        return self.params_id + u64(self.since)


@dataclass(frozen=True)
class ParameterList(Message):
    KIND = 15

    authority_id: str
    host: str
    serial: int
    previous: bytes
    since: int
    until: int
    entries: tuple
    withdrawn: tuple = ()

    @cached_property
    def encoding(self):
        out = header(self.KIND) + short(self.authority_id) + short(self.host)
        out += u32(self.serial) + self.previous + u64(self.since) + u64(self.until)
        for elements in (self.entries, self.withdrawn):
            out += u8(len(elements)) + b"".join(e.encode() for e in elements)
        return out + u8(0)

    def encode(self):
        return self.encoding

    @classmethod
    def read(cls, reader):
        authority_id, host = reader.name(), reader.host()
        serial, previous = reader.u32(), reader.bytes(32)
        if (serial == 0) != (previous == FIRST):
            reader.fail("range")
        since, until = reader.u64(), reader.u64()
        if not since < until <= since + LONGEST:
            reader.fail("range")
        entries = []
        for _ in range(reader.count(8, least=1)):
            entries.append(_read_entry(reader, authority_id, entries))
        withdrawn = []
        for _ in range(reader.u8()):
            each = Withdrawal(reader.bytes(32), reader.u64())
            if any(w.params_id == each.params_id for w in withdrawn):
                reader.fail("order")
            if any(e.parameters.params_id == each.params_id for e in entries):
                reader.fail("range")
            withdrawn.append(each)
        if reader.u8() != 0:
            reader.fail("extension")
        return cls(authority_id, host, serial, previous, since, until, tuple(entries),
                   tuple(withdrawn))

    @cached_property
    def id(self):
        return h32("list", self.encoding)

    @cached_property
    def parameters(self):
        """By params_id."""
        return {e.parameters.params_id: e.parameters for e in self.entries}

    @property
    def shortest_epoch(self):
        return min(e.parameters.epoch_length for e in self.entries)

    def is_over(self, now):
        return now >= self.until

    def refuse_if_over(self, now):
        if self.is_over(now):
            raise Misuse("list_expired")

    def slot(self, time):
        """The slot of a time, or None."""
        begun = [e.parameters for e in self.entries if e.start <= time]
        return Slot(begun[-1].params_id, begun[-1].epoch(time)) if begun else None

    def slot_before(self, slot):
        """S⁻ of a slot of an entry, or None."""
        if slot is None:
            return None
        first_second = slot.t * self.parameters[slot.params_id].epoch_length
        return self.slot(first_second - 1) if first_second else None

    def slot_after(self, slot):
        """The slot that follows one of an entry, or None at the end of all time."""
        start = (slot.t + 1) * self.parameters[slot.params_id].epoch_length
        return self.slot(start) if start < clock.END else None

    def successor(self, new, now):
        """The list in use after another one was seen: this or the other."""
        if new.authority_id != self.authority_id:
            raise Misuse("foreign_authority")
        if new.serial == self.serial:
            if new.encoding != self.encoding:
                raise Misuse("conflicting_list")
            return self
        if new.serial < self.serial:
            raise Misuse("stale_list")
        if new.serial > self.serial + 1:
            raise Misuse("missing_list")
        if new.previous != self.id:
            raise Misuse("conflicting_list")
        if new.since > now:
            raise Misuse("early_list")
        if not self._agrees(new):
            raise Misuse("conflicting_list")
        return new

    def _agrees(self, new):
        """Rule 6."""
        if new.since < self.since or new.until < self.until:
            return False
        named = {w.params_id: w.since for w in new.withdrawn}
        if any(named.get(w.params_id, w.since + 1) > w.since for w in self.withdrawn):
            return False
        stolen = {e.parameters.X for e in self.entries if e.parameters.params_id in named}
        if any(e.parameters.X in stolen for e in new.entries):
            return False
        taken = self._taken_away(named, new.since)
        if not taken.isdisjoint(new.parameters):
            return False
        starts = {e.start for e in self.entries + new.entries}
        # Between these times the entry changes in neither list.
        return all(self._agrees_at(time, new, taken)
                   for time in {0, new.since, *starts} if time < self.until)

    def _agrees_at(self, time, new, taken):
        here, there = self.slot(time), new.slot(time)
        first = self.entries[0]
        if here == there or here and here.params_id in taken:
            return True
        # Before the first entry it is that one's withdrawal that counts, once it had begun.
        if here is None and first.start <= new.since and first.parameters.params_id in taken:
            return True
        return there is None and time < new.since

    def _taken_away(self, named, since):
        taken, before = set(), set()
        for entry in self.entries:
            params_id = entry.parameters.params_id
            if params_id in named:
                taken.add(params_id)
                if entry.start <= since:
                    taken |= before
            before.add(params_id)
        return taken


def _read_entry(reader, authority_id, entries):
    start = reader.u64()
    reader.header(AuthorityParameters.KIND)
    read = AuthorityParameters.read(reader)
    if read.authority_id != authority_id:
        reader.fail("range")
    last = entries[-1] if entries else None
    if start % read.epoch_length or (last and start % last.parameters.epoch_length):
        reader.fail("range")
    if last and start <= last.start:
        reader.fail("order")
    if any(e.parameters.params_id == read.params_id or e.parameters.X == read.X for e in entries):
        reader.fail("order")
    for entry in entries:
        if any(entry.parameters.kinds.get(a.name, a.kind) != a.kind for a in read.schema):
            reader.fail("range")
    return Entry(start, read)
