"""The life of a 网号 as its peers play it, message by message.

Each act takes the messages across `wire`, where they can be changed: a function
from the message's name and its bytes, both as text, to what arrives.
"""

from pairnym.pseudonym import storage_key
from pairnym.stored import mac

from .peers import Difference, Player, Refused, Tape

DAY = 86400
PERSON = "person"


def honest(_, message):
    return message


def expect(what, found, wanted):
    if found != wanted:
        raise Difference(f"{what}: {found!r}, not {wanted!r}")


class Life:
    """One authority, holder, platform. Beside them `back`, the process of the authority that
    checks what comes, and `device`, the holder's second one: they run the other implementation
    and read what the first ones stored."""

    def __init__(self, scenario, authority, holder, platform, back=None, device=None):
        self.scenario = s = scenario
        self.tape = Tape(s.seed, s.rotation - s.epoch_length + 1800)
        peers = (authority, back or authority, holder, device or holder, platform)
        clocks = (s.clocks[0], s.clocks[0], s.clocks[1], s.clocks[1], s.clocks[2])
        players = (Player(peer, self.tape, wrong) for peer, wrong in zip(peers, clocks))
        self.authority, self.back, self.holder, self.device, self.platform = players
        self.seen = []  # everything that anybody sent or found out
        self.sent = {}  # the last message of each name
        self.stored = {}  # the last stored form of each name
        self.evidence = []  # handles and stored forms
        self.accounts = set()
        self._begin()

    def _see(self, name, thing):
        self.seen.append((name, thing))
        return thing

    def _pass(self, wire, name, message):
        self.sent[name] = message
        return wire(name, self._see(name, message))

    def _begin(self):
        """The first key and list, a person's device, a platform."""
        s, now = self.scenario, self.tape.now
        self.secret = self.tape.coins(32).hex()
        self.storage = self.tape.coins(32).hex()
        self.registry = self.authority.do("registry.new")["registry"]
        self.sessions = self.authority.do("sessions.new")["sessions"]
        self.withdrawn, self.serial, self.list_id = [], 0, None
        # It ends when the second key begins: rule 6 of SPEC.md section 4.5.
        self.entries = [(0, self.new_parameters(s.first_schema))]
        self.publish(now - 1000, s.rotation + s.beyond)
        self.open_authority()
        self.person = self.new_person(self.holder)
        made = self.platform.do("platform.new", platform_id=s.platform_id, list=self.list)
        self.site = made["platform"]

    def new_parameters(self, schema):
        """A further key, with which the authority goes on."""
        s = self.scenario
        self.seed = self.tape.coins(32).hex()
        made = self.authority.do("parameters.make", seed=self.seed, schema=schema,
                                 authority_id=s.authority_id, epoch_length=s.epoch_length,
                                 batches=s.batches)
        self.params_id, self.schema = made["params_id"], schema
        self.parameters = self._see("AuthorityParameters", made["parameters"])
        self.sent["AuthorityParameters"] = self.parameters
        return self.parameters

    def publish(self, since, until):
        """A list of the entries, made by both processes of the authority."""
        s = self.scenario
        fields = {"authority_id": s.authority_id, "host": s.host, "since": since, "until": until,
                  "serial": self.serial, "withdrawn": self.withdrawn,
                  "entries": [{"from": start, "parameters": p} for start, p in self.entries]}
        if self.serial:
            fields["previous"] = self.list_id
        made = self.authority.do("list.make", **fields)
        expect("the list", self.back.do("list.make", **fields), made)
        self.until = until
        self.list, self.list_id = self._see("ParameterList", made["list"]), made["list_id"]
        self.sent["ParameterList"] = self.list
        self.serial += 1

    def open_authority(self):
        fields = {"seed": self.seed, "list": self.list, "storage_key": self.storage}
        made = [player.do("authority.new", **fields) for player in (self.authority, self.back)]
        for each in made:
            expect("the key", each["params_id"], self.params_id)
        self.key, self.back_key = (each["authority"] for each in made)

    def adopt(self):
        """Everybody takes the next list."""
        for player, role, handle in (
                (self.authority, "authority", self.key), (self.back, "authority", self.back_key),
                (self.holder, "holder", self.person), (self.platform, "platform", self.site)):
            done = player.do(f"{role}.take_list", **{role: handle}, list=self.list)
            expect("the list taken", (done["list_id"], done["serial"]),
                   (self.list_id, self.serial - 1))

    def new_person(self, player, secret=None):
        """A device of the person with this master secret."""
        made = player.do("holder.new", master_secret=secret or self.secret, list=self.list)
        return made["holder"]

    def pseudonym(self, label):
        named = {} if label is None else {"label": label}
        return self.holder.do("holder.pseudonym", holder=self.person,
                              platform_id=self.scenario.platform_id, **named)

    def ask(self, **fields):
        """A request of the platform's own."""
        given = {"wanted": "presentation", "purpose": "login", "life": 300, **fields}
        return self.platform.do("platform.request", platform=self.site, **given)["request"]

    def values(self):
        """Those that the present key certifies."""
        return self.scenario.values[:len(self.schema)]

    # The acts.

    def enroll(self, wire=honest, name=PERSON):
        host = self.scenario.host
        opened = self.authority.do("authority.open_ticket", authority=self.key, life=600)
        self.stored["OpenTicket"] = self._see("OpenTicket", opened["stored"])
        ticket = self._pass(wire, "EnrollmentTicket", opened["ticket"])
        asked = self.holder.do("holder.enroll", holder=self.person, ticket=ticket, peer=host)
        request = self._pass(wire, "EnrollmentRequest", asked["request"])
        done = self.back.do("authority.check_enrollment", authority=self.back_key,
                            stored=opened["stored"], request=request)
        expect("the commitment", done["commitment"], asked["commitment"])
        for _ in range(2):  # the first response was lost
            again = self.authority.do(
                "authority.enroll", authority=self.key, registry=self.registry, person=name,
                stored=opened["stored"], request=request)
            expect("the registered commitment", again["commitment"], done["commitment"])
        self.commitment = self._see("C_u", done["commitment"])
        self.set_values(name)

    def set_values(self, name=PERSON):
        values = {a["name"]: v for a, v in zip(self.scenario.schema, self.scenario.values)}
        self.authority.do("registry.set_values", registry=self.registry, person=name,
                          values=values)

    def offer(self, **fields):
        given = {"authority": self.key, "commitment": self.commitment, "values": self.values(),
                 "life": 600, **fields}
        return self.authority.do("authority.offer", **given)

    def issue(self, wire=honest):
        offered = self.offer()
        self.stored["OpenOffer"] = self._see("OpenOffer", offered["stored"])
        offer = self._pass(wire, "IssuanceOffer", offered["offer"])
        asked = self.holder.do("holder.accept_offer", holder=self.person, offer=offer,
                               peer=self.scenario.host)
        request = self._pass(wire, "IssuanceRequest", asked["request"])
        answer = {"stored": offered["stored"], "request": request}
        found = self.back.do("authority.check_issuance", authority=self.back_key, **answer)
        expect("what is to be certified", found,
               {"commitment": self.commitment, "values": self.values()})
        issued = self.authority.do("authority.issue", authority=self.key,
                                   registry=self.registry, **answer)
        response = self._pass(wire, "IssuanceResponse", issued["response"])
        done = self.holder.do("holder.finish_credential", pending=asked["pending"],
                              response=response)
        expect("the offered values", asked["values"], self.values())
        expect("the number of batches", done["batches"], self.scenario.batches)
        self.issued = done["credential"]

    def fetch(self, wire=honest):
        """One batch of evidence for what was issued."""
        asked = self.holder.do("holder.request_evidence", credential=self.issued)
        request = self._pass(wire, "EvidenceRequest", asked["request"])
        at = {"authority": self.key, "sessions": self.sessions}
        opened = self.authority.do("authority.open_evidence", **at, request=request)
        commitments = self._pass(wire, "EvidenceCommitments", opened["commitments"])
        answered = self.holder.do("holder.challenge_evidence", pending=asked["pending"],
                                  commitments=commitments)
        challenges = self._pass(wire, "EvidenceChallenges", answered["challenges"])
        closed = self.authority.do("authority.respond", **at, challenges=challenges)
        responses = self._pass(wire, "EvidenceResponses", closed["responses"])
        done = self.holder.do("holder.finish_evidence", pending=asked["pending"],
                              responses=responses)
        return done["batch"]

    def receive(self, batches):
        """The credential is there when all its evidence is."""
        done = self.holder.do("holder.receive", credential=self.issued, batches=batches)
        self.credential = self.issued
        self.evidence = list(zip(done["evidence"], done["stored_evidence"], strict=True))
        expect("the items", len(self.evidence), 32 * self.scenario.batches)
        self.stored["Credential"] = self._see("Credential", done["stored"])
        self.stored["Evidence"] = self.evidence[0][1]
        self._see("Evidence", done["stored_evidence"])

    def refresh(self):
        """A credential of the present slot, with its evidence."""
        self.issue()
        self.receive([self.fetch() for _ in range(self.scenario.batches)])

    def move(self):
        """The person goes on with the other device."""
        self.stored["ParameterList"] = self.holder.do("holder.store_list",
                                                      holder=self.person)["stored"]
        self.holder, self.device = self.device, self.holder
        made = self.holder.do(
            "holder.restore", master_secret=self.secret, stored=self.stored["ParameterList"],
            authority_id=self.scenario.authority_id)
        expect("the restored list", made["list_id"], self.list_id)
        self.person = made["holder"]
        loaded = self.holder.do("holder.load_credential", holder=self.person,
                                stored=self.stored["Credential"])
        expect("the stored credential", loaded["stored"], self.stored["Credential"])
        self.credential = loaded["credential"]
        items = [(self.holder.do("holder.load_evidence", holder=self.person, stored=stored),
                  stored) for _, stored in self.evidence[-12:]]
        for item, stored in items:
            expect("the stored evidence", item["stored"], stored)
        self.evidence = [(item["evidence"], stored) for item, stored in items]

    # Storage as the peers keep it.

    def _owner(self, name):
        """The key of a stored form, and the authority id."""
        s = self.scenario
        if name in ("OpenTicket", "OpenOffer"):
            return bytes.fromhex(self.storage), s.authority_id
        return storage_key(bytes.fromhex(self.secret), s.authority_id), s.authority_id

    def seal(self, name, encoding):
        """A stored form whose MAC is right, whatever the encoding."""
        return encoding + mac(*self._owner(name), encoding)

    def load(self, name, stored):
        """Reads a stored form, and stores it again."""
        key, authority_id = self._owner(name)
        if name in ("OpenTicket", "OpenOffer"):
            return self.authority.do("decode", message=name, bytes=stored, key=key.hex(),
                                     authority_id=authority_id)["bytes"]
        if name == "ParameterList":
            made = self.holder.do("holder.restore", master_secret=self.secret, stored=stored,
                                  authority_id=authority_id)
            return self.holder.do("holder.store_list", holder=made["holder"])["stored"]
        op = {"Credential": "holder.load_credential", "Evidence": "holder.load_evidence"}[name]
        return self.holder.do(op, holder=self.person, stored=stored)["stored"]

    def load_item(self, encoding):
        """An item of evidence with this encoding, in hex, as if the device had stored it."""
        stored = self.seal("Evidence", bytes.fromhex(encoding)).hex()
        return self.holder.do("holder.load_evidence", holder=self.person,
                              stored=stored)["evidence"]

    def present(self, request, **fields):
        """The item is used up, or comes back when the holder refuses."""
        item = self.evidence.pop()
        given = {"credential": self.credential, "evidence": item[0], "consent": True,
                 "request": request, "peer": self.scenario.platform_id, **fields}
        try:
            return self.holder.do("holder.present", **given)["presentation"]
        except Refused as refusal:
            if not refusal.evidence_used:
                self.evidence.append(item)
            raise

    def show(self, wire=honest, fields=None):
        fields = fields or {}
        own = self.ask(**fields)
        answer = self.present(self._pass(wire, "Request", own))
        verify = {"platform": self.site, "request": own,
                  "presentation": self._pass(wire, "Presentation", answer)}
        done = self.platform.do("platform.verify", **verify)
        self._see("Verified", done)
        self._expect_name(done, fields)
        held = {a["name"]: v for a, v in zip(self.schema, self.values())}
        expect("the claims", done["claims"], [{"name": name, "value": held[name]}
                                              for name in sorted(fields.get("disclosures", []))])
        expect("the key", done["slot"]["params_id"], self.params_id)
        self.refused("replayed", self.platform, "platform.verify", **verify)
        self._act("presentation", answer, own, done, fields, parameters=self.parameters)
        self._read_text(done)
        self.accounts.add(done["pseudonym"])
        return done

    def log_in(self, wire=honest, fields=None):
        fields = {name: value for name, value in (fields or {}).items()
                  if name not in ("disclosures", "conditions")}
        own = self.ask(**{**fields, "wanted": "login"})
        answer = self.holder.do("holder.log_in", holder=self.person,
                                request=self._pass(wire, "Request", own),
                                peer=self.scenario.platform_id)["login"]
        verify = {"platform": self.site, "request": own,
                  "login": self._pass(wire, "Login", answer)}
        done = self.platform.do("platform.verify_login", accounts=sorted(self.accounts),
                                **verify)
        self._see("网号", done)
        self._expect_name(done, fields)
        self.refused("replayed", self.platform, "platform.verify_login", **verify)
        self._act("login", answer, own, done, fields)
        return done

    def _expect_name(self, done, fields):
        mine = self.pseudonym(fields.get("label"))
        expect("the 网号", (done["pseudonym"], done["text"]), (mine["pseudonym"], mine["text"]))

    def _act(self, wanted, answer, request, done, fields, **more):
        """Anybody can verify an act again."""
        check = {"request": request, wanted: answer, **more}
        if "statement" in fields:
            expect("the act", self.back.do(f"act.check_{wanted}", **check), done)
        else:
            self.refused("no_statement", self.back, f"act.check_{wanted}", **check)

    def _read_text(self, done):
        for text in (done["text"], done["text"].upper()):
            for player in (self.holder, self.platform):
                read = player.do("decode", message="pseudonym", text=text)
                expect("the text form", read["pseudonym"], done["pseudonym"])

    # The way through time.

    def rotate(self):
        """The next list has a second key, and its time comes; the credential of the slot before
        is still shown."""
        s = self.scenario
        before, old = self.pseudonym(None), (self.parameters, self.params_id, self.schema)
        self.entries.append((s.rotation, self.new_parameters(s.schema)))
        self.publish(self.tape.now - 300, s.rotation + 20 * DAY)
        self.adopt()
        new = self.parameters, self.params_id, self.schema
        # 400 to 1,000 seconds after the change, by the clocks of the three.
        self.tape.now = s.rotation + 700
        self.parameters, self.params_id, self.schema = old
        self.show(fields={"disclosures": [a["name"] for a in self.schema[:1]],
                          "statement": b"between two keys".hex()})
        self.parameters, self.params_id, self.schema = new
        self.open_authority()
        expect("the 网号 under the next key", self.pseudonym(None), before)
        # From here on requests list the first key's last slot only if it has all their names.
        self.tape.now += 600

    def withdraw(self):
        """The second key is stolen: a third one takes its place."""
        s = self.scenario
        pending = self.ask()
        old, stolen = self.key, self.params_id
        shown = self.present(pending)
        self.tape.now += s.epoch_length
        now, length = self.tape.now, s.epoch_length
        self.withdrawn = [{"params_id": stolen, "since": s.rotation + 5}]
        self.entries = [((now // length - 1) * length, self.new_parameters(s.schema))]
        self.publish(now - 300, now + 20 * DAY)
        self.adopt()
        self.refused("foreign_parameters", self.authority, "authority.offer", authority=old,
                     commitment=self.commitment, values=self.values(), life=0)
        verify = {"platform": self.site, "request": pending, "presentation": shown}
        self.refused("foreign_parameters", self.platform, "platform.verify",
                     now=s.rotation + 700, **verify)
        self.refused("stale_credential", self.holder, "holder.present",
                     credential=self.credential, evidence=self.evidence[-1][0], consent=True,
                     request=self.ask(), peer=s.platform_id)
        self.open_authority()

    def leave(self):
        """The person is deleted: none is issued any more."""
        offered = self.offer()
        asked = self.holder.do("holder.accept_offer", holder=self.person, peer=self.scenario.host,
                               offer=offered["offer"])
        self.authority.do("registry.delete", registry=self.registry, person=PERSON)
        self.refused("not_registered", self.authority, "authority.issue", authority=self.key,
                     registry=self.registry, stored=offered["stored"], request=asked["request"])

    def whole(self):
        """From the identity check to the last login."""
        self.enroll()
        self.refresh()
        self.show()
        self.log_in()
        self.rotate()
        self.refresh()
        asked = self.scenario.requests
        for number, fields in enumerate(asked):
            if number == (len(asked) + 1) // 2:
                self.move()
            self.show(fields=fields)
        self.withdraw()
        self.refresh()
        self.move()
        self.show(fields=asked[-1])
        for fields in asked[-2:]:
            self.log_in(fields=fields)
        self.leave()
        return self.seen

    def refused(self, reason, player, op, **fields):
        """A step that must be refused for this reason."""
        try:
            player.do(op, **fields)
        except Refused as refusal:
            expect(f"the refusal of {op}", refusal.reason, reason)
            return refusal
        raise Difference(f"{op} was accepted, not refused as {reason}")
