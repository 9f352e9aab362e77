"""The vectors of crates/transport, by pairnym/transport.py, which was written from TRANSPORT.md.

Run in this directory: python3 transport.py
"""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pairnym import ed25519, transport  # noqa: E402
from pairnym.plist import ParameterList  # noqa: E402
from pairnym.request import Request  # noqa: E402
from pairnym.ristretto import NotAPoint, Point  # noqa: E402
from pairnym.transport import Refused, unb64  # noqa: E402

VECTORS = HERE.parent.parent / "crates" / "transport" / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def kind_of(case):
    return case["media_type"].removeprefix("application/vnd.pairnym.").removesuffix("+json")


class Vectors(unittest.TestCase):
    def each(self, cases):
        self.assertTrue(cases)
        for number, case in enumerate(cases):
            with self.subTest(number=number):
                yield case

    def refused(self, reason, call, *arguments):
        with self.assertRaises(Refused) as caught:
            call(*arguments)
        if reason is not None:
            self.assertEqual(caught.exception.args[0], reason)

    def test_uris(self):
        file = load("uris.json")
        handle, code = unb64(file["handle"], 16), unb64(file["code"], 16)
        self.assertEqual(code, transport.code_of(handle, unb64(file["attempt"], 32)))
        for case in self.each(file["hosts"]):
            place = case.pop("host")
            self.assertEqual(transport.host(place)[1], case.pop("platform"))
            self.assertEqual(transport.forms(place, handle, file["wallet"], code), case)
            for form, flow in (("request_uri", "cross-device"), ("link", "same-device"),
                               ("last_resort", "same-device")):
                self.assertEqual(transport.invitation(case[form], development=True),
                                 (flow, place, handle))
        for case in self.each(file["invalid"]):
            development = case["code"] != "development"
            self.refused(None, transport.invitation, case["text"], development)

    def test_bodies(self):
        file = load("envelopes.json")
        for case in self.each(file["bodies"]):
            if kind_of(case) in transport.BODIES:
                transport.read_body(kind_of(case), case["body"].encode())
        for case in self.each(file["invalid"]):
            self.refused(case["code"], transport.read_body, kind_of(case), case["body"].encode())

    def test_states(self):
        file = load("states.json")
        for case in self.each(file["transitions"]):
            self.assertEqual(transport.step(case["flow"], case["state"], case["event"]),
                             (case["next"], case["status"], case["code"]), case)
        for case in self.each(file["times"]):
            times = (case[name] for name in ("since", "expires", "now"))
            self.assertEqual(transport.at(case["state"], *times), case["then"], case)

    def test_permissions(self):
        file = load("permissions.json")
        pins = [unb64(key, 32) for key in file["registrar"]]
        statement = transport.permission(file["signed"], pins)
        self.assertEqual(statement, json.loads(file["statement"]))
        more = transport.permission(file["with_more_members"], pins)
        self.assertEqual({**statement, "new": more["new"]}, more)
        for case in self.each(file["invalid"]):
            self.refused(case["code"], transport.permission, case["signed"], pins)
        for case in self.each(file["requests"]):
            request = Request.decode(bytes.fromhex(case["request"]))
            self.assertEqual(transport.excess(statement, request), case["excess"])
        for case in self.each(file["times"]):
            valid = statement["from"] - 600 <= case["now"] < statement["until"]
            self.assertEqual(valid, case["valid"])

    def test_lists(self):
        file = load("authority.json")
        pins = [unb64(key, 32) for key in file["pins"]]
        for case in self.each(file["lists"]):
            ParameterList.decode(unb64(case["signed"]["list"]))
            try:
                adopted = transport.list_signers(case["signed"], pins) >= max(case["threshold"], 1)
            except Refused:
                adopted = False
            self.assertEqual(adopted, case["adopted"])

    def test_the_curve(self):
        self.assertEqual(ed25519.encode(ed25519.BASE).hex(), "58" + "66" * 31)
        with self.assertRaises(NotAPoint):
            ed25519.decode((2).to_bytes(32, "little"))
        self.assertIsInstance(ed25519.decode((1).to_bytes(32, "little")), Point)


if __name__ == "__main__":
    unittest.main()
