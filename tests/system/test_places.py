"""./run refuses an instance folder that somebody else could have prepared."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

from instance import ROOT, free_port


@unittest.skipUnless(os.geteuid() == 0, "needs root, whom somebody else could trick")
class Foreign(unittest.TestCase):
    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="qao-places-"))
        self.scratch.chmod(0o755)

    def tearDown(self):
        shutil.rmtree(self.scratch)

    def refused(self, words):
        done = subprocess.run([ROOT / "run", "--once", "--dir", self.scratch / "instance", "--port", str(free_port())],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(words, done.stderr)

    def test_a_folder_of_somebody_else(self):
        folder = self.scratch / "instance"
        folder.mkdir()
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        self.refused("belongs to somebody else")

    def test_a_folder_that_others_may_write_to(self):
        folder = self.scratch / "instance"
        folder.mkdir()
        folder.chmod(0o777)
        self.refused("others may write")

    def test_a_link_inside(self):
        folder = self.scratch / "instance"
        folder.mkdir(mode=0o755)
        (folder / "ca").symlink_to("/etc")
        self.refused("is a symbolic link")

    def test_a_place_named_by_a_file_is_not_believed(self):
        folder, victim = self.scratch / "instance", self.scratch / "victim"
        folder.mkdir(mode=0o755)
        victim.mkdir(mode=0o700)
        (folder / "places").write_text(f"state={victim}\n")
        os.chown(folder / "places", pwd.getpwnam("nobody").pw_uid, -1)
        self.refused("belongs to somebody else")
        self.assertEqual(victim.stat().st_mode & 0o777, 0o700)
        self.assertEqual(list(victim.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
