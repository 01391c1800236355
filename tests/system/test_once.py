"""./run --once as a new user would: from a path with a space, twice on one folder, beside another instance."""
import pathlib
import re
import shutil
import socket
import tempfile
import unittest

from instance import Instance

PEOPLE = {"prosecutor", "police", "economic", "finmon", "migration", "probation", "anticorruption", "blocked",
          "unsigned", "stranger", "expired", "revoked", "operator", "official", "responsible", "auditor", "enrolled"}
PERSON_FILES = {"auth.pem", "auth.key", "sign.pem", "sign.key", "sign.p12", "password"}


class Once(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="qao system ")
        pathlib.Path(self.scratch).chmod(0o755)
        self.instances = []

    def tearDown(self):
        for instance in self.instances:
            run = instance.places().get("run")
            if run:
                shutil.rmtree(run, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def instance(self, name):
        instance = Instance(pathlib.Path(self.scratch) / name)
        self.instances.append(instance)
        return instance


    def once(self, instance):
        done = instance.run("--once")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("17 of 17 queries went as the order has it", done.stdout)
        found = re.search(r"(\d+) entries", done.stdout)
        self.assertIsNotNone(found, done.stdout)
        return int(found.group(1))

    def test_twice_on_one_folder_and_beside_another(self):
        first = self.instance("an instance whose path has spaces and is rather " + "long " * 20)
        size = self.once(first)
        self.assertFalse((first.folder / "gateway.url").exists(), "gateway.url stays behind")
        self.assert_shape(first)
        self.assertEqual(first.left_running(), [])
        self.assertFalse(pathlib.Path(first.places()["run"]).exists(), "the folder of the sockets stays behind")

        beside = self.instance("another").start("--no-demo")
        try:
            again = self.once(first)
        finally:
            self.assertEqual(beside.stop(), 0)
        self.assertGreater(again, size, "the log did not go on")

    def test_port_in_use(self):
        instance = self.instance("port in use")
        for port in (instance.port, instance.port + 1):
            with socket.create_server(("127.0.0.1", port)):
                done = instance.run("--once")
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn(f"port {port} of 127.0.0.1 cannot be used: Address already in use", done.stderr)
            self.assertFalse(pathlib.Path(instance.places()["run"]).exists(), "the folder of the sockets stays behind")

    def assert_shape(self, instance):
        folder = instance.folder
        for name in ("ca/ca.pem", "ca/crl.pem", "log/log.vkey", "places"):
            self.assertTrue((folder / name).is_file(), name)
        self.assertEqual({path.name for path in (folder / "people").iterdir()}, PEOPLE)
        for person in (folder / "people").iterdir():
            self.assertEqual({path.name for path in person.iterdir()}, PERSON_FILES, person.name)
            for secret in ("auth.key", "sign.key", "sign.p12", "password"):
                self.assertEqual((person / secret).stat().st_mode & 0o077, 0, f"{person.name}/{secret} is readable")


if __name__ == "__main__":
    unittest.main(verbosity=2)
