#!/usr/bin/env python3
"""Proves `qao admin import`: one wrong row and nothing leaves the machine; what is uploaded is the table, row for row, in
parts that the signed act names; the import is followed to its end; and a file that was sent is never imported twice.

    test_import.py QAO QAO-DEV-CA"""

import collections
import csv
import hashlib
import json
import os
import pathlib
import pty
import subprocess
import sys
import unittest
import urllib.parse
import uuid

from act_client import ADMIN, ActCase
from client import QAO
from fake_gateway import canonical, content_of, write

OFFICERS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "officers.py"
LIST = {"v": "qao.list/1", "next": None, "at": "2026-11-22T12:00:00+05:00"}


class Import(ActCase):
    def setUp(self):
        super().setUp()
        self.acts, self.uploads, self.looks = [], [], 0
        self.imports = {}  # id -> rows, done
        self.ended = None
        self.step = 10**9  # rows that are registered between two looks
        self.path = f"{self.work}/officers {self.number}.csv"

    # --- the gateway ------------------------------------------------------------------------------------------------

    def taken(self, body):
        content = content_of(body)
        self.imports[content["id"]] = [content["act"]["rows"], 0]
        return self.acknowledged(body, status=202)

    def gateway(self, acts=None, uploads=None):
        def answer(method, path, body):
            url = urllib.parse.urlsplit(path)
            if url.path == "/v1/uploads":
                self.uploads.append(body)
                return uploads(body) if uploads else (200, {}, canonical({
                    "v": "qao.upload/1", "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body), "type": "application/json"}))
            if url.path == "/v1/acts":
                self.acts.append(content_of(body))
                return (acts or self.taken)(body)
            assert (method, url.path) == ("GET", "/v1/registry/imports"), path
            self.looks += 1
            name = urllib.parse.parse_qs(url.query, strict_parsing=True)["import"][0]
            items = []
            if name in self.imports:
                found = self.imports[name]
                if name != self.ended:
                    found[1] = min(found[0], found[1] + self.step)
                items = [{"import": name, "rows": found[0], "done": found[1], "state": "done" if found[0] == found[1] else "ended" if self.ended == name else "running",
                          "at": LIST["at"], "by": ADMIN}]
            return 200, {}, canonical(LIST | {"items": items})
        return self.serve(answer)

    # --- the table --------------------------------------------------------------------------------------------------

    def table(self, rows, *arguments):
        done = subprocess.run([sys.executable, OFFICERS, str(rows), *arguments], capture_output=True, check=True)
        write(self.path, done.stdout)
        return done.stdout.decode()

    def send(self, *arguments, **keywords):
        return self.qao("admin", "import", self.path, "--as", "admin", "--yes", *arguments, **keywords)

    def nothing_sent(self):
        self.assertEqual(([], [], 0), (self.acts, self.uploads, self.looks))

    # --- a right table ----------------------------------------------------------------------------------------------

    def test_imported(self):
        text = self.table(25)
        with self.gateway():
            done = self.send()
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(f"Registered: 25 ({self.acts[0]['id']})\n", done.stdout)
        self.assertIn("registered: 25 / 25\n", done.stderr)
        part, = self.uploads
        act, = self.acts
        self.assertEqual({"rows": 25, "source": os.path.basename(self.path),
                          "parts": [{"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)}]}, act["act"])
        self.assertEqual("qao.import/1", act["v"])
        rows = json.loads(part)
        self.assertEqual(part, canonical(rows))
        header, *lines = text.splitlines()
        names = header.split(",")
        for line, row in zip(lines, rows, strict=True):
            cells = dict(zip(names, next(csv.reader([line])), strict=True))
            self.assertEqual({"iin": cells["iin"], "bin": cells["bin"], "unit": None, "surname": cells["surname"],
                              "given": cells["given"], "patronymic": cells["patronymic"] or None, "position": cells["position"],
                              "role": 2, "bases": ["operative_search", "covert_investigation"], "duties": [],
                              "until": "2100-01-01T00:00:00+05:00" if cells["until"] else None}, row)

    def test_parts(self):
        self.table(20001)
        with self.gateway():
            done = self.send("--json", "--source", "Бұрынғы тіркелім")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual([10000, 10000, 1], [len(json.loads(part)) for part in self.uploads])
        self.assertEqual("Бұрынғы тіркелім", self.acts[0]["act"]["source"])
        self.assertEqual([{"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)} for part in self.uploads],
                         self.acts[0]["act"]["parts"])
        with open(self.path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        self.assertEqual({"v": "qao.imported/1", "state": "done", "sha256": digest, "encoding": "utf-8", "rows": 20001, "parts": 3,
                          "done": 20001, "import": self.acts[0]["id"], "fault_count": 0, "faults": []}, json.loads(done.stdout))

    def test_windows_1251(self):
        write(self.path, ("ИИН;БИН;Фамилия;Имя;Должность;Роль;Основания\r\n"
                          "500101100000;300140000015;Образцов;Пример;\"Инспектор \"\"А\"\"\";2;operative_search\r\n").encode("cp1251"))
        with self.gateway():
            done = self.send()
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("read as windows-1251", done.stderr)
        row, = json.loads(self.uploads[0])
        self.assertEqual(("Образцов", "Инспектор \"А\""), (row["surname"], row["position"]))

    def test_check_needs_no_gateway(self):
        self.table(3)
        done = subprocess.run([QAO, "admin", "import", self.path, "--check", "--lang", "ru"], capture_output=True, text=True, check=False)
        self.assertEqual((0, "Ошибок нет. Строк: 3\n", ""), (done.returncode, done.stdout, done.stderr))
        self.nothing_sent()

    # --- a wrong one ------------------------------------------------------------------------------------------------

    def test_wrong_rows(self):
        lines = self.table(4).splitlines()
        lines[2] = lines[2].replace("operative_search", "operative-search")
        lines[3] = lines[3].replace(lines[3][:12], lines[1][:12])
        lines[4] = ADMIN + lines[4][12:]
        write(self.path, "\n".join(lines).encode())
        with self.gateway():
            done = self.send()
            told = self.send("--json")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        for words in (":3: row 2, column bases: is none of the allowed words [value-not-allowed]",
                      ":4: row 3, column iin: this IIN stands in row 1 [already-so]", ":5: row 4, column iin: ", "[own-act]",
                      "Nothing was sent. Faults: 3"):
            self.assertIn(words, done.stderr)
        self.assertEqual((1, ""), (told.returncode, told.stderr))
        summary = json.loads(told.stdout)
        self.assertEqual(("faulty", 3, None), (summary["state"], summary["fault_count"], summary["import"]))
        self.assertEqual({"row": 3, "line": 4, "column": "iin", "code": "already-so", "other": 1}, summary["faults"][1])
        self.nothing_sent()

    def test_many_wrong_rows(self):
        self.table(150, "--role", "99")
        with self.gateway():
            done = self.send()
        self.assertEqual(1, done.returncode)
        self.assertEqual(100, done.stderr.count("[out-of-range]"))
        self.assertIn("more faults: 50\n", done.stderr)
        self.nothing_sent()

    def test_unusable(self):
        self.table(1)
        for content, words in ((b"iin;bin;name\n", "is none of an import's"), (b"", "is empty"), (b"a,b;c\n", "more than one of"),
                               (b"\xff\xfea\0", "UTF-16")):
            write(self.path, content)
            with self.subTest(words=words), self.gateway():
                done = self.send()
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn(words, done.stderr)
        os.unlink(self.path)
        self.assertEqual(2, self.send("--check").returncode)
        for wrong in (["--encoding", "latin1"], ["--continue", "x"], ["--wait", "-1"], ["--wait", "1x"], ["--source", "a\nb"]):
            self.assertEqual(2, self.send("--check", *wrong).returncode)
        self.nothing_sent()

    def test_server_faults(self):
        self.table(5)
        faults = [{"row": 2, "column": "iin", "code": "already-so"}, {"row": 5, "column": "bin\x1b[2J", "code": "body-unknown"}]
        with self.gateway(self.refused(["import-wrong"], 422, faults=faults)):
            done = self.send()
            told = self.send("--json")
        self.assertEqual(1, done.returncode)
        self.assertIn(":3: row 2, column iin: ", done.stderr)
        self.assertIn("[already-so]", done.stderr)
        self.assertIn(":6: row 5, column bin?[2J: ", done.stderr)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        summary = json.loads(told.stdout)
        self.assertEqual((1, "refused", 2, {"row": 2, "line": 3, "column": "iin", "code": "already-so"}),
                         (told.returncode, summary["state"], summary["fault_count"], summary["faults"][0]))
        # What was refused is not the same import when it is sent again.
        self.assertNotEqual(self.acts[0]["id"], self.acts[1]["id"])

    def test_refused(self):
        self.table(2)
        for code, status, result in (("import-running", 409, 1), ("role-not-held", 403, 1), ("overloaded", 503, 3)):
            with self.subTest(code=code), self.gateway(self.refused([code], status)):
                done = self.send()
                self.assertEqual(result, done.returncode, done.stderr)
                self.assertIn(f"title {code}", done.stdout + done.stderr)

    def test_upload_refused(self):
        self.table(2)
        with self.gateway(uploads=lambda body: (200, {}, canonical({"v": "qao.upload/1", "sha256": "00" * 32, "bytes": len(body),
                                                                    "type": "application/json"}))):
            self.assertEqual(1, self.send().returncode)
        self.assertEqual([], self.acts)

    # --- interrupted ------------------------------------------------------------------------------------------------

    def test_followed(self):
        self.table(40)
        self.step = 10
        with self.gateway():
            done = self.send()
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(4, self.looks)
        for rows in (0, 10, 20, 30, 40):
            self.assertIn(f"registered: {rows} / 40", done.stderr)

    def test_terminal(self):
        self.table(40)
        self.step = 10
        main, side = pty.openpty()
        with self.gateway():
            done = subprocess.run([QAO, "admin", "import", self.path, "--as", "admin", "--yes", "--instance", self.instance, "--lang", "en"],
                                  stdout=subprocess.PIPE, stderr=side, check=False, timeout=60,
                                  env={"PATH": os.environ["PATH"], "XDG_STATE_HOME": self.state, "HOME": self.work})
        os.close(side)
        shown = os.read(main, 1 << 16).decode()
        os.close(main)
        self.assertEqual(0, done.returncode, shown)
        self.assertRegex(shown, r"\r\x1b\[Kregistered: 20 / 40, about \d+ min \d\d s left\r\x1b\[K")

    def test_continues(self):
        self.table(30)
        self.step = 0
        with self.gateway():
            done = self.send("--wait", "1")
            self.assertEqual(3, done.returncode, done.stderr)
            identifier = self.acts[0]["id"]
            self.assertIn(f"--continue {identifier}", done.stderr)
            self.step = 30
            done = self.send()
            self.assertEqual((0, f"Registered: 30 ({identifier})\n"), (done.returncode, done.stdout), done.stderr)
            # From another machine, which has kept nothing.
            os.mkdir(f"{self.state}/other")
            done = self.send("--continue", identifier, env={"XDG_STATE_HOME": f"{self.state}/other"})
            self.assertEqual((0, f"Registered: 30 ({identifier})\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual((1, 1), (len(self.acts), len(self.uploads)))

    def test_ended(self):
        """Ended by an administrator: told with what is registered; the same file is then another import."""
        self.table(30)
        self.step = 0
        with self.gateway():
            self.assertEqual(3, self.send("--wait", "1").returncode)
            self.ended = self.acts[0]["id"]
            done = self.send("--continue", self.ended, "--json")
            self.assertEqual((1, "ended", 0), (done.returncode, json.loads(done.stdout)["state"], json.loads(done.stdout)["done"]), done.stderr)
            self.assertIn(f"import {self.ended} was ended by an administrator: 0 of 30 rows are registered", done.stderr)
            self.step = 30
            done = self.send()
            self.assertEqual((0, f"Registered: 30 ({self.acts[1]['id']})\n"), (done.returncode, done.stdout), done.stderr)
        self.assertNotEqual(self.ended, self.acts[1]["id"])

    def test_lost_reply(self):
        """The gateway took it, the reply was lost: the file is not imported twice."""
        self.table(30)
        with self.gateway(lambda body: (self.taken(body), (502, {}, b""))[1]):
            done = self.send()
            self.assertIn("it will not be imported twice", done.stderr)
            self.assertNotEqual(0, done.returncode)
            done = self.send()
            self.assertEqual((0, f"Registered: 30 ({self.acts[0]['id']})\n"), (done.returncode, done.stdout), done.stderr)
        self.assertEqual(1, len(self.acts))

    def test_lost_act(self):
        """It never arrived: sent again, it is the same import."""
        self.table(30)
        with self.gateway(lambda body: (502, {}, b"")):
            self.assertNotEqual(0, self.send().returncode)
        with self.gateway():
            self.assertEqual(0, self.send().returncode)
        self.assertEqual(2, len(self.acts))
        self.assertEqual(self.acts[0]["id"], self.acts[1]["id"])
        self.assertEqual(self.acts[0]["act"], self.acts[1]["act"])

    def test_continue_something_else(self):
        self.table(30)
        other = str(uuid.uuid4())
        with self.gateway():
            done = self.send("--continue", other)
            self.assertEqual(1, done.returncode)
            self.assertIn(f"no import {other}", done.stderr)
            self.imports[other] = [31, 31]
            done = self.send("--continue", other)
            self.assertEqual(1, done.returncode)
            self.assertIn("another number of rows", done.stderr)
        self.assertEqual(([], []), (self.acts, self.uploads))

    # --- the tables of the tests themselves -------------------------------------------------------------------------

    def test_made_officers(self):
        """The generator's people are different, fictional and the same each time."""
        text = self.table(2000)
        self.assertEqual(text, self.table(2000))
        numbers = collections.Counter(line[:12] for line in text.splitlines()[1:])
        self.assertEqual((2000, 1), (len(numbers), max(numbers.values())))
        self.assertTrue(all(number[0] == "5" and number[6] in "12" for number in numbers))
        later = {line[:12] for line in self.table(1000, "--first", "1000").splitlines()[1:]}
        self.assertEqual(1000, len(later & set(numbers)))


if __name__ == "__main__":
    unittest.main()
