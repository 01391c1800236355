"""Service 46: foreign workers and their permits."""
from . import shapes

CATEGORIES = {1: "head", 2: "department_head", 3: "specialist", 4: "skilled_worker"}
STATES = {"expired": "ended", "withdrawn": "revoked"}


def record(one):
    person = one.person
    return shapes.person(person) | {
        "citizenship": person.citizenship.record(), "document_number": person.identity.number, "employer_bin": one.employer.bin,
        "employer_name": one.employer.full_name, "permit_number": one.number, "kind": "employer_permit",
        "category": CATEGORIES.get(one.category, "seasonal_worker"), "position": one.position,
        "region": one.employer.address.province.record(), "date": one.begins, "begins": one.begins, "ends": one.ends,
        "state": STATES.get(one.state, one.state)}


def records(country, asked):
    if "bin" in asked:
        return [record(one) for party in country.asked_owners(asked) for one in party.work_permits]
    people = shapes.by_document(country, asked) if "document_number" in asked else country.asked_people(asked)
    return [record(person.work_permit) for person in people if person.work_permit]


def samples(country):
    workers = shapes.first(country.foreigners, lambda one: one.work_permit)
    return shapes.by_person(workers) + [{"document_number": one.identity.number} for one in workers] + shapes.by_bin(
        country, lambda one: one.work_permits) + [{"iin": shapes.nobody()}]
