"""Service 29: driving licences."""
from . import shapes


def record(one):
    return shapes.person(one.holder) | {
        "licence_number": one.number, "categories": one.categories, "date": one.issued, "ends": one.expires, "issuer": one.issuer.record(),
        "revoked_until": one.revoked_until, "state": one.state}


def records(country, asked):
    if "licence_number" in asked:
        holders = [person for person in country.people if person.driving_licence and person.driving_licence.number == asked["licence_number"]]
    else:
        holders = country.asked_people(asked)
    return [record(person.driving_licence) for person in holders if person.driving_licence]


def samples(country):
    licensed = shapes.first(country.people, lambda one: one.driving_licence)
    return [{"licence_number": one.driving_licence.number} for one in licensed] + shapes.people_with(country, lambda one: one.driving_licence)
