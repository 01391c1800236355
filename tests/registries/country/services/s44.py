"""Service 44: passengers' customs declarations."""
from ..country import within
from . import shapes

TRANSPORT = {"car": "road", "train": "rail", "air": "air", "foot": "foot"}


def record(one):
    person = one.person
    return shapes.person(person) | {
        "citizenship": person.citizenship.record(), "document_number": one.crossing.document.number, "declaration_number": one.number,
        "date": one.date, "customs_office": one.office.record(), "direction": one.crossing.direction,
        "transport": TRANSPORT[one.crossing.transport], "cash": one.value if one.goods.startswith("қолма") else 0,
        "goods": [{"description": one.goods, "quantity": 1, "weight": 1000, "amount": one.value}], "duties": one.duty, "state": "released"}


def records(country, asked):
    if "document_number" in asked:
        found = [one for one in country.passenger_declarations if one.crossing.document.number == asked["document_number"]]
    else:
        found = [one for person in country.asked_people(asked) for one in person.passenger_declarations]
    return [record(one) for one in found if within(asked, one.date)]


def samples(country):
    some = country.passenger_declarations[:2]
    return [{"document_number": one.crossing.document.number} for one in some] + shapes.people_with(
        country, lambda one: one.passenger_declarations) + [shapes.around({"iin": some[0].person.iin}, some[0].date)]
