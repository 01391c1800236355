#!/usr/bin/env python3
"""Proves that the client keeps what it saw of the log: one that goes back, is split or does not continue is named, and what
was refused is not kept.

    test_log.py QAO QAO-DEV-CA"""

import json
import os
import shutil
import stat
import subprocess
import unittest

from client import ClientCase, QAO, read
from fake_gateway import Log, write, write_tiles
from query_client import QueryCase


class SeenLog(QueryCase):
    # --- by queries -------------------------------------------------------------------------------------------------

    def test_log_goes_back(self):
        with self.serve(self.good()):
            self.assertEqual(0, self.ask().returncode)
        self.log = Log(self.work, self.key, [b"short"])
        self.refused("log-went-back", self.good())

    def test_log_is_split(self):
        with self.serve(self.good()):
            self.assertEqual(0, self.ask().returncode)
        self.log = Log(self.work, self.key, [b"other %d" % i for i in range(9)])
        with self.serve(self.good()):
            done = self.ask()
        self.assertEqual(1, done.returncode)
        self.assertIn("[log-split]", done.stderr)
        self.assertIn("supervising prosecutor", done.stderr)

    def test_kept_checkpoint_is_damaged(self):
        with self.serve(self.good()) as gateway:
            self.assertEqual(0, self.ask().returncode)
            kept = [name for name in os.listdir(f"{self.state}/qao") if name.endswith(".checkpoint")]
            self.assertEqual(1, len(kept))
            write(f"{self.state}/qao/{kept[0]}", b"junk")
            done = self.ask()
        self.assertEqual(2, done.returncode)
        self.assertIn("damaged", done.stderr)
        self.assertEqual(1, len(gateway.requests))

    def test_without_a_place_to_keep(self):
        with self.serve(self.good()):
            done = self.ask(env={"XDG_STATE_HOME": "", "HOME": "/proc/no"})
        self.assertEqual(0, done.returncode)
        self.assertIn("warning: cannot keep the log's checkpoint", done.stderr)

    # --- by `qao log checkpoint` ------------------------------------------------------------------------------------

    def tiles_served(self, forged=False):
        folder = f"{self.work}/tiles-{ClientCase.number}"
        def answer(method, path, body):
            if path == "/v1/log/checkpoint":
                return 200, {"Content-Type": "text/plain; charset=utf-8"}, self.log.checkpoint().encode()
            try:
                data = read(folder + "/" + path.removeprefix("/v1/log/"))
            except OSError:
                return 404, {}, b""
            return 200, {}, bytes(len(data)) if forged else data
        return folder, answer

    def test_log_checkpoint_continues(self):
        entries = [b"entry %d" % i for i in range(700)]
        folder, answer = self.tiles_served()
        self.log = Log(self.work, self.key, entries[:300])
        with self.serve(answer):
            done = self.qao_log("checkpoint")
            self.assertEqual(("qao.example/log", "300"), tuple(done.stdout.split("\n")[:2]))
            self.log = Log(self.work, self.key, entries)
            write_tiles(folder, entries)
            done = self.qao_log("checkpoint", "--json")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertEqual({"consistent_with": 300, "log": "qao.example/log", "size": 700,
                              "root": self.log.checkpoint().split("\n")[2]}, json.loads(done.stdout))

    def test_log_checkpoint_does_not_continue(self):
        entries = [b"entry %d" % i for i in range(700)]
        folder, answer = self.tiles_served()
        self.log = Log(self.work, self.key, entries[:300])
        with self.serve(answer):
            self.assertEqual(0, self.qao_log("checkpoint").returncode)
            rewritten = [b"changed" if i == 17 else entry for i, entry in enumerate(entries)]
            self.log = Log(self.work, self.key, rewritten)
            write_tiles(folder, rewritten)
            done = self.qao_log("checkpoint")
            self.assertEqual(1, done.returncode)
            self.assertIn("[log-split]", done.stderr)
            # What was refused is not kept: the honest log is still accepted.
            self.log = Log(self.work, self.key, entries)
            write_tiles(folder, entries)
            self.assertEqual(0, self.qao_log("checkpoint").returncode)

    def test_log_checkpoint_forged_or_missing_tiles(self):
        entries = [b"entry %d" % i for i in range(700)]
        for forged in (True, False):
            folder, answer = self.tiles_served(forged)
            self.log = Log(self.work, self.key, entries[:300])
            with self.serve(answer):
                self.assertEqual(0, self.qao_log("checkpoint").returncode)
                self.log = Log(self.work, self.key, entries)
                if forged:
                    write_tiles(folder, entries)
                done = self.qao_log("checkpoint")
                self.assertEqual(1 if forged else 3, done.returncode, done.stderr)
            shutil.rmtree(f"{self.state}/qao")
            shutil.rmtree(folder, ignore_errors=True)

    def qao_log(self, *arguments):
        environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": self.state, "LC_ALL": "C.UTF-8"}
        return subprocess.run([QAO, "log", arguments[0], "--instance", self.instance, "--as", "police", *arguments[1:]],
                              capture_output=True, text=True, check=False, env=environment, timeout=60)

    # --- its key ----------------------------------------------------------------------------------------------------

    def test_keygen(self):
        key, vkey = f"{self.work}/new.key", f"{self.work}/new.vkey"
        command = [QAO, "log", "keygen", "--origin", "new.example/log", "--key", key, "--vkey", vkey]
        self.assertEqual(0, subprocess.run(command, check=False).returncode)
        self.assertTrue(read(vkey).startswith(b"new.example/log+"))
        self.assertEqual(0o600, stat.S_IMODE(os.stat(key).st_mode))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn("File exists", done.stderr)
        command[4] = "a name"
        command[6] += "2"
        self.assertEqual(2, subprocess.run(command, capture_output=True, check=False).returncode)


if __name__ == "__main__":
    unittest.main()
