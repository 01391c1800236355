"""./run as an ordinary user, from a tree and an instance that nobody else may enter; and as root under such a parent."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

from instance import ROOT, Instance, free_port


def tracked_copy(target):
    """A clone of what is committed and changed here, with nothing built in it."""
    target.mkdir()
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True,
                           check=True).stdout.split(b"\0")
    for name in filter(None, names):
        source, copy = ROOT / os.fsdecode(name), target / os.fsdecode(name)
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


class OrdinaryUser(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become somebody else")
    def test_once_without_root(self):
        nobody = pwd.getpwnam("nobody")
        with tempfile.TemporaryDirectory(prefix="qao user ") as scratch:
            tree = pathlib.Path(scratch) / "tree"
            tracked_copy(tree)
            for path in [pathlib.Path(scratch), *pathlib.Path(scratch).rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            os.chmod(scratch, 0o700)
            done = subprocess.run(
                ["setpriv", "--reuid", "nobody", "--regid", str(nobody.pw_gid), "--clear-groups", "--no-new-privs",
                 "./run", "--once", "--port", str(free_port())],
                cwd=tree, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": scratch, "LANG": "C.UTF-8"})
            places = dict(line.split("=", 1) for line in (tree / "instance/places").read_text().splitlines())
            shutil.rmtree(places["run"], ignore_errors=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("17 of 17 queries went as the order has it", done.stdout)


class ClosedParent(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "needs root, whose folder other users may not enter")
    def test_state_goes_to_a_stated_place(self):
        with tempfile.TemporaryDirectory(prefix="qao closed ") as scratch:
            os.chmod(scratch, 0o700)
            instance = Instance(pathlib.Path(scratch) / "instance")
            done = instance.run("--once")
            state = instance.places().get("state", "")
            shutil.rmtree(instance.places().get("run", ""), ignore_errors=True)
            if state.startswith("/var/lib/qao/"):
                shutil.rmtree(state)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(state.startswith("/var/lib/qao/"), state)
        self.assertIn(state, done.stderr, "the place is not stated")


if __name__ == "__main__":
    unittest.main(verbosity=2)
