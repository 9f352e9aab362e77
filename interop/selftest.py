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

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pairnym import driver, enroll, hashing, issue, present, pseudonym, scope  # noqa: E402
from pairnym.errors import DecodeError, Misuse, Rejected  # noqa: E402
from pairnym.parameters import INTEGER, Value  # noqa: E402
from pairnym.request import Request  # noqa: E402
from pairnym.ristretto import BASE, IDENTITY, ORDER, multiscalar  # noqa: E402
from pairnym.sigma import prove, verify  # noqa: E402

NOW = 1_800_000_000
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
    def test_tokens(self):
        for good in ("a", "0", "a.b_c-d", "a..b", "a" * 63):
            self.assertTrue(scope.is_token(good), good)
        for bad in ("", "A", "-a", "a-", "a b", "a" * 64, "a\n", "é"):
            self.assertFalse(scope.is_token(bad), bad)

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


class Journey(unittest.TestCase):
    """One holder, one authority, one platform, driven as a peer drives them."""

    @classmethod
    def setUpClass(cls):
        cls.driver = driver.Driver()
        run = cls.run_ok
        made = run("authority.new", seed="01" * 32, authority_id="authority.example",
                   schema=SCHEMA, epoch_length=86400)
        cls.authority, cls.parameters = made["authority"], made["parameters"]
        cls.params_id = made["params_id"]
        cls.holder = run("holder.new", master_secret="02" * 32,
                         parameters=[cls.parameters])["holder"]
        cls.platform = run("platform.new", platform_id="shop.example",
                           parameters=[cls.parameters])["platform"]
        cls.commitment = cls.enroll(cls.holder, "person-1")
        cls.credential, cls.stored = cls.get_credential(cls.holder, cls.commitment, VALUES)
        cls.evidence, cls.transcript = cls.get_evidence(cls.credential)

    @classmethod
    def run_raw(cls, op, **fields):
        # Through JSON, as over a pipe.
        command = json.loads(json.dumps({"op": op, "now": NOW, **fields}))
        return json.loads(json.dumps(cls.driver.run(command)))

    @classmethod
    def run_ok(cls, op, **fields):
        answer = cls.run_raw(op, **fields)
        assert "ok" in answer, (op, answer)
        return answer["ok"]

    @classmethod
    def enroll(cls, holder, person):
        ticket = cls.run_ok("authority.ticket", authority=cls.authority)
        asked = cls.run_ok("holder.enroll", holder=holder, authority_id="authority.example",
                           ticket=ticket["ticket"])
        done = cls.run_ok("authority.enroll", authority=cls.authority, person=person,
                          transaction_id=ticket["transaction_id"], request=asked["request"])
        assert done["commitment"] == asked["commitment"]
        return asked["commitment"]

    @classmethod
    def get_credential(cls, holder, commitment, values, now=NOW):
        offer = cls.run_ok("authority.offer", authority=cls.authority, commitment=commitment,
                           values=values, now=now)
        asked = cls.run_ok("holder.request_credential", holder=holder, offer=offer["offer"],
                           now=now)
        response = cls.run_ok("authority.issue", authority=cls.authority,
                              request=asked["request"])
        done = cls.run_ok("holder.finish_credential", pending=asked["pending"],
                          response=response["response"])
        return done["credential"], done["stored"]

    @classmethod
    def get_evidence(cls, credential):
        asked = cls.run_ok("holder.request_evidence", credential=credential)
        opened = cls.run_ok("authority.open_evidence", authority=cls.authority,
                            request=asked["request"])
        challenges = cls.run_ok("holder.challenge_evidence", pending=asked["pending"],
                                commitments=opened["commitments"])
        responses = cls.run_ok("authority.respond", authority=cls.authority,
                               challenges=challenges["challenges"])
        done = cls.run_ok("holder.finish_evidence", pending=asked["pending"],
                          responses=responses["responses"])
        assert len(done["evidence"]) == 32
        return done["evidence"], {
            "EvidenceRequest": asked["request"], "EvidenceCommitments": opened["commitments"],
            "EvidenceChallenges": challenges["challenges"],
            "EvidenceResponses": responses["responses"], "Evidence": done["stored"][0]}

    def request(self, **fields):
        return self.run_ok("platform.request", platform=self.platform, params_id=self.params_id,
                           **fields)["request"]

    def present(self, request, evidence, **fields):
        return self.run_raw("holder.present", **{
            "credential": self.credential, "evidence": evidence, "request": request,
            "authenticated": "shop.example", "consent": True, **fields})

    def assertError(self, answer, kind, reason=None):
        self.assertIn("error", answer)
        self.assertEqual(answer["error"]["type"], kind, answer)
        self.assertEqual(answer["error"]["reason"], reason or kind)

    def test_presentation(self):
        request = self.request(
            label="app-1", purpose={"own": "checkout"}, disclosures=[0, 1, 2],
            conditions=[{"index": 0, "operator": "equals", "operand": True},
                        {"index": 1, "operator": "at least", "operand": 3},
                        {"index": 1, "operator": "at most", "operand": 3},
                        {"index": 2, "operator": "is present"}],
            statement=b"agreed".hex(), notice="05" * 32)
        shown = self.present(request, self.evidence[0])["ok"]["presentation"]
        self.assertError(self.present(request, self.evidence[0]), "misuse", "evidence_used")
        verify = {"platform": self.platform, "request": request, "presentation": shown}
        spoilt = bytearray.fromhex(shown)
        spoilt[-1 - 32 * 1 - 320 + 5] ^= 1
        answer = self.run_raw("platform.verify", **{**verify, "presentation": spoilt.hex()})
        self.assertIn(answer["error"]["type"], ("rejected", "decode"))
        self.assertError(self.run_raw("platform.verify", **{**verify, "now": NOW + 301}),
                         "expired")
        other = self.request(disclosures=[0, 1, 2])
        self.assertError(self.run_raw("platform.verify", **{**verify, "request": other}),
                         "rejected")
        done = self.run_ok("platform.verify", **verify)
        mine = self.run_ok("holder.pseudonym", holder=self.holder, label="app-1",
                           authority_id="authority.example", platform_id="shop.example")
        self.assertEqual(done["text"], mine["text"])
        self.assertEqual([c["value"] for c in done["claims"]], VALUES[:3])
        self.assertError(self.run_raw("platform.verify", **verify), "replayed")

    def test_every_byte_counts(self):
        request = self.request(disclosures=[3])
        shown = bytes.fromhex(self.present(request, self.evidence[1])["ok"]["presentation"])
        for position in range(0, len(shown), 7):
            spoilt = bytearray(shown)
            spoilt[position] ^= 2
            answer = self.run_raw("platform.verify", platform=self.platform, request=request,
                                  presentation=spoilt.hex())
            self.assertIn(answer["error"]["type"], ("rejected", "decode"), position)

    def test_login(self):
        request = self.request(statement="00")
        fields = {"holder": self.holder, "request": request, "authenticated": "shop.example"}
        relayed = self.run_raw("holder.log_in", **{**fields, "authenticated": "evil.example"})
        self.assertError(relayed, "misuse", "foreign_platform")
        shown = self.run_ok("holder.log_in", **fields)["login"]
        verify = {"platform": self.platform, "request": request, "login": shown}
        other = self.run_raw("platform.verify_login", **{**verify, "request": self.request()})
        self.assertError(other, "rejected")
        done = self.run_ok("platform.verify_login", accounts=[shown[4:68]], **verify)
        mine = self.run_ok("holder.pseudonym", holder=self.holder,
                           authority_id="authority.example", platform_id="shop.example")
        self.assertEqual(done, mine)
        self.assertError(self.run_raw("platform.verify_login", **verify), "replayed")
        self.stranger_logs_in()
        discloses = self.request(disclosures=[0])
        self.assertError(self.run_raw("holder.log_in", **{**fields, "request": discloses}),
                         "misuse", "login_cannot_disclose")

    def stranger_logs_in(self):
        # Verifies, is nobody's, and uses up the nonce all the same.
        request = self.request()
        stranger = self.run_ok("holder.new", parameters=[self.parameters])["holder"]
        shown = self.run_ok("holder.log_in", holder=stranger, request=request,
                            authenticated="shop.example")["login"]
        verify = {"platform": self.platform, "request": request, "login": shown}
        self.assertError(self.run_raw("platform.verify_login", accounts=["00" * 32], **verify),
                         "misuse", "no_account")
        self.assertError(self.run_raw("platform.verify_login", **verify), "replayed")

    def test_holder_refuses(self):
        item = self.evidence[2]
        expect = [
            ({"authenticated": "evil.example"}, {}, "misuse", "foreign_platform"),
            ({"now": NOW + 301}, {}, "expired", None),
            ({}, {"first": 0}, "misuse", "epoch_not_accepted"),
            ({"consent": False}, {"disclosures": [0]}, "misuse", "disclosure_without_consent"),
            ({}, {"disclosures": [1],
                  "conditions": [{"index": 1, "operator": "at least", "operand": 4}]},
             "misuse", "condition_unmet"),
            ({}, {"disclosures": [3], "conditions": [{"index": 3, "operator": "is present"}]},
             "misuse", "condition_unmet"),
        ]
        for how, asked, kind, reason in expect:
            self.assertError(self.present(self.request(**asked), item, **how), kind, reason)
        self.assertIn("ok", self.present(self.request(), item))  # not used up before

    def test_evidence_of_another_credential(self):
        credential, _ = self.get_credential(self.holder, self.commitment, VALUES, NOW + 86400)
        request = self.request(last=NOW // 86400 + 1)
        answer = self.present(request, self.evidence[3], credential=credential)
        self.assertError(answer, "misuse", "foreign_evidence")

    def test_credential_of_another_schema(self):
        assert self.stored.endswith("00")  # the absent note
        fewer = self.stored[:-2].replace("040101", "030101")
        credential = self.run_ok("holder.load_credential", holder=self.holder,
                                 stored=fewer)["credential"]
        self.assertError(self.present(self.request(), self.evidence[5], credential=credential),
                         "misuse", "schema")

    def test_valid_proofs_of_what_was_not_asked(self):
        # A holder that skips its own checks and proves well all the same.
        epoch = NOW // 86400
        at_least_4 = {"index": 1, "operator": "at least", "operand": 4}
        integer = Value(INTEGER, 1)  # the same scalar as the flag
        expect = [({"disclosures": [0]}, [0], {}, "ok"),
                  ({"disclosures": [0]}, [0], {0: integer}, "rejected"),
                  ({"disclosures": [0]}, [], {}, "rejected"),
                  ({"disclosures": [0]}, [0, 1], {}, "rejected"),
                  ({"first": epoch + 1, "last": epoch + 1}, [], {}, "rejected"),
                  ({"first": 0, "last": 255}, [], {}, "rejected"),
                  ({"disclosures": [1], "conditions": [at_least_4]}, [1], {}, "rejected")]
        for fields, indices, instead, kind in expect:
            with self.subTest(fields=fields, indices=indices, instead=instead):
                text = self.request(**fields)
                asked = Request.decode(bytes.fromhex(text))
                credential = self.driver.objects[self.credential].credential
                holder = self.driver.objects[self.holder]
                item = self.driver.objects[self.evidence[6]].items[0]
                known = holder.parameters(credential.params_id)
                secrets = holder.secrets(known.authority_id)
                disclosed = tuple((i, instead.get(i, credential.values[i])) for i in indices)
                name = secrets.pseudonym(asked.scope(known))
                transcript, relation, hidden = present.statement(
                    known, asked, credential.t, disclosed, item.public, name)
                witnesses = [item.rho, credential.e * item.rho % ORDER, *secrets.witnesses(),
                             *(credential.values[i].scalar() for i in hidden)]
                proof = prove(transcript, relation, witnesses, bytes(64))
                self.assertTrue(verify(transcript, relation, proof))
                answer = present.Presentation(credential.t, disclosed, item.public, name, proof)
                done = self.run_raw("platform.verify", platform=self.platform, request=text,
                                    presentation=answer.encode().hex())
                self.assertEqual(done.get("error", {"type": "ok"})["type"], kind)

    def test_same_message_same_credential(self):
        _, again = self.get_credential(self.holder, self.commitment, VALUES)
        self.assertEqual(again, self.stored)

    def test_enrollment_refusals(self):
        ticket = self.run_ok("authority.ticket", authority=self.authority)
        other = self.run_ok("authority.ticket", authority=self.authority)
        holder = self.run_ok("holder.new", parameters=[self.parameters])["holder"]
        asked = self.run_ok("holder.enroll", holder=holder, authority_id="authority.example",
                            ticket=ticket["ticket"])["request"]
        enroll = {"authority": self.authority, "person": "person-2", "request": asked,
                  "transaction_id": ticket["transaction_id"]}
        self.assertError(self.run_raw("authority.enroll", **{
            **enroll, "transaction_id": other["transaction_id"]}), "rejected")
        relayed = asked[:4] + other["transaction_id"] + asked[68:]
        self.assertError(self.run_raw("authority.enroll", **{
            **enroll, "transaction_id": other["transaction_id"], "request": relayed}), "rejected")
        renamed = asked[:4] + "00" * 32 + asked[68:]
        self.assertError(self.run_raw("authority.enroll", **{**enroll, "request": renamed}),
                         "rejected")
        self.assertError(self.run_raw("authority.enroll", **{**enroll, "person": "person-1"}),
                         "misuse", "person_registered")
        self.run_ok("authority.enroll", **enroll)
        ticket = self.run_ok("authority.ticket", authority=self.authority)
        asked = self.run_ok("holder.enroll", holder=holder, authority_id="authority.example",
                            ticket=ticket["ticket"])["request"]
        enroll.update(request=asked, transaction_id=ticket["transaction_id"])
        self.assertError(self.run_raw("authority.enroll", **{**enroll, "person": "person-3"}),
                         "misuse", "commitment_registered")
        self.run_ok("authority.delete", authority=self.authority, person="person-2")
        fresh = self.run_ok("holder.new", parameters=[self.parameters])["holder"]
        asked = self.run_ok("holder.enroll", holder=fresh, authority_id="authority.example",
                            ticket=ticket["ticket"])["request"]
        self.assertError(self.run_raw("authority.enroll", **{**enroll, "request": asked}),
                         "misuse", "person_deleted")
        self.assertError(self.run_raw("holder.enroll", holder=holder, authority_id="other",
                                      ticket=ticket["ticket"]), "misuse", "foreign_authority")

    def test_enrolling_again(self):
        u, v = hashing.U[0], hashing.V
        expect = {("refused", u): "person_deleted", ("refused", v): "person_deleted",
                  ("same commitment", u): None, ("same commitment", v): "person_deleted",
                  ("allowed", u): None, ("allowed", v): None}
        for (policy, commitment), name in expect.items():
            with self.subTest(policy, commitment=commitment):
                registry = enroll.Registry(policy)
                registry.register("person", u)
                registry.delete("person")
                self.assertFalse(registry.is_registered(u))
                if name is None:
                    registry.register("person", commitment)
                    self.assertTrue(registry.is_registered(commitment))
                    continue
                with self.assertRaises(Misuse) as caught:
                    registry.register("person", commitment)
                self.assertEqual(caught.exception.name, name)

    def test_deleted_persons_get_no_credential(self):
        holder = self.run_ok("holder.new", parameters=[self.parameters])["holder"]
        commitment = self.enroll(holder, "person-4")
        offer = self.run_ok("authority.offer", authority=self.authority, commitment=commitment,
                            values=VALUES)["offer"]
        asked = self.run_ok("holder.request_credential", holder=holder, offer=offer)["request"]
        self.run_ok("authority.delete", authority=self.authority, person="person-4")
        self.assertError(self.run_raw("authority.issue", authority=self.authority, request=asked),
                         "misuse", "commitment_unknown")

    def test_issuance_refusals(self):
        offer = self.run_ok("authority.offer", authority=self.authority,
                            commitment=self.commitment, values=VALUES)["offer"]
        ask = {"holder": self.holder, "offer": offer}
        self.assertError(self.run_raw("holder.request_credential", **{**ask, "now": NOW + 86400}),
                         "misuse", "wrong_epoch")
        stranger = self.run_ok("holder.new", parameters=[self.parameters])["holder"]
        self.assertError(self.run_raw("holder.request_credential", **{**ask, "holder": stranger}),
                         "misuse", "foreign_commitment")
        unpinned = self.run_ok("holder.new", master_secret="02" * 32)["holder"]
        self.assertError(self.run_raw("holder.request_credential", **{**ask, "holder": unpinned}),
                         "misuse", "unpinned_parameters")
        asked = self.run_ok("holder.request_credential", **ask)
        authority = self.driver.objects[self.authority]
        proven = issue.IssuanceRequest.decode(bytes.fromhex(asked["request"]))
        own_copy = issue.IssuanceOffer.decode(bytes.fromhex(offer))
        unfit = replace(own_copy, values=own_copy.values[1:])
        for given, answer, error in ((own_copy, replace(proven, nonce=bytes(32)), Rejected),
                                     (unfit, proven, Misuse)):
            with self.assertRaises(error):
                issue.issue(authority.key, authority.parameters, given, answer)
        response = self.run_ok("authority.issue", authority=self.authority,
                               request=asked["request"])["response"]
        spoilt = response[:-64] + hashing.scalar_bytes(5).hex()
        self.assertError(self.run_raw("holder.finish_credential", pending=asked["pending"],
                                      response=spoilt), "rejected")

    def test_evidence_refusals(self):
        asked = self.run_ok("holder.request_evidence", credential=self.credential)
        point = (5 * BASE).encode().hex()
        self.assertError(self.run_raw("authority.open_evidence", authority=self.authority,
                                      request=asked["request"][:-64] + point), "rejected")
        opened = self.run_ok("authority.open_evidence", authority=self.authority,
                             request=asked["request"])
        challenges = self.run_ok("holder.challenge_evidence", pending=asked["pending"],
                                 commitments=opened["commitments"])["challenges"]
        responses = self.run_ok("authority.respond", authority=self.authority,
                                challenges=challenges)["responses"]
        self.assertError(self.run_raw("authority.respond", authority=self.authority,
                                      challenges=challenges), "misuse", "no_session")
        late = self.run_ok("authority.open_evidence", authority=self.authority,
                           request=asked["request"])
        late = "0109" + late["session_id"] + challenges[68:]
        self.assertError(self.run_raw("authority.respond", authority=self.authority,
                                      challenges=late, now=NOW + 301), "misuse", "no_session")
        spoilt = responses[:-64] + hashing.scalar_bytes(5).hex()
        self.assertError(self.run_raw("holder.finish_evidence", pending=asked["pending"],
                                      responses=spoilt), "rejected")
        self.assertError(self.run_raw("holder.finish_evidence", pending=asked["pending"],
                                      responses=responses), "misuse", "already_finished")

    def test_coins_reproduce(self):
        coins = bytes(range(64)).hex()
        asked = [self.run_ok("holder.request_evidence", credential=self.credential,
                             coins=coins)["request"] for _ in range(2)]
        self.assertEqual(*asked)
        ticket = self.run_ok("authority.ticket", authority=self.authority, coins=coins)
        self.assertTrue(ticket["ticket"].endswith(coins))
        self.assertError(self.run_raw("authority.ticket", authority=self.authority, coins="00"),
                         "usage", "coins: too few")

    def test_strict_decoding(self):
        request = self.request(label="app-1", disclosures=[0, 1], conditions=[
            {"index": 1, "operator": "at least", "operand": 1},
            {"index": 1, "operator": "at most", "operand": 9}], statement="", notice="07" * 32)
        messages = {**self.transcript, "Request": request, "Credential": self.stored,
                    "AuthorityParameters": self.parameters,
                    "Presentation": self.present(request, self.evidence[4])["ok"]["presentation"]}
        messages["EnrollmentTicket"] = self.run_ok("authority.ticket",
                                                   authority=self.authority)["ticket"]
        lengths = {"EvidenceRequest": 98, "EvidenceCommitments": 2082, "EvidenceChallenges": 1058,
                   "EvidenceResponses": 1058, "Evidence": 226, "EnrollmentTicket": 67 + 17,
                   "Presentation": 588 + (1 + 2) + (1 + 9) + 2 * 32,
                   "Request": 97 + 12 + 5 + 2 + 20 + 2 + 32}
        for name, text in messages.items():
            with self.subTest(name):
                self.assertEqual(self.run_ok("decode", message=name, bytes=text)["bytes"], text)
                if name in lengths:
                    self.assertEqual(len(text) // 2, lengths[name])
                for bad, reason in ((text + "00", "trailing"), (text[:-2], "short"),
                                    ("", "short"), ("02" + text[2:], "version"),
                                    (text[:2] + "0f" + text[4:], "kind")):
                    answer = self.run_raw("decode", message=name, bytes=bad)
                    self.assertError(answer, "decode", reason)
                    self.assertEqual(answer["error"]["message"], name)
        self.refuse("EvidenceRequest", messages["EvidenceRequest"], 34, bytes(32), "identity")
        self.refuse("EvidenceRequest", messages["EvidenceRequest"], 34, b"\xff" * 32, "point")
        self.refuse("EvidenceChallenges", messages["EvidenceChallenges"], 34,
                    ORDER.to_bytes(32, "little"), "scalar")
        self.refuse("Evidence", messages["Evidence"], 194, bytes(32), "range")
        self.refuse("AuthorityParameters", self.parameters, 2, b"\2", "code")
        self.refuse("AuthorityParameters", self.parameters, 4, b"A", "identifier")
        self.refuse("Request", request, 35, b"-", "identifier")
        disclosures = 2 + 32 + 1 + 12 + 6 + 1 + 32 + 24 + 1
        self.refuse("Request", request, disclosures, b"\1", "order")
        self.refuse("Request", request, disclosures + 1, b"\x40", "range")
        self.refuse("Request", request, disclosures + 3, b"\2", "range")
        self.refuse("Request", request, disclosures + 4, b"\5", "code")
        self.refuse("Request", request, disclosures + 4, b"\3", "order")
        self.refuse("Presentation", messages["Presentation"], 10, b"\x41", "range")
        value = self.stored.index("03" + "06") // 2
        self.refuse("Credential", self.stored, value + 2, b"\xff", "utf8")

    def refuse(self, name, text, position, replacement, reason):
        data = bytearray.fromhex(text)
        data[position:position + len(replacement)] = replacement
        self.assertError(self.run_raw("decode", message=name, bytes=data.hex()), "decode", reason)

    def test_one_encoding(self):
        # What decodes after a change is encoded again to the very same bytes.
        request = self.request(disclosures=[0, 2], purpose={"own": "checkout"}, conditions=[
            {"index": 0, "operator": "equals", "operand": True}], statement="aabb")
        credential = self.stored
        randomness = random.Random(1)
        for name, text in (("Request", request), ("Credential", credential),
                           ("AuthorityParameters", self.parameters)):
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
        made = self.run_ok("authority.new", authority_id="plain", epoch_length=1)
        self.assertEqual(len(made["parameters"]) // 2, 41 + 5)


class CommandLine(unittest.TestCase):
    def test_lines(self):
        lines = ['{"op": "holder.new", "master_secret": "%s"}' % ("02" * 32), "not json",
                 '{"op": "holder.pseudonym", "holder": "holder-1", "authority_id": "a", '
                 '"platform_id": "a.b"}', '{"op": "nothing"}']
        out = subprocess.run([sys.executable, "-m", "pairnym"], input="\n".join(lines), text=True,
                             cwd=HERE, capture_output=True, check=True).stdout
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(answers[0]["ok"]["holder"], "holder-1")
        self.assertEqual(answers[1]["error"]["type"], "usage")
        self.assertTrue(answers[2]["ok"]["text"].startswith("pn1"))
        self.assertEqual(answers[3]["error"]["reason"], "unknown op")


if __name__ == "__main__":
    unittest.main()
