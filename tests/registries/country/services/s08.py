"""Service 8: small and river vessels."""
from ..country import holder
from . import shapes


def record(vessel):
    return {
        "vessel_number": vessel.number, "vessel_name": vessel.name, "kind": vessel.kind.record(), "year": vessel.year,
        "length": vessel.length_cm, "engine_power": vessel.engine_power, "home_port": vessel.home_port.record(), **holder(vessel.owner),
        "registration_date": vessel.registration_date, "deregistration_date": vessel.deregistration_date}


def vessels(country, asked, is_sea):
    return [one for one in shapes.owned(country, asked, "vessels", vessel_number=country.by_vessel) if one.is_sea == is_sea]


def tries(country, is_sea):
    def has(one):
        return any(vessel.is_sea == is_sea for vessel in one.vessels)
    fleet = [vessel for vessel in country.vessels if vessel.is_sea == is_sea]
    return shapes.numbered("vessel_number", fleet) + shapes.owners_with(country, has) + [{"vessel_number": "Ж99999QA"}]


def records(country, asked):
    return [record(vessel) for vessel in vessels(country, asked, False)]


def samples(country):
    return tries(country, False)
