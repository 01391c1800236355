"""Service 48: subsoil use contracts (hydrocarbons)."""
from . import shapes


def record(one):
    return {
        "bin": one.organisation.bin, "organisation_name": one.organisation.full_name, "contract_number": one.number, "date": one.signed,
        "kind": shapes.subsoil_kind(one), "mineral": one.mineral.record(), "deposit": one.field,
        "region": one.organisation.address.province.record(), "area": one.area_ha, "reserves": one.reserves,
        "begins": one.signed, "ends": one.ends, "obligations": one.obligations, "local_content": 3000 + len(one.number) * 500,
        "state": one.state}


def contracts(country):
    return [one for one in country.subsoil_contracts if one.is_hydrocarbon]


def records(country, asked):
    if "contract_number" in asked:
        return [record(one) for one in contracts(country) if one.number == asked["contract_number"]]
    return [record(one) for one in contracts(country) if one.organisation.bin == asked.get("bin")]


def samples(country):
    some = shapes.several(contracts(country), lambda one: one.organisation)
    return [{"contract_number": one.number} for one in some] + [{"bin": one.organisation.bin} for one in some] + [
        {"bin": shapes.no_organisation()}]
