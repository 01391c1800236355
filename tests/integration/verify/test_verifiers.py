#!/usr/bin/env python3
"""Proves that both independent verifiers accept a right export and refuse every wrong one.

    test_verifiers.py VERIFY-LOG-GO

The log of 300 entries and its signed checkpoint are published test vectors, so that neither verifier is measured
against itself. Larger logs are signed with a key made at run time."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from testlog import RunTimeKey, digest, tree_root, write, write_tiles

HERE = os.path.dirname(os.path.abspath(__file__))
GO = sys.argv.pop(1) if len(sys.argv) > 1 else ""

VKEY = "qao-aaj.example/journal+8fa0327e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
CHECKPOINT_300 = (
    "qao-aaj.example/journal\n300\nrrsCfVw90Ihx7lJXemH8gxItDRQ1J5GUNjm9TBLTaUM=\n\n"
    "\u2014 qao-aaj.example/journal j6Ayfkw7uydkWxaEUl/UVkV9vX6ar3eHCL/mWm+o1K1bAdItRrftOITzfR5vR7qwlvclf+6onnMW7mXl"
    "RL2nLtq7tQE=\n")
COSIGNATURE = (
    "\u2014 witness.example/prosecutor L0liBAAAAABlU/EAwfbSJ3hTUMUouBl9SJ5O0aiXLftgM440ZbeFTrEyN5n6F2it6fq0mlrpXE8N"
    "UP8QM7eUef+pqifRHuoNfWPIAw==\n")
PROOF_260 = "c2sp.org/tlog-proof@v1\nindex 260\n" + "".join(line + "\n" for line in (
    "ebJ2y21Afb0H15so5TBmh9alPaxVjT9s3WIHkTBw2go=", "ugVSdHylLIHZqiYLLSnwzKynHjA2EX/CQsHehXiyK80=",
    "4JHkEHX6p3oOiY1aI+X1Oc+OFS76UDNcR+ZqqCYJCzM=", "gMZhbGIb1eu2Tp5qoxKXbBBA7cG1yAi9hsSfMUubkvQ=",
    "qGMYnRoXwn5HNI63ort+UOltVbNkQIEpy1ImOCaLlcs=", "H84m9rPXob0Es8cHUUDtU50AbqidfWjSJiDiv8iAX+g=",
    "+F9OrTQIBxC00egIMBVDqquBqgTeuIWZNQ3Cak8vWN4=")) + "\n" + CHECKPOINT_300
TILES_300 = {  # published digests of the files
    "tile/0/000": "8921c57d2f65271c82bf0f686c002793863c80c8d1cbbbf5db6046ff59e8b590",
    "tile/0/001.p/44": "7bac48c6f72db216f103763f08f639e038a4097f2763009eb3cf2bb457280832",
    "tile/entries/000": "2e41f76a98595afb6b3a27a02a74792386a99b155db3579513faf3bf67057752",
    "tile/entries/001.p/44": "2c03c7039c4ae3773cff75f105c5757a3a4f12cd64b33e85704be36f9297853b",
}


class Verifiers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="verify-")
        cls.base = f"{cls.work}/base"
        cls.entries = [b"entry-%d" % i for i in range(300)]
        write_tiles(cls.base, cls.entries)
        write(f"{cls.base}/checkpoint", CHECKPOINT_300.encode())
        cls.vkey = f"{cls.work}/log.vkey"
        write(cls.vkey, VKEY.encode() + b"\n")
        cls.key = RunTimeKey(cls.work)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def programs(self):
        yield "python", [sys.executable, f"{HERE}/verify_log.py"]
        if GO:
            yield "go", [GO]

    def folder(self):
        Verifiers.count += 1
        path = f"{self.work}/{Verifiers.count}"
        shutil.copytree(self.base, path)
        return path

    def accepted(self, folder, vkey, *proofs):
        for name, command in self.programs():
            with self.subTest(program=name):
                done = subprocess.run(command + [folder, vkey, *proofs], capture_output=True, text=True, check=False)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertTrue(done.stdout.endswith("OK\n"), done.stdout)

    def refused(self, word, folder, vkey, *proofs):
        """Both exit 1 and name the fault; word is a pattern that fits both programs' texts."""
        for name, command in self.programs():
            with self.subTest(program=name):
                done = subprocess.run(command + [folder, vkey, *proofs], capture_output=True, text=True, check=False)
                self.assertEqual(1, done.returncode, done.stdout + done.stderr)
                self.assertRegex(done.stderr, "^FAULT: ")
                self.assertRegex(done.stderr, re.compile(word))

    def test_published_digests(self):
        for name, want in TILES_300.items():
            with open(f"{self.base}/{name}", "rb") as file:
                self.assertEqual(want, hashlib.sha256(file.read()).hexdigest(), name)

    def test_good(self):
        proof = f"{self.work}/260.tlog-proof"
        write(proof, PROOF_260.encode())
        self.accepted(self.base, self.vkey, proof)

    def test_unknown_signature_is_ignored(self):
        folder = self.folder()
        write(f"{folder}/checkpoint", (CHECKPOINT_300 + COSIGNATURE).encode())
        self.accepted(folder, self.vkey)

    def test_proof_with_extra_line(self):
        proof = f"{self.work}/extra.tlog-proof"
        write(proof, PROOF_260.replace("index", "extra AAAA\nindex", 1).encode())
        self.accepted(self.base, self.vkey, proof)

    def test_older_partials_may_stay(self):
        folder = self.folder()
        with open(f"{folder}/tile/0/000", "rb") as file:
            write(f"{folder}/tile/0/000.p/7", file.read()[:7 * 32])
        write(f"{folder}/tile/entries/001.p/1", b"\x00\x09entry-256")
        self.accepted(folder, self.vkey)
        write(f"{folder}/tile/entries/001.p/1", b"\x00\x09entry-257")
        self.refused("tile/entries/001.p/1 differs", folder, self.vkey)
        os.unlink(f"{folder}/tile/entries/001.p/1")
        write(f"{folder}/tile/0/000.p/7", b"\x00" * 7 * 32)
        self.refused("tile/0/000.p/7 differs", folder, self.vkey)

    def test_each_size(self):
        """Sizes at which trees and tiles change their shape, signed at run time."""
        for size in (0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000):
            folder = f"{self.work}/size-{size}"
            root = write_tiles(folder, [b"x%d" % i for i in range(size)])
            write(f"{folder}/checkpoint", self.key.checkpoint(self.work, size, root))
            write(f"{self.work}/run.vkey", self.key.vkey.encode())
            self.accepted(folder, f"{self.work}/run.vkey")

    def test_three_levels(self):
        size = 70000
        folder = f"{self.work}/large"
        root = write_tiles(folder, [b"%d" % i for i in range(size)])
        for name in ("tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"):
            self.assertTrue(os.path.exists(f"{folder}/{name}"), name)
        write(f"{folder}/checkpoint", self.key.checkpoint(self.work, size, root))
        write(f"{self.work}/run.vkey", self.key.vkey.encode())
        self.accepted(folder, f"{self.work}/run.vkey")

    def test_flipped_bit_anywhere(self):
        for name in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
            for at in (0, -1):
                folder = self.folder()
                with open(f"{folder}/{name}", "rb") as file:
                    data = bytearray(file.read())
                data[at] ^= 1
                write(f"{folder}/{name}", bytes(data))
                self.refused(f"{name} differs", folder, self.vkey)

    def test_changed_entry(self):
        folder = self.folder()
        name = f"{folder}/tile/entries/000"
        with open(name, "rb") as file:
            data = file.read()
        write(name, data.replace(b"entry-17", b"entry-71", 1))
        self.refused("root of the entries", folder, self.vkey)

    def test_entry_and_tiles_changed_together(self):
        folder = f"{self.work}/rewritten"
        write_tiles(folder, [b"other" if i == 17 else entry for i, entry in enumerate(self.entries)])
        write(f"{folder}/checkpoint", CHECKPOINT_300.encode())
        self.refused("root of the entries", folder, self.vkey)

    def test_cut_and_longer_bundles(self):
        for change, word in ((lambda d: d[:-1], "cut off"), (lambda d: d + b"\x00", "cut off"),
                             (lambda d: d + b"\x00\x01x", "45 entries instead of 44"),
                             (lambda d: b"", "0 entries instead of 44")):
            folder = self.folder()
            name = f"{folder}/tile/entries/001.p/44"
            with open(name, "rb") as file:
                data = file.read()
            write(name, change(data))
            self.refused(word, folder, self.vkey)

    def test_missing_file(self):
        for name in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "checkpoint"):
            folder = self.folder()
            os.unlink(f"{folder}/{name}")
            self.refused(f"{name}( is missing|: no such file)", folder, self.vkey)

    def test_foreign_file(self):
        for name, word in (("tile/0/002", "beyond"), ("tile/3/000.p/1", "beyond"), ("tile/0/0.p/1", "is no tile"),
                           ("tile/0/000.p/256", "is no tile"), ("tile/entries/003.p/1", "beyond")):
            folder = self.folder()
            write(f"{folder}/{name}", b"\x00" * (8192 if name.endswith("2") else 32))
            self.refused(word, folder, self.vkey)

    def test_checkpoint(self):
        lines = CHECKPOINT_300.split("\n")
        for text, word in (
                (CHECKPOINT_300.replace("300", "299", 1), "signature"),
                (CHECKPOINT_300.replace("rrs", "rrt", 1), "signature"),
                (CHECKPOINT_300.replace("j6Ayfkw7", "j6Ayfkw8", 1), "signature"),
                (CHECKPOINT_300.replace("j6Ay", "j6Az", 1), "signature|not signed"),
                ("\n".join(lines[:4]) + "\n", "checkpoint"),
                (CHECKPOINT_300.replace("\n300\n", "\n300\r\n", 1), "checkpoint"),
                (CHECKPOINT_300[:-1], "checkpoint"),
                (COSIGNATURE.join(["\n".join(lines[:4]) + "\n", ""]), "signature|not signed"),
                ("", "checkpoint")):
            folder = self.folder()
            write(f"{folder}/checkpoint", text.encode())
            self.refused(word, folder, self.vkey)

    def test_signed_but_wrong(self):
        """What a log that holds the key, and lies, would sign."""
        root = tree_root([digest(b"\x00" + entry) for entry in self.entries])
        write(f"{self.work}/run.vkey", self.key.vkey.encode())
        for size, value, word in ((300, digest(b"lie"), "root of the entries"), (301, root, "missing|no such file"),
                                  (299, root, "missing|no such file")):
            folder = self.folder()
            write(f"{folder}/checkpoint", self.key.checkpoint(self.work, size, value))
            self.refused(word, folder, f"{self.work}/run.vkey")

    def test_foreign_origin(self):
        other = RunTimeKey(self.work, "other.example/log")
        folder = self.folder()
        root = tree_root([digest(b"\x00" + entry) for entry in self.entries])
        signed = other.checkpoint(self.work, 300, root)
        write(f"{folder}/checkpoint", signed)
        write(f"{self.work}/run.vkey", self.key.vkey.encode())
        self.refused("signature|not signed", folder, f"{self.work}/run.vkey")

    def test_vkey(self):
        for text in ("", "name", VKEY.replace("8fa0327e", "8fa0327f"), VKEY[:-2], VKEY.replace("journal+", "other+")):
            write(f"{self.work}/bad.vkey", text.encode())
            self.refused("vkey", self.base, f"{self.work}/bad.vkey")

    def test_proof_files(self):
        lines = PROOF_260.split("\n")
        for text, word in (
                (PROOF_260.replace("index 260", "index 261"), "proof"),
                (PROOF_260.replace("index 260", "index 300"), "do not fit"),
                (PROOF_260.replace("index 260", "index 0260"), "index"),
                (PROOF_260.replace("index 260", "index -1"), "index"),
                (PROOF_260.replace("ebJ2", "ebJ3"), "proof"),
                ("\n".join(lines[:8] + lines[9:]), "proof"),
                ("\n".join(lines[:9] + [lines[8]] + lines[9:]), "proof"),
                (PROOF_260.replace("@v1", "@v2"), "not a tlog-proof"),
                (PROOF_260.replace("\n300\n", "\n301\n"), "signature"),
                (PROOF_260[:300], "proof"), ("", "not a tlog-proof")):
            path = f"{self.work}/bad.tlog-proof"
            write(path, text.encode())
            self.refused(f"proof file bad.tlog-proof: .*({word})", self.base, self.vkey, path)

    def test_proof_of_a_split_view(self):
        """A checkpoint with a good signature, of a log that differs from the folder's."""
        folder = self.folder()
        leaves = [digest(b"\x00" + entry) for entry in self.entries]
        write(f"{folder}/checkpoint", self.key.checkpoint(self.work, 300, tree_root(leaves)))
        write(f"{self.work}/run.vkey", self.key.vkey.encode())
        other = [leaves[0], digest(b"\x00hidden")]
        note = self.key.checkpoint(self.work, 2, tree_root(other)).decode()
        path = f"{self.work}/split.tlog-proof"
        write(path, f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(other[1]).decode()}\n\n{note}".encode())
        self.refused("root", folder, f"{self.work}/run.vkey", path)

    def test_usage(self):
        for _, command in self.programs():
            self.assertEqual(2, subprocess.run(command, capture_output=True, check=False).returncode)


if __name__ == "__main__":
    unittest.main()
