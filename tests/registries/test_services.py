#!/usr/bin/python3
"""What the fictional country's registries answer fits the services' descriptions, by the gateway's own check, for every
way in which a service can be asked; and every way has somebody to be tried with.

QAO_CHECK_ANSWERS is the program that holds answers to descriptions (tests/registries/check_answers.c)."""
import json
import os
import pathlib
import subprocess
import unittest

import country

DESCRIPTIONS = pathlib.Path(__file__).resolve().parents[2] / "schema" / "services"
EACH = 199  # of the whole country every so manieth is asked about


def described(number):
    return json.loads((DESCRIPTIONS / f"{number:02}.json").read_text(encoding="utf-8"))


def ways(description):
    """The sets of parameters by which a service can be asked."""
    request = description["request"]
    return [frozenset(choice["required"]) for choice in request.get("oneOf", [request])]


class Services(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.country = country.Country()
        cls.descriptions = {number: described(number) for number in cls.country.served}

    def answer(self, number, asked):
        if self.descriptions[number]["kind"] == "act":
            return self.country.act(number, "5f0c7b0e-3d61-4a55-9c0b-2f6f0a1f9a10", asked, {})
        return self.country.ask(number, asked)

    def check(self, asked):
        """Answers to all of (number, parameters), held to their descriptions."""
        lines = [f"{number}\t{json.dumps(params, ensure_ascii=False)}\t{json.dumps(self.answer(number, params), ensure_ascii=False)}\n"
                 for number, params in asked]
        verdicts = subprocess.run([os.environ["QAO_CHECK_ANSWERS"], DESCRIPTIONS], input="".join(lines), text=True, check=True,
                                  capture_output=True).stdout.splitlines()
        self.assertEqual(len(lines), len(verdicts))
        self.assertEqual([], [(line[:200], verdict) for line, verdict in zip(lines, verdicts) if verdict != "ok"][:5])

    def test_samples_fit(self):
        self.check([(number, asked) for number in self.country.served for asked in self.country.samples(number)])

    def test_every_way_to_ask_has_samples(self):
        for number, description in self.descriptions.items():
            answered = [(asked, bool(self.answer(number, asked))) for asked in self.country.samples(number)]
            self.assertIn(False, [has_records for _, has_records in answered], f"service {number}: no sample without records")
            for way in ways(description):
                found = {json.dumps(asked) for asked, has_records in answered if has_records and way <= set(asked)}
                self.assertGreaterEqual(len(found), 2, f"service {number} by {sorted(way)}")

    def test_anybody_fits(self):
        """People, organisations, vehicles and objects from everywhere in the country, not only those chosen as samples."""
        here = self.country
        things = {"iin": [one.iin for one in here.people[::EACH]], "bin": [one.bin for one in here.organisations[::EACH // 5]],
                  "plate": [one.plate for one in here.vehicles[::EACH]], "vin": [one.vin for one in here.vehicles[1::EACH]],
                  "cadastre": [one.cadastre for one in here.real_estate[::EACH] + here.land[::EACH]],
                  "case_number": [one.number for one in here.cases[::EACH // 5]],
                  "document_number": [one.number for person in here.people[::EACH] for one in person.documents],
                  "phone": list(here.by_phone)[::EACH]}
        self.check([(number, {name: value}) for number, description in self.descriptions.items() for way in ways(description)
                    if len(way) == 1 for name in way for value in things.get(name, ())])

    def test_a_period_bounds(self):
        """Whoever asks for a period gets what a question without one gives, and not more; of an empty one, nothing."""
        for number, description in self.descriptions.items():
            if "begins" not in description["request"]["properties"]:
                continue
            for asked in self.country.samples(number):
                if "begins" in asked:
                    continue
                everything = self.answer(number, asked)
                self.assertEqual(everything, self.answer(number, asked | {"begins": "1700-01-01", "ends": "2200-01-01"}), number)
                self.assertEqual([], self.answer(number, asked | {"begins": "1700-01-01", "ends": "1700-01-02"}), number)

    def test_the_same_person_everywhere(self):
        """Whom documents name has records in every register of people, under the same name."""
        man = self.country.people[0]
        for number, description in self.descriptions.items():
            if description["kind"] == "act" or number in (34, 46, 56, 60) or frozenset(["iin"]) not in ways(description):
                continue  # acts, and registers of foreigners
            records = self.country.ask(number, {"iin": man.iin})
            self.assertTrue(records, f"service {number} does not know {man.iin}")
            for record in records:
                if "birth_date" in record:
                    self.assertEqual((man.surname, man.name, man.birth_date), (record["surname"], record["name"], record["birth_date"]))

    def test_asked_by_name_as_by_number(self):
        for number, description in self.descriptions.items():
            if frozenset(["surname", "name", "birth_date"]) in ways(description) and number not in (34, 46, 56, 60):
                man = self.country.people[0]
                named = {"surname": man.surname, "name": man.name, "patronymic": man.patronymic, "birth_date": man.birth_date}
                self.assertEqual(self.country.ask(number, {"iin": man.iin}), self.country.ask(number, named), number)


if __name__ == "__main__":
    unittest.main()
