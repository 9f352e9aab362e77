"""The two implementations behind one interface, and both of them as one.

A peer takes the ops of README.md's driver, each a step of one role. `do` gives
the answer or raises `Refused`.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path

from pairnym.driver import Driver

ROOT = Path(__file__).resolve().parents[3]
RUST = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "pairnym-peer"

# How many bytes of randomness each op draws.
COINS = {
    "holder.enroll": 64, "holder.accept_offer": 64, "holder.request_evidence": 64,
    "holder.challenge_evidence": 64, "holder.present": 64, "holder.log_in": 64,
    "authority.open_ticket": 64, "authority.offer": 32, "authority.open_evidence": 96,
    "platform.request": 32,
}

# The ops that take the time.
TIMED = frozenset({
    "list.succeed", "holder.take_list", "holder.accept_offer", "holder.present", "holder.log_in",
    "authority.take_list", "authority.open_ticket", "authority.check_enrollment",
    "authority.enroll",
    "authority.offer", "authority.check_issuance", "authority.issue", "authority.open_evidence",
    "authority.respond", "platform.take_list", "platform.request", "platform.verify",
    "platform.verify_batch", "platform.verify_login",
})

# The fields of commands and answers that name things a peer keeps.
HANDLES = ("authority", "holder", "platform", "credential", "pending", "evidence", "batch",
           "registry", "sessions", "inviting", "invited", "second", "act", "cosessions")


class Difference(Exception):
    """The implementations do not agree, or not on what SPEC.md says."""


class Refused(Exception):
    """A step was refused: the op, the type and the reason of SPEC.md section 15."""

    def __init__(self, op, error):
        super().__init__(f"{op}: {error}")
        self.op = op
        self.type, self.reason = error["type"], error["reason"]
        self.message = error.get("message")
        self.evidence_used = error.get("evidence_used", False)

    def __str__(self):
        reason = self.reason if self.type != "decode" else f"{self.message}: {self.reason}"
        return f"{self.op}: {reason}" + (", evidence used" if self.evidence_used else "")


def checked(op, answer):
    """What stands under `ok`."""
    if "error" in answer:
        if answer["error"]["type"] == "usage":
            raise Difference(f"{op} was used wrongly: {answer['error']['reason']}")
        raise Refused(op, answer["error"])
    if "coins_left" in answer["ok"]:
        raise Difference(f"{op} drew too little randomness: {answer['ok']['coins_left']} is left")
    return answer["ok"]


class Python:
    """The Python implementation, in this process."""

    name = "py"

    def __init__(self):
        self._driver = Driver()

    def raw(self, command):
        return self._driver.run(command)

    def do(self, op, **fields):
        return checked(op, self.raw({"op": op, **fields}))

    def close(self):
        pass


class Rust:
    """The Rust implementation, at the other end of a pipe."""

    name = "rust"

    def __init__(self):
        if not RUST.exists():
            raise SystemExit(f"{RUST} is missing: cargo build --release --locked -p pairnym-peer")
        self._process = subprocess.Popen([RUST], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def raw(self, command):
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Difference(f"the Rust peer ended at {command}")
        return json.loads(line)

    def do(self, op, **fields):
        return checked(op, self.raw({"op": op, **fields}))

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Twins:
    """Both implementations as one peer: every step is made by both, from the same
    inputs and coins, and their answers, or their refusals, must be the same."""

    name = "both"

    def __init__(self, *peers):
        self._peers = peers
        self._handles = {}  # a handle of ours to theirs, one for each peer
        self.steps = 0

    def do(self, op, **fields):
        answers = [peer.raw({"op": op, **self._theirs(fields, number)})
                   for number, peer in enumerate(self._peers)]
        self.steps += 1
        handles = [_take_handles(answer.get("ok", {})) for answer in answers]
        first = answers[0]
        for peer, answer in zip(self._peers[1:], answers[1:]):
            if answer != first:
                raise Difference(f"{op}: {self._peers[0].name} answers {shorten(first)}, "
                                 f"{peer.name} {shorten(answer)}; asked {shorten(fields)}")
        return {**checked(op, first), **self._ours(handles)}

    def _theirs(self, fields, number):
        def theirs(name, value):
            if isinstance(value, list) and name == "batches":
                return [theirs("batch", each) for each in value]
            return self._handles[value][number] if name in HANDLES else value
        return {name: theirs(name, value) for name, value in fields.items()}

    def _ours(self, handles):
        ours = {}
        for name, value in handles[0].items():
            values = [theirs.get(name) for theirs in handles]
            if isinstance(value, list):
                ours[name] = [self._keep(name, each) for each in zip(*values, strict=True)]
            else:
                ours[name] = self._keep(name, values)
        return ours

    def _keep(self, name, theirs):
        handle = f"both-{name}-{len(self._handles)}"
        self._handles[handle] = tuple(theirs)
        return handle


def _take_handles(answer):
    return {name: answer.pop(name) for name in HANDLES if name in answer}


def shorten(thing):
    text = json.dumps(thing, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"


class Tape:
    """Randomness and clock for one life: the same for whoever plays it."""

    def __init__(self, seed, now):
        self.seed, self.now, self._draws = seed, now, 0

    def coins(self, length):
        self._draws += 1
        name = f"{self.seed}/{self._draws}".encode()
        return hashlib.shake_256(name).digest(length)


class Player:
    """A peer that takes its coins and its time from a tape; its clock may be wrong."""

    def __init__(self, peer, tape, wrong=0):
        self.peer, self.tape, self.wrong = peer, tape, wrong

    @property
    def now(self):
        return self.tape.now + self.wrong

    def do(self, op, **fields):
        if op in COINS:
            fields.setdefault("coins", self.tape.coins(COINS[op]).hex())
        if op in TIMED:
            fields.setdefault("now", self.now)
        return self.peer.do(op, **fields)
