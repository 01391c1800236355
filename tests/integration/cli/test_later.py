#!/usr/bin/env python3
"""Proves what `qao` believes of answers that come later and of queries to several services: each part is shown only when
it verifies as its own part of the very message that was sent, whatever the others do; waiting ends when it was said to;
links are written as the answer has them.

    test_later.py QAO QAO-DEV-CA"""

import base64
import json
import os
import signal
import stat
import subprocess
import threading
import time
import unittest
import xml.etree.ElementTree as ElementTree

from client import QAO, read
from fake_gateway import Log, System, canonical, openssl, refused_leaf, request_leaf, result_leaf
from query_client import QueryCase

UNTIL = "2026-11-22T13:00:00+05:00"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def leaf_of(leaf, **members):
    return canonical(json.loads(leaf) | members)


def key_of(query, part):
    return {"id": query["id"], "iin": "500101100106", "part": part}


class LaterCase(QueryCase):
    def setUp(self):
        super().setUp()
        self.query, self.looks = None, []

    # --- what a gateway would say -----------------------------------------------------------------------------------

    def pending_of(self, query):
        return {"v": "qao.pending/1", "query": query["id"], "service": query["service"], "until": UNTIL,
                "receipt": self.log.receipt(self.request)}

    def part_reply(self, query, part, service, records=None):
        """A right reply to one part, or to the message itself (part 0)."""
        asked = query | {"service": service}
        answer = self.answer_of(asked, records)
        signed = self.system.sign64(answer)
        if part:
            self.request = self.log.append(leaf_of(request_leaf(asked, self.sent), key=key_of(query, part)))
        result = self.log.append(leaf_of(result_leaf(asked, self.log.leaves[self.request], base64.b64decode(signed)),
                                         key=key_of(query, part)))
        return {"v": "qao.reply/1", "answer": answer, "signed": signed, "receipt": self.log.receipt(self.request, result)}

    def part_problem(self, query, part, codes, status=403):
        problem = {"type": f"urn:qao:problem:{codes[0]}", "title": f"title {codes[0]}", "status": status, "detail": "the detail",
                   "query": query["id"], "reasons": [{"code": code, "title": f"title {code}", "citations": []} for code in codes]}
        signed = self.system.sign64(problem)
        index = self.log.append(leaf_of(refused_leaf(self.sent, codes), key=key_of(query, part)))
        return problem | {"signed": signed, "receipt": self.log.receipt(index)}

    def page_of(self, query, state, service=None, **members):
        page = {"v": "qao.outcome/1", "query": query["id"], "state": state,
                "request": {"at": "2026-11-22T12:00:00+05:00", "index": self.request, "kind": "query.request", "reasons": []}}
        if service:
            page["service"] = service
        held = members.get("reply", members.get("problem"))
        if held and "receipt" in held:
            page["request"]["index"] = held["receipt"]["request"]["index"]
            if "result" in held["receipt"]:
                page["conclusion"] = {"at": "2026-11-22T12:00:01+05:00", "index": held["receipt"]["result"]["index"],
                                      "kind": "query.result", "outcome": "answered"}
        return page | members

    def later(self, looks, status=202, retry=None):
        """202 to the query, then what looks(number of the look, path) says."""
        def answer(method, path, body):
            if method == "POST":
                self.query = self.take(body)
                self.request = self.log.append(request_leaf(self.query, body))
                return status, {"Content-Type": "application/json", **({"Retry-After": retry} if retry else {})}, \
                    canonical(self.pending_of(self.query))
            self.looks.append(path)
            code, value = looks(len(self.looks), path)
            return code, {}, canonical(value)
        return answer


class Pending(LaterCase):
    def answered_after(self, count, change=None):
        def looks(number, path):
            if number < count:
                return 200, self.page_of(self.query, "pending", 11)
            page = self.page_of(self.query, "answered", 11, reply=self.part_reply(self.query, 0, 11))
            if change:
                change(page)
            return 200, page
        return looks

    def test_answer_that_comes_later(self):
        folder = f"{self.state}/case"
        with self.serve(self.later(self.answered_after(3))):
            done = self.ask("--save", folder)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("The registry answers later. Waiting, seconds at most (Ctrl-C stops it): 60\n", done.stderr)
        for words in ("Decision: permitted", "2026-01", "85000.00 KZT", "request record 9, result record 10", "Verified"):
            self.assertIn(words, done.stdout)
        self.assertEqual([f"/v1/queries/{self.query['id']}"] * 3, self.looks)
        self.assertEqual({"answer.json", "answer.p7m", "case.html", "query.p7m", "receipt"}, set(os.listdir(folder)))

    def test_json(self):
        with self.serve(self.later(self.answered_after(1))):
            done = self.ask("--json")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual("qao.reply/1", json.loads(done.stdout)["v"])
        with self.serve(self.later(lambda *ignored: (200, self.page_of(self.query, "pending", 11)))):
            done = self.ask("--json", "--wait", "0")
        self.assertEqual((3, ""), (done.returncode, done.stderr))
        self.assertEqual("qao.pending/1", json.loads(done.stdout)["v"])

    def test_conclusion_before_its_reply(self):
        """The log may know of the answer a moment before it can be had."""
        def looks(number, path):
            if number < 3:
                return 200, self.page_of(self.query, "answered", 11)
            return 200, self.page_of(self.query, "answered", 11, reply=self.part_reply(self.query, 0, 11))
        with self.serve(self.later(looks)):
            self.assertEqual(0, self.ask().returncode)

    def test_gateway_is_away_for_a_moment(self):
        problem = {"type": "urn:qao:problem:overloaded", "title": "t", "status": 503, "reasons": []}
        after = self.answered_after(3)
        with self.serve(self.later(lambda number, path: (503, problem) if number < 3 else after(number, path))):
            self.assertEqual(0, self.ask().returncode)

    def test_time_is_over(self):
        begun = time.monotonic()
        with self.serve(self.later(lambda *ignored: (200, self.page_of(self.query, "pending", 11)))):
            done = self.ask("--wait", "1")
        self.assertEqual(3, done.returncode)
        self.assertLess(time.monotonic() - begun, 20)
        for words in ("The registry answers later.", "The answer is awaited until: 2026-11-22 13:00:00 (+05:00)",
                      f"To fetch it later: qao status {self.query['id']}\n", "request record 9"):
            self.assertIn(words, done.stdout)
        for lang, words in (("kk", "Кейінірек алу үшін: qao status"), ("ru", "Получить позже: qao status")):
            with self.serve(self.later(lambda *ignored: (200, self.page_of(self.query, "pending", 11)))):
                self.assertIn(words, self.ask("--wait", "0", lang=lang).stdout)

    def test_interrupted(self):
        """Ctrl-C ends the waiting, not the program: it says how to fetch the answer."""
        looked = threading.Event()
        def looks(number, path):
            if number == 2:
                looked.set()
            return 200, self.page_of(self.query, "pending", 11)
        environment = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": self.state, "LC_ALL": "C.UTF-8"}
        with self.serve(self.later(looks)):
            with subprocess.Popen([QAO, "query", "--as", "police", "--service", "11", "--basis", "operative_search", "--iin",
                                   "500101100000", "--instance", self.instance, "--lang", "en"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env=environment) as process:
                self.assertTrue(looked.wait(30))
                process.send_signal(signal.SIGINT)
                out, _ = process.communicate(timeout=30)
        self.assertEqual(3, process.returncode)
        self.assertIn(f"To fetch it later: qao status {self.query['id']}\n", out)

    def test_failed_later(self):
        def looks(number, path):
            return 200, self.page_of(self.query, "timeout", 11, problem=self.part_problem(self.query, 0, ["registry-timeout"], 504))
        with self.serve(self.later(looks)):
            done = self.ask()
        self.assertEqual(3, done.returncode)
        self.assertIn("[registry-timeout]", done.stdout)
        with self.serve(self.later(lambda *ignored: (200, self.page_of(self.query, "withheld", 11)))):
            done = self.ask()
        self.assertEqual(1, done.returncode)
        self.assertIn("withheld: a block came between: the gateway holds no reply to it", done.stdout)

    def test_lies(self):
        """What comes later is believed no more than what comes at once."""
        def content(page):
            page["reply"]["answer"]["service"] = 12
        def no_receipt(page):
            page["reply"].pop("receipt")
        def other_bytes(page):
            self.sent = b"other bytes"
            self.request = self.log.append(request_leaf(self.query | {"service": 11}, self.sent))
            page["reply"] = self.part_reply(self.query, 0, 11)
            page["request"]["index"] = self.request
            page["conclusion"]["index"] = page["reply"]["receipt"]["result"]["index"]
        def other_part(page):
            page["reply"] = self.part_reply(self.query, 1, 11)
            page["request"]["index"] = self.request
            page["conclusion"]["index"] = page["reply"]["receipt"]["result"]["index"]
        def officer(page):
            person = f"{self.instance}/people/police"
            page["reply"]["signed"] = System(f"{person}/sign.pem", f"{person}/sign.key").sign64(page["reply"]["answer"])
        def other_query(page):
            page["query"] = "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
        def other_record(page):
            page["request"]["index"] += 1
        def explanation(page):
            page["reply"] = {"v": "qao.explained/1", "explanation": {}}
        for change, code in ((content, "answer-not-signed-content"), (no_receipt, "receipt-missing"),
                             (other_bytes, "receipt-of-another-record"), (other_part, "receipt-of-another-record"),
                             (officer, "answer-signature-invalid"), (other_query, "answer-of-another-query"),
                             (other_record, "receipt-of-another-record"), (explanation, "reply-malformed")):
            with self.subTest(change=change.__name__), self.serve(self.later(self.answered_after(1, change))):
                done = self.ask()
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn(f"[{code}]", done.stderr)

    def test_waiting_itself_is_a_lie(self):
        def changed(change, status=202):
            def answer(method, path, body):
                self.query = self.take(body)
                self.request = self.log.append(request_leaf(self.query, body))
                pending = self.pending_of(self.query)
                change(pending)
                return status, {}, canonical(pending)
            return answer
        def other(pending):
            pending["query"] = "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"
        def service(pending):
            pending["service"] = 12
        def bare(pending):
            pending.pop("receipt")
        def refused(pending):
            pending["receipt"] = self.log.receipt(self.log.append(refused_leaf(self.sent, ["case-missing"])))
        for change, code in ((other, "answer-of-another-query"), (service, "answer-of-another-query"),
                             (bare, "receipt-missing"), (refused, "receipt-of-another-record")):
            self.refused(code, changed(change))
        self.refused("reply-malformed", changed(lambda pending: None, status=200))
        with self.serve(self.changed(lambda reply: None)) as gateway:
            right = gateway.answer
            gateway.answer = lambda *arguments: (202, *right(*arguments)[1:])
            done = self.ask()
        self.assertIn("[reply-malformed]", done.stderr)

    def test_log_went_back_while_waiting(self):
        """The proofs of a query that is sent now are no older than what was seen before; those of an older one may be."""
        for _ in range(3):
            with self.serve(self.good()):
                self.assertEqual(0, self.ask().returncode)
        self.log = Log(self.work, self.key, [b"start %d" % i for i in range(9)])
        page = []
        def looks(number, path):
            page.append(self.page_of(self.query, "answered", 11, reply=self.part_reply(self.query, 0, 11)))
            return 200, page[0]
        later = self.later(looks)
        def first_is_right(method, path, body):
            status, headers, answer = later(method, path, body)
            if method == "POST":  # the pending reply itself is proven against a newer checkpoint
                newer = Log(self.work, self.key)
                newer.leaves = self.log.leaves + [bytes([i]) * 32 for i in range(20)]
                answer = canonical(json.loads(answer) | {"receipt": newer.receipt(self.request)})
            return status, headers, answer
        with self.serve(first_is_right):
            done = self.ask()
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("[log-went-back]", done.stderr)
        with self.serve(lambda *ignored: (200, {}, canonical(page[0]))):
            done = self.qao("status", self.query["id"], "--as", "police")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("2026-01", done.stdout)

    def test_usage(self):
        for value in ("x", "-1", "86401", ""):
            with self.serve(self.good()) as gateway:
                done = self.ask("--wait", value)
            self.assertEqual(2, done.returncode)
            self.assertIn("--wait takes seconds, 0 to 86400", done.stderr)
            self.assertEqual([], gateway.requests)


class Inquiry(LaterCase):
    services = (2, 35, 36, 38)

    def inquire(self, *arguments, **keywords):
        return self.qao("query", "--as", "police", "--services", ",".join(map(str, self.services)), "--basis", "search_measures",
                        "--case", "265500121000123", "--article", "216/2", "--bin", "300140000015", *arguments, **keywords)

    def taking(self, outcomes, change=None):
        """Takes an inquiry; outcomes(part, service) gives a page's (state, members) once, then always; None: nothing yet."""
        self.pages = {}
        def answer(method, path, body):
            if method == "POST":
                self.query, self.pages = self.take(body), {}
                digest_leaf = json.loads(request_leaf(self.query | {"service": 1}, body))
                leaf = {name: digest_leaf[name] for name in ("v", "at", "signed_at", "actor", "basis", "connection", "crls", "key",
                                                             "query", "signer")}
                self.inquiry = self.log.append(canonical(leaf | {"kind": "query.inquiry", "message": "qao.inquiry/1",
                                                                 "data": {"services": self.query["services"]}}))
                reply = {"v": "qao.inquiry-reply/1", "query": self.query["id"], "receipt": self.log.receipt(self.inquiry),
                         "parts": [{"part": part + 1, "service": service} for part, service in enumerate(self.query["services"])]}
                if change:
                    change(reply)
                return 202, {"Retry-After": "1"}, canonical(reply)
            self.looks.append(path)
            rest = path.removeprefix(f"/v1/queries/{self.query['id']}")
            for part, service in enumerate(self.query["services"], 1):
                if part not in self.pages and outcomes(part, service):
                    state, members = outcomes(part, service)
                    self.pages[part] = self.page_of(self.query, state, service, **members)
            if not rest:
                self.request = self.inquiry
                return 200, {}, canonical(self.page_of(self.query, "accepted") | {"parts": [
                    {"index": page["request"]["index"], "part": part, "service": page["service"], "state": page["state"]}
                    for part, page in sorted(self.pages.items())]})
            page = self.pages.get(int(rest[1:]))
            if page:
                return 200, {}, canonical(page)
            return 404, {}, canonical({"type": "urn:qao:problem:not-found", "title": "t", "status": 404, "reasons": []})
        return answer

    def answered(self, part, service):
        return "answered", {"reply": self.part_reply(self.query, part, service, [{"note": f"of {service}"}])}

    def test_all_answer(self):
        folder = f"{self.state}/case"
        with self.serve(self.taking(self.answered)) as gateway:
            done = self.inquire("--save", folder)
        self.assertEqual(0, done.returncode, done.stderr + done.stdout)
        query = json.loads(openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", data=gateway.requests[0][3]))
        self.assertEqual({"v": "qao.inquiry/1", "to": "qao.example/log", "services": [2, 35, 36, 38], "basis": "search_measures",
                          "case": "265500121000123", "article": "216/2", "params": {"bin": "300140000015"}, "id": query["id"],
                          "at": query["at"]}, query)
        lines = done.stderr.splitlines()
        self.assertEqual(4, len(lines))
        for number, (line, service) in enumerate(zip(lines, self.services), 1):
            self.assertTrue(line.startswith(f"[{number}/4] {service}, ") and line.endswith(": answered"), line)
        places = [done.stdout.index(f"of {service}") for service in self.services]
        self.assertEqual(sorted(places), places)
        self.assertEqual(4, done.stdout.count("Verified: the gateway's signature is right"))
        # A folder for all, and one in it for each.
        self.assertEqual({"query.p7m", "receipt", *(f"part-{part:02}-service-{service:02}" for part, service
                                                    in enumerate(self.services, 1))}, set(os.listdir(folder)))
        self.assertEqual({"receipt.json", "request.tlog-proof", "log.vkey"}, set(os.listdir(f"{folder}/receipt")))
        for part, service in enumerate(self.services, 1):
            place = f"{folder}/part-{part:02}-service-{service:02}"
            self.assertEqual(0o700, stat.S_IMODE(os.stat(place).st_mode))
            self.assertEqual(self.pages[part]["reply"]["answer"], json.loads(read(f"{place}/answer.json")))
            page = read(f"{place}/case.html").decode()
            self.assertIn(f"<td>{service}, ", page)
            self.assertIn(f"<th>Part</th><td>{part}<", page)
        # Nothing was looked at before the inquiry's page said that it is there.
        self.assertEqual(f"/v1/queries/{query['id']}", self.looks[0])

    def test_one_refusal_stops_no_other(self):
        def outcomes(part, service):
            if service == 35:
                return "refused", {"problem": self.part_problem(self.query, part, ["service-closed"])}
            return self.answered(part, service)
        with self.serve(self.taking(outcomes)):
            done = self.inquire()
        self.assertEqual(1, done.returncode)
        self.assertIn(": refused\n", done.stderr)
        self.assertIn("[service-closed]", done.stdout)
        for service in (2, 36, 38):
            self.assertIn(f"of {service}", done.stdout)

    def test_one_is_late(self):
        def outcomes(part, service):
            if service == 36:
                return None
            if service == 38:
                return "failed", {"problem": self.part_problem(self.query, part, ["registry-failed"], 502)}
            return self.answered(part, service)
        with self.serve(self.taking(outcomes)):
            done = self.inquire("--wait", "1")
            self.assertEqual(3, done.returncode)
            self.assertEqual(3, len(done.stderr.splitlines()))
            self.assertIn(f"not answered yet\nTo fetch it later: qao status {self.query['id']} --part 3\n", done.stdout)
            self.assertIn(f"qao status {self.query['id']} --part 4;", done.stdout)
            self.assertIn("of 35", done.stdout)
            late = self.inquire("--wait", "0", "--json")
        self.assertEqual((3, "", 1), (late.returncode, late.stderr, late.stdout.count("\n")))

    def test_json(self):
        def outcomes(part, service):
            if service == 35:
                return "refused", {"problem": self.part_problem(self.query, part, ["service-closed"])}
            state, members = self.answered(part, service)
            if service == 36:
                members["reply"]["answer"]["result"]["records"] = []
            return state, members
        with self.serve(self.taking(outcomes)):
            done = self.inquire("--json")
        self.assertEqual((1, "", 1), (done.returncode, done.stderr, done.stdout.count("\n")))
        document = json.loads(done.stdout)
        self.assertEqual(("qao.inquiry-reply/1", self.query["id"]), (document["v"], document["query"]))
        parts = document["parts"]
        self.assertEqual([(1, 2), (2, 35), (3, 36), (4, 38)], [(part["part"], part["service"]) for part in parts])
        self.assertEqual(self.pages[1]["reply"], parts[0]["reply"])
        self.assertEqual("urn:qao:problem:service-closed", parts[1]["problem"]["type"])
        self.assertEqual("urn:qao:client:answer-not-signed-content", parts[2]["problem"]["type"])
        self.assertNotIn("reply", parts[2])
        self.assertIn("reply", parts[3])

    def test_lies(self):
        """A lie about one part is told of that part alone, and nothing of it is shown or kept."""
        def other_part(part, service):
            return "answered", {"reply": self.part_reply(self.query, part + 1, service, [{"note": f"of {service}"}])}
        def other_service(part, service):
            return "answered", {"reply": self.part_reply(self.query, part, service + 1, [{"note": f"of {service}"}])}
        def the_message(part, service):
            self.request = self.inquiry
            return "answered", {"reply": self.part_reply(self.query, 0, service, [{"note": f"of {service}"}])}
        def other_id(part, service):
            other = self.query | {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10"}
            return "answered", {"reply": self.part_reply(other, part, service, [{"note": f"of {service}"}])}
        def another_refusal(part, service):
            return "refused", {"problem": self.part_problem(self.query, part + 1, ["service-closed"])}
        for number, (lie, code) in enumerate(((other_part, "receipt-of-another-record"), (other_service, "answer-of-another-query"),
                                              (the_message, "receipt-of-another-record"), (other_id, "answer-of-another-query"),
                                              (another_refusal, "receipt-of-another-record"))):
            folder = f"{self.state}/case{number}"
            with self.subTest(lie=lie.__name__), self.serve(self.taking(
                    lambda part, service, lie=lie: lie(part, service) if service == 35 else self.answered(part, service))):
                done = self.inquire("--save", folder)
                self.assertEqual(1, done.returncode)
                self.assertIn(f"[{code}]", done.stderr)
                self.assertNotIn("of 35", done.stdout)
                self.assertNotIn("[service-closed]", done.stdout)
                self.assertIn("of 36", done.stdout)
                self.assertFalse(os.path.exists(f"{folder}/part-02-service-35"))

    def test_lying_list(self):
        def less(reply):
            reply["parts"].pop()
        def other(reply):
            reply["parts"][0]["service"] = 3
        def numbers(reply):
            reply["parts"][0]["part"] = 2
        def of_a_query(reply):
            leaf = self.log.append(request_leaf(self.query | {"service": 2}, self.sent))
            reply["receipt"] = self.log.receipt(leaf)
        def bare(reply):
            reply.pop("receipt")
        for change, code in ((less, "reply-malformed"), (other, "reply-malformed"), (numbers, "reply-malformed"),
                             (of_a_query, "receipt-of-another-record"), (bare, "receipt-missing")):
            with self.subTest(change=change.__name__), self.serve(self.taking(self.answered, change)):
                done = self.inquire()
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn(f"[{code}]", done.stderr)
                self.assertEqual([], self.looks)
                self.looks = []

    def test_refused_whole(self):
        with self.serve(self.refusing(["officer-blocked"])):
            done = self.inquire()
        self.assertEqual(1, done.returncode)
        self.assertIn("[officer-blocked]", done.stdout)

    def test_usage(self):
        for services, words in (("2,2", "is named twice"), ("2,57", "changes a registry"), ("75", "searches for links"),
                                ("", "is no service"), ("2,", "is no service"), ("2,77", "is no service"), ("2;35", "is no service"),
                                (",".join(map(str, range(1, 22))), "one too many")):
            with self.serve(self.good()) as gateway:
                done = self.qao("query", "--as", "police", "--services", services, "--basis", "search_measures")
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn(words, done.stderr)
                self.assertEqual([], gateway.requests)
        with self.serve(self.good()) as gateway:
            self.assertIn("give one of both", self.ask("--services", "2,35").stderr)
            done = self.qao("explain", "--as", "police", "--services", "2,35", "--basis", "search_measures")
            self.assertEqual(2, done.returncode)
            self.assertEqual([], gateway.requests)
        with self.serve(self.good()):
            done = self.inquire("--dry-run")
        self.assertEqual([2, 35, 36, 38], json.loads(done.stdout)["services"])

    # --- afterwards -------------------------------------------------------------------------------------------------

    def test_status(self):
        def outcomes(part, service):
            if service == 38:
                return "refused", {"problem": self.part_problem(self.query, part, ["service-closed"])}
            return self.answered(part, service) if service != 36 else ("pending", {})
        folder = f"{self.state}/case"
        with self.serve(self.taking(outcomes)):
            self.assertEqual(1, self.inquire("--wait", "0", "--save", folder).returncode)
            query = self.query["id"]
            done = self.qao("status", query, "--as", "police")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn("State: accepted", done.stdout)
            lines = [line.split() for line in done.stdout.splitlines()]
            self.assertIn(["Part", "Service", "Log", "record", "State"], lines)
            self.assertTrue([line for line in lines if line[:2] == ["2", "35"] and line[-1] == "answered"], done.stdout)
            done = self.qao("status", query, "--as", "police", "--part", "4")
            self.assertEqual(0, done.returncode, done.stderr)
            for words in ("Part: 4", "State: refused", "[service-closed]"):
                self.assertIn(words, done.stdout)
            # The third is answered after all; its papers go where the others are.
            self.pages[3] = self.page_of(self.query, "answered", 36, reply=self.part_reply(self.query, 3, 36, [{"note": "of 36"}]))
            done = self.qao("status", query, "--as", "police", "--part", "3", "--save", folder)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn("of 36", done.stdout)
            self.assertIn("answer.json", os.listdir(f"{folder}/part-03-service-36"))
            self.assertIn("<td>265500121000123<", read(f"{folder}/part-03-service-36/case.html").decode())
            again = self.qao("status", query, "--as", "police", "--part", "3", "--save", folder)
            self.assertEqual(2, again.returncode)
            self.assertEqual(1, self.qao("status", query, "--as", "police", "--part", "5").returncode)
            # Another message in the folder: the reply is not of those bytes.
            other = f"{self.state}/other"
            os.mkdir(other, 0o700)
            with open(f"{other}/query.p7m", "wb") as file:
                file.write(b"other")
            done = self.qao("status", query, "--as", "police", "--part", "2", "--save", other)
            self.assertEqual(2, done.returncode)
            self.assertIn("holds another query", done.stderr)
        for part in ("0", "x", "01", "10000", ""):
            self.assertEqual(2, self.qao("status", query, "--as", "police", "--part", part).returncode)


class Links(LaterCase):
    graph = {"nodes": [{"id": "n0", "kind": "iin", "value": "500101100000", "label": "ҮЛГІ <b>&\"'\x1b[2J", "step": 0},
                       {"id": "n1", "kind": "plate", "value": "500AAA99", "label": "", "step": 0},
                       {"id": "n2", "kind": "bin", "value": "300140000015", "label": "ЖШС", "step": 1}],
             "edges": [{"from": "n0", "to": "n1", "relation": "plate", "service": 5, "evidence": 41},
                       {"from": "n2", "to": "n0", "relation": "founders_fl.iin", "service": 2, "evidence": 42},
                       {"from": "n2", "to": "n1", "relation": "not.described", "service": 2, "evidence": 43}],
             "missing": [{"service": 35, "node": "n2", "why": "closed", "reasons": ["service-closed", "case-missing"]},
                         {"service": 0, "node": None, "why": "limit", "reasons": []}],
             "complete": False}

    def search(self, *arguments, graph=None, service="75", **keywords):
        with self.serve(self.good([graph or self.graph])):
            return self.qao("query", "--as", "police", "--service", service, "--basis", "search_measures", "--case",
                            "265500121000123", "--iin", "500101100000", *arguments, **keywords)

    def test_tables(self):
        for service in ("75", "76"):
            done = self.search(service=service)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            for words in ("People and things: 3", "Relations: 3", "Not looked at: 2", "The search is not complete.", "500AAA99",
                          "service-closed, case-missing", "300140000015, ЖШС", "Log record", "Vehicle: Number plate",
                          "Founders, head and parent organisation: Founders, individuals / IIN", " not.described ",
                          "not open on this basis", "over a limit", "organisation"):
                self.assertIn(words, done.stdout)
            self.assertNotIn("\x1b", done.stdout)
            row = next(line for line in done.stdout.splitlines() if line.rstrip().endswith(" 42"))
            self.assertLess(row.index("300140000015"), row.index("500101100000"))
        for lang, words in (("kk", "Іздеу толық емес."), ("ru", "Поиск неполон.")):
            self.assertIn(words, self.search(lang=lang).stdout)
        self.assertIn("The search is complete.", self.search(graph=self.graph | {"missing": [], "complete": True}).stdout)

    def test_page(self):
        folder = f"{self.state}/case"
        self.assertEqual(0, self.search("--save", folder).returncode)
        page = read(f"{folder}/case.html").decode()
        self.assertIn("<h3>Relations: 3</h3>", page)
        self.assertIn("ҮЛГІ &lt;b&gt;&amp;&quot;&#39;?[2J", page)

    def test_graphml(self):
        path = f"{self.state}/links.graphml"
        done = self.search("--graph", path)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(path).st_mode))
        root = ElementTree.parse(path).getroot()
        self.assertEqual(f"{GRAPHML}graphml", root.tag)
        keys = {key.get("id"): (key.get("for"), key.get("attr.name"), key.get("attr.type")) for key in root.iter(f"{GRAPHML}key")}
        graph = root.find(f"{GRAPHML}graph")
        def data(element):
            return {keys[item.get("key")][1]: item.text for item in element.findall(f"{GRAPHML}data")}
        nodes = {node.get("id"): data(node) for node in graph.findall(f"{GRAPHML}node")}
        self.assertEqual([{name: str(value) for name, value in node.items() if value != ""} for node in self.graph["nodes"]][1:],
                         list(nodes.values())[1:])
        self.assertEqual("ҮЛГІ <b>&\"'?[2J", next(iter(nodes.values()))["label"])
        edges = [(nodes[edge.get("source")]["id"], nodes[edge.get("target")]["id"], data(edge)) for edge in graph.findall(f"{GRAPHML}edge")]
        self.assertEqual([(edge["from"], edge["to"], {name: str(edge[name]) for name in ("relation", "service", "evidence")})
                          for edge in self.graph["edges"]], edges)
        self.assertEqual(("directed", "false"), (graph.get("edgedefault"), data(graph)["complete"]))
        self.assertEqual(2, self.search("--graph", path).returncode, "a file is never replaced")

    def test_json(self):
        path = f"{self.state}/links.json"
        self.assertEqual(0, self.search("--graph", path).returncode)
        written = json.loads(read(path))
        self.assertEqual(self.graph, {name: written[name] for name in self.graph})
        self.assertEqual((75, self.query_id), (written["service"], written["query"]))

    def test_no_links(self):
        path = f"{self.state}/links.graphml"
        for graph in (self.graph | {"edges": [self.graph["edges"][0] | {"to": "n9"}]}, {"note": "x"},
                      self.graph | {"nodes": self.graph["nodes"] + self.graph["nodes"][:1]}):
            done = self.search("--graph", path, graph=graph)
            self.assertEqual(2, done.returncode)
            self.assertIn("the answer holds no links", done.stderr)
            self.assertFalse(os.path.exists(path))

    def test_usage(self):
        for path, words in ((f"{self.state}/links.txt", "ends in .graphml or .json"), (".json", "ends in .graphml or .json")):
            with self.serve(self.good()) as gateway:
                done = self.qao("query", "--as", "police", "--service", "75", "--basis", "search_measures", "--graph", path)
                self.assertEqual(2, done.returncode)
                self.assertIn(words, done.stderr)
                self.assertIn("belongs to --service 75 or 76", self.ask("--graph", f"{self.state}/x.json").stderr)
                self.assertEqual([], gateway.requests)


class Settled(LaterCase):
    """An act of unknown outcome, and what the registry said when it was asked about it."""
    query = {"id": "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", "service": 57}

    def page(self, state, outcome, kind="query.settled", reply=True):
        query = Settled.query
        self.request = self.log.append(request_leaf(query, self.sent))
        unknown = self.log.append(canonical({"v": "qao.leaf/1", "kind": "query.unknown", "at": "2026-11-22T12:00:00.000000+05:00",
                                             "key": key_of(query, 0), "request": self.log.leaves[self.request].hex()}))
        answer = self.answer_of(query, [{"note": "done at last"}])
        signed = self.system.sign64(answer)
        index = self.log.append(leaf_of(result_leaf(query, self.log.leaves[self.request], base64.b64decode(signed)),
                                        kind=kind, outcome=outcome))
        at = "2026-11-22T12:00:01+05:00"
        page = self.page_of(query, state, 57) | {
            "conclusion": {"at": at, "index": unknown, "kind": "query.unknown"},
            "settled": {"at": at, "index": index, "outcome": outcome}}
        if reply:
            page["reply"] = {"v": "qao.reply/1", "answer": answer, "signed": signed,
                             "receipt": self.log.receipt(self.request, index)}
        return page

    def status(self, page):
        with self.serve(lambda *ignored: (200, {}, canonical(page))):
            return self.qao("status", page["query"], "--as", "police")

    def test_done(self):
        done = self.status(self.page("done", "done"))
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for words in ("State: done", "record of what the registry said of it: 11, 2026-11-22 12:00:01", "done at last"):
            self.assertIn(words, done.stdout)

    def test_not_done(self):
        done = self.status(self.page("not-done", "not-done", reply=False))
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for words in ("State: not done", "it may be sent again, with a new id"):
            self.assertIn(words, done.stdout)
        done = self.status(self.page("unknown", "unknown", reply=False))
        self.assertIn("Do not send an act again before.", done.stdout)

    def test_lies(self):
        page = self.page("done", "done")
        page["settled"]["index"] -= 1
        done = self.status(page)
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("[receipt-of-another-record]", done.stderr)


class ServicePage(LaterCase):
    """`qao services show N`: the gateway's description where it can be had, else the installed one, and it is said which."""

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "schema", "services", "35.json"),
              encoding="utf-8") as file:
        installed = json.load(file)

    def described(self, **members):
        return lambda *ignored: (200, {}, canonical(self.installed | members))

    def test_gateways_word(self):
        name = {lang: f"Other\x1b[2J {lang}" for lang in ("kk", "ru", "en")}
        with self.serve(self.described(name=name)) as gateway:
            done = self.qao("services", "show", "35", "--as", "police")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertEqual("/v1/services/35", gateway.requests[0][1])
            self.assertIn("Service 35: Other?[2J en", done.stdout)
            lines = [line.split() for line in done.stdout.splitlines()]
            self.assertIn(["iin", "IIN", "iin", "personal", "data"], lines)
            self.assertIn(["registration_date", "Date", "of", "registration", "date", "yes"], lines)
            self.assertIn(["phones", "Telephones", "array:", "string", "yes", "personal", "data"], lines)
            self.assertIn("individual entrepreneur", done.stdout)
            self.assertIn("физическое лицо", self.qao("services", "show", "35", "--as", "police", lang="ru").stdout)
            done = self.qao("services", "show", "35", "--as", "police", "--json")
            self.assertEqual(self.installed | {"name": name}, json.loads(done.stdout))
            self.assertNotIn("\x1b", done.stdout)

    def test_no_person_or_no_gateway(self):
        with self.serve(self.described(name={"en": "Other"})) as gateway:
            done = self.qao("services", "show", "35")
            self.assertEqual((0, "", []), (done.returncode, done.stderr, gateway.requests))
            self.assertIn(self.installed["name"]["en"], done.stdout)
            url = gateway.url
        for text in (None, url):
            if text:
                with open(f"{self.instance}/gateway.url", "w", encoding="ascii") as file:
                    file.write(text)
            done = self.qao("services", "show", "35", "--as", "police")
            self.assertEqual(0, done.returncode)
            self.assertIn("installed here", done.stderr)
            self.assertIn(self.installed["name"]["en"], done.stdout)
            done = self.qao("services", "show", "35", "--as", "police", "--json")
            self.assertEqual((0, "", self.installed), (done.returncode, done.stderr, json.loads(done.stdout)))
        os.unlink(f"{self.instance}/gateway.url")

    def test_refusals(self):
        problem = {"type": "urn:qao:problem:not-found", "title": "t", "status": 404, "reasons": []}
        with self.serve(lambda *ignored: (404, {}, canonical(problem))):
            done = self.qao("services", "show", "35", "--as", "police")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("has no description", done.stderr)
        for change in ({"number": 36}, {"v": "qao.service/2"}):
            with self.serve(self.described(**change)):
                done = self.qao("services", "show", "35", "--as", "police")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("[reply-malformed]", done.stderr)
        with self.serve(self.described()):
            self.assertIn("[certificate-revoked]", self.qao("services", "show", "35", "--as", "revoked").stderr)


if __name__ == "__main__":
    unittest.main()
