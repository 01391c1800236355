"""./run keeps its programs up without haste, and whatever happened to them, a signal ends all of them soon."""
import os
import pathlib
import pwd
import re
import signal
import subprocess
import time
import unittest

from instance import Instance, wait_until

STOP_SECONDS = 30


def deaf_to_interrupts():
    """As a shell without a terminal starts what it puts into the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def restart_by_hand(instance):
    """As somebody at the machine does: as the cluster's user, beside ./run. That one stands still meanwhile, or it would start
    the server first. It is still to be woken by SIGCONT; the new server's process id."""
    instance.process.send_signal(signal.SIGSTOP)
    data = instance.state() / "db"
    program = pathlib.Path(os.readlink(f"/proc/{instance.pid('db')}/exe")).parent / "pg_ctl"
    owner = pwd.getpwuid(data.stat().st_uid)
    words = ["setpriv", "--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups"] \
        if os.geteuid() == 0 else []
    subprocess.run([*words, program, "-D", data, "-w", "-t", "60", "-o", f"-c config_file={data}/qao.conf",
                    "-l", "/dev/null", "-m", "fast", "restart"], check=True, cwd="/", stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=120)
    return int((data / "postmaster.pid").read_text().split()[0])


class Stop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()

    @classmethod
    def tearDownClass(cls):
        cls.instance.close()

    def tearDown(self):
        self.instance.stop()

    def start(self, *arguments, **keywords):
        """Up to where ./run only watches: before that a database that goes away ends it."""
        self.instance.start(*arguments, **keywords)
        wait_until("./run watches", lambda: "running;" in self.instance.printed(), 60)

    def ends(self, with_signal):
        begun = time.monotonic()
        status = self.instance.stop(with_signal)
        self.assertEqual(status, 0, self.instance.printed())
        self.assertLess(time.monotonic() - begun, STOP_SECONDS)
        self.assertEqual(self.instance.left_running(), [])
        self.assertFalse(pathlib.Path(self.instance.places()["run"]).exists(), "the folder of the sockets stays behind")

    def ready(self):
        return self.instance.health("/readyz") == "200"

    def test_database_restarted_by_hand(self):
        """./run in the background, where Ctrl-C is not heard: SIGTERM ends the server that somebody else started too."""
        self.start("--no-demo", preexec_fn=deaf_to_interrupts)
        first = self.instance.pid("db")
        by_hand = restart_by_hand(self.instance)
        self.assertNotEqual(by_hand, first)
        self.instance.process.send_signal(signal.SIGCONT)
        wait_until("./run takes the new server for its own", lambda: self.instance.pid("db") == by_hand, 20)
        wait_until("ready again", self.ready, 60)
        self.instance.process.send_signal(signal.SIGINT)
        self.assertIn(f"process {by_hand} is ours now", self.instance.printed())
        self.ends(signal.SIGTERM)

    def test_stopped_with_a_server_it_has_not_seen(self):
        """The signal comes before ./run has looked at what runs now."""
        self.start("--no-demo")
        restart_by_hand(self.instance)
        self.instance.process.send_signal(signal.SIGTERM)
        self.instance.process.send_signal(signal.SIGCONT)
        self.ends(signal.SIGTERM)

    def test_ends_again_and_again(self):
        """A program that cannot start is started after a pause that grows, said each time; and at once when mended."""
        self.start("--no-demo")
        settings = self.instance.state() / "front/front.ini"
        right = settings.read_text()
        settings.write_text("[colour]\nred = 1\n")
        os.kill(self.instance.pid("front"), signal.SIGKILL)
        wait_until("four ends", lambda: self.instance.printed().count("front ended") == 4, 60)
        self.assertEqual(re.findall(r"front ended \((.*?)\) after \d+ s, starting it again (.*?);", self.instance.printed()),
                         [("killed by SIGKILL", "at once"), ("status 2", "in 1 s"), ("status 2", "in 2 s"),
                          ("status 2", "in 4 s")])
        settings.write_text(right)
        wait_until("ready again", self.ready, 60)
        self.ends(signal.SIGINT)


class BreakOff(unittest.TestCase):
    def test_a_step_is_broken_off(self):
        instance = Instance()
        self.addCleanup(instance.close)
        instance.begin("--no-demo")
        wait_until("people's keys", lambda: list(instance.folder.glob("people/*/sign.key")), 120)
        begun = time.monotonic()
        self.assertEqual(instance.stop(), 0, instance.printed())
        self.assertLess(time.monotonic() - begun, STOP_SECONDS)
        self.assertEqual(instance.left_running(), [])
        self.assertFalse((instance.state() / "db/PG_VERSION").exists(), "the step came to its end first")


if __name__ == "__main__":
    unittest.main(verbosity=2)
