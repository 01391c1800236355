"""From empty tables to a permitted query, a refusal and a block, by the command line alone; then what the log has of it."""
import base64
import hashlib
import json
import pathlib
import tempfile
import unittest

from instance import Instance
from person import PDF, Person, verified

PERSON = "500101100000"
CASE = "265500121000123"
POLICE = "300240001087"
FORM = {"position": "жедел уәкіл", "work_phone": "+7 7172 000000", "mobile_phone": "+7 700 0000000", "email": "a@example.kz",
        "work_address": "Астана", "head": {"position": "бөлім бастығы", "name": "БАСТЫҚОВ БЕКЕТ"}}
TEXTS = {"kk": "Келісімнің үлгі мәтіні.\nЕкінші жол.\n", "ru": "Образец текста соглашения.\nВторая строка.\n"}
instance = None


def setUpModule():
    global instance
    instance = Instance().start("--empty")


def tearDownModule():
    instance.close()


class Walk(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.file("scan.pdf", PDF)
        self.file("form.json", json.dumps(FORM).encode())
        for language, text in TEXTS.items():
            self.file(f"{language}.txt", text.encode())
        self.acts = []  # what was acknowledged: type, id, log index

    def file(self, name, data=None):
        path = pathlib.Path(self.scratch.name) / name
        if data is not None:
            path.write_bytes(data)
        return str(path)

    def qao(self, *arguments):
        done = instance.qao(*arguments, "--json")
        self.assertEqual(done.returncode, 0, f"{arguments}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def act(self, *arguments):
        """Takes an act; its id."""
        reply = self.qao(*arguments)
        self.acts.append((reply["answer"]["type"], reply["answer"]["act"], reply["receipt"]["request"]["index"]))
        return reply["answer"]["act"]

    def query(self, expected, basis, *further):
        reply = instance.query("--service", "5", "--basis", basis, "--iin", PERSON, *further)
        got = reply["answer"]["decision"]["effect"] if "answer" in reply else reply["type"].removeprefix("urn:qao:problem:")
        self.assertEqual(got, expected, reply)
        return reply["receipt"]["request"]["index"]

    def apply(self, kind, who, *rights):
        return self.act("apply", kind, "--as", who, "--form", self.file("form.json"), "--scan", self.file("scan.pdf"),
                        "--agree-to-all", "--role", "2", *rights)

    def test_the_life_of_an_access_right(self):
        self.bodies_and_officials()
        self.registration()
        self.transfer()
        self.refusal()
        self.overdue()
        self.block()
        self.log()

    def bodies_and_officials(self):
        self.assertEqual(instance.sql("select string_agg(system_role, ' ') from qao.registration"), "administrator")
        self.act("admin", "body", "--as", "operator", "--bin", POLICE, "--code", "police", "--appendix", "4", "--name-kk",
                 "Полиция", "--name-ru", "Полиция", "--name-en", "Police", "--network", "127.0.0.0/8", "--yes")
        for code, above in (("central", []), ("criminal", ["--above", "central"])):
            self.act("admin", "unit", "--as", "operator", "--bin", POLICE, "--code", code, *above, "--name-kk", "Бөлім",
                     "--name-ru", "Отдел", "--name-en", "Unit", "--yes")
        responsible = Person(instance, "responsible")
        self.act("admin", "appoint", "--as", "operator", "--iin", responsible.iin, "--bin", POLICE, "--system-role", "responsible",
                 "--surname", "ЖАУАПТЫ", "--given", "ЖАНДОС", "--position", "бөлім бастығы", "--act-number", "17-жб",
                 "--act-date", "2026-01-12", "--yes")
        self.act("admin", "agreement-text", "--as", "operator", "--version", "1", "--in-force-from", "2026-01-01 00:00", "--kk",
                 self.file("kk.txt"), "--ru", self.file("ru.txt"), "--yes")

    def registration(self):
        self.query("officer-unknown", "operative_search")
        application = self.apply("register", "police", "--basis", "operative_search")
        [listed] = self.qao("admin", "applications", "--as", "operator", "--state", "filed")["items"]
        self.assertEqual((listed["application"], listed["kind"], listed["overdue"]), (application, "register", False))
        self.assertTrue(86300 < listed["left_s"] <= 86400, "not the day of clause 12")
        shown = self.qao("admin", "application", application, "--as", "operator")
        self.assertEqual(shown["difference"]["adds"], ["operative_search"])
        self.assertIn("covert_investigation", shown["allowed"]["bases"], "what App. 12 allows is not shown")
        saved = self.file("saved.pdf")
        done = instance.qao("admin", "scan", application, "--as", "operator", "--save", saved)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(pathlib.Path(saved).read_bytes(), PDF)
        self.act("admin", "decide", application, "--as", "operator", "--register", "--yes")
        self.query("agreement-unsigned", "operative_search")
        self.act("agree", "--as", "police", "--text", "kk", "--yes")
        self.query("permit", "operative_search")
        self.query("basis-not-granted", "covert_investigation", "--case", CASE)
        police = Person(instance, "police")
        [agreement] = self.qao("admin", "agreements", "--as", "operator", "--iin", police.iin)["items"]
        # The command takes a text without its last line feed.
        self.assertEqual(verified(base64.b64decode(agreement["signed"]), instance).decode(), TEXTS["kk"].removesuffix("\n"))

    def transfer(self):
        application = self.apply("transfer", "police", "--unit", "criminal", "--basis", "covert_investigation")
        shown = self.qao("admin", "application", application, "--as", "operator")
        self.assertEqual(shown["difference"], {"adds": ["covert_investigation"], "removes": ["operative_search"]})
        self.query("permit", "operative_search")
        self.act("admin", "decide", application, "--as", "operator", "--register", "--yes")
        self.query("permit", "covert_investigation", "--case", CASE)
        self.query("basis-not-granted", "operative_search")

    def refusal(self):
        application = self.apply("register", "unsigned", "--basis", "operative_search")
        self.act("admin", "decide", application, "--as", "operator", "--refuse", "скан оқылмайды", "--yes")
        shown = self.qao("apply", "show", application, "--as", "unsigned")
        self.assertEqual((shown["state"], shown["decision"]["reason"]), ("refused", "скан оқылмайды"))
        decision = json.loads(verified(base64.b64decode(shown["decision"]["signed"]), instance))
        self.assertEqual(decision["act"]["reason"], "скан оқылмайды")
        self.assertEqual(decision["act"]["digest"], hashlib.sha256(base64.b64decode(shown["signed"])).hexdigest())
        self.assertEqual(shown["decision"]["iin"], Person(instance, "operator").iin)

    def overdue(self):
        """A day is not waited for: the database's superuser sets the arrival back."""
        application = self.apply("register", "blocked", "--basis", "operative_search")
        instance.sql("begin; set local session_replication_role = replica; "
                     "alter table qao.application disable trigger user; "
                     f"update qao.application set filed_at = filed_at - interval '24 hours' where application_id = '{application}'; "
                     "commit")
        [listed] = self.qao("admin", "applications", "--as", "operator", "--overdue")["items"]
        self.assertEqual((listed["application"], listed["overdue"]), (application, True))
        self.assertLessEqual(listed["left_s"], 0)
        self.act("admin", "decide", application, "--as", "operator", "--register", "--yes")
        self.assertEqual(self.qao("admin", "applications", "--as", "operator", "--overdue")["items"], [])

    def block(self):
        self.query("permit", "covert_investigation", "--case", CASE)
        police = Person(instance, "police")
        self.act("admin", "block", "--as", "responsible", "--iin", police.iin, "--bin", POLICE, "--cause", "dismissal",
                 "--reason", "қызметтен босатылды", "--yes")
        self.query("officer-blocked", "covert_investigation", "--case", CASE)

    def log(self):
        """Each step is an entry that binds the bytes its signer signed."""
        rows = json.loads(instance.sql(
            "select json_agg(json_build_object('seq', a.seq, 'kind', a.kind, 'id', a.id, 'iin', a.iin, 'signed', "
            "encode(a.signed, 'hex'), 'leaf', convert_from(e.leaf, 'UTF8')::json) order by a.seq) "
            "from qao.act a join qao.entry e using (log_id, seq)"))
        self.assertEqual(rows[0]["kind"], "admin.enrolment")
        self.assertEqual([(f"qao.{row['kind'].removeprefix('admin.').replace('_', '-')}/1", row["id"], row["seq"]) for row in rows[1:]],
                         self.acts, "the log has other acts than were acknowledged")
        for row in rows:
            with self.subTest(row["kind"]):
                signed = bytes.fromhex(row["signed"])
                message = json.loads(verified(signed, instance))
                self.assertEqual(message["id"], row["id"])
                self.assertEqual((row["leaf"]["kind"], row["leaf"]["key"]["iin"], row["leaf"]["key"]["id"]),
                                 (row["kind"], row["iin"], row["id"]))
                self.assertEqual(row["leaf"]["act"]["sha256"], hashlib.sha256(signed).hexdigest())
                self.assertEqual(row["leaf"]["act"]["bytes"], len(signed))
        done = instance.qao("audit", "verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
