"""Requests of a platform (SPEC.md sections 10, 14.12)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union

from . import clock
from .errors import Expired, Misuse
from .hashing import h32, u8, u16, u64
from .parameters import ABSENT, INTEGER, Value, read_value
from .scope import Scope, check_name
from .slot import TOLERANCE, earlier, later, read_slot
from .text import is_text
from .wire import Message, header, short

WANTED = {"presentation": 1, "login": 2}
PRESENTATION, LOGIN = WANTED.values()
PURPOSES = {"registration": 1, "login": 2, "re-verification": 3, "government service": 4}
OWN_PURPOSE = 0xFF
EQUALS, AT_LEAST, AT_MOST, IS_PRESENT = range(1, 5)
OPERATORS = {"equals": EQUALS, "at least": AT_LEAST, "at most": AT_MOST,
             "is present": IS_PRESENT}
LONGEST = 86_400  # life of a request
LONGEST_STATEMENT = 8192
MOST = 64  # disclosures, and conditions
SLOTS = 3


@dataclass(frozen=True)
class Condition:
    """The position is that of the attribute among the disclosures."""

    position: int
    operator: int
    operand: Optional[Union[Value, int]] = None

    def encode(self):
        out = u8(self.position) + u8(self.operator)
        if self.operator == EQUALS:
            return out + self.operand.encode()
        if self.operator in (AT_LEAST, AT_MOST):
            return out + u64(self.operand)
        return out

    def key(self):
        return self.position, self.operator

    def holds(self, value):
        if value.tag == ABSENT:
            return False
        if self.operator == EQUALS:
            return value == self.operand
        if self.operator == IS_PRESENT:
            return True
        if value.tag != INTEGER:
            return False
        if self.operator == AT_LEAST:
            return value.content >= self.operand
        return value.content <= self.operand

    def fits(self, kind):
        if self.operator == EQUALS:
            return self.operand.tag != ABSENT and self.operand.fits(kind)
        return self.operator == IS_PRESENT or kind == INTEGER


@dataclass(frozen=True)
class Request(Message):
    """The purpose is a code from 1 to 4 or a name of the platform's own."""

    KIND = 11

    authority_id: str
    platform_id: str
    label: Optional[str]
    wanted: int
    purpose: Union[int, str]
    nonce: bytes
    expiry: int
    slots: tuple = ()
    disclosures: tuple = ()  # names
    conditions: tuple = ()
    statement: Optional[bytes] = None
    notice: Optional[bytes] = None

    @cached_property
    def encoding(self):
        out = header(self.KIND) + short(self.authority_id) + short(self.platform_id)
        out += short(self.label or "") + u8(self.wanted)
        if isinstance(self.purpose, str):
            out += u8(OWN_PURPOSE) + short(self.purpose)
        else:
            out += u8(self.purpose)
        out += self.nonce + u64(self.expiry)
        out += u8(len(self.slots)) + b"".join(s.encode() for s in self.slots)
        out += u8(len(self.disclosures)) + b"".join(short(name) for name in self.disclosures)
        out += u8(len(self.conditions)) + b"".join(c.encode() for c in self.conditions)
        if self.statement is None:
            out += u8(0)
        else:
            out += u8(1) + u16(len(self.statement)) + self.statement
        out += u8(0) if self.notice is None else u8(1) + self.notice
        return out + u8(0)

    def encode(self):
        return self.encoding

    @classmethod
    def read(cls, reader):
        authority_id, platform_id = reader.name(), reader.host()
        label = reader.name_or_absent()
        wanted = reader.u8()
        if wanted not in WANTED.values():
            reader.fail("code")
        purpose = reader.u8()
        if purpose == OWN_PURPOSE:
            purpose = reader.name()
        elif purpose not in PURPOSES.values():
            reader.fail("code")
        nonce, expiry = reader.bytes(32), reader.u64()
        login = wanted == LOGIN
        slots = []
        for _ in range(reader.count(0) if login else reader.count(SLOTS, least=1)):
            slot = read_slot(reader)
            if slot in slots:
                reader.fail("order")
            slots.append(slot)
        names = []
        for _ in range(reader.count(0 if login else MOST)):
            name = reader.name()
            if names and names[-1] >= name:
                reader.fail("order")
            names.append(name)
        conditions = []
        for _ in range(reader.count(MOST)):
            condition = _read_condition(reader)
            if condition.position >= len(names):
                reader.fail("range")
            if conditions and conditions[-1].key() >= condition.key():
                reader.fail("order")
            conditions.append(condition)
        statement = _read_statement(reader) if reader.flag() else None
        notice = reader.bytes(32) if reader.flag() else None
        if reader.u8() != 0:
            reader.fail("extension")
        return cls(authority_id, platform_id, label, wanted, purpose, nonce, expiry,
                   tuple(slots), tuple(names), tuple(conditions), statement, notice)

    @cached_property
    def digest(self):
        return h32("request", self.encoding)

    def scope(self):
        return Scope(self.authority_id, self.platform_id, self.label)

    def fits(self, parameters):
        kinds = parameters.kinds
        return (all(name in kinds for name in self.disclosures)
                and all(c.fits(kinds[self.disclosures[c.position]]) for c in self.conditions))


def _read_condition(reader):
    position, operator = reader.u8(), reader.u8()
    if operator == EQUALS:
        operand = read_value(reader)
        if operand.tag == ABSENT:
            reader.fail("code")
    elif operator in (AT_LEAST, AT_MOST):
        operand = reader.u64()
    elif operator == IS_PRESENT:
        operand = None
    else:
        reader.fail("code")
    return Condition(position, operator, operand)


def _read_statement(reader):
    length = reader.u16()
    if length > LONGEST_STATEMENT:
        reader.fail("range")
    return reader.text(length)


@dataclass(frozen=True)
class Asked:
    """What a platform asks for, before it is a request. A condition is a triple
    (name, operator, operand)."""

    wanted: int
    purpose: Union[int, str]
    label: Optional[str] = None
    disclosures: tuple = ()
    conditions: tuple = ()
    statement: Optional[bytes] = None
    notice: Optional[bytes] = None
    previous: bool = True  # accept the slot before too

    def __post_init__(self):
        # A name given twice is one; of two conditions with one operator on one
        # attribute the later counts.
        last = {condition[:2]: condition for condition in self.conditions}
        object.__setattr__(self, "disclosures", tuple(sorted(set(self.disclosures))))
        object.__setattr__(self, "conditions", tuple(last[key] for key in sorted(last)))

    def names(self):
        """The disclosed attributes, and those that conditions are on."""
        return {*self.disclosures, *(name for name, _, _ in self.conditions)}


def make_request(plist, platform_id, asked, now, life, random):
    """A platform makes a request."""
    for name in (asked.label, asked.purpose):
        if isinstance(name, str):
            check_name(name)
    expiry = clock.expiry(now, life, LONGEST)
    if expiry + TOLERANCE >= clock.END:
        raise Misuse("range")
    slots = ()
    if asked.wanted == LOGIN and asked.names():
        raise Misuse("range")
    if asked.wanted == PRESENTATION:
        # From its end on a successor may have another key.
        plist.refuse_if_over(later(expiry))
        if life > plist.shortest_epoch - 2 * TOLERANCE:
            raise Misuse("range")
        slots = _choose_slots(plist, asked, now, expiry)
        _check_conditions(plist.parameters[slots[-1].params_id], asked)
    _check_statement(asked)
    if len(asked.disclosures) > MOST or len(asked.conditions) > MOST:
        raise Misuse("range")
    conditions = tuple(Condition(asked.disclosures.index(name), operator, operand)
                       for name, operator, operand in asked.conditions)
    return Request(plist.authority_id, platform_id, asked.label, asked.wanted, asked.purpose,
                   random(32), expiry, slots, asked.disclosures, conditions, asked.statement,
                   asked.notice)


def _choose_slots(plist, asked, now, expiry):
    first, last = plist.slot(earlier(now)), plist.slot(later(expiry))
    before = plist.slot_before(first) if asked.previous else None
    if last is None:
        raise Misuse("range")
    slots = []
    for slot in (before, first, last):
        if slot is None or slot in slots:
            continue
        if not asked.names() <= set(plist.parameters[slot.params_id].kinds):
            if slot == before:
                continue
            raise Misuse("unknown_attribute")
        slots.append(slot)
    return tuple(slots)


def _check_conditions(parameters, asked):
    # A name has the same kind in every schema of the list.
    for name, operator, operand in asked.conditions:
        if not Condition(0, operator, operand).fits(parameters.kinds[name]):
            raise Misuse("schema")
    if not {name for name, _, _ in asked.conditions} <= set(asked.disclosures):
        raise Misuse("condition_not_disclosed")
    for _, operator, operand in asked.conditions:
        if operator == EQUALS and not operand.is_readable():
            raise Misuse("text")


def _check_statement(asked):
    if asked.statement is not None:
        if not is_text(asked.statement):
            raise Misuse("text")
        if len(asked.statement) > LONGEST_STATEMENT:
            raise Misuse("range")


def check_asked(request, platform_id, plist, wanted, now):
    """Step 2 of section 12: the request is the verifier's own."""
    if request.platform_id != platform_id:
        raise Misuse("foreign_platform")
    if request.authority_id != plist.authority_id:
        raise Misuse("foreign_authority")
    if request.wanted != wanted:
        raise Misuse("wrong_answer")
    if wanted == PRESENTATION:
        plist.refuse_if_over(now)
    if now > request.expiry:
        raise Expired


def check_answerable(request, peer, plist, wanted, now):
    """Steps 1 and 2 of section 11: the holder may answer."""
    if request.platform_id != peer:
        raise Misuse("foreign_platform")
    if request.authority_id != plist.authority_id:
        raise Misuse("foreign_authority")
    if request.wanted != wanted:
        raise Misuse("wrong_answer")
    if wanted == PRESENTATION:
        if later(now) < plist.since:
            raise Misuse("wrong_clock")
        plist.refuse_if_over(now)
    refuse_untimely(request, now)


def refuse_untimely(request, now):
    """Of step 2 of section 11 what depends on no list."""
    if now > later(request.expiry):
        raise Expired
    if request.expiry > now + LONGEST + TOLERANCE:
        raise Misuse("range")
