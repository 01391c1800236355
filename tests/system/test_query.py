"""One running instance, asked as its users ask it and as strangers to our code do."""
import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

from instance import BIN, ROOT, Instance
from person import Person, code, message, openssl

PERSON = "500101100000"
CASE = "265500121000123"
instance = None


def setUpModule():
    global instance
    instance = Instance().start("--no-demo")


def tearDownModule():
    instance.close()


def content(**changes):
    asked = {"service": 5, "basis": "operative_search", "params": {"iin": PERSON}, **changes}
    return message(instance, "qao.query/1", **asked)


def sign(data, person="police", *further):
    return Person(instance, person).sign(data, *further)


def post(body, person="police", path="/v1/queries", **headers):
    return Person(instance, person).post(body, path, **headers)


class WithoutOurClient(unittest.TestCase):
    def test_openssl_and_curl_get_an_answer_that_openssl_verifies(self):
        people = instance.folder / "people/police"
        with tempfile.TemporaryDirectory() as scratch:
            signed = pathlib.Path(scratch) / "query.p7m"
            signed.write_bytes(sign(content()))
            done = subprocess.run(
                ["curl", "-sS", "--noproxy", "*", "--cacert", instance.folder / "ca/ca.pem", "--cert",
                 people / "auth.pem", "--key", people / "auth.key", "-H", "Content-Type: application/pkcs7-mime",
                 "--data-binary", f"@{signed}", instance.url() + "/v1/queries"],
                capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)
            reply = json.loads(done.stdout)
            self.assertEqual(reply["v"], "qao.reply/1")
            self.assertEqual(reply["answer"]["decision"]["effect"], "permit")
            answer = pathlib.Path(scratch) / "answer.p7m"
            answer.write_bytes(base64.b64decode(reply["signed"], validate=True))
            read = openssl("cms", "-verify", "-inform", "DER", "-in", answer, "-CAfile",
                           instance.folder / "ca/ca.pem", "-purpose", "any")
            self.assertEqual(json.loads(read), reply["answer"])
            canonical = json.dumps(reply["answer"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            self.assertEqual(read.decode(), canonical, "what is signed is not the canonical form of the answer")

    def test_accept_pkcs7_gives_the_signed_answer_alone(self):
        status, body = post(sign(content()), Accept="application/pkcs7-mime")
        self.assertEqual(status, 200)
        with tempfile.NamedTemporaryFile() as answer:
            answer.write(body)
            answer.flush()
            read = openssl("cms", "-verify", "-inform", "DER", "-in", answer.name, "-CAfile",
                           instance.folder / "ca/ca.pem", "-purpose", "any")
        self.assertEqual(json.loads(read)["v"], "qao.answer/1")

    def test_forms_in_which_a_signed_query_may_come(self):
        people = instance.folder / "people/police"
        pem = openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "PEM", "-signer", people / "sign.pem",
                      "-inkey", people / "sign.key", data=content())
        ber = sign(content(), "police", "-stream")
        bare = base64.encodebytes(sign(content()))
        pkcs7 = openssl("smime", "-sign", "-binary", "-nodetach", "-outform", "PEM", "-signer", people / "sign.pem",
                        "-inkey", people / "sign.key", data=content())
        for name, body in (("PEM CMS", pem), ("BER", ber), ("base64", bare), ("PEM PKCS7", pkcs7)):
            with self.subTest(name):
                status, reply = post(body)
                self.assertEqual(status, 200, reply)


class BadInput(unittest.TestCase):
    def refused(self, body, status, expected, **keywords):
        got, reply = post(body, **keywords)
        self.assertEqual((got, code(reply)), (status, expected), reply)
        return reply

    def test_no_signature_at_all(self):
        whole = sign(content())
        for name, body in (("empty", b""), ("text", b"hello"), ("content only", content()), ("cut", whole[:-20]),
                           ("cut early", whole[:100]), ("longer", whole + b"\0")):
            with self.subTest(name):
                self.refused(body, 401, "signature-invalid")

    def test_other_signatures_than_one_attached_strong_one(self):
        people = instance.folder / "people"
        police, prosecutor = people / "police", people / "prosecutor"
        detached = openssl("cms", "-sign", "-binary", "-outform", "DER", "-signer", police / "sign.pem", "-inkey",
                           police / "sign.key", data=content())
        sha1 = sign(content(), "police", "-md", "sha1")
        two = sign(content(), "police", "-signer", prosecutor / "sign.pem", "-inkey", prosecutor / "sign.key")
        other_type = sign(content(), "police", "-econtent_type", "1.2.840.113549.1.7.6")
        bare = sign(content(), "police", "-nocerts")
        for name, body in (("detached", detached), ("SHA-1", sha1), ("two signers", two),
                           ("content type", other_type), ("no certificate", bare)):
            with self.subTest(name):
                self.refused(body, 401, "signature-invalid")

    def test_a_flipped_bit_anywhere_is_never_answered(self):
        whole = bytearray(sign(content()))
        for place in range(0, len(whole), max(1, len(whole) // 40)):
            whole[place] ^= 0x10
            status, reply = post(bytes(whole))
            whole[place] ^= 0x10
            self.assertIn(status, (400, 401, 403), f"byte {place}: {reply}")

    def test_what_the_query_says(self):
        later = (datetime.now(timezone.utc) + timedelta(seconds=400)).isoformat(timespec="seconds")
        naive = datetime.now().isoformat(timespec="seconds")
        malformed = (
            b"", b"null", b"[]", b"{", b"\xff", content() + b" x", content(unknown=1), content(service="5"),
            content(service=5.0), content(service=0), content(service=77), content(basis="other"),
            content(duty="app4.1"), content(at=naive), content(id="1"), content(to="elsewhere.example/log"),
            content(v="qao.query/2"), content(params=...), content(id=...), content(ground="x" * 1001),
            content()[:-1] + b',"service":5}', content().replace(b'"params"', b'"\\u0000"'),
            b'{"a":' * 100 + b"1" + b"}" * 100,
        )
        for number, data in enumerate(malformed):
            with self.subTest(number):
                self.refused(sign(data), 400, "query-malformed")
        self.refused(sign(content(at=later)), 403, "query-stale")
        for params in ({}, {"iin": "500101100001"}, {"iin": 500101100000}, {"other": "x"}, {"iin": PERSON, "plate": "x"},
                       {"iin": PERSON, "extra": "1"}):
            with self.subTest(params):
                self.refused(sign(content(params=params)), 422, "params-invalid")

    def test_http(self):
        body = sign(content())
        self.refused(body, 415, "unsupported-type", Content_Type="text/plain")
        self.refused(body, 404, "not-found", path="/v1/nothing")
        self.refused(body, 405, "method-not-allowed", path="/v1/services")
        self.refused(b"x" * (300 * 1024), 413, "too-large")


class Decisions(unittest.TestCase):
    def test_all_reasons_are_named_in_order(self):
        status, reply = post(sign(content(basis="search_measures", service=37, params={"bin": "300140000015"},
                                          at="2026-01-01T00:00:00+05:00"), "migration"), person="police")
        self.assertEqual(status, 403)
        names = [reason["code"] if isinstance(reason, dict) else reason for reason in reply["reasons"]]
        self.assertEqual(names, ["signer-not-connection", "query-stale", "case-missing", "article-missing"])

    def test_a_refused_id_is_used_up(self):
        body = sign(content(basis="search_measures"))
        self.assertEqual(code(post(body)[1]), "case-missing")
        reply = post(body)[1]
        names = [reason["code"] if isinstance(reason, dict) else reason for reason in reply["reasons"]]
        self.assertIn("query-replayed", names)

    def test_an_id_shown_by_another_is_not_used_up(self):
        body = sign(content(), "prosecutor")
        self.assertEqual(code(post(body, person="police")[1]), "signer-not-connection")
        self.assertEqual(post(body, person="prosecutor")[0], 200)

    def test_a_subject_without_a_record_is_an_empty_answer(self):
        status, reply = post(sign(content(params={"iin": "851231107773"})))
        self.assertEqual((status, reply["answer"]["result"]), (200, {"records": []}))
        self.assertIn("result", reply["receipt"])

    def test_abbreviated_answers_hold_no_amount_anywhere(self):
        status, reply = post(sign(content(service=11)))
        self.assertEqual((status, reply["answer"]["decision"]["effect"]), (200, "abbreviated"))
        full = post(sign(content(service=11, basis="covert_investigation", case=CASE)))[1]["answer"]
        amounts = {name for record in full["result"]["records"] for name in record if "amount" in name}
        self.assertTrue(amounts, "the full answer has no amounts: nothing is shown by this test")
        self.assertFalse(amounts & {name for record in reply["answer"]["result"]["records"] for name in record})
        values = {str(value) for record in full["result"]["records"] for name, value in record.items()
                  if name in amounts and len(str(value)) >= 6}
        self.assertTrue(values)
        places = [path for path in (instance.state() / "logs").iterdir()]
        text = "".join(path.read_text(errors="replace") for path in places)
        text += instance.sql("select string_agg(convert_from(leaf, 'UTF8'), '') from qao.entry")
        self.assertFalse([value for value in values if value in text])

    def test_explain_asks_nobody_and_claims_nothing(self):
        body = sign(content())
        status, reply = post(body, path="/v1/explain")
        self.assertEqual(status, 200, reply)
        self.assertEqual(post(body)[0], 200, "explaining used the id up")


class Log(unittest.TestCase):
    def test_the_exported_log_verifies_by_programs_that_are_not_ours(self):
        for _ in range(3):
            post(sign(content()))
        with tempfile.TemporaryDirectory() as scratch:
            export = pathlib.Path(scratch) / "export"
            done = instance.qao("audit", "export", str(export))
            self.assertEqual(done.returncode, 0, done.stderr)
            vkey = instance.folder / "log/log.vkey"
            for verifier in (["python3", ROOT / "tests/integration/verify/verify_log.py"],
                             [ROOT / "build/tests/integration/verify/verify_log"]):
                done = subprocess.run([*verifier, export, vkey], capture_output=True, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            done = subprocess.run([BIN / "qao", "audit", "verify", "--dir", export, "--vkey", vkey],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_receipt_proves_itself_with_the_vkey_alone(self):
        reply = post(sign(content()))[1]
        with tempfile.TemporaryDirectory() as scratch:
            for number, proof in enumerate(reply["receipt"]["proofs"]):
                path = pathlib.Path(scratch) / f"{number}.tlog-proof"
                path.write_text(proof)
                record = reply["receipt"][("request", "result")[number]]
                made = pathlib.Path(scratch) / "made"
                done = instance.qao("audit", "prove", str(record["index"]), "--out", str(made))
                self.assertEqual(done.returncode, 0, done.stderr)
                check = [BIN / "qao", "audit", "check-proof", "--vkey", instance.folder / "log/log.vkey"]
                for each in ([path, "--leaf-hash", record["leaf"]], [made]):
                    done = subprocess.run([*check, *each], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                done = subprocess.run([*check, path, "--leaf-hash", "0" * 64], capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, "a proof of another leaf is accepted")

    def test_the_record_binds_the_bytes_that_were_sent(self):
        body = sign(content())
        reply = post(body)[1]
        shown = instance.qao("audit", "show", str(reply["receipt"]["request"]["index"])).stdout
        leaf = json.loads(shown[shown.index("{"):])
        self.assertEqual(leaf["query"]["sha256"], hashlib.sha256(body).hexdigest())
        self.assertNotIn(PERSON, json.dumps(leaf), "the subject is in clear in the log")

    def test_the_whole_log_verifies(self):
        done = instance.qao("audit", "verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Operation(unittest.TestCase):
    def test_health_and_metrics(self):
        self.assertEqual(instance.health("/healthz"), "200")
        self.assertEqual(instance.health("/readyz"), "200")
        text = subprocess.run(["curl", "-sS", "--noproxy", "*",
                               (instance.folder / "health.url").read_text().strip() + "/metrics"],
                              capture_output=True, text=True).stdout
        self.assertIn("qao_", text)
        self.assertNotIn(PERSON, text)
        self.assertNotIn("510208200116", text)

    def test_commands_stand_in_build_bin(self):
        for name in ("qao", "qao-gateway", "qao-front", "qao-adapter", "qao-dev-ca"):
            done = subprocess.run([BIN / name, "--help"], capture_output=True, text=True, timeout=10)
            self.assertEqual(done.returncode, 0, name)
            self.assertIn("usage", done.stdout.lower())


if __name__ == "__main__":
    unittest.main(verbosity=2)
