"""Service 39: tax returns."""
from ..country import within
from . import shapes


def record(one):
    begins, ends = shapes.period(one.period)
    return shapes.party(one.taxpayer, "taxpayer_name") | {
        "tax_office": shapes.tax_office(one.taxpayer), "registration_number": one.number, "form": one.form.record(),
        "kind": "additional" if one.is_additional else "regular", "period_from": begins, "period_to": ends, "date": one.submitted,
        "channel": "electronic", "income": one.income, "tax": one.tax, "state": "accepted"}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.declarations if within(asked, one.submitted)]


def samples(country):
    company = country.companies[0]
    return shapes.owners_with(country, lambda one: one.declarations) + [
        shapes.around({"bin": company.bin}, company.declarations[0].submitted)]
