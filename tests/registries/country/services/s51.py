"""Service 51: receipts of the budget."""
from ..country import within
from . import shapes


def record(one):
    return shapes.party(one.payer, "payer_name") | {
        "payment_number": one.number, "date": one.date, "tax_office": one.office.record(), "budget_code": one.kind.record(),
        "purpose": {"code": "911", "name_kk": "Бюджетке есептелген төлемдер", "name_ru": "Начисленные платежи в бюджет"}, "kind": "tax",
        "budget": "local" if one.kind.code.startswith("104") else "republican", "bank_name": "Шет банк", "amount": one.amount,
        "state": "credited"}


def records(country, asked):
    return [record(one) for party in country.asked_owners(asked) for one in party.tax_payments if within(asked, one.date)]


def samples(country):
    company = country.companies[0]
    return shapes.owners_with(country, lambda one: one.tax_payments) + [
        shapes.around({"bin": company.bin}, company.tax_payments[0].date)]
