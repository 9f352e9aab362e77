"""Tests of the Python roles among themselves.

Run in this directory: python3 selftest.py
"""

import json
import random
import subprocess
import sys
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pairnym import driver, enroll, hashing, login, present, pseudonym, scope  # noqa: E402
from pairnym.errors import DecodeError, Fault, Misuse  # noqa: E402
from pairnym.issue import Credential  # noqa: E402
from pairnym.parameters import INTEGER, Value  # noqa: E402
from pairnym.registry import Registry  # noqa: E402
from pairnym.request import AT_LEAST, Condition, Request  # noqa: E402
from pairnym.ristretto import BASE, IDENTITY, ORDER, multiscalar  # noqa: E402
from pairnym.sigma import prove, verify  # noqa: E402
from pairnym.slot import Slot  # noqa: E402
from pairnym.stored import mac  # noqa: E402
from pairnym.text import is_text  # noqa: E402

ID, HOST, SHOP = "authority.example", "id.authority.example", "shop.example"
DAY = 86400
EPOCH = 20833
NOW = EPOCH * DAY + 28800
SCHEMA = [{"name": "age_over_18", "kind": "flag"}, {"name": "assurance", "kind": "integer"},
          {"name": "region", "kind": "text"}, {"name": "note", "kind": "text"}]
VALUES = [True, 3, "上海", None]


class Group(unittest.TestCase):
    def test_group_laws(self):
        a, b = hashing.U[0], hashing.H[5]
        self.assertEqual(a - a, IDENTITY)
        self.assertEqual(a + IDENTITY, a)
        self.assertEqual(a.double(), a + a)
        self.assertEqual((ORDER - 1) * a, -a)
        self.assertEqual(multiscalar([(3, a), (5, b)]), a + a + a + 5 * b)


class Identifiers(unittest.TestCase):
    def test_names(self):
        for good in ("a", "0", "a.b_c-d", "a..b", "a" * 63):
            self.assertTrue(scope.is_name(good), good)
        for bad in ("", "A", "-a", "a-", "a b", "a" * 64, "a\n", "é"):
            self.assertFalse(scope.is_name(bad), bad)

    def test_hosts(self):
        for good in ("a.b", "example.com", "xn--fiqs8s.cn", "1.2.3.com", "a.xn--fiqs8s",
                     ".".join(["a" * 63] * 3 + ["b" * 61])):
            self.assertTrue(scope.is_host(good), good)
        for bad in ("", "com", "a..b", ".a.b", "a.b.", "A.b", "1.2.3.4", "1.2.3.0x4", "a.b:80",
                    "[::1]", "-a.b", "a-.b", "ab--c.de", "xn--.cn", "a_b.c", "a.b\n",
                    ".".join(["a" * 63] * 3 + ["b" * 62]), "a" * 64 + ".b"):
            self.assertFalse(scope.is_host(bad), bad)

    def test_text_form(self):
        text = pseudonym.encode_text(BASE)
        self.assertEqual(len(text), 61)
        self.assertTrue(text.startswith("pn1"))
        self.assertEqual(pseudonym.decode_text(text), BASE)
        self.assertEqual(pseudonym.decode_text(text.upper()), BASE)
        wrong = {"case": text[:-1] + text[-1].upper() if text[-1].isalpha()
                 else text[:5].upper() + text[5:],
                 "prefix": "pm" + text[2:], "length": text + "q",
                 "checksum": text[:-1] + ("q" if text[-1] != "q" else "p"),
                 "character": text[:9] + "b" + text[10:]}
        symbols = [pseudonym.ALPHABET.index(c) for c in text[3:-6]]
        wrong["padding"] = pseudonym.bech32m_encode("pn", symbols[:-1] + [symbols[-1] | 1])
        wrong["identity"] = pseudonym.bech32m_encode("pn", [0] * 52)
        wrong["point"] = pseudonym.bech32m_encode("pn", [31] * 51 + [16])
        for reason, bad in wrong.items():
            with self.assertRaises(DecodeError) as caught:
                pseudonym.decode_text(bad)
            self.assertEqual(caught.exception.name, reason)

    def test_bech32m_reference(self):
        # BIP 350, valid strings.
        self.assertEqual(pseudonym.bech32m_encode("a", []), "a1lqfn3a")
        self.assertEqual(
            pseudonym.bech32m_encode("abcdef", list(range(31, -1, -1))),
            "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx")


class Text(unittest.TestCase):
    def test_texts(self):
        for good in ("a", "上海", "a b\nc", "e\u0301", "\u2010", "\u3000x", "\U0001f600",
                     "\uffef"):
            self.assertTrue(is_text(good.encode()), good)
        for bad in ("", " ", "\n\u3000\u2000 ", "a\t", "a\r\n", "a\x00", "a\x7f", "a\x85",
                    "a\u00ad", "a\u200b", "a\u202e", "a\u2066", "a\u2800", "a\ue000",
                    "a\ufe0f", "a\ufeff", "a\ufffd", "a\U0001fffe", "a\U000e0001",
                    "a\U000f0000", "a\u2028"):
            self.assertFalse(is_text(bad.encode()), ascii(bad))
        for bad in (b"\xff", b"\xc0\x80", b"a\xed\xa0\x80", b"\xe4\xb8"):
            self.assertFalse(is_text(bad), bad)


class Steps(unittest.TestCase):
    """Steps of the roles, driven as a peer drives them."""

    driver = driver.Driver()

    @classmethod
    def run_raw(cls, op, **fields):
        # Through JSON, as over a pipe.
        command = json.loads(json.dumps({"op": op, **fields}))
        return json.loads(json.dumps(cls.driver.run(command)))

    @classmethod
    def run_ok(cls, op, **fields):
        answer = cls.run_raw(op, **fields)
        assert "ok" in answer, (op, answer)
        return answer["ok"]

    def refused(self, reason, op, **fields):
        """It is refused with this reason, or `type: reason`."""
        kind, _, reason = ("misuse: " + reason).rpartition(": ")
        kind = kind.removeprefix("misuse: ") or "misuse"
        if reason in ("rejected", "expired", "replayed"):
            kind = reason
        answer = self.run_raw(op, **fields)
        self.assertIn("error", answer, (reason, op))
        self.assertEqual((answer["error"]["type"], answer["error"]["reason"]), (kind, reason))

    @classmethod
    def parameters(cls, seed, schema=SCHEMA, epoch_length=DAY, batches=1):
        return cls.run_ok("parameters.make", seed=seed * 32, authority_id=ID, batches=batches,
                          epoch_length=epoch_length, schema=schema)["parameters"]

    @classmethod
    def make_list(cls, entries, **fields):
        entries = [{"from": start, "parameters": known} for start, known in entries]
        return cls.run_ok("list.make", **{
            "authority_id": ID, "host": HOST, "since": NOW - DAY, "until": NOW + 20 * DAY,
            "entries": entries, **fields})


class Lists(Steps):
    def setUp(self):
        self.one, self.two, self.three = (self.parameters(s) for s in ("01", "02", "03"))
        self.first = self.make_list([(0, self.one)])

    def next_list(self, entries, before=None, **fields):
        before = before or self.first
        return self.make_list(entries, **{"serial": 1, "previous": before["list_id"],
                                          "since": NOW, **fields})["list"]

    def succeed(self, successor, before=None, now=NOW):
        done = self.run_ok("list.succeed", list=(before or self.first)["list"],
                           successor=successor, now=now)
        return done["list"]

    def conflict(self, successor, before=None, reason="conflicting_list", now=NOW):
        self.refused(reason, "list.succeed", list=(before or self.first)["list"],
                     successor=successor, now=now)

    def test_slots(self):
        two = self.parameters("02", epoch_length=DAY // 2)
        known = self.make_list([((EPOCH - 1) * DAY, self.one), (EPOCH * DAY, two)])
        ids = known["params_ids"]
        for time, slot, before in (
                ((EPOCH - 1) * DAY - 1, None, None),
                ((EPOCH - 1) * DAY, (0, EPOCH - 1), None),
                (EPOCH * DAY - 1, (0, EPOCH - 1), None),
                (EPOCH * DAY, (1, 2 * EPOCH), (0, EPOCH - 1)),
                (EPOCH * DAY + DAY // 2, (1, 2 * EPOCH + 1), (1, 2 * EPOCH))):
            expected = [s and {"params_id": ids[s[0]], "epoch": s[1]} for s in (slot, before)]
            done = self.run_ok("list.slot", list=known["list"], time=time)
            self.assertEqual([done["slot"], done["before"]], expected)
        done = self.run_ok("list.slot", list=self.first["list"], time=5)
        self.assertIsNone(done["before"])

    def test_succession(self):
        rotation = (EPOCH + 21) * DAY  # not before the list at hand is over
        rotated = self.next_list([(0, self.one), (rotation, self.two)], until=NOW + 30 * DAY)
        self.assertEqual(self.succeed(rotated), rotated)
        self.assertEqual(self.succeed(self.first["list"]), self.first["list"])
        other = self.make_list([(0, self.one)], host="b.example")["list"]
        self.conflict(other)
        foreign = self.run_ok("parameters.make", authority_id="b", epoch_length=DAY,
                              batches=1)["parameters"]
        self.conflict(self.make_list([(0, foreign)], authority_id="b")["list"],
                      reason="foreign_authority")
        self.conflict(self.first["list"], {"list": rotated}, "stale_list")
        self.conflict(self.next_list([(0, self.one)], serial=2), reason="missing_list")
        self.conflict(self.next_list([(0, self.one)], previous="05" * 32), now=0)
        early = self.next_list([(0, self.two)])
        self.conflict(early, reason="early_list", now=NOW - 1)
        self.conflict(early)
        # Whoever was away for long takes them one after another.
        self.assertEqual(self.succeed(rotated, now=NOW + 90 * DAY), rotated)

    def test_no_time_goes_back(self):
        entries = [(0, self.one)]
        at_hand = self.make_list(entries, since=NOW, until=NOW + 9 * DAY)
        for since, until, agrees in ((NOW, NOW + 9 * DAY, True), (NOW + DAY, NOW + 9 * DAY, True),
                                     (NOW - 1, NOW + 9 * DAY, False),
                                     (NOW, NOW + 9 * DAY - 1, False)):
            after = self.next_list(entries, at_hand, since=since, until=until)
            (self.succeed if agrees else self.conflict)(after, at_hand, now=NOW + DAY)

    def test_one_key_for_each_time(self):
        one, two, three = self.one, self.two, self.three
        over = NOW + 20 * DAY  # the list at hand
        rotation = (EPOCH + 21) * DAY
        day = (EPOCH - 3) * DAY
        for here, there, since, agrees in (
                # The key of a time that the list at hand speaks of is another.
                ([(0, one)], [(0, two)], NOW, False),
                ([(0, one)], [(0, one), (EPOCH * DAY, two)], NOW, False),
                ([(0, one)], [(0, one), (rotation - DAY, two)], NOW, False),
                ([(0, one)], [(0, one), (rotation, two)], NOW, True),
                # Also of a time before the successor begins.
                ([(0, one)], [(0, two)], over, False),
                ([(0, one)], [(rotation, two)], rotation, True),
                ([(0, one)], [(rotation, two)], over, True),
                ([(0, one)], [(rotation, two)], over - 1, False),
                # An entry that is not needed any more falls off; none is put before.
                ([(0, one), (day, two)], [(day, two)], NOW, True),
                ([(0, one), (day, two)], [(day, two)], day - 1, False),
                ([(day, two)], [(0, one), (day, two)], NOW, False),
                ([(0, one), (day, two)], [(DAY, one), (day, two)], NOW, True),
                ([(0, one), (day, two)], [(0, three), (day, two)], NOW, False),
                ([(0, one), (day, two)], [(0, one), (day + DAY, two)], NOW, False)):
            with self.subTest(here=[s for s, _ in here], there=[s for s, _ in there]):
                at_hand = self.make_list(here, since=day - DAY, until=over)
                after = self.next_list(there, at_hand, since=since, until=since + 30 * DAY)
                (self.succeed if agrees else self.conflict)(after, at_hand, now=since)

    def withdrawing(self, *known, since=NOW):
        return [{"params_id": self.make_list([(0, p)])["params_ids"][0], "since": since}
                for p in known]

    def test_withdrawal(self):
        one, two, three = self.one, self.two, self.three
        both = self.make_list([(0, one), (EPOCH * DAY, two)])
        gone = {"withdrawn": self.withdrawing(two)}
        replaced = [((EPOCH - 1) * DAY, three)]
        good = self.next_list(replaced, both, **gone)
        self.assertEqual(self.succeed(good, both), good)
        # Without a replacement too.
        self.succeed(self.next_list([((EPOCH + 3) * DAY, three)], both, **gone), both)
        # The entry before goes too, whatever its place; its key may stay.
        for entries in ([(0, one)], [(0, one), *replaced], [*replaced, ((EPOCH + 9) * DAY, one)]):
            self.conflict(self.next_list(entries, both, **gone), both)
        again = self.parameters("01", [])
        self.succeed(self.next_list([(0, again)], both, **gone), both)
        # The stolen key itself never comes back.
        again = self.parameters("02", [])
        for entries in ([(0, again)], [*replaced, ((EPOCH + 30) * DAY, again)]):
            self.conflict(self.next_list(entries, both, **gone), both)
        # Of a first entry, also before it, if it had begun.
        first = self.make_list([(EPOCH * DAY, two)])
        for entries in (replaced, [(0, three)]):
            self.succeed(self.next_list(entries, first, **gone), first)
            self.conflict(self.next_list(entries, first), first)
        begins = (EPOCH + 1) * DAY
        first = self.make_list([(begins, two)])
        for entries, agrees in (([(begins, three)], True), ([(begins + DAY, three)], True),
                                (replaced, False), ([(0, three)], False)):
            after = self.next_list(entries, first, **gone)
            (self.succeed if agrees else self.conflict)(after, first)

    def test_withdrawal_before_its_time(self):
        one, two, three = self.one, self.two, self.three
        gone = {"withdrawn": self.withdrawing(two)}
        begins = (EPOCH + 1) * DAY
        later = self.make_list([(0, one), (begins, two)])
        for entries in ([(0, one)], [(0, one), (begins, three)], [(0, one), (begins + DAY, three)]):
            self.succeed(self.next_list(entries, later, **gone), later)
        self.conflict(self.next_list([(0, one)], later), later)
        self.conflict(self.next_list([(begins, three)], later, **gone), later)
        self.conflict(self.next_list([(0, one), (begins - DAY, three)], later, **gone), later)
        # When it has begun it takes the one before along.
        self.conflict(self.next_list([(0, one)], later, since=begins, **gone), later, now=begins)
        self.succeed(self.next_list([(0, one)], later, since=begins - 1, **gone), later,
                     now=begins)
        # What is withdrawn remains so, and is suspect no later.
        replaced = [((EPOCH - 1) * DAY, three)]
        kept = self.make_list(replaced, **gone)
        self.conflict(self.next_list(replaced, kept), kept)
        for since in (NOW, 0):
            self.succeed(self.next_list(replaced, kept, withdrawn=self.withdrawing(
                two, since=since)), kept)
        self.conflict(self.next_list(replaced, kept, withdrawn=self.withdrawing(
            two, since=NOW + 1)), kept)
        # Many of them.
        names = [{"params_id": bytes([i] * 32).hex(), "since": i} for i in range(1, 256)]
        self.make_list(replaced, withdrawn=names)

    def test_lists_that_are_refused(self):
        one, ids = self.one, self.first["params_ids"]
        kind = self.parameters("02", [{"name": "region", "kind": "flag"}])
        hours = self.parameters("02", epoch_length=7200)
        same_key = self.parameters("01", [])
        foreign = self.run_ok("parameters.make", authority_id="b", epoch_length=DAY,
                              batches=1)["parameters"]
        for reason, entries, fields in (
                ("range", [(0, one)], {"serial": 1}),
                ("range", [(0, one)], {"previous": "05" * 32}),
                ("range", [(0, one)], {"until": NOW - DAY}),
                ("range", [(0, one)], {"until": NOW - DAY + 2_678_401}),
                ("range", [], {}),
                ("range", [(0, one)] * 9, {}),
                ("range", [(0, foreign)], {}),
                ("range", [(1, one)], {}),
                ("range", [(0, one), (7200, hours)], {}),
                ("order", [(DAY, one), (0, self.two)], {}),
                ("order", [(0, one), (DAY, one)], {}),
                ("order", [(0, one), (DAY, same_key)], {}),
                ("range", [(0, one), (DAY, kind)], {}),
                ("range", [(0, one)], {"withdrawn": [{"params_id": ids[0], "since": 0}]}),
                ("order", [(0, one)], {"withdrawn": [{"params_id": "05" * 32, "since": i}
                                                     for i in (1, 2)]}),
                ("identifier", [(0, one)], {"host": "id"})):
            entries = [{"from": start, "parameters": known} for start, known in entries]
            self.refused("decode: " + reason, "list.make", **{
                "authority_id": ID, "host": HOST, "since": NOW - DAY, "until": NOW,
                "entries": entries, **fields})


class Journey(Steps):
    """One holder, one authority, one platform."""

    @classmethod
    def setUpClass(cls):
        run = cls.run_ok
        cls.known = cls.parameters("01")
        made = cls.make_list([(0, cls.known)])
        cls.list, cls.params_id = made["list"], made["params_ids"][0]
        cls.authority = run("authority.new", seed="01" * 32, list=cls.list,
                            storage_key="0a" * 32)["authority"]
        cls.registry = run("registry.new")["registry"]
        cls.sessions = run("sessions.new")["sessions"]
        cls.holder = run("holder.new", master_secret="02" * 32, list=cls.list)["holder"]
        cls.platform = run("platform.new", platform_id=SHOP, list=cls.list)["platform"]
        cls.commitment = cls.enroll(cls.holder, "person-1")
        cls.register_values("person-1", VALUES)
        cls.credential = cls.get_credential(cls.holder, cls.commitment, VALUES)
        cls.batch, cls.transcript = cls.get_evidence(cls.credential)
        done = run("holder.receive", credential=cls.credential, batches=[cls.batch])
        cls.stored, cls.evidence = done["stored"], done["evidence"]
        cls.stored_evidence = done["stored_evidence"]
        assert len(cls.evidence) == 32

    @classmethod
    def register_values(cls, person, values):
        cls.run_ok("registry.set_values", registry=cls.registry, person=person,
                   values={a["name"]: v for a, v in zip(SCHEMA, values)})

    @classmethod
    def ticket(cls, **fields):
        return cls.run_ok("authority.open_ticket", **{
            "authority": cls.authority, "now": NOW, "life": 600, **fields})

    @classmethod
    def answer_ticket(cls, holder, ticket):
        return cls.run_ok("holder.enroll", holder=holder, ticket=ticket["ticket"], peer=HOST)

    @classmethod
    def enroll(cls, holder, person):
        ticket = cls.ticket()
        asked = cls.answer_ticket(holder, ticket)
        done = cls.run_ok("authority.enroll", authority=cls.authority, now=NOW, person=person,
                          registry=cls.registry, stored=ticket["stored"],
                          request=asked["request"])
        assert done["commitment"] == asked["commitment"]
        return asked["commitment"]

    @classmethod
    def offer(cls, commitment, values, now=NOW, **fields):
        return cls.run_ok("authority.offer", **{
            "authority": cls.authority, "commitment": commitment, "values": values, "now": now,
            "life": 600, **fields})

    @classmethod
    def get_credential(cls, holder, commitment, values, now=NOW):
        offer = cls.offer(commitment, values, now)
        asked = cls.run_ok("holder.accept_offer", holder=holder, offer=offer["offer"], peer=HOST,
                           now=now)
        response = cls.run_ok("authority.issue", authority=cls.authority, registry=cls.registry,
                              stored=offer["stored"], request=asked["request"], now=now)
        return cls.run_ok("holder.finish_credential", pending=asked["pending"],
                          response=response["response"])["credential"]

    @classmethod
    def get_again(cls):
        """The same credential, still without evidence."""
        return cls.get_credential(cls.holder, cls.commitment, VALUES)

    @classmethod
    def get_evidence(cls, credential):
        asked = cls.run_ok("holder.request_evidence", credential=credential)
        opened = cls.run_ok("authority.open_evidence", authority=cls.authority,
                            sessions=cls.sessions, request=asked["request"], now=NOW)
        challenges = cls.run_ok("holder.challenge_evidence", pending=asked["pending"],
                                commitments=opened["commitments"])
        responses = cls.run_ok("authority.respond", authority=cls.authority, now=NOW,
                               sessions=cls.sessions, challenges=challenges["challenges"])
        done = cls.run_ok("holder.finish_evidence", pending=asked["pending"],
                          responses=responses["responses"])
        return done["batch"], {
            "EvidenceRequest": asked["request"], "EvidenceCommitments": opened["commitments"],
            "EvidenceChallenges": challenges["challenges"],
            "EvidenceResponses": responses["responses"]}

    @staticmethod
    def asking(**fields):
        return {"wanted": "presentation", "purpose": "login", "now": NOW, "life": 300, **fields}

    def request(self, **fields):
        return self.run_ok("platform.request", platform=self.platform,
                           **self.asking(**fields))["request"]

    def showing(self, request, evidence, **fields):
        return {"credential": self.credential, "evidence": evidence, "request": request,
                "peer": SHOP, "now": NOW, "consent": True, **fields}

    def present(self, request, evidence, **fields):
        return self.run_ok("holder.present",
                           **self.showing(request, evidence, **fields))["presentation"]

    def test_presentation(self):
        request = self.request(
            label="app-1", purpose={"own": "checkout"}, disclosures=["region", "age_over_18",
                                                                     "assurance"],
            conditions=[{"name": "age_over_18", "operator": "equals", "operand": True},
                        {"name": "region", "operator": "is present"},
                        {"name": "assurance", "operator": "at most", "operand": 3},
                        {"name": "assurance", "operator": "at least", "operand": 3}],
            statement=b"agreed".hex(), notice="05" * 32)
        shown = self.present(request, self.evidence[0])
        self.refused("evidence_used", "holder.present",
                     **self.showing(request, self.evidence[0]))
        check = {"platform": self.platform, "request": request, "presentation": shown,
                 "now": NOW}
        self.refused("expired", "platform.verify", **{**check, "now": NOW + 301})
        self.refused("expired", "platform.verify", **check, at_last=NOW + 301)
        other = self.request(disclosures=["age_over_18", "assurance", "region"])
        self.refused("rejected", "platform.verify", **{**check, "request": other})
        done = self.run_ok("platform.verify", **check)
        mine = self.run_ok("holder.pseudonym", holder=self.holder, label="app-1",
                           platform_id=SHOP)
        self.assertEqual(done["text"], mine["text"])
        self.assertEqual([(c["name"], c["value"]) for c in done["claims"]],
                         [("age_over_18", True), ("assurance", 3), ("region", "上海")])
        self.assertEqual(done["slot"], {"params_id": self.params_id, "epoch": EPOCH})
        self.refused("replayed", "platform.verify", **check)
        act = self.run_ok("act.check_presentation", request=request, presentation=shown,
                          parameters=self.known)
        self.assertEqual(act, done)
        again = {"request": request, "presentation": shown, "parameters": self.parameters("02")}
        foreign = self.run_ok("parameters.make", seed="01" * 32, authority_id="b", batches=1,
                              epoch_length=DAY)["parameters"]
        login, other = (self.request(wanted=wanted, statement=b"agreed".hex())
                        for wanted in ("login", "presentation"))
        for reason, how in (
                ("no_statement", {"request": self.request(wanted="login")}),
                ("wrong_answer", {"request": login}),
                ("rejected", {"request": other, "parameters": foreign}),
                ("foreign_authority", {"parameters": foreign}), ("foreign_parameters", {})):
            self.refused(reason, "act.check_presentation", **{**again, **how})

    def test_every_byte_counts(self):
        request = self.request(disclosures=["note"])
        shown = bytes.fromhex(self.present(request, self.evidence[1]))
        for position in range(0, len(shown), 7):
            spoilt = bytearray(shown)
            spoilt[position] ^= 2
            answer = self.run_raw("platform.verify", platform=self.platform, request=request,
                                  presentation=spoilt.hex(), now=NOW)
            self.assertIn(answer["error"]["type"], ("rejected", "decode"), position)

    def test_login(self):
        request = self.request(wanted="login", statement=b"ok".hex(), life=DAY)
        fields = {"holder": self.holder, "request": request, "peer": SHOP, "now": NOW}
        for reason, how in (("foreign_platform", {"peer": "evil.example"}),
                            ("wrong_answer", {"request": self.request()}),
                            ("expired", {"now": NOW + DAY + 601}), ("range", {"now": NOW - 601})):
            self.refused(reason, "holder.log_in", **{**fields, **how})
        shown = self.run_ok("holder.log_in", **fields)["login"]
        check = {"platform": self.platform, "request": request, "login": shown, "now": NOW}
        self.refused("rejected", "platform.verify_login",
                     **{**check, "request": self.request(wanted="login")})
        self.refused("no_account", "platform.verify_login", **check, accounts=["00" * 32])
        done = self.run_ok("platform.verify_login", accounts=[shown[68:132]], **check)
        self.assertEqual(done, self.run_ok("holder.pseudonym", holder=self.holder,
                                           platform_id=SHOP))
        self.refused("replayed", "platform.verify_login", **check)
        self.assertEqual(done, self.run_ok("act.check_login", request=request, login=shown))
        silent = self.request(wanted="login")
        self.refused("no_statement", "act.check_login", request=silent, login=shown)
        # A list that is over stops nobody from logging in.
        late = self.request(wanted="login", now=NOW + 20 * DAY)
        self.run_ok("holder.log_in", **{**fields, "request": late, "now": NOW + 20 * DAY})

    def test_holder_refuses(self):
        item = self.evidence[2]
        age = {"name": "assurance", "operator": "at least", "operand": 4}
        note = {"name": "note", "operator": "is present"}
        for reason, how, asked in (
                ("foreign_platform", {"peer": "evil.example"}, {}),
                ("wrong_answer", {}, {"wanted": "login"}),
                ("list_expired", {"now": NOW + 20 * DAY}, {}),
                ("expired", {"now": NOW + 901}, {}),
                ("range", {"now": NOW - DAY - 301}, {}),
                ("disclosure_without_consent", {"consent": False}, {"disclosures": ["note"]}),
                ("condition_unmet", {}, {"disclosures": ["assurance"], "conditions": [age]}),
                ("condition_unmet", {}, {"disclosures": ["note"], "conditions": [note]})):
            self.refused(reason, "holder.present",
                         **self.showing(self.request(**asked), item, **how))
        asked = Request.decode(bytes.fromhex(self.request()))
        strange = replace(asked.slots[0], params_id=bytes(32))
        other = replace(asked.slots[0], t=5)
        for slots, reason in (((other,), "epoch_not_accepted"),
                              ((other, strange), "unpinned_parameters")):
            text = replace(asked, slots=slots).encode().hex()
            self.refused(reason, "holder.present", **self.showing(text, item))
        other = replace(asked, authority_id="b").encode().hex()
        self.refused("foreign_authority", "holder.present", **self.showing(other, item))
        # Not used up before.
        self.present(asked.encode().hex(), item)

    def test_other_slots_of_a_request(self):
        # The list at hand is of two keys; the request comes in the first epoch of the second.
        edge = EPOCH * DAY
        two = self.parameters("02")
        made = self.make_list([(0, two), (edge, self.known)], since=NOW - 600, until=NOW + DAY)
        one, own = made["params_ids"]
        holder = self.run_ok("holder.new", master_secret="02" * 32, list=made["list"])["holder"]
        credential = self.run_ok("holder.load_credential", holder=holder,
                                 stored=self.stored)["credential"]
        asked = Request.decode(bytes.fromhex(self.request(now=NOW)))
        before, present, after, strange = (
            Slot(bytes.fromhex(known), t) for known, t in (
                (one, EPOCH - 1), (own, EPOCH), (own, EPOCH + 1), ("05" * 32, EPOCH + 1)))
        older, oldest = replace(before, t=EPOCH - 2), replace(before, t=EPOCH - 3)
        other = Slot(present.params_id, EPOCH - 1)  # of a time at which another key issued
        reason, until = "epoch_not_accepted", NOW + DAY
        for slots, expiry, now in (
                ((present,), NOW, NOW), ((before, present), NOW, NOW),
                ((older, before, present), NOW, NOW), ((after, present, older), NOW, NOW),
                ((present, after), NOW, NOW), ((present, strange), until - 600, NOW),
                ((before, present, strange), until, NOW), ((present,), NOW, NOW - 1200)):
            text = replace(asked, slots=slots, expiry=expiry).encode().hex()
            self.refused("condition_unmet", "holder.present",
                         **self.showing(self.unmet(text), self.evidence[14], now=now,
                                        credential=credential))
        for slots, expiry in (((present, oldest), NOW), ((other, present), NOW),
                              ((present, replace(after, t=EPOCH + 2)), NOW),
                              ((present, strange), until - 601), ((strange, present), until),
                              ((present, strange, replace(strange, t=0)), until)):
            text = replace(asked, slots=slots, expiry=expiry).encode().hex()
            self.refused(reason, "holder.present",
                         **self.showing(text, self.evidence[14], credential=credential))
        text = replace(asked, slots=(oldest, strange), expiry=until).encode().hex()
        self.refused("unpinned_parameters", "holder.present",
                     **self.showing(text, self.evidence[14], credential=credential))
        self.refused("wrong_clock", "holder.present",
                     **self.showing(text, self.evidence[14], now=NOW - 1201,
                                    credential=credential))
        # Before the first entry there is no slot.
        first = self.make_list([(edge + DAY, self.known)])["list"]
        holder = self.run_ok("holder.new", master_secret="02" * 32, list=first)["holder"]
        credential = self.run_ok("holder.load_credential", holder=holder,
                                 stored=self.stored)["credential"]
        self.refused(reason, "holder.present", **self.showing(
            self.request(), self.evidence[14], credential=credential))

    @staticmethod
    def unmet(text):
        """A request with a condition that no value of the holder meets."""
        asked = Request.decode(bytes.fromhex(text))
        condition = Condition(0, AT_LEAST, 2**64 - 1)
        return replace(asked, disclosures=("assurance",),
                       conditions=(condition,)).encode().hex()

    def test_slots_of_holder_and_request(self):
        # The credential of the slot before, of the next one, and too old or too new.
        edge = (EPOCH + 1) * DAY
        asked = self.request(now=edge + 601, life=300)
        self.present(asked, self.evidence[3], now=edge + 601)
        only = self.request(now=edge + 601, life=300, previous=False)
        self.refused("stale_credential", "holder.present",
                     **self.showing(only, self.evidence[4], now=edge + 601))
        early = self.request(now=EPOCH * DAY - 300, life=100)
        self.present(early, self.evidence[4], now=EPOCH * DAY - 300)
        self.assertEqual([s.t for s in Request.decode(bytes.fromhex(early)).slots],
                         [EPOCH - 2, EPOCH - 1, EPOCH])
        old = self.request(now=edge + DAY + 700, life=100)
        self.refused("stale_credential", "holder.present",
                     **self.showing(old, self.evidence[5], now=edge + DAY + 700))
        for life, now, count in ((DAY - 1201, EPOCH * DAY + 600, 2), (0, EPOCH * DAY, 3),
                                 (DAY - 1200, EPOCH * DAY + 600, 3)):
            slots = Request.decode(bytes.fromhex(self.request(life=life, now=now))).slots
            self.assertEqual(len(slots), count)

    def test_making_requests(self):
        known = {"name": "region", "operator": "equals", "operand": "上海"}
        for reason, fields in (
                ("range", {"life": DAY + 1}), ("range", {"now": 2**64 - 900, "wanted": "login"}),
                ("list_expired", {"now": NOW + 20 * DAY, "life": DAY}),
                ("list_expired", {"now": NOW + 20 * DAY - 900}),
                ("range", {"life": DAY - 1199}),
                ("unknown_attribute", {"disclosures": ["name"]}),
                ("schema", {"conditions": [{**known, "operand": 5}]}),
                ("schema", {"conditions": [{**known, "operand": "x" * 256}]}),
                ("schema", {"conditions": [{**known, "operator": "at most", "operand": 1}]}),
                ("condition_not_disclosed", {"conditions": [{**known, "operand": "\t"}]}),
                ("text", {"disclosures": ["region"],
                          "conditions": [{**known, "operand": "\t"}]}),
                ("text", {"statement": ""}), ("text", {"statement": "00"}),
                ("range", {"statement": "61" * 8193}),
                ("range", {"wanted": "login", "disclosures": ["region"]}),
                ("identifier", {"label": "A"}), ("identifier", {"purpose": {"own": "-"}})):
            self.refused(reason, "platform.request", platform=self.platform,
                         **self.asking(**fields))

    def test_what_is_asked_twice(self):
        at_least, at_most = ({"name": "assurance", "operator": operator}
                             for operator in ("at least", "at most"))
        made = [self.run_ok("platform.request", platform=self.platform, coins="0b" * 32,
                            **self.asking(**fields))["request"] for fields in (
            {"disclosures": ["region", "assurance", "region"],
             "conditions": [{**at_least, "operand": "no number"}, {**at_most, "operand": 4},
                            {**at_least, "operand": 2}]},
            {"disclosures": ["assurance", "region"],
             "conditions": [{**at_least, "operand": 2}, {**at_most, "operand": 4}]})]
        self.assertEqual(*made)

    def test_used_nonces(self):
        platform = self.run_ok("platform.new", platform_id=SHOP, list=self.list)["platform"]

        def spend(life, at):
            text = self.request(wanted="login", life=life)
            shown = self.run_ok("holder.log_in", holder=self.holder, request=text, peer=SHOP,
                                now=NOW)["login"]
            answer = self.run_raw("platform.verify_login", platform=platform, request=text,
                                  login=shown, now=at)
            return answer["error"]["reason"] if "error" in answer else "won"

        self.assertEqual(spend(100, NOW), "won")
        self.assertEqual(spend(200, NOW + 100), "won")
        self.assertEqual(spend(100, NOW), "won")  # nothing was dropped
        self.assertEqual(spend(300, NOW + 101), "won")  # drops two
        # Now the clock steps back.
        self.assertEqual(spend(100, NOW), "replayed")
        self.assertEqual(spend(99, NOW), "won")
        self.assertEqual(spend(200, NOW), "won")

    def test_names_survive_a_new_schema(self):
        fewer = self.parameters("02", SCHEMA[:1])
        both = self.make_list([(0, fewer), (EPOCH * DAY, self.known)])["list"]
        platform = self.run_ok("platform.new", platform_id=SHOP, list=both)["platform"]
        made = {"platform": platform, "disclosures": ["region"]}
        done = self.run_ok("platform.request", **self.asking(**made))["request"]
        self.assertEqual(len(Request.decode(bytes.fromhex(done)).slots), 1)
        self.refused("unknown_attribute", "platform.request",
                     **self.asking(**made, now=EPOCH * DAY + 599))
        made["disclosures"] = ["age_over_18"]
        done = self.run_ok("platform.request", **self.asking(**made))["request"]
        self.assertEqual(len(Request.decode(bytes.fromhex(done)).slots), 2)
        later = self.make_list([(EPOCH * DAY, self.known)])["list"]
        platform = self.run_ok("platform.new", platform_id=SHOP, list=later)["platform"]
        self.refused("range", "platform.request",
                     **self.asking(platform=platform, now=EPOCH * DAY - 1000, life=399))
        self.run_ok("platform.request",
                    **self.asking(platform=platform, now=EPOCH * DAY - 1000, life=400))

    def test_what_is_not_the_holders_own(self):
        stranger = self.run_ok("holder.new", list=self.list)["holder"]
        self.refused("decode: mac", "holder.load_credential", holder=stranger, stored=self.stored)
        # Stored by the holder, and wrong all the same.
        holder, held = (self.driver.objects[h] for h in (self.holder, self.credential))
        mine = held.credential
        theirs = holder.store(replace(mine, commitment=hashing.U[0])).hex()
        flipped = holder.store(replace(mine, e=mine.e ^ 1)).hex()
        for reason, stored in (("foreign_credential", theirs), ("fault", flipped)):
            self.refused(reason, "holder.load_credential", holder=self.holder, stored=stored)
        other = replace(mine, slot=replace(mine.slot, t=EPOCH - 1))
        item = self.driver.objects[self.evidence[6]].items[0]
        for credential, evidence, reason in (
                (replace(mine, commitment=hashing.U[0]), item, "foreign_credential"),
                (other, item, "foreign_evidence"),
                (mine, replace(item, rho=item.rho + 1), "fault"),
                (mine, replace(item, public=replace(item.public, A=hashing.U[0])), "fault")):
            handles = {"credential": driver.HeldCredential(holder, credential),
                       "evidence": driver.HeldEvidence(evidence)}
            handles = {name: self.driver.keep(name, thing) for name, thing in handles.items()}
            text = self.request(now=EPOCH * DAY + 300)
            again = {**self.showing(text, None, now=EPOCH * DAY + 300), **handles}
            self.refused(reason, "holder.present", **again)
            # A fault uses the evidence up, and nothing else does.
            self.refused("evidence_used" if reason == "fault" else reason, "holder.present",
                         **again)
        for credential, reason in ((replace(mine, commitment=hashing.U[0]), "foreign_credential"),
                                   (other, "fault")):
            handle = self.driver.keep("credential", driver.HeldCredential(holder, credential, 1))
            self.refused(reason, "holder.request_evidence", credential=handle)

    def test_nothing_false_leaves(self):
        holder, held = (self.driver.objects[h] for h in (self.holder, self.credential))
        # Evidence that passes the equation of its credential and proves nothing.
        item = self.driver.objects[self.evidence[7]].items[0]
        spoilt = replace(item, public=replace(item.public, z=item.public.z ^ 1))
        handle = self.driver.keep("evidence", driver.HeldEvidence(spoilt))
        answer = self.run_raw("holder.present", **self.showing(self.request(), handle))
        self.assertEqual(answer["error"], {"type": "misuse", "reason": "fault",
                                           "evidence_used": True})
        self.refused("evidence_used", "holder.present", **self.showing(self.request(), handle))
        asked = Request.decode(bytes.fromhex(self.request(wanted="login")))
        holder.secrets, secrets = pseudonym.HolderSecrets(bytes(32), ID), holder.secrets
        try:
            shown = login.log_in(holder, asked.encode(), SHOP, NOW, bytes)
        finally:
            holder.secrets = secrets
        with self.assertRaises(Fault):
            login._checked(asked.encode(), "evil.example", shown.encode())
        self.assertEqual(held.holder.secrets.commitment().encode().hex(), self.commitment)

    def test_valid_proofs_of_what_was_not_asked(self):
        # A holder that skips its own checks and proves well all the same.
        at_least_4 = {"name": "assurance", "operator": "at least", "operand": 4}
        integer = Value(INTEGER, 1)  # the same scalar as the flag
        age = {"disclosures": ["age_over_18"]}
        holder, held = (self.driver.objects[h] for h in (self.holder, self.credential))
        credential, secrets = held.credential, holder.secrets
        item = self.driver.objects[self.evidence[8]].items[0]
        known = holder.parameters(credential.slot.params_id)
        for fields, names, instead, kind in (
                (age, ["age_over_18"], {}, "ok"),
                (age, ["age_over_18"], {"age_over_18": integer}, "rejected"),
                (age, [], {}, "rejected"),
                (age, ["age_over_18", "assurance"], {}, "rejected"),
                ({"disclosures": ["assurance"], "conditions": [at_least_4]}, ["assurance"], {},
                 "rejected")):
            with self.subTest(fields=fields, names=names, instead=instead):
                text = self.request(**fields)
                asked = Request.decode(bytes.fromhex(text))
                values = tuple(instead.get(n, credential.values[known.index(n)]) for n in names)
                name = secrets.pseudonym(asked.scope())
                claimed = replace(asked, disclosures=tuple(names))
                claimed.__dict__["digest"] = asked.digest
                transcript, relation, hidden = present.statement(
                    known, claimed, credential.slot, values, item.public, name)
                witnesses = [item.rho, credential.e * item.rho % ORDER, *secrets.witnesses(),
                             *(credential.values[i].scalar() for i in hidden)]
                proof = prove(transcript, relation, witnesses, bytes(64))
                self.assertTrue(verify(transcript, relation, proof))
                position = asked.slots.index(credential.slot)
                answer = present.Presentation(asked.nonce, position, values, item.public, name,
                                              proof)
                bad = replace(answer, position=2), replace(answer, nonce=bytes(32))
                for answer, expected in ((answer, kind), *((b, "rejected") for b in bad)):
                    done = self.run_raw("platform.verify", platform=self.platform, now=NOW,
                                        request=text, presentation=answer.encode().hex())
                    self.assertEqual(done.get("error", {"type": "ok"})["type"], expected)

    def test_verifier_refuses(self):
        text = self.request(disclosures=["note"])
        asked = Request.decode(bytes.fromhex(text))
        shown = self.present(text, self.evidence[9])
        check = {"platform": self.platform, "presentation": shown, "now": NOW}
        strange = tuple(replace(s, params_id=bytes(32)) for s in asked.slots)
        for reason, request in (
                ("foreign_platform", replace(asked, platform_id="b.example")),
                ("foreign_authority", replace(asked, authority_id="b")),
                ("wrong_answer", replace(asked, wanted=2, slots=(), disclosures=())),
                ("rejected", replace(asked, nonce=bytes(32))),
                ("rejected", replace(asked, slots=asked.slots[:1])),
                ("foreign_parameters", replace(asked, slots=strange[:2])),
                ("schema", replace(asked, disclosures=("name",))),
                ("rejected", replace(asked, label="app"))):
            self.refused(reason, "platform.verify", **check, request=request.encode().hex())
        self.refused("list_expired", "platform.verify", request=text,
                     **{**check, "now": NOW + 20 * DAY})
        both = [{"request": text, "presentation": shown}] * 2
        done = self.run_ok("platform.verify_batch", platform=self.platform, now=NOW,
                           answers=both)["verdicts"]
        self.assertIn("ok", done[0])
        self.assertEqual(done[1]["error"]["type"], "replayed")

    def test_same_message_same_credential(self):
        again = self.driver.objects[self.get_again()]
        self.assertEqual(again.credential, self.driver.objects[self.credential].credential)

    def test_commitment_is_computed_twice(self):
        computed = [hashing.U[0], hashing.U[1]]
        with mock.patch.object(pseudonym.HolderSecrets, "commitment", lambda _: computed.pop()):
            self.refused("fault", "holder.new", list=self.list)

    def test_enrollment_refusals(self):
        ticket, other = self.ticket(), self.ticket()
        holder = self.run_ok("holder.new", list=self.list)["holder"]
        answer = {"holder": holder, "ticket": ticket["ticket"], "peer": HOST}
        self.refused("foreign_authority", "holder.enroll", **{**answer, "peer": "b.example"})
        self.refused("foreign_authority", "holder.enroll", **{
            **answer, "ticket": enroll.EnrollmentTicket("b", bytes(32), bytes(32)).encode().hex()})
        asked = self.answer_ticket(holder, ticket)["request"]
        check = {"authority": self.authority, "stored": ticket["stored"], "request": asked,
                 "now": NOW + 600}
        self.refused("rejected", "authority.check_enrollment",
                     **{**check, "stored": other["stored"]})
        transaction = other["ticket"][-128:-64]
        self.refused("rejected", "authority.check_enrollment", **{
            **check, "stored": other["stored"], "request": asked[:4] + transaction + asked[68:]})
        self.refused("expired", "authority.check_enrollment", **{**check, "now": NOW + 601})
        self.refused("decode: mac", "authority.check_enrollment",
                     **{**check, "stored": ticket["stored"][:-2] + "ab"})
        self.refused("range", "authority.open_ticket", authority=self.authority, now=NOW,
                     life=DAY + 1)
        authority = self.driver.objects[self.authority]
        foreign = enroll.OpenTicket(enroll.EnrollmentTicket("b", bytes(32), bytes(32)), 0)
        self.refused("foreign_authority", "authority.check_enrollment",
                     **{**check, "stored": authority.store(foreign).hex()})
        self.run_ok("authority.check_enrollment", **check)
        self.refused("expired", "authority.enroll", **check, registry=self.registry, person="p",
                     at_last=NOW + 601)

    def test_registration(self):
        u, v, w = hashing.U[0], hashing.V, hashing.H[0]

        def refused(name, *registration):
            with self.assertRaises(Misuse) as caught:
                registry.register(*registration, 0, 0)
            self.assertEqual(caught.exception.name, name)

        registry = Registry()
        registry.register("t1", "p1", u, 0, 0)
        registry.register("t1", "p1", u, 0, 0)
        refused("ticket_used", "t1", "p1", v)
        refused("ticket_used", "t1", "p2", u)
        refused("person_registered", "t2", "p1", v)
        refused("commitment_registered", "t2", "p2", u)
        registry.delete("p1")
        refused("person_deleted", "t1", "p1", u)
        refused("ticket_used", "t1", "p2", v)
        refused("person_deleted", "t3", "p1", u)
        refused("commitment_registered", "t3", "p2", u)
        for policy, commitment, name in (
                ("refused", u, "person_deleted"), ("refused", v, "person_deleted"),
                ("same commitment", u, None), ("same commitment", v, "person_deleted"),
                ("allowed", u, None), ("allowed", v, None),
                ("allowed", w, "commitment_registered")):
            with self.subTest(policy, commitment=commitment):
                registry = Registry(policy)
                registry.register("t0", "other", w, 0, 0)
                registry.register("t1", "person", u, 0, 0)
                registry.delete("person")
                self.assertFalse(registry.confirms(u, (), ()))
                if name is None:
                    registry.register("t2", "person", commitment, 0, 0)
                    self.assertTrue(registry.confirms(commitment, (), ()))
                    refused("ticket_used" if commitment == v else "person_deleted", "t1", "person",
                            commitment)
                else:
                    refused(name, "t2", "person", commitment)

    def test_an_offer_is_no_promise(self):
        holder = self.run_ok("holder.new", list=self.list)["holder"]
        commitment = self.enroll(holder, "person-4")
        offer = self.offer(commitment, VALUES)
        asked = self.run_ok("holder.accept_offer", holder=holder, offer=offer["offer"], peer=HOST,
                            now=NOW)["request"]
        issue = {"authority": self.authority, "registry": self.registry, "request": asked,
                 "stored": offer["stored"], "now": NOW}
        self.refused("not_registered", "authority.issue", **issue)
        self.register_values("person-4", VALUES)
        self.run_ok("authority.issue", **issue)
        self.register_values("person-4", [False, *VALUES[1:]])
        self.refused("not_registered", "authority.issue", **issue)
        self.register_values("person-4", VALUES)
        self.run_ok("registry.delete", registry=self.registry, person="person-4")
        self.refused("not_registered", "authority.issue", **issue)

    def test_offer_refusals(self):
        offer = {"authority": self.authority, "commitment": self.commitment, "values": VALUES,
                 "now": NOW, "life": 600}
        for reason, how in (
                ("list_expired", {"now": NOW + 20 * DAY}), ("range", {"life": 601}),
                ("schema", {"values": VALUES[1:]}), ("schema", {"values": [1, *VALUES[1:]]}),
                ("schema", {"values": [*VALUES[:3], "x" * 256]}),
                ("text", {"values": [*VALUES[:3], "\u202e"]}),
                ("text", {"values": [*VALUES[:3], ""]}),
                ("unknown_attribute", {"values": {"name": "x"}})):
            self.refused(reason, "authority.offer", **{**offer, **how})
        named = self.run_ok("authority.offer", coins="0b" * 32, **{
            **offer, "values": {"region": "上海", "age_over_18": True, "assurance": 3}})
        self.assertEqual(named, self.run_ok("authority.offer", coins="0b" * 32, **offer))
        self.refused("foreign_parameters", "authority.new", seed="02" * 32, list=self.list)
        both = self.make_list([(0, self.known), ((EPOCH + 1) * DAY, self.parameters("02"))],
                              serial=1, previous="05" * 32)["list"]
        for seed, now in (("01", NOW + DAY), ("02", NOW)):
            authority = self.run_ok("authority.new", seed=seed * 32, list=both)["authority"]
            self.refused("wrong_epoch", "authority.offer",
                         **{**offer, "authority": authority, "now": now})

    def test_issuance_refusals(self):
        offer = self.offer(self.commitment, VALUES)
        ask = {"holder": self.holder, "offer": offer["offer"], "peer": HOST, "now": NOW}
        other = self.make_list([(0, self.parameters("02"))])["list"]
        stranger, elsewhere = (
            self.run_ok("holder.new", master_secret=secret, list=known)["holder"]
            for secret, known in (("03" * 32, self.list), ("02" * 32, other)))
        for reason, how in (
                ("foreign_authority", {"peer": SHOP}),
                ("unpinned_parameters", {"holder": elsewhere}),
                ("list_expired", {"now": NOW + 20 * DAY}), ("wrong_epoch", {"now": NOW + DAY}),
                ("wrong_epoch", {"now": EPOCH * DAY - 601}),
                ("wrong_epoch", {"now": (EPOCH + 1) * DAY + 600}),
                ("foreign_commitment", {"holder": stranger})):
            self.refused(reason, "holder.accept_offer", **{**ask, **how})
        for now in (EPOCH * DAY - 600, (EPOCH + 1) * DAY + 599):
            self.run_ok("holder.accept_offer", **{**ask, "now": now})
        asked = self.run_ok("holder.accept_offer", **ask)
        issue = {"authority": self.authority, "registry": self.registry, "now": NOW + 600,
                 "stored": offer["stored"], "request": asked["request"]}
        self.refused("expired", "authority.issue", **{**issue, "now": NOW + 601})
        other = self.offer(self.commitment, VALUES)["stored"]
        self.refused("rejected", "authority.check_issuance",
                     **{k: v for k, v in {**issue, "stored": other}.items() if k != "registry"})
        response = self.run_ok("authority.issue", **issue)["response"]
        spoilt = response[:-64] + hashing.scalar_bytes(5).hex()
        self.refused("rejected", "holder.finish_credential", pending=asked["pending"],
                     response=spoilt)
        self.refused("already_finished", "holder.finish_credential", pending=asked["pending"],
                     response=response)

    def test_withdrawn_key(self):
        own = self.make_list([(0, self.known)])
        three = self.parameters("03")
        after = self.make_list([((EPOCH - 1) * DAY, three)], serial=1, previous=own["list_id"],
                               since=NOW, withdrawn=[{"params_id": self.params_id, "since": NOW}])
        authority, holder, platform = (self.run_ok(op, list=own["list"], **fields)[name]
                                       for op, name, fields in (
            ("authority.new", "authority", {"seed": "01" * 32, "storage_key": "0a" * 32}),
            ("holder.new", "holder", {"master_secret": "02" * 32}),
            ("platform.new", "platform", {"platform_id": SHOP})))
        offer = self.offer(self.commitment, VALUES, authority=authority)
        answered = self.run_ok("holder.accept_offer", holder=holder, offer=offer["offer"],
                               peer=HOST, now=NOW)["request"]
        asked = self.run_ok("holder.request_evidence", credential=self.get_again())["request"]
        text = self.request()
        shown = self.present(text, self.evidence[10])
        for name, handle in (("authority", authority), ("holder", holder),
                             ("platform", platform)):
            done = self.run_ok(f"{name}.take_list", **{name: handle}, list=after["list"],
                               now=NOW)
            self.assertEqual(done["list_id"], after["list_id"])
        self.refused("foreign_parameters", "authority.offer", authority=authority, now=NOW, life=0,
                     commitment=self.commitment, values=VALUES)
        self.refused("foreign_parameters", "authority.issue", authority=authority, now=NOW,
                     registry=self.registry, stored=offer["stored"], request=answered)
        self.refused("foreign_parameters", "authority.open_evidence", authority=authority,
                     sessions=self.sessions, request=asked, now=NOW)
        self.refused("unpinned_parameters", "holder.accept_offer", holder=holder, peer=HOST,
                     offer=offer["offer"], now=NOW)
        loaded = self.run_ok("holder.load_credential", holder=holder,
                             stored=self.stored)["credential"]
        waiting = driver.HeldCredential(self.driver.objects[holder],
                                        self.driver.objects[loaded].credential, 1)
        self.refused("unpinned_parameters", "holder.request_evidence",
                     credential=self.driver.keep("credential", waiting))
        for request, reason in ((text, "unpinned_parameters"),
                                (self.run_ok("platform.request", **self.asking(),
                                             platform=platform)["request"], "stale_credential")):
            self.refused(reason, "holder.present",
                         **self.showing(request, self.evidence[11], credential=loaded))
        self.refused("foreign_parameters", "platform.verify", platform=platform, request=text,
                     presentation=shown, now=NOW)
        stored = self.run_ok("holder.store_list", holder=holder)["stored"]
        again = {"master_secret": "02" * 32, "authority_id": ID, "stored": stored}
        self.assertEqual(self.run_ok("holder.restore", **again)["list_id"], after["list_id"])
        self.refused("decode: mac", "holder.restore", **{**again, "authority_id": "b"})

    def test_evidence_refusals(self):
        asked = self.run_ok("holder.request_evidence", credential=self.get_again())
        point = (5 * BASE).encode().hex()
        at = {"authority": self.authority, "sessions": self.sessions, "now": NOW}
        self.refused("rejected", "authority.open_evidence", **at,
                     request=asked["request"][:-64] + point)
        self.refused("rejected", "authority.open_evidence", **at,
                     request=asked["request"][:4] + "00" * 32 + asked["request"][68:])
        opened = self.run_ok("authority.open_evidence", **at, request=asked["request"])
        challenges = self.run_ok("holder.challenge_evidence", pending=asked["pending"],
                                 commitments=opened["commitments"])["challenges"]
        self.refused("already_challenged", "holder.challenge_evidence", pending=asked["pending"],
                     commitments=opened["commitments"])
        responses = self.run_ok("authority.respond", **at, challenges=challenges)["responses"]
        self.refused("no_session", "authority.respond", **at, challenges=challenges)
        late = self.run_ok("authority.open_evidence", **at, request=asked["request"])
        late = "0109" + late["session_id"] + challenges[68:]
        self.refused("no_session", "authority.respond", **{**at, "now": NOW + 301},
                     challenges=late)
        none = self.run_ok("sessions.new", limit=0)["sessions"]
        self.refused("range", "authority.open_evidence", **{**at, "now": 2**64 - 300},
                     request=asked["request"])
        self.refused("full", "authority.open_evidence", **{**at, "sessions": none},
                     request=asked["request"])
        spoilt = responses[:-64] + hashing.scalar_bytes(5).hex()
        self.refused("rejected", "holder.finish_evidence", pending=asked["pending"],
                     responses=spoilt)
        self.refused("already_finished", "holder.finish_evidence", pending=asked["pending"],
                     responses=responses)

    def test_incomplete_evidence(self):
        def receive(batches, credential=None):
            return {"credential": credential or self.get_again(), "batches": batches}

        batches = [self.get_evidence(self.get_again())[0] for _ in range(4)]
        one, two, three, four = batches
        self.refused("incomplete", "holder.receive", **receive([]))
        again = receive([one, two])
        self.refused("incomplete", "holder.receive", **again)
        # Everything is gone then, and the session begins anew.
        self.refused("already_finished", "holder.receive", **again)
        self.refused("already_finished", "holder.request_evidence",
                     credential=again["credential"])
        self.refused("incomplete", "holder.receive", **receive([one]))
        # A credential of another day has evidence of its own.
        held = self.driver.objects[self.credential]
        other = replace(held.credential, slot=replace(held.credential.slot, t=1))
        for reason, given in (("foreign_evidence", [three]), ("incomplete", [four, four])):
            handle = self.driver.keep("credential", driver.HeldCredential(held.holder, other, 1))
            self.refused(reason, "holder.receive", **receive(given, handle))
        self.refused("incomplete", "holder.present", **self.showing(
            self.request(), self.evidence[15], credential=self.get_again()))
        self.refused("already_finished", "holder.request_evidence", credential=self.credential)

    def test_coins_reproduce(self):
        coins = bytes(range(64)).hex()
        asked = [self.run_ok("holder.request_evidence", credential=self.get_again(),
                             coins=coins)["request"] for _ in range(2)]
        self.assertEqual(*asked)
        self.assertTrue(self.ticket(coins=coins)["ticket"].endswith(coins))
        few = self.run_raw("authority.open_ticket", authority=self.authority, now=NOW, life=5,
                           coins="00")
        self.assertEqual(few["error"], {"type": "usage", "reason": "coins: too few"})

    def test_strict_decoding(self):
        request = self.request(label="app-1", disclosures=["age_over_18", "assurance"],
                               conditions=[
            {"name": "assurance", "operator": "at least", "operand": 1},
            {"name": "assurance", "operator": "at most", "operand": 9}],
            statement=b"ok".hex(), notice="07" * 32)
        logged = self.run_ok("holder.log_in", holder=self.holder, peer=SHOP, now=NOW,
                             request=self.request(wanted="login"))["login"]
        messages = {**self.transcript, "Request": request, "AuthorityParameters": self.known,
                    "ParameterList": self.list, "Login": logged,
                    "EnrollmentTicket": self.ticket()["ticket"],
                    "IssuanceOffer": self.offer(self.commitment, VALUES)["offer"],
                    "Presentation": self.present(request, self.evidence[12])}
        values = 2 + 9 + 2 + 6 + 1
        lengths = {"EvidenceRequest": 98, "EvidenceCommitments": 2082, "EvidenceChallenges": 1058,
                   "EvidenceResponses": 1058, "EnrollmentTicket": 67 + 17, "Login": 130,
                   "IssuanceOffer": 107 + values,
                   "AuthorityParameters": 42 + 17 + sum(2 + len(a["name"]) for a in SCHEMA),
                   "Presentation": 613 + 2 + 9 + 2 * 32,
                   "Request": 2 + 18 + 13 + 6 + 2 + 40 + 81 + 23 + 21 + 5 + 33 + 1}
        for name, text in messages.items():
            with self.subTest(name):
                self.assertEqual(self.run_ok("decode", message=name, bytes=text)["bytes"], text)
                if name in lengths:
                    self.assertEqual(len(text) // 2, lengths[name])
                for bad, reason in ((text + "00", "trailing"), (text[:-2], "short"),
                                    ("", "short"), ("02" + text[2:], "version"),
                                    (text[:2] + "0e" + text[4:], "kind")):
                    self.refused("decode: " + reason, "decode", message=name, bytes=bad)
        self.refuse("EvidenceRequest", messages["EvidenceRequest"], 34, bytes(32), "identity")
        self.refuse("EvidenceRequest", messages["EvidenceRequest"], 34, b"\xff" * 32, "point")
        self.refuse("EvidenceChallenges", messages["EvidenceChallenges"], 34,
                    ORDER.to_bytes(32, "little"), "scalar")
        self.refuse("AuthorityParameters", self.known, 2, b"\2", "code")
        self.refuse("AuthorityParameters", self.known, 4, b"A", "identifier")
        self.refuse("AuthorityParameters", self.known, 53, hashing.u32(3599), "range")
        self.refuse("AuthorityParameters", self.known, 57, b"\0", "range")
        self.refuse("ParameterList", self.list, -1, b"\1", "extension")
        self.refuse("Request", request, 21, b"-", "identifier")
        self.refuse("Request", request, 39, b"\3", "code")
        self.refuse("Request", request, 39, b"\2", "range")
        slots = 2 + 18 + 13 + 6 + 2 + 40
        self.refuse("Request", request, slots, b"\0", "range")
        self.refuse("Request", request, slots, b"\4", "range")
        self.refuse("Request", request, slots + 48, hashing.u64(EPOCH - 1)[:1] + b"\xff", None)
        self.refuse("Request", request, slots + 73, hashing.u64(EPOCH - 1), "order")
        names = slots + 81
        self.refuse("Request", request, names, b"\x41", "range")
        self.refuse("Request", request, names + 2, b"z", "order")
        conditions = names + 1 + 12 + 10
        self.refuse("Request", request, conditions, b"\x41", "range")
        self.refuse("Request", request, conditions + 1, b"\2", "range")
        self.refuse("Request", request, conditions + 2, b"\5", "code")
        self.refuse("Request", request, conditions + 2, b"\3", "order")
        statement = conditions + 21
        self.refuse("Request", request, statement + 1, b"\x20\x01", "range")
        self.refuse("Request", request, statement + 3, b"\t", "text")
        self.refuse("Request", request, -1, b"\1", "extension")
        self.refuse("Presentation", messages["Presentation"], 34, b"\3", "range")
        self.refuse("Presentation", messages["Presentation"], 35, b"\x41", "range")
        self.refuse("IssuanceOffer", messages["IssuanceOffer"], 107 + 13, b"\t", "text")

    def refuse(self, name, text, position, replacement, reason):
        data = bytearray.fromhex(text)
        position %= len(data)
        data[position:position + len(replacement)] = replacement
        if reason is None:
            self.run_ok("decode", message=name, bytes=data.hex())
        else:
            self.refused("decode: " + reason, "decode", message=name, bytes=data.hex())

    def test_stored_forms(self):
        keys = {"holder": self.run_ok("storage_key", master_secret="02" * 32,
                                      authority_id=ID)["key"], "authority": "0a" * 32}
        values = 2 + 9 + 2 + 6 + 1
        for owner, name, text, length in (
                ("holder", "Credential", self.stored, 203 + values),
                ("holder", "Evidence", self.stored_evidence[0], 258),
                ("authority", "OpenTicket", self.ticket()["stored"], 107 + 17),
                ("authority", "OpenOffer", self.offer(self.commitment, VALUES)["stored"],
                 147 + values),
                ("holder", "ParameterList",
                 self.run_ok("holder.store_list", holder=self.holder)["stored"],
                 len(self.list) // 2 + 32)):
            with self.subTest(name):
                key = keys[owner]
                self.assertEqual(len(text) // 2, length)
                fields = {"message": name, "key": key, "authority_id": ID}
                done = self.run_ok("decode", bytes=text, **fields)
                self.assertEqual(done["bytes"], text)
                sealed = bytes.fromhex(text[:-64])
                for reason, bad in (
                        ("short", "01"), ("short", text[:66]), ("version", "02" + text[2:]),
                        ("kind", "010e" + text[4:]), ("mac", text[:68]), ("mac", text[:-2]),
                        ("mac", text + "00"), ("mac", text[:-64] + "00" * 32),
                        ("short", self.sealed(key, sealed[:-1])),
                        ("trailing", self.sealed(key, sealed + b"\0"))):
                    self.refused("decode: " + reason, "decode", bytes=bad, **fields)
                self.refused("decode: mac", "decode", bytes=text,
                             **{**fields, "authority_id": "b"})
        rho = bytes.fromhex(self.stored_evidence[0])[:-64] + bytes(32)
        self.refused("decode: range", "decode", bytes=self.sealed(keys["holder"], rho),
                     message="Evidence", key=keys["holder"], authority_id=ID)

    @staticmethod
    def sealed(key, encoding):
        return (encoding + mac(bytes.fromhex(key), ID, encoding)).hex()

    def test_a_device_reads_what_it_stored(self):
        holder = self.run_ok("holder.new", master_secret="02" * 32, list=self.list)["holder"]
        credential = self.run_ok("holder.load_credential", holder=holder,
                                 stored=self.stored)["credential"]
        item = self.run_ok("holder.load_evidence", holder=holder,
                           stored=self.stored_evidence[13])["evidence"]
        text = self.request()
        shown = self.present(text, item, credential=credential)
        self.run_ok("platform.verify", platform=self.platform, request=text, presentation=shown,
                    now=NOW)
        self.assertIs(Credential, type(self.driver.objects[credential].credential))

    def test_one_encoding(self):
        # What decodes after a change is encoded again to the very same bytes.
        request = self.request(disclosures=["age_over_18", "region"], purpose={"own": "checkout"},
                               conditions=[{"name": "age_over_18", "operator": "equals",
                                            "operand": True}], statement=b"ab".hex())
        offer = self.offer(self.commitment, VALUES)["offer"]
        randomness = random.Random(1)
        for name, text in (("Request", request), ("IssuanceOffer", offer),
                           ("ParameterList", self.list), ("AuthorityParameters", self.known)):
            for _ in range(400):
                data = bytearray.fromhex(text)
                data[randomness.randrange(2, len(data))] = randomness.choice(
                    [0, 1, 2, 3, 4, 5, 64, 255, randomness.randrange(256)])
                answer = self.run_raw("decode", message=name, bytes=data.hex())
                if "ok" in answer:
                    self.assertEqual(answer["ok"]["bytes"], data.hex())
                else:
                    self.assertEqual(answer["error"]["type"], "decode", (answer, data.hex()))

    def test_two_persons_one_polynomial(self):
        # Section 18, "not achieved": equal u and different v give different
        # commitments and the same pseudonym everywhere.
        one = pseudonym.HolderSecrets(bytes(32), "authority.example")
        two = pseudonym.HolderSecrets(bytes(32), "authority.example")
        two.v += 1
        here = scope.Scope("authority.example", "shop.example")
        self.assertNotEqual(one.commitment(), two.commitment())
        self.assertEqual(one.pseudonym(here), two.pseudonym(here))

    def test_empty_schema(self):
        made = self.run_ok("parameters.make", authority_id="plain", epoch_length=3600, batches=255)
        self.assertEqual(len(made["parameters"]) // 2, 42 + 5)
        self.refused("decode: range", "parameters.make", authority_id="plain", epoch_length=3599,
                     batches=1)


class CommandLine(Steps):
    def test_lines(self):
        known = self.make_list([(0, self.parameters("01", []))])["list"]
        lines = ['{"op": "holder.new", "master_secret": "%s", "list": "%s"}' % ("02" * 32, known),
                 "not json",
                 '{"op": "holder.pseudonym", "holder": "holder-1", "platform_id": "a.b"}',
                 '{"op": "nothing"}']
        out = subprocess.run([sys.executable, "-m", "pairnym"], input="\n".join(lines), text=True,
                             cwd=HERE, capture_output=True, check=True).stdout
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(answers[0]["ok"]["holder"], "holder-1")
        self.assertEqual(answers[1]["error"]["type"], "usage")
        self.assertTrue(answers[2]["ok"]["text"].startswith("pn1"))
        self.assertEqual(answers[3]["error"]["reason"], "unknown op")


if __name__ == "__main__":
    unittest.main()
