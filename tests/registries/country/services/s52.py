"""Service 52: passengers of the national railway."""
from ..country import within
from ..numbers import moved
from . import shapes


def record(one):
    return shapes.person(one.person) | {
        "document_number": one.document.number, "ticket_number": one.number, "order_number": f"Т{one.number}",
        "date": moved(one.departs[:10], -3), "train": one.train, "carriage": one.car, "seat": one.seat,
        "from_station": one.station_from.name_ru, "to_station": one.station_to.name_ru, "departs": one.departs[:10],
        "arrives": moved(one.departs[:10], 1), "phone": next((phone.number for phone in one.person.phones), None), "amount": one.price,
        "state": "used"}


def records(country, asked):
    if "document_number" in asked:
        found = [one for one in country.tickets if one.document.number == asked["document_number"]]
    else:
        found = [one for person in country.asked_people(asked) for one in person.tickets]
    return [record(one) for one in found if within(asked, one.departs)]


def samples(country):
    some = country.tickets[:2]
    return [{"document_number": one.document.number} for one in some] + shapes.people_with(country, lambda one: one.tickets) + [
        shapes.around({"iin": some[0].person.iin}, some[0].departs)]
