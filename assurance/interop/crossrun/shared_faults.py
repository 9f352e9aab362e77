"""Faults of a lead and a second, as those of faults.py."""

from dataclasses import replace
from unittest.mock import patch

from pairnym import joint, lead, pairing, second
from pairnym.hashing import Transcript, hkdf
from pairnym.lead import Act
from pairnym.ristretto import ORDER
from pairnym.second import CoSessions, Second

from .plant import everywhere, none, rust, yes

SHARED_LABELS = "share", "share-commitment", "share-code", "co-commitment"


def other_salt():
    return patch.object(pairing, "hkdf", lambda salt, *rest: hkdf(salt + b"s", *rest))


def unsigned():
    """u stands in (1) without its minus sign."""
    def join(act, own, others):
        if act == joint.PRESENTATION:
            return own[0] + others[0], own[1] + others[1]
        return right(act, own, others)
    right = joint.join
    return everywhere(*(patch.object(module, "join", join) for module in (lead, second)))


def hedge_without_h():
    """The lead's nonces are made of its 64 bytes alone."""
    right = Transcript.nonces
    return patch.object(Transcript, "nonces", lambda transcript, witnesses, randomness, count: right(
        transcript, witnesses, randomness and randomness[:64], count))


def lean_sessions():
    """σ does not say which N_2 was sent."""
    right = joint.session_transcript
    return everywhere(*(patch.object(module, "session_transcript", lambda sent, _: right(sent, None))
                        for module in (lead, second)))


def short_code():
    return patch.object(pairing, "DIGITS", 4)


def sessions_stay():
    """A nonce is good for two answers."""
    def take(sessions, h, uptime):
        sessions._expire(uptime)
        if h not in sessions._open:
            raise second.Misuse("no_session")
        return sessions._open[h][1]
    return patch.object(CoSessions, "take", take)


def anybody_on_the_channel():
    """The second takes what is for another of its pairings."""
    right = Second._refuse
    return patch.object(Second, "_refuse", lambda device, asked, *rest: right(
        device, replace(asked, pid=device.share.pid), *rest))


def any_ticket():
    right = Second._refuse

    def refuse(device, asked, plist, now, consent, _):
        right(device, asked, plist, now, consent, asked.body)
    return patch.object(Second, "_refuse", refuse)


def refused_too_late():
    """The lead checks only when it asks."""
    return everywhere(*(patch.object(kind, "refuse", none) for kind in (
        lead.Enrollment, lead.Issuance, lead.Presentation, lead.Login)))


def evidence_first():
    """The item is used up by an approval that is refused."""
    right = Act.commit

    def commit(act, approval, now, random, items=None):
        try:
            return right(act, approval, now, random, items)
        finally:
            if items is not None:
                items.clear()
    return patch.object(Act, "commit", commit)


def any_opening():
    """The lead takes any T_G."""
    right = Transcript.commit

    def commit(transcript, points):
        return Anything(right(transcript, points))
    return patch.object(Transcript, "commit", commit)


class Anything(bytes):
    """Equal to all others."""

    __hash__ = bytes.__hash__

    def __eq__(self, _):
        return True

    def __ne__(self, _):
        return False


def name_of_another_share():
    """A login is not checked against D."""
    right = lead.holds
    return patch.object(lead, "holds", lambda asked, *rest: asked.act == joint.LOG_IN
                        or right(asked, *rest))


def zero_is_a_name():
    """N = O."""
    return patch.object(Act, "_joint_name", lambda act, approval: act.request.is_request and (
        act.lead.secrets.evaluate(act.body.scope()) * act.body.scope().base() + approval.N_2)
        or None)


def shifted(command, answer):
    """The Rust second answers with z + 1."""
    if command["op"] == "second.answer" and "ok" in answer:
        message = bytes.fromhex(answer["ok"]["answer"])
        z = (int.from_bytes(message[-32:], "little") + 1) % ORDER
        answer["ok"]["answer"] = (message[:-32] + z.to_bytes(32, "little")).hex()
    return answer


def credulous(command, answer):
    """The Rust lead takes every share."""
    if command["op"] == "lead.take_over" and "error" in answer:
        return {"ok": {"holder": command["holder"], "stored": ""}}
    return answer


SHARED_FAULTS = {
    "another salt of the share": other_salt,
    "the share added with the wrong sign": unsigned,
    "a lead's nonces without h": hedge_without_h,
    "N_2 no part of the session": lean_sessions,
    "a code of four digits": short_code,
    "invitations not verified": lambda: patch.object(pairing, "_check_invitation", none),
    "any invitation is the committed one": lambda: patch.object(
        pairing.PairingCommitment, "__eq__", yes),
    "answers to invitations not verified": lambda: patch.object(pairing, "verify", yes),
    "one channel key for both": lambda: patch.object(
        pairing, "joint_commitment", lambda invitation, answer: answer.C_1 + invitation.D),
    "tickets of any authority": lambda: patch.object(lead.enroll, "refuse_foreign", none),
    "requests of any pairing": anybody_on_the_channel,
    "anybody's ticket": any_ticket,
    "values not compared with the schema": lambda: patch.object(second, "_refuse_presentation",
                                                                none),
    "offers for anybody": lambda: patch.object(Second, "_refuse_offer", none),
    "the second has no clock": lambda: patch.object(second, "refuse_untimely", none),
    "checked only once": refused_too_late,
    "an approval uses up the evidence": evidence_first,
    "N may be O": zero_is_a_name,
    "a second answers twice": sessions_stay,
    "sessions of 121 seconds": lambda: patch.object(second, "LONGEST", 121),
    "any T_G": any_opening,
    "a login under another share": name_of_another_share,
    "any share is taken over": lambda: patch.object(lead, "share_point", lambda d: AnyPoint()),
    "any record": lambda: patch.object(second, "share_point", lambda d: AnyPoint()),
    "Rust: z + 1": lambda: rust(shifted),
    "Rust: takes any share": lambda: rust(credulous),
}


class AnyPoint:
    def __eq__(self, _):
        return True

    def __ne__(self, _):
        return False


SHARED_WHERE = {
    "shared life": (
        *(f"another label than {label}" for label in SHARED_LABELS),
        "another salt of the share",
        "the share added with the wrong sign",
        "a lead's nonces without h",
        "N_2 no part of the session",
        "a code of four digits",
        "Rust: z + 1",
    ),
    "shared channel": (
        "invitations not verified",
        "any invitation is the committed one",
        "answers to invitations not verified",
        "requests of any pairing",
        "any T_G",
        "any record",
        "Rust: takes any share",
    ),
    "shared pairing": (
        "one channel key for both",
    ),
    "shared enrolling": (
        "tickets of any authority",
    ),
    "shared approving": (
        "anybody's ticket",
        "values not compared with the schema",
        "offers for anybody",
        "the second has no clock",
    ),
    "shared committing": (
        "checked only once",
        "an approval uses up the evidence",
        "N may be O",
    ),
    "shared answering": (
        "a second answers twice",
        "sessions of 121 seconds",
    ),
    "shared completing": (
        "a login under another share",
    ),
    "shared handing_over": (
        "any share is taken over",
    ),
}
