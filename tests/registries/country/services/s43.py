"""Service 43: foreign trade, by customs declarations."""
from ..country import within
from . import shapes


def record(one):
    return shapes.party(one.organisation, "participant_name") | {
        "declaration_number": one.number, "date": one.date, "customs_office": one.office.record(),
        "direction": "import" if one.procedure.code == "40" else "export", "procedure": one.procedure.record(),
        "country": one.partner_country.record(), "counterparty_name": one.partner, "goods_code": one.goods_code, "goods": one.goods,
        "weight": one.weight_kg, "amount": one.value, "duties": one.duty + one.vat, "state": "released"}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.customs if within(asked, one.date)]


def samples(country):
    company = country.companies[0]
    return shapes.owners_with(country, lambda one: one.customs) + [
        shapes.around({"bin": company.bin}, company.customs[0].date)]
