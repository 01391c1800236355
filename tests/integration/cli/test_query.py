#!/usr/bin/env python3
"""Proves what `qao query` and its like believe: a right reply is shown, kept and answered with exit status 0; every
way in which a gateway can lie is refused by its own name, and nothing of the lie is shown.

    test_query.py QAO QAO-DEV-CA"""

import base64
import copy
import glob
import hashlib
import html.parser
import json
import os
import shutil
import stat
import subprocess
import tempfile
import unittest
import uuid

from client import ClientCase, QAO, instance_make, read
from fake_gateway import Log, NOTICE, RunTimeKey, System, canonical, openssl, refused_leaf, request_leaf, result_leaf, write
from query_client import MALFORMED, QueryCase, SERVICE_11

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")


class Client(QueryCase):
    # --- a right answer ---------------------------------------------------------------------------------------------

    def test_answer_is_shown(self):
        with self.serve(self.good()) as gateway:
            done = self.ask("--case", "265500121000123", lang="ru")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            for words in ("Решение: разрешено", "пункт 2, приложение 1, строка 11, графа 1 (R04)", "Период", "2026-01",
                          "85000.00 KZT", "запись о запросе 9, запись о результате 10", "обязательный", NOTICE):
                self.assertIn(words, done.stdout)
            self.assertNotIn("mandatory", done.stdout)
            self.assertNotIn("\x1b", done.stdout)
            method, path, headers, body = gateway.requests[0]
            self.assertEqual(("POST", "/v1/queries", "application/pkcs7-mime", "ru"),
                             (method, path, headers["Content-Type"], headers["Accept-Language"]))
            query = self.take(body)
            self.assertEqual({"v": "qao.query/1", "to": "qao.example/log", "service": 11, "basis": "operative_search",
                              "case": "265500121000123", "params": {"iin": "500101100000"}, "id": query["id"],
                              "at": query["at"]}, query)

    def test_three_languages(self):
        with self.serve(self.good()):
            self.assertIn("Шешім: рұқсат етілді", self.ask(lang="kk").stdout)
            self.assertIn("Decision: permitted", self.ask(lang="en").stdout)

    def test_json_is_the_reply(self):
        sent = []
        with self.serve(self.changed(lambda reply: sent.append(copy.deepcopy(reply)))):
            done = self.ask("--json")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(sent[0], json.loads(done.stdout))
        self.assertEqual(1, done.stdout.count("\n"))

    def test_no_records(self):
        with self.serve(self.good(records=[])):
            done = self.ask()
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("There are no records.", done.stdout)

    def test_pkcs12(self):
        person = f"{self.instance}/people/police"
        with self.serve(self.good()):
            done = self.qao("query", "--p12", f"{person}/sign.p12", "--password-file", f"{person}/password", "--tls-cert",
                            f"{person}/auth.pem", "--tls-key", f"{person}/auth.key", "--service", "11", "--basis",
                            "operative_search", "--iin", "500101100000")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        write(f"{self.work}/wrong", b"not it\n")
        os.chmod(f"{self.work}/wrong", 0o600)
        with self.serve(self.good()):
            done = self.qao("query", "--p12", f"{person}/sign.p12", "--password-file", f"{self.work}/wrong", "--service",
                            "11", "--basis", "operative_search", "--iin", "500101100000")
        self.assertEqual(2, done.returncode)
        self.assertIn("wrong password", done.stderr)

    def test_case_file(self):
        folder = f"{self.work}/case {ClientCase.number}"
        sent = []
        with self.serve(self.changed(lambda reply: sent.append(copy.deepcopy(reply)))) as gateway:
            done = self.ask("--save", folder, "--ground", "<script>alert(1)</script>", lang="kk")
            again = self.ask("--save", folder)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(2, again.returncode)
        self.assertIn("already holds", again.stderr)
        self.assertEqual(1, len(gateway.requests), "nothing is sent when it cannot be kept")
        files = sorted(os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names)
        self.assertEqual(["answer.json", "answer.p7m", "case.html", "query.p7m", "receipt/log.vkey", "receipt/receipt.json",
                          "receipt/request.tlog-proof", "receipt/result.tlog-proof"], files)
        for name in files:
            self.assertEqual(0o600, stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode), name)
        self.assertEqual(0o700, stat.S_IMODE(os.stat(folder).st_mode))
        kept = {name: read(f"{folder}/{name}") for name in files}
        self.assertEqual(gateway.requests[0][3], kept["query.p7m"])
        self.assertEqual(canonical(sent[0]["answer"]), kept["answer.json"])
        checked = openssl("cms", "-verify", "-inform", "DER", "-in", f"{folder}/answer.p7m", "-purpose", "any", "-CAfile",
                          f"{self.instance}/ca/ca.pem", "-binary")
        self.assertEqual(kept["answer.json"], checked)
        self.assertEqual(sent[0]["receipt"]["proofs"][1].encode(), kept["receipt/result.tlog-proof"])
        self.page_check(kept["case.html"].decode())
        # What was checked, when, and against what: the key in full, the certificate by its digest.
        der = openssl("x509", "-in", f"{self.instance}/keys/answer.pem", "-outform", "DER")
        page = kept["case.html"].decode()
        checked = page[page.index("<h2>Тексерілді</h2>"):]
        for words in ("<th>Шлюздің қолтаңбасы</th><td>дұрыс<", f"<td>{hashlib.sha256(der).hexdigest()}<", "<td>300140000015<",
                      "<td>дұрыс: жазбалар журналда бар<", f"<td>{self.key.vkey}<"):
            self.assertIn(words, checked)
        self.assertRegex(checked, r"<th>Уақыты</th><td>20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \(\+05:00\)<")

    def page_check(self, page):
        """What the page must say, and that nothing in it is more than text."""
        class Reader(html.parser.HTMLParser):
            tags, text = [], ""

            def handle_starttag(self, tag, attributes):
                Reader.tags.append((tag, dict(attributes)))

            def handle_data(self, data):
                Reader.text += data
        Reader.tags, Reader.text = [], ""
        Reader().feed(page)
        names = {tag for tag, _ in Reader.tags}
        self.assertFalse(names & {"script", "b", "img", "iframe", "a", "link", "object", "form", "департаменті"}, names)
        for _, attributes in Reader.tags:
            self.assertFalse([name for name in attributes if name.startswith("on") or name in ("src", "href")])
        for words in ("БАҚЫЛАУ БАЯН ЕКІНШІҚЫЗЫ", "500101100000", "Полиция <департаменті>", "300141000010",
                      "<script>alert(1)</script>", "ЖШС <b>\"Үлгі\"</b>?[2J", "2026-11-22 12:00:00 (+05:00)",
                      "2-тармақ, 1-қосымша, 11-жол, 1-баған (R04)", "рұқсат етілді", NOTICE, "qao.example/log", "10"):
            self.assertIn(words, Reader.text)
        self.assertIn("lang=\"kk\"", page)
        self.assertIn("default-src 'none'", page)

    def test_dry_run(self):
        with self.serve(self.good()) as gateway:
            done = self.ask("--dry-run", "--id", "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "--param", "year:=2020")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        query = json.loads(done.stdout)
        self.assertEqual(("5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", 2020), (query["id"], query["params"]["year"]))
        self.assertEqual([], gateway.requests)

    def test_ready_signed_bytes(self):
        folder = f"{self.work}/ready {ClientCase.number}"
        with self.serve(self.good()) as gateway:
            self.assertEqual(0, self.ask("--save", folder).returncode)
            done = self.qao("query", "--as", "police", "--signed", f"{folder}/query.p7m")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(gateway.requests[0][3], gateway.requests[1][3])
        # Bytes that nobody signed go out as they are; an answer to them cannot be tied to anything and is refused.
        write(f"{self.work}/junk", b"junk")
        other = {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "service": 11}
        with self.serve(lambda method, path, body: (200, {}, canonical(self.reply_of(other)))) as gateway:
            done = self.qao("query", "--as", "police", "--signed", f"{self.work}/junk")
        self.assertEqual(1, done.returncode)
        self.assertIn("[answer-of-another-query]", done.stderr)
        self.assertEqual(b"junk", gateway.requests[0][3])

    # --- refusals ---------------------------------------------------------------------------------------------------

    def test_refusal_lists_all_reasons(self):
        with self.serve(self.refusing(["agreement-unsigned", "case-missing"])):
            done = self.ask()
            self.assertEqual((1, ""), (done.returncode, done.stderr))
            for words in ("title agreement-unsigned", "the detail", "(the fault)", "[case-missing]", "clause 19",
                          "Name the case with --case.", "request record 9", "Service: 11, DB \"Pension contributions\"\n",
                          "Time: 2026-11-22 12:00:00 (+05:00)\n"):
                self.assertIn(words, done.stdout)
            self.assertEqual(f"Query: {self.query_id}", done.stdout.split("\n")[0])
            done = self.ask("--json")
            self.assertEqual("urn:qao:problem:agreement-unsigned", json.loads(done.stdout)["type"])

    def test_refusal_is_kept(self):
        folder = f"{self.work}/refusal {ClientCase.number}"
        with self.serve(self.refusing(["case-missing"])):
            self.assertEqual(1, self.ask("--save", folder).returncode)
        self.assertEqual(["answer.p7m", "case.html", "problem.json", "query.p7m", "receipt"], sorted(os.listdir(folder)))
        self.assertIn("[case-missing]", read(f"{folder}/case.html").decode())

    def test_advice_names_the_service_and_the_query(self):
        for code, words in (("params-invalid", "qao services show 11 "), ("query-replayed", "qao status ID;"),
                            ("registry-failed", "qao status ID;"), ("officer-unknown", "supervising prosecutor gives no such right")):
            for lang in ("kk", "ru", "en"):
                with self.serve(self.refusing([code])):
                    shown = self.ask(lang=lang).stdout
                self.assertNotIn("{", shown)
                if lang == "en" or "qao" in words:
                    self.assertIn(words.replace("ID;", self.query_id).strip(), shown)

    def test_refusal_without_receipt(self):
        """Signed or not: nothing says that it was recorded, neither here nor on the page."""
        def unproven(problem):
            problem.pop("receipt")
        for answer, signed in ((self.refusing(["case-missing"], change=unproven), "right"),
                               (self.refusing(["case-missing"], recorded=False), "none")):
            folder = f"{self.state}/{signed}"
            with self.serve(answer):
                done = self.ask("--save", folder)
            self.assertEqual((1, ""), (done.returncode, done.stderr))
            self.assertIn("Log: no receipt came, no record is proven\n", done.stdout)
            self.assertNotIn("Verified", done.stdout)
            page = read(f"{folder}/case.html").decode()
            self.assertIn(f"<th>Signature of the gateway</th><td>{signed}<", page)
            self.assertIn("<th>Proofs of the log</th><td>no receipt came, no record is proven<", page)
            self.assertNotIn("Key of the log", page)

    def test_temporary_refusals(self):
        for status, code in ((503, "log-unavailable"), (502, "registry-failed"), (504, "registry-timeout"),
                             (429, "too-many")):
            with self.serve(self.refusing([code], status, {"Retry-After": "7"}, recorded=False)):
                done = self.ask()
            self.assertEqual(3, done.returncode)
            self.assertIn("Try again after, seconds: 7", done.stdout)

    def test_lying_refusals(self):
        def detail(problem):
            problem["detail"] = "something else"
        def reasons(problem):
            problem["reasons"].pop()
        def query(problem):
            problem["query"] = "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
        def proof(problem):
            problem["receipt"]["proofs"] = []
        codes = ["agreement-unsigned", "case-missing"]
        self.refused("answer-not-signed-content", self.refusing(codes, change=detail))
        self.refused("answer-not-signed-content", self.refusing(codes, change=reasons))
        self.refused("answer-of-another-query", self.refusing(codes, change=query))
        self.refused(MALFORMED, self.refusing(codes, change=proof))

    # --- answers that lie -------------------------------------------------------------------------------------------

    def test_signature_flipped(self):
        def change(reply):
            der = bytearray(base64.b64decode(reply["signed"]))
            der[-1] ^= 1
            reply["signed"] = base64.b64encode(bytes(der)).decode()
        self.refused("answer-signature-invalid", self.changed(change))

    def test_signed_by_an_officer(self):
        person = f"{self.instance}/people/police"
        officer = System(f"{person}/sign.pem", f"{person}/sign.key")
        self.refused("answer-signature-invalid",
                     self.changed(lambda reply: reply.update(signed=officer.sign64(reply["answer"]))))

    def test_signed_under_another_authority(self):
        other = f"{self.work}/other-{ClientCase.number}"
        instance_make(other)
        system = System(f"{other}/keys/answer.pem", f"{other}/keys/answer.key")
        self.refused("answer-signature-invalid",
                     self.changed(lambda reply: reply.update(signed=system.sign64(reply["answer"]))))
        # The connection itself: a server that another authority vouches for, and one whose name is another.
        self.refused("gateway-untrusted", self.good(), cert=f"{other}/keys/server.pem", key=f"{other}/keys/server.key")

    def test_signed_by_another_system(self):
        write(f"{self.instance}/gateway.bin", b"300142000016\n")
        try:
            self.refused("answer-signature-invalid", self.good())
            write(f"{self.instance}/gateway.bin", b"300140000015\n")
            with self.serve(self.good()):
                self.assertEqual(0, self.ask().returncode)
        finally:
            os.unlink(f"{self.instance}/gateway.bin")

    def test_answer_is_not_what_was_signed(self):
        def amount(reply):
            reply["answer"]["result"]["records"][0]["amount"] += 1
        def record(reply):
            reply["answer"]["result"]["records"] = []
        def effect(reply):
            reply["answer"]["decision"]["effect"] = "abbreviated"
        def added(reply):
            reply["answer"]["more"] = 1
        for change in (amount, record, effect, added):
            self.refused("answer-not-signed-content", self.changed(lambda reply, change=change: (
                reply.update(answer=copy.deepcopy(reply["answer"])), change(reply))[2:] or None))

    def test_answer_to_another_query(self):
        def other(**fields):
            def change(reply):
                reply["answer"] = reply["answer"] | fields
                reply["signed"] = self.system.sign64(reply["answer"])
            return self.changed(change)
        self.refused("answer-of-another-query", other(query="5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"))
        self.refused("answer-of-another-query", other(service=1))

    def test_proof_flipped(self):
        def change(reply):
            lines = reply["receipt"]["proofs"][1].split("\n")
            lines[3] = base64.b64encode(bytes([base64.b64decode(lines[3])[0] ^ 1]) + base64.b64decode(lines[3])[1:]).decode()
            reply["receipt"]["proofs"][1] = "\n".join(lines)
        self.refused("receipt-proof-invalid", self.changed(change))

    def test_leaf_is_not_the_one_proven(self):
        def change(reply):
            reply["receipt"]["result"]["leaf"] = "00" * 32
        self.refused("receipt-proof-invalid", self.changed(change))

    def test_receipt_of_another_record(self):
        def swapped(reply):
            other = self.log.receipt(3, 4)
            other["result"]["index"] = reply["receipt"]["result"]["index"]
            reply["receipt"] = other
        def backwards(reply):
            reply["receipt"] = self.log.receipt(4, 3)
        self.refused("receipt-of-another-record", self.changed(swapped))
        self.refused("receipt-of-another-record", self.changed(backwards))

    def test_receipt_without_its_entries(self):
        def bare(reply):
            log = Log(self.work, self.key)
            log.leaves, log.carries = self.log.leaves, False
            reply["receipt"] = log.receipt(*[reply["receipt"][name]["index"] for name in ("request", "result")])
        self.refused("receipt-of-another-record", self.changed(bare))

    def test_receipt_of_other_bytes(self):
        def other_query(reply):
            request = self.log.append(request_leaf({"id": str(uuid.uuid4()), "service": 11}, b"other bytes"))
            reply["receipt"] = self.log.receipt(request, reply["receipt"]["result"]["index"])
        def other_answer(reply):
            query = {"id": reply["answer"]["query"]}
            index = reply["receipt"]["request"]["index"]
            result = self.log.append(result_leaf(query, self.log.leaves[index], b"another answer"))
            reply["receipt"] = self.log.receipt(index, result)
        def other_request(reply):
            query = {"id": reply["answer"]["query"]}
            result = self.log.append(result_leaf(query, b"\x00" * 32, base64.b64decode(reply["signed"])))
            reply["receipt"] = self.log.receipt(reply["receipt"]["request"]["index"], result)
        for change in (other_query, other_answer, other_request):
            self.refused("receipt-of-another-record", self.changed(change))

    def test_receipt_of_another_log(self):
        other = RunTimeKey(self.work, "other.example/log")
        same_name = RunTimeKey(tempfile.mkdtemp(dir=self.work), "qao.example/log")
        def foreign(key):
            def change(reply):
                log = Log(self.work, key)
                log.leaves = self.log.leaves
                indexes = [reply["receipt"][name]["index"] for name in ("request", "result")]
                reply["receipt"] = log.receipt(*indexes)
            return self.changed(change)
        self.refused("receipt-of-another-log", foreign(other))
        self.refused("receipt-of-another-log", foreign(same_name))

    def test_receipt_missing(self):
        self.refused("receipt-missing", self.changed(lambda reply: reply.pop("receipt") and None))
        def half(reply):
            reply["receipt"].pop("result")
            reply["receipt"]["proofs"].pop()
        self.refused("receipt-missing", self.changed(half))

    def test_two_roots_in_one_receipt(self):
        def change(reply):
            other = Log(self.work, self.key)
            other.leaves = self.log.leaves[:-1] + [b"\x07" * 32]
            request = reply["receipt"]["request"]["index"]
            reply["receipt"]["proofs"][0] = other.proof(request)
        self.refused("log-split", self.changed(change))

    def test_malformed(self):
        def raw(body, kind="application/json"):
            return lambda *ignored: (200, {"Content-Type": kind}, body)
        good = {}
        with self.serve(self.changed(lambda reply: good.update(reply))):
            self.ask()
        text = canonical(good)
        for body in (b"", b"null", b"[]", b"{}", text[:-1], text + b"x", text.replace(b'"v":"qao.reply/1"', b'"v":"qao.reply/2"'),
                     text.replace(b'{"answer"', b'{"v":"qao.reply/1","answer"', 1), text.replace(b"qao.answer/1", b"qao.answer/\xff"),
                     text.replace(b'"service":11', b'"service":11.0'), text.replace(b'"signed":"', b'"signed":"!', 1),
                     b"[" * 5000, text.replace(b'"records"', b'"record"')):
            with self.subTest(body=body[:60]):
                self.refused(MALFORMED, raw(body))

    # --- the connection ---------------------------------------------------------------------------------------------

    def test_alerts(self):
        for who in ("expired", "revoked"):
            with self.serve(self.good()) as gateway:
                done = self.ask("--json", who=who)
                self.assertEqual(1, done.returncode, done.stdout + done.stderr)
                self.assertEqual(f"urn:qao:problem:certificate-{who}", json.loads(done.stdout)["type"])
                done = self.ask(who=who)
                self.assertIn(f"[certificate-{who}]", done.stderr)
                self.assertEqual([], gateway.requests)

    def test_unknown_to_the_gateway(self):
        other = f"{self.work}/stranger-{ClientCase.number}"
        instance_make(other)
        person = f"{other}/people/police"
        with self.serve(self.good()):
            done = self.ask("--json", "--tls-cert", f"{person}/auth.pem", "--tls-key", f"{person}/auth.key")
        self.assertEqual(1, done.returncode)
        self.assertEqual("urn:qao:problem:certificate-untrusted", json.loads(done.stdout)["type"])

    def test_unreachable(self):
        with self.serve(self.good()) as gateway:
            url = gateway.url
        done = self.ask()
        self.assertEqual(3, done.returncode)
        self.assertIn("not running", done.stderr)
        self.assertIn(f"Start it: ./run --dir '{self.instance}'", done.stderr)
        write(f"{self.instance}/gateway.url", url.encode())
        try:
            done = self.ask("--json")
        finally:
            os.unlink(f"{self.instance}/gateway.url")
        self.assertEqual(3, done.returncode)
        self.assertEqual("urn:qao:client:unreachable", json.loads(done.stdout)["type"])

    def test_plain_http_is_refused(self):
        write(f"{self.instance}/gateway.url", b"http://127.0.0.1:1")
        try:
            self.assertEqual(2, self.ask().returncode)
        finally:
            os.unlink(f"{self.instance}/gateway.url")

    # --- other commands ---------------------------------------------------------------------------------------------

    def test_explain(self):
        def answer(method, path, body):
            query = self.take(body)
            return 200, {}, canonical({
                "v": "qao.explained/1", "receipt": self.log.receipt(self.log.append(refused_leaf(self.sent, ["case-missing"]))),
                "explanation": {"v": "qao.explanation/1", "query": query["id"], "at": "2026-11-22T12:00:00+05:00", "service": 11,
                                "decision": {"effect": "deny", "citations": [], "edition": "2022-04-29"}, "needs": ["case"],
                                "note": "nothing was asked",
                                "reasons": [{"code": "case-missing", "title": "no case", "citations": [{"clause": 19}]}]}})
        with self.serve(answer) as gateway:
            done = self.qao("explain", "--as", "police", "--service", "11", "--basis", "search_measures", "--iin", "500101100000")
        self.assertEqual((1, ""), (done.returncode, done.stderr))
        self.assertEqual("/v1/explain", gateway.requests[0][1])
        for words in ("Decision: refused", "no case [case-missing]", "clause 19", "nothing was asked"):
            self.assertIn(words, done.stdout)
        # An answer where an explanation was asked for, and the other way round.
        with self.serve(self.good()):
            done = self.qao("explain", "--as", "police", "--service", "11", "--basis", "search_measures", "--iin", "500101100000")
        self.assertIn(f"[{MALFORMED}]", done.stderr)
        with self.serve(answer):
            self.assertIn(f"[{MALFORMED}]", self.ask().stderr)

    def test_services(self):
        document = {"v": "qao.services/1", "at": "2026-11-22T12:00:00+05:00", "edition": "2022-04-29", "reasons": [],
                    "officer": {"bases": ["operative_search", "search_measures", "other_duties"], "duties": ["app4.1"], "role": 2},
                    "services": [{"service": 11, "name": "Зейнетақы", "open": [
                        {"basis": "operative_search", "effect": "abbreviated", "needs": []},
                        {"basis": "search_measures", "effect": "permit", "needs": ["case"]}],
                        "closed": [{"basis": "other_duties", "duty": "app4.1", "reasons": ["service-closed"]}]}]}
        with self.serve(lambda *ignored: (200, {}, canonical(document))):
            done = self.qao("services", "--as", "police")
            lines = [line.split() for line in done.stdout.split("\n")]
            self.assertIn(["№", "operative", "search", "app4.1", "Service"], lines)
            self.assertIn(["11", "*", "+", "case", "-", "Зейнетақы"], lines)
            self.assertIn("*: permitted, abbreviated (without amounts)", done.stdout)
            self.assertEqual(document, json.loads(self.qao("services", "--as", "police", "--json").stdout))
        blocked = document | {"reasons": [{"code": "officer-blocked", "title": "Blocked"}], "officer": {"bases": [], "duties": [], "role": 2}}
        with self.serve(lambda *ignored: (200, {}, canonical(blocked))):
            shown = self.qao("services", "--as", "police").stdout
            for words in ("Every service is closed:", "Blocked [officer-blocked]", "responsible official"):
                self.assertIn(words, shown)

    def test_service_page(self):
        done = subprocess.run([QAO, "services", "show", "5", "--lang", "en"], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        lines = [line.split("  ")[0] for line in done.stdout.split("\n")]
        self.assertIn("iin", lines)
        self.assertIn("plate", lines)
        self.assertIn("exactly one of: iin; plate; vin; bin", done.stdout)
        act = subprocess.run([QAO, "services", "show", "57", "--lang", "ru"], capture_output=True, text=True, check=False)
        self.assertIn("Действие, изменяющее реестр", act.stdout)
        with open(os.path.join(ROOT, "schema", "services", "05.json"), encoding="utf-8") as file:
            description = json.load(file)
        done = subprocess.run([QAO, "services", "show", "5", "--json"], capture_output=True, text=True, check=False)
        self.assertEqual((0, "", 1), (done.returncode, done.stderr, done.stdout.count("\n")))
        self.assertEqual(description, json.loads(done.stdout))
        # The program's own data without the last description.
        data = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, data)
        shutil.copytree(os.path.join(ROOT, "schema"), os.path.join(data, "schema"))
        os.symlink(os.path.join(ROOT, "policy"), os.path.join(data, "policy"))
        os.unlink(os.path.join(data, "schema", "services", "76.json"))
        less = dict(os.environ, QAO_DATA=data)
        done = subprocess.run([QAO, "services", "show", "76", "--json", "--lang", "en"], capture_output=True, text=True, check=False, env=less)
        self.assertEqual((1, "", ("urn:qao:client:no-description", 76)),
                         (done.returncode, done.stderr, tuple(json.loads(done.stdout)[name] for name in ("type", "service"))))
        for number, status in (("77", 2), ("x", 2), ("76", 1)):
            self.assertEqual(status, subprocess.run([QAO, "services", "show", number], capture_output=True, check=False, env=less).returncode)

    def test_words_of_registries(self):
        """Every word that a description lets a person ask with or a registry answer with has a name in three languages,
        and it is the name that is shown."""
        def enums(schema):
            if isinstance(schema, dict):
                if isinstance(schema.get("enum"), list):
                    yield schema
                for value in schema.values():
                    yield from enums(value)
        for path in sorted(glob.glob(os.path.join(ROOT, "schema", "services", "*.json"))):
            with open(path, encoding="utf-8") as file:
                for schema in enums(json.load(file)):
                    self.assertEqual(schema["enum"], list(schema.get("x-values", ())), path)
        for lang, word in (("kk", "міндетті кәсіптік"), ("ru", "обязательный профессиональный"), ("en", "mandatory professional")):
            with self.serve(self.good([SERVICE_11[0] | {"kind": "mandatory_professional"}])):
                shown = self.ask(lang=lang).stdout
            self.assertIn(word, shown)
            self.assertNotIn("mandatory_professional", shown)

    def test_status_without_receipt(self):
        """A held answer that the gateway could not prove (docs/PROTOCOL-QUERY.md): what became of the query is told, the
        answer is not shown, and the exit status is that of an answer not believed."""
        query = {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "service": 11}
        document = {"v": "qao.outcome/1", "query": query["id"], "service": 11, "state": "executed", "reply": self.reply_of(query),
                    "request": {"at": "2026-11-22T12:00:00+05:00", "index": 9, "kind": "query.request", "reasons": []},
                    "conclusion": {"at": "2026-11-22T12:00:01+05:00", "index": 10, "kind": "query.result", "outcome": "answered"}}
        document["reply"].pop("receipt")
        with self.serve(lambda *ignored: (200, {}, canonical(document))):
            done = self.qao("status", query["id"], "--as", "police")
            self.assertEqual(1, done.returncode)
            for words in ("State: executed", "request record: 9", "result record: 10"):
                self.assertIn(words, done.stdout)
            self.assertNotIn("2026-01", done.stdout)
            self.assertNotIn("KZT", done.stdout)
            self.assertNotIn("Verified", done.stdout)
            self.assertIn("[receipt-missing]", done.stderr)
            self.assertIn("An answer without proof is not shown.", done.stderr)
            done = self.qao("status", query["id"], "--as", "police", "--json")
            self.assertEqual((1, "urn:qao:client:receipt-missing"), (done.returncode, json.loads(done.stdout)["type"]))

    def test_status_of_other_records(self):
        """The proven records must be those that the outcome names, and what is held must be an answer."""
        query = {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "service": 11}
        def held(request=9, conclusion=10, service=11, **changed):
            self.log = Log(self.work, self.key, [b"start %d" % i for i in range(9)])
            return {"v": "qao.outcome/1", "query": query["id"], "service": service, "state": "executed",
                    "reply": self.reply_of(query) | changed, "request": {"at": "2026-11-22T12:00:00+05:00", "index": request},
                    "conclusion": {"at": "2026-11-22T12:00:01+05:00", "index": conclusion}}
        explained = {"v": "qao.explained/1", "explanation": {"query": query["id"], "decision": {"effect": "permit"}, "service": 11}}
        for document, code in ((held(request=8), "receipt-of-another-record"), (held(conclusion=11), "receipt-of-another-record"),
                               (held(service=12), "answer-of-another-query"), (held(**explained), MALFORMED)):
            with self.serve(lambda *ignored, document=document: (200, {}, canonical(document))):
                done = self.qao("status", query["id"], "--as", "police")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(f"[{code}]", done.stderr)

    def test_status(self):
        query = {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "service": 11}
        document = {"v": "qao.outcome/1", "query": query["id"], "service": 11, "state": "answered",
                    "request": {"at": "2026-11-22T12:00:00+05:00", "index": 9, "kind": "query.request", "reasons": []},
                    "conclusion": {"at": "2026-11-22T12:00:01+05:00", "index": 10, "kind": "query.result", "outcome": "answered"}}
        held = document | {"reply": self.reply_of(query)}
        broken = copy.deepcopy(held)
        broken["reply"]["answer"]["service"] = 12
        with self.serve(lambda *ignored: (200, {}, canonical(held))):
            done = self.qao("status", query["id"], "--as", "police")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            for words in ("State: answered", "request record: 9, 2026-11-22 12:00:00", "2026-01"):
                self.assertIn(words, done.stdout)
            done = self.qao("status", "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a11", "--as", "police")
            self.assertIn("[answer-of-another-query]", done.stderr)
        with self.serve(lambda *ignored: (200, {}, canonical(broken))):
            done = self.qao("status", query["id"], "--as", "police")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("[answer-not-signed-content]", done.stderr)
        self.assertEqual(2, self.qao("status", "../v1", "--as", "police").returncode)

    def test_usage(self):
        for arguments, words in ((["query", "--as", "police"], "--service and --basis are needed"),
                                 (["query", "--as", "../police", "--service", "1", "--basis", "x"], "--as takes the name"),
                                 (["query", "--service", "1", "--basis", "x"], "say who you are"),
                                 (["query", "--as", "police", "--service", "77", "--basis", "x"], "1 to 76"),
                                 (["query", "--as", "police", "--cert", "x"], "belong together")):
            with self.serve(self.good()) as gateway:
                done = self.qao(*arguments)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual([], gateway.requests)
        done = self.qao("query", "--as", "police", "--lang", "de")
        self.assertEqual(2, done.returncode)

    def test_mistyped_words(self):
        """Nothing is signed or sent for what no registration could make right."""
        right = {"--service": "11", "--basis": "other_duties"}
        for changed, words in (
                ({"--basis": "search_measure"}, "did you mean search_measures?"),
                ({"--basis": "covert"}, "did you mean covert_investigation?"),
                ({"--basis": "x"}, "it takes operative_search, covert_investigation, search_measures or other_duties"),
                ({"--duty": "app51"}, "did you mean app5.1?"),
                ({"--duty": "6.1"}, "did you mean app6.1?"),
                ({"--duty": "x"}, "it takes app4.1 to app4.5"),
                ({"--basis": "search_measures", "--duty": "app4.1"}, "belongs to --basis other_duties"),
                ({"--service": "011"}, "did you mean 11?"),
                ({"--service": "№37"}, "did you mean 37?"),
                ({"--service": "0"}, "from 1 to 76; qao services"),
                ({"--service": "100"}, "from 1 to 76; qao services"),
                ({"--article": "216.2"}, "did you mean 216/2?"),
                ({"--article": "216 ч. 2"}, "did you mean 216/2?"),
                ({"--article": "theft"}, "write 216/2 for a part")):
            for command in ("query", "explain"):
                with self.subTest(changed=changed, command=command), self.serve(self.good()) as gateway:
                    folder = f"{self.state}/kept"
                    done = self.qao(command, "--as", "police", "--save", folder,
                                    *[word for pair in (right | changed).items() for word in pair])
                    self.assertEqual((2, ""), (done.returncode, done.stdout))
                    self.assertIn(words, done.stderr)
                    self.assertEqual([], gateway.requests)
                    self.assertFalse(os.path.exists(folder))

    def test_case_number_is_the_gateways_where_no_pattern_is_known(self):
        with self.serve(self.good()) as gateway:
            self.assertEqual(0, self.ask("--case", "26550012100012").returncode)
            self.assertEqual(1, len(gateway.requests))

    def test_case_pattern_of_the_instance(self):
        write(f"{self.instance}/case.pattern", b"###############\n")
        try:
            with self.serve(self.good()):
                done = self.ask("--case", "26550012100012")
        finally:
            os.unlink(f"{self.instance}/case.pattern")
        self.assertEqual(2, done.returncode)
        self.assertIn("14 characters instead of 15 digits", done.stderr)
        write(f"{self.instance}/case.pattern", b"KZ-####\n")
        try:
            with self.serve(self.good()):
                self.assertEqual(0, self.ask("--case", "KZ-2655").returncode)
                done = self.ask("--case", "265500121000123")
        finally:
            os.unlink(f"{self.instance}/case.pattern")
        self.assertEqual(2, done.returncode)
        self.assertIn("of the form KZ-####", done.stderr)

    def test_unknown_person(self):
        with self.serve(self.good()) as gateway:
            done = self.ask(who="polise")
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn(f'there is no "polise" in {self.instance}/people; did you mean police?\n'
                          "There are: expired, police, prosecutor, revoked\n", done.stderr)
            done = self.ask(who="somebody")
            self.assertEqual(2, done.returncode)
            self.assertNotIn("did you mean", done.stderr)
            self.assertIn("There are: expired,", done.stderr)
            self.assertEqual([], gateway.requests)

    def test_open_key_is_refused(self):
        key = f"{self.work}/open.key"
        shutil.copy(f"{self.instance}/people/police/sign.key", key)
        os.chmod(key, 0o644)
        with self.serve(self.good()):
            done = self.qao("query", "--as", "police", "--cert", f"{self.instance}/people/police/sign.pem", "--key", key,
                            "--service", "1", "--basis", "operative_search")
        self.assertEqual(2, done.returncode)
        self.assertIn("chmod 600", done.stderr)


if __name__ == "__main__":
    unittest.main()
