"""Service 60: expulsions of foreign citizens."""
from ..numbers import moved
from . import shapes

STATES = {"ordered": "to_be_executed", "carried_out": "executed", "suspended": "appealed"}


def record(one):
    person = one.person
    return shapes.person(person) | {
        "citizenship": person.citizenship.record(), "document_number": person.identity.number, "decision_number": one.number, "date": one.date,
        "court": one.court.record(), "ground": one.reason.record(), "leave_by": moved(one.date, 10), "executed": one.carried_out,
        "crossing_point": None, "begins": one.carried_out, "ends": one.ban_until, "state": STATES[one.state]}


def records(country, asked):
    people = shapes.by_document(country, asked) if "document_number" in asked else country.asked_people(asked)
    return [record(one) for person in people for one in person.expulsions]


def samples(country):
    people = shapes.first(country.foreigners, lambda one: one.expulsions)
    return shapes.by_person(people) + [{"document_number": one.identity.number} for one in people] + [{"iin": shapes.nobody()}]
