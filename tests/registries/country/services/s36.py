"""Service 36: tax arrears."""
from . import shapes


def record(one):
    return shapes.party(one.debtor, "taxpayer_name") | {
        "tax": one.kind.record(), "tax_office": one.office.record(), "begins": one.since, "amount": one.amount, "penalty": one.penalty,
        "fine": one.fine}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.arrears]


def samples(country):
    return shapes.owners_with(country, lambda one: one.arrears)
