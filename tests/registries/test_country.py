#!/usr/bin/python3
"""The fictional country is the same each time, hangs together at both ends of each link, and knows whom the documents name."""
import dataclasses
import datetime
import json
import unittest

import country
from country import numbers

SMALL = {"people": 600, "organisations": 200}
KNOWN_PEOPLE = ("500101100000", "500101200007", "500615100015", "500615200011")
KNOWN_COMPANY = "300140000015"


def told(made):
    """Everything a country says of itself as text, links as numbers."""
    lines = []
    for name, value in sorted(vars(made).items()):
        if not isinstance(value, list):
            continue
        for thing in value:
            values = ((field.name, getattr(thing, field.name)) for field in dataclasses.fields(thing))
            lines.append(name + json.dumps([(key, item) for key, item in values if isinstance(item, (str, int, type(None)))],
                                           ensure_ascii=False))
    return lines


class Numbers(unittest.TestCase):
    def test_check_digits_of_published_numbers(self):
        # First pass, second pass, and a base for which neither gives a digit.
        for number in ("500101100000", "851231107773", "851231207778", "500101100106", "300140000015", "300141000010",
                       "300142000016", "300150000018"):
            self.assertEqual(numbers.check_digit(number[:11]), number[11], number)
        self.assertIsNone(numbers.check_digit("50010110012"))

    def test_wrong_digits_are_told(self):
        for number in ("500101100001", "50010110000", "5001011000000", "50010110000x", "٥00101100000"):
            self.assertFalse(numbers.is_right(number), number)


class Same(unittest.TestCase):
    def test_the_same_each_time(self):
        self.assertEqual(told(country.Country(**SMALL)), told(country.Country(**SMALL)))

    def test_another_seed_is_another_country(self):
        one, other = country.Country(1, **SMALL), country.Country(2, **SMALL)
        self.assertNotEqual(told(one), told(other))
        self.assertEqual([person.iin for person in one.people[:4]], [person.iin for person in other.people[:4]])


class Whole(unittest.TestCase):
    """The country as it stands behind the registries."""

    @classmethod
    def setUpClass(cls):
        cls.country = country.Country()

    def test_sizes(self):
        self.assertEqual((len(self.country.people), len(self.country.organisations)), (10_000, 2_000))

    def test_numbers_are_right_and_nobody_s_twice(self):
        for number in [*self.country.by_iin, *self.country.by_bin]:
            self.assertTrue(numbers.is_right(number), number)
        self.assertEqual(len(self.country.by_iin), len(self.country.people))
        self.assertEqual(len(self.country.by_bin), len(self.country.organisations))
        for index, things in (("by_plate", "vehicles"), ("by_vin", "vehicles"), ("by_cadastre", "real_estate"), ("land_by_cadastre", "land"),
                              ("by_weapon", "weapons"), ("by_case", "cases"), ("by_court_case", "court_cases"), ("by_machine", "machines"),
                              ("by_enforcement", "enforcement"), ("by_vessel", "vessels"), ("by_postal_item", "postal_items")):
            self.assertEqual(len(getattr(self.country, index)), len(getattr(self.country, things)), index)
        self.assertFalse(set(self.country.by_cadastre) & set(self.country.land_by_cadastre))

    def test_nobody_alive_has_these_numbers(self):
        for person in self.country.people:
            self.assertIn(person.iin[6], "12")  # born in the nineteenth century
            self.assertEqual(person.birth_date[2:].replace("-", ""), person.iin[:6])
            self.assertEqual(person.iin[6] == "1", person.is_male)
        for organisation in self.country.organisations:
            self.assertGreaterEqual(organisation.registered, "2030")
            self.assertEqual(organisation.registered[2:7].replace("-", ""), organisation.bin[:4])

    def test_every_day_is_one(self):
        for line in told(self.country):
            for _, value in json.loads(line[line.index("["):]):
                if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value[:4].isdigit():
                    datetime.date.fromisoformat(value)

    def test_family_is_known_at_both_ends(self):
        for person in self.country.people:
            for child in person.children:
                self.assertIs(child.father if person.is_male else child.mother, person)
                self.assertLess(person.birth_date[:4], child.birth_date[:4])
            for parent in filter(None, (person.father, person.mother)):
                self.assertIn(person, parent.children)
            if person.spouse:
                self.assertIs(person.spouse.spouse, person)
                self.assertIs(person.marriage, person.spouse.marriage)
                self.assertTrue(person.is_alive and person.spouse.is_alive)
            for marriage in person.marriages:
                self.assertIn(person, (marriage.husband, marriage.wife))
            if person.father and person.patronymic:
                stem = person.father.name.replace("ё", "е")[:3]
                self.assertTrue(person.patronymic.replace("ё", "е").startswith(stem), person.full_name)
        self.assertGreater(sum(1 for person in self.country.people if person.father), 3_000)

    def test_nothing_happens_to_the_dead(self):
        for person in self.country.people:
            if person.is_alive:
                continue
            for events, moment in ((person.crossings, "at"), (person.violations, "at"), (person.accidents, "at"), (person.applications, "submitted"),
                                   (person.employments, "begins"), (person.tickets, "departs"), (person.tax_payments, "date")):
                for event in events:
                    self.assertLessEqual(getattr(event, moment)[:10], person.death_date)

    def test_owner_and_thing_know_each_other(self):
        for name in ("vehicles", "weapons", "vessels", "machines", "railway_cars"):
            things = getattr(self.country, name)
            for thing in things:
                self.assertIn(thing, getattr(thing.owner, name))
            self.assertEqual(sum(len(getattr(owner, name, [])) for owner in self.everybody()), len(things))
        for name in ("land", "real_estate"):
            for thing in getattr(self.country, name):
                self.assertEqual(sum(share for _, share in thing.owners), 10000)
                for owner, share in thing.owners:
                    self.assertIn((thing, share), getattr(owner, name))

    def everybody(self):
        return [*self.country.people, *self.country.organisations]

    def test_every_party_is_somebody(self):
        """Whoever is named anywhere is in the registers of people and organisations."""
        there = {id(one) for one in self.everybody()}
        kinds = type(self.country.people[0]), type(self.country.organisations[0])
        for name, things in vars(self.country).items():
            for thing in things if isinstance(things, list) else ():
                for field in dataclasses.fields(thing):
                    value = getattr(thing, field.name)
                    for item in value if isinstance(value, list) else [value]:
                        item = item[0] if isinstance(item, tuple) else item
                        if isinstance(item, kinds):
                            self.assertIn(id(item), there, (name, field.name))

    def test_founders_make_a_whole(self):
        for company in self.country.companies:
            self.assertEqual(sum(share for _, share in company.founders), 10000, company.name_en)
            for owner, share in company.founders:
                self.assertIn((company, share), owner.founded)
        for organisation in self.country.organisations:
            self.assertIn(organisation, organisation.leader.leads)
            self.assertEqual(organisation.kind in ("branch", "representation"), organisation.head is not None)

    def test_contributions_are_of_the_employer(self):
        for person in self.country.people:
            employers = {employment.employer for employment in person.employments}
            for contribution in person.contributions:
                self.assertIn(contribution.payer, employers)
                self.assertEqual(contribution.amount, contribution.income // 10)

    def test_who_crossed_together_did_so_at_one_point(self):
        parties = {}
        for crossing in self.country.crossings:
            parties.setdefault(crossing.together, []).append(crossing)
            self.assertIn(crossing, crossing.person.crossings)
            self.assertIs(crossing.document.holder, crossing.person)
            self.assertLess(crossing.document.issued[:4], "1900")
        for together in parties.values():
            self.assertEqual(len({(one.at[:10], one.point, one.direction, one.vehicle) for one in together}), 1)
        self.assertGreater(sum(len(together) > 1 for together in parties.values()), 500)

    def test_deals_are_in_both_books(self):
        deals = {(one.organisation, one.other, one.period, one.turnover, one.is_supplier) for one in self.country.counterparties}
        for organisation, other, period, turnover, is_supplier in deals:
            self.assertIn((other, organisation, period, turnover, not is_supplier), deals)

    def test_cases_are_of_the_bodies_and_their_people(self):
        bodies = set(self.country.bodies.values())
        for case in self.country.cases:
            self.assertRegex(case.number, r"^\d{15}$")
            self.assertIn(case.body, bodies)
            for entry in case.persons:
                self.assertIn(entry, entry.person.cases)
        known = self.country.by_case["265500121000123"]
        self.assertEqual((known.state, known.body), ("open", self.country.bodies["police"]))
        self.assertIn("216/2", known.articles)

    def test_whom_the_documents_name(self):
        man, woman, other_man, other_woman = (self.country.by_iin[iin] for iin in KNOWN_PEOPLE)
        self.assertEqual(self.country.people[:4], [man, woman, other_man, other_woman])
        self.assertIs(man.spouse, woman)
        self.assertIs(other_man.spouse, other_woman)
        company = self.country.by_bin[KNOWN_COMPANY]
        self.assertIs(company.leader, man)
        self.assertIs(self.country.by_plate["500AAA99"].owner, man)
        self.assertIn(man, [owner for owner, _ in self.country.by_cadastre["99:001:001:001"].owners])
        self.assertEqual([one.period for one in man.contributions], [f"1899-{month:02}" for month in range(1, 13)])
        for name in ("father", "mother", "driving_licence", "disability", "wanted", "missing"):
            self.assertIsNotNone(getattr(man, name), name)
        for person in (man, woman, other_man, other_woman):
            for name in ("vehicles", "land", "real_estate", "weapons", "vessels", "machines", "violations", "accidents", "cases", "court_cases",
                         "enforcement", "crossings", "tax_payments", "arrears", "applications", "appeals", "deeds", "licences", "studies",
                         "assistance", "dispensary", "employments", "phones", "documents", "earlier_addresses", "tickets", "postal_sent",
                         "postal_received", "passenger_declarations", "children", "contributions"):
                self.assertTrue(getattr(person, name), (person.iin, name))
        for name in ("founders", "licences", "contracts", "inspections", "arrears", "tax_payments", "declarations", "cross_checks",
                     "counterparties", "customs", "vehicles", "land", "real_estate", "railway_cars", "machines", "vessels", "subsoil_contracts",
                     "excise_declarations", "shipments", "court_cases", "enforcement", "branches", "work_permits", "monopoly", "unfair"):
            self.assertTrue(getattr(company, name), name)
        self.assertEqual({one.service for one in company.excise_declarations}, set(range(68, 73)))
        foreigner = self.country.foreigners[0]
        for name in ("crossings", "work_permit", "foreign_violations", "expulsions"):
            self.assertTrue(getattr(foreigner, name), name)


if __name__ == "__main__":
    unittest.main()
