"""Service 20: court cards, one for each conviction."""
from . import shapes
from .s16 import conviction


def records(country, asked):
    return [shapes.person(person) | {"card_number": f"{one.case.number}-{place + 1}", "case_number": one.case.number} | conviction(one)
            for person in country.asked_people(asked) for place, one in enumerate(person.convictions)]


def samples(country):
    return shapes.people_with(country, lambda one: one.convictions)
