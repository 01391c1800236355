"""Service 22: answers to formal demands, whether anything is known of a person."""
from ..numbers import moment
from . import shapes
from .s16 import conviction

CHECKED = moment("1899-12-31", 36000)


def record(person):
    def is_active(search):
        return bool(search and search.state == "active")
    return shapes.person(person) | {
        "demand_number": f"Т-{person.n:07}", "checked_at": CHECKED, "convicted": bool(person.convictions),
        "convictions": [{"case_number": one.case.number} | conviction(one) for one in person.convictions],
        "prosecuted": any(part.role == "suspect" and part.case.state != "closed" for part in person.cases),
        "wanted": is_active(person.wanted), "missing": is_active(person.missing)}


def records(country, asked):
    return [record(person) for person in country.asked_people(asked)]


def samples(country):
    return shapes.by_person(country.people[:2] + shapes.first(country.people[4:], lambda one: one.convictions, 1)) + [{"iin": shapes.nobody()}]
