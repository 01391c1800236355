"""Service 12: disability."""
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "certificate_number": one.certificate_number, "group": one.group, "cause": one.cause.record(), "loss": one.loss_percent,
        "begins": one.begins, "ends": one.ends, "benefit": one.benefit}


def records(country, asked):
    return [record(person.disability) for person in country.asked_people(asked) if person.disability]


def samples(country):
    return shapes.people_with(country, lambda one: one.disability)
