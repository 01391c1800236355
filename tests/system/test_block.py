"""A block that comes while queries run: what the log says of them."""
import json
import threading
import unittest

from instance import Instance, wait_until
from person import PDF, Person, code, codes, message

QUERIES = 3000
PERSON = "500101100000"
instance = None


def setUpModule():
    global instance
    instance = Instance().start("--no-demo")


def tearDownModule():
    instance.close()


def block_of(officer, **changes):
    return {"iin": officer.iin, "bin": officer.bin, "cause": "other", "reason": "сынақ", "violation": None, **changes}


def entries(kind, iin, further="true"):
    return int(instance.sql(f"select count(*) from qao.entry where kind = '{kind}' and iin = '{iin}' and {further}"))


def query(person, **changes):
    asked = {"service": 5, "basis": "operative_search", "params": {"iin": PERSON}, **changes}
    return person.post(person.sign(message(instance, "qao.query/1", **asked)))


class Block(unittest.TestCase):
    def assert_whole(self):
        done = instance.qao("audit", "verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_no_query_recorded_after_the_block_is_permitted(self):
        police, responsible = Person(instance, "police"), Person(instance, "responsible")
        block = responsible.sign(responsible.content("qao.block/1", block_of(police)))
        answered = entries("query.result", police.iin)
        load = instance.load("--count", str(QUERIES), "--connections", "64", "--seconds", "60")
        wait_until("permitted queries in the log", lambda: entries("query.result", police.iin) > answered + 100, 60)
        status, reply = responsible.post(block, "/v1/acts")
        printed, errors = load.communicate(timeout=120)
        self.assertEqual(load.returncode, 0, errors)
        self.assertEqual(status, 200, reply)
        at = reply["receipt"]["request"]["index"]
        self.assertEqual(instance.sql(f"select kind from qao.entry where seq = {at}"), "admin.block")
        counted = json.loads(printed)
        self.assertEqual(counted["answers"], QUERIES, "some were not answered")
        self.assertEqual(set(counted["statuses"]), {"200", "403"}, "neither permitted nor refused")

        self.assertGreater(entries("query.request", police.iin, f"seq < {at}"), 100, "no load came before the block")
        self.assertGreater(entries("query.refused", police.iin, f"seq > {at} and 'officer-blocked' = any (reasons)"), 100,
                           "no load came after the block")
        self.assertEqual(entries("query.request", police.iin, f"seq > {at}"), 0, "a query was permitted after the block")
        # An answer that was under way is not given after the block, but withheld.
        self.assertEqual(entries("query.result", police.iin, f"seq > {at}"), 0, "an answer was given after the block")
        self.assertEqual(entries("query.request", police.iin),
                         entries("query.result", police.iin) + entries("query.withheld", police.iin), "an open request")
        self.assertEqual(counted["statuses"]["200"], entries("query.result", police.iin) - answered)
        self.assert_whole()

    def test_an_answer_under_way_is_withheld(self):
        """The registry is held up, so that the block comes between question and answer for certain."""
        officer, administrator = Person(instance, "prosecutor"), Person(instance, "operator")
        asked, given, withheld = (entries(kind, officer.iin) for kind in ("query.request", "query.result", "query.withheld"))
        block = administrator.sign(administrator.content("qao.block/1", block_of(officer)))
        answers = []
        asking = threading.Thread(target=lambda: answers.append(query(officer)))
        with instance.hold("lock table registry.vehicle in access exclusive mode", "qao_registry_interior"):
            asking.start()
            wait_until("the request's record", lambda: entries("query.request", officer.iin) == asked + 1, 10)
            status, reply = administrator.post(block, "/v1/acts")
        asking.join(30)
        self.assertEqual(status, 200, reply)
        self.assertEqual(len(answers), 1)
        self.assertEqual((answers[0][0], code(answers[0][1])), (403, "officer-blocked"))
        self.assertNotIn("records", json.dumps(answers[0][1]))
        self.assertEqual(entries("query.withheld", officer.iin), withheld + 1)
        self.assertEqual(entries("query.result", officer.iin), given, "an answer was given after the block")

    def test_unblocking_is_a_new_application(self):
        officer, administrator = Person(instance, "migration"), Person(instance, "operator")
        self.assertEqual(administrator.act("qao.block/1", block_of(officer))[0], 200)
        status, reply = administrator.act("qao.suspension/1", {"iin": officer.iin, "bin": officer.bin, "reason": "қате"})
        self.assertEqual((status, codes(reply)), (403, {"officer-blocked"}), "a block is lifted like a suspension")
        self.assertEqual(code(query(officer, basis="search_measures", case="265500121000123")[1]), "officer-blocked")
        self.assertEqual(officer.upload(PDF, "application/pdf")[0], 200)
        asked = officer.application(PDF, body_code="migration", role=6, bases=["search_measures"])
        status, reply = officer.act("qao.application/1", asked)
        self.assertEqual(status, 200, reply)
        item = officer.items("application", application=reply["answer"]["act"])[0]
        self.assertEqual(item["has"]["state"], "blocked")
        status, reply = administrator.act("qao.decision/1", {
            "application": item["application"], "digest": item["digest"], "outcome": "registered", "reason": None,
            "rights": asked["rights"]})
        self.assertEqual(status, 200, reply)
        status, reply = query(officer, service=1, basis="search_measures", case="265500121000123")
        self.assertEqual((status, reply.get("answer", {}).get("decision", {}).get("effect")), (200, "permit"), reply)


if __name__ == "__main__":
    unittest.main(verbosity=2)
