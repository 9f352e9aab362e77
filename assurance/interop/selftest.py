"""What neither the vectors nor the cross-runs reach: the holder's checks of its own computations,
and the driver's own faults.

Run in this directory: python3 selftest.py
"""

import json
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from pairnym import hashing, login, pseudonym  # noqa: E402
from pairnym.driver import Driver  # noqa: E402
from pairnym.errors import Fault  # noqa: E402

ID, SHOP, NOW = "authority.example", "shop.example", 1_800_000_000


class Device(unittest.TestCase):
    def setUp(self):
        self.driver = Driver()
        known = self.run_ok("parameters.make", seed="01" * 32, authority_id=ID, batches=1,
                            epoch_length=86400)["parameters"]
        self.list = self.run_ok("list.make", authority_id=ID, host=ID, since=NOW,
                                until=NOW + 86400,
                                entries=[{"from": 0, "parameters": known}])["list"]

    def run_ok(self, op, **fields):
        answer = self.driver.run({"op": op, **fields})
        self.assertIn("ok", answer, op)
        return answer["ok"]


class Holder(Device):
    def test_commitment_is_computed_twice(self):
        computed = [hashing.U[0], hashing.U[1]]
        with mock.patch.object(pseudonym.HolderSecrets, "commitment", lambda _: computed.pop()):
            answer = self.driver.run({"op": "holder.new", "list": self.list})
        self.assertEqual(answer["error"], {"type": "misuse", "reason": "fault"})

    def test_no_wrong_login_leaves(self):
        platform = self.run_ok("platform.new", platform_id=SHOP, list=self.list)["platform"]
        asked = bytes.fromhex(self.run_ok(
            "platform.request", platform=platform, wanted="login", purpose="login", life=300,
            now=NOW)["request"])
        holder = self.driver.objects[self.run_ok("holder.new", list=self.list)["holder"]]
        shown = login.log_in(holder, asked, SHOP, NOW, bytes).encode()
        for peer, sent in (("evil.example", shown), (SHOP, shown[:-1]),
                           (SHOP, shown[:-32] + bytes(32))):
            with self.assertRaises(Fault):
                login.checked(asked, peer, sent)


class Shared(Device):
    def act(self):
        """A login, up to the second's approval: the two devices, and the next two steps."""
        key = {"channel_key": "02" * 32}
        made = self.run_ok("second.invite", master_secret="03" * 32, authority_id=ID, **key)
        lead = self.run_ok("lead.accept", list=self.list, invitation=made["invitation"],
                           channel_key="04" * 32)
        second = self.run_ok("second.accept", inviting=made["inviting"], answer=lead["answer"])
        platform = self.run_ok("platform.new", platform_id=SHOP, list=self.list)["platform"]
        asked = self.run_ok("platform.request", platform=platform, wanted="login",
                            purpose="login", life=300, now=NOW)["request"]
        act = self.run_ok("lead.ask_to_log_in", holder=lead["holder"], request=asked, peer=SHOP,
                          now=NOW)
        at = {"second": second["second"], "now": NOW,
              "cosessions": self.run_ok("cosessions.new")["cosessions"]}
        return (self.driver.objects[second["second"]].share, act["act"],
                {"op": "second.approve", "request": act["request"], "list": self.list, **at},
                {"op": "second.answer", **at})

    def flip(self, share):
        object.__setattr__(share, "d", share.d ^ 1)

    def test_no_wrong_answer_leaves(self):
        fault = {"type": "misuse", "reason": "fault"}
        share, _, approve, _ = self.act()
        self.flip(share)
        self.assertEqual(self.driver.run(approve)["error"], fault)
        share, act, approve, answer = self.act()
        approval = self.driver.run(approve)["ok"]["approval"]
        nonces = self.run_ok("lead.commit", act=act, approval=approval, now=NOW)["nonces"]
        self.flip(share)
        self.assertEqual(self.driver.run({**answer, "nonces": nonces})["error"], fault)


class CommandLine(unittest.TestCase):
    def test_lines(self):
        lines = ("not json", '{"op": "nothing"}', '{"op": "registry.new"}',
                 '{"op": "parameters.make", "authority_id": "a", "epoch_length": 3600,'
                 ' "batches": 1, "coins": "00"}')
        out = subprocess.run([sys.executable, "-m", "pairnym"], input="\n".join(lines), text=True,
                             cwd=HERE, capture_output=True, check=True).stdout
        wrong, unknown, made, few = (json.loads(line) for line in out.splitlines())
        self.assertEqual(wrong["error"]["type"], "usage")
        self.assertEqual(unknown["error"], {"type": "usage", "reason": "unknown op"})
        self.assertEqual(made, {"ok": {"registry": "registry-1"}})
        self.assertEqual(few["error"], {"type": "usage", "reason": "coins: too few"})


if __name__ == "__main__":
    unittest.main()
