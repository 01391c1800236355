"""Every service that somebody may ask is asked through the gateway of a whole instance, and answers what its registry has: over
SQL, HTTP and SOAP, at once or later, whole or abbreviated. What nobody may ask reaches no registry."""
import concurrent.futures
import csv
import json
import subprocess
import sys
import threading
import time
import unittest
import urllib.request
import uuid

from instance import BIN, ROOT, Instance
from person import Person, code, message

sys.path.append(str(ROOT / "tests" / "registries"))
import country  # noqa: E402 (the path first)

CASE, ARTICLE = "265500121000123", "216/2"
LATER_SECONDS = 30
MADE_BY_THE_GATEWAY = (75, 76)
CLOSED = 65  # no appendix opens it to anybody
# What a registry gives to an act by itself; the databases number theirs, the others by the query.
GIVEN = {57: ("imposed_at", "prohibition_number"), 58: ("imposed_at",), 59: ("imposed_at",)}
# Who of the instance's people has a role, on which grounds (deploy/register.py registers them so).
ALL = ["operative_search", "covert_investigation", "search_measures", "other_duties"]
PEOPLE = {"1": ("prosecutor", ALL, ["app7.1"]), "2": ("police", ALL, ["app4.1"]), "3": ("economic", ALL, ["app6.1"]),
          "4": ("finmon", ALL, []), "6": ("migration", ALL[2:], ["app4.1", "app4.5"]), "7": ("probation", ALL[3:], ["app4.1"]),
          "15": ("anticorruption", ALL[3:], ["app5.1", "app5.2"])}
instance = people = made = None
own = threading.local()  # connections of a thread, by person


def setUpModule():
    global instance, people, made
    made = country.Country()
    instance = Instance().start("--no-demo")
    people = {name: Person(instance, name) for name, _, _ in PEOPLE.values()}


def tearDownModule():
    instance.close()


def table():
    """The compiled policy's cells."""
    printed = subprocess.run([BIN / "qao", "policy", "table"], capture_output=True, text=True, check=True, timeout=60).stdout
    return list(csv.DictReader(printed.splitlines(), delimiter="\t"))


def described(number):
    return json.loads((ROOT / f"schema/services/{number:02}.json").read_text(encoding="utf-8"))


def ways(number):
    """Of each way in which a service can be asked the first parameters that have records."""
    description = described(number)
    request, is_act = description["request"], description["kind"] == "act"
    for way in [set(choice["required"]) for choice in request.get("oneOf", [request])]:
        yield next(asked for asked in made.samples(number) if way <= set(asked) and
                   (made.act(number, str(uuid.uuid4()), asked, {}) if is_act else made.ask(number, asked)))


def without_amounts(value, schema, root):
    """A value of a description without the members that are amounts."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(value, dict):
        return {name: without_amounts(member, schema["properties"][name], root) for name, member in value.items()
                if not schema["properties"][name].get("x-amount")}
    return [without_amounts(item, schema["items"], root) for item in value] if isinstance(value, list) else value


def send(name, cell, asked, identifier):
    """The reply; one that comes later is fetched."""
    person = people[name]
    connections = own.__dict__.setdefault("connections", {})
    if name not in connections:
        connections[name] = person.connect()
        unittest.addModuleCleanup(connections[name].close)
    needs = cell["needs"].split(",")
    body = person.sign(message(instance, "qao.query/1", id=identifier, service=int(cell["service"]), basis=cell["basis"], params=asked,
                               duty=None if cell["duty"] == "-" else cell["duty"], case=CASE if "case" in needs else None,
                               article=ARTICLE if "article" in needs else None))
    status, reply = person.ask("POST", "/v1/queries", body, connections[name], Content_Type="application/pkcs7-mime")
    deadline = time.monotonic() + LATER_SECONDS
    while status == 202:
        if time.monotonic() > deadline:
            raise AssertionError(f"no answer within {LATER_SECONDS} s: {cell} {asked}")
        time.sleep(0.2)
        _, page = person.ask("GET", f"/v1/queries/{identifier}", connection=connections[name])
        if "conclusion" in page:
            reply = page.get("reply") or page["problem"]
            status = 200 if "reply" in page else reply["status"]
    return status, reply


class Services(unittest.TestCase):
    def questions(self):
        """Of each service two cells that somebody here may use, one whole and one abbreviated where there are such, with what
        is asked: the whole ones in each way."""
        found = {}
        for cell in table():
            name, bases, duties = PEOPLE.get(cell["role"], (None, [], []))
            if cell["effect"] == "deny" or cell["basis"] not in bases or cell["duty"] not in ("-", *duties):
                continue
            found.setdefault((int(cell["service"]), cell["effect"]), (name, cell))
        for (number, effect), (name, cell) in sorted(found.items(), key=lambda item: item[0]):
            if number not in MADE_BY_THE_GATEWAY:
                for asked in list(ways(number))[:None if effect == "permit" else 1]:
                    yield name, cell, asked

    def ask(self, question):
        name, cell, asked = question
        identifier = str(uuid.uuid4())
        return identifier, *send(name, cell, asked, identifier)

    def test_each_answers_what_its_registry_has(self):
        questions = list(self.questions())
        self.assertEqual({int(cell["service"]) for _, cell, _ in questions}, set(range(1, 75)) - {CLOSED})
        self.assertEqual({cell["effect"] for _, cell, _ in questions}, {"permit", "abbreviated"})
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(self.ask, questions))
        for (_, cell, asked), (identifier, status, reply) in zip(questions, replies):
            number = int(cell["service"])
            with self.subTest(service=number, asked=asked):
                self.assertEqual(status, 200, reply)
                self.assertEqual(reply["answer"]["decision"]["effect"], cell["effect"])
                self.same(number, cell, asked, identifier, reply["answer"]["result"]["records"])

    def same(self, number, cell, asked, identifier, records):
        description = described(number)
        if description["kind"] == "act":
            expected = made.act(number, identifier, asked, {})
            for record in (*records, *expected):
                for name in GIVEN[number]:
                    self.assertTrue(record.pop(name))
        else:
            expected = made.ask(number, asked)
        self.assertTrue(expected)
        if cell["effect"] == "abbreviated":
            shortened = without_amounts(expected, description["answer"], description["answer"])
            self.assertNotEqual(shortened, expected, "there is no amount to leave out")
            expected = shortened
        self.assertEqual(records, expected)

    def test_a_service_that_is_closed_to_all(self):
        """The policy opens it nowhere; and whoever signs a query for it is refused before the registry hears of it."""
        cells = [cell for cell in table() if int(cell["service"]) == CLOSED]
        self.assertTrue(cells)
        self.assertEqual({cell["effect"] for cell in cells}, {"deny"})
        asked, tried = made.samples(CLOSED)[0], 0
        for cell in cells:
            name, bases, duties = PEOPLE.get(cell["role"], (None, [], []))
            if cell["basis"] in bases and cell["duty"] in ("-", *duties):
                status, reply = send(name, {**cell, "needs": "case,article"}, asked, str(uuid.uuid4()))
                self.assertEqual((status, code(reply)), (403, "service-closed"), reply)
                tried += 1
        self.assertGreaterEqual(tried, len(PEOPLE))
        ports = json.loads((instance.state() / "registries" / "ports.json").read_text(encoding="utf-8"))
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{ports['control']}/services", timeout=10) as answer:
            self.assertEqual(json.load(answer)[str(CLOSED)]["asked"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
