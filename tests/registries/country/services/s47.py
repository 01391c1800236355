"""Service 47: natural monopolies."""
from . import shapes


def record(one):
    return {
        "bin": one.organisation.bin, "organisation_name": one.organisation.full_name, "section": "local",
        "region": one.organisation.address.province.record(), "service": one.market.record(), "order_number": one.order_number,
        "date": one.begins, "excluded": one.ends, "tariff": one.tariff, "tariff_unit": "м³", "tariff_begins": one.begins, "tariff_ends": one.ends,
        "state": "excluded" if one.ends else "included"}


def records(country, asked):
    return [record(one.monopoly) for one in shapes.found(country.by_bin, asked.get("bin")) if one.monopoly]


def samples(country):
    return shapes.by_bin(country, lambda one: one.monopoly) + [{"bin": shapes.no_organisation()}]
