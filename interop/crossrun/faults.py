"""Faults that are planted in the Python side, or in what the Rust side answers, to see that
the cross-runs find them: each a context in which the fault is there."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from pairnym import (enroll, evidence, hashing, issue, login, parameters, present, pseudonym,
                     request, sigma, wire)
from pairnym.errors import Expired, Rejected
from pairnym.hashing import Transcript
from pairnym.ristretto import IDENTITY, ORDER, Point

from .peers import Rust

LABELS = ("parameters", "credential-base", "pseudonym-base", "pseudonym-point", "attribute-text",
          "attribute-absent", "nonce", "enrollment", "issuance", "issuance-key", "credential",
          "evidence-offer", "evidence-commitment", "evidence-blinding", "evidence", "request",
          "presentation", "login")


def label(name):
    """Another label in one place."""
    expand = hashing._expand

    def changed(used, parts, length):
        return expand("other" if used == name else used, parts, length)
    return patch.object(hashing, "_expand", changed)


@contextmanager
def generator():
    """H_0 is another point."""
    right = hashing.H[0]
    hashing.H[0] = right.double()
    try:
        yield
    finally:
        hashing.H[0] = right


@contextmanager
def everywhere(*patches):
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def big_endian_scalars():
    """On the wire, by writer and reader alike."""
    def read(reader):
        value = int.from_bytes(reader.bytes(32), "big")
        if value >= ORDER:
            reader.fail("scalar")
        return value

    def write(scalars):
        return b"".join(s.to_bytes(32, "big") for s in scalars)
    return everywhere(patch.object(wire.Reader, "scalar", read),
                      *(patch.object(module, "wire_scalars", write)
                        for module in (enroll, evidence, issue, login, present)))


def little_endian_integers():
    def u64(n):
        return n.to_bytes(8, "little")
    return everywhere(*(patch.object(module, "u64", u64)
                        for module in (issue, parameters, present, request)))


def parts_swapped():
    """Ā before N in the transcript of a presentation."""
    def transcript(name, *parts):
        parts = list(parts)
        if name == "presentation":
            parts[4], parts[5] = parts[5], parts[4]
        return Transcript(name, *parts)
    return patch.object(present, "Transcript", transcript)


def equations_swapped():
    """The commitments of a proof in the other order."""
    challenge = Transcript.challenge
    return patch.object(Transcript, "challenge",
                        lambda self, commitments: challenge(self, commitments[::-1]))


def absent_is_empty():
    part = hashing.part
    return patch.object(hashing, "part",
                        lambda value: part(b"" if value is None else value))


def off_by_one(module):
    """The last response of a proof."""
    def prove(*arguments):
        proof = sigma.prove(*arguments)
        last = (proof.responses[-1] + 1) % ORDER
        return sigma.Proof(proof.commitments, (*proof.responses[:-1], last))
    return patch.object(module, "prove", prove)


def nonces_shifted():
    """The values of section 6.3 counted from 1."""
    nonces = Transcript.nonces
    return patch.object(Transcript, "nonces", lambda self, witnesses, randomness, count: nonces(
        self, witnesses, randomness, count + 1)[1:])


def lenient_scalars():
    return patch.object(wire.Reader, "scalar",
                        lambda reader: int.from_bytes(reader.bytes(32), "little") % ORDER)


def lenient_points():
    """The identity is read as a point like any other."""
    def read(reader):
        field = reader.bytes(32)
        if field == bytes(32):
            return IDENTITY
        try:
            return Point.decode(field)
        except ValueError:
            reader.fail("point")
    return patch.object(wire.Reader, "point", read)


def expiry_first():
    """A login looks at the clock before the platform."""
    log_in = login.log_in

    def changed(holder, asked, authenticated, now, random):
        if now > asked.expiry:
            raise Expired
        return log_in(holder, asked, authenticated, now, random)
    return patch.object(login, "log_in", changed)


def sessions_stay():
    """An evidence session answers twice."""
    def respond(sessions, challenges, now):
        sessions._expire(now)
        entry = sessions._open.get(challenges.session_id)
        if entry is None:
            raise evidence.Misuse("no_session")
        kept, answer = entry[1]._nonces, entry[1].respond(challenges)
        entry[1]._nonces = kept
        return answer
    return patch.object(evidence.Sessions, "respond", respond)


def no_tombstones():
    right = enroll.Registry.delete

    def delete(registry, person):
        right(registry, person)
        del registry.tombstones[person]
    return patch.object(enroll.Registry, "delete", delete)


class Forgetful(set):
    def __contains__(self, _):
        return False


def replays_pass():
    def verify(platform_id, known, _, *rest):
        return right(platform_id, known, Forgetful(), *rest)
    right = present.verify
    return patch.object(present, "verify", verify)


def rust(change):
    """The Rust side answers something else."""
    raw = Rust.raw
    return patch.object(Rust, "raw", lambda peer, command: change(command, raw(peer, command)))


def flipped(command, answer):
    if command["op"] == "holder.present" and "ok" in answer:
        shown = answer["ok"]["presentation"]
        answer["ok"]["presentation"] = shown[:-1] + ("1" if shown[-1] == "0" else "0")
    return answer


def obliging(command, answer):
    """Whatever it does not decode, it takes."""
    return {"ok": {"bytes": command["bytes"]}} if command["op"] == "decode" \
        and "bytes" in command and "error" in answer else answer


def careless(command, answer):
    """One good presentation in a batch lets all others pass."""
    if command["op"] == "platform.verify_batch" and "ok" in answer:
        verdicts = answer["ok"]["verdicts"]
        good = next((verdict for verdict in verdicts if "ok" in verdict), None)
        answer["ok"]["verdicts"] = [good or verdict for verdict in verdicts]
    return answer


def yes(*_):
    return True


# By name: how to plant the fault.
FAULTS = {
    "another prefix of all labels": lambda: patch.object(hashing, "PREFIX", b"pairnym-v2/"),
    **{f"another label than {name}": lambda name=name: label(name) for name in LABELS},
    "another generator H_0": generator,
    "big-endian scalars": big_endian_scalars,
    "little-endian integers": little_endian_integers,
    "parts of a transcript swapped": parts_swapped,
    "commitments of a proof swapped": equations_swapped,
    "absent parts hashed as empty": absent_is_empty,
    "a response off by one, enrolling": lambda: off_by_one(enroll),
    "a response off by one, presenting": lambda: off_by_one(present),
    "a response off by one, logging in": lambda: off_by_one(login),
    "nonces counted from 1": nonces_shifted,
    "the tag's info without its label": lambda: patch.object(
        issue, "hkdf_expand", lambda prk, info, n: hashing.hkdf_expand(prk, info[14:], n)),
    "epochs counted from 1": lambda: patch.object(
        parameters.AuthorityParameters, "epoch", lambda known, now: now // known.epoch_length + 1),
    "Bech32 for Bech32m": lambda: patch.object(pseudonym, "BECH32M", 1),
    "scalars reduced, not refused": lenient_scalars,
    "the identity read as a point": lenient_points,
    "trailing bytes ignored": lambda: patch.object(wire.Reader, "end", lambda reader: None),
    "no limit to counts": lambda: patch.object(
        wire.Reader, "count", lambda reader, limit=64: reader.u8()),
    "every condition holds": lambda: patch.object(request.Condition, "holds", yes),
    "every request fits its schema": lambda: patch.object(request.Request, "fits", yes),
    "every epoch is accepted": lambda: patch.object(request.Request, "accepts_epoch", yes),
    "enrollment proofs not verified": lambda: patch.object(enroll, "verify", yes),
    "issuance proofs not verified": lambda: patch.object(issue, "verify", yes),
    "presentation proofs not verified": lambda: patch.object(present, "verify_proof", yes),
    "evidence not verified": lambda: patch.object(evidence.Public, "verify", yes),
    "login proofs not verified": lambda: patch.object(login, "verify", yes),
    "replays pass": replays_pass,
    "sessions answer twice": sessions_stay,
    "no tombstones": no_tombstones,
    "expiry checked first": expiry_first,
    "another word for a rejection": lambda: patch.object(Rejected, "name", "refused"),
    "Rust: a bit of a presentation flipped": lambda: rust(flipped),
    "Rust: accepts what does not decode": lambda: rust(obliging),
    "Rust: a batch passes with its first member": lambda: rust(careless),
}
