"""The test vectors of tests/vectors, all of them.

Positive vectors are recomputed from their inputs and coins, with every value
in between; negative ones must fail with the very error that they name.

Run in this directory: python3 vectors.py
"""

import hashlib
import json
import os
import sys
import unittest
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pairnym import act, enroll, evidence, hashing, issue, joint, login, pairing  # noqa: E402
from pairnym import present, pseudonym  # noqa: E402
from pairnym.authority import Authority  # noqa: E402
from pairnym.driver import MESSAGES, STORED, Coins  # noqa: E402
from pairnym.errors import DecodeError, Fault, Misuse, PairnymError  # noqa: E402
from pairnym.hashing import Transcript, h2s, h32, hkdf, scalar_bytes  # noqa: E402
from pairnym.holder import Holder  # noqa: E402
from pairnym.lead import Lead  # noqa: E402
from pairnym.parameters import KINDS, Attribute, AuthorityKey, AuthorityParameters  # noqa: E402
from pairnym.parameters import Value, credential_base, read_value  # noqa: E402
from pairnym.platform import Platform  # noqa: E402
from pairnym.plist import Entry, ParameterList, Withdrawal  # noqa: E402
from pairnym.pseudonym import HolderSecrets, storage_key  # noqa: E402
from pairnym.registry import Registry  # noqa: E402
from pairnym.request import EQUALS, OPERATORS, OWN_PURPOSE, WANTED, Asked, Condition  # noqa: E402
from pairnym.request import Request, make_request  # noqa: E402
from pairnym.ristretto import BASE, IDENTITY, ORDER, NotAPoint, Point  # noqa: E402
from pairnym.scope import Scope  # noqa: E402
from pairnym.second import CoSessions, Second  # noqa: E402
from pairnym.sigma import Proof, opening, prove, verify  # noqa: E402
from pairnym.slot import Slot  # noqa: E402
from pairnym.stored import load as load_stored, store  # noqa: E402
from pairnym.text import is_text  # noqa: E402
from pairnym.wire import Reader  # noqa: E402

VECTORS = HERE.parent.parent / "tests" / "vectors" / "data"
COUNTS = Counter()


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def tearDownModule():
    for name, count in sorted(COUNTS.items()):
        print(f"{count:5} {name}", file=sys.stderr)
    print(f"{COUNTS.total():5} in all", file=sys.stderr)


def shown(thing):
    """A computed thing as the vectors write it."""
    if isinstance(thing, Point):
        return thing.encode().hex()
    if isinstance(thing, bytes):
        return thing.hex()
    if isinstance(thing, int):
        return scalar_bytes(thing).hex()
    return [shown(element) for element in thing]


def message(kind, text):
    return kind.decode(bytes.fromhex(text))


def values_of(plain):
    return tuple(Value.of(v) for v in plain)


class Vectors(unittest.TestCase):
    def each(self, name, cases, check):
        """Checks and counts the cases one by one."""
        self.assertTrue(cases, name)
        for number, case in enumerate(cases):
            with self.subTest(name, number=number):
                check(case)
                COUNTS[name] += 1

    def match(self, case, **computed):
        for name, thing in computed.items():
            self.assertEqual(shown(thing), case[name], name)

    def match_message(self, case, **computed):
        """Messages: the bytes, and that they are read and written again."""
        for name, thing in computed.items():
            self.assertEqual(shown(thing.encode()), case[name], name)
            self.assertEqual(type(thing).decode(thing.encode()), thing, name)

    def match_transcript(self, case, transcript):
        self.assertEqual(case["label"], transcript.label)
        self.match(case, message=transcript.message(), h64=transcript.digest())

    def match_proof(self, case, proof, transcript, relation, witnesses):
        """The proof, step by step as section 6.2 makes it."""
        self.match_transcript(case["transcript"], transcript)
        coins = None if case["coins"] is None else bytes.fromhex(case["coins"])
        nonces = transcript.nonces(witnesses, coins, len(witnesses))
        commitments = [equation.apply(nonces) for equation in relation]
        challenge = transcript.challenge(commitments)
        responses = [(n + challenge * w) % ORDER for n, w in zip(nonces, witnesses)]
        self.match(case, witnesses=witnesses, nonces=nonces, commitments=commitments,
                   challenge=challenge, responses=responses)
        self.assertEqual(proof, Proof(tuple(commitments), tuple(responses)))
        self.assertEqual(prove(transcript, relation, witnesses, coins), proof)
        self.assertTrue(verify(transcript, relation, proof))


class Rfc(Vectors):
    def test_hkdf(self):
        def check(case):
            salt, ikm, info = (bytes.fromhex(case[k]) for k in ("salt", "IKM", "info"))
            self.assertEqual(hashing.hkdf_extract(salt, ikm, "sha256").hex(), case["PRK"])
            self.assertEqual(hashing.hkdf(salt, ikm, info, case["L"], "sha256").hex(), case["OKM"])

        self.each("RFC 5869", load("rfc5869_hkdf_sha256.json")["cases"], check)

    def test_expand(self):
        vectors = load("rfc9380_expand_sha512.json")

        def check(case):
            out = hashing.expand(vectors["dst"].encode(), case["msg"].encode(),
                                 case["len_in_bytes"])
            self.assertEqual(out.hex(), case["uniform_bytes"])

        self.each("RFC 9380", vectors["cases"], check)

    def test_group(self):
        vectors = load("rfc9496_ristretto255.json")

        def check_multiple(case):
            data = bytes.fromhex(case["encoding"])
            self.assertEqual((case["multiple"] * BASE).encode(), data)
            self.assertEqual(Point.decode(data), case["multiple"] * BASE)

        self.each("RFC 9496", vectors["multiples_of_generator"]["cases"], check_multiple)

        def check_invalid(case):
            with self.assertRaises(NotAPoint):
                Point.decode(bytes.fromhex(case["encoding"]))

        self.each("RFC 9496", vectors["invalid_encodings"]["cases"], check_invalid)
        derived = vectors["elements_from_uniform_bytes"]

        def check_derived(case):
            self.assertEqual(Point.derive(bytes.fromhex(case["input"])).encode().hex(),
                             case["output"])

        self.each("RFC 9496", derived["cases"], check_derived)

        def check_same(data):
            self.assertEqual(Point.derive(bytes.fromhex(data)).encode().hex(),
                             derived["same_output"]["output"])

        self.each("RFC 9496", derived["same_output"]["inputs"], check_same)

    def test_maps(self):
        for mode in load("rfc9497_ristretto255.json")["modes"]:
            self.each("RFC 9497", mode["vectors"], Oprf(self, mode).check)


class Oprf:
    """One mode of RFC 9497: its evaluations test both maps."""

    def __init__(self, test, mode):
        self.test, self.mode, self.name = test, mode, mode["mode"]
        info = bytes.fromhex(mode["KeyInfo"])
        seed = bytes.fromhex(mode["Seed"]) + prefixed(info) + b"\0"
        self.key = self.scalar("derive_key_pair_dst", seed)
        test.match(mode, skSm=self.key)
        if "pkSm" in mode:
            test.match(mode, pkSm=self.key * BASE)

    def scalar(self, dst, msg):
        return hashing.wide_scalar(hashing.expand(bytes.fromhex(self.mode[dst]), msg, 64))

    def check(self, vector):
        to_group = bytes.fromhex(self.mode["hash_to_group_dst"])
        texts = [bytes.fromhex(text) for text in vector["Input"]]
        blinds = [int.from_bytes(bytes.fromhex(text), "little") for text in vector["Blind"]]
        key, info = self.key, b""
        if self.name == "POPRF":
            info = prefixed(bytes.fromhex(vector["Info"]))
            key += self.scalar("hash_to_scalar_dst", b"Info" + info)
        points = [Point.derive(hashing.expand(to_group, text, 64)) for text in texts]
        blinded = [blind * point for blind, point in zip(blinds, points, strict=True)]
        factor = pow(key, -1, ORDER) if self.name == "POPRF" else key
        evaluated = [factor * point for point in blinded]
        outputs = [
            hashlib.sha512(prefixed(text) + info
                           + prefixed((pow(blind, -1, ORDER) * point).encode())
                           + b"Finalize").digest()
            for text, blind, point in zip(texts, blinds, evaluated, strict=True)]
        self.test.match(vector, BlindedElement=blinded, EvaluationElement=evaluated,
                        Output=outputs)
        if "Proof" in vector:
            pair = (evaluated, blinded) if self.name == "POPRF" else (blinded, evaluated)
            proof = self.proof(key, *pair, vector["ProofRandomScalar"])
            self.test.assertEqual(b"".join(map(scalar_bytes, proof)).hex(), vector["Proof"])

    def proof(self, key, given, multiplied, random):
        """RFC 9497, section 2.2.1."""
        public = prefixed((key * BASE).encode())
        seed = hashlib.sha512(
            public + prefixed(b"Seed-" + bytes.fromhex(self.mode["context_string"]))).digest()
        composite = IDENTITY
        for i, (c, d) in enumerate(zip(given, multiplied, strict=True)):
            msg = (prefixed(seed) + hashing.u16(i) + prefixed(c.encode()) + prefixed(d.encode())
                   + b"Composite")
            composite += self.scalar("hash_to_scalar_dst", msg) * c
        nonce = int.from_bytes(bytes.fromhex(random), "little")
        points = [composite, key * composite, nonce * BASE, nonce * composite]
        challenge = self.scalar("hash_to_scalar_dst", public + b"".join(
            prefixed(point.encode()) for point in points) + b"Challenge")
        return challenge, (nonce - challenge * key) % ORDER


def prefixed(data):
    return hashing.u16(len(data)) + data


class Positive(Vectors):
    def test_generators(self):
        vectors = load("generators.json")
        self.match(vectors, G=BASE)
        mine = {"U": hashing.U, "V": [hashing.V], "H": hashing.H}
        expected = [(name, i) for name in "UVH" for i in range(len(mine[name]))]
        self.assertEqual(expected, [(c["name"], c["index"]) for c in vectors["generators"]])

        def check(case):
            self.match(case, point=mine[case["name"]][case["index"]])

        self.each("generators", vectors["generators"], check)

    def test_scopes(self):
        vectors = load("scopes.json")

        def check_scope(case):
            here = Scope(case["authority_id"], case["platform"], case["label"])
            self.match(case, P=here.base(), z=here.point())

        self.each("scopes", vectors["scopes"], check_scope)

        def check_name(text):
            for scoped in ((text, "a.b"), ("a", "a.b", text)):
                with self.assertRaises(Misuse):
                    Scope(*scoped)

        self.each("texts that are no name", vectors["invalid_tokens"], check_name)

        def check_platform(text):
            with self.assertRaises(Misuse):
                Scope("a", text)

        self.each("texts that are no platform id", vectors["invalid_platforms"], check_platform)

    def test_texts(self):
        def check(case):
            self.assertIs(is_text(bytes.fromhex(case["text"])), case["accepted"], case["comment"])

        self.each("texts", load("texts.json")["texts"], check)

    def test_secrets(self):
        def check(case):
            master_secret = bytes.fromhex(case["master_secret"])
            okm = hkdf(b"pairnym-v1/master-secret", master_secret,
                       b"pairnym-v1/holder-secrets" + case["authority_id"].encode(), 512)
            secrets = HolderSecrets(master_secret, case["authority_id"])
            self.match(case, okm=okm, u=secrets.u, v=secrets.v, C_u=secrets.commitment(),
                       storage_key=storage_key(master_secret, case["authority_id"]))

        self.each("secrets", load("secrets.json")["holders"], check)

    def test_pseudonyms(self):
        vectors = load("pseudonyms.json")

        def check_pseudonym(case):
            secrets = HolderSecrets(bytes.fromhex(case["master_secret"]), case["authority_id"])
            here = Scope(case["authority_id"], case["platform"], case["label"])
            name = secrets.pseudonym(here)
            self.match(case, f=secrets.evaluate(here), N=name)
            self.assertEqual(pseudonym.encode_text(name), case["text"])
            self.assertEqual(pseudonym.decode_text(case["text"]), name)
            self.assertEqual(pseudonym.decode_text(case["text"].upper()), name)

        self.each("pseudonyms", vectors["pseudonyms"], check_pseudonym)

        def check_text(case):
            with self.assertRaises(DecodeError) as caught:
                pseudonym.decode_text(case["text"])
            self.assertEqual(caught.exception.name, case["reason"], case["text"])

        self.each("texts that are no pseudonym", vectors["invalid_texts"], check_text)

    def test_attributes(self):
        def check(case):
            value = Value.of(case["value"])
            self.match(case, encoding=value.encode(), scalar=value.scalar())
            reader = Reader("value", 1, b"\1\1" + value.encode())
            self.assertEqual(read_value(reader), value)
            reader.end()
            for kind, code in KINDS.items():
                self.assertEqual(value.fits(code), kind == case["kind"] or case["value"] is None)

        self.each("attributes", load("attributes.json")["attributes"], check)

    def test_parameters(self):
        def check(case):
            seed = bytes.fromhex(case["seed"])
            key = AuthorityKey(seed)
            okm = hkdf(b"pairnym-v1/authority-seed", seed, b"pairnym-v1/authority-key", 128)
            schema = tuple(Attribute(a["name"], KINDS[a["kind"]]) for a in case["schema"])
            known = AuthorityParameters(case["authority_id"], key.X, case["epoch_length"],
                                        case["batches"], schema)
            self.match(case, okm=okm, x=key.x, k_e=key.k_e, X=key.X, params_id=known.params_id)
            self.match_message(case, encoding=known)

            def check_epoch(epoch):
                self.assertEqual(known.epoch(epoch["time"]), epoch["t"])
                self.match(epoch, B=credential_base(known.params_id, epoch["t"]))

            self.each("epochs", case["epochs"], check_epoch)
        self.each("parameters", load("parameters.json")["authorities"], check)

    def match_slot(self, case, **computed):
        for name, slot in computed.items():
            self.assertEqual(slot and {"params_id": slot.params_id.hex(), "t": slot.t},
                             case[name], name)

    def test_lists(self):
        def check(case):
            entries = tuple(Entry(e["from"], message(AuthorityParameters, e["parameters"]))
                            for e in case["entries"])
            withdrawn = tuple(Withdrawal(bytes.fromhex(w["params_id"]), w["suspect_since"])
                              for w in case["withdrawn"])
            known = ParameterList(
                case["authority_id"], case["host"], case["serial"],
                bytes.fromhex(case["previous"]), case["since"], case["until"], entries, withdrawn)
            self.match_message(case, encoding=known)
            self.match(case, list_id=known.id)
            self.assertEqual([e["params_id"] for e in case["entries"]],
                             [params_id.hex() for params_id in known.parameters])

            def check_slot(at):
                slot = known.slot(at["time"])
                self.match_slot(at, slot=slot, before=known.slot_before(slot),
                                after=slot and known.slot_after(slot))

            self.each("slots", case["slots"], check_slot)

        self.each("lists", load("lists.json")["lists"], check)

    def test_successions(self):
        def check(case):
            here, new = (message(ParameterList, case[name]) for name in ("list", "next"))
            try:
                used = here.successor(new, case["now"])
                outcome = "same" if used is here else "taken"
            except Misuse as error:
                outcome = error.name
            self.assertEqual(outcome, case["outcome"], case["comment"])

        self.each("successions", load("lists.json")["successions"], check)

    def match_stored(self, case, key, authority_id, **computed):
        """Stored forms: the bytes, and that they are read again."""
        for name, thing in computed.items():
            data = store(thing, key, authority_id)
            self.assertEqual(data.hex(), case[name], name)
            self.assertEqual(load_stored(type(thing), data, key, authority_id), thing, name)

    def test_stored(self):
        def check(case):
            kind, key = STORED[case["message"]], bytes.fromhex(case["key"])
            encoding, stored = (bytes.fromhex(case[name]) for name in ("encoding", "stored"))
            thing = load_stored(kind, stored, key, case["authority_id"])
            self.match_stored(case, key, case["authority_id"], stored=thing)
            self.match(case, encoding=thing.encode())
            transcript = Transcript("stored", key, case["authority_id"].encode(), encoding)
            self.match_transcript(case["hash"], transcript)
            self.match(case, mac=h32("stored", *transcript.parts))

        self.each("stored forms", load("stored.json")["stored"], check)

    def holder(self, case):
        return Holder(bytes.fromhex(case["master_secret"]), message(ParameterList, case["list"]))

    def test_enrollment(self):
        def check(case):
            holder, plist = self.holder(case), message(ParameterList, case["list"])
            self.assertEqual(plist.authority_id, case["authority_id"])
            # Any key will do: a ticket depends on the authority id alone.
            storage = bytes.fromhex(case["authority_storage_key"])
            authority = Owner(plist)
            own = enroll.open_ticket(authority, case["time"], case["life"],
                                     Coins(case["transaction"] + case["nonce"]))
            self.assertEqual(own.expiry, case["expiry"])
            self.match_stored(case, storage, plist.authority_id, open_ticket=own)
            asked = enroll.enroll(holder, bytes.fromhex(case["ticket"]), plist.host,
                                  Coins(case["proof"]["coins"]))
            self.match(case, C_u=asked.commitment)
            self.match_message(case, ticket=own.ticket, request=asked)
            self.match_proof(case["proof"], asked.proof, own.ticket.transcript(asked.commitment),
                             opening(asked.commitment), holder.secrets.witnesses())
            enroll.check_enrollment(authority, own, asked, case["expiry"])

        self.each("enrollments", load("enrollment.json")["enrollments"], check)

    def test_issuance(self):
        def check(case):
            key, storage = (AuthorityKey(bytes.fromhex(case["seed"])),
                            bytes.fromhex(case["authority_storage_key"]))
            holder, plist = self.holder(case), message(ParameterList, case["list"])
            authority = Authority(key, plist, storage)
            known = authority.own_parameters()
            secrets = holder.secrets
            own = issue.make_offer(authority, secrets.commitment(), values_of(case["values"]),
                                   case["time"], case["life"], Coins(case["nonce"]))
            offer = own.offer
            self.assertEqual((offer.slot.t, own.expiry), (case["t"], case["expiry"]))
            self.match(case, params_id=known.params_id, C_u=offer.commitment)
            self.match_stored(case, storage, known.authority_id, open_offer=own)
            answered, asked = issue.accept_offer(holder, bytes.fromhex(case["offer"]), plist.host,
                                                 case["time"], Coins(case["opening"]["coins"]))
            self.assertEqual(answered, offer)
            self.match_proof(case["opening"], asked.proof, offer.transcript(),
                             opening(offer.commitment), secrets.witnesses())
            registry = Registry()
            registry.register(b"", "person", secrets.commitment(), 0, 0)
            registry.set_values("person", dict(zip(known.kinds, offer.values)))
            response = issue.issue(authority, registry, own, asked, case["expiry"])
            M, W = offer.message(), key.x * response.A
            self.match(case, m=[v.scalar() for v in offer.values], M=M, A=response.A,
                       e=response.e, W=W)
            transcript, relation = issue.key_consistency(key.X, offer.slot, M, response.A,
                                                         response.e, W)
            self.match_proof(case["key_proof"], response.proof, transcript, relation, [key.x])
            credential = issue.finish_credential(known, offer, response)
            self.assertEqual(credential.W, W)
            self.match(case, credential=credential.encode(), credential_id=credential.id,
                       storage_key=storage_key(holder.master_secret, plist.authority_id))
            self.match_message(case, offer=offer, request=asked, response=response)
            self.assertEqual(holder.store(credential).hex(), case["stored_credential"])
            self.assertEqual(issue.load_credential(holder, holder.store(credential)), credential)

        self.each("issuances", load("issuance.json")["issuances"], check)

    def test_evidence(self):
        case = load("evidence.json")
        key = AuthorityKey(bytes.fromhex(case["seed"]))
        holder, plist = self.holder(case), message(ParameterList, case["list"])
        authority = Authority(key, plist, bytes(32))
        credential = issue.load_credential(holder, bytes.fromhex(case["stored_credential"]))
        self.match(case, credential_id=credential.id)

        fetch = evidence.Fetch(holder, credential, Coins(case["request_coins"]))
        transcript = fetch.offer_transcript()
        self.match_transcript(case["offer_transcript"], transcript)
        witnesses = holder.secrets.witnesses()
        r = transcript.nonces(witnesses, bytes.fromhex(case["request_coins"]), 1)[0]
        self.match(case, r_prime=r)
        A, B = fetch.request.A, fetch.request.B
        self.assertEqual((A, B), (r * credential.A, r * credential.W))

        sessions = evidence.Sessions()
        commitments = sessions.open(authority, fetch.request, 0, Coins(case["session_coins"]))
        transcript = evidence.session_transcript(fetch.request, commitments.session_id)
        self.match_transcript(case["commitment_transcript"], transcript)
        randomness = bytes.fromhex(case["session_coins"])[32:]
        k = transcript.nonces([key.x], randomness, evidence.BATCH)

        challenges = fetch.challenge(commitments, Coins(case["challenge_coins"]))
        transcript = fetch.blinding_transcript(commitments)
        self.match_transcript(case["blinding_transcript"], transcript)
        blinding = transcript.nonces([r], bytes.fromhex(case["challenge_coins"]),
                                     3 * evidence.BATCH)
        responses = sessions.respond(authority, challenges, 0)
        items = fetch.finish(responses)
        self.match_message(case, request=fetch.request, commitments=commitments,
                           challenges=challenges, responses=responses)
        self.assertEqual(len(case["items"]), evidence.BATCH)

        def check(numbered):
            j, item = numbered
            s, a, b = blinding[3 * j:3 * j + 3]
            R1, R2 = commitments.pairs[j]
            self.assertEqual((R1, R2), (k[j] * BASE, k[j] * A))
            public = items[j].public
            self.match(item, k=k[j], R1=R1, R2=R2, s=s, a=a, b=b, A_bar=public.A, B_bar=public.B,
                       R1_bar=public.R1, R2_bar=public.R2,
                       c_bar=h2s("evidence", key.X, *public.points()), c=challenges.scalars[j],
                       z=responses.scalars[j], z_bar=public.z, rho=items[j].rho,
                       evidence=items[j].encode(), stored_evidence=holder.store(items[j]))
            self.assertTrue(public.verify(key.X))
            self.assertEqual(holder.load(evidence.Evidence, holder.store(items[j])), items[j])

        self.each("evidence items", list(enumerate(case["items"])), check)

    def test_requests(self):
        def check(case):
            conditions = tuple(Condition(c["position"], *condition_of(c))
                               for c in case["conditions"])
            slots = tuple(Slot(bytes.fromhex(s["params_id"]), s["t"]) for s in case["slots"])
            asked = Request(
                case["authority_id"], case["platform"], case["label"], WANTED[case["wanted"]],
                purpose_of(case), bytes.fromhex(case["nonce"]), case["expiry"], slots,
                tuple(case["disclosures"]), conditions, *statement_and_notice(case))
            self.match_message(case, encoding=asked)
            self.match(case, digest=asked.digest)

        self.each("requests", load("requests.json")["requests"], check)

    def test_made_requests(self):
        def check(case):
            made = make_request(message(ParameterList, case["list"]), case["platform"],
                                asked_of(case), case["now"], case["life"], Coins(case["nonce"]))
            self.match_message(case, request=made)
            self.assertEqual((made.expiry, len(made.slots)), (case["expiry"], len(case["slots"])))
            for slot, expected in zip(made.slots, case["slots"]):
                self.match_slot({"slot": expected}, slot=slot)

        self.each("requests made at a time", load("requests.json")["made"], check)

    def test_presentations(self):
        def check(case):
            key = AuthorityKey(bytes.fromhex(case["seed"]))
            holder, plist = self.holder(case), message(ParameterList, case["list"])
            secrets = holder.secrets
            credential = issue.load_credential(holder, bytes.fromhex(case["stored_credential"]))
            item = holder.load(evidence.Evidence, bytes.fromhex(case["stored_evidence"]))
            known = plist.parameters[credential.slot.params_id]
            self.assertEqual(key.X, known.X)
            self.assertEqual(key.x * item.public.A, item.public.B)
            asked = message(Request, case["request"])
            here = asked.scope()
            self.match_message(case, request=asked)
            self.match_slot({"slot": {"params_id": case["params_id"], "t": case["t"]}},
                            slot=credential.slot)
            self.match(case, digest=asked.digest, P=here.base(), z=here.point(),
                       N=secrets.pseudonym(here),
                       B=credential_base(credential.slot.params_id, credential.slot.t),
                       c_bar=h2s("evidence", known.X, *item.public.points()))
            answer = present.present(holder, credential, [item], bytes.fromhex(case["request"]),
                                     case["peer"], case["time"], True,
                                     Coins(case["proof"]["coins"]))
            self.match_message(case, presentation=answer)
            self.assertEqual(answer.position, case["slot"])
            self.assertEqual([(c["name"], c["value"]) for c in case["claims"]],
                             [(name, value.plain())
                              for name, value in zip(asked.disclosures, answer.values)])
            transcript, relation, hidden = present.statement(
                known, asked, credential.slot, answer.values, item.public, answer.pseudonym)
            witnesses = [item.rho, credential.e * item.rho % ORDER, *secrets.witnesses(),
                         *(credential.values[i].scalar() for i in hidden)]
            self.match_proof(case["proof"], answer.proof, transcript, relation, witnesses)
            platform = Platform(case["peer"], plist)
            present.verify(platform, asked, answer, min(case["time"], asked.expiry))

        self.each("presentations", load("presentation.json")["presentations"], check)

    def test_logins(self):
        def check(case):
            holder, plist = self.holder(case), message(ParameterList, case["list"])
            asked = message(Request, case["request"])
            here = asked.scope()
            answer = login.log_in(holder, bytes.fromhex(case["request"]), case["peer"],
                                  case["time"], Coins(case["proof"]["coins"]))
            self.match_message(case, request=asked, login=answer)
            self.match(case, digest=asked.digest, P=here.base(), z=here.point(),
                       N=answer.pseudonym)
            transcript, relation = login.statement(asked, answer.pseudonym)
            value = holder.secrets.evaluate(here)
            self.match_proof(case["proof"], answer.proof, transcript, relation, [value])
            login.verify_login(Platform(case["peer"], plist), asked, answer, case["time"],
                               [answer.pseudonym.encode()])

        self.each("logins", load("login.json")["logins"], check)

    def test_acts(self):
        def check(case):
            asked = message(Request, case["request"])
            self.assertEqual(asked.statement, case["statement"].encode())
            if case["wanted"] == "login":
                answer = message(login.Login, case["answer"])
                act.check_login(asked, answer)
                slot, claims = None, []
            else:
                answer = message(present.Presentation, case["answer"])
                act.check_presentation(asked, answer, message(AuthorityParameters,
                                                              case["parameters"]))
                slot = asked.slots[answer.position]
                claims = [{"name": name, "value": value.plain()}
                          for name, value in zip(asked.disclosures, answer.values)]
            self.match(case, N=answer.pseudonym)
            self.match_slot(case, slot=slot)
            self.assertEqual(claims, case["claims"])

        self.each("acts", load("acts.json")["acts"], check)

    def test_pairings(self):
        def check(case):
            ward, guardian = (bytes.fromhex(case[name]) for name in
                              ("master_secret", "share_master_secret"))
            authority_id, pid = case["authority_id"], bytes.fromhex(case["pid"])
            plist = message(ParameterList, case["list"])
            lead_key = bytes.fromhex(case["lead_channel_key"])
            okm = hkdf(b"pairnym-v1/share-master", guardian,
                       b"pairnym-v1/share" + pid + authority_id.encode(), 64)
            coins = [case[name]["coins"] for name in ("share_proof", "opening")]
            inviting = pairing.Inviting(guardian, authority_id,
                                        bytes.fromhex(case["channel_key"]),
                                        Coins(case["pid"] + coins[0]))
            invitation = inviting.invitation
            known, answer = pairing.meet(ward, plist, invitation, lead_key, Coins(coins[1]))
            share = inviting.finish(answer)
            lead = Lead(ward, plist, known)
            second = Second(guardian, authority_id, share)
            self.match(case, okm=okm, d=share.d, D=known.D, C_1=answer.C_1, C_u=share.commitment,
                       x=invitation.digest())
            self.assertEqual(lead.secrets.commitment(), share.commitment)
            self.match_proof(case["share_proof"], invitation.proof, *invitation.statement(),
                             [share.d])
            self.match_proof(case["opening"], answer.proof, *pairing.opening_statement(
                invitation.commitment(), answer.channel_key, answer.C_1),
                lead.secrets.witnesses())
            self.match_message(case, invitation=invitation, answer=answer,
                               commitment=invitation.commitment(), record=lead.record(lead_key),
                               transfer=second.transfer())
            self.assertEqual(pairing.code(invitation, answer), case["code"])
            # The same at a distance.
            invited = pairing.Invited(ward, plist, invitation.commitment(), lead_key,
                                      Coins(coins[1]))
            self.assertEqual((invited.answer, invited.finish(invitation)), (answer, known))
            holder, kept = lead.take_over(ward, second.transfer())
            self.match(case, stored_pairing=lead.store(known), stored_share=second.store(),
                       stored_share_of_lead=kept)
            self.assertEqual(holder.secrets.commitment(), share.commitment)
            for again in (Second.restore(guardian, authority_id, second.store()),
                          Second.recover(guardian, lead.record(lead_key)),
                          Second.receive(guardian, second.transfer(), lead_key)):
                self.assertEqual(again.store(), second.store())

        self.each("pairings", load("shared.json")["pairings"], check)

    def test_joint_acts(self):
        def check(case):
            lead, second = devices(case)
            received = bytes.fromhex(case["body"])
            asked = self.ask(lead, case, received)
            ticket = asked.body if isinstance(asked.body, enroll.EnrollmentTicket) else None
            sessions = CoSessions()
            sent, now = bytes.fromhex(case["co_request"]), case["time"]
            approval = second.approve(sessions, lead.plist, sent, now, 0, True,
                                      Coins(case["second_coins"]), ticket)
            items = None
            if "stored_evidence" in case:
                items = [lead.load(evidence.Evidence, bytes.fromhex(case["stored_evidence"]))]
            nonces = asked.commit(approval, now, Coins(case["lead_coins"]), items)
            answer = second.answer(sessions, nonces, now, 0)
            made = asked.complete(answer)
            self.match_message(case, co_request=asked.request, co_approval=approval,
                               co_nonces=nonces, co_answer=answer, message=made)

            sigma = joint.session_transcript(sent, approval.N_2)
            self.match_transcript(case["session_transcript"], sigma)
            n, = sigma.nonces([second.share.d], bytes.fromhex(case["second_coins"]), 1)
            transcript, _, witnesses = asked.statement(nonces.pseudonym)
            self.match_transcript(case["transcript"], transcript)
            randomness = bytes.fromhex(case["lead_coins"]) + approval.h
            self.assertEqual(case["N"], nonces.pseudonym and shown(nonces.pseudonym))
            if asked.request.is_request:
                P = asked.body.scope().base()
                self.match(case, P=P, N_2=second.share.d * P)
            T = joint.join(asked.request.act, nonces.points, answer.points)
            proof = made.proof
            self.match(case, n=n, T_G=answer.points, h=approval.h, randomness=randomness,
                       witnesses=witnesses,
                       nonces=transcript.nonces(witnesses, randomness, len(witnesses)),
                       T_W=nonces.points, T=T, c=transcript.challenge(T), z=answer.z,
                       responses=proof.responses)
            self.assertEqual(proof.commitments, T)

        self.each("acts of two devices", load("shared.json")["acts"], check)

    def ask(self, lead, case, received):
        coins, peer, now = Coins(case["attempt"]), case["peer"], case["time"]
        kind = received[1]
        if kind == enroll.EnrollmentTicket.KIND:
            return lead.ask_enrollment(received, coins)
        if kind == issue.IssuanceOffer.KIND:
            return lead.ask_issuance(received, peer, now, coins)
        if "stored_credential" in case:
            credential = issue.load_credential(lead, bytes.fromhex(case["stored_credential"]))
            return lead.ask_presentation(credential, received, peer, now, True, coins)
        return lead.ask_login(received, peer, now, coins)


def devices(case):
    """A lead and its second, from what they stored."""
    plist = message(ParameterList, case["list"])
    authority_id = plist.authority_id
    ward, guardian = (bytes.fromhex(case[name]) for name in
                      ("master_secret", "share_master_secret"))
    known = load_stored(pairing.Pairing, bytes.fromhex(case["stored_pairing"]),
                        storage_key(ward, authority_id), authority_id)
    second = Second.restore(guardian, authority_id, bytes.fromhex(case["stored_share"]))
    return Lead(ward, plist, known), second


class Owner:
    """What a ticket needs of an authority."""

    def __init__(self, plist):
        self.authority_id = plist.authority_id


def purpose_of(case):
    purpose = case["purpose"]
    return purpose["word"] if purpose["code"] == OWN_PURPOSE else purpose["code"]


def condition_of(case):
    """Operator and operand."""
    operator, operand = OPERATORS[case["operator"]], case["operand"]
    return operator, Value.of(operand) if operator == EQUALS else operand


def statement_and_notice(case):
    statement, notice = case["statement"], case["notice"]
    return (None if statement is None else statement.encode(),
            None if notice is None else bytes.fromhex(notice))


def asked_of(case):
    conditions = tuple((c["name"], *condition_of(c)) for c in case["conditions"])
    return Asked(WANTED[case["wanted"]], purpose_of(case), case["label"],
                 tuple(case["disclosures"]), conditions, *statement_and_notice(case),
                 case["previous"])


class Inputs:
    """The inputs of one step, read as they are asked for."""

    def __init__(self, given):
        self.given = given

    def __getitem__(self, name):
        return self.given[name]

    def bytes(self, name):
        return bytes.fromhex(self.given[name])

    def message(self, name, kind):
        return message(kind, self.given[name])

    def coins(self, name):
        return Coins(self.given[name])

    def list(self):
        return self.message("list", ParameterList)

    def holder(self):
        return Holder(self.bytes("master_secret"), self.list())

    def authority(self):
        """With the key of its storage if that is an input, and after the lists that it took."""
        storage = self.given.get("authority_storage_key", "00" * 32)
        authority = Authority(AuthorityKey(self.bytes("seed")), self.list(),
                              bytes.fromhex(storage))
        return self.adopted(authority)

    def lead(self):
        holder = self.holder()
        known = holder.load(pairing.Pairing, self.bytes("stored_pairing"))
        return Lead(holder.master_secret, holder.plist, known)

    def second(self, share):
        return Second.restore(self.bytes("share_master_secret"), self["authority_id"],
                              self.bytes(share))

    def adopted(self, owner):
        for taken in self.given.get("adopted", []):
            owner.take_list(message(ParameterList, taken["list"]), taken["now"])
        return owner

    def point(self, name):
        return Point.decode(self.bytes(name))


class Negative(Vectors):
    @classmethod
    def setUpClass(cls):
        cls.vectors = load("negative.json")

    def test_messages(self):
        def check(case):
            with self.assertRaises(DecodeError) as caught:
                message(MESSAGES[case["message"]], case["hex"])
            self.assertEqual(caught.exception.name, case["reason"], case["comment"])
            self.assertEqual(caught.exception.message, case["message"])

        self.each("bytes that are no message", self.vectors["messages"], check)

    def test_stored(self):
        def check(case):
            with self.assertRaises(DecodeError) as caught:
                load_stored(STORED[case["message"]], bytes.fromhex(case["hex"]),
                            bytes.fromhex(case["key"]), case["authority_id"])
            self.assertEqual(caught.exception.name, case["reason"], case["comment"])
            self.assertEqual(caught.exception.message, case["message"])

        self.each("bytes that are no stored form", self.vectors["stored"], check)

    def test_accepted(self):
        accepted = self.vectors["accepted"]
        self.assertEqual(set(accepted), {step["step"] for step in self.vectors["steps"]})

        def check(name):
            getattr(self, name)(Inputs(accepted[name]))

        self.each("accepted steps", accepted, check)

        def check_other(case):
            try:
                getattr(self, case["step"])(Inputs({**accepted[case["step"]], **case["inputs"]}))
            except PairnymError as error:
                self.fail(f"{case['step']}, {case['comment']}: {error.name}")

        self.each("accepted steps", self.vectors["also_accepted"], check_other)

    def test_steps(self):
        def check(case):
            accepted = self.vectors["accepted"][case["step"]]
            self.assertLessEqual(set(case["inputs"]), set(accepted))
            with self.assertRaises(PairnymError) as caught:
                getattr(self, case["step"])(Inputs({**accepted, **case["inputs"]}))
            self.assertEqual(caught.exception.name, case["error"],
                             (case["step"], case["comment"]))

        self.each("refused steps", self.vectors["steps"], check)

    # One function for each step, from inputs to success or an error.

    def open_authority(self, inputs):
        inputs.authority()

    def open_ticket(self, inputs):
        enroll.open_ticket(inputs.authority(), inputs["now"], inputs["life"],
                           Coins(inputs["transaction"] + "00" * 32))

    def answer_ticket(self, inputs):
        asked = enroll.enroll(inputs.holder(), inputs.bytes("ticket"), inputs["peer"], os.urandom)
        ticket = inputs.message("ticket", enroll.EnrollmentTicket)
        self.assertTrue(asked.answers(ticket))

    def enroll(self, inputs):
        authority = inputs.authority()
        own = load_stored(enroll.OpenTicket, inputs.bytes("open_ticket"),
                          inputs.bytes("authority_storage_key"), inputs["stored_by"])
        asked = inputs.message("request", enroll.EnrollmentRequest)
        registry = Registry(inputs["registry"]["reenrollment"])
        for event in inputs["registry"]["history"]:
            if event["event"] == "registered":
                registry.register(bytes.fromhex(event["transaction"]), event["person"],
                                  Point.decode(bytes.fromhex(event["C_u"])), event["expiry"], 0)
            else:
                self.assertEqual(event["event"], "deleted")
                registry.delete(event["person"])
        before = dict(registry.persons), dict(registry.tombstones), dict(registry.owners)
        try:
            enroll.check_enrollment(authority, own, asked, inputs["now"])
            registry.register(asked.transaction_id, inputs["person"], asked.commitment,
                              own.expiry, inputs["now"])
        except PairnymError:
            self.assertEqual(before, (registry.persons, registry.tombstones, registry.owners))
            raise

    def offer(self, inputs):
        values = {v["name"]: Value.of(v["value"]) for v in inputs["values"]}
        self.assertEqual(len(values), len(inputs["values"]))
        issue.make_offer(inputs.authority(), inputs.point("C_u"), values, inputs["now"],
                         inputs["life"], os.urandom)

    def request_credential(self, inputs):
        holder = inputs.holder()
        return holder, issue.accept_offer(holder, inputs.bytes("offer"), inputs["peer"],
                                          inputs["now"], os.urandom)[0]

    def issue(self, inputs):
        authority = inputs.authority()
        own = authority.load(issue.OpenOffer, inputs.bytes("open_offer"))
        issue.issue(authority, Registered(inputs["registered"]), own,
                    inputs.message("request", issue.IssuanceRequest), inputs["now"])

    def finish_credential(self, inputs):
        holder, offer = self.request_credential(inputs)
        response = inputs.message("response", issue.IssuanceResponse)
        known = holder.parameters(offer.slot.params_id)
        return issue.finish_credential(known, offer, response), known

    def request_evidence(self, inputs):
        credential, _ = self.finish_credential(inputs)
        asker = inputs.adopted(Holder(inputs.bytes("asker"), inputs.list()))
        return evidence.Fetch(asker, credential, inputs.coins("request_coins"))

    def open_evidence(self, inputs):
        evidence.Sessions().open(inputs.authority(),
                                 inputs.message("request", evidence.EvidenceRequest), 0,
                                 os.urandom)

    def keep_session(self, inputs):
        authority, sessions = inputs.authority(), evidence.Sessions(inputs["most"], inputs["life"])
        asked = inputs.message("request", evidence.EvidenceRequest)
        for kept in inputs["open"]:
            sessions.open(authority, asked, kept["now"], Coins(kept["coins"]))
        sessions.open(authority, asked, inputs["now"], inputs.coins("coins"))

    def respond(self, inputs):
        authority, sessions = inputs.authority(), evidence.Sessions(life=inputs["life"])
        sessions.open(authority, inputs.message("request", evidence.EvidenceRequest),
                      inputs["opened"], inputs.coins("coins"))
        for text in inputs["earlier"]:
            sessions.respond(authority, message(evidence.EvidenceChallenges, text),
                             inputs["opened"])
        other = Authority(AuthorityKey(inputs.bytes("answered_by")), authority.plist, bytes(32))
        sessions.respond(other, inputs.message("challenges", evidence.EvidenceChallenges),
                         inputs["now"])

    def finish_evidence(self, inputs):
        fetch = self.request_evidence(inputs)
        fetch.challenge(inputs.message("commitments", evidence.EvidenceCommitments),
                        inputs.coins("challenge_coins"))
        return fetch.finish(inputs.message("responses", evidence.EvidenceResponses))

    def complete(self, inputs):
        credential, known = self.finish_credential(inputs)
        batches = [self.finish_evidence(Inputs(given)) for given in inputs["batches"]]
        evidence.refuse_incomplete(credential, known.batches, batches)

    def load_credential(self, inputs):
        return issue.load_credential(inputs.holder(), inputs.bytes("stored_credential"))

    def make_request(self, inputs):
        make_request(inputs.list(), inputs["platform"], asked_of(inputs), inputs["now"],
                     inputs["life"], inputs.coins("nonce"))

    def present(self, inputs):
        holder = inputs.adopted(inputs.holder())
        loader = Holder(inputs.bytes("loaded_by"), holder.plist)
        credential = issue.load_credential(loader, inputs.bytes("stored_credential"))
        items = [loader.load(evidence.Evidence, inputs.bytes("stored_evidence"))]
        is_left = False
        try:
            present.present(holder, credential, items, inputs.bytes("request"), inputs["peer"],
                            inputs["now"], inputs["consent_to_disclose"], os.urandom)
        except Fault as fault:
            self.assertTrue(fault.evidence_used)
            raise
        except PairnymError:
            is_left = True
            raise
        finally:
            self.assertEqual(len(items), int(is_left))

    def log_in(self, inputs):
        login.log_in(inputs.holder(), inputs.bytes("request"), inputs["peer"], inputs["now"],
                     os.urandom)

    def verify(self, inputs):
        answer = inputs.message("presentation", present.Presentation)
        self._verify(present.verify, inputs, answer, inputs["spent_at"])

    def verify_login(self, inputs):
        accounts = [bytes.fromhex(name) for name in inputs["accounts"]]
        self._verify(login.verify_login, inputs, inputs.message("login", login.Login), accounts,
                     inputs["spent_at"])

    def _verify(self, function, inputs, answer, *rest):
        platform = inputs.adopted(Platform(inputs["platform"], inputs.list()))
        asked = inputs.message("request", Request)
        before = {bytes.fromhex(nonce): 2**64 for nonce in inputs["consumed"]}
        platform._used = dict(before)
        accepted = {}
        try:
            function(platform, asked, answer, inputs["now"], *rest)
            accepted = {asked.nonce: asked.expiry}
        finally:  # only success uses up the nonce
            self.assertEqual(platform._used, {**before, **accepted})

    def act_of_presentation(self, inputs):
        act.check_presentation(inputs.message("request", Request),
                               inputs.message("presentation", present.Presentation),
                               inputs.message("parameters", AuthorityParameters))

    def act_of_login(self, inputs):
        act.check_login(inputs.message("request", Request), inputs.message("login", login.Login))

    # Of two devices that are one holder.

    def accept_invitation(self, inputs):
        pairing.meet(inputs.bytes("master_secret"), inputs.list(),
                     inputs.message("invitation", pairing.PairingInvitation),
                     inputs.bytes("channel_key"), os.urandom)

    def accept_committed(self, inputs):
        invited = pairing.Invited(inputs.bytes("master_secret"), inputs.list(),
                                  inputs.message("commitment", pairing.PairingCommitment),
                                  inputs.bytes("channel_key"), os.urandom)
        invited.finish(inputs.message("invitation", pairing.PairingInvitation))

    def accept_answer(self, inputs):
        inviting = pairing.Inviting(inputs.bytes("share_master_secret"), inputs["authority_id"],
                                    inputs.bytes("channel_key"), inputs.coins("invitation_coins"))
        inviting.finish(inputs.message("answer", pairing.PairingAnswer))

    def recover(self, inputs):
        Second.recover(inputs.bytes("share_master_secret"),
                       inputs.message("record", pairing.PairingRecord))

    def take_over(self, inputs):
        inputs.lead().take_over(inputs.bytes("taken_over_with"),
                                inputs.message("transfer", pairing.ShareTransfer))

    def restore_share(self, inputs):
        holder = inputs.holder()
        Holder.restore(holder.master_secret, holder.plist.authority_id,
                       holder.store(holder.plist), inputs.bytes("stored_share"))

    def approve(self, inputs, sessions=None, random=os.urandom):
        if sessions is None:
            sessions = CoSessions(inputs["most"])
        ticket = inputs["ticket"] and inputs.message("ticket", enroll.EnrollmentTicket)
        inputs.second("stored_share").approve(
            sessions, inputs.list(), inputs.bytes("co_request"), inputs["now"], inputs["kept_at"],
            inputs["consent_to_disclose"], random, ticket)

    def answer(self, inputs):
        sessions = CoSessions(life=inputs["life"])
        self.approve(inputs, sessions, inputs.coins("second_coins"))
        second = inputs.second("answering_share")
        at = inputs["answered_at"], inputs["taken_at"]
        for text in inputs["earlier"]:
            try:  # right or wrong, it uses up the session
                second.answer(sessions, message(joint.CoNonces, text), *at)
            except PairnymError:
                pass
        second.answer(sessions, inputs.message("co_nonces", joint.CoNonces), *at)

    def ask(self, inputs):
        lead, received, coins = inputs.lead(), inputs.bytes("body"), inputs.coins("attempt")
        where = inputs["peer"], inputs["asked_at"]
        if received[1] == enroll.EnrollmentTicket.KIND:
            return lead.ask_enrollment(received, coins)
        if received[1] == issue.IssuanceOffer.KIND:
            return lead.ask_issuance(received, *where, coins)
        if inputs["stored_credential"] is None:
            return lead.ask_login(received, *where, coins)
        credential = issue.load_credential(lead, inputs.bytes("stored_credential"))
        return lead.ask_presentation(credential, received, *where, inputs["consent_to_disclose"],
                                     coins)

    def commit(self, inputs):
        asked, items, is_left = self.ask(inputs), None, False
        if inputs["stored_credential"] is not None:
            items = [asked.lead.load(evidence.Evidence, inputs.bytes("stored_evidence"))]
        try:
            asked.commit(inputs.message("co_approval", joint.CoApproval), inputs["now"],
                         inputs.coins("lead_coins"), items)
        except Fault:
            raise
        except PairnymError:
            is_left = True
            raise
        finally:
            if items is not None:  # only a refusal leaves the item
                self.assertEqual(len(items), int(is_left))
        return asked

    def complete_act(self, inputs):
        self.commit(inputs).complete(inputs.message("co_answer", joint.CoAnswer))


class Registered:
    """A registry that knows commitments and their values."""

    def __init__(self, registered):
        self._known = [(bytes.fromhex(known["C_u"]), values_of(known["values"]))
                       for known in registered]

    def confirms(self, commitment, _, values):
        return (commitment.encode(), tuple(values)) in self._known


if __name__ == "__main__":
    unittest.main()
