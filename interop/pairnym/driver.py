"""One step of one role at a time, driven by JSON objects (see README.md)."""

import os
import time

from . import enroll, evidence, issue, login, parameters, present, pseudonym, request
from .errors import DecodeError, Expired, Fault, Misuse, Rejected, Replayed, Stopped
from .holder import Holder
from .parameters import AuthorityKey, AuthorityParameters, Attribute, Value
from .ristretto import NotAPoint, Point
from .scope import Scope

MESSAGES = {
    "AuthorityParameters": AuthorityParameters,
    "EnrollmentTicket": enroll.EnrollmentTicket,
    "EnrollmentRequest": enroll.EnrollmentRequest,
    "IssuanceOffer": issue.IssuanceOffer,
    "IssuanceRequest": issue.IssuanceRequest,
    "IssuanceResponse": issue.IssuanceResponse,
    "EvidenceRequest": evidence.EvidenceRequest,
    "EvidenceCommitments": evidence.EvidenceCommitments,
    "EvidenceChallenges": evidence.EvidenceChallenges,
    "EvidenceResponses": evidence.EvidenceResponses,
    "Request": request.Request,
    "Presentation": present.Presentation,
    "Login": login.Login,
    "Credential": issue.Credential,
    "Evidence": evidence.Evidence,
}


class UsageError(Exception):
    """The driver's own mistake: an unknown op, a missing or malformed field."""


class Coins:
    """Randomness given in advance, or the operating system's."""

    def __init__(self, text):
        self.given = None if text is None else bytes.fromhex(text)

    def __call__(self, length):
        if self.given is None:
            return os.urandom(length)
        if len(self.given) < length:
            raise UsageError("coins: too few")
        drawn, self.given = self.given[:length], self.given[length:]
        return drawn


class Arguments:
    """The fields of one command."""

    def __init__(self, fields, objects):
        self.fields = fields
        self.objects = objects
        self.coins = Coins(fields.get("coins"))

    def get(self, name, default=None):
        return self.fields.get(name, default)

    def need(self, name):
        if self.fields.get(name) is None:
            raise UsageError(f"missing: {name}")
        return self.fields[name]

    def bytes(self, name, length=None):
        data = bytes.fromhex(self.need(name))
        if length is not None and len(data) != length:
            raise UsageError(f"{name}: {length} bytes needed")
        return data

    def optional_bytes(self, name):
        return None if self.get(name) is None else self.bytes(name)

    def message(self, name, kind):
        return kind.decode(self.bytes(name))

    def now(self):
        now = self.get("now")
        return int(time.time()) if now is None else now

    def object(self, name, kind):
        thing = self.objects.get(self.need(name))
        if not isinstance(thing, kind):
            raise UsageError(f"{name}: no such handle")
        return thing

    def point(self, name):
        try:
            return Point.decode(self.bytes(name))
        except NotAPoint:
            raise UsageError(f"{name}: not a point") from None


class HeldCredential:
    def __init__(self, holder, credential):
        self.holder = holder
        self.credential = credential
        holder.parameters(credential.params_id)  # refuses what is not pinned


class PendingCredential:
    """The offer is gone when it has been answered, with success or without."""

    def __init__(self, holder, offer):
        self.holder, self.offer = holder, offer


class PendingEvidence:
    def __init__(self, fetch):
        self.fetch = fetch


class HeldEvidence:
    """A list of one item, or of none when it has been used up."""

    def __init__(self, item):
        self.items = [item]


class Authority:
    def __init__(self, key, known, registry, sessions):
        self.key, self.parameters, self.registry = key, known, registry
        self.tickets, self.offers, self.sessions = {}, {}, sessions


class Platform:
    def __init__(self, platform_id, known):
        self.platform_id = platform_id
        self.known = {p.params_id: p for p in known}
        self.consumed = set()


class Driver:
    def __init__(self):
        self.objects = {}

    def keep(self, name, thing):
        handle = f"{name}-{len(self.objects) + 1}"
        self.objects[handle] = thing
        return handle

    def run(self, command):
        """A command, a dictionary, to an answer, a dictionary."""
        return _answer(lambda: self._step(command))

    def _step(self, command):
        if not isinstance(command, dict):
            raise UsageError("not an object")
        step = OPS.get(command.get("op"))
        if step is None:
            raise UsageError("unknown op")
        arguments = Arguments(command, self.objects)
        answer = step(self, arguments)
        if arguments.coins.given:
            answer["coins_left"] = arguments.coins.given.hex()
        return answer

    # Holder

    def holder_new(self, args):
        if args.get("master_secret") is None:
            master_secret = args.coins(32)
        else:
            master_secret = args.bytes("master_secret", 32)
        pinned = [AuthorityParameters.decode(bytes.fromhex(p)) for p in args.get("parameters", [])]
        return {"holder": self.keep("holder", Holder(master_secret, pinned)),
                "params_ids": [p.params_id.hex() for p in pinned]}

    def holder_pseudonym(self, args):
        holder = args.object("holder", Holder)
        scope = Scope(args.need("authority_id"), args.need("platform_id"), args.get("label"))
        secrets = holder.secrets(scope.authority_id)
        return _pseudonym(secrets.pseudonym(scope))

    def holder_enroll(self, args):
        secrets = args.object("holder", Holder).secrets(args.need("authority_id"))
        ticket = args.message("ticket", enroll.EnrollmentTicket)
        answer = enroll.enroll(secrets, ticket, args.coins)
        return {"request": _hex(answer), "commitment": _hex(answer.commitment)}

    def holder_request_credential(self, args):
        holder = args.object("holder", Holder)
        offer = args.message("offer", issue.IssuanceOffer)
        answer = issue.request_credential(holder, offer, args.now(), args.coins)
        return {"request": _hex(answer), "values": [v.plain() for v in offer.values],
                "pending": self.keep("pending", PendingCredential(holder, offer))}

    def holder_finish_credential(self, args):
        pending = args.object("pending", PendingCredential)
        response = args.message("response", issue.IssuanceResponse)
        offer, pending.offer = pending.offer, None
        if offer is None:
            raise Misuse("already_finished")
        credential = issue.finish_credential(pending.holder, offer, response)
        return self._hold_credential(pending.holder, credential)

    def holder_load_credential(self, args):
        credential = args.message("stored", issue.Credential)
        return self._hold_credential(args.object("holder", Holder), credential)

    def _hold_credential(self, holder, credential):
        held = HeldCredential(holder, credential)
        return {"credential": self.keep("credential", held), "stored": _hex(credential)}

    def holder_request_evidence(self, args):
        held = args.object("credential", HeldCredential)
        fetch = evidence.Fetch(held.holder, held.credential, args.coins)
        return {"request": _hex(fetch.request),
                "pending": self.keep("pending", PendingEvidence(fetch))}

    def holder_challenge_evidence(self, args):
        fetch = args.object("pending", PendingEvidence).fetch
        commitments = args.message("commitments", evidence.EvidenceCommitments)
        return {"challenges": _hex(fetch.challenge(commitments, args.coins))}

    def holder_finish_evidence(self, args):
        fetch = args.object("pending", PendingEvidence).fetch
        responses = args.message("responses", evidence.EvidenceResponses)
        items = fetch.finish(responses)
        return {"evidence": [self.keep("evidence", HeldEvidence(item)) for item in items],
                "stored": [_hex(item) for item in items]}

    def holder_load_evidence(self, args):
        item = args.message("stored", evidence.Evidence)
        return {"evidence": self.keep("evidence", HeldEvidence(item))}

    def holder_present(self, args):
        held = args.object("credential", HeldCredential)
        items = args.object("evidence", HeldEvidence).items
        asked = args.message("request", request.Request)
        if not items:
            raise Misuse("evidence_used")
        answer = present.present(
            held.holder, held.credential, items, asked,
            args.need("authenticated"), args.now(), args.get("consent", False), args.coins)
        return {"presentation": _hex(answer)}

    def holder_log_in(self, args):
        holder = args.object("holder", Holder)
        asked = args.message("request", request.Request)
        answer = login.log_in(holder, asked, args.need("authenticated"), args.now(), args.coins)
        return {"login": _hex(answer)}

    # Authority

    def authority_new(self, args):
        seed = args.coins(32) if args.get("seed") is None else args.bytes("seed", 32)
        key = AuthorityKey(seed)
        kinds = parameters.KINDS
        if any(a["kind"] not in kinds for a in args.get("schema", [])):
            raise Misuse("schema")
        schema = tuple(Attribute(a["name"], kinds[a["kind"]]) for a in args.get("schema", []))
        known = AuthorityParameters(args.need("authority_id"), key.X, args.need("epoch_length"),
                                    schema)
        registry = enroll.Registry(args.get("reenrollment", "refused"))
        sessions = evidence.Sessions(args.get("sessions", 1000))
        authority = self.keep("authority", Authority(key, known, registry, sessions))
        return {"authority": authority, **_parameters(known)}

    def authority_parameters(self, args):
        return _parameters(args.object("authority", Authority).parameters)

    def authority_ticket(self, args):
        authority = args.object("authority", Authority)
        ticket = enroll.open_ticket(authority.parameters.authority_id, args.coins)
        authority.tickets[ticket.transaction_id] = ticket
        return {"ticket": _hex(ticket), "transaction_id": ticket.transaction_id.hex()}

    def authority_enroll(self, args):
        authority = args.object("authority", Authority)
        ticket = authority.tickets.get(args.bytes("transaction_id", 32))
        asked = args.message("request", enroll.EnrollmentRequest)
        if ticket is None:
            raise Misuse("no_transaction")
        enroll.admit(authority.parameters.authority_id, ticket, authority.registry,
                     args.need("person"), asked)
        del authority.tickets[ticket.transaction_id]
        return {"commitment": _hex(asked.commitment)}

    def authority_delete(self, args):
        args.object("authority", Authority).registry.delete(args.need("person"))
        return {}

    def authority_offer(self, args):
        authority = args.object("authority", Authority)
        offer = issue.make_offer(
            authority.parameters, authority.registry, args.point("commitment"),
            tuple(Value.of(v) for v in args.get("values", [])), args.now(), args.coins)
        authority.offers[offer.nonce] = offer
        return {"offer": _hex(offer), "nonce": offer.nonce.hex()}

    def authority_issue(self, args):
        authority = args.object("authority", Authority)
        asked = args.message("request", issue.IssuanceRequest)
        offer = authority.offers.get(asked.nonce)
        if offer is None:
            raise Rejected
        if not authority.registry.is_registered(offer.commitment):
            raise Misuse("commitment_unknown")
        response = issue.issue(authority.key, authority.parameters, offer, asked)
        del authority.offers[asked.nonce]
        return {"response": _hex(response)}

    def authority_open_evidence(self, args):
        authority = args.object("authority", Authority)
        asked = args.message("request", evidence.EvidenceRequest)
        commitments = authority.sessions.open(authority.key, authority.parameters, asked,
                                              args.now(), args.coins)
        return {"commitments": _hex(commitments), "session_id": commitments.session_id.hex()}

    def authority_respond(self, args):
        authority = args.object("authority", Authority)
        challenges = args.message("challenges", evidence.EvidenceChallenges)
        return {"responses": _hex(authority.sessions.respond(challenges, args.now()))}

    # Platform

    def platform_new(self, args):
        known = [AuthorityParameters.decode(bytes.fromhex(p)) for p in args.get("parameters", [])]
        Scope("a", args.need("platform_id"))  # refuses what is no platform id
        return {"platform": self.keep("platform", Platform(args.need("platform_id"), known)),
                "params_ids": [p.params_id.hex() for p in known]}

    def platform_request(self, args):
        platform = args.object("platform", Platform)
        params_id = args.bytes("params_id", 32)
        if params_id not in platform.known:
            raise Misuse("foreign_parameters")
        known = platform.known[params_id]
        now = args.now()
        purpose = args.get("purpose", "login")
        if not isinstance(purpose, dict):
            purpose = request.PURPOSES.get(purpose)
            if purpose is None:
                raise Misuse("purpose")
        else:
            purpose = purpose["own"]
        disclosures = tuple(args.get("disclosures", []))
        conditions = tuple(_condition(c) for c in args.get("conditions", []))
        # In the order of section 15.2; the request itself checks the ranges.
        indices = {*disclosures, *(c.index for c in conditions)}
        if not indices <= set(range(len(known.schema))):
            raise Misuse("unknown_attribute")
        if not {c.index for c in conditions} <= set(disclosures):
            raise Misuse("condition_not_disclosed")
        first, expiry = args.get("first", known.epoch(now)), args.get("expiry", now + 300)
        last = min(known.epoch(expiry), first + 255)
        asked = request.Request(
            params_id, platform.platform_id, args.get("label"), purpose, args.coins(32),
            first, args.get("last", last), expiry, disclosures, conditions,
            args.optional_bytes("statement"), args.optional_bytes("notice"))
        if not asked.fits(known.schema):
            raise Misuse("schema")
        return {"request": _hex(asked), "nonce": asked.nonce.hex(), "digest": asked.digest.hex()}

    def platform_verify(self, args):
        platform = args.object("platform", Platform)
        answer = args.message("presentation", present.Presentation)
        asked = args.message("request", request.Request)
        return _verify(platform, asked, answer, args.now())

    def platform_verify_batch(self, args):
        platform = args.object("platform", Platform)
        answers = []
        for fields in args.need("answers"):
            each = Arguments(fields, self.objects)
            answer = each.message("presentation", present.Presentation)
            answers.append((each.message("request", request.Request), answer))
        return {"verdicts": [_answer(lambda: _verify(platform, *answer, args.now()))
                             for answer in answers]}

    def platform_verify_login(self, args):
        platform = args.object("platform", Platform)
        answer = args.message("login", login.Login)
        asked = args.message("request", request.Request)
        accounts = args.get("accounts")
        if accounts is not None:
            accounts = [bytes.fromhex(a) for a in accounts]
        return _pseudonym(login.verify_login(platform.platform_id, platform.known,
                                             platform.consumed, asked, answer, args.now(),
                                             accounts))

    # Encodings

    def decode(self, args):
        message = args.need("message")
        if message == "pseudonym":
            return _pseudonym(pseudonym.decode_text(args.need("text")))
        if message not in MESSAGES:
            raise UsageError("unknown message")
        return {"bytes": _hex(args.message("bytes", MESSAGES[message]))}


def _answer(step):
    """What a step finds, or why it does not."""
    try:
        return {"ok": step()}
    except DecodeError as error:
        return _error("decode", error.name, message=error.message)
    except (Misuse, Stopped, Fault) as error:
        return _error("misuse", error.name)
    except (Expired, Rejected, Replayed) as error:
        return _error(error.name, error.name)
    except (UsageError, AssertionError, AttributeError, KeyError, OverflowError, TypeError,
            ValueError) as error:
        return _error("usage", str(error) or type(error).__name__)


def _verify(platform, asked, answer, now):
    name, claims = present.verify(platform.platform_id, platform.known, platform.consumed,
                                  asked, answer, now)
    schema = platform.known[asked.params_id].schema
    return {**_pseudonym(name), "epoch": answer.t,
            "claims": [{"index": i, "name": schema[i].name, "value": v.plain()}
                       for i, v in claims]}


def _error(kind, reason, **more):
    return {"error": {"type": kind, "reason": reason, **more}}


def _hex(thing):
    return thing.encode().hex()


def _pseudonym(point):
    return {"pseudonym": _hex(point), "text": pseudonym.encode_text(point)}


def _parameters(known):
    return {"parameters": _hex(known), "params_id": known.params_id.hex()}


def _condition(fields):
    operator = request.OPERATORS.get(fields["operator"])
    if operator is None:
        raise Misuse("conditions")
    operand = fields.get("operand")
    if operator == request.EQUALS:
        operand = Value.of(operand)
    return request.Condition(fields["index"], operator, operand)


OPS = {
    "holder.new": Driver.holder_new,
    "holder.pseudonym": Driver.holder_pseudonym,
    "holder.enroll": Driver.holder_enroll,
    "holder.request_credential": Driver.holder_request_credential,
    "holder.finish_credential": Driver.holder_finish_credential,
    "holder.load_credential": Driver.holder_load_credential,
    "holder.request_evidence": Driver.holder_request_evidence,
    "holder.challenge_evidence": Driver.holder_challenge_evidence,
    "holder.finish_evidence": Driver.holder_finish_evidence,
    "holder.load_evidence": Driver.holder_load_evidence,
    "holder.present": Driver.holder_present,
    "holder.log_in": Driver.holder_log_in,
    "authority.new": Driver.authority_new,
    "authority.parameters": Driver.authority_parameters,
    "authority.ticket": Driver.authority_ticket,
    "authority.enroll": Driver.authority_enroll,
    "authority.delete": Driver.authority_delete,
    "authority.offer": Driver.authority_offer,
    "authority.issue": Driver.authority_issue,
    "authority.open_evidence": Driver.authority_open_evidence,
    "authority.respond": Driver.authority_respond,
    "platform.new": Driver.platform_new,
    "platform.request": Driver.platform_request,
    "platform.verify": Driver.platform_verify,
    "platform.verify_batch": Driver.platform_verify_batch,
    "platform.verify_login": Driver.platform_verify_login,
    "decode": Driver.decode,
}
