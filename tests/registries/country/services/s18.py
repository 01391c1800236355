"""Service 18: enforcement proceedings, by the debtor."""
from ..country import within
from . import shapes


def record(one):
    return shapes.party(one.debtor, "debtor_name") | shapes.other(one.claimant, "claimant") | {
        "enforcement_number": one.number, "court_case_number": one.court_case.number if one.court_case else None, "kind": one.kind.record(),
        "office": one.office.record(), "bailiff_name": one.bailiff, "begins": one.opened, "ends": one.closed, "amount": one.amount,
        "paid": one.paid, "restrictions": list(one.restrictions), "state": one.state}


def records(country, asked):
    chosen = shapes.owned(country, asked, "enforcement", enforcement_number=country.by_enforcement)
    return [record(one) for one in chosen if within(asked, one.opened)]


def samples(country):
    tried = shapes.numbered("enforcement_number", country.enforcement) + shapes.owners_with(country, lambda one: one.enforcement)
    return tried + [shapes.around({"iin": country.people[0].iin}, country.people[0].enforcement[0].opened)]
