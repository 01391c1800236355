"""./run refuses an instance folder that somebody else could have prepared."""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

from instance import ROOT, free_port

FILES = {"registries": "pension.ini", "services": "11.ini"}


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


@unittest.skipUnless(os.geteuid() == 0, "needs root, whom a program could trick")
class Program(unittest.TestCase):
    """A program that was taken over owns its folder, and cannot lead root out of it."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="qao-places-"))
        self.scratch.chmod(0o755)
        self.folder, self.victim = self.scratch / "program", self.scratch / "victim"
        self.folder.mkdir(mode=0o700)
        self.user = pwd.getpwnam("games")
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.victim.write_text("of root")
        self.victim.chmod(0o600)

    def tearDown(self):
        shutil.rmtree(self.scratch)

    def link(self, name):
        path = self.folder / name
        path.symlink_to(self.victim)
        os.lchown(path, self.user.pw_uid, self.user.pw_gid)

    def unharmed(self, written):
        self.assertEqual(self.victim.read_text(), "of root")
        self.assertEqual((self.victim.stat().st_uid, self.victim.stat().st_mode & 0o777), (0, 0o600))
        self.assertFalse(written.is_symlink())
        self.assertEqual(written.stat().st_uid, self.user.pw_uid)

    def test_configuration(self):
        for name in ("file", "file.new"):
            self.link(name)
        subprocess.run(["/bin/bash", "-c", '. deploy/common.sh; . deploy/places.sh; places_put games "$1"', "bash",
                        self.folder / "file"], cwd=ROOT, input="content", text=True, check=True)
        self.unharmed(self.folder / "file")
        self.assertEqual((self.folder / "file").read_text(), "content")
        self.assertEqual((self.folder / "file").stat().st_mode & 0o777, 0o600)

    def test_registries(self):
        for name in ("registries", "services"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, self.user.pw_uid, self.user.pw_gid)
            self.link(f"{name}/{FILES[name]}")
        subprocess.run([ROOT / "tests/registries/load.sh", "--configure", self.folder, "/run/db", "games"], check=True)
        for name in ("registries", "services"):
            self.unharmed(self.folder / name / FILES[name])

    def test_folders_of_root_from_before(self):
        (self.folder / "registries").mkdir(mode=0o755)
        subprocess.run([ROOT / "tests/registries/load.sh", "--configure", self.folder, "/run/db", "games"], check=True)
        self.unharmed(self.folder / "registries" / FILES["registries"])

    def test_a_process_id_that_is_none(self):
        (self.folder / "db").mkdir()
        for text in ("", "../.." , "%1", "-1", "12 13"):
            (self.folder / "db" / "postmaster.pid").write_text(text + "\n")
            done = subprocess.run(["/bin/bash", "-c", '. deploy/common.sh; . deploy/cluster.sh; cluster_postmaster'],
                                  cwd=ROOT, env={**os.environ, "STATE": str(self.folder)}, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (1, ""), text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
