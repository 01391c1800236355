"""Service 3: rights in real estate."""
from ..country import holder
from . import shapes


def encumbrance(one):
    return {"encumbrance_number": one.number, "kind": one.kind.record(), "body": one.body, "begins": one.begins, "ends": one.ends}


def record(thing, owner, share):
    return {
        "cadastre": thing.cadastre, "kind": thing.kind.record(), "address": thing.address.line, "address_code": thing.address.code,
        "area": thing.area, "rooms": thing.rooms, "floor": thing.floor, "year": thing.year,
        "land_cadastre": thing.land.cadastre if thing.land else None, **holder(owner), "right": thing.right.record(), "share": share,
        "registration_date": thing.registered, "value": thing.value, "encumbrances": [encumbrance(one) for one in thing.encumbrances]}


def records(country, asked):
    return [record(*one) for one in shapes.held(country, asked, "real_estate", country.by_cadastre)]


def samples(country):
    return (shapes.numbered("cadastre", country.real_estate, "cadastre") + shapes.owners_with(country, lambda one: one.real_estate)
            + [{"cadastre": "99:999:001:001"}])
