"""Service 4: land plots."""
from ..country import holder
from . import shapes
from .s03 import encumbrance


def record(thing, owner, share):
    return {
        "cadastre": thing.cadastre, "address": thing.address.line, "address_code": thing.address.code, "area": thing.area,
        "category": thing.category.record(), "purpose": thing.purpose.record(), **holder(owner), "right": thing.right.record(),
        "share": share, "registration_date": thing.registered, "value": thing.value,
        "encumbrances": [encumbrance(one) for one in thing.encumbrances]}


def records(country, asked):
    return [record(*one) for one in shapes.held(country, asked, "land", country.land_by_cadastre)]


def samples(country):
    return (shapes.numbered("cadastre", country.land, "cadastre") + shapes.owners_with(country, lambda one: one.land)
            + [{"cadastre": "99:999:001:001"}])
