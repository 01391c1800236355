"""Service 48: subsoil use contracts (hydrocarbons)."""
from . import shapes


def amounts(one):
    return {"reserves": one.reserves}


def records(country, asked):
    return shapes.subsoil(country, asked, True, amounts)


def samples(country):
    return shapes.subsoil_samples(country, True)
