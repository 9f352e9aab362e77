"""Ways to plant a fault: each a context in which it is there."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from pairnym import hashing

from .peers import Rust


def label(name):
    """Another label in one place."""
    expand = hashing._expand

    def changed(used, parts, length):
        return expand("other" if used == name else used, parts, length)
    return patch.object(hashing, "_expand", changed)


@contextmanager
def everywhere(*patches):
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def rust(change):
    """The Rust side answers something else."""
    raw = Rust.raw
    return patch.object(Rust, "raw", lambda peer, command: change(command, raw(peer, command)))


def yes(*_):
    return True


def none(*_):
    return None
