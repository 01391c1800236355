#!/usr/bin/env python3
"""qao services check and document: every fault of every description is named, and docs/services.md is what they say.

    test_services.py QAO"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
QAO = sys.argv.pop(1)


def qao(*arguments):
    return subprocess.run([QAO, "services", *arguments], capture_output=True, text=True, check=False,
                          env=os.environ | {"QAO_DATA": str(ROOT)})


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qao-services-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for file in (ROOT / "schema" / "services").glob("*.json"):
            shutil.copy(file, self.folder)

    def change(self, number, change):
        file = self.folder / f"{number:02}.json"
        description = json.loads(file.read_text(encoding="utf-8"))
        change(description)
        file.write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")

    def found(self, status=1):
        done = qao("check", str(self.folder))
        self.assertEqual((status, ""), (done.returncode, done.stderr), done.stdout)
        *faults, last = done.stdout.splitlines()
        self.assertTrue(last.endswith(f"faults: {len(faults)}"), last)
        return [fault.removeprefix(f"{self.folder}/") for fault in faults]

    def test_ours_are_sound(self):
        done = qao("check")
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)
        self.assertEqual([], self.found(0))

    def test_each_fault_is_named(self):
        def no_title(description):
            del description["answer"]["items"]["properties"]["bin"]["x-titles"]
        (self.folder / "01.json").write_text("{", encoding="utf-8")
        self.change(2, no_title)
        self.change(3, lambda description: description.update(extra=1))
        self.assertEqual(["01.json: the text ends too early",
                          "02.json#/answer/items/properties/bin/x-titles: every field has a title",
                          "03.json: has a member that the format does not know"], self.found())

    def test_what_differs_from_the_order(self):
        def no_amounts(description):
            for member in description["answer"]["items"]["properties"].values():
                member.pop("x-amount", None)
            description["has_amounts"] = False
        self.change(11, no_amounts)
        self.change(13, lambda description: description["name"].update(ru="БД"))
        self.change(21, lambda description: description.update(kind="act"))
        self.change(37, lambda description: description.update(marked=False))
        self.assertEqual(["11.json: has_amounts: the order abbreviates its answers, and no field is an amount",
                          '13.json: name/ru: is not that of the order: БД "Социальная помощь"',
                          "21.json: kind: is not what the order makes of the service", "37.json: marked: is not what clause 9 says"],
                         self.found())

    def test_a_name_that_is_not_read(self):
        (self.folder / "05.json").rename(self.folder / "5.json")
        [fault] = self.found()
        self.assertIn("under a name that is not read", fault)

    def test_nothing_to_look_at(self):
        with tempfile.TemporaryDirectory() as empty:
            for folder in (empty, f"{empty}/none"):
                done = qao("check", folder)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertTrue(done.stderr.startswith(f"qao: {folder}: "), done.stderr)
        self.assertEqual(2, qao("check", "a", "b").returncode)
        self.assertEqual(2, qao("document", "a").returncode)


class Document(unittest.TestCase):
    def test_the_page_is_what_the_descriptions_say(self):
        page = (ROOT / "docs" / "services.md").read_text(encoding="utf-8")
        done = qao("document")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertTrue(page == done.stdout, "docs/services.md is old: qao services document > docs/services.md")

    def test_every_member_is_on_the_page(self):
        page = qao("document").stdout
        for file in sorted((ROOT / "schema" / "services").glob("[0-9][0-9].json")):
            description = json.loads(file.read_text(encoding="utf-8"))
            part = page[page.index(f"\n## {description['number']}. "):].split("\n## ", 2)[1]
            for members in (description["request"], description["answer"]["items"]):
                for name in members.get("properties", ()):
                    self.assertIn(f"| `{name}`", part, file.name)


if __name__ == "__main__":
    unittest.main()
