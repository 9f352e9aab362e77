"""Requests of a platform (SPEC.md section 10)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union

from .errors import Expired, Misuse
from .hashing import h32, u8, u16, u64
from .parameters import ABSENT, INTEGER, Value, read_value
from .scope import Scope, check_host, check_token
from .wire import Reader, header, short

PURPOSES = {"registration": 1, "login": 2, "re-verification": 3, "government service": 4}
OWN_PURPOSE = 0xFF
EQUALS, AT_LEAST, AT_MOST, IS_PRESENT = range(1, 5)
OPERATORS = {"equals": EQUALS, "at least": AT_LEAST, "at most": AT_MOST,
             "is present": IS_PRESENT}


@dataclass(frozen=True)
class Condition:
    index: int
    operator: int
    operand: Optional[Union[Value, int]] = None

    def encode(self):
        out = u8(self.index) + u8(self.operator)
        if self.operator == EQUALS:
            return out + self.operand.encode()
        if self.operator in (AT_LEAST, AT_MOST):
            return out + u64(self.operand)
        return out

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
            return self.operand.tag == kind
        return self.operator == IS_PRESENT or kind == INTEGER


@dataclass(frozen=True)
class Request:
    """The purpose is a code from 1 to 4 or a token of the platform's own."""

    KIND = 11

    params_id: bytes
    platform_id: str
    label: Optional[str]
    purpose: Union[int, str]
    nonce: bytes
    first: int
    last: int
    expiry: int
    disclosures: tuple = ()
    conditions: tuple = ()
    statement: Optional[bytes] = None
    notice: Optional[bytes] = None

    def __post_init__(self):
        check_host(self.platform_id)
        if self.label is not None:
            check_token(self.label)
        if isinstance(self.purpose, str):
            check_token(self.purpose)
        elif self.purpose not in PURPOSES.values():
            raise Misuse("purpose")
        if not 0 <= self.first <= self.last <= min(self.first + 255, 2**64 - 1):
            raise Misuse("range")
        if not 0 <= self.expiry < 2**64:
            raise Misuse("range")
        disclosures = list(self.disclosures)
        if disclosures != sorted(set(disclosures)):
            raise Misuse("disclosures")
        if disclosures and not 0 <= disclosures[0] <= disclosures[-1] < 64:
            raise Misuse("disclosures")
        keys = [(c.index, c.operator) for c in self.conditions]
        if len(keys) > 255:
            raise Misuse("range")
        if keys != sorted(set(keys)):
            raise Misuse("conditions")
        for c in self.conditions:
            if c.index not in disclosures or c.operator not in OPERATORS.values():
                raise Misuse("conditions")
            if c.operator in (AT_LEAST, AT_MOST) and not 0 <= c.operand < 2**64:
                raise Misuse("range")
        if self.statement is not None and len(self.statement) > 0xFFFF:
            raise Misuse("range")
        if self.notice is not None and len(self.notice) != 32:
            raise Misuse("notice")
        if any(c.operator == EQUALS and c.operand.tag == ABSENT for c in self.conditions):
            raise Misuse("schema")

    @cached_property
    def encoding(self):
        out = header(self.KIND) + self.params_id + short(self.platform_id)
        out += short(self.label or "")
        if isinstance(self.purpose, str):
            out += u8(OWN_PURPOSE) + short(self.purpose)
        else:
            out += u8(self.purpose)
        out += self.nonce + u64(self.first) + u64(self.last) + u64(self.expiry)
        out += u8(len(self.disclosures)) + bytes(self.disclosures)
        out += u8(len(self.conditions)) + b"".join(c.encode() for c in self.conditions)
        if self.statement is None:
            out += u8(0)
        else:
            out += u8(1) + u16(len(self.statement)) + self.statement
        return out + (u8(0) if self.notice is None else u8(1) + self.notice)

    def encode(self):
        return self.encoding

    @classmethod
    def decode(cls, data):
        reader = Reader("Request", cls.KIND, data)
        params_id = reader.bytes(32)
        platform_id = reader.host()
        label = reader.token_or_absent()
        purpose = reader.u8()
        if purpose == OWN_PURPOSE:
            purpose = reader.token()
        elif purpose not in PURPOSES.values():
            reader.fail("code")
        nonce = reader.bytes(32)
        first, last = reader.u64(), reader.u64()
        if not 0 <= last - first <= 255:
            reader.fail("range")
        expiry = reader.u64()
        disclosures = [reader.u8() for _ in range(reader.count())]
        if any(a >= b for a, b in zip(disclosures, disclosures[1:])):
            reader.fail("order")
        if any(index >= 64 for index in disclosures):
            reader.fail("range")
        conditions = []
        for _ in range(reader.count(255)):
            condition = _read_condition(reader)
            key = (condition.index, condition.operator)
            if condition.index not in disclosures:
                reader.fail("range")
            if conditions and (conditions[-1].index, conditions[-1].operator) >= key:
                reader.fail("order")
            conditions.append(condition)
        statement = reader.bytes(reader.u16()) if _read_flag(reader) else None
        notice = reader.bytes(32) if _read_flag(reader) else None
        reader.end()
        return cls(params_id, platform_id, label, purpose, nonce, first, last, expiry,
                   tuple(disclosures), tuple(conditions), statement, notice)

    @cached_property
    def digest(self):
        return h32("request", self.encoding)

    def scope(self, parameters):
        return Scope(parameters.authority_id, self.platform_id, self.label)

    def accepts_epoch(self, t):
        return self.first <= t <= self.last

    def fits(self, schema):
        return (all(i < len(schema) for i in self.disclosures)
                and all(c.fits(schema[c.index].kind) for c in self.conditions))


def _read_condition(reader):
    index, operator = reader.u8(), reader.u8()
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
    return Condition(index, operator, operand)


def _read_flag(reader):
    flag = reader.u8()
    if flag > 1:
        reader.fail("code")
    return flag == 1


def check_own_request(request, platform_id, parameters, now):
    """Step 2 of section 12: the request is the verifier's own. The parameters
    are those the verifier knows, by params_id."""
    if request.platform_id != platform_id:
        raise Misuse("foreign_platform")
    if request.params_id not in parameters:
        raise Misuse("foreign_parameters")
    known = parameters[request.params_id]
    if not request.fits(known.schema):
        raise Misuse("schema")
    if now > request.expiry:
        raise Expired
    return known
