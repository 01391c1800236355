"""Service 13: social assistance."""
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "kind": one.kind.record(), "decision_number": one.decision_number, "office": one.office.record(), "begins": one.begins,
        "ends": one.ends, "amount": one.amount}


def records(country, asked):
    return [record(one) for person in country.asked_people(asked) for one in person.assistance]


def samples(country):
    return shapes.people_with(country, lambda one: one.assistance)
