"""Faults that are planted in the Python side, or in what the Rust side answers, to see that
the cross-runs find them: each a context in which the fault is there."""

from contextlib import contextmanager
from unittest.mock import patch

from pairnym import (act, enroll, evidence, hashing, issue, login, parameters, plist, present,
                     pseudonym, request, sigma, slot, stored, text, wire)
from pairnym.errors import Expired, Rejected
from pairnym.hashing import Transcript
from pairnym.platform import Platform
from pairnym.plist import ParameterList
from pairnym.registry import Registry
from pairnym.ristretto import IDENTITY, ORDER, Point

from .plant import everywhere, label, none, rust, yes
from .shared_faults import SHARED_FAULTS, SHARED_LABELS, SHARED_WHERE

LABELS = ("parameters", "list", "credential-base", "pseudonym-base", "pseudonym-point",
          "attribute-text", "attribute-absent", "nonce", "enrollment", "issuance", "issuance-key",
          "credential", "stored", "evidence-offer", "evidence-commitment", "evidence-blinding",
          "evidence", "request", "presentation", "login", *SHARED_LABELS)


@contextmanager
def generator():
    """H_0 is another point."""
    right = hashing.H[0]
    hashing.H[0] = right.double()
    try:
        yield
    finally:
        hashing.H[0] = right


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
                        for module in (enroll, issue, parameters, plist, present, request,
                                       slot)))


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

    def changed(holder, received, peer, now, random):
        if now > request.Request.decode(received).expiry + 600:
            raise Expired
        return log_in(holder, received, peer, now, random)
    return patch.object(login, "log_in", changed)


def sessions_stay():
    """An evidence session answers twice."""
    def respond(sessions, _, challenges, now):
        sessions._expire(now)
        entry = sessions._open.get(challenges.session_id)
        if entry is None:
            raise evidence.Misuse("no_session")
        kept, answer = entry[1]._nonces, entry[1].respond(challenges)
        entry[1]._nonces = kept
        return answer
    return patch.object(evidence.Sessions, "respond", respond)


def no_tombstones():
    right = Registry.delete

    def delete(registry, person):
        right(registry, person)
        del registry.tombstones[person]
    return patch.object(Registry, "delete", delete)


def late_registration():
    right = Registry.register
    return patch.object(Registry, "register", lambda registry, transaction_id, person, commitment,
                        expiry, now: right(registry, transaction_id, person, commitment, 0, 0))


def early_lists():
    right = ParameterList.successor
    return patch.object(ParameterList, "successor",
                        lambda known, new, now: right(known, new, 2**64))


def gaps_in_the_chain():
    right = ParameterList.successor

    def successor(known, new, now):
        if new.serial > known.serial + 1:
            return new
        return right(known, new, now)
    return patch.object(ParameterList, "successor", successor)


def unchecked_results():
    """What the holder made is not read again."""
    def checked(holder, received, peer, sent):
        return present.Presentation.decode(sent)
    return patch.object(present, "checked", checked)


def faults_keep_evidence():
    """The holder's last check before a presentation gives the item back."""
    right = present.present

    def changed(holder, credential, items, *rest):
        item = items[0]
        try:
            return right(holder, credential, items, *rest)
        except present.Fault:
            items[:] = [item]
            raise present.Fault from None
    return patch.object(present, "present", changed)


def forget(platform, now):
    """Used nonces are dropped as if they had never been there."""
    platform._used = {n: expiry for n, expiry in platform._used.items() if now <= expiry}


def nobody_is_looked_up():
    right = login.verify_login
    return patch.object(login, "verify_login", lambda platform, asked, answer, now, accounts,
                        at_last: right(platform, asked, answer, now, None, at_last))


def verifiers_skip(*names):
    """What the platform looks at besides the proof: conditions, or the kinds of the values."""
    right = present._is_valid

    def changed(*given):
        with everywhere(*(patch.object(*name, yes) for name in names)):
            return right(*given)
    return patch.object(present, "_is_valid", changed)


def consent_to_everything():
    right = present.refuse
    return patch.object(present, "refuse", lambda *given: right(*given[:-1], True))


def first_condition_counts():
    """Of two conditions with one operator on one attribute."""
    right = request.Asked.__post_init__

    def changed(asked):
        object.__setattr__(asked, "conditions", asked.conditions[::-1])
        right(asked)
    return patch.object(request.Asked, "__post_init__", changed)


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


def lax(command, answer):
    """Takes every list that is not of the past."""
    if command["op"] == "list.succeed" and "error" in answer \
            and answer["error"]["reason"] == "conflicting_list":
        new = ParameterList.decode(bytes.fromhex(command["successor"]))
        ids = [params_id.hex() for params_id in new.parameters]
        return {"ok": {"list": command["successor"], "list_id": new.id.hex(), "params_ids": ids}}
    return answer


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
        wire.Reader, "count", lambda reader, limit=64, least=0: reader.u8()),
    "joiners in texts": lambda: patch.object(
        text, "_REFUSED", tuple(r for r in text._REFUSED if r[0] != 0x200B)),
    "blank texts": lambda: patch.object(text, "_BLANK", frozenset()),
    "stored forms of anybody": lambda: patch.object(stored.hmac, "compare_digest", yes),
    "credentials read unchecked": lambda: patch.object(issue.Credential, "check", none),
    "results sent unchecked": unchecked_results,
    "a fault keeps the evidence": faults_keep_evidence,
    "any successor agrees": lambda: patch.object(ParameterList, "_agrees", yes),
    "lists at different times differ": lambda: patch.object(ParameterList, "_agrees_at", yes),
    "a withdrawal takes nothing": lambda: patch.object(
        ParameterList, "_taken_away", lambda *_: set()),
    "lists of the future": early_lists,
    "gaps in the chain of lists": gaps_in_the_chain,
    "no slot before": lambda: patch.object(ParameterList, "slot_before", none),
    "no slot after": lambda: patch.object(ParameterList, "slot_after", none),
    "requests list what they like": lambda: patch.object(present, "_lists_honestly", yes),
    "clocks a second further apart": lambda: everywhere(
        *(patch.object(module, "TOLERANCE", 601) for module in (slot, request))),
    "offers that live longer": lambda: patch.object(issue, "LONGEST", 601),
    "requests that live longer": lambda: patch.object(request, "LONGEST", 86_401),
    "lists without end": lambda: patch.object(ParameterList, "is_over", lambda *_: False),
    "every condition holds": lambda: patch.object(request.Condition, "holds", yes),
    "the first of two conditions counts": first_condition_counts,
    "every request fits its schema": lambda: patch.object(request.Request, "fits", yes),
    "disclosure without consent": consent_to_everything,
    "enrollment proofs not verified": lambda: patch.object(enroll, "verify", yes),
    "issuance proofs not verified": lambda: patch.object(issue, "verify", yes),
    "conditions not verified": lambda: verifiers_skip((request.Condition, "holds")),
    "kinds not verified": lambda: verifiers_skip((parameters.Value, "fits")),
    "presentation proofs not verified": lambda: patch.object(present, "verify_proof", yes),
    "evidence not verified": lambda: patch.object(evidence.Public, "verify", yes),
    "login proofs not verified": lambda: patch.object(login, "verify", yes),
    "batches not counted": lambda: patch.object(evidence, "refuse_incomplete", none),
    "replays pass": lambda: patch.object(Platform, "use_up", none),
    "dropped nonces forgotten": lambda: patch.object(Platform, "_drop", forget),
    "nobody is looked up": nobody_is_looked_up,
    "acts without a statement": lambda: patch.object(act, "_refuse", none),
    "sessions answer twice": sessions_stay,
    "no tombstones": no_tombstones,
    "tickets registered late": late_registration,
    "the registry has no values": lambda: patch.object(Registry, "confirms", yes),
    "expiry checked first": expiry_first,
    "another word for a rejection": lambda: patch.object(Rejected, "name", "refused"),
    "Rust: a bit of a presentation flipped": lambda: rust(flipped),
    "Rust: accepts what does not decode": lambda: rust(obliging),
    "Rust: a batch passes with its first member": lambda: rust(careless),
    "Rust: takes conflicting lists": lambda: rust(lax),
    **SHARED_FAULTS,
}

# What finds them, where that is not the life up to the first login: another part of the
# cross-runs, or one step of misuse.py.
WHERE = {
    **SHARED_WHERE,
    "lists": (
        "another prefix of all labels",
        "little-endian integers",
        "epochs counted from 1",
        "any successor agrees",
        "lists at different times differ",
        "a withdrawal takes nothing",
        "lists of the future",
        "gaps in the chain of lists",
        "no slot before",
        "Rust: takes conflicting lists",
    ),
    "decoding": (
        "scalars reduced, not refused",
        "the identity read as a point",
        "trailing bytes ignored",
        "no limit to counts",
        "stored forms of anybody",
        "credentials read unchecked",
        "Rust: accepts what does not decode",
    ),
    "forgeries": (
        "results sent unchecked",
        "a fault keeps the evidence",
        "conditions not verified",
        "kinds not verified",
        "presentation proofs not verified",
        "evidence not verified",
        "Rust: a batch passes with its first member",
    ),
    "enrolling": (
        "enrollment proofs not verified",
        "no tombstones",
        "tickets registered late",
        "another word for a rejection",
    ),
    "offering": (
        "joiners in texts",
        "blank texts",
        "offers that live longer",
        "lists without end",
    ),
    "accepting": (
        "clocks a second further apart",
    ),
    "issuing": (
        "another generator H_0",
        "issuance proofs not verified",
        "the registry has no values",
    ),
    "fetching": (
        "batches not counted",
        "sessions answer twice",
    ),
    "asking": (
        "requests that live longer",
        "the first of two conditions counts",
    ),
    "presenting": (
        "no slot after",
        "requests list what they like",
        "every condition holds",
        "every request fits its schema",
        "disclosure without consent",
    ),
    "verifying": (
        "acts without a statement",
    ),
    "logging_in": (
        "login proofs not verified",
        "nobody is looked up",
        "expiry checked first",
    ),
    "clocks": (
        "dropped nonces forgotten",
    ),
}


def where(name):
    return next((part for part, names in WHERE.items() if name in names), "life")
