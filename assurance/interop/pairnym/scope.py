"""Identifiers and scopes (SPEC.md section 3)."""

import re
from dataclasses import dataclass
from typing import Optional

from .errors import Misuse
from .hashing import h2g, h2s

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def is_name(text):
    return _NAME.fullmatch(text) is not None


def is_host(text):
    if not 1 <= len(text) <= 253:
        return False
    labels = text.split(".")
    if len(labels) < 2 or not "a" <= labels[-1][:1] <= "z":
        return False
    for label in labels:
        if _LABEL.fullmatch(label) is None:
            return False
        if label[2:4] == "--" and not (label.startswith("xn--") and len(label) > 4):
            return False
    return True


def check_name(text):
    if not isinstance(text, str) or not is_name(text):
        raise Misuse("identifier")
    return text


def check_host(text):
    if not isinstance(text, str) or not is_host(text):
        raise Misuse("identifier")
    return text


@dataclass(frozen=True)
class Scope:
    authority_id: str
    platform_id: str
    label: Optional[str] = None

    def __post_init__(self):
        check_name(self.authority_id)
        check_host(self.platform_id)
        if self.label is not None:
            check_name(self.label)

    def _parts(self):
        label = None if self.label is None else self.label.encode()
        return self.authority_id.encode(), self.platform_id.encode(), label

    def base(self):
        """P_s"""
        return h2g("pseudonym-base", *self._parts())

    def point(self):
        """z_s, where the holder's polynomial is evaluated."""
        return h2s("pseudonym-point", *self._parts())
