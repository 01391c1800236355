#!/usr/bin/env python3
"""Proves what the commands of access sign, and what they believe: acts are checked before they are signed, nothing goes
out that was not agreed to, an acknowledgement counts only with signature and proof, what the register says of an
application counts only as far as its applicant signed it, and a name from the register does not steer the terminal.

    test_access.py QAO QAO-DEV-CA"""

import base64
import hashlib
import json
import os
import pty
import stat
import subprocess
import unittest
import urllib.parse
import uuid

from act_client import ADMIN, ActCase
from client import read
from fake_gateway import System, act_leaf, canonical, content_of, openssl, write

APPLICATION = "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
POLICE, BODY = "500101100000", "300141000010"
PDF = b"%PDF-1.7\nthe signed form\n%%EOF\n"
EVIL = "БАҚЫЛАУ\x1b[2J\u202eТСЕТ\u2066"
TEXT = {"kk": "Келісім мәтіні.\nЕкінші жол.", "ru": "Текст соглашения.\nВторая строка."}
FORM = {"surname": "БАҚЫЛАУ", "given": "БАЯН", "patronymic": "ЕКІНШІҚЫЗЫ", "iin": POLICE, "bin": BODY, "body_code": "17",
        "unit": None, "position": "тергеуші", "work_phone": "+7 717 200", "mobile_phone": "+7 700 300 40 50",
        "email": "b.bayan@example.kz", "work_address": "Астана, 1", "block_reason": None,
        "head": {"position": "бастық", "name": "БАСТЫҚ Б."}}
TYPED = ["--position", "тергеуші", "--work-phone", "+7 717 200", "--mobile-phone", "+7 700 300 40 50", "--email",
         "b.bayan@example.kz", "--work-address", "Астана, 1", "--head-position", "бастық", "--head-name", "БАСТЫҚ Б."]
STATEMENTS = dict.fromkeys(("agreement", "protected_carrier", "personal_data", "workplace"), True)
RIGHTS = {"role": 2, "bases": ["operative_search", "other_duties"], "duties": ["app4.1"], "until": "2027-11-22T14:00:00+05:00"}
NAME = ["--name-kk", "Орган", "--name-ru", "Орган", "--name-en", "Body"]
# What each command of `qao admin` signs, from what is typed.
ACTS = [
    (["body", "--bin", BODY, "--code", "17", "--network", "10.0.0.0/8", "--network", "2001:db8::/32", *NAME], "body",
     {"bin": BODY, "code": "17", "appendix": None, "networks": ["10.0.0.0/8", "2001:db8::/32"],
      "name": {"kk": "Орган", "ru": "Орган", "en": "Body"}}),
    (["unit", "--bin", BODY, "--code", "17.2", "--above", "17.1", *NAME], "unit",
     {"bin": BODY, "code": "17.2", "above": "17.1", "name": {"kk": "Орган", "ru": "Орган", "en": "Body"}}),
    (["appoint", "--iin", POLICE, "--bin", BODY, "--system-role", "responsible", "--surname", "БАҚЫЛАУ", "--given", "БАЯН",
      "--position", "бастық", "--act-number", "№ 17", "--act-date", "2026-11-20"], "appointment",
     {"iin": POLICE, "bin": BODY, "system_role": "responsible", "unit": None, "surname": "БАҚЫЛАУ", "given": "БАЯН",
      "patronymic": None, "position": "бастық", "state": "active", "act_number": "№ 17", "act_date": "2026-11-20"}),
    (["block", "--iin", POLICE, "--bin", BODY, "--cause", "dismissal", "--reason", "жұмыстан шықты"], "block",
     {"iin": POLICE, "bin": BODY, "cause": "dismissal", "reason": "жұмыстан шықты", "violation": None}),
    (["end-import", "--import", APPLICATION, "--reason", "қате кесте"], "import-end",
     {"import": APPLICATION, "reason": "қате кесте"}),
    (["lift", "--iin", POLICE, "--bin", BODY, "--reason", "оралды"], "suspension",
     {"iin": POLICE, "bin": BODY, "reason": "оралды"}),
    (["setting", "--name", "refusals_per_hour", "--value", "60"], "setting", {"name": "refusals_per_hour", "value": 60}),
    (["violation", "--iin", POLICE, "--bin", BODY, "--cause", "other", "--note", "байқалды"], "violation",
     {"violation": None, "iin": POLICE, "bin": BODY, "cause": "other", "state": "open", "measure": None, "note": "байқалды"}),
    (["announce", "--begins-at", "2026-11-22 14:00", "--ends-at", "2026-11-22T10:30:00Z", "--text-kk", "Жұмыс", "--text-ru",
      "Работы", "--text-en", "Work"], "announcement",
     {"announcement": None, "begins_at": "2026-11-22T14:00:00+05:00", "ends_at": "2026-11-22T15:30:00+05:00",
      "text": {"kk": "Жұмыс", "ru": "Работы", "en": "Work"}, "withdrawn": False}),
    (["journal-row", "--section", "5", "--actions", "генератор", "--minutes-max", "15", "--responsible", "кезекші", "--started-at",
      "2026-11-22 01:00", "--causes", "жарық сөнді", "--incident", APPLICATION], "journal",
     {"section": 5, "actions": "генератор", "minutes_max": 15, "responsible": "кезекші", "started_at": "2026-11-22T01:00:00+05:00",
      "ended_at": None, "causes": "жарық сөнді", "measures": None, "corrects": None, "incident": APPLICATION}),
    (["contact", "--telephone", "+7 717 200", "--email", "a@example.kz"], "contact",
     {"telephones": ["+7 717 200"], "emails": ["a@example.kz"]}),
]


def listed(*items, following=None):
    return 200, {}, canonical({"v": "qao.list/1", "items": list(items), "next": following, "at": "2026-11-22T12:00:00+05:00"})


class Access(ActCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scan = f"{cls.work}/scan.pdf"
        write(cls.scan, PDF)

    def setUp(self):
        super().setUp()
        self.acts, self.uploads, self.asked = [], [], []
        self.pages = {}

    # --- the gateway ------------------------------------------------------------------------------------------------

    def person(self, name):
        folder = f"{self.instance}/people/{name}"
        return System(f"{folder}/sign.pem", f"{folder}/sign.key")

    def gateway(self, acts=None):
        """Answers acts by acts(body), uploads by what they are, and collections by self.pages."""
        def answer(method, path, body):
            url = urllib.parse.urlsplit(path)
            if path == "/v1/acts":
                self.acts.append(content_of(body))
                return (acts or self.acknowledged)(body)
            if path == "/v1/uploads":
                self.uploads.append(body)
                return 200, {}, canonical({"v": "qao.upload/1", "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body),
                                           "type": "application/pdf"})
            if url.path.startswith("/v1/scans/"):
                return 200, {"Content-Type": "application/pdf"}, self.scanned
            asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
            self.asked.append((url.path.rsplit("/", 1)[1], asked))
            page = self.pages[self.asked[-1][0]]
            return page(asked) if callable(page) else listed(*page)
        return self.serve(answer)

    scanned = PDF

    def application_of(self, change=None, signer="police", decision=None, decided_by="admin", scan=PDF, **members):
        """An application as the register shows it; change(item) lies about it afterwards."""
        form = members.pop("form", FORM)
        act = {"kind": "register", "form": form, "statements": STATEMENTS, "rights": RIGHTS,
               "scan": {"sha256": hashlib.sha256(scan).hexdigest(), "bytes": len(scan), "type": "application/pdf"}}
        signed = self.person(signer).sign(canonical({"v": "qao.application/1", "id": APPLICATION, "to": "qao.example/log",
                                                     "at": "2026-11-22T12:00:00+05:00", "act": act}))
        digest = hashlib.sha256(signed).hexdigest()
        item = act | {"application": APPLICATION, "state": "filed", "iin": POLICE, "bin": BODY, "digest": digest,
                      "filed_at": "2026-11-22T12:00:00.000000+05:00", "due_at": "2026-11-23T12:00:00.000000+05:00",
                      "overdue": False, "left_s": 18750, "decided_at": None, "has": None, "signed": base64.b64encode(signed).decode(),
                      "allowed": {"bases": ["operative_search", "other_duties"], "duties": ["app4.1", "app4.2"]},
                      "difference": {"adds": ["operative_search"], "removes": []}, "decision": None, "versions": []} | members
        if decision:
            content = {"application": APPLICATION, "digest": digest, "outcome": "refused", "reason": "дерек толық емес",
                       "rights": None} | decision
            ruling = self.person(decided_by).sign(canonical({"v": "qao.decision/1", "id": str(uuid.uuid4()), "to": "qao.example/log",
                                                             "at": "2026-11-22T13:00:00+05:00", "act": content}))
            item |= {"state": "refused", "decision": {
                "outcome": content["outcome"], "reason": content["reason"], "rights": None, "at": "2026-11-22T13:00:00+05:00",
                "iin": {"admin": ADMIN, "police": POLICE}[decided_by], "signed": base64.b64encode(ruling).decode()}}
        if change:
            change(item)
        self.pages["application"] = [item]
        return item

    def at_terminal(self, answers, *arguments, lang="en"):
        """With somebody at the keyboard who types these lines."""
        keyboard, end = pty.openpty()
        try:
            os.write(keyboard, "".join(line + "\n" for line in answers).encode())
            return self.qao(*arguments, lang=lang, stdin=end)
        finally:
            os.close(keyboard)
            os.close(end)

    def qao(self, *arguments, **keywords):
        if arguments[0] != "policy" and "stdin" not in keywords:
            keywords["stdin"] = subprocess.DEVNULL
        return super().qao(*arguments, **keywords)

    def apply(self, *arguments, kind="register", **keywords):
        extra = ["--role", "2", "--basis", "operative_search", "--basis", "other_duties", "--duty", "app4.1", "--until",
                 "2027-11-22 14:00", "--scan", self.scan] if kind != "block" else []
        self.pages["me"] = [{"iin": POLICE, "bin": BODY, "body": {"bin": BODY, "code": "17"}}]
        return self.qao("apply", kind, "--as", "police", *TYPED, *extra, *arguments, **keywords)

    # --- acts -------------------------------------------------------------------------------------------------------

    def test_what_is_signed(self):
        for arguments, name, act in ACTS:
            with self.subTest(command=arguments[0]), self.gateway():
                self.acts = []
                self.pages = {"bodies": []}
                done = self.qao("admin", arguments[0], "--as", "admin", *arguments[1:])
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertEqual([f"qao.{name}/1"], [taken["v"] for taken in self.acts])
                self.assertEqual(act, self.acts[0]["act"])
                self.assertEqual("qao.example/log", self.acts[0]["to"])
                self.assertIn(f"Act: {self.acts[0]['id']}", done.stdout)
                self.assertIn("record of the act ", done.stdout)
                self.assertIn("the gateway's signature is right", done.stdout)

    def test_agreement_text(self):
        for language, text in TEXT.items():
            write(f"{self.work}/{language}.txt", text.encode() + b"\n")
        with self.gateway():
            done = self.qao("admin", "agreement-text", "--as", "admin", "--version", "2", "--in-force-from", "2026-12-01 00:00", "--kk",
                            f"{self.work}/kk.txt", "--ru", f"{self.work}/ru.txt", "--json")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual({"version": 2, "in_force_from": "2026-12-01T00:00:00+05:00"} | TEXT, self.acts[0]["act"])
        self.assertEqual(self.acts[0]["id"], json.loads(done.stdout)["answer"]["act"])

    def test_wrong_forms_are_not_signed(self):
        right = dict(zip(("--iin", "--bin", "--cause", "--reason"), (POLICE, BODY, "dismissal", "x")))
        announce = ["announce", "--text-kk", "x", "--text-ru", "x", "--text-en", "x", "--ends-at", "2026-11-22 14:00", "--begins-at"]
        cases = [(["block", *[word for pair in (right | changed).items() for word in pair]], words) for changed, words in (
            ({"--iin": "500101100001"}, "--iin"), ({"--bin": "30014100001"}, "--bin"), ({"--cause": "dismissed"}, "--cause"),
            ({"--reason": ""}, "--reason"), ({"--reason": "a\u202eb"}, "--reason"), ({"--reason": "a\x1b[2J"}, "--reason"),
            ({"--violation": "17"}, "--violation"))]
        cases += [(["block", "--iin", POLICE, "--bin", BODY, "--cause", "other"], "--reason is needed"),
                  (["setting", "--name", "refusals_per_hour", "--value", "many"], "--value takes a number"),
                  (["setting", "--name", "refusals_per_day", "--value", "1"], "--name"),
                  (["body", "--bin", BODY, "--code", "17", "--network", "10.0.0.1/8", *NAME], "--network"),
                  (["unit", "--bin", BODY, "--code", "17 2", *NAME], "--code"),
                  *[(announce + [time], "--begins-at takes a time") for time in (
                      "2026-11-31 14:00", "2026-11-22", "22.11.2026 14:00", "2026-11-22 24:00", "2026-11-22 14:00 +05", "tomorrow")]]
        for arguments, words in cases:
            with self.subTest(arguments=arguments), self.gateway():
                self.pages = {"bodies": []}
                done = self.qao("admin", arguments[0], "--as", "admin", *arguments[1:])
                self.assertEqual((2, "", []), (done.returncode, done.stdout, self.acts))
                self.assertIn(words, done.stderr)

    def test_times_are_those_of_the_capital(self):
        """UTC+6 until 29 February 2024, UTC+5 since 1 March 2024 (clause 22)."""
        for entered, at in (("2024-02-29 12:00", "2024-02-29T12:00:00+06:00"), ("2026-11-22 14:00:30", "2026-11-22T14:00:30+05:00"),
                            ("2026-11-22T14:00", "2026-11-22T14:00:00+05:00"), ("2026-11-22 14:00+00:00", "2026-11-22T19:00:00+05:00"),
                            ("2026-11-22T14:00:00Z", "2026-11-22T19:00:00+05:00")):
            with self.gateway():
                done = self.qao("admin", "announce", "--as", "admin", "--dry-run", "--begins-at", entered, "--ends-at", "2027-01-01 00:00",
                                "--text-kk", "x", "--text-ru", "x", "--text-en", "x", env={"TZ": "America/New_York"})
            self.assertEqual((0, [], at), (done.returncode, self.acts, json.loads(done.stdout)["act"]["begins_at"]), done.stderr)

    def test_what_the_register_has_stays(self):
        known = {"bin": BODY, "code": "17", "appendix": 4, "networks": ["10.0.0.0/8"], "version": 3,
                 "name": {"kk": "Орган", "ru": "Орган", "en": "Body"}}
        self.pages = {"bodies": [known], "violations": [{"violation": APPLICATION, "iin": POLICE, "bin": BODY, "cause": "refusals",
                                                         "state": "open", "measure": None, "note": None, "at": "x", "by": None}]}
        with self.gateway():
            done = self.qao("admin", "body", "--as", "admin", "--bin", BODY, "--network", "10.1.0.0/16")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            done = self.qao("admin", "violation", "--as", "admin", "--violation", APPLICATION, "--state", "closed", "--measure", "шара")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        del known["version"]
        self.assertEqual(known | {"networks": ["10.1.0.0/16"]}, self.acts[0]["act"])
        self.assertEqual({"violation": APPLICATION, "iin": POLICE, "bin": BODY, "cause": "refusals", "state": "closed",
                          "measure": "шара", "note": None}, self.acts[1]["act"])

    def test_asked_at_the_terminal(self):
        block = ["admin", "block", "--as", "admin", "--iin", POLICE, "--bin", BODY, "--cause", "other", "--reason", "себеп"]
        with self.gateway():
            for answer in ("no", "", "нет", "yess"):
                done = self.at_terminal([answer], *block)
                self.assertEqual((2, "", []), (done.returncode, done.stdout, self.acts))
            self.assertIn("Reason: себеп", done.stderr)
            self.assertIn("Sign and send it? [yes/no]", done.stderr)
            done = self.at_terminal(["да"], *block, lang="ru")
            self.assertEqual((0, 1), (done.returncode, len(self.acts)), done.stderr)
            self.assertIn("Принято: ", done.stdout)
            self.assertEqual(0, self.at_terminal([], *block, "--yes").returncode)

    def test_refusals_are_explained(self):
        with self.gateway(self.refused(["role-not-held", "own-act"])):
            for lang, words in (("en", "Another person who may must do this."), ("ru", "Это должен сделать другой человек, у которого есть на это право."),
                                ("kk", "Мұны осыған құқығы бар басқа адам жасауға тиіс.")):
                done = self.qao("admin", "lift", "--as", "admin", "--iin", POLICE, "--bin", BODY, "--reason", "x", lang=lang)
                self.assertEqual((1, ""), (done.returncode, done.stderr))
                self.assertIn("[own-act]", done.stdout)
                self.assertIn(words, done.stdout)

    def test_lies_about_acts(self):
        """Whatever is wrong with an acknowledgement is refused by its name."""
        def other_act(answer, leaf):
            answer["act"] = str(uuid.uuid4())

        def other_type(answer, leaf):
            answer["type"] = "qao.body/1"

        def other_kind(answer, leaf):
            answer["kind"] = "admin.body"

        def other_bytes(answer, leaf):
            return act_leaf("admin.suspension", {"id": answer["act"]}, b"other bytes")

        def no_acknowledgement(answer, leaf):
            answer["v"] = "qao.answer/1"

        cases = [(other_act, "answer-of-another-query"), (other_type, "answer-of-another-query"),
                 (other_kind, "receipt-of-another-record"), (other_bytes, "receipt-of-another-record"),
                 (no_acknowledgement, "reply-malformed")]
        for change, code in cases:
            with self.subTest(code=code), self.gateway(lambda body, change=change: self.acknowledged(body, change)):
                self.lie_is_refused(code)

        def edited(edit):
            def answer(body):
                status, headers, reply = self.acknowledged(body)
                reply = json.loads(reply)
                edit(reply)
                return status, headers, canonical(reply)
            return answer
        for edit, code in ((lambda reply: reply.pop("receipt"), "receipt-missing"), (lambda reply: reply.pop("signed"), "reply-malformed"),
                           (lambda reply: reply["answer"].update(at="2026-11-22T12:00:01+05:00"), "answer-not-signed-content"),
                           (lambda reply: reply["receipt"].update(log="other"), "receipt-of-another-log")):
            with self.subTest(code=code), self.gateway(edited(edit)):
                self.lie_is_refused(code)

    def lie_is_refused(self, code):
        done = self.qao("admin", "lift", "--as", "admin", "--iin", POLICE, "--bin", BODY, "--reason", "x")
        self.assertEqual((1, ""), (done.returncode, done.stdout), done.stderr)
        self.assertIn(f"[{code}]", done.stderr)

    # --- applications -----------------------------------------------------------------------------------------------

    def test_apply(self):
        with self.gateway():
            done = self.apply("--agree-to-all")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual([PDF], self.uploads)
        self.assertEqual({"kind": "register", "form": FORM, "statements": STATEMENTS, "rights": RIGHTS,
                          "scan": {"sha256": hashlib.sha256(PDF).hexdigest(), "bytes": len(PDF), "type": "application/pdf"}},
                         self.acts[0]["act"])

    def test_apply_from_a_file(self):
        write(f"{self.work}/form.json", canonical(FORM | {"position": "басқа", "unit": "17.2", "body_code": "18"}))
        with self.gateway():
            done = self.apply("--agree-to-all", "--form", f"{self.work}/form.json", kind="transfer")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(FORM | {"unit": "17.2", "body_code": "18"}, self.acts[0]["act"]["form"])
        self.assertEqual([], self.asked)

    def test_apply_to_be_blocked(self):
        with self.gateway():
            done = self.apply("--reason", "демалыс", "--agree-to-all", kind="block")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual({"kind": "block", "form": FORM | {"block_reason": "демалыс"}, "statements": STATEMENTS, "rights": None,
                          "scan": None}, self.acts[0]["act"])

    def test_every_statement_is_asked(self):
        with self.gateway():
            done = self.apply()
            self.assertEqual((2, [], []), (done.returncode, self.acts, self.uploads))
            self.assertIn("--agree-to-all", done.stderr)
            self.assertIn("no way at all to the Internet", done.stderr)
            for said in range(5):
                with self.subTest(said=said):
                    lines = ["иә"] * said + ["жоқ"] + ["иә"] * 5
                    scan = ["apply", "register", "--as", "police", *TYPED, "--role", "2", "--basis", "operative_search", "--scan", self.scan]
                    done = self.at_terminal(lines, *scan, lang="kk")
                    self.assertEqual((2, [], []), (done.returncode, self.acts, self.uploads), done.stderr)
            done = self.at_terminal(["иә"] * 5, *scan, lang="kk")
            self.assertEqual((0, 1, 1), (done.returncode, len(self.acts), len(self.uploads)), done.stderr)

    def test_wrong_applications_are_not_signed(self):
        write(f"{self.work}/scan.txt", b"no picture")
        for changed, words in ((["--basis", "operativ_search"], "did you mean operative_search?"), (["--duty", "app41"], "did you mean app4.1?"),
                               (["--email", "no address"], "--email is given twice"), (["--iin", "500101100001"], "--iin"),
                               (["--surname", "a\u202eb"], "--surname"), (["--body-code", "a b"], "--body-code")):
            with self.subTest(changed=changed), self.gateway():
                done = self.apply("--agree-to-all", *changed)
                self.assertEqual((2, "", [], []), (done.returncode, done.stdout, self.acts, self.uploads))
                self.assertIn(words, done.stderr)
        with self.gateway():
            for scan, words in ((f"{self.work}/scan.txt", "neither PDF nor PNG nor JPEG"), (f"{self.work}/none", "cannot read")):
                done = self.qao("apply", "register", "--as", "police", *TYPED, "--role", "2", "--basis", "operative_search", "--scan", scan,
                                "--body-code", "17", "--agree-to-all")
                self.assertEqual((2, []), (done.returncode, self.acts))
                self.assertIn(words, done.stderr)
            done = self.qao("apply", "register", "--as", "police", *TYPED, "--role", "2", "--basis", "operative_search", "--body-code", "17",
                            "--agree-to-all")
            self.assertIn("--scan is needed", done.stderr)

    def test_own_applications(self):
        item = {name: value for name, value in self.application_of().items() if name not in ("form", "signed")}
        late = item | {"application": str(uuid.uuid4()), "left_s": -3700, "overdue": True}
        self.pages["applications"] = [item, late]
        with self.gateway():
            for lang, words in (("en", ("5 h 12 min", "overdue by 1 h 01 min")), ("ru", ("5 ч 12 мин", "просрочено на 1 ч 01 мин")),
                                ("kk", ("5 сағ 12 мин", "мерзімі 1 сағ 01 мин бұрын өтті"))):
                done = self.qao("apply", "show", "--as", "police", lang=lang)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                for word in words:
                    self.assertIn(word, done.stdout)
        self.assertEqual(("applications", POLICE), (self.asked[0][0], self.asked[0][1]["iin"]))

    def test_refusal_is_verified(self):
        self.application_of(decision={"outcome": "refused"})
        with self.gateway():
            done = self.qao("apply", "show", APPLICATION, "--as", "police")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for words in ("Reason: дерек толық емес", f"By: {ADMIN}", "the decision's signature is right", "2026-11-22 13:00:00 (+05:00)"):
            self.assertIn(words, done.stdout)
        changes = ((lambda item: item["decision"].update(reason="басқа"), "answer-not-signed-content"),
                   (lambda item: item["decision"].update(outcome="registered"), "answer-not-signed-content"),
                   (lambda item: item["decision"].update(iin=POLICE), "answer-not-signed-content"),
                   (lambda item: item["decision"].update(signed="AAAA"), "answer-signature-invalid"),
                   (lambda item: item["decision"].update(signed=item["signed"]), "answer-not-signed-content"))
        for number, (change, code) in enumerate(changes):
            with self.subTest(change=number):
                self.application_of(change, decision={"outcome": "refused"})
                self.application_is_refused(code)
        for decision, by in (({"digest": "ab" * 32}, "admin"), ({"application": str(uuid.uuid4())}, "admin"), ({"outcome": "refused"}, "police")):
            with self.subTest(decision=decision):
                self.application_of(decision=decision, decided_by=by)
                self.application_is_refused("answer-not-signed-content")

    def application_is_refused(self, code):
        with self.gateway():
            for command in (["apply", "show", APPLICATION, "--as", "police"], ["apply", "withdraw", APPLICATION, "--as", "police", "--yes"],
                            ["admin", "application", APPLICATION, "--as", "admin"],
                            ["admin", "decide", APPLICATION, "--as", "admin", "--register", "--yes"],
                            ["admin", "scan", APPLICATION, "--as", "admin", "--save", f"{self.state}/scan"]):
                done = self.qao(*command)
                self.assertEqual((1, "", []), (done.returncode, done.stdout, self.acts), command)
                self.assertIn(f"[{code}]", done.stderr)
        self.assertFalse(os.path.exists(f"{self.state}/scan"))

    def test_application_is_what_was_signed(self):
        changes = ((lambda item: item.update(rights=RIGHTS | {"bases": ["operative_search"]}), "answer-not-signed-content"),
                   (lambda item: item.update(form=FORM | {"position": "басқа"}), "answer-not-signed-content"),
                   (lambda item: item.update(digest="ab" * 32), "answer-not-signed-content"),
                   (lambda item: item.update(iin=ADMIN), "answer-not-signed-content"),
                   (lambda item: item["scan"].update(sha256="ab" * 32), "answer-not-signed-content"),
                   (lambda item: item.update(application=str(uuid.uuid4())), "answer-of-another-query"),
                   (lambda item: item.update(signed=None), "answer-signature-invalid"))
        for number, (change, code) in enumerate(changes):
            with self.subTest(change=number):
                self.application_of(change)
                self.application_is_refused(code)
        self.application_of(signer="prosecutor")
        self.application_is_refused("answer-not-signed-content")
        self.application_of(signer="expired")
        self.application_is_refused("answer-signature-invalid")

    def test_withdraw(self):
        item = self.application_of()
        with self.gateway():
            done = self.qao("apply", "withdraw", APPLICATION, "--as", "police")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual({"application": APPLICATION, "digest": item["digest"]}, self.acts[0]["act"])

    # --- decisions --------------------------------------------------------------------------------------------------

    def decide(self, *arguments):
        self.acts = []
        return self.qao("admin", "decide", APPLICATION, "--as", "admin", *arguments)

    def test_decide(self):
        item = self.application_of()
        right = {"application": APPLICATION, "digest": item["digest"], "outcome": "registered", "reason": None, "rights": RIGHTS}
        cases = ((["--register"], {}),
                 (["--register", "--grant-basis", "operative_search", "--reason", "тек осы"],
                  {"reason": "тек осы", "rights": RIGHTS | {"bases": ["operative_search"], "duties": []}}),
                 (["--register", "--grant-until", "2027-01-01 00:00"], {"rights": RIGHTS | {"until": "2027-01-01T00:00:00+05:00"}}),
                 (["--refuse", "дерек толық емес"], {"outcome": "refused", "reason": "дерек толық емес", "rights": None}))
        with self.gateway():
            for arguments, changed in cases:
                with self.subTest(arguments=arguments):
                    done = self.decide(*arguments, "--yes")
                    self.assertEqual((0, "", [right | changed]), (done.returncode, done.stderr, [taken["act"] for taken in self.acts]))
            for arguments, words in (([], "either --register or --refuse"), (["--register", "--refuse", "x"], "either"),
                                     (["--refuse", "x", "--grant-basis", "operative_search"], "nothing is granted"),
                                     (["--register", "--yes", "--grant-basis", "search_measures"], "was not asked for"),
                                     (["--register", "--yes", "--grant-duty", "app4.2"], "was not asked for"),
                                     (["--register"], "say --yes")):
                with self.subTest(arguments=arguments):
                    done = self.decide(*arguments)
                    self.assertEqual((2, []), (done.returncode, self.acts))
                    self.assertIn(words, done.stderr)

    def test_decide_shows_what_it_is_about(self):
        self.application_of()
        with self.gateway():
            done = self.at_terminal(["no"], "admin", "decide", APPLICATION, "--as", "admin", "--register")
            self.assertEqual((2, []), (done.returncode, self.acts))
            for words in ("Allowed:", "Rights asked for:", "Has now: -", "Difference:", "Adds: ", "5 h 12 min",
                          "the applicant's signature and the digest are right", "Sign and send it?"):
                self.assertIn(words, done.stderr)
            parts = ("State:", "Form:", "Surname:", "Position:", "Rights asked for:", "Has now:", "Difference:", "Allowed:", "Scan:", "Digest")
            places = [done.stderr.index(part) for part in parts]
            self.assertEqual(sorted(places), places, "not in the order in which one decides")
            done = self.at_terminal(["yes"], "admin", "decide", APPLICATION, "--as", "admin", "--register")
            self.assertEqual((0, 1), (done.returncode, len(self.acts)), done.stderr)

    def test_closed_application_is_not_decided(self):
        self.application_of(decision={"outcome": "refused"})
        with self.gateway():
            done = self.decide("--register", "--yes")
        self.assertEqual((1, []), (done.returncode, self.acts))

    def test_scan(self):
        self.application_of()
        path = f"{self.state}/scan.pdf"
        with self.gateway():
            done = self.qao("admin", "scan", APPLICATION, "--as", "admin", "--save", path)
            self.assertEqual((0, PDF, 0o600), (done.returncode, read(path), stat.S_IMODE(os.stat(path).st_mode)), done.stderr)
            done = self.qao("admin", "scan", APPLICATION, "--as", "admin", "--save", path)
            self.assertEqual(2, done.returncode)
            self.scanned = PDF + b" "
            done = self.qao("admin", "scan", APPLICATION, "--as", "admin", "--save", path + "2")
            self.assertEqual(1, done.returncode)
            self.assertIn("[answer-not-signed-content]", done.stderr)
        self.assertFalse(os.path.exists(path + "2"))

    # --- lists ------------------------------------------------------------------------------------------------------

    def test_names_do_not_steer_the_terminal(self):
        officer = {"registration": 7, "version": 1, "iin": POLICE, "bin": BODY, "unit": None, "surname": EVIL, "given": EVIL,
                   "patronymic": None, "position": EVIL, "system_role": "officer", "role": 2, "state": EVIL, "bases": [EVIL], "duties": [],
                   "until": EVIL, "act_number": None, "act_date": None, "at": EVIL, "reason": EVIL}
        contacts = {"telephones": [EVIL], "emails": [], "at": EVIL}
        self.application_of(form=FORM | {"surname": EVIL, "head": {"name": EVIL, "position": EVIL}}, has={EVIL: EVIL})
        self.pages |= {"registrations": lambda asked: listed(officer, following="7"), "registration": [officer], "contacts": [contacts],
                       "announcements": [{"announcement": EVIL, "begins_at": EVIL, "ends_at": EVIL, "running": True, "withdrawn": False,
                                          "text": {"kk": EVIL, "ru": EVIL, "en": EVIL}}],
                       "me": [{"iin": EVIL, "bin": EVIL, "body": {"name": {"kk": EVIL, "ru": EVIL, "en": EVIL}}, "registrations": [officer],
                               "agreement": {"version": 1, "signed_at": EVIL, "in_force": 1}, "applications": [], "contacts": contacts,
                               "announcements": []}]}
        for command in (["admin", "registrations"], ["admin", "registration", "7"], ["admin", "contacts"], ["admin", "announcements"], ["me"],
                        ["admin", "application", APPLICATION]):
            with self.subTest(command=command), self.gateway():
                for lang in ("kk", "ru", "en"):
                    done = self.qao(*command, "--as", "admin", lang=lang)
                    self.assertEqual(0, done.returncode, done.stderr)
                    self.assertIn("БАҚЫЛАУ?[2J?ТСЕТ?", done.stdout)
                    for character in ("\x1b", "\u202e", "\u2066"):
                        self.assertNotIn(character, done.stdout + done.stderr)

    def test_pages(self):
        bodies = [{"bin": f"{300140000000 + i}", "code": str(i), "appendix": None, "name": {"kk": "к", "ru": "р", "en": "e"}, "networks": [],
                   "version": 1} for i in range(5)]

        def page(asked):
            at, limit = int(asked.get("after", 0)), min(2, int(asked["limit"])) if "limit" in asked else 2
            return listed(*bodies[at:at + limit], following=str(at + limit) if at + limit < 5 else None)
        self.pages["bodies"] = page
        with self.gateway():
            done = self.qao("admin", "bodies", "--as", "admin")
            self.assertEqual((0, "There is more: --after 2, --all\n"), (done.returncode, done.stderr))
            self.assertIn("300140000001", done.stdout)
            self.assertNotIn("300140000002", done.stdout)
            done = self.qao("admin", "bodies", "--as", "admin", "--all", "--json")
            self.assertEqual((bodies, None), (json.loads(done.stdout)["items"], json.loads(done.stdout)["next"]))
            done = self.qao("admin", "bodies", "--as", "admin", "--after", "4", "--limit", "1", "--json")
            self.assertEqual(bodies[4:], json.loads(done.stdout)["items"])
        self.pages["bodies"] = lambda asked: listed(bodies[0], following="1")
        with self.gateway():
            done = self.qao("admin", "bodies", "--as", "admin", "--all")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("[reply-malformed]", done.stderr)

    def test_filters(self):
        cases = ((["registrations", "--name", "Бақ ы&лау=%", "--system-role", "officer", "--role", "2", "--state", "active", "--unit", "17/2"],
                  {"name": "Бақ ы&лау=%", "system_role": "officer", "role": "2", "state": "active", "unit": "17/2"}),
                 (["applications", "--overdue", "--kind", "register", "--bin", BODY], {"overdue": "true", "kind": "register", "bin": BODY}),
                 (["announcements", "--past"], {"all": "true"}), (["incidents", "--open"], {"open": "true"}),
                 (["journal", "--section", "3", "--corrected"], {"section": "3", "corrected": "true"}), (["registration", "7"], {"registration": "7"}),
                 (["violations", "--cause", "refusals"], {"cause": "refusals"}), (["absences"], {}), (["settings"], {}), (["units"], {}),
                 (["imports", "--import", APPLICATION], {"import": APPLICATION}), (["agreements", "--version", "1"], {"version": "1"}))
        for arguments, asked in cases:
            with self.subTest(arguments=arguments), self.gateway():
                self.asked, self.pages = [], {arguments[0]: []}
                done = self.qao("admin", *arguments, "--as", "admin")
                self.assertEqual((0, "There are no records.\n", ""), (done.returncode, done.stdout, done.stderr))
                self.assertEqual([(arguments[0], asked)], self.asked)

    def test_a_word_no_row_can_have_is_no_empty_list(self):
        cases = ((["applications", "--state", "open"], "qao: --state takes filed, registered, refused or withdrawn\n"),
                 (["registrations", "--state", "bloked"], "qao: --state takes active, suspended, blocked or ended\n"),
                 (["violations", "--state", "or"], "qao: --state takes open or closed\n"), (["applications", "--kind", ""], "qao: --kind takes "),
                 (["registrations", "--system-role", "boss"], "qao: --system-role takes officer, "))
        for arguments, words in cases:
            with self.subTest(arguments=arguments), self.gateway():
                self.asked, self.pages = [], {arguments[0]: []}
                done = self.qao("admin", *arguments, "--as", "admin")
                self.assertEqual((2, "", []), (done.returncode, done.stdout, self.asked))
                self.assertTrue(done.stderr.startswith(words), done.stderr)

    def test_contacts_are_both_said(self):
        """The act replaces both lists: one that was not typed must not be emptied unseen."""
        for given, missing in (("--telephone", "--email"), ("--email", "--telephone")):
            with self.subTest(missing=missing), self.gateway():
                done = self.qao("admin", "contact", "--as", "admin", given, "+7 717 200")
                self.assertEqual((2, "", []), (done.returncode, done.stdout, self.acts))
                self.assertEqual(f"qao: {missing} is needed\n", done.stderr)

    def test_lies_about_lists(self):
        for document in ({"v": "qao.list/2", "items": [], "next": None}, {"v": "qao.list/1", "items": {}, "next": None},
                         {"v": "qao.list/1", "items": [1], "next": None}, {"v": "qao.list/1", "items": []}):
            self.pages["bodies"] = lambda asked, document=document: (200, {}, canonical(document))
            with self.gateway():
                done = self.qao("admin", "bodies", "--as", "admin")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("[reply-malformed]", done.stderr)

    def test_me(self):
        item = self.application_of()
        me = {"iin": POLICE, "bin": BODY, "body": {"bin": BODY, "code": "17", "name": {"kk": "Полиция", "ru": "Полиция", "en": "Police"}},
              "registrations": [{"system_role": "officer", "state": "active", "role": 2, "unit": None, "bases": ["operative_search"],
                                 "duties": [], "until": None, "version": 4}],
              "agreement": {"version": 1, "signed_at": "2026-01-02T10:00:00.000000+05:00", "in_force": 2}, "applications": [item],
              "contacts": {"telephones": ["+7 717 200"], "emails": [], "at": "2026-01-02T10:00:00.000000+05:00"},
              "announcements": [{"begins_at": "2026-11-22T14:00:00+05:00", "ends_at": "2026-11-22T15:00:00+05:00", "running": False,
                                 "text": {"kk": "Жұмыс", "ru": "Работы", "en": "Work"}}]}
        self.pages["me"] = [me]
        with self.gateway():
            done = self.qao("me", "--as", "police")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            for words in ("БАҚЫЛАУ БАЯН ЕКІНШІҚЫЗЫ", "Body: Police", "the text in force is not signed: qao agree", "operative-search activity",
                          "5 h 12 min", "+7 717 200", "Work", "\nApplications\n", "\nAnnouncements\n", "2026-11-22 14:00:00 (+05:00)"):
                self.assertIn(words, done.stdout)
            me["agreement"]["in_force"] = 1
            self.assertNotIn("not signed", self.qao("me", "--as", "police").stdout)
            self.assertEqual(me, json.loads(self.qao("me", "--as", "police", "--json").stdout))
            for registrations in ([], [me["registrations"][0] | {"system_role": "administrator"}]):
                me |= {"registrations": registrations, "agreement": {"version": None, "signed_at": None, "in_force": 1}}
                self.assertIn("Agreement: signed once registered as an officer: qao apply register\n", self.qao("me", "--as", "police").stdout)

    # --- the agreement ----------------------------------------------------------------------------------------------

    def agreement(self, **changed):
        return {"version": 3, "in_force_from": "2026-01-01T00:00:00.000000+05:00", "sha256": {}} | TEXT | changed

    def test_agree(self):
        self.pages["agreement"] = [self.agreement()]
        with self.gateway():
            for lang, arguments, language in (("kk", [], "kk"), ("ru", [], "ru"), ("en", ["--text", "ru"], "ru")):
                self.acts = []
                done = self.qao("agree", "--as", "police", "--yes", *arguments, lang=lang)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertIn(TEXT[language], done.stdout)
                act = self.acts[0]["act"]
                self.assertEqual((3, language, hashlib.sha256(TEXT[language].encode()).hexdigest()),
                                 (act["version"], act["language"], act["digest"]))
                inner = openssl("cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-CAfile", f"{self.instance}/ca/ca.pem",
                                data=base64.b64decode(act["signed"]))
                self.assertEqual(TEXT[language].encode(), inner)
            self.acts = []
            for done, words in ((self.qao("agree", "--as", "police", "--yes"), "--text kk or --text ru"),
                                (self.qao("agree", "--as", "police", lang="kk"), "say --yes"),
                                (self.at_terminal(["нет"], "agree", "--as", "police", lang="ru"), "nothing was signed")):
                self.assertEqual((2, []), (done.returncode, self.acts))
                self.assertIn(words, done.stderr)
            self.assertEqual(0, self.at_terminal(["да"], "agree", "--as", "police", lang="ru").returncode)
            self.assertEqual(1, len(self.acts))

    def test_what_cannot_be_shown_is_not_signed(self):
        for text in ("a\u202eb", "a\x1b[8mb", "a\rb", "a\tb"):
            self.pages["agreement"] = [self.agreement(kk=text)]
            with self.subTest(text=text), self.gateway():
                done = self.qao("agree", "--as", "police", "--yes", lang="kk")
                self.assertEqual((1, "", []), (done.returncode, done.stdout, self.acts))
                self.assertIn("cannot be shown", done.stderr)

    def test_signed_agreement(self):
        signed = self.person("police").sign(TEXT["kk"].encode())
        item = {"iin": POLICE, "bin": BODY, "version": 3, "language": "kk", "signed_at": "2026-01-02T10:00:00.000000+05:00",
                "signed": base64.b64encode(signed).decode(), "act": APPLICATION}
        self.pages = {"agreements": [item | {"version": 2, "signed": "AAAA"}, item], "agreement": [self.agreement()]}
        path = f"{self.state}/agreement.p7m"
        with self.gateway():
            done = self.qao("agree", "show", "--as", "police", "--save", path)
            self.assertEqual((0, signed), (done.returncode, read(path)), done.stderr)
            self.assertIn(TEXT["kk"], done.stdout)
            self.assertEqual(("agreement", {"version": "3"}), self.asked[-1])
            for changed, code in (({"signed": base64.b64encode(self.person("admin").sign(TEXT["kk"].encode())).decode()},
                                   "answer-of-another-query"),
                                  ({"language": "ru"}, "answer-not-signed-content"), ({"signed": "AAAA"}, "answer-signature-invalid")):
                with self.subTest(code=code):
                    self.pages["agreements"] = [item | changed]
                    done = self.qao("agree", "show", "--as", "police", "--save", path + "2")
                    self.assertEqual((1, ""), (done.returncode, done.stdout))
                    self.assertIn(f"[{code}]", done.stderr)
        self.assertFalse(os.path.exists(path + "2"))

    # --- the first administrator ------------------------------------------------------------------------------------

    def test_enrolment(self):
        """Without a gateway: who is enrolled is who signs."""
        path = f"{self.state}/enrol.p7m"
        typed = ["--position", "әкімші", "--act-number", "№ 1", "--act-date", "2026-11-01", "--code", "1", *NAME, "--network", "10.0.0.0/8"]
        done = self.qao("enrol-message", "--as", "admin", "--out", path, *typed)
        self.assertEqual(0, done.returncode, done.stderr)
        message = content_of(read(path))
        self.assertEqual(("qao.enrolment/1", "qao.example/log"), (message["v"], message["to"]))
        self.assertEqual({"iin": ADMIN, "bin": "300140000015", "system_role": "administrator", "unit": None, "surname": "ӘКІМШІ", "given": "АДАЛ",
                          "patronymic": None, "position": "әкімші", "state": "active", "act_number": "№ 1", "act_date": "2026-11-01",
                          "body": {"bin": "300140000015", "code": "1", "appendix": None, "networks": ["10.0.0.0/8"],
                                   "name": {"kk": "Орган", "ru": "Орган", "en": "Body"}}}, message["act"])
        self.assertEqual(2, self.qao("enrol-message", "--as", "admin", "--out", path, *typed).returncode, "the file is there")
        done = self.qao("enrol-message", "--as", "admin", "--out", path + "2", *typed, "--appendix", "8")
        self.assertEqual(2, done.returncode)
        self.assertIn("--appendix", done.stderr)
        self.assertFalse(os.path.exists(path + "2"))


if __name__ == "__main__":
    unittest.main()
