"""Service 49: subsoil use contracts (solid minerals and groundwater)."""
from . import shapes


def amounts(one):
    return {"output": one.reserves, "water_intake": None}


def records(country, asked):
    return shapes.subsoil(country, asked, False, amounts)


def samples(country):
    return shapes.subsoil_samples(country, False)
