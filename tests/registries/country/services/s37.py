"""Service 37: cross-checks."""
from . import shapes


def record(one):
    return {
        "bin": one.organisation.bin, "check_number": one.number, "tax_office": one.office.record(), "begin_date": one.begins,
        "end_date": one.ends, "period_from": one.period_from, "period_to": one.period_to, "counterparty_bin": one.counterparty.bin,
        "counterparty_name": one.counterparty.full_name, "turnover": one.turnover, "vat": one.vat, "result": one.result}


def records(country, asked):
    return [record(one) for company in shapes.found(country.by_bin, asked.get("bin")) for one in company.cross_checks]


def samples(country):
    return shapes.by_bin(country, lambda one: one.cross_checks) + [{"bin": shapes.no_organisation()}]
