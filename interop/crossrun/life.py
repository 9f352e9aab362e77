"""The life of a 网号 as three peers play it, message by message.

Each act takes the messages across `wire`, where they can be changed: a function
from the message's name and its bytes, both as text, to what arrives.
"""

from .peers import Difference, Player, Refused, Tape


def honest(_, message):
    return message


def expect(what, found, wanted):
    if found != wanted:
        raise Difference(f"{what}: {found!r}, not {wanted!r}")


class Life:
    """One authority, holder, platform; and the holder's second device, to which
    credential and evidence are taken as stored bytes."""

    def __init__(self, scenario, authority, holder, platform, device=None):
        self.scenario = scenario
        self.tape = Tape(scenario.seed, scenario.now)
        players = (Player(peer, self.tape)
                   for peer in (authority, holder, platform, device or holder))
        self.authority, self.holder, self.platform, self.device = players
        self.seen = []  # everything that anybody sent or found out
        self.sent = {}  # the last message of each name
        self.stored = {}
        self.accounts = set()
        self._begin()

    def _see(self, name, thing):
        self.seen.append((name, thing))
        return thing

    def _pass(self, wire, name, message):
        self.sent[name] = message
        return wire(name, self._see(name, message))

    def _begin(self):
        """An authority with its first key, a person, a platform."""
        self.pinned = []
        self.secret = self.tape.coins(32).hex()
        self.new_key()
        self._see("params_id", self.params_id)
        self.sent["AuthorityParameters"] = self._see("AuthorityParameters", self.pinned[0])

    def new_key(self):
        """Another key of the same authority, and who knows it: the authority publishes it,
        the person's devices pin it beside the earlier ones, the platform accepts it."""
        s = self.scenario
        made = self.authority.do("authority.new", seed=self.tape.coins(32).hex(),
                                 authority_id=s.authority_id, schema=s.schema,
                                 epoch_length=s.epoch_length)
        self.key, self.params_id = made["authority"], made["params_id"]
        self.pinned.append(made["parameters"])
        self.person = self.new_person(self.holder)
        self.site = self.platform.do("platform.new", platform_id=s.platform_id,
                                     parameters=self.pinned)["platform"]

    def new_person(self, player, secret=None):
        """A device of the person with this master secret."""
        made = player.do("holder.new", master_secret=secret or self.secret,
                         parameters=self.pinned)
        expect("the id of the pinned parameters", made["params_ids"][-1], self.params_id)
        return made["holder"]

    def pseudonym(self, label):
        s = self.scenario
        named = {} if label is None else {"label": label}
        return self.holder.do("holder.pseudonym", holder=self.person, platform_id=s.platform_id,
                              authority_id=s.authority_id, **named)

    def ask(self, back=None, seconds=300, **fields):
        """A request of the platform's own, which accepts credentials of so many epochs
        back, as far as there are, and waits for so many seconds."""
        now = self.tape.now
        epoch = now // self.scenario.epoch_length
        back = min(epoch, self.scenario.age if back is None else back)
        return self.platform.do("platform.request", platform=self.site,
                                params_id=self.params_id, expiry=now + seconds,
                                first=epoch - back, **fields)["request"]

    # The acts.

    def enroll(self, wire=honest, name="person"):
        opened = self.authority.do("authority.ticket", authority=self.key)
        ticket = self._pass(wire, "EnrollmentTicket", opened["ticket"])
        asked = self.holder.do("holder.enroll", holder=self.person, ticket=ticket,
                               authority_id=self.scenario.authority_id)
        request = self._pass(wire, "EnrollmentRequest", asked["request"])
        done = self.authority.do("authority.enroll", authority=self.key, person=name,
                                 transaction_id=opened["transaction_id"], request=request)
        expect("the registered commitment", done["commitment"], asked["commitment"])
        self.commitment = self._see("C_u", done["commitment"])

    def issue(self, wire=honest):
        offered = self.authority.do("authority.offer", authority=self.key,
                                    commitment=self.commitment, values=self.scenario.values)
        offer = self._pass(wire, "IssuanceOffer", offered["offer"])
        asked = self.holder.do("holder.request_credential", holder=self.person, offer=offer)
        request = self._pass(wire, "IssuanceRequest", asked["request"])
        issued = self.authority.do("authority.issue", authority=self.key, request=request)
        response = self._pass(wire, "IssuanceResponse", issued["response"])
        done = self.holder.do("holder.finish_credential", pending=asked["pending"],
                              response=response)
        expect("the offered values", asked["values"], self.scenario.values)
        self.credential = done["credential"]
        self.stored["Credential"] = self._see("Credential", done["stored"])

    def fetch(self, wire=honest):
        asked = self.holder.do("holder.request_evidence", credential=self.credential)
        request = self._pass(wire, "EvidenceRequest", asked["request"])
        opened = self.authority.do("authority.open_evidence", authority=self.key,
                                   request=request)
        commitments = self._pass(wire, "EvidenceCommitments", opened["commitments"])
        answered = self.holder.do("holder.challenge_evidence", pending=asked["pending"],
                                  commitments=commitments)
        challenges = self._pass(wire, "EvidenceChallenges", answered["challenges"])
        closed = self.authority.do("authority.respond", authority=self.key,
                                   challenges=challenges)
        responses = self._pass(wire, "EvidenceResponses", closed["responses"])
        done = self.holder.do("holder.finish_evidence", pending=asked["pending"],
                              responses=responses)
        self.evidence = list(zip(done["evidence"], done["stored"], strict=True))
        expect("the items of a batch", len(self.evidence), 32)
        self.stored["Evidence"] = done["stored"][0]
        self._see("Evidence", done["stored"])

    def move(self):
        """The person goes on with the other device."""
        self.holder, self.device = self.device, self.holder
        self.person = self.new_person(self.holder)
        self.credential = self.holder.do("holder.load_credential", holder=self.person,
                                         stored=self.stored["Credential"])["credential"]
        self.evidence = [
            (self.holder.do("holder.load_evidence", stored=stored)["evidence"], stored)
            for _, stored in self.evidence]

    def show(self, wire=honest, fields=None):
        """A presentation. The item is used up, or comes back when the holder refuses."""
        fields = fields or {}
        own = self.ask(**fields)
        item = self.evidence.pop()
        try:
            answer = self.holder.do(
                "holder.present", credential=self.credential, evidence=item[0], consent=True,
                request=self._pass(wire, "Request", own),
                authenticated=self.scenario.platform_id)["presentation"]
        except Refused:
            self.evidence.append(item)
            raise
        verify = {"platform": self.site, "request": own,
                  "presentation": self._pass(wire, "Presentation", answer)}
        done = self.platform.do("platform.verify", **verify)
        self._see("Verified", done)
        mine = self.pseudonym(fields.get("label"))
        expect("the 网号", (done["pseudonym"], done["text"]), (mine["pseudonym"], mine["text"]))
        wanted = [{"index": i, "name": self.scenario.schema[i]["name"],
                   "value": self.scenario.values[i]} for i in fields.get("disclosures", [])]
        expect("the claims", done["claims"], wanted)
        self.refused("replayed", self.platform, "platform.verify", **verify)
        self._read_text(done)
        self.accounts.add(done["pseudonym"])
        return done

    def log_in(self, wire=honest, fields=None):
        fields = {name: value for name, value in (fields or {}).items()
                  if name not in ("disclosures", "conditions")}
        own = self.ask(**fields)
        answer = self.holder.do("holder.log_in", holder=self.person,
                                request=self._pass(wire, "Request", own),
                                authenticated=self.scenario.platform_id)["login"]
        verify = {"platform": self.site, "request": own,
                  "login": self._pass(wire, "Login", answer)}
        done = self.platform.do("platform.verify_login", accounts=sorted(self.accounts),
                                **verify)
        expect("the 网号", done, self._see("网号", self.pseudonym(fields.get("label"))))
        self.refused("replayed", self.platform, "platform.verify_login", **verify)
        return done

    def _read_text(self, done):
        for text in (done["text"], done["text"].upper()):
            for player in (self.holder, self.platform):
                read = player.do("decode", message="pseudonym", text=text)
                expect("the text form", read["pseudonym"], done["pseudonym"])

    def rotate(self):
        """The authority's next key, in the next epoch; C_u and 网号 stay the same."""
        before = self.pseudonym(None), self.commitment
        self.tape.now += self.scenario.epoch_length
        self.new_key()
        self.enroll()
        expect("网号 and C_u under the next key", (self.pseudonym(None), self.commitment), before)

    def grow_old(self):
        """The credential is shown some epochs after its own."""
        self.tape.now += self.scenario.age * self.scenario.epoch_length

    def whole(self):
        """From the identity check to the last login."""
        self.enroll()
        self.issue()
        self.rotate()
        self.issue()
        self.fetch()
        self.grow_old()
        asked = self.scenario.requests
        for number, fields in enumerate(asked):
            if number == (len(asked) + 1) // 2:
                self.move()
            self.show(fields=fields)
        for fields in asked[-2:]:
            self.log_in(fields=fields)
        return self.seen

    def refused(self, reason, player, op, **fields):
        """A step that must be refused for this reason."""
        try:
            player.do(op, **fields)
        except Refused as refusal:
            expect(f"the refusal of {op}", refusal.reason, reason)
            return refusal
        raise Difference(f"{op} was accepted, not refused as {reason}")
