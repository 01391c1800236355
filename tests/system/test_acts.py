"""Acts as nobody should send them, over the real programs: each gets a clear refusal, and nothing is half done."""
import concurrent.futures
import json
import pathlib
import tempfile
import unittest

from instance import Instance
from person import PDF, Person, code, codes, named, now

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
INJECTION = "'; drop table qao.person; -- \" \\' ); select pg_sleep(9) /* %s ${x} $1 */"
MESSAGES = 2000
instance = None


def setUpModule():
    global instance
    instance = Instance().start("--no-demo")
    for name in ("stranger", "police", "economic", "migration", "probation", "operator", "unsigned"):
        status, reply = Person(instance, name).upload(PDF, "application/pdf")
        assert status == 200, reply


def tearDownModule():
    done = instance.qao("audit", "verify")
    instance.close()
    assert done.returncode == 0, done.stdout + done.stderr


def person(name):
    return Person(instance, name)


def register_state():
    """What acts change, counted."""
    tables = ("body_version", "person_version", "registration_version", "application", "application_version", "agreement")
    return instance.sql("select " + " || ' ' || ".join(f"(select count(*) from qao.{table})" for table in tables))


class Acts(unittest.TestCase):
    def refused(self, answer, status, *expected):
        got, reply = answer
        self.assertEqual((got, codes(reply)), (status, set(expected)), reply)

    def done(self, answer):
        self.assertEqual(answer[0], 200, answer[1])
        return answer[1]["answer"]["act"]

    def decision(self, application, outcome="registered", **changes):
        item = person("operator").items("application", application=application)[0]
        return {"application": application, "digest": item["digest"], "outcome": outcome,
                "reason": None if outcome == "registered" else "толық емес",
                "rights": item["rights"] if outcome == "registered" else None, **changes}

    def clean(self, who):
        """Withdraws what the person has open."""
        for item in who.items("applications", state="filed", iin=who.iin):
            whole = who.items("application", application=item["application"])[0]
            self.done(who.act("qao.withdrawal/1", {"application": item["application"], "digest": whole["digest"]}))

    def unchanged(self):
        before = register_state()
        self.addCleanup(lambda: self.assertEqual(register_state(), before, "a refused act changed the register"))


class WhoActs(Acts):
    def test_another_persons_certificate(self):
        self.unchanged()
        stranger, police = person("stranger"), person("police")
        content = stranger.content("qao.application/1", stranger.application(PDF))
        self.refused(stranger.post(police.sign(content), "/v1/acts"), 403, "signer-not-connection", "form-mismatch")
        self.refused(stranger.act("qao.application/1", police.application(PDF)), 422, "form-mismatch")

    def test_the_administrator_is_competent_for_some_bodies_only(self):
        self.unchanged()
        appointment = {"iin": "500101200007", "bin": person("police").bin, "system_role": "administrator", "unit": None,
                       "surname": "А", "given": "Б", "patronymic": None, "position": "в", "state": "active",
                       "act_number": "1", "act_date": "2026-01-05"}
        self.refused(person("operator").act("qao.appointment/1", appointment), 403, "not-competent")
        self.refused(person("responsible").act("qao.appointment/1", appointment), 403, "role-not-held", "not-competent")
        economic = person("economic")
        block = {"iin": economic.iin, "bin": economic.bin, "cause": "other", "reason": "x", "violation": None}
        self.refused(person("responsible").act("qao.block/1", block), 403, "not-competent")
        self.refused(person("police").act("qao.block/1", block), 403, "role-not-held")

    def test_nobody_appoints_himself_or_decides_on_his_own_application(self):
        operator = person("operator")
        self.refused(operator.act("qao.appointment/1", {
            "iin": operator.iin, "bin": operator.bin, "system_role": "official", "unit": None, "surname": "А", "given": "Б",
            "patronymic": None, "position": "в", "state": "active", "act_number": "1", "act_date": "2026-01-05"}), 403, "own-act")
        application = self.done(operator.act("qao.application/1", operator.application(
            PDF, body_code="operator", role=4, bases=["operative_search"])))
        self.refused(operator.act("qao.decision/1", self.decision(application)), 403, "own-act")
        self.done(person("enrolled").act("qao.decision/1", self.decision(application, "refused")))

    def test_enrolment_is_over(self):
        """The command needs the gateway's log, which has one writer; and over the network there is no such act."""
        self.unchanged()
        stranger = person("stranger")
        self.refused(stranger.act("qao.enrolment/1", {}), 400, "act-malformed")

    def test_who_reads(self):
        self.refused(person("police").read("registrations"), 403, "not-permitted")
        self.refused(person("unsigned").read("bodies"), 403, "not-permitted")
        self.assertEqual(person("unsigned").read("agreement")[0], 200)
        self.refused(person("operator").read("registrations", limit="0"), 400, "bad-request")
        self.refused(person("operator").read("registrations", unknown="1"), 400, "bad-request")


class Scans(Acts):
    def test_a_scan_that_is_not_what_it_says(self):
        police = person("police")
        for data, type_ in ((PDF, "image/png"), (PNG, "application/pdf"), (PDF[:-7], "application/pdf"), (PNG, "image/png"),
                            (b"\xff\xd8\xff" + b"\0" * 40, "image/jpeg"), (b"MZ" + PDF, "application/pdf"),
                            (b"<script>", "text/html"), (b"", "application/pdf")):
            with self.subTest(type=type_, data=data[:8]):
                status, reply = police.upload(data, type_)
                self.assertIn((status, code(reply)), ((415, "unsupported-type"), (400, "bad-request")), reply)
        status, reply = police.upload(b"%PDF-1.4\n" + b"x" * (10 << 20) + b"\n%%EOF\n", "application/pdf")
        self.assertEqual((status, code(reply)), (413, "too-large"))

    def test_a_scan_that_is_not_the_applicants(self):
        self.unchanged()
        stranger, police = person("stranger"), person("police")
        other = PDF.replace(b"<< >>", b"<< /A 1 >>")
        self.assertEqual(police.upload(other, "application/pdf")[0], 200)
        for scan in (named(other), named(PDF + b"x"), named(PDF, "image/png"), {**named(PDF), "bytes": 1}):
            with self.subTest(scan):
                self.refused(stranger.act("qao.application/1", stranger.application(PDF, scan=scan)), 422, "scan-missing")
        self.refused(stranger.act("qao.application/1", stranger.application(None)), 422, "form-incomplete")


class Decisions(Acts):
    def test_a_decision_on_a_decided_application(self):
        police, operator = person("police"), person("operator")
        application = self.done(police.act("qao.application/1", police.application(PDF, position="жаңа лауазым")))
        self.refused(police.act("qao.application/1", police.application(PDF, position="тағы")), 409, "application-open")
        refusal = self.decision(application, "refused")
        self.refused(operator.act("qao.decision/1", {**refusal, "digest": "0" * 64}), 409, "digest-mismatch")
        self.refused(operator.act("qao.decision/1", {**refusal, "reason": None}), 422, "form-incomplete")
        self.refused(person("responsible").act("qao.decision/1", refusal), 403, "role-not-held")
        self.done(operator.act("qao.decision/1", refusal))
        self.refused(operator.act("qao.decision/1", self.decision(application)), 409, "application-closed")
        whole = police.items("application", application=application)[0]
        self.refused(police.act("qao.withdrawal/1", {"application": application, "digest": whole["digest"]}), 409,
                     "application-closed")

    def test_rights_that_were_not_asked_for(self):
        stranger, operator = person("stranger"), person("operator")
        application = self.done(stranger.act("qao.application/1", stranger.application(PDF)))
        decision = self.decision(application)
        more = {**decision["rights"], "bases": ["operative_search", "search_measures"]}
        self.refused(operator.act("qao.decision/1", {**decision, "rights": more}), 422, "form-mismatch")
        self.clean(stranger)
        self.refused(stranger.act("qao.application/1", stranger.application(PDF, role=1)), 422, "role-not-of-body")
        self.refused(stranger.act("qao.application/1", stranger.application(PDF, role=7, bases=["operative_search"])), 422,
                     "role-basis")
        self.refused(stranger.act("qao.application/1", stranger.application(PDF, unit="nowhere")), 422, "unit-unknown")
        self.refused(stranger.act("qao.application/1", stranger.application(PDF, until="2026-01-01T00:00:00+05:00")), 422,
                     "period-wrong")

    def test_two_administrators_at_once(self):
        """One wins, the other is told."""
        applicants = [person(name) for name in ("economic", "migration", "probation", "unsigned")]
        rights = {"economic": (3, ["operative_search"]), "migration": (6, ["search_measures"]),
                  "probation": (7, ["other_duties"]), "unsigned": (2, ["operative_search"])}
        prepared = []
        for who in applicants:
            role, bases = rights[who.name]
            code_ = "police" if who.name == "unsigned" else who.name
            application = self.done(who.act("qao.application/1", who.application(
                PDF, body_code=code_, role=role, bases=bases, position="жаңа лауазым")))
            for name, outcome in (("operator", "registered"), ("enrolled", "refused")):
                administrator = person(name)
                prepared.append((application, administrator, administrator.sign(
                    administrator.content("qao.decision/1", self.decision(application, outcome)))))
        with concurrent.futures.ThreadPoolExecutor(len(prepared)) as pool:
            answers = list(pool.map(lambda job: (job[0], job[1].post(job[2], "/v1/acts")), prepared))
        for application in {application for application, _ in answers}:
            both = sorted((answer for which, answer in answers if which == application), key=lambda answer: answer[0])
            self.assertEqual([status for status, _ in both], [200, 409], both)
            self.assertEqual(codes(both[1][1]), {"application-closed"})
            self.assertEqual(instance.sql(f"select count(*) from qao.application_version where application_id = '{application}'"), "2")

    def test_a_clock_set_back(self):
        self.unchanged()
        police = person("police")
        self.refused(police.act("qao.application/1", police.application(PDF), at=now(minutes=-6)), 403, "query-stale")
        self.refused(police.act("qao.application/1", police.application(PDF), at=now(minutes=6)), 403, "query-stale")


class Texts(Acts):
    def test_sql_in_every_text_field(self):
        stranger = person("stranger")
        texts = {name: INJECTION for name in ("surname", "given", "patronymic", "position", "work_address")}
        texts["head"] = {"position": INJECTION, "name": INJECTION}
        application = self.done(stranger.act("qao.application/1", stranger.application(PDF, **texts)))
        form = person("operator").items("application", application=application)[0]["form"]
        for name, text in texts.items():
            self.assertEqual(form[name], text, "not as it was signed")
        self.done(person("operator").act("qao.decision/1", self.decision(application, "refused", reason=INJECTION)))
        self.assertEqual(stranger.items("application", application=application)[0]["decision"]["reason"], INJECTION)
        for name in ("body_code", "unit", "work_phone", "mobile_phone", "email", "iin", "bin"):
            with self.subTest(name):
                self.refused(stranger.act("qao.application/1", stranger.application(PDF, **{name: INJECTION})), 400, "act-malformed")
        operator = person("operator")
        for name in ("iin", "bin", "system_role", "state", "unit", "name"):
            with self.subTest(filter=name):
                status, reply = operator.read("registrations", **{name: INJECTION})
                self.assertTrue(status == 400 or status == 200 and reply["items"] == [], reply)
        self.assertGreater(int(instance.sql("select count(*) from qao.person")), 0)

    def test_names_in_any_writing(self):
        stranger, operator = person("stranger"), person("operator")
        for name in ("محمد بن علي", "שלום", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324", "é", "e\u0301", "ӘҒҚҢӨҰҮҺІ"):
            with self.subTest(name):
                application = self.done(stranger.act("qao.application/1", stranger.application(PDF, surname=name)))
                self.assertEqual(operator.items("application", application=application)[0]["form"]["surname"], name)
                self.clean(stranger)
        for text in ("\u202eпутало", "а\u2066б", "а\u0000б", "а\nб", "а\u001bб", "", "x" * 1001):
            with self.subTest(text[:4]):
                self.refused(stranger.act("qao.application/1", stranger.application(PDF, surname=text)), 400, "act-malformed")

    def test_what_is_no_act(self):
        self.unchanged()
        police = person("police")
        whole = police.content("qao.application/1", police.application(PDF))
        for data in (b"", b"null", b"{", whole[:-1], whole[:-1] + b',"x":1}', whole[:-1] + b',"v":"qao.block/1"}',
                     whole.replace(b"qao.application/1", b"qao.unknown/1"), whole.replace(b'"statements"', b'"statement"')):
            with self.subTest(data[-40:]):
                self.refused(police.post(police.sign(data), "/v1/acts"), 400, "act-malformed")
        self.refused(police.act("qao.application/1", police.application(PDF), to="elsewhere.example/log"), 400, "act-malformed")
        self.refused(police.post(b"no signature", "/v1/acts"), 401, "signature-invalid")


class Crowd(Acts):
    def test_many_applications_at_once(self):
        """Every one is answered; one is filed, the others are refused, or too many."""
        stranger = person("stranger")
        self.clean(stranger)
        before = instance.sql("select count(*) from qao.application")
        with tempfile.TemporaryDirectory() as scratch:
            content = pathlib.Path(scratch) / "application.json"
            content.write_bytes(stranger.content("qao.application/1", stranger.application(PDF)))
            load = instance.load("--as", "stranger", "--count", str(MESSAGES), "--connections", "100", "--content", str(content),
                                 "--path", "/v1/acts", "--seconds", "60")
            printed, errors = load.communicate(timeout=120)
        self.assertEqual(load.returncode, 0, errors)
        counted = json.loads(printed)
        self.assertEqual(counted["answers"], MESSAGES, printed)
        self.assertLessEqual(set(counted["statuses"]), {"200", "409", "429", "503"}, printed)
        self.assertEqual(counted["statuses"]["200"], 1, printed)
        self.assertEqual(int(instance.sql("select count(*) from qao.application")), int(before) + 1)
        self.assertEqual(instance.health("/readyz"), "200")
        self.clean(stranger)


if __name__ == "__main__":
    unittest.main(verbosity=2)
