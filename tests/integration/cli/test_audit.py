#!/usr/bin/env python3
"""Proves `qao audit`: a whole log passes, in the database and as files, with our program and with two that share nothing
with it; and whatever is changed afterwards is found and named.

    pg.sh run -- test_audit.py QAO MAKE-LOG [VERIFY-LOG-GO]"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "verify"))
from testlog import digest, write  # noqa: E402

PROGRAMS = sys.argv[1:]
del sys.argv[1:]
QAO, MAKE_LOG = PROGRAMS[:2]
MIGRATE = pathlib.Path(__file__).resolve().parents[3] / "schema" / "migrate"
GO = PROGRAMS[2] if len(PROGRAMS) > 2 else None
ORIGIN = "qao.example/audit"
REQUESTS = 300
SIZE = 1 + 2 * REQUESTS  # log.start, then a request and a result each
QUERY = 7                # entry of a request
RESULT = 8


def read(path):
    with open(path, "rb") as file:
        return file.read()


def sql(text):
    """As the superuser, who can do what no role of the gateway can: with the triggers off."""
    script = "begin; set local session_replication_role = replica;\n"
    script += "do $$ declare t record; begin for t in select c.oid::regclass as name, g.tgname from pg_trigger g join pg_class c " \
              "on c.oid = g.tgrelid where g.tgname = 'refuse_change' loop execute format('alter table %s disable trigger " \
              "refuse_change', t.name); end loop; end $$;\n"
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres"], input=script + text + "\ncommit;\n",
                   text=True, check=True)


def make_empty(origin):
    """As the operator, who alone can make a log."""
    subprocess.run([MIGRATE, "--dsn", "user=postgres", "--log", origin], check=True, stdout=subprocess.DEVNULL)


class Audit(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="audit-")
        cls.instance = f"{cls.work}/instance"
        cls.vkey = f"{cls.instance}/log/log.vkey"
        os.makedirs(f"{cls.instance}/log")
        subprocess.run([QAO, "log", "keygen", "--origin", ORIGIN, "--key", f"{cls.work}/log.key", "--vkey", cls.vkey], check=True)
        write(f"{cls.instance}/database.conninfo", b"user=qao_reader\n")
        make_empty(ORIGIN)
        cls.make(REQUESTS, 0)
        cls.folder = f"{cls.work}/exported"
        done = cls.qao("export", cls.folder)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    @classmethod
    def make(cls, requests, unfinished):
        subprocess.run([MAKE_LOG, f"{cls.work}/log.key", ORIGIN, f"{cls.work}/high-water", str(requests), str(unfinished)],
                       check=True)

    @classmethod
    def qao(cls, *arguments, instance=True):
        place = ["--instance", cls.instance] if instance else []
        return subprocess.run([QAO, "audit", arguments[0], *arguments[1:], *place], capture_output=True, text=True,
                              check=False, timeout=120)

    def verified(self, *arguments):
        done = self.qao("verify", "--json", *arguments)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return json.loads(done.stdout)

    def faulty(self, words, *arguments):
        done = self.qao("verify", *arguments)
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        self.assertIn("FAULT: ", done.stderr)
        self.assertIn(words, done.stderr)
        self.assertRegex(done.stdout, r"FAULTS +[1-9]")

    # --- the whole log ----------------------------------------------------------------------------------------------

    def test_database(self):
        counts = self.verified()
        self.assertEqual({"ok": True, "faults": 0, "log": ORIGIN, "size": SIZE, "entries": SIZE, "columns": SIZE,
                          "requests": REQUESTS, "results": REQUESTS, "unfinished": 0, "others": 1},
                         {name: counts[name] for name in ("ok", "faults", "log", "size", "entries", "columns", "requests",
                                                          "results", "unfinished", "others")})
        done = self.qao("verify")
        self.assertIn("OK          the log is whole", done.stdout)

    def test_folder(self):
        counts = self.verified("--dir", self.folder)
        self.assertEqual((True, SIZE, 0), (counts["ok"], counts["size"], counts["columns"]))
        self.assertEqual(self.verified()["root"], counts["root"])
        # Nothing but the folder and the key.
        done = self.qao("verify", "--dir", self.folder, "--vkey", self.vkey, instance=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_independent_verifiers(self):
        proofs = []
        for index in (0, QUERY, 255, 256, SIZE - 1):
            proofs.append(f"{self.work}/{index}.tlog-proof")
            self.assertEqual(0, self.qao("prove", str(index), "--out", proofs[-1]).returncode)
        for command in filter(None, ([sys.executable, f"{HERE}/../verify/verify_log.py"], GO and [GO])):
            done = subprocess.run([*command, self.folder, self.vkey, *proofs], capture_output=True, text=True, check=False)
            self.assertEqual((0, ""), (done.returncode, done.stderr), command)
            self.assertIn(f"{SIZE} entries", done.stdout)

    def test_export_continues_and_refuses(self):
        done = self.qao("export", self.folder)
        self.assertEqual(0, done.returncode, done.stderr)
        other = f"{self.work}/foreign"
        shutil.copytree(self.folder, other)
        checkpoint = read(f"{other}/checkpoint").replace(b"\n%d\n" % SIZE, b"\n%d\n" % (SIZE + 1))
        write(f"{other}/checkpoint", checkpoint)
        before = read(f"{other}/tile/entries/000")
        done = self.qao("export", other)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("another log, or another history", done.stderr)
        self.assertEqual((checkpoint, before), (read(f"{other}/checkpoint"), read(f"{other}/tile/entries/000")))

    def test_known_checkpoint(self):
        self.verified("--known", f"{self.folder}/checkpoint")
        wrong = f"{self.work}/known"
        write(wrong, read(f"{self.folder}/checkpoint").replace(b"\n%d\n" % SIZE, b"\n%d\n" % (SIZE + 1)))
        self.faulty("", "--known", wrong)

    # --- proofs -----------------------------------------------------------------------------------------------------

    def test_proof_needs_nothing_but_the_key(self):
        path = f"{self.work}/query.tlog-proof"
        self.assertEqual(0, self.qao("prove", str(QUERY), "--out", path).returncode)
        done = self.qao("check-proof", path, "--vkey", self.vkey, instance=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertTrue(done.stdout.startswith(f"OK: entry {QUERY} of {SIZE} in {ORIGIN}"))
        self.assertIn('"case": "265500121000123"', done.stdout)
        # The same from the folder, byte for byte.
        self.assertEqual(read(path).decode(), self.qao("prove", str(QUERY), "--dir", self.folder).stdout)

    def test_proof_without_its_entry(self):
        text = self.qao("prove", str(QUERY)).stdout.split("\n")
        leaf = base64.b64decode(text[1].removeprefix("extra "))
        path, leaf_path = f"{self.work}/bare.tlog-proof", f"{self.work}/leaf"
        write(path, "\n".join(text[:1] + text[2:]).encode())
        write(leaf_path, leaf)
        self.assertEqual(2, self.qao("check-proof", path).returncode)
        self.assertEqual(0, self.qao("check-proof", path, "--leaf", leaf_path).returncode)
        self.assertEqual(0, self.qao("check-proof", path, "--leaf-hash", digest(b"\x00" + leaf).hex()).returncode)
        write(leaf_path, leaf + b" ")
        self.assertEqual(1, self.qao("check-proof", path, "--leaf", leaf_path).returncode)
        self.assertEqual(1, self.qao("check-proof", path, "--leaf-hash", "00" * 32).returncode)
        self.assertEqual(2, self.qao("check-proof", path, "--leaf-hash", "0x00").returncode)

    def test_wrong_proofs(self):
        text = self.qao("prove", str(QUERY)).stdout
        lines = text.split("\n")
        leaf = base64.b64decode(lines[1].removeprefix("extra "))
        other = base64.b64encode(leaf.replace(b"permit", b"denied")).decode()
        path = f"{self.work}/wrong.tlog-proof"
        for wrong, words in ((text.replace(f"index {QUERY}", f"index {QUERY + 1}"), "not in the log at this place"),
                             (text.replace(lines[1], f"extra {other}"), "not in the log at this place"),
                             (text.replace(lines[3] + "\n", ""), "not in the log at this place"),
                             (text.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"), "not one that this log's key signed"),
                             (text.replace(ORIGIN, "qao.example/other"), "not one that this log's key signed"),
                             (text.replace("@v1", "@v2"), "no tlog-proof"), (text[:200], "no tlog-proof"), ("", "no tlog-proof")):
            write(path, wrong.encode())
            done = self.qao("check-proof", path)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(words, done.stderr)
        other_key = f"{self.work}/other.vkey"
        subprocess.run([QAO, "log", "keygen", "--origin", ORIGIN, "--key", f"{self.work}/other.key", "--vkey", other_key], check=True)
        write(path, text.encode())
        self.assertEqual(1, self.qao("check-proof", path, "--vkey", other_key).returncode)

    def test_show(self):
        done = self.qao("show", str(RESULT))
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn('"kind": "query.result"', done.stdout)
        self.assertEqual(done.stdout, self.qao("show", str(RESULT), "--dir", self.folder).stdout)
        for wrong in (str(SIZE), "-1", "x", "01", "9" * 30):
            self.assertNotEqual(0, self.qao("show", "--", wrong).returncode)
        self.assertIn("no entry", self.qao("show", str(SIZE)).stderr)
        self.assertIn("no entry", self.qao("prove", str(SIZE)).stderr)

    # --- what was changed afterwards --------------------------------------------------------------------------------

    def test_changed_columns(self):
        for column, value, entry in (("service", "36", QUERY), ("effect", "'abbreviated'", QUERY), ("basis", "'other_duties'", QUERY),
                                     ("article", "null", QUERY), ("case_number", "'265500121000124'", QUERY), ("role", "3", QUERY),
                                     ("iin", "'500101100000'", QUERY), ("body", "'300141000010'", QUERY), ("unit", "'B-2'", QUERY),
                                     ("duty", "'app4.1'", QUERY), ("reasons", "array['case-missing']", QUERY),
                                     ("at", "at + interval '1 microsecond'", QUERY), ("outcome", "'registry-failed'", RESULT),
                                     ("kind", "'query.explained'", QUERY)):
            with self.subTest(column=column):
                was = f"keep_{column}"
                sql(f"create table public.{was} as select {column} as value from qao.entry where seq = {entry};"
                    f"update qao.entry set {column} = {value} where seq = {entry};")
                try:
                    self.faulty(f"a column differs from the leaf, entry {entry}: {column}")
                finally:
                    sql(f"update qao.entry set {column} = (select value from public.{was}) where seq = {entry};"
                        f"drop table public.{was};")
        self.verified()

    def test_changed_subject_and_blob(self):
        sql(f"update qao.subject set kid = kid + 1 where seq = {QUERY} and kid = 4;")
        self.faulty(f"entry {QUERY}: subjects")
        sql(f"update qao.subject set kid = kid - 1 where seq = {QUERY} and kid = 5;")
        sql(f"update qao.blob set digest = sha256('other') where seq = {RESULT};")
        self.faulty(f"entry {RESULT}: blobs")
        sql(f"update qao.blob set digest = (select digest from qao.blob where seq = {RESULT + 2}) where seq = {RESULT};")
        self.verified()

    def test_conclusion_of_another_request(self):
        sql("delete from qao.conclusion where seq = 8; update qao.entry set concludes = null where seq = 8;"
            "update qao.conclusion set request_seq = 7 where seq = 10; update qao.entry set concludes = 7 where seq = 10;")
        try:
            self.faulty("a column differs from the leaf, entry 8: concludes")
            self.faulty("a column differs from the leaf, entry 10: concludes")
        finally:
            sql("update qao.conclusion set request_seq = 9 where seq = 10; update qao.entry set concludes = 9 where seq = 10;"
                "insert into qao.conclusion select log_id, 7, 8 from qao.conclusion where seq = 10;"
                "update qao.entry set concludes = 7 where seq = 8;")
        self.verified()

    def test_changed_leaf(self):
        sql(f"create table public.keep_leaf as select leaf from qao.entry where seq = {QUERY};"
            f"update qao.entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '216/2', '216/3'), 'UTF8'), article = '216/3' "
            f"where seq = {QUERY};")
        try:
            done = self.qao("verify")
            self.assertEqual(1, done.returncode, done.stdout)
            self.assertIn("FAULT", done.stderr)
            self.assertEqual(1, self.qao("prove", str(QUERY)).returncode)
            self.assertEqual(1, self.qao("export", f"{self.work}/never").returncode)
            self.assertFalse(os.path.exists(f"{self.work}/never/checkpoint"))
        finally:
            sql(f"update qao.entry set leaf = (select leaf from public.keep_leaf), article = '216/2' where seq = {QUERY};"
                "drop table public.keep_leaf;")
        self.verified()

    def test_missing_entry(self):
        sql(f"create table public.keep_entry as select * from qao.entry where seq = {QUERY};"
            f"delete from qao.entry where seq = {QUERY};")
        try:
            done = self.qao("verify")
            self.assertEqual(1, done.returncode, done.stdout)
            self.assertIn("missing", done.stderr)
        finally:
            sql("insert into qao.entry select * from public.keep_entry; drop table public.keep_entry;")
        self.verified()

    def test_changed_files(self):
        for name in ("tile/0/000", "tile/0/002.p/%d" % (SIZE - 512), "tile/1/000.p/2", "tile/entries/001", "checkpoint"):
            with self.subTest(name=name):
                copied = f"{self.work}/changed"
                shutil.copytree(self.folder, copied)
                data = bytearray(read(f"{copied}/{name}"))
                data[len(data) // 2] ^= 1
                write(f"{copied}/{name}", bytes(data))
                self.faulty("", "--dir", copied)
                os.unlink(f"{copied}/{name}")
                self.faulty("", "--dir", copied)
                shutil.rmtree(copied)

    # --- usage ------------------------------------------------------------------------------------------------------

    def test_no_vkey(self):
        """A file that is no log's key: what was expected instead, whatever its size."""
        proof = f"{self.work}/whole.tlog-proof"
        self.assertEqual(0, self.qao("prove", str(QUERY), "--out", proof).returncode)
        short = f"{self.work}/short"
        write(short, b"short")
        for wrong in (proof, short, self.work, "/proc/self/mem"):
            for command in (["check-proof", proof], ["verify", "--dir", self.folder]):
                done = self.qao(*command, "--vkey", wrong, instance=False)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertNotIn("buffer space", done.stderr)
                self.assertNotIn("Bad message", done.stderr)
                if not wrong.startswith("/proc"):
                    self.assertIn(f"{wrong} is no log's key. That is a file with one line NAME+HASH+KEY", done.stderr)
        large = f"{self.work}/large"
        write(large, b"x" * (4 << 20))
        done = self.qao("check-proof", large)
        self.assertEqual((1, f"FAULT: {large} is too large for a tlog-proof\n"), (done.returncode, done.stderr))

    def test_stopped_instance(self):
        stopped = f"{self.work}/stopped"
        shutil.copytree(self.instance, stopped)
        write(f"{stopped}/database.conninfo", f"host={stopped} user=qao_reader\n".encode())
        for command in (["verify"], ["export", f"{self.work}/never"], ["prove", "0"], ["show", "0"]):
            done = self.qao(*command, "--instance", stopped, instance=False)
            self.assertEqual((3, ""), (done.returncode, done.stdout))
            self.assertIn(f"the database of {stopped} is not running", done.stderr)
            self.assertIn(f"./run --dir '{stopped}'", done.stderr)
            self.assertIn("An export of the log is verified without it: --dir FOLDER --vkey FILE", done.stderr)

    def test_usage(self):
        for arguments in (["verify", "--dir", "/nowhere"], ["verify", "extra"], ["export"], ["prove"], ["check-proof"],
                          ["check-proof", "/nowhere"], ["verify", "--vkey", "/nowhere"], ["verify", "--known", "/nowhere"]):
            self.assertEqual(2, self.qao(*arguments).returncode, arguments)
        done = subprocess.run([QAO, "audit", "verfy"], capture_output=True, text=True, check=False)
        self.assertEqual(2, done.returncode)
        self.assertIn('did you mean "verify"?', done.stderr)

    def test_zz_unfinished(self):
        """Last, because the log cannot be taken back: a request under way is a fault unless it is allowed."""
        make_empty("qao.example/two")
        subprocess.run([MAKE_LOG, f"{self.work}/two.key", "qao.example/two", f"{self.work}/high-water-2", "0", "0"],
                       check=False, stderr=subprocess.DEVNULL)  # no such key: nothing is written
        self.vkey2 = f"{self.work}/two.vkey"
        subprocess.run([QAO, "log", "keygen", "--origin", "qao.example/two", "--key", f"{self.work}/two.key", "--vkey", self.vkey2],
                       check=True)
        sql("delete from qao.claim;")
        subprocess.run([MAKE_LOG, f"{self.work}/two.key", "qao.example/two", f"{self.work}/high-water-2", "3", "2"], check=True)
        self.faulty("", "--vkey", self.vkey2)
        done = self.qao("verify", "--vkey", self.vkey2, "--running", "--json")
        self.assertEqual((0, 2), (done.returncode, json.loads(done.stdout)["unfinished"]), done.stderr)


if __name__ == "__main__":
    unittest.main()
