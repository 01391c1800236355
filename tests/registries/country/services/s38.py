"""Service 38: payers of value added tax."""
from . import shapes


def record(one):
    sold = [deal for deal in one.counterparties if deal.is_supplier]
    return {
        "bin": one.bin, "taxpayer_name": one.full_name, "tax_office": one.tax_office.record(), "certificate_number": one.vat_certificate,
        "begins": one.vat_since, "ends": one.vat_until, "turnover": sum(deal.turnover for deal in sold), "vat": sum(deal.vat for deal in sold),
        "state": "removed" if one.vat_until else "registered"}


def records(country, asked):
    return [record(one) for one in shapes.found(country.by_bin, asked.get("bin")) if one.vat_certificate]


def samples(country):
    return shapes.by_bin(country, lambda one: one.vat_certificate) + [{"bin": shapes.no_organisation()}]
