"""What every test of queries needs: right answers and refusals of the fake gateway, which a test changes into lies."""

import base64
import json

from client import ClientCase
from fake_gateway import NOTICE, canonical, content_of, refused_leaf, request_leaf, result_leaf

SERVICE_11 = [{"amount": 8500000, "date": "2026-02-03", "iin": "500101100000", "income": 85000000, "kind": "mandatory",
               "payer_bin": "300140000015", "payer_name": "ЖШС <b>\"Үлгі\"</b>\x1b[2J", "period": "2026-01"}]
MALFORMED = "reply-malformed"


class QueryCase(ClientCase):
    def ask(self, *arguments, who="police", **keywords):
        return self.qao("query", "--as", who, "--service", "11", "--basis", "operative_search", "--iin", "500101100000",
                        *arguments, **keywords)

    # --- replying ---------------------------------------------------------------------------------------------------

    def answer_of(self, query, records=None):
        return {"v": "qao.answer/1", "query": query["id"], "at": "2026-11-22T12:00:00+05:00", "service": query["service"],
                "decision": {"effect": "permit", "edition": "2022-04-29", "edition_sha256": "ab" * 32,
                             "citations": [{"clause": 2, "appendix": 1, "row": 11, "column": 1, "readings": ["R04"]}]},
                "result": {"records": SERVICE_11 if records is None else records}, "notice": NOTICE}

    def reply_of(self, query, records=None):
        answer = self.answer_of(query, records)
        signed = self.system.sign64(answer)
        request = self.log.append(request_leaf(query, self.sent))
        result = self.log.append(result_leaf(query, self.log.leaves[request], base64.b64decode(signed)))
        return {"v": "qao.reply/1", "answer": answer, "signed": signed, "receipt": self.log.receipt(request, result)}

    sent = b"asked for by its id"

    def take(self, body):
        self.sent = body
        query = content_of(body)
        self.query_id = query["id"]
        return query

    def good(self, records=None):
        return lambda method, path, body: (200, {"Content-Type": "application/json"},
                                           canonical(self.reply_of(self.take(body), records)))

    def changed(self, change):
        """A right reply, after change(reply) did something to it (or gave another one)."""
        def answer(method, path, body):
            reply = self.reply_of(self.take(body))
            other = change(reply)
            return 200, {"Content-Type": "application/json"}, canonical(reply if other is None else other)
        return answer

    def problem_of(self, query, codes, status=403, recorded=True):
        problem = {"type": f"urn:qao:problem:{codes[0]}", "title": f"title {codes[0]}", "status": status,
                   "detail": "the detail", "fault": "the fault", "query": query["id"],
                   "reasons": [{"code": code, "title": f"title {code}", "citations": [{"clause": 19}]} for code in codes]}
        if recorded:
            signed = self.system.sign64(problem)
            problem |= {"signed": signed, "receipt": self.log.receipt(self.log.append(refused_leaf(self.sent, codes)))}
        return problem

    def refusing(self, codes, status=403, headers=None, change=None, recorded=True):
        def answer(method, path, body):
            problem = self.problem_of(self.take(body), codes, status, recorded)
            if change:
                change(problem)
            return status, {"Content-Type": "application/problem+json", **(headers or {})}, canonical(problem)
        return answer

    def refused(self, code, answer, *arguments, cert=None, key=None):
        """The client names this fault, exits 1, and shows nothing of what came."""
        with self.serve(answer, cert, key):
            done = self.ask(*arguments)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn(f"[{code}]", done.stderr)
            self.assertEqual("", done.stdout)
            done = self.ask("--json", *arguments)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertEqual(f"urn:qao:client:{code}", json.loads(done.stdout)["type"])
