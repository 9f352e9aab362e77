"""One step of one role at a time, driven by JSON objects (see README.md)."""

from . import (act, enroll, evidence, issue, joint, login, pairing, parameters, present, pseudonym,
               request, stored)
from .arguments import Arguments, Coins, UsageError
from .authority import Authority
from .errors import DecodeError, Expired, Fault, Misuse, Rejected, Replayed, Stopped
from .held import (Batch, HeldCredential, HeldEvidence, PendingCredential, PendingEvidence)
from .holder import Device, Holder
from .parameters import AuthorityKey, AuthorityParameters, Attribute, Value
from .platform import Platform
from .plist import Entry, ParameterList, Withdrawal
from .registry import Registry
from .scope import Scope, check_host, check_name
from .shared_driver import SHARED_OPS, SharedDriver

MESSAGES = {kind.__name__: kind for kind in (
    AuthorityParameters, enroll.EnrollmentTicket, enroll.EnrollmentRequest, issue.IssuanceOffer,
    issue.IssuanceRequest, issue.IssuanceResponse, evidence.EvidenceRequest,
    evidence.EvidenceCommitments, evidence.EvidenceChallenges, evidence.EvidenceResponses,
    request.Request, present.Presentation, login.Login, ParameterList,
    pairing.PairingInvitation, pairing.PairingAnswer, pairing.PairingCommitment,
    joint.CoRequest, joint.CoApproval, joint.CoNonces, joint.CoAnswer,
    pairing.ShareTransfer, pairing.PairingRecord)}
STORED = {kind.__name__: kind for kind in (
    ParameterList, issue.Credential, evidence.Evidence, enroll.OpenTicket, issue.OpenOffer,
    pairing.Pairing, pairing.Share)}


class Driver(SharedDriver):
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

    # Parameters and lists

    def parameters_make(self, args):
        key = AuthorityKey(args.bytes_or_coins("seed"))
        schema = tuple(Attribute(a["name"], parameters.KINDS[a["kind"]])
                       for a in args.get("schema", []))
        made = AuthorityParameters(args.need("authority_id"), key.X, args.number("epoch_length"),
                                   args.number("batches"), schema)
        read = AuthorityParameters.decode(made.encode())
        return {"parameters": _hex(read), "params_id": read.params_id.hex()}

    def list_make(self, args):
        entries = tuple(
            Entry(e["from"], AuthorityParameters.decode(bytes.fromhex(e["parameters"])))
            for e in args.need("entries"))
        withdrawn = tuple(Withdrawal(bytes.fromhex(w["params_id"]), w["since"])
                          for w in args.get("withdrawn", []))
        made = ParameterList(
            args.need("authority_id"), args.need("host"), args.number("serial", 0),
            bytes.fromhex(args.get("previous", "00" * 32)), args.number("since"),
            args.number("until"), entries, withdrawn)
        return _list(ParameterList.decode(made.encode()))

    def list_succeed(self, args):
        here, new = args.message("list", ParameterList), args.message("successor", ParameterList)
        return _list(here.successor(new, args.number("now")))

    def list_slot(self, args):
        known = args.message("list", ParameterList)
        slot = known.slot(args.number("time"))
        return {"slot": _slot(slot), "before": _slot(known.slot_before(slot))}

    # Holder

    def holder_new(self, args):
        master_secret = args.bytes_or_coins("master_secret")
        holder = Holder(master_secret, args.message("list", ParameterList))
        return {"holder": self.keep("holder", holder), **_known(holder)}

    def holder_restore(self, args):
        holder = Holder.restore(args.bytes("master_secret", 32),
                                check_name(args.need("authority_id")), args.bytes("stored"),
                                args.optional_bytes("share"))
        return {"holder": self.keep("holder", holder), **_known(holder)}

    def holder_take_list(self, args):
        return _take_list(args.object("holder", Device), args)

    def holder_store_list(self, args):
        holder = args.object("holder", Device)
        return {"stored": holder.store(holder.plist).hex()}

    def holder_pseudonym(self, args):
        holder = args.object("holder", Holder)
        scope = Scope(holder.plist.authority_id, args.need("platform_id"), args.get("label"))
        return _pseudonym(holder.secrets.pseudonym(scope))

    def holder_enroll(self, args):
        holder = args.object("holder", Holder)
        ticket = args.received("ticket", enroll.EnrollmentTicket)
        answer = enroll.enroll(holder, ticket, args.host("peer"), args.coins)
        return {"request": _hex(answer), "commitment": _hex(answer.commitment)}

    def holder_accept_offer(self, args):
        holder = args.object("holder", Holder)
        offer = args.received("offer", issue.IssuanceOffer)
        offer, answer = issue.accept_offer(holder, offer, args.host("peer"), args.number("now"),
                                           args.coins)
        return {"request": _hex(answer), "values": [v.plain() for v in offer.values],
                "pending": self.keep("pending", PendingCredential(holder, offer))}

    def holder_finish_credential(self, args):
        pending = args.object("pending", PendingCredential)
        response = args.message("response", issue.IssuanceResponse)
        offer, pending.offer = pending.offer, None
        if offer is None:
            raise Misuse("already_finished")
        credential = issue.finish_credential(pending.parameters, offer, response)
        batches = pending.parameters.batches
        held = HeldCredential(pending.holder, credential, batches)
        return {"credential": self.keep("credential", held), "batches": batches}

    def holder_request_evidence(self, args):
        held = args.object("credential", HeldCredential)
        held.refuse_unless(is_received=False)
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
        return {"batch": self.keep("batch", Batch(fetch.finish(responses)))}

    def holder_receive(self, args):
        held = args.object("credential", HeldCredential)
        given = args.objects_of("batches", Batch)
        held.refuse_unless(is_received=False)
        batches = [batch.take() for batch in given]
        holder, credential = held.holder, held.credential
        held.credential = None
        evidence.refuse_incomplete(credential, held.batches, batches)
        held.credential, held.is_received = credential, True
        items = [item for batch in batches for item in batch]
        return {"stored": holder.store(credential).hex(),
                "evidence": [self.keep("evidence", HeldEvidence(item)) for item in items],
                "stored_evidence": [holder.store(item).hex() for item in items]}

    def holder_load_credential(self, args):
        holder = args.object("holder", Device)
        credential = issue.load_credential(holder, args.bytes("stored"))
        held = HeldCredential(holder, credential)
        return {"credential": self.keep("credential", held),
                "stored": holder.store(credential).hex()}

    def holder_load_evidence(self, args):
        holder = args.object("holder", Device)
        item = holder.load(evidence.Evidence, args.bytes("stored"))
        return {"evidence": self.keep("evidence", HeldEvidence(item)),
                "stored": holder.store(item).hex()}

    def holder_present(self, args):
        held = args.object("credential", HeldCredential)
        items = args.object("evidence", HeldEvidence).items
        asked = args.received("request", request.Request)
        peer, now = args.host("peer"), args.number("now")
        args.refuse_other(held.holder, Holder)
        held.refuse_unless(is_received=True)
        if not items:
            raise Misuse("evidence_used")
        answer = present.present(held.holder, held.credential, items, asked, peer, now,
                                 args.get("consent", False), args.coins)
        return {"presentation": _hex(answer)}

    def holder_log_in(self, args):
        holder = args.object("holder", Holder)
        asked = args.received("request", request.Request)
        answer = login.log_in(holder, asked, args.host("peer"), args.number("now"), args.coins)
        return {"login": _hex(answer)}

    # Authority

    def authority_new(self, args):
        key = AuthorityKey(args.bytes("seed", 32))
        known = args.message("list", ParameterList)
        authority = Authority(key, known, args.bytes_or_coins("storage_key"))
        return {"authority": self.keep("authority", authority),
                "params_id": authority.own_parameters().params_id.hex(), **_known(authority)}

    def authority_take_list(self, args):
        return _take_list(args.object("authority", Authority), args)

    def authority_open_ticket(self, args):
        authority = args.object("authority", Authority)
        own = enroll.open_ticket(authority, args.number("now"), args.number("life"), args.coins)
        return {"ticket": _hex(own.ticket), "stored": authority.store(own).hex()}

    def authority_check_enrollment(self, args):
        authority = args.object("authority", Authority)
        own = authority.load(enroll.OpenTicket, args.bytes("stored"))
        asked = args.message("request", enroll.EnrollmentRequest)
        enroll.check_enrollment(authority, own, asked, args.number("now"))
        return {"transaction_id": asked.transaction_id.hex(),
                "commitment": _hex(asked.commitment)}

    def authority_enroll(self, args):
        authority = args.object("authority", Authority)
        own = authority.load(enroll.OpenTicket, args.bytes("stored"))
        asked = args.message("request", enroll.EnrollmentRequest)
        now, registry = args.number("now"), args.object("registry", Registry)
        person, at_last = args.need("person"), args.number("at_last", now)
        enroll.check_enrollment(authority, own, asked, now)
        registry.register(asked.transaction_id, person, asked.commitment, own.expiry, at_last)
        return {"commitment": _hex(asked.commitment)}

    def authority_offer(self, args):
        authority = args.object("authority", Authority)
        given = args.get("values", [])
        values = _named(given) if isinstance(given, dict) else [Value.of(v) for v in given]
        own = issue.make_offer(authority, args.point("commitment"), values, args.number("now"),
                               args.number("life"), args.coins)
        return {"offer": _hex(own.offer), "stored": authority.store(own).hex()}

    def authority_check_issuance(self, args):
        authority, own, asked, now = self._issuance(args)
        issue.check_issuance(authority, own, asked, now)
        return {"commitment": _hex(own.offer.commitment),
                "values": [v.plain() for v in own.offer.values]}

    def authority_issue(self, args):
        authority, own, asked, now = self._issuance(args)
        registry = args.object("registry", Registry)
        return {"response": _hex(issue.issue(authority, registry, own, asked, now))}

    def _issuance(self, args):
        authority = args.object("authority", Authority)
        own = authority.load(issue.OpenOffer, args.bytes("stored"))
        asked = args.message("request", issue.IssuanceRequest)
        return authority, own, asked, args.number("now")

    def authority_open_evidence(self, args):
        authority = args.object("authority", Authority)
        sessions = args.object("sessions", evidence.Sessions)
        asked = args.message("request", evidence.EvidenceRequest)
        commitments = sessions.open(authority, asked, args.number("now"), args.coins)
        return {"commitments": _hex(commitments), "session_id": commitments.session_id.hex()}

    def authority_respond(self, args):
        authority = args.object("authority", Authority)
        sessions = args.object("sessions", evidence.Sessions)
        challenges = args.message("challenges", evidence.EvidenceChallenges)
        return {"responses": _hex(sessions.respond(authority, challenges, args.number("now")))}

    def sessions_new(self, args):
        sessions = evidence.Sessions(args.number("limit", 1000), args.number("life", 300))
        return {"sessions": self.keep("sessions", sessions)}

    def registry_new(self, args):
        registry = Registry(args.get("reenrollment", "refused"))
        return {"registry": self.keep("registry", registry)}

    def registry_set_values(self, args):
        args.object("registry", Registry).set_values(args.need("person"),
                                                     _named(args.need("values")))
        return {}

    def registry_delete(self, args):
        args.object("registry", Registry).delete(args.need("person"))
        return {}

    # Platform

    def platform_new(self, args):
        platform_id = check_host(args.need("platform_id"))
        platform = Platform(platform_id, args.message("list", ParameterList))
        return {"platform": self.keep("platform", platform), **_known(platform)}

    def platform_take_list(self, args):
        return _take_list(args.object("platform", Platform), args)

    def platform_request(self, args):
        platform = args.object("platform", Platform)
        purpose = args.need("purpose")
        purpose = purpose["own"] if isinstance(purpose, dict) else request.PURPOSES[purpose]
        asked = request.Asked(
            request.WANTED[args.need("wanted")], purpose, args.get("label"),
            tuple(args.get("disclosures", [])),
            tuple(_condition(c) for c in args.get("conditions", [])),
            args.optional_bytes("statement"),
            None if args.get("notice") is None else args.bytes("notice", 32),
            args.get("previous", True))
        made = request.make_request(platform.plist, platform.platform_id, asked,
                                    args.number("now"), args.number("life"), args.coins)
        return {"request": _hex(made), "nonce": made.nonce.hex(), "digest": made.digest.hex()}

    def platform_verify(self, args):
        platform = args.object("platform", Platform)
        asked = args.message("request", request.Request)
        answer = args.message("presentation", present.Presentation)
        return _verify(platform, asked, answer, args)

    def platform_verify_batch(self, args):
        platform = args.object("platform", Platform)
        answers = []
        for fields in args.need("answers"):
            each = Arguments(fields, self.objects)
            asked = each.message("request", request.Request)
            answers.append((asked, each.message("presentation", present.Presentation)))
        return {"verdicts": [_answer(lambda: _verify(platform, *answer, args))
                             for answer in answers]}

    def platform_verify_login(self, args):
        platform = args.object("platform", Platform)
        asked = args.message("request", request.Request)
        answer = args.message("login", login.Login)
        accounts = args.get("accounts")
        if accounts is not None:
            accounts = [bytes.fromhex(a) for a in accounts]
        now = args.number("now")
        login.verify_login(platform, asked, answer, now, accounts, args.number("at_last", now))
        return _pseudonym(answer.pseudonym)

    # Acts: anybody

    def act_check_presentation(self, args):
        asked = args.message("request", request.Request)
        answer = args.message("presentation", present.Presentation)
        act.check_presentation(asked, answer, args.message("parameters", AuthorityParameters))
        return _shown(asked, answer)

    def act_check_login(self, args):
        asked = args.message("request", request.Request)
        answer = args.message("login", login.Login)
        act.check_login(asked, answer)
        return _pseudonym(answer.pseudonym)

    # Encodings

    def decode(self, args):
        message = args.need("message")
        if message == "pseudonym":
            return _pseudonym(pseudonym.decode_text(args.need("text")))
        if args.get("key") is not None:
            return self._decode_stored(args, message)
        if message not in MESSAGES:
            raise UsageError("unknown message")
        return {"bytes": _hex(args.message("bytes", MESSAGES[message]))}

    def _decode_stored(self, args, message):
        if message not in STORED:
            raise UsageError("unknown message")
        owner = args.bytes("key", 32), check_name(args.need("authority_id"))
        thing = stored.load(STORED[message], args.bytes("bytes"), *owner)
        return {"bytes": stored.store(thing, *owner).hex()}


def _answer(step):
    """What a step finds, or why it does not."""
    try:
        return {"ok": step()}
    except DecodeError as error:
        return _error("decode", error.name, message=error.message)
    except Fault as error:
        used = {"evidence_used": True} if error.evidence_used else {}
        return _error("misuse", error.name, **used)
    except (Misuse, Stopped) as error:
        return _error("misuse", error.name)
    except (Expired, Rejected, Replayed) as error:
        return _error(error.name, error.name)
    except (UsageError, AssertionError, AttributeError, KeyError, OverflowError, TypeError,
            ValueError) as error:
        return _error("usage", str(error) or type(error).__name__)


def _error(kind, reason, **more):
    return {"error": {"type": kind, "reason": reason, **more}}


def _verify(platform, asked, answer, args):
    now = args.number("now")
    present.verify(platform, asked, answer, now, args.number("at_last", now))
    return _shown(asked, answer)


def _shown(asked, answer):
    """What a valid presentation shows."""
    return {**_pseudonym(answer.pseudonym), "slot": _slot(asked.slots[answer.position]),
            "claims": [{"name": name, "value": value.plain()}
                       for name, value in zip(asked.disclosures, answer.values, strict=True)]}


def _take_list(owner, args):
    owner.take_list(args.message("list", ParameterList), args.number("now"))
    return _known(owner)


def _known(owner):
    return {"list_id": owner.plist.id.hex(), "serial": owner.plist.serial}


def _list(known):
    return {"list": _hex(known), "list_id": known.id.hex(),
            "params_ids": [params_id.hex() for params_id in known.parameters]}


def _slot(slot):
    return slot and {"params_id": slot.params_id.hex(), "epoch": slot.t}


def _hex(thing):
    return thing.encode().hex()


def _pseudonym(point):
    return {"pseudonym": _hex(point), "text": pseudonym.encode_text(point)}


def _named(values):
    return {name: Value.of(value) for name, value in values.items()}


def _condition(fields):
    operator = request.OPERATORS[fields["operator"]]
    operand = fields.get("operand")
    if operator == request.EQUALS:
        operand = Value.of(operand)
    return fields["name"], operator, operand


OPS = {
    "parameters.make": Driver.parameters_make,
    "list.make": Driver.list_make,
    "list.succeed": Driver.list_succeed,
    "list.slot": Driver.list_slot,
    "holder.new": Driver.holder_new,
    "holder.restore": Driver.holder_restore,
    "holder.take_list": Driver.holder_take_list,
    "holder.store_list": Driver.holder_store_list,
    "holder.pseudonym": Driver.holder_pseudonym,
    "holder.enroll": Driver.holder_enroll,
    "holder.accept_offer": Driver.holder_accept_offer,
    "holder.finish_credential": Driver.holder_finish_credential,
    "holder.request_evidence": Driver.holder_request_evidence,
    "holder.challenge_evidence": Driver.holder_challenge_evidence,
    "holder.finish_evidence": Driver.holder_finish_evidence,
    "holder.receive": Driver.holder_receive,
    "holder.load_credential": Driver.holder_load_credential,
    "holder.load_evidence": Driver.holder_load_evidence,
    "holder.present": Driver.holder_present,
    "holder.log_in": Driver.holder_log_in,
    "authority.new": Driver.authority_new,
    "authority.take_list": Driver.authority_take_list,
    "authority.open_ticket": Driver.authority_open_ticket,
    "authority.check_enrollment": Driver.authority_check_enrollment,
    "authority.enroll": Driver.authority_enroll,
    "authority.offer": Driver.authority_offer,
    "authority.check_issuance": Driver.authority_check_issuance,
    "authority.issue": Driver.authority_issue,
    "authority.open_evidence": Driver.authority_open_evidence,
    "authority.respond": Driver.authority_respond,
    "sessions.new": Driver.sessions_new,
    "registry.new": Driver.registry_new,
    "registry.set_values": Driver.registry_set_values,
    "registry.delete": Driver.registry_delete,
    "platform.new": Driver.platform_new,
    "platform.take_list": Driver.platform_take_list,
    "platform.request": Driver.platform_request,
    "platform.verify": Driver.platform_verify,
    "platform.verify_batch": Driver.platform_verify_batch,
    "platform.verify_login": Driver.platform_verify_login,
    "act.check_presentation": Driver.act_check_presentation,
    "act.check_login": Driver.act_check_login,
    "decode": Driver.decode,
    **SHARED_OPS,
}
