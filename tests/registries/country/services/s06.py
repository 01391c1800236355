"""Service 6: registered weapons."""
from ..country import holder
from . import shapes


def weapon(thing):
    return {"weapon_number": thing.number, "kind": thing.kind.record(), "make": thing.make, "model": thing.model, "calibre": thing.calibre,
            "year": thing.year}


def record(thing):
    return weapon(thing) | holder(thing.owner) | {
        "permit_number": thing.permit_number, "ends": thing.permit_until, "registration_date": thing.registration_date,
        "state": "sought" if thing.stolen and not thing.stolen.found else "registered"}


def records(country, asked):
    return [record(thing) for thing in shapes.owned(country, asked, "weapons", weapon_number=country.by_weapon)]


def samples(country):
    return (shapes.numbered("weapon_number", country.weapons) + shapes.owners_with(country, lambda one: one.weapons)
            + [{"weapon_number": "ЖҚ999999"}])
