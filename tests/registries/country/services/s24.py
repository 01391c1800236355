"""Service 24: weapons looked for."""
from . import shapes
from .s06 import weapon
from .s23 import search


def records(country, asked):
    return [weapon(thing) | search(thing.stolen) for thing in shapes.found(country.by_weapon, asked.get("weapon_number")) if thing.stolen]


def samples(country):
    return shapes.numbered("weapon_number", shapes.first(country.weapons, lambda one: one.stolen)) + [{"weapon_number": "ЖҚ999999"}]
