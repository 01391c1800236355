"""Service 63: civil servants."""
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "organisation_bin": one.body.bin, "organisation_name": one.body.full_name, "unit": "Басқарма", "position": one.position,
        "category": {"code": one.category, "name_kk": one.category, "name_ru": one.category}, "corps": "b", "order_number": one.order_number,
        "begins": one.begins, "ends": one.ends, "dismissal": None,
        "sanctions": [{"date": date, "kind": "reprimand", "lifted": None} for date, _ in one.penalties],
        "state": "dismissed" if one.ends else "serving"}


def records(country, asked):
    return [record(person.service) for person in country.asked_people(asked) if person.service]


def samples(country):
    return shapes.people_with(country, lambda one: one.service)
