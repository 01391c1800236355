"""Service 40: counterparties."""
from ..country import within
from . import shapes


def record(one):
    begins, ends = shapes.period(one.period)
    return shapes.party(one.organisation, "taxpayer_name") | shapes.other(one.other, "counterparty") | {
        "counterparty_state": "liquidated" if getattr(one.other, "liquidated", None) else "active", "role": "supplier" if one.is_supplier else "buyer",
        "period_from": begins, "period_to": ends, "invoices": one.invoices, "turnover": one.turnover, "vat": one.vat}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.counterparties
            if within(asked, shapes.period(one.period)[0])]


def samples(country):
    return shapes.owners_with(country, lambda one: one.counterparties) + [{"bin": shapes.no_organisation()}]
