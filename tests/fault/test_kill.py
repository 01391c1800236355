"""kill -9 of each program and of PostgreSQL under load: every acknowledged query is in the log, and the log verifies."""
import os
import pathlib
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from instance import Instance, wait_until  # noqa: E402

QUERIES = 1500


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance().start("--no-demo")

    @classmethod
    def tearDownClass(cls):
        cls.instance.close()

    def kill_under_load(self, program):
        with tempfile.TemporaryDirectory() as scratch:
            acknowledged = pathlib.Path(scratch) / "acknowledged"
            load = self.instance.load("--count", str(QUERIES), "--connections", "16", "--rate", "300", "--seconds", "60",
                                      "--acknowledged", str(acknowledged))
            before = int(self.instance.sql("select count(*) from qao.entry"))
            wait_until("queries in the log", lambda: int(self.instance.sql("select count(*) from qao.entry")) >
                       before + 200, 60)
            victim = self.instance.pid(program)
            os.kill(victim, signal.SIGKILL)
            wait_until(f"{program} started again", lambda: self.is_back(program, victim), 60)
            printed, errors = load.communicate(timeout=120)
            self.assertEqual(load.returncode, 0, errors)
            lines = [line.split("\t") for line in acknowledged.read_text().splitlines()]
        self.assertGreater(len(lines), 100, f"too few answers to prove anything: {printed}")
        self.assert_in_log(lines)
        self.assert_whole()

    def assert_whole(self):
        """The log verifies now, but for requests that were cut; those too have a conclusion when the gateway has swept."""
        done = self.instance.qao("audit", "verify", "--running")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wait_until("a conclusion for every request", lambda: self.instance.qao("audit", "verify").returncode == 0, 180)

    def is_back(self, program, victim):
        try:
            self.instance.sql("select 1")
        except AssertionError:  # PostgreSQL is still recovering
            return False
        return self.instance.pid(program) != victim and self.instance.health("/readyz") == "200"

    def assert_in_log(self, lines):
        """Every leaf hash that a receipt named stands at the index that it named."""
        rows = self.instance.sql("select seq, encode(sha256('\\x00'::bytea || leaf), 'hex') from qao.entry")
        stored = dict(row.split("|") for row in rows.splitlines())
        for query, *pairs in lines:
            for index, leaf in zip(pairs[::2], pairs[1::2]):
                if index != "-1":
                    self.assertEqual(stored.get(index), leaf, f"query {query}, entry {index}")

    def test_front(self):
        self.kill_under_load("front")

    def test_gateway(self):
        self.kill_under_load("gateway")

    def test_adapter(self):
        self.kill_under_load("adapter")

    def test_database(self):
        self.kill_under_load("db")


if __name__ == "__main__":
    unittest.main(verbosity=2)
